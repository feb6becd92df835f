/* One link: first frame, answer, frames; and what strangers, replays and changes come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "proto/base/endian.h"
#include "proto/crypto/hash.h"
#include "proto/session/noise.h"
#include "proto/session/session.h"
#include "tests/support/started.h"

enum { FIRST_FRAME = 209, ANSWER = 144 }; /* bytes, without the length */

typedef struct link {
    toc_secret *secret_i, *secret_r;
    toc_link_key public_i, public_r;
    toc_hello hello_i, hello_r;
    toc_session *initiator, *responder;
    toc_buf first, answer; /* frames with their lengths */
} link;

static void link_wipe(link *both)
{
    toc_secret_free(both->secret_i);
    toc_secret_free(both->secret_r);
    toc_session_free(both->initiator);
    toc_session_free(both->responder);
    toc_buf_wipe(&both->first);
    toc_buf_wipe(&both->answer);
}
TOC_DEFINE_AUTO_WIPE(link, link_wipe)

/* A frame without its length, which must be true. */
static toc_span frame_of(const toc_buf *buf)
{
    assert_true(buf->size >= 2);
    assert_int_equal(toc_get_u16(buf->data), buf->size - 2);
    return toc_span_of(buf->data + 2, buf->size - 2);
}

static void link_begin(link *both)
{
    assert_int_equal(toc_secret_random(&both->secret_i, NULL), TOC_OK);
    assert_int_equal(toc_secret_random(&both->secret_r, NULL), TOC_OK);
    toc_link_public(both->secret_i, &both->public_i);
    toc_link_public(both->secret_r, &both->public_r);
    toc_random(&both->hello_i, sizeof both->hello_i);
    toc_random(&both->hello_r, sizeof both->hello_r);
    assert_int_equal(toc_session_initiate(both->secret_i, &both->public_r, &both->hello_i,
                                          &both->first, &both->initiator, NULL),
                     TOC_OK);
}

static void link_accept(link *both)
{
    toc_link_key key;
    toc_hello hello;
    assert_int_equal(toc_session_accept(both->secret_r, frame_of(&both->first), &both->responder,
                                        &key, &hello, NULL),
                     TOC_OK);
    assert_memory_equal(&key, &both->public_i, sizeof key);
    assert_memory_equal(&hello, &both->hello_i, sizeof hello);
}

static void link_shake(link *both)
{
    link_begin(both);
    link_accept(both);
    assert_int_equal(toc_session_answer(both->responder, &both->hello_r, &both->answer, NULL),
                     TOC_OK);
    toc_hello hello;
    assert_int_equal(toc_session_finish(both->initiator, frame_of(&both->answer), &hello, NULL),
                     TOC_OK);
    assert_memory_equal(&hello, &both->hello_r, sizeof hello);
}

static void send_frame(toc_session *from, const char *text, toc_buf *out)
{
    toc_buf_clear(out);
    assert_int_equal(toc_session_seal(from, toc_span_text(text), out, NULL), TOC_OK);
}

static void deliver(toc_session *from, toc_session *to, const char *text)
{
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf opened = {0};
    send_frame(from, text, &sealed);
    assert_int_equal(toc_session_open(to, frame_of(&sealed), &opened, NULL), TOC_OK);
    assert_string_equal(toc_buf_text(&opened), text);
}

static void must_have_ended(toc_session *session)
{
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_hello hello = {0};
    assert_false(toc_session_confirmed(session));
    assert_int_equal(toc_session_seal(session, toc_span_text("x"), &out, NULL), TOC_STATE);
    assert_int_equal(toc_session_open(session, toc_span_text("0123456789abcdefg"), &out, NULL),
                     TOC_STATE);
    assert_int_equal(toc_session_answer(session, &hello, &out, NULL), TOC_STATE);
    assert_int_equal(toc_session_finish(session, toc_span_text("x"), &hello, NULL), TOC_STATE);
    assert_int_equal(out.size, 0);
}

/* --- the handshake ------------------------------------------------------------------- */

static void both_sides_learn_key_org_and_card_and_understand_each_other(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link both = {0};
    link_shake(&both);
    deliver(both.initiator, both.responder, "hello");
    deliver(both.responder, both.initiator, "and to you");
    deliver(both.responder, both.initiator, "");
    deliver(both.initiator, both.responder, "again");
}

