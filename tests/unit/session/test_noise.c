/* The handshake against published sessions, and what it does with everything else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "proto/base/text.h"
#include "tests/support/started.h"
#include "tests/support/vectors.h"
#include "tests/unit/session/noise_suites.h"

enum { SESSION_MESSAGES_MAX = 8, CASE_BYTES_MAX = 1 << 20 };

static toc_span hex(toc_arena *arena, const char *text)
{
    size_t size = strlen(text) / 2;
    uint8_t *bytes = toc_arena_alloc(arena, size);
    assert_non_null(bytes);
    assert_int_equal(toc_hex_decode(toc_span_text(text), bytes, size, NULL), TOC_OK);
    return toc_span_of(bytes, size);
}

/* --- published sessions -------------------------------------------------------------- */

typedef struct published_side {
    toc_span prologue, own_secret, ephemeral, remote_public;
} published_side;

typedef struct published {
    const char *name;
    published_side initiator, responder;
    toc_span handshake_hash; /* empty where the source gives none */
    size_t count;
    struct {
        toc_span payload, sent;
    } messages[SESSION_MESSAGES_MAX];
} published;

static toc_secret *secret_of(toc_span bytes)
{
    toc_secret *secret = NULL;
    if (bytes.size > 0)
        assert_int_equal(toc_secret_from(bytes, &secret, NULL), TOC_OK);
    return secret;
}

static void start_side(const toc_noise_suite *suite, bool initiator, const published_side *side,
                       toc_noise *out)
{
    TOC_AUTO(toc_secret_free) toc_secret *own = secret_of(side->own_secret);
    TOC_AUTO(toc_secret_free) toc_secret *ephemeral = secret_of(side->ephemeral);
    toc_noise_keys keys = {.own_secret = own,
                           .remote_public =
                               side->remote_public.size == 32 ? side->remote_public.data : NULL,
                           .ephemeral = ephemeral};
    assert_int_equal(toc_noise_start(suite, initiator, side->prologue, &keys, out, NULL), TOC_OK);
}

static void must_be(const published *session, size_t message, const char *what, toc_span found,
                    toc_span expected)
{
    if (!toc_span_equal(found, expected))
        fail_msg("%s, message %zu: %s differs", session->name, message + 1, what);
}

static void exchange(const published *session, size_t index, toc_noise *from, toc_noise *to)
{
    TOC_AUTO(toc_buf_wipe) toc_buf sent = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf payload = {0};
    toc_span expected = session->messages[index].payload;
    toc_err err = {0};
    toc_code wrote, read;
    if (from->stage == TOC_NOISE_HANDSHAKE) {
        wrote = toc_noise_write(from, expected, &sent, &err);
        must_be(session, index, "what travels", toc_buf_view(&sent), session->messages[index].sent);
        read = toc_noise_read(to, toc_buf_view(&sent), &payload, &err);
    } else {
        wrote = toc_noise_seal(from, expected, &sent, &err);
        must_be(session, index, "what travels", toc_buf_view(&sent), session->messages[index].sent);
        read = toc_noise_open(to, toc_buf_view(&sent), &payload, &err);
    }
    if (wrote != TOC_OK || read != TOC_OK)
        fail_msg("%s, message %zu: %s", session->name, index + 1, err.text);
    must_be(session, index, "the payload", toc_buf_view(&payload), expected);
}

static void run_published(const toc_noise_suite *suite, const published *session)
{
    TOC_AUTO(toc_noise_wipe) toc_noise initiator = {0};
    TOC_AUTO(toc_noise_wipe) toc_noise responder = {0};
    start_side(suite, true, &session->initiator, &initiator);
    start_side(suite, false, &session->responder, &responder);
    assert_true(session->count > suite->message_count);
    for (size_t i = 0; i < session->count; i++) {
        bool initiators = suite->message_count == 1 || i % 2 == 0;
        exchange(session, i, initiators ? &initiator : &responder,
                 initiators ? &responder : &initiator);
    }
    assert_memory_equal(initiator.hash, responder.hash, suite->hash->bytes);
    if (session->handshake_hash.size > 0)
        must_be(session, suite->message_count, "the handshake hash",
                toc_span_of(initiator.hash, suite->hash->bytes), session->handshake_hash);
}

