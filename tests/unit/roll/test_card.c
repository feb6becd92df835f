/* Cards: published ones, and every way in which one may be wrong on its own. */
#include "tests/support/vectors.h"
#include "tests/unit/roll/fixture.h"

/* --- published cards --- */

static void assert_published(const toc_vector *vector, const toc_card *card)
{
    uint8_t expected[32];
    char fingerprint[TOC_FINGERPRINT_BYTES];
    toc_vector_hex_into(vector, "org", expected, 32);
    assert_memory_equal(card->org.bytes, expected, 32);
    toc_vector_hex_into(vector, "root", expected, 32);
    assert_memory_equal(card->root.bytes, expected, 32);
    toc_vector_hex_into(vector, "next-root", expected, 32);
    assert_memory_equal(card->next_root.bytes, expected, 32);
    toc_vector_hex_into(vector, "hash", expected, 32);
    assert_memory_equal(card->hash.bytes, expected, 32);
    assert_int_equal(card->serial, toc_vector_u64(vector, "serial"));
    assert_true(toc_span_equal(card->name, toc_span_text(toc_vector_text(vector, "name"))));
    assert_int_equal(card->officer_count, toc_vector_u64(vector, "officers"));
    assert_int_equal(card->retired_count, toc_vector_u64(vector, "retired"));
    assert_int_equal(card->endpoint_count, toc_vector_u64(vector, "endpoints"));
    toc_card_fingerprint(card, fingerprint);
    assert_string_equal(fingerprint, toc_vector_text(vector, "fingerprint"));
}

static toc_secret *published_secret(const toc_vector *vector, const char *key)
{
    toc_secret *secret = NULL;
    if (strcmp(toc_vector_text(vector, key), "-") != 0)
        assert_code(toc_secret_from(toc_vector_hex(vector, key), &secret, NULL), TOC_OK);
    return secret;
}

/* Calls `check` for each published card; at least four are there. */
static void each_published(void (*check)(const toc_vector *vector, const toc_card *card))
{
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("roll-signed.txt", 6);
    size_t cards = 0;
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        if (strcmp(toc_vector_text(vector, "case"), "card") != 0)
            continue;
        TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
        toc_card card;
        toc_err err = {0};
        if (toc_card_open(toc_vector_hex(vector, "signed"), arena, &card, &err) != TOC_OK)
            fail_msg("line %zu: %s", toc_vector_line(vector), err.text);
        check(vector, &card);
        cards++;
    }
    assert_true(cards >= 4);
}

static void cards_made_elsewhere_open_with_their_hashes_and_fingerprints(void **state)
{
    (void)state;
    each_published(assert_published);
}

static void assert_signs_alike(const toc_vector *vector, const toc_card *card)
{
    TOC_AUTO(toc_secret_free) toc_secret *root = published_secret(vector, "seed-root");
    TOC_AUTO(toc_secret_free) toc_secret *previous = published_secret(vector, "seed-previous-root");
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    assert_code(toc_card_sign(card, root, previous, &bytes, NULL), TOC_OK);
    assert_true(toc_span_equal(toc_buf_view(&bytes), toc_vector_hex(vector, "signed")));
    assert_true(toc_span_equal(card->signed_card, toc_vector_hex(vector, "signed")));
}

static void signing_the_same_fields_gives_the_bytes_made_elsewhere(void **state)
{
    (void)state;
    each_published(assert_signs_alike);
}

static void assert_same_proof(const toc_vector *vector, const toc_card *card)
{
    TOC_AUTO(toc_secret_free) toc_secret *seed = published_secret(vector, "seed-sign");
    toc_signature proof;
    uint8_t expected[64];
    toc_vector_hex_into(vector, "sign-proof", expected, 64);
    toc_possession_sign(&card->org, seed, &proof);
    assert_memory_equal(proof.bytes, expected, 64);
    assert_memory_equal(card->sign_proof.bytes, expected, 64);
}

static void proofs_of_possession_are_those_made_elsewhere(void **state)
{
    (void)state;
    each_published(assert_same_proof);
}

