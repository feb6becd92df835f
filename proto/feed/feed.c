#include "proto/feed/feed.h"

#include <stdio.h>

#include "proto/base/endian.h"
#include "proto/base/text.h"
#include "proto/crypto/hash.h"

static const char *const lane_names[TOC_LANE_COUNT] = {
    [TOC_LANE_ALERT] = "alert", [TOC_LANE_BULK] = "bulk", [TOC_LANE_KEYS] = "keys"};

const char *toc_lane_name(toc_lane lane)
{
    TOC_ASSERT((unsigned)lane < TOC_LANE_COUNT);
    return lane_names[lane];
}

void toc_feed_id_of(const toc_feed_name *name, toc_feed_id *out)
{
    uint8_t tail[9];
    tail[0] = (uint8_t)name->lane;
    toc_put_u64(tail + 1, name->generation);
    toc_span parts[] = {toc_span_text("tocsin/feed/1\n"), TOC_SPAN_OF(name->circle.bytes),
                        TOC_SPAN_OF(name->org.bytes), TOC_SPAN_OF(tail)};
    toc_hash hash;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    memcpy(out->bytes, hash.bytes, sizeof out->bytes);
}

void toc_feed_origin(const toc_feed_name *name, char out[TOC_ORIGIN_BYTES_MAX])
{
    char circle[65], org[65];
    toc_hex_encode(TOC_SPAN_OF(name->circle.bytes), circle);
    toc_hex_encode(TOC_SPAN_OF(name->org.bytes), org);
    int size = snprintf(out, TOC_ORIGIN_BYTES_MAX, "tocsin/%s/%s/%s/%llu", circle, org,
                        toc_lane_name(name->lane), (unsigned long long)name->generation);
    TOC_ASSERT(size > 0 && size < TOC_ORIGIN_BYTES_MAX);
}

/* What stands before the next '/' (or the end), which is stepped over. */
static toc_span next_part(toc_span *rest)
{
    if (rest->size == 0)
        return (toc_span){0};
    const uint8_t *slash = memchr(rest->data, '/', rest->size);
    size_t size = slash == NULL ? rest->size : (size_t)(slash - rest->data);
    toc_span part = toc_span_of(rest->data, size);
    size_t used = slash == NULL ? size : size + 1;
    *rest = toc_span_of(rest->data + used, rest->size - used);
    return part;
}

static bool lane_of(toc_span text, toc_lane *out)
{
    for (unsigned lane = 0; lane < TOC_LANE_COUNT; lane++) {
        if (toc_span_equal(text, toc_span_text(lane_names[lane]))) {
            *out = (toc_lane)lane;
            return true;
        }
    }
    return false;
}

toc_code toc_feed_origin_parse(toc_span origin, toc_feed_name *out, toc_err *err)
{
    if (origin.size >= TOC_ORIGIN_BYTES_MAX)
        return toc_fail(err, TOC_MALFORMED, "a feed's origin of %zu bytes", origin.size);
    toc_feed_name name = {0};
    toc_span rest = origin;
    toc_span scheme = next_part(&rest), circle = next_part(&rest), org = next_part(&rest);
    toc_span lane = next_part(&rest), generation = next_part(&rest);
    if (!toc_span_equal(scheme, toc_span_text("tocsin")) || !lane_of(lane, &name.lane) ||
        toc_hex_decode(circle, name.circle.bytes, 32, NULL) != TOC_OK ||
        toc_hex_decode(org, name.org.bytes, 32, NULL) != TOC_OK ||
        toc_u64_parse(generation, UINT64_MAX, &name.generation, NULL) != TOC_OK)
        return toc_fail(
            err, TOC_MALFORMED,
            "not a feed's origin (tocsin/<circle>/<org>/<alert|bulk|keys>/<generation>)");
    /* One spelling only: an origin is a key name, and signed. */
    char printed[TOC_ORIGIN_BYTES_MAX];
    toc_feed_origin(&name, printed);
    if (!toc_span_equal(origin, toc_span_text(printed)))
        return toc_fail(err, TOC_MALFORMED, "a feed's origin in another spelling than %s", printed);
    *out = name;
    return TOC_OK;
}