static toc_span optional_hex(const toc_vector *vector, const char *key)
{
    return toc_vector_has(vector, key) ? toc_vector_hex(vector, key) : (toc_span){0};
}

static void read_vector(const toc_vector *vector, toc_arena *arena, published *out)
{
    *out = (published){.initiator = {toc_vector_hex(vector, "init_prologue"),
                                     toc_vector_hex(vector, "init_static"),
                                     toc_vector_hex(vector, "init_ephemeral"),
                                     toc_vector_hex(vector, "init_remote_static")},
                       .responder = {toc_vector_hex(vector, "resp_prologue"),
                                     toc_vector_hex(vector, "resp_static"),
                                     toc_vector_hex(vector, "resp_ephemeral"),
                                     {0}},
                       .handshake_hash = optional_hex(vector, "handshake_hash")};
    out->name = toc_vector_text(vector, "source");
    for (; out->count < SESSION_MESSAGES_MAX; out->count++) {
        char key[16], payload[256], sent[512];
        snprintf(key, sizeof key, "message_%zu", out->count + 1);
        if (!toc_vector_has(vector, key))
            break;
        assert_int_equal(sscanf(toc_vector_text(vector, key), "%255s %511s", payload, sent), 2);
        out->messages[out->count].payload = hex(arena, payload);
        out->messages[out->count].sent = hex(arena, sent);
    }
}

static void the_published_sessions_of_our_suite_come_out_byte_for_byte(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("noise-ik.txt", 2);
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    assert_int_equal(toc_arena_new(CASE_BYTES_MAX, &arena, NULL), TOC_OK);
    assert_int_equal(toc_vectors_count(vectors), 2);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        published session;
        read_vector(toc_vectors_at(vectors, i), arena, &session);
        assert_true(session.count >= 4);
        run_published(&toc_noise_ik, &session);
    }
}

/* --- the whole collections, where they are at hand ----------------------------------- */

/* One "key": "value" a line, as both files are written; messages come in pairs of lines. */
static void read_line(const char *key, const char *value, toc_arena *arena, published *session)
{
    const struct {
        const char *key;
        toc_span *to;
    } fields[] = {{"init_prologue", &session->initiator.prologue},
                  {"init_static", &session->initiator.own_secret},
                  {"init_ephemeral", &session->initiator.ephemeral},
                  {"init_remote_static", &session->initiator.remote_public},
                  {"resp_prologue", &session->responder.prologue},
                  {"resp_static", &session->responder.own_secret},
                  {"resp_ephemeral", &session->responder.ephemeral},
                  {"resp_remote_static", &session->responder.remote_public},
                  {"handshake_hash", &session->handshake_hash}};
    for (size_t i = 0; i < TOC_COUNT(fields); i++) {
        if (strcmp(fields[i].key, key) == 0)
            *fields[i].to = hex(arena, value);
    }
    if (strcmp(key, "protocol_name") == 0)
        session->name = toc_arena_text(arena, toc_span_text(value));
    if (strcmp(key, "payload") == 0) {
        assert_true(session->count < SESSION_MESSAGES_MAX);
        session->messages[session->count].payload = hex(arena, value);
    }
    if (strcmp(key, "ciphertext") == 0)
        session->messages[session->count++].sent = hex(arena, value);
}

static size_t run_if_built(const published *session)
{
    toc_noise_suite suite;
    if (session->count == 0 || !noise_suite_named(session->name, &suite))
        return 0;
    run_published(&suite, session);
    return 1;
}

