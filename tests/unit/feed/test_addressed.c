/* Records for some readers only: who opens them, who does not, and what the others learn. */
#include "proto/base/text.h"
#include "proto/feed/addressed.h"
#include "tests/support/check.h"
#include "tests/support/vectors.h"

static const toc_feed_id feed = {{0xFE}}, other_feed = {{0xFD}};
static const uint64_t place = 7;
enum { READERS = 66, ROW_BYTES = 88, HEAD_BYTES = 34 };

static toc_secret *secrets[READERS];
static toc_seal_key keys[READERS];

static int start(void **state)
{
    (void)state;
    if (toc_crypto_start(NULL) != TOC_OK)
        return 1;
    for (size_t i = 0; i < READERS; i++) {
        if (toc_secret_random(&secrets[i], NULL) != TOC_OK)
            return 1;
        toc_seal_public(secrets[i], &keys[i]);
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    for (size_t i = 0; i < READERS; i++)
        toc_secret_free(secrets[i]);
    return 0;
}

static void seal(size_t readers, const char *record, toc_buf *out)
{
    toc_err err = {0};
    TOC_CHECK_OK(toc_addressed_seal(&feed, place, keys, readers, toc_span_text(record), out, &err));
    assert_true(toc_addressed_is(toc_buf_view(out)));
}

static toc_code open_as(size_t reader, const toc_buf *content, toc_addressed *out, uint8_t *plain)
{
    toc_err err;
    return toc_addressed_open(&feed, place, toc_buf_view(content), secrets[reader], plain, out,
                              &err);
}

static void each_reader_opens_it_and_nobody_else(void **state)
{
    (void)state;
    uint8_t plain[4096];
    for (size_t readers = 1; readers <= 5; readers++) {
        TOC_AUTO(toc_buf_wipe) toc_buf content = {0};
        seal(readers, "to be known by few", &content);
        for (size_t i = 0; i < 8; i++) {
            toc_addressed opened;
            toc_code code = open_as(i, &content, &opened, plain);
            assert_int_equal(code, i < readers ? TOC_OK : TOC_NOT_FOUND);
            if (code == TOC_OK)
                assert_true(toc_span_equal(opened.record, toc_span_text("to be known by few")));
        }
    }
}

/* Two records to the same readers have nothing in common but the class of their sizes. */
static void the_rest_of_the_circle_learns_no_more_than_a_class_of_sizes(void **state)
{
    (void)state;
    static const struct {
        size_t readers, boxes;
    } cases[] = {{1, 4}, {4, 4}, {5, 8}, {9, 16}, {17, 32}, {33, 64}, {64, 64}};
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf content = {0}, again = {0};
        seal(cases[i].readers, "a", &content);
        seal(cases[i].readers, "a rather longer text than the one before it was", &again);
        assert_int_equal(content.data[1], cases[i].boxes);
        assert_int_equal(content.size, again.size);
        assert_int_equal(content.size, toc_addressed_bytes(cases[i].readers, 1));
        for (size_t row = 0; row < cases[i].boxes; row++) {
            const uint8_t *hint = content.data + HEAD_BYTES + row * ROW_BYTES;
            for (size_t other = 0; other < cases[i].boxes; other++)
                assert_memory_not_equal(hint, again.data + HEAD_BYTES + other * ROW_BYTES, 8);
            if (row > 0) /* in an order that says nothing */
                assert_true(memcmp(hint - ROW_BYTES, hint, 8) < 0);
        }
    }
}

static void nobody_is_no_audience_and_a_crowd_is_a_circle(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf content = {0};
    toc_err err;
    toc_span record = toc_span_text("x");
    TOC_CHECK_FAILS(TOC_LIMIT, toc_addressed_seal(&feed, place, keys, 0, record, &content, &err));
    TOC_CHECK_FAILS(TOC_LIMIT, toc_addressed_seal(&feed, place, keys, 65, record, &content, &err));
    assert_non_null(strstr(err.text, "65 readers"));
    TOC_CHECK_FAILS(TOC_LIMIT,
                    toc_addressed_seal(&feed, place, keys, 1, (toc_span){0}, &content, &err));
    assert_int_equal(content.size, 0);
}

