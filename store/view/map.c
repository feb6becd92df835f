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
    free(map->entries);
    map->slots = NULL;
    map->entries = NULL;
    map->used = map->capacity = 0;
}

void toc_map_clear(toc_map *map)
{
    toc_map_wipe(map);
}

/* Multiply and add with secret factors (Dietzfelbinger 1996), eight bytes at a time. */
static uint32_t hash_of(const toc_map *map, toc_span key)
{
    uint64_t sum = map->seeds[5] ^ (key.size * map->seeds[0]);
    for (size_t i = 0, at = 0; at < key.size; i++, at += 8) {
        uint64_t word = 0;
        memcpy(&word, key.data + at, key.size - at < 8 ? key.size - at : 8);
        sum += (word ^ (sum >> 32)) * (map->seeds[i] | 1);
    }
    return (uint32_t)(sum ^ (sum >> 32));
}

static toc_map_slot *slot_of(const toc_map *map, toc_span key, uint32_t hash)
{
    for (size_t i = hash & (map->capacity - 1);; i = (i + 1) & (map->capacity - 1)) {
        toc_map_slot *slot = &map->slots[i];
        if (slot->entry == 0)
            return slot;
        const toc_map_entry *entry = &map->entries[slot->entry - 1];
        if (slot->hash == hash && toc_span_equal(toc_span_of(entry->key, entry->size), key))
            return slot;
    }
}

bool toc_map_find(const toc_map *map, toc_span key, uint32_t *out)
{
    if (map->capacity == 0)
        return false;
    const toc_map_slot *slot = slot_of(map, key, hash_of(map, key));
    if (slot->entry == 0)
        return false;
    *out = map->entries[slot->entry - 1].value;
    return true;
}

static void move_slot(toc_map_slot *slots, size_t capacity, const toc_map_slot *slot)
{
    size_t place = slot->hash & (capacity - 1);
    while (slots[place].entry > 0)
        place = (place + 1) & (capacity - 1);
    slots[place] = *slot;
}

static toc_code grow(toc_map *map, toc_err *err)
{
    size_t capacity = map->capacity == 0 ? MAP_SLOTS_FIRST : 2 * map->capacity;
    TOC_ASSERT(capacity <= (size_t)UINT32_MAX + 1); /* as far as hashes reach */
    toc_map_entry *entries = realloc(map->entries, capacity / 2 * sizeof *entries);
    if (entries == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory for the fold");
    map->entries = entries;
    toc_map_slot *slots = calloc(capacity, sizeof *slots);
    if (slots == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory for the fold");
    for (size_t i = 0; i < map->capacity; i++) {
        if (map->slots[i].entry > 0)
            move_slot(slots, capacity, &map->slots[i]);
    }
    free(map->slots);
    map->slots = slots;
    map->capacity = capacity;
    return TOC_OK;
}

toc_code toc_map_add(toc_map *map, toc_span key, uint32_t value, toc_err *err)
{
    TOC_ASSERT(key.size > 0 && key.size <= TOC_MAP_KEY_BYTES_MAX);
    if (2 * (map->used + 1) > map->capacity)
        TOC_TRY(grow(map, err));
    uint32_t hash = hash_of(map, key);
    toc_map_slot *slot = slot_of(map, key, hash);
    TOC_ASSERT(slot->entry == 0);
    toc_map_entry *entry = &map->entries[map->used++];
    entry->size = (uint8_t)key.size;
    memcpy(entry->key, key.data, key.size);
    entry->value = value;
    *slot = (toc_map_slot){.hash = hash, .entry = (uint32_t)map->used};
    return TOC_OK;
}
