/*-------------------------------------------------------------------------
 *
 * sigv4.c
 *	  Verifying AWS Signature Version 4.
 *
 * A client proves that it knows a secret key by signing the request with it:
 *
 *	  canonical request  method, path, query, the headers it names, and the
 *						 SHA-256 of the body, in one normal form
 *	  string to sign	 "AWS4-HMAC-SHA256", time, scope, SHA-256 of the above
 *	  signing key		 HMAC chain over secret, date, region, service
 *	  signature			 HMAC of the string to sign, in hex
 *
 * where the scope is DATE/REGION/SERVICE/aws4_request.  All of it comes in
 * the Authorization header or in the query string (presigned requests).  The
 * hash is always the one of the body that came: DynamoDB does not honour
 * UNSIGNED-PAYLOAD or the streaming forms of S3, so such requests fail as
 * wrong signatures.  A session token is signed as any other header is.
 *
 * The checks and their texts come in the order of the service.
 *
 * Cost: most of it is hashing, block by block, so blocks that were hashed
 * before are not hashed again.  The signing key takes four HMACs and is good
 * for a day; the last ones are kept (by access key, date and key set), their
 * two pads hashed.  And requests that come in the same second differ at the
 * end of what is hashed, if their clients sign the same headers: where the
 * canonical request or the string to sign begins as the one before, it is
 * hashed from there (Beginning).
 *
 * The comparison takes the same time wherever the signatures differ.
 *
 * Tests: test/unit/test_sigv4.c (AWS' published vectors), test/fuzz/fuzz_sigv4.c
 *
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <endian.h>
#include <stdlib.h>

#include <openssl/crypto.h>

#include "bridge/sha256.h"
#include "bridge/sigv4.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define TERMINATOR "aws4_request"
#define HEX_DIGEST_CHARS (2 * DY_SHA256_BYTES)
#define ISO_BASIC_CHARS 16		/* 20150830T123600Z */
#define SCOPE_DATE_CHARS 8

/* Longest life of a presigned request: a week. */
#define MAX_EXPIRES_SECONDS 604800

/* Signing keys kept, a power of two. */
#define KEY_SLOTS 256

/* Parameters of a query string that are looked at. */
#define MAX_QUERY_PARAMETERS 64

/* Blocks of a text's beginning that are kept. */
#define BEGINNING_BLOCKS 4

/* The whole blocks at the beginning of a text hashed last, and their hash. */
typedef struct Beginning
{
	size_t		len;
	char		text[BEGINNING_BLOCKS * DY_SHA256_BLOCK_BYTES];
	DySha256	hash;
} Beginning;

typedef struct SigningKey
{
	uint64_t	generation;		/* of the key set it was made from; 0 = empty */
	const DyAccessKey *key;
	char		date[SCOPE_DATE_CHARS];
	DySha256	inner;			/* HMAC: after key xor ipad */
	DySha256	outer;			/* after key xor opad */
	Beginning	to_sign;
} SigningKey;

struct DySigner
{
	const char *region;			/* what credentials must be for */
	const char *service;
	char		date[ISO_BASIC_CHARS];	/* read last, and what it means: */
	time_t		when;
	char		iso_date[ISO_BASIC_CHARS + 1];
	DyBuf		scope;			/* of a day, see scope_of_day */
	DySha256	empty;			/* the hash of nothing yet */
	Beginning	beginning;		/* of the canonical request */
	DyBuf		canonical;		/* scratch */
	DyBuf		to_sign;		/* scratch */
	SigningKey	slots[KEY_SLOTS];
};

/* What the client claims, from the header or the query. */
typedef struct Claim
{
	bool		presigned;
	DySlice		algorithm;
	DySlice		credential;
	DySlice		signed_headers;
	DySlice		signature;
	DySlice		date;			/* as sent */
	DySlice		expires;		/* presigned only; may be empty */
	char		iso_date[ISO_BASIC_CHARS + 1];
	DySlice		scope[5];		/* key id, date, region, service, terminator */
	DyBuf		decoded;		/* owns what was decoded from the query */
} Claim;

typedef struct QueryParameter
{
	DySlice		name;			/* in canonical encoding */
	DySlice		value;
} QueryParameter;

static bool read_claim(const DyHttpHead *head, Claim *claim, DySigResult *result);
static bool read_authorization(const DyHttpHead *head, DySlice authorization,
							   Claim *claim, DySigResult *result);
static bool read_presigned(const DyHttpHead *head, Claim *claim, DySigResult *result);
static bool check_date(DySigner *signer, Claim *claim, time_t now, DySigResult *result);
static bool read_date(DySigner *signer, Claim *claim, time_t *when);
static time_t presigned_life(const Claim *claim);
static bool check_scope(DySigner *signer, Claim *claim, DySigResult *result);
static DySlice scope_of_day(DySigner *signer, const char *day);
static bool has_scope(DySigner *signer, Claim *claim);
static void make_string_to_sign(DySigner *signer, const Claim *claim);
static bool is_signature(DySigner *signer, SigningKey *key, DySlice signature);
static SigningKey *get_signing_key(DySigner *signer, const DyKeySet *keys,
								   const DyAccessKey *key, const Claim *claim);
