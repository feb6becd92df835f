#include "tests/support/check.h"
#include "tests/support/started.h"

#include "proto/base/text.h"
#include "proto/feed/note.h"
#include "tests/support/vectors.h"

static toc_secret *seed_of(uint8_t byte)
{
    uint8_t bytes[32];
    memset(bytes, byte, sizeof bytes);
    toc_secret *seed = NULL;
    if (toc_secret_from(TOC_SPAN_OF(bytes), &seed, NULL) != TOC_OK)
        fail_msg("no slot for a seed");
    return seed;
}

/* --- notes --- */

static void check_verdict(const toc_vector *vector, const char *result)
{
    toc_note note;
    toc_span text = toc_vector_bytes(vector, "note");
    const char *why = toc_vector_text(vector, "why");
    toc_code code = toc_note_parse(text, &note, NULL);
    if (code != (strcmp(result, "malformed") == 0 ? TOC_MALFORMED : TOC_OK))
        fail_msg("line %zu, %s: parsing gives %s", toc_vector_line(vector), why,
                 toc_code_name(code));
    if (code != TOC_OK)
        return;
    assert_int_equal(note.signature_count, toc_vector_u64(vector, "signatures"));
    if (strcmp(result, "parses") == 0)
        return;
    toc_verify_key key;
    toc_vector_hex_into(vector, "key", key.bytes, 32);
    code = toc_note_verify(&note, toc_span_text(toc_vector_text(vector, "name")), &key, NULL);
    if (code != (strcmp(result, "signature") == 0 ? TOC_SIGNATURE : TOC_OK))
        fail_msg("line %zu, %s: verifying gives %s", toc_vector_line(vector), why,
                 toc_code_name(code));
}

static void notes_are_judged_as_the_specification_says(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("feed-notes.txt", 54);
    size_t verifying = 0;
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const char *result = toc_vector_text(toc_vectors_at(vectors, i), "result");
        check_verdict(toc_vectors_at(vectors, i), result);
        verifying += strcmp(result, "verifies") == 0;
    }
    assert_int_equal(verifying, 7);
}

static void every_truncation_of_a_note_is_refused_and_leaves_out_untouched(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("feed-notes.txt", 54);
    toc_span text = toc_vector_bytes(toc_vectors_at(vectors, 1), "note");
    toc_note note = {.signature_count = 7};
    for (size_t size = 0; size < text.size; size++)
        TOC_CHECK_FAILS(TOC_MALFORMED, toc_note_parse(toc_span_of(text.data, size), &note, NULL));
    assert_int_equal(note.signature_count, 7);
}

static void the_key_hash_of_the_specification_is_reproduced(void **state)
{
    (void)state;
    toc_verify_key key;
    /* The key of signed-note's example stands in the vectors; its hash is in the example's verifier
     * key. */
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("feed-notes.txt", 54);
    toc_vector_hex_into(toc_vectors_at(vectors, 1), "key", key.bytes, 32);
    uint8_t hash[4], cosign[4];
    toc_note_key_hash(toc_span_text("example.com/foo"), 0x01, &key, hash);
    static const uint8_t expected[4] = {0x53, 0x0d, 0x90, 0x3a};
    assert_memory_equal(hash, expected, 4);
    toc_note_key_hash(toc_span_text("example.com/foo"), 0x04, &key, cosign);
    assert_memory_not_equal(cosign, expected, 4);
}

static void a_parsed_note_lends_its_text_and_signatures(void **state)
{
    (void)state;
    toc_err err = {0};
    static const char text[] =
        "one\n\ntwo\n\n\xE2\x80\x94 a AQIDBAUG\n\xE2\x80\x94 bc/d BwgJCgs=\n";
    toc_note note;
    TOC_CHECK_OK(toc_note_parse(toc_span_text(text), &note, &err));
    assert_ptr_equal(note.body.data, text);
    assert_int_equal(note.body.size, 9);
    assert_int_equal(note.signature_count, 2);
    assert_true(toc_span_equal(note.signatures[0].name, toc_span_text("a")));
    assert_true(toc_span_equal(note.signatures[1].name, toc_span_text("bc/d")));
    static const uint8_t first[] = {1, 2, 3, 4, 5, 6}, second[] = {7, 8, 9, 10, 11};
    assert_memory_equal(note.signatures[0].key_hash, first, 4);
    assert_int_equal(note.signatures[0].size, 2);
    assert_memory_equal(note.signatures[0].bytes, first + 4, 2);
    assert_memory_equal(note.signatures[1].key_hash, second, 4);
    assert_int_equal(note.signatures[1].size, 1);
    assert_int_equal(note.signatures[1].bytes[0], 11);
}

