/*-------------------------------------------------------------------------
 *
 * shape.h
 *	  What a request may look like: types and constraints, as data.
 *
 * The service checks a request in two steps before the operation sees it.
 * Reading: every member must have the JSON type of its shape, else
 * SerializationException.  Validation: every constraint that is broken, up
 * to ten, is listed in one ValidationException ("2 validation errors
 * detected: Value ... at 'tableName' failed to satisfy constraint: ...").
 * Both are driven by the shapes here, which each operation declares beside
 * its code.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_WIRE_SHAPE_H
#define DY_WIRE_SHAPE_H

#include "postgres.h"

typedef enum DyShapeKind
{
	DY_SHAPE_STRUCTURE,
	DY_SHAPE_LIST,
	DY_SHAPE_MAP,				/* string to element */
	DY_SHAPE_STRING,
	DY_SHAPE_INTEGER,			/* 32 bits */
	DY_SHAPE_LONG,				/* 64 bits */
	DY_SHAPE_DOUBLE,
	DY_SHAPE_BOOLEAN,
	DY_SHAPE_TIMESTAMP,			/* epoch seconds, may have a fraction */
	DY_SHAPE_BLOB,				/* base64 text, decoded */
	DY_SHAPE_VALUE,				/* an AttributeValue, as encoded bytes */
	DY_SHAPE_ITEM				/* a map of name to AttributeValue, as encoded
								 * bytes */
} DyShapeKind;

/*
 * A member that names a table is checked before all others, and alone.
 */
typedef enum DyTableNaming
{
	DY_NAMES_NO_TABLE,
	DY_NAMES_TABLE,				/* name or ARN; missing: listed with the other
								 * constraints */
	DY_NAMES_REQUIRED_TABLE,	/* name or ARN; missing has a text of its own
								 * (control plane) */
	DY_NAMES_NEW_TABLE			/* name only; missing as above */
} DyTableNaming;

typedef struct DyShape DyShape;

/*
 * The latest requests of one shape that were met; all zero at first (known.c).
 */
#define DY_MAX_KNOWN_REQUESTS	16

typedef struct DyKnownRequests
{
	int			n;
	struct DyKnownRequest *requests[DY_MAX_KNOWN_REQUESTS]; /* last used first */
	uint32		debt;			/* learned and never met again */
	uint32		skipped;		/* not learned, because of the debt */
} DyKnownRequests;

typedef struct DyMember
{
	const char *name;			/* as in the request: "TableName" */
	uint32		name_len;
	const DyShape *shape;
	bool		required;
} DyMember;

struct DyShape
{
	DyShapeKind kind;
	const DyMember *members;	/* STRUCTURE: nmembers of them */
	int			nmembers;
	const DyShape *element;		/* LIST, MAP: of each element */
	const DyShape *key;			/* MAP: constraints of the keys, or NULL */
	int64		min;			/* length, count or value; DY_NO_BOUND for
								 * none */
	int64		max;
	const char *pattern;		/* STRING: as error texts print it, or NULL */
	bool		(*matches) (const char *text, uint32 len);	/* does the text satisfy
															 * pattern? */
	const char *const *values;	/* STRING: enum values in the order error
								 * texts print them, NULL-terminated; or NULL */
	const char *name;			/* STRUCTURE: as error texts call it
								 * ("KeySchemaElement"); may be NULL for a
								 * whole request */
	DyTableNaming table;		/* STRING: names a table */
	DyKnownRequests *known;		/* STRUCTURE that is a request: those met
								 * before; NULL: nobody keeps them */
};

#define DY_NO_BOUND		(-1)

/*
 * Declares a structure shape from a list macro, with an enum of member
 * indexes for constant-time access:
 *
 *	  #define GET_ITEM_MEMBERS(M) \
 *		  M(GET_ITEM, TableName, dy_shape_table_arn, true) \
 *		  M(GET_ITEM, Key, dy_shape_item, true)
 *	  DY_STRUCTURE(GET_ITEM, get_item_input, GET_ITEM_MEMBERS)
 *
 * then  dy_member(request, GET_ITEM_TableName).
 */