static void a_card_keeps_every_field_it_was_given(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    draft from;
    draft_first("a", &from);
    add_retired(&from, "old sign", 1760000000123);
    from.endpoints[from.card.endpoint_count++] = toc_span_text("ipc:///run/tocsin.ipc");
    from.card.valid_until.unix_ms = 1798761600000;
    toc_card card = signed_card(&from, "root 1", NULL, arena);
    assert_true(toc_span_equal(card.name, from.card.name));
    assert_true(toc_span_equal(card.kind, from.card.kind));
    assert_true(toc_span_equal(card.country, from.card.country));
    assert_true(toc_span_equal(card.duty, from.card.duty));
    assert_int_equal(card.valid_from.unix_ms, 1767225600000);
    assert_int_equal(card.valid_until.unix_ms, 1798761600000);
    assert_memory_equal(&card.sign, &from.card.sign, 32);
    assert_memory_equal(&card.cosign, &from.card.cosign, 32);
    assert_memory_equal(&card.link, &from.card.link, 32);
    assert_memory_equal(&card.seal, &from.card.seal, 32);
    assert_int_equal(card.officer_count, 2);
    assert_int_equal(card.officers[1].number, 2);
    assert_int_equal(card.officers[1].scopes, TOC_SCOPE_SUBMIT);
    assert_true(toc_span_equal(card.officers[1].title, toc_span_text("duty officer")));
    assert_ptr_equal(toc_card_officer(&card, &from.officers[1].key), &card.officers[1]);
    assert_null(toc_card_officer(&card, &card.sign));
    assert_int_equal(card.retired_count, 1);
    assert_int_equal(card.retired[0].at.unix_ms, 1760000000123);
    assert_memory_equal(&card.retired[0].key, &from.retired[0].key, 32);
    assert_int_equal(card.endpoint_count, 2);
    assert_true(toc_span_equal(card.endpoints[1], toc_span_text("ipc:///run/tocsin.ipc")));
}

/* --- tampering --- */

static void refuse_every_flip(const toc_card *card)
{
    uint8_t bytes[4096];
    size_t size = card->signed_card.size;
    assert_true(size <= sizeof bytes);
    memcpy(bytes, card->signed_card.data, size);
    assert_code(open_bytes(toc_span_of(bytes, size), NULL), TOC_OK);
    for (size_t i = 0; i < size * 8; i++) {
        bytes[i / 8] ^= (uint8_t)(1u << (i % 8));
        if (open_bytes(toc_span_of(bytes, size), NULL) == TOC_OK)
            fail_msg("bit %zu of byte %zu may be flipped", i % 8, i / 8);
        bytes[i / 8] ^= (uint8_t)(1u << (i % 8));
    }
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= 0xFF;
        if (open_bytes(toc_span_of(bytes, size), NULL) == TOC_OK)
            fail_msg("byte %zu may be flipped", i);
        bytes[i] ^= 0xFF;
    }
}

static void every_flipped_bit_of_a_signed_card_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    draft from;
    draft_first("a", &from);
    add_retired(&from, "old sign", 1760000000123);
    toc_card first = signed_card(&from, "root 1", NULL, arena);
    refuse_every_flip(&first);
}

static void every_flipped_bit_of_a_rotation_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card first = first_card("a", arena);
    draft next;
    draft_next("a", &first, &next);
    draft_root(&next, 2);
    toc_card rotated = signed_card(&next, "root 2", "root 1", arena);
    refuse_every_flip(&rotated);
}

static void every_truncation_and_every_addition_is_refused_and_leaves_out_untouched(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    for (size_t size = 0; size < card.signed_card.size; size++)
        assert_code(open_bytes(toc_span_of(card.signed_card.data, size), NULL), TOC_MALFORMED);
    TOC_AUTO(toc_buf_wipe) toc_buf longer = {0};
    toc_buf_add_span(&longer, card.signed_card);
    toc_buf_add_u8(&longer, 0);
    assert_code(open_bytes(toc_buf_view(&longer), NULL), TOC_MALFORMED);
}

static void an_envelope_has_one_encoding(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    toc_span signature = payload_of(card.signed_card, 2, 0);
    TOC_AUTO(toc_buf_wipe) toc_buf other = {0};
    put_bytes_field(&other, 2, signature);
    put_bytes_field(&other, 1, card.body);
    assert_code(open_bytes(toc_buf_view(&other), NULL), TOC_MALFORMED);
    toc_buf_clear(&other);
    toc_buf_add_span(&other, card.signed_card);
    put_bytes_field(&other, 1000, toc_span_text("a note in the margin"));
    assert_code(open_bytes(toc_buf_view(&other), NULL), TOC_MALFORMED);
    toc_buf_clear(&other);
    toc_buf_add_u8(&other, 0x8A); /* field 1 in two bytes */
    toc_buf_add_u8(&other, 0x00);
    toc_buf_add_span(&other, toc_span_of(card.signed_card.data + 1, card.signed_card.size - 1));
    assert_code(open_bytes(toc_buf_view(&other), NULL), TOC_MALFORMED);
}

static void a_body_signed_by_hand_opens(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    TOC_AUTO(toc_buf_wipe) toc_buf name = {0};
    put_bytes_field(&name, CARD_NAME, toc_span_text("another"));
    assert_code(open_changed(card.body, CARD_NAME, 0, toc_buf_view(&name)), TOC_OK);
}

static void a_field_changed_under_an_old_signature_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    TOC_AUTO(toc_buf_wipe) toc_buf name = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    put_bytes_field(&name, CARD_NAME, toc_span_text("another"));
    replace_field(card.body, CARD_NAME, 0, toc_buf_view(&name), &body);
    put_bytes_field(&bytes, 1, toc_buf_view(&body));
    put_bytes_field(&bytes, 2, payload_of(card.signed_card, 2, 0));
    assert_code(open_bytes(toc_buf_view(&bytes), NULL), TOC_SIGNATURE);
}

