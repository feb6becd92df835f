/* The table of chains, its names and numbers, and the classes of subjects. */
#include "tests/support/check.h"

#include "proto/address/chain.h"
#include "proto/address/modules.h"
#include "proto/crypto/hash.h"

#include <stdio.h>

static void rows_are_sorted_and_found_by_their_caip2_name(void **state)
{
    (void)state;
    assert_true(toc_chain_count() > 100);
    for (size_t i = 0; i < toc_chain_count(); i++) {
        const toc_chain *chain = toc_chain_at(i);
        if (i > 0)
            assert_true(strcmp(toc_chain_at(i - 1)->caip2, chain->caip2) < 0);
        assert_ptr_equal(toc_chain_by_caip2(toc_span_text(chain->caip2)), chain);
        assert_ptr_equal(toc_chain_find(toc_span_text(chain->caip2)), chain);
        assert_ptr_equal(toc_chain_by_number(toc_chain_number(chain)), chain);
        assert_string_equal(toc_chain_caip2(chain), chain->caip2);
    }
}

/* CAIP-2: namespace [-a-z0-9]{3,8}, reference [-_a-zA-Z0-9]{1,32}. */
static void every_name_of_a_row_is_in_the_grammar_of_caip2(void **state)
{
    (void)state;
    for (size_t i = 0; i < toc_chain_count(); i++) {
        const char *caip2 = toc_chain_at(i)->caip2;
        size_t name = strspn(caip2, "-abcdefghijklmnopqrstuvwxyz0123456789");
        assert_in_range(name, 3, 8);
        assert_int_equal(caip2[name], ':');
        const char *reference = caip2 + name + 1;
        size_t length =
            strspn(reference, "-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
        assert_in_range(length, 1, 32);
        assert_int_equal(reference[length], '\0');
    }
}

static void numbers_symbols_and_test_families_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < toc_chain_count(); i++) {
        const toc_chain *chain = toc_chain_at(i);
        assert_true(chain->number != 0 && chain->family != 0 && chain->form != NULL);
        assert_ptr_equal(toc_chain_find(toc_span_text(chain->symbol)), chain);
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(chain->number, toc_chain_at(j)->number);
            assert_string_not_equal(chain->symbol, toc_chain_at(j)->symbol);
            bool both_cosmos =
                chain->form == toc_form_cosmos && toc_chain_at(j)->form == toc_form_cosmos;
            if (both_cosmos)
                assert_int_not_equal(chain->family, toc_chain_at(j)->family);
        }
        assert_true(toc_chain_is_testnet(chain) == ((chain->family & TOC_FAMILY_TEST_BIT) != 0));
    }
}

/* Stored numbers: this list may grow and must never change. */
static void numbers_that_are_stored_have_not_changed(void **state)
{
    (void)state;
    static const struct {
        const char *symbol;
        uint16_t number;
        uint8_t family;
    } rows[] = {
        {"BTC", 1, 1},          {"LTC", 2, 2},     {"BCH", 3, 3},     {"BSV", 4, 4},
        {"DOGE", 5, 5},         {"DASH", 6, 6},    {"ZEC", 7, 7},     {"TRX", 8, 9},
        {"XRP", 9, 10},         {"XLM", 10, 11},   {"SOL", 11, 12},   {"XMR", 12, 13},
        {"ADA", 13, 14},        {"DOT", 14, 15},   {"KSM", 15, 15},   {"ETH", 20, 8},
        {"BNB", 26, 8},         {"POL", 32, 8},    {"ARB", 67, 8},    {"TON", 200, 16},
        {"ALGO", 201, 17},      {"XTZ", 202, 18},  {"NEAR", 203, 19}, {"HBAR", 204, 20},
        {"FIL", 205, 21},       {"ATOM", 300, 32}, {"OSMO", 301, 33}, {"TBTC", 101, 0x81},
        {"SEPOLIA", 120, 0x88},
    };
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        const toc_chain *chain = toc_chain_find(toc_span_text(rows[i].symbol));
        assert_non_null(chain);
        assert_int_equal(toc_chain_number(chain), rows[i].number);
        assert_int_equal(chain->family, rows[i].family);
    }
}

