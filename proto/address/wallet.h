/* proto/address/wallet.h: what is this string? The one public header of the address parsers.
 *
 * A wallet is (chain, address), with an optional tag. Text in any spelling goes in; out come the
 * chain, the kind, the one canonical spelling (the one that the chain's own tools print), the tag,
 * and the subject: the bytes by which everything else knows the wallet (docs/RULES.md §1).
 * docs/ADDRESSES.md tells chain by chain what is taken, from which standard, and what is not.
 * Owns:    nothing; a toc_wallet is a plain value.
 * Threads: pure.
 * Errors:  MALFORMED with the position (1-based, in the address) and the rule that broke;
 *          NOT_FOUND for an unknown chain; LIMIT for text longer than TOC_ADDRESS_BYTES_MAX. */
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
        5,                     /* 20 bytes, links: low 20 bytes of keccak-256 of a public key */
    TOC_CLASS_KEY_ED25519 = 6, /* 32 bytes, links: raw ed25519 public key */
    TOC_CLASS_KEY_SS58 = 7,  /* 32 bytes, links: sr25519, ed25519 or hashed ECDSA account of SS58 */
    TOC_CLASS_OPAQUE20 = 8,  /* 20 bytes that identify nothing beyond their own chain */
    TOC_CLASS_OPAQUE32 = 9,  /* 32 bytes, or longer ones hashed to 32, likewise */
    TOC_CLASS_LITERAL = 10,  /* 32 bytes: hash of a listed literal that fails its checksum */
    TOC_CLASS_CLUSTER = 240, /* 32 bytes: the claim id of a cluster report; no wallet */
    TOC_CLASS_TRANSFER = 241, /* 32 bytes: hash of the place of a movement; no wallet */
    TOC_CLASS_INCIDENT = 242  /* 32 bytes: hash of the slug of incidents; no wallet */
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
 * unknown. Tickers of tokens ("USDT") are no chains: see toc_wallet_parse_ticker. */
const toc_chain *toc_chain_find(toc_span name);
/* The chain's stable short name as records carry it: CAIP-2 where a profile exists, else the same
 * grammar. */
const char *toc_chain_caip2(const toc_chain *chain);
const char *toc_chain_symbol(const toc_chain *chain); /* "BTC" */
const char *toc_chain_name(const toc_chain *chain);   /* "Bitcoin", for people */
bool toc_chain_is_testnet(const toc_chain *chain);
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
    TOC_WALLET_INVALID = 16, /* kept byte for byte although its checksum fails (class literal) */
    TOC_WALLET_RECOVERED =
        32 /* the letter case was lost, and one spelling has a checksum that holds */
};
/* The name of one flag for programs ("chain-inferred"); "" for what is none. */
const char *toc_wallet_flag_name(uint32_t flag);

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

/* "BCH, BSV, BTC": the chains that an address fits, each once. */
enum { TOC_CHAINS_TEXT_BYTES = TOC_WALLET_CANDIDATES_MAX * 16 };
void toc_wallet_chains_text(const toc_wallet_candidates *found, char out[TOC_CHAINS_TEXT_BYTES]);

/* Parses any text a person may write: bare, "SYMBOL:addr", "SYMBOL addr", CAIP-10, payment URI.
 * More than one candidate means that the bare address fits several chains. */
TOC_MUST toc_code toc_wallet_parse(toc_span text, toc_wallet_candidates *out, toc_err *err);

/* The chain that stands before an address ("TRX:T…", "TRX T…", CAIP-10) and what follows it, lent;
 * NULL and the whole text, trimmed, where none is named. The address itself is not looked at. */
const toc_chain *toc_wallet_split(toc_span text, toc_span *out_address);

/* Parses an address said to be on `chain`, in any of its spellings. */
TOC_MUST toc_code toc_wallet_parse_on(const toc_chain *chain, toc_span address, toc_wallet *out,
                                      toc_err *err);

/* Parses an address beside a list's ticker, which need not be its chain: "USDT" before addresses of
 * TRON, Ethereum and Bitcoin (Omni), "XBT" before whatever was paid from. The text's own form
 * decides, the ticker among what is left; flagged INFERRED where the ticker did not name the chain.
 * An empty ticker or "unknown" counts as none; NOT_FOUND for one that is neither a chain nor a
 * known token, since its chain may share its form with another. More than one candidate as in
 * toc_wallet_parse. */
TOC_MUST toc_code toc_wallet_parse_ticker(toc_span ticker, toc_span address,
                                          toc_wallet_candidates *out, toc_err *err);

