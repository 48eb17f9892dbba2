/*-------------------------------------------------------------------------
 *
 * literal.c
 *	  Literals, parameters and paths of a statement as values and paths.
 *
 * A literal may hold literals only: the service refuses a parameter inside
 * [...], <<...>> and {...}, but for the attributes of the item of an INSERT.
 * Mistakes in a literal are reported with the place inside the value:
 * "under root.x[1]".
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "base/errors.h"
#include "base/limits.h"
#include "item/build.h"
#include "partiql/tree.h"

/* One literal being read. */
typedef struct Literal
{
	const DyPartiqlBinding *b;
	DyBuilder  *builder;
	StringInfoData place;		/* root, root.x, root.x[1] */
	int			level;			/* of nesting; 0 for the whole */
} Literal;

static void read_literal(Literal *literal, const DyPartiqlNode *node);
static void read_number(Literal *literal, const DyPartiqlNode *node);
static void read_members(Literal *literal, const DyPartiqlNode *node);
static void read_bag(Literal *literal, const DyPartiqlNode *node);
static void duplicates(const Literal *literal, const DyPartiqlNode *bag) pg_attribute_noreturn();
static const char *ion_type(DyBytes text);
static void unsupported(const Literal *literal, const DyPartiqlNode *node) pg_attribute_noreturn();
static DyBytes member_name(const DyPartiqlBinding *b, const DyPartiqlNode *name, const char *place);
static bool names_before(const List *args, int n, DyBytes name);
static DyPathStep path_step(const DyPartiqlBinding *b, const DyPartiqlNode *node);
static uint32 list_index(const DyPartiqlBinding *b, const DyPartiqlNode *node);

/*
 * Is it a value, whatever the item: a literal or a parameter?
 */
bool
dy_partiql_is_constant(const DyPartiqlNode *node)
{
	switch (node->kind)
	{
		case DY_NODE_STRING:
		case DY_NODE_NUMBER:
		case DY_NODE_BOOLEAN:
		case DY_NODE_NULL:
		case DY_NODE_ION:
		case DY_NODE_PARAMETER:
		case DY_NODE_LIST:
		case DY_NODE_BAG:
		case DY_NODE_STRUCT:
			return true;
		default:
			return false;
	}
}

/*
 * The value of a constant.  Raises ValidationException for what is wrong
 * with a literal.
 */
DyValue
dy_partiql_value(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	Literal		literal = {.b = b};

	if (node->kind == DY_NODE_PARAMETER)
	{
		if (node->index >= b->nparameters)
			dy_validation("Number of parameters in request and statement don't match.");
		return b->parameters[node->index];
	}
	literal.builder = dy_build_create();
	initStringInfo(&literal.place);
	appendStringInfoString(&literal.place, "root");
	read_literal(&literal, node);
	return dy_build_value(literal.builder);
}

/*
 * The item of INSERT INTO ... VALUE {...}: attributes are literals, or
 * parameters as a whole.
 */
DyValue
dy_partiql_item(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	DyBuilder  *builder = dy_build_create();

	if (node->kind != DY_NODE_STRUCT)
		dy_partiql_fail_at(b->statement, &node->token,
						   "Unsupported format in item expression. Please use struct format {...} "
						   "to express item values for insert statement.");

	dy_build_open(builder, DY_TYPE_M);
	for (int i = 0; i < list_length(node->args); i += 2)
	{
		DyBytes		name = member_name(b, list_nth(node->args, i), "root");
		const DyPartiqlNode *value = list_nth(node->args, i + 1);

		if (names_before(node->args, i, name))
			dy_partiql_fail_at(b->statement, &((DyPartiqlNode *) list_nth(node->args, i))->token,
							   "Duplicate keys in tuple. Key: %.*s under root", DY_BYTES_ARGS(name));
		dy_build_name(builder, name.data, name.len);
		dy_build_copy(builder, dy_partiql_value(b, value));
	}
	dy_build_close(builder);
	return dy_build_value(builder);
}

bool
dy_partiql_is_path(const DyPartiqlNode *node)
{
	return node->kind == DY_NODE_NAME || node->kind == DY_NODE_PATH;
}

/*
 * The document path of a NAME or PATH.
 */
DyPath
dy_partiql_path(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	DyPath		path;
	const ListCell *cell;

	if (node->text.len == 0)
		dy_validation("Path component cannot be an empty string");
	if (node->kind == DY_NODE_NAME)
	{
		path.nsteps = 1;
		path.steps = palloc0(sizeof(DyPathStep));
		path.steps[0].name = node->text;
		return path;
	}

	if (list_length(node->args) > DY_MAX_PATH_STEPS)
		dy_validation("The document path has too many nesting elements; nesting levels: %d",
					  list_length(node->args));
	path.nsteps = 0;
	path.steps = palloc0(list_length(node->args) * sizeof(DyPathStep));
	foreach(cell, node->args)
		path.steps[path.nsteps++] = path_step(b, lfirst(cell));
	return path;
}

