/* proto/format/asset.h: what people call assets, and amounts in units that people write.
 * Owns:    nothing; assets are static.
 * Threads: pure.
 * Errors:  NOT_FOUND for an asset that is not in the table (proto/format/asset.c), naming those of
 * the chain; MALFORMED with the position; LIMIT past 256 bits. */
#ifndef TOC_PROTO_FORMAT_ASSET_H
#define TOC_PROTO_FORMAT_ASSET_H

#include "proto/address/wallet.h"

typedef struct toc_asset {
    const char *id; /* what records carry: CAIP-19, or "native" */
    const char *symbol;
    uint8_t decimals;
} toc_asset;

/* By symbol in any case ("USDT"), by "native", or by CAIP-19, on `chain`. */
TOC_MUST toc_code toc_asset_find(const toc_chain *chain, toc_span name, toc_asset *out,
                                 toc_err *err);

/* "1234.5" with as many decimals as the asset has, into base units of 256 bits, big-endian. No
 * sign, no exponent, no separators; digits beyond the decimals must be zeros. */
TOC_MUST toc_code toc_amount_parse(toc_span text, uint8_t decimals, uint8_t out[32], toc_err *err);

#endif
