# 301_bridge_postgres.pl
#    The bridge and its Postgres: errors, lanes, overload, restarts, draining.

use strict;
use warnings;

use Dynamo::Bridge;
use Dynamo::Wait;
use IO::Socket::INET;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
Dynamo::Bridge::prepare_database($node);
my $signed = \&Dynamo::Bridge::signed;
my $read = \&Dynamo::Bridge::read_answer;

# Send a request and do not wait for its answer.
sub begin
{
	my ($bridge, $operation, $body) = @_;
	my $socket = $bridge->socket;
	$socket->print($signed->($operation, $body));
	$socket->flush;
	return $socket;
}

# --- errors of Postgres and what a client sees

my $bridge = Dynamo::Bridge->start($node, '--lock-timeout=300', '--statement-timeout=1500');
ok($bridge->wait_until_healthy, 'comes up');

sub is_mapped
{
	my ($request, $status, $type, $rest) = @_;
	my $answer = $bridge->call('DeleteItem', $request);
	is($answer->{status}, $status, "$request: status");
	is($answer->{body}, "{\"__type\":\"$type\"$rest}", "$request: body");
}
my $api = 'com.amazonaws.dynamodb.v20120810#';
is_mapped('{"code":"KV001","message":"a \"text\""}', 400, 'com.amazon.coral.validate#ValidationException',
	',"message":"a \"text\""');
is_mapped('{"code":"KV002","message":"m","detail":"{\"Item\": {\"a\":{\"S\":\"b\"}}}"}', 400,
	"${api}ConditionalCheckFailedException", ',"Item": {"a":{"S":"b"}},"message":"m"');
is_mapped('{"code":"KV009","message":"m","detail":"{\"CancellationReasons\":[{\"Code\":\"None\"}]}"}', 400,
	"${api}TransactionCanceledException", ',"CancellationReasons":[{"Code":"None"}],"Message":"m"');
is_mapped('{"code":"40001","message":"secret"}', 400, "${api}TransactionConflictException",
	',"message":"Transaction is ongoing for the item"');
is_mapped('{"code":"XX001","message":"secret"}', 500, "${api}InternalServerError",
	',"message":"Internal server error"');
is_mapped('{"code":"53200","message":"secret"}', 503, 'com.amazon.coral.service#ServiceUnavailableException',
	',"message":"The service is currently unavailable or busy."');
is_mapped('{"code":"25006","message":"secret"}', 503, 'com.amazon.coral.service#ServiceUnavailableException',
	',"message":"The service is currently unavailable or busy."');
unlike($bridge->log, qr/secret/, 'texts of the server stay out of the log');

is($bridge->call('UpdateItem', '{"fail":2}')->{body}, '{"tries":3}', 'a serialization failure is run again');
is($bridge->call('Query', '{"sleep":60}')->{status}, 500, 'statement timeout');

my $psql = $node->background_psql('postgres');
$psql->query_safe("BEGIN; INSERT INTO dynamo_internal.kv VALUES ('locked', '{}')");
my $answer = $bridge->call('PutItem', '{"k":"locked","v":"{}"}');
like($answer->{body}, qr/TransactionConflictException/, 'a lock that is not given back');
$psql->query_safe('ROLLBACK');
is($bridge->call('PutItem', '{"k":"locked","v":"{}"}')->{body}, '{}', 'and when it is');
$psql->quit;

# --- the role can do nothing else

