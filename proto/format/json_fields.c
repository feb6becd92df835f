#include "proto/format/json_fields.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/base/text.h"
#include "proto/format/row_text.h"
#include "proto/record/field.h"
#include "proto/rules/nearest.h"

enum { ID_BYTES = 32 };

static void file_under(const toc_json_fields *at, const char *name)
{
    at->problem->column = TOC_COLUMN_COUNT;
    size_t size = strlen(at->path);
    if (json_is_string(at->object)) /* it is the field: "from[2]" */
        (void)snprintf(at->problem->field, sizeof at->problem->field, "%.*s", (int)size - 1,
                       at->path);
    else
        (void)snprintf(at->problem->field, sizeof at->problem->field, "%s%s", at->path, name);
}

static toc_code missing(const toc_json_fields *at)
{
    return toc_fail(&at->problem->err, TOC_MALFORMED, "missing");
}

static toc_code no_memory(const toc_json_fields *at)
{
    return toc_fail(&at->problem->err, TOC_NO_MEMORY, "out of memory");
}

/* NULL when it says nothing. */
static const json_t *find(const toc_json_fields *at, const char *name)
{
    file_under(at, name);
    const json_t *value = json_object_get(at->object, name);
    if (json_is_string(at->object) && strcmp(name, at->as) == 0)
        value = at->object;
    bool empty = value == NULL || json_is_null(value) ||
                 (json_is_string(value) && json_string_length(value) == 0) ||
                 (json_is_array(value) && json_array_size(value) == 0);
    return empty ? NULL : value;
}

static bool is_in(const char *const *names, const char *key)
{
    for (; names != NULL && *names != NULL; names++) {
        if (strcmp(*names, key) == 0)
            return true;
    }
    return false;
}

toc_code toc_json_fields_known(const toc_json_fields *at, const char *const *names,
                               const char *const *others)
{
    json_t *object = (json_t *)(uintptr_t)at->object; /* iterating does not change it */
    for (void *i = json_object_iter(object); i != NULL; i = json_object_iter_next(object, i)) {
        const char *key = json_object_iter_key(i);
        if (is_in(names, key) || is_in(others, key))
            continue;
        toc_span said = toc_span_text(key);
        toc_nearest nearest = toc_nearest_to(said);
        for (const char *const *name = names; *name != NULL; name++)
            toc_nearest_try(&nearest, *name, *name);
        file_under(at, "");
        return toc_fail(&at->problem->err, TOC_NOT_FOUND,
                        "unknown field '%.*s'; the nearest is '%s'", toc_quoted_bytes(said), key,
                        nearest.found);
    }
    return TOC_OK;
}

toc_code toc_json_field_fail(const toc_json_fields *at, const char *name, toc_code code,
                             const char *sentence)
{
    file_under(at, name);
    return toc_fail(&at->problem->err, code, "%s", sentence);
}

bool toc_json_field_given(const toc_json_fields *at, const char *name)
{
    return find(at, name) != NULL;
}

