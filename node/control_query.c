/* Commands that ask the views: lookup, explain, cluster, search. */
#include "node/clock.h"
#include "node/control_args.h"
#include "node/control_talk.h"
#include "proto/answer/choice.h"

enum {
    QUERY_ARENA_BYTES = 256 << 20,
    QUERY_MEMBERS_DEFAULT = 100,
    QUERY_LIMIT_DEFAULT = 100,
    QUERY_LIMIT_MAX = 1000000
};

/* ---- any spelling ---- */

/* What is asked of each wallet that a text may mean. */
typedef struct asking {
    toc_talk *talk;
    toc_query query;
    void (*print)(const toc_dossier *dossier, toc_buf *out); /* NULL: clusters */
    size_t members;
    toc_alike *alike; /* known wallets that texts which are no addresses may spell */
} asking;

static void asking_wipe(asking *all)
{
    toc_arena *arena = all->query.arena;
    toc_query_end(&all->query);
    toc_arena_free(arena);
    toc_alike_free(all->alike);
}
TOC_DEFINE_AUTO_WIPE(asking, asking_wipe)

static toc_code asking_begin(toc_talk *talk, asking *out, toc_err *err)
{
    toc_arena *arena;
    toc_node *node = toc_talk_node(talk);
    out->talk = talk;
    TOC_TRY(toc_arena_new(QUERY_ARENA_BYTES, &arena, err));
    toc_code code = toc_query_begin(toc_node_log(node), toc_node_views(node), arena,
                                    toc_clock_now().wall, &out->query, err);
    if (code != TOC_OK)
        toc_arena_free(arena);
    return code;
}

/* `out` gets the line; whether there was anything to find. */
static toc_code ask_wallet(asking *all, const char *text, const toc_wallet *wallet, toc_buf *out,
                           bool *out_found, uint32_t *out_score, toc_err *err)
{
    toc_arena_reset(all->query.arena);
    if (all->print != NULL) {
        toc_dossier dossier = {0};
        TOC_TRY(toc_query_dossier(&all->query, text, wallet, &dossier, err));
        all->print(&dossier, out);
        *out_found = dossier.found;
        *out_score = (uint32_t)dossier.score.score;
        return toc_buf_ok(out, err);
    }
    toc_answer_cluster cluster = {0};
    TOC_TRY(toc_query_cluster(&all->query, text, wallet, all->members, &cluster, err));
    toc_json_cluster(&cluster, out);
    *out_found = cluster.found;
    *out_score = 0;
    return toc_buf_ok(out, err);
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

/* One scan for all texts of the request. */
static toc_code find_spelt(asking *all, json_t *request, size_t count, toc_err *err)
{
    TOC_TRY(toc_alike_new(&all->alike, err));
    for (size_t i = 0; i < count; i++) {
        TOC_AUTO(toc_choice_wipe) toc_choice choice = {0};
        toc_span spelling = {0};
        if (toc_choice_begin(&choice, toc_args_text_at(request, "queries", i), NULL) == TOC_OK)
            spelling = toc_choice_spelling(&choice);
        if (spelling.size > 0)
            TOC_TRY(toc_alike_ask_text(all->alike, spelling, err));
    }
    return toc_query_alike(&all->query, all->alike, err);
}

/* A bare text may fit several chains, or none and be a literal that was kept. */
static toc_code choose(asking *all, toc_span text, toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_choice_wipe) toc_choice choice = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf query = {0};
    toc_wallet wallet;
    TOC_TRY(toc_choice_begin(&choice, text, err));
    offer_spelt(all, &choice);
    toc_buf_add_span(&query, text);
    while (toc_choice_next(&choice, &wallet)) {
        TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
        bool found = false;
        uint32_t score = 0;
        TOC_TRY(ask_wallet(all, toc_buf_text(&query), &wallet, &line, &found, &score, err));
        toc_choice_take(&choice, text, &wallet, found, score, toc_buf_view(&line));
    }
    return toc_choice_write(&choice, out, err);
}

