# 020_tables_dump_standby.pl
#    Item tables and their metadata in a dump, and on a standby.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'dynamo'\ndynamo.account_id = '000000000000'");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE source; CREATE DATABASE target; CREATE DATABASE clean');
$node->safe_psql('source', 'CREATE EXTENSION dynamo');
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;

# A table whose first index is gone, so that column numbers change in a
# restore, with tags, TTL and a name that does not fit.
my $long = 'n' x 200;
$node->safe_psql('source', <<SQL);
SELECT dynamo.create_table('{"TableName":"Music","BillingMode":"PAY_PER_REQUEST","Tags":[{"Key":"k","Value":"v"}],
  "AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"N"},{"AttributeName":"c","AttributeType":"S"}],
  "KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}],
  "LocalSecondaryIndexes":[{"IndexName":"local","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"c","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
  "GlobalSecondaryIndexes":[{"IndexName":"first","KeySchema":[{"AttributeName":"b","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}},
    {"IndexName":"second","KeySchema":[{"AttributeName":"c","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["q"]}}]}');
SELECT dynamo.update_table('{"TableName":"Music","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"first"}}]}');
SELECT dynamo.update_time_to_live('{"TableName":"Music","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"t"}}');
SELECT dynamo.create_table('{"TableName":"$long","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]}');
SQL
ok($node->poll_query_until('source', 'SELECT count(*) = 0 FROM dynamo_internal.backfills'), 'the first index is gone');
$node->safe_psql('source', <<'SQL');
SELECT dynamo.put_item(format('{"TableName":"Music","Item":{"a":{"S":"x"},"b":{"N":"%s"},"c":{"S":"c%s"},"t":{"N":"1700000000"}}}', i, i % 3)::json) FROM generate_series(1, 30) i;
SQL

my $describe = q{SELECT regexp_replace(dynamo.describe_table('{"TableName":"Music"}')::text, '"(ItemCount|TableSizeBytes|IndexSizeBytes)":\d+', '', 'g')};
my $query = q{SELECT dynamo.query('{"TableName":"Music","IndexName":"second","KeyConditionExpression":"c = :c","ExpressionAttributeValues":{":c":{"S":"c1"}}}')};
my $answers = join "\n", map { $node->safe_psql('source', $_) } $describe, $query;

# --- dump and restore

for my $case ([ 'target', 'plain' ], [ 'clean', 'custom' ])
{
	my ($database, $format) = @$case;
	my $file = $node->basedir . "/$database.dump";
	command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, "--format=$format", '-f', $file, 'source' ], "$format dump");
	if ($format eq 'plain')
	{
		command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', $node->host, '-p', $node->port, '-d', $database, '-f', $file ], 'restore');
	}
	else
	{
		command_ok([ 'pg_restore', '--exit-on-error', '-h', $node->host, '-p', $node->port, '-d', $database, $file ], 'restore');
	}
	is(join("\n", map { $node->safe_psql($database, $_) } $describe, $query), $answers, 'the restored table answers alike');
	is($node->safe_psql($database, q{SELECT count(*) FROM dynamo.check('Music')}), '0', 'and is right');
	is($node->safe_psql($database, q{SELECT dynamo.list_tags_of_resource('{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Music"}')}),
		'{"Tags":[{"Key":"k","Value":"v"}]}', 'with its tags');
	$node->safe_psql($database, q{SELECT dynamo.put_item('{"TableName":"Music","Item":{"a":{"S":"y"},"b":{"N":"1"},"c":{"S":"new"},"t":{"N":"5"}}}')});
	is($node->safe_psql($database, q{SELECT expires FROM dynamo_data."Music" WHERE item OPERATOR(dynamo.->>) 'a' = 'y'}), '5', 'new items get their columns');
	$node->safe_psql($database, qq{INSERT INTO dynamo_data."Music"(item) VALUES ('{"a":{"S":"z"},"b":{"N":"1"}}')});
	is($node->safe_psql($database, qq{SELECT dynamo.put_item('{"TableName":"$long","Item":{"a":{"S":"x"}}}')}), '{}', 'so does the table with the long name');
	is($node->safe_psql($database, q{SELECT dynamo.delete_table('{"TableName":"Music"}') IS NOT NULL}), 't', 'and it can be deleted');
}

# --- a standby

$node->wait_for_catchup($standby);
is(join("\n", map { $standby->safe_psql('source', $_) } $describe, $query), $answers, 'a standby answers alike');
is($standby->safe_psql('source', q{SELECT dynamo.list_tables('{"Limit":1}')}), '{"LastEvaluatedTableName":"Music","TableNames":["Music"]}', 'ListTables');
for my $case (
	[ 'CreateTable', '{}' ], [ 'DeleteTable', '{"TableName":"Music"}' ], [ 'UpdateTable', '{}' ], [ 'TagResource', '{}' ],
	[ 'PutItem', '{"TableName":"Music","Item":{"a":{"S":"y"},"b":{"N":"1"}}}' ])
{
	my ($result, $out, $error) = $standby->psql('source', "SELECT dynamo_internal.execute('$case->[0]', '$case->[1]', NULL)");
	like($error, qr/cannot execute $case->[0] during recovery/, "$case->[0] is refused");
}
my ($result, $out, $error) = $standby->psql('source', q{INSERT INTO dynamo_data."Music"(item) VALUES ('{"a":{"S":"y"},"b":{"N":"1"}}')});
like($error, qr/cannot execute INSERT in a read-only transaction/, 'so is plain SQL');

# What changes on the primary is seen on the standby by sessions that have
# described the table before.
my $session = $standby->background_psql('source');
$session->query_safe($describe);
$node->safe_psql('source', q{SELECT dynamo.update_table('{"TableName":"Music","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"second"}}]}')});
$node->wait_for_catchup($standby);
unlike($session->query_safe($describe), qr/"second"/, 'a change reaches the standby');
$node->safe_psql('source', q{SELECT dynamo.delete_table('{"TableName":"Music"}')});
$node->wait_for_catchup($standby);
$session->quit;
is($standby->safe_psql('source', q{SELECT json_array_length(dynamo.list_tables('{}')->'TableNames')}), '1', 'and a deletion');

$standby->promote;
is($standby->safe_psql('source', qq{SELECT dynamo.put_item('{"TableName":"$long","Item":{"a":{"S":"x"}}}')}), '{}', 'after promotion it writes');

$standby->stop;
$node->stop;
done_testing();
