/*-------------------------------------------------------------------------
 *
 * validate.c
 *	  Checking a request against the constraints of its shape.
 *
 * The service lists what is broken, up to ten constraints, in one message:
 *
 *	  2 validation errors detected: Value 'x' at 'limit' failed to satisfy
 *	  constraint: ...; Value null at 'key' failed to satisfy constraint: ...
 *
 * A path is made of member names with a small first letter; the elements of
 * a list are keySchema.1.member, those of a map requestItems.NAME.member.
 * Values are printed as Java's toString() prints them.
 *
 * A member that names a table comes before all others and ends the request
 * alone; the rest is checked in the order of the shape's members, an outer
 * constraint before those of what is inside.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "base/errors.h"
#include "wire/request.h"

#define MAX_ERRORS			10

/* Of a text that names a table by name or ARN. */
#define MAX_RESOURCE_CHARS	1024

/*
 * A value is echoed no longer than this.  The service echoes all of it; but
 * the echo of a large request is ten times its size.
 */
#define MAX_ECHO_BYTES		(1024 * 1024)

/*
 * One step of the path to the node being checked: a member, an element of a
 * list, or a value of a map.  Steps lie on the stack, and become text only
 * when there is something to complain about.
 */
typedef struct Step
{
	const struct Step *outer;	/* NULL: this is a member of the request */
	const char *member;			/* name; NULL: an element or a value */
	int			element;		/* from 1; 0: a value */
	DyBytes		key;
} Step;

typedef struct Validation
{
	int			count;
	StringInfoData text;		/* the errors, with "; " between them */
	const Step *at;				/* the node being checked */
} Validation;

static void check_tables_first(Validation *v, const DyNode *request);
static void check_member(Validation *v, const DyMember *member, const DyNode *node);
static void check_elements(Validation *v, const DyShape *shape, const DyNode *list);
static void check_node(Validation *v, const DyShape *shape, const DyNode *node, bool required);
static void check_table_name(Validation *v, const DyShape *shape, const DyNode *node);
static void check_text(Validation *v, const DyShape *shape, DyBytes text, const DyNode *echo);
static void check_count(Validation *v, const DyShape *shape, int64 count, const DyNode *echo, const char *what);
static void check_map(Validation *v, const DyShape *shape, const DyNode *node);
static bool text_fits(const DyShape *shape, DyBytes text);
static int64 count_chars(DyBytes text);
static void write_length_constraints(StringInfo dest, const DyShape *shape);
static void add_error(Validation *v, const DyNode *echo, const char *fmt,...) pg_attribute_printf(3, 4);
static void raise_errors(Validation *v);
static void write_path(StringInfo dest, const Step *step);
static void echo_node(StringInfo dest, const DyNode *node);
static void echo_value(StringInfo dest, DyValue value);
static void echo_content(StringInfo dest, DyValue value);
static void echo_map(StringInfo dest, DyValue map);
static void echo_buffer(StringInfo dest, uint32 len);
static void echo_member_name(StringInfo dest, const char *name);

/*
 * Check all constraints; raises ValidationException, or returns if there is
 * nothing to complain about.
 */
void
dy_request_validate(const DyNode *request)
{
	const DyShape *shape = request->shape;
	DyKnownRequest *known = dy_request_known(request);
	Validation	v;

	/* attribute values have no constraints */
	if (known != NULL && known->valid)
		return;

	v.count = 0;
	v.text.data = NULL;
	v.at = NULL;

	check_tables_first(&v, request);
	for (int i = 0; i < shape->nmembers && v.count < MAX_ERRORS; i++)
	{
		const DyMember *member = &shape->members[i];
		const DyNode *node = &request->u.list.nodes[i];

		if (!node->present && !member->required)
			continue;
		if (node->present && member->shape->table != DY_NAMES_NO_TABLE)
			continue;
		check_member(&v, member, node);
	}
	raise_errors(&v);
	if (known != NULL)
		known->valid = true;
}

/*
 * The request's own members that name a table.
 */
