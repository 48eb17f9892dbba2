# 308_bridge_bodies.pl
#    Bodies that lie about their length, end too soon, are too large, or are nested
#    ever so deep, in every place that takes JSON: the client is told, and
#    neither the bridge nor a backend falls.

use strict;
use warnings;

use Dynamo::Bridge;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = Dynamo::Bridge::extension_node('log_statement = none');
my $bridge = Dynamo::Bridge->start($node);
ok($bridge->wait_until_healthy, 'comes up');
my $hasty = Dynamo::Bridge->start($node, '--body-timeout=700');
ok($hasty->wait_until_healthy, 'one that does not wait for long comes up');
my $signed = \&Dynamo::Bridge::signed;
my $read = \&Dynamo::Bridge::read_answer;
local $SIG{PIPE} = 'IGNORE';

# --- lengths

my $body = '{"Limit":1}';
my $right = '{"TableNames":[]}';
my ($head) = split /(?<=\r\n\r\n)/, $signed->('ListTables', $body);
(my $chunked = $head) =~ s/Content-Length: \d+/Transfer-Encoding: chunked/;
sub with_length { my ($length) = @_; (my $other = $head) =~ s/Content-Length: \K\d+/$length/; return $other; }

# What is sent, whether the client stops sending after it, and the statuses
# of the answers; 0 is the end of the connection.  What is left open on purpose
# (408) goes to the bridge that does not wait for long.
sub is_answered
{
	my ($name, $bytes, $stops, @statuses) = @_;
	my $socket = $statuses[0] == 408 ? $hasty->socket : $bridge->socket;
	$socket->print($bytes);
	$socket->flush;
	shutdown($socket, 1) if $stops;
	is(join(' ', map { $read->($socket)->{status} } @statuses), "@statuses", $name);
	return;
}

