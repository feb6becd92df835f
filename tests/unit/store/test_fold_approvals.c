/* Records that too few officers approved (docs/RULES.md §13): they are in E and shown, and have no
 * effect on anything. */
#include "proto/rules/approval.h"
#include "tests/support/officers.h"
#include "tests/unit/store/fold_support.h"

typedef struct desk {
    fixture *it;
    toc_test_feed *feed; /* of the fixture; its grant names what follows */
    toc_test_officers officers;
    toc_wallet wallet;
} desk;

static const uint32_t nobody[] = {0}, one[] = {1, 0}, both[] = {1, 2, 0}, twice[] = {1, 1, 0},
                      without_scope[] = {1, 3, 0}, stranger[] = {1, 4, 0};

static toc_approval_rules wallets_by(uint32_t k)
{
    return (toc_approval_rules){.count = 1, .rows = {{TOC_RECORD_WALLET, k, TOC_SCOPE_SUBMIT}}};
}

static int set_up_desk(void **state)
{
    desk *at = calloc(1, sizeof *at);
    void *inner = NULL;
    toc_approval_rules rules = wallets_by(2);
    assert_non_null(at);
    set_up(&inner);
    at->it = inner;
    at->feed = at->it->feeds[0];
    at->wallet = toc_book_wallet("BTC:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa");
    toc_test_officers_new(&at->feed->name, &rules, 7, &at->officers);
    toc_test_officers_store(&at->officers, at->it->book.log);
    toc_test_officers_grant(&at->officers, at->feed);
    *state = at;
    return 0;
}

static int tear_down_desk(void **state)
{
    desk *at = *state;
    void *inner = at->it;
    toc_test_officers_wipe(&at->officers);
    tear_down(&inner);
    free(at);
    return 0;
}

static toc_said say(desk *at, toc_statement statement, const uint32_t *numbers)
{
    return toc_test_officers_say(&at->officers, at->feed, statement, numbers);
}

static toc_statement claim_of(const desk *at, uint64_t revision)
{
    toc_statement statement = toc_book_claim(at->wallet, "theft");
    statement.revision = revision;
    return statement;
}

static toc_dossier look(desk *at)
{
    fold_new(at->it);
    return dossier_of(at->it, &at->wallet);
}

/* Whatever a record without enough approvals says changes nothing but that it is shown. */
static void assert_mute(desk *at, uint32_t counted)
{
    toc_dossier dossier = look(at);
    assert_int_equal(dossier.claim_count, 0);
    assert_int_equal(dossier.score.score, 0);
    assert_int_equal(dossier.unapproved_count, 1);
    assert_int_equal(dossier.unapproved[0].needed, 2);
    assert_int_equal(dossier.unapproved[0].counted, counted);
    toc_answer_digest digest = toc_viewbook_digest(&at->it->book);
    assert_int_equal(digest.entries, 1);
    assert_int_equal(digest.claims, 0);
    assert_int_equal(digest.wallets, 0);
}

static void two_officers_make_a_claim_count(void **state)
{
    desk *at = *state;
    (void)say(at, claim_of(at, 1), both);
    toc_dossier dossier = look(at);
    assert_int_equal(dossier.claim_count, 1);
    assert_true(dossier.score.score > 0);
    assert_int_equal(dossier.unapproved_count, 0);
}

static void one_officer_is_shown_and_scores_nothing(void **state)
{
    desk *at = *state;
    (void)say(at, claim_of(at, 1), one);
    assert_mute(at, 1);
}

