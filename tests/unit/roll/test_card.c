/* Cards: published ones, and every way in which one may be wrong on its own. */
#include "tests/support/vectors.h"
#include "tests/unit/roll/fixture.h"

/* Numbers of proto/schema/roll.proto. */
enum {
    ORG = 1,
    ROOT = 2,
    SERIAL = 3,
    PREVIOUS = 4,
    NEXT_ROOT = 5,
    PREVIOUS_ROOT = 6,
    NAME = 7,
    KIND = 8,
    COUNTRY = 9,
    SIGN = 10,
    COSIGN = 11,
    LINK = 12,
    SEAL = 13,
    OFFICER = 14,
    RETIRED = 15,
    ENDPOINT = 16,
    VALID_FROM = 17,
    VALID_UNTIL = 18,
    DUTY = 19,
};

static toc_code open_bytes(toc_span bytes, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card, before;
    memset(&card, 0xA5, sizeof card);
    before = card;
    toc_code code = toc_card_open(bytes, arena, &card, err);
    if (code != TOC_OK)
        assert_memory_equal(&card, &before, sizeof card);
    return code;
}

/* --- published cards ---------------------------------------------------------------------------
 */

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

/* --- tampering ---------------------------------------------------------------------------------
 */

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

/* Opens the body with the nth field of a number replaced by `with`, properly signed. */
static toc_code open_changed(toc_span body, unsigned number, size_t nth, toc_span with)
{
    TOC_AUTO(toc_buf_wipe) toc_buf changed = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    replace_field(body, number, nth, with, &changed);
    envelop_card(toc_buf_view(&changed), "a", "root 1", NULL, &bytes);
    return open_bytes(toc_buf_view(&bytes), NULL);
}

static void a_body_signed_by_hand_opens(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    TOC_AUTO(toc_buf_wipe) toc_buf name = {0};
    put_bytes_field(&name, NAME, toc_span_text("another"));
    assert_code(open_changed(card.body, NAME, 0, toc_buf_view(&name)), TOC_OK);
}

static void a_field_changed_under_an_old_signature_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    TOC_AUTO(toc_buf_wipe) toc_buf name = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    put_bytes_field(&name, NAME, toc_span_text("another"));
    replace_field(card.body, NAME, 0, toc_buf_view(&name), &body);
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

/* --- fields ------------------------------------------------------------------------------------
 */

static void a_body_without_a_required_field_is_refused(void **state)
{
    (void)state;
    static const unsigned required[] = {ORG,  ROOT,   SERIAL, NEXT_ROOT, NAME,
                                        SIGN, COSIGN, LINK,   SEAL};
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    for (size_t i = 0; i < TOC_COUNT(required); i++)
        assert_code(open_changed(card.body, required[i], 0, (toc_span){0}), TOC_MALFORMED);
    static const unsigned optional[] = {KIND, COUNTRY, OFFICER, ENDPOINT, VALID_FROM, DUTY};
    for (size_t i = 0; i < TOC_COUNT(optional); i++)
        assert_code(open_changed(card.body, optional[i], 0, (toc_span){0}), TOC_OK);
}

static void hashes_and_keys_of_another_length_are_refused(void **state)
{
    (void)state;
    static const unsigned fields[] = {ORG, ROOT, NEXT_ROOT, LINK, SEAL, PREVIOUS, PREVIOUS_ROOT};
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card first = first_card("a", arena);
    draft next;
    draft_next("a", &first, &next);
    toc_card card = signed_card(&next, "root 1", NULL, arena);
    for (size_t i = 0; i < TOC_COUNT(fields); i++) {
        static const size_t sizes[] = {0, 31, 33, 64};
        for (size_t j = 0; j < TOC_COUNT(sizes); j++) {
            uint8_t value[64] = {9};
            TOC_AUTO(toc_buf_wipe) toc_buf field = {0};
            put_bytes_field(&field, fields[i], toc_span_of(value, sizes[j]));
            assert_code(open_changed(card.body, fields[i], 0, toc_buf_view(&field)), TOC_MALFORMED);
        }
    }
}

