/* submit: files of rows, or one wallet on the command line. Only what is new or changed is written.
 */
#include <stdio.h>

#include "proto/base/text.h"
#include "tools/commands.h"
#include "tools/leaving.h"
#include "tools/parcel.h"
#include "tools/term/question.h"
#include "tools/term/text.h"

#define DRAFT_BYTES_MAX ((size_t)4 << 30)

const toc_option toc_submit_options[] = {
    {"circle", "ID", "which circle, when more than one is joined (id or name)"},
    {"alert", NULL, "the alert lane: live thefts and freezes; small and first"},
    {"dry-run", NULL, "say what would be written, and write nothing"},
    {"hold", "SPAN", "write it only after 60s, 5m, 2h; until then 'tocsin recall' takes it back"},
    {"lapse", "SPAN",
     "officers may approve it for so long, where they have to: 5m, 2h, 7d (default 1d)"},
    {"format", "WORD", "csv or jsonl, where the file's name does not tell"},
    {"keep-invalid", NULL, "keep addresses that fail their checksum, flagged, as they stand"},
    {"recover", NULL, "search the letter case of Base58 that a list put in small letters"},
    {"chain", "NAME", "submit wallet: the chain (else the address tells)"},
    {"category", "WORD", "submit wallet: theft, hack, scam, ransomware, sanctions, …"},
    {"role", "WORD", "perpetrator (default), intermediary, victim, service, deposit, lookalike"},
    {"actor", "WORD", "who is behind it: lazarus, lockbit, …"},
    {"confidence", "0-100", "how sure this org is (default 50)"},
    {"list", "WORD", "the list it is taken from: ofac-sdn, …; without it, an own finding"},
    {"list-version", "TEXT", "of the list"},
    {"vendor", "WORD", "the vendor it is taken from"},
    {"tag", "TEXT", "destination tag, memo or payment id"},
    {"incident", "WORD", "the incident it belongs to"},
    {"label", "TEXT", "words for people; repeatable"},
    {"first-seen", "DATE", "2025-02-21 or with a time"},
    {"last-seen", "DATE", "likewise"},
    {"valid-until", "DATE", "likewise; the claim expires then"},
    {"tlp", "MARK", "CLEAR, GREEN, AMBER (default), AMBER+STRICT, RED"},
    {"releasable-to", "ORG", "only for this org (name or id); repeatable"},
    {"not-to", "ORG", "for all but this org; repeatable"},
    {"purpose", "TEXT", "what it may be used for"},
    {"note", "TEXT", "plain text for the reader"},
    {"complete", "LIST", "the file is the whole of this list: retract what left it"},
    {"yes", NULL,
     "… even if that is over 5 %; and clusters of over 100,000 wallets without asking"},
    {"derived-from", "CLAIM",
     "a claim that it rests on, by its id, or all rows of the file do; repeatable"},
    {NULL, NULL, NULL},
};

/* ---- one wallet ---- */

static void cell(const toc_opts *args, const char *option, toc_column column, toc_row *row)
{
    row->cells[column] = toc_span_text(toc_opts_value(args, option));
}

/* As one cell has them all. */
static toc_code read_several(const toc_opts *args, const char *option, toc_buf *joined,
                             toc_span *out, toc_err *err)
{
    size_t cursor = 0;
    const char *item;
    while ((item = toc_opts_each(args, option, &cursor)) != NULL) {
        toc_buf_add_text(joined, item);
        toc_buf_add_u8(joined, ';');
    }
    *out = toc_buf_view(joined);
    return toc_buf_ok(joined, err);
}

static const struct {
    const char *option;
    toc_column column;
} cells[] = {
    {"chain", TOC_COLUMN_CHAIN},
    {"category", TOC_COLUMN_CATEGORY},
    {"role", TOC_COLUMN_ROLE},
    {"actor", TOC_COLUMN_ACTOR},
    {"confidence", TOC_COLUMN_CONFIDENCE},
    {"list", TOC_COLUMN_LIST},
    {"list-version", TOC_COLUMN_LIST_VERSION},
    {"vendor", TOC_COLUMN_VENDOR},
    {"tag", TOC_COLUMN_TAG},
    {"incident", TOC_COLUMN_INCIDENT},
    {"first-seen", TOC_COLUMN_FIRST_SEEN},
    {"last-seen", TOC_COLUMN_LAST_SEEN},
    {"valid-until", TOC_COLUMN_VALID_UNTIL},
    {"tlp", TOC_COLUMN_TLP},
    {"purpose", TOC_COLUMN_PURPOSE},
    {"note", TOC_COLUMN_NOTE},
};

