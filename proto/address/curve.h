/* proto/address/curve.h: is this 32-byte string a point of edwards25519? (RFC 8032 §5.1.3)
 * A Solana address that is one may be somebody's key; one that is not was derived by a program and
 * nobody holds a key for it. libsodium's test is no help: it asks for the main subgroup.
 * Private to proto/address. Works on public data only, and is not constant in time.
 * Owns:    nothing.
 * Threads: pure.
 * Errors:  none. */
#ifndef TOC_PROTO_ADDRESS_CURVE_H
#define TOC_PROTO_ADDRESS_CURVE_H

#include <stdbool.h>
#include <stdint.h>

bool toc_curve25519_holds(const uint8_t bytes[32]);

#endif
