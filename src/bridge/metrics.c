/*-------------------------------------------------------------------------
 *
 * metrics.c
 *	  What the program counts, and the Prometheus text of it.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 *
 *-------------------------------------------------------------------------
 */
#include <inttypes.h>

#include "bridge/metrics.h"

/* Upper bounds in us, and as Prometheus writes them in seconds. */
static const struct
{
	uint64_t	us;
	const char *seconds;
}			bounds[DY_LATENCY_BUCKETS] = {
	{250, "0.00025"},
	{500, "0.0005"},
	{1000, "0.001"},
	{2500, "0.0025"},
	{5000, "0.005"},
	{10000, "0.01"},
	{25000, "0.025"},
	{50000, "0.05"},
	{100000, "0.1"},
	{250000, "0.25"},
	{500000, "0.5"},
	{1000000, "1"},
	{5000000, "5"},
	{30000000, "30"}
};

/* A counter of all threads together; at is its offset in DyMetrics. */
#define SUM(member) sum(all, count, offsetof(DyMetrics, member))

static uint64_t sum(DyMetrics *const *all, int count, size_t at);
static void add_head(DyBuf *out, const char *name, const char *type, const char *help);
static void add_histograms(DyMetrics *const *all, int count, DyBuf *out);
static void add_lane_gauge(DyMetrics *const *all, int count, DyBuf *out,
						   const char *name, const char *type, const char *help,
						   size_t at);

/*
 * Count one answered request.
 */
void
dy_metrics_request(DyMetrics *metrics, DyOperation operation, uint64_t latency_us,
				   DyFault fault)
{
	int			bucket = 0;

	while (bucket < DY_LATENCY_BUCKETS && latency_us > bounds[bucket].us)
		bucket++;
	dy_count(&metrics->requests[operation], 1);
	dy_count(&metrics->latency_us[operation], (int64_t) latency_us);
	dy_count(&metrics->latency_bucket[operation][bucket], 1);
	if (fault != DY_FAULT_NONE)
		dy_count(&metrics->faults[operation][fault], 1);
}

/*
 * Append the text format of all threads' metrics.
 */
void
dy_metrics_text(DyMetrics *const *all, int count, uint64_t buffered_bytes, DyBuf *out)
{
	add_head(out, "requests_total", "counter", "Requests answered, by operation.");
	for (int op = 0; op < DY_OP_COUNT; op++)
	{
		uint64_t	n = SUM(requests[op]);

		if (n > 0)
			dy_buf_printf(out, "dynamo_bridge_requests_total{operation=\"%s\"} %" PRIu64 "\n",
						  dy_route((DyOperation) op)->name.data, n);
	}
	add_head(out, "errors_total", "counter", "Requests answered with an error, by operation and type.");
	for (int op = 0; op <= DY_OP_COUNT; op++)
	{
		for (int fault = 0; fault < DY_FAULT_COUNT; fault++)
		{
			uint64_t	n = SUM(faults[op][fault]);

			if (n > 0)
				dy_buf_printf(out, "dynamo_bridge_errors_total{operation=\"%s\",type=\"%s\"} %" PRIu64 "\n",
							  op < DY_OP_COUNT ? dy_route((DyOperation) op)->name.data : "",
							  dy_fault_name((DyFault) fault), n);
		}
	}
	add_histograms(all, count, out);

	add_head(out, "http_malformed_total", "counter", "Requests that were not HTTP or over a limit.");
	dy_buf_printf(out, "dynamo_bridge_http_malformed_total %" PRIu64 "\n", SUM(http_malformed));
	add_head(out, "http_accepted_total", "counter", "HTTP connections accepted.");
	dy_buf_printf(out, "dynamo_bridge_http_accepted_total %" PRIu64 "\n", SUM(http_accepted));
	add_head(out, "http_refused_total", "counter", "HTTP connections over the limit.");
	dy_buf_printf(out, "dynamo_bridge_http_refused_total %" PRIu64 "\n", SUM(http_refused));
	add_head(out, "http_connections", "gauge", "HTTP connections open.");
	dy_buf_printf(out, "dynamo_bridge_http_connections %" PRIu64 "\n", SUM(http_open));
	add_head(out, "buffered_bytes", "gauge", "Request bodies held in memory.");
	dy_buf_printf(out, "dynamo_bridge_buffered_bytes %" PRIu64 "\n", buffered_bytes);
	add_head(out, "statement_retries_total", "counter",
			 "Statements run again after a serialization failure or deadlock.");
	dy_buf_printf(out, "dynamo_bridge_statement_retries_total %" PRIu64 "\n", SUM(retries));

	add_lane_gauge(all, count, out, "pool_connections", "gauge",
				   "Connections to Postgres wanted, by lane.", offsetof(DyMetrics, pool_size));
	add_lane_gauge(all, count, out, "pool_ready", "gauge",
				   "Connections to Postgres that are up, by lane.", offsetof(DyMetrics, pool_ready));
	add_lane_gauge(all, count, out, "pool_in_flight", "gauge",
				   "Requests at Postgres, by lane.", offsetof(DyMetrics, pool_in_flight));
	add_lane_gauge(all, count, out, "pool_queued", "gauge",
				   "Requests that wait for a connection, by lane.", offsetof(DyMetrics, pool_queued));
	add_lane_gauge(all, count, out, "pool_lost_total", "counter",
				   "Connections to Postgres lost, by lane.", offsetof(DyMetrics, pool_lost));
}

