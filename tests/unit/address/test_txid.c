/* Transaction ids: one spelling per chain. */
#include "tests/support/check.h"

#include "proto/address/wallet.h"

static const struct {
    const char *chain, *text, *canonical; /* NULL: refused */
} rows[] = {
    /* Bitcoin block 170, the first payment. */
    {"BTC", "F4184FC596403B9D638783CF57ADFE4C75C605F6356FBC91338530E9831E9E16",
     "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"},
    {"BTC", "0xf4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16", NULL},
    {"BTC", "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e1", NULL},
    /* The first transaction of Ethereum, block 46147. */
    {"ETH", "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060",
     "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060"},
    {"ETH", "5C504ED432CB51138BCF09AA5E8A410DD4A1E204EF84BFED1BE16DFBA1B22060",
     "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060"},
    {"TRX", "5C504ED432CB51138BCF09AA5E8A410DD4A1E204EF84BFED1BE16DFBA1B22060",
     "5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060"},
    /* xrpl.org, "tx" method. */
    {"XRP", "c53ecf838647fa5a4c780377025fec7999ab4182590510ca461444b207ab74a9",
     "C53ECF838647FA5A4C780377025FEC7999AB4182590510CA461444B207AB74A9"},
    {"ATOM", "c53ecf838647fa5a4c780377025fec7999ab4182590510ca461444b207ab74a9",
     "C53ECF838647FA5A4C780377025FEC7999AB4182590510CA461444B207AB74A9"},
    /* Solana documentation, getTransaction. */
    {"SOL",
     "2nBhEBYYvfaAe16UMNqRHre4YNSskvuYgx3M6E4JP1oDYvZEJHvoPzyUidNgNX5r9sTyN1J9UxtbCXy2rqYcuyuv",
     "2nBhEBYYvfaAe16UMNqRHre4YNSskvuYgx3M6E4JP1oDYvZEJHvoPzyUidNgNX5r9sTyN1J9UxtbCXy2rqYcuyuv"},
    {"SOL", "2nBhEBYYvfaAe16UMNqRHre4YNSskvuYgx3M6E4JP1oDYvZEJHvoPzyUidNgNX5r9sTyN1J9UxtbCXy2rqYc",
     NULL},
    /* NEAR documentation, EXPERIMENTAL_tx_status. */
    {"NEAR", "6zgh2u9DqHHiXzdy9ouTP7oGky2T4nugqzqt9wJZwNFm",
     "6zgh2u9DqHHiXzdy9ouTP7oGky2T4nugqzqt9wJZwNFm"},
    {"HBAR", "0.0.123@1234567890.000000001", "0.0.123@1234567890.000000001"},
    {"HBAR", "0.0.123-1234567890-000000001", "0.0.123@1234567890.000000001"},
    {"HBAR", "0.0.123@1234567890", NULL},
    {"XTZ", "op2DXGtTqAi1przasKr795TaqtrpHHsvcD9fm5jXR1LPq4TzhDA",
     "op2DXGtTqAi1przasKr795TaqtrpHHsvcD9fm5jXR1LPq4TzhDA"}, /* prefix 05 74 over SHA-256("tocsin"),
                                                                computed with Python */
    {"XTZ", "op2DXGtTqAi1przasKr795TaqtrpHHsvcD9fm5jXR1LPq4TzhD2", NULL},
    /* Algorand developer documentation, "Transaction structure". */
    {"ALGO", "QOOBRVQMX4HW5QZ2EGLQDQCQTKRF3UP3JKDGKYPCXMI6AVV35KQA",
     "QOOBRVQMX4HW5QZ2EGLQDQCQTKRF3UP3JKDGKYPCXMI6AVV35KQA"},
    {"ALGO", "qoobrvqmx4hw5qz2eglqdqcqtkrf3up3jkdgkypcxmi6avv35kqa", NULL},
    {"TON", "4Fug8MA9B8nsj2QuqZG7OwzqjYHrxVCBIuRKRy2WEyk=",
     "e05ba0f0c03d07c9ec8f642ea991bb3b0cea8d81ebc5508122e44a472d961329"},
    {"TON", "4Fug8MA9B8nsj2QuqZG7OwzqjYHrxVCBIuRKRy2WEyl=", NULL},
    {"FIL", "bafy2bzacea3wsdh6y3a36tb3skempjoxqpuyompjbmfeyf34fi3uy6uue42v4",
     "bafy2bzacea3wsdh6y3a36tb3skempjoxqpuyompjbmfeyf34fi3uy6uue42v4"},
    {"FIL", "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi", NULL},
};

static void every_chain_has_one_spelling(void **state)
{
    (void)state;
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        char text[TOC_TXID_TEXT_BYTES] = "untouched";
        toc_err err = {0};
        toc_code code = toc_txid_parse(toc_chain_find(toc_span_text(rows[i].chain)),
                                       toc_span_text(rows[i].text), text, &err);
        if ((code == TOC_OK) != (rows[i].canonical != NULL))
            fail_msg("%s %s: %s", rows[i].chain, rows[i].text, err.text);
        assert_string_equal(text, code == TOC_OK ? rows[i].canonical : "untouched");
    }
}

static void the_canonical_spelling_is_taken_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        char text[TOC_TXID_TEXT_BYTES];
        toc_err err;
        if (rows[i].canonical == NULL)
            continue;
        TOC_CHECK_OK(toc_txid_parse(toc_chain_find(toc_span_text(rows[i].chain)),
                                    toc_span_text(rows[i].canonical), text, &err));
        assert_string_equal(text, rows[i].canonical);
    }
}

static void ids_are_told_from_addresses(void **state)
{
    (void)state;
    static const char *const addresses[] = {
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
        "0.0.123",
        "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ",
        ""};
    assert_true(toc_txid_like(toc_span_text(rows[0].text)));
    assert_true(toc_txid_like(toc_span_text(rows[3].text)));
    assert_true(toc_txid_like(toc_span_text("0.0.123@1234567890.000000001")));
    for (size_t i = 0; i < TOC_COUNT(addresses); i++)
        assert_false(toc_txid_like(toc_span_text(addresses[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_chain_has_one_spelling),
        cmocka_unit_test(the_canonical_spelling_is_taken_again),
        cmocka_unit_test(ids_are_told_from_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
