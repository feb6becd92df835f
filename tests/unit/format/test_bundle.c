/* Evidence bundles that tests/model/evidence_make.py made without a line of the product: `good-…`
 * must verify, `bad-…` must not. Forgeries of real ones are judged in tests/scenario/evidence.py.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/format/bundle.h"
#include "tests/support/check.h"

#define FOLDER TOC_SOURCE_DIR "/tests/fuzz/corpus/fuzz_evidence"

enum { GOOD_MIN = 17, BAD_MIN = 51 };

typedef struct exhibit {
    toc_arena *arena;
    toc_buf text;
    toc_bundle bundle;
    toc_evidence evidence;
    toc_err err;
} exhibit;

static exhibit *exhibit_read(const char *name)
{
    char path[512];
    exhibit *it = calloc(1, sizeof *it);
    assert_non_null(it);
    (void)snprintf(path, sizeof path, FOLDER "/%s", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    uint8_t *room = toc_buf_extend(&it->text, 65536);
    assert_non_null(room);
    it->text.size = fread(room, 1, 65536, file);
    (void)fclose(file);
    assert_int_equal(toc_crypto_start(NULL), TOC_OK);
    assert_int_equal(toc_arena_new(TOC_BUNDLE_ARENA_BYTES, &it->arena, NULL), TOC_OK);
    assert_int_equal(toc_bundle_read(toc_buf_view(&it->text), it->arena, &it->bundle, &it->err),
                     TOC_OK);
    return it;
}

static void exhibit_free(exhibit *it)
{
    toc_arena_free(it->arena);
    toc_buf_wipe(&it->text);
    free(it);
}

static toc_code verified(exhibit *it)
{
    return toc_evidence_verify(&it->bundle, it->arena, &it->evidence, &it->err);
}

static void what_another_program_made_is_judged_as_it_says(void **state)
{
    (void)state;
    size_t good = 0, bad = 0;
    DIR *folder = opendir(FOLDER);
    assert_non_null(folder);
    for (struct dirent *each; (each = readdir(folder)) != NULL;) {
        bool is_good = strncmp(each->d_name, "good-", 5) == 0;
        if (!is_good && strncmp(each->d_name, "bad-", 4) != 0)
            continue;
        exhibit *it = exhibit_read(each->d_name);
        if ((verified(it) == TOC_OK) != is_good)
            fail_msg("%s: %s", each->d_name, is_good ? it->err.text : "it was taken");
        assert_true(is_good || it->err.text[0] != '\0');
        exhibit_free(it);
        *(is_good ? &good : &bad) += 1;
    }
    (void)closedir(folder);
    assert_true(good >= GOOD_MIN && bad >= BAD_MIN);
}

static void a_head_by_a_key_retired_since_is_told_as_such(void **state)
{
    (void)state;
    exhibit *it = exhibit_read("good-head-before-its-key-was-retired.json");
    assert_int_equal(verified(it), TOC_OK);
    assert_true(it->evidence.signer_retired);
    assert_int_equal(it->evidence.signer->serial, 1);
    exhibit_free(it);
    it = exhibit_read("good-head-by-a-new-key.json");
    assert_int_equal(verified(it), TOC_OK);
    assert_false(it->evidence.signer_retired);
    assert_int_equal(it->evidence.signer->serial, 2);
    exhibit_free(it);
}

static void a_fork_that_comes_with_it_is_told_with_its_place_and_heads(void **state)
{
    (void)state;
    exhibit *it = exhibit_read("good-plain.json");
    assert_int_equal(verified(it), TOC_OK);
    assert_false(it->evidence.forked);
    exhibit_free(it);
    it = exhibit_read("good-forked-later.json");
    assert_int_equal(verified(it), TOC_OK);
    assert_true(it->evidence.forked);
    assert_int_equal(it->evidence.forked_from, 2);
    assert_int_equal(it->evidence.fork_heads[0].size, 3);
    assert_int_equal(it->evidence.fork_heads[1].size, 4);
    exhibit_free(it);
    it = exhibit_read("bad-forked-there.json");
    assert_int_equal(verified(it), TOC_SIGNATURE);
    assert_non_null(strstr(it->err.text, "in dispute"));
    exhibit_free(it);
}

static void a_text_that_cannot_be_told_is_proven_all_the_same(void **state)
{
    (void)state;
    exhibit *it = exhibit_read("good-addressed.json");
    assert_int_equal(verified(it), TOC_OK);
    assert_true(it->evidence.addressed);
    assert_true(toc_span_equal(it->evidence.text, toc_span_text("a secret")));
    assert_int_not_equal(it->evidence.unread.code, TOC_OK);
    exhibit_free(it);
}

static toc_verdict judged(exhibit *it, const char *fingerprint, bool listed)
{
    toc_verdict verdict;
    static toc_anchor anchor;
    assert_int_equal(toc_anchor_org(toc_span_text(fingerprint), &anchor, NULL), TOC_OK);
    anchor.listed = listed;
    toc_evidence_judge(&it->evidence, &anchor, 1, &verdict);
    return verdict;
}

static void only_an_anchor_of_the_author_or_the_circle_proves(void **state)
{
    (void)state;
    char author[TOC_FINGERPRINT_BYTES], witness[TOC_FINGERPRINT_BYTES];
    exhibit *it = exhibit_read("good-plain.json");
    assert_int_equal(verified(it), TOC_OK);
    toc_card_fingerprint(toc_evidence_card(&it->evidence, &it->evidence.feed.org), author);
    toc_card_fingerprint(it->evidence.receipts[0].card, witness);
    assert_true(judged(it, author, false).proven);
    assert_int_equal(judged(it, author, false).others, 0);
    assert_false(judged(it, witness, false).proven);
    assert_int_equal(judged(it, witness, false).others, 1);
    assert_int_equal(judged(it, witness, false).others_time_s, 1767225700);
    assert_non_null(judged(it, "aaaa-bbbb-cccc-dddd-eeee-ffff-gggg-hhhh", false).missing);
    assert_null(judged(it, "aaaa-bbbb-cccc-dddd-eeee-ffff-gggg-hhhh", true).missing);
    exhibit_free(it);
}

/* With a key that was retired as stolen, and a circle that he made himself: who vouches for the
 * head comes with the bundle, as the circle does. */
