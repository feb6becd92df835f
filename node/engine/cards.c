/* Cards that change. The newest card of an org that is proven here judges: its sign key signs what
 * the org says from now on, and what an older one signed counts as far as it was stored before.
 * docs/decisions/0021 says why. */
#include "node/engine/cards.h"
#include "node/engine/cosign.h"
#include "node/engine/grants.h"
#include "node/engine/roll.h"
#include "node/engine/sync.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/feed/note.h"

enum { CARDS_ARENA_BYTES = 64 << 20, CARDS_MS_PER_DAY = 86400000, NOTE_TYPE_ED25519 = 1 };

/* ---- the own card and its secrets ---- */

void toc_cards_unload(toc_engine *engine)
{
    toc_secret_free(engine->sign);
    toc_secret_free(engine->cosign);
    toc_secret_free(engine->seal);
    toc_secret_free(engine->officer);
    for (size_t i = 0; i < engine->former_seal_count; i++)
        toc_secret_free(engine->former_seals[i]);
    engine->sign = engine->cosign = engine->seal = engine->officer = NULL;
    engine->former_seal_count = 0;
}

toc_code toc_cards_load(toc_engine *engine, toc_log_txn *txn, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(CARDS_ARENA_BYTES, &arena, err));
    toc_card card;
    TOC_TRY(toc_log_owner(txn, &engine->org, err));
    TOC_TRY(toc_log_card_of(txn, &engine->org, arena, &card, err));
    engine->card = card.hash;
    engine->card_serial = card.serial;
    toc_cards_unload(engine);
    TOC_TRY(toc_log_own_key(txn, TOC_OWN_SIGN, &engine->sign, err));
    TOC_TRY(toc_log_own_key(txn, TOC_OWN_COSIGN, &engine->cosign, err));
    toc_sign_public(engine->cosign, &engine->cosign_key);
    TOC_TRY(toc_log_own_key(txn, TOC_OWN_SEAL, &engine->seal, err));
    TOC_TRY(toc_log_own_key(txn, TOC_OWN_OFFICER, &engine->officer, err));
    return toc_log_former_keys(txn, TOC_OWN_SEAL, (toc_time){0}, engine->former_seals,
                               &engine->former_seal_count, err);
}

toc_code toc_cards_open_box(const toc_engine *engine, const toc_box *box, toc_secret **out,
                            toc_err *err)
{
    toc_code code = toc_box_open(engine->seal, box, out, err);
    for (size_t i = 0; code == TOC_SEALED && i < engine->former_seal_count; i++)
        code = toc_box_open(engine->former_seals[i], box, out, err);
    return code;
}

/* ---- the own feeds follow the own card ---- */

typedef struct own_rows {
    const toc_engine *engine;
    toc_arena *arena;
    toc_log_feed *feeds;
    size_t feed_count;
    toc_log_circle *circles;
    size_t circle_count;
} own_rows;

