/* The address of a row: in any spelling of the chain that the row names, beside a token's ticker,
 * and on request damaged. What was done to take it stands in the wallet's flags. */
#include "proto/base/text.h"
#include "proto/format/claim.h"
#include "proto/format/row_text.h"
#include "proto/rules/nearest.h"

typedef struct address {
    toc_span name, text;    /* the cells */
    const toc_chain *chain; /* NULL: the name is a token's ticker */
    unsigned options;
    bool literals;
    toc_problem *problem;
} address;

static toc_code missing(toc_problem *problem)
{
    return toc_fail(&problem->err, TOC_MALFORMED, "missing");
}

static toc_code find_cells(const toc_row *row, address *at)
{
    at->name = row->cells[TOC_COLUMN_CHAIN];
    at->text = row->cells[TOC_COLUMN_ADDRESS];
    at->problem->column = TOC_COLUMN_CHAIN;
    if (at->name.size == 0)
        return missing(at->problem);
    at->chain = toc_chain_find(at->name);
    if (at->chain == NULL && !toc_ticker_is_loose(at->name))
        return toc_fail(&at->problem->err, TOC_NOT_FOUND, "unknown chain '%.*s'",
                        toc_quoted_bytes(at->name), (const char *)at->name.data);
    at->problem->column = TOC_COLUMN_ADDRESS;
    return at->text.size == 0 ? missing(at->problem) : TOC_OK;
}

static toc_code take_only(const address *at, const toc_wallet_candidates *found, toc_wallet *out)
{
    const toc_wallet *wallets = found->wallets;
    if (found->count > 1 && wallets[0].chain == wallets[1].chain)
        return toc_fail(&at->problem->err, TOC_MALFORMED, "its checksum holds in %zu letter cases",
                        found->count);
    char chains[TOC_CHAINS_TEXT_BYTES];
    toc_wallet_chains_text(found, chains);
    if (found->count > 1)
        return toc_fail(&at->problem->err, TOC_MALFORMED,
                        "fits %zu chains (%s); let the column chain name one of them", found->count,
                        chains);
    *out = wallets[0];
    return TOC_OK;
}

static toc_code parse(const address *at, toc_wallet *out)
{
    toc_wallet_candidates found;
    if (!toc_ticker_is_loose(at->name))
        return toc_wallet_parse_on(at->chain, at->text, out, &at->problem->err);
    TOC_TRY(toc_wallet_parse_ticker(at->name, at->text, &found, &at->problem->err));
    return take_only(at, &found, out);
}

/* Of what was found without a chain, what the ticker means: one spelling may fit several. */
static void narrow(const address *at, toc_wallet_candidates *found)
{
    toc_wallet_candidates meant;
    for (size_t i = 0; i < found->count && found->count > 1; i++) {
        toc_span text = toc_span_text(found->wallets[i].address);
        if (!toc_ascii_equal_nocase(text, at->text) ||
            toc_wallet_parse_ticker(at->name, text, &meant, NULL) != TOC_OK || meant.count != 1 ||
            meant.wallets[0].chain != found->wallets[i].chain)
            continue;
        found->wallets[0] = found->wallets[i];
        found->count = 1;
    }
}

/* `chain` NULL: any. */
static toc_code recover(const address *at, const toc_chain *chain, toc_wallet *out)
{
    toc_wallet_candidates found;
    TOC_TRY(toc_wallet_recover(chain, at->text, &found, &at->problem->err));
    if (chain == NULL)
        narrow(at, &found);
    for (size_t i = 0; i < found.count && chain == NULL; i++)
        found.wallets[i].flags |= TOC_WALLET_CHAIN_INFERRED;
    return take_only(at, &found, out);
}

/* An address of another chain, or a transaction id, is no damaged address of this one. */
static bool may_keep(const address *at, toc_wallet *out)
{
    toc_wallet_candidates others;
    return at->literals && at->chain != NULL && !toc_txid_like(at->text) &&
           toc_wallet_parse(at->text, &others, NULL) != TOC_OK &&
           toc_wallet_keep_invalid(at->chain, at->text, out, NULL) == TOC_OK;
}

/* The parser's sentence, with the address in it where it is short, and what can be done. */
static toc_code refuse(const address *at, toc_code code, const char *way_out)
{
    char sentence[TOC_ERR_TEXT_BYTES];
    memcpy(sentence, at->problem->err.text, sizeof sentence);
    return toc_fail(&at->problem->err, code, "'%.*s': %s%s", toc_quoted_bytes(at->text),
                    (const char *)at->text.data, sentence, way_out);
}

static toc_code take_damaged(const address *at, toc_code code, toc_wallet *out)
{
    toc_wallet kept;
    bool any = at->chain == NULL ||
               (toc_ticker_is_loose(at->name) && !toc_wallet_case_lost(at->chain, at->text));
    const toc_chain *chain = any ? NULL : at->chain;
    bool lost = toc_wallet_case_lost(chain, at->text);
    bool searched = lost && (at->options & TOC_ROW_RECOVER) != 0;
    if (searched)
        code = recover(at, chain, out);
    if (code == TOC_OK)
        return TOC_OK;
    bool keep = may_keep(at, &kept);
    if (keep && (at->options & TOC_ROW_KEEP_INVALID) != 0) {
        *out = kept;
        return TOC_OK;
    }
    const char *way_out = lost && !searched
                              ? "; its letter case may be lost: --recover searches for it, and "
                                "'tocsin address --recover' shows what it finds"
                          : keep ? "; --keep-invalid keeps it as it stands"
                                 : "";
    return refuse(at, code, way_out);
}

toc_code toc_row_address(const toc_row *row, unsigned options, bool literals, toc_wallet *out,
                         toc_problem *problem)
{
    address at = {.options = options, .literals = literals, .problem = problem};
    toc_wallet wallet;
    TOC_TRY(find_cells(row, &at));
    toc_code code = parse(&at, &wallet);
    if (code != TOC_OK)
        TOC_TRY(take_damaged(&at, code, &wallet));
    toc_span tag = row->cells[TOC_COLUMN_TAG];
    problem->column = TOC_COLUMN_TAG;
    if (tag.size > 0 && (wallet.flags & TOC_WALLET_INVALID) != 0)
        return toc_fail(&problem->err, TOC_MALFORMED,
                        "beside an address that is kept though it is none");
    TOC_TRY(toc_wallet_set_tag(&wallet, tag, &problem->err));
    *out = wallet;
    return TOC_OK;
}
