/* proto/roll/field.h: what the layouts of cards and charters share; proto/roll's own.
 * Owns:    nothing.
 * Threads: pure.
 * Errors:  MALFORMED and LIMIT name the field. */
#ifndef TOC_PROTO_ROLL_FIELD_H
#define TOC_PROTO_ROLL_FIELD_H

#include <protobuf-c/protobuf-c.h>

#include "proto/base/arena.h"
#include "proto/base/buf.h"

/* Packing: copies into `arena`, since protobuf-c's structs take no const. The failure sticks. */
typedef struct toc_field_packer {
    toc_arena *arena;
    bool failed;
} toc_field_packer;

ProtobufCBinaryData toc_field_pack_bytes(toc_field_packer *packer, const void *data, size_t size);
/* NUL-terminated; never NULL unless memory is short. */
char *toc_field_pack_text(toc_field_packer *packer, toc_span text);
/* The same, NULL (absent) when empty. */
char *toc_field_pack_optional(toc_field_packer *packer, toc_span text);
/* `count` cleared objects of `size` bytes; NULL when memory is short. */
void *toc_field_pack_array(toc_field_packer *packer, size_t count, size_t size);

/* Exactly `size` bytes. */
TOC_MUST toc_code toc_field_bytes(ProtobufCBinaryData data, void *out, size_t size,
                                  const char *what, toc_err *err);
bool toc_field_is_zero(const uint8_t bytes[32]);

/* Text for people: UTF-8 within `bytes_max`, no control characters and no bidirectional overrides,
 * which would let one name look like another. Newlines only where `lines`. */
TOC_MUST toc_code toc_field_text(toc_span text, size_t bytes_max, bool lines, const char *what,
                                 toc_err *err);
/* Empty or an ISO 3166-1 alpha-2 code in capitals (form only: codes come and go). */
TOC_MUST toc_code toc_field_country(toc_span text, toc_err *err);
/* An X25519 public key: canonical and not of small order (RFC 7748 §5 and §7). */
bool toc_field_x25519_valid(const uint8_t key[32]);

/* That an envelope, written again as `again` from what was read in it, gives the bytes that came:
 * what parses must also be what was made, or unsigned bytes could be added on the way. */
TOC_MUST toc_code toc_field_exact(const toc_buf *again, toc_span bytes, const char *what,
                                  toc_err *err);

#endif
