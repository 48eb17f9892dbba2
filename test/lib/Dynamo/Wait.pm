# Dynamo::Wait
#    Waits for what comes a moment later, however slow the machine is.
#
#    ok(wait_until(sub { -e $file }), 'the file is there');

package Dynamo::Wait;

use strict;
use warnings;

use Exporter qw(import);
use Time::HiRes qw(sleep time);

our @EXPORT = qw(wait_until);

# Seconds after which a test gives up: far more than a slow machine needs, and
# less than a program of tests may take.
our $PATIENCE = $ENV{PG_TEST_TIMEOUT_DEFAULT} // 60;

# Run code until it gives something true; gives what it gave last.
sub wait_until
{
	my ($code) = @_;
	my $deadline = time() + $PATIENCE;
	my $result;

	until (($result = $code->()) || time() > $deadline)
	{
		sleep 0.05;
	}
	return $result;
}

1;
