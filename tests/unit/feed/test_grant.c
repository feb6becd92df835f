#include "tests/support/check.h"

#include "proto/feed/entry.h"
#include "proto/feed/grant.h"

static uint8_t boxes[(TOC_GRANT_BOXES_MAX + 1) * TOC_BOX_BYTES];

static toc_grant example(uint16_t first, uint16_t count)
{
    toc_grant grant = {.card_serial = 7,
                       .charter_version = 2,
                       .epoch = 3,
                       .alg = 1,
                       .first = first,
                       .count = count};
    memset(grant.card.bytes, 0xCA, 32);
    memset(grant.charter.bytes, 0xC4, 32);
    memset(grant.key_id.bytes, 0x1D, 32);
    grant.boxes = toc_span_of(boxes, (size_t)count * TOC_BOX_BYTES);
    return grant;
}

static void a_grant_has_at_most_380_boxes_and_fits_an_entry(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_grant grant = example(0, 380), read;
    TOC_CHECK_OK(toc_grant_write(&grant, &entry, &err));
    assert_int_equal(entry.size, 48 + 113 + 380 * 80);
    assert_true(entry.size <= TOC_ENTRY_BYTES_MAX);
    TOC_CHECK_OK(toc_grant_read(toc_buf_view(&entry), &read, &err));
    assert_int_equal(read.count, 380);
    grant = example(0, 381);
    toc_buf_clear(&entry);
    TOC_CHECK_FAILS(TOC_LIMIT, toc_grant_write(&grant, &entry, NULL));
    assert_int_equal(entry.size, 0);
}

static void the_boxes_of_500_readers_come_in_two_parts(void **state)
{
    (void)state;
    toc_err err = {0};
    for (unsigned part = 0; part < 2; part++) {
        TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
        toc_grant grant = part == 0 ? example(0, 380) : example(380, 120), read;
        TOC_CHECK_OK(toc_grant_write(&grant, &entry, &err));
        TOC_CHECK_OK(toc_grant_read(toc_buf_view(&entry), &read, &err));
        toc_box box;
        toc_grant_box(&read, (uint16_t)(grant.count - 1), &box);
        assert_memory_equal(box.bytes, boxes + (size_t)(grant.count - 1) * TOC_BOX_BYTES,
                            TOC_BOX_BYTES);
        toc_grant_box(&read, 1, &box);
        assert_memory_equal(box.bytes, boxes + TOC_BOX_BYTES, TOC_BOX_BYTES);
    }
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_grant beyond = example(380, 121);
    TOC_CHECK_FAILS(TOC_LIMIT, toc_grant_write(&beyond, &entry, NULL));
}

static void a_grant_against_a_rule_is_not_written(void **state)
{
    (void)state;
    for (int rule = 0; rule < 6; rule++) {
        TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
        toc_grant grant = example(0, 2);
        if (rule == 0)
            grant.epoch = 0;
        if (rule == 1)
            grant.alg = 2;
        if (rule == 2)
            grant.alg = 0;
        if (rule == 3)
            grant.boxes.size--;
        if (rule == 4)
            grant.count = 3;
        if (rule == 5)
            grant = example(1, 0);
        TOC_CHECK_FAILS(TOC_MALFORMED, toc_grant_write(&grant, &entry, NULL));
        assert_int_equal(entry.size, 0);
    }
}

static void the_same_rules_hold_for_what_is_read(void **state)
{
    (void)state;
    /* Offsets: 48 header, then card 32, serial 8, charter 32, version 4, key id 32, alg, first,
     * count. */
    enum {
        KIND = 1,
        EPOCH_LOW = 7,
        TERM = 8,
        ALG = 48 + 108,
        FIRST_LOW = ALG + 2,
        COUNT_HIGH = ALG + 3,
        COUNT_LOW
    };
    static const struct {
        size_t offset;
        uint8_t value;
        toc_code code;
    } changes[] = {
        {KIND, 3, TOC_MALFORMED},      {KIND, 2, TOC_MALFORMED},      {EPOCH_LOW, 0, TOC_MALFORMED},
        {TERM, 0, TOC_MALFORMED},      {ALG, 0, TOC_MALFORMED},       {ALG, 2, TOC_MALFORMED},
        {COUNT_LOW, 1, TOC_MALFORMED}, {COUNT_LOW, 3, TOC_MALFORMED}, {COUNT_HIGH, 2, TOC_LIMIT},
        {FIRST_LOW - 1, 2, TOC_LIMIT}, {FIRST_LOW, 9, TOC_OK}};
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_err err = {0};
    toc_grant grant = example(0, 2), read = {.card_serial = 99};
    TOC_CHECK_OK(toc_grant_write(&grant, &entry, &err));
    for (size_t i = 0; i < TOC_COUNT(changes); i++) {
        uint8_t kept = entry.data[changes[i].offset];
        entry.data[changes[i].offset] = changes[i].value;
        toc_grant other = read;
        if (toc_grant_read(toc_buf_view(&entry), &other, NULL) != changes[i].code)
            fail_msg("byte %zu = %u", changes[i].offset, changes[i].value);
        if (changes[i].code != TOC_OK)
            assert_int_equal(other.card_serial, 99);
        entry.data[changes[i].offset] = kept;
    }
}

