# Dynamo::Shim
#    Libraries for LD_PRELOAD that make the world around a program worse.
#
#    my $disk = Dynamo::Shim->new('full_disk');   # compiles test/lib/full_disk.c
#    $disk->preload(sub { $node->start });        # for what is started inside
#    $disk->set("/base/\n");                      # from now on
#    $disk->clear;
#
# A shim watches a control file, which its environment variable DY_NAME names.

package Dynamo::Shim;

use strict;
use warnings;

use PostgreSQL::Test::Utils;

sub new
{
	my ($class, $name) = @_;
	my $place = PostgreSQL::Test::Utils::tempdir_short();
	my $library = "$place/$name.so";

	system('cc', '-shared', '-fPIC', '-O1', '-Wall', '-Wextra', '-Werror', '-o', $library,
		"test/lib/$name.c", '-ldl') == 0
	  or die "cannot compile $name.c";
	return bless { library => $library, control => "$place/control", variable => 'DY_' . uc $name }, $class;
}

# Run code with the environment that preloads the library.
sub preload
{
	my ($self, $code) = @_;
	local $ENV{LD_PRELOAD} = $self->{library};
	local $ENV{ $self->{variable} } = $self->{control};
	return $code->();
}

# The text of the control file changes at one moment.
sub set
{
	my ($self, $text) = @_;
	open my $file, '>', "$self->{control}.new" or die "cannot write: $!";
	print $file $text;
	close $file;
	rename "$self->{control}.new", $self->{control} or die "cannot rename: $!";
	return;
}

sub clear
{
	my ($self) = @_;
	unlink $self->{control};
	return;
}

1;
