/* store/view/map.h: short byte strings → numbers, in memory, for one transaction of the fold.
 * Vertices are chosen by whoever writes records, so the hash is keyed anew for each map. Keys stand
 * in the order in which they came, apart from the slots: those stay small, and whoever comes by in
 * nearly the same order again, as reports do that share wallets, finds the keys side by side.
 * Owns:    its slots and entries, until toc_map_wipe.
 * Threads: one at a time.
 * Errors:  NO_MEMORY. */
#ifndef TOC_STORE_VIEW_MAP_H
#define TOC_STORE_VIEW_MAP_H

#include "proto/base/attrs.h"
#include "proto/base/error.h"
#include "proto/base/span.h"

enum { TOC_MAP_KEY_BYTES_MAX = 35 };

typedef struct toc_map_slot {
    uint32_t hash;
    uint32_t entry; /* from 1; 0: free */
} toc_map_slot;

typedef struct toc_map_entry {
    uint8_t size;
    uint8_t key[TOC_MAP_KEY_BYTES_MAX];
    uint32_t value;
} toc_map_entry;

typedef struct toc_map {
    uint64_t seeds[6];
    size_t used, capacity; /* capacity: of the slots, 0 or a power of two; half of it of entries */
    toc_map_slot *slots;
    toc_map_entry *entries;
} toc_map;

void toc_map_init(toc_map *map);
void toc_map_wipe(toc_map *map);
void toc_map_clear(toc_map *map); /* gives back what a large transaction took */
bool toc_map_find(const toc_map *map, toc_span key, uint32_t *out);
/* The key must not be there yet. */
TOC_MUST toc_code toc_map_add(toc_map *map, toc_span key, uint32_t value, toc_err *err);

#endif
