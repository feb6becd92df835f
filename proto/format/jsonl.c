#include "proto/format/jsonl.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "proto/base/arena.h"
#include "proto/format/json_fields.h"
#include "proto/format/row_text.h"
#include "proto/rules/nearest.h"

enum { ROW_ARENA_BYTES = 65536 };

struct toc_jsonl {
    toc_row_fn *fn;
    void *context;
    toc_buf buf;   /* the line so far */
    bool overlong; /* what comes is dropped until the line ends */
    bool began;
    uint64_t line;
    toc_arena *arena; /* numbers as text */
    toc_row row;
    bool seen[TOC_COLUMN_COUNT];
    size_t amount_count;
    toc_span amounts[TOC_ASSETS_MAX];
};

TOC_DEFINE_AUTO(json_t, json_decref)

toc_code toc_jsonl_new(toc_row_fn *fn, void *context, toc_jsonl **out, toc_err *err)
{
    TOC_AUTO(toc_jsonl_free) toc_jsonl *jsonl = calloc(1, sizeof *jsonl);
    if (jsonl == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a JSON reader");
    TOC_TRY(toc_arena_new(ROW_ARENA_BYTES, &jsonl->arena, err));
    jsonl->fn = fn;
    jsonl->context = context;
    jsonl->line = 1;
    *out = jsonl;
    jsonl = NULL; /* transferred */
    return TOC_OK;
}

void toc_jsonl_free(toc_jsonl *jsonl)
{
    if (jsonl == NULL)
        return;
    toc_buf_wipe(&jsonl->buf);
    toc_arena_free(jsonl->arena);
    free(jsonl);
}

/* By the names that records have for them. */
static toc_code find_kind(toc_span text, toc_record_kind *out, toc_err *err)
{
    char slug[65];
    toc_nearest nearest = toc_nearest_to(text);
    bool is_slug = toc_slug_from(text, slug, NULL) == TOC_OK;
    for (unsigned kind = TOC_RECORD_WALLET; kind <= TOC_RECORD_LAST; kind++) {
        const char *name = toc_record_kind_name((toc_record_kind)kind);
        if (!toc_record_kind_is_head((toc_record_kind)kind))
            continue;
        if (is_slug && strcmp(slug, name) == 0) {
            *out = (toc_record_kind)kind;
            return TOC_OK;
        }
        toc_nearest_try(&nearest, name, name);
    }
    return toc_fail(err, TOC_NOT_FOUND,
                    "'%.*s' is nothing that a line can say; the nearest is '%s' ('tocsin retract' "
                    "takes back)",
                    toc_quoted_bytes(text), (const char *)text.data, nearest.found);
}

/* Text, or a whole number as its digits. */
static toc_code value_text(toc_jsonl *jsonl, const json_t *value, toc_span *out, toc_err *err)
{
    if (json_is_string(value)) {
        *out = toc_cell_trim(toc_span_of(json_string_value(value), json_string_length(value)));
        return TOC_OK;
    }
    if (json_is_real(value))
        return toc_fail(err, TOC_MALFORMED,
                        "a fraction is written as text (\"0.5\"), since JSON numbers lose digits");
    if (!json_is_integer(value))
        return toc_fail(err, TOC_MALFORMED, "neither text nor a whole number");
    char *digits =
        toc_arena_printf(jsonl->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (digits == NULL)
        return toc_fail(err, TOC_LIMIT, "too many numbers");
    *out = toc_span_text(digits);
    return TOC_OK;
}

/* A value or a list of values into `out`; empty ones are left out unless `keep_empty`. */
static toc_code value_list(toc_jsonl *jsonl, toc_column column, const json_t *value,
                           bool keep_empty, size_t count_max, toc_span *out, size_t *out_count,
                           toc_err *err)
{
    size_t count = json_is_array(value) ? json_array_size(value) : 1, kept = 0;
    if (count > count_max)
        return toc_fail(err, TOC_LIMIT, "%zu values; at most %zu are taken", count, count_max);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_is_array(value) ? json_array_get(value, i) : value;
        if (json_is_null(item) && keep_empty)
            out[kept] = (toc_span){0};
        else
            TOC_TRY(value_text(jsonl, item, &out[kept], err));
        TOC_TRY(toc_cell_check(column, out[kept], err));
        kept += keep_empty || out[kept].size > 0;
    }
    *out_count = kept;
    return TOC_OK;
}

/* A list of orgs or of claim ids, as the cell that has them all. */
static toc_code join_list(toc_jsonl *jsonl, toc_column column, const json_t *list, toc_span *out,
                          toc_err *err)
{
    size_t size = 0, room = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        room += json_string_length(json_array_get(list, i)) + 1;
    uint8_t *joined = toc_arena_alloc(jsonl->arena, room + 1);
    if (joined == NULL)
        return toc_fail(err, TOC_LIMIT, "too long a list");
    for (size_t i = 0; i < json_array_size(list); i++) {
        toc_span item;
        if (!json_is_string(json_array_get(list, i)))
            return toc_fail(err, TOC_MALFORMED, "not a list of %s",
                            column == TOC_COLUMN_DERIVED_FROM ? "claim ids"
                                                              : "names and ids of orgs");
        TOC_TRY(value_text(jsonl, json_array_get(list, i), &item, err));
        TOC_TRY(toc_cell_check(column, item, err));
        memcpy(joined + size, item.data, item.size);
        joined[size + item.size] = ';';
        size += item.size + 1;
    }
    *out = toc_span_of(joined, size);
    return TOC_OK;
}

static toc_code take_value(toc_jsonl *jsonl, toc_column column, const json_t *value, toc_err *err)
{
    toc_row *row = &jsonl->row;
    if (json_is_null(value))
        return TOC_OK;
    if (column == TOC_COLUMN_LABEL)
        return value_list(jsonl, column, value, false, TOC_LABELS_MAX, row->labels,
                          &row->label_count, err);
    if (column == TOC_COLUMN_AMOUNT)
        return value_list(jsonl, column, value, true, TOC_ASSETS_MAX, jsonl->amounts,
                          &jsonl->amount_count, err);
    if (column == TOC_COLUMN_ASSET) {
        toc_span assets[TOC_ASSETS_MAX];
        TOC_TRY(
            value_list(jsonl, column, value, true, TOC_ASSETS_MAX, assets, &row->asset_count, err));
        for (size_t i = 0; i < row->asset_count; i++)
            row->assets[i].asset = assets[i];
        return TOC_OK;
    }
    bool of_several = column == TOC_COLUMN_RELEASABLE_TO || column == TOC_COLUMN_NOT_TO ||
                      column == TOC_COLUMN_DERIVED_FROM;
    if (of_several && json_is_array(value))
        return join_list(jsonl, column, value, &row->cells[column], err);
    TOC_TRY(value_text(jsonl, value, &row->cells[column], err));
    return toc_cell_check(column, row->cells[column], err);
}

/* Amounts go by the order of the assets. One amount without an asset is refused where claims are
 * made. */
static toc_code pair_amounts(toc_jsonl *jsonl, toc_problem *problem)
{
    toc_row *row = &jsonl->row;
    if (jsonl->amount_count == 0)
        return TOC_OK;
    if (row->asset_count == 0 && jsonl->amount_count == 1)
        row->asset_count = 1;
    if (row->asset_count != jsonl->amount_count) {
        problem->column = TOC_COLUMN_AMOUNT;
        return toc_fail(&problem->err, TOC_MALFORMED, "%zu amounts for %zu assets",
                        jsonl->amount_count, row->asset_count);
    }
    for (size_t i = 0; i < row->asset_count; i++)
        row->assets[i].amount = jsonl->amounts[i];
    return TOC_OK;
}

static toc_code take_member(toc_jsonl *jsonl, const char *key, const json_t *value,
                            toc_problem *problem)
{
    toc_column column;
    TOC_TRY(toc_column_find(toc_span_text(key), &column, &problem->err));
    problem->column = column;
    if (jsonl->seen[column])
        return toc_fail(&problem->err, TOC_MALFORMED, "comes twice");
    jsonl->seen[column] = true;
    TOC_TRY(take_value(jsonl, column, value, &problem->err));
    problem->column = TOC_COLUMN_COUNT;
    return TOC_OK;
}

/* What a claim of any kind has beside its body: columns of the rows. The address is one too where
 * the kind is about one: the same spellings are taken. */
static bool is_shared(toc_record_kind kind, const char *key)
{
    static const toc_column shared[] = {
        TOC_COLUMN_LIST,         TOC_COLUMN_LIST_VERSION, TOC_COLUMN_VENDOR,
        TOC_COLUMN_DERIVED_FROM, TOC_COLUMN_TLP,          TOC_COLUMN_RELEASABLE_TO,
        TOC_COLUMN_NOT_TO,       TOC_COLUMN_VALID_UNTIL,  TOC_COLUMN_PURPOSE,
        TOC_COLUMN_NOTE,         TOC_COLUMN_CONFIDENCE,   TOC_COLUMN_CHAIN,
        TOC_COLUMN_ADDRESS,      TOC_COLUMN_TAG};
    bool of_wallet = kind == TOC_RECORD_ATTRIBUTION || kind == TOC_RECORD_SIGHTING ||
                     kind == TOC_RECORD_NOTICE || kind == TOC_RECORD_CLEARANCE;
    size_t count = TOC_COUNT(shared) - (of_wallet ? 0 : 3);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(key, toc_column_name(shared[i])) == 0)
            return true;
    }
    return false;
}

