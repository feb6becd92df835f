/* proto/rules/union.h: disjoint sets over 0 to n - 1 as an array of parents. The root of a set is
 * its smallest element, so that it does not depend on the order of the unions.
 * Threads: one at a time. Errors: none. */
#ifndef TOC_PROTO_RULES_UNION_H
#define TOC_PROTO_RULES_UNION_H

#include <stddef.h>
#include <stdint.h>

static inline void toc_union_init(uint32_t *parents, size_t count)
{
    for (size_t i = 0; i < count; i++)
        parents[i] = (uint32_t)i;
}

static inline uint32_t toc_union_root(uint32_t *parents, uint32_t element)
{
    while (parents[element] != element) {
        parents[element] = parents[parents[element]]; /* halves the path for the next one */
        element = parents[element];
    }
    return element;
}

static inline void toc_union_link(uint32_t *parents, uint32_t left, uint32_t right)
{
    uint32_t a = toc_union_root(parents, left), b = toc_union_root(parents, right);
    if (a < b)
        parents[b] = a;
    else
        parents[a] = b;
}

#endif