is_answered('the right length', "$head$body$head$body", 0, 200, 200);
is_answered('a length that is too large, and nothing more', with_length(20) . $body, 0, 408, 0);
is_answered('a length that is too large, and the end', with_length(20) . $body, 1, 0);
is_answered('a length that takes a part of the next request', with_length(20) . "$body$head$body", 0, 400, 400, 0);
is_answered('a length that is too small', with_length(5) . "$body$head$body", 0, 400, 400, 0);
is_answered('no length, and a body', ($head =~ s/Content-Length: \d+\r\n//r) . $body, 0, 400, 0);
is_answered("a length of $_", with_length($_) . $body, 0, 400, 0)
  foreach '-1', '11, 11', '0x0b', '11x', '9223372036854775807', '18446744073709551616', "11\r\nContent-Length: 12";
is_answered('a length of more than memory', with_length('999999999999999999') . $body, 0, 413);
is_answered('a length over the limit', with_length(16 * 1024 * 1024 + 1) . $body, 0, 413);
is_answered('a whole request and the end of the connection', "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1, 200, 0);
is_answered('requests sent ahead, far more than is read at a time', "$head$body" x 500, 0, (200) x 500);
is_answered('a length that is right, of more than is read at a time', with_length(500_000) . '{"Limit":1' . ' ' x 499_989 . '}', 0, 400);
is_answered('half of a body', substr("$head$body", 0, -3), 1, 0);
is_answered('half of a head', substr($head, 0, 50), 1, 0);

is_answered('chunks', "${chunked}4\r\n{\"Li\r\n7\r\nmit\":1}\r\n0\r\n\r\n", 0, 200);
is_answered('chunks without an end', "${chunked}b\r\n$body\r\n", 0, 408, 0);
is_answered('chunks, and the end of the connection', "${chunked}b\r\n$body\r\n", 1, 0);
is_answered('a chunk longer than it says', "${chunked}5\r\n$body\r\n0\r\n\r\n", 0, 400, 0);
is_answered('a chunk shorter than it says', "${chunked}c\r\n$body\r\n0\r\n\r\n", 0, 400, 0);
is_answered("a chunk of $_", "$chunked$_\r\n$body\r\n0\r\n\r\n", 0, 400, 0)
  foreach '-b', '+b', '0xb', '', 'x', '7fffffffffffffff', 'ffffffffffffffff', 'ffffffffffffffffff';
is_answered('chunks over the limit', $chunked . ("100000\r\n" . 'x' x 0x100000 . "\r\n") x 17 . "0\r\n\r\n", 0, 413);

is($hasty->stop, 0, 'orderly end of the one that does not wait');

# --- nesting

# A request of each kind that has every member that may be a document; it need
# not be one that succeeds.
my %value = (S => 'a');
my $names = { '#a' => 'a' };
my $values = { ':a' => \%value };
my $put = { TableName => 'Deep', Item => { pk => \%value, m => { M => { l => { L => [ \%value ] } } }, ss => { SS => ['a'] } },
	ConditionExpression => 'a = :a', ExpressionAttributeNames => $names, ExpressionAttributeValues => $values,
	Expected => { a => { Exists => JSON::PP::true, Value => \%value, AttributeValueList => [ \%value ] } } };
my $conditions = { pk => { ComparisonOperator => 'EQ', AttributeValueList => [ \%value ] } };
my $keys = [ { AttributeName => 'pk', KeyType => 'HASH' } ];
my $table = { TableName => 'Deep', AttributeDefinitions => [ { AttributeName => 'pk', AttributeType => 'S' } ], KeySchema => $keys,
	BillingMode => 'PAY_PER_REQUEST' };
my $index = { IndexName => 'byA', KeySchema => $keys, Projection => { ProjectionType => 'INCLUDE', NonKeyAttributes => ['a'] } };
my %requests = (
	PutItem => $put,
	UpdateItem => { TableName => 'Deep', Key => { pk => \%value }, UpdateExpression => 'SET #a = :a', ExpressionAttributeNames => $names,
		ExpressionAttributeValues => $values, AttributeUpdates => { a => { Action => 'PUT', Value => \%value } }, Expected => {} },
	DeleteItem => { TableName => 'Deep', Key => { pk => \%value }, Expected => { a => { Value => \%value } } },
	GetItem => { TableName => 'Deep', Key => { pk => \%value }, ExpressionAttributeNames => $names, AttributesToGet => ['a'] },
	Query => { TableName => 'Deep', KeyConditions => $conditions, QueryFilter => $conditions, ExclusiveStartKey => { pk => \%value },
		ExpressionAttributeNames => $names, ExpressionAttributeValues => $values },
	Scan => { TableName => 'Deep', ScanFilter => $conditions, ExclusiveStartKey => { pk => \%value }, AttributesToGet => ['a'] },
	BatchGetItem => { RequestItems => { Deep => { Keys => [ { pk => \%value } ], AttributesToGet => ['a'], ExpressionAttributeNames => $names } } },
	BatchWriteItem => { RequestItems => { Deep => [ { PutRequest => { Item => { pk => \%value } } }, { DeleteRequest => { Key => { pk => \%value } } } ] } },
	TransactWriteItems => { TransactItems => [ { Put => $put }, { Update => { TableName => 'Deep', Key => { pk => \%value }, ExpressionAttributeValues => $values } },
			{ Delete => { TableName => 'Deep', Key => { pk => \%value } } }, { ConditionCheck => { TableName => 'Deep', Key => { pk => \%value } } } ] },
	TransactGetItems => { TransactItems => [ { Get => { TableName => 'Deep', Key => { pk => \%value }, ExpressionAttributeNames => $names } } ] },
	ExecuteStatement => { Statement => 'SELECT * FROM "Deep" WHERE pk = ?', Parameters => [ \%value ] },
	BatchExecuteStatement => { Statements => [ { Statement => 'SELECT * FROM "Deep" WHERE pk = ?', Parameters => [ \%value ] } ] },
	ExecuteTransaction => { TransactStatements => [ { Statement => 'SELECT * FROM "Deep" WHERE pk = ?', Parameters => [ \%value ] } ] },
	CreateTable => { %$table, GlobalSecondaryIndexes => [$index], LocalSecondaryIndexes => [$index], Tags => [ { Key => 'k', Value => 'v' } ],
		ProvisionedThroughput => { ReadCapacityUnits => 1, WriteCapacityUnits => 1 }, StreamSpecification => { StreamEnabled => JSON::PP::true } },
	UpdateTable => { TableName => 'Deep', GlobalSecondaryIndexUpdates => [ { Create => $index }, { Update => $index } ] },
	UpdateTimeToLive => { TableName => 'Deep', TimeToLiveSpecification => { AttributeName => 'a', Enabled => JSON::PP::true } },
	TagResource => { ResourceArn => 'arn:aws:dynamodb:us-east-1:123456789012:table/Deep', Tags => [ { Key => 'k', Value => 'v' } ] },
	UntagResource => { ResourceArn => 'arn:aws:dynamodb:us-east-1:123456789012:table/Deep', TagKeys => ['k'] },
	ListTables => { Limit => 1 });
is($bridge->call('CreateTable', encode_json($table))->{status}, 200, 'a table');

# The ways to go deep: what opens a level, what is in the middle, what closes one.
my @ways = (
	[ 'arrays', '[', '', ']' ],
	[ 'objects', '{"a":', '1', '}' ],
	[ 'M', '{"M":{"a":', '{"S":"a"}', '}}' ],
	[ 'L', '{"L":[', '', ']}' ],
	[ 'open arrays', '[', '', '' ],
	[ 'open M', '{"M":{"a":', '', '' ]);
sub nested { my ($way, $levels) = @_; my (undef, $open, $middle, $close) = @$way; return $open x $levels . $middle . $close x $levels; }

# All texts that are a document with one of its values, at any place, or a
# member that does not belong there, replaced by @.
my $json = JSON::PP->new->canonical->allow_nonref;
sub places
{
	my ($value) = @_;
	my @places = ('@');
	if (ref $value eq 'HASH')
	{
		my %texts = map { $_ => $json->encode($_) . ':' . $json->encode($value->{$_}) } keys %$value;
		foreach my $name (sort keys %$value)
		{
			my @others = map { $texts{$_} } grep { $_ ne $name } sort keys %$value;
			push @places, map { '{' . join(',', $json->encode($name) . ":$_", @others) . '}' } places($value->{$name});
		}
		push @places, '{' . join(',', '"Unknown":@', map { $texts{$_} } sort keys %$value) . '}';
	}
	elsif (ref $value eq 'ARRAY')
	{
		foreach my $i (0 .. $#$value)
		{
			my @texts = map { $json->encode($_) } @$value;
			foreach my $place (places($value->[$i])) { local $texts[$i] = $place; push @places, '[' . join(',', @texts) . ']'; }
		}
	}
	return @places;
}

my $refused = qr/^400 \{"__type":"com\.amazon\.coral\.(?:service#SerializationException|validate#ValidationException)"/;
my ($tried, @wrong) = (0);
sub try_nested
{
	my ($operation, $place, $way, $levels) = @_;
	my $nested = nested($way, $levels);
	my $answer = $bridge->call($operation, $place =~ s/\@/$nested/r);
	$tried++;
	push @wrong, "$operation $place $way->[0] $levels: $answer->{status} " . substr($answer->{body}, 0, 200)
	  unless "$answer->{status} $answer->{body}" =~ $refused;
	return;
}

foreach my $operation (sort keys %requests)
{
	my $way = 0;
	foreach my $place (places($requests{$operation}))
	{
		# in turn, so that each place meets some and each kind of request all
		try_nested($operation, $place, $ways[ ($way + $_ * 2) % @ways ], 10_000) foreach 0 .. 2;
		$way++;
	}
}
is(join("\n", @wrong), '', "10,000 levels, $tried times");
($tried, @wrong) = (0);
foreach my $place ('@', '{"Item":@,"TableName":"Deep"}', '{"Item":{"pk":{"S":"a"},"a":@},"TableName":"Deep"}', '{"TableName":"Deep","Unknown":@}')
{
	try_nested('PutItem', $place, $_, 1_000_000) foreach @ways;
}
is(join("\n", @wrong), '', "1,000,000 levels, $tried times");
like($bridge->call('PutItem', '{"TableName":"Deep","Item":{"pk":{"S":"a"},"a":' . nested($ways[2], 31) . '}}')->{body}, qr/^\{\}$/, '32 levels');
like($bridge->call('PutItem', '{"TableName":"Deep","Item":{"pk":{"S":"a"},"a":' . nested($ways[2], 32) . '}}')->{body},
	qr/Nesting Levels have exceeded supported limits/, '33 levels');

# Expressions may be 4 kB long, statements of PartiQL 8 kB.
my %deep = (
	'(' => '(' x 1500 . 'a = :v' . ')' x 1500,
	'open (' => '(' x 4000,
	'NOT' => 'NOT ' x 1000 . 'a = :v',
	'size' => 'size(' x 600 . 'a' . ')' x 600 . ' = :v',
	'path' => 'a' . '.a' x 1900 . ' = :v',
	'index' => 'a' . '[0]' x 1300 . ' = :v',
	'AND' => join(' AND ', ('a = :v') x 300),
	'OR' => join(' OR ', ('a = :v') x 300),
	'open AND' => 'a = :v AND (' x 300);
my $common = '"TableName":"Deep","ExpressionAttributeValues":{":v":{"N":"1"}}';
my @answers;
foreach my $kind (sort keys %deep)
{
	my $text = $deep{$kind};
	my $update = '+ (' x 1000 . ':v' . ')' x 1000;
	my $statement = (('(' x 2000) . 'a = 1' . (')' x 2000), 'NOT ' x 1900 . 'a = 1', 'a' . '[0]' x 2000 . ' = 1', '[' x 4000, '{' . q('a': {) x 900,
		'<<' x 2000)[ @answers / 5 % 6 ];
	push @answers, map { $bridge->call($_->[0], $_->[1])->{body} }
	  [ 'PutItem', qq({$common,"Item":{"pk":{"S":"b"}},"ConditionExpression":"$text"}) ],
	  [ 'Scan', qq({$common,"FilterExpression":"$text"}) ],
	  [ 'Query', qq({$common,"KeyConditionExpression":"$text"}) ],
	  [ 'UpdateItem', qq({$common,"Key":{"pk":{"S":"b"}},"UpdateExpression":"SET a = :v $update"}) ],
	  [ 'ExecuteStatement', qq({"Statement":"SELECT * FROM \\"Deep\\" WHERE pk = 'b' AND $statement"}) ];
}
is(join("\n", grep { !/^\{"(?:__type":"com\.amazon\.coral\.validate#ValidationException"|Items":|Count":)|^\{\}$|ConditionalCheckFailed/ } @answers), '',
	'deep expressions, ' . @answers);

# without a signature the bridge itself looks whether it is JSON
my $unsigned = "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nX-Amz-Target: DynamoDB_20120810.PutItem\r\n";
foreach my $way (@ways)
{
	my $nested = nested($way, 1_000_000);
	like($bridge->http("${unsigned}Content-Length: " . length($nested) . "\r\n\r\n$nested")->{body}, qr/SerializationException/,
		"1,000,000 levels without a signature: $way->[0]");
}

# --- the same in SQL

$node->safe_psql('postgres', <<'SQL');
CREATE TABLE sqlstates (what text, state text);
CREATE FUNCTION try(statement text, argument text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement USING argument;
	INSERT INTO sqlstates VALUES (statement, 'none');
EXCEPTION WHEN OTHERS THEN
	INSERT INTO sqlstates VALUES (statement, SQLSTATE);
END $$;
CREATE FUNCTION nested(open text, middle text, close text, levels int) RETURNS text LANGUAGE sql AS
	$$SELECT repeat(open, levels) || middle || repeat(close, levels)$$;
SQL
$node->safe_psql('postgres', <<'SQL');
WITH nest AS MATERIALIZED (SELECT nested(open, middle, close, levels) AS text FROM (VALUES ('[', '', ']'), ('{"a":', '1', '}'),
	('{"M":{"a":', '{"S":"a"}', '}}'), ('{"L":[', '', ']}'), ('[', '', '')) AS way (open, middle, close), (VALUES (10000), (1000000)) AS l (levels))
SELECT count(try(statement, place)) FROM nest, LATERAL (VALUES (text), ('{"TableName":"Deep","Item":' || text || '}'),
	('{"TableName":"Deep","Key":{"pk":' || text || '},"Item":{"pk":{"S":"a"},"a":' || text || '}}')) AS p (place),
	LATERAL (SELECT format('SELECT dynamo.%I($1::%s)', proname, type) FROM unnest('{json,dynamo.request}'::text[]) type, pg_proc JOIN pg_namespace n ON n.oid = pronamespace
			WHERE nspname = 'dynamo' AND proname IN ('put_item', 'get_item', 'update_item', 'query', 'create_table', 'execute_statement')
				AND pronargs = 1
		UNION ALL SELECT 'SELECT dynamo_internal.execute(''PutItem'', $1, ''root'')'
		UNION ALL SELECT 'SELECT $1::dynamo.item'
		UNION ALL SELECT 'SELECT dynamo.to_item($1::jsonb)'
		UNION ALL SELECT 'SELECT count(*) FROM dynamo.scan(''Deep'', ''a = :a'', $1::dynamo.item)') AS s (statement)
SQL
# The types json and jsonb have limits of their own: statement_too_complex and invalid_text_representation.
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT what || ' ' || state, E'\n') FROM sqlstates
	WHERE state !~ '^(KV001|KV0S1|54001|22P02|22023)$'}), '', 'deep nesting in SQL is an error');
is($node->safe_psql('postgres', q{SELECT count(DISTINCT what) FROM sqlstates}), '16', 'of every function');

unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no backend fell');
is($bridge->call('ListTables', $body)->{status}, 200, 'and requests are served');
is($bridge->wait_for_metric('dynamo_bridge_buffered_bytes', 0), 0, 'nothing is left in memory');
is($bridge->stop, 0, 'orderly end');
$node->stop;
done_testing();
