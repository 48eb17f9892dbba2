/*-------------------------------------------------------------------------
 *
 * fuzz_expr.c
 *	  Expressions of hostile clients on arbitrary items.
 *
 * Input: one byte that chooses condition, key condition, update or
 * projection, the text up to a line feed, and DynamoDB JSON of an item.
 * Placeholders :a to :j (one of each type) and #a to #c exist.
 *
 * Whatever the text: it is refused as a client's mistake or it runs, and what
 * an update or a projection makes is a sound item.
 *
 * The cache of syntax trees is left out: trees are parsed anew.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/pg_list.h"

#include "base/errors.h"
#include "expr/ast.h"
#include "expr/syntax.h"
#include "item/text.h"

#include "server.h"

typedef struct Input
{
	uint8		kind;
	DyBytes		text;
	DyBytes		json;
	DyItem	   *item;
	DyPlaceholders placeholders;
} Input;

static const char *const names[] = {"#a", "#b", "#c"};
static const char *const attributes[] = {"a", "b.c", "[0]"};
static const char *const keys[] = {":a", ":b", ":c", ":d", ":e", ":f", ":g", ":h", ":i", ":j"};
static const char *const values[] = {
	"{\"S\":\"a\"}", "{\"N\":\"1\"}", "{\"B\":\"YQ==\"}", "{\"BOOL\":true}", "{\"NULL\":true}",
	"{\"SS\":[\"a\",\"b\"]}", "{\"NS\":[\"1\",\"2\"]}", "{\"L\":[{\"N\":\"1\"},{\"S\":\"a\"}]}",
	"{\"M\":{\"a\":{\"S\":\"a\"}}}", "{\"S\":\"SS\"}"
};

static const DyShape map_shape = {.kind = DY_SHAPE_MAP};

/* ---- what the code under test calls ---- */

const DySyntaxTree *
dy_syntax_get(const char *parameter, DyExprKind kind, DyBytes text)
{
	char	   *copy = palloc(text.len);
	DySyntaxTree *tree;

	memcpy(copy, text.data, text.len);
	tree = dy_syntax_parse(parameter, kind, copy, text.len);
	dy_syntax_check(parameter, tree);
	return tree;
}

/* Only values of type ITEM are asked for this way; there are none here. */
DyValue
dy_node_value(const DyNode *node)
{
	CHECK(false);
	return DY_NO_VALUE;
}

/* ---- the test ---- */

static void
read_item(void *arg)
{
	Input	   *input = arg;

	input->item = dy_item_from_text(input->json.data, input->json.len);
}

static void
make_placeholders(void *arg)
{
	Input	   *input = arg;
	DyNode	   *maps = palloc0(sizeof(DyNode) * 2);
	int			counts[2] = {lengthof(names), lengthof(keys)};

	for (int m = 0; m < 2; m++)
	{
		maps[m].shape = &map_shape;
		maps[m].present = true;
		maps[m].u.list.count = counts[m];
		maps[m].u.list.nodes = palloc0(sizeof(DyNode) * counts[m]);
		maps[m].u.list.names = palloc0(sizeof(DyBytes) * counts[m]);
		for (int i = 0; i < counts[m]; i++)
		{
			const char *key = m == 0 ? names[i] : keys[i];
			DyNode	   *node = &maps[m].u.list.nodes[i];

			maps[m].u.list.names[i] = dy_bytes(key, strlen(key));
			node->present = true;
			if (m == 0)
				node->u.text = dy_bytes(attributes[i], strlen(attributes[i]));
			else
			{
				DyJsonReader reader;
				DyBuilder  *b = dy_build_create();

				dy_json_open(&reader, values[i], strlen(values[i]));
				dy_text_read_value(&reader, b, &node->u.value.fault);
				node->u.value.value = dy_build_value(b);
			}
		}
	}
	dy_placeholders_init(&input->placeholders, &maps[0], &maps[1]);
}

static void
visit(const DyPath *path, void *arg)
{
	CHECK(path->nsteps >= 1 && path->nsteps <= DY_MAX_PATH_STEPS && !path->steps[0].is_index);
}

static void
run(void *arg)
{
	Input	   *input = arg;
	DyValue		item = dy_item_value(input->item);
	DyPlaceholders *p = &input->placeholders;
	DyBuilder  *b = dy_build_create();
	DyBuilder  *touched = dy_build_create();
	DyCondition *condition;
	DyUpdate   *update;
	bool		differs;
	DyProjection *projection;

	switch (input->kind % 4)
	{
		case 0:
			condition = dy_condition_parse("FilterExpression", input->text, p);
			dy_condition_paths(condition, visit, NULL);
			CHECK(dy_condition_holds(condition, item) !=
				  dy_condition_holds(dy_condition_not(condition), item));
			(void) dy_condition_holds(condition, DY_NO_VALUE);
			break;
		case 1:
			(void) dy_key_condition_parse(input->text, p);
			break;
		case 2:
			update = dy_update_parse(input->text, p);
			dy_update_paths(update, visit, NULL);
			(void) dy_update_touched(update, item, touched);
			dy_value_check(dy_build_value(touched));
			differs = dy_update_apply(update, item, item, b);
			dy_value_check(dy_build_value(b));
			CHECK(!differs || !dy_value_equal(item, dy_build_value(b)));
			CHECK(dy_value_levels(dy_build_value(b)) <= DY_MAX_NESTING_LEVELS);
			break;
		case 3:
			projection = dy_projection_parse(input->text, p);
			dy_projection_paths(projection, visit, NULL);
			dy_projection_apply(projection, item, b);
			dy_value_check(dy_build_value(b));
			CHECK(dy_item_size(dy_build_value(b)) <= dy_item_size(item));
			break;
	}
}

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char fallback[] = "{\"a\":{\"S\":\"x\"},\"b\":{\"M\":{\"c\":{\"N\":\"1\"}}},"
	"\"l\":{\"L\":[{\"N\":\"1\"},{\"L\":[]}]},\"s\":{\"SS\":[\"a\",\"b\"]}}";
	Input		input = {0};
	char	   *copy;
	const char *feed;

	if (size < 1)
		return 0;
	copy = palloc(size);
	memcpy(copy, data + 1, size - 1);
	input.kind = data[0];
	feed = memchr(copy, '\n', size - 1);
	input.text = dy_bytes(copy, feed ? feed - copy : size - 1);
	input.json = feed ? dy_bytes(feed + 1, copy + size - 1 - (feed + 1)) : dy_bytes("", 0);

	CHECK(server_try(make_placeholders, &input));
	if (!server_try(read_item, &input))
	{
		input.json = dy_bytes(fallback, sizeof(fallback) - 1);
		CHECK(server_try(read_item, &input));
	}
	if (input.text.len <= DY_MAX_EXPRESSION_BYTES && !server_try(run, &input))
		CHECK(dy_error_is_client(server_sqlstate()));
	server_reset();
	return 0;
}
