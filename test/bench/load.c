/*-------------------------------------------------------------------------
 *
 * load.c
 *	  A closed-loop load program: HTTP with SigV4, or libpq, one work list.
 *
 * Why not wrk or pgbench alone: wrk signs in Lua, which costs more than the
 * server's whole answer; pgbench cannot build a request text, so that the
 * server would be charged for the client's string handling.  Here one
 * program makes the same requests for every contender and signs each one
 * for real, so that ratios compare servers and not clients.  (bench.py runs
 * pgbench beside it and shows whether the two agree.)  It shares the
 * processors with the server, so what it costs itself pulls ratios towards 1:
 * requests are put together without printf, and of a signature what is the
 * same for all requests of a second is kept (see Form).
 *
 * --connections sockets, one request in flight on each, shared out to as many
 * processes as there are processors (--processes), each with one epoll set.
 * With only one, what is faster than it could not be told from it, and the
 * scheduler leaves a processor idle that would have work: it keeps client and
 * server on the processor where the one wakes the other.  The processes are
 * SCHED_BATCH, which means that answers do not interrupt the server on a
 * processor that both use; a client on another machine would not, either.
 *
 * Each process stays on a processor of its own, and with it, if they can be
 * told to, the backends that its connections have (libpq through a Unix-domain
 * socket).  Otherwise it is up to chance whether a server's thread or backend
 * shares its client's processor, which it can do as only one of them is ever
 * at work, or has to be woken on another one, which takes twice as long.
 *
 * Keys are drawn uniformly or from a zipfian distribution over items that lie
 * in collections of 100 under one partition key.
 *
 * Contenders (--driver):
 *	  http		DynamoDB's API: our bridge, DynamoDB Local, dynalite, noop.c
 *	  sql		our SQL functions, prepared: SELECT dynamo.get_item($1)
 *	  jsonb		what a Postgres user would write instead: a table
 *				(pk text, sk text, doc jsonb), prepared statements
 *
 * A run has two phases.  In the first each connection sends some requests
 * that are not measured, so that plans and caches are there, and the answers
 * are looked into: a Query has to bring its 100 items.  When all processes
 * have done that, the window begins.  At both ends of it the CPU time of the
 * servers (--cpu-of, with all their children) is read, and that of the whole
 * machine.
 *
 * Prints one JSON object on one line: operations, errors, seconds,
 * throughput, latencies in microseconds, CPU microseconds per operation of
 * the servers and of this program, and the share of the machine's CPU that
 * neither of them took.
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libpq-fe.h>
#include <limits.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>

/*
 * The SHA256_ functions, deprecated in favour of EVP since OpenSSL 3: their
 * state can be copied for the price of a memcpy, and there is none to fetch
 * and free.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "usage.h"

#define COLLECTION_ITEMS	100
#define BODY_MAX			(1 << 20)
#define REQUEST_MAX			(BODY_MAX + 4096)
#define BATCH_GET_ITEMS		100
#define BATCH_WRITE_ITEMS	25
#define TRANSACT_ITEMS		4

/* Keys have a fixed width without padding, so that pgbench can make them. */
#define FIRST_COLLECTION	10000000
#define FIRST_SORT_KEY		1000

/* An item without its notes, about, as DynamoDB counts. */
#define FIXED_BYTES			122
#define NOTE_BYTES			250
#define PROSE_BYTES			65536

/* The first phase: so many requests on each connection, in that time at most. */
#define WARM_REQUESTS		8
#define WARM_NS				UINT64_C(500000000)


/*
 * Histogram: HISTOGRAM_SUB buckets to each power of two of nanoseconds, so
 * that a percentile is off by 1.6 % at most.
 */
#define HISTOGRAM_SUB		64
#define HISTOGRAM_BUCKETS	(HISTOGRAM_SUB * 40)

typedef enum Driver
{
	DRIVER_HTTP,
	DRIVER_SQL,
	DRIVER_JSONB
} Driver;

typedef enum Work
{
	WORK_COPY,					/* every item once, in random order, COPY */
	WORK_LOAD,					/* the same in batches of 25 */
	WORK_GET,
	WORK_PUT,
	WORK_UPDATE,				/* counter + 1 on condition that the item
								 * exists and is active */
	WORK_QUERY,					/* a collection of 100 */
	WORK_BATCH_GET,				/* 100 items */
	WORK_TRANSACT,				/* 4 updates */
	WORK_MIX					/* half get, half put */
} Work;

static const char *const drivers[] = {"http", "sql", "jsonb", NULL};

static const char *const work_names[] = {
	"copy", "load", "get", "put", "update", "query", "batchget", "transact", "mix", NULL
};

/*
 * What all requests of an operation have in common within a second: the head
 * up to the signature, and the state of the two hashes that depend on the body
 * at the point where the body's hash, or what depends on it, comes in.
 */
typedef struct Form
{
	const char *operation;		/* NULL: free */
	time_t		second;
	char		head[1024];
	size_t		head_len;
	SHA256_CTX	canonical;		/* of the canonical request */
	SHA256_CTX	to_sign;		/* of the string to sign, the HMAC's inner one */
} Form;

#define OPERATIONS			8

typedef enum ConnectionState
{
	CONNECTION_IDLE,
	CONNECTION_SENDING,
	CONNECTION_RECEIVING
} ConnectionState;

typedef struct Connection
{
	ConnectionState state;
	int			fd;
	PGconn	   *pg;
	bool		failed;			/* the request in flight met an error */
	int			expected;		/* items its answer has to bring */
	char	   *out;			/* HTTP request */
	size_t		out_len;
	size_t		out_sent;
	char	   *in;				/* HTTP answer so far */
	size_t		in_len;
	size_t		in_size;
	uint64_t	started;		/* monotonic ns */
	long		left;			/* requests it may still send */
} Connection;

/* What a process has measured; memory that it shares with its parent. */
typedef struct Share
{
	uint64_t	histogram[HISTOGRAM_BUCKETS];
	uint64_t	done;
	uint64_t	errors;
	uint64_t	bytes_in;
	uint64_t	cpu_ns;
	char		first_error[300];
} Share;