static toc_code collect_feed(void *context, const toc_log_feed *feed, toc_err *err)
{
    own_rows *all = context;
    if (!toc_org_id_equal(&feed->name.org, &all->engine->org) || feed->head_size == 0)
        return TOC_OK;
    toc_log_feed *grown = toc_arena_zalloc(all->arena, all->feed_count + 1, sizeof *grown);
    if (grown == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the own feeds");
    if (all->feed_count > 0)
        memcpy(grown, all->feeds, all->feed_count * sizeof *grown);
    grown[all->feed_count++] = *feed;
    all->feeds = grown;
    return TOC_OK;
}

static toc_code collect_circle(void *context, const toc_log_circle *circle, toc_err *err)
{
    own_rows *all = context;
    if (!circle->joined || !circle->known)
        return TOC_OK;
    toc_log_circle *grown = toc_arena_zalloc(all->arena, all->circle_count + 1, sizeof *grown);
    if (grown == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for circles");
    if (all->circle_count > 0)
        memcpy(grown, all->circles, all->circle_count * sizeof *grown);
    grown[all->circle_count++] = *circle;
    all->circles = grown;
    return TOC_OK;
}

/* A head that an older key signed is signed anew, so that who meets the feed later can judge it. */
static toc_code sign_anew(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                          toc_err *err)
{
    toc_span held;
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    TOC_TRY(toc_checkpoint_sign(&feed->name, feed->head_size, &feed->head_root, engine->sign, &note,
                                err));
    TOC_TRY(toc_log_head_note(txn, feed->number, &held, err));
    if (toc_span_equal(held, toc_buf_view(&note)))
        return TOC_OK;
    TOC_TRY(toc_log_head_renew(txn, feed, toc_buf_view(&note), err));
    engine_feed *state = toc_sync_feed(engine, &feed->name);
    if (state == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a feed");
    if (!state->written) {
        state->written = true;
        state->written_from = feed->head_size - 1; /* so that the round tells of it */
        state->written_link = 0;
    }
    return TOC_OK;
}

/* Does an own feed that is written to need another grant? */
static toc_code refresh_circles(toc_engine *engine, toc_log_txn *txn, const own_rows *all,
                                const toc_org_id *reader, bool turn, toc_now now, toc_err *err)
{
    for (size_t i = 0; i < all->circle_count; i++) {
        TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
        TOC_TRY(toc_arena_new(CARDS_ARENA_BYTES, &arena, err));
        const toc_circle_id *circle = &all->circles[i].id;
        toc_charter charter;
        if (all->circles[i].generation == 0 ||
            toc_log_charter_of(txn, circle, arena, &charter, NULL) != TOC_OK ||
            !toc_charter_writes(&charter, &engine->org) || !toc_charter_reads(&charter, reader))
            continue;
        TOC_TRY(toc_grants_refresh(engine, txn, circle, turn, now, err));
    }
    return TOC_OK;
}

static toc_code settle(toc_engine *engine, toc_log_txn *txn, bool turn, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(CARDS_ARENA_BYTES, &arena, err));
    own_rows all = {.engine = engine, .arena = arena};
    TOC_TRY(toc_log_circles(txn, collect_circle, &all, err));
    TOC_TRY(refresh_circles(engine, txn, &all, &engine->org, turn, now, err));
    TOC_TRY(toc_log_feeds(txn, NULL, collect_feed, &all, err));
    for (size_t i = 0; i < all.feed_count; i++)
        TOC_TRY(sign_anew(engine, txn, &all.feeds[i], err));
    engine->settled = true;
    return TOC_OK;
}

toc_code toc_cards_settle(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    return engine->settled ? TOC_OK : settle(engine, txn, false, now, err);
}

static bool same_keys(const toc_card *left, const toc_card *right)
{
    return memcmp(&left->root, &right->root, sizeof left->root) == 0 &&
           memcmp(&left->sign, &right->sign, sizeof left->sign) == 0 &&
           memcmp(&left->cosign, &right->cosign, sizeof left->cosign) == 0 &&
           memcmp(&left->link, &right->link, sizeof left->link) == 0 &&
           memcmp(&left->seal, &right->seal, sizeof left->seal) == 0;
}

/* The own changes of keys today, by what the cards say. Peers would not follow more of them. */
static toc_code check_own_limit(toc_engine *engine, toc_log_txn *txn, toc_span signed_card,
                                toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(CARDS_ARENA_BYTES, &arena, err));
    toc_card later, card;
    unsigned changes = 0;
    TOC_TRY(toc_card_open(signed_card, arena, &later, err));
    TOC_TRY(toc_log_card_of(txn, &engine->org, arena, &card, err));
    uint64_t day = later.valid_from.unix_ms / CARDS_MS_PER_DAY;
    while (later.valid_from.unix_ms / CARDS_MS_PER_DAY == day) {
        changes += same_keys(&card, &later) ? 0 : 1;
        if (changes > TOC_KEY_CHANGES_A_DAY)
            return toc_fail(err, TOC_LIMIT,
                            "keys were changed %u times today (UTC), and peers do not follow more "
                            "often; change several at once, or wait",
                            TOC_KEY_CHANGES_A_DAY);
        later = card;
        if (later.serial == 1)
            break;
        TOC_TRY(toc_roll_card(txn, &later.previous, arena, &card, err));
    }
    return TOC_OK;
}

toc_code toc_engine_card_adopt(toc_engine *engine, toc_log_txn *txn, toc_span signed_card,
                               bool compromised, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(CARDS_ARENA_BYTES, &arena, err));
    toc_card card;
    TOC_TRY(check_own_limit(engine, txn, signed_card, err));
    TOC_TRY(toc_card_open(signed_card, arena, &card, err));
    TOC_TRY(toc_log_own_card_adopt(txn, signed_card, compromised, now.wall, err));
    TOC_TRY(toc_cards_load(engine, txn, err));
    TOC_TRY(settle(engine, txn, card.seal_compromised, now, err));
    engine->card_changed = true;
    return toc_engine_peers_changed(engine, err);
}

