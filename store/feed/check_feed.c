#include <stdlib.h>

#include "proto/base/limits.h"
#include "proto/feed/entry.h"
#include "proto/feed/note.h"
#include "store/feed/bare.h"
#include "store/feed/check.h"
#include "store/feed/tiles.h"

/* A feed's entries are hashed anew; the tree, the frontier, the head and the judging grant that
 * come out are held against the rows. */

enum { PROGRESS_EVERY = 4096 };

/* One feed on the walk. */
typedef struct feed_walk {
    toc_check *check;
    const toc_log_feed *feed;
    char origin[TOC_ORIGIN_BYTES_MAX];
    bool has_judge, has_head_judge;
    toc_judge judge, head_judge; /* the last grant so far; the last one below the head */
    toc_span leaves;             /* the stored tile of leaf hashes that the walk is in */
    toc_tiles tiles;
} feed_walk;

static toc_code wrong(const feed_walk *walk, uint64_t index, const char *what, toc_err *err)
{
    return toc_fail(err, TOC_SIGNATURE, "feed %s, entry %llu: %s", walk->origin,
                    (unsigned long long)index, what);
}

/* ---- entries and hashes ---- */

static uint64_t first_difference(toc_span left, toc_span right)
{
    uint64_t at = 0;
    while (at < left.size && at < right.size && left.data[at] == right.data[at])
        at++;
    return at / 32;
}

/* Takes the tiles that come out of the entries: the stored ones must be the same. */
static toc_code compare_tile(toc_tiles *tiles, uint32_t level, const toc_tile *tile, toc_err *err)
{
    const feed_walk *walk = tiles->context;
    toc_span stored = {0}, computed = toc_span_of(tile->bytes + 1, 32 * (size_t)tile->count);
    toc_code code = toc_tile_get(tiles->txn, tiles->number, level, tile->index, &stored, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    walk->check->tiles++;
    if (toc_span_equal(stored, computed))
        return TOC_OK;
    uint64_t position = tile->index * TOC_TILE_WIDTH + first_difference(stored, computed);
    return wrong(walk, position << (8 * level),
                 level == 0 ? "a leaf hash of no entry is stored for it"
                            : "the hash over it and those after it is not what they hash to",
                 err);
}

/* At once, and not with the tile: or what is built on a leaf would be found wrong before the leaf
 * is. */
static toc_code check_leaf(feed_walk *walk, uint64_t index, const toc_hash *leaf, toc_err *err)
{
    size_t place = (size_t)(index % TOC_TILE_WIDTH);
    if (place == 0) {
        walk->leaves = (toc_span){0};
        toc_code code = toc_tile_get(walk->tiles.txn, walk->feed->number, 0, index / TOC_TILE_WIDTH,
                                     &walk->leaves, err);
        if (code != TOC_OK && code != TOC_NOT_FOUND)
            return code;
    }
    if (walk->leaves.size < 32 * (place + 1))
        return wrong(walk, index, "its leaf hash is missing", err);
    if (memcmp(walk->leaves.data + 32 * place, leaf->bytes, 32) != 0)
        return wrong(walk, index, "its bytes and its leaf hash do not fit each other", err);
    return TOC_OK;
}

static toc_code take_grant(feed_walk *walk, uint64_t index, toc_span entry, toc_err *err)
{
    if (entry.data[1] != TOC_ENTRY_GRANT)
        return TOC_OK;
    toc_grant grant;
    if (toc_grant_read(entry, &grant, NULL) != TOC_OK)
        return wrong(walk, index, "it says that it is a grant and is none", err);
    toc_log_grant found;
    if (toc_log_grant_before(walk->check->txn, walk->feed->number, index + 1, &found, err) !=
            TOC_OK ||
        found.index != index)
        return wrong(walk, index, "it is a grant, and would not be found as one", err);
    walk->check->grants++;
    walk->has_judge = true;
    walk->judge = toc_judge_of(&grant, index);
    return TOC_OK;
}

/* A bare entry says why it is, and what it says holds. */
static toc_code check_bare(const feed_walk *walk, uint64_t index, toc_row row, const toc_hash *leaf,
                           toc_err *err)
{
    toc_entry_header header;
    toc_bare bare;
    toc_log_txn *txn = walk->check->txn;
    if (toc_entry_bare_parse(row.value, &header, NULL) != TOC_OK)
        return wrong(walk, index, "it has no body, and is no record", err);
    toc_code code = toc_erase_why(txn, walk->feed->number, index, &bare, err);
    if (code == TOC_NOT_FOUND)
        return wrong(walk, index, "it has no body, and nothing says why", err);
    TOC_TRY(code);
    ++*(toc_bare_lacks(bare.why) ? &walk->check->lacking : &walk->check->erased);
    if (bare.why == TOC_BARE_DAY && bare.at.unix_ms / 86400000u <= header.keep_until_day)
        return wrong(walk, index, "it was erased before its day", err);
    bool named = true;
    if (bare.why == TOC_BARE_AUTHOR)
        TOC_TRY(
            toc_erasure_names(txn, &walk->feed->id, &walk->feed->name, index, leaf, &named, err));
    return named ? TOC_OK
                 : wrong(walk, index, "its author is said to have erased it, and did not", err);
}

static toc_code check_head_root(feed_walk *walk, toc_err *err)
{
    const toc_log_feed *feed = walk->feed;
    if (walk->tiles.frontier.size != feed->head_size)
        return TOC_OK;
    toc_hash root;
    toc_frontier_root(&walk->tiles.frontier, &root);
    walk->has_head_judge = walk->has_judge;
    walk->head_judge = walk->judge;
    if (toc_hash_equal(&root, &feed->head_root))
        return TOC_OK;
    return wrong(walk, feed->head_size - 1, "the head over it and those before is of another root",
                 err);
}

static toc_code check_entry(feed_walk *walk, uint64_t index, toc_row row, toc_err *err)
{
    uint8_t key[TOC_ENTRY_KEY_BYTES];
    if (!toc_span_equal(row.key, toc_entry_key(walk->feed->number, index, key)))
        return wrong(walk, index, "it is missing, or there are more than the feed's size", err);
    if (row.value.size < TOC_ENTRY_HEADER_BYTES || row.value.size > TOC_ENTRY_BYTES_MAX)
        return wrong(walk, index, "no entry is of its size", err);
    toc_hash leaf;
    toc_entry_leaf(&walk->feed->id, index, row.value, &leaf);
    TOC_TRY(check_leaf(walk, index, &leaf, err));
    TOC_TRY(toc_tiles_append(&walk->tiles, &leaf, err));
    TOC_TRY(toc_entry_is_bare(row.value) ? check_bare(walk, index, row, &leaf, err)
                                         : take_grant(walk, index, row.value, err));
    TOC_TRY(check_head_root(walk, err));
    toc_check *check = walk->check;
    check->entry_bytes += row.value.size;
    if (++check->done % PROGRESS_EVERY == 0 && check->progress != NULL)
        check->progress(check->context, check->done, check->total);
    return TOC_OK;
}

static toc_code check_entries(feed_walk *walk, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t prefix[TOC_FEED_KEY_BYTES];
    TOC_TRY(toc_cursor_open(walk->check->txn->txn, TOC_LOG_ENTRIES,
                            toc_feed_key(walk->feed->number, prefix), &cursor, err));
    uint64_t index = 0;
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK)
        TOC_TRY(check_entry(walk, index++, row, err));
    if (code != TOC_NOT_FOUND)
        return code;
    if (index != walk->feed->frontier.size)
        return wrong(walk, index, "it is missing, or there are more than the feed's size", err);
    TOC_TRY(toc_tiles_end(&walk->tiles, err));
    if (!toc_frontier_equal(&walk->tiles.frontier, &walk->feed->frontier))
        return wrong(walk, index, "the feed's frontier is not what its entries hash to", err);
    return TOC_OK;
}

