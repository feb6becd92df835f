/* Lists and vendors of a circle's own: what a registry may hold, what claims on it go back to. */
#include "proto/roll/registry.h"
#include "tests/unit/roll/fixture.h"

static toc_listed row(const char *text)
{
    toc_err err;
    toc_listed parsed = {0};
    bool vendor = text[0] == '!';
    assert_code(toc_listed_parse(vendor ? TOC_GROUND_VENDOR : TOC_GROUND_LIST,
                                 toc_span_text(text + (vendor ? 1 : 0)), &parsed, &err),
                TOC_OK);
    return parsed;
}

static void what_is_written_is_told_in_the_same_words(void **state)
{
    (void)state;
    static const char *const texts[] = {"desk", "desk=ofac-sdn", "desk,a,b",
                                        "desk:A: title, so = so", "desk=ofac-sdn,a,b:T"};
    for (size_t i = 0; i < TOC_COUNT(texts); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
        toc_listed parsed = row(texts[i]);
        toc_listed_print(&parsed, &out);
        assert_string_equal(toc_buf_text(&out), texts[i]);
    }
    toc_listed sorted = row("desk,z,a");
    assert_true(toc_span_equal(sorted.aliases[0], toc_span_text("a")));
}

static void what_is_no_row_is_refused_with_how_to_write_one(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",      "Desk",     "de sk",  "desk=",     "desk=desk", "desk=a=b",
        "desk,", "desk,a,a", "desk,A", "=ofac-sdn", "desk:\n",   "desk,a,b,c,d,e,f,g,h,i"};
    for (size_t i = 0; i < TOC_COUNT(texts); i++) {
        toc_err err;
        toc_listed parsed;
        toc_code code = toc_listed_parse(TOC_GROUND_LIST, toc_span_text(texts[i]), &parsed, &err);
        assert_true(code == TOC_USAGE || code == TOC_LIMIT);
    }
}

static toc_code check(const toc_listed *rows, size_t count)
{
    toc_err err;
    const toc_registry registry = {.count = count, .rows = rows};
    return toc_registry_check(&registry, &err);
}

static void a_registry_has_one_order_and_every_name_once(void **state)
{
    (void)state;
    const toc_listed fine[] = {row("a,x"), row("b=a"), row("!a,x")};
    assert_code(check(fine, 3), TOC_OK);
    const toc_listed wrong[][2] = {{row("b"), row("a")},
                                   {row("a"), row("a")},
                                   {row("!a"), row("a")},
                                   {row("a,b"), row("b")},
                                   {row("a,x"), row("b,x")}};
    for (size_t i = 0; i < TOC_COUNT(wrong); i++)
        assert_code(check(wrong[i], 2), TOC_MALFORMED);
    const toc_listed chain[] = {row("a=b"), row("b=c"), row("c")};
    assert_code(check(chain, 3), TOC_MALFORMED);
    const toc_listed circle[] = {row("a=b"), row("b=a")};
    assert_code(check(circle, 2), TOC_MALFORMED);
    static toc_listed many[TOC_REGISTRY_MAX + 1];
    static char names[TOC_REGISTRY_MAX + 1][8];
    for (unsigned i = 0; i <= TOC_REGISTRY_MAX; i++) {
        snprintf(names[i], sizeof names[i], "l%03u", i);
        many[i] = (toc_listed){.kind = TOC_GROUND_LIST, .id = toc_span_text(names[i])};
    }
    assert_code(check(many, TOC_REGISTRY_MAX), TOC_OK);
    assert_code(check(many, TOC_REGISTRY_MAX + 1), TOC_LIMIT);
}

static void assert_goes_back(const toc_registry *registry, const char *id, const char *original)
{
    const toc_source source = {.ground = TOC_GROUND_LIST, .id = toc_span_text(id)};
    assert_true(toc_span_equal(toc_registry_original(registry, &source), toc_span_text(original)));
}

/* Two members who quote one list, or a copy of it, are one lineage. */
static void claims_go_back_to_the_original_by_the_terms_first(void **state)
{
    (void)state;
    const toc_listed rows[] = {row("desk,d"), row("mirror=desk"), row("ofac-0xb10c=desk"),
                               row("sdn-copy=ofac-0xb10c"), row("!desk")};
    const toc_registry registry = {.count = TOC_COUNT(rows), .rows = rows};
    assert_goes_back(&registry, "desk", "desk");
    assert_goes_back(&registry, "d", "desk");
    assert_goes_back(&registry, "mirror", "desk");
    assert_goes_back(&registry, "sdn-copy", "ofac-sdn");
    assert_goes_back(&registry, "ofac-0xb10c", "ofac-sdn"); /* no charter changes what is known */
    assert_goes_back(&registry, "nobody-knows-it", "");
    assert_goes_back(NULL, "desk", "");
    assert_goes_back(NULL, "ofac-0xb10c", "ofac-sdn");
    const toc_source vendor = {.ground = TOC_GROUND_VENDOR, .id = toc_span_text("mirror")};
    assert_int_equal(toc_registry_original(&registry, &vendor).size, 0);
    const toc_source own = {.ground = TOC_GROUND_OWN};
    assert_int_equal(toc_registry_original(&registry, &own).size, 0);
}

