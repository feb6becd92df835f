#include "tools/term/text.h"

#include "proto/base/text.h"

/* One code point from UTF-8 that may be broken; 0 bytes never. *out is UINT32_MAX for a bad byte.
 */
static size_t decode(toc_span text, uint32_t *out)
{
    uint8_t first = text.data[0];
    size_t size = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    size_t position;
    if (size == 0 || first > 0xF4 || size > text.size ||
        !toc_utf8_valid(toc_span_of(text.data, size), &position)) {
        *out = UINT32_MAX;
        return 1;
    }
    static const uint8_t masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t point = first & masks[size];
    for (size_t i = 1; i < size; i++)
        point = point << 6 | (text.data[i] & 0x3Fu);
    *out = point;
    return size;
}

static bool harmless(uint32_t point)
{
    if (point == UINT32_MAX || point < 0x20 || (point >= 0x7F && point < 0xA0))
        return false;
    bool reverses = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) ||
                    point == 0x200E || point == 0x200F || point == 0x061C;
    bool breaks = point == 0x2028 || point == 0x2029 || point == 0xFEFF || point == 0x200B;
    return !reverses && !breaks;
}

void toc_term_add(toc_buf *out, toc_span text)
{
    while (text.size > 0) {
        uint32_t point;
        size_t size = decode(text, &point);
        if (harmless(point))
            toc_buf_add(out, text.data, size);
        else
            toc_buf_add_u8(out, '?');
        text = toc_span_of(text.data + size, text.size - size);
    }
}

static size_t columns_of(uint32_t point)
{
    if (point >= 0x0300 && point <= 0x036F)
        return 0;
    bool wide = (point >= 0x1100 && point <= 0x115F) || (point >= 0x2E80 && point <= 0xA4CF) ||
                (point >= 0xAC00 && point <= 0xD7A3) || (point >= 0xF900 && point <= 0xFAFF) ||
                (point >= 0xFF00 && point <= 0xFF60) || (point >= 0x1F300 && point <= 0x1FAFF);
    return wide && point != UINT32_MAX ? 2 : 1;
}

size_t toc_term_width(toc_span text)
{
    size_t width = 0;
    while (text.size > 0) {
        uint32_t point;
        size_t size = decode(text, &point);
        width += columns_of(point);
        text = toc_span_of(text.data + size, text.size - size);
    }
    return width;
}

toc_span toc_term_cut(toc_span text, size_t columns)
{
    size_t used = 0;
    while (used < text.size) {
        uint32_t point;
        size_t size = decode(toc_span_of(text.data + used, text.size - used), &point);
        if (columns_of(point) > columns)
            break;
        columns -= columns_of(point);
        used += size;
    }
    return toc_span_of(text.data, used);
}

const char *toc_plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}
