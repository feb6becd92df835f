#include "proto/answer/writer.h"

#include "proto/base/text.h"

static void begin(toc_json *json, const char *key)
{
    if (json->comma)
        toc_buf_add_u8(json->out, ',');
    json->comma = true;
    if (key != NULL) {
        toc_buf_add_json_string(json->out, toc_span_text(key));
        toc_buf_add_u8(json->out, ':');
    }
}

void toc_json_open(toc_json *json, const char *key, char bracket)
{
    begin(json, key);
    toc_buf_add_u8(json->out, (uint8_t)bracket);
    json->comma = false;
}

void toc_json_close(toc_json *json, char bracket)
{
    toc_buf_add_u8(json->out, (uint8_t)bracket);
    json->comma = true;
}

void toc_json_end_line(toc_json *json)
{
    toc_buf_add_u8(json->out, '\n');
    json->comma = false;
}

void toc_json_text(toc_json *json, const char *key, toc_span text)
{
    begin(json, key);
    toc_buf_add_json_string(json->out, text);
}

void toc_json_optional(toc_json *json, const char *key, toc_span text)
{
    if (text.size == 0)
        toc_json_null(json, key);
    else
        toc_json_text(json, key, text);
}

void toc_json_lines(toc_json *json, const char *key, toc_span lines)
{
    toc_span line;
    toc_json_open(json, key, '[');
    while (toc_line_next(&lines, &line)) {
        if (line.size > 0)
            toc_json_text(json, NULL, line);
    }
    toc_json_close(json, ']');
}

void toc_json_hex(toc_json *json, const char *key, toc_span bytes)
{
    begin(json, key);
    toc_buf_add_u8(json->out, '"');
    toc_buf_add_hex(json->out, bytes);
    toc_buf_add_u8(json->out, '"');
}

void toc_json_ids(toc_json *json, const char *key, const void *ids, size_t count)
{
    const uint8_t *bytes = ids;
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < count; i++)
        toc_json_hex(json, NULL, toc_span_of(bytes + 32 * i, 32));
    toc_json_close(json, ']');
}

void toc_json_number(toc_json *json, const char *key, uint64_t value)
{
    begin(json, key);
    toc_buf_printf(json->out, "%llu", (unsigned long long)value);
}

void toc_json_decimal(toc_json *json, const char *key, uint64_t value)
{
    begin(json, key);
    toc_buf_printf(json->out, "\"%llu\"", (unsigned long long)value);
}

void toc_json_bool(toc_json *json, const char *key, bool value)
{
    begin(json, key);
    toc_buf_add_text(json->out, value ? "true" : "false");
}

void toc_json_null(toc_json *json, const char *key)
{
    begin(json, key);
    toc_buf_add_text(json->out, "null");
}

void toc_json_time(toc_json *json, const char *key, toc_time time)
{
    char text[TOC_TIME_TEXT_BYTES];
    toc_time_print(time, text);
    toc_json_text(json, key, toc_span_text(text));
}

void toc_json_time_optional(toc_json *json, const char *key, toc_time time)
{
    if (time.unix_ms == 0)
        toc_json_null(json, key);
    else
        toc_json_time(json, key, time);
}

static void add_root(toc_buf *out, toc_root root)
{
    static const char *const tags[] = {[TOC_ROOT_OWN] = "own",
                                       [TOC_ROOT_LIST] = "list",
                                       [TOC_ROOT_VENDOR] = "vendor",
                                       [TOC_ROOT_UNDISCLOSED] = "undisclosed"};
    uint8_t tag = root.size == 0 ? 0 : root.data[0];
    if (tag == 0 || tag >= TOC_COUNT(tags)) {
        toc_buf_add_hex(out, root);
        return;
    }
    toc_span id = toc_span_of(root.data + 1, root.size - 1);
    toc_buf_printf(out, "%s:", tags[tag]);
    if (tag == TOC_ROOT_LIST || tag == TOC_ROOT_VENDOR)
        toc_buf_add_span(out, id);
    else
        toc_buf_add_hex(out, id);
}

void toc_json_root(toc_json *json, const char *key, toc_root root)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    add_root(&text, root);
    toc_json_text(json, key, toc_buf_view(&text));
    json->out->failed = json->out->failed || text.failed;
}

void toc_json_roots(toc_json *json, const char *key, const toc_root *roots, size_t count)
{
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < count; i++)
        toc_json_root(json, NULL, roots[i]);
    toc_json_close(json, ']');
}

void toc_json_caip10(toc_json *json, const char *key, const toc_wallet *wallet)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_wallet_caip10(wallet, &text);
    toc_json_text(json, key, toc_buf_view(&text));
    json->out->failed = json->out->failed || text.failed;
}

/* ---- amounts ---- */

enum { AMOUNT_DIGITS_MAX = 78 }; /* of 2^256 - 1 */

/* Divides in place and gives the remainder. */
static uint8_t divide_by_ten(uint8_t number[32])
{
    unsigned rest = 0;
    for (size_t i = 0; i < 32; i++) {
        unsigned value = rest << 8 | number[i];
        number[i] = (uint8_t)(value / 10);
        rest = value % 10;
    }
    return (uint8_t)rest;
}

void toc_json_retired(toc_json *json, const toc_card *card)
{
    toc_json_open(json, "retired", '[');
    for (size_t i = 0; i < card->retired_count; i++) {
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "key", TOC_SPAN_OF(card->retired[i].key.bytes));
        toc_json_time(json, "at", card->retired[i].at);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

/* Least significant first; at least as many as stand after the point, and one before it. */
static size_t to_digits(const uint8_t base_units[32], size_t at_least,
                        uint8_t out[UINT8_MAX + AMOUNT_DIGITS_MAX])
{
    static const uint8_t zero[32];
    uint8_t number[32];
    memcpy(number, base_units, sizeof number);
    size_t count = 0;
    while (count < at_least || memcmp(number, zero, sizeof zero) != 0)
        out[count++] = divide_by_ten(number);
    return count;
}

void toc_json_amount(toc_json *json, const char *key, const uint8_t base_units[32],
                     uint8_t decimals)
{
    uint8_t digits[UINT8_MAX + AMOUNT_DIGITS_MAX];
    size_t count = to_digits(base_units, decimals + 1u, digits);
    size_t last = 0;
    while (last < decimals && digits[last] == 0)
        last++;
    begin(json, key);
    toc_buf_add_u8(json->out, '"');
    for (size_t i = count; i-- > last;) {
        toc_buf_add_u8(json->out, (uint8_t)('0' + digits[i]));
        if (i == decimals && i > last)
            toc_buf_add_u8(json->out, '.');
    }
    toc_buf_add_u8(json->out, '"');
}
