%code top {
/*-------------------------------------------------------------------------
 *
 * expr_gram.y
 *	  Grammar of condition, update and projection expressions.
 *
 * One grammar with one entry point: a token that is not in the text comes
 * first and says what the text shall be.
 *
 * Parentheses may stand around an operand and around a condition, and a
 * function call may be either, so "(f(a))" is decided by what follows.  The
 * rules keep the three apart (value_group, call_group, compound), which makes
 * the grammar LALR(1) without conflicts.
 *
 * A group within a group is an error of its own, raised at the closing
 * parenthesis, before any syntax error behind it.
 *
 * Nesting is bounded by the length of the text (4 KB): the parser's stack
 * grows on the heap, and syntax.c guards its recursion.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 *	  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "expr/syntax.h"

/* The server grows our stacks; nothing is left behind if an error is raised. */
#define YYMALLOC palloc
#define YYFREE pfree
}

%code {
static int	next_token(YYSTYPE *value, DyExprParser *parser);
static void syntax_error(DyExprParser *parser, const char *message) pg_attribute_noreturn();
static DySyntax *make_node(DySyntaxKind kind, DyBytes text, List *args);
static DySyntax *make_condition(DySyntaxKind kind, DyConditionKind condition, const char *text, List *args);
static DySyntax *make_path(DySyntaxStep *first);
static DySyntaxStep *make_step(DyBytes text, bool is_index, bool is_placeholder);
static DySyntax *group(DyExprParser *parser, DySyntax *node);
static void add_action(DyExprParser *parser, DyActionKind kind, DySyntax *path, DySyntax *value);

#define dy_expr_lex next_token
#define dy_expr_error syntax_error

int			dy_expr_yylex(YYSTYPE *value, void *scanner);
int			dy_expr_yylex_init_extra(DyExprParser *parser, void **scanner);
int			dy_expr_yylex_destroy(void *scanner);
void	   *dy_expr_yy_scan_bytes(const char *bytes, int len, void *scanner);
}

%define api.pure full
%define api.prefix {dy_expr_}
%define parse.error simple
%expect 0
%param { DyExprParser *parser }

%union
{
	DyBytes		text;
	DySyntax   *node;
	DySyntaxStep *step;
	List	   *list;
	DyConditionKind condition;
}

%token MODE_CONDITION MODE_UPDATE MODE_PROJECTION
%token T_AND T_OR T_NOT T_IN T_BETWEEN T_SET T_REMOVE T_ADD T_DELETE
%token T_NE T_LE T_GE
%token T_OTHER
%token <text> T_NAME T_NAME_PLACEHOLDER T_VALUE_PLACEHOLDER T_INDEX

%left T_OR
%left T_AND
%precedence T_NOT

%type <node> condition compound comparison operand value_group call_group
%type <node> plain path value call set_value arithmetic arithmetic_group
%type <list> operands
%type <step> name
%type <condition> comparator

%start expression

%%

expression:
	MODE_CONDITION condition
		{ parser->tree->condition = $2; }
	| MODE_UPDATE sections
	| MODE_PROJECTION projection
	;

/* ---- conditions ---- */

condition:
	call_group
	| compound
	;

/* Every condition but a bare function call. */
compound:
	comparison
	| T_NOT condition
		{ $$ = make_condition(DY_SYNTAX_LOGIC, DY_CONDITION_NOT, "NOT", list_make1($2)); }
	| condition T_AND condition
		{ $$ = make_condition(DY_SYNTAX_LOGIC, DY_CONDITION_AND, "AND", list_make2($1, $3)); }
	| condition T_OR condition
		{ $$ = make_condition(DY_SYNTAX_LOGIC, DY_CONDITION_OR, "OR", list_make2($1, $3)); }
	| '(' compound ')'
		{ $$ = group(parser, $2); }
	;

comparison:
	operand comparator operand
		{
			static const char *const texts[] = {
				[DY_CONDITION_EQ] = "=", [DY_CONDITION_NE] = "<>",
				[DY_CONDITION_LT] = "<", [DY_CONDITION_LE] = "<=",
				[DY_CONDITION_GT] = ">", [DY_CONDITION_GE] = ">="
			};

			$$ = make_condition(DY_SYNTAX_COMPARISON, $2, texts[$2], list_make2($1, $3));
		}
	| operand T_BETWEEN operand T_AND operand
		{ $$ = make_condition(DY_SYNTAX_COMPARISON, DY_CONDITION_BETWEEN, "BETWEEN", list_make3($1, $3, $5)); }
	| operand T_IN '(' operands ')'
		{ $$ = make_condition(DY_SYNTAX_COMPARISON, DY_CONDITION_IN, "IN", lcons($1, $4)); }
	;

