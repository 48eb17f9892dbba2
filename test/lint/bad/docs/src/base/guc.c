/*-------------------------------------------------------------------------
 *
 * guc.c
 *	  Bad sample: a setting that no document names.
 *
 *-------------------------------------------------------------------------
 */
	DefineCustomBoolVariable("dynamo.secret",
