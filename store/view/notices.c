/* Service notices without a tag (RULES §9), incrementally: each live one has a row with what it
 * says and what it rests on, and each vertex that some of them have effect on a row that says what
 * that does to clusters. Notices with a tag strip nothing and are worked out on reading. */
#include "store/view/fold.h"

#include "proto/rules/agree.h"
#include "proto/rules/services.h"
#include "proto/rules/terms.h"

enum { ARENA_BYTES_MAX = 64 << 20 };

static toc_code no_memory(toc_err *err)
{
    return toc_fail(err, TOC_NO_MEMORY, "no memory for the notices");
}

toc_code toc_fold_notice(toc_fold *fold, toc_span subject, const toc_claim_id *id, toc_err *err)
{
    uint32_t at;
    if (toc_map_find(&fold->notice_map, TOC_SPAN_OF(id->bytes), &at))
        return TOC_OK;
    if (toc_subject_size_at(subject) != subject.size)
        return toc_fail(err, TOC_MALFORMED,
                        "views: a notice of no subject; run `tocsin store rebuild`");
    toc_notice *place = TOC_LIST_ADD(&fold->notices);
    if (place == NULL)
        return no_memory(err);
    *place = (toc_notice){.id = *id, .subject = toc_subject_copy(subject)};
    return toc_map_add(&fold->notice_map, TOC_SPAN_OF(id->bytes),
                       (uint32_t)(fold->notices.count - 1), err);
}

/* ---- one notice ---- */

typedef struct judgement {
    bool live;
    toc_notice_row row;
    uint8_t root[TOC_REPORT_ROOT_BYTES_MAX]; /* of `row` */
} judgement;

static toc_time sooner(toc_time left, toc_time right)
{
    bool takes_left = right.unix_ms == 0 || (left.unix_ms != 0 && left.unix_ms < right.unix_ms);
    return takes_left ? left : right;
}

static void judge_body(const toc_notice_body *body, const toc_standing *standing,
                       const toc_org_id *org, toc_notice_row *out)
{
    const toc_term *role = toc_term_by_id(TOC_TERMS_SERVICE_ROLE, body->role);
    out->org = *org;
    out->role = role == NULL ? 0 : role->number;
    out->sound = role != NULL && toc_stands(standing);
    out->by_own = (body->has_operator_org && toc_org_id_equal(&body->operator_org, org)) ||
                  toc_notice_verify(body, org) == TOC_NOTICE_VERIFIED;
}

/* Reads the head; writes what it rests on. */
static toc_code judge_head(toc_fold *fold, const toc_notice *notice, const toc_claim_row *head,
                           judgement *out, toc_err *err)
{
    toc_key dependent;
    toc_span record;
    toc_statement statement;
    toc_standing standing;
    const toc_view_feed *feed;
    bool unused;
    toc_time valid_until = head->valid_until;
    TOC_TRY(toc_view_feed_of(&fold->view, head->feed, &feed, err));
    TOC_TRY(toc_view_record(&fold->view, head, &record, err));
    toc_arena_reset(fold->arena);
    TOC_TRY(toc_record_decode(record, fold->arena, &statement, err));
    TOC_TRY(toc_view_standing(&fold->view, &statement, fold->arena, &standing, err));
    out->live = true;
    judge_body(&statement.as.notice, &standing, &feed->name.org, &out->row);
    out->row.subject = toc_subject_view(&notice->subject);
    out->row.expires = sooner(valid_until, standing.changes);
    if (statement.source.ground != TOC_GROUND_DERIVED) {
        toc_root root = statement.roots[0];
        TOC_ASSERT(root.size <= sizeof out->root);
        memcpy(out->root, root.data, root.size);
        out->row.root = toc_span_of(out->root, root.size);
    }
    toc_dependent_notice(&dependent, toc_subject_view(&notice->subject), &notice->id);
    return toc_rest_write(fold, toc_key_view(&dependent), &statement, &standing, &unused, err);
}

static toc_code judge_claim(toc_fold *fold, const toc_notice *notice, judgement *out, toc_err *err)
{
    toc_claim_scan scan;
    TOC_TRY(
        toc_view_scan(&fold->view, toc_subject_view(&notice->subject), &notice->id, &scan, err));
    if (scan.has_head && toc_view_head_live(&fold->view, &scan.head))
        return judge_head(fold, notice, &scan.head, out, err);
    toc_key dependent;
    bool unused;
    toc_dependent_notice(&dependent, toc_subject_view(&notice->subject), &notice->id);
    return toc_rest_write(fold, toc_key_view(&dependent), NULL, NULL, &unused, err);
}

