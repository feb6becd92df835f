#include "proto/address/wallet.h"

#include "proto/address/chain.h"
#include "proto/address/spelling.h"
#include "proto/base/text.h"

static void wallet_init(const toc_chain *chain, toc_wallet *out)
{
    memset(out, 0, sizeof *out);
    out->chain = chain;
    out->flags = toc_chain_is_test(chain) ? TOC_WALLET_TEST_NETWORK : 0;
}

static toc_fit try_chain(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    wallet_init(chain, out);
    return chain->form(chain, text, out, err);
}

/* An 0x account says nothing of its chain; without a name it is Ethereum's, and nobody else's. */
static bool tried_bare(const toc_chain *chain, toc_span text)
{
    bool prefixed = text.size >= 2 && text.data[0] == '0' && (text.data[1] | 32) == 'x';
    return (chain->flags & TOC_CHAIN_BARE) != 0 && prefixed == (chain->family == TOC_FAMILY_EVM);
}

/* Every chain whose form the text has. On none, *out_nearest is a chain whose rule it breaks, or
 * NULL. */
static void find_candidates(toc_span text, toc_wallet_candidates *out,
                            const toc_chain **out_nearest)
{
    out->count = 0;
    *out_nearest = NULL;
    for (size_t i = 0; i < toc_chain_count() && out->count < TOC_WALLET_CANDIDATES_MAX; i++) {
        const toc_chain *chain = toc_chain_at(i);
        if (!tried_bare(chain, text))
            continue;
        toc_wallet *wallet = &out->wallets[out->count];
        toc_fit fit = try_chain(chain, text, wallet, NULL);
        if (fit == TOC_FIT_OK) {
            wallet->flags |= TOC_WALLET_CHAIN_INFERRED;
            out->count++;
        } else if (fit == TOC_FIT_BROKEN &&
                   (*out_nearest == NULL ||
                    (toc_chain_is_test(*out_nearest) && !toc_chain_is_test(chain)) ||
                    (chain->number < (*out_nearest)->number))) {
            *out_nearest = chain;
        }
    }
}

static toc_code parse_bare(toc_span text, toc_wallet_candidates *out, toc_err *err)
{
    const toc_chain *nearest = NULL;
    toc_wallet scratch;
    find_candidates(text, out, &nearest);
    if (out->count > 0)
        return TOC_OK;
    if (nearest == NULL)
        return toc_fail(err, TOC_MALFORMED, "not an address of any chain known here");
    (void)try_chain(nearest, text, &scratch, err);
    if (err != NULL)
        toc_wrap(err, "%s address", nearest->symbol);
    return TOC_MALFORMED;
}

static toc_code refuse_chain(const toc_chain *chain, const toc_wallet_candidates *others,
                             toc_err *err)
{
    const toc_wallet *first = &others->wallets[0];
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
    find_candidates(text, &others, &nearest);
    if (others.count == 0) {
        if (fit == TOC_FIT_BROKEN || err == NULL || nearest == NULL)
            return err == NULL ? TOC_MALFORMED : toc_wrap(err, "%s address", chain->symbol);
        return toc_wrap(err, "%s address", chain->symbol);
    }
    const toc_wallet *other = &others.wallets[0];
    if (others.count != 1 ||
        (other->flags & (TOC_WALLET_CHECKSUM_ABSENT | TOC_WALLET_TEST_NETWORK)) != 0)
        return refuse_chain(chain, &others, err);
    *out = *other;
    out->flags = (out->flags & ~(uint32_t)TOC_WALLET_CHAIN_INFERRED) | TOC_WALLET_CHAIN_CORRECTED;
    return TOC_OK;
}

static toc_code parse_on(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    toc_wallet wallet;
    TOC_TRY(toc_spelling_check(text, err));
    toc_fit fit = try_chain(chain, text, &wallet, err);
    if (fit != TOC_FIT_OK)
        return correct_chain(chain, fit, text, out, err);
    *out = wallet;
    return TOC_OK;
}

static toc_code trim_text(toc_span *text, toc_err *err)
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
    TOC_TRY(trim_text(&address, err));
    return parse_on(chain, address, out, err);
}

static size_t index_of(toc_span text, uint8_t character)
{
    const uint8_t *at = text.size == 0 ? NULL : memchr(text.data, character, text.size);
    return at == NULL ? text.size : (size_t)(at - text.data);
}

static toc_span head_of(toc_span text, size_t size)
{
    return toc_span_of(text.data, size);
}

static toc_span tail_of(toc_span text, size_t from)
{
    return from >= text.size ? toc_span_of(text.data + text.size, 0)
                             : toc_span_of(text.data + from, text.size - from);
}

static toc_code unknown_chain(toc_span name, toc_err *err)
{
    int shown = name.size > 64 ? 64 : (int)name.size;
    return toc_fail(err, TOC_NOT_FOUND, "unknown chain '%.*s'", shown, (const char *)name.data);
}

static bool known_namespace(toc_span name)
{
    for (size_t i = 0; i < toc_chain_count(); i++) {
        const char *caip2 = toc_chain_at(i)->caip2;
        size_t length = strcspn(caip2, ":");
        if (length == name.size && memcmp(caip2, name.data, length) == 0)
            return true;
    }
    return false;
}

/* EIP-681: pay-ADDRESS@CHAIN/transfer?address=RECIPIENT&…; the recipient of a token is the
 * argument. */
