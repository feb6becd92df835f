#include "proto/address/spelling.h"

#include "proto/base/text.h"

toc_span toc_spelling_trim(toc_span text)
{
    while (text.size > 0 && (*text.data == ' ' || (*text.data >= '\t' && *text.data <= '\r'))) {
        text.data++;
        text.size--;
    }
    while (text.size > 0) {
        uint8_t last = text.data[text.size - 1];
        if (last != ' ' && (last < '\t' || last > '\r'))
            break;
        text.size--;
    }
    return text;
}

/* Letters of other alphabets that a screen shows as one of ours (Unicode TR 39, confusables.txt,
 * the rows that matter for Base58, Bech32 and hexadecimal). Sorted by code point. */
typedef struct lookalike {
    uint16_t point;
    char meant;
} lookalike;

static const lookalike lookalikes[] = {
    {0x0131, 'i'}, {0x0261, 'g'}, {0x0391, 'A'}, {0x0392, 'B'}, {0x0395, 'E'}, {0x0396, 'Z'},
    {0x0397, 'H'}, {0x0399, 'I'}, {0x039A, 'K'}, {0x039C, 'M'}, {0x039D, 'N'}, {0x039F, 'O'},
    {0x03A1, 'P'}, {0x03A4, 'T'}, {0x03A5, 'Y'}, {0x03A7, 'X'}, {0x03B1, 'a'}, {0x03B3, 'y'},
    {0x03B9, 'i'}, {0x03BD, 'v'}, {0x03BF, 'o'}, {0x03C1, 'p'}, {0x03C5, 'u'}, {0x03F2, 'c'},
    {0x0405, 'S'}, {0x0406, 'I'}, {0x0408, 'J'}, {0x0410, 'A'}, {0x0412, 'B'}, {0x0415, 'E'},
    {0x0417, '3'}, {0x041A, 'K'}, {0x041C, 'M'}, {0x041D, 'H'}, {0x041E, 'O'}, {0x0420, 'P'},
    {0x0421, 'C'}, {0x0422, 'T'}, {0x0423, 'Y'}, {0x0425, 'X'}, {0x0430, 'a'}, {0x0433, 'r'},
    {0x0435, 'e'}, {0x043E, 'o'}, {0x043F, 'n'}, {0x0440, 'p'}, {0x0441, 'c'}, {0x0443, 'y'},
    {0x0445, 'x'}, {0x0455, 's'}, {0x0456, 'i'}, {0x0458, 'j'}, {0x04BB, 'h'}, {0x0501, 'd'},
    {0x051B, 'q'}, {0x051D, 'w'}, {0x0561, 'w'}, {0x0566, 'q'}, {0x0570, 'h'}, {0x0578, 'n'},
    {0x057D, 'u'}, {0x0585, 'o'}, {0x13A0, 'D'}, {0x13A2, 'T'}, {0x13A9, 'Y'}, {0x13AA, 'A'},
    {0x13AB, 'J'}, {0x13AC, 'E'}, {0x13B3, 'W'}, {0x13B7, 'M'}, {0x13BB, 'H'}, {0x13C0, 'G'},
    {0x13C2, 'h'}, {0x13C3, 'Z'}, {0x13CF, 'b'}, {0x13D4, 'W'}, {0x13DA, 'S'}, {0x13DE, 'L'},
    {0x13DF, 'C'}, {0x13E2, 'P'}, {0x13E6, 'K'}, {0x13F4, 'B'}, {0x212A, 'K'}, {0x2113, 'l'},
};

static char meant_by(uint32_t point)
{
    if (point >= 0xFF01 && point <= 0xFF5E) /* full-width forms */
        return (char)(point - 0xFF01 + '!');
    for (size_t i = 0; i < TOC_COUNT(lookalikes); i++) {
        if (lookalikes[i].point == point)
            return lookalikes[i].meant;
    }
    return '\0';
}

static bool invisible(uint32_t point)
{
    return point == 0x00AD || point == 0x034F || point == 0x061C || point == 0x180E ||
           point == 0xFEFF || (point >= 0x200B && point <= 0x200F) ||
           (point >= 0x202A && point <= 0x202E) || (point >= 0x2060 && point <= 0x206F) ||
           (point >= 0xFE00 && point <= 0xFE0F) || (point >= 0xE0000 && point <= 0xE0FFF);
}

static bool wide_space(uint32_t point)
{
    return point == 0x00A0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200A) ||
           point == 0x2028 || point == 0x2029 || point == 0x202F || point == 0x205F ||
           point == 0x3000;
}

/* The code point at `data`, whose sequence is known to be well formed. */
static uint32_t point_at(const uint8_t *data, size_t *out_length)
{
    size_t length = data[0] < 0x80 ? 1 : data[0] < 0xE0 ? 2 : data[0] < 0xF0 ? 3 : 4;
    uint32_t point = length == 1 ? data[0] : data[0] & (0x7FU >> length);
    for (size_t i = 1; i < length; i++)
        point = point << 6 | (data[i] & 0x3FU);
    *out_length = length;
    return point;
}

static toc_code refuse_point(uint32_t point, size_t position, toc_err *err)
{
    char meant = meant_by(point);
    if (point == 0x2026)
        return toc_fail(err, TOC_MALFORMED,
                        "cut short: an ellipsis at position %zu; the whole address is needed",
                        position);
    if (point < 0x20 || (point >= 0x7F && point < 0xA0))
        return toc_fail(err, TOC_MALFORMED, "a control character (U+%04X) at position %zu",
                        (unsigned)point, position);
    if (invisible(point))
        return toc_fail(err, TOC_MALFORMED, "an invisible character (U+%04X) at position %zu",
                        (unsigned)point, position);
    if (point == ' ' || wide_space(point))
        return toc_fail(err, TOC_MALFORMED, "a space (U+%04X) at position %zu", (unsigned)point,
                        position);
    if (meant != '\0')
        return toc_fail(err, TOC_MALFORMED, "U+%04X at position %zu only looks like the letter %c",
                        (unsigned)point, position, meant);
    return toc_fail(err, TOC_MALFORMED, "a character that no address has (U+%04X) at position %zu",
                    (unsigned)point, position);
}

/* What almost every text is: printable, and without a mark of what was left out. */
static bool plain(toc_span text)
{
    uint8_t dots = 0;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (c <= ' ' || c >= 0x7F || c == '*')
            return false;
        dots = c == '.' ? (uint8_t)(dots + 1) : 0;
        if (dots == 3)
            return false;
    }
    return true;
}

toc_code toc_spelling_check(toc_span text, toc_err *err)
{
    if (plain(text))
        return TOC_OK;
    size_t position = 0, bad = 0;
    if (!toc_utf8_valid(text, &bad))
        return toc_fail(err, TOC_MALFORMED, "bytes that are no text (UTF-8) at byte %zu", bad + 1);
    for (size_t i = 0; i < text.size; position++) {
        size_t length = 0;
        uint32_t point = point_at(text.data + i, &length);
        if (point <= ' ' || point >= 0x7F)
            return refuse_point(point, position + 1, err);
        if (i + 2 < text.size &&
            (memcmp(text.data + i, "...", 3) == 0 || memcmp(text.data + i, "***", 3) == 0))
            return toc_fail(err, TOC_MALFORMED,
                            "cut short at position %zu; the whole address is needed", position + 1);
        i += length;
    }
    return TOC_OK;
}
