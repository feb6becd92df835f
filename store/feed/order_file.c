/* Orders and legal holds in a file beside the log: version u8 ‖ sealed (toc_rest_seal, table
 * "orders", no key): changes u64 ‖ count u32 ‖ each: kind u8 ‖ claim 32 ‖ as in its row. In the
 * order of the rows, so that equal orders are equal bytes. */
#include "proto/base/endian.h"
#include "proto/base/limits.h"
#include "proto/crypto/seal.h"
#include "store/feed/bare.h"
#include "store/folder.h"

enum { FILE_VERSION = 1, COUNT_AT = 8, ROW_KEY_BYTES = 33 };

static const char table[] = "orders";

/* ---- out of the log ---- */

typedef struct listing {
    toc_buf *out;
    uint32_t count;
} listing;

static toc_code add_mandate(void *context, const toc_mandate *mandate, toc_err *err)
{
    listing *all = context;
    toc_buf_add_u8(all->out, (uint8_t)mandate->kind);
    toc_buf_add_span(all->out, TOC_SPAN_OF(mandate->claim.bytes));
    toc_mandate_write(mandate, all->out);
    all->count++;
    return toc_buf_ok(all->out, err);
}

static toc_code list_all(toc_log_txn *txn, toc_buf *out, toc_err *err)
{
    uint64_t changes;
    listing all = {.out = out};
    TOC_TRY(toc_mandate_changes(txn, &changes, err));
    toc_buf_add_u64(out, changes);
    toc_buf_add_u32(out, 0);
    TOC_TRY(toc_mandates(txn, TOC_MANDATE_DELETE, add_mandate, &all, err));
    TOC_TRY(toc_mandates(txn, TOC_MANDATE_KEEP, add_mandate, &all, err));
    TOC_TRY(toc_buf_ok(out, err));
    toc_put_u32(out->data + COUNT_AT, all.count);
    return TOC_OK;
}

toc_code toc_orders_write(toc_log_txn *txn, const char *path, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    TOC_TRY(list_all(txn, &plain, err));
    toc_buf_add_u8(&file, FILE_VERSION);
    TOC_TRY(
        toc_rest_seal(txn->log->store_key, table, (toc_span){0}, toc_buf_view(&plain), &file, err));
    TOC_TRY(toc_buf_ok(&file, err));
    return toc_folder_file_write(path, toc_buf_view(&file), err);
}

/* ---- out of the file ---- */

/* NOT_FOUND: there is none. */
static toc_code open_file(toc_log_txn *txn, const char *path, toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    TOC_TRY(toc_folder_file_read(path, TOC_ORDERS_FILE_BYTES_MAX, &file, err));
    toc_span bytes = toc_buf_view(&file);
    if (bytes.size > 0 && bytes.data[0] > FILE_VERSION)
        return toc_fail(err, TOC_STATE, "'%s' was written by a newer program: use that one", path);
    toc_code code = bytes.size == 0 || bytes.data[0] != FILE_VERSION
                        ? TOC_MALFORMED
                        : toc_rest_open(txn->log->store_key, table, (toc_span){0},
                                        toc_span_of(bytes.data + 1, bytes.size - 1), out, NULL);
    if (code == TOC_OK && out->size < COUNT_AT + 4)
        code = TOC_MALFORMED;
    if (code == TOC_OK || code == TOC_NO_MEMORY)
        return code == TOC_OK ? TOC_OK : toc_fail(err, code, "out of memory for '%s'", path);
    return toc_fail(err, code,
                    "'%s', which has the orders to delete and the legal holds, does not open with "
                    "this node's store key: it is damaged, or another node's. Put it back from a "
                    "copy. Without one remove it: then what the log has is in force ('tocsin order "
                    "list'), and what was ordered since the log was copied is to be given again",
                    path);
}

toc_code toc_orders_compare(toc_log_txn *txn, const char *path, toc_orders_newer *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf ours = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf theirs = {0};
    TOC_TRY(list_all(txn, &ours, err));
    toc_code code = open_file(txn, path, &theirs, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    uint64_t here = toc_get_u64(ours.data), there = code == TOC_OK ? toc_get_u64(theirs.data) : 0;
    bool same = code == TOC_OK && toc_span_equal(toc_buf_view(&ours), toc_buf_view(&theirs));
    if (code == TOC_OK && here == there && !same)
        return toc_fail(err, TOC_STATE,
                        "'%s' and the log count as many changes of orders and legal holds, and are "
                        "not the same: one is of another history of this node. Put back the copies "
                        "that belong together, or remove the file: then what the log has is in "
                        "force ('tocsin order list')",
                        path);
    *out = same ? TOC_ORDERS_SAME : there > here ? TOC_ORDERS_FILE : TOC_ORDERS_LOG;
    return TOC_OK;
}

static toc_code drop_all(toc_log_txn *txn, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_row row;
    toc_code code;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_MANDATES, (toc_span){0}, &cursor, err));
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK)
        TOC_TRY(toc_cursor_delete(cursor, err));
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* What list_all wrote, one at a time. */
typedef struct reading {
    const char *what; /* for errors */
    toc_reader reader;
    uint64_t changes;
    uint32_t left;
    toc_span bytes; /* of the present one; empty: that was the last */
    toc_mandate mandate;
} reading;

