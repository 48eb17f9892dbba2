# 307_bridge_slow.pl
#    Clients that send a byte now and then, in head or body, or read their
#    answers like that: time limits end them all, and others are served meanwhile.

use strict;
use warnings;

use Dynamo::Bridge;
use Dynamo::Wait;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Socket;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
Dynamo::Bridge::prepare_database($node);
my @limits = ('--threads=1', '--head-timeout=1500', '--body-timeout=1500', '--idle-timeout=1500', '--write-timeout=1000');
my $bridge = Dynamo::Bridge->start($node, @limits);
ok($bridge->wait_until_healthy, 'comes up');
local $SIG{PIPE} = 'IGNORE';

my $whole = Dynamo::Bridge::signed('ListTables', '{"a":"' . ('x' x 5000) . '"}');
my ($head) = split /(?<=\r\n\r\n)/, $whole;
(my $chunked = $head) =~ s/Content-Length: \d+/Transfer-Encoding: chunked/;

# A client: what it sends at once, what it sends byte by byte, and whether it
# reads slowly, too.
sub slow_client
{
	my ($kind, $at_once, $drops, $reads_slowly) = @_;
	my $socket = IO::Socket::INET->new(Proto => 'tcp') // die;
	setsockopt($socket, SOL_SOCKET, SO_RCVBUF, 4096);    # before it is connected
	connect($socket, pack_sockaddr_in($bridge->port, inet_aton('127.0.0.1'))) or die "connect: $!";
	syswrite($socket, $at_once) if length $at_once;
	$socket->blocking(0);
	return { kind => $kind, socket => $socket, drops => $drops, slow => $reads_slowly, answer => '' };
}

# Everyone does the next little thing; gives those that are still there.
sub step
{
	my @left;
	foreach my $c (@_)
	{
		if (length $c->{drops}) { syswrite($c->{socket}, substr($c->{drops}, 0, 1, '')); }
		my $got = sysread($c->{socket}, $c->{answer}, $c->{slow} ? 2000 : 65536, length $c->{answer});
		push @left, $c unless defined $got ? $got == 0 : !$!{EAGAIN};
	}
	return @left;
}

# --- all kinds at once

my $large = 8_000_000;
my $close = Dynamo::Bridge::signed('Scan', qq({"bytes":$large}), headers => { Connection => 'close' });
my $keep = Dynamo::Bridge::signed('Scan', qq({"bytes":$large}));
my @clients = map {
	(   slow_client('silent', '', ''),
		slow_client('head', '', $head),
		slow_client('second head', "GET / HTTP/1.1\r\nHost: a\r\n\r\n", $head),
		slow_client('body', $head, 'x' x 5000),
		slow_client('chunks', $chunked, "1\r\nx\r\n" x 1000),
		slow_client('size of a chunk', $chunked, '0' x 5000))
} 1 .. 40;
push @clients, map { (slow_client('answer', $keep, '', 1), slow_client('last answer', $close, '', 1)) } 1 .. 4;
my @all = @clients;
my ($good, $tried) = (0, 0);
wait_until(sub {
	@clients = step(@clients);
	$tried++;
	$good++ if $bridge->call('GetItem', '{"k":"none"}')->{body} eq '{}';
	# what a slow reader has not read yet it still finds in its socket when the bridge has gone
	return !grep({ !$_->{slow} } @clients) && $bridge->metric('dynamo_bridge_http_connections') == 1;
});
is(join(' ', map { $_->{slow} ? () : $_->{kind} } @clients), '', 'every slow client is sent away');
is($bridge->wait_for_metric('dynamo_bridge_http_connections', 1), 1, 'those that read slowly, too');
cmp_ok($tried, '>', 5, "others ask meanwhile: $tried times");
is($good, $tried, 'others are served meanwhile');
my %answers;
foreach (@all) { $answers{ $_->{kind} }{ $_->{answer} =~ m{^(HTTP/1\.1 \d+)} ? $1 : 'none' }++ unless $_->{slow}; }
is_deeply(\%answers, {
		'silent' => { none => 40 }, 'head' => { none => 40 }, 'second head' => { 'HTTP/1.1 200' => 40 },
		'body' => { 'HTTP/1.1 408' => 40 }, 'chunks' => { 'HTTP/1.1 408' => 40 }, 'size of a chunk' => { 'HTTP/1.1 408' => 40 } },
	'those that were in a body are told') or diag(explain(\%answers));
is(scalar(grep { $_->{slow} && length $_->{answer} >= $large } @all), 0, 'answers that nobody takes are given up');
is($bridge->wait_for_metric('dynamo_bridge_buffered_bytes', 0), 0, 'nothing is left in memory');
is($bridge->stop, 0, 'orderly end');

# --- unread answers count as memory: when there are too many, no more is begun

$bridge = Dynamo::Bridge->start($node, @limits, '--max-buffered-mb=32', '--write-timeout=4000', '--idle-timeout=4000');
ok($bridge->wait_until_healthy, 'little memory: comes up');
my @readers = map { slow_client('answer', Dynamo::Bridge::signed('Scan', '{"bytes":16000000}'), '', 1) } 1 .. 6;
ok(wait_until(sub { $bridge->metric('dynamo_bridge_buffered_bytes') > 32 * 1024 * 1024 }), 'little memory: unread answers are counted');
ok(wait_until(sub { $bridge->call('Scan', '{"bytes":10}')->{status} == 503 }), 'little memory: requests are refused');
ok(wait_until(sub { $bridge->call('Scan', '{"bytes":10}')->{status} == 200 }), 'little memory: served again when the slow ones are gone');
is($bridge->wait_for_metric('dynamo_bridge_buffered_bytes', 0), 0, 'little memory: nothing is left');
is($bridge->stop, 0, 'orderly end');

# --- they take all connections

$bridge = Dynamo::Bridge->start($node, @limits, '--max-connections=50', '--head-timeout=3000', '--idle-timeout=3000');
ok($bridge->wait_until_healthy, 'few connections: comes up');
@clients = map { slow_client('head', '', $head) } 1 .. 50;
is($bridge->health, 503, 'few connections: no more is a clear answer');
ok(wait_until(sub { @clients = step(@clients); $bridge->health == 200 }), 'few connections: the slow ones make room');
is($bridge->stop, 0, 'orderly end');

# however the kernel spreads them over threads
$bridge = Dynamo::Bridge->start($node, '--threads=2', '--max-connections=20');
is($bridge->wait_for_metric('dynamo_bridge_http_connections', 1), 1, 'few connections, two threads: nobody is there');
@clients = map { my $s = $bridge->socket; $s->print("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"); $s->flush; $s } 1 .. 20;
is(join(' ', map { Dynamo::Bridge::read_answer($_)->{status} } @clients), join(' ', (200) x 20), 'few connections, two threads: as many as are allowed');
is($bridge->health, 503, 'few connections, two threads: and no more');
is($bridge->stop, 0, 'orderly end');
$node->stop;
done_testing();