/* PROTOCOL §3, put together here from its parts: length, version, message 1 of Noise under the
 * prologue, mac1. */
static void the_first_frame_is_laid_out_as_the_protocol_says(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link both = {0};
    link_begin(&both);
    toc_span frame = frame_of(&both.first);
    assert_int_equal(frame.size, FIRST_FRAME);
    assert_int_equal(frame.data[0], 1);

    toc_span key_parts[2] = {toc_span_text("tocsin/mac1/1\n"), TOC_SPAN_OF(both.public_r.bytes)};
    toc_hash key;
    uint8_t mac1[16];
    toc_blake2b_parts(key_parts, 2, &key);
    toc_span covered = toc_span_of(frame.data, frame.size - 16);
    toc_blake2b_keyed(TOC_SPAN_OF(key), &covered, 1, mac1, sizeof mac1);
    assert_memory_equal(mac1, frame.data + frame.size - 16, 16);

    TOC_AUTO(toc_noise_wipe) toc_noise noise = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf payload = {0};
    toc_noise_keys keys = {.own_secret = both.secret_r};
    assert_int_equal(toc_noise_start(&toc_noise_ik, false, toc_span_text("tocsin/link/1\n\x01"),
                                     &keys, &noise, NULL),
                     TOC_OK);
    assert_int_equal(
        toc_noise_read(&noise, toc_span_of(frame.data + 1, frame.size - 17), &payload, NULL),
        TOC_OK);
    assert_int_equal(payload.size, 96);
    assert_memory_equal(payload.data, both.hello_i.from.bytes, 32);
    assert_memory_equal(payload.data + 32, both.hello_i.to.bytes, 32);
    assert_memory_equal(payload.data + 64, both.hello_i.card.bytes, 32);
    assert_memory_equal(noise.remote_static, both.public_i.bytes, 32);
}

static toc_code accept_bytes(const link *both, toc_span frame, toc_err *err)
{
    toc_session *session = NULL;
    toc_link_key key = {{7}};
    toc_hello hello = {.from = {{7}}};
    toc_code code = toc_session_accept(both->secret_r, frame, &session, &key, &hello, err);
    toc_session_free(session);
    if (code != TOC_OK) {
        assert_null(session);
        assert_int_equal(key.bytes[0], 7);
        assert_int_equal(hello.from.bytes[0], 7);
    }
    return code;
}

static void every_truncated_or_changed_first_frame_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link both = {0};
    link_begin(&both);
    toc_span frame = frame_of(&both.first);
    for (size_t size = 0; size < frame.size; size++) {
        toc_code expected = size <= 16 ? TOC_MALFORMED : TOC_SIGNATURE;
        assert_int_equal(accept_bytes(&both, toc_span_of(frame.data, size), NULL), expected);
    }
    for (size_t at = 0; at < frame.size; at++) {
        both.first.data[2 + at] ^= 0x10;
        assert_int_equal(accept_bytes(&both, frame, NULL), TOC_SIGNATURE);
        both.first.data[2 + at] ^= 0x10;
    }
    assert_int_equal(accept_bytes(&both, frame, NULL), TOC_OK);
}

static void remake_mac1(const link *both, uint8_t *frame, size_t size)
{
    toc_span key_parts[2] = {toc_span_text("tocsin/mac1/1\n"), TOC_SPAN_OF(both->public_r.bytes)};
    toc_hash key;
    toc_blake2b_parts(key_parts, 2, &key);
    toc_span covered = toc_span_of(frame, size - 16);
    toc_blake2b_keyed(TOC_SPAN_OF(key), &covered, 1, frame + size - 16, 16);
}

/* mac1 is no secret: who knows the responder's key can make it. Noise stands behind it. */
static void a_changed_first_frame_with_a_true_mac1_is_refused_too(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link both = {0};
    link_begin(&both);
    uint8_t frame[FIRST_FRAME + 1];
    for (size_t at = 1; at < FIRST_FRAME - 16; at++) {
        memcpy(frame, both.first.data + 2, FIRST_FRAME);
        frame[at] ^= 0x80;
        remake_mac1(&both, frame, FIRST_FRAME);
        assert_int_equal(accept_bytes(&both, toc_span_of(frame, FIRST_FRAME), NULL), TOC_SEALED);
    }
    for (size_t size = 18; size <= FIRST_FRAME + 1; size++) {
        if (size == FIRST_FRAME)
            continue;
        memcpy(frame, both.first.data + 2, FIRST_FRAME);
        remake_mac1(&both, frame, size);
        assert_int_equal(accept_bytes(&both, toc_span_of(frame, size), NULL), TOC_MALFORMED);
    }
    memcpy(frame, both.first.data + 2, FIRST_FRAME);
    remake_mac1(&both, frame, FIRST_FRAME);
    assert_int_equal(accept_bytes(&both, toc_span_of(frame, FIRST_FRAME), NULL), TOC_OK);
}

