#include "proto/roll/amendment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/text.h"
#include "proto/roll/pins.h"

/* ---- making the next version ---- */

static size_t place_of(const toc_charter *draft, const toc_org_id *org)
{
    size_t at = 0;
    while (at < draft->member_count && memcmp(&draft->members[at].org, org, sizeof *org) < 0)
        at++;
    return at;
}

static void name_card(toc_charter_member *member, const toc_card *card)
{
    member->card_serial_min = card->serial;
    member->card = card->hash;
}

static toc_code admit(toc_charter *draft, toc_charter_member *members, const toc_amend_step *step,
                      toc_err *err)
{
    if (toc_charter_find(draft, &step->org) != NULL)
        return toc_fail(err, TOC_EXISTS, "this org is a member already");
    size_t at = place_of(draft, &step->org);
    memmove(members + at + 1, members + at, (draft->member_count - at) * sizeof *members);
    members[at] = (toc_charter_member){.org = step->org,
                                       .role = step->role,
                                       .kind = step->card->kind,
                                       .country = step->card->country};
    name_card(&members[at], step->card);
    draft->member_count++;
    return TOC_OK;
}

static toc_code take_step(toc_charter *draft, toc_charter_member *members,
                          const toc_amend_step *step, toc_err *err)
{
    if (step->what == TOC_AMEND_ADMIT)
        return admit(draft, members, step, err);
    if (toc_charter_find(draft, &step->org) == NULL)
        return toc_fail(err, TOC_NOT_FOUND, "this org is not a member of the circle");
    size_t at = place_of(draft, &step->org);
    if (step->what == TOC_AMEND_REMOVE) {
        draft->member_count--;
        memmove(members + at, members + at + 1, (draft->member_count - at) * sizeof *members);
    } else if (step->what == TOC_AMEND_ROLE) {
        members[at].role = step->role;
    } else {
        name_card(&members[at], step->card);
    }
    return TOC_OK;
}

static toc_code take_terms(toc_charter *draft, const toc_amendment *amendment, toc_err *err)
{
    const toc_charter_policy *policy = &amendment->policy;
    if (amendment->name.data != NULL)
        draft->name = amendment->name;
    if (amendment->purpose.data != NULL)
        draft->purpose = amendment->purpose;
    if (amendment->quorum != 0)
        draft->quorum = amendment->quorum;
    if (amendment->sets_tlp_max)
        draft->policy.tlp_max = policy->tlp_max;
    if (amendment->sets_retention)
        draft->policy.retention_days = policy->retention_days;
    if (amendment->sets_history)
        draft->policy.history = policy->history;
    if (amendment->sets_delay)
        draft->policy.admission_delay_ms = policy->admission_delay_ms;
    if (amendment->sets_bulk)
        draft->policy.bulk_bytes_per_day = policy->bulk_bytes_per_day;
    if (amendment->sets_alert)
        draft->policy.alert_bytes_per_day = policy->alert_bytes_per_day;
    return toc_approval_rules_amend(&draft->policy.approvals, &policy->approvals, err);
}

static size_t admin_count(const toc_charter *charter)
{
    size_t admins = 0;
    for (size_t i = 0; i < charter->member_count; i++)
        admins += charter->members[i].role == TOC_ROLE_ADMIN;
    return admins;
}

static toc_code check_quorum(const toc_charter *draft, toc_err *err)
{
    size_t admins = admin_count(draft);
    if (admins == 0)
        return toc_fail(err, TOC_DENIED,
                        "no admin would be left, and nobody could change the charter again");
    if (draft->quorum > admins || draft->quorum <= admins / 2)
        return toc_fail(err, TOC_USAGE,
                        "a quorum of %u does not fit %zu admins: give one from %zu to %zu with "
                        "--quorum",
                        draft->quorum, admins, admins / 2 + 1, admins);
    return TOC_OK;
}