static void whoever_is_named_twice_gets_one_box(void **state)
{
    (void)state;
    toc_err err = {0};
    toc_addressed opened;
    uint8_t plain[4096];
    TOC_AUTO(toc_buf_wipe) toc_buf content = {0};
    toc_seal_key named[] = {keys[3], keys[1], keys[3], keys[1], keys[3]};
    TOC_CHECK_OK(toc_addressed_seal(&feed, place, named, TOC_COUNT(named), toc_span_text("x"),
                                    &content, &err));
    assert_int_equal(content.data[1], 4);
    TOC_CHECK_OK(open_as(1, &content, &opened, plain));
}

/* A member who copies it into a record of its own does not get the addressee to open it there. */
static void a_copy_in_another_place_opens_for_nobody(void **state)
{
    (void)state;
    toc_err err;
    toc_addressed opened;
    uint8_t plain[4096];
    TOC_AUTO(toc_buf_wipe) toc_buf content = {0};
    seal(2, "x", &content);
    TOC_CHECK_FAILS(TOC_NOT_FOUND, toc_addressed_open(&feed, place + 1, toc_buf_view(&content),
                                                      secrets[0], plain, &opened, &err));
    TOC_CHECK_FAILS(TOC_NOT_FOUND, toc_addressed_open(&other_feed, place, toc_buf_view(&content),
                                                      secrets[0], plain, &opened, &err));
}

static void no_changed_byte_opens_to_another_text(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf content = {0};
    seal(1, "x", &content);
    size_t passed = 0;
    for (size_t i = 0; i < content.size; i++) {
        toc_addressed opened;
        uint8_t plain[4096];
        content.data[i] ^= 0x40;
        if (open_as(0, &content, &opened, plain) == TOC_OK) {
            assert_true(toc_span_equal(opened.record, toc_span_text("x")));
            passed++;
        }
        content.data[i] ^= 0x40;
    }
    assert_int_equal(passed, 3 * ROW_BYTES); /* the boxes of others, which it does not look at */
    for (size_t size = 0; size < content.size; size += 7) {
        toc_buf cut = {.data = content.data, .size = size};
        toc_addressed opened;
        uint8_t plain[4096];
        assert_int_not_equal(open_as(0, &cut, &opened, plain), TOC_OK);
    }
}

/* Computed by tests/model/wire.py. */
static void the_worked_example_opens_for_both_its_readers(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_vectors_free) toc_vectors *examples = toc_vectors_open("feed-wire.txt", 17);
    size_t seen = 0;
    for (size_t i = 0; i < toc_vectors_count(examples); i++) {
        const toc_vector *vector = toc_vectors_at(examples, i);
        const char *name = toc_vector_text(vector, "case");
        static toc_feed_id bulk;
        if (strcmp(name, "feed-bulk") == 0)
            toc_vector_hex_into(vector, "feed_id", bulk.bytes, 32);
        if (strcmp(name, "addressed") != 0)
            continue;
        static const char *const readers[] = {"first_reader", "second_reader"};
        for (size_t j = 0; j < TOC_COUNT(readers); j++) {
            TOC_AUTO(toc_secret_free) toc_secret *secret = NULL;
            uint8_t plain[4096];
            toc_addressed opened;
            TOC_CHECK_OK(toc_secret_from(toc_vector_hex(vector, readers[j]), &secret, &err));
            TOC_CHECK_OK(toc_addressed_open(&bulk, toc_vector_u64(vector, "index"),
                                            toc_vector_hex(vector, "content"), secret, plain,
                                            &opened, &err));
            assert_true(toc_span_equal(opened.record, toc_vector_hex(vector, "record")));
            assert_memory_equal(opened.salt, toc_vector_hex(vector, "salt").data, 32);
            seen++;
        }
    }
    assert_int_equal(seen, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reader_opens_it_and_nobody_else),
        cmocka_unit_test(the_rest_of_the_circle_learns_no_more_than_a_class_of_sizes),
        cmocka_unit_test(nobody_is_no_audience_and_a_crowd_is_a_circle),
        cmocka_unit_test(whoever_is_named_twice_gets_one_box),
        cmocka_unit_test(a_copy_in_another_place_opens_for_nobody),
        cmocka_unit_test(no_changed_byte_opens_to_another_text),
        cmocka_unit_test(the_worked_example_opens_for_both_its_readers),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
