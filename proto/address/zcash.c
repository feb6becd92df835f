/* Zcash: transparent addresses as Bitcoin has them, Sprout and Sapling (protocol specification
 * §5.6), and unified addresses (ZIP 316): receivers, jumbled by F4Jumble, in Bech32m without a
 * length limit. */
#include "proto/address/base58.h"
#include "proto/address/bech32.h"
#include "proto/address/chain.h"
#include "proto/address/digest.h"

enum { PADDING_BYTES = 16, SAPLING_BYTES = 43, SPROUT_BYTES = 66, HALF_MAX = 64, JUMBLE_MIN = 48 };
enum {
    TYPE_P2PKH = 0,
    TYPE_P2SH = 1,
    TYPE_SAPLING = 2,
    TYPE_ORCHARD = 3,
    TYPE_METADATA = 0xC0,
    TYPE_METADATA_LAST = 0xFC
};

/* The prefixes of a network's shielded addresses. */
typedef struct network {
    const char *unified;     /* ZIP 316 */
    const char *shielded;    /* ZIP 316, revision 2: without transparent receivers; or NULL */
    const char *transparent; /* ZIP 316, revision 2: the others; or NULL */
    const char *sapling;
    uint8_t sprout[2]; /* Base58Check prefix */
    char sprout_lead;  /* the character after 'z' that follows from it */
} network;

static const network *network_of(const toc_chain *chain)
{
    static const network main_network = {.unified = "u",
                                         .shielded = "zu",
                                         .transparent = "tu",
                                         .sapling = "zs",
                                         .sprout = {0x16, 0x9A},
                                         .sprout_lead = 'c'};
    static const network test_network = {
        .unified = "utest", .sapling = "ztestsapling", .sprout = {0x16, 0xB6}, .sprout_lead = 't'};
    return toc_chain_is_test(chain) ? &test_network : &main_network;
}

static void mask(char which, uint8_t round, unsigned block, toc_span from, uint8_t *into,
                 size_t size)
{
    uint8_t personal[16] = "UA_F4Jumble_", digest[64];
    personal[12] = (uint8_t)which;
    personal[13] = round;
    personal[14] = (uint8_t)block;
    personal[15] = (uint8_t)(block >> 8);
    toc_blake2b_digest(personal, from, toc_span_of(NULL, 0), digest,
                       which == 'H' ? size : sizeof digest);
    for (size_t i = 0; i < size; i++)
        into[i] ^= digest[i];
}

static void mask_left(uint8_t round, uint8_t *bytes, size_t left, size_t size)
{
    mask('H', round, 0, toc_span_of(bytes + left, size - left), bytes, left);
}

static void mask_right(uint8_t round, uint8_t *bytes, size_t left, size_t size)
{
    for (size_t at = left, block = 0; at < size; at += 64, block++)
        mask('G', round, (unsigned)block, toc_span_of(bytes, left), bytes + at,
             size - at < 64 ? size - at : 64);
}

/* F4Jumble and its inverse in place (ZIP 316, "Jumbling"). */
static void jumble(uint8_t *bytes, size_t size, bool inverse)
{
    size_t left = size / 2 < HALF_MAX ? size / 2 : HALF_MAX;
    if (inverse) {
        mask_left(1, bytes, left, size);
        mask_right(1, bytes, left, size);
        mask_left(0, bytes, left, size);
        mask_right(0, bytes, left, size);
    } else {
        mask_right(0, bytes, left, size);
        mask_left(0, bytes, left, size);
        mask_right(1, bytes, left, size);
        mask_left(1, bytes, left, size);
    }
}

/* Bitcoin's compactSize, no longer than needed; false when it is, or when bytes are missing. */
static bool take_size(toc_span *left, uint32_t *out)
{
    const uint8_t *at = left->data;
    size_t bytes = left->size == 0 ? 0 : at[0] < 253 ? 1 : at[0] == 253 ? 3 : at[0] == 254 ? 5 : 0;
    if (bytes == 0 || left->size < bytes)
        return false;
    uint32_t value = bytes == 1 ? at[0] : 0;
    for (size_t i = bytes; i > 1; i--)
        value = value << 8 | at[i - 1];
    *left = toc_span_of(at + bytes, left->size - bytes);
    *out = value;
    return (bytes == 1 || value >= 253) && (bytes != 5 || value > 0xFFFF);
}

static bool length_fits(uint32_t type, size_t size)
{
    switch (type) {
    case TYPE_P2PKH:
    case TYPE_P2SH:
        return size == 20;
    case TYPE_SAPLING:
    case TYPE_ORCHARD:
        return size == SAPLING_BYTES;
    default:
        return true;
    }
}

/* ZIP 316: items in ascending order of their type, not both transparent ones, a shielded one, and
 * (in revision 2) metadata that is not a receiver. */
