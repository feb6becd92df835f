#include "node/writer.h"

#include <pthread.h>
#include <stdlib.h>

#include "node/clock.h"
#include "node/completion.h"
#include "node/org_names.h"
#include "node/recent.h"
#include "proto/crypto/hash.h"

enum {
    WRITER_ARENA_BYTES = 256 << 20,
    WRITER_RECENT_MAX = 1 << 20, /* then the fold is waited for */
    WRITER_SETTLE_MS = 600000,
    REVISION_GENERATION_SHIFT = 24
};

/* Everything this org ever wrote is in the views as soon as they have come to `covered`, or in
 * `recent`. After a start, and while the views are rebuilt, they have not: then a submission waits,
 * for whoever compares with half of what he said says the other half again. */
struct toc_writer {
    toc_node *node;
    pthread_mutex_t mutex;
    toc_recent recent;
    uint64_t covered[2]; /* journal rows, by lane */
    uint64_t written[2]; /* at or after the last own row */
    /* Asked once: a round less for every batch. Whether it still holds, the batch's own round says.
     */
    toc_circle_id circle;
    uint64_t generation; /* 0: not known */
};

toc_code toc_writer_new(toc_node *node, toc_writer **out, toc_err *err)
{
    toc_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the writer");
    writer->node = node;
    toc_node_journaled(node, writer->covered);
    toc_node_journaled(node, writer->written);
    pthread_mutex_init(&writer->mutex, NULL);
    *out = writer;
    return TOC_OK;
}

void toc_writer_free(toc_writer *writer)
{
    if (writer == NULL)
        return;
    toc_recent_clear(&writer->recent);
    pthread_mutex_destroy(&writer->mutex);
    free(writer);
}

/* ---- what is known of a claim ---- */

typedef struct batch {
    toc_writer *writer;
    toc_circle_id circle;
    toc_lane lane;
    uint64_t generation;
    toc_time now;
    toc_arena *arena;
    toc_completion completion; /* has the views */
    /* What is to be written. */
    toc_buf bytes;
    size_t *ends;
    toc_recent_row *rows; /* becomes recent once durable */
    size_t count, row_count, capacity, row_capacity;
    toc_record_id *ids;
    bool stale; /* its revisions are of a generation that is over */
} batch;

typedef struct known {
    uint64_t revision; /* highest written for the claim, of any kind; 0: none */
    bool live;
    toc_lane lane; /* where its newest record stands */
    bool has_comparison;
    toc_hash comparison, termless; /* as of toc_recent_row */
} known;

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

static toc_hash claim_key(const toc_claim_id *claim)
{
    toc_hash key;
    memcpy(key.bytes, claim->bytes, sizeof key.bytes);
    return key;
}

