/*-------------------------------------------------------------------------
 *
 * log.h
 *	  What the program tells its operator, on stderr.
 *
 * Never what a client sent or what Postgres said about it: bodies, keys,
 * table names and messages of the server stay out.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_LOG_H
#define DY_BRIDGE_LOG_H

typedef enum DyLogLevel
{
	DY_LOG_INFO,
	DY_LOG_WARNING,
	DY_LOG_ERROR
} DyLogLevel;

extern void dy_log(DyLogLevel level, const char *fmt,...)
			__attribute__((format(printf, 2, 3)));

#endif							/* DY_BRIDGE_LOG_H */
