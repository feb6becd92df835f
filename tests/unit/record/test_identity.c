/* RULES §2 and §4: what a statement is about, and what it rests on. */
#include "proto/base/text.h"
#include "tests/support/vectors.h"
#include "tests/unit/record/sample.h"

static toc_arena *arena;
static toc_circle_id circle;
static toc_org_id org;

static int set_up(void **state)
{
    toc_err err;
    (void)state;
    memset(circle.bytes, 0x11, 32);
    memset(org.bytes, 0x22, 32);
    TOC_CHECK_OK(toc_arena_new(1u << 20, &arena, &err));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    toc_arena_free(arena);
    return 0;
}

static toc_span text_of(const toc_vector *vector, const char *key)
{
    return toc_vector_has(vector, key) ? toc_span_text(toc_vector_text(vector, key))
                                       : (toc_span){0};
}

static void fill_wallet(const toc_vector *vector, toc_statement *out)
{
    toc_wallet_body *body = &out->as.wallet;
    toc_span subject = toc_vector_hex(vector, "subject"), source = toc_vector_hex(vector, "source");
    toc_span tag = text_of(vector, "tag");
    body->wallet.chain = toc_chain_find(text_of(vector, "chain"));
    assert_non_null(body->wallet.chain);
    assert_true(subject.size <= sizeof body->wallet.subject.bytes);
    memcpy(body->wallet.subject.bytes, subject.data, subject.size);
    body->wallet.subject.size = (uint8_t)subject.size;
    memcpy(body->wallet.tag, tag.data == NULL ? (const uint8_t *)"" : tag.data, tag.size);
    body->role = text_of(vector, "role");
    body->category = text_of(vector, "category");
    body->actor = text_of(vector, "actor");
    body->incident = text_of(vector, "incident");
    out->source.ground = (toc_ground)source.data[0];
    out->source.id = toc_span_of(source.data + 1, source.size - 1);
}

static void claim_ids_are_those_of_the_reference_model(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("rules-claims.txt", 9);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_statement statement = {.kind = (toc_record_kind)toc_vector_u64(vector, "kind"),
                                   .source = {.ground = TOC_GROUND_OWN}};
        toc_circle_id of_circle;
        toc_org_id of_org;
        toc_claim_id expected, claim;
        toc_vector_hex_into(vector, "circle", of_circle.bytes, 32);
        toc_vector_hex_into(vector, "org", of_org.bytes, 32);
        toc_vector_hex_into(vector, "claim", expected.bytes, 32);
        if (statement.kind == TOC_RECORD_WALLET)
            fill_wallet(vector, &statement);
        else
            statement.as.cluster.cluster = text_of(vector, "cluster");
        toc_statement_claim(&statement, &of_circle, &of_org, &claim);
        if (!toc_claim_id_equal(&claim, &expected))
            fail_msg("rules-claims.txt:%zu", toc_vector_line(vector));
    }
}

static toc_claim_id claim_of(const toc_statement *statement)
{
    toc_claim_id claim;
    toc_statement_claim(statement, &circle, &org, &claim);
    return claim;
}

static void members_and_retractions_are_about_their_target(void **state)
{
    (void)state;
    toc_member member;
    toc_statement cluster = sample_cluster(), members = sample_members(&member, 1);
    toc_statement ends_cluster = sample_retraction(TOC_RECORD_CLUSTER);
    toc_claim_id claim = claim_of(&cluster), other = claim_of(&members);
    assert_true(toc_claim_id_equal(&claim, &other));
    other = claim_of(&ends_cluster);
    assert_true(toc_claim_id_equal(&claim, &other));

    toc_statement wallet = sample_wallet_claim();
    toc_statement ends_wallet = sample_retraction(TOC_RECORD_WALLET);
    wallet.as.wallet = ends_wallet.as.retraction.wallet;
    claim = claim_of(&wallet);
    other = claim_of(&ends_wallet);
    assert_true(toc_claim_id_equal(&claim, &other));
}

