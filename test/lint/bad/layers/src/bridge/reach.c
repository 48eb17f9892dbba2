/*-------------------------------------------------------------------------
 *
 * reach.c
 *	  Bad sample: a bridge that reaches into the server.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>

#include "base/guc.h"