#define DY_MEMBER_ENUM(prefix, name, shape, required)	prefix##_##name,
#define DY_MEMBER_ENTRY(prefix, name, shape, required)	{#name, sizeof(#name) - 1, &shape, required},
#define DY_STRUCTURE(prefix, variable, LIST) \
	enum { LIST(DY_MEMBER_ENUM) prefix##_MEMBERS }; \
	static const DyMember variable##_members[] = { LIST(DY_MEMBER_ENTRY) }; \
	static const DyShape variable = { .kind = DY_SHAPE_STRUCTURE, \
		.members = variable##_members, .nmembers = prefix##_MEMBERS, \
		.min = DY_NO_BOUND, .max = DY_NO_BOUND };

/* The same for a request that comes again and again with other values. */
#define DY_STRUCTURE_KNOWN(prefix, variable, LIST) \
	enum { LIST(DY_MEMBER_ENUM) prefix##_MEMBERS }; \
	static const DyMember variable##_members[] = { LIST(DY_MEMBER_ENTRY) }; \
	static DyKnownRequests variable##_known; \
	static const DyShape variable = { .kind = DY_SHAPE_STRUCTURE, \
		.members = variable##_members, .nmembers = prefix##_MEMBERS, \
		.min = DY_NO_BOUND, .max = DY_NO_BOUND, .known = &variable##_known };

/* The same for a structure inside a request: class_name is its name in the API's model. */
#define DY_STRUCTURE_NAMED(prefix, variable, class_name, LIST) \
	enum { LIST(DY_MEMBER_ENUM) prefix##_MEMBERS }; \
	static const DyMember variable##_members[] = { LIST(DY_MEMBER_ENTRY) }; \
	static const DyShape variable = { .kind = DY_SHAPE_STRUCTURE, \
		.members = variable##_members, .nmembers = prefix##_MEMBERS, \
		.min = DY_NO_BOUND, .max = DY_NO_BOUND, .name = class_name };

/* Initialisers of the other kinds:  static const DyShape keys = DY_LIST_OF(dy_shape_item, 1, 100); */
#define DY_LIST_OF(element_shape, at_least, at_most) \
	{.kind = DY_SHAPE_LIST, .element = &element_shape, .min = at_least, .max = at_most}
#define DY_MAP_OF(element_shape, at_least, at_most) \
	{.kind = DY_SHAPE_MAP, .element = &element_shape, .min = at_least, .max = at_most}
#define DY_STRING(at_least, at_most) \
	{.kind = DY_SHAPE_STRING, .min = at_least, .max = at_most}
#define DY_ENUM(value_array) \
	{.kind = DY_SHAPE_STRING, .values = value_array, .min = DY_NO_BOUND, .max = DY_NO_BOUND}
#define DY_INTEGER(at_least, at_most) \
	{.kind = DY_SHAPE_INTEGER, .min = at_least, .max = at_most}
#define DY_LONG(at_least, at_most) \
	{.kind = DY_SHAPE_LONG, .min = at_least, .max = at_most}

/* Shapes that many operations share (shapes.c). */
extern const DyShape dy_shape_string;	/* no constraint */
extern const DyShape dy_shape_boolean;
extern const DyShape dy_shape_integer;
extern const DyShape dy_shape_long;
extern const DyShape dy_shape_positive_integer; /* at least 1 */
extern const DyShape dy_shape_value;
extern const DyShape dy_shape_item;
extern const DyShape dy_shape_table_name;	/* 3..255, [a-zA-Z0-9_.-]+ :
											 * CreateTable, restores */
extern const DyShape dy_shape_table_arn;	/* name or ARN, in the data plane */
extern const DyShape dy_shape_required_table_arn;	/* name or ARN, in the
													 * control plane */
extern const DyShape dy_shape_index_name;
extern const DyShape dy_shape_attribute_names;	/* AttributesToGet */
extern const DyShape dy_shape_expression_names; /* ExpressionAttributeNames:
												 * map of string */
extern const DyShape dy_shape_expression_values;	/* ExpressionAttributeValues:
													 * map of value, each with
													 * its own fault */
extern const DyShape dy_shape_return_consumed_capacity;
extern const DyShape dy_shape_return_item_collection_metrics;
extern const DyShape dy_shape_return_values;
extern const DyShape dy_shape_return_on_failure;	/* ReturnValuesOnConditionCheckFailure */
extern const DyShape dy_shape_conditional_operator;
extern const DyShape dy_shape_expected; /* Expected: map of
										 * ExpectedAttributeValue */
extern const DyShape dy_shape_attribute_updates;	/* AttributeUpdates */
extern const DyShape dy_shape_conditions;	/* KeyConditions, QueryFilter,
											 * ScanFilter */
extern const DyShape dy_shape_select;

/* Member indexes of the shared structures. */
enum
{
	DY_EXPECTED_Value, DY_EXPECTED_Exists, DY_EXPECTED_ComparisonOperator, DY_EXPECTED_AttributeValueList
};
enum
{
	DY_CONDITION_AttributeValueList, DY_CONDITION_ComparisonOperator
};
enum
{
	DY_ATTRIBUTE_UPDATE_Value, DY_ATTRIBUTE_UPDATE_Action
};

#endif							/* DY_WIRE_SHAPE_H */
