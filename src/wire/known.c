/*-------------------------------------------------------------------------
 *
 * known.c
 *	  Requests that differ from one before in nothing but attribute values.
 *
 * An application sends the same few requests again and again: table,
 * expressions and options are the same text, keys and values are not.  So
 * the text of a request is kept together with the nodes read from it, and the
 * places where attribute values and items stand are its holes:
 *
 *	  {"TableName":"T","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET x = :x",
 *						  --- hole (ITEM) --
 *	   "ExpressionAttributeValues":{":x":{"N":"1"}}}
 *									   - hole (VALUE)
 *
 * If the next text is the same byte by byte but for its holes, only these are
 * read, and put into the nodes that are there already.  What the text around
 * them means is decided by a reader that knows nothing of what is in a hole but
 * that it is one whole value; so it means the same.  What may be wrong with
 * it is known, too: nothing.  Values are read as they always are, in the order
 * of the text, and raise the same errors.
 *
 * The nodes belong to the known request and are overwritten by the next one
 * like it.  Therefore an operation that another one runs in its middle does
 * without (DyCaller.nested).  A known request is forgotten only when another
 * is learned, which is when a request is read; so it lives as long as the
 * operation that has it.
 *
 * Learning a text costs as much as reading it, and some memory.  Texts that
 * never come again (a name or a number in the expression itself) must
 * not be learned for ever: each one learned is a debt, paid when it is met
 * again; with too much debt only now and then one is learned.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "wire/request_private.h"

/* A longer text costs much more than looking at it. */
#define MAX_KNOWN_BYTES		4096

#define MAX_DEBT			DY_MAX_KNOWN_REQUESTS
#define LEARN_IN_DEBT		64	/* one text in so many */

/* A known request, and what belongs to it alone. */
typedef struct Known
{
	DyKnownRequest public;
	MemoryContext context;		/* of all of it */
	bool		met_again;
	const char *text;
	uint32		len;
	int			nholes;
	DyHole		holes[FLEXIBLE_ARRAY_MEMBER];
} Known;

/* Values of the request that is being read, from the first hole on. */
typedef struct Found
{
	int			n;
	struct
	{
		const char *start;
		const char *end;
		DyNode		node;		/* shape and value */
	}			values[DY_MAX_HOLES];
} Found;

static bool fits(DyRequestReader *r, const Known *known, Found *found);
static void forget_last(DyKnownRequests *requests);

/* That of the operation that runs, or NULL. */
static Known *current = NULL;

/*
 * The nodes of a request that was like this one, with the values of this one,
 * which are in the current memory context; NULL if there was none.
 *
 * Raises what reading the text would raise.
 */
DyNode *
dy_request_recall(const char *text, uint32 len, const DyShape *shape)
{
	DyKnownRequests *requests = shape->known;
	DyRequestReader r;
	Found		found;

	current = NULL;
	found.n = 0;
	dy_request_reader_open(&r, text, len);
	for (int i = 0; i < requests->n; i++)
	{
		Known	   *known = (Known *) requests->requests[i];

		if (!fits(&r, known, &found))
			continue;
		for (int k = 0; k < known->nholes; k++)
			known->holes[k].node->u.value = found.values[k].node.u.value;
		if (i > 0)
		{
			memmove(&requests->requests[1], &requests->requests[0],
					sizeof(requests->requests[0]) * i);
			requests->requests[0] = &known->public;
		}
		if (!known->met_again)
		{
			known->met_again = true;
			requests->debt -= Min(requests->debt, 2);
		}
		current = known;
		return known->public.request;
	}
	return NULL;
}

/*
 * Remember a request, whose text was read without a mistake.
 */
void
dy_request_learn(const char *text, uint32 len, const DyShape *shape)
{
	DyKnownRequests *requests = shape->known;
	DyRequestReader r;
	DyHoles		holes;
	MemoryContext caller;
	MemoryContext context;
	char	   *copy;
	DyNode	   *request;
	Known	   *known;

	if (len > MAX_KNOWN_BYTES)
		return;
	if (requests->debt >= MAX_DEBT && ++requests->skipped % LEARN_IN_DEBT != 0)
		return;

	/* an error frees it */
	context = AllocSetContextCreate(CurrentMemoryContext, "dynamo known request",
									ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);
	copy = palloc(len);
	memcpy(copy, text, len);
	dy_request_reader_open(&r, copy, len);
	holes.scratch = caller;
	holes.n = 0;
	holes.useless = false;
	r.holes = &holes;
	request = dy_request_read_nodes(&r, shape);
	if (holes.useless)
	{
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(context);
		return;
	}
	known = palloc0(offsetof(Known, holes) + sizeof(DyHole) * holes.n);
	known->public.request = request;
	known->context = context;
	known->text = copy;
	known->len = len;
	known->nholes = holes.n;
	memcpy(known->holes, holes.holes, sizeof(DyHole) * holes.n);
	MemoryContextSwitchTo(caller);

	requests->debt = Min(requests->debt + 1, MAX_DEBT);
	if (requests->n == DY_MAX_KNOWN_REQUESTS)
		forget_last(requests);
	MemoryContextSetParent(context, TopMemoryContext);
	requests->requests[requests->n++] = &known->public;
}

DyKnownRequest *
dy_request_known(const DyNode *request)
{
	return current != NULL && current->public.request == request ? &current->public : NULL;
}

void
dy_request_keep(DyKnownRequest *known, void *kept, MemoryContext context)
{
	MemoryContextSetParent(context, ((Known *) known)->context);
	known->kept = kept;
}

/*
 * Is the text that of a known request but for its holes?  What stands in
 * holes is read on the way; found spares reading it again when the next known
 * request has a hole of the same kind there.
 */
static bool
fits(DyRequestReader *r, const Known *known, Found *found)
{
	const char *p = r->json.start;
	uint32		from = 0;

	for (int i = 0; i < known->nholes; i++)
	{
		const DyHole *hole = &known->holes[i];
		const DyShape *shape = hole->node->shape;
		uint32		len = hole->start - from;

		if (r->end - p <= len || p[len] != '{' || memcmp(p, known->text + from, len) != 0)
			return false;
		p += len;
		if (i >= found->n || found->values[i].start != p ||
			found->values[i].node.shape->kind != shape->kind)
		{
			dy_json_seek(&r->json, p);
			dy_request_read_value(r, shape, &found->values[i].node);
			found->values[i].node.shape = shape;
			found->values[i].start = p;
			found->values[i].end = r->json.pos;
			found->n = i + 1;
		}
		p = found->values[i].end;
		from = hole->end;
	}
	return r->end - p == known->len - from && memcmp(p, known->text + from, known->len - from) == 0;
}

static void
forget_last(DyKnownRequests *requests)
{
	Known	   *known = (Known *) requests->requests[--requests->n];

	MemoryContextDelete(known->context);
}
