/* address: what is this string? Needs no node, no store, no keys. */
#include <stdio.h>
#include <stdlib.h>

#include "proto/answer/answer.h"
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/term/colour.h"
#include "tools/term/progress.h"

const toc_option toc_address_options[] = {
    {"chain", "NAME",
     "the chain it is said to be on (BTC, ethereum, eip155:56, …), or a list's ticker"},
    {"near", "KNOWN",
     "does it look like this known wallet where people look, and is another? repeatable"},
    {"recover", NULL, "Base58 in small letters: search the letter case (seconds each)"},
    {NULL, NULL, NULL},
};

typedef struct asking {
    toc_cli *cli;
    const char *name;       /* --chain as given; NULL: the text tells */
    const toc_chain *chain; /* NULL also for a token's ticker */
    bool recover;
    size_t known_count;
    toc_wallet_candidates *known; /* what each may be */
    toc_answer_near *near;        /* worked out anew for each text */
    toc_progress_line progress;
    uint64_t done;
} asking;

static void asking_wipe(asking *all)
{
    free(all->known);
    free(all->near);
}
TOC_DEFINE_AUTO_WIPE(asking, asking_wipe)

/* ---- what it is ---- */

static toc_code parse(const asking *all, toc_span text, toc_wallet_candidates *out, toc_err *err)
{
    if (all->name == NULL)
        return toc_wallet_parse(text, out, err);
    if (toc_ticker_is_loose(toc_span_text(all->name)))
        return toc_wallet_parse_ticker(toc_span_text(all->name), text, out, err);
    out->count = 0;
    TOC_TRY(toc_wallet_parse_on(all->chain, text, &out->wallets[0], err));
    out->count = 1;
    return TOC_OK;
}

/* The nearest chain of a bare text is a guess that its letter case misleads. */
static toc_code offer_recovery(const toc_chain *named, toc_code code, toc_err *err)
{
    char sentence[TOC_ERR_TEXT_BYTES];
    memcpy(sentence, err->text, sizeof sentence);
    return toc_fail(err, code, "%s; its letter case may be lost: --recover searches for it",
                    named == NULL ? "not an address as it stands" : sentence);
}

/* A text that is an address as it stands has nothing to recover. */
static toc_code understand(asking *all, toc_span text, toc_wallet_candidates *out, toc_err *err)
{
    toc_code code = parse(all, text, out, err);
    if (code == TOC_OK)
        return TOC_OK;
    toc_span address = text;
    const toc_chain *named = all->name == NULL ? toc_wallet_split(text, &address) : all->chain;
    bool lost = toc_wallet_case_lost(named, address);
    if (lost && all->recover)
        return toc_wallet_recover(named, address, out, err);
    return lost ? offer_recovery(named, code, err) : code;
}

static toc_nearness compare(const toc_wallet *known, const toc_wallet *wallet)
{
    switch (toc_wallet_relation_of(known, TOC_ACCOUNT_UNKNOWN, wallet, TOC_ACCOUNT_UNKNOWN)) {
    case TOC_RELATION_SAME:
        return TOC_NEAR_SAME;
    case TOC_RELATION_KEY:
        return TOC_NEAR_SAME_KEY;
    case TOC_RELATION_NONE:
    case TOC_RELATION_SAME_SCRIPT:
    case TOC_RELATION_ELSEWHERE:
        return toc_wallet_near(known, wallet) ? TOC_NEAR_ALIKE : TOC_NEAR_OTHER;
    }
    return TOC_NEAR_OTHER;
}

/* Both texts may be several things: what says most goes first. */
static void find_nearness(const toc_wallet_candidates *known, const toc_wallet_candidates *found,
                          toc_answer_near *out)
{
    static const unsigned weight[] = {
        [TOC_NEAR_OTHER] = 0, [TOC_NEAR_ALIKE] = 1, [TOC_NEAR_SAME_KEY] = 2, [TOC_NEAR_SAME] = 3};
    out->is = TOC_NEAR_OTHER;
    out->wallet = known->wallets[0];
    for (size_t i = 0; i < known->count * found->count; i++) {
        const toc_wallet *wallet = &known->wallets[i / found->count];
        toc_nearness is = compare(wallet, &found->wallets[i % found->count]);
        if (weight[is] <= weight[out->is])
            continue;
        out->is = is;
        out->wallet = *wallet;
    }
}

/* ---- for people ---- */

static void add_flags(const toc_wallet *wallet, toc_buf *out)
{
    static const struct {
        uint32_t flag;
        toc_style style;
        const char *words;
    } rows[] = {
        {TOC_WALLET_TEST_NETWORK, TOC_STYLE_WARNING, ", test network"},
        {TOC_WALLET_RECOVERED, TOC_STYLE_WARNING, ", letter case found again by its checksum"},
        {TOC_WALLET_CHAIN_CORRECTED, TOC_STYLE_WARNING, ", not the chain that was named"},
        {TOC_WALLET_CHAIN_INFERRED, TOC_STYLE_QUIET, ", chain told by its form"},
        {TOC_WALLET_CHECKSUM_ABSENT, TOC_STYLE_QUIET, ", spelt without a checksum"},
    };
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        if ((wallet->flags & rows[i].flag) != 0)
            toc_colour_add(out, rows[i].style, toc_span_text(rows[i].words));
    }
}

static void show_receivers(const toc_wallet *wallet, toc_buf *out)
{
    toc_wallet_candidates receivers;
    if (toc_wallet_receivers(wallet, &receivers, NULL) != TOC_OK)
        return;
    for (size_t i = 0; i < receivers.count; i++) {
        toc_buf_printf(out, "    receiver %s ", receivers.wallets[i].kind);
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(receivers.wallets[i].address));
        toc_buf_add_u8(out, '\n');
    }
}

