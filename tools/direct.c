/* --direct: the same answers from the store itself, without the node. Commands that change what
 * others see (submit, retract, peers, circles) need the node; these only read, or rebuild views. */
#include <stdlib.h>
#include <time.h>

#include "proto/base/text.h"
#include "store/care.h"
#include "store/evidence.h"
#include "store/query.h"
#include "store/trail.h"
#include "tools/ask.h"
#include "tools/store.h"
#include "tools/term/progress.h"

enum {
    DIRECT_ARENA_BYTES = 256 << 20,
    MEMBERS_DEFAULT = 100,
    WALLETS_DEFAULT = 1000,
    LIMIT_DEFAULT = 100
};

typedef struct direct {
    toc_cli *cli;
    toc_show *show;
    const json_t *request;
    toc_span request_text;
    toc_direct_store store;
    toc_arena *arena;
    toc_query query;
    const char **texts;
    toc_progress_line progress;
    const char *doing;
    toc_buf *out_end;
} direct;

static void direct_wipe(direct *at)
{
    toc_query_end(&at->query);
    free(at->texts);
    toc_arena_free(at->arena);
    toc_direct_close(&at->store);
}
TOC_DEFINE_AUTO_WIPE(direct, direct_wipe)

static void progressed(void *context, uint64_t done, uint64_t total)
{
    direct *at = context;
    toc_progress_show(&at->progress, toc_span_text(at->doing), done, total);
}

