/* The fields of a charter: each rule broken alone. */
#include "tests/unit/roll/fixture.h"

/* --- fields --- */

static void the_first_version_has_random_bytes_and_later_ones_name_circle_and_version(void **state)
{
    (void)state;
    rules from;
    rules_of_three(&from);
    assert_code(write_rules(&from), TOC_OK);
    from.charter.version = 0;
    assert_code(write_rules(&from), TOC_MALFORMED);
    from.charter.version = 1;
    memset(from.charter.nonce, 0, 32);
    assert_code(write_rules(&from), TOC_MALFORMED);
    from.charter.nonce[0] = 1;
    from.charter.previous.bytes[0] = 1;
    assert_code(write_rules(&from), TOC_MALFORMED);
    from.charter.version = 2;
    assert_code(write_rules(&from), TOC_MALFORMED);
    from.charter.circle.bytes[0] = 1;
    assert_code(write_rules(&from), TOC_OK);
    from.charter.version = 0;
    assert_code(write_rules(&from), TOC_MALFORMED);
    from.charter.version = 2;
    from.charter.previous.bytes[0] = 0;
    assert_code(write_rules(&from), TOC_MALFORMED);
}

static void what_belongs_to_another_version_is_refused_in_a_body(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    rules from;
    rules_of_three(&from);
    toc_charter first = drafted(&from, arena);
    from.charter.version = 2;
    from.charter.circle = first.circle;
    from.charter.previous = first.hash;
    toc_charter second = drafted(&from, arena);
    assert_true(toc_circle_id_equal(&first.circle, &second.circle));
    const struct {
        toc_span body;
        unsigned number;
        size_t size; /* 0: taken away */
    } cases[] = {
        {first.body, CHARTER_NONCE, 0},      {first.body, CHARTER_NONCE, 31},
        {first.body, CHARTER_CIRCLE, 32},    {first.body, CHARTER_PREVIOUS, 32},
        {second.body, CHARTER_NONCE, 32},    {second.body, CHARTER_CIRCLE, 0},
        {second.body, CHARTER_CIRCLE, 33},   {second.body, CHARTER_PREVIOUS, 0},
        {second.body, CHARTER_PREVIOUS, 31},
    };
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        uint8_t value[33] = {7};
        TOC_AUTO(toc_buf_wipe) toc_buf field = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
        if (cases[i].size > 0)
            put_bytes_field(&field, cases[i].number, toc_span_of(value, cases[i].size));
        replace_field(cases[i].body, cases[i].number, 0, toc_buf_view(&field), &body);
        assert_code(open_body(toc_buf_view(&body)), TOC_MALFORMED);
    }
}

static void what_joins_two_branches_names_two(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    rules from;
    rules_of_three(&from);
    from.charter.joined.bytes[0] = 9;
    assert_code(write_rules(&from), TOC_MALFORMED); /* the first version */
    from.charter.circle.bytes[0] = 1;
    from.charter.previous.bytes[0] = 2;
    from.charter.version = 2; /* there is one version 1 only */
    assert_code(write_rules(&from), TOC_MALFORMED);
    from.charter.version = 3;
    assert_code(write_rules(&from), TOC_OK);
    toc_charter charter = drafted(&from, arena);
    assert_true(toc_charter_joins(&charter));
    assert_int_equal(charter.joined.bytes[0], 9);
    from.charter.joined = from.charter.previous;
    assert_code(write_rules(&from), TOC_MALFORMED);
    for (size_t size = 31; size <= 33; size++) { /* zeroes, too */
        uint8_t value[33] = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf field = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
        put_bytes_field(&field, CHARTER_JOINED, toc_span_of(value, size));
        replace_field(charter.body, CHARTER_JOINED, 0, toc_buf_view(&field), &body);
        assert_code(open_body(toc_buf_view(&body)), TOC_MALFORMED);
    }
}