static void a_card_signed_by_another_key_or_in_another_domain_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    envelop_card(card.body, "a", "sign", NULL, &bytes);
    assert_code(open_bytes(toc_buf_view(&bytes), NULL), TOC_SIGNATURE);
    TOC_AUTO(toc_secret_free) toc_secret *root = secret_named("a", "root 1");
    toc_signature signature;
    toc_sign(root, TOC_DOMAIN_CHARTER, TOC_SPAN_OF(card.hash), &signature);
    toc_buf_clear(&bytes);
    put_bytes_field(&bytes, 1, card.body);
    put_bytes_field(&bytes, 2, TOC_SPAN_OF(signature));
    assert_code(open_bytes(toc_buf_view(&bytes), NULL), TOC_SIGNATURE);
}

static void a_second_signature_stands_exactly_where_a_root_rotates(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card first = first_card("a", arena);
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    envelop_card(first.body, "a", "root 1", "root 2", &bytes);
    assert_code(open_bytes(toc_buf_view(&bytes), NULL), TOC_SIGNATURE);
    draft next;
    draft_next("a", &first, &next);
    draft_root(&next, 2);
    toc_card rotated = signed_card(&next, "root 2", "root 1", arena);
    toc_buf_clear(&bytes);
    envelop_card(rotated.body, "a", "root 2", NULL, &bytes);
    assert_code(open_bytes(toc_buf_view(&bytes), NULL), TOC_SIGNATURE);
    toc_buf_clear(&bytes);
    envelop_card(rotated.body, "a", "root 2", "root 3", &bytes);
    assert_code(open_bytes(toc_buf_view(&bytes), NULL), TOC_SIGNATURE);
    toc_buf_clear(&bytes);
    envelop_card(rotated.body, "a", "root 2", "root 1", &bytes);
    assert_code(open_bytes(toc_buf_view(&bytes), NULL), TOC_OK);
}

/* --- reading again --- */

static void reopening_reads_the_same_without_a_signature(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena), again;
    assert_code(toc_card_reopen(card.signed_card, arena, &again, NULL), TOC_OK);
    assert_true(toc_card_hash_equal(&again.hash, &card.hash));
    assert_true(toc_span_equal(again.signed_card, card.signed_card));
    assert_int_equal(again.officer_count, card.officer_count);
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    envelop_card(card.body, "a", "sign", NULL, &bytes);
    assert_code(toc_card_reopen(toc_buf_view(&bytes), arena, &again, NULL), TOC_OK);
}

static void a_short_arena_is_a_limit_at_every_size(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    toc_code code = TOC_LIMIT;
    size_t size = 0;
    for (; code == TOC_LIMIT && size < TOC_CARD_ARENA_BYTES; size += 7) {
        toc_arena *small = NULL;
        toc_card out;
        assert_code(toc_arena_new(size, &small, NULL), TOC_OK);
        code = toc_card_open(card.signed_card, small, &out, NULL);
        toc_arena_free(small);
    }
    assert_code(code, TOC_OK);
    assert_true(size > card.signed_card.size);
}

static void signing_with_a_key_that_is_not_on_the_card_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    draft from;
    draft_first("a", &from);
    assert_code(try_sign(&from, "root 2", NULL, &bytes, NULL), TOC_USAGE);
    assert_int_equal(bytes.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cards_made_elsewhere_open_with_their_hashes_and_fingerprints),
        cmocka_unit_test(signing_the_same_fields_gives_the_bytes_made_elsewhere),
        cmocka_unit_test(proofs_of_possession_are_those_made_elsewhere),
        cmocka_unit_test(a_card_keeps_every_field_it_was_given),
        cmocka_unit_test(every_flipped_bit_of_a_signed_card_is_refused),
        cmocka_unit_test(every_flipped_bit_of_a_rotation_is_refused),
        cmocka_unit_test(every_truncation_and_every_addition_is_refused_and_leaves_out_untouched),
        cmocka_unit_test(an_envelope_has_one_encoding),
        cmocka_unit_test(a_body_signed_by_hand_opens),
        cmocka_unit_test(a_field_changed_under_an_old_signature_is_refused),
        cmocka_unit_test(a_card_signed_by_another_key_or_in_another_domain_is_refused),
        cmocka_unit_test(a_second_signature_stands_exactly_where_a_root_rotates),
        cmocka_unit_test(signing_with_a_key_that_is_not_on_the_card_is_refused),
        cmocka_unit_test(reopening_reads_the_same_without_a_signature),
        cmocka_unit_test(a_short_arena_is_a_limit_at_every_size),
    };
    return cmocka_run_group_tests_name("card", tests, start_crypto, NULL);
}
