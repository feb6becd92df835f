/* The score, term by term, and what would change it (docs/RULES.md §5). */
#include "proto/answer/parts.h"
#include "proto/rules/terms.h"

enum { LINEAGES_SHOWN_MAX = 1024, UNIT = 1000000000 };

static const char rule[] = "k = min(lineages, orgs) lineages count, the best first (confidence "
                           "down, then root); s = 10^9; "
                           "for each of them in ascending confidence s = floor(s * (100 - c) / "
                           "100); score = min(999, 1000 - "
                           "ceil(s / 10^6)) per mille";

static size_t corroboration(const toc_score_category *category)
{
    return category->lineage_count < category->org_count ? category->lineage_count
                                                         : category->org_count;
}

static void add_lineage(toc_json *json, const toc_score_lineage *lineage, const uint64_t *s)
{
    toc_json_open(json, NULL, '{');
    toc_json_root(json, "root", lineage->root);
    toc_json_number(json, "confidence", lineage->confidence);
    toc_json_bool(json, "chosen", lineage->chosen);
    if (s != NULL)
        toc_json_number(json, "s", *s);
    else
        toc_json_null(json, "s");
    toc_json_close(json, '}');
}

/* In the order of the rule: the chosen from the lowest confidence up with the running s, then the
 * others. */
static void add_terms(toc_json *json, const toc_score_category *category)
{
    uint64_t s = UNIT;
    toc_json_open(json, "terms", '[');
    for (size_t i = category->lineage_count; i-- > 0;) {
        const toc_score_lineage *lineage = &category->lineages[i];
        if (!lineage->chosen)
            continue;
        s = s * (100 - lineage->confidence) / 100;
        add_lineage(json, lineage, &s);
    }
    for (size_t i = 0; i < category->lineage_count; i++) {
        if (!category->lineages[i].chosen)
            add_lineage(json, &category->lineages[i], NULL);
    }
    toc_json_close(json, ']');
}

/* ---- what would change it ---- */

/* The score with the best `count` lineages, leaving out one (SIZE_MAX: none) and adding one of
 * `extra` confidence (UINT32_MAX: none). */
static uint32_t score_if(const toc_score_category *category, size_t count, size_t without,
                         uint32_t extra)
{
    uint32_t chosen[LINEAGES_SHOWN_MAX + 1], ascending[LINEAGES_SHOWN_MAX + 1];
    size_t taken = 0;
    bool extra_taken = extra == UINT32_MAX;
    for (size_t i = 0; i < category->lineage_count && taken < count;) {
        uint32_t confidence = category->lineages[i].confidence;
        if (!extra_taken && extra > confidence) {
            chosen[taken++] = extra;
            extra_taken = true;
            continue;
        }
        if (i++ != without)
            chosen[taken++] = confidence;
    }
    if (!extra_taken && taken < count)
        chosen[taken++] = extra;
    for (size_t i = 0; i < taken; i++)
        ascending[i] = chosen[taken - 1 - i];
    return toc_score_per_mille(ascending, taken);
}

static void add_change(toc_json *json, const char *what, const toc_root *root, uint32_t score)
{
    toc_json_open(json, NULL, '{');
    toc_json_text(json, "if", toc_span_text(what));
    if (root != NULL)
        toc_json_root(json, "root", *root);
    toc_json_number(json, "score", score);
    toc_json_close(json, '}');
}

/* ---- which claims count ---- */

static bool counts(const toc_answer_claim *claim, toc_span category)
{
    const toc_term *role = toc_term_by_id(TOC_TERMS_ROLE, claim->statement.as.wallet.role);
    return role != NULL && role->scores && !claim->withdrawn && !claim->misstated &&
           claim->alive_count > 0 && toc_span_equal(claim->statement.as.wallet.category, category);
}

static bool has_other_root(const toc_answer_claim *claim, toc_root root)
{
    for (size_t i = 0; i < claim->alive_count; i++) {
        if (!toc_span_equal(claim->alive[i], root))
            return true;
    }
    return false;
}

/* Distinct orgs that would still have a counting claim in the category without this root. */
static size_t orgs_without(const toc_dossier *dossier, toc_span category, toc_root root)
{
    size_t orgs = 0;
    for (size_t i = 0; i < dossier->claim_count; i++) {
        const toc_answer_claim *claim = &dossier->claims[i];
        bool stays = counts(claim, category) && has_other_root(claim, root);
        for (size_t j = 0; j < i && stays; j++) {
            const toc_answer_claim *other = &dossier->claims[j];
            stays = !(toc_org_id_equal(&other->org, &claim->org) && counts(other, category) &&
                      has_other_root(other, root));
        }
        orgs += stays;
    }
    return orgs;
}

static void add_withdrawals(toc_json *json, const toc_dossier *dossier,
                            const toc_score_category *category)
{
    for (size_t i = 0; i < corroboration(category); i++) {
        toc_root root = category->lineages[i].root;
        size_t left = category->lineage_count - 1;
        size_t orgs = orgs_without(dossier, category->category, root);
        add_change(json, "all who claim this lineage retracted it", &root,
                   score_if(category, left < orgs ? left : orgs, i, UINT32_MAX));
    }
}