static void nobody_the_same_twice_no_scope_and_a_stranger_are_not_two(void **state)
{
    desk *at = *state;
    static const uint32_t *const cases[] = {nobody, twice, without_scope, stranger};
    for (size_t i = 0; i < TOC_COUNT(cases); i++)
        (void)say(at, claim_of(at, i + 1), cases[i]);
    toc_dossier dossier = look(at);
    assert_int_equal(dossier.claim_count, 0);
    assert_int_equal(dossier.unapproved_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(dossier.unapproved[i].counted, i == 3 ? 0 : 1); /* newest first */
}

static void a_thief_of_the_sign_key_alone_takes_nothing_back(void **state)
{
    desk *at = *state;
    (void)say(at, claim_of(at, 1), both);
    unsigned score = look(at).score.score;
    toc_statement changed = claim_of(at, 9);
    changed.confidence = 1;
    (void)say(at, changed, one);
    toc_dossier dossier = look(at);
    assert_int_equal(dossier.claim_count, 1);
    assert_int_equal(dossier.claims[0].statement.revision, 1);
    assert_int_equal(dossier.score.score, score);
    assert_int_equal(dossier.unapproved_count, 1);
    assert_int_equal(dossier.unapproved[0].claim.statement.revision, 9);
}

static void a_retraction_that_needs_approvals_ends_nothing_without(void **state)
{
    desk *at = *state;
    toc_test_officers strict;
    toc_approval_rules rules = wallets_by(2);
    rules.rows[rules.count++] = (toc_approval_rule){TOC_RECORD_RETRACTION, 2, TOC_SCOPE_SUBMIT};
    toc_test_officers_new(&at->feed->name, &rules, 7, &strict);
    toc_test_officers_store(&strict, at->it->book.log);
    toc_statement claim = claim_of(at, 1), retraction = toc_book_retraction(&claim);
    toc_test_officers_grant(&strict, at->feed);
    (void)say(at, claim, both);
    (void)say(at, retraction, one);
    assert_int_equal(look(at).claim_count, 1);
    retraction.revision = 3;
    (void)say(at, retraction, both);
    assert_int_equal(look(at).claim_count, 0);
    toc_test_officers_wipe(&strict);
}

static void the_last_grant_before_it_judges_a_record_for_ever(void **state)
{
    desk *at = *state;
    toc_test_officers three;
    toc_approval_rules rules = wallets_by(3);
    toc_test_officers_new(&at->feed->name, &rules, 7, &three);
    toc_test_officers_store(&three, at->it->book.log);
    (void)say(at, claim_of(at, 1), both);
    assert_int_equal(look(at).claim_count, 1);
    toc_test_officers_grant(&three, at->feed); /* what comes after needs three */
    (void)say(at, claim_of(at, 2), both);
    toc_dossier dossier = look(at);
    assert_int_equal(dossier.claims[0].statement.revision, 1);
    assert_int_equal(dossier.unapproved[0].needed, 3);
    assert_int_equal(dossier.unapproved[0].counted, 2);
    toc_test_officers_wipe(&three);
}

static void a_charter_of_another_circle_sets_no_rules(void **state)
{
    desk *at = *state;
    toc_test_officers other;
    toc_feed_name name = at->feed->name;
    toc_approval_rules rules = wallets_by(2);
    name.circle.bytes[0] ^= 1;
    toc_test_officers_new(&name, &rules, 7, &other);
    toc_test_officers_store(&other, at->it->book.log);
    toc_test_officers_grant(&other, at->feed);
    (void)say(at, claim_of(at, 1), nobody);
    assert_int_equal(look(at).claim_count, 1);
    toc_test_officers_wipe(&other);
}

/* The cluster and its members are approved apart: who is not approved joins nothing. */
static void members_that_nobody_approved_join_nothing(void **state)
{
    desk *at = *state;
    toc_test_officers strict;
    toc_approval_rules rules = {.count = 1, .rows = {{TOC_RECORD_MEMBERS, 2, TOC_SCOPE_SUBMIT}}};
    toc_member members[] = {{.wallet = at->wallet}, {.wallet = toc_book_numbered(4)}};
    toc_test_officers_new(&at->feed->name, &rules, 7, &strict);
    toc_test_officers_store(&strict, at->it->book.log);
    toc_test_officers_grant(&strict, at->feed);
    (void)say(at, toc_book_cluster("c"), nobody);
    (void)say(at, toc_book_members("c", members, 2), one);
    assert_int_equal(look(at).cluster.id.size, 0);
    (void)say(at, toc_book_members("c", members, 2), both);
    assert_int_equal(look(at).cluster.size, 2);
    toc_test_officers_wipe(&strict);
}

/* As a service it would join nothing: nobody approved that it is one. */
static void a_newer_head_that_nobody_approved_does_not_judge_a_report(void **state)
{
    desk *at = *state;
    toc_test_officers strict;
    toc_approval_rules rules = {.count = 1, .rows = {{TOC_RECORD_CLUSTER, 2, TOC_SCOPE_SUBMIT}}};
    toc_member members[] = {{.wallet = at->wallet}, {.wallet = toc_book_numbered(4)}};
    toc_statement head = toc_book_cluster("c"), service = head;
    toc_test_officers_new(&at->feed->name, &rules, 7, &strict);
    toc_test_officers_store(&strict, at->it->book.log);
    toc_test_officers_grant(&strict, at->feed);
    service.revision = 9;
    service.as.cluster.entity_type = toc_span_text("exchange");
    (void)say(at, service, one);
    (void)say(at, toc_book_members("c", members, 2), nobody);
    (void)say(at, head, both);
    assert_int_equal(look(at).cluster.size, 2);
    check_rebuild(at->it);
    toc_test_officers_wipe(&strict);
}

static void what_goes_again_and_what_is_rebuilt_gives_the_same_digest(void **state)
{
    desk *at = *state;
    (void)say(at, claim_of(at, 1), both);
    (void)look(at);
    toc_answer_digest before = toc_viewbook_digest(&at->it->book);
    toc_said said = say(at, claim_of(at, 2), one);
    (void)look(at);
    toc_answer_digest with = toc_viewbook_digest(&at->it->book);
    assert_false(toc_viewbook_same(&before, &with));
    toc_query_end(&at->it->query);
    at->it->query = (toc_query){0};
    check_rebuild(at->it);
    toc_viewbook_journal(&at->it->book, TOC_JOURNAL_ERASED, at->feed, said.index, said.index + 1);
    toc_viewbook_fold(&at->it->book);
    toc_answer_digest after = toc_viewbook_digest(&at->it->book);
    assert_true(toc_viewbook_same(&before, &after));
}

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up_desk, tear_down_desk)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(two_officers_make_a_claim_count),
        DESK_TEST(one_officer_is_shown_and_scores_nothing),
        DESK_TEST(nobody_the_same_twice_no_scope_and_a_stranger_are_not_two),
        DESK_TEST(a_thief_of_the_sign_key_alone_takes_nothing_back),
        DESK_TEST(a_retraction_that_needs_approvals_ends_nothing_without),
        DESK_TEST(the_last_grant_before_it_judges_a_record_for_ever),
        DESK_TEST(a_charter_of_another_circle_sets_no_rules),
        DESK_TEST(members_that_nobody_approved_join_nothing),
        DESK_TEST(a_newer_head_that_nobody_approved_does_not_judge_a_report),
        DESK_TEST(what_goes_again_and_what_is_rebuilt_gives_the_same_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
