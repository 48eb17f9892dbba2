# 003_dump_restore.pl
#    pg_dump and pg_restore of item tables: rows, indexes, metadata and the
#    access method come back, and operations go on.

use strict;
use warnings;

use Dynamo::Load;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'dynamo'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynamo');
my $load = Dynamo::Load->prepare($node);
$load->start(clients => 3);
sleep 2;
$load->stop;

my $contents = q{SELECT count(*), md5(string_agg(hk::text || sk::text || item::text || coalesce(x1::text, '-') || coalesce(x2::text, '-'),
	',' ORDER BY hk, sk)) FROM dynamo_data."Load"};
my $description = q{SELECT regexp_replace(dynamo.describe_table('{"TableName": "Load"}')::text, '"(ItemCount|[A-Za-z]*Bytes)":\d+', '', 'g')};
my $before = $node->safe_psql('postgres', $contents);
my $described = $node->safe_psql('postgres', $description);

my $directory = $node->basedir;
$node->command_ok([ 'pg_dump', '-Fd', '-j2', '-f', "$directory/parallel", $node->connstr('postgres') ], 'dump in parallel');
$node->command_ok([ 'pg_dump', '-Fp', '-f', "$directory/plain.sql", $node->connstr('postgres') ], 'dump as SQL');
$node->command_ok([ 'pg_dump', '-Fp', '--inserts', '-f', "$directory/inserts.sql", $node->connstr('postgres') ], 'dump as INSERTs');

sub check_restored
{
	my ($server, $database, $name) = @_;

	is($server->safe_psql($database, $contents), $before, "$name: rows");
	is($server->safe_psql($database, $description), $described, "$name: DescribeTable");
	is($server->safe_psql($database, q{SELECT * FROM dynamo.check('Load')}), '', "$name: check");
	is($server->safe_psql($database, q{SELECT amname FROM pg_class JOIN pg_am ON pg_am.oid = relam
		WHERE pg_class.oid = 'dynamo_data."Load"'::regclass}), 'dynamo', "$name: access method");
	is($server->safe_psql($database, q{SELECT dynamo.update_item('{"TableName": "Load", "Key": {"pk": {"S": "restored"}, "sk": {"N": "1"}},
		"UpdateExpression": "SET g = :g, v = :v", "ReturnValues": "ALL_NEW",
		"ExpressionAttributeValues": {":g": {"S": "new"}, ":v": {"N": "7"}}}') #>> '{Attributes,v,N}'}), '7', "$name: writes go on");
	is($server->safe_psql($database, q{INSERT INTO dynamo_data."Load" (item) VALUES ('{"pk": {"S": "r"}, "sk": {"N": "1"}}');
		SELECT count(*) FROM dynamo_data."Load" WHERE octet_length(hk) = 16}), (split /\|/, $before)[0] + 2, "$name: the trigger is there");
	return;
}

$node->safe_psql('postgres', 'CREATE DATABASE parallel');
$node->command_ok([ 'pg_restore', '-j2', '-d', $node->connstr('parallel'), "$directory/parallel" ], 'restore in parallel');
check_restored($node, 'parallel', 'parallel');

# another cluster
my $other = PostgreSQL::Test::Cluster->new('other');
$other->init;
$other->append_conf('postgresql.conf', "shared_preload_libraries = 'dynamo'");
$other->start;
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

$node->stop;
$other->stop;
done_testing();
