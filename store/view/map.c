#include "store/view/map.h"

#include <stdlib.h>

#include "proto/crypto/secret.h"

enum { MAP_SLOTS_FIRST = 64 };

void toc_map_init(toc_map *map)
{
    *map = (toc_map){0};
    toc_random(map->seeds, sizeof map->seeds);
}

void toc_map_wipe(toc_map *map)
{
    free(map->slots);
    map->slots = NULL;
    map->used = map->capacity = 0;
}

void toc_map_clear(toc_map *map)
{
    toc_map_wipe(map);
}

/* Multiply and add with secret factors (Dietzfelbinger 1996), eight bytes at a time. */
static size_t place_of(const toc_map *map, toc_span key)
{
    uint64_t sum = map->seeds[5] ^ (key.size * map->seeds[0]);
    for (size_t i = 0, at = 0; at < key.size; i++, at += 8) {
        uint64_t word = 0;
        memcpy(&word, key.data + at, key.size - at < 8 ? key.size - at : 8);
        sum += (word ^ (sum >> 32)) * (map->seeds[i] | 1);
    }
    return (size_t)((sum ^ (sum >> 32)) & (map->capacity - 1));
}

static toc_map_slot *slot_of(const toc_map *map, toc_span key)
{
    for (size_t i = place_of(map, key);; i = (i + 1) & (map->capacity - 1)) {
        toc_map_slot *slot = &map->slots[i];
        if (slot->size == 0 || toc_span_equal(toc_span_of(slot->key, slot->size), key))
            return slot;
    }
}

bool toc_map_find(const toc_map *map, toc_span key, uint32_t *out)
{
    if (map->capacity == 0)
        return false;
    const toc_map_slot *slot = slot_of(map, key);
    if (slot->size == 0)
        return false;
    *out = slot->value;
    return true;
}

static toc_code grow(toc_map *map, toc_err *err)
{
    toc_map_slot *old = map->slots;
    size_t old_capacity = map->capacity,
           capacity = old_capacity == 0 ? MAP_SLOTS_FIRST : 2 * old_capacity;
    toc_map_slot *slots = calloc(capacity, sizeof *slots);
    if (slots == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory for the fold");
    map->slots = slots;
    map->capacity = capacity;
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i].size > 0)
            *slot_of(map, toc_span_of(old[i].key, old[i].size)) = old[i];
    }
    free(old);
    return TOC_OK;
}

toc_code toc_map_add(toc_map *map, toc_span key, uint32_t value, toc_err *err)
{
    TOC_ASSERT(key.size > 0 && key.size <= TOC_MAP_KEY_BYTES_MAX);
    if (2 * (map->used + 1) > map->capacity)
        TOC_TRY(grow(map, err));
    toc_map_slot *slot = slot_of(map, key);
    TOC_ASSERT(slot->size == 0);
    slot->size = (uint8_t)key.size;
    memcpy(slot->key, key.data, key.size);
    slot->value = value;
    map->used++;
    return TOC_OK;
}
