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
	DySlice		columns[4];
	DyBuf		body = {0};
	size_t		at = 0;

	while (dy_wire_next(bytes + at, size - at, &message) == DY_WIRE_OK)
	{
		if (message.bytes < 5 || message.bytes > size - at)
			abort();
		for (int count = 1; message.type == 'D' && count <= 4; count++)
		{
			if (dy_wire_read_row(message.body, columns, count) &&
				columns[count - 1].data != NULL &&
				columns[count - 1].data + columns[count - 1].len > message.body.data + message.body.len)
				abort();
		}
		if (message.type == 'E' && dy_wire_read_error(message.body, &error))
			dy_fault_body(&body, DY_FAULT_VALIDATION, error.message, error.detail);
		at += message.bytes;
	}
	dy_buf_free(&body);
	return 0;
}
