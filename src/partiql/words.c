/*-------------------------------------------------------------------------
 *
 * words.c
 *	  The words of PartiQL that are no plain names.
 *
 * PartiQL reserves the words of SQL-92 and some of its own; an attribute of
 * such a name must be written in double quotes.  Six words that only stand
 * in places where no name can stand (DO, NOTHING, ...) are not reserved.
 *
 * Source: https://partiql.org/assets/PartiQL-Specification.pdf, section 2
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "partiql/tree.h"
#include "partiql/partiql_gram.h"

#define DY_MAX_WORD_CHARS	17

typedef struct Word
{
	const char *text;
	int			token;
} Word;

/* Sorted by text, for the binary search. */
static const Word words[] = {
	{"absolute", RESERVED}, {"action", RESERVED}, {"add", RESERVED}, {"all", ALL},
	{"allocate", RESERVED}, {"alter", RESERVED}, {"and", AND}, {"any", RESERVED},
	{"are", RESERVED}, {"as", AS}, {"asc", ASC}, {"assertion", RESERVED},
	{"at", AT}, {"authorization", RESERVED}, {"avg", AGGREGATE}, {"bag", RESERVED},
	{"begin", RESERVED}, {"between", BETWEEN}, {"bit", RESERVED}, {"bit_length", RESERVED},
	{"blob", RESERVED}, {"bool", RESERVED}, {"boolean", RESERVED}, {"by", BY},
	{"cascade", RESERVED}, {"cascaded", RESERVED}, {"case", RESERVED}, {"cast", RESERVED},
	{"catalog", RESERVED}, {"char", RESERVED}, {"char_length", RESERVED}, {"character", RESERVED},
	{"character_length", RESERVED}, {"check", RESERVED}, {"clob", RESERVED}, {"close", RESERVED},
	{"coalesce", RESERVED}, {"collate", RESERVED}, {"collation", RESERVED}, {"column", RESERVED},
	{"commit", RESERVED}, {"conflict", CONFLICT}, {"connect", RESERVED}, {"connection", RESERVED},
	{"constraint", RESERVED}, {"constraints", RESERVED}, {"continue", RESERVED}, {"convert", RESERVED},
	{"corresponding", RESERVED}, {"count", AGGREGATE}, {"create", RESERVED}, {"cross", RESERVED},
	{"current", RESERVED}, {"current_date", RESERVED}, {"current_time", RESERVED}, {"current_timestamp", RESERVED},
	{"current_user", RESERVED}, {"cursor", RESERVED}, {"date", RESERVED}, {"date_add", RESERVED},
	{"date_diff", RESERVED}, {"deallocate", RESERVED}, {"dec", RESERVED}, {"decimal", RESERVED},
	{"declare", RESERVED}, {"default", RESERVED}, {"deferrable", RESERVED}, {"deferred", RESERVED},
	{"delete", DELETE}, {"desc", DESC}, {"describe", RESERVED}, {"descriptor", RESERVED},
	{"diagnostics", RESERVED}, {"disconnect", RESERVED}, {"distinct", DISTINCT}, {"do", DO},
	{"domain", RESERVED}, {"double", RESERVED}, {"drop", RESERVED}, {"else", RESERVED},
	{"end", RESERVED}, {"escape", RESERVED}, {"except", RESERVED}, {"exception", RESERVED},
	{"exec", RESERVED}, {"execute", RESERVED}, {"exists", EXISTS}, {"external", RESERVED},
	{"extract", RESERVED}, {"false", FALSE_P}, {"fetch", RESERVED}, {"first", RESERVED},
	{"float", RESERVED}, {"for", RESERVED}, {"foreign", RESERVED}, {"found", RESERVED},
	{"from", FROM}, {"full", RESERVED}, {"get", RESERVED}, {"global", RESERVED},
	{"go", RESERVED}, {"goto", RESERVED}, {"grant", RESERVED}, {"group", GROUP},
	{"having", HAVING}, {"identity", RESERVED}, {"immediate", RESERVED}, {"in", IN},
	{"index", RESERVED}, {"indicator", RESERVED}, {"initially", RESERVED}, {"inner", RESERVED},
	{"input", RESERVED}, {"insensitive", RESERVED}, {"insert", INSERT}, {"int", RESERVED},
	{"integer", RESERVED}, {"intersect", RESERVED}, {"interval", RESERVED}, {"into", INTO},
	{"is", IS}, {"isolation", RESERVED}, {"join", RESERVED}, {"key", RESERVED},
	{"language", RESERVED}, {"last", RESERVED}, {"left", RESERVED}, {"let", RESERVED},
	{"level", RESERVED}, {"like", LIKE}, {"limit", LIMIT}, {"list", RESERVED},
	{"local", RESERVED}, {"lower", RESERVED}, {"match", RESERVED}, {"max", AGGREGATE},
	{"min", AGGREGATE}, {"missing", MISSING}, {"modified", MODIFIED}, {"module", RESERVED},
	{"names", RESERVED}, {"national", RESERVED}, {"natural", RESERVED}, {"nchar", RESERVED},
	{"new", NEW}, {"next", RESERVED}, {"no", RESERVED}, {"not", NOT},
	{"nothing", NOTHING}, {"null", NULL_P}, {"nullif", RESERVED}, {"numeric", RESERVED},
	{"octet_length", RESERVED}, {"of", RESERVED}, {"old", OLD}, {"on", ON},
	{"only", RESERVED}, {"open", RESERVED}, {"option", RESERVED}, {"or", OR},
	{"order", ORDER}, {"outer", RESERVED}, {"output", RESERVED}, {"overlaps", RESERVED},
	{"pad", RESERVED}, {"partial", RESERVED}, {"pivot", RESERVED}, {"position", RESERVED},
	{"precision", RESERVED}, {"prepare", RESERVED}, {"preserve", RESERVED}, {"primary", RESERVED},
	{"prior", RESERVED}, {"privileges", RESERVED}, {"procedure", RESERVED}, {"public", RESERVED},
	{"read", RESERVED}, {"real", RESERVED}, {"references", RESERVED}, {"relative", RESERVED},
	{"remove", REMOVE}, {"restrict", RESERVED}, {"returning", RETURNING}, {"revoke", RESERVED},
	{"right", RESERVED}, {"rollback", RESERVED}, {"rows", RESERVED}, {"schema", RESERVED},
	{"scroll", RESERVED}, {"section", RESERVED}, {"select", SELECT}, {"session", RESERVED},
	{"session_user", RESERVED}, {"set", SET}, {"sexp", RESERVED}, {"size", SIZE},
	{"smallint", RESERVED}, {"some", RESERVED}, {"space", RESERVED}, {"sql", RESERVED},
	{"sqlcode", RESERVED}, {"sqlerror", RESERVED}, {"sqlstate", RESERVED}, {"string", RESERVED},
	{"struct", RESERVED}, {"substring", RESERVED}, {"sum", AGGREGATE}, {"symbol", RESERVED},
	{"system_user", RESERVED}, {"table", RESERVED}, {"temporary", RESERVED}, {"then", RESERVED},
	{"time", RESERVED}, {"timestamp", RESERVED}, {"to", RESERVED}, {"transaction", RESERVED},
	{"translate", RESERVED}, {"translation", RESERVED}, {"trim", RESERVED}, {"true", TRUE_P},
	{"tuple", RESERVED}, {"union", RESERVED}, {"unique", RESERVED}, {"unknown", RESERVED},
	{"unpivot", RESERVED}, {"update", UPDATE}, {"upper", RESERVED}, {"usage", RESERVED},
	{"user", RESERVED}, {"using", RESERVED}, {"value", VALUE}, {"values", RESERVED},
	{"varchar", RESERVED}, {"varying", RESERVED}, {"view", RESERVED}, {"when", RESERVED},
	{"whenever", RESERVED}, {"where", WHERE}, {"with", RESERVED}, {"work", RESERVED},
	{"write", RESERVED}, {"zone", RESERVED},
};