/* ---- the cards of others ---- */

static bool may_change_today(toc_engine *engine, const toc_org_id *org, toc_now now)
{
    engine_day *today = toc_days_of(&engine->card_days, org, now);
    return today != NULL && today->count++ < TOC_KEY_CHANGES_FOLLOWED_A_DAY;
}

/* Where the lines of two cards of one org part. */
typedef struct common_card {
    toc_card card;         /* the last that both have */
    bool compromised;      /* on the way to the left one a seal key was called compromised */
    toc_card_hash missing; /* when NOT_FOUND */
} common_card;

static toc_code find_common(toc_log_txn *txn, const toc_card *left, const toc_card *right,
                            toc_arena *arena, common_card *out, toc_err *err)
{
    toc_card a = *left, b = *right;
    for (size_t steps = 0; steps < 2 * (size_t)TOC_CARD_CHAIN_MAX; steps++) {
        if (toc_card_hash_equal(&a.hash, &b.hash)) {
            out->card = a;
            return TOC_OK;
        }
        bool back_left = a.serial >= b.serial;
        toc_card *back = back_left ? &a : &b;
        if (back->serial == 1)
            return toc_fail(err, TOC_SIGNATURE, "card: two first cards of one org");
        out->compromised = out->compromised || (back_left && a.seal_compromised);
        out->missing = back->previous;
        TOC_TRY(toc_roll_card(txn, &out->missing, arena, back, err));
    }
    return toc_fail(err, TOC_LIMIT, "card: more than %u cards before it", TOC_CARD_CHAIN_MAX);
}

static toc_code keys_apart(void *context, const toc_card *card, toc_err *err)
{
    return toc_card_apart(context, card, err);
}

/* Feeds of the org that waited for its card go on. */
static void unblock(toc_engine *engine, const toc_org_id *org, toc_now now)
{
    for (size_t i = 0; i < ENGINE_BUCKETS; i++) {
        for (engine_feed *feed = engine->feeds[i]; feed != NULL; feed = feed->next) {
            if (toc_org_id_equal(&feed->name.org, org))
                feed->blocked_until = now.mono;
        }
    }
}

toc_code toc_cards_follow(toc_engine *engine, toc_log_txn *txn, const toc_card *card,
                          bool compromised, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(CARDS_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_card_put(txn, card, err));
    unblock(engine, &card->org, now);
    engine->all_heads = true; /* heads that were signed anew look equal in a digest */
    if (compromised) {
        own_rows all = {.engine = engine, .arena = arena};
        TOC_TRY(toc_log_circles(txn, collect_circle, &all, err));
        TOC_TRY(refresh_circles(engine, txn, &all, &card->org, true, now, err));
    }
    return toc_engine_peers_changed(engine, err);
}

/* Both are kept in the roll, and the last common card holds until the operator has chosen. */
static toc_code contest(toc_engine *engine, toc_log_txn *txn, const toc_card *card,
                        const toc_card *known, const toc_card *common, toc_now now, toc_err *err)
{
    char why[TOC_ERR_TEXT_BYTES];
    snprintf(why, sizeof why,
             "two valid cards of serial %llu; that of serial %llu holds until 'tocsin peer add' "
             "names the right one",
             (unsigned long long)common->serial + 1, (unsigned long long)common->serial);
    toc_engine_count(engine, &card->org, TOC_REFUSE_TWO_CARDS, why);
    if (toc_org_id_equal(&card->org, &engine->org))
        return TOC_OK; /* ours is the one whose keys are here */
    TOC_TRY(toc_log_contest_put(txn, &card->org, &(toc_card_hash){{0}}, err));
    if (toc_card_hash_equal(&common->hash, &known->hash))
        return TOC_OK;
    return toc_cards_follow(engine, txn, common, false, now, err);
}

static toc_card_state refused(toc_engine *engine, const toc_card *card, const char *why)
{
    toc_engine_count(engine, &card->org, TOC_REFUSE_ROLL, why);
    return TOC_CARD_REFUSED;
}

