/* RECORDS §1: which wallets one key controls, and which never count as one. Public facts. */
#include "tests/support/check.h"

#include "proto/address/wallet.h"

static toc_wallet wallet_on(const char *chain, const char *address)
{
    toc_wallet wallet;
    toc_err err = {0};
    const toc_chain *row = toc_chain_find(toc_span_text(chain));
    assert_non_null(row);
    if (toc_wallet_parse_on(row, toc_span_text(address), &wallet, &err) != TOC_OK)
        fail_msg("%s %s: %s", chain, address, err.text);
    return wallet;
}

static toc_wallet_relation relation(const char *chain, const char *address, const char *other_chain,
                                    const char *other)
{
    toc_wallet left = wallet_on(chain, address), right = wallet_on(other_chain, other);
    toc_wallet_relation found =
        toc_wallet_relation_of(&left, TOC_ACCOUNT_UNKNOWN, &right, TOC_ACCOUNT_UNKNOWN);
    assert_int_equal(
        toc_wallet_relation_of(&right, TOC_ACCOUNT_UNKNOWN, &left, TOC_ACCOUNT_UNKNOWN), found);
    return found;
}

#define GENERATOR_P2PKH  "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH" /* key 1: the curve's generator */
#define GENERATOR_P2WPKH "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4" /* BIP-173 */
#define GENERATOR_EVM    "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"

static void one_public_key_hash_links_p2pkh_p2wpkh_and_the_forks(void **state)
{
    (void)state;
    assert_int_equal(relation("BTC", GENERATOR_P2PKH, "BTC", GENERATOR_P2WPKH), TOC_RELATION_KEY);
    assert_int_equal(relation("BTC", GENERATOR_P2PKH, "BCH", GENERATOR_P2PKH), TOC_RELATION_KEY);
    assert_int_equal(relation("BTC", GENERATOR_P2PKH, "BSV", GENERATOR_P2PKH), TOC_RELATION_KEY);
    assert_int_equal(relation("BTC", GENERATOR_P2PKH, "BTC", GENERATOR_P2PKH), TOC_RELATION_SAME);
    /* CashAddr specification: one hash in both spellings. */
    assert_int_equal(relation("BCH", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
                              "BCH", "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu"),
                     TOC_RELATION_SAME);
}

static void one_keccak_account_links_ethereum_tron_ronin_xdc_and_injective(void **state)
{
    (void)state;
    static const char lower[] = "7e5f4552091a69125d5dfcb7b8c2659029395bdf";
    assert_int_equal(relation("ETH", GENERATOR_EVM, "POL", GENERATOR_EVM), TOC_RELATION_KEY);
    assert_int_equal(relation("ETH", GENERATOR_EVM, "RON", lower), TOC_RELATION_KEY);
    assert_int_equal(relation("ETH", GENERATOR_EVM, "TRX", GENERATOR_EVM), TOC_RELATION_KEY);
    assert_int_equal(
        relation("ETH", GENERATOR_EVM, "XDC", "xdc7e5f4552091a69125d5dfcb7b8c2659029395bdf"),
        TOC_RELATION_KEY);
    assert_int_equal(
        relation("ETH", GENERATOR_EVM, "NEAR", "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"),
        TOC_RELATION_KEY);
    /* Evmos documentation, "Accounts": one account in both spellings. */
    assert_int_equal(relation("EVMOS", "evmos1z3t55m0l9h0eupuz3dp5t5cypyv674jj7mz2jw", "ETH",
                              "0x14574a6DFF2Ddf9e07828b4345d3040919AF5652"),
                     TOC_RELATION_KEY);
}

static void ed25519_and_ss58_keys_link(void **state)
{
    (void)state;
    /* SEP-23's key, as NEAR writes it and as Stellar does. */
    assert_int_equal(relation("XLM", "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ",
                              "NEAR",
                              "3f0c34bf93ad0d9971d04ccc90f705511c838aad9734a4a2fb0d7a03fc7fe89a"),
                     TOC_RELATION_KEY);
    /* CAIP polkadot/caip10: one key on two networks. */
    assert_int_equal(relation("DOT", "15rRgsWxz4H5LTnNGcCFsszfXD8oeAFd8QRsR6MbQE2f6XFF", "KSM",
                              "HRkCrbmke2XeabJ5fxJdgXWpBRPkXWfWHY8eTeCKwDdf4k6"),
                     TOC_RELATION_KEY);
}

