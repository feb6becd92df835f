/* Whole nodes in one process, over loopback: what one writes the others see, and nothing that was
 * acknowledged is lost. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "node/clock.h"
#include "tests/support/check.h"
#include "tests/support/test_node.h"

enum { PAIR = 2 };
#define RECORDS UINT64_C(2000)
#define BATCH   ((uint64_t)TOC_WRITER_BATCH_MAX)

typedef struct pair {
    toc_test_node nodes[PAIR];
    toc_circle_id circle;
    uint64_t wanted; /* entries */
} pair;

static bool both_linked(void *context)
{
    pair *both = context;
    return toc_test_node_links(&both->nodes[0]) == 1 && toc_test_node_links(&both->nodes[1]) == 1;
}

static bool have_all(void *context)
{
    pair *both = context;
    toc_hash opened;
    for (size_t i = 0; i < PAIR; i++) {
        if (toc_test_node_digest(&both->nodes[i], &opened) < both->wanted)
            return false;
    }
    return true;
}

/* Two members of one circle; the second dials the first. */
static int make_pair(void **state)
{
    pair *both = calloc(1, sizeof *both);
    toc_test_node_make("Alpha Exchange", &both->nodes[0]);
    toc_test_node_make("Beta Police", &both->nodes[1]);
    toc_test_node_start(&both->nodes[0]);
    toc_test_node_start(&both->nodes[1]);
    toc_test_node_add_peer(&both->nodes[0], &both->nodes[1], false);
    toc_test_node_add_peer(&both->nodes[1], &both->nodes[0], true);
    both->circle = toc_test_node_circle(&both->nodes[0]);
    toc_test_node_admit(&both->nodes[0], &both->circle, &both->nodes[1].org);
    toc_test_node_join(&both->nodes[1], &both->circle);
    toc_test_wait("the two are linked", 20, both_linked, both);
    *state = both;
    return 0;
}

static int remove_pair(void **state)
{
    pair *both = *state;
    toc_test_node_remove(&both->nodes[0]);
    toc_test_node_remove(&both->nodes[1]);
    free(both);
    return 0;
}

typedef struct writability {
    toc_circle_id circle;
    uint64_t generation;
} writability;

static toc_code ask_writable(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    writability *what = context;
    return toc_engine_writable(engine, txn, &what->circle, now, &what->generation, err);
}

static bool second_may_write(void *context)
{
    pair *both = context;
    toc_err err;
    writability what = {.circle = both->circle};
    return toc_node_do(both->nodes[1].node, ask_writable, &what, &err) == TOC_OK;
}

static void records_of_both_reach_both_and_give_one_digest(void **state)
{
    pair *both = *state;
    toc_hash opened[PAIR];
    toc_test_wait("the second may write", 20, second_may_write, both);
    toc_test_node_write(&both->nodes[0], &both->circle, 0, RECORDS);
    toc_test_node_write(&both->nodes[1], &both->circle, RECORDS / 2, RECORDS + RECORDS / 2);
    both->wanted = RECORDS * 2;
    toc_test_wait("both have all", 60, have_all, both);
    for (size_t i = 0; i < PAIR; i++)
        assert_int_equal(toc_test_node_digest(&both->nodes[i], &opened[i]), RECORDS * 2);
    assert_memory_equal(&opened[0], &opened[1], sizeof opened[0]);
}

/* ---- one batch ---- */

static void note_nothing(void *context, size_t index, const toc_err *why)
{
    (void)context;
    (void)index;
    (void)why;
}

static toc_code write_batch(toc_test_node *node, const toc_circle_id *circle, uint64_t from,
                            toc_err *err)
{
    toc_writer_totals totals = {0};
    toc_statement *drafts = calloc(TOC_WRITER_BATCH_MAX, sizeof *drafts);
    assert_non_null(drafts);
    for (uint64_t i = 0; i < TOC_WRITER_BATCH_MAX; i++)
        toc_test_draft(from + i, &drafts[i]);
    toc_code code = toc_writer_write(node->writer, circle, TOC_LANE_BULK, 0, drafts,
                                     TOC_WRITER_BATCH_MAX, &totals, note_nothing, NULL, err);
    free(drafts);
    return code;
}

/* ---- three ---- */

static bool has_wanted(void *context)
{
    pair *both = context;
    toc_hash opened;
    return toc_test_node_digest(&both->nodes[1], &opened) >= both->wanted;
}

static bool third_has_wanted(void *context)
{
    pair *late = context; /* its node 0 is the third */
    toc_hash opened;
    return toc_test_node_digest(&late->nodes[0], &opened) >= late->wanted;
}

