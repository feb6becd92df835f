/* Charters in force, opened once. The node asks on nearly every message who is in a circle, and a
 * charter of 500 members is 50 KB of protobuf: the writer keeps the last few as they were opened. A
 * charter is named by its hash, so what is kept never goes out of date. */
#include <stdlib.h>

#include "proto/base/limits.h"
#include "store/feed/internal.h"

enum { CHARTER_ARENA_BYTES = 8 << 20 };

void toc_kept_charters_free(toc_kept_charters *kept)
{
    for (size_t i = 0; i < TOC_COUNT(kept->rows); i++)
        toc_arena_free(kept->rows[i].arena);
    *kept = (toc_kept_charters){0};
}

static toc_kept_charter *find(toc_kept_charters *kept, const toc_log_circle *circle)
{
    for (size_t i = 0; i < TOC_COUNT(kept->rows); i++) {
        toc_kept_charter *row = &kept->rows[i];
        if (row->arena != NULL && toc_charter_hash_equal(&row->charter.hash, &circle->charter) &&
            toc_circle_id_equal(&row->charter.circle, &circle->id) &&
            row->charter.version == circle->version)
            return row;
    }
    return NULL;
}

/* The one that was not asked for the longest. NULL: this transaction lent all of them. */
static toc_kept_charter *room(toc_kept_charters *kept)
{
    toc_kept_charter *oldest = NULL;
    for (size_t i = 0; i < TOC_COUNT(kept->rows); i++) {
        toc_kept_charter *row = &kept->rows[i];
        if (row->arena == NULL)
            return row;
        if (row->lent_in != kept->transaction && (oldest == NULL || row->lent_in < oldest->lent_in))
            oldest = row;
    }
    return oldest;
}

static toc_code keep(toc_log_txn *txn, const toc_log_circle *circle, toc_kept_charter **out,
                     toc_err *err)
{
    toc_kept_charter *row = room(&txn->log->charters);
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter charter;
    if (row == NULL)
        return toc_fail(err, TOC_LIMIT, "as many charters are open as may be");
    TOC_TRY(toc_arena_new(CHARTER_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_charter_of(txn, &circle->id, arena, &charter, err));
    toc_arena_free(row->arena);
    *row = (toc_kept_charter){.arena = arena, .charter = charter};
    arena = NULL; /* transferred */
    *out = row;
    return TOC_OK;
}

toc_code toc_log_charter_lent(toc_log_txn *txn, const toc_log_circle *circle, toc_arena *arena,
                              toc_charter *out, toc_err *err)
{
    toc_kept_charters *kept = &txn->log->charters;
    if (!circle->known || !toc_txn_writes(txn->txn))
        return toc_log_charter_of(txn, &circle->id, arena, out, err);
    toc_kept_charter *row = find(kept, circle);
    if (row == NULL && keep(txn, circle, &row, NULL) != TOC_OK)
        return toc_log_charter_of(txn, &circle->id, arena, out, err);
    row->lent_in = kept->transaction;
    *out = row->charter;
    return TOC_OK;
}
