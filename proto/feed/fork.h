/* proto/feed/fork.h: the proof that an author forked a feed: two trees that it signed, and the
 * first entry in which they differ (PROTOCOL §2, docs/decisions/0082).
 *
 * Each side shows the same tree of `index` entries growing into what it signs, and its own leaf at
 * `index`. So the entries below are common to both, those from `index` on are in dispute, and
 * whoever judges a proof needs the author's keys and nothing else.
 * Owns:    nothing; what was read lends from its bytes.
 * Threads: pure.
 * Errors:  MALFORMED, LIMIT, SIGNATURE. */
#ifndef TOC_PROTO_FEED_FORK_H
#define TOC_PROTO_FEED_FORK_H

#include "proto/feed/merkle.h"
#include "proto/feed/note.h"

/* What one tree shows of itself at an index. */
typedef struct toc_fork_side {
    toc_span note;    /* a checkpoint over more than `index` entries */
    toc_hash root;    /* of the first `index` entries; of none SHA-256 of nothing */
    toc_hash leaf;    /* at `index` */
    toc_proof growth; /* consistency of `root` with the checkpoint; empty when `index` is 0 */
    toc_proof path;   /* inclusion of `leaf` in it */
} toc_fork_side;

typedef struct toc_fork {
    toc_feed_name feed;
    uint64_t index; /* the first entry that differs */
    toc_fork_side sides[2];
} toc_fork;

/* note u16 ‖ text | root 32 | leaf 32 | growth u8 ‖ 32 each | path u8 ‖ 32 each */
void toc_fork_side_write(const toc_fork_side *side, toc_buf *out);
TOC_MUST toc_code toc_fork_side_read(toc_span bytes, toc_fork_side *out, toc_err *err);
/* From the tree of a feed of which `note` signs the first `size` entries, more than `index`. The
 * note is lent. */
TOC_MUST toc_code toc_fork_side_make(const toc_tree_source *tree, uint64_t size, uint64_t index,
                                     toc_span note, toc_fork_side *out, toc_err *err);
/* Does the note sign what the side shows? By one of `count` keys: those that may sign for the feed.
 * *out, which may be NULL, lends from the note. */
TOC_MUST toc_code toc_fork_side_check(const toc_fork_side *side, const toc_feed_name *feed,
                                      uint64_t index, const toc_verify_key *keys, size_t count,
                                      toc_checkpoint *out, toc_err *err);

/* circle 32 | org 32 | lane u8 | generation u64 | index u64 | size u16 ‖ side, twice */
void toc_fork_write(const toc_fork *fork, toc_buf *out);
TOC_MUST toc_code toc_fork_read(toc_span bytes, toc_fork *out, toc_err *err);
/* Both sides hold, with one root below `index` and two leaves at it. */
TOC_MUST toc_code toc_fork_check(const toc_fork *fork, const toc_verify_key *keys, size_t count,
                                 toc_err *err);

#endif
