/*-------------------------------------------------------------------------
 *
 * idempotency.c
 *	  ClientRequestToken: a transaction that is sent again is not carried
 *	  out again.
 *
 * A token is a row of dynamo_internal.idempotency_tokens, written in the
 * transaction that it stands for: it is there exactly if that transaction
 * has committed, also after a crash.  While the transaction runs, the token
 * is locked with a heavyweight lock (the advisory method, with a field of
 * its own), so that a second request with it knows that the first is still
 * in progress.
 *
 * The lock alone keeps a token unique; the index does not.  So a token that
 * has expired is simply written again, and whoever removes expired rows is
 * in nobody's way.  They are removed by the requests themselves: one in
 * CLEANUP_INTERVAL removes a number of rows, if nobody else is at it.
 *
 * Rows are read and written directly, as the server does with its
 * catalogs: callers need no privileges on the table, and SDKs send a token
 * with every transaction.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#DDB-TransactWriteItems-request-ClientRequestToken
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "common/cryptohash.h"
#include "common/hashfn.h"
#include "common/sha2.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/limits.h"
#include "ops/idempotency.h"

/* Columns of dynamo_internal.idempotency_tokens. */
#define ATT_TOKEN		1
#define ATT_DIGEST		2
#define ATT_MADE		3
#define NATTS			3

/*
 * Fourth field of the lock tags here.  Users' advisory locks have 1 and 2,
 * key locks and their gates 0xD1 and 0xD2 (tableam/key_lock.c).
 */
#define TOKEN_LOCK_FIELD	0xD3

/* The tag of whoever removes expired rows; no token hashes to it on purpose. */
#define CLEANUP_LOCK_KEY	UINT64CONST(0)

/* Every so many tokens, remove at most so many rows: more than come in. */
#define CLEANUP_INTERVAL	64
#define CLEANUP_ROWS		256

static bool lock_token(uint64 key);
static uint64 token_key(DyBytes token);
static Relation open_tokens(LOCKMODE mode);
static Oid	tokens_index(const char *name);
static TimestampTz oldest_valid(void);
static void remove_expired(Relation tokens);
static void digest_node(pg_cryptohash_ctx *context, const DyNode *node);
static void digest_bytes(pg_cryptohash_ctx *context, char tag, const void *data, uint32 len);

/*
 * SHA-256 of a request or a part of it.  The order of members, white space
 * and members without a meaning make no difference.
 */
void
dy_request_digest(const DyNode *node, uint8 *digest)
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);

	if (pg_cryptohash_init(context) < 0)
		elog(ERROR, "could not initialize SHA-256");
	digest_node(context, node);
	if (pg_cryptohash_final(context, digest, DY_REQUEST_DIGEST_BYTES) < 0)
		elog(ERROR, "could not finish SHA-256");
	pg_cryptohash_free(context);
}

bool
dy_token_claim(DyBytes token, const uint8 *digest)
{
	Relation	tokens;
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;
	bool		found = false;
	bool		same = false;

	if (!lock_token(token_key(token)))
		dy_error(DY_ERR_TRANSACTION_IN_PROGRESS,
				 "The transaction with the given request token is already in progress.");

	tokens = open_tokens(AccessShareLock);
	ScanKeyInit(&key, ATT_TOKEN, BTEqualStrategyNumber, F_TEXTEQ,
				PointerGetDatum(cstring_to_text_with_len(token.data, token.len)));
	/* a scan without a snapshot sees everything committed until now */
	scan = systable_beginscan(tokens, tokens_index("idempotency_tokens_token"), true,
							  NULL, 1, &key);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Datum		values[NATTS];
		bool		nulls[NATTS];
		bytea	   *stored;

		heap_deform_tuple(tuple, RelationGetDescr(tokens), values, nulls);
		if (DatumGetTimestampTz(values[ATT_MADE - 1]) < oldest_valid())
			continue;
		stored = DatumGetByteaPP(values[ATT_DIGEST - 1]);
		found = true;
		same = VARSIZE_ANY_EXHDR(stored) == DY_REQUEST_DIGEST_BYTES &&
			memcmp(VARDATA_ANY(stored), digest, DY_REQUEST_DIGEST_BYTES) == 0;
	}
	systable_endscan(scan);
	table_close(tokens, AccessShareLock);

	if (found && !same)
		dy_error(DY_ERR_IDEMPOTENT_MISMATCH,
				 "DynamoDB rejected the request because you retried a request with a "
				 "different payload but with an idempotent token that was already used.");
	return found;
}

void
dy_token_record(DyBytes token, const uint8 *digest)
{
	static uint32 recorded = 0;
	Relation	tokens = open_tokens(RowExclusiveLock);
	bytea	   *stored = palloc(VARHDRSZ + DY_REQUEST_DIGEST_BYTES);
	Datum		values[NATTS];
	bool		nulls[NATTS] = {false};
	HeapTuple	tuple;

	SET_VARSIZE(stored, VARHDRSZ + DY_REQUEST_DIGEST_BYTES);
	memcpy(VARDATA(stored), digest, DY_REQUEST_DIGEST_BYTES);
	values[ATT_TOKEN - 1] = PointerGetDatum(cstring_to_text_with_len(token.data, token.len));
	values[ATT_DIGEST - 1] = PointerGetDatum(stored);
	values[ATT_MADE - 1] = TimestampTzGetDatum(GetCurrentTimestamp());
	tuple = heap_form_tuple(RelationGetDescr(tokens), values, nulls);
	CatalogTupleInsert(tokens, tuple);
	heap_freetuple(tuple);

	if (++recorded % CLEANUP_INTERVAL == 0)
		remove_expired(tokens);
	table_close(tokens, NoLock);
}

