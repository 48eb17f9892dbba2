/*-------------------------------------------------------------------------
 *
 * request.c
 *	  Reading a request: JSON text to a tree of nodes, along a shape.
 *
 * One pass over the text, no tree of JSON values in between.  Strings
 * without escapes are views on the request text, which therefore must
 * outlive the nodes; everything else is palloc'd in the current context and
 * freed with it.
 *
 * Recursion is bounded by the depth of the shape: what the shape does not
 * know is skipped by the reader, and attribute values bound their own depth.
 *
 * What is wrong with the types of a request ends it at the first mistake,
 * with the text that the service's JSON binding gives; the texts depend on
 * where a value stands (a structure as a member is a "field", as an element
 * it is a "value").  Constraints are checked later, in validate.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/base64.h"

#include "base/errors.h"
#include "base/guc.h"
#include "wire/request_private.h"

#define API_PACKAGE		"com.amazonaws.dynamodb.v20120810."
#define GENERIC_CAST_MESSAGE \
	"class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast " \
	"to class java.lang.Class (sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl " \
	"and java.lang.Class are in module java.base of loader 'bootstrap')"

/* Maps larger than this look for equal keys by sorting. */
#define SMALL_MAP		16

/*
 * An item up to this size is copied out of the builder that all values of a
 * request share.
 */
#define SMALL_ITEM_BYTES	1024

/* Where a value stands. */
typedef enum Place
{
	PLACE_FIELD,				/* member of a structure, or the request */
	PLACE_ELEMENT				/* of a list or map */
} Place;

/* One key of a large map, and where it stood. */
typedef struct MapKey
{
	DyBytes		name;
	int			position;
} MapKey;

static void read_node(DyRequestReader *r, const DyShape *shape, DyNode *node, Place place);
static void read_structure(DyRequestReader *r, const DyShape *shape, DyNode *node);
static void read_list(DyRequestReader *r, const DyShape *shape, DyNode *node);
static void read_map(DyRequestReader *r, const DyShape *shape, DyNode *node);
static int	enlarged_capacity(DyRequestReader *r, int capacity);
static void drop_equal_keys(DyNode *node);
static int	compare_map_keys(const void *a, const void *b);
static void add_hole(DyRequestReader *r, const DyShape *shape, DyNode *node);
static int64 to_long(DyBytes number);
static double to_double(DyBytes number);
static bool to_boolean(DyBytes text);
static DyBytes decode_blob(DyBytes text);
static DyBytes keep_text(DyRequestReader *r, DyBytes text);
static DyJsonToken expected_token(const DyShape *shape);
static void wrong_type(DyRequestReader *r, const DyShape *shape, Place place) pg_attribute_noreturn();
static const char *java_class(const DyShape *shape);
static void bad_json(void) pg_attribute_noreturn();

DyCaller	dy_caller = {NULL, NULL, false};

/*
 * Read text along shape, which must be a structure.
 *
 * Raises SerializationException.  The nodes live in the current memory
 * context and point into text; or they are those of a request that was like
 * this one but for its values, and then only the values are the current
 * context's.
 */
DyNode *
dy_request_read(const char *text, uint32 len, const DyShape *shape)
{
	bool		know = shape->known != NULL && dy_caller.operation != NULL && !dy_caller.nested;
	DyRequestReader r;
	DyNode	   *node;

	if (know)
	{
		node = dy_request_recall(text, len, shape);
		if (node != NULL)
			return node;
	}
	dy_request_reader_open(&r, text, len);
	node = dy_request_read_nodes(&r, shape);
	if (know)
		dy_request_learn(text, len, shape);
	return node;
}

void
dy_request_reader_open(DyRequestReader *r, const char *text, uint32 len)
{
	dy_json_open(&r->json, text, len);
	r->end = text + len;
	r->values = NULL;
	r->holes = NULL;
}

/*
 * The whole text.
 */
DyNode *
dy_request_read_nodes(DyRequestReader *r, const DyShape *shape)
{
	DyNode	   *node = palloc0(sizeof(DyNode));

	Assert(shape->kind == DY_SHAPE_STRUCTURE);

	if (dy_json_peek(&r->json) != DY_JSON_OBJECT_OPEN)
		bad_json();
	read_node(r, shape, node, PLACE_FIELD);
	if (dy_json_next(&r->json) != DY_JSON_END)
		bad_json();
	return node;
}

/*
 * Text of a STRING or BLOB; empty if absent.
 */
