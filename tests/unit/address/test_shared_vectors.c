/* The standards' own vectors that stand beside the project as JSON, where they are: Bitcoin Core,
 * BIP-173 and 350, Zcash (both revisions, ZIP 320), the SS58 registry, the XRP Ledger. Whole files,
 * where tests/vectors has a choice of them. zip_0316.json is about viewing keys and has no address.
 * Passes, and says so, on a machine without them. */
#include "tests/support/check.h"

#include <jansson.h>
#include <stdio.h>

#include "proto/address/base58.h"
#include "proto/address/bech32.h"
#include "proto/address/digest.h"
#include "proto/address/wallet.h"
#include "proto/base/text.h"
#include "tests/support/vectors.h"

enum { PATH_BYTES = 4096 };

static json_t *open_json(const char *name)
{
    char relative[128], path[PATH_BYTES];
    snprintf(relative, sizeof relative, "data/vectors/address/%s", name);
    if (!toc_shared_path(relative, path))
        skip();
    json_t *json = json_load_file(path, 0, NULL);
    assert_non_null(json);
    return json;
}

static const char *text_at(const json_t *row, size_t index)
{
    return json_string_value(json_array_get(row, index));
}

static const char *text_of(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static size_t hex_of(const char *text, uint8_t *out, size_t out_max)
{
    size_t size = strlen(text) / 2;
    toc_err err;
    assert_true(size <= out_max);
    TOC_CHECK_OK(toc_hex_decode(toc_span_text(text), out, size, &err));
    return size;
}

static const toc_chain *chain_named(const char *name)
{
    const toc_chain *chain = toc_chain_find(toc_span_text(name));
    assert_non_null(chain);
    return chain;
}

static bool taken(const char *symbol, const char *text, toc_wallet *out)
{
    return toc_wallet_parse_on(chain_named(symbol), toc_span_text(text), out, NULL) == TOC_OK;
}

static void base58_of_bitcoin_core(void **state)
{
    (void)state;
    json_t *rows = open_json("base58_encode_decode.json");
    const json_t *row;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        uint8_t expected[TOC_BASE58_BYTES_MAX], bytes[TOC_BASE58_BYTES_MAX];
        char printed[TOC_BASE58_TEXT_MAX];
        size_t size = 0, expected_size = hex_of(text_at(row, 0), expected, sizeof expected);
        toc_err err;
        TOC_CHECK_OK(toc_base58_decode(TOC_BASE58_BITCOIN, toc_span_text(text_at(row, 1)), bytes,
                                       sizeof bytes, &size, &err));
        assert_int_equal(size, expected_size);
        assert_memory_equal(bytes, expected, size);
        toc_base58_encode(TOC_BASE58_BITCOIN, toc_span_of(expected, expected_size), printed);
        assert_string_equal(printed, text_at(row, 1));
    }
    assert_int_equal(json_array_size(rows), 15);
    json_decref(rows);
}

/* The script that pays a wallet with Bitcoin's scripts, where its subject still has the program. */
static size_t script_of(const toc_wallet *wallet, uint8_t out[64])
{
    const uint8_t *subject = wallet->subject.bytes;
    bool key = strcmp(wallet->kind, "p2pkh") == 0, script = strcmp(wallet->kind, "p2sh") == 0;
    static const uint8_t head_key[] = {0x76, 0xA9, 0x14}, head_script[] = {0xA9, 0x14};
    size_t program = wallet->subject.size - 3u, size = 0;
    if (key || script) {
        size = key ? sizeof head_key : sizeof head_script;
        memcpy(out, key ? head_key : head_script, size);
    } else {
        bool first = strcmp(wallet->kind, "p2wpkh") == 0 || strcmp(wallet->kind, "p2wsh") == 0;
        out[size++] = first ? 0 : strcmp(wallet->kind, "p2tr") == 0 ? 0x51 : 0xFF;
        out[size++] = (uint8_t)program;
    }
    memcpy(out + size, subject + 1, program);
    size += program;
    if (key) {
        out[size++] = 0x88;
        out[size++] = 0xAC;
    } else if (script) {
        out[size++] = 0x87;
    }
    return size;
}

/* Versions of witness programs without a meaning have a hash in the subject: their kind and length
 * are all there is to compare. */
