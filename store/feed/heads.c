#include "proto/base/limits.h"
#include "proto/base/reader.h"
#include "store/feed/tiles.h"

/* Table heads, key feed number ‖ size: the head itself, and beyond what is stored the checkpoints
 * that wait. */

toc_code toc_head_row_open(const toc_log_txn *txn, toc_row row, toc_head_row *out, toc_err *err)
{
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_HEADS, row, &payload, err));
    toc_head_row head = {0};
    toc_reader reader = toc_reader_of(payload);
    toc_read_bytes(&reader, head.root.bytes, sizeof head.root);
    head.note = toc_read_span(&reader, toc_reader_left(&reader));
    if (toc_reader_finish(&reader, "head", NULL) != TOC_OK || row.key.size != TOC_ENTRY_KEY_BYTES ||
        head.note.size == 0)
        return toc_log_lies(txn, TOC_LOG_HEADS, row.key, "this is not the row of a head", err);
    head.size = toc_get_u64(row.key.data + 4);
    *out = head;
    return TOC_OK;
}

static toc_code row_put(toc_log_txn *txn, uint32_t number, uint64_t size, const toc_hash *root,
                        toc_span note, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf row = {0};
    toc_buf_add_span(&row, TOC_SPAN_OF(*root));
    toc_buf_add_span(&row, note);
    TOC_TRY(toc_buf_ok(&row, err));
    uint8_t key[TOC_ENTRY_KEY_BYTES];
    return toc_checked_put(txn, TOC_LOG_HEADS, toc_entry_key(number, size, key), toc_buf_view(&row),
                           err);
}

/* ---- promotion ---- */

