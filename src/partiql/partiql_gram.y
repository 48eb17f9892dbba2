%code top {
/*-------------------------------------------------------------------------
 *
 * partiql_gram.y
 *	  Grammar of the PartiQL statements of DynamoDB.
 *
 * The grammar takes a little more than DynamoDB supports (LIMIT, LIKE, table
 * aliases, several tables, ...), because the service parses all of PartiQL
 * and refuses what it cannot do with an error of its own; what the grammar
 * does not take at all is "not well formed".  Whether a statement makes
 * sense is checked when it is planned.
 *
 * Levels of operators, loosest first: OR; AND; NOT; = <> IS IN; < <= > >=
 * BETWEEN LIKE; + - ||; * / %; sign.  All are left-associative.
 *
 * Actions allocate in the current context and may raise.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "partiql/tree.h"
}

%code requires {
#include "partiql/tree.h"
}

%code provides {
extern int	dy_partiql_yylex(DY_PARTIQL_YYSTYPE *value, void *scanner);
}

%code {
#define YYMALLOC palloc
#define YYFREE pfree

#define NO_TOKEN ((DyPartiqlToken) {{NULL, 0}, 0, 0})

static int	next_token(DY_PARTIQL_YYSTYPE *value, DyPartiqlParse *parse);
static void yyerror(DyPartiqlParse *parse, const char *message) pg_attribute_noreturn();
static const char *unexpected_term(int previous, int token);
static bool is_infix(int token);
static DyPartiqlStatement *make_statement(const DyPartiqlParse *parse, DyPartiqlStatementKind kind);
static DyPartiqlSource *make_source(DyPartiqlNode *path, bool alias);
static DyPartiqlAction *make_action(DyPartiqlNode *target, DyPartiqlNode *value);
static DyPartiqlReturningItem *make_returning(bool modified, bool is_new, bool star);
static DyPartiqlNode *make_call(DyPartiqlToken function, List *args);
static DyPartiqlNode *make_aggregate(DyPartiqlToken function);
static DyPartiqlNode *add_step(DyPartiqlNode *path, DyPartiqlNode *step);

#undef yylex
#define yylex next_token
}

%define api.pure full
%define api.prefix {dy_partiql_yy}
%define parse.error custom
%define parse.lac full
%param {DyPartiqlParse *parse}
%expect 0

%union
{
	DyPartiqlToken token;
	DyPartiqlNode *node;
	DyPartiqlStatement *statement;
	DyPartiqlSource *source;
	DyPartiqlOrder *order;
	DyPartiqlAction *action;
	DyPartiqlReturningItem *returning;
	List	   *list;
	bool		flag;
}

%token END 0
%token LEX_ERROR

/* a reserved word that no other rule uses */
%token <token> RESERVED

%token <token> NAME QUOTED_NAME STRING NUMBER ION
%token <token> EQUAL LE GE NE CONCAT BAG_OPEN BAG_CLOSE

%token <token> AGGREGATE ALL AND AS ASC AT BETWEEN BY CONFLICT DELETE DESC DISTINCT DO
%token <token> EXISTS FALSE_P FROM GROUP HAVING IN INSERT INTO IS LIKE LIMIT MISSING
%token <token> MODIFIED NEW NOT NOTHING NULL_P OLD ON OR ORDER REMOVE RETURNING SELECT SET
%token <token> SIZE TRUE_P UPDATE VALUE WHERE

/* two words that next_token() has joined */
%token <token> IS_NOT NOT_BETWEEN NOT_IN NOT_LIKE

%token <token> '(' ')' '[' ']' '{' '}' ',' '.' ':' ';' '?' '@'
%token <token> '<' '>' '+' '-' '*' '/' '%'

%type <statement> statement select insert update from_first delete
%type <node> expr disjunction conjunction negation equality comparison sum product sign primary
%type <node> literal path simple_path column where having limit
%type <list> sources columns column_list order order_items group actions action assignments
%type <list> expr_list opt_expr_list opt_members members returning returning_items
%type <source> source
%type <order> order_item
%type <action> assignment
%type <returning> returning_item
%type <token> name function type_word
%type <flag> alias distinct value descending modified is_new on_conflict

%%

input:
	statement								{ parse->statement = $1; }
	| statement ';'							{ parse->statement = $1; }
	;

statement:
	select
	| insert
	| update
	| from_first
	| delete
	| expr
		{
			/* (SELECT ...) is the SELECT */
			if ($1->kind == DY_NODE_SELECT)
				$$ = $1->statement;
			else
			{
				$$ = make_statement(parse, DY_PARTIQL_EXPRESSION);
				$$->expression = $1;
			}
		}
	;

/* ---- SELECT ---- */

select:
	SELECT distinct value columns FROM sources where order group having limit
		{
			$$ = make_statement(parse, DY_PARTIQL_SELECT);
			$$->token = $1;
			$$->distinct = $2;
			$$->select_value = $3;
			$$->columns = $4;
			$$->sources = $6;
			$$->where = $7;
			$$->order = $8;
			if ($9 != NIL)
				$$->unsupported.name = "GROUP BY";
			else if ($10 != NULL)
				$$->unsupported.name = "HAVING";
			else if ($11 != NULL)
				$$->unsupported = (DyPartiqlUnsupported) {"LIMIT", true, $11->token};
		}
	;

distinct:
	%empty									{ $$ = false; }
	| ALL									{ $$ = false; }
	| DISTINCT								{ $$ = true; }
	;

value:
	%empty									{ $$ = false; }
	| VALUE									{ $$ = true; }
	;

/* NIL is * */
columns:
	'*'										{ $$ = NIL; }
	| column_list
	;

column_list:
	column									{ $$ = list_make1($1); }
	| column_list ',' column				{ $$ = lappend($1, $3); }
	;

column:
	expr alias
		{
			$$ = $1;
			$$->aliased = $2;
		}
	;

alias:
	%empty									{ $$ = false; }
	| name									{ $$ = true; }
	| AS name								{ $$ = true; }
	;

sources:
	source									{ $$ = list_make1($1); }
	| sources ',' source					{ $$ = lappend($1, $3); }
	;

source:
	path alias								{ $$ = make_source($1, $2); }
	| path alias AT name					{ $$ = make_source($1, true); }
	;

where:
	%empty									{ $$ = NULL; }
	| WHERE expr							{ $$ = $2; }
	;

order:
	%empty									{ $$ = NIL; }
	| ORDER BY order_items					{ $$ = $3; }
	;

order_items:
	order_item								{ $$ = list_make1($1); }
	| order_items ',' order_item			{ $$ = lappend($1, $3); }
	;

order_item:
	expr descending
		{
			$$ = palloc0(sizeof(DyPartiqlOrder));
			$$->by = $1;
			$$->descending = $2;
		}
	;

descending:
	%empty									{ $$ = false; }
	| ASC									{ $$ = false; }
	| DESC									{ $$ = true; }
	;

group:
	%empty									{ $$ = NIL; }
	| GROUP BY expr_list					{ $$ = $3; }
	;

having:
	%empty									{ $$ = NULL; }
	| HAVING expr							{ $$ = $2; }
	;

limit:
	%empty									{ $$ = NULL; }
	| LIMIT expr							{ $$ = $2; }
	;

/* ---- INSERT, UPDATE, DELETE ---- */

insert:
	INSERT INTO simple_path VALUE expr on_conflict returning
		{
			$$ = make_statement(parse, DY_PARTIQL_INSERT);
			$$->sources = list_make1(make_source($3, false));
			$$->item = $5;
			if ($6)
				$$->unsupported.name = "ON CONFLICT";
			$$->returning = $7;
		}
	| INSERT INTO simple_path expr
		{
			$$ = make_statement(parse, DY_PARTIQL_INSERT);
			$$->sources = list_make1(make_source($3, false));
			$$->item = $4;
			$$->bulk = true;
		}
	;

on_conflict:
	%empty									{ $$ = false; }
	| ON CONFLICT WHERE expr DO NOTHING		{ $$ = true; }
	;

update:
	UPDATE simple_path alias actions where returning
		{
			$$ = make_statement(parse, DY_PARTIQL_UPDATE);
			$$->sources = list_make1(make_source($2, $3));
			$$->actions = $4;
			$$->where = $5;
			$$->returning = $6;
		}
	;

from_first:
	FROM source where actions returning
		{
			$$ = make_statement(parse, DY_PARTIQL_UPDATE);
			$$->sources = list_make1($2);
			$$->where = $3;
			$$->actions = $4;
			$$->returning = $5;
		}
	;

delete:
	DELETE FROM simple_path alias where returning
		{
			$$ = make_statement(parse, DY_PARTIQL_DELETE);
			$$->sources = list_make1(make_source($3, $4));
			$$->where = $5;
			$$->returning = $6;
		}
	;

actions:
	action
	| actions action						{ $$ = list_concat($1, $2); }
	;

action:
	SET assignments							{ $$ = $2; }
	| REMOVE path							{ $$ = list_make1(make_action($2, NULL)); }
	;

assignments:
	assignment								{ $$ = list_make1($1); }
	| assignments ',' assignment			{ $$ = lappend($1, $3); }
	;

assignment:
	path EQUAL expr							{ $$ = make_action($1, $3); }
	;

returning:
	%empty									{ $$ = NIL; }
	| RETURNING returning_items				{ $$ = $2; }
	;

returning_items:
	returning_item							{ $$ = list_make1($1); }
	| returning_items ',' returning_item	{ $$ = lappend($1, $3); }
	;

returning_item:
	modified is_new '*'						{ $$ = make_returning($1, $2, true); }
	| modified is_new path					{ $$ = make_returning($1, $2, false); }
	;

modified:
	MODIFIED								{ $$ = true; }
	| ALL									{ $$ = false; }
	;

is_new:
	NEW										{ $$ = true; }
	| OLD									{ $$ = false; }
	;

/* ---- expressions ---- */

expr:
	disjunction
	;

disjunction:
	conjunction
	| disjunction OR conjunction			{ $$ = dy_partiql_operation(DY_OP_OR, $2, $1, $3); }
	;

conjunction:
	negation
	| conjunction AND negation				{ $$ = dy_partiql_operation(DY_OP_AND, $2, $1, $3); }
	;

negation:
	equality
	| NOT negation							{ $$ = dy_partiql_operation(DY_OP_NOT, $1, $2, NULL); }
	;

equality:
	comparison
	| equality EQUAL comparison				{ $$ = dy_partiql_operation(DY_OP_EQ, $2, $1, $3); }
	| equality NE comparison				{ $$ = dy_partiql_operation(DY_OP_NE, $2, $1, $3); }
	| equality IN comparison				{ $$ = dy_partiql_operation(DY_OP_IN, $2, $1, $3); }
	| equality NOT_IN comparison
		{
			$$ = dy_partiql_operation(DY_OP_NOT, $2, dy_partiql_operation(DY_OP_IN, $2, $1, $3), NULL);
		}
	| equality IS type_word					{ $$ = dy_partiql_is($2, $1, $3, NO_TOKEN, false); }
	| equality IS type_word RESERVED		{ $$ = dy_partiql_is($2, $1, $3, $4, false); }
	| equality IS_NOT type_word				{ $$ = dy_partiql_is($2, $1, $3, NO_TOKEN, true); }
	| equality IS_NOT type_word RESERVED	{ $$ = dy_partiql_is($2, $1, $3, $4, true); }
	;

/* whether it is the name of a type is checked by dy_partiql_is() */
type_word:
	NAME
	| RESERVED
	| MISSING
	| NULL_P
	;

comparison:
	sum
	| comparison '<' sum					{ $$ = dy_partiql_operation(DY_OP_LT, $2, $1, $3); }
	| comparison LE sum						{ $$ = dy_partiql_operation(DY_OP_LE, $2, $1, $3); }
	| comparison '>' sum					{ $$ = dy_partiql_operation(DY_OP_GT, $2, $1, $3); }
	| comparison GE sum						{ $$ = dy_partiql_operation(DY_OP_GE, $2, $1, $3); }
	| comparison LIKE sum					{ $$ = dy_partiql_operation(DY_OP_LIKE, $2, $1, $3); }
	| comparison NOT_LIKE sum				{ $$ = dy_partiql_operation(DY_OP_LIKE, $2, $1, $3); }
	| comparison BETWEEN sum AND sum		{ $$ = dy_partiql_between($2, $1, $3, $5); }
	| comparison NOT_BETWEEN sum AND sum
		{
			$$ = dy_partiql_operation(DY_OP_NOT, $2, dy_partiql_between($2, $1, $3, $5), NULL);
		}
	;

sum:
	product
	| sum '+' product						{ $$ = dy_partiql_operation(DY_OP_PLUS, $2, $1, $3); }
	| sum '-' product						{ $$ = dy_partiql_operation(DY_OP_MINUS, $2, $1, $3); }
	| sum CONCAT product					{ $$ = dy_partiql_operation(DY_OP_CONCAT, $2, $1, $3); }
	;

product:
	sign
	| product '*' sign						{ $$ = dy_partiql_operation(DY_OP_TIMES, $2, $1, $3); }
	| product '/' sign						{ $$ = dy_partiql_operation(DY_OP_DIVIDE, $2, $1, $3); }
	| product '%' sign						{ $$ = dy_partiql_operation(DY_OP_MODULO, $2, $1, $3); }
	;

sign:
	primary
	| '+' sign								{ $$ = dy_partiql_operation(DY_OP_PLUS, $1, $2, NULL); }
	| '-' sign								{ $$ = dy_partiql_operation(DY_OP_MINUS, $1, $2, NULL); }
	;

primary:
	literal
	| path
	| '?'
		{
			$$ = dy_partiql_node(DY_NODE_PARAMETER, $1);
			$$->index = parse->nparameters++;
		}
	| '(' expr ')'
		{
			$$ = $2;
			$$->grouped = true;
		}
	| '(' expr ',' expr_list ')'
		{
			$$ = dy_partiql_container(DY_NODE_LIST, $1, lcons($2, $4));
		}
	| '(' select ')'
		{
			$$ = dy_partiql_node(DY_NODE_SELECT, $2->token);
			$$->statement = $2;
		}
	| '[' opt_expr_list ']'					{ $$ = dy_partiql_container(DY_NODE_LIST, $1, $2); }
	| BAG_OPEN opt_expr_list BAG_CLOSE		{ $$ = dy_partiql_container(DY_NODE_BAG, $1, $2); }
	| '{' opt_members '}'					{ $$ = dy_partiql_container(DY_NODE_STRUCT, $1, $2); }
	| function '(' opt_expr_list ')'		{ $$ = make_call($1, $3); }
	| EXISTS '(' opt_expr_list ')'			{ $$ = make_call($1, $3); }
	| EXISTS '(' select ')'
		{
			DyPartiqlNode *select = dy_partiql_node(DY_NODE_SELECT, $3->token);

			select->statement = $3;
			$$ = make_call($1, list_make1(select));
		}
	| AGGREGATE '(' '*' ')'					{ $$ = make_aggregate($1); }
	| AGGREGATE '(' distinct expr ')'		{ $$ = make_aggregate($1); }
	;

literal:
	STRING									{ $$ = dy_partiql_node(DY_NODE_STRING, $1); }
	| NUMBER								{ $$ = dy_partiql_node(DY_NODE_NUMBER, $1); }
	| ION									{ $$ = dy_partiql_node(DY_NODE_ION, $1); }
	| NULL_P								{ $$ = dy_partiql_node(DY_NODE_NULL, $1); }
	| MISSING								{ $$ = dy_partiql_node(DY_NODE_MISSING, $1); }
	| TRUE_P
		{
			$$ = dy_partiql_node(DY_NODE_BOOLEAN, $1);
			$$->boolean = true;
		}
	| FALSE_P								{ $$ = dy_partiql_node(DY_NODE_BOOLEAN, $1); }
	;

/* a name alone is a NAME, with steps a PATH */
path:
	name									{ $$ = dy_partiql_node(DY_NODE_NAME, $1); }
	| '@' name								{ $$ = dy_partiql_node(DY_NODE_NAME, $2); }
	| path '.' name							{ $$ = add_step($1, dy_partiql_node(DY_NODE_STRING, $3)); }
	| path '.' '*'							{ $$ = add_step($1, dy_partiql_node(DY_NODE_UNPIVOT, $3)); }
	| path '[' expr ']'						{ $$ = add_step($1, $3); }
	| path '[' '*' ']'						{ $$ = add_step($1, dy_partiql_node(DY_NODE_WILDCARD, $3)); }
	;

simple_path:
	name									{ $$ = dy_partiql_node(DY_NODE_NAME, $1); }
	| simple_path '.' name					{ $$ = add_step($1, dy_partiql_node(DY_NODE_STRING, $3)); }
	;

name:
	NAME
	| QUOTED_NAME
	| CONFLICT
	| DO
	| MODIFIED
	| NEW
	| NOTHING
	| OLD
	;

function:
	NAME
	| SIZE
	;

opt_expr_list:
	%empty									{ $$ = NIL; }
	| expr_list
	;

expr_list:
	expr									{ $$ = list_make1($1); }
	| expr_list ',' expr					{ $$ = lappend($1, $3); }
	;

opt_members:
	%empty									{ $$ = NIL; }
	| members
	;

members:
	expr ':' expr							{ $$ = list_make2($1, $3); }
	| members ',' expr ':' expr				{ $$ = lappend(lappend($1, $3), $5); }
	;

%%

static DyPartiqlStatement *
make_statement(const DyPartiqlParse *parse, DyPartiqlStatementKind kind)
{
	DyPartiqlStatement *statement = palloc0(sizeof(DyPartiqlStatement));

	statement->kind = kind;
	statement->text = parse->text;
	return statement;
}

static DyPartiqlSource *
make_source(DyPartiqlNode *path, bool alias)
{
	DyPartiqlSource *source = palloc(sizeof(DyPartiqlSource));

	source->path = path;
	source->alias = alias;
	return source;
}

static DyPartiqlAction *
make_action(DyPartiqlNode *target, DyPartiqlNode *value)
{
	DyPartiqlAction *action = palloc(sizeof(DyPartiqlAction));
	const ListCell *cell;

	foreach(cell, target->args)
	{
		const DyPartiqlNode *step = lfirst(cell);

		if (step->kind == DY_NODE_UNPIVOT)
			dy_partiql_not_well_formed("Invalid path dot component for simple path");
		if (step->kind == DY_NODE_WILDCARD)
			dy_partiql_not_well_formed("Invalid path component for simple path");
	}
	action->target = target;
	action->value = value;
	return action;
}

static DyPartiqlReturningItem *
make_returning(bool modified, bool is_new, bool star)
{
	DyPartiqlReturningItem *item = palloc(sizeof(DyPartiqlReturningItem));

	item->modified = modified;
	item->is_new = is_new;
	item->star = star;
	return item;
}

static DyPartiqlNode *
make_call(DyPartiqlToken function, List *args)
{
	DyPartiqlNode *node = dy_partiql_container(DY_NODE_CALL, function, args);

	node->text = dy_partiql_lower(function.text);
	return node;
}

static DyPartiqlNode *
make_aggregate(DyPartiqlToken function)
{
	DyPartiqlNode *node = dy_partiql_node(DY_NODE_AGGREGATE, function);

	node->text = dy_partiql_lower(function.text);
	return node;
}

/*
 * One step more behind a path.
 */
static DyPartiqlNode *
add_step(DyPartiqlNode *path, DyPartiqlNode *step)
{
	if (path->kind == DY_NODE_NAME)
		return dy_partiql_container(DY_NODE_PATH, path->token, list_make2(path, step));
	path->args = lappend(path->args, step);
	path->depth = Max(path->depth, step->depth + 1);
	return path;
}

/*
 * The next token, two words joined to one where the grammar wants that.
 */
static int
next_token(DY_PARTIQL_YYSTYPE *value, DyPartiqlParse *parse)
{
	int			token;
	int			joined = 0;

	if (parse->has_ahead)
	{
		token = parse->ahead;
		value->token = parse->ahead_token;
		parse->has_ahead = false;
	}
	else
		token = dy_partiql_yylex(value, parse->scanner);

	if (token == NOT || token == IS)
	{
		DY_PARTIQL_YYSTYPE ahead;

		parse->ahead = dy_partiql_yylex(&ahead, parse->scanner);
		parse->ahead_token = ahead.token;
		if (token == IS)
			joined = parse->ahead == NOT ? IS_NOT : 0;
		else
			joined = parse->ahead == IN ? NOT_IN :
				parse->ahead == BETWEEN ? NOT_BETWEEN :
				parse->ahead == LIKE ? NOT_LIKE : 0;
		parse->has_ahead = joined == 0;
		if (joined != 0)
			token = joined;
	}

	parse->previous = parse->last;
	parse->last = token;
	if (parse->first_token == 0)
		parse->first_token = token;
	if (token == SET || token == REMOVE)
		parse->saw_action = true;
	if (token == RETURNING)
		parse->saw_returning = true;
	return token;
}

/*
 * What the service says of a syntax error, from the token that came and
 * those that could have come.
 */
static int
yyreport_syntax_error(const yypcontext_t *context, DyPartiqlParse *parse)
{
	yysymbol_kind_t expected[YYNTOKENS];
	int			n = yypcontext_expected_tokens(context, expected, YYNTOKENS);
	bool		term = false;
	bool		name = false;
	bool		action = false;
	bool		from = false;
	bool		end = false;
	bool		equals = false;
	bool		compares = false;
	bool		assignment;

	for (int i = 0; i < n; i++)
	{
		term |= expected[i] == YYSYMBOL_NUMBER;
		name |= expected[i] == YYSYMBOL_NAME;
		action |= expected[i] == YYSYMBOL_SET;
		from |= expected[i] == YYSYMBOL_FROM;
		end |= expected[i] == YYSYMBOL_YYEOF;
		equals |= expected[i] == YYSYMBOL_EQUAL;
		compares |= expected[i] == YYSYMBOL_LE;
	}
	assignment = equals && !compares;

	if (parse->last == LEX_ERROR)
		dy_partiql_not_well_formed("");
	if (parse->previous == '.')
		dy_partiql_not_well_formed("Invalid path dot component");
	if (parse->previous == IS || parse->previous == IS_NOT)
		dy_partiql_not_well_formed("Expected type name");
	if (parse->previous == ';')
		dy_partiql_not_well_formed("Unexpected token after semicolon. (Only one query is allowed.)");
	if (term || (name && !end && !action && (parse->previous == FROM || parse->previous == ',') &&
				 (parse->first_token == SELECT || parse->first_token == FROM)))
		dy_partiql_not_well_formed(unexpected_term(parse->previous, parse->last));
	if (action && !parse->saw_action)
		dy_partiql_not_well_formed("Expected data manipulation");
	if (parse->previous == SET && parse->last == END)
		dy_partiql_not_well_formed("Expected assignment for SET");
	if (parse->saw_returning && !end)
		dy_partiql_not_well_formed("Expected ( MODIFIED | ALL ) ( NEW | OLD ) in each returning element.");
	if (assignment)
		dy_partiql_not_well_formed("Expected '='");
	if (name && !end)
		dy_partiql_not_well_formed(parse->previous == AS ? "Expected identifier for alias" :
								   "Expected identifier for simple path");
	if (from)
		dy_partiql_not_well_formed(parse->previous == DELETE ? "Expected FROM after DELETE" :
								   "Expected FROM after SELECT list");
	dy_partiql_not_well_formed("Unexpected token after expression");
}

/*
 * An operand should start here, behind previous, and token cannot start one.
 */
static const char *
unexpected_term(int previous, int token)
{
	switch (token)
	{
		case END:
			return is_infix(previous) ? "Missing right-hand side expression of infix operator" : "Unexpected term";
		case FROM:
			/* x * FROM t ...: what follows FROM should change data */
			return is_infix(previous) ? "Expected data manipulation" : "Unexpected keyword";
		case AND:
		case OR:
		case IN:
		case NOT_IN:
		case IS:
		case IS_NOT:
		case LIKE:
		case NOT_LIKE:
		case BETWEEN:
		case NOT_BETWEEN:
		case LE:
		case GE:
		case NE:
		case CONCAT:
		case EQUAL:
		case '<':
		case '>':
		case '*':
		case '/':
		case '%':
			return "Unexpected operator";
		case ';':
		case ')':
		case ']':
		case '}':
		case ',':
		case '.':
		case ':':
		case BAG_CLOSE:
			return "Unexpected term";
		default:
			return "Unexpected keyword";
	}
}

static bool
is_infix(int token)
{
	switch (token)
	{
		case AND:
		case OR:
		case IN:
		case NOT_IN:
		case LIKE:
		case NOT_LIKE:
		case BETWEEN:
		case NOT_BETWEEN:
		case LE:
		case GE:
		case NE:
		case CONCAT:
		case EQUAL:
		case '<':
		case '>':
		case '+':
		case '-':
		case '*':
		case '/':
		case '%':
			return true;
		default:
			return false;
	}
}

/*
 * bison gives up for want of room: the statement is nested too deeply.
 */
static void
yyerror(DyPartiqlParse *parse, const char *message)
{
	dy_partiql_not_well_formed("");
}
