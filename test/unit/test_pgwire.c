/*-------------------------------------------------------------------------
 *
 * test_pgwire.c
 *	  Messages of Postgres' protocol.
 *
 *-------------------------------------------------------------------------
 */
#include "bridge/pgwire.h"
#include "tap.h"

static void
test_execute(void)
{
	static const char want[] =
	"B\0\0\0\x30" "\0dynamo_execute\0\0\1\0\1\0\3\0\0\0\2op\0\0\0\3{\0}\0\0\0\3who\0\0"
	"E\0\0\0\t\0\0\0\0\0S\0\0\0\4";
	DyBuf		out = {0};
	DyWireMessage message;
	size_t		at = 0;
	char		types[8] = "";
	int			count = 0;

	dy_wire_add_execute(&out, DY_SLICE("op"), dy_slice("{\0}", 3), DY_SLICE("who"));
	dy_wire_add_sync(&out);
	ok(out.len == sizeof(want) - 1 && memcmp(out.data, want, out.len) == 0, "Bind, Execute, Sync");
	while (dy_wire_next(out.data + at, out.len - at, &message) == DY_WIRE_OK)
	{
		types[count++] = message.type;
		at += message.bytes;
	}
	ok(strcmp(types, "BES") == 0 && at == out.len, "their lengths");
	for (size_t len = 0; len < 20; len++)
	{
		if (dy_wire_next(out.data, len, &message) != DY_WIRE_MORE)
			count = -1;
	}
	ok(count == 3, "a message in part is incomplete");
	dy_buf_free(&out);
	ok(dy_wire_next("Z\0\0\0\3I", 6, &message) == DY_WIRE_BAD, "length under four");
	ok(dy_wire_next("Z\xff\0\0\3I", 6, &message) == DY_WIRE_BAD, "length over the limit");
}

static void
test_execute_each(void)
{
	static const char want[] =
	"B\0\0\0\x72" "\0dynamo_execute_each\0\0\1\0\1\0\3\0\0\0\2op"
	"\0\0\0\x24" "\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\2\0\0\0\1"
	"\0\0\0\5{\"a\"}\0\0\0\3{\0}"
	"\0\0\0\x1f" "\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\2\0\0\0\1"
	"\0\0\0\3who\0\0\0\0\0\0"
	"E\0\0\0\t\0\0\0\0\0";
	DySlice		requests[] = {DY_SLICE("{\"a\"}"), dy_slice("{\0}", 3)};
	DySlice		principals[] = {DY_SLICE("who"), DY_SLICE("")};
	DyBuf		out = {0};
	DyWireMessage message;

	dy_buf_add_char(&out, '!');
	dy_wire_add_execute_each(&out, DY_SLICE("op"), requests, principals, 2);
	ok(out.len == sizeof(want) && memcmp(out.data + 1, want, out.len - 1) == 0,
	   "Bind with two arrays, Execute");
	ok(dy_wire_next(out.data + 1, out.len - 1, &message) == DY_WIRE_OK && message.type == 'B' &&
	   dy_wire_next(out.data + 1 + message.bytes, out.len - 1 - message.bytes, &message) == DY_WIRE_OK &&
	   message.type == 'E', "their lengths");
	dy_buf_free(&out);
}

static void
test_execute_writes(void)
{
	static const char want[] =
	"B\0\0\0\x92" "\0dynamo_execute_writes\0\0\1\0\1\0\3"
	"\0\0\0\x20" "\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\2\0\0\0\1"
	"\0\0\0\1p\0\0\0\3del"
	"\0\0\0\x24" "\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\2\0\0\0\1"
	"\0\0\0\5{\"a\"}\0\0\0\3{\0}"
	"\0\0\0\x1f" "\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\2\0\0\0\1"
	"\0\0\0\3who\0\0\0\0\0\0"
	"E\0\0\0\t\0\0\0\0\0";
	DySlice		operations[] = {DY_SLICE("p"), DY_SLICE("del")};
	DySlice		requests[] = {DY_SLICE("{\"a\"}"), dy_slice("{\0}", 3)};
	DySlice		principals[] = {DY_SLICE("who"), DY_SLICE("")};
	DyBuf		out = {0};
	DyWireMessage message;

	dy_wire_add_execute_writes(&out, operations, requests, principals, 2);
	ok(out.len == sizeof(want) - 1 && memcmp(out.data, want, out.len) == 0,
	   "Bind with three arrays, Execute");
	ok(dy_wire_next(out.data, out.len, &message) == DY_WIRE_OK && message.type == 'B' &&
	   dy_wire_next(out.data + message.bytes, out.len - message.bytes, &message) == DY_WIRE_OK &&
	   message.type == 'E', "their lengths");
	dy_buf_free(&out);
}

static void
test_row(void)
{
	static const char four[] = "\0\4\0\0\0\2{}\xff\xff\xff\xff\0\0\0\0\0\0\0\1x";
	DySlice		columns[4];
	int			refused = 0;

	ok(dy_wire_read_row(dy_slice("\0\1\0\0\0\2{}", 8), columns, 1) &&
	   dy_slice_eq(columns[0], "{}"), "a row");
	ok(dy_wire_read_row(dy_slice("\0\1\xff\xff\xff\xff", 6), columns, 1) && columns[0].data == NULL, "NULL");
	ok(!dy_wire_read_row(dy_slice("\0\1\0\0\0\3{}", 8), columns, 1), "value longer than the message");
	ok(!dy_wire_read_row(dy_slice("\0\2\0\0\0\2{}", 8), columns, 1), "another number of columns");
	ok(!dy_wire_read_row(dy_slice("\0\1\0", 3), columns, 1), "short");
	ok(dy_wire_read_row(dy_slice(four, sizeof(four) - 1), columns, 4) &&
	   dy_slice_eq(columns[0], "{}") && columns[1].data == NULL &&
	   columns[2].data != NULL && columns[2].len == 0 && dy_slice_eq(columns[3], "x"), "four columns");
	for (size_t len = 0; len < sizeof(four) - 1; len++)
		refused += !dy_wire_read_row(dy_slice(four, len), columns, 4);
	ok(refused == sizeof(four) - 1, "not a byte less");
}

static void
test_error(void)
{
	static const char text[] = "SERROR\0VERROR\0CKV002\0Mfailed\0D{\"a\":1}\0Ff.c\0";
	DyWireError error;

	ok(dy_wire_read_error(dy_slice(text, sizeof(text)), &error) &&
	   strcmp(error.sqlstate, "KV002") == 0 && dy_slice_eq(error.message, "failed") &&
	   dy_slice_eq(error.detail, "{\"a\":1}"), "an error");
	ok(!dy_wire_read_error(dy_slice("Mtext\0", 7), &error), "no SQLSTATE");
	ok(!dy_wire_read_error(dy_slice("CKV002", 6), &error), "no end");
	ok(!dy_wire_read_error(dy_slice("", 0), &error), "nothing");
}

int
main(void)
{
	test_execute();
	test_execute_each();
	test_execute_writes();
	test_row();
	test_error();
	return done_testing();
}
