/*-------------------------------------------------------------------------
 *
 * limits.h
 *	  Every quota of DynamoDB that is enforced, with its unit and source.
 *
 * The server and the bridge include this header, so it includes nothing.
 * The name of a constant ends in its unit; a KB of AWS is 1024 bytes.
 *
 * Sources, named in brackets below:
 *	  [quotas]	https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
 *	  [names]	https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 *	  [sizes]	https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 *	  [units]	https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html
 *	  [lsi]		https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html
 *	  [query]	https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
 *	  [scan]	https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
 *	  [bget]	https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 *	  [bwrite]	https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
 *	  [twrite]	https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 *	  [tget]	https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html
 *	  [exec]	https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
 *	  [stmt]	https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html
 *	  [list]	https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html
 *	  [tags]	https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html
 *	  [ttl]		https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 *	  [streams]	https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
 *	  [sigv4]	https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BASE_LIMITS_H
#define DY_BASE_LIMITS_H

/* ---- accounts and regions, as in ARNs ---- */

#define DY_ACCOUNT_ID_DIGITS			12
#define DY_MAX_REGION_CHARS				64

/* ---- names [names] ---- */

#define DY_MIN_TABLE_NAME_CHARS			3
#define DY_MAX_TABLE_NAME_CHARS			255
#define DY_MIN_INDEX_NAME_CHARS			3
#define DY_MAX_INDEX_NAME_CHARS			255
#define DY_MAX_TABLE_ARN_CHARS			1024	/* wherever a name or an ARN
												 * is taken */
#define DY_MAX_ATTRIBUTE_NAME_BYTES		65535
#define DY_MAX_KEY_ATTRIBUTE_NAME_BYTES 255 /* key attributes and projected
											 * ones */

/* ---- tables and indexes [quotas] ---- */

#define DY_MAX_TABLES					2500	/* of an account in a region */
#define DY_MAX_LOCAL_INDEXES			5
#define DY_MAX_GLOBAL_INDEXES			20
#define DY_MAX_INDEX_INCLUDED			20	/* NonKeyAttributes of one index */
#define DY_MAX_TABLE_INCLUDED			100 /* of all indexes of a table
											 * together */
#define DY_MAX_COLLECTION_BYTES			(10LL * 1024 * 1024 * 1024) /* with an LSI [lsi] */
#define DY_MAX_TAGS						50	/* of a table [tags] */
#define DY_MAX_TAG_KEY_CHARS			128
#define DY_MAX_TAG_VALUE_CHARS			256
#define DY_MAX_LIST_TABLES				100 /* names in an answer, and the
											 * default [list] */

/* Throughput that DescribeLimits reports: the defaults of an account. */
#define DY_ACCOUNT_READ_UNITS			80000
#define DY_ACCOUNT_WRITE_UNITS			80000
#define DY_TABLE_READ_UNITS				40000
#define DY_TABLE_WRITE_UNITS			40000

/* ---- keys [quotas] ---- */

#define DY_MAX_PARTITION_KEY_BYTES		2048
#define DY_MAX_SORT_KEY_BYTES			1024

/* ---- items and values [quotas] [names] [sizes] ---- */

#define DY_MAX_ITEM_BYTES				(400 * 1024)	/* names and values */
#define DY_MAX_NESTING_LEVELS			32	/* lists and maps within each
											 * other */
#define DY_MAX_NUMBER_DIGITS			38
#define DY_MAX_NUMBER_EXPONENT			125 /* 9.99...E+125 */
#define DY_MIN_NUMBER_EXPONENT			(-130)	/* 1E-130 */
#define DY_NESTED_OVERHEAD_BYTES		3	/* of a list or map, empty or not */
#define DY_NESTED_ELEMENT_BYTES			1	/* of each element in it */

/* ---- expressions [quotas] ---- */

#define DY_MAX_EXPRESSION_BYTES			4096
#define DY_MAX_EXPRESSION_OPERATORS		300
#define DY_MAX_IN_OPERANDS				100
#define DY_MAX_PLACEHOLDER_BYTES		255 /* '#' or ':' included */
#define DY_MAX_PLACEHOLDERS_BYTES		(2 * 1024 * 1024)	/* all names and values
															 * of a request */
#define DY_MIN_ATTRIBUTES_TO_GET		1

/* ---- requests [quotas] [query] [scan] [bget] [bwrite] [twrite] [tget] ---- */

#define DY_MAX_REQUEST_BYTES			(16 * 1024 * 1024)
#define DY_MAX_PAGE_BYTES				(1024 * 1024)	/* Query and Scan,
														 * before the filter */
#define DY_MAX_SCAN_SEGMENTS			1000000 /* TotalSegments */
#define DY_MAX_BATCH_GET_KEYS			100
#define DY_MAX_BATCH_GET_BYTES			(16 * 1024 * 1024)
#define DY_MAX_BATCH_WRITE_ITEMS		25
#define DY_MAX_BATCH_WRITE_BYTES		(16 * 1024 * 1024)
#define DY_MAX_TRANSACT_ITEMS			100
#define DY_MAX_TRANSACT_BYTES			(4 * 1024 * 1024)
#define DY_MAX_CLIENT_TOKEN_CHARS		36
#define DY_CLIENT_TOKEN_MINUTES			10	/* how long it stays idempotent
											 * [twrite] */

/* ---- capacity units [units] ---- */

#define DY_READ_UNIT_BYTES				4096
#define DY_WRITE_UNIT_BYTES				1024

/* ---- PartiQL [stmt] [exec] ---- */

#define DY_MAX_STATEMENT_CHARS			8192
#define DY_MAX_BATCH_STATEMENTS			25

/* ---- time to live [ttl] ---- */

#define DY_TTL_PAST_SECONDS				157788000	/* five years of 365.25
													 * days: older stamps are
													 * not meant */

/* ---- streams [streams] ---- */

#define DY_STREAM_RETENTION_HOURS		24
#define DY_MAX_STREAM_RECORDS			1000	/* of one GetRecords */
#define DY_MAX_STREAM_BYTES				(1024 * 1024)
#define DY_SHARD_ITERATOR_MINUTES		15

/* ---- signatures [sigv4] ---- */

#define DY_MAX_CLOCK_SKEW_SECONDS		900 /* 15 minutes */
#define DY_MAX_PRESIGNED_SECONDS		604800	/* 7 days */

#endif							/* DY_BASE_LIMITS_H */
