/* proto/roll/share.h: shares of an org's root keys, for its escrow: k of n give the keys back.
 * Bytes: version u8 = 1 ‖ set[16] ‖ needed u8 ‖ made u8 ‖ number u8 ‖ org[32] ‖ root public key[32]
 * ‖ hash of the next root[32] ‖ value[64] ‖ check[8], the first bytes of BLAKE2b-256 of
 * "tocsin/share/1\n" and what stands before. As text between "-----BEGIN TOCSIN SHARE-----" lines.
 * Owns:    nothing; a share's value is secret, and the caller's to wipe.
 * Threads: pure but for randomness.
 * Errors:  MALFORMED (no share, or misread), STATE (too few), DENIED (of different sets), SIGNATURE
 * (they do not give the keys that they say). */
#ifndef TOC_PROTO_ROLL_SHARE_H
#define TOC_PROTO_ROLL_SHARE_H

#include "proto/crypto/shamir.h"
#include "proto/roll/card.h"

enum { TOC_SHARE_VALUE_BYTES = 64 };

typedef struct toc_share {
    uint8_t set[16]; /* the same for all that were made at once */
    uint8_t needed, made, number;
    toc_org_id org;
    toc_verify_key root;
    toc_hash next_root;
    uint8_t value[TOC_SHARE_VALUE_BYTES];
} toc_share;

/* Fills out[0 … made - 1]. */
TOC_MUST toc_code toc_shares_make(const toc_org_id *org, const toc_secret *root,
                                  const toc_secret *next, uint8_t needed, uint8_t made,
                                  toc_share *out, toc_err *err);
TOC_MUST toc_code toc_shares_join(const toc_share *shares, size_t count, toc_secret **out_root,
                                  toc_secret **out_next, toc_err *err);
void toc_share_armour(const toc_share *share, toc_buf *out);
TOC_MUST toc_code toc_share_dearmour(toc_span text, toc_share *out, toc_err *err);

#endif
