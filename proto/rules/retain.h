/* proto/rules/retain.h: how long the body of a record is kept (docs/RULES.md §7).
 * Threads: pure. Errors: none. */
#ifndef TOC_PROTO_RULES_RETAIN_H
#define TOC_PROTO_RULES_RETAIN_H

#include <stdbool.h>
#include <stdint.h>

/* keep_until_day of what has no term. */
#define TOC_KEEP_FOR_EVER UINT32_MAX

/* The last day (Unix seconds / 86,400) of a record that is written `today`. `retention_days`: of
 * the charter in force; 0: no term. `before`: the day of the live head that it takes the place of;
 * 0: of none. What replaces a record is kept as long as that, and what `ends` it a day longer: once
 * it is gone the older one must not stand again. */
uint32_t toc_keep_until_day(uint64_t today, uint32_t retention_days, uint32_t before, bool ends);

#endif
