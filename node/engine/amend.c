/* Charters that follow: proposed, endorsed, in force once enough admins have signed. What is
 * refused is refused before anything is written. */
#include "node/engine/branches.h"
#include "node/engine/pins.h"
#include "node/engine/proposals.h"
#include "node/engine/roll.h"
#include "proto/base/text.h"

enum { AMEND_ARENA_BYTES = 64 << 20 };

/* ---- signing ---- */

/* One body of a version, ever: two charters that both hold would need an admin who signed twice. */
static toc_code check_vote(toc_log_txn *txn, const toc_circle_id *circle, uint32_t version,
                           const toc_charter_hash *hash, toc_err *err)
{
    toc_charter_hash before;
    toc_code code = toc_log_vote(txn, circle, version, &before, err);
    if (code == TOC_NOT_FOUND)
        return TOC_OK;
    TOC_TRY(code);
    if (!toc_charter_hash_equal(&before, hash))
        return toc_fail(err, TOC_STATE,
                        "this node has signed another charter of version %u, and signs one only: "
                        "'tocsin circle proposals' shows which",
                        version);
    return TOC_OK;
}

/* A charter comes into force with the cards that it names, so they must be here before. */
static toc_code check_cards(toc_log_txn *txn, const toc_charter *charter, toc_arena *arena,
                            toc_err *err)
{
    for (size_t i = 0; i < charter->member_count; i++) {
        const toc_charter_member *member = &charter->members[i];
        toc_card card;
        toc_card_hash missing;
        toc_code code = toc_roll_card(txn, &member->card, arena, &card, err);
        if (code == TOC_OK && !toc_org_id_equal(&card.org, &member->org))
            return toc_fail(err, TOC_DENIED, "the charter names a card which is not its member's");
        if (code == TOC_OK)
            code = toc_roll_prove(txn, &card, arena, &missing, err);
        if (code == TOC_NOT_FOUND) {
            char org[65];
            toc_hex_encode(TOC_SPAN_OF(member->org), org);
            return toc_fail(err, TOC_STATE,
                            "the card that the charter names for the org %.16s… is not here; add "
                            "it with 'tocsin peer add'",
                            org);
        }
        TOC_TRY(code);
    }
    return TOC_OK;
}

