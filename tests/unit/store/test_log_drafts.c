/* Drafts that wait for officers: sealed, whole, bounded, there after a restart, gone when they end.
 */
#include <stdlib.h>

#include "proto/base/limits.h"
#include "store/drafts.h"
#include "store/feed/check.h"
#include "store/feed/internal.h"
#include "tests/support/logbook.h"

enum { APPROVALS = 3 };

typedef struct desk {
    toc_logbook book;
    toc_arena *arena;
} desk;

static int setup(void **state)
{
    static desk at;
    toc_err err = {0};
    toc_logbook_open(&at.book);
    ASSERT_OK(toc_arena_new(1 << 20, &at.arena, &err));
    *state = &at;
    return 0;
}

static int teardown(void **state)
{
    desk *at = *state;
    toc_arena_free(at->arena);
    toc_logbook_close(&at->book);
    return 0;
}

static toc_log_txn *begin(const desk *at, bool write)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    ASSERT_OK(write ? toc_log_write(at->book.log, &txn, &err)
                    : toc_log_read(at->book.log, &txn, &err));
    return txn;
}

static toc_log_draft draft_of(uint32_t number, size_t approvals)
{
    toc_log_draft draft = {.lane = TOC_LANE_ALERT,
                           .uid = 1000 + number,
                           .at.unix_ms = 1767225600000,
                           .not_after.unix_ms = 1767312000000 + number,
                           .statement = toc_span_text("what is said of somebody's wallet"),
                           .count = approvals};
    memset(draft.circle.bytes, 0xC1, sizeof draft.circle);
    memset(draft.id.bytes, 0xAA, sizeof draft.id);
    toc_put_u32(draft.id.bytes, number);
    for (size_t i = 0; i < approvals; i++) {
        toc_draft_approval *one = &draft.approvals[i];
        *one = (toc_draft_approval){.uid = (uint32_t)(7 + i),
                                    .by_node = i == 1,
                                    .at.unix_ms = 1767225600001 + i,
                                    .approval = {.draft = draft.id,
                                                 .not_after = draft.not_after,
                                                 .decision = TOC_DECISION_APPROVED}};
        memset(one->approval.officer.bytes, (int)(0x10 + i), 32);
        memset(one->approval.signature.bytes, (int)(0x20 + i), 64);
    }
    return draft;
}

static void put(const desk *at, const toc_log_draft *draft)
{
    toc_err err = {0};
    toc_log_txn *txn = begin(at, true);
    ASSERT_OK(toc_log_draft_put(txn, draft, &err));
    toc_logbook_commit(txn);
}

static void assert_same(const toc_log_draft *left, const toc_log_draft *right)
{
    assert_memory_equal(left->id.bytes, right->id.bytes, 32);
    assert_memory_equal(left->circle.bytes, right->circle.bytes, 32);
    assert_int_equal(left->lane, right->lane);
    assert_int_equal(left->uid, right->uid);
    assert_int_equal(left->at.unix_ms, right->at.unix_ms);
    assert_int_equal(left->not_after.unix_ms, right->not_after.unix_ms);
    assert_true(toc_span_equal(left->statement, right->statement));
    assert_int_equal(left->count, right->count);
    for (size_t i = 0; i < left->count; i++) {
        const toc_draft_approval *a = &left->approvals[i], *b = &right->approvals[i];
        assert_memory_equal(a->approval.officer.bytes, b->approval.officer.bytes, 32);
        assert_memory_equal(a->approval.signature.bytes, b->approval.signature.bytes, 64);
        assert_memory_equal(a->approval.draft.bytes, b->approval.draft.bytes, 32);
        assert_int_equal(a->approval.not_after.unix_ms, b->approval.not_after.unix_ms);
        assert_int_equal(a->approval.decision, b->approval.decision);
        assert_int_equal(a->uid, b->uid);
        assert_int_equal(a->by_node, b->by_node);
        assert_int_equal(a->at.unix_ms, b->at.unix_ms);
    }
}

static void assert_there(desk *at, const toc_log_draft *expected)
{
    toc_err err = {0};
    toc_log_draft found;
    toc_log_txn *txn = begin(at, false);
    ASSERT_OK(toc_log_draft_get(txn, &expected->id, at->arena, &found, &err));
    toc_log_abort(txn);
    assert_same(&found, expected);
}

static toc_code count_one(void *context, const toc_log_draft *draft, toc_err *err)
{
    size_t *count = context;
    (void)err;
    assert_int_equal(toc_get_u32(draft->id.bytes), (uint32_t)(*count)++);
    return TOC_OK;
}

static size_t count_all(const desk *at)
{
    toc_err err = {0};
    size_t count = 0;
    toc_log_txn *txn = begin(at, false);
    ASSERT_OK(toc_log_drafts(txn, count_one, &count, &err));
    toc_log_abort(txn);
    return count;
}

