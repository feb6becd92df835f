#include "store/view/view.h"

#include "proto/crypto/hash.h"
#include "proto/rules/services.h"

void toc_view_init(toc_view *view, toc_txn *txn, toc_time horizon)
{
    *view = (toc_view){.txn = txn, .horizon = horizon};
}

void toc_view_wipe(toc_view *view)
{
    for (size_t i = 0; i < TOC_VIEW_TABLES; i++) {
        toc_cursor_close(view->cursors[i]);
        view->cursors[i] = NULL;
    }
}

toc_code toc_view_cursor(toc_view *view, toc_view_table table, toc_cursor **out, toc_err *err)
{
    if (view->cursors[table] == NULL)
        TOC_TRY(toc_cursor_open(view->txn, (toc_table)table, (toc_span){0}, &view->cursors[table],
                                err));
    *out = view->cursors[table];
    return TOC_OK;
}

/* ---- meta ---- */

/* No digest covers the state of the fold, so it has a check of its own, like the rows of the log
 * (store/README.md): version u8 | check[8] | payload. */
enum {
    STATE_VERSION = 1,
    CHECK_BYTES = 8,
    HEAD_BYTES = 1 + CHECK_BYTES,
    STATE_BYTES = 5 * 8 + 64 + 16
};

static toc_span state_key(void)
{
    return toc_span_text("state");
}

static void state_check(const uint8_t payload[STATE_BYTES], uint8_t out[CHECK_BYTES])
{
    uint8_t key_size[2];
    toc_hash hash;
    toc_put_u16(key_size, (uint16_t)state_key().size);
    toc_span parts[] = {toc_span_text("tocsin/row/1\n"), toc_span_of("meta", 5),
                        TOC_SPAN_OF(key_size), state_key(), toc_span_of(payload, STATE_BYTES)};
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    memcpy(out, hash.bytes, CHECK_BYTES);
}

static bool state_fits(toc_span value)
{
    uint8_t check[CHECK_BYTES];
    if (value.size != HEAD_BYTES + STATE_BYTES || value.data[0] != STATE_VERSION)
        return false;
    state_check(value.data + HEAD_BYTES, check);
    return memcmp(check, value.data + 1, CHECK_BYTES) == 0;
}

toc_code toc_view_state_get(toc_txn *txn, toc_view_state *out, toc_err *err)
{
    toc_span value;
    toc_code code = toc_table_get(txn, TOC_VIEW_META, state_key(), &value, err);
    *out = (toc_view_state){0};
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    if (!state_fits(value))
        return toc_table_lies(txn, TOC_VIEW_META, state_key(), "it does not fit its check", err);
    const uint8_t *payload = value.data + HEAD_BYTES;
    for (size_t lane = 0; lane < 2; lane++) {
        out->position[lane] = toc_get_u64(payload + 8 * lane);
        out->offset[lane] = toc_get_u64(payload + 16 + 8 * lane);
    }
    out->horizon.unix_ms = toc_get_u64(payload + 32);
    toc_sum_read(payload + 40, &out->digest);
    toc_sum_read(payload + 72, &out->opened);
    out->entries = toc_get_u64(payload + 104);
    out->malformed = toc_get_u64(payload + 112);
    return TOC_OK;
}

toc_code toc_view_state_put(toc_txn *txn, const toc_view_state *state, toc_err *err)
{
    uint8_t value[HEAD_BYTES + STATE_BYTES] = {STATE_VERSION};
    uint8_t *payload = value + HEAD_BYTES;
    for (size_t lane = 0; lane < 2; lane++) {
        toc_put_u64(payload + 8 * lane, state->position[lane]);
        toc_put_u64(payload + 16 + 8 * lane, state->offset[lane]);
    }
    toc_put_u64(payload + 32, state->horizon.unix_ms);
    toc_sum_write(&state->digest, payload + 40);
    toc_sum_write(&state->opened, payload + 72);
    toc_put_u64(payload + 104, state->entries);
    toc_put_u64(payload + 112, state->malformed);
    state_check(payload, value + 1);
    return toc_table_put(txn, TOC_VIEW_META, state_key(), TOC_SPAN_OF(value), err);
}

