/* proto/feed/chunk.h: verifying a run of entries [from, until) of a feed against a checkpoint:
 * the work that is worth a worker thread. Everything it needs is handed in, nothing is looked
 * up. Order of judgement: limits, leaves, frontier and proof, signature; then opening, which
 * decides nothing about storing (PROTOCOL §2).
 * Owns:    the job owns copies of what it was given and of its result.
 * Threads: one worker runs a job; it touches nothing else. */
#ifndef TOC_PROTO_FEED_CHUNK_H
#define TOC_PROTO_FEED_CHUNK_H

#include "proto/base/arena.h"
#include "proto/crypto/sign.h"
#include "proto/feed/entry.h"
#include "proto/feed/grant.h"
#include "proto/feed/merkle.h"
#include "proto/feed/note.h"

/* One sender key that opens entries of this chunk. */
typedef struct toc_chunk_key {
    uint32_t epoch;
    const toc_secret *secret; /* lent for the job's life */
} toc_chunk_key;

typedef struct toc_chunk_entry {
    toc_span bytes; /* header and body, or a bare entry; lent from the chunk's storage */
    toc_hash leaf;
    uint8_t kind; /* toc_entry_kind */
    uint32_t epoch;
    bool bare;           /* a record whose body did not come (entry.h); never opened */
    bool key_missing;    /* a record whose sender key was not handed in */
    bool opened;         /* the record opened and kept its commitment */
    toc_code open_error; /* why not, when a key was there */
    toc_opened plain;    /* when opened */
} toc_chunk_entry;

typedef struct toc_chunk {
    /* Inputs. */
    toc_feed_name name;
    toc_feed_id feed;
    toc_frontier frontier; /* at `from` */
    bool has_known;        /* the newest checkpoint accepted before */
    uint64_t known_size;
    toc_hash known_root;
    /* count × (length u32 ‖ entry), copied into the arena by whoever fills this in. */
    toc_span entries;
    uint32_t count;          /* at most TOC_PULL_ENTRIES_MAX */
    toc_span note;           /* checkpoint over at least from + count entries, copied too */
    toc_proof to_checkpoint; /* consistency from + count → checkpoint size; empty when equal */
    toc_proof from_known;    /* consistency known size → checkpoint size */
    toc_verify_key signer;   /* sign key of the card that judges the checkpoint */
    toc_span voucher;        /* came with the note; whoever chooses the signer looks at it */
    size_t key_count;
    const toc_chunk_key *keys;

    /* Results, set by toc_chunk_verify. */
    toc_checkpoint checkpoint;
    toc_span signed_note; /* `note` with the signer's line alone: what is stored */
    toc_frontier frontier_after;
    toc_chunk_entry *verified; /* `count` rows */
    toc_arena *arena;          /* holds all of the above */
} toc_chunk;

/* Makes an empty chunk with its arena (ceiling: a few times the chunk's bytes); fill in the
 * inputs, then verify. */
TOC_MUST toc_code toc_chunk_new(toc_chunk **out, toc_err *err);
void toc_chunk_free(toc_chunk *chunk); /* NULL is fine; wipes the plaintexts */
TOC_DEFINE_AUTO(toc_chunk, toc_chunk_free)

/* On failure nothing of the chunk may be stored. LIMIT, MALFORMED or SIGNATURE: the sender's
 * fault; STATE: the checkpoint is older than the one accepted before, which is nobody's fault
 * and settled by asking again; NO_MEMORY: ours. A record that does not open is no failure: see
 * its row. Grants and erasures in between are checked for their layout; what a grant means for
 * the entries after it is the caller's to judge. */
TOC_MUST toc_code toc_chunk_verify(toc_chunk *chunk, toc_err *err);

#endif
