/* How far this node trusts whoever said what is answered (RULES §12): members of the circles as
 * their charters state them, read once for a query. */
#include <stdlib.h>

#include "store/query/internal.h"
#include "store/view/list.h"

enum { TRUST_ARENA_BYTES = 64 << 20 };

typedef struct trusted_circle {
    toc_circle_id id;
    toc_charter charter; /* in the arena */
} trusted_circle;

struct toc_trust {
    const toc_weights *weights; /* lent */
    toc_arena *arena;
    toc_log_txn *log;
    TOC_LIST(trusted_circle) circles;
};

void toc_trust_free(toc_trust *trust)
{
    if (trust == NULL)
        return;
    TOC_LIST_WIPE(&trust->circles);
    toc_arena_free(trust->arena);
    free(trust);
}

static toc_code add_circle(void *context, const toc_log_circle *circle, toc_err *err)
{
    toc_trust *trust = context;
    if (!circle->known)
        return TOC_OK;
    trusted_circle *place = TOC_LIST_ADD(&trust->circles);
    if (place == NULL)
        return toc_query_no_memory(err);
    place->id = circle->id;
    return toc_log_charter_of(trust->log, &circle->id, trust->arena, &place->charter, err);
}

toc_code toc_query_weigh(toc_query *query, const toc_weights *weights, toc_err *err)
{
    if (weights->count == 0 || !toc_views_for_officers(query->views))
        return TOC_OK;
    TOC_AUTO(toc_trust_free) toc_trust *trust = calloc(1, sizeof *trust);
    if (trust == NULL)
        return toc_query_no_memory(err);
    trust->weights = weights;
    trust->log = query->log;
    TOC_TRY(toc_arena_new(TRUST_ARENA_BYTES, &trust->arena, err));
    TOC_TRY(toc_log_circles(query->log, add_circle, trust, err));
    query->trust = trust;
    trust = NULL; /* transferred */
    return TOC_OK;
}

static const toc_charter_member *find_member(const toc_trust *trust, const toc_answer_claim *claim)
{
    for (size_t i = 0; i < trust->circles.count; i++) {
        const toc_charter *charter = &trust->circles.at[i].charter;
        if (!toc_circle_id_equal(&trust->circles.at[i].id, &claim->circle))
            continue;
        for (size_t j = 0; j < charter->member_count; j++) {
            if (toc_org_id_equal(&charter->members[j].org, &claim->org))
                return &charter->members[j];
        }
    }
    return NULL;
}

void toc_trust_weigh(const toc_trust *trust, toc_answer_claim *claim)
{
    const toc_charter_member *member = find_member(trust, claim);
    const toc_source *source = &claim->statement.source;
    toc_weight_subject subject = {.org = claim->org, .org_name = claim->org_name};
    if (member != NULL) {
        subject.kind = member->kind;
        subject.role = toc_span_text(toc_role_name(member->role));
    }
    if (source->ground == TOC_GROUND_LIST)
        subject.list = source->id;
    claim->weighed = true;
    claim->weighing = toc_weights_of(trust->weights, &subject);
    claim->weighted = toc_weighed_per_mille(claim->statement.confidence, &claim->weighing);
}
