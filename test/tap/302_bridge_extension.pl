# 302_bridge_extension.pl
#    The bridge with the real extension: what its role may do, its keys in a
#    dump, and TLS to Postgres.

use strict;
use warnings;

use Dynamo::Bridge;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = Dynamo::Bridge::extension_node();

# --- the role: three functions and one table

my %may = map { $_ => 1 } split /\n/, $node->safe_psql('postgres', <<'SQL');
SELECT 'function ' || p.oid::regprocedure FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname LIKE 'dynamo%' AND has_function_privilege('dynamo_bridge', p.oid, 'EXECUTE')
UNION ALL
SELECT privilege || ' on ' || c.oid::regclass FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace,
unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS privilege
WHERE n.nspname LIKE 'dynamo%' AND c.relkind IN ('r', 'p', 'v')
AND has_table_privilege('dynamo_bridge', c.oid, privilege)
UNION ALL
SELECT 'create in ' || nspname FROM pg_namespace WHERE has_schema_privilege('dynamo_bridge', oid, 'CREATE')
AND nspname LIKE 'dynamo%'
SQL
is_deeply([ sort keys %may ],
	[ 'SELECT on dynamo_internal.access_keys', 'function dynamo_internal.execute(text,text,text)',
		'function dynamo_internal.execute_each(text,text[],text[])', 'function dynamo_internal.execute_writes(text[],text[],text[])' ],
	'dynamo_bridge may run operations and read keys, and nothing else');
