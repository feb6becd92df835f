#include "proto/session/session.h"
#include "store/feed/internal.h"

/* An own card comes into force together with the keys that it names, or not at all. */

enum { OWN_CARD_ARENA_BYTES = 64 << 20 };

/* The public half that stands on a card, 32 bytes for every purpose. */
static const uint8_t *on_card(const toc_card *card, toc_own_key purpose)
{
    if (purpose == TOC_OWN_SIGN)
        return card->sign.bytes;
    if (purpose == TOC_OWN_COSIGN)
        return card->cosign.bytes;
    return purpose == TOC_OWN_LINK ? card->link.bytes : card->seal.bytes;
}

static void public_of(toc_own_key purpose, const toc_secret *secret, uint8_t out[32])
{
    toc_verify_key signer;
    toc_link_key link;
    toc_seal_key seal;
    if (purpose == TOC_OWN_LINK) {
        toc_link_public(secret, &link);
        memcpy(out, link.bytes, 32);
    } else if (purpose == TOC_OWN_SEAL) {
        toc_seal_public(secret, &seal);
        memcpy(out, seal.bytes, 32);
    } else {
        toc_sign_public(secret, &signer);
        memcpy(out, signer.bytes, 32);
    }
}

static bool is_retired(const toc_card *card, const uint8_t *key)
{
    for (size_t i = 0; i < card->retired_count; i++) {
        if (memcmp(card->retired[i].key.bytes, key, 32) == 0)
            return true;
    }
    return false;
}

/* Does the card name another key of this purpose, and may it? */
static toc_code check_turn(toc_log_txn *txn, toc_own_key purpose, const toc_card *before,
                           const toc_card *next, bool *out_turns, toc_err *err)
{
    static const char *const names[] = {[TOC_OWN_SIGN] = "sign",
                                        [TOC_OWN_COSIGN] = "cosign",
                                        [TOC_OWN_LINK] = "link",
                                        [TOC_OWN_SEAL] = "seal"};
    const uint8_t *present = on_card(before, purpose), *wanted = on_card(next, purpose);
    *out_turns = memcmp(present, wanted, 32) != 0;
    if (!*out_turns)
        return TOC_OK;
    TOC_AUTO(toc_secret_free) toc_secret *prepared = NULL;
    uint8_t made[32];
    toc_code code = toc_log_prepared_key(txn, purpose, &prepared, err);
    if (code == TOC_OK)
        public_of(purpose, prepared, made);
    else if (code != TOC_NOT_FOUND)
        return code;
    if (code == TOC_NOT_FOUND || memcmp(made, wanted, 32) != 0)
        return toc_fail(err, TOC_DENIED,
                        "the card names a %s key that this node did not prepare; make the card "
                        "anew with 'tocsin keys rotate'",
                        names[purpose]);
    bool signs = purpose == TOC_OWN_SIGN || purpose == TOC_OWN_COSIGN;
    if (signs && !is_retired(next, present))
        return toc_fail(err, TOC_DENIED,
                        "the card replaces the %s key and does not list the old one as retired",
                        names[purpose]);
    return TOC_OK;
}

static toc_code keys_apart(void *context, const toc_card *card, toc_err *err)
{
    return toc_card_apart(context, card, err);
}

toc_code toc_log_own_card_adopt(toc_log_txn *txn, toc_span signed_card, bool compromised,
                                toc_time now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(OWN_CARD_ARENA_BYTES, &arena, err));
    toc_org_id org;
    toc_card before, next;
    TOC_TRY(toc_log_owner(txn, &org, err));
    TOC_TRY(toc_log_card_of(txn, &org, arena, &before, err));
    TOC_TRY(toc_card_open(signed_card, arena, &next, err));
    TOC_TRY(toc_card_follows(&before, &next, err));
    TOC_TRY(toc_log_cards(txn, arena, keys_apart, &next, err));
    bool turns[TOC_OWN_SEAL + 1] = {false};
    for (int key = TOC_OWN_SIGN; key <= TOC_OWN_SEAL; key++) /* nothing is written before all fit */
        TOC_TRY(check_turn(txn, (toc_own_key)key, &before, &next, &turns[key], err));
    for (int key = TOC_OWN_SIGN; key <= TOC_OWN_SEAL; key++) {
        bool keep = key == TOC_OWN_SEAL || (key == TOC_OWN_LINK && !compromised);
        if (turns[key])
            TOC_TRY(toc_log_own_key_turn(txn, (toc_own_key)key, keep, now, err));
    }
    return toc_log_card_put(txn, &next, err);
}
