/* Frames of the local socket, and the drafts that are kept as a text of them. */
#include "tests/support/check.h"

#include "proto/control/control.h"

static void add(toc_buf *out, toc_control_type type, const char *payload)
{
    toc_err err;
    TOC_CHECK_OK(toc_control_write(type, toc_span_text(payload), out, &err));
}

/* All parts in one buffer, a '|' after each. */
static toc_code gather(toc_span frames, toc_buf *out, toc_err *err)
{
    for (;;) {
        toc_span part;
        bool more;
        TOC_TRY(toc_control_next_part(&frames, &part, &more, err));
        if (!more)
            return TOC_OK;
        toc_buf_add_span(out, part);
        toc_buf_add_u8(out, '|');
    }
}

static void drafts_come_part_by_part_until_their_end(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf frames = {0}, parts = {0};
    toc_err err;
    add(&frames, TOC_CONTROL_DRAFTS, "one");
    add(&frames, TOC_CONTROL_DRAFTS, "");
    add(&frames, TOC_CONTROL_DRAFTS, "three");
    add(&frames, TOC_CONTROL_END, "{}");
    TOC_CHECK_OK(gather(toc_buf_view(&frames), &parts, &err));
    assert_string_equal(toc_buf_text(&parts), "one||three|");
}

static void drafts_that_break_off_anywhere_are_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf frames = {0};
    toc_err err;
    add(&frames, TOC_CONTROL_DRAFTS, "one");
    add(&frames, TOC_CONTROL_END, "{}");
    for (size_t size = 0; size < frames.size; size++) {
        TOC_AUTO(toc_buf_wipe) toc_buf parts = {0};
        TOC_CHECK_FAILS(TOC_MALFORMED, gather(toc_span_of(frames.data, size), &parts, &err));
    }
}

static void only_drafts_stand_among_drafts_and_nothing_after_their_end(void **state)
{
    (void)state;
    static const toc_control_type others[] = {TOC_CONTROL_REQUEST, TOC_CONTROL_LINE,
                                              TOC_CONTROL_PROGRESS, TOC_CONTROL_ERROR};
    toc_err err;
    for (size_t i = 0; i < TOC_COUNT(others); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf frames = {0}, parts = {0};
        add(&frames, others[i], "{}");
        add(&frames, TOC_CONTROL_END, "{}");
        TOC_CHECK_FAILS(TOC_MALFORMED, gather(toc_buf_view(&frames), &parts, &err));
    }
    TOC_AUTO(toc_buf_wipe) toc_buf frames = {0}, parts = {0};
    add(&frames, TOC_CONTROL_END, "{}");
    add(&frames, TOC_CONTROL_DRAFTS, "late");
    TOC_CHECK_FAILS(TOC_MALFORMED, gather(toc_buf_view(&frames), &parts, &err));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(drafts_come_part_by_part_until_their_end),
        cmocka_unit_test(drafts_that_break_off_anywhere_are_refused),
        cmocka_unit_test(only_drafts_stand_among_drafts_and_nothing_after_their_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
