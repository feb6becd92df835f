#include "proto/rules/score.h"

#include <stdlib.h>

#include "proto/base/limits.h"
#include "proto/rules/terms.h"

enum { UNIT = 1000000000, PER_MILLE = 1000000, SCORE_MAX = 999 };

uint32_t toc_score_per_mille(const uint32_t *confidences, size_t count)
{
    uint64_t doubt = UNIT; /* that every one of them is wrong */
    for (size_t i = 0; i < count; i++) {
        TOC_ASSERT(confidences[i] <= 100);
        doubt = doubt * (100 - confidences[i]) / 100;
    }
    uint64_t score = 1000 - (doubt + PER_MILLE - 1) / PER_MILLE;
    return score > SCORE_MAX ? SCORE_MAX : (uint32_t)score;
}

/* RULES §5: role perpetrator or intermediary, and not source withdrawn. */
static bool counts(const toc_score_claim *claim)
{
    const toc_term *role = toc_term_by_id(TOC_TERMS_ROLE, claim->role);
    return role != NULL && role->scores && claim->root_count > 0;
}

static int by_category(const void *left, const void *right)
{
    const toc_score_claim *a = *(const toc_score_claim *const *)left;
    const toc_score_claim *b = *(const toc_score_claim *const *)right;
    return toc_span_compare(a->category, b->category);
}

static int by_org(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(toc_org_id));
}

static int by_root(const void *left, const void *right)
{
    const toc_score_lineage *a = left, *b = right;
    return toc_span_compare(a->root, b->root);
}

static int by_choice(const void *left, const void *right)
{
    const toc_score_lineage *a = left, *b = right;
    if (a->confidence != b->confidence)
        return a->confidence > b->confidence ? -1 : 1;
    return toc_span_compare(a->root, b->root);
}

static int by_score(const void *left, const void *right)
{
    const toc_score_category *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return toc_span_compare(a->category, b->category);
}

static uint32_t count_orgs(const toc_score_claim *const *claims, size_t count, toc_org_id *scratch)
{
    for (size_t i = 0; i < count; i++)
        scratch[i] = claims[i]->org;
    qsort(scratch, count, sizeof *scratch, by_org);
    uint32_t distinct = 1;
    for (size_t i = 1; i < count; i++)
        distinct += !toc_org_id_equal(&scratch[i - 1], &scratch[i]);
    return distinct;
}

/* Every root once, with the highest confidence that a claim with it has. */
static toc_code fill_lineages(const toc_score_claim *const *claims, size_t count, toc_arena *arena,
                              toc_score_category *out, toc_err *err)
{
    size_t total = 0, filled = 0, distinct = 0;
    for (size_t i = 0; i < count; i++)
        total += claims[i]->root_count;
    toc_score_lineage *lineages = toc_arena_zalloc(arena, total, sizeof *lineages);
    if (lineages == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "score: out of memory");
    for (size_t i = 0; i < count; i++) {
        uint32_t confidence = claims[i]->confidence;
        if (confidence > TOC_CONFIDENCE_CAP)
            confidence = TOC_CONFIDENCE_CAP;
        for (size_t j = 0; j < claims[i]->root_count; j++)
            lineages[filled++] =
                (toc_score_lineage){.root = claims[i]->roots[j], .confidence = confidence};
    }
    qsort(lineages, total, sizeof *lineages, by_root);
    for (size_t i = 0; i < total; i++) {
        if (distinct > 0 && toc_span_equal(lineages[distinct - 1].root, lineages[i].root)) {
            toc_score_lineage *same = &lineages[distinct - 1];
            if (lineages[i].confidence > same->confidence)
                same->confidence = lineages[i].confidence;
        } else {
            lineages[distinct++] = lineages[i];
        }
    }
    qsort(lineages, distinct, sizeof *lineages, by_choice);
    out->lineages = lineages;
    out->lineage_count = distinct;
    return TOC_OK;
}

/* The first k lineages are chosen; from the last of them on, confidence ascends. */
static toc_code choose(toc_score_category *category, toc_arena *arena, toc_err *err)
{
    size_t chosen = category->lineage_count < category->org_count ? category->lineage_count
                                                                  : category->org_count;
    uint32_t *ascending = toc_arena_zalloc(arena, chosen, sizeof *ascending);
    if (ascending == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "score: out of memory");
    for (size_t i = 0; i < chosen; i++) {
        category->lineages[i].chosen = true;
        ascending[chosen - 1 - i] = category->lineages[i].confidence;
    }
    category->score = toc_score_per_mille(ascending, chosen);
    return TOC_OK;
}

static toc_code score_category(const toc_score_claim *const *claims, size_t count,
                               toc_org_id *scratch, toc_arena *arena, toc_score_category *out,
                               toc_err *err)
{
    out->category = claims[0]->category;
    out->org_count = count_orgs(claims, count, scratch);
    TOC_TRY(fill_lineages(claims, count, arena, out, err));
    return choose(out, arena, err);
}

static size_t same_category(const toc_score_claim *const *claims, size_t count)
{
    size_t length = 1;
    while (length < count && toc_span_equal(claims[length]->category, claims[0]->category))
        length++;
    return length;
}

toc_code toc_score_of(const toc_score_claim *claims, size_t count, toc_arena *arena, toc_score *out,
                      toc_err *err)
{
    const toc_score_claim **counted =
        toc_arena_zalloc(arena, count, sizeof(const toc_score_claim *));
    toc_org_id *scratch = toc_arena_zalloc(arena, count, sizeof *scratch);
    toc_score_category *categories = toc_arena_zalloc(arena, count, sizeof *categories);
    if (counted == NULL || scratch == NULL || categories == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "score: out of memory");
    size_t counted_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (counts(&claims[i]))
            counted[counted_count++] = &claims[i];
    }
    qsort(counted, counted_count, sizeof(const toc_score_claim *), by_category);
    toc_score score = {.categories = categories};
    for (size_t i = 0; i < counted_count;) {
        size_t length = same_category(counted + i, counted_count - i);
        TOC_TRY(score_category(counted + i, length, scratch, arena,
                               &categories[score.category_count++], err));
        i += length;
    }
    qsort(categories, score.category_count, sizeof *categories, by_score);
    score.score = score.category_count == 0 ? 0 : categories[0].score;
    *out = score;
    return TOC_OK;
}
