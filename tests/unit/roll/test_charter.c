/* Charters: published ones, the envelope, who reads and who writes. */
#include "tests/support/vectors.h"
#include "tests/unit/roll/fixture.h"

/* --- published charters --- */

static void each_published(void (*check)(const toc_vector *vector, const toc_charter *charter))
{
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("roll-signed.txt", 6);
    size_t charters = 0;
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        if (strcmp(toc_vector_text(vector, "case"), "charter") != 0)
            continue;
        TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
        toc_charter charter;
        toc_err err = {0};
        if (toc_charter_open(toc_vector_hex(vector, "signed"), arena, &charter, &err) != TOC_OK)
            fail_msg("line %zu: %s", toc_vector_line(vector), err.text);
        check(vector, &charter);
        charters++;
    }
    assert_true(charters >= 2);
}

static void assert_published(const toc_vector *vector, const toc_charter *charter)
{
    uint8_t expected[32];
    toc_vector_hex_into(vector, "hash", expected, 32);
    assert_memory_equal(charter->hash.bytes, expected, 32);
    toc_vector_hex_into(vector, "circle", expected, 32);
    assert_memory_equal(charter->circle.bytes, expected, 32);
    assert_int_equal(charter->version, toc_vector_u64(vector, "version"));
    assert_int_equal(charter->quorum, toc_vector_u64(vector, "quorum"));
    assert_int_equal(charter->member_count, toc_vector_u64(vector, "members"));
    assert_int_equal(charter->signature_count, toc_vector_u64(vector, "signatures"));
    assert_true(toc_span_equal(charter->name, toc_span_text(toc_vector_text(vector, "name"))));
}

static void charters_made_elsewhere_open_with_their_hashes_and_circle(void **state)
{
    (void)state;
    each_published(assert_published);
}

static void assert_writes_alike(const toc_vector *vector, const toc_charter *charter)
{
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    assert_code(toc_charter_write(charter, &body, NULL), TOC_OK);
    assert_true(toc_span_equal(toc_buf_view(&body), toc_vector_hex(vector, "body")));
    toc_charter_join(toc_buf_view(&body), charter->signatures, charter->signature_count, &bytes);
    assert_true(toc_span_equal(toc_buf_view(&bytes), toc_vector_hex(vector, "signed")));
    assert_true(toc_span_equal(charter->signed_charter, toc_vector_hex(vector, "signed")));
}

static void writing_the_same_rules_gives_the_bytes_made_elsewhere(void **state)
{
    (void)state;
    each_published(assert_writes_alike);
}

static void assert_signs_alike(const toc_vector *vector, const toc_charter *charter)
{
    TOC_AUTO(toc_secret_free) toc_secret *officer = NULL;
    toc_org_id org;
    toc_charter_signature signature;
    assert_code(toc_secret_from(toc_vector_hex(vector, "seed-officer"), &officer, NULL), TOC_OK);
    toc_vector_hex_into(vector, "signer", org.bytes, 32);
    toc_charter_sign(&charter->hash, &org, officer, &signature);
    size_t found = 0;
    for (size_t i = 0; i < charter->signature_count; i++)
        found += memcmp(&signature, &charter->signatures[i], sizeof signature) == 0;
    assert_int_equal(found, 1);
}

static void signatures_are_those_made_elsewhere(void **state)
{
    (void)state;
    each_published(assert_signs_alike);
}

