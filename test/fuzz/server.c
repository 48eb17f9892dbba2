/*-------------------------------------------------------------------------
 *
 * server.c
 *	  What server code calls, for fuzzers; see server.h.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <setjmp.h>

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/memutils.h"

#include "item/names.h"
#include "server.h"

typedef struct Block
{
	struct Block *next;
	struct Block *previous;
	Size		size;
} Block;

static Block blocks = {&blocks, &blocks, 0};
static sigjmp_buf *handler;
static int	sqlstate;

MemoryContext CurrentMemoryContext;
volatile sig_atomic_t InterruptPending;

bool
server_try(void (*action) (void *arg), void *arg)
{
	sigjmp_buf	here;
	sigjmp_buf *outer = handler;
	bool		done = false;

	handler = &here;
	if (sigsetjmp(here, 0) == 0)
	{
		action(arg);
		done = true;
	}
	handler = outer;
	return done;
}

int
server_sqlstate(void)
{
	return sqlstate;
}

void
server_reset(void)
{
	while (blocks.next != &blocks)
		pfree(blocks.next + 1);
}

/* ----------------------------------------------------------------- memory */

void *
palloc(Size size)
{
	Block	   *block;

	CHECK(size <= MaxAllocSize);
	block = malloc(sizeof(Block) + size);
	CHECK(block != NULL);
	block->size = size;
	block->next = blocks.next;
	block->previous = &blocks;
	block->next->previous = block;
	blocks.next = block;
	memset(block + 1, 0x7F, size);
	return block + 1;
}

void *
MemoryContextAlloc(MemoryContext context, Size size)
{
	return palloc(size);
}

void *
palloc0(Size size)
{
	return memset(palloc(size), 0, size);
}

void
pfree(void *pointer)
{
	Block	   *block = (Block *) pointer - 1;

	block->next->previous = block->previous;
	block->previous->next = block->next;
	free(block);
}

void *
repalloc(void *pointer, Size size)
{
	void	   *larger = palloc(size);

	memcpy(larger, pointer, Min(size, ((Block *) pointer - 1)->size));
	pfree(pointer);
	return larger;
}

void *
repalloc_huge(void *pointer, Size size)
{
	return repalloc(pointer, size);
}

/* ----------------------------------------------------------------- errors */

bool
errstart(int elevel, const char *domain)
{
	CHECK(elevel >= ERROR);
	sqlstate = ERRCODE_INTERNAL_ERROR;
	return true;
}

bool
errstart_cold(int elevel, const char *domain)
{
	return errstart(elevel, domain);
}

int
errcode(int code)
{
	sqlstate = code;
	return 0;
}

int
errmsg(const char *fmt,...)
{
	return 0;
}

int
errmsg_internal(const char *fmt,...)
{
	return 0;
}

int
errdetail(const char *fmt,...)
{
	return 0;
}

int
errdetail_internal(const char *fmt,...)
{
	return 0;
}

void
errfinish(const char *filename, int lineno, const char *funcname)
{
	CHECK(handler != NULL);
	siglongjmp(*handler, 1);
}

void
ExceptionalCondition(const char *condition,
#if PG_VERSION_NUM < 160000
					 const char *type,
#endif
					 const char *file, int line)
{
	abort();
}

void
check_stack_depth(void)
{
}

void
ProcessInterrupts(void)
{
}

/* ------------------------------------------------------- attribute names */

/* Some names of the seeds have numbers. */
static DyBytes numbered[] = {{"pk", 2}, {NULL, 0}, {"count", 5}, {"a longer name", 13}};

DyNames		dy_names = {numbered, lengthof(numbered), true};

uint32
dy_number_of_name(uint64 prefix, const char *name, uint32 len)
{
	for (uint32 i = 0; i < lengthof(numbered); i++)
	{
		if (numbered[i].len == len && memcmp(numbered[i].data, name, len) == 0)
			return i + 1;
	}
	return DY_NO_NUMBER;
}

DyBytes
dy_find_numbered_name(uint32 number)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED)));
}

/* ---------------------------------------------------------------- strings */

void
initStringInfo(StringInfo str)
{
	str->maxlen = 16;			/* small, so that growing is tried */
	str->data = palloc(str->maxlen);
	resetStringInfo(str);
}

void
resetStringInfo(StringInfo str)
{
	str->data[0] = '\0';
	str->len = 0;
	str->cursor = 0;
}

