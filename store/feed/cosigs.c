#include "proto/base/limits.h"
#include "proto/base/reader.h"
#include "store/feed/internal.h"

/* Table cosigs, key feed number ‖ size ‖ cosigner: the earliest cosignature of each head by each
 * cosigner. Table cosigners, key feed number ‖ cosigner: the newest of all, which is when it was
 * last heard of, and how many rows of cosigs are its own. Which are kept: docs/decisions/0080. */

enum {
    COSIG_KEY_BYTES = TOC_ENTRY_KEY_BYTES + sizeof(toc_org_id),
    COSIGNER_KEY_BYTES = TOC_FEED_KEY_BYTES + sizeof(toc_org_id)
};

static toc_span cosig_key(uint32_t number, uint64_t size, const toc_org_id *org,
                          uint8_t out[COSIG_KEY_BYTES])
{
    (void)toc_entry_key(number, size, out);
    memcpy(out + TOC_ENTRY_KEY_BYTES, org->bytes, sizeof org->bytes);
    return toc_span_of(out, COSIG_KEY_BYTES);
}

static toc_span cosigner_key(uint32_t number, const toc_org_id *org,
                             uint8_t out[COSIGNER_KEY_BYTES])
{
    toc_put_u32(out, number);
    memcpy(out + TOC_FEED_KEY_BYTES, org->bytes, sizeof org->bytes);
    return toc_span_of(out, COSIGNER_KEY_BYTES);
}

/* ---- rows ---- */

static void read_made(toc_reader *reader, toc_log_cosignature *out)
{
    out->made.time_s = toc_read_u64(reader);
    toc_read_bytes(reader, out->key.bytes, sizeof out->key.bytes);
    toc_read_bytes(reader, out->made.signature.bytes, sizeof out->made.signature.bytes);
}

static void add_made(const toc_log_cosignature *cosignature, toc_buf *out)
{
    toc_buf_add_u64(out, cosignature->made.time_s);
    toc_buf_add_span(out, TOC_SPAN_OF(cosignature->key.bytes));
    toc_buf_add_span(out, TOC_SPAN_OF(cosignature->made.signature.bytes));
}

toc_code toc_cosig_row_open(const toc_log_txn *txn, toc_row row, uint32_t *out_number,
                            toc_log_cosignature *out, toc_err *err)
{
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_COSIGS, row, &payload, err));
    toc_log_cosignature found = {0};
    toc_reader reader = toc_reader_of(payload);
    read_made(&reader, &found);
    if (toc_reader_finish(&reader, "cosignature", NULL) != TOC_OK ||
        row.key.size != COSIG_KEY_BYTES)
        return toc_log_lies(txn, TOC_LOG_COSIGS, row.key, "this is not the row of a cosignature",
                            err);
    *out_number = toc_get_u32(row.key.data);
    found.size = toc_get_u64(row.key.data + TOC_FEED_KEY_BYTES);
    memcpy(found.org.bytes, row.key.data + TOC_ENTRY_KEY_BYTES, sizeof found.org.bytes);
    *out = found;
    return TOC_OK;
}

toc_code toc_cosigner_row_open(const toc_log_txn *txn, toc_row row, toc_cosigner_row *out,
                               toc_err *err)
{
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_COSIGNERS, row, &payload, err));
    toc_cosigner_row found = {0};
    toc_reader reader = toc_reader_of(payload);
    found.newest.size = toc_read_u64(&reader);
    read_made(&reader, &found.newest);
    found.kept = toc_read_u32(&reader);
    if (toc_reader_finish(&reader, "cosigner", NULL) != TOC_OK ||
        row.key.size != COSIGNER_KEY_BYTES)
        return toc_log_lies(txn, TOC_LOG_COSIGNERS, row.key, "this is not the row of a cosigner",
                            err);
    found.number = toc_get_u32(row.key.data);
    memcpy(found.newest.org.bytes, row.key.data + TOC_FEED_KEY_BYTES,
           sizeof found.newest.org.bytes);
    *out = found;
    return TOC_OK;
}

static toc_code cosig_put(toc_log_txn *txn, uint32_t number, const toc_log_cosignature *cosignature,
                          toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf row = {0};
    uint8_t key[COSIG_KEY_BYTES];
    add_made(cosignature, &row);
    TOC_TRY(toc_buf_ok(&row, err));
    return toc_checked_put(txn, TOC_LOG_COSIGS,
                           cosig_key(number, cosignature->size, &cosignature->org, key),
                           toc_buf_view(&row), err);
}

