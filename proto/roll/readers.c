#include "proto/roll/readers.h"

#include <stdlib.h>

static bool may_read(const toc_charter *charter, const toc_org_id *reader, const toc_org_id *author,
                     const toc_statement *statement)
{
    toc_audience audience = toc_audience_reader(&charter->circle, reader);
    return toc_audience_sees(&audience, &charter->circle, author, statement);
}

static int compare_orgs(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(toc_org_id));
}

static bool had_it(const toc_addressees *to, const toc_org_id *org)
{
    return !to->follows || (to->had_count > 0 && bsearch(org, to->had, to->had_count, sizeof *org,
                                                         compare_orgs) != NULL);
}

toc_code toc_addressees_of(const toc_charter *charter, const toc_org_id *author,
                           const toc_addressees *to, toc_arena *arena, const toc_org_id **out,
                           size_t *out_count, toc_err *err)
{
    size_t count = 0, all = toc_charter_reader_count(charter);
    toc_org_id *readers = toc_arena_zalloc(arena, all, sizeof *readers);
    if (readers == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory for the readers of a record");
    for (size_t i = 0; i < all; i++) {
        const toc_org_id *org = &toc_charter_reader(charter, i)->org;
        if (may_read(charter, org, author, to->marking) && had_it(to, org))
            readers[count++] = *org;
    }
    *out = readers;
    *out_count = count;
    return TOC_OK;
}

toc_code toc_readers_of(const toc_charter *charter, const toc_org_id *author,
                        const toc_statement *statement, toc_arena *arena, const toc_org_id **out,
                        size_t *out_count, toc_err *err)
{
    const toc_addressees all = {.marking = statement};
    return toc_addressees_of(charter, author, &all, arena, out, out_count, err);
}

bool toc_readers_see(const toc_charter *charter, const toc_org_id *author,
                     const toc_statement *statement, const toc_charter *then,
                     const toc_org_id *source_author, const toc_statement *source)
{
    size_t all = toc_charter_reader_count(charter);
    for (size_t i = 0; i < all; i++) {
        const toc_org_id *org = &toc_charter_reader(charter, i)->org;
        bool sees = toc_charter_reads(then, org) && may_read(then, org, source_author, source);
        if (may_read(charter, org, author, statement) && !sees)
            return false;
    }
    return true;
}
