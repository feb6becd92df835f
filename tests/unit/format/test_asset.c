#include "proto/answer/writer.h"
#include "proto/format/asset.h"

#include <stdio.h>

#include "tests/support/check.h"

static const toc_chain *chain(const char *name)
{
    const toc_chain *found = toc_chain_find(toc_span_text(name));
    assert_non_null(found);
    return found;
}

static toc_code find(const char *on, const char *name, toc_asset *out, toc_err *err)
{
    return toc_asset_find(chain(on), toc_span_text(name), out, err);
}

static void check(const char *on, const char *name, const char *id, uint8_t decimals)
{
    toc_asset asset;
    toc_err err;
    TOC_CHECK_OK(find(on, name, &asset, &err));
    assert_string_equal(asset.id, id);
    assert_int_equal(asset.decimals, decimals);
}

static void a_coin_is_native_whatever_it_is_called(void **state)
{
    (void)state;
    check("BTC", "BTC", "native", 8);
    check("BTC", "native", "native", 8);
    check("DOGE", "doge", "native", 8);
    check("ETH", "eth", "native", 18);
    check("TRX", "TRX", "native", 6);
    check("XRP", "XRP", "native", 6);
    check("SOL", "SOL", "native", 9);
    check("XMR", "XMR", "native", 12);
    check("NEAR", "NEAR", "native", 24);
    check("ATOM", "ATOM", "native", 6);
    check("RUNE", "RUNE", "native", 8);
}

/* Arbitrum pays fees in ether; ARB is a token there. */
static void a_chain_is_not_its_coin(void **state)
{
    (void)state;
    toc_asset asset;
    toc_err err;
    check("eip155:42161", "ETH", "native", 18);
    assert_int_equal(find("eip155:42161", "ARB", &asset, &err), TOC_NOT_FOUND);
    check("eip155:8453", "ETH", "native", 18);
    assert_int_equal(find("eip155:8453", "BASE", &asset, &err), TOC_NOT_FOUND);
}

static void one_token_has_other_decimals_on_other_chains(void **state)
{
    (void)state;
    check("ETH", "usdt", "eip155:1/erc20:0xdAC17F958D2ee523a2206206994597C13D831ec7", 6);
    check("eip155:56", "USDT", "eip155:56/erc20:0x55d398326f99059fF775485246999027B3197955", 18);
    check("TRX", "USDT", "tron:728126428/trc20:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", 6);
    check("ETH", "eip155:1/erc20:0xdAC17F958D2ee523a2206206994597C13D831ec7",
          "eip155:1/erc20:0xdAC17F958D2ee523a2206206994597C13D831ec7", 6);
}

static void an_unknown_asset_is_refused_with_those_that_are_known(void **state)
{
    (void)state;
    toc_asset asset;
    toc_err err;
    assert_int_equal(find("TRX", "WBTC", &asset, &err), TOC_NOT_FOUND);
    assert_string_equal(err.text, "unknown asset 'WBTC' on TRON; known are: TRX, USDT, USDC");
    assert_int_equal(find("eip155:1", "eip155:56/erc20:0x55d398326f99059fF775485246999027B3197955",
                          &asset, &err),
                     TOC_NOT_FOUND);
    assert_int_equal(find("eip155:10", "", &asset, &err), TOC_NOT_FOUND);
}

/* Each token's address, read by its chain's own rules, is in canonical spelling: a digit that was
 * written down wrongly breaks the checksum. */
static void every_token_in_the_table_has_an_address_that_its_chain_takes(void **state)
{
    (void)state;
    static const char *const symbols[] = {"USDT", "USDC", "DAI",  "WETH",  "WBTC",
                                          "BUSD", "TUSD", "USDP", "PYUSD", "STETH",
                                          "METH", "LINK", "UNI",  "SHIB",  "USDC.E"};
    size_t seen = 0;
    for (size_t i = 0; i < toc_chain_count(); i++) {
        for (size_t j = 0; j < TOC_COUNT(symbols); j++) {
            toc_asset asset;
            toc_wallet wallet;
            toc_err err;
            const toc_chain *on = toc_chain_at(i);
            if (toc_asset_find(on, toc_span_text(symbols[j]), &asset, NULL) != TOC_OK)
                continue;
            const char *address = strrchr(asset.id, ':') + 1;
            TOC_CHECK_OK(toc_wallet_parse_on(on, toc_span_text(address), &wallet, &err));
            assert_string_equal(wallet.address, address);
            assert_int_equal(wallet.flags & TOC_WALLET_CHAIN_CORRECTED, 0);
            seen++;
        }
    }
    assert_int_equal(seen, 37);
}

