/* Which receipts a bundle carries: one of each org, and such as a verifier takes. */
#include "store/evidence/internal.h"

/* ---- one of each org ---- */

typedef struct standing {
    const toc_card *card; /* the newest of its org */
    toc_log_cosignature row;
    bool found;
} standing;

static toc_code take_standing(void *context, const toc_log_cosignature *row, toc_err *err)
{
    standing *all = context;
    const toc_card *card = all->card;
    (void)err;
    if (toc_org_id_equal(&row->org, &card->org) &&
        (!all->found || row->made.time_s < all->row.made.time_s) &&
        toc_card_key_counts(card, &row->key, &card->cosign, row->made.time_s)) {
        all->row = *row;
        all->found = true;
    }
    return TOC_OK;
}

/* An org may replace a key in the second in which it cosigned, and may say of one that it was
 * retired long ago: what it said with it then counts for nothing, and may spoil nothing. */
toc_code toc_bundling_receipts(toc_bundling *all, toc_err *err)
{
    size_t count;
    TOC_TRY(toc_receipts_of(all->txn, all->feed.number, all->index, all->arena, &all->receipts,
                            &count, err));
    for (size_t i = 0; i < count; i++) {
        toc_card card;
        standing found = {.card = &card};
        toc_code code = toc_log_card_of(all->txn, &all->receipts[i].org, all->arena, &card, err);
        if (code == TOC_NOT_FOUND)
            continue; /* nobody could check it */
        TOC_TRY(code);
        TOC_TRY(take_standing(&found, &all->receipts[i], err));
        if (!found.found)
            TOC_TRY(toc_log_cosignatures(all->txn, all->feed.number, all->index + 1, take_standing,
                                         &found, err));
        if (found.found)
            all->receipts[all->receipt_count++] = found.row;
    }
    toc_receipts_sort(all->receipts, all->receipt_count);
    return TOC_OK;
}

/* ---- a head that only a retired key signed ---- */

typedef struct vouching {
    const toc_bundling *bundling;
    const toc_card *author;    /* its newest */
    const toc_verify_key *key; /* that signed the head */
    toc_arena *scratch;
    size_t rank; /* among the receipts, of the org that is chosen */
    bool found;
    toc_log_cosignature row;
} vouching;

static bool was_member(const vouching *all, const toc_org_id *org)
{
    for (size_t i = 0; i < all->bundling->bundle.charter_count; i++) {
        toc_charter charter;
        toc_arena_reset(all->scratch);
        if (toc_charter_reopen(all->bundling->bundle.charters[i], all->scratch, &charter, NULL) ==
                TOC_OK &&
            toc_charter_find(&charter, org) != NULL)
            return true;
    }
    return false;
}

/* Each org has one receipt in a bundle. That of whoever held the record last is given up for this:
 * it says the least of since when. */
static toc_code take_vouching(void *context, const toc_log_cosignature *row, toc_err *err)
{
    vouching *all = context;
    const toc_bundling *bundling = all->bundling;
    toc_card card;
    size_t rank = 0;
    (void)err;
    while (rank < bundling->receipt_count &&
           !toc_org_id_equal(&bundling->receipts[rank].org, &row->org))
        rank++;
    if (row->size != bundling->feed.head_size || rank == bundling->receipt_count ||
        (all->found && rank <= all->rank) || toc_org_id_equal(&row->org, &all->author->org) ||
        !toc_card_retired_after(all->author, all->key, row->made.time_s) ||
        !was_member(all, &row->org))
        return TOC_OK;
    toc_arena_reset(all->scratch);
    if (toc_log_card_of(bundling->txn, &row->org, all->scratch, &card, NULL) != TOC_OK ||
        !toc_card_key_counts(&card, &row->key, &card.cosign, row->made.time_s))
        return TOC_OK;
    all->rank = rank;
    all->found = true;
    all->row = *row;
    return TOC_OK;
}

static const toc_verify_key *retired_signer(const toc_bundling *all, const toc_card *author,
                                            toc_span note)
{
    toc_checkpoint head;
    if (toc_checkpoint_open(note, &all->feed.name, &author->sign, &head, NULL) == TOC_OK)
        return NULL;
    for (size_t i = 0; i < author->retired_count; i++) {
        const toc_verify_key *key = &author->retired[i].key;
        if (toc_checkpoint_open(note, &all->feed.name, key, &head, NULL) == TOC_OK)
            return key;
    }
    return NULL;
}

toc_code toc_bundling_vouch(toc_bundling *all, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *scratch = NULL;
    toc_card author;
    toc_span note;
    TOC_TRY(toc_log_card_of(all->txn, &all->feed.name.org, all->arena, &author, err));
    TOC_TRY(toc_log_head_note(all->txn, all->feed.number, &note, err));
    const toc_verify_key *key = retired_signer(all, &author, note);
    if (key == NULL)
        return TOC_OK;
    TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &scratch, err));
    vouching found = {.bundling = all, .author = &author, .key = key, .scratch = scratch};
    TOC_TRY(toc_log_cosignatures(all->txn, all->feed.number, all->feed.head_size, take_vouching,
                                 &found, err));
    if (!found.found)
        return TOC_OK; /* the check says what is wrong */
    all->receipts[found.rank] = found.row;
    toc_receipts_sort(all->receipts, all->receipt_count);
    return TOC_OK;
}
