#include "proto/roll/change.h"

void toc_card_next(const toc_card *current, toc_card *out)
{
    *out = *current;
    out->serial = current->serial + 1;
    out->previous = current->hash;
    out->previous_root = (toc_verify_key){0};
    out->seal_compromised = false;
    out->hash = (toc_card_hash){0};
    out->body = out->signed_card = (toc_span){0};
}

toc_code toc_card_retire(toc_card *card, const toc_verify_key *key, toc_time at, toc_arena *arena,
                         toc_err *err)
{
    toc_retired_key *rows = toc_arena_zalloc(arena, card->retired_count + 1, sizeof *rows);
    if (rows == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a card");
    size_t skip = card->retired_count >= TOC_RETIRED_MAX ? 1 : 0; /* in the order of the cards */
    size_t kept = card->retired_count - skip;
    if (kept > 0)
        memcpy(rows, card->retired + skip, kept * sizeof *rows);
    rows[kept] = (toc_retired_key){.key = *key, .at = at};
    card->retired = rows;
    card->retired_count = kept + 1;
    return TOC_OK;
}

toc_code toc_card_officer_add(toc_card *card, const toc_officer *officer, toc_arena *arena,
                              toc_err *err)
{
    if (card->officer_count >= TOC_OFFICERS_MAX)
        return toc_fail(err, TOC_LIMIT, "a card lists at most %u officers; remove one first",
                        TOC_OFFICERS_MAX);
    toc_officer *rows = toc_arena_zalloc(arena, card->officer_count + 1, sizeof *rows);
    if (rows == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a card");
    if (card->officer_count > 0)
        memcpy(rows, card->officers, card->officer_count * sizeof *rows);
    rows[card->officer_count++] = *officer;
    card->officers = rows;
    return TOC_OK;
}

toc_code toc_card_officer_remove(toc_card *card, uint32_t number, toc_time at, toc_arena *arena,
                                 toc_err *err)
{
    toc_officer *rows = toc_arena_zalloc(arena, card->officer_count, sizeof *rows);
    if (rows == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a card");
    const toc_officer *gone = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < card->officer_count; i++) {
        if (card->officers[i].number == number)
            gone = &card->officers[i];
        else
            rows[kept++] = card->officers[i];
    }
    if (gone == NULL)
        return toc_fail(err, TOC_NOT_FOUND, "no officer on the card has the number %u", number);
    TOC_TRY(toc_card_retire(card, &gone->key, at, arena, err));
    card->officers = rows;
    card->officer_count = kept;
    return TOC_OK;
}

toc_code toc_card_root_turn(toc_card *card, const toc_verify_key *root, const toc_verify_key *next,
                            toc_time at, toc_arena *arena, toc_err *err)
{
    toc_verify_key before = card->root;
    card->root = *root;
    toc_next_root_of(next, &card->next_root);
    return toc_card_retire(card, &before, at, arena, err);
}
