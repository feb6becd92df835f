#include "proto/format/audience.h"

#include <stdlib.h>

#include "proto/base/limits.h"
#include "proto/base/text.h"
#include "proto/crypto/hash.h"
#include "proto/format/row_text.h"
#include "proto/rules/nearest.h"

static const char stand_in_domain[] = "tocsin/org-name/1\n";

enum { ID_DIGITS = 64 };

bool toc_audience_is_id(toc_span org)
{
    toc_org_id ignored;
    return org.size == ID_DIGITS &&
           toc_hex_decode(org, ignored.bytes, sizeof ignored.bytes, NULL) == TOC_OK;
}

void toc_audience_stand_in(toc_span name, toc_org_id *out)
{
    toc_hash hash;
    toc_span parts[] = {toc_span_of(stand_in_domain, sizeof stand_in_domain - 1), name};
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    memcpy(out->bytes, hash.bytes, sizeof out->bytes);
}

static int by_bytes(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(toc_org_id));
}

size_t toc_audience_sort(toc_org_id *orgs, size_t count)
{
    size_t kept = 0;
    if (count > 1)
        qsort(orgs, count, sizeof *orgs, by_bytes);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || !toc_org_id_equal(&orgs[kept - 1], &orgs[i]))
            orgs[kept++] = orgs[i];
    }
    return kept;
}

static toc_code read_org(toc_span org, toc_org_id *out, toc_err *err)
{
    if (toc_audience_is_id(org))
        return toc_hex_decode(org, out->bytes, sizeof out->bytes, err);
    if (org.size > TOC_TEXT_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "'%.*s…' has %zu bytes; names of orgs have at most %u",
                        toc_quoted_bytes(org), (const char *)org.data, org.size,
                        TOC_TEXT_BYTES_MAX);
    toc_audience_stand_in(org, out);
    return TOC_OK;
}

toc_code toc_audience_read(toc_span cell, toc_arena *arena, const toc_org_id **out,
                           size_t *out_count, toc_err *err)
{
    size_t count = toc_cell_count(cell);
    *out_count = 0;
    if (count == 0)
        return TOC_OK;
    if (count > TOC_AUDIENCE_MAX)
        return toc_fail(err, TOC_LIMIT, "%zu orgs; at most %u are taken", count, TOC_AUDIENCE_MAX);
    toc_org_id *orgs = toc_arena_zalloc(arena, count, sizeof *orgs);
    if (orgs == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++)
        TOC_TRY(read_org(toc_cell_next(&cell), &orgs[i], err));
    *out = orgs;
    *out_count = toc_audience_sort(orgs, count);
    return TOC_OK;
}