foreach my $sql ('SELECT * FROM dynamo_internal.kv', 'SELECT * FROM dynamo.create_access_key()',
	'DELETE FROM dynamo_internal.access_keys', 'CREATE TABLE dynamo_internal.t()')
{
	my ($status, $out, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', 'dynamo_bridge' ]);
	like($err, qr/permission denied/, "dynamo_bridge may not: $sql");
}
is($bridge->stop, 0, 'orderly end');

# --- lanes and overload

$bridge = Dynamo::Bridge->start($node, '--threads=1', '--general-connections=2', '--queue-limit=3',
	'--queue-timeout=4000', '--lock-timeout=0');
ok($bridge->wait_until_healthy, 'comes up with few connections');
$bridge->call('PutItem', '{"k":"a","v":"{\"Item\":1}"}');

my $let_go = Dynamo::Bridge::hold($node, 1);
my @slow = map { begin($bridge, 'Query', '{"wait":1}') } 1 .. 2;
is($bridge->wait_for_metric('dynamo_bridge_pool_in_flight{lane="general"}', 2), 2, 'two slow queries');
is($bridge->call('GetItem', '{"k":"a"}')->{body}, '{"Item":1}', 'a read beside slow queries');
is($bridge->call('PutItem', '{"k":"b","v":"{}"}')->{body}, '{}', 'a write beside slow queries');
my @waiting = map { begin($bridge, 'Query', '{"sleep":0}') } 1 .. 3;
is($bridge->wait_for_metric('dynamo_bridge_pool_queued{lane="general"}', 3), 3, 'the queue');
$answer = $bridge->call('Query', '{"sleep":0}');
like($answer->{body}, qr/ThrottlingException/, 'over the limit of the queue');
like($read->($_)->{body}, qr/ThrottlingException/, 'waited too long') foreach @waiting;
$let_go->();
is($read->($_)->{body}, '{}', 'the slow ones') foreach @slow;

# a client that goes away leaves nothing behind
$let_go = Dynamo::Bridge::hold($node, 1);
@slow = map { begin($bridge, 'Query', '{"wait":1}') } 1 .. 5;
is($bridge->wait_for_metric('dynamo_bridge_pool_queued{lane="general"}', 3), 3, 'a queue again');
close($_) foreach @slow, @waiting;
$let_go->();
is($bridge->wait_for_metric('dynamo_bridge_http_connections', 1), 1, 'clients have left');
is($bridge->wait_for_metric('dynamo_bridge_pool_queued{lane="general"}', 0), 0, 'no queue after that');
is($bridge->wait_for_metric('dynamo_bridge_pool_in_flight{lane="general"}', 0), 0, 'nothing in flight');
is($bridge->wait_for_metric('dynamo_bridge_buffered_bytes', 0), 0, 'no memory held');

# many reads in flight on few connections: as many as two of them take, so
# that a slow server does not make the short queue overflow
my @reads = map { begin($bridge, 'GetItem', '{"k":"a"}') } 1 .. 128;
is(scalar(grep { $read->($_)->{body} eq '{"Item":1}' } @reads), 128, 'reads on a shared connection');

# --- reads that come together share a statement

my ($other, $other_secret) = ('AKIDOTHER', 'another secret');
$node->safe_psql('postgres', "SELECT dynamo.create_access_key('somebody else', '$other', '$other_secret')");
ok(wait_until(sub { $bridge->call('DescribeLimits', '{}', key => $other, secret => $other_secret)->{status} == 200 }), 'another client');

my %transactions = map { $_->{body} => 1 } $bridge->call_together(map { [ GetItem => '{"xid":true}' ] } 1 .. 60);
cmp_ok(scalar(keys %transactions), '<', 10, 'reads that come together share statements');

my @answers = $bridge->call_together(map { [ GetItem => qq({"who":$_}), $_ % 3 ? () : (key => $other, secret => $other_secret) ] } 1 .. 60);
is(join(',', map { $_->{body} } @answers), join(',', map { "$_ somebody" . ($_ % 3 ? '' : ' else') } 1 .. 60),
	'each client gets its own answer, and asks as itself');

# what is wrong with one of them is nobody else's trouble
foreach my $case ([ '{"code":"KV001"}', 400, qr/ValidationException.*refused/ ], [ '{"code":"40001"}', 500, qr/InternalServerError/ ],
	[ '{"code":"55P03"}', 500, qr/InternalServerError/ ], [ qq({"who":"\0"}), 400, qr/SerializationException/ ],
	[ qq({"who":"\xff"}), 400, qr/SerializationException/ ], [ '{"who":', 500, qr/InternalServerError/ ])
{
	my ($body, $status, $type) = @$case;
	my $name = $body =~ s/[^ -~]/?/gr;
	my $bad = sub { return $_[0] % 7 == 3; };

	@answers = $bridge->call_together(map { [ GetItem => $bad->($_) ? $body : qq({"who":$_}) ] } 1 .. 60);
	is(join(',', map { $_->{status} == 200 ? $_->{body} : $_->{status} } @answers),
		join(',', map { $bad->($_) ? $status : "$_ somebody" } 1 .. 60), "reads that come together, some with $name");
	like($answers[2]{body}, $type, "the answer to $name");
}
@answers = $bridge->call_together([ GetItem => '{"code":"KV001"}' ], map { [ GetItem => qq({"who":$_}) ] } 1 .. 3);
is(join(',', map { $_->{status} } @answers), '400,200,200,200', 'the first of them fails');
@answers = $bridge->call_together((map { [ GetItem => qq({"who":$_}) ] } 1 .. 3), [ GetItem => '{"code":"KV001"}' ]);
is(join(',', map { $_->{status} } @answers), '200,200,200,400', 'the last of them fails');
@answers = $bridge->call_together(map { [ GetItem => '{"code":"KV001"}' ] } 1 .. 60);
is(join(',', map { $_->{status} } @answers), join(',', (400) x 60), 'all of them fail');

# long answers and long requests among short ones
@answers = $bridge->call_together(map { [ GetItem => $_ == 20 ? '{"bytes":400000}' : qq({"who":$_}) ] } 1 .. 40);
is(join(',', map { length $_->{body} } @answers), join(',', map { $_ == 20 ? 400000 : length "$_ somebody" } 1 .. 40),
	'a large item among small ones');
my $padding = ' ' x 100_000;
@answers = $bridge->call_together(map { [ GetItem => $_ % 10 == 5 ? qq({$padding"who":$_}) : qq({"who":$_}) ] } 1 .. 60);
is(join(',', map { $_->{body} } @answers), join(',', map { "$_ somebody" } 1 .. 60), 'large requests among small ones');

# One that waits for a lock does not keep those from their answers that come
# after it: they take another connection.
$psql = $node->background_psql('postgres');
$psql->query_safe('BEGIN; LOCK TABLE dynamo_internal.kv IN ACCESS EXCLUSIVE MODE');
my $stuck = begin($bridge, 'GetItem', '{"k":"a"}');
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE usename = 'dynamo_bridge' AND wait_event_type = 'Lock'"),
	'one waits for a lock');
