#include "store/view/columns.h"

#include <stdlib.h>

#include "tests/support/viewbook.h"

static toc_cell cell_of(uint32_t number)
{
    return (toc_cell){.kind = (uint8_t)(1 + number % 4),
                      .category = (uint16_t)(number * 3),
                      .role = (uint16_t)(number * 5),
                      .chain = (uint16_t)(number * 7),
                      .actor = number * 11,
                      .list = number * 13,
                      .hour = UINT32_MAX - number,
                      .spelling = number * 17,
                      .ends = number * 19,
                      .claim = number * 23};
}

static void assert_cell(const toc_page *page, size_t row, const toc_cell *expected)
{
    toc_cell cell;
    uint8_t left[TOC_CELL_BYTES], right[TOC_CELL_BYTES];
    toc_page_cell(page, row, &cell);
    toc_cell_write(&cell, left);
    toc_cell_write(expected, right);
    assert_memory_equal(left, right, sizeof left);
}

static toc_page_draft *new_draft(void)
{
    toc_page_draft *draft = malloc(sizeof *draft);
    assert_non_null(draft);
    memset(draft, 0xEE, sizeof *draft); /* what was there before must not shine through */
    assert_true(toc_page_draft_load(draft, (toc_span){0}));
    return draft;
}

static void cells_stay_where_they_were_put_while_the_page_grows(void **state)
{
    (void)state;
    toc_page_draft *draft = new_draft();
    static const size_t rows[] = {0, 3, 511, 512, 700, 1023, 1024, 4095, 2000};
    const toc_cell nothing = {0};
    toc_page page;
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        toc_cell cell = cell_of((uint32_t)rows[i]);
        toc_page_draft_set(draft, rows[i], &cell);
        assert_true(toc_page_read(toc_page_draft_view(draft), &page));
        for (size_t j = 0; j <= i; j++) {
            toc_cell before = cell_of((uint32_t)rows[j]);
            assert_cell(&page, rows[j], &before);
        }
        assert_cell(&page, 1, &nothing);
    }
    assert_int_equal(page.rows, TOC_COLUMN_ROWS);
    free(draft);
}

static void a_small_page_is_small_and_can_be_loaded_again(void **state)
{
    (void)state;
    toc_page_draft *draft = new_draft(), *again = new_draft();
    toc_cell cell = cell_of(9), nothing = {0};
    toc_page page;
    toc_page_draft_set(draft, 9, &cell);
    toc_span view = toc_page_draft_view(draft);
    assert_int_equal(view.size, 2 + TOC_COLUMN_STEP * TOC_CELL_BYTES);
    assert_true(toc_page_draft_load(again, view));
    toc_page_draft_set(again, 9, &nothing);
    assert_true(toc_page_read(toc_page_draft_view(again), &page));
    assert_cell(&page, 9, &nothing);
    free(draft);
    free(again);
}

static void pages_of_any_other_size_are_refused(void **state)
{
    (void)state;
    toc_page_draft *draft = new_draft();
    toc_cell cell = cell_of(1);
    toc_page page;
    toc_page_draft_set(draft, 600, &cell);
    toc_span view = toc_page_draft_view(draft);
    assert_true(toc_page_read(view, &page));
    assert_false(toc_page_read(toc_span_of(view.data, view.size - 1), &page));
    assert_false(toc_page_read(toc_span_of(view.data, 1), &page));
    assert_false(toc_page_read((toc_span){0}, &page));
    toc_put_u16(draft->bytes, 600); /* no multiple of the step */
    assert_false(toc_page_read(toc_span_of(draft->bytes, 2 + 600 * TOC_CELL_BYTES), &page));
    toc_put_u16(draft->bytes, 0);
    assert_false(toc_page_read(toc_span_of(draft->bytes, 2), &page));
    free(draft);
}

/* FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ ("" 811c9dc5, "a" e40c292c, "foobar"
 * bf9cf968); 0 is kept for nothing. */
static void ids_are_named_by_fnv_and_nothing_by_zero(void **state)
{
    (void)state;
    assert_int_equal(toc_column_hash(toc_span_text("a")), 0xE40C292C);
    assert_int_equal(toc_column_hash(toc_span_text("foobar")), 0xBF9CF968);
    assert_int_equal(toc_column_hash((toc_span){0}), 0);
    assert_int_equal(toc_column_hash16(toc_span_text("foobar")), 0xBF9C ^ 0xF968);
    assert_int_equal(toc_column_hash16((toc_span){0}), 0);
}

static void a_cell_holds_what_search_asks_for(void **state)
{
    (void)state;
    toc_statement claim = toc_book_claim(toc_book_numbered(0), "theft");
    claim.as.wallet.actor = toc_span_text("lazarus");
    claim.source = (toc_source){.ground = TOC_GROUND_LIST, .id = toc_span_text("ofac-sdn")};
    const toc_claim_id id = {{0xA1, 0xB2, 0xC3, 0xD4, 0xE5}};
    toc_cell cell = toc_cell_of(&claim, &id);
    assert_int_equal(cell.claim, 0xA1B2C3D4);
    assert_int_equal(cell.kind, TOC_RECORD_WALLET);
    assert_int_equal(cell.category, toc_column_hash16(toc_span_text("theft")));
    assert_int_equal(cell.role, toc_column_hash16(toc_span_text("perpetrator")));
    assert_int_equal(cell.actor, toc_column_hash(toc_span_text("lazarus")));
    assert_int_equal(cell.list, toc_column_hash(toc_span_text("ofac-sdn")));
    assert_int_equal(cell.chain, toc_chain_number(toc_chain_find(toc_span_text("BTC"))));
    assert_int_equal(cell.hour, TOC_BOOK_NOW / 3600000);
    claim.source = (toc_source){.ground = TOC_GROUND_VENDOR, .id = toc_span_text("ofac-sdn")};
    assert_int_equal(toc_cell_of(&claim, &id).list, 0); /* a vendor is no list */
    toc_statement cluster = toc_book_cluster("c");
    assert_int_equal(toc_cell_of(&cluster, &id).category, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_stay_where_they_were_put_while_the_page_grows),
        cmocka_unit_test(a_small_page_is_small_and_can_be_loaded_again),
        cmocka_unit_test(pages_of_any_other_size_are_refused),
        cmocka_unit_test(ids_are_named_by_fnv_and_nothing_by_zero),
        cmocka_unit_test(a_cell_holds_what_search_asks_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