/* The keys of what was written before come from its author, everything else from whoever has it. */
static void who_joins_late_gets_everything_from_whoever_has_it(void **state)
{
    pair *both = *state, late = {.circle = both->circle};
    toc_test_node *first = &both->nodes[0], *second = &both->nodes[1], *third = &late.nodes[0];
    toc_hash opened, expected;
    toc_test_node_write(first, &both->circle, 0, RECORDS);
    toc_test_node_make("Gamma FIU", third);
    toc_test_node_start(third);
    toc_test_node_add_peer(first, third, false);
    toc_test_node_add_peer(second, third, false);
    toc_test_node_add_peer(third, first, true);
    toc_test_node_add_peer(third, second, true);
    toc_test_node_admit(first, &both->circle, &third->org);
    toc_test_node_join(third, &both->circle);
    late.wanted = RECORDS;
    toc_test_wait("the third has what was there", 60, third_has_wanted, &late);
    toc_test_node_stop(third);
    toc_test_node_write(first, &both->circle, RECORDS, RECORDS + 500);
    both->wanted = late.wanted = RECORDS + 500;
    toc_test_wait("the second has what is new", 60, has_wanted, both);
    toc_test_node_stop(first); /* its author is away: the second has it */
    toc_test_node_start(third);
    toc_test_wait("the third has what is new", 60, third_has_wanted, &late);
    assert_int_equal(toc_test_node_digest(second, &expected), RECORDS + 500);
    assert_int_equal(toc_test_node_digest(third, &opened), RECORDS + 500);
    assert_memory_equal(&opened, &expected, sizeof opened);
    toc_test_node_remove(third);
}

/* ---- restarts ---- */

static uint64_t generation_of(toc_test_node *node, const toc_circle_id *circle)
{
    toc_err err;
    writability what = {.circle = *circle};
    TOC_CHECK_OK(toc_node_do(node->node, ask_writable, &what, &err));
    return what.generation;
}

static void a_node_goes_on_in_its_generation_unless_the_boot_is_another(void **state)
{
    toc_test_node *node = *state;
    toc_hash opened;
    toc_test_node_start(node);
    toc_circle_id circle = toc_test_node_circle(node);
    uint64_t first = generation_of(node, &circle);
    toc_test_node_write(node, &circle, 0, 100);
    toc_test_node_stop(node);
    toc_test_node_start(node);
    assert_int_equal(generation_of(node, &circle), first);
    toc_test_node_write(node, &circle, 100, 200);
    toc_test_node_stop(node);
    node->ran = false;
    toc_test_node_start(node);
    assert_true(generation_of(node, &circle) > first);
    toc_test_node_write(node, &circle, 200, 300);
    assert_int_equal(toc_test_node_digest(node, &opened), 300);
}

typedef struct asking {
    toc_circle_id circle;
    bool asks;
} asking;

/* As the writer does: what it wrote down of its asking is kept. */
static toc_code ask_whether_it_asks(void *context, toc_engine *engine, toc_log_txn *txn,
                                    toc_now now, toc_err *err)
{
    asking *what = context;
    uint64_t generation;
    toc_code code = toc_engine_writable(engine, txn, &what->circle, now, &generation, err);
    what->asks = code == TOC_UNREACHABLE;
    return what->asks ? TOC_OK : code;
}

static bool second_asks(void *context)
{
    pair *both = context;
    toc_err err;
    asking what = {.circle = both->circle};
    TOC_CHECK_OK(toc_node_do(both->nodes[1].node, ask_whether_it_asks, &what, &err));
    return what.asks;
}

typedef struct early {
    pair *both;
    toc_code code;
    pthread_t thread;
    _Atomic bool ended;
} early;

static void *write_early(void *context)
{
    early *e = context;
    toc_err err;
    e->code = write_batch(&e->both->nodes[1], &e->both->circle, 0, &err);
    e->ended = true;
    return NULL;
}

static bool has_ended(void *context)
{
    return ((early *)context)->ended;
}

/* A rebooted node asks the others how far its feeds went; meanwhile nobody is there. */
static void who_submits_while_it_is_asked_waits_and_holds_up_nobody_for_good(void **state)
{
    pair *both = *state;
    toc_test_node *first = &both->nodes[0], *second = &both->nodes[1];
    early one = {.both = both};
    toc_err err;
    toc_test_wait("the second may write", 20, second_may_write, both);
    toc_test_node_stop(first);
    toc_test_node_stop(second);
    second->ran = false;
    toc_test_node_start(second);
    toc_test_wait("it asks", 20, second_asks, both);
    assert_int_equal(pthread_create(&one.thread, NULL, write_early, &one), 0);
    toc_test_node_start(first);
    toc_test_node_add_peer(second, first, true); /* it listens on another port now */
    toc_test_wait("it is written", 60, has_ended, &one);
    pthread_join(one.thread, NULL);
    assert_int_equal(one.code, TOC_OK);
    TOC_CHECK_OK(write_batch(second, &both->circle, BATCH, &err));
}

