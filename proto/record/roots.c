/* What a claim rests on (RULES §4). */
#include <stdlib.h>

#include "proto/crypto/hash.h"
#include "proto/record/parts.h"
#include "proto/rules/terms.h"

enum { COPIES_MAX = 8 }; /* of lists in a row; the table has one */

/* The list or vendor that an id is a copy of, in the end; NULL when the terms do not know the id.
 */
static const toc_term *original_of(toc_term_set set, toc_span id)
{
    const toc_term *term = toc_term_by_id(set, id);
    for (unsigned i = 0; i < COPIES_MAX && term != NULL && term->copy_of != NULL; i++)
        term = toc_term_by_id(set, toc_span_text(term->copy_of));
    return term;
}

toc_span toc_source_original(const toc_source *source)
{
    const toc_term *original = NULL;
    if (source->ground == TOC_GROUND_LIST || source->ground == TOC_GROUND_VENDOR)
        original = original_of(
            source->ground == TOC_GROUND_LIST ? TOC_TERMS_LIST : TOC_TERMS_VENDOR, source->id);
    return original == NULL ? (toc_span){0} : toc_span_text(original->id);
}

toc_root toc_source_root(const toc_source *source, const toc_claim_id *claim, toc_arena *arena)
{
    return toc_source_root_as(source, toc_source_original(source), claim, arena);
}

toc_root toc_source_root_as(const toc_source *source, toc_span original, const toc_claim_id *claim,
                            toc_arena *arena)
{
    TOC_ASSERT(source->ground != TOC_GROUND_DERIVED);
    toc_span id = original.size == 0 ? TOC_SPAN_OF(*claim) : original;
    uint8_t *root = toc_arena_alloc(arena, 1 + id.size);
    if (root == NULL)
        return (toc_root){0};
    root[0] = TOC_ROOT_OWN;
    if (original.size > 0)
        root[0] = source->ground == TOC_GROUND_LIST ? TOC_ROOT_LIST : TOC_ROOT_VENDOR;
    memcpy(root + 1, id.data, id.size);
    return toc_span_of(root, 1 + id.size);
}

static toc_span root_id(toc_root root)
{
    return root.size == 0 ? (toc_span){0} : toc_span_of(root.data + 1, root.size - 1);
}

static toc_code check_form(toc_root root, toc_err *err)
{
    uint8_t tag = root.size == 0 ? 0 : root.data[0];
    toc_span id = root_id(root);
    if ((tag == TOC_ROOT_OWN || tag == TOC_ROOT_UNDISCLOSED) && id.size == sizeof(toc_claim_id))
        return TOC_OK;
    if (tag != TOC_ROOT_LIST && tag != TOC_ROOT_VENDOR)
        return toc_fail(err, TOC_MALFORMED, "roots: not one that its source can have");
    return toc_record_field_slug(id, "roots", false, err);
}

/* As far as it can be told without knowing the author. */
static toc_code check_single(toc_root root, toc_ground ground, toc_err *err)
{
    uint8_t tag = root.size == 0 ? 0 : root.data[0];
    bool fits = tag == TOC_ROOT_OWN || (tag == TOC_ROOT_LIST && ground == TOC_GROUND_LIST) ||
                (tag == TOC_ROOT_VENDOR && ground == TOC_GROUND_VENDOR);
    if (!fits)
        return toc_fail(err, TOC_MALFORMED, "roots: not one that its source can have");
    return check_form(root, err);
}

static toc_code check_derived(const toc_statement *statement, toc_err *err)
{
    for (size_t i = 0; i < statement->root_count; i++) {
        TOC_TRY(check_form(statement->roots[i], err));
        if (i > 0 && toc_span_compare(statement->roots[i - 1], statement->roots[i]) >= 0)
            return toc_fail(err, TOC_MALFORMED, "roots: not in ascending order");
    }
    return TOC_OK;
}

toc_code toc_roots_check(const toc_statement *statement, toc_statement_stage stage, toc_err *err)
{
    bool some = toc_record_kind_is_head(statement->kind) && stage == TOC_STAGE_RECORD;
    bool derived = some && statement->source.ground == TOC_GROUND_DERIVED;
    size_t least = some ? 1 : 0, most = derived ? TOC_ROOTS_MAX : least;
    if (statement->root_count > TOC_ROOTS_MAX)
        return toc_fail(err, TOC_LIMIT, "roots: %zu; at most %u are taken", statement->root_count,
                        TOC_ROOTS_MAX);
    if (statement->root_count < least || statement->root_count > most)
        return toc_fail(err, TOC_MALFORMED, "roots: %zu, where a %s%s has %s%zu",
                        statement->root_count, toc_record_kind_name(statement->kind),
                        stage == TOC_STAGE_DRAFT ? " draft" : "", derived ? "1 to " : "", most);
    if (derived)
        return check_derived(statement, err);
    return some ? check_single(statement->roots[0], statement->source.ground, err) : TOC_OK;
}

