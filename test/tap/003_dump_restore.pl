# 003_dump_restore.pl
#    pg_dump, pg_restore, pg_upgrade and logical replication of a whole database:
#    rows, indexes, metadata, tags, TTL, access keys, grants and the access
#    method come back, and operations go on.

use strict;
use warnings;

use Dynamo::Load;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'dynamo'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynamo');
my $load = Dynamo::Load->prepare($node);
$load->start(clients => 3);
$load->wait_for(1000);
$load->stop;

# A table with what the other has not, and what belongs to no table.
$node->safe_psql('postgres', <<'SQL');
SELECT dynamo.create_table('{"TableName": "every.Setting-1", "DeletionProtectionEnabled": true,
	"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "B"}, {"AttributeName": "n", "AttributeType": "N"}],
	"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
	"ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 8},
	"StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
	"Tags": [{"Key": "team", "Value": "shop"}, {"Key": "stage", "Value": ""}],
	"GlobalSecondaryIndexes": [{"IndexName": "by-n", "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["text"]},
		"KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}], "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2}}]}');
SELECT dynamo.update_time_to_live('{"TableName": "every.Setting-1", "TimeToLiveSpecification": {"Enabled": true, "AttributeName": "expires"}}');
SELECT count(dynamo.put_item(format('{"TableName": "every.Setting-1", "Item": {"id": {"B": "%s"}, "n": {"N": "%s"}, "expires": {"N": "%s"},
	"text": {"S": "%s"}, "sets": {"M": {"ss": {"SS": ["b", "a"]}, "ns": {"NS": ["1E100", "-1"]}, "bs": {"BS": ["AA==", "/w=="]}}}}}',
	encode(int4send(i), 'base64'), i % 4, 4000000000 + i, repeat('gr\u00fc\u00df \"\\u0000', i * 20))::json))
	FROM generate_series(1, 40) AS i;
SELECT dynamo.create_access_key('application', 'AKIDDUMP', 'secret');
SELECT dynamo.create_access_key('former', 'AKIDFORMER', 'former secret');
SELECT dynamo.enable_access_key('AKIDFORMER', false);
SELECT dynamo.create_view('every.Setting-1', '{"n": "integer", "text": "text"}', 'settings');
CREATE ROLE application;
GRANT USAGE ON SCHEMA dynamo TO application;
GRANT EXECUTE ON FUNCTION dynamo.get_item TO application;
SQL

