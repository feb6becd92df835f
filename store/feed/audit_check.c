#include <stdlib.h>

#include "proto/feed/note.h"
#include "store/feed/audit.h"

/* Every line is opened and hashed anew; the tree that comes out is held against the stored one, and
 * against each checkpoint as the walk passes its size. */

enum { PROGRESS_EVERY = 4096 };

/* A checkpoint that is still ahead of the walk. */
typedef struct pending_note {
    bool there;
    const char *what; /* "a checkpoint", for sentences */
    uint64_t size;
    toc_hash root;
} pending_note;

typedef struct audit_walk {
    toc_log_txn *txn;
    toc_progress progress;
    void *context;
    toc_audit_state state;
    toc_audit_found found;
    uint64_t tile_count;
    toc_buf origin;
    toc_arena *arena;
    toc_card card; /* the org's own, newest */
    toc_cursor *notes;
    pending_note next, kept;
    toc_span leaves; /* the stored tile of leaf hashes that the walk is in */
    toc_tiles tiles;
} audit_walk;

static void audit_walk_free(audit_walk *walk)
{
    toc_cursor_close(walk->notes);
    toc_arena_free(walk->arena);
    toc_buf_wipe(&walk->origin);
    free(walk);
}
TOC_DEFINE_AUTO(audit_walk, audit_walk_free)

static toc_code wrong(uint64_t number, const char *what, toc_err *err)
{
    return toc_fail(err, TOC_SIGNATURE, "line %llu of the audit: %s", (unsigned long long)number,
                    what);
}

/* ---- checkpoints ---- */

/* By the sign key of the newest own card or by one that was retired since. */
static toc_code verify_note(const audit_walk *walk, const toc_note *note, toc_err *err)
{
    toc_span name = toc_buf_view(&walk->origin);
    if (toc_note_verify(note, name, &walk->card.sign, err) == TOC_OK)
        return TOC_OK;
    for (size_t i = 0; i < walk->card.retired_count; i++) {
        if (toc_note_verify(note, name, &walk->card.retired[i].key, NULL) == TOC_OK)
            return TOC_OK;
    }
    return TOC_SIGNATURE;
}

/* The card is asked for only now: a store without checkpoints may have none. */
static toc_code load_card(audit_walk *walk, toc_err *err)
{
    toc_org_id org;
    if (walk->arena != NULL)
        return TOC_OK;
    TOC_TRY(toc_audit_origin(walk->txn, &walk->origin, err));
    TOC_TRY(toc_arena_new(TOC_CARD_ARENA_BYTES, &walk->arena, err));
    TOC_TRY(toc_log_owner(walk->txn, &org, err));
    return toc_log_card_of(walk->txn, &org, walk->arena, &walk->card, err);
}

static toc_code read_note(audit_walk *walk, toc_span text, const char *what, pending_note *out,
                          toc_err *err)
{
    toc_note note;
    toc_checkpoint checkpoint;
    TOC_TRY(load_card(walk, err));
    if (toc_note_parse(text, &note, err) != TOC_OK ||
        toc_checkpoint_parse(note.body, &checkpoint, err) != TOC_OK ||
        verify_note(walk, &note, err) != TOC_OK)
        return err == NULL ? TOC_SIGNATURE : toc_wrap(err, "%s", what);
    if (!toc_span_equal(checkpoint.origin, toc_buf_view(&walk->origin)))
        return toc_fail(err, TOC_SIGNATURE, "%s: it is of another log than this org's audit", what);
    *out = (pending_note){
        .there = true, .what = what, .size = checkpoint.size, .root = checkpoint.root};
    return TOC_OK;
}

