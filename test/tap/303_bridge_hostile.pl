# 303_bridge_hostile.pl
#    Clients that send good and broken requests in odd pieces, and leave at odd
#    moments.  Whatever they do, the bridge stays up, holds nothing of
#    theirs afterwards, and serves others.
#
# DYNAMO_HOSTILE_SECONDS (5) and DYNAMO_HOSTILE_SEED say how long and which.

use strict;
use warnings;

use Dynamo::Bridge;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $seconds = $ENV{DYNAMO_HOSTILE_SECONDS} // 5;
my $seed = $ENV{DYNAMO_HOSTILE_SEED} // int(rand(1_000_000));
my $limit = 300_000;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
Dynamo::Bridge::prepare_database($node);
my $bridge = Dynamo::Bridge->start($node, '--threads=2', "--max-body-bytes=$limit", '--head-timeout=2000',
	'--body-timeout=2000', '--idle-timeout=2000', '--queue-limit=20', '--general-connections=2');
ok($bridge->wait_until_healthy, 'comes up');
note("seed $seed");

sub one_of { return $_[ rand @_ ]; }

# A request that may be good.
sub request
{
	my $body = '{"k":"' . ('x' x one_of(0, 2, 5, 1000, 70_000, $limit - 8, $limit)) . '","v":"{}","sleep":0.01,"bytes":500000}';
	my $operation = one_of(qw(GetItem PutItem Query Scan ListTables NoSuch));
	my $kind = rand;

	return one_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n",
		"HEAD / HTTP/1.0\r\n\r\n", "\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\nOrigin: x\r\n\r\n")
	  if $kind < 0.1;
	my $signed = Dynamo::Bridge::signed($operation, $body, headers => one_of({}, {},
			{ Connection => 'close' }, { Expect => '100-continue' }, { 'Content-Encoding' => 'gzip' },
			{ 'Content-Length' => length($body) + one_of(-1, 1) }));
	return $signed if $kind < 0.8;
	my ($head) = split /\r\n\r\n/, $signed;
	$head =~ s/Content-Length: \d+/Transfer-Encoding: chunked/;
	my $chunks = '';
	while (length $body)
	{
		my $chunk = substr($body, 0, one_of(1, 7, 1000, 20_000), '');
		$chunks .= sprintf("%x\r\n%s\r\n", length $chunk, $chunk);
	}
	return "$head\r\n\r\n${chunks}0\r\n\r\n";
}

sub misbehave
{
	my $end = time() + $seconds;
	local $SIG{PIPE} = 'IGNORE';
	while (time() < $end)
	{
		my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $bridge->port) // next;
		my $bytes = join '', map { request() } 1 .. one_of(1, 1, 2, 5);
		if (rand() < 0.5)
		{
			for (1 .. one_of(1, 3, 10))
			{
				my $at = int rand one_of(100, 300, length $bytes);
				substr($bytes, $at, 1) = one_of("\r", "\n", ' ', ':', "\0", "\xff", '0', 'a', ';', ',', '/')
				  if $at < length $bytes;
			}
		}
		$bytes = substr($bytes, 0, rand length $bytes) if rand() < 0.3;
		for (my $at = 0; $at < length $bytes;)
		{
			$at += $socket->syswrite($bytes, one_of(1, 13, 200, 5000, 100_000), $at) // last;
			sleep 0.01 if rand() < 0.02;
		}
		my $select = IO::Select->new($socket);
		while (rand() > 0.1 && $select->can_read(0.2))
		{
			sysread($socket, my $answer, 65536) or last;
		}
		close $socket;
	}
}

my @clients;
for my $client (1 .. 8)
{
	my $pid = fork() // die;
	if ($pid == 0)
	{
		srand($seed + $client);
		misbehave();
		POSIX::_exit(0);
	}
	push @clients, $pid;
}
my ($good, $tried) = (0, 0);
my $end = time() + $seconds;
while (time() < $end)
{
	$tried++;
	$good++ if $bridge->call('GetItem', '{"k":"none"}')->{body} eq '{}';
	sleep 0.05;
}
waitpid($_, 0) foreach @clients;
is($good, $tried, 'an honest client is served all the while');
is($bridge->wait_for_metric('dynamo_bridge_http_connections', 1), 1, 'nobody left');
is($bridge->wait_for_metric("dynamo_bridge_$_", 0), 0, "nothing left: $_")
  foreach 'buffered_bytes', map { ("pool_in_flight{lane=\"$_\"}", "pool_queued{lane=\"$_\"}") } qw(read write general);
cmp_ok($bridge->metric('dynamo_bridge_http_malformed_total'), '>', 10, 'they were hostile');
is($bridge->stop, 0, 'orderly end');
unlike($bridge->log, qr/ERROR/, 'nothing to complain about') or diag($bridge->log);
$node->stop;
done_testing();
