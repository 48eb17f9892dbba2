# 311_bridge_cpus.pl
#    Processors: dynamo-bridge --cpus and dynamo.cpu_affinity.

use strict;
use warnings;

use Dynamo::Bridge;
use Dynamo::Wait;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $all = cpus_of('self');
my @cpus = map { /^(\d+)-(\d+)$/ ? $1 .. $2 : $_ } split /,/, $all;
plan skip_all => 'there is only one processor' if @cpus == 1;
my $cpu = $cpus[-1];

my $node = Dynamo::Bridge::extension_node("listen_addresses = '127.0.0.1'\n");

# --- the setting, for one session and no other

my $own = q{SELECT substring(pg_read_file('/proc/self/status') FROM 'Cpus_allowed_list:\s*(\S+)')};
is($node->safe_psql('postgres', "SET dynamo.cpu_affinity = $cpu; $own"), $cpu, 'a session stays on its processor');
is($node->safe_psql('postgres', "SET dynamo.cpu_affinity = $cpu; RESET dynamo.cpu_affinity; $own"), $all, 'or no more');
is($node->safe_psql('postgres', "BEGIN; SET dynamo.cpu_affinity = $cpu; ROLLBACK; $own"), $all, 'which a transaction takes back');
is($node->safe_psql('postgres', "SET dynamo.cpu_affinity = $cpu; DO \$\$BEGIN
	PERFORM set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query'); END\$\$; $own"),
	$all, 'its workers run where they like');
my ($status, $out, $err) = $node->psql('postgres', 'SET dynamo.cpu_affinity = 1023');
like($err, qr/invalid value for parameter "dynamo.cpu_affinity": 1023\nDETAIL:  There is no processor 1023 for this server/,
	'one that is not there');

# --- clients of one processor do not all go to one thread

SKIP:
{
	skip 'no taskset', 6 if system('taskset -V > /dev/null 2>&1') != 0;
	my $bridge = Dynamo::Bridge->start($node, "--cpus=$cpus[0],$cpus[1]", '--read-connections=2', '--write-connections=4', '--general-connections=4');
	is(sessions(12), "$cpus[0] 6,$cpus[1] 6", 'sessions on two processors');
	my ($without) = watched($bridge);
	system("taskset -cp $cpus[0] $$ > /dev/null") == 0 or die 'taskset';
	my @clients;
	do { push @clients, $bridge->socket } while answers($clients[-1]) && @clients < 60;
	is(scalar(@clients), 60, 'clients of one processor, one after the other');
	cmp_ok((watched($bridge))[0] - $without, '>=', 20, 'go to both threads');
	undef @clients;
	wait_until(sub { (watched($bridge))[1] == $without });

	# all have connected before a thread can accept the first one
	kill 'STOP', $bridge->{pid};
	@clients = map { $bridge->socket } 1 .. 60;
	kill 'CONT', $bridge->{pid};
	is(scalar(grep { answers($_) } @clients), 60, 'or all at once');
	cmp_ok((watched($bridge))[0] - $without, '>=', 20, 'go to both threads');
	system("taskset -cp $all $$ > /dev/null") == 0 or die 'taskset';
	is($bridge->stop, 0, 'orderly end');
}

# --- a bridge: its thread and its sessions, where Postgres is on this machine

my @connections = ('--read-connections=3', '--write-connections=4', '--general-connections=5');
my $bridge = Dynamo::Bridge->start($node, "--cpus=$cpu", @connections);
ok($bridge->wait_until_healthy, 'comes up');
is_deeply(threads($bridge), { $cpu => 1, $all => 1 }, 'a thread for the processor');
is(sessions(12), "$cpu 12", 'its sessions');
is($bridge->call('ListTables', '{}')->{status}, 200, 'it works');
is($bridge->stop, 0, 'orderly end');

$bridge = Dynamo::Bridge->start($node, "--cpus=$all", '--threads=3');
ok($bridge->wait_until_healthy, 'comes up with more threads than processors');
my %want = ($all => 1);
$want{ $cpus[ $_ % @cpus ] }++ foreach 0 .. 2;
is_deeply(threads($bridge), \%want, 'which share them');
is($bridge->stop, 0, 'orderly end');

$bridge = Dynamo::Bridge->start($node, "--cpus=$cpu", @connections,
	'--database=host=127.0.0.1 user=dynamo_bridge dbname=postgres port=' . $node->port);
ok($bridge->wait_until_healthy, 'comes up over TCP');
is(sessions(12), "$all 12", 'sessions elsewhere are let alone');
is($bridge->stop, 0, 'orderly end');

$bridge = Dynamo::Bridge->start($node, @connections);
ok($bridge->wait_until_healthy, 'comes up without processors');
is_deeply([ keys %{ threads($bridge) } ], [$all], 'threads are let alone');
is(sessions(12), "$all 12", 'and sessions');
is($bridge->stop, 0, 'orderly end');
$node->stop;
done_testing();

# The processors that a process, or a thread, may use.
sub cpus_of
{
	my ($task) = @_;
	my ($cpus) = slurp_file("/proc/$task/status") =~ /^Cpus_allowed_list:\s*(\S+)/m;
	return $cpus;
}

# Whether a client is answered.
sub answers
{
	my ($client) = @_;
	$client->print("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
	$client->flush;
	return Dynamo::Bridge::read_answer($client)->{status} == 200;
}

# How many descriptors the event loops of two threads watch, the fewest first, by
# the kernel's own list.
sub watched
{
	my ($bridge) = @_;
	my @watched;
	foreach my $file (glob("/proc/$bridge->{pid}/fdinfo/*"))
	{
		open my $info, '<', $file or next;    # closed by now
		push @watched, scalar(grep { /^tfd:/ } <$info>);
	}
	@watched = sort { $a <=> $b } @watched;
	return @watched[ -2, -1 ];
}

# How many threads of a bridge may use which processors.
sub threads
{
	my ($bridge) = @_;
	my %count;
	$count{ cpus_of($_) }++ foreach map { m{/proc/(.*)} } glob("/proc/$bridge->{pid}/task/*");
	return \%count;
}

# The same of its sessions for requests, once there are so many: "CPUS COUNT,...".
sub sessions
{
	my ($number) = @_;
	my @pids;
	wait_until(sub {
		@pids = split /\n/, $node->safe_psql('postgres',
			"SELECT pid FROM pg_stat_activity WHERE usename = 'dynamo_bridge' AND state = 'idle' AND query ~ 'PREPARE'");
		return @pids == $number;
	});
	my %count;
	$count{ cpus_of($_) }++ foreach @pids;
	return join(',', map { "$_ $count{$_}" } sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count);
}