static void a_first_frame_of_another_version_says_so(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link both = {0};
    link_begin(&both);
    toc_err err = {0};
    both.first.data[2] = 2;
    remake_mac1(&both, both.first.data + 2, FIRST_FRAME);
    assert_int_equal(accept_bytes(&both, frame_of(&both.first), &err), TOC_STATE);
    assert_non_null(strstr(err.text, "version 2"));
}

/* The prologue holds the version byte: a middle box that turns a 2 into a 1 must not go unnoticed.
 */
static void a_version_changed_on_the_way_does_not_open(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link both = {0};
    link_begin(&both);
    TOC_AUTO(toc_noise_wipe) toc_noise noise = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf frame = {0};
    toc_noise_keys keys = {.own_secret = both.secret_i, .remote_public = both.public_r.bytes};
    assert_int_equal(toc_noise_start(&toc_noise_ik, true, toc_span_text("tocsin/link/1\n\x02"),
                                     &keys, &noise, NULL),
                     TOC_OK);
    toc_buf_add_u8(&frame, 1);
    assert_int_equal(toc_noise_write(&noise, TOC_SPAN_OF(both.hello_i), &frame, NULL), TOC_OK);
    toc_buf_add_zeros(&frame, 16);
    remake_mac1(&both, frame.data, frame.size);
    assert_int_equal(frame.size, FIRST_FRAME);
    assert_int_equal(accept_bytes(&both, toc_buf_view(&frame), NULL), TOC_SEALED);
}

static void a_first_frame_for_somebody_else_fails_at_mac1(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link ours = {0};
    TOC_AUTO(link_wipe) link theirs = {0};
    link_begin(&ours);
    link_begin(&theirs);
    assert_int_equal(accept_bytes(&ours, frame_of(&theirs.first), NULL), TOC_SIGNATURE);
}

static void a_prepared_key_is_the_same_key(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link both = {0};
    link_begin(&both);
    toc_link_prepare(both.secret_r);
    toc_link_key prepared;
    toc_link_public(both.secret_r, &prepared);
    assert_memory_equal(&prepared, &both.public_r, sizeof prepared);
    assert_memory_equal(toc_secret_view(both.secret_r) + 32, &both.public_r, 32);
    assert_int_equal(accept_bytes(&both, frame_of(&both.first), NULL), TOC_OK);
    link_accept(&both);
    assert_int_equal(toc_session_answer(both.responder, &both.hello_r, &both.answer, NULL), TOC_OK);
    toc_hello hello;
    assert_int_equal(toc_session_finish(both.initiator, frame_of(&both.answer), &hello, NULL),
                     TOC_OK);
}

/* RFC 7748 §6.1. */
static void the_public_key_is_that_of_x25519(void **state)
{
    (void)state;
    static const uint8_t alice[32] = {0x77, 0x07, 0x6d, 0x0a, 0x73, 0x18, 0xa5, 0x7d,
                                      0x3c, 0x16, 0xc1, 0x72, 0x51, 0xb2, 0x66, 0x45,
                                      0xdf, 0x4c, 0x2f, 0x87, 0xeb, 0xc0, 0x99, 0x2a,
                                      0xb1, 0x77, 0xfb, 0xa5, 0x1d, 0xb9, 0x2c, 0x2a};
    static const uint8_t public_key[32] = {0x85, 0x20, 0xf0, 0x09, 0x89, 0x30, 0xa7, 0x54,
                                           0x74, 0x8b, 0x7d, 0xdc, 0xb4, 0x3e, 0xf7, 0x5a,
                                           0x0d, 0xbf, 0x3a, 0x0d, 0x26, 0x38, 0x1a, 0xf4,
                                           0xeb, 0xa4, 0xa9, 0x8e, 0xaa, 0x9b, 0x4e, 0x6a};
    TOC_AUTO(toc_secret_free) toc_secret *secret = NULL;
    assert_int_equal(toc_secret_from(toc_span_of(alice, sizeof alice), &secret, NULL), TOC_OK);
    toc_link_key key;
    toc_link_public(secret, &key);
    assert_memory_equal(key.bytes, public_key, sizeof public_key);
}

