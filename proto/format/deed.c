#include "proto/format/deed.h"

#include <jansson.h>

#include "proto/answer/writer.h"
#include "proto/base/text.h"

enum { DEED_DEPTH_MAX = 16 };

static const char *const door_names[] = {[TOC_DOOR_SOCKET] = "socket",
                                         [TOC_DOOR_SPOOL] = "spool",
                                         [TOC_DOOR_DIRECT] = "direct",
                                         [TOC_DOOR_HELD] = "held",
                                         [TOC_DOOR_START] = "start"};

const char *toc_door_name(toc_door door)
{
    return door_names[door];
}

/* ---- writing ---- */

/* A member whose value is JSON already. */
static void add_json(toc_json *json, const char *key, toc_span value)
{
    toc_buf_printf(json->out, "%s\"%s\":", json->comma ? "," : "", key);
    toc_buf_add_span(json->out, value);
    json->comma = true;
}

static void add_outcome(toc_json *json, const toc_deed_outcome *outcome)
{
    toc_json_text(json, "outcome", toc_span_text(toc_code_name(outcome->code)));
    toc_json_number(json, "lines", outcome->lines);
    if (outcome->answer.size > 0)
        add_json(json, "answer", outcome->answer);
}

void toc_deed_write_asked(const toc_deed *deed, const toc_deed_outcome *outcome, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "door", toc_span_text(door_names[deed->door]));
    toc_json_number(&json, "uid", deed->uid);
    if (deed->door != TOC_DOOR_HELD)
        toc_json_number(&json, "gid", deed->gid);
    if (deed->audience.size > 0)
        toc_json_text(&json, "audience", deed->audience);
    toc_json_text(&json, "command", deed->command);
    if (deed->request.size > 0)
        add_json(&json, "request", deed->request);
    else
        toc_json_number(&json, "request_bytes", deed->request_bytes);
    if (outcome != NULL)
        add_outcome(&json, outcome);
    toc_json_close(&json, '}');
}

static toc_json open_belonging(uint64_t asked, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    if (asked == TOC_DEED_NONE)
        toc_json_null(&json, "of");
    else
        toc_json_number(&json, "of", asked);
    return json;
}

void toc_deed_write_records(uint64_t asked, const toc_deed_records *records, toc_buf *out)
{
    toc_json json = open_belonging(asked, out);
    toc_json_open(&json, "wrote", '{');
    toc_json_hex(&json, "circle", TOC_SPAN_OF(records->circle.bytes));
    toc_json_text(&json, "lane", toc_span_text(toc_lane_name(records->lane)));
    toc_json_number(&json, "generation", records->generation);
    toc_json_number(&json, "from", records->from);
    toc_json_number(&json, "until", records->until);
    toc_json_close(&json, '}');
    toc_json_close(&json, '}');
}

void toc_deed_write_drafts(uint64_t asked, const toc_deed_drafts *drafts, toc_buf *out)
{
    toc_json json = open_belonging(asked, out);
    toc_json_open(&json, "drafted", '{');
    toc_json_hex(&json, "circle", TOC_SPAN_OF(drafts->circle.bytes));
    toc_json_text(&json, "lane", toc_span_text(toc_lane_name(drafts->lane)));
    toc_json_ids(&json, "drafts", drafts->ids, drafts->count);
    toc_json_close(&json, '}');
    toc_json_close(&json, '}');
}

void toc_deed_write_outcome(uint64_t asked, const toc_deed_outcome *outcome, toc_buf *out)
{
    toc_json json = open_belonging(asked, out);
    add_outcome(&json, outcome);
    toc_json_close(&json, '}');
}

/* ---- reading ---- */

static toc_code no_line(toc_err *err)
{
    return toc_fail(err, TOC_MALFORMED, "a line of the audit that this program does not know");
}

static bool read_number(const json_t *object, const char *key, uint64_t *out)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *out = (uint64_t)json_integer_value(value);
    return true;
}

