/*-------------------------------------------------------------------------
 *
 * errors.h
 *	  Raising the errors of errors.def.
 *
 * This header is for the server.  The bridge includes errors.def directly.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BASE_ERRORS_H
#define DY_BASE_ERRORS_H

typedef enum DyErrorCode
{
#define DY_ERROR(symbol, sqlstate, prefix, name, status) DY_ERR_##symbol,
#include "base/errors.def"
#undef DY_ERROR
	DY_ERR_COUNT
} DyErrorCode;

extern void dy_error(DyErrorCode code, const char *fmt,...)
			pg_attribute_printf(2, 3) pg_attribute_noreturn();
extern void dy_error_extra(DyErrorCode code, const char *extra, const char *fmt,...)
			pg_attribute_printf(3, 4) pg_attribute_noreturn();
extern int	dy_error_sqlstate(DyErrorCode code);
extern const char *dy_error_name(DyErrorCode code);
extern bool dy_error_is_client(int sqlstate);
extern bool dy_error_lookup(int sqlstate, DyErrorCode *code);

/* Most errors are this one. */
#define dy_validation(...) dy_error(DY_ERR_VALIDATION, __VA_ARGS__)

#endif							/* DY_BASE_ERRORS_H */
