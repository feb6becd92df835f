/* Whom a node links with: who shares a joined circle with it, and who was added by hand. */
#include "tests/support/leaver.h"
#include "tests/unit/node/hostile.h"

static void introduce(scene *s, int node, int to)
{
    copy_card(s, &s->net.nodes[node]);
    assert_true(sim_do(&s->net, &s->net.nodes[to], add_peer, s));
}

/* The author and each of the others added one another; those two have not heard of each other. */
static int set_up_hub(void **state)
{
    static scene s;
    s = (scene){0};
    toc_err err;
    TOC_CHECK_OK(toc_crypto_start(&err));
    toc_tempdir_make(s.folder);
    sim_start(&s.net, 7, 3, s.folder);
    for (int node = READER; node <= MALLORY; node++) {
        introduce(&s, node, AUTHOR);
        introduce(&s, AUTHOR, node);
    }
    assert_true(sim_do(&s.net, &s.net.nodes[AUTHOR], create, &s));
    assert_true(sim_do(&s.net, &s.net.nodes[READER], join, &s));
    steps(&s, 500);
    *state = &s;
    return 0;
}

static toc_code remove_mallory(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    const scene *s = context;
    return toc_leaver_remove(engine, txn, &s->circle, &s->net.nodes[MALLORY].org, now, err);
}

static bool may_link(const scene *s, int by, int whom)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_link_key key;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    return toc_engine_may_link(s->net.nodes[by].engine, txn, &s->net.nodes[whom].org, &key);
}

static bool knows_card(const scene *s, int by, int whom)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_card card;
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    return toc_log_card_of(txn, &s->net.nodes[whom].org, arena, &card, NULL) == TOC_OK;
}

static void who_shares_no_circle_and_was_not_added_is_not_linked_with(void **state)
{
    scene *s = *state;
    assert_false(knows_card(s, READER, MALLORY));
    assert_false(may_link(s, READER, MALLORY));
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    assert_true(knows_card(s, READER, MALLORY)); /* as the charter names it */
    assert_true(may_link(s, READER, MALLORY));
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], remove_mallory, s));
    steps(s, 200);
    assert_true(knows_card(s, READER, MALLORY)); /* its old words need it */
    assert_false(may_link(s, READER, MALLORY));
    assert_true(may_link(s, AUTHOR, MALLORY)); /* added by hand */
    introduce(s, MALLORY, READER);
    assert_true(may_link(s, READER, MALLORY));
}

static void a_node_does_not_link_with_its_own_org(void **state)
{
    scene *s = *state;
    assert_true(knows_card(s, READER, READER));
    assert_false(may_link(s, READER, READER));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_shares_no_circle_and_was_not_added_is_not_linked_with,
                                        set_up_hub, tear_down),
        cmocka_unit_test_setup_teardown(a_node_does_not_link_with_its_own_org, set_up_hub,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("engine: who may link", tests, NULL, NULL);
}
