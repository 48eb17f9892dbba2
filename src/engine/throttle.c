/*-------------------------------------------------------------------------
 *
 * throttle.c
 *	  Throughput limits: token buckets of tables, indexes and partition keys.
 *
 * A table in provisioned mode has so many read and write units a second and
 * keeps what it does not use for 300 seconds; a bucket of tokens models
 * that.  Every partition key value of any table has a small bucket of its
 * own, of 3,000 read and 1,000 write units a second.  An on-demand table may
 * be given a maximum.
 *
 * A request is let in while its buckets are not empty, and pays when its
 * cost is known; so a bucket may fall below zero, and the debt is waited
 * off.  What failed conditions cost is paid, too: buckets are shared memory
 * and know nothing of transactions.
 *
 * dynamo.throttling is off by default: the limits of a table protect AWS'
 * fleet and are what its users pay for; here they would only make a
 * development or test setup slow.  It is on where the limits of the service
 * shall be felt, and needs shared_preload_libraries.
 *
 * Shared memory: a set-associative table of slots, DY_WAYS in a set, found
 * by a 64-bit hash of what the bucket is for.  A bucket nobody has drawn
 * from for long is full, which is what a missing one is taken for; so a new
 * one may take the place of the fullest in its set.
 *
 * Locking: one spinlock per set, held for a few instructions, nothing is
 * called meanwhile.
 *
 * Sources:
 *	  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html
 *	  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 *	  https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ThrottlingReason.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "storage/spin.h"

#include "base/errors.h"
#include "base/guc.h"
#include "engine/throttle.h"
#include "wire/response.h"

#define DY_SETS			4096	/* a power of two */
#define DY_WAYS			4

/* Seconds whose unused units a bucket keeps. */
#define BURST_SECONDS	300
#define NO_BURST_SECONDS 1

#define PARTITION_READ_UNITS	3000
#define PARTITION_WRITE_UNITS	1000

/* One bucket; hash 0 is an empty slot. */
typedef struct Bucket
{
	uint64		hash;
	double		tokens;			/* at the moment filled */
	double		rate;			/* tokens a second */
	double		capacity;
	int64		filled;			/* of monotonic_us() */
} Bucket;

typedef struct BucketSet
{
	slock_t		mutex;
	Bucket		buckets[DY_WAYS];
} BucketSet;

/* What a bucket is for; hashed as bytes, so zero it first. */
typedef struct BucketKey
{
	Oid			database;
	Oid			relid;
	int32		attnum;			/* of the index; 0 for the table */
	int32		kind;			/* DyThroughput */
	bool		has_partition;
	uint8		partition[16];
} BucketKey;

/* A bucket's parameters. */
typedef struct BucketSpec
{
	BucketKey	key;
	double		rate;
	double		capacity;
} BucketSpec;

static void request_shmem(void);
static void startup_shmem(void);
static bool limit_spec(const DyThrottleTarget *target, BucketSpec *spec);
static void partition_spec(const DyThrottleTarget *target, BucketSpec *spec);
static void start_key(const DyThrottleTarget *target, BucketSpec *spec);
static double draw(const BucketSpec *spec, double units);
static Bucket *find_bucket(BucketSet *set, uint64 hash, const BucketSpec *spec, int64 now);
static double level(const Bucket *bucket, int64 now);
static int64 monotonic_us(void);
static char *throttling_reasons(const DyThrottleTarget *target, DyThrottleReason reason);

static BucketSet *sets = NULL;
static shmem_request_hook_type next_shmem_request_hook = NULL;
static shmem_startup_hook_type next_shmem_startup_hook = NULL;

/*
 * Ask for shared memory; only while the postmaster preloads the library.
 */
void
dy_throttle_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	next_shmem_request_hook = shmem_request_hook;
	shmem_request_hook = request_shmem;
	next_shmem_startup_hook = shmem_startup_hook;
	shmem_startup_hook = startup_shmem;
}

static void
request_shmem(void)
{
	if (next_shmem_request_hook)
		next_shmem_request_hook();
	RequestAddinShmemSpace(mul_size(DY_SETS, sizeof(BucketSet)));
}

static void
startup_shmem(void)
{
	bool		found;

	if (next_shmem_startup_hook)
		next_shmem_startup_hook();

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	sets = ShmemInitStruct("dynamo throttle", mul_size(DY_SETS, sizeof(BucketSet)), &found);
	if (!found)
	{
		memset(sets, 0, DY_SETS * sizeof(BucketSet));
		for (int i = 0; i < DY_SETS; i++)
			SpinLockInit(&sets[i].mutex);
	}
	LWLockRelease(AddinShmemInitLock);
}

