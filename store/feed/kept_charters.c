/* Charters opened once. The node asks on nearly every message who is in a circle, a charter that is
 * not in force yet is looked at with each card that comes, and one of 500 members is 50 KB of
 * protobuf: the writer keeps the last few as they were opened. One in force is named by its hash;
 * one of the roll is found by all of its bytes, for a hash leaves out who signed. So what is kept
 * never goes out of date. */
#include <stdlib.h>

#include "proto/base/limits.h"
#include "store/feed/internal.h"

enum { CHARTER_ARENA_BYTES = 8 << 20 };

static void free_rows(toc_kept_charter *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        toc_arena_free(rows[i].arena);
}

void toc_kept_charters_free(toc_kept_charters *kept)
{
    free_rows(kept->in_force, TOC_COUNT(kept->in_force));
    free_rows(kept->of_roll, TOC_COUNT(kept->of_roll));
    *kept = (toc_kept_charters){0};
}

/* The one that was not asked for the longest. NULL: this transaction lent all of them. */
static toc_kept_charter *room(const toc_kept_charters *kept, toc_kept_charter *rows, size_t count)
{
    toc_kept_charter *oldest = NULL;
    for (size_t i = 0; i < count; i++) {
        toc_kept_charter *row = &rows[i];
        if (row->arena == NULL)
            return row;
        if (row->lent_in != kept->transaction && (oldest == NULL || row->lent_in < oldest->lent_in))
            oldest = row;
    }
    return oldest;
}

static toc_kept_charter *put(toc_kept_charter *row, const toc_charter *charter, toc_arena *take)
{
    toc_arena_free(row->arena);
    *row = (toc_kept_charter){.arena = take, .charter = *charter};
    return row;
}

/* ---- in force ---- */

static toc_kept_charter *find(toc_kept_charters *kept, const toc_log_circle *circle)
{
    for (size_t i = 0; i < TOC_COUNT(kept->in_force); i++) {
        toc_kept_charter *row = &kept->in_force[i];
        if (row->arena != NULL && toc_charter_hash_equal(&row->charter.hash, &circle->charter) &&
            toc_circle_id_equal(&row->charter.circle, &circle->id) &&
            row->charter.version == circle->version)
            return row;
    }
    return NULL;
}

static toc_kept_charter *keep_in_force(toc_log_txn *txn, const toc_log_circle *circle)
{
    toc_kept_charters *kept = &txn->log->charters;
    toc_kept_charter *row = room(kept, kept->in_force, TOC_COUNT(kept->in_force));
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter charter;
    if (row == NULL || toc_arena_new(CHARTER_ARENA_BYTES, &arena, NULL) != TOC_OK ||
        toc_log_charter_of(txn, &circle->id, arena, &charter, NULL) != TOC_OK)
        return NULL;
    toc_arena *kept_in = arena;
    arena = NULL; /* transferred */
    return put(row, &charter, kept_in);
}

toc_code toc_log_charter_lent(toc_log_txn *txn, const toc_log_circle *circle, toc_arena *arena,
                              toc_charter *out, toc_err *err)
{
    if (!circle->known || !toc_txn_writes(txn->txn))
        return toc_log_charter_of(txn, &circle->id, arena, out, err);
    toc_kept_charters *kept = &txn->log->charters;
    toc_kept_charter *row = find(kept, circle);
    if (row == NULL)
        row = keep_in_force(txn, circle);
    if (row == NULL)
        return toc_log_charter_of(txn, &circle->id, arena, out, err);
    row->lent_in = kept->transaction;
    *out = row->charter;
    return TOC_OK;
}

/* ---- of the roll ---- */

static toc_kept_charter *find_bytes(toc_kept_charters *kept, toc_span signed_charter)
{
    for (size_t i = 0; i < TOC_COUNT(kept->of_roll); i++) {
        toc_kept_charter *row = &kept->of_roll[i];
        if (row->arena != NULL && toc_span_equal(row->charter.signed_charter, signed_charter))
            return row;
    }
    return NULL;
}

static toc_kept_charter *keep_bytes(toc_kept_charters *kept, toc_span signed_charter)
{
    toc_kept_charter *row = room(kept, kept->of_roll, TOC_COUNT(kept->of_roll));
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter charter;
    if (row == NULL || toc_arena_new(CHARTER_ARENA_BYTES, &arena, NULL) != TOC_OK ||
        toc_charter_reopen(signed_charter, arena, &charter, NULL) != TOC_OK)
        return NULL;
    toc_arena *kept_in = arena;
    arena = NULL; /* transferred */
    return put(row, &charter, kept_in);
}

toc_code toc_log_roll_charter(toc_log_txn *txn, const toc_charter_hash *hash, toc_arena *arena,
                              toc_charter *out, toc_err *err)
{
    toc_hash key;
    toc_span bytes;
    memcpy(key.bytes, hash->bytes, sizeof key.bytes);
    TOC_TRY(toc_log_roll_get(txn, &key, &bytes, err));
    if (!toc_txn_writes(txn->txn))
        return toc_charter_reopen(bytes, arena, out, err);
    toc_kept_charters *kept = &txn->log->charters;
    toc_kept_charter *row = find_bytes(kept, bytes);
    if (row == NULL)
        row = keep_bytes(kept, bytes);
    if (row == NULL)
        return toc_charter_reopen(bytes, arena, out, err);
    row->lent_in = kept->transaction;
    *out = row->charter;
    return TOC_OK;
}
