/*-------------------------------------------------------------------------
 *
 * parse.c
 *	  Parsing a PartiQL statement, and the nodes of its tree.
 *
 * The grammar calls the makers of nodes below.  They bound the depth of the
 * tree, so that everything that walks it may recurse.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/errors.h"
#include "partiql/tree.h"
#include "partiql/partiql_gram.h"

extern int	dy_partiql_yylex_init_extra(DyPartiqlParse *parse, void **scanner);
extern void *dy_partiql_yy_scan_bytes(const char *bytes, int len, void *scanner);
extern int	dy_partiql_yylex_destroy(void *scanner);

static void count_level(DyPartiqlNode *node, const List *args);

/*
 * Parse a statement into the current context.  The tree points into text.
 *
 * Raises ValidationException: "Statement wasn't well formed, can't be
 * processed: ..." with the detail the service gives (partiql_gram.y).
 */
DyPartiqlStatement *
dy_partiql_parse(DyBytes text)
{
	DyPartiqlParse parse;

	memset(&parse, 0, sizeof(parse));
	parse.text = text;

	if (dy_partiql_yylex_init_extra(&parse, &parse.scanner) != 0)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	dy_partiql_yy_scan_bytes(text.data, text.len, parse.scanner);
	if (dy_partiql_yyparse(&parse) != 0)
		dy_partiql_not_well_formed("");
	dy_partiql_yylex_destroy(parse.scanner);

	return parse.statement;
}

/*
 * Raise the error for a statement that does not parse.
 */
void
dy_partiql_not_well_formed(const char *detail)
{
	dy_validation("Statement wasn't well formed, can't be processed: %s", detail);
}

/*
 * Raise a ValidationException that ends with the place of a token: line,
 * column and length, in characters from 1.
 */
void
dy_partiql_fail_at(const DyPartiqlStatement *statement, const DyPartiqlToken *token, const char *fmt,...)
{
	StringInfoData message;
	int			line = 1;
	int			column = 1;
	int			length = 0;

	initStringInfo(&message);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, fmt);
		needed = appendStringInfoVA(&message, fmt, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&message, needed);
	}

	for (int i = 0; i < token->offset + token->length; i++)
	{
		unsigned char c = statement->text.data[i];

		if ((c & 0xC0) == 0x80)
			continue;			/* not the first byte of a character */
		if (i >= token->offset)
			length++;
		else if (c == '\n')
		{
			line++;
			column = 1;
		}
		else
			column++;
	}
	dy_validation("%s at %d:%d:%d", message.data, line, column, length);
}

/*
 * A node without children; its text is the token's.
 */
DyPartiqlNode *
dy_partiql_node(DyPartiqlNodeKind kind, DyPartiqlToken token)
{
	DyPartiqlNode *node = palloc0(sizeof(DyPartiqlNode));

	node->kind = kind;
	node->token = token;
	node->text = token.text;
	node->depth = 1;
	return node;
}

/*
 * A node with children.
 */
DyPartiqlNode *
dy_partiql_container(DyPartiqlNodeKind kind, DyPartiqlToken token, List *args)
{
	DyPartiqlNode *node = dy_partiql_node(kind, token);

	node->args = args;
	count_level(node, args);
	return node;
}

/*
 * An operation on one or two operands (b may be NULL).  AND and OR take in
 * operands of the same kind on their left, so that a long chain is one node;
 * the sign of a number becomes part of it.
 */
DyPartiqlNode *
dy_partiql_operation(DyPartiqlOperator op, DyPartiqlToken token, DyPartiqlNode *a, DyPartiqlNode *b)
{
	DyPartiqlNode *node;

	if (b == NULL && (op == DY_OP_PLUS || op == DY_OP_MINUS) && a->kind == DY_NODE_NUMBER)
	{
		if (op == DY_OP_MINUS)
			a->negative = !a->negative;
		return a;
	}
	if ((op == DY_OP_AND || op == DY_OP_OR) &&
		a->kind == DY_NODE_OPERATION && a->op == op && !a->grouped)
	{
		a->args = lappend(a->args, b);
		count_level(a, list_make1(b));
		return a;
	}
	node = dy_partiql_container(DY_NODE_OPERATION, token, b == NULL ? list_make1(a) : list_make2(a, b));
	node->op = op;
	return node;
}

