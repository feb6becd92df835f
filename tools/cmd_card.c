/* card: the own card, armoured for mail and paste, and the fingerprint to read out over a
 * telephone. From the node's spool directory when the node is down: there it is for whoever wants
 * to seal to it. */
#include <stdio.h>

#include "tools/ask.h"
#include "tools/card.h"
#include "tools/commands.h"
#include "tools/store.h"

static toc_code show_answer(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    const toc_cli *cli = context;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_TRY(toc_card_dearmour(toc_span_text(toc_text_of(line, "card")), &bytes, err));
    return toc_card_show(cli, toc_buf_view(&bytes), true, out, err);
}

static toc_code from_spool(const toc_cli *cli, toc_err *err)
{
    toc_config config;
    TOC_TRY(toc_cli_config(cli, &config, err));
    char path[TOC_CONFIG_PATH_BYTES + 16];
    snprintf(path, sizeof path, "%s/node.card", config.spool);
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf shown = {0};
    TOC_TRY(toc_file_read(path, (size_t)TOC_CARD_BYTES_MAX * 2, &text, err));
    TOC_TRY(toc_card_dearmour(toc_buf_view(&text), &bytes, err));
    TOC_TRY(toc_card_show(cli, toc_buf_view(&bytes), true, &shown, err));
    return toc_print(&shown, err);
}

static toc_code from_store(const toc_cli *cli, toc_err *err)
{
    TOC_AUTO(toc_direct_close) toc_direct_store store = {0};
    TOC_TRY(toc_direct_open(cli, toc_span_text("card"), toc_span_text("{}"), false, &store, err));
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(store.log, &txn, err));
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf shown = {0};
    TOC_TRY(toc_card_of_log(txn, &bytes, err));
    TOC_TRY(toc_card_show(cli, toc_buf_view(&bytes), true, &shown, err));
    return toc_print(&shown, err);
}

toc_code toc_cmd_card(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    if (cli->direct)
        return from_store(cli, err);
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_request_words(&request, "card", NULL, args);
    toc_show show = {.line = show_answer, .context = cli};
    toc_code code = toc_ask(cli, &request, &show, NULL, err);
    if (code == TOC_UNREACHABLE && from_spool(cli, NULL) == TOC_OK)
        return TOC_OK;
    return code;
}
