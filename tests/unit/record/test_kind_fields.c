/* Every field of kinds 5 to 14 and of derived sources, broken one at a time; and roots (RULES §4).
 */
#include "tests/support/vectors.h"
#include "tests/unit/record/sample.h"

static toc_arena *arena;
static toc_vectors *vectors;

static int set_up(void **state)
{
    toc_err err;
    (void)state;
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

/* The n-th record of a kind, from 0. */
static toc_statement of(toc_record_kind kind, size_t n)
{
    toc_statement statement;
    toc_err err;
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        if (toc_vector_u64(vector, "kind") != kind || n-- != 0)
            continue;
        TOC_CHECK_OK(toc_record_decode(toc_vector_hex(vector, "record"), arena, &statement, &err));
        return statement;
    }
    fail_msg("no such vector");
    return (toc_statement){0};
}

static void refuse(const toc_statement *statement, toc_code code, const char *field)
{
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    toc_err err = {0};
    if (toc_record_encode(statement, &buf, &err) != code || strstr(err.text, field) == NULL)
        fail_msg("%s: expected %s, got '%s'", field, toc_code_name(code), err.text);
    assert_int_equal(buf.size, 0);
}

#define REFUSE(base, change, code, field)                                                          \
    do {                                                                                           \
        toc_statement s = (base);                                                                  \
        change;                                                                                    \
        refuse(&s, code, field);                                                                   \
    } while (0)

static char long_text[TOC_NOTE_BYTES_MAX];
static const toc_draft_id some_id = {{1}};

static void places_are_checked(void **state)
{
    (void)state;
    toc_statement output = of(TOC_RECORD_TRANSFER, 0), flow = of(TOC_RECORD_TRANSFER, 5);
#define PLACE s.as.transfer.place
    static const char *const wrong[] = {"", "01", "1.2", "a", "4294967296", "1.", ".1", "-1", "1 "};
    for (size_t i = 0; i < TOC_COUNT(wrong); i++)
        REFUSE(output, PLACE.index = text_span(wrong[i]), TOC_MALFORMED, "index");
    REFUSE(output, PLACE.index_kind = TOC_INDEX_NATIVE, TOC_MALFORMED, "index");
    REFUSE(output, PLACE.index_kind = TOC_INDEX_INSTRUCTION;
           PLACE.index = text_span("1.2.3"), TOC_MALFORMED, "index");
    REFUSE(output, PLACE.index_kind = TOC_INDEX_NONE, TOC_MALFORMED, "without an index");
    REFUSE(output, PLACE.index_kind = 6, TOC_STATE, "index kind 6");
    REFUSE(output, PLACE.index = toc_span_of(long_text, TOC_INDEX_BYTES_MAX + 1), TOC_LIMIT,
           "index");
    static char path[2 * (TOC_TRACE_DEPTH_MAX + 1)];
    for (size_t i = 0; i < sizeof path; i++)
        path[i] = i % 2 == 0 ? '7' : '.';
    REFUSE(output, PLACE.index_kind = TOC_INDEX_TRACE;
           PLACE.index = toc_span_of(path, sizeof path - 1), TOC_MALFORMED, "index");
    toc_statement deepest = output;
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    toc_err err;
    deepest.as.transfer.place.index_kind = TOC_INDEX_TRACE;
    deepest.as.transfer.place.index = toc_span_of(path, sizeof path - 3);
    TOC_CHECK_OK(toc_record_encode(&deepest, &buf, &err));
    REFUSE(output, PLACE.tx = text_span("ab"), TOC_MALFORMED, "place");
    REFUSE(output,
           PLACE.tx = text_span("4A5E1E4BAAB89F3A32518A88C31BC87F618F76673E2CC77AB2127B7AFDEDA33B"),
           TOC_MALFORMED, "is written");
    REFUSE(output, PLACE.id = some_id, TOC_MALFORMED, "flow id");
    REFUSE(output, PLACE.chain = NULL, TOC_MALFORMED, "chain");
    REFUSE(flow, memset(&PLACE.id, 0, 32), TOC_MALFORMED, "flow id");
    REFUSE(flow, PLACE.index = text_span("1"), TOC_MALFORMED, "index");
#undef PLACE
}

