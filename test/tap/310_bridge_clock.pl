# 310_bridge_clock.pl
#    Clocks that are wrong, of clients, of the bridge, and of Postgres, also while
#    they run.  Only what is about the time of day may notice.

use strict;
use warnings;

use Dynamo::Bridge;
use Dynamo::Shim;
use JSON::PP;
use POSIX qw(strftime);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my ($clock, $server_clock) = map { Dynamo::Shim->new('wrong_clock') } 1, 2;
my $node = Dynamo::Bridge::extension_node('dynamo.throttling = on', preload => $server_clock);
my $bridge = $clock->preload(sub { Dynamo::Bridge->start($node, '--threads=1') });
ok($bridge->wait_until_healthy, 'comes up');

my $minute = 60;
my $hour = 3600;
my $day = 86400;

# --- clocks of clients

sub basic { my ($time) = @_; return strftime('%Y%m%dT%H%M%SZ', gmtime $time); }

# The error, with the bridge's time out of it: that may be a second later than ours.
sub is_refused
{
	my ($skew, $template) = @_;
	my $sent = time() + $skew;
	my $body = $bridge->call('ListTables', '{}', time => $sent)->{body};
	my ($now) = $body =~ /\((\d{8}T\d{6}Z) [-+] 15 min\.\)/;
	my ($y, $m, $d, $h, $min, $s) = ($now // '') =~ /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/;
	my $then = defined $s ? POSIX::mktime($s, $min, $h, $d, $m - 1, $y - 1900) : 0;
	cmp_ok(abs($then + $skew - $sent), '<', 30, "$skew s: the bridge tells its time");
	my $bound = basic($then + ($skew < 0 ? -15 : 15) * $minute);
	is($body, '{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"'
		  . sprintf($template, basic($sent), $bound, basic($then)) . '"}', "$skew s: the error");
	return;
}

$ENV{TZ} = 'UTC';
POSIX::tzset();
foreach my $skew (-14 * $minute, -5 * $minute, 0, 5 * $minute, 14 * $minute)
{
	is($bridge->call('ListTables', '{}', time => time() + $skew)->{status}, 200, "$skew s: taken");
}
foreach my $skew (16 * $minute, $hour, $day)
{
	is_refused(-$skew, 'Signature expired: %s is now earlier than %s (%s - 15 min.)');
	is_refused($skew, 'Signature not yet current: %s is still later than %s (%s + 15 min.)');
}

# --- the clock of the bridge is set: connections and time limits do not notice

my $waiting = $bridge->socket;
foreach my $jump (40 * $day, -40 * $day)
{
	my $slow = $bridge->socket;
	my $request = Dynamo::Bridge::signed('ListTables', '{}', time => time() + $jump);
	$slow->syswrite(substr $request, 0, 100);
	$bridge->health;    # its one thread has begun to read it
	$clock->set($jump);
	$slow->syswrite(substr $request, 100);
	is(Dynamo::Bridge::read_answer($slow)->{status}, 200, "set by $jump s: a request that had begun");
	like($bridge->call('ListTables', '{}')->{body}, qr/InvalidSignatureException/, "set by $jump s: the old time is wrong now");
	$waiting->syswrite("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	is(Dynamo::Bridge::read_answer($waiting)->{status}, 200, "set by $jump s: an idle connection");
}
$clock->clear;
unlike($bridge->log, qr/WARNING|ERROR/, 'the bridge has nothing to complain about');

# --- the clock of Postgres is set, the bridge's with it or not

sub call
{
	my ($operation, $body, $jump) = @_;
	return $bridge->call($operation, $body, time => time() + ($jump // 0));
}
my $keys = '"AttributeDefinitions":[{"AttributeName":"k","AttributeType":"S"}],"KeySchema":[{"AttributeName":"k","KeyType":"HASH"}]';
is(call('CreateTable', qq({"TableName":"Tokens","BillingMode":"PAY_PER_REQUEST",$keys}))->{status}, 200, 'a table');

sub set_clocks
{
	my ($jump, $server_jump) = @_;
	$clock->set($jump);
	$server_clock->set($server_jump);
	return "at $jump s, Postgres at $server_jump s";
}

# Adds one, once for each token.  The clock of Postgres is the bridge's unless it is named.
sub add
{
	my ($token, $jump, $server_jump) = @_;
	my $when = set_clocks($jump, $server_jump // $jump);
	is(call('TransactWriteItems', qq({"ClientRequestToken":"$token","TransactItems":[{"Update":{"TableName":"Tokens","Key":{"k":{"S":"$token"}},
		"UpdateExpression":"ADD n :one","ExpressionAttributeValues":{":one":{"N":"1"}}}}]}), $jump)->{status}, 200, "$token $when");
	my $got = call('GetItem', qq({"TableName":"Tokens","Key":{"k":{"S":"$token"}},"ConsistentRead":true}), $jump);
	return decode_json($got->{body})->{Item}{n}{N};
}
add('minutes', 0);
is(add('minutes', 9 * $minute), 1, 'a token is good for 9 minutes');
is(add('minutes', 11 * $minute), 2, 'and not for 11');
is(add('minutes', 12 * $minute), 2, 'the new one is good again');
add('back', 0);
is(add('back', -$hour), 1, 'a token of the future: the clock was set back');
is(add('back', 5 * $minute), 1, 'and put right');
add('apart', 0);
is(add('apart', $hour, 9 * $minute), 1, "the bridge's clock does not make a token older");
is(add('apart', 0, 11 * $minute), 2, 'that of Postgres does');
is(add('apart', -$day, 12 * $minute), 2, 'the new one is good again');

# A table that may write a unit a second, and has its burst of 300 used up.
set_clocks(0, 0);
is(call('CreateTable', qq({"TableName":"Slow","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},$keys}))->{status}, 200,
	'a table with little throughput');
my $item = '{"TableName":"Slow","Item":{"k":{"S":"a"},"filler":{"S":"' . ('x' x 390_000) . '"}}}';
is(call('PutItem', $item)->{status}, 200, 'its burst is used up');
foreach my $jumps ([ 0, 0 ], [ $hour, $hour ], [ -$hour, -$hour ], [ 0, 0 ], [ 0, $hour ], [ $hour, -$hour ], [ -$day, 0 ])
{
	my $when = set_clocks(@$jumps);
	like(call('PutItem', $item, $jumps->[0])->{body}, qr/ProvisionedThroughputExceededException/, "throttled $when");
}
$_->clear foreach $clock, $server_clock;

unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP|ERROR/, 'Postgres has nothing to complain about');
is($bridge->stop, 0, 'orderly end');
$node->stop;
done_testing();
