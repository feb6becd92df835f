/* Spelt alike, or looking alike: two columns are scanned once for everything that is asked. */
#include <stdlib.h>

#include "store/query/internal.h"
#include "store/view/columns.h"
#include "store/view/list.h"

enum {
    SCRATCH_BYTES_MAX = 16 << 20,
    KNOWN_MAX =
        4096, /* wallets kept of one scan: whoever asks for more has asked too much at once */
    FILTER_BITS = 1 << 16
};

typedef TOC_LIST(uint32_t) key_list;

struct toc_alike {
    key_list spellings, ends; /* asked for; sorted by the scan */
    uint8_t spelling_filter[FILTER_BITS / 8], ends_filter[FILTER_BITS / 8];
    TOC_LIST(toc_wallet) known; /* found; sorted, each once */
};

toc_code toc_alike_new(toc_alike **out, toc_err *err)
{
    toc_alike *alike = calloc(1, sizeof *alike);
    if (alike == NULL)
        return toc_query_no_memory(err);
    *out = alike;
    return TOC_OK;
}

void toc_alike_free(toc_alike *alike)
{
    if (alike == NULL)
        return;
    TOC_LIST_WIPE(&alike->spellings);
    TOC_LIST_WIPE(&alike->ends);
    TOC_LIST_WIPE(&alike->known);
    free(alike);
}

/* ---- what is asked ---- */

static toc_code ask(key_list *keys, uint8_t *filter, uint32_t key, toc_err *err)
{
    uint32_t *place = TOC_LIST_ADD(keys);
    if (place == NULL)
        return toc_query_no_memory(err);
    *place = key;
    uint32_t bit = key % FILTER_BITS;
    filter[bit / 8] |= (uint8_t)(1u << (bit % 8));
    return TOC_OK;
}

toc_code toc_alike_ask_wallet(toc_alike *alike, const toc_wallet *wallet, toc_err *err)
{
    return ask(&alike->ends, alike->ends_filter, toc_wallet_ends_key(wallet), err);
}

toc_code toc_alike_ask_text(toc_alike *alike, toc_span text, toc_err *err)
{
    return ask(&alike->spellings, alike->spelling_filter, toc_column_spelling(text), err);
}

static int compare_keys(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

static void sort_keys(key_list *keys)
{
    if (keys->count > 1)
        qsort(keys->at, keys->count, sizeof *keys->at, compare_keys);
}

static bool is_asked(const key_list *keys, const uint8_t *filter, uint32_t key)
{
    uint32_t bit = key % FILTER_BITS;
    if (key == 0 || (filter[bit / 8] & (1u << (bit % 8))) == 0)
        return false;
    return bsearch(&key, keys->at, keys->count, sizeof key, compare_keys) != NULL;
}

/* ---- the scan ---- */

static toc_code look_at(toc_query *query, toc_alike *alike, uint32_t feed, uint64_t index,
                        toc_arena *scratch, toc_err *err)
{
    toc_claim_row row;
    toc_statement statement;
    bool live;
    toc_arena_reset(scratch);
    TOC_TRY(toc_query_live_at(query, feed, index, scratch, &live, &row, &statement, err));
    if (!live || alike->known.count == KNOWN_MAX)
        return TOC_OK;
    toc_wallet *place = TOC_LIST_ADD(&alike->known);
    if (place == NULL)
        return toc_query_no_memory(err);
    *place = statement.as.wallet.wallet;
    memset(place->tag, 0, sizeof place->tag);
    return TOC_OK;
}

static toc_code scan_page(toc_query *query, toc_alike *alike, const toc_row *row,
                          toc_arena *scratch, toc_err *err)
{
    toc_page page;
    if (row->key.size != 12 || !toc_page_read(row->value, &page))
        return toc_table_lies(query->views->view.txn, TOC_VIEW_COLUMNS, row->key, "no page", err);
    uint32_t feed = toc_get_u32(row->key.data);
    uint64_t first = toc_get_u64(row->key.data + 4) * TOC_COLUMN_ROWS;
    for (size_t i = 0; i < page.rows; i++) {
        if (page.kind[i] == TOC_RECORD_WALLET &&
            (is_asked(&alike->ends, alike->ends_filter, toc_get_u32(page.ends + 4 * i)) ||
             is_asked(&alike->spellings, alike->spelling_filter,
                      toc_get_u32(page.spelling + 4 * i))))
            TOC_TRY(look_at(query, alike, feed, first + i, scratch, err));
    }
    return TOC_OK;
}

static int compare_wallets(const void *left, const void *right)
{
    const toc_wallet *a = left, *b = right;
    uint16_t a_chain = toc_chain_number(a->chain), b_chain = toc_chain_number(b->chain);
    if (a_chain != b_chain)
        return a_chain < b_chain ? -1 : 1;
    return strcmp(a->address, b->address);
}

static void keep_each_once(toc_alike *alike)
{
    size_t kept = 0;
    if (alike->known.count > 1)
        qsort(alike->known.at, alike->known.count, sizeof *alike->known.at, compare_wallets);
    for (size_t i = 0; i < alike->known.count; i++) {
        if (kept == 0 || compare_wallets(&alike->known.at[kept - 1], &alike->known.at[i]) != 0)
            alike->known.at[kept++] = alike->known.at[i];
    }
    alike->known.count = kept;
}

toc_code toc_query_alike(toc_query *query, toc_alike *alike, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *scratch = NULL;
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    if (alike->spellings.count == 0 && alike->ends.count == 0)
        return TOC_OK;
    sort_keys(&alike->spellings);
    sort_keys(&alike->ends);
    TOC_TRY(toc_arena_new(SCRATCH_BYTES_MAX, &scratch, err));
    TOC_TRY(toc_cursor_open(query->views->view.txn, TOC_VIEW_COLUMNS, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_first(cursor, &row, err);
    for (; code == TOC_OK; code = toc_cursor_next(cursor, &row, err))
        TOC_TRY(scan_page(query, alike, &row, scratch, err));
    if (code != TOC_NOT_FOUND)
        return code;
    keep_each_once(alike);
    return TOC_OK;
}

/* ---- what was found ---- */

size_t toc_alike_near(const toc_alike *alike, const toc_wallet *wallet, const toc_wallet **out,
                      size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < alike->known.count && count < max; i++) {
        if (toc_wallet_near(wallet, &alike->known.at[i]))
            out[count++] = &alike->known.at[i];
    }
    return count;
}

size_t toc_alike_spelt(const toc_alike *alike, toc_span text, const toc_wallet **out, size_t max)
{
    toc_hash asked, known;
    size_t count = 0;
    toc_wallet_fold_key(text, &asked);
    for (size_t i = 0; i < alike->known.count && count < max; i++) {
        toc_wallet_fold_key(toc_span_text(alike->known.at[i].address), &known);
        if (toc_hash_equal(&asked, &known))
            out[count++] = &alike->known.at[i];
    }
    return count;
}