static void put_key_row(toc_buf *out, unsigned number, toc_span key, toc_span proof)
{
    TOC_AUTO(toc_buf_wipe) toc_buf row = {0};
    put_bytes_field(&row, 1, key);
    put_bytes_field(&row, 2, proof);
    put_bytes_field(out, number, toc_buf_view(&row));
}

static void node_keys_and_proofs_of_another_length_are_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    for (unsigned number = SIGN; number <= COSIGN; number++) {
        toc_span row = payload_of(card.body, number, 0);
        toc_span key = payload_of(row, 1, 0), proof = payload_of(row, 2, 0);
        TOC_AUTO(toc_buf_wipe) toc_buf field = {0};
        put_key_row(&field, number, toc_span_of(key.data, 31), proof);
        assert_code(open_changed(card.body, number, 0, toc_buf_view(&field)), TOC_MALFORMED);
        toc_buf_clear(&field);
        put_key_row(&field, number, key, toc_span_of(proof.data, 63));
        assert_code(open_changed(card.body, number, 0, toc_buf_view(&field)), TOC_MALFORMED);
        toc_buf_clear(&field);
        put_key_row(&field, number, key, proof);
        assert_code(open_changed(card.body, number, 0, toc_buf_view(&field)), TOC_OK);
    }
    for (size_t size = 31; size <= 33; size += 2) {
        uint8_t key[33] = {9};
        TOC_AUTO(toc_buf_wipe) toc_buf row = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf field = {0};
        put_bytes_field(&row, 1, toc_span_of(key, size));
        put_u64_field(&row, 2, 1760000000123);
        put_bytes_field(&field, RETIRED, toc_buf_view(&row));
        assert_code(open_changed(card.body, RETIRED, 0, toc_buf_view(&field)), TOC_MALFORMED);
    }
}

static void a_singular_field_that_comes_twice_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    TOC_AUTO(toc_buf_wipe) toc_buf twice = {0};
    put_bytes_field(&twice, NAME, toc_span_text("one"));
    put_bytes_field(&twice, NAME, toc_span_text("two"));
    assert_code(open_changed(card.body, NAME, 0, toc_buf_view(&twice)), TOC_MALFORMED);
}

static void fields_of_a_newer_version_are_told_apart_from_mistakes(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    TOC_AUTO(toc_buf_wipe) toc_buf field = {0};
    put_u64_field(&field, 999, 1);
    assert_code(open_changed(card.body, 999, 0, toc_buf_view(&field)), TOC_STATE);
    toc_buf_clear(&field);
    put_u64_field(&field, 1000, 1);
    assert_code(open_changed(card.body, 1000, 0, toc_buf_view(&field)), TOC_OK);
}

static void an_org_id_that_is_not_the_hash_of_the_first_root_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    draft from;
    draft_first("a", &from);
    draft other;
    draft_first("b", &other);
    from.card.org = other.card.org;
    from.card.sign_proof = proof_named(&from.card.org, "a", "sign");
    from.card.cosign_proof = proof_named(&from.card.org, "a", "cosign");
    from.card.officer_count = 0;
    assert_code(try_sign(&from, "root 1", NULL, &bytes, NULL), TOC_SIGNATURE);
    assert_int_equal(bytes.size, 0);
}

static toc_code sign_draft(const draft *from)
{
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_buf_add_text(&bytes, "before");
    toc_code code = try_sign(from, "root 1", NULL, &bytes, NULL);
    if (code != TOC_OK)
        assert_int_equal(bytes.size, 6);
    return code;
}

static void every_key_proves_its_possession_by_this_org(void **state)
{
    (void)state;
    draft from, other;
    draft_first("b", &other);
    draft_first("a", &from);
    assert_code(sign_draft(&from), TOC_OK);
    from.card.sign_proof = from.card.cosign_proof;
    assert_code(sign_draft(&from), TOC_SIGNATURE);
    draft_first("a", &from);
    from.card.sign_proof = proof_named(&other.card.org, "a", "sign");
    assert_code(sign_draft(&from), TOC_SIGNATURE);
    draft_first("a", &from);
    from.card.cosign_proof = proof_named(&other.card.org, "a", "cosign");
    assert_code(sign_draft(&from), TOC_SIGNATURE);
    draft_first("a", &from);
    from.officers[1].proof = proof_named(&other.card.org, "a", "officer 2");
    assert_code(sign_draft(&from), TOC_SIGNATURE);
    /* A key of somebody else with the proof copied from his card. */
    draft_first("a", &from);
    from.card.sign = other.card.sign;
    from.card.sign_proof = other.card.sign_proof;
    assert_code(sign_draft(&from), TOC_SIGNATURE);
}

