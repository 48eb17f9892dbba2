/*-------------------------------------------------------------------------
 *
 * test_sigv4.c
 *	  Signatures: AWS' published vectors, then everything that can be wrong
 *	  with one, with the service's texts.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>

#include "bridge/sigv4.h"
#include "sigv4_vectors.h"
#include "tap.h"

#define VECTOR_TIME 1440938160	/* 20150830T123600Z */

static DySigner *vector_signer; /* for the scope of the suite */
static DySigner *signer;		/* for ours */
static DyKeySet *keys;

/*
 * Take a request of the suite apart.  Its lines end in LF and its targets
 * may hold blanks, so this is not the bridge's own parser.
 */
static void
read_request(const char *text, DyHttpHead *head, DySlice *body)
{
	const char *eol = strchr(text, '\n');
	const char *end = eol != NULL ? eol : text + strlen(text);
	const char *first = strchr(text, ' ');
	const char *last = end;
	const char *mark;

	memset(head, 0, sizeof(*head));
	while (last[-1] != ' ')
		last--;
	last--;
	head->method_name = dy_slice(text, (size_t) (first - text));
	head->path = dy_slice(first + 1, (size_t) (last - first - 1));
	mark = memchr(head->path.data, '?', head->path.len);
	if (mark != NULL)
	{
		head->query = dy_slice(mark + 1, (size_t) (last - mark - 1));
		head->path.len = (size_t) (mark - head->path.data);
	}
	*body = dy_slice("", 0);
	while (*end != '\0')
	{
		const char *line = end + 1;
		const char *colon;

		end = strchr(line, '\n');
		if (end == NULL)
			end = line + strlen(line);
		if (end == line)
		{
			if (*end != '\0')
				*body = dy_slice_str(end + 1);
			return;
		}
		colon = strchr(line, ':');
		head->headers[head->nheaders].name = dy_slice(line, (size_t) (colon - line));
		head->headers[head->nheaders].value =
			dy_slice_trim(dy_slice(colon + 1, (size_t) (end - colon - 1)));
		head->nheaders++;
	}
}

static void
add_header(DyHttpHead *head, const char *name, const char *value)
{
	head->headers[head->nheaders].name = dy_slice_str(name);
	head->headers[head->nheaders].value = dy_slice_str(value);
	head->nheaders++;
}

static void
test_vectors(void)
{
	for (size_t i = 0; i < sizeof(sig_vectors) / sizeof(sig_vectors[0]); i++)
	{
		const SigVector *v = &sig_vectors[i];
		const char *list = strstr(v->authorization, "SignedHeaders=") + 14;
		DyHttpHead	head;
		DySlice		body;
		DyBuf		canonical = {0};
		DySigResult result;
		char		name[100];

		read_request(v->request, &head, &body);
		dy_sigv4_canonical_request(vector_signer, &head,
								   dy_slice(list, strcspn(list, ",")), body, &canonical);
		snprintf(name, sizeof(name), "%s: canonical request", v->name);
		is_text(canonical.data, canonical.len, v->canonical, name);
		dy_buf_free(&canonical);

		add_header(&head, "Authorization", v->authorization);
		ok(dy_sigv4_verify(vector_signer, &head, body, keys, VECTOR_TIME, &result),
		   "%s: signature", v->name);
		ok(result.key != NULL && strcmp(result.key->principal, "somebody") == 0,
		   "%s: principal", v->name);
		dy_buf_free(&result.message);
	}
}

/*
 * One request with a given Authorization header and X-Amz-Date; expects the
 * fault and text.
 */
static void
expect_fault(const char *query, const char *authorization, const char *date,
			 DyFault fault, const char *text, const char *name)
{
	DyHttpHead	head;
	DySigResult result;
	bool		good;

	memset(&head, 0, sizeof(head));
	head.method_name = DY_SLICE("POST");
	head.path = DY_SLICE("/");
	head.query = dy_slice_str(query);
	add_header(&head, "Host", "example.amazonaws.com");
	if (authorization != NULL)
		add_header(&head, "authorization", authorization);
	if (date != NULL)
		add_header(&head, "X-Amz-Date", date);
	good = dy_sigv4_verify(signer, &head, DY_SLICE("{}"), keys,
						   VECTOR_TIME, &result);
	ok(!good && result.fault == fault, "%s: %s", name, dy_fault_name(fault));
	is_text(result.message.data, result.message.len, text, name);
	dy_buf_free(&result.message);
}

