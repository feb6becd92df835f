/* The ways in which people and lists write a wallet: bare, named, CAIP-10, payment URI, ticker. */
#include <stdio.h>

#include "tests/support/check.h"

#include "proto/address/wallet.h"

#define SATOSHI   "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
#define VITALIK   "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
#define USDT_TRON "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"

typedef struct form_row {
    const char *text;
    const char *chain; /* symbol, NULL when it is refused */
    const char *address;
    const char *tag;
} form_row;

static const form_row forms[] = {
    {"BTC " SATOSHI, "BTC", SATOSHI, ""},
    {"BTC:" SATOSHI, "BTC", SATOSHI, ""},
    {"  xbt\t" SATOSHI "\n", "BTC", SATOSHI, ""},
    {"bitcoin:" SATOSHI "?amount=20.3&label=Luke-Jr", "BTC", SATOSHI, ""}, /* BIP-21 */
    {"BITCOIN:BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4?amount=1", "BTC",
     "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", ""},
    {"bip122:000000000019d6689c085ae165831e93:128Lkh3S7CkDTBZ8W7BbpsN3YYizJMp8p6", "BTC",
     "128Lkh3S7CkDTBZ8W7BbpsN3YYizJMp8p6", ""}, /* CAIP-10 profile, test case */
    {"bip122:000000000000000000b15ad892af8f6a:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "BCH",
     "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", ""},
    {"eip155:1:0xd8da6bf26964af9d7eed9e03e53415d37aa96045", "ETH", VITALIK, ""},
    {"ETH " VITALIK, "ETH", VITALIK, ""},
    {"eth:d8da6bf26964af9d7eed9e03e53415d37aa96045", "ETH", VITALIK, ""},
    {"arb1:" VITALIK, "ARB", VITALIK, ""},                           /* EIP-3770 */
    {"ethereum:" VITALIK "@137?value=2.014e18", "POL", VITALIK, ""}, /* EIP-681 */
    {"ethereum:pay-" VITALIK, "ETH", VITALIK, ""},
    {"ethereum:0x89205A3A3b2A69De6Dbf7f01ED13B2108B2c43e7/transfer?address=" VITALIK "&uint256=1",
     "ETH", VITALIK, ""},
    {"ethereum:" VITALIK "@4242424242", NULL, NULL, NULL},
    {"LTC 3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC", "LTC", "MJiPwX84iBe4WnFDwsYGgtnz1XonPhUqhf", ""},
    /* Key hashes that begin as Bech32 of Litecoin does (encoded by Python alone). */
    {"LTC1zzzzzzzzzzzzzzz5555555553JNtpA", "LTC", "LTC1zzzzzzzzzzzzzzz5555555553JNtpA", ""},
    {"LTC LTc1zzzzzzzzzzzzzzz5555555555ms6GY", "LTC", "LTc1zzzzzzzzzzzzzzz5555555555ms6GY", ""},
    {"tron:" USDT_TRON, "TRX", USDT_TRON, ""},
    {"tron:728126428:" USDT_TRON, "TRX", USDT_TRON, ""},
    {"tron:0x2b6653dc:" USDT_TRON, "TRX", USDT_TRON, ""},
    {"TRON 41a614f803b6fd780986a42c78ec9c7f77e6ded13c", "TRX", USDT_TRON, ""},
    {"TRON 0xa614f803b6fd780986a42c78ec9c7f77e6ded13c", "TRX", USDT_TRON, ""},
    {"ronin:d8da6bf26964af9d7eed9e03e53415d37aa96045", "RON", VITALIK, ""},
    {"ronin:" VITALIK, "RON", VITALIK, ""},
    {"xdcd8da6bf26964af9d7eed9e03e53415d37aa96045", "XDC", VITALIK, ""},
    {"one103q7qe5t2505lypvltkqtddaef5tzfxwsse4z7", "ONE",
     "0x7c41E0668B551f4f902cFaec05B5Bdca68b124CE", ""},
    {"xrpl:0:rJrRMgiRgrU6hDF4pgu5DXQdWyPbY35ErN-12345", "XRP", "rJrRMgiRgrU6hDF4pgu5DXQdWyPbY35ErN",
     "12345"},
    {"ripple:rJrRMgiRgrU6hDF4pgu5DXQdWyPbY35ErN?dt=12345", "XRP",
     "rJrRMgiRgrU6hDF4pgu5DXQdWyPbY35ErN", "12345"},
    {"stellar:pubnet:GDQP2KPQGKIHYJGXNUIYOMHARUARCA7DJT5FO2FFOOKY3B2WSQHG4W37-payment-reference",
     "XLM", "GDQP2KPQGKIHYJGXNUIYOMHARUARCA7DJT5FO2FFOOKY3B2WSQHG4W37", "payment-reference"},
    {"web+stellar:pay?destination=GDQP2KPQGKIHYJGXNUIYOMHARUARCA7DJT5FO2FFOOKY3B2WSQHG4W37&memo=42",
     "XLM", "GDQP2KPQGKIHYJGXNUIYOMHARUARCA7DJT5FO2FFOOKY3B2WSQHG4W37", "42"}, /* SEP-7 */
    {"ton://transfer/EQAs9VlT6S776tq3unJcP5Ogsj-ELLunLXuOb1EKcOQi4wJB?amount=1&text=a%20b", "TON",
     "EQAs9VlT6S776tq3unJcP5Ogsj-ELLunLXuOb1EKcOQi4wJB", "a b"},
    {"0:2cf55953e92efbeadab7ba725c3f93a0b23f842cbba72d7b8e6f510a70e422e3", "TON",
     "EQAs9VlT6S776tq3unJcP5Ogsj-ELLunLXuOb1EKcOQi4wJB", ""},
    {"TON:0:2cf55953e92efbeadab7ba725c3f93a0b23f842cbba72d7b8e6f510a70e422e3", "TON",
     "EQAs9VlT6S776tq3unJcP5Ogsj-ELLunLXuOb1EKcOQi4wJB", ""},
    {"hedera:mainnet:0.0.123-vfmkw", "HBAR", "0.0.123", ""},
    {"hedera:mainnet:0.0.123-vfmkw-abcde", "HBAR", "0.0.123", "abcde"},
    {"hedera:mainnet:0.0.123-vfmkx", NULL, NULL, NULL},
    {"monero:"
     "42ey1afDFnn4886T7196doS9GPMzexD9gXpsZJDwVjeRVdFCSoHnv7KPbBeGpzJBzHRCAs9UxqeoyFQMYbqSWYTfJJQAW"
     "Dm"
     "?tx_payment_id=0123456789abcdef",
     "XMR",
     "42ey1afDFnn4886T7196doS9GPMzexD9gXpsZJDwVjeRVdFCSoHnv7KPbBeGpzJBzHRCAs9UxqeoyFQMYbqSWYTfJJQAW"
     "Dm",
     "0123456789abcdef"},
    {"bob.near", "NEAR", "bob.near", ""},
    {"polkadot:b0a8d493285c2df73290dfb7e61f870f:HRkCrbmke2XeabJ5fxJdgXWpBRPkXWfWHY8eTeCKwDdf4k6",
     "KSM", "HRkCrbmke2XeabJ5fxJdgXWpBRPkXWfWHY8eTeCKwDdf4k6", ""},
    {"USDT " USDT_TRON, "TRX", USDT_TRON, ""},
    {"usdt:" USDT_TRON, "TRX", USDT_TRON, ""},
    {"USDT 1KdXaqcBeoMAFVAPwTmYvDbEq6RnvNPF6J", "BTC", "1KdXaqcBeoMAFVAPwTmYvDbEq6RnvNPF6J", ""},
    {"FOO:" SATOSHI, NULL, NULL, NULL},
    {"FOO " SATOSHI, NULL, NULL, NULL},
    {"eip155:4242424242:" VITALIK, NULL, NULL, NULL},
    {"", NULL, NULL, NULL},
    {"BTC", NULL, NULL, NULL},
    {"BTC:", NULL, NULL, NULL},
    {":", NULL, NULL, NULL},
    {"0:", NULL, NULL, NULL},
    {"BTC " SATOSHI " " SATOSHI, NULL, NULL, NULL},
};

