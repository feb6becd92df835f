#include "proto/feed/erasure.h"

#include "proto/base/endian.h"
#include "proto/base/reader.h"
#include "proto/feed/entry.h"

enum { ERASURE_FIXED_BYTES = 32 + 2 };

_Static_assert(TOC_ENTRY_HEADER_BYTES + ERASURE_FIXED_BYTES +
                       TOC_ERASURE_ROWS_MAX * TOC_ERASURE_ROW_BYTES <=
                   TOC_ENTRY_BYTES_MAX,
               "a full erasure fits an entry");

toc_code toc_erasure_write(const toc_feed_id *feed, uint32_t epoch, const toc_erasure_row *rows,
                           size_t count, toc_buf *out, toc_err *err)
{
    if (epoch == 0)
        return toc_fail(err, TOC_USAGE, "epochs count from 1");
    if (count == 0 || count > TOC_ERASURE_ROWS_MAX)
        return toc_fail(err, TOC_LIMIT, "an erasure of %zu entries; it takes 1 to %u", count,
                        TOC_ERASURE_ROWS_MAX);
    for (size_t i = 1; i < count; i++) {
        if (rows[i].index <= rows[i - 1].index)
            return toc_fail(err, TOC_MALFORMED, "an erasure whose indexes do not ascend at row %zu",
                            i);
    }
    /* Without term: it proves why bodies are gone. */
    toc_entry_header header = {.version = 1,
                               .kind = TOC_ENTRY_ERASURE,
                               .epoch = epoch,
                               .keep_until_day = UINT32_MAX,
                               .body_bytes =
                                   (uint32_t)(ERASURE_FIXED_BYTES + count * TOC_ERASURE_ROW_BYTES)};
    uint8_t header_bytes[TOC_ENTRY_HEADER_BYTES];
    toc_entry_header_write(&header, header_bytes);
    toc_buf_add(out, header_bytes, sizeof header_bytes);
    toc_buf_add_span(out, TOC_SPAN_OF(feed->bytes));
    toc_buf_add_u16(out, (uint16_t)count);
    for (size_t i = 0; i < count; i++) {
        toc_buf_add_u64(out, rows[i].index);
        toc_buf_add_span(out, TOC_SPAN_OF(rows[i].leaf.bytes));
    }
    return toc_buf_ok(out, err);
}

toc_code toc_erasure_read(toc_span entry, toc_erasure *out, toc_err *err)
{
    toc_entry_header header;
    toc_span body;
    TOC_TRY(toc_entry_parse(entry, &header, &body, err));
    if (header.kind != TOC_ENTRY_ERASURE)
        return toc_fail(err, TOC_MALFORMED, "an entry of kind %u is no erasure", header.kind);
    if (header.keep_until_day != UINT32_MAX)
        return toc_fail(err, TOC_MALFORMED,
                        "an erasure with a term; what it proves would end with it");
    toc_reader reader = toc_reader_of(body);
    toc_erasure erasure = {.epoch = header.epoch};
    toc_read_bytes(&reader, erasure.feed.bytes, sizeof erasure.feed.bytes);
    erasure.count = toc_read_u16(&reader);
    erasure.rows = toc_read_span(&reader, (size_t)erasure.count * TOC_ERASURE_ROW_BYTES);
    TOC_TRY(toc_reader_finish(&reader, "erasure", err));
    if (erasure.count == 0)
        return toc_fail(err, TOC_MALFORMED, "an erasure of nothing");
    for (size_t i = 1; i < erasure.count; i++) {
        const uint8_t *row = erasure.rows.data + i * TOC_ERASURE_ROW_BYTES;
        if (toc_get_u64(row) <= toc_get_u64(row - TOC_ERASURE_ROW_BYTES))
            return toc_fail(err, TOC_MALFORMED, "an erasure whose indexes do not ascend at row %zu",
                            i);
    }
    *out = erasure;
    return TOC_OK;
}

void toc_erasure_row_at(const toc_erasure *erasure, uint16_t number, toc_erasure_row *out)
{
    TOC_ASSERT(number < erasure->count);
    const uint8_t *row = erasure->rows.data + (size_t)number * TOC_ERASURE_ROW_BYTES;
    out->index = toc_get_u64(row);
    memcpy(out->leaf.bytes, row + 8, sizeof out->leaf.bytes);
}
