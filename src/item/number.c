/*-------------------------------------------------------------------------
 *
 * number.c
 *	  DynamoDB numbers: text, order-preserving bytes, exact sums.
 *
 * A number has at most 38 significant digits and a magnitude of zero or
 * 1E-130 to 9.99...E+125.  It is exact: nothing is ever rounded.  What does
 * not fit is an error, not an approximation.
 *
 * Bytes.  The encoding is what a stored item holds and what an index
 * compares, so memcmp() order is numeric order, and one number has exactly
 * one encoding.  With e the decimal exponent of the first digit:
 *
 *	  zero       80
 *	  positive   HEAD DIGITS
 *	  negative   every byte of the positive encoding complemented, then FF
 *
 *	  HEAD       81 (e + 130)        e below -20
 *	             96 + e              e from -20 to 103, so 82 to FD
 *	             FE (e + 130)        e above 103
 *	  DIGITS     two digits a byte, from the first digit on, 1 + 10 * d1 +
 *	             d2, so 01 to 64 (hex); an odd count is padded with a zero;
 *	             trailing bytes of two zeros are left out
 *
 * A prefix sorts before what it is a prefix of, which is right for positive
 * numbers (1 before 1.5).  For negative ones it must be the other way round,
 * hence the closing FF, which is above every complemented digit byte.
 *
 *	  5          96 33               (e = 0, digits 50)
 *	  12.5       97 0D 33            (e = 1, digits 12 50)
 *	  -12.5      68 F2 CC FF
 *	  1E-130     81 00 0B
 *
 * The longest encoding is 2 + 19 + 1 = 22 bytes.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "item/number.h"

#define ZERO_BYTE			0x80
#define LOW_HEAD			0x81
#define HIGH_HEAD			0xFE
#define SHORT_HEAD_BIAS		0x96	/* head byte of exponent 0 */
#define SHORT_MIN_EXPONENT	(-20)
#define SHORT_MAX_EXPONENT	103
#define EXPONENT_BIAS		130
#define NEGATIVE_END		0xFF

/* No exponent text beyond a 32-bit integer is a number. */
#define MAX_EXPONENT_TEXT	PG_INT32_MAX

static inline bool read_head(const uint8 *bytes, uint32 len, DyNumber *result,
							 const uint8 **digits, const uint8 **end);
static DyNumberError finish_number(DyNumber *number, int64 exponent, bool excess);
static DyNumberError add_signed(const DyNumber *a, const DyNumber *b,
								bool b_negative, DyNumber *result);
static int	compare_magnitude(const DyNumber *a, const DyNumber *b);

/*
 * Read the text of a number: [+-] digits [. digits] [e [+-] digits], where
 * the digits may be missing on one side of the point.  No white space.
 *
 * Any count of leading zeros, and of trailing zeros, is accepted; only
 * significant digits count against 38.  When several limits are exceeded,
 * magnitude is reported before precision, as the service does.  On any
 * error *result is undefined.
 */
DyNumberError
dy_number_parse(const char *string, uint32 len, DyNumber *result)
{
	const char *p = string;
	const char *end = string + len;
	bool		any_digit = false;
	bool		excess = false;
	int			n = 0;			/* significant digits stored */
	int64		before_point = 0;	/* significant digits before the point */
	int64		leading_zeros = 0;	/* after the point, before the first digit */
	int64		exponent = 0;

	result->negative = false;
	if (p < end && (*p == '-' || *p == '+'))
		result->negative = (*p++ == '-');

	for (; p < end && *p >= '0' && *p <= '9'; p++)
	{
		any_digit = true;
		if (n == 0 && *p == '0')
			continue;
		before_point++;
		if (n < DY_NUMBER_DIGITS)
			result->digits[n++] = *p - '0';
		else if (*p != '0')
			excess = true;
	}
	if (p < end && *p == '.')
	{
		for (p++; p < end && *p >= '0' && *p <= '9'; p++)
		{
			any_digit = true;
			if (n == 0 && *p == '0')
			{
				leading_zeros++;
				continue;
			}
			if (n < DY_NUMBER_DIGITS)
				result->digits[n++] = *p - '0';
			else if (*p != '0')
				excess = true;
		}
	}
	if (!any_digit)
		return DY_NUMBER_SYNTAX;

	if (p < end && (*p == 'e' || *p == 'E'))
	{
		bool		negative = false;
		const char *first;

		p++;
		if (p < end && (*p == '-' || *p == '+'))
			negative = (*p++ == '-');
		for (first = p; p < end && *p >= '0' && *p <= '9'; p++)
		{
			exponent = exponent * 10 + (*p - '0');
			if (exponent > MAX_EXPONENT_TEXT)
				return DY_NUMBER_SYNTAX;
		}
		if (p == first)
			return DY_NUMBER_SYNTAX;
		if (negative)
			exponent = -exponent;
	}
	if (p != end)
		return DY_NUMBER_SYNTAX;

	result->ndigits = n;
	if (before_point > 0)
		exponent += before_point - 1;
	else
		exponent -= leading_zeros + 1;
	return finish_number(result, exponent, excess);
}

