/* The fields of a card: each rule broken alone, under proper signatures. */
#include "proto/base/text.h"
#include "tests/unit/roll/fixture.h"

/* --- fields --- */

static void a_body_without_a_required_field_is_refused(void **state)
{
    (void)state;
    static const unsigned required[] = {CARD_ORG,       CARD_ROOT, CARD_SERIAL,
                                        CARD_NEXT_ROOT, CARD_NAME, CARD_SIGN,
                                        CARD_COSIGN,    CARD_LINK, CARD_SEAL};
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    for (size_t i = 0; i < TOC_COUNT(required); i++)
        assert_code(open_changed(card.body, required[i], 0, (toc_span){0}), TOC_MALFORMED);
    static const unsigned optional[] = {CARD_KIND,     CARD_COUNTRY,    CARD_OFFICER,
                                        CARD_ENDPOINT, CARD_VALID_FROM, CARD_DUTY};
    for (size_t i = 0; i < TOC_COUNT(optional); i++)
        assert_code(open_changed(card.body, optional[i], 0, (toc_span){0}), TOC_OK);
}

static void hashes_and_keys_of_another_length_are_refused(void **state)
{
    (void)state;
    static const unsigned fields[] = {CARD_ORG,  CARD_ROOT,     CARD_NEXT_ROOT,    CARD_LINK,
                                      CARD_SEAL, CARD_PREVIOUS, CARD_PREVIOUS_ROOT};
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
    for (unsigned number = CARD_SIGN; number <= CARD_COSIGN; number++) {
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
        put_bytes_field(&field, CARD_RETIRED, toc_buf_view(&row));
        assert_code(open_changed(card.body, CARD_RETIRED, 0, toc_buf_view(&field)), TOC_MALFORMED);
    }
}

static void a_singular_field_that_comes_twice_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("a", arena);
    TOC_AUTO(toc_buf_wipe) toc_buf twice = {0};
    put_bytes_field(&twice, CARD_NAME, toc_span_text("one"));
    put_bytes_field(&twice, CARD_NAME, toc_span_text("two"));
    assert_code(open_changed(card.body, CARD_NAME, 0, toc_buf_view(&twice)), TOC_MALFORMED);
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
    assert_code(toc_hex_decode(toc_span_text(text), out, 32, NULL), TOC_OK);
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
        put_bytes_field(&rows, CARD_OFFICER, payload_of(card.body, CARD_OFFICER, 0));
    assert_code(open_changed(card.body, CARD_OFFICER, 0, toc_buf_view(&rows)), TOC_LIMIT);
    toc_buf_clear(&rows);
    for (unsigned i = 0; i <= TOC_ENDPOINTS_MAX; i++)
        put_bytes_field(&rows, CARD_ENDPOINT, toc_span_text("tcp://a:1"));
    assert_code(open_changed(card.body, CARD_ENDPOINT, 0, toc_buf_view(&rows)), TOC_LIMIT);
    toc_buf_clear(&rows);
    for (unsigned i = 0; i <= TOC_RETIRED_MAX; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf row = {0};
        put_bytes_field(&row, 1, TOC_SPAN_OF(card.sign));
        put_u64_field(&row, 2, 1);
        put_bytes_field(&rows, CARD_RETIRED, toc_buf_view(&row));
    }
    assert_code(open_changed(card.body, CARD_RETIRED, 0, toc_buf_view(&rows)), TOC_LIMIT);
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
    put_bytes_field(&field, CARD_PREVIOUS, toc_span_of(zeros, 32));
    assert_code(open_changed(card.body, CARD_PREVIOUS, 0, toc_buf_view(&field)), TOC_MALFORMED);
    toc_buf_clear(&field);
    put_bytes_field(&field, CARD_PREVIOUS_ROOT, toc_span_of(zeros, 32));
    assert_code(open_changed(card.body, CARD_PREVIOUS_ROOT, 0, toc_buf_view(&field)),
                TOC_MALFORMED);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests_name("card fields", tests, start_crypto, NULL);
}
