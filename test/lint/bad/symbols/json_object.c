/*-------------------------------------------------------------------------
 *
 * json_object.c
 *	  Bad sample: a name that the server has, too.
 *
 *-------------------------------------------------------------------------
 */

int	json_object(void);

int
json_object(void)
{
	return 0;
}
