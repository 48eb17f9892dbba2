/*-------------------------------------------------------------------------
 *
 * places.c
 *	  Bound trees for the next request that differs only in values.
 *
 * A bound tree points at the values of its request and copies none.  Where it
 * points at one is a place; with other values in all places it is the tree of
 * another request, provided that nothing was decided by the values
 * themselves.  Binding looks at the types of values, so these must be the
 * same, and in two cases at what they are, which makes a tree useless here:
 * the bounds of BETWEEN, and the name of a type.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "expr/ast.h"

/* A value in a bound tree. */
struct DyValuePlace
{
	DyValue    *at;
	DyType		type;
	const DyNode *node;			/* where the value comes from */
};

typedef struct Search
{
	DyValuePlaces *places;
	const DyNode *values;
	int			allocated;
} Search;

static bool search_condition(Search *s, DyCondition *condition);
static bool search_operand(Search *s, DyOperand *operand);
static bool add_place(Search *s, DyValue *at);

/*
 * Find the places of all values in two bound trees, either of which may be
 * NULL.  values is the MAP of VALUE they were bound with, or absent.  False
 * if the trees are good for these very values only.
 *
 * What is found lives in the current memory context and points into the trees.
 */
bool
dy_value_places_find(DyValuePlaces *places, DyUpdate *update, DyCondition *condition,
					 const DyNode *values)
{
	Search		s = {.places = places,.values = values};

	places->n = 0;
	places->places = NULL;
	if (values->present && values->shape->kind != DY_SHAPE_MAP)
		return false;

	for (int i = 0; update != NULL && i < update->nactions; i++)
	{
		DyAction   *action = &update->actions[i];

		if (action->operand != NULL && !search_operand(&s, action->operand))
			return false;
		if (dy_value_present(action->value) && !add_place(&s, &action->value))
			return false;
	}
	return condition == NULL || search_condition(&s, condition);
}

/*
 * Put the values that their nodes have now into the trees.  False if one
 * carries a fault or is of another type: the trees are of no use then, until
 * they are filled again.
 */
bool
dy_value_places_fill(const DyValuePlaces *places)
{
	for (int i = 0; i < places->n; i++)
	{
		const struct DyValuePlace *place = &places->places[i];
		const DyNode *node = place->node;

		if (node->u.value.fault.message != NULL || dy_value_type(node->u.value.value) != place->type)
			return false;
		*place->at = node->u.value.value;
	}
	return true;
}

static bool
search_condition(Search *s, DyCondition *condition)
{
	check_stack_depth();

	switch (condition->kind)
	{
		case DY_CONDITION_AND:
		case DY_CONDITION_OR:
		case DY_CONDITION_NOT:
			for (int i = 0; i < condition->nargs; i++)
			{
				if (!search_condition(s, condition->args.conditions[i]))
					return false;
			}
			return true;
		case DY_CONDITION_BETWEEN:
		case DY_CONDITION_TYPE:
			return false;
		default:
			break;
	}
	for (int i = 0; i < condition->nargs; i++)
	{
		if (!search_operand(s, condition->args.operands[i]))
			return false;
	}
	return true;
}

static bool
search_operand(Search *s, DyOperand *operand)
{
	check_stack_depth();

	if (operand->kind == DY_OPERAND_VALUE)
		return add_place(s, &operand->value);
	if (operand->kind == DY_OPERAND_CONDITION)
		return search_condition(s, operand->condition);
	for (int i = 0; i < lengthof(operand->args); i++)
	{
		if (operand->args[i] != NULL && !search_operand(s, operand->args[i]))
			return false;
	}
	return true;
}

/*
 * Values are views, and each node's has bytes of its own.
 */
static bool
add_place(Search *s, DyValue *at)
{
	DyValuePlaces *places = s->places;

	for (int i = 0; s->values->present && i < s->values->u.list.count; i++)
	{
		const DyNode *node = &s->values->u.list.nodes[i];

		if (node->u.value.value.data != at->data)
			continue;
		if (places->n == s->allocated)
		{
			s->allocated = Max(8, s->allocated * 2);
			if (places->places == NULL)
				places->places = palloc_array(struct DyValuePlace, s->allocated);
			else
				places->places = repalloc(places->places,
										  sizeof(struct DyValuePlace) * s->allocated);
		}
		places->places[places->n++] = (struct DyValuePlace)
		{
			at, dy_value_type(*at), node
		};
		return true;
	}
	return false;
}
