/* Records written by hand, byte by byte: what decoding must refuse, whoever encoded it. */
#include "tests/unit/record/sample.h"

static toc_arena *arena;

static int set_up(void **state)
{
    toc_err err;
    (void)state;
    TOC_CHECK_OK(toc_arena_new(4u << 20, &arena, &err));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    toc_arena_free(arena);
    return 0;
}

/* The wire format by hand: what protobuf-c would never write is written here. */

enum { VARINT = 0, PREFIXED = 2 };

static void put_varint(toc_buf *out, uint64_t value)
{
    for (; value > 0x7F; value >>= 7)
        toc_buf_add_u8(out, (uint8_t)((value & 0x7F) | 0x80));
    toc_buf_add_u8(out, (uint8_t)value);
}

static void put_number(toc_buf *out, uint32_t field, uint64_t value)
{
    put_varint(out, field << 3 | VARINT);
    put_varint(out, value);
}

static void put_bytes(toc_buf *out, uint32_t field, toc_span bytes)
{
    put_varint(out, field << 3 | PREFIXED);
    put_varint(out, bytes.size);
    toc_buf_add_span(out, bytes);
}

static void put_text(toc_buf *out, uint32_t field, const char *text)
{
    put_bytes(out, field, toc_span_text(text));
}

/* A field whose value the buffer holds; the buffer is spent. */
static void put_message(toc_buf *out, uint32_t field, toc_buf *message)
{
    put_bytes(out, field, toc_buf_view(message));
    toc_buf_wipe(message);
}

static toc_span finish(toc_buf *buf)
{
    toc_span bytes = toc_arena_dup(arena, toc_buf_view(buf));
    toc_buf_wipe(buf);
    return bytes;
}

/* A good statement, to be broken one field at a time. The body is in field `body_field`. */
typedef struct wire {
    uint64_t kind;
    uint32_t body_field;
    size_t root_count, not_to_count;
    size_t not_to_bytes;
    toc_span body;
} wire;

static toc_span wire_statement(const wire *w)
{
    static const uint8_t zeros[64];
    toc_buf statement = {0}, source = {0};
    put_number(&source, 1, TOC_GROUND_LIST);
    put_text(&source, 2, "ofac-sdn");
    put_number(&statement, 1, w->kind);
    put_number(&statement, 2, 1);
    put_number(&statement, 3, 1742000000000);
    put_number(&statement, 5, TOC_TLP_GREEN);
    for (size_t i = 0; i < w->not_to_count; i++)
        put_bytes(&statement, 7, toc_span_of(zeros, w->not_to_bytes));
    put_message(&statement, 11, &source);
    for (size_t i = 0; i < w->root_count; i++)
        put_text(&statement, 12, "\2ofac-sdn");
    if (w->body_field != 0)
        put_bytes(&statement, w->body_field, w->body);
    return finish(&statement);
}

static toc_span wire_record(toc_span statement)
{
    toc_buf record = {0};
    put_bytes(&record, 1, statement);
    return finish(&record);
}

typedef struct wire_wallet {
    const char *chain, *address;
    bool has_asset, has_amount, invalid;
    toc_span amount;
    uint64_t decimals;
} wire_wallet;

static const char *btc_chain(void)
{
    return toc_chain_caip2(toc_chain_find(text_span("BTC")));
}

static toc_span wallet_body(const wire_wallet *wallet)
{
    toc_buf body = {0}, asset = {0};
    put_text(&body, 1, wallet->chain == NULL ? btc_chain() : wallet->chain);
    put_text(&body, 2, wallet->address == NULL ? SAMPLE_SEGWIT : wallet->address);
    put_text(&body, 4, "perpetrator");
    put_text(&body, 5, "theft");
    put_text(&asset, 1, "native");
    if (wallet->has_amount)
        put_bytes(&asset, 2, wallet->amount);
    if (wallet->decimals != 0)
        put_number(&asset, 3, wallet->decimals);
    if (wallet->has_asset)
        put_message(&body, 9, &asset);
    toc_buf_wipe(&asset);
    if (wallet->invalid)
        put_number(&body, 13, 1);
    return finish(&body);
}

