/* A peer that does not keep to the rules: with the keys of a stopped node it links to another one
 * and asks it for a circle that it is no member of. `outsider CONFIG CARD HOST PORT CIRCLE` prints
 * one line for each of its questions: what was asked, and what came back. */
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/endian.h"
#include "proto/base/text.h"
#include "proto/session/message.h"
#include "proto/session/session.h"
#include "tools/store.h"

enum { ANSWERS_MAX = 64, WAIT_SECONDS = 20 };

typedef struct outsider {
    int link;
    toc_session *session;
    toc_arena *arena;
    toc_card own, peer;
} outsider;

static toc_code read_exactly(int link, void *out, size_t size, toc_err *err)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = recv(link, (uint8_t *)out + done, size - done, 0);
        if (got <= 0)
            return toc_fail(err, TOC_UNREACHABLE, "the node hung up");
        done += (size_t)got;
    }
    return TOC_OK;
}

static toc_code read_frame(int link, toc_buf *out, toc_err *err)
{
    uint8_t length[2];
    TOC_TRY(read_exactly(link, length, sizeof length, err));
    size_t size = toc_get_u16(length);
    uint8_t *room = toc_buf_extend(out, size);
    if (room == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory");
    return read_exactly(link, room, size, err);
}

static toc_code send_all(int link, const toc_buf *frame, toc_err *err)
{
    TOC_TRY(toc_buf_ok(frame, err));
    if (send(link, frame->data, frame->size, MSG_NOSIGNAL) != (ssize_t)frame->size)
        return toc_fail(err, TOC_UNREACHABLE, "the node hung up");
    return TOC_OK;
}

static toc_code dial(const char *host, const char *port, int *out, toc_err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return toc_fail(err, TOC_USAGE, "no address for '%s'", host);
    int link = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int result = connect(link, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    struct timeval wait = {.tv_sec = WAIT_SECONDS};
    (void)setsockopt(link, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    *out = link;
    return result == 0 ? TOC_OK : toc_fail(err, TOC_UNREACHABLE, "nobody listens");
}

static toc_code shake_hands(outsider *who, const toc_secret *link_secret, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf first = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf answer = {0};
    toc_hello hello = {.from = who->own.org, .to = who->peer.org, .card = who->own.hash}, theirs;
    TOC_TRY(toc_session_initiate(link_secret, &who->peer.link, &hello, &first, &who->session, err));
    TOC_TRY(send_all(who->link, &first, err));
    TOC_TRY(read_frame(who->link, &answer, err));
    return toc_session_finish(who->session, toc_buf_view(&answer), &theirs, err);
}

/* The first message with this id; what the node says of its own accord is passed over. */
static toc_code await(outsider *who, uint64_t id, const char *asked, toc_err *err)
{
    for (int i = 0; i < ANSWERS_MAX; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf frame = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
        toc_message message;
        TOC_TRY(read_frame(who->link, &frame, err));
        TOC_TRY(toc_session_open(who->session, toc_buf_view(&frame), &bytes, err));
        toc_arena_reset(who->arena);
        if (bytes.size == 0 ||
            toc_message_decode(toc_buf_view(&bytes), who->arena, &message, NULL) != TOC_OK ||
            message.id != id || toc_message_is_request(message.kind))
            continue;
        bool refused = message.kind == TOC_MSG_REFUSAL;
        printf("%s %s\n", asked, refused ? "refused" : "answered");
        return TOC_OK;
    }
    return toc_fail(err, TOC_STATE, "no answer to '%s'", asked);
}

static toc_code ask(outsider *who, const toc_message *message, const char *asked, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf frame = {0};
    TOC_TRY(toc_message_encode(message, &bytes, err));
    TOC_TRY(toc_session_seal(who->session, toc_buf_view(&bytes), &frame, err));
    TOC_TRY(send_all(who->link, &frame, err));
    return await(who, message->id, asked, err);
}

static toc_code ask_all(outsider *who, const toc_circle_id *circle, toc_err *err)
{
    toc_message heads = {.kind = TOC_MSG_HEADS, .id = 1, .as.heads.circle = *circle};
    toc_message pull = {.kind = TOC_MSG_PULL, .id = 2};
    toc_message roll = {.kind = TOC_MSG_ROLL, .id = 3};
    pull.as.pull.feed = (toc_feed_name){.circle = *circle,
                                        .org = who->peer.org,
                                        .lane = TOC_LANE_BULK,
                                        .generation = (uint64_t)time(NULL)};
    pull.as.pull.until = 1;
    memcpy(roll.as.roll.hash.bytes, circle->bytes, sizeof circle->bytes);
    TOC_TRY(ask(who, &heads, "heads", err));
    TOC_TRY(ask(who, &pull, "pull", err));
    return ask(who, &roll, "roll", err);
}

static toc_code read_cards(outsider *who, toc_log_txn *txn, const char *path, toc_arena *arena,
                           toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf theirs = {0};
    toc_org_id org;
    TOC_TRY(toc_log_owner(txn, &org, err));
    TOC_TRY(toc_log_card_of(txn, &org, arena, &who->own, err));
    TOC_TRY(toc_file_read(path, (size_t)TOC_CARD_BYTES_MAX * 4, &text, err));
    TOC_TRY(toc_card_dearmour(toc_buf_view(&text), &theirs, err));
    return toc_card_open(toc_buf_view(&theirs), arena, &who->peer, err);
}

static toc_code run(outsider *who, char **argv, toc_err *err)
{
    toc_cli cli = {.config_path = argv[1]};
    toc_circle_id circle;
    TOC_AUTO(toc_direct_close) toc_direct_store store = {0};
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *link_secret = NULL;
    TOC_AUTO(toc_arena_free) toc_arena *cards = NULL;
    TOC_TRY(toc_crypto_start(err));
    TOC_TRY(toc_hex_decode(toc_span_text(argv[5]), circle.bytes, sizeof circle.bytes, err));
    TOC_TRY(
        toc_direct_open(&cli, toc_span_text("inspect"), toc_span_text("{}"), false, &store, err));
    TOC_TRY(toc_log_read(store.log, &txn, err));
    TOC_TRY(toc_log_own_key(txn, TOC_OWN_LINK, &link_secret, err));
    TOC_TRY(toc_arena_new((size_t)2 * TOC_CARD_ARENA_BYTES, &cards, err));
    TOC_TRY(toc_arena_new(TOC_MESSAGE_ARENA_BYTES, &who->arena, err));
    TOC_TRY(read_cards(who, txn, argv[2], cards, err));
    TOC_TRY(dial(argv[3], argv[4], &who->link, err));
    TOC_TRY(shake_hands(who, link_secret, err));
    return ask_all(who, &circle, err);
}

int main(int argc, char **argv)
{
    outsider who = {.link = -1};
    toc_err err = {0};
    if (argc != 6) {
        fputs("usage: outsider CONFIG CARD HOST PORT CIRCLE\n", stderr);
        return 2;
    }
    toc_code code = run(&who, argv, &err);
    if (code != TOC_OK)
        fprintf(stderr, "outsider: %s\n", err.text);
    toc_session_free(who.session);
    toc_arena_free(who.arena);
    if (who.link >= 0)
        close(who.link);
    return code == TOC_OK && fflush(stdout) == 0 ? 0 : 1;
}
