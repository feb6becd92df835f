#include "proto/feed/fork.h"

#include "proto/base/limits.h"
#include "proto/base/reader.h"

/* ---- bytes ---- */

static void write_hashes(const toc_proof *proof, toc_buf *out)
{
    TOC_ASSERT(proof->count <= TOC_PROOF_HASHES_MAX);
    toc_buf_add_u8(out, (uint8_t)proof->count);
    toc_buf_add(out, proof->hashes, proof->count * sizeof proof->hashes[0]);
}

static toc_code read_hashes(toc_reader *reader, toc_proof *out, toc_err *err)
{
    out->count = toc_read_u8(reader);
    if (out->count > TOC_PROOF_HASHES_MAX)
        return toc_fail(err, TOC_LIMIT, "a proof of %u hashes, at most %d are taken",
                        (unsigned)out->count, TOC_PROOF_HASHES_MAX);
    toc_read_bytes(reader, out->hashes, out->count * sizeof out->hashes[0]);
    return TOC_OK;
}

void toc_fork_side_write(const toc_fork_side *side, toc_buf *out)
{
    TOC_ASSERT(side->note.size <= TOC_HEAD_NOTE_BYTES_MAX);
    toc_buf_add_u16(out, (uint16_t)side->note.size);
    toc_buf_add_span(out, side->note);
    toc_buf_add_span(out, TOC_SPAN_OF(side->root.bytes));
    toc_buf_add_span(out, TOC_SPAN_OF(side->leaf.bytes));
    write_hashes(&side->growth, out);
    write_hashes(&side->path, out);
}

toc_code toc_fork_side_read(toc_span bytes, toc_fork_side *out, toc_err *err)
{
    toc_reader reader = toc_reader_of(bytes);
    toc_fork_side side = {.note = toc_read_u16_span(&reader, TOC_HEAD_NOTE_BYTES_MAX)};
    toc_read_bytes(&reader, side.root.bytes, sizeof side.root.bytes);
    toc_read_bytes(&reader, side.leaf.bytes, sizeof side.leaf.bytes);
    TOC_TRY(read_hashes(&reader, &side.growth, err));
    TOC_TRY(read_hashes(&reader, &side.path, err));
    TOC_TRY(toc_reader_finish(&reader, "a side of a fork", err));
    *out = side;
    return TOC_OK;
}

void toc_fork_write(const toc_fork *fork, toc_buf *out)
{
    toc_buf_add_span(out, TOC_SPAN_OF(fork->feed.circle.bytes));
    toc_buf_add_span(out, TOC_SPAN_OF(fork->feed.org.bytes));
    toc_buf_add_u8(out, (uint8_t)fork->feed.lane);
    toc_buf_add_u64(out, fork->feed.generation);
    toc_buf_add_u64(out, fork->index);
    for (size_t i = 0; i < 2; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf side = {0};
        toc_fork_side_write(&fork->sides[i], &side);
        toc_buf_add_u16(out, (uint16_t)side.size);
        toc_buf_add_span(out, toc_buf_view(&side));
    }
}

toc_code toc_fork_read(toc_span bytes, toc_fork *out, toc_err *err)
{
    toc_reader reader = toc_reader_of(bytes);
    toc_fork fork = {0};
    toc_read_bytes(&reader, fork.feed.circle.bytes, sizeof fork.feed.circle.bytes);
    toc_read_bytes(&reader, fork.feed.org.bytes, sizeof fork.feed.org.bytes);
    fork.feed.lane = (toc_lane)toc_read_u8(&reader);
    fork.feed.generation = toc_read_u64(&reader);
    fork.index = toc_read_u64(&reader);
    toc_span sides[2];
    for (size_t i = 0; i < 2; i++)
        sides[i] = toc_read_u16_span(&reader, UINT16_MAX);
    TOC_TRY(toc_reader_finish(&reader, "the proof of a fork", err));
    if ((unsigned)fork.feed.lane >= TOC_LANE_COUNT)
        return toc_fail(err, TOC_MALFORMED, "the proof of a fork names lane %u, which is none",
                        (unsigned)fork.feed.lane);
    for (size_t i = 0; i < 2; i++)
        TOC_TRY(toc_fork_side_read(sides[i], &fork.sides[i], err));
    *out = fork;
    return TOC_OK;
}

