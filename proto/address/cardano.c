/* Cardano: Shelley addresses (CIP-19, Bech32 without the length limit) and Byron ones (CBOR with a
 * CRC-32, in Base58; cardano-ledger, byron specification). */
#include "proto/address/base58.h"
#include "proto/address/bech32.h"
#include "proto/address/chain.h"
#include "proto/address/digest.h"
#include "proto/base/endian.h"

enum { HASH_BYTES = 28, SHELLEY_TEXT_MAX = 150, BYRON_BYTES_MAX = 120, CBOR_DEPTH_MAX = 4 };

static toc_fit set_wallet(const toc_chain *chain, toc_span bytes, toc_kind kind, toc_wallet *out)
{
    toc_subject_set_hashed(&out->subject, TOC_CLASS_OPAQUE32, bytes, chain->family, kind);
    out->kind = toc_kind_name(kind);
    return TOC_FIT_OK;
}

/* A pointer: three numbers in groups of seven bits, none longer than it need be. */
static bool pointer_ends(const uint8_t *bytes, size_t size)
{
    unsigned numbers = 0;
    size_t start = 0;
    for (size_t i = 0; i < size; i++) {
        if (i == start && bytes[i] == 0x80)
            return false;
        if ((bytes[i] & 0x80) == 0) {
            numbers++;
            if (i - start > 9)
                return false;
            start = i + 1;
        }
    }
    return numbers == 3 && start == size;
}

typedef struct shelley_kind {
    toc_kind kind;
    bool stake; /* its prefix is "stake" */
    bool holds; /* the length is one of this type */
} shelley_kind;

static shelley_kind kind_of(const uint8_t *bytes, size_t size)
{
    unsigned type = bytes[0] >> 4;
    if (type <= 3)
        return (shelley_kind){.kind = TOC_KIND_BASE, .holds = size == 1 + 2 * HASH_BYTES};
    if (type <= 5)
        return (shelley_kind){.kind = TOC_KIND_POINTER,
                              .holds = size > 1 + HASH_BYTES &&
                                       pointer_ends(bytes + 1 + HASH_BYTES, size - 1 - HASH_BYTES)};
    if (type <= 7)
        return (shelley_kind){.kind = TOC_KIND_ENTERPRISE, .holds = size == 1 + HASH_BYTES};
    return (shelley_kind){
        .kind = TOC_KIND_STAKE, .stake = true, .holds = type >= 14 && size == 1 + HASH_BYTES};
}

static toc_fit check_shelley(const toc_chain *chain, toc_span spelled, const toc_bech32_text *text,
                             toc_span bytes, toc_wallet *out, toc_err *err)
{
    bool stake_prefix = strncmp(text->prefix, "stake", 5) == 0;
    bool test_prefix = strstr(text->prefix, "_test") != NULL;
    shelley_kind kind = kind_of(bytes.data, bytes.size);
    unsigned network = bytes.data[0] & 15;
    if (!kind.holds || kind.stake != stake_prefix) {
        toc_fail(err, TOC_MALFORMED,
                 "a header of type %u with %zu bytes behind '%s', which CIP-19 does not have",
                 bytes.data[0] >> 4, bytes.size, text->prefix);
        return TOC_FIT_BROKEN;
    }
    if (network > 1 || (network == 0) != test_prefix) {
        toc_fail(err, TOC_MALFORMED, "network %u behind the prefix '%s' (CIP-19)", network,
                 text->prefix);
        return TOC_FIT_BROKEN;
    }
    if (test_prefix != toc_chain_is_test(chain)) {
        toc_fail(err, TOC_MALFORMED, "an address of %s network, not of %s",
                 test_prefix ? "a test" : "the main", chain->name);
        return TOC_FIT_ALIEN;
    }
    toc_bech32_lower(spelled, out->address);
    return set_wallet(chain, bytes, kind.kind, out);
}

static toc_fit parse_shelley(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    static const char *const prefixes[] = {"addr", "addr_test", "stake", "stake_test"};
    toc_bech32_text decoded;
    uint8_t bytes[TOC_ADDRESS_BYTES_MAX];
    size_t size = 0;
    bool known = false;
    if (toc_bech32_decode(text, SHELLEY_TEXT_MAX, &decoded, err) != TOC_OK)
        return TOC_FIT_BROKEN;
    for (size_t i = 0; i < TOC_COUNT(prefixes); i++)
        known = known || strcmp(decoded.prefix, prefixes[i]) == 0;
    if (!known) {
        toc_fail(err, TOC_MALFORMED, "the prefix '%s', which is none of an address",
                 decoded.prefix);
        return TOC_FIT_ALIEN;
    }
    if (decoded.code != TOC_BECH32 || !toc_bits_join(decoded.values, decoded.size, bytes, &size) ||
        size == 0) {
        toc_fail(err, TOC_MALFORMED, "Bech32m, or unused bits at the end that are not zero");
        return TOC_FIT_BROKEN;
    }
    return check_shelley(chain, text, &decoded, toc_span_of(bytes, size), out, err);
}

/* The little of CBOR (RFC 8949) that a Byron address is made of. */
typedef struct cbor {
    toc_span left;
    bool failed;
} cbor;

/* A head: the argument, after asking that the major type is as expected and no longer than needed.
 */
