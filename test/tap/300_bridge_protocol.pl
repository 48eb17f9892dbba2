# 300_bridge_protocol.pl
#    HTTP and the layer before the API: what the service answers to requests
#    that are not right, byte for byte, and how connections behave.
#
# Source of the texts: the service, as recorded in the tests of
# https://github.com/architect/dynalite (test/connection.js).

use strict;
use warnings;

use Compress::Zlib;
use Dynamo::Bridge;
use Dynamo::Wait;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
Dynamo::Bridge::prepare_database($node);
my $bridge = Dynamo::Bridge->start($node, '--max-body-bytes=1000000', '--max-buffered-mb=32', '--lock-timeout=0');
ok($bridge->wait_until_healthy, 'comes up');

my $signed = \&Dynamo::Bridge::signed;
my $not_found = "<UnknownOperationException/>\n";

# POST without signature; the headers that are given, Host and length
sub post
{
	my ($body, %headers) = @_;
	return $bridge->http("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " . length($body) . "\r\n"
		  . join('', map { "$_: $headers{$_}\r\n" } sort keys %headers) . "\r\n$body");
}

sub is_error
{
	my ($answer, $crc, $body, $name, $type) = @_;
	is($answer->{status}, 400, "$name: status");
	is($answer->{body}, $body, "$name: body");
	is($answer->{headers}{'x-amz-crc32'}, $crc, "$name: checksum") if defined $crc;
	is($answer->{headers}{'content-type'}, $type // 'application/json', "$name: content type");
	like($answer->{headers}{'x-amzn-requestid'}, qr/^[0-9A-Z]{52}$/, "$name: request id");
}

# --- not found, health, preflight

my $answer = $bridge->http("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
is($answer->{status}, 200, 'health');
is($answer->{body}, 'healthy: dynamodb.us-east-1.amazonaws.com ', 'health: text');
is($answer->{headers}{'x-amz-crc32'}, 3128867991, 'health: checksum');
foreach my $method (qw(PUT DELETE OPTIONS))
{
	$answer = $bridge->http("$method / HTTP/1.1\r\nHost: a\r\n\r\n");
	is($answer->{status}, 404, "$method: status");
	is($answer->{headers}{'x-amz-crc32'}, 3552371480, "$method: checksum");
}
my $socket = $bridge->socket;
$socket->syswrite("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
my $both = '';
while ($both !~ /healthy/)
{
	last unless sysread($socket, $both, 65536, length $both);
}
like($both, qr{^HTTP/1\.1 404 .*\r\n\r\nHTTP/1\.1 200 .*healthy}s, 'HEAD has no body');
foreach my $type (undef, 'whatever', 'application/x-amz-json-1.1', 'application/jsonasdf')
{
	$answer = post('hi', defined $type ? ('Content-Type' => $type) : ());
	is($answer->{status} . $answer->{body}, "404$not_found", 'content type ' . ($type // 'none'));
}
$answer = $bridge->http("OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: x\r\n"
	  . "Access-Control-Request-Headers: a, b\r\nAccess-Control-Request-Method: d\r\n\r\n");
is($answer->{status}, 200, 'preflight');
is($answer->{headers}{'access-control-allow-origin'}, '*', 'preflight: origin');
is($answer->{headers}{'access-control-allow-headers'}, 'a, b', 'preflight: headers');
is($answer->{headers}{'access-control-allow-methods'}, 'd', 'preflight: methods');
is($answer->{headers}{'access-control-max-age'}, 172800, 'preflight: age');
is($answer->{headers}{'content-length'}, 0, 'preflight: no body');

# --- JSON, then target, then signature

my $serialization = '{"__type":"com.amazon.coral.service#SerializationException"}';
my $unknown = '{"__type":"com.amazon.coral.service#UnknownOperationException"}';
is_error(post('hi', 'Content-Type' => 'application/json;blahblah'), 3948637019, $serialization, 'no JSON');
is_error(post('hi', 'Content-Type' => ' application/x-amz-json-1.0 ; x'), 3948637019, $serialization,
	'no JSON 1.0', 'application/x-amz-json-1.0');
is_error(post(''), 1368724161, $unknown, 'no target');
is_error(post('{}', 'Content-Type' => 'application/json', 'X-Amz-Target' => 'whatever'), 1368724161,
	$unknown, 'target without dot');
is_error(post('', 'X-Amz-Target' => 'DynamoDB_20120810.ListTable'), 1368724161, $unknown, 'unknown operation');
is_error(post('', 'X-Amz-Target' => 'DynamoDB_20120810.GetRecords'), 1368724161, $unknown,
	'operation of the other service');
is(post('', 'Origin' => 'x')->{headers}{'access-control-allow-origin'}, '*', 'origin on errors');
is_error(post('', 'X-Amz-Target' => 'DynamoDB_20120810.ListTables'), 2088342776,
	'{"__type":"com.amazon.coral.service#MissingAuthenticationTokenException",'
	  . '"message":"Request is missing Authentication Token"}', 'no signature');
is_error(post('', 'X-Amz-Target' => 'DynamoDB_20120810.ListTables', 'Authorization' => 'AWS4-'), 1828866742,
	'{"__type":"com.amazon.coral.service#IncompleteSignatureException","message":"Authorization header '
	  . q{requires 'Credential' parameter. Authorization header requires 'Signature' parameter. }
	  . q{Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence }
	  . q[of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-"}], 'empty Authorization');
is_error($bridge->call('ListTables', '', headers => { 'Content-Type' => undef }), undef, $serialization,
	'signed, but no body');

# --- signatures

like($bridge->call('DescribeLimits', '{}')->{body}, qr/"principal" : "somebody"/, 'a good signature');
is($bridge->call('DescribeStream', '{}', target => 'DynamoDBStreams_20120810.DescribeStream')->{body},
	$unknown, 'streams have a target of their own');
like($bridge->call('ListTables', '{}', secret => 'x')->{body},
	qr/InvalidSignatureException.*The request signature we calculated does not match/, 'a wrong secret');
like($bridge->call('ListTables', '{}', key => 'AKIDNOBODY')->{body},
	qr/UnrecognizedClientException","message":"The security token included in the request is invalid\."/,
	'an unknown key');
like($bridge->call('ListTables', '{}', time => time() - 1000)->{body},
	qr/InvalidSignatureException.*Signature expired: .* is now earlier than .* - 15 min\.\)/, 'an old signature');
like($bridge->call('ListTables', '{}', headers => { 'X-Amz-Content-Sha256' => 'UNSIGNED-PAYLOAD' })->{body},
	qr/^\{\}$/, 'the body is hashed whatever the header says');

# --- revocation and new keys take effect within moments

my $new = $node->safe_psql('postgres', "SELECT access_key_id || ' ' || secret_access_key FROM dynamo.create_access_key()");
my ($id, $secret) = split / /, $new;
like($id, qr/^AKIA[A-Z2-7]{16}$/, 'form of a key id');
like($secret, qr{^[A-Za-z0-9+/]{40}$}, 'form of a secret');
sub until_body
{
	my ($pattern, $name) = @_;
	my $body;
	wait_until(sub { ($body = $bridge->call('ListTables', '{}', key => $id, secret => $secret)->{body}) =~ $pattern });
	like($body, $pattern, $name);
}
until_body(qr/^\{\}$/, 'a new key works');
$node->safe_psql('postgres', "SELECT dynamo.enable_access_key('$id', false)");
until_body(qr/UnrecognizedClient/, 'a disabled key does not');
$node->safe_psql('postgres', "SELECT dynamo.enable_access_key('$id')");
until_body(qr/^\{\}$/, 'an enabled key does again');
is($node->safe_psql('postgres', "SELECT dynamo.delete_access_key('$id')"), 't', 'delete a key');
until_body(qr/UnrecognizedClient/, 'a deleted key does not');
unlike($node->safe_psql('postgres', 'SELECT dynamo.list_access_keys()'), qr/\Q$secret\E/, 'a list without secrets');

# --- bodies

my $text = '{"a":"' . ('x' x 300_000) . '"}';
is($bridge->call('ListTables', $text)->{body}, $text, 'a large body');
is($bridge->call('ListTables', "{\"a\":\"\xc3\xa9\"}")->{body}, "{\"a\":\"\xc3\xa9\"}", 'UTF-8');
is($bridge->call('ListTables', "{\"a\":\"\0\"}")->{body}, $serialization, 'NUL in a body');
is($bridge->call('ListTables', "{\"a\":\"\xff\"}")->{body}, $serialization, 'bytes that are no UTF-8');

my $zipped = Compress::Zlib::memGzip($text);
my %gzip = (headers => { 'Content-Encoding' => 'gzip' });
is($bridge->call('ListTables', $zipped, %gzip)->{body}, $text, 'a compressed body');
is($bridge->call('ListTables', substr($zipped, 0, 100), %gzip)->{body}, $serialization, 'half of one');
is($bridge->call('ListTables', '{}', %gzip)->{body}, $serialization, 'a body that only says it is');
is($bridge->call('ListTables', Compress::Zlib::memGzip('{"a":"' . ('x' x 5_000_000) . '"}'), %gzip)->{body},
	$serialization, 'one that grows over the limit');

$answer = $bridge->call('ListTables', 'x' x 1_000_001);
is($answer->{status}, 413, 'a body over the limit');
is($answer->{headers}{'transfer-encoding'}, 'chunked', 'as the service says it');
isnt($bridge->call('ListTables', 'x' x 1_000_000)->{status}, 413, 'a body at the limit');

my ($head, $body) = split /\r\n\r\n/, $signed->('ListTables', '{"a": 1}'), 2;
$head =~ s/Content-Length: \d+/Transfer-Encoding: chunked/;
$socket = $bridge->socket;
foreach my $piece ("$head\r\n\r\n", "3\r", "\n{\"a", "\r\n5;x=y\r\n\": 1}\r\n", "0\r\nX: y\r\n", "\r\n")
{
	$socket->syswrite($piece);
	sleep 0.02;
}
is(Dynamo::Bridge::read_answer($socket)->{body}, '{"a": 1}', 'a chunked body in pieces');
$socket->syswrite("$head\r\n\r\n2\r\n{}\r\nX");
is(Dynamo::Bridge::read_answer($socket)->{status}, 400, 'broken chunks');

$socket = $bridge->socket;
($head, $body) = split /\r\n\r\n/, $signed->('ListTables', '{"a": 2}', headers => { Expect => '100-continue' }), 2;
$socket->syswrite("$head\r\n\r\n");
is(Dynamo::Bridge::read_answer($socket)->{status}, 100, 'Expect: 100-continue');
$socket->syswrite($body);
is(Dynamo::Bridge::read_answer($socket)->{body}, '{"a": 2}', 'and then the answer');

# --- connections

$socket = $bridge->socket;
my $many = join '', map { $signed->('ListTables', "{\"n\":$_}") } 1 .. 1000;
$socket->print($signed->('Query', '{"sleep":0.3}') . $many);
$socket->flush;
my @bodies = map { Dynamo::Bridge::read_answer($socket)->{body} } 0 .. 1000;
is_deeply(\@bodies, [ '{}', map { "{\"n\":$_}" } 1 .. 1000 ], 'pipelined requests are answered in order');

# more than is read ahead behind a slow request: the others go on meanwhile
$socket = $bridge->socket;
$socket->blocking(0);
my $let_go = Dynamo::Bridge::hold($node, 1);
my $flood = $signed->('Query', '{"wait":1}') . $many;
my $sent = 0;
while (IO::Select->new($socket)->can_write(0.3))
{
	$sent += $socket->syswrite($flood, 65536, $sent) // last;
	last if $sent == length $flood;
}
cmp_ok($sent, '>', 70_000, 'a flood behind a slow request');
is(scalar(grep { $bridge->call('ListTables', '{}')->{status} == 200 } 1 .. 20), 20, 'others are served meanwhile');
my $processor = sum_of_times($bridge->pid);
sleep 1;
cmp_ok(sum_of_times($bridge->pid) - $processor, '<', 30, 'and no processor time is burnt');
close($socket);
$let_go->();

# user and system time of a process, in ticks
sub sum_of_times
{
	my ($pid) = @_;
	my @fields = split ' ', slurp_file("/proc/$pid/stat") =~ s/^.*\) //sr;
	return $fields[11] + $fields[12];
}

$socket = $bridge->socket;
foreach my $byte (split //, $signed->('ListTables', '{}'))
{
	$socket->syswrite($byte);
}
is(Dynamo::Bridge::read_answer($socket)->{body}, '{}', 'a request byte by byte');

$socket = $bridge->socket;
$socket->syswrite($signed->('ListTables', '{}', headers => { Connection => 'close' }));
$answer = Dynamo::Bridge::read_answer($socket);
is($answer->{headers}{connection}, 'close', 'Connection: close is confirmed');
is(Dynamo::Bridge::read_answer($socket)->{status}, 0, 'and done');

foreach my $malformed (
	[ 400, "GET / HTTP/1.1\n\n", 'bare line feeds' ],
	[ 400, "GET / HTTP/1.1\r\n\r\n", 'no Host' ],
	[ 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 'length and chunks' ],
	[ 501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 'other codings' ],
	[ 505, "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 'other versions' ],
	[ 400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 'TLS' ],
	[ 431, "GET / HTTP/1.1\r\nHost: a\r\n" . ("a: b\r\n" x 100) . "\r\n", 'many headers' ],
	[ 431, "GET / HTTP/1.1\r\nHost: a\r\nX: " . ('x' x 40000) . "\r\n\r\n", 'a large header' ])
{
	my ($status, $bytes, $name) = @$malformed;
	$socket = $bridge->socket;
	$socket->print($bytes);
	$socket->flush;
	is(Dynamo::Bridge::read_answer($socket)->{status}, $status, "malformed: $name");
	is(Dynamo::Bridge::read_answer($socket)->{status}, 0, "closed after it: $name");
}

# --- time limits: a client that drips does not hold a connection

my $hasty = Dynamo::Bridge->start($node, '--head-timeout=1000', '--body-timeout=1000', '--idle-timeout=1500');
ok($hasty->wait_until_healthy, 'short time limits: comes up');

sub drip
{
	my ($name, $status, @pieces) = @_;
	my $socket = $hasty->socket;
	my $left = @pieces;
	local $SIG{PIPE} = 'IGNORE';
	foreach my $piece (@pieces)
	{
		last unless defined $socket->syswrite($piece);
		$left--;
		last if IO::Select->new($socket)->can_read(0.05);
	}
	is(Dynamo::Bridge::read_answer($socket)->{status}, $status, "$name: ended");
	cmp_ok($left, '>', 0, "$name: long before it was done") if @pieces;
}
drip('slow head', 0, split //, "GET / HTTP/1.1\r\nHost: a\r\nX: " . ('x' x 200));
drip('slow body', 408, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", split //, 'x' x 200);
drip('idle', 0);

# --- backpressure on a client that does not read

$socket = $bridge->socket;
$socket->print($signed->('Scan', '{"bytes":900000}') x 40);
$socket->flush;
sleep 0.5;
my $complete = 0;
for (1 .. 40)
{
	$complete++ if length(Dynamo::Bridge::read_answer($socket)->{body}) == 900000;
}
is($complete, 40, 'large answers to a slow reader');

$socket = $hasty->socket;
$socket->print($signed->('Scan', '{"bytes":16000000}', headers => { Connection => 'close' }));
$socket->flush;
sleep 3;    # longer than a connection may be idle
is(length(Dynamo::Bridge::read_answer($socket)->{body}), 16000000, 'the last answer to a slow reader is whole');

is($hasty->stop, 0, 'short time limits: orderly end');
unlike($hasty->log, qr/ERROR|WARNING/, 'short time limits: nothing to complain about') or diag($hasty->log);

# --- metrics

is($bridge->wait_for_metric('dynamo_bridge_request_seconds_bucket{operation="Scan",le="+Inf"}', 40), 40, 'metrics: histogram');
is($bridge->wait_for_metric('dynamo_bridge_pool_ready{lane="write"}', 32), 32, 'metrics: pool');
my $metrics = $bridge->http("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
is($metrics->{status}, 200, 'metrics');
like($metrics->{body}, qr/^dynamo_bridge_requests_total\{operation="ListTables"\} \d+$/m, 'metrics: requests');
like($metrics->{body}, qr/^dynamo_bridge_errors_total\{operation="ListTables",type="InvalidSignatureException"\} \d+$/m,
	'metrics: errors');
is($bridge->wait_for_metric('dynamo_bridge_buffered_bytes', 0), 0, 'no body is left in memory');

is($bridge->stop, 0, 'orderly end');
unlike($bridge->log, qr/ERROR|WARNING/, 'nothing to complain about') or diag($bridge->log);
$node->stop;
done_testing();
