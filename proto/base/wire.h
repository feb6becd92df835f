/* proto/base/wire.h: what stands between bytes from outside and protobuf-c.
 * protobuf-c merges repeated singular fields silently and keeps unknown ones; one pure scan over
 * the wire format comes before every unpack, and unpacking allocates from an arena.
 * Threads: pure.
 * Errors:  MALFORMED; LIMIT when the arena's ceiling is reached; STATE for unknown fields numbered
 * 1 to 999 ("needs a newer version"; 1000 and up may be ignored). */
#ifndef TOC_PROTO_BASE_WIRE_H
#define TOC_PROTO_BASE_WIRE_H

#include <protobuf-c/protobuf-c.h>

#include "proto/base/arena.h"
#include "proto/base/buf.h"

/* Checks `bytes` against the descriptor, submessages included: known fields with their wire types,
 * singular fields once, nothing cut short, strings UTF-8, nesting at most 8. */
TOC_MUST toc_code toc_wire_scan(toc_span bytes, const ProtobufCMessageDescriptor *descriptor,
                                const char *what, toc_err *err);
/* Scan, then unpack. *out lives as long as the arena. */
TOC_MUST toc_code toc_wire_unpack(toc_span bytes, const ProtobufCMessageDescriptor *descriptor,
                                  toc_arena *arena, const char *what, ProtobufCMessage **out,
                                  toc_err *err);
void toc_wire_pack(const ProtobufCMessage *message, toc_buf *out);

#endif
