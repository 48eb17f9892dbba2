/*-------------------------------------------------------------------------
 *
 * json.h
 *	  The little JSON that the bridge itself needs: is it well-formed, and
 *	  writing strings.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_JSON_H
#define DY_BRIDGE_JSON_H

#include "bridge/buf.h"

extern bool dy_json_is_valid(DySlice text);
extern bool dy_json_is_utf8(DySlice text);
extern void dy_json_add_string(DyBuf *out, DySlice text);
extern DySlice dy_json_object_members(DySlice object);

#endif							/* DY_BRIDGE_JSON_H */
