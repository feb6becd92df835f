/* May the work on a chunk be done: what the roll, the charter, quotas and pins say of it, and whose
 * key must have signed its checkpoint. What it says itself is verified after that (apply.c). */
#include "node/engine/cards.h"
#include "node/engine/cosign.h"
#include "node/engine/grants.h"
#include "node/engine/pins.h"
#include "node/engine/quota.h"
#include "node/engine/roll.h"
#include "node/engine/sync.h"

#include "proto/base/reader.h"

/* The card that the last grant among the entries names: it judges the checkpoint. */
static bool last_grant(const toc_chunk *chunk, toc_card_hash *out)
{
    bool found = false;
    toc_reader reader = toc_reader_of(chunk->entries);
    for (uint32_t i = 0; i < chunk->count; i++) {
        toc_grant grant;
        toc_span entry = toc_read_u32_span(&reader, TOC_ENTRY_BYTES_MAX);
        if (entry.size < TOC_ENTRY_HEADER_BYTES)
            break;
        if (entry.data[1] != TOC_ENTRY_GRANT || toc_grant_read(entry, &grant, NULL) != TOC_OK)
            continue; /* the verification says what is wrong with it */
        *out = grant.card;
        found = true;
    }
    return found;
}

static void take_known(const toc_log_feed *stored, toc_chunk *chunk)
{
    toc_note note;
    toc_checkpoint checkpoint;
    bool same = stored->known_size > 0 && toc_note_parse(chunk->note, &note, NULL) == TOC_OK &&
                toc_checkpoint_parse(note.body, &checkpoint, NULL) == TOC_OK &&
                checkpoint.size == stored->known_size;
    chunk->has_known = stored->known_size > 0 && (same || chunk->known_size == stored->known_size);
    if (same)
        chunk->from_known.count = 0;
    chunk->known_size = stored->known_size;
    chunk->known_root = stored->known_root;
}

/* The key that must have signed the checkpoint: that of the author's newest card. `judge`: the card
 * that the last grant among the entries names, NULL without one. `pinned`: the charter vouches for
 * when it was signed. False: the feed waits, or was refused. */
static toc_code find_signer(toc_engine *engine, toc_log_txn *txn, engine_feed *feed, uint64_t link,
                            toc_chunk *chunk, const toc_card *judge, bool pinned, toc_arena *arena,
                            toc_now now, bool *out, toc_err *err)
{
    toc_card card;
    toc_card_state state = TOC_CARD_KNOWN;
    *out = false;
    if (judge != NULL)
        TOC_TRY(toc_cards_take(engine, txn, link, judge, arena, now, &state, err));
    if (state == TOC_CARD_REFUSED || state == TOC_CARD_MISSING) {
        toc_sync_refuse(engine, feed, link, TOC_REFUSE_GRANT,
                        "a grant that names a card which does not hold", now);
        return TOC_OK;
    }
    toc_signer signer = toc_cards_signer(txn, &feed->name, chunk->note, arena, &card);
    if (signer == TOC_SIGNER_UNKNOWN) {
        toc_sync_reset(engine, feed, now);
        return toc_roll_want_newest(engine, toc_engine_link(engine, link), &feed->name.org,
                                    card.serial, TOC_REFUSE_CHECKPOINT_SIGNATURE, now, err);
    }
    if (signer == TOC_SIGNER_RETIRED && !pinned &&
        !toc_org_id_equal(&feed->name.org, &engine->org)) {
        if (!toc_voucher_holds(txn, &feed->name, &card, chunk->note, chunk->voucher)) {
            toc_sync_refuse(engine, feed, link, TOC_REFUSE_RETIRED_KEY, NULL, now);
            return TOC_OK;
        }
        TOC_TRY(toc_voucher_keep(engine, txn, &feed->name, link, chunk, now, err));
    }
    chunk->signer = card.sign;
    *out = true;
    return TOC_OK;
}

/* The author's card that the entries name, led back to its first one. False: the feed waits for it,
 * or was refused. */
