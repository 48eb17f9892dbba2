/*-------------------------------------------------------------------------
 *
 * keyset.c
 *	  The access keys this process knows; see keyset.h.
 *
 * Locking: the pointer to the current set and all reference counts are
 * changed under one mutex.  The generation is also an atomic of its own, so
 * that a thread whose set is current does not take the mutex.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <openssl/crypto.h>

#include "bridge/keyset.h"

struct DyKeySet
{
	uint64_t	generation;		/* 1, 2, ... in order of publishing */
	int			references;
	int			count;
	int			capacity;
	bool		sorted;
	DyAccessKey *keys;			/* by id once published */
};

static pthread_mutex_t current_mutex = PTHREAD_MUTEX_INITIALIZER;
static DyKeySet *current_set;
static _Atomic uint64_t current_generation;

static int	compare_keys(const void *a, const void *b);
static int	compare_id(DySlice id, const char *key_id);
static void drop_reference(DyKeySet *set);

/*
 * A new set, private to the caller until it is published.
 */
DyKeySet *
dy_keyset_create(int capacity)
{
	DyKeySet   *set = dy_buf_zalloc(sizeof(DyKeySet));

	set->capacity = capacity;
	set->keys = dy_buf_zalloc(sizeof(DyAccessKey) * (size_t) (capacity > 0 ? capacity : 1));
	return set;
}

/*
 * Add a key; copies the strings.
 */
void
dy_keyset_add(DyKeySet *set, const char *id, const char *secret,
			  const char *principal)
{
	DyAccessKey *key;

	assert(set->count < set->capacity && !set->sorted);
	if (strlen(principal) > DY_MAX_PRINCIPAL_BYTES)
		return;
	key = &set->keys[set->count++];
	key->id = strdup(id);
	key->secret = strdup(secret);
	key->principal = strdup(principal);
	if (key->id == NULL || key->secret == NULL || key->principal == NULL)
		abort();
}

/*
 * Make the set the current one.  The caller's pointer is consumed.
 */
void
dy_keyset_publish(DyKeySet *set)
{
	DyKeySet   *old;

	qsort(set->keys, (size_t) set->count, sizeof(DyAccessKey), compare_keys);
	set->sorted = true;
	set->references = 1;

	pthread_mutex_lock(&current_mutex);
	old = current_set;
	set->generation = atomic_load(&current_generation) + 1;
	current_set = set;
	atomic_store(&current_generation, set->generation);
	if (old != NULL)
		drop_reference(old);
	pthread_mutex_unlock(&current_mutex);
}

/*
 * The current set, or NULL as long as none was published.
 *
 * held is the set the caller got the last time, or NULL; its reference
 * passes to the result.
 */
DyKeySet *
dy_keyset_current(DyKeySet *held)
{
	if (held != NULL &&
		held->generation == atomic_load_explicit(&current_generation, memory_order_acquire))
		return held;
	pthread_mutex_lock(&current_mutex);
	if (held != NULL)
		drop_reference(held);
	if (current_set != NULL)
		current_set->references++;
	held = current_set;
	pthread_mutex_unlock(&current_mutex);
	return held;
}

/* Give a reference back. */
void
dy_keyset_release(DyKeySet *set)
{
	if (set == NULL)
		return;
	pthread_mutex_lock(&current_mutex);
	drop_reference(set);
	pthread_mutex_unlock(&current_mutex);
}

/* Tells sets apart: no two published ones have the same. */
uint64_t
dy_keyset_generation(const DyKeySet *set)
{
	return set->generation;
}

/* The key with that id, or NULL. */
const DyAccessKey *
dy_keyset_find(const DyKeySet *set, DySlice id)
{
	int			low = 0;
	int			high = set->count;

	assert(set->sorted);
	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		int			order = compare_id(id, set->keys[middle].id);

		if (order == 0)
			return &set->keys[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(((const DyAccessKey *) a)->id, ((const DyAccessKey *) b)->id);
}

static int
compare_id(DySlice id, const char *key_id)
{
	size_t		len = strlen(key_id);
	int			order = memcmp(id.data, key_id, id.len < len ? id.len : len);

	if (order != 0)
		return order;
	return id.len < len ? -1 : (id.len > len ? 1 : 0);
}

/* The mutex is held. */
static void
drop_reference(DyKeySet *set)
{
	if (--set->references > 0)
		return;
	for (int i = 0; i < set->count; i++)
	{
		OPENSSL_cleanse(set->keys[i].secret, strlen(set->keys[i].secret));
		free(set->keys[i].id);
		free(set->keys[i].secret);
		free(set->keys[i].principal);
	}
	free(set->keys);
	free(set);
}
