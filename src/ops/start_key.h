/*-------------------------------------------------------------------------
 *
 * start_key.h
 *	  ExclusiveStartKey and LastEvaluatedKey.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_START_KEY_H
#define DY_OPS_START_KEY_H

#include "engine/engine.h"
#include "wire/request.h"
#include "wire/response.h"

/* The key attributes of what is read: of an index, or of the table. */
typedef struct DyReadKeys
{
	int			nhash;
	int			nrange;
	const DyKeyAttribute *hash;
	const DyKeyAttribute *range;
} DyReadKeys;

extern DyReadKeys dy_read_keys(const DyTable *table, const DyIndex *index);

/* Steps of reading an ExclusiveStartKey, in the order of the service. */
extern DyValue dy_start_key_value(const DyNode *node);
extern void dy_start_key_check_count(const DyTable *table, const DyIndex *index, DyValue map,
									 const char *message);
extern void dy_start_key_check_attribute(const DyKeyAttribute *attribute, bool hash, DyValue map);
extern void dy_start_key_check_table_key(const DyTable *table, DyValue map);
extern DyRangePosition *dy_start_key_position(const DyTable *table, const DyIndex *index, DyValue map);

/* The value of a LastEvaluatedKey member. */
extern void dy_last_key_write(DyResponse *r, const DyTable *table, const DyIndex *index, DyValue item);

#endif							/* DY_OPS_START_KEY_H */
