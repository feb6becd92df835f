#include "tests/support/leaver.h"

toc_code toc_leaver_remove(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                           const toc_org_id *org, toc_now now, toc_err *err)
{
    const toc_amend_step remove = {.what = TOC_AMEND_REMOVE, .org = *org};
    const toc_amendment amendment = {.step_count = 1, .steps = &remove};
    toc_amended made;
    TOC_TRY(
        toc_engine_charter_propose(engine, txn, circle, &amendment, false, now, NULL, &made, err));
    return made.in_force ? TOC_OK : toc_fail(err, TOC_STATE, "one admin is not enough here");
}