static size_t run_collection(const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    assert_int_equal(toc_arena_new(CASE_BYTES_MAX, &arena, NULL), TOC_OK);
    published session = {0};
    size_t ran = 0;
    char line[4096], key[64], value[2048];
    while (fgets(line, sizeof line, file) != NULL) {
        value[0] = '\0';
        if (sscanf(line, " \"%63[^\"]\": \"%2047[^\"]\"", key, value) < 1)
            continue;
        if (strcmp(key, "protocol_name") == 0) {
            ran += run_if_built(&session);
            session = (published){0};
            toc_arena_reset(arena);
        }
        if (value[0] != '\0' || strchr(line, ':') != NULL)
            read_line(key, value, arena, &session);
    }
    fclose(file);
    return ran + run_if_built(&session);
}

static void every_published_session_without_psk_comes_out_byte_for_byte(void **state)
{
    (void)state;
    char path[4096];
    if (!toc_shared_path("data/vectors/noise/cacophony.json", path))
        skip();
    size_t ran = run_collection(path);
    assert_int_equal(ran, 109);
    assert_true(toc_shared_path("data/vectors/noise/snow.json", path));
    ran = run_collection(path);
    assert_int_equal(ran, 120);
}

/* --- what is refused ----------------------------------------------------------------- */

typedef struct pair {
    toc_secret *secret_i, *secret_r;
    uint8_t public_r[32];
    toc_noise initiator, responder;
} pair;

static void pair_wipe(pair *both)
{
    toc_secret_free(both->secret_i);
    toc_secret_free(both->secret_r);
    toc_noise_wipe(&both->initiator);
    toc_noise_wipe(&both->responder);
}
TOC_DEFINE_AUTO_WIPE(pair, pair_wipe)

static void pair_start(pair *both)
{
    assert_int_equal(toc_secret_random(&both->secret_i, NULL), TOC_OK);
    assert_int_equal(toc_secret_random(&both->secret_r, NULL), TOC_OK);
    toc_noise_public(both->secret_r, both->public_r);
    toc_noise_keys initiator = {.own_secret = both->secret_i, .remote_public = both->public_r};
    toc_noise_keys responder = {.own_secret = both->secret_r};
    assert_int_equal(toc_noise_start(&toc_noise_ik, true, toc_span_text("p"), &initiator,
                                     &both->initiator, NULL),
                     TOC_OK);
    assert_int_equal(toc_noise_start(&toc_noise_ik, false, toc_span_text("p"), &responder,
                                     &both->responder, NULL),
                     TOC_OK);
}

static void pair_shake(pair *both)
{
    TOC_AUTO(toc_buf_wipe) toc_buf first = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf second = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf payload = {0};
    assert_int_equal(toc_noise_write(&both->initiator, toc_span_text("one"), &first, NULL), TOC_OK);
    assert_int_equal(toc_noise_read(&both->responder, toc_buf_view(&first), &payload, NULL),
                     TOC_OK);
    assert_int_equal(toc_noise_write(&both->responder, toc_span_text("two"), &second, NULL),
                     TOC_OK);
    assert_int_equal(toc_noise_read(&both->initiator, toc_buf_view(&second), &payload, NULL),
                     TOC_OK);
    assert_string_equal(toc_buf_text(&payload), "onetwo");
}

static void must_be_over(toc_noise *noise)
{
    assert_int_equal(noise->stage, TOC_NOISE_OVER);
    assert_null(noise->own);
    assert_null(noise->chain);
    assert_null(noise->cipher);
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    assert_int_equal(toc_noise_write(noise, (toc_span){0}, &out, NULL), TOC_STATE);
    assert_int_equal(toc_noise_read(noise, (toc_span){0}, &out, NULL), TOC_STATE);
    assert_int_equal(toc_noise_seal(noise, (toc_span){0}, &out, NULL), TOC_STATE);
    assert_int_equal(toc_noise_open(noise, (toc_span){0}, &out, NULL), TOC_STATE);
    assert_int_equal(out.size, 0);
}