/* One line, whatever becomes of it: the others of the batch are answered beside it. */
static toc_code ask_text(asking *all, toc_span text, toc_err *err)
{
    toc_err why;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf error = {0};
    if (choose(all, text, &line, &why) == TOC_OK)
        return toc_talk_line(all->talk, toc_buf_view(&line), err);
    toc_json_unanswered(text, &why, &error);
    TOC_TRY(toc_buf_ok(&error, err));
    return toc_talk_line(all->talk, toc_buf_view(&error), err);
}

static toc_code ask_all(asking *all, json_t *request, toc_err *err)
{
    size_t count;
    TOC_TRY(toc_args_texts(request, "queries", true, &count, err));
    TOC_TRY(find_spelt(all, request, count, err));
    for (size_t i = 0; i < count; i++)
        TOC_TRY(ask_text(all, toc_args_text_at(request, "queries", i), err));
    return TOC_OK;
}

toc_code toc_control_lookup(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(asking_wipe) asking all = {.print = toc_json_dossier};
    TOC_TRY(asking_begin(talk, &all, err));
    return ask_all(&all, request, err);
}

toc_code toc_control_explain(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(asking_wipe) asking all = {.print = toc_json_explain};
    TOC_TRY(asking_begin(talk, &all, err));
    return ask_all(&all, request, err);
}

toc_code toc_control_cluster(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(asking_wipe) asking all = {0};
    uint64_t members;
    TOC_TRY(toc_args_number(request, "members", QUERY_MEMBERS_DEFAULT, TOC_CLUSTER_MEMBERS_MAX,
                            &members, err));
    all.members = (size_t)members;
    TOC_TRY(asking_begin(talk, &all, err));
    return ask_all(&all, request, err);
}

/* ---- search ---- */

static toc_code say_claim(void *context, const toc_answer_claim *claim, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json_claim(claim, &line);
    TOC_TRY(toc_buf_ok(&line, err));
    return toc_talk_line(context, toc_buf_view(&line), err);
}

/* Ids in any known spelling; a word that the terms do not know is asked for as it stands. */
static toc_code read_search(json_t *request, toc_search *out, toc_err *err)
{
    uint64_t limit;
    toc_span chain;
    TOC_TRY(toc_args_text(request, "category", false, &out->category, err));
    TOC_TRY(toc_args_text(request, "actor", false, &out->actor, err));
    TOC_TRY(toc_args_text(request, "role", false, &out->role, err));
    TOC_TRY(toc_args_text(request, "list", false, &out->list, err));
    TOC_TRY(toc_args_text(request, "chain", false, &chain, err));
    TOC_TRY(toc_args_time(request, "from", &out->issued_from, err));
    TOC_TRY(toc_args_time(request, "until", &out->issued_until, err));
    TOC_TRY(toc_args_number(request, "limit", QUERY_LIMIT_DEFAULT, QUERY_LIMIT_MAX, &limit, err));
    out->limit = (size_t)limit;
    if (toc_args_has(request, "org"))
        TOC_TRY(toc_args_id(request, "org", out->org.bytes, err));
    if (chain.size == 0)
        return TOC_OK;
    const toc_chain *known = toc_chain_find(chain);
    if (known == NULL)
        return toc_fail(err, TOC_NOT_FOUND, "'%.*s' is no known chain",
                        (int)(chain.size < 64 ? chain.size : 64), (const char *)chain.data);
    out->chain = toc_span_text(toc_chain_caip2(known));
    return TOC_OK;
}

toc_code toc_control_search(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(asking_wipe) asking all = {0};
    toc_search search = {0};
    uint64_t total = 0;
    TOC_TRY(read_search(request, &search, err));
    TOC_TRY(asking_begin(talk, &all, err));
    TOC_TRY(toc_query_search(&all.query, &search, say_claim, talk, &total, err));
    toc_talk_total(talk, total);
    return TOC_OK;
}
