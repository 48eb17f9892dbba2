/*-------------------------------------------------------------------------
 *
 * fuzz_item_text.c
 *	  DynamoDB JSON and plain JSON readers on hostile text.
 *
 * What is accepted as an item must be sound bytes, and be shown as text that
 * reads to an equal item with the same text.  The pull reader must come to
 * an end within the text, and agree with the skipping of values.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "item/text.h"

#include "server.h"

typedef struct Input
{
	const char *text;
	uint32		len;
	DyItem	   *item;
} Input;

static void
read_item(void *arg)
{
	Input	   *input = arg;

	input->item = dy_item_from_text(input->text, input->len);
}

static void
check_item(void *arg)
{
	Input	   *input = arg;
	DyValue		map = dy_item_value(input->item);
	DyValue		again;
	StringInfoData first;
	StringInfoData second;

	dy_value_check(map);
	CHECK(dy_value_levels(map) <= DY_MAX_NESTING_LEVELS);
	initStringInfo(&first);
	dy_text_write_map(&first, map);
	again = dy_item_value(dy_item_from_text(first.data, first.len));
	CHECK(dy_value_equal(map, again));
	CHECK(dy_value_hash(map) == dy_value_hash(again));
	CHECK(dy_item_size(map) == dy_item_size(again));
	initStringInfo(&second);
	dy_text_write_map(&second, again);
	CHECK(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
}

/* All tokens, then skipping at once: the same verdict. */
static void
read_tokens(void *arg)
{
	Input	   *input = arg;
	DyJsonReader reader;
	DyJsonToken token;
	bool		valid;

	dy_json_open(&reader, input->text, input->len);
	do
	{
		DyJsonToken expected = dy_json_peek(&reader);

		token = dy_json_next(&reader);
		CHECK(token == expected || token == DY_JSON_ERROR);
		CHECK(reader.pos >= input->text && reader.pos <= input->text + input->len);
		CHECK(reader.depth >= 0 && reader.depth <= DY_JSON_MAX_DEPTH);
	} while (token != DY_JSON_ERROR && token != DY_JSON_END);
	valid = (token == DY_JSON_END);

	dy_json_open(&reader, input->text, input->len);
	CHECK(valid == (dy_json_skip(&reader) && dy_json_next(&reader) == DY_JSON_END));
}

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input		input;
	char	   *copy = palloc(size);

	memcpy(copy, data, size);
	input.text = copy;
	input.len = size;
	CHECK(server_try(read_tokens, &input));
	if (server_try(read_item, &input))
		CHECK(server_try(check_item, &input));
	else
		CHECK(dy_error_is_client(server_sqlstate()) ||
			  server_sqlstate() == ERRCODE_INVALID_TEXT_REPRESENTATION);
	server_reset();
	return 0;
}
