/*-------------------------------------------------------------------------
 *
 * scan.h
 *	  Scanning JSON text and UTF-8 many bytes a step; private to this folder.
 *
 * Sixteen bytes with SSE2, which every x86-64 has, otherwise eight in a
 * word.  Both only look at bytes of the text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ITEM_SCAN_H
#define DY_ITEM_SCAN_H

#include "port/pg_bitutils.h"
#include "port/pg_bswap.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "item/json.h"

#define DY_EVERY_BYTE(b)		(UINT64CONST(0x0101010101010101) * (b))

/* Bytes in a word. */
#define DY_SCAN_STEP			8

/*
 * Flag (0x80) the bytes of a word that end a run of plain string
 * characters: '"', '\\', control characters and everything that is not
 * ASCII.  Bytes above the first flagged one may be flagged wrongly.
 */
static inline uint64
dy_scan_special(uint64 word)
{
	uint64		quote = word ^ DY_EVERY_BYTE('"');
	uint64		backslash = word ^ DY_EVERY_BYTE('\\');

	return ((quote - DY_EVERY_BYTE(1)) | (backslash - DY_EVERY_BYTE(1)) |
			(word - DY_EVERY_BYTE(0x20)) | word) & DY_EVERY_BYTE(0x80);
}

/*
 * The same for what a string must escape when it is written: '"', '\\' and
 * control characters.  (Zero bytes are control characters.)
 */
static inline uint64
dy_scan_escaped(uint64 word)
{
	uint64		quote = word ^ DY_EVERY_BYTE('"');
	uint64		backslash = word ^ DY_EVERY_BYTE('\\');

	return (((quote - DY_EVERY_BYTE(1)) & ~quote) |
			((backslash - DY_EVERY_BYTE(1)) & ~backslash) |
			((word - DY_EVERY_BYTE(0x20)) & ~word)) & DY_EVERY_BYTE(0x80);
}

#ifdef __SSE2__
/* Sixteen of them: a bit for each byte that must be escaped. */
static inline uint32
dy_scan_escaped_chunk(__m128i chunk)
{
	__m128i		escaped;

	/* unsigned "below 0x20" is "the smaller of it and 0x1F is itself" */
	escaped = _mm_cmpeq_epi8(_mm_min_epu8(chunk, _mm_set1_epi8(0x1F)), chunk);
	escaped = _mm_or_si128(escaped, _mm_cmpeq_epi8(chunk, _mm_set1_epi8('"')));
	escaped = _mm_or_si128(escaped, _mm_cmpeq_epi8(chunk, _mm_set1_epi8('\\')));
	return _mm_movemask_epi8(escaped);
}
#endif

/*
 * Copy a string and tell whether nothing in it must be escaped.  If it says
 * false, what was copied is good for nothing.  Never writes beyond len bytes.
 */
static inline bool
dy_copy_unescaped(char *to, const char *from, uint32 len)
{
	uint64		first = 0;
	uint64		last = 0;

#ifdef __SSE2__
	if (len >= 16)
	{
		__m128i		chunk;
		uint32		found = 0;
		uint32		i = 0;

		for (; i + 16 <= len; i += 16)
		{
			chunk = _mm_loadu_si128((const __m128i *) (from + i));
			found |= dy_scan_escaped_chunk(chunk);
			_mm_storeu_si128((__m128i *) (to + i), chunk);
		}
		/* the rest, with some of what is done already */
		chunk = _mm_loadu_si128((const __m128i *) (from + len - 16));
		found |= dy_scan_escaped_chunk(chunk);
		_mm_storeu_si128((__m128i *) (to + len - 16), chunk);
		return found == 0;
	}
#endif
	if (len >= 8)
	{
		for (uint32 i = 0; i + 8 <= len; i += 8)
		{
			memcpy(&first, from + i, 8);
			last |= dy_scan_escaped(first);
			memcpy(to + i, &first, 8);
		}
		memcpy(&first, from + len - 8, 8);
		memcpy(to + len - 8, &first, 8);
		return (last | dy_scan_escaped(first)) == 0;
	}

	/* shorter than a word: filled up with what needs no escape */
	memset(&first, ' ', 8);
	if (len >= 4)
	{
		memcpy(&first, from, 4);
		memcpy((char *) &first + 4, from + len - 4, 4);
		memcpy(to, &first, 4);
		memcpy(to + len - 4, (char *) &first + 4, 4);
	}
	else
	{
		for (uint32 i = 0; i < len; i++)
			to[i] = ((char *) &first)[i] = from[i];
	}
	return dy_scan_escaped(first) == 0;
}

/* Step over characters that need no escape. */
static inline const char *
dy_scan_unescaped(const char *p, const char *end)
{
#ifdef __SSE2__
	while (end - p >= 16)
	{
		uint32		mask = dy_scan_escaped_chunk(_mm_loadu_si128((const __m128i *) p));

		if (mask != 0)
			return p + pg_rightmost_one_pos32(mask);
		p += 16;
	}
#endif
	while (p < end && (uint8) *p >= 0x20 && *p != '"' && *p != '\\')
		p++;
	return p;
}

