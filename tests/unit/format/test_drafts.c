/* Rows become drafts, and drafts parts. */
#include <stdio.h>

#include "tests/support/vectors.h"
#include "tests/unit/format/submission.h"

static void no_rows_are_one_empty_part(void **state)
{
    submission *s = *state;
    finish(s, PART);
    assert_int_equal(s->part_count, 1);
    assert_int_equal(s->count, 0);
}

static void rows_become_drafts_in_their_order(void **state)
{
    submission *s = *state;
    submit(s, "chain,address,category\nBTC," BTC ",theft\nETH," ETH ",scam\nBTC," BTC ",scam\n");
    assert_int_equal(s->count, 3);
    check_text(s->statements[0].as.wallet.category, "theft");
    assert_string_equal(s->statements[1].as.wallet.wallet.address, ETH);
    check_text(s->statements[2].as.wallet.category, "scam");
    assert_int_equal(s->lines[0], 2);
    assert_int_equal(s->lines[2], 4);
    check_counts(s, 3, 0, 0);
    assert_int_equal(toc_drafts_count(s->drafts).wallets, 3);
}

static void rows_of_one_identity_become_one_draft(void **state)
{
    submission *s = *state;
    submit(s, "chain,address,category,confidence,label,first_seen,note,asset,amount\n"
              "ETH," ETH ",theft,40,b,2025-02-02,first,USDT,5\n"
              "BTC," BTC2 ",theft,10,,,,,\n"
              "Ethereum,0xdac17f958d2ee523a2206206994597c13d831ec7,Stolen,70,a,2025-01-01,,USDT,7\n"
              "ETH," ETH ",theft,20,c,2025-03-03,last,ETH,1\n");
    assert_int_equal(s->count, 2);
    const toc_statement *claim = &s->statements[0];
    assert_int_equal(claim->confidence, 70);
    assert_int_equal(claim->as.wallet.first_seen.unix_ms, 1735689600000);
    check_text(claim->note, "last");
    assert_int_equal(claim->as.wallet.label_count, 3);
    check_text(claim->as.wallet.labels[0], "a");
    assert_int_equal(claim->as.wallet.asset_count, 2);
    assert_int_equal(claim->as.wallet.assets[0].base_units[29], 0x6A); /* 7,000,000 = 0x6acfc0 */
    assert_int_equal(s->lines[0], 2);
    check_counts(s, 4, 0, 2);
    assert_int_equal(toc_drafts_count(s->drafts).wallets, 2);
}

static void what_makes_another_identity_is_not_merged(void **state)
{
    submission *s = *state;
    submit(s,
           "{\"chain\":\"ETH\",\"address\":\"" ETH "\",\"category\":\"theft\"}\n"
           "{\"chain\":\"eip155:56\",\"address\":\"" ETH "\",\"category\":\"theft\"}\n"
           "{\"chain\":\"ETH\",\"address\":\"" ETH
           "\",\"category\":\"theft\",\"role\":\"victim\"}\n"
           "{\"chain\":\"ETH\",\"address\":\"" ETH "\",\"category\":\"theft\",\"actor\":\"a\"}\n"
           "{\"chain\":\"ETH\",\"address\":\"" ETH "\",\"category\":\"theft\",\"incident\":\"a\"}\n"
           "{\"chain\":\"ETH\",\"address\":\"" ETH "\",\"category\":\"theft\",\"list\":\"ofac\"}\n"
           "{\"chain\":\"ETH\",\"address\":\"" ETH "\",\"category\":\"theft\",\"vendor\":\"trm\"}\n"
           "{\"chain\":\"ETH\",\"address\":\"" ETH
           "\",\"category\":\"theft\",\"list\":\"OFAC SDN\"}\n");
    assert_int_equal(s->count, 7);
    check_counts(s, 8, 0, 1);
}

