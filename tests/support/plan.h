/* tests/support/plan.h: worlds that tests/model/plan.py describes, said again as real records in
 * real feeds: one of each lane for each org and circle. Owns:    a plan its feeds, until it is
 * wiped. Errors:  whatever cannot be read or said fails the test. */
#ifndef TOC_TESTS_SUPPORT_PLAN_H
#define TOC_TESTS_SUPPORT_PLAN_H

#include <stdio.h>

#include "tests/support/viewbook.h"

enum { TOC_PLAN_FEEDS_MAX = 64 };

typedef struct toc_plan {
    uint64_t seed;
    uint64_t horizon; /* Unix milliseconds, 0: no tick */
    size_t feed_count;
    toc_test_feed *feeds[TOC_PLAN_FEEDS_MAX];
} toc_plan;

/* The next world of the file; false at its end. */
bool toc_plan_read(FILE *file, toc_plan *out);
void toc_plan_wipe(toc_plan *plan);

#endif
