/*-------------------------------------------------------------------------
 *
 * parameters.c
 *	  Rules about request parameters that many operations share.
 *
 * A request is checked in the order of the service:
 *
 *	  1. types and constraints of its members (wire/);
 *	  2. expressions and the legacy fields they replace are not mixed;
 *	  3. the values it carries, and what an operation adds to that;
 *	  4. placeholders, then the expressions one by one, then placeholders
 *		 that nobody used;
 *	  5. the table exists; keys and paths fit its schema.
 *
 * The steps here are 2, and what of 4 and 5 is the same everywhere.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "expr/ast.h"
#include "ops/parameters.h"

static void append_present(StringInfo dest, const DyParameter *parameters, int n);
static void add_nested_head(const DyPath *path, void *arg);
static void add_operand_heads(const DyOperand *operand, DyPathHeads *heads);
static void check_nested_heads(const DyTable *table, const DyPathHeads *heads);

/*
 * Expressions and legacy fields may not be mixed, and placeholders need an
 * expression.
 *
 * values is NULL for an operation that has no ExpressionAttributeValues.
 * Error texts name the parameters in the order given here, which is the
 * service's.
 */
void
dy_parameters_check(const DyParameter *expressions, int nexpressions,
					const DyParameter *legacy, int nlegacy,
					const DyNode *names, const DyNode *values)
{
	bool		any_expression = false;
	bool		any_with_values = false;
	bool		any_legacy = false;

	for (int i = 0; i < nexpressions; i++)
		if (expressions[i].node->present)
		{
			any_expression = true;
			if (!expressions[i].no_values)
				any_with_values = true;
		}
	for (int i = 0; i < nlegacy; i++)
		any_legacy |= legacy[i].node->present;

	if (any_expression && any_legacy)
	{
		StringInfoData text;

		initStringInfo(&text);
		appendStringInfoString(&text, "Non-expression parameters: {");
		append_present(&text, legacy, nlegacy);
		appendStringInfoString(&text, "} Expression parameters: {");
		append_present(&text, expressions, nexpressions);
		dy_validation("Can not use both expression and non-expression parameters "
					  "in the same request: %s}", text.data);
	}

	if (names->present && !any_expression)
		dy_validation("ExpressionAttributeNames can only be specified when using expressions");

	if (values != NULL && values->present && !any_with_values)
	{
		StringInfoData text;
		int			nwith_values = 0;

		initStringInfo(&text);
		for (int i = 0; i < nexpressions; i++)
			if (!expressions[i].no_values)
				appendStringInfo(&text, "%s%s", nwith_values++ > 0 ? " and " : "",
								 expressions[i].name);
		dy_validation("ExpressionAttributeValues can only be specified when using "
					  "expressions: %s %s null", text.data, nwith_values > 1 ? "are" : "is");
	}
}

void
dy_check_condition_keys(const DyTable *table, const DyCondition *condition)
{
	DyPathHeads heads = {0};

	if (condition == NULL)
		return;
	dy_condition_paths(condition, add_nested_head, &heads);
	check_nested_heads(table, &heads);
}

void
dy_check_update_keys(const DyTable *table, const DyUpdate *update)
{
	DyPathHeads heads = {0};

	if (update == NULL)
		return;
	for (int i = 0; i < update->nactions; i++)
	{
		add_nested_head(&update->actions[i].path, &heads);
		if (update->actions[i].operand != NULL)
			add_operand_heads(update->actions[i].operand, &heads);
	}
	check_nested_heads(table, &heads);
}

void
dy_check_projection_keys(const DyTable *table, const DyProjection *projection)
{
	DyPathHeads heads = {0};

	if (projection == NULL)
		return;
	dy_projection_paths(projection, add_nested_head, &heads);
	check_nested_heads(table, &heads);
}

/*
 * A DyPathVisitor: collects the first step of every path, each name once, in
 * the order met.
 */
void
dy_path_heads_add(const DyPath *path, void *arg)
{
	DyPathHeads *heads = arg;
	DyBytes		name = path->steps[0].name;

	if (dy_path_heads_contain(heads, name))
		return;
	if (heads->n == heads->allocated)
	{
		heads->allocated = Max(8, heads->allocated * 2);
		if (heads->heads == NULL)
			heads->heads = palloc_array(DyBytes, heads->allocated);
		else
			heads->heads = repalloc(heads->heads, heads->allocated * sizeof(DyBytes));
	}
	heads->heads[heads->n++] = name;
}

bool
dy_path_heads_contain(const DyPathHeads *heads, DyBytes name)
{
	for (int i = 0; i < heads->n; i++)
		if (dy_bytes_equal(heads->heads[i], name))
			return true;
	return false;
}

/*
 * Names of the parameters that are present, with commas between.
 */
static void
append_present(StringInfo dest, const DyParameter *parameters, int n)
{
	const char *separator = "";

	for (int i = 0; i < n; i++)
		if (parameters[i].node->present)
		{
			appendStringInfo(dest, "%s%s", separator, parameters[i].name);
			separator = ", ";
		}
}

/*
 * A DyPathVisitor like dy_path_heads_add, for paths of several steps only.
 */
static void
add_nested_head(const DyPath *path, void *arg)
{
	if (path->nsteps > 1)
		dy_path_heads_add(path, arg);
}

/*
 * The same for the paths that the right-hand side of a SET reads.
 */
static void
add_operand_heads(const DyOperand *operand, DyPathHeads *heads)
{
	if (operand->kind == DY_OPERAND_PATH)
		add_nested_head(&operand->path, heads);
	for (int i = 0; i < lengthof(operand->args); i++)
		if (operand->args[i] != NULL)
			add_operand_heads(operand->args[i], heads);
}

/*
 * Refuse paths that reach into a key attribute of the table or of an index.
 */
static void
check_nested_heads(const DyTable *table, const DyPathHeads *heads)
{
	static const char *const text = "Key attributes must be scalars; list random access '[]' "
	"and map lookup '.' are not allowed: %s: %.*s";

	if (heads->n == 0)
		return;

	if (dy_path_heads_contain(heads, table->hash.name))
		dy_validation(text, "Key", DY_BYTES_ARGS(table->hash.name));
	if (table->has_range && dy_path_heads_contain(heads, table->range.name))
		dy_validation(text, "Key", DY_BYTES_ARGS(table->range.name));

	for (int i = 0; i < table->nindexes; i++)
	{
		const DyIndex *index = &table->indexes[i];

		for (int k = 0; k < index->nhash; k++)
			if (dy_path_heads_contain(heads, index->hash[k].name))
				dy_validation(text, "IndexKey", DY_BYTES_ARGS(index->hash[k].name));
		for (int k = 0; k < index->nrange; k++)
			if (dy_path_heads_contain(heads, index->range[k].name))
				dy_validation(text, "IndexKey", DY_BYTES_ARGS(index->range[k].name));
	}
}
