/* proto/feed/addressed.h: a record for some readers only, inside an entry of its circle (PROTOCOL
 * §2, proto/README.md §3.1.1, docs/decisions/0071). It stands in the entry in place of the record:
 *   mark u8 (A1) ‖ count u8 ‖ E[32] ‖ count × (hint[8] ‖ box[80]) ‖ commit[32] ‖ nonce[24] ‖ text
 * R is random and in each box; the text is sealed under R. E is a key of this record alone. Boxes
 * for nobody fill the count up to 4, 8, 16, 32 or 64. Who holds a reader's key finds its box by the
 * hint at once, and nobody else learns who reads.
 *
 * Threads: pure but for the randomness of sealing.
 *
 * Errors:  MALFORMED, LIMIT (too many readers); NOT_FOUND when it is for others, SEALED when the
 *          own box or the text does not open, SIGNATURE when it opens to what was not committed to.
 */
#ifndef TOC_PROTO_FEED_ADDRESSED_H
#define TOC_PROTO_FEED_ADDRESSED_H

#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/crypto/seal.h"
#include "proto/feed/feed.h"

/* Whether what an entry carries is one: a record as such never begins so. */
bool toc_addressed_is(toc_span content);
/* How many bytes sealing to so many readers makes of a record; at most TOC_READERS_MAX of them. */
size_t toc_addressed_bytes(size_t reader_count, size_t record_bytes);

/* How many boxes that are, with those for nobody. */
size_t toc_addressed_boxes(size_t reader_count);

/* Seals to each reader once, whoever is named twice; the author is to be among them. Appends. */
TOC_MUST toc_code toc_addressed_seal(const toc_feed_id *feed, uint64_t index,
                                     const toc_seal_key *readers, size_t reader_count,
                                     toc_span record, toc_buf *out, toc_err *err);

typedef struct toc_addressed {
    toc_span record;     /* lent from the plaintext */
    const uint8_t *salt; /* 32 bytes, likewise; none but the readers know it */
    toc_span text;       /* the whole of it: salt, length, record, padding; for evidence */
} toc_addressed;

/* Opens into `plain` (at least content.size bytes) and checks the commitment. */
TOC_MUST toc_code toc_addressed_open(const toc_feed_id *feed, uint64_t index, toc_span content,
                                     const toc_secret *seal, uint8_t *plain, toc_addressed *out,
                                     toc_err *err);
/* That `text` is what the author committed to: for whoever has it without a key. */
TOC_MUST toc_code toc_addressed_check(const toc_feed_id *feed, uint64_t index, toc_span content,
                                      toc_span text, toc_addressed *out, toc_err *err);

#endif