static void refused_rows_leave_the_others(void **state)
{
    submission *s = *state;
    submit(s, "chain,address,category\nBTC," BTC ",theft\nBTC,nonsense,theft\nBTC\nBTC," BTC2
              ",theft\nBTC," BTC2 ",\n");
    assert_int_equal(s->count, 2);
    check_counts(s, 5, 3, 0);
    const char *problems = toc_buf_text(&s->problems);
    assert_non_null(strstr(problems, "line 3: column address: 'nonsense': "));
    assert_non_null(strstr(problems, "line 4: 1 columns, where the header has 3\n"));
    assert_non_null(strstr(problems, "line 6: column category: missing\n"));
}

static void a_row_that_makes_a_claim_too_large_is_refused_and_the_claim_stays(void **state)
{
    submission *s = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    toc_buf_add_text(&file, "chain,address,category,label\n");
    for (int i = 0; i < 18; i++)
        toc_buf_printf(&file, "BTC," BTC ",theft,label %c\n", 'a' + i);
    submit(s, toc_buf_text(&file));
    assert_int_equal(s->count, 1);
    assert_int_equal(s->statements[0].as.wallet.label_count, TOC_LABELS_MAX);
    check_counts(s, 18, 2, 15);
    assert_non_null(strstr(toc_buf_text(&s->problems), "line 18: "));
}

static void check_note(const toc_draft_note *note, uint32_t flag, const char *said,
                       const char *symbol, uint64_t rows)
{
    assert_int_equal(note->flag, flag);
    assert_string_equal(note->said, said);
    assert_string_equal(toc_chain_symbol(note->chain), symbol);
    assert_int_equal(note->rows, rows);
}

static void what_was_done_to_take_addresses_is_noted_by_kind(void **state)
{
    submission *s = *state;
    s->row_options = TOC_ROW_KEEP_INVALID | TOC_ROW_RECOVER;
    submit(s, "chain,address,category\n"
              "ETH,TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t,theft\n"
              "USDT,TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t,theft\n"
              "ETH," ETH ",theft\n"
              "USDT,TA3941uFAvmVibSkQ6fMJXxmaSNovX86mz,theft\n"
              "BTC,1A1zP1eP5QGefi2DMPTfTL5SLmv7Divfxx,theft\n"
              "TRX,ta3941ufavmvibskq6fmjxxmasnovx86mz,theft\n");
    const toc_draft_notes *notes = toc_drafts_notes(s->drafts);
    assert_int_equal(notes->count, 4);
    check_note(&notes->notes[0], TOC_WALLET_CHAIN_CORRECTED, "ETH", "TRX", 1);
    check_note(&notes->notes[1], TOC_WALLET_CHAIN_INFERRED, "USDT", "TRX", 2);
    check_note(&notes->notes[2], TOC_WALLET_INVALID, "BTC", "BTC", 1);
    check_note(&notes->notes[3], TOC_WALLET_RECOVERED, "TRX", "TRX", 1);
}

static void notes_of_several_files_are_added_up_and_never_overflow(void **state)
{
    (void)state;
    const toc_chain *chain = toc_chain_find(toc_span_text("TRX"));
    static toc_draft_notes one, all;
    char said[64];
    for (unsigned i = 0; i < 2 * TOC_DRAFT_NOTES_MAX; i++) {
        /* Longer than a note keeps, with a character of two bytes where it is cut. */
        snprintf(said, sizeof said, "%03u-a-ticker-of-thirty-one-lett\xC3\xA9re", i);
        toc_draft_notes_take(&one, toc_span_text(said), chain, TOC_WALLET_CHAIN_INFERRED);
    }
    toc_draft_notes_take(&one, toc_span_text("x"), chain, TOC_WALLET_CHECKSUM_ABSENT);
    assert_int_equal(one.count, TOC_DRAFT_NOTES_MAX);
    assert_string_equal(one.notes[0].said, "000-a-ticker-of-thirty-one-lett");
    toc_draft_notes_merge(&all, &one);
    toc_draft_notes_merge(&all, &one);
    assert_int_equal(all.count, TOC_DRAFT_NOTES_MAX);
    assert_int_equal(all.notes[0].rows, 2);
}

static void broken_literals_are_kept_on_request(void **state)
{
    submission *s = *state;
    s->row_options = TOC_ROW_KEEP_INVALID;
    submit(s, "chain,address,category\nBTC,1A1zP1eP5QGefi2DMPTfTL5SLmv7Divfxx,theft\n");
    assert_int_equal(s->count, 1);
    assert_true((s->statements[0].as.wallet.wallet.flags & TOC_WALLET_INVALID) != 0);
}