static bool is_row(toc_record_kind kind)
{
    return kind <= TOC_RECORD_CLUSTER; /* 0: the line does not say, and is one of the two */
}

static toc_code take_kind(toc_jsonl *jsonl, const json_t *object, toc_problem *problem)
{
    toc_json_fields at = {.object = object, .path = "", .arena = jsonl->arena, .problem = problem};
    toc_span text = {0};
    jsonl->row.kind = (toc_record_kind)0;
    TOC_TRY(toc_json_field_text(&at, "kind", TOC_FIELD_OPTIONAL, &text));
    if (text.size > 0)
        TOC_TRY(find_kind(text, &jsonl->row.kind, &problem->err));
    problem->field[0] = '\0';
    return TOC_OK;
}

/* A line may say of which of the two kinds of row it is; its columns say so too. */
static toc_code check_row_kind(toc_jsonl *jsonl, toc_problem *problem)
{
    toc_record_kind said = jsonl->row.kind;
    jsonl->row.kind = (toc_record_kind)0;
    if (said == 0 || (said == TOC_RECORD_CLUSTER) == jsonl->row.in_cluster)
        return TOC_OK;
    problem->column = TOC_COLUMN_CLUSTER;
    return toc_fail(&problem->err, TOC_MALFORMED, "%s",
                    said == TOC_RECORD_CLUSTER ? "missing" : "not for rows of wallets");
}

