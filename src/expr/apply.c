/*-------------------------------------------------------------------------
 *
 * apply.c
 *	  What an update makes of an item.
 *
 * Three steps, so that every right-hand side sees the old item and errors
 * come in the order of the request:
 *
 *	  1. the operands of all SET actions are evaluated;
 *	  2. for each action, where it writes is looked up in the old item: the
 *		 container must be there and be of the right kind; ADD and DELETE
 *		 compute their values;
 *	  3. old item and new values are merged into the new item, front to back:
 *		 the actions are sorted by path, maps are walked in the order of
 *		 names, and whatever no action goes through is copied as bytes.
 *
 * A list's indexes are those of the old list throughout: removed elements
 * close up, values set beyond the end follow it in the order of their indexes.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 *	  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.AttributeUpdates.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/errors.h"
#include "expr/evaluate.h"
#include "expr/paths.h"
#include "item/text.h"

/* An action and what it comes to. */
typedef struct Change
{
	const DyAction *action;
	DyValue		value;			/* to stand at the path; absent: nothing shall
								 * stand there */
} Change;

/* The new item being written. */
typedef struct Merge
{
	DyBuilder  *b;
	bool		differs;		/* plainly, from the old one */
} Merge;

static DyValue evaluate(const DyUpdate *update, const DyOperand *operand, DyValue item);
static DyValue evaluate_as(const DyUpdate *update, const DyOperand *operand, DyValue item, DyType type);
static DyValue add_numbers(DyValue a, DyValue b, bool subtract);
static DyValue append_lists(DyValue a, DyValue b);
static DyValue compute(const DyUpdate *update, const DyAction *action, DyValue old);
static DyValue unite_sets(DyValue a, DyValue b);
static DyValue subtract_sets(DyValue a, DyValue b);
static DyValue find_container(const DyPath *path, DyValue item);
static DyValue find_in(DyValue container, const DyPath *path);
static void check_levels(const DyPath *path, DyValue value);
static bool passes_no_list(const DyPath *path);
static bool is_same(DyValue a, DyValue b);
static void merge(Merge *m, DyValue container, const Change *changes, int n, int depth);
static void merge_map(Merge *m, DyValue map, const Change *changes, int n, int depth);
static void merge_list(Merge *m, DyValue list, const Change *changes, int n, int depth);
static int	group_length(const Change *changes, int n, int depth);
static void write_element(Merge *m, const DyPathStep *step, DyValue old, const Change *changes, int n, int depth);
static int	compare_changes(const void *a, const void *b);
static void wrong_type(const DyUpdate *update) pg_attribute_noreturn();
static void missing_operand(void) pg_attribute_noreturn();

/*
 * Does the update make an item where there is none?  One that only takes
 * away does not; one without any action does.
 */
bool
dy_update_creates(const DyUpdate *update)
{
	for (int i = 0; i < update->nactions; i++)
	{
		if (update->actions[i].kind == DY_ACTION_SET || update->actions[i].kind == DY_ACTION_ADD)
			return true;
	}
	return update->nactions == 0;
}

/*
 * Write the item that the update makes of old to out, one M value.  If old
 * is absent the update starts from key, the key attributes; an update that
 * does not create (dy_update_creates) then leaves it at them.
 *
 * Raises ValidationException for operands that are missing or of a wrong
 * type, paths that lead nowhere, numbers out of range, too much nesting.  Size
 * and key attributes are the caller's to check.  Scratch memory is the
 * current context's.  (Tests: expr_update, expr_legacy.)
 *
 * Returns true if it is plain that the new item differs from old: what one
 * action writes, through maps alone, is not what was there.  Through a list
 * it is not plain: one element may go and the same come.
 */
