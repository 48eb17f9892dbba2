/*-------------------------------------------------------------------------
 *
 * jsonb.h
 *	  Values as plain jsonb documents and back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ITEM_JSONB_H
#define DY_ITEM_JSONB_H

#include "utils/jsonb.h"

#include "item/value.h"

extern Jsonb *dy_value_to_jsonb(DyValue value);
extern DyItem *dy_item_from_jsonb(Jsonb *document);

#endif							/* DY_ITEM_JSONB_H */
