/*-------------------------------------------------------------------------
 *
 * limits.h
 *	  Every quota of DynamoDB that is enforced, with its unit and source.
 *
 * The server and the bridge include this header, so it includes nothing.
 * The name of a constant ends in its unit; a KB of AWS is 1024 bytes.
 *
 * Sources:
 *	  [1] https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BASE_LIMITS_H
#define DY_BASE_LIMITS_H

/* An AWS account id, as in ARNs. */
#define DY_ACCOUNT_ID_DIGITS 12
#define DY_MAX_REGION_CHARS 64

#endif							/* DY_BASE_LIMITS_H */
