/* proto/format/drafts_store.h: drafts between collecting (drafts.c) and writing (drafts_wire.c).
 * Private to proto/format. Owns, threads, errors: as proto/format/drafts.h. */
#ifndef TOC_PROTO_FORMAT_DRAFTS_STORE_H
#define TOC_PROTO_FORMAT_DRAFTS_STORE_H

#include "proto/format/drafts.h"
#include "proto/format/keyset.h"

/* An encoded claim in `bytes`, of any kind but a cluster. */
typedef struct toc_draft_place {
    toc_record_kind kind;
    size_t offset;
    uint32_t size;
    uint32_t line; /* of the first row */
} toc_draft_place;

/* A cluster as its rows say it so far. Text lives in `heads`. */
typedef struct toc_draft_cluster {
    uint32_t line;
    uint64_t rows;
    uint32_t member_count;
    bool dropped;
    bool states_confidence, states_tlp; /* by any row */
    toc_cluster_body body;
    toc_source source; /* ground 0: no row states any */
    uint32_t confidence;
    toc_tlp tlp;
    size_t releasable_count, not_to_count;
    const toc_org_id *releasable_to, *not_to;
    toc_time valid_until;
    toc_span purpose, note;
    toc_buf members; /* chain number u16 ‖ length u16 ‖ address */
} toc_draft_cluster;

struct toc_drafts {
    size_t bytes_max;
    toc_drafts_counts counts;
    toc_draft_notes notes;
    size_t name_count; /* of orgs that are told by name */
    toc_span names[TOC_AUDIENCE_NAMES_MAX];
    toc_arena *scratch; /* of one row */
    toc_arena *heads;
    toc_buf encoded; /* of one row */
    toc_buf bytes;
    size_t claim_count, claim_capacity;
    toc_draft_place *claims;
    size_t cluster_count, cluster_capacity;
    toc_draft_cluster *clusters;
    size_t member_bytes;  /* in all clusters */
    toc_keyset by_claim;  /* all claims, by their claim ids */
    toc_keyset by_member; /* (cluster, subject) */

    /* Where writing stands. */
    bool finished;
    size_t next_claim, next_cluster, next_member; /* the last: offset in the cluster's members */
    bool head_written;
    toc_member *chunk; /* TOC_CHUNK_MEMBERS_MAX */
    toc_buf pending;   /* a draft that did not fit the last part; empty when there is none */
};

#endif
