/* Questions in words: what a text may mean is asked one wallet after the other, and the best answer
 * is the line. */
#include "proto/answer/choice.h"
#include "store/query/internal.h"

typedef struct asking {
    toc_query *query;
    const toc_question *ask;
    toc_alike *alike;
} asking;

/* ---- what is known and might be meant ---- */

static toc_code ask_alike(asking *all, const toc_choice *choice, toc_err *err)
{
    toc_span spelling = toc_choice_spelling(choice);
    if (spelling.size > 0)
        return toc_alike_ask_text(all->alike, spelling, err);
    for (size_t i = 0; i < choice->candidates.count && all->ask->form == TOC_ASK_DOSSIER; i++)
        TOC_TRY(toc_alike_ask_wallet(all->alike, &choice->candidates.wallets[i], err));
    return TOC_OK;
}

/* One scan for all texts. */
static toc_code find_alike(asking *all, toc_err *err)
{
    for (size_t i = 0; i < all->ask->count; i++) {
        TOC_AUTO(toc_choice_wipe) toc_choice choice = {0};
        if (toc_choice_begin(&choice, toc_span_text(all->ask->texts[i]), NULL) == TOC_OK)
            TOC_TRY(ask_alike(all, &choice, err));
    }
    return toc_query_alike(all->query, all->alike, err);
}

static void offer_spelt(const asking *all, toc_choice *choice)
{
    const toc_wallet *known[TOC_WALLET_CANDIDATES_MAX];
    toc_span spelling = toc_choice_spelling(choice);
    size_t count =
        spelling.size == 0 ? 0 : toc_alike_spelt(all->alike, spelling, known, TOC_COUNT(known));
    for (size_t i = 0; i < count; i++)
        toc_choice_offer(choice, known[i]);
}

static toc_code list_lookalikes(const asking *all, toc_dossier *dossier, toc_err *err)
{
    const toc_wallet *known[TOC_LOOKALIKES_MAX];
    size_t count = toc_alike_near(all->alike, &dossier->wallet, known, TOC_COUNT(known));
    toc_wallet *list = toc_arena_zalloc(all->query->arena, count, sizeof *list);
    if (list == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < count; i++)
        list[i] = *known[i];
    dossier->lookalikes = list;
    dossier->lookalike_count = count;
    return TOC_OK;
}

/* ---- one wallet ---- */

static toc_code ask_cluster(const asking *all, const char *text, const toc_wallet *wallet,
                            toc_buf *line, bool *out_found, toc_err *err)
{
    toc_answer_cluster cluster = {0};
    TOC_TRY(toc_query_cluster(all->query, text, wallet, all->ask->members_max, &cluster, err));
    toc_json_cluster(&cluster, line);
    *out_found = cluster.found || cluster.overlay.found;
    return toc_buf_ok(line, err);
}

static toc_code ask_wallet(const asking *all, const char *text, const toc_wallet *wallet,
                           toc_buf *line, bool *out_found, uint32_t *out_score, toc_err *err)
{
    toc_arena_reset(all->query->arena);
    if (all->ask->form == TOC_ASK_CLUSTER)
        return ask_cluster(all, text, wallet, line, out_found, err);
    toc_dossier dossier = {0};
    TOC_TRY(toc_query_dossier(all->query, text, wallet, &dossier, err));
    TOC_TRY(list_lookalikes(all, &dossier, err));
    if (all->ask->form == TOC_ASK_DOSSIER)
        toc_json_dossier(&dossier, line);
    else
        toc_json_explain(&dossier, line);
    *out_found = dossier.found;
    *out_score = (uint32_t)dossier.score.score;
    return toc_buf_ok(line, err);
}

/* ---- one text ---- */

