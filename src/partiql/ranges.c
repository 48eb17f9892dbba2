/*-------------------------------------------------------------------------
 *
 * ranges.c
 *	  The access path of a SELECT.
 *
 * WHERE is taken apart into branches, as if it were multiplied out to an OR
 * of ANDs, but only as far as the keys of the table or index are concerned:
 *
 *	  pk = 'a' AND (sk = 1 OR sk > 5) AND n < 3		(a, 1) and (a, > 5), filter
 *	  pk IN ['a', 'b'] AND sk BETWEEN 1 AND 2		(a, 1..2) and (b, 1..2)
 *	  pk = 'a' OR n = 1								no: Scan
 *
 * If every branch gives the partition key a value with = or IN, each becomes
 * one range, read like a Query; else the whole is a Scan.  The service
 * allows 50 branches, and refuses branches that overlap.  It makes an
 * exception for branches that exclude something of the sort key (NOT, <>):
 * it seems to scan then; here the partitions concerned are read, with all of
 * WHERE as the filter, which gives the same items.
 *
 * The filter of the ranges is always WHERE as a whole: ranges do not
 * overlap, so what holds for an item in one of them is that range's branch.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/errors.h"
#include "item/key.h"
#include "partiql/tree.h"

#define DY_MAX_READS_OF_STATEMENT	50

typedef struct Branch
{
	DyValue		hash;			/* absent: not said */
	bool		conflict;		/* two values for the partition key */
	bool		soft;			/* a NOT or <> about the sort key */
	bool		filtered;		/* a term that is no key term */
	bool		empty;			/* bounds that leave nothing */
	DyPlanBound lower;
	DyPlanBound upper;
	DyValue		range;			/* sort key = value */
	List	   *names;			/* of DyBytes *: attributes of the other terms */
} Branch;

/* What the search works with. */
typedef struct Search
{
	const DyPartiqlBinding *b;
	DyPlan	   *plan;
	const DyKeyAttribute *hash;
	const DyKeyAttribute *range;	/* NULL: none */
} Search;

static bool is_keyed(const Search *s, const DyPartiqlNode *node);
static bool has_key_term(const Search *s, const DyPartiqlNode *node);
static const DyPartiqlNode *key_term(const Search *s, const DyPartiqlNode *node, bool *flipped);
static bool is_attribute(const DyPartiqlNode *node, const DyKeyAttribute *attribute);
static const List *in_elements(const DyPartiqlNode *right);
static List *expand(const Search *s, const DyPartiqlNode *node);
static List *expand_and(const Search *s, const DyPartiqlNode *node);
static List *expand_or(const Search *s, const DyPartiqlNode *node);
static List *expand_key_term(const Search *s, const DyPartiqlNode *node, const DyPartiqlNode *name, bool flipped);
static Branch *equal_branch(const Search *s, const DyPartiqlNode *name, const DyPartiqlNode *constant);
static Branch *interval_branch(const Search *s, const DyPartiqlNode *node, bool flipped);
static Branch *other_branch(const Search *s, const DyPartiqlNode *node);
static DyValue key_value(const Search *s, const DyKeyAttribute *attribute, const DyPartiqlNode *constant);
static DyBytes encoded(DyValue value);
static Branch *combine(const Branch *a, const Branch *b);
static void check_count(const List *branches);
static void intersect(Branch *branch);
static bool overlap(const Branch *a, const Branch *b);
static void collect_names(const DyPartiqlNode *node, List **names);
static bool mentions(const DyPartiqlNode *node, const DyKeyAttribute *attribute);
static void check_filter_names(const DyPlan *plan, List *branches);
static void check_branch_names(const DyPlan *plan, const Branch *branch);
static void whole_partitions(DyPlan *plan, const List *branches);
static void plan_ranges(DyPlan *plan, const List *branches);
static void plan_item(DyPlan *plan, const Search *s, const Branch *branch);
static void check_order(const DyPlan *plan, bool keyed);
static void order_ranges(DyPlan *plan);
static int	compare_ranges(const void *a, const void *b, void *arg);
static int	compare_bytes(DyBytes a, DyBytes b);

/*
 * Set access, ranges, filter, key_only and key of the plan of a SELECT.
 */
