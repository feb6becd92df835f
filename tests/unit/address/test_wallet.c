/* Every family against addresses of its standard: what they are, one canonical spelling, and back.
 */
#include "tests/support/check.h"

#include "proto/address/chain.h"
#include "proto/base/text.h"
#include "tests/support/vectors.h"

static const toc_chain *chain_of(const toc_vector *vector)
{
    const toc_chain *chain = toc_chain_find(toc_span_text(toc_vector_text(vector, "chain")));
    if (chain == NULL)
        fail_msg("line %zu: unknown chain", toc_vector_line(vector));
    return chain;
}

static void parse_vector(const toc_vector *vector, toc_wallet *out)
{
    toc_err err;
    toc_code code = toc_wallet_parse_on(chain_of(vector),
                                        toc_span_text(toc_vector_text(vector, "text")), out, &err);
    if (code != TOC_OK)
        fail_msg("line %zu: %s", toc_vector_line(vector), err.text);
}

static const char *tag_of(const toc_vector *vector)
{
    return toc_vector_has(vector, "tag") ? toc_vector_text(vector, "tag") : "";
}

static void addresses_of_the_standards_are_what_the_standards_say(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("address-valid.txt", 281);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_wallet wallet;
        parse_vector(vector, &wallet);
        toc_span payload = toc_vector_hex(vector, "payload");
        if (strcmp(wallet.address, toc_vector_text(vector, "canonical")) != 0)
            fail_msg("line %zu: %s", toc_vector_line(vector), wallet.address);
        assert_string_equal(wallet.kind, toc_vector_text(vector, "kind"));
        assert_string_equal(wallet.tag, tag_of(vector));
        assert_ptr_equal(wallet.chain, chain_of(vector));
        assert_int_equal(wallet.subject.size, payload.size + 3);
        assert_int_equal(wallet.subject.bytes[0], toc_vector_u64(vector, "class"));
        assert_memory_equal(wallet.subject.bytes + 1, payload.data, payload.size);
        assert_int_equal(wallet.subject.bytes[wallet.subject.size - 2], wallet.chain->family);
        assert_int_equal(wallet.flags & (TOC_WALLET_CHAIN_INFERRED | TOC_WALLET_CHAIN_CORRECTED |
                                         TOC_WALLET_INVALID),
                         0);
        assert_true(((wallet.flags & TOC_WALLET_TEST_NETWORK) != 0) ==
                    toc_chain_is_testnet(wallet.chain));
    }
}

static void the_canonical_spelling_reads_back_to_the_same_wallet_and_no_other_does(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("address-valid.txt", 281);
    size_t others = 0;
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_wallet wallet, read;
        toc_err err;
        parse_vector(vector, &wallet);
        toc_span caip2 = toc_span_text(wallet.chain->caip2), tag = toc_span_text(wallet.tag);
        TOC_CHECK_OK(toc_wallet_read(caip2, toc_span_text(wallet.address), tag, &read, &err));
        assert_true(
            toc_span_equal(toc_subject_view(&read.subject), toc_subject_view(&wallet.subject)));
        assert_string_equal(read.address, wallet.address);
        assert_string_equal(read.tag, wallet.tag);
        assert_string_equal(read.kind, wallet.kind);
        const char *text = toc_vector_text(vector, "text");
        if (strcmp(text, wallet.address) == 0)
            continue;
        others++;
        TOC_CHECK_FAILS(TOC_MALFORMED,
                        toc_wallet_read(caip2, toc_span_text(text), tag, &read, &err));
    }
    assert_true(others > 40);
}

static void caip10_reads_back_to_the_same_wallet(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("address-valid.txt", 281);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_wallet wallet;
        toc_wallet_candidates found;
        toc_err err;
        parse_vector(vector, &wallet);
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_wallet_caip10(&wallet, &text);
        TOC_CHECK_OK(toc_buf_ok(&text, &err));
        if (text.size > TOC_ADDRESS_BYTES_MAX)
            continue; /* a unified address with the chain before it is longer than a text may be */
        TOC_CHECK_OK(toc_wallet_parse(toc_buf_view(&text), &found, &err));
        assert_int_equal(found.count, 1);
        if (strcmp(found.wallets[0].address, wallet.address) != 0)
            fail_msg("%s: %s", toc_buf_text(&text), found.wallets[0].address);
        assert_string_equal(found.wallets[0].tag, wallet.tag);
        assert_ptr_equal(found.wallets[0].chain, wallet.chain);
        assert_true(toc_span_equal(toc_subject_view(&found.wallets[0].subject),
                                   toc_subject_view(&wallet.subject)));
    }
}

