/*-------------------------------------------------------------------------
 *
 * base64.c
 *	  Base64 as DynamoDB reads and writes it: padded, without line breaks.
 *
 * The server's own pg_b64_decode() skips white space and takes a byte at a
 * time; the service refuses white space.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc4648#section-4
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "item/scan.h"

static const char digits[] =
"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#define XX 0xFF					/* not a digit */

/* The value of each digit; the high bit marks the others. */
static const uint8 values[256] = {
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, 62, XX, XX, XX, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, XX, XX, XX, XX, XX, XX,
	XX, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, XX, XX, XX, XX, XX,
	XX, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
	XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX
};

/*
 * Decode chars, whose length is a multiple of four, into bytes, which has
 * room for three bytes for every four characters, less the padding.  False
 * if a character is wrong or unused bits at the end are not zero; one text
 * stands for one value.
 */
bool
dy_base64_decode(const char *chars, uint32 len, uint8 *bytes)
{
	const uint8 *p = (const uint8 *) chars;
	const uint8 *end = p + len;
	uint8		wrong = 0;
	uint32		quad;

	Assert(len % 4 == 0);
	if (len == 0)
		return true;
	if (end[-1] == '=')
		end -= 4;
	for (; p < end; p += 4)
	{
		uint8		a = values[p[0]];
		uint8		b = values[p[1]];
		uint8		c = values[p[2]];
		uint8		d = values[p[3]];

		wrong |= a | b | c | d;
		quad = (uint32) a << 18 | (uint32) b << 12 | (uint32) c << 6 | d;
		*bytes++ = quad >> 16;
		*bytes++ = quad >> 8;
		*bytes++ = quad;
	}
	if (p < (const uint8 *) chars + len)
	{
		uint8		a = values[p[0]];
		uint8		b = values[p[1]];
		uint8		c = p[2] == '=' ? 0 : values[p[2]];

		wrong |= a | b | c;
		if (p[2] == '=' ? (b & 0x0F) != 0 : (c & 0x03) != 0)
			return false;
		*bytes++ = a << 2 | b >> 4;
		if (p[2] != '=')
			*bytes++ = b << 4 | c >> 2;
	}
	return (wrong & 0x80) == 0;
}

/*
 * Write bytes as padded base64, without a NUL; returns the length, which is
 * four characters for every three bytes begun.
 */
uint32
dy_base64_encode(const uint8 *bytes, uint32 len, char *chars)
{
	char	   *p = chars;
	const uint8 *end = bytes + len / 3 * 3;

	for (; bytes < end; bytes += 3)
	{
		uint32		triple = (uint32) bytes[0] << 16 | (uint32) bytes[1] << 8 | bytes[2];

		*p++ = digits[triple >> 18];
		*p++ = digits[triple >> 12 & 0x3F];
		*p++ = digits[triple >> 6 & 0x3F];
		*p++ = digits[triple & 0x3F];
	}
	switch (len % 3)
	{
		case 1:
			*p++ = digits[bytes[0] >> 2];
			*p++ = digits[bytes[0] << 4 & 0x30];
			*p++ = '=';
			*p++ = '=';
			break;
		case 2:
			*p++ = digits[bytes[0] >> 2];
			*p++ = digits[(bytes[0] << 4 & 0x30) | bytes[1] >> 4];
			*p++ = digits[bytes[1] << 2 & 0x3C];
			*p++ = '=';
			break;
	}
	return p - chars;
}
