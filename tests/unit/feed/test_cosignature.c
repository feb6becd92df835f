/* Cosignatures against the published example, a public witness, and Python's cryptography. */
#include "tests/support/check.h"
#include "tests/support/started.h"

#include "proto/base/text.h"
#include "proto/feed/cosignature.h"
#include "tests/support/vectors.h"

enum { CASES = 5 };

static toc_span name_of(const toc_vector *vector)
{
    return toc_span_text(toc_vector_text(vector, "name"));
}

/* The note of a case: its body, an empty line, its line. */
static void note_of(const toc_vector *vector, toc_buf *out_text, toc_note *out)
{
    toc_err err = {0};
    toc_buf_add_span(out_text, toc_vector_bytes(vector, "body"));
    toc_buf_add_text(out_text, "\n");
    toc_buf_add_span(out_text, toc_vector_bytes(vector, "line"));
    TOC_CHECK_OK(toc_note_parse(toc_buf_view(out_text), out, &err));
    assert_int_equal(out->signature_count, 1);
}

/* What a case with a key says, read out of its line. */
static void read_case(const toc_vector *vector, toc_verify_key *key, toc_cosignature *out)
{
    toc_err err = {0};
    toc_note note;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    note_of(vector, &text, &note);
    toc_vector_hex_into(vector, "key", key->bytes, 32);
    TOC_CHECK_OK(toc_cosignature_read(&note.signatures[0], key, out, &err));
    assert_int_equal(out->time_s, toc_vector_u64(vector, "time"));
}

static void what_is_signed_is_the_text_of_the_specification(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *all = toc_vectors_open("feed-cosignatures.txt", CASES);
    for (size_t i = 0; i < toc_vectors_count(all); i++) {
        const toc_vector *vector = toc_vectors_at(all, i);
        TOC_AUTO(toc_buf_wipe) toc_buf message = {0};
        toc_cosignature_message(toc_vector_bytes(vector, "body"), toc_vector_u64(vector, "time"),
                                &message);
        assert_true(toc_span_equal(toc_buf_view(&message), toc_vector_bytes(vector, "message")));
    }
}

/* The key of the published example is not known, so its line is taken apart and put together. */
static void the_line_of_the_specification_is_printed_byte_for_byte(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *all = toc_vectors_open("feed-cosignatures.txt", CASES);
    const toc_vector *vector = toc_vectors_at(all, 0);
    toc_note note;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0}, bytes = {0}, line = {0};
    note_of(vector, &text, &note);
    assert_int_equal(note.signatures[0].size, 72);
    static const uint8_t time[8] = {0, 0, 0, 0, 0x64, 0x18, 0x50, 0xCB};
    assert_memory_equal(note.signatures[0].bytes, time, sizeof time);
    toc_buf_add(&bytes, note.signatures[0].key_hash, 4);
    toc_buf_add(&bytes, note.signatures[0].bytes, note.signatures[0].size);
    toc_note_line(name_of(vector), toc_buf_view(&bytes), &line);
    assert_true(toc_span_equal(toc_buf_view(&line), toc_vector_bytes(vector, "line")));
}

static void a_cosignature_of_somebody_else_verifies_and_prints_as_it_came(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_vectors_free) toc_vectors *all = toc_vectors_open("feed-cosignatures.txt", CASES);
    for (size_t i = 1; i < toc_vectors_count(all); i++) {
        const toc_vector *vector = toc_vectors_at(all, i);
        toc_verify_key key;
        toc_cosignature cosignature;
        read_case(vector, &key, &cosignature);
        TOC_CHECK_OK(
            toc_cosignature_verify(toc_vector_bytes(vector, "body"), &cosignature, &key, &err));
        TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
        toc_cosignature_line(&cosignature, name_of(vector), &key, &line);
        assert_true(toc_span_equal(toc_buf_view(&line), toc_vector_bytes(vector, "line")));
    }
}

