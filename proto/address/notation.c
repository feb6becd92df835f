/* Forms in which people write a wallet: bare, named, CAIP-10, payment URI; and the ticker of a
 * list. */
#include "proto/address/parse.h"
#include "proto/address/spelling.h"
#include "proto/base/text.h"

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
    size_t at = from < text.size ? from : text.size;
    return toc_span_of(text.data + at, text.size - at);
}

static bool begins(toc_span text, const char *with)
{
    size_t length = strlen(with);
    return text.size >= length && memcmp(text.data, with, length) == 0;
}

static toc_code unknown_chain(toc_span name, toc_err *err)
{
    size_t shown = name.size > 64 ? 64 : name.size;
    TOC_TRY(toc_spelling_check(head_of(name, shown), err));
    return toc_fail(err, TOC_NOT_FOUND, "unknown chain '%.*s'", (int)shown,
                    (const char *)name.data);
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

/* The value of `name` in "a=1&b=2"; false when it is not there. */
static bool query_value(toc_span query, const char *name, toc_span *out)
{
    size_t length = strlen(name);
    while (query.size > 0) {
        size_t end = index_of(query, '&');
        toc_span field = head_of(query, end);
        if (field.size > length && memcmp(field.data, name, length) == 0 &&
            field.data[length] == '=') {
            *out = tail_of(field, length + 1);
            return true;
        }
        query = tail_of(query, end + 1);
    }
    return false;
}

/* EIP-681: pay-ADDRESS@CHAIN/transfer?address=RECIPIENT&…; the recipient of a token is the
 * argument. */
static toc_code parse_ethereum_uri(const toc_chain *chain, toc_span path, toc_span query,
                                   toc_wallet *out, toc_err *err)
{
    if (begins(path, "pay-"))
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
    if (toc_span_equal(function, toc_span_text("transfer")))
        (void)query_value(query, "address", &target);
    return toc_parse_on(chain, target, out, err);
}

/* What each scheme calls its tag. */
static toc_code take_tag(toc_span query, toc_wallet *wallet, toc_err *err)
{
    static const char *const names[] = {"dt", "memo", "text", "tx_payment_id"};
    toc_span tag;
    for (size_t i = 0; i < TOC_COUNT(names); i++) {
        if (wallet->chain->tag != TOC_TAG_NONE && query_value(query, names[i], &tag)) {
            uint8_t plain[TOC_ADDRESS_BYTES_MAX];
            size_t size = 0;
            for (size_t j = 0; j < tag.size;
                 j++) { /* only spaces and plain characters are taken from URIs */
                bool space =
                    tag.data[j] == '+' || (tag.data[j] == '%' && begins(tail_of(tag, j), "%20"));
                plain[size++] = space ? (uint8_t)' ' : tag.data[j];
                j += space && tag.data[j] == '%' ? 2 : 0;
            }
            return toc_wallet_set_tag(wallet, toc_span_of(plain, size), err);
        }
    }
    return TOC_OK;
}

/* BIP-21 and its relatives: scheme, address, ?parameters. SEP-7 and TON put the address elsewhere.
 */
static toc_code parse_named(const toc_chain *chain, toc_span rest, toc_wallet *out, toc_err *err)
{
    toc_wallet wallet;
    if (begins(rest, "//"))
        rest = tail_of(rest, 2);
    rest = toc_spelling_trim(rest);
    size_t mark = index_of(rest, '?');
    toc_span path = head_of(rest, mark), query = tail_of(rest, mark + 1);
    if (begins(path, "transfer/"))
        path = tail_of(path, 9);
    if (toc_span_equal(path, toc_span_text("pay")))
        (void)query_value(query, "destination", &path);
    if (path.size == 0)
        return toc_fail(err, TOC_MALFORMED, "a chain without an address");
    if (chain->form == toc_form_evm)
        TOC_TRY(parse_ethereum_uri(chain, path, query, &wallet, err));
    else
        TOC_TRY(toc_parse_on(chain, path, &wallet, err));
    TOC_TRY(take_tag(query, &wallet, err));
    *out = wallet;
    return TOC_OK;
}

static toc_code parse_colon(toc_span text, size_t colon, toc_wallet *out, toc_err *err)
{
    toc_span name = head_of(text, colon), rest = tail_of(text, colon + 1);
    size_t second = index_of(rest, ':');
    if (second < rest.size) {
        toc_span caip2 = head_of(text, colon + 1 + second);
        const toc_chain *profile = toc_chain_find(caip2);
        if (profile != NULL)
            return toc_parse_tagged(profile, tail_of(rest, second + 1), out, err);
        if (known_namespace(name) && toc_chain_find(name) == NULL)
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

static toc_code give_one(const toc_wallet *wallet, toc_wallet_candidates *out)
{
    out->wallets[0] = *wallet;
    out->count = 1;
    return TOC_OK;
}

static toc_code parse_unnamed(toc_span text, toc_wallet_candidates *out, toc_err *err)
{
    toc_wallet_candidates found;
    const toc_chain *nearest = NULL;
    TOC_TRY(toc_spelling_check(text, err));
    toc_parse_bare(text, &found, &nearest);
    if (found.count == 0)
        return toc_parse_refuse(text, nearest, err);
    out->count = found.count;
    memcpy(out->wallets, found.wallets, found.count * sizeof found.wallets[0]);
    return TOC_OK;
}

/* Tokens that live on several chains, and where; the text's form chooses among them. */
typedef struct token_row {
    const char *ticker;
    uint16_t chains[6]; /* rows by number, 0 for none */
} token_row;

static const token_row tokens[] = {
    {"usdt", {8, 20, 1, 11, 200}}, /* TRON, Ethereum, Bitcoin (Omni), Solana, TON */
    {"tether", {8, 20, 1, 11, 200}},
    {"usdc", {20, 11, 8, 10, 201}},
    {"eurc", {20, 11, 10}},
    {"dai", {20}},
    {"busd", {20, 26}},
    {"tusd", {20, 8}},
    {"usdp", {20, 11}},
    {"wbtc", {20, 8}},
};

static const token_row *find_token(toc_span ticker)
{
    for (size_t i = 0; i < TOC_COUNT(tokens); i++) {
        if (toc_ascii_equal_nocase(ticker, toc_span_text(tokens[i].ticker)))
            return &tokens[i];
    }
    return NULL;
}

toc_code toc_wallet_parse(toc_span text, toc_wallet_candidates *out, toc_err *err)
{
    toc_wallet wallet;
    TOC_TRY(toc_parse_trim(&text, err));
    size_t space = first_space(text), colon = index_of(text, ':');
    toc_span name = head_of(text, space < colon ? space : colon);
    if (name.size < text.size && find_token(name) != NULL)
        return toc_wallet_parse_ticker(name, tail_of(text, name.size + 1), out, err);
    const toc_chain *chain = space < text.size ? toc_chain_find(head_of(text, space)) : NULL;
    if (chain != NULL) {
        TOC_TRY(parse_named(chain, tail_of(text, space), &wallet, err));
        return give_one(&wallet, out);
    }
    if (space < text.size && colon > space && space <= 12)
        return unknown_chain(head_of(text, space), err);
    bool raw =
        begins(text, "0:") || begins(text, "-1:"); /* TON's raw form has a colon of its own */
    if (colon < text.size && !raw) {
        TOC_TRY(parse_colon(text, colon, &wallet, err));
        return give_one(&wallet, out);
    }
    return parse_unnamed(text, out, err);
}

static bool lives_on(const token_row *token, const toc_chain *chain)
{
    for (size_t i = 0; i < TOC_COUNT(token->chains) && token->chains[i] != 0; i++) {
        if (token->chains[i] == chain->number)
            return true;
    }
    return false;
}

bool toc_ticker_is_loose(toc_span ticker)
{
    ticker = toc_spelling_trim(ticker);
    return find_token(ticker) != NULL || toc_ascii_equal_nocase(ticker, toc_span_text("XBT"));
}

const toc_chain *toc_wallet_split(toc_span text, toc_span *out_address)
{
    text = toc_spelling_trim(text);
    size_t space = first_space(text), colon = index_of(text, ':');
    size_t second =
        colon < text.size ? colon + 1 + index_of(tail_of(text, colon + 1), ':') : text.size;
    const size_t ends[] = {second, colon, space}; /* CAIP-10 before "bitcoin:…" */
    for (size_t i = 0; i < TOC_COUNT(ends); i++) {
        const toc_chain *chain =
            ends[i] < text.size ? toc_chain_find(head_of(text, ends[i])) : NULL;
        if (chain == NULL)
            continue;
        *out_address = toc_spelling_trim(tail_of(text, ends[i] + 1));
        return chain;
    }
    *out_address = text;
    return NULL;
}

/* Among the chains of the form, those where the token lives; when it lives on none of them, all. */
static void keep_token_chains(const token_row *token, toc_wallet_candidates *found)
{
    size_t kept = 0;
    bool any = false;
    for (size_t i = 0; i < found->count; i++)
        any = any || lives_on(token, found->wallets[i].chain);
    for (size_t i = 0; any && i < found->count; i++) {
        if (!lives_on(token, found->wallets[i].chain))
            continue;
        if (kept != i)
            found->wallets[kept] = found->wallets[i];
        kept++;
    }
    found->count = any ? kept : found->count;
}

toc_code toc_wallet_parse_ticker(toc_span ticker, toc_span address, toc_wallet_candidates *out,
                                 toc_err *err)
{
    toc_wallet wallet;
    toc_wallet_candidates found;
    found.count = 0;
    ticker = toc_spelling_trim(ticker);
    const toc_chain *chain = ticker.size == 0 ? NULL : toc_chain_find(ticker);
    const token_row *token = find_token(ticker);
    bool none = ticker.size == 0 || toc_ascii_equal_nocase(ticker, toc_span_text("unknown"));
    if (chain == NULL && token == NULL && !none)
        return unknown_chain(ticker, err);
    TOC_TRY(toc_parse_trim(&address, err));
    TOC_TRY(toc_spelling_check(address, err));
    toc_fit fit = chain == NULL ? TOC_FIT_ALIEN : toc_parse_try(chain, address, &wallet, err);
    if (fit == TOC_FIT_OK)
        return give_one(&wallet, out);
    if (parse_unnamed(address, &found, chain == NULL ? err : NULL) != TOC_OK) {
        if (chain == NULL || err == NULL)
            return TOC_MALFORMED;
        return toc_wrap(err, "%s address", chain->symbol);
    }
    if (fit == TOC_FIT_BROKEN && found.count > 0 &&
        (found.wallets[0].flags & TOC_WALLET_CHECKSUM_ABSENT) != 0)
        return err == NULL ? TOC_MALFORMED : toc_wrap(err, "%s address", chain->symbol);
    if (token != NULL)
        keep_token_chains(token, &found);
    for (size_t i = 0; i < found.count; i++)
        found.wallets[i].flags |= chain == NULL ? 0 : TOC_WALLET_CHAIN_CORRECTED;
    out->count = found.count;
    memcpy(out->wallets, found.wallets, found.count * sizeof found.wallets[0]);
    return TOC_OK;
}