/* Options */
static Driver driver = DRIVER_HTTP;
static Work work = WORK_GET;
static const char *host = "127.0.0.1";
static int	port = 8000;
static const char *conninfo = "";
static int	nconnections = 16;
static int	nprocesses = 0;		/* 0: as many as processors */
static int	processor;			/* of this process and its backends */
static double seconds = 5;
static long nitems = 10000;
static int	item_bytes = 400;
static double zipf = 0;			/* exponent; 0 is uniform */
static const char *table = "Bench";
static const char *region = "us-east-1";
static const char *access_key = "local";
static const char *secret_key = "local";
static uint64_t seed = 42;
static long max_operations = 0; /* 0: until the time is over */
static bool hold = false;

/* State of the run */
static uint64_t histogram[HISTOGRAM_BUCKETS];
static uint64_t done,
			errors,
			bytes_in,
			client_ns;			/* CPU, of all processes */
static char first_error[300];
static long started;			/* requests */
static bool checking;			/* look into answers */
static int	expected;			/* items the next answer has to bring */
static long *load_order;		/* WORK_LOAD and WORK_COPY: items, shuffled */
static long load_next;			/* WORK_LOAD: index of the next item */
static double zipf_zeta;		/* sum of 1 / rank^zipf */
static char *body;
static char *prose;				/* what notes are cut from */
static Form forms[OPERATIONS];
static char signing_day[9];

/* An HMAC with the key of the day: its two hashes after their pads. */
static SHA256_CTX signing_inner;
static SHA256_CTX signing_outer;

static void die(const char *what) __attribute__((noreturn));

static void
die(const char *what)
{
	fprintf(stderr, "load: %s\n", what);
	exit(1);
}

static uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t) ts.tv_sec * 1000000000u + (uint64_t) ts.tv_nsec;
}

/* These append to a text and return its new end; no NUL. */
static inline char *
add_bytes(char *p, const char *bytes, size_t len)
{
	memcpy(p, bytes, len);
	return p + len;
}

static inline char *
add(char *p, const char *text)
{
	return add_bytes(p, text, strlen(text));
}

static char *
add_number(char *p, long n)
{
	char		digits[20];
	int			at = sizeof(digits);

	do
		digits[--at] = (char) ('0' + n % 10);
	while ((n /= 10) > 0);
	return add_bytes(p, digits + at, sizeof(digits) - (size_t) at);
}

/* xorshift64*: fast, and the same on every machine. */
static uint64_t
random_bits(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * UINT64_C(2685821657736338717);
}

static double
random_unit(void)
{
	return ((double) (random_bits() >> 11) + 0.5) / 9007199254740992.0;
}

/*
 * A rank in 0..n-1 with probability proportional to 1 / (rank + 1)^zipf, for
 * zipf below 1 (Gray and others, Quickly Generating Billion-Record Synthetic
 * Databases, 1994; what YCSB does, too).
 */
static long
random_zipf(long n)
{
	double		half = 1.0 + pow(0.5, zipf);
	double		eta = (1.0 - pow(2.0 / (double) n, 1.0 - zipf)) / (1.0 - half / zipf_zeta);
	double		u = random_unit();
	long		rank;

	if (u * zipf_zeta < 1.0)
		return 0;
	if (u * zipf_zeta < half)
		return 1;
	rank = (long) ((double) n * pow(eta * u - eta + 1.0, 1.0 / (1.0 - zipf)));
	return rank < n ? rank : n - 1;
}

/* The next item to work on.  Hot ranks are scattered over the collections. */
static long
pick_item(void)
{
	uint64_t	rank;

	if (zipf == 0)
		return (long) (random_bits() % (uint64_t) nitems);
	rank = (uint64_t) random_zipf(nitems);
	return (long) ((rank * UINT64_C(11400714819323198485) >> 11) % (uint64_t) nitems);
}

/* All items in random order, the same for every contender. */
static void
shuffle_items(void)
{
	load_order = malloc((size_t) nitems * sizeof(long));
	if (!load_order)
		die("out of memory");
	for (long i = 0; i < nitems; i++)
	{
		long		j = (long) (random_bits() % (uint64_t) (i + 1));

		load_order[i] = load_order[j];
		load_order[j] = i;
	}
}

/* English-like text, so that it compresses as text does. */
static void
write_prose(void)
{
	static const char *const words[] = {
		"the", "order", "of", "and", "customer", "to", "a", "in", "shipped", "that", "is", "returned",
		"for", "warehouse", "it", "with", "as", "was", "invoice", "on", "delivery", "be", "by", "at",
		"address", "not", "this", "but", "had", "payment", "from", "parcel", "they", "which", "or", "signed",
		"one", "we", "yesterday", "all", "there", "can", "were", "colour", "been", "if", "more", "refund",
		"when", "will", "would", "damaged", "who", "so", "said", "catalogue", "what", "up", "its", "about",
		"than", "into", "complaint", "them"
	};
	size_t		size = PROSE_BYTES + (size_t) item_bytes;
	char	   *p;

	prose = malloc(size + 16);
	if (!prose)
		die("out of memory");
	for (p = prose; p < prose + size;)
		p += sprintf(p, "%s ", words[random_bits() % (sizeof(words) / sizeof(words[0]))]);
}

/* "c#10000012" and "i#1034" */
static char *
add_partition_key(char *p, long item)
{
	return add_number(add(p, "c#"), FIRST_COLLECTION + item / COLLECTION_ITEMS);
}

static char *
add_sort_key(char *p, long item)
{
	return add_number(add(p, "i#"), FIRST_SORT_KEY + item % COLLECTION_ITEMS);
}

static char *
add_key(char *p, long item)
{
	p = add_partition_key(add(p, "\"pk\":{\"S\":\""), item);
	p = add_sort_key(add(p, "\"},\"sk\":{\"S\":\""), item);
	return add(p, "\"}");
}

/* Five digits, as ZIP codes have. */
static char *
add_zip(char *p, long item)
{
	for (long unit = 10000; unit > 0; unit /= 10)
		*p++ = (char) ('0' + item / unit % 10);
	return p;
}

/* A list of notes, around each of which there is before and after. */
static char *
add_notes(char *p, const char *before, const char *after)
{
	const char *from = prose + random_bits() % PROSE_BYTES;
	int			left = item_bytes - FIXED_BYTES;

	for (bool first = true; left > 0; first = false)
	{
		int			n = left < NOTE_BYTES ? left : NOTE_BYTES;

		p = add(p, first ? "" : ",");
		p = add_bytes(add(p, before), from, (size_t) n);
		p = add(p, after);
		from += n;
		left -= n;
	}
	return p;
}