static void a_draft_and_its_approvals_are_kept_over_a_restart(void **state)
{
    desk *at = *state;
    toc_err err = {0};
    toc_log_draft draft = draft_of(0, 0);
    put(at, &draft);
    assert_there(at, &draft);
    draft = draft_of(0, APPROVALS);
    toc_log_txn *txn = begin(at, true);
    ASSERT_OK(toc_log_draft_change(txn, &draft, &err));
    toc_logbook_commit(txn);
    toc_logbook_reopen(&at->book);
    assert_there(at, &draft);
    toc_log_draft full = draft_of(1, TOC_OFFICERS_MAX);
    put(at, &full);
    assert_there(at, &full);
    assert_int_equal(count_all(at), 2);
}

static void a_draft_that_ended_is_gone_and_is_not_changed(void **state)
{
    desk *at = *state;
    toc_err err = {0};
    toc_log_draft draft = draft_of(0, 1), found;
    put(at, &draft);
    toc_log_txn *txn = begin(at, true);
    assert_int_equal(toc_log_draft_put(txn, &draft, &err), TOC_EXISTS);
    ASSERT_OK(toc_log_draft_remove(txn, &draft.id, &err));
    assert_int_equal(toc_log_draft_get(txn, &draft.id, at->arena, &found, &err), TOC_NOT_FOUND);
    assert_int_equal(toc_log_draft_change(txn, &draft, &err), TOC_NOT_FOUND);
    toc_logbook_commit(txn);
    assert_int_equal(count_all(at), 0);
}

static void only_those_that_lapsed_long_ago_are_dropped(void **state)
{
    desk *at = *state;
    toc_err err = {0};
    toc_log_draft first = draft_of(0, 0), second = draft_of(1, 0);
    put(at, &second);
    put(at, &first);
    toc_log_txn *txn = begin(at, true);
    ASSERT_OK(toc_log_drafts_drop(txn, first.not_after, &err)); /* it lapses then, and not before */
    toc_logbook_commit(txn);
    assert_int_equal(count_all(at), 2);
    txn = begin(at, true);
    ASSERT_OK(toc_log_drafts_drop(txn, second.not_after, &err));
    toc_logbook_commit(txn);
    txn = begin(at, false);
    toc_log_draft found;
    assert_int_equal(toc_log_draft_get(txn, &first.id, at->arena, &found, &err), TOC_NOT_FOUND);
    ASSERT_OK(toc_log_draft_get(txn, &second.id, at->arena, &found, &err));
    toc_log_abort(txn);
}

static void there_are_only_so_many(void **state)
{
    desk *at = *state;
    toc_err err = {0};
    toc_log_txn *txn = begin(at, true);
    for (uint32_t i = 0; i < TOC_DRAFTS_MAX; i++) {
        toc_log_draft draft = draft_of(i, 0);
        ASSERT_OK(toc_log_draft_put(txn, &draft, &err));
    }
    toc_log_draft more = draft_of(TOC_DRAFTS_MAX, 0);
    assert_int_equal(toc_log_draft_put(txn, &more, &err), TOC_LIMIT);
    toc_logbook_commit(txn);
    assert_int_equal(count_all(at), TOC_DRAFTS_MAX);
}

static toc_span stored_value(toc_log_txn *txn, const toc_log_draft *draft)
{
    toc_err err = {0};
    toc_span value;
    ASSERT_OK(toc_table_get(txn->txn, TOC_LOG_DRAFTS, TOC_SPAN_OF(draft->id.bytes), &value, &err));
    return value;
}

static void nothing_of_it_lies_open_and_a_flipped_bit_is_told(void **state)
{
    desk *at = *state;
    toc_err err = {0};
    toc_log_draft draft = draft_of(0, 1), found;
    put(at, &draft);
    toc_log_txn *txn = begin(at, true);
    toc_span value = stored_value(txn, &draft);
    assert_null(memmem(value.data, value.size, "somebody", 8));
    assert_null(memmem(value.data, value.size, draft.approvals[0].approval.officer.bytes, 8));
    uint8_t copy[4096];
    size_t size = value.size;
    assert_true(size <= sizeof copy);
    memcpy(copy, value.data, size);
    copy[size / 2] ^= 1;
    ASSERT_OK(toc_table_put(txn->txn, TOC_LOG_DRAFTS, TOC_SPAN_OF(draft.id.bytes),
                            toc_span_of(copy, size), &err));
    assert_int_not_equal(toc_log_draft_get(txn, &draft.id, at->arena, &found, &err), TOC_OK);
    assert_int_not_equal(toc_log_check(txn, NULL, NULL, &err), TOC_OK);
    toc_log_abort(txn);
}

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_draft_and_its_approvals_are_kept_over_a_restart),
        DESK_TEST(a_draft_that_ended_is_gone_and_is_not_changed),
        DESK_TEST(only_those_that_lapsed_long_ago_are_dropped),
        DESK_TEST(there_are_only_so_many),
        DESK_TEST(nothing_of_it_lies_open_and_a_flipped_bit_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
