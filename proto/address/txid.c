/* Transaction ids: recognised, checked as far as their form allows, and spelled one way per chain.
 */
#include "proto/address/base58.h"
#include "proto/address/chain.h"
#include "proto/address/evm.h"
#include "proto/address/parse.h"
#include "proto/address/spelling.h"

enum { HEX_DIGITS = 64 };

static bool all_hex(toc_span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (toc_hex_digit(text.data[i]) < 0)
            return false;
    }
    return true;
}

static bool has_0x(toc_span text)
{
    return text.size > 2 && memcmp(text.data, "0x", 2) == 0;
}

static void put(toc_span text, bool capitals, char *out)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (!capitals && c >= 'A' && c <= 'Z')
            c = (uint8_t)(c + 32);
        if (capitals && c >= 'a' && c <= 'z')
            c = (uint8_t)(c - 32);
        out[i] = (char)c;
    }
    out[text.size] = '\0';
}

/* 32 bytes in hexadecimal; chains differ in 0x and in the case that their tools print. */
static bool parse_hex(toc_span text, bool with_0x, bool capitals, char *out)
{
    toc_span digits = has_0x(text) ? toc_span_of(text.data + 2, text.size - 2) : text;
    if (digits.size != HEX_DIGITS || !all_hex(digits))
        return false;
    out[0] = '0';
    out[1] = 'x';
    put(digits, capitals, out + (with_0x ? 2 : 0));
    return true;
}

static bool parse_base58(toc_span text, size_t bytes_expected, char *out)
{
    uint8_t bytes[TOC_BASE58_BYTES_MAX];
    size_t size = 0;
    if (text.size >= TOC_TXID_TEXT_BYTES ||
        toc_base58_decode(TOC_BASE58_BITCOIN, text, bytes, 96, &size, NULL) != TOC_OK ||
        size != bytes_expected)
        return false;
    memcpy(out, text.data, text.size);
    out[text.size] = '\0';
    return true;
}

/* Base32 in one case: Algorand's 52 capitals; Filecoin's content ids, "bafy2bza" and 54 more. */
static bool parse_base32(toc_span text, const char *lead, size_t length, bool capitals, char *out)
{
    if (text.size != length || memcmp(text.data, lead, strlen(lead)) != 0)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        bool letter = capitals ? c >= 'A' && c <= 'Z' : c >= 'a' && c <= 'z';
        if (!letter && !(c >= '2' && c <= '7'))
            return false;
    }
    memcpy(out, text.data, text.size);
    out[text.size] = '\0';
    return true;
}

/* An operation's hash: Base58Check, prefix 05 74, 32 bytes, 51 characters that begin with 'o'. */
static bool parse_tezos(toc_span text, char *out)
{
    uint8_t bytes[64];
    size_t size = 0;
    if (text.size != 51 || text.data[0] != 'o' ||
        toc_base58check_decode(TOC_BASE58_BITCOIN, text, bytes, sizeof bytes - 4, &size, NULL) !=
            TOC_OK ||
        size != 34 || bytes[0] != 0x05 || bytes[1] != 0x74)
        return false;
    memcpy(out, text.data, text.size);
    out[text.size] = '\0';
    return true;
}

static size_t skip_digits(toc_span text, size_t from)
{
    while (from < text.size && text.data[from] >= '0' && text.data[from] <= '9')
        from++;
    return from;
}

/* payer@seconds.nanoseconds, which mirror nodes write payer-seconds-nanoseconds. */
static bool parse_hedera(toc_span text, char *out)
{
    size_t at = 0, part = 0;
    if (text.size >= TOC_TXID_TEXT_BYTES)
        return false;
    for (; part < 5; part++) {
        size_t end = skip_digits(text, at);
        if (end == at || end - at > 19)
            return false;
        memcpy(out + at, text.data + at, end - at);
        if (part == 4)
            break;
        static const char wanted[4] = {'.', '.', '@', '.'};
        bool hyphen = part >= 2 && end < text.size && text.data[end] == '-';
        if (end >= text.size || (text.data[end] != (uint8_t)wanted[part] && !hyphen))
            return false;
        out[end] = wanted[part];
        at = end + 1;
    }
    out[text.size] = '\0';
    return skip_digits(text, at) == text.size;
}

