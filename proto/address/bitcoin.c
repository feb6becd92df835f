/* Bitcoin and its relatives: Base58Check, witness programs (BIP-173, BIP-350), CashAddr, ZIP 320.
 */
#include "proto/address/base58.h"
#include "proto/address/bech32.h"
#include "proto/address/chain.h"

enum { HASH160_BYTES = 20, TEXT_MIN = 26, TEXT_MAX = 36, WIF_MIN = 51, WIF_MAX = 52 };

static void set_key_hash(const toc_chain *chain, toc_kind kind, const uint8_t *hash,
                         toc_wallet *out)
{
    toc_subject_set(&out->subject, TOC_CLASS_KEY_HASH160, hash, chain->family, kind);
    out->kind = toc_kind_name(kind);
}

static void set_script_hash(const toc_chain *chain, const uint8_t *hash, toc_wallet *out)
{
    toc_subject_set(&out->subject, TOC_CLASS_SCRIPT_HASH160, hash, chain->family, TOC_KIND_P2SH);
    out->kind = toc_kind_name(TOC_KIND_P2SH);
}

/* The one spelling of a key or script hash: CashAddr where the chain has it, else Base58Check. */
static void print_hash(const toc_bitcoin_params *params, bool script, const uint8_t *hash,
                       char *out)
{
    uint8_t bytes[2 + HASH160_BYTES], values[2 + (1 + HASH160_BYTES) * 8 / 5];
    if (params->cashaddr != NULL && !params->cashaddr_read) {
        bytes[0] = script ? 8 : 0;
        memcpy(bytes + 1, hash, HASH160_BYTES);
        toc_cashaddr_encode(params->cashaddr, values,
                            toc_bits_split(bytes, 1 + HASH160_BYTES, values), out);
        return;
    }
    uint16_t version = script ? params->p2sh : params->p2pkh;
    size_t size = 0;
    if (version > 255)
        bytes[size++] = (uint8_t)(version >> 8);
    bytes[size++] = (uint8_t)version;
    memcpy(bytes + size, hash, HASH160_BYTES);
    toc_base58check_encode(TOC_BASE58_BITCOIN, toc_span_of(bytes, size + HASH160_BYTES), out);
}

void toc_bitcoin_set_hash(const toc_chain *chain, bool script, const uint8_t hash[20],
                          toc_wallet *out)
{
    if (script)
        set_script_hash(chain, hash, out);
    else
        set_key_hash(chain, TOC_KIND_P2PKH, hash, out);
    print_hash(chain->params, script, hash, out->address);
}

static toc_fit refuse_private_key(const toc_chain *chain, toc_span text, toc_err *err)
{
    const toc_bitcoin_params *params = chain->params;
    uint8_t bytes[40];
    size_t size = 0;
    if (toc_base58check_decode(TOC_BASE58_BITCOIN, text, bytes, sizeof bytes, &size, NULL) ==
            TOC_OK &&
        (size == 33 || size == 34) && bytes[0] == params->wif) {
        toc_fail(err, TOC_MALFORMED,
                 "a private key (WIF), not an address: whoever reads it owns the coins");
        return TOC_FIT_BROKEN;
    }
    toc_fail(err, TOC_MALFORMED, "not an address of %s", chain->name);
    return TOC_FIT_ALIEN;
}

static toc_fit match_version(const toc_chain *chain, const uint8_t *bytes, size_t size,
                             toc_span text, toc_wallet *out, toc_err *err)
{
    const toc_bitcoin_params *params = chain->params;
    size_t version_bytes = params->p2pkh > 255 ? 2 : 1;
    unsigned version = version_bytes == 2 ? (unsigned)bytes[0] << 8 | bytes[1] : bytes[0];
    bool key = version == params->p2pkh, script = version == params->p2sh;
    bool old_script = params->p2sh_old != 0 && version == params->p2sh_old;
    if (!key && !script && !old_script) {
        toc_fail(err, TOC_MALFORMED, "not an address of %s: its version is %u", chain->name,
                 version);
        return TOC_FIT_ALIEN;
    }
    if (size != version_bytes + HASH160_BYTES) {
        toc_fail(err, TOC_MALFORMED, "a hash of %zu bytes, expected 20", size - version_bytes);
        return TOC_FIT_BROKEN;
    }
    if (key)
        set_key_hash(chain, TOC_KIND_P2PKH, bytes + version_bytes, out);
    else
        set_script_hash(chain, bytes + version_bytes, out);
    if (old_script || (params->cashaddr != NULL && !params->cashaddr_read))
        print_hash(params, !key, bytes + version_bytes, out->address);
    else
        memcpy(out->address, text.data, text.size);
    return TOC_FIT_OK;
}

