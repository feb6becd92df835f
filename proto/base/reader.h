/* proto/base/reader.h: bytes from outside, read with every length checked.
 * After the first failure every read gives zeroes and empty spans, and nothing moves; the error is
 * asked once, at the end, with toc_reader_finish.
 * Owns:    nothing; spans it lends point into the input.
 * Threads: one at a time. */
#ifndef TOC_PROTO_BASE_READER_H
#define TOC_PROTO_BASE_READER_H

#include "proto/base/error.h"
#include "proto/base/span.h"

typedef struct toc_reader {
    toc_span input;
    size_t position; /* bytes read */
    bool failed;
} toc_reader;

static inline toc_reader toc_reader_of(toc_span input)
{
    return (toc_reader){.input = input};
}
static inline size_t toc_reader_left(const toc_reader *reader)
{
    return reader->failed ? 0 : reader->input.size - reader->position;
}

toc_span toc_read_span(toc_reader *reader, size_t size);
void toc_read_bytes(toc_reader *reader, void *out, size_t size);
uint8_t toc_read_u8(toc_reader *reader);
uint16_t toc_read_u16(toc_reader *reader);
uint32_t toc_read_u32(toc_reader *reader);
uint64_t toc_read_u64(toc_reader *reader);
/* A u16 length, then as many bytes; fails beyond `size_max`. */
toc_span toc_read_u16_span(toc_reader *reader, size_t size_max);
/* The same with a u32 length. */
toc_span toc_read_u32_span(toc_reader *reader, size_t size_max);

/* MALFORMED naming `what` when a read failed or bytes are left over. */
TOC_MUST toc_code toc_reader_finish(const toc_reader *reader, const char *what, toc_err *err);
/* The same without asking that everything was read. */
TOC_MUST toc_code toc_reader_ok(const toc_reader *reader, const char *what, toc_err *err);

#endif
