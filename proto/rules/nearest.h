/* proto/rules/nearest.h: "did you mean": the nearest of some words, and how much of a text a
 * sentence quotes.
 * Owns: nothing; words are lent. Threads: pure. Errors: none. */
#ifndef TOC_PROTO_RULES_NEAREST_H
#define TOC_PROTO_RULES_NEAREST_H

#include "proto/base/span.h"

typedef struct toc_nearest {
    toc_span text;
    const char *found; /* NULL before the first try */
    size_t distance;
} toc_nearest;

/* Begins a search for what is nearest to `text`, of which the first 64 bytes count. */
toc_nearest toc_nearest_to(toc_span text);
/* Tries `word`; when it is nearer than all before, `found` becomes `says`. */
void toc_nearest_try(toc_nearest *nearest, const char *word, const char *says);
/* Single-byte insertions, deletions and replacements from one to the other (Levenshtein), case and
 * the difference of '-', '_' and ' ' apart. Only the first 64 bytes count. */
size_t toc_edit_distance(toc_span left, toc_span right);

/* The bytes of a text that a sentence quotes: at most 64, whole characters. */
int toc_quoted_bytes(toc_span text);

#endif
