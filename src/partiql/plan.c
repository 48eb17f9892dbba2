/*-------------------------------------------------------------------------
 *
 * plan.c
 *	  From a statement's tree to its plan.
 *
 * README.md has the map of statement forms to operations.  This file has the
 * frame and what needs no key; keys.c finds the one item of a write,
 * ranges.c the access path of a SELECT.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/errors.h"
#include "base/limits.h"
#include "expr/ast.h"
#include "expr/check.h"
#include "partiql/tree.h"

static void open_expression(DyPlan *plan, const DyPartiqlNode *node) pg_attribute_noreturn();
static const DyPartiqlStatement *exists_select(const DyPartiqlStatement *statement);
static void read_source(DyPlan *plan);
static DyBytes source_part(const DyPartiqlNode *node);
static void check_table_name(DyBytes name);
static void bind_index(DyPlan *plan);
static void check_clauses(const DyPlan *plan);
static void read_returning(DyPlan *plan);
static void read_columns(DyPlan *plan, const DyPartiqlBinding *b);
static DyBytes column_name(const DyPath *path);
static void check_columns(const DyPlan *plan);
static void keys_of_select(DyPlan *plan, const DyPartiqlBinding *b, bool consistent);

/*
 * Does the statement read only?
 */
bool
dy_partiql_is_read(const DyPartiqlStatement *statement)
{
	return statement->kind == DY_PARTIQL_SELECT;
}

/*
 * See partiql.h.  Zeroes the plan first.
 */
void
dy_plan_open(DyPlan *plan, const DyPartiqlStatement *statement, DyPlanMode mode)
{
	static const DyPlanKind kinds[] = {
		[DY_PARTIQL_SELECT] = DY_PLAN_SELECT,
		[DY_PARTIQL_INSERT] = DY_PLAN_INSERT,
		[DY_PARTIQL_UPDATE] = DY_PLAN_UPDATE,
		[DY_PARTIQL_DELETE] = DY_PLAN_DELETE,
	};

	memset(plan, 0, sizeof(DyPlan));
	plan->mode = mode;
	plan->statement = statement;
	if (statement->kind != DY_PARTIQL_EXPRESSION)
		plan->kind = kinds[statement->kind];
	else
	{
		plan->statement = exists_select(statement);
		plan->kind = DY_PLAN_CHECK;
		if (plan->statement == NULL || mode != DY_MODE_TRANSACTION)
			open_expression(plan, statement->expression);
	}
	read_source(plan);
}

/*
 * An expression is no statement.
 */
static void
open_expression(DyPlan *plan, const DyPartiqlNode *node)
{
	if (node->kind != DY_NODE_OPERATION && node->kind != DY_NODE_CALL)
		dy_validation("Unsupported operation: %s", dy_partiql_node_name(node));
	if (plan->mode == DY_MODE_TRANSACTION)
		dy_validation("Unsupported operation in transaction.");
	dy_validation("EXISTS can only be used in ExecuteTransaction write requests.");
}

/*
 * The SELECT of EXISTS(SELECT ...); NULL if it is something else.
 */
static const DyPartiqlStatement *
exists_select(const DyPartiqlStatement *statement)
{
	const DyPartiqlNode *node = statement->expression;
	const DyPartiqlNode *arg;

	if (node->kind != DY_NODE_CALL || !dy_bytes_is(node->text, "exists") || list_length(node->args) != 1)
		return NULL;
	arg = linitial(node->args);
	return arg->kind == DY_NODE_SELECT ? arg->statement : NULL;
}

/*
 * FROM: the names of the table and the index.
 */
static void
read_source(DyPlan *plan)
{
	const DyPartiqlStatement *statement = plan->statement;
	const DyPartiqlSource *source = linitial(statement->sources);
	const DyPartiqlNode *path = source->path;

	if (list_length(statement->sources) > 1)
		dy_validation("Only select from a single table or index is supported.");
	if (source->alias)
		dy_validation("Aliasing is not supported");

	if (path->kind == DY_NODE_NAME)
		plan->table_name = source_part(path);
	else
	{
		if (plan->kind == DY_PLAN_INSERT)
			dy_partiql_fail_at(statement, &path->token,
							   "FROM clause may only contain a single table name in data manipulation statements");
		if (list_length(path->args) > 2)
			dy_validation("A path may contain at most 2 components in the FROM clause");
		plan->table_name = source_part(linitial(path->args));
		plan->index_name = source_part(lsecond(path->args));
		if (plan->kind == DY_PLAN_UPDATE || plan->kind == DY_PLAN_DELETE)
			dy_validation("This operation is not supported on an index");
	}
	check_table_name(plan->table_name);
}

static DyBytes
source_part(const DyPartiqlNode *node)
{
	if (node->kind != DY_NODE_NAME && node->kind != DY_NODE_STRING)
		dy_validation("Invalid path dot component in this operation, expecting either an IDENTIFIER or STAR.");
	if (node->text.len == 0)
		dy_validation("Path component cannot be an empty string");
	return node->text;
}

