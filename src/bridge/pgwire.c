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

/* Object identifier of the type text, the same in every server. */
#define TEXT_OID 25

static size_t begin_bind(DyBuf *out, const char *statement, size_t bytes);
static void end_bind(DyBuf *out, size_t at);
static void add_int16(DyBuf *out, uint16_t value);
static void add_int32(DyBuf *out, uint32_t value);
static void add_value(DyBuf *out, DySlice value);
static void add_array(DyBuf *out, const DySlice *values, int count, size_t bytes);
static void set_int32(DyBuf *out, size_t at, uint32_t value);
static size_t sum_of_lengths(const DySlice *values, int count);
static uint32_t read_int32(const char *p);
static uint16_t read_int16(const char *p);

/*
 * Append one request: Bind and Execute.
 */
void
dy_wire_add_execute(DyBuf *out, DySlice operation, DySlice request, DySlice principal)
{
	size_t		at;

	dy_buf_reserve(out, 128 + operation.len + request.len + principal.len);
	at = begin_bind(out, DY_WIRE_STATEMENT, sizeof(DY_WIRE_STATEMENT));
	add_value(out, operation);
	add_value(out, request);
	add_value(out, principal);
	end_bind(out, at);
}

/*
 * Append some requests of one operation, count of them: Bind and Execute of a
 * statement that answers with a row for each, in their order.
 */
void
dy_wire_add_execute_each(DyBuf *out, DySlice operation, const DySlice *requests,
						 const DySlice *principals, int count)
{
	size_t		request_bytes = sum_of_lengths(requests, count);
	size_t		principal_bytes = sum_of_lengths(principals, count);
	size_t		at;

	dy_buf_reserve(out, 192 + operation.len + request_bytes + principal_bytes +
				   8 * (size_t) count);
	at = begin_bind(out, DY_WIRE_EACH_STATEMENT, sizeof(DY_WIRE_EACH_STATEMENT));
	add_value(out, operation);
	add_array(out, requests, count, request_bytes);
	add_array(out, principals, count, principal_bytes);
	end_bind(out, at);
}

/*
 * The same for requests of operations that write, in one transaction; a row
 * has the columns of dynamo_internal.execute_writes.
 */
void
dy_wire_add_execute_writes(DyBuf *out, const DySlice *operations, const DySlice *requests,
						   const DySlice *principals, int count)
{
	size_t		operation_bytes = sum_of_lengths(operations, count);
	size_t		request_bytes = sum_of_lengths(requests, count);
	size_t		principal_bytes = sum_of_lengths(principals, count);
	size_t		at;

	dy_buf_reserve(out, 192 + operation_bytes + request_bytes + principal_bytes +
				   12 * (size_t) count);
	at = begin_bind(out, DY_WIRE_WRITES_STATEMENT, sizeof(DY_WIRE_WRITES_STATEMENT));
	add_array(out, operations, count, operation_bytes);
	add_array(out, requests, count, request_bytes);
	add_array(out, principals, count, principal_bytes);
	end_bind(out, at);
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
 * The columns of a DataRow, which has count of them; the data of one is NULL
 * if the value is.
 */
bool
dy_wire_read_row(DySlice body, DySlice *columns, int count)
{
	const char *p = body.data;
	size_t		left = body.len;

	if (left < 2 || read_int16(p) != count)
		return false;
	p += 2;
	left -= 2;
	for (int i = 0; i < count; i++)
	{
		uint32_t	length;

		if (left < 4)
			return false;
		length = read_int32(p);
		p += 4;
		left -= 4;
		if (length == UINT32_MAX)
		{
			columns[i] = dy_slice(NULL, 0);
			continue;
		}
		if (length > left)
			return false;
		columns[i] = dy_slice(p, length);
		p += length;
		left -= length;
	}
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

/* A Bind up to its parameters; gives back where it begins. */
static size_t
begin_bind(DyBuf *out, const char *statement, size_t bytes)
{
	size_t		at = out->len;

	dy_buf_add_char(out, 'B');
	add_int32(out, 0);			/* length, set in the end */
	dy_buf_add_char(out, '\0'); /* the unnamed portal */
	dy_buf_add(out, statement, bytes);
	add_int16(out, 1);			/* one format for all parameters: */
	add_int16(out, 1);			/* binary */
	add_int16(out, 3);
	return at;
}

/* The rest of a Bind after its parameters, and its Execute. */
static void
end_bind(DyBuf *out, size_t at)
{
	add_int16(out, 0);			/* results as text */
	set_int32(out, at + 1, (uint32_t) (out->len - at - 1));

	dy_buf_add_char(out, 'E');
	add_int32(out, 9);
	dy_buf_add_char(out, '\0');
	add_int32(out, 0);			/* all rows */
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

/* A value of type text[], of one dimension; bytes is what its elements have. */
static void
add_array(DyBuf *out, const DySlice *values, int count, size_t bytes)
{
	add_int32(out, (uint32_t) (20 + bytes + 4 * (size_t) count));
	add_int32(out, 1);			/* dimensions */
	add_int32(out, 0);			/* no element is NULL */
	add_int32(out, TEXT_OID);
	add_int32(out, (uint32_t) count);
	add_int32(out, 1);			/* lower bound */
	for (int i = 0; i < count; i++)
		add_value(out, values[i]);
}

static void
set_int32(DyBuf *out, size_t at, uint32_t value)
{
	out->data[at] = (char) (value >> 24);
	out->data[at + 1] = (char) (value >> 16);
	out->data[at + 2] = (char) (value >> 8);
	out->data[at + 3] = (char) value;
}

static size_t
sum_of_lengths(const DySlice *values, int count)
{
	size_t		sum = 0;

	for (int i = 0; i < count; i++)
		sum += values[i].len;
	return sum;
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