/* A card that does not descend from the one known. */
static toc_code rival(toc_engine *engine, toc_log_txn *txn, const toc_card *card,
                      const toc_card *known, const common_card *common, toc_arena *arena,
                      toc_now now, toc_card_state *out, toc_err *err)
{
    toc_err why;
    toc_card_hash missing, chosen;
    toc_log_card_context context = {.txn = txn, .arena = arena};
    toc_card_source cards = toc_log_card_source(&context);
    *out = TOC_CARD_REFUSED;
    if (toc_card_prove(card, &common->card, &cards, &missing, &why) != TOC_OK) {
        *out = refused(engine, card, why.text);
        return TOC_OK;
    }
    if (toc_log_contest(txn, &card->org, &chosen, NULL) == TOC_OK)
        return TOC_OK; /* known already: undecided, or decided otherwise */
    return contest(engine, txn, card, known, &common->card, now, err);
}

/* A card that descends from the one known. */
static toc_code successor(toc_engine *engine, toc_log_txn *txn, const toc_card *card,
                          const toc_card *known, bool compromised, toc_arena *arena, toc_now now,
                          toc_card_state *out, toc_err *err)
{
    toc_err why;
    toc_card_hash missing, chosen;
    *out = TOC_CARD_REFUSED;
    if (toc_org_id_equal(&card->org, &engine->org)) {
        toc_engine_count(engine, &card->org, TOC_REFUSE_TWO_CARDS,
                         "a newer card of this org than this node has the keys of");
        return TOC_OK;
    }
    bool contested = toc_log_contest(txn, &card->org, &chosen, NULL) == TOC_OK &&
                     toc_card_hash_equal(&chosen, &(toc_card_hash){{0}});
    if (contested)
        return TOC_OK;
    if (toc_roll_prove(txn, card, arena, &missing, &why) != TOC_OK ||
        toc_log_cards(txn, arena, keys_apart, (void *)(uintptr_t)card, &why) != TOC_OK) {
        *out = refused(engine, card, why.text);
        return TOC_OK;
    }
    if (!same_keys(known, card) && !may_change_today(engine, &card->org, now)) {
        *out = refused(engine, card, "its keys change too often; tomorrow again");
        return TOC_OK;
    }
    *out = TOC_CARD_TAKEN;
    return toc_cards_follow(engine, txn, card, compromised, now, err);
}

toc_code toc_cards_take(toc_engine *engine, toc_log_txn *txn, uint64_t link, const toc_card *card,
                        toc_arena *arena, toc_now now, toc_card_state *out, toc_err *err)
{
    toc_card known;
    toc_card_hash missing;
    toc_err why;
    *out = TOC_CARD_KNOWN;
    if (toc_log_card_of(txn, &card->org, arena, &known, NULL) != TOC_OK) {
        toc_code proven = toc_roll_prove(txn, card, arena, &missing, &why);
        *out = proven == TOC_OK ? TOC_CARD_TAKEN : TOC_CARD_REFUSED;
        return proven == TOC_OK ? toc_cards_follow(engine, txn, card, false, now, err) : TOC_OK;
    }
    if (toc_card_hash_equal(&known.hash, &card->hash))
        return TOC_OK;
    common_card common = {0};
    toc_code code = find_common(txn, card, &known, arena, &common, &why);
    if (code == TOC_NOT_FOUND) {
        toc_hash key;
        memcpy(key.bytes, common.missing.bytes, sizeof key.bytes);
        *out = TOC_CARD_MISSING;
        return toc_roll_want(engine, txn, link, &key, now, err);
    }
    if (code == TOC_IO || code == TOC_NO_MEMORY)
        return toc_fail(err, code, "%s", why.text);
    if (code != TOC_OK) {
        *out = refused(engine, card, why.text);
        return TOC_OK;
    }
    if (toc_card_hash_equal(&common.card.hash, &card->hash))
        return TOC_OK; /* an older one */
    if (!toc_card_hash_equal(&common.card.hash, &known.hash))
        return rival(engine, txn, card, &known, &common, arena, now, out, err);
    return successor(engine, txn, card, &known, common.compromised, arena, now, out, err);
}

/* ---- who signed a head ---- */

