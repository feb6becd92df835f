/* proto/answer/answer.h: what the node answers, as structs and as stable JSON
 * (proto/control/README.md). One rendering for every door: the control socket carries these JSON
 * lines, `--json` prints them unchanged, and people's tables are drawn from them. Field names are
 * only ever added.
 * Owns: nothing; everything lives in the arena of whoever filled it in. Threads: pure. */
#ifndef TOC_PROTO_ANSWER_ANSWER_H
#define TOC_PROTO_ANSWER_ANSWER_H

#include "proto/feed/note.h"
#include "proto/record/record.h"
#include "proto/rules/overlay.h"
#include "proto/rules/score.h"
#include "proto/rules/services.h"
#include "proto/rules/weights.h"

typedef struct toc_answer_claim {
    toc_claim_id claim;
    toc_record_id record;
    toc_circle_id circle;
    toc_org_id org;
    toc_span org_name; /* from the card; empty when unknown */
    toc_statement statement;
    bool expired;   /* since the horizon */
    bool withdrawn; /* all its roots are dead */
    bool misstated; /* its roots are not those of its sources (RULES §4): adds nothing either */
    bool disputed;  /* by a live dispute that stands */
    size_t alive_count;
    const toc_root *alive; /* those of its roots that are not dead */
    bool weighed;          /* by this node's own trust (RULES §12) */
    uint32_t weighted;     /* its confidence then, per mille */
    toc_weighing weighing;
} toc_answer_claim;

typedef struct toc_answer_dispute {
    toc_answer_claim claim;
    bool current; /* the revision it saw is the head's */
} toc_answer_dispute;

typedef struct toc_answer_notice {
    toc_answer_claim claim;
    toc_notice_proof proof;
    bool effect;    /* else it is stated only */
    bool addressee; /* its operator is who to ask about what it covers */
    bool contested; /* it has effect, and a live claim calls what it covers a perpetrator's */
} toc_answer_notice;

typedef struct toc_answer_inquiry {
    toc_answer_claim claim;
    toc_org_id addressee; /* whose claim it asks about: this org's replies are answers */
    size_t reply_count;
    toc_answer_claim *replies; /* by claim id */
} toc_answer_inquiry;

typedef struct toc_answer_twin {
    toc_subject subject;
    const char *text; /* CAIP-10 of the twin, as some claim spelt it */
    uint64_t claims;  /* live ones */
} toc_answer_twin;

typedef struct toc_answer_cluster_ref {
    toc_span id; /* smallest vertex; empty: none */
    uint64_t size;
} toc_answer_cluster_ref;

/* What live claims on one movement say alike: who paid, who was paid, what. */
typedef struct toc_answer_version {
    size_t claim_count;
    toc_answer_claim *claims; /* by record id; the first tells block, time, fiat and bridge */
    size_t lineages;          /* min(distinct alive roots, distinct orgs) */
} toc_answer_version;

/* Where the money of a movement goes on, or came from, on another chain. */
typedef struct toc_answer_bridge {
    toc_place place;
    toc_bridge_side side;         /* as seen from the movement */
    bool named_here, named_there; /* by the version drawn of this one, of that one */
} toc_answer_bridge;

typedef struct toc_answer_movement {
    toc_place place;
    bool note;     /* no transaction is known: shown, never traced through */
    bool conflict; /* there are several versions */
    size_t version_count, void_count, dispute_count, bridge_count, sighting_count;
    toc_answer_version *versions; /* the first is drawn */
    toc_answer_claim *voids;      /* live claims that add nothing (RULES §9), by claim id */
    toc_answer_dispute *disputes; /* of these claims, by claim id */
    toc_answer_bridge *bridges;
    toc_answer_claim *sightings; /* at this place, by claim id */
} toc_answer_movement;

/* A feed that its author's key signed two histories of, as far as is known here. */
typedef struct toc_answer_fork {
    toc_feed_name feed;
    toc_span org_name;
    uint64_t from;     /* the first entry that is in dispute */
    toc_time since;    /* it has been known here */
    bool own;          /* of this node's org */
    bool key_in_use;   /* a history that is signed with the author's present key: it goes on */
    bool has_heads;    /* not for an audience: a head counts what it may not see */
    bool suspected;    /* by the heads alone: nobody shows the other history, nothing is disputed */
    toc_org_id teller; /* then who told of the second head */
    toc_span teller_name;
    toc_checkpoint heads[2];
} toc_answer_fork;

