# 309_bridge_mutations.pl
#    Valid requests with one byte changed, removed or added, at every position of
#    head and body, plain, chunked and compressed.  Each has an answer, which is
#    well-formed HTTP and a success or an error of the API, never an internal one;
#    with signatures none succeeds of which anything signed is not as it was; and
#    nothing falls.

use strict;
use warnings;

use Compress::Zlib qw(crc32);
use Dynamo::Bridge;
use Dynamo::Load;
use IO::Poll qw(POLLIN);
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = Dynamo::Bridge::extension_node('log_statement = none');
Dynamo::Load->prepare($node);

my %bodies = (
	PutItem => '{"TableName":"Load","Item":{"pk":{"S":"a\u00e9"},"sk":{"N":"-1.5E2"},"b":{"B":"AAEC"},"t":{"BOOL":true},"z":{"NULL":true},'
	  . '"l":{"N":"3"},"m":{"M":{"k":{"L":[{"S":""},{"N":"0"}]}}},"ss":{"SS":["a","b"]}},"ConditionExpression":"attribute_not_exists(#p) OR sk < :v",'
	  . '"ExpressionAttributeNames":{"#p":"pk"},"ExpressionAttributeValues":{":v":{"N":"1e3"}},"ReturnValues":"ALL_OLD"}',
	UpdateItem => '{"TableName":"Load","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"UpdateExpression":"SET #a.b = if_not_exists(x[1], :l), c = :n - :n '
	  . 'REMOVE d ADD e :n DELETE f :s","ExpressionAttributeNames":{"#a":"m"},"ExpressionAttributeValues":{":n":{"N":"1"},":l":{"L":[]},":s":{"SS":["x"]}}}',
	Query => '{"TableName":"Load","IndexName":"local","KeyConditionExpression":"pk = :p AND l BETWEEN :x AND :y","FilterExpression":"size(b) > :x AND '
	  . 'NOT contains(ss, :p)","ProjectionExpression":"m.k[0], pk","ExpressionAttributeValues":{":p":{"S":"a"},":x":{"N":"1"},":y":{"N":"9"}},"Limit":3}',
	TransactWriteItems => '{"TransactItems":[{"Put":{"TableName":"Load","Item":{"pk":{"S":"t"},"sk":{"N":"1"}}}},{"ConditionCheck":{"TableName":"Load",'
	  . '"Key":{"pk":{"S":"u"},"sk":{"N":"1"}},"ConditionExpression":"attribute_not_exists(pk)"}}],"ClientRequestToken":"token"}',
	ExecuteStatement => q({"Statement":"SELECT m.k[0] FROM \"Load\" WHERE pk = ? AND sk IN [1, 2] AND begins_with(x, 'y')","Parameters":[{"S":"a"}],"Limit":2}));

# Every neighbour of some bytes, from one position to another.
sub neighbours
{
	my ($bytes, $from, $to) = @_;
	my @result;
	foreach my $at ($from .. $to - 1)
	{
		my $old = substr $bytes, $at, 1;
		foreach my $new (chr(ord($old) ^ 1), chr(ord($old) ^ 0x20), "\0", "\xff", "\n", '"', '{', '9', '', "$old$old", " $old")
		{
			next if $new eq $old;
			push @result, $bytes;
			substr($result[-1], $at, 1) = $new;
		}
	}
	return @result;
}

# A request with the same body in another coding.
sub coded
{
	my ($request, $header, $body) = @_;
	my ($head) = $request =~ /\A(.*?\r\n)\r\n/s;
	$head =~ s/^Content-Length: \d+\r\n//m if $header =~ /chunked/;
	$head =~ s/^(Content-Length: )\d+/$1 . length $body/me;
	return ("$head$header\r\n\r\n", $body);
}