static toc_code cosigner_put(toc_log_txn *txn, const toc_cosigner_row *cosigner, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf row = {0};
    uint8_t key[COSIGNER_KEY_BYTES];
    toc_buf_add_u64(&row, cosigner->newest.size);
    add_made(&cosigner->newest, &row);
    toc_buf_add_u32(&row, cosigner->kept);
    TOC_TRY(toc_buf_ok(&row, err));
    return toc_checked_put(txn, TOC_LOG_COSIGNERS,
                           cosigner_key(cosigner->number, &cosigner->newest.org, key),
                           toc_buf_view(&row), err);
}

static toc_code cosigner_get(toc_log_txn *txn, uint32_t number, const toc_org_id *org,
                             toc_cosigner_row *out, toc_err *err)
{
    uint8_t key[COSIGNER_KEY_BYTES];
    toc_row row = {.key = cosigner_key(number, org, key)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_COSIGNERS, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "this org has cosigned nothing of feed %u", (unsigned)number);
    TOC_TRY(code);
    return toc_cosigner_row_open(txn, row, out, err);
}

/* ---- keeping ---- */

_Static_assert(TOC_COSIGNATURES_KEPT_MAX % 2 == 0, "one more is odd: thinning spares both ends");

/* Every second row of a cosigner goes; the first and the newest stay. What a row covered, the next
 * one covers, with a later time. */
static toc_code thin(toc_log_txn *txn, toc_cosigner_row *cosigner, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t prefix[TOC_FEED_KEY_BYTES];
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_COSIGS, toc_feed_key(cosigner->number, prefix),
                            &cursor, err));
    toc_row row;
    toc_code code;
    bool every_second = false;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        uint32_t number;
        toc_log_cosignature found = {0};
        TOC_TRY(toc_cosig_row_open(txn, row, &number, &found, err));
        if (!toc_org_id_equal(&found.org, &cosigner->newest.org))
            continue;
        if (every_second) {
            TOC_TRY(toc_cursor_delete(cursor, err));
            cosigner->kept--;
        }
        every_second = !every_second;
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* The earliest of each head is kept. *out_fresh: it is one that was not held. */
static toc_code keep_earliest(toc_log_txn *txn, uint32_t number,
                              const toc_log_cosignature *cosignature, toc_cosigner_row *cosigner,
                              bool *out_fresh, toc_err *err)
{
    uint8_t key[COSIG_KEY_BYTES];
    toc_row row = {.key = cosig_key(number, cosignature->size, &cosignature->org, key)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_COSIGS, row.key, &row.value, err);
    toc_log_cosignature held = {0};
    uint32_t of_feed;
    if (code == TOC_OK)
        TOC_TRY(toc_cosig_row_open(txn, row, &of_feed, &held, err));
    else if (code != TOC_NOT_FOUND)
        return code;
    if (code == TOC_OK && held.made.time_s <= cosignature->made.time_s)
        return TOC_OK;
    *out_fresh = true;
    cosigner->kept += code == TOC_NOT_FOUND ? 1 : 0;
    return cosig_put(txn, number, cosignature, err);
}

static toc_code keep(toc_log_txn *txn, uint32_t number, const toc_log_cosignature *cosignature,
                     toc_cosigner_row *cosigner, bool *out_fresh, toc_err *err)
{
    TOC_TRY(keep_earliest(txn, number, cosignature, cosigner, out_fresh, err));
    if (cosignature->size > cosigner->newest.size ||
        (cosignature->size == cosigner->newest.size &&
         cosignature->made.time_s > cosigner->newest.made.time_s)) {
        cosigner->newest = *cosignature;
        *out_fresh = true;
    }
    if (!*out_fresh)
        return TOC_OK;
    if (cosigner->kept > TOC_COSIGNATURES_KEPT_MAX)
        TOC_TRY(thin(txn, cosigner, err));
    return cosigner_put(txn, cosigner, err);
}

/* Who says more must say it later: a smaller head after a larger one is taken back, which nobody
 * may do. */