void
enlargeStringInfo(StringInfo str, int needed)
{
	CHECK(needed >= 0);
	if (str->len + needed + 1 > str->maxlen)
	{
		str->maxlen = str->len + needed + 1;
		str->data = repalloc(str->data, str->maxlen);
	}
}

void
appendBinaryStringInfo(StringInfo str,
#if PG_VERSION_NUM < 160000
					   const char *data,
#else
					   const void *data,
#endif
					   int datalen)
{
	enlargeStringInfo(str, datalen);
	memcpy(str->data + str->len, data, datalen);
	str->len += datalen;
	str->data[str->len] = '\0';
}

void
appendBinaryStringInfoNT(StringInfo str,
#if PG_VERSION_NUM < 160000
						 const char *data,
#else
						 const void *data,
#endif
						 int datalen)
{
	appendBinaryStringInfo(str, data, datalen);
}

void
appendStringInfoString(StringInfo str, const char *s)
{
	appendBinaryStringInfo(str, s, strlen(s));
}

void
appendStringInfoChar(StringInfo str, char ch)
{
	appendBinaryStringInfo(str, &ch, 1);
}

int
appendStringInfoVA(StringInfo str, const char *fmt, va_list args)
{
	int			room = str->maxlen - str->len;
	int			printed = vsnprintf(str->data + str->len, room, fmt, args);

	if (printed >= room)
		return printed + 1;
	str->len += printed;
	return 0;
}

void
appendStringInfo(StringInfo str, const char *fmt,...)
{
	va_list		args;
	int			needed;

	for (;;)
	{
		va_start(args, fmt);
		needed = appendStringInfoVA(str, fmt, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(str, needed);
	}
}

char *
psprintf(const char *fmt,...)
{
	StringInfoData str;
	va_list		args;
	int			needed;

	initStringInfo(&str);
	for (;;)
	{
		va_start(args, fmt);
		needed = appendStringInfoVA(&str, fmt, args);
		va_end(args);
		if (needed == 0)
			return str.data;
		enlargeStringInfo(&str, needed);
	}
}

char *
pnstrdup(const char *in, Size len)
{
	char	   *copy;

	len = strnlen(in, len);
	copy = palloc(len + 1);
	memcpy(copy, in, len);
	copy[len] = '\0';
	return copy;
}

/* ------------------------------------------------------------------ lists */

static List *
make_list(NodeTag type, int n)
{
	List	   *list = palloc0(sizeof(List));

	list->type = type;
	list->length = n;
	list->max_length = n;
	list->elements = palloc0(sizeof(ListCell) * Max(n, 1));
	return list;
}

static List *
grow_list(NodeTag type, List *list)
{
	List	   *longer = make_list(type, list_length(list) + 1);

	if (list != NIL)
		memcpy(longer->elements, list->elements, sizeof(ListCell) * list->length);
	return longer;
}

List *
list_make1_impl(NodeTag t, ListCell a)
{
	List	   *list = make_list(t, 1);

	list->elements[0] = a;
	return list;
}

List *
list_make2_impl(NodeTag t, ListCell a, ListCell b)
{
	List	   *list = make_list(t, 2);

	list->elements[0] = a;
	list->elements[1] = b;
	return list;
}

List *
list_make3_impl(NodeTag t, ListCell a, ListCell b, ListCell c)
{
	List	   *list = make_list(t, 3);

	list->elements[0] = a;
	list->elements[1] = b;
	list->elements[2] = c;
	return list;
}

List *
lappend(List *list, void *datum)
{
	list = grow_list(T_List, list);
	list->elements[list->length - 1].ptr_value = datum;
	return list;
}

List *
lappend_int(List *list, int datum)
{
	list = grow_list(T_IntList, list);
	list->elements[list->length - 1].int_value = datum;
	return list;
}

List *
lcons(void *datum, List *list)
{
	List	   *longer = make_list(T_List, list_length(list) + 1);

	longer->elements[0].ptr_value = datum;
	if (list != NIL)
		memcpy(longer->elements + 1, list->elements, sizeof(ListCell) * list->length);
	return longer;
}

List *
list_concat_copy(const List *list1, const List *list2)
{
	List	   *list = make_list(T_List, list_length(list1) + list_length(list2));

	if (list1 != NIL)
		memcpy(list->elements, list1->elements, sizeof(ListCell) * list1->length);
	if (list2 != NIL)
		memcpy(list->elements + list_length(list1), list2->elements, sizeof(ListCell) * list2->length);
	return list->length == 0 ? NIL : list;
}

List *
list_concat(List *list1, const List *list2)
{
	return list2 == NIL ? list1 : list_concat_copy(list1, list2);
}
