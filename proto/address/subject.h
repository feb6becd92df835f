/* proto/address/subject.h: the numbered tables of families and kinds behind a subject.
 * Numbers are stored; never renumber, only add (docs/ADDRESSES.md lists them).
 * Owns:    nothing.
 * Threads: pure.
 * Errors:  MALFORMED from toc_subject_read (proto/address/wallet.h). */
#ifndef TOC_PROTO_ADDRESS_SUBJECT_H
#define TOC_PROTO_ADDRESS_SUBJECT_H

#include "proto/address/wallet.h"

/* Chains with outputs are a family each, all EVM chains are one, all SS58 networks are one.
 * Each Cosmos chain is a family, because module accounts have the same bytes on all of them. */
typedef enum toc_family {
    TOC_FAMILY_BTC = 1,
    TOC_FAMILY_LTC = 2,
    TOC_FAMILY_BCH = 3,
    TOC_FAMILY_BSV = 4,
    TOC_FAMILY_DOGE = 5,
    TOC_FAMILY_DASH = 6,
    TOC_FAMILY_ZEC = 7,
    TOC_FAMILY_EVM = 8,
    TOC_FAMILY_TRON = 9
} toc_family;

typedef enum toc_kind {
    TOC_KIND_P2PKH = 1,
    TOC_KIND_P2SH = 2,
    TOC_KIND_P2WPKH = 3,
    TOC_KIND_P2WSH = 4,
    TOC_KIND_P2TR = 5,
    TOC_KIND_P2SH32 = 6,
    TOC_KIND_ACCOUNT = 7,
    TOC_KIND_LITERAL = 8,
    TOC_KIND_COUNT,
    /* 64 + version: programs of witness v1 to v16 that no soft fork has given a meaning. */
    TOC_KIND_WITNESS = 64,
    TOC_KIND_WITNESS_LAST = 80
} toc_kind;

/* "p2pkh"; static. */
const char *toc_kind_name(toc_kind kind);

/* Builds `out` from a payload of exactly the class's length. */
void toc_subject_set(toc_subject *out, toc_subject_class subject_class, const uint8_t *payload,
                     uint8_t family, toc_kind kind);
/* The same for a payload of another length than the class has: its SHA-256 takes its place. */
void toc_subject_set_hashed(toc_subject *out, toc_subject_class subject_class, toc_span payload,
                            uint8_t family, toc_kind kind);

#endif
