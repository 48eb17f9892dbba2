# Load.pm
#    Clients that write to one table and know what they have been promised.
#
# Each client has keys of its own and puts, increments and deletes them, one
# operation at a time through psql or a bridge; it notes each operation before
# it sends it and again when it is acknowledged.  All clients move amounts
# between common accounts, in transactions that leave a receipt: an item of
# their own with what was moved.
#
# So after a crash, everything acknowledged must be there, the one operation
# that each client had under way may be, and nothing else is allowed; and the
# accounts hold what the receipts come to.
#
#   my $load = Dynamo::Load->prepare($node);
#   $load->start(clients => 4);    # or (clients => 4, bridge => $bridge)
#   $load->wait_for(1000);
#   ... crash and restart ...
#   $load->join;
#   $load->check($node, 'after the crash');

package Dynamo::Load;

use strict;
use warnings;

use Dynamo::Bridge;
use Dynamo::Wait;
use IPC::Open2;
use List::Util qw(sum);
use POSIX qw(WNOHANG);
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $ACCOUNTS = 10;
my $AMOUNT = 1000;
my $receipts = 0;    # of this client

# Makes the table Load with a GSI and an LSI in database postgres of the node.
sub prepare
{
	my ($class, $node) = @_;

	$node->safe_psql('postgres', 'CREATE EXTENSION IF NOT EXISTS amcheck');
	$node->safe_psql('postgres', q{
		SELECT dynamo.create_table('{"TableName": "Load", "BillingMode": "PAY_PER_REQUEST",
			"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"},
				{"AttributeName": "g", "AttributeType": "S"}, {"AttributeName": "l", "AttributeType": "N"}],
			"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
			"GlobalSecondaryIndexes": [{"IndexName": "global", "Projection": {"ProjectionType": "ALL"},
				"KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}]}],
			"LocalSecondaryIndexes": [{"IndexName": "local", "Projection": {"ProjectionType": "ALL"},
				"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}]}]}')});
	for my $i (1 .. $ACCOUNTS)
	{
		$node->safe_psql('postgres', "SELECT dynamo.put_item('{\"TableName\": \"Load\",
			\"Item\": {\"pk\": {\"S\": \"account\"}, \"sk\": {\"N\": \"$i\"}, \"v\": {\"N\": \"$AMOUNT\"}}}')");
	}
	return bless { node => $node, expected => {}, pending => {}, failed => {}, nr => 0, pids => {} }, $class;
}

# Starts clients; each ends when its connection does, or with stop.
sub start
{
	my ($self, %options) = @_;

	for (1 .. $options{clients} // 4)
	{
		my $nr = ++$self->{nr};
		my $log = "$PostgreSQL::Test::Utils::tmp_check/load_$nr.log";
		my $pid = fork() // die "cannot fork: $!";
		if ($pid == 0)
		{
			eval { run_client($options{bridge} // $self->{node}, $nr, $log); 1 } or warn $@;
			# no destructors: the nodes are the parent's
			POSIX::_exit(0);
		}
		$self->{pids}{$pid} = $log;
	}
	return;
}

# Waits until all clients together have so many writes acknowledged, and each
# of them one.
sub wait_for
{
	my ($self, $writes) = @_;
	my @logs = values %{ $self->{pids} };

	wait_until(sub {
		my @done = map { -e $_ ? scalar(() = slurp_file($_) =~ /^done$/mg) : 0 } @logs;
		return sum(@done) >= $writes && !grep { $_ == 0 } @done;
	}) or die 'the clients do not get on';
	return;
}

# Lets the clients finish their last operation and reads their notes.
sub stop
{
	my ($self) = @_;

	kill 'TERM', keys %{ $self->{pids} };
	return $self->join;
}

# Waits until the clients have ended by themselves.
sub join
{
	my ($self) = @_;
	my $acknowledged = 0;

	foreach my $pid (keys %{ $self->{pids} })
	{
		wait_until(sub { waitpid($pid, WNOHANG) == $pid }) or give_up_on($pid);
		$acknowledged += $self->read_notes($self->{pids}{$pid});
	}
	$self->{pids} = {};
	return $acknowledged;
}

# A client does not end: shows what every process of this user waits for, and
# ends the program.
sub give_up_on
{
	my ($pid) = @_;

	fail("client $pid ends");
	note(scalar qx(ps -u $> -o pid,ppid,stat,wchan:24,etime,args));
	die "client $pid does not end";
}

# Kills the postmaster, and returns when all processes of the server have
# ended.  Where nobody collects the dead postmaster its pid seems to live on, so
# its lock file has to go; nothing else can have the data directory by then.
sub kill_server
{
	my ($node) = @_;
	my $directory = $node->data_dir;

	$node->kill9;
	for (1 .. 600)
	{
		last unless grep { (readlink($_) // '') eq $directory } glob('/proc/[0-9]*/cwd');
		sleep 0.1;
	}
	unlink "$directory/postmaster.pid", $node->host . '/.s.PGSQL.' . $node->port . '.lock';
	return;
}

# Is everything as promised?  Rows, indexes, and what the accounts hold.
sub check
{
	my ($self, $node, $when) = @_;
	my %found = map { my ($key, $value) = split /\|/; $key => $value } split /\n/,
	  $node->safe_psql('postgres', q{SELECT (item::jsonb ->> 'pk') || '/' || (item::jsonb ->> 'sk'), item::jsonb ->> 'v'
		FROM dynamo_data."Load" WHERE item::jsonb ->> 'pk' <> 'account'});
	my %accounts = map { $_ => $AMOUNT } 1 .. $ACCOUNTS;
	my @wrong;

	foreach my $key (keys %{ { %found, %{ $self->{expected} }, %{ $self->{pending} } } })
	{
		my $value = $found{$key} // 'none';
		my @allowed = ($self->{expected}{$key} // 'none');
		push @allowed, $self->{pending}{$key} if exists $self->{pending}{$key};
		push @wrong, "$key is $value, not " . CORE::join(' or ', @allowed) unless grep { $_ eq $value } @allowed;

		# what was under way is decided now
		if ($value eq 'none') { delete $self->{expected}{$key}; }
		else { $self->{expected}{$key} = $value; }
	}
	$self->{pending} = {};
	foreach my $receipt (grep { /^receipt/ } keys %found)
	{
		my ($from, $to, $amount) = split /,/, $found{$receipt};
		$accounts{$from} -= $amount;
		$accounts{$to} += $amount;
	}

	# conflicts of transactions are to be expected; a waiting statement may find a deadlock with DDL
	is(CORE::join(' ', grep { !/^(KV009|40P01|TransactionCanceledException)$/ } sort keys %{ $self->{failed} }), '', "$when: no write failed");
	is(CORE::join("\n", @wrong), '', "$when: every acknowledged write is there");
	is($node->safe_psql('postgres', q{SELECT string_agg(item::jsonb ->> 'v', ' ' ORDER BY (item::jsonb ->> 'sk')::int)
		FROM dynamo_data."Load" WHERE item::jsonb ->> 'pk' = 'account'}),
		CORE::join(' ', map { $accounts{$_} } 1 .. $ACCOUNTS), "$when: no transaction is half done");
	check_indexes($node, $when);
	return;
}

# Every index against the rows, by dynamo.check and by amcheck.
sub check_indexes
{
	my ($node, $when) = @_;

	is($node->safe_psql('postgres', q{SELECT * FROM dynamo.check('Load')}), '', "$when: indexes agree with the items");
	is($node->safe_psql('postgres', q{SELECT count(bt_index_check(indexrelid, true)) > 0 FROM pg_index
		JOIN pg_class ON pg_class.oid = indexrelid
		WHERE indrelid = 'dynamo_data."Load"'::regclass AND relam = 403 AND indisvalid}), 't', "$when: btrees are sound");
	return;
}

sub read_notes
{
	my ($self, $file) = @_;
	my $acknowledged = 0;
	my $try;

	open my $log, '<', $file or die "cannot read $file: $!";
	while (my $line = <$log>)
	{
		chomp $line;
		my ($what, $key, $value) = split / /, $line;
		if ($what eq 'try') { $try = [ $key, $value ]; }
		else
		{
			if ($what eq 'done')
			{
				$acknowledged++;
				if ($try->[1] eq 'none') { delete $self->{expected}{ $try->[0] }; }
				else { $self->{expected}{ $try->[0] } = $try->[1]; }
			}
			else { $self->{failed}{$key}++; }
			undef $try;
		}
	}
	close $log;
	$self->{pending}{ $try->[0] } = $try->[1] if $try;
	return $acknowledged;
}

# One client: an operation at a time, until it shall stop or gets no answer.
sub run_client
{
	my ($server, $nr, $file) = @_;
	my $stopping = 0;
	my %mine;

	local $SIG{TERM} = sub { $stopping = 1 };
	local $SIG{PIPE} = 'IGNORE';
	open my $log, '>', $file or die "cannot write $file: $!";
	$log->autoflush(1);
	srand($nr);

	open STDERR, '>', "$file.errors";
	my $execute = $server->isa('Dynamo::Bridge') ? by_bridge($server) : by_psql($server);
	while (!$stopping)
	{
		my ($key, $value, $operation, $request) = next_operation($nr, \%mine);

		print $log "try $key $value\n";
		my $outcome = $execute->($operation, $request) // last;
		print $log $outcome eq 'done' ? "done\n" : "failed $outcome\n";
		$mine{$key} = $value if $outcome eq 'done';
	}
	undef $execute;    # the end of what a psql has to read
	1 while wait > 0;
	return;
}

# How to execute operations: code that gives 'done', an error's name, or nothing
# if no answer comes.
sub by_psql
{
	my ($node) = @_;

	open2(my $out, my $in, 'psql', '-XAtq', '-d', $node->connstr('postgres'));
	$in->autoflush(1);
	return sub {
		my ($operation, $request) = @_;
		my $function = lc($operation =~ s/\B(?=[A-Z])/_/gr);

		# \p is there to flush: psql does so itself at the end of a query, but not if the connection breaks there
		print $in "SELECT dynamo.$function('$request');\n\\echo done :SQLSTATE\n\\p\n" or return;
		while (defined(my $line = <$out>))
		{
			next unless $line =~ /^done (\w*)$/;
			return if $1 eq '';    # the connection is gone
			return $1 eq '00000' ? 'done' : $1;
		}
		return;
	};
}

sub by_bridge
{
	my ($bridge) = @_;
	my $socket = $bridge->socket;

	return sub {
		$socket->print(Dynamo::Bridge::signed(@_));
		$socket->flush;
		my $answer = Dynamo::Bridge::read_answer($socket);
		return 'done' if $answer->{status} == 200;
		return $answer->{body} =~ /"__type":"[^"]*#(\w+)"/ ? $1 : undef;
	};
}

# Returns key, value that it will have, operation, request.
sub next_operation
{
	my ($nr, $mine) = @_;
	my $sk = int(rand(30));
	my $key = "client$nr/$sk";
	my $old = $mine->{$key} // 'none';
	my $name = qq{"TableName": "Load"};
	my $map = qq{"pk": {"S": "client$nr"}, "sk": {"N": "$sk"}};
	my $dice = rand();

	if ($dice < 0.4)
	{
		my $value = int(rand(1_000_000));
		my $pad = 'x' x rand(rand() < 0.02 ? 20_000 : 400);
		my $index = rand() < 0.7 ? sprintf('"g": {"S": "g%d"}, "l": {"N": "%d"}, ', rand(5), rand(10)) : '';
		return ($key, $value,
			PutItem => qq({$name, "Item": {$map, $index"v": {"N": "$value"}, "pad": {"S": "$pad"}}}));
	}
	if ($dice < 0.7)
	{
		my $value = ($old eq 'none' ? 0 : $old) + 1;
		return ($key, $value, UpdateItem => qq({$name, "Key": {$map}, "UpdateExpression": "ADD v :one",
			"ExpressionAttributeValues": {":one": {"N": "1"}}}));
	}
	if ($dice < 0.8)
	{
		return ($key, 'none', DeleteItem => qq({$name, "Key": {$map}}));
	}

	my ($from, $to) = (1 + int(rand($ACCOUNTS)), 1 + int(rand($ACCOUNTS)));
	$to = $from % $ACCOUNTS + 1 if $from == $to;
	my $amount = int(rand(10));
	my $moved = "$from,$to,$amount";
	my $receipt = "receipt$nr." . ++$receipts;
	my $update = qq({"Update": {$name, "Key": {"pk": {"S": "account"}, "sk": {"N": "%d"}},
		"UpdateExpression": "ADD v :n", "ExpressionAttributeValues": {":n": {"N": "%d"}}}});
	return ("$receipt/0", $moved, TransactWriteItems => sprintf(
			qq({"TransactItems": [$update, $update,
				{"Put": {$name, "Item": {"pk": {"S": "$receipt"}, "sk": {"N": "0"}, "v": {"S": "$moved"}}}}]}),
			$from, -$amount, $to, $amount));
}

1;
