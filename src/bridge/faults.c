/*-------------------------------------------------------------------------
 *
 * faults.c
 *	  The errors of errors.def as the bridge sees them.
 *
 * The body of an error:
 *
 *	  {"__type":"<prefix>#<name>",<extra members>,"message":"<text>"}
 *
 * The member is called "Message" for the few exceptions whose shape in the
 * API says so, and for the errors of the layer before DynamoDB itself that
 * spell it that way.  It is left out when there is no text.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 *
 *-------------------------------------------------------------------------
 */
#include "bridge/faults.h"
#include "bridge/json.h"

typedef struct FaultInfo
{
	char		sqlstate[6];
	const char *prefix;
	const char *name;
	int			status;
} FaultInfo;

static const FaultInfo fault_info[DY_FAULT_COUNT] = {
#define DY_ERROR(symbol, sqlstate, prefix, name, status) {sqlstate, prefix, name, status},
#include "base/errors.def"
#undef DY_ERROR
};

static bool says_message_in_capitals(DyFault fault);

/*
 * The fault that a SQLSTATE of class KV stands for; DY_FAULT_NONE if it
 * stands for none.
 */
DyFault
dy_fault_of_sqlstate(const char *sqlstate)
{
	if (sqlstate[0] != 'K' || sqlstate[1] != 'V')
		return DY_FAULT_NONE;
	for (int i = 0; i < DY_FAULT_COUNT; i++)
	{
		if (strcmp(fault_info[i].sqlstate, sqlstate) == 0)
			return (DyFault) i;
	}
	return DY_FAULT_NONE;
}

/* Exception name, "ValidationException". */
const char *
dy_fault_name(DyFault fault)
{
	return fault_info[fault].name;
}

/* HTTP status of the answer. */
int
dy_fault_status(DyFault fault)
{
	return fault_info[fault].status;
}

/*
 * Append the body of the answer.  extra is a JSON object whose members go
 * into the body, or empty.
 */
void
dy_fault_body(DyBuf *out, DyFault fault, DySlice message, DySlice extra)
{
	DySlice		members = dy_json_object_members(extra);

	dy_buf_printf(out, "{\"__type\":\"%s#%s\"", fault_info[fault].prefix,
				  fault_info[fault].name);
	if (members.len > 0)
	{
		dy_buf_add_char(out, ',');
		dy_buf_add(out, members.data, members.len);
	}
	if (message.len > 0)
	{
		dy_buf_add_str(out, says_message_in_capitals(fault) ? ",\"Message\":" : ",\"message\":");
		dy_json_add_string(out, message);
	}
	dy_buf_add_char(out, '}');
}

static bool
says_message_in_capitals(DyFault fault)
{
	switch (fault)
	{
		case DY_FAULT_TRANSACTION_CANCELED:
		case DY_FAULT_TRANSACTION_IN_PROGRESS:
		case DY_FAULT_IDEMPOTENT_MISMATCH:
		case DY_FAULT_SERIALIZATION:
		case DY_FAULT_ACCESS_DENIED:
			return true;
		default:
			return false;
	}
}