void toc_root_undisclose(toc_root root, const uint8_t salt[32],
                         uint8_t out[TOC_ROOT_UNDISCLOSED_BYTES])
{
    static const char domain[] = "tocsin/undisclosed/1\n";
    toc_span parts[] = {toc_span_of(domain, sizeof domain - 1), toc_span_of(salt, 32), root};
    toc_hash hash;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    out[0] = TOC_ROOT_UNDISCLOSED;
    memcpy(out + 1, hash.bytes, sizeof hash.bytes);
}

/* A list is public, and what is undisclosed already says nothing. */
static bool is_hidden(toc_root root)
{
    return root.size > 0 && (root.data[0] == TOC_ROOT_OWN || root.data[0] == TOC_ROOT_VENDOR);
}

static int compare_roots(const void *left, const void *right)
{
    return toc_span_compare(*(const toc_root *)left, *(const toc_root *)right);
}

static toc_code take_root(const toc_derivation *source, toc_root root, toc_arena *arena,
                          toc_root *out, toc_err *err)
{
    if (!source->sealed || !is_hidden(root)) {
        *out = root;
        return TOC_OK;
    }
    uint8_t *bytes = toc_arena_alloc(arena, TOC_ROOT_UNDISCLOSED_BYTES);
    if (bytes == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "roots: out of memory");
    toc_root_undisclose(root, source->salt, bytes);
    *out = toc_span_of(bytes, TOC_ROOT_UNDISCLOSED_BYTES);
    return TOC_OK;
}

toc_code toc_derived_roots(const toc_derivation *sources, size_t count, toc_arena *arena,
                           const toc_root **out, size_t *out_count, toc_err *err)
{
    size_t total = 0, kept = 0;
    TOC_ASSERT(count > 0 && count <= TOC_SOURCES_MAX);
    for (size_t i = 0; i < count; i++) {
        TOC_ASSERT(sources[i].root_count <= TOC_ROOTS_MAX);
        total += sources[i].root_count;
    }
    toc_root *roots = toc_arena_zalloc(arena, total, sizeof *roots);
    if (roots == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "roots: out of memory");
    total = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < sources[i].root_count; j++)
            TOC_TRY(take_root(&sources[i], sources[i].roots[j], arena, &roots[total++], err));
    }
    qsort(roots, total, sizeof *roots, compare_roots);
    for (size_t i = 0; i < total; i++) {
        if (kept == 0 || !toc_span_equal(roots[kept - 1], roots[i]))
            roots[kept++] = roots[i];
    }
    if (kept > TOC_ROOTS_MAX)
        return toc_fail(err, TOC_LIMIT, "roots: the sources have %zu; at most %u are taken", kept,
                        TOC_ROOTS_MAX);
    *out = roots;
    *out_count = kept;
    return TOC_OK;
}

static bool has_root(const toc_statement *head, toc_root root)
{
    for (size_t i = 0; i < head->root_count; i++) {
        if (toc_span_equal(head->roots[i], root))
            return true;
    }
    return false;
}

/* Whether `written`, of the head, is what this root of a source became. */
static bool became(toc_root written, const toc_derivation *source, toc_root root)
{
    uint8_t undisclosed[TOC_ROOT_UNDISCLOSED_BYTES];
    if (toc_span_equal(written, root))
        return true;
    if (!is_hidden(root) || written.size != sizeof undisclosed ||
        written.data[0] != TOC_ROOT_UNDISCLOSED)
        return false;
    toc_root_undisclose(root, source->salt, undisclosed);
    return toc_span_equal(written, TOC_SPAN_OF(undisclosed));
}

static bool is_understated(const toc_statement *head, const toc_derivation *source)
{
    uint8_t undisclosed[TOC_ROOT_UNDISCLOSED_BYTES];
    for (size_t i = 0; i < source->root_count; i++) {
        toc_root root = source->roots[i];
        if (has_root(head, root))
            continue;
        if (!is_hidden(root))
            return true;
        toc_root_undisclose(root, source->salt, undisclosed);
        if (!has_root(head, TOC_SPAN_OF(undisclosed)))
            return true;
    }
    return false;
}

static bool is_founded(toc_root written, const toc_derivation *sources, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < sources[i].root_count; j++) {
            if (became(written, &sources[i], sources[i].roots[j]))
                return true;
        }
    }
    return false;
}

bool toc_roots_misstated(const toc_statement *head, const toc_derivation *sources, size_t held)
{
    if (head->source.ground != TOC_GROUND_DERIVED)
        return false;
    for (size_t i = 0; i < held; i++) {
        if (is_understated(head, &sources[i]))
            return true;
    }
    if (held < head->source.record_count)
        return false;
    for (size_t i = 0; i < head->root_count; i++) {
        if (!is_founded(head->roots[i], sources, held))
            return true;
    }
    return false;
}
