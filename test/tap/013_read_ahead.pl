# 013_read_ahead.pl
#    Ranges of items that are not in memory: whatever dynamo.read_ahead is, the
#    answers are the same; and the pages of the next items are asked for.

use strict;
use warnings;

use Dynamo::Wait;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Buffers for a small part of the table, so that every range has to read.
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_buffers = '512kB'
autovacuum = off
});
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION dynamo;
SELECT dynamo.create_table('{"TableName": "Cold", "BillingMode": "PAY_PER_REQUEST",
	"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"},
		{"AttributeName": "g", "AttributeType": "N"}, {"AttributeName": "l", "AttributeType": "N"}],
	"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
	"LocalSecondaryIndexes": [{"IndexName": "local", "Projection": {"ProjectionType": "ALL"},
		"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}]}],
	"GlobalSecondaryIndexes": [{"IndexName": "global", "Projection": {"ProjectionType": "ALL"},
		"KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}]}]}');
INSERT INTO dynamo_data."Cold" (item)
	SELECT dynamo.to_item(jsonb_build_object('pk', 'p' || i % 8, 'sk', i, 'g', i % 5, 'l', i * 7919 % 4000,
		'pad', repeat(md5(i::text), CASE i % 50 WHEN 0 THEN 200 ELSE 16 END)))
	FROM generate_series(1, 4000) i ORDER BY i * 7919 % 4001;
-- rows that are gone, and entries of the index that lead nowhere
DELETE FROM dynamo_data."Cold" WHERE (item::jsonb ->> 'sk')::int % 10 = 3;
CHECKPOINT;
});

# ---- the same answers

my $of = q["TableName": "Cold", "ExpressionAttributeValues": {":p": {"S": "p1"}}, "KeyConditionExpression": "pk = :p"];
my $of_global = q["TableName": "Cold", "IndexName": "global", "ExpressionAttributeValues": {":g": {"N": "2"}}, "KeyConditionExpression": "g = :g"];
my %ranges = (
	'a collection' => "query('{$of}')",
	'a collection, backward' => "query('{$of, \"ScanIndexForward\": false}')",
	'the first of a collection' => "query('{$of, \"Limit\": 1}')",
	'the last of a collection' => "query('{$of, \"Limit\": 1, \"ScanIndexForward\": false}')",
	'some, after a key' => "query('{$of, \"Limit\": 70, \"ExclusiveStartKey\": {\"pk\": {\"S\": \"p1\"}, \"sk\": {\"N\": \"801\"}}}')",
	'a local index' => "query('{$of, \"IndexName\": \"local\"}')",
	'a global index' => "query('{$of_global}')",
	'a global index, backward' => "query('{$of_global, \"ScanIndexForward\": false, \"Limit\": 300}')",
	'a table' => q[scan('{"TableName": "Cold"}')],
	'a segment' => q[scan('{"TableName": "Cold", "Segment": 1, "TotalSegments": 3}')],
	'a statement' => q[execute_statement('{"Statement": "SELECT * FROM Cold WHERE pk = ''p1'' AND sk > 500", "Limit": 90}')],
	'rows, by SQL' => q[query('Cold', 'pk = :p', '{":p": {"S": "p1"}}', "limit" => 200)],
	'filtered rows, by SQL' => q[query('Cold', 'pk = :p', '{":p": {"S": "p1"}, ":s": {"N": "2000"}}', filter => 'l > :s', "limit" => 10)]);
my $reads = q{SELECT heap_blks_read FROM pg_statio_all_tables WHERE relid = 'dynamo_data."Cold"'::regclass};

foreach my $range (sort keys %ranges)
{
	my $before = $node->safe_psql('postgres', $reads);
	my $expected = answer(0, $ranges{$range});
	my @others = grep { answer($_, $ranges{$range}) ne $expected } 1, 3, 32, 1000;

	like($expected, qr/pad/, "$range: there are items");
	is("@others", '', "$range: the same answer with every dynamo.read_ahead");
	cmp_ok($node->safe_psql('postgres', $reads), '>', $before, "$range: has to be read");
}

# ---- and pages that are asked for

my $file = $node->data_dir . '/' . $node->safe_psql('postgres', q{SELECT pg_relation_filepath('dynamo_data."Cold"')});

SKIP:
{
	forget_file();
	skip 'the kernel does not forget files here', 3 if pages_in_memory() != 0;

	my $single = pages_after_first_row(0);
	cmp_ok($single, '<', 5, "one row: its page ($single in memory)");

	is(pages_after_first_row(32, 1), $single, 'nothing more if no more rows are wanted');
	ok(wait_until(sub { pages_after_first_row(32) > $single }), 'the pages of the next rows are asked for');
}

$node->stop;
done_testing();

sub answer
{
	my ($read_ahead, $range) = @_;

	return $node->safe_psql('postgres', "SET dynamo.read_ahead = $read_ahead; SELECT * FROM dynamo.$range");
}

# The kernel forgets the pages of the table.
sub forget_file
{
	system_or_bail('dd', "of=$file", 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none');
	return;
}

sub pages_in_memory
{
	my $pages = qx(fincore --noheadings --raw --output PAGES $file);
	chomp $pages;
	return $pages;
}

# In how many pages of the kernel's is the table, after one row has been read
# that was nowhere in memory?
sub pages_after_first_row
{
	my ($read_ahead, $limit) = @_;
	my $rows = defined $limit ? qq{, "limit" => $limit} : '';

	$node->restart;
	forget_file();
	$node->safe_psql('postgres', qq{SET dynamo.read_ahead = $read_ahead;
		BEGIN; DECLARE rows CURSOR FOR SELECT dynamo.query('Cold', 'pk = :p', '{":p": {"S": "p1"}}'$rows); FETCH rows; COMMIT});
	return pages_in_memory();
}
