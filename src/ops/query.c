/*-------------------------------------------------------------------------
 *
 * query.c
 *	  Query: items of one partition key value, in the order of the sort key.
 *
 * The key condition becomes a partition and a range of sort key bytes.
 * Those bytes are ordered as DynamoDB orders the values, so the range is
 * exact and nothing is compared again.
 *
 * The sort key of a global index may have several attributes.  Its bytes
 * are then the values laid behind one another (item/key.h): conditions must
 * name them from the left, all but the last with "=", and what they say is
 * again one range.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "expr/syntax.h"
#include "item/json.h"
#include "item/key.h"
#include "item/number.h"
#include "ops/ops.h"
#include "ops/page.h"

#define QUERY_MEMBERS(M) \
	M(QUERY, Select, dy_shape_select, false) \
	M(QUERY, IndexName, dy_shape_index_name, false) \
	M(QUERY, TableName, dy_shape_table_arn, true) \
	M(QUERY, ReturnConsumedCapacity, dy_shape_return_consumed_capacity, false) \
	M(QUERY, QueryFilter, dy_shape_conditions, false) \
	M(QUERY, ConditionalOperator, dy_shape_conditional_operator, false) \
	M(QUERY, AttributesToGet, dy_shape_attribute_names, false) \
	M(QUERY, Limit, dy_shape_integer, false) \
	M(QUERY, KeyConditions, dy_shape_conditions, false) \
	M(QUERY, ExclusiveStartKey, dy_shape_item, false) \
	M(QUERY, ConsistentRead, dy_shape_boolean, false) \
	M(QUERY, ScanIndexForward, dy_shape_boolean, false) \
	M(QUERY, KeyConditionExpression, dy_shape_string, false) \
	M(QUERY, FilterExpression, dy_shape_string, false) \
	M(QUERY, ProjectionExpression, dy_shape_string, false) \
	M(QUERY, ExpressionAttributeValues, dy_shape_expression_values, false) \
	M(QUERY, ExpressionAttributeNames, dy_shape_expression_names, false)
DY_STRUCTURE_KNOWN(QUERY, query_input, QUERY_MEMBERS)

static void check_parameters(const DyNode *request);
static const DyKeyCondition *read_request(const DyNode *request, DyPage *page);
static void bind_keys(DyPage *page, const DyKeyCondition *condition);
static const DyKeyTerm *check_key(const DyPage *page, const DyKeyCondition *condition,
								  const DyReadKeys *keys, int i, bool required);
static const DyKeyTerm *find_term(const DyKeyCondition *condition, DyBytes name);
static void check_start_key(const DyPage *page, const DyReadKeys *keys,
							const DyKeyTerm *const *hash, const DyKeyTerm *const *range);
static void check_partition_terms(const DyReadKeys *keys, const DyKeyTerm *const *hash);
static void add_name(StringInfo names, DyBytes name);
static void check_gaps(const DyReadKeys *keys, const DyKeyTerm *const *range);
static void refuse_other_attributes(const DyReadKeys *keys, const DyKeyTerm *const *range)
			pg_attribute_noreturn();
static void missed_key(const DyKeyAttribute *attribute) pg_attribute_noreturn();
static void check_key_length(const DyPage *page, const DyKeyAttribute *attribute, bool is_hash,
							 uint32 len);
static char *start_key_text(const DyKeyAttribute *attribute, DyValue map);
static bool term_holds(const DyKeyTerm *term, DyValue value);
static void set_bounds(DyRangeRequest *request, const DyReadKeys *keys,
					   const DyKeyTerm *const *range);
static void encode_key(StringInfo dest, DyValue value, bool last);
static DyBound make_bound(StringInfo bytes, bool inclusive);
static DyBound bound_behind(StringInfo prefix);
static void check_filter_keys(const DyPage *page, const DyReadKeys *keys, bool legacy);

void
dy_op_query(const char *text, uint32 len, DyResponse *response)
{
	DyPage		page;

	dy_query_prepare(text, len, &page);
	dy_page_answer(&page, response);
}

/*
 * Read and check a request; page is then ready to be answered, or its range
 * to be read by other means.
 */
