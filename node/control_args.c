#include "node/control_args.h"

#include "proto/base/text.h"

toc_code toc_args_parse(toc_span text, json_t **out, toc_err *err)
{
    json_error_t why;
    TOC_AUTO_JSON json_t *request =
        json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &why);
    if (request == NULL)
        return toc_fail(err, TOC_MALFORMED, "the request is no JSON: %s", why.text);
    if (!json_is_object(request))
        return toc_fail(err, TOC_MALFORMED, "the request is no JSON object");
    *out = request;
    request = NULL; /* transferred */
    return TOC_OK;
}

static bool is_named(const char *key, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (strcmp(key, *names) == 0)
            return true;
    }
    return strcmp(key, "command") == 0;
}

static toc_code unknown(json_t *request, const char *key, toc_err *err)
{
    return toc_fail(err, TOC_USAGE, "'%.64s' is no argument of '%s'", key,
                    json_string_value(json_object_get(request, "command")));
}

toc_code toc_args_known(json_t *request, const char *const *names, toc_err *err)
{
    const char *key;
    json_t *value;
    json_object_foreach(request, key, value)
    {
        if (!is_named(key, names))
            return unknown(request, key, err);
    }
    return TOC_OK;
}

static bool is_listed(const char *key, const toc_argument *table)
{
    for (; table->name != NULL; table++) {
        if (strcmp(key, table->name) == 0)
            return true;
    }
    return strcmp(key, "command") == 0;
}

toc_code toc_args_listed(json_t *request, const toc_argument *table, toc_err *err)
{
    const char *key;
    json_t *value;
    json_object_foreach(request, key, value)
    {
        if (!is_listed(key, table))
            return unknown(request, key, err);
    }
    return TOC_OK;
}

toc_code toc_args_read(json_t *request, const toc_argument *table, void *out, toc_err *err)
{
    TOC_TRY(toc_args_listed(request, table, err));
    for (; table->name != NULL; table++)
        TOC_TRY(table->read(out, request, table->name, err));
    return TOC_OK;
}

/* NULL when it is absent or null. */
static json_t *argument(json_t *request, const char *name)
{
    json_t *value = json_object_get(request, name);
    return json_is_null(value) ? NULL : value;
}

bool toc_args_has(json_t *request, const char *name)
{
    return argument(request, name) != NULL;
}

static toc_code missing(const char *name, toc_err *err)
{
    return toc_fail(err, TOC_USAGE, "the argument '%s' is missing", name);
}

toc_code toc_args_text(json_t *request, const char *name, bool required, toc_span *out,
                       toc_err *err)
{
    json_t *value = argument(request, name);
    if (value == NULL && required)
        return missing(name, err);
    if (value != NULL && !json_is_string(value))
        return toc_fail(err, TOC_USAGE, "the argument '%s' is a text", name);
    *out = value == NULL ? (toc_span){0}
                         : toc_span_of(json_string_value(value), json_string_length(value));
    return TOC_OK;
}

toc_code toc_args_bool(json_t *request, const char *name, bool *out, toc_err *err)
{
    json_t *value = argument(request, name);
    if (value != NULL && !json_is_boolean(value))
        return toc_fail(err, TOC_USAGE, "the argument '%s' is true or false", name);
    *out = json_is_true(value);
    return TOC_OK;
}

toc_code toc_args_number(json_t *request, const char *name, uint64_t fallback, uint64_t max,
                         uint64_t *out, toc_err *err)
{
    json_t *value = argument(request, name);
    if (value != NULL && (!json_is_integer(value) || json_integer_value(value) < 0 ||
                          (uint64_t)json_integer_value(value) > max))
        return toc_fail(err, TOC_USAGE, "the argument '%s' is a number from 0 to %llu", name,
                        (unsigned long long)max);
    *out = value == NULL ? fallback : (uint64_t)json_integer_value(value);
    return TOC_OK;
}

toc_code toc_args_id(json_t *request, const char *name, uint8_t out[32], toc_err *err)
{
    toc_span text;
    TOC_TRY(toc_args_text(request, name, true, &text, err));
    if (text.size != 64 || toc_hex_decode(text, out, 32, NULL) != TOC_OK)
        return toc_fail(err, TOC_USAGE,
                        "'%.*s' is no id of a %s: that is 64 hexadecimal digits, all of them",
                        (int)(text.size < 64 ? text.size : 64), (const char *)text.data, name);
    return TOC_OK;
}

toc_code toc_args_time(json_t *request, const char *name, toc_time *out, toc_err *err)
{
    toc_span text;
    TOC_TRY(toc_args_text(request, name, false, &text, err));
    *out = (toc_time){0};
    if (text.size == 0)
        return TOC_OK;
    toc_code code = toc_time_parse(text, out, err);
    return code == TOC_OK || err == NULL ? code : toc_wrap(err, "%s", name);
}

toc_code toc_args_texts(json_t *request, const char *name, bool required, size_t *out_count,
                        toc_err *err)
{
    json_t *value = argument(request, name);
    if (value == NULL && required)
        return missing(name, err);
    if (value != NULL && !json_is_array(value))
        return toc_fail(err, TOC_USAGE, "the argument '%s' is a list of texts", name);
    size_t count = json_array_size(value);
    for (size_t i = 0; i < count; i++) {
        if (!json_is_string(json_array_get(value, i)))
            return toc_fail(err, TOC_USAGE, "the argument '%s' is a list of texts", name);
    }
    *out_count = count;
    return TOC_OK;
}

toc_span toc_args_text_at(json_t *request, const char *name, size_t index)
{
    json_t *value = json_array_get(argument(request, name), index);
    return toc_span_of(json_string_value(value), json_string_length(value));
}
