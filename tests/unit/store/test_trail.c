/* What the audit says when it is asked (store/trail.h): deeds as a whole, whatever ran beside them.
 * What is found by wallet and record: scenario/audit.py and scenario/approvals.py. */
#include "store/trail.h"

#include "tests/unit/store/fold_support.h"

enum { FIRST_MS = 1767225600, STEP_MS = 1000 };

/* Two deeds at once, a third that crashed, a fourth that was refused in one line, and records of
 * nobody's asking. */
static const char *const lines[] = {
    "{\"door\":\"socket\",\"uid\":7,\"gid\":7,\"command\":\"submit\",\"request\":{\"id\":\"a\"}}",
    "{\"door\":\"socket\",\"uid\":8,\"gid\":8,\"command\":\"retract\",\"request\":{\"id\":\"b\"}}",
    "{\"of\":0,\"wrote\":{\"circle\":"
    "\"c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0\","
    "\"lane\":\"bulk\",\"generation\":1,\"from\":1,\"until\":3}}",
    "{\"of\":1,\"outcome\":\"denied\",\"lines\":0}",
    "{\"of\":0,\"outcome\":\"ok\",\"lines\":1,\"answer\":{\"draft\":\"d\"}}",
    "{\"door\":\"spool\",\"uid\":7,\"gid\":7,\"command\":\"submit\",\"request\":{\"id\":\"d\"}}",
    "{\"door\":\"socket\",\"uid\":9,\"gid\":9,\"audience\":\"partner\",\"command\":\"lookup\","
    "\"request\":{},\"outcome\":\"denied\",\"lines\":0}",
    "{\"of\":null,\"wrote\":{\"circle\":"
    "\"c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0\","
    "\"lane\":\"bulk\",\"generation\":1,\"from\":3,\"until\":4}}",
};

static int set_up_lines(void **state)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    assert_int_equal(set_up(state), 0);
    fixture *it = *state;
    TOC_CHECK_OK(toc_log_write(it->book.log, &txn, &err));
    TOC_CHECK_OK(toc_log_owner_put(txn, &it->feeds[0]->name.org, &err));
    for (size_t i = 0; i < TOC_COUNT(lines); i++) {
        uint64_t number;
        toc_time at = {FIRST_MS + i * STEP_MS};
        TOC_CHECK_OK(toc_audit_add(txn, at, toc_span_text(lines[i]), &number, &err));
        assert_int_equal(number, i);
    }
    TOC_CHECK_OK(toc_log_commit(txn, &err));
    return 0;
}

typedef struct answer {
    toc_buf numbers; /* "0,2,4" */
    toc_buf text;
    uint64_t total;
} answer;

static void answer_wipe(answer *got)
{
    toc_buf_wipe(&got->numbers);
    toc_buf_wipe(&got->text);
}
TOC_DEFINE_AUTO_WIPE(answer, answer_wipe)

static toc_code take(void *context, toc_span line, toc_err *err)
{
    static const char before[] = "{\"number\":";
    answer *got = context;
    (void)err;
    assert_memory_equal(line.data, before, sizeof before - 1);
    toc_buf_add_text(&got->numbers, got->numbers.size == 0 ? "" : ",");
    toc_buf_add_u8(&got->numbers, line.data[sizeof before - 1]);
    toc_buf_add_span(&got->text, line);
    return TOC_OK;
}

static void check(fixture *it, toc_trail_search search, const char *expected, uint64_t total)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    toc_err err = {0};
    search.limit = search.limit == 0 ? TOC_COUNT(lines) : search.limit;
    TOC_CHECK_OK(toc_trail_ask(ask(it), &search, take, &got, &got.total, &err));
    toc_buf_add_u8(&got.numbers, 0);
    assert_string_equal((const char *)got.numbers.data, expected);
    assert_int_equal(got.total, total);
}

static toc_span text(const char *words)
{
    return toc_span_text(words);
}

static void a_deed_is_told_whole_by_what_any_of_its_lines_says(void **state)
{
    fixture *it = *state;
    check(it, (toc_trail_search){0}, "0,1,2,3,4,5,6,7", 8);
    check(it, (toc_trail_search){.text = text("a")}, "0,2,4", 3);
    check(it, (toc_trail_search){.text = text("d")}, "0,2,4,5", 4); /* in an answer, too */
    check(it, (toc_trail_search){.outcome = text("denied")}, "1,3,6", 3);
    check(it, (toc_trail_search){.outcome = text("ok"), .text = text("a")}, "0,2,4", 3);
    check(it, (toc_trail_search){.outcome = text("denied"), .text = text("a")}, "", 0);
    check(it, (toc_trail_search){.text = text("partner")}, "6", 1); /* as which audience */
}

static void who_asked_decides_for_all_that_was_written_for_it(void **state)
{
    fixture *it = *state;
    check(it, (toc_trail_search){.has_uid = true, .uid = 7}, "0,2,4,5", 4);
    check(it, (toc_trail_search){.has_uid = true, .uid = 8}, "1,3", 2);
    check(it, (toc_trail_search){.command = text("submit")}, "0,2,4,5", 4);
    check(it, (toc_trail_search){.has_uid = true, .uid = 8, .outcome = text("ok")}, "", 0);
}

