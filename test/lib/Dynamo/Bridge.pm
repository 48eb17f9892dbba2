# Dynamo::Bridge
#    Runs dynamo-bridge in a test and talks HTTP to it.
#
#    my $bridge = Dynamo::Bridge->start($node, '--threads=1');
#    my $answer = $bridge->call('GetItem', '{"k":"a"}');   # signed
#    is($answer->{status}, 200);
#    $bridge->stop;
#
# extension_node() makes a node with the extension and a key for signed
# requests.  prepare_database() makes a database in which
# dynamo_internal.execute() and those for many requests are stand-ins that the
# tests can steer; see their text below.  It is for tests of the bridge itself: what
# becomes of slow, failing and lost requests.
#
# What the bridge does about a client or a connection that has gone it does a
# moment later, and its threads know nothing of each other: so metrics and the
# log are waited for (wait_for_metric, wait_for_log), not looked at once.

package Dynamo::Bridge;

use strict;
use warnings;

use Digest::SHA qw(sha256_hex hmac_sha256 hmac_sha256_hex);
use Dynamo::Wait;
use Exporter qw(import);
use IO::Select;
use IO::Socket::INET;
use POSIX qw(strftime :sys_wait_h);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(sleep time);

our $KEY_ID = 'AKIDEXAMPLE';
our $SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
my $started = 0;

