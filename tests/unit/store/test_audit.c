/* The audit at rest: sealed lines, one tree, signed heads; whatever is changed is named. */
#include "store/feed/audit.h"

#include <stdio.h>

#include "proto/base/text.h"
#include "proto/crypto/hash.h"
#include "proto/crypto/seal.h"
#include "proto/feed/note.h"
#include "store/identity.h"
#include "tests/support/logbook.h"

enum { FIRST_MS = 1767225600, LINES_IN_TWO_TILES = 300 };

typedef struct fixture {
    toc_logbook book;
    toc_org_id org;
} fixture;

static toc_log_txn *begin(const fixture *made, bool write)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    ASSERT_OK(write ? toc_log_write(made->book.log, &txn, &err)
                    : toc_log_read(made->book.log, &txn, &err));
    return txn;
}

static int setup(void **state)
{
    static fixture made;
    toc_err err = {0};
    toc_logbook_open(&made.book);
    toc_identity identity = {.name = toc_span_text("Example Exchange"),
                             .kind = toc_span_text("exchange"),
                             .country = toc_span_text("NL")};
    toc_time now = {.unix_ms = FIRST_MS};
    toc_log_txn *txn = begin(&made, true);
    toc_roots roots = {0};
    ASSERT_OK(toc_roots_new(&roots, &err));
    ASSERT_OK(toc_identity_create(txn, &identity, &roots, now, &made.org, &err));
    toc_roots_wipe(&roots);
    toc_logbook_commit(txn);
    *state = &made;
    return 0;
}

static int teardown(void **state)
{
    fixture *made = *state;
    toc_logbook_close(&made->book);
    return 0;
}

static toc_time time_of(uint64_t number)
{
    return (toc_time){.unix_ms = FIRST_MS + 1000 * number};
}

static void add_lines(const fixture *made, uint64_t from, uint64_t until)
{
    toc_err err = {0};
    toc_log_txn *txn = begin(made, true);
    for (uint64_t i = from; i < until; i++) {
        char text[64];
        uint64_t number = UINT64_MAX;
        snprintf(text, sizeof text, "{\"command\":\"lookup-%llu\"}", (unsigned long long)i);
        ASSERT_OK(toc_audit_add(txn, time_of(i), toc_span_text(text), &number, &err));
        assert_int_equal(number, i);
    }
    toc_logbook_commit(txn);
}

static void sign(const fixture *made, uint64_t at, toc_buf *out_note)
{
    toc_err err = {0};
    toc_span note;
    toc_log_txn *txn = begin(made, true);
    ASSERT_OK(toc_audit_sign(txn, time_of(at), &err));
    ASSERT_OK(toc_audit_note(txn, &note, &err));
    toc_buf_clear(out_note);
    toc_buf_add_span(out_note, note);
    toc_logbook_commit(txn);
}

static toc_code check(fixture *made, toc_span kept, toc_audit_found *out, toc_err *err)
{
    toc_logbook_reopen(&made->book);
    toc_log_txn *txn = begin(made, false);
    toc_code code = toc_audit_check(txn, kept, NULL, NULL, out, err);
    toc_log_abort(txn);
    return code;
}

static void expect_named(fixture *made, toc_span kept, const char *words)
{
    toc_err err = {0};
    toc_audit_found found;
    ASSERT_CODE(TOC_SIGNATURE, check(made, kept, &found, &err));
    if (strstr(err.text, words) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, words);
}

/* ---- lines ---- */

static void lines_come_back_as_they_were_added(void **state)
{
    const fixture *made = *state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    add_lines(made, 0, 3);
    toc_log_txn *txn = begin(made, false);
    for (uint64_t i = 0; i < 3; i++) {
        toc_audit_line line;
        char text[64];
        snprintf(text, sizeof text, "{\"command\":\"lookup-%llu\"}", (unsigned long long)i);
        ASSERT_OK(toc_audit_get(txn, i, &plain, &line, &err));
        assert_int_equal(line.number, i);
        assert_int_equal(line.time.unix_ms, time_of(i).unix_ms);
        assert_true(toc_span_equal(line.text, toc_span_text(text)));
    }
    toc_audit_line none;
    ASSERT_CODE(TOC_NOT_FOUND, toc_audit_get(txn, 3, &plain, &none, &err));
    toc_log_abort(txn);
}