is($bridge->call('GetItem', '{"who":1}')->{body}, '1 somebody', 'a read beside one that waits for a lock');
$psql->query_safe('ROLLBACK');
$psql->quit;
is($read->($stuck)->{body}, '{"Item":1}', 'which is answered when it can be');

# --- writes that come together share a transaction

%transactions = map { $_->{body} => 1 } $bridge->call_together(map { [ PutItem => '{"xid":true}' ] } 1 .. 60);
cmp_ok(scalar(keys %transactions), '<', 10, 'writes that come together share transactions');

@answers = $bridge->call_together(map { [ ($_ % 2 ? 'PutItem' : 'UpdateItem') => qq({"who":$_,"fail":0}), $_ % 3 ? () : (key => $other, secret => $other_secret) ] } 1 .. 60);
is(join(',', map { $_->{body} =~ s/^\{"tries":\d+}$/tries/r } @answers), join(',', map { $_ % 2 ? "$_ somebody" . ($_ % 3 ? '' : ' else') : 'tries' } 1 .. 60),
	'each client gets its own answer, of its own operation, and asks as itself');

# All answers together, and what is there in the end.
sub is_stored
{
	my ($wanted, $name) = @_;
	is($node->safe_psql('postgres', "SELECT string_agg(v, ',' ORDER BY v::int) FROM dynamo_internal.kv WHERE k LIKE 'w%'"), $wanted, $name);
	$node->safe_psql('postgres', "DELETE FROM dynamo_internal.kv WHERE k LIKE 'w%'");
}
my $conflict = qr/TransactionConflictException.*Transaction is ongoing for the item/;
foreach my $case ([ '{"code":"KV001"}', 400, qr/ValidationException.*refused/ ], [ '{"code":"KV002"}', 400, qr/ConditionalCheckFailedException/ ],
	[ '{"code":"40001"}', 400, $conflict ], [ '{"code":"55P03"}', 400, $conflict ],
	[ '{"code":"XX001"}', 500, qr/InternalServerError/ ], [ '{"code":"57014"}', 500, qr/InternalServerError/ ],
	[ '{"k":"refused","v":"refused"}', 500, qr/InternalServerError/ ],
	[ qq({"who":"\0"}), 400, qr/SerializationException/ ], [ '{"who":', 500, qr/InternalServerError/ ])
{
	my ($body, $status, $type) = @$case;
	my $name = $body =~ s/[^ -~]/?/gr;
	my $bad = sub { return $_[0] % 7 == 3; };

	@answers = $bridge->call_together(map { [ PutItem => $bad->($_) ? $body : qq({"k":"w$_","v":"$_"}) ] } 1 .. 60);
	is(join(',', map { $_->{status} } @answers), join(',', map { $bad->($_) ? $status : 200 } 1 .. 60), "writes that come together, some with $name");
	like($answers[2]{body}, $type, "the answer to $name");
	is_stored(join(',', grep { !$bad->($_) } 1 .. 60), "the others are done, beside $name");
}
@answers = $bridge->call_together(map { [ PutItem => '{"code":"KV001"}' ] } 1 .. 60);
is(join(',', map { $_->{status} } @answers), join(',', (400) x 60), 'all of them fail');
@answers = $bridge->call_together(map { [ PutItem => $_ == 20 ? '{"bytes":400000}' : qq({"who":$_}) ] } 1 .. 40);
is(join(',', map { length $_->{body} } @answers), join(',', map { $_ == 20 ? 400000 : length "$_ somebody" } 1 .. 40),
	'a large answer among small ones');

