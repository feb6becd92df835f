#include "tools/parcel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/crypto/secret.h"
#include "proto/rules/terms.h"
#include "tools/term/progress.h"
#include "tools/term/text.h"

enum { READ_BYTES = 1 << 18 };

/* ---- options ---- */

typedef struct unit {
    char letter;
    uint64_t ms;
} unit;

static const unit units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};

void toc_duration_print(uint64_t ms, char out[24])
{
    size_t i = TOC_COUNT(units) - 1;
    while (i > 0 && ms % units[i].ms != 0)
        i--;
    snprintf(out, 24, "%llu%c", (unsigned long long)(ms / units[i].ms), units[i].letter);
}

/* "90s", "5m", "12h", "1d", as the option of this name says it; USAGE for anything else, and for
 * less or more. */
static toc_code parse_duration(const char *option, const char *text, uint64_t ms_min,
                               uint64_t ms_max, uint64_t *out_ms, toc_err *err)
{
    size_t size = strlen(text);
    uint64_t count = 0;
    char least[24], most[24];
    for (size_t i = 0; i < TOC_COUNT(units) && size > 1; i++) {
        if (text[size - 1] == units[i].letter &&
            toc_u64_parse(toc_span_of(text, size - 1), ms_max / units[i].ms, &count, NULL) ==
                TOC_OK &&
            count * units[i].ms >= ms_min) {
            *out_ms = count * units[i].ms;
            return TOC_OK;
        }
    }
    toc_duration_print(ms_min, least);
    toc_duration_print(ms_max, most);
    return toc_fail(err, TOC_USAGE, "--%s: '%.32s' is no time from %s to %s; 60s, 5m and 2h are",
                    option, text, least, most);
}

toc_code toc_lapse_parse(const toc_opts *args, uint64_t *out_ms, toc_err *err)
{
    const char *text = toc_opts_value(args, "lapse");
    *out_ms = 0;
    return text == NULL ? TOC_OK
                        : parse_duration("lapse", text, TOC_DRAFT_LAPSE_MS_MIN,
                                         TOC_DRAFT_LAPSE_MS_MAX, out_ms, err);
}

