#include "node/writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "node/audit.h"
#include "node/clock.h"
#include "node/writer_batch.h"

enum {
    WRITER_ARENA_BYTES = 256 << 20,
    WRITER_RECENT_MAX = 1 << 20, /* then the fold is waited for */
    WRITER_SETTLE_MS = 600000,
    WRITER_ASKING_MS = 100
};

/* Everything this org ever wrote is in the views as soon as they have come to `covered`, or in
 * `recent`. After a start, and while the views are rebuilt, they have not: then a submission waits,
 * for whoever compares with half of what he said says the other half again. */
struct toc_writer {
    toc_node *node;
    /* Whoever comes gets a number, and the writer in its turn: between two parts of one submission
     * somebody else's alert is written. */
    pthread_mutex_t mutex;
    pthread_cond_t turned;
    uint64_t numbers, turn;
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
    pthread_cond_init(&writer->turned, NULL);
    *out = writer;
    return TOC_OK;
}

void toc_writer_free(toc_writer *writer)
{
    if (writer == NULL)
        return;
    toc_recent_clear(&writer->recent);
    pthread_cond_destroy(&writer->turned);
    pthread_mutex_destroy(&writer->mutex);
    free(writer);
}

static void take_turn(toc_writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    uint64_t number = writer->numbers++;
    while (writer->turn != number)
        pthread_cond_wait(&writer->turned, &writer->mutex);
    pthread_mutex_unlock(&writer->mutex);
}

static void end_turn(toc_writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    writer->turn++;
    pthread_cond_broadcast(&writer->turned);
    pthread_mutex_unlock(&writer->mutex);
}

/* ---- the core's part ---- */