static void set_hmac_key(DySigner *signer, SigningKey *slot, const uint8_t *key, size_t len);
static void hmac(const SigningKey *key, const void *data, size_t len, uint8_t *mac);
static void hash_from_beginning(const DySha256 *start, Beginning *beginning, DySlice text,
								size_t common, uint8_t *digest);
static void add_hex(DyBuf *out, const uint8_t *digest);
static bool equal_hex(const char *a, const char *b);
static void add_canonical_path(DyBuf *out, DySlice path);
static void add_canonical_query(DyBuf *out, DySlice query);
static void add_canonical_header(DyBuf *out, const DyHttpHead *head, DySlice name);
static void add_without_runs(DyBuf *out, DySlice value);
static bool next_query_parameter(DySlice *rest, DySlice *name, DySlice *value);
static DySlice query_value(DySlice query, const char *name, DyBuf *decoded, bool *found);
static bool query_has(DySlice query, const char *name);
static int	compare_parameters(const void *a, const void *b);
static int	compare_slices(DySlice a, DySlice b);
static void add_uri_encoded(DyBuf *out, DySlice bytes);
static void add_uri_decoded(DyBuf *out, DySlice bytes);
static int	hex_value(char c);
static bool parse_http_date(DySlice text, time_t *when);
static void format_basic_date(time_t when, char *text);
static bool list_has(DySlice list, const char *name);
static bool fail(DySigResult *result, DyFault fault);

/*
 * Contexts for one thread.  The strings must outlive it.
 */
DySigner *
dy_signer_create(const char *region, const char *service)
{
	DySigner   *signer = dy_buf_zalloc(sizeof(DySigner));

	signer->region = region;
	signer->service = service;
	dy_sha256_start(&signer->empty);
	return signer;
}

void
dy_signer_free(DySigner *signer)
{
	dy_buf_free(&signer->scope);
	dy_buf_free(&signer->canonical);
	dy_buf_free(&signer->to_sign);
	OPENSSL_cleanse(signer->slots, sizeof(signer->slots));
	free(signer);
}

/*
 * Is the request signed by a key of the set?
 *
 * body is the body as it came over the wire (before any decompression).  On
 * false, result says what to answer.  result->message must be freed in
 * either case; result->key lives as long as the key set.
 */
bool
dy_sigv4_verify(DySigner *signer, const DyHttpHead *head, DySlice body,
				const DyKeySet *keys, time_t now, DySigResult *result)
{
	Claim		claim;
	SigningKey *key;
	bool		ok = false;

	memset(&claim, 0, sizeof(claim));
	memset(result, 0, sizeof(*result));
	result->fault = DY_FAULT_NONE;

	if (!read_claim(head, &claim, result) ||
		!check_date(signer, &claim, now, result))
		goto done;
	if (!list_has(claim.signed_headers, "host"))
	{
		dy_buf_add_str(&result->message,
					   "'Host' must be a 'SignedHeader' in the AWS Authorization.");
		fail(result, DY_FAULT_INVALID_SIGNATURE);
		goto done;
	}
	if (!check_scope(signer, &claim, result))
		goto done;

	result->key = dy_keyset_find(keys, claim.scope[0]);
	if (result->key == NULL)
	{
		dy_buf_add_str(&result->message,
					   "The security token included in the request is invalid.");
		fail(result, DY_FAULT_UNRECOGNIZED_CLIENT);
		goto done;
	}

	signer->canonical.len = 0;
	dy_sigv4_canonical_request(signer, head, claim.signed_headers, body,
							   &signer->canonical);
	make_string_to_sign(signer, &claim);
	key = get_signing_key(signer, keys, result->key, &claim);
	ok = is_signature(signer, key, claim.signature);
	if (!ok)
	{
		result->key = NULL;
		dy_buf_add_str(&result->message,
					   "The request signature we calculated does not match the signature you provided. "
					   "Check your AWS Secret Access Key and signing method. "
					   "Consult the service documentation for details.\n\n"
					   "The Canonical String for this request should have been\n'");
		dy_buf_add(&result->message, signer->canonical.data, signer->canonical.len);
		dy_buf_add_str(&result->message, "'\n\nThe String-to-Sign should have been\n'");
		dy_buf_add(&result->message, signer->to_sign.data, signer->to_sign.len);
		dy_buf_add_str(&result->message, "'\n");
		fail(result, DY_FAULT_INVALID_SIGNATURE);
	}

done:
	dy_buf_free(&claim.decoded);
	return ok;
}

/*
 * Append the canonical form of the request.
 *
 * signed_headers is the list as the client sent it ("host;x-amz-date").
 */