static void every_form_gives_the_one_wallet_it_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < TOC_COUNT(forms); i++) {
        toc_wallet_candidates found;
        toc_err err = {0};
        toc_code code = toc_wallet_parse(toc_span_text(forms[i].text), &found, &err);
        if ((code == TOC_OK) != (forms[i].chain != NULL))
            fail_msg("%s: %s", forms[i].text, err.text);
        if (code != TOC_OK)
            continue;
        assert_int_equal(found.count, 1);
        if (strcmp(toc_chain_symbol(found.wallets[0].chain), forms[i].chain) != 0)
            fail_msg("%s: %s", forms[i].text, toc_chain_symbol(found.wallets[0].chain));
        assert_string_equal(found.wallets[0].address, forms[i].address);
        assert_string_equal(found.wallets[0].tag, forms[i].tag);
    }
}

static void unknown_chains_are_not_found_rather_than_malformed(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "FOO:" SATOSHI, "eip155:4242424242:" VITALIK, "ethereum:" VITALIK "@4242424242",
        "cosmos:nowhere-1:cosmos1depk54cuajgkzea6zpgkq36tnjwdzv4afc3d27"};
    for (size_t i = 0; i < TOC_COUNT(texts); i++) {
        toc_wallet_candidates found;
        toc_err err;
        TOC_CHECK_FAILS(i < 3 ? TOC_NOT_FOUND : TOC_MALFORMED,
                        toc_wallet_parse(toc_span_text(texts[i]), &found, &err));
    }
}

