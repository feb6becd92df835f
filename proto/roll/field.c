#include "proto/roll/field.h"

#include "proto/base/text.h"

ProtobufCBinaryData toc_field_pack_bytes(toc_field_packer *packer, const void *data, size_t size)
{
    uint8_t *copy = toc_arena_alloc(packer->arena, size);
    if (copy == NULL) {
        packer->failed = true;
        return (ProtobufCBinaryData){0};
    }
    if (size > 0)
        memcpy(copy, data, size);
    return (ProtobufCBinaryData){.len = size, .data = copy};
}

char *toc_field_pack_text(toc_field_packer *packer, toc_span text)
{
    char *copy = toc_arena_text(packer->arena, text);
    if (copy == NULL)
        packer->failed = true;
    return copy;
}

char *toc_field_pack_optional(toc_field_packer *packer, toc_span text)
{
    return text.size == 0 ? NULL : toc_field_pack_text(packer, text);
}

void *toc_field_pack_array(toc_field_packer *packer, size_t count, size_t size)
{
    void *array = toc_arena_zalloc(packer->arena, count, size);
    if (array == NULL)
        packer->failed = true;
    return array;
}

toc_code toc_field_bytes(ProtobufCBinaryData data, void *out, size_t size, const char *what,
                         toc_err *err)
{
    if (data.len != size)
        return toc_fail(err, TOC_MALFORMED, "%s: %zu bytes, expected %zu", what, data.len, size);
    memcpy(out, data.data, size);
    return TOC_OK;
}

bool toc_field_is_zero(const uint8_t bytes[32])
{
    uint8_t any = 0;
    for (size_t i = 0; i < 32; i++)
        any |= bytes[i];
    return any == 0;
}

/* U+0000 to U+001F, U+007F to U+009F, the line separators U+2028 and U+2029, and the bidirectional
 * overrides and isolates U+202A to U+202E and U+2066 to U+2069, at byte `i` of valid UTF-8. */
static bool is_control(toc_span text, size_t i)
{
    const uint8_t *at = text.data + i;
    size_t left = text.size - i;
    if (at[0] < 0x20 || at[0] == 0x7F)
        return true;
    if (at[0] == 0xC2 && left >= 2)
        return at[1] < 0xA0;
    if (at[0] != 0xE2 || left < 3)
        return false;
    return (at[1] == 0x80 && at[2] >= 0xA8 && at[2] <= 0xAE) ||
           (at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9);
}

toc_code toc_field_text(toc_span text, size_t bytes_max, bool lines, const char *what, toc_err *err)
{
    size_t position;
    if (text.size > bytes_max)
        return toc_fail(err, TOC_LIMIT, "%s: %zu bytes, at most %zu", what, text.size, bytes_max);
    if (!toc_utf8_valid(text, &position))
        return toc_fail(err, TOC_MALFORMED, "%s: no UTF-8 at byte %zu", what, position + 1);
    for (size_t i = 0; i < text.size; i++) {
        if (is_control(text, i) && !(lines && text.data[i] == '\n'))
            return toc_fail(err, TOC_MALFORMED, "%s: a control character at byte %zu", what, i + 1);
    }
    return TOC_OK;
}

toc_code toc_field_country(toc_span text, toc_err *err)
{
    if (text.size == 0)
        return TOC_OK;
    bool form = text.size == 2;
    for (size_t i = 0; form && i < 2; i++)
        form = text.data[i] >= 'A' && text.data[i] <= 'Z';
    if (!form)
        return toc_fail(err, TOC_MALFORMED, "country: not two capital letters of ISO 3166-1");
    return TOC_OK;
}

/* The canonical u-coordinates of order 2, 4 and 8, on the curve and its twist, little-endian. */
static const uint8_t small_order[5][32] = {
    {0},
    {1},
    {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
     0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
     0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
    {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
     0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
     0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
};

/* Below 2^255 - 19. */
static bool is_canonical(const uint8_t key[32])
{
    if (key[31] != 0x7F)
        return key[31] < 0x7F;
    for (size_t i = 1; i < 31; i++) {
        if (key[i] != 0xFF)
            return true;
    }
    return key[0] < 0xED;
}

bool toc_field_x25519_valid(const uint8_t key[32])
{
    if (!is_canonical(key))
        return false;
    for (size_t i = 0; i < TOC_COUNT(small_order); i++) {
        if (memcmp(key, small_order[i], 32) == 0)
            return false;
    }
    return true;
}

toc_code toc_field_exact(const toc_buf *again, toc_span bytes, const char *what, toc_err *err)
{
    TOC_TRY(toc_buf_ok(again, err));
    if (!toc_span_equal(toc_buf_view(again), bytes))
        return toc_fail(err, TOC_MALFORMED, "%s: not the one encoding of what it holds", what);
    return TOC_OK;
}
