#include "store/feed/internal.h"

/* ---- proposals ---- */

static const char proposal_prefix[] = "proposal ";

static void proposal_key(const toc_circle_id *circle, const toc_charter_hash *hash, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_span(out, toc_span_text(proposal_prefix));
    toc_key_add_span(out, TOC_SPAN_OF(*circle));
    if (hash != NULL)
        toc_key_add_span(out, TOC_SPAN_OF(*hash));
}

static toc_code open_proposal(const toc_log_txn *txn, toc_row row, toc_log_proposal *out,
                              toc_err *err)
{
    const size_t prefix = sizeof proposal_prefix - 1;
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_STATE, row, &payload, err));
    if (row.key.size != prefix + sizeof out->circle + sizeof out->hash || payload.size <= 4)
        return toc_log_lies(txn, TOC_LOG_STATE, row.key, "this is not the row of a proposal", err);
    memcpy(out->circle.bytes, row.key.data + prefix, sizeof out->circle);
    memcpy(out->hash.bytes, row.key.data + prefix + sizeof out->circle, sizeof out->hash);
    out->version = toc_get_u32(payload.data);
    out->signed_charter = toc_span_of(payload.data + 4, payload.size - 4);
    return TOC_OK;
}

toc_code toc_log_proposals(toc_log_txn *txn, toc_log_proposal_visit visit, void *context,
                           toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_STATE, toc_span_text(proposal_prefix), &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_log_proposal proposal = {0};
        TOC_TRY(open_proposal(txn, row, &proposal, err));
        TOC_TRY(visit(context, &proposal, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_log_proposal_put(toc_log_txn *txn, const toc_charter *charter, toc_err *err)
{
    toc_key key;
    proposal_key(&charter->circle, &charter->hash, &key);
    TOC_AUTO(toc_buf_wipe) toc_buf payload = {0};
    toc_buf_add_u32(&payload, charter->version);
    toc_buf_add_span(&payload, charter->signed_charter);
    TOC_TRY(toc_buf_ok(&payload, err));
    return toc_checked_put(txn, TOC_LOG_STATE, toc_key_view(&key), toc_buf_view(&payload), err);
}

toc_code toc_log_proposal_get(toc_log_txn *txn, const toc_circle_id *circle,
                              const toc_charter_hash *hash, toc_log_proposal *out, toc_err *err)
{
    toc_key key;
    proposal_key(circle, hash, &key);
    toc_row row = {.key = toc_key_view(&key)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_STATE, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "no such proposal is kept here");
    TOC_TRY(code);
    return open_proposal(txn, row, out, err);
}

toc_code toc_log_proposals_drop(toc_log_txn *txn, const toc_circle_id *circle, uint32_t version,
                                toc_err *err)
{
    toc_key key;
    proposal_key(circle, NULL, &key);
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_STATE, toc_key_view(&key), &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_log_proposal proposal = {0};
        TOC_TRY(open_proposal(txn, row, &proposal, err));
        if (proposal.version <= version)
            TOC_TRY(toc_cursor_delete(cursor, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* ---- votes ---- */

static void vote_key(const toc_circle_id *circle, uint32_t version, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_span(out, toc_span_text("vote "));
    toc_key_add_span(out, TOC_SPAN_OF(*circle));
    toc_key_add_u32(out, version);
}

toc_code toc_log_vote(toc_log_txn *txn, const toc_circle_id *circle, uint32_t version,
                      toc_charter_hash *out, toc_err *err)
{
    toc_key key;
    toc_span payload;
    vote_key(circle, version, &key);
    toc_code code = toc_checked_get(txn, TOC_LOG_STATE, toc_key_view(&key), &payload, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "no charter of version %u was signed here", version);
    TOC_TRY(code);
    if (payload.size != sizeof *out)
        return toc_log_lies(txn, TOC_LOG_STATE, toc_key_view(&key), "a charter's hash is 32 bytes",
                            err);
    memcpy(out->bytes, payload.data, sizeof *out);
    return TOC_OK;
}

toc_code toc_log_vote_put(toc_log_txn *txn, const toc_charter *charter, toc_err *err)
{
    toc_charter_hash before;
    toc_code code = toc_log_vote(txn, &charter->circle, charter->version, &before, err);
    if (code == TOC_OK && toc_charter_hash_equal(&before, &charter->hash))
        return TOC_OK;
    if (code == TOC_OK)
        return toc_fail(err, TOC_EXISTS,
                        "this node has signed another charter of version %u, and signs one only",
                        charter->version);
    if (code != TOC_NOT_FOUND)
        return code;
    toc_key key;
    vote_key(&charter->circle, charter->version, &key);
    return toc_checked_put(txn, TOC_LOG_STATE, toc_key_view(&key), TOC_SPAN_OF(charter->hash), err);
}

/* ---- rivals ---- */

static const char rival_prefix[] = "rival ";

static void rival_key(const toc_circle_id *circle, const toc_charter_hash *hash, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_span(out, toc_span_text(rival_prefix));
    toc_key_add_span(out, TOC_SPAN_OF(*circle));
    if (hash != NULL)
        toc_key_add_span(out, TOC_SPAN_OF(*hash));
}

static toc_code open_rival(const toc_log_txn *txn, toc_row row, toc_charter_hash *out_hash,
                           toc_rival *out, toc_err *err)
{
    const size_t before = sizeof rival_prefix - 1 + sizeof(toc_circle_id);
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_STATE, row, &payload, err));
    if (row.key.size != before + sizeof *out_hash || payload.size != 1 ||
        payload.data[0] < TOC_RIVAL_OPEN || payload.data[0] > TOC_RIVAL_CHOSEN)
        return toc_log_lies(txn, TOC_LOG_STATE, row.key, "this is not the row of a charter", err);
    memcpy(out_hash->bytes, row.key.data + before, sizeof *out_hash);
    *out = (toc_rival)payload.data[0];
    return TOC_OK;
}

toc_code toc_log_rival_put(toc_log_txn *txn, const toc_circle_id *circle,
                           const toc_charter_hash *hash, toc_rival state, toc_err *err)
{
    toc_key key;
    uint8_t byte = (uint8_t)state;
    rival_key(circle, hash, &key);
    return toc_checked_put(txn, TOC_LOG_STATE, toc_key_view(&key), toc_span_of(&byte, 1), err);
}

toc_code toc_log_rival(toc_log_txn *txn, const toc_circle_id *circle, const toc_charter_hash *hash,
                       toc_rival *out, toc_err *err)
{
    toc_key key;
    toc_charter_hash same;
    rival_key(circle, hash, &key);
    toc_row row = {.key = toc_key_view(&key)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_STATE, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "no such charter of another branch is kept here");
    TOC_TRY(code);
    return open_rival(txn, row, &same, out, err);
}

toc_code toc_log_rivals(toc_log_txn *txn, const toc_circle_id *circle, toc_log_rival_visit visit,
                        void *context, toc_err *err)
{
    toc_key key;
    rival_key(circle, NULL, &key);
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_STATE, toc_key_view(&key), &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_charter_hash hash;
        toc_rival state = TOC_RIVAL_OPEN;
        TOC_TRY(open_rival(txn, row, &hash, &state, err));
        TOC_TRY(visit(context, &hash, state, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}
