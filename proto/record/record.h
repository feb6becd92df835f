/* proto/record/record.h: one statement by one org: check, encode, decode, claim identity
 * (docs/RULES.md). The bytes are a protobuf Record {statement, approvals}
 * (proto/schema/record.proto). What was signed is kept byte for byte; this struct is how code sees
 * it.
 * Owns:    nothing; spans and arrays live in the arena of the decoder or in what the builder lent.
 * Threads: pure.
 * Errors:  MALFORMED and LIMIT name the field; STATE when the record needs a newer version. */
#ifndef TOC_PROTO_RECORD_RECORD_H
#define TOC_PROTO_RECORD_RECORD_H

#include "proto/record/bodies.h"

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

struct toc_statement {
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
        toc_transfer_body transfer;
        toc_incident_body incident;
        toc_same_as_body same_as;
        toc_attribution_body attribution;
        toc_sighting_body sighting;
        toc_notice_body notice;
        toc_clearance_body clearance;
        toc_dispute_body dispute;
        toc_inquiry_body inquiry;
        toc_reply_body reply;
    } as;
};

/* Encodes a Record after checking every field. */
TOC_MUST toc_code toc_record_encode(const toc_statement *statement, toc_buf *out, toc_err *err);
/* Scans, unpacks and checks; addresses must be in canonical spelling. Everything lives in `arena`
 * or in `bytes`. */
TOC_MUST toc_code toc_record_decode(toc_span bytes, toc_arena *arena, toc_statement *out,
                                    toc_err *err);

/* A statement as it goes from a tool to the node, which adds revision, time of issue and roots:
 * they are 0, 0 and none, and a retraction's target may be zeroes. What a dispute, an inquiry or a
 * reply is about may be *open*: `named` NULL, and nothing else told but the claim id (in a reply,
 * that of the inquiry), for the node to find. Otherwise as above; the bytes are a bare Statement.
 */
TOC_MUST toc_code toc_draft_encode(const toc_statement *statement, toc_buf *out, toc_err *err);
TOC_MUST toc_code toc_draft_decode(toc_span bytes, toc_arena *arena, toc_statement *out,
                                   toc_err *err);

/* The lowest version of the rules (R, docs/RULES.md) that counts the statement: 1 or 2. */
unsigned toc_statement_rules(const toc_statement *statement);

/* The claim a statement is about (RULES §2): for members that of their cluster, for a retraction
 * its target's. */
void toc_statement_claim(const toc_statement *statement, const toc_circle_id *circle,
                         const toc_org_id *org, toc_claim_id *out);
/* What the author's node and org make checkable: the roots are those of the source, a retraction's
 * or dispute's target is the claim it describes, and so on (RULES §2, §4). MALFORMED otherwise. */
TOC_MUST toc_code toc_statement_check(const toc_statement *statement, const toc_circle_id *circle,
                                      const toc_org_id *org, toc_err *err);
/* Where the views file it (RULES §2): a wallet's subject, or class cluster, transfer or incident.
 * `claim` is the statement's; only what is filed by a cluster of its own org reads it. */
void toc_statement_subject(const toc_statement *statement, const toc_claim_id *claim,
                           toc_subject *out);
/* What the statement names: itself; the cluster of members; the target of a retraction, with its
 * identity alone. `scratch` may be lent to. */
const toc_statement *toc_statement_about(const toc_statement *statement, toc_statement *scratch);
/* The wallet that a statement of this kind is filed by; NULL for other kinds, and for the
 * attribution of an incident. A dispute, inquiry or reply has that of its target. */
const toc_wallet *toc_statement_wallet(const toc_statement *statement);
/* The claim that a dispute, an inquiry or a reply is about; NULL for other kinds. */
const toc_target *toc_statement_target(const toc_statement *statement);
/* The subject of the movement at a place, and that of all incidents by a slug (RULES §2). */
void toc_place_subject(const toc_place *place, toc_subject *out);
void toc_incident_subject(toc_span slug, toc_subject *out);

/* The one root of a source that is not derived (RULES §4), from the arena. NULL data when memory
 * is short. */
toc_root toc_source_root(const toc_source *source, const toc_claim_id *claim, toc_arena *arena);
/* The same where `original` is the list or vendor that it goes back to; empty: nobody knows it. */
toc_root toc_source_root_as(const toc_source *source, toc_span original, const toc_claim_id *claim,
                            toc_arena *arena);
/* What a list or vendor goes back to by the terms alone; empty when they do not know it. */
toc_span toc_source_original(const toc_source *source);

/* One record that another is to be derived from. */
typedef struct toc_derivation {
    size_t root_count;
    const toc_root *roots; /* as written in it */
    const uint8_t *salt;   /* 32 bytes, of its plaintext */
    bool sealed;           /* the new audience may not see it */
} toc_derivation;
/* Roots of a derived claim (RULES §4), sorted, from the arena. LIMIT beyond TOC_ROOTS_MAX. */
TOC_MUST toc_code toc_derived_roots(const toc_derivation *sources, size_t count, toc_arena *arena,
                                    const toc_root **out, size_t *out_count, toc_err *err);
/* "tocsin/undisclosed/1": a root that is not told. */
enum { TOC_ROOT_UNDISCLOSED_BYTES = 33 };
void toc_root_undisclose(toc_root root, const uint8_t salt[32],
                         uint8_t out[TOC_ROOT_UNDISCLOSED_BYTES]);
/* Whether the head's roots keep what RULES §4 asks, by the source records that are held; `held` of
 * them are given, in any order. True: understated or overstated. */
bool toc_roots_misstated(const toc_statement *head, const toc_derivation *sources, size_t held);

/* What can be said of the signature that a service notice carries (RULES §2). */
typedef enum toc_notice_proof {
    TOC_NOTICE_UNSIGNED,
    TOC_NOTICE_VERIFIED,
    TOC_NOTICE_WRONG,       /* shown, without effect */
    TOC_NOTICE_NOT_VERIFIED /* a scheme that R does not verify: likewise */
} toc_notice_proof;
toc_notice_proof toc_notice_verify(const toc_notice_body *notice, const toc_org_id *issuer);
/* The text that is signed: for a tool that asks a wallet to do it. NUL-terminated ASCII. */
enum { TOC_NOTICE_TEXT_BYTES = 89 };
void toc_notice_text(const toc_notice_body *notice, const toc_org_id *issuer,
                     char out[TOC_NOTICE_TEXT_BYTES]);

/* The retraction of `target`, a statement with a head that is the claim `claim`: its identity, its
 * source, its marking; revision and issue time are still open. `out` lends from `target`. */
void toc_statement_retract(const toc_statement *target, const toc_claim_id *claim,
                           toc_retraction_reason reason, toc_statement *out);

/* The bytes compared by "difference only" (RULES §7): equal bytes mean unchanged. */
TOC_MUST toc_code toc_statement_comparison(const toc_statement *statement, toc_buf *out,
                                           toc_err *err);
/* Two drafts with one identity become one (RULES §7); arrays from `arena`. */
TOC_MUST toc_code toc_statement_merge(toc_statement *into, const toc_statement *from,
                                      toc_arena *arena, toc_err *err);

#endif
