#include "proto/address/wallet.h"

#include "proto/address/parse.h"
#include "proto/address/spelling.h"
#include "proto/base/text.h"
#include "proto/crypto/hash.h"

toc_fit toc_parse_try(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    memset(out, 0, sizeof *out);
    out->chain = chain;
    out->flags = toc_chain_is_test(chain) ? TOC_WALLET_TEST_NETWORK : 0;
    return chain->form(chain, text, out, err);
}

/* Which rows a text without a chain is tried on. An 0x account says nothing of its chain: without a
 * name it is Ethereum's, and nobody else's. A CashAddr is Bitcoin Cash's, though Bitcoin SV once
 * printed it. A name is NEAR's only with its ending. */
static bool tried_bare(const toc_chain *chain, toc_span text)
{
    bool prefixed = text.size >= 2 && memcmp(text.data, "0x", 2) == 0;
    bool evm = chain->form == toc_form_evm;
    if ((chain->flags & TOC_CHAIN_BARE) == 0 || (prefixed && !(evm && chain->params == NULL)))
        return false;
    if (!prefixed && evm)
        return chain->params != NULL && text.size != 40;
    if (chain->family == TOC_FAMILY_BSV && chain->params != NULL)
        return strchr(((const toc_bitcoin_params *)chain->params)->leads, text.data[0]) != NULL;
    if (chain->form == toc_form_ripple && toc_chain_is_test(chain))
        return text.data[0] == 'T';  /* a classic address does not tell its network */
    if (chain->form == toc_form_ton) /* a raw address does not tell its network */
        return !toc_chain_is_test(chain) || memchr(text.data, ':', text.size) == NULL;
    if (chain->form == toc_form_near) {
        const char *end = toc_chain_is_test(chain) ? ".testnet" : ".near";
        size_t length = strlen(end);
        return text.size > length && memcmp(text.data + text.size - length, end, length) == 0;
    }
    return true;
}

static bool nearer(const toc_chain *chain, const toc_chain *than)
{
    if (than == NULL || toc_chain_is_test(chain) != toc_chain_is_test(than))
        return than == NULL || toc_chain_is_test(than);
    return chain->number < than->number;
}

void toc_parse_bare(toc_span text, toc_wallet_candidates *out, const toc_chain **out_nearest)
{
    out->count = 0;
    *out_nearest = NULL;
    for (size_t i = 0; i < toc_chain_count() && out->count < TOC_WALLET_CANDIDATES_MAX; i++) {
        const toc_chain *chain = toc_chain_at(i);
        if (!tried_bare(chain, text))
            continue;
        toc_wallet *wallet = &out->wallets[out->count];
        toc_fit fit = toc_parse_try(chain, text, wallet, NULL);
        if (fit == TOC_FIT_OK) {
            wallet->flags |= TOC_WALLET_CHAIN_INFERRED;
            out->count++;
        } else if (fit == TOC_FIT_BROKEN && nearer(chain, *out_nearest)) {
            *out_nearest = chain;
        }
    }
}

toc_code toc_parse_refuse(toc_span text, const toc_chain *nearest, toc_err *err)
{
    toc_wallet scratch;
    if (toc_txid_refuse(NULL, text, err))
        return TOC_MALFORMED;
    if (nearest != NULL) {
        (void)toc_parse_try(nearest, text, &scratch, err);
        return err == NULL ? TOC_MALFORMED : toc_wrap(err, "%s address", nearest->symbol);
    }
    return toc_fail(err, TOC_MALFORMED, "not an address of any chain known here");
}

