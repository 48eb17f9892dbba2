# 011_log.pl
#    Errors of clients stay out of the server's log, with all that they hold, unless
#    dynamo.log_client_errors says otherwise; other errors do not.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'dynamo'
log_statement = none
log_min_error_statement = error
log_min_messages = warning
log_checkpoints = off
autovacuum = off
});
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynamo');
$node->safe_psql('postgres', q{SELECT dynamo.create_table('{"TableName":"Log","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"k","AttributeType":"S"}],"KeySchema":[{"AttributeName":"k","KeyType":"HASH"}]}')});

# What a statement that fails leaves in the log, and its SQLSTATE.
sub log_of
{
	my ($statement) = @_;
	my $offset = -s $node->logfile;
	my (undef, undef, $error) = $node->psql('postgres', "\\set VERBOSITY verbose\n$statement");
	my ($state) = $error =~ /ERROR:  (\w{5}):/;
	return ($state // 'none', substr slurp_file($node->logfile), $offset);
}

my %statements = (
	KV001 => q{SELECT dynamo.put_item('{"TableName":"Log","Item":{"secret":{"S":"a"}}}')},
	KV002 => q{SELECT dynamo.put_item('{"TableName":"Log","Item":{"k":{"S":"secret"}},"ConditionExpression":"attribute_exists(k)"}')},
	KV003 => q{SELECT dynamo.get_item('{"TableName":"secret","Key":{"k":{"S":"a"}}}')},
	KV009 => q{SELECT dynamo.transact_write_items('{"TransactItems":[{"ConditionCheck":{"TableName":"Log","Key":{"k":{"S":"secret"}},
		"ConditionExpression":"attribute_exists(k)"}}]}')},
	KV0S1 => q(SELECT dynamo_internal.execute('PutItem', '{"secret"', 'root')),
	KV0S2 => q{SELECT dynamo_internal.execute('Secret', '{}', 'root')});
foreach my $state (sort keys %statements)
{
	my ($got, $log) = log_of($statements{$state});
	is($got, $state, "$state: the client gets it");
	is($log, '', "$state: the log does not");
	($got, $log) = log_of("SET dynamo.log_client_errors = on; $statements{$state}");
	is($got, $state, "$state: the client gets it");
	like($log, qr/ERROR: .*STATEMENT: .*secret/si, "$state: the log does, too, when it shall");
}

my ($got, $log) = log_of(q{DO $$BEGIN PERFORM dynamo.get_item('{"TableName":"secret","Key":{"k":{"S":"a"}}}'); END$$});
is("$got $log", 'KV003 ', 'one that comes through PL/pgSQL');
($got, $log) = log_of(q{DO $$BEGIN PERFORM dynamo.get_item('{"TableName":"secret","Key":{"k":{"S":"a"}}}');
	EXCEPTION WHEN SQLSTATE 'KV003' THEN RAISE 'mine'; END$$});
is($got, 'P0001', 'an error of somebody else');
like($log, qr/ERROR:  mine/, 'is in the log');
my $writes = q{SELECT * FROM dynamo_internal.execute_writes('{PutItem}', ARRAY['{"TableName":"Log","Item":{"secret":{"S":"a"}}}'], '{me}')};
($got, $log) = log_of($writes);
is("$got $log", 'none ', 'one among writes that come together');
($got, $log) = log_of("SET dynamo.log_client_errors = on; $writes");
like($log, qr/LOG: .*Missing the key k/s, 'which the log has, too, when it shall');
($got, $log) = log_of('SELECT 1/0');
like($log, qr/ERROR:  division by zero/, 'and so is one of the server');

$node->stop;
done_testing();
