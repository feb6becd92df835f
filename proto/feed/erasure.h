/* proto/feed/erasure.h: the entry by which an author takes back the bodies of older entries of its
 * own feeds (PROTOCOL §2, §6). Its body is clear, so that relays and newcomers without keys can
 * judge what is missing: it names feed, index and leaf, which everybody who carries the feed has.
 * Owns:    nothing; rows are lent from the entry.
 * Threads: pure. Errors: MALFORMED, LIMIT. */
#ifndef TOC_PROTO_FEED_ERASURE_H
#define TOC_PROTO_FEED_ERASURE_H

#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/feed/feed.h"

enum { TOC_ERASURE_ROW_BYTES = 40 };

typedef struct toc_erasure_row {
    uint64_t index; /* of the erased entry in `feed` */
    toc_hash leaf;  /* its leaf hash, which stays in the tree */
} toc_erasure_row;

typedef struct toc_erasure {
    uint32_t epoch; /* of the entry's header */
    toc_feed_id feed;
    uint16_t count; /* 1 to TOC_ERASURE_ROWS_MAX */
    toc_span rows;  /* count × (index u64 ‖ leaf[32]), lent; indexes strictly ascending */
} toc_erasure;

/* Appends a whole entry (header and clear body). `rows` in strictly ascending order of index. */
TOC_MUST toc_code toc_erasure_write(const toc_feed_id *feed, uint32_t epoch,
                                    const toc_erasure_row *rows, size_t count, toc_buf *out,
                                    toc_err *err);
TOC_MUST toc_code toc_erasure_read(toc_span entry, toc_erasure *out, toc_err *err);
/* Row number `number`; number < count. */
void toc_erasure_row_at(const toc_erasure *erasure, uint16_t number, toc_erasure_row *out);

#endif
