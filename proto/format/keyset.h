/* proto/format/keyset.h: numbers by 16-byte keys that are hashes already: open addressing, linear
 * probing. Private to proto/format.
 * Owns:    its slots, 20 bytes each, at most half of them filled.
 * Threads: one at a time.
 * Errors:  NO_MEMORY. */
#ifndef TOC_PROTO_FORMAT_KEYSET_H
#define TOC_PROTO_FORMAT_KEYSET_H

#include "proto/base/error.h"
#include "proto/base/span.h"

typedef struct toc_keyset_slot {
    uint8_t key[16];
    uint32_t value; /* one more than the number; 0: free */
} toc_keyset_slot;

typedef struct toc_keyset {
    toc_keyset_slot *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
} toc_keyset;

void toc_keyset_wipe(toc_keyset *set);
/* The number under the first 16 bytes of `key`; false when there is none. */
bool toc_keyset_get(const toc_keyset *set, const toc_hash *key, uint32_t *out_value);
/* The key must not be there. `value` below UINT32_MAX. */
TOC_MUST toc_code toc_keyset_put(toc_keyset *set, const toc_hash *key, uint32_t value,
                                 toc_err *err);

#endif