/*
 * Lock for the rest of the transaction, without waiting.
 */
static bool
lock_token(uint64 key)
{
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, (uint32) (key >> 32), (uint32) key,
						 TOKEN_LOCK_FIELD);
	return LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL;
}

static uint64
token_key(DyBytes token)
{
	uint64		key = DatumGetUInt64(hash_any_extended((const unsigned char *) token.data,
													   token.len, 0));

	return key != CLEANUP_LOCK_KEY ? key : 1;
}

static Relation
open_tokens(LOCKMODE mode)
{
	Oid			schema = get_namespace_oid("dynamo_internal", false);
	Oid			relid = get_relname_relid("idempotency_tokens", schema);

	if (!OidIsValid(relid))
		elog(ERROR, "relation \"dynamo_internal.idempotency_tokens\" does not exist");
	return table_open(relid, mode);
}

static Oid
tokens_index(const char *name)
{
	Oid			relid = get_relname_relid(name, get_namespace_oid("dynamo_internal", false));

	if (!OidIsValid(relid))
		elog(ERROR, "index \"dynamo_internal.%s\" does not exist", name);
	return relid;
}

/*
 * Tokens made before this moment have expired.
 */
static TimestampTz
oldest_valid(void)
{
	return GetCurrentTimestamp() -
		DY_CLIENT_TOKEN_MINUTES * SECS_PER_MINUTE * USECS_PER_SEC;
}

/*
 * Remove some expired rows, unless somebody else does.  Nobody else deletes
 * rows, so none can be deleted under our hands.
 */
static void
remove_expired(Relation tokens)
{
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;
	int			n = 0;

	if (!lock_token(CLEANUP_LOCK_KEY))
		return;
	ScanKeyInit(&key, ATT_MADE, BTLessStrategyNumber, F_TIMESTAMPTZ_LT,
				TimestampTzGetDatum(oldest_valid()));
	scan = systable_beginscan(tokens, tokens_index("idempotency_tokens_made"), true,
							  NULL, 1, &key);
	while (n++ < CLEANUP_ROWS && HeapTupleIsValid(tuple = systable_getnext(scan)))
		CatalogTupleDelete(tokens, &tuple->t_self);
	systable_endscan(scan);
}

/*
 * A node: what is there, in the order of the shape; of a map in that of the
 * request.
 */
static void
digest_node(pg_cryptohash_ctx *context, const DyNode *node)
{
	if (!node->present)
	{
		digest_bytes(context, '-', NULL, 0);
		return;
	}

	switch (node->shape->kind)
	{
		case DY_SHAPE_STRUCTURE:
		case DY_SHAPE_LIST:
		case DY_SHAPE_MAP:
			digest_bytes(context, '(', &node->u.list.count, sizeof(node->u.list.count));
			for (int i = 0; i < node->u.list.count; i++)
			{
				if (node->shape->kind == DY_SHAPE_MAP)
					digest_bytes(context, 'n', node->u.list.names[i].data,
								 node->u.list.names[i].len);
				digest_node(context, &node->u.list.nodes[i]);
			}
			break;
		case DY_SHAPE_STRING:
		case DY_SHAPE_BLOB:
			digest_bytes(context, 's', node->u.text.data, node->u.text.len);
			break;
		case DY_SHAPE_INTEGER:
		case DY_SHAPE_LONG:
			digest_bytes(context, 'i', &node->u.integer, sizeof(node->u.integer));
			break;
		case DY_SHAPE_DOUBLE:
		case DY_SHAPE_TIMESTAMP:
			digest_bytes(context, 'd', &node->u.number, sizeof(node->u.number));
			break;
		case DY_SHAPE_BOOLEAN:
			digest_bytes(context, node->u.boolean ? 't' : 'f', NULL, 0);
			break;
		case DY_SHAPE_VALUE:
		case DY_SHAPE_ITEM:
			dy_digest_value(context, node->u.value.value);
			break;
	}
}

/*
 * An attribute value; a map in the order of its names, whatever the order in
 * the request.
 */
void
dy_digest_value(pg_cryptohash_ctx *context, DyValue value)
{
	DyType		type = dy_value_type(value);
	DyIterator	iter;
	DyBytes		name;
	DyValue		element;
	uint32		count;

	switch (type)
	{
		case DY_TYPE_M:
			count = dy_value_count(value);
			digest_bytes(context, 'M', &count, sizeof(count));
			iter = dy_iterate(value);
			while (dy_map_next(&iter, &name, &element))
			{
				digest_bytes(context, 'n', name.data, name.len);
				dy_digest_value(context, element);
			}
			break;
		case DY_TYPE_L:
		case DY_TYPE_SS:
		case DY_TYPE_NS:
		case DY_TYPE_BS:
			count = dy_value_count(value);
			digest_bytes(context, (char) type, &count, sizeof(count));
			iter = dy_iterate(value);
			while (dy_list_next(&iter, &element))
				dy_digest_value(context, element);
			break;
		default:
			digest_bytes(context, 'v', value.data, value.len);
			break;
	}
}

/*
 * Tag, length and bytes, so that no two requests digest the same stream.
 */
static void
digest_bytes(pg_cryptohash_ctx *context, char tag, const void *data, uint32 len)
{
	if (pg_cryptohash_update(context, (const uint8 *) &tag, 1) < 0 ||
		pg_cryptohash_update(context, (const uint8 *) &len, sizeof(len)) < 0 ||
		(len > 0 && pg_cryptohash_update(context, data, len) < 0))
		elog(ERROR, "could not update SHA-256");
}