static toc_code refuse_chain(const toc_chain *chain, const toc_wallet_candidates *others,
                             toc_err *err)
{
    const toc_wallet *first = &others->wallets[0];
    for (size_t i = 0; i < others->count; i++) {
        const toc_chain *other = others->wallets[i].chain;
        if (other->family == (chain->family | TOC_FAMILY_TEST_BIT))
            return toc_fail(err, TOC_MALFORMED, "an address of the test network %s, not of %s",
                            other->name, chain->name);
    }
    if (toc_chain_is_test(first->chain))
        return toc_fail(err, TOC_MALFORMED, "an address of the test network %s, not of %s",
                        first->chain->name, chain->name);
    if (others->count == 1)
        return toc_fail(err, TOC_MALFORMED, "an address of %s, not of %s", first->chain->name,
                        chain->name);
    return toc_fail(err, TOC_MALFORMED, "an address of %s or %s, not of %s", first->chain->name,
                    others->wallets[1].chain->name, chain->name);
}

/* The chain named does not have such addresses. The text's own checksum, where it has one, is
 * better evidence than the name; without one nobody can tell which of the two is wrong. */
static toc_code correct_chain(const toc_chain *chain, toc_fit fit, toc_span text, toc_wallet *out,
                              toc_err *err)
{
    toc_wallet_candidates others;
    const toc_chain *nearest = NULL;
    toc_parse_bare(text, &others, &nearest);
    if (others.count == 0 && toc_txid_refuse(chain, text, err))
        return TOC_MALFORMED;
    if (others.count == 0)
        return err == NULL ? TOC_MALFORMED : toc_wrap(err, "%s address", chain->symbol);
    const toc_wallet *other = &others.wallets[0];
    bool absent = (other->flags & TOC_WALLET_CHECKSUM_ABSENT) != 0;
    if (absent && fit == TOC_FIT_BROKEN)
        return err == NULL ? TOC_MALFORMED : toc_wrap(err, "%s address", chain->symbol);
    if (others.count != 1 ||
        (other->flags & (TOC_WALLET_CHECKSUM_ABSENT | TOC_WALLET_TEST_NETWORK)) != 0)
        return refuse_chain(chain, &others, err);
    *out = *other;
    out->flags = (out->flags & ~(uint32_t)TOC_WALLET_CHAIN_INFERRED) | TOC_WALLET_CHAIN_CORRECTED;
    return TOC_OK;
}

toc_code toc_parse_on(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    toc_wallet wallet;
    if (text.size == 0)
        return toc_fail(err, TOC_MALFORMED, "an empty address");
    TOC_TRY(toc_spelling_check(text, err));
    toc_fit fit = toc_parse_try(chain, text, &wallet, err);
    if (fit != TOC_FIT_OK)
        return correct_chain(chain, fit, text, out, err);
    *out = wallet;
    return TOC_OK;
}

toc_code toc_parse_trim(toc_span *text, toc_err *err)
{
    *text = toc_spelling_trim(*text);
    if (text->size == 0)
        return toc_fail(err, TOC_MALFORMED, "an empty address");
    if (text->size > TOC_ADDRESS_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "%zu bytes; the longest address has %u", text->size,
                        TOC_ADDRESS_BYTES_MAX);
    return TOC_OK;
}

toc_code toc_wallet_parse_on(const toc_chain *chain, toc_span address, toc_wallet *out,
                             toc_err *err)
{
    TOC_ASSERT(chain != NULL);
    TOC_TRY(toc_parse_trim(&address, err));
    return toc_parse_on(chain, address, out, err);
}

static toc_code read_literal_tag(const toc_chain *chain, toc_span tag, toc_wallet *wallet,
                                 toc_err *err)
{
    if (wallet->tag[0] != '\0')
        return toc_fail(err, TOC_MALFORMED, "%s address: a tag inside the address", chain->symbol);
    TOC_TRY(toc_wallet_set_tag(wallet, tag, err));
    if (!toc_span_equal(tag, toc_span_text(wallet->tag)))
        return toc_fail(err, TOC_MALFORMED, "%s tag: not its canonical spelling, which is %s",
                        chain->symbol, wallet->tag);
    return TOC_OK;
}

