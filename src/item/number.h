/*-------------------------------------------------------------------------
 *
 * number.h
 *	  DynamoDB numbers: 38 significant digits, 1E-130 to 9.99E+125.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ITEM_NUMBER_H
#define DY_ITEM_NUMBER_H

#include "base/limits.h"

#define DY_NUMBER_DIGITS		DY_MAX_NUMBER_DIGITS
#define DY_NUMBER_MIN_EXPONENT	DY_MIN_NUMBER_EXPONENT	/* of the first digit */
#define DY_NUMBER_MAX_EXPONENT	DY_MAX_NUMBER_EXPONENT
#define DY_NUMBER_MAX_BYTES		24	/* of the order-preserving encoding */
#define DY_NUMBER_MAX_TEXT		176 /* of dy_number_format, with the NUL */

/*
 * A number in registers: 0.d1d2d3... is never used; the value is
 * d1.d2d3... * 10^exponent.  digits has no leading and no trailing zeros;
 * ndigits = 0 is zero (never negative).
 */
typedef struct DyNumber
{
	bool		negative;
	uint8		ndigits;
	int16		exponent;
	uint8		digits[DY_NUMBER_DIGITS];	/* 0..9 each */
} DyNumber;

typedef enum DyNumberError
{
	DY_NUMBER_OK,
	DY_NUMBER_SYNTAX,			/* not a number at all */
	DY_NUMBER_PRECISION,		/* more than 38 significant digits */
	DY_NUMBER_OVERFLOW,			/* magnitude above 9.99...E+125 */
	DY_NUMBER_UNDERFLOW			/* magnitude below 1E-130, not zero */
} DyNumberError;

extern DyNumberError dy_number_parse(const char *string, uint32 len, DyNumber *result);

/* DynamoDB's normal form, with a NUL; returns the length. */
extern uint32 dy_number_format(const DyNumber *number, char *string);

/*
 * Bytes whose memcmp order is numeric order, one-to-one; returns how many.
 * Decoding returns false for what is no such encoding.
 */
extern uint32 dy_number_encode(const DyNumber *number, uint8 *bytes);
extern bool dy_number_decode(const uint8 *bytes, uint32 len, DyNumber *result);

/*
 * The normal form straight from the bytes, without a NUL.  *measured gets
 * what dy_number_measure() tells.  Returns the length; 0 for what is no
 * such encoding.
 */
extern uint32 dy_number_write(const uint8 *bytes, uint32 len, char *string, DyNumber *measured);

/* All but the digits: sign, exponent and how many digits there are. */
extern bool dy_number_measure(const uint8 *bytes, uint32 len, DyNumber *result);

extern int	dy_number_compare(const DyNumber *a, const DyNumber *b);
extern DyNumberError dy_number_add(const DyNumber *a, const DyNumber *b, DyNumber *sum);
extern DyNumberError dy_number_subtract(const DyNumber *a, const DyNumber *b, DyNumber *difference);
extern void dy_number_from_int64(int64 value, DyNumber *result);

/* False if it has a fraction or does not fit. */
extern bool dy_number_to_int64(const DyNumber *number, int64 *result);

#endif							/* DY_ITEM_NUMBER_H */
