/* TON: friendly addresses (TEP-2: tag, workchain, account, CRC-16, in base64 of either alphabet)
 * and raw ones (workchain:hex). Bounceable or not is a wish about one payment, not part of the
 * account. */
#include "proto/address/chain.h"
#include "proto/address/digest.h"
#include "proto/base/text.h"

enum { FRIENDLY_TEXT = 48, FRIENDLY_BYTES = 36, ACCOUNT_BYTES = 32 };
enum { BOUNCEABLE = 0x11, NOT_BOUNCEABLE = 0x51, TEST_ONLY = 0x80 };

static int value_of(uint8_t character)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A';
    if (character >= 'a' && character <= 'z')
        return character - 'a' + 26;
    if (character >= '0' && character <= '9')
        return character - '0' + 52;
    if (character == '+' || character == '-')
        return 62;
    return character == '/' || character == '_' ? 63 : -1;
}

static toc_code decode(toc_span text, uint8_t out[FRIENDLY_BYTES], toc_err *err)
{
    bool standard = false, url = false;
    for (size_t i = 0; i < FRIENDLY_TEXT; i += 4) {
        uint32_t bits = 0;
        for (size_t j = 0; j < 4; j++) {
            uint8_t character = text.data[i + j];
            int value = value_of(character);
            standard = standard || character == '+' || character == '/';
            url = url || character == '-' || character == '_';
            if (value < 0 || (standard && url))
                return toc_fail(err, TOC_MALFORMED,
                                "a character that base64 does not have here at position %zu",
                                i + j + 1);
            bits = bits << 6 | (uint32_t)value;
        }
        out[i / 4 * 3] = (uint8_t)(bits >> 16);
        out[i / 4 * 3 + 1] = (uint8_t)(bits >> 8);
        out[i / 4 * 3 + 2] = (uint8_t)bits;
    }
    return TOC_OK;
}

static void encode(const uint8_t *bytes, char *out)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < FRIENDLY_BYTES; i += 3) {
        uint32_t bits = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];
        for (unsigned shift = 18;; shift -= 6) {
            *out++ = alphabet[bits >> shift & 63];
            if (shift == 0)
                break;
        }
    }
    *out = '\0';
}

/* The canonical spelling is what the tools print by default: bounceable, URL-safe. */
static toc_fit finish(const toc_chain *chain, uint8_t workchain, const uint8_t *account,
                      toc_wallet *out, toc_err *err)
{
    uint8_t bytes[FRIENDLY_BYTES];
    if (workchain != 0 && workchain != 0xFF) {
        toc_fail(err, TOC_MALFORMED, "workchain %d, which TON does not have",
                 (int)(int8_t)workchain);
        return TOC_FIT_BROKEN;
    }
    toc_kind kind = workchain == 0 ? TOC_KIND_ACCOUNT : TOC_KIND_MASTERCHAIN;
    bytes[0] = (uint8_t)(BOUNCEABLE | (toc_chain_is_test(chain) ? TEST_ONLY : 0));
    bytes[1] = workchain;
    memcpy(bytes + 2, account, ACCOUNT_BYTES);
    uint16_t crc = toc_crc16(toc_span_of(bytes, 34));
    bytes[34] = (uint8_t)(crc >> 8);
    bytes[35] = (uint8_t)crc;
    encode(bytes, out->address);
    toc_subject_set(&out->subject, TOC_CLASS_OPAQUE32, account, chain->family, kind);
    out->kind = toc_kind_name(kind);
    return TOC_FIT_OK;
}

static toc_fit parse_friendly(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    uint8_t bytes[FRIENDLY_BYTES];
    if (decode(text, bytes, err) != TOC_OK)
        return TOC_FIT_ALIEN;
    uint8_t tag = bytes[0] & (uint8_t)~TEST_ONLY;
    bool test = (bytes[0] & TEST_ONLY) != 0;
    if (toc_crc16(toc_span_of(bytes, 34)) != (bytes[34] << 8 | bytes[35])) {
        toc_fail(err, TOC_MALFORMED,
                 "the checksum does not hold: a character is wrong or in the wrong case");
        return strchr("EUk0", text.data[0]) != NULL && text.data[1] == 'Q' ? TOC_FIT_BROKEN
                                                                           : TOC_FIT_ALIEN;
    }
    if (tag != BOUNCEABLE && tag != NOT_BOUNCEABLE) {
        toc_fail(err, TOC_MALFORMED, "a tag byte of 0x%02x, which TEP-2 does not have", bytes[0]);
        return TOC_FIT_BROKEN;
    }
    if (test != toc_chain_is_test(chain)) {
        toc_fail(err, TOC_MALFORMED, "an address of %s network, not of %s",
                 test ? "the test" : "the main", chain->name);
        return TOC_FIT_ALIEN;
    }
    return finish(chain, bytes[1], bytes + 2, out, err);
}

toc_fit toc_form_ton(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    uint8_t account[ACCOUNT_BYTES];
    bool base = text.size == 66 && memcmp(text.data, "0:", 2) == 0;
    bool master = text.size == 67 && memcmp(text.data, "-1:", 3) == 0;
    if (base || master) {
        size_t skip = base ? 2 : 3;
        if (toc_hex_decode(toc_span_of(text.data + skip, text.size - skip), account, sizeof account,
                           err) != TOC_OK)
            return TOC_FIT_BROKEN;
        out->flags |= TOC_WALLET_CHECKSUM_ABSENT;
        return finish(chain, base ? 0 : 0xFF, account, out, err);
    }
    if (text.size != FRIENDLY_TEXT) {
        toc_fail(err, TOC_MALFORMED,
                 "not an address of %s: those have 48 characters, or 0: and 64 digits",
                 chain->name);
        return TOC_FIT_ALIEN;
    }
    return parse_friendly(chain, text, out, err);
}