static void names_of_orgs_are_kept_once_and_bounded(void **state)
{
    submission *s = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    toc_buf_add_text(&file, "chain,address,category,releasable_to,not_to\nBTC," BTC ",theft,Org B,"
                            "aa00000000000000000000000000000000000000000000000000000000000001\n"
                            "BTC," BTC2 ",theft,Org A;Org B,Org C\nETH," ETH ",theft,\"");
    for (unsigned i = 0; i < TOC_AUDIENCE_NAMES_MAX - 2; i++)
        toc_buf_printf(&file, "Org %u;", i);
    toc_buf_add_text(&file, "\",\n");
    submit(s, toc_buf_text(&file));
    check_text(toc_drafts_org_name(s->drafts, 0), "Org B");
    check_text(toc_drafts_org_name(s->drafts, 1), "Org A");
    check_text(toc_drafts_org_name(s->drafts, 2), "Org C");
    check_counts(s, 3, 1, 0);
    assert_int_equal(toc_drafts_org_name(s->drafts, TOC_AUDIENCE_NAMES_MAX).size, 0);
    assert_string_equal(toc_buf_text(&s->problems),
                        "line 4: column releasable_to: more than 64 orgs by name in one "
                        "submission; tell further ones by their ids\n");
}

static void small_parts_and_one_large_part_say_the_same(void **state)
{
    submission *small = *state, *large = NULL;
    void *other = NULL;
    assert_int_equal(set_up(&other), 0);
    large = other;
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    toc_buf_add_text(&file, "chain,address,category,note\n");
    for (size_t i = 0; i < 500; i++)
        toc_buf_printf(&file, "ETH,0x%040zx,scam,%0*d\n", i + 1, (int)(i * 8), 7);
    read_rows(small, TOC_ROWS_CSV, toc_buf_view(&file));
    read_rows(large, TOC_ROWS_CSV, toc_buf_view(&file));
    finish(small, TOC_DRAFT_PART_BYTES_MIN);
    finish(large, 4u << 20);
    assert_true(small->part_count > 5);
    assert_int_equal(large->part_count, 1);
    assert_int_equal(small->count, 500);
    assert_int_equal(large->count, 500);
    for (size_t i = 0; i < 500; i++)
        assert_string_equal(small->statements[i].as.wallet.wallet.address,
                            large->statements[i].as.wallet.wallet.address);
    assert_int_equal(tear_down(&other), 0);
}

static void a_ceiling_is_kept(void **state)
{
    (void)state;
    TOC_AUTO(toc_drafts_free) toc_drafts *drafts = NULL;
    toc_err err;
    toc_problem problem;
    toc_code code = TOC_OK;
    size_t taken = 0;
    TOC_CHECK_OK(toc_drafts_new(1u << 20, &drafts, &err));
    for (; code == TOC_OK; taken++) {
        char address[64];
        toc_row row = {.line = taken + 2};
        (void)snprintf(address, sizeof address, "0x%040zx", taken + 1);
        row.cells[TOC_COLUMN_CHAIN] = toc_span_text("ETH");
        row.cells[TOC_COLUMN_ADDRESS] = toc_span_text(address);
        row.cells[TOC_COLUMN_CATEGORY] = toc_span_text("scam");
        code = toc_drafts_add_row(drafts, &row, 0, &problem);
    }
    assert_int_equal(code, TOC_FULL);
    assert_in_range(taken, 1000, 20000);
}