static void transfer_fields_are_checked(void **state)
{
    (void)state;
    toc_statement ok = of(TOC_RECORD_TRANSFER, 0);
#define T s.as.transfer
    toc_wallet *many = toc_arena_zalloc(arena, TOC_TRANSFER_PARTIES_MAX + 1, sizeof *many);
    toc_wallet eth = sample_wallet("ETH", SAMPLE_EVM);
    toc_wallet twice[2] = {ok.as.transfer.from[0], ok.as.transfer.from[0]};
    REFUSE(ok, T.from = many; T.from_count = TOC_TRANSFER_PARTIES_MAX + 1, TOC_LIMIT, "from");
    REFUSE(ok, T.to = many; T.to_count = TOC_TRANSFER_PARTIES_MAX + 1, TOC_LIMIT, "to");
    REFUSE(ok, T.to = twice; T.to_count = 2, TOC_MALFORMED, "to");
    REFUSE(ok, T.to = &eth; T.to_count = 1, TOC_MALFORMED, "to");
    REFUSE(ok, T.from_count = T.to_count = 0, TOC_MALFORMED, "from");
    twice[0].subject.bytes[3] ^= 1;
    REFUSE(ok, T.to = twice; T.to_count = 1, TOC_MALFORMED, "subject");
    REFUSE(ok, T.amount.asset = text_span("ETH"), TOC_MALFORMED, "amount");
    REFUSE(ok, T.time.unix_ms = 0, TOC_MALFORMED, "time");
    REFUSE(ok, T.time.unix_ms = UINT64_MAX, TOC_MALFORMED, "time");
    REFUSE(ok, T.fiat.currency = text_span("usd"), TOC_MALFORMED, "fiat");
    REFUSE(ok, T.fiat.currency = text_span("USDT"), TOC_MALFORMED, "fiat");
    REFUSE(ok, T.fiat.currency = (toc_span){0}, TOC_MALFORMED, "fiat");
    REFUSE(ok, T.fiat.source = (toc_span){0}, TOC_MALFORMED, "fiat");
    REFUSE(ok, T.bridge_side = TOC_BRIDGE_NONE, TOC_MALFORMED, "bridge");
    REFUSE(ok, T.bridge_side = 3, TOC_STATE, "bridge");
    REFUSE(ok, T.bridge.chain = NULL, TOC_MALFORMED, "bridge");
    REFUSE(ok, T.bridge = T.place, TOC_MALFORMED, "bridge");
    REFUSE(ok, T.bridge.tx = (toc_span){0}, TOC_MALFORMED, "bridge");
#undef T
}

static void incident_fields_are_checked(void **state)
{
    (void)state;
    toc_statement ok = of(TOC_RECORD_INCIDENT, 0), same = of(TOC_RECORD_SAME_AS, 0);
    toc_place *many = toc_arena_zalloc(arena, TOC_THEFTS_MAX + 1, sizeof *many);
    toc_place two[2] = {ok.as.incident.thefts[0], ok.as.incident.thefts[0]};
    static toc_amount losses[TOC_ASSETS_MAX + 1];
#define I s.as.incident
    REFUSE(ok, I.slug = text_span("A b"), TOC_MALFORMED, "slug");
    REFUSE(ok, I.title = toc_span_of(long_text, TOC_TEXT_BYTES_MAX + 1), TOC_LIMIT, "title");
    REFUSE(ok, I.victim = text_span("a\nb"), TOC_MALFORMED, "victim");
    REFUSE(ok, I.status = (toc_span){0}, TOC_MALFORMED, "status");
    REFUSE(ok, I.occurred.unix_ms = UINT64_MAX, TOC_MALFORMED, "occurred");
    REFUSE(ok, I.discovered.unix_ms = UINT64_MAX, TOC_MALFORMED, "discovered");
    REFUSE(ok, I.losses = losses; I.loss_count = TOC_ASSETS_MAX + 1, TOC_LIMIT, "losses");
    REFUSE(ok, I.loss.source = text_span("?"), TOC_MALFORMED, "loss");
    REFUSE(ok, I.thefts = many; I.theft_count = TOC_THEFTS_MAX + 1, TOC_LIMIT, "thefts");
    REFUSE(ok, I.thefts = two; I.theft_count = 2, TOC_MALFORMED, "thefts");
    two[0].index_kind = TOC_INDEX_NATIVE;
    REFUSE(ok, I.thefts = two; I.theft_count = 1, TOC_MALFORMED, "thefts");
#undef I
    REFUSE(same, s.as.same_as.second = s.as.same_as.first, TOC_MALFORMED, "ascending");
    REFUSE(same, s.as.same_as.first.org.bytes[0] = 0xFF, TOC_MALFORMED, "ascending");
    REFUSE(same, s.as.same_as.first.slug = (toc_span){0}, TOC_MALFORMED, "incident");
}