static uint64_t take_head(cbor *at, unsigned major)
{
    static const uint8_t lengths[4] = {1, 2, 4, 8};
    if (at->failed || at->left.size == 0 || at->left.data[0] >> 5 != major) {
        at->failed = true;
        return 0;
    }
    unsigned info = at->left.data[0] & 31;
    size_t extra = info < 24 ? 0 : info < 28 ? lengths[info - 24] : SIZE_MAX;
    if (extra == SIZE_MAX || at->left.size - 1 < extra) {
        at->failed = true;
        return 0;
    }
    uint64_t value = info < 24 ? info : 0;
    for (size_t i = 0; i < extra; i++)
        value = value << 8 | at->left.data[1 + i];
    uint64_t least = info < 24    ? 0
                     : info == 24 ? 24
                     : info == 25 ? 0x100
                     : info == 26 ? 0x10000
                                  : 0x100000000;
    at->failed = value < least;
    at->left = toc_span_of(at->left.data + 1 + extra, at->left.size - 1 - extra);
    return value;
}

static toc_span take_bytes(cbor *at)
{
    uint64_t size = take_head(at, 2);
    if (at->failed || size > at->left.size) {
        at->failed = true;
        return toc_span_of(NULL, 0);
    }
    toc_span bytes = toc_span_of(at->left.data, (size_t)size);
    at->left = toc_span_of(at->left.data + size, at->left.size - (size_t)size);
    return bytes;
}

/* [root 28, {1: derivation path, 2: network magic}, type 0 to 2]; the magic stands on test networks
 * only. */
static bool byron_payload(toc_span payload, bool *out_test)
{
    cbor at = {.left = payload};
    bool whole = take_head(&at, 4) == 3;
    whole = take_bytes(&at).size == HASH_BYTES && whole;
    uint64_t attributes = take_head(&at, 5);
    *out_test = false;
    for (uint64_t i = 0; i < attributes && i < CBOR_DEPTH_MAX && !at.failed; i++) {
        uint64_t key = take_head(&at, 0);
        toc_span value = take_bytes(&at);
        whole = whole && (key == 1 || key == 2);
        *out_test = *out_test || key == 2;
        if (key == 2) {
            cbor magic = {.left = value};
            (void)take_head(&magic, 0);
            whole = whole && !magic.failed && magic.left.size == 0;
        }
    }
    uint64_t type = take_head(&at, 0);
    return whole && !at.failed && at.left.size == 0 && attributes <= 2 && type <= 2;
}

static toc_fit parse_byron(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    uint8_t bytes[BYRON_BYTES_MAX];
    size_t size = 0;
    bool test = false;
    if (toc_base58_decode(TOC_BASE58_BITCOIN, text, bytes, sizeof bytes, &size, err) != TOC_OK)
        return TOC_FIT_BROKEN;
    cbor at = {.left = toc_span_of(bytes, size)};
    bool whole = take_head(&at, 4) == 2;
    whole = take_head(&at, 6) == 24 && whole;
    toc_span payload = take_bytes(&at);
    uint64_t crc = take_head(&at, 0);
    if (!whole || at.failed || at.left.size != 0) {
        toc_fail(err, TOC_MALFORMED, "not a Byron address: characters are missing or wrong");
        return TOC_FIT_BROKEN;
    }
    if (crc != toc_crc32(payload)) {
        toc_fail(err, TOC_MALFORMED,
                 "the checksum (CRC-32) does not hold: a character is wrong or in the wrong case");
        return TOC_FIT_BROKEN;
    }
    if (!byron_payload(payload, &test)) {
        toc_fail(err, TOC_MALFORMED, "a Byron address whose content is not one");
        return TOC_FIT_BROKEN;
    }
    if (test != toc_chain_is_test(chain)) {
        toc_fail(err, TOC_MALFORMED, "an address of %s network, not of %s",
                 test ? "a test" : "the main", chain->name);
        return TOC_FIT_ALIEN;
    }
    memcpy(out->address, text.data, text.size);
    return set_wallet(chain, toc_span_of(bytes, size), TOC_KIND_BYRON, out);
}

/* Byron addresses begin with "Ae2" or "Ddz" on the main network, "2c", "37" or "4swh" on test
 * networks; 82 D8 18 58 is what all of them decode to, and the first two characters follow from it
 * and the length. */
static bool byron_like(toc_span text)
{
    static const char *const leads[] = {"Ae2", "Ddz", "2cW", "37b", "4sw"};
    for (size_t i = 0; i < TOC_COUNT(leads) && text.size >= 50; i++) {
        if (memcmp(text.data, leads[i], 3) == 0)
            return true;
    }
    return false;
}

static bool shelley_like(toc_span text)
{
    if (text.size < 20)
        return false;
    const uint8_t *c = text.data;
    bool address =
        (c[0] | 32) == 'a' && (c[1] | 32) == 'd' && (c[2] | 32) == 'd' && (c[3] | 32) == 'r';
    bool stake = (c[0] | 32) == 's' && (c[1] | 32) == 't' && (c[2] | 32) == 'a' &&
                 (c[3] | 32) == 'k' && (c[4] | 32) == 'e';
    uint8_t next = c[address ? 4 : 5];
    return (address || stake) && (next == '1' || next == '_');
}

toc_fit toc_form_cardano(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    if (shelley_like(text))
        return parse_shelley(chain, text, out, err);
    if (byron_like(text))
        return parse_byron(chain, text, out, err);
    toc_fail(err, TOC_MALFORMED, "not an address of %s: those begin with addr1, stake1, Ae2 or Ddz",
             chain->name);
    return TOC_FIT_ALIEN;
}
