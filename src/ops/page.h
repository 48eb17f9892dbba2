/*-------------------------------------------------------------------------
 *
 * page.h
 *	  What Query and Scan have in common: one page of a range.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_PAGE_H
#define DY_OPS_PAGE_H

#include "engine/engine.h"
#include "ops/consumed.h"
#include "ops/parameters.h"
#include "ops/start_key.h"

/* The parameters that both requests have. */
typedef struct DyPageInput
{
	const DyNode *table_name;
	const DyNode *index_name;
	const DyNode *select;
	const DyNode *limit;
	const DyNode *start_key;
	const DyNode *consistent_read;
	const DyNode *attributes_to_get;
	const DyNode *projection_expression;
	const DyNode *filter_expression;
	const DyNode *legacy_filter;	/* QueryFilter or ScanFilter */
	const DyNode *conditional_operator;
	const DyNode *names;
	const DyNode *values;
	const DyNode *return_consumed_capacity;
} DyPageInput;

/* Select */
typedef enum DySelect
{
	DY_SELECT_DEFAULT,
	DY_SELECT_ALL_ATTRIBUTES,
	DY_SELECT_ALL_PROJECTED_ATTRIBUTES,
	DY_SELECT_SPECIFIC_ATTRIBUTES,
	DY_SELECT_COUNT
} DySelect;

/* A page to be read. */
typedef struct DyPage
{
	DyPageInput input;
	DyRangeRequest range;
	DySelect	select;
	const DyCondition *filter;
	const DyProjection *projection;
	DyValue		start_key;
	bool		consistent;
	bool		fetch;			/* local index: attributes it does not project
								 * are wanted */
} DyPage;

/* Steps of checking a request, in the order of the service. */
extern void dy_page_read_filter(DyPage *page, DyPlaceholders *placeholders);
extern void dy_page_read_projection(DyPage *page, DyPlaceholders *placeholders);
extern void dy_page_bind_index(DyPage *page);
extern void dy_page_check_select(DyPage *page);
extern void dy_page_check_filter_projected(const DyPage *page);
extern void dy_page_check_projection(DyPage *page);

/* Read and check a whole request: query.c, scan.c. */
extern void dy_query_prepare(const char *text, uint32 len, DyPage *page);
extern void dy_scan_prepare(const char *text, uint32 len, DyPage *page);

/* What of an item that passed the filter is to be seen. */
extern DyValue dy_page_item(const DyPage *page, DyValue item, DyBuilder *scratch);

/* Read the page and write the answer. */
extern void dy_page_answer(const DyPage *page, DyResponse *r);

#endif							/* DY_OPS_PAGE_H */
