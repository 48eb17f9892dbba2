/*-------------------------------------------------------------------------
 *
 * sha256.h
 *	  SHA-256 of short texts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ITEM_SHA256_H
#define DY_ITEM_SHA256_H

#define DY_SHA256_BYTES			32
#define DY_SHA256_BLOCK_BYTES	64

typedef struct DySha256
{
	uint32		state[8];
	uint64		len;			/* bytes added so far */
	uint8		block[DY_SHA256_BLOCK_BYTES];	/* the last len % 64 of them */
} DySha256;

extern void dy_sha256_init(DySha256 *sha);
extern void dy_sha256_add(DySha256 *sha, const void *data, Size len);
extern void dy_sha256_finish(DySha256 *sha, uint8 *digest);

#endif							/* DY_ITEM_SHA256_H */