DyBytes
dy_node_text(const DyNode *node)
{
	if (!node->present)
		return dy_bytes("", 0);
	return node->u.text;
}

/*
 * The same as a palloc'd C string; NULL if absent.  A NUL inside ends it,
 * so this is for texts whose constraints forbid one, and for messages.
 */
const char *
dy_node_cstring(const DyNode *node)
{
	if (!node->present)
		return NULL;
	return pnstrdup(node->u.text.data, node->u.text.len);
}

/*
 * Value of an INTEGER or LONG.
 */
int64
dy_node_integer(const DyNode *node, int64 if_absent)
{
	return node->present ? node->u.integer : if_absent;
}

/*
 * Value of a BOOLEAN.
 */
bool
dy_node_boolean(const DyNode *node, bool if_absent)
{
	return node->present ? node->u.boolean : if_absent;
}

/*
 * Is this STRING present and equal to text?
 */
bool
dy_node_is(const DyNode *node, const char *text)
{
	return node->present &&
		node->u.text.len == strlen(text) &&
		memcmp(node->u.text.data, text, node->u.text.len) == 0;
}

/*
 * The encoded value of a VALUE or ITEM; raises ValidationException for the
 * first rule it breaks.
 */
DyValue
dy_node_value(const DyNode *node)
{
	if (!node->present)
		return DY_NO_VALUE;
	if (node->u.value.fault.message != NULL)
		dy_validation("%s", node->u.value.fault.message);
	return node->u.value.value;
}

/*
 * The table that a member names, by name or ARN.
 */
DyBytes
dy_node_table_name(const DyNode *node)
{
	return dy_table_name_of_resource(dy_node_text(node));
}

/*
 * The table that a text names.
 *
 * An ARN of another account is refused as the service refuses an account
 * without a resource policy; one of another region as a malformed one.
 */
DyBytes
dy_table_name_of_resource(DyBytes resource)
{
	DyTableArn	arn;

	if (!dy_table_arn_parse(resource, &arn))
		return resource;
	if (arn.region.len != strlen(dy_region) ||
		memcmp(arn.region.data, dy_region, arn.region.len) != 0)
		dy_validation("Invalid TableArn: Invalid ResourceArn provided as input %.*s",
					  (int) resource.len, resource.data);
	if (arn.account.len != strlen(dy_account_id) ||
		memcmp(arn.account.data, dy_account_id, arn.account.len) != 0)
		dy_access_denied(resource);
	return arn.name;
}

/*
 * arn:aws:dynamodb:REGION:ACCOUNT:table/NAME, with any partition.  The name
 * is what follows, whatever it holds, but no further slash.
 */
bool
dy_table_arn_parse(DyBytes text, DyTableArn *arn)
{
	DyBytes		parts[5];
	const char *p = text.data;
	const char *end = text.data + text.len;

	for (int i = 0; i < 5; i++)
	{
		const char *colon = memchr(p, ':', end - p);

		if (colon == NULL)
			return false;
		parts[i] = dy_bytes(p, colon - p);
		p = colon + 1;
	}
	if (parts[0].len != 3 || memcmp(parts[0].data, "arn", 3) != 0 ||
		parts[1].len < 3 || memcmp(parts[1].data, "aws", 3) != 0 ||
		parts[2].len != 8 || memcmp(parts[2].data, "dynamodb", 8) != 0 ||
		end - p < 6 || memcmp(p, "table/", 6) != 0 ||
		memchr(p + 6, '/', end - p - 6) != NULL)
		return false;

	arn->region = parts[3];
	arn->account = parts[4];
	arn->name = dy_bytes(p + 6, end - p - 6);
	return true;
}

/*
 * Raise AccessDeniedException for the caller's operation.
 */
void
dy_access_denied(DyBytes resource)
{
	const char *operation = dy_caller.operation ? dy_caller.operation : "*";

	if (dy_caller.principal)
		dy_error(DY_ERR_ACCESS_DENIED,
				 "User: %s is not authorized to perform: dynamodb:%s on resource: %.*s",
				 dy_caller.principal, operation, (int) resource.len, resource.data);
	dy_error(DY_ERR_ACCESS_DENIED,
			 "User: arn:aws:iam::%s:root is not authorized to perform: dynamodb:%s on resource: %.*s",
			 dy_account_id, operation, (int) resource.len, resource.data);
}

/*
 * Read one value of any shape.  null is an absent value, everywhere.
 */
