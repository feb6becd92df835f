#include "node/control_branch.h"

#include "proto/base/text.h"
#include "proto/rules/nearest.h"

typedef struct branch_search {
    toc_log_txn *txn;
    const toc_circle_id *only; /* NULL: all */
    toc_span digits;
    size_t count;
    toc_circle_id circle; /* of the walk */
    toc_branch found;
} branch_search;

static void look_at(branch_search *search, const toc_charter_hash *hash)
{
    char text[65];
    toc_hex_encode(TOC_SPAN_OF(*hash), text);
    if (!toc_ascii_equal_nocase(search->digits, toc_span_of(text, search->digits.size)))
        return;
    search->count++;
    search->found = (toc_branch){.circle = search->circle, .hash = *hash};
}

static toc_code look_at_rival(void *context, const toc_charter_hash *hash, toc_rival state,
                              toc_err *err)
{
    (void)err;
    if (state != TOC_RIVAL_CHOSEN)
        look_at(context, hash);
    return TOC_OK;
}

static toc_code look_at_circle(void *context, const toc_log_circle *circle, toc_err *err)
{
    branch_search *search = context;
    if (!circle->known || (search->only != NULL && !toc_circle_id_equal(search->only, &circle->id)))
        return TOC_OK;
    search->circle = circle->id;
    look_at(search, &circle->charter);
    return toc_log_rivals(search->txn, &circle->id, look_at_rival, search, err);
}

toc_code toc_branch_find(toc_log_txn *txn, const toc_circle_id *circle, toc_span digits,
                         toc_branch *out, toc_err *err)
{
    branch_search search = {.txn = txn, .only = circle, .digits = digits};
    if (digits.size < TOC_HASH_DIGITS_MIN || digits.size > 64)
        return toc_fail(err, TOC_USAGE,
                        "'%.*s' is no charter's hash: its first %d digits at least, of 64",
                        toc_quoted_bytes(digits), (const char *)digits.data, TOC_HASH_DIGITS_MIN);
    TOC_TRY(toc_log_circles(txn, look_at_circle, &search, err));
    if (search.count == 0)
        return toc_fail(err, TOC_NOT_FOUND,
                        "no charter here has a hash that begins with '%.*s'; 'tocsin circle show' "
                        "lists the branches",
                        (int)digits.size, (const char *)digits.data);
    if (search.count > 1)
        return toc_fail(err, TOC_USAGE,
                        "%zu charters have a hash that begins with '%.*s'; give more digits",
                        search.count, (int)digits.size, (const char *)digits.data);
    *out = search.found;
    return TOC_OK;
}
