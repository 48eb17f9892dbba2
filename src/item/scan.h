/*-------------------------------------------------------------------------
 *
 * scan.h
 *	  Scanning JSON text and UTF-8, eight bytes a step; private to this
 *	  folder.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ITEM_SCAN_H
#define DY_ITEM_SCAN_H

#include "port/pg_bitutils.h"

#include "item/json.h"

#define DY_EVERY_BYTE(b)		(UINT64CONST(0x0101010101010101) * (b))

/* How many bytes of UTF-8 one step needs to be handled as ASCII. */
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

/* Step over plain characters of a string. */
static inline const char *
dy_scan_plain(const char *p, const char *end)
{
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
dy_scan_multibyte(const char *text, const char *end)
{
	const uint8 *p = (const uint8 *) text;
	Size		left = end - text;

#define CONTINUES(c)	(((c) & 0xC0) == 0x80)
	if (p[0] >= 0xC2 && p[0] <= 0xDF)
		return left >= 2 && CONTINUES(p[1]) ? text + 2 : NULL;
	if (p[0] >= 0xE0 && p[0] <= 0xEF)
	{
		if (left < 3 || !CONTINUES(p[1]) || !CONTINUES(p[2]) ||
			(p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F))
			return NULL;
		return text + 3;
	}
	if (p[0] >= 0xF0 && p[0] <= 0xF4)
	{
		if (left < 4 || !CONTINUES(p[1]) || !CONTINUES(p[2]) || !CONTINUES(p[3]) ||
			(p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
			return NULL;
		return text + 4;
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

static inline const char *
dy_scan_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	return p;
}

/* json.c: see there */
extern const char *dy_json_scan_string(const char *p, const char *end,
									   StringInfo scratch, DyBytes *text);
extern const char *dy_json_scan_number(const char *p, const char *end, bool *is_integer);
extern const char *dy_json_begin_value(DyJsonReader *reader);
extern void dy_json_end_value(DyJsonReader *reader, const char *p);

/* base64.c */
extern bool dy_base64_decode(const char *text, uint32 len, uint8 *bytes);
extern uint32 dy_base64_encode(const uint8 *bytes, uint32 len, char *text);

#endif							/* DY_ITEM_SCAN_H */
