#include "proto/answer/parts.h"

/* ---- pieces ---- */

void toc_json_org(toc_json *json, const toc_org_id *org, toc_span name)
{
    toc_json_hex(json, "org", TOC_SPAN_OF(org->bytes));
    toc_json_optional(json, "org_name", name);
}

void toc_json_cluster_ref(toc_json *json, const char *key, const toc_answer_cluster_ref *ref)
{
    if (ref->id.size == 0) {
        toc_json_null(json, key);
        return;
    }
    toc_json_open(json, key, '{');
    toc_json_hex(json, "id", ref->id);
    toc_json_number(json, "size", ref->size);
    toc_json_close(json, '}');
}

void toc_json_error_object(toc_json *json, const char *key, const toc_err *error)
{
    toc_json_open(json, key, '{');
    toc_json_text(json, "code", toc_span_text(toc_code_name(error->code)));
    toc_json_text(json, "text", toc_span_text(error->text));
    toc_json_close(json, '}');
}

void toc_json_dossier_head(toc_json *json, const toc_dossier *dossier)
{
    const toc_wallet *wallet = &dossier->wallet;
    toc_json_text(json, "query", toc_span_text(dossier->query));
    toc_json_bool(json, "found", dossier->found);
    toc_json_hex(json, "subject", toc_subject_view(&wallet->subject));
    toc_json_text(json, "canonical", toc_span_text(wallet->address));
    toc_json_caip10(json, "caip10", wallet);
    toc_json_text(json, "chain", toc_span_text(toc_chain_caip2(wallet->chain)));
    toc_json_optional(json, "tag", toc_span_text(wallet->tag));
    toc_json_number(json, "score", dossier->score.score);
    if (dossier->weighed)
        toc_json_number(json, "weighted", dossier->weighted.score);
}

/* ---- dossier ---- */

static void add_categories(toc_json *json, const toc_score *score)
{
    toc_json_open(json, "categories", '[');
    for (size_t i = 0; i < score->category_count; i++) {
        const toc_score_category *category = &score->categories[i];
        toc_json_open(json, NULL, '{');
        toc_json_text(json, "category", category->category);
        toc_json_number(json, "score", category->score);
        toc_json_number(json, "lineages", category->lineage_count);
        toc_json_number(json, "orgs", category->org_count);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_twins(toc_json *json, const toc_dossier *dossier)
{
    toc_json_open(json, "same_key", '[');
    for (size_t i = 0; i < dossier->twin_count; i++) {
        const toc_answer_twin *twin = &dossier->twins[i];
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "subject", toc_subject_view(&twin->subject));
        toc_json_text(json, "caip10", toc_span_text(twin->text));
        toc_json_number(json, "claims", twin->claims);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

void toc_json_forked(toc_json *json, const toc_answer_in_dispute *all)
{
    toc_json_open(json, "forked", '[');
    for (size_t i = 0; i < all->count; i++) {
        const toc_answer_forked *row = &all->rows[i];
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "record", TOC_SPAN_OF(row->record.bytes));
        toc_json_hex(json, "claim", TOC_SPAN_OF(row->claim.bytes));
        toc_json_hex(json, "circle", TOC_SPAN_OF(row->circle.bytes));
        toc_json_org(json, &row->org, row->org_name);
        toc_json_text(json, "kind", toc_span_text(toc_record_kind_name(row->kind)));
        toc_json_optional(json, "category", row->category);
        toc_json_text(json, "lane", toc_span_text(toc_lane_name(row->lane)));
        toc_json_number(json, "generation", row->generation);
        toc_json_number(json, "index", row->index);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
    toc_json_number(json, "forked_total", all->total);
    toc_json_open(json, "forks", '[');
    for (size_t i = 0; i < all->fork_count; i++)
        toc_json_fork(json, &all->forks[i]);
    toc_json_close(json, ']');
}

static void add_lookalikes(toc_json *json, const toc_dossier *dossier)
{
    toc_json_open(json, "lookalikes", '[');
    for (size_t i = 0; i < dossier->lookalike_count; i++)
        toc_json_caip10(json, NULL, &dossier->lookalikes[i]);
    toc_json_close(json, ']');
}

void toc_json_dossier(const toc_dossier *dossier, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_dossier_head(&json, dossier);
    add_categories(&json, &dossier->score);
    toc_json_claims(&json, "claims", dossier->claims, dossier->claim_count);
    toc_json_number(&json, "tagged", dossier->tagged);
    add_twins(&json, dossier);
    toc_json_forked(&json, &dossier->in_dispute);
    add_lookalikes(&json, dossier);
    toc_json_cluster_ref(&json, "cluster", &dossier->cluster);
    toc_json_beside(&json, dossier);
    toc_json_moves(&json, dossier);
    toc_json_time(&json, "horizon", dossier->horizon);
    toc_json_bool(&json, "incomplete", dossier->incomplete);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}

/* ---- quality, digest, errors ---- */

void toc_json_quality(const toc_answer_quality *quality, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_org(&json, &quality->org, quality->org_name);
    toc_json_number(&json, "live", quality->live);
    toc_json_number(&json, "disputed", quality->disputed);
    toc_json_number(&json, "withdrawn", quality->withdrawn);
    toc_json_number(&json, "misstated", quality->misstated);
    toc_json_number(&json, "undisclosed", quality->undisclosed);
    toc_json_open(&json, "retracted", '{');
    for (unsigned i = 1; i < TOC_COUNT(quality->retracted); i++)
        toc_json_number(&json, toc_retraction_reason_name((toc_retraction_reason)i),
                        quality->retracted[i]);
    toc_json_close(&json, '}');
    toc_json_number(&json, "wallets", quality->wallets);
    toc_json_number(&json, "first", quality->first);
    toc_json_number(&json, "first_per_mille",
                    quality->wallets == 0 ? 0 : quality->first * 1000 / quality->wallets);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}

void toc_json_digest(const toc_answer_digest *digest, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "digest", TOC_SPAN_OF(digest->digest.bytes));
    toc_json_hex(&json, "opened", TOC_SPAN_OF(digest->opened.bytes));
    toc_json_time(&json, "horizon", digest->horizon);
    toc_json_hex(&json, "charters", TOC_SPAN_OF(digest->charters.bytes));
    toc_json_number(&json, "rules", digest->rules);
    toc_json_number(&json, "entries", digest->entries);
    toc_json_number(&json, "claims", digest->claims);
    toc_json_number(&json, "wallets", digest->wallets);
    toc_json_number(&json, "clusters", digest->clusters);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}

void toc_json_error(const toc_err *error, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_error_object(&json, "error", error);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}
