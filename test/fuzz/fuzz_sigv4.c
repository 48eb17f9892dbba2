/*-------------------------------------------------------------------------
 *
 * fuzz_sigv4.c
 *	  Signature checking on hostile requests: no request that was not signed
 *	  with the secret may pass, and none may do harm.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>

#include "bridge/sigv4.h"

#define NOW 1440938160			/* 20150830T123600Z */

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	static DySigner *signer;
	static DyKeySet *keys;
	DyHttpHead	head;
	DySigResult result;
	DyBuf		body = {0};
	int			status;

	if (signer == NULL)
	{
		signer = dy_signer_create("us-east-1", "dynamodb");
		keys = dy_keyset_create(1);
		dy_keyset_add(keys, "AKIDEXAMPLE", "a secret that is in no seed", "root");
		dy_keyset_publish(keys);
		keys = dy_keyset_current(NULL);
	}
	if (dy_http_parse_head((const char *) input, size, &head, &status) != DY_HTTP_OK)
		return 0;
	if (dy_sigv4_verify(signer, &head, DY_SLICE("{}"), keys, NOW, &result))
		abort();
	if (result.fault == DY_FAULT_NONE || result.message.len == 0)
		abort();
	dy_fault_body(&body, result.fault, dy_buf_slice(&result.message), dy_slice(NULL, 0));
	dy_buf_free(&body);
	dy_buf_free(&result.message);
	return 0;
}
