/*-------------------------------------------------------------------------
 *
 * test_json.c
 *	  Well-formedness and writing of JSON, and the bodies of errors.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>

#include "bridge/faults.h"
#include "bridge/json.h"
#include "tap.h"

static const char *const good[] = {
	"{}", "[]", " { \"a\" : [ 1 , -0.5e+10, true,false,null ] } ", "\"\\u00aF\\n\"", "0", "-1",
	"{\"a\":{\"b\":[{}]},\"c\":\"d\"}", "[[],[[]]]", "1E5", "\"\xc3\xa9\""
};

static const char *const bad[] = {
	"", " ", "hi", "{", "}", "[1,]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "[1 2]", "01", "1.", ".5",
	"+1", "1e", "\"\\x\"", "\"\\u12g4\"", "\"", "\"\t\"", "tru", "truex", "{}{}", "[}", "{]", "nul", "-",
	"{\"a\":}", "{1:2}", "\"\\"
};

static void
expect_body(DyFault fault, const char *message, const char *extra, const char *want)
{
	DyBuf		out = {0};

	dy_fault_body(&out, fault, dy_slice_str(message), dy_slice_str(extra));
	is_text(out.data, out.len, want, dy_fault_name(fault));
	dy_buf_free(&out);
}

int
main(void)
{
	DyBuf		out = {0};
	char		deep[2000];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(dy_json_is_valid(dy_slice_str(good[i])), "valid: %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		/* without the NUL, for the sanitizer */
		size_t		len = strlen(bad[i]);
		char	   *copy = malloc(len > 0 ? len : 1);

		memcpy(copy, bad[i], len);
		ok(!dy_json_is_valid(dy_slice(copy, len)), "invalid: %s", bad[i]);
		free(copy);
	}
	memset(deep, '[', 1000);
	memset(deep + 1000, ']', 1000);
	ok(!dy_json_is_valid(dy_slice(deep, 2000)), "nesting is bounded");
	ok(dy_json_is_valid(dy_slice(deep + 900, 200)), "nesting of 100");

	for (size_t i = 0; i <= 20; i++)
	{
		char		bytes[24];

		memset(bytes, 'a', sizeof(bytes));
		ok(dy_json_is_utf8(dy_slice(bytes, i)), "UTF-8: %zu bytes of ASCII", i);
		bytes[i] = '\0';
		ok(!dy_json_is_utf8(dy_slice(bytes, sizeof(bytes))), "no UTF-8: NUL at %zu", i);
		bytes[i] = '\xff';
		ok(!dy_json_is_utf8(dy_slice(bytes, sizeof(bytes))), "no UTF-8: a bad byte at %zu", i);
		memcpy(bytes + i, "\xf0\x9f\x98\x80", 4);
		ok(dy_json_is_utf8(dy_slice(bytes, sizeof(bytes))), "UTF-8: four bytes at %zu", i);
		ok(!dy_json_is_utf8(dy_slice(bytes, i + 3)), "no UTF-8: three of four bytes at %zu", i);
	}
	ok(dy_json_is_utf8(DY_SLICE("\xc2\x80 \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf \x01")), "UTF-8: limits");
	{
		static const char *const bad_bytes[] = {"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\x80", "\xc3(", "\xe2\x82"};

		for (size_t i = 0; i < sizeof(bad_bytes) / sizeof(bad_bytes[0]); i++)
			ok(!dy_json_is_utf8(dy_slice_str(bad_bytes[i])), "no UTF-8: %zu", i);
	}

	dy_json_add_string(&out, DY_SLICE("a\"b\\c\n\t\001\xc3\xa9"));
	is_text(out.data, out.len, "\"a\\\"b\\\\c\\n\\t\\u0001\xc3\xa9\"", "string");
	dy_buf_free(&out);
	dy_json_add_string(&out, DY_SLICE("\xff \xc3 \x80 \xed\xa0\x80 \xf0\x9f\x98\x80 \xe2\x82"));
	is_text(out.data, out.len, "\"\xc3\xbf \xc3\x83 \xc2\x80 \xc3\xad\xc2\xa0\xc2\x80 \xf0\x9f\x98\x80 \xc3\xa2\xc2\x82\"",
			"string with bytes that are no UTF-8");
	dy_buf_free(&out);

	expect_body(DY_FAULT_VALIDATION, "x \"y\"", "",
				"{\"__type\":\"com.amazon.coral.validate#ValidationException\",\"message\":\"x \\\"y\\\"\"}");
	expect_body(DY_FAULT_UNKNOWN_OPERATION, "", "",
				"{\"__type\":\"com.amazon.coral.service#UnknownOperationException\"}");
	expect_body(DY_FAULT_CONDITIONAL_CHECK_FAILED, "m", " { \"Item\": {} } ",
				"{\"__type\":\"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException\","
				"\"Item\": {},\"message\":\"m\"}");
	expect_body(DY_FAULT_TRANSACTION_CANCELED, "m", "{\"CancellationReasons\":[]}",
				"{\"__type\":\"com.amazonaws.dynamodb.v20120810#TransactionCanceledException\","
				"\"CancellationReasons\":[],\"Message\":\"m\"}");
	expect_body(DY_FAULT_VALIDATION, "m", "{}",
				"{\"__type\":\"com.amazon.coral.validate#ValidationException\",\"message\":\"m\"}");
	expect_body(DY_FAULT_VALIDATION, "m", "not json",
				"{\"__type\":\"com.amazon.coral.validate#ValidationException\",\"message\":\"m\"}");
	ok(dy_fault_of_sqlstate("KV002") == DY_FAULT_CONDITIONAL_CHECK_FAILED, "SQLSTATE of ours");
	ok(dy_fault_of_sqlstate("40001") == DY_FAULT_NONE, "SQLSTATE of the server");
	ok(dy_fault_of_sqlstate("KVZZZ") == DY_FAULT_NONE, "SQLSTATE that is not given out");
	return done_testing();
}
