/*-------------------------------------------------------------------------
 *
 * fuzz_pgwire.c
 *	  Messages of a server that has lost its mind.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>

#include "bridge/faults.h"
#include "bridge/pgwire.h"

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	const char *bytes = (const char *) input;
	DyWireMessage message;
	DyWireError error;
	DySlice		column;
	DyBuf		body = {0};
	size_t		at = 0;

	while (dy_wire_next(bytes + at, size - at, &message) == DY_WIRE_OK)
	{
		if (message.bytes < 5 || message.bytes > size - at)
			abort();
		if (message.type == 'D' && dy_wire_read_row(message.body, &column) &&
			column.data != NULL && column.len > message.body.len)
			abort();
		if (message.type == 'E' && dy_wire_read_error(message.body, &error))
			dy_fault_body(&body, DY_FAULT_VALIDATION, error.message, error.detail);
		at += message.bytes;
	}
	dy_buf_free(&body);
	return 0;
}
