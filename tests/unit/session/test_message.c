/* Link messages: what is written is read, in one way and within its sizes. */
#include "proto/crypto/secret.h"
#include "tests/support/started.h"
#include "tests/unit/session/message_wire.h"

/* --- the laws ------------------------------------------------------------------------ */

static void what_is_written_is_read(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = arena_new();
    for (uint64_t seed = 0; seed < 200; seed++) {
        for (size_t i = 0; i < MESSAGE_KIND_COUNT; i++) {
            toc_message message;
            message_random(message_kinds[i], seed, arena, &message);
            must_survive(&message);
            toc_arena_reset(arena);
        }
    }
}

/* Inside the body by its length; between the body and the id because both are needed. */
static void every_truncation_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = arena_new();
    for (size_t i = 0; i < MESSAGE_KIND_COUNT; i++) {
        toc_message message;
        message_random(message_kinds[i], 3, arena, &message);
        TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
        assert_int_equal(toc_message_encode(&message, &wire, NULL), TOC_OK);
        for (size_t size = 0; size < wire.size; size++)
            assert_int_equal(decode_bytes(toc_span_of(wire.data, size), NULL), TOC_MALFORMED);
        toc_arena_reset(arena);
    }
}

/* What a stranger wrote and we took, we write in one way. */
static void what_is_read_is_written_in_one_way(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = arena_new();
    TOC_AUTO(toc_arena_free) toc_arena *other = arena_new();
    toc_random_from_seed(5);
    size_t taken = 0;
    for (unsigned round = 0; round < 20000; round++) {
        toc_message message, read = {0}, again = {0};
        message_random(message_kinds[round % MESSAGE_KIND_COUNT], round, arena, &message);
        TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf once = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf twice = {0};
        assert_int_equal(toc_message_encode(&message, &wire, NULL), TOC_OK);
        uint32_t where[2];
        toc_random(where, sizeof where);
        wire.data[where[0] % (wire.size < 64 ? wire.size : 64)] = (uint8_t)where[1];
        if (toc_message_decode(toc_buf_view(&wire), other, &read, NULL) == TOC_OK) {
            taken++;
            assert_int_equal(toc_message_encode(&read, &once, NULL), TOC_OK);
            assert_int_equal(toc_message_decode(toc_buf_view(&once), other, &again, NULL), TOC_OK);
            assert_true(message_equal(&read, &again));
            assert_int_equal(toc_message_encode(&again, &twice, NULL), TOC_OK);
            assert_true(toc_span_equal(toc_buf_view(&once), toc_buf_view(&twice)));
        }
        toc_arena_reset(arena);
        toc_arena_reset(other);
    }
    toc_random_from_system();
    assert_true(taken > 1000);
}

/* --- bytes written out by hand from the encoding's definition ------------------------ */

static void the_bytes_are_those_of_protobuf(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf expected = {0};
    toc_message ping = {.kind = TOC_MSG_PING, .id = 1, .as.ping.wall_ms = 150};
    assert_int_equal(toc_message_encode(&ping, &wire, NULL), TOC_OK);
    /* field 5: 3 bytes, field 1: 150; field 16: 1 */
    assert_true(toc_span_equal(toc_buf_view(&wire), bytes_of("2A 03 08 9601 8001 01", &expected)));

    toc_buf_clear(&wire);
    toc_message pong = {.kind = TOC_MSG_PONG, .id = 300, .as.ping.wall_ms = 0};
    assert_int_equal(toc_message_encode(&pong, &wire, NULL), TOC_OK);
    assert_true(
        toc_span_equal(toc_buf_view(&wire), bytes_of("8001 AC02 AA01 02 08 00", &expected)));

    toc_buf_clear(&wire);
    toc_message refusal = {.kind = TOC_MSG_REFUSAL,
                           .id = 2,
                           .as.refusal = {TOC_REFUSED_BUSY, toc_span_text("later"), 1000}};
    assert_int_equal(toc_message_encode(&refusal, &wire, NULL), TOC_OK);
    assert_true(
        toc_span_equal(toc_buf_view(&wire),
                       bytes_of("8001 02 8202 0C 08 02 12 05 6C61746572 18 E807", &expected)));

    toc_buf_clear(&wire);
    toc_message short_refusal = {
        .kind = TOC_MSG_REFUSAL, .id = 2, .as.refusal.code = TOC_REFUSED_NOT_FOUND};
    assert_int_equal(toc_message_encode(&short_refusal, &wire, NULL), TOC_OK);
    assert_true(toc_span_equal(toc_buf_view(&wire), bytes_of("8001 02 8202 02 08 01", &expected)));

    toc_buf_clear(&wire);
    toc_message roll = {.kind = TOC_MSG_ROLL, .id = 9, .as.roll = {.offset = 65536}};
    memset(roll.as.roll.hash.bytes, 0xAB, 32);
    assert_int_equal(toc_message_encode(&roll, &wire, NULL), TOC_OK);
    bytes_of("22 26 0A 20", &expected);
    for (unsigned i = 0; i < 32; i++)
        toc_buf_add_u8(&expected, 0xAB);
    toc_buf_add(&expected, "\x10\x80\x80\x04\x80\x01\x09", 7);
    assert_true(toc_span_equal(toc_buf_view(&wire), toc_buf_view(&expected)));
}