static void aliases_are_found_in_any_case_and_unknown_names_are_not(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"XBT", "BTC"},      {"bitcoin", "BTC"},
                                           {"MATIC", "POL"},    {"TRON", "TRX"},
                                           {"trx", "TRX"},      {"eip155:1", "ETH"},
                                           {"Ethereum", "ETH"}, {"EIP155:137", "POL"},
                                           {"BSC", "BNB"},      {"ripple", "XRP"},
                                           {"cosmos", "ATOM"},  {"tron:0x2b6653dc", "TRX"},
                                           {"TONCOIN", "TON"},  {"Binance Smart Chain", "BNB"}};
    for (size_t i = 0; i < TOC_COUNT(pairs); i++) {
        const toc_chain *chain = toc_chain_find(toc_span_text(pairs[i][0]));
        if (chain == NULL)
            fail_msg("%s", pairs[i][0]);
        assert_string_equal(toc_chain_symbol(chain), pairs[i][1]);
    }
    assert_null(toc_chain_find(toc_span_text("USDT")));
    assert_null(toc_chain_find(toc_span_text("")));
    assert_null(toc_chain_find(toc_span_text("eip155:")));
    assert_null(toc_chain_find(
        toc_span_text("a name that is much longer than any chain in the table ever had")));
    assert_null(toc_chain_by_number(0));
}

static void classes_fix_the_length_and_say_what_links(void **state)
{
    (void)state;
    size_t known = 0;
    for (unsigned number = 0; number < 256; number++) {
        size_t bytes = toc_class_payload_bytes((uint8_t)number);
        assert_true(bytes == 0 || bytes == 20 || bytes == 32);
        known += bytes != 0;
        bool links = number == TOC_CLASS_KEY_HASH160 || number == TOC_CLASS_ACCOUNT_KECCAK20 ||
                     number == TOC_CLASS_KEY_ED25519 || number == TOC_CLASS_KEY_SS58;
        assert_true(toc_class_links((uint8_t)number) == links);
    }
    assert_int_equal(known, 13);
}

static void a_subject_is_read_back_only_with_its_class_and_length(void **state)
{
    (void)state;
    uint8_t bytes[TOC_SUBJECT_BYTES_MAX + 1] = {0};
    toc_subject subject = {.size = 99};
    toc_err err;
    for (unsigned number = 0; number < 256; number++) {
        bytes[0] = (uint8_t)number;
        size_t right = toc_class_payload_bytes((uint8_t)number);
        for (size_t size = 0; size <= sizeof bytes; size++) {
            subject.size = 99;
            toc_code code = toc_subject_read(toc_span_of(bytes, size), &subject, &err);
            if (right != 0 && size == right + 3) {
                assert_int_equal(code, TOC_OK);
                assert_int_equal(subject.size, size);
                size_t vertex = toc_subject_vertex(&subject).size;
                assert_int_equal(vertex, toc_class_links((uint8_t)number) ? size - 2 : size);
            } else {
                assert_int_equal(code, TOC_MALFORMED);
                assert_int_equal(subject.size, 99);
            }
        }
    }
}

static void module_and_escrow_accounts_are_told_by_their_hash(void **state)
{
    (void)state;
    toc_hash hash;
    assert_true(toc_module_count() > 60);
    for (size_t i = 0; i < toc_module_count(); i++) {
        toc_sha256(toc_span_text(toc_module_name(i)), &hash);
        if (!toc_module_account(hash.bytes))
            fail_msg("%s", toc_module_name(i));
        hash.bytes[19] ^= 1;
        assert_false(toc_module_account(hash.bytes));
    }
    for (unsigned channel = 0; channel < TOC_ESCROW_CHANNELS + 2; channel++) {
        char text[64] = "ics20-1";
        int size = snprintf(text + 8, sizeof text - 8, "transfer/channel-%u", channel);
        toc_sha256(toc_span_of(text, 8 + (size_t)size), &hash);
        assert_true(toc_module_account(hash.bytes) == (channel < TOC_ESCROW_CHANNELS));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sorted_and_found_by_their_caip2_name),
        cmocka_unit_test(every_name_of_a_row_is_in_the_grammar_of_caip2),
        cmocka_unit_test(numbers_symbols_and_test_families_are_unique),
        cmocka_unit_test(numbers_that_are_stored_have_not_changed),
        cmocka_unit_test(aliases_are_found_in_any_case_and_unknown_names_are_not),
        cmocka_unit_test(classes_fix_the_length_and_say_what_links),
        cmocka_unit_test(a_subject_is_read_back_only_with_its_class_and_length),
        cmocka_unit_test(module_and_escrow_accounts_are_told_by_their_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
