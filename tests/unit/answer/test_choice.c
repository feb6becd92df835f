/* One line for one query: which wallets a text is asked for as, and which line is given. */
#include "tests/support/check.h"

#include "proto/answer/choice.h"

#define GENESIS "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
#define CASH    "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6b"
#define BROKEN  "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), tail = strlen(end);
    return size >= tail && strcmp(text + size - tail, end) == 0;
}

/* Asks about all that `text` may mean; of `symbol` ("*": any) something is known, under the address
 * alone. Counts the questions. */
static toc_code ask(const char *text, const char *symbol, toc_buf *out, size_t *out_asked,
                    toc_err *err)
{
    TOC_AUTO(toc_choice_wipe) toc_choice choice = {0};
    toc_wallet wallet;
    *out_asked = 0;
    TOC_TRY(toc_choice_begin(&choice, toc_span_text(text), err));
    while (toc_choice_next(&choice, &wallet)) {
        TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
        bool chain =
            strcmp(symbol, "*") == 0 || strcmp(toc_chain_symbol(wallet.chain), symbol) == 0;
        bool found =
            chain && (strchr(wallet.address, ':') == NULL || ends_with(wallet.address, CASH));
        toc_buf_printf(&line, "{\"%s\":\"%s\"}\n", toc_chain_symbol(wallet.chain), wallet.address);
        toc_choice_take(&choice, toc_span_text(text), &wallet, found, found ? 7 : 0,
                        toc_buf_view(&line));
        ++*out_asked;
    }
    return toc_choice_write(&choice, out, err);
}

static void expect_line(const char *text, const char *symbol, size_t asked, const char *line)
{
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_err err;
    size_t count;
    TOC_CHECK_OK(ask(text, symbol, &out, &count, &err));
    assert_int_equal(count, asked);
    if (strstr(toc_buf_text(&out), line) == NULL)
        fail_msg("%s: %s", text, toc_buf_text(&out));
}

static void an_address_is_asked_for_on_every_chain_that_it_fits(void **state)
{
    (void)state;
    expect_line(GENESIS, "BSV", 3, "{\"BSV\":\"" GENESIS "\"}\n");
    expect_line(GENESIS, "", 3, "\"" GENESIS "\"}\n"); /* the one that is spelt so */
    expect_line("BTC:" GENESIS, "BTC", 1, "{\"BTC\":\"" GENESIS "\"}\n");
    expect_line(GENESIS, "*", 3, "\"candidates\":[{");
}

static void a_text_that_is_no_address_is_asked_for_as_a_literal_of_its_chain(void **state)
{
    (void)state;
    expect_line("BTC:" BROKEN, "BTC", 2, "{\"BTC\":\"" BROKEN "\"}\n");
    expect_line("BTC " BROKEN, "BTC", 1, "{\"BTC\":\"" BROKEN "\"}\n");
    expect_line("bip122:000000000019d6689c085ae165831e93:" BROKEN, "BTC", 2,
                "{\"BTC\":\"" BROKEN "\"}\n");
    /* A literal may have what looks like the name of a chain in it. */
    expect_line(CASH, "BCH", 2, "\"" CASH "\"");
}

static void a_bare_literal_is_asked_for_once_in_every_family(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_err err;
    size_t asked;
    bool families[256] = {false};
    size_t count = 0;
    for (size_t i = 0; i < toc_chain_count(); i++) {
        toc_wallet wallet;
        TOC_CHECK_OK(
            toc_wallet_keep_invalid(toc_chain_at(i), toc_span_text(BROKEN), &wallet, &err));
        bool *seen = &families[wallet.subject.bytes[wallet.subject.size - 2]];
        count += !*seen;
        *seen = true;
    }
    assert_true(count > 40);
    TOC_CHECK_OK(ask(BROKEN, "BTC", &out, &asked, &err));
    assert_int_equal(asked, count);
    assert_string_equal(toc_buf_text(&out), "{\"BTC\":\"" BROKEN "\"}\n");
    toc_buf_clear(&out);
    TOC_CHECK_OK(ask(BROKEN, "*", &out, &asked, &err)); /* more than there is room for */
    assert_non_null(strstr(toc_buf_text(&out), "\"candidates\":[{"));
}

