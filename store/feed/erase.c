#include "store/erase.h"

#include "proto/base/limits.h"
#include "proto/base/reader.h"
#include "proto/feed/entry.h"
#include "store/feed/bare.h"

enum { DAY_AT = 8 }; /* keep_until_day in an entry */

/* ---- rows ---- */

static toc_log_table table_of(toc_bare_why why)
{
    return toc_bare_lacks(why) ? TOC_LOG_LACKING : TOC_LOG_ERASED;
}

/* Of table lacking or erased. */
static toc_code open_row(const toc_log_txn *txn, toc_log_table table, toc_row row,
                         toc_erase_place *out_place, toc_bare *out, toc_err *err)
{
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, table, row, &payload, err));
    toc_reader reader = toc_reader_of(payload);
    uint8_t why = toc_read_u8(&reader);
    toc_bare bare = {.at = {toc_read_u64(&reader)}};
    if (why == TOC_BARE_ORDERED)
        toc_read_bytes(&reader, bare.claim.bytes, sizeof bare.claim.bytes);
    if (toc_reader_finish(&reader, "bare entry", NULL) != TOC_OK || why < TOC_BARE_MISSING ||
        why > TOC_BARE_AUTHOR || table_of((toc_bare_why)why) != table ||
        row.key.size != TOC_ENTRY_KEY_BYTES)
        return toc_log_lies(txn, table, row.key, "it does not say why an entry is bare", err);
    bare.why = (toc_bare_why)why;
    *out_place = (toc_erase_place){toc_get_u32(row.key.data), toc_get_u64(row.key.data + 4)};
    *out = bare;
    return TOC_OK;
}

static toc_code put_row(toc_log_txn *txn, toc_span key, const toc_bare *bare, toc_err *err)
{
    toc_log_table other = table_of(bare->why) == TOC_LOG_LACKING ? TOC_LOG_ERASED : TOC_LOG_LACKING;
    toc_key value;
    toc_key_clear(&value);
    toc_key_add_u8(&value, (uint8_t)bare->why);
    toc_key_add_u64(&value, bare->at.unix_ms);
    if (bare->why == TOC_BARE_ORDERED)
        toc_key_add_span(&value, TOC_SPAN_OF(bare->claim.bytes));
    toc_code code = toc_table_delete(txn->txn, other, key, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    return toc_checked_put(txn, table_of(bare->why), key, toc_key_view(&value), err);
}

toc_code toc_erase_why(toc_log_txn *txn, uint32_t number, uint64_t index, toc_bare *out,
                       toc_err *err)
{
    static const toc_log_table tables[] = {TOC_LOG_LACKING, TOC_LOG_ERASED};
    uint8_t bytes[TOC_ENTRY_KEY_BYTES];
    toc_row row = {.key = toc_entry_key(number, index, bytes)};
    toc_erase_place place;
    for (size_t i = 0; i < TOC_COUNT(tables); i++) {
        toc_code code = toc_table_get(txn->txn, tables[i], row.key, &row.value, err);
        if (code == TOC_OK)
            return open_row(txn, tables[i], row, &place, out, err);
        if (code != TOC_NOT_FOUND)
            return code;
    }
    return toc_fail(err, TOC_NOT_FOUND, "entry %llu of feed %u is whole, or not there",
                    (unsigned long long)index, (unsigned)number);
}

/* ---- bodies ---- */

toc_code toc_erase_body(toc_log_txn *txn, uint32_t number, uint64_t index, const toc_bare *bare,
                        bool *out_had, toc_err *err)
{
    uint8_t bytes[TOC_ENTRY_KEY_BYTES], left[TOC_ENTRY_BARE_BYTES];
    toc_span key = toc_entry_key(number, index, bytes), entry;
    TOC_TRY(toc_log_entry(txn, number, index, &entry, err));
    *out_had = !toc_entry_is_bare(entry);
    if (*out_had) {
        if (entry.data[1] != TOC_ENTRY_RECORD)
            return toc_fail(err, TOC_STATE,
                            "entry %llu of feed %u is no record: others rest on it, it stays",
                            (unsigned long long)index, (unsigned)number);
        toc_entry_strip(entry, left);
        uint64_t size = entry.size;
        TOC_TRY(toc_table_put(txn->txn, TOC_LOG_ENTRIES, key, TOC_SPAN_OF(left), err));
        txn->entry_bytes += sizeof left - size; /* modulo 2^64: the sum may shrink */
    }
    return put_row(txn, key, bare, err);
}

toc_code toc_erase_fill(toc_log_txn *txn, uint32_t number, uint64_t index, toc_span entry,
                        toc_err *err)
{
    uint8_t bytes[TOC_ENTRY_KEY_BYTES];
    toc_span key = toc_entry_key(number, index, bytes);
    toc_log_feed feed;
    toc_hash stored, leaf;
    TOC_TRY(toc_log_feed_at(txn, number, &feed, err));
    TOC_TRY(toc_log_leaf(txn, number, index, &stored, err));
    if (entry.size < TOC_ENTRY_HEADER_BYTES || entry.size > TOC_ENTRY_BYTES_MAX ||
        toc_entry_is_bare(entry))
        return toc_fail(err, TOC_SIGNATURE, "no whole entry of %zu bytes is possible", entry.size);
    toc_entry_leaf(&feed.id, index, entry, &leaf);
    if (!toc_hash_equal(&leaf, &stored))
        return toc_fail(err, TOC_SIGNATURE, "entry %llu is another than the one that is missing",
                        (unsigned long long)index);
    toc_code code = toc_table_delete(txn->txn, TOC_LOG_LACKING, key, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, TOC_STATE, "entry %llu of feed %u lacks nothing",
                        (unsigned long long)index, (unsigned)number);
    TOC_TRY(code);
    TOC_TRY(toc_table_put(txn->txn, TOC_LOG_ENTRIES, key, entry, err));
    txn->entry_bytes += entry.size - TOC_ENTRY_BARE_BYTES;
    return TOC_OK;
}

/* ---- finding ---- */

toc_code toc_erase_lacking_next(toc_log_txn *txn, const toc_erase_place *from, toc_erase_place *out,
                                toc_bare *out_bare, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t key[TOC_ENTRY_KEY_BYTES];
    toc_row row;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_LACKING, (toc_span){0}, &cursor, err));
    toc_code code =
        toc_cursor_seek(cursor, toc_entry_key(from->number, from->index, key), &row, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "no more entries are lacking");
    TOC_TRY(code);
    return open_row(txn, TOC_LOG_LACKING, row, out, out_bare, err);
}

