# 006_stress.pl
#    Many clients on few keys: no deadlock, no lost update, and every snapshot
#    sees the accounts' sum.

use strict;
use warnings;

use Dynamo::Load;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'dynamo'\ndeadlock_timeout = '100ms'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynamo');
my $load = Dynamo::Load->prepare($node);

$load->start(clients => 16);
my $until = time + 8;
my $looks = 0;
my $wrong = 0;
while (time < $until || $looks < 10)
{
	# through the primary index, a query of the partition, and plain SQL
	my $sums = $node->safe_psql('postgres', q{SELECT
		(SELECT sum((item #>> '{v,N}')::int) FROM json_array_elements(dynamo.query('{"TableName": "Load",
			"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "account"}}}') -> 'Items') item),
		(SELECT sum((item::jsonb ->> 'v')::int) FROM dynamo_data."Load" WHERE item::jsonb ->> 'pk' = 'account')});
	$looks++;
	$wrong++ if $sums ne '10000|10000';
}
note("looked $looks times");
is($wrong, 0, 'the sum is always right');
$load->wait_for(1000);
cmp_ok($load->stop, '>=', 1000, 'there was load');
$load->check($node, 'at the end');

# Bulk loads beside operations, in both directions of the keys.
$load->start(clients => 4);
$load->wait_for(100);
my @loaders = map {
	my $order = $_;
	my $pid = fork() // die;
	if ($pid == 0)
	{
		open STDERR, '>', "$PostgreSQL::Test::Utils::tmp_check/bulk_$order.errors";
		exec 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-c',
		  qq{INSERT INTO dynamo_data."Load" (item) SELECT dynamo.to_item(jsonb_build_object('pk', 'bulk$order', 'sk', i, 'v', 0))
			FROM generate_series(1, 20000) i ORDER BY i $order};
	}
	$pid;
} 'ASC', 'DESC';
my $failed = 0;
foreach my $pid (@loaders) { waitpid $pid, 0; $failed++ if $?; }
is($failed, 0, 'bulk loads succeed');
$load->stop;
is($node->safe_psql('postgres', q{SELECT count(*) FROM dynamo_data."Load" WHERE item::jsonb ->> 'pk' LIKE 'bulk%'}), '40000', 'all rows are there');
$node->safe_psql('postgres', q{DELETE FROM dynamo_data."Load" WHERE item::jsonb ->> 'pk' LIKE 'bulk%'});
$load->check($node, 'after bulk loads');

my $log = slurp_file($node->logfile);
unlike($log, qr/deadlock detected/, 'no deadlock');
unlike($log, qr/out of shared memory/, 'the lock table is large enough');

$node->stop;
done_testing();
