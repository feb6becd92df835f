/* proto/address/keccak.h: Keccak-256 as Ethereum, TRON and Monero use it: the Keccak submission to
 * SHA-3 (version 3, 2011) with rate 1088 and its own padding (01), not the padding of FIPS 202.
 * Owns:    nothing.
 * Threads: pure.
 * Errors:  none. */
#ifndef TOC_PROTO_ADDRESS_KECCAK_H
#define TOC_PROTO_ADDRESS_KECCAK_H

#include "proto/base/span.h"

/* The permutation Keccak-f[1600] (FIPS 202 §3.3), lanes in x + 5y order, 24 rounds. */
void toc_keccak_f1600(uint64_t lanes[25]);
void toc_keccak256(toc_span data, toc_hash *out);

#endif
