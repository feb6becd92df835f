/* The next version of a charter: what can be changed, what cannot, and that all of it is told. */
#include "proto/roll/amendment.h"
#include "tests/unit/roll/fixture.h"

enum { CHANGES_MAX = 16 };

/* Admins a and b, member c; the quorum is 2. d is no member. */
typedef struct world {
    toc_arena *arena;
    toc_card a, b, c, d;
    rules rules;
    toc_charter current;
} world;

static toc_code look_up(void *context, const toc_card_hash *hash, toc_card *out, toc_err *err)
{
    const world *in = context;
    const toc_card *const cards[] = {&in->a, &in->b, &in->c, &in->d};
    for (size_t i = 0; i < TOC_COUNT(cards); i++) {
        if (toc_card_hash_equal(&cards[i]->hash, hash)) {
            *out = *cards[i];
            return TOC_OK;
        }
    }
    return toc_fail(err, TOC_NOT_FOUND, "no such card");
}

static int set_up(void **state)
{
    world *in = calloc(1, sizeof *in);
    assert_non_null(in);
    in->arena = new_arena();
    in->a = first_card("a", in->arena);
    in->b = first_card("b", in->arena);
    in->c = first_card("c", in->arena);
    in->d = first_card("d", in->arena);
    rules_first(&in->rules);
    add_card(&in->rules, &in->a, TOC_ROLE_ADMIN);
    add_card(&in->rules, &in->b, TOC_ROLE_ADMIN);
    add_card(&in->rules, &in->c, TOC_ROLE_MEMBER);
    in->current = drafted(&in->rules, in->arena);
    *state = in;
    return 0;
}

static int tear_down(void **state)
{
    world *in = *state;
    toc_arena_free(in->arena);
    free(in);
    return 0;
}

static toc_code amend(world *in, const toc_amend_step *steps, size_t count, uint32_t quorum,
                      toc_charter *out, toc_err *err)
{
    toc_amendment amendment = {.step_count = count, .steps = steps, .quorum = quorum};
    toc_card_source cards = {.context = in, .card = look_up};
    return toc_charter_amend(&in->current, &amendment, &cards, in->arena, out, err);
}

typedef struct told {
    size_t count;
    struct {
        char what[32], before[160], after[160];
        toc_org_id org;
    } rows[CHANGES_MAX];
} told;

static void copy_text(char *out, size_t capacity, toc_span text)
{
    snprintf(out, capacity, "%.*s", (int)text.size, (const char *)text.data);
}

static toc_code keep(void *context, const toc_charter_change *change, toc_err *err)
{
    (void)err;
    told *to = context;
    assert_true(to->count < CHANGES_MAX);
    snprintf(to->rows[to->count].what, sizeof to->rows->what, "%s", change->what);
    copy_text(to->rows[to->count].before, sizeof to->rows->before, change->before);
    copy_text(to->rows[to->count].after, sizeof to->rows->after, change->after);
    if (change->member != NULL)
        to->rows[to->count].org = change->member->org;
    to->count++;
    return TOC_OK;
}

static told compared(const toc_charter *before, const toc_charter *after)
{
    told all = {0};
    assert_code(toc_charter_compare(before, after, keep, &all, NULL), TOC_OK);
    return all;
}

static void assert_one(const told *all, const char *what, const char *before, const char *after)
{
    assert_int_equal(all->count, 1);
    assert_string_equal(all->rows[0].what, what);
    assert_string_equal(all->rows[0].before, before);
    assert_string_equal(all->rows[0].after, after);
}

/* --- making it --- */

static void it_follows_the_version_in_force_and_can_be_written(void **state)
{
    world *in = *state;
    toc_charter next;
    const toc_amend_step step = {
        .what = TOC_AMEND_ADMIT, .org = in->d.org, .role = TOC_ROLE_OBSERVER, .card = &in->d};
    assert_code(amend(in, &step, 1, 0, &next, NULL), TOC_OK);
    assert_int_equal(next.version, 2);
    assert_true(toc_charter_hash_equal(&next.previous, &in->current.hash));
    assert_int_equal(next.member_count, 4);
    const toc_charter_member *made = toc_charter_find(&next, &in->d.org);
    assert_non_null(made);
    assert_int_equal(made->role, TOC_ROLE_OBSERVER);
    assert_true(toc_card_hash_equal(&made->card, &in->d.hash));
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    assert_code(toc_charter_write(&next, &body, NULL), TOC_OK);
    told all = compared(&in->current, &next);
    assert_one(&all, "joins", "", "observer");
    assert_true(toc_org_id_equal(&all.rows[0].org, &in->d.org));
}

