/*-------------------------------------------------------------------------
 *
 * routes.c
 *	  From the X-Amz-Target header to the operation and its lane.
 *
 *-------------------------------------------------------------------------
 */
#include "bridge/routes.h"

#define SERVICE_API "DynamoDB_20120810"
#define SERVICE_STREAMS "DynamoDBStreams_20120810"

static const DyRoute routes[DY_OP_COUNT] = {
#define DY_ROUTE(service, operation, lane) \
	{DY_OP_##operation, SERVICE_##service, {#operation, sizeof(#operation) - 1}, DY_LANE_##lane},
#include "bridge/routes.def"
#undef DY_ROUTE
};

/*
 * The route of "DynamoDB_20120810.GetItem", or NULL if there is none.
 */
const DyRoute *
dy_route_of_target(DySlice target)
{
	const char *dot = target.len > 0 ? memchr(target.data, '.', target.len) : NULL;
	DySlice		service;
	DySlice		name;

	if (dot == NULL)
		return NULL;
	service = dy_slice(target.data, (size_t) (dot - target.data));
	name = dy_slice(dot + 1, target.len - service.len - 1);
	for (int i = 0; i < DY_OP_COUNT; i++)
	{
		if (routes[i].name.len == name.len &&
			memcmp(routes[i].name.data, name.data, name.len) == 0 &&
			dy_slice_eq(service, routes[i].service))
			return &routes[i];
	}
	return NULL;
}

const DyRoute *
dy_route(DyOperation operation)
{
	return &routes[operation];
}

/* For metrics and logs. */
const char *
dy_lane_name(DyLaneId lane)
{
	static const char *const names[DY_LANE_COUNT] = {"read", "write", "general"};

	return names[lane];
}