# One that waits for a lock holds nobody up: it goes on alone.
$psql = $node->background_psql('postgres');
$psql->query_safe("BEGIN; INSERT INTO dynamo_internal.kv VALUES ('held', '0')");
my @waiting_writes = map { begin($bridge, 'PutItem', '{"k":"held","v":"1"}') } 1 .. 3;
@answers = $bridge->call_together(map { [ PutItem => qq({"k":"w$_","v":"$_"}) ] } 1 .. 60);
is(join(',', map { $_->{status} } @answers), join(',', (200) x 60), 'writes beside some that wait for a lock');
is_stored(join(',', 1 .. 60), 'and they are done');
ok($node->poll_query_until('postgres', "SELECT count(*) = 3 FROM pg_stat_activity WHERE usename = 'dynamo_bridge' AND wait_event_type = 'Lock'"),
	'those go on waiting');
$psql->query_safe('ROLLBACK');
$psql->quit;
is(join(',', map { $read->($_)->{body} } @waiting_writes), '{},{},{}', 'and are answered when they can be');

# --- the same port twice

my ($out, $err);
my $run = IPC::Run::run([ $ENV{DYNAMO_BRIDGE} // './dynamo-bridge', '--port=' . $bridge->port ], '<',
	\undef, '>', \$out, '2>', \$err, IPC::Run::timeout(20));
ok(!$run, 'a port that is taken');
like($err, qr/could not listen on 127\.0\.0\.1 port \d+: Address already in use/, 'is a clear error');

# --- draining: what is under way is finished

my $idle = $bridge->socket;
my $half = $bridge->socket;
my $request = $signed->('ListTables', '{"a":1}');
$half->syswrite(substr($request, 0, 100));
$let_go = Dynamo::Bridge::hold($node, 1);
my $busy = begin($bridge, 'Query', '{"wait":1}');
# its one thread has read what came before this
is($bridge->wait_for_metric('dynamo_bridge_pool_in_flight{lane="general"}', 1), 1, 'draining: a request is at Postgres');
kill 'TERM', $bridge->pid;
is($read->($idle)->{status}, 0, 'draining: an idle connection is closed');
ok(wait_until(sub { !IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $bridge->port) }), 'draining: no new ones');
$half->syswrite(substr($request, 100));
$answer = $read->($half);
is($answer->{body}, '{"a":1}', 'draining: a request that had begun is finished');
is($answer->{headers}{connection}, 'close', 'draining: and its connection closed');
$let_go->();
is($read->($busy)->{body}, '{}', 'draining: a request at Postgres is finished');
close($_) foreach $half, $busy;
is($bridge->wait_for_end, 0, 'draining: the end');

# --- Postgres restarts under load: every acknowledged write is there

$bridge = Dynamo::Bridge->start($node, '--threads=2', '--lock-timeout=0');
ok($bridge->wait_until_healthy, 'comes up for the load');
append_to_file("$PostgreSQL::Test::Utils::tmp_check/writer_$_", '') foreach 1 .. 6;
my @writers;
for my $writer (1 .. 6)
{
	my $pid = fork();
	die unless defined $pid;
	if ($pid == 0)
	{
		$SIG{TERM} = 'DEFAULT';
		write_until_term($writer);
	}
	push @writers, $pid;
}