#define GOOD_CREDENTIAL "Credential=AKIDEXAMPLE/20150830/us-east-1/dynamodb/aws4_request"
#define NOW "20150830T123600Z"

static void
test_faults(void)
{
	expect_fault("", NULL, NULL, DY_FAULT_MISSING_AUTHENTICATION_TOKEN,
				 "Request is missing Authentication Token", "no header");
	expect_fault("", "AWS4", NULL, DY_FAULT_MISSING_AUTHENTICATION_TOKEN,
				 "Request is missing Authentication Token", "half an algorithm");
	expect_fault("X-Amz-Algorithm", "X", NULL, DY_FAULT_INVALID_SIGNATURE,
				 "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
				 "header and query");
	expect_fault("", "AWS4-", NULL, DY_FAULT_INCOMPLETE_SIGNATURE,
				 "Authorization header requires 'Credential' parameter. "
				 "Authorization header requires 'Signature' parameter. "
				 "Authorization header requires 'SignedHeaders' parameter. "
				 "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
				 "Authorization=AWS4-", "nothing but the algorithm");
	expect_fault("", "AWS4- Signature=b, Credential=a", "a", DY_FAULT_INCOMPLETE_SIGNATURE,
				 "Authorization header requires 'SignedHeaders' parameter. "
				 "Authorization=AWS4- Signature=b, Credential=a", "no signed headers");
	expect_fault("X-Amz-Algorithm", NULL, NULL, DY_FAULT_INCOMPLETE_SIGNATURE,
				 "AWS query-string parameters must include 'X-Amz-Algorithm'. "
				 "AWS query-string parameters must include 'X-Amz-Credential'. "
				 "AWS query-string parameters must include 'X-Amz-Signature'. "
				 "AWS query-string parameters must include 'X-Amz-SignedHeaders'. "
				 "AWS query-string parameters must include 'X-Amz-Date'. "
				 "Re-examine the query-string parameters.", "empty presigned query");
	expect_fault("X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-Date=d", NULL, NULL,
				 DY_FAULT_INCOMPLETE_SIGNATURE,
				 "AWS query-string parameters must include 'X-Amz-SignedHeaders'. "
				 "Re-examine the query-string parameters.", "presigned without signed headers");
	expect_fault("", "AWS4-HMAC-SHA256 " GOOD_CREDENTIAL ", SignedHeaders=host, Signature=b", "201",
				 DY_FAULT_INCOMPLETE_SIGNATURE,
				 "Date must be in ISO-8601 'basic format'. Got '201'. "
				 "See http://en.wikipedia.org/wiki/ISO_8601", "no date");
	expect_fault("", "AWS4-HMAC-SHA256 " GOOD_CREDENTIAL ", SignedHeaders=host, Signature=b",
				 "20150830T122059Z", DY_FAULT_INVALID_SIGNATURE,
				 "Signature expired: 20150830T122059Z is now earlier than 20150830T122100Z "
				 "(20150830T123600Z - 15 min.)", "too old by a second");
	expect_fault("", "AWS4-HMAC-SHA256 " GOOD_CREDENTIAL ", SignedHeaders=host, Signature=b",
				 "20150830T125101Z", DY_FAULT_INVALID_SIGNATURE,
				 "Signature not yet current: 20150830T125101Z is still later than 20150830T125100Z "
				 "(20150830T123600Z + 15 min.)", "too new by a second");
	expect_fault("", "AWS4-HMAC-SHA256 " GOOD_CREDENTIAL ", SignedHeaders=date, Signature=b", NOW,
				 DY_FAULT_INVALID_SIGNATURE,
				 "'Host' must be a 'SignedHeader' in the AWS Authorization.", "host not signed");
	expect_fault("", "AWS4-HMAC-SHA25 " GOOD_CREDENTIAL ", SignedHeaders=Host, Signature=b", NOW,
				 DY_FAULT_INCOMPLETE_SIGNATURE,
				 "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). ",
				 "wrong algorithm");
	expect_fault("", "AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=b", NOW,
				 DY_FAULT_INCOMPLETE_SIGNATURE,
				 "Credential must have exactly 5 slash-delimited elements, "
				 "e.g. keyid/date/region/service/term, got 'a/b/c/d'", "credential of four parts");
	expect_fault("", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e/, SignedHeaders=host, Signature=b", NOW,
				 DY_FAULT_INVALID_SIGNATURE,
				 "Credential should be scoped to a valid region, not 'c'. "
				 "Credential should be scoped to correct service: 'dynamodb'. "
				 "Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. "
				 "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
				 "'b' != '20150830', from '20150830T123600Z'.", "everything wrong in the scope");
	expect_fault("", "AWS4-HMAC-SHA256 Credential=nobody/20150830/us-east-1/dynamodb/aws4_request, "
				 "SignedHeaders=host, Signature=b", NOW, DY_FAULT_UNRECOGNIZED_CLIENT,
				 "The security token included in the request is invalid.", "unknown key");
	expect_fault("", "AWS4-HMAC-SHA256 " GOOD_CREDENTIAL ",SignedHeaders=host,Signature=b", NOW,
				 DY_FAULT_INVALID_SIGNATURE,
				 "The request signature we calculated does not match the signature you provided. "
				 "Check your AWS Secret Access Key and signing method. "
				 "Consult the service documentation for details.\n\n"
				 "The Canonical String for this request should have been\n"
				 "'POST\n/\n\nhost:example.amazonaws.com\n\nhost\n"
				 "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'\n\n"
				 "The String-to-Sign should have been\n"
				 "'AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/dynamodb/aws4_request\n"
				 "ff157f783360604d69f92ce819090eddfd76b37fbccdd04d583c3f60d46e8130'\n",
				 "wrong signature");
}