static bool same_judge(const toc_judge *left, const toc_judge *right)
{
    return left->index == right->index && toc_card_hash_equal(&left->card, &right->card) &&
           left->card_serial == right->card_serial &&
           toc_charter_hash_equal(&left->charter, &right->charter) &&
           left->charter_version == right->charter_version && left->epoch == right->epoch &&
           toc_key_id_equal(&left->key_id, &right->key_id);
}

static toc_code check_judge(const feed_walk *walk, toc_err *err)
{
    const toc_log_feed *feed = walk->feed;
    if (walk->has_judge == feed->has_judge &&
        (!feed->has_judge || same_judge(&walk->judge, &feed->judge)))
        return TOC_OK;
    return wrong(walk, walk->judge.index, "the feed's row does not name it as its last grant", err);
}

/* ---- heads ---- */

/* The signature by the key of the card that judges, or of a newer one of its org, which signs old
 * heads anew; where the cards are held. The row's check value covers the note in any case. */
static toc_code check_signature(const feed_walk *walk, toc_span note, toc_err *err)
{
    toc_log_txn *txn = walk->check->txn;
    toc_log_card_context context = {.txn = txn, .arena = walk->check->arena};
    toc_card_source cards = toc_log_card_source(&context);
    toc_card card;
    toc_checkpoint checkpoint;
    toc_arena_reset(context.arena);
    if (!walk->has_head_judge)
        return TOC_OK;
    toc_code code = cards.card(cards.context, &walk->head_judge.card, &card, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    toc_card newest;
    uint64_t judging = card.serial;
    code = toc_checkpoint_open(note, &walk->feed->name, &card.sign, &checkpoint, err);
    if (code != TOC_SIGNATURE ||
        toc_log_card_of(txn, &walk->feed->name.org, context.arena, &newest, NULL) != TOC_OK)
        return code;
    while (newest.serial > judging) {
        if (toc_checkpoint_open(note, &walk->feed->name, &newest.sign, &checkpoint, NULL) == TOC_OK)
            return TOC_OK;
        toc_card_hash before = newest.previous;
        if (cards.card(cards.context, &before, &newest, NULL) != TOC_OK)
            break;
    }
    return code;
}

static toc_code check_note(const feed_walk *walk, const toc_head_row *head, toc_err *err)
{
    toc_note note;
    toc_checkpoint checkpoint;
    if (toc_note_parse(head->note, &note, NULL) != TOC_OK ||
        toc_checkpoint_parse(note.body, &checkpoint, NULL) != TOC_OK ||
        !toc_span_equal(checkpoint.origin, toc_span_text(walk->origin)) ||
        checkpoint.size != head->size || !toc_hash_equal(&checkpoint.root, &head->root))
        return wrong(walk, head->size - 1, "the note of a head over it does not say what it should",
                     err);
    if (head->size > walk->feed->frontier.size)
        return TOC_OK; /* its judge has not come yet */
    return check_signature(walk, head->note, err);
}

static toc_code check_head(feed_walk *walk, const toc_head_row *head, bool *out_known, toc_err *err)
{
    const toc_log_feed *feed = walk->feed;
    walk->check->heads++;
    if (head->size == 0 || (head->size != feed->head_size && head->size <= feed->frontier.size))
        return wrong(walk, head->size, "an old head over it was left behind", err);
    if (head->size == feed->head_size && !toc_hash_equal(&head->root, &feed->head_root))
        return wrong(walk, head->size - 1, "the head over it has two roots", err);
    if (head->size == feed->known_size)
        *out_known = toc_hash_equal(&head->root, &feed->known_root);
    return check_note(walk, head, err);
}

static toc_code check_heads(feed_walk *walk, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t prefix[TOC_FEED_KEY_BYTES];
    toc_log_txn *txn = walk->check->txn;
    const toc_log_feed *feed = walk->feed;
    TOC_TRY(
        toc_cursor_open(txn->txn, TOC_LOG_HEADS, toc_feed_key(feed->number, prefix), &cursor, err));
    bool has_known = feed->known_size == 0;
    bool has_head = feed->head_size == 0;
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_head_row head;
        TOC_TRY(toc_head_row_open(txn, row, &head, err));
        TOC_TRY(check_head(walk, &head, &has_known, err));
        has_head = has_head || head.size == feed->head_size;
    }
    if (code != TOC_NOT_FOUND)
        return code;
    if (!has_known || !has_head)
        return wrong(walk, feed->head_size, "a head that the feed's row names is not there", err);
    return TOC_OK;
}

