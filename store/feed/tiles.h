/* store/feed/tiles.h: the hashes of a feed's tree in tiles of 256 (C2SP tlog-tiles, heights of 8).
 * Tile n of level l holds the hashes of the complete subtrees of 2^(8 l) leaves numbered 256 n …
 * 256 n + 255, as many as there are yet. Hashes between two tile levels are computed from one tile.
 * Row: key feed number u32 ‖ level u8 ‖ tile u64; value version u8 ‖ 1 to 256 hashes. It bears no
 * check value: the check walks them against the entries, and a proof made of a wrong one convinces
 * nobody.
 * Threads: as the transaction. */
#ifndef TOC_STORE_FEED_TILES_H
#define TOC_STORE_FEED_TILES_H

#include "store/feed/internal.h"

enum {
    TOC_TILE_VERSION = 1,
    TOC_TILE_WIDTH = 256,
    TOC_TILE_LEVELS = 8, /* 8 × 8 levels of a tree over 2^64 leaves */
    TOC_TILE_BYTES_MAX = 1 + 32 * TOC_TILE_WIDTH
};

/* The last tile of a level, while the tree grows. */
typedef struct toc_tile {
    bool loaded;
    uint64_t index;
    uint32_t count;                    /* hashes in it */
    uint8_t bytes[TOC_TILE_BYTES_MAX]; /* the value of its row */
} toc_tile;

/* A tree that grows. 66 KiB: one at a time. `done` takes every tile that is full and, from
 * toc_tiles_end, those that are not, and puts the row unless it is set; loading one that is begun
 * reads its row. */
typedef struct toc_tiles {
    toc_log_txn *txn;
    uint32_t number;
    toc_frontier frontier;
    toc_code (*done)(struct toc_tiles *tiles, uint32_t level, const toc_tile *tile, toc_err *err);
    void *context;
    toc_tile levels[TOC_TILE_LEVELS];
} toc_tiles;

void toc_tiles_begin(toc_tiles *tiles, toc_log_txn *txn, uint32_t number,
                     const toc_frontier *frontier);
TOC_MUST toc_code toc_tiles_append(toc_tiles *tiles, const toc_hash *leaf, toc_err *err);
TOC_MUST toc_code toc_tiles_end(toc_tiles *tiles, toc_err *err);
/* Row of a tile, its version and size checked. NOT_FOUND: "no such row". */
TOC_MUST toc_code toc_tile_get(toc_log_txn *txn, uint32_t number, uint32_t level, uint64_t tile,
                               toc_span *out_hashes, toc_err *err);

#endif