static toc_fit parse_base58(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    const toc_bitcoin_params *params = chain->params;
    uint8_t bytes[32];
    size_t size = 0;
    if (text.size >= WIF_MIN && text.size <= WIF_MAX)
        return refuse_private_key(chain, text, err);
    if (text.size == 0 || text.data[0] == 0 || strchr(params->leads, text.data[0]) == NULL) {
        toc_fail(err, TOC_MALFORMED, "not an address of %s", chain->name);
        return TOC_FIT_ALIEN;
    }
    if (text.size < TEXT_MIN || text.size > TEXT_MAX) {
        toc_fail(err, TOC_MALFORMED, "%zu characters; an address of %s has %d to %d", text.size,
                 chain->name, TEXT_MIN, TEXT_MAX - 1);
        return text.size < 20 || text.size > 40 ? TOC_FIT_ALIEN : TOC_FIT_BROKEN;
    }
    if (toc_base58check_decode(TOC_BASE58_BITCOIN, text, bytes, sizeof bytes - 4, &size, err) !=
        TOC_OK)
        return TOC_FIT_BROKEN;
    return match_version(chain, bytes, size, text, out, err);
}

static toc_fit set_program(const toc_chain *chain, unsigned version, toc_span program,
                           toc_wallet *out)
{
    if (version == 0 && program.size == HASH160_BYTES) {
        set_key_hash(chain, TOC_KIND_P2WPKH, program.data, out);
        return TOC_FIT_OK;
    }
    toc_subject_class class = version == 0 ? TOC_CLASS_SCRIPT_SHA256 : TOC_CLASS_WITNESS_PROGRAM;
    toc_kind kind = version == 0 ? TOC_KIND_P2WSH
                    : version == 1 && program.size == 32
                        ? TOC_KIND_P2TR
                        : (toc_kind)(TOC_KIND_WITNESS + version); /* v1 to v16 are 65 to 80 */
    if (program.size == 32)
        toc_subject_set(&out->subject, class, program.data, chain->family, kind);
    else
        toc_subject_set_hashed(&out->subject, class, program, chain->family, kind);
    out->kind = toc_kind_name(kind);
    return TOC_FIT_OK;
}

static toc_code check_program(const toc_bech32_text *text, size_t bytes, toc_err *err)
{
    unsigned version = text->values[0];
    if (version > 16)
        return toc_fail(err, TOC_MALFORMED, "witness version %u, at most 16 (BIP-173)", version);
    if (bytes < 2 || bytes > 40)
        return toc_fail(err, TOC_MALFORMED,
                        "a witness program of %zu bytes, 2 to 40 are possible (BIP-141)", bytes);
    if (version == 0 && bytes != 20 && bytes != 32)
        return toc_fail(err, TOC_MALFORMED,
                        "a witness v0 program of %zu bytes, expected 20 or 32 (BIP-141)", bytes);
    if ((text->code == TOC_BECH32) != (version == 0))
        return toc_fail(err, TOC_MALFORMED, "the checksum is %s, but witness v%u has %s (BIP-350)",
                        version == 0 ? "Bech32m" : "Bech32", version,
                        version == 0 ? "Bech32" : "Bech32m");
    return TOC_OK;
}

static toc_fit parse_segwit(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    toc_bech32_text decoded;
    uint8_t program[TOC_ADDRESS_BYTES_MAX];
    size_t bytes = 0;
    if (toc_bech32_decode(text, 90, &decoded, err) != TOC_OK)
        return TOC_FIT_BROKEN;
    if (decoded.size == 0 ||
        !toc_bits_join(decoded.values + 1, decoded.size - 1, program, &bytes)) {
        toc_fail(err, TOC_MALFORMED, "unused bits at the end that are not zero (BIP-173)");
        return TOC_FIT_BROKEN;
    }
    if (check_program(&decoded, bytes, err) != TOC_OK)
        return TOC_FIT_BROKEN;
    toc_bech32_lower(text, out->address);
    return set_program(chain, decoded.values[0], toc_span_of(program, bytes), out);
}

/* ZIP 320: a transparent key hash that takes coins from transparent addresses only. Same coins,
 * same subject; the canonical spelling is that of the key hash. */