static toc_code text_of(const toc_json_fields *at, const json_t *value, toc_span *out)
{
    toc_err *err = &at->problem->err;
    if (json_is_string(value)) {
        *out = toc_cell_trim(toc_span_of(json_string_value(value), json_string_length(value)));
        return toc_record_field_text(*out, "its text", TOC_ROW_BYTES_MAX, false, err);
    }
    if (json_is_real(value))
        return toc_fail(err, TOC_MALFORMED,
                        "a fraction is written as text (\"0.5\"), since JSON numbers lose digits");
    if (!json_is_integer(value))
        return toc_fail(err, TOC_MALFORMED, "neither text nor a whole number");
    char *digits = toc_arena_printf(at->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (digits == NULL)
        return no_memory(at);
    *out = toc_span_text(digits);
    return TOC_OK;
}

static toc_code read_text(const toc_json_fields *at, const char *name, toc_json_needed needed,
                          toc_span *out)
{
    const json_t *value = find(at, name);
    if (value != NULL)
        TOC_TRY(text_of(at, value, out));
    return out->size == 0 && needed == TOC_FIELD_REQUIRED ? missing(at) : TOC_OK;
}

toc_code toc_json_field_text(const toc_json_fields *at, const char *name, toc_json_needed needed,
                             toc_span *out)
{
    TOC_TRY(read_text(at, name, needed, out));
    if (out->size > TOC_TEXT_BYTES_MAX)
        return toc_fail(&at->problem->err, TOC_LIMIT, "%zu bytes; at most %u are taken", out->size,
                        TOC_TEXT_BYTES_MAX);
    return TOC_OK;
}

static toc_code keep(const toc_json_fields *at, const char *slug, toc_span *out)
{
    *out = toc_arena_dup(at->arena, toc_span_text(slug));
    return out->data == NULL ? no_memory(at) : TOC_OK;
}

toc_code toc_json_field_slug(const toc_json_fields *at, const char *name, toc_json_needed needed,
                             toc_span *out)
{
    toc_span text = {0};
    char slug[65];
    TOC_TRY(toc_json_field_text(at, name, needed, &text));
    if (text.size == 0)
        return TOC_OK;
    TOC_TRY(toc_slug_from(text, slug, &at->problem->err));
    return keep(at, slug, out);
}

toc_code toc_json_field_term(const toc_json_fields *at, const char *name, toc_term_set set,
                             toc_json_needed needed, toc_span *out)
{
    toc_span text = {0};
    char id[65];
    TOC_TRY(toc_json_field_text(at, name, needed, &text));
    if (text.size == 0)
        return TOC_OK;
    TOC_TRY(toc_term_resolve(set, text, id, &at->problem->err));
    return keep(at, id, out);
}

toc_code toc_json_field_time(const toc_json_fields *at, const char *name, toc_json_needed needed,
                             toc_time *out)
{
    toc_span text = {0};
    TOC_TRY(toc_json_field_text(at, name, needed, &text));
    return text.size == 0 ? TOC_OK : toc_time_parse(text, out, &at->problem->err);
}

toc_code toc_json_field_number(const toc_json_fields *at, const char *name, uint64_t max,
                               uint64_t *out)
{
    toc_span text = {0};
    TOC_TRY(toc_json_field_text(at, name, TOC_FIELD_OPTIONAL, &text));
    return text.size == 0 ? TOC_OK : toc_u64_parse(text, max, out, &at->problem->err);
}

toc_code toc_json_field_id(const toc_json_fields *at, const char *name, toc_json_needed needed,
                           uint8_t out[32])
{
    toc_span text = {0};
    TOC_TRY(toc_json_field_text(at, name, needed, &text));
    return text.size == 0 ? TOC_OK : toc_hex_decode(text, out, ID_BYTES, &at->problem->err);
}

toc_code toc_json_field_bytes(const toc_json_fields *at, const char *name, size_t bytes_max,
                              toc_span *out)
{
    toc_span text = {0};
    TOC_TRY(read_text(at, name, TOC_FIELD_OPTIONAL, &text));
    if (text.size == 0)
        return TOC_OK;
    if (text.size > 4 && memcmp(text.data, "0x", 2) == 0) /* as wallets of Ethereum print them */
        text = toc_span_of(text.data + 2, text.size - 2);
    size_t size = (text.size + 1) / 2;
    if (size > bytes_max)
        return toc_fail(&at->problem->err, TOC_LIMIT, "%zu bytes; at most %zu are taken", size,
                        bytes_max);
    uint8_t *bytes = toc_arena_alloc(at->arena, size);
    if (bytes == NULL)
        return no_memory(at);
    TOC_TRY(toc_hex_decode(text, bytes, size, &at->problem->err));
    *out = toc_span_of(bytes, size);
    return TOC_OK;
}

static int by_bytes(const void *left, const void *right)
{
    return memcmp(left, right, ID_BYTES);
}

static size_t drop_repeated(uint8_t (*ids)[ID_BYTES], size_t count)
{
    size_t kept = 0;
    qsort(ids, count, ID_BYTES, by_bytes);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && memcmp(ids[kept - 1], ids[i], ID_BYTES) == 0)
            continue;
        memmove(ids[kept++], ids[i], ID_BYTES);
    }
    return kept;
}

