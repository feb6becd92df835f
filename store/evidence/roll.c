/* The cards and charters that judge a record, with all that each stands on. */
#include "store/evidence/internal.h"

/* ---- charters ---- */

static toc_code need_org(toc_bundling *all, const toc_org_id *org, toc_err *err)
{
    size_t at = 0;
    int order = 1;
    while (at < all->org_count &&
           (order = memcmp(all->orgs[at].bytes, org->bytes, sizeof org->bytes)) < 0)
        at++;
    if (at < all->org_count && order == 0)
        return TOC_OK;
    toc_org_id *longer = toc_arena_zalloc(all->arena, all->org_count + 1, sizeof *longer);
    if (longer == NULL)
        return toc_bundling_no_memory(err);
    if (at > 0)
        memcpy(longer, all->orgs, at * sizeof *longer);
    longer[at] = *org;
    if (at < all->org_count)
        memcpy(longer + at + 1, all->orgs + at, (all->org_count - at) * sizeof *longer);
    all->orgs = longer;
    all->org_count++;
    return TOC_OK;
}

static bool has_charter(const toc_bundling *all, const toc_charter_hash *hash)
{
    for (size_t i = 0; i < all->bundle.charter_count; i++) {
        if (toc_charter_hash_equal(&all->hashes[i], hash))
            return true;
    }
    return false;
}

static toc_code open_charter(toc_bundling *all, const toc_charter_hash *hash, toc_charter *out,
                             toc_err *err)
{
    toc_hash key;
    toc_span bytes;
    memcpy(key.bytes, hash->bytes, sizeof key.bytes);
    if (toc_log_roll_get(all->txn, &key, &bytes, err) != TOC_OK)
        return toc_wrap(err, "a version of the charter");
    return toc_charter_reopen(bytes, all->arena, out, err);
}

/* Whoever signed it needs a card. */
static toc_code add_charter(toc_bundling *all, const toc_charter *charter, toc_err *err)
{
    if (all->bundle.charter_count == TOC_BUNDLE_ITEMS_MAX)
        return toc_fail(err, TOC_LIMIT, "a bundle has room for %u charters", TOC_BUNDLE_ITEMS_MAX);
    for (size_t i = 0; i < charter->signature_count; i++)
        TOC_TRY(need_org(all, &charter->signatures[i].org, err));
    all->hashes[all->bundle.charter_count] = charter->hash;
    all->charters[all->bundle.charter_count++] = charter->signed_charter;
    return TOC_OK;
}

/* From this one back to the first, or to what is there already; and before one that ends two
 * branches the other of them. */
static toc_code add_line(toc_bundling *all, const toc_charter_hash *newest, toc_err *err)
{
    toc_charter first;
    TOC_TRY(open_charter(all, newest, &first, err));
    toc_charter *line = toc_arena_zalloc(all->arena, first.version, sizeof *line);
    size_t count = 0;
    if (line == NULL)
        return toc_bundling_no_memory(err);
    for (toc_charter each = first; count < first.version && !has_charter(all, &each.hash);) {
        line[count++] = each;
        if (each.version == 1)
            break;
        TOC_TRY(open_charter(all, &line[count - 1].previous, &each, err));
    }
    while (count-- > 0) {
        if (toc_charter_joins(&line[count]) && !has_charter(all, &line[count].joined))
            TOC_TRY(add_line(all, &line[count].joined, err));
        TOC_TRY(add_charter(all, &line[count], err));
    }
    return TOC_OK;
}

toc_code toc_bundling_charters(toc_bundling *all, const toc_grant *grant, toc_err *err)
{
    if (grant->charter_version > TOC_BUNDLE_ITEMS_MAX)
        return toc_fail(err, TOC_LIMIT, "a bundle has room for %u charters", TOC_BUNDLE_ITEMS_MAX);
    all->hashes = toc_arena_zalloc(all->arena, TOC_BUNDLE_ITEMS_MAX, sizeof *all->hashes);
    all->charters = toc_arena_zalloc(all->arena, TOC_BUNDLE_ITEMS_MAX, sizeof *all->charters);
    if (all->hashes == NULL || all->charters == NULL)
        return toc_bundling_no_memory(err);
    all->bundle.charters = all->charters;
    return add_line(all, &grant->charter, err);
}

/* ---- cards ---- */

/* An org's cards from the first to the newest, after those that are there. */
static toc_code add_cards_of(toc_bundling *all, const toc_org_id *org, toc_span *cards,
                             size_t *count, toc_err *err)
{
    toc_card card;
    toc_code code = toc_log_card_of(all->txn, org, all->arena, &card, err);
    if (code == TOC_NOT_FOUND)
        return TOC_OK; /* whoever signed a charter besides its quorum; else the check will tell */
    TOC_TRY(code);
    if (card.serial > TOC_CARD_CHAIN_MAX || *count + card.serial > TOC_BUNDLE_ITEMS_MAX)
        return toc_fail(err, TOC_LIMIT, "more cards than a bundle takes");
    size_t first = *count, length = (size_t)card.serial;
    for (size_t at = length; at-- > 0;) {
        toc_hash key;
        toc_span bytes;
        cards[first + at] = card.signed_card;
        if (at == 0)
            break;
        memcpy(key.bytes, card.previous.bytes, sizeof key.bytes);
        if (toc_log_roll_get(all->txn, &key, &bytes, err) != TOC_OK)
            return toc_wrap(err, "a card of before");
        TOC_TRY(toc_card_reopen(bytes, all->arena, &card, err));
    }
    *count += length;
    return TOC_OK;
}

toc_code toc_bundling_cards(toc_bundling *all, toc_err *err)
{
    toc_span *cards = toc_arena_zalloc(all->arena, TOC_BUNDLE_ITEMS_MAX, sizeof *cards);
    if (cards == NULL)
        return toc_bundling_no_memory(err);
    TOC_TRY(need_org(all, &all->feed.name.org, err));
    for (size_t i = 0; i < all->receipt_count; i++)
        TOC_TRY(need_org(all, &all->receipts[i].org, err));
    for (size_t i = 0; i < all->org_count; i++)
        TOC_TRY(add_cards_of(all, &all->orgs[i], cards, &all->bundle.card_count, err));
    all->bundle.cards = cards;
    return TOC_OK;
}