/*
 * An item in DynamoDB JSON, about item_bytes of attribute data.  Score and
 * notes are drawn anew each time: a put that changes nothing would measure
 * nothing.
 */
static char *
add_item(char *p, long item)
{
	long		score = (long) (random_bits() % 1000003);

	p = add_key(add(p, "{"), item);
	p = add_number(add(p, ",\"name\":{\"S\":\"Customer "), item);
	p = add_number(add(p, "\"},\"score\":{\"N\":\""), score);
	p = add_zip(add(p, "\"},\"counter\":{\"N\":\"0\"},\"active\":{\"BOOL\":true},"
					"\"tags\":{\"SS\":[\"alpha\",\"beta\",\"gamma\"]},"
					"\"address\":{\"M\":{\"city\":{\"S\":\"Springfield\"},\"zip\":{\"S\":\""), item);
	p = add_notes(add(p, "\"}}},\"notes\":{\"L\":["), "{\"S\":\"", "\"}");
	return add(p, "]}}");
}

/* The same document as a plain jsonb user would store it. */
static char *
add_document(char *p, long item)
{
	long		score = (long) (random_bits() % 1000003);

	p = add_partition_key(add(p, "{\"pk\":\""), item);
	p = add_sort_key(add(p, "\",\"sk\":\""), item);
	p = add_number(add(p, "\",\"name\":\"Customer "), item);
	p = add_number(add(p, "\",\"score\":"), score);
	p = add_zip(add(p, ",\"counter\":0,\"active\":true,\"tags\":[\"alpha\",\"beta\",\"gamma\"],"
					"\"address\":{\"city\":\"Springfield\",\"zip\":\""), item);
	p = add_notes(add(p, "\"},\"notes\":["), "\"", "\"");
	return add(p, "]}");
}

/*
 * Item i of the TRANSACT_ITEMS of a transaction: distinct and ascending, so
 * that transactions on rows that are locked in turn cannot deadlock.
 */
static long
transact_item(long first, int i)
{
	long		stride = nitems / TRANSACT_ITEMS;

	return first % stride + i * stride;
}

/* Item i of a batch, distinct by construction. */
static long
batch_item(long first, int i)
{
	return (first + i * (nitems / BATCH_GET_ITEMS)) % nitems;
}

/*
 * The next request of the work: its body, and the operation it is.
 * Returns NULL when a load has come to its end.
 */
static const char *
next_request(Work what, size_t *len)
{
	char	   *p = body;
	const char *operation;

	expected = 0;
	switch (what)
	{
		case WORK_MIX:
			return next_request(random_bits() & 1 ? WORK_GET : WORK_PUT, len);
		case WORK_GET:
			operation = "GetItem";
			expected = 1;
			p = add(add(p, "{\"TableName\":\""), table);
			p = add_key(add(p, "\",\"Key\":{"), pick_item());
			p = add(p, "}}");
			break;
		case WORK_PUT:
			operation = "PutItem";
			p = add(add(p, "{\"TableName\":\""), table);
			p = add_item(add(p, "\",\"Item\":"), pick_item());
			p = add(p, "}");
			break;
		case WORK_UPDATE:
			operation = "UpdateItem";
			p = add(add(p, "{\"TableName\":\""), table);
			p = add_key(add(p, "\",\"Key\":{"), pick_item());
			p = add(p, "},\"UpdateExpression\":\"SET #c = #c + :one\","
					"\"ConditionExpression\":\"attribute_exists(pk) AND #a = :true\","
					"\"ExpressionAttributeNames\":{\"#c\":\"counter\",\"#a\":\"active\"},"
					"\"ExpressionAttributeValues\":{\":one\":{\"N\":\"1\"},\":true\":{\"BOOL\":true}}}");
			break;
		case WORK_QUERY:
			operation = "Query";
			expected = COLLECTION_ITEMS;
			p = add(add(p, "{\"TableName\":\""), table);
			p = add_partition_key(add(p, "\",\"KeyConditionExpression\":\"pk = :pk\","
									  "\"ExpressionAttributeValues\":{\":pk\":{\"S\":\""), pick_item());
			p = add(p, "\"}}}");
			break;
		case WORK_BATCH_GET:
			operation = "BatchGetItem";
			expected = BATCH_GET_ITEMS;
			p = add(add(p, "{\"RequestItems\":{\""), table);
			p = add(p, "\":{\"Keys\":[");
			{
				long		first = pick_item();

				for (int i = 0; i < BATCH_GET_ITEMS; i++)
				{
					p = add_key(add(p, i ? ",{" : "{"), batch_item(first, i));
					p = add(p, "}");
				}
			}
			p = add(p, "]}}}");
			break;
		case WORK_TRANSACT:
			operation = "TransactWriteItems";
			p = add(p, "{\"TransactItems\":[");
			{
				long		first = pick_item();

				for (int i = 0; i < TRANSACT_ITEMS; i++)
				{
					p = add(add(p, i ? "," : ""), "{\"Update\":{\"TableName\":\"");
					p = add(add(p, table), "\",\"Key\":{");
					p = add_key(p, transact_item(first, i));
					p = add(p, "},\"UpdateExpression\":\"SET #c = #c + :one\","
							"\"ExpressionAttributeNames\":{\"#c\":\"counter\"},"
							"\"ExpressionAttributeValues\":{\":one\":{\"N\":\"1\"}}}}");
				}
			}
			p = add(p, "]}");
			break;
		case WORK_COPY:
		case WORK_LOAD:
		default:
			if (load_next >= nitems)
				return NULL;
			operation = "BatchWriteItem";
			p = add(add(p, "{\"RequestItems\":{\""), table);
			p = add(p, "\":[");
			for (int i = 0; i < BATCH_WRITE_ITEMS && load_next < nitems; i++, load_next++)
			{
				p = add(add(p, i ? "," : ""), "{\"PutRequest\":{\"Item\":");
				p = add_item(p, load_order[load_next]);
				p = add(p, "}}");
			}
			p = add(p, "]}}");
			break;
	}
	*len = (size_t) (p - body);
	return operation;
}

static void
record(uint64_t ns)
{
	int			bucket;