static void who_vouches_for_a_retired_key_must_be_known_too(void **state)
{
    (void)state;
    static const char *const names[] = {"good-head-before-its-key-was-retired.json",
                                        "good-head-seen-by-who-left.json"};
    toc_verdict verdict;
    for (size_t i = 0; i < TOC_COUNT(names); i++) {
        char author[TOC_FINGERPRINT_BYTES];
        toc_anchor anchors[2] = {{.kind = TOC_ANCHOR_ORG}, {.kind = TOC_ANCHOR_ORG}};
        exhibit *it = exhibit_read(names[i]);
        assert_int_equal(verified(it), TOC_OK);
        toc_card_fingerprint(toc_evidence_card(&it->evidence, &it->evidence.feed.org), author);
        verdict = judged(it, author, false);
        assert_true(verdict.author_known);
        assert_false(verdict.vouched || verdict.proven);
        memcpy(anchors[0].id, it->evidence.feed.org.bytes, 32);
        memcpy(anchors[1].id, it->evidence.receipts[0].org.bytes, 32);
        toc_evidence_judge(&it->evidence, anchors, 2, &verdict);
        assert_true(verdict.vouched && verdict.proven);
        anchors[0].kind = TOC_ANCHOR_CIRCLE;
        memcpy(anchors[0].id, it->evidence.feed.circle.bytes, 32);
        toc_evidence_judge(&it->evidence, anchors, 1, &verdict);
        assert_true(verdict.vouched && verdict.proven);
        exhibit_free(it);
    }
}

/* Two names may stand for one machine: what is counted is keys. */
static void who_cosigned_under_two_names_with_one_key_counts_once(void **state)
{
    (void)state;
    exhibit *it = exhibit_read("good-plain.json");
    toc_anchor circle = {.kind = TOC_ANCHOR_CIRCLE};
    toc_verdict verdict;
    assert_int_equal(verified(it), TOC_OK);
    memcpy(circle.id, it->evidence.feed.circle.bytes, sizeof circle.id);
    it->evidence.receipts[1] = it->evidence.receipts[0];
    it->evidence.receipts[1].org.bytes[0] ^= 1;
    it->evidence.receipt_count = 2;
    toc_evidence_judge(&it->evidence, &circle, 1, &verdict);
    assert_int_equal(verdict.others, 1);
    it->evidence.receipts[1].key.bytes[0] ^= 1;
    toc_evidence_judge(&it->evidence, &circle, 1, &verdict);
    assert_int_equal(verdict.others, 2);
    exhibit_free(it);
}

static void a_trust_file_is_read_line_by_line(void **state)
{
    (void)state;
    static toc_anchor anchors[TOC_ANCHORS_MAX];
    static const char *const wrong[] = {
        "organisation x", "org",      "org zocf",
        "circle 12",      "circle\n", "org 1111-bbbb-cccc-dddd-eeee-ffff-gggg-hhhh"};
    size_t count = 0;
    toc_span good = toc_span_text("# ours\n\n org aaaa-bbbb-cccc-dddd-eeee-ffff-gggg-hhhh # x\r\n"
                                  "circle\t0123456789abcdef0123456789abcdef"
                                  "0123456789abcdef0123456789abcdef");
    assert_int_equal(toc_anchors_parse(good, anchors, &count, NULL), TOC_OK);
    assert_int_equal(count, 2);
    assert_int_equal(anchors[0].kind, TOC_ANCHOR_FINGERPRINT);
    assert_int_equal(anchors[1].kind, TOC_ANCHOR_CIRCLE);
    for (size_t i = 0; i < TOC_COUNT(wrong); i++) {
        toc_err err = {0};
        count = 0;
        assert_int_not_equal(toc_anchors_parse(toc_span_text(wrong[i]), anchors, &count, &err),
                             TOC_OK);
        assert_non_null(strstr(err.text, "line 1"));
        assert_int_equal(count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_another_program_made_is_judged_as_it_says),
        cmocka_unit_test(a_head_by_a_key_retired_since_is_told_as_such),
        cmocka_unit_test(a_fork_that_comes_with_it_is_told_with_its_place_and_heads),
        cmocka_unit_test(a_text_that_cannot_be_told_is_proven_all_the_same),
        cmocka_unit_test(only_an_anchor_of_the_author_or_the_circle_proves),
        cmocka_unit_test(who_vouches_for_a_retired_key_must_be_known_too),
        cmocka_unit_test(who_cosigned_under_two_names_with_one_key_counts_once),
        cmocka_unit_test(a_trust_file_is_read_line_by_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