static void a_call_out_of_turn_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    TOC_AUTO(pair_wipe) pair both = {0};
    pair_start(&both);
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    assert_int_equal(toc_noise_read(&both.initiator, toc_span_text("x"), &out, NULL), TOC_STATE);
    assert_int_equal(toc_noise_write(&both.responder, toc_span_text("x"), &out, NULL), TOC_STATE);
    assert_int_equal(toc_noise_seal(&both.initiator, toc_span_text("x"), &out, NULL), TOC_STATE);
    assert_int_equal(toc_noise_open(&both.responder, toc_span_text("x"), &out, NULL), TOC_STATE);
    assert_int_equal(out.size, 0);
    pair_shake(&both);
    assert_int_equal(toc_noise_write(&both.initiator, toc_span_text("x"), &out, NULL), TOC_STATE);
    assert_int_equal(toc_noise_read(&both.responder, toc_span_text("x"), &out, NULL), TOC_STATE);
    assert_int_equal(toc_noise_seal(&both.initiator, toc_span_text("x"), &out, NULL), TOC_OK);
}

static void after_the_handshake_only_transport_keys_are_left(void **state)
{
    (void)state;
    TOC_AUTO(pair_wipe) pair both = {0};
    pair_start(&both);
    pair_shake(&both);
    assert_null(both.initiator.own);
    assert_null(both.initiator.chain);
    const uint8_t *mine = toc_secret_view(both.initiator.cipher),
                  *theirs = toc_secret_view(both.responder.cipher);
    assert_memory_equal(mine, theirs + 32, 32);
    assert_memory_equal(mine + 32, theirs, 32);
    assert_memory_not_equal(mine, mine + 32, 32);
}

/* Message 0 or 1 arrives cut at every place, changed at every place, and one byte too long. */
static void must_refuse_changes(int message)
{
    for (size_t change = 0;; change++) {
        TOC_AUTO(pair_wipe) pair both = {0};
        pair_start(&both);
        TOC_AUTO(toc_buf_wipe) toc_buf sent = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
        toc_noise *reader = message == 0 ? &both.responder : &both.initiator;
        assert_int_equal(toc_noise_write(&both.initiator, toc_span_text("one"), &sent, NULL),
                         TOC_OK);
        if (message == 1) {
            assert_int_equal(toc_noise_read(&both.responder, toc_buf_view(&sent), &out, NULL),
                             TOC_OK);
            toc_buf_clear(&sent);
            toc_buf_clear(&out);
            assert_int_equal(toc_noise_write(&both.responder, toc_span_text("two"), &sent, NULL),
                             TOC_OK);
        }
        size_t size = sent.size;
        if (change > 2 * size)
            break;
        if (change < size)
            sent.size = change; /* cut there */
        else if (change == 2 * size)
            toc_buf_add_u8(&sent, 0);
        else if (change - size == 31)
            sent.data[31] ^= 0x40; /* X25519 ignores the highest bit, and h does not */
        else
            sent.data[change - size] ^= 0x80;
        toc_code code = toc_noise_read(reader, toc_buf_view(&sent), &out, NULL);
        assert_true(code == TOC_SEALED || code == TOC_MALFORMED);
        assert_int_equal(out.size, 0);
        must_be_over(reader);
    }
}

static void every_truncated_or_changed_handshake_message_is_refused(void **state)
{
    (void)state;
    must_refuse_changes(0);
    must_refuse_changes(1);
}

static void the_bit_that_x25519_ignores_is_bound_too(void **state)
{
    (void)state;
    TOC_AUTO(pair_wipe) pair both = {0};
    pair_start(&both);
    TOC_AUTO(toc_buf_wipe) toc_buf sent = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    assert_int_equal(toc_noise_write(&both.initiator, toc_span_text("one"), &sent, NULL), TOC_OK);
    sent.data[31] ^= 0x80;
    assert_int_equal(toc_noise_read(&both.responder, toc_buf_view(&sent), &out, NULL), TOC_SEALED);
}

