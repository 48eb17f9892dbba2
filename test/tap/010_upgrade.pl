# 010_upgrade.pl
#    ALTER EXTENSION dynamo UPDATE: a database of an earlier version becomes
#    what a new installation is, and its items stay.
#
# For each earlier version test/upgrade has its install script and a dump of
# a database that its own library has made (src/sql/README.md tells how).
# The library is today's: it must serve the old catalog too, because
# between "make install" and the update it has to.

use strict;
use warnings;

use File::Copy qw(copy);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $place = 'test/upgrade';
my @versions = map { /dynamo--([^-]+)\.sql$/ ? $1 : () } sort glob("$place/dynamo--*.sql");
my ($current) = slurp_file('dynamo.control') =~ /^default_version *= *'([^']+)'/m;
my $config = $ENV{PG_CONFIG} // 'pg_config';
chomp(my $share = `$config --sharedir`);

# The scripts of earlier versions are not installed; they are there as long
# as this test runs.
my @copied;

END
{
	my $status = $?;
	unlink @copied;
	$? = $status;
}

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'dynamo'");
$node->start;
new_database('fresh', 'CREATE EXTENSION dynamo');
my @fresh = catalog('fresh');
cmp_ok(scalar @fresh, '>', 300, 'a new installation has a catalog');
cmp_ok(scalar @versions, '>', 0, 'there are earlier versions');

foreach my $version (@versions)
{
	update_from($version);
	restore_from($version);
}

# The comparison sees a difference of every kind.
foreach my $change (
	'CREATE FUNCTION dynamo.stray() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
	'ALTER FUNCTION dynamo.check(text) STABLE',
	'ALTER FUNCTION dynamo.size(dynamo.item) SET search_path = pg_catalog',
	'COMMENT ON FUNCTION dynamo.check(text) IS NULL',
	'ALTER EXTENSION dynamo DROP FUNCTION dynamo.check(text)',
	'GRANT SELECT ON dynamo_internal.tags TO PUBLIC',
	'ALTER TABLE dynamo_internal.tags ADD more text',
	'ALTER TABLE dynamo_internal.tags ALTER value DROP NOT NULL',
	'ALTER TABLE dynamo_internal.tags ADD CHECK (value <> key)',
	'CREATE INDEX ON dynamo_internal.tags (value)',
	'ALTER TABLE dynamo_internal.access_keys DISABLE TRIGGER announce',
	'ALTER EVENT TRIGGER dynamo_forget_dropped DISABLE',
	q{UPDATE pg_extension SET extconfig = extconfig[2:], extcondition = extcondition[2:] WHERE extname = 'dynamo'})
{
	$node->safe_psql('fresh', $change);
	my @changed = catalog('fresh');
	isnt(join("\n", @changed), join("\n", @fresh), "the comparison sees: $change");
	@fresh = @changed;
}
$node->stop;
done_testing();

