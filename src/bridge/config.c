/*-------------------------------------------------------------------------
 *
 * config.c
 *	  The settings of dynamo-bridge.
 *
 * A setting comes from, the later winning: its default, the configuration
 * file (--config or DYNAMO_BRIDGE_CONFIG), the environment, the command line.
 *
 * The file has lines "name = value"; what follows '#' at the start of a line
 * is a comment; blanks around name and value do not count.
 *
 *-------------------------------------------------------------------------
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/limits.h"
#include "bridge/config.h"

#define ENV_PREFIX "DYNAMO_BRIDGE_"

typedef enum OptionKind
{
	OPTION_STRING,
	OPTION_INT,
	OPTION_BOOL
} OptionKind;

typedef struct Option
{
	OptionKind	kind;
	const char *name;
	size_t		offset;			/* of the member of DyConfig */
	const char *string_default;
	int			int_default;
	int			minimum;
	int			maximum;
	const char *placeholder;
	const char *help;
} Option;

static const Option options[] = {
#define DY_OPTION_STRING(field, name, value, placeholder, help) \
	{OPTION_STRING, name, offsetof(DyConfig, field), value, 0, 0, 0, placeholder, help},
#define DY_OPTION_INT(field, name, value, minimum, maximum, placeholder, help) \
	{OPTION_INT, name, offsetof(DyConfig, field), NULL, value, minimum, maximum, placeholder, help},
#define DY_OPTION_BOOL(field, name, value, help) \
	{OPTION_BOOL, name, offsetof(DyConfig, field), NULL, value, 0, 1, NULL, help},
#include "bridge/options.def"
#undef DY_OPTION_STRING
#undef DY_OPTION_INT
#undef DY_OPTION_BOOL
};

#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))

static void set_defaults(DyConfig *config);
static bool load_file(DyConfig *config, const char *path, DyBuf *error);
static bool load_line(DyConfig *config, char *line, DyBuf *error);
static bool load_environment(DyConfig *config, char **environment, DyBuf *error);
static const char *find_environment(char **environment, const char *option);
static void environment_name(const char *option, DyBuf *out);
static const Option *find_option(const char *name, size_t len);
static bool set_option(DyConfig *config, const Option *option, const char *value,
					   DyBuf *error);
static bool parse_bool(const char *value, bool *result);
static void add_default(DyBuf *out, const Option *option);

/*
 * Fill *config.  On anything but DY_CONFIG_OK, *error may hold text to print.
 * dy_config_free() must be called in every case.
 */
DyConfigResult
dy_config_load(DyConfig *config, int argc, char **argv, char **environment,
			   DyBuf *error)
{
	const char *path = find_environment(environment, "config");

	set_defaults(config);
	for (int i = 1; i < argc; i++)
	{
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-?") == 0)
			return DY_CONFIG_HELP;
		if (strcmp(argv[i], "--version") == 0 || strcmp(argv[i], "-V") == 0)
			return DY_CONFIG_VERSION;
		if (strcmp(argv[i], "--man-options") == 0)
			return DY_CONFIG_MAN;
		if (strncmp(argv[i], "--config=", 9) == 0)
			path = argv[i] + 9;
		else if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			path = argv[++i];
	}
	if (path != NULL && !load_file(config, path, error))
		return DY_CONFIG_ERROR;
	if (!load_environment(config, environment, error))
		return DY_CONFIG_ERROR;

	for (int i = 1; i < argc; i++)
	{
		const char *name = argv[i];
		const char *equals = strchr(name, '=');
		const Option *option = NULL;
		const char *value;

		if (strncmp(name, "--config", 8) == 0 && (name[8] == '=' || name[8] == '\0'))
		{
			if (name[8] == '\0' && ++i == argc)
			{
				dy_buf_add_str(error, "--config needs a value");
				return DY_CONFIG_ERROR;
			}
			continue;
		}
		if (strncmp(name, "--", 2) == 0)
			option = find_option(name + 2, equals != NULL ? (size_t) (equals - name - 2)
								 : strlen(name + 2));
		if (option == NULL)
		{
			dy_buf_printf(error, "unknown argument \"%s\"", name);
			return DY_CONFIG_ERROR;
		}
		if (equals != NULL)
			value = equals + 1;
		else if (option->kind == OPTION_BOOL)
			value = "on";
		else if (i + 1 < argc)
			value = argv[++i];
		else
		{
			dy_buf_printf(error, "--%s needs a value", option->name);
			return DY_CONFIG_ERROR;
		}
		if (!set_option(config, option, value, error))
			return DY_CONFIG_ERROR;
	}
	return DY_CONFIG_OK;
}