static void a_charter_keeps_every_field_it_was_given(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    rules from;
    rules_of_three(&from);
    from.charter.policy = (toc_charter_policy){.tlp_max = TOC_TLP_RED,
                                               .retention_days = 730,
                                               .history = TOC_HISTORY_ALL,
                                               .admission_delay_ms = 86400001,
                                               .bulk_bytes_per_day = 1ull << 40,
                                               .alert_bytes_per_day = 3};
    from.charter.policy.approvals = (toc_approval_rules){
        .count = 2, .rows = {{TOC_RECORD_WALLET, 2, TOC_SCOPE_SUBMIT}, {200, 3, TOC_SCOPE_FREEZE}}};
    from.members[1].country = (toc_span){0};
    const toc_listed rows[] = {{.kind = TOC_GROUND_LIST,
                                .id = toc_span_text("desk-list"),
                                .title = toc_span_text("Desk"),
                                .alias_count = 2,
                                .aliases = {toc_span_text("dl"), toc_span_text("dm")}},
                               {.kind = TOC_GROUND_VENDOR,
                                .id = toc_span_text("v"),
                                .copy_of = toc_span_text("chainalysis")}};
    from.charter.registry = (toc_registry){.count = 2, .rows = rows};
    toc_charter charter = drafted(&from, arena);
    /* Field 12, twice, as protobuf's encoding has it: written by hand. */
    static const char wire[] = "\x62\x1b\x08\x01\x12\x09"
                               "desk-list"
                               "\x1a\x04"
                               "Desk"
                               "\x2a\x02"
                               "dl"
                               "\x2a\x02"
                               "dm"
                               "\x62\x12\x08\x02\x12\x01"
                               "v"
                               "\x22\x0b"
                               "chainalysis";
    assert_non_null(memmem(charter.body.data, charter.body.size, wire, sizeof wire - 1));
    assert_int_equal(charter.registry.count, 2);
    assert_true(toc_span_equal(charter.registry.rows[0].title, rows[0].title));
    assert_int_equal(charter.registry.rows[0].alias_count, 2);
    assert_true(toc_span_equal(charter.registry.rows[0].aliases[1], rows[0].aliases[1]));
    assert_int_equal(charter.registry.rows[1].kind, TOC_GROUND_VENDOR);
    assert_true(toc_span_equal(charter.registry.rows[1].copy_of, rows[1].copy_of));
    assert_int_equal(charter.registry.rows[1].title.size, 0);
    assert_true(toc_span_equal(charter.name, from.charter.name));
    assert_true(toc_span_equal(charter.purpose, from.charter.purpose));
    assert_memory_equal(charter.nonce, from.charter.nonce, 32);
    assert_int_equal(charter.quorum, 2);
    assert_int_equal(charter.policy.tlp_max, TOC_TLP_RED);
    assert_int_equal(charter.policy.retention_days, 730);
    assert_int_equal(charter.policy.history, TOC_HISTORY_ALL);
    assert_int_equal(charter.policy.admission_delay_ms, 86400001);
    assert_int_equal(charter.policy.bulk_bytes_per_day, 1ull << 40);
    assert_int_equal(charter.policy.alert_bytes_per_day, 3);
    assert_int_equal(charter.policy.approvals.count, 2);
    assert_memory_equal(charter.policy.approvals.rows, from.charter.policy.approvals.rows,
                        2 * sizeof(toc_approval_rule));
    assert_int_equal(charter.member_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(toc_org_id_equal(&charter.members[i].org, &from.members[i].org));
        assert_true(toc_card_hash_equal(&charter.members[i].card, &from.members[i].card));
        assert_true(toc_span_equal(charter.members[i].kind, toc_span_text("exchange")));
        assert_true(toc_span_equal(charter.members[i].country, from.members[i].country));
        assert_int_equal(charter.members[i].role, from.members[i].role);
        assert_int_equal(charter.members[i].card_serial_min, 1);
    }
}

/* --- the envelope --- */

/* A charter of two admins, a and b, both of whom signed, a with two officers. */
static toc_charter signed_by_two(toc_arena *arena, toc_buf *bytes)
{
    toc_card a = first_card("a", arena), b = first_card("b", arena);
    rules from;
    rules_first(&from);
    add_card(&from, &a, TOC_ROLE_ADMIN);
    add_card(&from, &b, TOC_ROLE_ADMIN);
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    write_body(&from, &body);
    toc_charter_hash hash;
    toc_charter_hash_of(toc_buf_view(&body), &hash);
    TOC_AUTO(toc_secret_free) toc_secret *a1 = secret_named("a", "officer 1");
    TOC_AUTO(toc_secret_free) toc_secret *a2 = secret_named("a", "officer 2");
    TOC_AUTO(toc_secret_free) toc_secret *b1 = secret_named("b", "officer 1");
    toc_charter_signature signatures[3];
    toc_charter_sign(&hash, &b.org, b1, &signatures[0]);
    toc_charter_sign(&hash, &a.org, a2, &signatures[1]);
    toc_charter_sign(&hash, &a.org, a1, &signatures[2]);
    toc_charter_join(toc_buf_view(&body), signatures, 3, bytes);
    toc_charter charter;
    assert_code(toc_charter_open(toc_buf_view(bytes), arena, &charter, NULL), TOC_OK);
    assert_int_equal(charter.signature_count, 3);
    return charter;
}