static void expect_candidates(const char *text, const char *const *symbols, size_t count)
{
    toc_wallet_candidates found;
    toc_err err = {0};
    TOC_CHECK_OK(toc_wallet_parse(toc_span_text(text), &found, &err));
    assert_int_equal(found.count, count);
    for (size_t i = 0; i < count; i++) {
        bool there = false;
        for (size_t j = 0; j < count; j++)
            there = there || strcmp(toc_chain_symbol(found.wallets[j].chain), symbols[i]) == 0;
        if (!there)
            fail_msg("%s: no %s", text, symbols[i]);
    }
}

static void a_bare_address_that_fits_several_chains_has_candidates(void **state)
{
    (void)state;
    expect_candidates(SATOSHI, (const char *const[]){"BTC", "BCH", "BSV"}, 3);
    expect_candidates("3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC",
                      (const char *const[]){"BTC", "LTC", "BCH", "BSV"}, 4);
    expect_candidates(VITALIK, (const char *const[]){"ETH"}, 1);
    expect_candidates(USDT_TRON, (const char *const[]){"TRX"}, 1);
    expect_candidates("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
                      (const char *const[]){"BCH"}, 1);
    expect_candidates("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", (const char *const[]){"BCH"},
                      1);
}

static void
a_bare_0x_address_is_ethereum_inferred_and_without_checksum_in_small_letters(void **state)
{
    (void)state;
    toc_wallet_candidates found;
    toc_err err;
    TOC_CHECK_OK(toc_wallet_parse(toc_span_text("0xd8da6bf26964af9d7eed9e03e53415d37aa96045"),
                                  &found, &err));
    assert_int_equal(found.wallets[0].flags,
                     TOC_WALLET_CHAIN_INFERRED | TOC_WALLET_CHECKSUM_ABSENT);
    TOC_CHECK_OK(toc_wallet_parse(toc_span_text(VITALIK), &found, &err));
    assert_int_equal(found.wallets[0].flags, TOC_WALLET_CHAIN_INFERRED);
    TOC_CHECK_FAILS(TOC_MALFORMED, /* capitals in the prefix are what no tool prints */
                    toc_wallet_parse(toc_span_text("0XD1220A0CF47C7B9BE7A2E6BA89F429762E7B9ADB"),
                                     &found, &err));
}

