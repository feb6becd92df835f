#include "proto/base/text.h"

#include <stdio.h>

#include "proto/base/limits.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base32_alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

void toc_hex_encode(toc_span bytes, char *out)
{
    for (size_t i = 0; i < bytes.size; i++) {
        out[2 * i] = hex_digits[bytes.data[i] >> 4];
        out[2 * i + 1] = hex_digits[bytes.data[i] & 15];
    }
    out[2 * bytes.size] = '\0';
}

void toc_buf_add_hex(toc_buf *buf, toc_span bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        toc_buf_add_u8(buf, (uint8_t)hex_digits[bytes.data[i] >> 4]);
        toc_buf_add_u8(buf, (uint8_t)hex_digits[bytes.data[i] & 15]);
    }
}

static int hex_value(uint8_t character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    return -1;
}

toc_code toc_hex_decode(toc_span text, uint8_t *out, size_t size, toc_err *err)
{
    if (text.size != 2 * size)
        return toc_fail(err, TOC_MALFORMED, "hexadecimal of %zu characters, expected %zu",
                        text.size, 2 * size);
    for (size_t i = 0; i < text.size; i++) {
        if (hex_value(text.data[i]) < 0)
            return toc_fail(err, TOC_MALFORMED, "no hexadecimal digit at position %zu", i + 1);
    }
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)((unsigned)hex_value(text.data[2 * i]) << 4 |
                           (unsigned)hex_value(text.data[2 * i + 1]));
    return TOC_OK;
}

void toc_base64_encode(toc_span bytes, toc_buf *out)
{
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t group = (uint32_t)bytes.data[i] << 16 |
                         (left > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0) |
                         (left > 2 ? bytes.data[i + 2] : 0);
        char text[4] = {base64_alphabet[group >> 18], base64_alphabet[group >> 12 & 63], '=', '='};
        if (left > 1)
            text[2] = base64_alphabet[group >> 6 & 63];
        if (left > 2)
            text[3] = base64_alphabet[group & 63];
        toc_buf_add(out, text, 4);
    }
}

static int base64_value(uint8_t character)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A';
    if (character >= 'a' && character <= 'z')
        return character - 'a' + 26;
    if (character >= '0' && character <= '9')
        return character - '0' + 52;
    if (character == '+')
        return 62;
    return character == '/' ? 63 : -1;
}

/* Four characters; padding stands in the last group only. */
static toc_code decode_group(toc_span text, size_t at, toc_buf *out, toc_err *err)
{
    const uint8_t *group = text.data + at;
    bool last = at + 4 == text.size;
    size_t padding = last && group[3] == '=' ? (group[2] == '=' ? 2 : 1) : 0;
    uint32_t bits = 0;
    for (size_t j = 0; j < 4; j++) {
        int value = j >= 4 - padding ? 0 : base64_value(group[j]);
        if (value < 0)
            return toc_fail(err, TOC_MALFORMED, "no base64 character at position %zu", at + j + 1);
        bits = bits << 6 | (uint32_t)value;
    }
    uint8_t bytes[3] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};
    if ((padding > 0 && bytes[2] != 0) || (padding > 1 && bytes[1] != 0))
        return toc_fail(err, TOC_MALFORMED, "base64 with unused bits set at position %zu", at + 1);
    toc_buf_add(out, bytes, 3 - padding);
    return TOC_OK;
}

toc_code toc_base64_decode(toc_span text, toc_buf *out, toc_err *err)
{
    if (text.size % 4 != 0)
        return toc_fail(err, TOC_MALFORMED, "base64 of %zu characters, not a multiple of 4",
                        text.size);
    size_t before = out->size;
    for (size_t i = 0; i < text.size; i += 4) {
        toc_code code = decode_group(text, i, out, err);
        if (code != TOC_OK) {
            out->size = before;
            return code;
        }
    }
    return toc_buf_ok(out, err);
}

void toc_base32_encode(toc_span bytes, toc_buf *out)
{
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        bits = bits << 8 | bytes.data[i];
        for (count += 8; count >= 5; count -= 5)
            toc_buf_add_u8(out, (uint8_t)base32_alphabet[bits >> (count - 5) & 31]);
    }
    if (count > 0)
        toc_buf_add_u8(out, (uint8_t)base32_alphabet[bits << (5 - count) & 31]);
}

/* The length of the well-formed sequence at `data`, 0 when there is none (Unicode 15, table 3-7).
 */
