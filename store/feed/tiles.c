#include "store/feed/tiles.h"

/* ---- rows ---- */

static toc_span tile_key(uint32_t number, uint32_t level, uint64_t tile,
                         uint8_t out[TOC_TILE_KEY_BYTES])
{
    toc_put_u32(out, number);
    out[4] = (uint8_t)level;
    toc_put_u64(out + 5, tile);
    return toc_span_of(out, TOC_TILE_KEY_BYTES);
}

toc_code toc_tile_get(toc_log_txn *txn, uint32_t number, uint32_t level, uint64_t tile,
                      toc_span *out_hashes, toc_err *err)
{
    uint8_t bytes[TOC_TILE_KEY_BYTES];
    toc_span key = tile_key(number, level, tile, bytes), value;
    TOC_TRY(toc_table_get(txn->txn, TOC_LOG_HASHES, key, &value, err));
    if (value.size < 33 || value.size > TOC_TILE_BYTES_MAX || (value.size - 1) % 32 != 0)
        return toc_log_lies(txn, TOC_LOG_HASHES, key, "a tile is 1 to 256 hashes", err);
    if (value.data[0] != TOC_TILE_VERSION)
        return toc_log_lies(txn, TOC_LOG_HASHES, key, "the tile is of an unknown version", err);
    *out_hashes = toc_span_of(value.data + 1, value.size - 1);
    return TOC_OK;
}

/* ---- growing ---- */

static toc_code write_tile(toc_tiles *tiles, uint32_t level, const toc_tile *tile, toc_err *err)
{
    uint8_t key[TOC_TILE_KEY_BYTES];
    return toc_table_put(tiles->txn->txn, TOC_LOG_HASHES,
                         tile_key(tiles->number, level, tile->index, key),
                         toc_span_of(tile->bytes, 1 + 32 * (size_t)tile->count), err);
}

void toc_tiles_begin(toc_tiles *tiles, toc_log_txn *txn, uint32_t number,
                     const toc_frontier *frontier)
{
    tiles->txn = txn;
    tiles->number = number;
    tiles->frontier = *frontier;
    tiles->done = write_tile;
    tiles->context = NULL;
    for (uint32_t i = 0; i < TOC_TILE_LEVELS; i++)
        tiles->levels[i].loaded = false; /* the rest is set by load: 66 KiB are not cleared */
}