	if (ns < HISTOGRAM_SUB)
		bucket = (int) ns;
	else
	{
		int			shift = 63 - __builtin_clzll(ns) - 6;

		bucket = (shift + 1) * HISTOGRAM_SUB + (int) ((ns >> shift) & (HISTOGRAM_SUB - 1));
		if (bucket >= HISTOGRAM_BUCKETS)
			bucket = HISTOGRAM_BUCKETS - 1;
	}
	histogram[bucket]++;
	done++;
}

/* The latency below which the fraction lies, in microseconds. */
static double
percentile(double fraction)
{
	uint64_t	want = (uint64_t) ceil(fraction * (double) done);
	uint64_t	seen = 0;

	for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
	{
		seen += histogram[i];
		if (seen >= want && seen > 0)
		{
			int			shift = i / HISTOGRAM_SUB - 1;

			if (shift < 0)
				return i / 1000.0;
			return (double) ((uint64_t) (HISTOGRAM_SUB + i % HISTOGRAM_SUB) << shift) / 1000.0;
		}
	}
	return 0;
}

static void
note_error(const char *text)
{
	if (errors++ == 0)
		snprintf(first_error, sizeof(first_error), "%s", text);
}

/* Every item has a counter, and nothing else has. */
static int
count_items(const char *answer)
{
	int			n = 0;

	while ((answer = strstr(answer, "\"counter\"")) != NULL)
	{
		answer++;
		n++;
	}
	return n;
}

static void
check_answer(Connection *c, int items)
{
	char		message[100];

	if (!checking || c->failed || items == c->expected)
		return;
	snprintf(message, sizeof(message), "an answer of %s has %d items instead of %d",
			 work_names[work], items, c->expected);
	die(message);
}

/* ---- SigV4 ---- */

/* The states of an HMAC before its text; keys are at most a block long. */
static void
hmac_start(const void *key, size_t key_len, SHA256_CTX *inner, SHA256_CTX *outer)
{
	unsigned char pad[SHA256_CBLOCK];

	if (key_len > sizeof(pad))
		die("the secret key is too long");
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] = 0x36 ^ (i < key_len ? ((const unsigned char *) key)[i] : 0);
	SHA256_Init(inner);
	SHA256_Update(inner, pad, sizeof(pad));
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	SHA256_Init(outer);
	SHA256_Update(outer, pad, sizeof(pad));
}

static void
hmac_end(SHA256_CTX *inner, SHA256_CTX *outer, unsigned char *mac)
{
	SHA256_Final(mac, inner);
	SHA256_Update(outer, mac, SHA256_DIGEST_LENGTH);
	SHA256_Final(mac, outer);
}

static char *
add_hex(char *p, const unsigned char *bytes)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < SHA256_DIGEST_LENGTH; i++)
	{
		*p++ = digits[bytes[i] >> 4];
		*p++ = digits[bytes[i] & 15];
	}
	return p;
}

/* What goes on from a hash: its hexadecimal digits. */
static void
hash_hex(SHA256_CTX *ctx, const unsigned char *digest)
{
	char		digits[2 * SHA256_DIGEST_LENGTH];

	add_hex(digits, digest);
	SHA256_Update(ctx, digits, sizeof(digits));
}

/* The signing key is good for a day. */
static void
make_signing_key(const char *day)
{
	const char *const parts[] = {day, region, "dynamodb", "aws4_request"};
	char		first[256];
	unsigned char mac[SHA256_DIGEST_LENGTH];

	snprintf(first, sizeof(first), "AWS4%s", secret_key);
	hmac_start(first, strlen(first), &signing_inner, &signing_outer);
	for (int i = 0; i < 4; i++)
	{
		SHA256_Update(&signing_inner, parts[i], strlen(parts[i]));
		hmac_end(&signing_inner, &signing_outer, mac);
		hmac_start(mac, sizeof(mac), &signing_inner, &signing_outer);
	}
	strcpy(signing_day, day);
}

/* The form of an operation's requests in this second. */
static const Form *
get_form(const char *operation)
{
	time_t		now = time(NULL);
	Form	   *form = forms;
	char		text[1024],
				stamp[17],
				day[9];
	struct tm	tm;
	int			n;

	while (form->operation && strcmp(form->operation, operation) != 0)
		form++;
	if (form->operation && form->second == now)
		return form;
	form->operation = operation;
	form->second = now;

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	memcpy(day, stamp, 8);
	day[8] = '\0';
	if (strcmp(day, signing_day) != 0)
		make_signing_key(day);

	n = snprintf(text, sizeof(text),
				 "POST\n/\n\ncontent-type:application/x-amz-json-1.0\nhost:%s:%d\nx-amz-date:%s\n"
				 "x-amz-target:DynamoDB_20120810.%s\n\ncontent-type;host;x-amz-date;x-amz-target\n",
				 host, port, stamp, operation);
	SHA256_Init(&form->canonical);
	SHA256_Update(&form->canonical, text, (size_t) n);
	n = snprintf(text, sizeof(text), "AWS4-HMAC-SHA256\n%s\n%s/%s/dynamodb/aws4_request\n", stamp, day, region);
	form->to_sign = signing_inner;
	SHA256_Update(&form->to_sign, text, (size_t) n);
	form->head_len = (size_t)
		snprintf(form->head, sizeof(form->head),
				 "POST / HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/x-amz-json-1.0\r\n"
				 "X-Amz-Date: %s\r\nX-Amz-Target: DynamoDB_20120810.%s\r\n"
				 "Authorization: AWS4-HMAC-SHA256 Credential=%s/%s/%s/dynamodb/aws4_request, "
				 "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=",
				 host, port, stamp, operation, access_key, day, region);
	return form;
}

/* The whole HTTP request, signed for this second. */
static size_t
write_http(char *dest, const char *operation, size_t body_len)
{
	const Form *form = get_form(operation);
	SHA256_CTX	of_body,
				canonical = form->canonical,
				to_sign = form->to_sign,
				outer = signing_outer;
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char	   *p = add_bytes(dest, form->head, form->head_len);

	SHA256_Init(&of_body);
	SHA256_Update(&of_body, body, body_len);
	SHA256_Final(digest, &of_body);
	hash_hex(&canonical, digest);
	SHA256_Final(digest, &canonical);
	hash_hex(&to_sign, digest);
	hmac_end(&to_sign, &outer, digest);

	p = add_hex(p, digest);
	p = add_number(add(p, "\r\nContent-Length: "), (long) body_len);
	p = add_bytes(add(p, "\r\n\r\n"), body, body_len);
	return (size_t) (p - dest);
}