static toc_fit parse_tex(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    toc_bech32_text decoded;
    uint8_t hash[TOC_ADDRESS_BYTES_MAX];
    size_t bytes = 0;
    if (toc_bech32_decode(text, 90, &decoded, err) != TOC_OK)
        return TOC_FIT_BROKEN;
    if (decoded.code != TOC_BECH32M || !toc_bits_join(decoded.values, decoded.size, hash, &bytes) ||
        bytes != HASH160_BYTES) {
        toc_fail(err, TOC_MALFORMED, "not a key hash of 20 bytes in Bech32m (ZIP 320)");
        return TOC_FIT_BROKEN;
    }
    set_key_hash(chain, TOC_KIND_P2PKH, hash, out);
    print_hash(chain->params, false, hash, out->address);
    return TOC_FIT_OK;
}

static toc_fit set_cashaddr(const toc_chain *chain, unsigned version, toc_span hash,
                            toc_wallet *out, toc_err *err)
{
    static const uint8_t sizes[8] = {20, 24, 28, 32, 40, 48, 56, 64};
    const toc_bitcoin_params *params = chain->params;
    unsigned type = version >> 3;
    bool script =
        (type & 1) != 0; /* 2 and 3 are 0 and 1 of a wallet that knows tokens (CHIP-2022-02) */
    if (type > 3 || hash.size != sizes[version & 7] ||
        (hash.size != 20 && !(script && hash.size == 32))) {
        toc_fail(err, TOC_MALFORMED, "CashAddr type %u with %zu bytes, which no script has", type,
                 hash.size);
        return TOC_FIT_BROKEN;
    }
    if (hash.size == HASH160_BYTES) {
        toc_bitcoin_set_hash(chain, script, hash.data, out);
        return TOC_FIT_OK;
    }
    if (params->cashaddr_read) {
        toc_fail(err, TOC_MALFORMED, "a script hash of 32 bytes, which %s does not have",
                 chain->name);
        return TOC_FIT_BROKEN;
    }
    uint8_t bytes[33], values[53];
    bytes[0] = 11;
    memcpy(bytes + 1, hash.data, 32);
    toc_cashaddr_encode(params->cashaddr, values, toc_bits_split(bytes, sizeof bytes, values),
                        out->address);
    toc_subject_set(&out->subject, TOC_CLASS_OPAQUE32, hash.data, chain->family, TOC_KIND_P2SH32);
    out->kind = toc_kind_name(TOC_KIND_P2SH32);
    return TOC_FIT_OK;
}

static toc_fit parse_cashaddr(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    const toc_bitcoin_params *params = chain->params;
    uint8_t values[TOC_ADDRESS_BYTES_MAX], bytes[TOC_ADDRESS_BYTES_MAX];
    size_t size = 0, count = 0;
    if (toc_cashaddr_decode(params->cashaddr, text, values, &size, err) != TOC_OK)
        return TOC_FIT_BROKEN;
    if (!toc_bits_join(values, size, bytes, &count) || count == 0) {
        toc_fail(err, TOC_MALFORMED, "unused bits at the end that are not zero");
        return TOC_FIT_BROKEN;
    }
    return set_cashaddr(chain, bytes[0], toc_span_of(bytes + 1, count - 1), out, err);
}

/* "bc1", "BC1": whether the text begins with the prefix and the separator, in either case. */
static bool begins(toc_span text, const char *prefix, char separator)
{
    size_t length = prefix == NULL ? 0 : strlen(prefix);
    if (length == 0 || text.size <= length || text.data[length] != (uint8_t)separator)
        return false;
    for (size_t i = 0; i < length; i++) {
        if ((text.data[i] | 32) != prefix[i])
            return false;
    }
    return true;
}

/* A CashAddr without its prefix: 42 characters (61 with 32 bytes), the first of which is the type.
 */
static bool bare_cashaddr(toc_span text)
{
    return (text.size == 42 || text.size == 61) && strchr("qpzrQPZR", text.data[0]) != NULL;
}

toc_fit toc_form_bitcoin(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    const toc_bitcoin_params *params = chain->params;
    if (begins(text, params->segwit, '1')) {
        toc_fit fit = parse_segwit(chain, text, out, err);
        toc_err ignored; /* "LTC1…" and "LTc1…" begin key hashes of Litecoin, too */
        return fit != TOC_FIT_OK && parse_base58(chain, text, out, &ignored) == TOC_FIT_OK
                   ? TOC_FIT_OK
                   : fit;
    }
    if (begins(text, params->tex, '1'))
        return parse_tex(chain, text, out, err);
    if (begins(text, params->cashaddr, ':') || (params->cashaddr != NULL && bare_cashaddr(text)))
        return parse_cashaddr(chain, text, out, err);
    return parse_base58(chain, text, out, err);
}
