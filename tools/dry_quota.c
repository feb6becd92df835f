#include "tools/dry_quota.h"

#include <stdio.h>
#include <string.h>

#include "proto/answer/writer.h"
#include "tools/ask.h"

static uint64_t left_of(const toc_dry_quota *quota)
{
    return quota->per_day > quota->used ? quota->per_day - quota->used : 0;
}

static toc_dry_quota *find_lane(toc_dry_quotas *all, const char *lane)
{
    toc_dry_quota *found = &all->lanes[0];
    if (found->lane[0] != '\0' && strcmp(found->lane, lane) != 0)
        found = &all->lanes[1];
    (void)snprintf(found->lane, sizeof found->lane, "%s", lane);
    return found;
}

bool toc_dry_quotas_take(toc_dry_quotas *all, const json_t *line)
{
    const json_t *told = json_object_get(line, "quota");
    if (told == NULL)
        return false;
    toc_dry_quota *quota = find_lane(all, toc_text_of(told, "lane"));
    quota->per_day = toc_number_of(told, "bytes_per_day");
    quota->used = toc_number_of(told, "used_bytes");
    quota->needs += toc_number_of(told, "needs_bytes");
    quota->records += toc_number_of(told, "records");
    if (quota->refused[0] == '\0') {
        quota->fits += toc_number_of(told, "fits");
        (void)snprintf(quota->refused, sizeof quota->refused, "%s", toc_text_of(told, "refused"));
    }
    return true;
}

void toc_dry_quotas_json(const toc_dry_quotas *all, toc_buf *out)
{
    for (size_t i = 0; i < TOC_COUNT(all->lanes) && all->lanes[i].lane[0] != '\0'; i++) {
        const toc_dry_quota *quota = &all->lanes[i];
        toc_json json = {.out = out};
        toc_json_open(&json, NULL, '{');
        toc_json_open(&json, "quota", '{');
        toc_json_text(&json, "lane", toc_span_text(quota->lane));
        toc_json_number(&json, "bytes_per_day", quota->per_day);
        toc_json_number(&json, "used_bytes", quota->used);
        toc_json_number(&json, "left_bytes", left_of(quota));
        toc_json_number(&json, "needs_bytes", quota->needs);
        toc_json_number(&json, "records", quota->records);
        toc_json_number(&json, "fits", quota->fits);
        toc_json_optional(&json, "refused", toc_span_text(quota->refused));
        toc_json_close(&json, '}');
        toc_json_close(&json, '}');
        toc_json_end_line(&json);
    }
}

void toc_dry_quotas_print(const toc_dry_quotas *all, toc_buf *out)
{
    for (size_t i = 0; i < TOC_COUNT(all->lanes) && all->lanes[i].lane[0] != '\0'; i++) {
        const toc_dry_quota *quota = &all->lanes[i];
        toc_buf_printf(out,
                       "Of today's %s quota in this circle %llu bytes are left, and this takes "
                       "%llu",
                       quota->lane, (unsigned long long)left_of(quota),
                       (unsigned long long)quota->needs);
        if (quota->refused[0] != '\0')
            toc_buf_printf(out, ": of %llu records %llu would be written today",
                           (unsigned long long)quota->records, (unsigned long long)quota->fits);
        toc_buf_add_text(out, ".\n");
    }
}

/* Several submissions, of which each fits by itself, may be more together. */
static toc_code check_sum(const toc_dry_quota *quota, toc_err *err)
{
    if (quota->needs <= left_of(quota))
        return TOC_OK;
    return toc_fail(err, TOC_DENIED,
                    "all of it together takes %llu bytes, and of today's %s quota %llu are left: "
                    "the last of it would be refused. It begins anew at 00:00 UTC",
                    (unsigned long long)quota->needs, quota->lane,
                    (unsigned long long)left_of(quota));
}

toc_code toc_dry_quotas_check(const toc_dry_quotas *all, toc_err *err)
{
    for (size_t i = 0; i < TOC_COUNT(all->lanes); i++) {
        const toc_dry_quota *quota = &all->lanes[i];
        if (quota->refused[0] != '\0')
            return toc_fail(err, TOC_DENIED, "%s", quota->refused);
        TOC_TRY(check_sum(quota, err));
    }
    return TOC_OK;
}
