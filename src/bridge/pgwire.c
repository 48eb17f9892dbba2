/*-------------------------------------------------------------------------
 *
 * pgwire.c
 *	  The few messages of Postgres' protocol that a request takes.
 *
 *	  out	Bind, Execute, Sync
 *	  in	BindComplete, DataRow, CommandComplete, ReadyForQuery, or
 *			ErrorResponse, ReadyForQuery
 *
 * All parameters go out in binary format, which for text is the bytes with
 * their length: a NUL in a request body cannot cut it short, the server
 * refuses it.
 *
 * Source: https://www.postgresql.org/docs/current/protocol-message-formats.html
 *
 *-------------------------------------------------------------------------
 */
#include "bridge/pgwire.h"

/* Longest message that is believed, bytes; a text value is at most 1 GB. */
#define MAX_MESSAGE_BYTES (1024 * 1024 * 1024)

static void add_int16(DyBuf *out, uint16_t value);
static void add_int32(DyBuf *out, uint32_t value);
static void add_value(DyBuf *out, DySlice value);
static uint32_t read_int32(const char *p);
static uint16_t read_int16(const char *p);

/*
 * Append one request, as a transaction of its own.
 */
void
dy_wire_add_execute(DyBuf *out, DySlice operation, DySlice request, DySlice principal)
{
	size_t		at = out->len;
	uint32_t	bind_bytes;

	dy_buf_reserve(out, 128 + operation.len + request.len + principal.len);
	dy_buf_add_char(out, 'B');
	add_int32(out, 0);			/* length, set below */
	dy_buf_add_char(out, '\0'); /* the unnamed portal */
	dy_buf_add(out, DY_WIRE_STATEMENT, sizeof(DY_WIRE_STATEMENT));
	add_int16(out, 1);			/* one format for all parameters: */
	add_int16(out, 1);			/* binary */
	add_int16(out, 3);
	add_value(out, operation);
	add_value(out, request);
	add_value(out, principal);
	add_int16(out, 0);			/* results as text */

	bind_bytes = (uint32_t) (out->len - at - 1);
	out->data[at + 1] = (char) (bind_bytes >> 24);
	out->data[at + 2] = (char) (bind_bytes >> 16);
	out->data[at + 3] = (char) (bind_bytes >> 8);
	out->data[at + 4] = (char) bind_bytes;

	dy_buf_add_char(out, 'E');
	add_int32(out, 9);
	dy_buf_add_char(out, '\0');
	add_int32(out, 0);			/* all rows */
}

/*
 * Append a Sync: the end of a transaction, and the server sends what it has.
 */
void
dy_wire_add_sync(DyBuf *out)
{
	dy_buf_add_char(out, 'S');
	add_int32(out, 4);
}

/*
 * The message at the start of bytes.
 */
DyWireResult
dy_wire_next(const char *bytes, size_t len, DyWireMessage *message)
{
	uint32_t	length;

	if (len < 5)
		return DY_WIRE_MORE;
	length = read_int32(bytes + 1);
	if (length < 4 || length > MAX_MESSAGE_BYTES)
		return DY_WIRE_BAD;
	message->type = bytes[0];
	message->bytes = (size_t) length + 1;
	if (len < message->bytes)
		return DY_WIRE_MORE;
	message->body = dy_slice(bytes + 5, (size_t) length - 4);
	return DY_WIRE_OK;
}

/*
 * The only column of a DataRow; its data is NULL if the value is.
 */
bool
dy_wire_read_row(DySlice body, DySlice *column)
{
	uint32_t	length;

	if (body.len < 6 || read_int16(body.data) != 1)
		return false;
	length = read_int32(body.data + 2);
	if (length == UINT32_MAX)
	{
		*column = dy_slice(NULL, 0);
		return true;
	}
	if (length > body.len - 6)
		return false;
	*column = dy_slice(body.data + 6, length);
	return true;
}

/*
 * The fields of an ErrorResponse that matter here.  Missing ones are empty.
 */
bool
dy_wire_read_error(DySlice body, DyWireError *error)
{
	const char *p = body.data;
	const char *end = p + body.len;

	memset(error, 0, sizeof(*error));
	while (p < end && *p != '\0')
	{
		char		field = *p++;
		const char *stop = memchr(p, '\0', (size_t) (end - p));
		DySlice		value;

		if (stop == NULL)
			return false;
		value = dy_slice(p, (size_t) (stop - p));
		if (field == 'C' && value.len == 5)
			memcpy(error->sqlstate, value.data, 5);
		else if (field == 'M')
			error->message = value;
		else if (field == 'D')
			error->detail = value;
		p = stop + 1;
	}
	return error->sqlstate[0] != '\0';
}

static void
add_int16(DyBuf *out, uint16_t value)
{
	char		bytes[2] = {(char) (value >> 8), (char) value};

	dy_buf_add(out, bytes, sizeof(bytes));
}

static void
add_int32(DyBuf *out, uint32_t value)
{
	char		bytes[4] = {(char) (value >> 24), (char) (value >> 16),
	(char) (value >> 8), (char) value};

	dy_buf_add(out, bytes, sizeof(bytes));
}

static void
add_value(DyBuf *out, DySlice value)
{
	add_int32(out, (uint32_t) value.len);
	dy_buf_add(out, value.data, value.len);
}

static uint32_t
read_int32(const char *p)
{
	const unsigned char *u = (const unsigned char *) p;

	return (uint32_t) u[0] << 24 | (uint32_t) u[1] << 16 | (uint32_t) u[2] << 8 | u[3];
}

static uint16_t
read_int16(const char *p)
{
	const unsigned char *u = (const unsigned char *) p;

	return (uint16_t) (u[0] << 8 | u[1]);
}