static void fields_about_wallets_are_checked(void **state)
{
    (void)state;
    toc_statement of_incident = of(TOC_RECORD_ATTRIBUTION, 0),
                  wallet = of(TOC_RECORD_ATTRIBUTION, 1);
    static toc_hash hashes[TOC_DOCUMENTS_MAX + 1];
#define A s.as.attribution
    REFUSE(of_incident, A.incident.slug = (toc_span){0}, TOC_MALFORMED, "attribution");
    REFUSE(wallet, A.incident.slug = text_span("x"), TOC_MALFORMED, "attribution");
    REFUSE(wallet, A.actor = (toc_span){0}, TOC_MALFORMED, "actor");
    REFUSE(wallet, A.basis = text_span("A"), TOC_MALFORMED, "basis");
    REFUSE(wallet, A.wallet.address[3] = '1', TOC_MALFORMED, "address");
    REFUSE(wallet, A.documents = ((toc_documents){TOC_DOCUMENTS_MAX + 1, hashes}), TOC_LIMIT,
           "documents");
    REFUSE(wallet, A.documents = ((toc_documents){2, hashes}), TOC_MALFORMED, "documents");
#undef A
    toc_statement sighting = of(TOC_RECORD_SIGHTING, 0), flow = of(TOC_RECORD_SIGHTING, 1);
    toc_wallet eth = sample_wallet("ETH", SAMPLE_EVM);
#define S s.as.sighting
    REFUSE(sighting, S.seen.unix_ms = 0, TOC_MALFORMED, "seen");
    REFUSE(sighting, S.seen.unix_ms = UINT64_MAX, TOC_MALFORMED, "seen");
    REFUSE(sighting, S.direction = 0, TOC_MALFORMED, "direction");
    REFUSE(sighting, S.direction = 3, TOC_STATE, "direction");
    REFUSE(sighting, S.stopped_at = &eth, TOC_MALFORMED, "stopped_at");
    REFUSE(sighting, S.account_role = text_span("Hot"), TOC_MALFORMED, "account_role");
    REFUSE(sighting, S.wallet = eth, TOC_MALFORMED, "place");
    REFUSE(flow, S.place.id = (toc_draft_id){{0}}, TOC_MALFORMED, "place");
#undef S
    toc_statement notice = of(TOC_RECORD_NOTICE, 1), clearance = of(TOC_RECORD_CLEARANCE, 0);
#define N s.as.notice
    REFUSE(notice, N.wallet.chain = NULL, TOC_MALFORMED, "wallet");
    REFUSE(notice, N.has_operator_org = false, TOC_MALFORMED, "operator_org");
    REFUSE(notice, N.operator_name = text_span("An exchange"), TOC_MALFORMED, "operator_name");
    REFUSE(notice, N.role = (toc_span){0}, TOC_MALFORMED, "role");
    REFUSE(notice, N.signature.scheme = (toc_span){0}, TOC_MALFORMED, "signature");
    REFUSE(notice, N.signature.signature = (toc_span){0}, TOC_MALFORMED, "signature");
    REFUSE(notice, N.signature.key = toc_span_of(long_text, TOC_ADDRESS_KEY_BYTES_MAX + 1),
           TOC_LIMIT, "signature");
    REFUSE(notice, N.signature.signature = toc_span_of(long_text, TOC_KEY_SIGNATURE_BYTES_MAX + 1),
           TOC_LIMIT, "signature");
#undef N
    REFUSE(clearance, s.as.clearance.checked.unix_ms = 0, TOC_MALFORMED, "checked");
    REFUSE(clearance, s.as.clearance.basis = text_span("?"), TOC_MALFORMED, "basis");
    REFUSE(clearance, s.as.clearance.wallet.chain = NULL, TOC_MALFORMED, "wallet");
}

static void targets_are_checked(void **state)
{
    (void)state;
    toc_statement dispute = of(TOC_RECORD_DISPUTE, 0), inquiry = of(TOC_RECORD_INQUIRY, 0);
    toc_statement reply = of(TOC_RECORD_REPLY, 0),
                  retraction = sample_retraction(TOC_RECORD_CLUSTER);
    toc_statement wrong = *dispute.as.dispute.target.named;
    REFUSE(dispute, s.as.dispute.revision_seen = 0, TOC_MALFORMED, "revision_seen");
    REFUSE(dispute, s.as.dispute.reason = (toc_span){0}, TOC_MALFORMED, "reason");
    REFUSE(dispute, s.as.dispute.target.named = NULL, TOC_MALFORMED, "target_kind");
    REFUSE(dispute, s.as.dispute.target.named = &dispute, TOC_MALFORMED, "not disputed");
    REFUSE(inquiry, s.as.inquiry.target.named = &retraction, TOC_MALFORMED, "target_kind");
    REFUSE(inquiry, memset(&s.as.inquiry.id, 0, 32), TOC_MALFORMED, "id");
    REFUSE(reply, s.as.reply.target.named = &inquiry, TOC_MALFORMED, "not disputed");
    REFUSE(reply, s.as.reply.basis = text_span("!"), TOC_MALFORMED, "basis");
    wrong.source.ground = 0;
    REFUSE(dispute, s.as.dispute.target.named = &wrong, TOC_MALFORMED, "source");
    REFUSE(retraction, s.as.retraction.target_kind = TOC_RECORD_TRANSFER, TOC_MALFORMED, "target");
}