/*
 * A name that no table can have.  (An ARN is the caller's business.)
 */
static void
check_table_name(DyBytes name)
{
	bool		good = name.len >= DY_MIN_TABLE_NAME_CHARS && name.len <= DY_MAX_TABLE_NAME_CHARS;

	if (name.len > 4 && memcmp(name.data, "arn:", 4) == 0)
		return;
	for (uint32 i = 0; i < name.len && good; i++)
	{
		char		c = name.data[i];

		good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '-' || c == '_' || c == '.';
	}
	if (!good)
		dy_validation("Table name should be within the length [%d, %d] and only contain 'a-z', 'A-Z', '0-9', '-', '_', '.'.",
					  DY_MIN_TABLE_NAME_CHARS, DY_MAX_TABLE_NAME_CHARS);
}

/*
 * See partiql.h.
 */
void
dy_plan_prepare(DyPlan *plan, const DyTable *table, const DyValue *parameters, int nparameters)
{
	DyPartiqlBinding b = {plan->statement, parameters, nparameters};

	plan->table = table;
	if (table != NULL)
		bind_index(plan);
	check_clauses(plan);
	read_returning(plan);

	switch (plan->kind)
	{
		case DY_PLAN_SELECT:
			read_columns(plan, &b);
			break;
		case DY_PLAN_INSERT:
			plan->item = dy_partiql_item(&b, plan->statement->item);
			break;
		case DY_PLAN_UPDATE:
			plan->update = dy_partiql_update(&b);
			break;
		case DY_PLAN_DELETE:
		case DY_PLAN_CHECK:		/* of any columns */
			break;
	}
	plan->condition = dy_partiql_where(&b);
}

/*
 * The index, if it is there, and the one refusal that comes before all else.
 */
static void
bind_index(DyPlan *plan)
{
	if (plan->index_name.len == 0)
		return;
	plan->index = dy_table_index(plan->table, plan->index_name);
	if (plan->index != NULL && (plan->index->nhash > 1 || plan->index->nrange > 1))
		dy_validation("PartiQL statements cannot be executed on tables with multi-attribute HASH keys "
					  "or multi-attribute RANGE keys.");
}

/*
 * Clauses that the grammar takes and the service does not support.
 */
static void
check_clauses(const DyPlan *plan)
{
	const DyPartiqlStatement *statement = plan->statement;
	const DyPartiqlUnsupported *unsupported = &statement->unsupported;

	if (statement->kind == DY_PARTIQL_INSERT && statement->bulk)
		dy_validation("Unsupported operation: InsertOp");
	if (statement->distinct)
		dy_validation("Unsupported token in expression: DISTINCT");
	if (statement->select_value)
		dy_validation("Select projection doesn't support value or pivot keywords");
	if (unsupported->name == NULL)
		return;
	if (unsupported->has_position)
		dy_partiql_fail_at(statement, &unsupported->token, "Unsupported clause: %s", unsupported->name);
	dy_validation("Unsupported clause: %s", unsupported->name);
}

/*
 * RETURNING (ALL | MODIFIED) (OLD | NEW) *
 */
static void
read_returning(DyPlan *plan)
{
	const List *items = plan->statement->returning;
	const DyPartiqlReturningItem *item;

	if (items == NIL)
		return;
	item = linitial(items);
	if (plan->kind == DY_PLAN_INSERT)
		dy_validation("RETURNING is not supported in INSERT");
	if (list_length(items) > 1)
		dy_validation("Invalid syntax with multiple returning elements in RETURNING clause");
	if (!item->star)
		dy_validation("Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause");
	if (plan->mode == DY_MODE_TRANSACTION)
		dy_validation("RETURNING clause is not supported in ExecuteTransaction.");
	if (plan->kind == DY_PLAN_DELETE && (item->modified || item->is_new))
		dy_validation("Invalid returning clause: RETURNING %s %s *. Only RETURNING ALL OLD * is allowed in DELETE statements.",
					  item->modified ? "MODIFIED" : "ALL", item->is_new ? "NEW" : "OLD");
	if (item->modified)
		plan->returning = item->is_new ? DY_RETURNING_MODIFIED_NEW : DY_RETURNING_MODIFIED_OLD;
	else
		plan->returning = item->is_new ? DY_RETURNING_ALL_NEW : DY_RETURNING_ALL_OLD;
}

/*
 * The columns of SELECT: document paths, each once.
 */
static void
read_columns(DyPlan *plan, const DyPartiqlBinding *b)
{
	const List *columns = plan->statement->columns;
	DyPathSet  *paths = dy_path_set_create();
	const ListCell *cell;

	plan->columns = palloc(list_length(columns) * sizeof(DyPlanColumn));
	foreach(cell, columns)
	{
		const DyPartiqlNode *node = lfirst(cell);
		DyPlanColumn *column = &plan->columns[plan->ncolumns];

		if (node->aliased)
			dy_validation("Aliasing is not supported");
		if (!dy_partiql_is_path(node))
			dy_partiql_fail_at(plan->statement, &node->token, "Unexpected path component");
		column->path = dy_partiql_path(b, node);
		column->name = column_name(&column->path);
		for (int i = 0; i < plan->ncolumns; i++)
		{
			if (dy_bytes_equal(plan->columns[i].name, column->name))
				dy_validation("Duplicate identifiers in select clause: %.*s", DY_BYTES_ARGS(column->name));
		}
		plan->ncolumns++;
	}
	for (int i = 0; i < plan->ncolumns; i++)
		dy_path_set_add(NULL, paths, &plan->columns[i].path);
}

