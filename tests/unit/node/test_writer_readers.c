/* Whom records are sealed to that name their readers, while members come and go (decision 0073). */
#include <stdlib.h>

#include "tests/support/check.h"
#include "tests/support/test_node.h"

enum { ALPHA = 0, BETA = 1, GAMMA = 2, NODES = 3, ARENA_BYTES = 32 << 20 };

/* Alpha is the admin; Beta is there from the beginning, and Gamma comes later. */
typedef struct circle_of_three {
    toc_test_node nodes[NODES];
    toc_circle_id circle;
    toc_writer_totals totals; /* of the last batch */
    toc_err refused;          /* the last refusal */
    int node;                 /* waited for: */
    uint64_t opened;
} circle_of_three;

static bool has_opened(void *context)
{
    circle_of_three *all = context;
    toc_hash opened;
    return toc_test_node_digest(&all->nodes[all->node], &opened) >= all->opened;
}

/* Records that it could open, all in all. */
static void expect_opened(circle_of_three *all, int node, uint64_t count)
{
    toc_hash opened;
    all->node = node;
    all->opened = count;
    toc_test_wait("the records are opened", 60, has_opened, all);
    assert_int_equal(toc_test_node_digest(&all->nodes[node], &opened), count);
}

static void note_refusal(void *context, size_t index, const toc_err *why)
{
    (void)index;
    ((circle_of_three *)context)->refused = *why;
}

static void write_at(circle_of_three *all, int node, unsigned flags, const toc_statement *drafts,
                     size_t count)
{
    toc_err err;
    all->totals = (toc_writer_totals){0};
    all->refused = (toc_err){0};
    TOC_CHECK_OK(toc_writer_write(all->nodes[node].writer, &all->circle, TOC_LANE_BULK, flags,
                                  drafts, count, &all->totals, note_refusal, all, &err));
    if (all->totals.refused > 0)
        fail_msg("refused: %s", all->refused.text);
}

/* One that everybody reads, after all that was written before it. */
static void write_open(circle_of_three *all, uint64_t wallet)
{
    toc_statement draft;
    toc_test_draft(wallet, &draft);
    write_at(all, ALPHA, 0, &draft, 1);
}

static toc_statement write_red(circle_of_three *all, uint64_t wallet)
{
    toc_statement draft;
    toc_test_draft(wallet, &draft);
    draft.tlp = TOC_TLP_RED;
    write_at(all, ALPHA, 0, &draft, 1);
    return draft;
}

static void retract(circle_of_three *all, const toc_statement *target)
{
    toc_err err;
    toc_retracted done;
    TOC_CHECK_OK(toc_writer_retract(all->nodes[ALPHA].writer, &all->circle, target,
                                    &(toc_retracting){.reason = TOC_RETRACT_ERROR}, &done, &err));
}

static void take_in(circle_of_three *all, int node)
{
    toc_test_node *it = &all->nodes[node];
    toc_test_node_start(it);
    toc_test_node_add_peer(&all->nodes[ALPHA], it, false);
    toc_test_node_add_peer(it, &all->nodes[ALPHA], true);
    toc_test_node_admit(&all->nodes[ALPHA], &all->circle, &it->org);
    toc_test_node_join(it, &all->circle);
}

static int set_up(void **state)
{
    static const char *const names[] = {"Alpha Exchange", "Beta Police", "Gamma Bank"};
    circle_of_three *all = calloc(1, sizeof *all);
    for (int i = 0; i < NODES; i++)
        toc_test_node_make(names[i], &all->nodes[i]);
    toc_test_node_start(&all->nodes[ALPHA]);
    all->circle = toc_test_node_circle(&all->nodes[ALPHA]);
    take_in(all, BETA);
    *state = all;
    return 0;
}

static int tear_down(void **state)
{
    circle_of_three *all = *state;
    for (int i = 0; i < NODES; i++)
        toc_test_node_remove(&all->nodes[i]);
    free(all);
    return 0;
}

/* It repeats which claim it ends. */
static void who_joined_later_learns_nothing_of_the_end_of_a_claim(void **state)
{
    circle_of_three *all = *state;
    toc_statement ended = write_red(all, 1), narrowed = write_red(all, 2);
    expect_opened(all, BETA, 2);
    take_in(all, GAMMA);
    retract(all, &ended);
    narrowed.releasable_to = &all->nodes[BETA].org;
    narrowed.releasable_count = 1;
    write_at(all, ALPHA, 0, &narrowed, 1);
    write_open(all, 3);
    expect_opened(all, BETA, 6); /* one that ends, one that ends and one anew, one open */
    expect_opened(all, GAMMA, 1);
    (void)write_red(all, 1); /* said anew it is for whoever reads now */
    expect_opened(all, BETA, 7);
    expect_opened(all, GAMMA, 2);
}

