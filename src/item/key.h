/*-------------------------------------------------------------------------
 *
 * key.h
 *	  Order-preserving bytes for key values, and the partition key digest.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ITEM_KEY_H
#define DY_ITEM_KEY_H

#include "lib/stringinfo.h"
#include "item/value.h"

#define DY_DIGEST_BYTES			16

/*
 * Append the bytes of one key value (S, N or B) whose memcmp order is
 * DynamoDB's.  Plain form: the value ends where the bytes end.
 */
extern void dy_key_encode(StringInfo dest, DyValue value);

/*
 * Self-delimiting form, for all but the last of several values that are
 * laid one behind the other: memcmp order of the concatenation is the order
 * of the tuple, and no encoding is a prefix of another.
 */
extern void dy_key_encode_delimited(StringInfo dest, DyValue value);

/* SHA-256 over type and bytes of n partition key values, first 16 bytes. */
extern void dy_key_digest(const DyValue *values, int n, uint8 *digest);

/*
 * The smallest byte string greater than every string that starts with
 * prefix; false if there is none (all bytes 0xFF).  For begins_with.
 */
extern bool dy_key_prefix_end(StringInfo prefix);

#endif							/* DY_ITEM_KEY_H */