static toc_code turn_expiry(toc_fold *fold, const toc_notice *notice, toc_time expires,
                            bool putting, toc_err *err)
{
    if (expires.unix_ms == 0)
        return TOC_OK;
    toc_key key;
    toc_key_clear(&key);
    toc_key_add_u64(&key, expires.unix_ms);
    toc_key_add_span(&key, toc_subject_view(&notice->subject));
    toc_key_add(&key, notice->id.bytes, sizeof notice->id.bytes);
    return putting ? toc_table_put(fold->view.txn, TOC_VIEW_EXPIRIES, toc_key_view(&key),
                                   (toc_span){0}, err)
                   : toc_table_delete(fold->view.txn, TOC_VIEW_EXPIRIES, toc_key_view(&key), err);
}

static toc_code drop_row(toc_fold *fold, const toc_notice *notice, const toc_key *key, toc_err *err)
{
    uint8_t before[TOC_NOTICE_BYTES_MAX];
    toc_span value;
    toc_notice_row row;
    toc_code code = toc_table_get(fold->view.txn, TOC_VIEW_NOTICES, toc_key_view(key), &value, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    if (!toc_notice_read(value, &row))
        return toc_table_lies(fold->view.txn, TOC_VIEW_NOTICES, toc_key_view(key), "no notice",
                              err);
    size_t size = value.size;
    memcpy(before, value.data, size);
    TOC_TRY(
        toc_fold_drop(fold, TOC_VIEW_NOTICES, toc_key_view(key), toc_span_of(before, size), err));
    return turn_expiry(fold, notice, row.expires, false, err);
}

static toc_code judge(toc_fold *fold, const toc_notice *notice, toc_err *err)
{
    judgement found = {0};
    uint8_t after[TOC_NOTICE_BYTES_MAX];
    toc_key key;
    TOC_TRY(judge_claim(fold, notice, &found, err));
    toc_notice_key(&key, toc_subject_vertex(&notice->subject), &notice->id);
    TOC_TRY(drop_row(fold, notice, &key, err));
    if (!found.live)
        return TOC_OK;
    size_t size = toc_notice_write(&found.row, after);
    TOC_TRY(
        toc_fold_put(fold, TOC_VIEW_NOTICES, toc_key_view(&key), toc_span_of(after, size), err));
    return turn_expiry(fold, notice, found.row.expires, true, err);
}

/* ---- what covers a vertex ---- */

typedef struct saying {
    uint16_t role;
    toc_voice voice;
} saying;

typedef struct weighing {
    toc_fold *fold;
    toc_arena *arena;
    TOC_LIST(saying) sayings; /* of sound notices */
    toc_voice *voices;
    uint8_t cover;
} weighing;

static void weighing_wipe(weighing *work)
{
    toc_arena_free(work->arena);
    TOC_LIST_WIPE(&work->sayings);
}
TOC_DEFINE_AUTO_WIPE(weighing, weighing_wipe)

static uint8_t cover_by(uint16_t role)
{
    static const char *const paying[] = {"deposit", "hot"};
    uint8_t cover = TOC_COVER_STRIPS;
    for (size_t i = 0; i < TOC_COUNT(paying); i++) {
        const toc_term *term = toc_term_by_id(TOC_TERMS_SERVICE_ROLE, toc_span_text(paying[i]));
        if (term != NULL && term->number == role)
            cover |= TOC_COVER_PAYS;
    }
    return cover;
}

static toc_code add_roots(weighing *work, const toc_row *row, const toc_notice_row *notice,
                          toc_voice *out, toc_err *err)
{
    toc_root *roots = NULL;
    if (notice->root.size > 0) {
        roots = toc_arena_alloc(work->arena, sizeof *roots);
        if (roots == NULL)
            return no_memory(err);
        *roots = notice->root;
        *out = (toc_voice){.org = notice->org, .root_count = 1, .roots = roots};
        return TOC_OK;
    }
    toc_key dependent;
    toc_rest_row rest;
    toc_claim_id id;
    memcpy(id.bytes, row->key.data + row->key.size - sizeof id, sizeof id);
    toc_dependent_notice(&dependent, notice->subject, &id);
    toc_code code = toc_rest_of(&work->fold->view, toc_key_view(&dependent), &rest, err);
    if (code == TOC_NOT_FOUND)
        return toc_table_lies(work->fold->view.txn, TOC_VIEW_NOTICES, row->key,
                              "what it rests on is gone", err);
    TOC_TRY(code);
    roots = toc_arena_zalloc(work->arena, rest.root_count + 1, sizeof *roots);
    if (roots == NULL)
        return no_memory(err);
    memcpy(roots, rest.roots, rest.root_count * sizeof *roots);
    *out = (toc_voice){.org = notice->org, .root_count = rest.root_count, .roots = roots};
    return TOC_OK;
}

static toc_code add_saying(weighing *work, const toc_row *row, toc_span vertex, toc_err *err)
{
    toc_notice_row notice;
    if (row->key.size != vertex.size + 32 || !toc_notice_read(row->value, &notice))
        return toc_table_lies(work->fold->view.txn, TOC_VIEW_NOTICES, row->key, "no notice", err);
    if (!notice.sound)
        return TOC_OK;
    if (notice.by_own)
        work->cover |= cover_by(notice.role);
    saying *place = TOC_LIST_ADD(&work->sayings);
    if (place == NULL)
        return no_memory(err);
    place->role = notice.role;
    return add_roots(work, row, &notice, &place->voice, err);
}

static void add_agreed(weighing *work, uint16_t role)
{
    size_t count = 0;
    for (size_t i = 0; i < work->sayings.count; i++) {
        if (work->sayings.at[i].role == role)
            work->voices[count++] = work->sayings.at[i].voice;
    }
    if (toc_voices_agree(work->voices, count))
        work->cover |= cover_by(role);
}

/* Each role that is stated, once. */
static void add_agreements(weighing *work)
{
    for (size_t i = 0; i < work->sayings.count; i++) {
        size_t first = 0;
        while (work->sayings.at[first].role != work->sayings.at[i].role)
            first++;
        if (first == i)
            add_agreed(work, work->sayings.at[i].role);
    }
}

static toc_code weigh(toc_fold *fold, toc_span vertex, uint8_t *out, toc_err *err)
{
    TOC_AUTO(weighing_wipe) weighing work = {.fold = fold};
    TOC_TRY(toc_arena_new(ARENA_BYTES_MAX, &work.arena, err));
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(&fold->view, TOC_VIEW_NOTICES, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, vertex, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, vertex);
         code = toc_cursor_next(cursor, &row, err))
        TOC_TRY(add_saying(&work, &row, vertex, err));
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    work.voices = toc_arena_zalloc(work.arena, work.sayings.count + 1, sizeof *work.voices);
    if (work.voices == NULL)
        return no_memory(err);
    add_agreements(&work);
    *out = work.cover;
    return TOC_OK;
}

