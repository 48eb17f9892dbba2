# 002_standby.pl
#    A streaming standby: reads are served, writes are refused in clear words,
#    and after promotion it goes on with everything the primary had.  Each page
#    that it makes of the WAL is compared with the primary's.

use strict;
use warnings;

use Dynamo::Load;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'dynamo'
# a standby that comes to another page ends itself
wal_consistency_checking = 'heap, heap2, btree'
autovacuum = off
});
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

# Updates whose records have to be put together with the old version: what
# is the same at the start and at the end of both is not in them.
$primary->safe_psql('postgres', q{
CREATE EXTENSION pg_walinspect;
SELECT dynamo.create_table('{"TableName": "Versions", "BillingMode": "PAY_PER_REQUEST",
	"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}');
});
sub update_item
{
	my ($attribute, $value) = @_;
	my $sql = qq{SELECT count(dynamo.update_item('{"TableName": "Versions", "Key": {"pk": {"S": "one"}},
		"UpdateExpression": "SET $attribute = :v", "ExpressionAttributeValues": {":v": {"S": "$value"}}}'))};

	# a session knows of a checkpoint with its first record of WAL
	my $start = $primary->safe_psql('postgres', qq{SELECT pg_logical_emit_message(true, 'first', '');
		SELECT 'now ' || pg_current_wal_insert_lsn();\n$sql;}) =~ /^now (.*)$/m ? $1 : die;
	return $primary->safe_psql('postgres', qq{SELECT 'HOT ' || substring(description from 'flags:? (0x..)')
		FROM pg_get_wal_records_info('$start', pg_current_wal_flush_lsn()) WHERE resource_manager = 'Heap' AND record_type LIKE 'HOT_UPDATE%'});
}
my $put = sub {
	my ($values) = @_;
	$primary->safe_psql('postgres', qq{SELECT dynamo.put_item('{"TableName": "Versions", "Item": {"pk": {"S": "one"},
		"a": {"S": "$values->[0]"}, "m": {"S": "$values->[1]"}, "z": {"S": "$values->[2]"}}}')});
	return;
};
my ($VISIBLE, $PREFIX, $SUFFIX) = (0x01, 0x20, 0x40);
my $hot = sub { return sprintf 'HOT 0x%02X', $_[0]; };
$put->(['first' x 10, 'middle' x 10, 'last' x 10]);
# what is hinted later would bring the page into WAL by itself
$primary->safe_psql('postgres', 'SELECT count(*) FROM dynamo_data."Versions"');
$primary->safe_psql('postgres', 'CHECKPOINT');
is(update_item('z', 'lasT' x 10), $hot->(0), 'after a checkpoint the page is in WAL');
is(update_item('z', 'lasT' x 8 . 'lastlasT'), $hot->($PREFIX | $SUFFIX), 'near the end');
is(update_item('z', 'lasT' x 9 . 'lasX'), $hot->($PREFIX), 'only the end');
is(update_item('a', 'First' . 'first' x 9), $hot->($PREFIX | $SUFFIX), 'only the start');
is(update_item('m', 'middle' x 5 . 'Middle' . 'middle' x 4), $hot->($PREFIX | $SUFFIX), 'the middle');
is(update_item('m', 'm' x 60), $hot->($PREFIX | $SUFFIX), 'as long');
is(update_item('m', 'm' x 61), $hot->($PREFIX | $SUFFIX), 'longer, of one letter');
is(update_item('m', 'm' x 50), $hot->($PREFIX | $SUFFIX), 'shorter, of one letter');
is(update_item('m', ''), $hot->($PREFIX | $SUFFIX), 'empty');
is(update_item('m', 'm' x 500), $hot->($PREFIX | $SUFFIX), 'long');
$primary->poll_query_until('postgres', q{SELECT NOT EXISTS (SELECT FROM pg_stat_activity
	WHERE backend_type <> 'walsender' AND pid <> pg_backend_pid() AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL))}) or die;
$primary->safe_psql('postgres', 'VACUUM (FREEZE) dynamo_data."Versions"');
is(update_item('m', 'visible'), $hot->($VISIBLE | $PREFIX | $SUFFIX), 'of a page that was visible to all');
$primary->safe_psql('postgres', 'CHECKPOINT');
$primary->safe_psql('postgres', 'VACUUM (FREEZE) dynamo_data."Versions"');
is(update_item('a', 'again'), $hot->($PREFIX | $SUFFIX | $VISIBLE), 'and again');
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
my $versions = q{SELECT item FROM dynamo_data."Versions"};
is($standby->safe_psql('postgres', $versions), $primary->safe_psql('postgres', $versions), 'the last version');

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