static bool names_key(const toc_note *note, toc_span name, const toc_verify_key *key)
{
    uint8_t hash[4];
    toc_note_key_hash(name, NOTE_TYPE_ED25519, key, hash);
    for (size_t i = 0; i < note->signature_count; i++) {
        if (toc_span_equal(note->signatures[i].name, name) &&
            memcmp(note->signatures[i].key_hash, hash, sizeof hash) == 0)
            return true;
    }
    return false;
}

toc_signer toc_cards_signer(toc_log_txn *txn, const toc_feed_name *feed, toc_span text,
                            toc_arena *arena, toc_card *out)
{
    toc_note note;
    char origin[TOC_ORIGIN_BYTES_MAX];
    toc_feed_origin(feed, origin);
    toc_span name = toc_span_text(origin);
    *out = (toc_card){0};
    if (toc_log_card_of(txn, &feed->org, arena, out, NULL) != TOC_OK)
        return TOC_SIGNER_UNKNOWN;
    if (toc_note_parse(text, &note, NULL) != TOC_OK || names_key(&note, name, &out->sign))
        return TOC_SIGNER_NEWEST; /* what is wrong with it is said when it is verified */
    toc_card card = *out;
    while (card.serial > 1) {
        toc_card_hash before = card.previous;
        if (toc_roll_card(txn, &before, arena, &card, NULL) != TOC_OK)
            break;
        if (names_key(&note, name, &card.sign)) {
            *out = card;
            return TOC_SIGNER_RETIRED;
        }
    }
    return TOC_SIGNER_UNKNOWN;
}

toc_code toc_cards_head(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                        const toc_feed_name *name, const toc_head *head, toc_arena *arena,
                        toc_now now, bool *out_good, toc_err *err)
{
    toc_card card;
    toc_checkpoint checkpoint;
    *out_good = false;
    toc_signer signer = toc_cards_signer(txn, name, head->note, arena, &card);
    if (signer == TOC_SIGNER_UNKNOWN) /* a newer card, perhaps */
        return toc_roll_want_newest(engine, link, &name->org, card.serial,
                                    TOC_REFUSE_CHECKPOINT_SIGNATURE, now, err);
    bool own = toc_org_id_equal(&name->org, &engine->org);
    if (signer == TOC_SIGNER_RETIRED && !own &&
        !toc_voucher_holds(txn, name, &card, head->note, head->voucher)) {
        toc_engine_count(engine, &link->peer, TOC_REFUSE_RETIRED_KEY, NULL);
        return TOC_OK;
    }
    *out_good = toc_checkpoint_open(head->note, name, &card.sign, &checkpoint, NULL) == TOC_OK &&
                checkpoint.size == head->size && toc_hash_equal(&checkpoint.root, &head->root);
    if (!*out_good)
        toc_engine_count(engine, &link->peer, TOC_REFUSE_CHECKPOINT_SIGNATURE,
                         own ? "it told of a head of ours that we did not sign"
                             : "it told of a head that its author's card did not sign");
    return TOC_OK;
}

toc_code toc_cards_renew(toc_log_txn *txn, const toc_log_feed *stored, const toc_head *head,
                         toc_arena *arena, toc_err *err)
{
    toc_span held;
    toc_card by, held_by;
    toc_checkpoint checkpoint;
    if (head->size != stored->head_size || head->size == 0 ||
        !toc_hash_equal(&head->root, &stored->head_root) ||
        toc_log_head_note(txn, stored->number, &held, NULL) != TOC_OK ||
        toc_span_equal(held, head->note))
        return TOC_OK;
    held = toc_arena_dup(arena, held);
    if (held.data == NULL ||
        toc_cards_signer(txn, &stored->name, head->note, arena, &by) != TOC_SIGNER_NEWEST ||
        toc_cards_signer(txn, &stored->name, held, arena, &held_by) == TOC_SIGNER_NEWEST ||
        toc_checkpoint_open(head->note, &stored->name, &by.sign, &checkpoint, NULL) != TOC_OK ||
        checkpoint.size != head->size || !toc_hash_equal(&checkpoint.root, &head->root))
        return TOC_OK;
    toc_note note;
    TOC_AUTO(toc_buf_wipe) toc_buf only = {0};
    TOC_TRY(toc_note_parse(head->note, &note, err));
    TOC_TRY(toc_note_only(&note, checkpoint.origin, &by.sign, &only, err));
    return toc_log_head_renew(txn, stored, toc_buf_view(&only), err);
}
