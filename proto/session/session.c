#include "proto/session/session.h"

#include <stdlib.h>

#include "proto/base/endian.h"
#include "proto/base/reader.h"
#include "proto/crypto/hash.h"
#include "proto/session/noise.h"

enum {
    HELLO_BYTES = 96,      /* from org ‖ to org ‖ card hash */
    MESSAGE_1_BYTES = 192, /* e 32 ‖ s 32 + 16 ‖ hello + 16 */
    MESSAGE_2_BYTES = 144, /* e 32 ‖ hello + 16 */
    FIRST_FRAME_BYTES = 1 + MESSAGE_1_BYTES + TOC_MAC1_BYTES,
};

#define PROLOGUE "tocsin/link/1\n"
#define MAC1     "tocsin/mac1/1\n"
enum { PROLOGUE_BYTES = sizeof PROLOGUE - 1 + 1 };

typedef enum stage {
    STAGE_INITIATED, /* initiator: waits for message 2 */
    STAGE_ACCEPTED,  /* responder: has read message 1 */
    STAGE_ANSWERED,  /* responder: has written message 2; nobody has shown to be there */
    STAGE_CONFIRMED,
    STAGE_ENDED
} stage;

struct toc_session {
    toc_noise noise;
    stage stage;
};

static toc_code no_memory(toc_err *err)
{
    return toc_fail(err, TOC_NO_MEMORY, "out of memory for a session");
}

void toc_session_free(toc_session *session)
{
    if (session == NULL)
        return;
    toc_noise_wipe(&session->noise);
    toc_wipe(session, sizeof *session);
    free(session);
}

static toc_code end(toc_session *session, toc_code code)
{
    toc_noise_end(&session->noise);
    session->stage = STAGE_ENDED;
    return code;
}

/* --- keys ---------------------------------------------------------------------------- */

enum { PUBLIC_AT = 32 }; /* in a prepared slot */

void toc_link_prepare(toc_secret *secret)
{
    toc_noise_public(secret, toc_secret_bytes(secret) + PUBLIC_AT);
}

void toc_link_public(const toc_secret *secret, toc_link_key *out)
{
    static const toc_link_key none = {{0}};
    memcpy(out->bytes, toc_secret_view(secret) + PUBLIC_AT, sizeof out->bytes);
    if (toc_equal_secret(out, &none, sizeof none))
        toc_noise_public(secret, out->bytes);
}

/* --- the first frame ----------------------------------------------------------------- */

static void prologue_of(uint8_t version, uint8_t out[PROLOGUE_BYTES])
{
    memcpy(out, PROLOGUE, PROLOGUE_BYTES - 1);
    out[PROLOGUE_BYTES - 1] = version;
}

/* Over the version and message 1. It costs two hashes, so a flood of frames from strangers who do
 * not know the responder's key costs no X25519. */
static void mac1_of(const toc_link_key *responder, toc_span covered, uint8_t out[TOC_MAC1_BYTES])
{
    toc_span parts[2] = {toc_span_text(MAC1), TOC_SPAN_OF(responder->bytes)};
    toc_hash key;
    toc_blake2b_parts(parts, 2, &key);
    toc_blake2b_keyed(TOC_SPAN_OF(key), &covered, 1, out, TOC_MAC1_BYTES);
}

static toc_code check_mac1(const toc_link_key *responder, toc_span frame, toc_err *err)
{
    if (frame.size > TOC_FRAME_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a frame of %zu bytes, at most %u are taken", frame.size,
                        TOC_FRAME_BYTES_MAX);
    if (frame.size <= TOC_MAC1_BYTES)
        return toc_fail(err, TOC_MALFORMED, "a first frame of %zu bytes", frame.size);
    size_t covered = frame.size - TOC_MAC1_BYTES;
    uint8_t expected[TOC_MAC1_BYTES];
    mac1_of(responder, toc_span_of(frame.data, covered), expected);
    if (!toc_equal_secret(expected, frame.data + covered, sizeof expected))
        return toc_fail(err, TOC_SIGNATURE, "a first frame that is not meant for this link key");
    return TOC_OK;
}