/* A record that a fork disputes (RULES §1): it counts in nothing. */
typedef struct toc_answer_forked {
    toc_record_id record;
    toc_claim_id claim;
    toc_circle_id circle;
    toc_org_id org;
    toc_span org_name;
    toc_record_kind kind;
    toc_span category; /* of a wallet record; else empty */
    toc_lane lane;
    uint64_t generation, index;
} toc_answer_forked;

/* All that forks dispute of what was asked for, and these forks. */
typedef struct toc_answer_in_dispute {
    size_t count;
    toc_answer_forked *rows; /* the first ones, in order of subject and claim */
    uint64_t total;
    size_t fork_count;
    toc_answer_fork *forks; /* that dispute those which are listed */
} toc_answer_in_dispute;

/* All in one transaction, or by one flow id. */
typedef struct toc_answer_transfers {
    const char *query;
    bool found;
    size_t movement_count;
    toc_answer_movement *movements; /* by chain, index kind and index */
    toc_answer_in_dispute in_dispute;
    bool partial;    /* more is reported than was read */
    bool incomplete; /* the views are behind the log */
    toc_time horizon;
} toc_answer_transfers;

/* A movement as one of its wallets sees it. */
typedef struct toc_answer_move {
    toc_direction direction;
    toc_time time;          /* the latest that a live claim on it says which names the wallet */
    bool drawn;             /* the version drawn names the wallet on this side */
    bool note, conflict;    /* as above */
    size_t claim_count;     /* live ones on the movement */
    toc_answer_claim claim; /* that tells the version drawn; of none, the one that was found */
} toc_answer_move;

/* What too few officers of its org approved: shown, without effect (RULES §13). */
typedef struct toc_answer_unapproved {
    toc_answer_claim claim;
    uint32_t needed, counted; /* officers */
} toc_answer_unapproved;

typedef struct toc_dossier {
    const char *query;
    bool found; /* something live about exactly this wallet and tag, a movement, or a cluster */
    toc_wallet wallet;
    toc_score score;
    bool weighed;       /* this node has weights of its own */
    toc_score weighted; /* the same over weighted confidences */
    size_t claim_count;
    toc_answer_claim *claims; /* category, then weighted, then confidence down, then claim id */
    uint64_t tagged;          /* live claims of the same subject with another tag */
    size_t twin_count;
    toc_answer_twin *twins;
    toc_answer_cluster_ref cluster;
    toc_answer_in_dispute in_dispute; /* of this wallet in any tag */
    size_t lookalike_count;
    const toc_wallet *lookalikes; /* other wallets, known, with ends that look the same */
    /* Beside the claims, each list by claim id; none of it changes the score (RULES §5, §9). */
    size_t dispute_count, clearance_count, notice_count, attribution_count, sighting_count,
        inquiry_count;
    toc_answer_dispute *disputes; /* of what is shown */
    toc_answer_claim *clearances, *attributions, *sightings;
    toc_answer_notice *notices; /* about this wallet and tag, or with effect on it */
    toc_answer_inquiry *inquiries;
    size_t unapproved_count;
    toc_answer_unapproved *unapproved; /* at most TOC_UNAPPROVED_MAX, of one claim newest first */
    size_t move_count;
    toc_answer_move *moves;     /* movements in and out of this wallet and tag, newest first */
    uint64_t move_total;        /* listed or not */
    bool moves_partial;         /* there are more than were counted */
    const toc_service *service; /* built in; NULL: none */
    bool contested;             /* a service by a notice with effect, or built in, and accused */
    bool incomplete;            /* the views are behind the log */
    toc_time horizon;
} toc_dossier;

typedef struct toc_answer_incident {
    toc_incident_ref incident;
    toc_span org_name;
    size_t claim_count, attribution_count;
    toc_answer_claim *claims; /* of all circles, by claim id */
    toc_answer_claim *attributions;
    toc_incident_ref event; /* the lowest of those that it is one with; often itself */
} toc_answer_incident;