# The database of an earlier version, updated.
sub update_from
{
	my ($version) = @_;
	my $database = "from $version";
	my $script = "$share/extension/dynamo--$version.sql";

	if (!-e $script)
	{
		copy("$place/dynamo--$version.sql", $script) or die "$script: $!";
		push @copied, $script;
	}
	new_database($database, '');
	my ($status, undef, $error) = $node->psql($database, "CREATE EXTENSION dynamo VERSION '$version'");
	is($status, 0, "$version: the library has what the functions of its catalog name")
	  or diag("C functions of earlier versions must stay in the library, if only to raise an error: $error");
	restore($database, $version);
	is($node->safe_psql($database, "SELECT extversion FROM pg_extension WHERE extname = 'dynamo'"), $version, "$version: is there");

	# today's library on the old catalog
	my $once = q{SELECT dynamo.transact_write_items('{"ClientRequestToken": "token", "TransactItems": [
		{"Update": {"TableName": "user.Sessions-1", "Key": {"id": {"B": "AQ=="}}, "UpdateExpression": "ADD n :one",
		 "ExpressionAttributeValues": {":one": {"N": "1"}}}}]}')};
	$node->safe_psql($database, $once);
	my $before = state($database);
	like($before, qr/^by-status\|10$/m, "$version: operations work before the update");

	# a role that may read items
	my $role = "reader of $version";
	$node->safe_psql($database, qq{CREATE ROLE "$role"; GRANT EXECUTE ON FUNCTION dynamo.get_item TO "$role"});

	# a session that has worked with the old catalog goes on
	my $updated = $node->safe_psql($database, <<'SQL');
SELECT FROM dynamo.get_item('{"TableName": "Orders", "Key": {"customer": {"S": "c1"}, "number": {"N": "1"}}}');
SET client_min_messages = warning;
ALTER EXTENSION dynamo UPDATE;
SELECT extversion FROM pg_extension WHERE extname = 'dynamo';
SELECT dynamo.get_item('{"TableName": "Orders", "Key": {"customer": {"S": "c1"}, "number": {"N": "1"}},
	"ProjectionExpression": "#t", "ExpressionAttributeNames": {"#t": "total"}}');
SQL
	like($updated, qr/^\Q$current\E\n\{"Item":\{"total":\{"N":"1\.5"\}\}\}$/m, "$version: updated in a session at work");
	is($node->safe_psql($database, qq{SELECT string_agg(proname, ' ') FROM pg_proc WHERE pronamespace = 'dynamo'::regnamespace
		AND has_function_privilege('$role', oid, 'EXECUTE')}), 'get_item', "$version: what was granted still is");
	$node->safe_psql($database, qq{REVOKE EXECUTE ON FUNCTION dynamo.get_item FROM "$role"});
	compare_catalogs($database, $version);
	$node->safe_psql($database, $once);
	is(state($database), $before, "$version: tables, items, indexes, tags, TTL, keys and tokens are as before");
	check_at_work($database, "$version, updated");

	# and it can be dumped
	my $dump = $node->basedir . "/updated-$version.sql";
	$before = state($database);
	$node->command_ok([ 'pg_dump', '-f', $dump, '-d', $node->connstr($database) ], "$version, updated: dump");
	new_database("again $version", '');
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr("again $version"), '-f', $dump ],
		"$version, updated: restore of the dump");
	is(state("again $version"), $before, "$version, updated: the dump has everything");
	return;
}

# A dump of an earlier version, restored where the current one is installed.
sub restore_from
{
	my ($version) = @_;
	my $database = "dump $version";

	new_database($database, '');
	restore($database, $version);
	is($node->safe_psql($database, "SELECT extversion FROM pg_extension WHERE extname = 'dynamo'"), $current,
		"a dump of $version: restored into $current");
	check_at_work($database, "a dump of $version");
	return;
}

# Are the catalogs of an updated and of a new installation the same?
sub compare_catalogs
{
	my ($database, $version) = @_;
	my @updated = catalog($database);
	my %updated = map { $_ => 1 } @updated;
	my %fresh = map { $_ => 1 } @fresh;
	my @missing = grep { !$updated{$_} } @fresh;
	my @extra = grep { !$fresh{$_} } @updated;

	ok(!@missing && !@extra, "$version: the updated catalog is that of a new installation of $current") or diag(<<"TEXT");
A change of the catalog (src/sql, src/ops/operations.def) is missing in
src/sql/upgrade/dynamo--$version--$current.sql. Add it there; src/sql/README.md
says how.
@{[ map { "  only in a new installation: $_\n" } @missing ]}@{[ map { "  only after the update: $_\n" } @extra ]}
TEXT
	return;
}