void
dy_query_prepare(const char *text, uint32 len, DyPage *page)
{
	const DyNode *request = dy_request_read(text, len, &query_input);
	DyPageInput *input = &page->input;
	const DyKeyCondition *condition;

	memset(page, 0, sizeof(DyPage));
	input->table_name = dy_member(request, QUERY_TableName);
	input->index_name = dy_member(request, QUERY_IndexName);
	input->select = dy_member(request, QUERY_Select);
	input->limit = dy_member(request, QUERY_Limit);
	input->start_key = dy_member(request, QUERY_ExclusiveStartKey);
	input->consistent_read = dy_member(request, QUERY_ConsistentRead);
	input->attributes_to_get = dy_member(request, QUERY_AttributesToGet);
	input->projection_expression = dy_member(request, QUERY_ProjectionExpression);
	input->filter_expression = dy_member(request, QUERY_FilterExpression);
	input->legacy_filter = dy_member(request, QUERY_QueryFilter);
	input->conditional_operator = dy_member(request, QUERY_ConditionalOperator);
	input->names = dy_member(request, QUERY_ExpressionAttributeNames);
	input->values = dy_member(request, QUERY_ExpressionAttributeValues);
	input->return_consumed_capacity = dy_member(request, QUERY_ReturnConsumedCapacity);

	dy_request_validate(request);
	if (input->limit->present && dy_node_integer(input->limit, 0) < 1)
		dy_validation("1 validation error detected: Value at 'Limit' failed to satisfy "
					  "constraint: Member must have value greater than or equal to 1");

	condition = read_request(request, page);
	dy_page_bind_index(page);
	page->range.backward = !dy_node_boolean(dy_member(request, QUERY_ScanIndexForward), true);
	bind_keys(page, condition);
}

/*
 * Everything that can be checked without the table.
 */
static const DyKeyCondition *
read_request(const DyNode *request, DyPage *page)
{
	const DyPageInput *input = &page->input;
	const DyNode *key_conditions = dy_member(request, QUERY_KeyConditions);
	const DyNode *key_expression = dy_member(request, QUERY_KeyConditionExpression);
	const DyKeyCondition *condition = NULL;
	DyPlaceholders placeholders;

	check_parameters(request);
	if (!input->filter_expression->present)
		page->filter = dy_legacy_filter("QueryFilter", input->legacy_filter,
										input->conditional_operator);
	if (input->attributes_to_get->present)
		page->projection = dy_legacy_attributes_to_get(input->attributes_to_get);
	page->start_key = dy_start_key_value(input->start_key);
	if (!key_conditions->present && !key_expression->present)
		dy_validation("Either the KeyConditions or KeyConditionExpression parameter "
					  "must be specified in the request.");

	dy_placeholders_init(&placeholders, input->names, input->values);
	/* the syntax of all expressions comes before what the key condition says */
	if (key_expression->present)
		dy_syntax_get("KeyConditionExpression", DY_EXPR_CONDITION, dy_node_text(key_expression));
	dy_page_read_filter(page, &placeholders);
	dy_page_read_projection(page, &placeholders);
	if (key_expression->present)
		condition = dy_key_condition_parse(dy_node_text(key_expression), &placeholders);
	dy_placeholders_check_used(&placeholders);
	if (condition == NULL)
		condition = dy_legacy_key_conditions(key_conditions);

	/* of KeyConditions only those on a global index may be more than two */
	if (condition->nterms < 1 ||
		(condition->nterms > 2 && !key_expression->present && !input->index_name->present))
		dy_validation("Conditions can be of length 1 or 2 only");
	return condition;
}

/*
 * KeyConditions may stand beside other expressions, if only there is no
 * KeyConditionExpression.
 */