comparator:
	'='			{ $$ = DY_CONDITION_EQ; }
	| T_NE		{ $$ = DY_CONDITION_NE; }
	| '<'		{ $$ = DY_CONDITION_LT; }
	| T_LE		{ $$ = DY_CONDITION_LE; }
	| '>'		{ $$ = DY_CONDITION_GT; }
	| T_GE		{ $$ = DY_CONDITION_GE; }
	;

/* ---- operands ---- */

operand:
	value_group
	| call_group
	;

operands:
	operand
		{ $$ = list_make1($1); }
	| operands ',' operand
		{ $$ = lappend($1, $3); }
	;

value_group:
	plain
	| '(' value_group ')'
		{ $$ = group(parser, $2); }
	;

call_group:
	call
	| '(' call_group ')'
		{ $$ = group(parser, $2); }
	;

plain:
	path
	| value
	;

call:
	T_NAME '(' operands ')'
		{ $$ = make_node(DY_SYNTAX_CALL, $1, $3); }
	;

value:
	T_VALUE_PLACEHOLDER
		{ $$ = make_node(DY_SYNTAX_VALUE, $1, NIL); }
	;

path:
	name
		{ $$ = make_path($1); }
	| path '.' name
		{
			$1->steps = lappend($1->steps, $3);
			$$ = $1;
		}
	| path '[' T_INDEX ']'
		{
			$1->steps = lappend($1->steps, make_step($3, true, false));
			$$ = $1;
		}
	;

name:
	T_NAME
		{ $$ = make_step($1, false, false); }
	| T_NAME_PLACEHOLDER
		{ $$ = make_step($1, false, true); }
	;

/* ---- updates ---- */

sections:
	section
	| sections section
	;

section:
	T_SET sets
		{ parser->tree->sections = lappend_int(parser->tree->sections, DY_ACTION_SET); }
	| T_REMOVE removes
		{ parser->tree->sections = lappend_int(parser->tree->sections, DY_ACTION_REMOVE); }
	| T_ADD adds
		{ parser->tree->sections = lappend_int(parser->tree->sections, DY_ACTION_ADD); }
	| T_DELETE deletes
		{ parser->tree->sections = lappend_int(parser->tree->sections, DY_ACTION_DELETE); }
	;

sets:
	set
	| sets ',' set
	;

set:
	path '=' set_value
		{ add_action(parser, DY_ACTION_SET, $1, $3); }
	;

set_value:
	operand
	| arithmetic_group
	;

arithmetic_group:
	arithmetic
	| '(' arithmetic_group ')'
		{ $$ = group(parser, $2); }
	;

arithmetic:
	operand '+' operand
		{
			$$ = make_node(DY_SYNTAX_ARITHMETIC, dy_bytes("+", 1), list_make2($1, $3));
			$$->operand = DY_OPERAND_PLUS;
		}
	| operand '-' operand
		{
			$$ = make_node(DY_SYNTAX_ARITHMETIC, dy_bytes("-", 1), list_make2($1, $3));
			$$->operand = DY_OPERAND_MINUS;
		}
	;

removes:
	remove
	| removes ',' remove
	;

remove:
	path
		{ add_action(parser, DY_ACTION_REMOVE, $1, NULL); }
	;

adds:
	add
	| adds ',' add
	;

add:
	path value
		{ add_action(parser, DY_ACTION_ADD, $1, $2); }
	;

deletes:
	delete
	| deletes ',' delete
	;

delete:
	path value
		{ add_action(parser, DY_ACTION_DELETE, $1, $2); }
	;

/* ---- projections ---- */

projection:
	path
		{ parser->tree->paths = list_make1($1); }
	| projection ',' path
		{ parser->tree->paths = lappend(parser->tree->paths, $3); }
	;

%%