toc_code toc_parcel_begin(toc_cli *cli, const toc_opts *args, toc_parcel *out, toc_err *err)
{
    const char *hold = toc_opts_value(args, "hold");
    *out = (toc_parcel){.cli = cli,
                        .circle = toc_opts_value(args, "circle"),
                        .alert = toc_opts_has(args, "alert"),
                        .dry_run = toc_opts_has(args, "dry-run")};
    TOC_TRY(toc_lapse_parse(args, &out->lapse_ms, err));
    if (hold == NULL)
        return TOC_OK;
    struct timespec now;
    uint64_t hold_ms;
    TOC_TRY(parse_duration("hold", hold, 1000, TOC_HOLD_MS_MAX, &hold_ms, err));
    clock_gettime(CLOCK_REALTIME, &now);
    out->hold_until.unix_ms =
        (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 + hold_ms;
    return TOC_OK;
}

/* ---- refusals ---- */

static void refuse_json(const toc_parcel *parcel, const toc_problem *problem, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_number(&json, "line", problem->line);
    toc_json_optional(&json, "column", toc_span_text(toc_problem_where(problem)));
    toc_json_text(&json, "error", toc_span_text(problem->err.text));
    if (parcel->file != NULL)
        toc_json_text(&json, "file", toc_span_text(parcel->file));
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}

void toc_parcel_refuse(toc_parcel *parcel, const toc_problem *problem)
{
    TOC_AUTO(toc_buf_wipe) toc_buf raw = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    parcel->cli->exit = TOC_EXIT_REFUSED;
    parcel->refusals++;
    if (parcel->cli->json) {
        refuse_json(parcel, problem, &line);
        if (toc_print(&line, NULL) != TOC_OK)
            parcel->cli->exit = TOC_EXIT_FAILED;
        return;
    }
    if (parcel->refusals > TOC_REFUSALS_TOLD_MAX)
        return;
    if (parcel->file != NULL)
        toc_buf_printf(&raw, "%s: ", parcel->file);
    toc_problem_print(problem, &raw);
    toc_term_add(&line, toc_buf_view(&raw));
    fprintf(stderr, "%s\n", toc_buf_text(&line));
}

void toc_parcel_tell_more(const toc_parcel *parcel)
{
    if (!parcel->cli->json && parcel->refusals > TOC_REFUSALS_TOLD_MAX)
        fprintf(stderr, "tocsin: and %llu more refusals like these; --json lists all of them\n",
                (unsigned long long)(parcel->refusals - TOC_REFUSALS_TOLD_MAX));
}

/* ---- reading ---- */

typedef struct reading {
    toc_parcel *parcel;
    toc_progress_line progress;
    uint64_t rows, bytes, bytes_total;
} reading;

/* `room` for the row with the source that all of its file have. */
static const toc_row *with_source(const toc_parcel *parcel, const toc_row *row, toc_row *room)
{
    bool stated = row->cells[TOC_COLUMN_LIST].size > 0 || row->cells[TOC_COLUMN_VENDOR].size > 0 ||
                  row->cells[TOC_COLUMN_DERIVED_FROM].size > 0;
    if (stated || parcel->derived_from.size == 0)
        return row;
    *room = *row;
    room->cells[TOC_COLUMN_DERIVED_FROM] = parcel->derived_from;
    return room;
}

static toc_code take_row(void *context, const toc_row *row, const toc_problem *problem,
                         toc_err *err)
{
    reading *at = context;
    toc_parcel *parcel = at->parcel;
    toc_problem why;
    toc_row room;
    at->rows++;
    if ((parcel->row_options & TOC_ROW_RECOVER) != 0) /* a row may take seconds */
        toc_progress_show(&at->progress, toc_span_text("reading rows"), at->rows, 0);
    if (problem != NULL) {
        toc_drafts_refuse(parcel->drafts);
        toc_parcel_refuse(parcel, problem);
        return TOC_OK;
    }
    toc_code code = toc_drafts_add_row(parcel->drafts, with_source(parcel, row, &room),
                                       parcel->row_options, &why);
    if (code == TOC_OK)
        return TOC_OK;
    if (code == TOC_NO_MEMORY || code == TOC_FULL)
        return toc_fail(err, code, "line %llu: %s", (unsigned long long)why.line, why.err.text);
    toc_parcel_refuse(parcel, &why);
    return TOC_OK;
}

/* A cluster that no row gave an entity type. */
static toc_code drop_rows(void *context, const toc_row *row, const toc_problem *problem,
                          toc_err *err)
{
    (void)row;
    (void)err;
    if (problem != NULL)
        toc_parcel_refuse(context, problem);
    return TOC_OK;
}

static bool ends_with(const char *path, const char *end)
{
    size_t size = strlen(path), tail = strlen(end);
    return size >= tail && strcmp(path + size - tail, end) == 0;
}

static toc_rows_format guess_format(const char *path, toc_span start)
{
    if (ends_with(path, ".jsonl") || ends_with(path, ".ndjson") || ends_with(path, ".json"))
        return TOC_ROWS_JSONL;
    if (ends_with(path, ".csv"))
        return TOC_ROWS_CSV;
    while (start.size > 0 && strchr(" \t\r\n", start.data[0]) != NULL && start.data[0] != '\0')
        start = toc_span_of(start.data + 1, start.size - 1);
    return start.size > 0 && start.data[0] == '{' ? TOC_ROWS_JSONL : TOC_ROWS_CSV;
}

static toc_code read_chunk(int fd, const char *path, uint8_t *room, size_t *out_size, toc_err *err)
{
    ssize_t size;
    do {
        size = read(fd, room, READ_BYTES);
    } while (size < 0 && errno == EINTR);
    if (size < 0)
        return toc_fail(err, TOC_IO, "read '%s': %s", path, strerror(errno));
    *out_size = (size_t)size;
    return TOC_OK;
}

static toc_code read_rows(reading *at, int fd, const char *path, toc_rows_format format,
                          toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf room = {0};
    TOC_AUTO(toc_rows_free) toc_rows *rows = NULL;
    uint8_t *chunk = toc_buf_extend(&room, READ_BYTES);
    if (chunk == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory reading '%s'", path);
    for (;;) {
        size_t size = 0;
        TOC_TRY(read_chunk(fd, path, chunk, &size, err));
        if (rows == NULL) {
            toc_rows_format known =
                format != 0 ? format : guess_format(path, toc_span_of(chunk, size));
            TOC_TRY(toc_rows_new(known, take_row, at, &rows, err));
        }
        if (size == 0)
            return toc_rows_finish(rows, err);
        TOC_TRY(toc_rows_feed(rows, toc_span_of(chunk, size), err));
        at->bytes += size;
        uint64_t total = at->bytes == 0 ? 0 : at->rows * at->bytes_total / at->bytes;
        toc_progress_show(&at->progress, toc_span_text("reading rows"), at->rows, total);
    }
}

toc_code toc_parcel_read(toc_parcel *parcel, const char *path, toc_rows_format format, toc_err *err)
{
    bool stdin_wanted = strcmp(path, "-") == 0;
    int fd = stdin_wanted ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return toc_fail(err, errno == ENOENT ? TOC_NOT_FOUND : TOC_IO, "open '%s': %s", path,
                        strerror(errno));
    reading at = {.parcel = parcel};
    struct stat about;
    if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
        at.bytes_total = (uint64_t)about.st_size;
    toc_progress_begin(&at.progress);
    toc_code code = read_rows(&at, fd, path, format, err);
    toc_progress_end(&at.progress);
    if (!stdin_wanted)
        close(fd);
    if (code != TOC_OK)
        return err->code == TOC_IO ? code : toc_wrap(err, "'%s'", path);
    return toc_drafts_finish(parcel->drafts, drop_rows, parcel, err);
}

toc_code toc_parcel_line(toc_parcel *parcel, toc_span object, toc_err *err)
{
    reading at = {.parcel = parcel};
    TOC_AUTO(toc_rows_free) toc_rows *rows = NULL;
    TOC_TRY(toc_rows_new(TOC_ROWS_JSONL, take_row, &at, &rows, err));
    TOC_TRY(toc_rows_feed(rows, object, err));
    TOC_TRY(toc_rows_finish(rows, err));
    return toc_drafts_finish(parcel->drafts, NULL, NULL, err);
}

/* ---- sending ---- */

static void add_org_names(const toc_drafts *drafts, toc_json *json)
{
    toc_span name = toc_drafts_org_name(drafts, 0);
    if (name.size == 0)
        return;
    toc_json_open(json, "orgs", '[');
    for (size_t i = 0; name.size > 0; name = toc_drafts_org_name(drafts, ++i))
        toc_json_text(json, NULL, name);
    toc_json_close(json, ']');
}

static void add_request(const toc_parcel *parcel, const toc_draft_id *id, toc_buf *out)
{
    toc_json json = toc_request_begin(out, "submit");
    toc_json_hex(&json, "id", TOC_SPAN_OF(id->bytes));
    if (parcel->circle != NULL)
        toc_json_text(&json, "circle", toc_span_text(parcel->circle));
    toc_json_bool(&json, "alert", parcel->alert);
    toc_json_bool(&json, "dry_run", parcel->dry_run);
    add_org_names(parcel->drafts, &json);
    if (parcel->hold_until.unix_ms != 0)
        toc_json_number(&json, "hold_until", parcel->hold_until.unix_ms);
    if (parcel->lapse_ms != 0)
        toc_json_number(&json, "lapse_s", parcel->lapse_ms / 1000);
    toc_json_close(&json, '}');
}

static toc_column column_of(const json_t *line)
{
    toc_column column;
    const char *name = toc_text_of(line, "column");
    if (name[0] == '\0' || toc_column_find(toc_span_text(name), &column, NULL) != TOC_OK)
        return TOC_COLUMN_COUNT;
    return column;
}

/* Whoever wants it back needs to know by what. */
static toc_code tell_held(const toc_parcel *parcel, const toc_draft_id *id, toc_totals *totals,
                          toc_err *err)
{
    char until[TOC_TIME_TEXT_BYTES], digits[65];
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_time_print(parcel->hold_until, until);
    toc_hex_encode(TOC_SPAN_OF(id->bytes), digits);
    totals->held++;
    if (!parcel->cli->json) {
        fprintf(stderr, "tocsin: held until %s; 'tocsin recall %s' takes it back\n", until, digits);
        return TOC_OK;
    }
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "held", toc_span_text(digits));
    toc_json_text(&json, "held_until", toc_span_text(until));
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
    return toc_print(&line, err);
}

typedef struct taking {
    toc_parcel *parcel;
    const toc_draft_id *id;
    toc_totals *totals;
} taking;

void toc_parcel_refuse_line(toc_parcel *parcel, const json_t *line)
{
    toc_problem problem = {.line = toc_number_of(line, "line"), .column = column_of(line)};
    toc_fail(&problem.err, TOC_DENIED, "%s", toc_text_of(line, "error"));
    toc_parcel_refuse(parcel, &problem);
}

static bool has_line(const char *lines, const char *line)
{
    size_t size = strlen(line);
    for (const char *end; (end = strchr(lines, '\n')) != NULL; lines = end + 1) {
        if ((size_t)(end - lines) == size && memcmp(lines, line, size) == 0)
            return true;
    }
    return false;
}

/* Lists and vendors that neither the terms nor the circle's registry have: each once. */
static void take_unregistered(const toc_parcel *parcel, const json_t *names, toc_totals *totals)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        size_t used = strlen(totals->unregistered);
        if (name == NULL || has_line(totals->unregistered, name) ||
            used + strlen(name) + 2 > sizeof totals->unregistered)
            continue;
        snprintf(totals->unregistered + used, sizeof totals->unregistered - used, "%s\n", name);
        if (parcel->cli->json)
            continue;
        bool is_list = strncmp(name, "list ", 5) == 0;
        const char *id = name + (is_list ? 5 : 7);
        TOC_AUTO(toc_buf_wipe) toc_buf raw = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
        toc_buf_printf(
            &raw,
            "%s is not registered, so it counts as this org's own word. The nearest "
            "that is known: %s (tocsin terms, tocsin circle show)",
            name, toc_term_nearest(is_list ? TOC_TERMS_LIST : TOC_TERMS_VENDOR, toc_span_text(id)));
        toc_term_add(&line, toc_buf_view(&raw));
        fprintf(stderr, "%s\n", toc_buf_text(&line));
    }
}