/*
 * How many changes of one bit each are accepted: of every byte of part, which
 * lies in the request; mask is the bit.
 */
static int
accepted_changes(const DyHttpHead *head, DySlice body, DySlice part, char mask)
{
	char	   *bytes = (char *) part.data;
	int			accepted = 0;

	for (size_t at = 0; at < part.len; at++)
	{
		DySigResult result;

		bytes[at] ^= mask;
		accepted += dy_sigv4_verify(vector_signer, head, body, keys,
									VECTOR_TIME, &result);
		dy_buf_free(&result.message);
		bytes[at] ^= mask;
	}
	return accepted;
}

/*
 * No change of a signed byte leaves a good signature.  All headers of this
 * request are signed; the case of their names is not.
 */
static void
test_tampering(void)
{
	const SigVector *v = NULL;
	DyHttpHead	head;
	DySlice		body;
	DySigResult result;
	char	   *request;
	char	   *authorization;
	int			accepted = 0;
	int			cases = 0;
	int			letters = 0;

	for (size_t i = 0; i < sizeof(sig_vectors) / sizeof(sig_vectors[0]); i++)
	{
		if (strcmp(sig_vectors[i].name, "post-x-www-form-urlencoded") == 0)
			v = &sig_vectors[i];
	}
	request = strdup(v->request);
	authorization = strdup(v->authorization);
	read_request(request, &head, &body);
	for (int i = 0; i < head.nheaders; i++)
	{
		DySlice		name = head.headers[i].name;

		for (size_t at = 0; at < name.len; at++)
			letters += name.data[at] != '-';
	}
	add_header(&head, "Authorization", authorization);

	for (int bit = 0; bit < 8; bit++)
	{
		char		mask = (char) (1 << bit);

		accepted += accepted_changes(&head, body, head.method_name, mask);
		if (mask != ('/' ^ '.'))	/* the same path in normal form */
			accepted += accepted_changes(&head, body, head.path, mask);
		accepted += accepted_changes(&head, body, body, mask);
		for (int i = 0; i < head.nheaders; i++)
		{
			/* the last one is literal, and read by its name only */
			if (i + 1 < head.nheaders)
			{
				int			of_names = accepted_changes(&head, body, head.headers[i].name, mask);

				if (mask == 'a' - 'A')
					cases += of_names;
				else
					accepted += of_names;
			}
			accepted += accepted_changes(&head, body, head.headers[i].value, mask);
		}
	}
	ok(accepted == 0, "no changed bit is accepted: %d", accepted);
	ok(cases == letters, "the case of header names does not matter: %d of %d", cases, letters);
	ok(dy_sigv4_verify(vector_signer, &head, body, keys, VECTOR_TIME, &result), "unchanged, it is");
	dy_buf_free(&result.message);
	free(request);
	free(authorization);
}

