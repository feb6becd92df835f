/* proto/feed/feed.h: what a feed is called. One per (circle, org, lane, generation); one writer,
 * ever. */
#ifndef TOC_PROTO_FEED_FEED_H
#define TOC_PROTO_FEED_FEED_H

#include "proto/base/error.h"
#include "proto/base/span.h"

typedef enum toc_lane {
    TOC_LANE_ALERT = 0, /* freezes, live thefts: small and first */
    TOC_LANE_BULK = 1,  /* everything else */
    TOC_LANE_KEYS = 2   /* key grants */
} toc_lane;
enum { TOC_LANE_COUNT = 3 };

const char *toc_lane_name(toc_lane lane); /* "alert", "bulk", "keys" */

typedef struct toc_feed_name {
    toc_circle_id circle;
    toc_org_id org;
    toc_lane lane;
    uint64_t generation;
} toc_feed_name;

/* BLAKE2b-256("tocsin/feed/1\n" ‖ circle ‖ org ‖ lane u8 ‖ generation u64). */
void toc_feed_id_of(const toc_feed_name *name, toc_feed_id *out);

/* "tocsin/" + 64 hex + "/" + 64 hex + "/alert/" + 20 digits */
enum { TOC_ORIGIN_BYTES_MAX = 176 };
void toc_feed_origin(const toc_feed_name *name, char out[TOC_ORIGIN_BYTES_MAX]);
TOC_MUST toc_code toc_feed_origin_parse(toc_span origin, toc_feed_name *out, toc_err *err);

#endif
