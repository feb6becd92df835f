/* The digest from every row, and the rows that stand outside it against those that stand in it
 * (decision 0030): a byte that changed on the disk is either another digest or MALFORMED. */
#include "store/view/columns.h"
#include "store/view/view.h"

enum { PROGRESS_ROWS = 16384, ARENA_BYTES_MAX = 16 << 20 };

typedef struct walk {
    toc_view *view;
    toc_buf scratch;
    toc_arena *arena; /* for decoding one record at a time */
    toc_sum digest, opened;
    uint64_t done, total;
    toc_progress progress;
    void *context;
    toc_answer_digest *out;
    uint64_t disputed;       /* rows of that table without a number */
    uint64_t filed, waiting; /* rows that `numbers` and `waiting` must have */
    uint64_t cells, expiries, watches;
    uint64_t feeds; /* numbers without an id that leads to them; a surplus wraps around */

    /* The claim and the subject that the walk over `claims` is in. */
    uint8_t claim[TOC_FILED_BYTES_MAX];
    size_t claim_bytes, subject_bytes;
    bool has_head, head_live;
    toc_record_kind head_kind;
    bool subject_live;
} walk;

static void walk_wipe(walk *work)
{
    toc_buf_wipe(&work->scratch);
    toc_arena_free(work->arena);
}
TOC_DEFINE_AUTO_WIPE(walk, walk_wipe)

typedef toc_code (*walk_row)(walk *work, const toc_row *row, toc_err *err);