is($node->safe_psql('postgres', "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
	FROM pg_roles WHERE rolname = 'dynamo_bridge'"), 'f', 'it has no powers over the cluster');

# --- an operation from the wire to a table

my $bridge = Dynamo::Bridge->start($node);
ok($bridge->wait_until_healthy, 'comes up');
my $created = $bridge->call('CreateTable', '{"TableName":"Music","BillingMode":"PAY_PER_REQUEST",'
	. '"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]}');
is($created->{status}, 200, 'CreateTable') or diag($created->{body});
is(decode_json($created->{body})->{TableDescription}{TableName}, 'Music', 'its answer');
is($bridge->call('ListTables', '{}')->{body}, '{"TableNames":["Music"]}', 'ListTables');
my $missing = $bridge->call('DescribeTable', '{"TableName":"None"}');
is($missing->{status}, 400, 'an error');
like($missing->{body}, qr/^\{"__type":"com\.amazonaws\.dynamodb\.v20120810#ResourceNotFoundException",/, 'its type');
is($bridge->call('ListTables', '{"Limit":')->{body}, '{"__type":"com.amazon.coral.service#SerializationException"}',
	'a body that is no JSON');

# --- a single write that meets a running transaction

my $psql = $node->background_psql('postgres');
$psql->query_safe('BEGIN; SELECT dynamo.transact_write_items($$ {"TransactItems": [{"Put": {"TableName": "Music", "Item": {"a": {"S": "x"}}}}]} $$)');
for my $call ([ PutItem => '{"TableName":"Music","Item":{"a":{"S":"x"}}}' ], [ DeleteItem => '{"TableName":"Music","Key":{"a":{"S":"x"}}}' ],
	[ ExecuteStatement => q({"Statement":"UPDATE Music SET b = 1 WHERE a = 'x'"}) ])
{
	my $answer = $bridge->call(@$call);
	is($answer->{status}, 400, "$call->[0] in conflict");
	is($answer->{body}, '{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException",'
		. '"message":"Transaction is ongoing for the item"}', 'its error');
}
is($bridge->call('BatchWriteItem', '{"RequestItems":{"Music":[{"DeleteRequest":{"Key":{"a":{"S":"x"}}}},{"PutRequest":{"Item":{"a":{"S":"y"}}}}]}}')->{body},
	'{"UnprocessedItems":{"Music":[{"DeleteRequest":{"Key":{"a":{"S":"x"}}}}]}}', 'BatchWriteItem in conflict');
$psql->query_safe('COMMIT');
$psql->quit;
is($bridge->call('PutItem', '{"TableName":"Music","Item":{"a":{"S":"x"}}}')->{body}, '{}', 'no more');

# --- reads that come together

my $long = 'long' x 100_000 . '!' x (409_600 - 400_000 - 6);
$bridge->call('PutItem', qq({"TableName":"Music","Item":{"a":{"S":"$_"},"b":{"S":"@{[ $_ == 20 ? $long : $_ ]}"}}})) foreach 1 .. 40;
read_together('reads that come together', qr/SELECT dynamo_internal\.execute_each\(/);
is($bridge->stop, 0, 'orderly end');

# 40 of them, the 20th large; two ask for what is not there.  statement is what
# the last connection that was asked for some runs.
sub read_together
{
	my ($name, $statement) = @_;
	my @answers = $bridge->call_together(map
		{ [ GetItem => $_ == 13 ? '{"TableName":"None","Key":{"a":{"S":"1"}}}' : qq({"TableName":"Music","Key":{"a":{"S":"@{[ $_ == 7 ? 'no' : $_ ]}"}}}) ] }
		1 .. 40);
	is(join(',', map { $_->{status} == 200 ? $_->{body} : $_->{status} } @answers),
		join(',', map { $_ == 13 ? 400 : $_ == 7 ? '{}' : qq({"Item":{"a":{"S":"$_"},"b":{"S":"@{[ $_ == 20 ? $long : $_ ]}"}}}) } 1 .. 40),
		"$name: answers");
	like($answers[12]{body}, qr/ResourceNotFoundException/, "$name: an error");

	$bridge->call_together(map { [ GetItem => qq({"TableName":"Music","Key":{"a":{"S":"$_"}}}) ] } 1 .. 40);
	like($node->safe_psql('postgres', "SELECT query FROM pg_stat_activity WHERE usename = 'dynamo_bridge'"), $statement, "$name: their statement");
	return;
}

# --- writes that come together

sub write_together
{
	my ($name) = @_;
	my $count = sub {
		return qq({"TableName":"Music","Key":{"a":{"S":"$name"}},"UpdateExpression":"ADD n :one","ExpressionAttributeValues":{":one":{"N":"1"}}});
	};
	my @answers = $bridge->call_together(map
		{
			$_ % 4 == 0 ? [ PutItem => qq({"TableName":"Music","Item":{"a":{"S":"$name $_"}}}) ] :
			$_ % 4 == 1 ? [ DeleteItem => qq({"TableName":"Music","Key":{"a":{"S":"$name $_"}},"ConditionExpression":"attribute_exists(a)"}) ] :
			[ UpdateItem => $count->() ]
		} 1 .. 60);
	is(join(',', map { $_->{status} } @answers), join(',', map { $_ % 4 == 1 ? 400 : 200 } 1 .. 60), "$name: answers");
	like($answers[0]{body}, qr/ConditionalCheckFailedException/, "$name: a failed condition");
	is($node->safe_psql('postgres', qq(SELECT count(*) FROM dynamo_data."Music" WHERE item OPERATOR(dynamo.->>) 'a' LIKE '$name %')), 15, "$name: the others are done");
	is($bridge->call('GetItem', qq({"TableName":"Music","Key":{"a":{"S":"$name"}}}))->{body},
		qq({"Item":{"a":{"S":"$name"},"n":{"N":"30"}}}), "$name: writes of one item, one after the other");
	return;
}
$bridge = Dynamo::Bridge->start($node);
ok($bridge->wait_until_healthy, 'comes up');
write_together('together');
is($bridge->stop, 0, 'orderly end');
$bridge = Dynamo::Bridge->start($node, '--write-depth=1');
ok($bridge->wait_until_healthy, 'comes up');
write_together('apart');
is($bridge->stop, 0, 'orderly end');

# An extension that has not been updated yet does not have these functions.
my @functions = qw(dynamo_internal.execute_each dynamo_internal.execute_writes);
my @definitions = map { $node->safe_psql('postgres', "SELECT pg_get_functiondef('$_'::regproc)") } @functions;
$node->safe_psql('postgres', "ALTER EXTENSION dynamo DROP FUNCTION $_; DROP FUNCTION $_") foreach @functions;
$bridge = Dynamo::Bridge->start($node);
ok($bridge->wait_until_healthy, 'comes up without these functions');
read_together('the same without execute_each()', qr/SELECT dynamo_internal\.execute\(\$1, request, principal\) FROM unnest/);
write_together('the same without execute_writes()');
is($bridge->stop, 0, 'orderly end');
$node->safe_psql('postgres', "$definitions[$_]; ALTER EXTENSION dynamo ADD FUNCTION $functions[$_]") foreach 0 .. $#functions;

# --- keys survive dump and restore

my $dump = "$PostgreSQL::Test::Utils::tmp_check/keys.sql";
$node->command_ok([ 'pg_dump', '-d', $node->connstr('postgres'), '-f', $dump,
	'--extension=dynamo', '--table=dynamo_internal.access_keys' ], 'dump');
like(slurp_file($dump), qr/^$Dynamo::Bridge::KEY_ID\t/m, 'keys are in a dump');

# --- TLS between bridge and Postgres

my $data = $node->data_dir;
$node->command_ok([ 'openssl', 'req', '-new', '-x509', '-days', '2', '-nodes', '-subj', '/CN=localhost',
	'-out', "$data/server.crt", '-keyout', "$data/server.key" ], 'certificate');
chmod(0600, "$data/server.key");
$node->append_conf('postgresql.conf', "ssl = on\nlisten_addresses = '127.0.0.1'");
unlink "$data/pg_hba.conf";
$node->append_conf('pg_hba.conf', "hostssl all all 127.0.0.1/32 trust\nlocal all all trust");
$node->restart;
$bridge = Dynamo::Bridge->start($node, '--database=host=127.0.0.1 sslmode=require user=dynamo_bridge dbname=postgres port='
	. $node->port);
ok($bridge->wait_until_healthy, 'TLS: comes up');
is($bridge->call('ListTables', '{}')->{body}, '{"TableNames":["Music"]}', 'TLS: an operation');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)
	WHERE a.usename = 'dynamo_bridge' AND NOT s.ssl"), 0, 'TLS: all connections use it');
my $large = '{"TableName":"' . ('x' x 3_000_000) . '"}';
my @sockets = map { my $s = $bridge->socket; $s->print(Dynamo::Bridge::signed('GetItem', $large)); $s->flush; $s } 1 .. 4;
my @status = map { Dynamo::Bridge::read_answer($_)->{status} } @sockets;
is_deeply(\@status, [ (400) x 4 ], 'TLS: large requests side by side');
is(scalar(grep { $bridge->call('ListTables', '{}')->{status} == 200 } 1 .. 50), 50, 'TLS: small ones after them');
is($bridge->stop, 0, 'TLS: orderly end');
$node->stop;
done_testing();