/* Step over plain characters of a string. */
static inline const char *
dy_scan_plain(const char *p, const char *end)
{
#ifdef __SSE2__
	while (end - p >= 16)
	{
		__m128i		chunk = _mm_loadu_si128((const __m128i *) p);
		__m128i		special;
		uint32		mask;

		/* signed, so that below 0x20 is also whatever is not ASCII */
		special = _mm_cmplt_epi8(chunk, _mm_set1_epi8(0x20));
		special = _mm_or_si128(special, _mm_cmpeq_epi8(chunk, _mm_set1_epi8('"')));
		special = _mm_or_si128(special, _mm_cmpeq_epi8(chunk, _mm_set1_epi8('\\')));
		mask = _mm_movemask_epi8(special);
		if (mask != 0)
			return p + pg_rightmost_one_pos32(mask);
		p += 16;
	}
#endif
	while (end - p >= DY_SCAN_STEP)
	{
		uint64		word;
		uint64		special;

		memcpy(&word, p, DY_SCAN_STEP);
		special = dy_scan_special(word);
		if (special != 0)
		{
#ifdef WORDS_BIGENDIAN
			break;
#else
			return p + pg_rightmost_one_pos64(special) / 8;
#endif
		}
		p += DY_SCAN_STEP;
	}
	/* most names are shorter than that */
	if (end - p >= 4)
	{
		uint32		word;

		memcpy(&word, p, 4);
		if ((dy_scan_special(word) & PG_UINT32_MAX) == 0)
			p += 4;
	}
	while (p < end && (uint8) *p >= 0x20 && (uint8) *p < 0x80 &&
		   *p != '"' && *p != '\\')
		p++;
	return p;
}

/*
 * Step over one character of more than one byte; NULL if it is no valid
 * UTF-8 (overlong, a surrogate, beyond U+10FFFF, or cut off).
 */
static inline const char *
dy_scan_multibyte(const char *start, const char *end)
{
	const uint8 *p = (const uint8 *) start;
	Size		left = end - start;

#define CONTINUES(c)	(((c) & 0xC0) == 0x80)
	if (p[0] >= 0xC2 && p[0] <= 0xDF)
		return left >= 2 && CONTINUES(p[1]) ? start + 2 : NULL;
	if (p[0] >= 0xE0 && p[0] <= 0xEF)
	{
		if (left < 3 || !CONTINUES(p[1]) || !CONTINUES(p[2]) ||
			(p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F))
			return NULL;
		return start + 3;
	}
	if (p[0] >= 0xF0 && p[0] <= 0xF4)
	{
		if (left < 4 || !CONTINUES(p[1]) || !CONTINUES(p[2]) || !CONTINUES(p[3]) ||
			(p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
			return NULL;
		return start + 4;
	}
#undef CONTINUES
	return NULL;
}

/* Is this UTF-8?  NUL characters are allowed. */
static inline bool
dy_scan_utf8(const char *p, uint32 len)
{
	const char *end = p + len;

	while (p < end)
	{
		if (end - p >= DY_SCAN_STEP)
		{
			uint64		word;

			memcpy(&word, p, DY_SCAN_STEP);
			if ((word & DY_EVERY_BYTE(0x80)) == 0)
			{
				p += DY_SCAN_STEP;
				continue;
			}
		}
		if ((uint8) *p < 0x80)
			p++;
		else if ((p = dy_scan_multibyte(p, end)) == NULL)
			return false;
	}
	return true;
}

/* memcpy() without the call for the short strings that items are made of. */
static inline void
dy_copy(void *to, const void *from, uint32 len)
{
	uint8	   *t = to;
	const uint8 *f = from;

	if (len > 16)
		memcpy(t, f, len);
	else if (len >= 8)
	{
		uint64		first;
		uint64		last;

		memcpy(&first, f, 8);
		memcpy(&last, f + len - 8, 8);
		memcpy(t, &first, 8);
		memcpy(t + len - 8, &last, 8);
	}
	else if (len >= 4)
	{
		uint32		first;
		uint32		last;

		memcpy(&first, f, 4);
		memcpy(&last, f + len - 4, 4);
		memcpy(t, &first, 4);
		memcpy(t + len - 4, &last, 4);
	}
	else if (len > 0)
	{
		t[0] = f[0];
		t[len / 2] = f[len / 2];
		t[len - 1] = f[len - 1];
	}
}

static inline const char *
dy_scan_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	return p;
}

/* The first bytes as an integer of the same order. */
static inline uint64
dy_prefix(const char *data, uint32 len)
{
	uint64		prefix = 0;

	if (len >= sizeof(prefix))
		memcpy(&prefix, data, sizeof(prefix));
	else
		dy_copy(&prefix, data, len);
#ifndef WORDS_BIGENDIAN
	prefix = pg_bswap64(prefix);
#endif
	return prefix;
}

/* Make room for so many more bytes and a NUL; a call only if there is none. */
static inline void
dy_reserve(StringInfo dest, uint32 needed)
{
	if (unlikely(needed >= (uint32) (dest->maxlen - dest->len)))
		enlargeStringInfo(dest, needed);
}

/* json.c: see there */
extern const char *dy_json_scan_string(const char *p, const char *end,
									   StringInfo scratch, DyBytes *result);
extern const char *dy_json_scan_number(const char *p, const char *end, bool *is_integer);
extern const char *dy_json_begin_value(DyJsonReader *reader);
extern void dy_json_end_value(DyJsonReader *reader, const char *p);

/* base64.c */
extern bool dy_base64_decode(const char *chars, uint32 len, uint8 *bytes);
extern uint32 dy_base64_encode(const uint8 *bytes, uint32 len, char *chars);

#endif							/* DY_ITEM_SCAN_H */