static toc_code row_of(const toc_opts *args, toc_row *out, toc_err *err)
{
    *out = (toc_row){.line = 1};
    out->cells[TOC_COLUMN_ADDRESS] = toc_span_text(args->words[1]);
    for (size_t i = 0; i < TOC_COUNT(cells); i++)
        cell(args, cells[i].option, cells[i].column, out);
    size_t cursor = 0;
    const char *label;
    while ((label = toc_opts_each(args, "label", &cursor)) != NULL) {
        if (out->label_count == TOC_LABELS_MAX)
            return toc_fail(err, TOC_LIMIT, "at most %u labels", TOC_LABELS_MAX);
        out->labels[out->label_count++] = toc_span_text(label);
    }
    return TOC_OK;
}

static toc_code refuse_several(const toc_wallet_candidates *found, toc_err *err)
{
    char chains[TOC_CHAINS_TEXT_BYTES];
    toc_wallet_chains_text(found, chains);
    return toc_fail(err, TOC_USAGE,
                    "this address fits %zu chains (%s); say which: --chain, and one of them",
                    found->count, chains);
}

/* Without --chain the address has to tell it: a guess would accuse somebody else's wallet. What is
 * wrong with it is left to the reader of rows, where there is a chain to be wrong on. */
static toc_code tell_chain(const toc_parcel *parcel, toc_row *row, toc_wallet_candidates *found,
                           toc_err *err)
{
    toc_span text = row->cells[TOC_COLUMN_ADDRESS], address;
    toc_code code = toc_wallet_parse(text, found, err);
    const toc_chain *named = toc_wallet_split(text, &address);
    bool recover = (parcel->row_options & TOC_ROW_RECOVER) != 0 && toc_wallet_case_lost(NULL, text);
    if (code == TOC_OK && named != NULL) /* "ETH:0x…" */
        address = toc_span_text(found->wallets[0].address);
    if (code != TOC_OK && named == NULL && recover)
        code = toc_wallet_recover(NULL, text, found, err);
    if (code != TOC_OK && named == NULL)
        return code;
    if (code == TOC_OK && found->count != 1)
        return refuse_several(found, err);
    row->cells[TOC_COLUMN_CHAIN] =
        toc_span_text(toc_chain_caip2(code == TOC_OK ? found->wallets[0].chain : named));
    row->cells[TOC_COLUMN_ADDRESS] = address;
    if (code == TOC_OK && found->wallets[0].tag[0] != '\0' && row->cells[TOC_COLUMN_TAG].size == 0)
        row->cells[TOC_COLUMN_TAG] = toc_span_text(found->wallets[0].tag);
    return TOC_OK;
}

static toc_code add_wallet(toc_parcel *parcel, const toc_opts *args, toc_err *err)
{
    toc_row row;
    toc_problem problem;
    toc_wallet_candidates found = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf readers = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf others = {0};
    TOC_TRY(toc_opts_expect(args, 2, 2, "the wallet's address", err));
    TOC_TRY(row_of(args, &row, err));
    TOC_TRY(
        read_several(args, "releasable-to", &readers, &row.cells[TOC_COLUMN_RELEASABLE_TO], err));
    TOC_TRY(read_several(args, "not-to", &others, &row.cells[TOC_COLUMN_NOT_TO], err));
    row.cells[TOC_COLUMN_DERIVED_FROM] = parcel->derived_from;
    if (row.cells[TOC_COLUMN_CHAIN].size == 0)
        TOC_TRY(tell_chain(parcel, &row, &found, err));
    if (toc_drafts_add_row(parcel->drafts, &row, parcel->row_options, &problem) != TOC_OK)
        toc_parcel_refuse(parcel, &problem);
    else if (found.count == 1)
        toc_drafts_note(parcel->drafts, &found.wallets[0],
                        TOC_WALLET_CHAIN_INFERRED | TOC_WALLET_CHAIN_CORRECTED);
    return toc_drafts_finish(parcel->drafts, NULL, NULL, err);
}

/* ---- files ---- */

/* What nobody looked at would be written without it. */
static toc_code refuse_for_file(const toc_opts *args, const char *option, toc_err *err)
{
    if (!toc_opts_has(args, option))
        return TOC_OK;
    return toc_fail(err, TOC_USAGE,
                    "--%s is for 'submit wallet'; of the rows of a file a column says it", option);
}

static toc_code check_for_files(const toc_opts *args, toc_err *err)
{
    for (size_t i = 0; i < TOC_COUNT(cells); i++)
        TOC_TRY(refuse_for_file(args, cells[i].option, err));
    TOC_TRY(refuse_for_file(args, "label", err));
    TOC_TRY(refuse_for_file(args, "releasable-to", err));
    return refuse_for_file(args, "not-to", err);
}

static toc_code format_of(const toc_opts *args, toc_rows_format *out, toc_err *err)
{
    const char *text = toc_opts_value(args, "format");
    *out = (toc_rows_format)0;
    if (text == NULL)
        return TOC_OK;
    *out = strcmp(text, "csv") == 0 ? TOC_ROWS_CSV : TOC_ROWS_JSONL;
    if (strcmp(text, "csv") != 0 && strcmp(text, "jsonl") != 0)
        return toc_fail(err, TOC_USAGE, "'%.64s' is no format; csv and jsonl are", text);
    return TOC_OK;
}