static void every_flipped_bit_of_a_signed_charter_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    signed_by_two(arena, &bytes);
    for (size_t i = 0; i < bytes.size * 8; i++) {
        bytes.data[i / 8] ^= (uint8_t)(1u << (i % 8));
        if (open_charter(toc_buf_view(&bytes)) == TOC_OK)
            fail_msg("bit %zu of byte %zu may be flipped", i % 8, i / 8);
        bytes.data[i / 8] ^= (uint8_t)(1u << (i % 8));
    }
    assert_code(open_charter(toc_buf_view(&bytes)), TOC_OK);
}

/* What is cut off may be whole signatures: fewer votes, but nothing that is not so. */
static void a_truncated_charter_is_refused_or_has_fewer_signatures(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_charter whole = signed_by_two(arena, &bytes);
    size_t opened = 0;
    for (size_t size = 0; size < bytes.size; size++) {
        TOC_AUTO(toc_arena_free) toc_arena *each = new_arena();
        toc_charter cut;
        if (toc_charter_open(toc_span_of(bytes.data, size), each, &cut, NULL) != TOC_OK)
            continue;
        assert_true(toc_charter_hash_equal(&cut.hash, &whole.hash));
        assert_int_equal(cut.signature_count, opened);
        opened++;
    }
    assert_int_equal(opened, 3);
}

static void the_hash_covers_the_body_and_no_signature(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf fewer = {0};
    toc_charter charter = signed_by_two(arena, &bytes), other;
    toc_charter_join(charter.body, charter.signatures, 1, &fewer);
    assert_code(toc_charter_open(toc_buf_view(&fewer), arena, &other, NULL), TOC_OK);
    assert_true(toc_charter_hash_equal(&charter.hash, &other.hash));
    assert_true(toc_circle_id_equal(&charter.circle, &other.circle));
}

static void joining_the_same_signatures_in_any_order_gives_the_same_bytes(void **state)
{
    (void)state;
    static const size_t orders[][4] = {{0, 1, 2, 0}, {2, 1, 0, 1}, {1, 0, 2, 2},
                                       {1, 2, 0, 1}, {0, 2, 1, 1}, {2, 0, 1, 0}};
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_charter charter = signed_by_two(arena, &bytes);
    for (size_t i = 0; i < TOC_COUNT(orders); i++) {
        toc_charter_signature shuffled[4];
        for (size_t j = 0; j < 4; j++)
            shuffled[j] = charter.signatures[orders[i][j]];
        TOC_AUTO(toc_buf_wipe) toc_buf again = {0};
        toc_charter_join(charter.body, shuffled, 4, &again);
        assert_true(toc_span_equal(toc_buf_view(&again), toc_buf_view(&bytes)));
    }
}

static void put_signature(toc_buf *out, const toc_charter_signature *signature)
{
    TOC_AUTO(toc_buf_wipe) toc_buf row = {0};
    put_bytes_field(&row, 1, TOC_SPAN_OF(signature->org));
    put_bytes_field(&row, 2, TOC_SPAN_OF(signature->officer));
    put_bytes_field(&row, 3, TOC_SPAN_OF(signature->signature));
    put_bytes_field(out, 2, toc_buf_view(&row));
}

static void signatures_out_of_order_or_twice_are_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf other = {0};
    toc_charter charter = signed_by_two(arena, &bytes);
    put_bytes_field(&other, 1, charter.body);
    put_signature(&other, &charter.signatures[0]);
    assert_code(open_charter(toc_buf_view(&other)), TOC_OK);
    put_signature(&other, &charter.signatures[0]);
    assert_code(open_charter(toc_buf_view(&other)), TOC_MALFORMED);
    toc_buf_clear(&other);
    put_bytes_field(&other, 1, charter.body);
    put_signature(&other, &charter.signatures[1]);
    put_signature(&other, &charter.signatures[0]);
    assert_code(open_charter(toc_buf_view(&other)), TOC_MALFORMED);
    /* An officer can sign twice and differently; one of them is one too many. */
    toc_charter_signature pair[2] = {charter.signatures[0], charter.signatures[0]};
    pair[1].signature.bytes[0] ^= 1;
    toc_buf_clear(&other);
    toc_charter_join(charter.body, pair, 2, &other);
    assert_code(toc_charter_reopen(toc_buf_view(&other), arena, &charter, NULL), TOC_MALFORMED);
}