static void
check_parameters(const DyNode *request)
{
	DyParameter expressions[] = {
		DY_PARAMETER_NO_VALUES(request, QUERY, ProjectionExpression),
		DY_PARAMETER(request, QUERY, FilterExpression),
		DY_PARAMETER(request, QUERY, KeyConditionExpression)
	};
	DyParameter legacy[] = {
		DY_PARAMETER(request, QUERY, AttributesToGet),
		DY_PARAMETER(request, QUERY, QueryFilter),
		DY_PARAMETER(request, QUERY, ConditionalOperator),
		DY_PARAMETER(request, QUERY, KeyConditions)
	};
	int			nlegacy = lengthof(legacy);

	if (!dy_present(request, QUERY_KeyConditionExpression))
		nlegacy--;
	dy_parameters_check(expressions, lengthof(expressions), legacy, nlegacy,
						dy_member(request, QUERY_ExpressionAttributeNames),
						dy_member(request, QUERY_ExpressionAttributeValues));
}

/*
 * Check conditions, starting key and expressions against the keys of what is
 * read, and set the range.
 */
static void
bind_keys(DyPage *page, const DyKeyCondition *condition)
{
	DyRangeRequest *request = &page->range;
	DyReadKeys	keys = dy_read_keys(request->table, request->index);
	const DyKeyTerm *hash[DY_MAX_INDEX_KEYS];
	const DyKeyTerm *range[DY_MAX_INDEX_KEYS];
	int			nfound = 0;

	if (condition->nterms > keys.nhash + keys.nrange)
		dy_validation("The number of query conditions (%d) exceeds the number of key attributes "
					  "defined in the schema (%d)", condition->nterms, keys.nhash + keys.nrange);
	if (dy_value_present(page->start_key))
		dy_start_key_check_count(request->table, request->index, page->start_key,
								 "The provided starting key is invalid");

	for (int i = 0; i < keys.nhash; i++)
	{
		hash[i] = check_key(page, condition, &keys, i, keys.nhash == 1);
		if (hash[i] != NULL)
			nfound++;
	}
	check_partition_terms(&keys, hash);
	for (int i = 0; i < keys.nrange; i++)
	{
		range[i] = check_key(page, condition, &keys, keys.nhash + i,
							 keys.nrange == 1 && nfound < condition->nterms);
		if (range[i] != NULL)
			nfound++;
	}
	check_gaps(&keys, range);
	if (nfound < condition->nterms)
		refuse_other_attributes(&keys, range);

	if (dy_value_present(page->start_key))
		check_start_key(page, &keys, hash, range);
	dy_check_projection_keys(request->table, page->projection);
	check_filter_keys(page, &keys, !page->input.filter_expression->present);
	dy_page_check_select(page);
	dy_check_condition_keys(request->table, page->filter);
	dy_page_check_filter_projected(page);
	dy_page_check_projection(page);

	request->has_partition = true;
	request->npartition = keys.nhash;
	for (int i = 0; i < keys.nhash; i++)
		request->partition_values[i] = hash[i]->values[0];
	dy_key_digest(request->partition_values, keys.nhash, request->partition);
	set_bounds(request, &keys, range);
	if (dy_value_present(page->start_key))
		request->after = dy_start_key_position(request->table, request->index, page->start_key);
}

/*
 * The term for key attribute i, partition keys first.  Required: there must
 * be one; so it is for a partition key of one attribute, and for a sort key of
 * one as long as there are terms that belong to no key yet.
 */