void
dy_sigv4_canonical_request(DySigner *signer, const DyHttpHead *head,
						   DySlice signed_headers, DySlice body, DyBuf *out)
{
	const char *p = signed_headers.data;
	const char *end = p + signed_headers.len;
	uint8_t		digest[DY_SHA256_BYTES];

	dy_buf_add(out, head->method_name.data, head->method_name.len);
	dy_buf_add_char(out, '\n');
	add_canonical_path(out, head->path);
	dy_buf_add_char(out, '\n');
	add_canonical_query(out, head->query);
	dy_buf_add_char(out, '\n');
	while (p < end)
	{
		const char *semicolon = memchr(p, ';', (size_t) (end - p));
		const char *stop = semicolon != NULL ? semicolon : end;

		add_canonical_header(out, head, dy_slice(p, (size_t) (stop - p)));
		p = stop + 1;
	}
	dy_buf_add_char(out, '\n');
	dy_buf_add(out, signed_headers.data, signed_headers.len);
	dy_buf_add_char(out, '\n');
	dy_sha256_end(&signer->empty, body.data, body.len, digest);
	add_hex(out, digest);
}

/*
 * Read "20150830T123600Z".
 */
bool
dy_sigv4_parse_basic_date(DySlice text, time_t *when)
{
	static const char pattern[] = "ddddddddTddddddZ";
	const char *s = text.data;
	struct tm	tm;

	if (text.len != ISO_BASIC_CHARS)
		return false;
	for (int i = 0; i < ISO_BASIC_CHARS; i++)
	{
		if (pattern[i] == 'd' ? (s[i] < '0' || s[i] > '9') : s[i] != pattern[i])
			return false;
	}
#define TWO_DIGITS(at) ((s[at] - '0') * 10 + (s[(at) + 1] - '0'))
	memset(&tm, 0, sizeof(tm));
	tm.tm_year = TWO_DIGITS(0) * 100 + TWO_DIGITS(2) - 1900;
	tm.tm_mon = TWO_DIGITS(4) - 1;
	tm.tm_mday = TWO_DIGITS(6);
	tm.tm_hour = TWO_DIGITS(9);
	tm.tm_min = TWO_DIGITS(11);
	tm.tm_sec = TWO_DIGITS(13);
#undef TWO_DIGITS
	if (tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
		tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
		return false;
	*when = timegm(&tm);
	return true;
}

/* Take the claim from where the client put it. */
static bool
read_claim(const DyHttpHead *head, Claim *claim, DySigResult *result)
{
	DySlice		authorization = dy_http_header(head, "authorization");

	claim->presigned = query_has(head->query, "X-Amz-Algorithm");
	if (authorization.len > 0 && claim->presigned)
	{
		dy_buf_add_str(&result->message,
					   "Found both 'X-Amz-Algorithm' as a query-string param "
					   "and 'Authorization' as HTTP header.");
		return fail(result, DY_FAULT_INVALID_SIGNATURE);
	}
	if (claim->presigned)
		return read_presigned(head, claim, result);
	if (authorization.len < 5 || memcmp(authorization.data, "AWS4-", 5) != 0)
	{
		dy_buf_add_str(&result->message, "Request is missing Authentication Token");
		return fail(result, DY_FAULT_MISSING_AUTHENTICATION_TOKEN);
	}
	return read_authorization(head, authorization, claim, result);
}

/*
 * "AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...", parted
 * by commas, blanks or both.
 */
static bool
read_authorization(const DyHttpHead *head, DySlice authorization, Claim *claim,
				   DySigResult *result)
{
	const char *p = authorization.data;
	const char *end = p + authorization.len;
	const char *comma = p;		/* the next one, or the end */
	bool		first = true;

	while (p < end)
	{
		const char *stop;
		const char *equals;

		if (comma < p || comma == authorization.data)
		{
			comma = memchr(p, ',', (size_t) (end - p));
			if (comma == NULL)
				comma = end;
		}
		stop = memchr(p, ' ', (size_t) (comma - p));
		if (stop == NULL)
			stop = comma;
		equals = memchr(p, '=', (size_t) (stop - p));
		if (first)
			claim->algorithm = dy_slice(p, (size_t) (stop - p));
		else if (equals != NULL)
		{
			DySlice		name = {p, (size_t) (equals - p)};
			DySlice		value = {equals + 1, (size_t) (stop - equals - 1)};

			if (dy_slice_eq(name, "Credential"))
				claim->credential = value;
			else if (dy_slice_eq(name, "SignedHeaders"))
				claim->signed_headers = value;
			else if (dy_slice_eq(name, "Signature"))
				claim->signature = value;
		}
		first = false;
		p = stop + 1;
	}

	claim->date = dy_http_header(head, "x-amz-date");
	if (claim->date.len == 0)
		claim->date = dy_http_header(head, "date");

	if (claim->credential.len == 0)
		dy_buf_add_str(&result->message, "Authorization header requires 'Credential' parameter. ");
	if (claim->signature.len == 0)
		dy_buf_add_str(&result->message, "Authorization header requires 'Signature' parameter. ");
	if (claim->signed_headers.len == 0)
		dy_buf_add_str(&result->message, "Authorization header requires 'SignedHeaders' parameter. ");
	if (claim->date.len == 0)
		dy_buf_add_str(&result->message,
					   "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
	if (result->message.len == 0)
		return true;
	dy_buf_add_str(&result->message, "Authorization=");
	dy_buf_add(&result->message, authorization.data, authorization.len);
	return fail(result, DY_FAULT_INCOMPLETE_SIGNATURE);
}

/* The same from the query string. */
static bool
read_presigned(const DyHttpHead *head, Claim *claim, DySigResult *result)
{
	struct
	{
		const char *name;
		DySlice    *value;
	}			wanted[] = {
		{"X-Amz-Algorithm", &claim->algorithm},
		{"X-Amz-Credential", &claim->credential},
		{"X-Amz-Signature", &claim->signature},
		{"X-Amz-SignedHeaders", &claim->signed_headers},
		{"X-Amz-Date", &claim->date},
	};
	bool		found;

	/* decoding never makes text longer: the buffer does not move below */
	dy_buf_reserve(&claim->decoded, head->query.len * 6 + 1);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
	{
		*wanted[i].value = query_value(head->query, wanted[i].name,
									   &claim->decoded, &found);
		if (wanted[i].value->len == 0)
			dy_buf_printf(&result->message,
						  "AWS query-string parameters must include '%s'. ", wanted[i].name);
	}
	claim->expires = query_value(head->query, "X-Amz-Expires", &claim->decoded, &found);
	if (result->message.len == 0)
		return true;
	dy_buf_add_str(&result->message, "Re-examine the query-string parameters.");
	return fail(result, DY_FAULT_INCOMPLETE_SIGNATURE);
}

/* The date must be a date, and close to now. */
static bool
check_date(DySigner *signer, Claim *claim, time_t now, DySigResult *result)
{
	time_t		when;
	time_t		life;
	char		now_text[ISO_BASIC_CHARS + 1];
	char		bound_text[ISO_BASIC_CHARS + 1];

	if (!read_date(signer, claim, &when))
	{
		dy_buf_printf(&result->message,
					  "Date must be in ISO-8601 'basic format'. Got '%.*s'. "
					  "See http://en.wikipedia.org/wiki/ISO_8601",
					  (int) claim->date.len, claim->date.data);
		return fail(result, DY_FAULT_INCOMPLETE_SIGNATURE);
	}
	life = presigned_life(claim);
	if (when >= now - life && when <= now + DY_SIGV4_SKEW_SECONDS)
		return true;

	format_basic_date(now, now_text);
	if (when < now)
	{
		format_basic_date(now - life, bound_text);
		dy_buf_printf(&result->message,
					  "Signature expired: %s is now earlier than %s (%s - %ld min.)",
					  claim->iso_date, bound_text, now_text, (long) life / 60);
	}
	else
	{
		format_basic_date(now + DY_SIGV4_SKEW_SECONDS, bound_text);
		dy_buf_printf(&result->message,
					  "Signature not yet current: %s is still later than %s (%s + %d min.)",
					  claim->iso_date, bound_text, now_text, DY_SIGV4_SKEW_SECONDS / 60);
	}
	return fail(result, DY_FAULT_INVALID_SIGNATURE);
}

/*
 * Read the date of the claim and set its iso_date; false if it is none.  Most
 * requests have the date of the one before, to the second.
 */
static bool
read_date(DySigner *signer, Claim *claim, time_t *when)
{
	if (claim->date.len == ISO_BASIC_CHARS &&
		memcmp(claim->date.data, signer->date, ISO_BASIC_CHARS) == 0)
	{
		*when = signer->when;
		memcpy(claim->iso_date, signer->iso_date, sizeof(claim->iso_date));
		return true;
	}
	if (dy_sigv4_parse_basic_date(claim->date, when))
	{
		format_basic_date(*when, claim->iso_date);
		memcpy(signer->date, claim->date.data, ISO_BASIC_CHARS);
		signer->when = *when;
		memcpy(signer->iso_date, claim->iso_date, sizeof(claim->iso_date));
		return true;
	}
	if (claim->presigned || !parse_http_date(claim->date, when))
		return false;
	format_basic_date(*when, claim->iso_date);
	return true;
}

/* For how long after its date a signature is good, seconds. */
static time_t
presigned_life(const Claim *claim)
{
	time_t		seconds = 0;

	for (size_t i = 0; i < claim->expires.len && seconds <= MAX_EXPIRES_SECONDS; i++)
	{
		if (claim->expires.data[i] < '0' || claim->expires.data[i] > '9')
			return DY_SIGV4_SKEW_SECONDS;
		seconds = seconds * 10 + (claim->expires.data[i] - '0');
	}
	return seconds > 0 && seconds <= MAX_EXPIRES_SECONDS ? seconds : DY_SIGV4_SKEW_SECONDS;
}

/* Algorithm and credential scope. */
static bool
check_scope(DySigner *signer, Claim *claim, DySigResult *result)
{
	DySlice		credential = claim->credential;
	const char *p;
	int			parts = 0;

	if (!dy_slice_eq(claim->algorithm, ALGORITHM))
	{
		dy_buf_printf(&result->message,
					  "Unsupported AWS 'algorithm': '%.*s' (only AWS4-HMAC-SHA256 for now). ",
					  (int) claim->algorithm.len, claim->algorithm.data);
		return fail(result, DY_FAULT_INCOMPLETE_SIGNATURE);
	}
	if (has_scope(signer, claim))
		return true;

	while (credential.len > 0 && credential.data[credential.len - 1] == '/')
		credential.len--;
	p = credential.data;
	while (p <= credential.data + credential.len)
	{
		const char *slash = memchr(p, '/', (size_t) (credential.data + credential.len - p));
		const char *stop = slash != NULL ? slash : credential.data + credential.len;

		if (parts < 5)
			claim->scope[parts] = dy_slice(p, (size_t) (stop - p));
		parts++;
		p = stop + 1;
	}
	if (parts != 5)
	{
		dy_buf_printf(&result->message,
					  "Credential must have exactly 5 slash-delimited elements, "
					  "e.g. keyid/date/region/service/term, got '%.*s'",
					  (int) claim->credential.len, claim->credential.data);
		return fail(result, DY_FAULT_INCOMPLETE_SIGNATURE);
	}

	if (!dy_slice_eq(claim->scope[2], signer->region))
		dy_buf_printf(&result->message, "Credential should be scoped to a valid region, not '%.*s'. ",
					  (int) claim->scope[2].len, claim->scope[2].data);
	if (!dy_slice_eq(claim->scope[3], signer->service))
		dy_buf_printf(&result->message, "Credential should be scoped to correct service: '%s'. ",
					  signer->service);
	if (!dy_slice_eq(claim->scope[4], TERMINATOR))
		dy_buf_printf(&result->message,
					  "Credential should be scoped with a valid terminator: '" TERMINATOR "', not '%.*s'. ",
					  (int) claim->scope[4].len, claim->scope[4].data);
	if (claim->scope[1].len != SCOPE_DATE_CHARS ||
		memcmp(claim->scope[1].data, claim->iso_date, SCOPE_DATE_CHARS) != 0)
		dy_buf_printf(&result->message,
					  "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
					  "from HTTP: '%.*s' != '%.*s', from '%s'.",
					  (int) claim->scope[1].len, claim->scope[1].data,
					  SCOPE_DATE_CHARS, claim->iso_date, claim->iso_date);
	if (result->message.len > 0)
		return fail(result, DY_FAULT_INVALID_SIGNATURE);
	return true;
}

/* What a credential of that day must end with, from its first slash on. */
static DySlice
scope_of_day(DySigner *signer, const char *day)
{
	DyBuf	   *scope = &signer->scope;

	if (scope->len == 0 || memcmp(scope->data + 1, day, SCOPE_DATE_CHARS) != 0)
	{
		scope->len = 0;
		dy_buf_add_char(scope, '/');
		dy_buf_add(scope, day, SCOPE_DATE_CHARS);
		dy_buf_add_char(scope, '/');
		dy_buf_add_str(scope, signer->region);
		dy_buf_add_char(scope, '/');
		dy_buf_add_str(scope, signer->service);
		dy_buf_add_str(scope, "/" TERMINATOR);
	}
	return dy_buf_slice(scope);
}

/* Is the credential a key's id and the right scope?  Then the claim gets its parts. */
static bool
has_scope(DySigner *signer, Claim *claim)
{
	DySlice		scope = scope_of_day(signer, claim->iso_date);
	DySlice		credential = claim->credential;
	DySlice		id;
	const char *p;

	if (credential.len <= scope.len)
		return false;
	id = dy_slice(credential.data, credential.len - scope.len);
	p = id.data + id.len;
	if (memcmp(p, scope.data, scope.len) != 0 || memchr(id.data, '/', id.len) != NULL)
		return false;
	claim->scope[0] = id;
	claim->scope[1] = dy_slice(p + 1, SCOPE_DATE_CHARS);
	p += 1 + SCOPE_DATE_CHARS;
	claim->scope[2] = dy_slice(p + 1, strlen(signer->region));
	p += 1 + claim->scope[2].len;
	claim->scope[3] = dy_slice(p + 1, strlen(signer->service));
	p += 1 + claim->scope[3].len;
	claim->scope[4] = dy_slice(p + 1, sizeof(TERMINATOR) - 1);
	return true;
}

/* From the canonical request; what it ends with is what two of a second differ in. */
static void
make_string_to_sign(DySigner *signer, const Claim *claim)
{
	DyBuf	   *out = &signer->to_sign;
	DySlice		canonical = dy_buf_slice(&signer->canonical);
	DySlice		scope = scope_of_day(signer, claim->iso_date);
	uint8_t		digest[DY_SHA256_BYTES];

	out->len = 0;
	dy_buf_add_str(out, ALGORITHM "\n");
	dy_buf_add(out, claim->iso_date, ISO_BASIC_CHARS);
	dy_buf_add_char(out, '\n');
	dy_buf_add(out, scope.data + 1, scope.len - 1);
	dy_buf_add_char(out, '\n');
	hash_from_beginning(&signer->empty, &signer->beginning, canonical,
						canonical.len - HEX_DIGEST_CHARS, digest);
	add_hex(out, digest);
}

/* Is it the string to sign, signed with the key? */
static bool
is_signature(DySigner *signer, SigningKey *key, DySlice signature)
{
	DySlice		to_sign = dy_buf_slice(&signer->to_sign);
	char		text[HEX_DIGEST_CHARS];
	DyBuf		expected = {text, 0, sizeof(text)};
	uint8_t		mac[DY_SHA256_BYTES];

	hash_from_beginning(&key->inner, &key->to_sign, to_sign, to_sign.len - HEX_DIGEST_CHARS, mac);
	dy_sha256_end(&key->outer, mac, sizeof(mac), mac);
	add_hex(&expected, mac);
	return signature.len == HEX_DIGEST_CHARS && equal_hex(signature.data, text);
}

/* The signing key of the day, from the slot it hashes to or made anew. */
static SigningKey *
get_signing_key(DySigner *signer, const DyKeySet *keys, const DyAccessKey *key,
				const Claim *claim)
{
	uintptr_t	hash = (uintptr_t) key / sizeof(DyAccessKey);
	SigningKey *slot = &signer->slots[hash & (KEY_SLOTS - 1)];
	uint8_t		mac[DY_SHA256_BYTES];
	DyBuf		secret = {0};

	if (slot->generation == dy_keyset_generation(keys) && slot->key == key &&
		memcmp(slot->date, claim->scope[1].data, SCOPE_DATE_CHARS) == 0)
		return slot;

	dy_buf_add_str(&secret, "AWS4");
	dy_buf_add_str(&secret, key->secret);
	if (secret.len > DY_SHA256_BLOCK_BYTES)
	{
		/* an HMAC key of more than a block is replaced by its hash */
		dy_sha256_end(&signer->empty, secret.data, secret.len, mac);
		set_hmac_key(signer, slot, mac, sizeof(mac));
	}
	else
		set_hmac_key(signer, slot, (const uint8_t *) secret.data, secret.len);
	OPENSSL_cleanse(secret.data, secret.len);
	dy_buf_free(&secret);

	for (int part = 1; part < 5; part++)
	{
		hmac(slot, claim->scope[part].data, claim->scope[part].len, mac);
		set_hmac_key(signer, slot, mac, sizeof(mac));
	}
	OPENSSL_cleanse(mac, sizeof(mac));
	slot->generation = dy_keyset_generation(keys);
	slot->key = key;
	memcpy(slot->date, claim->scope[1].data, SCOPE_DATE_CHARS);
	return slot;
}

/* Get ready for hmac(); a key is at most a block. */
static void
set_hmac_key(DySigner *signer, SigningKey *slot, const uint8_t *key, size_t len)
{
	uint8_t		pad[DY_SHA256_BLOCK_BYTES] = {0};

	assert(len <= sizeof(pad));
	memcpy(pad, key, len);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36;
	slot->inner = signer->empty;
	dy_sha256_blocks(&slot->inner, pad, sizeof(pad));
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	slot->outer = signer->empty;
	dy_sha256_blocks(&slot->outer, pad, sizeof(pad));
	slot->to_sign.len = 0;
	OPENSSL_cleanse(pad, sizeof(pad));
}

/* RFC 2104 over SHA-256. */
static void
hmac(const SigningKey *key, const void *data, size_t len, uint8_t *mac)
{
	dy_sha256_end(&key->inner, data, len, mac);
	dy_sha256_end(&key->outer, mac, DY_SHA256_BYTES, mac);
}

/*
 * The digest of a text that goes on from start.  Its first bytes, common of
 * them, are likely to come again; where they are those of the text before,
 * their hash is at hand.
 */
static void
hash_from_beginning(const DySha256 *start, Beginning *beginning, DySlice text,
					size_t common, uint8_t *digest)
{
	size_t		len = common - common % DY_SHA256_BLOCK_BYTES;

	if (len > sizeof(beginning->text))
		len = sizeof(beginning->text);
	if (len == 0)
	{
		dy_sha256_end(start, text.data, text.len, digest);
		return;
	}
	if (len != beginning->len || memcmp(text.data, beginning->text, len) != 0)
	{
		beginning->hash = *start;
		dy_sha256_blocks(&beginning->hash, text.data, len);
		memcpy(beginning->text, text.data, len);
		beginning->len = len;
	}
	dy_sha256_end(&beginning->hash, text.data + len, text.len - len, digest);
}

/* A digest in hexadecimal, four bytes at a time. */
static void
add_hex(DyBuf *out, const uint8_t *digest)
{
	const uint64_t each = UINT64_C(0x0101010101010101);

	dy_buf_reserve(out, HEX_DIGEST_CHARS);
	for (int i = 0; i < DY_SHA256_BYTES; i += 4)
	{
		uint32_t	bytes;
		uint64_t	digits;

		memcpy(&bytes, digest + i, sizeof(bytes));
		digits = le32toh(bytes);
		/* two bytes for each, and in them its high half and its low one */
		digits = (digits | digits << 16) & UINT64_C(0x0000ffff0000ffff);
		digits = (digits | digits << 8) & UINT64_C(0x00ff00ff00ff00ff);
		digits = (digits >> 4 | digits << 8) & each * 0x0f;
		/* those above 9 are letters */
		digits += each * '0' + ((digits + each * 6) >> 4 & each) * ('a' - '0' - 10);
		digits = htole64(digits);
		memcpy(out->data + out->len, &digits, sizeof(digits));
		out->len += sizeof(digits);
	}
}

/* Are two digests in hexadecimal the same?  Takes the same time wherever they differ. */
static bool
equal_hex(const char *a, const char *b)
{
	uint64_t	differ = 0;

	for (int i = 0; i < HEX_DIGEST_CHARS; i += 8)
	{
		uint64_t	left;
		uint64_t	right;

		memcpy(&left, a + i, sizeof(left));
		memcpy(&right, b + i, sizeof(right));
		differ |= left ^ right;
	}
	return differ == 0;
}

/*
 * The path without "." and ".." segments and doubled slashes, each segment
 * encoded once more than it came.
 */
static void
add_canonical_path(DyBuf *out, DySlice path)
{
	const char *p = path.data;
	const char *end = p + path.len;
	size_t		start = out->len;
	bool		slash_at_end = path.len > 0 && path.data[path.len - 1] == '/';

	if (path.len == 1 && *p == '/')
	{
		dy_buf_add_char(out, '/');
		return;
	}
	while (p < end)
	{
		const char *slash = memchr(p, '/', (size_t) (end - p));
		const char *stop = slash != NULL ? slash : end;
		DySlice		segment = {p, (size_t) (stop - p)};

		if (dy_slice_eq(segment, ".."))
		{
			while (out->len > start && out->data[--out->len] != '/')
				;
		}
		else if (segment.len > 0 && !dy_slice_eq(segment, "."))
		{
			dy_buf_add_char(out, '/');
			add_uri_encoded(out, segment);
		}
		p = stop + 1;
	}
	if (out->len == start || slash_at_end)
		dy_buf_add_char(out, '/');
}

/* Parameters sorted by name and value, without the signature itself. */
static void
add_canonical_query(DyBuf *out, DySlice query)
{
	QueryParameter parameters[MAX_QUERY_PARAMETERS];
	DyBuf		encoded = {0};
	DyBuf		decoded = {0};
	DySlice		name;
	DySlice		value;
	int			count = 0;

	if (query.len == 0)
		return;
	/* three bytes for one at most, so that the slices into it stay valid */
	dy_buf_reserve(&encoded, query.len * 3 + 1);
	while (count < MAX_QUERY_PARAMETERS && next_query_parameter(&query, &name, &value))
	{
		DySlice		part[2] = {name, value};

		if (dy_slice_eq(name, "X-Amz-Signature"))
			continue;
		for (int i = 0; i < 2; i++)
		{
			size_t		at = encoded.len;

			decoded.len = 0;
			add_uri_decoded(&decoded, part[i]);
			add_uri_encoded(&encoded, dy_buf_slice(&decoded));
			part[i] = dy_slice(encoded.data + at, encoded.len - at);
		}
		parameters[count].name = part[0];
		parameters[count].value = part[1];
		count++;
	}
	qsort(parameters, (size_t) count, sizeof(QueryParameter), compare_parameters);
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			dy_buf_add_char(out, '&');
		dy_buf_add(out, parameters[i].name.data, parameters[i].name.len);
		dy_buf_add_char(out, '=');
		dy_buf_add(out, parameters[i].value.data, parameters[i].value.len);
	}
	dy_buf_free(&encoded);
	dy_buf_free(&decoded);
}

/*
 * "name:value\n": values of one name joined by commas, runs of blanks made
 * one.
 */
static void
add_canonical_header(DyBuf *out, const DyHttpHead *head, DySlice name)
{
	bool		found = false;

	dy_buf_add_lower(out, name);
	dy_buf_add_char(out, ':');
	for (int i = 0; i < head->nheaders; i++)
	{
		const DyHttpHeader *header = &head->headers[i];

		if (header->name.len != name.len ||
			!dy_bytes_eq_nocase(header->name.data, name.data, name.len))
			continue;
		if (found)
			dy_buf_add_char(out, ',');
		found = true;
		add_without_runs(out, header->value);
	}
	dy_buf_add_char(out, '\n');
}

static void
add_without_runs(DyBuf *out, DySlice value)
{
	const char *p = value.data;
	const char *end = p + value.len;

	while (p < end)
	{
		const char *blank = memchr(p, ' ', (size_t) (end - p));
		const char *stop = blank != NULL ? blank + 1 : end;

		dy_buf_add(out, p, (size_t) (stop - p));
		for (p = stop; p < end && *p == ' ';)
			p++;
	}
}

/* Take the next "name=value" off the query, still encoded. */
static bool
next_query_parameter(DySlice *rest, DySlice *name, DySlice *value)
{
	while (rest->len > 0)
	{
		const char *end = rest->data + rest->len;
		const char *amp = memchr(rest->data, '&', rest->len);
		const char *stop = amp != NULL ? amp : end;
		const char *equals = memchr(rest->data, '=', (size_t) (stop - rest->data));
		const char *start = rest->data;

		rest->data = amp != NULL ? amp + 1 : end;
		rest->len = (size_t) (end - rest->data);
		if (stop == start)
			continue;			/* "&&" */
		if (equals == NULL)
			equals = stop;
		*name = dy_slice(start, (size_t) (equals - start));
		if (equals < stop)
			equals++;
		*value = dy_slice(equals, (size_t) (stop - equals));
		return true;
	}
	return false;
}

/* The decoded value of a parameter; it stays in *decoded. */
static DySlice
query_value(DySlice query, const char *name, DyBuf *decoded, bool *found)
{
	DySlice		this_name;
	DySlice		value;

	while (next_query_parameter(&query, &this_name, &value))
	{
		if (dy_slice_eq(this_name, name))
		{
			size_t		at = decoded->len;

			add_uri_decoded(decoded, value);
			*found = true;
			return dy_slice(decoded->data + at, decoded->len - at);
		}
	}
	*found = false;
	return dy_slice("", 0);
}

static bool
query_has(DySlice query, const char *name)
{
	DySlice		this_name;
	DySlice		value;

	while (next_query_parameter(&query, &this_name, &value))
	{
		if (dy_slice_eq(this_name, name))
			return true;
	}
	return false;
}

static int
compare_parameters(const void *a, const void *b)
{
	const QueryParameter *left = a;
	const QueryParameter *right = b;
	int			order = compare_slices(left->name, right->name);

	return order != 0 ? order : compare_slices(left->value, right->value);
}

static int
compare_slices(DySlice a, DySlice b)
{
	int			order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);

	if (order != 0)
		return order;
	return a.len < b.len ? -1 : (a.len > b.len ? 1 : 0);
}

