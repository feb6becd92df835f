#include "node/writer_batch.h"

#include <stdio.h>

#include "proto/crypto/hash.h"
#include "proto/feed/entry.h"
#include "proto/rules/retain.h"

enum {
    REVISION_GENERATION_SHIFT = 24,
    APPROVAL_BYTES_MAX = 192, /* in a record */
    DAY_MS = 86400000
};

/* ---- what is known of a claim ---- */

static toc_code comparison_of(const toc_statement *statement, toc_hash *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_TRY(toc_statement_comparison(statement, &bytes, err));
    toc_blake2b(toc_buf_view(&bytes), out);
    return TOC_OK;
}

/* RULES §7: nobody else gives a claim exactly this one. */
static bool has_term_by_rule(const toc_statement *statement)
{
    return statement->kind == TOC_RECORD_WALLET &&
           statement->valid_until.unix_ms == statement->issued_at.unix_ms + TOC_DEPOSIT_TERM_MS;
}

toc_hash toc_writer_claim_key(const toc_claim_id *claim)
{
    toc_hash key;
    memcpy(key.bytes, claim->bytes, sizeof key.bytes);
    return key;
}

/* Of an own record that is stored. */
static toc_code find_day(toc_writer_batch *all, const toc_views_head *head, uint32_t *out,
                         toc_err *err)
{
    toc_log_feed feed;
    toc_span entry, body;
    toc_entry_header header;
    if (all->log == NULL)
        TOC_TRY(toc_log_read(toc_node_log(all->completion.node), &all->log, err));
    TOC_TRY(toc_log_feed_find(all->log, &head->feed, &feed, err));
    TOC_TRY(toc_log_entry(all->log, feed.number, head->index, &entry, err));
    TOC_TRY(toc_entry_parse(entry, &header, &body, err));
    *out = header.keep_until_day;
    return TOC_OK;
}

uint32_t toc_writer_outlive(toc_writer_batch *all, const toc_writer_known_claim *before, bool ends)
{
    const toc_charter *charter = all->completion.charter;
    uint32_t day = toc_keep_until_day(all->now.unix_ms / DAY_MS,
                                      charter == NULL ? 0 : charter->policy.retention_days,
                                      before->keep_until_day, ends);
    all->keep[all->count - 1] = day;
    return day;
}

toc_code toc_writer_known(toc_writer_batch *all, const toc_statement *statement,
                          const toc_claim_id *claim, toc_writer_known_claim *out, toc_err *err)
{
    *out = (toc_writer_known_claim){0};
    toc_hash key = toc_writer_claim_key(claim);
    const toc_recent_row *row = toc_recent_find(all->recent, &key);
    if (row != NULL) {
        *out = (toc_writer_known_claim){.revision = row->revision,
                                        .live = row->live,
                                        .lane = row->lane,
                                        .has_comparison = true,
                                        .comparison = row->comparison,
                                        .termless = row->termless,
                                        .keep_until_day = row->live ? row->keep_until_day : 0,
                                        .ended = row->ended,
                                        .marking.tlp = row->tlp,
                                        .named = row->named};
        if (row->named != NULL)
            toc_writer_mark_like(&row->named->marking, &out->marking);
        return TOC_OK;
    }
    toc_subject subject;
    toc_statement_subject(statement, claim, &subject);
    toc_views_head head;
    toc_err why;
    toc_code code = toc_views_head_of(all->completion.views, &subject, claim, &head, &why);
    if (code == TOC_NOT_FOUND)
        return TOC_OK;
    if (code != TOC_OK)
        return toc_fail(err, code, "%s", why.text);
    out->revision = head.revision;
    out->live = head.live;
    out->lane = head.lane;
    toc_statement stored;
    if (!head.live || toc_record_decode(head.bytes, all->arena, &stored, NULL) != TOC_OK)
        return TOC_OK;
    out->has_comparison = true;
    toc_writer_mark_like(&stored, &out->marking);
    TOC_TRY(find_day(all, &head, &out->keep_until_day, err));
    TOC_TRY(toc_writer_name(all, &stored, &head, &out->named, err));
    TOC_TRY(comparison_of(&stored, &out->comparison, err));
    if (has_term_by_rule(&stored))
        stored.valid_until.unix_ms = 0;
    return comparison_of(&stored, &out->termless, err);
}

uint64_t toc_writer_next_revision(const toc_writer_batch *all, uint64_t highest)
{
    uint64_t floor = all->generation << REVISION_GENERATION_SHIFT;
    return highest + 1 > floor ? highest + 1 : floor;
}