/*
 * operand BETWEEN lower AND upper.
 */
DyPartiqlNode *
dy_partiql_between(DyPartiqlToken token, DyPartiqlNode *operand, DyPartiqlNode *lower, DyPartiqlNode *upper)
{
	DyPartiqlNode *node = dy_partiql_container(DY_NODE_OPERATION, token, list_make3(operand, lower, upper));

	node->op = DY_OP_BETWEEN;
	return node;
}

/*
 * operand IS [NOT] type.  type and more are the words behind IS; more may
 * be empty.
 */
DyPartiqlNode *
dy_partiql_is(DyPartiqlToken is, DyPartiqlNode *operand, DyPartiqlToken type, DyPartiqlToken more, bool negated)
{
	DyPartiqlNode *node = dy_partiql_container(DY_NODE_IS, is, list_make1(operand));
	const char *name = dy_partiql_type(type.text, more.text);

	if (name == NULL)
		dy_partiql_not_well_formed(dy_partiql_type(type.text, dy_bytes(NULL, 0)) != NULL ?
								   "Unexpected token after expression" : "Expected type name");
	node->text = dy_bytes(name, strlen(name));
	node->negated = negated;
	return node;
}

/*
 * How the errors of the service write an operator.
 */
const char *
dy_partiql_operator_name(DyPartiqlOperator op)
{
	switch (op)
	{
		case DY_OP_OR:
			return "or";
		case DY_OP_AND:
			return "and";
		case DY_OP_NOT:
			return "not";
		case DY_OP_EQ:
			return "=";
		case DY_OP_NE:
			return "<>";
		case DY_OP_LT:
			return "<";
		case DY_OP_LE:
			return "<=";
		case DY_OP_GT:
			return ">";
		case DY_OP_GE:
			return ">=";
		case DY_OP_BETWEEN:
			return "BETWEEN";
		case DY_OP_IN:
			return "IN";
		case DY_OP_LIKE:
			return "like";
		case DY_OP_PLUS:
			return "+";
		case DY_OP_MINUS:
			return "-";
		case DY_OP_CONCAT:
			return "||";
		case DY_OP_TIMES:
			return "*";
		case DY_OP_DIVIDE:
			return "/";
		case DY_OP_MODULO:
			return "%";
	}
	return "";
}

/*
 * How the errors of the service call a kind of expression.
 */
const char *
dy_partiql_node_name(const DyPartiqlNode *node)
{
	switch (node->kind)
	{
		case DY_NODE_NAME:
			return "VariableReference";
		case DY_NODE_PATH:
		case DY_NODE_WILDCARD:
		case DY_NODE_UNPIVOT:
			return "Path";
		case DY_NODE_STRING:
		case DY_NODE_NUMBER:
		case DY_NODE_BOOLEAN:
		case DY_NODE_NULL:
		case DY_NODE_ION:
			return "Literal";
		case DY_NODE_MISSING:
			return "LiteralMissing";
		case DY_NODE_PARAMETER:
			return "Parameter";
		case DY_NODE_LIST:
		case DY_NODE_BAG:
			return "Seq";
		case DY_NODE_STRUCT:
			return "Struct";
		case DY_NODE_OPERATION:
		case DY_NODE_CALL:
			return "NAry";
		case DY_NODE_AGGREGATE:
			return "CallAgg";
		case DY_NODE_IS:
			return "IsType";
		case DY_NODE_SELECT:
			return "Select";
	}
	return "";
}

/*
 * A copy in lower case.  Words are ASCII.
 */
DyBytes
dy_partiql_lower(DyBytes text)
{
	char	   *copy = palloc(text.len);

	for (uint32 i = 0; i < text.len; i++)
		copy[i] = pg_ascii_tolower((unsigned char) text.data[i]);
	return dy_bytes(copy, text.len);
}

/*
 * The node stands above args.  Too deep a tree is refused: the service has
 * no text for that, since it gives up in a way of its own.
 */
static void
count_level(DyPartiqlNode *node, const List *args)
{
	const ListCell *cell;

	foreach(cell, args)
	{
		const DyPartiqlNode *arg = lfirst(cell);

		node->depth = Max(node->depth, arg->depth + 1);
	}
	if (node->depth > DY_PARTIQL_MAX_DEPTH)
		dy_partiql_not_well_formed("");
}
