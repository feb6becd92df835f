/* proto/roll/charter.h: a circle's signed rules (PROTOCOL §1).
 * Version n+1 names the hash of version n. The hash covers the body only, never its signatures;
 * the envelope of body and signatures has one encoding.
 * Owns:    spans live in the arena; one of TOC_CHARTER_ARENA_BYTES has room for any charter.
 * Threads: pure.
 * Errors:  MALFORMED, LIMIT, SIGNATURE, DENIED (no quorum, or not the next version of this circle);
 *          STATE when a newer version is needed or charters in between are missing. */
#ifndef TOC_PROTO_ROLL_CHARTER_H
#define TOC_PROTO_ROLL_CHARTER_H

#include "proto/feed/feed.h"
#include "proto/record/record.h"
#include "proto/roll/approvals.h"
#include "proto/roll/card.h"
#include "proto/roll/registry.h"

typedef enum toc_role {
    TOC_ROLE_ADMIN = 1,
    TOC_ROLE_MEMBER = 2,
    TOC_ROLE_OBSERVER = 3, /* reads */
    TOC_ROLE_RELAY = 4     /* carries ciphertext, holds no keys */
} toc_role;
const char *toc_role_name(toc_role role);
TOC_MUST toc_code toc_role_parse(toc_span text, toc_role *out, toc_err *err);

typedef struct toc_charter_member {
    toc_org_id org;
    toc_role role;
    toc_span kind, country; /* as the circle states them: what audience and weights go by */
    uint64_t card_serial_min;
    toc_card_hash card;
} toc_charter_member;

typedef enum toc_history {
    TOC_HISTORY_NONE = 1, /* a joiner reads what is written after it was admitted */
    TOC_HISTORY_ALL = 2
} toc_history;

typedef struct toc_charter_policy {
    toc_tlp tlp_max;
    uint32_t retention_days; /* 0: no term */
    toc_history history;
    uint64_t admission_delay_ms;
    uint64_t bulk_bytes_per_day; /* per member; 0: the default of limits.h */
    uint64_t alert_bytes_per_day;
    toc_approval_rules approvals;
} toc_charter_policy;

enum { TOC_PIN_SIGNATURE_BYTES = 68 };

typedef struct toc_charter_signature {
    toc_org_id org;
    toc_verify_key officer;
    toc_signature signature; /* over "tocsin/charter-sig/1\n" ‖ charter hash ‖ org */
} toc_charter_signature;

/* A feed of this circle ends here (proto/roll/pins.h). */
typedef struct toc_charter_pin {
    toc_org_id org;
    uint64_t generation;
    toc_lane lane;
    uint64_t size; /* entries, from 1 */
    toc_hash root;
    uint8_t signature[TOC_PIN_SIGNATURE_BYTES]; /* of its author's head of that size: hash of the
                                                   key's name, Ed25519 */
} toc_charter_pin;

typedef struct toc_charter {
    uint32_t version;          /* from 1 */
    toc_charter_hash previous; /* zeroes in version 1 */
    toc_charter_hash joined;   /* of the other branch, where two end in this one; else zeroes */
    uint8_t nonce[32];         /* version 1 only: so that circles of one text differ */
    uint32_t quorum;           /* of n admins: n/2 < quorum <= n */
    toc_span name, purpose;
    size_t member_count;
    const toc_charter_member *members; /* in order of org id */
    toc_charter_policy policy;
    size_t pin_count;
    const toc_charter_pin *pins; /* by org, generation, lane; none in version 1 */
    toc_registry registry;

    toc_circle_id circle; /* version 1: of the body; later ones carry it */
    toc_charter_hash hash;
    toc_span body;
    size_t signature_count;
    const toc_charter_signature *signatures;
    toc_span signed_charter; /* exact bytes */
} toc_charter;

/* Checks the charter and appends its body. Members stand in order of org id, each once; from
 * version 2 on `circle` and `previous` are written, in version 1 the nonce, which must be random.
 */