static void check_script(const toc_wallet *wallet, const char *hex)
{
    uint8_t expected[64], script[64];
    size_t expected_size = hex_of(hex, expected, sizeof expected), size = script_of(wallet, script);
    bool unknown = strcmp(wallet->kind, "witness") == 0;
    if (unknown ? expected[0] < 0x51 || expected[0] > 0x60
                : size != expected_size || memcmp(script, expected, size) != 0)
        fail_msg("%s is no %s", wallet->address, hex);
}

static const char *network_of(const char *text)
{
    return strcmp(text, "main") == 0 ? "BTC" : strcmp(text, "test") == 0 ? "TBTC" : "RTBTC";
}

static void flip_case(const char *text, char *out)
{
    size_t size = strlen(text);
    for (size_t i = 0; i <= size; i++) {
        bool letter = (text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z');
        out[i] = (char)(letter ? text[i] ^ 32 : text[i]);
    }
}

static void addresses_and_keys_of_bitcoin_core(void **state)
{
    (void)state;
    json_t *rows = open_json("key_io_valid.json");
    const json_t *row;
    size_t i, addresses = 0, keys = 0, disabled = 0;
    json_array_foreach(rows, i, row)
    {
        const json_t *about = json_array_get(row, 2);
        const char *text = text_at(row, 0), *network = network_of(text_of(about, "chain"));
        char flipped[TOC_ADDRESS_BYTES_MAX];
        toc_wallet wallet;
        toc_err err = {0};
        if (json_is_true(json_object_get(about, "isPrivkey"))) {
            TOC_CHECK_FAILS(TOC_MALFORMED, toc_wallet_parse_on(chain_named(network),
                                                               toc_span_text(text), &wallet, &err));
            assert_non_null(strstr(err.text, "private key"));
            TOC_CHECK_FAILS(
                TOC_MALFORMED,
                toc_wallet_keep_invalid(chain_named(network), toc_span_text(text), &wallet, &err));
            keys++;
        } else if (json_is_true(json_object_get(about, "disabled"))) {
            assert_false(taken(network, text, &wallet)); /* of BIP-173, before BIP-350 */
            disabled++;
        } else {
            assert_true(taken(network, text, &wallet));
            check_script(&wallet, text_at(row, 1));
            flip_case(text, flipped);
            bool other = taken(network, flipped, &wallet);
            assert_true(other == json_is_true(json_object_get(about, "tryCaseFlip")));
            addresses++;
        }
    }
    assert_int_equal(addresses, 22);
    assert_int_equal(keys, 16);
    assert_int_equal(disabled, 3);
    json_decref(rows);
}

static void what_bitcoin_core_refuses_is_refused_on_each_of_its_networks(void **state)
{
    (void)state;
    json_t *rows = open_json("key_io_invalid.json");
    static const char *const networks[] = {"BTC", "TBTC", "RTBTC"};
    const json_t *row;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        for (size_t j = 0; j < TOC_COUNT(networks); j++) {
            toc_wallet wallet;
            if (taken(networks[j], text_at(row, 0), &wallet))
                fail_msg("%s is taken for %s", text_at(row, 0), wallet.address);
        }
    }
    assert_int_equal(json_array_size(rows), 46);
    json_decref(rows);
}

static void check_bech32(const json_t *row, const char *text, bool valid)
{
    bool bech32m = json_integer_value(json_object_get(row, "bip")) == 350;
    toc_bech32_text decoded;
    bool is = toc_bech32_decode(toc_span_text(text), 90, &decoded, NULL) == TOC_OK &&
              decoded.code == (bech32m ? TOC_BECH32M : TOC_BECH32);
    if (is != valid)
        fail_msg("%s", text);
}

static void check_segwit(const json_t *row, const char *text, bool valid)
{
    toc_wallet wallet;
    bool is = taken("BTC", text, &wallet) || taken("TBTC", text, &wallet);
    if (is != valid)
        fail_msg("%s", text);
    if (is)
        check_script(&wallet, text_of(row, "script"));
}

static void strings_and_addresses_of_bip_173_and_350(void **state)
{
    (void)state;
    json_t *rows = open_json("bip173_bip350.json");
    const json_t *row;
    size_t i, replaced = 0;
    json_array_foreach(rows, i, row)
    {
        bool valid = json_is_true(json_object_get(row, "valid"));
        const char *text = text_of(row, "string");
        toc_wallet wallet;
        if (strcmp(text_of(row, "kind"), "bech32") == 0) {
            check_bech32(row, text, valid);
        } else if (valid && json_integer_value(json_object_get(row, "bip")) == 173 &&
                   strtol(text_of(row, "script"), NULL, 16) != 0 &&
                   text_of(row, "script")[0] != '0') {
            assert_false(taken("BTC", text, &wallet)); /* versions from 1 on: BIP-350 has others */
            replaced++;
        } else {
            check_segwit(row, text, valid);
        }
    }
    assert_int_equal(json_array_size(rows), 51);
    assert_true(replaced <= 3);
    json_decref(rows);
}

