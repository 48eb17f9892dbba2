/*-------------------------------------------------------------------------
 *
 * gate.c
 *	  What to do with a complete request.
 *
 * The checks come in the order of the service: method and content type,
 * JSON, target, signature, body.  Well-formed JSON is only looked for here
 * when the request is refused for another reason that comes later; the
 * server reads the body of those that pass.
 *
 * Source: observed behaviour of the service, as published in the tests of
 * https://github.com/architect/dynalite
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>

#include <zlib.h>

#include "bridge/gate.h"
#include "bridge/json.h"

#define JSON_1_0 "application/x-amz-json-1.0"
#define JSON_PLAIN "application/json"

/* Who an unsigned request is in development mode. */
#define DEVELOPMENT_PRINCIPAL "root"

static DyVerdict refuse(DyGate *gate, const DyRequest *request, DyFault fault);
static bool is_compressed(const DyRequest *request);
static bool decompress(DyGate *gate, DyRequest *request);
static DySlice media_type(DySlice content_type);

/*
 * Look at a complete request.
 *
 * On DY_VERDICT_EXECUTE its route and principal are set and its body is
 * ready; on DY_VERDICT_FAULT gate->fault and gate->text are.
 */
DyVerdict
dy_gate_check(DyGate *gate, DyRequest *request)
{
	const DyHttpHead *head = &request->head;
	DySlice		type = media_type(dy_http_header(head, "content-type"));
	DySigResult signature;

	gate->text.len = 0;
	request->content_type = JSON_PLAIN;

	if (head->method == DY_HTTP_OPTIONS && dy_http_has_header(head, "origin"))
		return DY_VERDICT_PREFLIGHT;
	if (head->method == DY_HTTP_GET)
		return gate->config->metrics && dy_slice_eq(head->path, "/metrics")
			? DY_VERDICT_METRICS : DY_VERDICT_HEALTH;
	if (dy_slice_eq(type, JSON_1_0))
		request->content_type = JSON_1_0;
	else if (head->method != DY_HTTP_POST ||
			 (request->body.len > 0 && !dy_slice_eq(type, JSON_PLAIN)))
		return DY_VERDICT_NOT_FOUND;
	if (head->method != DY_HTTP_POST)
		return DY_VERDICT_NOT_FOUND;

	request->route = dy_route_of_target(dy_http_header(head, "x-amz-target"));
	if (request->route == NULL)
		return refuse(gate, request, DY_FAULT_UNKNOWN_OPERATION);

	if (gate->config->development)
		strcpy(request->principal, DEVELOPMENT_PRINCIPAL);
	else if (gate->keys == NULL)
	{
		dy_buf_add_str(&gate->text, "The service is currently unavailable or busy.");
		return refuse(gate, request, DY_FAULT_SERVICE_UNAVAILABLE);
	}
	else
	{
		bool		good = dy_sigv4_verify(gate->signer, head, dy_buf_slice(&request->body),
										   gate->keys, time(NULL), &signature);

		dy_buf_add(&gate->text, signature.message.data, signature.message.len);
		dy_buf_free(&signature.message);
		if (!good)
			return refuse(gate, request, signature.fault);
		assert(strlen(signature.key->principal) <= DY_MAX_PRINCIPAL_BYTES);
		strcpy(request->principal, signature.key->principal);
	}

	/*
	 * Postgres would say the same of what is no UTF-8, but write it to its
	 * log
	 */
	if (request->body.len == 0 || (is_compressed(request) && !decompress(gate, request)) ||
		!dy_json_is_utf8(dy_request_body(request)))
	{
		gate->fault = DY_FAULT_SERIALIZATION;
		return DY_VERDICT_FAULT;
	}
	return DY_VERDICT_EXECUTE;
}

/* A body that is no JSON is told about before anything else. */
static DyVerdict
refuse(DyGate *gate, const DyRequest *request, DyFault fault)
{
	gate->fault = fault;
	if (request->body.len > 0 && !is_compressed(request) &&
		!dy_json_is_valid(dy_buf_slice(&request->body)))
	{
		gate->fault = DY_FAULT_SERIALIZATION;
		gate->text.len = 0;
	}
	return DY_VERDICT_FAULT;
}

static bool
is_compressed(const DyRequest *request)
{
	return dy_slice_eq_nocase(dy_http_header(&request->head, "content-encoding"), "gzip");
}

/*
 * Inflate the body; false if it is not gzip or grows over the limit.  Runs
 * after the signature has been checked, so that only known clients can make
 * us work for it.
 */
static bool
decompress(DyGate *gate, DyRequest *request)
{
	size_t		limit = (size_t) gate->config->max_body_bytes;
	DyBuf	   *out = &request->plain;
	z_stream	stream;
	int			result = Z_OK;

	memset(&stream, 0, sizeof(stream));
	if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
		return false;
	stream.next_in = (Bytef *) request->body.data;
	stream.avail_in = (uInt) request->body.len;
	while (result == Z_OK && out->len <= limit)
	{
		dy_buf_reserve(out, request->body.len + 1024);
		stream.next_out = (Bytef *) (out->data + out->len);
		stream.avail_out = (uInt) (out->cap - out->len);
		result = inflate(&stream, Z_NO_FLUSH);
		out->len = out->cap - stream.avail_out;
	}
	inflateEnd(&stream);
	return result == Z_STREAM_END && stream.avail_in == 0 && out->len <= limit;
}

/* "application/json" of " application/json ; charset=utf-8". */
static DySlice
media_type(DySlice content_type)
{
	size_t		len = 0;

	while (len < content_type.len && content_type.data[len] != ';')
		len++;
	content_type.len = len;
	return dy_slice_trim(content_type);
}
