/*-------------------------------------------------------------------------
 *
 * table_description.h
 *	  The structure TableDescription, in the responses of many operations.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_TABLE_DESCRIPTION_H
#define DY_OPS_TABLE_DESCRIPTION_H

#include "tables/settings.h"
#include "wire/request.h"
#include "wire/response.h"

/*
 * The service makes and changes tables in the background; here that is done
 * when the transaction commits, so only the answers of the operations
 * themselves tell of work in progress.
 */
typedef enum DyDescribeAs
{
	DY_DESCRIBE_PRESENT,
	DY_DESCRIBE_CREATING,		/* table and all its indexes */
	DY_DESCRIBE_UPDATING,
	DY_DESCRIBE_DELETING		/* leaves schema and indexes out */
} DyDescribeAs;

/* deleting: an index that is about to be deleted, or NULL. */
extern void dy_describe_table(DyResponse *r, const DyTable *table, DyDescribeAs as,
							  const DyIndex *deleting);

/* What every table and index on demand is warm for. */
#define DY_WARM_READ_UNITS	12000
#define DY_WARM_WRITE_UNITS	4000

/* Units asked for and units provisioned make one throughput. */
extern DyThroughput dy_warm_throughput(const DyTable *table, const DyThroughput *t);

/* arn:aws:dynamodb:REGION:ACCOUNT:table/NAME */
extern char *dy_table_arn(DyBytes name);

/* The name of the table whose ARN a ResourceArn of a tag operation is. */
extern DyBytes dy_tagged_table(const DyNode *arn);

#endif							/* DY_OPS_TABLE_DESCRIPTION_H */