typedef struct toc_answer_same {
    toc_incident_ref first, second;
    bool accepted; /* else it is proposed only, and joins nothing */
    size_t claim_count;
    toc_answer_claim *claims; /* by claim id */
} toc_answer_same;

typedef struct toc_answer_naming {
    toc_answer_claim claim; /* of a wallet */
    bool has_meaning;       /* else every incident listed is a candidate, and none is meant */
    toc_org_id means;       /* whose incident */
} toc_answer_naming;

/* A cluster that wallets of an incident are in. */
typedef struct toc_answer_incident_cluster {
    toc_answer_cluster_ref cluster;
    size_t wallet_count; /* of those listed, each once */
} toc_answer_incident_cluster;

typedef enum toc_moment_kind {
    TOC_MOMENT_OCCURRED,
    TOC_MOMENT_DISCOVERED,
    TOC_MOMENT_THEFT, /* a movement in a transaction that an incident calls a theft */
    TOC_MOMENT_FIRST_SEEN,
    TOC_MOMENT_LAST_SEEN,
    TOC_MOMENT_SIGHTED,
    TOC_MOMENT_REPORTED /* when the claim was issued */
} toc_moment_kind;

/* What happened, as claims of one org and kind say that agree on when. */
typedef struct toc_answer_moment {
    toc_time time;
    toc_moment_kind kind;
    toc_record_kind said_in;
    toc_org_id org;
    toc_span org_name;
    size_t claim_count;
    toc_claim_id claim;       /* the lowest of them */
    const toc_wallet *wallet; /* of that claim; NULL: it is about none */
    toc_place place;          /* where something moved; no chain: not told */
} toc_answer_moment;

/* All by one slug. */
typedef struct toc_answer_incidents {
    toc_span slug;
    bool found; /* somebody's incident, or a wallet that names it */
    size_t incident_count, same_count, wallet_count, cluster_count, moment_count;
    toc_answer_incident *incidents;        /* by org */
    toc_answer_same *same;                 /* pairs with one of them, in order */
    toc_answer_naming *wallets;            /* newest first */
    uint64_t wallet_total;                 /* listed or not */
    toc_answer_incident_cluster *clusters; /* of the wallets listed; most wallets first */
    toc_answer_moment *moments;            /* earliest first */
    size_t moment_total;                   /* listed or not */
    bool partial;    /* more is linked than was followed: an event may be larger */
    bool incomplete; /* the views are behind the log */
    toc_time horizon;
} toc_answer_incidents;

/* What a cluster would be were one of its reports not there. */
typedef struct toc_answer_without {
    uint64_t leave;       /* vertices of the cluster that no other of its reports names */
    size_t cluster_count; /* that its other reports would be in */
    uint64_t *sizes;      /* of those, the largest first */
} toc_answer_without;

typedef struct toc_answer_report {
    toc_claim_id claim;
    toc_org_id org;
    toc_span org_name;
    toc_span name, title, entity_type, method;
    uint32_t confidence;
    uint64_t members;
    size_t root_count;
    const toc_root *roots;
    size_t alive_count; /* of them: its lineages */
    size_t dispute_count;
    toc_answer_dispute *disputes; /* live ones of the report's claim, by claim id */
    bool disputed;                /* one of them stands */
    bool weighed;                 /* it is disputed, and `without` was worked out */
    toc_answer_without without;
} toc_answer_report;

/* Two reports of a cluster that share a vertex (RULES §6). */
typedef struct toc_answer_link {
    toc_claim_id reports[2];
    uint64_t shared, smaller; /* vertices shared, and of the smaller of the two */
    size_t lineages;          /* distinct, of both */
    toc_join_how how;
} toc_answer_link;

/* One decision of this node, and what became of it (RULES §11). */
typedef struct toc_answer_decision {
    bool split;
    toc_span wallets[2]; /* CAIP-10, as they were named */
    toc_time at;
    toc_span who, note;
    toc_overlay_effect effect;
    size_t both_count;
    toc_claim_id *both; /* reports that name both, so that a split sets them aside */
} toc_answer_decision;

typedef struct toc_answer_part {
    toc_answer_cluster_ref ref;
    toc_span wallet; /* a wallet in no report, as it was named; empty: a part of reports */
    size_t report_count;
    toc_claim_id *reports;
} toc_answer_part;

