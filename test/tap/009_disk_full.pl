# 009_disk_full.pl
#    No room on the disk: for relations, then for WAL.  Clients get an error that
#    says try again, nothing is half done, nothing acknowledged is lost, and the
#    service goes on when there is room.

use strict;
use warnings;

use Dynamo::Bridge;
use Dynamo::Load;
use Dynamo::Shim;
use Dynamo::Wait;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $disk = Dynamo::Shim->new('full_disk');
my $node = Dynamo::Bridge::extension_node(q{
max_wal_size = 8MB
min_wal_size = 2MB
wal_recycle = off
autovacuum = off
restart_after_crash = on
}, init => [ extra => ['--wal-segsize=1'] ], preload => $disk);
Dynamo::Load->prepare($node);
my $bridge = Dynamo::Bridge->start($node, '--threads=1', '--queue-timeout=300');
ok($bridge->wait_until_healthy, 'comes up');

my %acknowledged;    # keys of items that must be there
my %refused;         # and that must not
my $next = 0;
my $unavailable = '{"__type":"com.amazon.coral.service#ServiceUnavailableException","message":"The service is currently unavailable or busy."}';

# An item that does not compress well; size is of its filler.
sub item
{
	my ($key, $size) = @_;
	my $filler = join '', map { chr(97 + int rand 26) } 1 .. $size;
	return qq({"pk":{"S":"$key"},"sk":{"N":"1"},"g":{"S":"g$key"},"l":{"N":"$next"},"v":{"N":"1"},"filler":{"S":"$filler"}});
}

# Writes one item, or four at once, and notes what came of it.
sub write_items
{
	my ($operation, $size) = @_;
	my @keys = map { "$operation-$next-$_" } 1 .. ($operation eq 'PutItem' ? 1 : 4);
	$next++;
	my $body = $operation eq 'PutItem' ? '{"TableName":"Load","Item":' . item($keys[0], $size) . '}'
	  : $operation eq 'TransactWriteItems'
	  ? '{"TransactItems":[' . join(',', map { '{"Put":{"TableName":"Load","Item":' . item($_, $size) . '}}' } @keys) . ']}'
	  : '{"RequestItems":{"Load":[' . join(',', map { '{"PutRequest":{"Item":' . item($_, $size) . '}}' } @keys) . ']}}';
	my $answer = $bridge->call($operation, $body);
	if ($answer->{status} == 200) { $acknowledged{$_} = 1 foreach @keys; }
	if ($answer->{status} == 503) { $refused{$_} = 1 foreach @keys; }
	return $answer;
}

sub check
{
	my ($when) = @_;
	my %found = map { $_ => 1 } split /\n/, $node->safe_psql('postgres',
		q{SELECT item::jsonb ->> 'pk' FROM dynamo_data."Load" WHERE item::jsonb ->> 'pk' <> 'account'});
	my %groups;
	foreach (keys %found) { $groups{$1}++ if /^(TransactWriteItems-\d+)-/; }
	is(join(' ', grep { !$found{$_} } sort keys %acknowledged), '', "$when: every acknowledged write is there");
	is(join(' ', grep { $found{$_} } sort keys %refused), '', "$when: no refused write is");
	is(join(' ', grep { $groups{$_} != 4 } sort keys %groups), '', "$when: no transaction is half done");
	Dynamo::Load::check_indexes($node, $when);
	return;
}

# What the server has logged since $log_so_far was set.
my $log_so_far;
sub news { return substr slurp_file($node->logfile), $log_so_far; }

# --- no room for relations

for (1 .. 20) { write_items('TransactWriteItems', 1000); }
is(keys %acknowledged, 80, 'there is data');
$disk->set("/base/\n");
foreach my $operation ('PutItem', 'TransactWriteItems', 'BatchWriteItem')
{
	# the last free pages are used up first
	my $answer;
	for (1 .. 100)
	{
		$answer = write_items($operation, 3000);
		last if $answer->{status} != 200;
	}
	is("$answer->{status} $answer->{body}", "503 $unavailable", "no room for relations: $operation");
}
my ($some) = sort keys %acknowledged;
is($bridge->call('GetItem', qq({"TableName":"Load","Key":{"pk":{"S":"$some"},"sk":{"N":"1"}}}))->{status}, 200,
	'no room for relations: reads go on');