static toc_code find_judge(toc_engine *engine, toc_log_txn *txn, engine_feed *feed, uint64_t link,
                           const toc_card_hash *judge, toc_arena *arena, toc_now now, toc_card *out,
                           bool *out_found, toc_err *err)
{
    toc_err why;
    toc_card_hash missing;
    *out_found = false;
    toc_code code = toc_roll_card(txn, judge, arena, out, &why);
    if (code == TOC_IO || code == TOC_NO_MEMORY)
        return toc_fail(err, code, "%s", why.text);
    if (code != TOC_OK) {
        /* The hash is held, but it is a charter's: a peer's bytes never become the error of a
         * round. */
        toc_sync_refuse(engine, feed, link, TOC_REFUSE_GRANT, "a grant that names what is no card",
                        now);
        return TOC_OK;
    }
    if (!toc_org_id_equal(&out->org, &feed->name.org)) {
        toc_sync_refuse(engine, feed, link, TOC_REFUSE_GRANT,
                        "a grant that names another org's card", now);
        return TOC_OK;
    }
    code = toc_roll_prove(txn, out, arena, &missing, &why);
    if (code == TOC_NOT_FOUND) {
        toc_hash key;
        memcpy(key.bytes, missing.bytes, sizeof key.bytes);
        toc_sync_reset(engine, feed, now);
        return toc_roll_want(engine, txn, link, &key, now, err);
    }
    if (code != TOC_OK)
        toc_sync_refuse(engine, feed, link, TOC_REFUSE_GRANT, why.text, now);
    *out_found = code == TOC_OK;
    return TOC_OK;
}

toc_code toc_judge_chunk(toc_engine *engine, toc_log_txn *txn, engine_feed *feed, uint64_t link,
                         const toc_log_feed *stored, toc_chunk *chunk, toc_arena *arena,
                         toc_now now, bool *out, toc_err *err)
{
    toc_log_circle state;
    toc_charter charter;
    toc_card card;
    toc_card_hash named = stored->judge.card;
    toc_refusal why_not = TOC_REFUSE_NOT_A_MEMBER;
    bool pinned = false, good;
    *out = false;
    if (!toc_roll_shared(txn, &feed->name.circle, &engine->org, arena, &state, &charter) ||
        !toc_pins_allow(&charter, chunk, &why_not, &pinned)) {
        toc_sync_refuse(engine, feed, link, why_not, NULL, now);
        return TOC_OK;
    }
    TOC_TRY(toc_quota_admit(engine, txn, feed, stored, &charter, now, &good, err));
    if (!good)
        return TOC_OK;
    bool grants = last_grant(chunk, &named);
    if (!grants && !stored->has_judge) {
        toc_sync_refuse(engine, feed, link, TOC_REFUSE_GRANT,
                        "a feed that does not begin with a grant", now);
        return TOC_OK;
    }
    TOC_TRY(toc_grants_named(engine, txn, &state, chunk, link, now, &good, err));
    if (!good) {
        toc_sync_reset(engine, feed, now);
        return TOC_OK;
    }
    TOC_TRY(find_judge(engine, txn, feed, link, &named, arena, now, &card, &good, err));
    if (good)
        TOC_TRY(find_signer(engine, txn, feed, link, chunk, grants ? &card : NULL, pinned, arena,
                            now, &good, err));
    if (!good)
        return TOC_OK;
    take_known(stored, chunk);
    if (stored->known_size > toc_charter_end(&charter, &feed->name))
        chunk->has_known = false; /* the charter has ended the feed before that head */
    else if (stored->known_size > stored->frontier.size && !chunk->has_known) {
        /* A head that we have not reached was accepted meanwhile: only what grows out of it may
         * follow, or two heads that contradict each other could lead us into a tree that neither
         * is. Asked for again, with that head named. */
        toc_sync_reset(engine, feed, now);
        feed->blocked_until = now.mono;
        return TOC_OK;
    }
    *out = true;
    return TOC_OK;
}