static void an_envelope_has_one_encoding(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf other = {0};
    toc_charter charter = signed_by_two(arena, &bytes);
    toc_buf_add_span(&other, toc_buf_view(&bytes));
    put_bytes_field(&other, 1000, toc_span_text("a note in the margin"));
    assert_code(open_charter(toc_buf_view(&other)), TOC_MALFORMED);
    toc_buf_clear(&other);
    put_signature(&other, &charter.signatures[0]);
    put_bytes_field(&other, 1, charter.body);
    assert_code(open_charter(toc_buf_view(&other)), TOC_MALFORMED);
    TOC_AUTO(toc_buf_wipe) toc_buf row = {0};
    toc_buf_clear(&other);
    put_bytes_field(&other, 1, charter.body);
    toc_buf_add_span(&row, payload_of(toc_buf_view(&bytes), 2, 0));
    put_u64_field(&row, 1000, 1);
    put_bytes_field(&other, 2, toc_buf_view(&row));
    assert_code(open_charter(toc_buf_view(&other)), TOC_MALFORMED);
}

/* The signature travels as it was made: one that does not verify is a forgery, whoever is named. */
static void one_signature_that_does_not_verify_makes_the_charter_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_charter charter = signed_by_two(arena, &bytes);
    for (size_t i = 0; i < 3; i++) {
        for (unsigned what = 0; what < 3; what++) {
            toc_charter_signature forged[3];
            memcpy(forged, charter.signatures, sizeof forged);
            uint8_t *const places[] = {forged[i].org.bytes, forged[i].officer.bytes,
                                       forged[i].signature.bytes};
            places[what][31] ^= 1;
            TOC_AUTO(toc_buf_wipe) toc_buf other = {0};
            toc_charter_join(charter.body, forged, 3, &other);
            assert_code(open_charter(toc_buf_view(&other)), TOC_SIGNATURE);
            toc_charter untouched;
            assert_code(toc_charter_reopen(toc_buf_view(&other), arena, &untouched, NULL), TOC_OK);
        }
    }
}

static void a_changed_body_under_old_signatures_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf name = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf other = {0};
    toc_charter charter = signed_by_two(arena, &bytes);
    put_bytes_field(&name, CHARTER_NAME, toc_span_text("another desk"));
    replace_field(charter.body, CHARTER_NAME, 0, toc_buf_view(&name), &body);
    assert_code(open_body(toc_buf_view(&body)), TOC_OK);
    toc_charter_join(toc_buf_view(&body), charter.signatures, 3, &other);
    assert_code(open_charter(toc_buf_view(&other)), TOC_SIGNATURE);
}

static void a_signature_of_another_domain_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf other = {0};
    toc_charter charter = signed_by_two(arena, &bytes);
    toc_charter_signature forged = charter.signatures[0];
    uint8_t message[64];
    memcpy(message, charter.hash.bytes, 32);
    memcpy(message + 32, forged.org.bytes, 32);
    TOC_AUTO(toc_secret_free) toc_secret *officer = secret_named("a", "officer 1");
    toc_sign_public(officer, &forged.officer);
    toc_sign(officer, TOC_DOMAIN_POP, TOC_SPAN_OF(message), &forged.signature);
    toc_charter_join(charter.body, &forged, 1, &other);
    assert_code(open_charter(toc_buf_view(&other)), TOC_SIGNATURE);
}

static void signatures_and_bytes_have_their_limits(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf other = {0};
    toc_charter charter = signed_by_two(arena, &bytes);
    static toc_charter_signature many[TOC_CHARTER_SIGNATURES_MAX + 1];
    for (size_t i = 0; i < TOC_COUNT(many); i++) {
        many[i] = charter.signatures[0];
        many[i].org.bytes[0] = (uint8_t)(i >> 8);
        many[i].org.bytes[1] = (uint8_t)i;
    }
    toc_charter_join(charter.body, many, TOC_COUNT(many), &other);
    assert_code(open_charter(toc_buf_view(&other)), TOC_LIMIT);
    toc_buf_clear(&other);
    toc_charter_join(charter.body, many, TOC_CHARTER_SIGNATURES_MAX, &other);
    assert_code(toc_charter_reopen(toc_buf_view(&other), arena, &charter, NULL), TOC_OK);

    static uint8_t filler[TOC_CHARTER_BYTES_MAX];
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_buf_add_span(&body, charter.body);
    put_bytes_field(&body, 1000, TOC_SPAN_OF(filler));
    assert_code(open_body(toc_buf_view(&body)), TOC_LIMIT);
    toc_buf_clear(&body);
    toc_buf_add_span(&body, charter.body);
    put_bytes_field(&body, 1000, toc_span_of(filler, sizeof filler - charter.body.size - 10));
    assert_code(open_body(toc_buf_view(&body)), TOC_OK);
}