bool
dy_update_apply(const DyUpdate *update, DyValue old, DyValue key, DyBuilder *out)
{
	DyValue		item = dy_value_present(old) ? old : key;
	Change	   *changes;
	Merge		m = {.b = out,.differs = !dy_value_present(old)};

	if (!dy_value_present(old) && !dy_update_creates(update))
	{
		dy_build_copy(out, key);
		return true;
	}

	changes = palloc(sizeof(Change) * Max(update->nactions, 1));
	for (int i = 0; i < update->nactions; i++)
	{
		changes[i].action = &update->actions[i];
		changes[i].value = DY_NO_VALUE;
		if (changes[i].action->kind == DY_ACTION_SET)
			changes[i].value = evaluate(update, changes[i].action->operand, item);
	}

	for (int i = 0; i < update->nactions; i++)
	{
		const DyAction *action = changes[i].action;
		DyValue		container = find_container(&action->path, item);

		if (action->kind == DY_ACTION_ADD || action->kind == DY_ACTION_DELETE)
			changes[i].value = compute(update, action, find_in(container, &action->path));
		if (dy_value_present(changes[i].value))
			check_levels(&action->path, changes[i].value);
	}

	qsort(changes, update->nactions, sizeof(Change), compare_changes);
	dy_build_open(out, DY_TYPE_M);
	merge(&m, item, changes, update->nactions, 0);
	dy_build_close(out);
	pfree(changes);
	return m.differs;
}

/*
 * The attributes the update touches, as they stand in item: one M value.
 * False if there are none.
 */
bool
dy_update_touched(const DyUpdate *update, DyValue item, DyBuilder *out)
{
	const DyPath **paths = palloc(sizeof(DyPath *) * Max(update->nactions, 1));
	bool		found;

	for (int i = 0; i < update->nactions; i++)
		paths[i] = &update->actions[i].path;
	found = dy_paths_project(paths, update->nactions, item, out);
	pfree(paths);
	return found;
}

/*
 * Call visit for every path that is written, in the order of the request.
 */
void
dy_update_paths(const DyUpdate *update, DyPathVisitor visit, void *arg)
{
	for (int i = 0; i < update->nactions; i++)
		visit(&update->actions[i].path, arg);
}

/* ---- computing ---- */

/*
 * The value of a right-hand side.  Never absent.
 */
static DyValue
evaluate(const DyUpdate *update, const DyOperand *operand, DyValue item)
{
	DyValue		a;
	DyValue		b;

	check_stack_depth();

	switch (operand->kind)
	{
		case DY_OPERAND_VALUE:
			return operand->value;
		case DY_OPERAND_PATH:
			a = dy_path_get(item, &operand->path);
			if (!dy_value_present(a))
				missing_operand();
			return a;
		case DY_OPERAND_IF_NOT_EXISTS:
			if (operand->args[0]->kind != DY_OPERAND_PATH)
				break;
			a = dy_path_get(item, &operand->args[0]->path);
			return dy_value_present(a) ? a : evaluate(update, operand->args[1], item);
		case DY_OPERAND_PLUS:
		case DY_OPERAND_MINUS:
			a = evaluate_as(update, operand->args[0], item, DY_TYPE_N);
			b = evaluate_as(update, operand->args[1], item, DY_TYPE_N);
			return add_numbers(a, b, operand->kind == DY_OPERAND_MINUS);
		case DY_OPERAND_LIST_APPEND:
			a = evaluate_as(update, operand->args[0], item, DY_TYPE_L);
			b = evaluate_as(update, operand->args[1], item, DY_TYPE_L);
			return append_lists(a, b);
		case DY_OPERAND_CONDITION:
		case DY_OPERAND_SIZE:
			break;
	}
	elog(ERROR, "operand %d does not belong into an update", operand->kind);
}

/*
 * The same, which must be of a type.
 */
static DyValue
evaluate_as(const DyUpdate *update, const DyOperand *operand, DyValue item, DyType type)
{
	DyValue		value = evaluate(update, operand, item);

	if (dy_value_type(value) != type)
		wrong_type(update);
	return value;
}

/*
 * A result of more than 38 digits is called an overflow, too.
 */
static DyValue
add_numbers(DyValue a, DyValue b, bool subtract)
{
	DyNumber	x = dy_value_number(a);
	DyNumber	y = dy_value_number(b);
	DyNumber	result;
	DyNumberError error = subtract ? dy_number_subtract(&x, &y, &result) : dy_number_add(&x, &y, &result);

	if (error == DY_NUMBER_PRECISION)
		error = DY_NUMBER_OVERFLOW;
	if (error != DY_NUMBER_OK)
		dy_validation("%s", dy_number_error_text(error, dy_bytes("", 0)));
	return dy_value_of_number(&result, palloc(DY_NUMBER_VALUE_BYTES));
}

