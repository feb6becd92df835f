/* What one node of a world has verified the others need not: twenty nodes in one process would do
 * the same arithmetic twenty times over, and nothing of the world hangs on it. The linker leads
 * every call of toc_verify here (--wrap). Only what verified is remembered, by all of its bytes:
 * what was forged or changed by one bit is looked at each time. */
#include <string.h>

#include "proto/crypto/hash.h"
#include "proto/crypto/sign.h"

enum { REMEMBERED = 1 << 17 };

static toc_hash remembered[REMEMBERED]; /* a later one takes the place of another */

toc_code __real_toc_verify(const toc_verify_key *key, const char *domain, toc_span message,
                           const toc_signature *signature, toc_err *err);
toc_code __wrap_toc_verify(const toc_verify_key *key, const char *domain, toc_span message,
                           const toc_signature *signature, toc_err *err);

toc_code __wrap_toc_verify(const toc_verify_key *key, const char *domain, toc_span message,
                           const toc_signature *signature, toc_err *err)
{
    toc_span parts[] = {TOC_SPAN_OF(*key), TOC_SPAN_OF(*signature),
                        toc_span_of(domain, strlen(domain) + 1), message};
    toc_hash hash;
    uint32_t place;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    memcpy(&place, hash.bytes, sizeof place);
    toc_hash *held = &remembered[place % REMEMBERED];
    if (toc_hash_equal(held, &hash))
        return TOC_OK;
    TOC_TRY(__real_toc_verify(key, domain, message, signature, err));
    *held = hash;
    return TOC_OK;
}