toc_code toc_view_feed_of(toc_view *view, uint32_t number, const toc_view_feed **out, toc_err *err)
{
    size_t slot = number % TOC_VIEW_FEEDS_KEPT;
    *out = &view->feeds[slot].feed;
    if (view->feeds[slot].number == number)
        return TOC_OK;
    uint8_t key[4];
    toc_put_u32(key, number);
    toc_span value;
    toc_code code = toc_table_get(view->txn, TOC_VIEW_FEEDS, TOC_SPAN_OF(key), &value, err);
    if (code == TOC_NOT_FOUND)
        return toc_table_lies(view->txn, TOC_VIEW_FEEDS, TOC_SPAN_OF(key), "no such feed", err);
    TOC_TRY(code);
    view->feeds[slot].number = 0;
    if (!toc_view_feed_read(value, &view->feeds[slot].feed))
        return toc_table_lies(view->txn, TOC_VIEW_FEEDS, TOC_SPAN_OF(key), "no feed", err);
    view->feeds[slot].number = number;
    return TOC_OK;
}

toc_code toc_view_feed_number(toc_view *view, const toc_feed_id *feed, uint32_t *out, toc_err *err)
{
    toc_span value, key = TOC_SPAN_OF(feed->bytes);
    TOC_TRY(toc_table_get(view->txn, TOC_VIEW_FEEDS, key, &value, err));
    if (value.size != 4)
        return toc_table_lies(view->txn, TOC_VIEW_FEEDS, key, "no number", err);
    *out = toc_get_u32(value.data);
    return TOC_OK;
}

/* ---- claims ---- */

bool toc_view_head_live(const toc_view *view, const toc_claim_row *head)
{
    if (head->kind == TOC_RECORD_RETRACTION)
        return false;
    return head->valid_until.unix_ms == 0 || head->valid_until.unix_ms > view->horizon.unix_ms;
}

toc_code toc_view_scan(toc_view *view, toc_span subject, const toc_claim_id *claim,
                       toc_claim_scan *out, toc_err *err)
{
    toc_key prefix;
    toc_key_clear(&prefix);
    toc_key_add_span(&prefix, subject);
    toc_key_add(&prefix, claim->bytes, sizeof claim->bytes);
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(view, TOC_VIEW_CLAIMS, &cursor, err));
    *out = (toc_claim_scan){0};
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, toc_key_view(&prefix), &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, toc_key_view(&prefix));
         code = toc_cursor_next(cursor, &row, err)) {
        toc_claim_row claim_row;
        TOC_TRY(toc_claim_row_read(view->txn, &row, &claim_row, err));
        out->revision = claim_row.filed.revision;
        if (claim_row.needed > 0)
            continue;
        if (toc_view_waits(view, claim_row.issued_at)) {
            uint64_t due = claim_row.issued_at.unix_ms - TOC_FUTURE_MS_MAX;
            if (out->due.unix_ms == 0 || due < out->due.unix_ms)
                out->due.unix_ms = due;
            continue;
        }
        out->exists = true;
        if (claim_row.kind == TOC_RECORD_MEMBERS) {
            out->members_revision = claim_row.filed.revision;
            continue;
        }
        out->has_head = true;
        out->head = claim_row;
        if (claim_row.kind == TOC_RECORD_RETRACTION)
            out->ended = claim_row.filed.revision;
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_view_number(toc_view *view, uint32_t feed, uint64_t index, toc_number_row *out,
                         toc_err *err)
{
    toc_key key;
    toc_number_key(&key, feed, index);
    toc_span value;
    TOC_TRY(toc_table_get(view->txn, TOC_VIEW_NUMBERS, toc_key_view(&key), &value, err));
    if (!toc_number_read(value, out))
        return toc_table_lies(view->txn, TOC_VIEW_NUMBERS, toc_key_view(&key), "no number", err);
    return TOC_OK;
}

static toc_code number_at(toc_view *view, uint32_t feed, uint64_t index, toc_number_row *out,
                          toc_err *err)
{
    TOC_TRY(toc_view_number(view, feed, index, out, err));
    return out->malformed || out->disputed
               ? toc_fail(err, TOC_NOT_FOUND, "the record is malformed, or in dispute")
               : TOC_OK;
}

/* `numbers` does not repeat the record id: at one revision of one claim there is hardly ever a
 * second record. */
toc_code toc_view_filed(toc_view *view, toc_view_table table, toc_span filed, uint32_t feed,
                        uint64_t index, toc_claim_row *out, toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(view, table, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, filed, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, filed);
         code = toc_cursor_next(cursor, &row, err)) {
        TOC_TRY(toc_claim_row_read(view->txn, &row, out, err));
        if (out->feed == feed && out->index == index)
            return TOC_OK;
    }
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    return toc_table_lies(view->txn, table, filed, "the record of a number is gone", err);
}