/* The next of the stored ones. */
static toc_code next_note(audit_walk *walk, toc_err *err)
{
    toc_row row;
    toc_span text;
    walk->next.there = false;
    toc_code code = toc_cursor_next(walk->notes, &row, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    TOC_TRY(toc_checked_open(walk->txn, TOC_LOG_AUDIT_HEADS, row, &text, err));
    TOC_TRY(read_note(walk, text, "a checkpoint of the audit", &walk->next, err));
    if (row.key.size != 8 || toc_get_u64(row.key.data) != walk->next.size)
        return toc_log_lies(walk->txn, TOC_LOG_AUDIT_HEADS, row.key,
                            "the checkpoint is of another size", err);
    walk->found.checkpoints++;
    return TOC_OK;
}

static toc_code hold_against(const audit_walk *walk, const pending_note *note, toc_err *err)
{
    toc_hash root;
    if (!note->there || note->size != walk->tiles.frontier.size)
        return TOC_OK;
    toc_frontier_root(&walk->tiles.frontier, &root);
    if (toc_hash_equal(&root, &note->root))
        return TOC_OK;
    return toc_fail(err, TOC_SIGNATURE,
                    "%s signs another history of the first %llu lines than is stored", note->what,
                    (unsigned long long)note->size);
}

static toc_code pass_notes(audit_walk *walk, toc_err *err)
{
    TOC_TRY(hold_against(walk, &walk->kept, err));
    TOC_TRY(hold_against(walk, &walk->next, err));
    return walk->next.there && walk->next.size == walk->tiles.frontier.size ? next_note(walk, err)
                                                                            : TOC_OK;
}

static toc_code not_beyond(const audit_walk *walk, const pending_note *note, toc_err *err)
{
    if (!note->there || note->size <= walk->tiles.frontier.size)
        return TOC_OK;
    return toc_fail(err, TOC_SIGNATURE,
                    "%s signs %llu lines, and %llu are stored: the end was cut off", note->what,
                    (unsigned long long)note->size, (unsigned long long)walk->tiles.frontier.size);
}

/* ---- lines ---- */

static toc_code compare_tile(toc_tiles *tiles, uint32_t level, const toc_tile *tile, toc_err *err)
{
    audit_walk *walk = tiles->context;
    toc_span stored = {0};
    toc_code code = toc_tile_get(tiles->txn, tiles->number, level, tile->index, &stored, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    walk->tile_count++;
    if (toc_span_equal(stored, toc_span_of(tile->bytes + 1, 32 * (size_t)tile->count)))
        return TOC_OK;
    return wrong((tile->index * TOC_TILE_WIDTH) << (8 * level),
                 "the hashes over it and those after it are not what they hash to", err);
}

/* Before anything is built on it: so the sentence names the line. */
static toc_code check_leaf(audit_walk *walk, uint64_t number, const toc_hash *leaf, toc_err *err)
{
    size_t place = (size_t)(number % TOC_TILE_WIDTH);
    if (place == 0) {
        walk->leaves = (toc_span){0};
        toc_code code =
            toc_tile_get(walk->txn, TOC_AUDIT_TREE, 0, number / TOC_TILE_WIDTH, &walk->leaves, err);
        if (code != TOC_OK && code != TOC_NOT_FOUND)
            return code;
    }
    if (walk->leaves.size < 32 * (place + 1))
        return wrong(number, "its leaf hash is missing", err);
    return memcmp(walk->leaves.data + 32 * place, leaf->bytes, 32) == 0
               ? TOC_OK
               : wrong(number, "it is not what was hashed when it was written", err);
}

static toc_code check_line(audit_walk *walk, toc_row row, toc_buf *plain, toc_err *err)
{
    uint64_t number = walk->tiles.frontier.size;
    toc_audit_line line;
    if (row.key.size != 8 || toc_get_u64(row.key.data) != number)
        return wrong(number, "it is missing", err);
    TOC_TRY(toc_audit_open(walk->txn, row, plain, &line, err));
    TOC_TRY(check_leaf(walk, number, &line.leaf, err));
    TOC_TRY(toc_tiles_append(&walk->tiles, &line.leaf, err));
    if (number == 0)
        walk->found.first = line.time;
    walk->found.last = line.time;
    if (walk->progress != NULL && (number + 1) % PROGRESS_EVERY == 0)
        walk->progress(walk->context, number + 1, walk->state.frontier.size);
    return pass_notes(walk, err);
}

static toc_code check_lines(audit_walk *walk, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    toc_row row;
    toc_code code;
    TOC_TRY(toc_cursor_open(walk->txn->txn, TOC_LOG_AUDIT, (toc_span){0}, &cursor, err));
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK)
        TOC_TRY(check_line(walk, row, &plain, err));
    if (code != TOC_NOT_FOUND)
        return code;
    TOC_TRY(not_beyond(walk, &walk->kept, err));
    TOC_TRY(not_beyond(walk, &walk->next, err));
    TOC_TRY(toc_tiles_end(&walk->tiles, err));
    if (!toc_frontier_equal(&walk->tiles.frontier, &walk->state.frontier))
        return wrong(walk->tiles.frontier.size,
                     "it is missing, or there are more than the audit's head says", err);
    return TOC_OK;
}

toc_code toc_audit_walk(toc_log_txn *txn, toc_span kept, toc_progress progress, void *context,
                        toc_audit_found *out, uint64_t *out_tiles, toc_err *err)
{
    TOC_AUTO(audit_walk_free) audit_walk *walk = calloc(1, sizeof *walk); /* 66 KiB of tiles */
    toc_frontier empty = {0};
    if (walk == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory to check the audit");
    walk->txn = txn;
    walk->progress = progress;
    walk->context = context;
    TOC_TRY(toc_audit_state_get(txn, &walk->state, err));
    toc_tiles_begin(&walk->tiles, txn, TOC_AUDIT_TREE, &empty);
    walk->tiles.done = compare_tile;
    walk->tiles.context = walk;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_AUDIT_HEADS, (toc_span){0}, &walk->notes, err));
    TOC_TRY(next_note(walk, err));
    if (kept.size > 0)
        TOC_TRY(read_note(walk, kept, "the checkpoint that was kept", &walk->kept, err));
    TOC_TRY(check_lines(walk, err));
    TOC_TRY(toc_audit_head_of(txn, &walk->found.head, err));
    *out = walk->found;
    *out_tiles = walk->tile_count;
    return TOC_OK;
}

toc_code toc_audit_check(toc_log_txn *txn, toc_span kept, toc_progress progress, void *context,
                         toc_audit_found *out, toc_err *err)
{
    uint64_t tiles;
    toc_err why = {0};
    toc_code code = toc_audit_walk(txn, kept, progress, context, out, &tiles, &why);
    if (code == TOC_OK)
        return TOC_OK;
    /* However it shows: what is stored is not what was stored. */
    bool lie = code == TOC_MALFORMED || code == TOC_SEALED || code == TOC_NOT_FOUND;
    return toc_fail(err, lie ? TOC_SIGNATURE : code, "%s", why.text);
}
