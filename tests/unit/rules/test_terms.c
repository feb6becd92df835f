#include "proto/rules/nearest.h"
#include "proto/rules/terms.h"
#include "tests/support/check.h"

static bool found(toc_term_set set, const char *text, const char *id)
{
    const toc_term *term = toc_term_find(set, toc_span_text(text));
    return id == NULL ? term == NULL : term != NULL && strcmp(term->id, id) == 0;
}

static void every_id_is_a_slug_and_stands_once_with_a_number_of_its_own(void **state)
{
    (void)state;
    for (toc_term_set set = 0; set < TOC_TERM_SET_COUNT; set++) {
        const toc_term *term, *other;
        for (size_t i = 0; (term = toc_term_at(set, i)) != NULL; i++) {
            assert_true(toc_slug_valid(toc_span_text(term->id)));
            assert_true(term->number > 0);
            assert_true(term->text[0] != '\0');
            assert_ptr_equal(toc_term_by_id(set, toc_span_text(term->id)), term);
            for (size_t j = 0; j < i; j++) {
                other = toc_term_at(set, j);
                assert_string_not_equal(term->id, other->id);
                assert_int_not_equal(term->number, other->number);
            }
        }
        assert_true(toc_term_at(set, 0) != NULL);
    }
}

/* Otherwise it could never be found, or would hide another. */
static void every_alias_leads_to_its_own_term(void **state)
{
    (void)state;
    size_t seen = 0;
    for (toc_term_set set = 0; set < TOC_TERM_SET_COUNT; set++) {
        const toc_term *term;
        for (size_t i = 0; (term = toc_term_at(set, i)) != NULL; i++) {
            for (const char *const *alias = term->aliases; alias != NULL && *alias; alias++) {
                if (toc_term_find(set, toc_span_text(*alias)) != term)
                    fail_msg("alias '%s' of %s '%s'", *alias, toc_term_set_name(set), term->id);
                seen++;
            }
        }
    }
    assert_true(seen > 150);
}

static void a_copy_is_of_a_list_that_is_no_copy(void **state)
{
    (void)state;
    size_t copies = 0;
    static const toc_term_set sets[] = {TOC_TERMS_LIST, TOC_TERMS_VENDOR};
    for (size_t k = 0; k < TOC_COUNT(sets); k++) {
        const toc_term *term;
        for (size_t i = 0; (term = toc_term_at(sets[k], i)) != NULL; i++) {
            if (term->copy_of == NULL)
                continue;
            const toc_term *original = toc_term_by_id(sets[k], toc_span_text(term->copy_of));
            assert_non_null(original);
            assert_null(original->copy_of);
            copies++;
        }
    }
    assert_true(copies >= 3);
}

/* Numbers are in columns on disk and in every node's memory of them. */
static void numbers_that_were_given_stay(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        toc_term_set set;
        uint16_t number;
    } given[] = {
        {"theft", TOC_TERMS_CATEGORY, 1},       {"ransomware", TOC_TERMS_CATEGORY, 5},
        {"sanctions", TOC_TERMS_CATEGORY, 7},   {"mixer", TOC_TERMS_CATEGORY, 13},
        {"other", TOC_TERMS_CATEGORY, 19},      {"perpetrator", TOC_TERMS_ROLE, 1},
        {"lookalike", TOC_TERMS_ROLE, 6},       {"lazarus", TOC_TERMS_ACTOR, 1},
        {"exchange", TOC_TERMS_ENTITY_TYPE, 1}, {"perpetrator", TOC_TERMS_ENTITY_TYPE, 40},
        {"multi-input", TOC_TERMS_METHOD, 1},   {"ofac-sdn", TOC_TERMS_LIST, 1},
        {"ransomwhere", TOC_TERMS_LIST, 11},    {"chainalysis", TOC_TERMS_VENDOR, 1},
        {"percent", TOC_TERMS_SCALE, 1},
    };
    for (size_t i = 0; i < TOC_COUNT(given); i++)
        assert_int_equal(toc_term_by_id(given[i].set, toc_span_text(given[i].id))->number,
                         given[i].number);
}

static void only_perpetrator_and_intermediary_score(void **state)
{
    (void)state;
    const toc_term *role;
    size_t scoring = 0;
    for (size_t i = 0; (role = toc_term_at(TOC_TERMS_ROLE, i)) != NULL; i++)
        scoring += role->scores;
    assert_int_equal(scoring, 2);
    assert_true(toc_term_by_id(TOC_TERMS_ROLE, toc_span_text("perpetrator"))->scores);
    assert_true(toc_term_by_id(TOC_TERMS_ROLE, toc_span_text("intermediary"))->scores);
}

