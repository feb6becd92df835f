/* RULES §2 and §4 against records that Python made: what they say, what they are about, and how
 * they end. */
#include "tests/support/vectors.h"
#include "tests/unit/record/sample.h"

static toc_arena *arena;
static toc_vectors *vectors;
static toc_circle_id circle;
static toc_org_id org;
static size_t lies; /* told by visit_lie */

static int set_up(void **state)
{
    toc_err err;
    (void)state;
    memset(circle.bytes, 0x11, sizeof circle.bytes);
    memset(org.bytes, 0x22, sizeof org.bytes);
    vectors = toc_vectors_open("record-kinds.txt", 27);
    TOC_CHECK_OK(toc_arena_new(8u << 20, &arena, &err));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    toc_vectors_free(vectors);
    toc_arena_free(arena);
    return 0;
}

static toc_statement decoded(toc_span bytes)
{
    toc_statement statement;
    toc_err err;
    TOC_CHECK_OK(toc_record_decode(bytes, arena, &statement, &err));
    TOC_CHECK_OK(toc_statement_check(&statement, &circle, &org, &err));
    return statement;
}

static void check_encoded(const toc_statement *statement, toc_span expected, size_t line)
{
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    toc_err err;
    TOC_CHECK_OK(toc_record_encode(statement, &buf, &err));
    if (!toc_span_equal(toc_buf_view(&buf), expected))
        fail_msg("record-kinds.txt:%zu: other bytes", line);
}

typedef void visitor(const toc_vector *vector, const toc_statement *statement);

static void each(visitor *visit)
{
    size_t seen = 0;
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        uint64_t kind = toc_vector_u64(vector, "kind");
        if (kind == 0)
            continue;
        toc_statement statement = decoded(toc_vector_hex(vector, "record"));
        assert_int_equal(statement.kind, kind);
        visit(vector, &statement);
        seen++;
    }
    assert_true(seen >= 26);
}

static void visit_bytes(const toc_vector *vector, const toc_statement *statement)
{
    check_encoded(statement, toc_vector_hex(vector, "record"), toc_vector_line(vector));
    assert_int_equal(toc_statement_rules(statement), 2);
    assert_true(toc_record_kind_is_head(statement->kind));
}

/* No field is lost and none is added: the reference wrote each. */
static void what_the_reference_wrote_is_written_again_byte_for_byte(void **state)
{
    (void)state;
    each(visit_bytes);
}

static void visit_identity(const toc_vector *vector, const toc_statement *statement)
{
    toc_claim_id claim, expected;
    toc_subject subject, read;
    toc_err err;
    toc_vector_hex_into(vector, "claim", expected.bytes, 32);
    toc_statement_claim(statement, &circle, &org, &claim);
    if (!toc_claim_id_equal(&claim, &expected))
        fail_msg("record-kinds.txt:%zu: another claim", toc_vector_line(vector));
    toc_statement_subject(statement, &claim, &subject);
    if (!toc_span_equal(toc_subject_view(&subject), toc_vector_hex(vector, "subject")))
        fail_msg("record-kinds.txt:%zu: another subject", toc_vector_line(vector));
    TOC_CHECK_OK(toc_subject_read(toc_subject_view(&subject), &read, &err));
    const toc_wallet *wallet = toc_statement_wallet(statement);
    bool of_wallet = subject.bytes[0] < TOC_CLASS_CLUSTER;
    assert_int_equal(wallet != NULL, of_wallet);
    if (of_wallet)
        assert_memory_equal(&wallet->subject, &subject, sizeof subject);
}

static void claims_and_subjects_are_those_of_the_reference(void **state)
{
    (void)state;
    each(visit_identity);
}

/* A claim is filed under its subject: the two say the same, or nothing is written. */
static void visit_lie(const toc_vector *vector, const toc_statement *statement)
{
    toc_statement lie = *statement, retraction;
    toc_claim_id claim;
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    toc_err err;
    (void)vector;
    const toc_wallet *wallet = toc_statement_wallet(&lie);
    if (wallet == NULL || toc_statement_target(&lie) != NULL)
        return;
    size_t at = (size_t)((const uint8_t *)wallet->subject.bytes - (const uint8_t *)&lie);
    assert_true(at < sizeof lie);
    ((uint8_t *)&lie)[at + 5] ^= 1;
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_record_encode(&lie, &buf, &err));
    assert_non_null(strstr(err.text, "wallet: the address is not that of the subject"));
    toc_statement_claim(&lie, &circle, &org, &claim);
    toc_statement_retract(&lie, &claim, TOC_RETRACT_ERROR, &retraction);
    retraction.revision = 8;
    retraction.issued_at = statement->issued_at;
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_record_encode(&retraction, &buf, &err));
    assert_non_null(strstr(err.text, "wallet: the address is not that of the subject"));
    lies++;
}

static void an_address_that_is_not_its_subjects_is_never_written(void **state)
{
    (void)state;
    lies = 0;
    each(visit_lie);
    assert_true(lies >= 8);
}

