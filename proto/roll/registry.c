#include "proto/roll/registry.h"

#include "proto/base/text.h"
#include "proto/roll/field.h"
#include "proto/rules/nearest.h"
#include "proto/rules/terms.h"

static toc_term_set set_of(toc_ground kind)
{
    return kind == TOC_GROUND_LIST ? TOC_TERMS_LIST : TOC_TERMS_VENDOR;
}

/* ---- what a registry keeps ---- */

static toc_code check_row(const toc_listed *row, toc_err *err)
{
    if (row->kind != TOC_GROUND_LIST && row->kind != TOC_GROUND_VENDOR)
        return toc_fail(err, TOC_MALFORMED, "registry: neither a list nor a vendor");
    if (!toc_slug_valid(row->id) || (row->copy_of.size > 0 && !toc_slug_valid(row->copy_of)))
        return toc_fail(err, TOC_MALFORMED,
                        "registry: an id of other than 1 to 64 of a-z, 0-9, '-', '.' and '_'");
    if (toc_span_equal(row->id, row->copy_of))
        return toc_fail(err, TOC_MALFORMED, "registry: a copy of itself");
    if (row->alias_count > TOC_LISTED_ALIASES_MAX)
        return toc_fail(err, TOC_LIMIT, "registry: %zu aliases of one id, at most %u",
                        row->alias_count, TOC_LISTED_ALIASES_MAX);
    for (size_t i = 0; i < row->alias_count; i++) {
        if (!toc_slug_valid(row->aliases[i]) ||
            (i > 0 && toc_span_compare(row->aliases[i - 1], row->aliases[i]) >= 0))
            return toc_fail(err, TOC_MALFORMED, "registry: aliases that are no ids in order");
    }
    return toc_field_text(row->title, TOC_TEXT_BYTES_MAX, false, "registry: title", err);
}

static int compare_place(const toc_listed *left, const toc_listed *right)
{
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    return toc_span_compare(left->id, right->id);
}

static bool has_alias(const toc_listed *row, toc_span name)
{
    for (size_t i = 0; i < row->alias_count; i++) {
        if (toc_span_equal(row->aliases[i], name))
            return true;
    }
    return false;
}

/* How many rows of the kind go by that name. */
static size_t count_named(const toc_registry *registry, toc_ground kind, toc_span name)
{
    size_t count = 0;
    for (size_t i = 0; i < registry->count; i++) {
        const toc_listed *row = &registry->rows[i];
        count += row->kind == kind && toc_span_equal(row->id, name) ? 1 : 0;
        count += row->kind == kind && has_alias(row, name) ? 1 : 0;
    }
    return count;
}

static toc_code check_names(const toc_registry *registry, const toc_listed *row, toc_err *err)
{
    bool twice = count_named(registry, row->kind, row->id) != 1;
    for (size_t i = 0; i < row->alias_count; i++)
        twice = twice || count_named(registry, row->kind, row->aliases[i]) != 1;
    if (twice)
        return toc_fail(err, TOC_MALFORMED, "registry: '%.*s' or one of its aliases stands twice",
                        toc_quoted_bytes(row->id), (const char *)row->id.data);
    const toc_listed *of =
        row->copy_of.size == 0 ? NULL : toc_registry_find(registry, row->kind, row->copy_of);
    if (of != NULL && of->copy_of.size > 0)
        return toc_fail(err, TOC_MALFORMED, "registry: '%.*s' is a copy of a copy",
                        toc_quoted_bytes(row->id), (const char *)row->id.data);
    return TOC_OK;
}

toc_code toc_registry_check(const toc_registry *registry, toc_err *err)
{
    if (registry->count > TOC_REGISTRY_MAX)
        return toc_fail(err, TOC_LIMIT, "registry: %zu lists and vendors, at most %u",
                        registry->count, TOC_REGISTRY_MAX);
    for (size_t i = 0; i < registry->count; i++) {
        TOC_TRY(check_row(&registry->rows[i], err));
        if (i > 0 && compare_place(&registry->rows[i - 1], &registry->rows[i]) >= 0)
            return toc_fail(err, TOC_MALFORMED,
                            "registry: not in order of kind and id, or one twice");
    }
    for (size_t i = 0; i < registry->count; i++)
        TOC_TRY(check_names(registry, &registry->rows[i], err));
    return TOC_OK;
}

const toc_listed *toc_registry_find(const toc_registry *registry, toc_ground kind, toc_span name)
{
    for (size_t i = 0; i < registry->count; i++) {
        const toc_listed *row = &registry->rows[i];
        if (row->kind == kind && (toc_span_equal(row->id, name) || has_alias(row, name)))
            return row;
    }
    return NULL;
}

/* ---- what claims rest on ---- */

toc_span toc_registry_original(const toc_registry *registry, const toc_source *source)
{
    toc_span known = toc_source_original(source);
    if (known.size > 0 || registry == NULL ||
        (source->ground != TOC_GROUND_LIST && source->ground != TOC_GROUND_VENDOR))
        return known;
    const toc_listed *row = toc_registry_find(registry, source->ground, source->id);
    if (row == NULL || row->copy_of.size == 0)
        return row == NULL ? (toc_span){0} : row->id;
    const toc_source original = {.ground = source->ground, .id = row->copy_of};
    known = toc_source_original(&original);
    return known.size > 0 ? known : row->copy_of;
}

void toc_registry_rename(const toc_registry *registry, toc_source *source)
{
    if ((source->ground != TOC_GROUND_LIST && source->ground != TOC_GROUND_VENDOR) ||
        toc_term_by_id(set_of(source->ground), source->id) != NULL)
        return;
    const toc_listed *row = toc_registry_find(registry, source->ground, source->id);
    if (row != NULL)
        source->id = row->id;
}

