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
    TOC_FAMILY_TRON = 9,
    TOC_FAMILY_XRP = 10,
    TOC_FAMILY_XLM = 11,
    TOC_FAMILY_SOL = 12,
    TOC_FAMILY_XMR = 13,
    TOC_FAMILY_ADA = 14,
    TOC_FAMILY_SS58 = 15,
    TOC_FAMILY_TON = 16,
    TOC_FAMILY_ALGO = 17,
    TOC_FAMILY_XTZ = 18,
    TOC_FAMILY_NEAR = 19,
    TOC_FAMILY_HBAR = 20,
    TOC_FAMILY_FIL = 21,
    TOC_FAMILY_COSMOS_FIRST = 32, /* one each, in the order of the rows' numbers */
    TOC_FAMILY_COSMOS_LAST = 111
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
    TOC_KIND_CONTRACT = 9,
    TOC_KIND_SPROUT = 10,
    TOC_KIND_SAPLING = 11,
    TOC_KIND_UNIFIED = 12,
    TOC_KIND_STANDARD = 13,
    TOC_KIND_SUBADDRESS = 14,
    TOC_KIND_DERIVED = 15, /* made by a program so that nobody has its key */
    TOC_KIND_MODULE = 16,  /* of a module, a pallet or a channel: the same bytes on every chain */
    TOC_KIND_VALIDATOR = 17,
    TOC_KIND_BASE = 18,
    TOC_KIND_POINTER = 19,
    TOC_KIND_ENTERPRISE = 20,
    TOC_KIND_STAKE = 21,
    TOC_KIND_BYRON = 22,
    TOC_KIND_MASTERCHAIN = 23,
    TOC_KIND_TZ1 = 24,
    TOC_KIND_TZ2 = 25,
    TOC_KIND_TZ3 = 26,
    TOC_KIND_TZ4 = 27,
    TOC_KIND_IMPLICIT = 28,
    TOC_KIND_NAMED = 29,
    TOC_KIND_ID = 30,
    TOC_KIND_BLS = 31,
    TOC_KIND_DELEGATED = 32,
    TOC_KIND_POOL = 33,
    TOC_KIND_BALANCE = 34,
    TOC_KIND_SIGNED_PAYLOAD = 35,
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
