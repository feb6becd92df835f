#include "node/control_forks.h"

#include "proto/answer/parts.h"
#include "store/query.h"

typedef struct listing {
    toc_json *json;
    toc_log_txn *txn;
    const toc_circle_id *circle;
    toc_arena *arena;
} listing;

static toc_code list_fork(void *context, const toc_known_fork *known, toc_err *err)
{
    const listing *all = context;
    toc_answer_fork fork;
    if (all->circle != NULL && !toc_circle_id_equal(&known->fork.feed.circle, all->circle))
        return TOC_OK;
    TOC_TRY(toc_query_fork(all->txn, known, all->arena, &fork, err));
    toc_json_fork(all->json, &fork);
    return TOC_OK;
}

static toc_code list_suspicion(void *context, const toc_log_suspicion *heads, toc_err *err)
{
    const listing *all = context;
    toc_answer_fork fork;
    if (all->circle != NULL && !toc_circle_id_equal(&heads->feed.circle, all->circle))
        return TOC_OK;
    TOC_TRY(toc_query_suspicion(all->txn, heads, all->arena, &fork, err));
    toc_json_fork(all->json, &fork);
    return TOC_OK;
}

toc_code toc_forks_list(toc_json *json, toc_log_txn *txn, const toc_org_id *org,
                        const toc_circle_id *circle, toc_arena *arena, toc_err *err)
{
    listing all = {.json = json, .txn = txn, .circle = circle, .arena = arena};
    toc_json_open(json, "forks", '[');
    if (org != NULL) {
        TOC_TRY(toc_log_forks(txn, org, list_fork, &all, err));
        TOC_TRY(toc_log_suspicions(txn, org, list_suspicion, &all, err));
    }
    toc_json_close(json, ']');
    return TOC_OK;
}
