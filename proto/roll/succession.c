/* What one card owes the one before, and an org's cards to its first root. */
#include "proto/base/text.h"
#include "proto/roll/card.h"
#include "proto/roll/field.h"

static toc_code follow_root(const toc_card *current, const toc_card *next, toc_err *err)
{
    bool rotates = !toc_field_is_zero(next->previous_root.bytes);
    if (memcmp(&current->root, &next->root, sizeof next->root) == 0) {
        if (rotates)
            return toc_fail(err, TOC_SIGNATURE, "card: a rotation to the root there was");
        if (!toc_hash_equal(&current->next_root, &next->next_root))
            return toc_fail(err, TOC_SIGNATURE,
                            "card: another next root is committed to without a rotation");
        return TOC_OK;
    }
    if (memcmp(&current->root, &next->previous_root, sizeof next->root) != 0)
        return toc_fail(err, TOC_SIGNATURE,
                        "card: a new root without the signature of the one before");
    toc_hash revealed;
    toc_next_root_of(&next->root, &revealed);
    if (!toc_hash_equal(&revealed, &current->next_root))
        return toc_fail(err, TOC_SIGNATURE, "card: the new root is not the one committed to");
    return TOC_OK;
}

static toc_code follow_chain(const toc_card *current, const toc_card *next, toc_err *err)
{
    if (!toc_org_id_equal(&current->org, &next->org))
        return toc_fail(err, TOC_DENIED, "card: of another org");
    if (next->serial <= current->serial)
        return toc_fail(err, TOC_DENIED, "card: serial %llu is not newer than %llu",
                        (unsigned long long)next->serial, (unsigned long long)current->serial);
    if (next->serial - 1 != current->serial)
        return toc_fail(err, TOC_STATE, "card: serial %llu, but those after %llu are missing",
                        (unsigned long long)next->serial, (unsigned long long)current->serial);
    if (!toc_card_hash_equal(&current->hash, &next->previous))
        return toc_fail(err, TOC_SIGNATURE, "card: it follows another card of serial %llu",
                        (unsigned long long)current->serial);
    return TOC_OK;
}

static bool key_equal(const toc_verify_key *left, const toc_verify_key *right)
{
    return memcmp(left, right, sizeof *left) == 0;
}

/* Whether an Ed25519 key is in use on the card. */
static bool uses_key(const toc_card *card, const toc_verify_key *key)
{
    return key_equal(&card->root, key) || key_equal(&card->sign, key) ||
           key_equal(&card->cosign, key) || toc_card_officer(card, key) != NULL;
}

static toc_code follow_keys(const toc_card *current, const toc_card *next, toc_err *err)
{
    for (size_t i = 0; i < current->retired_count; i++) {
        if (uses_key(next, &current->retired[i].key))
            return toc_fail(err, TOC_DENIED, "card: a retired key is in use again");
    }
    for (size_t i = 0; i < current->officer_count; i++) {
        for (size_t j = 0; j < next->officer_count; j++) {
            const toc_officer *before = &current->officers[i], *after = &next->officers[j];
            if (before->number == after->number && !key_equal(&before->key, &after->key))
                return toc_fail(err, TOC_DENIED, "card: officer number %u goes to another key",
                                before->number);
        }
    }
    return TOC_OK;
}

toc_code toc_card_follows(const toc_card *current, const toc_card *next, toc_err *err)
{
    TOC_TRY(follow_chain(current, next, err));
    TOC_TRY(follow_root(current, next, err));
    return follow_keys(current, next, err);
}

toc_code toc_card_apart(const toc_card *card, const toc_card *other, toc_err *err)
{
    if (toc_org_id_equal(&card->org, &other->org))
        return TOC_OK;
    bool repeats = uses_key(other, &card->root) || uses_key(other, &card->sign) ||
                   uses_key(other, &card->cosign);
    for (size_t i = 0; !repeats && i < card->officer_count; i++)
        repeats = uses_key(other, &card->officers[i].key);
    if (repeats)
        return toc_fail(err, TOC_DENIED, "card: it repeats a key of another org");
    return TOC_OK;
}

/* The card that `later` says it follows. */
static toc_code card_before(const toc_card *later, const toc_card *known,
                            const toc_card_source *cards, toc_card *out, toc_err *err)
{
    if (known != NULL && toc_card_hash_equal(&later->previous, &known->hash)) {
        *out = *known;
        return TOC_OK;
    }
    toc_code code = cards->card(cards->context, &later->previous, out, err);
    if (code != TOC_NOT_FOUND)
        return code;
    char hash[65];
    toc_hex_encode(TOC_SPAN_OF(later->previous), hash);
    return toc_fail(err, code, "card: the one before serial %llu is not here: %s",
                    (unsigned long long)later->serial, hash);
}

toc_code toc_card_prove(const toc_card *card, const toc_card *known, const toc_card_source *cards,
                        toc_card_hash *out_missing, toc_err *err)
{
    toc_card later = *card;
    for (size_t steps = 0; steps <= TOC_CARD_CHAIN_MAX; steps++) {
        if (known != NULL && toc_card_hash_equal(&later.hash, &known->hash))
            return TOC_OK;
        /* A first card was proven when it was opened: its org id is the hash of its root. */
        if (later.serial == 1)
            return TOC_OK;
        toc_card before = {0};
        toc_code code = card_before(&later, known, cards, &before, err);
        if (code == TOC_NOT_FOUND)
            *out_missing = later.previous;
        TOC_TRY(code);
        TOC_TRY(toc_card_follows(&before, &later, err));
        later = before;
    }
    return toc_fail(err, TOC_LIMIT, "card: more than %u cards before it", TOC_CARD_CHAIN_MAX);
}
