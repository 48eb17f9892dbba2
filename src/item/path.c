/*-------------------------------------------------------------------------
 *
 * path.c
 *	  Document paths: following, comparing and showing them.
 *
 * Parsing them is expr's business.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.Attributes.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "item/path.h"

static bool step_equal(const DyPathStep *a, const DyPathStep *b);

/*
 * The value a path leads to from a map.  Absent if a name or index is
 * missing on the way, or a step does not fit what it meets (an index into a
 * map, a name in a list, anything into a scalar or set).
 */
DyValue
dy_path_get(DyValue map, const DyPath *path)
{
	DyValue		value = map;

	for (int i = 0; i < path->nsteps; i++)
	{
		const DyPathStep *step = &path->steps[i];
		DyType		type = dy_value_type(value);

		if (type != (step->is_index ? DY_TYPE_L : DY_TYPE_M))
			return DY_NO_VALUE;
		value = step->is_index ? dy_list_get(value, step->index) :
			dy_map_get(value, step->name.data, step->name.len);
		if (!dy_value_present(value))
			return DY_NO_VALUE;
	}
	return value;
}

/* The same steps? */
bool
dy_path_equal(const DyPath *a, const DyPath *b)
{
	return a->nsteps == b->nsteps && dy_path_is_prefix(a, b);
}

/* Does path lead to what prefix leads to, or into it? */
bool
dy_path_is_prefix(const DyPath *prefix, const DyPath *path)
{
	if (prefix->nsteps > path->nsteps)
		return false;
	for (int i = 0; i < prefix->nsteps; i++)
	{
		if (!step_equal(&prefix->steps[i], &path->steps[i]))
			return false;
	}
	return true;
}

/* Append a path as error texts show it: [a, b, [3], c]. */
void
dy_path_write(StringInfo dest, const DyPath *path)
{
	appendStringInfoChar(dest, '[');
	for (int i = 0; i < path->nsteps; i++)
	{
		const DyPathStep *step = &path->steps[i];

		if (i > 0)
			appendStringInfoString(dest, ", ");
		if (step->is_index)
			appendStringInfo(dest, "[%u]", step->index);
		else
			appendBinaryStringInfo(dest, step->name.data, step->name.len);
	}
	appendStringInfoChar(dest, ']');
}

static bool
step_equal(const DyPathStep *a, const DyPathStep *b)
{
	if (a->is_index != b->is_index)
		return false;
	if (a->is_index)
		return a->index == b->index;
	return a->name.len == b->name.len &&
		memcmp(a->name.data, b->name.data, a->name.len) == 0;
}