/* ---- HTTP driver ---- */

static void
http_connect(Connection *c)
{
	struct sockaddr_in address = {.sin_family = AF_INET,.sin_port = htons((uint16_t) port)};
	int			on = 1;

	if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
		die("--host wants an IPv4 address");
	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *) &address, sizeof(address)) != 0)
		die("cannot connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	c->out = malloc(REQUEST_MAX);
	c->in_size = 65536;
	c->in = malloc(c->in_size);
}

/* Sends what is left; true when all of the request is out. */
static bool
http_send(Connection *c)
{
	while (c->out_sent < c->out_len)
	{
		ssize_t		n = send(c->fd, c->out + c->out_sent, c->out_len - c->out_sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			return false;
		if (n <= 0)
			die("the server closed a connection while a request was sent");
		c->out_sent += (size_t) n;
	}
	return true;
}

/* Is the answer complete?  Its status goes to *status, its body to *text. */
static bool
http_complete(Connection *c, int *status, const char **answer)
{
	static const char length_name[] = "content-length:";
	char	   *end = c->in + c->in_len;
	char	   *line = c->in;
	char	   *stop;
	size_t		length = 0;
	bool		has_length = false;

	*end = '\0';
	for (;; line = stop + 1)
	{
		stop = memchr(line, '\n', (size_t) (end - line));
		if (!stop)
			return false;
		if (stop - line <= 1)
			break;				/* the empty line that ends the head */
		if ((*line == 'C' || *line == 'c') && strncasecmp(line, length_name, sizeof(length_name) - 1) == 0)
		{
			length = strtoul(line + sizeof(length_name) - 1, NULL, 10);
			has_length = true;
		}
	}
	*status = atoi(c->in + 9);
	*answer = stop + 1;
	if (has_length)
		return (size_t) (end - *answer) >= length;
	return end - *answer >= 5 && memcmp(end - 5, "0\r\n\r\n", 5) == 0;
}

/* Reads what is there; true when the answer is complete. */
static bool
http_receive(Connection *c)
{
	int			status;
	const char *answer;

	for (;;)
	{
		ssize_t		n;

		if (c->in_len + 1 >= c->in_size)
		{
			c->in_size *= 2;
			c->in = realloc(c->in, c->in_size);
			if (!c->in)
				die("out of memory");
		}
		n = recv(c->fd, c->in + c->in_len, c->in_size - c->in_len - 1, 0);
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n <= 0)
			die("the server closed a connection before its answer was complete");
		c->in_len += (size_t) n;
		if (http_complete(c, &status, &answer))
			break;
	}
	bytes_in += c->in_len;
	if (status != 200)
	{
		c->failed = true;
		note_error(answer);
	}
	if (checking)
		check_answer(c, count_items(answer));
	return true;
}

/* ---- libpq driver ---- */

static void
pg_prepare(Connection *c, const char *name, const char *format)
{
	char		sql[1024];
	PGresult   *r;

	snprintf(sql, sizeof(sql), format, table);
	r = PQprepare(c->pg, name, sql, 0, NULL);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		die(PQerrorMessage(c->pg));
	PQclear(r);
}

static void
pg_prepare_all(Connection *c)
{
	if (driver == DRIVER_SQL)
	{
		pg_prepare(c, "GetItem", "SELECT dynamo.get_item($1)");
		pg_prepare(c, "PutItem", "SELECT dynamo.put_item($1)");
		pg_prepare(c, "UpdateItem", "SELECT dynamo.update_item($1)");
		pg_prepare(c, "Query", "SELECT dynamo.query($1)");
		pg_prepare(c, "BatchGetItem", "SELECT dynamo.batch_get_item($1)");
		pg_prepare(c, "BatchWriteItem", "SELECT dynamo.batch_write_item($1)");
		pg_prepare(c, "TransactWriteItems", "SELECT dynamo.transact_write_items($1)");
		return;
	}
	pg_prepare(c, "get", "SELECT doc FROM \"%s\" WHERE pk = $1 AND sk = $2");
	pg_prepare(c, "put", "INSERT INTO \"%s\" VALUES ($1, $2, $3::jsonb)"
			   " ON CONFLICT (pk, sk) DO UPDATE SET doc = excluded.doc");
	pg_prepare(c, "update", "UPDATE \"%s\" SET doc = jsonb_set(doc, '{counter}',"
			   " to_jsonb((doc->>'counter')::numeric + $3::numeric))"
			   " WHERE pk = $1 AND sk = $2 AND doc->'active' = $4::jsonb");
	pg_prepare(c, "query", "SELECT doc FROM \"%s\" WHERE pk = $1 ORDER BY sk");
	pg_prepare(c, "batchget", "SELECT doc FROM unnest($1::text[], $2::text[]) AS k(pk, sk)"
			   " JOIN \"%s\" USING (pk, sk)");
	pg_prepare(c, "transact", "UPDATE \"%s\" AS t SET doc = jsonb_set(doc, '{counter}',"
			   " to_jsonb((doc->>'counter')::numeric + $3::numeric))"
			   " FROM unnest($1::text[], $2::text[]) AS k(pk, sk) WHERE t.pk = k.pk AND t.sk = k.sk");
}

static PGconn *
pg_open(void)
{
	PGconn	   *pg = PQconnectdb(conninfo);

	if (PQstatus(pg) != CONNECTION_OK)
		die(PQerrorMessage(pg));
	return pg;
}

/* A process, 0 is this one, stays on our processor, if we may tell it to. */
static void
keep_here(pid_t pid)
{
	cpu_set_t	one;

	CPU_ZERO(&one);
	CPU_SET((size_t) processor, &one);
	(void) sched_setaffinity(pid, sizeof(one), &one);
}

static void
pg_connect(Connection *c)
{
	c->pg = pg_open();
	if (PQhost(c->pg)[0] == '/')
		keep_here(PQbackendPID(c->pg));
	pg_prepare_all(c);
	PQsetnonblocking(c->pg, 1);
	c->fd = PQsocket(c->pg);
}

