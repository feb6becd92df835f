#include "proto/feed/chunk.h"

#include <stdlib.h>

#include "proto/base/reader.h"
#include "proto/feed/erasure.h"

/* The entries, as many bytes of plaintext, rows, note and keys. */
#define CHUNK_ARENA_BYTES ((size_t)4 * TOC_CHUNK_BYTES_MAX)

toc_code toc_chunk_new(toc_chunk **out, toc_err *err)
{
    toc_chunk *chunk = calloc(1, sizeof *chunk);
    if (chunk == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a chunk");
    toc_code code = toc_arena_new(CHUNK_ARENA_BYTES, &chunk->arena, err);
    if (code != TOC_OK) {
        free(chunk);
        return code;
    }
    *out = chunk;
    return TOC_OK;
}

void toc_chunk_free(toc_chunk *chunk)
{
    if (chunk == NULL)
        return;
    toc_arena_free(chunk->arena);
    free(chunk);
}

static toc_code at_entry(toc_code code, uint64_t index, toc_err *err)
{
    return err == NULL ? code : toc_wrap(err, "entry %llu", (unsigned long long)index);
}

/* Splits the bytes into rows; every rule that an entry can break by itself is checked. */
static toc_code read_entry(toc_span bytes, toc_chunk_entry *out, toc_err *err)
{
    toc_entry_header header;
    toc_span body;
    if (toc_entry_is_bare(bytes)) {
        TOC_TRY(toc_entry_bare_parse(bytes, &header, err));
        *out = (toc_chunk_entry){
            .bytes = bytes, .kind = header.kind, .epoch = header.epoch, .bare = true};
        return TOC_OK;
    }
    TOC_TRY(toc_entry_parse(bytes, &header, &body, err));
    *out = (toc_chunk_entry){.bytes = bytes, .kind = header.kind, .epoch = header.epoch};
    toc_grant grant;
    toc_erasure erasure;
    if (header.kind == TOC_ENTRY_GRANT)
        return toc_grant_read(bytes, &grant, err);
    if (header.kind == TOC_ENTRY_ERASURE)
        return toc_erasure_read(bytes, &erasure, err);
    return TOC_OK;
}

static toc_code read_entries(toc_chunk *chunk, toc_err *err)
{
    if (chunk->count > TOC_PULL_ENTRIES_MAX || chunk->entries.size > TOC_CHUNK_BYTES_MAX)
        return toc_fail(
            err, TOC_LIMIT, "a chunk of %u entries in %zu bytes; at most %u in %u are taken",
            (unsigned)chunk->count, chunk->entries.size, TOC_PULL_ENTRIES_MAX, TOC_CHUNK_BYTES_MAX);
    if (chunk->count > UINT64_MAX - chunk->frontier.size)
        return toc_fail(err, TOC_LIMIT, "a chunk past the last number an entry can have");
    toc_chunk_entry *rows = toc_arena_zalloc(chunk->arena, chunk->count, sizeof *rows);
    if (rows == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a chunk of %u entries",
                        (unsigned)chunk->count);
    toc_reader reader = toc_reader_of(chunk->entries);
    for (uint32_t i = 0; i < chunk->count; i++) {
        toc_span bytes = toc_read_u32_span(&reader, TOC_ENTRY_BYTES_MAX);
        TOC_TRY(toc_reader_ok(&reader, "chunk", err));
        toc_code code = read_entry(bytes, &rows[i], err);
        if (code != TOC_OK)
            return at_entry(code, chunk->frontier.size + i, err);
    }
    TOC_TRY(toc_reader_finish(&reader, "chunk", err));
    chunk->verified = rows;
    return TOC_OK;
}

static void grow_frontier(toc_chunk *chunk)
{
    chunk->frontier_after = chunk->frontier;
    for (uint32_t i = 0; i < chunk->count; i++) {
        toc_chunk_entry *row = &chunk->verified[i];
        toc_entry_leaf(&chunk->feed, chunk->frontier.size + i, row->bytes, &row->leaf);
        toc_frontier_append(&chunk->frontier_after, &row->leaf);
    }
}

/* One tree grows out of the other: by the proof, or because both are the same (then without any
 * proof). */
static toc_code check_growth(uint64_t size_old, const toc_hash *root_old,
                             const toc_checkpoint *checkpoint, const toc_proof *proof,
                             const char *what, toc_err *err)
{
    toc_code code = toc_merkle_check_consistency(size_old, root_old, checkpoint->size,
                                                 &checkpoint->root, proof, err);
    if (code == TOC_OK || err == NULL)
        return code;
    return toc_wrap(err, "from %s of %llu entries to the checkpoint of %llu", what,
                    (unsigned long long)size_old, (unsigned long long)checkpoint->size);
}

static toc_code check_proofs(const toc_chunk *chunk, const toc_checkpoint *checkpoint, toc_err *err)
{
    if (checkpoint->size < chunk->frontier_after.size)
        return toc_fail(
            err, TOC_MALFORMED, "a checkpoint of %llu entries for a chunk that ends at %llu",
            (unsigned long long)checkpoint->size, (unsigned long long)chunk->frontier_after.size);
    toc_hash root_after;
    toc_frontier_root(&chunk->frontier_after, &root_after);
    TOC_TRY(check_growth(chunk->frontier_after.size, &root_after, checkpoint, &chunk->to_checkpoint,
                         "the chunk", err));
    if (!chunk->has_known || chunk->known_size == 0)
        return TOC_OK;
    if (chunk->known_size > checkpoint->size)
        return toc_fail(err, TOC_STATE,
                        "a checkpoint of %llu entries, older than the one of %llu accepted before; "
                        "ask again for the newest",
                        (unsigned long long)checkpoint->size,
                        (unsigned long long)chunk->known_size);
    return check_growth(chunk->known_size, &chunk->known_root, checkpoint, &chunk->from_known,
                        "the checkpoint accepted before,", err);
}

static toc_code check_checkpoint(toc_chunk *chunk, toc_err *err)
{
    toc_note note;
    toc_checkpoint checkpoint;
    TOC_TRY(toc_checkpoint_read(chunk->note, &chunk->name, &note, &checkpoint, err));
    TOC_TRY(check_proofs(chunk, &checkpoint, err));
    TOC_AUTO(toc_buf_wipe) toc_buf only = {0};
    TOC_TRY(toc_note_only(&note, checkpoint.origin, &chunk->signer, &only, err));
    chunk->checkpoint = checkpoint;
    chunk->signed_note = toc_arena_dup(chunk->arena, toc_buf_view(&only));
    return chunk->signed_note.data == NULL
               ? toc_fail(err, TOC_NO_MEMORY, "out of memory for a checkpoint")
               : TOC_OK;
}

static const toc_secret *key_of(const toc_chunk *chunk, uint32_t epoch)
{
    for (size_t i = 0; i < chunk->key_count; i++) {
        if (chunk->keys[i].epoch == epoch)
            return chunk->keys[i].secret;
    }
    return NULL;
}

/* Decides nothing about storing: what does not open is the author's fault, and noted in its row. */
static toc_code open_records(toc_chunk *chunk, toc_err *err)
{
    /* One block for all plaintexts; each has room for its whole entry, which is more than it needs.
     */
    size_t plain_bytes = chunk->key_count == 0 ? 0 : chunk->entries.size;
    uint8_t *plain = toc_arena_alloc(chunk->arena, plain_bytes);
    if (plain == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the plaintexts of %zu bytes",
                        plain_bytes);
    for (uint32_t i = 0; i < chunk->count; i++) {
        toc_chunk_entry *row = &chunk->verified[i];
        if (row->kind != TOC_ENTRY_RECORD || row->bare)
            continue;
        const toc_secret *key = key_of(chunk, row->epoch);
        row->key_missing = key == NULL;
        if (key == NULL)
            continue;
        row->open_error = toc_entry_open(&chunk->feed, chunk->frontier.size + i, row->bytes, key,
                                         plain, &row->plain, NULL);
        row->opened = row->open_error == TOC_OK;
        plain += row->bytes.size;
    }
    return TOC_OK;
}

toc_code toc_chunk_verify(toc_chunk *chunk, toc_err *err)
{
    toc_feed_id feed;
    toc_feed_id_of(&chunk->name, &feed);
    TOC_ASSERT(toc_feed_id_equal(&feed, &chunk->feed));
    TOC_TRY(read_entries(chunk, err));
    grow_frontier(chunk);
    TOC_TRY(check_checkpoint(chunk, err));
    return open_records(chunk, err);
}
