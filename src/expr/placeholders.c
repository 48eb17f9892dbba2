/*-------------------------------------------------------------------------
 *
 * placeholders.c
 *	  ExpressionAttributeNames and ExpressionAttributeValues of one request.
 *
 * A request has few placeholders, and an expression of 4 KB cannot mention
 * many, so they are found by going through them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "expr/placeholders.h"
#include "expr/syntax.h"

static void check_names(const DyNode *names);
static void check_key(const char *parameter, DyBytes key, char mark);
static void take_values(DyPlaceholders *p, const DyNode *values);
static void check_values(const DyPlaceholders *p);
static void raise_unused(const char *parameter, const DyBytes *keys, const bool *used, int n);

/*
 * Take the two maps of a request; either node may be absent or NULL.
 *
 * values is best a MAP of VALUE (dy_shape_expression_values): an ITEM has one
 * fault for all, so that an error text cannot name the key.
 *
 * Raises ValidationException: a map is empty, a key is no placeholder, a
 * name is empty or too long, a value carries a fault.  Names are checked before
 * values.  (Test: expr_placeholders.)
 */
void
dy_placeholders_init(DyPlaceholders *p, const DyNode *names, const DyNode *values)
{
	memset(p, 0, sizeof(*p));
	p->names = names;
	p->values = values;

	if (names != NULL && names->present)
	{
		check_names(names);
		p->nnames = names->u.list.count;
	}
	if (values != NULL && values->present)
	{
		take_values(p, values);
		check_values(p);
	}
	if (p->nnames + p->nvalues > 0)
	{
		p->name_used = palloc0(sizeof(bool) * (p->nnames + p->nvalues));
		p->value_used = p->name_used + p->nnames;
	}
}

/*
 * Raise if one of them was used by no expression; names first.
 */
void
dy_placeholders_check_used(const DyPlaceholders *p)
{
	if (p->nnames > 0)
		raise_unused("ExpressionAttributeNames", p->names->u.list.names, p->name_used, p->nnames);
	if (p->nvalues > 0)
		raise_unused("ExpressionAttributeValues", p->value_keys, p->value_used, p->nvalues);
}

/*
 * The attribute name behind "#name", which then counts as used.
 */
DyBytes
dy_placeholders_name(DyPlaceholders *p, const char *parameter, DyBytes placeholder)
{
	for (int i = 0; i < p->nnames; i++)
	{
		if (dy_bytes_equal(p->names->u.list.names[i], placeholder))
		{
			p->name_used[i] = true;
			return p->names->u.list.nodes[i].u.text;
		}
	}
	dy_expr_invalid(parameter,
					"An expression attribute name used in the document path is not defined; attribute name: %.*s",
					DY_BYTES_ARGS(placeholder));
}

/*
 * The value behind ":value", which then counts as used.
 */
DyValue
dy_placeholders_value(DyPlaceholders *p, const char *parameter, DyBytes placeholder)
{
	for (int i = 0; i < p->nvalues; i++)
	{
		if (dy_bytes_equal(p->value_keys[i], placeholder))
		{
			p->value_used[i] = true;
			return p->value_data[i];
		}
	}
	dy_expr_invalid(parameter,
					"An expression attribute value used in expression is not defined; attribute value: %.*s",
					DY_BYTES_ARGS(placeholder));
}

static void
check_names(const DyNode *names)
{
	if (names->u.list.count == 0)
		dy_validation("ExpressionAttributeNames must not be empty");
	for (int i = 0; i < names->u.list.count; i++)
		check_key("ExpressionAttributeNames", names->u.list.names[i], '#');
	for (int i = 0; i < names->u.list.count; i++)
	{
		DyBytes		key = names->u.list.names[i];
		const DyNode *name = &names->u.list.nodes[i];

		if (!name->present || name->u.text.len == 0)
			dy_validation("ExpressionAttributeNames contains invalid value: Empty attribute name for key %.*s",
						  DY_BYTES_ARGS(key));
		if (name->u.text.len > DY_MAX_ATTRIBUTE_NAME_BYTES)
			dy_validation("ExpressionAttributeNames contains invalid value: "
						  "Attribute name is too large, must be less than %d bytes for key %.*s",
						  DY_MAX_ATTRIBUTE_NAME_BYTES + 1, DY_BYTES_ARGS(key));
	}
}

/*
 * A key is the mark and at least one letter, digit or underscore.
 */
static void
check_key(const char *parameter, DyBytes key, char mark)
{
	bool		good = key.len >= 2 && key.data[0] == mark;

	for (uint32 i = 1; good && i < key.len; i++)
	{
		unsigned char c = key.data[i];

		good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '_';
	}
	if (!good)
		dy_validation("%s contains invalid key: Syntax error; key: \"%.*s\"",
					  parameter, DY_BYTES_ARGS(key));
	if (key.len > DY_MAX_PLACEHOLDER_BYTES)
	{
		if (mark == '#')
			dy_validation("%s contains invalid key: The expression attribute map contains a key that is too long; size of key: %u",
						  parameter, key.len);
		dy_validation("%s contains invalid key: The expression attribute map contains a key that is too long;",
					  parameter);
	}
}

/*
 * Lay out keys and values as arrays, whatever the node.
 */
static void
take_values(DyPlaceholders *p, const DyNode *values)
{
	if (values->shape->kind == DY_SHAPE_ITEM)
	{
		DyIterator	iter = dy_iterate(dy_node_value(values));
		int			i = 0;

		p->nvalues = iter.count;
		p->value_keys = palloc(sizeof(DyBytes) * iter.count);
		p->value_data = palloc(sizeof(DyValue) * iter.count);
		while (dy_map_next(&iter, &p->value_keys[i], &p->value_data[i]))
			i++;
		return;
	}

	p->nvalues = values->u.list.count;
	p->value_keys = values->u.list.names;
	p->value_data = palloc(sizeof(DyValue) * Max(p->nvalues, 1));
	for (int i = 0; i < p->nvalues; i++)
	{
		const DyNode *node = &values->u.list.nodes[i];

		p->value_data[i] = node->present ? node->u.value.value : DY_NO_VALUE;
	}
}

static void
check_values(const DyPlaceholders *p)
{
	if (p->nvalues == 0)
		dy_validation("ExpressionAttributeValues must not be empty");
	for (int i = 0; i < p->nvalues; i++)
		check_key("ExpressionAttributeValues", p->value_keys[i], ':');
	if (p->values->shape->kind == DY_SHAPE_ITEM)
		return;
	for (int i = 0; i < p->nvalues; i++)
	{
		const DyNode *node = &p->values->u.list.nodes[i];
		const char *fault = node->present ? node->u.value.fault.message :
		"Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";

		if (fault != NULL)
			dy_validation("ExpressionAttributeValues contains invalid value: %s for key %.*s",
						  fault, DY_BYTES_ARGS(p->value_keys[i]));
	}
}

static void
raise_unused(const char *parameter, const DyBytes *keys, const bool *used, int n)
{
	StringInfoData list;

	if (memchr(used, false, n) == NULL)
		return;
	initStringInfo(&list);
	for (int i = 0; i < n; i++)
	{
		if (!used[i])
			appendStringInfo(&list, "%s%.*s", list.len > 0 ? ", " : "", DY_BYTES_ARGS(keys[i]));
	}
	dy_validation("Value provided in %s unused in expressions: keys: {%s}", parameter, list.data);
}