static toc_code known_claim(batch *all, const toc_statement *statement, const toc_claim_id *claim,
                            known *out, toc_err *err)
{
    *out = (known){0};
    toc_hash key = claim_key(claim);
    const toc_recent_row *row = toc_recent_find(&all->writer->recent, &key);
    if (row != NULL) {
        *out = (known){.revision = row->revision,
                       .live = row->live,
                       .lane = row->lane,
                       .has_comparison = true,
                       .comparison = row->comparison,
                       .termless = row->termless};
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
    TOC_TRY(comparison_of(&stored, &out->comparison, err));
    if (has_term_by_rule(&stored))
        stored.valid_until.unix_ms = 0;
    return comparison_of(&stored, &out->termless, err);
}

/* Revision = max(highest written + 1, generation · 2^24): a node restored from an old copy still
 * supersedes itself. */
static uint64_t next_revision(const batch *all, uint64_t highest)
{
    uint64_t floor = all->generation << REVISION_GENERATION_SHIFT;
    return highest + 1 > floor ? highest + 1 : floor;
}

/* ---- collecting what is to be written ---- */

static toc_code reserve(batch *all, toc_err *err)
{
    if (all->count < all->capacity)
        return TOC_OK;
    size_t capacity = all->capacity == 0 ? 256 : all->capacity * 2;
    size_t *ends = toc_arena_zalloc(all->arena, capacity, sizeof *ends);
    if (ends == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a batch");
    if (all->count > 0)
        memcpy(ends, all->ends, all->count * sizeof *ends);
    all->ends = ends;
    all->capacity = capacity;
    return TOC_OK;
}

static toc_code remember(batch *all, const toc_recent_row *row, toc_err *err)
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
    /* Later drafts of this batch must see it too; a batch that fails clears what it put
     * (write_out). */
    return toc_recent_put(&all->writer->recent, row, err);
}

static toc_code add_record(batch *all, const toc_statement *statement, toc_err *err)
{
    TOC_TRY(reserve(all, err));
    size_t before = all->bytes.size;
    toc_code code = toc_record_encode(statement, &all->bytes, err);
    if (code == TOC_OK && all->bytes.size - before > toc_record_bytes_max(all->lane))
        code = toc_fail(err, TOC_LIMIT, "a record of %zu bytes; the %s lane takes at most %zu",
                        all->bytes.size - before, toc_lane_name(all->lane),
                        toc_record_bytes_max(all->lane));
    if (code != TOC_OK) {
        all->bytes.size = before;
        return code;
    }
    all->ends[all->count++] = all->bytes.size;
    return TOC_OK;
}

/* The root belongs to what is compared: what is stored has one too. */
static toc_code give_root(batch *all, toc_statement *statement, const toc_claim_id *claim,
                          toc_err *err)
{
    if (statement->kind == TOC_RECORD_MEMBERS || statement->kind == TOC_RECORD_RETRACTION)
        return TOC_OK;
    if (statement->source.ground == TOC_GROUND_DERIVED)
        return TOC_OK; /* they came with its sources */
    toc_root *root = toc_arena_zalloc(all->arena, 1, sizeof *root);
    if (root != NULL)
        *root = toc_source_root(&statement->source, claim, all->arena);
    if (root == NULL || root->data == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a root");
    statement->roots = root;
    statement->root_count = 1;
    return TOC_OK;
}

static toc_code complete(batch *all, toc_statement *statement, const toc_claim_id *claim,
                         uint64_t revision, toc_err *err)
{
    statement->revision = revision;
    statement->issued_at = all->now;
    return give_root(all, statement, claim, err);
}

/* What was said without a term is compared without one that only the rule gave. */
static bool is_unchanged(const known *before, const toc_statement *statement, const toc_hash *body)
{
    const toc_hash *said =
        statement->valid_until.unix_ms == 0 ? &before->termless : &before->comparison;
    return before->live && before->has_comparison && toc_hash_equal(said, body);
}

/* Only writing gives a term: in the views a claim without one has none. */
static toc_code give_term(batch *all, toc_statement *statement, toc_hash *comparison, toc_err *err)
{
    bool is_deposit;
    if (statement->kind != TOC_RECORD_WALLET || statement->valid_until.unix_ms != 0)
        return TOC_OK;
    TOC_TRY(toc_completion_is_deposit(&all->completion, &statement->as.wallet, &is_deposit, err));
    if (!is_deposit)
        return TOC_OK;
    statement->valid_until.unix_ms = all->now.unix_ms + TOC_DEPOSIT_TERM_MS;
    return comparison_of(statement, comparison, err);
}

static toc_code write_claim(batch *all, const toc_statement *draft, toc_writer_totals *totals,
                            toc_err *err)
{
    toc_statement statement = *draft;
    toc_claim_id claim;
    TOC_TRY(toc_completion_fill(&all->completion, &statement, err));
    toc_statement_claim(&statement, &all->circle, toc_node_org(all->writer->node), &claim);
    known before;
    toc_recent_row row = {.key = claim_key(&claim), .live = true, .lane = all->lane};
    TOC_TRY(give_root(all, &statement, &claim, err));
    TOC_TRY(comparison_of(&statement, &row.comparison, err));
    TOC_TRY(known_claim(all, &statement, &claim, &before, err));
    bool counted = statement.kind != TOC_RECORD_CLUSTER; /* its members are */
    if (is_unchanged(&before, &statement, &row.comparison)) {
        totals->unchanged += counted ? 1 : 0;
        return TOC_OK;
    }
    row.revision = next_revision(all, before.revision);
    row.termless = row.comparison;
    TOC_TRY(give_term(all, &statement, &row.comparison, err));
    TOC_TRY(complete(all, &statement, &claim, row.revision, err));
    if (toc_statement_rules(&statement) > 1)
        TOC_TRY(
            toc_statement_check(&statement, &all->circle, toc_node_org(all->writer->node), err));
    TOC_TRY(add_record(all, &statement, err));
    TOC_TRY(remember(all, &row, err));
    if (counted && before.live)
        totals->changed++;
    else if (counted)
        totals->fresh++;
    return TOC_OK;
}

static toc_hash member_key(const toc_claim_id *report, const toc_subject *subject)
{
    toc_hash key;
    toc_span parts[] = {TOC_SPAN_OF(report->bytes), toc_subject_vertex(subject)};
    toc_blake2b_parts(parts, TOC_COUNT(parts), &key);
    return key;
}

/* Is the wallet a member already, as far as the views and what was just written say? Gives the
 * newest revision on it. */
static toc_code known_member(batch *all, const toc_claim_id *report, const toc_subject *subject,
                             bool *out_member, uint64_t *out_revision, toc_err *err)
{
    toc_hash key = member_key(report, subject);
    const toc_recent_row *row = toc_recent_find(&all->writer->recent, &key);
    if (row == NULL)
        return toc_views_member(all->completion.views, report, subject, out_member, out_revision,
                                err);
    *out_revision = row->revision;
    *out_member = row->live; /* a retraction since would have emptied the memory */
    return TOC_OK;
}

/* Only the members that the report does not have yet (or still has, for a removal) go into the
 * record. */
static toc_code write_members(batch *all, const toc_statement *draft, toc_writer_totals *totals,
                              toc_err *err)
{
    toc_statement statement = *draft;
    const toc_members_body *body = &draft->as.members;
    toc_claim_id claim;
    toc_statement_claim(&statement, &all->circle, toc_node_org(all->writer->node), &claim);
    known report;
    TOC_TRY(known_claim(all, &statement, &claim, &report, err));
    if (!report.live)
        return toc_fail(err, TOC_STATE, "members of a cluster that has no head of its own");
    toc_member *members = toc_arena_zalloc(all->arena, body->count, sizeof *members);
    if (members == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for cluster members");
    size_t count = 0, unchanged = 0;
    /* The head's own revision is above what ended the claim before; who was never named since may
     * share it, who was needs a higher one. */
    uint64_t wanted = next_revision(all, report.revision - 1);
    for (size_t i = 0; i < body->count; i++) {
        bool member = false;
        uint64_t revision = 0;
        TOC_TRY(
            known_member(all, &claim, &body->members[i].wallet.subject, &member, &revision, err));
        if (member != body->members[i].remove) {
            unchanged++;
            continue;
        }
        wanted = revision >= wanted ? revision + 1 : wanted;
        members[count++] = body->members[i];
    }
    if (count == 0) {
        totals->unchanged += unchanged;
        return TOC_OK;
    }
    statement.as.members =
        (toc_members_body){.cluster = body->cluster, .count = count, .members = members};
    TOC_TRY(complete(all, &statement, &claim, wanted, err));
    TOC_TRY(add_record(all, &statement, err));
    toc_recent_row head = {.key = claim_key(&claim),
                           .revision = wanted,
                           .live = true,
                           .lane = report.lane,
                           .comparison = report.comparison,
                           .termless = report.termless};
    TOC_TRY(remember(all, &head, err));
    for (size_t i = 0; i < count; i++) {
        toc_recent_row row = {.key = member_key(&claim, &members[i].wallet.subject),
                              .revision = wanted,
                              .live = !members[i].remove,
                              .lane = all->lane};
        TOC_TRY(remember(all, &row, err));
    }
    totals->unchanged += unchanged;
    totals->fresh += count;
    return TOC_OK;
}

/* ---- the core's part ---- */

static toc_code append_in_round(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                toc_err *err)
{
    batch *all = context;
    uint64_t generation;
    TOC_TRY(toc_engine_writable(engine, txn, &all->circle, now, &generation, err));
    all->stale = generation != all->generation;
    if (all->stale)
        return TOC_OK; /* the new generation's rows stay: they are whole */
    toc_span *records = toc_arena_zalloc(all->arena, all->count, sizeof *records);
    all->ids = toc_arena_zalloc(all->arena, all->count, sizeof *all->ids);
    if (records == NULL || all->ids == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a batch");
    for (size_t i = 0; i < all->count; i++) {
        size_t start = i == 0 ? 0 : all->ends[i - 1];
        records[i] = toc_span_of(all->bytes.data + start, all->ends[i] - start);
    }
    return toc_engine_write(engine, txn, &all->circle, all->lane, records, all->count, now,
                            all->ids, err);
}

static toc_code ask_generation(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    batch *all = context;
    return toc_engine_writable(engine, txn, &all->circle, now, &all->generation, err);
}

static toc_code find_generation(batch *all, bool anew, toc_err *err)
{
    toc_writer *writer = all->writer;
    bool is_known = writer->generation != 0 && toc_circle_id_equal(&writer->circle, &all->circle);
    if (!is_known || anew) {
        TOC_TRY(toc_node_do(writer->node, ask_generation, all, err));
        writer->circle = all->circle;
        writer->generation = all->generation;
    }
    all->generation = writer->generation;
    return TOC_OK;
}

static bool has_come_to(const uint64_t position[2], const uint64_t wanted[2])
{
    return position[0] >= wanted[0] && position[1] >= wanted[1];
}

/* Nothing is remembered any more: the views must first come to where it stands. */
static void forget(toc_writer *writer)
{
    toc_recent_clear(&writer->recent);
    toc_node_journaled(writer->node, writer->covered);
    memcpy(writer->written, writer->covered, sizeof writer->written);
}

/* Views that know what is not remembered. What they know already is remembered no longer. */
static toc_code read_views(toc_writer *writer, toc_views_txn **out, toc_err *err)
{
    for (;;) {
        TOC_AUTO(toc_views_end) toc_views_txn *views = NULL;
        uint64_t position[2];
        toc_time horizon;
        TOC_TRY(toc_views_read(toc_node_views(writer->node), &views, err));
        toc_views_position(views, &position[TOC_LANE_ALERT], &position[TOC_LANE_BULK], &horizon);
        if (has_come_to(position, writer->written)) {
            toc_recent_clear(&writer->recent);
            memcpy(writer->covered, writer->written, sizeof writer->covered);
        }
        if (has_come_to(position, writer->covered) && writer->recent.count <= WRITER_RECENT_MAX) {
            *out = views;
            views = NULL; /* transferred */
            return TOC_OK;
        }
        TOC_TRY(toc_node_settle(writer->node, WRITER_SETTLE_MS, err));
    }
}

/* With the writer's mutex held. `ask`: whether the circle can be written to, now. */
static toc_code begin(batch *all, toc_writer *writer, const toc_circle_id *circle, toc_lane lane,
                      bool ask, toc_err *err)
{
    *all = (batch){.writer = writer, .circle = *circle, .lane = lane, .now = toc_clock_now().wall};
    TOC_TRY(toc_arena_new(WRITER_ARENA_BYTES, &all->arena, err));
    all->completion =
        (toc_completion){.node = writer->node, .circle = &all->circle, .arena = all->arena};
    TOC_TRY(find_generation(all, ask, err));
    return read_views(writer, &all->completion.views, err);
}

static void end(batch *all)
{
    toc_views_end(all->completion.views);
    toc_buf_wipe(&all->bytes);
    toc_arena_free(all->arena);
}

/* After a dry run, or a failure, nothing of this batch may be remembered. */
static toc_code write_out(batch *all, bool dry_run, toc_err *err)
{
    toc_writer *writer = all->writer;
    if (all->count == 0)
        return TOC_OK;
    toc_code code = TOC_OK;
    if (!dry_run)
        code = toc_node_do(writer->node, append_in_round, all, err);
    if (code == TOC_OK && all->stale)
        code = toc_fail(err, TOC_STATE,
                        "the own feeds began a new generation meanwhile; submit again");
    if (all->stale)
        writer->generation = 0;
    if (dry_run || code != TOC_OK)
        forget(writer);
    else
        toc_node_journaled(writer->node, writer->written);
    return code;
}

static bool is_fatal(toc_code code)
{
    return code == TOC_IO || code == TOC_FULL || code == TOC_NO_MEMORY || code == TOC_UNREACHABLE;
}

/* As the rest is counted: a head is no row, its members are. */
static size_t rows_of(const toc_statement *draft)
{
    return draft->kind == TOC_RECORD_MEMBERS   ? draft->as.members.count
           : draft->kind == TOC_RECORD_CLUSTER ? 0
                                               : 1;
}

static toc_code write_draft(batch *all, const toc_statement *draft, toc_writer_totals *totals,
                            toc_err *err)
{
    if (draft->kind == TOC_RECORD_RETRACTION)
        return toc_fail(err, TOC_USAGE, "a retraction is no draft; use 'tocsin retract'");
    TOC_TRY(toc_org_names_check(draft, err));
    return draft->kind == TOC_RECORD_MEMBERS ? write_members(all, draft, totals, err)
                                             : write_claim(all, draft, totals, err);
}

static toc_code write_drafts(batch *all, const toc_statement *drafts, size_t count,
                             toc_writer_totals *totals, toc_writer_refusal refusal, void *context,
                             toc_err *err)
{
    TOC_TRY(toc_completion_expect(&all->completion, drafts, count, err));
    for (size_t i = 0; i < count; i++) {
        toc_err why;
        toc_code code = write_draft(all, &drafts[i], totals, &why);
        if (code == TOC_OK)
            continue;
        if (is_fatal(code))
            return toc_fail(err, code, "%s", why.text);
        totals->refused += rows_of(&drafts[i]);
        refusal(context, i, &why);
    }
    return TOC_OK;
}

typedef struct submission {
    const toc_statement *drafts;
    size_t count;
    bool dry_run;
    toc_writer_totals *totals;
    toc_writer_refusal refusal;
    void *context;
} submission;

static toc_code write_once(batch *all, const submission *what, toc_err *err)
{
    TOC_TRY(write_drafts(all, what->drafts, what->count, what->totals, what->refusal, what->context,
                         err));
    return write_out(all, what->dry_run, err);
}

static void refused_already(void *context, size_t index, const toc_err *why)
{
    (void)context;
    (void)index;
    (void)why;
}

toc_code toc_writer_write(toc_writer *writer, const toc_circle_id *circle, toc_lane lane,
                          bool dry_run, const toc_statement *drafts, size_t count,
                          toc_writer_totals *totals, toc_writer_refusal refusal, void *context,
                          toc_err *err)
{
    TOC_ASSERT(count <= TOC_WRITER_BATCH_MAX);
    const toc_writer_totals before = *totals;
    submission what = {.drafts = drafts,
                       .count = count,
                       .dry_run = dry_run,
                       .totals = totals,
                       .refusal = refusal,
                       .context = context};
    toc_code code = TOC_OK;
    bool again = false;
    pthread_mutex_lock(&writer->mutex);
    do {
        batch all;
        code = begin(&all, writer, circle, lane, dry_run, err);
        if (code == TOC_OK)
            code = write_once(&all, &what, err);
        if (code != TOC_OK && all.row_count > 0)
            forget(writer);          /* remembered, and never written */
        again = all.stale && !again; /* once more, with revisions of the new generation */
        if (again) {
            *totals = before;
            what.refusal = refused_already;
        }
        end(&all);
    } while (again);
    pthread_mutex_unlock(&writer->mutex);
    return code;
}

static toc_code retract_in(batch *all, const toc_statement *draft, toc_retraction_reason reason,
                           toc_span note, toc_retracted *out, toc_err *err)
{
    toc_claim_id claim;
    toc_statement identified = *draft;
    const toc_statement *target = &identified;
    TOC_TRY(toc_completion_identify(&all->completion, &identified, err));
    toc_statement_claim(target, &all->circle, toc_node_org(all->writer->node), &claim);
    known before;
    TOC_TRY(known_claim(all, target, &claim, &before, err));
    if (!before.live)
        return toc_fail(err, TOC_NOT_FOUND,
                        "this org has no live claim of this kind in this circle");
    all->lane = before.lane;
    toc_statement statement;
    toc_statement_retract(target, &claim, reason, &statement);
    statement.note = note;
    toc_recent_row row = {.key = claim_key(&claim),
                          .revision = next_revision(all, before.revision),
                          .live = false,
                          .lane = all->lane};
    TOC_TRY(complete(all, &statement, &claim, row.revision, err));
    TOC_TRY(add_record(all, &statement, err));
    TOC_TRY(remember(all, &row, err));
    TOC_TRY(write_out(all, false, err));
    *out = (toc_retracted){.claim = claim, .record = all->ids[0], .revision = row.revision};
    /* It ends memberships that are remembered one by one: the views know which. */
    if (target->kind == TOC_RECORD_CLUSTER)
        forget(all->writer);
    return TOC_OK;
}

toc_code toc_writer_retract(toc_writer *writer, const toc_circle_id *circle,
                            const toc_statement *target, toc_retraction_reason reason,
                            toc_span note, toc_retracted *out, toc_err *err)
{
    toc_code code = TOC_OK;
    bool again = false;
    pthread_mutex_lock(&writer->mutex);
    do {
        batch all;
        code = begin(&all, writer, circle, TOC_LANE_BULK, false, err);
        if (code == TOC_OK)
            code = retract_in(&all, target, reason, note, out, err);
        if (code != TOC_OK && all.row_count > 0)
            forget(writer);
        again = all.stale && !again;
        end(&all);
    } while (again);
    pthread_mutex_unlock(&writer->mutex);
    return code;
}