void
dy_partiql_ranges(const DyPartiqlBinding *b, DyPlan *plan)
{
	const DyPartiqlNode *where = b->statement->where;
	Search		s = {b, plan, dy_plan_hash(plan), dy_plan_range(plan)};
	bool		keyed = where != NULL && is_keyed(&s, where);
	List	   *branches;
	bool		whole = false;
	bool		soft = false;
	bool		overlapping = false;

	plan->filter = plan->condition;
	plan->access = DY_ACCESS_SCAN;
	check_order(plan, keyed);
	if (!keyed)
		return;

	branches = expand(&s, where);
	if (plan->key_fault != NULL)
		return;
	for (int i = 0; i < list_length(branches); i++)
	{
		const Branch *branch = list_nth(branches, i);

		whole |= branch->conflict;
		soft |= branch->soft;
		for (int k = 0; k < i; k++)
			overlapping |= overlap(branch, list_nth(branches, k));
	}
	if (overlapping && !whole && !soft)
		dy_validation("Overlapping conditions with range keys are not supported in where clause");

	plan->access = DY_ACCESS_RANGES;
	if (whole || overlapping)
		whole_partitions(plan, branches);
	else
	{
		if (plan->index != NULL)
			check_filter_names(plan, branches);
		plan_ranges(plan, branches);
		if (list_length(branches) == 1)
			plan_item(plan, &s, linitial(branches));
	}
	order_ranges(plan);
}

/* ---- is it keyed? ---- */

/*
 * Does the condition give the partition key values, whichever way it comes
 * true?
 */
static bool
is_keyed(const Search *s, const DyPartiqlNode *node)
{
	const ListCell *cell;
	const DyPartiqlNode *name;
	bool		flipped;

	check_stack_depth();
	if (node->kind != DY_NODE_OPERATION)
		return false;
	switch (node->op)
	{
		case DY_OP_AND:
			foreach(cell, node->args)
			{
				if (is_keyed(s, lfirst(cell)))
					return true;
			}
			return false;
		case DY_OP_OR:
			foreach(cell, node->args)
			{
				if (!is_keyed(s, lfirst(cell)))
					return false;
			}
			return true;
		default:
			name = key_term(s, node, &flipped);
			return name != NULL && is_attribute(name, s->hash);
	}
}

/*
 * Is there a key term in it that expand() would use?
 */
static bool
has_key_term(const Search *s, const DyPartiqlNode *node)
{
	const ListCell *cell;
	bool		flipped;

	check_stack_depth();
	if (node->kind == DY_NODE_OPERATION && (node->op == DY_OP_AND || node->op == DY_OP_OR))
	{
		foreach(cell, node->args)
		{
			if (has_key_term(s, lfirst(cell)))
				return true;
		}
		return false;
	}
	return key_term(s, node, &flipped) != NULL;
}

/*
 * If the node compares a key attribute with constants so that it makes a
 * range, the node of the attribute; else NULL.  flipped: 1 < sk.
 */
static const DyPartiqlNode *
key_term(const Search *s, const DyPartiqlNode *node, bool *flipped)
{
	const DyPartiqlNode *left = node->args == NIL ? NULL : linitial(node->args);
	const DyPartiqlNode *right = list_length(node->args) < 2 ? NULL : lsecond(node->args);
	const List *elements;
	const ListCell *cell;

	*flipped = false;
	if (right == NULL)
		return NULL;
	if (node->kind == DY_NODE_CALL)
		return dy_bytes_is(node->text, "begins_with") && is_attribute(left, s->range) &&
			dy_partiql_is_constant(right) ? left : NULL;
	if (node->kind != DY_NODE_OPERATION)
		return NULL;

	switch (node->op)
	{
		case DY_OP_EQ:
		case DY_OP_LT:
		case DY_OP_LE:
		case DY_OP_GT:
		case DY_OP_GE:
			if (dy_partiql_is_constant(left))
			{
				const DyPartiqlNode *swap = left;

				*flipped = true;
				left = right;
				right = swap;
			}
			if (!dy_partiql_is_constant(right))
				return NULL;
			return is_attribute(left, s->range) || (node->op == DY_OP_EQ && is_attribute(left, s->hash)) ?
				left : NULL;
		case DY_OP_BETWEEN:
			return is_attribute(left, s->range) && dy_partiql_is_constant(right) &&
				dy_partiql_is_constant(lthird(node->args)) ? left : NULL;
		case DY_OP_IN:
			elements = in_elements(right);
			foreach(cell, elements)
			{
				if (!dy_partiql_is_constant(lfirst(cell)))
					return NULL;
			}
			return is_attribute(left, s->range) || is_attribute(left, s->hash) ? left : NULL;
		default:
			return NULL;
	}
}

