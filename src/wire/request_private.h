/*-------------------------------------------------------------------------
 *
 * request_private.h
 *	  What reading a request and knowing it again share; private to this
 *	  folder.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_WIRE_REQUEST_PRIVATE_H
#define DY_WIRE_REQUEST_PRIVATE_H

#include "wire/request.h"

/* A request with more values is not worth knowing. */
#define DY_MAX_HOLES	32

/*
 * Where an attribute value or an item stands in the text of a request.
 */
typedef struct DyHole
{
	uint32		start;			/* its first character, a brace */
	uint32		end;			/* behind its last one */
	DyNode	   *node;			/* where it goes */
} DyHole;

/* All of them, in the order of the text. */
typedef struct DyHoles
{
	MemoryContext scratch;		/* for the values themselves */
	int			n;
	bool		useless;		/* there are too many, or a member or key
								 * comes twice */
	DyHole		holes[DY_MAX_HOLES];
} DyHoles;

typedef struct DyRequestReader
{
	DyJsonReader json;
	const char *end;			/* of the request text */
	DyBuilder  *values;			/* shared by small values; NULL until needed */
	DyHoles    *holes;			/* to be filled; NULL: nobody asks */
} DyRequestReader;

/* request.c */
extern void dy_request_reader_open(DyRequestReader *r, const char *text, uint32 len);
extern DyNode *dy_request_read_nodes(DyRequestReader *r, const DyShape *shape);
extern void dy_request_read_value(DyRequestReader *r, const DyShape *shape, DyNode *node);

/* known.c */
extern DyNode *dy_request_recall(const char *text, uint32 len, const DyShape *shape);
extern void dy_request_learn(const char *text, uint32 len, const DyShape *shape);

#endif							/* DY_WIRE_REQUEST_PRIVATE_H */
