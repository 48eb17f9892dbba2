/*-------------------------------------------------------------------------
 *
 * request_sql.c
 *	  The input function of the SQL type dynamo.request.
 *
 * The type is text, and the other functions are text's own by another name.
 * Here that would cost every statement with an untyped parameter a look into
 * pg_proc for the name, which for functions in C is remembered.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "base/compat.h"

DY_SQL_FUNCTION(dynamo_request_in);

/* dynamo.request_in(cstring) returns dynamo.request */
Datum
dynamo_request_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(PG_GETARG_CSTRING(0)));
}
