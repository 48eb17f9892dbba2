/*-------------------------------------------------------------------------
 *
 * key.c
 *	  Order-preserving bytes for key values, and the partition key digest.
 *
 * A key attribute (S, N or B) is stored as a byte string whose memcmp()
 * order is DynamoDB's order for that type, so that an ordinary btree on
 * bytea serves Query ranges, paging and ScanIndexForward.
 *
 * Plain form, for a value that stands alone or last:
 *
 *	  S, B  the bytes themselves
 *	  N     see number.c
 *
 * Delimited form, for a value with others behind it:
 *
 *	  S, B  the bytes, each 00 written as 00 FF, then 00 00
 *	  N     the bytes of number.c, and 00 behind a positive one (a negative
 *			one ends with FF, and zero is no prefix of anything)
 *
 * Both are one-to-one: bytes are equal exactly if DynamoDB calls the values
 * equal (1, 1.0 and 1e0 are one key).  They carry no type: a key attribute
 * has one type for all items of a table.
 *
 * The digest stands for a whole partition key where only equality matters.
 * Clients choose partition keys, so it must be hard to find two of one
 * digest: SHA-256, cut to 16 bytes.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

/* SHA256_Init and the like: deprecated in favour of EVP since OpenSSL 3, see dy_key_digest. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "item/format.h"
#include "item/key.h"

static DyBytes key_bytes(DyValue value);

/*
 * Append the plain form of a key value.  Raises an internal error if it is
 * no S, N or B: the caller has checked that.
 */
void
dy_key_encode(StringInfo dest, DyValue value)
{
	DyBytes		bytes = key_bytes(value);

	appendBinaryStringInfo(dest, bytes.data, bytes.len);
}

/* Append the delimited form of a key value. */
void
dy_key_encode_delimited(StringInfo dest, DyValue value)
{
	DyBytes		bytes = key_bytes(value);
	const char *p = bytes.data;
	const char *end = p + bytes.len;

	if (dy_value_type(value) == DY_TYPE_N)
	{
		appendBinaryStringInfo(dest, bytes.data, bytes.len);
		if ((uint8) bytes.data[0] > 0x80)
			appendStringInfoChar(dest, '\0');
		return;
	}
	while (p < end)
	{
		const char *zero = memchr(p, 0, end - p);

		if (zero == NULL)
		{
			appendBinaryStringInfo(dest, p, end - p);
			break;
		}
		appendBinaryStringInfo(dest, p, zero + 1 - p);
		appendStringInfoChar(dest, (char) 0xFF);
		p = zero + 1;
	}
	appendBinaryStringInfo(dest, "\0\0", 2);
}

/*
 * The first DY_DIGEST_BYTES of the SHA-256 over, for each value, its type (1
 * byte), the length of its plain form (4 bytes, high ones first) and its
 * plain form.  This is on disk: it never changes.
 *
 * OpenSSL's functions for SHA-256 alone, which cannot fail.  Through EVP, and
 * through the server's pg_cryptohash even more, the way to the algorithm and
 * back costs several times what hashing a key does.
 */
void
dy_key_digest(const DyValue *values, int n, uint8 *digest)
{
	SHA256_CTX	context;
	uint8		sha256[SHA256_DIGEST_LENGTH];

	SHA256_Init(&context);
	for (int i = 0; i < n; i++)
	{
		DyBytes		bytes = key_bytes(values[i]);
		uint8		head[5];

		head[0] = dy_value_type(values[i]);
		head[1] = bytes.len >> 24;
		head[2] = bytes.len >> 16;
		head[3] = bytes.len >> 8;
		head[4] = bytes.len;
		SHA256_Update(&context, head, sizeof(head));
		SHA256_Update(&context, bytes.data, bytes.len);
	}
	SHA256_Final(sha256, &context);
	memcpy(digest, sha256, DY_DIGEST_BYTES);
}

/*
 * Turn prefix into the smallest byte string above all that start with it;
 * false, and prefix is undefined, if there is none.
 */
bool
dy_key_prefix_end(StringInfo prefix)
{
	while (prefix->len > 0 && (uint8) prefix->data[prefix->len - 1] == 0xFF)
		prefix->len--;
	if (prefix->len == 0)
		return false;
	prefix->data[prefix->len - 1]++;
	prefix->data[prefix->len] = '\0';
	return true;
}

/* The plain form of a key value, inside the value. */
static DyBytes
key_bytes(DyValue value)
{
	switch (dy_value_type(value))
	{
		case DY_TYPE_S:
		case DY_TYPE_B:
			return dy_value_bytes(value);
		case DY_TYPE_N:
			return dy_value_number_key(value);
		default:
			elog(ERROR, "value of type %s cannot be a key",
				 dy_type_name(dy_value_type(value)));
	}
}