static void visit_retraction(const toc_vector *vector, const toc_statement *statement)
{
    toc_statement retraction, scratch;
    toc_claim_id claim, again;
    toc_subject subject, same;
    toc_statement_claim(statement, &circle, &org, &claim);
    toc_statement_retract(statement, &claim, TOC_RETRACT_FALSE_POSITIVE, &retraction);
    retraction.revision = 8;
    retraction.issued_at = statement->issued_at;
    toc_span expected = toc_vector_hex(vector, "retraction");
    check_encoded(&retraction, expected, toc_vector_line(vector));
    toc_statement back = decoded(expected);
    assert_int_equal(toc_statement_rules(&back), 2);
    assert_int_equal(toc_statement_about(&back, &scratch)->kind, statement->kind);
    toc_statement_claim(&back, &circle, &org, &again);
    assert_true(toc_claim_id_equal(&claim, &again));
    toc_statement_subject(statement, &claim, &subject);
    toc_statement_subject(&back, &claim, &same);
    assert_memory_equal(&subject, &same, sizeof subject);
    check_encoded(&back, expected, toc_vector_line(vector));
    back.as.retraction.target.bytes[7] ^= 1;
    assert_int_equal(toc_statement_check(&back, &circle, &org, NULL), TOC_MALFORMED);
}

static void a_retraction_repeats_the_identity_and_is_filed_beside_its_target(void **state)
{
    (void)state;
    each(visit_retraction);
}

static void refuse_cut(toc_span bytes, size_t line)
{
    for (size_t size = 0; size < bytes.size; size++) {
        toc_statement out = {.revision = 4711};
        /* An exact copy, so that a read past the end is seen. */
        uint8_t *copy = size == 0 ? NULL : test_malloc(size);
        if (size > 0)
            memcpy(copy, bytes.data, size);
        toc_code code = toc_record_decode(toc_span_of(copy, size), arena, &out, NULL);
        if (code == TOC_OK || out.revision != 4711)
            fail_msg("record-kinds.txt:%zu: cut to %zu bytes", line, size);
        test_free(copy);
        toc_arena_reset(arena);
    }
}

static void visit_truncations(const toc_vector *vector, const toc_statement *statement)
{
    (void)statement;
    refuse_cut(toc_vector_hex(vector, "record"), toc_vector_line(vector));
    refuse_cut(toc_vector_hex(vector, "retraction"), toc_vector_line(vector));
}

/* The length of the statement stands before it, so this cuts the body too only in the next test. */
static void every_truncation_is_refused_and_leaves_out_untouched(void **state)
{
    (void)state;
    each(visit_truncations);
}

static void visit_drafts(const toc_vector *vector, const toc_statement *statement)
{
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    toc_statement draft = *statement, back;
    toc_err err;
    draft.revision = draft.issued_at.unix_ms = draft.root_count = 0;
    TOC_CHECK_OK(toc_draft_encode(&draft, &buf, &err));
    TOC_CHECK_OK(toc_draft_decode(toc_buf_view(&buf), arena, &back, &err));
    /* The body is last in a statement, so every cut of it is a statement with a body cut short. */
    size_t whole = 0;
    for (size_t size = 0; size < buf.size; size++)
        whole += toc_draft_decode(toc_span_of(buf.data, size), arena, &back, NULL) == TOC_OK;
    if (whole != 0)
        fail_msg("record-kinds.txt:%zu: %zu cuts were taken", toc_vector_line(vector), whole);
    toc_arena_reset(arena);
}

static void every_truncation_of_a_draft_is_refused(void **state)
{
    (void)state;
    each(visit_drafts);
}

static toc_span comparison(const toc_statement *statement)
{
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    toc_err err;
    TOC_CHECK_OK(toc_statement_comparison(statement, &buf, &err));
    return toc_arena_dup(arena, toc_buf_view(&buf));
}

static void visit_comparison(const toc_vector *vector, const toc_statement *statement)
{
    toc_statement other = *statement, merged = *statement;
    toc_span before = comparison(statement);
    toc_err err;
    (void)vector;
    other.revision = 99;
    other.issued_at.unix_ms = 5;
    other.note = text_span("another");
    other.source.version = (toc_span){0};
    assert_true(toc_span_equal(before, comparison(&other)));
    TOC_CHECK_OK(toc_statement_merge(&merged, statement, arena, &err));
    assert_true(toc_span_equal(before, comparison(&merged)));
    other.confidence = 12;
    assert_false(toc_span_equal(before, comparison(&other)));
}

static void a_comparison_passes_over_moments_versions_and_notes(void **state)
{
    (void)state;
    each(visit_comparison);
}

static toc_statement first_of(toc_record_kind kind)
{
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        if (toc_vector_u64(vector, "kind") == kind)
            return decoded(toc_vector_hex(vector, "record"));
    }
    fail_msg("no vector of kind %u", (unsigned)kind);
    return (toc_statement){0};
}

