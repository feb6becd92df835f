/* Commands that ask the views: lookup, explain, cluster, incident, search. */
#include "node/clock.h"
#include "node/control_args.h"
#include "node/control_talk.h"

enum {
    QUERY_ARENA_BYTES = 256 << 20,
    QUERY_TEXTS_BYTES = 16 << 20,
    QUERY_MEMBERS_DEFAULT = 100,
    QUERY_WALLETS_DEFAULT = 1000,
    QUERY_LIMIT_DEFAULT = 100,
    QUERY_LIMIT_MAX = 1000000
};

typedef struct asking {
    toc_talk *talk;
    toc_query query;
    toc_arena *texts; /* the query's own is used up by each answer */
    toc_weights weights;
} asking;

static void asking_wipe(asking *all)
{
    toc_arena *arena = all->query.arena;
    toc_query_end(&all->query);
    toc_arena_free(arena);
    toc_arena_free(all->texts);
}
TOC_DEFINE_AUTO_WIPE(asking, asking_wipe)

static toc_code asking_begin(toc_talk *talk, json_t *request, asking *out, toc_err *err)
{
    toc_arena *arena;
    toc_views *views;
    toc_node *node = toc_talk_node(talk);
    out->talk = talk;
    TOC_TRY(toc_talk_views(talk, request, &views, err));
    TOC_TRY(toc_arena_new(QUERY_TEXTS_BYTES, &out->texts, err));
    TOC_TRY(toc_arena_new(QUERY_ARENA_BYTES, &arena, err));
    toc_code code =
        toc_query_begin(toc_node_log(node), views, arena, toc_clock_now().wall, &out->query, err);
    if (code != TOC_OK) {
        toc_arena_free(arena);
        return code;
    }
    toc_talk_weights(talk, &out->weights);
    return toc_query_weigh(&out->query, &out->weights, err);
}

/* ---- any spelling ---- */

static toc_code say_line(void *context, toc_span line, toc_err *err)
{
    return toc_talk_line(context, line, err);
}

static toc_code ask_all(toc_talk *talk, json_t *request, toc_question_form form, size_t members_max,
                        toc_err *err)
{
    TOC_AUTO(asking_wipe) asking all = {0};
    toc_question ask = {
        .form = form, .members_max = members_max, .visit = say_line, .context = talk};
    TOC_TRY(toc_args_texts(request, "queries", true, &ask.count, err));
    TOC_TRY(asking_begin(talk, request, &all, err));
    const char **texts = toc_arena_zalloc(all.texts, ask.count, sizeof *texts);
    if (texts == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory for the queries");
    for (size_t i = 0; i < ask.count; i++)
        texts[i] = (const char *)toc_args_text_at(request, "queries", i).data;
    ask.texts = texts;
    return toc_query_ask(&all.query, &ask, err);
}

toc_code toc_control_lookup(toc_talk *talk, json_t *request, toc_err *err)
{
    return ask_all(talk, request, TOC_ASK_DOSSIER, 0, err);
}

toc_code toc_control_explain(toc_talk *talk, json_t *request, toc_err *err)
{
    return ask_all(talk, request, TOC_ASK_EXPLAIN, 0, err);
}

toc_code toc_control_cluster(toc_talk *talk, json_t *request, toc_err *err)
{
    uint64_t members;
    TOC_TRY(toc_args_number(request, "members", QUERY_MEMBERS_DEFAULT, TOC_CLUSTER_MEMBERS_MAX,
                            &members, err));
    return ask_all(talk, request, TOC_ASK_CLUSTER, (size_t)members, err);
}

toc_code toc_control_incident(toc_talk *talk, json_t *request, toc_err *err)
{
    uint64_t wallets;
    TOC_TRY(toc_args_number(request, "wallets", QUERY_WALLETS_DEFAULT, TOC_INCIDENT_WALLETS_MAX,
                            &wallets, err));
    if (wallets == 0)
        return toc_fail(err, TOC_USAGE, "the argument 'wallets' is a number from 1 to %u",
                        TOC_INCIDENT_WALLETS_MAX);
    return ask_all(talk, request, TOC_ASK_INCIDENT, (size_t)wallets, err);
}

/* ---- search ---- */

static toc_code say_claim(void *context, const toc_answer_claim *claim, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json_claim(claim, &line);
    return toc_talk_say(context, &line, err);
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
    TOC_TRY(toc_args_text(request, "incident", false, &out->incident, err));
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

/* ---- quality ---- */

static toc_code say_quality(void *context, const toc_answer_quality *quality, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json_quality(quality, &line);
    return toc_talk_say(context, &line, err);
}

toc_code toc_control_quality(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(asking_wipe) asking all = {0};
    toc_span org;
    TOC_TRY(toc_args_text(request, "org", false, &org, err));
    TOC_TRY(asking_begin(talk, request, &all, err));
    return toc_query_quality(&all.query, org, say_quality, talk, err);
}

toc_code toc_control_search(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(asking_wipe) asking all = {0};
    toc_search search = {0};
    uint64_t total = 0;
    TOC_TRY(read_search(request, &search, err));
    TOC_TRY(asking_begin(talk, request, &all, err));
    TOC_TRY(toc_query_search(&all.query, &search, say_claim, talk, &total, err));
    toc_talk_total(talk, total);
    return TOC_OK;
}