static const DyKeyTerm *
check_key(const DyPage *page, const DyKeyCondition *condition, const DyReadKeys *keys,
		  int i, bool required)
{
	bool		is_hash = i < keys->nhash;
	const DyKeyAttribute *attribute = is_hash ? &keys->hash[i] : &keys->range[i - keys->nhash];
	const DyKeyTerm *term = find_term(condition, attribute->name);
	int			nvalues;

	if (dy_value_present(page->start_key))
		dy_start_key_check_attribute(attribute, is_hash, page->start_key);
	if (term == NULL)
	{
		if (required)
			missed_key(attribute);
		return NULL;
	}

	if (term->op == DY_KEY_UNSUPPORTED)
		dy_validation("Attempted conditional constraint is not an indexable operation");
	nvalues = term->op == DY_KEY_BETWEEN ? 2 : 1;
	for (int v = 0; v < nvalues; v++)
		if (dy_value_type(term->values[v]) != attribute->type)
			dy_validation("One or more parameter values were invalid: "
						  "Condition parameter type does not match schema type");
	if (is_hash && keys->nhash == 1 && term->op != DY_KEY_EQ)
		dy_validation("Query key condition not supported");
	for (int v = 0; v < nvalues && attribute->type != DY_TYPE_N; v++)
		check_key_length(page, attribute, is_hash, dy_value_bytes(term->values[v]).len);
	return term;
}

/*
 * Each of several partition key attributes must be equal to something.
 */
static void
check_partition_terms(const DyReadKeys *keys, const DyKeyTerm *const *hash)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < keys->nhash; i++)
		if (hash[i] == NULL || hash[i]->op != DY_KEY_EQ)
			add_name(&names, keys->hash[i].name);
	if (names.len > 0)
		dy_validation("HASH key attributes %s must have equality conditions specified in the query",
					  names.data);
}

/*
 * Of several sort key attributes, those before the last one of the condition
 * must be equal to something.
 */
static void
check_gaps(const DyReadKeys *keys, const DyKeyTerm *const *range)
{
	int			last = keys->nrange - 1;
	StringInfoData names;

	while (last > 0 && range[last] == NULL)
		last--;
	initStringInfo(&names);
	for (int i = 0; i < last; i++)
		if (range[i] == NULL || range[i]->op != DY_KEY_EQ)
			add_name(&names, keys->range[i].name);
	if (names.len > 0)
		dy_validation("RANGE key attributes %s must have equality conditions specified in the query "
					  "because a condition is present on key attribute %.*s",
					  names.data, DY_BYTES_ARGS(keys->range[last].name));
}

static void
add_name(StringInfo names, DyBytes name)
{
	appendStringInfo(names, "%s%.*s", names->len > 0 ? ", " : "", DY_BYTES_ARGS(name));
}

/*
 * A term names no key attribute.
 */
static void
refuse_other_attributes(const DyReadKeys *keys, const DyKeyTerm *const *range)
{
	for (int i = 0; i < keys->nrange; i++)
		if (range[i] == NULL)
			missed_key(&keys->range[i]);
	dy_validation("Query key condition not supported");
}

static void
missed_key(const DyKeyAttribute *attribute)
{
	dy_validation("Query condition missed key schema element: %.*s",
				  DY_BYTES_ARGS(attribute->name));
}

/*
 * A string or binary that is to be compared with a key.
 */
static void
check_key_length(const DyPage *page, const DyKeyAttribute *attribute, bool is_hash, uint32 len)
{
	const DyIndex *index = page->range.index;
	const char *kind = attribute->type == DY_TYPE_S ? "string" : "binary";

	if (len == 0 && index == NULL)
		dy_validation("One or more parameter values are not valid. The AttributeValue for a key "
					  "attribute cannot contain an empty %s value. Key: %.*s",
					  kind, DY_BYTES_ARGS(attribute->name));
	if (len == 0)
		dy_validation("One or more parameter values are not valid. "
					  "A value specified for a secondary index key is not supported. "
					  "The AttributeValue for a key attribute cannot contain an empty %s value. "
					  "IndexName: %.*s, IndexKey: %.*s",
					  kind, DY_BYTES_ARGS(index->name), DY_BYTES_ARGS(attribute->name));
	if (!is_hash && len > DY_MAX_SORT_KEY_BYTES)
		dy_validation("One or more parameter values were invalid: "
					  "Aggregated size of all range keys has exceeded the size limit of 1024 bytes");
}

