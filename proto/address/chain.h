/* proto/address/chain.h: what a row of the table of chains holds, and the parsers it points to.
 * Private to proto/address.
 * Owns:    nothing; rows are static.
 * Threads: immutable.
 * Errors:  as proto/address/wallet.h. */
#ifndef TOC_PROTO_ADDRESS_CHAIN_H
#define TOC_PROTO_ADDRESS_CHAIN_H

#include "proto/address/subject.h"

/* How near a text came: ALIEN has not the shape of the chain's addresses at all, BROKEN has it but
 * breaks a rule. `err` is set for both. */
typedef enum toc_fit { TOC_FIT_OK, TOC_FIT_BROKEN, TOC_FIT_ALIEN } toc_fit;

/* Parses an address of `chain`. `out` is filled only on OK; chain and flags of the row are already
 * in it. */
typedef toc_fit toc_form(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err);
toc_form toc_form_bitcoin, toc_form_zcash, toc_form_evm, toc_form_tron, toc_form_ripple;
toc_form toc_form_stellar, toc_form_solana, toc_form_monero, toc_form_cardano, toc_form_ss58;
toc_form toc_form_ton, toc_form_cosmos, toc_form_algorand, toc_form_tezos, toc_form_near;
toc_form toc_form_hedera, toc_form_filecoin;

/* What a chain's tags are. */
typedef enum toc_tag_kind {
    TOC_TAG_NONE,
    TOC_TAG_U32,       /* XRP: a destination tag */
    TOC_TAG_MEMO,      /* text of up to TOC_MEMO_BYTES_MAX bytes */
    TOC_TAG_PAYMENT_ID /* Monero: 16 or 64 hexadecimal digits */
} toc_tag_kind;

enum {
    TOC_CHAIN_PROFILE = 1, /* the CAIP-2 name is a registered profile */
    TOC_CHAIN_BARE = 2     /* tried for an address without a chain */
};

struct toc_chain {
    const char *caip2; /* the table is sorted by it */
    const char *symbol;
    const char *name;
    toc_form *form;
    const void *params; /* what the form needs, or NULL */
    uint16_t number;    /* never renumbered */
    uint8_t family;     /* with TOC_FAMILY_TEST_BIT for a test network */
    uint8_t tag;        /* toc_tag_kind */
    uint8_t flags;      /* TOC_CHAIN_… */
};

static inline bool toc_chain_is_test(const toc_chain *chain)
{
    return (chain->family & TOC_FAMILY_TEST_BIT) != 0;
}

typedef struct toc_bitcoin_params {
    uint16_t p2pkh; /* Base58Check version; two bytes where above 255 */
    uint16_t p2sh;
    uint16_t p2sh_old;    /* an older version of the same, 0 when there is none */
    uint16_t wif;         /* version of private keys, so that one is told for what it is */
    const char *segwit;   /* Bech32 prefix, NULL without witness programs */
    const char *cashaddr; /* CashAddr prefix, NULL without */
    bool cashaddr_read;   /* CashAddr is taken, but the canonical spelling is Base58Check */
    const char *tex;      /* Bech32m prefix of ZIP 320, NULL without */
    const char *leads;    /* first characters of its Base58 addresses */
} toc_bitcoin_params;

typedef struct toc_evm_params {
    const char *prefix;   /* what stands in place of 0x in another spelling ("xdc"), or NULL */
    const char *bech32;   /* prefix of a Bech32 spelling ("one"), or NULL */
    uint64_t checksum_id; /* chain id in the checksum (EIP-1191), 0 for EIP-55 */
} toc_evm_params;

typedef struct toc_cosmos_params {
    const char *prefix; /* Bech32 */
    bool keccak;        /* accounts are Ethereum's, not hash160 */
} toc_cosmos_params;

typedef struct toc_ss58_params {
    uint16_t prefix; /* of the SS58 registry */
    bool generic;    /* takes every prefix that no other row has */
} toc_ss58_params;

typedef struct toc_monero_params {
    uint8_t standard, integrated, subaddress; /* network bytes */
    const char *leads;                        /* first characters that follow from them */
} toc_monero_params;

/* Subject, kind and spelling of a key hash or script hash of a chain with Bitcoin's scripts. */
void toc_bitcoin_set_hash(const toc_chain *chain, bool script, const uint8_t hash[20],
                          toc_wallet *out);
/* "0.0.123-vfmkw" (HIP-15). */
void toc_hedera_print(const toc_chain *chain, toc_span number, toc_buf *out);

/* By the exact CAIP-2 name; NULL when unknown. */
const toc_chain *toc_chain_by_caip2(toc_span caip2);

#endif