static void hello_write(const toc_hello *hello, uint8_t out[HELLO_BYTES])
{
    memcpy(out, hello->from.bytes, 32);
    memcpy(out + 32, hello->to.bytes, 32);
    memcpy(out + 64, hello->card.bytes, 32);
}

static toc_code hello_read(toc_span payload, toc_hello *out, toc_err *err)
{
    toc_reader reader = toc_reader_of(payload);
    toc_hello hello;
    toc_read_bytes(&reader, hello.from.bytes, 32);
    toc_read_bytes(&reader, hello.to.bytes, 32);
    toc_read_bytes(&reader, hello.card.bytes, 32);
    TOC_TRY(toc_reader_finish(&reader, "a handshake's payload", err));
    *out = hello;
    return TOC_OK;
}

static toc_code append_first_frame(toc_noise *noise, const toc_link_key *responder,
                                   const toc_hello *hello, toc_buf *out, toc_err *err)
{
    uint8_t payload[HELLO_BYTES], mac1[TOC_MAC1_BYTES];
    hello_write(hello, payload);
    toc_buf_add_u16(out, FIRST_FRAME_BYTES);
    size_t start = out->size;
    toc_buf_add_u8(out, TOC_LINK_VERSION);
    TOC_TRY(toc_noise_write(noise, TOC_SPAN_OF(payload), out, err));
    mac1_of(responder, toc_span_of(out->data + start, out->size - start), mac1);
    toc_buf_add(out, mac1, sizeof mac1);
    TOC_ASSERT(out->failed || out->size - start == FIRST_FRAME_BYTES);
    return toc_buf_ok(out, err);
}

static toc_code start(const toc_secret *link_secret, const toc_link_key *responder, toc_noise *out,
                      toc_err *err)
{
    uint8_t prologue[PROLOGUE_BYTES];
    prologue_of(TOC_LINK_VERSION, prologue);
    toc_link_key own;
    toc_link_public(link_secret, &own);
    toc_noise_keys keys = {.own_secret = link_secret,
                           .own_public = own.bytes,
                           .remote_public = responder == NULL ? NULL : responder->bytes};
    return toc_noise_start(&toc_noise_ik, responder != NULL, TOC_SPAN_OF(prologue), &keys, out,
                           err);
}

toc_code toc_session_initiate(const toc_secret *link_secret, const toc_link_key *responder,
                              const toc_hello *hello, toc_buf *out_frame, toc_session **out,
                              toc_err *err)
{
    TOC_AUTO(toc_session_free) toc_session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return no_memory(err);
    TOC_TRY(start(link_secret, responder, &session->noise, err));
    size_t before = out_frame->size;
    toc_code code = append_first_frame(&session->noise, responder, hello, out_frame, err);
    if (code != TOC_OK) {
        out_frame->size = before;
        return code;
    }
    session->stage = STAGE_INITIATED;
    *out = session;
    session = NULL; /* transferred */
    return TOC_OK;
}

static toc_code read_first_frame(toc_noise *noise, toc_span frame, toc_hello *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf payload = {0};
    TOC_TRY(toc_noise_read(noise, toc_span_of(frame.data + 1, MESSAGE_1_BYTES), &payload, err));
    return hello_read(toc_buf_view(&payload), out, err);
}

toc_code toc_session_accept(const toc_secret *link_secret, toc_span frame, toc_session **out,
                            toc_link_key *out_initiator, toc_hello *out_hello, toc_err *err)
{
    toc_link_key own;
    toc_link_public(link_secret, &own);
    TOC_TRY(check_mac1(&own, frame, err));
    if (frame.data[0] != TOC_LINK_VERSION)
        return toc_fail(err, TOC_STATE,
                        "a link of version %u: answering it needs another version than %d",
                        frame.data[0], TOC_LINK_VERSION);
    if (frame.size != FIRST_FRAME_BYTES)
        return toc_fail(err, TOC_MALFORMED, "a first frame of %zu bytes, not %d", frame.size,
                        FIRST_FRAME_BYTES);
    TOC_AUTO(toc_session_free) toc_session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return no_memory(err);
    TOC_TRY(start(link_secret, NULL, &session->noise, err));
    TOC_TRY(read_first_frame(&session->noise, frame, out_hello, err));
    memcpy(out_initiator->bytes, session->noise.remote_static, sizeof out_initiator->bytes);
    session->stage = STAGE_ACCEPTED;
    *out = session;
    session = NULL; /* transferred */
    return TOC_OK;
}

