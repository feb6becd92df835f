/* proto/rules/overlay.h: what this node's own decisions make of the clusters of V (docs/RULES.md
 * §11): which wallets it holds apart, which together. No part of V: nothing here is ever written
 * into a view, digested or sent.
 * Owns:    results live in the arena.
 * Threads: pure.
 * Errors:  NO_MEMORY. */
#ifndef TOC_PROTO_RULES_OVERLAY_H
#define TOC_PROTO_RULES_OVERLAY_H

#include "proto/rules/apart.h"

/* A vertex that a decision names, or that is asked about. */
typedef struct toc_overlay_wallet {
    bool outside; /* a hub, or covered by a service notice: it stands in no cluster */
    toc_span vertex;
    size_t report_count;
    const uint32_t *reports; /* of the world, that contain it; ascending */
} toc_overlay_wallet;

typedef struct toc_overlay_decision {
    bool split; /* else confirmed */
    uint32_t first, second;
} toc_overlay_decision;

typedef enum toc_overlay_effect {
    TOC_EFFECT_NONE,        /* V says the same */
    TOC_EFFECT_JOINED,      /* confirmed, and apart in V */
    TOC_EFFECT_PARTED,      /* split, and one cluster in V */
    TOC_EFFECT_OUTSIDE,     /* of no effect: one of the two stands in no cluster */
    TOC_EFFECT_CONTRADICTED /* a confirmation of no effect: it would bring a split pair together */
} toc_overlay_effect;
const char *toc_overlay_effect_name(toc_overlay_effect effect);

#define TOC_NOWHERE UINT32_MAX

typedef struct toc_overlay_world {
    toc_join_world join;    /* reports in order of claim id; what does not join is not among them */
    const toc_span *lowest; /* per report: its smallest vertex that is no hub; empty: none */
    const toc_overlay_wallet *wallets; /* each vertex once */
    size_t wallet_count;
    const toc_overlay_decision *decisions;
    size_t decision_count;
} toc_overlay_world;

/* A *part* is what the splits leave of a cluster of V; a wallet that stands in no report is one by
 * itself. Parts that are confirmed to belong together are one *group*. */
typedef struct toc_overlay {
    uint32_t *view;  /* per report: its cluster in V */
    uint32_t *class; /* per report: TOC_LEFT_OUT when set aside; reports of two classes that share
                        a vertex of one cluster are kept apart */
    uint32_t *part;  /* per report; TOC_NOWHERE when it was set aside */
    uint32_t part_count; /* those of reports come first */
    uint32_t *wallet;    /* per wallet: its part, the first by lowest vertex, then by report */
    uint32_t *group;     /* per part: the least part of its group */
    toc_overlay_effect *effects; /* per decision */
} toc_overlay;

TOC_MUST toc_code toc_overlay_of(const toc_overlay_world *world, toc_arena *arena, toc_overlay *out,
                                 toc_err *err);

#endif