/* What stands behind IS: word, second word, and the type's name in errors. */
static const char *const types[][3] = {
	{"missing", NULL, "MISSING"},
	{"null", NULL, "NULL"},
	{"bool", NULL, "BOOLEAN"},
	{"boolean", NULL, "BOOLEAN"},
	{"smallint", NULL, "SMALLINT"},
	{"int4", NULL, "INTEGER4"},
	{"int8", NULL, "INTEGER8"},
	{"int", NULL, "INTEGER"},
	{"integer", NULL, "INTEGER"},
	{"float", NULL, "FLOAT"},
	{"real", NULL, "REAL"},
	{"double", "precision", "DOUBLE_PRECISION"},
	{"dec", NULL, "DECIMAL"},
	{"decimal", NULL, "DECIMAL"},
	{"numeric", NULL, "NUMERIC"},
	{"date", NULL, "DATE"},
	{"time", NULL, "TIME"},
	{"timestamp", NULL, "TIMESTAMP"},
	{"char", NULL, "CHARACTER"},
	{"character", "varying", "CHARACTER_VARYING"},
	{"character", NULL, "CHARACTER"},
	{"varchar", NULL, "CHARACTER_VARYING"},
	{"string", NULL, "STRING"},
	{"symbol", NULL, "SYMBOL"},
	{"clob", NULL, "CLOB"},
	{"blob", NULL, "BLOB"},
	{"struct", NULL, "STRUCT"},
	{"tuple", NULL, "TUPLE"},
	{"list", NULL, "LIST"},
	{"sexp", NULL, "SEXP"},
	{"bag", NULL, "BAG"},
};

static int	compare_words(const void *key, const void *word);

/*
 * The token of a word: NAME if it has no meaning of its own.
 */
int
dy_partiql_word(const char *text, int len)
{
	char		lower[DY_MAX_WORD_CHARS + 1];
	const Word *word;

	if (len > DY_MAX_WORD_CHARS)
		return NAME;
	for (int i = 0; i < len; i++)
		lower[i] = pg_ascii_tolower((unsigned char) text[i]);
	lower[len] = '\0';
	word = bsearch(lower, words, lengthof(words), sizeof(Word), compare_words);
	return word == NULL ? NAME : word->token;
}

/*
 * The canonical name of the type that one or two words behind IS are, NULL
 * if they are none.  second may be empty.
 */
const char *
dy_partiql_type(DyBytes word, DyBytes second)
{
	for (int i = 0; i < lengthof(types); i++)
	{
		const char *want = types[i][1] == NULL ? "" : types[i][1];

		if (strlen(types[i][0]) == word.len && pg_strncasecmp(types[i][0], word.data, word.len) == 0 &&
			strlen(want) == second.len && (second.len == 0 || pg_strncasecmp(want, second.data, second.len) == 0))
			return types[i][2];
	}
	return NULL;
}

static int
compare_words(const void *key, const void *word)
{
	return strcmp(key, ((const Word *) word)->text);
}