static void a_line_over_the_bound_is_refused_and_the_transaction_goes_on(void **state)
{
    const fixture *made = *state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    uint64_t number = 0;
    toc_buf_add_zeros(&text, TOC_AUDIT_LINE_BYTES_MAX + 1);
    toc_log_txn *txn = begin(made, true);
    ASSERT_CODE(TOC_LIMIT, toc_audit_add(txn, time_of(0), toc_buf_view(&text), &number, &err));
    text.size--;
    ASSERT_OK(toc_audit_add(txn, time_of(0), toc_buf_view(&text), &number, &err));
    toc_logbook_commit(txn);
    assert_int_equal(number, 0);
}

static void equal_lines_have_other_leaves_and_nothing_of_them_lies_open(void **state)
{
    const fixture *made = *state;
    static const char secret[] = "{\"queries\":[\"0x098B716B8Aaf21512996dC57EB0615e2383E2f96\"]}";
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    toc_audit_line first, second;
    uint64_t number;
    toc_log_txn *txn = begin(made, true);
    ASSERT_OK(toc_audit_add(txn, time_of(0), toc_span_text(secret), &number, &err));
    ASSERT_OK(toc_audit_add(txn, time_of(0), toc_span_text(secret), &number, &err));
    ASSERT_OK(toc_audit_get(txn, 0, &plain, &first, &err));
    ASSERT_OK(toc_audit_get(txn, 1, &plain, &second, &err));
    toc_logbook_commit(txn);
    assert_false(toc_hash_equal(&first.leaf, &second.leaf));
    char path[TOC_TEMPDIR_BYTES + 32];
    snprintf(path, sizeof path, "%s/log/data.mdb", made->book.folder);
    assert_true(toc_logbook_file_has(path, toc_span_text("audit_heads")));
    assert_false(toc_logbook_file_has(path, toc_span_text("098B716B8Aaf2151")));
}

/* The root over given leaves by the definition of RFC 6962 §2.1, not by a frontier. */
static toc_hash root_by_definition(const toc_hash *leaves, size_t count)
{
    if (count == 1)
        return leaves[0];
    size_t split = 1;
    while (split * 2 < count)
        split *= 2;
    toc_hash left = root_by_definition(leaves, split);
    toc_hash right = root_by_definition(leaves + split, count - split), out;
    uint8_t one = 1;
    toc_span parts[] = {TOC_SPAN_OF(one), TOC_SPAN_OF(left.bytes), TOC_SPAN_OF(right.bytes)};
    toc_sha256_parts(parts, TOC_COUNT(parts), &out);
    return out;
}

static void the_root_is_that_of_rfc_6962_over_the_opened_lines(void **state)
{
    const fixture *made = *state;
    static toc_hash leaves[LINES_IN_TWO_TILES];
    toc_err err = {0};
    toc_audit_head head;
    add_lines(made, 0, 257);
    add_lines(made, 257, LINES_IN_TWO_TILES);
    toc_log_txn *txn = begin(made, false);
    for (uint64_t i = 0; i < LINES_IN_TWO_TILES; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf hashed = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
        toc_audit_line line;
        ASSERT_OK(toc_audit_get(txn, i, &plain, &line, &err));
        toc_buf_add_u8(&hashed, 0);
        toc_buf_add_span(&hashed, toc_buf_view(&plain));
        toc_sha256(toc_buf_view(&hashed), &leaves[i]);
    }
    ASSERT_OK(toc_audit_head_of(txn, &head, &err));
    toc_log_abort(txn);
    toc_hash root = root_by_definition(leaves, LINES_IN_TWO_TILES);
    assert_int_equal(head.size, LINES_IN_TWO_TILES);
    assert_true(toc_hash_equal(&head.root, &root));
}

