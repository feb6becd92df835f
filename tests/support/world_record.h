/* tests/support/world_record.h: one record as an object of a world (tests/model/README.md).
 * Owns:    nothing. */
#ifndef TOC_TESTS_SUPPORT_WORLD_RECORD_H
#define TOC_TESTS_SUPPORT_WORLD_RECORD_H

#include "proto/answer/writer.h"
#include "proto/record/record.h"

/* Where a record stands, and the salt of its plaintext. */
typedef struct toc_world_stand {
    toc_record_id record;
    toc_feed_id feed;
    uint64_t index;
    uint8_t salt[32];
    toc_card_hash card; /* of the last grant before it */
    toc_charter_hash charter;
    toc_time sealed;
} toc_world_stand;

/* `stand` may be NULL: then nothing can be known to be derived from it. The object is left open. */
void toc_world_record(toc_json *json, const toc_record_id *record, const toc_circle_id *circle,
                      const toc_org_id *org, const toc_statement *statement,
                      const toc_world_stand *stand);
/* What is built in. */
void toc_world_services(toc_json *json);

#endif
