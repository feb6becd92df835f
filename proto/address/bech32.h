/* proto/address/bech32.h: Bech32 (BIP-173), Bech32m (BIP-350) and CashAddr's code.
 * The CashAddr specification is "Address format for Bitcoin Cash" (spec/cashaddr.md, 2017).
 * Owns:    nothing.
 * Threads: pure.
 * Errors:  MALFORMED with the position of a character outside the set, of the first change of case,
 *          or, when exactly one character explains a broken checksum, of that character. */
#ifndef TOC_PROTO_ADDRESS_BECH32_H
#define TOC_PROTO_ADDRESS_BECH32_H

#include "proto/base/error.h"
#include "proto/base/limits.h"
#include "proto/base/span.h"

typedef enum toc_bech32_code { TOC_BECH32 = 1, TOC_BECH32M = 2 } toc_bech32_code;

typedef struct toc_bech32_text {
    toc_bech32_code code;
    char prefix[84];                       /* human-readable part, lower case, NUL-terminated */
    size_t size;                           /* values without the checksum */
    uint8_t values[TOC_ADDRESS_BYTES_MAX]; /* 5 bits each */
} toc_bech32_text;

/* `characters_max`: 90 by BIP-173; longer for chains that say so. Either checksum is taken. */
TOC_MUST toc_code toc_bech32_decode(toc_span text, size_t characters_max, toc_bech32_text *out,
                                    toc_err *err);
/* Writes the text and a NUL; the caller's buffer has room for prefix, 1, values, 6 and the NUL. */
void toc_bech32_encode(toc_bech32_code code, const char *prefix, const uint8_t *values, size_t size,
                       char *out);

/* The same text in small letters and a NUL: what encoding what was decoded would give. */
void toc_bech32_lower(toc_span text, char *out);

/* `text` without a prefix gets `prefix`. *out_values takes TOC_ADDRESS_BYTES_MAX values. */
TOC_MUST toc_code toc_cashaddr_decode(const char *prefix, toc_span text, uint8_t *out_values,
                                      size_t *out_size, toc_err *err);
void toc_cashaddr_encode(const char *prefix, const uint8_t *values, size_t size, char *out);

/* 5-bit values to bytes; false when the padding is not zero or longer than 4 bits (BIP-173).
 * `out` takes size * 5 / 8 bytes. */
bool toc_bits_join(const uint8_t *values, size_t size, uint8_t *out, size_t *out_bytes);
/* Bytes to 5-bit values, padded with zeros; `out` takes (size * 8 + 4) / 5. */
size_t toc_bits_split(const uint8_t *bytes, size_t size, uint8_t *out);

#endif