/*
 * Write the number as DynamoDB shows it: plain decimal, never an exponent,
 * no needless zero, one zero before a point.  string has DY_NUMBER_MAX_TEXT
 * bytes; it is NUL-terminated and its length is returned.
 */
uint32
dy_number_format(const DyNumber *number, char *string)
{
	char	   *p = string;
	int			whole = number->exponent + 1;	/* digits before the point */
	int			i;

	if (number->ndigits == 0)
	{
		strcpy(string, "0");
		return 1;
	}
	if (number->negative)
		*p++ = '-';
	if (whole <= 0)
	{
		*p++ = '0';
		*p++ = '.';
		memset(p, '0', -whole);
		p += -whole;
		for (i = 0; i < number->ndigits; i++)
			*p++ = '0' + number->digits[i];
	}
	else
	{
		for (i = 0; i < number->ndigits; i++)
		{
			if (i == whole)
				*p++ = '.';
			*p++ = '0' + number->digits[i];
		}
		if (whole > number->ndigits)
		{
			memset(p, '0', whole - number->ndigits);
			p += whole - number->ndigits;
		}
	}
	*p = '\0';
	return p - string;
}

/*
 * Write the order-preserving bytes of a number; see the head of the file.
 * bytes has room for DY_NUMBER_MAX_BYTES; returns how many were used.
 */
uint32
dy_number_encode(const DyNumber *number, uint8 *bytes)
{
	uint8	   *p = bytes;
	int			i;

	if (number->ndigits == 0)
	{
		*p = ZERO_BYTE;
		return 1;
	}

	if (number->exponent < SHORT_MIN_EXPONENT)
	{
		*p++ = LOW_HEAD;
		*p++ = number->exponent + EXPONENT_BIAS;
	}
	else if (number->exponent > SHORT_MAX_EXPONENT)
	{
		*p++ = HIGH_HEAD;
		*p++ = number->exponent + EXPONENT_BIAS;
	}
	else
		*p++ = SHORT_HEAD_BIAS + number->exponent;

	for (i = 0; i + 1 < number->ndigits; i += 2)
		*p++ = 1 + 10 * number->digits[i] + number->digits[i + 1];
	if (i < number->ndigits)
		*p++ = 1 + 10 * number->digits[i];

	if (number->negative)
	{
		for (uint8 *q = bytes; q < p; q++)
			*q = ~*q;
		*p++ = NEGATIVE_END;
	}
	return p - bytes;
}

/*
 * Read the bytes of a number.  Returns false unless they are exactly what
 * dy_number_encode() writes, so they may come from anywhere.
 */
bool
dy_number_decode(const uint8 *bytes, uint32 len, DyNumber *result)
{
	const uint8 *p;
	const uint8 *end;
	uint8		mask;
	int			n = 0;

	if (!read_head(bytes, len, result, &p, &end))
		return false;
	mask = result->negative ? 0xFF : 0;
	while (p < end)
	{
		int			pair = (int) (*p++ ^ mask) - 1;

		if (pair < 0 || pair > 99)
			return false;
		result->digits[n++] = pair / 10;
		result->digits[n++] = pair % 10;
	}
	if (n == 0)
		return true;			/* zero */
	if (result->digits[0] == 0)
		return false;
	if (result->digits[n - 1] == 0)
	{
		n--;
		if (result->digits[n - 1] == 0)
			return false;
	}
	result->ndigits = n;
	return true;
}

/*
 * The contract is in number.h.
 *
 * Digits are moved in pairs, as they lie in the bytes.
 */
