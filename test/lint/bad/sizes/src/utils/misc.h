/*-------------------------------------------------------------------------
 *
 * misc.h
 *	  Bad sample: in a folder that shadows the server's.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_UTILS_MISC_H
#define DY_UTILS_MISC_H
#endif
