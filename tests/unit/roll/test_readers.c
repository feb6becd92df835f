/* Who reads what is marked so, in a circle that changes (proto/roll/readers.h). */
#include "proto/roll/readers.h"
#include "tests/support/check.h"

enum { MEMBERS = 5, ARENA_BYTES = 1 << 20 };

/* Members 1 to 5; 4 is a relay. */
static void fill(toc_charter *out, toc_charter_member rows[MEMBERS])
{
    *out = (toc_charter){.circle = {{0xC1}}, .member_count = MEMBERS, .members = rows};
    for (int i = 0; i < MEMBERS; i++)
        rows[i] = (toc_charter_member){.org = {{(uint8_t)(i + 1)}},
                                       .role = i == 3 ? TOC_ROLE_RELAY : TOC_ROLE_MEMBER};
}

static void expect(const toc_addressees *to, const uint8_t *first_bytes, size_t count)
{
    toc_err err;
    toc_charter charter;
    toc_charter_member rows[MEMBERS];
    const toc_org_id author = {{1}}, *readers;
    size_t found;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_CHECK_OK(toc_arena_new(ARENA_BYTES, &arena, &err));
    fill(&charter, rows);
    TOC_CHECK_OK(toc_addressees_of(&charter, &author, to, arena, &readers, &found, &err));
    assert_int_equal(found, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(readers[i].bytes[0], first_bytes[i]);
}

static void what_follows_nothing_is_for_whoever_reads_now(void **state)
{
    (void)state;
    const toc_statement red = {.tlp = TOC_TLP_RED};
    const toc_addressees to = {.marking = &red};
    expect(&to, (const uint8_t[]){1, 2, 3, 5}, 4);
}

static void what_follows_is_for_who_had_it_and_may_still_read(void **state)
{
    (void)state;
    static const toc_org_id had[] = {{{0}}, {{1}}, {{3}}, {{4}}, {{9}}}, third = {{3}};
    const toc_statement red = {.tlp = TOC_TLP_RED},
                        but = {.tlp = TOC_TLP_AMBER, .not_to_count = 1, .not_to = &third};
    toc_addressees to = {.marking = &red, .follows = true, .had_count = TOC_COUNT(had), .had = had};
    expect(&to, (const uint8_t[]){1, 3}, 2); /* 0 and 9 have left, 4 carries only */
    to.marking = &but;
    expect(&to, (const uint8_t[]){1}, 1);
    to.had_count = 0;
    expect(&to, NULL, 0); /* nobody had it: an empty audience is nobody */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_follows_nothing_is_for_whoever_reads_now),
        cmocka_unit_test(what_follows_is_for_who_had_it_and_may_still_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
