/*-------------------------------------------------------------------------
 *
 * test_hashes.c
 *	  Checksums and hashes against zlib and OpenSSL, and letters without case:
 *	  every length that takes another way, and every byte.
 *
 *-------------------------------------------------------------------------
 */
#include <openssl/evp.h>
#include <zlib.h>

#include "bridge/crc32.h"
#include "bridge/sha256.h"
#include "tap.h"

#define MAX_BYTES 700

static char text[MAX_BYTES + 16];

/* As in the C locale. */
static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c + 'a' - 'A') : c;
}

static void
make_text(void)
{
	uint32_t	seed = 1;

	for (size_t i = 0; i < sizeof(text); i++)
	{
		seed = seed * 1103515245 + 12345;
		text[i] = (char) (seed >> 16);
	}
}

static void
test_crc32(void)
{
	size_t		wrong = 0;

	for (size_t len = 0; len <= MAX_BYTES; len++)
	{
		for (size_t at = 0; at < 16; at++)
			wrong += dy_crc32(dy_slice(text + at, len)) !=
				(uint32_t) crc32_z(0, (const Bytef *) text + at, len);
	}
	ok(wrong == 0, "CRC-32 of %d lengths at any alignment", MAX_BYTES);
	ok(dy_crc32(DY_SLICE("123456789")) == 0xcbf43926, "CRC-32, its check value");
}

/* A text hashed from blocks on that were kept. */
static bool
is_sha256(size_t blocks_len, size_t len)
{
	DySha256	hash;
	uint8_t		digest[DY_SHA256_BYTES];
	uint8_t		want[DY_SHA256_BYTES];

	dy_sha256_start(&hash);
	dy_sha256_blocks(&hash, text, blocks_len);
	dy_sha256_end(&hash, text + blocks_len, len - blocks_len, digest);
	EVP_Digest(text, len, want, NULL, EVP_sha256(), NULL);
	return memcmp(digest, want, sizeof(digest)) == 0;
}

static void
test_sha256(void)
{
	DySha256	hash;
	uint8_t		digest[DY_SHA256_BYTES];
	uint8_t		want[DY_SHA256_BYTES];
	size_t		wrong = 0;

	for (size_t len = 0; len <= MAX_BYTES; len++)
	{
		for (size_t blocks = 0; blocks <= len; blocks += DY_SHA256_BLOCK_BYTES)
			wrong += !is_sha256(blocks, len);
	}
	ok(wrong == 0, "SHA-256 of %d lengths, from any block on", MAX_BYTES);

	dy_sha256_start(&hash);
	memcpy(digest, text, sizeof(digest));
	dy_sha256_end(&hash, digest, sizeof(digest), digest);
	EVP_Digest(text, sizeof(digest), want, NULL, EVP_sha256(), NULL);
	ok(memcmp(digest, want, sizeof(digest)) == 0, "a digest over its text");
}

/* All pairs of bytes, at each place of a name longer than a word. */
static void
test_case(void)
{
	size_t		wrong = 0;

	for (int pair = 0; pair < 65536; pair++)
	{
		for (size_t at = 0; at < 11; at++)
		{
			char		a[] = "content-len";
			char		b[] = "CONTENT-LEN";
			char		x = (char) (pair >> 8);
			char		y = (char) pair;

			a[at] = x;
			b[at] = y;
			wrong += dy_bytes_eq_nocase(a, b, 11) != (lower(x) == lower(y));
			wrong += dy_bytes_eq_nocase(&a[at], &b[at], 1) != (lower(x) == lower(y));
		}
	}
	ok(wrong == 0, "all bytes compared without case");
	ok(dy_bytes_eq_nocase("", "", 0), "nothing without case");
	ok(dy_slice_eq_nocase(DY_SLICE("Host"), "host") && !dy_slice_eq_nocase(DY_SLICE("Hosts"), "host"),
	   "a slice without case");

	wrong = 0;
	for (size_t len = 0; len <= 64; len++)
	{
		for (size_t at = 0; at < MAX_BYTES - len; at += 7)
		{
			DyBuf		buf = {0};

			dy_buf_add_lower(&buf, dy_slice(text + at, len));
			for (size_t i = 0; i < len; i++)
				wrong += buf.data[i] != lower(text[at + i]);
			wrong += buf.len != len;
			dy_buf_free(&buf);
		}
	}
	ok(wrong == 0, "letters made small");
}

int
main(void)
{
	make_text();
	test_crc32();
	test_sha256();
	test_case();
	return done_testing();
}
