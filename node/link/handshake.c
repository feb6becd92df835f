/* The handshake (PROTOCOL §3): strangers learn nothing, and nothing is acted on before the
 * initiator has proved itself. */
#include "node/link/state.h"

static const char *const stranger_text = "a handshake by a key that no card of a peer names";

/* Whatever it was is read and dropped until the deadline; from outside every failure looks the
 * same. */
static void drain(conn *c)
{
    if (c->initiator) {
        conn_close(c);
        return;
    }
    c->state = CONN_DRAIN;
    c->deadline_ms = c->born_ms + TOC_STRANGER_MS;
    c->read_size = 0;
}

void handshake_refuse(conn *c, const toc_org_id *org, toc_refusal refusal, const char *sentence)
{
    c->links->events.refused(c->links->events.context, org, refusal, sentence);
    drain(c);
}

bool handshake_begin(conn *c)
{
    toc_links *links = c->links;
    peer_row *row = links_peer(links, &c->peer);
    if (row == NULL)
        return false;
    const toc_secret *secret = links->secrets[row->dials++ % links->secret_count];
    toc_hello hello = links->hello;
    hello.to = c->peer;
    toc_buf frame = {0};
    toc_err why;
    if (toc_session_initiate(secret, &row->peer.key, &hello, &frame, &c->session, &why) != TOC_OK) {
        toc_buf_wipe(&frame);
        return false;
    }
    c->state = CONN_ANSWER;
    c->deadline_ms = links_now_ms() + TOC_STRANGER_MS;
    conn_send_frame(c, &frame);
    conn_advance(c);
    return true;
}

static toc_refusal refusal_of(toc_code code)
{
    return code == TOC_SIGNATURE ? TOC_REFUSE_MAC1 : TOC_REFUSE_HANDSHAKE;
}

/* To the present key, or a former one: who has not heard of our card yet dials that. */
static toc_code accept_first(conn *c, toc_span frame, toc_link_key *key, toc_hello *hello,
                             toc_err *why)
{
    const toc_links *links = c->links;
    toc_code code = toc_session_accept(links->secrets[0], frame, &c->session, key, hello, why);
    for (size_t i = 1; code == TOC_SIGNATURE && i < links->secret_count; i++)
        code = toc_session_accept(links->secrets[i], frame, &c->session, key, hello, why);
    return code;
}

static void take_first(conn *c, toc_span frame)
{
    toc_links *links = c->links;
    toc_link_key key;
    toc_hello hello;
    toc_err why;
    toc_code code = accept_first(c, frame, &key, &hello, &why);
    if (code != TOC_OK) {
        handshake_refuse(c, NULL, refusal_of(code), why.text);
        return;
    }
    const peer_row *row = links_peer(links, &hello.from);
    if (row == NULL || memcmp(row->peer.key.bytes, key.bytes, sizeof key.bytes) != 0 ||
        !toc_org_id_equal(&hello.to, &links->hello.from)) {
        handshake_refuse(c, NULL, TOC_REFUSE_UNKNOWN_KEY, stranger_text);
        return;
    }
    toc_hello own = links->hello;
    own.to = hello.from;
    toc_buf answer = {0};
    if (toc_session_answer(c->session, &own, &answer, &why) != TOC_OK) {
        toc_buf_wipe(&answer);
        handshake_refuse(c, &hello.from, TOC_REFUSE_HANDSHAKE, why.text);
        return;
    }
    c->peer = hello.from;
    c->state = CONN_CONFIRM;
    c->deadline_ms = links_now_ms() + LINK_CONFIRM_MS;
    conn_send_frame(c, &answer);
    if (!conn_trust(c))
        conn_close(c);
}

static void take_answer(conn *c, toc_span frame)
{
    toc_hello hello;
    toc_err why;
    if (toc_session_finish(c->session, frame, &hello, &why) != TOC_OK ||
        !toc_org_id_equal(&hello.from, &c->peer) ||
        !toc_org_id_equal(&hello.to, &c->links->hello.from)) {
        handshake_refuse(c, NULL, TOC_REFUSE_HANDSHAKE,
                         "an answer to our handshake that does not verify");
        return;
    }
    if (!conn_trust(c)) {
        conn_close(c);
        return;
    }
    links_confirmed(c);
    /* The responder waits for our first message before it acts on anything: an empty one is enough.
     */
    if (c->state == CONN_UP)
        conn_queue(c, true, (toc_span){.data = (const uint8_t *)"", .size = 0});
}

void handshake_frame(conn *c, toc_span frame)
{
    if (c->state == CONN_FIRST)
        take_first(c, frame);
    else if (c->state == CONN_ANSWER)
        take_answer(c, frame);
}

void handshake_expired(conn *c)
{
    if (c->state == CONN_FIRST) {
        handshake_refuse(c, NULL, TOC_REFUSE_HANDSHAKE, "no whole first frame within a second");
        return;
    }
    if (c->state == CONN_CONFIRM)
        c->links->events.refused(
            c->links->events.context, &c->peer, TOC_REFUSE_REPLAY,
            "the sender of a handshake never proved that it is alive: perhaps a replay");
    conn_close(c);
}