static void members_that_are_added_go_to_who_has_the_report(void **state)
{
    circle_of_three *all = *state;
    toc_statement wallet, drafts[2] = {{0}};
    toc_test_draft(1, &wallet);
    toc_member member = {.wallet = wallet.as.wallet.wallet};
    for (int i = 0; i < 2; i++)
        drafts[i] = (toc_statement){.kind = i == 0 ? TOC_RECORD_CLUSTER : TOC_RECORD_MEMBERS,
                                    .tlp = TOC_TLP_RED,
                                    .confidence = 80,
                                    .confidence_scale = toc_span_text("percent"),
                                    .source = {.ground = TOC_GROUND_OWN}};
    drafts[0].as.cluster = (toc_cluster_body){.cluster = toc_span_text("ring"),
                                              .entity_type = toc_span_text("other"),
                                              .method = toc_span_text("other")};
    drafts[1].as.members =
        (toc_members_body){.cluster = toc_span_text("ring"), .count = 1, .members = &member};
    write_at(all, ALPHA, 0, drafts, 2);
    expect_opened(all, BETA, 2);
    take_in(all, GAMMA);
    toc_test_draft(2, &wallet);
    member.wallet = wallet.as.wallet.wallet;
    write_at(all, ALPHA, 0, drafts, 2);
    assert_int_equal(all->totals.fresh, 1);
    write_open(all, 3);
    expect_opened(all, BETA, 4);
    expect_opened(all, GAMMA, 1);
}

static void an_end_goes_to_whoever_had_the_claim(void **state)
{
    circle_of_three *all = *state;
    take_in(all, GAMMA);
    toc_statement red = write_red(all, 1), for_gamma;
    expect_opened(all, BETA, 1);
    toc_test_draft(2, &for_gamma);
    for_gamma.releasable_to = &all->nodes[GAMMA].org;
    for_gamma.releasable_count = 1;
    write_at(all, ALPHA, 0, &for_gamma, 1);
    expect_opened(all, GAMMA, 2);
    retract(all, &for_gamma);
    retract(all, &red);
    expect_opened(all, GAMMA, 4);
    expect_opened(all, BETA, 2);
}

/* Said when it had two readers, ended when there would be more than a record can be sealed to. */
static void a_claim_for_few_can_be_ended_when_the_circle_has_grown(void **state)
{
    toc_err err;
    circle_of_three *all = *state;
    toc_test_node *others = calloc(TOC_READERS_MAX, sizeof *others);
    toc_statement red = write_red(all, 1), more;
    for (unsigned i = 0; i < TOC_READERS_MAX; i++) {
        toc_test_node_make("One of many", &others[i]);
        toc_test_node_add_peer(&all->nodes[ALPHA], &others[i], false);
        toc_test_node_admit(&all->nodes[ALPHA], &all->circle, &others[i].org);
    }
    toc_test_draft(2, &more);
    more.tlp = TOC_TLP_RED;
    all->totals = (toc_writer_totals){0};
    TOC_CHECK_OK(toc_writer_write(all->nodes[ALPHA].writer, &all->circle, TOC_LANE_BULK, 0, &more,
                                  1, &all->totals, note_refusal, all, &err));
    assert_int_equal(all->totals.refused, 1);
    assert_int_equal(all->refused.code, TOC_LIMIT);
    retract(all, &red);
    expect_opened(all, BETA, 2);
    for (unsigned i = 0; i < TOC_READERS_MAX; i++)
        toc_test_node_remove(&others[i]);
    free(others);
}

/* Nor of a claim by what is said about it, or rests on it. */
static void what_speaks_of_a_claim_is_not_for_who_joined_after_it(void **state)
{
    toc_err err;
    circle_of_three *all = *state;
    toc_statement red = write_red(all, 1);
    toc_claim_id claim;
    toc_statement_claim(&red, &all->circle, &all->nodes[ALPHA].org, &claim);
    expect_opened(all, BETA, 1);
    toc_statement dispute = {
        .kind = TOC_RECORD_DISPUTE,
        .tlp = TOC_TLP_RED,
        .confidence = 80,
        .confidence_scale = toc_span_text("percent"),
        .source = {.ground = TOC_GROUND_OWN},
        .as.dispute = {.target.claim = claim, .reason = toc_span_text("wrong-party")}};
    take_in(all, GAMMA);
    write_open(all, 3);
    expect_opened(all, GAMMA, 1);
    expect_opened(all, BETA, 2);
    all->totals = (toc_writer_totals){0};
    TOC_CHECK_OK(toc_writer_write(all->nodes[BETA].writer, &all->circle, TOC_LANE_BULK, 0, &dispute,
                                  1, &all->totals, note_refusal, all, &err));
    assert_int_equal(all->totals.refused, 1);
    assert_int_equal(all->refused.code, TOC_DENIED);
    dispute.releasable_to = &all->nodes[ALPHA].org;
    dispute.releasable_count = 1;
    write_at(all, BETA, 0, &dispute, 1);
    expect_opened(all, ALPHA, 3);
    write_open(all, 4);
    expect_opened(all, GAMMA, 2);
}