toc_code toc_erase_covers(toc_log_txn *txn, uint32_t number, uint64_t size, bool *out, toc_err *err)
{
    toc_erase_place from = {.number = number}, found = {0};
    toc_bare bare;
    toc_err why;
    toc_code code = toc_erase_lacking_next(txn, &from, &found, &bare, &why);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return toc_fail(err, code, "%s", why.text);
    *out = code == TOC_NOT_FOUND || found.number != number || found.index >= size;
    return TOC_OK;
}

static bool past(toc_span entry, uint64_t day)
{
    uint32_t last = toc_get_u32(entry.data + DAY_AT);
    return entry.data[1] == TOC_ENTRY_RECORD && last < day &&
           (last != UINT32_MAX || day == UINT64_MAX);
}

static toc_code is_erased(toc_log_txn *txn, toc_row row, bool *out, toc_err *err)
{
    toc_span unused;
    *out = false;
    if (!toc_entry_is_bare(row.value))
        return TOC_OK;
    toc_code code = toc_table_get(txn->txn, TOC_LOG_ERASED, row.key, &unused, err);
    *out = code == TOC_OK;
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_erase_due(toc_log_txn *txn, toc_erase_place *at, uint64_t day, size_t rows_max,
                       toc_erase_place *out, size_t *out_count, bool *out_end, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t bytes[TOC_ENTRY_KEY_BYTES];
    toc_row row;
    *out_count = 0;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_ENTRIES, (toc_span){0}, &cursor, err));
    toc_code code = toc_cursor_seek(cursor, toc_entry_key(at->number, at->index, bytes), &row, err);
    for (size_t i = 0; i < rows_max && code == TOC_OK; i++) {
        bool erased = false;
        if (row.key.size != TOC_ENTRY_KEY_BYTES || row.value.size < TOC_ENTRY_HEADER_BYTES)
            return toc_log_lies(txn, TOC_LOG_ENTRIES, row.key, "no entry", err);
        toc_erase_place place = {toc_get_u32(row.key.data), toc_get_u64(row.key.data + 4)};
        if (past(row.value, day)) {
            TOC_TRY(is_erased(txn, row, &erased, err));
            if (!erased)
                out[(*out_count)++] = place;
        }
        *at = (toc_erase_place){place.number, place.index + 1};
        code = toc_cursor_next(cursor, &row, err);
    }
    *out_end = code == TOC_NOT_FOUND;
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* ---- erasure entries ---- */

static void erasure_prefix(const toc_feed_id *feed, uint64_t index, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_span(out, TOC_SPAN_OF(feed->bytes));
    toc_key_add_u64(out, index);
}

toc_code toc_erasure_put(toc_log_txn *txn, const toc_feed_id *feed, const toc_erasure_row *row,
                         uint32_t by, uint64_t by_index, toc_err *err)
{
    toc_key key, value;
    erasure_prefix(feed, row->index, &key);
    toc_key_add_u32(&key, by);
    toc_key_clear(&value);
    toc_key_add_u64(&value, by_index);
    toc_key_add_span(&value, TOC_SPAN_OF(row->leaf.bytes));
    return toc_checked_put(txn, TOC_LOG_ERASURES, toc_key_view(&key), toc_key_view(&value), err);
}

