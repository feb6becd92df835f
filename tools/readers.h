/* tools/readers.h: who gets to read something, for people: rows of `audience`, as they also stand
 * in a draft and in a dry run (proto/control/README.md).
 * Owns: what a dry run told, until wiped. Threads: one. Errors: memory. */
#ifndef TOC_TOOLS_READERS_H
#define TOC_TOOLS_READERS_H

#include <jansson.h>

#include "tools/dry_quota.h"
#include "tools/term/table.h"

extern const char *const toc_readers_heads[];
/* The next row of a table with these heads. */
void toc_readers_add(toc_table *table, const json_t *reader);
/* All of an array as a table, each line behind `indent` spaces. */
TOC_MUST toc_code toc_readers_print(const json_t *readers, size_t indent, toc_buf *out,
                                    toc_err *err);

/* What dry runs said of readers, and of the quota, one after the other; zeroes at first. */
typedef struct toc_dry_readers {
    json_t *rows;    /* one a marking */
    uint64_t others; /* records that are marked otherwise, and named in none */
    toc_dry_quotas quotas;
} toc_dry_readers;
void toc_dry_readers_wipe(toc_dry_readers *all);
TOC_DEFINE_AUTO_WIPE(toc_dry_readers, toc_dry_readers_wipe)

/* Whether the line is of these; then it is taken, together with what was told alike before. */
TOC_MUST toc_code toc_dry_readers_take(toc_dry_readers *all, json_t *line, bool *out_taken,
                                       toc_err *err);
/* As it came, a line each. */
TOC_MUST toc_code toc_dry_readers_json(const toc_dry_readers *all, toc_buf *out, toc_err *err);
/* For people: a sentence where everybody reads it over a direct link, else a table. */
TOC_MUST toc_code toc_dry_readers_print(const toc_dry_readers *all, toc_buf *out, toc_err *err);

#endif