static toc_code append_in_round(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                toc_err *err)
{
    toc_writer_batch *all = context;
    uint64_t generation;
    TOC_TRY(toc_engine_writable(engine, txn, &all->circle, now, &generation, err));
    all->stale = generation != all->generation;
    if (all->stale)
        return TOC_OK; /* the new generation's rows stay: they are whole */
    toc_span *records = toc_arena_zalloc(all->arena, all->count, sizeof *records);
    const toc_addressees **named = toc_arena_zalloc(all->arena, all->count, sizeof(void *));
    uint32_t *keep = toc_arena_zalloc(all->arena, all->count, sizeof *keep);
    size_t count = 0;
    all->ids = toc_arena_zalloc(all->arena, all->count, sizeof *all->ids);
    if (records == NULL || named == NULL || keep == NULL || all->ids == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a batch");
    for (size_t i = 0; i < all->count; i++) {
        if (all->drafts[i] || all->later[i])
            continue;
        records[count] = toc_writer_record(all, i);
        keep[count] = all->keep[i];
        named[count++] = all->named[i];
    }
    if (all->drafts_any)
        TOC_TRY(toc_writer_put_drafts(all, txn, now, err));
    if (all->approved != NULL)
        TOC_TRY(toc_writer_end_draft(all, txn, now, err));
    if (count == 0)
        return TOC_OK;
    TOC_TRY(toc_engine_write_keeping(engine, txn, &all->circle, all->lane, records, named, keep,
                                     count, now, all->ids, err));
    toc_feed_name feed = {.circle = all->circle,
                          .org = *toc_node_org(all->writer->node),
                          .lane = all->lane,
                          .generation = generation};
    return toc_audit_records(txn, all->asked, &feed, count, now, err);
}

static toc_code ask_generation(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    toc_writer_batch *all = context;
    toc_code code = toc_engine_writable(engine, txn, &all->circle, now, &all->generation, err);
    all->waits = code == TOC_UNREACHABLE;
    return all->waits ? TOC_OK : code;
}

/* Until the core has decided in one of its ticks; who writes to another circle need not wait. */
static void wait_for_core(toc_writer *writer)
{
    const struct timespec tick = {.tv_nsec = WRITER_ASKING_MS * 1000000L};
    end_turn(writer);
    nanosleep(&tick, NULL);
    take_turn(writer);
}

static toc_code find_generation(toc_writer_batch *all, bool anew, toc_err *err)
{
    toc_writer *writer = all->writer;
    bool is_known = writer->generation != 0 && toc_circle_id_equal(&writer->circle, &all->circle);
    if (!is_known || anew) {
        TOC_TRY(toc_node_do(writer->node, ask_generation, all, err));
        while (all->waits) {
            wait_for_core(writer);
            TOC_TRY(toc_node_do(writer->node, ask_generation, all, err));
        }
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

static toc_code read_charter(toc_writer_batch *all, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_charter *charter = toc_arena_zalloc(all->arena, 1, sizeof *charter);
    if (charter == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a charter");
    TOC_TRY(toc_log_read(toc_node_log(all->writer->node), &txn, err));
    toc_code code = toc_log_charter_of(txn, &all->circle, all->arena, charter, err);
    if (code == TOC_OK)
        all->completion.charter = charter;
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* In the writer's turn. `ask`: whether the circle can be written to, now. */
static toc_code begin(toc_writer_batch *all, toc_writer *writer, const toc_circle_id *circle,
                      toc_lane lane, bool ask, toc_err *err)
{
    *all = (toc_writer_batch){.writer = writer,
                              .recent = &writer->recent,
                              .circle = *circle,
                              .lane = lane,
                              .asked = toc_audit_doing(),
                              .uid = toc_audit_uid(),
                              .now = toc_clock_now().wall,
                              .lapse_ms = TOC_DRAFT_LAPSE_MS};
    TOC_TRY(toc_arena_new(WRITER_ARENA_BYTES, &all->arena, err));
    all->completion =
        (toc_completion){.node = writer->node, .circle = &all->circle, .arena = all->arena};
    TOC_TRY(find_generation(all, ask, err));
    TOC_TRY(read_charter(all, err));
    return read_views(writer, &all->completion.views, err);
}

static void end(toc_writer_batch *all)
{
    toc_views_end(all->completion.views);
    toc_log_abort(all->log);
    toc_buf_wipe(&all->bytes);
    toc_arena_free(all->arena);
}

/* Whom what would be written is for. */
static toc_code tell(const toc_writer_batch *all, toc_told *told, toc_err *err)
{
    for (size_t i = 0; i < all->count; i++) {
        toc_statement statement, drafted;
        size_t draft = all->later[i] ? i + 1 : i; /* that has to be approved first */
        TOC_TRY(toc_record_decode(toc_writer_record(all, i), all->arena, &statement, err));
        TOC_TRY(toc_record_decode(toc_writer_record(all, draft), all->arena, &drafted, err));
        TOC_TRY(toc_told_add(told, &statement, all->named[i],
                             all->drafts[draft] ? toc_writer_rule(all, &drafted) : NULL, err));
    }
    return TOC_OK;
}

/* After a dry run, or a failure, nothing of this batch may be remembered. */
static toc_code write_out(toc_writer_batch *all, bool dry_run, toc_err *err)
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
    if (dry_run || code != TOC_OK || all->names_any || all->drafts_any || all->approved != NULL)
        forget(writer); /* who was named is in the batch's own memory */
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

static toc_code write_draft(toc_writer_batch *all, const toc_statement *draft,
                            toc_writer_totals *totals, toc_err *err)
{
    if (draft->kind == TOC_RECORD_RETRACTION)
        return toc_fail(err, TOC_USAGE, "a retraction is no draft; use 'tocsin retract'");
    return draft->kind == TOC_RECORD_MEMBERS ? toc_writer_take_members(all, draft, totals, err)
                                             : toc_writer_take_claim(all, draft, totals, err);
}

typedef struct submission {
    const toc_statement *drafts;
    size_t count;
    unsigned flags;
    size_t next; /* the first draft that is not written yet */
    size_t head; /* of the last cluster before it; SIZE_MAX: none that waits */
    toc_writer_totals *totals;
    toc_writer_refusal refusal;
    void *context;
} submission;

/* Fails for what ends the batch; anything else refuses one draft. */
static toc_code take_code(const submission *what, size_t index, toc_code code, const toc_err *why,
                          toc_err *err)
{
    if (code == TOC_OK)
        return TOC_OK;
    if (is_fatal(code))
        return toc_fail(err, code, "%s", why->text);
    what->totals->refused += rows_of(&what->drafts[index]);
    what->refusal(what->context, index, why);
    return TOC_OK;
}

/* The head whose members were cut off by the end of a part waits for them again. */
static toc_code resume_head(toc_writer_batch *all, submission *what, toc_err *err)
{
    toc_err why;
    size_t head = what->head;
    if (head == SIZE_MAX)
        return TOC_OK;
    return take_code(what, head, write_draft(all, &what->drafts[head], what->totals, &why), &why,
                     err);
}

/* What is over the quota is told: there the writing would end, and the counting goes on. */
static toc_code foresee(toc_writer_batch *all, const submission *what, toc_err *err)
{
    toc_err why;
    toc_told *told = what->totals->told;
    if (told == NULL)
        return TOC_OK;
    toc_code code = toc_writer_foresee(all, told, true, &why);
    return code == TOC_OK || code == TOC_DENIED ? TOC_OK : toc_fail(err, code, "%s", why.text);
}

/* Until the end, or until there is as much to seal as one round of the core should. */
static toc_code write_drafts(toc_writer_batch *all, submission *what, toc_err *err)
{
    toc_err why;
    toc_code code;
    bool dry = (what->flags & TOC_WRITE_DRY) != 0;
    TOC_TRY(toc_completion_expect(&all->completion, what->drafts + what->next,
                                  what->count - what->next, err));
    TOC_TRY(resume_head(all, what, err));
    while (what->next < what->count && (dry || all->boxes < TOC_WRITER_BOXES_MAX)) {
        if (dry && all->boxes - all->foreseen_boxes >= TOC_WRITER_BOXES_MAX)
            TOC_TRY(foresee(all, what, err));
        size_t i = what->next++;
        if (what->drafts[i].kind == TOC_RECORD_CLUSTER) {
            code = toc_writer_take_head(all, &why);
            TOC_TRY(take_code(what, what->head, code, &why, err));
            what->head = i;
        }
        code = write_draft(all, &what->drafts[i], what->totals, &why);
        TOC_TRY(take_code(what, i, code, &why, err));
        if (!all->has_head)
            what->head = SIZE_MAX;
    }
    if (what->next < what->count || (what->flags & TOC_WRITE_GOES_ON) != 0)
        return TOC_OK;
    code = toc_writer_take_head(all, &why);
    return take_code(what, what->head, code, &why, err);
}

/* One part, in one round. */
static toc_code write_part(toc_writer_batch *all, submission *what, toc_err *err)
{
    bool dry = (what->flags & TOC_WRITE_DRY) != 0;
    all->retelling = what->totals->retelling;
    if (what->totals->lapse_ms != 0)
        all->lapse_ms = what->totals->lapse_ms;
    TOC_TRY(write_drafts(all, what, err));
    if (dry && what->totals->told != NULL) {
        TOC_TRY(tell(all, what->totals->told, err));
        TOC_TRY(foresee(all, what, err));
    }
    TOC_TRY(toc_writer_name_drafts(all, err));
    TOC_TRY(write_out(all, dry, err));
    if (!all->stale)
        toc_writer_count_drafts(all, what->totals);
    if (!dry) /* else the next batch finds all as this one did */
        what->totals->retelling = all->retelling;
    return TOC_OK;
}

static void refused_already(void *context, size_t index, const toc_err *why)
{
    (void)context;
    (void)index;
    (void)why;
}

static toc_code write_anew(toc_writer *writer, const toc_circle_id *circle, toc_lane lane,
                           submission *what, toc_err *err)
{
    const submission start = *what;
    const toc_writer_totals before = *what->totals;
    toc_code code = TOC_OK;
    bool again = false;
    do {
        toc_writer_batch all;
        code = begin(&all, writer, circle, lane, (what->flags & TOC_WRITE_DRY) != 0, err);
        if (code == TOC_OK)
            code = write_part(&all, what, err);
        if (code != TOC_OK && all.row_count > 0)
            forget(writer);          /* remembered, and never written */
        again = all.stale && !again; /* once more, with revisions of the new generation */
        if (again) {
            *what->totals = before;
            *what = start;
            what->refusal = refused_already;
        }
        end(&all);
    } while (again);
    return code;
}

toc_code toc_writer_write(toc_writer *writer, const toc_circle_id *circle, toc_lane lane,
                          unsigned flags, const toc_statement *drafts, size_t count,
                          toc_writer_totals *totals, toc_writer_refusal refusal, void *context,
                          toc_err *err)
{
    TOC_ASSERT(count <= TOC_WRITER_BATCH_MAX);
    submission what = {.drafts = drafts,
                       .count = count,
                       .flags = flags,
                       .head = SIZE_MAX,
                       .totals = totals,
                       .context = context};
    toc_code code = TOC_OK;
    do {
        what.refusal = refusal;
        take_turn(writer);
        code = write_anew(writer, circle, lane, &what, err);
        end_turn(writer);
    } while (code == TOC_OK && what.next < count);
    return code;
}

static toc_code retract_in(toc_writer_batch *all, const toc_statement *draft,
                           const toc_retracting *how, toc_retracted *out, toc_err *err)
{
    toc_claim_id claim;
    toc_statement identified = *draft;
    const toc_statement *target = &identified;
    TOC_TRY(toc_completion_identify(&all->completion, &identified, err));
    toc_statement_claim(target, &all->circle, toc_node_org(all->writer->node), &claim);
    toc_writer_known_claim before;
    TOC_TRY(toc_writer_known(all, target, &claim, &before, err));
    if (!before.live)
        return toc_fail(err, TOC_NOT_FOUND,
                        "this org has no live claim of this kind in this circle");
    all->lane = before.lane;
    if (how->lapse_ms != 0)
        all->lapse_ms = how->lapse_ms;
    toc_statement statement;
    toc_statement_retract(target, &claim, how->reason, &statement);
    toc_writer_mark_like(&before.marking, &statement); /* to whoever has what it ends */
    statement.note = how->note;
    toc_recent_row row = {.key = toc_writer_claim_key(&claim),
                          .revision = toc_writer_next_revision(all, before.revision),
                          .live = false,
                          .lane = all->lane};
    TOC_TRY(toc_writer_complete(all, &statement, &claim, row.revision, err));
    TOC_TRY(toc_writer_add(all, &statement, before.named, err));
    row.keep_until_day = toc_writer_outlive(all, &before, true);
    TOC_TRY(toc_writer_remember(all, &row, err));
    *out = (toc_retracted){.claim = claim, .revision = row.revision, .drafted = all->drafts[0]};
    if (how->dry != NULL) {
        TOC_TRY(toc_writer_foresee(all, how->dry, false, err));
        TOC_TRY(tell(all, how->dry, err));
        return write_out(all, true, err);
    }
    TOC_TRY(toc_writer_name_drafts(all, err));
    TOC_TRY(write_out(all, false, err));
    out->record = all->ids[0];
    if (out->drafted)
        out->draft = all->draft_ids[0];
    /* It ends memberships that are remembered one by one: the views know which. */
    if (target->kind == TOC_RECORD_CLUSTER)
        forget(all->writer);
    return TOC_OK;
}

toc_code toc_writer_retract(toc_writer *writer, const toc_circle_id *circle,
                            const toc_statement *target, const toc_retracting *how,
                            toc_retracted *out, toc_err *err)
{
    toc_code code = TOC_OK;
    bool again = false;
    take_turn(writer);
    do {
        toc_writer_batch all;
        code = begin(&all, writer, circle, TOC_LANE_BULK, how->dry != NULL, err);
        if (code == TOC_OK)
            code = retract_in(&all, target, how, out, err);
        if (code != TOC_OK && all.row_count > 0)
            forget(writer);
        again = all.stale && !again;
        end(&all);
    } while (again);
    end_turn(writer);
    return code;
}

/* ---- what was approved ---- */

static toc_code write_approved(toc_writer_batch *all, const toc_log_draft *draft,
                               toc_record_id *out_record, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    toc_statement statement;
    toc_claim_id claim;
    toc_writer_known_claim before;
    all->approved = draft;
    TOC_TRY(toc_writer_draft_record(draft, &record, err));
    TOC_TRY(toc_record_decode(toc_buf_view(&record), all->arena, &statement, err));
    toc_statement_claim(&statement, &all->circle, toc_node_org(all->writer->node), &claim);
    TOC_TRY(toc_writer_known(all, &statement, &claim, &before, err));
    bool narrows = before.live && toc_writer_narrows(&before.marking, &statement);
    if (toc_writer_overtaken(&statement, before.revision, narrows))
        return toc_fail(err, TOC_STATE,
                        "the claim has a newer revision than the one that was approved; say it "
                        "anew, to be approved anew");
    if (narrows) /* the number before its own was kept free for this */
        TOC_TRY(toc_writer_add_end(all, &statement, &claim, &before, statement.revision - 1, err));
    bool follows = statement.kind == TOC_RECORD_RETRACTION || statement.kind == TOC_RECORD_MEMBERS;
    TOC_TRY(toc_writer_add_approved(all, &statement, toc_buf_view(&record),
                                    follows ? before.named : NULL, err));
    if (statement.kind != TOC_RECORD_MEMBERS)
        (void)toc_writer_outlive(all, &before, statement.kind == TOC_RECORD_RETRACTION);
    TOC_TRY(write_out(all, false, err));
    *out_record = all->ids[all->count - 1];
    return TOC_OK;
}

toc_code toc_writer_approved(toc_writer *writer, const toc_log_draft *draft,
                             toc_record_id *out_record, toc_err *err)
{
    toc_code code = TOC_OK;
    bool again = false;
    take_turn(writer);
    do {
        toc_writer_batch all;
        code = begin(&all, writer, &draft->circle, draft->lane, again, err);
        if (code == TOC_OK)
            code = write_approved(&all, draft, out_record, err);
        again = all.stale && !again;
        end(&all);
    } while (again);
    end_turn(writer);
    return code;
}