static bool
is_attribute(const DyPartiqlNode *node, const DyKeyAttribute *attribute)
{
	return attribute != NULL && node->kind == DY_NODE_NAME && dy_bytes_equal(node->text, attribute->name);
}

/*
 * The elements of the right-hand side of IN.
 */
static const List *
in_elements(const DyPartiqlNode *right)
{
	return right->grouped ? list_make1((void *) right) : right->args;
}

/* ---- taking it apart ---- */

/*
 * The branches of a condition.
 */
static List *
expand(const Search *s, const DyPartiqlNode *node)
{
	const DyPartiqlNode *name;
	bool		flipped;

	if (node->kind == DY_NODE_OPERATION && node->op == DY_OP_AND)
		return expand_and(s, node);
	if (node->kind == DY_NODE_OPERATION && node->op == DY_OP_OR && has_key_term(s, node))
		return expand_or(s, node);
	name = key_term(s, node, &flipped);
	if (name != NULL)
		return expand_key_term(s, node, name, flipped);
	return list_make1(other_branch(s, node));
}

/*
 * Every branch of one operand with every branch of the next.
 */
static List *
expand_and(const Search *s, const DyPartiqlNode *node)
{
	List	   *product = list_make1(palloc0(sizeof(Branch)));
	const ListCell *cell;

	foreach(cell, node->args)
	{
		List	   *factor = expand(s, lfirst(cell));
		List	   *next = NIL;
		const ListCell *a;
		const ListCell *b;

		foreach(a, product)
		{
			foreach(b, factor)
				next = lappend(next, combine(lfirst(a), lfirst(b)));
			check_count(next);
		}
		product = next;
	}
	return product;
}

static List *
expand_or(const Search *s, const DyPartiqlNode *node)
{
	List	   *sum = NIL;
	const ListCell *cell;

	foreach(cell, node->args)
	{
		sum = list_concat(sum, expand(s, lfirst(cell)));
		check_count(sum);
	}
	return sum;
}

static List *
expand_key_term(const Search *s, const DyPartiqlNode *node, const DyPartiqlNode *name, bool flipped)
{
	const List *elements;
	List	   *branches = NIL;
	const ListCell *cell;

	if (node->kind == DY_NODE_OPERATION && node->op == DY_OP_EQ)
		return list_make1(equal_branch(s, name, flipped ? linitial(node->args) : lsecond(node->args)));
	if (node->kind == DY_NODE_OPERATION && node->op == DY_OP_IN)
	{
		elements = in_elements(lsecond(node->args));
		foreach(cell, elements)
			branches = lappend(branches, equal_branch(s, name, lfirst(cell)));
		check_count(branches);
		return branches;
	}
	return list_make1(interval_branch(s, node, flipped));
}

/*
 * The key attribute has one value.
 */
static Branch *
equal_branch(const Search *s, const DyPartiqlNode *name, const DyPartiqlNode *constant)
{
	Branch	   *branch = palloc0(sizeof(Branch));

	if (is_attribute(name, s->hash))
		branch->hash = key_value(s, s->hash, constant);
	else
	{
		DyValue		value = key_value(s, s->range, constant);

		if (!dy_value_present(value))
			return branch;
		branch->lower = (DyPlanBound)
		{
			true, true, encoded(value)
		};
		branch->upper = branch->lower;
		branch->range = value;
	}
	return branch;
}

/*
 * <, <=, >, >=, BETWEEN and begins_with on the sort key.
 */