/* --- sizes --------------------------------------------------------------------------- */

static void a_message_fills_a_frame_and_not_a_byte_more(void **state)
{
    (void)state;
    static uint8_t large[TOC_MESSAGE_BYTES_MAX];
    memset(large, 'x', sizeof large);
    toc_message reply = {
        .kind = TOC_MSG_ROLL_REPLY, .id = 1, .as.roll_reply.total = TOC_ROLL_ITEM_BYTES_MAX};
    size_t fits = 0;
    for (size_t size = sizeof large - 64; size <= sizeof large; size++) {
        TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
        reply.as.roll_reply.bytes = toc_span_of(large, size);
        toc_code code = toc_message_encode(&reply, &wire, NULL);
        assert_true(code == (wire.size > 0 ? TOC_OK : TOC_LIMIT));
        assert_true(wire.size <= TOC_MESSAGE_BYTES_MAX);
        if (wire.size == TOC_MESSAGE_BYTES_MAX) {
            fits++;
            must_survive(&reply);
        }
    }
    assert_int_equal(fits, 1);
    assert_int_equal(decode_bytes(toc_span_of(large, sizeof large), NULL), TOC_MALFORMED);
    TOC_AUTO(toc_buf_wipe) toc_buf longer = {0};
    toc_buf_add_zeros(&longer, TOC_MESSAGE_BYTES_MAX + 1);
    assert_int_equal(decode_bytes(toc_buf_view(&longer), NULL), TOC_LIMIT);
}

static void encoding_appends(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
    toc_message ping = {.kind = TOC_MSG_PING, .id = 1, .as.ping.wall_ms = 150};
    toc_buf_add_text(&wire, "before");
    assert_int_equal(toc_message_encode(&ping, &wire, NULL), TOC_OK);
    assert_int_equal(wire.size, 6 + 8);
    assert_memory_equal(wire.data, "before\x2A", 7);
}

/* What costs the receiver most: as many lists and unknown fields as a frame holds. */
static void no_frame_needs_more_than_the_arena_that_is_promised(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    add_field(&body, 1, toc_span_of(filler, 32));
    while (body.size < TOC_MESSAGE_BYTES_MAX - 16)
        toc_buf_add(&body, "\xC2\x3E\x00", 3); /* field 1000, empty */
    assert_int_equal(decode_body(TOC_MSG_NEWS, &body, NULL), TOC_OK);

    TOC_AUTO(toc_buf_wipe) toc_buf full = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf chunk = {0};
    chunk_body(&chunk, (toc_span){0}, (toc_span){0}, 1);
    add_field(&full, 1, toc_span_of(filler, 32));
    for (size_t i = 0; i < TOC_NEWS_CHUNKS_MAX; i++)
        add_field(&full, 3, toc_buf_view(&chunk));
    add_field(&full, 4, toc_span_of(filler, (size_t)TOC_NEWS_ROLL_MAX * 32));
    while (full.size < TOC_MESSAGE_BYTES_MAX - 16)
        toc_buf_add(&full, "\xC2\x3E\x00", 3);
    assert_int_equal(decode_body(TOC_MSG_NEWS, &full, NULL), TOC_OK);
}

static void an_arena_too_small_is_a_limit(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *source = arena_new();
    for (size_t i = 0; i < MESSAGE_KIND_COUNT; i++) {
        toc_message message, out;
        message_random(message_kinds[i], 3, source, &message);
        TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
        assert_int_equal(toc_message_encode(&message, &wire, NULL), TOC_OK);
        toc_code code = TOC_LIMIT;
        for (size_t ceiling = 0; code != TOC_OK; ceiling = ceiling * 5 / 4 + 16) {
            TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
            assert_int_equal(toc_arena_new(ceiling, &arena, NULL), TOC_OK);
            code = toc_message_decode(toc_buf_view(&wire), arena, &out, NULL);
            assert_true(code == TOC_OK ? ceiling > 0 : code == TOC_LIMIT);
        }
        toc_arena_reset(source);
    }
}

static void requests_are_told_from_the_rest(void **state)
{
    (void)state;
    for (size_t i = 0; i < MESSAGE_KIND_COUNT; i++)
        assert_int_equal(toc_message_is_request(message_kinds[i]),
                         message_kinds[i] < TOC_MSG_HEADS_REPLY);
    assert_false(toc_message_is_request((toc_message_kind)9));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(what_is_read_is_written_in_one_way),
        cmocka_unit_test(the_bytes_are_those_of_protobuf),
        cmocka_unit_test(a_message_fills_a_frame_and_not_a_byte_more),
        cmocka_unit_test(encoding_appends),
        cmocka_unit_test(no_frame_needs_more_than_the_arena_that_is_promised),
        cmocka_unit_test(an_arena_too_small_is_a_limit),
        cmocka_unit_test(requests_are_told_from_the_rest),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
