/* Whether a record was approved by as many officers as its circle asks for (RULES §13). What judges
 * is what the last grant before it names: the same for everybody and for ever, whatever charter or
 * card has come into force since (decision 0084). */
#include "store/view/fold.h"

#include "proto/rules/approval.h"

/* What the grant that was found last says: it judges (grant, until]. */
typedef struct judging {
    uint64_t grant, until; /* until 0: nothing is known */
    toc_card_hash card;
    toc_approval_rules rules;
} judging;

struct toc_judges {
    TOC_LIST(judging *) feeds; /* by local number */
};

toc_code toc_judges_new(toc_judges **out, toc_err *err)
{
    *out = calloc(1, sizeof **out);
    return *out != NULL ? TOC_OK : toc_fail(err, TOC_NO_MEMORY, "no memory for the fold");
}

void toc_judges_free(toc_judges *judges)
{
    if (judges == NULL)
        return;
    for (size_t i = 0; i < judges->feeds.count; i++)
        free(judges->feeds.at[i]);
    TOC_LIST_WIPE(&judges->feeds);
    free(judges);
}

static toc_code judging_of(toc_judges *judges, uint32_t number, judging **out, toc_err *err)
{
    while (judges->feeds.count <= number) {
        judging **place = TOC_LIST_ADD(&judges->feeds);
        if (place == NULL)
            return toc_fail(err, TOC_NO_MEMORY, "no memory for the fold");
        *place = NULL;
    }
    judging **found = &judges->feeds.at[number];
    if (*found == NULL)
        *found = calloc(1, sizeof **found);
    *out = *found;
    return *out != NULL ? TOC_OK : toc_fail(err, TOC_NO_MEMORY, "no memory for the fold");
}

/* ---- what it names ---- */

static toc_code roll_bytes(toc_fold *fold, const uint8_t hash[32], toc_span *out, toc_err *err)
{
    toc_hash key;
    memcpy(key.bytes, hash, sizeof key.bytes);
    toc_code code = toc_log_roll_get(fold->log, &key, out, err);
    if (code == TOC_NOT_FOUND)
        *out = (toc_span){0};
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* A node stores no entry before it holds what judges it. */
static toc_code load_rules(toc_fold *fold, const toc_fold_feed *feed, const toc_charter_hash *hash,
                           toc_approval_rules *out, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_span bytes;
    toc_charter charter;
    *out = (toc_approval_rules){0};
    TOC_TRY(roll_bytes(fold, hash->bytes, &bytes, err));
    if (bytes.size == 0)
        return TOC_OK;
    TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, err));
    toc_code code = toc_charter_reopen(bytes, arena, &charter, err);
    if (code == TOC_NO_MEMORY)
        return code;
    /* What is no charter of this circle sets no rules in it. */
    if (code == TOC_OK && toc_circle_id_equal(&charter.circle, &feed->name.circle))
        *out = charter.policy.approvals;
    return TOC_OK;
}

/* What is folded in order costs nothing: the entry asked about is a record, so what judges it
 * judges the next one too. */
static toc_code find(toc_fold *fold, const toc_fold_feed *feed, uint64_t index, judging *at,
                     toc_err *err)
{
    toc_log_grant found;
    if (index > at->grant && index <= at->until) {
        at->until = index == at->until ? index + 1 : at->until;
        return TOC_OK;
    }
    TOC_TRY(toc_log_grant_before(fold->log, feed->number, index, &found, err));
    if (at->until == 0 || at->grant != found.index) {
        at->until = 0;
        TOC_TRY(load_rules(fold, feed, &found.grant.charter, &at->rules, err));
        at->card = found.grant.card;
        at->grant = found.index;
    }
    at->until = found.next == UINT64_MAX ? index + 1 : found.next;
    return TOC_OK;
}

static toc_code judge(toc_fold *fold, const toc_fold_feed *feed, const judging *at,
                      const toc_approval_rule *rule, toc_intake *in, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_span bytes;
    toc_card card;
    toc_approval_verdict verdict;
    toc_approval_case what = {
        .circle = feed->name.circle, .org = feed->name.org, .rule = rule, .sealed = in->sealed};
    TOC_TRY(toc_arena_new(TOC_CARD_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_record_open(in->bytes, fold->arena, &what.statement, &what.approvals, &what.count,
                            err));
    TOC_TRY(roll_bytes(fold, at->card.bytes, &bytes, err));
    if (bytes.size > 0 && toc_card_reopen(bytes, arena, &card, NULL) == TOC_OK)
        what.card = &card;
    toc_approval_judge(&what, &verdict);
    in->needed = verdict.enough ? 0 : (uint8_t)verdict.needed;
    in->counted = verdict.enough ? 0 : (uint8_t)verdict.counted;
    return TOC_OK;
}

toc_code toc_fold_approve(toc_fold *fold, const toc_fold_feed *feed, uint64_t index, toc_intake *in,
                          toc_err *err)
{
    judging *at;
    in->needed = in->counted = 0;
    TOC_TRY(judging_of(fold->views->judges, feed->number, &at, err));
    toc_code code = find(fold, feed, index, at, err);
    if (code == TOC_NOT_FOUND)
        return TOC_OK; /* no node stores such a feed */
    TOC_TRY(code);
    const toc_approval_rule *rule = toc_approval_rule_of(&at->rules, (uint32_t)in->statement.kind);
    return rule == NULL ? TOC_OK : judge(fold, feed, at, rule, in, err);
}