static void what_is_made_here_is_what_others_make(void **state)
{
    (void)state;
    toc_err err = {0};
    size_t made = 0;
    TOC_AUTO(toc_vectors_free) toc_vectors *all = toc_vectors_open("feed-cosignatures.txt", CASES);
    for (size_t i = 1; i < toc_vectors_count(all); i++) {
        const toc_vector *vector = toc_vectors_at(all, i);
        if (!toc_vector_has(vector, "seed"))
            continue;
        TOC_AUTO(toc_secret_free) toc_secret *seed = NULL;
        TOC_CHECK_OK(toc_secret_from(toc_vector_hex(vector, "seed"), &seed, &err));
        toc_verify_key key;
        toc_cosignature cosignature, expected;
        read_case(vector, &key, &expected);
        TOC_CHECK_OK(toc_cosignature_sign(toc_vector_bytes(vector, "body"),
                                          toc_vector_u64(vector, "time"), seed, &cosignature,
                                          &err));
        assert_memory_equal(&cosignature, &expected, sizeof expected);
        made++;
    }
    assert_int_equal(made, 3);
}

static void a_changed_time_body_key_or_signature_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *all = toc_vectors_open("feed-cosignatures.txt", CASES);
    const toc_vector *vector = toc_vectors_at(all, 2);
    toc_span body = toc_vector_bytes(vector, "body");
    toc_verify_key key, other;
    toc_cosignature good, bad;
    read_case(vector, &key, &good);
    toc_vector_hex_into(toc_vectors_at(all, 1), "key", other.bytes, 32);
    bad = good;
    bad.time_s++;
    TOC_CHECK_FAILS(TOC_SIGNATURE, toc_cosignature_verify(body, &bad, &key, NULL));
    TOC_CHECK_FAILS(TOC_SIGNATURE, toc_cosignature_verify(toc_span_of(body.data, body.size - 1),
                                                          &good, &key, NULL));
    TOC_CHECK_FAILS(TOC_SIGNATURE, toc_cosignature_verify(body, &good, &other, NULL));
    for (size_t i = 0; i < sizeof bad.signature.bytes; i++) {
        bad = good;
        bad.signature.bytes[i] ^= 1;
        TOC_CHECK_FAILS(TOC_SIGNATURE, toc_cosignature_verify(body, &bad, &key, NULL));
    }
}

static void times_that_no_cosignature_has_are_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *all = toc_vectors_open("feed-cosignatures.txt", CASES);
    const toc_vector *vector = toc_vectors_at(all, 2);
    toc_span body = toc_vector_bytes(vector, "body");
    TOC_AUTO(toc_secret_free) toc_secret *seed = NULL;
    toc_err err = {0};
    TOC_CHECK_OK(toc_secret_from(toc_vector_hex(vector, "seed"), &seed, &err));
    toc_verify_key key;
    toc_cosignature cosignature;
    read_case(vector, &key, &cosignature);
    static const uint64_t times[] = {0, UINT64_C(1) << 63, UINT64_MAX};
    for (size_t i = 0; i < TOC_COUNT(times); i++) {
        toc_cosignature untouched = cosignature;
        TOC_CHECK_FAILS(TOC_USAGE, toc_cosignature_sign(body, times[i], seed, &untouched, NULL));
        assert_memory_equal(&untouched, &cosignature, sizeof untouched);
        toc_cosignature bad = cosignature;
        bad.time_s = times[i];
        TOC_CHECK_FAILS(TOC_MALFORMED, toc_cosignature_verify(body, &bad, &key, NULL));
        toc_note note;
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_buf_add_text(&text, "body\n\n");
        toc_cosignature_line(&bad, name_of(vector), &key, &text);
        TOC_CHECK_OK(toc_note_parse(toc_buf_view(&text), &note, &err));
        TOC_CHECK_FAILS(TOC_MALFORMED,
                        toc_cosignature_read(&note.signatures[0], &key, &untouched, NULL));
    }
}

/* A checkpoint signature of the same key and name has another key id, and is another thing. */
static void a_note_signature_of_the_same_key_is_no_cosignature(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_vectors_free) toc_vectors *all = toc_vectors_open("feed-cosignatures.txt", CASES);
    const toc_vector *vector = toc_vectors_at(all, 2);
    TOC_AUTO(toc_secret_free) toc_secret *seed = NULL;
    TOC_CHECK_OK(toc_secret_from(toc_vector_hex(vector, "seed"), &seed, &err));
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_CHECK_OK(
        toc_note_write(toc_vector_bytes(vector, "body"), name_of(vector), seed, &text, &err));
    toc_verify_key key;
    toc_cosignature expected, found;
    read_case(vector, &key, &expected);
    toc_note note;
    TOC_CHECK_OK(toc_note_parse(toc_buf_view(&text), &note, &err));
    TOC_CHECK_FAILS(TOC_NOT_FOUND, toc_cosignature_read(&note.signatures[0], &key, &found, NULL));
    /* Joined to it, it is read, and the note's own signature still holds. */
    toc_cosignature_line(&expected, name_of(vector), &key, &text);
    TOC_CHECK_OK(toc_note_parse(toc_buf_view(&text), &note, &err));
    TOC_CHECK_OK(toc_note_verify(&note, name_of(vector), &key, &err));
    TOC_CHECK_OK(toc_cosignature_read(&note.signatures[1], &key, &found, &err));
    assert_memory_equal(&found, &expected, sizeof found);
}