/* ---- Zcash ---- */

static bool null_at(const json_t *row, size_t index)
{
    return json_is_null(json_array_get(row, index));
}

/* A transparent receiver has its hash in the subject, a Sapling one in its spelling. */
static void check_receiver(const toc_wallet *receiver, const char *kind, const char *hex)
{
    uint8_t expected[64], bytes[TOC_ADDRESS_BYTES_MAX];
    size_t size = hex_of(hex, expected, sizeof expected), count = 0;
    toc_bech32_text decoded;
    assert_string_equal(receiver->kind, kind);
    if (strcmp(kind, "sapling") == 0) {
        assert_int_equal(toc_bech32_decode(toc_span_text(receiver->address), TOC_ADDRESS_BYTES_MAX,
                                           &decoded, NULL),
                         TOC_OK);
        assert_true(toc_bits_join(decoded.values, decoded.size, bytes, &count));
        assert_int_equal(count, size);
        assert_memory_equal(bytes, expected, size);
    } else {
        assert_int_equal(receiver->subject.size, size + 3);
        assert_memory_equal(receiver->subject.bytes + 1, expected, size);
    }
}

/* Columns 0 to 3: what the receivers hold; Orchard's has no spelling but a unified address. */
static void check_receivers(const json_t *row, const toc_wallet *wallet)
{
    static const char *const kinds[] = {"p2pkh", "p2sh", "sapling"};
    toc_wallet_candidates receivers;
    toc_err err;
    size_t at = 0;
    TOC_CHECK_OK(toc_wallet_receivers(wallet, &receivers, &err));
    for (size_t i = 0; i < TOC_COUNT(kinds); i++) {
        if (null_at(row, i))
            continue;
        assert_true(at < receivers.count);
        check_receiver(&receivers.wallets[at++], kinds[i], text_at(row, i));
    }
    if (!null_at(row, 3))
        assert_string_equal(receivers.wallets[at++].kind, "unified");
    assert_int_equal(receivers.count, at);
}

static void check_unified(const char *name, size_t rows_expected, size_t longer_expected)
{
    json_t *rows = open_json(name);
    const json_t *row;
    size_t i, longer = 0;
    json_array_foreach(rows, i, row)
    {
        if (i < 2)
            continue; /* the source, the heading */
        const char *text = text_at(row, 6);
        toc_wallet wallet;
        if (strlen(text) > TOC_ADDRESS_BYTES_MAX) {
            assert_false(taken("ZEC", text, &wallet));
            longer++;
            continue;
        }
        assert_true(taken("ZEC", text, &wallet));
        assert_string_equal(wallet.address, text);
        check_receivers(row, &wallet);
    }
    assert_int_equal(json_array_size(rows), rows_expected + 2);
    assert_int_equal(longer, longer_expected);
    json_decref(rows);
}

static void unified_addresses_and_their_receivers(void **state)
{
    (void)state;
    check_unified("zcash_unified_address.json", 44, 11);
    check_unified("zcash_unified_address_r2.json", 35, 0);
}

static void tex_addresses_are_their_key_hashes(void **state)
{
    (void)state;
    json_t *rows = open_json("zcash_zip_0320.json");
    const json_t *row;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        toc_wallet tex = {0}, key = {0};
        if (i < 2)
            continue;
        assert_true(taken("ZEC", text_at(row, 2), &tex) && taken("ZEC", text_at(row, 0), &key));
        assert_true(toc_span_equal(toc_subject_view(&tex.subject), toc_subject_view(&key.subject)));
        assert_string_equal(tex.address, text_at(row, 0));
        check_receiver(&tex, "p2pkh", text_at(row, 1));
    }
    assert_int_equal(json_array_size(rows), 12);
    json_decref(rows);
}

/* ---- SS58, XRP ---- */

