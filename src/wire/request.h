/*-------------------------------------------------------------------------
 *
 * request.h
 *	  A request, read and validated.
 *
 * dy_request_read() turns the text into a tree of DyNode along a shape, in
 * one pass; attribute values and items become encoded bytes at once, never
 * a tree.  Members the shape does not know are skipped, null members are
 * absent, as the service does.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_WIRE_REQUEST_H
#define DY_WIRE_REQUEST_H

#include "item/text.h"
#include "wire/shape.h"

typedef struct DyNode DyNode;

struct DyNode
{
	const DyShape *shape;
	bool		present;
	union
	{
		DyBytes		text;		/* STRING, BLOB */
		int64		integer;	/* INTEGER, LONG */
		double		number;		/* DOUBLE, TIMESTAMP */
		bool		boolean;
		struct
		{
			int			count;	/* STRUCTURE: always shape->nmembers */
			DyNode	   *nodes;
			DyBytes    *names;	/* MAP only */
		}			list;		/* STRUCTURE, LIST, MAP (request order; of
								 * equal keys the last) */
		struct
		{
			DyValue		value;
			DyValueFault fault;
		}			value;		/* VALUE, ITEM */
	}			u;
};

/* Read text along shape; raises SerializationException.  No constraint is checked. */
extern DyNode *dy_request_read(const char *text, uint32 len, const DyShape *shape);

/*
 * A request that differs from one before in nothing but attribute values:
 * what was found out about that one holds for this one, too.
 */
typedef struct DyKnownRequest
{
	DyNode	   *request;		/* what dy_request_read() has returned */
	bool		valid;			/* dy_request_validate() had nothing to say */
	bool		decided;		/* the operation has decided about kept */
	void	   *kept;			/* the operation's, or NULL; see
								 * dy_request_keep() */
} DyKnownRequest;

/* NULL: there was no such request.  Valid as long as the operation runs. */
extern DyKnownRequest *dy_request_known(const DyNode *request);

/*
 * Keep what an operation has made of a known request for the next one like
 * it.  kept and all it points to lie in context, or in the request's nodes;
 * context becomes the known request's.  Attribute values are those of the
 * request that is being read: whatever was made of them must be made again.
 */
extern void dy_request_keep(DyKnownRequest *known, void *kept, MemoryContext context);

/* Check all constraints; raises one ValidationException that lists what is broken. */
extern void dy_request_validate(const DyNode *request);

/* Element i of a structure, list or map; use the member enums. */
static inline const DyNode *
dy_member(const DyNode *node, int i)
{
	return &node->u.list.nodes[i];
}

#define dy_present(node, i)	(dy_member(node, i)->present)

extern DyBytes dy_node_text(const DyNode *node);	/* empty if absent */
extern const char *dy_node_cstring(const DyNode *node); /* palloc'd; NULL if
														 * absent */
extern int64 dy_node_integer(const DyNode *node, int64 if_absent);
extern bool dy_node_boolean(const DyNode *node, bool if_absent);
extern bool dy_node_is(const DyNode *node, const char *text);	/* a STRING that equals
																 * text */

/* The encoded value or item; raises the fault it carries, if any.  Absent: DY_NO_VALUE. */
extern DyValue dy_node_value(const DyNode *node);

/*
 * The resource a table_arn member names: the table name inside an ARN, or
 * the text itself.  Raises as the service does for an ARN of another
 * account, region or resource type.
 */
extern DyBytes dy_node_table_name(const DyNode *node);

/* The same for a text, such as the key of a map by table. */
extern DyBytes dy_table_name_of_resource(DyBytes resource);

/*
 * Does text have the form of a table's ARN?  Its parts, if so; they point
 * into text.
 */
typedef struct DyTableArn
{
	DyBytes		region;
	DyBytes		account;
	DyBytes		name;
} DyTableArn;

extern bool dy_table_arn_parse(DyBytes text, DyTableArn *arn);

/* Who asks for what; set by execute(), read where an error text names them. */
typedef struct DyCaller
{
	const char *operation;		/* "GetItem"; NULL outside of an operation */
	const char *principal;		/* ARN of the user; NULL: the account itself */
	bool		nested;			/* another operation is running, which asks */
} DyCaller;

extern DyCaller dy_caller;

/* AccessDeniedException for the caller's operation on a resource. */
extern void dy_access_denied(DyBytes resource) pg_attribute_noreturn();

#endif							/* DY_WIRE_REQUEST_H */
