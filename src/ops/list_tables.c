/*-------------------------------------------------------------------------
 *
 * list_tables.c
 *	  ListTables
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/limits.h"
#include "ops/ops.h"
#include "tables/settings.h"

static const DyShape limit = DY_INTEGER(1, DY_MAX_LIST_TABLES);

#define LIST_TABLES_MEMBERS(M) \
	M(LIST_TABLES, ExclusiveStartTableName, dy_shape_index_name, false) \
	M(LIST_TABLES, Limit, limit, false)
DY_STRUCTURE(LIST_TABLES, list_tables_input, LIST_TABLES_MEMBERS)

void
dy_op_list_tables(const char *text, uint32 len, DyResponse *response)
{
	DyNode	   *request = dy_request_read(text, len, &list_tables_input);
	DyBytes		names[DY_MAX_LIST_TABLES + 1];
	int			count;
	int			wanted;

	dy_request_validate(request);
	wanted = dy_node_integer(dy_member(request, LIST_TABLES_Limit), DY_MAX_LIST_TABLES);
	/* one more, to know whether there is more */
	count = dy_table_names(dy_node_text(dy_member(request, LIST_TABLES_ExclusiveStartTableName)),
						   wanted + 1, names);

	dy_response_open(response, '{');
	if (count > wanted)
	{
		dy_response_name(response, "LastEvaluatedTableName");
		dy_response_bytes(response, names[wanted - 1]);
	}
	dy_response_name(response, "TableNames");
	dy_response_open(response, '[');
	for (int i = 0; i < Min(count, wanted); i++)
		dy_response_bytes(response, names[i]);
	dy_response_close(response, ']');
	dy_response_close(response, '}');
}
