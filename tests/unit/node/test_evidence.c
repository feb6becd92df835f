/* What an org says later of its own keys: it takes its word out of other orgs' evidence, and spoils
 * none. */
#include "proto/base/text.h"
#include "proto/roll/change.h"
#include "store/evidence.h"
#include "store/identity.h"
#include "tests/unit/node/hostile.h"

typedef struct told {
    toc_buf first, last; /* lines of an answer */
    size_t count;
} told;

static toc_code take_line(void *context, toc_span line, toc_err *err)
{
    told *all = context;
    toc_buf *out = all->count++ == 0 ? &all->first : &all->last;
    toc_buf_clear(out);
    toc_buf_add_span(out, line);
    return toc_buf_ok(out, err);
}

typedef toc_code ask_fn(toc_log_txn *txn, const toc_hash *record, toc_evidence_visit visit,
                        void *context, toc_err *err);

/* Whether the author is told, of his record, that the reader held it. */
static bool names_reader(const scene *s, ask_fn *ask)
{
    toc_err err;
    toc_hash record;
    toc_log_txn *txn = NULL;
    told all = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf reader = {0};
    memcpy(record.bytes, s->record.bytes, sizeof record.bytes);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[AUTHOR].log, &txn, &err));
    TOC_CHECK_OK(ask(txn, &record, take_line, &all, &err));
    toc_log_abort(txn);
    toc_buf_add_text(&reader, "\"org\":\"");
    toc_buf_add_hex(&reader, TOC_SPAN_OF(s->net.nodes[READER].org.bytes));
    const char *held = strstr(toc_buf_text(all.count > 1 ? &all.last : &all.first),
                              all.count > 1 ? "\"receipts\":" : "\"held\":");
    const char *lacking = strstr(held, "\"lacking\":");
    const char *found = strstr(held, toc_buf_text(&reader));
    bool names = found != NULL && (lacking == NULL || found < lacking);
    toc_buf_wipe(&all.first);
    toc_buf_wipe(&all.last);
    return names;
}

/* New keys, on a card that says those before had been retired an hour ago. */
static toc_code turn_back(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    const sim_node *node = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_card current, next;
    toc_time before = {now.wall.unix_ms - 3600000};
    TOC_TRY(toc_arena_new(4 << 20, &arena, err));
    TOC_TRY(toc_log_card_of(txn, &node->org, arena, &current, err));
    toc_card_next(&current, &next);
    next.valid_from = now.wall;
    TOC_TRY(toc_identity_prepare(txn, TOC_CHANGE_COSIGN, &next, before, arena, err));
    TOC_TRY(toc_card_sign(&next, node->roots.root, NULL, &bytes, err));
    return toc_engine_card_adopt(engine, txn, toc_buf_view(&bytes), true, now, err);
}

static int set_up_receipted(void **state)
{
    set_up(state);
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 500);
    assert_true(names_reader(s, toc_bundle_ask) && names_reader(s, toc_receipt_ask));
    return 0;
}

static void retire_before(scene *s)
{
    sim_node *reader = &s->net.nodes[READER];
    assert_true(sim_do(&s->net, reader, turn_back, reader));
}

static void who_says_that_its_key_was_retired_before_spoils_no_bundle(void **state)
{
    scene *s = *state;
    isolate(s, READER); /* else it says anew what it holds */
    retire_before(s);
    copy_card(s, &s->net.nodes[READER]);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], add_peer, s));
    assert_false(names_reader(s, toc_bundle_ask));
    assert_true(
        names_reader(s, toc_receipt_ask)); /* which tells what was said, not what it proves */
}

/* Nothing was written since, so nothing else makes it cosign. */
static void what_a_retired_key_receipted_is_receipted_anew_by_the_next(void **state)
{
    scene *s = *state;
    retire_before(s);
    steps(s, 500);
    assert_true(names_reader(s, toc_bundle_ask));
    assert_int_equal(refused(s, AUTHOR, READER, TOC_REFUSE_COSIGNATURE), 0);
}