static void
check_tables_first(Validation *v, const DyNode *request)
{
	const DyShape *shape = request->shape;

	for (int i = 0; i < shape->nmembers; i++)
	{
		const DyMember *member = &shape->members[i];
		const DyNode *node = &request->u.list.nodes[i];

		if (member->shape->table == DY_NAMES_NO_TABLE)
			continue;
		if (node->present)
		{
			Step		step = {.member = member->name};

			v->at = &step;
			check_table_name(v, member->shape, node);
			raise_errors(v);
			v->at = NULL;
		}
		else if (member->required && member->shape->table != DY_NAMES_TABLE)
			dy_validation("The parameter '%s' is required but was not present in the request",
						  member->name);
	}
}

static void
check_member(Validation *v, const DyMember *member, const DyNode *node)
{
	Step		step = {.outer = v->at,.member = member->name};

	v->at = &step;
	check_node(v, member->shape, node, member->required);
	v->at = step.outer;
}

/* The elements of a list, whose own length has been dealt with. */
static void
check_elements(Validation *v, const DyShape *shape, const DyNode *list)
{
	Step		step = {.outer = v->at};

	v->at = &step;
	for (int i = 0; i < list->u.list.count && v->count < MAX_ERRORS; i++)
	{
		step.element = i + 1;
		check_node(v, shape->element, &list->u.list.nodes[i], true);
	}
	v->at = step.outer;
}

/*
 * One node and what is inside.
 */
static void
check_node(Validation *v, const DyShape *shape, const DyNode *node, bool required)
{
	if (v->count >= MAX_ERRORS)
		return;
	if (!node->present)
	{
		if (required)
			add_error(v, NULL, "Member must not be null");
		return;
	}

	switch (shape->kind)
	{
		case DY_SHAPE_STRUCTURE:
			for (int i = 0; i < shape->nmembers; i++)
				check_member(v, &shape->members[i], &node->u.list.nodes[i]);
			break;
		case DY_SHAPE_LIST:
			check_count(v, shape, node->u.list.count, node, "length");
			check_elements(v, shape, node);
			break;
		case DY_SHAPE_MAP:
			check_map(v, shape, node);
			break;
		case DY_SHAPE_STRING:
			if (shape->table != DY_NAMES_NO_TABLE)
				check_table_name(v, shape, node);
			else
				check_text(v, shape, node->u.text, node);
			break;
		case DY_SHAPE_BLOB:
			check_count(v, shape, node->u.text.len, node, "length");
			break;
		case DY_SHAPE_INTEGER:
		case DY_SHAPE_LONG:
			check_count(v, shape, node->u.integer, node, "value");
			break;
		case DY_SHAPE_DOUBLE:
		case DY_SHAPE_BOOLEAN:
		case DY_SHAPE_TIMESTAMP:
		case DY_SHAPE_VALUE:
		case DY_SHAPE_ITEM:
			break;
	}
}

/*
 * A table name, or an ARN where it may be one.  An empty text breaks the
 * constraint of the member, which is looser than that of a name; so it has a
 * text of its own, and only that.
 */
static void
check_table_name(Validation *v, const DyShape *shape, const DyNode *node)
{
	DyBytes		text = node->u.text;
	DyTableArn	arn;

	if (text.len == 0)
		add_error(v, node, "Member must have length greater than or equal to 1");
	else if (text.len > MAX_RESOURCE_CHARS && count_chars(text) > MAX_RESOURCE_CHARS)
		add_error(v, node, "Member must have length less than or equal to %d", MAX_RESOURCE_CHARS);
	else
	{
		if (shape->table != DY_NAMES_NEW_TABLE && dy_table_arn_parse(text, &arn))
			text = arn.name;

		check_text(v, shape, text, node);
	}
}

/*
 * A string: pattern, then length, then enum.
 */
static void
check_text(Validation *v, const DyShape *shape, DyBytes text, const DyNode *echo)
{
	if (shape->pattern != NULL && !shape->matches(text.data, text.len))
		add_error(v, echo, "Member must satisfy regular expression pattern: %s", shape->pattern);
	if (shape->min > 0 || shape->max > 0)
		check_count(v, shape, count_chars(text), echo, "length");
	if (shape->values != NULL)
	{
		StringInfoData set;

		for (int i = 0; shape->values[i] != NULL; i++)
			if (text.len == strlen(shape->values[i]) &&
				memcmp(text.data, shape->values[i], text.len) == 0)
				return;
		initStringInfo(&set);
		for (int i = 0; shape->values[i] != NULL; i++)
			appendStringInfo(&set, "%s%s", i > 0 ? ", " : "", shape->values[i]);
		add_error(v, echo, "Member must satisfy enum value set: [%s]", set.data);
		pfree(set.data);
	}
}

