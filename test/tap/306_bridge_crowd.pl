# 306_bridge_crowd.pl
#    5,000 clients at work at once: each gets right answers or is throttled, none
#    starves, and memory stays bounded.  And what happens where so many
#    connections are not possible.

use strict;
use warnings;

use Dynamo::Bridge;
use Dynamo::Wait;
use IO::Poll qw(POLLIN);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $processes = 5;
my $each = 1000;
my $requests = 4;

my $node = Dynamo::Bridge::extension_node('log_statement = none');

# How many files a process may open, and may let itself open.
sub file_limits { return slurp_file("/proc/$_[0]/limits") =~ /^Max open files\s+(\w+)\s+(\w+)/m; }
my (undef, $allowed) = file_limits($$);
plan skip_all => "only $allowed open files are allowed" if $allowed ne 'unlimited' && $allowed < $each * $processes + 200;

my $bridge = Dynamo::Bridge->start($node, '--threads=2');
ok($bridge->wait_until_healthy, 'comes up');
is($bridge->call('CreateTable', '{"TableName":"Crowd","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"k",
	"AttributeType":"S"}],"KeySchema":[{"AttributeName":"k","KeyType":"HASH"}]}')->{status}, 200, 'a table');

# A client's nth request and the answer that is right: puts and gets in turn.
sub request
{
	my ($client, $n) = @_;
	my $item = sprintf '{"k":{"S":"%s"},"n":{"N":"%d"}}', $client, int($n / 2);
	return (Dynamo::Bridge::signed('PutItem', qq({"TableName":"Crowd","Item":$item})), '{}') if $n % 2 == 0;
	return (Dynamo::Bridge::signed('GetItem', qq({"TableName":"Crowd","Key":{"k":{"S":"$client"}},"ConsistentRead":true})), qq({"Item":$item}));
}