static toc_code check_order(uint32_t number, const toc_log_cosignature *cosignature,
                            const toc_log_cosignature *newest, toc_err *err)
{
    bool larger = cosignature->size > newest->size, smaller = cosignature->size < newest->size;
    if ((larger && cosignature->made.time_s < newest->made.time_s) ||
        (smaller && cosignature->made.time_s > newest->made.time_s))
        return toc_fail(err, TOC_STATE,
                        "feed %u: a cosignature over %llu entries at %llu s, where the same org "
                        "said %llu entries at %llu s",
                        (unsigned)number, (unsigned long long)cosignature->size,
                        (unsigned long long)cosignature->made.time_s,
                        (unsigned long long)newest->size, (unsigned long long)newest->made.time_s);
    return TOC_OK;
}

toc_code toc_log_cosignature_put(toc_log_txn *txn, uint32_t number,
                                 const toc_log_cosignature *cosignature, bool *out_fresh,
                                 toc_err *err)
{
    toc_log_feed feed;
    TOC_TRY(toc_log_feed_at(txn, number, &feed, err));
    if (cosignature->size == 0 || cosignature->size > feed.frontier.size)
        return toc_fail(err, TOC_USAGE,
                        "feed %u: a cosignature over %llu entries, of which %llu are stored",
                        (unsigned)number, (unsigned long long)cosignature->size,
                        (unsigned long long)feed.frontier.size);
    toc_cosigner_row cosigner = {0};
    toc_code code = cosigner_get(txn, number, &cosignature->org, &cosigner, err);
    if (code == TOC_NOT_FOUND)
        cosigner = (toc_cosigner_row){.number = number, .newest.org = cosignature->org};
    else if (code != TOC_OK)
        return code;
    else
        TOC_TRY(check_order(number, cosignature, &cosigner.newest, err));
    bool fresh = false;
    code = keep(txn, number, cosignature, &cosigner, &fresh, err);
    if (code != TOC_OK) {
        toc_txn_spoil(txn->txn, code);
        return code;
    }
    *out_fresh = fresh;
    return TOC_OK;
}

/* Deletes the rows of a cosigner that are dated later; its newest is the largest that is left, of
 * size 0 when none is. */
static toc_code forget_later(toc_log_txn *txn, toc_cosigner_row *cosigner, uint64_t time_s_max,
                             toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t prefix[TOC_FEED_KEY_BYTES];
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_COSIGS, toc_feed_key(cosigner->number, prefix),
                            &cursor, err));
    toc_cosigner_row left = {.number = cosigner->number, .newest.org = cosigner->newest.org};
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        uint32_t number;
        toc_log_cosignature found = {0};
        TOC_TRY(toc_cosig_row_open(txn, row, &number, &found, err));
        if (!toc_org_id_equal(&found.org, &cosigner->newest.org))
            continue;
        if (found.made.time_s > time_s_max) {
            TOC_TRY(toc_cursor_delete(cursor, err));
            continue;
        }
        left.newest = found; /* they stand in order of size */
        left.kept++;
    }
    *cosigner = left;
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_log_cosignatures_forget(toc_log_txn *txn, uint32_t number, const toc_org_id *org,
                                     uint64_t time_s_max, toc_err *err)
{
    uint8_t key[COSIGNER_KEY_BYTES];
    toc_cosigner_row cosigner = {0};
    toc_code code = cosigner_get(txn, number, org, &cosigner, err);
    if (code == TOC_NOT_FOUND)
        return TOC_OK;
    TOC_TRY(code);
    if (cosigner.newest.made.time_s <= time_s_max)
        return TOC_OK; /* the newest is the latest, too */
    code = forget_later(txn, &cosigner, time_s_max, err);
    if (code == TOC_OK && cosigner.newest.size > 0)
        code = cosigner_put(txn, &cosigner, err);
    else if (code == TOC_OK)
        code = toc_table_delete(txn->txn, TOC_LOG_COSIGNERS, cosigner_key(number, org, key), err);
    if (code != TOC_OK)
        toc_txn_spoil(txn->txn, code);
    return code;
}

static bool same(const toc_log_cosignature *a, const toc_log_cosignature *b)
{
    return a->size == b->size && a->made.time_s == b->made.time_s &&
           memcmp(a->made.signature.bytes, b->made.signature.bytes,
                  sizeof a->made.signature.bytes) == 0;
}

