/*-------------------------------------------------------------------------
 *
 * control.h
 *	  Keeps the access keys of this process up to date.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_CONTROL_H
#define DY_BRIDGE_CONTROL_H

#include <event2/event.h>

#include "bridge/config.h"

typedef struct DyControl DyControl;

extern DyControl *dy_control_create(struct event_base *base, const DyConfig *config);
extern void dy_control_free(DyControl *control);

#endif							/* DY_BRIDGE_CONTROL_H */