toc_code toc_json_field_ids(const toc_json_fields *at, const char *name, size_t count_max,
                            uint8_t (**out)[32], size_t *out_count)
{
    const json_t *list = NULL;
    size_t count = 0;
    TOC_TRY(toc_json_field_list(at, name, count_max, &list, &count));
    if (count == 0)
        return TOC_OK;
    uint8_t(*ids)[ID_BYTES] = toc_arena_zalloc(at->arena, count, ID_BYTES);
    if (ids == NULL)
        return no_memory(at);
    for (size_t i = 0; i < count; i++) {
        toc_json_fields item;
        TOC_TRY(toc_json_field_item(at, name, list, i, "id", &item));
        TOC_TRY(toc_json_field_id(&item, "id", TOC_FIELD_REQUIRED, ids[i]));
    }
    *out = ids;
    *out_count = drop_repeated(ids, count);
    return TOC_OK;
}

toc_code toc_json_field_word(const toc_json_fields *at, const char *name, const char *const *words,
                             toc_json_needed needed, unsigned *out)
{
    toc_span text = {0};
    TOC_TRY(toc_json_field_text(at, name, needed, &text));
    if (text.size == 0)
        return TOC_OK;
    toc_nearest nearest = toc_nearest_to(text);
    for (unsigned i = 0; words[i] != NULL; i++) {
        if (toc_ascii_equal_nocase(text, toc_span_text(words[i]))) {
            *out = i;
            return TOC_OK;
        }
        toc_nearest_try(&nearest, words[i], words[i]);
    }
    return toc_fail(&at->problem->err, TOC_NOT_FOUND, "'%.*s' is none; the nearest is '%s'",
                    toc_quoted_bytes(text), (const char *)text.data, nearest.found);
}

static toc_code enter(const toc_json_fields *at, const char *name, const json_t *object,
                      bool is_item, size_t index, toc_json_fields *out)
{
    *out = *at;
    out->object = object;
    out->path = is_item ? toc_arena_printf(at->arena, "%s%s[%zu].", at->path, name, index)
                        : toc_arena_printf(at->arena, "%s%s.", at->path, name);
    return out->path == NULL ? no_memory(at) : TOC_OK;
}

toc_code toc_json_field_object(const toc_json_fields *at, const char *name, toc_json_fields *out)
{
    const json_t *value = find(at, name);
    *out = *at;
    out->object = NULL;
    if (value == NULL)
        return TOC_OK;
    if (!json_is_object(value))
        return toc_fail(&at->problem->err, TOC_MALFORMED, "not an object ('{…}')");
    return enter(at, name, value, false, 0, out);
}

toc_code toc_json_field_list(const toc_json_fields *at, const char *name, size_t count_max,
                             const json_t **out, size_t *out_count)
{
    const json_t *value = find(at, name);
    size_t count = value == NULL ? 0 : json_is_array(value) ? json_array_size(value) : 1;
    if (count > count_max)
        return toc_fail(&at->problem->err, TOC_LIMIT, "%zu values; at most %zu are taken", count,
                        count_max);
    *out = value;
    *out_count = count;
    return TOC_OK;
}

toc_code toc_json_field_item(const toc_json_fields *at, const char *name, const json_t *list,
                             size_t index, const char *as, toc_json_fields *out)
{
    const json_t *item = json_is_array(list) ? json_array_get(list, index) : list;
    file_under(at, name);
    if (!json_is_object(item) && !json_is_string(item))
        return toc_fail(&at->problem->err, TOC_MALFORMED, "neither text nor an object");
    TOC_TRY(enter(at, name, item, true, index, out));
    out->as = as;
    return TOC_OK;
}
