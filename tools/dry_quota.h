/* tools/dry_quota.h: what a dry run tells of the own quota of the day, for people
 * (proto/control/README.md).
 * Owns: nothing. Threads: one. Errors: DENIED where it would be. */
#ifndef TOC_TOOLS_DRY_QUOTA_H
#define TOC_TOOLS_DRY_QUOTA_H

#include <jansson.h>

#include "proto/base/buf.h"
#include "proto/base/error.h"

/* Of one lane; a name that is empty: nothing would be written in it. */
typedef struct toc_dry_quota {
    char lane[8];
    uint64_t per_day, used;           /* bytes, today */
    uint64_t needs, records;          /* bytes that would be written, and in how many records */
    uint64_t fits;                    /* records of them before the first that is refused */
    char refused[TOC_ERR_TEXT_BYTES]; /* as the node says it; empty: it does not */
} toc_dry_quota;

typedef struct toc_dry_quotas {
    toc_dry_quota lanes[2];
} toc_dry_quotas;

/* Whether the line is of a quota; then it is added to what was told before. */
bool toc_dry_quotas_take(toc_dry_quotas *all, const json_t *line);
/* As it came, a line each, of all that was told together. */
void toc_dry_quotas_json(const toc_dry_quotas *all, toc_buf *out);
/* A sentence each. */
void toc_dry_quotas_print(const toc_dry_quotas *all, toc_buf *out);
/* DENIED, in the words of the node where it has some, when it is more than is left. */
TOC_MUST toc_code toc_dry_quotas_check(const toc_dry_quotas *all, toc_err *err);

#endif
