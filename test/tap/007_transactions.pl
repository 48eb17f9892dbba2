# 007_transactions.pl
#    TransactWriteItems under load: sixteen sessions move money between
#    accounts, write to them singly or in batches, or look at all of them at
#    once. The sum never changes, nobody deadlocks, a token that is used twice
#    counts once, and so does every write that was not refused.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $accounts = 20;
my $each = 150;    # transactions of a session

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'dynamo'\nfsync = off\n");
$node->start;
$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION dynamo;
SELECT dynamo.create_table('{"TableName": "accounts", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}], "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}');
SELECT dynamo.create_table('{"TableName": "receipts", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}');
INSERT INTO dynamo_data.accounts (item) SELECT dynamo.to_item(jsonb_build_object('id', i, 'balance', 100, 'touches', 0)) FROM generate_series(1, $accounts) i;

CREATE FUNCTION change(account int, amount int) RETURNS json LANGUAGE sql AS \$\$
    SELECT json_build_object('Update', json_build_object('TableName', 'accounts', 'Key', json_build_object('id', json_build_object('N', account::text)),
        'UpdateExpression', 'SET balance = balance + :a', 'ConditionExpression', 'balance >= :least',
        'ExpressionAttributeValues', json_build_object(':a', json_build_object('N', amount::text), ':least', json_build_object('N', greatest(-amount, 0)::text))))
\$\$;

-- one transfer; every second one is sent twice with the same token
CREATE FUNCTION transfer(a int, b int, amount int, twice boolean) RETURNS void LANGUAGE plpgsql AS \$\$
DECLARE
    token text := gen_random_uuid();
    request json := json_build_object('ClientRequestToken', token, 'TransactItems', json_build_array(change(a, -amount), change(b, amount),
        json_build_object('Put', json_build_object('TableName', 'receipts', 'Item', json_build_object('id', json_build_object('S', token), 'amount', json_build_object('N', amount::text))))));
BEGIN
    IF a = b THEN RETURN; END IF;
    PERFORM dynamo.transact_write_items(request);
    IF twice THEN
        PERFORM dynamo.transact_write_items(request);
    END IF;
EXCEPTION WHEN SQLSTATE 'KV009' THEN
    IF SQLERRM !~ 'ConditionalCheckFailed|TransactionConflict' THEN RAISE; END IF;
END \$\$;

-- single writes: what was not refused is counted in the same transaction
CREATE TABLE touches (account int);
CREATE FUNCTION touch(a int) RETURNS void LANGUAGE plpgsql AS \$\$
BEGIN
    PERFORM dynamo.update_item(json_build_object('TableName', 'accounts', 'Key', json_build_object('id', json_build_object('N', a::text)),
        'UpdateExpression', 'ADD touches :one', 'ExpressionAttributeValues', '{":one": {"N": "1"}}'::json));
    INSERT INTO touches VALUES (a);
EXCEPTION WHEN SQLSTATE 'KV00A' THEN NULL;
END \$\$;
CREATE FUNCTION touch_all() RETURNS void LANGUAGE sql AS \$\$
    INSERT INTO touches SELECT i FROM json_array_elements(dynamo.batch_execute_statement(json_build_object('Statements',
        (SELECT json_agg(json_build_object('Statement', format('UPDATE accounts SET touches = touches + 1 WHERE id = %s', i)) ORDER BY i)
         FROM generate_series(1, $accounts) i))) -> 'Responses') WITH ORDINALITY AS response(r, i)
    WHERE r -> 'Error' IS NULL
\$\$;

-- the sum at one moment
CREATE FUNCTION look() RETURNS void LANGUAGE plpgsql AS \$\$
DECLARE
    total numeric;
BEGIN
    SELECT sum((r -> 'Item' -> 'balance' ->> 'N')::numeric) INTO total FROM json_array_elements(dynamo.transact_get_items(json_build_object('TransactItems',
        (SELECT json_agg(json_build_object('Get', json_build_object('TableName', 'accounts', 'Key', json_build_object('id', json_build_object('N', i::text)))))
         FROM generate_series(1, $accounts) i))) -> 'Responses') r;
    IF total <> $accounts * 100 THEN RAISE 'sum is %', total; END IF;
END \$\$;
SQL

$node->pgbench("--no-vacuum --client=16 --transactions=$each --max-tries=1",
	0, [qr/number of transactions actually processed: 2400\/2400/], [qr/^(?!.*(deadlock|sum is)).*$/s], 'transfers and looks',
	{
		'007_transfer@9' => <<"SQL",
\\set a random(1, $accounts)
\\set b random(1, $accounts)
\\set amount random(1, 60)
\\set twice random(0, 1)
SELECT transfer(:a, :b, :amount, :twice = 1);
SQL
		'007_touch@4' => "\\set a random(1, $accounts)\nSELECT touch(:a);\n",
		'007_touch_all@1' => "SELECT touch_all();\n",
		'007_look@1' => "SELECT look();\n",
	});

is($node->safe_psql('postgres', q{SELECT sum((item OPERATOR(dynamo.->>) 'balance')::numeric) FROM dynamo_data.accounts}),
	$accounts * 100, 'the sum is what it was');
is($node->safe_psql('postgres', q{SELECT sum((item OPERATOR(dynamo.->>) 'touches')::int) = (SELECT count(*) FROM touches) FROM dynamo_data.accounts}),
	't', 'single writes are carried out or refused');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM touches'), '>', 50, 'and carried out many times');
is($node->safe_psql('postgres', q{SELECT count(*) FROM dynamo_data.accounts WHERE (item OPERATOR(dynamo.->>) 'balance')::numeric < 0}),
	0, 'no account is in debt');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM dynamo_data.receipts'), '>', 50, 'transfers were made');
is($node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM dynamo_data.receipts) = (SELECT count(*) FROM dynamo_internal.idempotency_tokens)'),
	't', 'a token for each of them');
unlike(slurp_file($node->logfile), qr/deadlock detected/, 'no deadlock');

$node->stop;
done_testing();
