#include "proto/format/keyset.h"

#include <stdlib.h>

#include "proto/base/endian.h"

enum { CAPACITY_MIN = 64 };

void toc_keyset_wipe(toc_keyset *set)
{
    free(set->slots);
    *set = (toc_keyset){0};
}

/* The slot of the key, or the free one where it would go. */
static toc_keyset_slot *find_slot(const toc_keyset *set, const uint8_t *key)
{
    size_t at = (size_t)toc_get_u64(key) & (set->capacity - 1);
    while (set->slots[at].value != 0 && memcmp(set->slots[at].key, key, 16) != 0)
        at = (at + 1) & (set->capacity - 1);
    return &set->slots[at];
}

bool toc_keyset_get(const toc_keyset *set, const toc_hash *key, uint32_t *out_value)
{
    if (set->capacity == 0)
        return false;
    const toc_keyset_slot *slot = find_slot(set, key->bytes);
    if (slot->value == 0)
        return false;
    *out_value = slot->value - 1;
    return true;
}

static toc_code grow(toc_keyset *set, toc_err *err)
{
    toc_keyset larger = {.capacity = set->capacity == 0 ? CAPACITY_MIN : set->capacity * 2,
                         .count = set->count};
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (larger.slots == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for %zu keys", larger.capacity);
    for (size_t i = 0; i < set->capacity; i++) {
        if (set->slots[i].value != 0)
            *find_slot(&larger, set->slots[i].key) = set->slots[i];
    }
    free(set->slots);
    *set = larger;
    return TOC_OK;
}

toc_code toc_keyset_put(toc_keyset *set, const toc_hash *key, uint32_t value, toc_err *err)
{
    TOC_ASSERT(value < UINT32_MAX);
    if (set->count * 2 >= set->capacity)
        TOC_TRY(grow(set, err));
    toc_keyset_slot *slot = find_slot(set, key->bytes);
    TOC_ASSERT(slot->value == 0);
    memcpy(slot->key, key->bytes, sizeof slot->key);
    slot->value = value + 1;
    set->count++;
    return TOC_OK;
}
