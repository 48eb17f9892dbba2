/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  The differences between the supported versions of Postgres.
 *
 * Supported are 15 to 17.  Sources are written for the newest of them; this
 * header gives older ones the missing names.  No other file asks for
 * PG_VERSION_NUM, except where a callback of an interface has changed its
 * arguments.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BASE_COMPAT_H
#define DY_BASE_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "dynamo needs PostgreSQL 15 or newer"
#endif

/* 16 renamed the physical identity of a relation. */
#if PG_VERSION_NUM < 160000
#define RelFileLocator RelFileNode
#endif

#endif							/* DY_BASE_COMPAT_H */