static void a_root_of_what_nobody_registered_is_the_submitters_own(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    const toc_claim_id claim = {{9}};
    const toc_source source = {.ground = TOC_GROUND_LIST, .id = toc_span_text("desk")};
    toc_root unknown = toc_source_root_as(&source, (toc_span){0}, &claim, arena);
    assert_int_equal(unknown.data[0], TOC_ROOT_OWN);
    assert_memory_equal(unknown.data + 1, claim.bytes, sizeof claim.bytes);
    toc_root known = toc_source_root_as(&source, toc_span_text("desk"), &claim, arena);
    assert_int_equal(known.data[0], TOC_ROOT_LIST);
    assert_int_equal(known.size, 5);
}

static void claims_carry_ids_and_no_aliases(void **state)
{
    (void)state;
    const toc_listed rows[] = {row("desk,d,ofac-sdn")};
    const toc_registry registry = {.count = 1, .rows = rows};
    toc_source source = {.ground = TOC_GROUND_LIST, .id = toc_span_text("d")};
    toc_registry_rename(&registry, &source);
    assert_true(toc_span_equal(source.id, toc_span_text("desk")));
    source.id = toc_span_text("ofac-sdn");
    toc_registry_rename(&registry, &source);
    assert_true(toc_span_equal(source.id, toc_span_text("ofac-sdn")));
    source = (toc_source){.ground = TOC_GROUND_VENDOR, .id = toc_span_text("d")};
    toc_registry_rename(&registry, &source);
    assert_true(toc_span_equal(source.id, toc_span_text("d")));
}

static toc_code amend(toc_registry *registry, const char *add, const char *drop)
{
    toc_err err;
    toc_arena *arena = new_arena(); /* rows outlive the call */
    toc_listing listings[2];
    size_t count = 0;
    if (drop != NULL)
        listings[count++] = (toc_listing){.drop = true, .row = row(drop)};
    if (add != NULL)
        listings[count++] = (toc_listing){.row = row(add)};
    toc_code code = toc_registry_amend(registry, listings, count, arena, &err);
    if (code == TOC_OK && registry->count > 0) {
        static toc_listed kept[8];
        memcpy(kept, registry->rows, registry->count * sizeof *kept);
        registry->rows = kept;
    }
    toc_arena_free(arena);
    return code;
}

static void an_amendment_adds_replaces_and_drops_and_leaves_the_terms_alone(void **state)
{
    (void)state;
    toc_registry registry = {0};
    assert_code(amend(&registry, "desk", NULL), TOC_OK);
    assert_code(amend(&registry, "apple=desk", NULL), TOC_OK);
    assert_int_equal(registry.count, 2);
    assert_true(toc_span_equal(registry.rows[0].id, toc_span_text("apple")));
    assert_code(amend(&registry, "desk:Title", NULL), TOC_OK);
    assert_int_equal(registry.count, 2);
    assert_int_equal(registry.rows[1].title.size, 5);
    assert_code(amend(&registry, "ofac-sdn", NULL), TOC_EXISTS);
    assert_code(amend(&registry, "mine,sdn", NULL), TOC_EXISTS);
    assert_code(amend(&registry, "mine=nobodys", NULL), TOC_NOT_FOUND);
    assert_code(amend(&registry, "mine=apple", NULL), TOC_USAGE); /* a copy of a copy */
    assert_code(amend(&registry, NULL, "mine"), TOC_NOT_FOUND);
    assert_int_equal(registry.count, 2);
    assert_code(amend(&registry, "mine", "apple"), TOC_OK);
    assert_int_equal(registry.count, 2);
    assert_true(toc_span_equal(registry.rows[1].id, toc_span_text("mine")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_told_in_the_same_words),
        cmocka_unit_test(what_is_no_row_is_refused_with_how_to_write_one),
        cmocka_unit_test(a_registry_has_one_order_and_every_name_once),
        cmocka_unit_test(claims_go_back_to_the_original_by_the_terms_first),
        cmocka_unit_test(a_root_of_what_nobody_registered_is_the_submitters_own),
        cmocka_unit_test(claims_carry_ids_and_no_aliases),
        cmocka_unit_test(an_amendment_adds_replaces_and_drops_and_leaves_the_terms_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
