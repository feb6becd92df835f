#include "store/feed/check.h"

#include "proto/base/limits.h"
#include "store/feed/audit.h"
#include "store/feed/bare.h"

/* Feeds are walked by check_feed.c. Rows that no hash covers are opened, which checks their check
 * value; sealed ones are unsealed; rows must not contradict each other; and what was met must be
 * all that there is. */

typedef toc_code (*row_visit)(toc_check *check, toc_row row, toc_err *err);

static toc_code each_row(toc_check *check, toc_log_table table, row_visit visit, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(check->txn->txn, table, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK)
        TOC_TRY(visit(check, row, err));
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code check_range(toc_check *check, uint32_t number, uint64_t until, const char *what,
                            toc_err *err)
{
    toc_log_feed feed;
    toc_code code = toc_log_feed_at(check->txn, number, &feed, err);
    if (code == TOC_NOT_FOUND || (code == TOC_OK && until > feed.frontier.size))
        return toc_fail(err, TOC_SIGNATURE, "%s names feed %u up to entry %llu: it is not stored",
                        what, (unsigned)number, (unsigned long long)until - 1);
    return code;
}

static toc_code check_journal_lane(toc_check *check, toc_lane lane, uint64_t *count, toc_err *err)
{
    toc_journal_row row = {0};
    toc_code code;
    while ((code = toc_log_journal_next(check->txn, lane, row.number, &row, err)) == TOC_OK) {
        ++*count;
        if (row.kind == TOC_JOURNAL_DISPUTED) /* of a tree that may be longer than this one */
            TOC_TRY(check_range(check, row.feed, 0, "the journal", err));
        else if (row.kind != TOC_JOURNAL_TICK)
            TOC_TRY(check_range(check, row.feed, row.until, "the journal", err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code check_journal(toc_check *check, toc_err *err)
{
    uint64_t count = 0, rows = 0;
    TOC_TRY(check_journal_lane(check, TOC_LANE_ALERT, &count, err));
    TOC_TRY(check_journal_lane(check, TOC_LANE_BULK, &count, err));
    TOC_TRY(toc_table_count(check->txn->txn, TOC_LOG_JOURNAL, &rows, err));
    if (rows != count)
        return toc_fail(err, TOC_SIGNATURE, "the journal has %llu rows, and its lanes have %llu",
                        (unsigned long long)rows, (unsigned long long)count);
    return TOC_OK;
}

/* In order of feed and first entry; ranges may not overlap. */
static toc_code check_pending_row(toc_check *check, toc_row row, toc_err *err)
{
    toc_log_pending range;
    TOC_TRY(toc_pending_row_open(check->txn, row, &range, err));
    const toc_log_pending *before = &check->pending;
    if (before->number == range.number && before->until > range.from)
        return toc_fail(err, TOC_SIGNATURE, "feed %u: entry %llu waits for two keys",
                        (unsigned)range.number, (unsigned long long)range.from);
    check->pending = range;
    return check_range(check, range.number, range.until, "a range that waits for a key", err);
}

static toc_code check_state_row(toc_check *check, toc_row row, toc_err *err)
{
    toc_span unused;
    return toc_checked_open(check->txn, TOC_LOG_STATE, row, &unused, err);
}

static toc_code check_roll_row(toc_check *check, toc_row row, toc_err *err)
{
    toc_span unused;
    return toc_checked_open(check->txn, TOC_LOG_ROLL, row, &unused, err);
}

static toc_code check_submission_row(toc_check *check, toc_row row, toc_err *err)
{
    toc_span unused;
    return toc_checked_open(check->txn, TOC_LOG_SUBMISSIONS, row, &unused, err);
}

static toc_code check_decision_row(toc_check *check, toc_row row, toc_err *err)
{
    toc_log_decision unused;
    return toc_decision_row_open(check->txn, row, &unused, err);
}

static toc_code check_peer_row(toc_check *check, toc_row row, toc_err *err)
{
    toc_span unused;
    return toc_checked_open(check->txn, TOC_LOG_PEERS, row, &unused, err);
}

static toc_code check_card_row(toc_check *check, toc_row row, toc_err *err)
{
    toc_card card;
    toc_arena_reset(check->arena);
    return toc_card_row_open(check->txn, row, check->arena, &card, err);
}

static toc_code check_circle_row(toc_check *check, toc_row row, toc_err *err)
{
    toc_log_circle circle;
    toc_charter charter;
    TOC_TRY(toc_circle_row_open(check->txn, row, &circle, err));
    toc_arena_reset(check->arena);
    return circle.known ? toc_log_charter_of(check->txn, &circle.id, check->arena, &charter, err)
                        : TOC_OK;
}

static toc_code check_key_row(toc_check *check, toc_row row, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    return toc_key_row_open(check->txn, row, &plain, err);
}

/* A cosignature holds over the root that the tree has at its size. */
static toc_code check_cosig_row(toc_check *check, toc_row row, toc_err *err)
{
    toc_log_cosignature found = {0};
    toc_log_feed feed = {0};
    uint32_t number;
    toc_hash root;
    TOC_TRY(toc_cosig_row_open(check->txn, row, &number, &found, err));
    TOC_TRY(check_range(check, number, found.size, "a cosignature", err));
    TOC_TRY(toc_log_feed_at(check->txn, number, &feed, err));
    TOC_TRY(toc_log_root(check->txn, number, found.size, &root, err));
    check->cosigs++;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_checkpoint_body(&feed.name, found.size, &root, &body);
    TOC_TRY(toc_buf_ok(&body, err));
    if (toc_cosignature_verify(toc_buf_view(&body), &found.made, &found.key, NULL) != TOC_OK)
        return toc_fail(err, TOC_SIGNATURE,
                        "feed %u, entry %llu: a cosignature of the head over it does not verify",
                        (unsigned)number, (unsigned long long)found.size - 1);
    return TOC_OK;
}

static toc_code check_cosigner_row(toc_check *check, toc_row row, toc_err *err)
{
    toc_cosigner_row cosigner = {0};
    TOC_TRY(toc_cosigner_row_open(check->txn, row, &cosigner, err));
    check->cosigs_kept += cosigner.kept;
    return check_range(check, cosigner.number, cosigner.newest.size, "a cosigner", err);
}

static toc_code check_held_row(toc_check *check, toc_row row, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    return toc_held_row_open(check->txn, row, &plain, err);
}

static toc_code check_quota_row(toc_check *check, toc_row row, toc_err *err)
{
    toc_span unused;
    return toc_checked_open(check->txn, TOC_LOG_QUOTAS, row, &unused, err);
}

static toc_code check_fork_row(toc_check *check, toc_row row, toc_err *err)
{
    toc_known_fork unused;
    toc_log_suspicion suspicion;
    return row.key.size == TOC_SUSPICION_KEY_BYTES
               ? toc_suspicion_row_open(check->txn, row, &suspicion, err)
               : toc_fork_row_open(check->txn, row, &unused, err);
}

/* What an erasure row names is said by the entry that it is of. */
static toc_code check_erasure_row(toc_check *check, toc_row row, toc_err *err)
{
    toc_named_erasure named = {0};
    toc_erasure erasure = {0};
    toc_span entry;
    TOC_TRY(toc_erasure_row_open(check->txn, row, &named, err));
    TOC_TRY(toc_log_entry(check->txn, named.by.number, named.by.index, &entry, err));
    TOC_TRY(toc_erasure_read(entry, &erasure, err));
    for (uint16_t i = 0; i < erasure.count; i++) {
        toc_erasure_row said;
        toc_erasure_row_at(&erasure, i, &said);
        if (toc_feed_id_equal(&erasure.feed, &named.feed) && said.index == named.row.index &&
            toc_hash_equal(&said.leaf, &named.row.leaf))
            return TOC_OK;
    }
    return toc_fail(err, TOC_SIGNATURE,
                    "feed %u, entry %llu: it does not erase what the table says that it does",
                    (unsigned)named.by.number, (unsigned long long)named.by.index);
}

static toc_code check_mandate_row(toc_check *check, toc_row row, toc_err *err)
{
    toc_mandate unused;
    return toc_mandate_row_open(check->txn, row, &unused, err);
}

static toc_code check_draft_row(toc_check *check, toc_row row, toc_err *err)
{
    return toc_draft_row_check(check->txn, row, err);
}

static toc_code check_small_tables(toc_check *check, toc_err *err)
{
    static const struct {
        toc_log_table table;
        row_visit visit;
    } tables[] = {
        {TOC_LOG_PENDING, check_pending_row},  {TOC_LOG_STATE, check_state_row},
        {TOC_LOG_ROLL, check_roll_row},        {TOC_LOG_CARDS, check_card_row},
        {TOC_LOG_CIRCLES, check_circle_row},   {TOC_LOG_PEERS, check_peer_row},
        {TOC_LOG_KEYS, check_key_row},         {TOC_LOG_SUBMISSIONS, check_submission_row},
        {TOC_LOG_COSIGS, check_cosig_row},     {TOC_LOG_COSIGNERS, check_cosigner_row},
        {TOC_LOG_HELD, check_held_row},        {TOC_LOG_OVERLAY, check_decision_row},
        {TOC_LOG_ERASURES, check_erasure_row}, {TOC_LOG_MANDATES, check_mandate_row},
        {TOC_LOG_QUOTAS, check_quota_row},     {TOC_LOG_FORKS, check_fork_row},
        {TOC_LOG_DRAFTS, check_draft_row},
    };
    for (size_t i = 0; i < TOC_COUNT(tables); i++)
        TOC_TRY(each_row(check, tables[i].table, tables[i].visit, err));
    if (check->cosigs != check->cosigs_kept)
        return toc_fail(err, TOC_SIGNATURE,
                        "there are %llu cosignatures, and their cosigners account for %llu",
                        (unsigned long long)check->cosigs, (unsigned long long)check->cosigs_kept);
    return TOC_OK;
}

/* Its tree stands among those of the feeds. */
static toc_code check_audit(toc_check *check, toc_err *err)
{
    toc_audit_found found;
    uint64_t tiles;
    TOC_TRY(toc_audit_walk(check->txn, (toc_span){0}, NULL, NULL, &found, &tiles, err));
    check->tiles += tiles;
    return TOC_OK;
}

/* Rows beyond those that were met belong to no feed. */
static toc_code check_counts(toc_check *check, toc_err *err)
{
    const struct {
        toc_log_table table;
        uint64_t met;
    } tables[] = {{TOC_LOG_FEED_IDS, check->feeds}, {TOC_LOG_CIRCLE_FEEDS, check->feeds},
                  {TOC_LOG_ENTRIES, check->done},   {TOC_LOG_HASHES, check->tiles},
                  {TOC_LOG_ERASED, check->erased},  {TOC_LOG_LACKING, check->lacking},
                  {TOC_LOG_HEADS, check->heads},    {TOC_LOG_GRANTS, check->grants}};
    for (size_t i = 0; i < TOC_COUNT(tables); i++) {
        uint64_t rows = 0;
        TOC_TRY(toc_table_count(check->txn->txn, tables[i].table, &rows, err));
        if (rows != tables[i].met)
            return toc_fail(err, TOC_SIGNATURE,
                            "table '%s' has %llu rows, and feeds and audit account for %llu",
                            toc_table_name(check->txn->txn, tables[i].table),
                            (unsigned long long)rows, (unsigned long long)tables[i].met);
    }
    uint64_t bytes = 0;
    TOC_TRY(toc_log_entry_bytes(check->txn, &bytes, err));
    if (bytes != check->entry_bytes)
        return toc_fail(err, TOC_SIGNATURE, "the entries have %llu bytes, and the sum kept is %llu",
                        (unsigned long long)check->entry_bytes, (unsigned long long)bytes);
    return TOC_OK;
}

static toc_code check_all(toc_check *check, toc_err *err)
{
    TOC_TRY(toc_table_count(check->txn->txn, TOC_LOG_ENTRIES, &check->total, err));
    TOC_TRY(toc_arena_new(TOC_CARD_ARENA_BYTES + TOC_CHARTER_ARENA_BYTES, &check->arena, err));
    TOC_TRY(toc_log_feeds(check->txn, NULL, toc_check_feed, check, err));
    TOC_TRY(check_audit(check, err));
    TOC_TRY(check_counts(check, err));
    TOC_TRY(check_journal(check, err));
    TOC_TRY(check_small_tables(check, err));
    if (check->progress != NULL)
        check->progress(check->context, check->done, check->total);
    return TOC_OK;
}

toc_code toc_log_check(toc_log_txn *txn, toc_progress progress, void *context, toc_err *err)
{
    toc_check check = {.txn = txn, .progress = progress, .context = context};
    toc_err why = {0};
    toc_code code = check_all(&check, &why);
    toc_arena_free(check.arena);
    if (code == TOC_OK)
        return TOC_OK;
    /* However it shows: what is stored is not what was stored. */
    bool lie = code == TOC_MALFORMED || code == TOC_SEALED || code == TOC_NOT_FOUND;
    return toc_fail(err, lie ? TOC_SIGNATURE : code, "%s", why.text);
}
