/* What the operator does: peers by hand, circles. Charters that follow are in amend.c. */
#include "node/engine/cards.h"
#include "node/engine/proposals.h"
#include "node/engine/roll.h"

#include "proto/crypto/hash.h"

enum { OPERATOR_ARENA_BYTES = 64 << 20 };

static toc_code keys_apart(void *context, const toc_card *card, toc_err *err)
{
    const toc_card *fresh = context;
    return toc_card_apart(fresh, card, err);
}

static toc_code prove_by_hand(toc_log_txn *txn, const toc_card *card, toc_arena *arena,
                              toc_err *err)
{
    toc_card_hash missing;
    toc_code code = toc_roll_prove(txn, card, arena, &missing, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, TOC_STATE,
                        "a card of serial %llu whose earlier cards are not known here; ask its "
                        "owner for those first",
                        (unsigned long long)card->serial);
    return code;
}

toc_code toc_engine_peer_add(toc_engine *engine, toc_log_txn *txn, toc_span signed_card,
                             toc_span endpoints, toc_now now, toc_org_id *out_org, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(OPERATOR_ARENA_BYTES, &arena, err));
    toc_card card, known;
    toc_card_hash chosen;
    TOC_TRY(toc_card_open(signed_card, arena, &card, err));
    if (toc_org_id_equal(&card.org, &engine->org))
        return toc_fail(err, TOC_USAGE,
                        "this is the node's own card; give it to the peers and add theirs here");
    TOC_TRY(toc_log_cards(txn, arena, keys_apart, &card, err));
    bool has_known = toc_log_card_of(txn, &card.org, arena, &known, NULL) == TOC_OK;
    bool contested = toc_log_contest(txn, &card.org, &chosen, NULL) == TOC_OK;
    if (has_known && card.serial == known.serial && !toc_card_hash_equal(&card.hash, &known.hash))
        return toc_fail(err, TOC_DENIED,
                        "another card of serial %llu is known for this org; the known one is kept",
                        (unsigned long long)card.serial);
    bool newer = !has_known || card.serial > known.serial;
    if (newer) {
        TOC_TRY(prove_by_hand(txn, &card, arena, err));
        if (contested)
            TOC_TRY(toc_log_contest_put(txn, &card.org, &card.hash, err));
        TOC_TRY(toc_cards_follow(engine, txn, &card, card.seal_compromised, now, err));
    }
    TOC_TRY(toc_log_peer_put(txn, &card.org, endpoints, err));
    *out_org = card.org;
    return toc_engine_peers_changed(engine, err);
}

toc_code toc_engine_circle_create(toc_engine *engine, toc_log_txn *txn, toc_span name,
                                  toc_span purpose, toc_now now, toc_circle_id *out, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(OPERATOR_ARENA_BYTES, &arena, err));
    toc_card card;
    TOC_TRY(toc_log_card_of(txn, &engine->org, arena, &card, err));
    toc_charter_member self = {.org = engine->org,
                               .role = TOC_ROLE_ADMIN,
                               .kind = card.kind,
                               .country = card.country,
                               .card_serial_min = card.serial,
                               .card = card.hash};
    toc_charter draft = {.version = 1,
                         .name = name,
                         .purpose = purpose,
                         .quorum = 1,
                         .member_count = 1,
                         .members = &self,
                         .policy = {.tlp_max = TOC_TLP_RED, .history = TOC_HISTORY_ALL}};
    toc_random(draft.nonce, sizeof draft.nonce);
    /* The circle is joined before it is adopted, so that the own feeds open with its first charter.
     */
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_TRY(toc_charter_write(&draft, &body, err));
    toc_hash plain;
    toc_span parts[] = {toc_span_text("tocsin/circle/1\n"), toc_buf_view(&body)};
    toc_blake2b_parts(parts, TOC_COUNT(parts), &plain);
    toc_log_circle state = {.joined = true};
    memcpy(state.id.bytes, plain.bytes, sizeof state.id.bytes);
    TOC_TRY(toc_log_circle_put(txn, &state, err));
    toc_circle_id made = state.id;
    toc_amended amended;
    TOC_TRY(
        toc_amend_sign(engine, txn, NULL, toc_buf_view(&body), NULL, 0, arena, now, &amended, err));
    *out = made;
    return TOC_OK;
}

toc_code toc_engine_circle_join(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                                toc_now now, toc_err *err)
{
    toc_log_circle state;
    if (toc_log_circle_get(txn, circle, &state, NULL) != TOC_OK)
        state = (toc_log_circle){.id = *circle};
    if (state.joined)
        return TOC_OK;
    state.joined = true;
    TOC_TRY(toc_log_circle_put(txn, &state, err));
    return toc_roll_ask_unknown(engine, txn, now, err);
}
