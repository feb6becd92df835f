/* proto/base/buf.h: growable bytes.
 * Owns:    its bytes; wiped before they are freed, since what is built here may be a plaintext.
 * Threads: one at a time.
 * Errors:  allocation failure aborts the append and sticks: ask toc_buf_ok once, at the end. */
#ifndef TOC_PROTO_BASE_BUF_H
#define TOC_PROTO_BASE_BUF_H

#include "proto/base/attrs.h"
#include "proto/base/error.h"
#include "proto/base/span.h"

typedef struct toc_buf {
    uint8_t *data;
    size_t size;
    size_t capacity;
    bool failed;
} toc_buf;

/* An empty buffer needs no call: toc_buf buf = {0}; */
void toc_buf_wipe(toc_buf *buf); /* frees, wiped; usable again afterwards */
TOC_DEFINE_AUTO_WIPE(toc_buf, toc_buf_wipe)
void toc_buf_clear(toc_buf *buf); /* size 0, keeps the storage */

/* Appends; the integers are big-endian, as every layout of ours is. */
void toc_buf_add(toc_buf *buf, const void *data, size_t size);
void toc_buf_add_span(toc_buf *buf, toc_span span);
void toc_buf_add_u8(toc_buf *buf, uint8_t value);
void toc_buf_add_u16(toc_buf *buf, uint16_t value);
void toc_buf_add_u32(toc_buf *buf, uint32_t value);
void toc_buf_add_u64(toc_buf *buf, uint64_t value);
void toc_buf_add_zeros(toc_buf *buf, size_t size);
void toc_buf_add_text(toc_buf *buf, const char *text); /* without its NUL */
void toc_buf_printf(toc_buf *buf, const char *format, ...) TOC_PRINTF(2, 3);
/* `size` bytes for the caller to fill, or NULL when memory is short. */
uint8_t *toc_buf_extend(toc_buf *buf, size_t size);
/* The text so far, NUL-terminated (the NUL is not part of the size). Never NULL. */
const char *toc_buf_text(toc_buf *buf);

static inline toc_span toc_buf_view(const toc_buf *buf)
{
    return toc_span_of(buf->data, buf->size);
}
TOC_MUST toc_code toc_buf_ok(const toc_buf *buf, toc_err *err);

#endif