static void whoever_says_it_and_where_is_part_of_a_claim(void **state)
{
    (void)state;
    toc_statement wallet = sample_wallet_claim();
    toc_claim_id claim = claim_of(&wallet), other;
    toc_circle_id other_circle = circle;
    toc_org_id other_org = org;
    other_circle.bytes[31] ^= 1;
    other_org.bytes[0] ^= 1;
    toc_statement_claim(&wallet, &other_circle, &org, &other);
    assert_false(toc_claim_id_equal(&claim, &other));
    toc_statement_claim(&wallet, &circle, &other_org, &other);
    assert_false(toc_claim_id_equal(&claim, &other));
}

static void what_is_no_part_of_the_identity_does_not_move_it(void **state)
{
    (void)state;
    toc_statement bare = sample_full_wallet_claim(), full = sample_full_wallet_claim();
    bare.revision = 99;
    bare.tlp = TOC_TLP_CLEAR;
    bare.confidence = 1;
    bare.note = bare.purpose = bare.source.version = (toc_span){0};
    bare.valid_until.unix_ms = 0;
    bare.as.wallet.literal = (toc_span){0};
    bare.as.wallet.asset_count = bare.as.wallet.label_count = 0;
    bare.as.wallet.first_seen.unix_ms = bare.as.wallet.last_seen.unix_ms = 0;
    toc_claim_id claim = claim_of(&full), other = claim_of(&bare);
    assert_true(toc_claim_id_equal(&claim, &other));
}

static void check_root(toc_ground ground, const char *id, uint8_t tag, const char *expected)
{
    toc_claim_id claim;
    memset(claim.bytes, 0x33, sizeof claim.bytes);
    toc_source source = {.ground = ground, .id = toc_span_text(id)};
    toc_root root = toc_source_root(&source, &claim, arena);
    toc_span rest = expected == NULL ? TOC_SPAN_OF(claim) : toc_span_text(expected);
    assert_int_equal(root.size, 1 + rest.size);
    assert_int_equal(root.data[0], tag);
    assert_memory_equal(root.data + 1, rest.data, rest.size);
}

static void a_root_is_the_source_where_the_terms_know_it(void **state)
{
    (void)state;
    check_root(TOC_GROUND_OWN, "", TOC_ROOT_OWN, NULL);
    check_root(TOC_GROUND_LIST, "ofac-sdn", TOC_ROOT_LIST, "ofac-sdn");
    check_root(TOC_GROUND_LIST, "ofac-0xb10c", TOC_ROOT_LIST, "ofac-sdn"); /* a copy */
    check_root(TOC_GROUND_LIST, "ofac-brave", TOC_ROOT_LIST, "ofac-sdn");
    check_root(TOC_GROUND_LIST, "a-list-of-mine", TOC_ROOT_OWN, NULL);
    check_root(TOC_GROUND_VENDOR, "chainalysis", TOC_ROOT_VENDOR, "chainalysis");
    check_root(TOC_GROUND_VENDOR, "ofac-sdn", TOC_ROOT_OWN, NULL); /* a list's id is no vendor's */
    check_root(TOC_GROUND_VENDOR, "a-firm-of-mine", TOC_ROOT_OWN, NULL);
}

static void a_root_without_memory_is_null(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *none = NULL;
    toc_err err;
    toc_claim_id claim = {{0}};
    toc_source source = {.ground = TOC_GROUND_OWN};
    TOC_CHECK_OK(toc_arena_new(8, &none, &err));
    assert_null(toc_source_root(&source, &claim, none).data);
}

