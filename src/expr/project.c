/*-------------------------------------------------------------------------
 *
 * project.c
 *	  The part of an item that some paths name.
 *
 * Nested paths keep the containers above them; of a list, the elements named
 * stand in their order without holes.  A container of which nothing is found
 * does not show.
 *
 * Paths that lead nowhere are dropped first.  The others are sorted, so that
 * the paths through one container are neighbours and the result is written
 * front to back.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "expr/paths.h"

/* So many paths need no allocation. */
#define FEW_PATHS		64

static void write_group(DyBuilder *b, DyValue value, const DyPath *const *paths, int n, int depth);
static int	compare_paths(const void *a, const void *b);

/*
 * Write what the projection names of item, one M value.  An absent item is
 * an empty one.  (Test: expr_projection.)
 */
void
dy_projection_apply(const DyProjection *projection, DyValue item, DyBuilder *out)
{
	const DyPath *few[FEW_PATHS];
	const DyPath **paths = few;

	if (projection->npaths > FEW_PATHS)
		paths = palloc(sizeof(DyPath *) * projection->npaths);
	for (int i = 0; i < projection->npaths; i++)
		paths[i] = &projection->paths[i];
	(void) dy_paths_project(paths, projection->npaths, item, out);
	if (paths != few)
		pfree(paths);
}

/*
 * Call visit for every path, in the order of the request.
 */
void
dy_projection_paths(const DyProjection *projection, DyPathVisitor visit, void *arg)
{
	for (int i = 0; i < projection->npaths; i++)
		visit(&projection->paths[i], arg);
}

/*
 * Write what the paths name of item, one M value; false if that is nothing.
 * Reorders the array.
 */
bool
dy_paths_project(const DyPath **paths, int n, DyValue item, DyBuilder *out)
{
	int			found = 0;

	for (int i = 0; i < n; i++)
	{
		if (dy_value_present(item) && dy_value_present(dy_path_get(item, paths[i])))
			paths[found++] = paths[i];
	}
	qsort(paths, found, sizeof(DyPath *), compare_paths);

	dy_build_open(out, DY_TYPE_M);
	write_group(out, item, paths, found, 0);
	dy_build_close(out);
	return found > 0;
}

/*
 * Order of paths: step by step, a path before those that go on from it.
 */
int
dy_path_compare(const DyPath *a, const DyPath *b)
{
	int			n = Min(a->nsteps, b->nsteps);

	for (int i = 0; i < n; i++)
	{
		int			order = dy_path_step_compare(&a->steps[i], &b->steps[i]);

		if (order != 0)
			return order;
	}
	return (int) a->nsteps - (int) b->nsteps;
}

/*
 * Names in the order of a map's directory, indexes by number, names first.
 */
int
dy_path_step_compare(const DyPathStep *a, const DyPathStep *b)
{
	int			order;

	if (a->is_index != b->is_index)
		return a->is_index ? 1 : -1;
	if (a->is_index)
		return (a->index > b->index) - (a->index < b->index);
	order = memcmp(a->name.data, b->name.data, Min(a->name.len, b->name.len));
	if (order != 0)
		return order;
	return (a->name.len > b->name.len) - (a->name.len < b->name.len);
}

/*
 * Write the elements of one container that the paths go through; depth steps
 * led to it.
 */
static void
write_group(DyBuilder *b, DyValue container, const DyPath *const *paths, int n, int depth)
{
	int			next;

	check_stack_depth();

	for (int i = 0; i < n; i = next)
	{
		const DyPathStep *step = &paths[i]->steps[depth];
		DyValue		value;

		for (next = i + 1; next < n; next++)
		{
			if (dy_path_step_compare(step, &paths[next]->steps[depth]) != 0)
				break;
		}

		if (step->is_index)
			value = dy_list_get(container, step->index);
		else
		{
			value = dy_map_get(container, step->name.data, step->name.len);
			dy_build_name(b, step->name.data, step->name.len);
		}

		if (paths[i]->nsteps == depth + 1)
			dy_build_copy(b, value);
		else
		{
			dy_build_open(b, dy_value_type(value));
			write_group(b, value, paths + i, next - i, depth + 1);
			dy_build_close(b);
		}
	}
}

static int
compare_paths(const void *a, const void *b)
{
	return dy_path_compare(*(const DyPath *const *) a, *(const DyPath *const *) b);
}