static void
read_node(DyRequestReader *r, const DyShape *shape, DyNode *node, Place place)
{
	DyJsonToken token = dy_json_peek(&r->json);

	node->shape = shape;
	node->present = false;
	if (token == DY_JSON_NULL)
	{
		dy_json_next(&r->json);
		return;
	}
	if (token != expected_token(shape) &&
		!(shape->kind == DY_SHAPE_BOOLEAN && (token == DY_JSON_FALSE || token == DY_JSON_STRING)))
		wrong_type(r, shape, place);

	node->present = true;
	switch (shape->kind)
	{
		case DY_SHAPE_STRUCTURE:
			read_structure(r, shape, node);
			break;
		case DY_SHAPE_LIST:
			read_list(r, shape, node);
			break;
		case DY_SHAPE_MAP:
			read_map(r, shape, node);
			break;
		case DY_SHAPE_VALUE:
		case DY_SHAPE_ITEM:
			if (r->holes != NULL)
				add_hole(r, shape, node);
			else
				dy_request_read_value(r, shape, node);
			break;
		case DY_SHAPE_STRING:
			if (dy_json_next(&r->json) != DY_JSON_STRING)
				bad_json();
			node->u.text = keep_text(r, r->json.text);
			break;
		case DY_SHAPE_BLOB:
			if (dy_json_next(&r->json) != DY_JSON_STRING)
				bad_json();
			node->u.text = decode_blob(r->json.text);
			break;
		case DY_SHAPE_INTEGER:
			if (dy_json_next(&r->json) != DY_JSON_NUMBER)
				bad_json();
			/* too large a number wraps around, as in Java */
			node->u.integer = (int32) to_long(r->json.text);
			break;
		case DY_SHAPE_LONG:
			if (dy_json_next(&r->json) != DY_JSON_NUMBER)
				bad_json();
			node->u.integer = to_long(r->json.text);
			break;
		case DY_SHAPE_DOUBLE:
		case DY_SHAPE_TIMESTAMP:
			if (dy_json_next(&r->json) != DY_JSON_NUMBER)
				bad_json();
			node->u.number = to_double(r->json.text);
			break;
		case DY_SHAPE_BOOLEAN:
			token = dy_json_next(&r->json);
			if (token == DY_JSON_ERROR)
				bad_json();
			node->u.boolean = token == DY_JSON_TRUE ||
				(token == DY_JSON_STRING && to_boolean(r->json.text));
			break;
	}
}

/*
 * Members may come in any order; of equal ones the last counts; unknown ones
 * are skipped.
 */
static void
read_structure(DyRequestReader *r, const DyShape *shape, DyNode *node)
{
	node->u.list.count = shape->nmembers;
	node->u.list.names = NULL;
	node->u.list.nodes = palloc0(sizeof(DyNode) * Max(shape->nmembers, 1));
	for (int i = 0; i < shape->nmembers; i++)
		node->u.list.nodes[i].shape = shape->members[i].shape;

	dy_json_next(&r->json);
	for (;;)
	{
		DyJsonToken token = dy_json_next(&r->json);
		DyBytes		name = r->json.text;
		int			i;

		if (token == DY_JSON_OBJECT_CLOSE)
			return;
		if (token != DY_JSON_NAME)
			bad_json();

		for (i = 0; i < shape->nmembers; i++)
		{
			const DyMember *member = &shape->members[i];

			if (member->name_len == name.len && memcmp(member->name, name.data, name.len) == 0)
				break;
		}
		if (i < shape->nmembers)
		{
			if (r->holes != NULL && node->u.list.nodes[i].present)
				r->holes->useless = true;
			read_node(r, shape->members[i].shape, &node->u.list.nodes[i], PLACE_FIELD);
		}
		else if (!dy_json_skip(&r->json))
			bad_json();
	}
}

static void
read_list(DyRequestReader *r, const DyShape *shape, DyNode *node)
{
	int			capacity = 0;
	int			count = 0;
	DyNode	   *nodes = NULL;

	dy_json_next(&r->json);
	for (;;)
	{
		DyJsonToken token = dy_json_peek(&r->json);

		if (token == DY_JSON_ARRAY_CLOSE)
			break;
		if (token == DY_JSON_ERROR || token == DY_JSON_END)
			bad_json();
		if (count == capacity)
		{
			capacity = enlarged_capacity(r, capacity);
			nodes = nodes ? repalloc_huge(nodes, sizeof(DyNode) * capacity) :
				palloc(sizeof(DyNode) * capacity);
		}
		read_node(r, shape->element, &nodes[count++], PLACE_ELEMENT);
	}
	dy_json_next(&r->json);

	node->u.list.count = count;
	node->u.list.nodes = nodes;
	node->u.list.names = NULL;
}