static void several_steps_are_one_version(void **state)
{
    world *in = *state;
    toc_charter next;
    const toc_amend_step steps[] = {
        {.what = TOC_AMEND_ADMIT, .org = in->d.org, .role = TOC_ROLE_ADMIN, .card = &in->d},
        {.what = TOC_AMEND_REMOVE, .org = in->c.org},
        {.what = TOC_AMEND_ROLE, .org = in->b.org, .role = TOC_ROLE_RELAY},
    };
    assert_code(amend(in, steps, 3, 0, &next, NULL), TOC_OK);
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    assert_code(toc_charter_write(&next, &body, NULL), TOC_OK);
    assert_null(toc_charter_find(&next, &in->c.org));
    assert_int_equal(toc_charter_find(&next, &in->b.org)->role, TOC_ROLE_RELAY);
    assert_int_equal(compared(&in->current, &next).count, 3);
}

static void an_org_joins_once_and_only_members_change(void **state)
{
    world *in = *state;
    toc_charter next;
    const toc_amend_step again = {
        .what = TOC_AMEND_ADMIT, .org = in->c.org, .role = TOC_ROLE_ADMIN, .card = &in->c};
    assert_code(amend(in, &again, 1, 0, &next, NULL), TOC_EXISTS);
    for (toc_amend what = TOC_AMEND_REMOVE; what <= TOC_AMEND_RENEW; what++) {
        const toc_amend_step step = {
            .what = what, .org = in->d.org, .role = TOC_ROLE_ADMIN, .card = &in->d};
        assert_code(amend(in, &step, 1, 0, &next, NULL), TOC_NOT_FOUND);
    }
}

static void what_changes_nothing_is_no_amendment(void **state)
{
    world *in = *state;
    toc_charter next;
    const toc_amend_step same = {.what = TOC_AMEND_ROLE, .org = in->c.org, .role = TOC_ROLE_MEMBER};
    assert_code(amend(in, NULL, 0, 0, &next, NULL), TOC_USAGE);
    assert_code(amend(in, NULL, 0, 2, &next, NULL), TOC_USAGE);
    assert_code(amend(in, &same, 1, 0, &next, NULL), TOC_USAGE);
}

static void a_quorum_that_no_longer_fits_is_asked_for(void **state)
{
    world *in = *state;
    toc_charter next;
    toc_err err = {0};
    const toc_amend_step gone = {.what = TOC_AMEND_REMOVE, .org = in->b.org};
    assert_code(amend(in, &gone, 1, 0, &next, &err), TOC_USAGE);
    assert_non_null(strstr(err.text, "--quorum"));
    assert_non_null(strstr(err.text, "from 1 to 1"));
    assert_code(amend(in, &gone, 1, 1, &next, NULL), TOC_OK);
    assert_int_equal(next.quorum, 1);
    assert_code(amend(in, NULL, 0, 1, &next, NULL), TOC_USAGE); /* of two admins no majority */
    assert_code(amend(in, NULL, 0, 3, &next, NULL), TOC_USAGE);
}

static void a_circle_is_not_locked(void **state)
{
    world *in = *state;
    toc_charter next;
    const toc_amend_step none[] = {
        {.what = TOC_AMEND_REMOVE, .org = in->a.org},
        {.what = TOC_AMEND_ROLE, .org = in->b.org, .role = TOC_ROLE_MEMBER},
    };
    assert_code(amend(in, none, 2, 0, &next, NULL), TOC_DENIED);
    /* An admin without an officer for charters cannot vote, so two of two never come together. */
    draft without;
    draft_next("b", &in->b, &without);
    without.officers[0].scopes = TOC_SCOPE_SUBMIT;
    in->d = signed_card(&without, "root 1", NULL, in->arena);
    const toc_amend_step renew = {.what = TOC_AMEND_RENEW, .org = in->b.org, .card = &in->d};
    assert_code(amend(in, &renew, 1, 0, &next, NULL), TOC_DENIED);
}

/* --- telling it --- */