/*
 * Append a literal to the builder.
 */
static void
read_literal(Literal *literal, const DyPartiqlNode *node)
{
	int			place = literal->place.len;
	int			i = 0;
	const ListCell *cell;

	check_stack_depth();
	if (literal->level >= DY_MAX_NESTING_LEVELS)
		dy_validation("Nesting Levels have exceeded supported limits under %s", literal->place.data);

	switch (node->kind)
	{
		case DY_NODE_STRING:
			dy_build_string(literal->builder, node->text.data, node->text.len);
			break;
		case DY_NODE_NUMBER:
			read_number(literal, node);
			break;
		case DY_NODE_BOOLEAN:
			dy_build_bool(literal->builder, node->boolean);
			break;
		case DY_NODE_NULL:
			dy_build_null(literal->builder);
			break;
		case DY_NODE_ION:
			dy_partiql_fail_at(literal->b->statement, &node->token,
							   "Ion Literals are not supported: %s under key %s",
							   ion_type(node->text), literal->place.data);
			break;
		case DY_NODE_LIST:
			dy_build_open(literal->builder, DY_TYPE_L);
			literal->level++;
			foreach(cell, node->args)
			{
				appendStringInfo(&literal->place, "[%d]", i++);
				read_literal(literal, lfirst(cell));
				literal->place.data[literal->place.len = place] = '\0';
			}
			literal->level--;
			dy_build_close(literal->builder);
			break;
		case DY_NODE_STRUCT:
			read_members(literal, node);
			break;
		case DY_NODE_BAG:
			read_bag(literal, node);
			break;
		default:
			unsupported(literal, node);
	}
}

/*
 * A number without its sign, and whether it had one.
 */
static void
read_number(Literal *literal, const DyPartiqlNode *node)
{
	DyNumber	number;
	DyNumberError error = dy_number_parse(node->text.data, node->text.len, &number);

	if (error != DY_NUMBER_OK)
		dy_validation("%s under %s", dy_number_error_text(error, node->text), literal->place.data);
	if (number.ndigits > 0)
		number.negative = node->negative;
	dy_build_number(literal->builder, &number);
}

/*
 * {'name': literal, ...}
 */
static void
read_members(Literal *literal, const DyPartiqlNode *node)
{
	int			place = literal->place.len;

	dy_build_open(literal->builder, DY_TYPE_M);
	literal->level++;
	for (int i = 0; i < list_length(node->args); i += 2)
	{
		DyBytes		name = member_name(literal->b, list_nth(node->args, i), literal->place.data);

		if (names_before(node->args, i, name))
			dy_partiql_fail_at(literal->b->statement, &((DyPartiqlNode *) list_nth(node->args, i))->token,
							   "Duplicate keys in tuple. Key: %.*s under %s",
							   DY_BYTES_ARGS(name), literal->place.data);
		dy_build_name(literal->builder, name.data, name.len);
		appendStringInfo(&literal->place, ".%.*s", DY_BYTES_ARGS(name));
		read_literal(literal, list_nth(node->args, i + 1));
		literal->place.data[literal->place.len = place] = '\0';
	}
	literal->level--;
	dy_build_close(literal->builder);
}

/*
 * <<...>>: all strings or all numbers, each once.
 */
static void
read_bag(Literal *literal, const DyPartiqlNode *node)
{
	const DyPartiqlNode *first;
	const ListCell *cell;

	if (node->args == NIL)
		dy_validation("Empty bags are not supported");
	first = linitial(node->args);
	foreach(cell, node->args)
	{
		const DyPartiqlNode *element = lfirst(cell);

		if (element->kind == DY_NODE_PARAMETER || !dy_partiql_is_constant(element))
			unsupported(literal, element);
		if (element->kind != DY_NODE_STRING && element->kind != DY_NODE_NUMBER)
			dy_partiql_fail_at(literal->b->statement, &element->token,
							   "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags");
		if (element->kind != first->kind)
			dy_validation("Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags");
	}

	dy_build_open(literal->builder, first->kind == DY_NODE_STRING ? DY_TYPE_SS : DY_TYPE_NS);
	foreach(cell, node->args)
	{
		const DyPartiqlNode *element = lfirst(cell);

		if (element->kind == DY_NODE_STRING)
			dy_build_string(literal->builder, element->text.data, element->text.len);
		else
			read_number(literal, element);
	}
	if (!dy_build_close_set(literal->builder))
		duplicates(literal, node);
}

/*
 * The elements as they were written; the service has a text of its own for
 * numbers.
 */
