/* Polkadot, Kusama and every other SS58 network (Substrate documentation, "SS58 address format"):
 * prefix of one or two bytes, account, two bytes of BLAKE2b-512 over "SS58PRE" and what stands
 * before. */
#include "proto/address/base58.h"
#include "proto/address/chain.h"
#include "proto/address/digest.h"

/* Characters; fewer only where the account begins with zeros, each of which is one: Polkadot's zero
 * account has 36. */
enum { SHORT = 44, SHORTEST = 36, LONGEST = 52 };

enum { ACCOUNT_BYTES = 32, KEY_BYTES = 33, CHECK_BYTES = 2, GENERIC = 42 };

static void checksum_of(const uint8_t *bytes, size_t size, uint8_t out[CHECK_BYTES])
{
    uint8_t digest[64];
    toc_blake2b_digest(NULL, toc_span_text("SS58PRE"), toc_span_of(bytes, size), digest,
                       sizeof digest);
    memcpy(out, digest, CHECK_BYTES);
}

static void print_account(uint16_t prefix, const uint8_t *account, char *out)
{
    uint8_t bytes[2 + ACCOUNT_BYTES + CHECK_BYTES];
    size_t size = 0;
    if (prefix < 64) {
        bytes[size++] = (uint8_t)prefix;
    } else {
        bytes[size++] = (uint8_t)((prefix & 0xFC) >> 2 | 0x40);
        bytes[size++] = (uint8_t)(prefix >> 8 | (prefix & 3) << 6);
    }
    memcpy(bytes + size, account, ACCOUNT_BYTES);
    size += ACCOUNT_BYTES;
    checksum_of(bytes, size, bytes + size);
    toc_base58_encode(TOC_BASE58_BITCOIN, toc_span_of(bytes, size + CHECK_BYTES), out);
}

/* Pallets and parachains have accounts whose bytes say so and are equal on every network: no key.
 */
static bool sovereign(const uint8_t *account)
{
    return memcmp(account, "modl", 4) == 0 || memcmp(account, "para", 4) == 0 ||
           memcmp(account, "sibl", 4) == 0;
}

static toc_fit set_account(const toc_chain *chain, const uint8_t *account, toc_wallet *out)
{
    const toc_ss58_params *params = chain->params;
    print_account(params->prefix, account, out->address);
    if (sovereign(account)) {
        uint8_t bound[2 + ACCOUNT_BYTES] = {(uint8_t)(params->prefix >> 8),
                                            (uint8_t)params->prefix};
        memcpy(bound + 2, account, ACCOUNT_BYTES);
        toc_subject_set_hashed(&out->subject, TOC_CLASS_OPAQUE32, toc_span_of(bound, sizeof bound),
                               chain->family, TOC_KIND_MODULE);
        out->kind = toc_kind_name(TOC_KIND_MODULE);
        return TOC_FIT_OK;
    }
    toc_subject_set(&out->subject, TOC_CLASS_KEY_SS58, account, chain->family, TOC_KIND_ACCOUNT);
    out->kind = toc_kind_name(TOC_KIND_ACCOUNT);
    return TOC_FIT_OK;
}

/* A prefix that belongs to another row of the table is that row's; the generic row takes the rest.
 */
static bool takes_prefix(const toc_chain *chain, unsigned prefix)
{
    const toc_ss58_params *params = chain->params;
    if (params->prefix == prefix || (prefix == GENERIC && !params->generic))
        return true;
    if (!params->generic)
        return false;
    for (size_t i = 0; i < toc_chain_count(); i++) {
        const toc_chain *other = toc_chain_at(i);
        const toc_ss58_params *row = other->form == toc_form_ss58 ? other->params : NULL;
        if (row != NULL && row->prefix == prefix)
            return false;
    }
    return true;
}

static toc_fit match_payload(const toc_chain *chain, toc_span payload, toc_wallet *out,
                             toc_err *err)
{
    uint8_t account[ACCOUNT_BYTES];
    if (payload.size == ACCOUNT_BYTES)
        return set_account(chain, payload.data, out);
    if (payload.size == KEY_BYTES) { /* an ECDSA key; its account is the hash */
        toc_blake2b_digest(NULL, payload, toc_span_of(NULL, 0), account, sizeof account);
        return set_account(chain, account, out);
    }
    toc_fail(err, TOC_MALFORMED,
             "%zu bytes; an account has 32 (an index of an account is no address)", payload.size);
    return TOC_FIT_BROKEN;
}

toc_fit toc_form_ss58(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    uint8_t bytes[64], check[CHECK_BYTES];
    size_t size = 0;
    bool possible = text.size >= SHORTEST && text.size <= LONGEST;
    if (possible &&
        toc_base58_decode(TOC_BASE58_BITCOIN, text, bytes, sizeof bytes, &size, err) != TOC_OK)
        return TOC_FIT_ALIEN;
    if (!possible || (text.size <= SHORT && size < 1 + ACCOUNT_BYTES + CHECK_BYTES)) {
        toc_fail(err, TOC_MALFORMED, "%zu characters; an address of %s has 46 to 50", text.size,
                 chain->name);
        return TOC_FIT_ALIEN;
    }
    size_t prefix_bytes = (bytes[0] & 0x40) != 0 ? 2 : 1;
    bool padded = prefix_bytes == 2 && (bytes[0] & 0x3F) < 16 && (bytes[1] & 0x3F) == 0;
    if (size < prefix_bytes + CHECK_BYTES + 1 || (bytes[0] & 0x80) != 0 || padded) {
        toc_fail(err, TOC_MALFORMED, "a reserved prefix (SS58)");
        return TOC_FIT_ALIEN;
    }
    unsigned prefix =
        prefix_bytes == 1
            ? bytes[0]
            : (unsigned)((bytes[0] & 0x3F) << 2 | bytes[1] >> 6 | (bytes[1] & 0x3F) << 8);
    checksum_of(bytes, size - CHECK_BYTES, check);
    if (memcmp(check, bytes + size - CHECK_BYTES, CHECK_BYTES) != 0) {
        toc_fail(err, TOC_MALFORMED,
                 "the checksum does not hold: a character is wrong or in the wrong case");
        return TOC_FIT_BROKEN;
    }
    if (!takes_prefix(chain, prefix)) {
        toc_fail(err, TOC_MALFORMED, "an address of SS58 network %u, not of %s", prefix,
                 chain->name);
        return TOC_FIT_ALIEN;
    }
    return match_payload(
        chain, toc_span_of(bytes + prefix_bytes, size - prefix_bytes - CHECK_BYTES), out, err);
}