/* ---- making ---- */

static toc_code root_of(const toc_tree_source *tree, uint64_t size, toc_hash *out, toc_err *err)
{
    toc_frontier frontier = {.size = size};
    for (uint64_t from = 0; from < size;) {
        uint32_t level = 63u - (uint32_t)__builtin_clzll(size - from);
        TOC_TRY(tree->subtree(tree->context, level, from >> level,
                              &frontier.hashes[frontier.count++], err));
        from += UINT64_C(1) << level;
    }
    toc_frontier_root(&frontier, out);
    return TOC_OK;
}

toc_code toc_fork_side_make(const toc_tree_source *tree, uint64_t size, uint64_t index,
                            toc_span note, toc_fork_side *out, toc_err *err)
{
    if (index >= size || note.size == 0 || note.size > TOC_HEAD_NOTE_BYTES_MAX)
        return toc_fail(err, TOC_USAGE, "a head of %llu entries shows nothing of entry %llu",
                        (unsigned long long)size, (unsigned long long)index);
    toc_fork_side side = {.note = note};
    TOC_TRY(root_of(tree, index, &side.root, err));
    TOC_TRY(tree->subtree(tree->context, 0, index, &side.leaf, err));
    TOC_TRY(toc_merkle_inclusion(tree, index, size, &side.path, err));
    if (index > 0)
        TOC_TRY(toc_merkle_consistency(tree, index, size, &side.growth, err));
    *out = side;
    return TOC_OK;
}

/* ---- checking ---- */

static toc_code check_growth(const toc_fork_side *side, uint64_t index, const toc_checkpoint *head,
                             toc_err *err)
{
    if (index > 0)
        return toc_merkle_check_consistency(index, &side->root, head->size, &head->root,
                                            &side->growth, err);
    toc_hash empty;
    toc_frontier_root(&(toc_frontier){0}, &empty);
    if (side->growth.count > 0 || !toc_hash_equal(&side->root, &empty))
        return toc_fail(err, TOC_MALFORMED, "a tree of no entries has no other root, and no proof");
    return TOC_OK;
}

static toc_code check_signed(const toc_note *note, toc_span origin, const toc_verify_key *keys,
                             size_t count, toc_err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (toc_note_verify(note, origin, &keys[i], NULL) == TOC_OK)
            return TOC_OK;
    }
    return toc_fail(err, TOC_SIGNATURE, "a head that its author did not sign");
}

toc_code toc_fork_side_check(const toc_fork_side *side, const toc_feed_name *feed, uint64_t index,
                             const toc_verify_key *keys, size_t count, toc_checkpoint *out,
                             toc_err *err)
{
    toc_note note;
    toc_checkpoint head;
    TOC_TRY(toc_checkpoint_read(side->note, feed, &note, &head, err));
    TOC_TRY(
        toc_merkle_check_inclusion(&side->leaf, index, head.size, &side->path, &head.root, err));
    TOC_TRY(check_growth(side, index, &head, err));
    TOC_TRY(check_signed(&note, head.origin, keys, count, err));
    if (out != NULL)
        *out = head;
    return TOC_OK;
}

toc_code toc_fork_check(const toc_fork *fork, const toc_verify_key *keys, size_t count,
                        toc_err *err)
{
    const toc_fork_side *one = &fork->sides[0], *other = &fork->sides[1];
    if (!toc_hash_equal(&one->root, &other->root))
        return toc_fail(err, TOC_MALFORMED,
                        "two trees that differ before entry %llu: it is not the first that differs",
                        (unsigned long long)fork->index);
    if (toc_hash_equal(&one->leaf, &other->leaf))
        return toc_fail(err, TOC_MALFORMED, "two trees with one and the same entry %llu",
                        (unsigned long long)fork->index);
    for (size_t i = 0; i < 2; i++)
        TOC_TRY(
            toc_fork_side_check(&fork->sides[i], &fork->feed, fork->index, keys, count, NULL, err));
    return TOC_OK;
}