typedef struct toc_answer_overlay {
    bool found;                 /* decisions make something else of the cluster, or are about it */
    toc_answer_cluster_ref ref; /* empty: the wallet stands in none */
    size_t part_count;
    toc_answer_part *parts; /* that the group has, by id */
    size_t aside_count;
    toc_claim_id *aside; /* reports of the cluster of V that were set aside */
    size_t decision_count;
    toc_answer_decision *decisions; /* in order of the vertices */
    size_t member_count;            /* listed of its reports, at most what was asked for */
    toc_wallet *members;
} toc_answer_overlay;

typedef struct toc_answer_cluster {
    const char *query;
    bool found;
    toc_answer_cluster_ref ref;
    size_t report_count;
    toc_answer_report *reports;
    size_t member_count; /* those listed, at most what was asked for */
    toc_wallet *members;
    size_t tentative_count;
    toc_claim_id (*tentative)[2];
    bool examined; /* what follows was worked out; else too many wallets are shared */
    size_t link_total, link_count;
    toc_answer_link *links; /* by the two reports; the first of `link_total` */
    toc_answer_overlay overlay;
    bool incomplete;
} toc_answer_cluster;

/* How sound what one org said has been. */
typedef struct toc_answer_quality {
    toc_org_id org;
    toc_span org_name;
    uint64_t live;                                        /* claims of all kinds; of these: */
    uint64_t disputed, withdrawn, misstated, undisclosed; /* (undisclosed: with a sealed root) */
    uint64_t retracted[TOC_RETRACT_DELISTED + 1]; /* claims whose head is a retraction, by reason */
    uint64_t wallets;                             /* with a live claim of it */
    uint64_t
        first; /* of these, whose first record since a retraction was issued before all others */
} toc_answer_quality;

typedef struct toc_answer_digest {
    toc_hash digest, opened, charters;
    toc_time horizon;
    uint32_t rules;
    uint64_t entries, claims, wallets, clusters;
} toc_answer_digest;

/* How an address stands to a known one. */
typedef enum toc_nearness {
    TOC_NEAR_OTHER,
    TOC_NEAR_SAME,     /* another spelling of it */
    TOC_NEAR_SAME_KEY, /* under the same key, on another chain or in another form */
    TOC_NEAR_ALIKE     /* another wallet whose ends look the same: address poisoning? */
} toc_nearness;
typedef struct toc_answer_near {
    const char *known; /* as it was given */
    toc_wallet wallet; /* of it */
    toc_nearness is;
} toc_answer_near;

/* What a fork is and what to do about it, without its org. */
void toc_fork_sentence(const toc_answer_fork *fork, toc_buf *out);

/* Each appends one line of JSON with its newline. */
void toc_json_dossier(const toc_dossier *dossier, toc_buf *out);
void toc_json_explain(const toc_dossier *dossier, toc_buf *out); /* every term of the score */
void toc_json_transfers(const toc_answer_transfers *transfers, toc_buf *out);
void toc_json_incidents(const toc_answer_incidents *incidents, toc_buf *out);
/* The line of a text that is no slug: the fields above, empty, and `error`. */
void toc_json_no_incidents(toc_span text, const toc_err *error, toc_buf *out);
void toc_json_cluster(const toc_answer_cluster *cluster, toc_buf *out);
/* One decision, as `cluster decisions` lists them: without its effect. */
void toc_json_decided(const toc_answer_decision *decision, toc_buf *out);
void toc_json_quality(const toc_answer_quality *quality, toc_buf *out);
void toc_json_digest(const toc_answer_digest *digest, toc_buf *out);
void toc_json_claim(const toc_answer_claim *claim,
                    toc_buf *out); /* one claim, as `search` lists them */
/* `address`. `near`: how it stands to known wallets, where that was asked; `error`: the sentence
 * alone, as in the refusal of a row. */
void toc_json_wallet(toc_span query, const toc_wallet_candidates *candidates,
                     const toc_answer_near *near, size_t near_count, const toc_err *error,
                     toc_buf *out);
void toc_json_error(const toc_err *error, toc_buf *out); /* {"error":{"code","text"}} */

#endif
