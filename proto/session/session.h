/* proto/session/session.h: one link's handshake and its frames: bytes in, bytes out (PROTOCOL §3).
 *
 * Frame: length u16 ‖ that many bytes of Noise message. The first frame of an initiator holds
 * version u8 ‖ Noise message 1 ‖ mac1[16]; mac1 is checked before any X25519.
 * Noise_IK_25519_ChaChaPoly_SHA256, revision 34; prologue "tocsin/link/1\n" ‖ the initiator's
 * version byte. Handshake payloads name {from org, to org, card hash}. Message 1 of IK can be
 * replayed: a responder is confirmed only when the initiator's first transport message verifies;
 * until then toc_session_confirmed is false and nothing may be acted on.
 * Owns:    its keys, wiped on free and by the first failure.
 * Threads: one at a time.
 * Errors:  MALFORMED, LIMIT, SIGNATURE (mac1), SEALED (anything that does not open), NO_MEMORY;
 * each ends the session. STATE for a call out of turn, which changes nothing, and for a first frame
 * of another version. On failure nothing is appended and no out_ parameter is touched. */
#ifndef TOC_PROTO_SESSION_SESSION_H
#define TOC_PROTO_SESSION_SESSION_H

#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/crypto/secret.h"

enum { TOC_LINK_VERSION = 1, TOC_MAC1_BYTES = 16 };

typedef struct toc_link_key {
    uint8_t bytes[32]; /* X25519 public key */
} toc_link_key;
/* The public key of a link secret (the first 32 bytes of its slot). */
void toc_link_public(const toc_secret *secret, toc_link_key *out);
/* Puts the public key into the last 32 bytes of the slot, where it is looked for. Everything works
 * without, but every frame of a stranger then costs an X25519 before its mac1 is checked: prepare a
 * key once, when it is loaded. */
void toc_link_prepare(toc_secret *secret);

typedef struct toc_hello {
    toc_org_id from;
    toc_org_id to;
    toc_card_hash card;
} toc_hello;

typedef struct toc_session toc_session;
void toc_session_free(toc_session *session); /* NULL is fine */
TOC_DEFINE_AUTO(toc_session, toc_session_free)

/* Begins as initiator; appends the first frame, length included, to `out_frame`. `link_secret` is
 * copied. */
TOC_MUST toc_code toc_session_initiate(const toc_secret *link_secret, const toc_link_key *responder,
                                       const toc_hello *hello, toc_buf *out_frame,
                                       toc_session **out, toc_err *err);
/* Reads an initiator's first frame (without its length). Gives who it claims to be; whether that
 * key and org are known is the caller's decision. Nothing is answered yet. */
TOC_MUST toc_code toc_session_accept(const toc_secret *link_secret, toc_span frame,
                                     toc_session **out, toc_link_key *out_initiator,
                                     toc_hello *out_hello, toc_err *err);
/* Responder: appends message 2 as a frame. */
TOC_MUST toc_code toc_session_answer(toc_session *session, const toc_hello *hello,
                                     toc_buf *out_frame, toc_err *err);
/* Initiator: reads message 2. After it the session is confirmed for the initiator. */
TOC_MUST toc_code toc_session_finish(toc_session *session, toc_span frame, toc_hello *out_hello,
                                     toc_err *err);

bool toc_session_confirmed(const toc_session *session);

/* Transport. Appends a frame with its length; `message` at most TOC_MESSAGE_BYTES_MAX bytes. STATE
 * before the session is confirmed: the initiator speaks first. */
TOC_MUST toc_code toc_session_seal(toc_session *session, toc_span message, toc_buf *out_frame,
                                   toc_err *err);
/* Opens a frame (without its length); appends the message to `out`. */
TOC_MUST toc_code toc_session_open(toc_session *session, toc_span frame, toc_buf *out,
                                   toc_err *err);
/* Messages sealed or opened so far, whichever is more: the rekey rule looks at it. */
uint64_t toc_session_messages(const toc_session *session);

#endif