/* ---- feeds ---- */

static toc_code check_names(const feed_walk *walk, toc_err *err)
{
    const toc_log_feed *feed = walk->feed;
    toc_log_txn *txn = walk->check->txn;
    toc_feed_id id;
    toc_log_feed found;
    toc_feed_id_of(&feed->name, &id);
    if (!toc_feed_id_equal(&id, &feed->id))
        return wrong(walk, 0, "the feed's id is not that of its name", err);
    TOC_TRY(toc_log_feed_find(txn, &id, &found, err));
    if (found.number != feed->number || feed->number != walk->check->feeds)
        return wrong(walk, 0, "the feed's number is not in its place", err);
    toc_key by_circle;
    toc_key_clear(&by_circle);
    toc_key_add_span(&by_circle, TOC_SPAN_OF(feed->name.circle));
    toc_key_add_u32(&by_circle, feed->number);
    toc_span nothing;
    toc_code code =
        toc_checked_get(txn, TOC_LOG_CIRCLE_FEEDS, toc_key_view(&by_circle), &nothing, err);
    return code == TOC_NOT_FOUND ? wrong(walk, 0, "the feed is not listed in its circle", err)
                                 : code;
}

static toc_code check_feed_with(feed_walk *walk, toc_err *err)
{
    toc_feed_origin(&walk->feed->name, walk->origin);
    toc_frontier empty = {0};
    toc_tiles_begin(&walk->tiles, walk->check->txn, walk->feed->number, &empty);
    walk->tiles.done = compare_tile;
    walk->tiles.context = walk;
    TOC_TRY(check_names(walk, err));
    TOC_TRY(check_entries(walk, err));
    TOC_TRY(check_judge(walk, err));
    return check_heads(walk, err);
}

toc_code toc_check_feed(void *context, const toc_log_feed *feed, toc_err *err)
{
    toc_check *check = context;
    check->feeds++;
    feed_walk *walk = calloc(1, sizeof *walk); /* 66 KiB of tiles */
    if (walk == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory to check a feed");
    walk->check = check;
    walk->feed = feed;
    toc_code code = check_feed_with(walk, err);
    free(walk);
    return code;
}
