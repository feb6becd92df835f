/* proto/record/record.h: one statement by one org: check, encode, decode, claim identity
 * (docs/RULES.md). The bytes are a protobuf Record {statement, approvals}
 * (proto/schema/record.proto). What was signed is kept byte for byte; this struct is how code sees
 * it. Owns:    nothing; spans and arrays live in the arena of the decoder or in what the builder
 * lent. Threads: pure. Errors:  MALFORMED and LIMIT name the field; STATE when the record needs a
 * newer version. */
#ifndef TOC_PROTO_RECORD_RECORD_H
#define TOC_PROTO_RECORD_RECORD_H

#include "proto/address/wallet.h"
#include "proto/base/arena.h"
#include "proto/base/buf.h"
#include "proto/base/limits.h"

/* Numbers are stored and hashed; never renumber. The later kinds of RECORDS §2 follow from 5. */
typedef enum toc_record_kind {
    TOC_RECORD_WALLET = 1,
    TOC_RECORD_CLUSTER = 2,
    TOC_RECORD_MEMBERS = 3,
    TOC_RECORD_RETRACTION = 4
} toc_record_kind;
const char *toc_record_kind_name(
    toc_record_kind kind); /* "wallet", "cluster", "cluster-members", "retraction" */

/* FIRST TLP 2.0. */
typedef enum toc_tlp {
    TOC_TLP_CLEAR = 1,
    TOC_TLP_GREEN = 2,
    TOC_TLP_AMBER = 3,
    TOC_TLP_AMBER_STRICT = 4,
    TOC_TLP_RED = 5
} toc_tlp;
const char *toc_tlp_name(toc_tlp tlp); /* "CLEAR" … "AMBER+STRICT", "RED" */
TOC_MUST toc_code toc_tlp_parse(toc_span text, toc_tlp *out,
                                toc_err *err); /* any case, "TLP:" allowed */

typedef enum toc_ground {
    TOC_GROUND_OWN = 1,
    TOC_GROUND_LIST = 2,
    TOC_GROUND_VENDOR = 3
} toc_ground;

typedef struct toc_source {
    toc_ground ground;
    toc_span id;      /* list or vendor, canonical ASCII id; empty when own */
    toc_span version; /* of the list; free text, not part of identity nor of the comparison */
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

/* Repeats the identity of its target in full: finding the target costs no second index. */
typedef struct toc_retraction_body {
    toc_claim_id target;
    toc_record_kind target_kind; /* wallet or cluster */
    toc_retraction_reason reason;
    toc_wallet_body wallet;   /* identity fields only, when the target is a wallet claim */
    toc_cluster_body cluster; /* its name only, when the target is a cluster claim */
} toc_retraction_body;

typedef struct toc_statement {
    toc_record_kind kind;
    toc_tlp tlp;
    uint64_t revision;
    toc_time issued_at;
    toc_time valid_until; /* 0: none */
    size_t releasable_count,
        not_to_count; /* ids sorted; addressed records come with the issue on circles */
    const toc_org_id *releasable_to, *not_to;
    toc_span purpose;
    uint32_t confidence;       /* 0 to 100 */
    toc_span confidence_scale; /* "percent", "graphsense", "admiralty", … */
    toc_source source;         /* of the target, in a retraction */
    size_t root_count;
    const toc_root *roots;
    toc_span note;
    union {
        toc_wallet_body wallet;
        toc_cluster_body cluster;
        toc_members_body members;
        toc_retraction_body retraction;
    } as;
} toc_statement;

/* Encodes a Record after checking every field. */
TOC_MUST toc_code toc_record_encode(const toc_statement *statement, toc_buf *out, toc_err *err);
/* Scans, unpacks and checks; addresses must be in canonical spelling. Everything lives in `arena`
 * or in `bytes`. */
TOC_MUST toc_code toc_record_decode(toc_span bytes, toc_arena *arena, toc_statement *out,
                                    toc_err *err);

/* A statement as it goes from a tool to the node, which adds revision, time of issue and roots:
 * they are 0, 0 and none, and a retraction's target may be zeroes. Otherwise as above; the bytes
 * are a bare Statement. */
TOC_MUST toc_code toc_draft_encode(const toc_statement *statement, toc_buf *out, toc_err *err);
TOC_MUST toc_code toc_draft_decode(toc_span bytes, toc_arena *arena, toc_statement *out,
                                   toc_err *err);

/* The claim a statement is about (RULES §2): for members that of their cluster, for a retraction
 * its target's. */
void toc_statement_claim(const toc_statement *statement, const toc_circle_id *circle,
                         const toc_org_id *org, toc_claim_id *out);
/* What the author's node and org make checkable: the roots are those of the source, a retraction's
 * target is the claim it describes. MALFORMED otherwise. */
TOC_MUST toc_code toc_statement_check(const toc_statement *statement, const toc_circle_id *circle,
                                      const toc_org_id *org, toc_err *err);
/* Where the views file it: the wallet's subject, or class cluster ‖ claim id ‖ 0 ‖ 0. */
void toc_statement_subject(const toc_statement *statement, const toc_claim_id *claim,
                           toc_subject *out);
/* The one root of a source (RULES §4), from the arena. NULL data when memory is short. */
toc_root toc_source_root(const toc_source *source, const toc_claim_id *claim, toc_arena *arena);

/* The retraction of `target`, a statement of kind wallet or cluster that is the claim `claim`: its
 * identity, its source, its marking; revision and issue time are still open. */
void toc_statement_retract(const toc_statement *target, const toc_claim_id *claim,
                           toc_retraction_reason reason, toc_statement *out);

/* The bytes compared by "difference only" (RULES §7): equal bytes mean unchanged. */
TOC_MUST toc_code toc_statement_comparison(const toc_statement *statement, toc_buf *out,
                                           toc_err *err);
/* Two drafts with one identity become one (RULES §7); arrays from `arena`. */
TOC_MUST toc_code toc_statement_merge(toc_statement *into, const toc_statement *from,
                                      toc_arena *arena, toc_err *err);

#endif