/* The points of small order of Curve25519 and their other spellings
 * (https://cr.yp.to/ecdh.html#validate). */
static const char *const small_order[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

static void must_name_the_order(toc_code code, const toc_err *err)
{
    assert_int_equal(code, TOC_SEALED);
    assert_non_null(strstr(err->text, "small order"));
}

static void a_key_of_small_order_ends_the_handshake_wherever_it_comes_from(void **state)
{
    (void)state;
    for (size_t i = 0; i < TOC_COUNT(small_order); i++) {
        uint8_t point[32];
        assert_int_equal(toc_hex_decode(toc_span_text(small_order[i]), point, sizeof point, NULL),
                         TOC_OK);
        TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
        toc_err err = {0};

        /* Message 1 begins with it: e of the initiator. */
        TOC_AUTO(pair_wipe) pair first = {0};
        pair_start(&first);
        assert_int_equal(toc_noise_write(&first.initiator, toc_span_text("one"), &out, NULL),
                         TOC_OK);
        memcpy(out.data, point, sizeof point);
        must_name_the_order(toc_noise_read(&first.responder, toc_buf_view(&out), &out, &err), &err);
        must_be_over(&first.responder);

        /* The initiator says it is its static key, properly sealed. */
        TOC_AUTO(pair_wipe) pair second = {0};
        pair_start(&second);
        memcpy(second.initiator.own_static, point, sizeof point);
        toc_buf_clear(&out);
        assert_int_equal(toc_noise_write(&second.initiator, toc_span_text("one"), &out, NULL),
                         TOC_OK);
        must_name_the_order(toc_noise_read(&second.responder, toc_buf_view(&out), &out, &err),
                            &err);
        must_be_over(&second.responder);

        /* The initiator was told it is the responder's key. */
        TOC_AUTO(pair_wipe) pair third = {0};
        pair_start(&third);
        memcpy(third.initiator.remote_static, point, sizeof point);
        toc_buf_clear(&out);
        must_name_the_order(toc_noise_write(&third.initiator, toc_span_text("one"), &out, &err),
                            &err);
        assert_int_equal(out.size, 0);
        must_be_over(&third.initiator);
    }
}

static void the_last_nonce_is_never_used(void **state)
{
    (void)state;
    TOC_AUTO(pair_wipe) pair both = {0};
    pair_start(&both);
    pair_shake(&both);
    both.initiator.sent = both.responder.received = UINT64_MAX - 1;
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf opened = {0};
    assert_int_equal(toc_noise_seal(&both.initiator, toc_span_text("last"), &sealed, NULL), TOC_OK);
    assert_int_equal(toc_noise_open(&both.responder, toc_buf_view(&sealed), &opened, NULL), TOC_OK);
    assert_string_equal(toc_buf_text(&opened), "last");
    size_t size = sealed.size;
    assert_int_equal(toc_noise_seal(&both.initiator, toc_span_text("more"), &sealed, NULL),
                     TOC_LIMIT);
    assert_int_equal(sealed.size, size);
    must_be_over(&both.initiator);
    assert_int_equal(toc_noise_open(&both.responder, toc_buf_view(&sealed), &opened, NULL),
                     TOC_LIMIT);
    must_be_over(&both.responder);
}

/* §5.1: 32 zero bits, then the counter, little-endian. The counter is set to where a wrong order
 * shows. */
static void the_nonce_is_little_endian_after_four_zeroes(void **state)
{
    (void)state;
    TOC_AUTO(pair_wipe) pair both = {0};
    pair_start(&both);
    pair_shake(&both);
    both.initiator.sent = 0x0102030405060708;
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf opened = {0};
    assert_int_equal(toc_noise_seal(&both.initiator, toc_span_text("x"), &sealed, NULL), TOC_OK);
    both.responder.received = 0x0807060504030201;
    assert_int_equal(toc_noise_open(&both.responder, toc_buf_view(&sealed), &opened, NULL),
                     TOC_SEALED);
}

static void a_message_larger_than_noise_allows_is_refused(void **state)
{
    (void)state;
    static uint8_t large[65536];
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_AUTO(pair_wipe) pair first = {0};
    pair_start(&first);
    /* e, sealed s, tag: 96 bytes beside the payload. */
    assert_int_equal(
        toc_noise_write(&first.initiator, toc_span_of(large, 65535 - 96 + 1), &out, NULL),
        TOC_LIMIT);
    assert_int_equal(out.size, 0);
    must_be_over(&first.initiator);
    assert_int_equal(toc_noise_read(&first.responder, toc_span_of(large, 65536), &out, NULL),
                     TOC_LIMIT);
    must_be_over(&first.responder);

    TOC_AUTO(pair_wipe) pair second = {0};
    pair_start(&second);
    assert_int_equal(toc_noise_write(&second.initiator, toc_span_of(large, 65535 - 96), &out, NULL),
                     TOC_OK);
    assert_int_equal(out.size, 65535);

    TOC_AUTO(pair_wipe) pair third = {0};
    pair_start(&third);
    pair_shake(&third);
    toc_buf_clear(&out);
    assert_int_equal(toc_noise_seal(&third.initiator, toc_span_of(large, 65519), &out, NULL),
                     TOC_OK);
    assert_int_equal(out.size, 65535);
    assert_int_equal(toc_noise_seal(&third.initiator, toc_span_of(large, 65520), &out, NULL),
                     TOC_LIMIT);
    assert_int_equal(out.size, 65535);
    must_be_over(&third.initiator);
}

static void two_handshakes_of_the_same_keys_share_nothing_that_travels(void **state)
{
    (void)state;
    TOC_AUTO(pair_wipe) pair both = {0};
    pair_start(&both);
    toc_noise_keys keys = {.own_secret = both.secret_i, .remote_public = both.public_r};
    TOC_AUTO(toc_noise_wipe) toc_noise again = {0};
    assert_int_equal(toc_noise_start(&toc_noise_ik, true, toc_span_text("p"), &keys, &again, NULL),
                     TOC_OK);
    TOC_AUTO(toc_buf_wipe) toc_buf first = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf second = {0};
    assert_int_equal(toc_noise_write(&both.initiator, toc_span_text("one"), &first, NULL), TOC_OK);
    assert_int_equal(toc_noise_write(&again, toc_span_text("one"), &second, NULL), TOC_OK);
    assert_int_equal(first.size, second.size);
    for (size_t at = 0; at + 16 <= first.size; at += 16)
        assert_memory_not_equal(first.data + at, second.data + at, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_sessions_of_our_suite_come_out_byte_for_byte),
        cmocka_unit_test(every_published_session_without_psk_comes_out_byte_for_byte),
        cmocka_unit_test(a_call_out_of_turn_is_refused_and_changes_nothing),
        cmocka_unit_test(after_the_handshake_only_transport_keys_are_left),
        cmocka_unit_test(every_truncated_or_changed_handshake_message_is_refused),
        cmocka_unit_test(the_bit_that_x25519_ignores_is_bound_too),
        cmocka_unit_test(a_key_of_small_order_ends_the_handshake_wherever_it_comes_from),
        cmocka_unit_test(the_last_nonce_is_never_used),
        cmocka_unit_test(the_nonce_is_little_endian_after_four_zeroes),
        cmocka_unit_test(a_message_larger_than_noise_allows_is_refused),
        cmocka_unit_test(two_handshakes_of_the_same_keys_share_nothing_that_travels),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