static toc_span record_of(uint64_t kind, uint32_t body_field, toc_span body)
{
    bool is_head = kind == TOC_RECORD_WALLET || kind == TOC_RECORD_CLUSTER;
    wire w = {.kind = kind, .body_field = body_field, .root_count = is_head ? 1 : 0, .body = body};
    return wire_record(wire_statement(&w));
}

static void accept_bytes(toc_span bytes)
{
    toc_statement out;
    toc_err err;
    TOC_CHECK_OK(toc_record_decode(bytes, arena, &out, &err));
}

static void refuse_bytes(toc_span bytes, toc_code code, const char *names)
{
    toc_statement out = {.revision = 4711};
    toc_err err;
    assert_int_equal(toc_record_decode(bytes, arena, &out, &err), code);
    if (strstr(err.text, names) == NULL)
        fail_msg("'%s' does not name %s", err.text, names);
    assert_int_equal(out.revision, 4711);
    assert_int_equal(toc_record_decode(bytes, arena, &out, NULL), code);
}

static void a_body_is_that_of_the_kind(void **state)
{
    (void)state;
    toc_span body = wallet_body(&(wire_wallet){0});
    accept_bytes(record_of(TOC_RECORD_WALLET, 20, body));
    refuse_bytes(record_of(0, 20, body), TOC_MALFORMED, "kind");
    refuse_bytes(record_of(TOC_RECORD_LAST + 1, 20, body), TOC_STATE, "newer version");
    refuse_bytes(record_of(TOC_RECORD_CLUSTER, 20, body), TOC_MALFORMED, "body");
    refuse_bytes(record_of(TOC_RECORD_WALLET, 0, body), TOC_MALFORMED, "body");
}

