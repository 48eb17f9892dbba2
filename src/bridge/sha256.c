/*-------------------------------------------------------------------------
 *
 * sha256.c
 *	  SHA-256 of texts whose beginnings come again.
 *
 * The compression function is OpenSSL's, which knows the processor's
 * instructions for it.  Around it is only what a signature needs: a state
 * that can be kept and gone on from (the two pads of an HMAC, a canonical
 * request up to what differs), and the padding of the end.  OpenSSL's own
 * functions for the end clear their buffer each time, which for texts of two
 * or three blocks is a good part of the cost; nothing here is secret but
 * what the caller holds.
 *
 * Tests: test/unit/test_hashes.c
 *
 * Source: FIPS 180-4
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <endian.h>
#include <stdbool.h>
#include <string.h>

/* SHA256_Update: deprecated in favour of EVP since OpenSSL 3, which hides its state. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "bridge/sha256.h"

/* A block ends with the length of the text in bits. */
#define LENGTH_BYTES 8

static void compress_blocks(uint32_t *h, const void *blocks, size_t len);

/* The hash of nothing yet. */
void
dy_sha256_start(DySha256 *hash)
{
	SHA256_CTX	ctx;

	SHA256_Init(&ctx);
	memcpy(hash->h, ctx.h, sizeof(hash->h));
	hash->bytes = 0;
}

/*
 * Go on with whole blocks: len is a multiple of DY_SHA256_BLOCK_BYTES.
 */
void
dy_sha256_blocks(DySha256 *hash, const void *blocks, size_t len)
{
	assert(len % DY_SHA256_BLOCK_BYTES == 0);
	compress_blocks(hash->h, blocks, len);
	hash->bytes += len;
}

/*
 * The digest, DY_SHA256_BYTES, of all that came and the rest, which is any
 * number of bytes.  The hash itself stays as it is.  digest may be where the
 * rest is.
 */
void
dy_sha256_end(const DySha256 *hash, const void *rest, size_t len, uint8_t *digest)
{
	uint32_t	h[8];
	uint8_t		tail[2 * DY_SHA256_BLOCK_BYTES] = {0};
	size_t		whole = len - len % DY_SHA256_BLOCK_BYTES;
	size_t		left = len - whole;
	bool		fits = left + 1 + LENGTH_BYTES <= DY_SHA256_BLOCK_BYTES;
	size_t		tail_len = fits ? DY_SHA256_BLOCK_BYTES : sizeof(tail);
	uint64_t	bits = htobe64((hash->bytes + len) * 8);

	memcpy(h, hash->h, sizeof(h));
	compress_blocks(h, rest, whole);
	if (left > 0)
		memcpy(tail, (const char *) rest + whole, left);
	tail[left] = 0x80;
	memcpy(tail + tail_len - LENGTH_BYTES, &bits, LENGTH_BYTES);
	compress_blocks(h, tail, tail_len);
	for (int i = 0; i < 8; i++)
		h[i] = htobe32(h[i]);
	memcpy(digest, h, DY_SHA256_BYTES);
}

/* A context without bytes of a block passes whole blocks on as they are. */
static void
compress_blocks(uint32_t *h, const void *blocks, size_t len)
{
	SHA256_CTX	ctx = {0};

	if (len == 0)
		return;
	memcpy(ctx.h, h, sizeof(ctx.h));
	ctx.md_len = SHA256_DIGEST_LENGTH;
	SHA256_Update(&ctx, blocks, len);
	memcpy(h, ctx.h, sizeof(ctx.h));
}
