/* What this node decides by itself about wallets (docs/RULES.md §11): cluster-decide,
 * cluster-decisions. */
#include "node/control_args.h"
#include "node/control_talk.h"

enum { WHO_BYTES = 160 };

/* ---- which wallets ---- */

/* A bare address that fits several chains will do where one key is meant by all of them. */
static toc_code read_wallet(toc_span text, toc_wallet *out, toc_err *err)
{
    toc_wallet_candidates candidates;
    TOC_TRY(toc_wallet_parse(text, &candidates, err));
    toc_span vertex = toc_subject_vertex(&candidates.wallets[0].subject);
    for (size_t i = 1; i < candidates.count; i++) {
        if (!toc_span_equal(vertex, toc_subject_vertex(&candidates.wallets[i].subject)))
            return toc_fail(err, TOC_USAGE, "'%.*s' fits %zu chains; say which, as in '%s:%s'",
                            (int)(text.size < 128 ? text.size : 128), (const char *)text.data,
                            candidates.count, toc_chain_symbol(candidates.wallets[0].chain),
                            candidates.wallets[0].address);
    }
    *out = candidates.wallets[0];
    return TOC_OK;
}

typedef struct deciding {
    bool undo;
    toc_wallet wallets[2]; /* in order of their vertices */
    toc_buf texts[2];
    toc_log_decision decision;
    char who[WHO_BYTES];
} deciding;

static void deciding_wipe(deciding *at)
{
    toc_buf_wipe(&at->texts[0]);
    toc_buf_wipe(&at->texts[1]);
}
TOC_DEFINE_AUTO_WIPE(deciding, deciding_wipe)

static toc_code read_pair(json_t *request, deciding *at, toc_err *err)
{
    size_t count;
    TOC_TRY(toc_args_texts(request, "wallets", true, &count, err));
    if (count != 2)
        return toc_fail(err, TOC_USAGE, "a decision is about two wallets, not %zu", count);
    for (size_t i = 0; i < 2; i++)
        TOC_TRY(read_wallet(toc_args_text_at(request, "wallets", i), &at->wallets[i], err));
    int order = toc_span_compare(toc_subject_vertex(&at->wallets[0].subject),
                                 toc_subject_vertex(&at->wallets[1].subject));
    if (order == 0)
        return toc_fail(err, TOC_USAGE,
                        "'%s' and '%s' are under one key: there is nothing to decide about them",
                        at->wallets[0].address, at->wallets[1].address);
    if (order > 0) {
        toc_wallet first = at->wallets[0];
        at->wallets[0] = at->wallets[1];
        at->wallets[1] = first;
    }
    for (size_t i = 0; i < 2; i++) {
        at->wallets[i].tag[0] = '\0'; /* a key is decided about, not an account under it */
        toc_wallet_caip10(&at->wallets[i], &at->texts[i]);
        TOC_TRY(toc_buf_ok(&at->texts[i], err));
        at->decision.vertices[i] = toc_subject_vertex(&at->wallets[i].subject);
        at->decision.wallets[i] = toc_buf_view(&at->texts[i]);
    }
    return TOC_OK;
}

/* ---- the commands ---- */

static toc_code decide(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                       toc_err *err)
{
    (void)engine;
    deciding *at = context;
    at->decision.at = now.wall;
    return at->undo ? toc_log_decision_drop(txn, at->decision.vertices, err)
                    : toc_log_decision_put(txn, &at->decision, err);
}

static toc_code say_decision(toc_talk *talk, const toc_log_decision *decision, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_answer_decision answer = toc_query_decided(decision);
    toc_json_decided(&answer, &line);
    return toc_talk_say(talk, &line, err);
}

static toc_code say_undone(toc_talk *talk, const toc_log_decision *decision, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "decision", toc_span_text("undo"));
    toc_json_open(&json, "wallets", '[');
    toc_json_text(&json, NULL, decision->wallets[0]);
    toc_json_text(&json, NULL, decision->wallets[1]);
    toc_json_close(&json, ']');
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

toc_code toc_control_cluster_decide(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(deciding_wipe) deciding at = {0};
    toc_span decision;
    TOC_TRY(toc_args_text(request, "decision", true, &decision, err));
    TOC_TRY(toc_args_text(request, "note", false, &at.decision.note, err));
    at.undo = toc_span_equal(decision, toc_span_text("undo"));
    at.decision.split = toc_span_equal(decision, toc_span_text("split"));
    if (!at.undo && !at.decision.split && !toc_span_equal(decision, toc_span_text("confirm")))
        return toc_fail(err, TOC_USAGE, "'decision': confirm, split or undo is needed");
    TOC_TRY(read_pair(request, &at, err));
    toc_talk_who(talk, at.who, sizeof at.who);
    at.decision.who = toc_span_text(at.who);
    TOC_TRY(toc_node_do(toc_talk_node(talk), decide, &at, err));
    return at.undo ? say_undone(talk, &at.decision, err) : say_decision(talk, &at.decision, err);
}

static toc_code list_decision(void *context, const toc_log_decision *decision, toc_err *err)
{
    return say_decision(context, decision, err);
}

toc_code toc_control_cluster_decisions(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    return toc_log_decisions(txn, list_decision, talk, err);
}