static Branch *
interval_branch(const Search *s, const DyPartiqlNode *node, bool flipped)
{
	Branch	   *branch = palloc0(sizeof(Branch));
	DyValue		value = key_value(s, s->range, flipped ? linitial(node->args) : lsecond(node->args));
	DyPlanBound bound;
	StringInfoData end;

	if (!dy_value_present(value))
		return branch;
	bound = (DyPlanBound)
	{
		true, true, encoded(value)
	};
	if (node->kind == DY_NODE_CALL)
	{
		branch->lower = bound;
		initStringInfo(&end);
		appendBinaryStringInfo(&end, bound.key.data, bound.key.len);
		if (dy_key_prefix_end(&end))
			branch->upper = (DyPlanBound)
		{
			true, false,
			{
				end.data, end.len
			}
		};
		return branch;
	}

	switch (node->op)
	{
		case DY_OP_BETWEEN:
			branch->lower = bound;
			value = key_value(s, s->range, lthird(node->args));
			if (dy_value_present(value))
				branch->upper = (DyPlanBound)
			{
				true, true, encoded(value)
			};
			break;
		case DY_OP_LT:
		case DY_OP_LE:
			bound.inclusive = node->op == DY_OP_LE;
			if (flipped)
				branch->lower = bound;
			else
				branch->upper = bound;
			break;
		default:
			bound.inclusive = node->op == DY_OP_GE;
			if (flipped)
				branch->upper = bound;
			else
				branch->lower = bound;
			break;
	}
	return branch;
}

/*
 * A term that makes no range.
 */
static Branch *
other_branch(const Search *s, const DyPartiqlNode *node)
{
	Branch	   *branch = palloc0(sizeof(Branch));

	branch->filtered = true;
	branch->soft = s->range != NULL && mentions(node, s->range) &&
		node->kind == DY_NODE_OPERATION && (node->op == DY_OP_NOT || node->op == DY_OP_NE);
	collect_names(node, &branch->names);
	return branch;
}

/*
 * The value of a key attribute, checked.  Absent after a key_fault.
 */
static DyValue
key_value(const Search *s, const DyKeyAttribute *attribute, const DyPartiqlNode *constant)
{
	DyValue		value = dy_partiql_value(s->b, constant);

	if (dy_value_type(value) != attribute->type)
	{
		if (s->plan->mode != DY_MODE_TRANSACTION)
			dy_validation("Key attribute's data type should match its data type in table's schema: Key %.*s",
						  DY_BYTES_ARGS(attribute->name));
		s->plan->key_fault = "The provided key element does not match the schema";
		return DY_NO_VALUE;
	}
	if (attribute->type != DY_TYPE_N && dy_value_bytes(value).len == 0)
		dy_validation("One or more parameter values are not valid. "
					  "The AttributeValue for a key attribute cannot contain an empty %s value. Key: %.*s",
					  attribute->type == DY_TYPE_S ? "string" : "binary", DY_BYTES_ARGS(attribute->name));
	return value;
}

static DyBytes
encoded(DyValue value)
{
	StringInfoData bytes;

	initStringInfo(&bytes);
	dy_key_encode(&bytes, value);
	return dy_bytes(bytes.data, bytes.len);
}

/*
 * Both hold.
 */
static Branch *
combine(const Branch *a, const Branch *b)
{
	Branch	   *both = palloc(sizeof(Branch));

	*both = *a;
	if (!dy_value_present(a->hash))
		both->hash = b->hash;
	else if (dy_value_present(b->hash) && !dy_value_equal(a->hash, b->hash))
		both->conflict = true;
	both->conflict |= b->conflict;
	both->soft |= b->soft;
	both->filtered |= b->filtered;
	both->names = list_concat_copy(a->names, b->names);
	if (!dy_value_present(a->range))
		both->range = b->range;

	if (b->lower.present)
	{
		int			order = a->lower.present ? compare_bytes(a->lower.key, b->lower.key) : -1;

		if (order < 0 || (order == 0 && !b->lower.inclusive))
			both->lower = b->lower;
	}
	if (b->upper.present)
	{
		int			order = a->upper.present ? compare_bytes(a->upper.key, b->upper.key) : 1;

		if (order > 0 || (order == 0 && !b->upper.inclusive))
			both->upper = b->upper;
	}
	intersect(both);
	return both;
}

static void
check_count(const List *branches)
{
	if (list_length(branches) > DY_MAX_READS_OF_STATEMENT)
		dy_validation("Too many decomposed read operations for a given query.");
}

/*
 * Do the bounds leave anything?
 */
