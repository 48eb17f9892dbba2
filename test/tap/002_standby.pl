# 002_standby.pl
#    A streaming standby: reads are served, writes are refused in clear words,
#    and after promotion it goes on with everything the primary had.

use strict;
use warnings;

use Dynamo::Load;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', "shared_preload_libraries = 'dynamo'");
$primary->start;
$primary->safe_psql('postgres', 'CREATE EXTENSION dynamo');
my $load = Dynamo::Load->prepare($primary);

$primary->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'backup', has_streaming => 1);
$standby->start;

$load->start(clients => 3);
$load->wait_for(1000);
$load->stop;
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));

# reads
my $get = q{SELECT dynamo.get_item('{"TableName": "Load", "Key": {"pk": {"S": "account"}, "sk": {"N": "1"}}, "ConsistentRead": false}')};
is($standby->safe_psql('postgres', $get), $primary->safe_psql('postgres', $get), 'GetItem');
foreach my $query ('Scan: {"TableName": "Load"}',
	'Query: {"TableName": "Load", "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "account"}}}',
	'Query: {"TableName": "Load", "IndexName": "global", "KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"S": "g1"}}}',
	'DescribeTable: {"TableName": "Load"}')
{
	my ($operation, $request) = $query =~ /^(\w+): (.*)$/;
	$operation = 'describe_table' if $operation eq 'DescribeTable';
	my $sql = qq{SELECT md5(regexp_replace(dynamo.$operation('$request')::text, '"(ItemCount|[A-Za-z]*Bytes)":\\d+', '', 'g'))};
	is($standby->safe_psql('postgres', $sql), $primary->safe_psql('postgres', $sql), $query);
}
is($standby->safe_psql('postgres', q{SELECT * FROM dynamo.check('Load')}), '', 'check');

# writes
sub refused
{
	my ($sql, $pattern, $name) = @_;
	my ($status, undef, $stderr) = $standby->psql('postgres', "\\set VERBOSITY verbose\n$sql");
	isnt($status, 0, "$name is refused");
	like($stderr, $pattern, "$name: why");
	return;
}
my $item = '{"pk": {"S": "account"}, "sk": {"N": "1"}}';
refused(qq{SELECT dynamo.put_item('{"TableName": "Load", "Item": $item}')},
	qr/ERROR:  25006: cannot execute PutItem during recovery/, 'PutItem');
refused(qq{SELECT dynamo.update_item('{"TableName": "Load", "Key": $item}')},
	qr/ERROR:  25006: cannot execute UpdateItem during recovery/, 'UpdateItem');
refused(qq{SELECT dynamo.delete_item('{"TableName": "Load", "Key": $item}')},
	qr/ERROR:  25006: cannot execute DeleteItem during recovery/, 'DeleteItem');
refused(qq{SELECT dynamo.batch_write_item('{"RequestItems": {"Load": [{"PutRequest": {"Item": $item}}]}}')},
	qr/ERROR:  25006: cannot execute \w+ during recovery/, 'BatchWriteItem');
refused(qq{SELECT dynamo.transact_write_items('{"TransactItems": [{"Put": {"TableName": "Load", "Item": $item}}]}')},
	qr/ERROR:  25006: cannot execute \w+ during recovery/, 'TransactWriteItems');
refused(q{DELETE FROM dynamo_data."Load"}, qr/ERROR:  25006: cannot execute DELETE in a read-only transaction/, 'DELETE');
refused(q{SELECT * FROM dynamo_data."Load" FOR UPDATE}, qr/ERROR:  25006: cannot execute SELECT FOR UPDATE/, 'SELECT FOR UPDATE');

# promotion
$load->start(clients => 3);
$load->wait_for(500);
$load->stop;
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
$primary->stop('immediate');
$standby->promote;
$load->check($standby, 'promoted');
$load->{node} = $standby;
$load->start(clients => 3);
$load->wait_for(500);
cmp_ok($load->stop, '>=', 500, 'promoted: writes go on');
$load->check($standby, 'promoted, after writes');

$standby->stop;
done_testing();