static void a_bare_address_finds_its_chain_among_the_candidates(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("address-valid.txt", 281);
    size_t found_count = 0;
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        const toc_chain *chain = chain_of(vector);
        const char *text = toc_vector_text(vector, "text");
        toc_wallet_candidates found;
        toc_err err;
        if ((chain->flags & TOC_CHAIN_BARE) == 0 ||
            (strncmp(text, "0x", 2) == 0 && chain->number != 20) || chain->form == toc_form_near)
            continue;
        toc_code code = toc_wallet_parse(toc_span_text(text), &found, &err);
        if (code != TOC_OK)
            fail_msg("line %zu: %s", toc_vector_line(vector), err.text);
        bool there = false;
        for (size_t j = 0; j < found.count; j++) {
            there = there || found.wallets[j].chain == chain;
            bool named = strncmp(text, "bitcoincash:", 12) == 0;
            assert_true(named || (found.wallets[j].flags & TOC_WALLET_CHAIN_INFERRED) != 0);
        }
        if (!there)
            fail_msg("line %zu: %s is not among the candidates", toc_vector_line(vector),
                     chain->symbol);
        found_count++;
    }
    assert_true(found_count > 200);
}

static void
what_the_standards_refuse_is_refused_with_its_reason_and_leaves_out_untouched(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("address-refused.txt", 158);
    size_t reasons = 0;
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_wallet wallet, untouched;
        toc_err err = {0};
        memset(&wallet, 0xA5, sizeof wallet);
        untouched = wallet;
        toc_code code = toc_wallet_parse_on(
            chain_of(vector), toc_span_text(toc_vector_text(vector, "text")), &wallet, &err);
        if (code != TOC_MALFORMED)
            fail_msg("line %zu: %s", toc_vector_line(vector), toc_code_name(code));
        assert_memory_equal(&wallet, &untouched, sizeof wallet);
        assert_true(err.text[0] != '\0');
        if (!toc_vector_has(vector, "says"))
            continue;
        reasons++;
        if (strstr(err.text, toc_vector_text(vector, "says")) == NULL)
            fail_msg("line %zu: %s", toc_vector_line(vector), err.text);
    }
    assert_true(reasons >= 10);
}

static void an_unknown_chain_is_not_found_when_reading(void **state)
{
    (void)state;
    toc_wallet wallet;
    toc_err err;
    toc_span address = toc_span_text("0x52908400098527886E0F7030069857D2E4169EE7"),
             none = toc_span_of(NULL, 0);
    TOC_CHECK_FAILS(TOC_NOT_FOUND, toc_wallet_read(toc_span_text("eip155:4242424242"), address,
                                                   none, &wallet, &err));
    TOC_CHECK_FAILS(TOC_NOT_FOUND,
                    toc_wallet_read(toc_span_text("ETH"), address, none, &wallet, &err));
    TOC_CHECK_FAILS(TOC_MALFORMED,
                    toc_wallet_read(toc_span_text("eip155:1"), none, none, &wallet, &err));
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_wallet_read(toc_span_text("eip155:1"), address,
                                                   toc_span_text("7"), &wallet, &err));
}

static void tags_are_checked_and_spelled_one_way(void **state)
{
    (void)state;
    static const struct {
        const char *chain, *address, *tag, *canonical;
    } rows[] = {
        {"XRP", "rJrRMgiRgrU6hDF4pgu5DXQdWyPbY35ErN", "4294967295", "4294967295"},
        {"XRP", "rJrRMgiRgrU6hDF4pgu5DXQdWyPbY35ErN", "4294967296", NULL},
        {"XRP", "rJrRMgiRgrU6hDF4pgu5DXQdWyPbY35ErN", "007", NULL},
        {"XRP", "rJrRMgiRgrU6hDF4pgu5DXQdWyPbY35ErN", "abc", NULL},
        {"XLM", "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ", "payment reference",
         "payment reference"},
        {"XLM", "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ", "a\nb", NULL},
        {"XLM", "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ", "a\x80", NULL},
        {"XLM", "MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUQ", "1", NULL},
        {"XLM", "MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUQ", "0", "0"},
        {"XMR",
         "42ey1afDFnn4886T7196doS9GPMzexD9gXpsZJDwVjeRVdFCSoHnv7KPbBeGpzJBzHRCAs9UxqeoyFQMYbqSWYTfJ"
         "JQAWDm",
         "0123456789ABCDEF", "0123456789abcdef"},
        {"XMR",
         "42ey1afDFnn4886T7196doS9GPMzexD9gXpsZJDwVjeRVdFCSoHnv7KPbBeGpzJBzHRCAs9UxqeoyFQMYbqSWYTfJ"
         "JQAWDm",
         "0123456789abcde", NULL},
        {"BTC", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1", NULL},
    };
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        toc_wallet wallet;
        toc_err err;
        TOC_CHECK_OK(toc_wallet_parse_on(toc_chain_find(toc_span_text(rows[i].chain)),
                                         toc_span_text(rows[i].address), &wallet, &err));
        toc_code code = toc_wallet_set_tag(&wallet, toc_span_text(rows[i].tag), &err);
        if ((code == TOC_OK) != (rows[i].canonical != NULL))
            fail_msg("row %zu", i);
        if (code == TOC_OK)
            assert_string_equal(wallet.tag, rows[i].canonical);
    }
}

