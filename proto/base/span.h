/* proto/base/span.h: borrowed bytes, and the names and moments that must not be mixed up.
 * Owns:    nothing; a span is valid as long as what it points into.
 * Threads: plain values. */
#ifndef TOC_PROTO_BASE_SPAN_H
#define TOC_PROTO_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct toc_span {
    const uint8_t *data;
    size_t size; /* bytes */
} toc_span;

static inline toc_span toc_span_of(const void *data, size_t size)
{
    return (toc_span){.data = (const uint8_t *)data, .size = size};
}

static inline toc_span toc_span_text(const char *text)
{
    return (toc_span){.data = (const uint8_t *)text, .size = text == NULL ? 0 : strlen(text)};
}

/* The bytes of a value whose type is its layout: an id, a key, a hash. */
#define TOC_SPAN_OF(value) toc_span_of(&(value), sizeof(value))

static inline bool toc_span_equal(toc_span left, toc_span right)
{
    return left.size == right.size &&
           (left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
}

/* Bytewise, a shorter span before a longer one that begins with it. */
static inline int toc_span_compare(toc_span left, toc_span right)
{
    size_t common = left.size < right.size ? left.size : right.size;
    int order = common == 0 ? 0 : memcmp(left.data, right.data, common);
    if (order != 0)
        return order;
    return left.size < right.size ? -1 : left.size > right.size;
}

/* NOLINTBEGIN(bugprone-macro-parentheses): nor does the name of one that is being made. */

/* 32-byte names. Each is a type of its own, so that one cannot be passed for another. */
#define TOC_ID(name)                                                                               \
    typedef struct name {                                                                          \
        uint8_t bytes[32];                                                                         \
    } name;                                                                                        \
    static inline bool name##_equal(const name *left, const name *right)                           \
    {                                                                                              \
        return memcmp(left->bytes, right->bytes, 32) == 0;                                         \
    }

/* NOLINTEND(bugprone-macro-parentheses) */

TOC_ID(toc_hash)      /* a SHA-256 or BLAKE2b-256 value without a narrower name */
TOC_ID(toc_org_id)    /* hash of an org's first root public key */
TOC_ID(toc_circle_id) /* hash of the first charter's body */
TOC_ID(toc_card_hash)
TOC_ID(toc_charter_hash)
TOC_ID(toc_feed_id)
TOC_ID(toc_record_id) /* leaf hash of the entry that carries the record */
TOC_ID(toc_claim_id)
TOC_ID(toc_key_id) /* names a sender key without giving it away */
TOC_ID(toc_draft_id)

/* A moment: milliseconds since 1970-01-01T00:00:00Z. Zero means "not stated". */
typedef struct toc_time {
    uint64_t unix_ms;
} toc_time;

/* A point of the monotonic clock; only differences mean anything. */
typedef struct toc_instant {
    uint64_t ms;
} toc_instant;

/* The clock enters from outside, both readings together. */
typedef struct toc_now {
    toc_time wall;
    toc_instant mono;
} toc_now;

#endif