static toc_code write_cover(toc_fold *fold, toc_span vertex, uint8_t cover, toc_err *err)
{
    uint8_t before;
    toc_span value;
    toc_code code = toc_table_get(fold->view.txn, TOC_VIEW_COVERS, vertex, &value, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    if (code == TOC_OK) {
        before = value.size == 1 ? value.data[0] : 0;
        TOC_TRY(toc_fold_drop(fold, TOC_VIEW_COVERS, vertex, TOC_SPAN_OF(before), err));
    }
    if (cover == 0)
        return TOC_OK;
    return toc_fold_put(fold, TOC_VIEW_COVERS, vertex, TOC_SPAN_OF(cover), err);
}

static toc_code judge_vertex(toc_fold *fold, toc_span vertex, toc_err *err)
{
    uint8_t before, stated, after;
    TOC_TRY(toc_view_cover(&fold->view, vertex, &before, err));
    TOC_TRY(weigh(fold, vertex, &stated, err));
    after = stated | (toc_service_of_vertex(vertex) == NULL ? 0 : TOC_COVER_STRIPS);
    TOC_TRY(write_cover(fold, vertex, stated, err));
    if (before == after)
        return TOC_OK;
    return toc_members_cover(fold, vertex, (after & TOC_COVER_STRIPS) != 0, err);
}

static int compare_notices(const void *left, const void *right)
{
    const toc_notice *a = left, *b = right;
    return toc_span_compare(toc_subject_view(&a->subject), toc_subject_view(&b->subject));
}

toc_code toc_notices_judge(toc_fold *fold, toc_err *err)
{
    toc_notice *notices = fold->notices.at;
    size_t count = fold->notices.count;
    if (count > 1)
        qsort(notices, count, sizeof *notices, compare_notices);
    for (size_t i = 0; i < count; i++)
        TOC_TRY(judge(fold, &notices[i], err));
    for (size_t i = 0; i < count; i++) {
        toc_span vertex = toc_subject_vertex(&notices[i].subject);
        if (i + 1 == count || !toc_span_equal(vertex, toc_subject_vertex(&notices[i + 1].subject)))
            TOC_TRY(judge_vertex(fold, vertex, err));
    }
    fold->notices.count = 0;
    toc_map_clear(&fold->notice_map);
    return TOC_OK;
}
