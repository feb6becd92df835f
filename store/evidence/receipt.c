/* Who holds a record, and since when at the latest. */
#include <stdlib.h>

#include "proto/answer/parts.h"
#include "proto/base/text.h"
#include "store/evidence/internal.h"
#include "store/query.h"

toc_code toc_evidence_find(toc_log_txn *txn, const toc_hash *record, toc_log_feed *out,
                           uint64_t *out_index, toc_err *err)
{
    uint32_t number;
    toc_code code = toc_log_leaf_find(txn, record, &number, out_index, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code,
                        "no record of this id is stored here; 'tocsin lookup --json' tells the "
                        "'record' of each claim");
    TOC_TRY(code);
    return toc_log_feed_at(txn, number, out, err);
}

/* ---- the earliest of each org ---- */

enum { RECEIPT_ARENA_BYTES = 32 << 20, RECEIPT_COSIGNERS_MAX = 4096 };

/* The earliest that each org said of an entry. */
typedef struct receipts {
    toc_arena *arena;
    toc_log_cosignature *rows;
    size_t count, capacity;
} receipts;

static toc_code grow(receipts *all, toc_err *err)
{
    if (all->count < all->capacity)
        return TOC_OK;
    size_t capacity = all->capacity == 0 ? 64 : all->capacity * 2;
    toc_log_cosignature *rows = toc_arena_zalloc(all->arena, capacity, sizeof *rows);
    if (rows == NULL || capacity > RECEIPT_COSIGNERS_MAX)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the receipts of a record");
    if (all->count > 0)
        memcpy(rows, all->rows, all->count * sizeof *rows);
    all->rows = rows;
    all->capacity = capacity;
    return TOC_OK;
}

static toc_code collect(void *context, const toc_log_cosignature *found, toc_err *err)
{
    receipts *all = context;
    for (size_t i = 0; i < all->count; i++) {
        toc_log_cosignature *row = &all->rows[i];
        if (!toc_org_id_equal(&row->org, &found->org))
            continue;
        if (found->made.time_s < row->made.time_s)
            *row = *found;
        return TOC_OK;
    }
    TOC_TRY(grow(all, err));
    all->rows[all->count++] = *found;
    return TOC_OK;
}

static int by_time(const void *left, const void *right)
{
    const toc_log_cosignature *a = left, *b = right;
    if (a->made.time_s != b->made.time_s)
        return a->made.time_s < b->made.time_s ? -1 : 1;
    return memcmp(a->org.bytes, b->org.bytes, sizeof a->org.bytes);
}

void toc_receipts_sort(toc_log_cosignature *rows, size_t count)
{
    if (count > 1)
        qsort(rows, count, sizeof *rows, by_time);
}

toc_code toc_receipts_of(toc_log_txn *txn, uint32_t number, uint64_t index, toc_arena *arena,
                         toc_log_cosignature **out, size_t *out_count, toc_err *err)
{
    receipts all = {.arena = arena};
    TOC_TRY(toc_log_cosignatures(txn, number, index + 1, collect, &all, err));
    toc_receipts_sort(all.rows, all.count);
    *out = all.rows;
    *out_count = all.count;
    return TOC_OK;
}

/* ---- the answer ---- */

typedef struct receipt_answer {
    toc_json json;
    toc_log_txn *txn;
    toc_log_feed feed;
    uint64_t index;
    toc_charter charter;
    receipts receipts;
} receipt_answer;

static void add_org(receipt_answer *all, const toc_org_id *org)
{
    const toc_charter_member *member = toc_charter_find(&all->charter, org);
    toc_json_hex(&all->json, "org", TOC_SPAN_OF(org->bytes));
    toc_json_optional(&all->json, "name", toc_log_name_of(all->txn, org, all->receipts.arena));
    if (member == NULL)
        toc_json_null(&all->json, "role");
    else
        toc_json_text(&all->json, "role", toc_span_text(toc_role_name(member->role)));
}