static void check_amount(const char *text, uint8_t decimals, const char *hex)
{
    uint8_t units[32];
    char printed[65];
    toc_err err;
    TOC_CHECK_OK(toc_amount_parse(toc_span_text(text), decimals, units, &err));
    for (size_t i = 0; i < 32; i++)
        snprintf(printed + 2 * i, 3, "%02x", units[i]);
    size_t zeros = strspn(printed, "0");
    assert_string_equal(printed + (zeros == 64 ? 63 : zeros), hex);
}

static void amounts_are_whole_numbers_of_base_units(void **state)
{
    (void)state;
    check_amount("0", 18, "0");
    check_amount("1", 0, "1");
    check_amount("1", 8, "5f5e100");
    check_amount("0.00000001", 8, "1");
    check_amount("1.5", 6, "16e360");
    check_amount("1.50", 6, "16e360");
    check_amount("1.5000000000", 6, "16e360");
    check_amount("007.25", 2, "2d5");
    check_amount("401347", 18, "54fd1080d8759d2c0000");
    /* 2^256 - 1 */
    check_amount("115792089237316195423570985008687907853269984665640564039457584007913129639935",
                 0, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
}

static void what_is_no_plain_amount_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint8_t decimals;
        toc_code code;
    } cases[] = {
        {"", 8, TOC_MALFORMED},
        {".", 8, TOC_MALFORMED},
        {".5", 8, TOC_MALFORMED},
        {"5.", 8, TOC_MALFORMED},
        {"1,000", 8, TOC_MALFORMED},
        {"1 000", 8, TOC_MALFORMED},
        {"-1", 8, TOC_MALFORMED},
        {"+1", 8, TOC_MALFORMED},
        {"1e3", 8, TOC_MALFORMED},
        {"1.2.3", 8, TOC_MALFORMED},
        {"0x10", 8, TOC_MALFORMED},
        {"1.123456789", 8, TOC_MALFORMED},
        {"0.1", 0, TOC_MALFORMED},
        {"115792089237316195423570985008687907853269984665640564039457584007913129639936", 0,
         TOC_LIMIT},
        {"11579208923731619542357098500868790785326998466564056403945758400791312963994", 1,
         TOC_LIMIT},
        {"1", 255, TOC_LIMIT},
    };
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        uint8_t units[32] = {0xEE};
        toc_err err;
        assert_int_equal(
            toc_amount_parse(toc_span_text(cases[i].text), cases[i].decimals, units, &err),
            cases[i].code);
        assert_int_equal(units[0], 0xEE);
    }
}

static void an_amount_is_printed_as_short_as_it_goes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed;
        uint8_t decimals;
    } cases[] = {{"0", "\"0\"", 18},     {"1", "\"1\"", 18},
                 {"1.50", "\"1.5\"", 6}, {"0.00000001", "\"0.00000001\"", 8},
                 {"120", "\"120\"", 0},  {"1000.01", "\"1000.01\"", 2},
                 {"00.0", "\"0\"", 1}};
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        uint8_t units[32];
        toc_err err;
        TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
        TOC_CHECK_OK(
            toc_amount_parse(toc_span_text(cases[i].text), cases[i].decimals, units, &err));
        toc_json json = {.out = &out};
        toc_json_amount(&json, NULL, units, cases[i].decimals);
        assert_string_equal(toc_buf_text(&out), cases[i].printed);
    }
    uint8_t largest[32];
    memset(largest, 0xFF, sizeof largest);
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_json json = {.out = &out};
    toc_json_amount(&json, NULL, largest, 255);
    assert_int_equal(out.size, 259); /* quotes, "0." and 255 digits */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_coin_is_native_whatever_it_is_called),
        cmocka_unit_test(a_chain_is_not_its_coin),
        cmocka_unit_test(one_token_has_other_decimals_on_other_chains),
        cmocka_unit_test(an_unknown_asset_is_refused_with_those_that_are_known),
        cmocka_unit_test(every_token_in_the_table_has_an_address_that_its_chain_takes),
        cmocka_unit_test(amounts_are_whole_numbers_of_base_units),
        cmocka_unit_test(what_is_no_plain_amount_is_refused),
        cmocka_unit_test(an_amount_is_printed_as_short_as_it_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
