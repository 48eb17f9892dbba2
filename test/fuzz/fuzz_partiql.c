/*-------------------------------------------------------------------------
 *
 * fuzz_partiql.c
 *	  PartiQL statements of hostile clients.
 *
 * Input: one byte of flags, then the statement.  The table has the keys pk
 * (S) and, unless the flag says otherwise, sk (N), a local index "local", and
 * global ones, "global" and "multi".  There are as many parameters as the
 * statement has question marks, of all types in turn.
 *
 * Whatever the text: it is refused as a client's mistake, or there is a plan,
 * and
 *
 *	  - the access path of a SELECT finds, of a few dozen items, those that
 *		WHERE holds for, and each once;
 *	  - the key of a write is one of the table;
 *	  - what an INSERT, an UPDATE or a list of columns makes is a sound item.
 *
 * The cache of statements is left out: they are parsed anew.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/cryptohash.h"
#include "mb/pg_wchar.h"
#include "nodes/pg_list.h"
#include "utils/resowner.h"

#include "base/errors.h"
#include "base/limits.h"
#include "item/key.h"
#include "item/text.h"
#include "partiql/tree.h"

#include "server.h"

#define FLAG_HASH_ONLY	0x04
#define FLAG_CONSISTENT 0x08

typedef struct Input
{
	uint8		flags;
	DyBytes		statement;
	DyTable		table;
	DyIndex		indexes[3];
} Input;

static const char *const parameters[] = {
	"{\"S\":\"a\"}", "{\"N\":\"1\"}", "{\"S\":\"xy\"}", "{\"B\":\"YQ==\"}", "{\"BOOL\":true}",
	"{\"N\":\"5\"}", "{\"NULL\":true}", "{\"SS\":[\"a\",\"b\"]}", "{\"NS\":[\"1\",\"2\"]}",
	"{\"L\":[{\"S\":\"a\"},{\"S\":\"b\"},{\"N\":\"1\"}]}", "{\"M\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"1\"}}}"
};

/* ---- what the code under test calls ---- */

ResourceOwner CurrentResourceOwner;
sigjmp_buf *PG_exception_stack;
ErrorContextCallback *error_context_stack;

void
pg_re_throw(void)
{
	abort();
}

ResourceOwner
ResourceOwnerCreate(ResourceOwner parent, const char *name)
{
	abort();
}

/* Digests of partition keys are the engine's business. */
pg_cryptohash_ctx *
pg_cryptohash_create(pg_cryptohash_type type)
{
	abort();
}

int
pg_cryptohash_init(pg_cryptohash_ctx *ctx)
{
	abort();
}

int
pg_cryptohash_update(pg_cryptohash_ctx *ctx, const uint8 *data, size_t len)
{
	abort();
}

int
pg_cryptohash_final(pg_cryptohash_ctx *ctx, uint8 *dest, size_t len)
{
	abort();
}

const char *
pg_cryptohash_error(pg_cryptohash_ctx *ctx)
{
	abort();
}

const DyIndex *
dy_table_index(const DyTable *table, DyBytes name)
{
	for (int i = 0; i < table->nindexes; i++)
		if (dy_bytes_equal(table->indexes[i].name, name))
			return &table->indexes[i];
	return NULL;
}

bool
dy_table_is_key(const DyTable *table, DyBytes attribute)
{
	return dy_bytes_equal(table->hash.name, attribute) ||
		(table->has_range && dy_bytes_equal(table->range.name, attribute));
}

/* ---- the table ---- */

static DyKeyAttribute
attribute(const char *name, DyType type)
{
	DyKeyAttribute key;

	key.name.data = name;
	key.name.len = strlen(name);
	key.type = type;
	return key;
}

static void
make_index(DyIndex *index, const char *name, DyIndexKind kind, const char *hash, const char *range)
{
	memset(index, 0, sizeof(DyIndex));
	index->name.data = name;
	index->name.len = strlen(name);
	index->kind = kind;
	index->status = DY_INDEX_ACTIVE;
	index->nhash = 1;
	index->hash[0] = attribute(hash, DY_TYPE_S);
	if (range != NULL)
		index->range[index->nrange++] = attribute(range, DY_TYPE_S);
	index->projection = DY_PROJECT_KEYS_ONLY;
}

