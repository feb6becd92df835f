/* tests/support/plan.h: worlds that tests/model/plan.py describes, said again as real records in
 * real feeds: one of each lane for each org and circle.
 * Owns:    a plan its feeds, until it is wiped.
 * Errors:  whatever cannot be read or said fails the test. */
#ifndef TOC_TESTS_SUPPORT_PLAN_H
#define TOC_TESTS_SUPPORT_PLAN_H

#include <stdio.h>

#include "tests/support/viewbook.h"

enum { TOC_PLAN_FEEDS_MAX = 64, TOC_PLAN_LINES_MAX = 1 << 14 };

typedef struct toc_plan_line {
    size_t feed; /* of the plan */
    uint64_t index;
    toc_record_id record;
    bool unseen; /* written, and never in E */
} toc_plan_line;

typedef struct toc_plan {
    uint64_t seed;
    uint64_t horizon; /* Unix milliseconds, 0: no tick */
    size_t feed_count;
    toc_test_feed *feeds[TOC_PLAN_FEEDS_MAX];
    size_t line_count;
    toc_plan_line *lines; /* one a record, in the order of the plan */
} toc_plan;

/* The next world of the file; false at its end. */
bool toc_plan_read(FILE *file, toc_plan *out);
void toc_plan_wipe(toc_plan *plan);

/* Opens an entry of a feed as its readers do; `plain` takes TOC_ENTRY_BYTES_MAX bytes and begins
 * with the salt. */
void toc_plan_open(const toc_test_feed *feed, uint64_t index, toc_arena *arena, uint8_t *plain,
                   toc_statement *out);

#endif
