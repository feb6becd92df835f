#include "proto/feed/merkle.h"

#include "proto/base/endian.h"
#include "proto/base/reader.h"
#include "proto/crypto/hash.h"

void toc_merkle_node(const toc_hash *left, const toc_hash *right, toc_hash *out)
{
    uint8_t input[65];
    input[0] = 0x01;
    memcpy(input + 1, left->bytes, 32);
    memcpy(input + 33, right->bytes, 32);
    toc_sha256(TOC_SPAN_OF(input), out);
}

/* --- frontier
 * ------------------------------------------------------------------------------------------- */

void toc_frontier_append(toc_frontier *frontier, const toc_hash *leaf)
{
    TOC_ASSERT(frontier->size < UINT64_MAX);
    /* Every complete subtree on the right edge that the leaf completes to a larger one, as in
     * binary addition. */
    toc_hash hash = *leaf;
    for (uint64_t bits = frontier->size; (bits & 1) != 0; bits >>= 1)
        toc_merkle_node(&frontier->hashes[--frontier->count], &hash, &hash);
    frontier->hashes[frontier->count++] = hash;
    frontier->size++;
}

/* The hash over complete subtrees that stand side by side, largest first (RFC 6962 §2.1). */
static void fold(const toc_hash *subtrees, size_t count, toc_hash *out)
{
    toc_hash hash = subtrees[count - 1];
    for (size_t i = count - 1; i-- > 0;)
        toc_merkle_node(&subtrees[i], &hash, &hash);
    *out = hash;
}

void toc_frontier_root(const toc_frontier *frontier, toc_hash *out)
{
    if (frontier->count == 0)
        toc_sha256((toc_span){0}, out);
    else
        fold(frontier->hashes, frontier->count, out);
}

bool toc_frontier_equal(const toc_frontier *left, const toc_frontier *right)
{
    return left->size == right->size && left->count == right->count &&
           memcmp(left->hashes, right->hashes, left->count * sizeof left->hashes[0]) == 0;
}

size_t toc_frontier_write(const toc_frontier *frontier, uint8_t out[TOC_FRONTIER_BYTES_MAX])
{
    toc_put_u64(out, frontier->size);
    memcpy(out + 8, frontier->hashes, frontier->count * sizeof frontier->hashes[0]);
    return 8 + frontier->count * sizeof frontier->hashes[0];
}

toc_code toc_frontier_read(toc_span bytes, toc_frontier *out, toc_err *err)
{
    toc_reader reader = toc_reader_of(bytes);
    toc_frontier frontier = {.size = toc_read_u64(&reader)};
    frontier.count = (uint32_t)__builtin_popcountll(frontier.size);
    toc_read_bytes(&reader, frontier.hashes, frontier.count * sizeof frontier.hashes[0]);
    TOC_TRY(toc_reader_finish(&reader, "Merkle frontier", err));
    *out = frontier;
    return TOC_OK;
}

/* --- making proofs
 * --------------------------------------------------------------------------------------- */

/* The largest power of two below `leaves`, which is at least 2. */
static uint64_t split_of(uint64_t leaves)
{
    return UINT64_C(1) << (63 - __builtin_clzll(leaves - 1));
}

/* The root over the leaves [from, until). `from` is a multiple of a power of two not below their
 * number, as it is for every node of a tree; so each subtree stands on a multiple of its own size.
 */
static toc_code range_root(const toc_tree_source *source, uint64_t from, uint64_t until,
                           toc_hash *out, toc_err *err)
{
    toc_hash subtrees[64];
    size_t count = 0;
    while (from < until) {
        uint32_t level = 63u - (uint32_t)__builtin_clzll(until - from);
        TOC_TRY(source->subtree(source->context, level, from >> level, &subtrees[count++], err));
        from += UINT64_C(1) << level;
    }
    fold(subtrees, count, out);
    return TOC_OK;
}

/* The siblings on a way down from the root; a proof lists them from the leaf up. */
typedef struct descent {
    const toc_tree_source *source;
    uint64_t from, until; /* the leaves below where the way has come to */
    toc_proof siblings;
} descent;

static toc_code step(descent *at, bool left, toc_err *err)
{
    uint64_t middle = at->from + split_of(at->until - at->from);
    toc_hash *sibling = &at->siblings.hashes[at->siblings.count++];
    if (left) {
        TOC_TRY(range_root(at->source, middle, at->until, sibling, err));
        at->until = middle;
    } else {
        TOC_TRY(range_root(at->source, at->from, middle, sibling, err));
        at->from = middle;
    }
    return TOC_OK;
}

static void turn_round(const toc_proof *proof, toc_proof *out)
{
    out->count = proof->count;
    for (uint32_t i = 0; i < proof->count; i++)
        out->hashes[i] = proof->hashes[proof->count - 1 - i];
}

