/* proto/feed/proof.h: a proof that an entry stands in a log, as a text of its own
 * (c2sp.org/tlog-proof@v1): its index, the path to the root, and a checkpoint with signatures.
 * Owns:    nothing; a proof that was read lends from the text.
 * Threads: pure.
 * Errors:  MALFORMED, LIMIT. No signature is judged here, and no path. */
#ifndef TOC_PROTO_FEED_PROOF_H
#define TOC_PROTO_FEED_PROOF_H

#include "proto/feed/merkle.h"
#include "proto/feed/note.h"

typedef struct toc_tlog_proof {
    uint64_t index;
    toc_proof path;
    toc_note note;
    toc_checkpoint checkpoint;
} toc_tlog_proof;

/* Strict, so that no byte of it stands there unlooked at: no extra data, which nothing vouches for,
 * and no signature line of a kind that is unknown here. */
TOC_MUST toc_code toc_tlog_proof_read(toc_span text, toc_tlog_proof *out, toc_err *err);
/* Appends the text. `note`: body, empty line, signature lines. */
void toc_tlog_proof_write(uint64_t index, const toc_proof *path, toc_span note, toc_buf *out);

#endif
