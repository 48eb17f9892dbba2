/*-------------------------------------------------------------------------
 *
 * upward.c
 *	  Bad sample: includes what it may not.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "item/value.h"
#include "ops/ops.h"
#include "ops.h"