/* Sends a statement with two text arrays: the keys of n items. */
static bool
jsonb_send_many(Connection *c, const char *name, int n, long (*item_of) (long, int))
{
	char		pks[BATCH_GET_ITEMS * 16],
				sks[BATCH_GET_ITEMS * 16];
	const char *values[3] = {pks, sks, "1"};
	char	   *p = pks,
			   *q = sks;
	long		first = pick_item();

	for (int i = 0; i < n; i++)
	{
		long		item = item_of(first, i);

		p = add_partition_key(add(p, i ? "," : "{"), item);
		q = add_sort_key(add(q, i ? "," : "{"), item);
	}
	strcpy(p, "}");
	strcpy(q, "}");
	return PQsendQueryPrepared(c->pg, name, n == BATCH_GET_ITEMS ? 2 : 3, values, NULL, NULL, 0);
}

/* Sends the next statement of the work. */
static bool
jsonb_send(Connection *c)
{
	Work		what = work == WORK_MIX ? (random_bits() & 1 ? WORK_GET : WORK_PUT) : work;
	char		pk[32],
				sk[32];
	const char *values[4] = {pk, sk};
	long		item;

	if (what == WORK_BATCH_GET)
	{
		c->expected = BATCH_GET_ITEMS;
		return jsonb_send_many(c, "batchget", BATCH_GET_ITEMS, batch_item);
	}
	if (what == WORK_TRANSACT)
	{
		c->expected = TRANSACT_ITEMS;
		return jsonb_send_many(c, "transact", TRANSACT_ITEMS, transact_item);
	}
	item = pick_item();
	*add_partition_key(pk, item) = '\0';
	*add_sort_key(sk, item) = '\0';
	c->expected = 1;
	switch (what)
	{
		case WORK_GET:
			return PQsendQueryPrepared(c->pg, "get", 2, values, NULL, NULL, 0);
		case WORK_PUT:
			*add_document(body, item) = '\0';
			values[2] = body;
			return PQsendQueryPrepared(c->pg, "put", 3, values, NULL, NULL, 0);
		case WORK_UPDATE:
			values[2] = "1";
			values[3] = "true";
			return PQsendQueryPrepared(c->pg, "update", 4, values, NULL, NULL, 0);
		case WORK_QUERY:
			c->expected = COLLECTION_ITEMS;
			return PQsendQueryPrepared(c->pg, "query", 1, values, NULL, NULL, 0);
		default:
			die("the jsonb driver cannot do that work");
	}
}

static bool
sql_send(Connection *c)
{
	size_t		len;
	const char *operation = next_request(work, &len);
	const char *values[1] = {body};

	if (!operation)
		return false;
	c->expected = expected;
	body[len] = '\0';
	return PQsendQueryPrepared(c->pg, operation, 1, values, NULL, NULL, 0);
}

/* Takes the next result, which must be there; false at the statement's end. */
static bool
pg_take_result(Connection *c)
{
	PGresult   *r = PQgetResult(c->pg);
	int			items = 0;

	if (!r)
		return false;
	for (int i = 0; i < PQntuples(r); i++)
	{
		bytes_in += (uint64_t) PQgetlength(r, i, 0);
		if (checking)
			items += count_items(PQgetvalue(r, i, 0));
	}
	/* Rows that the jsonb driver's statements wrote are items, too. */
	if (PQresultStatus(r) == PGRES_COMMAND_OK)
		items = atoi(PQcmdTuples(r));
	if (PQresultStatus(r) == PGRES_FATAL_ERROR)
	{
		c->failed = true;
		note_error(PQresultErrorMessage(r));
	}
	else
		check_answer(c, items);
	PQclear(r);
	return true;
}

/* Reads what is there; true when the statement has ended. */
static bool
pg_receive(Connection *c)
{
	if (!PQconsumeInput(c->pg))
		die(PQerrorMessage(c->pg));
	while (!PQisBusy(c->pg))
		if (!pg_take_result(c))
			return true;
	return false;
}

/*
 * WORK_COPY: --connections processes copy a share of the items each, in
 * random order, into an item table or a jsonb table.
 */
static void
copy_share(int share)
{
	PGconn	   *pg = pg_open();
	PGresult   *r;
	char	   *p;

	snprintf(body, BODY_MAX, driver == DRIVER_SQL ? "COPY dynamo_data.\"%s\" (item) FROM STDIN" :
			 "COPY \"%s\" (pk, sk, doc) FROM STDIN", table);
	r = PQexec(pg, body);
	if (PQresultStatus(r) != PGRES_COPY_IN)
		die(PQerrorMessage(pg));
	PQclear(r);
	seed += (uint64_t) share;
	for (long i = share; i < nitems; i += nconnections)
	{
		long		item = load_order[i];

		p = body;
		if (driver == DRIVER_SQL)
			p = add_item(p, item);
		else
		{
			p = add(add_partition_key(p, item), "\t");
			p = add(add_sort_key(p, item), "\t");
			p = add_document(p, item);
		}
		*p++ = '\n';
		if (PQputCopyData(pg, body, (int) (p - body)) != 1)
			die(PQerrorMessage(pg));
	}
	if (PQputCopyEnd(pg, NULL) != 1)
		die(PQerrorMessage(pg));
	r = PQgetResult(pg);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		die(PQerrorMessage(pg));
	PQclear(r);
	PQfinish(pg);
}

static double
copy(void)
{
	uint64_t	begin = now_ns();
	int			status;

	if (driver == DRIVER_HTTP)
		die("only SQL has COPY");
	for (int share = 0; share < nconnections; share++)
	{
		pid_t		pid = fork();

		if (pid < 0)
			die("cannot fork");
		if (pid == 0)
		{
			copy_share(share);
			_exit(0);
		}
	}
	for (int share = 0; share < nconnections; share++)
		if (wait(&status) < 0 || status != 0)
			die("a process that copies has failed");
	done = (uint64_t) nitems;
	return (double) (now_ns() - begin) / 1e9;
}

/* ---- the loop ---- */

/*
 * HTTP answers are read until nothing is left, so an edge is enough, and the
 * kernel need not look a second time; libpq may leave something.
 */
static void
watch(int epoll, Connection *c, int op, uint32_t events)
{
	struct epoll_event event = {.events = driver == DRIVER_HTTP ? events | EPOLLET : events,.data.ptr = c};

	if (epoll_ctl(epoll, op, c->fd, &event) != 0)
		die("epoll_ctl failed");
}