/* The Ethereum and BNB Smart Chain deposit contracts that anybody can put at one address (CREATE2
 * factory 0x4e59b44847b379578588920cA78FbF26c0B4956C): nobody's key. */
static void a_contract_at_one_address_on_two_evm_chains_is_no_key_link(void **state)
{
    (void)state;
    static const char factory[] = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
    toc_wallet left = wallet_on("ETH", factory), right = wallet_on("BNB", factory);
    assert_int_equal(
        toc_wallet_relation_of(&left, TOC_ACCOUNT_CONTRACT, &right, TOC_ACCOUNT_UNKNOWN),
        TOC_RELATION_ELSEWHERE);
    assert_int_equal(
        toc_wallet_relation_of(&left, TOC_ACCOUNT_UNKNOWN, &right, TOC_ACCOUNT_CONTRACT),
        TOC_RELATION_ELSEWHERE);
    assert_int_equal(toc_wallet_relation_of(&left, TOC_ACCOUNT_KEY, &right, TOC_ACCOUNT_DELEGATED),
                     TOC_RELATION_KEY);
    assert_int_equal(
        toc_wallet_relation_of(&left, TOC_ACCOUNT_CONTRACT, &left, TOC_ACCOUNT_CONTRACT),
        TOC_RELATION_SAME);
}

static void a_script_hash_on_two_chains_is_the_same_script_and_no_key_link(void **state)
{
    (void)state;
    static const char script[] = "3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC"; /* CashAddr specification */
    assert_int_equal(
        relation("BTC", script, "BCH", "bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq"),
        TOC_RELATION_SAME_SCRIPT);
    assert_int_equal(relation("BTC", script, "LTC", "MJiPwX84iBe4WnFDwsYGgtnz1XonPhUqhf"),
                     TOC_RELATION_SAME_SCRIPT);
    toc_wallet left = wallet_on("BTC", script), right = wallet_on("BCH", script);
    assert_false(
        toc_span_equal(toc_subject_vertex(&left.subject), toc_subject_vertex(&right.subject)));
}

/* CashAddr specification: 76a04053bda0a88bda5177b86a15c3b29f559873 once as key and once as script.
 */
static void a_script_hash_is_never_linked_to_a_key_hash_of_the_same_bytes(void **state)
{
    (void)state;
    toc_wallet key = wallet_on("BTC", "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu");
    toc_wallet script = wallet_on("BTC", "3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC");
    assert_memory_equal(key.subject.bytes + 1, script.subject.bytes + 1, 20);
    assert_int_equal(
        toc_wallet_relation_of(&key, TOC_ACCOUNT_UNKNOWN, &script, TOC_ACCOUNT_UNKNOWN),
        TOC_RELATION_NONE);
}

/* The governance module of the Cosmos Hub and of Osmosis, and the escrow of channel 0 on both: the
 * same twenty bytes, SHA-256("gov") and ADR-028, and nobody's key. */
static void
a_module_or_escrow_account_is_never_linked_to_its_twin_on_another_cosmos_chain(void **state)
{
    (void)state;
    toc_wallet hub = wallet_on("ATOM", "cosmos10d07y265gmmuvt4z0w9aw880jnsr700j6zn9kn");
    toc_wallet osmosis = wallet_on("OSMO", "osmo10d07y265gmmuvt4z0w9aw880jnsr700jjeq4qp");
    assert_string_equal(hub.kind, "module");
    assert_memory_equal(hub.subject.bytes, osmosis.subject.bytes, 21);
    assert_int_equal(
        toc_wallet_relation_of(&hub, TOC_ACCOUNT_UNKNOWN, &osmosis, TOC_ACCOUNT_UNKNOWN),
        TOC_RELATION_NONE);
    assert_false(
        toc_span_equal(toc_subject_view(&hub.subject), toc_subject_view(&osmosis.subject)));
    /* A person's account is linked; the pair is the same key in both spellings. */
    assert_int_equal(relation("ATOM", "cosmos1depk54cuajgkzea6zpgkq36tnjwdzv4afc3d27", "RUNE",
                              "thor1depk54cuajgkzea6zpgkq36tnjwdzv4a0lgklp"),
                     TOC_RELATION_KEY);
}

