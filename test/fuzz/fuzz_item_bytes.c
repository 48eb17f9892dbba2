/*-------------------------------------------------------------------------
 *
 * fuzz_item_bytes.c
 *	  Items of hostile bytes.
 *
 * Bytes that pass the check must be good for everything: text and back,
 * lookup, comparison, hash, size.  Bytes that do not may be read, too, as
 * from a damaged page: with errors, but never beyond them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "item/format.h"
#include "item/text.h"

#include "server.h"

static void
check_bytes(void *arg)
{
	dy_value_check(dy_item_value(arg));
}

/* Every name is found, every element is in its set. */
static void
visit(DyValue value)
{
	DyType		type = dy_value_type(value);
	DyIterator	iter;
	DyBytes		name;
	DyValue		child;
	DyValue		found;

	if (type <= DY_TYPE_NULL)
		return;
	iter = dy_iterate(value);
	if (type == DY_TYPE_M)
	{
		while (dy_map_next(&iter, &name, &child))
		{
			found = dy_map_get(value, name.data, name.len);
			CHECK(found.data == child.data && found.len == child.len);
			visit(child);
		}
		return;
	}
	while (dy_list_next(&iter, &child))
	{
		CHECK(dy_list_get(value, iter.next - 1).data == child.data);
		if (type == DY_TYPE_L)
			visit(child);
		else
			CHECK(dy_set_contains(value, child));
	}
}

static void
use_sound(void *arg)
{
	DyValue		map = dy_item_value(arg);
	DyBuilder  *b = dy_build_create();
	StringInfoData text;
	DyValue		again;

	visit(map);
	initStringInfo(&text);
	CHECK(dy_text_write_map(&text, map) == dy_item_size(map));
	CHECK(dy_item_size(map) <= DY_MOST_PER_BYTE * map.len);
	again = dy_item_value(dy_item_from_text(text.data, text.len));
	CHECK(dy_value_equal(map, again) && dy_value_equal(again, map));
	CHECK(dy_value_contains(map, again) && dy_value_contains(again, map));
	CHECK(dy_value_hash(map) == dy_value_hash(again));
	CHECK(dy_item_size(map) == dy_item_size(again));
	CHECK(dy_value_levels(map) <= DY_MAX_NESTING_LEVELS);

	/* as another database may have it */
	again = dy_item_value(dy_item_portable(arg));
	dy_value_check_portable(again);
	CHECK(dy_value_equal(map, again) && dy_value_hash(map) == dy_value_hash(again));

	/* as part of another value */
	dy_build_open(b, DY_TYPE_M);
	dy_build_name(b, "copy", 4);
	dy_build_copy(b, map);
	dy_build_name(b, "a", 1);
	dy_build_null(b);
	dy_build_close(b);
	again = dy_map_get(dy_build_value(b), "copy", 4);
	CHECK(again.len == map.len && memcmp(again.data, map.data, map.len) == 0);
}

static void
use_unsound_text(void *arg)
{
	StringInfoData text;

	initStringInfo(&text);
	dy_text_write_map(&text, dy_item_value(arg));
}

static void
use_unsound_numbers(void *arg)
{
	DyValue		map = dy_item_value(arg);

	(void) dy_item_size(map);
	(void) dy_value_hash(map);
	(void) dy_map_get(map, "k", 1);
	(void) dy_value_contains(map, map);
}

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	DyItem	   *item = palloc(VARHDRSZ + size);

	SET_VARSIZE(item, VARHDRSZ + size);
	memcpy(VARDATA(item), data, size);
	if (server_try(check_bytes, item))
		CHECK(server_try(use_sound, item));
	else
	{
		CHECK(server_sqlstate() == ERRCODE_DATA_CORRUPTED);

		/*
		 * Unchecked bytes may say that one entry is many times in a
		 * directory, which makes the work grow with every level: short ones
		 * are enough to find reads beyond the end.
		 */
		if (size < 64)
		{
			(void) server_try(use_unsound_text, item);
			(void) server_try(use_unsound_numbers, item);
		}
	}
	server_reset();
	return 0;
}
