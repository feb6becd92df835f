/* Cards as text for mail and paste, and back. */
#include "proto/base/text.h"
#include "tests/unit/roll/fixture.h"

static const char begin[] = "-----BEGIN TOCSIN CARD-----\n";
static const char end[] = "-----END TOCSIN CARD-----\n";

static toc_code dearmour(toc_span text, toc_buf *out)
{
    toc_buf_clear(out);
    toc_buf_add_text(out, "before");
    toc_code code = toc_card_dearmour(text, out, NULL);
    if (code != TOC_OK) {
        assert_int_equal(out->size, 6);
        return code;
    }
    memmove(out->data, out->data + 6, out->size - 6);
    out->size -= 6;
    return code;
}

static void assert_gives(toc_span text, toc_span card)
{
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    assert_code(dearmour(text, &out), TOC_OK);
    assert_true(toc_span_equal(toc_buf_view(&out), card));
}

static void armour_is_base64_in_lines_of_64_between_two_markers(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    uint8_t bytes[49];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    toc_card_armour(TOC_SPAN_OF(bytes), &text);
    assert_string_equal(toc_buf_text(&text),
                        "-----BEGIN TOCSIN CARD-----\n"
                        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v\n"
                        "MA==\n"
                        "-----END TOCSIN CARD-----\n");
    toc_buf_clear(&text);
    toc_card_armour(toc_span_of(bytes, 48), &text);
    assert_string_equal(toc_buf_text(&text),
                        "-----BEGIN TOCSIN CARD-----\n"
                        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v\n"
                        "-----END TOCSIN CARD-----\n");
}

static void a_card_comes_back_from_its_armour_and_from_its_bytes(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_card card = first_card("a", arena);
    toc_card_armour(card.signed_card, &text);
    assert_gives(toc_buf_view(&text), card.signed_card);
    assert_gives(card.signed_card, card.signed_card);
}

static void a_mail_around_it_and_white_space_within_do_no_harm(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf mail = {0};
    toc_card card = first_card("a", arena);
    toc_card_armour(card.signed_card, &text);
    toc_buf_add_text(&mail, "\r\nDear colleagues,\r\nhere is our card:\r\n\r\n \t");
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\n')
            toc_buf_add_text(&mail, " \t\r\n\r\n  ");
        else
            toc_buf_add_u8(&mail, text.data[i]);
    }
    toc_buf_add_text(&mail, "Kind regards\r\n-- \r\nthe duty officer");
    assert_gives(toc_buf_view(&mail), card.signed_card);
}

static void a_name_that_looks_like_armour_does_not_confuse_raw_bytes(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    draft from;
    draft_first("a", &from);
    from.card.name = toc_span_text("-----BEGIN TOCSIN CARD-----AAAA-----END TOCSIN CARD-----");
    toc_card card = signed_card(&from, "root 1", NULL, arena);
    assert_gives(card.signed_card, card.signed_card);
}

static void what_is_no_card_or_more_than_one_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_card card = first_card("a", arena);
    assert_code(dearmour((toc_span){0}, &out), TOC_MALFORMED);
    assert_code(dearmour(toc_span_text("hello"), &out), TOC_MALFORMED);
    assert_code(dearmour(toc_span_text(begin), &out), TOC_MALFORMED);
    assert_code(dearmour(toc_span_text(end), &out), TOC_MALFORMED);
    assert_code(dearmour(toc_span_of(card.signed_card.data, card.signed_card.size - 1), &out),
                TOC_MALFORMED);
    toc_buf_printf(&text, "%sAA%s", begin, end);
    assert_code(dearmour(toc_buf_view(&text), &out), TOC_MALFORMED);
    toc_buf_clear(&text);
    toc_buf_printf(&text, "%sAA_A%s", begin, end);
    assert_code(dearmour(toc_buf_view(&text), &out), TOC_MALFORMED);
    toc_buf_clear(&text);
    toc_buf_printf(&text, "%s> AAAA\n%s", begin, end);
    assert_code(dearmour(toc_buf_view(&text), &out), TOC_MALFORMED);
    toc_buf_clear(&text);
    toc_buf_printf(&text, "%sAAAA\n%s%sAAAA\n%s", begin, end, begin, end);
    assert_code(dearmour(toc_buf_view(&text), &out), TOC_MALFORMED);
}

static void more_than_a_card_can_hold_is_a_limit(void **state)
{
    (void)state;
    static uint8_t bytes[TOC_CARD_BYTES_MAX + 1];
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_card_armour(toc_span_of(bytes, TOC_CARD_BYTES_MAX), &text);
    assert_gives(toc_buf_view(&text), toc_span_of(bytes, TOC_CARD_BYTES_MAX));
    toc_buf_clear(&text);
    toc_card_armour(toc_span_of(bytes, TOC_CARD_BYTES_MAX + 1), &text);
    assert_code(dearmour(toc_buf_view(&text), &out), TOC_LIMIT);
    toc_buf_clear(&text);
    toc_buf_add_text(&text, begin);
    for (size_t i = 0; i / 4 < TOC_CARD_BYTES_MAX; i++)
        toc_buf_add_u8(&text, 'A');
    toc_buf_add_text(&text, end);
    assert_code(dearmour(toc_buf_view(&text), &out), TOC_LIMIT);
    toc_buf_clear(&text);
    put_bytes_field(&text, 1, toc_span_of(bytes, TOC_CARD_BYTES_MAX));
    put_bytes_field(&text, 2, toc_span_of(bytes, 64));
    assert_code(dearmour(toc_buf_view(&text), &out), TOC_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(armour_is_base64_in_lines_of_64_between_two_markers),
        cmocka_unit_test(a_card_comes_back_from_its_armour_and_from_its_bytes),
        cmocka_unit_test(a_mail_around_it_and_white_space_within_do_no_harm),
        cmocka_unit_test(a_name_that_looks_like_armour_does_not_confuse_raw_bytes),
        cmocka_unit_test(what_is_no_card_or_more_than_one_is_refused),
        cmocka_unit_test(more_than_a_card_can_hold_is_a_limit),
    };
    return cmocka_run_group_tests_name("armour", tests, start_crypto, NULL);
}