/*
 * Parse text, which must stay where it is as long as the tree is used.
 *
 * Raises ValidationException for syntax errors and redundant parentheses.
 * The tree is made in the current memory context and has not seen
 * dy_syntax_check().  (Test: expr_syntax.)
 */
DySyntaxTree *
dy_syntax_parse(const char *parameter, DyExprKind kind, const char *text, uint32 len)
{
	DyExprParser parser = {0};

	parser.parameter = parameter;
	parser.kind = kind;
	parser.text = text;
	parser.len = len;
	parser.tree = palloc0(sizeof(DySyntaxTree));
	parser.tree->kind = kind;
	parser.tree->text = text;

	if (dy_expr_yylex_init_extra(&parser, &parser.scanner) != 0)
		elog(ERROR, "could not start the expression scanner");
	dy_expr_yy_scan_bytes(text, len, parser.scanner);
	if (dy_expr_parse(&parser) != 0)
		elog(ERROR, "could not parse an expression of %u bytes", len);
	dy_expr_yylex_destroy(parser.scanner);
	return parser.tree;
}

/*
 * The mode token, then those of the text.
 */
static int
next_token(YYSTYPE *value, DyExprParser *parser)
{
	int			token;

	if (!parser->mode_sent)
	{
		parser->mode_sent = true;
		switch (parser->kind)
		{
			case DY_EXPR_CONDITION:
				return MODE_CONDITION;
			case DY_EXPR_UPDATE:
				return MODE_UPDATE;
			case DY_EXPR_PROJECTION:
				return MODE_PROJECTION;
		}
	}
	token = dy_expr_yylex(value, parser->scanner);
	parser->at_end = (token == 0);
	return token;
}

/*
 * The parser calls this with the token it cannot take as the last one read.
 * The text shown reaches from the token before it to the token behind it.
 */
static void
syntax_error(DyExprParser *parser, const char *message)
{
	int			ntokens = parser->ntokens;
	uint32		from = ntokens > 1 ? parser->previous : 0;
	uint32		token = parser->start;
	uint32		token_len = parser->end - parser->start;
	uint32		to;
	YYSTYPE		value;

	if (parser->at_end)
	{
		from = ntokens > 0 ? parser->start : 0;
		dy_validation("Invalid %s: Syntax error; token: \"<EOF>\", near: \"%.*s\"",
					  parser->parameter, (int) (parser->len - from), parser->text + from);
	}

	to = dy_expr_yylex(&value, parser->scanner) == 0 ? parser->len : parser->end;
	dy_validation("Invalid %s: Syntax error; token: \"%.*s\", near: \"%.*s\"",
				  parser->parameter, (int) token_len, parser->text + token,
				  (int) (to - from), parser->text + from);
}

/*
 * Put parentheses around a node.
 */
static DySyntax *
group(DyExprParser *parser, DySyntax *node)
{
	if (node->in_parentheses)
		dy_validation("Invalid %s: The expression has redundant parentheses;", parser->parameter);
	node->in_parentheses = true;
	return node;
}

static DySyntax *
make_node(DySyntaxKind kind, DyBytes text, List *args)
{
	DySyntax   *node = palloc0(sizeof(DySyntax));

	node->kind = kind;
	node->text = text;
	node->args = args;
	return node;
}

/* text is a constant. */
static DySyntax *
make_condition(DySyntaxKind kind, DyConditionKind condition, const char *text, List *args)
{
	DySyntax   *node = make_node(kind, dy_bytes(text, strlen(text)), args);

	node->condition = condition;
	return node;
}

static DySyntax *
make_path(DySyntaxStep *first)
{
	DySyntax   *node = make_node(DY_SYNTAX_PATH, dy_bytes("", 0), NIL);

	node->steps = list_make1(first);
	return node;
}

static DySyntaxStep *
make_step(DyBytes text, bool is_index, bool is_placeholder)
{
	DySyntaxStep *step = palloc(sizeof(DySyntaxStep));

	step->text = text;
	step->is_index = is_index;
	step->is_placeholder = is_placeholder;
	return step;
}

static void
add_action(DyExprParser *parser, DyActionKind kind, DySyntax *path, DySyntax *value)
{
	DySyntaxAction *action = palloc(sizeof(DySyntaxAction));

	action->kind = kind;
	action->path = path;
	action->value = value;
	parser->tree->actions = lappend(parser->tree->actions, action);
}