uint32
dy_number_write(const uint8 *bytes, uint32 len, char *string, DyNumber *measured)
{
	const uint8 *p;
	const uint8 *end;
	uint8		mask;
	char		digits[DY_NUMBER_DIGITS];
	int			n = 0;
	int			whole;			/* digits before the point */
	char	   *to = string;

	if (!read_head(bytes, len, measured, &p, &end))
		return 0;
	mask = measured->negative ? 0xFF : 0;
	for (; p < end; p++, n += 2)
	{
		int			pair = (int) (*p ^ mask) - 1;

		if (pair < 0 || pair > 99)
			return 0;
		digits[n] = '0' + pair / 10;
		digits[n + 1] = '0' + pair % 10;
	}
	if (n == 0)
	{
		*to = '0';
		return 1;
	}
	if (digits[n - 1] == '0')
		n--;
	if (digits[0] == '0' || digits[n - 1] == '0')
		return 0;
	measured->ndigits = n;

	whole = measured->exponent + 1;
	if (measured->negative)
		*to++ = '-';
	if (whole <= 0)
	{
		*to++ = '0';
		*to++ = '.';
		memset(to, '0', -whole);
		to += -whole;
		whole = 0;
	}
	else if (whole < n)
	{
		memcpy(to, digits, whole);
		to += whole;
		*to++ = '.';
	}
	else
	{
		memcpy(to, digits, n);
		memset(to + n, '0', whole - n);
		return to + whole - string;
	}
	memcpy(to, digits + whole, n - whole);
	return to + n - whole - string;
}

/*
 * dy_number_decode() without the digits, which are left unset; of them only
 * the last byte is looked at, to know how many there are.
 */
bool
dy_number_measure(const uint8 *bytes, uint32 len, DyNumber *result)
{
	const uint8 *p;
	const uint8 *end;
	uint8		last;

	if (!read_head(bytes, len, result, &p, &end))
		return false;
	if (p == end)
		return true;			/* zero */
	last = (end[-1] ^ (result->negative ? 0xFF : 0)) - 1;
	result->ndigits = 2 * (end - p) - (last % 10 == 0 ? 1 : 0);
	return last <= 99;
}

/*
 * Sign and exponent, and where the bytes of the digits are: none for zero,
 * else at least one and not too many.
 */
static inline bool
read_head(const uint8 *bytes, uint32 len, DyNumber *result,
		  const uint8 **digits, const uint8 **end)
{
	const uint8 *p = bytes;
	uint8		mask = 0;
	uint8		head;

	if (len == 0 || len > DY_NUMBER_MAX_BYTES)
		return false;
	result->negative = false;
	result->ndigits = 0;
	result->exponent = 0;
	*digits = *end = bytes + len;
	if (bytes[0] == ZERO_BYTE)
		return len == 1;

	if (bytes[0] < ZERO_BYTE)
	{
		result->negative = true;
		mask = 0xFF;
		if (*--*end != NEGATIVE_END)
			return false;
	}
	if (p == *end)
		return false;

	head = *p++ ^ mask;
	if (head == LOW_HEAD || head == HIGH_HEAD)
	{
		int			exponent;

		if (p == *end)
			return false;
		exponent = (int) (*p++ ^ mask) - EXPONENT_BIAS;
		if (head == LOW_HEAD ? exponent >= SHORT_MIN_EXPONENT :
			exponent <= SHORT_MAX_EXPONENT)
			return false;
		result->exponent = exponent;
	}
	else if (head > LOW_HEAD && head < HIGH_HEAD)
		result->exponent = (int) head - SHORT_HEAD_BIAS;
	else
		return false;

	*digits = p;
	return *end - p >= 1 && *end - p <= DY_NUMBER_DIGITS / 2;
}

/*
 * Order of two numbers: negative, zero or positive, as memcmp() would say
 * of their bytes.
 */
int
dy_number_compare(const DyNumber *a, const DyNumber *b)
{
	int			result;

	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	result = compare_magnitude(a, b);
	return a->negative ? -result : result;
}

/*
 * a + b, exact.  The sum may be beyond what a number can hold: then the
 * error says in which way, and *sum is undefined.  sum may be a or b.
 */
DyNumberError
dy_number_add(const DyNumber *a, const DyNumber *b, DyNumber *sum)
{
	return add_signed(a, b, b->negative, sum);
}

/* a - b; like dy_number_add(). */
DyNumberError
dy_number_subtract(const DyNumber *a, const DyNumber *b, DyNumber *difference)
{
	return add_signed(a, b, !b->negative, difference);
}

/* Every int64 is a number. */
void
dy_number_from_int64(int64 value, DyNumber *result)
{
	uint64		rest = value < 0 ? -(uint64) value : (uint64) value;
	uint8		reversed[20];
	int			n = 0;
	int			zeros = 0;

	result->negative = value < 0;
	result->ndigits = 0;
	result->exponent = 0;
	if (rest == 0)
		return;
	while (rest > 0)
	{
		reversed[n++] = rest % 10;
		rest /= 10;
	}
	while (reversed[zeros] == 0)
		zeros++;
	result->exponent = n - 1;
	result->ndigits = n - zeros;
	for (int i = 0; i < n - zeros; i++)
		result->digits[i] = reversed[n - 1 - i];
}

/*
 * The number as int64; false if it has a fraction or does not fit.
 */