static size_t utf8_sequence(const uint8_t *data, size_t left)
{
    uint8_t first = data[0];
    if (first < 0x80)
        return 1;
    size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || length > left)
        return 0;
    uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (data[1] < low || data[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++) {
        if ((data[i] & 0xC0) != 0x80)
            return 0;
    }
    return length;
}

bool toc_utf8_valid(toc_span text, size_t *out_position)
{
    for (size_t i = 0; i < text.size;) {
        size_t length = utf8_sequence(text.data + i, text.size - i);
        if (length == 0) {
            *out_position = i;
            return false;
        }
        i += length;
    }
    return true;
}

toc_code toc_u64_parse(toc_span text, uint64_t max, uint64_t *out, toc_err *err)
{
    if (text.size == 0)
        return toc_fail(err, TOC_MALFORMED, "a number is missing");
    if (text.size > 1 && text.data[0] == '0')
        return toc_fail(err, TOC_MALFORMED, "a number with a leading zero");
    uint64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return toc_fail(err, TOC_MALFORMED, "no digit at position %zu", i + 1);
        uint64_t digit = text.data[i] - (uint64_t)'0';
        if (value > (max - digit) / 10 || digit > max)
            return toc_fail(err, TOC_LIMIT, "a number above %llu", (unsigned long long)max);
        value = value * 10 + digit;
    }
    *out = value;
    return TOC_OK;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar, by counting from March, so that the
 * leap day ends the year (H. Hinnant's days_from_civil, restated for years from 1970). */
static uint64_t days_of(unsigned year, unsigned month, unsigned day)
{
    unsigned y = month <= 2 ? year - 1 : year;
    unsigned era = y / 400, year_of_era = y % 400;
    unsigned month_from_march = (month + 9) % 12;
    unsigned day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (uint64_t)era * 146097 + day_of_era - 719468;
}

/* 9999-12-31T23:59:59.999Z: the last moment that has a spelling. */
#define YEAR_9999_END_MS UINT64_C(253402300799999)

static unsigned days_in_month(unsigned year, unsigned month)
{
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

typedef struct cursor {
    toc_span text;
    size_t position;
    bool failed;
} cursor;

static unsigned take_digits(cursor *at, size_t count)
{
    unsigned value = 0;
    for (size_t i = 0; i < count; i++) {
        if (at->failed || at->position >= at->text.size || at->text.data[at->position] < '0' ||
            at->text.data[at->position] > '9') {
            at->failed = true;
            return 0;
        }
        value = value * 10 + (unsigned)(at->text.data[at->position++] - '0');
    }
    return value;
}

static bool take_any(cursor *at, const char *characters)
{
    if (at->failed || at->position >= at->text.size ||
        strchr(characters, at->text.data[at->position]) == NULL || at->text.data[at->position] == 0)
        return false;
    at->position++;
    return true;
}

static void expect(cursor *at, const char *characters)
{
    if (!take_any(at, characters))
        at->failed = true;
}

static unsigned take_fraction_ms(cursor *at)
{
    unsigned ms = 0, scale = 100, digits = 0;
    while (!at->failed && at->position < at->text.size && at->text.data[at->position] >= '0' &&
           at->text.data[at->position] <= '9') {
        ms += (unsigned)(at->text.data[at->position++] - '0') * scale;
        scale /= 10;
        digits++;
    }
    if (digits == 0)
        at->failed = true;
    return ms;
}

toc_code toc_time_parse(toc_span text, toc_time *out, toc_err *err)
{
    cursor at = {.text = text};
    unsigned year = take_digits(&at, 4);
    expect(&at, "-");
    unsigned month = take_digits(&at, 2);
    expect(&at, "-");
    unsigned day = take_digits(&at, 2);
    unsigned hour = 0, minute = 0, second = 0, ms = 0, offset = 0;
    bool behind = false;
    if (!at.failed && at.position < text.size) {
        expect(&at, "Tt ");
        hour = take_digits(&at, 2);
        expect(&at, ":");
        minute = take_digits(&at, 2);
        expect(&at, ":");
        second = take_digits(&at, 2);
        if (take_any(&at, "."))
            ms = take_fraction_ms(&at);
        if (!take_any(&at, "Zz")) {
            behind = take_any(&at, "-");
            if (!behind)
                expect(&at, "+");
            unsigned offset_hours = take_digits(&at, 2);
            expect(&at, ":");
            unsigned offset_minutes = take_digits(&at, 2);
            at.failed = at.failed || offset_hours > 23 || offset_minutes > 59;
            offset = offset_hours * 60 + offset_minutes;
        }
    }
    if (at.failed || at.position != text.size)
        return toc_fail(err, TOC_MALFORMED,
                        "not a date at position %zu (write 2026-03-09 or 2026-03-09T22:45:21Z)",
                        at.position + 1);
    /* A leap second is the second after it, as POSIX time has none. */
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 ||
        minute > 59 || second > 60 || year < 1970)
        return toc_fail(err, TOC_MALFORMED,
                        "a date that does not exist (years 1970 to 9999 are taken)");
    uint64_t total =
        ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60000 + second * 1000ull + ms;
    uint64_t shift = offset * 60000ull;
    if (!behind && total < shift)
        return toc_fail(err, TOC_MALFORMED, "a date before 1970");
    uint64_t unix_ms = behind ? total + shift : total - shift;
    if (unix_ms > YEAR_9999_END_MS)
        return toc_fail(err, TOC_MALFORMED, "a date after 9999");
    out->unix_ms = unix_ms;
    return TOC_OK;
}

toc_time toc_time_of_seconds(uint64_t time_s)
{
    uint64_t most = TOC_TIME_MS_MAX / 1000;
    return (toc_time){(time_s < most ? time_s : most) * 1000};
}

void toc_time_print(toc_time time, char out[TOC_TIME_TEXT_BYTES])
{
    uint64_t days = time.unix_ms / 86400000, rest = time.unix_ms % 86400000;
    /* The inverse of days_of. */
    uint64_t shifted = days + 719468;
    uint64_t era = shifted / 146097, day_of_era = shifted % 146097;
    uint64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint64_t month_from_march = (5 * day_of_year + 2) / 153;
    unsigned day = (unsigned)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    unsigned month =
        (unsigned)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    unsigned year = (unsigned)((year_of_era + era * 400 + (month <= 2 ? 1 : 0)) % 10000);
    unsigned ms = (unsigned)(rest % 1000);
    int used = snprintf(out, TOC_TIME_TEXT_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u", year, month, day,
                        (unsigned)(rest / 3600000) % 24u, (unsigned)(rest / 60000 % 60),
                        (unsigned)(rest / 1000 % 60));
    if (used < 0)
        used = 0;
    if (ms != 0)
        snprintf(out + used, TOC_TIME_TEXT_BYTES - (size_t)used, ".%03uZ", ms);
    else
        snprintf(out + used, TOC_TIME_TEXT_BYTES - (size_t)used, "Z");
}

void toc_buf_add_json_string(toc_buf *buf, toc_span text)
{
    toc_buf_add_u8(buf, '"');
    for (size_t i = 0; i < text.size;) {
        uint8_t character = text.data[i];
        size_t length = utf8_sequence(text.data + i, text.size - i);
        if (length == 0) {
            toc_buf_add_text(buf, "\xEF\xBF\xBD");
            i++;
            continue;
        }
        if (character == '"' || character == '\\') {
            toc_buf_add_u8(buf, '\\');
            toc_buf_add_u8(buf, character);
        } else if (character == '\n') {
            toc_buf_add_text(buf, "\\n");
        } else if (character < 0x20 || character == 0x7F) {
            toc_buf_printf(buf, "\\u%04x", character);
        } else {
            toc_buf_add(buf, text.data + i, length);
        }
        i += length;
    }
    toc_buf_add_u8(buf, '"');
}

bool toc_line_ended(toc_span *text, toc_span *out)
{
    const uint8_t *end = text->size == 0 ? NULL : memchr(text->data, '\n', text->size);
    if (end == NULL)
        return false;
    *out = toc_span_of(text->data, (size_t)(end - text->data));
    *text = toc_span_of(end + 1, text->size - out->size - 1);
    return true;
}

bool toc_line_next(toc_span *text, toc_span *out)
{
    if (toc_line_ended(text, out))
        return true;
    *out = *text;
    *text = (toc_span){0};
    return out->size > 0;
}

bool toc_ascii_equal_nocase(toc_span left, toc_span right)
{
    if (left.size != right.size)
        return false;
    for (size_t i = 0; i < left.size; i++) {
        uint8_t a = left.data[i], b = right.data[i];
        a = a >= 'A' && a <= 'Z' ? (uint8_t)(a + 32) : a;
        b = b >= 'A' && b <= 'Z' ? (uint8_t)(b + 32) : b;
        if (a != b)
            return false;
    }
    return true;
}
