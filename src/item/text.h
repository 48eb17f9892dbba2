/*-------------------------------------------------------------------------
 *
 * text.h
 *	  DynamoDB JSON to encoded values and back, in one pass.
 *
 * Two kinds of mistake are told apart, because the service does so and
 * because they are reported at different moments of a request: text of the
 * wrong shape ({"S": 1}) is a SerializationException at once; a value that
 * has the right shape but breaks a rule (an empty set, a number of 40
 * digits, two types in one value) is remembered in DyValueFault and raised
 * as ValidationException when the operation gets to look at the value.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ITEM_TEXT_H
#define DY_ITEM_TEXT_H

#include "item/build.h"
#include "item/json.h"

/* The first rule that a value breaks; message is DynamoDB's text. */
typedef struct DyValueFault
{
	const char *message;		/* NULL: none; palloc'd or constant */
} DyValueFault;

/*
 * Read one attribute value ({"S": "x"}), or a map of them ({"pk": {"S":
 * "x"}}), at the reader's position and append it to the builder.  After a
 * fault the text is still read to its end, what was built is a placeholder.
 * Raises SerializationException for a wrong shape.
 */
extern void dy_text_read_value(DyJsonReader *reader, DyBuilder *b, DyValueFault *fault);
extern void dy_text_read_map(DyJsonReader *reader, DyBuilder *b, DyValueFault *fault);

/*
 * For other readers of such text: the type that a member name means (0:
 * none), and the service's words for a number text that is none.
 */
extern DyType dy_type_lookup(DyBytes name);
extern const char *dy_number_error_text(DyNumberError error, DyBytes string);

/* text_write.c */
extern void dy_text_write_value(StringInfo dest, DyValue value);	/* {"S":"x"} */
extern uint32 dy_text_write_map(StringInfo dest, DyValue map);	/* {"pk":{"S":"x"}} */

/* Convenience for SQL input and tests: whole text, every mistake raised. */
extern DyItem *dy_item_from_text(const char *string, uint32 len);

#endif							/* DY_ITEM_TEXT_H */