static void show_wallet(const toc_wallet *wallet, toc_buf *out)
{
    TOC_AUTO(toc_buf_wipe) toc_buf name = {0};
    toc_wallet_caip10(wallet, &name);
    toc_buf_add_text(out, "  ");
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(wallet->address));
    toc_buf_printf(out, "\n    %s, %s", toc_chain_name(wallet->chain), wallet->kind);
    if (wallet->tag[0] != '\0') {
        toc_buf_add_text(out, ", tag ");
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(wallet->tag));
    }
    add_flags(wallet, out);
    toc_buf_add_text(out, "\n    ");
    toc_colour_add(out, TOC_STYLE_QUIET, toc_buf_view(&name));
    toc_buf_add_u8(out, '\n');
    show_receivers(wallet, out);
}

static void show_nearness(const asking *all, toc_buf *out)
{
    static const struct {
        toc_style style;
        const char *words;
    } rows[] = {
        [TOC_NEAR_OTHER] = {TOC_STYLE_QUIET, "  not like "},
        [TOC_NEAR_SAME] = {TOC_STYLE_GOOD, "  the same wallet as "},
        [TOC_NEAR_SAME_KEY] = {TOC_STYLE_GOOD, "  under one key with "},
        [TOC_NEAR_ALIKE] = {TOC_STYLE_BAD, "  another wallet that looks like "},
    };
    for (size_t i = 0; i < all->known_count; i++) {
        const toc_answer_near *known = &all->near[i];
        if (known->is == TOC_NEAR_OTHER && all->known_count > 1)
            continue; /* of many, those that matter */
        toc_colour_add(out, rows[known->is].style, toc_span_text(rows[known->is].words));
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(known->known));
        if (known->is == TOC_NEAR_ALIKE)
            toc_buf_add_text(out, " at both ends: address poisoning?");
        toc_buf_add_u8(out, '\n');
    }
}

static void show_people(const asking *all, toc_span input, const toc_wallet_candidates *found,
                        const toc_err *error, toc_buf *out)
{
    toc_colour_add(out, TOC_STYLE_PLAIN, input);
    toc_buf_add_u8(out, '\n');
    if (error != NULL) {
        toc_buf_add_text(out, "  ");
        toc_colour_add(out, TOC_STYLE_BAD, toc_span_text(error->text));
        toc_buf_add_u8(out, '\n');
        return;
    }
    if (found->count > 1)
        toc_buf_printf(out, "  fits %zu chains; name one to be sure (SYMBOL:address)\n",
                       found->count);
    for (size_t i = 0; i < found->count; i++)
        show_wallet(&found->wallets[i], out);
    show_nearness(all, out);
}

/* ---- one, and all ---- */

static toc_code show_one(void *context, toc_span input, toc_err *err)
{
    asking *all = context;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_wallet_candidates found = {0};
    toc_err why = {0};
    bool failed = understand(all, input, &found, &why) != TOC_OK;
    if (failed)
        all->cli->exit = TOC_EXIT_FAILED;
    for (size_t i = 0; i < all->known_count; i++)
        find_nearness(&all->known[i], &found, &all->near[i]);
    if (all->cli->json)
        toc_json_wallet(input, &found, all->near, all->known_count, failed ? &why : NULL, &out);
    else
        show_people(all, input, &found, failed ? &why : NULL, &out);
    toc_progress_show(&all->progress, toc_span_text("addresses"), ++all->done, 0);
    return toc_print(&out, err);
}

static toc_code take_known(asking *all, const toc_opts *args, toc_err *err)
{
    size_t cursor = 0, room = 0;
    const char *text;
    while (toc_opts_each(args, "near", &cursor) != NULL)
        room++;
    if (room == 0)
        return TOC_OK;
    all->known = calloc(room, sizeof *all->known);
    all->near = calloc(room, sizeof *all->near);
    if (all->known == NULL || all->near == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for %zu known wallets", room);
    cursor = 0;
    while ((text = toc_opts_each(args, "near", &cursor)) != NULL) {
        if (understand(all, toc_span_text(text), &all->known[all->known_count], err) != TOC_OK) {
            (void)toc_wrap(err, "--near '%.80s'", text);
            err->code = TOC_USAGE;
            return TOC_USAGE;
        }
        all->near[all->known_count++].known = text;
    }
    return TOC_OK;
}

static toc_code set_chain(asking *all, const toc_opts *args, toc_err *err)
{
    all->name = toc_opts_value(args, "chain");
    if (all->name == NULL)
        return TOC_OK;
    toc_span name = toc_span_text(all->name);
    all->chain = toc_chain_find(name);
    if (all->chain == NULL && !toc_ticker_is_loose(name))
        return toc_fail(err, TOC_USAGE, "'%.64s' is no chain that is known here", all->name);
    return TOC_OK;
}

toc_code toc_cmd_address(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_AUTO(asking_wipe)
    asking all = {.cli = cli, .recover = toc_opts_has(args, "recover")};
    TOC_TRY(toc_opts_expect(args, 1, SIZE_MAX, "an address", err));
    TOC_TRY(set_chain(&all, args, err));
    toc_progress_begin(&all.progress);
    all.progress.on &= toc_terminal_columns() == 0; /* on a terminal the answers are the progress */
    toc_code code = take_known(&all, args, err);
    if (code == TOC_OK)
        code = toc_opts_texts(args, show_one, &all, err);
    toc_progress_end(&all.progress);
    return code;
}