/* Lines of the node: refusals, names that nobody registered, readers, then the summary. */
static toc_code take_line(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    taking *at = context;
    bool taken;
    TOC_TRY(toc_dry_readers_take(&at->totals->readers, line, &taken, err));
    if (taken)
        return toc_buf_ok(out, err);
    if (json_object_get(line, "new") != NULL) {
        at->totals->fresh += toc_number_of(line, "new");
        at->totals->changed += toc_number_of(line, "changed");
        at->totals->unchanged += toc_number_of(line, "unchanged");
        at->totals->refused += toc_number_of(line, "refused");
        at->totals->drafted += toc_number_of(line, "drafted");
        return json_object_get(line, "held_until") == NULL
                   ? toc_buf_ok(out, err)
                   : tell_held(at->parcel, at->id, at->totals, err);
    }
    const json_t *names = json_object_get(line, "unregistered");
    if (names != NULL)
        take_unregistered(at->parcel, names, at->totals);
    else
        toc_parcel_refuse_line(at->parcel, line);
    return toc_buf_ok(out, err);
}

static toc_code send_parts(toc_parcel *parcel, toc_node_client *client, toc_err *err)
{
    toc_progress_line progress;
    toc_progress_begin(&progress);
    uint64_t sent = 0;
    for (bool more = true; more;) {
        TOC_AUTO(toc_buf_wipe) toc_buf part = {0};
        TOC_TRY(
            toc_drafts_write(parcel->drafts, TOC_CONTROL_FRAME_BYTES_MAX - 1, &part, &more, err));
        TOC_TRY(toc_node_send(client, TOC_CONTROL_DRAFTS, toc_buf_view(&part), err));
        sent += part.size;
        toc_progress_show(&progress, toc_span_text("sending bytes"), sent, 0);
    }
    toc_progress_end(&progress);
    return toc_node_send(client, TOC_CONTROL_END, toc_span_text("{}"), err);
}

