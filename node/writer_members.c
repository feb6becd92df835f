/* Members of clusters becoming records: only those that change what is known of a report. */
#include "node/writer_batch.h"

#include "proto/crypto/hash.h"

static toc_hash member_key(const toc_claim_id *report, const toc_subject *subject)
{
    toc_hash key;
    toc_span parts[] = {TOC_SPAN_OF(report->bytes), toc_subject_vertex(subject)};
    toc_blake2b_parts(parts, TOC_COUNT(parts), &key);
    return key;
}

/* Is the wallet a member already, as far as the views and what was just written say? Gives the
 * newest revision on it. */
static toc_code known_member(toc_writer_batch *all, const toc_claim_id *report, uint64_t ended,
                             const toc_subject *subject, bool *out_member, uint64_t *out_revision,
                             toc_err *err)
{
    toc_hash key = member_key(report, subject);
    const toc_recent_row *row = toc_recent_find(all->recent, &key);
    if (row == NULL) {
        TOC_TRY(toc_views_member(all->completion.views, report, subject, out_member, out_revision,
                                 err));
    } else {
        *out_revision = row->revision;
        *out_member = row->live; /* a retraction since would have emptied the memory */
    }
    *out_member = *out_member && *out_revision > ended;
    return TOC_OK;
}

/* The revision of a live head is above what ended the claim before; who was never named since may
 * share it. Before a head that waits the first members of a batch go above whatever was written,
 * and above what will end it. */
static uint64_t members_revision(const toc_writer_batch *all, const toc_writer_known_claim *report,
                                 bool awaited)
{
    uint64_t highest = report->revision;
    if (awaited && all->head_row.ended > highest)
        highest = all->head_row.ended;
    bool first = (awaited || !report->live) && all->members_revision == 0;
    return toc_writer_next_revision(all, first ? highest : highest - 1);
}

/* Those that the report does not have yet, or still has, for a removal; *wanted rises above what
 * was said of them. */
static toc_code pick_members(toc_writer_batch *all, const toc_claim_id *report, uint64_t ended,
                             const toc_members_body *body, toc_members_body *out, uint64_t *wanted,
                             toc_err *err)
{
    toc_member *members = toc_arena_zalloc(all->arena, body->count, sizeof *members);
    if (members == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for cluster members");
    *out = (toc_members_body){.cluster = body->cluster, .members = members};
    for (size_t i = 0; i < body->count; i++) {
        bool member = false;
        uint64_t revision = 0;
        TOC_TRY(known_member(all, report, ended, &body->members[i].wallet.subject, &member,
                             &revision, err));
        if (member != body->members[i].remove)
            continue;
        *wanted = revision >= *wanted ? revision + 1 : *wanted;
        members[out->count++] = body->members[i];
    }
    return TOC_OK;
}

static toc_code remember_members(toc_writer_batch *all, const toc_claim_id *report,
                                 const toc_members_body *body, uint64_t revision, toc_err *err)
{
    for (size_t i = 0; i < body->count; i++) {
        toc_recent_row row = {.key = member_key(report, &body->members[i].wallet.subject),
                              .revision = revision,
                              .live = !body->members[i].remove,
                              .lane = all->lane};
        TOC_TRY(toc_writer_remember(all, &row, err));
    }
    return TOC_OK;
}

toc_code toc_writer_take_members(toc_writer_batch *all, const toc_statement *draft,
                                 toc_writer_totals *totals, toc_err *err)
{
    toc_statement statement = *draft;
    const toc_members_body *body = &draft->as.members;
    toc_claim_id claim;
    toc_statement_claim(&statement, &all->circle, toc_node_org(all->completion.node), &claim);
    toc_writer_known_claim report;
    TOC_TRY(toc_writer_known(all, &statement, &claim, &report, err));
    bool awaited = all->has_head && toc_claim_id_equal(&all->head_claim, &claim);
    if (!report.live && !awaited)
        return toc_fail(err, TOC_STATE, "members of a cluster that has no head of its own");
    /* Members are told to whoever is told of their report. */
    toc_writer_mark_like(awaited ? &all->head : &report.marking, &statement);
    uint64_t wanted = members_revision(all, &report, awaited);
    uint64_t ended =
        awaited && all->head_row.ended > report.ended ? all->head_row.ended : report.ended;
    toc_members_body *picked = &statement.as.members;
    TOC_TRY(pick_members(all, &claim, ended, body, picked, &wanted, err));
    if (picked->count == 0) {
        totals->unchanged += body->count;
        return TOC_OK;
    }
    TOC_TRY(toc_writer_complete(all, &statement, &claim, wanted, err));
    TOC_TRY(toc_writer_add(all, &statement, awaited ? NULL : report.named, err));
    toc_recent_row head = {.key = toc_writer_claim_key(&claim),
                           .revision = wanted,
                           .live = report.live,
                           .lane = report.live ? report.lane : all->lane,
                           .comparison = report.comparison,
                           .termless = report.termless,
                           .tlp = report.marking.tlp,
                           .keep_until_day = report.keep_until_day,
                           .named = report.named,
                           .ended = report.ended};
    all->members_revision = wanted;
    if (awaited && all->retelling.ended != 0)
        all->retelling.highest = wanted;
    TOC_TRY(toc_writer_remember(all, &head, err));
    TOC_TRY(remember_members(all, &claim, picked, wanted, err));
    totals->unchanged += body->count - picked->count;
    totals->fresh += picked->count;
    return TOC_OK;
}