static void what_was_seen_of_a_target_is_compared_and_merged_as_the_later_row_says(void **state)
{
    (void)state;
    toc_statement one = first_of(TOC_RECORD_DISPUTE), two = one;
    toc_err err;
    two.as.dispute.revision_seen = 6;
    assert_false(toc_span_equal(comparison(&one), comparison(&two)));
    TOC_CHECK_OK(toc_statement_merge(&one, &two, arena, &err));
    assert_true(toc_span_equal(comparison(&one), comparison(&two)));
}

static void a_stated_id_is_that_of_what_is_described(void **state)
{
    (void)state;
    toc_err err;
    static const toc_record_kind kinds[] = {TOC_RECORD_DISPUTE, TOC_RECORD_INQUIRY,
                                            TOC_RECORD_REPLY};
    for (size_t i = 0; i < TOC_COUNT(kinds); i++) {
        toc_statement statement = first_of(kinds[i]);
        toc_target *target = kinds[i] == TOC_RECORD_DISPUTE   ? &statement.as.dispute.target
                             : kinds[i] == TOC_RECORD_INQUIRY ? &statement.as.inquiry.target
                                                              : &statement.as.reply.target;
        target->claim.bytes[0] ^= 1; /* its own root would name another claim: said first */
        assert_int_equal(toc_statement_check(&statement, &circle, &org, &err), TOC_MALFORMED);
        assert_non_null(strstr(err.text, kinds[i] == TOC_RECORD_REPLY ? "inquiry" : "target"));
        target->claim.bytes[0] ^= 1;
        target->org.bytes[0] ^= 1; /* somebody else's claim of that name */
        assert_int_equal(toc_statement_check(&statement, &circle, &org, &err), TOC_MALFORMED);
        assert_non_null(strstr(err.text, "target"));
    }
    toc_statement reply = first_of(TOC_RECORD_REPLY);
    reply.as.reply.asker.bytes[3] ^= 1;
    assert_int_equal(toc_statement_check(&reply, &circle, &org, &err), TOC_MALFORMED);
    assert_non_null(strstr(err.text, "inquiry"));
}

static void nobody_disputes_a_claim_of_ones_own(void **state)
{
    (void)state;
    toc_err err;
    toc_statement dispute = first_of(TOC_RECORD_DISPUTE);
    toc_target *target = &dispute.as.dispute.target;
    target->org = org;
    toc_statement_claim(target->named, &circle, &org, &target->claim);
    assert_int_equal(toc_statement_check(&dispute, &circle, &org, &err), TOC_MALFORMED);
    assert_non_null(strstr(err.text, "retracts"));
}

static void the_signature_of_a_notice_is_verified_where_the_key_is_in_the_address(void **state)
{
    (void)state;
    size_t proofs[4] = {0};
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        if (toc_vector_u64(vector, "kind") != TOC_RECORD_NOTICE)
            continue;
        toc_statement statement = decoded(toc_vector_hex(vector, "record"));
        toc_notice_proof proof = toc_notice_verify(&statement.as.notice, &org);
        if (!toc_vector_has(vector, "text")) {
            assert_int_equal(proof, TOC_NOTICE_UNSIGNED);
            continue;
        }
        char text[TOC_NOTICE_TEXT_BYTES];
        toc_notice_text(&statement.as.notice, &org, text);
        assert_string_equal(text, toc_vector_text(vector, "text"));
        assert_int_equal(proof, toc_vector_u64(vector, "proof"));
        proofs[proof]++;
        if (proof != TOC_NOTICE_VERIFIED)
            continue;
        toc_org_id other = org; /* who copies it cannot use it */
        other.bytes[0] ^= 1;
        assert_int_equal(toc_notice_verify(&statement.as.notice, &other), TOC_NOTICE_WRONG);
        statement.as.notice.role = text_span("cold");
        assert_int_equal(toc_notice_verify(&statement.as.notice, &org), TOC_NOTICE_WRONG);
    }
    assert_true(proofs[TOC_NOTICE_VERIFIED] >= 1 && proofs[TOC_NOTICE_WRONG] >= 2 &&
                proofs[TOC_NOTICE_NOT_VERIFIED] >= 1);
}

int main(void)
{
#define KINDS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        KINDS_TEST(what_the_reference_wrote_is_written_again_byte_for_byte),
        KINDS_TEST(claims_and_subjects_are_those_of_the_reference),
        KINDS_TEST(an_address_that_is_not_its_subjects_is_never_written),
        KINDS_TEST(a_retraction_repeats_the_identity_and_is_filed_beside_its_target),
        KINDS_TEST(every_truncation_is_refused_and_leaves_out_untouched),
        KINDS_TEST(every_truncation_of_a_draft_is_refused),
        KINDS_TEST(a_comparison_passes_over_moments_versions_and_notes),
        KINDS_TEST(what_was_seen_of_a_target_is_compared_and_merged_as_the_later_row_says),
        KINDS_TEST(a_stated_id_is_that_of_what_is_described),
        KINDS_TEST(nobody_disputes_a_claim_of_ones_own),
        KINDS_TEST(the_signature_of_a_notice_is_verified_where_the_key_is_in_the_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