static toc_code to_node(toc_parcel *parcel, toc_node_client *client, const toc_buf *request,
                        toc_show *show, toc_err *err)
{
    TOC_TRY(toc_node_send(client, TOC_CONTROL_REQUEST, toc_buf_view(request), err));
    if (parcel->drafts != NULL)
        TOC_TRY(send_parts(parcel, client, err));
    toc_cli quiet = *parcel->cli;
    quiet.json = false; /* what is said is completed here before it is printed */
    return toc_ask_answer(&quiet, client, show, NULL, err);
}

static toc_code add_frames(toc_parcel *parcel, toc_buf *out, toc_err *err)
{
    for (bool more = true; more;) {
        TOC_AUTO(toc_buf_wipe) toc_buf part = {0};
        TOC_TRY(
            toc_drafts_write(parcel->drafts, TOC_CONTROL_FRAME_BYTES_MAX - 1, &part, &more, err));
        TOC_TRY(toc_control_write(TOC_CONTROL_DRAFTS, toc_buf_view(&part), out, err));
    }
    return toc_control_write(TOC_CONTROL_END, toc_span_text("{}"), out, err);
}

static toc_code to_spool(toc_parcel *parcel, const toc_buf *request, const toc_draft_id *id,
                         toc_err *err)
{
    char path[TOC_CONFIG_PATH_BYTES];
    TOC_AUTO(toc_buf_wipe) toc_buf content = {0};
    toc_buf_add_span(&content, toc_buf_view(request));
    toc_buf_add_u8(&content, '\n');
    if (parcel->drafts != NULL)
        TOC_TRY(add_frames(parcel, &content, err));
    TOC_TRY(toc_buf_ok(&content, err));
    TOC_TRY(toc_spool_put(parcel->cli, id, toc_buf_view(&content), path, err));
    fprintf(stderr, "tocsin: the node is down; this waits for it, sealed, in '%s'\n", path);
    return TOC_OK;
}

