/* Records of every kind with a head, and of derived sources, in E and V (docs/RULES.md §1 to §3):
 * those of tests/vectors/record-kinds.txt, which Python wrote, one of each claim. */
#include "tests/support/vectors.h"
#include "tests/unit/store/fold_support.h"

enum { CIRCLE = 0x11, ORG = 0x22, CLAIMS_MAX = 32, MINUTE = 60000 };

typedef struct kinds {
    fixture *it;
    toc_vectors *vectors;
    toc_arena *arena;
    toc_test_feed *feed, *other;
    uint64_t given, other_given;
    size_t count;
    toc_statement statements[CLAIMS_MAX];
    toc_claim_id claims[CLAIMS_MAX];
} kinds;

static void add(kinds *all, const toc_vector *vector)
{
    toc_err err = {0};
    toc_claim_id claim;
    toc_statement statement;
    TOC_CHECK_OK(toc_record_decode(toc_vector_hex(vector, "record"), all->arena, &statement, &err));
    toc_statement_claim(&statement, &all->feed->name.circle, &all->feed->name.org, &claim);
    for (size_t i = 0; i < all->count; i++) {
        if (toc_claim_id_equal(&claim, &all->claims[i]))
            return;
    }
    assert_true(all->count < CLAIMS_MAX);
    statement.issued_at.unix_ms = TOC_BOOK_NOW;
    statement.valid_until.unix_ms = 0;
    statement.revision = 1;
    all->claims[all->count] = claim;
    all->statements[all->count++] = statement;
}

static int set_up_kinds(void **state)
{
    kinds *all = calloc(1, sizeof *all);
    toc_err err = {0};
    void *inner = NULL;
    assert_non_null(all);
    set_up(&inner);
    all->it = inner;
    all->feed = toc_viewbook_feed(CIRCLE, ORG, TOC_LANE_BULK, 11);
    all->other = toc_viewbook_feed(CIRCLE, ORG, TOC_LANE_ALERT, 12);
    all->vectors = toc_vectors_open("record-kinds.txt", 27);
    TOC_CHECK_OK(toc_arena_new(8u << 20, &all->arena, &err));
    bool seen[TOC_RECORD_LAST + 1] = {0};
    for (size_t i = 0; i < toc_vectors_count(all->vectors); i++) {
        const toc_vector *vector = toc_vectors_at(all->vectors, i);
        seen[toc_vector_u64(vector, "kind")] = true;
        if (toc_vector_u64(vector, "kind") > 0)
            add(all, vector);
    }
    for (size_t kind = TOC_RECORD_TRANSFER; kind <= TOC_RECORD_LAST; kind++)
        assert_true(seen[kind]);
    *state = all;
    return 0;
}

static int tear_down_kinds(void **state)
{
    kinds *all = *state;
    void *inner = all->it;
    toc_test_feed_free(all->feed);
    toc_test_feed_free(all->other);
    toc_vectors_free(all->vectors);
    toc_arena_free(all->arena);
    free(all);
    return tear_down(&inner);
}

static void fold_feed(kinds *all, const toc_test_feed *feed, uint64_t *given)
{
    if (feed->count == *given)
        return;
    toc_viewbook_store(&all->it->book, feed, feed->count);
    toc_viewbook_journal(&all->it->book, TOC_JOURNAL_OPENED, feed, *given, feed->count);
    *given = feed->count;
}

static void fold_all(kinds *all)
{
    fold_feed(all, all->feed, &all->given);
    fold_feed(all, all->other, &all->other_given);
    toc_viewbook_fold(&all->it->book);
}

static void say_all(kinds *all, toc_test_feed *feed, uint64_t revision, uint64_t issued,
                    uint64_t valid_until)
{
    for (size_t i = 0; i < all->count; i++) {
        toc_statement statement = all->statements[i];
        statement.revision = revision;
        statement.issued_at.unix_ms = issued;
        statement.valid_until.unix_ms = valid_until;
        (void)toc_viewbook_say(feed, statement);
    }
}

static void retract_all(kinds *all, toc_test_feed *feed, uint64_t revision)
{
    for (size_t i = 0; i < all->count; i++) {
        toc_statement end;
        toc_statement_retract(&all->statements[i], &all->claims[i], TOC_RETRACT_ERROR, &end);
        end.revision = revision;
        end.issued_at.unix_ms = TOC_BOOK_NOW;
        (void)toc_viewbook_say(feed, end);
    }
}

