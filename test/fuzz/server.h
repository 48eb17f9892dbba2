/*-------------------------------------------------------------------------
 *
 * server.h
 *	  Server code in a fuzzer, without a server.
 *
 * server.c stands in for what that code calls: memory that is freed after
 * each input (every allocation its own, so that AddressSanitizer sees each
 * byte), strings, and errors, which jump out of server_try().
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_FUZZ_SERVER_H
#define DY_FUZZ_SERVER_H

#include "postgres.h"

#define CHECK(condition) do { if (!(condition)) abort(); } while (0)

/* Call action; false if it raised an error. */
extern bool server_try(void (*action) (void *arg), void *arg);

/* Of the error that was raised last: packed SQLSTATE. */
extern int	server_sqlstate(void);

/* Free everything that was allocated. */
extern void server_reset(void);

#endif							/* DY_FUZZ_SERVER_H */
