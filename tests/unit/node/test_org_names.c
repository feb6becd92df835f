/* Whom a submission is for: names become ids by the cards that are held, and what is not for the
 * whole circle is not written to it. */
#include <stdlib.h>

#include "node/org_names.h"
#include "proto/format/audience.h"
#include "tests/unit/node/talk.h"

#define ETH    "ETH,0x098B716B8Aaf21512996dC57EB0615e2383E2f96,theft,"
#define BTC    "BTC,12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h,sanctions,"
#define NOBODY "aa00000000000000000000000000000000000000000000000000000000000001"
#define NAMED  ",\"orgs\":[\"Beta Police\",\"Nobody\"]"

enum { ARENA_BYTES = 1 << 20, REQUEST_BYTES = 256 };

typedef struct pair {
    toc_test_node node, peer; /* the peer's card is held; it does not run */
    toc_arena *arena;
} pair;

static int make_pair(void **state)
{
    pair *two = calloc(1, sizeof *two);
    toc_err err;
    TOC_CHECK_OK(toc_arena_new(ARENA_BYTES, &two->arena, &err));
    toc_test_node_make("Alpha Exchange", &two->node);
    toc_test_node_make("Beta Police", &two->peer);
    toc_test_node_start_all(&two->node);
    toc_test_node_circle(&two->node);
    toc_test_node_add_peer(&two->node, &two->peer, false);
    *state = two;
    return 0;
}

static int remove_pair(void **state)
{
    pair *two = *state;
    toc_test_node_remove(&two->node);
    toc_test_node_remove(&two->peer);
    toc_arena_free(two->arena);
    free(two);
    return 0;
}

static toc_org_id stand_in(const char *name)
{
    toc_org_id out;
    toc_audience_stand_in(toc_span_text(name), &out);
    return out;
}

static void add_names(pair *two, toc_org_names *out)
{
    static const char *const names[] = {"Beta Police", "Nobody"};
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_err err;
    TOC_CHECK_OK(toc_log_read(toc_node_log(two->node.node), &txn, &err));
    for (size_t i = 0; i < TOC_COUNT(names); i++)
        TOC_CHECK_OK(toc_org_names_add(out, txn, toc_span_text(names[i]), &err));
}

static toc_code resolve(pair *two, const toc_org_names *audience, toc_statement *draft,
                        toc_err *err)
{
    return toc_org_names_resolve(audience, toc_node_log(two->node.node), two->arena, draft, err);
}

static void names_become_the_ids_of_cards_in_order_and_once(void **state)
{
    pair *two = *state;
    toc_org_names audience = {0};
    toc_err err;
    add_names(two, &audience);
    toc_org_id orgs[] = {stand_in("Beta Police"), two->peer.org, two->node.org};
    toc_statement draft = {.releasable_to = orgs, .releasable_count = 3};
    TOC_CHECK_OK(resolve(two, &audience, &draft, &err));
    assert_int_equal(draft.releasable_count, 2);
    int order = memcmp(two->peer.org.bytes, two->node.org.bytes, 32);
    const toc_org_id *first = order < 0 ? &two->peer.org : &two->node.org;
    const toc_org_id *second = order < 0 ? &two->node.org : &two->peer.org;
    assert_true(toc_org_id_equal(&draft.releasable_to[0], first));
    assert_true(toc_org_id_equal(&draft.releasable_to[1], second));
}

static void an_org_that_nobody_knows_is_named_in_the_refusal(void **state)
{
    pair *two = *state;
    toc_org_names audience = {0};
    toc_err err;
    add_names(two, &audience);
    toc_org_id nobody = stand_in("Nobody"), unasked = stand_in("Beta police");
    toc_statement by_name = {.not_to = &nobody, .not_to_count = 1};
    toc_statement by_id = {.releasable_to = &unasked, .releasable_count = 1};
    assert_int_equal(resolve(two, &audience, &by_name, &err), TOC_NOT_FOUND);
    assert_string_equal(err.text,
                        "not_to: no known card names an org 'Nobody'; 'tocsin peer add' it");
    assert_int_equal(resolve(two, &audience, &by_id, &err), TOC_NOT_FOUND);
    assert_non_null(strstr(err.text, "releasable_to: no card is held of an org with the id "));
}

/* ---- all the way ---- */

static void submit_refused(pair *two, const char *arguments, int id, const char *csv,
                           const char *const *sentences, size_t count, long long fresh)
{
    char text[REQUEST_BYTES];
    TOC_AUTO(answer_wipe) answer got = {0};
    snprintf(text, sizeof text, "{\"command\":\"submit\",\"id\":\"%064d\"%s}", id, arguments);
    ask(&two->node, text, csv, &got);
    assert_string_equal(got.text, "");
    assert_int_equal(got.count, count + 1);
    for (size_t i = 0; i < count; i++) {
        const char *error = text_of(got.lines[i], "error");
        if (strstr(error, sentences[i]) == NULL)
            fail_msg("'%s' instead of '…%s…'", error, sentences[i]);
    }
    assert_int_equal(number_of(got.lines[count], "new"), fresh);
    assert_int_equal(number_of(got.lines[count], "refused"), 1); /* row; a head is none */
}

/* Beta Police is known and not in the circle. */
static void what_nobody_else_could_read_is_refused_by_its_line(void **state)
{
    static const char *const unknown[] = {"names an org 'Nobody'"};
    static const char *const some[] = {"releasable_to: nobody in this circle"};
    static const char *const others[] = {"not_to: nobody in this circle"};
    static const char *const unnamed[] = {"no card is held"};
    pair *two = *state;
    submit_refused(two, NAMED, 1, "chain,address,category,releasable_to\n" ETH "Nobody\n" BTC "\n",
                   unknown, 1, 1);
    submit_refused(two, NAMED, 2, "chain,address,category,releasable_to\n" ETH "Beta Police\n",
                   some, 1, 0);
    submit_refused(two, NAMED, 3, "chain,address,category,not_to\n" ETH "Beta Police\n", others, 1,
                   0);
    submit_refused(two, "", 5, "chain,address,category,not_to\n" ETH "Beta Police\n", unnamed, 1,
                   0); /* its tool did not send the name */
    submit_refused(two, "", 6, "chain,address,category,not_to\n" ETH NOBODY "\n", unnamed, 1, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pair, remove_pair)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_become_the_ids_of_cards_in_order_and_once),
        TEST(an_org_that_nobody_knows_is_named_in_the_refusal),
        TEST(what_nobody_else_could_read_is_refused_by_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