static void
read_map(DyRequestReader *r, const DyShape *shape, DyNode *node)
{
	int			capacity = 0;
	int			count = 0;
	DyNode	   *nodes = NULL;
	DyBytes    *names = NULL;

	dy_json_next(&r->json);
	for (;;)
	{
		DyJsonToken token = dy_json_next(&r->json);

		if (token == DY_JSON_OBJECT_CLOSE)
			break;
		if (token != DY_JSON_NAME)
			bad_json();
		if (count == capacity)
		{
			capacity = enlarged_capacity(r, capacity);
			nodes = nodes ? repalloc_huge(nodes, sizeof(DyNode) * capacity) :
				palloc(sizeof(DyNode) * capacity);
			names = names ? repalloc_huge(names, sizeof(DyBytes) * capacity) :
				palloc(sizeof(DyBytes) * capacity);
		}
		names[count] = keep_text(r, r->json.text);
		read_node(r, shape->element, &nodes[count], PLACE_ELEMENT);
		count++;
	}

	node->u.list.count = count;
	node->u.list.nodes = nodes;
	node->u.list.names = names;
	drop_equal_keys(node);
	if (r->holes != NULL && node->u.list.count != count)
		r->holes->useless = true;
}

/*
 * Room in a list or map for more nodes.  Holes point at nodes, which must
 * not move then.
 */
static int
enlarged_capacity(DyRequestReader *r, int capacity)
{
	if (r->holes == NULL)
		return capacity ? capacity * 2 : 8;
	if (capacity != 0)
		r->holes->useless = true;
	return capacity ? capacity * 2 : DY_MAX_HOLES;
}

/*
 * Of equal keys the last stays, in its place.  A hostile map of a million
 * keys must not cost a million squared comparisons.
 */
static void
drop_equal_keys(DyNode *node)
{
	int			count = node->u.list.count;
	DyBytes    *names = node->u.list.names;
	bool	   *drop = NULL;
	int			kept = 0;

	if (count > SMALL_MAP)
	{
		MapKey	   *keys = palloc_extended(sizeof(MapKey) * count, MCXT_ALLOC_HUGE);

		for (int i = 0; i < count; i++)
		{
			keys[i].name = names[i];
			keys[i].position = i;
		}
		qsort(keys, count, sizeof(MapKey), compare_map_keys);
		for (int i = 0; i + 1 < count; i++)
		{
			if (keys[i].name.len == keys[i + 1].name.len &&
				memcmp(keys[i].name.data, keys[i + 1].name.data, keys[i].name.len) == 0)
			{
				if (drop == NULL)
					drop = palloc0(count);
				drop[keys[i].position] = true;
			}
		}
		pfree(keys);
	}
	else
	{
		for (int i = 0; i < count; i++)
			for (int j = i + 1; j < count; j++)
				if (names[i].len == names[j].len &&
					memcmp(names[i].data, names[j].data, names[i].len) == 0)
				{
					if (drop == NULL)
						drop = palloc0(count);
					drop[i] = true;
					break;
				}
	}

	if (drop == NULL)
		return;
	for (int i = 0; i < count; i++)
	{
		if (drop[i])
			continue;
		names[kept] = names[i];
		node->u.list.nodes[kept] = node->u.list.nodes[i];
		kept++;
	}
	node->u.list.count = kept;
}

/*
 * qsort: by name, then by position.
 */
static int
compare_map_keys(const void *a, const void *b)
{
	const MapKey *x = a;
	const MapKey *y = b;
	int			order = memcmp(x->name.data, y->name.data, Min(x->name.len, y->name.len));

	if (order != 0)
		return order;
	if (x->name.len != y->name.len)
		return x->name.len < y->name.len ? -1 : 1;
	return x->position < y->position ? -1 : 1;
}

/*
 * Values are small as a rule and many, so they share a builder and are
 * copied out of it.  A larger item stays in it.
 */