/* ---- collecting what is to be written ---- */

static toc_code reserve(toc_writer_batch *all, toc_err *err)
{
    if (all->count < all->capacity)
        return TOC_OK;
    size_t capacity = all->capacity == 0 ? 256 : all->capacity * 2;
    size_t *ends = toc_arena_zalloc(all->arena, capacity, sizeof *ends);
    const toc_addressees **named = toc_arena_zalloc(all->arena, capacity, sizeof(void *));
    bool *drafts = toc_arena_zalloc(all->arena, capacity, sizeof *drafts);
    bool *later = toc_arena_zalloc(all->arena, capacity, sizeof *later);
    uint32_t *keep = toc_arena_zalloc(all->arena, capacity, sizeof *keep);
    if (ends == NULL || named == NULL || drafts == NULL || later == NULL || keep == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a batch");
    if (all->count > 0) {
        memcpy(ends, all->ends, all->count * sizeof *ends);
        memcpy(named, all->named, all->count * sizeof(void *));
        memcpy(drafts, all->drafts, all->count * sizeof *drafts);
        memcpy(later, all->later, all->count * sizeof *later);
        memcpy(keep, all->keep, all->count * sizeof *keep);
    }
    all->keep = keep;
    all->later = later;
    all->drafts = drafts;
    all->ends = ends;
    all->named = named;
    all->capacity = capacity;
    return TOC_OK;
}

toc_code toc_writer_remember(toc_writer_batch *all, const toc_recent_row *row, toc_err *err)
{
    if (all->row_count == all->row_capacity) {
        size_t capacity = all->row_capacity == 0 ? 1024 : all->row_capacity * 2;
        toc_recent_row *rows = toc_arena_zalloc(all->arena, capacity, sizeof *rows);
        if (rows == NULL)
            return toc_fail(err, TOC_NO_MEMORY, "out of memory for a batch");
        if (all->row_count > 0)
            memcpy(rows, all->rows, all->row_count * sizeof *rows);
        all->rows = rows;
        all->row_capacity = capacity;
    }
    all->rows[all->row_count++] = *row;
    all->names_any = all->names_any || row->named != NULL; /* lent by this batch */
    /* Later drafts of this batch must see it too; a batch that fails clears what it put
     * (write_out). */
    return toc_recent_put(all->recent, row, err);
}

static toc_code check_size(const toc_writer_batch *all, size_t bytes, toc_err *err)
{
    size_t most = toc_record_bytes_max(all->lane);
    if (bytes > most)
        return toc_fail(err, TOC_LIMIT, "a record of %zu bytes; the %s lane takes at most %zu",
                        bytes, toc_lane_name(all->lane), most);
    return TOC_OK;
}

/* What was said before the circle agreed on a lower one can still be taken back. */
static toc_code check_marking(const toc_writer_batch *all, const toc_statement *statement,
                              toc_err *err)
{
    const toc_charter *charter = all->completion.charter;
    if (charter == NULL || statement->tlp <= charter->policy.tlp_max ||
        statement->kind == TOC_RECORD_RETRACTION)
        return TOC_OK;
    return toc_fail(
        err, TOC_DENIED,
        "TLP:%s is above TLP:%s, the highest marking of this circle; say it in a circle "
        "that takes it, or agree on another (tocsin circle propose --tlp-max)",
        toc_tlp_name(statement->tlp), toc_tlp_name(charter->policy.tlp_max));
}

const toc_approval_rule *toc_writer_rule(const toc_writer_batch *all,
                                         const toc_statement *statement)
{
    const toc_charter *charter = all->completion.charter;
    return charter == NULL || all->approved != NULL
               ? NULL
               : toc_approval_rule_of(&charter->policy.approvals, (uint32_t)statement->kind);
}

/* How many officers the circle asks for. */
static uint32_t officers_needed(const toc_writer_batch *all, const toc_statement *statement)
{
    const toc_approval_rule *rule = toc_writer_rule(all, statement);
    return rule == NULL ? 0 : rule->k;
}

/* The record that was put at the end of the bytes. */
static toc_code add_record(toc_writer_batch *all, const toc_statement *statement, size_t before,
                           const toc_writer_named *after, toc_err *err)
{
    const toc_addressees **named = &all->named[all->count];
    uint32_t officers = officers_needed(all, statement);
    size_t sealed = 0, bytes = all->bytes.size - before + (size_t)officers * APPROVAL_BYTES_MAX;
    TOC_TRY(toc_writer_address(all, statement, after, bytes, named, &sealed, err));
    TOC_TRY(check_size(all, sealed, err));
    all->names_any = all->names_any || *named != NULL;
    all->later[all->count] = false; /* one that was taken back may have stood here */
    all->keep[all->count] = 0;
    all->drafts[all->count] = officers > 0;
    all->drafts_any = all->drafts_any || officers > 0;
    all->ends[all->count++] = all->bytes.size;
    return TOC_OK;
}

toc_code toc_writer_add(toc_writer_batch *all, const toc_statement *statement,
                        const toc_writer_named *after, toc_err *err)
{
    TOC_TRY(check_marking(all, statement, err));
    TOC_TRY(reserve(all, err));
    size_t before = all->bytes.size;
    toc_code code = toc_record_encode(statement, &all->bytes, err);
    if (code == TOC_OK)
        code = add_record(all, statement, before, after, err);
    if (code != TOC_OK)
        all->bytes.size = before;
    return code;
}

toc_code toc_writer_add_approved(toc_writer_batch *all, const toc_statement *statement,
                                 toc_span record, const toc_writer_named *after, toc_err *err)
{
    TOC_TRY(check_marking(all, statement, err));
    TOC_TRY(reserve(all, err));
    size_t before = all->bytes.size;
    toc_buf_add_span(&all->bytes, record);
    TOC_TRY(toc_buf_ok(&all->bytes, err));
    return add_record(all, statement, before, after, err);
}

/* By the terms, and by the registry of the charter in force (RULES §4). */
static toc_span original_of(const toc_writer_batch *all, const toc_source *source)
{
    const toc_charter *charter = all->completion.charter;
    return toc_registry_original(charter == NULL ? NULL : &charter->registry, source);
}

/* What goes back to nothing that is known counts as our own, and whoever submits it is told. */
static void note_unregistered(const toc_writer_batch *all, const toc_source *source,
                              toc_writer_totals *totals)
{
    if ((source->ground != TOC_GROUND_LIST && source->ground != TOC_GROUND_VENDOR) ||
        original_of(all, source).size > 0)
        return;
    char name[TOC_WRITER_SOURCE_BYTES];
    snprintf(name, sizeof name, "%s %.*s", source->ground == TOC_GROUND_LIST ? "list" : "vendor",
             (int)source->id.size, (const char *)source->id.data);
    for (size_t i = 0; i < totals->unregistered_count; i++) {
        if (strcmp(totals->unregistered[i], name) == 0)
            return;
    }
    if (totals->unregistered_count < TOC_WRITER_SOURCES_TOLD)
        memcpy(totals->unregistered[totals->unregistered_count++], name, sizeof name);
}

/* The root belongs to what is compared: what is stored has one too. */
static toc_code give_root(toc_writer_batch *all, toc_statement *statement,
                          const toc_claim_id *claim, toc_err *err)
{
    if (statement->kind == TOC_RECORD_MEMBERS || statement->kind == TOC_RECORD_RETRACTION)
        return TOC_OK;
    if (statement->source.ground == TOC_GROUND_DERIVED)
        return TOC_OK; /* they came with its sources */
    toc_root *root = toc_arena_zalloc(all->arena, 1, sizeof *root);
    if (root != NULL)
        *root = toc_source_root_as(&statement->source, original_of(all, &statement->source), claim,
                                   all->arena);
    if (root == NULL || root->data == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a root");
    statement->roots = root;
    statement->root_count = 1;
    return TOC_OK;
}

toc_code toc_writer_complete(toc_writer_batch *all, toc_statement *statement,
                             const toc_claim_id *claim, uint64_t revision, toc_err *err)
{
    statement->revision = revision;
    statement->issued_at = all->now;
    return give_root(all, statement, claim, err);
}

/* What was said without a term is compared without one that only the rule gave. */
static bool is_unchanged(const toc_writer_known_claim *before, const toc_statement *statement,
                         const toc_hash *body)
{
    const toc_hash *said =
        statement->valid_until.unix_ms == 0 ? &before->termless : &before->comparison;
    return before->live && before->has_comparison && toc_hash_equal(said, body);
}

/* Only writing gives a term: in the views a claim without one has none. */
static toc_code give_term(toc_writer_batch *all, toc_statement *statement, toc_hash *comparison,
                          toc_err *err)
{
    bool is_deposit;
    if (statement->kind != TOC_RECORD_WALLET || statement->valid_until.unix_ms != 0)
        return TOC_OK;
    TOC_TRY(toc_completion_is_deposit(&all->completion, statement, &is_deposit, err));
    if (!is_deposit)
        return TOC_OK;
    statement->valid_until.unix_ms = all->now.unix_ms + TOC_DEPOSIT_TERM_MS;
    return comparison_of(statement, comparison, err);
}

static toc_code add_claim(toc_writer_batch *all, toc_statement *statement,
                          const toc_claim_id *claim, uint64_t revision, toc_err *err)
{
    TOC_TRY(toc_writer_complete(all, statement, claim, revision, err));
    if (toc_statement_rules(statement) > 1)
        TOC_TRY(
            toc_statement_check(statement, &all->circle, toc_node_org(all->completion.node), err));
    return toc_writer_add(all, statement, NULL, err);
}

/* Added once already, and taken back: what cannot be written is refused before anything that is
 * written because of it. */
static toc_code try_claim(toc_writer_batch *all, toc_statement *statement,
                          const toc_claim_id *claim, uint64_t revision, toc_err *err)
{
    size_t before = all->bytes.size, boxes = all->boxes;
    TOC_TRY(add_claim(all, statement, claim, revision, err));
    all->bytes.size = before;
    all->boxes = boxes;
    all->count--;
    return TOC_OK;
}

/* What it lends from lives as long as the batch. */
static toc_code keep_head(toc_writer_batch *all, toc_statement *head, const toc_claim_id *claim,
                          const toc_recent_row *row, toc_err *err)
{
    TOC_TRY(try_claim(all, head, claim, row->revision, err));
    all->has_head = true;
    all->head = *head;
    all->head_claim = *claim;
    all->head_row = *row;
    all->members_revision = 0;
    return TOC_OK;
}

/* By the charter, also of what was approved already. */
static bool asks_officers(const toc_writer_batch *all, toc_record_kind kind)
{
    const toc_charter *charter = all->completion.charter;
    return charter != NULL &&
           toc_approval_rule_of(&charter->policy.approvals, (uint32_t)kind) != NULL;
}

/* An approval is of one statement, and says nothing of another: what needs two takes two steps. */
static toc_code check_end(const toc_writer_batch *all, const toc_statement *statement, toc_err *err)
{
    if (asks_officers(all, TOC_RECORD_RETRACTION))
        return toc_fail(err, TOC_DENIED,
                        "this is for fewer than before, so it is retracted for those who have it, "
                        "and in this circle officers approve each retraction by itself; retract "
                        "the claim, then say it anew");
    if (statement->kind == TOC_RECORD_CLUSTER &&
        (asks_officers(all, TOC_RECORD_CLUSTER) || asks_officers(all, TOC_RECORD_MEMBERS)))
        return toc_fail(err, TOC_DENIED,
                        "this is for fewer than before, so the cluster is told anew with its "
                        "members, and officers approve each part by itself; retract the claim, "
                        "then say it anew");
    return TOC_OK;
}

toc_code toc_writer_add_end(toc_writer_batch *all, const toc_statement *statement,
                            const toc_claim_id *claim, const toc_writer_known_claim *before,
                            uint64_t revision, toc_err *err)
{
    toc_statement retraction;
    TOC_TRY(check_end(all, statement, err));
    toc_statement_retract(statement, claim, TOC_RETRACT_NARROWED, &retraction);
    toc_writer_mark_like(&before->marking, &retraction);
    TOC_TRY(toc_writer_complete(all, &retraction, claim, revision, err));
    TOC_TRY(toc_writer_add(all, &retraction, before->named, err));
    all->later[all->count - 1] = officers_needed(all, statement) > 0;
    (void)toc_writer_outlive(all, before, true);
    return TOC_OK;
}

/* In one round: its end for those who had it, where they are to be fewer, and its head. */
toc_code toc_writer_take_head(toc_writer_batch *all, toc_err *err)
{
    toc_writer_known_claim before;
    if (!all->has_head)
        return TOC_OK;
    all->has_head = false;
    TOC_TRY(toc_writer_known(all, &all->head, &all->head_claim, &before, err));
    toc_recent_row row = all->head_row;
    uint64_t highest = before.revision > row.ended ? before.revision : row.ended;
    row.revision = toc_writer_next_revision(all, highest);
    if (before.live && toc_audience_narrows(&before.marking, &all->head)) {
        TOC_TRY(try_claim(all, &all->head, &all->head_claim, row.revision, err));
        TOC_TRY(toc_writer_add_end(all, &all->head, &all->head_claim, &before, row.ended, err));
    }
    TOC_TRY(add_claim(all, &all->head, &all->head_claim, row.revision, err));
    row.keep_until_day = toc_writer_outlive(all, &before, false);
    all->retelling = (toc_writer_retelling){0};
    return toc_writer_remember(all, &row, err);
}

/* A live report that is to be for others is told anew, its members before its head: until that is
 * written nothing has changed for anybody, and whoever is stopped on the way begins again. What was
 * said of its members before the first batch of this counts no more; its number stays free for the
 * retraction that says so. */
static toc_code retell(toc_writer_batch *all, toc_statement *head, const toc_claim_id *claim,
                       const toc_writer_known_claim *before, toc_recent_row *row, toc_err *err)
{
    toc_writer_retelling *on = &all->retelling;
    if (on->ended == 0 || !toc_claim_id_equal(&on->claim, claim))
        *on = (toc_writer_retelling){.claim = *claim,
                                     .ended = toc_writer_next_revision(all, before->revision),
                                     .highest = before->revision};
    row->ended = on->ended;
    row->revision = toc_writer_next_revision(all, before->revision + 1);
    return keep_head(all, head, claim, row, err);
}

/* What is told anew over several batches is this submission's alone meanwhile. */
static toc_code check_alone(const toc_writer_batch *all, const toc_claim_id *claim,
                            const toc_writer_known_claim *before, toc_err *err)
{
    const toc_writer_retelling *on = &all->retelling;
    if (on->ended == 0 || !toc_claim_id_equal(&on->claim, claim) ||
        (before->live && before->revision == on->highest))
        return TOC_OK;
    return toc_fail(err, TOC_STATE,
                    "something else was said of this cluster while it was told anew; submit it "
                    "again");
}

/* What is to be for fewer is ended for those who had it, and said anew to those who keep it, in one
 * round. */
static toc_code narrow(toc_writer_batch *all, toc_statement *statement, const toc_claim_id *claim,
                       toc_writer_known_claim *before, toc_err *err)
{
    TOC_TRY(try_claim(all, statement, claim, before->revision + 2, err));
    uint64_t revision = toc_writer_next_revision(all, before->revision);
    TOC_TRY(toc_writer_add_end(all, statement, claim, before, revision, err));
    before->revision = revision;
    toc_recent_row row = {
        .key = toc_writer_claim_key(claim), .revision = revision, .lane = all->lane};
    return toc_writer_remember(all, &row, err);
}

static bool is_for_others(const toc_writer_known_claim *before, const toc_statement *statement)
{
    return toc_audience_narrows(&before->marking, statement) ||
           toc_audience_narrows(statement, &before->marking);
}

toc_code toc_writer_take_claim(toc_writer_batch *all, const toc_statement *draft,
                               toc_writer_totals *totals, toc_err *err)
{
    toc_statement statement = *draft;
    toc_claim_id claim;
    TOC_TRY(toc_completion_fill(&all->completion, &statement, err));
    note_unregistered(all, &statement.source, totals);
    toc_statement_claim(&statement, &all->circle, toc_node_org(all->completion.node), &claim);
    toc_writer_known_claim before;
    toc_recent_row row = {
        .key = toc_writer_claim_key(&claim), .live = true, .lane = all->lane, .tlp = statement.tlp};
    TOC_TRY(toc_writer_name(all, &statement, NULL, &row.named, err));
    TOC_TRY(give_root(all, &statement, &claim, err));
    TOC_TRY(comparison_of(&statement, &row.comparison, err));
    TOC_TRY(toc_writer_known(all, &statement, &claim, &before, err));
    TOC_TRY(check_alone(all, &claim, &before, err));
    bool counted = statement.kind != TOC_RECORD_CLUSTER; /* its members are */
    if (is_unchanged(&before, &statement, &row.comparison)) {
        totals->unchanged += counted ? 1 : 0;
        return TOC_OK;
    }
    row.termless = row.comparison;
    TOC_TRY(give_term(all, &statement, &row.comparison, err));
    if (before.live && !counted && is_for_others(&before, &statement))
        return retell(all, &statement, &claim, &before, &row, err);
    if (before.live && toc_audience_narrows(&before.marking, &statement))
        TOC_TRY(narrow(all, &statement, &claim, &before, err));
    row.ended = before.ended;
    row.revision = toc_writer_next_revision(all, before.revision);
    if (!counted && !before.live)
        return keep_head(all, &statement, &claim, &row, err);
    TOC_TRY(add_claim(all, &statement, &claim, row.revision, err));
    row.keep_until_day = toc_writer_outlive(all, &before, false);
    TOC_TRY(toc_writer_remember(all, &row, err));
    if (counted && before.live)
        totals->changed++;
    else if (counted)
        totals->fresh++;
    return TOC_OK;
}