static toc_code load(toc_tiles *tiles, uint32_t level, uint64_t index, uint32_t count, toc_err *err)
{
    toc_tile *tile = &tiles->levels[level];
    tile->index = index;
    tile->count = count;
    tile->bytes[0] = TOC_TILE_VERSION;
    tile->loaded = true;
    if (count == 0)
        return TOC_OK;
    toc_span hashes = {0};
    toc_code code = toc_tile_get(tiles->txn, tiles->number, level, index, &hashes, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    uint8_t key[TOC_TILE_KEY_BYTES];
    if (hashes.data == NULL || hashes.size != 32 * (size_t)count)
        return toc_log_lies(tiles->txn, TOC_LOG_HASHES, tile_key(tiles->number, level, index, key),
                            "the tile has not as many hashes as the feed's size asks for", err);
    memcpy(tile->bytes + 1, hashes.data, hashes.size);
    return TOC_OK;
}

static toc_code put_hash(toc_tiles *tiles, uint32_t level, uint64_t position, const toc_hash *hash,
                         toc_err *err)
{
    toc_tile *tile = &tiles->levels[level];
    if (!tile->loaded)
        TOC_TRY(load(tiles, level, position / TOC_TILE_WIDTH, (uint32_t)(position % TOC_TILE_WIDTH),
                     err));
    memcpy(tile->bytes + 1 + 32 * (size_t)tile->count, hash->bytes, 32);
    if (++tile->count < TOC_TILE_WIDTH)
        return TOC_OK;
    tile->loaded = false;
    return tiles->done(tiles, level, tile, err);
}

/* As toc_frontier_append, but that the roots which tiles keep are caught on their way up. */
toc_code toc_tiles_append(toc_tiles *tiles, const toc_hash *leaf, toc_err *err)
{
    toc_frontier *frontier = &tiles->frontier;
    TOC_ASSERT(frontier->size < UINT64_MAX);
    toc_hash hash = *leaf;
    uint64_t position = frontier->size;
    uint32_t height = 0;
    TOC_TRY(put_hash(tiles, 0, position, &hash, err));
    for (; (position & 1) != 0; position >>= 1) {
        toc_merkle_node(&frontier->hashes[--frontier->count], &hash, &hash);
        if (++height % 8 == 0)
            TOC_TRY(put_hash(tiles, height / 8, position >> 1, &hash, err));
    }
    frontier->hashes[frontier->count++] = hash;
    frontier->size++;
    return TOC_OK;
}

toc_code toc_tiles_end(toc_tiles *tiles, toc_err *err)
{
    for (uint32_t level = 0; level < TOC_TILE_LEVELS; level++) {
        toc_tile *tile = &tiles->levels[level];
        if (!tile->loaded)
            continue;
        tile->loaded = false;
        TOC_TRY(tiles->done(tiles, level, tile, err));
    }
    return TOC_OK;
}

/* ---- reading ---- */

static toc_code no_hash(uint32_t number, uint32_t level, uint64_t index, toc_err *err)
{
    return toc_fail(err, TOC_NOT_FOUND,
                    "feed %u: the entries %llu × 2^%u and on are not all stored", (unsigned)number,
                    (unsigned long long)index, (unsigned)level);
}

/* The root over 1, 2, 4, … 128 hashes of one tile. */
static void root_within(toc_span hashes, toc_hash *out)
{
    toc_frontier frontier = {0};
    for (size_t at = 0; at < hashes.size; at += 32) {
        toc_hash hash;
        memcpy(hash.bytes, hashes.data + at, 32);
        toc_frontier_append(&frontier, &hash);
    }
    *out = frontier.hashes[0];
}

static toc_code subtree(void *context, uint32_t level, uint64_t index, toc_hash *out, toc_err *err)
{
    const toc_log_tree *tree = context;
    if (level >= 64 || index > UINT64_MAX >> level)
        return no_hash(tree->number, level, index, err);
    uint32_t within = level % 8;
    uint64_t first = index << within; /* among the hashes of the tile level below */
    toc_span hashes = {0};
    toc_code code =
        toc_tile_get(tree->txn, tree->number, level / 8, first / TOC_TILE_WIDTH, &hashes, err);
    if (code == TOC_NOT_FOUND)
        return no_hash(tree->number, level, index, err);
    TOC_TRY(code);
    size_t from = 32 * (size_t)(first % TOC_TILE_WIDTH), size = (size_t)32 << within;
    if (from + size > hashes.size)
        return no_hash(tree->number, level, index, err);
    root_within(toc_span_of(hashes.data + from, size), out);
    return TOC_OK;
}

toc_tree_source toc_log_tree_source(toc_log_tree *tree)
{
    return (toc_tree_source){.context = tree, .subtree = subtree};
}

toc_code toc_log_leaf(toc_log_txn *txn, uint32_t number, uint64_t index, toc_hash *out,
                      toc_err *err)
{
    toc_log_tree tree = {.txn = txn, .number = number};
    toc_code code = subtree(&tree, 0, index, out, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "feed %u has no entry %llu", (unsigned)number,
                        (unsigned long long)index);
    return code;
}

/* Place of a hash among those of a tile; the tile's size when it is not there. */
static size_t place_in(toc_span hashes, const toc_hash *hash)
{
    for (size_t at = 0; at < hashes.size; at += 32) {
        if (memcmp(hashes.data + at, hash->bytes, 32) == 0)
            return at / 32;
    }
    return hashes.size;
}

toc_code toc_log_leaf_find(toc_log_txn *txn, const toc_hash *leaf, uint32_t *out_number,
                           uint64_t *out_index, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_HASHES, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_first(cursor, &row, err);
    for (; code == TOC_OK; code = toc_cursor_next(cursor, &row, err)) {
        if (row.key.size != TOC_TILE_KEY_BYTES || row.key.data[4] != 0)
            continue;
        uint32_t number = toc_get_u32(row.key.data);
        uint64_t tile = toc_get_u64(row.key.data + 5);
        toc_span hashes = {0};
        TOC_TRY(toc_tile_get(txn, number, 0, tile, &hashes, err));
        size_t place = place_in(hashes, leaf);
        if (place == hashes.size)
            continue;
        *out_number = number;
        *out_index = tile * TOC_TILE_WIDTH + place;
        return TOC_OK;
    }
    return code == TOC_NOT_FOUND ? toc_fail(err, code, "no entry of this id is stored") : code;
}

toc_code toc_log_root(toc_log_txn *txn, uint32_t number, uint64_t size, toc_hash *out, toc_err *err)
{
    toc_log_tree tree = {.txn = txn, .number = number};
    toc_frontier frontier = {.size = size};
    uint64_t from = 0;
    for (uint32_t level = 64; level-- > 0;) {
        if ((size >> level & 1) == 0)
            continue;
        TOC_TRY(subtree(&tree, level, from >> level, &frontier.hashes[frontier.count++], err));
        from += UINT64_C(1) << level;
    }
    toc_frontier_root(&frontier, out);
    return TOC_OK;
}

toc_code toc_log_feed_root(toc_log_txn *txn, const toc_log_feed *feed, uint64_t size, toc_hash *out,
                           toc_err *err)
{
    if (size == 0 || size != feed->head_size)
        return toc_log_root(txn, feed->number, size, out, err);
    *out = feed->head_root;
    return TOC_OK;
}
