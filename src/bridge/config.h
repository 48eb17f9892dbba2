/*-------------------------------------------------------------------------
 *
 * config.h
 *	  The settings of dynamo-bridge; options.def lists them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_CONFIG_H
#define DY_BRIDGE_CONFIG_H

#include "bridge/buf.h"

typedef struct DyConfig
{
#define DY_OPTION_STRING(field, name, value, placeholder, help) char *field;
#define DY_OPTION_INT(field, name, value, minimum, maximum, placeholder, help) int field;
#define DY_OPTION_BOOL(field, name, value, help) bool field;
#include "bridge/options.def"
#undef DY_OPTION_STRING
#undef DY_OPTION_INT
#undef DY_OPTION_BOOL
} DyConfig;

typedef enum DyConfigResult
{
	DY_CONFIG_OK,
	DY_CONFIG_HELP,				/* --help: print it and leave */
	DY_CONFIG_VERSION,
	DY_CONFIG_MAN,				/* --man-options: for the man page */
	DY_CONFIG_ERROR				/* *error says why */
} DyConfigResult;

extern DyConfigResult dy_config_load(DyConfig *config, int argc, char **argv,
									 char **environment, DyBuf *error)
			__attribute__((warn_unused_result));
extern void dy_config_free(DyConfig *config);
extern void dy_config_help(DyBuf *out);
extern void dy_config_man(DyBuf *out);

#endif							/* DY_BRIDGE_CONFIG_H */
