# 312_bridge_killed.pl
#    The bridge dies under load, again and again, with writes and transactions
#    caught in the middle; no acknowledged write is lost, none is half done, its
#    sessions end, and clients of the next one go on.

use strict;
use warnings;

use Dynamo::Bridge;
use Dynamo::Load;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = Dynamo::Bridge::extension_node();
my $load = Dynamo::Load->prepare($node);

# every write of a row waits for an advisory lock, which is free most of the time
$node->safe_psql('postgres', q{CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END';
	CREATE TRIGGER wait AFTER INSERT OR UPDATE ON dynamo_data."Load" FOR EACH ROW EXECUTE FUNCTION wait()});
my $clients = 8;
my $sessions = q{(SELECT count(*) FROM pg_stat_activity WHERE usename = 'dynamo_bridge'};
my $caught = "SELECT $sessions AND wait_event = 'advisory') = $clients";

foreach my $time ('first', 'second', 'third')
{
	my $bridge = Dynamo::Bridge->start($node, '--lock-timeout=0');
	ok($bridge->wait_until_healthy, "$time: comes up");
	$load->start(clients => $clients, bridge => $bridge);
	$load->wait_for(300);

	my $let_go = Dynamo::Bridge::hold($node, 1);
	ok($node->poll_query_until('postgres', $caught), "$time: a write of each client is caught in the middle");
	is($bridge->stop('KILL'), 9, "$time: the bridge is killed");
	cmp_ok($load->join, '>=', 300, "$time: there was load");
	is($node->safe_psql('postgres', $caught), 't', "$time: they still wait");
	$let_go->();
	ok($node->poll_query_until('postgres', "SELECT $sessions) = 0"), "$time: no session stays behind");
	$load->check($node, $time);
}

# and an orderly end
my $bridge = Dynamo::Bridge->start($node);
ok($bridge->wait_until_healthy, 'comes up again');
$load->start(clients => 4, bridge => $bridge);
$load->wait_for(300);
$load->stop;
is($bridge->stop, 0, 'orderly end');
$load->check($node, 'orderly end');

$node->stop;
done_testing();