void
dy_request_read_value(DyRequestReader *r, const DyShape *shape, DyNode *node)
{
	DyValueFault *fault = &node->u.value.fault;
	DyValue		value;
	uint8	   *copy;

	fault->message = NULL;
	if (r->values == NULL)
		r->values = dy_build_create();
	else
		dy_build_reset(r->values);

	if (shape->kind == DY_SHAPE_ITEM)
		dy_text_read_map(&r->json, r->values, fault);
	else
		dy_text_read_value(&r->json, r->values, fault);

	node->u.value.value = DY_NO_VALUE;
	if (fault->message != NULL)
		return;
	value = dy_build_value(r->values);
	if (shape->kind == DY_SHAPE_ITEM && value.len > SMALL_ITEM_BYTES)
	{
		node->u.value.value = value;
		r->values = NULL;
		return;
	}
	copy = palloc_extended(value.len, MCXT_ALLOC_HUGE);
	memcpy(copy, value.data, value.len);
	node->u.value.value = (DyValue)
	{
		copy, value.len
	};
}

/*
 * Note where a value stands.  It is read to find its end.
 */
static void
add_hole(DyRequestReader *r, const DyShape *shape, DyNode *node)
{
	DyHoles    *holes = r->holes;
	MemoryContext caller = MemoryContextSwitchTo(holes->scratch);
	const char *start = memchr(r->json.pos, '{', r->end - r->json.pos);

	dy_request_read_value(r, shape, node);
	MemoryContextSwitchTo(caller);
	if (holes->n == DY_MAX_HOLES)
		holes->useless = true;
	else
		holes->holes[holes->n++] = (DyHole)
	{
		start - r->json.start, r->json.pos - r->json.start, node
	};
}

/*
 * A JSON number as Java's getLongValue() sees it: fractions are cut off,
 * what is too large is the nearest long.
 */
static int64
to_long(DyBytes number)
{
	char	   *text = pnstrdup(number.data, number.len);
	int64		result;

	if (strpbrk(text, ".eE") == NULL)
		result = strtoll(text, NULL, 10);	/* clamps */
	else
	{
		double		value = strtod(text, NULL);

		if (value >= 9223372036854775808.0)
			result = PG_INT64_MAX;
		else if (value < -9223372036854775808.0)
			result = PG_INT64_MIN;
		else
			result = (int64) value;
	}
	pfree(text);
	return result;
}

static double
to_double(DyBytes number)
{
	char	   *text = pnstrdup(number.data, number.len);
	double		result = strtod(text, NULL);

	pfree(text);
	return result;
}

/*
 * The service takes some words for truth values.
 */
static bool
to_boolean(DyBytes text)
{
	static const char *const words[] = {"false", "true", "0", "1", "no", "yes"};

	for (int i = 0; i < lengthof(words); i++)
		if (text.len == strlen(words[i]) && pg_strncasecmp(text.data, words[i], text.len) == 0)
			return i % 2 == 1;
	dy_error(DY_ERR_SERIALIZATION, "Unexpected token received from parser");
}

/*
 * Strict base64: whole groups, no white space, no stray bits.
 */
static DyBytes
decode_blob(DyBytes text)
{
	int			room = pg_b64_dec_len(text.len);
	char	   *data = palloc(room + 1);
	char	   *again;
	int			len;

	if (text.len % 4 != 0)
		dy_error(DY_ERR_SERIALIZATION,
				 "Base64 encoded length is expected a multiple of 4 bytes but found: %u", text.len);
	len = text.len ? pg_b64_decode(text.data, text.len, data, room) : 0;

	if (len >= 0)
	{
		int			again_room = pg_b64_enc_len(len);
		int			again_len;

		again = palloc(again_room + 1);
		again_len = len ? pg_b64_encode(data, len, again, again_room) : 0;
		if (again_len == text.len && memcmp(again, text.data, again_len) == 0)
			return dy_bytes(data, len);
	}
	dy_error(DY_ERR_SERIALIZATION, "Invalid last non-pad Base64 character dectected");
}

/*
 * Text of the last token, to be kept: the reader's scratch space is not.
 */
static DyBytes
keep_text(DyRequestReader *r, DyBytes text)
{
	char	   *copy;

	if (text.data >= r->json.start && text.data < r->end)
		return text;

	copy = palloc(text.len + 1);
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	return dy_bytes(copy, text.len);
}

