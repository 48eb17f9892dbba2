/*-------------------------------------------------------------------------
 *
 * response.h
 *	  Writing a response: JSON text, front to back.
 *
 * Commas are the writer's business: name or element first, then exactly one
 * value.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_WIRE_RESPONSE_H
#define DY_WIRE_RESPONSE_H

#include "item/text.h"

typedef struct DyResponse
{
	StringInfoData text;
	bool		need_comma;
} DyResponse;

extern void dy_response_init(DyResponse *r);
extern void dy_response_open(DyResponse *r, char bracket);	/* '{' or '[' */
extern void dy_response_close(DyResponse *r, char bracket); /* '}' or ']' */
extern void dy_response_name(DyResponse *r, const char *name);	/* our own member names:
																 * no escaping */
extern void dy_response_name_bytes(DyResponse *r, DyBytes name);
extern void dy_response_string(DyResponse *r, const char *text);
extern void dy_response_bytes(DyResponse *r, DyBytes text);
extern void dy_response_integer(DyResponse *r, int64 value);
extern void dy_response_units(DyResponse *r, double units); /* capacity: 0.5, 1.0 */
extern void dy_response_boolean(DyResponse *r, bool value);
extern void dy_response_timestamp(DyResponse *r, double epoch_seconds); /* 1.7E9 with
																		 * milliseconds, never
																		 * in exponent form */
extern void dy_response_value(DyResponse *r, DyValue value);	/* an AttributeValue */
extern uint32 dy_response_map(DyResponse *r, DyValue map);	/* an item */
extern void dy_response_json(DyResponse *r, const char *json, int len); /* ready-made text */

#endif							/* DY_WIRE_RESPONSE_H */