static void every_truncated_or_changed_answer_is_refused_and_ends_the_session(void **state)
{
    (void)state;
    for (size_t change = 0; change <= (size_t)2 * ANSWER; change++) {
        TOC_AUTO(link_wipe) link both = {0};
        link_begin(&both);
        link_accept(&both);
        assert_int_equal(toc_session_answer(both.responder, &both.hello_r, &both.answer, NULL),
                         TOC_OK);
        assert_int_equal(frame_of(&both.answer).size, ANSWER);
        toc_span frame = frame_of(&both.answer);
        if (change < ANSWER)
            frame.size = change;
        else if (change < (size_t)2 * ANSWER)
            both.answer.data[2 + change - ANSWER] ^= 0x80;
        else
            frame = toc_span_of(both.answer.data, ANSWER + 2);
        toc_hello hello = {.from = {{7}}};
        toc_code expected = frame.size == ANSWER ? TOC_SEALED : TOC_MALFORMED;
        assert_int_equal(toc_session_finish(both.initiator, frame, &hello, NULL), expected);
        assert_int_equal(hello.from.bytes[0], 7);
        must_have_ended(both.initiator);
    }
}

static void an_answer_to_another_first_frame_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link both = {0};
    link_shake(&both);
    TOC_AUTO(toc_buf_wipe) toc_buf frame = {0};
    toc_session *again = NULL;
    assert_int_equal(
        toc_session_initiate(both.secret_i, &both.public_r, &both.hello_i, &frame, &again, NULL),
        TOC_OK);
    toc_hello hello;
    assert_int_equal(toc_session_finish(again, frame_of(&both.answer), &hello, NULL), TOC_SEALED);
    must_have_ended(again);
    toc_session_free(again);
}

/* --- replay -------------------------------------------------------------------------- */

static void a_replayed_first_frame_is_never_confirmed(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link both = {0};
    link_shake(&both);
    TOC_AUTO(toc_buf_wipe) toc_buf recorded = {0};
    send_frame(both.initiator, "pay attention", &recorded);

    /* Somebody who recorded all that the initiator sent plays it to the responder again. */
    toc_session *genuine = both.responder;
    both.responder = NULL;
    link_accept(&both);
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    assert_int_equal(toc_session_answer(both.responder, &both.hello_r, &out, NULL), TOC_OK);
    assert_false(toc_session_confirmed(both.responder));
    toc_buf_clear(&out);
    assert_int_equal(toc_session_open(both.responder, frame_of(&recorded), &out, NULL), TOC_SEALED);
    assert_int_equal(out.size, 0);
    must_have_ended(both.responder);

    /* And the genuine session never noticed. */
    assert_false(toc_session_confirmed(genuine));
    assert_int_equal(toc_session_open(genuine, frame_of(&recorded), &out, NULL), TOC_OK);
    assert_true(toc_session_confirmed(genuine));
    toc_session_free(genuine);
}

static void a_responder_is_confirmed_by_the_first_message_and_says_nothing_before(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link both = {0};
    link_begin(&both);
    assert_false(toc_session_confirmed(both.initiator));
    link_accept(&both);
    assert_false(toc_session_confirmed(both.responder));
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    assert_int_equal(toc_session_seal(both.responder, toc_span_text("x"), &out, NULL), TOC_STATE);
    assert_int_equal(toc_session_answer(both.responder, &both.hello_r, &both.answer, NULL), TOC_OK);
    assert_false(toc_session_confirmed(both.responder));
    assert_int_equal(toc_session_seal(both.responder, toc_span_text("x"), &out, NULL), TOC_STATE);
    toc_hello hello;
    assert_int_equal(toc_session_finish(both.initiator, frame_of(&both.answer), &hello, NULL),
                     TOC_OK);
    assert_true(toc_session_confirmed(both.initiator));
    deliver(both.initiator, both.responder, "here I am");
    assert_true(toc_session_confirmed(both.responder));
    deliver(both.responder, both.initiator, "so are we");
    assert_int_equal(out.size, 0);
}

