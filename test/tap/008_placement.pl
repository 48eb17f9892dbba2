# 008_placement.pl
#    Clustered placement under fire: writers on common collections, VACUUM
#    that cuts the table off, crashes, a promoted standby.  No row is lost or
#    hidden, and collections stay together.
#
# Every transaction writes the same keys into an ordinary heap table, so
# whatever happens, the two must agree.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', q{
shared_preload_libraries = 'dynamo'
autovacuum = off
synchronous_commit = off
max_connections = 40
});
$primary->start;
$primary->safe_psql('postgres', q{
CREATE EXTENSION dynamo;
CREATE EXTENSION amcheck;
CREATE TABLE t (hk bytea NOT NULL, sk bytea NOT NULL, doc bytea, PRIMARY KEY (hk, sk))
	USING dynamo WITH (fillfactor = 90);
ALTER TABLE t ALTER doc SET STORAGE PLAIN;
CREATE TABLE shadow (hk bytea NOT NULL, sk bytea NOT NULL, PRIMARY KEY (hk, sk));
});
$primary->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'backup', has_streaming => 1);
$standby->start;

# Half of the rows go to one collection, the others to fifty.
my $script = "$PostgreSQL::Test::Utils::tmp_check/placement.sql";
append_to_file($script, q{
\set c random(0, 99)
\set bytes random(50, 600)
\set r random(1, 1000000000)
BEGIN;
INSERT INTO t VALUES (int4send(greatest(:c - 50, 0)), int4send(:client_id) || int4send(:r),
	convert_to(repeat('x', :bytes), 'UTF8')) ON CONFLICT DO NOTHING;
INSERT INTO shadow VALUES (int4send(greatest(:c - 50, 0)), int4send(:client_id) || int4send(:r)) ON CONFLICT DO NOTHING;
COMMIT;
UPDATE t SET doc = doc || '\x010203040506' WHERE hk = int4send(greatest(:c - 50, 0))
	AND sk > int4send(:client_id) || int4send(:r) AND sk < int4send(:client_id) || int4send(:r + 3000000);
});

sub start_writers
{
	my ($seconds) = @_;
	my $pid = fork() // die "cannot fork: $!";
	if ($pid == 0)
	{
		open STDOUT, '>', '/dev/null' or die;
		open STDERR, '>', '/dev/null' or die;
		exec 'pgbench', '-n', '-c', '8', '-j', '2', '-T', $seconds, '-f', $script, $primary->connstr('postgres');
	}
	return $pid;
}

# The tables agree, and so do index and table.
sub check
{
	my ($node, $name) = @_;
	my $rows = $node->safe_psql('postgres', 'SELECT count(*) FROM t');
	cmp_ok($rows, '>', 0, "$name: there are rows ($rows)");
	is($node->safe_psql('postgres', q{SELECT count(*) FROM t FULL JOIN shadow USING (hk, sk)
		WHERE t.ctid IS NULL OR shadow.ctid IS NULL}), 0, "$name: no row too many or too few");
	is($node->safe_psql('postgres', q{SET enable_seqscan = off; SET enable_bitmapscan = off;
		SELECT count(*) FROM shadow s, LATERAL (SELECT t.doc FROM t WHERE t.hk = s.hk AND t.sk = s.sk OFFSET 0) AS found}),
		$rows, "$name: each row is found by its key");
	$node->safe_psql('postgres', q{SELECT bt_index_check('t_pkey', true)});
	return;
}

# writers beside VACUUM, which cuts off what a DELETE has emptied
my $writers = start_writers(12);
my $cut = 0;
for (1 .. 8)
{
	sleep 1;
	# the lock, because rows in any order would deadlock with the writers
	$primary->safe_psql('postgres', q{
		BEGIN;
		LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE;
		WITH gone AS (DELETE FROM t WHERE ctid > '(3,0)' RETURNING hk, sk)
		DELETE FROM shadow USING gone WHERE shadow.hk = gone.hk AND shadow.sk = gone.sk;
		COMMIT});
	my $before = $primary->safe_psql('postgres', q{SELECT pg_relation_size('t')});
	$primary->safe_psql('postgres', 'VACUUM t');
	my $after = $primary->safe_psql('postgres', q{SELECT pg_relation_size('t')});
	$cut++ if $after < $before;
}
waitpid $writers, 0;
is($?, 0, 'all writers got through');
note("VACUUM cut the table off $cut times");
check($primary, 'after VACUUM');

# crashes
foreach my $round (1 .. 3)
{
	my $rows = $primary->safe_psql('postgres', 'SELECT count(*) FROM t');
	$writers = start_writers(3600);
	sleep 2;
	$primary->poll_query_until('postgres', "SELECT count(*) > $rows + 2000 FROM t") or die 'the writers do not get on';
	$primary->stop('immediate');
	waitpid $writers, 0;
	$primary->start;
	check($primary, "crash $round");
	$primary->safe_psql('postgres', 'VACUUM t');
}

# collections are together, and the table has not grown without bound
my ($pages, $blocks, $bytes) = split /\|/, $primary->safe_psql('postgres', q{
	SELECT max(pages), pg_relation_size('t') / 8192, (SELECT sum(pg_column_size(doc) + 68) FROM t)
	FROM (SELECT count(DISTINCT (ctid::text::point)[0]) AS pages FROM t WHERE hk > int4send(0) GROUP BY hk) AS c});
cmp_ok($pages, '<', $blocks / 8, "a collection of fifty is on few pages ($pages of $blocks)");
cmp_ok($blocks, '<', 2 * $bytes / 8192 + 100, 'the table is not too large');

# promotion
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
check($standby, 'standby');
$primary->stop('immediate');
$standby->promote;
$primary = $standby;
$writers = start_writers(3);
waitpid $writers, 0;
is($?, 0, 'promoted: writers got through');
check($standby, 'promoted');

$standby->stop;
done_testing();