bool toc_log_cosignature_held(toc_log_txn *txn, uint32_t number,
                              const toc_log_cosignature *cosignature)
{
    uint8_t key[COSIG_KEY_BYTES];
    toc_cosigner_row cosigner = {0};
    toc_log_cosignature held = {0};
    uint32_t of_feed;
    if (cosigner_get(txn, number, &cosignature->org, &cosigner, NULL) != TOC_OK)
        return false;
    if (same(&cosigner.newest, cosignature))
        return true;
    toc_row row = {.key = cosig_key(number, cosignature->size, &cosignature->org, key)};
    return toc_table_get(txn->txn, TOC_LOG_COSIGS, row.key, &row.value, NULL) == TOC_OK &&
           toc_cosig_row_open(txn, row, &of_feed, &held, NULL) == TOC_OK &&
           same(&held, cosignature);
}

/* ---- reading ---- */

toc_code toc_log_cosigned(toc_log_txn *txn, uint32_t number, const toc_org_id *org,
                          toc_log_cosignature *out, toc_err *err)
{
    toc_cosigner_row cosigner = {0};
    TOC_TRY(cosigner_get(txn, number, org, &cosigner, err));
    *out = cosigner.newest;
    return TOC_OK;
}

toc_code toc_log_cosigned_next(toc_log_txn *txn, uint32_t number, const toc_org_id *after,
                               uint32_t *out_number, toc_log_cosignature *out, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t bytes[COSIGNER_KEY_BYTES + 1] = {0};
    toc_span key = toc_feed_key(number, bytes);
    if (after != NULL) { /* the first key above: the same and a zero */
        (void)cosigner_key(number, after, bytes);
        key = TOC_SPAN_OF(bytes);
    }
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_COSIGNERS, (toc_span){0}, &cursor, err));
    toc_row row;
    TOC_TRY(toc_cursor_seek(cursor, key, &row, err));
    toc_cosigner_row cosigner = {0};
    TOC_TRY(toc_cosigner_row_open(txn, row, &cosigner, err));
    *out_number = cosigner.number;
    *out = cosigner.newest;
    return TOC_OK;
}

/* Of each cosigner the newest, where it is another than its earliest over that head. */
static toc_code visit_newest(toc_log_txn *txn, uint32_t number, uint64_t size_min,
                             toc_log_cosignature_visit visit, void *context, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t prefix[TOC_FEED_KEY_BYTES], key[COSIG_KEY_BYTES];
    TOC_TRY(
        toc_cursor_open(txn->txn, TOC_LOG_COSIGNERS, toc_feed_key(number, prefix), &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_cosigner_row cosigner = {0};
        toc_log_cosignature earliest = {0};
        uint32_t of_feed;
        TOC_TRY(toc_cosigner_row_open(txn, row, &cosigner, err));
        const toc_log_cosignature *newest = &cosigner.newest;
        if (newest->size < size_min)
            continue;
        toc_row held = {.key = cosig_key(number, newest->size, &newest->org, key)};
        code = toc_table_get(txn->txn, TOC_LOG_COSIGS, held.key, &held.value, err);
        if (code == TOC_OK)
            TOC_TRY(toc_cosig_row_open(txn, held, &of_feed, &earliest, err));
        else if (code != TOC_NOT_FOUND)
            return code;
        if (!same(newest, &earliest))
            TOC_TRY(visit(context, newest, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code visit_earliest(toc_log_txn *txn, uint32_t number, uint64_t size_min,
                               toc_log_cosignature_visit visit, void *context, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t prefix[TOC_FEED_KEY_BYTES], key[TOC_ENTRY_KEY_BYTES];
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_COSIGS, toc_feed_key(number, prefix), &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, toc_entry_key(number, size_min, key), &row, err);
    for (; code == TOC_OK; code = toc_cursor_next(cursor, &row, err)) {
        uint32_t of_feed;
        toc_log_cosignature found = {0};
        TOC_TRY(toc_cosig_row_open(txn, row, &of_feed, &found, err));
        TOC_TRY(visit(context, &found, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_log_cosignatures(toc_log_txn *txn, uint32_t number, uint64_t size_min,
                              toc_log_cosignature_visit visit, void *context, toc_err *err)
{
    TOC_TRY(visit_earliest(txn, number, size_min, visit, context, err));
    return visit_newest(txn, number, size_min, visit, context, err);
}