enum { MANY_RED = 200 };

/* The most records of the bulk lane that one round of the core has written. */
static uint64_t most_in_a_round(circle_of_three *all, uint64_t *out_total)
{
    toc_err err;
    uint64_t most = 0;
    toc_journal_row row = {0};
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(toc_node_log(all->nodes[ALPHA].node), &txn, &err));
    *out_total = 0;
    while (toc_log_journal_next(txn, TOC_LANE_BULK, row.number, &row, &err) == TOC_OK) {
        if (row.kind != TOC_JOURNAL_OPENED)
            continue;
        *out_total += row.until - row.from;
        most = row.until - row.from > most ? row.until - row.from : most;
    }
    return most;
}

/* Each is some multiplications, and the core does nothing else while it seals: alerts wait. */
static void a_file_for_few_is_sealed_in_many_rounds(void **state)
{
    circle_of_three *all = *state;
    uint64_t total;
    toc_statement *drafts = calloc(MANY_RED, sizeof *drafts);
    for (uint64_t i = 0; i < MANY_RED; i++) {
        toc_test_draft(i, &drafts[i]);
        drafts[i].tlp = TOC_TLP_RED;
    }
    write_at(all, ALPHA, TOC_WRITE_DRY, drafts, MANY_RED);
    assert_int_equal(all->totals.fresh, MANY_RED);
    write_at(all, ALPHA, 0, drafts, MANY_RED);
    assert_int_equal(all->totals.fresh, MANY_RED);
    assert_int_equal(most_in_a_round(all, &total), TOC_WRITER_BOXES_MAX / 4); /* for two of four */
    assert_int_equal(total, MANY_RED);
    write_at(all, ALPHA, 0, drafts, MANY_RED);
    assert_int_equal(all->totals.unchanged, MANY_RED);
    free(drafts);
}

/* A report that is cut into parts is still told whole. */
static void a_report_for_few_goes_over_many_rounds(void **state)
{
    enum { PARTS = 150 };
    circle_of_three *all = *state;
    uint64_t total;
    static toc_statement drafts[PARTS + 1];
    static toc_member members[PARTS];
    for (size_t i = 0; i <= PARTS; i++)
        drafts[i] = (toc_statement){.kind = i == 0 ? TOC_RECORD_CLUSTER : TOC_RECORD_MEMBERS,
                                    .tlp = TOC_TLP_RED,
                                    .confidence = 80,
                                    .confidence_scale = toc_span_text("percent"),
                                    .source = {.ground = TOC_GROUND_OWN}};
    drafts[0].as.cluster =
        (toc_cluster_body){.cluster = toc_span_text("ring"), .entity_type = toc_span_text("other")};
    for (size_t i = 0; i < PARTS; i++) {
        toc_statement wallet;
        toc_test_draft(i, &wallet);
        members[i].wallet = wallet.as.wallet.wallet;
        drafts[i + 1].as.members = (toc_members_body){
            .cluster = toc_span_text("ring"), .count = 1, .members = &members[i]};
    }
    write_at(all, ALPHA, 0, drafts, PARTS + 1);
    assert_int_equal(all->totals.fresh, PARTS);
    assert_int_equal(most_in_a_round(all, &total), TOC_WRITER_BOXES_MAX / 4);
    assert_int_equal(total, PARTS + 1);
    expect_opened(all, BETA, PARTS + 1);
    write_at(all, ALPHA, 0, drafts, PARTS + 1);
    assert_int_equal(all->totals.unchanged, PARTS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_joined_later_learns_nothing_of_the_end_of_a_claim),
        TEST(members_that_are_added_go_to_who_has_the_report),
        TEST(an_end_goes_to_whoever_had_the_claim),
        TEST(what_speaks_of_a_claim_is_not_for_who_joined_after_it),
        TEST(a_file_for_few_is_sealed_in_many_rounds),
        TEST(a_report_for_few_goes_over_many_rounds),
        TEST(a_claim_for_few_can_be_ended_when_the_circle_has_grown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