static void a_quorum_is_a_majority_of_the_admins(void **state)
{
    (void)state;
    for (uint16_t admins = 0; admins <= 7; admins++) {
        rules from;
        rules_first(&from);
        for (uint16_t i = 0; i < admins; i++)
            add_stranger(&from, i, TOC_ROLE_ADMIN);
        add_stranger(&from, 100, TOC_ROLE_MEMBER);
        add_stranger(&from, 101, TOC_ROLE_OBSERVER);
        add_stranger(&from, 102, TOC_ROLE_RELAY);
        for (uint32_t quorum = 0; quorum <= 9; quorum++) {
            from.charter.quorum = quorum;
            bool fair = quorum <= admins && 2 * quorum > admins;
            assert_code(write_rules(&from), fair ? TOC_OK : TOC_MALFORMED);
        }
        from.charter.quorum = UINT32_MAX;
        assert_code(write_rules(&from), TOC_MALFORMED);
    }
}

static void members_stand_in_order_and_once(void **state)
{
    (void)state;
    rules from;
    rules_of_three(&from);
    toc_charter_member swapped = from.members[0];
    from.members[0] = from.members[1];
    from.members[1] = swapped;
    assert_code(write_rules(&from), TOC_MALFORMED);
    rules_of_three(&from);
    from.members[1] = from.members[0];
    assert_code(write_rules(&from), TOC_MALFORMED);
}

static void a_body_with_members_out_of_order_or_twice_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    rules from;
    rules_of_three(&from);
    toc_charter charter = drafted(&from, arena);
    for (size_t with = 1; with < 3; with++) {
        TOC_AUTO(toc_buf_wipe) toc_buf field = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
        put_bytes_field(&field, CHARTER_MEMBER, payload_of(charter.body, CHARTER_MEMBER, with));
        put_bytes_field(&field, CHARTER_MEMBER, payload_of(charter.body, CHARTER_MEMBER, 0));
        replace_field(charter.body, CHARTER_MEMBER, 0, toc_buf_view(&field), &body);
        assert_code(open_body(toc_buf_view(&body)), TOC_MALFORMED);
    }
}

static void a_member_has_a_role_a_kind_and_a_card(void **state)
{
    (void)state;
    static const char *const bad_kinds[] = {"", "Exchange", "an exchange"};
    rules from;
    rules_of_three(&from);
    for (unsigned role = 0; role <= 5; role++) {
        from.members[1].role = (toc_role)role;
        assert_code(write_rules(&from), role >= 1 && role <= 4 ? TOC_OK : TOC_MALFORMED);
        from.charter.quorum = 2;
    }
    rules_of_three(&from);
    for (size_t i = 0; i < TOC_COUNT(bad_kinds); i++) {
        from.members[1].kind = toc_span_text(bad_kinds[i]);
        assert_code(write_rules(&from), TOC_MALFORMED);
    }
    rules_of_three(&from);
    from.members[1].country = toc_span_text("swe");
    assert_code(write_rules(&from), TOC_MALFORMED);
    rules_of_three(&from);
    from.members[1].card_serial_min = 0;
    assert_code(write_rules(&from), TOC_MALFORMED);
    rules_of_three(&from);
    memset(&from.members[1].card, 0, sizeof from.members[1].card);
    assert_code(write_rules(&from), TOC_MALFORMED);
}

static void a_policy_is_known_and_within_bounds(void **state)
{
    (void)state;
    rules from;
    rules_of_three(&from);
    for (unsigned tlp = 0; tlp <= 6; tlp++) {
        from.charter.policy.tlp_max = (toc_tlp)tlp;
        assert_code(write_rules(&from), tlp >= 1 && tlp <= 5 ? TOC_OK : TOC_MALFORMED);
    }
    rules_of_three(&from);
    for (unsigned history = 0; history <= 3; history++) {
        from.charter.policy.history = (toc_history)history;
        assert_code(write_rules(&from), history == 1 || history == 2 ? TOC_OK : TOC_MALFORMED);
    }
    rules_of_three(&from);
    from.charter.policy.retention_days = TOC_RETENTION_DAYS_MAX;
    from.charter.policy.admission_delay_ms = TOC_ADMISSION_DELAY_MS_MAX;
    assert_code(write_rules(&from), TOC_OK);
    from.charter.policy.retention_days++;
    assert_code(write_rules(&from), TOC_LIMIT);
    from.charter.policy.retention_days--;
    from.charter.policy.admission_delay_ms++;
    assert_code(write_rules(&from), TOC_LIMIT);
}

