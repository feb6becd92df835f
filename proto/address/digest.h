/* proto/address/digest.h: the checksums that addresses carry and proto/crypto has no use for.
 * Private to proto/address.
 * Owns:    nothing.
 * Threads: pure.
 * Errors:  none. */
#ifndef TOC_PROTO_ADDRESS_DIGEST_H
#define TOC_PROTO_ADDRESS_DIGEST_H

#include "proto/base/span.h"

/* SHA-512/256 (FIPS 180-4 §6.7): Algorand. */
void toc_sha512_256(toc_span data, toc_hash *out);

/* BLAKE2b (RFC 7693) without a key, 1 to 64 bytes out, over two parts. `personal`: 16 bytes of the
 * parameter block (BLAKE2 specification §2.8), NULL for none. SS58, Filecoin, Zcash's F4Jumble. */
void toc_blake2b_digest(const uint8_t *personal, toc_span first, toc_span second, uint8_t *out,
                        size_t out_bytes);

/* CRC-16/XMODEM: polynomial 0x1021, start 0, not reflected. Stellar (SEP-23) and TON. */
uint16_t toc_crc16(toc_span data);
/* CRC-32 of IEEE 802.3, as zlib has it. Cardano's Byron addresses. */
uint32_t toc_crc32(toc_span data);

#endif
