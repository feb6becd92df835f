/* RULES §9, built in: the wallets that nobody has the key of. */
#include "proto/rules/services.h"
#include "proto/rules/terms.h"
#include "tests/support/check.h"

static toc_subject subject_of(const char *chain, const char *address)
{
    toc_wallet wallet;
    toc_err err;
    const toc_chain *found = toc_chain_find(toc_span_text(chain));
    assert_non_null(found);
    TOC_CHECK_OK(toc_wallet_parse_on(found, toc_span_text(address), &wallet, &err));
    assert_string_equal(wallet.address, address);
    return wallet.subject;
}

static void every_row_is_the_subject_of_its_address_and_has_a_known_role(void **state)
{
    (void)state;
    const toc_service *service;
    size_t count = 0;
    for (; (service = toc_service_at(count)) != NULL; count++) {
        toc_subject subject = subject_of(service->chain, service->address);
        assert_memory_equal(&subject, &service->subject, sizeof subject);
        const toc_term *role = toc_term_by_id(TOC_TERMS_SERVICE_ROLE, toc_span_text(service->role));
        assert_true(role != NULL && role->service);
        assert_non_null(toc_service_find(&subject));
    }
    assert_true(count >= 40);
}

static void what_real_lists_call_malicious_is_a_service(void **state)
{
    (void)state;
    static const struct {
        const char *chain, *address, *role;
    } known[] = {
        {"ETH", "0x0000000000000000000000000000000000000000", "burn"},
        {"POLYGON", "0x0000000000000000000000000000000000000000", "burn"},
        {"TRON", "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb", "burn"}, /* twin of the same key */
        {"ETH", "0x0000000000000000000000000000000000000001", "precompile"},
        {"BTC", "1111111111111111111114oLvT2", "burn"},
        {"DOT", "111111111111111111111111111111111HC1", "burn"},
        {"KSM", "CaKWz5omakTK7ovp4m3koXrHyHb7NG3Nt7GENHbviByZpKp", "burn"}, /* its twin */
        {"NEAR", "system", "precompile"},
        /* One key of zeros, with Solana's system program: its first row tells the role. */
        {"NEAR", "0000000000000000000000000000000000000000000000000000000000000000", "precompile"},
        {"SOL", "1nc1nerator11111111111111111111111111111111", "burn"},
        {"SOL", "11111111111111111111111111111111", "precompile"},
        {"XLM", "GAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAWHF", "precompile"},
        {"XRP", "rrrrrrrrrrrrrrrrrrrrrhoLvTp", "burn"},
        {"XRP", "rrrrrrrrrrrrrrrrrrrrBZbvji", "burn"},
        {"XRP", "rrrrrrrrrrrrrrrrrrrn5RM1rHd", "burn"},
    };
    for (size_t i = 0; i < TOC_COUNT(known); i++) {
        toc_subject subject = subject_of(known[i].chain, known[i].address);
        const toc_service *service = toc_service_find(&subject);
        assert_non_null(service);
        assert_string_equal(service->role, known[i].role);
    }
    toc_subject other = subject_of("ETH", "0xdAC17F958D2ee523a2206206994597C13D831ec7");
    assert_null(toc_service_find(&other));
    other = subject_of("BTC", "3QJmV3qfvL9SuYo34YihAf3sRCW3qSinyC"); /* a script, no key */
    assert_null(toc_service_find(&other));
}

static void every_service_role_stops_merging(void **state)
{
    (void)state;
    static const char *const roles[] = {"deposit", "hot",    "cold", "contract",  "pool",
                                        "bridge",  "router", "burn", "precompile"};
    const toc_term *role;
    size_t count = 0;
    for (; (role = toc_term_at(TOC_TERMS_SERVICE_ROLE, count)) != NULL; count++)
        assert_true(role->service);
    assert_int_equal(count, TOC_COUNT(roles));
    for (size_t i = 0; i < TOC_COUNT(roles); i++)
        assert_int_equal(toc_term_by_id(TOC_TERMS_SERVICE_ROLE, toc_span_text(roles[i]))->number,
                         i + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_the_subject_of_its_address_and_has_a_known_role),
        cmocka_unit_test(what_real_lists_call_malicious_is_a_service),
        cmocka_unit_test(every_service_role_stops_merging),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