static void
duplicates(const Literal *literal, const DyPartiqlNode *bag)
{
	StringInfoData elements;
	const ListCell *cell;
	bool		numbers = false;

	initStringInfo(&elements);
	foreach(cell, bag->args)
	{
		const DyPartiqlNode *element = lfirst(cell);

		numbers = element->kind == DY_NODE_NUMBER;
		appendStringInfo(&elements, "%s%s%.*s", elements.len == 0 ? "" : ", ",
						 element->negative ? "-" : "", DY_BYTES_ARGS(element->text));
	}
	if (numbers)
		dy_validation("One or more parameter values were invalid: Input collection [%s] contains duplicates! under %s",
					  elements.data, literal->place.data);
	dy_validation("One or more parameter values were invalid: Input collection [%s] contains duplicates.",
				  elements.data);
}

/*
 * The type of an Ion literal, as far as its first characters tell.
 */
static const char *
ion_type(DyBytes text)
{
	uint32		i = 0;

	while (i < text.len && (text.data[i] == ' ' || text.data[i] == '-'))
		i++;
	if (i == text.len)
		return "NULL";
	switch (text.data[i])
	{
		case '"':
			return "STRING";
		case '[':
			return "LIST";
		case '(':
			return "SEXP";
		case '{':
			return i + 1 < text.len && text.data[i + 1] == '{' ? "BLOB" : "STRUCT";

		default:
			break;
	}
	if (text.data[i] < '0' || text.data[i] > '9')
		return "SYMBOL";
	if (memchr(text.data, 'e', text.len) != NULL)
		return "FLOAT";
	return memchr(text.data, '.', text.len) != NULL || memchr(text.data, 'd', text.len) != NULL ?
		"DECIMAL" : "INT";
}

/*
 * What stands here is no literal.
 */
static void
unsupported(const Literal *literal, const DyPartiqlNode *node)
{
	DyBytes		name = node->text;
	const char *what;

	switch (node->kind)
	{
		case DY_NODE_NAME:
			if (literal->level > 0)
				what = dy_partiql_node_name(node);
			else
				what = pnstrdup(name.data, name.len);
			break;
		case DY_NODE_CALL:
		case DY_NODE_AGGREGATE:
			what = pnstrdup(name.data, name.len);
			break;
		case DY_NODE_OPERATION:
			what = dy_partiql_operator_name(node->op);
			break;
		case DY_NODE_MISSING:
			what = "MISSING";
			break;
		default:
			what = dy_partiql_node_name(node);
			break;
	}
	dy_partiql_fail_at(literal->b->statement, &node->token, "Unsupported data type: %s under key %s",
					   what, literal->place.data);
}

/*
 * The name of a member of {...}.
 */
static DyBytes
member_name(const DyPartiqlBinding *b, const DyPartiqlNode *name, const char *place)
{
	if (name->kind != DY_NODE_STRING)
		dy_partiql_fail_at(b->statement, &name->token,
						   "Tuple keys must be of type String. Actual type: %s under %s",
						   name->kind == DY_NODE_NUMBER ? "INT" : dy_partiql_node_name(name), place);
	if (name->text.len == 0)
		dy_validation("Path component cannot be an empty string");
	if (name->text.len > DY_MAX_ATTRIBUTE_NAME_BYTES)
		dy_validation("Attribute name is too large, must be less than %d bytes", DY_MAX_ATTRIBUTE_NAME_BYTES + 1);
	return name->text;
}

/*
 * Is name among the names of the first n entries of a struct's list?  A
 * statement is short: no index is worth its while.
 */
static bool
names_before(const List *args, int n, DyBytes name)
{
	for (int i = 0; i < n; i += 2)
	{
		if (dy_bytes_equal(((DyPartiqlNode *) list_nth(args, i))->text, name))
			return true;
	}
	return false;
}

/*
 * One step of a path.
 */
static DyPathStep
path_step(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	DyPathStep	step = {0};

	switch (node->kind)
	{
		case DY_NODE_NAME:
		case DY_NODE_STRING:
			if (node->text.len == 0)
				dy_validation("Path component cannot be an empty string");
			step.name = node->text;
			break;
		case DY_NODE_NUMBER:
			step.is_index = true;
			step.index = list_index(b, node);
			break;
		case DY_NODE_WILDCARD:
			dy_partiql_fail_at(b->statement, &node->token,
							   "Wildcard path component like a[*].b are not supported");
		case DY_NODE_UNPIVOT:
			dy_partiql_fail_at(b->statement, &node->token,
							   "Unpivot path component like a.*.b are not supported");
		default:
			dy_partiql_fail_at(b->statement, &node->token, "Unexpected path component");
	}
	return step;
}

/*
 * An index of a list: 0 to 2147483647.
 */
static uint32
list_index(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	DyNumber	number;
	int64		index;

	if (dy_number_parse(node->text.data, node->text.len, &number) != DY_NUMBER_OK ||
		!dy_number_to_int64(&number, &index) || index > PG_INT32_MAX || (node->negative && index != 0))
		dy_partiql_fail_at(b->statement, &node->token,
						   "List index is not within the allowable range; index: [%s%.*s]",
						   node->negative ? "-" : "", DY_BYTES_ARGS(node->text));
	return (uint32) index;
}
