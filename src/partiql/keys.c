/*-------------------------------------------------------------------------
 *
 * keys.c
 *	  The one item that INSERT, UPDATE, DELETE and EXISTS are about.
 *
 * The WHERE of an UPDATE or DELETE must give every key attribute a value
 * with =, as terms of the outermost AND.  All of WHERE is also the condition
 * of the write: for the item found, the terms that gave the key hold anyway.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "partiql/tree.h"

#define DY_KEY_MISMATCH "The provided key element does not match the schema"

/* The key attributes found so far. */
typedef struct KeySearch
{
	const DyPartiqlBinding *b;
	DyPlan	   *plan;
	DyValue		hash;
	DyValue		range;
	bool		more;			/* WHERE says more than the key */
} KeySearch;

static void search(KeySearch *s, const DyPartiqlNode *node);
static bool search_equality(KeySearch *s, const DyPartiqlNode *name, const DyPartiqlNode *value);
static void fault(DyPlan *plan, const char *message);
static void check_attribute(DyPlan *plan, const DyKeyAttribute *attribute, DyValue value);
static void visit_path(const DyPath *path, void *arg);

/*
 * Find the key in WHERE.  In a transaction what is wrong with it goes to
 * plan->key_fault, otherwise it is raised.
 */
void
dy_partiql_item_key(const DyPartiqlBinding *b, DyPlan *plan)
{
	const DyTable *table = plan->table;
	KeySearch	s = {.b = b,.plan = plan};
	DyBuilder  *builder;

	if (b->statement->where != NULL)
		search(&s, b->statement->where);
	if (plan->kind == DY_PLAN_CHECK &&
		(!s.more || !dy_value_present(s.hash) || (table->has_range && !dy_value_present(s.range))))
		dy_validation("EXISTS() must contain a single item read with additional condition");
	if (!dy_value_present(s.hash) || (table->has_range && !dy_value_present(s.range)))
		fault(plan, "Where clause does not contain a mandatory equality on all key attributes");
	if (plan->key_fault != NULL)
		return;

	check_attribute(plan, &table->hash, s.hash);
	if (table->has_range)
		check_attribute(plan, &table->range, s.range);
	builder = dy_build_create();
	dy_build_open(builder, DY_TYPE_M);
	dy_build_name(builder, table->hash.name.data, table->hash.name.len);
	dy_build_copy(builder, s.hash);
	if (table->has_range)
	{
		dy_build_name(builder, table->range.name.data, table->range.name.len);
		dy_build_copy(builder, s.range);
	}
	dy_build_close(builder);
	plan->key = dy_build_value(builder);
}

/*
 * The key of the item of an INSERT.  In a transaction the write itself finds
 * what is wrong, with texts of its own.
 */
void
dy_partiql_insert_key(DyPlan *plan)
{
	const DyKeyAttribute *keys[] = {&plan->table->hash, plan->table->has_range ? &plan->table->range : NULL};

	if (plan->mode == DY_MODE_TRANSACTION)
		return;
	for (int i = 0; i < lengthof(keys) && keys[i] != NULL; i++)
	{
		DyValue		value = dy_map_get(plan->item, keys[i]->name.data, keys[i]->name.len);

		if (!dy_value_present(value))
			dy_validation("Key attribute should be present in the item: Key %.*s", DY_BYTES_ARGS(keys[i]->name));
		check_attribute(plan, keys[i], value);
	}
}

/*
 * A key attribute is a scalar: no path reaches into it.
 */
void
dy_partiql_check_key_paths(const DyPlan *plan)
{
	if (plan->condition != NULL)
		dy_condition_paths(plan->condition, visit_path, (void *) plan);
}

/*
 * Walk through the terms of the outermost AND.
 */
static void
search(KeySearch *s, const DyPartiqlNode *node)
{
	const ListCell *cell;

	if (node->kind == DY_NODE_OPERATION && node->op == DY_OP_AND)
	{
		foreach(cell, node->args)
			search(s, lfirst(cell));
		return;
	}
	if (node->kind == DY_NODE_OPERATION && node->op == DY_OP_EQ &&
		(search_equality(s, linitial(node->args), lsecond(node->args)) ||
		 search_equality(s, lsecond(node->args), linitial(node->args))))
		return;
	s->more = true;
}

/*
 * name = value: true if it gives a key attribute its value.
 */
static bool
search_equality(KeySearch *s, const DyPartiqlNode *name, const DyPartiqlNode *value)
{
	const DyTable *table = s->plan->table;
	DyValue    *found;
	DyValue		constant;

	if (name->kind != DY_NODE_NAME || !dy_partiql_is_constant(value))
		return false;
	if (dy_bytes_equal(name->text, table->hash.name))
		found = &s->hash;
	else if (table->has_range && dy_bytes_equal(name->text, table->range.name))
		found = &s->range;
	else
		return false;

	constant = dy_partiql_value(s->b, value);
	if (!dy_value_present(*found))
		*found = constant;
	else if (!dy_value_equal(*found, constant))
	{
		/* EXISTS takes the first; the second is a condition that cannot hold */
		if (s->plan->kind == DY_PLAN_CHECK)
			return false;
		fault(s->plan, psprintf("Multiple conditions on same key %.*s. "
								"Only single item Update/Insert/Delete are supported",
								DY_BYTES_ARGS(name->text)));
	}
	return true;
}

/*
 * The keys do not fit.
 */
static void
fault(DyPlan *plan, const char *message)
{
	if (plan->mode != DY_MODE_TRANSACTION)
		dy_validation("%s", message);
	plan->key_fault = DY_KEY_MISMATCH;
}

/*
 * The type of a key attribute; the rest of its rules is dy_key_of_key's.
 */
static void
check_attribute(DyPlan *plan, const DyKeyAttribute *attribute, DyValue value)
{
	if (dy_value_type(value) != attribute->type)
		fault(plan, psprintf("Key attribute's data type should match its data type in table's schema: Key %.*s",
							 DY_BYTES_ARGS(attribute->name)));
}

static void
visit_path(const DyPath *path, void *arg)
{
	const DyPlan *plan = arg;
	const DyKeyAttribute *hash = plan->kind == DY_PLAN_SELECT ? dy_plan_hash(plan) : &plan->table->hash;
	const DyKeyAttribute *range = plan->kind == DY_PLAN_SELECT ? dy_plan_range(plan) :
	plan->table->has_range ? &plan->table->range : NULL;
	DyBytes		name = path->steps[0].name;

	if (path->nsteps > 1 &&
		(dy_bytes_equal(name, hash->name) || (range != NULL && dy_bytes_equal(name, range->name))))
		dy_validation("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: %s %.*s",
					  plan->kind == DY_PLAN_SELECT ? "Key:" : "Key", DY_BYTES_ARGS(name));
}