/* Whatever field of a charter differs, something is told: nobody signs what is not shown. */
static void every_difference_is_told(void **state)
{
    world *in = *state;
    toc_charter next = in->current;
    told all = compared(&in->current, &next);
    assert_int_equal(all.count, 0);
    next.name = toc_span_text("Other desk");
    all = compared(&in->current, &next);
    assert_one(&all, "name", "Baltic desk", "Other desk");
    next = in->current;
    next.purpose = (toc_span){0};
    all = compared(&in->current, &next);
    assert_one(&all, "purpose", "Thefts that pass through the Baltic.\nNothing else.", "");
    next = in->current;
    next.quorum = 1;
    all = compared(&in->current, &next);
    assert_one(&all, "quorum", "2", "1");
    next = in->current;
    next.policy.tlp_max = TOC_TLP_RED;
    all = compared(&in->current, &next);
    assert_one(&all, "tlp_max", "AMBER", "RED");
    next = in->current;
    next.policy.retention_days = 30;
    all = compared(&in->current, &next);
    assert_one(&all, "retention_days", "0", "30");
    next = in->current;
    next.policy.history = TOC_HISTORY_ALL;
    all = compared(&in->current, &next);
    assert_one(&all, "history", "none", "all");
    next = in->current;
    next.policy.admission_delay_ms = 1;
    all = compared(&in->current, &next);
    assert_one(&all, "admission_delay_ms", "86400000", "1");
    next = in->current;
    next.policy.bulk_bytes_per_day = 5;
    all = compared(&in->current, &next);
    assert_one(&all, "bulk_bytes_per_day", "0", "5");
    next = in->current;
    next.policy.alert_bytes_per_day = 18446744073709551615u;
    all = compared(&in->current, &next);
    assert_one(&all, "alert_bytes_per_day", "0", "18446744073709551615");
    next = in->current;
    next.policy.approvals = (toc_approval_rules){
        .count = 2, .rows = {{TOC_RECORD_WALLET, 2, TOC_SCOPE_SUBMIT}, {200, 3, TOC_SCOPE_FREEZE}}};
    all = compared(&in->current, &next);
    assert_one(&all, "approvals", "", "wallet=2, kind 200=3 (freeze)");
    toc_listed desk = {.kind = TOC_GROUND_LIST, .id = toc_span_text("desk")};
    next = in->current;
    next.registry = (toc_registry){.count = 1, .rows = &desk};
    all = compared(&in->current, &next);
    assert_one(&all, "list", "", "desk");
    all = compared(&next, &in->current);
    assert_one(&all, "list", "desk", "");
    toc_listed other = {.kind = TOC_GROUND_LIST,
                        .id = toc_span_text("desk"),
                        .title = toc_span_text("The desk's"),
                        .copy_of = toc_span_text("ofac-sdn"),
                        .alias_count = 2,
                        .aliases = {toc_span_text("d"), toc_span_text("e")}};
    toc_charter renewed = in->current;
    renewed.registry = (toc_registry){.count = 1, .rows = &other};
    all = compared(&next, &renewed);
    assert_one(&all, "list", "desk", "desk=ofac-sdn,d,e:The desk's");
}

static void every_difference_of_a_member_is_told(void **state)
{
    world *in = *state;
    toc_charter_member members[3];
    toc_charter next = in->current;
    next.members = members;
    static const char *const told_as[] = {"role", "kind", "country", "card", "card"};
    for (size_t field = 0; field < TOC_COUNT(told_as); field++) {
        memcpy(members, in->current.members, sizeof members);
        if (field == 0)
            members[1].role = TOC_ROLE_RELAY;
        else if (field == 1)
            members[1].kind = toc_span_text("police");
        else if (field == 2)
            members[1].country = toc_span_text("NO");
        else if (field == 3)
            members[1].card_serial_min++;
        else
            members[1].card.bytes[31] ^= 1;
        told all = compared(&in->current, &next);
        assert_int_equal(all.count, 1);
        assert_string_equal(all.rows[0].what, told_as[field]);
        assert_true(toc_org_id_equal(&all.rows[0].org, &members[1].org));
        assert_string_not_equal(all.rows[0].before, all.rows[0].after);
    }
}

static void who_left_is_told_wherever_it_stood(void **state)
{
    world *in = *state;
    for (size_t gone = 0; gone < 3; gone++) {
        toc_charter_member members[3];
        toc_charter next = in->current;
        next.members = members;
        next.member_count = 0;
        for (size_t i = 0; i < 3; i++) {
            if (i != gone)
                members[next.member_count++] = in->current.members[i];
        }
        told all = compared(&in->current, &next);
        assert_one(&all, "leaves", toc_role_name(in->current.members[gone].role), "");
        assert_true(toc_org_id_equal(&all.rows[0].org, &in->current.members[gone].org));
    }
}

/* --- as text --- */

static void a_charter_comes_back_from_its_armour_and_is_no_card(void **state)
{
    world *in = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf whole = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf back = {0};
    toc_charter_signature signature;
    TOC_AUTO(toc_secret_free) toc_secret *officer = secret_named("a", "officer 1");
    write_body(&in->rules, &body);
    toc_charter_sign(&in->current.hash, &in->a.org, officer, &signature);
    toc_charter_join(toc_buf_view(&body), &signature, 1, &whole);
    toc_buf_add_text(&text, "\nPlease sign:\n");
    toc_charter_armour(toc_buf_view(&whole), &text);
    assert_code(toc_charter_dearmour(toc_buf_view(&text), &back, NULL), TOC_OK);
    assert_true(toc_span_equal(toc_buf_view(&back), toc_buf_view(&whole)));
    toc_buf_clear(&back);
    assert_code(toc_charter_dearmour(toc_buf_view(&whole), &back, NULL), TOC_OK);
    assert_true(toc_span_equal(toc_buf_view(&back), toc_buf_view(&whole)));
    assert_code(toc_card_dearmour(toc_buf_view(&text), &back, NULL), TOC_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(it_follows_the_version_in_force_and_can_be_written),
        TEST(several_steps_are_one_version),
        TEST(an_org_joins_once_and_only_members_change),
        TEST(what_changes_nothing_is_no_amendment),
        TEST(a_quorum_that_no_longer_fits_is_asked_for),
        TEST(a_circle_is_not_locked),
        TEST(every_difference_is_told),
        TEST(every_difference_of_a_member_is_told),
        TEST(who_left_is_told_wherever_it_stood),
        TEST(a_charter_comes_back_from_its_armour_and_is_no_card),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