static uint64_t
sum(DyMetrics *const *all, int count, size_t at)
{
	uint64_t	total = 0;

	for (int i = 0; i < count; i++)
		total += atomic_load_explicit((DyCounter *) ((char *) all[i] + at),
									  memory_order_relaxed);
	return total;
}

static void
add_head(DyBuf *out, const char *name, const char *type, const char *help)
{
	dy_buf_printf(out, "# HELP dynamo_bridge_%s %s\n# TYPE dynamo_bridge_%s %s\n",
				  name, help, name, type);
}

static void
add_histograms(DyMetrics *const *all, int count, DyBuf *out)
{
	add_head(out, "request_seconds", "histogram",
			 "Time from the last byte of a request to its answer, by operation.");
	for (int op = 0; op < DY_OP_COUNT; op++)
	{
		const char *name = dy_route((DyOperation) op)->name.data;
		uint64_t	total = 0;

		if (SUM(requests[op]) == 0)
			continue;
		for (int i = 0; i < DY_LATENCY_BUCKETS; i++)
		{
			total += SUM(latency_bucket[op][i]);
			dy_buf_printf(out, "dynamo_bridge_request_seconds_bucket{operation=\"%s\",le=\"%s\"} %" PRIu64 "\n",
						  name, bounds[i].seconds, total);
		}
		total += SUM(latency_bucket[op][DY_LATENCY_BUCKETS]);
		dy_buf_printf(out, "dynamo_bridge_request_seconds_bucket{operation=\"%s\",le=\"+Inf\"} %" PRIu64 "\n",
					  name, total);
		dy_buf_printf(out, "dynamo_bridge_request_seconds_sum{operation=\"%s\"} %.6f\n",
					  name, (double) SUM(latency_us[op]) / 1e6);
		dy_buf_printf(out, "dynamo_bridge_request_seconds_count{operation=\"%s\"} %" PRIu64 "\n",
					  name, total);
	}
}

static void
add_lane_gauge(DyMetrics *const *all, int count, DyBuf *out, const char *name,
			   const char *type, const char *help, size_t at)
{
	add_head(out, name, type, help);
	for (int lane = 0; lane < DY_LANE_COUNT; lane++)
		dy_buf_printf(out, "dynamo_bridge_%s{lane=\"%s\"} %" PRIu64 "\n", name,
					  dy_lane_name((DyLaneId) lane),
					  sum(all, count, at + (size_t) lane * sizeof(DyCounter)));
}
