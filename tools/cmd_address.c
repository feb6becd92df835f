/* address: what is this string? Needs no node, no store, no keys. */
#include <stdio.h>
#include <stdlib.h>

#include "proto/answer/answer.h"
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/term/colour.h"

const toc_option toc_address_options[] = {
    {"chain", "NAME", "the chain it is said to be on (BTC, ethereum, eip155:56, …)"},
    {NULL, NULL, NULL},
};

static toc_code parse(const toc_chain *chain, toc_span text, toc_wallet_candidates *out,
                      toc_err *err)
{
    if (chain == NULL)
        return toc_wallet_parse(text, out, err);
    out->count = 0;
    TOC_TRY(toc_wallet_parse_on(chain, text, &out->wallets[0], err));
    out->count = 1;
    return TOC_OK;
}

static void show_wallet(const toc_wallet *wallet, toc_buf *out)
{
    TOC_AUTO(toc_buf_wipe) toc_buf name = {0};
    toc_wallet_caip10(wallet, &name);
    toc_buf_add_text(out, "  ");
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(wallet->address));
    toc_buf_printf(out, "\n    %s, %s", toc_chain_name(wallet->chain), wallet->kind);
    if ((wallet->flags & TOC_WALLET_TEST_NETWORK) != 0)
        toc_colour_add(out, TOC_STYLE_WARNING, toc_span_text(", test network"));
    if (wallet->tag[0] != '\0') {
        toc_buf_add_text(out, ", tag ");
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(wallet->tag));
    }
    if ((wallet->flags & TOC_WALLET_CHECKSUM_ABSENT) != 0)
        toc_colour_add(out, TOC_STYLE_QUIET, toc_span_text(", spelt without a checksum"));
    if ((wallet->flags & TOC_WALLET_CHAIN_CORRECTED) != 0)
        toc_colour_add(out, TOC_STYLE_WARNING, toc_span_text(", not the chain that was named"));
    toc_buf_add_text(out, "\n    ");
    toc_colour_add(out, TOC_STYLE_QUIET, toc_buf_view(&name));
    toc_buf_add_u8(out, '\n');
}

static void show_people(toc_span input, const toc_wallet_candidates *found, const toc_err *error,
                        toc_buf *out)
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
}

static toc_code show_one(toc_cli *cli, const toc_chain *chain, toc_span input, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_wallet_candidates found = {0};
    toc_err why = {0};
    bool failed = parse(chain, input, &found, &why) != TOC_OK;
    if (failed)
        cli->exit = TOC_EXIT_FAILED;
    if (cli->json)
        toc_json_wallet(input, &found, failed ? &why : NULL, &out);
    else
        show_people(input, &found, failed ? &why : NULL, &out);
    return toc_print(&out, err);
}

static toc_code each_line_of_stdin(toc_cli *cli, const toc_chain *chain, toc_err *err)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    toc_code code = TOC_OK;
    while (code == TOC_OK && (size = getline(&line, &room, stdin)) >= 0) {
        toc_span text = toc_span_of(line, (size_t)size);
        while (text.size > 0 && strchr(" \t\r\n", text.data[text.size - 1]) != NULL)
            text.size--;
        if (text.size > 0)
            code = show_one(cli, chain, text, err);
    }
    free(line);
    return code;
}

toc_code toc_cmd_address(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, SIZE_MAX, "an address", err));
    const char *name = toc_opts_value(args, "chain");
    const toc_chain *chain = name == NULL ? NULL : toc_chain_find(toc_span_text(name));
    if (name != NULL && chain == NULL)
        return toc_fail(err, TOC_USAGE, "'%.64s' is no chain that is known here", name);
    for (size_t i = 0; i < args->word_count; i++) {
        if (strcmp(args->words[i], "-") == 0)
            TOC_TRY(each_line_of_stdin(cli, chain, err));
        else
            TOC_TRY(show_one(cli, chain, toc_span_text(args->words[i]), err));
    }
    return TOC_OK;
}