static void a_note_has_at_most_64_signatures_and_a_million_bytes(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_note note;
    toc_buf_add_text(&text, "body\n\n");
    for (int i = 0; i < TOC_NOTE_SIGNATURES_MAX; i++)
        toc_buf_add_text(&text, "\xE2\x80\x94 a AQIDBAUG\n");
    TOC_CHECK_OK(toc_note_parse(toc_buf_view(&text), &note, &err));
    assert_int_equal(note.signature_count, TOC_NOTE_SIGNATURES_MAX);
    toc_buf_add_text(&text, "\xE2\x80\x94 a AQIDBAUG\n");
    TOC_CHECK_FAILS(TOC_LIMIT, toc_note_parse(toc_buf_view(&text), &note, NULL));
    static const char tail[] = "\n\n\xE2\x80\x94 a AQIDBAUG\n";
    toc_buf_clear(&text);
    while (text.size < TOC_NOTE_TEXT_BYTES_MAX - strlen(tail))
        toc_buf_add_u8(&text, 'x');
    toc_buf_add_text(&text, tail);
    TOC_CHECK_OK(toc_note_parse(toc_buf_view(&text), &note, &err));
    text.data[text.size - 1] = 'G';
    toc_buf_add_u8(&text, '\n');
    TOC_CHECK_FAILS(TOC_LIMIT, toc_note_parse(toc_buf_view(&text), &note, NULL));
}

static void signatures_of_up_to_128_bytes_are_kept(void **state)
{
    (void)state;
    toc_err err = {0};
    for (size_t size = 127; size <= 130; size++) {
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        uint8_t bytes[4 + 130] = {0};
        toc_buf_add_text(&text, "body\n\n\xE2\x80\x94 a ");
        toc_base64_encode(toc_span_of(bytes, 4 + size), &text);
        toc_buf_add_text(&text, "\n");
        toc_note note;
        TOC_CHECK_OK(toc_note_parse(toc_buf_view(&text), &note, &err));
        assert_int_equal(note.signature_count, size <= 128);
    }
}

static void a_written_note_parses_and_verifies(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_secret_free) toc_secret *seed = seed_of(7);
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_verify_key key;
    toc_note note;
    toc_sign_public(seed, &key);
    TOC_CHECK_OK(
        toc_note_write(toc_span_text("one\n\ntwo\n"), toc_span_text("name"), seed, &text, &err));
    TOC_CHECK_OK(toc_note_parse(toc_buf_view(&text), &note, &err));
    assert_true(toc_span_equal(note.body, toc_span_text("one\n\ntwo\n")));
    TOC_CHECK_OK(toc_note_verify(&note, toc_span_text("name"), &key, &err));
}

static void a_note_that_could_not_be_read_again_is_not_written(void **state)
{
    (void)state;
    TOC_AUTO(toc_secret_free) toc_secret *seed = seed_of(7);
    static const struct {
        const char *body, *name;
    } bad[] = {{"", "n"},           {"no newline", "n"}, {"tab\t\n", "n"},       {"\xFF\n", "n"},
               {"body\n", ""},      {"body\n", "a b"},   {"body\n", "a+b"},      {"body\n", "a\n"},
               {"body\n", "a\x01"}, {"body\n", "\xFF"},  {"body\n", "a\xC2\xA0"}};
    for (size_t i = 0; i < TOC_COUNT(bad); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        TOC_CHECK_FAILS(TOC_MALFORMED,
                        toc_note_write(toc_span_text(bad[i].body), toc_span_text(bad[i].name), seed,
                                       &text, NULL));
        assert_int_equal(text.size, 0);
    }
}

/* --- checkpoints --- */

static void checkpoints_are_judged_as_the_specification_says(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("feed-checkpoints.txt", 23);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_checkpoint checkpoint = {.size = 77};
        bool valid = toc_vector_bool(vector, "valid");
        if (toc_checkpoint_parse(toc_vector_bytes(vector, "body"), &checkpoint, NULL) !=
            (valid ? TOC_OK : TOC_MALFORMED))
            fail_msg("line %zu: %s", toc_vector_line(vector), toc_vector_text(vector, "why"));
        if (!valid) {
            assert_true(checkpoint.size == 77);
            continue;
        }
        assert_true(checkpoint.size == toc_vector_u64(vector, "size"));
        assert_memory_equal(checkpoint.root.bytes, toc_vector_hex(vector, "root").data, 32);
        assert_true(
            toc_span_equal(checkpoint.origin, toc_span_text(toc_vector_text(vector, "origin"))));
    }
}

typedef struct signed_head {
    toc_feed_name name;
    toc_verify_key key;
    toc_hash root;
    toc_buf text;
} signed_head;

static void sign_head(const toc_secret *seed, signed_head *out)
{
    toc_err err = {0};
    *out = (signed_head){.name = {.lane = TOC_LANE_ALERT, .generation = 1767225600}};
    memset(out->name.circle.bytes, 0xC1, 32);
    memset(out->name.org.bytes, 0x0A, 32);
    memset(out->root.bytes, 0x55, 32);
    toc_sign_public(seed, &out->key);
    TOC_CHECK_OK(toc_checkpoint_sign(&out->name, 1234, &out->root, seed, &out->text, &err));
}