static void a_statement_rests_on_its_own_claim_or_on_its_source(void **state)
{
    (void)state;
    toc_statement statement = sample_wallet_claim();
    toc_err err;
    TOC_CHECK_OK(toc_statement_check(&statement, &circle, &org, &err));
    toc_claim_id claim = claim_of(&statement);
    toc_source own = {.ground = TOC_GROUND_OWN};
    toc_root root = toc_source_root(&own, &claim, arena);
    statement.roots = &root; /* as of a list that the terms did not know */
    TOC_CHECK_OK(toc_statement_check(&statement, &circle, &org, &err));
    toc_org_id other = org;
    other.bytes[5] ^= 1;
    assert_int_equal(toc_statement_check(&statement, &circle, &other, &err), TOC_MALFORMED);
    assert_non_null(strstr(err.text, "roots"));
    toc_root cut = toc_span_of(root.data, root.size - 1);
    statement.roots = &cut;
    assert_int_equal(toc_statement_check(&statement, &circle, &org, NULL), TOC_MALFORMED);
}

static void a_retraction_names_the_claim_that_it_describes(void **state)
{
    (void)state;
    static const toc_record_kind kinds[] = {TOC_RECORD_WALLET, TOC_RECORD_CLUSTER};
    for (size_t i = 0; i < TOC_COUNT(kinds); i++) {
        toc_statement statement = sample_retraction(kinds[i]);
        toc_err err;
        statement.as.retraction.target = claim_of(&statement);
        TOC_CHECK_OK(toc_statement_check(&statement, &circle, &org, &err));
        toc_org_id other = org; /* somebody else's claim */
        other.bytes[5] ^= 1;
        assert_int_equal(toc_statement_check(&statement, &circle, &other, &err), TOC_MALFORMED);
        assert_non_null(strstr(err.text, "target"));
        statement.as.retraction.target.bytes[31] ^= 1;
        assert_int_equal(toc_statement_check(&statement, &circle, &org, &err), TOC_MALFORMED);
    }
}

static void views_file_wallets_by_subject_and_clusters_by_claim(void **state)
{
    (void)state;
    toc_member member;
    toc_statement wallet = sample_wallet_claim(), members = sample_members(&member, 1);
    toc_statement ends_wallet = sample_retraction(TOC_RECORD_WALLET);
    toc_statement ends_cluster = sample_retraction(TOC_RECORD_CLUSTER);
    toc_claim_id claim = claim_of(&members);
    toc_subject subject;
    toc_err err;
    toc_statement_subject(&wallet, &claim, &subject);
    assert_memory_equal(&subject, &wallet.as.wallet.wallet.subject, sizeof subject);
    toc_statement_subject(&ends_wallet, &claim, &subject);
    assert_memory_equal(&subject, &ends_wallet.as.retraction.wallet.wallet.subject, sizeof subject);
    const toc_statement *of_cluster[] = {&members, &ends_cluster};
    for (size_t i = 0; i < TOC_COUNT(of_cluster); i++) {
        toc_subject read;
        toc_statement_subject(of_cluster[i], &claim, &subject);
        assert_int_equal(subject.size, 35);
        assert_int_equal(subject.bytes[0], TOC_CLASS_CLUSTER);
        assert_memory_equal(subject.bytes + 1, claim.bytes, 32);
        assert_int_equal(subject.bytes[33] | subject.bytes[34], 0);
        TOC_CHECK_OK(toc_subject_read(toc_subject_view(&subject), &read, &err));
    }
}

int main(void)
{
#define IDENTITY_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        IDENTITY_TEST(claim_ids_are_those_of_the_reference_model),
        IDENTITY_TEST(members_and_retractions_are_about_their_target),
        IDENTITY_TEST(whoever_says_it_and_where_is_part_of_a_claim),
        IDENTITY_TEST(what_is_no_part_of_the_identity_does_not_move_it),
        IDENTITY_TEST(a_root_is_the_source_where_the_terms_know_it),
        IDENTITY_TEST(a_root_without_memory_is_null),
        IDENTITY_TEST(a_statement_rests_on_its_own_claim_or_on_its_source),
        IDENTITY_TEST(a_retraction_names_the_claim_that_it_describes),
        IDENTITY_TEST(views_file_wallets_by_subject_and_clusters_by_claim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
