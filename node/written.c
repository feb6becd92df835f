#include "node/written.h"

static void remember(toc_written *walk, const toc_said_record *said, const toc_org_id *readers,
                     size_t count)
{
    walk->claim = said->claim;
    walk->has_claim = toc_audience_is_named(&said->statement) && count <= TOC_READERS_MAX;
    walk->reader_count = walk->has_claim ? count : 0;
    if (walk->reader_count > 0)
        memcpy(walk->readers, readers, count * sizeof *readers);
}

toc_code toc_written_next(toc_written *walk, toc_log_txn *log, const toc_said_record *said,
                          toc_arena *arena, toc_charter *out_then, const toc_org_id **out,
                          size_t *out_count, toc_err *err)
{
    toc_addressees to = {.marking = &said->statement};
    bool after = said->statement.kind == TOC_RECORD_RETRACTION;
    if (after && walk->has_claim && toc_claim_id_equal(&walk->claim, &said->claim)) {
        to.follows = toc_audience_is_named(&said->statement);
        to.had = walk->readers;
        to.had_count = walk->reader_count;
    }
    TOC_TRY(toc_log_charter_judging(log, &said->feed, said->index, &walk->judged, arena, out_then,
                                    err));
    TOC_TRY(toc_addressees_of(out_then, &said->org, &to, arena, out, out_count, err));
    if (!after)
        remember(walk, said, *out, *out_count);
    return TOC_OK;
}
