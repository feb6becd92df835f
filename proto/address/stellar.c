/* Stellar: strkeys (SEP-23): version byte, payload, CRC-16 little-endian, in Base32. */
#include "proto/address/base32.h"
#include "proto/address/chain.h"
#include "proto/address/curve.h"
#include "proto/address/digest.h"
#include "proto/base/endian.h"

#include <stdio.h>

enum { KEY_BYTES = 32, STRKEY_MAX = 165 };

static void print_strkey(uint8_t version, toc_span payload, char *out)
{
    uint8_t bytes[128];
    TOC_ASSERT(payload.size <= sizeof bytes - 3);
    bytes[0] = version;
    memcpy(bytes + 1, payload.data, payload.size);
    uint16_t crc = toc_crc16(toc_span_of(bytes, 1 + payload.size));
    bytes[1 + payload.size] = (uint8_t)crc;
    bytes[2 + payload.size] = (uint8_t)(crc >> 8);
    toc_base32_write(toc_span_of(bytes, payload.size + 3), true, out);
}

static toc_fit set_account(const toc_chain *chain, const uint8_t *key, toc_wallet *out)
{
    bool point = toc_curve25519_holds(key);
    print_strkey(6 << 3, toc_span_of(key, KEY_BYTES), out->address);
    toc_subject_set(&out->subject, point ? TOC_CLASS_KEY_ED25519 : TOC_CLASS_OPAQUE32, key,
                    chain->family, TOC_KIND_ACCOUNT);
    out->kind = toc_kind_name(TOC_KIND_ACCOUNT);
    return TOC_FIT_OK;
}

static toc_fit set_other(const toc_chain *chain, uint8_t version, toc_span payload, toc_kind kind,
                         toc_wallet *out)
{
    print_strkey(version, payload, out->address);
    if (payload.size == KEY_BYTES)
        toc_subject_set(&out->subject, TOC_CLASS_OPAQUE32, payload.data, chain->family, kind);
    else
        toc_subject_set_hashed(&out->subject, TOC_CLASS_OPAQUE32, payload, chain->family, kind);
    out->kind = toc_kind_name(kind);
    return TOC_FIT_OK;
}

static toc_fit broken(toc_err *err, const char *what)
{
    toc_fail(err, TOC_MALFORMED, "%s (SEP-23)", what);
    return TOC_FIT_BROKEN;
}

/* A signed payload: key 32, length u32 of 1 to 64, that many bytes, zeros to a multiple of four. */
static bool signed_payload(toc_span payload)
{
    if (payload.size < KEY_BYTES + 8)
        return false;
    uint32_t length = toc_get_u32(payload.data + KEY_BYTES);
    size_t padded = payload.size - KEY_BYTES - 4;
    if (length == 0 || length > 64 || padded != ((size_t)length + 3) / 4 * 4)
        return false;
    for (size_t i = length; i < padded; i++) {
        if (payload.data[KEY_BYTES + 4 + i] != 0)
            return false;
    }
    return true;
}

static toc_fit match_version(const toc_chain *chain, uint8_t version, toc_span payload,
                             toc_wallet *out, toc_err *err)
{
    static const char length[] = "a payload of the wrong length";
    switch (version) {
    case 6 << 3: /* G */
        return payload.size == KEY_BYTES ? set_account(chain, payload.data, out)
                                         : broken(err, length);
    case 12 << 3: /* M: the account and an id, which is a tag */
        if (payload.size != KEY_BYTES + 8)
            return broken(err, length);
        snprintf(out->tag, sizeof out->tag, "%llu",
                 (unsigned long long)toc_get_u64(payload.data + KEY_BYTES));
        return set_account(chain, payload.data, out);
    case 2 << 3: /* C */
        return payload.size == KEY_BYTES
                   ? set_other(chain, version, payload, TOC_KIND_CONTRACT, out)
                   : broken(err, length);
    case 11 << 3: /* L */
        return payload.size == KEY_BYTES ? set_other(chain, version, payload, TOC_KIND_POOL, out)
                                         : broken(err, length);
    case 1 << 3: /* B: type 0 and the id */
        if (payload.size != KEY_BYTES + 1 || payload.data[0] != 0)
            return broken(err, "a claimable balance of another type than 0");
        return set_other(chain, version, payload, TOC_KIND_BALANCE, out);
    case 15 << 3: /* P */
        return signed_payload(payload)
                   ? set_other(chain, version, payload, TOC_KIND_SIGNED_PAYLOAD, out)
                   : broken(err, "a signed payload whose length or padding is wrong");
    case 18 << 3: /* S */
        return broken(err, "a secret seed, not an address: whoever reads it owns the account");
    default:
        return broken(err, "a version byte that no kind of address has");
    }
}

toc_fit toc_form_stellar(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    uint8_t bytes[STRKEY_MAX * 5 / 8 + 1];
    size_t size = 0;
    bool plausible = text.size >= 40 && text.size <= STRKEY_MAX &&
                     strchr("GMCLBPSgmclbps", text.data[0]) != NULL;
    if (!plausible) {
        toc_fail(err, TOC_MALFORMED, "not an address of %s: those begin with G, M or C",
                 chain->name);
        return TOC_FIT_ALIEN;
    }
    if (toc_base32_strict(text, 0, bytes, &size, err) != TOC_OK)
        return text.size >= 54 && text.size <= 58 && text.data[0] == 'G' ? TOC_FIT_BROKEN
                                                                         : TOC_FIT_ALIEN;
    if (size < 3 ||
        toc_crc16(toc_span_of(bytes, size - 2)) != (bytes[size - 2] | bytes[size - 1] << 8)) {
        toc_fail(err, TOC_MALFORMED, "the checksum does not hold: a character is wrong or missing");
        return (text.size == 56 || text.size == 69) ? TOC_FIT_BROKEN : TOC_FIT_ALIEN;
    }
    return match_version(chain, bytes[0], toc_span_of(bytes + 1, size - 3), out, err);
}
