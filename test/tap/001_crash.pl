# 001_crash.pl
#    The server dies under load, again and again; no acknowledged write is
#    lost, none is half done, and every index agrees with its table.

use strict;
use warnings;

use Dynamo::Load;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'dynamo'
max_wal_size = '64MB'
checkpoint_timeout = '30s'
autovacuum_naptime = '1s'
restart_after_crash = on
});
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynamo');

my $load = Dynamo::Load->prepare($node);

# the whole server at once
foreach my $way ('kill', 'immediate', 'kill')
{
	$load->start(clients => 4);
	$load->wait_for(2000);
	if ($way eq 'kill') { Dynamo::Load::kill_server($node); } else { $node->stop('immediate'); }
	my $acknowledged = $load->join;
	cmp_ok($acknowledged, '>=', 2000, "$way: there was load ($acknowledged writes)");
	$node->start;
	$load->check($node, $way);
}

# one backend, which takes all others down with it
$load->start(clients => 4);
$load->wait_for(500);
my $busy = q{FROM pg_stat_activity WHERE query LIKE '%dynamo.%' AND pid <> pg_backend_pid()
	AND backend_type = 'client backend'};
my $victim = '';
for (my $tries = 0; $victim eq '' && $tries < 1000; $tries++)
{
	$victim = $node->safe_psql('postgres', "SELECT pid $busy LIMIT 1");
}
like($victim, qr/^\d+$/, 'there is a backend at work to kill');
kill 'KILL', $victim;
$load->join;
$node->poll_query_until('postgres', 'SELECT 1', '1') or die 'server does not come back';
$load->check($node, 'backend killed');

# and an orderly end
$load->start(clients => 4);
$load->wait_for(1000);
$load->stop;
$node->restart;
$load->check($node, 'restart');

$node->stop;
done_testing();