bool
dy_number_to_int64(const DyNumber *number, int64 *result)
{
	uint64		value = 0;

	if (number->ndigits == 0)
	{
		*result = 0;
		return true;
	}
	if (number->exponent > 18 || number->ndigits > number->exponent + 1)
		return false;
	/* at most 19 digits, so this cannot overflow 64 bits */
	for (int i = 0; i <= number->exponent; i++)
		value = value * 10 + (i < number->ndigits ? number->digits[i] : 0);
	if (value > (uint64) PG_INT64_MAX + (number->negative ? 1 : 0))
		return false;
	*result = number->negative ? (int64) -value : (int64) value;
	return true;
}

/*
 * Bring digits into normal form and check the limits.  digits holds ndigits
 * digits without leading zeros; excess says that more were nonzero.
 */
static DyNumberError
finish_number(DyNumber *number, int64 exponent, bool excess)
{
	int			n = number->ndigits;

	if (!excess)
	{
		while (n > 0 && number->digits[n - 1] == 0)
			n--;
	}
	number->ndigits = n;
	if (n == 0)
	{
		number->negative = false;
		number->exponent = 0;
		return DY_NUMBER_OK;
	}
	if (exponent > DY_NUMBER_MAX_EXPONENT)
		return DY_NUMBER_OVERFLOW;
	if (exponent < DY_NUMBER_MIN_EXPONENT)
		return DY_NUMBER_UNDERFLOW;
	if (excess)
		return DY_NUMBER_PRECISION;
	number->exponent = exponent;
	return DY_NUMBER_OK;
}

static int
compare_magnitude(const DyNumber *a, const DyNumber *b)
{
	int			n = Min(a->ndigits, b->ndigits);
	int			result;

	if (a->ndigits == 0 || b->ndigits == 0)
		return (a->ndigits > 0) - (b->ndigits > 0);
	if (a->exponent != b->exponent)
		return a->exponent < b->exponent ? -1 : 1;
	result = memcmp(a->digits, b->digits, n);
	if (result != 0)
		return result < 0 ? -1 : 1;
	return (a->ndigits > b->ndigits) - (a->ndigits < b->ndigits);
}

/*
 * a plus b, where the sign of b is given apart.
 *
 * The digits of both are laid into one row that is wide enough for any two
 * numbers, the lower magnitude is added to or taken from the higher, and
 * the row is cut down to digits again.
 */
static DyNumberError
add_signed(const DyNumber *a, const DyNumber *b, bool b_negative, DyNumber *result)
{
	/* one for the carry, then the widest gap of exponents, then digits */
	int8		row[1 + DY_NUMBER_MAX_EXPONENT - DY_NUMBER_MIN_EXPONENT + DY_NUMBER_DIGITS];
	bool		a_negative = a->negative;
	int			top;
	int			width;
	int			first;
	int			used;
	bool		excess;

	if (b->ndigits == 0)
	{
		*result = *a;
		return DY_NUMBER_OK;
	}
	if (a->ndigits == 0)
	{
		*result = *b;
		result->negative = b_negative;
		return DY_NUMBER_OK;
	}
	if (compare_magnitude(a, b) < 0)
	{
		const DyNumber *swap = a;
		bool		swap_negative = a_negative;

		a = b;
		a_negative = b_negative;
		b = swap;
		b_negative = swap_negative;
	}

	/* row[i] is the digit of 10^(top - i) */
	top = a->exponent + 1;
	width = Max(1 + a->ndigits, top - b->exponent + b->ndigits);
	memset(row, 0, width);
	for (int i = 0; i < a->ndigits; i++)
		row[1 + i] = a->digits[i];
	if (a_negative == b_negative)
	{
		for (int i = 0; i < b->ndigits; i++)
			row[top - b->exponent + i] += b->digits[i];
		for (int i = width - 1; i > 0; i--)
		{
			if (row[i] >= 10)
			{
				row[i] -= 10;
				row[i - 1]++;
			}
		}
	}
	else
	{
		for (int i = 0; i < b->ndigits; i++)
			row[top - b->exponent + i] -= b->digits[i];
		for (int i = width - 1; i > 0; i--)
		{
			if (row[i] < 0)
			{
				row[i] += 10;
				row[i - 1]--;
			}
		}
	}

	for (first = 0; first < width && row[first] == 0;)
		first++;
	while (width > first && row[width - 1] == 0)
		width--;
	used = width - first;
	excess = used > DY_NUMBER_DIGITS;
	result->negative = a_negative;
	result->ndigits = Min(used, DY_NUMBER_DIGITS);
	for (int i = 0; i < result->ndigits; i++)
		result->digits[i] = row[first + i];
	return finish_number(result, top - first, excess);
}