static void the_newest_lines_are_kept_whichever_deed_ended_first(void **state)
{
    fixture *it = *state;
    check(it, (toc_trail_search){.limit = 2}, "6,7", 8);
    check(it, (toc_trail_search){.command = text("submit"), .limit = 2}, "4,5", 4);
    check(it, (toc_trail_search){.text = text("a"), .limit = 1}, "4", 3);
    check(it, (toc_trail_search){.has_uid = true, .uid = 7, .limit = 3}, "2,4,5", 4);
}

static void the_time_is_each_lines_own(void **state)
{
    fixture *it = *state;
    toc_time second = {FIRST_MS + 2 * STEP_MS}, fourth = {FIRST_MS + 4 * STEP_MS};
    check(it, (toc_trail_search){.since = second, .until = fourth}, "2,3", 2);
    check(it, (toc_trail_search){.since = second, .text = text("a")}, "2,4", 2);
    check(it, (toc_trail_search){.until = second, .text = text("a")}, "0", 1);
}

/* What came of the deed is older, by the clock, than who asked for it; and nothing after it is new
 * enough. */
static void a_clock_that_was_set_back_hides_no_line(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    static const struct {
        const char *text;
        uint64_t at;
    } later[] = {
        {"{\"door\":\"socket\",\"uid\":5,\"gid\":5,\"command\":\"order-add\",\"request\":{}}",
         FIRST_MS + 20 * STEP_MS},
        {"{\"of\":8,\"outcome\":\"full\",\"lines\":0}", FIRST_MS - 20 * STEP_MS},
    };
    toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_write(it->book.log, &txn, &err));
    for (size_t i = 0; i < TOC_COUNT(later); i++) {
        uint64_t number;
        toc_time at = {later[i].at};
        TOC_CHECK_OK(toc_audit_add(txn, at, toc_span_text(later[i].text), &number, &err));
    }
    TOC_CHECK_OK(toc_log_commit(txn, &err));
    toc_time tenth = {FIRST_MS + 10 * STEP_MS}, sixth = {FIRST_MS + 6 * STEP_MS};
    check(it, (toc_trail_search){.since = tenth, .outcome = text("full")}, "8", 1);
    check(it, (toc_trail_search){.since = tenth}, "8", 1);
    check(it, (toc_trail_search){.since = sixth}, "6,7,8", 3);
    check(it, (toc_trail_search){.outcome = text("full")}, "8,9", 2);
}

static void an_id_that_is_none_is_refused(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    toc_trail_search search = {.record = text("00ff"), .limit = 1};
    assert_int_equal(toc_trail_ask(ask(it), &search, take, &got, &got.total, &err), TOC_USAGE);
    search = (toc_trail_search){.wallet = text("ETH:0x00ff"), .limit = 1};
    assert_int_equal(toc_trail_ask(ask(it), &search, take, &got, &got.total, &err), TOC_MALFORMED);
    assert_int_equal(got.numbers.size, 0);
}

/* "No line fits" would be said of a misspelt word, and be believed. */
static void a_word_that_no_line_can_have_is_refused_with_those_that_there_are(void **state)
{
    static const struct {
        const char *command, *outcome, *says;
    } cases[] = {
        {"", "deneid", "'deneid' is no outcome; there are ok, malformed, "},
        {"", "refused", "denied, io, full"},
        {"", "OK", "is no outcome"},
        {"submti", "", "'submti', and there is none of that name; nearest is 'submit'"},
        {"circle choose", "", "nearest is 'circle-choose'"},
        {"status", "", "status and peers are not kept"},
    };
    fixture *it = *state;
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        TOC_AUTO(answer_wipe) answer got = {0};
        toc_err err = {0};
        toc_trail_search search = {
            .command = text(cases[i].command), .outcome = text(cases[i].outcome), .limit = 1};
        assert_int_equal(toc_trail_ask(ask(it), &search, take, &got, &got.total, &err), TOC_USAGE);
        assert_non_null(strstr(err.text, cases[i].says));
        assert_int_equal(got.numbers.size, 0);
    }
    check(it, (toc_trail_search){.command = text("erase")}, "", 0); /* nobody did that */
    check(it, (toc_trail_search){.outcome = text("no-memory")}, "", 0);
}

static void what_is_no_command_is_found_as_somebody_spelt_it(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    uint64_t number;
    toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_write(it->book.log, &txn, &err));
    TOC_CHECK_OK(toc_audit_add(txn, (toc_time){FIRST_MS + 9 * STEP_MS},
                               text("{\"door\":\"socket\",\"uid\":5,\"gid\":5,\"command\":"
                                    "\"make-tea\",\"request\":{},\"outcome\":\"usage\","
                                    "\"lines\":0}"),
                               &number, &err));
    TOC_CHECK_OK(toc_log_commit(txn, &err));
    check(it, (toc_trail_search){.command = text("make-tea")}, "8", 1);
    check(it, (toc_trail_search){.command = text("make-tea"), .outcome = text("ok")}, "", 0);
}

#define WITH_LINES(test) cmocka_unit_test_setup_teardown(test, set_up_lines, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LINES(a_deed_is_told_whole_by_what_any_of_its_lines_says),
        WITH_LINES(who_asked_decides_for_all_that_was_written_for_it),
        WITH_LINES(the_newest_lines_are_kept_whichever_deed_ended_first),
        WITH_LINES(the_time_is_each_lines_own),
        WITH_LINES(a_clock_that_was_set_back_hides_no_line),
        WITH_LINES(an_id_that_is_none_is_refused),
        WITH_LINES(a_word_that_no_line_can_have_is_refused_with_those_that_there_are),
        WITH_LINES(what_is_no_command_is_found_as_somebody_spelt_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
