/* Whole nodes in one process, over loopback: what one writes the others see, and nothing that was
 * acknowledged is lost. */
#include <stdio.h>
#include <stdlib.h>

#include "node/clock.h"
#include "tests/support/check.h"
#include "tests/support/test_node.h"

enum { PAIR = 2, RECORDS = 2000 };

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(records_of_both_reach_both_and_give_one_digest, make_pair,
                                        remove_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