static void a_wrong_chain_is_corrected_by_a_checksum_and_refused_without_one(void **state)
{
    (void)state;
    toc_wallet wallet;
    toc_err err;
    const toc_chain *ethereum = toc_chain_find(toc_span_text("ETH")),
                    *bitcoin = toc_chain_find(toc_span_text("BTC"));
    TOC_CHECK_OK(toc_wallet_parse_on(ethereum, toc_span_text(USDT_TRON), &wallet, &err));
    assert_string_equal(toc_chain_symbol(wallet.chain), "TRX");
    assert_int_equal(wallet.flags, TOC_WALLET_CHAIN_CORRECTED);
    TOC_CHECK_OK(toc_wallet_parse_on(bitcoin, toc_span_text(VITALIK), &wallet, &err));
    assert_string_equal(toc_chain_symbol(wallet.chain), "ETH");
    TOC_CHECK_FAILS(TOC_MALFORMED,
                    toc_wallet_parse_on(bitcoin,
                                        toc_span_text("0xd8da6bf26964af9d7eed9e03e53415d37aa96045"),
                                        &wallet, &err));
    assert_non_null(strstr(err.text, "of Ethereum, not of Bitcoin"));
    TOC_CHECK_FAILS(TOC_MALFORMED,
                    toc_wallet_parse_on(ethereum, toc_span_text(SATOSHI), &wallet, &err));
    assert_non_null(strstr(err.text, "Bitcoin"));
    TOC_CHECK_FAILS(TOC_MALFORMED,
                    toc_wallet_parse_on(bitcoin,
                                        toc_span_text("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"),
                                        &wallet, &err));
    assert_non_null(strstr(err.text, "test network"));
}

static void a_ticker_that_is_no_chain_leaves_the_choice_to_the_text(void **state)
{
    (void)state;
    static const struct {
        const char *ticker, *text, *chain;
        uint32_t flags;
    } rows[] = {
        {"USDT", USDT_TRON, "TRX", TOC_WALLET_CHAIN_INFERRED},
        {"USDT", VITALIK, "ETH", TOC_WALLET_CHAIN_INFERRED},
        {"USDT", "1KdXaqcBeoMAFVAPwTmYvDbEq6RnvNPF6J", "BTC", TOC_WALLET_CHAIN_INFERRED}, /* Omni */
        {"tether", "3MbYQMMmSkC3AgWkj9FMo5LsPTW1zBTwXL", "BTC", TOC_WALLET_CHAIN_INFERRED},
        {"XBT", USDT_TRON, "TRX", TOC_WALLET_CHAIN_INFERRED | TOC_WALLET_CHAIN_CORRECTED},
        {"XBT", "0xd8da6bf26964af9d7eed9e03e53415d37aa96045", "ETH",
         TOC_WALLET_CHAIN_INFERRED | TOC_WALLET_CHAIN_CORRECTED | TOC_WALLET_CHECKSUM_ABSENT},
        {"XBT", SATOSHI, "BTC", 0},
        {"", USDT_TRON, "TRX", TOC_WALLET_CHAIN_INFERRED},
        {"UNKNOWN", USDT_TRON, "TRX", TOC_WALLET_CHAIN_INFERRED},
    };
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        toc_wallet_candidates found;
        toc_err err;
        TOC_CHECK_OK(toc_wallet_parse_ticker(toc_span_text(rows[i].ticker),
                                             toc_span_text(rows[i].text), &found, &err));
        assert_int_equal(found.count, 1);
        assert_string_equal(toc_chain_symbol(found.wallets[0].chain), rows[i].chain);
        assert_int_equal(found.wallets[0].flags, rows[i].flags);
    }
    /* Verge writes its addresses as Dogecoin does: taken for Dogecoin, a stranger would be accused.
     */
    toc_wallet_candidates found;
    toc_err err;
    TOC_CHECK_FAILS(TOC_NOT_FOUND,
                    toc_wallet_parse_ticker(toc_span_text("XVG"),
                                            toc_span_text("DFFJhnQNZf8rf67tYnesPu7MuGUpYtzv7Z"),
                                            &found, &err));
}