# What a signature is about: two requests are the same to it if these are.  Paths
# have a normal form, parts of Authorization may have blanks or commas between
# them, and what follows the body is another request.
sub signed_parts
{
	my ($bytes) = @_;
	my ($line, $headers, $body) = $bytes =~ /\A(?:\r?\n)?(.*?)\r?\n(.*?\r?\n)\r?\n(.*)\z/s or return 'no request';
	my %value;
	foreach my $header (split /\r?\n/, $headers)
	{
		my ($name, $value) = $header =~ /\A([^:]*):[ \t]*(.*?)[ \t]*\z/s or next;
		push @{ $value{ lc $name } }, $value =~ s/ +/ /gr;
	}
	$body = substr $body, 0, $1 if ($value{'content-length'}[0] // '') =~ /\A(\d+)\z/;
	return join "\n", $line =~ s/ HTTP.*//r =~ s{//+}{/}r, (map { "$_:" . join ',', @{ $value{$_} // [] } } qw(host x-amz-date x-amz-target)),
	  join(',', @{ $value{authorization} // [] }) =~ tr{ \t,}{}dr, $body;
}

my $sentinel = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
my (%statuses, %types, @wrong);

# All answers on one connection.  $original: the signed request that it was, if
# it has to be.
sub judge
{
	my ($request, $bytes, $original) = @_;
	push @wrong, "no answer to $request" if $bytes eq '';
	while (length $bytes)
	{
		if ($bytes !~ /\A(HTTP\/1\.1 (\d{3}) [A-Za-z -]+\r\n(?:[A-Za-z0-9-]+: [\x20-\x7e]+\r\n)*\r\n)/)
		{
			push @wrong, "no HTTP: $bytes of $request";
			return;
		}
		my ($head, $status) = ($1, $2);
		my ($length) = $head =~ /^Content-Length: (\d+)\r$/m;
		substr($bytes, 0, length $head, '');
		$statuses{$status}++;
		return if !defined $length && $bytes eq "0\r\n\r\n";    # 413 as the service says it
		my $body = substr $bytes, 0, $length, '';
		my ($sum) = $head =~ /^x-amz-crc32: (\d+)\r$/m;
		push @wrong, "$status with a wrong checksum: $body" if length $body && (!defined $sum || $sum != crc32($body));
		next if $body eq '' || $body =~ /\A(?:healthy: .*|<UnknownOperationException\/>\n)\z/;
		my $document = eval { JSON::PP->new->utf8->decode($body) };
		my $type = ref $document eq 'HASH' ? $document->{__type} // '' : 'no object';
		$types{ $type =~ s/.*#//r }++;
		push @wrong, "$status $body of $request" unless $status == 200 ? $type eq '' : $status == 400 && $type =~ /\Acom\.amazon.*#\w+\z/;
		push @wrong, "accepted: $request" if $status == 200 && $original && signed_parts($request) ne signed_parts($original);
	}
	return;
}

# Sends each request on a connection of its own, many at once.
sub try_all
{
	my ($bridge, $original, @requests) = @_;
	my ($poll, %open) = (IO::Poll->new);
	local $SIG{PIPE} = 'IGNORE';
	while (@requests || %open)
	{
		while (@requests && keys %open < 200)
		{
			my $socket = $bridge->socket;
			my $request = shift @requests;
			syswrite $socket, $request . $sentinel;
			$open{ fileno $socket } = [ $socket, $request, '' ];
			$poll->mask($socket => POLLIN);
		}
		$poll->poll(10);
		foreach my $socket ($poll->handles(POLLIN))
		{
			my $one = $open{ fileno $socket };
			next if sysread $socket, $one->[2], 65536, length $one->[2];
			$poll->remove($socket);
			delete $open{ fileno $socket };
			judge($one->[1], $one->[2], $original);
		}
	}
	return;
}

my @limits = ('--head-timeout=2000', '--body-timeout=2000', '--idle-timeout=2000');
foreach my $mode ('signed', 'development')
{
	my $bridge = Dynamo::Bridge->start($node, @limits, $mode eq 'development' ? '--development' : ());
	ok($bridge->wait_until_healthy, "$mode: comes up");
	(%statuses, %types, @wrong) = ();
	foreach my $operation ($mode eq 'signed' ? 'PutItem' : sort keys %bodies)
	{
		my $request = Dynamo::Bridge::signed($operation, $bodies{$operation});
		my $head = length($request) - length $bodies{$operation};
		is($bridge->http($request)->{status}, $operation eq 'UpdateItem' ? 400 : 200, "$mode: $operation as it should be")
		  or diag($bridge->http($request)->{body});

		# with signatures no change of a body comes further than them
		try_all($bridge, $mode eq 'signed' ? $request : undef,
			neighbours($request, $mode eq 'signed' ? 0 : $head, length $request));
	}
	if ($mode eq 'development')
	{
		my $body = '{"TableName":"Load","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}';
		my @parts = (substr($body, 0, 26), substr $body, 26);
		my $chunks = join '', map { sprintf "%x;a=b\r\n%s\r\n", length, $_ } @parts;
		foreach my $coding (['Transfer-Encoding: chunked', "${chunks}0\r\nTrailer: t\r\n\r\n"], ['Content-Encoding: gzip', Compress::Zlib::memGzip($body)])
		{
			my ($head, $coded) = coded(Dynamo::Bridge::signed('GetItem', $body), @$coding);
			is($bridge->http("$head$coded")->{status}, 200, "$mode: $coding->[0] as it should be");
			try_all($bridge, undef, neighbours("$head$coded", index($head, $coding->[0]), length "$head$coded"));
		}
	}
	note("statuses: ", join(', ', map { "$statuses{$_} $_" } sort keys %statuses), ', types: ',
		join(', ', map { "$types{$_} " . ($_ || 'success') } sort keys %types));
	is(join("\n", splice @wrong, 0, 5), '', "$mode: every answer is right");
	is(join(' ', grep { !/^(?:200|400|404|408|413|431|501|505)$/ } sort keys %statuses), '', "$mode: no other status");
	is($bridge->http(Dynamo::Bridge::signed('Query', $bodies{Query}))->{status}, 200, "$mode: a good request after all that");
	is($bridge->wait_for_metric('dynamo_bridge_buffered_bytes', 0), 0, "$mode: nothing is left in memory");
	is($bridge->stop, 0, "$mode: orderly end");
	unlike($bridge->log, qr/ERROR|SQLSTATE/, "$mode: nothing to complain about") or diag($bridge->log);
}
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP|ERROR/, 'no backend fell or complained');
Dynamo::Load::check_indexes($node, 'after all that');
$node->stop;
done_testing();
