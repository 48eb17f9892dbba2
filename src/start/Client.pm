# Client.pm
#    A small client of the DynamoDB API, with Perl's own modules only.
#
#    my $client = Client->new;                      # from the environment
#    my $answer = $client->call('GetItem', { TableName => ..., Key => ... });
#
# call() returns the decoded answer.  An error of the service is thrown as a
# hash { type, message, status }.  Requests go over one connection, one after the
# other, signed with Signature Version 4.
#
# Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html

package Client;

use strict;
use warnings;

use Digest::SHA qw(sha256_hex hmac_sha256 hmac_sha256_hex);
use IO::Socket::INET;
use JSON::PP;
use POSIX qw(strftime);

my $json = JSON::PP->new->canonical->utf8;

sub new
{
	my ($class) = @_;
	my ($host, $port) = $ENV{AWS_ENDPOINT_URL} =~ m{^http://([^:/]+):(\d+)$}
	  or die "AWS_ENDPOINT_URL is not of the form http://HOST:PORT\n";
	return bless { host => $host, port => $port, region => $ENV{AWS_REGION},
		id => $ENV{AWS_ACCESS_KEY_ID}, secret => $ENV{AWS_SECRET_ACCESS_KEY} }, $class;
}

sub call
{
	my ($self, $operation, $request) = @_;
	my ($status, $body) = $self->post("DynamoDB_20120810.$operation", $json->encode($request));
	my $answer = eval { $json->decode($body) };
	return $answer if $status == 200 && defined $answer;
	die { status => $status, type => ($answer->{__type} // 'unknown') =~ s/.*#//r,
		message => $answer->{message} // $answer->{Message} // $body };
}

# Sends a signed request; returns the status and the body of the answer.
sub post
{
	my ($self, $target, $body) = @_;
	my $time = strftime('%Y%m%dT%H%M%SZ', gmtime);
	my $day = substr $time, 0, 8;
	my $host = "$self->{host}:$self->{port}";
	my $scope = "$day/$self->{region}/dynamodb/aws4_request";

	my $canonical = join "\n", 'POST', '/', '',
	  'content-type:application/x-amz-json-1.0', "host:$host", "x-amz-date:$time", "x-amz-target:$target", '',
	  'content-type;host;x-amz-date;x-amz-target', sha256_hex($body);
	my $key = "AWS4$self->{secret}";
	$key = hmac_sha256($_, $key) for $day, $self->{region}, 'dynamodb', 'aws4_request';
	my $signature = hmac_sha256_hex(
		join("\n", 'AWS4-HMAC-SHA256', $time, $scope, sha256_hex($canonical)), $key);

	$self->{socket} //= IO::Socket::INET->new(PeerAddr => $self->{host}, PeerPort => $self->{port}, Timeout => 10)
	  or die "cannot reach $host: $@\n";
	my $socket = $self->{socket};
	print $socket join("\r\n", 'POST / HTTP/1.1', "Host: $host",
		'Content-Type: application/x-amz-json-1.0', "X-Amz-Date: $time", "X-Amz-Target: $target",
		"Authorization: AWS4-HMAC-SHA256 Credential=$self->{id}/$scope, "
		  . "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=$signature",
		'Content-Length: ' . length $body, '', $body);
	$socket->flush;

	my ($status) = (<$socket> // die "$host closed the connection\n") =~ /^HTTP\/1.1 (\d+)/;
	my ($length, $close) = (0, 0);
	while (defined(my $line = <$socket>))
	{
		last if $line =~ /^\r?\n$/;
		$length = $1 if $line =~ /^content-length:\s*(\d+)/i;
		$close = 1 if $line =~ /^connection:\s*close/i;
	}
	my $answer = '';
	while (length $answer < $length)
	{
		read $socket, $answer, $length - length $answer, length $answer
		  or die "$host closed the connection within an answer\n";
	}
	delete $self->{socket} if $close;
	return ($status, $answer);
}

1;
