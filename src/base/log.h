/*-------------------------------------------------------------------------
 *
 * log.h
 *	  Keeping the mistakes of API clients out of the server log.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BASE_LOG_H
#define DY_BASE_LOG_H

extern void dy_log_init(void);

#endif							/* DY_BASE_LOG_H */
