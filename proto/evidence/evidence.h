/* proto/evidence/evidence.h: one record with everything that a third party needs to check it
 * without a node: an evidence bundle (docs/EVIDENCE.md).
 *
 * A bundle that brings its own cards and charters proves only that its parts belong together. Who
 * the author is follows from an anchor: a fingerprint, an org's id or a circle's id that the
 * verifier has from elsewhere.
 * Owns:    nothing; spans live in what was read or in the arena.
 * Threads: pure.
 * Errors:  MALFORMED, LIMIT; SIGNATURE for whatever does not verify; DENIED where a card or charter
 *          does not allow it; NOT_FOUND for a card that is missing. Each names the part. */
#ifndef TOC_PROTO_EVIDENCE_EVIDENCE_H
#define TOC_PROTO_EVIDENCE_EVIDENCE_H

#include "proto/feed/cosignature.h"
#include "proto/feed/entry.h"
#include "proto/feed/fork.h"
#include "proto/feed/grant.h"
#include "proto/feed/proof.h"
#include "proto/roll/charter.h"
#include "proto/rules/approval.h"

#define TOC_BUNDLE_FORMAT "tocsin/evidence/1"

typedef struct toc_bundle {
    toc_span entry;     /* as it stands in the feed */
    toc_span plaintext; /* whole: salt, time, record, padding; the key that opened it is not told */
    toc_span inner;     /* of an addressed record likewise the inner text; empty: none */
    toc_span proof;     /* tlog-proof under a head that the author signed */
    size_t receipt_count;
    const toc_span *receipts; /* tlog-proofs under other heads, that others cosigned */
    toc_span grant;           /* the author's last grant before the entry */
    uint64_t grant_index;
    toc_span grant_path; /* its hashes to the root of `proof`, side by side */
    size_t card_count;
    const toc_span *cards; /* signed; by org, each from its first to the newest that is known */
    size_t charter_count;
    const toc_span *charters; /* signed; from version 1 to that of the grant, in order */
    toc_span fork;            /* that the feed forks after the entry; empty: not that it is known */
    toc_span fork_path; /* then the entry's hashes to the root of what both trees begin with */
} toc_bundle;

/* Appends the bundle as JSON, one line; toc_bundle_read (proto/format/bundle.h) takes it back. */
void toc_bundle_write(const toc_bundle *bundle, toc_buf *out);

/* Who said, by a signature, that it held the entry. */
typedef struct toc_evidence_receipt {
    toc_org_id org;
    const toc_card *card;             /* the newest of the bundle */
    const toc_charter_member *member; /* NULL: the charter does not name it */
    toc_verify_key key;
    uint64_t time_s; /* by its own clock */
    uint64_t size;   /* of the head */
    toc_hash root;
    bool author;
    bool vouches; /* it is another's over the author's head, before the key of that was retired */
    bool known;   /* by an anchor */
} toc_evidence_receipt;

enum { TOC_EVIDENCE_RECEIPTS_MAX = 512 }; /* every member of a circle, and some who have left */

typedef struct toc_evidence {
    toc_feed_name feed;
    toc_feed_id feed_id;
    uint64_t index;
    toc_hash record; /* its id: the leaf */
    toc_entry_header header;
    toc_time sealed;              /* by the author's clock */
    toc_checkpoint checkpoint;    /* that the author signed; its origin lives in the bundle */
    const toc_card *signer;       /* the card with the key that did */
    bool signer_retired;          /* retired since; who vouches says that it is older than that */
    bool forked;                  /* the author's key signed two histories of the feed */
    uint64_t forked_from;         /* the first entry that differs: later than this one */
    toc_checkpoint fork_heads[2]; /* their origin is empty */
    toc_grant grant;
    uint64_t grant_index;
    const toc_card *judge; /* the card that the grant names */
    size_t card_count;
    const toc_card *cards;
    size_t charter_count;
    const toc_charter *charters; /* the last is in force */
    const toc_charter_member *member;
    size_t receipt_count;
    toc_evidence_receipt receipts[TOC_EVIDENCE_RECEIPTS_MAX]; /* in order of time */
    bool addressed;                                           /* to some readers only */
    toc_span text;                                            /* the record's bytes */
    toc_statement statement;
    toc_claim_id claim;
    toc_err unread; /* why the statement cannot be told; code OK: it can */
    /* Of the officers, by the card and the charter that the grant names (docs/RULES.md §13);
     * nothing where the statement cannot be told. */
    size_t approval_count;
    toc_approval_verdict approvals;
} toc_evidence;

/* That everything in the bundle belongs together: every signature, hash and path of it. Who stands
 * behind it is not judged. `out` is large: keep it off small stacks. `err` is never NULL. */
TOC_MUST toc_code toc_evidence_verify(const toc_bundle *bundle, toc_arena *arena, toc_evidence *out,
                                      toc_err *err);
/* The newest card of an org in the evidence; NULL: none. */
const toc_card *toc_evidence_card(const toc_evidence *evidence, const toc_org_id *org);

/* ---- anchors ---- */

typedef struct toc_anchor {
    enum { TOC_ANCHOR_FINGERPRINT, TOC_ANCHOR_ORG, TOC_ANCHOR_CIRCLE } kind;
    char fingerprint[TOC_FINGERPRINT_BYTES];
    uint8_t id[32];
    bool listed; /* from a trust file: need not occur in the evidence */
    bool found;
} toc_anchor;

enum { TOC_ANCHORS_MAX = 1024 };

/* `org`: the fingerprint of a card, or an org's id in 64 hexadecimal digits. MALFORMED. */
TOC_MUST toc_code toc_anchor_org(toc_span text, toc_anchor *out, toc_err *err);
TOC_MUST toc_code toc_anchor_circle(toc_span text, toc_anchor *out, toc_err *err);
/* A trust file: lines `org FINGERPRINT|ID` and `circle ID`, empty lines, and comments after '#'.
 * Appends to the `*count` anchors that are there. MALFORMED names the line; LIMIT. */
TOC_MUST toc_code toc_anchors_parse(toc_span text, toc_anchor anchors[TOC_ANCHORS_MAX],
                                    size_t *count, toc_err *err);

typedef struct toc_verdict {
    bool proven;  /* the author is known, the head vouched for, no anchor that was named missing */
    bool vouched; /* the head's key was not retired, or one who vouches for the head is known */
    bool author_known;
    bool author_named;      /* by an anchor of its own, not only by the circle */
    bool circle_known;      /* its first charter is the one that the anchor names */
    size_t others;          /* orgs other than the author that receipted and are known */
    uint64_t others_time_s; /* the earliest of theirs */
    const toc_anchor *missing;
} toc_verdict;

/* Marks the anchors that occur, and the receipts of orgs that are known by them. A circle that is
 * known makes its members known: its charter names their ids. */
void toc_evidence_judge(toc_evidence *evidence, toc_anchor *anchors, size_t count,
                        toc_verdict *out);

#endif
