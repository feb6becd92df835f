/* Filecoin: network, protocol, payload and four bytes of BLAKE2b in Base32 (Filecoin specification,
 * "Address"; FIP-0048 for f4). */
#include "proto/address/base32.h"
#include "proto/address/chain.h"
#include "proto/address/digest.h"
#include "proto/address/evm.h"
#include "proto/base/text.h"

enum { CHECK_BYTES = 4, TEXT_MAX = 110, ETHEREUM_MANAGER = 10, SUBADDRESS_MAX = 54 };

/* The protocol byte, for f4 the actor id in groups of seven bits (LEB128), and the payload. */
static bool checksum_holds(const uint8_t *head, size_t head_bytes, const uint8_t *payload,
                           size_t payload_bytes)
{
    uint8_t check[CHECK_BYTES];
    toc_blake2b_digest(NULL, toc_span_of(head, head_bytes), toc_span_of(payload, payload_bytes),
                       check, sizeof check);
    return memcmp(check, payload + payload_bytes, CHECK_BYTES) == 0;
}

static toc_fit broken(toc_err *err, const char *what)
{
    toc_fail(err, TOC_MALFORMED, "%s", what);
    return TOC_FIT_BROKEN;
}

static toc_fit set_subject(const toc_chain *chain, toc_subject_class class, toc_span payload,
                           toc_kind kind, toc_wallet *out)
{
    if (toc_class_payload_bytes((uint8_t) class) == payload.size)
        toc_subject_set(&out->subject, class, payload.data, chain->family, kind);
    else
        toc_subject_set_hashed(&out->subject, class, payload, chain->family, kind);
    out->kind = toc_kind_name(kind);
    return TOC_FIT_OK;
}

static toc_fit parse_id(const toc_chain *chain, toc_span digits, toc_wallet *out, toc_err *err)
{
    uint64_t id = 0;
    if (toc_u64_parse(digits, INT64_MAX, &id, NULL) != TOC_OK)
        return broken(err, "an id that is no number below 2^63");
    out->flags |= TOC_WALLET_CHECKSUM_ABSENT;
    return set_subject(chain, TOC_CLASS_OPAQUE32, digits, TOC_KIND_ID, out);
}

/* f1 and f2 have 20 bytes, f3 has 48. */
static toc_fit parse_hash(const toc_chain *chain, uint8_t protocol, toc_span body, toc_wallet *out,
                          toc_err *err)
{
    uint8_t bytes[TEXT_MAX];
    size_t size = 0, payload = protocol == 3 ? 48 : 20;
    if (toc_base32_strict(body, 2, bytes, &size, err) != TOC_OK)
        return TOC_FIT_BROKEN;
    if (size != payload + CHECK_BYTES)
        return broken(err, "the wrong length for its protocol: characters are missing or too many");
    if (!checksum_holds(&protocol, 1, bytes, payload))
        return broken(err, "the checksum does not hold: a character is wrong");
    toc_span hash = toc_span_of(bytes, payload);
    if (protocol == 1)
        return set_subject(chain, TOC_CLASS_OPAQUE20, hash, TOC_KIND_ACCOUNT, out);
    if (protocol == 2)
        return set_subject(chain, TOC_CLASS_OPAQUE20, hash, TOC_KIND_CONTRACT, out);
    return set_subject(chain, TOC_CLASS_OPAQUE32, hash, TOC_KIND_BLS, out);
}

static size_t put_leb128(uint64_t value, uint8_t *out)
{
    size_t size = 0;
    do {
        out[size] = (uint8_t)((value & 0x7F) | (value > 0x7F ? 0x80 : 0));
        value >>= 7;
        size++;
    } while (value != 0);
    return size;
}

static toc_fit parse_delegated(const toc_chain *chain, toc_span body, toc_wallet *out, toc_err *err)
{
    uint8_t bytes[TEXT_MAX], head[1 + 10] = {4};
    uint64_t manager = 0;
    size_t digits = 0, size = 0;
    while (digits < body.size && body.data[digits] >= '0' && body.data[digits] <= '9')
        digits++;
    if (digits == body.size || body.data[digits] != 'f')
        return broken(err, "no 'f' after the number of the address manager (FIP-0048)");
    if (toc_u64_parse(toc_span_of(body.data, digits), INT64_MAX, &manager, NULL) != TOC_OK)
        return broken(err, "an address manager that is no number below 2^63");
    toc_span rest = toc_span_of(body.data + digits + 1, body.size - digits - 1);
    if (toc_base32_strict(rest, 3 + digits, bytes, &size, err) != TOC_OK)
        return TOC_FIT_BROKEN;
    if (size < CHECK_BYTES || size > SUBADDRESS_MAX + CHECK_BYTES)
        return broken(err, "the wrong length for a delegated address (FIP-0048)");
    size_t head_bytes = 1 + put_leb128(manager, head + 1);
    if (!checksum_holds(head, head_bytes, bytes, size - CHECK_BYTES))
        return broken(err, "the checksum does not hold: a character is wrong");
    if (manager == ETHEREUM_MANAGER && size == TOC_EVM_BYTES + CHECK_BYTES)
        return set_subject(chain, TOC_CLASS_ACCOUNT_KECCAK20, toc_span_of(bytes, TOC_EVM_BYTES),
                           TOC_KIND_DELEGATED, out);
    uint8_t bound[10 + TEXT_MAX];
    memcpy(bound, head + 1, head_bytes - 1);
    memcpy(bound + head_bytes - 1, bytes, size - CHECK_BYTES);
    toc_subject_set_hashed(&out->subject, TOC_CLASS_OPAQUE32,
                           toc_span_of(bound, head_bytes - 1 + size - CHECK_BYTES), chain->family,
                           TOC_KIND_DELEGATED);
    out->kind = toc_kind_name(TOC_KIND_DELEGATED);
    return TOC_FIT_OK;
}

toc_fit toc_form_filecoin(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    char lower[TEXT_MAX + 1];
    bool small = false, capital = false;
    char network = toc_chain_is_test(chain) ? 't' : 'f';
    bool plausible = text.size >= 3 && text.size <= TEXT_MAX && (text.data[0] | 32) == network &&
                     text.data[1] >= '0' && text.data[1] <= '4';
    if (!plausible) {
        toc_fail(err, TOC_MALFORMED, "not an address of %s: those begin with %c0 to %c4",
                 chain->name, network, network);
        return TOC_FIT_ALIEN;
    }
    for (size_t i = 0; i < text.size; i++) {
        bool is_capital = text.data[i] >= 'A' && text.data[i] <= 'Z';
        capital = capital || is_capital;
        small = small || (text.data[i] >= 'a' && text.data[i] <= 'z');
        lower[i] = (char)(is_capital ? text.data[i] + 32 : text.data[i]);
    }
    if (small && capital)
        return broken(err, "capital and small letters mixed");
    uint8_t protocol = (uint8_t)(lower[1] - '0');
    toc_span body = toc_span_of(lower + 2, text.size - 2);
    memcpy(out->address, lower, text.size);
    if (protocol == 0)
        return parse_id(chain, body, out, err);
    toc_fit fit = protocol == 4 ? parse_delegated(chain, body, out, err)
                                : parse_hash(chain, protocol, body, out, err);
    return fit == TOC_FIT_BROKEN && text.size < 30 ? TOC_FIT_ALIEN : fit;
}