static toc_code take_object(toc_jsonl *jsonl, json_t *object, toc_problem *problem)
{
    if (!json_is_object(object))
        return toc_fail(&problem->err, TOC_MALFORMED, "not an object, as '{\"chain\": …}' is one");
    memset(&jsonl->row, 0, sizeof jsonl->row);
    memset(jsonl->seen, 0, sizeof jsonl->seen);
    jsonl->row.line = jsonl->line;
    jsonl->amount_count = 0;
    TOC_TRY(take_kind(jsonl, object, problem));
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        const char *key = json_object_iter_key(at);
        if (strcmp(key, "kind") != 0 &&
            (is_row(jsonl->row.kind) || is_shared(jsonl->row.kind, key)))
            TOC_TRY(take_member(jsonl, key, json_object_iter_value(at), problem));
    }
    jsonl->row.in_cluster = jsonl->seen[TOC_COLUMN_CLUSTER];
    if (is_row(jsonl->row.kind))
        TOC_TRY(check_row_kind(jsonl, problem));
    else
        jsonl->row.object = object;
    return pair_amounts(jsonl, problem);
}

static toc_code take_line(toc_jsonl *jsonl, toc_span line, toc_err *err)
{
    toc_problem problem = {.line = jsonl->line, .column = TOC_COLUMN_COUNT};
    json_error_t where;
    toc_arena_reset(jsonl->arena);
    TOC_AUTO(json_decref)
    json_t *object = json_loadb((const char *)line.data, line.size,
                                JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &where);
    toc_code code;
    if (object == NULL)
        code = toc_fail(&problem.err, TOC_MALFORMED, "no JSON at character %d: %s", where.column,
                        where.text);
    else
        code = take_object(jsonl, object, &problem);
    return code == TOC_OK ? jsonl->fn(jsonl->context, &jsonl->row, NULL, err)
                          : jsonl->fn(jsonl->context, NULL, &problem, err);
}

static toc_code end_line(toc_jsonl *jsonl, toc_err *err)
{
    toc_code code = TOC_OK;
    toc_span line = toc_cell_trim(toc_buf_view(&jsonl->buf));
    if (jsonl->overlong) {
        toc_problem problem = {.line = jsonl->line, .column = TOC_COLUMN_COUNT};
        (void)toc_fail(&problem.err, TOC_LIMIT, "more than %u bytes", TOC_ROW_BYTES_MAX);
        code = jsonl->fn(jsonl->context, NULL, &problem, err);
    } else if (line.size > 0) {
        code = take_line(jsonl, line, err);
    }
    jsonl->overlong = false;
    jsonl->line++;
    toc_buf_clear(&jsonl->buf);
    return code;
}

static toc_code add_to_line(toc_jsonl *jsonl, toc_span part, toc_err *err)
{
    if (jsonl->overlong || part.size > TOC_ROW_BYTES_MAX - jsonl->buf.size) {
        jsonl->overlong = true;
        return TOC_OK;
    }
    toc_buf_add_span(&jsonl->buf, part);
    return toc_buf_ok(&jsonl->buf, err);
}

/* A byte order mark is no part of the first line. */
static void drop_mark(toc_jsonl *jsonl)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    toc_buf *buf = &jsonl->buf;
    if (!jsonl->began && buf->size >= sizeof mark && memcmp(buf->data, mark, sizeof mark) == 0) {
        buf->size -= sizeof mark;
        memmove(buf->data, buf->data + sizeof mark, buf->size);
    }
    jsonl->began = true;
}

toc_code toc_jsonl_feed(toc_jsonl *jsonl, toc_span chunk, toc_err *err)
{
    while (chunk.size > 0) {
        const uint8_t *end = memchr(chunk.data, '\n', chunk.size);
        size_t size = end == NULL ? chunk.size : (size_t)(end - chunk.data);
        TOC_TRY(add_to_line(jsonl, toc_span_of(chunk.data, size), err));
        if (end == NULL)
            return TOC_OK;
        drop_mark(jsonl);
        TOC_TRY(end_line(jsonl, err));
        chunk = toc_span_of(end + 1, chunk.size - size - 1);
    }
    return TOC_OK;
}

toc_code toc_jsonl_finish(toc_jsonl *jsonl, toc_err *err)
{
    drop_mark(jsonl);
    return end_line(jsonl, err);
}