is($bridge->call('UpdateItem', qq({"TableName":"Load","Key":{"pk":{"S":"$some"},"sk":{"N":"1"}},"UpdateExpression":"SET filler = :f",
	"ExpressionAttributeValues":{":f":{"S":"@{[ join '', map { chr(97 + rand 26) } 1 .. 300_000 ]}"}}}))->{status}, 503,
	'no room for relations: an update that is too large for what is left');
my $table = '"BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],'
  . '"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]';
is($bridge->call('CreateTable', qq({"TableName":"Other",$table}))->{status}, 503, 'no room for relations: no new table');
is($bridge->call('DescribeTable', '{"TableName":"Other"}')->{status}, 400, 'no room for relations: none');
my (undef, undef, $error) = $node->psql('postgres', q{SELECT dynamo.put_item(json_build_object('TableName', 'Load', 'Item',
	json_build_object('pk', json_build_object('S', 'sql'), 'sk', json_build_object('N', '1'), 'filler',
		json_build_object('S', (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 5000) i)))))},
	on_error_stop => 1, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
like($error, qr/ERROR:  53100: .*No space left on device/, 'no room for relations: in SQL it is disk_full');
check('no room for relations');

$disk->clear;
is(write_items($_, 3000)->{status}, 200, "room again: $_") foreach 'PutItem', 'TransactWriteItems', 'BatchWriteItem';
is($bridge->call('CreateTable', qq({"TableName":"Other",$table}))->{status}, 200, 'room again: the table');
check('room again');

# An index is built in the background: it waits for room, for the rows' new column here.
$log_so_far = length slurp_file($node->logfile);
$disk->set($node->safe_psql('postgres', q{SELECT pg_relation_filepath('dynamo_data."Load"')}) . "\n");
is($bridge->call('UpdateTable', '{"TableName":"Load","AttributeDefinitions":[{"AttributeName":"v","AttributeType":"N"}],
	"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"late","KeySchema":[{"AttributeName":"v","KeyType":"HASH"}],
	"Projection":{"ProjectionType":"ALL"}}}]}')->{status}, 200, 'an index is ordered');
ok(wait_until(sub { news() =~ /ERROR: .*No space left on device/ }), 'its build finds no room');
$disk->clear;
$node->reload;    # wakes the launcher up, which looks for work once a minute
ok($node->poll_query_until('postgres', q{SELECT bool_and(i ->> 'IndexStatus' = 'ACTIVE') FROM json_array_elements(
	dynamo.describe_table('{"TableName":"Load"}') -> 'Table' -> 'GlobalSecondaryIndexes') i}), 'and is done when there is room');
check('index built');

# --- no room for WAL

$log_so_far = length slurp_file($node->logfile);
$disk->set("/pg_wal/\n");
my %status;
for (my $failed = 0; $failed < 3 && $next < 5000;)
{
	my $answer = write_items('TransactWriteItems', 3000);
	$status{ $answer->{status} }++;
	$failed++ if $answer->{status} != 200;
}
is_deeply([ grep { !/^(?:200|500|503)$/ } keys %status ], [], 'no room for WAL: clients may try again') or diag(explain(\%status));
ok(wait_until(sub { news() =~ /PANIC: .*No space left on device/ }), 'no room for WAL: the server falls');

# Its recovery may need room, too: it stays down, or comes back.
ok(wait_until(sub { news() =~ /database system is (?:shut down|ready to accept connections)/ }), 'no room for WAL: recovery ends');
$disk->clear;
$node->stop('immediate', fail_ok => 1);
$disk->preload(sub { $node->start });
ok($bridge->wait_until_healthy, 'room for WAL: the bridge is back by itself');
is(write_items('TransactWriteItems', 3000)->{status}, 200, 'room for WAL: a write');
check('room for WAL');

is($bridge->stop, 0, 'orderly end');
$node->stop;
done_testing();
