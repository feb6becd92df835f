/* Vouchers (PROTOCOL §2: "a retired key's signature counts only under another member's cosignature
 * dated before its retirement"). Whoever has an old sign key can make heads for ever. That one is
 * older than the retirement shows in what somebody else held before; so one such cosignature
 * travels with every head that no newer key signed. docs/decisions/0021. */
#include "node/engine/cards.h"
#include "node/engine/cosign.h"

#include "proto/base/endian.h"
#include "proto/feed/note.h"

enum { VOUCHER_ARENA_BYTES = 64 << 20 };

static bool read_head(toc_span text, toc_checkpoint *out)
{
    toc_note note;
    return toc_note_parse(text, &note, NULL) == TOC_OK &&
           toc_checkpoint_parse(note.body, out, NULL) == TOC_OK;
}

/* ---- giving one ---- */

typedef struct search {
    toc_log_txn *txn;
    const toc_log_feed *stored;
    const toc_card *newest, *by; /* of the author: its newest, and that whose key signed the head */
    bool found;
    toc_log_cosignature oldest;
} search;

/* Whoever retired the key of a cosignature since, as of before it, vouches for nothing. */
static bool still_holds(const search *all, const toc_log_cosignature *cosignature)
{
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_verify_key key;
    uint64_t serial;
    const toc_feed_name *name = &all->stored->name;
    const engine_cosignature row = {.circle = name->circle,
                                    .wire = {.org = name->org,
                                             .lane = name->lane,
                                             .generation = name->generation,
                                             .size = cosignature->size,
                                             .cosigner = cosignature->org,
                                             .made = cosignature->made}};
    toc_hash root;
    if (toc_log_root(all->txn, all->stored->number, cosignature->size, &root, NULL) != TOC_OK)
        return false;
    toc_checkpoint_body(name, cosignature->size, &root, &body);
    return toc_buf_ok(&body, NULL) == TOC_OK &&
           toc_cosign_check(all->txn, &row, toc_buf_view(&body), &key, &serial, NULL) == TOC_OK;
}

static toc_code look_at(void *context, const toc_log_cosignature *row, toc_err *err)
{
    search *all = context;
    (void)err;
    if (row->size != all->stored->head_size ||
        toc_org_id_equal(&row->org, &all->stored->name.org) ||
        !toc_card_retired_after(all->newest, &all->by->sign, row->made.time_s) ||
        (all->found && row->made.time_s >= all->oldest.made.time_s) || !still_holds(all, row))
        return TOC_OK;
    all->found = true;
    all->oldest = *row;
    return TOC_OK;
}

toc_code toc_voucher_find(toc_log_txn *txn, const toc_log_feed *stored, toc_span note,
                          toc_arena *arena, toc_span *out, toc_err *err)
{
    toc_card by, newest;
    *out = (toc_span){0};
    if (toc_cards_signer(txn, &stored->name, note, arena, &by) != TOC_SIGNER_RETIRED)
        return TOC_OK;
    TOC_TRY(toc_log_card_of(txn, &stored->name.org, arena, &newest, err));
    search all = {.txn = txn, .stored = stored, .newest = &newest, .by = &by};
    TOC_TRY(toc_log_cosignatures(txn, stored->number, stored->head_size, look_at, &all, err));
    if (!all.found)
        return TOC_OK;
    uint8_t bytes[TOC_VOUCHER_BYTES];
    memcpy(bytes, all.oldest.org.bytes, 32);
    toc_put_u64(bytes + 32, all.oldest.made.time_s);
    memcpy(bytes + 40, all.oldest.made.signature.bytes, 64);
    *out = toc_arena_dup(arena, TOC_SPAN_OF(bytes));
    return out->data == NULL ? toc_fail(err, TOC_NO_MEMORY, "out of memory for a head") : TOC_OK;
}

/* ---- judging one ---- */

static void row_of(const toc_feed_name *name, const toc_checkpoint *head, toc_span voucher,
                   engine_cosignature *out)
{
    *out = (engine_cosignature){.circle = name->circle,
                                .wire = {.org = name->org,
                                         .lane = name->lane,
                                         .generation = name->generation,
                                         .size = head->size,
                                         .root = head->root}};
    memcpy(out->wire.cosigner.bytes, voucher.data, 32);
    out->wire.made.time_s = toc_get_u64(voucher.data + 32);
    memcpy(out->wire.made.signature.bytes, voucher.data + 40, 64);
}

/* By today's charter, or by one before: who has left since held it all the same. */
static bool was_member(toc_log_txn *txn, const toc_circle_id *circle, const toc_org_id *org,
                       toc_arena *arena)
{
    toc_charter charter;
    bool held = toc_log_charter_of(txn, circle, arena, &charter, NULL) == TOC_OK;
    while (held && toc_charter_find(&charter, org) == NULL) {
        toc_hash before;
        toc_span bytes;
        memcpy(before.bytes, charter.previous.bytes, sizeof before.bytes);
        held = charter.version > 1 && toc_log_roll_get(txn, &before, &bytes, NULL) == TOC_OK &&
               toc_charter_reopen(bytes, arena, &charter, NULL) == TOC_OK;
    }
    return held;
}

bool toc_voucher_holds(toc_log_txn *txn, const toc_feed_name *name, const toc_card *by,
                       toc_span note, toc_span voucher)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_card newest;
    toc_checkpoint head;
    toc_verify_key key;
    uint64_t serial;
    engine_cosignature row;
    /* Who made the head up is not worth a trial of every key that the cosigner retired. */
    if (voucher.size != TOC_VOUCHER_BYTES ||
        toc_checkpoint_open(note, name, &by->sign, &head, NULL) != TOC_OK ||
        toc_arena_new(VOUCHER_ARENA_BYTES, &arena, NULL) != TOC_OK ||
        toc_log_card_of(txn, &name->org, arena, &newest, NULL) != TOC_OK)
        return false;
    row_of(name, &head, voucher, &row);
    toc_checkpoint_body(name, head.size, &head.root, &body);
    return toc_buf_ok(&body, NULL) == TOC_OK && !toc_org_id_equal(&row.wire.cosigner, &name->org) &&
           toc_card_retired_after(&newest, &by->sign, row.wire.made.time_s) &&
           was_member(txn, &name->circle, &row.wire.cosigner, arena) &&
           toc_cosign_check(txn, &row, toc_buf_view(&body), &key, &serial, NULL) == TOC_OK;
}

toc_code toc_voucher_keep(toc_engine *engine, toc_log_txn *txn, const toc_feed_name *name,
                          uint64_t link, const toc_chunk *chunk, toc_now now, toc_err *err)
{
    toc_checkpoint head;
    engine_cosignature row;
    if (!read_head(chunk->note, &head))
        return TOC_OK;
    row_of(name, &head, chunk->voucher, &row);
    row.link = link;
    return toc_cosign_judge(engine, txn, &row, now, err);
}