/*
 * Starts the next request on an idle connection, now; false if there is none
 * left.
 */
static bool
start_request(int epoll, Connection *c, uint64_t now)
{
	if (max_operations > 0 && started >= max_operations)
		return false;
	started++;
	c->failed = false;
	c->started = now;
	if (driver == DRIVER_HTTP)
	{
		size_t		len;
		const char *operation = next_request(work, &len);

		if (!operation)
			return false;
		c->expected = expected;
		c->out_len = write_http(c->out, operation, len);
		c->out_sent = 0;
		c->in_len = 0;
		if (!http_send(c))
		{
			c->state = CONNECTION_SENDING;
			watch(epoll, c, EPOLL_CTL_MOD, EPOLLOUT);
			return true;
		}
	}
	else
	{
		if (!(driver == DRIVER_SQL ? sql_send(c) : jsonb_send(c)))
			return false;
		if (PQflush(c->pg) != 0)
		{
			c->state = CONNECTION_SENDING;
			watch(epoll, c, EPOLL_CTL_MOD, EPOLLOUT);
			return true;
		}
	}
	c->state = CONNECTION_RECEIVING;
	return true;
}

/* Something happened on a connection; true when its request has ended. */
static bool
advance(int epoll, Connection *c)
{
	if (c->state == CONNECTION_SENDING)
	{
		if (driver == DRIVER_HTTP ? !http_send(c) : PQflush(c->pg) != 0)
			return false;
		c->state = CONNECTION_RECEIVING;
		watch(epoll, c, EPOLL_CTL_MOD, EPOLLIN);
		return false;
	}
	return driver == DRIVER_HTTP ? http_receive(c) : pg_receive(c);
}

/*
 * Keeps every connection busy until the deadline, or until it has sent
 * so many requests, and waits for all answers.
 */
static void
drive(int epoll, Connection *connections, uint64_t deadline, long each)
{
	int			busy = 0;

	for (int i = 0; i < nconnections; i++)
	{
		connections[i].left = each - 1;
		busy += start_request(epoll, &connections[i], now_ns());
	}
	while (busy > 0)
	{
		struct epoll_event events[256];
		int			n = epoll_wait(epoll, events, 256, -1);

		for (int i = 0; i < n; i++)
		{
			Connection *c = events[i].data.ptr;
			uint64_t	now;

			if (c->state == CONNECTION_IDLE || !advance(epoll, c))
				continue;
			now = now_ns();
			if (!c->failed)
				record(now - c->started);
			c->state = CONNECTION_IDLE;
			if (c->left-- <= 0 || now >= deadline || !start_request(epoll, c, now))
				busy--;
		}
	}
}

static uint64_t
own_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t) ts.tv_sec * 1000000000u + (uint64_t) ts.tv_nsec;
}

/* Part i of n of a whole, which is shared out as evenly as it goes. */
static long
part_of(long whole, int i, int n)
{
	return whole / n + (i < whole % n);
}

/*
 * One process and its connections.  It tells the parent when it is ready,
 * begins when it is told to, and tells when it is done; then it keeps its
 * connections until the parent goes, who wants to know what their servers
 * have used, or to hold them.
 */
static void
run_share(int parent, Share *share)
{
	Connection *connections = calloc((size_t) nconnections, sizeof(Connection));
	int			epoll = epoll_create1(0);
	char		signal = 0;

	for (int i = 0; i < nconnections; i++)
	{
		if (driver == DRIVER_HTTP)
			http_connect(&connections[i]);
		else
			pg_connect(&connections[i]);
		watch(epoll, &connections[i], EPOLL_CTL_ADD, EPOLLIN);
	}
	if (work != WORK_LOAD)
	{
		checking = true;
		drive(epoll, connections, now_ns() + WARM_NS, hold ? 1 : WARM_REQUESTS);
		if (errors > 0 && done == 0)
			die(first_error);
		checking = false;
		started = 0;
		done = errors = bytes_in = 0;
		memset(histogram, 0, sizeof(histogram));
	}
	if (write(parent, &signal, 1) != 1 || read(parent, &signal, 1) != 1)
		die("the parent is gone");
	share->cpu_ns = own_cpu_ns();
	if (!hold)
		drive(epoll, connections, work == WORK_LOAD ? UINT64_MAX : now_ns() + (uint64_t) (seconds * 1e9), LONG_MAX);
	share->cpu_ns = own_cpu_ns() - share->cpu_ns;
	memcpy(share->histogram, histogram, sizeof(histogram));
	memcpy(share->first_error, first_error, sizeof(first_error));
	share->done = done;
	share->errors = errors;
	share->bytes_in = bytes_in;
	if (write(parent, &signal, 1) != 1)
		die("the parent is gone");
	while (read(parent, &signal, 1) > 0)
		;
}

static void
start_share(int i, int n, int *channel, Share *share)
{
	int			ends[2];
	pid_t		pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 || (pid = fork()) < 0)
		die("cannot fork");
	if (pid == 0)
	{
		for (int j = 0; j < i; j++)
			close(channel[j]);
		close(ends[0]);
		nconnections = (int) part_of(nconnections, i, n);
		if (max_operations > 0 && (max_operations = part_of(max_operations, i, n)) == 0)
			die("there must be an operation for each process");
		seed += (uint64_t) i * UINT64_C(0x9E3779B97F4A7C15);
		processor = i % (int) sysconf(_SC_NPROCESSORS_ONLN);
		keep_here(0);
		run_share(ends[1], share);
		_exit(0);
	}
	close(ends[1]);
	channel[i] = ends[0];
}

/* All processes have come to this point. */
static void
wait_for_all(const int *channel, int n)
{
	char		signal;

	for (int i = 0; i < n; i++)
		if (read(channel[i], &signal, 1) != 1)
			die("one of the processes has failed");
}