toc_code toc_wallet_read(toc_span caip2, toc_span address, toc_span tag, toc_wallet *out,
                         toc_err *err)
{
    toc_wallet wallet;
    const toc_chain *chain = toc_chain_by_caip2(caip2);
    if (chain == NULL)
        return toc_fail(err, TOC_NOT_FOUND, "unknown chain '%.*s'",
                        caip2.size > 64 ? 64 : (int)caip2.size, (const char *)caip2.data);
    if (address.size == 0 || address.size > TOC_ADDRESS_BYTES_MAX ||
        memchr(address.data, 0, address.size) != NULL)
        return toc_fail(err, TOC_MALFORMED, "%s address of %zu bytes", chain->symbol, address.size);
    if (toc_parse_try(chain, address, &wallet, err) != TOC_FIT_OK)
        return err == NULL ? TOC_MALFORMED : toc_wrap(err, "%s address", chain->symbol);
    if (!toc_span_equal(address, toc_span_text(wallet.address)))
        return toc_fail(err, TOC_MALFORMED, "%s address: not its canonical spelling, which is %s",
                        chain->symbol, wallet.address);
    TOC_TRY(read_literal_tag(chain, tag, &wallet, err));
    *out = wallet;
    return TOC_OK;
}

toc_code toc_wallet_keep_invalid(const toc_chain *chain, toc_span literal, toc_wallet *out,
                                 toc_err *err)
{
    toc_wallet wallet;
    TOC_ASSERT(chain != NULL);
    TOC_TRY(toc_parse_trim(&literal, err));
    TOC_TRY(toc_spelling_check(literal, err));
    if (toc_parse_try(chain, literal, &wallet, NULL) == TOC_FIT_OK)
        return toc_fail(err, TOC_USAGE, "'%s' is a valid address of %s", wallet.address,
                        chain->name);
    if (toc_secret_like(literal))
        return toc_fail(err, TOC_MALFORMED, "what may be a private key is not kept");
    memset(&wallet, 0, sizeof wallet);
    wallet.chain = chain;
    wallet.flags = TOC_WALLET_INVALID | (toc_chain_is_test(chain) ? TOC_WALLET_TEST_NETWORK : 0);
    wallet.kind = toc_kind_name(TOC_KIND_LITERAL);
    memcpy(wallet.address, literal.data, literal.size);
    toc_subject_set_hashed(&wallet.subject, TOC_CLASS_LITERAL, literal, chain->family,
                           TOC_KIND_LITERAL);
    *out = wallet;
    return TOC_OK;
}

const char *toc_wallet_flag_name(uint32_t flag)
{
    switch (flag) {
    case TOC_WALLET_CHAIN_INFERRED:
        return "chain-inferred";
    case TOC_WALLET_CHAIN_CORRECTED:
        return "chain-corrected";
    case TOC_WALLET_CHECKSUM_ABSENT:
        return "checksum-absent";
    case TOC_WALLET_TEST_NETWORK:
        return "test-network";
    case TOC_WALLET_INVALID:
        return "invalid";
    case TOC_WALLET_RECOVERED:
        return "case-recovered";
    default:
        return "";
    }
}

void toc_wallet_fold_key(toc_span address, toc_hash *out)
{
    uint8_t folded[TOC_ADDRESS_BYTES_MAX];
    toc_span text = toc_spelling_trim(address);
    const uint8_t *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
    if (colon != NULL && colon > text.data + 3 && *text.data >= 'A') {
        text.size -= (size_t)(colon + 1 - text.data);
        text.data = colon + 1;
    }
    size_t size = text.size < sizeof folded ? text.size : sizeof folded;
    for (size_t i = 0; i < size; i++)
        folded[i] = text.data[i] >= 'A' && text.data[i] <= 'Z' ? (uint8_t)(text.data[i] + 32)
                                                               : text.data[i];
    toc_sha256(toc_span_of(folded, size), out);
}