/* Everything but A-Z a-z 0-9 - . _ ~ as %XX. */
static void
add_uri_encoded(DyBuf *out, DySlice bytes)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < bytes.len; i++)
	{
		unsigned char c = (unsigned char) bytes.data[i];

		if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			c == '-' || c == '.' || c == '_' || c == '~')
			dy_buf_add_char(out, (char) c);
		else
		{
			dy_buf_add_char(out, '%');
			dy_buf_add_char(out, hex[c >> 4]);
			dy_buf_add_char(out, hex[c & 15]);
		}
	}
}

/* %XX and '+' decoded; a '%' without two digits stays. */
static void
add_uri_decoded(DyBuf *out, DySlice bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
	{
		char		c = bytes.data[i];

		if (c == '+')
			c = ' ';
		else if (c == '%' && bytes.len - i > 2 &&
				 hex_value(bytes.data[i + 1]) >= 0 && hex_value(bytes.data[i + 2]) >= 0)
		{
			c = (char) (hex_value(bytes.data[i + 1]) * 16 + hex_value(bytes.data[i + 2]));
			i += 2;
		}
		dy_buf_add_char(out, c);
	}
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* "Mon, 09 Sep 2011 23:36:00 GMT" of a Date header. */
static bool
parse_http_date(DySlice text, time_t *when)
{
	char		copy[40];
	const char *end;
	struct tm	tm;

	if (text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	memset(&tm, 0, sizeof(tm));
	end = strptime(copy, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	if (end == NULL || *end != '\0')
		return false;
	*when = timegm(&tm);
	return true;
}

static void
format_basic_date(time_t when, char *text)
{
	struct tm	tm;

	gmtime_r(&when, &tm);
	if (strftime(text, ISO_BASIC_CHARS + 1, "%Y%m%dT%H%M%SZ", &tm) == 0)
		strcpy(text, "00000000T000000Z");	/* a year of more than four digits */
}

/* Is the name in the semicolon-separated list, whatever its case? */
static bool
list_has(DySlice list, const char *name)
{
	const char *p = list.data;
	const char *end = p + list.len;

	while (p < end)
	{
		const char *semicolon = memchr(p, ';', (size_t) (end - p));
		const char *stop = semicolon != NULL ? semicolon : end;

		if (dy_slice_eq_nocase(dy_slice(p, (size_t) (stop - p)), name))
			return true;
		p = stop + 1;
	}
	return false;
}

static bool
fail(DySigResult *result, DyFault fault)
{
	result->fault = fault;
	return false;
}