static void a_chain_is_split_from_the_text_behind_it_whatever_that_is(void **state)
{
    (void)state;
    static const struct {
        const char *text, *symbol, *rest;
    } rows[] = {
        {"TRX:broken", "TRX", "broken"},
        {"tron  broken ", "TRX", "broken"},
        {"bip122:000000000019d6689c085ae165831e93:1broken", "BTC", "1broken"},
        {"eip155:56:0x1", "BNB", "0x1"},
        {" broken\n", NULL, "broken"},
        {"nowhere:broken", NULL, "nowhere:broken"},
        {"USDT:broken", NULL, "USDT:broken"}, /* a token is no chain */
        {"BTC:", "BTC", ""},
        {"", NULL, ""},
    };
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        toc_span rest;
        const toc_chain *chain = toc_wallet_split(toc_span_text(rows[i].text), &rest);
        assert_string_equal(chain == NULL ? "" : toc_chain_symbol(chain),
                            rows[i].symbol == NULL ? "" : rows[i].symbol);
        assert_true(toc_span_equal(rest, toc_span_text(rows[i].rest)));
    }
}

static void tickers_of_tokens_and_of_lists_are_loose(void **state)
{
    (void)state;
    static const char *const loose[] = {"USDT", "tether", "xbt", " WBTC "};
    static const char *const strict[] = {"BTC", "TRX", "bitcoin", "eip155:1", "unknown", ""};
    for (size_t i = 0; i < TOC_COUNT(loose); i++)
        assert_true(toc_ticker_is_loose(toc_span_text(loose[i])));
    for (size_t i = 0; i < TOC_COUNT(strict); i++)
        assert_false(toc_ticker_is_loose(toc_span_text(strict[i])));
}

/* By a Python implementation of SS58 over hashlib: zeros, then sevens. */
static void accounts_that_begin_with_zeros_are_short_and_read_all_the_same(void **state)
{
    static const char *const texts[] = {
        "111111111111111111111111111111111HC1", "111111111111111111111111111111113UEE",
        "1111111111111111111113aqzgd8AtemGJKuAVtb", "11111111113q1P3NyDM6J9SNKPaBC7rMQ9NMEaXFV4JL",
        "111112QftUJC9yYkE7xr4ikuFmaHKhLCxkpK5RL1J2QtDm"};
    (void)state;
    const toc_chain *polkadot = toc_chain_find(toc_span_text("DOT"));
    for (size_t i = 0; i < TOC_COUNT(texts); i++) {
        toc_wallet wallet;
        toc_err err;
        TOC_CHECK_OK(toc_wallet_parse_on(polkadot, toc_span_text(texts[i]), &wallet, &err));
        assert_string_equal(wallet.address, texts[i]);
        char broken[64];
        snprintf(broken, sizeof broken, "%s", texts[i]);
        broken[strlen(broken) - 1] = broken[strlen(broken) - 1] == '2' ? '3' : '2';
        TOC_CHECK_FAILS(TOC_MALFORMED,
                        toc_wallet_parse_on(polkadot, toc_span_text(broken), &wallet, &err));
    }
}

static void a_text_longer_than_any_address_is_a_limit_error(void **state)
{
    (void)state;
    char text[TOC_ADDRESS_BYTES_MAX + 2];
    toc_wallet_candidates found;
    toc_wallet wallet;
    toc_err err;
    memset(text, '1', sizeof text);
    toc_span longer = toc_span_of(text, TOC_ADDRESS_BYTES_MAX + 1);
    TOC_CHECK_FAILS(TOC_LIMIT, toc_wallet_parse(longer, &found, &err));
    TOC_CHECK_FAILS(TOC_LIMIT, toc_wallet_parse_on(toc_chain_at(0), longer, &wallet, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_gives_the_one_wallet_it_names),
        cmocka_unit_test(unknown_chains_are_not_found_rather_than_malformed),
        cmocka_unit_test(a_bare_address_that_fits_several_chains_has_candidates),
        cmocka_unit_test(
            a_bare_0x_address_is_ethereum_inferred_and_without_checksum_in_small_letters),
        cmocka_unit_test(a_wrong_chain_is_corrected_by_a_checksum_and_refused_without_one),
        cmocka_unit_test(a_ticker_that_is_no_chain_leaves_the_choice_to_the_text),
        cmocka_unit_test(a_chain_is_split_from_the_text_behind_it_whatever_that_is),
        cmocka_unit_test(tickers_of_tokens_and_of_lists_are_loose),
        cmocka_unit_test(accounts_that_begin_with_zeros_are_short_and_read_all_the_same),
        cmocka_unit_test(a_text_longer_than_any_address_is_a_limit_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