/* ---- as text ---- */

static size_t name_bytes(toc_span text)
{
    size_t size = 0;
    while (size < text.size && text.data[size] != '=' && text.data[size] != ',' &&
           text.data[size] != ':')
        size++;
    return size;
}

static toc_span skip(toc_span text, size_t size)
{
    return toc_span_of(text.data + size, text.size - size);
}

static toc_code add_alias(toc_listed *row, toc_span alias, toc_err *err)
{
    if (row->alias_count == TOC_LISTED_ALIASES_MAX)
        return toc_fail(err, TOC_LIMIT, "at most %u aliases", TOC_LISTED_ALIASES_MAX);
    size_t at = row->alias_count++;
    for (; at > 0 && toc_span_compare(row->aliases[at - 1], alias) > 0; at--)
        row->aliases[at] = row->aliases[at - 1];
    row->aliases[at] = alias;
    return TOC_OK;
}

toc_code toc_listed_parse(toc_ground kind, toc_span text, toc_listed *out, toc_err *err)
{
    toc_listed row = {.kind = kind};
    size_t size = name_bytes(text);
    row.id = toc_span_of(text.data, size);
    text = skip(text, size);
    while (text.size > 0 && text.data[0] != ':') {
        bool is_copy = text.data[0] == '=';
        text = skip(text, 1);
        size = name_bytes(text);
        toc_span name = toc_span_of(text.data, size);
        if (is_copy && (row.copy_of.data != NULL || size == 0))
            return toc_fail(err, TOC_USAGE, "a copy of one original: id=original");
        if (is_copy)
            row.copy_of = name;
        else
            TOC_TRY(add_alias(&row, name, err));
        text = skip(text, size);
    }
    if (text.size > 0)
        row.title = skip(text, 1);
    toc_err why;
    if (check_row(&row, &why) != TOC_OK)
        return toc_fail(err, TOC_USAGE,
                        "%s; written as id, then as needed =copy-of, ,alias and "
                        ":title",
                        why.text);
    *out = row;
    return TOC_OK;
}

void toc_listed_print(const toc_listed *row, toc_buf *out)
{
    toc_buf_add_span(out, row->id);
    if (row->copy_of.size > 0) {
        toc_buf_add_u8(out, '=');
        toc_buf_add_span(out, row->copy_of);
    }
    for (size_t i = 0; i < row->alias_count; i++) {
        toc_buf_add_u8(out, ',');
        toc_buf_add_span(out, row->aliases[i]);
    }
    if (row->title.size > 0) {
        toc_buf_add_u8(out, ':');
        toc_buf_add_span(out, row->title);
    }
}

/* ---- the next version ---- */

static toc_code is_free(toc_ground kind, toc_span name, toc_err *err)
{
    const toc_term *term = toc_term_find(set_of(kind), name);
    if (term == NULL)
        return TOC_OK;
    return toc_fail(err, TOC_EXISTS, "'%.*s' is known already, as %s ('tocsin terms %s')",
                    toc_quoted_bytes(name), (const char *)name.data, term->id,
                    toc_term_set_name(set_of(kind)));
}

static toc_code check_new(const toc_registry *registry, const toc_listed *row, toc_err *err)
{
    TOC_TRY(is_free(row->kind, row->id, err));
    for (size_t i = 0; i < row->alias_count; i++)
        TOC_TRY(is_free(row->kind, row->aliases[i], err));
    if (row->copy_of.size > 0 && toc_term_by_id(set_of(row->kind), row->copy_of) == NULL &&
        toc_registry_find(registry, row->kind, row->copy_of) == NULL)
        return toc_fail(err, TOC_NOT_FOUND,
                        "'%.*s' would be a copy of '%.*s', which neither the terms nor the "
                        "circle's registry have",
                        toc_quoted_bytes(row->id), (const char *)row->id.data,
                        toc_quoted_bytes(row->copy_of), (const char *)row->copy_of.data);
    return TOC_OK;
}

static toc_code take(toc_listed *rows, size_t *count, const toc_listing *what, toc_err *err)
{
    size_t at = 0;
    while (at < *count && compare_place(&rows[at], &what->row) < 0)
        at++;
    bool is_there = at < *count && compare_place(&rows[at], &what->row) == 0;
    if (what->drop && !is_there)
        return toc_fail(err, TOC_NOT_FOUND, "'%.*s' is not in the circle's registry",
                        toc_quoted_bytes(what->row.id), (const char *)what->row.id.data);
    if (what->drop) {
        memmove(rows + at, rows + at + 1, (*count - at - 1) * sizeof *rows);
        --*count;
        return TOC_OK;
    }
    if (!is_there) {
        memmove(rows + at + 1, rows + at, (*count - at) * sizeof *rows);
        ++*count;
    }
    rows[at] = what->row;
    return TOC_OK;
}

toc_code toc_registry_amend(toc_registry *registry, const toc_listing *listings, size_t count,
                            toc_arena *arena, toc_err *err)
{
    if (count == 0)
        return TOC_OK;
    toc_listed *rows = toc_arena_zalloc(arena, registry->count + count, sizeof *rows);
    if (rows == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a registry");
    if (registry->count > 0)
        memcpy(rows, registry->rows, registry->count * sizeof *rows);
    toc_registry next = {.count = registry->count, .rows = rows};
    for (size_t i = 0; i < count; i++)
        TOC_TRY(take(rows, &next.count, &listings[i], err));
    for (size_t i = 0; i < count; i++) {
        if (!listings[i].drop)
            TOC_TRY(check_new(&next, &listings[i].row, err));
    }
    toc_err why;
    if (toc_registry_check(&next, &why) != TOC_OK)
        return toc_fail(err, TOC_USAGE, "%s", why.text);
    *registry = next;
    return TOC_OK;
}