/* Signed in the query string, for an hour (signature from an independent implementation). */
static void
test_presigned(void)
{
	static const char query[] =
	"X-Amz-Algorithm=AWS4-HMAC-SHA256"
	"&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fdynamodb%2Faws4_request"
	"&X-Amz-Date=20150830T123600Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host"
	"&X-Amz-Signature=d84aeb7f18c03471ac435fba13a831eaa76de4646227c5082c8baa61c65949c1";
	DyHttpHead	head;
	DySigResult result;

	memset(&head, 0, sizeof(head));
	head.method_name = DY_SLICE("POST");
	head.path = DY_SLICE("/");
	head.query = dy_slice_str(query);
	add_header(&head, "Host", "example.amazonaws.com");
	ok(dy_sigv4_verify(signer, &head, DY_SLICE("{}"), keys, VECTOR_TIME, &result),
	   "presigned request");
	dy_buf_free(&result.message);
	ok(dy_sigv4_verify(signer, &head, DY_SLICE("{}"), keys,
					   VECTOR_TIME + 3600, &result), "presigned request at its last second");
	dy_buf_free(&result.message);
	ok(!dy_sigv4_verify(signer, &head, DY_SLICE("{}"), keys,
						VECTOR_TIME + 3601, &result) &&
	   result.fault == DY_FAULT_INVALID_SIGNATURE, "presigned request after its end");
	is_text(result.message.data, result.message.len,
			"Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z "
			"(20150830T133601Z - 60 min.)", "text of it");
	dy_buf_free(&result.message);
}

/* A key set that replaces another takes its keys with it. */
static void
test_revocation(void)
{
	DyKeySet   *next = dy_keyset_create(1);
	DyHttpHead	head;
	DySlice		body;
	DySigResult result;

	dy_keyset_add(next, "AKIDEXAMPLE", "another secret", "somebody");
	dy_keyset_publish(next);
	keys = dy_keyset_current(keys);
	read_request(sig_vectors[0].request, &head, &body);
	add_header(&head, "Authorization", sig_vectors[0].authorization);
	ok(!dy_sigv4_verify(vector_signer, &head, body, keys, VECTOR_TIME, &result) &&
	   result.fault == DY_FAULT_INVALID_SIGNATURE, "a changed secret ends the old one's cached key");
	dy_buf_free(&result.message);

	dy_keyset_publish(dy_keyset_create(0));
	keys = dy_keyset_current(keys);
	ok(!dy_sigv4_verify(vector_signer, &head, body, keys, VECTOR_TIME, &result) &&
	   result.fault == DY_FAULT_UNRECOGNIZED_CLIENT, "a key that is gone is refused");
	dy_buf_free(&result.message);
}

int
main(void)
{
	vector_signer = dy_signer_create("us-east-1", "service");
	signer = dy_signer_create("us-east-1", "dynamodb");
	keys = dy_keyset_create(3);
	dy_keyset_add(keys, "AKIDZ", "z", "z");
	dy_keyset_add(keys, "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "somebody");
	dy_keyset_add(keys, "AKIDA", "a", "a");
	dy_keyset_publish(keys);
	keys = dy_keyset_current(NULL);

	test_vectors();
	test_faults();
	test_tampering();
	test_presigned();
	test_revocation();
	dy_keyset_release(keys);
	dy_signer_free(vector_signer);
	dy_signer_free(signer);
	return done_testing();
}
