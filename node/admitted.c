#include "node/admitted.h"

#include "store/memo.h"

typedef struct new_readers {
    const toc_circle_id *circle;
    uint64_t count;
} new_readers;

static toc_code count_one(void *context, const toc_log_admission *admission, toc_err *err)
{
    new_readers *all = context;
    (void)err;
    all->count += toc_circle_id_equal(&admission->circle, all->circle) ? 1 : 0;
    return TOC_OK;
}

toc_time toc_admitted_until(toc_log_txn *txn, const toc_circle_id *circle, toc_time now)
{
    toc_time until = {0};
    bool waits = toc_memo_wait(txn, circle, &until, NULL) == TOC_OK && until.unix_ms > now.unix_ms;
    return waits ? until : (toc_time){0};
}

toc_code toc_admitted_add(toc_json *json, toc_log_txn *txn, const toc_circle_id *circle,
                          toc_time now, toc_err *err)
{
    new_readers all = {.circle = circle};
    TOC_TRY(toc_log_admissions(txn, count_one, &all, err));
    toc_json_time_optional(json, "waits_until", toc_admitted_until(txn, circle, now));
    toc_json_number(json, "new_readers", all.count);
    return TOC_OK;
}