/* polkadot-js: the Kusama treasury. Polkadot's has the same bytes and another governance. */
static void a_pallet_account_is_never_linked_to_its_twin_on_another_network(void **state)
{
    (void)state;
    toc_wallet kusama = wallet_on("KSM", "F3opxRbN5ZbjJNU511Kj2TLuzFcDq9BGduA9TgiECafpg29");
    toc_wallet polkadot = wallet_on("DOT", "13UVJyLnbVp9RBZYFwFGyDvVd1y27Tt8tkntv6Q7JVPhFsTB");
    assert_string_equal(polkadot.kind, "module");
    assert_int_equal(
        toc_wallet_relation_of(&kusama, TOC_ACCOUNT_UNKNOWN, &polkadot, TOC_ACCOUNT_UNKNOWN),
        TOC_RELATION_NONE);
    assert_false(
        toc_span_equal(toc_subject_view(&kusama.subject), toc_subject_view(&polkadot.subject)));
}

/* What a program derived is no point of the curve (a token account, of the vectors of
 * trezor-address-validator), so its bytes link nothing; a wallet's key does. */
static void a_program_derived_address_is_no_key(void **state)
{
    (void)state;
    toc_wallet derived = wallet_on("SOL", "DkMYphwx9Z9AdR5Y8M4md1H96TKxfyoAHxUYH56F4ij5");
    toc_wallet key = wallet_on("SOL", "833XorXTTx5iya5B3Tr6iqEs9GbRuvVfwyLCP2vpdzhq");
    assert_string_equal(derived.kind, "program-derived");
    assert_false(toc_class_links(derived.subject.bytes[0]));
    assert_string_equal(key.kind, "account");
    assert_true(toc_class_links(key.subject.bytes[0]));
}

static void the_test_network_is_another_subject_of_the_same_key(void **state)
{
    (void)state;
    /* BIP-173: the generator's hash on both networks. */
    toc_wallet main_network = wallet_on("BTC", GENERATOR_P2WPKH);
    toc_wallet test_network = wallet_on("TBTC", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx");
    assert_false(toc_span_equal(toc_subject_view(&main_network.subject),
                                toc_subject_view(&test_network.subject)));
    assert_int_equal(test_network.subject.bytes[21] ^ main_network.subject.bytes[21],
                     TOC_FAMILY_TEST_BIT);
}

static void an_address_prefix_is_an_interval_of_subjects(void **state)
{
    (void)state;
    toc_wallet low = wallet_on("ETH", "0xa4b24033f4c6d70133e4557c2c32a3fb693e449e");
    toc_wallet middle = wallet_on("POL", "0xa4b2fd68593b6f34e51cb9edb66e71c1b4ab449e");
    toc_wallet high = wallet_on("TRX", "0xa4b7f436e0a71efffeab1e8d16b7216b6b5b449e");
    assert_true(
        toc_span_compare(toc_subject_view(&low.subject), toc_subject_view(&middle.subject)) < 0);
    assert_true(
        toc_span_compare(toc_subject_view(&middle.subject), toc_subject_view(&high.subject)) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_public_key_hash_links_p2pkh_p2wpkh_and_the_forks),
        cmocka_unit_test(one_keccak_account_links_ethereum_tron_ronin_xdc_and_injective),
        cmocka_unit_test(ed25519_and_ss58_keys_link),
        cmocka_unit_test(a_contract_at_one_address_on_two_evm_chains_is_no_key_link),
        cmocka_unit_test(a_script_hash_on_two_chains_is_the_same_script_and_no_key_link),
        cmocka_unit_test(a_script_hash_is_never_linked_to_a_key_hash_of_the_same_bytes),
        cmocka_unit_test(
            a_module_or_escrow_account_is_never_linked_to_its_twin_on_another_cosmos_chain),
        cmocka_unit_test(a_pallet_account_is_never_linked_to_its_twin_on_another_network),
        cmocka_unit_test(a_program_derived_address_is_no_key),
        cmocka_unit_test(the_test_network_is_another_subject_of_the_same_key),
        cmocka_unit_test(an_address_prefix_is_an_interval_of_subjects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