static void derived_sources_are_checked(void **state)
{
    (void)state;
    toc_statement ok = of(TOC_RECORD_WALLET, 0);
    static toc_source_record records[TOC_SOURCES_MAX + 1];
    static toc_root roots[TOC_ROOTS_MAX + 1];
    toc_root two[2] = {ok.roots[1], ok.roots[0]};
    toc_root wrong[] = {{(const uint8_t *)"\5x", 2},
                        {(const uint8_t *)"\4x", 2},
                        {(const uint8_t *)"\1x", 2},
                        {(const uint8_t *)"\2X", 2}};
    REFUSE(ok, s.source.records = records; s.source.record_count = 2, TOC_MALFORMED, "source");
    REFUSE(ok, s.source.records = records;
           s.source.record_count = TOC_SOURCES_MAX + 1, TOC_LIMIT, "source");
    REFUSE(ok, s.source.record_count = 0, TOC_MALFORMED, "source");
    REFUSE(ok, s.source.id = text_span("ofac-sdn"), TOC_MALFORMED, "source");
    REFUSE(ok, s.source.ground = TOC_GROUND_OWN, TOC_MALFORMED, "source");
    REFUSE(ok, s.root_count = 0, TOC_MALFORMED, "roots");
    REFUSE(ok, s.roots = roots; s.root_count = TOC_ROOTS_MAX + 1, TOC_LIMIT, "roots");
    REFUSE(ok, s.roots = two; s.root_count = 2, TOC_MALFORMED, "roots");
    two[1] = two[0];
    REFUSE(ok, s.roots = two; s.root_count = 2, TOC_MALFORMED, "roots");
    for (size_t i = 0; i < TOC_COUNT(wrong); i++)
        REFUSE(ok, s.roots = &wrong[i]; s.root_count = 1, TOC_MALFORMED, "roots");
}

static void a_derived_claim_does_not_rest_on_itself(void **state)
{
    (void)state;
    toc_statement statement = of(TOC_RECORD_WALLET, 0);
    toc_circle_id circle = {{1}};
    toc_org_id org = {{2}};
    toc_claim_id claim;
    uint8_t bytes[33] = {TOC_ROOT_OWN};
    toc_err err;
    TOC_CHECK_OK(toc_statement_check(&statement, &circle, &org, &err));
    toc_statement_claim(&statement, &circle, &org, &claim);
    memcpy(bytes + 1, claim.bytes, 32);
    toc_root own = TOC_SPAN_OF(bytes);
    statement.roots = &own;
    statement.root_count = 1;
    assert_int_equal(toc_statement_check(&statement, &circle, &org, &err), TOC_MALFORMED);
    assert_non_null(strstr(err.text, "roots"));
}

/* ---- what roots become ---- */

static void a_root_that_is_not_told_is_that_of_the_reference(void **state)
{
    (void)state;
    const toc_vector *vector = toc_vectors_at(vectors, toc_vectors_count(vectors) - 1);
    uint8_t salt[32], out[TOC_ROOT_UNDISCLOSED_BYTES];
    toc_vector_hex_into(vector, "salt", salt, sizeof salt);
    toc_root_undisclose(toc_vector_hex(vector, "root"), salt, out);
    assert_true(toc_span_equal(TOC_SPAN_OF(out), toc_vector_hex(vector, "undisclosed")));
}

static const uint8_t salt_a[32] = {1}, salt_b[32] = {2};
static const toc_root list_root = {(const uint8_t *)"\2eu", 3};
static const toc_root vendor_root = {(const uint8_t *)"\3trm", 4};

