#include "proto/base/reader.h"

#include "proto/base/endian.h"

toc_span toc_read_span(toc_reader *reader, size_t size)
{
    if (reader->failed || size > reader->input.size - reader->position) {
        reader->failed = true;
        return (toc_span){0};
    }
    if (size == 0 && reader->input.data == NULL)
        return (toc_span){0}; /* an empty input may have no address to count from */
    toc_span span = toc_span_of(reader->input.data + reader->position, size);
    reader->position += size;
    return span;
}

void toc_read_bytes(toc_reader *reader, void *out, size_t size)
{
    toc_span span = toc_read_span(reader, size);
    if (size == 0)
        return;
    if (span.data != NULL)
        memcpy(out, span.data, size);
    else
        memset(out, 0, size);
}

uint8_t toc_read_u8(toc_reader *reader)
{
    toc_span span = toc_read_span(reader, 1);
    return span.size == 1 ? span.data[0] : 0;
}

uint16_t toc_read_u16(toc_reader *reader)
{
    toc_span span = toc_read_span(reader, 2);
    return span.size == 2 ? toc_get_u16(span.data) : 0;
}

uint32_t toc_read_u32(toc_reader *reader)
{
    toc_span span = toc_read_span(reader, 4);
    return span.size == 4 ? toc_get_u32(span.data) : 0;
}

uint64_t toc_read_u64(toc_reader *reader)
{
    toc_span span = toc_read_span(reader, 8);
    return span.size == 8 ? toc_get_u64(span.data) : 0;
}

static toc_span read_counted(toc_reader *reader, size_t size, size_t size_max)
{
    if (size > size_max)
        reader->failed = true;
    return toc_read_span(reader, size);
}

toc_span toc_read_u16_span(toc_reader *reader, size_t size_max)
{
    return read_counted(reader, toc_read_u16(reader), size_max);
}

toc_span toc_read_u32_span(toc_reader *reader, size_t size_max)
{
    return read_counted(reader, toc_read_u32(reader), size_max);
}

toc_code toc_reader_ok(const toc_reader *reader, const char *what, toc_err *err)
{
    if (reader->failed)
        return toc_fail(err, TOC_MALFORMED, "%s: cut short or over a limit at byte %zu of %zu",
                        what, reader->position, reader->input.size);
    return TOC_OK;
}

toc_code toc_reader_finish(const toc_reader *reader, const char *what, toc_err *err)
{
    TOC_TRY(toc_reader_ok(reader, what, err));
    if (reader->position != reader->input.size)
        return toc_fail(err, TOC_MALFORMED, "%s: %zu bytes too many after byte %zu", what,
                        reader->input.size - reader->position, reader->position);
    return TOC_OK;
}
