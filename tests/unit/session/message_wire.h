/* tests/unit/session/message_wire.h: link messages as bytes: written by hand, decoded, and expected
 * to fail. */
#ifndef TOC_TESTS_UNIT_SESSION_MESSAGE_WIRE_H
#define TOC_TESTS_UNIT_SESSION_MESSAGE_WIRE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/base/text.h"
#include "tests/unit/session/messages.h"

static inline toc_arena *arena_new(void)
{
    toc_arena *arena = NULL;
    assert_int_equal(toc_arena_new(TOC_MESSAGE_ARENA_BYTES, &arena, NULL), TOC_OK);
    return arena;
}

static inline toc_code decode_bytes(toc_span bytes, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = arena_new();
    toc_message message = {.kind = TOC_MSG_PING, .id = 77};
    uint8_t *copy = malloc(bytes.size == 0 ? 1 : bytes.size); /* exact, for the sanitizer */
    assert_non_null(copy);
    if (bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    toc_code code = toc_message_decode(toc_span_of(copy, bytes.size), arena, &message, err);
    free(copy);
    if (code != TOC_OK)
        assert_true(message.kind == TOC_MSG_PING && message.id == 77);
    return code;
}

static inline toc_span bytes_of(const char *hex, toc_buf *out)
{
    toc_buf_clear(out);
    for (const char *at = hex; *at != 0; at++) {
        if (*at == ' ')
            continue;
        uint8_t byte;
        assert_int_equal(toc_hex_decode(toc_span_of(at, 2), &byte, 1, NULL), TOC_OK);
        toc_buf_add_u8(out, byte);
        at++;
    }
    return toc_buf_view(out);
}

/* decode ∘ encode = identity; encode ∘ decode ∘ encode = encode. */
static inline void must_survive(const toc_message *message)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = arena_new();
    TOC_AUTO(toc_buf_wipe) toc_buf once = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf twice = {0};
    toc_message read = {0};
    toc_err err = {0};
    if (toc_message_encode(message, &once, &err) != TOC_OK ||
        toc_message_decode(toc_buf_view(&once), arena, &read, &err) != TOC_OK)
        fail_msg("kind %d: %s", (int)message->kind, err.text);
    if (!message_equal(message, &read))
        fail_msg("kind %d is read as something else", (int)message->kind);
    assert_int_equal(toc_message_encode(&read, &twice, NULL), TOC_OK);
    assert_true(toc_span_equal(toc_buf_view(&once), toc_buf_view(&twice)));
}

/* A change that no sender of ours makes: encoding refuses it with `expected`. */
static inline void must_refuse(const toc_message *message, toc_code expected, const char *sentence)
{
    TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
    toc_err err = {0};
    toc_code code = toc_message_encode(message, &wire, &err);
    if (code != expected || strstr(err.text, sentence) == NULL)
        fail_msg("expected '%s', got %s, '%s'", sentence, toc_code_name(code), err.text);
    assert_int_equal(wire.size, 0);
}

/* Messages built by hand, field by field, as no sender of ours would. */
static inline void add_field(toc_buf *out, uint32_t number, toc_span bytes)
{
    uint32_t tag = number << 3 | 2;
    for (; tag >= 0x80; tag >>= 7)
        toc_buf_add_u8(out, (uint8_t)(tag | 0x80));
    toc_buf_add_u8(out, (uint8_t)tag);
    size_t size = bytes.size;
    for (; size >= 0x80; size >>= 7)
        toc_buf_add_u8(out, (uint8_t)(size | 0x80));
    toc_buf_add_u8(out, (uint8_t)size);
    toc_buf_add_span(out, bytes);
}

static inline void add_number(toc_buf *out, uint8_t number, uint8_t value)
{
    toc_buf_add_u8(out, (uint8_t)(number << 3));
    toc_buf_add_u8(out, value);
}

static inline toc_code decode_body(uint32_t kind, const toc_buf *body, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
    add_field(&wire, kind, toc_buf_view(body));
    if (kind != TOC_MSG_NEWS)
        toc_buf_add(&wire, "\x80\x01\x05", 3);
    return decode_bytes(toc_buf_view(&wire), err);
}

static const uint8_t filler[1900 * 32] = {1};

static inline void chunk_body(toc_buf *out, toc_span to_checkpoint, toc_span from_known,
                              uint8_t lane)
{
    TOC_AUTO(toc_buf_wipe) toc_buf feed = {0};
    toc_span id = toc_span_of(filler, 32);
    add_field(&feed, 1, id);
    add_field(&feed, 2, id);
    add_number(&feed, 3, lane);
    add_number(&feed, 4, 9);
    add_field(out, 1, toc_buf_view(&feed));
    add_number(out, 2, 0);
    add_number(out, 3, 0);
    add_field(out, 4, (toc_span){0});
    add_field(out, 5, toc_span_text("note"));
    add_field(out, 6, to_checkpoint);
    add_field(out, 7, from_known);
    add_number(out, 8, 0);
}

#endif
