# 313_bridge_connects.pl
#    The bridge has many connections to Postgres, but asks for few at a time,
#    when it starts and when it has lost all of them: a server that needs long
#    for each would not get any of them done in time.
#
# Between the two stands a gate, which lets one connection in at a time.

use strict;
use warnings;

use Dynamo::Bridge;
use Dynamo::Wait;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Holds each new connection until it is let in, then is a pipe.
package Gate
{
	use IO::Select;
	use IO::Socket::UNIX;
	use Socket;

	sub new
	{
		my ($class, $node) = @_;
		my $dir = PostgreSQL::Test::Utils::tempdir_short();
		my $listener = IO::Socket::UNIX->new(Local => "$dir/.s.PGSQL.1", Listen => Socket::SOMAXCONN, Blocking => 0) // die "gate: $!";
		return bless { node => $node, dir => $dir, listener => $listener, held => [], peer => {}, most => 0 }, $class;
	}

	sub connstr { my ($self, $database) = @_; return "host=$self->{dir} port=1 dbname=$database"; }

	# The most that have waited here at one moment.
	sub most { my ($self) = @_; return $self->{most}; }

	# Takes who has come, passes on what there is, lets one in.
	sub turn
	{
		my ($self) = @_;
		while (my $socket = $self->{listener}->accept) { push @{ $self->{held} }, $socket; }
		$self->{most} = @{ $self->{held} } if @{ $self->{held} } > $self->{most};
		foreach my $from (IO::Select->new(map { $_->[0] } values %{ $self->{peer} })->can_read(0.01))
		{
			my (undef, $to) = @{ $self->{peer}{$from} // next };
			if (sysread($from, my $bytes, 65536)) { syswrite($to, $bytes); }
			else { delete @{ $self->{peer} }{ $from, $to }; close($_) foreach $from, $to; }
		}
		$self->let_in(shift @{ $self->{held} }) if @{ $self->{held} };
		return;
	}

	sub let_in
	{
		my ($self, $client) = @_;
		my $server = IO::Socket::UNIX->new($self->{node}->host . '/.s.PGSQL.' . $self->{node}->port) // die "connect: $!";
		$client->blocking(1);
		$self->{peer}{$client} = [ $client, $server ];
		$self->{peer}{$server} = [ $server, $client ];
		return;
	}

	sub lose_all
	{
		my ($self) = @_;
		close($_->[0]) foreach values %{ $self->{peer} };
		$self->{peer} = {};
		$self->{most} = 0;
		return;
	}
}

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
Dynamo::Bridge::prepare_database($node);
my $gate = Gate->new($node);
my $bridge = Dynamo::Bridge->start($gate, '--threads=1', '--read-connections=2', '--write-connections=32', '--general-connections=8');

# Connections that the bridge has and may use.
sub ready
{
	my $count = 0;
	$count += $bridge->metric(qq(dynamo_bridge_pool_ready{lane="$_"})) foreach 'read', 'write', 'general';
	return $count;
}

# One for the keys, and four of the pool.
foreach my $when ('at the start', 'after all are lost')
{
	ok(wait_until(sub { $gate->turn for 1 .. 10; ready() == 42 }), "$when: it gets all its connections");
	cmp_ok($gate->most, '<=', 5, "$when: it asks for few at a time");
	ok(wait_until(sub { $gate->turn for 1 .. 10; $bridge->health == 200 }), "$when: it is up");
	# at one moment, or it begins again while some are still good
	kill 'STOP', $bridge->pid;
	$gate->lose_all;
	kill 'CONT', $bridge->pid;
	ok(wait_until(sub { ready() == 0 }), "$when: it knows when they are lost");
}
is($bridge->stop, 0, 'orderly end');
$node->stop;
done_testing();
