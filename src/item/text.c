/*-------------------------------------------------------------------------
 *
 * text.c
 *	  DynamoDB JSON to encoded values, in one pass.  (And back:
 *	  text_write.c.)
 *
 * Reading goes from the text straight into the builder's buffer; no tree
 * stands in between, and nothing is allocated but room for strings that
 * have escapes.
 *
 * What the service does with odd input, and so do we:
 *
 *	  - A type it does not know is skipped, and a type that is null counts
 *		as not given: {"S": null} is an empty value.
 *	  - Of a type given twice the last counts; two types are a fault.
 *	  - A fault inside is found before one of the value around it.
 *	  - BOOL and NULL also take the strings true, false, yes, no, 1 and 0.
 *	  - Of equal names in a map the last counts.
 *	  - An empty string or binary is a fine value, also in a set.
 *	  - A value nested too deep is a fault, and is not looked into.
 *
 * The texts of the shape errors are those the service's Java deserializer
 * gives, so they speak of Java's classes, and one of them is misspelt.
 *
 * Reading recurses to at most DY_MAX_NESTING_LEVELS.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/errors.h"
#include "item/build_private.h"
#include "item/scan.h"
#include "item/text.h"

#define INVALID_PREFIX		"One or more parameter values were invalid: "

/* One text being read. */
typedef struct TextReader
{
	const char *p;				/* where we are */
	const char *end;
	DyBuilder  *b;
	DyValueFault *fault;
	StringInfo	scratch;
	const char *sql_start;		/* start of an SQL literal; NULL: a request */
} TextReader;

/* How a value of the wrong JSON kind is refused; see refuse_shape(). */
typedef enum Expected
{
	EXPECT_VALUE,
	EXPECT_STRING,
	EXPECT_BOOLEAN,
	EXPECT_BLOB,
	EXPECT_LIST,
	EXPECT_MAP
} Expected;

static void start_reader(TextReader *t, DyJsonReader *reader, DyBuilder *b,
						 DyValueFault *fault);
static void read_attribute_value(TextReader *t, int level);
static void read_typed(TextReader *t, DyType type, int level);
static void read_map(TextReader *t, int level);
static void read_list(TextReader *t, int level);
static void read_set(TextReader *t, DyType type);
static bool read_boolean(TextReader *t);
static void read_binary(TextReader *t);
static void read_number(TextReader *t);
static DyBytes read_string(TextReader *t, Expected expected);
static bool read_null(TextReader *t);
static void skip_value(TextReader *t);
static void skip_colon(TextReader *t);
static bool next_member(TextReader *t, char close, bool *first);
static int	peek_char(TextReader *t);
static void set_fault(TextReader *t, const char *message);
static void set_number_fault(TextReader *t, DyNumberError error, DyBytes string);
static void set_duplicates_fault(TextReader *t, DyType type, const char *start);
static void refuse_shape(TextReader *t, Expected expected) pg_attribute_noreturn();
static void refuse_base64(TextReader *t, DyBytes string) pg_attribute_noreturn();
static void syntax_error(TextReader *t) pg_attribute_noreturn();

/*
 * Read one attribute value at the reader's position and append it to the
 * builder.  The contract is in text.h.
 */
void
dy_text_read_value(DyJsonReader *reader, DyBuilder *b, DyValueFault *fault)
{
	TextReader	t;

	start_reader(&t, reader, b, fault);
	/* it is going to be an attribute of an item, which is level 1 */
	read_attribute_value(&t, 1);
	dy_json_end_value(reader, t.p);
}

/*
 * Read an item: a JSON object of attribute values.  Like
 * dy_text_read_value().
 */
void
dy_text_read_map(DyJsonReader *reader, DyBuilder *b, DyValueFault *fault)
{
	TextReader	t;

	start_reader(&t, reader, b, fault);
	read_map(&t, 1);
	dy_json_end_value(reader, t.p);
}

/*
 * An item from a whole text, in CurrentMemoryContext.  Broken JSON is
 * reported as Postgres reports broken literals; what DynamoDB would refuse
 * is refused with its errors.
 */
DyItem *
dy_item_from_text(const char *string, uint32 len)
{
	DyJsonReader reader;
	DyValueFault fault = {NULL};
	DyBuilder  *b = dy_build_create();
	TextReader	t;

	dy_json_open(&reader, string, len);
	start_reader(&t, &reader, b, &fault);
	t.sql_start = string;
	read_map(&t, 1);
	if (peek_char(&t) != EOF)
		syntax_error(&t);
	if (fault.message)
		dy_validation("%s", fault.message);
	return dy_build_item(b);
}

