#include "store/view/columns.h"

enum { HOUR_MS = 3600000 };

/* FNV-1a: the scan needs a short name for an id, not a safe one. */
uint32_t toc_column_hash(toc_span id)
{
    if (id.size == 0)
        return 0;
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < id.size; i++)
        hash = (hash ^ id.data[i]) * 16777619u;
    return hash == 0 ? 1 : hash;
}

uint16_t toc_column_hash16(toc_span id)
{
    uint32_t hash = toc_column_hash(id);
    uint16_t folded = (uint16_t)((hash >> 16) ^ (hash & 0xFFFF));
    return hash != 0 && folded == 0 ? 1 : folded;
}

uint32_t toc_column_spelling(toc_span address)
{
    toc_hash key;
    toc_wallet_fold_key(address, &key);
    uint32_t short_key = toc_get_u32(key.bytes);
    return short_key == 0 ? 1 : short_key;
}

toc_cell toc_cell_of(const toc_statement *statement, const toc_claim_id *claim)
{
    toc_cell cell = {.kind = (uint8_t)statement->kind,
                     .hour = (uint32_t)(statement->issued_at.unix_ms / HOUR_MS),
                     .claim = toc_get_u32(claim->bytes)};
    if (statement->source.ground == TOC_GROUND_LIST)
        cell.list = toc_column_hash(statement->source.id);
    if (statement->kind == TOC_RECORD_WALLET) {
        const toc_wallet_body *body = &statement->as.wallet;
        cell.category = toc_column_hash16(body->category);
        cell.role = toc_column_hash16(body->role);
        cell.chain = toc_chain_number(body->wallet.chain);
        cell.actor = toc_column_hash(body->actor);
        cell.incident = toc_column_hash(body->incident);
        cell.spelling = toc_column_spelling(toc_span_text(body->wallet.address));
        cell.ends = toc_wallet_ends_key(&body->wallet);
    }
    return cell;
}

void toc_cell_write(const toc_cell *cell, uint8_t out[TOC_CELL_BYTES])
{
    out[0] = cell->kind;
    toc_put_u16(out + 1, cell->category);
    toc_put_u16(out + 3, cell->role);
    toc_put_u16(out + 5, cell->chain);
    toc_put_u32(out + 7, cell->actor);
    toc_put_u32(out + 11, cell->list);
    toc_put_u32(out + 15, cell->hour);
    toc_put_u32(out + 19, cell->incident);
    toc_put_u32(out + 23, cell->spelling);
    toc_put_u32(out + 27, cell->ends);
    toc_put_u32(out + 31, cell->claim);
}

/* ---- pages ---- */

static void lay_out(const uint8_t *bytes, size_t rows, toc_page *out)
{
    *out = (toc_page){.rows = rows, .kind = bytes + 2};
    out->category = out->kind + rows;
    out->role = out->category + 2 * rows;
    out->chain = out->role + 2 * rows;
    out->actor = out->chain + 2 * rows;
    out->list = out->actor + 4 * rows;
    out->hour = out->list + 4 * rows;
    out->incident = out->hour + 4 * rows;
    out->spelling = out->incident + 4 * rows;
    out->ends = out->spelling + 4 * rows;
    out->claim = out->ends + 4 * rows;
}

bool toc_page_read(toc_span value, toc_page *out)
{
    size_t rows = value.size < 2 ? 0 : toc_get_u16(value.data);
    if (rows == 0 || rows > TOC_COLUMN_ROWS || rows % TOC_COLUMN_STEP != 0 ||
        value.size != 2 + rows * TOC_CELL_BYTES)
        return false;
    lay_out(value.data, rows, out);
    return true;
}

void toc_page_cell(const toc_page *page, size_t row, toc_cell *out)
{
    *out = (toc_cell){.kind = page->kind[row],
                      .category = toc_get_u16(page->category + 2 * row),
                      .role = toc_get_u16(page->role + 2 * row),
                      .chain = toc_get_u16(page->chain + 2 * row),
                      .actor = toc_get_u32(page->actor + 4 * row),
                      .list = toc_get_u32(page->list + 4 * row),
                      .hour = toc_get_u32(page->hour + 4 * row),
                      .incident = toc_get_u32(page->incident + 4 * row),
                      .spelling = toc_get_u32(page->spelling + 4 * row),
                      .ends = toc_get_u32(page->ends + 4 * row),
                      .claim = toc_get_u32(page->claim + 4 * row)};
}

static void put_cell(uint8_t *bytes, size_t rows, size_t row, const toc_cell *cell)
{
    uint8_t *column = bytes + 2;
    column[row] = cell->kind;
    column += rows;
    const uint16_t shorts[] = {cell->category, cell->role, cell->chain};
    for (size_t i = 0; i < TOC_COUNT(shorts); i++, column += 2 * rows)
        toc_put_u16(column + 2 * row, shorts[i]);
    const uint32_t words[] = {cell->actor,    cell->list, cell->hour, cell->incident,
                              cell->spelling, cell->ends, cell->claim};
    for (size_t i = 0; i < TOC_COUNT(words); i++, column += 4 * rows)
        toc_put_u32(column + 4 * row, words[i]);
}

bool toc_page_draft_load(toc_page_draft *draft, toc_span value)
{
    toc_page page;
    draft->rows = 0;
    if (value.size == 0)
        return true;
    if (!toc_page_read(value, &page))
        return false;
    draft->rows = page.rows;
    memcpy(draft->bytes, value.data, value.size);
    return true;
}

/* The arrays move apart: from the last to the first, so that nothing is written over unread. */
static void grow(toc_page_draft *draft, size_t rows)
{
    static const uint8_t widths[] = {1, 2, 2, 2, 4, 4, 4, 4, 4, 4, 4};
    size_t before = 2 + draft->rows * TOC_CELL_BYTES, after = 2 + rows * TOC_CELL_BYTES;
    for (size_t i = TOC_COUNT(widths); i-- > 0;) {
        size_t old_bytes = widths[i] * draft->rows, new_bytes = widths[i] * rows;
        before -= old_bytes;
        after -= new_bytes;
        memmove(draft->bytes + after, draft->bytes + before, old_bytes);
        memset(draft->bytes + after + old_bytes, 0, new_bytes - old_bytes);
    }
    draft->rows = rows;
    toc_put_u16(draft->bytes, (uint16_t)rows);
}

void toc_page_draft_set(toc_page_draft *draft, size_t row, const toc_cell *cell)
{
    TOC_ASSERT(row < TOC_COLUMN_ROWS);
    if (row >= draft->rows)
        grow(draft, (row / TOC_COLUMN_STEP + 1) * TOC_COLUMN_STEP);
    put_cell(draft->bytes, draft->rows, row, cell);
}

toc_span toc_page_draft_view(const toc_page_draft *draft)
{
    return toc_span_of(draft->bytes, 2 + draft->rows * TOC_CELL_BYTES);
}