TOC_MUST toc_code toc_charter_write(const toc_charter *charter, toc_buf *out_body, toc_err *err);
/* What the signatures cover. */
void toc_charter_hash_of(toc_span body, toc_charter_hash *out);
/* body + signatures → signed bytes, appended. Signatures are put in order and equal ones written
 * once, so that whoever gathers the same ones gets the same bytes. Not checked: toc_charter_open
 * does it. */
void toc_charter_join(toc_span body, const toc_charter_signature *signatures, size_t count,
                      toc_buf *out);
void toc_charter_sign(const toc_charter_hash *hash, const toc_org_id *org,
                      const toc_secret *officer, toc_charter_signature *out);
/* Reads a charter and verifies every signature on it by the key it names: one that does not verify
 * makes the whole charter SIGNATURE. Whether those keys may vote is for toc_charter_judge. Without
 * any signature it is a draft, and opens too. */
TOC_MUST toc_code toc_charter_open(toc_span signed_charter, toc_arena *arena, toc_charter *out,
                                   toc_err *err);
/* The same without verifying any signature: for bytes that toc_charter_open accepted once and the
 * own disk kept. */
TOC_MUST toc_code toc_charter_reopen(toc_span signed_charter, toc_arena *arena, toc_charter *out,
                                     toc_err *err);

/* That `next` is the version after `current`, of the same circle; nothing is said of votes. Codes
 * as below. */
TOC_MUST toc_code toc_charter_follows(const toc_charter *current, const toc_charter *next,
                                      toc_err *err);
/* That version 1 is signed by a quorum of its own admins, or that `next` follows `current` (same
 * circle, version + 1, names its hash) and is signed by a quorum of `current`'s admins with officer
 * keys of scope charter. Votes count by org; signatures of others do not count and do no harm. Both
 * charters come from toc_charter_open. DENIED: no quorum, another circle, a version that is not
 * newer. NOT_FOUND: no quorum, but for cards that are not held (the first is named). STATE:
 * versions in between are missing. SIGNATURE: another previous charter. */
TOC_MUST toc_code toc_charter_judge(const toc_charter *current /* NULL for version 1 */,
                                    const toc_charter *next, const toc_card_source *cards,
                                    toc_err *err);

/* Does it end two branches? */
bool toc_charter_joins(const toc_charter *charter);
/* Of a charter that ends two branches, which `left` and `right` are, in any order: that it is of
 * the version after the later of them, closes what either closes, each feed where the later pin
 * does, and is signed by a quorum of each. Codes as above; toc_charter_judge and
 * toc_charter_follows say DENIED of such a charter. */
TOC_MUST toc_code toc_charter_judge_joined(const toc_charter *left, const toc_charter *right,
                                           const toc_charter *next, const toc_card_source *cards,
                                           toc_err *err);

/* Text armour, as a card's (proto/roll/card.h): "-----BEGIN TOCSIN CHARTER-----". */
void toc_charter_armour(toc_span signed_charter, toc_buf *out);
TOC_MUST toc_code toc_charter_dearmour(toc_span text, toc_buf *out, toc_err *err);

const toc_charter_member *toc_charter_find(const toc_charter *charter,
                                           const toc_org_id *org); /* NULL: none */
bool toc_charter_reads(const toc_charter *charter,
                       const toc_org_id *org); /* admin, member, observer */
bool toc_charter_writes(const toc_charter *charter, const toc_org_id *org); /* admin, member */
/* The most that is taken of a member on a UTC day: what the policy says, else what limits.h does.
 */
uint64_t toc_charter_bytes_per_day(const toc_charter *charter, toc_lane lane);
/* Readers in order of org id; the index is that of a grant's boxes. NULL past the end. */
const toc_charter_member *toc_charter_reader(const toc_charter *charter, size_t index);
size_t toc_charter_reader_count(const toc_charter *charter);

#endif
