# 200_index_build.pl
#    A global secondary index added to a table with items: built beside
#    writers, through a crash, without preloading, and given up half-way.  And
#    the index of a table with TTL, beside writers at each stage of its build.

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

# --- the index on the time of expiry

# What a session writes that has known the table before the build began: the
# rows of a stage get, change, keep and lose their time.
my $writer = $node->background_psql('postgres');
my $stage = 0;
sub write_items
{
	my @statements;
	$stage++;
	for my $i (1 .. 3)
	{
		push @statements, put_time("new$stage$i", 1000 * $stage + $i), change_time("a$stage$i", "SET e = :e", 1000 * $stage + 100 + $i),
			change_time("b$stage$i", 'SET v = :e', 7), change_time("c$stage$i", 'REMOVE e'),
			"SELECT dynamo.delete_item('{\"TableName\":\"timed\",\"Key\":{\"pk\":{\"S\":\"d$stage$i\"}}}')",
			put_time("e$stage$i", 1), put_time("e$stage$i", 1000 * $stage + 200 + $i);
	}
	$writer->query_safe("$_;") foreach @statements;
	return;
}

sub put_time
{
	my ($pk, $time) = @_;
	return "SELECT dynamo.put_item('{\"TableName\":\"timed\",\"Item\":{\"pk\":{\"S\":\"$pk\"},\"e\":{\"N\":\"$time\"}}}')";
}

sub change_time
{
	my ($pk, $expression, $value) = @_;
	my $values = defined $value ? ",\"ExpressionAttributeValues\":{\":e\":{\"N\":\"$value\"}}" : '';
	return "SELECT dynamo.update_item('{\"TableName\":\"timed\",\"Key\":{\"pk\":{\"S\":\"$pk\"}},\"UpdateExpression\":\"$expression\"$values}')";
}

sub switch_time_to_live
{
	my ($name, $enabled) = @_;
	$node->safe_psql('postgres', "SELECT dynamo.update_time_to_live('{\"TableName\":\"$name\",\"TimeToLiveSpecification\":{\"Enabled\":$enabled,\"AttributeName\":\"e\"}}')");
	return $node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM dynamo_internal.backfills');
}

# By the index, by the table, by our check and by that of Postgres.
sub times_are_right
{
	my ($name, $test) = @_;
	my $rows = "SELECT hk, expires FROM dynamo_data.\"$name\" WHERE expires IS NOT NULL ORDER BY expires, hk";
	my $index = $node->safe_psql('postgres', "SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'dynamo_data.\"$name\"'::regclass AND indnkeyatts = 1");
	is($node->safe_psql('postgres', "SET enable_seqscan = off; SET enable_bitmapscan = off; $rows"),
		$node->safe_psql('postgres', "SET enable_indexscan = off; SET enable_bitmapscan = off; $rows"), "$test: the index has the rows that have a time");
	is($node->safe_psql('postgres', "SELECT bt_index_check('$index', true)"), '', "$test: the btree is sound");
	is($node->safe_psql('postgres', "SELECT count(*) FROM dynamo.check('$name')"), '0', "$test: everything agrees");
	return;
}

sub index_state
{
	return q{SELECT format('%s %s', indisready, indisvalid) FROM pg_index WHERE indrelid = 'dynamo_data.timed'::regclass AND indnkeyatts = 1};
}

$node->safe_psql('postgres', 'CREATE EXTENSION amcheck');
create_table($node, 'timed', 10);
ok(switch_time_to_live('timed', 'true'), 'TTL is on');
$node->safe_psql('postgres', q{INSERT INTO dynamo_data.timed (item)
	SELECT format('{"pk":{"S":"%s%s%s"},"e":{"N":"%s"}}', kind, stage, i, stage * 10 + i)::dynamo.item
	FROM unnest('{a,b,c,d}'::text[]) kind, generate_series(1, 6) stage, generate_series(1, 3) i});
write_items();
times_are_right('timed', 'built');

my $make = 'CREATE INDEX CONCURRENTLY ON dynamo_data.timed (expires) WHERE expires IS NOT NULL';
my $locker = $node->background_psql('postgres');
my $builder;
for my $ending ('done', 'given up')
{
	$node->safe_psql('postgres', 'DROP INDEX dynamo_data.timed_expires_idx');
	write_items();
	$locker->query_safe('BEGIN; LOCK TABLE dynamo_data.timed IN ROW EXCLUSIVE MODE');
	$builder = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', $make ], '>', \my $out, '2>', \my $error);
	ok($node->poll_query_until('postgres', index_state(), 'f f'), 'an index is there, and not ready for entries');
	write_items();
	$reader = $node->background_psql('postgres');
	$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1;');
	$locker->query_safe('COMMIT');
	ok($node->poll_query_until('postgres', index_state(), 't f'), 'it is ready, and not valid');
	write_items();
	$node->safe_psql('postgres', q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%'}) if $ending eq 'given up';
	$reader->quit if $ending eq 'done';
	$builder->finish;
	is($node->safe_psql('postgres', index_state()), $ending eq 'done' ? 't t' : 't f', "the build is $ending");
	$reader->quit if $ending ne 'done';
	write_items();
	times_are_right('timed', $ending) if $ending eq 'done';
}
ok(switch_time_to_live('timed', 'false') && switch_time_to_live('timed', 'true'), 'TTL is off and on again');
is($node->safe_psql('postgres', index_state()), 't t', 'instead of what was left behind there is a new index');
write_items();
times_are_right('timed', 'built again');
$_->quit foreach $locker, $writer;

# the same while many write
create_table($node, 'timeless', 3000);
(@writers, @errors) = ();
for my $n (1 .. 2)
{
	my $script = $node->basedir . "/timer$n.sql";
	append_to_file($script, <<'SQL');
\set pk random(1, 3500)
\set e random(1, 100)
SELECT CASE WHEN :e > 60 THEN dynamo.put_item(format('{"TableName":"timeless","Item":{"pk":{"S":"%s"},"e":{"N":"%s"}}}', :pk, :e)::json)
            WHEN :e > 30 THEN dynamo.update_item(format('{"TableName":"timeless","Key":{"pk":{"S":"%s"}},"UpdateExpression":"SET v = :v","ExpressionAttributeValues":{":v":{"N":"%s"}}}', :pk, :e)::json)
            WHEN :e > 10 THEN dynamo.update_item(format('{"TableName":"timeless","Key":{"pk":{"S":"%s"}},"UpdateExpression":"REMOVE e"}', :pk)::json)
            ELSE dynamo.delete_item(format('{"TableName":"timeless","Key":{"pk":{"S":"%s"}}}', :pk)::json) END;
SQL
	push @writers, IPC::Run::start(
		[ 'pgbench', '-n', '-T', '5', '-f', $script, '-h', $node->host, '-p', $node->port, 'postgres' ],
		'>', \my $out, '2>', \$errors[$n]);
}
ok(switch_time_to_live('timeless', 'true'), 'TTL is switched on while writers go on');
$node->safe_psql('postgres', 'REINDEX INDEX CONCURRENTLY dynamo_data.timeless_expires_idx') foreach 1 .. 3;
$_->finish for @writers;
is(join(',', map { $_->full_result(0) } @writers), '0,0', 'no writer failed') or diag("@errors[1 .. 2]");
times_are_right('timeless', 'beside writers');

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