static void
start_reader(TextReader *t, DyJsonReader *reader, DyBuilder *b, DyValueFault *fault)
{
	t->p = dy_json_begin_value(reader);
	t->end = reader->end;
	t->b = b;
	t->fault = fault;
	t->scratch = &reader->scratch;
	t->sql_start = NULL;
	if (t->p == NULL)
		syntax_error(t);
}

/*
 * One {"TYPE": ...}, inside a container of the given level.
 */
static void
read_attribute_value(TextReader *t, int level)
{
	DyBuildMark mark;
	uint32		seen = 0;
	bool		first = true;

	/* the usual case: {"X":... with nothing odd about it */
	if (t->end - t->p > 6 && t->p[0] == '{' && t->p[1] == '"' &&
		t->p[3] == '"' && t->p[4] == ':' && t->p[5] != 'n' && t->p[5] > ' ')
	{
		DyBytes		name = {t->p + 2, 1};
		DyType		type = dy_type_lookup(name);

		if (likely(type != 0))
		{
			mark = dy_build_mark(t->b);
			t->p += 5;
			read_typed(t, type, level);
			if (likely(t->p < t->end && *t->p == '}'))
			{
				t->p++;
				return;
			}
			seen = 1U << type;
			first = false;
			goto members;
		}
	}

	if (peek_char(t) != '{')
	{
		if (read_null(t))
		{
			set_fault(t, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
			dy_build_null(t->b);
			return;
		}
		refuse_shape(t, EXPECT_VALUE);
	}
	t->p++;

	mark = dy_build_mark(t->b);
members:
	while (next_member(t, '}', &first))
	{
		DyBytes		name = read_string(t, EXPECT_STRING);
		DyType		type = dy_type_lookup(name);

		skip_colon(t);
		if (type == 0)
			skip_value(t);
		else if (!read_null(t))
		{
			if (seen != 0)
				dy_build_rollback(t->b, &mark);
			seen |= 1U << type;
			read_typed(t, type, level);
		}
	}
	if (seen == 0)
	{
		set_fault(t, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
		dy_build_null(t->b);
	}
	else if ((seen & (seen - 1)) != 0)
		set_fault(t, "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes");
}

/*
 * The type that a member name of an AttributeValue stands for; 0 if none.
 */
DyType
dy_type_lookup(DyBytes name)
{
	switch (name.len)
	{
		case 1:
			switch (name.data[0])
			{
				case 'S':
					return DY_TYPE_S;
				case 'N':
					return DY_TYPE_N;
				case 'B':
					return DY_TYPE_B;
				case 'L':
					return DY_TYPE_L;
				case 'M':
					return DY_TYPE_M;
			}
			break;
		case 2:
			if (name.data[1] == 'S')
			{
				switch (name.data[0])
				{
					case 'S':
						return DY_TYPE_SS;
					case 'N':
						return DY_TYPE_NS;
					case 'B':
						return DY_TYPE_BS;
				}
			}
			break;
		case 4:
			if (memcmp(name.data, "BOOL", 4) == 0)
				return DY_TYPE_BOOL;
			if (memcmp(name.data, "NULL", 4) == 0)
				return DY_TYPE_NULL;
			break;
	}
	return 0;
}

/* What stands behind the type, which is not null. */
static void
read_typed(TextReader *t, DyType type, int level)
{
	DyBytes		string;

	switch (type)
	{
		case DY_TYPE_S:
			string = read_string(t, EXPECT_STRING);
			dy_build_string(t->b, string.data, string.len);
			break;
		case DY_TYPE_N:
			read_number(t);
			break;
		case DY_TYPE_B:
			read_binary(t);
			break;
		case DY_TYPE_BOOL:
			dy_build_bool(t->b, read_boolean(t));
			break;
		case DY_TYPE_NULL:
			if (!read_boolean(t))
				set_fault(t, INVALID_PREFIX "Null attribute value types must have the value of true");
			dy_build_null(t->b);
			break;
		case DY_TYPE_L:
			read_list(t, level + 1);
			break;
		case DY_TYPE_M:
			read_map(t, level + 1);
			break;
		default:
			read_set(t, type);
			break;
	}
}

/* Too deep?  Then skip the value and leave a placeholder. */
static bool
too_deep(TextReader *t, int level)
{
	if (level <= DY_MAX_NESTING_LEVELS)
		return false;
	set_fault(t, "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit");
	skip_value(t);
	dy_build_null(t->b);
	return true;
}

/* A JSON object of attribute values, which is container number level. */
static void
read_map(TextReader *t, int level)
{
	bool		first = true;

	if (peek_char(t) != '{')
		refuse_shape(t, EXPECT_MAP);
	if (too_deep(t, level))
		return;
	t->p++;
	dy_build_open(t->b, DY_TYPE_M);
	while (next_member(t, '}', &first))
	{
		DyBytes		name = read_string(t, EXPECT_STRING);

		if (unlikely(name.len == 0))
		{
			set_fault(t, "Empty attribute name");
			name = dy_bytes("?", 1);	/* nobody sees it: it is a fault */
		}
		if (unlikely(name.len > DY_MAX_ATTRIBUTE_NAME_BYTES))
			set_fault(t, "Attribute name is too large, must be less than 65536 bytes");
		dy_build_name(t->b, name.data, name.len);
		skip_colon(t);
		read_attribute_value(t, level);
	}
	dy_build_close(t->b);
}

static void
read_list(TextReader *t, int level)
{
	bool		first = true;

	if (peek_char(t) != '[')
		refuse_shape(t, EXPECT_LIST);
	if (too_deep(t, level))
		return;
	t->p++;
	dy_build_open(t->b, DY_TYPE_L);
	while (next_member(t, ']', &first))
		read_attribute_value(t, level);
	dy_build_close(t->b);
}

static void
read_set(TextReader *t, DyType type)
{
	const char *start;
	bool		first = true;

	if (peek_char(t) != '[')
		refuse_shape(t, EXPECT_LIST);
	start = t->p++;
	dy_build_open(t->b, type);
	while (next_member(t, ']', &first))
	{
		DyBytes		string;

		if (unlikely(read_null(t)))
		{
			if (type == DY_TYPE_NS)
				set_fault(t, "The parameter cannot be converted to a numeric value");
			else
				set_fault(t, type == DY_TYPE_SS ?
						  INVALID_PREFIX "An string set may not have a null string as a member" :
						  INVALID_PREFIX "Binary sets may not contain null values");
			continue;
		}
		switch (type)
		{
			case DY_TYPE_SS:
				string = read_string(t, EXPECT_STRING);
				dy_build_string(t->b, string.data, string.len);
				break;
			case DY_TYPE_NS:
				read_number(t);
				break;
			default:
				read_binary(t);
				break;
		}
	}
	if (first)
	{
		if (type == DY_TYPE_SS)
			set_fault(t, INVALID_PREFIX "An string set  may not be empty");
		else if (type == DY_TYPE_NS)
			set_fault(t, INVALID_PREFIX "An number set  may not be empty");
		else
			set_fault(t, INVALID_PREFIX "Binary sets should not be empty");
	}
	if (!dy_build_close_set(t->b))
		set_duplicates_fault(t, type, start);
}

/* A BOOL or NULL: a JSON boolean, or one of some words. */
static bool
read_boolean(TextReader *t)
{
	static const struct
	{
		const char *word;
		bool		value;
	}			words[] = {
		{"true", true}, {"1", true}, {"yes", true},
		{"false", false}, {"0", false}, {"no", false}
	};
	DyBytes		string;
	int			c = peek_char(t);

	if (c == 't' && t->end - t->p >= 4 && memcmp(t->p, "true", 4) == 0)
	{
		t->p += 4;
		return true;
	}
	if (c == 'f' && t->end - t->p >= 5 && memcmp(t->p, "false", 5) == 0)
	{
		t->p += 5;
		return false;
	}
	string = read_string(t, EXPECT_BOOLEAN);
	for (int i = 0; i < lengthof(words); i++)
	{
		if (string.len == strlen(words[i].word) &&
			pg_strncasecmp(string.data, words[i].word, string.len) == 0)
			return words[i].value;
	}
	dy_error(DY_ERR_SERIALIZATION, "Unexpected token received from parser");
}

static void
read_number(TextReader *t)
{
	DyBytes		string = read_string(t, EXPECT_STRING);
	DyNumber	number;
	DyNumberError error = dy_number_parse(string.data, string.len, &number);

	if (unlikely(error != DY_NUMBER_OK))
	{
		set_number_fault(t, error, string);
		dy_number_from_int64(0, &number);
	}
	dy_build_number(t->b, &number);
}

static void
read_binary(TextReader *t)
{
	DyBytes		string = read_string(t, EXPECT_BLOB);
	uint32		len = string.len / 4 * 3;

	if (string.len % 4 != 0)
		refuse_base64(t, string);
	if (string.len > 0 && string.data[string.len - 1] == '=')
		len -= string.data[string.len - 2] == '=' ? 2 : 1;
	if (!dy_base64_decode(string.data, string.len, dy_build_binary_room(t->b, len)))
		refuse_base64(t, string);
}

/* A JSON string.  The view lasts until the next string is read. */
static DyBytes
read_string(TextReader *t, Expected expected)
{
	DyBytes		string;

	const char *start;

	if (peek_char(t) != '"')
		refuse_shape(t, expected);
	start = t->p + 1;
	string.data = dy_scan_plain(start, t->end);
	if (likely(string.data < t->end && *string.data == '"'))
	{
		t->p = string.data + 1;
		string.len = string.data - start;
		string.data = start;
		return string;
	}
	t->p = dy_json_scan_string(t->p + 1, t->end, t->scratch, &string);
	if (t->p == NULL)
		syntax_error(t);
	return string;
}

/* If null comes next, take it. */
static bool
read_null(TextReader *t)
{
	if (peek_char(t) != 'n')
		return false;
	if (t->end - t->p < 4 || memcmp(t->p, "null", 4) != 0)
		syntax_error(t);
	t->p += 4;
	return true;
}

static void
skip_value(TextReader *t)
{
	DyJsonReader reader;

	dy_json_open(&reader, t->p, t->end - t->p);
	if (!dy_json_skip(&reader))
	{
		t->p = reader.pos;
		syntax_error(t);
	}
	t->p = reader.pos;
}

static void
skip_colon(TextReader *t)
{
	if (peek_char(t) != ':')
		syntax_error(t);
	t->p++;
}

/*
 * Step to the next member of an object or array; false when its close was
 * taken instead.  *first says whether it would be the first one.
 */
static bool
next_member(TextReader *t, char close, bool *first)
{
	int			c = peek_char(t);

	if (c == close)
	{
		t->p++;
		return false;
	}
	if (!*first)
	{
		if (c != ',')
			syntax_error(t);
		t->p++;
		c = peek_char(t);
	}
	*first = false;
	if (close == '}' && c != '"')
		syntax_error(t);
	return true;
}

/* The next character that is no space, left where it is; EOF at the end. */
static inline int
peek_char(TextReader *t)
{
	if (unlikely(t->p >= t->end || (uint8) *t->p <= ' '))
		t->p = dy_scan_space(t->p, t->end);
	return t->p < t->end ? (uint8) *t->p : EOF;
}

/* Remember a broken rule, unless one is remembered already. */
static void
set_fault(TextReader *t, const char *message)
{
	if (t->fault->message == NULL)
		t->fault->message = message;
}

static void
set_number_fault(TextReader *t, DyNumberError error, DyBytes string)
{
	if (t->fault->message == NULL)
		t->fault->message = dy_number_error_text(error, string);
}

/*
 * What the service says of a number text that is none.
 */
const char *
dy_number_error_text(DyNumberError error, DyBytes string)
{
	switch (error)
	{
		case DY_NUMBER_OK:
			break;
		case DY_NUMBER_SYNTAX:
			if (string.len == 0)
				return "The parameter cannot be converted to a numeric value";
			return psprintf("The parameter cannot be converted to a numeric value: %.*s",
							(int) string.len, string.data);
		case DY_NUMBER_PRECISION:
			return "Attempting to store more than 38 significant digits in a Number";
		case DY_NUMBER_OVERFLOW:
			return "Number overflow. Attempting to store a number with magnitude larger than supported range";
		case DY_NUMBER_UNDERFLOW:
			return "Number underflow. Attempting to store a number with magnitude smaller than supported range";
	}
	elog(ERROR, "no number error");
}

/*
 * A set has equal elements.  The message shows them as they were sent, so
 * the array is read again from start.
 */
static void
set_duplicates_fault(TextReader *t, DyType type, const char *start)
{
	DyJsonReader reader;
	StringInfoData message;
	bool		first = true;

	if (t->fault->message != NULL)
		return;
	if (type == DY_TYPE_NS)
	{
		t->fault->message = "Input collection contains duplicates";
		return;
	}
	initStringInfo(&message);
	appendStringInfoString(&message, INVALID_PREFIX "Input collection [");
	dy_json_open(&reader, start, t->end - start);
	(void) dy_json_next(&reader);
	while (dy_json_next(&reader) == DY_JSON_STRING)
	{
		if (!first)
			appendStringInfoString(&message, ", ");
		appendBinaryStringInfo(&message, reader.text.data, reader.text.len);
		first = false;
	}
	appendStringInfoString(&message, type == DY_TYPE_SS ? "] contains duplicates." :
						   "]of type BS contains duplicates.");
	t->fault->message = message.data;
}

/*
 * A value of another JSON kind stands where expected should.
 */
static void
refuse_shape(TextReader *t, Expected expected)
{
	static const char *const class_names[] = {
		[EXPECT_VALUE] = "class com.amazonaws.dynamodb.v20120810.AttributeValue",
		[EXPECT_STRING] = "class java.lang.String",
		[EXPECT_BOOLEAN] = "class java.lang.Boolean",
		[EXPECT_BLOB] = "class java.nio.ByteBuffer",
		[EXPECT_MAP] = "java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>"
	};
	DyJsonReader reader;
	DyJsonToken token;
	const char *what;
	bool		is_integer = true;

	dy_json_open(&reader, t->p, t->end - t->p);
	token = dy_json_next(&reader);
	switch (token)
	{
		case DY_JSON_ARRAY_OPEN:
			if (expected == EXPECT_LIST)
				break;
			dy_error(DY_ERR_SERIALIZATION, "Unrecognized collection type %s",
					 class_names[expected]);
		case DY_JSON_OBJECT_OPEN:
			dy_error(DY_ERR_SERIALIZATION,
					 "Start of structure or map found where not expected");
		case DY_JSON_STRING:
			what = "STRING_VALUE";
			break;
		case DY_JSON_NUMBER:
			(void) dy_json_scan_number(reader.text.data, t->end, &is_integer);
			what = is_integer ? "NUMBER_VALUE" : "DECIMAL_VALUE";
			break;
		case DY_JSON_TRUE:
			what = "TRUE_VALUE";
			break;
		case DY_JSON_FALSE:
			what = "FALSE_VALUE";
			break;
		case DY_JSON_NULL:
			what = "NULL_VALUE";
			break;
		default:
			syntax_error(t);
	}
	switch (expected)
	{
		case EXPECT_VALUE:
			dy_error(DY_ERR_SERIALIZATION, "Unexpected value type in payload");
		case EXPECT_STRING:
			dy_error(DY_ERR_SERIALIZATION, "%s cannot be converted to String", what);
		case EXPECT_BOOLEAN:
			dy_error(DY_ERR_SERIALIZATION, "%s cannot be converted to Boolean", what);
		case EXPECT_BLOB:
			dy_error(DY_ERR_SERIALIZATION, "only base-64-encoded strings are convertible to bytes");
		case EXPECT_LIST:
		case EXPECT_MAP:
			dy_error(DY_ERR_SERIALIZATION, "Unexpected field type");
	}
	pg_unreachable();
}

static void
refuse_base64(TextReader *t, DyBytes string)
{
	if (string.len % 4 != 0)
		dy_error(DY_ERR_SERIALIZATION,
				 "Base64 encoded length is expected a multiple of 4 bytes but found: %u",
				 string.len);
	dy_error(DY_ERR_SERIALIZATION, "Invalid last non-pad Base64 character dectected");
}

/*
 * The text is no JSON.  The service answers with no message at all; in SQL
 * it is a bad literal.
 */
static void
syntax_error(TextReader *t)
{
	if (t->sql_start == NULL)
		dy_error(DY_ERR_SERIALIZATION, "%s", "");
	if (t->p == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", "dynamo.item"),
				 errdetail("A string is not terminated or holds invalid characters.")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s", "dynamo.item"),
			 errdetail("Unexpected character or end at byte %d.",
					   (int) (t->p - t->sql_start) + 1)));
	pg_unreachable();
}
