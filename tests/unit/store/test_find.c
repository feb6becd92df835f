/* Claims by their ids alone (store/view/find.c). */
#include "tests/unit/store/fold_support.h"

enum { CLAIMS = 4700 }; /* more than a page of columns holds */

static toc_said claims[CLAIMS];

static void say_all(fixture *it)
{
    for (size_t i = 0; i < CLAIMS; i++)
        claims[i] = toc_viewbook_say(it->feeds[i % 16 == 0 ? 1 : 0],
                                     toc_book_claim(toc_book_numbered((uint32_t)i), "theft"));
    fold_new(it);
}

static toc_subject subject_of(uint32_t number)
{
    return toc_book_numbered(number).subject;
}

static void find(fixture *it, toc_views_place *places, size_t count)
{
    toc_err err = {0};
    TOC_AUTO(toc_views_end) toc_views_txn *txn = NULL;
    TOC_CHECK_OK(toc_views_read(it->book.views, &txn, &err));
    TOC_CHECK_OK(toc_views_find(txn, places, count, &err));
}

static bool is_found(fixture *it, const toc_claim_id *claim)
{
    toc_views_place place = {.claim = *claim};
    find(it, &place, 1);
    return place.found;
}

static void every_claim_is_found_where_it_is_filed(void **state)
{
    fixture *it = *state;
    static toc_views_place places[CLAIMS];
    say_all(it);
    for (size_t i = 0; i < CLAIMS; i++)
        places[i] = (toc_views_place){.claim = claims[i].claim};
    find(it, places, CLAIMS);
    for (size_t i = 0; i < CLAIMS; i++) {
        toc_views_place place = {.claim = claims[i].claim};
        if (i % 100 == 0)
            find(it, &place, 1);
        toc_subject expected = subject_of((uint32_t)i);
        assert_true(i % 100 != 0 || (place.found && place.subject.size == expected.size &&
                                     memcmp(place.subject.bytes, expected.bytes, 22) == 0));
        assert_true(places[i].found);
        assert_true(i == 0 || memcmp(places[i - 1].claim.bytes, places[i].claim.bytes, 32) < 0);
    }
}

static void four_bytes_in_common_are_no_name(void **state)
{
    fixture *it = *state;
    say_all(it);
    toc_views_place places[3] = {
        {.claim = claims[7].claim}, {.claim = claims[7].claim}, {.claim = claims[7].claim}};
    places[1].claim.bytes[4] ^= 1;
    places[2].claim.bytes[31] ^= 1;
    find(it, places, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(places[i].found,
                         memcmp(places[i].claim.bytes, claims[7].claim.bytes, 32) == 0);
}

static void a_claim_asked_for_twice_is_found_twice(void **state)
{
    fixture *it = *state;
    say_all(it);
    toc_views_place places[2] = {{.claim = claims[CLAIMS - 1].claim},
                                 {.claim = claims[CLAIMS - 1].claim}};
    find(it, places, 2);
    assert_true(places[0].found && places[1].found);
}

/* What a report says of its members is of its claim, too: they alone are enough. */
static void members_and_retractions_lead_to_their_claim(void **state)
{
    fixture *it = *state;
    toc_statement claim = toc_book_claim(toc_book_numbered(1), "theft");
    toc_said ended = toc_viewbook_say(it->feeds[0], claim);
    toc_statement end = toc_book_retraction(&claim);
    end.revision = 2;
    (void)toc_viewbook_say(it->feeds[0], end);
    toc_statement tombstone = toc_book_claim(toc_book_numbered(2), "scam");
    toc_said early = toc_viewbook_say(it->feeds[1], toc_book_retraction(&tombstone));
    toc_said cluster = say_cluster(it, 2, "c", 10, 3);
    fold_new(it);
    toc_err err = {0};
    toc_views_head head;
    TOC_AUTO(toc_views_end) toc_views_txn *txn = NULL;
    TOC_CHECK_OK(toc_views_read(it->book.views, &txn, &err));
    TOC_CHECK_OK(toc_views_head_by_id(txn, &ended.claim, &head, &err));
    assert_int_equal(head.revision, 2);
    assert_false(head.live);
    TOC_CHECK_OK(toc_views_head_by_id(txn, &early.claim, &head, &err));
    assert_false(head.live);
    TOC_CHECK_OK(toc_views_head_by_id(txn, &cluster.claim, &head, &err));
    assert_true(head.live);
}

static void what_is_erased_is_found_no_more(void **state)
{
    fixture *it = *state;
    say_all(it);
    assert_true(is_found(it, &claims[5].claim));
    toc_viewbook_journal(&it->book, TOC_JOURNAL_ERASED, it->feeds[0], claims[5].index,
                         claims[5].index + 1);
    toc_viewbook_fold(&it->book);
    assert_false(is_found(it, &claims[5].claim));
    assert_true(is_found(it, &claims[6].claim));
    check_rebuild(it);
}

static void an_unknown_claim_is_not_found(void **state)
{
    fixture *it = *state;
    toc_views_head head;
    toc_err err = {0};
    say_all(it);
    toc_claim_id none = {{0}}; /* as the first bytes of empty cells are */
    TOC_AUTO(toc_views_end) toc_views_txn *txn = NULL;
    TOC_CHECK_OK(toc_views_read(it->book.views, &txn, &err));
    assert_int_equal(toc_views_head_by_id(txn, &none, &head, &err), TOC_NOT_FOUND);
    assert_string_equal(err.text, "no record of this claim");
    find(it, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_claim_is_found_where_it_is_filed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(four_bytes_in_common_are_no_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_claim_asked_for_twice_is_found_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(members_and_retractions_lead_to_their_claim, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_erased_is_found_no_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_claim_is_not_found, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