/*
 * Would a request be let in now?
 */
DyThrottleReason
dy_throttle_test(const DyThrottleTarget *target)
{
	BucketSpec	spec;

	if (!dy_throttling || sets == NULL)
		return DY_NOT_THROTTLED;
	if (limit_spec(target, &spec) && draw(&spec, 0) <= 0)
		return target->table->provisioned ?
			DY_THROTTLED_PROVISIONED : DY_THROTTLED_ON_DEMAND_MAXIMUM;
	if (target->has_partition)
	{
		partition_spec(target, &spec);
		if (draw(&spec, 0) <= 0)
			return DY_THROTTLED_KEY_RANGE;
	}
	return DY_NOT_THROTTLED;
}

void
dy_throttle_admit(const DyThrottleTarget *target)
{
	DyThrottleReason reason = dy_throttle_test(target);

	if (reason != DY_NOT_THROTTLED)
		dy_throttle_raise(target, reason);
}

/*
 * ProvisionedThroughputExceededException of a provisioned table,
 * ThrottlingException of an on-demand one.
 */
void
dy_throttle_raise(const DyThrottleTarget *target, DyThrottleReason reason)
{
	dy_error_extra(target->table->provisioned ?
				   DY_ERR_PROVISIONED_THROUGHPUT : DY_ERR_THROTTLING,
				   throttling_reasons(target, reason), "%s",
				   dy_throttle_message(target, reason));
}

const char *
dy_throttle_message(const DyThrottleTarget *target, DyThrottleReason reason)
{
	if (target->table->provisioned)
		return target->index != NULL ?
			"The level of configured provisioned throughput for one or more global secondary "
			"indexes of the table was exceeded. Consider increasing your provisioning level "
			"for the under-provisioned global secondary indexes with the UpdateTable API" :
			"The level of configured provisioned throughput for the table was exceeded. "
			"Consider increasing your provisioning level with the UpdateTable API.";
	if (reason == DY_THROTTLED_ON_DEMAND_MAXIMUM)
		return "Throughput exceeds the maximum OnDemandThroughput configured on table or index";
	return target->index != NULL ?
		"Throughput exceeds the current capacity of one or more global secondary indexes. "
		"DynamoDB is automatically scaling your index so please try again shortly." :
		"Throughput exceeds the current capacity of your table or index. DynamoDB is "
		"automatically scaling your table or index so please try again shortly. If "
		"exceptions persist, check if you have a hot key: https://docs.aws.amazon.com/"
		"amazondynamodb/latest/developerguide/bp-partition-key-design.html";
}

void
dy_throttle_charge(const DyThrottleTarget *target, double units)
{
	BucketSpec	spec;

	if (!dy_throttling || sets == NULL || units <= 0)
		return;
	if (limit_spec(target, &spec))
		draw(&spec, units);
	if (target->has_partition)
	{
		partition_spec(target, &spec);
		draw(&spec, units);
	}
}

/*
 * The bucket of the table or index; false if it has no limit.
 */
static bool
limit_spec(const DyThrottleTarget *target, BucketSpec *spec)
{
	const DyTable *table = target->table;
	const DyIndex *index = target->index;
	int64		units;

	if (target->kind == DY_THROUGHPUT_READ)
		units = index != NULL ? index->read_units : table->read_units;
	else
		units = index != NULL ? index->write_units : table->write_units;
	if (units < 0 || (units == 0 && !table->provisioned))
		return false;

	start_key(target, spec);
	spec->rate = units;
	spec->capacity = units * (table->provisioned ? BURST_SECONDS : NO_BURST_SECONDS);
	return true;
}

static void
partition_spec(const DyThrottleTarget *target, BucketSpec *spec)
{
	start_key(target, spec);
	spec->key.has_partition = true;
	memcpy(spec->key.partition, target->partition, sizeof(spec->key.partition));
	spec->rate = target->kind == DY_THROUGHPUT_READ ?
		PARTITION_READ_UNITS : PARTITION_WRITE_UNITS;
	spec->capacity = spec->rate * NO_BURST_SECONDS;
}

static void
start_key(const DyThrottleTarget *target, BucketSpec *spec)
{
	memset(spec, 0, sizeof(BucketSpec));
	spec->key.database = MyDatabaseId;
	spec->key.relid = target->table->relid;
	spec->key.attnum = target->index != NULL ? target->index->attnum : 0;
	spec->key.kind = target->kind;
}