static toc_code newest_reached(toc_log_txn *txn, toc_cursor *cursor, const toc_log_feed *feed,
                               toc_head_row *out, toc_err *err)
{
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_head_row head = {0};
        TOC_TRY(toc_head_row_open(txn, row, &head, err));
        if (head.size > feed->frontier.size)
            return TOC_OK;
        *out = head;
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code delete_below(toc_cursor *cursor, uint64_t size, toc_err *err)
{
    toc_row row;
    toc_code code = toc_cursor_first(cursor, &row, err);
    while (code == TOC_OK && toc_get_u64(row.key.data + 4) < size) {
        TOC_TRY(toc_cursor_delete(cursor, err));
        code = toc_cursor_next(cursor, &row, err);
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_heads_promote(toc_log_txn *txn, toc_log_feed *feed, toc_err *err)
{
    if (feed->known_size == feed->head_size)
        return TOC_OK; /* nothing waits */
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t prefix[TOC_FEED_KEY_BYTES];
    toc_span key = toc_feed_key(feed->number, prefix);
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_HEADS, key, &cursor, err));
    toc_head_row head = {0};
    TOC_TRY(newest_reached(txn, cursor, feed, &head, err));
    if (head.size <= feed->head_size)
        return TOC_OK;
    toc_hash root;
    TOC_TRY(toc_log_root(txn, feed->number, head.size, &root, err));
    if (!toc_hash_equal(&root, &head.root))
        return toc_fail(
            err, TOC_SIGNATURE,
            "feed %u: what is stored below %llu is not what the checkpoint of that size "
            "signs",
            (unsigned)feed->number, (unsigned long long)head.size);
    feed->head_size = head.size;
    feed->head_root = head.root;
    return delete_below(cursor, head.size, err);
}

/* ---- taking checkpoints ---- */

static toc_code refuse_other_root(const toc_log_feed *feed, uint64_t size, toc_err *err)
{
    return toc_fail(err, TOC_SIGNATURE,
                    "feed %u: another checkpoint of size %llu was taken, with another root",
                    (unsigned)feed->number, (unsigned long long)size);
}

/* Is this checkpoint held already, as the head or among those that wait? */
static toc_code is_held(toc_log_txn *txn, const toc_log_feed *feed, uint64_t size,
                        const toc_hash *root, bool *out_held, toc_err *err)
{
    uint8_t bytes[TOC_ENTRY_KEY_BYTES];
    toc_row row = {.key = toc_entry_key(feed->number, size, bytes)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_HEADS, row.key, &row.value, err);
    *out_held = code == TOC_OK;
    if (code == TOC_NOT_FOUND)
        return TOC_OK;
    TOC_TRY(code);
    toc_head_row held;
    TOC_TRY(toc_head_row_open(txn, row, &held, err));
    return toc_hash_equal(&held.root, root) ? TOC_OK : refuse_other_root(feed, size, err);
}

static toc_code put(toc_log_txn *txn, toc_log_feed *feed, uint64_t size, const toc_hash *root,
                    toc_span note, toc_err *err)
{
    TOC_TRY(row_put(txn, feed->number, size, root, note, err));
    if (size > feed->known_size) {
        feed->known_size = size;
        feed->known_root = *root;
    }
    TOC_TRY(toc_heads_promote(txn, feed, err));
    return toc_feed_row_put(txn, feed, err);
}

/* A checkpoint within what is stored must be the root of what is stored. */
static toc_code check_root(toc_log_txn *txn, const toc_log_feed *feed, uint64_t size,
                           const toc_hash *root, toc_err *err)
{
    if (size > feed->frontier.size)
        return TOC_OK;
    toc_hash stored;
    TOC_TRY(toc_log_root(txn, feed->number, size, &stored, err));
    return toc_hash_equal(&stored, root)
               ? TOC_OK
               : toc_fail(err, TOC_SIGNATURE,
                          "feed %u: the checkpoint of size %llu does not sign what is stored",
                          (unsigned)feed->number, (unsigned long long)size);
}

toc_code toc_log_head_put(toc_log_txn *txn, toc_log_feed *feed, uint64_t size, const toc_hash *root,
                          toc_span note, toc_err *err)
{
    if (size == 0 || note.size == 0)
        return toc_fail(err, TOC_USAGE, "a checkpoint signs at least one entry and has a note");
    if (note.size > TOC_MESSAGE_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a checkpoint's note of %zu bytes; at most %u", note.size,
                        TOC_MESSAGE_BYTES_MAX);
    TOC_TRY(toc_feed_row_same(txn, feed, err));
    TOC_TRY(check_root(txn, feed, size, root, err));
    if (size < feed->head_size)
        return TOC_OK; /* never a smaller one later */
    bool held = false;
    TOC_TRY(is_held(txn, feed, size, root, &held, err));
    if (held)
        return TOC_OK; /* appending promotes, so nothing that waits is reached */
    toc_log_feed changed = *feed;
    toc_code code = put(txn, &changed, size, root, note, err);
    if (code != TOC_OK) {
        toc_txn_spoil(txn->txn, code);
        return code;
    }
    *feed = changed;
    return TOC_OK;
}

toc_code toc_log_head_renew(toc_log_txn *txn, const toc_log_feed *feed, toc_span note, toc_err *err)
{
    if (feed->head_size == 0 || note.size == 0 || note.size > TOC_MESSAGE_BYTES_MAX)
        return toc_fail(err, TOC_USAGE, "feed %u has no head that this note could stand for",
                        (unsigned)feed->number);
    TOC_TRY(toc_feed_row_same(txn, feed, err));
    return row_put(txn, feed->number, feed->head_size, &feed->head_root, note, err);
}

toc_code toc_log_head_note(toc_log_txn *txn, uint32_t number, toc_span *out_note, toc_err *err)
{
    toc_log_feed feed;
    TOC_TRY(toc_log_feed_at(txn, number, &feed, err));
    if (feed.head_size == 0)
        return toc_fail(err, TOC_NOT_FOUND, "feed %u has no signed head yet", (unsigned)number);
    uint8_t bytes[TOC_ENTRY_KEY_BYTES];
    toc_row row = {.key = toc_entry_key(number, feed.head_size, bytes)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_HEADS, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_log_lies(txn, TOC_LOG_HEADS, row.key, "the note of the head is missing", err);
    TOC_TRY(code);
    toc_head_row head;
    TOC_TRY(toc_head_row_open(txn, row, &head, err));
    *out_note = head.note;
    return TOC_OK;
}