my $everything = q{
	SELECT regexp_replace(dynamo.describe_table('{"TableName": "every.Setting-1"}')::text, '"(ItemCount|[A-Za-z]*Bytes)":\d+', '', 'g');
	SELECT dynamo.describe_time_to_live('{"TableName": "every.Setting-1"}');
	SELECT dynamo.list_tags_of_resource(json_build_object('ResourceArn',
		dynamo.describe_table('{"TableName": "every.Setting-1"}') #>> '{Table,TableArn}'));
	SELECT count(*), sum(expires), md5(string_agg(t::text, ',' ORDER BY hk)) FROM dynamo_data."every.Setting-1" AS t;
	SELECT n, count(*), sum(length(text)) FROM settings GROUP BY n ORDER BY n;
	SELECT * FROM dynamo_internal.access_keys ORDER BY access_key_id;
	SELECT proname FROM pg_proc WHERE pronamespace = 'dynamo'::regnamespace AND has_function_privilege('application', oid, 'EXECUTE')};
my $contents = q{SELECT count(*), md5(string_agg(hk::text || sk::text || item::text || coalesce(x1::text, '-') || coalesce(x2::text, '-'),
	',' ORDER BY hk, sk)) FROM dynamo_data."Load"};
my $description = q{SELECT regexp_replace(dynamo.describe_table('{"TableName": "Load"}')::text, '"(ItemCount|[A-Za-z]*Bytes)":\d+', '', 'g')};
my $before = $node->safe_psql('postgres', $contents);
my $described = $node->safe_psql('postgres', $description);
my $all = $node->safe_psql('postgres', $everything);
my $queried = $node->safe_psql('postgres', global_index());
like($queried, qr/^10\|/, 'there is something to query');

my $directory = $node->basedir;
$node->command_ok([ 'pg_dump', '-Fd', '-j2', '-f', "$directory/parallel", $node->connstr('postgres') ], 'dump in parallel');
$node->command_ok([ 'pg_dump', '-Fp', '-f', "$directory/plain.sql", $node->connstr('postgres') ], 'dump as SQL');
$node->command_ok([ 'pg_dump', '-Fp', '--inserts', '-f', "$directory/inserts.sql", $node->connstr('postgres') ], 'dump as INSERTs');

sub check_restored
{
	my ($server, $database, $name) = @_;

	is($server->safe_psql($database, $contents), $before, "$name: rows");
	is($server->safe_psql($database, $description), $described, "$name: DescribeTable");
	is($server->safe_psql($database, $everything), $all, "$name: settings, tags, TTL, keys, views, grants");
	is($server->safe_psql($database, global_index()), $queried, "$name: Query of a global index");
	is($server->safe_psql($database, q{SELECT * FROM dynamo.check('Load'); SELECT * FROM dynamo.check('every.Setting-1')}), '', "$name: check");
	is($server->safe_psql($database, q{SELECT amname FROM pg_class JOIN pg_am ON pg_am.oid = relam
		WHERE pg_class.oid = 'dynamo_data."Load"'::regclass}), 'dynamo', "$name: access method");
	is($server->safe_psql($database, q{SELECT dynamo.update_item('{"TableName": "Load", "Key": {"pk": {"S": "restored"}, "sk": {"N": "1"}},
		"UpdateExpression": "SET g = :g, v = :v", "ReturnValues": "ALL_NEW",
		"ExpressionAttributeValues": {":g": {"S": "new"}, ":v": {"N": "7"}}}') #>> '{Attributes,v,N}'}), '7', "$name: writes go on");
	is($server->safe_psql($database, q{INSERT INTO dynamo_data."Load" (item) VALUES ('{"pk": {"S": "r"}, "sk": {"N": "1"}}');
		SELECT count(*) FROM dynamo_data."Load" WHERE octet_length(hk) = 16}), (split /\|/, $before)[0] + 2, "$name: the trigger is there");
	return;
}

# A Query by an index, in an order that does not depend on where rows lie.
sub global_index
{
	return q{SELECT count(*), string_agg(i::text, ',' ORDER BY i #>> '{id,B}')
		FROM json_array_elements(dynamo.query('{"TableName": "every.Setting-1", "IndexName": "by-n", "KeyConditionExpression": "n = :n",
			"ExpressionAttributeValues": {":n": {"N": "3"}}}') -> 'Items') AS i};
}

# pg_restore -j loads the tables of an extension in any order.
is($node->safe_psql('postgres', q{SELECT string_agg(conname, ' ') FROM pg_constraint, pg_extension
	WHERE contype = 'f' AND extname = 'dynamo' AND conrelid = ANY (extconfig)}), '', 'no foreign keys between tables of metadata');

$node->safe_psql('postgres', 'CREATE DATABASE parallel');
$node->command_ok([ 'pg_restore', '-j2', '-d', $node->connstr('parallel'), "$directory/parallel" ], 'restore in parallel');
check_restored($node, 'parallel', 'parallel');

# another cluster
my $other = PostgreSQL::Test::Cluster->new('other');
$other->init;
$other->append_conf('postgresql.conf', "shared_preload_libraries = 'dynamo'");
$other->start;
$other->safe_psql('postgres', 'CREATE ROLE application');
foreach my $kind ('plain', 'inserts')
{
	$other->safe_psql('postgres', "CREATE DATABASE $kind");
	$other->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $other->connstr($kind), '-f', "$directory/$kind.sql" ],
		"restore: $kind");
	check_restored($other, $kind, $kind);
}

# one table alone, data only
$other->safe_psql('plain', 'TRUNCATE dynamo_data."Load"');
$node->command_ok([ 'pg_dump', '-a', '-t', 'dynamo_data."Load"', '-f', "$directory/data.sql", $node->connstr('postgres') ], 'dump of data');
$other->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $other->connstr('plain'), '-f', "$directory/data.sql" ], 'restore of data');
is($other->safe_psql('plain', $contents), $before, 'data only: rows');
is($other->safe_psql('plain', q{SELECT * FROM dynamo.check('Load')}), '', 'data only: check');

# over what is there: everything is dropped and made again
$node->command_ok([ 'pg_restore', '--clean', '--if-exists', '-d', $node->connstr('parallel'), "$directory/parallel" ], 'restore over what is there');
check_restored($node, 'parallel', 'over what is there');

# everything at another server without a stop, as for another version of Postgres
$node->command_ok([ 'pg_dump', '--schema-only', '-f', "$directory/schema.sql", $node->connstr('postgres') ], 'dump of the schema');
$other->safe_psql('postgres', 'CREATE DATABASE replica');
$other->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $other->connstr('replica'), '-f', "$directory/schema.sql" ],
	'restore of the schema');
$node->safe_psql('postgres', 'CREATE PUBLICATION everything FOR ALL TABLES');
$other->safe_psql('replica', sprintf q{CREATE SUBSCRIPTION everything CONNECTION '%s' PUBLICATION everything},
	$node->connstr . ' dbname=postgres');
$other->wait_for_subscription_sync($node, 'everything', 'replica');
$node->safe_psql('postgres', q{SELECT dynamo.delete_item(json_build_object('TableName', 'Load',
		'Key', json_build_object('pk', item -> 'pk', 'sk', item -> 'sk')))
	FROM (SELECT item::text::json FROM dynamo_data."Load" LIMIT 1) AS one;
	SELECT dynamo.untag_resource(json_build_object('TagKeys', ARRAY['stage'], 'ResourceArn',
		dynamo.describe_table('{"TableName": "every.Setting-1"}') #>> '{Table,TableArn}'))});
$before = $node->safe_psql('postgres', $contents);
$all = $node->safe_psql('postgres', $everything);
$node->wait_for_catchup('everything');
$other->safe_psql('replica', 'DROP SUBSCRIPTION everything');
check_restored($other, 'replica', 'replica');

$node->stop;
$other->stop;

# pg_upgrade: files move, the catalog comes from a dump in binary mode
my $next = PostgreSQL::Test::Cluster->new('next');
$next->init;
$next->append_conf('postgresql.conf', "shared_preload_libraries = 'dynamo'");
my $bin = $node->config_data('--bindir');
chdir $PostgreSQL::Test::Utils::tmp_check or die;		# its logs
foreach my $mode ([ '--check' ], [])
{
	command_ok([ 'pg_upgrade', '--no-sync', '-d', $node->data_dir, '-D', $next->data_dir, '-b', $bin, '-B', $bin,
		'-s', $node->host, '-p', $node->port, '-P', $next->port, @$mode ], "pg_upgrade @$mode");
}
$next->start;
check_restored($next, 'postgres', 'upgraded');
is($next->safe_psql('postgres', q{SELECT count(bt_index_check(indexrelid, true)) FROM pg_index
	WHERE indrelid IN (SELECT relation FROM dynamo_internal.tables)}), 6, 'upgraded: every entry is in the btrees');
$next->stop;
done_testing();