toc_code toc_charter_votable(const toc_charter *charter, const toc_card_source *cards, toc_err *err)
{
    size_t able = 0;
    for (size_t i = 0; i < charter->member_count; i++) {
        if (charter->members[i].role != TOC_ROLE_ADMIN)
            continue;
        toc_card card;
        TOC_TRY(cards->card(cards->context, &charter->members[i].card, &card, err));
        bool votes = false;
        for (size_t j = 0; j < card.officer_count; j++)
            votes |= (card.officers[j].scopes & TOC_SCOPE_CHARTER) != 0;
        able += votes;
    }
    if (able < charter->quorum)
        return toc_fail(err, TOC_DENIED,
                        "the quorum would be %u, and %zu admins have an officer of scope charter "
                        "on their card: nobody could change the charter again",
                        charter->quorum, able);
    return TOC_OK;
}

static toc_code note_change(void *context, const toc_charter_change *change, toc_err *err)
{
    (void)change;
    (void)err;
    *(bool *)context = true;
    return TOC_OK;
}

/* Named in one order, whoever of the two branches proposes it. */
static toc_code follow(toc_charter *draft, const toc_charter *current, const toc_charter *other,
                       toc_arena *arena, toc_err *err)
{
    const toc_charter *last = current, *side = other;
    if (other != NULL && (other->version > current->version ||
                          (other->version == current->version &&
                           memcmp(&other->hash, &current->hash, sizeof other->hash) < 0))) {
        last = other;
        side = current;
    }
    draft->version = last->version + 1;
    draft->previous = last->hash;
    draft->joined = side == NULL ? (toc_charter_hash){{0}} : side->hash;
    return other == NULL ? TOC_OK : toc_pins_join(draft, other, arena, err);
}

