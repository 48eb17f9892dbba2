# 005_decoding.pl
#    Logical decoding and logical replication of item tables.

use strict;
use warnings;

use Dynamo::Load;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @nodes = map { PostgreSQL::Test::Cluster->new($_) } 'publisher', 'subscriber';
foreach my $node (@nodes)
{
	$node->init(allows_streaming => 'logical');
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'dynamo'");
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION dynamo');
}
my ($publisher, $subscriber) = @nodes;
my $load = Dynamo::Load->prepare($publisher);
Dynamo::Load->prepare($subscriber);
$subscriber->safe_psql('postgres', 'TRUNCATE dynamo_data."Load"');

# --- decoding: whole old and new rows

$publisher->safe_psql('postgres', q{ALTER TABLE dynamo_data."Load" REPLICA IDENTITY FULL});
$publisher->safe_psql('postgres', q{SELECT pg_create_logical_replication_slot('slot', 'test_decoding')});
my $key = '"pk": {"S": "decoded"}, "sk": {"N": "1"}';
$publisher->safe_psql('postgres', qq{SELECT dynamo.put_item('{"TableName": "Load", "Item": {$key, "l": {"N": "5"}, "v": {"N": "1"}}}')});
$publisher->safe_psql('postgres', qq{SELECT dynamo.update_item('{"TableName": "Load", "Key": {$key}, "UpdateExpression": "ADD v :v",
	"ExpressionAttributeValues": {":v": {"N": "1"}}}')});
# a large item, which is stored out of line
$publisher->safe_psql('postgres', qq{SELECT dynamo.update_item(json_build_object('TableName', 'Load', 'Key', '{$key}'::json,
	'UpdateExpression', 'SET essay = :l', 'ExpressionAttributeValues', json_build_object(':l', json_build_object('S',
		(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 3000) i)))))});
$publisher->safe_psql('postgres', qq{SELECT dynamo.delete_item('{"TableName": "Load", "Key": {$key}}')});
# a lost condition, a put of what is there, and a transaction that ends badly leave no trace
$publisher->psql('postgres', qq{SELECT dynamo.put_item('{"TableName": "Load", "Item": {$key}, "ConditionExpression": "attribute_exists(pk)"}')});
$publisher->safe_psql('postgres', qq{BEGIN; SELECT dynamo.put_item('{"TableName": "Load", "Item": {$key}}'); ROLLBACK});

my @changes = grep { /^table/ } split /\n/, $publisher->safe_psql('postgres', q{SELECT data FROM
	pg_logical_slot_get_changes('slot', NULL, NULL, 'skip-empty-xacts', '1')});
is(scalar @changes, 4, 'four changes');
like($changes[0], qr/^table dynamo_data\."Load": INSERT: hk\[bytea\]:'\\x\w{32}' sk\[bytea\]:'\\x\w+' item\[dynamo\.item\]:'\{.*"v":\{"N":"1"\}.*' x1/, 'insert');
like($changes[1], qr/: UPDATE: old-key: .*"v":\{"N":"1"\}.* new-tuple: .*"v":\{"N":"2"\}/, 'update: old and new image');
like($changes[2], qr/: UPDATE: old-key: .*"v":\{"N":"2"\}.* new-tuple: .*"essay":\{"S":"\w{60000}\w+"\}/, 'large item');
like($changes[3], qr/: DELETE: hk.*"essay":\{"S":"\w{60000}\w+"\}/, 'delete: old image');
$publisher->safe_psql('postgres', q{SELECT pg_drop_replication_slot('slot')});

# --- replication: the subscriber applies rows through the access method

$publisher->safe_psql('postgres', 'CREATE PUBLICATION p FOR TABLE dynamo_data."Load"');
$subscriber->safe_psql('postgres', sprintf(q{CREATE SUBSCRIPTION s CONNECTION '%s' PUBLICATION p}, $publisher->connstr . ' dbname=postgres'));
$load->start(clients => 3);
$load->wait_for(1500);
cmp_ok($load->stop, '>=', 1500, 'there was load');
$publisher->wait_for_catchup('s');
$subscriber->poll_query_until('postgres', q{SELECT count(1) = 0 FROM pg_subscription_rel WHERE srsubstate NOT IN ('r', 's')})
  or die 'tables do not come into sync';
$publisher->wait_for_catchup('s');
my $contents = q{SELECT count(*), md5(string_agg(t::text, ',' ORDER BY hk, sk)) FROM dynamo_data."Load" t};
is($subscriber->safe_psql('postgres', $contents), $publisher->safe_psql('postgres', $contents), 'the same rows');
$load->check($subscriber, 'subscriber');

$_->stop foreach $subscriber, $publisher;
done_testing();
