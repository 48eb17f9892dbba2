# 200_index_build.pl
#    A global secondary index added to a table with items: built beside
#    writers, through a crash, without preloading, and given up half-way.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $key = '"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]';

sub create_table
{
	my ($node, $name, $items) = @_;
	$node->safe_psql('postgres', <<SQL);
SELECT dynamo.create_table('{"TableName":"$name","BillingMode":"PAY_PER_REQUEST",$key}');
INSERT INTO dynamo_data."$name"(item)
SELECT format('{"pk":{"S":"%s"},"g":{"S":"g%s"},"filler":{"S":"%s"}}', i, i % 100, repeat('x', 200))::dynamo.item
FROM generate_series(1, $items) i;
SQL
	return;
}

sub update_table
{
	my ($name) = @_;
	return <<SQL;
SELECT dynamo.update_table('{"TableName":"$name","AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],
"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}');
SQL
}

sub add_index
{
	my ($node, $name) = @_;
	$node->safe_psql('postgres', update_table($name));
	return;
}

sub wait_until_active
{
	my ($node, $name) = @_;
	return $node->poll_query_until('postgres',
		"SELECT dynamo.describe_table('{\"TableName\":\"$name\"}')->'Table'->'GlobalSecondaryIndexes'->0->>'IndexStatus' = 'ACTIVE'");
}

# Some rows are done, or all of them.
sub wait_until_begun
{
	my ($node) = @_;
	return $node->poll_query_until('postgres', 'SELECT coalesce(bool_and(scanned > 0), true) FROM dynamo_internal.backfills');
}

sub count_by_index
{
	my ($node, $name, $g) = @_;
	return $node->safe_psql('postgres',
		"SELECT dynamo.query('{\"TableName\":\"$name\",\"IndexName\":\"byG\",\"Select\":\"COUNT\",\"KeyConditionExpression\":\"g = :g\",\"ExpressionAttributeValues\":{\":g\":{\"S\":\"$g\"}}}')->>'Count'");
}

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'dynamo'\nmax_worker_processes = 16");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynamo');

# --- beside writers

create_table($node, 'busy', 5000);
my (@writers, @errors);
for my $n (1 .. 3)
{
	my $script = $node->basedir . "/writer$n.sql";
	append_to_file($script, <<'SQL');
\set pk random(1, 6000)
\set g random(1, 100)
SELECT CASE WHEN :g > 20 THEN dynamo.put_item(format('{"TableName":"busy","Item":{"pk":{"S":"%s"},"g":{"S":"g%s"}}}', :pk, :g)::json)
            WHEN :g > 10 THEN dynamo.update_item(format('{"TableName":"busy","Key":{"pk":{"S":"%s"}},"UpdateExpression":"REMOVE g"}', :pk)::json)
            ELSE dynamo.delete_item(format('{"TableName":"busy","Key":{"pk":{"S":"%s"}}}', :pk)::json) END;
SQL
	push @writers, IPC::Run::start(
		[ 'pgbench', '-n', '-T', '6', '-f', $script, '-h', $node->host, '-p', $node->port, 'postgres' ],
		'>', \my $out, '2>', \$errors[$n]);
}
add_index($node, 'busy');
ok(wait_until_active($node, 'busy'), 'an index becomes ACTIVE while writers go on');
$_->finish for @writers;
is(join(',', map { $_->full_result(0) } @writers), '0,0,0', 'no writer failed') or diag("@errors[1 .. 3]");
is($node->safe_psql('postgres', q{SELECT count(*) FROM dynamo_data.busy WHERE (x1 IS NULL) <> (item OPERATOR(dynamo.->>) 'g' IS NULL)}),
	'0', 'every row is in the index if and only if it has the attribute');
is($node->safe_psql('postgres', q{SELECT count(*) FROM dynamo.check('busy')}), '0', 'keys, columns and index entries agree');

# --- through a crash

create_table($node, 'crashed', 20000);
# Somebody who has the last row, so that the build cannot come to its end: he
# waits for it already when the index is ordered.
my $order = $node->background_psql('postgres');
my $reader = $node->background_psql('postgres');
$order->query_safe('BEGIN; ' . update_table('crashed'));
$reader->query_until(qr/waits/, "\\echo waits\nBEGIN; SELECT FROM dynamo_data.crashed ORDER BY hk DESC, sk DESC LIMIT 1 FOR UPDATE;\n");
ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'}), 'somebody waits for a row');
$order->query_safe('COMMIT');
ok(wait_until_begun($node), 'a build has begun');
is($node->safe_psql('postgres', 'SELECT count(*) FROM dynamo_internal.backfills'), '1', 'and is not done');
$node->stop('immediate');
eval { $_->quit } foreach $order, $reader;
$node->start;
ok(wait_until_active($node, 'crashed'), 'an index becomes ACTIVE after a crash in the middle');
is(count_by_index($node, 'crashed', 'g7'), '200', 'it is complete');
is($node->safe_psql('postgres', q{SELECT count(*) FROM dynamo.check('crashed')}), '0', 'and right');

# a crash while the btree is built leaves an invalid one behind
create_table($node, 'halfbuilt', 2000);
$reader = $node->background_psql('postgres');
$reader->query_safe("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1;");
add_index($node, 'halfbuilt');
ok($node->poll_query_until('postgres', 'SELECT EXISTS (SELECT FROM pg_index WHERE NOT indisvalid)'), 'a btree is half built');
$node->stop('immediate');
eval { $reader->quit };
$node->start;
ok(wait_until_active($node, 'halfbuilt'), 'an index that was half built is built again');
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_index WHERE NOT indisvalid'), '0', 'nothing invalid is left');
is(count_by_index($node, 'halfbuilt', 'g7'), '20', 'it serves queries');

# --- given up

create_table($node, 'gone', 20000);
add_index($node, 'gone');
$node->safe_psql('postgres', q{SELECT dynamo.delete_table('{"TableName":"gone"}')});
create_table($node, 'kept', 20000);
add_index($node, 'kept');
ok(wait_until_begun($node), 'the build of an index that is not wanted any more has begun');
$node->safe_psql('postgres',
	q{SELECT dynamo.update_table('{"TableName":"kept","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"byG"}}]}')});
# the build of a btree waits for a reader, and the deletion for the build
create_table($node, 'waited', 1000);
$reader = $node->background_psql('postgres');
$reader->query_safe("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1;");
add_index($node, 'waited');
ok($node->poll_query_until('postgres', 'SELECT EXISTS (SELECT FROM pg_index WHERE NOT indisvalid)'), 'a build waits for a reader');
$node->safe_psql('postgres', q{SELECT dynamo.delete_table('{"TableName":"waited"}')});
$reader->quit;
ok($node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM dynamo_internal.backfills'), 'deleted work leaves nothing to do');
ok($node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'dynamo backfill'}), 'the worker ends');
unlike(slurp_file($node->logfile), qr/deadlock detected/, 'nobody waited in a circle');
add_index($node, 'kept');
ok(wait_until_active($node, 'kept'), 'a deleted index can be made again');

# --- another database

$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('other', 'CREATE EXTENSION dynamo');
$node->safe_psql('other', "SELECT dynamo.create_table('{\"TableName\":\"there\",\"BillingMode\":\"PAY_PER_REQUEST\",$key}')");
$node->safe_psql('other',
	q{SELECT dynamo.update_table('{"TableName":"there","AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}')});
ok($node->poll_query_until('other', q{SELECT count(*) = 0 FROM dynamo_internal.backfills}), 'a worker goes where the work is');
$node->stop;

# --- without preloading

my $plain = PostgreSQL::Test::Cluster->new('plain');
$plain->init;
$plain->start;
$plain->safe_psql('postgres', 'CREATE EXTENSION dynamo');
create_table($plain, 'simple', 1000);
add_index($plain, 'simple');
ok(wait_until_active($plain, 'simple'), 'an index is built without preloading');
is(count_by_index($plain, 'simple', 'g7'), '10', 'and complete');
$plain->stop;

done_testing();