/* ---- checkpoints ---- */

static void a_checkpoint_is_a_note_of_the_org_s_own_sign_key(void **state)
{
    const fixture *made = *state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf head = {0};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_card card;
    toc_note note;
    add_lines(made, 0, 5);
    sign(made, 7, &text);
    toc_buf_add_text(&head, "tocsin/");
    toc_buf_add_hex(&head, TOC_SPAN_OF(made->org.bytes));
    toc_buf_add_text(&head, "/audit");
    ASSERT_OK(toc_arena_new(TOC_CARD_ARENA_BYTES, &arena, &err));
    toc_log_txn *txn = begin(made, false);
    ASSERT_OK(toc_log_card_of(txn, &made->org, arena, &card, &err));
    ASSERT_OK(toc_note_parse(toc_buf_view(&text), &note, &err));
    ASSERT_OK(toc_note_verify(&note, toc_buf_view(&head), &card.sign, &err));
    toc_log_abort(txn);
    toc_buf_add_text(&head, "\n5\n");
    assert_memory_equal(text.data, head.data, head.size);
    assert_non_null(strstr(toc_buf_text(&text), "\ntime 1970-01-21T10:53:52"));
}

static void a_checkpoint_is_due_after_so_many_lines_or_an_hour(void **state)
{
    const fixture *made = *state;
    toc_err err = {0};
    bool made_one;
    toc_time now = time_of(0), later = {.unix_ms = now.unix_ms + TOC_AUDIT_CHECKPOINT_MS};
    toc_log_txn *txn = begin(made, true);
    ASSERT_OK(toc_audit_sign_if_due(txn, now, &made_one, &err));
    assert_false(made_one); /* there is nothing to sign */
    toc_logbook_commit(txn);
    add_lines(made, 0, 1);
    txn = begin(made, true);
    ASSERT_OK(toc_audit_sign_if_due(txn, later, &made_one, &err));
    assert_true(made_one); /* the first, at once */
    ASSERT_OK(toc_audit_sign_if_due(txn, later, &made_one, &err));
    assert_false(made_one);
    toc_logbook_commit(txn);
    add_lines(made, 1, 1 + TOC_AUDIT_CHECKPOINT_LINES - 1);
    txn = begin(made, true);
    toc_time soon = {.unix_ms = later.unix_ms + TOC_AUDIT_CHECKPOINT_MS - 1};
    ASSERT_OK(toc_audit_sign_if_due(txn, soon, &made_one, &err));
    assert_false(made_one);
    toc_log_abort(txn);
    add_lines(made, TOC_AUDIT_CHECKPOINT_LINES, TOC_AUDIT_CHECKPOINT_LINES + 1);
    txn = begin(made, true);
    ASSERT_OK(toc_audit_sign_if_due(txn, soon, &made_one, &err));
    assert_true(made_one); /* enough lines */
    toc_logbook_commit(txn);
    add_lines(made, TOC_AUDIT_CHECKPOINT_LINES + 1, TOC_AUDIT_CHECKPOINT_LINES + 2);
    txn = begin(made, true);
    toc_time back = {.unix_ms = soon.unix_ms - 1};
    ASSERT_OK(toc_audit_sign_if_due(txn, back, &made_one, &err));
    assert_true(made_one); /* a clock that was set back puts nothing off */
    toc_logbook_commit(txn);
}