void
dy_config_free(DyConfig *config)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
	{
		if (options[i].kind == OPTION_STRING)
		{
			char	  **field = (char **) ((char *) config + options[i].offset);

			free(*field);
			*field = NULL;
		}
	}
}

/* The text of --help. */
void
dy_config_help(DyBuf *out)
{
	dy_buf_add_str(out,
				   "dynamo-bridge speaks the DynamoDB wire protocol in front of PostgreSQL.\n\n"
				   "Usage:\n  dynamo-bridge [OPTION]...\n\nOptions:\n");
	for (size_t i = 0; i < OPTION_COUNT; i++)
	{
		char		flag[64];

		if (options[i].kind == OPTION_BOOL)
			snprintf(flag, sizeof(flag), "--%s[=on|off]", options[i].name);
		else
			snprintf(flag, sizeof(flag), "--%s=%s", options[i].name, options[i].placeholder);
		dy_buf_printf(out, "  %-30s %s (default: ", flag, options[i].help);
		add_default(out, &options[i]);
		dy_buf_add_str(out, ")\n");
	}
	dy_buf_add_str(out,
				   "  --config=FILE                  read settings from a file of \"name = value\" lines\n"
				   "  --help                         print this and leave\n"
				   "  --version                      print the version and leave\n\n"
				   "Every option can also be set in the file, or in the environment as\n"
				   ENV_PREFIX "NAME; the command line wins over the environment, the\n"
				   "environment over the file.\n");
}

/* The options as roff, for the man page. */
void
dy_config_man(DyBuf *out)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
	{
		dy_buf_printf(out, ".TP\n.BR \\-\\-%s", options[i].name);
		if (options[i].kind != OPTION_BOOL)
			dy_buf_printf(out, " =\\fI%s\\fR", options[i].placeholder);
		dy_buf_printf(out, "\n%s.\nDefault: ", options[i].help);
		add_default(out, &options[i]);
		dy_buf_add_str(out, ".\nEnvironment: ");
		environment_name(options[i].name, out);
		dy_buf_add_str(out, ".\n");
	}
}

static void
set_defaults(DyConfig *config)
{
	memset(config, 0, sizeof(*config));
	for (size_t i = 0; i < OPTION_COUNT; i++)
	{
		char	   *field = (char *) config + options[i].offset;

		switch (options[i].kind)
		{
			case OPTION_STRING:
				*(char **) field = strdup(options[i].string_default);
				break;
			case OPTION_INT:
				*(int *) field = options[i].int_default;
				break;
			case OPTION_BOOL:
				*(bool *) field = options[i].int_default != 0;
				break;
		}
	}
}

static bool
load_file(DyConfig *config, const char *path, DyBuf *error)
{
	FILE	   *file = fopen(path, "r");
	char	   *line = NULL;
	size_t		cap = 0;
	int			number = 0;
	bool		ok = true;

	if (file == NULL)
	{
		dy_buf_printf(error, "could not open \"%s\": %s", path, strerror(errno));
		return false;
	}
	while (ok && getline(&line, &cap, file) >= 0)
	{
		number++;
		ok = load_line(config, line, error);
		if (!ok)
			dy_buf_printf(error, " (\"%s\", line %d)", path, number);
	}
	free(line);
	fclose(file);
	return ok;
}