/* What was acknowledged is there after any stop, in the middle of an exchange too. */
static void nodes_that_stop_in_the_middle_lose_nothing_and_converge(void **state)
{
    pair *both = *state;
    toc_hash opened[PAIR];
    toc_test_wait("the second may write", 20, second_may_write, both);
    for (uint64_t i = 0; i < 4; i++) {
        toc_test_node_write(&both->nodes[0], &both->circle, i * 500, (i + 1) * 500);
        toc_test_node_stop(&both->nodes[i % 2]);
        toc_test_node_start(&both->nodes[i % 2]);
        if (i % 2 == 0) /* it listens on another port now */
            toc_test_node_add_peer(&both->nodes[1], &both->nodes[0], true);
    }
    both->wanted = 2000;
    toc_test_wait("both have all", 60, have_all, both);
    for (size_t i = 0; i < PAIR; i++)
        assert_int_equal(toc_test_node_digest(&both->nodes[i], &opened[i]), 2000);
    assert_memory_equal(&opened[0], &opened[1], sizeof opened[0]);
}

/* ---- no room, no disk ---- */

static int make_small(void **state)
{
    toc_test_node *node = calloc(1, sizeof *node);
    toc_test_node_make("Example Exchange", node);
    *state = node;
    return 0;
}

static int remove_small(void **state)
{
    toc_test_node_remove(*state);
    free(*state);
    return 0;
}

static void a_full_log_is_told_to_who_submits_and_the_node_stays_up(void **state)
{
    enum { SMALL_BYTES = 8 << 20, BATCHES = 100 };
    toc_test_node *node = *state;
    toc_err err = {0};
    toc_hash opened, again;
    toc_code code = TOC_OK;
    uint64_t batches = 0;
    node->config.log_map_bytes = SMALL_BYTES;
    toc_test_node_start(node);
    toc_circle_id circle = toc_test_node_circle(node);
    while (code == TOC_OK && batches < BATCHES)
        code = write_batch(node, &circle, batches++ * BATCH, &err);
    assert_int_equal(code, TOC_FULL);
    assert_non_null(strstr(err.text, "90"));
    TOC_CHECK_OK(toc_node_health(node->node, &err));
    assert_int_equal(toc_test_node_digest(node, &opened), (batches - 1) * BATCH);
    assert_int_equal(write_batch(node, &circle, batches * BATCH, &err), TOC_FULL);
    toc_test_node_stop(node);
    node->config.log_map_bytes = UINT64_C(8) * SMALL_BYTES;
    toc_test_node_start(node);
    TOC_CHECK_OK(write_batch(node, &circle, (batches - 1) * BATCH, &err));
    assert_int_equal(toc_test_node_digest(node, &again), batches * BATCH);
}

/* The system takes no more bytes into files, as a full or broken disk would. */
static void a_commit_that_fails_ends_the_node_and_nobody_is_told_that_it_is_written(void **state)
{
    toc_test_node *node = *state;
    struct rlimit before, none;
    toc_err err = {0}, why = {0};
    toc_hash opened;
    toc_test_node_start(node);
    toc_circle_id circle = toc_test_node_circle(node);
    TOC_CHECK_OK(write_batch(node, &circle, 0, &err));
    assert_int_equal(toc_test_node_digest(node, &opened), TOC_WRITER_BATCH_MAX);
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = before;
    none.rlim_cur = 4096;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    toc_code code = write_batch(node, &circle, TOC_WRITER_BATCH_MAX, &err);
    toc_code health = toc_node_health(node->node, &why);
    /* Is answered, and not waited for. */
    toc_code after = write_batch(node, &circle, 2 * BATCH, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(code != TOC_OK && health != TOC_OK && after != TOC_OK);
    assert_true(strlen(why.text) > 10);
    toc_test_node_stop(node);
    toc_test_node_start(node);
    assert_int_equal(toc_test_node_digest(node, &opened), TOC_WRITER_BATCH_MAX);
    TOC_CHECK_OK(write_batch(node, &circle, TOC_WRITER_BATCH_MAX, &err));
}

#define TEST(name)     cmocka_unit_test_setup_teardown(name, make_pair, remove_pair)
#define TEST_ONE(name) cmocka_unit_test_setup_teardown(name, make_small, remove_small)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(records_of_both_reach_both_and_give_one_digest),
        TEST(who_joins_late_gets_everything_from_whoever_has_it),
        TEST(nodes_that_stop_in_the_middle_lose_nothing_and_converge),
        TEST(who_submits_while_it_is_asked_waits_and_holds_up_nobody_for_good),
        TEST_ONE(a_node_goes_on_in_its_generation_unless_the_boot_is_another),
        TEST_ONE(a_full_log_is_told_to_who_submits_and_the_node_stays_up),
        TEST_ONE(a_commit_that_fails_ends_the_node_and_nobody_is_told_that_it_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