toc_code toc_erasure_row_open(const toc_log_txn *txn, toc_row row, toc_named_erasure *out,
                              toc_err *err)
{
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_ERASURES, row, &payload, err));
    toc_reader key = toc_reader_of(row.key), value = toc_reader_of(payload);
    toc_read_bytes(&key, out->feed.bytes, sizeof out->feed.bytes);
    out->row.index = toc_read_u64(&key);
    out->by.number = toc_read_u32(&key);
    out->by.index = toc_read_u64(&value);
    toc_read_bytes(&value, out->row.leaf.bytes, sizeof out->row.leaf.bytes);
    if (toc_reader_finish(&key, "erasure", NULL) != TOC_OK ||
        toc_reader_finish(&value, "erasure", NULL) != TOC_OK)
        return toc_log_lies(txn, TOC_LOG_ERASURES, row.key, "it names no erasure", err);
    return TOC_OK;
}

toc_code toc_erasure_next(toc_log_txn *txn, const toc_feed_id *feed, uint64_t from,
                          uint64_t *out_index, bool *out_any, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_key key;
    toc_row row;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_ERASURES, TOC_SPAN_OF(feed->bytes), &cursor, err));
    erasure_prefix(feed, from, &key);
    toc_code code = toc_cursor_seek(cursor, toc_key_view(&key), &row, err);
    *out_any = code == TOC_OK;
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    toc_named_erasure found = {0};
    TOC_TRY(toc_erasure_row_open(txn, row, &found, err));
    *out_index = found.row.index;
    return TOC_OK;
}

toc_code toc_erasure_names(toc_log_txn *txn, const toc_feed_id *id, const toc_feed_name *feed,
                           uint64_t index, const toc_hash *leaf, bool *out, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_key prefix;
    toc_row row;
    toc_code code = TOC_OK;
    *out = false;
    erasure_prefix(id, index, &prefix);
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_ERASURES, toc_key_view(&prefix), &cursor, err));
    while (!*out && (code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_named_erasure found = {0};
        toc_log_feed by = {0};
        TOC_TRY(toc_erasure_row_open(txn, row, &found, err));
        TOC_TRY(toc_log_feed_at(txn, found.by.number, &by, err));
        *out = toc_org_id_equal(&by.name.org, &feed->org) &&
               toc_circle_id_equal(&by.name.circle, &feed->circle) &&
               toc_hash_equal(&found.row.leaf, leaf) &&
               (!toc_feed_id_equal(&by.id, id) || found.by.index > index);
    }
    return *out || code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* ---- figures ---- */

static toc_code count_table(toc_log_txn *txn, toc_log_table table, toc_erase_counts *out,
                            toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, table, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_erase_place place;
        toc_bare bare = {.why = TOC_BARE_MISSING};
        TOC_TRY(open_row(txn, table, row, &place, &bare, err));
        uint64_t *const counts[] = {[TOC_BARE_MISSING] = &out->missing,
                                    [TOC_BARE_ORDERED] = &out->ordered,
                                    [TOC_BARE_DAY] = &out->past_day,
                                    [TOC_BARE_AUTHOR] = &out->by_author};
        ++*counts[bare.why];
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code count_order(void *context, const toc_mandate *mandate, toc_err *err)
{
    toc_erase_counts *counts = context;
    (void)err;
    ++*(mandate->kind == TOC_MANDATE_DELETE ? &counts->orders : &counts->holds);
    return TOC_OK;
}

toc_code toc_erase_count(toc_log_txn *txn, toc_erase_counts *out, toc_err *err)
{
    toc_erase_counts counts = {0};
    TOC_TRY(count_table(txn, TOC_LOG_LACKING, &counts, err));
    TOC_TRY(count_table(txn, TOC_LOG_ERASED, &counts, err));
    TOC_TRY(toc_mandates(txn, TOC_MANDATE_DELETE, count_order, &counts, err));
    TOC_TRY(toc_mandates(txn, TOC_MANDATE_KEEP, count_order, &counts, err));
    *out = counts;
    return TOC_OK;
}

void toc_erase_print(const toc_erase_counts *counts, toc_json *json)
{
    toc_json_open(json, "erased", '{');
    toc_json_number(json, "past_day", counts->past_day);
    toc_json_number(json, "by_author", counts->by_author);
    toc_json_close(json, '}');
    toc_json_number(json, "missing", counts->missing);
    toc_json_number(json, "ordered", counts->ordered);
    toc_json_number(json, "orders", counts->orders);
    toc_json_number(json, "legal_holds", counts->holds);
}
