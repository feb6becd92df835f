#include "proto/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/endian.h"

enum { BUF_BYTES_MIN = 256 };

void toc_buf_wipe(toc_buf *buf)
{
    if (buf->data != NULL) {
        explicit_bzero(buf->data, buf->capacity);
        free(buf->data);
    }
    *buf = (toc_buf){0};
}

void toc_buf_clear(toc_buf *buf)
{
    buf->size = 0;
    buf->failed = false;
}

/* Never realloc: it would leave a copy of a plaintext behind, unwiped. */
static bool reserve(toc_buf *buf, size_t more)
{
    if (buf->failed || more > SIZE_MAX / 2 - buf->size) {
        buf->failed = true;
        return false;
    }
    size_t needed = buf->size + more;
    if (needed <= buf->capacity)
        return true;
    size_t capacity = buf->capacity < BUF_BYTES_MIN ? BUF_BYTES_MIN : buf->capacity;
    while (capacity < needed)
        capacity *= 2;
    uint8_t *data = malloc(capacity);
    if (data == NULL) {
        buf->failed = true;
        return false;
    }
    if (buf->data != NULL) {
        memcpy(data, buf->data, buf->size);
        explicit_bzero(buf->data, buf->capacity);
        free(buf->data);
    }
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

uint8_t *toc_buf_extend(toc_buf *buf, size_t size)
{
    if (!reserve(buf, size == 0 ? 1 : size))
        return NULL;
    uint8_t *start = buf->data + buf->size;
    buf->size += size;
    return start;
}

void toc_buf_add(toc_buf *buf, const void *data, size_t size)
{
    if (size == 0)
        return;
    uint8_t *start = toc_buf_extend(buf, size);
    if (start != NULL)
        memcpy(start, data, size);
}

void toc_buf_add_span(toc_buf *buf, toc_span span)
{
    toc_buf_add(buf, span.data, span.size);
}

void toc_buf_add_u8(toc_buf *buf, uint8_t value)
{
    toc_buf_add(buf, &value, 1);
}

void toc_buf_add_u16(toc_buf *buf, uint16_t value)
{
    uint8_t bytes[2];
    toc_put_u16(bytes, value);
    toc_buf_add(buf, bytes, sizeof bytes);
}

void toc_buf_add_u32(toc_buf *buf, uint32_t value)
{
    uint8_t bytes[4];
    toc_put_u32(bytes, value);
    toc_buf_add(buf, bytes, sizeof bytes);
}

void toc_buf_add_u64(toc_buf *buf, uint64_t value)
{
    uint8_t bytes[8];
    toc_put_u64(bytes, value);
    toc_buf_add(buf, bytes, sizeof bytes);
}

void toc_buf_add_zeros(toc_buf *buf, size_t size)
{
    uint8_t *start = toc_buf_extend(buf, size);
    if (start != NULL && size > 0)
        memset(start, 0, size);
}

void toc_buf_add_text(toc_buf *buf, const char *text)
{
    toc_buf_add(buf, text, strlen(text));
}

void toc_buf_printf(toc_buf *buf, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length >= 0 && reserve(buf, (size_t)length + 1)) {
        vsnprintf((char *)buf->data + buf->size, (size_t)length + 1, format, again);
        buf->size += (size_t)length;
    } else {
        buf->failed = true;
    }
    va_end(again);
}

const char *toc_buf_text(toc_buf *buf)
{
    if (!reserve(buf, 1))
        return "";
    buf->data[buf->size] = '\0';
    return (const char *)buf->data;
}

toc_code toc_buf_ok(const toc_buf *buf, toc_err *err)
{
    if (buf->failed)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory while building %zu bytes", buf->size);
    return TOC_OK;
}
