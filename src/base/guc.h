/*-------------------------------------------------------------------------
 *
 * guc.h
 *	  Settings of the extension, all of them in one place.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BASE_GUC_H
#define DY_BASE_GUC_H

/* dynamo.account_id: the AWS account in ARNs, twelve digits */
extern char *dy_account_id;

/* dynamo.region: the AWS region in ARNs and stream records */
extern char *dy_region;

/* dynamo.log_client_errors: write errors of class KV to the server log? */
extern bool dy_log_client_errors;

/* dynamo.throttling: enforce throughput limits?  Only if preloaded */
extern bool dy_throttling;

/* dynamo.clustered_placement: put rows of one item collection on common pages? */
extern bool dy_clustered_placement;

/* dynamo.read_ahead: pages that a range asks the disk for at a time */
extern int	dy_read_ahead;

/* dynamo.cpu_affinity: the processor that this process stays on, or -1 */
extern int	dy_cpu_affinity;

extern void dy_guc_init(void);

#endif							/* DY_BASE_GUC_H */
