/*-------------------------------------------------------------------------
 *
 * test_config.c
 *	  Settings: which source wins, what is refused, and that --help and the
 *	  man page know every one.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <unistd.h>

#include "bridge/config.h"
#include "tap.h"

static char path[] = "/tmp/test_config_XXXXXX";

static void
write_file(const char *text)
{
	FILE	   *file = fopen(path, "w");

	fputs(text, file);
	fclose(file);
}

static DyConfigResult
load(DyConfig *config, char **environment, char *one, char *two, DyBuf *error)
{
	char	   *argv[] = {"dynamo-bridge", one, two, NULL};

	error->len = 0;
	return dy_config_load(config, two != NULL ? 3 : one != NULL ? 2 : 1, argv, environment, error);
}

static void
expect_error(char *one, char *two, const char *want)
{
	DyConfig	config;
	DyBuf		error = {0};

	ok(load(&config, NULL, one, two, &error) == DY_CONFIG_ERROR, "refused");
	is_text(error.data, error.len, want, want);
	dy_config_free(&config);
	dy_buf_free(&error);
}

int
main(void)
{
	char		file_flag[64];
	char		message[160];
	char	   *environment[] = {"DYNAMO_BRIDGE_PORT=3", "DYNAMO_BRIDGE_REGION=from-env",
	"DYNAMO_BRIDGE_METRICS=off", NULL};
	DyConfig	config;
	DyBuf		error = {0};
	DyBuf		help = {0};
	DyBuf		man = {0};

	close(mkstemp(path));
	snprintf(file_flag, sizeof(file_flag), "--config=%s", path);

	ok(load(&config, NULL, NULL, NULL, &error) == DY_CONFIG_OK && config.port == 8000 &&
	   config.metrics && !config.development && strcmp(config.region, "us-east-1") == 0, "defaults");
	dy_config_free(&config);

	write_file("# comment\n\n port = 2 \nregion=from-file\nlisten-address =  ::1\n");
	ok(load(&config, NULL, file_flag, NULL, &error) == DY_CONFIG_OK && config.port == 2 &&
	   strcmp(config.region, "from-file") == 0 && strcmp(config.listen_address, "::1") == 0, "file");
	dy_config_free(&config);
	ok(load(&config, environment, file_flag, "--port=4", &error) == DY_CONFIG_OK &&
	   config.port == 4 && strcmp(config.region, "from-env") == 0 && !config.metrics &&
	   strcmp(config.listen_address, "::1") == 0, "flag over environment over file");
	dy_config_free(&config);
	ok(load(&config, NULL, "--port", "5", &error) == DY_CONFIG_OK && config.port == 5,
	   "value as an argument of its own");
	dy_config_free(&config);
	ok(load(&config, NULL, "--development", NULL, &error) == DY_CONFIG_OK && config.development,
	   "switch without value");
	dy_config_free(&config);
	ok(load(&config, NULL, "--help", NULL, &error) == DY_CONFIG_HELP, "--help");
	dy_config_free(&config);
	ok(load(&config, NULL, "--version", NULL, &error) == DY_CONFIG_VERSION, "--version");
	dy_config_free(&config);

	expect_error("--port=65536", NULL, "port must be a number from 0 to 65535, not \"65536\"");
	expect_error("--port=1x", NULL, "port must be a number from 0 to 65535, not \"1x\"");
	expect_error("--port", NULL, "--port needs a value");
	expect_error("--metrics=maybe", NULL, "metrics must be on or off, not \"maybe\"");
	expect_error("--prot=1", NULL, "unknown argument \"--prot=1\"");
	expect_error("port", NULL, "unknown argument \"port\"");
	write_file("prot = 1\n");
	snprintf(message, sizeof(message), "unknown setting \"prot\" (\"%s\", line 1)", path);
	expect_error(file_flag, NULL, message);
	write_file("\nport 1\n");
	snprintf(message, sizeof(message), "expected \"name = value\" (\"%s\", line 2)", path);
	expect_error(file_flag, NULL, message);
	unlink(path);

	dy_config_help(&help);
	dy_config_man(&man);
	dy_buf_add_char(&help, '\0');
	dy_buf_add_char(&man, '\0');
#define DY_OPTION_STRING(field, name, value, placeholder, text) \
	ok(strstr(help.data, "--" name "=") != NULL && strstr(man.data, "\\-\\-" name) != NULL, "documented: %s", name);
#define DY_OPTION_INT(field, name, value, minimum, maximum, placeholder, text) \
	ok(strstr(help.data, "--" name "=") != NULL && strstr(man.data, "\\-\\-" name) != NULL, "documented: %s", name);
#define DY_OPTION_BOOL(field, name, value, text) \
	ok(strstr(help.data, "--" name "[") != NULL && strstr(man.data, "\\-\\-" name) != NULL, "documented: %s", name);
#include "bridge/options.def"
	dy_buf_free(&help);
	dy_buf_free(&man);
	dy_buf_free(&error);
	return done_testing();
}
