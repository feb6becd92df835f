#include "proto/format/csv.h"

#include <stdlib.h>

typedef enum csv_state {
    FIELD_START,
    UNQUOTED,
    QUOTED,
    QUOTE_SEEN,  /* inside quotes: it ends the field or is half of a doubled one */
    RETURN_SEEN, /* a line feed must follow */
    BROKEN,      /* to be refused at the end of the line */
} csv_state;

/* Where a field stands in the buffer. */
typedef struct field_place {
    size_t start, end;
    bool doubled; /* has doubled quotes to be made single */
} field_place;

struct toc_csv {
    toc_csv_fn *fn;
    void *context;
    toc_buf buf;
    bool began; /* the byte order mark is behind us */
    bool finished;
    uint64_t line;      /* of the row */
    size_t row;         /* where it begins */
    size_t at;          /* the next byte to look at */
    size_t second_line; /* where the row's second line begins; 0 when it has one line so far */
    uint64_t breaks;    /* line breaks inside the row's quotes */
    csv_state state;
    toc_err problem;
    field_place field; /* being read */
    size_t count;
    field_place places[TOC_ROW_FIELDS_MAX];
    toc_span fields[TOC_ROW_FIELDS_MAX];
};

toc_code toc_csv_new(toc_csv_fn *fn, void *context, toc_csv **out, toc_err *err)
{
    toc_csv *csv = calloc(1, sizeof *csv);
    if (csv == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a CSV reader");
    csv->fn = fn;
    csv->context = context;
    csv->line = 1;
    *out = csv;
    return TOC_OK;
}

void toc_csv_free(toc_csv *csv)
{
    if (csv == NULL)
        return;
    toc_buf_wipe(&csv->buf);
    free(csv);
}

static void begin_row(toc_csv *csv, size_t at, uint64_t line)
{
    csv->row = csv->at = at;
    csv->line = line;
    csv->second_line = 0;
    csv->breaks = 0;
    csv->count = 0;
    csv->state = FIELD_START;
}

static void break_row(toc_csv *csv, const char *problem)
{
    (void)toc_fail(&csv->problem, TOC_MALFORMED, "column %zu: %s", csv->count + 1, problem);
    csv->state = BROKEN;
}

static void end_field(toc_csv *csv, size_t end)
{
    if (csv->count == TOC_ROW_FIELDS_MAX) {
        (void)toc_fail(&csv->problem, TOC_LIMIT, "more than %u columns", TOC_ROW_FIELDS_MAX);
        csv->state = BROKEN;
        return;
    }
    csv->field.end = end;
    csv->places[csv->count++] = csv->field;
    csv->state = FIELD_START;
}

/* Doubled quotes become single ones, in place. */
static toc_span field_view(toc_csv *csv, const field_place *place)
{
    uint8_t *start = csv->buf.data + place->start;
    size_t size = place->end - place->start;
    if (!place->doubled)
        return toc_span_of(start, size);
    size_t kept = 0;
    for (size_t i = 0; i < size; i++) {
        start[kept++] = start[i];
        i += start[i] == '"';
    }
    return toc_span_of(start, kept);
}

static toc_code hand_over(toc_csv *csv, toc_err *err)
{
    if (csv->count == 1 && csv->places[0].start == csv->places[0].end &&
        csv->places[0].start == csv->row)
        return TOC_OK;
    for (size_t i = 0; i < csv->count; i++)
        csv->fields[i] = field_view(csv, &csv->places[i]);
    toc_csv_row row = {.line = csv->line, .count = csv->count, .fields = csv->fields};
    return csv->fn(csv->context, &row, err);
}

/* Refuses the row and goes on behind its first line: `next` where it has only one. */
static toc_code refuse(toc_csv *csv, size_t next, toc_err *err)
{
    toc_csv_row row = {.line = csv->line, .problem = &csv->problem};
    toc_code code = csv->fn(csv->context, &row, err);
    begin_row(csv, csv->second_line != 0 ? csv->second_line : next, csv->line + 1);
    return code;
}

/* The line break at `csv->at` ends the row. */
static toc_code end_row(toc_csv *csv, toc_err *err)
{
    size_t next = csv->at + 1;
    if (csv->state == BROKEN)
        return refuse(csv, next, err);
    toc_code code = hand_over(csv, err);
    begin_row(csv, next, csv->line + csv->breaks + 1);
    return code;
}

static void take_start(toc_csv *csv, uint8_t byte)
{
    csv->field = (field_place){.start = csv->at};
    if (byte == '"') {
        csv->field.start = csv->at + 1;
        csv->state = QUOTED;
    } else {
        csv->state = UNQUOTED;
    }
}

static void take_unquoted(toc_csv *csv, uint8_t byte)
{
    if (byte == ',' || byte == '\r' || byte == '\n') {
        end_field(csv, csv->at);
        if (byte == '\r' && csv->state != BROKEN)
            csv->state = RETURN_SEEN;
    } else if (byte == '"') {
        break_row(csv, "a quote inside a field that does not begin with one");
    }
}

static void take_quoted(toc_csv *csv, uint8_t byte)
{
    if (byte == '"') {
        csv->state = QUOTE_SEEN;
    } else if (byte == '\n') {
        csv->breaks++;
        if (csv->second_line == 0)
            csv->second_line = csv->at + 1;
    }
}

static void take_after_quote(toc_csv *csv, uint8_t byte)
{
    if (byte == '"') {
        csv->field.doubled = true;
        csv->state = QUOTED;
    } else if (byte == ',' || byte == '\r' || byte == '\n') {
        end_field(csv, csv->at - 1);
        if (byte == '\r' && csv->state != BROKEN)
            csv->state = RETURN_SEEN;
    } else {
        break_row(csv, "text after the closing quote");
    }
}

/* One byte; the row ends at a line break that no quotes enclose. */
static toc_code take(toc_csv *csv, uint8_t byte, toc_err *err)
{
    bool enclosed = csv->state == QUOTED;
    if (byte == 0 && csv->state != BROKEN)
        break_row(csv, "a zero byte");
    else if (csv->state == RETURN_SEEN && byte != '\n')
        break_row(csv, "a carriage return without a line feed");
    if (csv->state == FIELD_START)
        take_start(csv, byte);
    else if (csv->state == QUOTED)
        take_quoted(csv, byte);
    else if (csv->state == QUOTE_SEEN)
        take_after_quote(csv, byte);
    if (csv->state == UNQUOTED)
        take_unquoted(csv, byte);
    if (byte == '\n' && !enclosed)
        return end_row(csv, err);
    csv->at++;
    return TOC_OK;
}

/* A quote that is not closed must not take the rest of the file with it. */
static toc_code refuse_too_long(toc_csv *csv, toc_err *err)
{
    if (csv->state != BROKEN) {
        (void)toc_fail(&csv->problem, TOC_LIMIT, "more than %u bytes%s", TOC_ROW_BYTES_MAX,
                       csv->second_line != 0 ? "; a quote seems to be open" : "");
        csv->state = BROKEN;
    }
    if (csv->second_line != 0)
        return refuse(csv, 0, err);
    /* What is left of a line that will be refused need not be kept. */
    csv->row = csv->at;
    return TOC_OK;
}

static toc_code scan(toc_csv *csv, toc_err *err)
{
    while (csv->at < csv->buf.size) {
        TOC_TRY(take(csv, csv->buf.data[csv->at], err));
        if (csv->at - csv->row > TOC_ROW_BYTES_MAX)
            TOC_TRY(refuse_too_long(csv, err));
    }
    return TOC_OK;
}

/* Moves the row that is being read to the front. */
static void keep_row(toc_csv *csv)
{
    size_t moved = csv->row;
    if (moved == 0)
        return;
    csv->buf.size -= moved;
    memmove(csv->buf.data, csv->buf.data + moved, csv->buf.size);
    csv->row = 0;
    csv->at -= moved;
    csv->second_line -= csv->second_line == 0 ? 0 : moved;
    csv->field.start -= csv->field.start < moved ? csv->field.start : moved;
    for (size_t i = 0; i < csv->count; i++) {
        csv->places[i].start -= moved;
        csv->places[i].end -= moved;
    }
}

/* Passes over the byte order mark; false when more bytes are needed to tell. */
static toc_code begin_file(toc_csv *csv, bool at_end, toc_err *err)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    const uint8_t *data = csv->buf.data;
    size_t size = csv->buf.size < sizeof mark ? csv->buf.size : sizeof mark;
    if (size >= 2 && ((data[0] == 0xFF && data[1] == 0xFE) || (data[0] == 0xFE && data[1] == 0xFF)))
        return toc_fail(err, TOC_MALFORMED, "the file is in UTF-16; save it as UTF-8");
    bool may_be_mark = size == 0 || memcmp(data, mark, size) == 0;
    if (size < sizeof mark && (may_be_mark || size < 2) && !at_end)
        return TOC_OK;
    csv->began = true;
    if (may_be_mark && size == sizeof mark)
        begin_row(csv, sizeof mark, 1);
    return TOC_OK;
}