toc_code toc_view_row_at(toc_view *view, uint32_t feed, uint64_t index, toc_claim_row *out,
                         toc_span *out_record, toc_err *err)
{
    toc_number_row number;
    TOC_TRY(number_at(view, feed, index, &number, err));
    *out_record = number.record;
    return toc_view_filed(view, TOC_VIEW_CLAIMS, number.filed, feed, index, out, err);
}

toc_code toc_view_stored(toc_view *view, const toc_claim_row *row, toc_number_row *out,
                         toc_err *err)
{
    toc_code code = number_at(view, row->feed, row->index, out, err);
    if (code == TOC_NOT_FOUND || (code == TOC_OK && !toc_span_begins(row->filed.key, out->filed)))
        return toc_table_lies(view->txn, TOC_VIEW_CLAIMS, row->filed.key, "its record is gone",
                              err);
    return code;
}

toc_code toc_view_record(toc_view *view, const toc_claim_row *row, toc_span *out, toc_err *err)
{
    toc_number_row number;
    TOC_TRY(toc_view_stored(view, row, &number, err));
    *out = number.record;
    return TOC_OK;
}

toc_part toc_part_of(const toc_statement *statement)
{
    bool ends = statement->kind == TOC_RECORD_RETRACTION;
    toc_record_kind kind = ends ? statement->as.retraction.target_kind : statement->kind;
    if (kind == TOC_RECORD_CLUSTER || kind == TOC_RECORD_MEMBERS)
        return TOC_PART_REPORT;
    if (kind != TOC_RECORD_NOTICE)
        return TOC_PART_NONE;
    const toc_statement *notice = ends ? statement->as.retraction.named : statement;
    return notice->as.notice.wallet.tag[0] == '\0' ? TOC_PART_NOTICE : TOC_PART_NONE;
}

toc_subject toc_report_subject(const toc_claim_id *report)
{
    toc_subject subject = {.size = 35};
    subject.bytes[0] = TOC_CLASS_CLUSTER;
    memcpy(subject.bytes + 1, report->bytes, 32);
    return subject;
}

/* ---- covers ---- */

toc_code toc_view_cover(toc_view *view, toc_span vertex, uint8_t *out, toc_err *err)
{
    *out = toc_service_of_vertex(vertex) == NULL ? 0 : TOC_COVER_STRIPS;
    toc_span value;
    toc_code code = toc_table_get(view->txn, TOC_VIEW_COVERS, vertex, &value, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    if (value.size != 1 || value.data[0] > (TOC_COVER_STRIPS | TOC_COVER_PAYS))
        return toc_table_lies(view->txn, TOC_VIEW_COVERS, vertex, "no cover", err);
    *out |= value.data[0];
    return TOC_OK;
}

/* ---- reports ---- */

toc_code toc_view_report(toc_view *view, const toc_claim_id *report, toc_report_row *out,
                         bool *out_found, toc_err *err)
{
    toc_span value;
    toc_code code =
        toc_table_get(view->txn, TOC_VIEW_COMPONENTS, TOC_SPAN_OF(report->bytes), &value, err);
    *out_found = code == TOC_OK;
    if (code == TOC_NOT_FOUND) {
        *out = (toc_report_row){0};
        return TOC_OK;
    }
    TOC_TRY(code);
    if (!toc_report_read(value, out))
        return toc_table_lies(view->txn, TOC_VIEW_COMPONENTS, TOC_SPAN_OF(report->bytes),
                              "no report", err);
    return TOC_OK;
}

toc_code toc_view_cluster(toc_view *view, const toc_claim_id *lowest, toc_cluster_row *out,
                          toc_err *err)
{
    toc_span value;
    TOC_TRY(toc_table_get(view->txn, TOC_VIEW_CLUSTERS, TOC_SPAN_OF(lowest->bytes), &value, err));
    if (!toc_cluster_read(value, out))
        return toc_table_lies(view->txn, TOC_VIEW_CLUSTERS, TOC_SPAN_OF(lowest->bytes),
                              "no cluster", err);
    return TOC_OK;
}