# Many clients in one process; prints what came of each.
sub run_clients
{
	my ($process, $result) = @_;
	my ($poll, %client, %count) = (IO::Poll->new);

	for my $nr (1 .. $each)
	{
		my $socket = $bridge->socket;
		$socket->blocking(0);
		$client{ fileno $socket } = { name => "c$process-$nr", socket => $socket, n => 0, buffer => '' };
		$poll->mask($socket => POLLIN);
	}
	# all are connected before anyone begins
	print {$result} "connected\n";
	sleep 0.02 until -e "$PostgreSQL::Test::Utils::tmp_check/begin";

	my $send = sub {
		my ($c) = @_;
		(my $bytes, $c->{expected}) = request($c->{name}, $c->{n});
		$count{'short write'}++ if ($c->{socket}->syswrite($bytes) // 0) != length $bytes;
		delete $c->{again};
	};
	$send->($_) foreach values %client;
	while (%client)
	{
		$poll->poll(0.05);
		my $now = time;
		foreach my $socket ($poll->handles(POLLIN))
		{
			my $c = $client{ fileno $socket };
			my $got = sysread($socket, $c->{buffer}, 8192, length $c->{buffer});
			if (!$got) { $count{'closed'}++; }
			elsif ($c->{buffer} =~ /^HTTP\/1\.1 (\d+) .*?\r\nContent-Length: (\d+)\r\n.*?\r\n\r\n(.*)/s && length $3 == $2)
			{
				my ($status, $body) = ($1, $3);
				$c->{buffer} = '';
				if ($status == 200 && $body eq $c->{expected}) { $count{right}++; $c->{n}++; }
				elsif ($status == 400 && $body =~ /#ThrottlingException"/) { $count{throttled}++; $c->{again} = $now + 0.2 + rand 0.3; }
				else { $count{"$status"}++; note("$status $body, not $c->{expected}") if $count{"$status"} == 1; $c->{n}++; }
				next if $c->{again};
				if ($c->{n} < $requests) { $send->($c); next; }
			}
			else { next; }
			$poll->remove($socket);
			delete $client{ fileno $socket };
		}
		foreach (grep { $_->{again} && $_->{again} < $now } values %client) { $send->($_); }
	}
	print {$result} "$count{$_} $_\n" foreach sort keys %count;
	return;
}

my @results = map { "$PostgreSQL::Test::Utils::tmp_check/clients_$_" } 1 .. $processes;
my @pids;
for my $process (1 .. $processes)
{
	my $pid = fork() // die "fork: $!";
	if ($pid == 0)
	{
		alarm 200;
		open my $result, '>', $results[ $process - 1 ] or die;
		$result->autoflush(1);
		eval { run_clients($process, $result); 1 } or print {$result} "died: $@\n";
		POSIX::_exit(0);
	}
	push @pids, $pid;
}
ok(wait_until(sub { $processes == grep { -e && slurp_file($_) =~ /connected/ } @results }), 'all have connected');
is($bridge->wait_for_metric('dynamo_bridge_http_connections', $processes * $each + 1), $processes * $each + 1, 'all are connected');
append_to_file("$PostgreSQL::Test::Utils::tmp_check/begin", '');
waitpid($_, 0) foreach @pids;

my %count;
foreach (map { split /\n/, slurp_file($_) } @results) { $count{$2} += $1 if /^(\d+) (.*)/; $count{$_}++ if /^died/; }
my $throttled = delete $count{throttled} // 0;
note("throttled $throttled times");
is_deeply(\%count, { right => $processes * $each * $requests }, 'every client got every answer, and the right ones') or diag(explain(\%count));
my ($peak) = slurp_file('/proc/' . $bridge->pid . '/status') =~ /^VmHWM:\s+(\d+) kB/m;
note("peak of memory: $peak kB");
# sanitizers and memcheck keep freed memory for some time
cmp_ok($peak, '<', ($ENV{ASAN_OPTIONS} || $ENV{DY_MEMCHECK} ? 2000 : 200) * 1024, 'memory stays bounded');
is($bridge->wait_for_metric('dynamo_bridge_buffered_bytes', 0), 0, 'nothing is left in memory');
is($bridge->stop, 0, 'orderly end');

# --- where the system allows fewer open files than connections

sub start_with_limit
{
	my ($options) = @_;
	local $ENV{DYNAMO_BRIDGE} = "$PostgreSQL::Test::Utils::tmp_check/few_files$options";
	append_to_file($ENV{DYNAMO_BRIDGE}, "#!/bin/sh\nulimit $options 150\nexec dynamo-bridge \"\$@\"\n");
	chmod 0755, $ENV{DYNAMO_BRIDGE};
	return Dynamo::Bridge->start($node, '--threads=1');
}
$bridge = start_with_limit('-Sn');
is((file_limits($bridge->pid))[0], $allowed, 'a limit that may be raised is raised');
is($bridge->stop, 0, 'orderly end');
$bridge = start_with_limit('-n');
ok($bridge->wait_until_healthy, 'few files: comes up');
my $files = $ENV{DY_MEMCHECK} ? qr/1[34]\d/ : 150;    # memcheck takes some for itself
like($bridge->log, qr/WARNING: only \d+ HTTP connections at a time, not 10000: the limit of open files is $files/, 'few files: says so');
my @sockets = map { $bridge->socket } 1 .. 200;
my $request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
my %status;
local $SIG{PIPE} = 'IGNORE';
foreach my $socket (@sockets) { $socket->syswrite($request); $status{ Dynamo::Bridge::read_answer($socket)->{status} }++; }
is(join(' ', sort keys %status), '200 503', 'few files: some are served, the others are told');
$node->restart;
ok(wait_until(sub { $sockets[0]->syswrite($request); Dynamo::Bridge::read_answer($sockets[0])->{status} == 200 }),
	'few files: enough for new connections to Postgres');
unlike($bridge->log, qr/could not accept/, 'few files: no accept fails');
@sockets = ();
is($bridge->stop, 0, 'orderly end');
$node->stop;
done_testing();
