/*-------------------------------------------------------------------------
 *
 * routes.h
 *	  Operations and lanes; see routes.def.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_ROUTES_H
#define DY_BRIDGE_ROUTES_H

#include "bridge/buf.h"

typedef enum DyLaneId
{
	DY_LANE_READ,
	DY_LANE_WRITE,
	DY_LANE_GENERAL,
	DY_LANE_COUNT
} DyLaneId;

typedef enum DyOperation
{
#define DY_ROUTE(service, operation, lane) DY_OP_##operation,
#include "bridge/routes.def"
#undef DY_ROUTE
	DY_OP_COUNT
} DyOperation;

typedef struct DyRoute
{
	DyOperation operation;
	const char *service;		/* "DynamoDB_20120810" */
	DySlice		name;			/* "GetItem" */
	DyLaneId	lane;
} DyRoute;

extern const DyRoute *dy_route_of_target(DySlice target);
extern const DyRoute *dy_route(DyOperation operation);
extern const char *dy_lane_name(DyLaneId lane);

#endif							/* DY_BRIDGE_ROUTES_H */