static toc_code read_next(reading *at, toc_err *err)
{
    toc_reader *reader = &at->reader;
    size_t start = reader->position;
    at->bytes = (toc_span){0};
    if (at->left == 0)
        return toc_reader_finish(reader, at->what, err);
    at->left--;
    at->mandate = (toc_mandate){.kind = (toc_mandate_kind)toc_read_u8(reader)};
    toc_read_bytes(reader, at->mandate.claim.bytes, sizeof at->mandate.claim.bytes);
    toc_mandate_read(reader, &at->mandate);
    at->bytes = toc_span_of(reader->input.data + start, reader->position - start);
    return toc_reader_ok(reader, at->what, err);
}

static toc_code read_first(reading *at, const toc_buf *plain, const char *what, toc_err *err)
{
    *at = (reading){.what = what, .reader = toc_reader_of(toc_buf_view(plain))};
    at->changes = toc_read_u64(&at->reader);
    at->left = toc_read_u32(&at->reader);
    return read_next(at, err);
}

/* Both are in the order of the rows. */
static int compare(const reading *left, const reading *right)
{
    if (left->bytes.size == 0 || right->bytes.size == 0)
        return (left->bytes.size == 0) - (right->bytes.size == 0);
    return memcmp(left->bytes.data, right->bytes.data, ROW_KEY_BYTES);
}

static toc_code tell_changes(reading *ours, reading *theirs, toc_orders_change change,
                             void *context, toc_err *err)
{
    while (ours->bytes.size > 0 || theirs->bytes.size > 0) {
        int order = compare(ours, theirs);
        bool same = order == 0 && toc_span_equal(ours->bytes, theirs->bytes);
        if (order <= 0) {
            if (!same)
                TOC_TRY(change(context, &ours->mandate, true, err));
            TOC_TRY(read_next(ours, err));
        }
        if (order >= 0) {
            if (!same)
                TOC_TRY(change(context, &theirs->mandate, false, err));
            TOC_TRY(read_next(theirs, err));
        }
    }
    return TOC_OK;
}

toc_code toc_orders_take(toc_log_txn *txn, const char *path, toc_orders_change change,
                         void *context, uint64_t *out_changes, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf own = {0};
    reading ours, theirs;
    TOC_TRY(open_file(txn, path, &plain, err));
    TOC_TRY(list_all(txn, &own, err));
    TOC_TRY(read_first(&ours, &own, "the log's orders", err));
    TOC_TRY(read_first(&theirs, &plain, path, err));
    if (change != NULL)
        TOC_TRY(tell_changes(&ours, &theirs, change, context, err));
    TOC_TRY(toc_orders_taken(txn, ours.changes, err)); /* else it would follow from the rows */
    TOC_TRY(drop_all(txn, err));
    TOC_TRY(read_first(&theirs, &plain, path, err));
    while (theirs.bytes.size > 0) {
        TOC_TRY(toc_mandate_row_put(txn, &theirs.mandate, err));
        TOC_TRY(read_next(&theirs, err));
    }
    *out_changes = theirs.changes;
    return TOC_OK;
}

/* ---- when that was ---- */

#define AGAIN_KEY toc_span_text("orders again")

toc_code toc_orders_again_put(toc_log_txn *txn, const toc_orders_again *what, toc_err *err)
{
    uint8_t value[16];
    toc_put_u64(value, what->at.unix_ms);
    toc_put_u32(value + 8, what->again);
    toc_put_u32(value + 12, what->lifted);
    return toc_checked_put(txn, TOC_LOG_STATE, AGAIN_KEY, TOC_SPAN_OF(value), err);
}

toc_code toc_orders_again_get(toc_log_txn *txn, toc_orders_again *out, toc_err *err)
{
    toc_span value;
    TOC_TRY(toc_checked_get(txn, TOC_LOG_STATE, AGAIN_KEY, &value, err));
    if (value.size != 16)
        return toc_log_lies(txn, TOC_LOG_STATE, AGAIN_KEY, "a moment and two counts are 16 bytes",
                            err);
    *out = (toc_orders_again){.at = {.unix_ms = toc_get_u64(value.data)},
                              .again = toc_get_u32(value.data + 8),
                              .lifted = toc_get_u32(value.data + 12)};
    return TOC_OK;
}