static DyValue
append_lists(DyValue a, DyValue b)
{
	DyBuilder  *builder = dy_build_create();
	DyValue		lists[2];
	DyIterator	iter;
	DyValue		element;

	lists[0] = a;
	lists[1] = b;
	dy_build_open(builder, DY_TYPE_L);
	for (int i = 0; i < 2; i++)
	{
		iter = dy_iterate(lists[i]);
		while (dy_list_next(&iter, &element))
			dy_build_copy(builder, element);
	}
	dy_build_close(builder);
	return dy_build_value(builder);
}

/*
 * What ADD or DELETE makes of what stands at its path; absent: nothing is
 * left.
 */
static DyValue
compute(const DyUpdate *update, const DyAction *action, DyValue old)
{
	bool		is_add = (action->kind == DY_ACTION_ADD);
	DyType		type = dy_value_type(action->value);

	if (!dy_value_present(old))
		return is_add ? action->value : DY_NO_VALUE;
	if (dy_value_type(old) != type)
		wrong_type(update);

	switch (type)
	{
		case DY_TYPE_N:
			if (is_add)
				return add_numbers(old, action->value, false);
			break;
		case DY_TYPE_L:
			if (is_add && update->legacy)
				return append_lists(old, action->value);
			break;
		case DY_TYPE_SS:
		case DY_TYPE_NS:
		case DY_TYPE_BS:
			return is_add ? unite_sets(old, action->value) : subtract_sets(old, action->value);
		default:
			break;
	}
	wrong_type(update);
}

static DyValue
unite_sets(DyValue a, DyValue b)
{
	DyBuilder  *builder = dy_build_create();
	DyIterator	iter = dy_iterate(a);
	DyValue		element;

	dy_build_open(builder, dy_value_type(a));
	while (dy_list_next(&iter, &element))
		dy_build_copy(builder, element);
	iter = dy_iterate(b);
	while (dy_list_next(&iter, &element))
	{
		if (!dy_set_contains(a, element))
			dy_build_copy(builder, element);
	}
	dy_build_close(builder);
	return dy_build_value(builder);
}

/*
 * There are no empty sets: absent if nothing is left.
 */
static DyValue
subtract_sets(DyValue a, DyValue b)
{
	DyBuilder  *builder = dy_build_create();
	DyIterator	iter = dy_iterate(a);
	DyValue		element;
	bool		left = false;

	dy_build_open(builder, dy_value_type(a));
	while (dy_list_next(&iter, &element))
	{
		if (dy_set_contains(b, element))
			continue;
		dy_build_copy(builder, element);
		left = true;
	}
	dy_build_close(builder);
	return left ? dy_build_value(builder) : DY_NO_VALUE;
}

/*
 * The container that what stands at a path would stand in; it must be there.
 */
static DyValue
find_container(const DyPath *path, DyValue item)
{
	const DyPathStep *last = &path->steps[path->nsteps - 1];
	DyValue		container = item;

	if (path->nsteps > 1)
	{
		DyPath		above = *path;

		above.nsteps--;
		container = dy_path_get(item, &above);
	}
	if (!dy_value_present(container) ||
		dy_value_type(container) != (last->is_index ? DY_TYPE_L : DY_TYPE_M))
		dy_validation("The document path provided in the update expression is invalid for update");
	return container;
}

/*
 * What stands at a path, in its container; absent if nothing does.
 */
static DyValue
find_in(DyValue container, const DyPath *path)
{
	const DyPathStep *last = &path->steps[path->nsteps - 1];

	return last->is_index ? dy_list_get(container, last->index) :
		dy_map_get(container, last->name.data, last->name.len);
}

/*
 * A value that comes to stand below path->nsteps containers.
 */
static void
check_levels(const DyPath *path, DyValue value)
{
	if (path->nsteps + dy_value_levels(value) > DY_MAX_NESTING_LEVELS)
		dy_validation("Nesting Levels have exceeded supported limits");
}