/* Whether a list may mean something else than a chain by it: tokens ("USDT"), and "XBT", under
 * which lists put whatever was paid from. Their rows are for toc_wallet_parse_ticker. */
bool toc_ticker_is_loose(toc_span ticker);

/* The reverse of storage: what a record carries (CAIP-2 and canonical spelling) back to a wallet.
 * Stricter: anything but the canonical spelling is MALFORMED, so that one wallet has one spelling
 * in records. A literal kept by toc_wallet_keep_invalid is read with that function. */
TOC_MUST toc_code toc_wallet_read(toc_span caip2, toc_span address, toc_span tag, toc_wallet *out,
                                  toc_err *err);

/* Gives the wallet a tag that stood beside its address. Empty: nothing changes. MALFORMED when the
 * chain has no tags, when the tag breaks its rule, or when the address carried another one. */
TOC_MUST toc_code toc_wallet_set_tag(toc_wallet *wallet, toc_span tag, toc_err *err);

/* A listed literal that fails its checksum, kept byte for byte on request: class literal, flag
 * INVALID, the text as its canonical spelling. USAGE when the text is a valid address after all,
 * for then it must not be kept as broken. Only printable ASCII, and nothing that may be a private
 * key, which would be handed to everybody (MALFORMED). */
TOC_MUST toc_code toc_wallet_keep_invalid(const toc_chain *chain, toc_span literal, toc_wallet *out,
                                          toc_err *err);

/* A key for an index of spellings whose letter case was lost: SHA-256 of the address in small
 * letters, without white space around it and without the prefix of a CashAddr. */
void toc_wallet_fold_key(toc_span address, toc_hash *out);

/* Base58 in small letters (a real, daily feed is): finds the letter case whose checksum holds,
 * flagged RECOVERED. `chain` NULL tries every chain with Base58Check. NOT_FOUND when there is none;
 * LIMIT when more than TOC_RECOVER_TRIES_MAX spellings would have to be tried (seconds of work). */
TOC_MUST toc_code toc_wallet_recover(const toc_chain *chain, toc_span address,
                                     toc_wallet_candidates *out, toc_err *err);

/* Whether a text may be Base58Check of `chain` (NULL: of any) that lost its letter case, so that
 * toc_wallet_recover is worth its time. Cheap. */
bool toc_wallet_case_lost(const toc_chain *chain, toc_span address);

/* The receivers of a Zcash unified address, each as a wallet of its own; none for other wallets. */
TOC_MUST toc_code toc_wallet_receivers(const toc_wallet *wallet, toc_wallet_candidates *out,
                                       toc_err *err);

/* Address poisoning: another address whose ends look the same where people look. */
bool toc_wallet_near(const toc_wallet *left, const toc_wallet *right);

/* Equal for all wallets that are near each other; says "perhaps" of others. Never 0. For an index.
 */
uint32_t toc_wallet_ends_key(const toc_wallet *wallet);

/* What is known of the code at an account of a chain with contracts. */
typedef enum toc_account_code {
    TOC_ACCOUNT_UNKNOWN,
    TOC_ACCOUNT_KEY,      /* an account of a key, without code */
    TOC_ACCOUNT_CONTRACT, /* nobody's key */
    TOC_ACCOUNT_DELEGATED /* a key's account with code lent to it (EIP-7702) */
} toc_account_code;

typedef enum toc_wallet_relation {
    TOC_RELATION_NONE,
    TOC_RELATION_SAME,        /* the same chain and address; tags may differ */
    TOC_RELATION_KEY,         /* one key controls both */
    TOC_RELATION_SAME_SCRIPT, /* one script hash on two chains: shown, never a key link */
    TOC_RELATION_ELSEWHERE    /* the same address on another chain, and a contract: no link */
} toc_wallet_relation;

/* RECORDS §1: what links two wallets, and what never does. */
toc_wallet_relation toc_wallet_relation_of(const toc_wallet *left, toc_account_code left_code,
                                           const toc_wallet *right, toc_account_code right_code);

/* CAIP-10, or the same grammar; with "-tag" after the address when there is one. */
void toc_wallet_caip10(const toc_wallet *wallet, toc_buf *out);

/* Transaction ids. */
enum { TOC_TXID_TEXT_BYTES = 129 };

/* The canonical spelling of a transaction id of `chain` with a NUL. */
TOC_MUST toc_code toc_txid_parse(const toc_chain *chain, toc_span text,
                                 char out[TOC_TXID_TEXT_BYTES], toc_err *err);
/* Whether a bare text has the form of a transaction id of any chain and of no address. */
bool toc_txid_like(toc_span text);

#endif