static void add_held(receipt_answer *all)
{
    toc_json_open(&all->json, "held", '[');
    for (size_t i = 0; i < all->receipts.count; i++) {
        const toc_log_cosignature *row = &all->receipts.rows[i];
        toc_json_open(&all->json, NULL, '{');
        add_org(all, &row->org);
        toc_json_bool(&all->json, "author", toc_org_id_equal(&row->org, &all->feed.name.org));
        toc_json_time(&all->json, "time", toc_time_of_seconds(row->made.time_s));
        toc_json_number(&all->json, "size", row->size);
        toc_json_hex(&all->json, "key", TOC_SPAN_OF(row->key.bytes));
        toc_json_hex(&all->json, "signature", TOC_SPAN_OF(row->made.signature.bytes));
        toc_json_close(&all->json, '}');
    }
    toc_json_close(&all->json, ']');
}

static bool has_receipt(const receipt_answer *all, const toc_org_id *org)
{
    for (size_t i = 0; i < all->receipts.count; i++) {
        if (toc_org_id_equal(&all->receipts.rows[i].org, org))
            return true;
    }
    return false;
}

static toc_code add_lacking(receipt_answer *all, toc_err *err)
{
    toc_json_open(&all->json, "lacking", '[');
    for (size_t i = 0; i < all->charter.member_count; i++) {
        const toc_org_id *org = &all->charter.members[i].org;
        if (has_receipt(all, org) || toc_org_id_equal(org, &all->feed.name.org))
            continue;
        toc_log_cosignature newest = {0};
        toc_code code = toc_log_cosigned(all->txn, all->feed.number, org, &newest, err);
        if (code != TOC_OK && code != TOC_NOT_FOUND)
            return code;
        toc_json_open(&all->json, NULL, '{');
        add_org(all, org);
        toc_json_number(&all->json, "size", newest.size);
        toc_json_time_optional(&all->json, "last_heard", toc_time_of_seconds(newest.made.time_s));
        toc_json_close(&all->json, '}');
    }
    toc_json_close(&all->json, ']');
    return TOC_OK;
}

/* A record before the place where the histories part stands in both. */
static toc_code add_fork(receipt_answer *all, toc_err *err)
{
    toc_known_fork known;
    toc_answer_fork fork;
    toc_code code = toc_log_fork(all->txn, &all->feed.name, &known, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    toc_json_bool(&all->json, "forked", code == TOC_OK && all->index >= known.fork.index);
    toc_json_open(&all->json, "forks", '[');
    if (code == TOC_OK) {
        TOC_TRY(toc_query_fork(all->txn, &known, all->receipts.arena, &fork, err));
        toc_json_fork(&all->json, &fork);
    }
    toc_json_close(&all->json, ']');
    return TOC_OK;
}

static toc_code write_answer(receipt_answer *all, const toc_hash *record, toc_err *err)
{
    const toc_feed_name *name = &all->feed.name;
    toc_json *json = &all->json;
    toc_json_open(json, NULL, '{');
    toc_json_hex(json, "record", TOC_SPAN_OF(record->bytes));
    toc_json_hex(json, "circle", TOC_SPAN_OF(name->circle.bytes));
    toc_json_text(json, "circle_name", all->charter.name);
    toc_json_hex(json, "org", TOC_SPAN_OF(name->org.bytes));
    toc_json_optional(json, "org_name", toc_log_name_of(all->txn, &name->org, all->receipts.arena));
    toc_json_text(json, "lane", toc_span_text(toc_lane_name(name->lane)));
    toc_json_number(json, "generation", name->generation);
    toc_json_number(json, "index", all->index);
    TOC_TRY(add_fork(all, err));
    add_held(all);
    TOC_TRY(add_lacking(all, err));
    toc_json_close(json, '}');
    return toc_buf_ok(json->out, err);
}

toc_code toc_receipt_ask(toc_log_txn *txn, const toc_hash *record, toc_evidence_visit visit,
                         void *context, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_TRY(toc_arena_new(RECEIPT_ARENA_BYTES, &arena, err));
    receipt_answer all = {.json = {.out = &line}, .txn = txn, .receipts = {.arena = arena}};
    TOC_TRY(toc_evidence_find(txn, record, &all.feed, &all.index, err));
    TOC_TRY(toc_log_charter_of(txn, &all.feed.name.circle, arena, &all.charter, err));
    TOC_TRY(toc_receipts_of(txn, all.feed.number, all.index, arena, &all.receipts.rows,
                            &all.receipts.count, err));
    TOC_TRY(write_answer(&all, record, err));
    return visit(context, toc_buf_view(&line), err);
}