static bool read_text(const json_t *object, const char *key, toc_span *out)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value))
        return false;
    *out = toc_span_of(json_string_value(value), json_string_length(value));
    return true;
}

static bool read_asked(const json_t *json, toc_deed *out)
{
    toc_span door;
    uint64_t uid, gid = 0;
    const json_t *has_gid = json_object_get(json, "gid");
    if (!read_text(json, "door", &door) || !read_number(json, "uid", &uid) ||
        (has_gid != NULL && !read_number(json, "gid", &gid)) ||
        !read_text(json, "command", &out->command) || uid > UINT32_MAX || gid > UINT32_MAX)
        return false;
    (void)read_text(json, "audience", &out->audience);
    out->uid = (unsigned)uid;
    out->gid = (unsigned)gid;
    for (toc_door each = TOC_DOOR_SOCKET; each <= TOC_DOOR_START; each++) {
        if (toc_span_equal(door, toc_span_text(door_names[each])))
            out->door = each;
    }
    return out->door != 0;
}

static bool read_records(const json_t *wrote, toc_deed_records *out)
{
    toc_span circle, lane;
    if (!read_text(wrote, "circle", &circle) || !read_text(wrote, "lane", &lane) ||
        !read_number(wrote, "generation", &out->generation) ||
        !read_number(wrote, "from", &out->from) || !read_number(wrote, "until", &out->until))
        return false;
    out->lane = toc_span_equal(lane, toc_span_text(toc_lane_name(TOC_LANE_ALERT))) ? TOC_LANE_ALERT
                                                                                   : TOC_LANE_BULK;
    return toc_hex_decode(circle, out->circle.bytes, sizeof out->circle.bytes, NULL) == TOC_OK;
}

toc_code toc_deed_read(toc_span text, toc_deed_line *out, toc_err *err)
{
    TOC_AUTO(toc_deed_line_wipe)
    toc_deed_line line = {.of = TOC_DEED_NONE};
    json_t *json = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    line.json = json;
    if (!json_is_object(json))
        return no_line(err);
    const json_t *of = json_object_get(json, "of"), *wrote = json_object_get(json, "wrote");
    line.is_asked = of == NULL;
    line.has_records = wrote != NULL;
    (void)read_text(json, "outcome", &line.outcome);
    if (line.is_asked ? !read_asked(json, &line.deed)
                      : !json_is_null(of) && !read_number(json, "of", &line.of))
        return no_line(err);
    if (line.has_records && !read_records(wrote, &line.records))
        return no_line(err);
    *out = line;
    line.json = NULL; /* transferred */
    return TOC_OK;
}

void toc_deed_line_wipe(toc_deed_line *line)
{
    json_decref(line->json);
    line->json = NULL;
}

/* jansson bounds the depth of what it reads, far above what is worth a look. */
static bool names_within(json_t *value, unsigned depth, bool (*take)(void *context, toc_span text),
                         void *context)
{
    json_t *item;
    size_t index;
    if (json_is_string(value))
        return take(context, toc_span_of(json_string_value(value), json_string_length(value)));
    if (depth == DEED_DEPTH_MAX)
        return false;
    json_array_foreach(value, index, item)
    {
        if (names_within(item, depth + 1, take, context))
            return true;
    }
    for (void *at = json_object_iter(value); at != NULL; at = json_object_iter_next(value, at)) {
        if (names_within(json_object_iter_value(at), depth + 1, take, context))
            return true;
    }
    return false;
}

bool toc_deed_names(const toc_deed_line *line, bool (*take)(void *context, toc_span text),
                    void *context)
{
    static const char *const members[] = {"request", "answer", "drafted"};
    for (size_t i = 0; i < TOC_COUNT(members); i++) {
        if (names_within(json_object_get(line->json, members[i]), 0, take, context))
            return true;
    }
    return false;
}