static void every_truncation_of_a_grant_is_refused_even_with_a_fitting_header(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_grant grant = example(0, 1), read;
    TOC_CHECK_OK(toc_grant_write(&grant, &entry, &err));
    for (size_t size = 0; size < entry.size; size++) {
        TOC_AUTO(toc_buf_wipe) toc_buf cut = {0};
        toc_buf_add(&cut, entry.data, size);
        if (size >= 48) {
            cut.data[14] = (uint8_t)((size - 48) >> 8);
            cut.data[15] = (uint8_t)(size - 48);
        }
        TOC_CHECK_FAILS(TOC_MALFORMED, toc_grant_read(toc_buf_view(&cut), &read, NULL));
    }
    toc_buf_add_u8(&entry, 0);
    entry.data[15]++;
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_grant_read(toc_buf_view(&entry), &read, NULL));
}

static void serial_version_and_epoch_never_go_back(void **state)
{
    (void)state;
    toc_err err = {0};
    toc_grant before = example(0, 0);
    toc_grant after = before;
    TOC_CHECK_OK(toc_grant_follows(&before, &after, &err));
    after.card_serial = before.card_serial + 1;
    after.charter_version = before.charter_version + 1;
    after.epoch = before.epoch + 1;
    after.key_id.bytes[0] ^= 1;
    TOC_CHECK_OK(toc_grant_follows(&before, &after, &err));
    toc_grant back = after;
    back.card_serial = before.card_serial - 1;
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_grant_follows(&before, &back, &err));
    back = after;
    back.charter_version = before.charter_version - 1;
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_grant_follows(&before, &back, &err));
    back = after;
    back.epoch = before.epoch - 1;
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_grant_follows(&before, &back, &err));
}

static void one_epoch_has_one_sender_key(void **state)
{
    (void)state;
    toc_grant before = example(0, 0), after = before;
    after.key_id.bytes[31] ^= 1;
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_grant_follows(&before, &after, NULL));
}

static void a_sender_key_serves_for_a_million_records_or_thirty_days(void **state)
{
    (void)state;
    const uint64_t month = 30ull * 24 * 60 * 60 * 1000;
    const toc_time made = {1000000};
    assert_false(toc_epoch_over(1048576, made, made));
    assert_true(toc_epoch_over(1048577, made, made));
    assert_false(toc_epoch_over(1, made, (toc_time){made.unix_ms + month}));
    assert_true(toc_epoch_over(1, made, (toc_time){made.unix_ms + month + 1}));
    assert_false(toc_epoch_over(1, made, (toc_time){0})); /* a clock that was set back */
}

int main(void)
{
    for (size_t i = 0; i < sizeof boxes; i++)
        boxes[i] = (uint8_t)(i / TOC_BOX_BYTES + i);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grant_has_at_most_380_boxes_and_fits_an_entry),
        cmocka_unit_test(the_boxes_of_500_readers_come_in_two_parts),
        cmocka_unit_test(a_grant_against_a_rule_is_not_written),
        cmocka_unit_test(the_same_rules_hold_for_what_is_read),
        cmocka_unit_test(every_truncation_of_a_grant_is_refused_even_with_a_fitting_header),
        cmocka_unit_test(serial_version_and_epoch_never_go_back),
        cmocka_unit_test(one_epoch_has_one_sender_key),
        cmocka_unit_test(a_sender_key_serves_for_a_million_records_or_thirty_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
