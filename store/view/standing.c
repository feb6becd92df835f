/* What a head rests on (RULES §4): which of its roots are dead, and whether it keeps the roots of
 * the records that it is derived from. Bounded: a lookup a root and a source, nobody walks a graph.
 */
#include "store/view/view.h"

enum { SCRATCH_BYTES_MAX = 16 << 20 }; /* one record, unpacked */

/* ---- dead roots ---- */

static void sooner(toc_time *earliest, toc_time moment)
{
    if (moment.unix_ms != 0 && (earliest->unix_ms == 0 || moment.unix_ms < earliest->unix_ms))
        *earliest = moment;
}

/* Whether the head of this claim, wherever it is filed, is a retraction; and the horizon at which
 * that may change by itself (0: never). */
static toc_code is_dead(toc_view *view, const toc_claim_id *claim, bool *out_dead,
                        toc_time *out_changes, toc_err *err)
{
    *out_dead = false;
    *out_changes = (toc_time){0};
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(view, TOC_VIEW_ENDED, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, TOC_SPAN_OF(claim->bytes), &row, err);
    if (code == TOC_NOT_FOUND ||
        (code == TOC_OK && !toc_span_begins(row.key, TOC_SPAN_OF(claim->bytes))))
        return TOC_OK; /* no retraction of it is in E */
    TOC_TRY(code);
    if (row.key.size != 64 || toc_subject_size_at(row.value) != row.value.size)
        return toc_table_lies(view->txn, TOC_VIEW_ENDED, row.key, "no retraction", err);
    toc_claim_scan scan;
    TOC_TRY(toc_view_scan(view, row.value, claim, &scan, err));
    *out_dead = scan.has_head && scan.head.kind == TOC_RECORD_RETRACTION;
    *out_changes = scan.due;
    return TOC_OK;
}

static toc_code keep_alive(toc_view *view, const toc_statement *head, toc_arena *arena,
                           toc_standing *out, toc_err *err)
{
    toc_root *alive = toc_arena_zalloc(arena, head->root_count, sizeof *alive);
    if (alive == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory for the roots of a claim");
    for (size_t i = 0; i < head->root_count; i++) {
        toc_root root = head->roots[i];
        bool dead = false;
        if (root.size == 1 + sizeof(toc_claim_id) && root.data[0] == TOC_ROOT_OWN) {
            toc_claim_id claim;
            toc_time changes;
            memcpy(claim.bytes, root.data + 1, sizeof claim.bytes);
            TOC_TRY(is_dead(view, &claim, &dead, &changes, err));
            sooner(&out->changes, changes);
        }
        if (!dead)
            alive[out->alive_count++] = root;
    }
    out->alive = alive;
    return TOC_OK;
}

/* ---- the sources that are held ---- */

typedef struct holding {
    toc_view *view;
    toc_arena *arena; /* for decoding one source at a time */
    toc_buf kept;     /* of each: count u8, salt, then size u8 ‖ root each */
    size_t held, root_count;
} holding;

static void holding_wipe(holding *work)
{
    toc_arena_free(work->arena);
    toc_buf_wipe(&work->kept);
}
TOC_DEFINE_AUTO_WIPE(holding, holding_wipe)

static toc_code keep_source(holding *work, const toc_claim_row *row, toc_err *err)
{
    toc_number_row stored;
    toc_statement source;
    TOC_TRY(toc_view_stored(work->view, row, &stored, err));
    toc_arena_reset(work->arena);
    TOC_TRY(toc_record_decode(stored.record, work->arena, &source, err));
    toc_buf_add_u8(&work->kept, (uint8_t)source.root_count);
    toc_buf_add(&work->kept, stored.salt, TOC_SALT_BYTES);
    for (size_t i = 0; i < source.root_count; i++) {
        toc_buf_add_u8(&work->kept, (uint8_t)source.roots[i].size);
        toc_buf_add_span(&work->kept, source.roots[i]);
    }
    work->held++;
    work->root_count += source.root_count;
    return toc_buf_ok(&work->kept, err);
}

/* Held: in E, waiting or not, under the id that was stated. */
static toc_code look_for(holding *work, const toc_source_record *source, toc_err *err)
{
    uint32_t feed;
    toc_claim_row row;
    toc_span record;
    toc_code code = toc_view_feed_number(work->view, &source->feed, &feed, err);
    if (code == TOC_OK)
        code = toc_view_row_at(work->view, feed, source->index, &row, &record, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    return toc_record_id_equal(&row.filed.record, &source->record) ? keep_source(work, &row, err)
                                                                   : TOC_OK;
}

static void unpack(const holding *work, toc_derivation *sources, toc_root *roots)
{
    const uint8_t *at = work->kept.data;
    for (size_t i = 0; i < work->held; i++) {
        size_t count = *at++;
        sources[i] = (toc_derivation){.root_count = count, .roots = roots, .salt = at};
        at += TOC_SALT_BYTES;
        for (size_t j = 0; j < count; j++) {
            *roots++ = toc_span_of(at + 1, *at);
            at += 1 + *at;
        }
    }
}

static toc_code compare_sources(toc_view *view, const toc_statement *head, toc_standing *out,
                                toc_err *err)
{
    TOC_AUTO(holding_wipe) holding work = {.view = view};
    TOC_TRY(toc_arena_new(SCRATCH_BYTES_MAX, &work.arena, err));
    for (size_t i = 0; i < head->source.record_count; i++)
        TOC_TRY(look_for(&work, &head->source.records[i], err));
    toc_arena_reset(work.arena);
    toc_derivation *sources = toc_arena_zalloc(work.arena, work.held + 1, sizeof *sources);
    toc_root *roots = toc_arena_zalloc(work.arena, work.root_count + 1, sizeof *roots);
    if (sources == NULL || roots == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory for the sources of a claim");
    unpack(&work, sources, roots);
    out->held = work.held;
    out->misstated = toc_roots_misstated(head, sources, work.held);
    return TOC_OK;
}

/* ---- the whole ---- */

/* A live head that is not derived has its one root alive: an own one is of this very claim. */
toc_code toc_view_standing(toc_view *view, const toc_statement *head, toc_arena *arena,
                           toc_standing *out, toc_err *err)
{
    *out = (toc_standing){0};
    if (head->source.ground != TOC_GROUND_DERIVED) {
        out->alive_count = head->root_count;
        out->alive = head->roots;
        return TOC_OK;
    }
    TOC_TRY(keep_alive(view, head, arena, out, err));
    return compare_sources(view, head, out, err);
}
