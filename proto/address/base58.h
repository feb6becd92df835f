/* proto/address/base58.h: Base58 and Base58Check.
 * Base58 as in draft-msporny-base58-03; Base58Check as in Bitcoin's base58.cpp (four bytes of
 * SHA-256 twice). The XRP Ledger writes the same code with its own alphabet.
 * Owns:    nothing.
 * Threads: pure.
 * Errors:  MALFORMED with the position of the first character outside the alphabet, or naming the
 *          checksum or the length. */
#ifndef TOC_PROTO_ADDRESS_BASE58_H
#define TOC_PROTO_ADDRESS_BASE58_H

#include "proto/base/error.h"
#include "proto/base/span.h"

enum { TOC_BASE58_BYTES_MAX = 256, TOC_BASE58_TEXT_MAX = 360 };

typedef enum toc_base58_alphabet { TOC_BASE58_BITCOIN, TOC_BASE58_RIPPLE } toc_base58_alphabet;

/* The digit's value, or -1 for a character outside the alphabet. */
int toc_base58_value(toc_base58_alphabet alphabet, uint8_t character);

/* The error of a character outside the alphabet. */
toc_code toc_base58_refuse(uint8_t character, size_t position, toc_err *err);

/* Decodes into `out` (`out_bytes_max` at most TOC_BASE58_BYTES_MAX). */
TOC_MUST toc_code toc_base58_decode(toc_base58_alphabet alphabet, toc_span text, uint8_t *out,
                                    size_t out_bytes_max, size_t *out_bytes, toc_err *err);
/* Writes text and NUL into `out` of TOC_BASE58_TEXT_MAX bytes; `bytes` up to TOC_BASE58_BYTES_MAX.
 */
void toc_base58_encode(toc_base58_alphabet alphabet, toc_span bytes, char *out);

/* Decodes and checks; *out_bytes counts the payload without its four bytes of checksum. */
TOC_MUST toc_code toc_base58check_decode(toc_base58_alphabet alphabet, toc_span text, uint8_t *out,
                                         size_t out_bytes_max, size_t *out_bytes, toc_err *err);
/* `payload` up to TOC_BASE58_BYTES_MAX - 4 bytes. */
void toc_base58check_encode(toc_base58_alphabet alphabet, toc_span payload, char *out);

#endif