static void there_is_nothing_to_sign_before_the_first_line(void **state)
{
    const fixture *made = *state;
    toc_err err = {0};
    toc_span note;
    toc_log_txn *txn = begin(made, true);
    ASSERT_CODE(TOC_STATE, toc_audit_sign(txn, time_of(0), &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_audit_note(txn, &note, &err));
    toc_log_abort(txn);
}

/* ---- the check ---- */

static void what_nobody_touched_checks_and_is_told(void **state)
{
    fixture *made = *state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf kept = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf newest = {0};
    toc_audit_found found;
    ASSERT_OK(check(made, (toc_span){0}, &found, &err)); /* an empty one too */
    assert_int_equal(found.head.size, 0);
    add_lines(made, 0, 100);
    sign(made, 100, &kept);
    add_lines(made, 100, LINES_IN_TWO_TILES);
    sign(made, 300, &newest);
    add_lines(made, LINES_IN_TWO_TILES, LINES_IN_TWO_TILES + 1);
    ASSERT_OK(check(made, toc_buf_view(&kept), &found, &err));
    assert_int_equal(found.head.size, LINES_IN_TWO_TILES + 1);
    assert_int_equal(found.head.signed_size, LINES_IN_TWO_TILES);
    assert_int_equal(found.checkpoints, 2);
    assert_int_equal(found.first.unix_ms, time_of(0).unix_ms);
    assert_int_equal(found.last.unix_ms, time_of(LINES_IN_TWO_TILES).unix_ms);
    toc_log_txn *txn = begin(made, false);
    ASSERT_OK(toc_log_check(txn, NULL, NULL, &err)); /* its tiles stand among those of feeds */
    toc_log_abort(txn);
}

static void a_line_that_was_changed_is_named(void **state)
{
    fixture *made = *state;
    toc_err err = {0};
    add_lines(made, 0, 20);
    toc_logbook_shut(&made->book);
    toc_logbook_flip(&made->book, "audit", 13, 60);
    expect_named(made, (toc_span){0}, "line 13");
    toc_log_txn *txn = begin(made, false);
    ASSERT_CODE(TOC_SIGNATURE, toc_log_check(txn, NULL, NULL, &err));
    toc_log_abort(txn);
}

static void a_line_that_is_gone_or_in_another_s_place_is_named(void **state)
{
    fixture *made = *state;
    add_lines(made, 0, 20);
    toc_logbook_shut(&made->book);
    toc_logbook_replace(&made->book, "audit", 4, 5);
    expect_named(made, (toc_span){0}, "line 4");
    toc_logbook_shut(&made->book);
    toc_logbook_delete(&made->book, "audit", 2);
    expect_named(made, (toc_span){0}, "line 2");
}

/* By somebody who has the store key, and so can seal. */
static void reseal(const fixture *made, uint64_t number, const char *text)
{
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf value = {0};
    uint8_t key[8];
    toc_put_u64(key, number);
    toc_buf_add_zeros(&plain, TOC_AUDIT_TEXT_AT);
    toc_buf_add_text(&plain, text);
    toc_buf_add_u8(&value, 1);
    ASSERT_OK(toc_rest_seal(made->book.key, "audit", TOC_SPAN_OF(key), toc_buf_view(&plain), &value,
                            &err));
    toc_logbook_put(&made->book, "audit", TOC_SPAN_OF(key), toc_buf_view(&value));
}

static void a_line_sealed_anew_with_the_store_key_is_named(void **state)
{
    fixture *made = *state;
    add_lines(made, 0, 20);
    toc_logbook_shut(&made->book);
    reseal(made, 17, "{\"command\":\"nothing happened\"}");
    expect_named(made, (toc_span){0}, "line 17");
}

/* The whole of a table, as it was. */
typedef struct snapshot {
    size_t count;
    struct {
        toc_buf key, value;
    } rows[64];
} snapshot;

static void copy_table(const fixture *made, toc_log_table table, snapshot *out)
{
    toc_err err = {0};
    toc_row row;
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_log_txn *txn = begin(made, false);
    *out = (snapshot){0};
    ASSERT_OK(toc_cursor_open(txn->txn, table, (toc_span){0}, &cursor, &err));
    while (toc_cursor_next(cursor, &row, &err) == TOC_OK) {
        assert_true(out->count < TOC_COUNT(out->rows));
        toc_buf_add_span(&out->rows[out->count].key, row.key);
        toc_buf_add_span(&out->rows[out->count++].value, row.value);
    }
    toc_cursor_close(cursor);
    cursor = NULL;
    toc_log_abort(txn);
}

static void put_table_back(const fixture *made, toc_log_table table, snapshot *was)
{
    toc_err err = {0};
    toc_log_txn *txn = begin(made, true);
    ASSERT_OK(toc_table_clear(txn->txn, table, &err));
    for (size_t i = 0; i < was->count; i++) {
        ASSERT_OK(toc_table_put(txn->txn, table, toc_buf_view(&was->rows[i].key),
                                toc_buf_view(&was->rows[i].value), &err));
        toc_buf_wipe(&was->rows[i].key);
        toc_buf_wipe(&was->rows[i].value);
    }
    toc_logbook_commit(txn);
}

/* Whoever puts all tables back as they were an hour ago leaves no trace in them: only a checkpoint
 * that was kept elsewhere shows it. */
static void an_end_that_was_cut_off_is_noticed_by_a_checkpoint_kept_elsewhere(void **state)
{
    static const toc_log_table tables[] = {TOC_LOG_STATE, TOC_LOG_HASHES, TOC_LOG_AUDIT,
                                           TOC_LOG_AUDIT_HEADS};
    static snapshot was[TOC_COUNT(tables)];
    fixture *made = *state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf early = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf late = {0};
    toc_audit_found found;
    add_lines(made, 0, 10);
    sign(made, 10, &early);
    for (size_t i = 0; i < TOC_COUNT(tables); i++)
        copy_table(made, tables[i], &was[i]);
    add_lines(made, 10, 15);
    sign(made, 15, &late);
    for (size_t i = 0; i < TOC_COUNT(tables); i++)
        put_table_back(made, tables[i], &was[i]);
    ASSERT_OK(check(made, (toc_span){0}, &found, &err));
    ASSERT_OK(check(made, toc_buf_view(&early), &found, &err));
    expect_named(made, toc_buf_view(&late), "15 lines, and 10 are stored: the end was cut off");
    add_lines(made, 10, 20); /* other lines in their place do not hide it */
    expect_named(made, toc_buf_view(&late), "another history of the first 15 lines");
}

static void a_checkpoint_left_behind_tells_of_the_end_that_was_cut_off(void **state)
{
    fixture *made = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    add_lines(made, 0, 10);
    sign(made, 10, &note);
    toc_logbook_shut(&made->book);
    toc_logbook_delete(&made->book, "audit", 9);
    expect_named(made, (toc_span){0}, "the end was cut off");
}

static void a_checkpoint_that_does_not_verify_is_told(void **state)
{
    fixture *made = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf kept = {0};
    add_lines(made, 0, 10);
    sign(made, 10, &kept);
    uint8_t *time = memmem(kept.data, kept.size, "time 1970", 9);
    assert_non_null(time);
    time[8] = '1';
    expect_named(made, toc_buf_view(&kept), "the checkpoint that was kept");
    expect_named(made, toc_span_text("no note at all\n"), "the checkpoint that was kept");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lines_come_back_as_they_were_added),
        TEST(a_line_over_the_bound_is_refused_and_the_transaction_goes_on),
        TEST(equal_lines_have_other_leaves_and_nothing_of_them_lies_open),
        TEST(the_root_is_that_of_rfc_6962_over_the_opened_lines),
        TEST(a_checkpoint_is_a_note_of_the_org_s_own_sign_key),
        TEST(a_checkpoint_is_due_after_so_many_lines_or_an_hour),
        TEST(there_is_nothing_to_sign_before_the_first_line),
        TEST(what_nobody_touched_checks_and_is_told),
        TEST(a_line_that_was_changed_is_named),
        TEST(a_line_that_is_gone_or_in_another_s_place_is_named),
        TEST(a_line_sealed_anew_with_the_store_key_is_named),
        TEST(an_end_that_was_cut_off_is_noticed_by_a_checkpoint_kept_elsewhere),
        TEST(a_checkpoint_left_behind_tells_of_the_end_that_was_cut_off),
        TEST(a_checkpoint_that_does_not_verify_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