/*
 * A length or a value against its bounds.
 */
static void
check_count(Validation *v, const DyShape *shape, int64 count, const DyNode *echo, const char *what)
{
	/* a shape that leaves both out has none */
	if (shape->min == 0 && shape->max == 0)
		return;
	if (shape->max != DY_NO_BOUND && count > shape->max)
		add_error(v, echo, "Member must have %s less than or equal to " INT64_FORMAT, what, shape->max);
	if (shape->min != DY_NO_BOUND && count < shape->min)
		add_error(v, echo, "Member must have %s greater than or equal to " INT64_FORMAT, what, shape->min);
}

/*
 * A map: its size; then keys and the lengths of lists as values, which are
 * reported once for the whole map; then its values.
 */
static void
check_map(Validation *v, const DyShape *shape, const DyNode *node)
{
	const DyShape *element = shape->element;
	Step		step = {.outer = v->at};

	check_count(v, shape, node->u.list.count, node, "length");

	for (int i = 0; shape->key != NULL && i < node->u.list.count; i++)
	{
		if (!text_fits(shape->key, node->u.list.names[i]))
		{
			StringInfoData constraints;

			initStringInfo(&constraints);
			write_length_constraints(&constraints, shape->key);
			if (shape->key->pattern != NULL)
				appendStringInfo(&constraints, "%sMember must satisfy regular expression pattern: %s",
								 constraints.len ? ", " : "", shape->key->pattern);
			add_error(v, node, "Map keys must satisfy constraint: [%s]", constraints.data);
			pfree(constraints.data);
			break;
		}
	}

	for (int i = 0; element->kind == DY_SHAPE_LIST && i < node->u.list.count; i++)
	{
		const DyNode *list = &node->u.list.nodes[i];

		if (list->present &&
			((element->max > 0 && list->u.list.count > element->max) ||
			 list->u.list.count < element->min))
		{
			StringInfoData constraints;

			initStringInfo(&constraints);
			write_length_constraints(&constraints, element);
			add_error(v, node, "Map value must satisfy constraint: [%s]", constraints.data);
			pfree(constraints.data);
			break;
		}
	}

	v->at = &step;
	for (int i = 0; i < node->u.list.count && v->count < MAX_ERRORS; i++)
	{
		const DyNode *value = &node->u.list.nodes[i];

		step.key = node->u.list.names[i];
		if (element->kind == DY_SHAPE_LIST && value->present)
			check_elements(v, element, value);
		else
			check_node(v, element, value, true);
	}
	v->at = step.outer;
}

/*
 * Would check_text or check_table_name be content?
 */
static bool
text_fits(const DyShape *shape, DyBytes text)
{
	DyTableArn	arn;
	int64		chars;

	if ((shape->table == DY_NAMES_TABLE || shape->table == DY_NAMES_REQUIRED_TABLE) &&
		dy_table_arn_parse(text, &arn))
		text = arn.name;

	if (shape->pattern != NULL && !shape->matches(text.data, text.len))
		return false;
	chars = count_chars(text);
	return (shape->min <= 0 || chars >= shape->min) && (shape->max <= 0 || chars <= shape->max);
}

/*
 * Lengths are counted in characters.
 */
static int64
count_chars(DyBytes text)
{
	int64		chars = 0;

	for (uint32 i = 0; i < text.len; i++)
		if (((unsigned char) text.data[i] & 0xC0) != 0x80)
			chars++;
	return chars;
}

static void
write_length_constraints(StringInfo dest, const DyShape *shape)
{
	if (shape->max > 0)
		appendStringInfo(dest, "Member must have length less than or equal to " INT64_FORMAT, shape->max);
	if (shape->min > 0)
		appendStringInfo(dest, "%sMember must have length greater than or equal to " INT64_FORMAT,
						 dest->len ? ", " : "", shape->min);
}

/*
 * One more error at v->at.  echo is what stands there, or NULL for null.
 */