# A node that runs with the extension and the tests' access key.  More lines of
# its configuration; options: init (arguments of its init), preload (a
# Dynamo::Shim for the server).
sub extension_node
{
	my ($conf, %option) = @_;
	my $node = PostgreSQL::Test::Cluster->new('main');

	$node->init(@{ $option{init} // [] });
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'dynamo'\n" . ($conf // ''));
	if ($option{preload}) { $option{preload}->preload(sub { $node->start }); }
	else { $node->start; }
	$node->safe_psql('postgres', 'CREATE EXTENSION dynamo');
	create_key($node);
	return $node;
}

# The key that signed() signs with.
sub create_key
{
	my ($node) = @_;
	$node->safe_psql('postgres',
		"SELECT * FROM dynamo.create_access_key('somebody', '$KEY_ID', '$SECRET')");
	return;
}

# Schemas, keys and the stand-in:
#   GetItem, PutItem
#            {"xid": true}            the number of the transaction
#            {"code": sqlstate}       fails
#            {"bytes": n}             answers with n bytes
#            {"who": n}               tells n and the principal
#   GetItem  {"k": ...}               the value, or {}
#   PutItem  {"k": ..., "v": ...}     stores; at commit, "v": "refused" fails
#   Query    {"sleep": seconds}       takes that long
#            {"wait": n}              waits for the advisory lock n
#   Scan     {"bytes": n}             answers with n bytes
#   DeleteItem {"code": sqlstate, "message": ..., "detail": ...}   fails
#   UpdateItem {"fail": n}            fails n times with 40001, then counts
#   DescribeLimits                    tells the principal
#   ListTables                        gives the request back
sub prepare_database
{
	my ($node) = @_;
	my $sql = PostgreSQL::Test::Utils::slurp_file('src/sql/90_bridge.sql');

	# outside of CREATE EXTENSION there is nothing to dump
	$sql =~ s/^SELECT pg_catalog\.pg_extension_config_dump.*?;//msg;
	$node->safe_psql('postgres', <<'STANDIN' . $sql);
CREATE SCHEMA dynamo;
CREATE SCHEMA dynamo_internal;
CREATE TABLE dynamo_internal.kv(k text PRIMARY KEY, v text NOT NULL);
CREATE SEQUENCE dynamo_internal.tries;
CREATE FUNCTION dynamo_internal.execute(operation text, request text, principal text)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r jsonb := CASE WHEN operation <> 'ListTables' THEN request::jsonb END;
	answer text;
BEGIN
	IF operation IN ('GetItem', 'PutItem') THEN
		IF r ? 'xid' THEN
			RETURN pg_current_xact_id();
		ELSIF r ? 'code' THEN
			RAISE EXCEPTION 'refused' USING ERRCODE = r->>'code';
		ELSIF r ? 'bytes' THEN
			RETURN '"' || repeat('x', (r->>'bytes')::int - 2) || '"';
		ELSIF r ? 'who' THEN
			RETURN (r->>'who') || ' ' || principal;
		END IF;
	END IF;
	CASE operation
	WHEN 'GetItem' THEN
		SELECT v INTO answer FROM dynamo_internal.kv WHERE k = r->>'k';
		RETURN coalesce(answer, '{}');
	WHEN 'PutItem' THEN
		INSERT INTO dynamo_internal.kv VALUES (r->>'k', r->>'v')
			ON CONFLICT (k) DO UPDATE SET v = excluded.v;
		RETURN '{}';
	WHEN 'Query' THEN
		IF r ? 'wait' THEN
			PERFORM pg_advisory_xact_lock_shared((r->>'wait')::int);
		ELSE
			PERFORM pg_sleep((r->>'sleep')::float8);
		END IF;
		RETURN '{}';
	WHEN 'Scan' THEN
		RETURN '"' || repeat('x', (r->>'bytes')::int - 2) || '"';
	WHEN 'DeleteItem' THEN
		RAISE EXCEPTION '%', coalesce(r->>'message', '')
			USING ERRCODE = r->>'code', DETAIL = coalesce(r->>'detail', '');
	WHEN 'UpdateItem' THEN
		IF nextval('dynamo_internal.tries') <= (r->>'fail')::int THEN
			RAISE EXCEPTION 'once more' USING ERRCODE = '40001';
		END IF;
		RETURN '{"tries":' || currval('dynamo_internal.tries') || '}';
	WHEN 'DescribeLimits' THEN
		RETURN json_build_object('principal', principal);
	WHEN 'ListTables' THEN
		RETURN request;
	ELSE
		RAISE EXCEPTION '' USING ERRCODE = 'KV0S2';
	END CASE;
END
$$;
CREATE FUNCTION dynamo_internal.execute_each(operation text, requests text[], principals text[])
RETURNS SETOF text LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
SELECT dynamo_internal.execute(operation, r, p) FROM unnest(requests, principals) AS each (r, p)
$$;
CREATE FUNCTION dynamo_internal.execute_writes(operations text[], requests text[], principals text[],
	OUT response text, OUT code text, OUT message text, OUT detail text)
RETURNS SETOF record LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '1ms' AS $$
BEGIN
	FOR i IN 1 .. cardinality(requests) LOOP
		response := NULL; code := NULL; message := NULL; detail := NULL;
		BEGIN
			response := dynamo_internal.execute(operations[i], requests[i], principals[i]);
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS code := RETURNED_SQLSTATE, message := MESSAGE_TEXT, detail := PG_EXCEPTION_DETAIL;
		END;
		RETURN NEXT;
	END LOOP;
END
$$;
CREATE FUNCTION dynamo_internal.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''not that''; END';
CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON dynamo_internal.kv DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW WHEN (NEW.v = 'refused') EXECUTE FUNCTION dynamo_internal.refuse();
STANDIN
	create_key($node);
}

# Take the advisory lock that a Query {"wait": n} waits for; gives the code that
# lets it go.
sub hold
{
	my ($node, $n) = @_;
	my $psql = $node->background_psql('postgres');
	$psql->query_safe("SELECT pg_advisory_lock($n)");
	return sub { $psql->quit; };
}

# Start a bridge in front of a node; further arguments are its options.
sub start
{
	my ($class, $node, @options) = @_;
	my $log = "$PostgreSQL::Test::Utils::log_path/bridge_" . ++$started . '.log';
	my $program = $ENV{DYNAMO_BRIDGE} // './dynamo-bridge';
	my $self = bless { log => $log, node => $node }, $class;
	my $deadline = time() + $Dynamo::Wait::PATIENCE;

	$self->{pid} = fork();
	die "fork: $!" unless defined $self->{pid};
	if ($self->{pid} == 0)
	{
		open(STDERR, '>', $log) or die;
		open(STDOUT, '>&', \*STDERR) or die;
		exec($program, '--port=0', '--database='
			  . $node->connstr('postgres') . ' user=dynamo_bridge', @options);
		die "exec: $!";
	}
	while (!defined $self->{port})
	{
		die "the bridge did not start:\n" . $self->log
		  if time() > $deadline || waitpid($self->{pid}, WNOHANG) != 0;
		$self->{port} = $1 if $self->log =~ /listens on \S+ port (\d+)/;
		sleep 0.02;
	}
	return $self;
}

# The status of GET /.  Each thread speaks for itself.
sub health
{
	my ($self) = @_;
	return $self->http("GET / HTTP/1.1\r\nHost: a\r\n\r\n")->{status};
}

# Wait until it has connections to Postgres and keys.
sub wait_until_healthy
{
	my ($self) = @_;
	return wait_until(sub { $self->health == 200 });
}

sub log
{
	my ($self) = @_;
	return -e $self->{log} ? PostgreSQL::Test::Utils::slurp_file($self->{log}) : '';
}

# Wait until the log matches; gives the log, so that like() can show it.
sub wait_for_log
{
	my ($self, $pattern) = @_;
	wait_until(sub { $self->log =~ $pattern });
	return $self->log;
}

sub pid { return $_[0]->{pid}; }
sub port { return $_[0]->{port}; }

# Send a signal and wait for the end; gives its exit status.
sub stop
{
	my ($self, $signal) = @_;
	return unless $self->{pid};
	kill($signal // 'TERM', $self->{pid});
	return $self->wait_for_end;
}

sub wait_for_end
{
	my ($self) = @_;
	waitpid($self->{pid}, 0);
	$self->{pid} = 0;
	return $?;
}

sub DESTROY
{
	my ($self) = @_;
	my $status = $?;
	if ($self->{pid})
	{
		kill('KILL', $self->{pid});
		waitpid($self->{pid}, 0);
	}
	$? = $status;
}

# Requests that the bridge finds together: each is [operation, body, option =>
# value...]; gives their answers.
sub call_together
{
	my ($self, @requests) = @_;

	kill('STOP', $self->{pid});
	die 'the bridge has ended' if waitpid($self->{pid}, WUNTRACED) != $self->{pid} || !WIFSTOPPED(${^CHILD_ERROR_NATIVE});
	my @sockets = map
	{
		my $socket = $self->socket;
		$socket->print(signed(@$_));
		$socket->flush;
		$socket
	} @requests;
	kill('CONT', $self->{pid});
	return map { read_answer($_) } @sockets;
}

# A connection, for tests that speak HTTP byte by byte.
sub socket
{
	my ($self) = @_;
	return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{port},
		Timeout => 10) // die "connect: $!";
}

# Send bytes on a connection of their own and read one answer.
sub http
{
	my ($self, $bytes) = @_;
	my $socket = $self->socket;
	$socket->print($bytes);
	$socket->flush;
	return read_answer($socket);
}

# Read one answer: {status, headers, body}; status 0 if the connection ended,
# -1 if nothing comes.
sub read_answer
{
	my ($socket) = @_;
	my $deadline = time() + $Dynamo::Wait::PATIENCE;
	my $answer = { status => 0, headers => {}, body => '' };
	my $buffer = delete ${*$socket}{dynamo_rest} // '';
	my $more = sub {
		my $select = IO::Select->new($socket);
		if (!$select->can_read($deadline - time() > 0 ? $deadline - time() : 0))
		{
			$answer->{status} = -1;
			return 0;
		}
		return sysread($socket, $buffer, 65536, length $buffer);
	};

	while ($buffer !~ /\r\n\r\n/)
	{
		$more->() or return $answer;
	}
	$buffer =~ s/^(.*?)\r\n\r\n//s;
	my ($first, @lines) = split /\r\n/, $1;
	$first =~ m{^HTTP/1\.1 (\d+) } or die "no HTTP: $first";
	$answer->{status} = $1;
	foreach my $line (@lines)
	{
		my ($name, $value) = split /: ?/, $line, 2;
		$answer->{headers}{ lc $name } = $value;
	}
	my $length = $answer->{headers}{'content-length'} // 0;
	while (length $buffer < $length)
	{
		$more->() or last;
	}
	$answer->{body} = substr($buffer, 0, $length, '');
	${*$socket}{dynamo_rest} = $buffer;
	return $answer;
}

# The bytes of a signed request.  Options: key, secret, time, headers (a hash
# of more, not signed), target.
sub signed
{
	my ($operation, $body, %option) = @_;
	my $host = '127.0.0.1';
	my $date = strftime('%Y%m%dT%H%M%SZ', gmtime($option{time} // time()));
	my $day = substr($date, 0, 8);
	my $target = $option{target} // "DynamoDB_20120810.$operation";
	my $scope = "$day/us-east-1/dynamodb/aws4_request";
	my $names = 'host;x-amz-date;x-amz-target';
	my $canonical = join("\n", 'POST', '/', '', "host:$host", "x-amz-date:$date",
		"x-amz-target:$target", '', $names, sha256_hex($body));
	my $key = 'AWS4' . ($option{secret} // $SECRET);
	$key = hmac_sha256($_, $key) foreach split m{/}, $scope;
	my $signature =
	  hmac_sha256_hex(join("\n", 'AWS4-HMAC-SHA256', $date, $scope, sha256_hex($canonical)), $key);
	my %headers = (
		'Host' => $host,
		'Content-Type' => 'application/x-amz-json-1.0',
		'Content-Length' => length $body,
		'X-Amz-Date' => $date,
		'X-Amz-Target' => $target,
		'Authorization' => 'AWS4-HMAC-SHA256 Credential=' . ($option{key} // $KEY_ID)
		  . "/$scope, SignedHeaders=$names, Signature=$signature",
		%{ $option{headers} // {} });

	return "POST / HTTP/1.1\r\n"
	  . join('', map { defined $headers{$_} ? "$_: $headers{$_}\r\n" : '' } sort keys %headers)
	  . "\r\n$body";
}

# One signed request on a connection of its own.
sub call
{
	my ($self, $operation, $body, %option) = @_;
	return $self->http(signed($operation, $body, %option));
}

# A sample of GET /metrics, 0 if it is not there.
sub metric
{
	my ($self, $name) = @_;
	my $answer = $self->http("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
	return "no metrics, but status $answer->{status}" if $answer->{status} != 200;
	return $answer->{body} =~ /^\Q$name\E (\S+)$/m ? $1 : 0;
}

# Wait until a sample has a value; gives the last one seen, so that is() can
# show it.  Of connections that is 1 more than others have, the one of the
# question; that of the question before may take its moment to go.
sub wait_for_metric
{
	my ($self, $name, $value) = @_;
	my $last;
	wait_until(sub { ($last = $self->metric($name)) eq $value });
	return $last;
}

1;
