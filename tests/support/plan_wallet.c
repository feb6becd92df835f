#include "proto/address/base58.h"
#include "proto/address/bech32.h"
#include "proto/address/subject.h"
#include "proto/base/text.h"
#include "tests/support/check.h"
#include "tests/support/plan_fields.h"

enum { SPELLING_BYTES = TOC_BASE58_TEXT_MAX };

static void spell_base58(toc_base58_alphabet alphabet, uint8_t version, const uint8_t *hash,
                         char *out)
{
    uint8_t payload[21] = {version};
    memcpy(payload + 1, hash, 20);
    toc_base58check_encode(alphabet, TOC_SPAN_OF(payload), out);
}

static void spell_bech32(const uint8_t *program, size_t size, char *out)
{
    uint8_t values[1 + 64] = {0};
    size_t count = toc_bits_split(program, size, values + 1);
    toc_bech32_encode(TOC_BECH32, "bc", values, 1 + count, out);
}

/* Kinds as worlds.py numbers them; whatever else is an account. */
enum { WORLD_P2PKH = 1, WORLD_P2SH = 2, WORLD_P2WPKH = 3, WORLD_P2WSH = 4 };

static void spell_account(uint8_t family, const uint8_t *payload, char *out)
{
    if (family == TOC_FAMILY_TRON) {
        spell_base58(TOC_BASE58_BITCOIN, 0x41, payload, out);
    } else if (family == TOC_FAMILY_XRP) {
        spell_base58(TOC_BASE58_RIPPLE, 0, payload, out);
    } else if (family == TOC_FAMILY_SOL) {
        toc_base58_encode(TOC_BASE58_BITCOIN, toc_span_of(payload, 32), out);
    } else {
        out[0] = '0';
        out[1] = 'x';
        toc_hex_encode(toc_span_of(payload, 20), out + 2);
    }
}

static void spell(const uint8_t *subject, size_t size, char out[SPELLING_BYTES])
{
    const uint8_t *payload = subject + 1;
    uint8_t family = subject[size - 2], kind = subject[size - 1];
    bool ltc = family == TOC_FAMILY_LTC;
    if (kind == WORLD_P2PKH)
        spell_base58(TOC_BASE58_BITCOIN, ltc ? 48 : 0, payload, out);
    else if (kind == WORLD_P2SH)
        spell_base58(TOC_BASE58_BITCOIN, ltc ? 50 : 5, payload, out);
    else if (kind == WORLD_P2WPKH || kind == WORLD_P2WSH)
        spell_bech32(payload, size - 3, out);
    else
        spell_account(family, payload, out);
}

static const char *chain_of(uint8_t family)
{
    switch (family) {
    case TOC_FAMILY_LTC:
        return "LTC";
    case TOC_FAMILY_EVM:
        return "eip155:1";
    case TOC_FAMILY_TRON:
        return "TRON";
    case TOC_FAMILY_XRP:
        return "XRP";
    case TOC_FAMILY_SOL:
        return "SOL";
    default:
        return "BTC";
    }
}

toc_wallet toc_plan_wallet(const char *subject_hex, const char *chain)
{
    toc_err err = {0};
    uint8_t subject[TOC_SUBJECT_BYTES_MAX];
    size_t size = strlen(subject_hex) / 2;
    char text[SPELLING_BYTES];
    toc_wallet wallet;
    assert_true(size > 3 && size <= sizeof subject);
    TOC_CHECK_OK(toc_hex_decode(toc_span_text(subject_hex), subject, size, &err));
    spell(subject, size, text);
    const char *name = chain[0] != '\0' ? chain : chain_of(subject[size - 2]);
    const toc_chain *found = toc_chain_find(toc_span_text(name));
    assert_non_null(found);
    TOC_CHECK_OK(toc_wallet_parse_on(found, toc_span_text(text), &wallet, &err));
    /* All but the number of the kind, which the worlds have of their own. */
    assert_int_equal(wallet.subject.size, size);
    assert_memory_equal(wallet.subject.bytes, subject, size - 1);
    return wallet;
}