static DyJsonToken
expected_token(const DyShape *shape)
{
	switch (shape->kind)
	{
		case DY_SHAPE_STRUCTURE:
		case DY_SHAPE_MAP:
		case DY_SHAPE_VALUE:
		case DY_SHAPE_ITEM:
			return DY_JSON_OBJECT_OPEN;
		case DY_SHAPE_LIST:
			return DY_JSON_ARRAY_OPEN;
		case DY_SHAPE_STRING:
		case DY_SHAPE_BLOB:
			return DY_JSON_STRING;
		case DY_SHAPE_INTEGER:
		case DY_SHAPE_LONG:
		case DY_SHAPE_DOUBLE:
		case DY_SHAPE_TIMESTAMP:
			return DY_JSON_NUMBER;
		case DY_SHAPE_BOOLEAN:
			return DY_JSON_TRUE;
	}
	pg_unreachable();
}

/*
 * The value at the reader's position has not the JSON type of shape.
 */
static void
wrong_type(DyRequestReader *r, const DyShape *shape, Place place)
{
	DyJsonToken token = dy_json_peek(&r->json);
	bool		is_scalar = false;
	const char *token_name = "";

	switch (token)
	{
		case DY_JSON_ARRAY_OPEN:
			dy_error(DY_ERR_SERIALIZATION, "Unrecognized collection type %s%s",
					 shape->kind == DY_SHAPE_MAP || shape->kind == DY_SHAPE_ITEM ? "" : "class ",
					 java_class(shape));
		case DY_JSON_OBJECT_OPEN:
			dy_error(DY_ERR_SERIALIZATION, "Start of structure or map found where not expected");
		case DY_JSON_STRING:
			is_scalar = true;
			token_name = "STRING_VALUE";
			break;
		case DY_JSON_TRUE:
			is_scalar = true;
			token_name = "TRUE_VALUE";
			break;
		case DY_JSON_FALSE:
			is_scalar = true;
			token_name = "FALSE_VALUE";
			break;
		case DY_JSON_NUMBER:
			is_scalar = true;
			dy_json_next(&r->json);
			token_name = "NUMBER_VALUE";
			for (uint32 i = 0; i < r->json.text.len; i++)
				if (strchr(".eE", r->json.text.data[i]) != NULL)
					token_name = "DECIMAL_VALUE";
			break;
		default:
			break;
	}
	if (!is_scalar)
		bad_json();

	switch (shape->kind)
	{
		case DY_SHAPE_STRUCTURE:
		case DY_SHAPE_VALUE:
			dy_error(DY_ERR_SERIALIZATION, "%s", place == PLACE_FIELD ?
					 "Unexpected field type" : "Unexpected value type in payload");
		case DY_SHAPE_LIST:
		case DY_SHAPE_MAP:
		case DY_SHAPE_ITEM:
			dy_error(DY_ERR_SERIALIZATION, "%s", place == PLACE_FIELD ?
					 "Unexpected field type" : GENERIC_CAST_MESSAGE);
		case DY_SHAPE_BLOB:
			dy_error(DY_ERR_SERIALIZATION, "only base-64-encoded strings are convertible to bytes");
		default:
			dy_error(DY_ERR_SERIALIZATION, "%s cannot be converted to %s", token_name,
					 java_class(shape) + strlen("java.lang."));
	}
}

/*
 * What the service's JSON binding calls the type of a shape.
 */
static const char *
java_class(const DyShape *shape)
{
	switch (shape->kind)
	{
		case DY_SHAPE_STRING:
			return "java.lang.String";
		case DY_SHAPE_INTEGER:
			return "java.lang.Integer";
		case DY_SHAPE_LONG:
			return "java.lang.Long";
		case DY_SHAPE_DOUBLE:
			return "java.lang.Double";
		case DY_SHAPE_BOOLEAN:
			return "java.lang.Boolean";
		case DY_SHAPE_TIMESTAMP:
			return "java.util.Date";	/* same length of package name as
										 * java.lang */
		case DY_SHAPE_BLOB:
			return "java.nio.ByteBuffer";
		case DY_SHAPE_VALUE:
			return API_PACKAGE "AttributeValue";
		case DY_SHAPE_ITEM:
			return "java.util.Map<java.lang.String, " API_PACKAGE "AttributeValue>";
		case DY_SHAPE_STRUCTURE:
			return psprintf(API_PACKAGE "%s", shape->name ? shape->name : "Request");
		case DY_SHAPE_LIST:
			return psprintf("java.util.List<%s>", java_class(shape->element));
		case DY_SHAPE_MAP:
			return psprintf("java.util.Map<java.lang.String, %s>", java_class(shape->element));
	}
	pg_unreachable();
}

/*
 * Text that is no JSON at all has an exception without a message.
 */
static void
bad_json(void)
{
	dy_error(DY_ERR_SERIALIZATION, "%s", "");
}
