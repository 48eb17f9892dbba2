/*-------------------------------------------------------------------------
 *
 * sha256.c
 *	  SHA-256 of short texts.
 *
 * Every operation takes the digest of a partition key, as a rule one block
 * of 64 bytes: 0.22 us here.  The server's own interface
 * (common/cryptohash.h) needs 0.35 us, most of it because OpenSSL looks its
 * implementation up again for each digest; and it keeps a context that must
 * be allocated, can fail, and belongs to a resource owner.  For long texts
 * OpenSSL is faster: use it for those.
 *
 * Held by sql/item_key.sql, against the server's sha256().
 *
 * Source: https://csrc.nist.gov/pubs/fips/180-4/upd1/final
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "port/pg_bswap.h"

#include "item/sha256.h"

/* Where the length of the text stands in its last block. */
#define LENGTH_OFFSET	(DY_SHA256_BLOCK_BYTES - sizeof(uint64))

/* The round constants: fractions of the cube roots of the first 64 primes. */
static const uint32 round_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

/* The state at first: fractions of the square roots of the first 8 primes. */
static const uint32 initial_state[8] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
	0x1f83d9ab, 0x5be0cd19
};

static void add_block(uint32 *state, const uint8 *block);

void
dy_sha256_init(DySha256 *sha)
{
	memcpy(sha->state, initial_state, sizeof(initial_state));
	sha->len = 0;
}

void
dy_sha256_add(DySha256 *sha, const void *data, Size len)
{
	const uint8 *p = data;
	Size		used = sha->len % DY_SHA256_BLOCK_BYTES;

	sha->len += len;
	while (len >= DY_SHA256_BLOCK_BYTES - used)
	{
		Size		part = DY_SHA256_BLOCK_BYTES - used;

		memcpy(sha->block + used, p, part);
		add_block(sha->state, sha->block);
		p += part;
		len -= part;
		used = 0;
	}
	memcpy(sha->block + used, p, len);
}

/*
 * Write the DY_SHA256_BYTES of the digest.  Behind the text come a bit that
 * is set, zeros, and its length in bits.
 */
void
dy_sha256_finish(DySha256 *sha, uint8 *digest)
{
	Size		used = sha->len % DY_SHA256_BLOCK_BYTES;
	uint64		bits = pg_hton64(sha->len * BITS_PER_BYTE);

	sha->block[used++] = 0x80;
	if (used > LENGTH_OFFSET)
	{
		memset(sha->block + used, 0, DY_SHA256_BLOCK_BYTES - used);
		add_block(sha->state, sha->block);
		used = 0;
	}
	memset(sha->block + used, 0, LENGTH_OFFSET - used);
	memcpy(sha->block + LENGTH_OFFSET, &bits, sizeof(bits));
	add_block(sha->state, sha->block);

	for (int i = 0; i < lengthof(sha->state); i++)
	{
		uint32		word = pg_hton32(sha->state[i]);

		memcpy(digest + i * sizeof(word), &word, sizeof(word));
	}
}

static inline uint32
rotate_right(uint32 word, int n)
{
	return (word >> n) | (word << (32 - n));
}

/*
 * One round, in the terms of FIPS 180-4.  Instead of handing the variables a
 * to h on, each round calls them by other names.
 */
#define ROUND(a, b, c, d, e, f, g, h, i) \
	do { \
		uint32		t = h + k[i] + w[i] + \
			(rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25)) + \
			(g ^ (e & (f ^ g))); \
		d += t; \
		h = t + (rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22)) + \
			((a & b) | (c & (a | b))); \
	} while (0)

#define EIGHT_ROUNDS(i) \
	do { \
		ROUND(a, b, c, d, e, f, g, h, (i)); \
		ROUND(h, a, b, c, d, e, f, g, (i) + 1); \
		ROUND(g, h, a, b, c, d, e, f, (i) + 2); \
		ROUND(f, g, h, a, b, c, d, e, (i) + 3); \
		ROUND(e, f, g, h, a, b, c, d, (i) + 4); \
		ROUND(d, e, f, g, h, a, b, c, (i) + 5); \
		ROUND(c, d, e, f, g, h, a, b, (i) + 6); \
		ROUND(b, c, d, e, f, g, h, a, (i) + 7); \
	} while (0)

/* The next word of the message schedule, in place of the one 16 before it. */
#define EXTEND(i) \
	do { \
		uint32		w15 = w[((i) + 1) % 16]; \
		uint32		w2 = w[((i) + 14) % 16]; \
		w[i] += (rotate_right(w15, 7) ^ rotate_right(w15, 18) ^ (w15 >> 3)) + \
			w[((i) + 9) % 16] + \
			(rotate_right(w2, 17) ^ rotate_right(w2, 19) ^ (w2 >> 10)); \
	} while (0)

static void
add_block(uint32 *state, const uint8 *block)
{
	uint32		a = state[0],
				b = state[1],
				c = state[2],
				d = state[3],
				e = state[4],
				f = state[5],
				g = state[6],
				h = state[7];
	uint32		w[16];
	const uint32 *k = round_constants;

	for (int i = 0; i < 16; i++)
	{
		memcpy(&w[i], block + i * sizeof(uint32), sizeof(uint32));
		w[i] = pg_ntoh32(w[i]);
	}
	for (;;)
	{
		EIGHT_ROUNDS(0);
		EIGHT_ROUNDS(8);
		k += 16;
		if (k == round_constants + lengthof(round_constants))
			break;
		EXTEND(0);
		EXTEND(1);
		EXTEND(2);
		EXTEND(3);
		EXTEND(4);
		EXTEND(5);
		EXTEND(6);
		EXTEND(7);
		EXTEND(8);
		EXTEND(9);
		EXTEND(10);
		EXTEND(11);
		EXTEND(12);
		EXTEND(13);
		EXTEND(14);
		EXTEND(15);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}
