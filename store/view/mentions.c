/* What else a record is found by than where it is filed. It stands in these lists as long as it is
 * in E, whether it waits or not and whether its claim is live or not: that is for readers to ask.
 */
#include "store/view/fold.h"

/* A record in the making of its rows. */
typedef struct turning {
    toc_fold *fold;
    const toc_claim_row *row;
    bool out_of;
} turning;

static toc_code turn(const turning *work, toc_view_table table, const toc_key *key, toc_span value,
                     toc_err *err)
{
    return work->out_of ? toc_fold_drop(work->fold, table, toc_key_view(key), value, err)
                        : toc_batch_put(work->fold, table, toc_key_view(key), value, err);
}

static toc_code turn_mention(const turning *work, const toc_subject *named, toc_err *err)
{
    const toc_filed *filed = &work->row->filed;
    toc_key key;
    toc_mention_key(&key, toc_subject_view(named), &filed->claim, &filed->record);
    return turn(work, TOC_VIEW_MENTIONS, &key, filed->subject, err);
}

/* By the transaction as a whole, whatever index in it. */
static toc_code turn_transaction(const turning *work, const toc_place *place, toc_err *err)
{
    const toc_place whole = {.chain = place->chain, .tx = place->tx};
    toc_subject named;
    if (place->tx.size == 0)
        return TOC_OK; /* a flow note is found by its own id */
    toc_place_subject(&whole, &named);
    return turn_mention(work, &named, err);
}

static toc_code turn_moves(const turning *work, const toc_transfer_body *body,
                           toc_direction direction, toc_err *err)
{
    bool in = direction == TOC_DIRECTION_IN;
    const toc_wallet *parties = in ? body->to : body->from;
    size_t count = in ? body->to_count : body->from_count;
    for (size_t i = 0; i < count; i++) {
        toc_key key;
        toc_move_key(&key, &parties[i], direction, body->time, work->row->filed.subject,
                     &work->row->filed.record);
        TOC_TRY(turn(work, TOC_VIEW_MOVES, &key, (toc_span){0}, err));
    }
    return TOC_OK;
}

static toc_code turn_transfer(const turning *work, const toc_transfer_body *body, toc_err *err)
{
    TOC_TRY(turn_transaction(work, &body->place, err));
    if (body->bridge.chain != NULL)
        TOC_TRY(turn_transaction(work, &body->bridge, err));
    TOC_TRY(turn_moves(work, body, TOC_DIRECTION_IN, err));
    return turn_moves(work, body, TOC_DIRECTION_OUT, err);
}

static toc_code turn_same_as(const turning *work, const toc_same_as_body *body, toc_err *err)
{
    toc_subject second;
    toc_incident_subject(body->second.slug, &second);
    return turn_mention(work, &second, err);
}

static toc_code turn_retraction(const turning *work, toc_err *err)
{
    const toc_filed *filed = &work->row->filed;
    toc_key key;
    toc_ended_key(&key, &filed->claim, &filed->record);
    return turn(work, TOC_VIEW_ENDED, &key, filed->subject, err);
}

toc_code toc_mentions_turn(toc_fold *fold, const toc_claim_row *row, const toc_statement *statement,
                           bool out_of, toc_err *err)
{
    const turning work = {.fold = fold, .row = row, .out_of = out_of};
    if (statement->kind == TOC_RECORD_RETRACTION)
        return turn_retraction(&work, err);
    if (statement->kind == TOC_RECORD_TRANSFER)
        return turn_transfer(&work, &statement->as.transfer, err);
    if (statement->kind == TOC_RECORD_SIGHTING)
        return turn_transaction(&work, &statement->as.sighting.place, err);
    if (statement->kind == TOC_RECORD_SAME_AS)
        return turn_same_as(&work, &statement->as.same_as, err);
    return TOC_OK;
}