static bool base64_to_hex(toc_span text, char *out)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t bits = 0;
    unsigned count = 0;
    size_t bytes = 0;
    if (text.size != 44 || text.data[43] != '=')
        return false;
    for (size_t i = 0; i < 43; i++) {
        uint8_t c = text.data[i];
        int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                    : c >= 'a' && c <= 'z' ? c - 'a' + 26
                    : c >= '0' && c <= '9' ? c - '0' + 52
                    : c == '+' || c == '-' ? 62
                    : c == '/' || c == '_' ? 63
                                           : -1;
        if (value < 0)
            return false;
        bits = (bits << 6 | (uint32_t)value) & 0xFFFF;
        count += 6;
        if (count >= 8) {
            count -= 8;
            uint8_t byte = (uint8_t)(bits >> count);
            out[2 * bytes] = digits[byte >> 4];
            out[2 * bytes + 1] = digits[byte & 15];
            bytes++;
        }
    }
    out[2 * bytes] = '\0';
    return bytes == 32 && (bits & ((1U << count) - 1)) == 0;
}

static bool parse_for(const toc_chain *chain, toc_span text, char *out)
{
    if (chain->form == toc_form_evm || chain->form == toc_form_ss58)
        return parse_hex(text, true, false, out);
    if (chain->form == toc_form_ripple || chain->form == toc_form_cosmos)
        return !has_0x(text) && parse_hex(text, false, true, out);
    if (chain->form == toc_form_solana)
        return parse_base58(text, 64, out);
    if (chain->form == toc_form_near)
        return parse_base58(text, 32, out);
    if (chain->form == toc_form_tezos)
        return parse_tezos(text, out);
    if (chain->form == toc_form_algorand)
        return parse_base32(text, "", 52, true, out);
    if (chain->form == toc_form_filecoin)
        return parse_base32(text, "bafy2bza", 62, false, out);
    if (chain->form == toc_form_hedera)
        return parse_hedera(text, out);
    if (chain->form == toc_form_ton && base64_to_hex(text, out))
        return true;
    return !has_0x(text) && parse_hex(text, false, false, out);
}

toc_code toc_txid_parse(const toc_chain *chain, toc_span text, char out[TOC_TXID_TEXT_BYTES],
                        toc_err *err)
{
    char canonical[TOC_TXID_TEXT_BYTES] = {0};
    TOC_ASSERT(chain != NULL);
    text = toc_spelling_trim(text);
    TOC_TRY(toc_spelling_check(text, err));
    if (text.size == 0 || !parse_for(chain, text, canonical))
        return toc_fail(err, TOC_MALFORMED, "not a transaction id of %s (%zu characters)",
                        chain->name, text.size);
    memcpy(out, canonical, sizeof canonical);
    return TOC_OK;
}

/* Whose ids have the form of a text that names no chain; NULL: nobody's. */
static const char *owner_of(toc_span text)
{
    char scratch[TOC_TXID_TEXT_BYTES];
    if (parse_hex(text, true, false, scratch))
        return has_0x(text) ? "Ethereum or another EVM chain"
                            : "Bitcoin, TRON, XRP or another chain whose ids have 64 digits";
    if (parse_base58(text, 64, scratch))
        return "Solana";
    if (parse_tezos(text, scratch))
        return "Tezos";
    if (parse_base32(text, "", 52, true, scratch))
        return "Algorand";
    if (parse_base32(text, "bafy2bza", 62, false, scratch))
        return "Filecoin";
    return parse_hedera(text, scratch) ? "Hedera" : NULL;
}

bool toc_txid_like(toc_span text)
{
    return owner_of(toc_spelling_trim(text)) != NULL;
}

bool toc_txid_refuse(const toc_chain *chain, toc_span text, toc_err *err)
{
    char scratch[TOC_TXID_TEXT_BYTES];
    bool own = chain != NULL && parse_for(chain, text, scratch);
    const char *owner = own ? chain->name : owner_of(text);
    if (owner != NULL)
        toc_fail(err, TOC_MALFORMED, "a transaction id of %s, not an address", owner);
    return owner != NULL;
}