/* Ed25519: order 1, order 8, y >= p, off the curve, and B + (0, -1) of mixed order. */
static const char *const bad_ed25519[] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0200000000000000000000000000000000000000000000000000000000000000",
    "9599999999999999999999999999999999999999999999999999999999999999",
};

static void unhex(const char *text, uint8_t out[32])
{
    for (size_t i = 0; i < 32; i++) {
        unsigned byte = 0;
        assert_int_equal(sscanf(text + 2 * i, "%2x", &byte), 1);
        out[i] = (uint8_t)byte;
    }
}

static void a_key_that_is_no_point_of_the_main_subgroup_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < TOC_COUNT(bad_ed25519); i++) {
        draft from;
        draft_first("a", &from);
        unhex(bad_ed25519[i], from.card.sign.bytes);
        assert_code(sign_draft(&from), TOC_SIGNATURE);
        draft_first("a", &from);
        unhex(bad_ed25519[i], from.card.cosign.bytes);
        assert_code(sign_draft(&from), TOC_SIGNATURE);
        draft_first("a", &from);
        unhex(bad_ed25519[i], from.officers[0].key.bytes);
        assert_code(sign_draft(&from), TOC_SIGNATURE);
        draft_first("a", &from);
        add_retired(&from, "old sign", 1760000000123);
        assert_code(sign_draft(&from), TOC_OK);
        unhex(bad_ed25519[i], from.retired[0].key.bytes);
        assert_code(sign_draft(&from), TOC_SIGNATURE);
    }
}

/* X25519: u of order 2, 4 and 8, u >= p and u with the top bit set. */
static const char *const bad_x25519[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0900000000000000000000000000000000000000000000000000000000000080",
};

static void a_link_or_seal_key_that_agrees_on_nothing_is_refused(void **state)
{
    (void)state;
    draft from;
    for (size_t i = 0; i < TOC_COUNT(bad_x25519); i++) {
        draft_first("a", &from);
        unhex(bad_x25519[i], from.card.link.bytes);
        assert_code(sign_draft(&from), TOC_MALFORMED);
        draft_first("a", &from);
        unhex(bad_x25519[i], from.card.seal.bytes);
        assert_code(sign_draft(&from), TOC_MALFORMED);
    }
    draft_first("a", &from);
    unhex("ebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", from.card.seal.bytes);
    assert_code(sign_draft(&from), TOC_OK);
}

static void one_key_in_two_places_is_refused(void **state)
{
    (void)state;
    enum { PLACES = 9 };
    for (size_t i = 0; i < PLACES; i++) {
        for (size_t j = 0; j < i; j++) {
            draft from;
            draft_first("a", &from);
            add_retired(&from, "old sign", 1760000000123);
            add_retired(&from, "old cosign", 1760000000123);
            uint8_t *keys[PLACES] = {
                from.card.root.bytes,       from.card.sign.bytes,      from.card.cosign.bytes,
                from.card.link.bytes,       from.card.seal.bytes,      from.officers[0].key.bytes,
                from.officers[1].key.bytes, from.retired[0].key.bytes, from.retired[1].key.bytes};
            memcpy(keys[i], keys[j], 32);
            assert_code(sign_draft(&from), TOC_MALFORMED);
        }
    }
}

static void a_root_that_was_rotated_away_is_used_for_nothing_else(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_card first = first_card("a", arena);
    draft next;
    draft_next("a", &first, &next);
    draft_root(&next, 2);
    add_retired(&next, "root 1", 1760000000123);
    assert_code(try_sign(&next, "root 2", "root 1", &bytes, NULL), TOC_OK);
    draft_next("a", &first, &next);
    draft_root(&next, 2);
    add_officer(&next, 3, "root 1", TOC_SCOPE_SUBMIT);
    assert_code(try_sign(&next, "root 2", "root 1", &bytes, NULL), TOC_MALFORMED);
}