# Writes numbered keys, and to a file what was acknowledged and every status.
sub write_until_term
{
	my ($writer) = @_;
	my $socket;
	open(my $file, '>', "$PostgreSQL::Test::Utils::tmp_check/writer_$writer") or die;
	$file->autoflush(1);
	local $SIG{PIPE} = 'IGNORE';
	for (my $n = 0;; $n++)
	{
		$socket //= $bridge->socket;
		$socket->print($signed->('PutItem', "{\"k\":\"w$writer-$n\",\"v\":\"{}\"}"));
		$socket->flush;
		my $status = $read->($socket)->{status};
		print $file "$status w$writer-$n\n";
		undef $socket if $status == 0;
	}
}

sub read_results
{
	my @lines = map { split /\n/, slurp_file("$PostgreSQL::Test::Utils::tmp_check/writer_$_") } 1 .. 6;
	my %count;
	$count{ (split / /)[0] }++ foreach @lines;
	return (\%count, grep { s/^200 // } @lines);
}

# Wait until so many more writes are acknowledged.
sub writes_go_on
{
	my ($count) = read_results();
	my $enough = ($count->{200} // 0) + 200;
	return wait_until(sub { ($count) = read_results(); ($count->{200} // 0) >= $enough });
}

ok(writes_go_on(), 'there is load');
$node->restart;
ok(writes_go_on(), 'writes go on after a restart');
$psql = $node->background_psql('postgres');
$psql->query_safe("BEGIN; INSERT INTO dynamo_internal.kv VALUES ('caught', '{}')");
my $caught = begin($bridge, 'PutItem', '{"k":"caught","v":"{}"}');
ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity
	WHERE usename = 'dynamo_bridge' AND wait_event_type = 'Lock' AND wait_event = 'transactionid'}), 'one is caught in the middle');
$node->stop('immediate');
eval { $psql->quit };
like($read->($caught)->{body}, qr/InternalServerError/, 'what was in flight got InternalServerError');
ok(wait_until(sub { $bridge->health == 503 }), 'health without Postgres');
$node->start;
ok($bridge->wait_until_healthy, 'it comes back by itself');
ok(writes_go_on(), 'writes go on after a crash');
kill 'TERM', @writers;
waitpid($_, 0) foreach @writers;
my ($count, @acknowledged) = read_results();
my %stored = map { $_ => 1 } split /\n/, $node->safe_psql('postgres', "SELECT k FROM dynamo_internal.kv WHERE k LIKE 'w%'");
is(scalar(grep { !$stored{$_} } @acknowledged), 0, 'every acknowledged write is there, of ' . @acknowledged);
is_deeply([ grep { !/^(200|500|503)$/ } keys %$count ], [], 'every request got an answer') or diag(explain($count));
is($bridge->stop, 0, 'orderly end after all that');
like($bridge->log, qr/no connection to Postgres, will go on trying.*connected to Postgres again/s, 'the log tells');

# --- without Postgres at the start

$node->stop;
$bridge = Dynamo::Bridge->start($node, '--threads=1', '--queue-timeout=300');
like($bridge->call('ListTables', '{}')->{body}, qr/ServiceUnavailableException/, 'no keys known yet');
$node->start;
ok($bridge->wait_until_healthy, 'it finds Postgres later');
ok(wait_until(sub { $bridge->call('ListTables', '{}')->{body} eq '{}' }), 'and works');
$node->stop('fast');
$answer = $bridge->call('ListTables', '{}');
like($answer->{body}, qr/ServiceUnavailableException|InternalServerError/, 'Postgres gone: a retryable error');
is($bridge->stop, 0, 'orderly end without Postgres');

# --- development mode

$node->start;
$bridge = Dynamo::Bridge->start($node, '--development');
ok($bridge->wait_until_healthy, 'development mode');
like($bridge->log, qr/development mode: signatures are not checked/, 'says so');
my $unsigned = "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-amz-json-1.0\r\n"
  . "X-Amz-Target: DynamoDB_20120810.DescribeLimits\r\nContent-Length: 2\r\n\r\n{}";
like($bridge->http($unsigned)->{body}, qr/"principal" : "root"/, 'takes a request without signature');
is($bridge->stop('INT'), 0, 'SIGINT ends it too');
$node->stop;
done_testing();
