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
toc_form toc_form_bitcoin, toc_form_evm, toc_form_tron;

/* What a chain's tags are. */
typedef enum toc_tag_kind { TOC_TAG_NONE } toc_tag_kind;

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
    const char *tex;      /* Bech32m prefix of ZIP 320, NULL without */
    const char *leads;    /* first characters of its Base58 addresses */
} toc_bitcoin_params;

/* By the exact CAIP-2 name; NULL when unknown. */
const toc_chain *toc_chain_by_caip2(toc_span caip2);

#endif
