# 305_bridge_exhausted.pl
#    Others use up the connections of Postgres: when the bridge starts, while it
#    runs, and while it connects again.  It says "unavailable", and is back by
#    itself when there are connections again.

use strict;
use warnings;

use Dynamo::Bridge;
use Dynamo::Wait;
use IO::Socket::UNIX;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "max_connections = 30\nsuperuser_reserved_connections = 3");
$node->start;
Dynamo::Bridge::prepare_database($node);
$node->safe_psql('postgres', 'CREATE ROLE crowd LOGIN');
my @few = ('--threads=1', '--read-connections=1', '--write-connections=4', '--general-connections=2', '--queue-timeout=300');
my $unavailable = '503 {"__type":"com.amazon.coral.service#ServiceUnavailableException","message":"The service is currently unavailable or busy."}';
my @crowd;

# One more connection of the crowd, or undef if there is none left.
sub connect_one
{
	my $socket = IO::Socket::UNIX->new($node->host . '/.s.PGSQL.' . $node->port) // die "connect: $!";
	my $startup = pack('N', 196608) . "user\0crowd\0database\0postgres\0\0";
	my $buffer = '';
	$socket->syswrite(pack('N', 4 + length $startup) . $startup);
	# the answer ends in ReadyForQuery, or is an error
	while ($buffer !~ /Z\x00\x00\x00\x05I$/)
	{
		sysread($socket, $buffer, 8192, length $buffer) or return;
		return if $buffer =~ /^E/;
	}
	return $socket;
}

# Takes every connection that the bridge has not, also those that are given back
# meanwhile: a backend of ours that has not quite ended still had its own.
sub take_all
{
	wait_until(sub {
		while (my $socket = connect_one()) { push @crowd, $socket; }
		return $node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE usename IN ('crowd', 'dynamo_bridge')}) == 27;
	}) or die 'not all connections can be had';
	return;
}

sub outcome { my ($answer) = @_; return "$answer->{status} $answer->{body}"; }

# --- none left when the bridge starts

take_all();
cmp_ok(scalar @crowd, '>', 20, 'the crowd has all connections');
my $bridge = Dynamo::Bridge->start($node, @few);
is(outcome($bridge->call('GetItem', '{"k":"a"}')), $unavailable, 'start without connections: unavailable');
is($bridge->health, 503, 'start without connections: not healthy');
my $why = qr/WARNING: no connection to Postgres, will go on trying: .*(?:too many clients|remaining connection slots)/;
like($bridge->wait_for_log($why), $why, 'start without connections: the log says why');
@crowd = ();
ok($bridge->wait_until_healthy, 'it is up when there are some');
is($bridge->call('PutItem', '{"k":"a","v":"{\"Item\":1}"}')->{status}, 200, 'a write');
like($bridge->wait_for_log(qr/connected to Postgres again/), qr/connected to Postgres again/, 'the log says so');

# --- none left beside it: nothing changes

take_all();
is($bridge->call('GetItem', '{"k":"a"}')->{body}, '{"Item":1}', 'others have the rest: a read');
is($bridge->call('PutItem', '{"k":"b","v":"{}"}')->{status}, 200, 'others have the rest: a write');

# --- it loses its connections, and others are quicker

$node->safe_psql('postgres', q{ALTER ROLE dynamo_bridge CONNECTION LIMIT 0;
	SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE usename = 'dynamo_bridge'});
take_all();
$node->safe_psql('postgres', 'ALTER ROLE dynamo_bridge CONNECTION LIMIT -1');
ok(wait_until(sub { $bridge->health == 503 }), 'nothing left to connect to: not healthy');
is(outcome($bridge->call($_->[0], $_->[1])), $unavailable, "nothing left to connect to: $_->[0]")
  foreach [ 'GetItem', '{"k":"a"}' ], [ 'PutItem', '{"k":"c","v":"{}"}' ], [ 'Query', '{"sleep":0}' ];
is($bridge->health, 503, 'nothing left to connect to: still not healthy');
is($bridge->wait_for_metric('dynamo_bridge_pool_queued{lane="write"}', 0), 0, 'nothing left to connect to: no queue that grows');
@crowd = ();
ok($bridge->wait_until_healthy, 'it is back when there are some');
is($bridge->call('GetItem', '{"k":"b"}')->{body}, '{}', 'what was acknowledged is there');
is($node->safe_psql('postgres', q{SELECT count(*) FROM dynamo_internal.kv WHERE k = 'c'}), '0', 'what was refused is not');

# --- fewer than it wants: it works with what it gets

$bridge->stop;
$node->safe_psql('postgres', 'ALTER ROLE dynamo_bridge CONNECTION LIMIT 5');    # it wants 8
$bridge = Dynamo::Bridge->start($node, @few);
ok($bridge->wait_until_healthy, 'five connections: healthy');
is(join(' ', map { $bridge->call($_, '{"k":"a","v":"{}","sleep":0}')->{status} } 'GetItem', 'PutItem', 'Query'),
	'200 200 200', 'five connections: all kinds of requests');
is($bridge->stop, 0, 'orderly end');
unlike($bridge->log, qr/ERROR/, 'nothing to complain about');

# the one that becomes free is for those who have none, not for the many that others want more
$node->safe_psql('postgres', 'ALTER ROLE dynamo_bridge CONNECTION LIMIT 2');
$bridge = Dynamo::Bridge->start($node, '--threads=1', '--development', '--read-connections=20',
	'--write-connections=20', '--general-connections=20', '--queue-timeout=300');
ok($node->poll_query_until('postgres', q{SELECT count(*) = 2 FROM pg_stat_activity WHERE usename = 'dynamo_bridge' AND state = 'idle'}),
	'two connections');
is($bridge->health, 503, 'two connections: not healthy');
$node->safe_psql('postgres', 'ALTER ROLE dynamo_bridge CONNECTION LIMIT 3');
ok($bridge->wait_until_healthy, 'one more: healthy');
$node->safe_psql('postgres', 'ALTER ROLE dynamo_bridge CONNECTION LIMIT -1');
is($bridge->stop, 0, 'orderly end');
unlike($bridge->log, qr/ERROR/, 'nothing to complain about');
$node->stop;
done_testing();
