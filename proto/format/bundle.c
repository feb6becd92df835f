#include "proto/format/bundle.h"

#include <jansson.h>

#include "proto/base/text.h"

typedef struct bundle_reader {
    const json_t *object;
    toc_arena *arena;
    size_t taken; /* members read */
} bundle_reader;

static toc_code member(bundle_reader *from, const char *name, const json_t **out, toc_err *err)
{
    *out = json_object_get(from->object, name);
    if (*out == NULL)
        return toc_fail(err, TOC_MALFORMED, "a bundle without '%s'", name);
    from->taken++;
    return TOC_OK;
}

static toc_code take_text(const json_t *value, const char *name, toc_arena *arena, toc_span *out,
                          toc_err *err)
{
    if (!json_is_string(value))
        return toc_fail(err, TOC_MALFORMED, "bundle: '%s' is no text", name);
    toc_span text = toc_span_of(json_string_value(value), json_string_length(value));
    *out = text.size == 0 ? (toc_span){0} : toc_arena_dup(arena, text);
    if (out->size != text.size)
        return toc_fail(err, TOC_NO_MEMORY, "bundle: '%s' needs more memory than is granted", name);
    return TOC_OK;
}

static toc_code take_bytes(const json_t *value, const char *name, toc_arena *arena, toc_span *out,
                           toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    if (!json_is_string(value))
        return toc_fail(err, TOC_MALFORMED, "bundle: '%s' is no text", name);
    toc_span text = toc_span_of(json_string_value(value), json_string_length(value));
    toc_code code = toc_base64_decode(text, &bytes, err);
    if (code != TOC_OK)
        return toc_wrap(err, "bundle: '%s'", name);
    *out = bytes.size == 0 ? (toc_span){0} : toc_arena_dup(arena, toc_buf_view(&bytes));
    if (out->size != bytes.size)
        return toc_fail(err, TOC_NO_MEMORY, "bundle: '%s' needs more memory than is granted", name);
    return TOC_OK;
}

typedef toc_code take_fn(const json_t *value, const char *name, toc_arena *arena, toc_span *out,
                         toc_err *err);

static toc_code take_one(bundle_reader *from, const char *name, take_fn *take, toc_span *out,
                         toc_err *err)
{
    const json_t *value;
    TOC_TRY(member(from, name, &value, err));
    return take(value, name, from->arena, out, err);
}

static toc_code take_list(bundle_reader *from, const char *name, take_fn *take,
                          const toc_span **out, size_t *out_count, toc_err *err)
{
    const json_t *list;
    TOC_TRY(member(from, name, &list, err));
    if (!json_is_array(list))
        return toc_fail(err, TOC_MALFORMED, "bundle: '%s' is no list", name);
    size_t count = json_array_size(list);
    if (count > TOC_BUNDLE_ITEMS_MAX)
        return toc_fail(err, TOC_LIMIT, "bundle: %zu items in '%s', at most %u", count, name,
                        TOC_BUNDLE_ITEMS_MAX);
    toc_span *items = toc_arena_zalloc(from->arena, count + 1, sizeof *items);
    if (items == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "bundle: '%s' needs more memory than is granted", name);
    for (size_t i = 0; i < count; i++)
        TOC_TRY(take(json_array_get(list, i), name, from->arena, &items[i], err));
    *out = items;
    *out_count = count;
    return TOC_OK;
}

static toc_code take_number(bundle_reader *from, const char *name, uint64_t *out, toc_err *err)
{
    const json_t *value;
    TOC_TRY(member(from, name, &value, err));
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return toc_fail(err, TOC_MALFORMED, "bundle: '%s' is no number from 0", name);
    *out = (uint64_t)json_integer_value(value);
    return TOC_OK;
}

static toc_code check_format(bundle_reader *from, toc_err *err)
{
    const json_t *value;
    if (!json_is_object(from->object))
        return toc_fail(err, TOC_MALFORMED, "no evidence bundle: not one JSON object");
    TOC_TRY(member(from, "format", &value, err));
    if (!json_is_string(value) || strcmp(json_string_value(value), TOC_BUNDLE_FORMAT) != 0)
        return toc_fail(err, TOC_STATE,
                        "an evidence bundle of another format than '%s': a newer version of this "
                        "program may read it",
                        TOC_BUNDLE_FORMAT);
    return TOC_OK;
}

static toc_code read_members(bundle_reader *from, toc_bundle *out, toc_err *err)
{
    TOC_TRY(check_format(from, err));
    TOC_TRY(take_one(from, "entry", take_bytes, &out->entry, err));
    TOC_TRY(take_one(from, "plaintext", take_bytes, &out->plaintext, err));
    if (json_object_get(from->object, "inner") != NULL)
        TOC_TRY(take_one(from, "inner", take_bytes, &out->inner, err));
    TOC_TRY(take_one(from, "proof", take_text, &out->proof, err));
    TOC_TRY(take_list(from, "receipts", take_text, &out->receipts, &out->receipt_count, err));
    TOC_TRY(take_one(from, "grant", take_bytes, &out->grant, err));
    TOC_TRY(take_number(from, "grant_index", &out->grant_index, err));
    TOC_TRY(take_one(from, "grant_path", take_bytes, &out->grant_path, err));
    TOC_TRY(take_list(from, "cards", take_bytes, &out->cards, &out->card_count, err));
    TOC_TRY(take_list(from, "charters", take_bytes, &out->charters, &out->charter_count, err));
    if (json_object_get(from->object, "fork") != NULL) {
        TOC_TRY(take_one(from, "fork", take_bytes, &out->fork, err));
        TOC_TRY(take_one(from, "fork_path", take_bytes, &out->fork_path, err));
        if (out->fork.size == 0)
            return toc_fail(err, TOC_MALFORMED, "bundle: 'fork' is empty");
    }
    if (from->taken != json_object_size(from->object))
        return toc_fail(err, TOC_STATE,
                        "a bundle with members that are unknown here: a newer version of this "
                        "program may read it");
    return TOC_OK;
}

toc_code toc_bundle_read(toc_span text, toc_arena *arena, toc_bundle *out, toc_err *err)
{
    json_error_t where;
    toc_bundle bundle = {0};
    if (text.size > TOC_BUNDLE_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a bundle of %zu bytes, at most %u", text.size,
                        TOC_BUNDLE_BYTES_MAX);
    json_t *object = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &where);
    if (object == NULL)
        return toc_fail(err, TOC_MALFORMED, "no evidence bundle: not JSON, line %d: %s", where.line,
                        where.text);
    bundle_reader from = {.object = object, .arena = arena};
    toc_code code = read_members(&from, &bundle, err);
    json_decref(object);
    if (code == TOC_OK)
        *out = bundle;
    return code;
}