static void approvals_name_each_kind_once_an_officer_or_more_and_one_scope(void **state)
{
    (void)state;
    static const struct {
        toc_approval_rule rows[2];
        toc_code code;
    } cases[] = {
        {{{1, 1, 1}, {2, TOC_OFFICERS_MAX, 2}}, TOC_OK},
        {{{1, 1, 1}, {255, 1, 1}}, TOC_OK}, /* a kind to come */
        {{{1, 1, 1}, {256, 1, 1}}, TOC_MALFORMED},
        {{{0, 1, 1}, {2, 1, 1}}, TOC_MALFORMED},
        {{{2, 1, 1}, {1, 1, 1}}, TOC_MALFORMED},
        {{{1, 1, 1}, {1, 2, 1}}, TOC_MALFORMED},
        {{{1, 0, 1}, {2, 1, 1}}, TOC_MALFORMED},
        {{{1, 1, 1}, {2, TOC_OFFICERS_MAX + 1, 1}}, TOC_MALFORMED},
        {{{1, 1, 0}, {2, 1, 1}}, TOC_MALFORMED},
        {{{1, 1, 3}, {2, 1, 1}}, TOC_MALFORMED},
        {{{1, 1, TOC_SCOPE_CHARTER}, {2, 1, 1}}, TOC_MALFORMED},
    };
    rules from;
    rules_of_three(&from);
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        from.charter.policy.approvals.count = 2;
        memcpy(from.charter.policy.approvals.rows, cases[i].rows, sizeof cases[i].rows);
        assert_code(write_rules(&from), cases[i].code);
    }
    from.charter.policy.approvals.count = TOC_APPROVAL_RULES_MAX + 1;
    assert_code(write_rules(&from), TOC_LIMIT);
}

static void name_and_purpose_have_a_length_and_no_tricks(void **state)
{
    (void)state;
    static char longest[TOC_NOTE_BYTES_MAX + 1];
    memset(longest, 'x', sizeof longest);
    rules from;
    rules_of_three(&from);
    from.charter.name = toc_span_text("two\nlines");
    assert_code(write_rules(&from), TOC_MALFORMED);
    from.charter.name = (toc_span){0};
    assert_code(write_rules(&from), TOC_MALFORMED);
    from.charter.name = toc_span_of(longest, TOC_TEXT_BYTES_MAX + 1);
    assert_code(write_rules(&from), TOC_LIMIT);
    from.charter.name = toc_span_of(longest, TOC_TEXT_BYTES_MAX);
    from.charter.purpose = toc_span_of(longest, TOC_NOTE_BYTES_MAX);
    assert_code(write_rules(&from), TOC_OK);
    from.charter.purpose = toc_span_of(longest, TOC_NOTE_BYTES_MAX + 1);
    assert_code(write_rules(&from), TOC_LIMIT);
    from.charter.purpose = toc_span_text("bell\a");
    assert_code(write_rules(&from), TOC_MALFORMED);
    from.charter.purpose = (toc_span){0};
    assert_code(write_rules(&from), TOC_OK);
}

