# 012_attribute_names.pl
#    Numbered attribute names (src/item/README.md) where more than one process,
#    server or database has to do with them: a session that was not told of a
#    number, many that give them at once, a crash, dumps, logical replication,
#    a standby, DROP EXTENSION.  An item's text is always the one that was written.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'dynamo'\nautovacuum = off\n");
$node->start;
prepare_database($node, 'postgres');

# An item's text and its size follow from its key. Each two thousand keys have
# names of their own. Some items are large.
sub prepare_database
{
	my ($server, $database) = @_;

	$server->safe_psql($database, <<'SQL');
CREATE EXTENSION dynamo;
SELECT dynamo.create_table('{"TableName": "Items", "BillingMode": "PAY_PER_REQUEST",
	"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}], "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}');
CREATE FUNCTION document(i int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT format('{"id":{"N":"%s"},"list":{"L":[%s]},"of-these-%s":{"S":"%s"}}', i, string_agg(format('{"M":{"number-of-%s":{"N":"%s"}}}', i / 2000, k), ','),
		i / 2000, repeat('text ', i % 7))
	FROM generate_series(1, CASE i % 50 WHEN 0 THEN 400 ELSE 20 END) k $$;
CREATE FUNCTION store(i int) RETURNS json LANGUAGE sql AS $$ SELECT dynamo.put_item(format('{"TableName":"Items","Item":%s}', document(i))::json) $$;
CREATE SEQUENCE ids MINVALUE 0;
SQL
	return;
}

my $numbers = 'SELECT number, name FROM dynamo_internal.attribute_names ORDER BY number';
my $items = q{SELECT item FROM dynamo_data."Items" ORDER BY hk};

# No name has two numbers, no number two names; every item has the text that
# document() gives it, or one that was given here.
sub check
{
	my ($server, $database, $name) = @_;

	is($server->safe_psql($database, q{SELECT count(*) > 0, min(number) = 1, max(number) = count(*), count(DISTINCT number) = count(*),
		count(DISTINCT name) = count(*) FROM dynamo_internal.attribute_names}), 't|t|t|t|t', "$name: one number for each name");
	is($server->safe_psql($database, q{SELECT item FROM dynamo_data."Items" WHERE item::text <> document((item OPERATOR(dynamo.->>) 'id')::int)
		AND NOT item OPERATOR(dynamo.?) 'other'}), '', "$name: items are as they were written");
	is($server->safe_psql($database, q{SELECT * FROM dynamo.check('Items')}), '', "$name: check");
	return;
}

sub number_names
{
	return sprintf 'SELECT dynamo.number_attribute_names(VARIADIC ARRAY[%s])', join ', ', map { "'$_'" } @_;
}

# An item with one name more, and another with a value.
sub text_of { my ($id, $name, $value) = @_; return qq({"id":{"N":"$id"},"$name":{"S":"$value"},"other":{"NULL":true}}); }
sub put { return sprintf q{SELECT dynamo.put_item('{"TableName": "Items", "Item": %s}')}, text_of(@_); }

# The ways of reading it, as SQL that gives its text.
my %read = (
	'GetItem' => sub { qq{SELECT dynamo.get_item('{"TableName": "Items", "Key": {"id": {"N": "$_[0]"}}}') -> 'Item'} },
	'Query' => sub { qq{SELECT dynamo.query('{"TableName": "Items", "KeyConditionExpression": "id = :i",
		"ExpressionAttributeValues": {":i": {"N": "$_[0]"}}}') #> '{Items,0}'} },
	'SQL' => sub { qq{SELECT item FROM dynamo_data."Items" WHERE item OPERATOR(dynamo.->>) 'id' = '$_[0]'} });
# Is it smaller than with its names?
my $numbered = sub { qq{SELECT pg_column_size(item) < octet_length(dynamo.item_send(item)) FROM dynamo_data."Items"
	WHERE item OPERATOR(dynamo.->>) 'id' = '$_[0]'} };

# --- a session that was not told

my $reader = $node->background_psql('postgres');
my $writer = $node->background_psql('postgres');
$writer->query_safe(number_names('known-to-all') . ';' . put(-1, 'known-to-all', 'x'));
$reader->query_safe($read{$_}->(-1)) foreach keys %read;
$reader->query_safe(put(-1, 'known-to-all', 'y'));
my $id = -1;
foreach my $way (sort keys %read)
{
	foreach my $end ('open', 'rolled back')
	{
		my $name = "only-$way-" . --$id;

		$writer->query_safe('BEGIN; ' . number_names($name));
		$writer->query_safe('ROLLBACK') if $end ne 'open';
		$node->safe_psql('postgres', put($id, $name, 'x'));
		is($node->safe_psql('postgres', $numbered->($id)), 't', "$way, $end: the number is in use");
		is($reader->query_safe($read{$way}->($id)), text_of($id, $name, 'x'), "$way, $end: a session that was not told reads it");
		$reader->query_safe(put($id, $name, 'y'));
		$writer->query_safe('ROLLBACK') if $end eq 'open';
		is($node->safe_psql('postgres', $read{$way}->($id) . ';' . $numbered->($id)), text_of($id, $name, 'y') . "\nt", "$way, $end: and writes it");
	}
}
$_->quit foreach $reader, $writer;

# --- eight sessions meet the same names

$node->pgbench('--no-vacuum --client=8 --transactions=200', 0, [qr{processed: 1600/1600}], [qr{^$}], 'eight sessions store items',
	{ '012_store' => q{SELECT nextval('ids') AS id \gset
SELECT store(:id);
SELECT dynamo.number_attribute_names('asked-for-' || :id / 20);
} });
check($node, 'postgres', 'eight sessions');
is($node->safe_psql('postgres', q{SELECT string_agg(n::text, ' ') FROM generate_series(0, 79) n WHERE NOT EXISTS
	(SELECT FROM dynamo_internal.attribute_names WHERE name = 'asked-for-' || n)}), '', 'eight sessions: every name has the number that was asked for');
is($node->safe_psql('postgres', q{SELECT count(*) > 0 FROM dynamo_internal.attribute_names WHERE name LIKE 'number-of-%'}), 't',
	'eight sessions: and names that were met often have one');

# --- a crash

my $script = "$PostgreSQL::Test::Utils::tmp_check/load.sql";
append_to_file($script, "SELECT store(nextval('ids')::int);\n");
$node->safe_psql('postgres', 'ALTER SYSTEM SET synchronous_commit = off; SELECT pg_reload_conf()');
foreach my $round (1, 2)
{
	my $before = $node->safe_psql('postgres', q{SELECT last_value FROM ids});
	my $load = IPC::Run::start([ 'pgbench', '-n', '-c', '3', '-T', '3600', '-f', $script, $node->connstr('postgres') ], '>', \my $out, '2>', \my $errors);
	$node->poll_query_until('postgres', "SELECT last_value > $before + 2500 FROM ids") or die 'the load does not get on';
	$node->stop('immediate');
	$load->finish;
	$node->start;
	check($node, 'postgres', "crash $round");
}
$node->safe_psql('postgres', 'ALTER SYSTEM RESET synchronous_commit; SELECT pg_reload_conf()');

# --- a dump

my $all = $node->safe_psql('postgres', $items);
my $given = $node->safe_psql('postgres', $numbers);
my $dump = "$PostgreSQL::Test::Utils::tmp_check/dump.sql";
$node->command_ok([ 'pg_dump', '-f', $dump, $node->connstr('postgres') ], 'dump');
unlike(slurp_file($dump), qr/attribute_names \(/, 'the numbers are not in it');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
# the same names with other numbers
my $backwards = number_names(reverse map { (split /\|/)[1] } split /\n/, $given);
$node->safe_psql('restored', "CREATE EXTENSION dynamo; $backwards");
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', $dump ], 'restore');
is($node->safe_psql('restored', $items), $all, 'the same items');
isnt((split /\n/, $node->safe_psql('restored', $numbers))[0], (split /\n/, $given)[0], 'by other numbers');
check($node, 'restored', 'restored');

# --- logical replication, as text and binary; what else the extension has in
# tables is of one database, but a publication may well have the names

$node->safe_psql('postgres', 'CREATE PUBLICATION p FOR TABLE dynamo_data."Items", dynamo_internal.attribute_names');
my %before;
foreach my $format ('text', 'binary')
{
	$node->safe_psql('postgres', "CREATE DATABASE \"$format\"");
	prepare_database($node, $format);
	$node->safe_psql($format, $backwards);
	$before{$format} = $node->safe_psql($format, $numbers);
	# a server that subscribes to itself has to have the slot
	$node->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('$format', 'pgoutput')");
	$node->safe_psql($format, sprintf q{CREATE SUBSCRIPTION "%s" CONNECTION '%s' PUBLICATION p WITH (create_slot = false, binary = %s)},
		$format, $node->connstr . q{ dbname=postgres}, $format eq 'binary' ? 'true' : 'false');
}
my $compare = sub {
	my ($what) = @_;
	foreach my $format ('text', 'binary')
	{
		$node->wait_for_subscription_sync($node, $format, $format);
		is($node->safe_psql($format, $items), $node->safe_psql('postgres', $items), "$format: $what");
		is($node->safe_psql($format, $numbers), $before{$format}, "$format: $what, with the subscriber's own numbers");
		check($node, $format, "$format: $what");
	}
};
$compare->('initial copy');
is($node->safe_psql($_, $numbered->(-2)), 't', "$_: the item has a number there, too") foreach 'text', 'binary';
my $change = sub {
	my ($value) = @_;
	$node->safe_psql('postgres', q{SELECT count(store(i)) FROM generate_series(100000, 100050) i;
		DELETE FROM dynamo_data."Items" WHERE item OPERATOR(dynamo.->>) 'id' = '7';
		SELECT dynamo.update_item('{"TableName": "Items", "Key": {"id": {"N": "-2"}}, "UpdateExpression": "SET #n = :v",
			"ExpressionAttributeNames": {"#n": "known-to-all"}, "ExpressionAttributeValues": {":v": {"S": "} . $value . q{"}}}')});
};
$change->('changed');
$compare->('changes');
# what is sent later is read by numbers that have moved to another file
$node->safe_psql($_, "ALTER SUBSCRIPTION \"$_\" DISABLE") foreach 'text', 'binary';
$node->safe_psql('postgres', number_names('given-before-it-moves') . ';' . put(-100, 'given-before-it-moves', 'x'));
$change->('changed again');
$node->safe_psql('postgres', 'VACUUM FULL dynamo_internal.attribute_names');
$node->safe_psql($_, "ALTER SUBSCRIPTION \"$_\" ENABLE") foreach 'text', 'binary';
$compare->('changes before VACUUM FULL');
$node->safe_psql($_, "DROP SUBSCRIPTION \"$_\"") foreach 'text', 'binary';

# --- a standby

$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
$reader = $standby->background_psql('postgres');
$reader->query_safe($read{$_}->(-1)) foreach keys %read;
foreach my $way (sort keys %read)
{
	my $name = "in-wal-$way";

	$node->safe_psql('postgres', 'BEGIN;' . number_names($name) . '; ROLLBACK;' . put(--$id, $name, 'x'));
	$node->wait_for_catchup($standby);
	is($node->safe_psql('postgres', $numbered->($id)), 't', "standby: $way: the number is in use");
	is($reader->query_safe($read{$way}->($id)), text_of($id, $name, 'x'), "standby: $way: a session reads it");
}
is($reader->query_safe($items), $node->safe_psql('postgres', $items), 'standby: all items');
$given = $node->safe_psql('postgres', $numbers);
$node->stop('immediate');
$standby->promote;
like($reader->query_safe(number_names('given-after-promotion', 'known-to-all')), qr/^1$/, 'promoted: the session gives a number');
$reader->query_safe(put(--$id, 'given-after-promotion', 'x'));
$reader->query_safe('SELECT count(store(i)) FROM generate_series(200000, 200200) i');
$reader->quit;
is($standby->safe_psql('postgres', $numbered->($id)), 't', 'promoted: and uses it');
like($standby->safe_psql('postgres', $numbers), qr/^\Q$given\E\n\d+\|given-after-promotion$/m, 'promoted: old numbers are as they were');
check($standby, 'postgres', 'promoted');

# --- the extension goes while items are still to be decoded

$standby->safe_psql('restored', q{SELECT pg_create_logical_replication_slot('late', 'test_decoding')});
$standby->safe_psql('restored', number_names('decoded-late') . ';' . put(--$id, 'decoded-late', 'x'));
$standby->safe_psql('restored', q{SELECT dynamo.delete_table('{"TableName": "Items"}')});
$standby->safe_psql('restored', 'DROP EXTENSION dynamo CASCADE');
my $changes = q{SELECT data FROM pg_logical_slot_get_changes('late', NULL, NULL)};
isnt($standby->psql('restored', $changes), 0, 'dropped: what has numbers cannot be decoded');
$standby->safe_psql('restored', q{SELECT pg_replication_slot_advance('late', pg_current_wal_lsn())});
$standby->safe_psql('restored', 'CREATE TABLE after_it AS SELECT 1 AS one');
like($standby->safe_psql('restored', $changes), qr/after_it: INSERT: one/, 'dropped: a slot that was moved on goes on');

$standby->stop;
done_testing();
