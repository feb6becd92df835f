/* Who gets what names its readers: those who read in the circle now, and of what follows a claim
 * only those of them who had it (decision 0073). */
#include "node/writer_batch.h"

#include "proto/feed/addressed.h"

void toc_writer_mark_like(const toc_statement *marking, toc_statement *out)
{
    out->tlp = marking->tlp;
    out->releasable_count = marking->releasable_count;
    out->releasable_to = marking->releasable_to;
    out->not_to_count = marking->not_to_count;
    out->not_to = marking->not_to;
}

toc_code toc_writer_name(toc_writer_batch *all, const toc_statement *from,
                         const toc_views_head *head, const toc_writer_named **out, toc_err *err)
{
    *out = NULL;
    if (!toc_audience_is_named(from))
        return TOC_OK;
    toc_writer_named *kept = toc_arena_zalloc(all->arena, 1, sizeof *kept);
    if (kept == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a batch");
    toc_writer_mark_like(from, &kept->marking);
    kept->stored = head != NULL;
    if (head != NULL) {
        kept->feed = head->feed;
        kept->index = head->index;
    }
    *out = kept;
    return TOC_OK;
}

/* By the charter by which the claim was written, but for those whom it was not sealed to. */
static toc_code find_those_who_had(toc_writer_batch *all, const toc_writer_named *claim,
                                   toc_addressees *out, toc_err *err)
{
    toc_charter then;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(toc_node_log(all->completion.node), &txn, err));
    TOC_TRY(toc_log_charter_judging(txn, &claim->feed, claim->index, all->arena, &then, err));
    out->follows = true;
    TOC_TRY(toc_readers_of(&then, toc_node_org(all->completion.node), &claim->marking, all->arena,
                           &out->had, &out->had_count, err));
    return toc_log_unsealed_drop(txn, &claim->feed, claim->index, all->arena, &out->had,
                                 &out->had_count, err);
}

/* As far as is known before its round. */
static toc_code check_readers(const toc_statement *statement, size_t readers, toc_err *err)
{
    if (readers > TOC_READERS_MAX)
        return toc_fail(err, TOC_LIMIT,
                        "%zu of the circle could read it, and it is sealed to each by name: at "
                        "most %u; say releasable_to, or say it in a smaller circle",
                        readers, TOC_READERS_MAX);
    /* What was said for somebody who has left can still be taken back. */
    if (readers <= 1 && statement->releasable_count + statement->not_to_count > 0 &&
        statement->kind != TOC_RECORD_RETRACTION)
        return toc_fail(err, TOC_DENIED,
                        "%s: nobody in this circle but this org could read it; name a reader of "
                        "the circle (tocsin circle show)",
                        statement->releasable_count > 0 ? "releasable_to" : "not_to");
    return TOC_OK;
}

toc_code toc_writer_address(toc_writer_batch *all, const toc_statement *statement,
                            const toc_writer_named *after, size_t bytes, const toc_addressees **out,
                            size_t *out_bytes, toc_err *err)
{
    const toc_org_id *readers;
    const toc_writer_named *marking;
    size_t count;
    *out = NULL;
    *out_bytes = bytes;
    if (!toc_audience_is_named(statement))
        return TOC_OK;
    if (all->completion.charter == NULL)
        return toc_fail(err, TOC_STATE, "the circle's charter has not come yet");
    TOC_TRY(toc_writer_name(all, statement, NULL, &marking, err)); /* what is lent may go */
    toc_addressees *to = toc_arena_zalloc(all->arena, 1, sizeof *to);
    if (to == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the readers of a record");
    to->marking = &marking->marking;
    if (after != NULL && after->stored)
        TOC_TRY(find_those_who_had(all, after, to, err));
    TOC_TRY(toc_addressees_of(all->completion.charter, toc_node_org(all->completion.node), to,
                              all->arena, &readers, &count, err));
    TOC_TRY(check_readers(statement, count, err));
    if (bytes <= TOC_ENTRY_BYTES_MAX)
        *out_bytes = toc_addressed_bytes(count, bytes);
    all->boxes += toc_addressed_boxes(count);
    *out = to;
    return TOC_OK;
}
