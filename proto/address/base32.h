/* proto/address/base32.h: RFC 4648 §6 without padding, strictly: one case only, a length that bytes
 * can have, unused bits zero. Stellar and Algorand write it in capitals, Filecoin in small letters.
 * Private to proto/address.
 * Owns:    nothing.
 * Threads: pure.
 * Errors:  MALFORMED with the position of the first wrong character. */
#ifndef TOC_PROTO_ADDRESS_BASE32_H
#define TOC_PROTO_ADDRESS_BASE32_H

#include "proto/base/error.h"
#include "proto/base/span.h"

/* `offset` is added to positions in errors; `out` takes text.size * 5 / 8 bytes. */
TOC_MUST toc_code toc_base32_strict(toc_span text, size_t offset, uint8_t *out, size_t *out_bytes,
                                    toc_err *err);
/* Capitals or small letters, no padding, and a NUL; `out` takes (size * 8 + 4) / 5 + 1. */
void toc_base32_write(toc_span bytes, bool capitals, char *out);

#endif
