/* store/view/columns.h: one cell for each record, in arrays of 4,096 by feed: what search scans.
 * A cell holds short hashes of ids, so it says "perhaps"; the record itself decides.
 * Whether a claim is live is in no column: it would have to be cleared in another page by each new
 * head and by each tick; a hit is looked up in `claims` instead (decision 0031).
 * Owns:    nothing. Threads: plain values. Errors: MALFORMED. */
#ifndef TOC_STORE_VIEW_COLUMNS_H
#define TOC_STORE_VIEW_COLUMNS_H

#include "store/view/schema.h"

enum {
    TOC_COLUMN_ROWS = 4096,
    TOC_COLUMN_STEP = 512, /* a page grows by as many, so that a small feed costs little */
    TOC_CELL_BYTES = 35
};

typedef struct toc_cell {
    uint8_t kind; /* toc_record_kind; 0: no record of E here */
    uint16_t category, role, chain;
    uint32_t actor, list, hour; /* hours since 1970 of the moment of issue */
    uint32_t incident;          /* of its slug */
    uint32_t spelling, ends;    /* of the address: without letter case; what people compare */
    uint32_t claim;             /* the first bytes of its id */
} toc_cell;

toc_cell toc_cell_of(const toc_statement *statement, const toc_claim_id *claim);
/* Never 0 but for an empty id. */
uint32_t toc_column_hash(toc_span id);
uint16_t toc_column_hash16(toc_span id);
uint32_t toc_column_spelling(toc_span address); /* never 0 */
/* Fixed layout, for the digest. */
void toc_cell_write(const toc_cell *cell, uint8_t out[TOC_CELL_BYTES]);

/* ---- pages: rows u16, then each column as an array of so many, big-endian ---- */

enum { TOC_PAGE_BYTES_MAX = 2 + TOC_COLUMN_ROWS * TOC_CELL_BYTES };

typedef struct toc_page {
    size_t rows; /* a multiple of TOC_COLUMN_STEP, at most TOC_COLUMN_ROWS */
    const uint8_t *kind, *category, *role, *chain, *actor, *list, *hour, *incident, *spelling,
        *ends, *claim; /* lent */
} toc_page;

TOC_MUST bool toc_page_read(toc_span value, toc_page *out);
void toc_page_cell(const toc_page *page, size_t row, toc_cell *out);

/* A page being changed, in the caller's storage. */
typedef struct toc_page_draft {
    size_t rows;
    uint8_t bytes[TOC_PAGE_BYTES_MAX];
} toc_page_draft;
/* Empty value: a page without rows. */
TOC_MUST bool toc_page_draft_load(toc_page_draft *draft, toc_span value);
void toc_page_draft_set(toc_page_draft *draft, size_t row, const toc_cell *cell);
toc_span toc_page_draft_view(const toc_page_draft *draft);

#endif