/* All of them live, or none; the walked digest is the running one, and a fold from nothing, in this
 * order or another, comes to the same. */
static void check(kinds *all, size_t live, uint64_t revision)
{
    toc_err err = {0};
    toc_answer_digest kept = toc_viewbook_digest(&all->it->book);
    assert_int_equal(kept.claims, live);
    toc_views_txn *txn = ask(all->it)->views;
    for (size_t i = 0; i < all->count; i++) {
        toc_subject subject;
        toc_views_head head;
        toc_statement_subject(&all->statements[i], &all->claims[i], &subject);
        TOC_CHECK_OK(toc_views_head_of(txn, &subject, &all->claims[i], &head, &err));
        assert_int_equal(head.live, live > 0);
        assert_int_equal(head.revision, revision);
    }
    check_rebuild(all->it);
    uint64_t seed = revision;
    TOC_CHECK_OK(toc_views_rebuild(all->it->book.views, &seed, NULL, NULL, &err));
    toc_answer_digest shuffled = toc_viewbook_digest(&all->it->book);
    assert_true(toc_viewbook_same(&kept, &shuffled));
}

/* ---- §3 for each of them ---- */

static void every_kind_lives_ends_and_lives_again(void **state)
{
    kinds *all = *state;
    say_all(all, all->feed, 1, TOC_BOOK_NOW, 0);
    fold_all(all);
    check(all, all->count, 1);
    retract_all(all, all->other, 4); /* in whichever lane */
    fold_all(all);
    check(all, 0, 4);
    say_all(all, all->feed, 3, TOC_BOOK_NOW, 0); /* not newer: the tombstone ends it too */
    fold_all(all);
    check(all, 0, 4);
    say_all(all, all->feed, 5, TOC_BOOK_NOW, 0);
    fold_all(all);
    check(all, all->count, 5);
}

static void every_kind_expires_and_none_before_it_comes_back(void **state)
{
    kinds *all = *state;
    say_all(all, all->feed, 1, TOC_BOOK_NOW, 0);
    say_all(all, all->feed, 2, TOC_BOOK_NOW, TOC_BOOK_NOW + MINUTE);
    fold_all(all);
    check(all, all->count, 2);
    toc_viewbook_tick(&all->it->book, TOC_BOOK_NOW + MINUTE);
    toc_viewbook_fold(&all->it->book);
    check(all, 0, 2);
}

static void every_kind_waits_for_its_time(void **state)
{
    kinds *all = *state;
    say_all(all, all->feed, 1, TOC_BOOK_NOW + TOC_FUTURE_MS_MAX + 1, 0);
    fold_all(all);
    assert_int_equal(toc_viewbook_digest(&all->it->book).entries, all->count);
    check(all, 0, 1);
    toc_viewbook_tick(&all->it->book, TOC_BOOK_NOW + MINUTE);
    toc_viewbook_fold(&all->it->book);
    check(all, all->count, 1);
}

/* ---- out of E ---- */

static void every_kind_is_taken_out_as_exactly_as_it_was_put_in(void **state)
{
    kinds *all = *state;
    say_all(all, all->feed, 1, TOC_BOOK_NOW, 0);
    fold_all(all);
    toc_answer_digest before = toc_viewbook_digest(&all->it->book);
    retract_all(all, all->other, 2);
    say_all(all, all->other, 3, TOC_BOOK_NOW + TOC_FUTURE_MS_MAX + 1, 0); /* these wait */
    say_all(all, all->other, 4, TOC_BOOK_NOW, TOC_BOOK_NOW + MINUTE);
    fold_all(all);
    toc_answer_digest between = toc_viewbook_digest(&all->it->book);
    assert_false(toc_viewbook_same(&before, &between));
    toc_viewbook_journal(&all->it->book, TOC_JOURNAL_QUARANTINED, all->other, 1, all->other->count);
    toc_viewbook_fold(&all->it->book);
    toc_answer_digest after = toc_viewbook_digest(&all->it->book);
    assert_true(toc_viewbook_same(&before, &after));
    toc_viewbook_journal(&all->it->book, TOC_JOURNAL_RELEASED, all->other, 1, all->other->count);
    toc_viewbook_fold(&all->it->book);
    after = toc_viewbook_digest(&all->it->book);
    assert_true(toc_viewbook_same(&between, &after));
    toc_viewbook_journal(&all->it->book, TOC_JOURNAL_ERASED, all->other, 1, all->other->count);
    toc_viewbook_journal(&all->it->book, TOC_JOURNAL_ERASED, all->feed, 1, all->feed->count);
    toc_viewbook_fold(&all->it->book);
    after = toc_viewbook_digest(&all->it->book);
    static const toc_hash zero;
    assert_true(toc_hash_equal(&after.digest, &zero));
    assert_int_equal(after.entries, 0);
    check_rebuild(all->it);
}

