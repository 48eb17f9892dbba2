/*-------------------------------------------------------------------------
 *
 * keyset.h
 *	  The access keys this process knows.
 *
 * A key set never changes once it is published; a newer one replaces it.
 * Every thread holds a reference to the one it reads (dy_keyset_current),
 * and asks for the current one before each request, so that a key that was
 * revoked is refused from the next request on.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_KEYSET_H
#define DY_BRIDGE_KEYSET_H

#include "bridge/buf.h"

/* A principal's name in bytes; longer ones are not loaded. */
#define DY_MAX_PRINCIPAL_BYTES 255

typedef struct DyAccessKey
{
	char	   *id;
	char	   *secret;
	char	   *principal;
} DyAccessKey;

typedef struct DyKeySet DyKeySet;

extern DyKeySet *dy_keyset_create(int capacity);
extern void dy_keyset_add(DyKeySet *set, const char *id, const char *secret,
						  const char *principal);
extern void dy_keyset_publish(DyKeySet *set);
extern DyKeySet *dy_keyset_current(DyKeySet *held);
extern void dy_keyset_release(DyKeySet *set);
extern uint64_t dy_keyset_generation(const DyKeySet *set);
extern const DyAccessKey *dy_keyset_find(const DyKeySet *set, DySlice id);

#endif							/* DY_BRIDGE_KEYSET_H */