static const DyKeyTerm *
find_term(const DyKeyCondition *condition, DyBytes name)
{
	for (int i = 0; i < condition->nterms; i++)
		if (dy_bytes_equal(condition->terms[i].attribute, name))
			return &condition->terms[i];
	return NULL;
}

/*
 * A starting key must lie inside of what is queried.
 */
static void
check_start_key(const DyPage *page, const DyReadKeys *keys,
				const DyKeyTerm *const *hash, const DyKeyTerm *const *range)
{
	bool		has_range_terms = false;

	dy_start_key_check_table_key(page->range.table, page->start_key);

	for (int i = 0; i < keys->nrange; i++)
	{
		DyBytes		name = keys->range[i].name;

		if (range[i] == NULL)
			continue;
		has_range_terms = true;
		if (!term_holds(range[i], dy_map_get(page->start_key, name.data, name.len)))
			dy_validation("The provided starting key does not match the range key predicate");
	}
	for (int i = 0; i < keys->nhash; i++)
	{
		DyBytes		name = keys->hash[i].name;

		if (!term_holds(hash[i], dy_map_get(page->start_key, name.data, name.len)))
			dy_validation("%s", has_range_terms ?
						  "The query can return at most one row and cannot be restarted" :
						  "The provided starting key is outside query boundaries based on "
						  "provided conditions");
	}

	/* a partition of one item has nothing behind it */
	if (page->range.index == NULL && !page->range.table->has_range)
		dy_validation("The provided exclusive start key is invalid: ExclusiveStartKey: %s",
					  start_key_text(&page->range.table->hash, page->start_key));
}

/*
 * A partition key the way the service shows it.
 */
static char *
start_key_text(const DyKeyAttribute *attribute, DyValue map)
{
	DyValue		value = dy_map_get(map, attribute->name.data, attribute->name.len);
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "{%.*s=AttributeValue: {%s:", DY_BYTES_ARGS(attribute->name),
					 dy_type_name(attribute->type));
	if (attribute->type == DY_TYPE_N)
	{
		DyNumber	number = dy_value_number(value);
		char		digits[DY_NUMBER_MAX_TEXT];

		appendBinaryStringInfo(&text, digits, dy_number_format(&number, digits));
	}
	else if (attribute->type == DY_TYPE_B)
		dy_json_write_base64(&text, dy_value_bytes(value).data, dy_value_bytes(value).len);
	else
		appendStringInfo(&text, "%.*s", DY_BYTES_ARGS(dy_value_bytes(value)));
	appendStringInfoString(&text, "}}");
	return text.data;
}

/*
 * Does a value of the right type fulfil the term?
 */
static bool
term_holds(const DyKeyTerm *term, DyValue value)
{
	int			order = dy_value_compare(value, term->values[0]);

	switch (term->op)
	{
		case DY_KEY_EQ:
			return order == 0;
		case DY_KEY_LT:
			return order < 0;
		case DY_KEY_LE:
			return order <= 0;
		case DY_KEY_GT:
			return order > 0;
		case DY_KEY_GE:
			return order >= 0;
		case DY_KEY_BETWEEN:
			return order >= 0 && dy_value_compare(value, term->values[1]) <= 0;
		case DY_KEY_BEGINS_WITH:
			{
				DyBytes		bytes = dy_value_bytes(value);
				DyBytes		prefix = dy_value_bytes(term->values[0]);

				return bytes.len >= prefix.len &&
					memcmp(bytes.data, prefix.data, prefix.len) == 0;
			}
		case DY_KEY_UNSUPPORTED:
			break;
	}
	return false;
}

/*
 * The range of sort key bytes for the terms.
 */
