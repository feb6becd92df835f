/* proto/record/bodies.h: what a statement of each kind says (docs/RULES.md §2). Part of
 * proto/record/record.h, which is what to include.
 * Owns:    nothing; spans and arrays are lent as the statement's are.
 * Threads: plain values. */
#ifndef TOC_PROTO_RECORD_BODIES_H
#define TOC_PROTO_RECORD_BODIES_H

#include "proto/address/wallet.h"
#include "proto/base/arena.h"
#include "proto/base/buf.h"
#include "proto/base/limits.h"

typedef struct toc_statement toc_statement;

/* Numbers are stored and hashed; never renumber, and never use one twice. */
typedef enum toc_record_kind {
    TOC_RECORD_WALLET = 1,
    TOC_RECORD_CLUSTER = 2,
    TOC_RECORD_MEMBERS = 3,
    TOC_RECORD_RETRACTION = 4,
    TOC_RECORD_TRANSFER = 5,
    TOC_RECORD_INCIDENT = 6,
    TOC_RECORD_SAME_AS = 7,
    TOC_RECORD_ATTRIBUTION = 8,
    TOC_RECORD_SIGHTING = 9,
    TOC_RECORD_NOTICE = 10,
    TOC_RECORD_CLEARANCE = 11,
    TOC_RECORD_DISPUTE = 12,
    TOC_RECORD_INQUIRY = 13,
    TOC_RECORD_REPLY = 14
} toc_record_kind;
enum { TOC_RECORD_LAST = TOC_RECORD_REPLY };
/* "wallet", "cluster", "cluster-members", "retraction", "transfer", "incident", "same-as",
 * "attribution", "sighting", "service-notice", "clearance", "dispute", "inquiry", "reply". */
const char *toc_record_kind_name(toc_record_kind kind);
/* A claim with a head (RULES §2): every kind but members and retractions. */
bool toc_record_kind_is_head(toc_record_kind kind);

typedef enum toc_ground {
    TOC_GROUND_OWN = 1,
    TOC_GROUND_LIST = 2,
    TOC_GROUND_VENDOR = 3,
    TOC_GROUND_DERIVED = 4
} toc_ground;

/* A record that another one is derived from: which, and where to look for it. */
typedef struct toc_source_record {
    toc_record_id record;
    toc_feed_id feed;
    uint64_t index;
} toc_source_record;

typedef struct toc_source {
    toc_ground ground;
    toc_span id;         /* list or vendor, canonical ASCII id; empty when own or derived */
    toc_span version;    /* of the list; free text, not part of identity nor of the comparison */
    size_t record_count; /* derived: 1 to TOC_SOURCES_MAX, ascending by record; else 0 */
    const toc_source_record *records;
} toc_source;

/* tag u8 ‖ id; 1 own, 2 list, 3 vendor, 4 undisclosed. Compared bytewise. */
typedef toc_span toc_root;
enum { TOC_ROOT_OWN = 1, TOC_ROOT_LIST = 2, TOC_ROOT_VENDOR = 3, TOC_ROOT_UNDISCLOSED = 4 };

typedef struct toc_amount {
    toc_span asset;         /* CAIP-19, or "native" */
    uint8_t base_units[32]; /* 256-bit big-endian */
    uint8_t decimals;
    bool stated; /* an asset may come without an amount */
} toc_amount;

typedef struct toc_wallet_body {
    toc_wallet wallet;                        /* with its tag */
    toc_span role, category, actor, incident; /* term ids; actor and incident may be empty */
    toc_span literal; /* the spelling as submitted where it is not the canonical one; else empty */
    size_t asset_count;
    const toc_amount *assets; /* sorted by asset */
    size_t label_count;
    const toc_span *labels; /* sorted */
    toc_time first_seen, last_seen;
} toc_wallet_body;

typedef struct toc_cluster_body {
    toc_span cluster;             /* the issuer's name for it: a slug */
    toc_span title;               /* for people */
    toc_span entity_type, method; /* term ids */
    uint64_t size;                /* wallets the issuer says it has */
} toc_cluster_body;

typedef struct toc_member {
    toc_wallet wallet;
    bool remove;
} toc_member;

typedef struct toc_members_body {
    toc_span cluster;
    size_t count; /* 1 to TOC_CHUNK_MEMBERS_MAX */
    const toc_member *members;
} toc_members_body;

typedef enum toc_retraction_reason {
    TOC_RETRACT_ERROR = 1,
    TOC_RETRACT_FALSE_POSITIVE = 2,
    TOC_RETRACT_RESOLVED = 3,
    TOC_RETRACT_LEGAL = 4,
    TOC_RETRACT_NARROWED = 5,
    TOC_RETRACT_DELISTED = 6
} toc_retraction_reason;
const char *
toc_retraction_reason_name(toc_retraction_reason reason); /* "error", "false-positive", … */
TOC_MUST toc_code toc_retraction_reason_parse(toc_span text, toc_retraction_reason *out,
                                              toc_err *err);

/* Repeats the identity of its target in full: finding the target costs no second index. The ground
 * and id of its source are those of the statement. */
typedef struct toc_retraction_body {
    toc_claim_id target;
    toc_record_kind target_kind; /* one with a head */
    toc_retraction_reason reason;
    toc_wallet_body wallet;   /* identity fields only, when the target is a wallet claim */
    toc_cluster_body cluster; /* its name only, when the target is a cluster claim */
    /* Any other target: of its kind, with the identity fields of its body. What is built may lend
     * the whole target; encoding passes over the rest, decoding has refused it. */
    const toc_statement *named;
} toc_retraction_body;