static void five_hundred_members_fit_with_a_signature_each_and_no_more(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    char kind[64];
    memset(kind, 'k', sizeof kind);
    rules from;
    rules_first(&from);
    static char purpose[TOC_NOTE_BYTES_MAX];
    memset(purpose, 'p', sizeof purpose);
    from.charter.purpose = TOC_SPAN_OF(purpose);
    for (uint16_t i = 0; i < TOC_MEMBERS_MAX; i++)
        add_stranger(&from, i, TOC_ROLE_ADMIN);
    for (size_t i = 0; i < TOC_MEMBERS_MAX; i++) {
        from.members[i].kind = toc_span_of(kind, sizeof kind);
        from.members[i].card_serial_min = UINT64_MAX;
    }
    toc_charter charter = drafted(&from, arena);
    static toc_charter_signature signatures[TOC_MEMBERS_MAX];
    for (size_t i = 0; i < TOC_MEMBERS_MAX; i++)
        signatures[i].org = from.members[i].org;
    toc_charter_join(charter.body, signatures, TOC_MEMBERS_MAX, &bytes);
    TOC_AUTO(toc_arena_free) toc_arena *other = new_arena();
    assert_code(toc_charter_reopen(toc_buf_view(&bytes), other, &charter, NULL), TOC_OK);
    add_stranger(&from, TOC_MEMBERS_MAX, TOC_ROLE_MEMBER);
    assert_code(write_rules(&from), TOC_LIMIT);
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf field = {0};
    put_bytes_field(&field, CHARTER_MEMBER, payload_of(charter.body, CHARTER_MEMBER, 0));
    toc_buf_add_span(&body, charter.body);
    toc_buf_add_span(&body, toc_buf_view(&field));
    assert_code(open_body(toc_buf_view(&body)), TOC_LIMIT);
}

static void a_body_without_a_required_field_is_refused(void **state)
{
    (void)state;
    static const unsigned required[] = {CHARTER_VERSION, CHARTER_NONCE, CHARTER_NAME,
                                        CHARTER_QUORUM, CHARTER_POLICY};
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    rules from;
    rules_of_three(&from);
    toc_charter charter = drafted(&from, arena);
    for (size_t i = 0; i < TOC_COUNT(required); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
        replace_field(charter.body, required[i], 0, (toc_span){0}, &body);
        assert_code(open_body(toc_buf_view(&body)), TOC_MALFORMED);
    }
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    replace_field(charter.body, CHARTER_PURPOSE, 0, (toc_span){0}, &body);
    assert_code(open_body(toc_buf_view(&body)), TOC_OK);
}

static void fields_of_a_newer_version_are_told_apart_from_mistakes(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    rules from;
    rules_of_three(&from);
    toc_charter charter = drafted(&from, arena);
    const struct {
        unsigned number;
        toc_code code;
    } cases[] = {{30, TOC_STATE}, {999, TOC_STATE}, {1000, TOC_OK}};
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
        toc_buf_add_span(&body, charter.body);
        put_u64_field(&body, cases[i].number, 1);
        assert_code(open_body(toc_buf_view(&body)), cases[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_version_has_random_bytes_and_later_ones_name_circle_and_version),
        cmocka_unit_test(what_belongs_to_another_version_is_refused_in_a_body),
        cmocka_unit_test(what_joins_two_branches_names_two),
        cmocka_unit_test(a_quorum_is_a_majority_of_the_admins),
        cmocka_unit_test(members_stand_in_order_and_once),
        cmocka_unit_test(a_body_with_members_out_of_order_or_twice_is_refused),
        cmocka_unit_test(a_member_has_a_role_a_kind_and_a_card),
        cmocka_unit_test(a_policy_is_known_and_within_bounds),
        cmocka_unit_test(approvals_name_each_kind_once_an_officer_or_more_and_one_scope),
        cmocka_unit_test(name_and_purpose_have_a_length_and_no_tricks),
        cmocka_unit_test(five_hundred_members_fit_with_a_signature_each_and_no_more),
        cmocka_unit_test(a_body_without_a_required_field_is_refused),
        cmocka_unit_test(fields_of_a_newer_version_are_told_apart_from_mistakes),
    };
    return cmocka_run_group_tests_name("charter fields", tests, start_crypto, NULL);
}