static void officers_have_numbers_of_their_own_and_known_scopes(void **state)
{
    (void)state;
    draft from;
    draft_first("a", &from);
    from.officers[1].number = 1;
    assert_code(sign_draft(&from), TOC_MALFORMED);
    from.officers[1].number = 0;
    assert_code(sign_draft(&from), TOC_MALFORMED);
    from.officers[1].number = UINT32_MAX;
    assert_code(sign_draft(&from), TOC_OK);
    from.officers[1].scopes = 0;
    assert_code(sign_draft(&from), TOC_MALFORMED);
    from.officers[1].scopes = 8;
    assert_code(sign_draft(&from), TOC_MALFORMED);
    from.officers[1].scopes = 7;
    assert_code(sign_draft(&from), TOC_OK);
}

static void every_list_has_its_limit(void **state)
{
    (void)state;
    draft from;
    draft_first("a", &from);
    for (uint32_t i = 3; i <= TOC_OFFICERS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "officer %u", i);
        add_officer(&from, i, name, TOC_SCOPE_SUBMIT);
    }
    assert_code(sign_draft(&from), TOC_OK);
    add_officer(&from, 1000, "one too many", TOC_SCOPE_SUBMIT);
    assert_code(sign_draft(&from), TOC_LIMIT);

    draft_first("a", &from);
    for (uint32_t i = 0; i < TOC_RETIRED_MAX; i++) {
        char name[24];
        snprintf(name, sizeof name, "retired %u", i);
        add_retired(&from, name, 1760000000123);
    }
    assert_code(sign_draft(&from), TOC_OK);
    add_retired(&from, "one too many", 1760000000123);
    assert_code(sign_draft(&from), TOC_LIMIT);

    char endpoints[TOC_ENDPOINTS_MAX + 1][32];
    draft_first("a", &from);
    from.card.endpoint_count = TOC_ENDPOINTS_MAX;
    for (unsigned i = 0; i <= TOC_ENDPOINTS_MAX; i++) {
        snprintf(endpoints[i], sizeof endpoints[i], "tcp://192.0.2.%u:1", i);
        from.endpoints[i] = toc_span_text(endpoints[i]);
    }
    assert_code(sign_draft(&from), TOC_OK);
    from.card.endpoint_count++;
    assert_code(sign_draft(&from), TOC_LIMIT);
    from.card.endpoint_count = 2;
    from.endpoints[1] = from.endpoints[0];
    assert_code(sign_draft(&from), TOC_MALFORMED);
    from.endpoints[1] = toc_span_text("http://192.0.2.1:1");
    assert_code(sign_draft(&from), TOC_MALFORMED);
}

/* The writer refuses too long lists itself, so the reader is shown one by hand. */
static void lists_over_the_limit_are_refused_on_reading_too(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    TOC_AUTO(toc_buf_wipe) toc_buf rows = {0};
    for (unsigned i = 0; i <= TOC_OFFICERS_MAX; i++)
        put_bytes_field(&rows, OFFICER, payload_of(card.body, OFFICER, 0));
    assert_code(open_changed(card.body, OFFICER, 0, toc_buf_view(&rows)), TOC_LIMIT);
    toc_buf_clear(&rows);
    for (unsigned i = 0; i <= TOC_ENDPOINTS_MAX; i++)
        put_bytes_field(&rows, ENDPOINT, toc_span_text("tcp://a:1"));
    assert_code(open_changed(card.body, ENDPOINT, 0, toc_buf_view(&rows)), TOC_LIMIT);
    toc_buf_clear(&rows);
    for (unsigned i = 0; i <= TOC_RETIRED_MAX; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf row = {0};
        put_bytes_field(&row, 1, TOC_SPAN_OF(card.sign));
        put_u64_field(&row, 2, 1);
        put_bytes_field(&rows, RETIRED, toc_buf_view(&row));
    }
    assert_code(open_changed(card.body, RETIRED, 0, toc_buf_view(&rows)), TOC_LIMIT);
}

