# 004_index_build.pl
#    Indexes of every kind are built while others write and change catalogs:
#    none misses a row.
#
# A GRANT elsewhere makes every backend rebuild its relcache entry of the
# table; that in the middle of a build was the trap that index_build.c avoids.

use strict;
use warnings;

use Dynamo::Load;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'dynamo'
min_parallel_table_scan_size = 0
max_parallel_maintenance_workers = 2
autovacuum_naptime = '1s'
});
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynamo');
my $load = Dynamo::Load->prepare($node);

# enough rows that a build takes its time
$node->safe_psql('postgres', q{INSERT INTO dynamo_data."Load" (item)
	SELECT dynamo.to_item(jsonb_build_object('pk', 'account', 'sk', 1000 + i, 'v', 0, 'g', 'g' || i % 5, 'l', i % 10))
	FROM generate_series(1, 20000) i});
$node->safe_psql('postgres', q{
	CREATE ROLE somebody;
	CREATE FUNCTION slow(dynamo.item) RETURNS text IMMUTABLE LANGUAGE plpgsql AS
		$$ BEGIN RETURN $1::jsonb ->> 'v'; END $$;
	CREATE PROCEDURE grants() LANGUAGE plpgsql AS
	$$ BEGIN
		LOOP
			BEGIN
				GRANT SELECT ON dynamo_data."Load" TO somebody;
				REVOKE SELECT ON dynamo_data."Load" FROM somebody;
			EXCEPTION WHEN internal_error THEN
				NULL;	-- tuple concurrently updated: the catalogs are busy
			END;
			COMMIT;
			PERFORM pg_sleep(0.01);
		END LOOP;
	END $$;
	CREATE PROCEDURE reads() LANGUAGE plpgsql AS
	$$ BEGIN
		LOOP
			PERFORM dynamo.get_item('{"TableName": "Load", "Key": {"pk": {"S": "account"}, "sk": {"N": "1"}}}');
			COMMIT;
			PERFORM dynamo.query('{"TableName": "Load", "IndexName": "global", "Limit": 5, "KeyConditionExpression": "g = :g",
				"ExpressionAttributeValues": {":g": {"S": "g1"}}}');
			COMMIT;
		END LOOP;
	END $$;
});

my $errors = "$PostgreSQL::Test::Utils::tmp_check/background.errors";
my @pids = map {
	my $procedure = $_;
	my $pid = fork() // die;
	if ($pid == 0)
	{
		open STDERR, '>>', $errors;
		exec 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', "CALL $procedure()";
	}
	$pid;
} 'grants', 'reads';
$load->start(clients => 3);
$load->wait_for(50);
ok($node->poll_query_until('postgres', q{SELECT count(*) = 2 FROM pg_stat_activity WHERE query LIKE 'CALL%'}), 'readers and grants are at work');

my $name = $node->safe_psql('postgres', q{SELECT indexrelid::regclass FROM pg_index
	WHERE indrelid = 'dynamo_data."Load"'::regclass AND NOT indisprimary ORDER BY 1 LIMIT 1});
my @builds = (
	'CREATE INDEX CONCURRENTLY c1 ON dynamo_data."Load" (hk)',
	'CREATE INDEX CONCURRENTLY c2 ON dynamo_data."Load" (slow(item))',
	'CREATE INDEX CONCURRENTLY c3 ON dynamo_data."Load" (slow(item)) WHERE x1 IS NOT NULL',
	'CREATE UNIQUE INDEX CONCURRENTLY c4 ON dynamo_data."Load" (sk, hk)',
	'CREATE INDEX p1 ON dynamo_data."Load" (slow(item))',
	'CREATE INDEX p2 ON dynamo_data."Load" (x1) WHERE slow(item) <> \'0\'',
	'CREATE INDEX p3 ON dynamo_data."Load" USING brin (sk)',
	'REINDEX INDEX dynamo_data.p1',
	'REINDEX TABLE CONCURRENTLY dynamo_data."Load"',
	'REINDEX TABLE dynamo_data."Load"',
	"REINDEX INDEX CONCURRENTLY $name",
	'VACUUM FULL dynamo_data."Load"',
	'CLUSTER dynamo_data."Load" USING p1');
foreach my $build (@builds)
{
	my ($status, undef, $stderr);
	my $deadlocks = 0;
	# a deadlock with writers, twice at most, would be no fault of the build, nor, as with heap, that
	# GRANT, which takes no lock, changed the table's row of pg_class at the same moment, as it may often
	for (1 .. 20)
	{
		($status, undef, $stderr) = $node->psql('postgres', $build);
		last if $status == 0 || $stderr !~ /deadlock detected|tuple concurrently updated/;
		last if $stderr =~ /deadlock detected/ && ++$deadlocks == 3;
		$node->psql('postgres', "DROP INDEX IF EXISTS $1") if $build =~ /INDEX CONCURRENTLY (c\d)/;
	}
	is($stderr, '', $build);
}

cmp_ok($load->stop, '>', 50, 'there was load');
is($node->safe_psql('postgres', q{SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'CALL%'}),
	'2', 'they were at work all the time');
waitpid $_, 0 foreach @pids;
unlike(slurp_file($errors), qr/ERROR/, 'without an error');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_index WHERE indrelid = 'dynamo_data."Load"'::regclass
	AND NOT (indisvalid AND indisready)}), '0', 'all indexes are valid');

$node->safe_psql('postgres', q{DELETE FROM dynamo_data."Load" WHERE (item::jsonb ->> 'sk')::int > 1000});
$load->check($node, 'at the end');

$node->stop;
done_testing();
