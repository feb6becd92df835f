/* proto/address/evm.h: twenty bytes in hexadecimal, with the checksum that letter case makes
 * (EIP-55). Private to proto/address.
 * Owns:    nothing.
 * Threads: pure.
 * Errors:  MALFORMED with the position of the first character that is no hexadecimal digit. */
#ifndef TOC_PROTO_ADDRESS_EVM_H
#define TOC_PROTO_ADDRESS_EVM_H

#include "proto/base/error.h"
#include "proto/base/span.h"

enum { TOC_EVM_BYTES = 20, TOC_EVM_DIGITS = 40, TOC_EVM_TEXT_BYTES = 43 };

/* The value of a hexadecimal digit, -1 for another character. */
int toc_hex_digit(uint8_t character);

/* `out` takes "0x", 40 digits and a NUL. `chain_id` 0: EIP-55; else EIP-1191 with that id. */
void toc_evm_print(const uint8_t bytes[TOC_EVM_BYTES], uint64_t chain_id,
                   char out[TOC_EVM_TEXT_BYTES]);

/* Reads exactly 40 digits; `offset` is what to add to positions in errors. *out_mixed: letters of
 * both cases occur, so a checksum is claimed. */
TOC_MUST toc_code toc_evm_digits(toc_span digits, size_t offset, uint8_t out[TOC_EVM_BYTES],
                                 bool *out_mixed, toc_err *err);

#endif