static void a_feeds_checkpoint_opens_for_its_feed_and_key_alone(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_secret_free) toc_secret *seed = seed_of(9);
    TOC_AUTO(toc_secret_free) toc_secret *other_seed = seed_of(10);
    signed_head head;
    sign_head(seed, &head);
    toc_span text = toc_buf_view(&head.text);
    toc_checkpoint checkpoint = {0};
    TOC_CHECK_OK(toc_checkpoint_open(text, &head.name, &head.key, &checkpoint, &err));
    assert_int_equal(checkpoint.size, 1234);
    assert_true(toc_hash_equal(&checkpoint.root, &head.root));
    assert_true(checkpoint.origin.data >= text.data &&
                checkpoint.origin.data < text.data + text.size);

    toc_checkpoint untouched = {.size = 99};
    toc_verify_key other_key;
    toc_sign_public(other_seed, &other_key);
    TOC_CHECK_FAILS(TOC_SIGNATURE,
                    toc_checkpoint_open(text, &head.name, &other_key, &untouched, NULL));
    for (int part = 0; part < 4; part++) {
        toc_feed_name other = head.name;
        other.circle.bytes[31] ^= part == 0;
        other.org.bytes[0] ^= part == 1;
        other.lane = part == 2 ? TOC_LANE_BULK : other.lane;
        other.generation += part == 3;
        TOC_CHECK_FAILS(TOC_SIGNATURE,
                        toc_checkpoint_open(text, &other, &head.key, &untouched, NULL));
    }
    assert_int_equal(untouched.size, 99);
    toc_buf_wipe(&head.text);
}

static void every_changed_byte_of_a_checkpoint_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_secret_free) toc_secret *seed = seed_of(9);
    signed_head head;
    sign_head(seed, &head);
    for (size_t i = 0; i < head.text.size; i++) {
        uint8_t kept = head.text.data[i];
        head.text.data[i] ^= 0x01;
        toc_checkpoint checkpoint;
        toc_code code =
            toc_checkpoint_open(toc_buf_view(&head.text), &head.name, &head.key, &checkpoint, NULL);
        assert_true(code == TOC_SIGNATURE || code == TOC_MALFORMED);
        head.text.data[i] = kept;
    }
    toc_buf_wipe(&head.text);
}

static void reading_a_checkpoint_judges_all_but_the_signature(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_secret_free) toc_secret *seed = seed_of(9);
    signed_head head;
    sign_head(seed, &head);
    toc_note note;
    toc_checkpoint checkpoint;
    TOC_CHECK_OK(
        toc_checkpoint_read(toc_buf_view(&head.text), &head.name, &note, &checkpoint, &err));
    assert_int_equal(checkpoint.size, 1234);
    assert_int_equal(note.signature_count, 1);
    toc_feed_name other = head.name;
    other.generation++;
    TOC_CHECK_FAILS(TOC_SIGNATURE, toc_checkpoint_read(toc_buf_view(&head.text), &other, &note,
                                                       &checkpoint, NULL));
    toc_buf_wipe(&head.text);
}

static void a_checkpoint_under_another_key_name_is_refused(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_secret_free) toc_secret *seed = seed_of(9);
    signed_head head;
    sign_head(seed, &head);
    toc_note note;
    TOC_CHECK_OK(toc_note_parse(toc_buf_view(&head.text), &note, &err));
    TOC_AUTO(toc_buf_wipe) toc_buf renamed = {0};
    TOC_CHECK_OK(toc_note_write(note.body, toc_span_text("tocsin/another"), seed, &renamed, &err));
    toc_checkpoint checkpoint;
    TOC_CHECK_FAILS(TOC_SIGNATURE, toc_checkpoint_open(toc_buf_view(&renamed), &head.name,
                                                       &head.key, &checkpoint, NULL));
    toc_buf_wipe(&head.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notes_are_judged_as_the_specification_says),
        cmocka_unit_test(every_truncation_of_a_note_is_refused_and_leaves_out_untouched),
        cmocka_unit_test(the_key_hash_of_the_specification_is_reproduced),
        cmocka_unit_test(a_parsed_note_lends_its_text_and_signatures),
        cmocka_unit_test(a_note_has_at_most_64_signatures_and_a_million_bytes),
        cmocka_unit_test(signatures_of_up_to_128_bytes_are_kept),
        cmocka_unit_test(a_written_note_parses_and_verifies),
        cmocka_unit_test(a_note_that_could_not_be_read_again_is_not_written),
        cmocka_unit_test(checkpoints_are_judged_as_the_specification_says),
        cmocka_unit_test(a_feeds_checkpoint_opens_for_its_feed_and_key_alone),
        cmocka_unit_test(every_changed_byte_of_a_checkpoint_is_refused),
        cmocka_unit_test(reading_a_checkpoint_judges_all_but_the_signature),
        cmocka_unit_test(a_checkpoint_under_another_key_name_is_refused),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