static toc_code parse_ethereum_uri(const toc_chain *chain, toc_span rest, toc_wallet *out,
                                   toc_err *err)
{
    static const char argument[] = "address=";
    size_t query_at = index_of(rest, '?');
    toc_span path = head_of(rest, query_at), query = tail_of(rest, query_at + 1);
    if (path.size > 4 && memcmp(path.data, "pay-", 4) == 0)
        path = tail_of(path, 4);
    size_t slash = index_of(path, '/');
    toc_span function = tail_of(path, slash + 1), target = head_of(path, slash);
    size_t at = index_of(target, '@');
    if (at < target.size) {
        char caip2[32] = "eip155:";
        toc_span id = tail_of(target, at + 1);
        if (id.size > 20)
            return unknown_chain(id, err);
        memcpy(caip2 + 7, id.data, id.size);
        chain = toc_chain_by_caip2(toc_span_of(caip2, 7 + id.size));
        if (chain == NULL)
            return unknown_chain(toc_span_of(caip2, 7 + id.size), err);
        target = head_of(target, at);
    }
    while (toc_span_equal(function, toc_span_text("transfer")) && query.size > 0) {
        size_t end = index_of(query, '&');
        toc_span field = head_of(query, end);
        if (field.size >= sizeof argument && memcmp(field.data, argument, sizeof argument - 1) == 0)
            target = tail_of(field, sizeof argument - 1);
        query = tail_of(query, end + 1);
    }
    return parse_on(chain, target, out, err);
}

/* BIP-21 and its relatives: scheme, address, ?parameters. */
static toc_code parse_named(const toc_chain *chain, toc_span rest, toc_wallet *out, toc_err *err)
{
    if (rest.size >= 2 && memcmp(rest.data, "//", 2) == 0)
        rest = tail_of(rest, 2);
    rest = toc_spelling_trim(rest);
    if (rest.size == 0)
        return toc_fail(err, TOC_MALFORMED, "a chain without an address");
    if (chain->family == TOC_FAMILY_EVM || chain->family == (TOC_FAMILY_EVM | TOC_FAMILY_TEST_BIT))
        return parse_ethereum_uri(chain, rest, out, err);
    return parse_on(chain, head_of(rest, index_of(rest, '?')), out, err);
}

static toc_code parse_colon(toc_span text, size_t colon, toc_wallet *out, toc_err *err)
{
    toc_span name = head_of(text, colon), rest = tail_of(text, colon + 1);
    size_t second = index_of(rest, ':');
    if (second < rest.size) {
        toc_span caip2 = head_of(text, colon + 1 + second);
        const toc_chain *profile = toc_chain_find(caip2);
        if (profile != NULL)
            return parse_on(profile, tail_of(rest, second + 1), out, err);
        if (known_namespace(name))
            return unknown_chain(caip2, err);
    }
    const toc_chain *chain = toc_chain_find(name);
    if (chain == NULL)
        return unknown_chain(name, err);
    return parse_named(chain, rest, out, err);
}

static size_t first_space(toc_span text)
{
    size_t i = 0;
    while (i < text.size && text.data[i] != ' ' && text.data[i] != '\t')
        i++;
    return i;
}

toc_code toc_wallet_parse(toc_span text, toc_wallet_candidates *out, toc_err *err)
{
    TOC_TRY(trim_text(&text, err));
    toc_wallet wallet;
    size_t space = first_space(text), colon = index_of(text, ':');
    if (space < text.size) {
        const toc_chain *chain = toc_chain_find(head_of(text, space));
        if (chain == NULL && colon > space)
            return unknown_chain(head_of(text, space), err);
        if (chain != NULL) {
            TOC_TRY(parse_named(chain, tail_of(text, space), &wallet, err));
            out->wallets[0] = wallet;
            out->count = 1;
            return TOC_OK;
        }
    }
    if (colon < text.size) {
        TOC_TRY(parse_colon(text, colon, &wallet, err));
        out->wallets[0] = wallet;
        out->count = 1;
        return TOC_OK;
    }
    TOC_TRY(toc_spelling_check(text, err));
    toc_wallet_candidates found;
    TOC_TRY(parse_bare(text, &found, err));
    out->count = found.count;
    memcpy(out->wallets, found.wallets, found.count * sizeof found.wallets[0]);
    return TOC_OK;
}

toc_code toc_wallet_read(toc_span caip2, toc_span address, toc_span tag, toc_wallet *out,
                         toc_err *err)
{
    toc_wallet wallet;
    const toc_chain *chain = toc_chain_by_caip2(caip2);
    if (chain == NULL)
        return unknown_chain(caip2, err);
    if (address.size == 0 || address.size > TOC_ADDRESS_BYTES_MAX)
        return toc_fail(err, TOC_MALFORMED, "%s address of %zu bytes", chain->symbol, address.size);
    if (try_chain(chain, address, &wallet, err) != TOC_FIT_OK)
        return err == NULL ? TOC_MALFORMED : toc_wrap(err, "%s address", chain->symbol);
    if (!toc_span_equal(address, toc_span_text(wallet.address)))
        return toc_fail(err, TOC_MALFORMED, "%s address: not its canonical spelling, which is %s",
                        chain->symbol, wallet.address);
    if (tag.size != 0)
        return toc_fail(err, TOC_MALFORMED, "a tag on %s, which has none", chain->symbol);
    *out = wallet;
    return TOC_OK;
}

void toc_wallet_caip10(const toc_wallet *wallet, toc_buf *out)
{
    const char *address = wallet->address;
    const char *colon = strchr(address, ':');
    toc_buf_add_text(out, wallet->chain->caip2);
    toc_buf_add_u8(out, ':');
    toc_buf_add_text(out, colon == NULL ? address : colon + 1);
    if (wallet->tag[0] != '\0') {
        toc_buf_add_u8(out, '-');
        toc_buf_add_text(out, wallet->tag);
    }
}