static uint64_t mono_ms(void *context)
{
    (void)context;
    struct timespec now;
    return clock_gettime(CLOCK_MONOTONIC, &now) != 0
               ? 0
               : (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The node may have stopped with rows still to fold: an answer should not be behind for that. */
static toc_code fold(direct *at, toc_err *err)
{
    toc_fold_result result = {.backlog = 1};
    while (result.backlog > 0)
        TOC_TRY(toc_views_fold(at->store.views, mono_ms, NULL, &result, err));
    return TOC_OK;
}

/* What the log alone answers does not wait for views, nor fail with them. */
static toc_code begin(direct *at, bool views, toc_err *err)
{
    TOC_TRY(toc_direct_open(at->cli, toc_span_text(toc_text_of(at->request, "command")),
                            at->request_text, views, &at->store, err));
    if (!views)
        return toc_log_read(at->store.log, &at->query.log, err);
    TOC_TRY(fold(at, err));
    TOC_TRY(toc_arena_new(DIRECT_ARENA_BYTES, &at->arena, err));
    toc_time now = {.unix_ms = (uint64_t)time(NULL) * 1000};
    TOC_TRY(toc_query_begin(at->store.log, at->store.views, at->arena, now, &at->query, err));
    return toc_query_weigh(&at->query, &at->store.config.weights, err);
}

static toc_code say(direct *at, const toc_buf *line, toc_err *err)
{
    TOC_TRY(toc_buf_ok(line, err));
    return toc_ask_line(at->cli, at->show, toc_buf_view(line), err);
}

/* ---- lookup, explain, cluster, incident ---- */

static toc_code say_line(void *context, toc_span line, toc_err *err)
{
    const direct *at = context;
    return toc_ask_line(at->cli, at->show, line, err);
}

static toc_question question_of(const direct *at, const char *command)
{
    static const struct {
        const char *command;
        toc_question_form form;
        const char *bound; /* the member that bounds a list */
        size_t fallback;
    } forms[] = {{"explain", TOC_ASK_EXPLAIN, "", 0},
                 {"cluster", TOC_ASK_CLUSTER, "members", MEMBERS_DEFAULT},
                 {"incident", TOC_ASK_INCIDENT, "wallets", WALLETS_DEFAULT}};
    toc_question ask = {.form = TOC_ASK_DOSSIER};
    for (size_t i = 0; i < TOC_COUNT(forms); i++) {
        if (strcmp(command, forms[i].command) != 0)
            continue;
        bool given = json_object_get(at->request, forms[i].bound) != NULL;
        ask.form = forms[i].form;
        ask.members_max =
            given ? (size_t)toc_number_of(at->request, forms[i].bound) : forms[i].fallback;
    }
    return ask;
}

static toc_code answer_queries(direct *at, const char *command, toc_err *err)
{
    const json_t *queries = json_object_get(at->request, "queries");
    toc_question ask = question_of(at, command);
    ask.count = json_array_size(queries);
    ask.visit = say_line;
    ask.context = at;
    at->texts = calloc(ask.count + 1, sizeof *at->texts);
    if (at->texts == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory for the queries");
    for (size_t i = 0; i < ask.count; i++)
        at->texts[i] = json_string_value(json_array_get(queries, i));
    ask.texts = at->texts;
    return toc_query_ask(&at->query, &ask, err);
}

/* ---- cluster decisions ---- */

static toc_code say_decision(void *context, const toc_log_decision *decision, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_answer_decision answer = toc_query_decided(decision);
    toc_json_decided(&answer, &line);
    return say(context, &line, err);
}

static toc_code answer_decisions(direct *at, const char *command, toc_err *err)
{
    (void)command;
    return toc_log_decisions(at->query.log, say_decision, at, err);
}

/* ---- quality ---- */

static toc_code say_quality(void *context, const toc_answer_quality *quality, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json_quality(quality, &line);
    return say(context, &line, err);
}

static toc_code answer_quality(direct *at, const char *command, toc_err *err)
{
    (void)command;
    toc_span org = toc_span_text(toc_text_of(at->request, "org"));
    return toc_query_quality(&at->query, org, say_quality, at, err);
}

/* ---- search ---- */

static toc_code say_claim(void *context, const toc_answer_claim *claim, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json_claim(claim, &line);
    return say(context, &line, err);
}

static toc_code read_time(const json_t *request, const char *key, toc_time *out, toc_err *err)
{
    const char *text = toc_text_of(request, key);
    return text[0] == '\0' ? TOC_OK : toc_time_parse(toc_span_text(text), out, err);
}

static toc_code read_search(const json_t *request, toc_search *out, toc_err *err)
{
    const char *chain = toc_text_of(request, "chain"), *org = toc_text_of(request, "org");
    uint64_t limit = toc_number_of(request, "limit");
    *out = (toc_search){.category = toc_span_text(toc_text_of(request, "category")),
                        .actor = toc_span_text(toc_text_of(request, "actor")),
                        .role = toc_span_text(toc_text_of(request, "role")),
                        .list = toc_span_text(toc_text_of(request, "list")),
                        .incident = toc_span_text(toc_text_of(request, "incident")),
                        .limit = limit == 0 ? LIMIT_DEFAULT : (size_t)limit};
    const toc_chain *known = toc_chain_find(toc_span_text(chain));
    if (chain[0] != '\0' && known == NULL)
        return toc_fail(err, TOC_NOT_FOUND, "'%.64s' is no known chain", chain);
    if (known != NULL)
        out->chain = toc_span_text(toc_chain_caip2(known));
    if (org[0] != '\0')
        TOC_TRY(toc_hex_decode(toc_span_text(org), out->org.bytes, sizeof out->org.bytes, err));
    TOC_TRY(read_time(request, "from", &out->issued_from, err));
    return read_time(request, "until", &out->issued_until, err);
}

static toc_code answer_search(direct *at, const char *command, toc_err *err)
{
    (void)command;
    toc_search search;
    uint64_t total = 0;
    TOC_TRY(read_search(at->request, &search, err));
    TOC_TRY(toc_query_search(&at->query, &search, say_claim, at, &total, err));
    if (at->out_end != NULL)
        toc_buf_printf(at->out_end, "{\"total\":%llu}", (unsigned long long)total);
    return TOC_OK;
}

/* ---- care ---- */

static toc_code answer_digest(direct *at, const char *command, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    bool check = strcmp(command, "check") == 0;
    at->doing = check ? "checking the views" : "reading the views";
    TOC_TRY((check ? toc_care_check : toc_care_digest)(&at->query, progressed, at, &line, err));
    return say(at, &line, err);
}

static toc_code answer_rebuild(direct *at, const char *command, toc_err *err)
{
    toc_query_end(&at->query);
    at->query = (toc_query){0};
    at->doing = "folding the log";
    uint64_t seed = toc_number_of(at->request, "shuffle");
    const uint64_t *shuffle = json_object_get(at->request, "shuffle") != NULL ? &seed : NULL;
    TOC_TRY(toc_views_rebuild(at->store.views, shuffle, progressed, at, err));
    toc_time now = {.unix_ms = (uint64_t)time(NULL) * 1000};
    TOC_TRY(toc_query_begin(at->store.log, at->store.views, at->arena, now, &at->query, err));
    return answer_digest(at, command, err);
}

static toc_code answer_log_check(direct *at, const char *command, toc_err *err)
{
    (void)command;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    at->doing = "checking the log";
    TOC_TRY(toc_care_log_check(at->query.log, progressed, at, &line, err));
    return say(at, &line, err);
}

static toc_code answer_stats(direct *at, const char *command, toc_err *err)
{
    (void)command;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_TRY(toc_care_stats(&at->query, &line, err));
    return say(at, &line, err);
}

/* ---- audit ---- */

static toc_code answer_audit_check(direct *at, const char *command, toc_err *err)
{
    (void)command;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_audit_found found;
    at->doing = "checking the audit";
    TOC_TRY(toc_audit_check(at->query.log, toc_span_text(toc_text_of(at->request, "kept")),
                            progressed, at, &found, err));
    toc_trail_print(&found, &line);
    return say(at, &line, err);
}

static toc_code answer_audit(direct *at, const char *command, toc_err *err)
{
    (void)command;
    uint64_t total = 0, limit = toc_number_of(at->request, "limit");
    toc_trail_search search = {.has_uid = json_object_get(at->request, "uid") != NULL,
                               .uid = toc_number_of(at->request, "uid"),
                               .command = toc_span_text(toc_text_of(at->request, "by")),
                               .wallet = toc_span_text(toc_text_of(at->request, "wallet")),
                               .record = toc_span_text(toc_text_of(at->request, "record")),
                               .outcome = toc_span_text(toc_text_of(at->request, "outcome")),
                               .progress = progressed,
                               .progress_context = at,
                               .text = toc_span_text(toc_text_of(at->request, "text")),
                               .limit = limit == 0 ? LIMIT_DEFAULT : (size_t)limit};
    TOC_TRY(read_time(at->request, "since", &search.since, err));
    TOC_TRY(read_time(at->request, "until", &search.until, err));
    at->doing = "reading the audit";
    TOC_TRY(toc_trail_ask(&at->query, &search, say_line, at, &total, err));
    if (at->out_end != NULL)
        toc_buf_printf(at->out_end, "{\"total\":%llu}", (unsigned long long)total);
    return TOC_OK;
}

/* ---- receipt, bundle ---- */

static toc_code answer_evidence(direct *at, const char *command, toc_err *err)
{
    toc_hash record;
    toc_span text = toc_span_text(toc_text_of(at->request, "record"));
    if (text.size != 64 || toc_hex_decode(text, record.bytes, sizeof record.bytes, NULL) != TOC_OK)
        return toc_fail(err, TOC_USAGE, "a record's id is 64 hexadecimal digits");
    return strcmp(command, "bundle") == 0
               ? toc_bundle_ask(at->query.log, &record, say_line, at, err)
               : toc_receipt_ask(at->query.log, &record, say_line, at, err);
}

/* ---- which ---- */

static const struct {
    const char *command;
    toc_code (*answer)(direct *at, const char *command, toc_err *err);
    bool views;
} answers[] = {
    {"lookup", answer_queries, true},
    {"explain", answer_queries, true},
    {"cluster", answer_queries, true},
    {"incident", answer_queries, true},
    {"search", answer_search, true},
    {"digest", answer_digest, true},
    {"cluster-decisions", answer_decisions, false},
    {"quality", answer_quality, true},
    {"rebuild", answer_rebuild, true},
    {"check", answer_digest, true},
    {"stats", answer_stats, true},
    {"log-check", answer_log_check, false},
    {"audit", answer_audit, true}, /* of a wallet: its records */
    {"audit-check", answer_audit_check, false},
    {"receipt", answer_evidence, false},
    {"bundle", answer_evidence, false},
};

static toc_code answer(direct *at, toc_err *err)
{
    const char *command = toc_text_of(at->request, "command");
    for (size_t i = 0; i < TOC_COUNT(answers); i++) {
        if (strcmp(command, answers[i].command) != 0)
            continue;
        if (json_object_get(at->request, "audience") != NULL)
            return toc_fail(err, TOC_USAGE,
                            "--audience needs the node, which keeps views for it: leave --direct "
                            "out");
        TOC_TRY(begin(at, answers[i].views, err));
        return answers[i].answer(at, command, err);
    }
    return toc_fail(err, TOC_USAGE, "'%s' needs the node: leave --direct out and start tocsind",
                    command);
}

toc_code toc_direct_ask(toc_cli *cli, const toc_buf *request, toc_show *show, toc_buf *out_end,
                        toc_err *err)
{
    json_t *object = json_loadb((const char *)request->data, request->size, 0, NULL);
    TOC_ASSERT(object != NULL); /* it was written a moment ago */
    TOC_AUTO(direct_wipe)
    direct at = {.cli = cli,
                 .show = show,
                 .request = object,
                 .request_text = toc_buf_view(request),
                 .out_end = out_end};
    toc_progress_begin(&at.progress);
    toc_code code = answer(&at, err);
    toc_progress_end(&at.progress);
    json_decref(object);
    return code;
}