static toc_code check_items(toc_span items, const char *prefix, toc_err *err)
{
    bool revision2 = prefix[1] == 'u' && prefix[2] == '\0'; /* "zu", "tu" */
    bool p2pkh = false, p2sh = false, shielded = false;
    uint32_t previous = 0;
    for (bool first = true; items.size > 0; first = false) {
        uint32_t type = 0, size = 0;
        if (!take_size(&items, &type) || !take_size(&items, &size) || size > items.size ||
            type > 0x2000000)
            return toc_fail(err, TOC_MALFORMED, "a receiver that is cut short (ZIP 316)");
        if (!first && type <= previous)
            return toc_fail(err, TOC_MALFORMED, "receivers out of order (ZIP 316)");
        if (!length_fits(type, size))
            return toc_fail(err, TOC_MALFORMED, "a receiver of type %u with %u bytes (ZIP 316)",
                            (unsigned)type, (unsigned)size);
        bool metadata = revision2 && type >= TYPE_METADATA && type <= TYPE_METADATA_LAST;
        p2pkh = p2pkh || type == TYPE_P2PKH;
        p2sh = p2sh || type == TYPE_P2SH;
        shielded = shielded || (type > TYPE_P2SH && !metadata);
        previous = type;
        items = toc_span_of(items.data + size, items.size - size);
    }
    if (p2pkh && p2sh)
        return toc_fail(err, TOC_MALFORMED, "two transparent receivers (ZIP 316)");
    if (prefix[0] == 'z' && (p2pkh || p2sh))
        return toc_fail(err, TOC_MALFORMED, "a transparent receiver behind 'zu' (ZIP 316)");
    if (!shielded)
        return toc_fail(err, TOC_MALFORMED, "no shielded receiver (ZIP 316)");
    return TOC_OK;
}

/* The items of a unified address into `out` (TOC_ADDRESS_BYTES_MAX bytes). */
static toc_code open_unified(const toc_bech32_text *text, uint8_t *out, size_t *out_bytes,
                             toc_err *err)
{
    size_t size = 0, prefix = strlen(text->prefix);
    uint8_t padding[PADDING_BYTES] = {0};
    if (text->code != TOC_BECH32M || !toc_bits_join(text->values, text->size, out, &size) ||
        size < JUMBLE_MIN)
        return toc_fail(err, TOC_MALFORMED,
                        "not Bech32m, too short, or unused bits at the end (ZIP 316)");
    jumble(out, size, true);
    memcpy(padding, text->prefix, prefix);
    if (memcmp(out + size - PADDING_BYTES, padding, PADDING_BYTES) != 0)
        return toc_fail(err, TOC_MALFORMED,
                        "the padding does not hold: the address was altered (ZIP 316)");
    *out_bytes = size - PADDING_BYTES;
    return check_items(toc_span_of(out, *out_bytes), text->prefix, err);
}

static toc_fit parse_unified(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    toc_bech32_text decoded;
    uint8_t items[TOC_ADDRESS_BYTES_MAX];
    size_t size = 0;
    if (toc_bech32_decode(text, TOC_ADDRESS_BYTES_MAX, &decoded, err) != TOC_OK ||
        open_unified(&decoded, items, &size, err) != TOC_OK)
        return TOC_FIT_BROKEN;
    toc_bech32_lower(text, out->address);
    toc_subject_set_hashed(&out->subject, TOC_CLASS_OPAQUE32, toc_span_of(items, size),
                           chain->family, TOC_KIND_UNIFIED);
    out->kind = toc_kind_name(TOC_KIND_UNIFIED);
    return TOC_FIT_OK;
}

static toc_fit set_sapling(const toc_chain *chain, const uint8_t *bytes, toc_wallet *out)
{
    const network *prefixes = network_of(chain);
    uint8_t values[70];
    toc_bech32_encode(TOC_BECH32, prefixes->sapling, values,
                      toc_bits_split(bytes, SAPLING_BYTES, values), out->address);
    toc_subject_set_hashed(&out->subject, TOC_CLASS_OPAQUE32, toc_span_of(bytes, SAPLING_BYTES),
                           chain->family, TOC_KIND_SAPLING);
    out->kind = toc_kind_name(TOC_KIND_SAPLING);
    return TOC_FIT_OK;
}

static toc_fit parse_sapling(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    toc_bech32_text decoded;
    uint8_t bytes[TOC_ADDRESS_BYTES_MAX];
    size_t size = 0;
    if (toc_bech32_decode(text, TOC_ADDRESS_BYTES_MAX, &decoded, err) != TOC_OK)
        return TOC_FIT_BROKEN;
    if (decoded.code != TOC_BECH32 || !toc_bits_join(decoded.values, decoded.size, bytes, &size) ||
        size != SAPLING_BYTES) {
        toc_fail(err, TOC_MALFORMED, "not the 43 bytes of a Sapling address in Bech32");
        return TOC_FIT_BROKEN;
    }
    return set_sapling(chain, bytes, out);
}

