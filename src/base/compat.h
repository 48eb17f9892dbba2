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

#include "fmgr.h"

/*
 * Stands where PG_FUNCTION_INFO_V1 would: before 16 that macro declares the
 * function without exporting it, and our symbols are hidden by default.
 */
#define DY_SQL_FUNCTION(name) \
	extern PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

/* 16 renamed the physical identity of a relation. */
#if PG_VERSION_NUM < 160000
#define RelFileLocator RelFileNode
#endif

/* 16 tells which indexes an update touches; before, only whether any. */
#if PG_VERSION_NUM < 160000
#define TU_UpdateIndexes bool
#define TU_None false
#define TU_All true
#endif

/* 16 lets the caller of a sort say whether it wants a copy; we never do. */
#if PG_VERSION_NUM < 160000
#define dy_tuplesort_getdatum(sort, value, isnull) \
	tuplesort_getdatum((sort), true, (value), (isnull), NULL)
#else
#define dy_tuplesort_getdatum(sort, value, isnull) \
	tuplesort_getdatum((sort), true, false, (value), (isnull), NULL)
#endif

/* 17 moved a backend's local transaction id. */
#if PG_VERSION_NUM < 170000
#define DY_MY_LXID (MyProc->lxid)
#else
#define DY_MY_LXID (MyProc->vxid.lxid)
#endif

#endif							/* DY_BASE_COMPAT_H */