/* SS58 documentation: prefix of one or two bytes, account, two bytes of BLAKE2b-512. */
static void spell_ss58(unsigned prefix, const uint8_t account[32], char *out)
{
    uint8_t bytes[36], digest[64];
    size_t size = 0;
    if (prefix >= 64)
        bytes[size++] = (uint8_t)(((prefix & 0xFC) >> 2) | 0x40);
    bytes[size++] = (uint8_t)(prefix < 64 ? prefix : (prefix >> 8) | ((prefix & 3) << 6));
    memcpy(bytes + size, account, 32);
    size += 32;
    toc_blake2b_digest(NULL, toc_span_text("SS58PRE"), toc_span_of(bytes, size), digest,
                       sizeof digest);
    memcpy(bytes + size, digest, 2);
    toc_base58_encode(TOC_BASE58_BITCOIN, toc_span_of(bytes, size + 2), out);
}

/* One key, spelt for every network of the registry: one vertex, whichever row of ours takes it. */
static void one_key_is_one_vertex_on_every_network_of_the_ss58_registry(void **state)
{
    (void)state;
    json_t *rows = open_json("ss58_registry.json");
    static const uint8_t account[32] = {0xD4, 0x35, 0x93, 0xC7, 0x15, 0xFD, 0xD3, 0x1C, 0x61,
                                        0x14, 0x1A, 0xBD, 0x04, 0xA9, 0x9F, 0xD6, 0x82, 0x2C,
                                        0x85, 0x58, 0x85, 0x4C, 0xCD, 0xE3, 0x9A, 0x56, 0x84,
                                        0xE7, 0xA5, 0x6D, 0xA2, 0x7D}; /* Substrate's //Alice */
    const json_t *row;
    size_t i, spelt = 0;
    json_array_foreach(rows, i, row)
    {
        json_int_t prefix = json_integer_value(json_object_get(row, "prefix"));
        char text[TOC_BASE58_TEXT_MAX];
        toc_wallet_candidates found;
        toc_err err;
        if (prefix > 16383) /* two bytes hold fourteen bits */
            continue;
        spell_ss58((unsigned)prefix, account, text);
        TOC_CHECK_OK(toc_wallet_parse(toc_span_text(text), &found, &err));
        /* The generic prefix may be any network's. */
        assert_true(prefix == 42 ? found.count > 1 : found.count == 1);
        for (size_t k = 0; k < found.count; k++) {
            toc_span vertex = toc_subject_vertex(&found.wallets[k].subject);
            assert_int_equal(vertex.size, 33);
            assert_int_equal(vertex.data[0], TOC_CLASS_KEY_SS58);
            assert_memory_equal(vertex.data + 1, account, sizeof account);
        }
        spelt++;
    }
    assert_int_equal(json_array_size(rows), 149);
    assert_int_equal(spelt, 148);
    json_decref(rows);
}

static void of_the_xrp_codec_accounts_are_addresses_and_keys_are_not(void **state)
{
    (void)state;
    char path[PATH_BYTES], line[256];
    size_t accounts = 0, keys = 0;
    if (!toc_shared_path("data/vectors/address/xrp_base58.csv", path))
        skip();
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file)); /* the heading */
    while (fgets(line, sizeof line, file) != NULL) {
        char text[128], hex[128];
        toc_wallet wallet;
        assert_int_equal(sscanf(line, "%127[^,],%127[0-9A-F]", text, hex), 2);
        bool account = strlen(hex) == 40;
        assert_true(taken("XRP", text, &wallet) == account);
        if (account) {
            uint8_t expected[20];
            (void)hex_of(hex, expected, sizeof expected);
            assert_int_equal(wallet.subject.bytes[0], TOC_CLASS_KEY_HASH160);
            assert_memory_equal(wallet.subject.bytes + 1, expected, sizeof expected);
        }
        accounts += account;
        keys += !account;
    }
    fclose(file);
    assert_int_equal(accounts, 1);
    assert_int_equal(keys, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base58_of_bitcoin_core),
        cmocka_unit_test(addresses_and_keys_of_bitcoin_core),
        cmocka_unit_test(what_bitcoin_core_refuses_is_refused_on_each_of_its_networks),
        cmocka_unit_test(strings_and_addresses_of_bip_173_and_350),
        cmocka_unit_test(unified_addresses_and_their_receivers),
        cmocka_unit_test(tex_addresses_are_their_key_hashes),
        cmocka_unit_test(one_key_is_one_vertex_on_every_network_of_the_ss58_registry),
        cmocka_unit_test(of_the_xrp_codec_accounts_are_addresses_and_keys_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
