/* What a dry run tells of the own quota: the core says it, as it would when it writes. */
#include "node/writer_batch.h"

typedef struct foreseeing {
    const toc_writer_batch *all;
    const size_t *bytes;
    const toc_addressees *const *named;
    size_t count;
    uint64_t before;
    toc_engine_need need;
} foreseeing;

static toc_code ask_core(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                         toc_err *err)
{
    foreseeing *what = context;
    return toc_engine_foresee(engine, txn, &what->all->circle, what->all->lane, what->bytes,
                              what->named, what->count, what->before, now, &what->need, err);
}

static toc_code add_need(toc_told_quota *quota, const foreseeing *what, toc_code code, bool ends,
                         const toc_err *why, toc_err *err)
{
    bool ended = ends && quota->refused.code != TOC_OK;
    quota->used = what->need.used;
    quota->per_day = what->need.per_day;
    quota->bytes += what->need.bytes;
    quota->records += what->count;
    if (code == TOC_OK) {
        quota->fits += ended ? 0 : what->count;
        quota->fits_bytes += what->need.bytes;
        return TOC_OK;
    }
    if (quota->refused.code == TOC_OK)
        quota->refused = *why;
    return toc_fail(err, code, "%s", why->text);
}

toc_code toc_writer_foresee(toc_writer_batch *all, toc_told *told, bool ends, toc_err *err)
{
    toc_err why;
    size_t left = all->count - all->foreseen;
    toc_told_quota *quota = &told->quotas[all->lane];
    size_t *bytes = toc_arena_zalloc(all->arena, left, sizeof *bytes);
    const toc_addressees **named = toc_arena_zalloc(all->arena, left, sizeof(void *));
    if (bytes == NULL || named == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a batch");
    foreseeing what = {.all = all, .bytes = bytes, .named = named, .before = quota->fits_bytes};
    for (size_t i = all->foreseen; i < all->count; i++) {
        if (all->drafts[i] || all->later[i])
            continue;
        bytes[what.count] = toc_writer_record(all, i).size;
        named[what.count++] = all->named[i];
    }
    all->foreseen = all->count;
    all->foreseen_boxes = all->boxes;
    if (what.count == 0)
        return TOC_OK;
    toc_code code = toc_node_do(all->completion.node, ask_core, &what, &why);
    return code == TOC_OK || code == TOC_DENIED ? add_need(quota, &what, code, ends, &why, err)
                                                : toc_fail(err, code, "%s", why.text);
}
