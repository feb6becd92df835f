/* Whether enough admins stand behind a charter. Signatures were verified when it was opened; here
 * is decided which of them count. */
#include "proto/base/text.h"
#include "proto/roll/field.h"
#include "proto/roll/pins.h"

bool toc_charter_joins(const toc_charter *charter)
{
    return !toc_field_is_zero(charter->joined.bytes);
}

toc_code toc_charter_follows(const toc_charter *current, const toc_charter *next, toc_err *err)
{
    if (!toc_circle_id_equal(&current->circle, &next->circle))
        return toc_fail(err, TOC_DENIED, "charter: of another circle");
    if (toc_charter_joins(next))
        return toc_fail(err, TOC_DENIED,
                        "charter: version %u ends two branches, and one alone does "
                        "not judge it",
                        next->version);
    if (next->version <= current->version)
        return toc_fail(err, TOC_DENIED, "charter: version %u is not newer than %u", next->version,
                        current->version);
    if (next->version - 1 != current->version)
        return toc_fail(err, TOC_STATE, "charter: version %u, but those after %u are missing",
                        next->version, current->version);
    if (!toc_charter_hash_equal(&current->hash, &next->previous))
        return toc_fail(err, TOC_SIGNATURE, "charter: it follows another version %u",
                        current->version);
    return toc_pins_kept(current, NULL, next, err);
}

static bool may_vote(const toc_charter_member *admin, const toc_card *card,
                     const toc_verify_key *key)
{
    if (!toc_org_id_equal(&card->org, &admin->org) || card->serial < admin->card_serial_min)
        return false;
    const toc_officer *officer = toc_card_officer(card, key);
    return officer != NULL && (officer->scopes & TOC_SCOPE_CHARTER) != 0;
}

typedef struct tally {
    const toc_charter *judge;
    const toc_card_source *cards;
    size_t votes;
    size_t cards_missing;
    toc_card_hash first_missing;
} tally;

/* The signatures [from, until) of one org: one vote at most. */
static toc_code count_org(tally *into, const toc_charter *next, size_t from, size_t until,
                          toc_err *err)
{
    const toc_charter_member *admin = toc_charter_find(into->judge, &next->signatures[from].org);
    if (admin == NULL || admin->role != TOC_ROLE_ADMIN)
        return TOC_OK;
    toc_card card = {0};
    toc_code code = into->cards->card(into->cards->context, &admin->card, &card, err);
    if (code == TOC_NOT_FOUND) {
        if (into->cards_missing++ == 0)
            into->first_missing = admin->card;
        return TOC_OK;
    }
    TOC_TRY(code);
    bool votes = false;
    for (size_t i = from; i < until; i++)
        votes |= may_vote(admin, &card, &next->signatures[i].officer);
    into->votes += votes;
    return TOC_OK;
}

static toc_code verdict(const tally *done, toc_err *err)
{
    if (done->votes >= done->judge->quorum)
        return TOC_OK;
    if (done->votes + done->cards_missing < done->judge->quorum)
        return toc_fail(err, TOC_DENIED, "charter: %zu admins signed, the quorum is %u",
                        done->votes, done->judge->quorum);
    char hash[65];
    toc_hex_encode(TOC_SPAN_OF(done->first_missing), hash);
    return toc_fail(err, TOC_NOT_FOUND,
                    "charter: the quorum is %u, %zu admins signed and the cards of %zu more are "
                    "not here, the first %s",
                    done->judge->quorum, done->votes, done->cards_missing, hash);
}

/* The signatures that count by the admins of `judge`. */
static toc_code count_votes(const toc_charter *judge, const toc_charter *next,
                            const toc_card_source *cards, toc_err *err)
{
    tally counted = {.judge = judge, .cards = cards};
    for (size_t from = 0, until; from < next->signature_count; from = until) {
        const toc_org_id *org = &next->signatures[from].org;
        for (until = from + 1;
             until < next->signature_count && toc_org_id_equal(&next->signatures[until].org, org);)
            until++;
        TOC_TRY(count_org(&counted, next, from, until, err));
    }
    return verdict(&counted, err);
}

toc_code toc_charter_judge(const toc_charter *current, const toc_charter *next,
                           const toc_card_source *cards, toc_err *err)
{
    if (current == NULL && next->version != 1)
        return toc_fail(err, TOC_STATE, "charter: version %u, but those before are missing",
                        next->version);
    if (current != NULL)
        TOC_TRY(toc_charter_follows(current, next, err));
    return count_votes(current == NULL ? next : current, next, cards, err);
}

static toc_code ends_branch(const toc_charter *branch, const toc_charter *other,
                            const toc_charter *next, toc_err *err)
{
    if (!toc_circle_id_equal(&branch->circle, &next->circle))
        return toc_fail(err, TOC_DENIED, "charter: of another circle");
    if (branch->version >= next->version)
        return toc_fail(err, TOC_DENIED, "charter: version %u is not newer than %u", next->version,
                        branch->version);
    return toc_pins_kept(branch, other, next, err);
}

toc_code toc_charter_judge_joined(const toc_charter *left, const toc_charter *right,
                                  const toc_charter *next, const toc_card_source *cards,
                                  toc_err *err)
{
    if (toc_charter_hash_equal(&left->hash, &next->joined)) {
        const toc_charter *other = left;
        left = right;
        right = other;
    }
    if (!toc_charter_hash_equal(&left->hash, &next->previous) ||
        !toc_charter_hash_equal(&right->hash, &next->joined))
        return toc_fail(err, TOC_SIGNATURE, "charter: it joins other branches");
    TOC_TRY(ends_branch(left, right, next, err));
    TOC_TRY(ends_branch(right, left, next, err));
    if (next->version - 1 != left->version)
        return toc_fail(err, TOC_STATE, "charter: version %u, but those after %u are missing",
                        next->version, left->version);
    TOC_TRY(count_votes(left, next, cards, err));
    return count_votes(right, next, cards, err);
}
