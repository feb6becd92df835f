#include "proto/base/limits.h"
#include "proto/base/reader.h"
#include "store/feed/internal.h"

/* Cards and charters were verified before they were put here, and their rows carry a check value:
 * reading them again verifies no signature. */

/* ---- by hash ---- */

static toc_code put_bytes(toc_log_txn *txn, toc_span hash, toc_span signed_bytes, toc_err *err)
{
    toc_span held;
    toc_code code = toc_checked_get(txn, TOC_LOG_ROLL, hash, &held, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    if (code == TOC_OK && toc_span_equal(held, signed_bytes))
        return TOC_OK;
    return toc_checked_put(txn, TOC_LOG_ROLL, hash, signed_bytes, err);
}

toc_code toc_log_roll_put(toc_log_txn *txn, const toc_hash *hash, toc_span signed_bytes,
                          toc_err *err)
{
    if (signed_bytes.size == 0 || signed_bytes.size > TOC_CHARTER_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a card or charter of %zu bytes; 1 to %u are possible",
                        signed_bytes.size, TOC_CHARTER_BYTES_MAX);
    return put_bytes(txn, TOC_SPAN_OF(*hash), signed_bytes, err);
}

static toc_code get_bytes(toc_log_txn *txn, toc_span hash, toc_span *out, toc_err *err)
{
    toc_code code = toc_checked_get(txn, TOC_LOG_ROLL, hash, out, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "no card or charter of this hash is held");
    return code;
}

toc_code toc_log_roll_get(toc_log_txn *txn, const toc_hash *hash, toc_span *out, toc_err *err)
{
    return get_bytes(txn, TOC_SPAN_OF(*hash), out, err);
}

/* ---- cards ---- */

/* A row of the store that names another row: that one must be there. */
static toc_code named_bytes(toc_log_txn *txn, toc_log_table table, toc_span key, toc_span hash,
                            toc_span *out, toc_err *err)
{
    toc_code code = get_bytes(txn, hash, out, err);
    if (code == TOC_NOT_FOUND)
        return toc_log_lies(txn, table, key, "what it names is missing from the roll", err);
    return code;
}

static toc_code open_card(toc_log_txn *txn, const toc_card_hash *hash, toc_span bytes,
                          toc_arena *arena, toc_card *out, toc_err *err)
{
    toc_card card;
    toc_code code = toc_card_reopen(bytes, arena, &card, err);
    if (code != TOC_OK)
        return err == NULL ? code : toc_wrap(err, "a card of the roll");
    if (!toc_card_hash_equal(&card.hash, hash))
        return toc_log_lies(txn, TOC_LOG_ROLL, TOC_SPAN_OF(*hash),
                            "the card has not the hash it is kept by", err);
    *out = card;
    return TOC_OK;
}

toc_code toc_card_row_open(toc_log_txn *txn, toc_row row, toc_arena *arena, toc_card *out,
                           toc_err *err)
{
    toc_span payload, bytes;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_CARDS, row, &payload, err));
    if (row.key.size != sizeof(toc_org_id) || payload.size != sizeof(toc_card_hash))
        return toc_log_lies(txn, TOC_LOG_CARDS, row.key, "an id and a hash are 32 bytes", err);
    toc_card_hash hash;
    toc_card card;
    memcpy(hash.bytes, payload.data, sizeof hash);
    TOC_TRY(named_bytes(txn, TOC_LOG_CARDS, row.key, payload, &bytes, err));
    TOC_TRY(open_card(txn, &hash, bytes, arena, &card, err));
    if (!toc_span_equal(TOC_SPAN_OF(card.org), row.key))
        return toc_log_lies(txn, TOC_LOG_CARDS, row.key, "it names the card of another org", err);
    *out = card;
    return TOC_OK;
}

toc_code toc_log_card_put(toc_log_txn *txn, const toc_card *card, toc_err *err)
{
    TOC_TRY(put_bytes(txn, TOC_SPAN_OF(card->hash), card->signed_card, err));
    return toc_checked_put(txn, TOC_LOG_CARDS, TOC_SPAN_OF(card->org), TOC_SPAN_OF(card->hash),
                           err);
}

toc_code toc_log_card_of(toc_log_txn *txn, const toc_org_id *org, toc_arena *arena, toc_card *out,
                         toc_err *err)
{
    toc_row row = {.key = TOC_SPAN_OF(*org)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_CARDS, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "no card of this org is held");
    TOC_TRY(code);
    return toc_card_row_open(txn, row, arena, out, err);
}

toc_span toc_log_name_of(toc_log_txn *txn, const toc_org_id *org, toc_arena *arena)
{
    toc_card card;
    return toc_log_card_of(txn, org, arena, &card, NULL) == TOC_OK ? card.name : (toc_span){0};
}

toc_code toc_log_cards(toc_log_txn *txn, toc_arena *arena, toc_log_card_visit visit, void *context,
                       toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_CARDS, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_card card;
        TOC_TRY(toc_card_row_open(txn, row, arena, &card, err));
        TOC_TRY(visit(context, &card, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code source_card(void *context, const toc_card_hash *hash, toc_card *out, toc_err *err)
{
    const toc_log_card_context *source = context;
    toc_span bytes;
    TOC_TRY(get_bytes(source->txn, TOC_SPAN_OF(*hash), &bytes, err));
    return open_card(source->txn, hash, bytes, source->arena, out, err);
}

toc_card_source toc_log_card_source(toc_log_card_context *context)
{
    return (toc_card_source){.context = context, .card = source_card};
}

/* ---- two cards of one serial ---- */

static void contest_key(const toc_org_id *org, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_span(out, toc_span_text("contest "));
    toc_key_add_span(out, TOC_SPAN_OF(*org));
}

toc_code toc_log_contest_put(toc_log_txn *txn, const toc_org_id *org, const toc_card_hash *chosen,
                             toc_err *err)
{
    toc_key key;
    contest_key(org, &key);
    return toc_checked_put(txn, TOC_LOG_STATE, toc_key_view(&key), TOC_SPAN_OF(*chosen), err);
}

toc_code toc_log_contest(toc_log_txn *txn, const toc_org_id *org, toc_card_hash *out_chosen,
                         toc_err *err)
{
    toc_key key;
    toc_span payload;
    contest_key(org, &key);
    toc_code code = toc_checked_get(txn, TOC_LOG_STATE, toc_key_view(&key), &payload, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "no two cards of this org contradict each other");
    TOC_TRY(code);
    if (payload.size != sizeof *out_chosen)
        return toc_log_lies(txn, TOC_LOG_STATE, toc_key_view(&key), "a card's hash is 32 bytes",
                            err);
    memcpy(out_chosen->bytes, payload.data, sizeof *out_chosen);
    return TOC_OK;
}
