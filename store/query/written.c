#include "store/written.h"

#include "proto/crypto/hash.h"

static void marking_of(const toc_statement *statement, toc_hash *out)
{
    const uint8_t tlp = (uint8_t)statement->tlp;
    const uint8_t bar = 0;
    const toc_span parts[] = {
        TOC_SPAN_OF(tlp),
        toc_span_of(statement->releasable_to,
                    statement->releasable_count * sizeof *statement->releasable_to),
        TOC_SPAN_OF(bar),
        toc_span_of(statement->not_to, statement->not_to_count * sizeof *statement->not_to)};
    toc_blake2b_parts(parts, TOC_COUNT(parts), out);
}

static void remember(toc_written *walk, const toc_said_record *said, const toc_org_id *readers,
                     size_t count)
{
    walk->claim = said->claim;
    walk->has_claim = toc_audience_is_named(&said->statement) && count <= TOC_READERS_MAX;
    walk->has_head = walk->has_claim;
    walk->reader_count = walk->has_claim ? count : 0;
    marking_of(&said->statement, &walk->marking);
    if (walk->reader_count > 0)
        memcpy(walk->readers, readers, count * sizeof *readers);
}

/* An end follows its claim. Members follow a head that is live and marked as they are: those that
 * came before their head, or for others than the head before, are for whoever reads then. */
static bool does_follow(const toc_written *walk, const toc_said_record *said)
{
    toc_hash marking;
    if (!walk->has_claim || !toc_claim_id_equal(&walk->claim, &said->claim))
        return false;
    if (said->statement.kind != TOC_RECORD_MEMBERS)
        return said->statement.kind == TOC_RECORD_RETRACTION;
    marking_of(&said->statement, &marking);
    return walk->has_head && toc_hash_equal(&walk->marking, &marking);
}

toc_code toc_written_next(toc_written *walk, toc_log_txn *log, const toc_said_record *said,
                          toc_arena *arena, toc_charter *out_then, const toc_org_id **out,
                          size_t *out_count, toc_err *err)
{
    toc_addressees to = {.marking = &said->statement};
    if (does_follow(walk, said)) {
        to.follows = toc_audience_is_named(&said->statement);
        to.had = walk->readers;
        to.had_count = walk->reader_count;
    }
    TOC_TRY(toc_log_charter_judging(log, &said->feed, said->index, arena, out_then, err));
    TOC_TRY(toc_addressees_of(out_then, &said->org, &to, arena, out, out_count, err));
    TOC_TRY(toc_log_unsealed_drop(log, &said->feed, said->index, arena, out, out_count, err));
    if (said->statement.kind == TOC_RECORD_RETRACTION)
        walk->has_head = false;
    else if (said->statement.kind != TOC_RECORD_MEMBERS)
        remember(walk, said, *out, *out_count);
    return TOC_OK;
}