static void a_memo_with_any_character_survives_caip10(void **state)
{
    (void)state;
    static const char *const memos[] = {"a b", "50% off: 1-2", "\xC3\xBC", "a%20b", "-", "0-1"};
    static const char *const wallets[][2] = {
        {"ATOM", "cosmos1depk54cuajgkzea6zpgkq36tnjwdzv4afc3d27"},
        {"TON", "EQAs9VlT6S776tq3unJcP5Ogsj-ELLunLXuOb1EKcOQi4wJB"},
        {"HBAR", "0.0.123"},
        {"XLM", "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ"},
    };
    for (size_t i = 0; i < TOC_COUNT(memos) * TOC_COUNT(wallets); i++) {
        const char *memo = memos[i % TOC_COUNT(memos)];
        const char *const *row = wallets[i / TOC_COUNT(memos)];
        toc_wallet wallet;
        toc_wallet_candidates found;
        toc_err err;
        TOC_CHECK_OK(toc_wallet_parse_on(toc_chain_find(toc_span_text(row[0])),
                                         toc_span_text(row[1]), &wallet, &err));
        TOC_CHECK_OK(toc_wallet_set_tag(&wallet, toc_span_text(memo), &err));
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_wallet_caip10(&wallet, &text);
        TOC_CHECK_OK(toc_wallet_parse(toc_buf_view(&text), &found, &err));
        assert_string_equal(found.wallets[0].tag, memo);
        assert_string_equal(found.wallets[0].address, wallet.address);
    }
}

static void a_unified_address_gives_its_receivers(void **state)
{
    (void)state;
    /* zcash-test-vectors, unified_address, first case: p2pkh and Sapling. */
    static const char unified[] =
        "u1fl5mprj0t9p4jg92hjjy8q5myvwc60c9wv0xachauqpn3c3k4xwzlaueafq27dcg7tzzzaz5jl8tyj93"
        "wgs983y0jq0qfhzu6n4r8rakpv5f4gg2lrw4z6pyqqcrcqx04d38yunc6je";
    toc_wallet wallet, alone;
    toc_wallet_candidates receivers;
    toc_err err;
    const toc_chain *zcash = toc_chain_find(toc_span_text("ZEC"));
    TOC_CHECK_OK(toc_wallet_parse_on(zcash, toc_span_text(unified), &wallet, &err));
    TOC_CHECK_OK(toc_wallet_receivers(&wallet, &receivers, &err));
    assert_int_equal(receivers.count, 2);
    assert_string_equal(receivers.wallets[0].kind, "p2pkh");
    uint8_t expected[20];
    TOC_CHECK_OK(toc_hex_decode(toc_span_text("a7244a362f49f29644a955cf0039b88a61657861"), expected,
                                20, &err));
    assert_memory_equal(receivers.wallets[0].subject.bytes + 1, expected, 20);
    assert_string_equal(receivers.wallets[1].kind, "sapling");
    for (size_t i = 0; i < receivers.count; i++) {
        TOC_CHECK_OK(
            toc_wallet_parse_on(zcash, toc_span_text(receivers.wallets[i].address), &alone, &err));
        assert_true(toc_span_equal(toc_subject_view(&alone.subject),
                                   toc_subject_view(&receivers.wallets[i].subject)));
    }
    TOC_CHECK_OK(toc_wallet_receivers(&alone, &receivers, &err));
    assert_int_equal(receivers.count, 0);
}

/* The three receivers of a case with Orchard: the Orchard one is a unified address of its own. */
static void an_orchard_receiver_is_a_unified_address_that_holds_only_itself(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("address-valid.txt", 281);
    size_t orchard = 0;
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_wallet wallet, alone;
        toc_wallet_candidates receivers, again;
        toc_err err;
        if (strcmp(toc_vector_text(vector, "kind"), "unified") != 0)
            continue;
        parse_vector(vector, &wallet);
        TOC_CHECK_OK(toc_wallet_receivers(&wallet, &receivers, &err));
        const toc_wallet *last = &receivers.wallets[receivers.count - 1];
        if (strcmp(last->kind, "unified") != 0)
            continue;
        TOC_CHECK_OK(toc_wallet_parse_on(wallet.chain, toc_span_text(last->address), &alone, &err));
        assert_true(
            toc_span_equal(toc_subject_view(&alone.subject), toc_subject_view(&last->subject)));
        TOC_CHECK_OK(toc_wallet_receivers(&alone, &again, &err));
        assert_int_equal(again.count, 1);
        assert_string_equal(again.wallets[0].address, last->address);
        orchard++;
    }
    assert_true(orchard >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_the_standards_are_what_the_standards_say),
        cmocka_unit_test(the_canonical_spelling_reads_back_to_the_same_wallet_and_no_other_does),
        cmocka_unit_test(caip10_reads_back_to_the_same_wallet),
        cmocka_unit_test(a_bare_address_finds_its_chain_among_the_candidates),
        cmocka_unit_test(
            what_the_standards_refuse_is_refused_with_its_reason_and_leaves_out_untouched),
        cmocka_unit_test(an_unknown_chain_is_not_found_when_reading),
        cmocka_unit_test(tags_are_checked_and_spelled_one_way),
        cmocka_unit_test(a_memo_with_any_character_survives_caip10),
        cmocka_unit_test(a_unified_address_gives_its_receivers),
        cmocka_unit_test(an_orchard_receiver_is_a_unified_address_that_holds_only_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