static toc_wallet known_wallet(const char *chain, const char *text)
{
    toc_wallet wallet;
    toc_err err;
    TOC_CHECK_OK(toc_wallet_parse_on(toc_chain_find(toc_span_text(chain)), toc_span_text(text),
                                     &wallet, &err));
    return wallet;
}

/* Offers `known` and counts the wallets asked about, all of which are found. */
static size_t offer(const char *text, const toc_wallet *known, toc_wallet *out_first)
{
    TOC_AUTO(toc_choice_wipe) toc_choice choice = {0};
    toc_wallet wallet;
    toc_err err;
    size_t asked = 0;
    TOC_CHECK_OK(toc_choice_begin(&choice, toc_span_text(text), &err));
    for (unsigned i = 0; i < 2; i++) /* the same twice: it counts once */
        toc_choice_offer(&choice, known);
    for (; toc_choice_next(&choice, &wallet); asked++) {
        if (asked == 0)
            *out_first = wallet;
        toc_choice_take(&choice, toc_span_text(text), &wallet, wallet.chain == known->chain, 1,
                        toc_span_text("{}\n"));
    }
    assert_int_equal(choice.found_count, choice.taken);
    return choice.taken;
}

static void a_known_wallet_that_is_spelt_so_but_for_letter_case_is_asked_for(void **state)
{
    (void)state;
    toc_wallet tron = known_wallet("TRX", "TA3941uFAvmVibSkQ6fMJXxmaSNovX86mz"), first = {0};
    toc_err err;
    /* Itself, and the text as a literal of its chain. */
    assert_int_equal(offer("ta3941ufavmvibskq6fmjxxmasnovx86mz", &tron, &first), 2);
    assert_string_equal(first.address, tron.address);
    assert_int_equal(offer("TRX:ta3941ufavmvibskq6fmjxxmasnovx86mz", &tron, &first), 3);
    assert_string_equal(first.address, tron.address);
    /* Another chain was named, or the text is an address as it stands. */
    (void)offer("BTC:ta3941ufavmvibskq6fmjxxmasnovx86mz", &tron, &first);
    assert_string_not_equal(first.address, tron.address);
    assert_int_equal(offer("TRX:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", &tron, &first), 1);
    assert_string_not_equal(first.address, tron.address);
    TOC_AUTO(toc_choice_wipe) toc_choice choice = {0};
    TOC_CHECK_OK(toc_choice_begin(&choice, toc_span_text("BTC: " BROKEN), &err));
    assert_true(toc_span_equal(toc_choice_spelling(&choice), toc_span_text(BROKEN)));
    TOC_AUTO(toc_choice_wipe) toc_choice whole = {0};
    TOC_CHECK_OK(toc_choice_begin(&whole, toc_span_text("BTC:" GENESIS), &err));
    assert_int_equal(toc_choice_spelling(&whole).size, 0);
}

static void what_nobody_kept_is_refused_as_no_address(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
        toc_code code;
    } rows[] = {
        {BROKEN, "checksum", TOC_MALFORMED},
        {"BTC:" BROKEN, "checksum", TOC_MALFORMED},
        {"nowhere:x", "unknown chain", TOC_NOT_FOUND},
        {"1A1z\xE2\x80\x8BP1", "invisible", TOC_MALFORMED},
        {"5Kd3NBUAdUnhyzenEwVLy9pBKxSwXvE9FMPyR4UKZvpe6E3AgLr", "private key", TOC_MALFORMED},
        {"", "empty", TOC_MALFORMED},
    };
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
        toc_err err = {0};
        size_t asked;
        TOC_CHECK_FAILS(rows[i].code, ask(rows[i].text, "", &out, &asked, &err));
        if (strstr(err.text, rows[i].says) == NULL)
            fail_msg("%s: %s", rows[i].text, err.text);
        assert_int_equal(out.size, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_asked_for_on_every_chain_that_it_fits),
        cmocka_unit_test(a_text_that_is_no_address_is_asked_for_as_a_literal_of_its_chain),
        cmocka_unit_test(a_bare_literal_is_asked_for_once_in_every_family),
        cmocka_unit_test(a_known_wallet_that_is_spelt_so_but_for_letter_case_is_asked_for),
        cmocka_unit_test(what_nobody_kept_is_refused_as_no_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