static void a_call_out_of_turn_changes_nothing(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link both = {0};
    link_begin(&both);
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_hello hello;
    assert_int_equal(toc_session_answer(both.initiator, &both.hello_i, &out, NULL), TOC_STATE);
    assert_int_equal(toc_session_seal(both.initiator, toc_span_text("x"), &out, NULL), TOC_STATE);
    assert_int_equal(
        toc_session_open(both.initiator, toc_span_text("0123456789abcdefg"), &out, NULL),
        TOC_STATE);
    link_accept(&both);
    assert_int_equal(toc_session_finish(both.responder, toc_span_text("x"), &hello, NULL),
                     TOC_STATE);
    assert_int_equal(
        toc_session_open(both.responder, toc_span_text("0123456789abcdefg"), &out, NULL),
        TOC_STATE);
    assert_int_equal(toc_session_answer(both.responder, &both.hello_r, &both.answer, NULL), TOC_OK);
    assert_int_equal(toc_session_answer(both.responder, &both.hello_r, &out, NULL), TOC_STATE);
    assert_int_equal(toc_session_finish(both.initiator, frame_of(&both.answer), &hello, NULL),
                     TOC_OK);
    assert_int_equal(toc_session_finish(both.initiator, frame_of(&both.answer), &hello, NULL),
                     TOC_STATE);
    deliver(both.initiator, both.responder, "all the same");
    assert_int_equal(out.size, 0);
}

/* --- frames -------------------------------------------------------------------------- */

static void every_truncated_or_changed_frame_ends_the_session(void **state)
{
    (void)state;
    enum { SIZE = 5 + 16 };
    for (size_t change = 0; change <= (size_t)2 * SIZE; change++) {
        TOC_AUTO(link_wipe) link both = {0};
        link_shake(&both);
        TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf opened = {0};
        send_frame(both.initiator, "alert", &sealed);
        assert_int_equal(frame_of(&sealed).size, SIZE);
        toc_span frame = frame_of(&sealed);
        if (change < SIZE)
            frame.size = change;
        else if (change < (size_t)2 * SIZE)
            sealed.data[2 + change - SIZE] ^= 1;
        else
            frame = toc_span_of(sealed.data, sealed.size);
        toc_code expected = frame.size < 16 ? TOC_MALFORMED : TOC_SEALED;
        assert_int_equal(toc_session_open(both.responder, frame, &opened, NULL), expected);
        assert_int_equal(opened.size, 0);
        must_have_ended(both.responder);
    }
}

static void a_frame_again_out_of_order_or_reflected_ends_the_session(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 3; way++) {
        TOC_AUTO(link_wipe) link both = {0};
        link_shake(&both);
        TOC_AUTO(toc_buf_wipe) toc_buf first = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf second = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf opened = {0};
        send_frame(both.initiator, "first", &first);
        send_frame(both.initiator, "second", &second);
        if (way == 0) { /* again */
            assert_int_equal(toc_session_open(both.responder, frame_of(&first), &opened, NULL),
                             TOC_OK);
            assert_int_equal(toc_session_open(both.responder, frame_of(&first), &opened, NULL),
                             TOC_SEALED);
            assert_string_equal(toc_buf_text(&opened), "first");
            must_have_ended(both.responder);
        } else if (way == 1) { /* the first was dropped */
            assert_int_equal(toc_session_open(both.responder, frame_of(&second), &opened, NULL),
                             TOC_SEALED);
            must_have_ended(both.responder);
        } else { /* back to where it came from */
            assert_int_equal(toc_session_open(both.initiator, frame_of(&first), &opened, NULL),
                             TOC_SEALED);
            must_have_ended(both.initiator);
        }
    }
}

static void the_largest_message_fills_a_frame_and_one_byte_more_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link both = {0};
    link_shake(&both);
    static uint8_t large[TOC_MESSAGE_BYTES_MAX + 1];
    toc_random(large, sizeof large);
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf opened = {0};
    assert_int_equal(
        toc_session_seal(both.initiator, toc_span_of(large, TOC_MESSAGE_BYTES_MAX), &sealed, NULL),
        TOC_OK);
    assert_int_equal(frame_of(&sealed).size, TOC_FRAME_BYTES_MAX);
    assert_int_equal(toc_session_open(both.responder, frame_of(&sealed), &opened, NULL), TOC_OK);
    assert_int_equal(opened.size, TOC_MESSAGE_BYTES_MAX);
    assert_memory_equal(opened.data, large, TOC_MESSAGE_BYTES_MAX);
    size_t size = sealed.size;
    assert_int_equal(
        toc_session_seal(both.initiator, toc_span_of(large, sizeof large), &sealed, NULL),
        TOC_LIMIT);
    assert_int_equal(sealed.size, size);
    must_have_ended(both.initiator);
    assert_int_equal(toc_session_open(both.responder, toc_span_of(large, TOC_FRAME_BYTES_MAX + 1),
                                      &opened, NULL),
                     TOC_LIMIT);
    must_have_ended(both.responder);
}