static void
intersect(Branch *branch)
{
	int			order;

	if (!branch->lower.present || !branch->upper.present)
		return;
	order = compare_bytes(branch->lower.key, branch->upper.key);
	branch->empty |= order > 0 || (order == 0 && !(branch->lower.inclusive && branch->upper.inclusive));
}

/*
 * Could one item be in both?
 */
static bool
overlap(const Branch *a, const Branch *b)
{
	Branch		both;

	if (a->empty || b->empty || a->conflict || b->conflict || !dy_value_equal(a->hash, b->hash))
		return false;
	both = *combine(a, b);
	return !both.empty;
}

/*
 * The attributes at the heads of all paths below the node, each once.
 */
static void
collect_names(const DyPartiqlNode *node, List **names)
{
	const ListCell *cell;

	check_stack_depth();
	if (dy_partiql_is_path(node))
	{
		foreach(cell, *names)
		{
			if (dy_bytes_equal(*(DyBytes *) lfirst(cell), node->text))
				return;
		}
		*names = lappend(*names, (void *) &node->text);
		return;
	}
	foreach(cell, node->args)
		collect_names(lfirst(cell), names);
}

static bool
mentions(const DyPartiqlNode *node, const DyKeyAttribute *attribute)
{
	List	   *names = NIL;
	const ListCell *cell;

	collect_names(node, &names);
	foreach(cell, names)
	{
		if (dy_bytes_equal(*(DyBytes *) lfirst(cell), attribute->name))
			return true;
	}
	return false;
}

/* ---- the plan ---- */

/*
 * The filter of a keyed read of an index may only mention what the index
 * holds.  The service complains about the branch that it tries first, in the
 * order of a hash table.
 */
static void
check_filter_names(const DyPlan *plan, List *branches)
{
	int			n = list_length(branches);
	DyBytes    *keys = palloc(n * sizeof(DyBytes));
	int		   *order;

	for (int i = 0; i < n; i++)
	{
		const Branch *branch = list_nth(branches, i);

		keys[i] = dy_bytes("", 0);
		if (dy_value_type(branch->hash) == DY_TYPE_S)
			keys[i] = dy_value_bytes(branch->hash);
	}
	order = dy_partiql_java_order(keys, n);
	for (int i = 0; i < n; i++)
		check_branch_names(plan, list_nth(branches, order[i]));
}

static void
check_branch_names(const DyPlan *plan, const Branch *branch)
{
	int			n = 0;
	int			missing = 0;
	DyBytes    *names = palloc((list_length(branch->names) + 1) * sizeof(DyBytes));
	DyBytes    *listed = palloc((list_length(branch->names) + 1) * sizeof(DyBytes));
	int		   *order;
	const ListCell *cell;

	foreach(cell, branch->names)
		names[n++] = *(DyBytes *) lfirst(cell);
	order = dy_partiql_java_order(names, n);
	for (int i = 0; i < n; i++)
	{
		if (!dy_partiql_index_holds(plan->table, plan->index, names[order[i]]))
			listed[missing++] = names[order[i]];
	}
	if (missing > 0)
		dy_validation("One or more parameter values were invalid: Secondary index %.*s "
					  "does not project one or more filter attributes: [%s]",
					  DY_BYTES_ARGS(plan->index->name), dy_partiql_join_names(listed, missing));
}

/*
 * Each partition that a branch names, once.
 */
static void
whole_partitions(DyPlan *plan, const List *branches)
{
	const ListCell *cell;

	plan->ranges = palloc0(list_length(branches) * sizeof(DyPlanRange));
	foreach(cell, branches)
	{
		const Branch *branch = lfirst(cell);
		bool		known = false;

		for (int i = 0; i < plan->nranges; i++)
			known |= dy_value_equal(plan->ranges[i].partition, branch->hash);
		if (!known)
			plan->ranges[plan->nranges++].partition = branch->hash;
	}
}

/*
 * One range for each branch.
 */
static void
plan_ranges(DyPlan *plan, const List *branches)
{
	bool		filtered = false;
	const ListCell *cell;

	plan->ranges = palloc0(list_length(branches) * sizeof(DyPlanRange));
	foreach(cell, branches)
	{
		const Branch *branch = lfirst(cell);

		filtered |= branch->filtered;
		if (!branch->empty)
			plan->ranges[plan->nranges++] = (DyPlanRange)
		{
			branch->hash, branch->lower, branch->upper
		};
	}
	if (!filtered)
		plan->filter = NULL;
}