static void
make_table(Input *input)
{
	DyTable    *table = &input->table;

	table->name.data = "tab";
	table->name.len = 3;
	table->active = true;
	table->hash = attribute("pk", DY_TYPE_S);
	table->indexes = input->indexes;
	make_index(&input->indexes[0], "global", DY_INDEX_GLOBAL, "g", "l");
	make_index(&input->indexes[1], "multi", DY_INDEX_GLOBAL, "g", NULL);
	input->indexes[1].hash[input->indexes[1].nhash++] = attribute("l", DY_TYPE_S);
	table->nindexes = 2;
	if (!(input->flags & FLAG_HASH_ONLY))
	{
		table->has_range = true;
		table->range = attribute("sk", DY_TYPE_N);
		make_index(&input->indexes[2], "local", DY_INDEX_LOCAL, "pk", "l");
		table->nindexes = 3;
	}
}

/* Item number i; they differ in the keys of table and indexes. */
static DyValue
make_item(int i)
{
	static const char *const sk[] = {"-1", "1", "2", "5"};
	static const char *const l[] = {"a", "x", "xy"};
	char	   *text = psprintf("{\"pk\":{\"S\":\"%s\"},\"sk\":{\"N\":\"%s\"},\"l\":{\"S\":\"%s\"},\"g\":{\"S\":\"%s\"},"
								"\"a\":{\"S\":\"x\"},\"n\":{\"N\":\"%d\"},\"b\":{\"M\":{\"c\":{\"N\":\"1\"}}},"
								"\"e\":{\"L\":[{\"N\":\"1\"},{\"S\":\"b\"}]},\"s\":{\"SS\":[\"a\",\"b\"]}}",
								i % 2 == 0 ? "a" : "b", sk[i / 2 % 4], l[i / 8 % 3], i / 24 == 0 ? "a" : "b", i);

	return dy_item_value(dy_item_from_text(text, strlen(text)));
}

#define NITEMS 48

/* ---- the test ---- */

static bool
within(const DyPlanRange *range, DyBytes key)
{
	const DyPlanBound *ends[2] = {&range->lower, &range->upper};

	for (int i = 0; i < 2; i++)
	{
		DyBytes		bound = ends[i]->key;
		int			order;

		if (!ends[i]->present)
			continue;
		order = memcmp(key.data, bound.data, Min(key.len, bound.len));
		if (order == 0)
			order = key.len < bound.len ? -1 : key.len > bound.len;
		if (i == 1)
			order = -order;
		if (order < 0 || (order == 0 && !ends[i]->inclusive))
			return false;
	}
	return true;
}

/* In how many of the ranges does item lie? */
static int
count_ranges(const DyPlan *plan, DyValue item)
{
	const DyKeyAttribute *hash = dy_plan_hash(plan);
	const DyKeyAttribute *range = dy_plan_range(plan);
	DyValue		partition = dy_map_get(item, hash->name.data, hash->name.len);
	StringInfoData key;
	DyBytes		bytes;
	int			n = 0;

	initStringInfo(&key);
	if (range != NULL)
		dy_key_encode(&key, dy_map_get(item, range->name.data, range->name.len));
	bytes.data = key.data;
	bytes.len = key.len;

	for (int i = 0; i < plan->nranges; i++)
	{
		const DyPlanRange *r = &plan->ranges[i];

		CHECK(dy_value_type(r->partition) == hash->type);
		CHECK(range != NULL || (!r->lower.present && !r->upper.present));
		if (dy_value_equal(r->partition, partition) && within(r, bytes))
			n++;
	}
	return n;
}

static void
check_key_attributes(const DyTable *table, DyValue map)
{
	CHECK(dy_value_type(dy_map_get(map, "pk", 2)) == DY_TYPE_S);
	CHECK(!table->has_range || dy_value_type(dy_map_get(map, "sk", 2)) == DY_TYPE_N);
}

static void
check_key(const DyTable *table, DyValue key)
{
	CHECK(dy_value_type(key) == DY_TYPE_M && dy_value_count(key) == 1 + table->has_range);
	dy_value_check(key);
	check_key_attributes(table, key);
}

