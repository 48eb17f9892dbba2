/*-------------------------------------------------------------------------
 *
 * guc.c
 *	  Settings of the extension, all of them in one place.
 *
 * Every setting is documented here, by its descriptions, and in the table of
 * settings in src/base/README.md.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/guc.h"

#include "base/compat.h"
#include "base/cpu_affinity.h"
#include "base/guc.h"
#include "base/limits.h"

/* More brings nothing: src/tableam/README.md has figures. */
#define DY_DEFAULT_READ_AHEAD	32

static bool check_account_id(char **newval, void **extra, GucSource source);
static bool check_region(char **newval, void **extra, GucSource source);
static bool check_throttling(bool *newval, void **extra, GucSource source);

char	   *dy_account_id = NULL;
char	   *dy_region = NULL;
bool		dy_log_client_errors = false;
bool		dy_throttling = false;
bool		dy_clustered_placement = true;
int			dy_read_ahead = DY_DEFAULT_READ_AHEAD;
int			dy_cpu_affinity = -1;

/* Was the library loaded by the postmaster?  Children inherit the answer. */
static bool preloaded = false;

/*
 * Define all settings and reserve their prefix, once per process.
 */
void
dy_guc_init(void)
{
	DefineCustomStringVariable("dynamo.account_id",
							   "AWS account id in the ARNs of this database.",
							   "Twelve digits.",
							   &dy_account_id,
							   "123456789012",
							   PGC_SUSET,
							   0,
							   check_account_id, NULL, NULL);

	DefineCustomStringVariable("dynamo.region",
							   "AWS region in the ARNs of this database.",
							   NULL,
							   &dy_region,
							   "us-east-1",
							   PGC_SUSET,
							   0,
							   check_region, NULL, NULL);

	DefineCustomBoolVariable("dynamo.log_client_errors",
							 "Writes errors of API clients to the server log.",
							 "These are the errors of SQLSTATE class KV. Their "
							 "text may hold what the client sent.",
							 &dy_log_client_errors,
							 false,
							 PGC_SUSET,
							 0,
							 NULL, NULL, NULL);

	preloaded = process_shared_preload_libraries_in_progress;
	DefineCustomBoolVariable("dynamo.throttling",
							 "Enforces throughput limits of tables, indexes and partition keys.",
							 "Needs the library in shared_preload_libraries.",
							 &dy_throttling,
							 false,
							 PGC_SUSET,
							 0,
							 check_throttling, NULL, NULL);

	DefineCustomBoolVariable("dynamo.clustered_placement",
							 "Puts the rows of one item collection on common pages.",
							 "It concerns new rows of tables with a sort key and a "
							 "fillfactor of 95 or less.",
							 &dy_clustered_placement,
							 true,
							 PGC_USERSET,
							 0,
							 NULL, NULL, NULL);

	DefineCustomIntVariable("dynamo.read_ahead",
							"Pages that Query and Scan ask the disk for at a time.",
							"It concerns pages that are not in the shared buffers. "
							"0 reads each page when its turn comes.",
							&dy_read_ahead,
							DY_DEFAULT_READ_AHEAD, 0, MAX_IO_CONCURRENCY,
							PGC_USERSET,
							0,
							NULL, NULL, NULL);

	DefineCustomIntVariable("dynamo.cpu_affinity",
							"Processor that the backend stays on.",
							"-1 leaves that to the scheduler.",
							&dy_cpu_affinity,
							-1, -1, DY_MAX_CPU,
							PGC_USERSET,
							0,
							dy_check_cpu_affinity, dy_assign_cpu_affinity, NULL);

	MarkGUCPrefixReserved("dynamo");
}

/*
 * An account id has exactly twelve digits; ARNs are parsed by that.
 */
static bool
check_account_id(char **newval, void **extra, GucSource source)
{
	if (strlen(*newval) == DY_ACCOUNT_ID_DIGITS &&
		strspn(*newval, "0123456789") == DY_ACCOUNT_ID_DIGITS)
		return true;

	GUC_check_errdetail("An AWS account id has %d digits.", DY_ACCOUNT_ID_DIGITS);
	return false;
}

/*
 * A region is a part of an ARN between colons, and of a credential scope
 * between slashes.
 */
static bool
check_region(char **newval, void **extra, GucSource source)
{
	size_t		len = strlen(*newval);

	if (len > 0 && len <= DY_MAX_REGION_CHARS &&
		strspn(*newval, "abcdefghijklmnopqrstuvwxyz0123456789-") == len)
		return true;

	GUC_check_errdetail("An AWS region has up to %d lower-case letters, digits and hyphens.",
						DY_MAX_REGION_CHARS);
	return false;
}

/*
 * The buckets are in shared memory, which only a preloaded library has.
 */
static bool
check_throttling(bool *newval, void **extra, GucSource source)
{
	if (!*newval || preloaded)
		return true;

	GUC_check_errdetail("The library \"dynamo\" is not in shared_preload_libraries.");
	return false;
}