/* --- membership --- */

static void readers_are_numbered_in_order_of_org_id_without_the_relays(void **state)
{
    (void)state;
    static const toc_role roles[] = {TOC_ROLE_RELAY,    TOC_ROLE_ADMIN, TOC_ROLE_MEMBER,
                                     TOC_ROLE_OBSERVER, TOC_ROLE_RELAY, TOC_ROLE_MEMBER};
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    rules from;
    rules_first(&from);
    for (size_t i = TOC_COUNT(roles); i > 0; i--)
        add_stranger(&from, (uint16_t)i, roles[i - 1]);
    toc_charter charter = drafted(&from, arena);
    static const size_t readers[] = {1, 2, 3, 5};
    assert_int_equal(toc_charter_reader_count(&charter), TOC_COUNT(readers));
    for (size_t i = 0; i < TOC_COUNT(readers); i++)
        assert_ptr_equal(toc_charter_reader(&charter, i), &charter.members[readers[i]]);
    assert_null(toc_charter_reader(&charter, TOC_COUNT(readers)));
    assert_null(toc_charter_reader(&charter, SIZE_MAX));
    for (size_t i = 0; i < TOC_COUNT(roles); i++) {
        const toc_org_id *org = &charter.members[i].org;
        assert_ptr_equal(toc_charter_find(&charter, org), &charter.members[i]);
        assert_int_equal(toc_charter_reads(&charter, org), roles[i] != TOC_ROLE_RELAY);
        assert_int_equal(toc_charter_writes(&charter, org),
                         roles[i] == TOC_ROLE_ADMIN || roles[i] == TOC_ROLE_MEMBER);
    }
    toc_org_id stranger = {{0, 3, 2}};
    assert_null(toc_charter_find(&charter, &stranger));
    assert_false(toc_charter_reads(&charter, &stranger));
    assert_false(toc_charter_writes(&charter, &stranger));
    toc_charter empty = {0};
    assert_null(toc_charter_find(&empty, &stranger));
    assert_null(toc_charter_reader(&empty, 0));
}

static void roles_have_names(void **state)
{
    (void)state;
    static const char *const names[] = {"admin", "member", "observer", "relay"};
    for (unsigned i = 0; i < TOC_COUNT(names); i++) {
        toc_role role = 0;
        assert_string_equal(toc_role_name((toc_role)(i + 1)), names[i]);
        assert_code(toc_role_parse(toc_span_text(names[i]), &role, NULL), TOC_OK);
        assert_int_equal(role, i + 1);
    }
    toc_role role = 0;
    assert_code(toc_role_parse(toc_span_text("Relay"), &role, NULL), TOC_OK);
    assert_int_equal(role, TOC_ROLE_RELAY);
    assert_code(toc_role_parse(toc_span_text("admins"), &role, NULL), TOC_MALFORMED);
    assert_code(toc_role_parse(toc_span_text(""), &role, NULL), TOC_MALFORMED);
    assert_int_equal(role, TOC_ROLE_RELAY);
    assert_string_equal(toc_role_name((toc_role)9), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(charters_made_elsewhere_open_with_their_hashes_and_circle),
        cmocka_unit_test(writing_the_same_rules_gives_the_bytes_made_elsewhere),
        cmocka_unit_test(signatures_are_those_made_elsewhere),
        cmocka_unit_test(a_charter_keeps_every_field_it_was_given),
        cmocka_unit_test(every_flipped_bit_of_a_signed_charter_is_refused),
        cmocka_unit_test(a_truncated_charter_is_refused_or_has_fewer_signatures),
        cmocka_unit_test(the_hash_covers_the_body_and_no_signature),
        cmocka_unit_test(joining_the_same_signatures_in_any_order_gives_the_same_bytes),
        cmocka_unit_test(signatures_out_of_order_or_twice_are_refused),
        cmocka_unit_test(an_envelope_has_one_encoding),
        cmocka_unit_test(one_signature_that_does_not_verify_makes_the_charter_refused),
        cmocka_unit_test(a_changed_body_under_old_signatures_is_refused),
        cmocka_unit_test(a_signature_of_another_domain_is_refused),
        cmocka_unit_test(signatures_and_bytes_have_their_limits),
        cmocka_unit_test(readers_are_numbered_in_order_of_org_id_without_the_relays),
        cmocka_unit_test(roles_have_names),
    };
    return cmocka_run_group_tests_name("charter", tests, start_crypto, NULL);
}