static bool
load_line(DyConfig *config, char *line, DyBuf *error)
{
	char	   *end = line + strlen(line);
	char	   *equals;
	char	   *name_end;
	const Option *option;

	while (end > line && isspace((unsigned char) end[-1]))
		*--end = '\0';
	while (isspace((unsigned char) *line))
		line++;
	if (*line == '\0' || *line == '#')
		return true;
	equals = strchr(line, '=');
	if (equals == NULL)
	{
		dy_buf_add_str(error, "expected \"name = value\"");
		return false;
	}
	name_end = equals;
	while (name_end > line && isspace((unsigned char) name_end[-1]))
		name_end--;
	option = find_option(line, (size_t) (name_end - line));
	if (option == NULL)
	{
		dy_buf_printf(error, "unknown setting \"%.*s\"", (int) (name_end - line), line);
		return false;
	}
	for (equals++; isspace((unsigned char) *equals); equals++)
		;
	return set_option(config, option, equals, error);
}

static bool
load_environment(DyConfig *config, char **environment, DyBuf *error)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
	{
		const char *value = find_environment(environment, options[i].name);

		if (value != NULL && !set_option(config, &options[i], value, error))
		{
			dy_buf_add_str(error, " (from the environment)");
			return false;
		}
	}
	return true;
}

/* Value of the environment variable for the option, or NULL. */
static const char *
find_environment(char **environment, const char *option)
{
	DyBuf		name = {0};
	const char *value = NULL;

	environment_name(option, &name);
	dy_buf_add_char(&name, '=');
	for (; environment != NULL && *environment != NULL && value == NULL; environment++)
	{
		if (strncmp(*environment, name.data, name.len) == 0)
			value = *environment + name.len;
	}
	dy_buf_free(&name);
	return value;
}

static void
environment_name(const char *option, DyBuf *out)
{
	dy_buf_add_str(out, ENV_PREFIX);
	for (const char *c = option; *c != '\0'; c++)
		dy_buf_add_char(out, *c == '-' ? '_' : (char) toupper((unsigned char) *c));
}

static const Option *
find_option(const char *name, size_t len)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
	{
		if (strlen(options[i].name) == len && strncmp(options[i].name, name, len) == 0)
			return &options[i];
	}
	return NULL;
}

static bool
set_option(DyConfig *config, const Option *option, const char *value, DyBuf *error)
{
	char	   *field = (char *) config + option->offset;
	char	   *end;
	long		number;

	switch (option->kind)
	{
		case OPTION_STRING:
			free(*(char **) field);
			*(char **) field = strdup(value);
			return true;
		case OPTION_INT:
			errno = 0;
			number = strtol(value, &end, 10);
			if (errno != 0 || end == value || *end != '\0' ||
				number < option->minimum || number > option->maximum)
			{
				dy_buf_printf(error, "%s must be a number from %d to %d, not \"%s\"",
							  option->name, option->minimum, option->maximum, value);
				return false;
			}
			*(int *) field = (int) number;
			return true;
		case OPTION_BOOL:
			if (parse_bool(value, (bool *) field))
				return true;
			dy_buf_printf(error, "%s must be on or off, not \"%s\"", option->name, value);
			return false;
	}
	return false;
}

static bool
parse_bool(const char *value, bool *result)
{
	static const char *const yes[] = {"on", "true", "yes", "1"};
	static const char *const no[] = {"off", "false", "no", "0"};

	for (int i = 0; i < 4; i++)
	{
		if (strcasecmp(value, yes[i]) == 0)
			*result = true;
		else if (strcasecmp(value, no[i]) == 0)
			*result = false;
		else
			continue;
		return true;
	}
	return false;
}

static void
add_default(DyBuf *out, const Option *option)
{
	switch (option->kind)
	{
		case OPTION_STRING:
			dy_buf_add_str(out, option->string_default[0] != '\0' ? option->string_default : "none");
			break;
		case OPTION_INT:
			dy_buf_printf(out, "%d", option->int_default);
			break;
		case OPTION_BOOL:
			dy_buf_add_str(out, option->int_default ? "on" : "off");
			break;
	}
}
