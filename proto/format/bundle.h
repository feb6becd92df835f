/* proto/format/bundle.h: an evidence bundle is read from its JSON (docs/EVIDENCE.md).
 * Owns:    everything lives in the arena.
 * Threads: pure.
 * Errors:  MALFORMED and LIMIT name the member; STATE for one of a newer version. */
#ifndef TOC_PROTO_FORMAT_BUNDLE_H
#define TOC_PROTO_FORMAT_BUNDLE_H

#include "proto/evidence/evidence.h"

/* An arena of TOC_BUNDLE_ARENA_BYTES has room for any. Nothing is verified. `err` is never NULL. */
TOC_MUST toc_code toc_bundle_read(toc_span text, toc_arena *arena, toc_bundle *out, toc_err *err);

#endif
