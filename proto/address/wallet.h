/* proto/address/wallet.h: what is this string? The one public header of the address parsers.
 *
 * A wallet is (chain, address), with an optional tag. Text in any spelling goes in; out come the
 * chain, the kind, the one canonical spelling (the one that the chain's own tools print), the tag,
 * and the subject: the bytes by which everything else knows the wallet (docs/RULES.md §1). Owns:
 * nothing; a toc_wallet is a plain value. Threads: pure. Errors:  MALFORMED with the position
 * (1-based) and the rule that broke; NOT_FOUND for an unknown chain; LIMIT for text longer than
 * TOC_ADDRESS_BYTES_MAX. */
#ifndef TOC_PROTO_ADDRESS_WALLET_H
#define TOC_PROTO_ADDRESS_WALLET_H

#include "proto/base/buf.h"
#include "proto/base/limits.h"

/* Class of a subject: what the payload is. Numbers are stored; never renumber, only add.
 * Subjects of one *linking* class with one payload are key twins: the same key controls them. */
typedef enum toc_subject_class {
    TOC_CLASS_KEY_HASH160 = 1, /* 20 bytes, links: hash160 of a public key */
    TOC_CLASS_SCRIPT_HASH160 =
        2,                       /* 20 bytes: p2sh; "same script" across chains, never a key link */
    TOC_CLASS_SCRIPT_SHA256 = 3, /* 32 bytes: p2wsh */
    TOC_CLASS_WITNESS_PROGRAM = 4, /* 32 bytes: witness v1 and later; other lengths hashed to 32 */
    TOC_CLASS_ACCOUNT_KECCAK20 =
        5, /* 20 bytes, links: low 20 bytes of keccak-256 of a public key (EVM, TRON) */
    TOC_CLASS_KEY_ED25519 = 6, /* 32 bytes, links: raw ed25519 public key */
    TOC_CLASS_KEY_SS58 = 7, /* 32 bytes, links: sr25519/ed25519/ecdsa-hash account of SS58 chains */
    TOC_CLASS_OPAQUE20 = 8, /* 20 bytes that identify nothing beyond their own chain */
    TOC_CLASS_OPAQUE32 = 9, /* 32 bytes, or longer ones hashed to 32, likewise */
    TOC_CLASS_LITERAL = 10, /* 32 bytes: hash of a listed literal that fails its checksum */
    TOC_CLASS_CLUSTER = 240 /* 32 bytes: the claim id of a cluster report; no wallet */
} toc_subject_class;

enum { TOC_SUBJECT_BYTES_MAX = 35, TOC_FAMILY_TEST_BIT = 0x80 };

/* class u8 ‖ payload (20 or 32 bytes, fixed by the class) ‖ family u8 ‖ kind u8.
 * Not hashed: wallets of one key are neighbours, and an address prefix is an interval.
 * The test network of a family is family | TOC_FAMILY_TEST_BIT. */
typedef struct toc_subject {
    uint8_t size; /* 23 or 35 */
    uint8_t bytes[TOC_SUBJECT_BYTES_MAX];
} toc_subject;

static inline toc_span toc_subject_view(const toc_subject *subject)
{
    return toc_span_of(subject->bytes, subject->size);
}
/* The payload length of a class in bytes, 0 for a number that is no class. */
size_t toc_class_payload_bytes(uint8_t class_number);
bool toc_class_links(uint8_t class_number);
/* From stored bytes; MALFORMED when the class or the length is wrong. */
TOC_MUST toc_code toc_subject_read(toc_span bytes, toc_subject *out, toc_err *err);
/* The vertex that clusters join: class ‖ payload where the class links, the whole subject
 * elsewhere. A prefix of the subject, lent. */
toc_span toc_subject_vertex(const toc_subject *subject);

typedef struct toc_chain toc_chain; /* a row of the table of chains, static */

/* By symbol, CAIP-2 id or alias, any case ("BTC", "XBT", "bitcoin", "eip155:1", "TRON"). NULL when
 * unknown. */
const toc_chain *toc_chain_find(toc_span name);
/* The chain's stable short name as records carry it: CAIP-2 where a profile exists, else the same
 * grammar. */
const char *toc_chain_caip2(const toc_chain *chain);
const char *toc_chain_symbol(const toc_chain *chain); /* "BTC" */
size_t toc_chain_count(void);
const toc_chain *toc_chain_at(size_t index); /* table order, stable within a build only */
/* Number of the row, never renumbered; stored in columns. */
uint16_t toc_chain_number(const toc_chain *chain);
const toc_chain *toc_chain_by_number(uint16_t number); /* NULL when unknown */

enum {
    TOC_WALLET_CHAIN_INFERRED = 1, /* the text's form decided the chain, not a name given with it */
    TOC_WALLET_CHAIN_CORRECTED = 2, /* the chain given was wrong and the checksummed form won */
    TOC_WALLET_CHECKSUM_ABSENT =
        4, /* the spelling carries no checksum (EVM in one case, hex TRON) */
    TOC_WALLET_TEST_NETWORK = 8,
    TOC_WALLET_INVALID = 16 /* kept byte for byte although its checksum fails (class literal) */
};

typedef struct toc_wallet {
    const toc_chain *chain;
    const char *kind; /* "p2pkh", "p2wpkh", "account", …; static */
    uint32_t flags;   /* TOC_WALLET_… */
    toc_subject subject;
    char address[TOC_ADDRESS_BYTES_MAX + 1]; /* canonical spelling, without the tag */
    char tag[TOC_ADDRESS_BYTES_MAX +
             1]; /* destination tag, memo, payment id; "" when there is none */
} toc_wallet;

enum { TOC_WALLET_CANDIDATES_MAX = 8 };

typedef struct toc_wallet_candidates {
    size_t count;
    toc_wallet wallets[TOC_WALLET_CANDIDATES_MAX];
} toc_wallet_candidates;

/* Parses any text a person may write: bare, "SYMBOL:addr", "SYMBOL addr", CAIP-10, payment URI.
 * More than one candidate means that the bare address fits several chains. */
TOC_MUST toc_code toc_wallet_parse(toc_span text, toc_wallet_candidates *out, toc_err *err);

/* Parses an address said to be on `chain`, in any of its spellings. */
TOC_MUST toc_code toc_wallet_parse_on(const toc_chain *chain, toc_span address, toc_wallet *out,
                                      toc_err *err);

/* The reverse of storage: what a record carries (CAIP-2 and canonical spelling) back to a wallet.
 * Stricter: anything but the canonical spelling is MALFORMED, so that one wallet has one spelling
 * in records. */
TOC_MUST toc_code toc_wallet_read(toc_span caip2, toc_span address, toc_span tag, toc_wallet *out,
                                  toc_err *err);

/* CAIP-10, or the same grammar; with "-tag" after the address when there is one. */
void toc_wallet_caip10(const toc_wallet *wallet, toc_buf *out);

#endif
