#include "proto/roll/share.h"
#include "tests/support/check.h"
#include "tests/support/started.h"

enum { NEEDED = 2, MADE = 3 };

typedef struct escrow {
    toc_secret *root, *next;
    toc_share shares[MADE];
} escrow;

static void escrow_wipe(escrow *made)
{
    toc_secret_free(made->root);
    toc_secret_free(made->next);
}
TOC_DEFINE_AUTO_WIPE(escrow, escrow_wipe)

static void make(escrow *out)
{
    toc_err err;
    toc_org_id org = {{5}};
    TOC_CHECK_OK(toc_secret_random(&out->root, &err));
    TOC_CHECK_OK(toc_secret_random(&out->next, &err));
    TOC_CHECK_OK(toc_shares_make(&org, out->root, out->next, NEEDED, MADE, out->shares, &err));
}

static toc_code join(const toc_share *shares, size_t count, const escrow *expected)
{
    toc_err err;
    TOC_AUTO(toc_secret_free) toc_secret *root = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *next = NULL;
    toc_code code = toc_shares_join(shares, count, &root, &next, &err);
    if (code == TOC_OK) {
        assert_true(toc_secret_equal(root, expected->root));
        assert_true(toc_secret_equal(next, expected->next));
    } else {
        assert_null(root);
        assert_null(next);
    }
    return code;
}

static void any_two_of_three_shares_give_both_keys_through_their_text(void **state)
{
    (void)state;
    TOC_AUTO(escrow_wipe) escrow made = {0};
    toc_share back[MADE];
    make(&made);
    for (size_t i = 0; i < MADE; i++) {
        toc_err err;
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_buf_add_text(&text, "For the safe:\r\n");
        toc_share_armour(&made.shares[i], &text);
        TOC_CHECK_OK(toc_share_dearmour(toc_buf_view(&text), &back[i], &err));
    }
    for (size_t i = 0; i < MADE; i++) {
        const toc_share chosen[] = {back[i], back[(i + 1) % MADE]};
        assert_int_equal(join(chosen, 2, &made), TOC_OK);
    }
    assert_int_equal(join(back, MADE, &made), TOC_OK);
}

static void too_few_mixed_doubled_and_changed_shares_are_told_apart(void **state)
{
    (void)state;
    TOC_AUTO(escrow_wipe) escrow made = {0};
    TOC_AUTO(escrow_wipe) escrow other = {0};
    make(&made);
    make(&other);
    toc_share chosen[] = {made.shares[0], made.shares[0]};
    assert_int_equal(join(made.shares, 0, &made), TOC_STATE);
    assert_int_equal(join(made.shares, 1, &made), TOC_STATE);
    assert_int_equal(join(chosen, 2, &made), TOC_USAGE);
    chosen[1] = other.shares[1];
    assert_int_equal(join(chosen, 2, &made), TOC_DENIED);
    for (size_t at = 0; at < TOC_SHARE_VALUE_BYTES; at += 21) { /* in the root, in the next */
        chosen[1] = made.shares[1];
        chosen[1].value[at] ^= 1;
        assert_int_equal(join(chosen, 2, &made), TOC_SIGNATURE);
    }
}

static void a_share_that_was_misread_is_refused_at_every_character(void **state)
{
    (void)state;
    toc_err err;
    TOC_AUTO(escrow_wipe) escrow made = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_share back;
    make(&made);
    toc_share_armour(&made.shares[0], &text);
    for (size_t i = 0; i + 1 < text.size; i++) {
        uint8_t before = text.data[i];
        if (before == '\n')
            continue;
        text.data[i] = before == 'x' ? 'y' : 'x';
        assert_int_equal(toc_share_dearmour(toc_buf_view(&text), &back, &err), TOC_MALFORMED);
        text.data[i] = before;
    }
    assert_int_equal(toc_share_dearmour(toc_span_text(""), &back, &err), TOC_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_two_of_three_shares_give_both_keys_through_their_text),
        cmocka_unit_test(too_few_mixed_doubled_and_changed_shares_are_told_apart),
        cmocka_unit_test(a_share_that_was_misread_is_refused_at_every_character),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