toc_code toc_merkle_inclusion(const toc_tree_source *source, uint64_t index, uint64_t size,
                              toc_proof *out, toc_err *err)
{
    if (index >= size)
        return toc_fail(err, TOC_USAGE, "entry %llu is not in a tree of %llu",
                        (unsigned long long)index, (unsigned long long)size);
    descent at = {.source = source, .until = size};
    while (at.until - at.from > 1)
        TOC_TRY(step(&at, index < at.from + split_of(at.until - at.from), err));
    turn_round(&at.siblings, out);
    return TOC_OK;
}

toc_code toc_merkle_consistency(const toc_tree_source *source, uint64_t size_old, uint64_t size_new,
                                toc_proof *out, toc_err *err)
{
    if (size_old > size_new)
        return toc_fail(err, TOC_USAGE, "a tree of %llu does not grow out of a larger one of %llu",
                        (unsigned long long)size_new, (unsigned long long)size_old);
    descent at = {.source = source, .until = size_new};
    /* RFC 6962 §2.1.2: down to the node whose last leaf is the old tree's last one. */
    while (size_old > 0 && size_old != at.until)
        TOC_TRY(step(&at, size_old <= at.from + split_of(at.until - at.from), err));
    /* Where the way never went right, that node is the old tree itself, which the reader has. */
    if (at.from > 0)
        TOC_TRY(
            range_root(source, at.from, at.until, &at.siblings.hashes[at.siblings.count++], err));
    turn_round(&at.siblings, out);
    return TOC_OK;
}

/* --- checking proofs
 * ------------------------------------------------------------------------------------- */

static toc_code refuse(const char *kind, toc_err *err)
{
    return toc_fail(err, TOC_SIGNATURE, "the %s proof does not verify", kind);
}

/* RFC 9162 §2.1.3.2, with its names. */
toc_code toc_merkle_check_inclusion(const toc_hash *leaf, uint64_t index, uint64_t size,
                                    const toc_proof *proof, const toc_hash *root, toc_err *err)
{
    if (proof->count > TOC_PROOF_HASHES_MAX)
        return toc_fail(err, TOC_LIMIT, "a proof of %u hashes", (unsigned)proof->count);
    if (index >= size)
        return refuse("inclusion", err);
    uint64_t fn = index, sn = size - 1;
    toc_hash r = *leaf;
    for (uint32_t i = 0; i < proof->count; i++) {
        if (sn == 0)
            return refuse("inclusion", err);
        if ((fn & 1) != 0 || fn == sn) {
            toc_merkle_node(&proof->hashes[i], &r, &r);
            for (; (fn & 1) == 0 && fn != 0; fn >>= 1)
                sn >>= 1;
        } else {
            toc_merkle_node(&r, &proof->hashes[i], &r);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && toc_hash_equal(&r, root) ? TOC_OK : refuse("inclusion", err);
}

/* RFC 9162 §2.1.4.2 steps 2 to 7, with its names, for 0 < size_old < size_new. */
static bool consistent(uint64_t size_old, const toc_hash *root_old, uint64_t size_new,
                       const toc_hash *root_new, const toc_proof *proof)
{
    bool complete = (size_old & (size_old - 1)) == 0;
    const toc_hash *path = proof->hashes, *end = path + proof->count;
    const toc_hash *first = complete ? root_old : path++;
    uint64_t fn = size_old - 1, sn = size_new - 1;
    for (; (fn & 1) != 0; fn >>= 1)
        sn >>= 1;
    toc_hash fr = *first, sr = *first;
    for (; path < end; path++) {
        if (sn == 0)
            return false;
        if ((fn & 1) != 0 || fn == sn) {
            toc_merkle_node(path, &fr, &fr);
            toc_merkle_node(path, &sr, &sr);
            for (; (fn & 1) == 0 && fn != 0; fn >>= 1)
                sn >>= 1;
        } else {
            toc_merkle_node(&sr, path, &sr);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && toc_hash_equal(&fr, root_old) && toc_hash_equal(&sr, root_new);
}

toc_code toc_merkle_check_consistency(uint64_t size_old, const toc_hash *root_old,
                                      uint64_t size_new, const toc_hash *root_new,
                                      const toc_proof *proof, toc_err *err)
{
    if (proof->count > TOC_PROOF_HASHES_MAX)
        return toc_fail(err, TOC_LIMIT, "a proof of %u hashes", (unsigned)proof->count);
    if (size_old == 0 || size_old > size_new)
        return refuse("consistency", err);
    bool holds = size_old == size_new ? proof->count == 0 && toc_hash_equal(root_old, root_new)
                                      : proof->count > 0 && consistent(size_old, root_old, size_new,
                                                                       root_new, proof);
    return holds ? TOC_OK : refuse("consistency", err);
}