static bool
is_item_of_key(const DyTable *table, DyValue item, DyValue key)
{
	return dy_value_equal(dy_map_get(item, "pk", 2), dy_map_get(key, "pk", 2)) &&
		(!table->has_range || dy_value_equal(dy_map_get(item, "sk", 2), dy_map_get(key, "sk", 2)));
}

static void
check_select(const DyPlan *plan)
{
	CHECK(plan->nranges <= 50);
	CHECK(plan->table->nindexes == 2 || plan->access != DY_ACCESS_ITEM || plan->index == NULL);
	if (plan->access == DY_ACCESS_ITEM)
		check_key(plan->table, plan->key);

	for (int i = 0; i < NITEMS; i++)
	{
		DyValue		item = make_item(i);
		int			found = 1;

		if (plan->access == DY_ACCESS_ITEM)
			found = is_item_of_key(plan->table, item, plan->key);
		else if (plan->access == DY_ACCESS_RANGES)
			found = count_ranges(plan, item);
		CHECK(found <= 1);
		CHECK(dy_condition_holds(plan->condition, item) ==
			  (found == 1 && dy_condition_holds(plan->filter, item)));

		if (i == 0 && plan->ncolumns > 0)
		{
			DyBuilder  *b = dy_build_create();

			dy_plan_project(plan, item, b);
			dy_value_check(dy_build_value(b));
		}
	}
}

static void
check_write(const DyPlan *plan)
{
	DyValue		item = make_item(0);
	DyBuilder  *b = dy_build_create();

	if (plan->key_fault != NULL)
		return;
	if (plan->kind != DY_PLAN_INSERT)
		check_key(plan->table, plan->key);
	(void) dy_condition_holds(plan->condition, item);
	(void) dy_condition_holds(plan->condition, DY_NO_VALUE);

	if (plan->kind == DY_PLAN_INSERT)
	{
		dy_value_check(plan->item);
		CHECK(dy_value_levels(plan->item) <= DY_MAX_NESTING_LEVELS);
		if (plan->mode != DY_MODE_TRANSACTION)
			check_key_attributes(plan->table, plan->item);
	}
	else if (plan->kind == DY_PLAN_UPDATE)
	{
		(void) dy_update_apply(plan->update, item, item, b);
		dy_value_check(dy_build_value(b));
		CHECK(dy_value_levels(dy_build_value(b)) <= DY_MAX_NESTING_LEVELS);
	}
}

static void
run(void *arg)
{
	Input	   *input = arg;
	DyPartiqlStatement *statement = dy_partiql_parse(input->statement);
	int			nvalues = 0;
	DyValue    *values;
	DyPlan		plan;

	for (int i = 0; i < input->statement.len; i++)
		nvalues += input->statement.data[i] == '?';
	values = palloc0(sizeof(DyValue) * Max(nvalues, 1));
	for (int i = 0; i < nvalues; i++)
	{
		const char *text = parameters[i % lengthof(parameters)];
		DyBuilder  *b = dy_build_create();
		DyValueFault fault = {0};
		DyJsonReader reader;

		dy_json_open(&reader, text, strlen(text));
		dy_text_read_value(&reader, b, &fault);
		CHECK(fault.message == NULL);
		values[i] = dy_build_value(b);
	}

	(void) dy_partiql_is_read(statement);
	dy_plan_open(&plan, statement, (input->flags & 3) % 3);
	make_table(input);
	dy_plan_prepare(&plan, &input->table, values, nvalues);
	dy_plan_keys(&plan, values, nvalues, (input->flags & FLAG_CONSISTENT) != 0);
	if (plan.kind == DY_PLAN_SELECT)
	{
		if (plan.key_fault == NULL)
			check_select(&plan);
	}
	else
		check_write(&plan);
}

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input		input = {0};
	char	   *copy;

	if (size < 2 || size > DY_MAX_STATEMENT_CHARS)
		return 0;
	copy = palloc(size - 1);
	memcpy(copy, data + 1, size - 1);
	input.flags = data[0];
	input.statement.data = copy;
	input.statement.len = size - 1;
	/* the reader of requests lets nothing else through */
	if (pg_encoding_verifymbstr(PG_UTF8, copy, size - 1) == size - 1 && !server_try(run, &input))
		CHECK(dy_error_is_client(server_sqlstate()));
	server_reset();
	return 0;
}
