# 304_readme.pl
#    What README.md shows works: every block of SQL in it runs, in order, on
#    the data that make start loads, and says what its comments promise.
#
# The block of JavaScript is test/sdk/readme.test.mjs.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $readme = slurp_file('README.md');
my @blocks = $readme =~ /^```sql\n(.*?)^```$/msg;
cmp_ok(scalar @blocks, '>=', 3, 'README.md has SQL in it');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'dynamo'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynamo');

# the table of the tour, as it makes it
$node->safe_psql('postgres', <<'SQL');
SELECT dynamo.create_table('{"TableName": "GameShop", "BillingMode": "PAY_PER_REQUEST",
	"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}],
	"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]}');
SQL
my @items = map { s/^\s*\{"Item":(.*)\}\s*$/$1/r } grep { /"Item"/ } split /\n/, slurp_file('src/start/sample.jsonl');
cmp_ok(scalar @items, '>', 100, 'the sample has items');
$node->safe_psql('postgres', join('', map { 'INSERT INTO dynamo_data."GameShop" (item) VALUES ($item$' . $_ . "\$item\$);\n" } @items));

foreach my $number (1 .. @blocks)
{
	my ($status, $stdout, $stderr) = $node->psql('postgres', $blocks[ $number - 1 ], on_error_stop => 1);
	is($status, 0, "block $number runs") or diag($blocks[ $number - 1 ], $stderr);
	my @lines = split /\n/, $stdout;
	cmp_ok(scalar @lines, '>', 0, "block $number shows something");

	# "SELECT ...;   -- what it gives"
	foreach my $promise ($blocks[ $number - 1 ] =~ /^SELECT [^\n]*; +-- ([^\n]*)$/mg)
	{
		ok((grep { $_ eq $promise } @lines), "block $number: $promise");
	}
}
is($node->safe_psql('postgres', q{SELECT string_agg(id::text, ' ' ORDER BY id) FROM orders}), '1 3', 'orders that were placed');
is($node->safe_psql('postgres', q{SELECT dynamo.get_item('{"TableName": "Stock", "Key": {"sku": {"S": "lamp"}}}') #>> '{Item,pieces,N}'}),
	0, 'and their pieces');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM shop_orders WHERE total IS NOT NULL'), '>', 10, 'rows of the view');
$node->stop;
done_testing();