static void a_card_of_more_than_32768_bytes_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    static uint8_t filler[TOC_CARD_BYTES_MAX];
    toc_code expected[] = {TOC_OK, TOC_LIMIT};
    for (size_t over = 0; over < 2; over++) {
        /* What the filler field itself takes: a tag of 2 bytes and a length of 3; the body's length
         * grows by 1. */
        size_t size = TOC_CARD_BYTES_MAX - card.signed_card.size - 6 + over;
        TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
        toc_buf_add_span(&body, card.body);
        put_bytes_field(&body, 1000, toc_span_of(filler, size));
        envelop_card(toc_buf_view(&body), "a", "root 1", NULL, &bytes);
        assert_int_equal(bytes.size, TOC_CARD_BYTES_MAX + over);
        assert_code(open_bytes(toc_buf_view(&bytes), NULL), expected[over]);
    }
}

static void texts_have_a_length_and_no_tricks(void **state)
{
    (void)state;
    static const char *const tricks[] = {"two\nlines",   "tab\t",        "bell\a",
                                         "\x7f",         "\xc2\x9b[1m",  "evil \xe2\x80\xae name",
                                         "\xe2\x81\xa6", "\xe2\x80\xa8", "cut \xc3",
                                         "\xed\xa0\x80"};
    char longest[TOC_TEXT_BYTES_MAX + 2];
    memset(longest, 'x', sizeof longest);
    draft from;
    draft_first("a", &from);
    toc_span *const places[] = {&from.card.name, &from.card.duty, &from.officers[0].title};
    for (size_t i = 0; i < TOC_COUNT(places); i++) {
        toc_span before = *places[i];
        for (size_t j = 0; j < TOC_COUNT(tricks); j++) {
            *places[i] = toc_span_text(tricks[j]);
            assert_code(sign_draft(&from), TOC_MALFORMED);
        }
        *places[i] = toc_span_of("a\0b", 3);
        assert_code(sign_draft(&from), TOC_MALFORMED);
        *places[i] = toc_span_of(longest, TOC_TEXT_BYTES_MAX);
        assert_code(sign_draft(&from), TOC_OK);
        *places[i] = toc_span_of(longest, TOC_TEXT_BYTES_MAX + 1);
        assert_code(sign_draft(&from), TOC_LIMIT);
        *places[i] = before;
    }
    from.card.name = toc_span_text("北京 Ünïcode العربية \xe2\x80\xa7 ok");
    assert_code(sign_draft(&from), TOC_OK);
    from.card.name = (toc_span){0};
    assert_code(sign_draft(&from), TOC_MALFORMED);
}

static void kind_is_a_slug_and_country_two_capitals_or_nothing(void **state)
{
    (void)state;
    static const char *const bad_kinds[] = {"Exchange", "an exchange", "-x", "é"};
    static const char *const bad_countries[] = {"S", "se", "SWE", "S1", "S "};
    draft from;
    draft_first("a", &from);
    for (size_t i = 0; i < TOC_COUNT(bad_kinds); i++) {
        from.card.kind = toc_span_text(bad_kinds[i]);
        assert_code(sign_draft(&from), TOC_MALFORMED);
    }
    from.card.kind = (toc_span){0};
    for (size_t i = 0; i < TOC_COUNT(bad_countries); i++) {
        from.card.country = toc_span_text(bad_countries[i]);
        assert_code(sign_draft(&from), TOC_MALFORMED);
    }
    from.card.country = (toc_span){0};
    assert_code(sign_draft(&from), TOC_OK);
}

static void moments_are_in_order_and_can_be_written(void **state)
{
    (void)state;
    draft from;
    draft_first("a", &from);
    from.card.valid_until = from.card.valid_from;
    assert_code(sign_draft(&from), TOC_MALFORMED);
    from.card.valid_until.unix_ms = from.card.valid_from.unix_ms + 1;
    assert_code(sign_draft(&from), TOC_OK);
    from.card.valid_until.unix_ms = TOC_TIME_MS_MAX + 1;
    assert_code(sign_draft(&from), TOC_LIMIT);
    from.card.valid_until.unix_ms = TOC_TIME_MS_MAX;
    assert_code(sign_draft(&from), TOC_OK);
    from.card.valid_until.unix_ms = 0;
    from.card.valid_from.unix_ms = TOC_TIME_MS_MAX + 1;
    assert_code(sign_draft(&from), TOC_LIMIT);
    draft_first("a", &from);
    add_retired(&from, "old sign", 0);
    assert_code(sign_draft(&from), TOC_MALFORMED);
    from.retired[0].at.unix_ms = TOC_TIME_MS_MAX + 1;
    assert_code(sign_draft(&from), TOC_MALFORMED);
    from.retired[0].at.unix_ms = 1;
    assert_code(sign_draft(&from), TOC_OK);
}

