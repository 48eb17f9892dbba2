/*-------------------------------------------------------------------------
 *
 * next_token.c
 *	  NextToken of ExecuteStatement: where to go on with a statement.
 *
 * Opaque to clients: base64 of
 *
 *	  version 1 | digest 16 | range 1 | hk 16 | nsk 2 | sk | nx 2 | x
 *
 * (sizes in bytes; numbers big-endian; nx 0xFFFF: the statement reads no
 * index).  The digest is of the table's id, the statement and its
 * parameters: a token is good for nothing else, whoever brings it.  What it
 * says about the position is taken as it is: the ranges of the statement
 * bound what it can reach.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/cryptohash.h"
#include "common/sha2.h"
#include "common/base64.h"

#include "base/errors.h"
#include "base/limits.h"
#include "item/key.h"
#include "ops/idempotency.h"
#include "ops/next_token.h"

#define TOKEN_VERSION		1
#define TOKEN_DIGEST_BYTES	16
#define TOKEN_NO_INDEX		0xFFFF

static void statement_digest(const DyStatement *s, uint8 *digest);
static void digest_bytes(pg_cryptohash_ctx *context, const void *data, uint32 len);
static void write_part(StringInfo bytes, const bytea *part);
static bytea *read_part(const uint8 **pos, const uint8 *end, bool *good);
static bytea *make_bytea(const uint8 *data, int len);

/*
 * The value of the NextToken member for where the page stopped.
 */
void
dy_next_token_write(DyResponse *r, const DyStatement *s, const DyStatementPage *page)
{
	StringInfoData bytes;
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	char	   *text;
	int			len;

	initStringInfo(&bytes);
	appendStringInfoChar(&bytes, TOKEN_VERSION);
	statement_digest(s, digest);
	appendBinaryStringInfo(&bytes, (char *) digest, TOKEN_DIGEST_BYTES);
	appendStringInfoChar(&bytes, (char) page->range);
	appendBinaryStringInfo(&bytes, VARDATA_ANY(page->stopped.hk), DY_DIGEST_BYTES);
	write_part(&bytes, page->stopped.sk);
	write_part(&bytes, page->stopped.x);

	len = pg_b64_enc_len(bytes.len);
	text = palloc(len);

	len = pg_b64_encode(bytes.data, bytes.len, text, len);
	if (len < 0)
		elog(ERROR, "could not encode a token");
	dy_response_bytes(r, dy_bytes(text, len));
}

/*
 * Set range and after of the page.  Raises ValidationException for what is
 * no token, and for one of another statement.
 */
void
dy_next_token_read(DyBytes token, const DyStatement *s, DyStatementPage *page)
{
	int			len = pg_b64_dec_len(token.len);
	uint8	   *bytes = palloc(len);
	const uint8 *pos = bytes + 1 + TOKEN_DIGEST_BYTES + 1 + DY_DIGEST_BYTES;
	const uint8 *end;
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	DyRangePosition *after = palloc0(sizeof(DyRangePosition));
	bool		good;

	len = pg_b64_decode(token.data, token.len, (char *) bytes, len);
	end = bytes + len;
	good = len >= pos - bytes && bytes[0] == TOKEN_VERSION;
	if (good)
	{
		after->hk = make_bytea(pos - DY_DIGEST_BYTES, DY_DIGEST_BYTES);
		after->sk = read_part(&pos, end, &good);
		after->x = read_part(&pos, end, &good);
	}
	if (!good || pos != end || after->sk == NULL)
		dy_validation("Invalid NextToken");

	statement_digest(s, digest);
	page->range = bytes[1 + TOKEN_DIGEST_BYTES];
	if (memcmp(bytes + 1, digest, TOKEN_DIGEST_BYTES) != 0 || s->plan.kind != DY_PLAN_SELECT ||
		(s->plan.index != NULL) != (after->x != NULL) ||
		page->range >= (s->plan.access == DY_ACCESS_RANGES ? s->plan.nranges : 1))
		dy_validation("NextToken does not match request");
	page->after = after;
}

static void
statement_digest(const DyStatement *s, uint8 *digest)
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);

	if (pg_cryptohash_init(context) < 0)
		elog(ERROR, "could not initialize SHA-256");
	digest_bytes(context, s->plan.table->id, strlen(s->plan.table->id));
	digest_bytes(context, s->text.data, s->text.len);
	for (int i = 0; i < s->nparameters; i++)
		dy_digest_value(context, s->parameters[i]);
	if (pg_cryptohash_final(context, digest, PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "could not finish SHA-256");
	pg_cryptohash_free(context);
}

/*
 * Length and bytes, so that no two lists of parts give the same stream.
 */
static void
digest_bytes(pg_cryptohash_ctx *context, const void *data, uint32 len)
{
	if (pg_cryptohash_update(context, (const uint8 *) &len, sizeof(len)) < 0 ||
		pg_cryptohash_update(context, data, len) < 0)
		elog(ERROR, "could not update SHA-256");
}

static void
write_part(StringInfo bytes, const bytea *part)
{
	uint32		len = part == NULL ? TOKEN_NO_INDEX : VARSIZE_ANY_EXHDR(part);

	appendStringInfoChar(bytes, (char) (len >> 8));
	appendStringInfoChar(bytes, (char) len);
	if (part != NULL)
		appendBinaryStringInfo(bytes, VARDATA_ANY(part), len);
}

/*
 * NULL if there is none.
 */
static bytea *
read_part(const uint8 **pos, const uint8 *end, bool *good)
{
	uint32		len;
	const uint8 *data;

	if (!*good || end - *pos < 2)
	{
		*good = false;
		return NULL;
	}
	len = (*pos)[0] << 8 | (*pos)[1];
	data = *pos += 2;
	if (len == TOKEN_NO_INDEX)
		return NULL;
	if (len > end - data)
	{
		*good = false;
		return NULL;
	}
	*pos += len;
	return make_bytea(data, len);
}

static bytea *
make_bytea(const uint8 *data, int len)
{
	bytea	   *result = palloc(VARHDRSZ + len);

	SET_VARSIZE(result, VARHDRSZ + len);
	memcpy(VARDATA(result), data, len);
	return result;
}