static void an_address_has_its_canonical_spelling_on_a_known_chain(void **state)
{
    (void)state;
    static const struct {
        wire_wallet wallet;
        toc_code code;
        const char *names;
    } cases[] = {
        {{.chain = "eip155:987654321"}, TOC_STATE, "eip155:987654321"},
        {{.chain = ""}, TOC_STATE, "chain"},
        {{.address = "BC1QAR0SRRR7XFKVY5L643LYDNW9RE59GTZZWF5MDQ"}, TOC_MALFORMED, "canonical"},
        {{.address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp"}, TOC_MALFORMED, "address"},
        {{.address = ""}, TOC_MALFORMED, "address"},
        {{.invalid = true}, TOC_MALFORMED, "flagged as invalid"},
        {{.invalid = true, .chain = "btc"}, TOC_STATE, "chain"}, /* an alias is no name */
    };
    for (size_t i = 0; i < TOC_COUNT(cases); i++)
        refuse_bytes(record_of(TOC_RECORD_WALLET, 20, wallet_body(&cases[i].wallet)), cases[i].code,
                     cases[i].names);
}

static void an_amount_is_minimal_and_has_at_most_256_bits(void **state)
{
    (void)state;
    static const uint8_t number[33] = {1}, zero[1];
    wire_wallet wallet = {.has_asset = true, .has_amount = true, .decimals = 255};
    wallet.amount = toc_span_of(number, 32);
    accept_bytes(record_of(TOC_RECORD_WALLET, 20, wallet_body(&wallet)));
    wallet.amount = toc_span_of(number, 33);
    refuse_bytes(record_of(TOC_RECORD_WALLET, 20, wallet_body(&wallet)), TOC_LIMIT, "256 bits");
    wallet.amount = toc_span_of(zero, 1);
    refuse_bytes(record_of(TOC_RECORD_WALLET, 20, wallet_body(&wallet)), TOC_MALFORMED,
                 "leading zeros");
    wallet.amount = toc_span_of(number, 1);
    wallet.decimals = 256;
    refuse_bytes(record_of(TOC_RECORD_WALLET, 20, wallet_body(&wallet)), TOC_LIMIT, "decimals");
    wallet.has_amount = false;
    wallet.decimals = 18;
    refuse_bytes(record_of(TOC_RECORD_WALLET, 20, wallet_body(&wallet)), TOC_MALFORMED,
                 "not stated");
}

static void ids_and_roots_in_bytes_are_measured(void **state)
{
    (void)state;
    wire w = {.kind = TOC_RECORD_WALLET,
              .body_field = 20,
              .root_count = 1,
              .not_to_count = 1,
              .not_to_bytes = 32,
              .body = wallet_body(&(wire_wallet){0})};
    accept_bytes(wire_record(wire_statement(&w)));
    w.not_to_bytes = 31;
    refuse_bytes(wire_record(wire_statement(&w)), TOC_MALFORMED, "not_to");
    w.not_to_count = 0;
    w.root_count = TOC_ROOTS_MAX + 1;
    refuse_bytes(wire_record(wire_statement(&w)), TOC_LIMIT, "roots");
}

static void put_run(toc_buf *body, size_t addresses)
{
    toc_buf run = {0};
    put_text(&run, 1, btc_chain());
    for (size_t i = 0; i < addresses; i++)
        put_text(&run, 3, SAMPLE_SEGWIT);
    put_message(body, 2, &run);
}

static void members_in_bytes_are_counted_over_all_runs(void **state)
{
    (void)state;
    toc_buf body = {0};
    put_text(&body, 1, "c");
    refuse_bytes(record_of(TOC_RECORD_MEMBERS, 22, toc_buf_view(&body)), TOC_MALFORMED, "members");
    put_run(&body, TOC_CHUNK_MEMBERS_MAX);
    toc_span full = toc_arena_dup(arena, toc_buf_view(&body));
    accept_bytes(record_of(TOC_RECORD_MEMBERS, 22, full));
    put_run(&body, 0);
    refuse_bytes(record_of(TOC_RECORD_MEMBERS, 22, toc_buf_view(&body)), TOC_MALFORMED,
                 "run without an address");
    body.size = full.size;
    put_run(&body, 1);
    refuse_bytes(record_of(TOC_RECORD_MEMBERS, 22, toc_buf_view(&body)), TOC_LIMIT, "513");
    toc_buf_wipe(&body);
}

static toc_span retraction_body(uint64_t kind, size_t target_bytes, bool wallet, bool cluster)
{
    static const uint8_t zeros[33];
    toc_buf body = {0};
    put_bytes(&body, 1, toc_span_of(zeros, target_bytes));
    put_number(&body, 2, kind);
    put_number(&body, 3, TOC_RETRACT_ERROR);
    if (wallet)
        put_bytes(&body, 4, wallet_body(&(wire_wallet){0}));
    if (cluster)
        put_text(&body, 5, "c");
    return finish(&body);
}

static void a_retraction_in_bytes_carries_the_identity_of_the_kind_it_names(void **state)
{
    (void)state;
    static const struct {
        uint64_t kind;
        size_t target_bytes;
        bool wallet, cluster;
        const char *names; /* NULL: accepted */
    } cases[] = {
        {TOC_RECORD_WALLET, 32, true, false, NULL},
        {TOC_RECORD_CLUSTER, 32, false, true, NULL},
        {TOC_RECORD_WALLET, 32, true, true, "identity"},
        {TOC_RECORD_WALLET, 32, false, true, "identity"},
        {TOC_RECORD_WALLET, 32, false, false, "identity"},
        {TOC_RECORD_CLUSTER, 32, true, true, "identity"},
        {TOC_RECORD_CLUSTER, 32, false, false, "identity"},
        {TOC_RECORD_MEMBERS, 32, false, true, "target_kind"},
        {TOC_RECORD_WALLET, 31, true, false, "target"},
        {TOC_RECORD_WALLET, 33, true, false, "target"},
    };
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        toc_span body = retraction_body(cases[i].kind, cases[i].target_bytes, cases[i].wallet,
                                        cases[i].cluster);
        toc_span record = record_of(TOC_RECORD_RETRACTION, 23, body);
        if (cases[i].names == NULL)
            accept_bytes(record);
        else
            refuse_bytes(record, TOC_MALFORMED, cases[i].names);
    }
}

static toc_span good_statement(void)
{
    wire w = {.kind = TOC_RECORD_WALLET,
              .body_field = 20,
              .root_count = 1,
              .body = wallet_body(&(wire_wallet){0})};
    return wire_statement(&w);
}

static toc_span record_with_field(uint32_t field)
{
    toc_buf statement = {0};
    toc_buf_add_span(&statement, good_statement());
    put_number(&statement, field, 1);
    return wire_record(finish(&statement));
}

static void fields_of_the_future_need_a_newer_version_below_1000_only(void **state)
{
    (void)state;
    refuse_bytes(record_with_field(34), TOC_STATE, "newer version");
    refuse_bytes(record_with_field(999), TOC_STATE, "newer version");
    accept_bytes(record_with_field(1000));
    refuse_bytes(record_with_field(2), TOC_MALFORMED, "revision"); /* a second one */
}

typedef struct wire_approval {
    size_t officer_bytes, draft_bytes, signature_bytes;
    uint64_t decision;
} wire_approval;

static toc_span approved_record(size_t approvals, wire_approval approval)
{
    static const uint8_t zeros[65];
    toc_buf record = {0};
    put_bytes(&record, 1, good_statement());
    for (size_t i = 0; i < approvals; i++) {
        toc_buf one = {0};
        put_bytes(&one, 1, toc_span_of(zeros, approval.officer_bytes));
        put_bytes(&one, 2, toc_span_of(zeros, approval.draft_bytes));
        put_number(&one, 3, 1742000000000);
        put_number(&one, 4, approval.decision);
        put_bytes(&one, 5, toc_span_of(zeros, approval.signature_bytes));
        put_message(&record, 2, &one);
    }
    return finish(&record);
}

static void approvals_have_their_shape(void **state)
{
    (void)state;
    accept_bytes(approved_record(1, (wire_approval){32, 32, 64, 1}));
    accept_bytes(approved_record(TOC_OFFICERS_MAX, (wire_approval){32, 32, 64, 2}));
    refuse_bytes(approved_record(TOC_OFFICERS_MAX + 1, (wire_approval){32, 32, 64, 1}), TOC_LIMIT,
                 "approvals");
    static const wire_approval wrong[] = {
        {32, 32, 64, 0}, {32, 32, 64, 3}, {31, 32, 64, 1}, {32, 0, 64, 1}, {32, 32, 65, 1},
    };
    for (size_t i = 0; i < TOC_COUNT(wrong); i++)
        refuse_bytes(approved_record(1, wrong[i]), TOC_MALFORMED, "approvals");
}

static void a_draft_is_no_record(void **state)
{
    (void)state;
    toc_statement draft = sample_wallet_claim();
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    draft.revision = 0;
    draft.issued_at.unix_ms = 0;
    draft.root_count = 0;
    TOC_CHECK_OK(toc_draft_encode(&draft, &buf, &err));
    refuse_bytes(wire_record(toc_buf_view(&buf)), TOC_MALFORMED, "revision");
}

int main(void)
{
#define BYTES_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        BYTES_TEST(a_body_is_that_of_the_kind),
        BYTES_TEST(an_address_has_its_canonical_spelling_on_a_known_chain),
        BYTES_TEST(an_amount_is_minimal_and_has_at_most_256_bits),
        BYTES_TEST(ids_and_roots_in_bytes_are_measured),
        BYTES_TEST(members_in_bytes_are_counted_over_all_runs),
        BYTES_TEST(a_retraction_in_bytes_carries_the_identity_of_the_kind_it_names),
        BYTES_TEST(fields_of_the_future_need_a_newer_version_below_1000_only),
        BYTES_TEST(approvals_have_their_shape),
        BYTES_TEST(a_draft_is_no_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