static toc_code each_row(walk *work, toc_view_table table, walk_row visit, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(work->view->txn, (toc_table)table, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_first(cursor, &row, err);
    for (; code == TOC_OK; code = toc_cursor_next(cursor, &row, err)) {
        TOC_TRY(visit(work, &row, err));
        if (++work->done % PROGRESS_ROWS == 0 && work->progress != NULL)
            work->progress(work->context, work->done, work->total);
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code lies(const walk *work, toc_view_table table, const toc_row *row, const char *what,
                     toc_err *err)
{
    return toc_table_lies(work->view->txn, (toc_table)table, row->key, what, err);
}

static void add(walk *work, toc_view_table table, const toc_row *row)
{
    toc_hash hash;
    toc_row_hash(table, row->key, row->value, &work->scratch, &hash);
    toc_sum_add(&work->digest, &hash);
}

/* ---- claims ---- */

static void end_claim(walk *work)
{
    if (work->has_head && work->head_live) {
        work->out->claims++;
        if (work->head_kind == TOC_RECORD_WALLET)
            work->subject_live = true;
    }
    work->has_head = false;
}

static void end_subject(walk *work)
{
    if (work->subject_live)
        work->out->wallets++;
    work->subject_live = false;
}

static void begin_claim(walk *work, const toc_claim_row *row)
{
    toc_span claim = toc_span_of(row->filed.key.data, row->filed.subject.size + 32);
    if (toc_span_equal(claim, toc_span_of(work->claim, work->claim_bytes)))
        return;
    end_claim(work);
    if (!toc_span_equal(row->filed.subject, toc_span_of(work->claim, work->subject_bytes)))
        end_subject(work);
    memcpy(work->claim, claim.data, claim.size);
    work->claim_bytes = claim.size;
    work->subject_bytes = row->filed.subject.size;
}

/* What is kept up waits in a row of its own, and few records wait. */
static toc_code count_waiting(walk *work, toc_span record, toc_err *err)
{
    toc_statement statement;
    toc_arena_reset(work->arena);
    TOC_TRY(toc_record_decode(record, work->arena, &statement, err));
    work->waiting += toc_part_of(&statement) != TOC_PART_NONE;
    return TOC_OK;
}

static toc_code walk_claim(walk *work, const toc_row *row, toc_err *err)
{
    toc_claim_row claim;
    const toc_view_feed *feed;
    toc_hash hash;
    toc_number_row stored;
    TOC_TRY(toc_claim_row_read(work->view->txn, row, &claim, err));
    TOC_TRY(toc_view_stored(work->view, &claim, &stored, err));
    TOC_TRY(toc_view_feed_of(work->view, claim.feed, &feed, err));
    toc_claim_hash(TOC_VIEW_CLAIMS, &claim, &stored, &feed->id, &work->scratch, &hash);
    toc_sum_add(&work->digest, &hash);
    toc_opened_hash(&claim.filed.record, &hash);
    toc_sum_add(&work->opened, &hash);
    work->out->entries++;
    work->filed++;
    begin_claim(work, &claim);
    if (claim.needed > 0)
        return TOC_OK;
    if (toc_view_waits(work->view, claim.issued_at))
        return count_waiting(work, stored.record, err);
    if (claim.kind == TOC_RECORD_MEMBERS)
        return TOC_OK;
    work->has_head = true;
    work->head_kind = claim.kind;
    work->head_live = toc_view_head_live(work->view, &claim);
    return TOC_OK;
}

static toc_code walk_claims(walk *work, toc_err *err)
{
    TOC_TRY(each_row(work, TOC_VIEW_CLAIMS, walk_claim, err));
    end_claim(work);
    end_subject(work);
    return TOC_OK;
}

/* ---- columns ---- */

static toc_code walk_page(walk *work, const toc_row *row, toc_err *err)
{
    toc_page page;
    const toc_view_feed *feed;
    if (row->key.size != 12 || !toc_page_read(row->value, &page))
        return lies(work, TOC_VIEW_COLUMNS, row, "no page", err);
    TOC_TRY(toc_view_feed_of(work->view, toc_get_u32(row->key.data), &feed, err));
    uint64_t first = toc_get_u64(row->key.data + 4) * TOC_COLUMN_ROWS;
    static const uint8_t nothing[TOC_CELL_BYTES];
    for (size_t i = 0; i < page.rows; i++) {
        toc_cell cell;
        toc_hash hash;
        uint8_t bytes[TOC_CELL_BYTES];
        toc_page_cell(&page, i, &cell);
        toc_cell_write(&cell, bytes);
        if (cell.kind == 0 && memcmp(bytes, nothing, sizeof bytes) != 0)
            return lies(work, TOC_VIEW_COLUMNS, row, "a cell without a record", err);
        if (cell.kind == 0)
            continue;
        toc_cell_hash(&feed->id, first + i, TOC_SPAN_OF(bytes), &hash);
        toc_sum_add(&work->digest, &hash);
        work->cells++;
    }
    return TOC_OK;
}

/* ---- what stands in the digest as it is stored ---- */

static toc_code walk_incidence(walk *work, const toc_row *row, toc_err *err)
{
    (void)err;
    add(work, TOC_VIEW_INCIDENCE, row);
    return TOC_OK;
}

static toc_code walk_joint(walk *work, const toc_row *row, toc_err *err)
{
    if (row->key.size <= 32)
        return lies(work, TOC_VIEW_JOINTS, row, "no joint", err);
    add(work, TOC_VIEW_JOINTS, row);
    toc_key mirror;
    toc_key_clear(&mirror);
    toc_key_add(&mirror, row->key.data + row->key.size - 32, 32);
    toc_key_add(&mirror, row->key.data, row->key.size - 32);
    toc_span value;
    toc_code code =
        toc_table_get(work->view->txn, TOC_VIEW_CONNECTORS, toc_key_view(&mirror), &value, err);
    if (code == TOC_NOT_FOUND || (code == TOC_OK && !toc_span_equal(value, row->value)))
        return lies(work, TOC_VIEW_JOINTS, row, "its connector differs", err);
    return code;
}

static toc_code check_expiry(walk *work, toc_view_table table, const toc_row *row, toc_time expires,
                             toc_span who, toc_err *err)
{
    if (expires.unix_ms == 0)
        return TOC_OK;
    work->expiries++;
    toc_key key;
    toc_key_clear(&key);
    toc_key_add_u64(&key, expires.unix_ms);
    toc_key_add_span(&key, who);
    toc_span value;
    toc_code code =
        toc_table_get(work->view->txn, TOC_VIEW_EXPIRIES, toc_key_view(&key), &value, err);
    return code == TOC_NOT_FOUND ? lies(work, table, row, "its expiry is not noted", err) : code;
}

static toc_code walk_component(walk *work, const toc_row *row, toc_err *err)
{
    toc_report_row report;
    if (row->key.size != 32 || !toc_report_read(row->value, &report))
        return lies(work, TOC_VIEW_COMPONENTS, row, "no report", err);
    add(work, TOC_VIEW_COMPONENTS, row);
    return check_expiry(work, TOC_VIEW_COMPONENTS, row, report.expires, row->key, err);
}

static toc_code walk_notice(walk *work, const toc_row *row, toc_err *err)
{
    toc_notice_row notice;
    if (row->key.size <= 32 || !toc_notice_read(row->value, &notice))
        return lies(work, TOC_VIEW_NOTICES, row, "no notice", err);
    add(work, TOC_VIEW_NOTICES, row);
    toc_key who;
    toc_key_clear(&who);
    toc_key_add_span(&who, notice.subject);
    toc_key_add(&who, row->key.data + row->key.size - 32, 32);
    return check_expiry(work, TOC_VIEW_NOTICES, row, notice.expires, toc_key_view(&who), err);
}

static toc_code walk_cover(walk *work, const toc_row *row, toc_err *err)
{
    (void)err;
    add(work, TOC_VIEW_COVERS, row);
    return TOC_OK;
}

static toc_code walk_rest(walk *work, const toc_row *row, toc_err *err)
{
    toc_rest_row rest;
    if (!toc_rest_read(row->value, &rest))
        return lies(work, TOC_VIEW_RESTS, row, "no dependent", err);
    add(work, TOC_VIEW_RESTS, row);
    for (size_t i = 0; i < rest.watch_count; i++) {
        toc_key key;
        toc_span value;
        toc_key_clear(&key);
        if (rest.watches[i].size + row->key.size > TOC_KEY_BYTES_MAX)
            return lies(work, TOC_VIEW_RESTS, row, "it follows from nothing", err);
        toc_key_add_span(&key, rest.watches[i]);
        toc_key_add_span(&key, row->key);
        toc_code code =
            toc_table_get(work->view->txn, TOC_VIEW_WATCHES, toc_key_view(&key), &value, err);
        if (code == TOC_NOT_FOUND)
            return lies(work, TOC_VIEW_RESTS, row, "nothing watches what it follows from", err);
        TOC_TRY(code);
        work->watches++;
    }
    return TOC_OK;
}

static toc_code walk_cluster(walk *work, const toc_row *row, toc_err *err)
{
    (void)err;
    add(work, TOC_VIEW_CLUSTERS, row);
    if (row->key.size == 32)
        work->out->clusters++;
    return TOC_OK;
}

static toc_code walk_ended(walk *work, const toc_row *row, toc_err *err)
{
    (void)err;
    add(work, TOC_VIEW_ENDED, row);
    return TOC_OK;
}

static toc_code walk_mention(walk *work, const toc_row *row, toc_err *err)
{
    toc_mention mention;
    add(work, TOC_VIEW_MENTIONS, row);
    return toc_mention_read(work->view->txn, row, &mention, err);
}

static toc_code walk_move(walk *work, const toc_row *row, toc_err *err)
{
    (void)err;
    add(work, TOC_VIEW_MOVES, row);
    return TOC_OK;
}

static toc_code walk_tentative(walk *work, const toc_row *row, toc_err *err)
{
    (void)err;
    add(work, TOC_VIEW_TENTATIVE, row);
    return TOC_OK;
}

static toc_code walk_fork(walk *work, const toc_row *row, toc_err *err)
{
    if (row->key.size != sizeof(toc_feed_id) || row->value.size != 8)
        return lies(work, TOC_VIEW_FORKS, row, "no fork", err);
    add(work, TOC_VIEW_FORKS, row);
    return TOC_OK;
}

/* From where its feed forked, and no earlier. */
static toc_code walk_disputed(walk *work, const toc_row *row, toc_err *err)
{
    toc_claim_row claim;
    toc_number_row stored;
    const toc_view_feed *feed;
    toc_hash hash;
    uint64_t from;
    TOC_TRY(toc_claim_row_read(work->view->txn, row, &claim, err));
    TOC_TRY(toc_view_feed_of(work->view, claim.feed, &feed, err));
    TOC_TRY(toc_view_forked(work->view, &feed->id, &from, err));
    toc_code code = toc_view_number(work->view, claim.feed, claim.index, &stored, err);
    if (code == TOC_NOT_FOUND ||
        (code == TOC_OK && (!stored.disputed || !toc_span_begins(claim.filed.key, stored.filed) ||
                            claim.index < from)))
        return lies(work, TOC_VIEW_DISPUTED, row, "its record is not in dispute", err);
    TOC_TRY(code);
    toc_claim_hash(TOC_VIEW_DISPUTED, &claim, &stored, &feed->id, &work->scratch, &hash);
    toc_sum_add(&work->digest, &hash);
    work->disputed++;
    return TOC_OK;
}

/* ---- what stands outside: it must say what the rest says ---- */

static toc_code claim_at(walk *work, toc_view_table table, const toc_row *row, uint32_t feed,
                         uint64_t index, toc_claim_row *out, toc_err *err)
{
    toc_span record;
    toc_code code = toc_view_row_at(work->view, feed, index, out, &record, err);
    return code == TOC_NOT_FOUND ? lies(work, table, row, "no such record", err) : code;
}

static toc_code walk_number(walk *work, const toc_row *row, toc_err *err)
{
    static const uint8_t malformed = TOC_NUMBER_MALFORMED;
    if (row->key.size != 12)
        return lies(work, TOC_VIEW_NUMBERS, row, "no number", err);
    if (toc_span_equal(row->value, TOC_SPAN_OF(malformed)))
        return TOC_OK;
    toc_claim_row claim;
    toc_number_row number;
    if (toc_number_read(row->value, &number) && number.disputed) {
        work->disputed--;
        return toc_view_filed(work->view, TOC_VIEW_DISPUTED, number.filed,
                              toc_get_u32(row->key.data), toc_get_u64(row->key.data + 4), &claim,
                              err);
    }
    TOC_TRY(claim_at(work, TOC_VIEW_NUMBERS, row, toc_get_u32(row->key.data),
                     toc_get_u64(row->key.data + 4), &claim, err));
    work->filed--;
    return TOC_OK;
}

static toc_code walk_waiting(walk *work, const toc_row *row, toc_err *err)
{
    if (row->key.size != 20)
        return lies(work, TOC_VIEW_WAITING, row, "no waiting record", err);
    toc_claim_row claim;
    TOC_TRY(claim_at(work, TOC_VIEW_WAITING, row, toc_get_u32(row->key.data + 8),
                     toc_get_u64(row->key.data + 12), &claim, err));
    if (claim.issued_at.unix_ms != toc_get_u64(row->key.data) + TOC_FUTURE_MS_MAX)
        return lies(work, TOC_VIEW_WAITING, row, "the record waits for another moment", err);
    work->waiting--;
    return TOC_OK;
}

/* A feed's id leads to the number that has it, and there are as many of the ones as of the others.
 */
static toc_code walk_feed_id(walk *work, const toc_row *row, toc_err *err)
{
    const toc_view_feed *feed;
    if (row->value.size != 4)
        return lies(work, TOC_VIEW_FEEDS, row, "no number of a feed", err);
    TOC_TRY(toc_view_feed_of(work->view, toc_get_u32(row->value.data), &feed, err));
    if (!toc_span_equal(row->key, TOC_SPAN_OF(feed->id.bytes)))
        return lies(work, TOC_VIEW_FEEDS, row, "the number of another feed", err);
    work->feeds--;
    return TOC_OK;
}

static toc_code walk_feed(walk *work, const toc_row *row, toc_err *err)
{
    toc_view_feed feed;
    toc_feed_id id;
    if (row->key.size == sizeof id)
        return walk_feed_id(work, row, err);
    work->feeds++;
    if (row->key.size != 4 || !toc_view_feed_read(row->value, &feed))
        return lies(work, TOC_VIEW_FEEDS, row, "no feed", err);
    toc_feed_id_of(&feed.name, &id);
    if (!toc_feed_id_equal(&id, &feed.id))
        return lies(work, TOC_VIEW_FEEDS, row, "its id is not that of its name", err);
    return TOC_OK;
}

static toc_code walk_pending(walk *work, const toc_row *row, toc_err *err)
{
    if (!toc_pending_fits(row, &work->scratch))
        return lies(work, TOC_VIEW_PENDING, row, "no report", err);
    return TOC_OK;
}

static toc_code same_count(const walk *work, uint64_t left, toc_view_table table, uint64_t expected,
                           toc_err *err)
{
    uint64_t rows;
    TOC_TRY(toc_table_count(work->view->txn, (toc_table)table, &rows, err));
    if (left == 0 && rows == expected)
        return TOC_OK;
    return toc_fail(err, TOC_MALFORMED,
                    "views: table '%s' has %llu rows that do not match the others; run `tocsin "
                    "store rebuild`",
                    toc_view_table_names[table], (unsigned long long)rows);
}

static toc_code check_bookkeeping(walk *work, toc_err *err)
{
    uint64_t numbers, joints, waiting, filed = work->filed, waits = work->waiting;
    TOC_TRY(toc_table_count(work->view->txn, TOC_VIEW_NUMBERS, &numbers, err));
    TOC_TRY(toc_table_count(work->view->txn, TOC_VIEW_JOINTS, &joints, err));
    TOC_TRY(toc_table_count(work->view->txn, TOC_VIEW_WAITING, &waiting, err));
    TOC_TRY(each_row(work, TOC_VIEW_NUMBERS, walk_number, err));
    TOC_TRY(each_row(work, TOC_VIEW_WAITING, walk_waiting, err));
    TOC_TRY(each_row(work, TOC_VIEW_FEEDS, walk_feed, err));
    TOC_TRY(each_row(work, TOC_VIEW_PENDING, walk_pending, err));
    TOC_TRY(same_count(work, work->filed, TOC_VIEW_NUMBERS, numbers, err));
    if (work->disputed != 0)
        TOC_TRY(same_count(work, 1, TOC_VIEW_DISPUTED, 0, err));
    TOC_TRY(same_count(work, work->cells == filed ? 0 : 1, TOC_VIEW_NUMBERS, numbers, err));
    TOC_TRY(same_count(work, work->waiting, TOC_VIEW_WAITING, waits, err));
    TOC_TRY(same_count(work, 0, TOC_VIEW_CONNECTORS, joints, err));
    if (work->feeds != 0)
        TOC_TRY(same_count(work, 1, TOC_VIEW_FEEDS, 0, err));
    TOC_TRY(same_count(work, 0, TOC_VIEW_WATCHES, work->watches, err));
    return same_count(work, 0, TOC_VIEW_EXPIRIES, work->expiries, err);
}

/* ---- the whole ---- */

static toc_code count_rows(walk *work, toc_err *err)
{
    for (toc_table table = TOC_VIEW_FEEDS; table < TOC_VIEW_TABLES; table++) {
        uint64_t rows;
        TOC_TRY(toc_table_count(work->view->txn, table, &rows, err));
        if (table != TOC_VIEW_CONNECTORS && table != TOC_VIEW_EXPIRIES && table != TOC_VIEW_WATCHES)
            work->total += rows;
    }
    return TOC_OK;
}

static toc_code walk_all(walk *work, toc_err *err)
{
    TOC_TRY(count_rows(work, err));
    TOC_TRY(walk_claims(work, err));
    TOC_TRY(each_row(work, TOC_VIEW_COLUMNS, walk_page, err));
    TOC_TRY(each_row(work, TOC_VIEW_INCIDENCE, walk_incidence, err));
    TOC_TRY(each_row(work, TOC_VIEW_JOINTS, walk_joint, err));
    TOC_TRY(each_row(work, TOC_VIEW_COMPONENTS, walk_component, err));
    TOC_TRY(each_row(work, TOC_VIEW_CLUSTERS, walk_cluster, err));
    TOC_TRY(each_row(work, TOC_VIEW_TENTATIVE, walk_tentative, err));
    TOC_TRY(each_row(work, TOC_VIEW_NOTICES, walk_notice, err));
    TOC_TRY(each_row(work, TOC_VIEW_COVERS, walk_cover, err));
    TOC_TRY(each_row(work, TOC_VIEW_RESTS, walk_rest, err));
    TOC_TRY(each_row(work, TOC_VIEW_ENDED, walk_ended, err));
    TOC_TRY(each_row(work, TOC_VIEW_MENTIONS, walk_mention, err));
    TOC_TRY(each_row(work, TOC_VIEW_MOVES, walk_move, err));
    TOC_TRY(each_row(work, TOC_VIEW_FORKS, walk_fork, err));
    TOC_TRY(each_row(work, TOC_VIEW_DISPUTED, walk_disputed, err));
    return check_bookkeeping(work, err);
}

toc_code toc_views_digest_walk(toc_views_txn *txn, toc_progress progress, void *context,
                               toc_answer_digest *out, toc_err *err)
{
    toc_answer_digest answer = {.horizon = txn->state.horizon, .rules = TOC_RULES_VERSION};
    TOC_AUTO(walk_wipe)
    walk work = {.view = &txn->view, .progress = progress, .context = context, .out = &answer};
    TOC_TRY(toc_arena_new(ARENA_BYTES_MAX, &work.arena, err));
    TOC_TRY(walk_all(&work, err));
    toc_sum_write(&work.digest, answer.digest.bytes);
    toc_sum_write(&work.opened, answer.opened.bytes);
    *out = answer;
    return TOC_OK;
}

toc_code toc_views_digest_running(toc_views_txn *txn, toc_hash *out_digest, toc_hash *out_opened,
                                  uint64_t *out_entries, toc_err *err)
{
    (void)err;
    toc_sum_write(&txn->state.digest, out_digest->bytes);
    toc_sum_write(&txn->state.opened, out_opened->bytes);
    *out_entries = txn->state.entries;
    return TOC_OK;
}
