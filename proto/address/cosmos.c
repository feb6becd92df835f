/* Cosmos chains: Bech32 with the chain's prefix (Cosmos SDK, "Bech32 for Cosmos"; ADR-028). Twenty
 * bytes are the hash160 of a key, or what a module or an escrow of a channel was given, which are
 * the same bytes on every chain and nobody's key; thirty-two are contracts, modules and groups. */
#include "proto/address/bech32.h"
#include "proto/address/chain.h"
#include "proto/address/modules.h"

enum { KEY_BYTES = 20, DERIVED_BYTES = 32, TEXT_MAX = 110 };

static toc_fit set_account(const toc_chain *chain, const uint8_t *bytes, toc_kind kind,
                           toc_wallet *out)
{
    const toc_cosmos_params *params = chain->params;
    toc_subject_class class = params->keccak ? TOC_CLASS_ACCOUNT_KECCAK20 : TOC_CLASS_KEY_HASH160;
    if (toc_module_account(bytes)) {
        class = TOC_CLASS_OPAQUE20;
        kind = TOC_KIND_MODULE;
    }
    toc_subject_set(&out->subject, class, bytes, chain->family, kind);
    out->kind = toc_kind_name(kind);
    return TOC_FIT_OK;
}

/* "cosmosvaloper" is the same key in another role; consensus keys are of another curve. */
static bool match_prefix(const toc_cosmos_params *params, const char *prefix, toc_kind *out_kind)
{
    size_t length = strlen(params->prefix);
    if (strncmp(prefix, params->prefix, length) != 0)
        return false;
    *out_kind = prefix[length] == '\0' ? TOC_KIND_ACCOUNT : TOC_KIND_VALIDATOR;
    return prefix[length] == '\0' || strcmp(prefix + length, "valoper") == 0;
}

static bool begins(const toc_cosmos_params *params, toc_span text)
{
    size_t length = strlen(params->prefix);
    if (text.size <= length)
        return false;
    for (size_t i = 0; i < length; i++) {
        uint8_t character = text.data[i];
        if ((character >= 'A' && character <= 'Z' ? character + 32 : character) !=
            params->prefix[i])
            return false;
    }
    uint8_t next = text.data[length] | 32;
    return text.data[length] == '1' || next == 'v';
}

toc_fit toc_form_cosmos(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    const toc_cosmos_params *params = chain->params;
    toc_bech32_text decoded;
    uint8_t bytes[TOC_ADDRESS_BYTES_MAX];
    toc_kind kind = TOC_KIND_ACCOUNT;
    size_t size = 0;
    if (!begins(params, text)) {
        toc_fail(err, TOC_MALFORMED, "not an address of %s: those begin with %s1", chain->name,
                 params->prefix);
        return TOC_FIT_ALIEN;
    }
    if (toc_bech32_decode(text, TEXT_MAX, &decoded, err) != TOC_OK)
        return TOC_FIT_BROKEN;
    if (!match_prefix(params, decoded.prefix, &kind)) {
        toc_fail(err, TOC_MALFORMED, "the prefix '%s', which is not one of %s", decoded.prefix,
                 chain->name);
        return TOC_FIT_ALIEN;
    }
    if (decoded.code != TOC_BECH32 || !toc_bits_join(decoded.values, decoded.size, bytes, &size)) {
        toc_fail(err, TOC_MALFORMED, "Bech32m, or unused bits at the end that are not zero");
        return TOC_FIT_BROKEN;
    }
    toc_bech32_lower(text, out->address);
    if (size == KEY_BYTES)
        return set_account(chain, bytes, kind, out);
    if (size != DERIVED_BYTES || kind != TOC_KIND_ACCOUNT) {
        toc_fail(err, TOC_MALFORMED, "%zu bytes; an address of %s has 20 or 32", size, chain->name);
        return TOC_FIT_BROKEN;
    }
    toc_subject_set(&out->subject, TOC_CLASS_OPAQUE32, bytes, chain->family, TOC_KIND_CONTRACT);
    out->kind = toc_kind_name(TOC_KIND_CONTRACT);
    return TOC_FIT_OK;
}
