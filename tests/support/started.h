/* tests/support/started.h: the set-up of a group of tests that use keys or hashes.
 * Owns: nothing. Threads: the test's. Errors: the group is not run, and fails. */
#ifndef TOC_TESTS_SUPPORT_STARTED_H
#define TOC_TESTS_SUPPORT_STARTED_H

#include "proto/crypto/secret.h"

static inline int start_crypto(void **state)
{
    (void)state;
    return toc_crypto_start(NULL) == TOC_OK ? 0 : -1;
}

#endif