toc_code toc_charter_amend(const toc_charter *current, const toc_amendment *amendment,
                           const toc_card_source *cards, toc_arena *arena, toc_charter *out,
                           toc_err *err)
{
    toc_charter_member *members =
        toc_arena_zalloc(arena, current->member_count + amendment->step_count, sizeof *members);
    if (members == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a charter");
    memcpy(members, current->members, current->member_count * sizeof *members);
    toc_charter draft = *current;
    TOC_TRY(follow(&draft, current, amendment->joins, arena, err));
    draft.members = members;
    for (size_t i = 0; i < amendment->step_count; i++)
        TOC_TRY(take_step(&draft, members, &amendment->steps[i], err));
    TOC_TRY(take_terms(&draft, amendment, err));
    TOC_TRY(toc_registry_amend(&draft.registry, amendment->listings, amendment->listing_count,
                               arena, err));
    bool changed = false;
    TOC_TRY(toc_charter_compare(current, &draft, note_change, &changed, err));
    if (!changed)
        return toc_fail(err, TOC_USAGE,
                        "nothing changes: the charter says all of this already (--help lists "
                        "what can be changed)");
    TOC_TRY(check_quorum(&draft, err));
    TOC_TRY(toc_charter_votable(&draft, cards, err));
    *out = draft;
    return TOC_OK;
}

/* ---- in words ---- */

enum { NUMBER_BYTES = 24, CARD_TEXT_BYTES = 96, CLOSED_TEXT_BYTES = 160 };

typedef struct comparison {
    toc_charter_change_visit visit;
    void *context;
} comparison;

static toc_code tell(const comparison *to, const char *what, const toc_charter_member *member,
                     toc_span before, toc_span after, toc_err *err)
{
    if (toc_span_equal(before, after))
        return TOC_OK;
    toc_charter_change change = {.what = what, .member = member, .before = before, .after = after};
    return to->visit(to->context, &change, err);
}

static toc_code tell_number(const comparison *to, const char *what, uint64_t before, uint64_t after,
                            toc_err *err)
{
    char texts[2][NUMBER_BYTES];
    snprintf(texts[0], NUMBER_BYTES, "%" PRIu64, before);
    snprintf(texts[1], NUMBER_BYTES, "%" PRIu64, after);
    return tell(to, what, NULL, toc_span_text(texts[0]), toc_span_text(texts[1]), err);
}

static toc_span card_text(const toc_charter_member *member, char out[CARD_TEXT_BYTES])
{
    char hash[65];
    toc_hex_encode(TOC_SPAN_OF(member->card), hash);
    snprintf(out, CARD_TEXT_BYTES, "serial %" PRIu64 ", %s", member->card_serial_min, hash);
    return toc_span_text(out);
}

static toc_span role_text(toc_role role)
{
    return toc_span_text(toc_role_name(role));
}

static toc_code compare_member(const comparison *to, const toc_charter_member *before,
                               const toc_charter_member *after, toc_err *err)
{
    char cards[2][CARD_TEXT_BYTES];
    TOC_TRY(tell(to, "role", after, role_text(before->role), role_text(after->role), err));
    TOC_TRY(tell(to, "kind", after, before->kind, after->kind, err));
    TOC_TRY(tell(to, "country", after, before->country, after->country, err));
    return tell(to, "card", after, card_text(before, cards[0]), card_text(after, cards[1]), err);
}

/* Both lists are in order of org id. */
static toc_code compare_members(const comparison *to, const toc_charter *before,
                                const toc_charter *after, toc_err *err)
{
    size_t i = 0, j = 0;
    while (i < before->member_count || j < after->member_count) {
        const toc_charter_member *old = i < before->member_count ? &before->members[i] : NULL;
        const toc_charter_member *new = j < after->member_count ? &after->members[j] : NULL;
        TOC_ASSERT(old != NULL || new != NULL);
        int order = old == NULL   ? 1
                    : new == NULL ? -1
                                  : memcmp(&old->org, &new->org, sizeof old->org);
        if (new == NULL || order < 0)
            TOC_TRY(tell(to, "leaves", old, role_text(old->role), (toc_span){0}, err));
        else if (old == NULL || order > 0)
            TOC_TRY(tell(to, "joins", new, (toc_span){0}, role_text(new->role), err));
        else
            TOC_TRY(compare_member(to, old, new, err));
        i += order <= 0;
        j += order >= 0;
    }
    return TOC_OK;
}

/* The branch that ends here beside that of `before`. */
static toc_code tell_joined(const comparison *to, const toc_charter *before,
                            const toc_charter *after, toc_err *err)
{
    char hash[65];
    bool is_side = toc_charter_hash_equal(&before->hash, &after->joined);
    toc_hex_encode(TOC_SPAN_OF(*(is_side ? &after->previous : &after->joined)), hash);
    return tell(to, "joins_branch", NULL, (toc_span){0}, toc_span_text(hash), err);
}

/* The feeds of one org that `after` closes and `before` did not. */
static toc_code compare_closed(const comparison *to, const toc_charter *before,
                               const toc_charter *after, size_t from, size_t until, toc_err *err)
{
    uint64_t entries[TOC_LANE_COUNT] = {0};
    size_t feeds = 0;
    char text[CLOSED_TEXT_BYTES];
    const toc_org_id *org = &after->pins[from].org;
    for (size_t i = from; i < until; i++) {
        const toc_charter_pin *pin = &after->pins[i];
        const toc_feed_name name = {.org = *org, .lane = pin->lane, .generation = pin->generation};
        if (toc_pin_find(before, &name) != NULL)
            continue;
        feeds++;
        entries[pin->lane] += pin->size;
    }
    if (feeds == 0)
        return TOC_OK;
    const toc_charter_member *member = toc_charter_find(after, org);
    const toc_charter_member unknown = {.org = *org};
    if (member == NULL)
        member = toc_charter_find(before, org);
    snprintf(text, sizeof text,
             "%zu feed%s of %" PRIu64 " alert, %" PRIu64 " bulk and %" PRIu64 " key entries", feeds,
             feeds == 1 ? "" : "s", entries[TOC_LANE_ALERT], entries[TOC_LANE_BULK],
             entries[TOC_LANE_KEYS]);
    return tell(to, "closes", member == NULL ? &unknown : member, (toc_span){0},
                toc_span_text(text), err);
}

static toc_code compare_pins(const comparison *to, const toc_charter *before,
                             const toc_charter *after, toc_err *err)
{
    for (size_t from = 0, until; from < after->pin_count; from = until) {
        for (until = from + 1; until < after->pin_count &&
                               toc_org_id_equal(&after->pins[until].org, &after->pins[from].org);)
            until++;
        TOC_TRY(compare_closed(to, before, after, from, until, err));
    }
    return TOC_OK;
}

static toc_code tell_listed(const comparison *to, const toc_listed *before, const toc_listed *after,
                            toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf old = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf new = {0};
    if (before != NULL)
        toc_listed_print(before, &old);
    if (after != NULL)
        toc_listed_print(after, &new);
    TOC_TRY(toc_buf_ok(&old, err));
    TOC_TRY(toc_buf_ok(&new, err));
    toc_ground kind = before == NULL ? after->kind : before->kind;
    return tell(to, kind == TOC_GROUND_LIST ? "list" : "vendor", NULL, toc_buf_view(&old),
                toc_buf_view(&new), err);
}

/* By id: both registries are searched. */
static toc_code compare_registries(const comparison *to, const toc_registry *before,
                                   const toc_registry *after, toc_err *err)
{
    for (size_t i = 0; i < before->count; i++) {
        const toc_listed *row = &before->rows[i];
        const toc_listed *same = toc_registry_find(after, row->kind, row->id);
        if (same != NULL && !toc_span_equal(same->id, row->id))
            same = NULL; /* it has become an alias */
        TOC_TRY(tell_listed(to, row, same, err));
    }
    for (size_t i = 0; i < after->count; i++) {
        const toc_listed *row = &after->rows[i];
        const toc_listed *same = toc_registry_find(before, row->kind, row->id);
        if (same == NULL || !toc_span_equal(same->id, row->id))
            TOC_TRY(tell_listed(to, NULL, row, err));
    }
    return TOC_OK;
}

static toc_span history_text(toc_history history)
{
    return toc_span_text(history == TOC_HISTORY_ALL ? "all" : "none");
}

static toc_code tell_approvals(const comparison *to, const toc_charter_policy *old,
                               const toc_charter_policy *new, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf before = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf after = {0};
    toc_approval_rules_print(&old->approvals, &before);
    toc_approval_rules_print(&new->approvals, &after);
    TOC_TRY(toc_buf_ok(&before, err));
    TOC_TRY(toc_buf_ok(&after, err));
    return tell(to, "approvals", NULL, toc_buf_view(&before), toc_buf_view(&after), err);
}

toc_code toc_charter_compare(const toc_charter *before, const toc_charter *after,
                             toc_charter_change_visit visit, void *context, toc_err *err)
{
    const comparison to = {.visit = visit, .context = context};
    const toc_charter_policy *old = &before->policy, *new = &after->policy;
    TOC_TRY(compare_members(&to, before, after, err));
    TOC_TRY(compare_pins(&to, before, after, err));
    if (toc_charter_joins(after))
        TOC_TRY(tell_joined(&to, before, after, err));
    TOC_TRY(tell(&to, "name", NULL, before->name, after->name, err));
    TOC_TRY(tell(&to, "purpose", NULL, before->purpose, after->purpose, err));
    TOC_TRY(compare_registries(&to, &before->registry, &after->registry, err));
    TOC_TRY(tell_number(&to, "quorum", before->quorum, after->quorum, err));
    TOC_TRY(tell(&to, "tlp_max", NULL, toc_span_text(toc_tlp_name(old->tlp_max)),
                 toc_span_text(toc_tlp_name(new->tlp_max)), err));
    TOC_TRY(tell_number(&to, "retention_days", old->retention_days, new->retention_days, err));
    TOC_TRY(
        tell(&to, "history", NULL, history_text(old->history), history_text(new->history), err));
    TOC_TRY(tell_number(&to, "admission_delay_ms", old->admission_delay_ms, new->admission_delay_ms,
                        err));
    TOC_TRY(tell_number(&to, "bulk_bytes_per_day", old->bulk_bytes_per_day, new->bulk_bytes_per_day,
                        err));
    TOC_TRY(tell_number(&to, "alert_bytes_per_day", old->alert_bytes_per_day,
                        new->alert_bytes_per_day, err));
    return tell_approvals(&to, old, new, err);
}