toc_code toc_csv_feed(toc_csv *csv, toc_span chunk, toc_err *err)
{
    TOC_ASSERT(!csv->finished);
    toc_buf_add_span(&csv->buf, chunk);
    TOC_TRY(toc_buf_ok(&csv->buf, err));
    if (!csv->began)
        TOC_TRY(begin_file(csv, false, err));
    if (!csv->began)
        return TOC_OK;
    TOC_TRY(scan(csv, err));
    keep_row(csv);
    return TOC_OK;
}

/* The end of the file where a row is open: it ends the row, unless a quote is open. */
static toc_code end_open_row(toc_csv *csv, toc_err *err)
{
    if (csv->state == QUOTED)
        break_row(csv, "a quote that is never closed");
    if (csv->state == FIELD_START)
        take_start(csv, '\n');
    if (csv->state == UNQUOTED)
        take_unquoted(csv, '\n');
    else if (csv->state == QUOTE_SEEN)
        take_after_quote(csv, '\n');
    return end_row(csv, err);
}

toc_code toc_csv_finish(toc_csv *csv, toc_err *err)
{
    TOC_ASSERT(!csv->finished);
    if (!csv->began)
        TOC_TRY(begin_file(csv, true, err));
    TOC_TRY(scan(csv, err));
    while (csv->row < csv->buf.size || csv->state == BROKEN) {
        TOC_TRY(end_open_row(csv, err));
        if (csv->row < csv->buf.size)
            TOC_TRY(scan(csv, err));
    }
    csv->finished = true;
    return TOC_OK;
}