static void a_part_that_is_cut_or_too_long_is_refused(void **state)
{
    submission *s = *state;
    toc_err err;
    bool more;
    TOC_AUTO(toc_buf_wipe) toc_buf part = {0};
    read_rows(s, TOC_ROWS_CSV,
              toc_span_text("chain,address,category\nBTC," BTC ",theft\nETH," ETH ",scam\n"));
    TOC_CHECK_OK(toc_drafts_finish(s->drafts, note_dropped, s, &err));
    TOC_CHECK_OK(toc_drafts_write(s->drafts, PART, &part, &more, &err));
    toc_buf_add_u8(&part, 0);
    for (size_t size = 0; size <= part.size; size++) {
        toc_draft_part reader = {.left = 0};
        toc_draft draft;
        toc_code code = toc_draft_part_open(toc_span_of(part.data, size), &reader, &err);
        while (code == TOC_OK && reader.left > 0)
            code = toc_draft_part_next(&reader, &draft, &err);
        assert_int_equal(code, size == part.size - 1 ? TOC_OK : TOC_MALFORMED);
    }
}

static void a_part_of_another_version_or_kind_is_refused(void **state)
{
    (void)state;
    static const uint8_t version_2[] = {2, 0, 0, 0, 0}, rest[] = {1, 0, 0, 0, 0, 0};
    static const uint8_t retraction[] = {1, 0, 0, 0, 1, TOC_RECORD_RETRACTION, 0, 0, 0,
                                         1, 0, 0, 0, 0};
    static const uint8_t huge[] = {1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF};
    toc_draft_part part;
    toc_draft draft;
    toc_err err;
    assert_int_equal(toc_draft_part_open(TOC_SPAN_OF(version_2), &part, &err), TOC_STATE);
    assert_int_equal(toc_draft_part_open(TOC_SPAN_OF(rest), &part, &err), TOC_MALFORMED);
    TOC_CHECK_OK(toc_draft_part_open(TOC_SPAN_OF(retraction), &part, &err));
    assert_int_equal(toc_draft_part_next(&part, &draft, &err), TOC_MALFORMED);
    TOC_CHECK_OK(toc_draft_part_open(TOC_SPAN_OF(huge), &part, &err));
    assert_int_equal(toc_draft_part_next(&part, &draft, &err), TOC_MALFORMED);
}

/* Real lists, where they are there: every row is taken or refused with a sentence, and the counts
 * add up. */
static void real_lists_go_through(void **state)
{
    submission *s = *state;
    char path[4096];
    if (!toc_shared_path("data/indicators/ransomware_addresses.csv", path))
        skip();
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    TOC_AUTO(toc_buf_wipe) toc_buf rows = {0};
    char line[4096];
    toc_buf_add_text(&rows, "chain,address,category,list\n");
    size_t count = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file) != NULL) {
        toc_buf_printf(&rows, "BTC,%.*s,ransomware,ransomwhere\n", (int)strcspn(line, ","), line);
        count++;
    }
    (void)fclose(file);
    read_rows(s, TOC_ROWS_CSV, toc_buf_view(&rows));
    finish(s, PART);
    toc_drafts_counts counts = toc_drafts_count(s->drafts);
    assert_int_equal(counts.read, count);
    assert_int_equal(counts.wallets + counts.merged + counts.refused, count);
    assert_int_equal(counts.wallets, s->count);
    assert_true(count > 5000);
    assert_true(counts.wallets > count * 99 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DRAFTS_TEST(no_rows_are_one_empty_part),
        DRAFTS_TEST(rows_become_drafts_in_their_order),
        DRAFTS_TEST(rows_of_one_identity_become_one_draft),
        DRAFTS_TEST(what_makes_another_identity_is_not_merged),
        DRAFTS_TEST(refused_rows_leave_the_others),
        DRAFTS_TEST(a_row_that_makes_a_claim_too_large_is_refused_and_the_claim_stays),
        DRAFTS_TEST(what_was_done_to_take_addresses_is_noted_by_kind),
        DRAFTS_TEST(notes_of_several_files_are_added_up_and_never_overflow),
        DRAFTS_TEST(broken_literals_are_kept_on_request),
        DRAFTS_TEST(names_of_orgs_are_kept_once_and_bounded),
        DRAFTS_TEST(small_parts_and_one_large_part_say_the_same),
        DRAFTS_TEST(a_ceiling_is_kept),
        DRAFTS_TEST(a_part_that_is_cut_or_too_long_is_refused),
        DRAFTS_TEST(a_part_of_another_version_or_kind_is_refused),
        DRAFTS_TEST(real_lists_go_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
