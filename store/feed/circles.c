#include "proto/base/limits.h"
#include "proto/base/reader.h"
#include "store/feed/internal.h"

/* ---- circles ---- */

toc_code toc_circle_row_open(const toc_log_txn *txn, toc_row row, toc_log_circle *out, toc_err *err)
{
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_CIRCLES, row, &payload, err));
    toc_reader reader = toc_reader_of(payload);
    toc_log_circle circle = {0};
    uint8_t flags = toc_read_u8(&reader);
    circle.joined = (flags & 1) != 0;
    circle.known = (flags & 2) != 0;
    circle.contested = (flags & 4) != 0;
    circle.asks = (flags & 8) != 0;
    toc_read_bytes(&reader, circle.charter.bytes, sizeof circle.charter);
    circle.version = toc_read_u32(&reader);
    circle.generation = toc_read_u64(&reader);
    circle.epoch_at.unix_ms = toc_read_u64(&reader);
    if (toc_reader_finish(&reader, "circle", NULL) != TOC_OK || flags > 15 ||
        row.key.size != sizeof circle.id)
        return toc_log_lies(txn, TOC_LOG_CIRCLES, row.key, "this is not the row of a circle", err);
    memcpy(circle.id.bytes, row.key.data, sizeof circle.id);
    *out = circle;
    return TOC_OK;
}

toc_code toc_log_circle_put(toc_log_txn *txn, const toc_log_circle *circle, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf row = {0};
    toc_buf_add_u8(&row, (uint8_t)((circle->joined ? 1 : 0) | (circle->known ? 2 : 0) |
                                   (circle->contested ? 4 : 0) | (circle->asks ? 8 : 0)));
    toc_buf_add_span(&row, TOC_SPAN_OF(circle->charter));
    toc_buf_add_u32(&row, circle->version);
    toc_buf_add_u64(&row, circle->generation);
    toc_buf_add_u64(&row, circle->epoch_at.unix_ms);
    TOC_TRY(toc_buf_ok(&row, err));
    return toc_checked_put(txn, TOC_LOG_CIRCLES, TOC_SPAN_OF(circle->id), toc_buf_view(&row), err);
}

toc_code toc_log_circle_get(toc_log_txn *txn, const toc_circle_id *id, toc_log_circle *out,
                            toc_err *err)
{
    toc_row row = {.key = TOC_SPAN_OF(*id)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_CIRCLES, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "the circle is not known here");
    TOC_TRY(code);
    return toc_circle_row_open(txn, row, out, err);
}

toc_code toc_log_circles(toc_log_txn *txn, toc_log_circle_visit visit, void *context, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_CIRCLES, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_log_circle circle;
        TOC_TRY(toc_circle_row_open(txn, row, &circle, err));
        TOC_TRY(visit(context, &circle, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_log_charter_of(toc_log_txn *txn, const toc_circle_id *id, toc_arena *arena,
                            toc_charter *out, toc_err *err)
{
    toc_log_circle circle = {0};
    toc_span bytes;
    toc_charter charter;
    TOC_TRY(toc_log_circle_get(txn, id, &circle, err));
    if (!circle.known)
        return toc_fail(err, TOC_NOT_FOUND, "the circle's charter has not come yet");
    toc_code code = toc_checked_get(txn, TOC_LOG_ROLL, TOC_SPAN_OF(circle.charter), &bytes, err);
    if (code == TOC_NOT_FOUND)
        return toc_log_lies(txn, TOC_LOG_CIRCLES, TOC_SPAN_OF(*id),
                            "the charter it names is missing from the roll", err);
    TOC_TRY(code);
    code = toc_charter_reopen(bytes, arena, &charter, err);
    if (code != TOC_OK)
        return err == NULL ? code : toc_wrap(err, "a charter of the roll");
    if (!toc_charter_hash_equal(&charter.hash, &circle.charter) ||
        !toc_circle_id_equal(&charter.circle, id) || charter.version != circle.version)
        return toc_log_lies(txn, TOC_LOG_CIRCLES, TOC_SPAN_OF(*id), "it names another charter",
                            err);
    *out = charter;
    return TOC_OK;
}

/* ---- peers ---- */

toc_code toc_log_peer_put(toc_log_txn *txn, const toc_org_id *org, toc_span endpoints, toc_err *err)
{
    if (endpoints.size > TOC_CARD_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "endpoints of %zu bytes; at most %u", endpoints.size,
                        TOC_CARD_BYTES_MAX);
    return toc_checked_put(txn, TOC_LOG_PEERS, TOC_SPAN_OF(*org), endpoints, err);
}

toc_code toc_log_peer_get(toc_log_txn *txn, const toc_org_id *org, toc_span *out_endpoints,
                          toc_err *err)
{
    toc_code code = toc_checked_get(txn, TOC_LOG_PEERS, TOC_SPAN_OF(*org), out_endpoints, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "this org was not added as a peer");
    return code;
}

static toc_code visit_peer(toc_log_txn *txn, toc_row row, toc_log_peer_visit visit, void *context,
                           toc_err *err)
{
    toc_span endpoints;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_PEERS, row, &endpoints, err));
    toc_org_id org;
    if (row.key.size != sizeof org)
        return toc_log_lies(txn, TOC_LOG_PEERS, row.key, "an org id is 32 bytes", err);
    memcpy(org.bytes, row.key.data, sizeof org);
    return visit(context, &org, endpoints, err);
}

toc_code toc_log_peers(toc_log_txn *txn, toc_log_peer_visit visit, void *context, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_PEERS, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK)
        TOC_TRY(visit_peer(txn, row, visit, context, err));
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}
