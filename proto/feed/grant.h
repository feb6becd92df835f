/* proto/feed/grant.h: the clear entries that say by which card, charter and key the next ones
 * are judged.
 * Errors: MALFORMED, LIMIT. Threads: pure. */
#ifndef TOC_PROTO_FEED_GRANT_H
#define TOC_PROTO_FEED_GRANT_H

#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/crypto/seal.h"
#include "proto/feed/feed.h"

typedef struct toc_grant {
    toc_card_hash card;
    uint64_t card_serial;
    toc_charter_hash charter;
    uint32_t charter_version;
    uint32_t epoch; /* of the entry's header */
    toc_key_id key_id;
    uint8_t alg;    /* 1: X25519 sealed box */
    uint16_t first; /* index of the first reader among the charter's readers in order of org id */
    uint16_t count; /* 0 in the alert and bulk lanes, at most TOC_GRANT_BOXES_MAX */
    toc_span boxes; /* count × TOC_BOX_BYTES, lent */
} toc_grant;

/* Appends a whole entry (header and clear body). */
TOC_MUST toc_code toc_grant_write(const toc_grant *grant, toc_buf *out, toc_err *err);
TOC_MUST toc_code toc_grant_read(toc_span entry, toc_grant *out, toc_err *err);
/* Box number `index` of the grant; index < count. */
void toc_grant_box(const toc_grant *grant, uint16_t index, toc_box *out);

/* What judges: serial, version and epoch never go back within a feed. */
TOC_MUST toc_code toc_grant_follows(const toc_grant *before, const toc_grant *after, toc_err *err);

/* Has a sender key, made at `made`, served its time once it has sealed `records` in a lane? */
bool toc_epoch_over(uint64_t records, toc_time made, toc_time now);

#endif