static void
add_error(Validation *v, const DyNode *echo, const char *fmt,...)
{
	if (v->count >= MAX_ERRORS)
		return;
	if (v->count++ == 0)
		initStringInfo(&v->text);
	else
		appendStringInfoString(&v->text, "; ");

	appendStringInfoString(&v->text, "Value ");
	if (echo == NULL)
		appendStringInfoString(&v->text, "null");
	else
	{
		int			start;

		appendStringInfoChar(&v->text, '\'');
		start = v->text.len;
		echo_node(&v->text, echo);
		if (v->text.len - start > MAX_ECHO_BYTES)
			v->text.len = start + pg_mbcliplen(v->text.data + start, v->text.len - start, MAX_ECHO_BYTES);
		appendStringInfoChar(&v->text, '\'');
	}
	appendStringInfoString(&v->text, " at '");
	write_path(&v->text, v->at);
	appendStringInfoString(&v->text, "' failed to satisfy constraint: ");
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, fmt);
		needed = appendStringInfoVA(&v->text, fmt, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&v->text, needed);
	}
}

static void
raise_errors(Validation *v)
{
	if (v->count > 0)
		dy_validation("%d validation error%s detected: %s",
					  v->count, v->count > 1 ? "s" : "", v->text.data);
}

/* Recursion ends with the shape, which is a few levels deep. */
static void
write_path(StringInfo dest, const Step *step)
{
	if (step->outer != NULL)
	{
		write_path(dest, step->outer);
		appendStringInfoChar(dest, '.');
	}
	if (step->member != NULL)
		echo_member_name(dest, step->member);
	else if (step->element > 0)
		appendStringInfo(dest, "%d.member", step->element);
	else
	{
		appendBinaryStringInfo(dest, step->key.data, step->key.len);
		appendStringInfoString(dest, ".member");
	}
}

/*
 * Java calls the member of TableName tableName.
 */
static void
echo_member_name(StringInfo dest, const char *name)
{
	appendStringInfoChar(dest, pg_ascii_tolower((unsigned char) name[0]));
	appendStringInfoString(dest, name + 1);
}

/*
 * toString() of a node.
 */
static void
echo_node(StringInfo dest, const DyNode *node)
{
	const DyShape *shape = node->shape;

	if (dest->len > MAX_ECHO_BYTES * MAX_ERRORS)
		return;
	if (!node->present)
	{
		appendStringInfoString(dest, "null");
		return;
	}

	switch (shape->kind)
	{
		case DY_SHAPE_STRUCTURE:
			appendStringInfo(dest, "%s(", shape->name ? shape->name : "");
			for (int i = 0; i < shape->nmembers; i++)
			{
				if (i > 0)
					appendStringInfoString(dest, ", ");
				echo_member_name(dest, shape->members[i].name);
				appendStringInfoChar(dest, '=');
				echo_node(dest, &node->u.list.nodes[i]);
			}
			appendStringInfoChar(dest, ')');
			break;
		case DY_SHAPE_LIST:
			appendStringInfoChar(dest, '[');
			for (int i = 0; i < node->u.list.count; i++)
			{
				if (i > 0)
					appendStringInfoString(dest, ", ");
				echo_node(dest, &node->u.list.nodes[i]);
			}
			appendStringInfoChar(dest, ']');
			break;
		case DY_SHAPE_MAP:
			appendStringInfoChar(dest, '{');
			for (int i = 0; i < node->u.list.count; i++)
			{
				if (i > 0)
					appendStringInfoString(dest, ", ");
				appendBinaryStringInfo(dest, node->u.list.names[i].data, node->u.list.names[i].len);
				appendStringInfoChar(dest, '=');
				echo_node(dest, &node->u.list.nodes[i]);
			}
			appendStringInfoChar(dest, '}');
			break;
		case DY_SHAPE_STRING:
			appendBinaryStringInfo(dest, node->u.text.data, node->u.text.len);
			break;
		case DY_SHAPE_BLOB:
			echo_buffer(dest, node->u.text.len);
			break;
		case DY_SHAPE_INTEGER:
		case DY_SHAPE_LONG:
			appendStringInfo(dest, INT64_FORMAT, node->u.integer);
			break;
		case DY_SHAPE_DOUBLE:
		case DY_SHAPE_TIMESTAMP:
			appendStringInfo(dest, "%g", node->u.number);
			break;
		case DY_SHAPE_BOOLEAN:
			appendStringInfoString(dest, node->u.boolean ? "true" : "false");
			break;
		case DY_SHAPE_VALUE:
		case DY_SHAPE_ITEM:
			if (node->u.value.fault.message != NULL)
				appendStringInfoString(dest, shape->kind == DY_SHAPE_ITEM ? "{}" : "AttributeValue()");
			else if (shape->kind == DY_SHAPE_VALUE)
				echo_value(dest, node->u.value.value);
			else
				echo_map(dest, node->u.value.value);
			break;
	}
}

