/*-------------------------------------------------------------------------
 *
 * asan_bad.c
 *	  Functions with mistakes, which the kinds asan and valgrind must notice.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(read_beyond);
PG_FUNCTION_INFO_V1(shift_too_far);
PG_FUNCTION_INFO_V1(use_unset);

/* The byte behind a block of memory of its own; the argument is its size. */
Datum
read_beyond(PG_FUNCTION_ARGS)
{
	int32		size = PG_GETARG_INT32(0);
	char	   *block = malloc(size);
	char		byte;

	memset(block, 0, size);
	byte = block[size];
	free(block);
	PG_RETURN_INT32(byte);
}

/* A bit that is not there, if the argument is 32 or more. */
Datum
shift_too_far(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(1 << PG_GETARG_INT32(0));
}

/* A byte of palloc's that nobody has set; the argument is the size of the block. */
Datum
use_unset(PG_FUNCTION_ARGS)
{
	volatile char *block = palloc(PG_GETARG_INT32(0));

	PG_RETURN_INT32(block[0]);
}