static void a_line_of_another_length_is_refused(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_vectors_free) toc_vectors *all = toc_vectors_open("feed-cosignatures.txt", CASES);
    const toc_vector *vector = toc_vectors_at(all, 2);
    toc_verify_key key;
    toc_cosignature cosignature;
    read_case(vector, &key, &cosignature);
    uint8_t bytes[4 + 80] = {0};
    toc_note_key_hash(name_of(vector), 0x04, &key, bytes);
    bytes[4 + 7] = 1; /* a time that is one */
    for (size_t size = 5; size <= sizeof bytes; size++) {
        if (size == 4 + 72)
            continue;
        toc_note note;
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_buf_add_text(&text, "body\n\n");
        toc_note_line(name_of(vector), toc_span_of(bytes, size), &text);
        TOC_CHECK_OK(toc_note_parse(toc_buf_view(&text), &note, &err));
        TOC_CHECK_FAILS(TOC_MALFORMED,
                        toc_cosignature_read(&note.signatures[0], &key, &cosignature, NULL));
    }
}

static void cosigners_are_named_by_their_org(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *all = toc_vectors_open("feed-cosignatures.txt", CASES);
    toc_org_id org;
    memset(org.bytes, 0x0B, sizeof org.bytes);
    char name[TOC_COSIGNER_BYTES_MAX];
    toc_cosigner_name(&org, name);
    assert_string_equal(name, toc_vector_text(toc_vectors_at(all, 2), "name"));
}

/* The body that cosigners sign is the one that the author signed. */
static void the_body_of_a_checkpoint_is_what_its_author_signs(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_vectors_free) toc_vectors *all = toc_vectors_open("feed-cosignatures.txt", CASES);
    toc_feed_name name = {.lane = TOC_LANE_ALERT, .generation = 1767225600};
    toc_hash root;
    memset(name.circle.bytes, 0xC1, sizeof name.circle.bytes);
    memset(name.org.bytes, 0x0A, sizeof name.org.bytes);
    for (size_t i = 0; i < sizeof root.bytes; i++)
        root.bytes[i] = (uint8_t)i;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0}, note = {0};
    toc_checkpoint_body(&name, 3, &root, &body);
    assert_true(
        toc_span_equal(toc_buf_view(&body), toc_vector_bytes(toc_vectors_at(all, 2), "body")));
    TOC_AUTO(toc_secret_free) toc_secret *seed = NULL;
    TOC_CHECK_OK(toc_secret_random(&seed, &err));
    TOC_CHECK_OK(toc_checkpoint_sign(&name, 3, &root, seed, &note, &err));
    toc_note parsed;
    TOC_CHECK_OK(toc_note_parse(toc_buf_view(&note), &parsed, &err));
    assert_true(toc_span_equal(parsed.body, toc_buf_view(&body)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_signed_is_the_text_of_the_specification),
        cmocka_unit_test(the_line_of_the_specification_is_printed_byte_for_byte),
        cmocka_unit_test(a_cosignature_of_somebody_else_verifies_and_prints_as_it_came),
        cmocka_unit_test(what_is_made_here_is_what_others_make),
        cmocka_unit_test(a_changed_time_body_key_or_signature_is_refused),
        cmocka_unit_test(times_that_no_cosignature_has_are_refused),
        cmocka_unit_test(a_note_signature_of_the_same_key_is_no_cosignature),
        cmocka_unit_test(a_line_of_another_length_is_refused),
        cmocka_unit_test(cosigners_are_named_by_their_org),
        cmocka_unit_test(the_body_of_a_checkpoint_is_what_its_author_signs),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
