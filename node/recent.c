#include "node/recent.h"

#include <stdlib.h>

enum { RECENT_ROWS_MIN = 1024 };

/* Keys are hashes: their first bytes are as good as any. */
static size_t slot_of(const toc_recent *recent, const toc_hash *key)
{
    uint64_t first;
    memcpy(&first, key->bytes, sizeof first);
    size_t slot = (size_t)first & (recent->capacity - 1);
    while (recent->rows[slot].revision != 0 && !toc_hash_equal(&recent->rows[slot].key, key))
        slot = (slot + 1) & (recent->capacity - 1);
    return slot;
}

void toc_recent_clear(toc_recent *recent)
{
    free(recent->rows);
    *recent = (toc_recent){0};
}

const toc_recent_row *toc_recent_find(const toc_recent *recent, const toc_hash *key)
{
    if (recent->count == 0)
        return NULL;
    const toc_recent_row *row = &recent->rows[slot_of(recent, key)];
    return row->revision == 0 ? NULL : row;
}

static toc_code grow(toc_recent *recent, toc_err *err)
{
    toc_recent bigger = {.capacity = recent->capacity == 0 ? RECENT_ROWS_MIN : recent->capacity * 2,
                         .count = recent->count};
    bigger.rows = calloc(bigger.capacity, sizeof *bigger.rows);
    if (bigger.rows == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for what was just written");
    for (size_t i = 0; i < recent->capacity; i++) {
        if (recent->rows[i].revision != 0)
            bigger.rows[slot_of(&bigger, &recent->rows[i].key)] = recent->rows[i];
    }
    free(recent->rows);
    *recent = bigger;
    return TOC_OK;
}

toc_code toc_recent_put(toc_recent *recent, const toc_recent_row *row, toc_err *err)
{
    TOC_ASSERT(row->revision != 0);
    if (recent->count * 2 >= recent->capacity)
        TOC_TRY(grow(recent, err));
    toc_recent_row *slot = &recent->rows[slot_of(recent, &row->key)];
    recent->count += slot->revision == 0 ? 1 : 0;
    *slot = *row;
    return TOC_OK;
}
