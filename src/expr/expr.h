/*-------------------------------------------------------------------------
 *
 * expr.h
 *	  Conditions, updates, projections and key conditions, ready to run.
 *
 * However a client says it (expression text, the legacy request fields,
 * PartiQL), it becomes one of the four structures below, with placeholders
 * already replaced by names and values; nodes are declared in ast.h.  They live in
 * the memory context that was current, and point into the request.
 *
 * Expression text is parsed once per backend: expr_cache.c keeps syntax
 * trees by text, binding gives each request its own names and values.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_EXPR_EXPR_H
#define DY_EXPR_EXPR_H

#include "item/build.h"
#include "item/path.h"
#include "wire/request.h"

typedef struct DyCondition DyCondition; /* a boolean tree: condition or filter */
typedef struct DyUpdate DyUpdate;	/* SET, REMOVE, ADD, DELETE actions */
typedef struct DyProjection DyProjection;	/* paths to return */

/* ---- placeholders ---- */

/*
 * ExpressionAttributeNames and ExpressionAttributeValues of one request, and
 * which of them its expressions have used so far.
 */
typedef struct DyPlaceholders
{
	const DyNode *names;		/* MAP of STRING, may be absent */
	const DyNode *values;		/* ITEM or MAP of VALUE, may be absent */
	bool	   *name_used;
	bool	   *value_used;

	/* placeholders.c only: the same as arrays */
	int			nnames;
	int			nvalues;
	DyBytes    *value_keys;
	DyValue    *value_data;
} DyPlaceholders;

/*
 * Checks the placeholders themselves ("ExpressionAttributeNames contains
 * invalid key: Syntax error; key: ...", empty maps, values that carry a
 * fault: "ExpressionAttributeValues contains invalid value: ... for key :v").
 */
extern void dy_placeholders_init(DyPlaceholders *p, const DyNode *names, const DyNode *values);

/* Raises "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}". */
extern void dy_placeholders_check_used(const DyPlaceholders *p);

/* ---- expression text ---- */

/*
 * Parse, check and bind.  parameter is the request's name for the text
 * ("ConditionExpression", "FilterExpression", "KeyConditionExpression", ...),
 * which opens the error texts: "Invalid ConditionExpression: ...".
 */
extern DyCondition *dy_condition_parse(const char *parameter, DyBytes text, DyPlaceholders *p);
extern DyUpdate *dy_update_parse(DyBytes text, DyPlaceholders *p);
extern DyProjection *dy_projection_parse(DyBytes text, DyPlaceholders *p);

typedef enum DyKeyOperator
{
	DY_KEY_EQ,
	DY_KEY_LT,
	DY_KEY_LE,
	DY_KEY_GT,
	DY_KEY_GE,
	DY_KEY_BETWEEN,
	DY_KEY_BEGINS_WITH,
	DY_KEY_UNSUPPORTED			/* legacy KeyConditions only: NE, IN, ...
								 * Whoever knows the keys raises "Attempted
								 * conditional constraint is not an indexable
								 * operation" */
} DyKeyOperator;

typedef struct DyKeyTerm
{
	DyBytes		attribute;
	DyKeyOperator op;
	DyValue		values[2];		/* the second for BETWEEN */
} DyKeyTerm;

/* A conjunction of terms over distinct attributes.  Whether they are the keys of the index is the caller's check. */
typedef struct DyKeyCondition
{
	int			nterms;
	DyKeyTerm  *terms;
} DyKeyCondition;

extern DyKeyCondition *dy_key_condition_parse(DyBytes text, DyPlaceholders *p);
extern DyKeyCondition *dy_key_condition_make(const DyCondition *condition); /* of a bound condition */

/* ---- legacy request fields (legacy.c) ---- */

extern DyCondition *dy_legacy_expected(const DyNode *expected, const DyNode *conditional_operator);
extern DyUpdate *dy_legacy_attribute_updates(const DyNode *updates);
extern DyProjection *dy_legacy_attributes_to_get(const DyNode *names);
extern DyKeyCondition *dy_legacy_key_conditions(const DyNode *conditions);
extern DyCondition *dy_legacy_filter(const char *parameter, const DyNode *filter, const DyNode *conditional_operator);

/* ---- again with other values (places.c) ---- */

/* Where values stand in bound trees. */
typedef struct DyValuePlaces
{
	int			n;
	struct DyValuePlace *places;
} DyValuePlaces;

/* False: these trees cannot be used for other values. */
extern bool dy_value_places_find(DyValuePlaces *places, DyUpdate *update, DyCondition *condition,
								 const DyNode *values);

/* False: they cannot be used for these values. */
extern bool dy_value_places_fill(const DyValuePlaces *places);

/* ---- running ---- */

/* Does it hold for this item?  item may be absent (no row). NULL condition holds. */
extern bool dy_condition_holds(const DyCondition *condition, DyValue item);

/* Calls visit for each document path the condition or update or projection mentions. */
typedef void (*DyPathVisitor) (const DyPath *path, void *arg);
extern void dy_condition_paths(const DyCondition *condition, DyPathVisitor visit, void *arg);
extern void dy_update_paths(const DyUpdate *update, DyPathVisitor visit, void *arg);	/* paths that are
																						 * written */
extern void dy_projection_paths(const DyProjection *projection, DyPathVisitor visit, void *arg);

/*
 * Write the item that the update makes of old to out (one M value).  If old
 * is absent the update starts from key, the key attributes.  Raises the
 * service's errors for operands that are missing or of a wrong type.
 * All right-hand sides see the old item.
 *
 * True if the new item plainly differs from old; false says nothing.
 */
extern bool dy_update_apply(const DyUpdate *update, DyValue old, DyValue key, DyBuilder *out);

/*
 * False for an update that only takes away (REMOVE, DELETE): if there is no item,
 * the service makes none, whatever the paths, and returns no attributes.
 */
extern bool dy_update_creates(const DyUpdate *update);

/*
 * The attributes that the update touches, as they stand in item: what
 * UPDATED_OLD (of the old item) and UPDATED_NEW (of the new one) return.
 * Writes one M value; returns false and writes an empty map if nothing is there.
 */
extern bool dy_update_touched(const DyUpdate *update, DyValue item, DyBuilder *out);

/* What of item the projection names, one M value (nested paths keep their containers; list holes close up). */
extern void dy_projection_apply(const DyProjection *projection, DyValue item, DyBuilder *out);

#endif							/* DY_EXPR_EXPR_H */