/* "1,000,000" */
static void add_count(uint64_t count, toc_buf *out)
{
    if (count >= 1000) {
        add_count(count / 1000, out);
        toc_buf_printf(out, ",%03u", (unsigned)(count % 1000));
    } else {
        toc_buf_printf(out, "%u", (unsigned)count);
    }
}

/* A file that lost its column of clusters on the way joins what has nothing to do with another. */
static toc_code ask_about_large(const toc_parcel *parcel, toc_err *err)
{
    toc_span name = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf what = {0};
    uint64_t members = toc_drafts_largest(parcel->drafts, &name);
    if (parcel->yes || parcel->dry_run || members <= TOC_CLUSTER_MEMBERS_ASKED)
        return TOC_OK;
    toc_buf_printf(&what, "the cluster '");
    toc_term_add(&what, name);
    toc_buf_printf(&what, "' joins ");
    add_count(members, &what);
    toc_buf_printf(&what, " wallets");
    TOC_TRY(toc_buf_ok(&what, err));
    return toc_question(toc_buf_text(&what), err);
}

/* `path` NULL: the wallet on the command line. */
static toc_code submit_one(toc_parcel *parcel, const toc_opts *args, const char *path,
                           toc_totals *totals, toc_err *err)
{
    TOC_AUTO(toc_drafts_free) toc_drafts *drafts = NULL;
    toc_rows_format format;
    TOC_TRY(format_of(args, &format, err));
    TOC_TRY(toc_drafts_new(DRAFT_BYTES_MAX, &drafts, err));
    parcel->drafts = drafts;
    TOC_TRY(path == NULL ? add_wallet(parcel, args, err)
                         : toc_parcel_read(parcel, path, format, err));
    TOC_TRY(ask_about_large(parcel, err));
    if (parcel->complete == NULL)
        return toc_parcel_send(parcel, totals, err);
    TOC_AUTO(toc_leaving_free) toc_leaving *leaving = NULL;
    TOC_TRY(toc_leaving_find(parcel, &leaving, err)); /* before anything is written */
    TOC_TRY(toc_parcel_send(parcel, totals, err));
    return toc_leaving_retract(parcel, leaving, totals, err);
}

static unsigned row_options_of(const toc_opts *args)
{
    return (toc_opts_has(args, "keep-invalid") ? (unsigned)TOC_ROW_KEEP_INVALID : 0) |
           (toc_opts_has(args, "recover") ? (unsigned)TOC_ROW_RECOVER : 0);
}

toc_code toc_cmd_submit(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, SIZE_MAX, "a file ('-' for stdin), or 'wallet ADDRESS'", err));
    bool wallet = strcmp(args->words[0], "wallet") == 0;
    toc_parcel parcel;
    TOC_TRY(toc_parcel_begin(cli, args, &parcel, err));
    parcel.row_options = row_options_of(args);
    parcel.complete = toc_opts_value(args, "complete");
    parcel.yes = toc_opts_has(args, "yes");
    if (parcel.complete != NULL && (wallet || args->word_count != 1))
        return toc_fail(err, TOC_USAGE, "--complete takes one file, which is the whole list");
    if (parcel.complete != NULL && parcel.hold_until.unix_ms != 0)
        return toc_fail(err, TOC_USAGE,
                        "--complete and --hold: what left the list is retracted at once; see it "
                        "first with --dry-run");
    if (!wallet)
        TOC_TRY(check_for_files(args, err));
    TOC_AUTO(toc_buf_wipe) toc_buf sources = {0};
    TOC_TRY(read_several(args, "derived-from", &sources, &parcel.derived_from, err));
    TOC_AUTO(toc_totals_wipe) toc_totals totals = {0};
    toc_code code = TOC_OK;
    size_t done = 0;
    if (wallet)
        TOC_TRY(submit_one(&parcel, args, NULL, &totals, err));
    for (; done < args->word_count && !wallet && code == TOC_OK; done += code == TOC_OK ? 1 : 0) {
        parcel.file = args->word_count > 1 ? args->words[done] : NULL;
        code = submit_one(&parcel, args, args->words[done], &totals, err);
    }
    toc_parcel_tell_more(&parcel);
    /* What the files before it became stands, and is told. */
    if (code != TOC_OK && done > 0 && toc_parcel_print(&parcel, &totals, NULL) != TOC_OK)
        cli->exit = TOC_EXIT_FAILED;
    TOC_TRY(code);
    if (totals.refused > 0)
        cli->exit = TOC_EXIT_REFUSED;
    return toc_parcel_print(&parcel, &totals, err);
}
