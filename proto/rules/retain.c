#include "proto/rules/retain.h"

static uint32_t days_on(uint64_t from, uint32_t days)
{
    return from < TOC_KEEP_FOR_EVER - 1 - (uint64_t)days ? (uint32_t)(from + days)
                                                         : TOC_KEEP_FOR_EVER;
}

uint32_t toc_keep_until_day(uint64_t today, uint32_t retention_days, uint32_t before, bool ends)
{
    uint32_t due = retention_days == 0 ? TOC_KEEP_FOR_EVER : days_on(today, retention_days);
    uint32_t least = before != 0 && ends ? days_on(before, 1) : before;
    return due > least ? due : least;
}