/*
 * Take units out of a bucket; returns what was in it before.
 */
static double
draw(const BucketSpec *spec, double units)
{
	uint64		hash = hash_bytes_extended((const unsigned char *) &spec->key,
										   sizeof(BucketKey), 0);
	BucketSet  *set = &sets[hash % DY_SETS];
	int64		now = monotonic_us();
	Bucket	   *bucket;
	double		before;

	if (hash == 0)
		hash = 1;
	SpinLockAcquire(&set->mutex);
	bucket = find_bucket(set, hash, spec, now);
	before = level(bucket, now);
	bucket->tokens = before - units;
	bucket->filled = now;
	SpinLockRelease(&set->mutex);
	return before;
}

/*
 * The bucket in its set, made full if it is not there, in the place of an
 * empty slot or of the bucket with the least missing.  A change of the limit
 * takes effect at once: it forgives debts and gives a second's worth.
 */
static Bucket *
find_bucket(BucketSet *set, uint64 hash, const BucketSpec *spec, int64 now)
{
	Bucket	   *fullest = NULL;
	double		least_missing = 0;

	for (int i = 0; i < DY_WAYS; i++)
	{
		Bucket	   *bucket = &set->buckets[i];
		double		missing = bucket->hash == 0 ? -1 : bucket->capacity - level(bucket, now);

		if (bucket->hash == hash)
		{
			if (bucket->rate != spec->rate || bucket->capacity != spec->capacity)
			{
				bucket->tokens = Min(Max(level(bucket, now), spec->rate), spec->capacity);
				bucket->filled = now;
				bucket->rate = spec->rate;
				bucket->capacity = spec->capacity;
			}
			return bucket;
		}
		if (fullest == NULL || missing < least_missing)
		{
			fullest = bucket;
			least_missing = missing;
		}
	}

	fullest->hash = hash;
	fullest->tokens = spec->capacity;
	fullest->rate = spec->rate;
	fullest->capacity = spec->capacity;
	fullest->filled = now;
	return fullest;
}

/*
 * What is in a bucket at a moment, which another backend may have overtaken.
 */
static double
level(const Bucket *bucket, int64 now)
{
	double		seconds = (double) (now - bucket->filled) / USECS_PER_SEC;

	return Min(bucket->capacity, bucket->tokens + Max(seconds, 0) * bucket->rate);
}

/*
 * A clock that all processes share and nobody sets: the time of day would
 * fill every bucket when it is put forward.
 */
static int64
monotonic_us(void)
{
	instr_time	now;

	INSTR_TIME_SET_CURRENT(now);
	return (int64) INSTR_TIME_GET_MICROSEC(now);
}

/*
 * The member ThrottlingReasons, as an object to be merged into the answer.
 */
static char *
throttling_reasons(const DyThrottleTarget *target, DyThrottleReason reason)
{
	static const char *const limits[] = {
		[DY_NOT_THROTTLED] = "",
		[DY_THROTTLED_PROVISIONED] = "ProvisionedThroughputExceeded",
		[DY_THROTTLED_ON_DEMAND_MAXIMUM] = "MaxOnDemandThroughputExceeded",
		[DY_THROTTLED_KEY_RANGE] = "KeyRangeThroughputExceeded"
	};
	const DyTable *table = target->table;
	const DyIndex *index = target->index;
	StringInfoData resource;
	DyResponse	r;

	initStringInfo(&resource);
	appendStringInfo(&resource, "arn:aws:dynamodb:%s:%s:table/%.*s", dy_region, dy_account_id,
					 (int) table->name.len, table->name.data);
	if (index != NULL)
		appendStringInfo(&resource, "/index/%.*s", (int) index->name.len, index->name.data);

	dy_response_init(&r);
	dy_response_open(&r, '{');
	dy_response_name(&r, "ThrottlingReasons");
	dy_response_open(&r, '[');
	dy_response_open(&r, '{');
	dy_response_name(&r, "reason");
	dy_response_string(&r, psprintf("%s%s%s", index != NULL ? "Index" : "Table",
									target->kind == DY_THROUGHPUT_READ ? "Read" : "Write",
									limits[reason]));
	dy_response_name(&r, "resource");
	dy_response_string(&r, resource.data);
	dy_response_close(&r, '}');
	dy_response_close(&r, ']');
	dy_response_close(&r, '}');
	return r.text.data;
}
