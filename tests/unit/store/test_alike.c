/* Known wallets that an address may be mistaken for (store/query.h). */
#include "tests/unit/store/fold_support.h"

/* Address poisoning after the theft from Bybit, 2025-02-21. */
#define GENUINE       "0x36ed3c0213565530c35115d93a80f9c04d94e4cb"
#define POISON        "0x36ed762634b816913f465ef4a9c759ae3008e4cb"
#define GENESIS       "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
#define GENESIS_SMALL "1a1zp1ep5qgefi2dmptftl5slmv7divfna"
#define BAD_LITERAL   "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"

static toc_wallet on(const char *chain, const char *address)
{
    toc_wallet wallet;
    toc_err err = {0};
    TOC_CHECK_OK(toc_wallet_parse_on(toc_chain_find(toc_span_text(chain)), toc_span_text(address),
                                     &wallet, &err));
    return wallet;
}

static toc_alike *scan(fixture *it, const toc_wallet *wallet, const char *text)
{
    toc_err err = {0};
    toc_alike *alike = NULL;
    TOC_CHECK_OK(toc_alike_new(&alike, &err));
    if (wallet != NULL)
        TOC_CHECK_OK(toc_alike_ask_wallet(alike, wallet, &err));
    if (text != NULL)
        TOC_CHECK_OK(toc_alike_ask_text(alike, toc_span_text(text), &err));
    TOC_CHECK_OK(toc_query_alike(ask(it), alike, &err));
    return alike;
}

static void an_address_with_the_ends_of_a_known_one_is_told(void **state)
{
    fixture *it = *state;
    toc_wallet known = on("ETH", GENUINE), poison = on("ETH", POISON);
    (void)toc_viewbook_say(it->feeds[0], toc_book_claim(known, "theft"));
    (void)toc_viewbook_say(it->feeds[1], toc_book_claim(known, "theft")); /* once is enough */
    for (uint32_t i = 0; i < 600; i++)
        (void)toc_viewbook_say(it->feeds[0], toc_book_claim(toc_book_numbered(2 * i), "scam"));
    fold_new(it);
    const toc_wallet *found[4];
    TOC_AUTO(toc_alike_free) toc_alike *alike = scan(it, &poison, NULL);
    assert_int_equal(toc_alike_near(alike, &poison, found, 4), 1);
    assert_string_equal(found[0]->address, known.address);
    TOC_AUTO(toc_alike_free) toc_alike *itself = scan(it, &known, NULL);
    assert_int_equal(toc_alike_near(itself, &known, found, 4), 0);
}

static void a_spelling_without_its_letter_case_is_found(void **state)
{
    fixture *it = *state;
    toc_wallet genesis = on("BTC", GENESIS);
    (void)toc_viewbook_say(it->feeds[0], toc_book_claim(genesis, "other"));
    fold_new(it);
    const toc_wallet *found[4];
    TOC_AUTO(toc_alike_free) toc_alike *alike = scan(it, NULL, GENESIS_SMALL);
    assert_int_equal(toc_alike_spelt(alike, toc_span_text(GENESIS_SMALL), found, 4), 1);
    assert_string_equal(found[0]->address, GENESIS);
    assert_int_equal(toc_alike_spelt(alike, toc_span_text(BAD_LITERAL), found, 4), 0);
}

static void a_literal_that_was_kept_is_found_in_any_letter_case(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    toc_wallet literal;
    TOC_CHECK_OK(toc_wallet_keep_invalid(toc_chain_find(toc_span_text("BTC")),
                                         toc_span_text(BAD_LITERAL), &literal, &err));
    (void)toc_viewbook_say(it->feeds[0], toc_book_claim(literal, "sanctions"));
    fold_new(it);
    const toc_wallet *found[4];
    const char *small = "1a1zp1ep5qgefi2dmptftl5slmv7divfnb";
    TOC_AUTO(toc_alike_free) toc_alike *alike = scan(it, NULL, small);
    assert_int_equal(toc_alike_spelt(alike, toc_span_text(small), found, 4), 1);
    assert_string_equal(found[0]->address, BAD_LITERAL);
    assert_int_not_equal(found[0]->flags & TOC_WALLET_INVALID, 0);
}

static void what_was_retracted_is_known_no_more(void **state)
{
    fixture *it = *state;
    toc_wallet known = on("ETH", GENUINE), poison = on("ETH", POISON);
    toc_statement claim = toc_book_claim(known, "theft");
    (void)toc_viewbook_say(it->feeds[0], claim);
    toc_statement end = toc_book_retraction(&claim);
    end.revision = 2;
    (void)toc_viewbook_say(it->feeds[0], end);
    fold_new(it);
    const toc_wallet *found[4];
    TOC_AUTO(toc_alike_free) toc_alike *alike = scan(it, &poison, NULL);
    assert_int_equal(toc_alike_near(alike, &poison, found, 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_address_with_the_ends_of_a_known_one_is_told, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_spelling_without_its_letter_case_is_found, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_literal_that_was_kept_is_found_in_any_letter_case, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_was_retracted_is_known_no_more, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