/* How an index within a transaction counts. */
typedef enum toc_index_kind {
    TOC_INDEX_NONE = 0, /* no index: a flow id, or the transaction as a whole */
    TOC_INDEX_NATIVE = 1,
    TOC_INDEX_LOG = 2,
    TOC_INDEX_TRACE = 3,
    TOC_INDEX_OUTPUT = 4,
    TOC_INDEX_INSTRUCTION = 5
} toc_index_kind;
const char *toc_index_kind_name(toc_index_kind kind); /* "native", "log", …; "none" */

/* Where something moved. Either a transaction and an index in it, or a flow id. */
typedef struct toc_place {
    const toc_chain *chain;
    toc_span tx; /* in the spelling of its chain; empty: see `id` */
    toc_index_kind index_kind;
    toc_span index;  /* "3", "0.1.4"; empty when native */
    toc_draft_id id; /* random, in place of a transaction; else zeroes */
} toc_place;

/* An amount of money as somebody priced it. */
typedef struct toc_fiat {
    toc_span currency; /* ISO 4217, three capitals; empty: none */
    uint64_t minor_units;
    toc_span source; /* an id: whose price */
} toc_fiat;

typedef enum toc_bridge_side {
    TOC_BRIDGE_NONE = 0,
    TOC_BRIDGE_ONWARD = 1, /* the money goes on there */
    TOC_BRIDGE_ORIGIN = 2  /* it came from there */
} toc_bridge_side;

typedef struct toc_transfer_body {
    toc_place place;
    size_t from_count, to_count; /* each up to TOC_TRANSFER_PARTIES_MAX, together at least 1 */
    const toc_wallet *from, *to; /* of the chain; ascending by subject, then tag */
    toc_amount amount;
    uint64_t block; /* 0: not stated */
    toc_time time;
    toc_fiat fiat;
    toc_place bridge; /* the other leg, on another chain; no chain: none */
    toc_bridge_side bridge_side;
} toc_transfer_body;

/* An incident: its org's slug for it. */
typedef struct toc_incident_ref {
    toc_org_id org;
    toc_span slug; /* empty: none */
} toc_incident_ref;

typedef struct toc_incident_body {
    toc_span slug, title;
    toc_time occurred, discovered;
    size_t loss_count;
    const toc_amount *losses; /* ascending by asset, up to TOC_ASSETS_MAX */
    toc_fiat loss;
    toc_span victim; /* text */
    toc_span status; /* term id */
    size_t theft_count;
    const toc_place *thefts; /* transactions without an index, ascending by chain, then id */
} toc_incident_body;

/* The two are one event. */
typedef struct toc_same_as_body {
    toc_incident_ref first, second; /* ascending by org, then slug */
} toc_same_as_body;

/* SHA-256 of papers kept elsewhere, ascending, up to TOC_DOCUMENTS_MAX. */
typedef struct toc_documents {
    size_t count;
    const toc_hash *hashes;
} toc_documents;

typedef struct toc_attribution_body {
    toc_wallet wallet;         /* either this … */
    toc_incident_ref incident; /* … or this; then the wallet has no chain */
    toc_span actor, basis;     /* term ids */
    toc_documents documents;
} toc_attribution_body;

typedef enum toc_direction { TOC_DIRECTION_IN = 1, TOC_DIRECTION_OUT = 2 } toc_direction;

typedef struct toc_sighting_body {
    toc_wallet wallet;
    toc_place place; /* on the wallet's chain */
    toc_time seen;
    toc_direction direction;      /* as the account sees it */
    const toc_wallet *stopped_at; /* the account, on the same chain; NULL when not told */
    toc_span account_role;        /* a service role, or empty */
} toc_sighting_body;

/* By the key of an address; `scheme` empty: none. */
typedef struct toc_key_signature {
    toc_span scheme; /* "ed25519", "eip-191", "bip-322", … */
    toc_span key;    /* may be empty where the signature gives it */
    toc_span signature;
} toc_key_signature;

typedef struct toc_notice_body {
    toc_wallet wallet;
    bool has_operator_org;
    toc_org_id operator_org; /* zeroes without */
    toc_span operator_name;  /* an id, for operators outside of the circle; either may be missing */
    toc_span role;           /* a service role */
    toc_key_signature signature;
} toc_notice_body;

typedef struct toc_clearance_body {
    toc_wallet wallet;
    toc_time checked;
    toc_span basis; /* term id, or empty */
} toc_clearance_body;

/* A claim of any org in the circle of the record. */
typedef struct toc_target {
    toc_claim_id claim;
    toc_org_id org;             /* whose claim it is */
    const toc_statement *named; /* as in a retraction; its source too where that is identity */
} toc_target;

typedef struct toc_dispute_body {
    toc_target target;
    uint64_t revision_seen; /* from 1 */
    toc_span reason;        /* term id */
} toc_dispute_body;

/* "What is your basis?" The note may ask more. */
typedef struct toc_inquiry_body {
    toc_draft_id id; /* random */
    toc_target target;
} toc_inquiry_body;

typedef struct toc_reply_body {
    toc_claim_id inquiry;
    toc_org_id asker;
    toc_draft_id id;   /* of the inquiry */
    toc_target target; /* of the inquiry */
    toc_span basis;    /* term id, or empty */
    toc_documents documents;
} toc_reply_body;

#endif