static void services_are_those_that_many_people_use(void **state)
{
    (void)state;
    static const char *const services[] = {
        "exchange", "mixer",       "bridge", "gambling",
        "market",   "mining-pool", "defi",   "payment-processor"};
    static const char *const others[] = {"perpetrator", "scammer", "ransomware-operator",
                                         "victim",      "person",  "unknown"};
    for (size_t i = 0; i < TOC_COUNT(services); i++)
        assert_true(toc_term_by_id(TOC_TERMS_ENTITY_TYPE, toc_span_text(services[i]))->service);
    for (size_t i = 0; i < TOC_COUNT(others); i++)
        assert_false(toc_term_by_id(TOC_TERMS_ENTITY_TYPE, toc_span_text(others[i]))->service);
}

static void every_category_has_its_word_in_the_other_vocabularies(void **state)
{
    (void)state;
    const toc_term *category;
    size_t count = 0;
    for (; (category = toc_term_at(TOC_TERMS_CATEGORY, count)) != NULL; count++) {
        assert_non_null(category->graphsense);
        assert_non_null(category->misp);
        assert_non_null(category->stix);
    }
    assert_int_equal(count, 19);
}

/* STIX 2.1, 10.14 (indicator-type-ov), 10.23 (threat-actor-type-ov), 10.7 (identity-class-ov),
 * types of objects, and the tables of appendix A. */
static void words_of_stix_are_words_of_stix(void **state)
{
    static const char *const known[] = {"malicious-activity",
                                        "anonymization",
                                        "attribution",
                                        "unknown",
                                        "criminal",
                                        "crime-syndicate",
                                        "terrorist",
                                        "nation-state",
                                        "individual",
                                        "organization",
                                        "malware-analysis",
                                        "infrastructure",
                                        "Admiralty Credibility",
                                        "None / Low / Med / High",
                                        "WEP",
                                        "DNI Scale"};
    (void)state;
    for (unsigned set = 0; set < TOC_TERM_SET_COUNT; set++) {
        const toc_term *term;
        for (size_t i = 0; (term = toc_term_at((toc_term_set)set, i)) != NULL; i++) {
            bool found = term->stix == NULL;
            for (size_t k = 0; k < TOC_COUNT(known) && !found; k++)
                found = strcmp(known[k], term->stix) == 0;
            if (!found)
                fail_msg("%s: no word of STIX: %s", term->id, term->stix);
        }
    }
}

static void who_is_no_service_has_a_word_in_stix_and_all_have_one_in_graphsense(void **state)
{
    const toc_term *term;
    (void)state;
    for (size_t i = 0; (term = toc_term_at(TOC_TERMS_ENTITY_TYPE, i)) != NULL; i++) {
        assert_non_null(term->graphsense);
        assert_true(term->service == (term->stix == NULL));
    }
}

static void words_are_found_in_any_case_and_with_spaces(void **state)
{
    (void)state;
    assert_true(found(TOC_TERMS_ACTOR, "Lazarus Group", "lazarus"));
    assert_true(found(TOC_TERMS_ACTOR, "TRADERTRAITOR", "lazarus"));
    assert_true(found(TOC_TERMS_ACTOR, " apt_38 ", "lazarus"));
    assert_true(found(TOC_TERMS_CATEGORY, "Money Laundering", "laundering"));
    assert_true(found(TOC_TERMS_LIST, "OFAC", "ofac-sdn"));
    assert_true(found(TOC_TERMS_CATEGORY, "", NULL));
    assert_true(found(TOC_TERMS_CATEGORY, "   ", NULL));
    assert_true(found(TOC_TERMS_CATEGORY, "thef", NULL));
    assert_true(found(TOC_TERMS_CATEGORY, "theft-", NULL));
}

static void an_id_is_found_exactly_or_not_at_all(void **state)
{
    (void)state;
    assert_non_null(toc_term_by_id(TOC_TERMS_CATEGORY, toc_span_text("theft")));
    assert_null(toc_term_by_id(TOC_TERMS_CATEGORY, toc_span_text("Theft")));
    assert_null(toc_term_by_id(TOC_TERMS_CATEGORY, toc_span_text("stolen")));
    assert_null(toc_term_by_id(TOC_TERMS_CATEGORY, toc_span_text("thef")));
    assert_null(toc_term_by_id(TOC_TERMS_CATEGORY, toc_span_of("theft\0x", 7)));
    assert_null(toc_term_by_id(TOC_TERMS_CATEGORY, toc_span_of(NULL, 0)));
}

static void a_closed_set_refuses_what_it_lacks_and_names_the_nearest(void **state)
{
    (void)state;
    char out[65] = "kept";
    toc_err err;
    assert_int_equal(toc_term_resolve(TOC_TERMS_CATEGORY, toc_span_text("ransomwear"), out, &err),
                     TOC_NOT_FOUND);
    assert_non_null(strstr(err.text, "'ransomwear' is no category"));
    assert_non_null(strstr(err.text, "'ransomware'"));
    assert_string_equal(out, "kept");
    TOC_CHECK_OK(toc_term_resolve(TOC_TERMS_CATEGORY, toc_span_text("Stolen Funds"), out, &err));
    assert_string_equal(out, "theft");
}