static toc_fit parse_sprout(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    const network *prefixes = network_of(chain);
    uint8_t bytes[96];
    size_t size = 0;
    if (toc_base58check_decode(TOC_BASE58_BITCOIN, text, bytes, sizeof bytes - 4, &size, err) !=
        TOC_OK)
        return TOC_FIT_BROKEN;
    if (size != SPROUT_BYTES || bytes[0] != prefixes->sprout[0] ||
        bytes[1] != prefixes->sprout[1]) {
        toc_fail(err, TOC_MALFORMED, "not a Sprout address of %s", chain->name);
        return TOC_FIT_ALIEN;
    }
    memcpy(out->address, text.data, text.size);
    toc_subject_set_hashed(&out->subject, TOC_CLASS_OPAQUE32, toc_span_of(bytes + 2, 64),
                           chain->family, TOC_KIND_SPROUT);
    out->kind = toc_kind_name(TOC_KIND_SPROUT);
    return TOC_FIT_OK;
}

static bool begins(toc_span text, const char *prefix)
{
    size_t length = prefix == NULL ? 0 : strlen(prefix);
    if (length == 0 || text.size <= length || text.data[length] != '1')
        return false;
    for (size_t i = 0; i < length; i++) {
        if ((text.data[i] | 32) != prefix[i])
            return false;
    }
    return true;
}

toc_fit toc_form_zcash(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    const network *prefixes = network_of(chain);
    if (begins(text, prefixes->unified) || begins(text, prefixes->shielded) ||
        begins(text, prefixes->transparent))
        return parse_unified(chain, text, out, err);
    if (begins(text, prefixes->sapling))
        return parse_sapling(chain, text, out, err);
    if (text.size > 90 && text.size < 100 && text.data[0] == 'z' &&
        text.data[1] == (uint8_t)prefixes->sprout_lead)
        return parse_sprout(chain, text, out, err);
    return toc_form_bitcoin(chain, text, out, err);
}

/* One Orchard receiver has no spelling but a unified address of its own. */
static toc_fit set_orchard(const toc_chain *chain, const uint8_t *receiver, toc_wallet *out)
{
    const network *prefixes = network_of(chain);
    uint8_t bytes[2 + SAPLING_BYTES + PADDING_BYTES] = {TYPE_ORCHARD, SAPLING_BYTES}, values[100];
    memcpy(bytes + 2, receiver, SAPLING_BYTES);
    toc_subject_set_hashed(&out->subject, TOC_CLASS_OPAQUE32, toc_span_of(bytes, 2 + SAPLING_BYTES),
                           chain->family, TOC_KIND_UNIFIED);
    memcpy(bytes + 2 + SAPLING_BYTES, prefixes->unified, strlen(prefixes->unified));
    jumble(bytes, sizeof bytes, false);
    toc_bech32_encode(TOC_BECH32M, prefixes->unified, values,
                      toc_bits_split(bytes, sizeof bytes, values), out->address);
    out->kind = toc_kind_name(TOC_KIND_UNIFIED);
    return TOC_FIT_OK;
}

static bool set_receiver(const toc_chain *chain, uint32_t type, const uint8_t *bytes,
                         toc_wallet *out)
{
    memset(out, 0, sizeof *out);
    out->chain = chain;
    out->flags = toc_chain_is_test(chain) ? TOC_WALLET_TEST_NETWORK : 0;
    switch (type) {
    case TYPE_P2PKH:
    case TYPE_P2SH:
        toc_bitcoin_set_hash(chain, type == TYPE_P2SH, bytes, out);
        return true;
    case TYPE_SAPLING:
        return set_sapling(chain, bytes, out) == TOC_FIT_OK;
    case TYPE_ORCHARD:
        return set_orchard(chain, bytes, out) == TOC_FIT_OK;
    default:
        return false;
    }
}

toc_code toc_wallet_receivers(const toc_wallet *wallet, toc_wallet_candidates *out, toc_err *err)
{
    toc_bech32_text decoded;
    uint8_t items[TOC_ADDRESS_BYTES_MAX];
    size_t bytes = 0;
    if (wallet->chain->form != toc_form_zcash || wallet->kind != toc_kind_name(TOC_KIND_UNIFIED)) {
        out->count = 0;
        return TOC_OK;
    }
    TOC_TRY(
        toc_bech32_decode(toc_span_text(wallet->address), TOC_ADDRESS_BYTES_MAX, &decoded, err));
    TOC_TRY(open_unified(&decoded, items, &bytes, err));
    toc_span left = toc_span_of(items, bytes);
    out->count = 0;
    while (left.size > 0 && out->count < TOC_WALLET_CANDIDATES_MAX) {
        uint32_t type = 0, size = 0;
        (void)take_size(&left, &type); /* checked above */
        (void)take_size(&left, &size);
        if (set_receiver(wallet->chain, type, left.data, &out->wallets[out->count]))
            out->count++;
        left = toc_span_of(left.data + size, left.size - size);
    }
    return TOC_OK;
}