/* ---- what a report is ---- */

/* Class cluster alone does not make a record one of a report. */
static void a_dispute_of_a_cluster_is_no_record_of_the_report(void **state)
{
    kinds *all = *state;
    toc_statement cluster = {.kind = TOC_RECORD_CLUSTER}, dispute = {0};
    for (size_t i = 0; i < all->count; i++) {
        const toc_statement *one = &all->statements[i];
        if (one->kind == TOC_RECORD_DISPUTE)
            dispute = *one;
    }
    assert_int_equal(dispute.kind, TOC_RECORD_DISPUTE);
    cluster.as.cluster.cluster = toc_span_text("one");
    toc_target *target = &dispute.as.dispute.target;
    target->org = all->it->feeds[0]->name.org;
    target->named = &cluster;
    toc_statement_claim(&cluster, &all->feed->name.circle, &target->org, &target->claim);
    (void)toc_viewbook_say(all->feed, dispute);
    dispute.revision = 2;
    dispute.issued_at.unix_ms = TOC_BOOK_NOW + TOC_FUTURE_MS_MAX + 1;
    (void)toc_viewbook_say(all->feed, dispute);
    fold_all(all);
    toc_err err = {0};
    uint64_t rows;
    toc_views_txn *txn = ask(all->it)->views;
    TOC_CHECK_OK(toc_table_count(txn->view.txn, TOC_VIEW_COMPONENTS, &rows, &err));
    assert_int_equal(rows, 0);
    TOC_CHECK_OK(toc_table_count(txn->view.txn, TOC_VIEW_WAITING, &rows, &err));
    assert_int_equal(rows, 0);
    assert_int_equal(toc_viewbook_digest(&all->it->book).claims, 1);
    check_rebuild(all->it);
}

/* ---- found otherwise ---- */

static bool has_row(kinds *all, toc_view_table table, const toc_key *key)
{
    toc_err err = {0};
    toc_span value;
    toc_code code = toc_table_get(ask(all->it)->views->view.txn, (toc_table)table,
                                  toc_key_view(key), &value, &err);
    assert_true(code == TOC_OK || code == TOC_NOT_FOUND);
    return code == TOC_OK;
}

static void a_same_as_is_found_by_its_second_incident_too(void **state)
{
    kinds *all = *state;
    toc_statement same_as = {0};
    for (size_t i = 0; i < all->count; i++) {
        if (all->statements[i].kind == TOC_RECORD_SAME_AS)
            same_as = all->statements[i];
    }
    assert_int_equal(same_as.kind, TOC_RECORD_SAME_AS);
    toc_said said = toc_viewbook_say(all->feed, same_as);
    fold_all(all);
    toc_subject second;
    toc_key key;
    toc_incident_subject(same_as.as.same_as.second.slug, &second);
    toc_mention_key(&key, toc_subject_view(&second), &said.claim, &said.record);
    assert_true(has_row(all, TOC_VIEW_MENTIONS, &key));
    toc_viewbook_journal(&all->it->book, TOC_JOURNAL_ERASED, all->feed, 1, 2);
    toc_viewbook_fold(&all->it->book);
    assert_false(has_row(all, TOC_VIEW_MENTIONS, &key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_kind_lives_ends_and_lives_again, set_up_kinds,
                                        tear_down_kinds),
        cmocka_unit_test_setup_teardown(every_kind_expires_and_none_before_it_comes_back,
                                        set_up_kinds, tear_down_kinds),
        cmocka_unit_test_setup_teardown(every_kind_waits_for_its_time, set_up_kinds,
                                        tear_down_kinds),
        cmocka_unit_test_setup_teardown(every_kind_is_taken_out_as_exactly_as_it_was_put_in,
                                        set_up_kinds, tear_down_kinds),
        cmocka_unit_test_setup_teardown(a_dispute_of_a_cluster_is_no_record_of_the_report,
                                        set_up_kinds, tear_down_kinds),
        cmocka_unit_test_setup_teardown(a_same_as_is_found_by_its_second_incident_too, set_up_kinds,
                                        tear_down_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
