/* Monero: blocks of 8 bytes in Base58 (monero/src/common/base58.cpp), network byte, spend key, view
 * key, perhaps a payment id, and four bytes of Keccak-256 (Monero documentation, "Public address").
 */
#include "proto/address/base58.h"
#include "proto/address/chain.h"
#include "proto/address/curve.h"
#include "proto/address/keccak.h"
#include "proto/base/endian.h"
#include "proto/base/text.h"

enum {
    BLOCK_BYTES = 8,
    BLOCK_TEXT = 11,
    STANDARD_BYTES = 69,
    INTEGRATED_BYTES = 77,
    TEXT_MAX = 106
};

/* Characters of a block of 0 to 8 bytes. */
static const uint8_t block_text[BLOCK_BYTES + 1] = {0, 2, 3, 5, 6, 7, 9, 10, 11};

static size_t bytes_of_block(size_t characters)
{
    for (size_t i = 0; i <= BLOCK_BYTES; i++) {
        if (block_text[i] == characters)
            return i;
    }
    return SIZE_MAX;
}

static toc_code decode_block(toc_span text, size_t offset, size_t bytes, uint8_t *out, toc_err *err)
{
    uint64_t number = 0;
    bool over = false;
    for (size_t i = 0; i < text.size; i++) {
        int value = toc_base58_value(TOC_BASE58_BITCOIN, text.data[i]);
        if (value < 0)
            return toc_base58_refuse(text.data[i], offset + i + 1, err);
        over = over || number > (UINT64_MAX - (uint64_t)value) / 58;
        number = number * 58 + (uint64_t)value;
    }
    if (over || (bytes < 8 && number >> (8 * bytes) != 0))
        return toc_fail(err, TOC_MALFORMED, "a block of %zu characters too large from position %zu",
                        text.size, offset + 1);
    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t)(number >> (8 * (bytes - 1 - i)));
    return TOC_OK;
}

static toc_code decode(toc_span text, uint8_t *out, size_t *out_bytes, toc_err *err)
{
    size_t bytes = 0;
    for (size_t at = 0; at < text.size; at += BLOCK_TEXT) {
        size_t characters = text.size - at < BLOCK_TEXT ? text.size - at : BLOCK_TEXT;
        size_t block = bytes_of_block(characters);
        if (block == SIZE_MAX)
            return toc_fail(err, TOC_MALFORMED, "%zu characters, which no address has", text.size);
        TOC_TRY(decode_block(toc_span_of(text.data + at, characters), at, block, out + bytes, err));
        bytes += block;
    }
    *out_bytes = bytes;
    return TOC_OK;
}

static void encode(const uint8_t *bytes, size_t size, char *out)
{
    static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    for (size_t at = 0; at < size; at += BLOCK_BYTES) {
        size_t block = size - at < BLOCK_BYTES ? size - at : BLOCK_BYTES;
        uint64_t number = 0;
        for (size_t i = 0; i < block; i++)
            number = number << 8 | bytes[at + i];
        for (size_t i = block_text[block]; i > 0; i--) {
            out[i - 1] = alphabet[number % 58];
            number /= 58;
        }
        out += block_text[block];
    }
    *out = '\0';
}

/* An integrated address is the standard one and a payment id: (address, tag). */
static toc_fit set_wallet(const toc_chain *chain, const uint8_t *bytes, size_t size,
                          toc_wallet *out)
{
    const toc_monero_params *params = chain->params;
    uint8_t standard[STANDARD_BYTES];
    toc_hash hash;
    bool sub = bytes[0] == params->subaddress;
    toc_kind kind = sub ? TOC_KIND_SUBADDRESS : TOC_KIND_STANDARD;
    if (size == INTEGRATED_BYTES)
        toc_hex_encode(toc_span_of(bytes + 65, 8), out->tag);
    standard[0] = sub ? params->subaddress : params->standard;
    memcpy(standard + 1, bytes + 1, 64);
    toc_keccak256(toc_span_of(standard, 65), &hash);
    memcpy(standard + 65, hash.bytes, 4);
    encode(standard, sizeof standard, out->address);
    toc_subject_set_hashed(&out->subject, TOC_CLASS_OPAQUE32, toc_span_of(bytes + 1, 64),
                           chain->family, kind);
    out->kind = toc_kind_name(kind);
    return TOC_FIT_OK;
}

toc_fit toc_form_monero(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    const toc_monero_params *params = chain->params;
    uint8_t bytes[TEXT_MAX];
    size_t size = 0;
    toc_hash hash;
    if (text.size < 90 || text.size > TEXT_MAX || strchr(params->leads, text.data[0]) == NULL) {
        toc_fail(err, TOC_MALFORMED, "not an address of %s: those have 95 or 106 characters",
                 chain->name);
        return TOC_FIT_ALIEN;
    }
    if (decode(text, bytes, &size, err) != TOC_OK)
        return TOC_FIT_BROKEN;
    if (size != STANDARD_BYTES && size != INTEGRATED_BYTES) {
        toc_fail(err, TOC_MALFORMED, "%zu characters; an address of %s has 95 or 106", text.size,
                 chain->name);
        return TOC_FIT_BROKEN;
    }
    toc_keccak256(toc_span_of(bytes, size - 4), &hash);
    if (memcmp(hash.bytes, bytes + size - 4, 4) != 0) {
        toc_fail(err, TOC_MALFORMED,
                 "the checksum does not hold: a character is wrong or in the wrong case");
        return TOC_FIT_BROKEN;
    }
    bool known = size == STANDARD_BYTES
                     ? bytes[0] == params->standard || bytes[0] == params->subaddress
                     : bytes[0] == params->integrated;
    if (!known) {
        toc_fail(err, TOC_MALFORMED, "not an address of %s: its network byte is %u", chain->name,
                 bytes[0]);
        return TOC_FIT_ALIEN;
    }
    if (!toc_curve25519_holds(bytes + 1) || !toc_curve25519_holds(bytes + 33)) {
        toc_fail(err, TOC_MALFORMED,
                 "a key that is no point of the curve, so nobody can be paid there");
        return TOC_FIT_BROKEN;
    }
    return set_wallet(chain, bytes, size, out);
}