/*
 * toString() of an attribute value: all ten members, nine of them null.
 */
static void
echo_value(StringInfo dest, DyValue value)
{
	static const struct
	{
		DyType		type;
		const char *name;
	}			members[] = {
		{DY_TYPE_S, "s"}, {DY_TYPE_N, "n"}, {DY_TYPE_B, "b"}, {DY_TYPE_SS, "sS"},
		{DY_TYPE_NS, "nS"}, {DY_TYPE_BS, "bS"}, {DY_TYPE_M, "m"}, {DY_TYPE_L, "l"},
		{DY_TYPE_NULL, "nULL"}, {DY_TYPE_BOOL, "bOOL"}
	};
	DyType		type = dy_value_type(value);

	if (dest->len > MAX_ECHO_BYTES * MAX_ERRORS)
		return;
	appendStringInfoString(dest, "AttributeValue(");
	for (int i = 0; i < lengthof(members); i++)
	{
		appendStringInfo(dest, "%s%s=", i > 0 ? ", " : "", members[i].name);
		if (members[i].type == type)
			echo_content(dest, value);
		else
			appendStringInfoString(dest, "null");
	}
	appendStringInfoChar(dest, ')');
}

/*
 * The one member of an attribute value that is set.
 */
static void
echo_content(StringInfo dest, DyValue value)
{
	DyType		type = dy_value_type(value);
	DyIterator	iter;
	DyValue		element;
	bool		first = true;

	switch (type)
	{
		case DY_TYPE_S:
			appendBinaryStringInfo(dest, dy_value_bytes(value).data, dy_value_bytes(value).len);
			break;
		case DY_TYPE_N:
			{
				DyNumber	number = dy_value_number(value);
				char		text[DY_NUMBER_MAX_TEXT];

				appendBinaryStringInfo(dest, text, dy_number_format(&number, text));
			}
			break;
		case DY_TYPE_B:
			echo_buffer(dest, dy_value_bytes(value).len);
			break;
		case DY_TYPE_BOOL:
			appendStringInfoString(dest, dy_value_bool(value) ? "true" : "false");
			break;
		case DY_TYPE_NULL:
			appendStringInfoString(dest, "true");
			break;
		case DY_TYPE_M:
			echo_map(dest, value);
			break;
		case DY_TYPE_L:
		case DY_TYPE_SS:
		case DY_TYPE_NS:
		case DY_TYPE_BS:
			appendStringInfoChar(dest, '[');
			iter = dy_iterate(value);
			while (dy_list_next(&iter, &element))
			{
				if (!first)
					appendStringInfoString(dest, ", ");
				first = false;
				if (type == DY_TYPE_L)
					echo_value(dest, element);
				else
					echo_content(dest, element);
			}
			appendStringInfoChar(dest, ']');
			break;
	}
}

/*
 * toString() of an item or map.
 */
static void
echo_map(StringInfo dest, DyValue map)
{
	DyIterator	iter = dy_iterate(map);
	DyBytes		name;
	DyValue		value;
	bool		first = true;

	appendStringInfoChar(dest, '{');
	while (dy_map_next(&iter, &name, &value))
	{
		if (!first)
			appendStringInfoString(dest, ", ");
		first = false;
		appendBinaryStringInfo(dest, name.data, name.len);
		appendStringInfoChar(dest, '=');
		echo_value(dest, value);
	}
	appendStringInfoChar(dest, '}');
}

/*
 * toString() of a ByteBuffer.
 */
static void
echo_buffer(StringInfo dest, uint32 len)
{
	appendStringInfo(dest, "java.nio.HeapByteBuffer[pos=0 lim=%u cap=%u]", len, len);
}