static bool
passes_no_list(const DyPath *path)
{
	for (int i = 1; i < path->nsteps; i++)
	{
		if (path->steps[i].is_index)
			return false;
	}
	return true;
}

/*
 * Either may be absent.
 */
static bool
is_same(DyValue a, DyValue b)
{
	if (!dy_value_present(a) || !dy_value_present(b))
		return dy_value_present(a) == dy_value_present(b);
	return dy_value_equal(a, b);
}

/* ---- merging ---- */

/*
 * Write what becomes of the elements of one container.  changes are sorted,
 * all go through it; depth steps led to it.
 */
static void
merge(Merge *m, DyValue container, const Change *changes, int n, int depth)
{
	check_stack_depth();

	if (dy_value_type(container) == DY_TYPE_M)
		merge_map(m, container, changes, n, depth);
	else
		merge_list(m, container, changes, n, depth);
}

static void
merge_map(Merge *m, DyValue map, const Change *changes, int n, int depth)
{
	DyIterator	iter = dy_iterate(map);
	int			length;

	for (int i = 0; i < n; i += length)
	{
		const DyPathStep *step = &changes[i].action->path.steps[depth];
		DyIterator	ahead;
		DyBytes		name;
		DyValue		value;

		dy_build_copy_below(m->b, &iter, &step->name);
		ahead = iter;
		if (dy_map_next(&ahead, &name, &value) && dy_bytes_equal(name, step->name))
			iter = ahead;
		else
			value = DY_NO_VALUE;

		length = group_length(changes + i, n - i, depth);
		write_element(m, step, value, changes + i, length, depth);
	}
	dy_build_copy_below(m->b, &iter, NULL);
}

static void
merge_list(Merge *m, DyValue list, const Change *changes, int n, int depth)
{
	DyIterator	iter = dy_iterate(list);
	DyValue		value;
	int			i = 0;

	for (uint32 index = 0; dy_list_next(&iter, &value); index++)
	{
		int			length;

		if (i >= n || changes[i].action->path.steps[depth].index != index)
		{
			dy_build_copy(m->b, value);
			continue;
		}
		length = group_length(changes + i, n - i, depth);
		write_element(m, NULL, value, changes + i, length, depth);
		i += length;
	}
	while (i < n)
	{
		int			length = group_length(changes + i, n - i, depth);

		write_element(m, NULL, DY_NO_VALUE, changes + i, length, depth);
		i += length;
	}
}

/*
 * How many of the changes, from the first, share its step at depth.
 */
static int
group_length(const Change *changes, int n, int depth)
{
	int			length = 1;

	while (length < n &&
		   dy_path_step_compare(&changes[0].action->path.steps[depth],
								&changes[length].action->path.steps[depth]) == 0)
		length++;
	return length;
}

/*
 * Write what the changes, which share the step at depth, make of one
 * element.  step names it inside a map and is NULL inside a list.  If one ends
 * here it is the first, and decides alone.
 */
static void
write_element(Merge *m, const DyPathStep *step, DyValue old, const Change *changes, int n, int depth)
{
	const DyPath *path = &changes[0].action->path;
	bool		ends_here = (path->nsteps == depth + 1);

	if (ends_here && !m->differs)
		m->differs = passes_no_list(path) && !is_same(old, changes[0].value);
	if (ends_here && !dy_value_present(changes[0].value))
		return;
	if (step != NULL)
		dy_build_name(m->b, step->name.data, step->name.len);
	if (ends_here)
	{
		dy_build_copy(m->b, changes[0].value);
		return;
	}
	dy_build_open(m->b, dy_value_type(old));
	merge(m, old, changes, n, depth + 1);
	dy_build_close(m->b);
}

static int
compare_changes(const void *a, const void *b)
{
	return dy_path_compare(&((const Change *) a)->action->path, &((const Change *) b)->action->path);
}

/* ---- raising ---- */

static void
wrong_type(const DyUpdate *update)
{
	if (update->legacy)
		dy_validation("Type mismatch for attribute to update");
	dy_validation("An operand in the update expression has an incorrect data type");
}

static void
missing_operand(void)
{
	dy_validation("The provided expression refers to an attribute that does not exist in the item");
}