/* The run; returns its seconds. */
static double
run(Usage *begin_usage, Usage *end_usage)
{
	int			n = work == WORK_LOAD ? 1 : nprocesses < nconnections ? nprocesses : nconnections;
	int		   *channel = calloc((size_t) n, sizeof(int));
	Share	   *shares = mmap(NULL, (size_t) n * sizeof(Share), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t	begin,
				end;

	if (shares == MAP_FAILED || !channel)
		die("out of memory");
	for (int i = 0; i < n; i++)
		start_share(i, n, channel, &shares[i]);
	wait_for_all(channel, n);
	usage_read(begin_usage);
	begin = now_ns();
	for (int i = 0; i < n; i++)
		if (write(channel[i], "", 1) != 1)
			die("one of the processes has failed");
	wait_for_all(channel, n);
	end = now_ns();
	usage_read(end_usage);
	for (int i = 0; i < n; i++)
	{
		for (int j = 0; j < HISTOGRAM_BUCKETS; j++)
			histogram[j] += shares[i].histogram[j];
		if (errors == 0)
			memcpy(first_error, shares[i].first_error, sizeof(first_error));
		done += shares[i].done;
		errors += shares[i].errors;
		bytes_in += shares[i].bytes_in;
		client_ns += shares[i].cpu_ns;
	}
	return (double) (end - begin) / 1e9;
}

/* The result, as one line of JSON. */
static void
print_result(double took, const Usage *begin, const Usage *end)
{
	double		n = done > 0 ? (double) done : 1;
	uint64_t	servers = usage_servers(begin, end);
	double		others = (double) (end->machine_ns - begin->machine_ns) - (double) servers - (double) client_ns;
	double		all = took * 1e9 * (double) sysconf(_SC_NPROCESSORS_ONLN);

	printf("{\"work\":\"%s\",\"driver\":\"%s\",\"connections\":%d,\"operations\":%lu,\"errors\":%lu,"
		   "\"seconds\":%.3f,\"per_second\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"bytes_in\":%lu,"
		   "\"server_cpu_us\":%.2f,\"client_cpu_us\":%.2f,\"others_cpu\":%.4f}\n",
		   work_names[work], drivers[driver], nconnections, done, errors, took,
		   (double) done / took, percentile(0.50), percentile(0.99), bytes_in,
		   (double) servers / n / 1000, (double) client_ns / n / 1000, others / all);
	fflush(stdout);
	if (errors)
		fprintf(stderr, "load: first error: %s\n", first_error);
}

static void
usage(void)
{
	fprintf(stderr,
			"usage: load --driver http|sql|jsonb --work copy|load|get|put|update|query|batchget|transact|mix\n"
			"            [--host A] [--port N] [--conninfo S] [--connections N] [--processes N] [--seconds S]\n"
			"            [--operations N] [--items N] [--item-bytes N] [--zipf S] [--table T] [--seed N]\n"
			"            [--access-key K] [--secret-key K] [--region R] [--cpu-of PID]... [--hold]\n"
			"--hold      one request on each connection; then they stay, idle, until standard input ends\n"
			"--cpu-of    measures the CPU time of this process and of all below it\n");
	exit(2);
}

static int
index_of(const char *const *names, const char *name)
{
	for (int i = 0; names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	usage();
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{"driver", 1, 0, 'd'}, {"work", 1, 0, 'w'}, {"host", 1, 0, 'h'}, {"port", 1, 0, 'p'},
		{"conninfo", 1, 0, 'i'}, {"connections", 1, 0, 'c'}, {"seconds", 1, 0, 's'},
		{"items", 1, 0, 'n'}, {"item-bytes", 1, 0, 'b'}, {"zipf", 1, 0, 'z'}, {"table", 1, 0, 't'},
		{"seed", 1, 0, 'e'}, {"access-key", 1, 0, 'a'}, {"secret-key", 1, 0, 'k'},
		{"region", 1, 0, 'r'}, {"operations", 1, 0, 'o'}, {"cpu-of", 1, 0, 'u'}, {"hold", 0, 0, 'H'},
		{"processes", 1, 0, 'P'}, {0}
	};
	static const struct sched_param no_priority;
	static Usage begin,
				end;
	int			option;
	double		took;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
	{
		switch (option)
		{
			case 'd':
				driver = (Driver) index_of(drivers, optarg);
				break;
			case 'w':
				work = (Work) index_of(work_names, optarg);
				break;
			case 'h':
				host = optarg;
				break;
			case 'p':
				port = atoi(optarg);
				break;
			case 'i':
				conninfo = optarg;
				break;
			case 'c':
				nconnections = atoi(optarg);
				break;
			case 'P':
				nprocesses = atoi(optarg);
				break;
			case 's':
				seconds = atof(optarg);
				break;
			case 'n':
				nitems = atol(optarg);
				break;
			case 'b':
				item_bytes = atoi(optarg);
				break;
			case 'z':
				zipf = atof(optarg);
				break;
			case 't':
				table = optarg;
				break;
			case 'e':
				seed = strtoull(optarg, NULL, 10);
				break;
			case 'a':
				access_key = optarg;
				break;
			case 'k':
				secret_key = optarg;
				break;
			case 'r':
				region = optarg;
				break;
			case 'o':
				max_operations = atol(optarg);
				break;
			case 'u':
				usage_add_server((pid_t) atoi(optarg));
				break;
			case 'H':
				hold = true;
				break;
			default:
				usage();
		}
	}
	if (nprocesses == 0)
		nprocesses = (int) sysconf(_SC_NPROCESSORS_ONLN);
	/* Transactions, batches and collections want enough items. */
	if (nconnections < 1 || nprocesses < 1 || nitems < COLLECTION_ITEMS || nitems % COLLECTION_ITEMS != 0 || seed == 0 ||
		strlen(table) > 63 || item_bytes < 1 || item_bytes > BODY_MAX / (BATCH_WRITE_ITEMS + 1) / 2 ||
		zipf < 0 || zipf >= 1)
		usage();

	seed *= UINT64_C(11400714819323198485); /* neighbours become strangers */
	body = malloc(BODY_MAX);
	if (!body)
		die("out of memory");
	if (zipf > 0)
		for (long i = 1; i <= nitems; i++)
			zipf_zeta += pow(1.0 / (double) i, zipf);
	if (work == WORK_COPY || work == WORK_LOAD)
		shuffle_items();
	write_prose();
	if (sched_setscheduler(0, SCHED_BATCH, &no_priority) != 0)
		fprintf(stderr, "load: not SCHED_BATCH: %s\n", strerror(errno));

	took = work == WORK_COPY ? copy() : run(&begin, &end);
	print_result(took, &begin, &end);
	while (hold && read(STDIN_FILENO, body, BODY_MAX) > 0)
		;
	return errors ? 3 : 0;
}
