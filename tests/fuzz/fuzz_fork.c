/* Proofs of forks: what is read is written as it came, and a proof that holds under a key has two
 * sides that hold under it, with one root and two leaves. The key is that of the corpus. */
#include "proto/base/limits.h"
#include "proto/feed/fork.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The public key of the seed 0x40 … 0x5f. */
static const toc_verify_key key = {{0x25, 0x43, 0xb9, 0x2f, 0xf1, 0x09, 0x55, 0x11,
                                    0x47, 0x6a, 0xdc, 0x83, 0x69, 0xdb, 0x6d, 0xdc,
                                    0x93, 0x36, 0x65, 0xa1, 0x19, 0x78, 0xdd, 0xa1,
                                    0x40, 0x4e, 0xe1, 0x06, 0x6c, 0xa9, 0x55, 0x9d}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static toc_fork fork;
    if (toc_fork_read(toc_span_of(data, size), &fork, NULL) != TOC_OK)
        return 0;
    TOC_AUTO(toc_buf_wipe) toc_buf again = {0};
    toc_fork_write(&fork, &again);
    TOC_ASSERT(toc_span_equal(toc_buf_view(&again), toc_span_of(data, size)));
    TOC_ASSERT(toc_crypto_start(NULL) == TOC_OK);
    if (toc_fork_check(&fork, &key, 1, NULL) != TOC_OK)
        return 0;
    toc_checkpoint heads[2];
    for (size_t i = 0; i < 2; i++) {
        TOC_ASSERT(toc_fork_side_check(&fork.sides[i], &fork.feed, fork.index, &key, 1, &heads[i],
                                       NULL) == TOC_OK);
        TOC_ASSERT(heads[i].size > fork.index);
    }
    TOC_ASSERT(toc_hash_equal(&fork.sides[0].root, &fork.sides[1].root));
    TOC_ASSERT(!toc_hash_equal(&fork.sides[0].leaf, &fork.sides[1].leaf));
    TOC_ASSERT(!toc_hash_equal(&heads[0].root, &heads[1].root));
    return 0;
}
