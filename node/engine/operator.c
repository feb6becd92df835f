/* What the operator does: peers by hand, circles, members. */
#include "node/engine/state.h"

#include <stdlib.h>

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

/* Signs a body as the own officer, judges it as anybody would, and puts it in force. */
static toc_code enact(toc_engine *engine, toc_log_txn *txn, const toc_charter *draft,
                      const toc_charter *current, toc_arena *arena, toc_now now, toc_charter *out,
                      toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf whole = {0};
    TOC_TRY(toc_charter_write(draft, &body, err));
    toc_charter_hash hash;
    toc_hash plain;
    toc_span parts[] = {toc_span_text("tocsin/charter/1\n"), toc_buf_view(&body)};
    toc_blake2b_parts(parts, TOC_COUNT(parts), &plain);
    memcpy(hash.bytes, plain.bytes, sizeof hash.bytes);
    toc_charter_signature signature;
    toc_charter_sign(&hash, &engine->org, engine->officer, &signature);
    toc_charter_join(toc_buf_view(&body), &signature, 1, &whole);
    TOC_TRY(toc_buf_ok(&whole, err));
    toc_span kept = toc_arena_dup(arena, toc_buf_view(&whole));
    if (kept.data == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a charter");
    TOC_TRY(toc_charter_open(kept, arena, out, err));
    toc_log_card_context context = {.txn = txn, .arena = arena};
    toc_card_source cards = toc_log_card_source(&context);
    TOC_TRY(toc_charter_judge(current, out, &cards, err));
    TOC_TRY(toc_log_roll_put(txn, &plain, kept, err));
    return toc_roll_adopt(engine, txn, out, arena, now, err);
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
                         .policy = {.tlp_max = TOC_TLP_AMBER_STRICT, .history = TOC_HISTORY_ALL}};
    toc_random(draft.nonce, sizeof draft.nonce);
    toc_charter made;
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
    TOC_TRY(enact(engine, txn, &draft, NULL, arena, now, &made, err));
    *out = made.circle;
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

static int compare_members(const void *left, const void *right)
{
    const toc_charter_member *a = left, *b = right;
    return memcmp(a->org.bytes, b->org.bytes, sizeof a->org.bytes);
}

toc_code toc_engine_circle_admit(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                                 const toc_org_id *org, toc_role role, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(OPERATOR_ARENA_BYTES, &arena, err));
    toc_log_circle state;
    toc_charter current, made;
    toc_card card;
    if (!toc_roll_shared(txn, circle, &engine->org, arena, &state, &current))
        return toc_fail(err, TOC_STATE,
                        "this circle is not joined, or its charter has not come yet");
    const toc_charter_member *self = toc_charter_find(&current, &engine->org);
    if (self->role != TOC_ROLE_ADMIN)
        return toc_fail(err, TOC_DENIED, "only an admin of the circle admits members");
    if (current.quorum != 1)
        return toc_fail(err, TOC_STATE, "this circle asks for %u admins to agree", current.quorum);
    if (toc_charter_find(&current, org) != NULL)
        return toc_fail(err, TOC_EXISTS, "this org is a member already");
    if (toc_log_card_of(txn, org, arena, &card, NULL) != TOC_OK)
        return toc_fail(err, TOC_NOT_FOUND,
                        "no card of this org is known; add it with 'tocsin peer add'");
    toc_charter_member *members =
        toc_arena_zalloc(arena, current.member_count + 1, sizeof *members);
    if (members == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a charter");
    memcpy(members, current.members, current.member_count * sizeof *members);
    members[current.member_count] = (toc_charter_member){.org = *org,
                                                         .role = role,
                                                         .kind = card.kind,
                                                         .country = card.country,
                                                         .card_serial_min = card.serial,
                                                         .card = card.hash};
    qsort(members, current.member_count + 1, sizeof *members, compare_members);
    toc_charter draft = current;
    draft.version = current.version + 1;
    draft.previous = current.hash;
    draft.members = members;
    draft.member_count = current.member_count + 1;
    return enact(engine, txn, &draft, &current, arena, now, &made, err);
}