# Operations of all kinds, old and new, on what an earlier version left.
sub check_at_work
{
	my ($database, $name) = @_;
	my $one = sub { return $node->safe_psql($database, $_[0]); };

	is($one->(q{SELECT (SELECT count(*) FROM dynamo.check('Orders')), (SELECT count(*) FROM dynamo.check('user.Sessions-1'))}),
		'0|0', "$name: check");
	is($one->(q{SELECT dynamo.query('{"TableName": "Orders", "IndexName": "by-status", "KeyConditionExpression": "#s = :s AND placed < :p",
		"ExpressionAttributeNames": {"#s": "status"}, "ExpressionAttributeValues": {":s": {"S": "paid"}, ":p": {"N": "-20"}}}')
		->> 'Count'}), 3, "$name: Query of a global index");
	is($one->(q{SELECT string_agg(item OPERATOR(dynamo.->>) 'total', ' ') FROM dynamo.query('Orders', 'customer = :c AND placed BETWEEN :a AND :b',
		'{":c": {"S": "c1"}, ":a": {"N": "-10"}, ":b": {"N": "-4"}}', index => 'by-placed') AS item}),
		'10.5 7.5 4.5', "$name: query() of a local index");
	is($one->(q{SELECT dynamo.update_item('{"TableName": "Orders", "Key": {"customer": {"S": "large"}, "number": {"N": "-1.5"}},
		"UpdateExpression": "SET exact = exact + :one, #s = :s", "ExpressionAttributeNames": {"#s": "status"},
		"ExpressionAttributeValues": {":one": {"N": "1"}, ":s": {"S": "odd"}}, "ReturnValues": "UPDATED_NEW"}') #>> '{Attributes,exact,N}'}),
		'12345678901234567891.123456789012345678', "$name: UpdateItem");
	is($one->(q{SELECT item OPERATOR(dynamo.->>) 'user' FROM dynamo.partiql('SELECT * FROM "user.Sessions-1" WHERE id = ?', '\x02'::bytea) AS item}),
		'bob', "$name: PartiQL");
	is($one->(q{SELECT count(*), sum(total) FROM public.open_orders}), '10|170.0', "$name: a view of the application");
	like(($node->psql($database, q{SELECT dynamo.delete_table('{"TableName": "user.Sessions-1"}')}))[2],
		qr/deletion protection/i, "$name: deletion protection");
	is($one->(q{SELECT dynamo.create_table('{"TableName": "New", "BillingMode": "PAY_PER_REQUEST",
		"AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}]}')
		#>> '{TableDescription,TableName}';
		SELECT count(dynamo.delete_table('{"TableName": "New"}'))}), "New\n1", "$name: a new table");
	is($one->(q{SELECT string_agg(concat_ws(' ', access_key_id, secret_access_key, principal, enabled), ', ' ORDER BY principal)
		FROM dynamo_internal.access_keys}), 'AKIDUPGRADE secret of the upgrade application t, AKIDDISABLED another secret former f',
		"$name: access keys");
	return;
}

# What tables there are and what is in them.
sub state
{
	my ($database) = @_;
	return $node->safe_psql($database, <<'SQL') . "\n";
SELECT name, regexp_replace(dynamo.describe_table(json_build_object('TableName', name))::text, '"(ItemCount|[A-Za-z]*Bytes)":\d+', '', 'g'),
       dynamo.describe_time_to_live(json_build_object('TableName', name)),
       dynamo.list_tags_of_resource(json_build_object('ResourceArn',
           dynamo.describe_table(json_build_object('TableName', name)) #>> '{Table,TableArn}'))
  FROM dynamo_internal.tables ORDER BY name;
SELECT count(*), md5(string_agg(t::text, ',' ORDER BY hk, sk)) FROM dynamo_data."Orders" AS t;
SELECT count(*), md5(string_agg(t::text, ',' ORDER BY hk, sk)) FROM dynamo_data."user.Sessions-1" AS t;
SELECT * FROM dynamo_internal.access_keys ORDER BY access_key_id;
SELECT 'by-status', dynamo.query('{"TableName": "Orders", "IndexName": "by-status", "KeyConditionExpression": "#s = :s",
	"ExpressionAttributeNames": {"#s": "status"}, "ExpressionAttributeValues": {":s": {"S": "open"}}}') ->> 'Count' AS n;
SQL
}

sub new_database
{
	my ($name, $sql) = @_;
	$node->safe_psql('postgres', qq{CREATE DATABASE "$name" TEMPLATE template0});
	$node->safe_psql($name, $sql) if $sql;
	return;
}

sub restore
{
	my ($database, $version) = @_;
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database),
		'-f', "$place/database--$version.sql" ], "$version: restore of its database into \"$database\"");
	return;
}

sub catalog
{
	my ($database) = @_;
	return split /\n/, $node->safe_psql($database, slurp_file("$place/catalog.sql"));
}