/* The body with the signatures there are and the own one. */
static toc_code join_own(const toc_engine *engine, toc_span body,
                         const toc_charter_signature *signatures, size_t count, toc_arena *arena,
                         toc_charter *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf whole = {0};
    toc_charter_signature *all = toc_arena_zalloc(arena, count + 1, sizeof *all);
    if (all == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a charter");
    if (count > 0)
        memcpy(all, signatures, count * sizeof *all);
    toc_charter_hash hash;
    toc_charter_hash_of(body, &hash);
    toc_charter_sign(&hash, &engine->org, engine->officer, &all[count]);
    toc_charter_join(body, all, count + 1, &whole);
    TOC_TRY(toc_buf_ok(&whole, err));
    return toc_charter_open(toc_buf_view(&whole), arena, out, err);
}

toc_code toc_amend_sign(toc_engine *engine, toc_log_txn *txn, const toc_charter *current,
                        toc_span body, const toc_charter_signature *signatures, size_t count,
                        toc_arena *arena, toc_now now, toc_amended *out, toc_err *err)
{
    toc_charter next;
    toc_err why;
    TOC_TRY(join_own(engine, body, signatures, count, arena, &next, err));
    if (current != NULL && !toc_charter_joins(&next))
        TOC_TRY(toc_charter_follows(current, &next, err));
    TOC_TRY(check_vote(txn, &next.circle, next.version, &next.hash, err));
    TOC_TRY(check_cards(txn, &next, arena, err));
    TOC_TRY(toc_pins_check_new(txn, current, &next, arena, err));
    toc_log_card_context context = {.txn = txn, .arena = arena};
    toc_card_source cards = toc_log_card_source(&context);
    toc_code verdict = toc_join_judge(txn, current, &next, &cards, arena, &why);
    if (verdict != TOC_OK && (verdict != TOC_DENIED || current == NULL))
        return toc_fail(err, verdict, "%s", why.text);
    toc_hash key;
    memcpy(key.bytes, next.hash.bytes, sizeof key.bytes);
    *out = (toc_amended){.hash = next.hash, .version = next.version, .in_force = verdict == TOC_OK};
    TOC_TRY(toc_log_vote_put(txn, &next, err));
    toc_proposals_changed(engine);
    if (verdict != TOC_OK)
        return toc_log_proposal_put(txn, &next, err);
    TOC_TRY(toc_log_roll_put(txn, &key, next.signed_charter, err));
    return toc_roll_adopt(engine, txn, &next, arena, now, err);
}

/* ---- proposing ---- */

/* May this node vote on what follows the charter in force? `joins`: it ends a contest. */
static toc_code electorate(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                           bool joins, toc_arena *arena, toc_charter *out_current, toc_err *err)
{
    toc_log_circle state;
    if (!toc_roll_shared(txn, circle, &engine->org, arena, &state, out_current))
        return toc_fail(err, TOC_STATE,
                        "this circle is not joined, or its charter has not come yet");
    if (state.contested && !joins)
        return toc_fail(err, TOC_STATE,
                        "there are two valid charters of this circle; 'tocsin circle choose' one "
                        "before it is changed, or 'circle propose --join' the other");
    const toc_charter_member *self = toc_charter_find(out_current, &engine->org);
    if (self->role != TOC_ROLE_ADMIN)
        return toc_fail(err, TOC_DENIED, "only an admin of the circle changes its charter");
    toc_card card;
    toc_verify_key key;
    TOC_TRY(toc_roll_card(txn, &self->card, arena, &card, err));
    toc_sign_public(engine->officer, &key);
    const toc_officer *officer = toc_card_officer(&card, &key);
    if (officer == NULL || (officer->scopes & TOC_SCOPE_CHARTER) == 0)
        return toc_fail(err, TOC_DENIED,
                        "the charter names a card of this org on which this node's officer may not "
                        "sign charters; another admin can 'tocsin circle propose --renew' it");
    return TOC_OK;
}

/* Steps that name a card get the newest that is known. */
static toc_code fill_cards(toc_log_txn *txn, const toc_amendment *amendment, toc_arena *arena,
                           toc_amendment *out, toc_err *err)
{
    *out = *amendment;
    toc_amend_step *steps = toc_arena_zalloc(arena, amendment->step_count + 1, sizeof *steps);
    toc_card *cards = toc_arena_zalloc(arena, amendment->step_count + 1, sizeof *cards);
    if (steps == NULL || cards == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a charter");
    for (size_t i = 0; i < amendment->step_count; i++) {
        steps[i] = amendment->steps[i];
        if (steps[i].what != TOC_AMEND_ADMIT && steps[i].what != TOC_AMEND_RENEW)
            continue;
        if (toc_log_card_of(txn, &steps[i].org, arena, &cards[i], NULL) != TOC_OK)
            return toc_fail(err, TOC_NOT_FOUND,
                            "no card of this org is known; add it with 'tocsin peer add'");
        steps[i].card = &cards[i];
    }
    out->steps = steps;
    return TOC_OK;
}

static toc_code signed_bytes(toc_log_txn *txn, const toc_circle_id *circle, const toc_amended *made,
                             toc_buf *out, toc_err *err)
{
    toc_hash key;
    toc_span bytes;
    toc_log_proposal proposal;
    memcpy(key.bytes, made->hash.bytes, sizeof key.bytes);
    if (made->in_force) {
        TOC_TRY(toc_log_roll_get(txn, &key, &bytes, err));
    } else {
        TOC_TRY(toc_log_proposal_get(txn, circle, &made->hash, &proposal, err));
        bytes = proposal.signed_charter;
    }
    toc_buf_add_span(out, bytes);
    return toc_buf_ok(out, err);
}

toc_code toc_engine_charter_propose(toc_engine *engine, toc_log_txn *txn,
                                    const toc_circle_id *circle, const toc_amendment *amendment,
                                    bool dry_run, toc_now now, toc_buf *out_signed,
                                    toc_amended *out, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_charter current, draft;
    toc_amendment filled;
    TOC_TRY(toc_arena_new(AMEND_ARENA_BYTES, &arena, err));
    TOC_TRY(electorate(engine, txn, circle, amendment->joins != NULL, arena, &current, err));
    TOC_TRY(fill_cards(txn, amendment, arena, &filled, err));
    if (filled.joins != NULL && !toc_join_known(txn, circle, &filled.joins->hash, arena))
        return toc_fail(err, TOC_NOT_FOUND,
                        "no valid branch with this charter is known; 'tocsin circle show' lists "
                        "them");
    toc_log_card_context context = {.txn = txn, .arena = arena};
    toc_card_source cards = toc_log_card_source(&context);
    TOC_TRY(toc_charter_amend(&current, &filled, &cards, arena, &draft, err));
    TOC_TRY(toc_pins_close(txn, &current, &draft, arena, err));
    TOC_TRY(toc_charter_write(&draft, &body, err));
    if (!dry_run) {
        TOC_TRY(toc_amend_sign(engine, txn, &current, toc_buf_view(&body), NULL, 0, arena, now, out,
                               err));
        return out_signed == NULL ? TOC_OK : signed_bytes(txn, circle, out, out_signed, err);
    }
    *out = (toc_amended){.version = draft.version};
    toc_charter_hash_of(toc_buf_view(&body), &out->hash);
    if (out_signed != NULL)
        toc_charter_join(toc_buf_view(&body), NULL, 0, out_signed);
    return out_signed == NULL ? TOC_OK : toc_buf_ok(out_signed, err);
}

toc_code toc_engine_circle_admit(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                                 const toc_org_id *org, toc_role role, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter current;
    toc_amended made;
    TOC_TRY(toc_arena_new(AMEND_ARENA_BYTES, &arena, err));
    TOC_TRY(electorate(engine, txn, circle, false, arena, &current, err));
    if (current.quorum != 1)
        return toc_fail(err, TOC_STATE,
                        "this circle asks for %u admins to agree: 'tocsin circle propose --admit'",
                        current.quorum);
    const toc_amend_step step = {.what = TOC_AMEND_ADMIT, .org = *org, .role = role};
    const toc_amendment amendment = {
        .step_count = 1, .steps = &step, .quorum = role == TOC_ROLE_ADMIN ? 2 : 0};
    return toc_engine_charter_propose(engine, txn, circle, &amendment, false, now, NULL, &made,
                                      err);
}

/* ---- endorsing ---- */

/* The proposal as it came, with the signatures kept here; or that alone which is kept. */
static toc_code gather(toc_log_txn *txn, const toc_circle_id *circle, const toc_charter_hash *hash,
                       toc_span came, toc_arena *arena, toc_charter *out,
                       toc_charter_signature **out_signatures, size_t *out_count, toc_err *err)
{
    toc_log_proposal kept;
    toc_charter held = {0};
    toc_code code = toc_log_proposal_get(txn, circle, hash, &kept, err);
    if (code != TOC_OK && (code != TOC_NOT_FOUND || came.size == 0))
        return code;
    if (code == TOC_OK)
        TOC_TRY(toc_charter_reopen(kept.signed_charter, arena, &held, err));
    if (came.size == 0)
        *out = held;
    else
        TOC_TRY(toc_charter_open(came, arena, out, err));
    if (!toc_charter_hash_equal(&out->hash, hash))
        return toc_fail(err, TOC_DENIED, "this is not the proposal that was shown");
    size_t others = came.size == 0 ? 0 : held.signature_count;
    toc_charter_signature *all =
        toc_arena_zalloc(arena, out->signature_count + others + 1, sizeof *all);
    if (all == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for signatures");
    if (out->signature_count > 0)
        memcpy(all, out->signatures, out->signature_count * sizeof *all);
    if (others > 0)
        memcpy(all + out->signature_count, held.signatures, others * sizeof *all);
    *out_signatures = all;
    *out_count = out->signature_count + others;
    return TOC_OK;
}

toc_code toc_engine_charter_endorse(toc_engine *engine, toc_log_txn *txn,
                                    const toc_circle_id *circle, const toc_charter_hash *hash,
                                    toc_span signed_charter, toc_now now, toc_buf *out_signed,
                                    toc_amended *out, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter current, next;
    toc_charter_signature *signatures;
    size_t count;
    TOC_TRY(toc_arena_new(AMEND_ARENA_BYTES, &arena, err));
    TOC_TRY(gather(txn, circle, hash, signed_charter, arena, &next, &signatures, &count, err));
    TOC_TRY(electorate(engine, txn, circle, toc_charter_joins(&next), arena, &current, err));
    toc_log_card_context context = {.txn = txn, .arena = arena};
    toc_card_source cards = toc_log_card_source(&context);
    TOC_TRY(check_cards(txn, &next, arena, err));
    TOC_TRY(toc_charter_votable(&next, &cards, err));
    TOC_TRY(
        toc_amend_sign(engine, txn, &current, next.body, signatures, count, arena, now, out, err));
    return out_signed == NULL ? TOC_OK : signed_bytes(txn, circle, out, out_signed, err);
}