toc_code toc_parcel_deliver(toc_parcel *parcel, const toc_buf *request, const toc_draft_id *id,
                            toc_show *show, bool *out_spooled, toc_err *err)
{
    char path[TOC_CONFIG_PATH_BYTES];
    *out_spooled = false;
    TOC_TRY(toc_buf_ok(request, err));
    TOC_TRY(toc_cli_socket(parcel->cli, path, err));
    TOC_AUTO(toc_node_disconnect) toc_node_client *client = NULL;
    toc_code code = toc_node_connect(path, &client, err);
    if (code == TOC_OK)
        return to_node(parcel, client, request, show, err);
    if (code != TOC_UNREACHABLE || parcel->dry_run)
        return code;
    *out_spooled = true;
    return to_spool(parcel, request, id, err);
}

toc_code toc_parcel_send(toc_parcel *parcel, toc_totals *totals, toc_err *err)
{
    toc_drafts_counts counts = toc_drafts_count(parcel->drafts);
    toc_parcel_tell_notes(parcel, totals);
    totals->read += counts.read;
    totals->merged += counts.merged;
    totals->refused += counts.refused;
    if (counts.wallets + counts.clusters + counts.others == 0)
        return TOC_OK;
    toc_draft_id id;
    bool spooled;
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_random(id.bytes, sizeof id.bytes);
    add_request(parcel, &id, &request);
    taking at = {.parcel = parcel, .id = &id, .totals = totals};
    toc_show show = {.line = take_line, .context = &at};
    TOC_TRY(toc_parcel_deliver(parcel, &request, &id, &show, &spooled, err));
    totals->spooled += spooled ? 1 : 0;
    return spooled && parcel->hold_until.unix_ms != 0 ? tell_held(parcel, &id, totals, err)
                                                      : TOC_OK;
}
