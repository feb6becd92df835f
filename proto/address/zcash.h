/* proto/address/zcash.h: the prefixes of a Zcash network's shielded addresses.
 * Private to proto/address.
 * Owns:    nothing; the rows are static.
 * Threads: pure.
 * Errors:  none. */
#ifndef TOC_PROTO_ADDRESS_ZCASH_H
#define TOC_PROTO_ADDRESS_ZCASH_H

#include "proto/address/chain.h"

typedef struct toc_zcash_params {
    const char *unified;     /* ZIP 316 */
    const char *shielded;    /* ZIP 316, revision 2: without transparent receivers; or NULL */
    const char *transparent; /* ZIP 316, revision 2: the others; or NULL */
    const char *sapling;
    uint8_t sprout[2]; /* Base58Check prefix */
    char sprout_lead;  /* the character after 'z' that follows from it */
} toc_zcash_params;

const toc_zcash_params *toc_zcash_params_of(const toc_chain *chain);

#endif
