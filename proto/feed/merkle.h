/* proto/feed/merkle.h: RFC 6962 §2.1 tree hashes; proofs checked by RFC 9162 §2.1.3.2 and
 * §2.1.4.2. Leaves come in hashed.
 * Threads: pure. Errors: SIGNATURE when a proof does not verify, LIMIT, MALFORMED. */
#ifndef TOC_PROTO_FEED_MERKLE_H
#define TOC_PROTO_FEED_MERKLE_H

#include "proto/base/error.h"
#include "proto/base/span.h"

enum { TOC_FRONTIER_HASHES_MAX = 64, TOC_PROOF_HASHES_MAX = 128 };

/* The right edge of a tree: the roots of its complete subtrees, largest first. Everything needed
 * to append. */
typedef struct toc_frontier {
    uint64_t size;  /* leaves */
    uint32_t count; /* hashes = number of 1 bits in size */
    toc_hash hashes[TOC_FRONTIER_HASHES_MAX];
} toc_frontier;

void toc_merkle_node(const toc_hash *left, const toc_hash *right, toc_hash *out);
void toc_frontier_append(toc_frontier *frontier, const toc_hash *leaf);
/* The root; of an empty tree SHA-256 of nothing. */
void toc_frontier_root(const toc_frontier *frontier, toc_hash *out);
bool toc_frontier_equal(const toc_frontier *left, const toc_frontier *right);
/* Stored form: size u64 ‖ count × 32 bytes. */
enum { TOC_FRONTIER_BYTES_MAX = 8 + 32 * TOC_FRONTIER_HASHES_MAX };
size_t toc_frontier_write(const toc_frontier *frontier, uint8_t out[TOC_FRONTIER_BYTES_MAX]);
TOC_MUST toc_code toc_frontier_read(toc_span bytes, toc_frontier *out, toc_err *err);

typedef struct toc_proof {
    uint32_t count;
    toc_hash hashes[TOC_PROOF_HASHES_MAX];
} toc_proof;

/* Where the hash of the complete subtree of 2^level leaves that begins at leaf index << level
 * comes from. Stores keep leaf hashes (level 0) and, for speed, higher ones. */
typedef struct toc_tree_source {
    void *context;
    toc_code (*subtree)(void *context, uint32_t level, uint64_t index, toc_hash *out, toc_err *err);
} toc_tree_source;

TOC_MUST toc_code toc_merkle_inclusion(const toc_tree_source *source, uint64_t index, uint64_t size,
                                       toc_proof *out, toc_err *err);
TOC_MUST toc_code toc_merkle_consistency(const toc_tree_source *source, uint64_t size_old,
                                         uint64_t size_new, toc_proof *out, toc_err *err);
TOC_MUST toc_code toc_merkle_check_inclusion(const toc_hash *leaf, uint64_t index, uint64_t size,
                                             const toc_proof *proof, const toc_hash *root,
                                             toc_err *err);
TOC_MUST toc_code toc_merkle_check_consistency(uint64_t size_old, const toc_hash *root_old,
                                               uint64_t size_new, const toc_hash *root_new,
                                               const toc_proof *proof, toc_err *err);

#endif