/* --- message 2 ----------------------------------------------------------------------- */

toc_code toc_session_answer(toc_session *session, const toc_hello *hello, toc_buf *out_frame,
                            toc_err *err)
{
    if (session->stage != STAGE_ACCEPTED)
        return toc_fail(err, TOC_STATE, "only a session that was just accepted can be answered");
    uint8_t payload[HELLO_BYTES];
    hello_write(hello, payload);
    size_t before = out_frame->size;
    toc_buf_add_u16(out_frame, MESSAGE_2_BYTES);
    toc_code code = toc_noise_write(&session->noise, TOC_SPAN_OF(payload), out_frame, err);
    if (code != TOC_OK) {
        out_frame->size = before;
        return end(session, code);
    }
    session->stage = STAGE_ANSWERED;
    return TOC_OK;
}

static toc_code read_message_2(toc_noise *noise, toc_span frame, toc_hello *out, toc_err *err)
{
    if (frame.size != MESSAGE_2_BYTES)
        return toc_fail(err, TOC_MALFORMED, "an answer of %zu bytes, not %d", frame.size,
                        MESSAGE_2_BYTES);
    TOC_AUTO(toc_buf_wipe) toc_buf payload = {0};
    TOC_TRY(toc_noise_read(noise, frame, &payload, err));
    return hello_read(toc_buf_view(&payload), out, err);
}

toc_code toc_session_finish(toc_session *session, toc_span frame, toc_hello *out_hello,
                            toc_err *err)
{
    if (session->stage != STAGE_INITIATED)
        return toc_fail(err, TOC_STATE, "only a session that was just begun can be finished");
    toc_code code = read_message_2(&session->noise, frame, out_hello, err);
    if (code != TOC_OK)
        return end(session, code);
    session->stage = STAGE_CONFIRMED;
    return TOC_OK;
}

bool toc_session_confirmed(const toc_session *session)
{
    return session->stage == STAGE_CONFIRMED;
}

/* --- transport ----------------------------------------------------------------------- */

toc_code toc_session_seal(toc_session *session, toc_span message, toc_buf *out_frame, toc_err *err)
{
    if (session->stage != STAGE_CONFIRMED)
        return toc_fail(err, TOC_STATE,
                        session->stage == STAGE_ENDED ? "the session has ended"
                                                      : "the session is not confirmed yet");
    if (message.size > TOC_MESSAGE_BYTES_MAX)
        return end(session, toc_fail(err, TOC_LIMIT, "a message of %zu bytes, a frame takes %u",
                                     message.size, TOC_MESSAGE_BYTES_MAX));
    size_t before = out_frame->size;
    toc_buf_add_u16(out_frame, (uint16_t)(message.size + TOC_NOISE_TAG_BYTES));
    toc_code code = toc_noise_seal(&session->noise, message, out_frame, err);
    if (code != TOC_OK) {
        out_frame->size = before;
        return end(session, code);
    }
    return TOC_OK;
}

toc_code toc_session_open(toc_session *session, toc_span frame, toc_buf *out, toc_err *err)
{
    if (session->stage != STAGE_CONFIRMED && session->stage != STAGE_ANSWERED)
        return toc_fail(err, TOC_STATE,
                        session->stage == STAGE_ENDED ? "the session has ended"
                                                      : "the handshake is not over");
    toc_code code = toc_noise_open(&session->noise, frame, out, err);
    if (code != TOC_OK)
        return end(session, code);
    session->stage = STAGE_CONFIRMED;
    return TOC_OK;
}

uint64_t toc_session_messages(const toc_session *session)
{
    const toc_noise *noise = &session->noise;
    return noise->sent > noise->received ? noise->sent : noise->received;
}