/*
 * A column is called like the last name of its path, with the indexes behind
 * it: b[0] for a.b[0].
 */
static DyBytes
column_name(const DyPath *path)
{
	StringInfoData name;
	int			last = path->nsteps - 1;

	while (path->steps[last].is_index)
		last--;
	if (last == path->nsteps - 1)
		return path->steps[last].name;
	initStringInfo(&name);
	appendBinaryStringInfo(&name, path->steps[last].name.data, path->steps[last].name.len);
	for (int i = last + 1; i < path->nsteps; i++)
		appendStringInfo(&name, "[%u]", path->steps[i].index);
	return dy_bytes(name.data, name.len);
}

/*
 * See partiql.h.
 */
void
dy_plan_keys(DyPlan *plan, const DyValue *parameters, int nparameters, bool consistent)
{
	DyPartiqlBinding b = {plan->statement, parameters, nparameters};

	if (plan->kind != DY_PLAN_SELECT)
		dy_partiql_check_key_paths(plan);
	switch (plan->kind)
	{
		case DY_PLAN_SELECT:
			keys_of_select(plan, &b, consistent);
			break;
		case DY_PLAN_CHECK:
			if (plan->index_name.len > 0)
				dy_validation("Operations on indices are not supported in transactions");
			dy_partiql_item_key(&b, plan);
			break;
		case DY_PLAN_INSERT:
			dy_partiql_insert_key(plan);
			break;
		case DY_PLAN_UPDATE:
		case DY_PLAN_DELETE:
			dy_partiql_item_key(&b, plan);
			break;
	}
}

static void
keys_of_select(DyPlan *plan, const DyPartiqlBinding *b, bool consistent)
{
	if (plan->mode == DY_MODE_TRANSACTION && plan->index_name.len > 0)
		dy_validation("Reads on indices are not supported within transactions.");
	if (plan->index_name.len > 0 && (plan->index == NULL || plan->index->status == DY_INDEX_DELETING))
		dy_validation("The table does not have the specified index");
	if (plan->index != NULL)
	{
		if (plan->mode == DY_MODE_BATCH)
			dy_validation("Select statements within BatchExecuteStatement must specify the primary key in the where clause.");
		if (plan->index->status == DY_INDEX_CREATING)
			dy_validation("Cannot read from backfilling global secondary index: %.*s",
						  DY_BYTES_ARGS(plan->index->name));
		if (plan->index->kind == DY_INDEX_GLOBAL && consistent)
			dy_validation("Strongly consistent read is not supported on Global Secondary Indexes");
		check_columns(plan);
		for (int i = 0; i < plan->ncolumns && !plan->fetch; i++)
			plan->fetch = !dy_partiql_index_holds(plan->table, plan->index, plan->columns[i].path.steps[0].name);
	}

	dy_partiql_check_key_paths(plan);
	dy_partiql_ranges(b, plan);
	if (plan->key_fault != NULL || plan->mode == DY_MODE_STATEMENT || plan->key_only)
		return;
	if (plan->mode == DY_MODE_BATCH)
		dy_validation("Select statements within BatchExecuteStatement must specify the primary key in the where clause.");
	dy_validation("Select statements within ExecuteTransaction must specify the primary key in the where clause.");
}

/*
 * A global index gives only what it holds.
 */
static void
check_columns(const DyPlan *plan)
{
	DyBytes    *names = palloc((plan->ncolumns + 1) * sizeof(DyBytes));
	int			n = 0;

	if (plan->index->kind != DY_INDEX_GLOBAL)
		return;
	for (int i = 0; i < plan->ncolumns; i++)
	{
		DyBytes		name = plan->columns[i].path.steps[0].name;

		if (!dy_partiql_index_holds(plan->table, plan->index, name))
			names[n++] = name;
	}
	if (n > 0)
		dy_validation("One or more parameter values were invalid: Global secondary index %.*s does not project [%s]",
					  DY_BYTES_ARGS(plan->index->name), dy_partiql_join_names(names, n));
}

/*
 * See partiql.h.
 */
void
dy_plan_project(const DyPlan *plan, DyValue item, DyBuilder *out)
{
	dy_build_open(out, DY_TYPE_M);
	for (int i = 0; i < plan->ncolumns; i++)
	{
		const DyPlanColumn *column = &plan->columns[i];
		DyValue		value = dy_path_get(item, &column->path);

		if (!dy_value_present(value))
			continue;
		dy_build_name(out, column->name.data, column->name.len);
		dy_build_copy(out, value);
	}
	dy_build_close(out);
}