/* It may fit several chains, or none and be a literal that was kept. */
static toc_code choose(const asking *all, const char *text, toc_buf *out, bool *out_found,
                       toc_err *err)
{
    TOC_AUTO(toc_choice_wipe) toc_choice choice = {0};
    toc_wallet wallet;
    TOC_TRY(toc_choice_begin(&choice, toc_span_text(text), err));
    offer_spelt(all, &choice);
    while (toc_choice_next(&choice, &wallet)) {
        TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
        bool found = false;
        uint32_t score = 0;
        TOC_TRY(ask_wallet(all, text, &wallet, &line, &found, &score, err));
        toc_choice_take(&choice, toc_span_text(text), &wallet, found, score, toc_buf_view(&line));
    }
    *out_found = choice.found_count > 0;
    return toc_choice_write(&choice, out, err);
}

/* ---- a transaction ---- */

/* Its movements, where something is known of them, or where the text can be nothing else. */
static toc_code ask_transfers(const asking *all, const char *text, bool is_wallet, toc_buf *out,
                              bool *out_taken, toc_err *err)
{
    toc_answer_transfers transfers = {0};
    toc_arena_reset(all->query->arena);
    toc_code code = toc_query_transfers(all->query, text, &transfers, err);
    if (code != TOC_OK)
        return code == TOC_MALFORMED ? TOC_OK : code;
    *out_taken = transfers.found || transfers.in_dispute.total > 0 || !is_wallet;
    if (!*out_taken)
        return TOC_OK;
    toc_buf_clear(out);
    toc_json_transfers(&transfers, out);
    return toc_buf_ok(out, err);
}

/* An address, or a transaction. */
static toc_code look_up(const asking *all, const char *text, toc_buf *out, toc_err *err)
{
    toc_err why;
    bool found = false, taken = false;
    toc_code code = choose(all, text, out, &found, err);
    bool understood = code == TOC_OK || code == TOC_MALFORMED || code == TOC_NOT_FOUND;
    if (found || all->ask->form != TOC_ASK_DOSSIER || !understood)
        return code;
    toc_code other = ask_transfers(all, text, code == TOC_OK, out, &taken, &why);
    if (other != TOC_OK)
        return toc_fail(err, other, "%s", why.text);
    return taken ? TOC_OK : code;
}

/* ---- one slug ---- */

static toc_code ask_incident(const asking *all, const char *text, toc_buf *line, toc_err *err)
{
    toc_answer_incidents incidents;
    toc_arena_reset(all->query->arena);
    TOC_TRY(toc_query_incidents(all->query, toc_span_text(text), all->ask->members_max, &incidents,
                                err));
    toc_json_incidents(&incidents, line);
    return toc_buf_ok(line, err);
}

/* ---- all ---- */

static void write_unanswered(const asking *all, const char *text, const toc_err *why, toc_buf *line)
{
    if (all->ask->form == TOC_ASK_INCIDENT)
        toc_json_no_incidents(toc_span_text(text), why, line);
    else
        toc_json_unanswered(toc_span_text(text), why, line);
}

/* One line, whatever becomes of it: the others are answered beside it. */
static toc_code answer(const asking *all, const char *text, toc_err *err)
{
    toc_err why;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_code code = all->ask->form == TOC_ASK_INCIDENT ? ask_incident(all, text, &line, &why)
                                                       : look_up(all, text, &line, &why);
    if (code != TOC_OK) {
        toc_buf_clear(&line);
        write_unanswered(all, text, &why, &line);
        TOC_TRY(toc_buf_ok(&line, err));
    }
    return all->ask->visit(all->ask->context, toc_buf_view(&line), err);
}

toc_code toc_query_ask(toc_query *query, const toc_question *ask, toc_err *err)
{
    TOC_AUTO(toc_alike_free) toc_alike *alike = NULL;
    TOC_TRY(toc_alike_new(&alike, err));
    asking all = {.query = query, .ask = ask, .alike = alike};
    if (ask->form != TOC_ASK_INCIDENT)
        TOC_TRY(find_alike(&all, err));
    for (size_t i = 0; i < ask->count; i++)
        TOC_TRY(answer(&all, ask->texts[i], err));
    return TOC_OK;
}
