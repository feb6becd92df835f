#include "node/told.h"

enum { TOLD_ARENA_BYTES = 2 << 20 };

void toc_told_wipe(toc_told *told)
{
    toc_arena_free(told->arena);
    *told = (toc_told){0};
}

static bool same_orgs(const toc_org_id *left, size_t left_count, const toc_org_id *right,
                      size_t right_count)
{
    return left_count == right_count &&
           (left_count == 0 || memcmp(left, right, left_count * sizeof *left) == 0);
}

static bool are_alike(const toc_told_row *a, const toc_told_row *b)
{
    return a->marking.tlp == b->marking.tlp && a->ends == b->ends && a->follows == b->follows &&
           a->needed == b->needed && a->scope == b->scope &&
           same_orgs(a->marking.releasable_to, a->marking.releasable_count,
                     b->marking.releasable_to, b->marking.releasable_count) &&
           same_orgs(a->marking.not_to, a->marking.not_to_count, b->marking.not_to,
                     b->marking.not_to_count) &&
           same_orgs(a->had, a->had_count, b->had, b->had_count);
}

static toc_code keep_orgs(toc_arena *arena, const toc_org_id **orgs, size_t count, toc_err *err)
{
    if (count == 0)
        return TOC_OK;
    toc_span kept = toc_arena_dup(arena, toc_span_of(*orgs, count * sizeof **orgs));
    if (kept.size != count * sizeof **orgs)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the readers of a record");
    *orgs = (const toc_org_id *)(const void *)kept.data;
    return TOC_OK;
}

static toc_code keep_row(toc_told *told, const toc_told_row *row, toc_err *err)
{
    if (told->arena == NULL)
        TOC_TRY(toc_arena_new(TOLD_ARENA_BYTES, &told->arena, err));
    toc_told_row kept = *row;
    toc_statement *marking = &kept.marking;
    TOC_TRY(keep_orgs(told->arena, &marking->releasable_to, marking->releasable_count, err));
    TOC_TRY(keep_orgs(told->arena, &marking->not_to, marking->not_to_count, err));
    TOC_TRY(keep_orgs(told->arena, &kept.had, kept.had_count, err));
    told->rows[told->count++] = kept;
    return TOC_OK;
}

toc_code toc_told_add(toc_told *told, const toc_statement *statement, const toc_addressees *to,
                      const toc_approval_rule *rule, toc_err *err)
{
    toc_told_row row = {.marking = {.tlp = statement->tlp,
                                    .releasable_count = statement->releasable_count,
                                    .releasable_to = statement->releasable_to,
                                    .not_to_count = statement->not_to_count,
                                    .not_to = statement->not_to},
                        .ends = statement->kind == TOC_RECORD_RETRACTION,
                        .follows = to != NULL && to->follows,
                        .needed = rule == NULL ? 0 : rule->k,
                        .scope = rule == NULL ? 0 : rule->scope,
                        .records = 1};
    if (row.follows) {
        row.had = to->had;
        row.had_count = to->had_count;
    }
    for (size_t i = 0; i < told->count; i++) {
        if (are_alike(&told->rows[i], &row)) {
            told->rows[i].records++;
            return TOC_OK;
        }
    }
    if (told->count < TOC_MARKINGS_TOLD_MAX)
        return keep_row(told, &row, err);
    told->others++;
    return TOC_OK;
}