static void add_changes(toc_json *json, const toc_dossier *dossier,
                        const toc_score_category *category)
{
    size_t k = corroboration(category);
    toc_json_open(json, "would_change", '[');
    if (k < LINEAGES_SHOWN_MAX) {
        if (category->org_count < category->lineage_count)
            add_change(json, "one more org repeated one of these lineages", NULL,
                       score_if(category, k + 1, SIZE_MAX, UINT32_MAX));
        else
            add_change(
                json,
                category->lineage_count < category->org_count
                    ? "an org that repeats a lineage here added one of its own, confidence 50"
                    : "one more org added a lineage of its own, confidence 50",
                NULL, score_if(category, k + 1, SIZE_MAX, 50));
        add_withdrawals(json, dossier, category);
    }
    toc_json_close(json, ']');
}

static bool has_root(const toc_answer_claim *claim, toc_root root)
{
    for (size_t i = 0; i < claim->alive_count; i++) {
        if (toc_span_equal(claim->alive[i], root))
            return true;
    }
    return false;
}

/* By the best of its lineages. */
static const char *lineage_standing(const toc_score *score, const toc_answer_claim *claim)
{
    for (size_t i = 0; i < score->category_count; i++) {
        const toc_score_category *category = &score->categories[i];
        if (!toc_span_equal(category->category, claim->statement.as.wallet.category))
            continue;
        for (size_t j = 0; j < category->lineage_count; j++) {
            if (has_root(claim, category->lineages[j].root))
                return category->lineages[j].chosen
                           ? "its lineage counts"
                           : "its lineage is not among the k best: it would take more orgs";
        }
    }
    return "adds nothing";
}

static const char *standing(const toc_answer_claim *claim, const toc_score *score)
{
    if (claim->withdrawn || claim->alive_count == 0)
        return "source withdrawn: adds nothing";
    if (claim->misstated)
        return "misstated, its roots are not those of its sources: adds nothing";
    if (!counts(claim, claim->statement.as.wallet.category))
        return "its role adds nothing: only perpetrator and intermediary do";
    return lineage_standing(score, claim);
}

/* Nothing where this node has none; else those that apply, and what they make of its confidence. */
static void add_weights(toc_json *json, const toc_answer_claim *claim)
{
    if (!claim->weighed)
        return;
    toc_json_open(json, "weights", '[');
    for (size_t i = 0; i < claim->weighing.count; i++) {
        const toc_weight *weight = claim->weighing.applied[i];
        toc_json_open(json, NULL, '{');
        toc_json_text(json, "by", toc_span_text(toc_weight_by_name(weight->by)));
        toc_json_text(json, "name", toc_span_text(weight->name));
        toc_json_number(json, "percent", weight->percent);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
    toc_json_number(json, "weighted", claim->weighted);
}

static void add_claims(toc_json *json, const toc_dossier *dossier)
{
    toc_json_open(json, "claims", '[');
    for (size_t i = 0; i < dossier->claim_count; i++) {
        const toc_answer_claim *claim = &dossier->claims[i];
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "claim", TOC_SPAN_OF(claim->claim.bytes));
        toc_json_org(json, &claim->org, claim->org_name);
        toc_json_text(json, "role", claim->statement.as.wallet.role);
        toc_json_text(json, "category", claim->statement.as.wallet.category);
        toc_json_number(json, "confidence", claim->statement.confidence);
        toc_json_roots(json, "roots", claim->statement.roots, claim->statement.root_count);
        toc_json_roots(json, "alive", claim->alive, claim->alive_count);
        toc_json_bool(json, "disputed", claim->disputed);
        add_weights(json, claim);
        toc_json_text(json, "standing", toc_span_text(standing(claim, &dossier->score)));
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

/* ---- the whole ---- */

static void add_category(toc_json *json, const toc_dossier *dossier,
                         const toc_score_category *category)
{
    toc_json_open(json, NULL, '{');
    toc_json_text(json, "category", category->category);
    toc_json_number(json, "score", category->score);
    toc_json_number(json, "lineages", category->lineage_count);
    toc_json_number(json, "orgs", category->org_count);
    toc_json_number(json, "corroboration", corroboration(category));
    add_terms(json, category);
    add_changes(json, dossier, category);
    toc_json_close(json, '}');
}

static bool has_sealed_root(const toc_score *score)
{
    for (size_t i = 0; i < score->category_count; i++) {
        for (size_t j = 0; j < score->categories[i].lineage_count; j++) {
            toc_root root = score->categories[i].lineages[j].root;
            if (root.size > 0 && root.data[0] == TOC_ROOT_UNDISCLOSED)
                return true;
        }
    }
    return false;
}

void toc_json_explain(const toc_dossier *dossier, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_dossier_head(&json, dossier);
    toc_json_text(&json, "rule", toc_span_text(rule));
    toc_json_open(&json, "categories", '[');
    for (size_t i = 0; i < dossier->score.category_count; i++)
        add_category(&json, dossier, &dossier->score.categories[i]);
    toc_json_close(&json, ']');
    add_claims(&json, dossier);
    toc_json_forked(&json, &dossier->in_dispute);
    toc_json_open(&json, "notes", '[');
    if (has_sealed_root(&dossier->score))
        toc_json_text(&json, NULL,
                      toc_span_text("a sealed root reached through two records counts twice"));
    if (dossier->tagged > 0)
        toc_json_text(&json, NULL,
                      toc_span_text("claims on other tags of this address add nothing"));
    if (dossier->dispute_count > 0)
        toc_json_text(&json, NULL, toc_span_text("a dispute is shown and changes no score"));
    if (dossier->contested)
        toc_json_text(&json, NULL,
                      toc_span_text("contested: a service by a notice with effect, and accused; no "
                                    "verdict follows from the notice, a person decides"));
    toc_json_close(&json, ']');
    toc_json_time(&json, "horizon", dossier->horizon);
    toc_json_bool(&json, "incomplete", dossier->incomplete);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}