static void frames_are_appended_one_after_another(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link both = {0};
    link_shake(&both);
    TOC_AUTO(toc_buf_wipe) toc_buf stream = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf opened = {0};
    assert_int_equal(toc_session_seal(both.initiator, toc_span_text("one"), &stream, NULL), TOC_OK);
    assert_int_equal(toc_session_seal(both.initiator, toc_span_text("three"), &stream, NULL),
                     TOC_OK);
    for (size_t at = 0; at < stream.size;) {
        size_t size = toc_get_u16(stream.data + at);
        toc_span frame = toc_span_of(stream.data + at + 2, size);
        assert_int_equal(toc_session_open(both.responder, frame, &opened, NULL), TOC_OK);
        at += 2 + size;
    }
    assert_string_equal(toc_buf_text(&opened), "onethree");
}

static void messages_are_counted_by_the_busier_direction(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link both = {0};
    link_shake(&both);
    assert_int_equal(toc_session_messages(both.initiator), 0);
    for (unsigned i = 0; i < 3; i++)
        deliver(both.initiator, both.responder, "x");
    deliver(both.responder, both.initiator, "x");
    assert_int_equal(toc_session_messages(both.initiator), 3);
    assert_int_equal(toc_session_messages(both.responder), 3);
    for (unsigned i = 0; i < 4; i++)
        deliver(both.responder, both.initiator, "x");
    assert_int_equal(toc_session_messages(both.initiator), 5);
    assert_int_equal(toc_session_messages(both.responder), 5);
}

/* The simulator replays a world from its seed. */
static void one_seed_gives_one_handshake(void **state)
{
    (void)state;
    TOC_AUTO(link_wipe) link one = {0};
    TOC_AUTO(link_wipe) link two = {0};
    toc_random_from_seed(11);
    link_shake(&one);
    toc_random_from_seed(11);
    link_shake(&two);
    toc_random_from_system();
    assert_int_equal(one.first.size, two.first.size);
    assert_memory_equal(one.first.data, two.first.data, one.first.size);
    assert_memory_equal(one.answer.data, two.answer.data, one.answer.size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_learn_key_org_and_card_and_understand_each_other),
        cmocka_unit_test(the_first_frame_is_laid_out_as_the_protocol_says),
        cmocka_unit_test(every_truncated_or_changed_first_frame_is_refused),
        cmocka_unit_test(a_changed_first_frame_with_a_true_mac1_is_refused_too),
        cmocka_unit_test(a_first_frame_of_another_version_says_so),
        cmocka_unit_test(a_version_changed_on_the_way_does_not_open),
        cmocka_unit_test(a_first_frame_for_somebody_else_fails_at_mac1),
        cmocka_unit_test(a_prepared_key_is_the_same_key),
        cmocka_unit_test(the_public_key_is_that_of_x25519),
        cmocka_unit_test(every_truncated_or_changed_answer_is_refused_and_ends_the_session),
        cmocka_unit_test(an_answer_to_another_first_frame_is_refused),
        cmocka_unit_test(a_replayed_first_frame_is_never_confirmed),
        cmocka_unit_test(a_responder_is_confirmed_by_the_first_message_and_says_nothing_before),
        cmocka_unit_test(a_call_out_of_turn_changes_nothing),
        cmocka_unit_test(every_truncated_or_changed_frame_ends_the_session),
        cmocka_unit_test(a_frame_again_out_of_order_or_reflected_ends_the_session),
        cmocka_unit_test(the_largest_message_fills_a_frame_and_one_byte_more_is_refused),
        cmocka_unit_test(frames_are_appended_one_after_another),
        cmocka_unit_test(messages_are_counted_by_the_busier_direction),
        cmocka_unit_test(one_seed_gives_one_handshake),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