/* As a restart finds it: the card was put in force while the node was stopped. Who hears of the
 * receipt before the card hears of it again within two minutes. */
static void what_a_retired_key_receipted_is_receipted_anew_after_a_restart(void **state)
{
    scene *s = *state;
    retire_before(s);
    sim_crash(&s->net, &s->net.nodes[READER]);
    steps(s, 150000 / SIM_STEP_MS);
    assert_true(names_reader(s, toc_bundle_ask));
}

static void its_next_word_counts_where_its_first_does_not(void **state)
{
    scene *s = *state;
    toc_record_id first = s->record;
    retire_before(s);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 500);
    s->record = first;
    assert_true(names_reader(s, toc_bundle_ask));
}

/* ---- an author who is gone ---- */

/* Says three things, each of which the reader has cosigned by itself; then it has a new sign key,
 * gives away the card, and signs nothing anew. */
static int set_up_gone(void **state)
{
    set_up(state);
    scene *s = *state;
    toc_record_id first = {{0}};
    for (int i = 0; i < 3; i++) {
        assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
        first = i == 0 ? s->record : first;
        steps(s, 200);
    }
    s->record = first;
    isolate(s, AUTHOR);
    assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], TOC_CHANGE_SIGN, false, false));
    copy_card(s, &s->net.nodes[AUTHOR]);
    sim_off(&s->net, &s->net.nodes[AUTHOR]);
    assert_true(sim_do(&s->net, &s->net.nodes[READER], add_peer, s));
    return 0;
}

static size_t lines_of_bundle(const scene *s, int by)
{
    toc_err err;
    toc_hash record;
    toc_log_txn *txn = NULL;
    told all = {0};
    memcpy(record.bytes, s->record.bytes, sizeof record.bytes);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    TOC_CHECK_OK(toc_bundle_ask(txn, &record, take_line, &all, &err));
    toc_log_abort(txn);
    toc_buf_wipe(&all.first);
    toc_buf_wipe(&all.last);
    return all.count;
}

/* The first receipt of the record is over a head that nobody keeps; that over the head which is
 * kept shows that it is older than the key's retirement. */
static void what_an_author_said_who_is_gone_is_proven_all_the_same(void **state)
{
    assert_true(lines_of_bundle(*state, READER) > 1);
}

/* The reader took back what it had said of the head, and said it again. */
static int set_up_gone_after_anew(void **state)
{
    set_up_receipted(state);
    scene *s = *state;
    retire_before(s);
    steps(s, 500);
    isolate(s, AUTHOR);
    assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], TOC_CHANGE_SIGN, false, false));
    copy_card(s, &s->net.nodes[AUTHOR]);
    sim_off(&s->net, &s->net.nodes[AUTHOR]);
    assert_true(sim_do(&s->net, &s->net.nodes[READER], add_peer, s));
    return 0;
}

static void who_receipted_anew_vouches_for_an_author_who_is_gone(void **state)
{
    assert_true(lines_of_bundle(*state, READER) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_says_that_its_key_was_retired_before_spoils_no_bundle,
                                        set_up_receipted, tear_down),
        cmocka_unit_test_setup_teardown(what_a_retired_key_receipted_is_receipted_anew_by_the_next,
                                        set_up_receipted, tear_down),
        cmocka_unit_test_setup_teardown(
            what_a_retired_key_receipted_is_receipted_anew_after_a_restart, set_up_receipted,
            tear_down),
        cmocka_unit_test_setup_teardown(its_next_word_counts_where_its_first_does_not,
                                        set_up_receipted, tear_down),
        cmocka_unit_test_setup_teardown(what_an_author_said_who_is_gone_is_proven_all_the_same,
                                        set_up_gone, tear_down),
        cmocka_unit_test_setup_teardown(who_receipted_anew_vouches_for_an_author_who_is_gone,
                                        set_up_gone_after_anew, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