static void
set_bounds(DyRangeRequest *request, const DyReadKeys *keys, const DyKeyTerm *const *range)
{
	StringInfoData prefix;
	const DyKeyTerm *term = NULL;
	bool		last = false;
	StringInfoData first;
	StringInfoData second;

	/* leading attributes that are equal to something */
	initStringInfo(&prefix);
	for (int i = 0; i < keys->nrange; i++)
	{
		term = range[i];
		last = i == keys->nrange - 1;
		if (term == NULL)
			break;
		if (term->op != DY_KEY_EQ)
			break;
		encode_key(&prefix, term->values[0], last);
		term = NULL;
	}
	if (term == NULL)
	{
		if (prefix.len == 0 && (keys->nrange == 0 || range[0] == NULL))
			return;
		request->lower = make_bound(&prefix, true);
		/* all attributes given: exactly these bytes */
		if (keys->nrange > 0 && range[keys->nrange - 1] != NULL)
			request->upper = make_bound(&prefix, true);
		else
			request->upper = bound_behind(&prefix);
		return;
	}

	/* the one comparison: prefix and the bytes of its values */
	initStringInfo(&first);
	appendBinaryStringInfo(&first, prefix.data, prefix.len);
	encode_key(&first, term->values[0], last);
	if (prefix.len > 0)
	{
		request->lower = make_bound(&prefix, true);
		request->upper = bound_behind(&prefix);
	}
	switch (term->op)
	{
		case DY_KEY_LT:
			request->upper = make_bound(&first, false);
			break;
		case DY_KEY_LE:
			request->upper = last ? make_bound(&first, true) : bound_behind(&first);
			break;
		case DY_KEY_GT:
			request->lower = last ? make_bound(&first, false) : bound_behind(&first);
			break;
		case DY_KEY_GE:
			request->lower = make_bound(&first, true);
			break;
		case DY_KEY_BETWEEN:
			request->lower = make_bound(&first, true);
			initStringInfo(&second);
			appendBinaryStringInfo(&second, prefix.data, prefix.len);
			encode_key(&second, term->values[1], last);
			request->upper = last ? make_bound(&second, true) : bound_behind(&second);
			break;
		case DY_KEY_BEGINS_WITH:
			/* without the two bytes that end a delimited string */
			if (!last)
				first.len -= 2;
			request->lower = make_bound(&first, true);
			if (first.len > 0)
				request->upper = bound_behind(&first);
			break;
		case DY_KEY_EQ:
		case DY_KEY_UNSUPPORTED:
			Assert(false);
			break;
	}
}

static void
encode_key(StringInfo dest, DyValue value, bool last)
{
	if (last)
		dy_key_encode(dest, value);
	else
		dy_key_encode_delimited(dest, value);
}

static DyBound
make_bound(StringInfo bytes, bool inclusive)
{
	DyBound		bound = {true, inclusive, bytes->data, bytes->len};

	return bound;
}

/*
 * The bound behind everything that starts with prefix; none if nothing lies
 * behind.  prefix stays as it is.
 */
static DyBound
bound_behind(StringInfo prefix)
{
	DyBound		none = {0};
	StringInfoData end;

	initStringInfo(&end);
	appendBinaryStringInfo(&end, prefix->data, prefix->len);
	return dy_key_prefix_end(&end) ? make_bound(&end, false) : none;
}

/*
 * Key attributes belong into the key condition, not into the filter.
 */
static void
check_filter_keys(const DyPage *page, const DyReadKeys *keys, bool legacy)
{
	DyPathHeads heads = {0};

	if (page->filter == NULL)
		return;
	dy_condition_paths(page->filter, dy_path_heads_add, &heads);
	for (int i = 0; i < keys->nhash + keys->nrange; i++)
	{
		const DyKeyAttribute *attribute = i < keys->nhash ?
		&keys->hash[i] : &keys->range[i - keys->nhash];

		if (dy_path_heads_contain(&heads, attribute->name))
			dy_validation("%s can only contain non-primary key attributes: "
						  "Primary key attribute: %.*s",
						  legacy ? "QueryFilter" : "Filter Expression",
						  DY_BYTES_ARGS(attribute->name));
	}
}