/*
 * If the branch is one item of the table, and WHERE says nothing else, it is
 * a point read.
 */
static void
plan_item(DyPlan *plan, const Search *s, const Branch *branch)
{
	DyBuilder  *builder;

	if (plan->index != NULL || branch->filtered || branch->empty ||
		(s->range != NULL && !dy_value_present(branch->range)))
		return;

	builder = dy_build_create();
	dy_build_open(builder, DY_TYPE_M);
	dy_build_name(builder, s->hash->name.data, s->hash->name.len);
	dy_build_copy(builder, branch->hash);
	if (s->range != NULL)
	{
		dy_build_name(builder, s->range->name.data, s->range->name.len);
		dy_build_copy(builder, branch->range);
	}
	dy_build_close(builder);
	plan->key = dy_build_value(builder);
	plan->key_only = true;
	plan->access = DY_ACCESS_ITEM;
}

/* ---- ORDER BY ---- */

static void
check_order(const DyPlan *plan, bool keyed)
{
	const ListCell *cell;

	if (plan->statement->order == NIL)
		return;
	if (plan->statement->where == NULL)
		dy_validation("Must have WHERE clause in the statement when using ORDER BY clause.");
	foreach(cell, plan->statement->order)
	{
		const DyPartiqlNode *by = ((DyPartiqlOrder *) lfirst(cell))->by;

		if (by->kind != DY_NODE_NAME)
			dy_validation("Argument to ORDER BY must be of type VariableReference. Type: %s",
						  by->kind == DY_NODE_PATH ? "PATH" :
						  by->kind == DY_NODE_OPERATION ? dy_partiql_operator_name(by->op) : dy_partiql_node_name(by));
		if (!is_attribute(by, dy_plan_hash(plan)) && !is_attribute(by, dy_plan_range(plan)))
			dy_validation("Attribute %.*s in ORDER BY clause must be part of the primary key",
						  DY_BYTES_ARGS(by->text));
	}
	if (!keyed)
		dy_validation("Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.");
}

/*
 * Put the ranges in the order of ORDER BY.  Without it they stay in the
 * order of the statement, each forward.  If only the partition key is
 * ordered, the service reads each partition backward.
 */
static void
order_ranges(DyPlan *plan)
{
	bool		by_hash = false;
	bool		hash_descending = false;
	bool		by_range = false;
	bool		range_descending = false;
	const ListCell *cell;

	if (plan->statement->order == NIL)
		return;
	foreach(cell, plan->statement->order)
	{
		const DyPartiqlOrder *order = lfirst(cell);

		if (is_attribute(order->by, dy_plan_hash(plan)))
		{
			if (!by_hash)
				hash_descending = order->descending;
			by_hash = true;
		}
		else
		{
			if (!by_range)
				range_descending = order->descending;
			by_range = true;
		}
	}
	for (int i = 1; i < plan->nranges && !by_hash; i++)
	{
		if (!dy_value_equal(plan->ranges[0].partition, plan->ranges[i].partition))
			dy_validation("Must have hash key in ORDER BY clause when more than one hash key condition "
						  "specified in WHERE clause.");
	}
	plan->backward = by_range ? range_descending : true;
	if (plan->nranges > 1)
	{
		bool		descending[] = {hash_descending, plan->backward};

		qsort_arg(plan->ranges, plan->nranges, sizeof(DyPlanRange), compare_ranges, descending);
	}
}

/*
 * By partition key, then by lower bound.
 */
static int
compare_ranges(const void *a, const void *b, void *arg)
{
	const DyPlanRange *left = a;
	const DyPlanRange *right = b;
	const bool *descending = arg;
	int			order = dy_value_compare(left->partition, right->partition);

	if (order != 0)
		return descending[0] ? -order : order;
	if (!left->lower.present || !right->lower.present)
		order = (int) left->lower.present - (int) right->lower.present;
	else
		order = compare_bytes(left->lower.key, right->lower.key);
	return descending[1] ? -order : order;
}

static int
compare_bytes(DyBytes a, DyBytes b)
{
	int			order = memcmp(a.data, b.data, Min(a.len, b.len));

	if (order != 0)
		return order;
	return a.len < b.len ? -1 : a.len > b.len;
}
