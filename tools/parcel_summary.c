/* What `submit` tells at its end: what was done to take addresses, and the counts. */
#include <stdio.h>

#include "proto/rules/terms.h"
#include "tools/parcel.h"
#include "tools/term/text.h"

/* ---- what was done to take addresses ---- */

static const char *describe(uint32_t flag)
{
    switch (flag) {
    case TOC_WALLET_CHAIN_INFERRED:
        return "chain inferred from the address";
    case TOC_WALLET_CHAIN_CORRECTED:
        return "chain corrected by the address's own form";
    case TOC_WALLET_RECOVERED:
        return "letter case found again by the checksum";
    default:
        return "not a valid address, kept as it stands";
    }
}

/* "a.csv: 12 rows: chain inferred from the address (USDT → TRON)" */
static void tell_note(const toc_parcel *parcel, const toc_draft_note *note)
{
    bool other = (note->flag & (TOC_WALLET_CHAIN_INFERRED | TOC_WALLET_CHAIN_CORRECTED)) != 0;
    TOC_AUTO(toc_buf_wipe) toc_buf raw = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    if (parcel->file != NULL)
        toc_buf_printf(&raw, "%s: ", parcel->file);
    toc_buf_printf(&raw, "%llu row%s: %s (%s%s%s)", (unsigned long long)note->rows,
                   toc_plural(note->rows), describe(note->flag), other ? note->said : "",
                   other && note->said[0] != '\0' ? " → " : "", toc_chain_name(note->chain));
    toc_term_add(&line, toc_buf_view(&raw));
    fprintf(stderr, "%s\n", toc_buf_text(&line));
}

void toc_parcel_tell_notes(const toc_parcel *parcel, toc_totals *totals)
{
    const toc_draft_notes *notes = toc_drafts_notes(parcel->drafts);
    toc_draft_notes_merge(&totals->notes, notes);
    for (size_t i = 0; i < notes->count && !parcel->cli->json; i++)
        tell_note(parcel, &notes->notes[i]);
}

/* ---- the summary ---- */

static void add_unregistered(toc_json *json, const char *names)
{
    toc_json_open(json, "unregistered", '[');
    for (const char *end; (end = strchr(names, '\n')) != NULL; names = end + 1)
        toc_json_text(json, NULL, toc_span_of(names, (size_t)(end - names)));
    toc_json_close(json, ']');
}

void toc_totals_wipe(toc_totals *totals)
{
    toc_dry_readers_wipe(&totals->readers);
}

/* What was done to take addresses, by the names that `address --json` has for it. */
static void add_notes(const toc_draft_notes *notes, toc_json *json)
{
    toc_json_open(json, "notes", '[');
    for (size_t i = 0; i < notes->count; i++) {
        const toc_draft_note *note = &notes->notes[i];
        toc_json_open(json, NULL, '{');
        toc_json_text(json, "flag", toc_span_text(toc_wallet_flag_name(note->flag)));
        toc_json_optional(json, "said", toc_span_text(note->said));
        toc_json_text(json, "chain", toc_span_text(toc_chain_caip2(note->chain)));
        toc_json_number(json, "rows", note->rows);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static toc_code add_object(const toc_parcel *parcel, const toc_totals *totals, toc_buf *out,
                           toc_err *err)
{
    TOC_TRY(toc_dry_readers_json(&totals->readers, out, err));
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_number(&json, "read", totals->read);
    toc_json_number(&json, "new", totals->fresh);
    toc_json_number(&json, "changed", totals->changed);
    toc_json_number(&json, "unchanged", totals->unchanged);
    toc_json_number(&json, "merged", totals->merged);
    toc_json_number(&json, "refused", totals->refused);
    if (parcel->complete != NULL)
        toc_json_number(&json, "retracted", totals->retracted);
    if (totals->held > 0)
        toc_json_number(&json, "held", totals->held);
    if (totals->spooled > 0)
        toc_json_number(&json, "spooled", totals->spooled);
    if (totals->drafted > 0)
        toc_json_number(&json, "drafted", totals->drafted);
    if (totals->notes.count > 0)
        add_notes(&totals->notes, &json);
    if (totals->unregistered[0] != '\0')
        add_unregistered(&json, totals->unregistered);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
    return TOC_OK;
}

static toc_code add_sentences(const toc_parcel *parcel, const toc_totals *totals, toc_buf *out,
                              toc_err *err)
{
    char lapse[24];
    toc_buf_printf(out,
                   "%s%llu read: %llu new, %llu changed, %llu unchanged, %llu merged, %llu "
                   "refused%s%s\n",
                   parcel->dry_run ? "dry run, nothing written: " : "",
                   (unsigned long long)totals->read, (unsigned long long)totals->fresh,
                   (unsigned long long)totals->changed, (unsigned long long)totals->unchanged,
                   (unsigned long long)totals->merged, (unsigned long long)totals->refused,
                   totals->held > 0 ? "; held, nothing written yet" : "",
                   totals->spooled > 0 ? "; waits for the node in the spool" : "");
    if (totals->drafted > 0) {
        toc_duration_print(parcel->lapse_ms == 0 ? TOC_DRAFT_LAPSE_MS : parcel->lapse_ms, lapse);
        toc_buf_printf(
            out, "%llu of these %s %s for officers of this org to approve (tocsin pending)\n",
            (unsigned long long)totals->drafted, parcel->dry_run ? "would wait" : "wait", lapse);
    }
    if (parcel->complete != NULL)
        toc_buf_printf(out, "%llu %s: they left the list\n", (unsigned long long)totals->retracted,
                       parcel->dry_run ? "would be retracted" : "retracted");
    TOC_TRY(toc_dry_readers_print(&totals->readers, out, err));
    if (parcel->hold_until.unix_ms != 0 && totals->readers.rows != NULL)
        toc_buf_add_text(out, "Held, it goes to those who read when its time has come.\n");
    return TOC_OK;
}

toc_code toc_parcel_print(const toc_parcel *parcel, const toc_totals *totals, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_TRY(parcel->cli->json ? add_object(parcel, totals, &out, err)
                              : add_sentences(parcel, totals, &out, err));
    TOC_TRY(toc_print(&out, err));
    return toc_dry_quotas_check(&totals->readers.quotas, err);
}
