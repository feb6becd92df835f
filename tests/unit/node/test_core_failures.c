/* What goes wrong within a node: views that are full, and tasks that fail half way. */
#include <stdlib.h>

#include "tests/support/check.h"
#include "tests/support/test_node.h"

enum {
    SMALL_MAP_BYTES = 2 << 20,
    LESS_MAP_BYTES = 1 << 20,
    LARGE_MAP_BYTES = 256 << 20,
    RECORDS = 12000,
    WAIT_MS = 60000
};

static int make_node(void **state)
{
    toc_test_node *node = calloc(1, sizeof *node);
    toc_test_node_make("Example Exchange", node);
    *state = node;
    return 0;
}

static int remove_node(void **state)
{
    toc_test_node_remove(*state);
    free(*state);
    return 0;
}

/* ---- full views ---- */

static uint64_t entries_now(toc_test_node *node)
{
    toc_err err;
    TOC_AUTO(toc_views_end) toc_views_txn *views = NULL;
    toc_hash digest, opened;
    uint64_t entries;
    TOC_CHECK_OK(toc_views_read(toc_node_views(node->node), &views, &err));
    TOC_CHECK_OK(toc_views_digest_running(views, &digest, &opened, &entries, &err));
    return entries;
}

static void expect_full(toc_test_node *node)
{
    toc_err err;
    assert_int_equal(toc_node_settle(node->node, WAIT_MS, &err), TOC_FULL);
    TOC_CHECK_OK(toc_node_health(node->node, &err));
    assert_true(toc_node_backlog(node->node) > 0);
    assert_true(entries_now(node) > 0);
    assert_true(entries_now(node) < RECORDS);
}

static void full_views_answer_with_what_they_have_until_the_map_is_larger(void **state)
{
    toc_hash opened;
    toc_test_node *node = *state;
    node->config.views_map_bytes = SMALL_MAP_BYTES;
    toc_test_node_start(node);
    toc_circle_id circle = toc_test_node_circle(node);
    toc_test_node_write(node, &circle, 0, RECORDS);
    expect_full(node);
    toc_test_node_stop(node);
    node->config.views_map_bytes = LESS_MAP_BYTES; /* not a row fits, not even a mark */
    toc_test_node_start(node);
    expect_full(node);
    toc_test_node_stop(node);
    node->config.views_map_bytes = LARGE_MAP_BYTES;
    toc_test_node_start(node);
    assert_int_equal(toc_test_node_digest(node, &opened), RECORDS);
}

/* ---- tasks that fail ---- */

typedef struct task {
    bool writes;
    toc_code code;
} task;

static const toc_draft_id task_id = {.bytes = {1, 2, 3}};

static toc_code run_task(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                         toc_err *err)
{
    const task *what = context;
    (void)engine;
    (void)now;
    if (what->writes)
        TOC_TRY(toc_log_submission_put(txn, &task_id, toc_span_text("half"), err));
    return toc_fail(err, what->code, "refused");
}

static bool has_failed(void *context)
{
    const toc_test_node *node = context;
    return toc_node_health(node->node, NULL) != TOC_OK;
}

static void a_task_that_is_refused_before_it_writes_harms_nobody(void **state)
{
    toc_err err;
    toc_test_node *node = *state;
    toc_test_node_start(node);
    task what = {.code = TOC_DENIED};
    assert_int_equal(toc_node_do(node->node, run_task, &what, &err), TOC_DENIED);
    TOC_CHECK_OK(toc_node_health(node->node, &err));
}

static void half_of_a_write_is_never_committed_whatever_its_task_says(void **state)
{
    static const toc_code codes[] = {TOC_DENIED, TOC_STATE, TOC_NOT_FOUND, TOC_LIMIT, TOC_FULL};
    toc_err err;
    toc_test_node *node = *state;
    for (size_t i = 0; i < TOC_COUNT(codes); i++) {
        toc_test_node_start(node);
        task what = {.writes = true, .code = codes[i]};
        assert_int_equal(toc_node_do(node->node, run_task, &what, &err), codes[i]);
        toc_test_wait("the node ends", 10, has_failed, node);
        toc_test_node_stop(node);
        toc_test_node_start(node);
        TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
        toc_span summary;
        TOC_CHECK_OK(toc_log_read(toc_node_log(node->node), &txn, &err));
        assert_int_equal(toc_log_submission_get(txn, &task_id, &summary, &err), TOC_NOT_FOUND);
        toc_log_abort(txn);
        txn = NULL; /* the log is about to close */
        toc_test_node_stop(node);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_node, remove_node)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(full_views_answer_with_what_they_have_until_the_map_is_larger),
        TEST(a_task_that_is_refused_before_it_writes_harms_nobody),
        TEST(half_of_a_write_is_never_committed_whatever_its_task_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