static void roots_are_a_sorted_union_in_which_a_sealed_record_hides_its_own(void **state)
{
    (void)state;
    toc_root both[2] = {list_root, vendor_root};
    toc_derivation sources[2] = {{2, both, salt_a, true}, {1, &list_root, salt_b, true}};
    const toc_root *roots;
    size_t count;
    uint8_t hidden[TOC_ROOT_UNDISCLOSED_BYTES];
    toc_err err;
    TOC_CHECK_OK(toc_derived_roots(sources, 2, arena, &roots, &count, &err));
    toc_root_undisclose(vendor_root, salt_a, hidden);
    assert_int_equal(count, 2); /* the list once, and openly */
    assert_true(toc_span_equal(roots[0], list_root));
    assert_true(toc_span_equal(roots[1], TOC_SPAN_OF(hidden)));
    toc_root undisclosed = TOC_SPAN_OF(hidden); /* not hidden a second time */
    toc_derivation again = {1, &undisclosed, salt_b, true};
    TOC_CHECK_OK(toc_derived_roots(&again, 1, arena, &roots, &count, &err));
    assert_true(count == 1 && toc_span_equal(roots[0], undisclosed));
    sources[0].sealed = false;
    TOC_CHECK_OK(toc_derived_roots(sources, 1, arena, &roots, &count, &err));
    assert_true(count == 2 && toc_span_equal(roots[1], vendor_root));
}

static void more_roots_than_a_record_takes_are_refused(void **state)
{
    (void)state;
    static uint8_t bytes[TOC_ROOTS_MAX + 1][33];
    toc_root roots[TOC_ROOTS_MAX + 1];
    for (size_t i = 0; i <= TOC_ROOTS_MAX; i++) {
        bytes[i][0] = TOC_ROOT_OWN;
        bytes[i][1] = (uint8_t)i;
        roots[i] = TOC_SPAN_OF(bytes[i]);
    }
    toc_derivation sources[2] = {{TOC_ROOTS_MAX, roots, salt_a, false},
                                 {1, roots + TOC_ROOTS_MAX - 1, salt_b, false}};
    const toc_root *out;
    size_t count;
    toc_err err;
    TOC_CHECK_OK(toc_derived_roots(sources, 2, arena, &out, &count, &err));
    assert_int_equal(count, TOC_ROOTS_MAX);
    sources[1].roots = roots + TOC_ROOTS_MAX;
    assert_int_equal(toc_derived_roots(sources, 2, arena, &out, &count, &err), TOC_LIMIT);
}

static void roots_are_misstated_when_one_is_missing_or_nobodys(void **state)
{
    (void)state;
    toc_root both[2] = {list_root, vendor_root}, extra[2];
    toc_derivation sources[2] = {{2, both, salt_a, true}, {1, &list_root, salt_b, false}};
    toc_statement head = of(TOC_RECORD_WALLET, 0); /* of two records */
    toc_err err;
    TOC_CHECK_OK(toc_derived_roots(sources, 2, arena, &head.roots, &head.root_count, &err));
    assert_false(toc_roots_misstated(&head, sources, 2));
    assert_false(toc_roots_misstated(&head, sources, 0));
    assert_false(toc_roots_misstated(&head, sources + 1, 1)); /* the rest may be the other's */
    head.roots++; /* the list is missing, whichever record is held */
    head.root_count--;
    assert_true(toc_roots_misstated(&head, sources + 1, 1));
    assert_true(toc_roots_misstated(&head, sources, 1));
    head.roots = both; /* told openly, though it might have been hidden */
    head.root_count = 2;
    assert_false(toc_roots_misstated(&head, sources, 2));
    extra[0] = list_root;
    extra[1] = (toc_root){(const uint8_t *)"\3other", 6};
    toc_derivation lists[2] = {{1, &list_root, salt_a, false}, {1, &list_root, salt_b, false}};
    head.roots = extra;
    assert_true(toc_roots_misstated(&head, lists, 2));
    assert_false(toc_roots_misstated(&head, lists, 1)); /* it may be of the record not held */
    head.source.ground = TOC_GROUND_OWN;
    assert_false(toc_roots_misstated(&head, lists, 2));
}

int main(void)
{
#define FIELDS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    memset(long_text, '1', sizeof long_text);
    const struct CMUnitTest tests[] = {
        FIELDS_TEST(places_are_checked),
        FIELDS_TEST(transfer_fields_are_checked),
        FIELDS_TEST(incident_fields_are_checked),
        FIELDS_TEST(fields_about_wallets_are_checked),
        FIELDS_TEST(targets_are_checked),
        FIELDS_TEST(derived_sources_are_checked),
        FIELDS_TEST(a_derived_claim_does_not_rest_on_itself),
        FIELDS_TEST(a_root_that_is_not_told_is_that_of_the_reference),
        FIELDS_TEST(roots_are_a_sorted_union_in_which_a_sealed_record_hides_its_own),
        FIELDS_TEST(more_roots_than_a_record_takes_are_refused),
        FIELDS_TEST(roots_are_misstated_when_one_is_missing_or_nobodys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
