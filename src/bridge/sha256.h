/*-------------------------------------------------------------------------
 *
 * sha256.h
 *	  SHA-256 of texts whose beginnings come again.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_SHA256_H
#define DY_BRIDGE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define DY_SHA256_BYTES 32
#define DY_SHA256_BLOCK_BYTES 64

/* The hash of a text so far, which is whole blocks; may be copied and kept. */
typedef struct DySha256
{
	uint32_t	h[8];
	uint64_t	bytes;
} DySha256;

extern void dy_sha256_start(DySha256 *hash);
extern void dy_sha256_blocks(DySha256 *hash, const void *blocks, size_t len);
extern void dy_sha256_end(const DySha256 *hash, const void *rest, size_t len, uint8_t *digest);

#endif							/* DY_BRIDGE_SHA256_H */