static void an_open_set_takes_any_slug(void **state)
{
    (void)state;
    char out[65] = "kept";
    toc_err err;
    TOC_CHECK_OK(toc_term_resolve(TOC_TERMS_ACTOR, toc_span_text("New Group 9"), out, &err));
    assert_string_equal(out, "new-group-9");
    TOC_CHECK_OK(toc_term_resolve(TOC_TERMS_LIST, toc_span_text("Tether"), out, &err));
    assert_string_equal(out, "usdt-blacklist");
    assert_int_equal(toc_term_resolve(TOC_TERMS_ACTOR,
                                      toc_span_text("Gr\xC3\xBC"
                                                    "ppe"),
                                      out, &err),
                     TOC_MALFORMED);
    assert_non_null(strstr(err.text, "position 3"));
}

static void a_slug_has_one_to_64_characters_of_its_alphabet(void **state)
{
    (void)state;
    char longest[65];
    memset(longest, 'a', sizeof longest);
    assert_true(toc_slug_valid(toc_span_text("a")));
    assert_true(toc_slug_valid(toc_span_text("0x-9.b_c")));
    assert_true(toc_slug_valid(toc_span_of(longest, 64)));
    assert_false(toc_slug_valid(toc_span_of(longest, 65)));
    static const char *const wrong[] = {"", "-a", ".a", "_a", "A", "a b", "a/b", "\xC3\xA4", "a\n"};
    for (size_t i = 0; i < TOC_COUNT(wrong); i++)
        assert_false(toc_slug_valid(toc_span_text(wrong[i])));
    assert_false(toc_slug_valid(toc_span_of("a\0b", 3)));
}

static void what_a_person_writes_becomes_a_slug_or_a_sentence(void **state)
{
    (void)state;
    char out[65];
    toc_err err;
    TOC_CHECK_OK(toc_slug_from(toc_span_text("  Bybit Theft_2025.02 "), out, &err));
    assert_string_equal(out, "bybit-theft-2025.02");
    char longest[66];
    memset(longest, 'A', sizeof longest);
    TOC_CHECK_OK(toc_slug_from(toc_span_of(longest, 64), out, &err));
    assert_int_equal(strlen(out), 64);
    assert_int_equal(toc_slug_from(toc_span_of(longest, 65), out, &err), TOC_MALFORMED);
    assert_int_equal(toc_slug_from(toc_span_text("   "), out, &err), TOC_MALFORMED);
    assert_int_equal(toc_slug_from(toc_span_text("-x"), out, &err), TOC_MALFORMED);
    assert_int_equal(toc_slug_from(toc_span_text("a/b"), out, &err), TOC_MALFORMED);
    assert_non_null(strstr(err.text, "position 2"));
    assert_int_equal(toc_slug_from(toc_span_of("a\0b", 3), out, &err), TOC_MALFORMED);
}

static void distances_are_those_of_levenshtein(void **state)
{
    (void)state;
    assert_int_equal(toc_edit_distance(toc_span_text("kitten"), toc_span_text("sitting")), 3);
    assert_int_equal(toc_edit_distance(toc_span_text("Saturday"), toc_span_text("sunday")), 3);
    assert_int_equal(toc_edit_distance(toc_span_text(""), toc_span_text("abc")), 3);
    assert_int_equal(toc_edit_distance(toc_span_text("first seen"), toc_span_text("first_seen")),
                     0);
}

static void a_quotation_ends_at_a_whole_character(void **state)
{
    (void)state;
    static const char euro[] =
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\xE2\x82\xAC";
    assert_int_equal(strlen(euro), 66);
    assert_int_equal(toc_quoted_bytes(toc_span_text(euro)), 63);
    assert_int_equal(toc_quoted_bytes(toc_span_text("short")), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_id_is_a_slug_and_stands_once_with_a_number_of_its_own),
        cmocka_unit_test(every_alias_leads_to_its_own_term),
        cmocka_unit_test(a_copy_is_of_a_list_that_is_no_copy),
        cmocka_unit_test(numbers_that_were_given_stay),
        cmocka_unit_test(only_perpetrator_and_intermediary_score),
        cmocka_unit_test(services_are_those_that_many_people_use),
        cmocka_unit_test(every_category_has_its_word_in_the_other_vocabularies),
        cmocka_unit_test(words_of_stix_are_words_of_stix),
        cmocka_unit_test(who_is_no_service_has_a_word_in_stix_and_all_have_one_in_graphsense),
        cmocka_unit_test(words_are_found_in_any_case_and_with_spaces),
        cmocka_unit_test(an_id_is_found_exactly_or_not_at_all),
        cmocka_unit_test(a_closed_set_refuses_what_it_lacks_and_names_the_nearest),
        cmocka_unit_test(an_open_set_takes_any_slug),
        cmocka_unit_test(a_slug_has_one_to_64_characters_of_its_alphabet),
        cmocka_unit_test(what_a_person_writes_becomes_a_slug_or_a_sentence),
        cmocka_unit_test(distances_are_those_of_levenshtein),
        cmocka_unit_test(a_quotation_ends_at_a_whole_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
