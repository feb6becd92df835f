/* proto/address/parse.h: the steps between a text and the parser of a chain.
 * Private to proto/address.
 * Owns:    nothing.
 * Threads: pure.
 * Errors:  as proto/address/wallet.h. */
#ifndef TOC_PROTO_ADDRESS_PARSE_H
#define TOC_PROTO_ADDRESS_PARSE_H

#include "proto/address/chain.h"

/* Clears *out, sets chain and network, and runs the chain's parser. */
toc_fit toc_parse_try(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err);

/* Every chain whose form a bare text has, flagged INFERRED. With none, *out_nearest is a chain
 * whose form it has but whose rule it breaks, or NULL. */
void toc_parse_bare(toc_span text, toc_wallet_candidates *out, const toc_chain **out_nearest);

/* The error of a bare text that is no address. */
toc_code toc_parse_refuse(toc_span text, const toc_chain *nearest, toc_err *err);

/* Sets the error of a text that is a transaction id of `chain`, or of any (NULL), and says so. */
bool toc_txid_refuse(const toc_chain *chain, toc_span text, toc_err *err);

/* Whether a text has the shape of a private key or a seed, sound or not: WIF, extended private
 * keys, seeds of XRP and Stellar. */
bool toc_secret_like(toc_span text);

/* Trimmed text on a named chain; corrects a wrong name where the text's checksum allows. */
TOC_MUST toc_code toc_parse_on(const toc_chain *chain, toc_span text, toc_wallet *out,
                               toc_err *err);

/* "address-tag" as CAIP-10 prints it; percent escapes in the tag. */
TOC_MUST toc_code toc_parse_tagged(const toc_chain *chain, toc_span text, toc_wallet *out,
                                   toc_err *err);

/* Trims, and refuses what is empty or too long. */
TOC_MUST toc_code toc_parse_trim(toc_span *text, toc_err *err);

#endif
