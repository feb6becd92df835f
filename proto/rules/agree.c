#include "proto/rules/agree.h"

#include <stdlib.h>

bool toc_voices_agree(const toc_voice *voices, size_t count)
{
    const toc_root *first = NULL;
    bool orgs = false, roots = false;
    for (size_t i = 0; i < count; i++) {
        orgs = orgs || !toc_org_id_equal(&voices[i].org, &voices[0].org);
        for (size_t j = 0; j < voices[i].root_count; j++) {
            first = first == NULL ? &voices[i].roots[j] : first;
            roots = roots || !toc_span_equal(voices[i].roots[j], *first);
        }
    }
    return orgs && roots;
}

static int compare_orgs(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(toc_org_id));
}

static int compare_roots(const void *left, const void *right)
{
    const toc_root *a = left, *b = right;
    return toc_span_compare(*a, *b);
}

static size_t count_distinct(void *items, size_t count, size_t size,
                             int (*order)(const void *left, const void *right))
{
    const char *at = items;
    size_t distinct = count > 0;
    if (count > 1)
        qsort(items, count, size, order);
    for (size_t i = 1; i < count; i++)
        distinct += order(at + (i - 1) * size, at + i * size) != 0;
    return distinct;
}

toc_code toc_voices_weigh(const toc_voice *voices, size_t count, toc_arena *arena, size_t *out,
                          toc_err *err)
{
    size_t total = 0, root_count = 0;
    for (size_t i = 0; i < count; i++)
        total += voices[i].root_count;
    toc_org_id *orgs = toc_arena_zalloc(arena, count, sizeof *orgs);
    toc_root *roots = toc_arena_zalloc(arena, total, sizeof *roots);
    if (orgs == NULL || roots == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory to count lineages");
    for (size_t i = 0; i < count; i++) {
        orgs[i] = voices[i].org;
        for (size_t j = 0; j < voices[i].root_count; j++)
            roots[root_count++] = voices[i].roots[j];
    }
    size_t org_total = count_distinct(orgs, count, sizeof *orgs, compare_orgs);
    size_t root_total = count_distinct(roots, root_count, sizeof *roots, compare_roots);
    *out = org_total < root_total ? org_total : root_total;
    return TOC_OK;
}
