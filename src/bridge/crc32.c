/*-------------------------------------------------------------------------
 *
 * crc32.c
 *	  The checksum of an answer.
 *
 * Every answer tells the CRC-32 of its body, that of zlib and gzip.  zlib
 * looks it up in tables, a third of a microsecond for an item of 400 bytes.
 * Where the processor multiplies without carries, the body is folded instead:
 * 16 bytes, taken as a polynomial, are replaced by what they leave in the 16
 * bytes that lie 64 (or 16) further on, until 16 bytes are left that have the
 * same checksum as all of it.
 *
 * Tests: test/unit/test_hashes.c, against zlib
 *
 * Source: Gopal and others, Fast CRC Computation for Generic Polynomials
 * Using PCLMULQDQ Instruction, Intel 2009
 *
 *-------------------------------------------------------------------------
 */
#include <zlib.h>

#include "bridge/crc32.h"

#ifdef __x86_64__
#include <immintrin.h>

#define FOLD_BYTES 16
#define FOLD_LANES 4

/* Shorter texts are not worth it. */
#define MIN_FOLD_BYTES (FOLD_BYTES * FOLD_LANES)

#define WITH_CARRYLESS __attribute__((target("pclmul,sse2")))

static uint32_t fold(const char *p, size_t len) WITH_CARRYLESS;
#endif

/*
 * What x-amz-crc32 says of these bytes.
 */
uint32_t
dy_crc32(DySlice bytes)
{
#ifdef __x86_64__
	if (bytes.len >= MIN_FOLD_BYTES && __builtin_cpu_supports("pclmul"))
		return fold(bytes.data, bytes.len);
#endif
	return (uint32_t) crc32_z(0, (const Bytef *) bytes.data, bytes.len);
}

#ifdef __x86_64__

/* The bytes at p, and on top of them what x leaves there, which is to be folded by factors. */
static inline __m128i WITH_CARRYLESS
fold_into(const char *p, __m128i x, __m128i factors)
{
	__m128i		low = _mm_clmulepi64_si128(x, factors, 0x00);
	__m128i		high = _mm_clmulepi64_si128(x, factors, 0x11);

	return _mm_xor_si128(_mm_loadu_si128((const __m128i *) p), _mm_xor_si128(low, high));
}

static uint32_t
fold(const char *p, size_t len)
{
	/*
	 * x^(n + 32) and x^(n - 32) modulo the polynomial, bits reflected, for n
	 * bits that are folded over
	 */
	const __m128i by_64 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
	const __m128i by_16 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
	__m128i		lane[FOLD_LANES];
	__m128i		x;
	char		rest[2 * FOLD_BYTES];

	for (int i = 0; i < FOLD_LANES; i++)
		lane[i] = _mm_loadu_si128((const __m128i *) (p + i * FOLD_BYTES));
	/* a checksum starts from all ones */
	lane[0] = _mm_xor_si128(lane[0], _mm_cvtsi32_si128(-1));
	p += sizeof(lane);
	len -= sizeof(lane);
	for (; len >= sizeof(lane); p += sizeof(lane), len -= sizeof(lane))
	{
		for (int i = 0; i < FOLD_LANES; i++)
			lane[i] = fold_into(p + i * FOLD_BYTES, lane[i], by_64);
	}

	/* the lanes lie 16 bytes apart, too */
	x = lane[0];
	for (int i = 1; i < FOLD_LANES; i++)
		x = fold_into((const char *) &lane[i], x, by_16);
	for (; len >= FOLD_BYTES; p += FOLD_BYTES, len -= FOLD_BYTES)
		x = fold_into(p, x, by_16);

	/* zlib starts from the complement of what it is given, which is 0 here */
	memcpy(rest, &x, FOLD_BYTES);
	memcpy(rest + FOLD_BYTES, p, len);
	return (uint32_t) crc32_z(0xffffffff, (const Bytef *) rest, FOLD_BYTES + len);
}

#endif
