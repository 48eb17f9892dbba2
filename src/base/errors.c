/*-------------------------------------------------------------------------
 *
 * errors.c
 *	  Raising the errors of errors.def.
 *
 * The message of an API error is DynamoDB's own text, because clients and
 * conformance tests compare it; it is never translated and may hold what
 * the client sent.  Structured extras (CancellationReasons, Item) travel as
 * the members of a JSON object in the detail field, ready to be put into
 * the answer.
 *
 * Internal errors (corrupted data, a broken installation) are not raised
 * here but with ereport or elog and a SQLSTATE of Postgres' own.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/errors.h"

typedef struct DyErrorInfo
{
	char		sqlstate[6];
	const char *name;
} DyErrorInfo;

static char *format_message(const char *fmt, va_list args) pg_attribute_printf(1, 0);

static const DyErrorInfo error_info[DY_ERR_COUNT] = {
#define DY_ERROR(symbol, sqlstate, prefix, name, status) {sqlstate, name},
#include "base/errors.def"
#undef DY_ERROR
};

/*
 * The packed SQLSTATE of an API error, as errcode() wants it.
 */
int
dy_error_sqlstate(DyErrorCode code)
{
	const char *s = error_info[code].sqlstate;

	return MAKE_SQLSTATE(s[0], s[1], s[2], s[3], s[4]);
}

/*
 * The exception name of the API ("ValidationException").
 */
const char *
dy_error_name(DyErrorCode code)
{
	return error_info[code].name;
}

/*
 * Which API error a packed SQLSTATE stands for; false if it is none of ours.
 */
bool
dy_error_lookup(int sqlstate, DyErrorCode *code)
{
	for (int i = 0; i < DY_ERR_COUNT; i++)
	{
		if (dy_error_sqlstate(i) == sqlstate)
		{
			*code = i;
			return true;
		}
	}
	return false;
}

/*
 * Is this SQLSTATE of class KV, so that the client and not the server is at
 * fault?  Such errors are normal traffic and stay out of the server log.
 */
bool
dy_error_is_client(int sqlstate)
{
	return ERRCODE_TO_CATEGORY(sqlstate) == MAKE_SQLSTATE('K', 'V', '0', '0', '0');
}

/*
 * Raise an API error.  fmt gives DynamoDB's text, verbatim.
 */
void
dy_error(DyErrorCode code, const char *fmt,...)
{
	char	   *message;
	va_list		args;

	va_start(args, fmt);
	message = format_message(fmt, args);
	va_end(args);
	ereport(ERROR,
			(errcode(dy_error_sqlstate(code)),
			 errmsg_internal("%s", message)));
	pg_unreachable();
}

/*
 * Raise an API error whose answer carries more than a message.
 *
 * extra is a JSON object; the bridge puts its members into the body of the
 * answer, beside "__type" and the message.
 */
void
dy_error_extra(DyErrorCode code, const char *extra, const char *fmt,...)
{
	char	   *message;
	va_list		args;

	va_start(args, fmt);
	message = format_message(fmt, args);
	va_end(args);
	ereport(ERROR,
			(errcode(dy_error_sqlstate(code)),
			 errmsg_internal("%s", message),
			 errdetail_internal("%s", extra)));
	pg_unreachable();
}

/*
 * printf into memory of the current context.
 */
static char *
format_message(const char *fmt, va_list args)
{
	StringInfoData message;

	initStringInfo(&message);
	for (;;)
	{
		va_list		again;
		int			needed;

		va_copy(again, args);
		needed = appendStringInfoVA(&message, fmt, again);
		va_end(again);
		if (needed == 0)
			return message.data;
		enlargeStringInfo(&message, needed);
	}
}