static void only_the_first_card_names_none_before_it(void **state)
{
    (void)state;
    draft from;
    draft_first("a", &from);
    from.card.serial = 0;
    assert_code(sign_draft(&from), TOC_MALFORMED);
    from.card.serial = 2;
    assert_code(sign_draft(&from), TOC_MALFORMED);
    from.card.previous.bytes[31] = 1;
    assert_code(sign_draft(&from), TOC_OK);
    from.card.serial = 1;
    assert_code(sign_draft(&from), TOC_MALFORMED);
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    TOC_AUTO(toc_buf_wipe) toc_buf field = {0};
    uint8_t zeros[32] = {0};
    put_bytes_field(&field, PREVIOUS, toc_span_of(zeros, 32));
    assert_code(open_changed(card.body, PREVIOUS, 0, toc_buf_view(&field)), TOC_MALFORMED);
    toc_buf_clear(&field);
    put_bytes_field(&field, PREVIOUS_ROOT, toc_span_of(zeros, 32));
    assert_code(open_changed(card.body, PREVIOUS_ROOT, 0, toc_buf_view(&field)), TOC_MALFORMED);
}

static void a_first_card_rotates_nothing(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    draft from;
    draft_first("a", &from);
    assert_code(try_sign(&from, "root 1", "root 0", &bytes, NULL), TOC_MALFORMED);
}

static void the_next_root_is_committed_to_and_is_another(void **state)
{
    (void)state;
    draft from;
    draft_first("a", &from);
    memset(&from.card.next_root, 0, sizeof from.card.next_root);
    assert_code(sign_draft(&from), TOC_MALFORMED);
    toc_next_root_of(&from.card.root, &from.card.next_root);
    assert_code(sign_draft(&from), TOC_MALFORMED);
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
        cmocka_unit_test(a_body_without_a_required_field_is_refused),
        cmocka_unit_test(hashes_and_keys_of_another_length_are_refused),
        cmocka_unit_test(node_keys_and_proofs_of_another_length_are_refused),
        cmocka_unit_test(a_singular_field_that_comes_twice_is_refused),
        cmocka_unit_test(fields_of_a_newer_version_are_told_apart_from_mistakes),
        cmocka_unit_test(an_org_id_that_is_not_the_hash_of_the_first_root_is_refused),
        cmocka_unit_test(every_key_proves_its_possession_by_this_org),
        cmocka_unit_test(a_key_that_is_no_point_of_the_main_subgroup_is_refused),
        cmocka_unit_test(a_link_or_seal_key_that_agrees_on_nothing_is_refused),
        cmocka_unit_test(one_key_in_two_places_is_refused),
        cmocka_unit_test(a_root_that_was_rotated_away_is_used_for_nothing_else),
        cmocka_unit_test(officers_have_numbers_of_their_own_and_known_scopes),
        cmocka_unit_test(every_list_has_its_limit),
        cmocka_unit_test(lists_over_the_limit_are_refused_on_reading_too),
        cmocka_unit_test(a_card_of_more_than_32768_bytes_is_refused),
        cmocka_unit_test(texts_have_a_length_and_no_tricks),
        cmocka_unit_test(kind_is_a_slug_and_country_two_capitals_or_nothing),
        cmocka_unit_test(moments_are_in_order_and_can_be_written),
        cmocka_unit_test(only_the_first_card_names_none_before_it),
        cmocka_unit_test(a_first_card_rotates_nothing),
        cmocka_unit_test(the_next_root_is_committed_to_and_is_another),
        cmocka_unit_test(signing_with_a_key_that_is_not_on_the_card_is_refused),
        cmocka_unit_test(reopening_reads_the_same_without_a_signature),
        cmocka_unit_test(a_short_arena_is_a_limit_at_every_size),
    };
    return cmocka_run_group_tests_name("card", tests, start_library, NULL);
}
