/* Strangers at the door, with raw sockets: whatever they send, they learn nothing, memory stays
 * where it was, and a good peer is let in. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/crypto/hash.h"
#include "proto/session/session.h"
#include "tests/unit/node/sides.h"

enum { LISTEN_PORT_BYTES = 16, MEMORY_SLACK_BYTES = 2 << 20, PATIENCE_MS = 20000 };

typedef struct door {
    side node, peer, stranger; /* the last is a key that nobody named */
    uint16_t port;
} door;

static int make_door(void **state)
{
    door *d = calloc(1, sizeof *d);
    side_make(&d->node, 0x11);
    side_make(&d->peer, 0x99);
    side_make(&d->stranger, 0x55);
    side_start(&d->node, 0);
    side_allow(&d->node, &d->peer, NULL);
    d->port = (uint16_t)strtoul(strrchr(d->node.endpoint, ':') + 1, NULL, 10);
    *state = d;
    return 0;
}

static int remove_door(void **state)
{
    door *d = *state;
    side_remove(&d->node);
    side_remove(&d->peer);
    side_remove(&d->stranger);
    free(d);
    return 0;
}

/* ---- raw sockets ---- */

static int knock_from(const door *d, const char *from)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(d->port)};
    struct sockaddr_in own = {.sin_family = AF_INET};
    int stream = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(stream >= 0);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    inet_pton(AF_INET, from, &own.sin_addr);
    assert_int_equal(bind(stream, (struct sockaddr *)&own, sizeof own), 0);
    assert_int_equal(connect(stream, (struct sockaddr *)&address, sizeof address), 0);
    return stream;
}

static int knock(const door *d)
{
    return knock_from(d, "127.0.0.1");
}

static void put(int stream, const void *bytes, size_t size)
{
    assert_int_equal(send(stream, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
}

/* Reads until the other side closes, at most `timeout_ms`; how many bytes came. -1: still open. */
static ssize_t read_until_closed(int stream, int timeout_ms)
{
    uint8_t bytes[4096];
    ssize_t all = 0;
    for (;;) {
        struct pollfd about = {.fd = stream, .events = POLLIN};
        if (poll(&about, 1, timeout_ms) == 0)
            return -1;
        ssize_t got = recv(stream, bytes, sizeof bytes, 0);
        if (got <= 0)
            return all;
        all += got;
    }
}

static size_t files_open(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static size_t memory_in_use(void)
{
    struct mallinfo2 about = mallinfo2();
    return about.uordblks + about.hblkhd;
}

static void expect_the_peer_is_let_in(door *d)
{
    side_start(&d->peer, 0);
    side_allow(&d->peer, &d->node, d->node.endpoint);
    toc_test_wait("the good peer is let in", 30, side_is_up, &d->node);
}

/* The first frame of `from`, which says that it is `claimed` and wants to reach `wanted`. */
static void first_frame(const door *d, const side *from, const toc_org_id *claimed,
                        const toc_org_id *wanted, toc_buf *out, toc_session **out_session)
{
    toc_err err;
    toc_hello hello = {.from = *claimed, .to = *wanted};
    TOC_CHECK_OK(toc_session_initiate(from->secret, &d->node.key, &hello, out, out_session, &err));
}

typedef struct counted {
    door *d;
    toc_refusal refusal;
    uint64_t count;
} counted;

static bool is_counted(void *context)
{
    const counted *c = context;
    return side_look(&c->d->node).refused[c->refusal] >= c->count;
}

static void expect_counted(door *d, toc_refusal refusal, uint64_t count)
{
    counted c = {.d = d, .refusal = refusal, .count = count};
    toc_test_wait(toc_refusal_name(refusal), 20, is_counted, &c);
}

/* ---- many ---- */

typedef struct level {
    size_t files, memory;
} level;

static bool is_back_to(void *context)
{
    const level *before = context;
    return files_open() <= before->files && memory_in_use() < before->memory + MEMORY_SLACK_BYTES;
}

/* Every second one goes with a reset. */
static void a_thousand_that_vanish_leave_nothing_and_the_peer_is_let_in(void **state)
{
    enum { STRANGERS = 1000 };
    door *d = *state;
    level before = {.files = files_open(), .memory = memory_in_use()};
    for (unsigned i = 0; i < STRANGERS; i++) {
        int stream = knock(d);
        const struct linger reset = {.l_onoff = 1};
        if (i % 2 == 0)
            assert_int_equal(setsockopt(stream, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
        if (i % 3 == 0)
            (void)send(stream, "\xff\xffgarbage", 9, MSG_NOSIGNAL);
        close(stream);
    }
    toc_test_wait("files and memory are where they were", 30, is_back_to, &before);
    expect_the_peer_is_let_in(d);
}

/* From sixteen networks, as many as are shaken hands with at once. */
static void frames_that_claim_64_kilobytes_cost_a_kilobyte_each(void **state)
{
    enum { STRANGERS = 200, PART = 60000 };
    static const uint8_t zeros[PART];
    int streams[STRANGERS];
    door *d = *state;
    level before = {.files = files_open(), .memory = memory_in_use()};
    for (unsigned i = 0; i < STRANGERS; i++) {
        char from[LISTEN_PORT_BYTES];
        snprintf(from, sizeof from, "127.0.%u.1", 1 + i / 15);
        streams[i] = knock_from(d, from);
        put(streams[i], "\xff\xff", 2);
        (void)send(streams[i], zeros, sizeof zeros, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    expect_counted(d, TOC_REFUSE_HANDSHAKE, STRANGERS);
    assert_true(memory_in_use() < before.memory + (size_t)STRANGERS * 8192 + MEMORY_SLACK_BYTES);
    for (unsigned i = 0; i < STRANGERS; i++) {
        assert_int_equal(read_until_closed(streams[i], PATIENCE_MS),
                         0); /* and not a byte came back */
        close(streams[i]);
    }
    toc_test_wait("files and memory are where they were", 30, is_back_to, &before);
    expect_the_peer_is_let_in(d);
}

static void garbage_at_line_rate_is_read_and_dropped_and_the_peer_is_let_in(void **state)
{
    enum { STRANGERS = 4, CHUNK = 65536, ROUNDS = 400 };
    static uint8_t garbage[CHUNK];
    int streams[STRANGERS];
    door *d = *state;
    level before = {.files = files_open(), .memory = memory_in_use()};
    toc_random(garbage, sizeof garbage);
    for (unsigned i = 0; i < STRANGERS; i++)
        streams[i] = knock(d);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < STRANGERS; i++)
            (void)send(streams[i], garbage, sizeof garbage, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (round == ROUNDS / 2)
            expect_the_peer_is_let_in(d);
    }
    for (unsigned i = 0; i < STRANGERS; i++) {
        assert_int_equal(read_until_closed(streams[i], PATIENCE_MS), 0);
        close(streams[i]);
    }
    before.memory += (size_t)CHUNK * 8; /* the peer's own link */
    before.files += 8;
    toc_test_wait("files and memory are where they were", 30, is_back_to, &before);
    assert_int_equal(side_look(&d->node).downs, 0);
}

/* Sixteen of one network at once, until one of it has succeeded. */
static void one_network_cannot_take_all_handshakes(void **state)
{
    int streams[TOC_HANDSHAKES_PREFIX_MAX];
    door *d = *state;
    for (unsigned i = 0; i < TOC_HANDSHAKES_PREFIX_MAX; i++)
        streams[i] = knock_from(d, "127.0.7.7");
    int late = knock_from(d, "127.0.7.8"); /* accepted after them: the kernel keeps the order */
    int elsewhere = knock_from(d, "127.0.8.8");
    assert_int_equal(read_until_closed(late, PATIENCE_MS), 0);
    assert_int_equal(read_until_closed(elsewhere, 500), -1); /* still listened to */
    for (unsigned i = 0; i < TOC_HANDSHAKES_PREFIX_MAX; i++)
        assert_int_equal(read_until_closed(streams[i], 0), -1);
    close(late);
    close(elsewhere);
    for (unsigned i = 0; i < TOC_HANDSHAKES_PREFIX_MAX; i++)
        close(streams[i]);
    expect_the_peer_is_let_in(d);
}

/* ---- what one may send ---- */

/* Read and dropped, and not hung up on earlier: `start` is before the first byte was sent. */
static void expect_read_until_the_deadline(uint64_t start)
{
    assert_true(toc_clock_mono_ms(NULL) - start >= TOC_STRANGER_MS);
}

static void a_first_frame_that_takes_longer_than_a_second_is_not_answered(void **state)
{
    door *d = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf frame = {0};
    TOC_AUTO(toc_session_free) toc_session *session = NULL;
    first_frame(d, &d->peer, &d->peer.org, &d->node.org, &frame, &session); /* a good one */
    uint64_t start = toc_clock_mono_ms(NULL);
    int stream = knock(d);
    put(stream, frame.data, 100);
    expect_counted(d, TOC_REFUSE_HANDSHAKE, 1); /* after a second */
    put(stream, frame.data + 100, frame.size - 100);
    assert_int_equal(read_until_closed(stream, PATIENCE_MS), 0);
    expect_read_until_the_deadline(start);
    close(stream);
    assert_int_equal(side_look(&d->node).ups, 0);
}

enum { KNOCKS = 6 };

/* Another version, with a mac that fits it (PROTOCOL §3, §5). */
static void make_version_2(const door *d, toc_buf *frame)
{
    toc_hash key;
    toc_span parts[] = {toc_span_text("tocsin/mac1/1\n"), TOC_SPAN_OF(d->node.key.bytes)};
    frame->data[2] = 2;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &key);
    size_t covered = frame->size - 2 - TOC_MAC1_BYTES;
    toc_span message = toc_span_of(frame->data + 2, covered);
    toc_blake2b_keyed(TOC_SPAN_OF(key), &message, 1, frame->data + 2 + covered, TOC_MAC1_BYTES);
}

static int knock_with(const door *d, const side *from, const toc_org_id *claimed,
                      const toc_org_id *wanted, void (*change)(const door *d, toc_buf *frame))
{
    TOC_AUTO(toc_buf_wipe) toc_buf frame = {0};
    TOC_AUTO(toc_session_free) toc_session *session = NULL;
    first_frame(d, from, claimed, wanted, &frame, &session);
    if (change != NULL)
        change(d, &frame);
    int stream = knock(d);
    put(stream, frame.data, frame.size);
    return stream;
}

static void flip_a_bit(const door *d, toc_buf *frame)
{
    (void)d;
    frame->data[frame->size / 2] ^= 1;
}

/* From outside every failure looks the same: nothing comes, and the line goes after a while. */
static void whoever_is_not_a_peer_by_key_and_name_learns_nothing(void **state)
{
    door *d = *state;
    const toc_org_id *node = &d->node.org, *peer = &d->peer.org, *other = &d->stranger.org;
    uint64_t start = toc_clock_mono_ms(NULL);
    const int streams[KNOCKS] = {
        knock_with(d, &d->stranger, other, node, NULL), /* a stranger who knows our key */
        knock_with(d, &d->stranger, peer, node, NULL),  /* under a peer's name */
        knock_with(d, &d->peer, other, node, NULL),     /* a peer under another name */
        knock_with(d, &d->peer, peer, other, NULL),     /* a peer that means another org */
        knock_with(d, &d->peer, peer, node, flip_a_bit),
        knock_with(d, &d->peer, peer, node, make_version_2),
    };
    expect_counted(d, TOC_REFUSE_UNKNOWN_KEY, 4);
    expect_counted(d, TOC_REFUSE_MAC1, 1);
    expect_counted(d, TOC_REFUSE_HANDSHAKE, 1);
    assert_false(side_look(&d->node).refused_org); /* nobody has proved an org */
    for (size_t i = 0; i < KNOCKS; i++) {
        assert_int_equal(read_until_closed(streams[i], PATIENCE_MS), 0);
        expect_read_until_the_deadline(start);
        close(streams[i]);
    }
    assert_int_equal(side_look(&d->node).ups, 0);
    assert_int_equal(side_look(&d->node).refused[TOC_REFUSE_UNKNOWN_KEY], 4);
}

/* Message 1 of IK can be replayed: it is answered, and nothing else happens. */
static void a_replayed_handshake_is_never_up_and_is_counted(void **state)
{
    door *d = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf frame = {0};
    TOC_AUTO(toc_session_free) toc_session *session = NULL;
    first_frame(d, &d->peer, &d->peer.org, &d->node.org, &frame, &session);
    int first = knock(d), second = knock(d);
    put(first, frame.data, frame.size);
    put(second, frame.data, frame.size);
    put(second,
        "\0\x20"
        "0123456789abcdef0123456789abcdef",
        34); /* no key opens this */
    expect_counted(d, TOC_REFUSE_REPLAY, 2);
    assert_true(side_look(&d->node).refused_org); /* whose handshake it was is known */
    assert_true(read_until_closed(first, PATIENCE_MS) > 0);
    assert_true(read_until_closed(second, PATIENCE_MS) > 0);
    close(first);
    close(second);
    assert_int_equal(side_look(&d->node).ups, 0);
    assert_int_equal(side_look(&d->node).kept_count, 0);
}

/* ---- who sits between ---- */

typedef struct middle {
    int listener, node;
    uint16_t node_port;
    size_t flip_after; /* bytes of the dialler; 0: nothing is changed */
    pthread_t thread;
    _Atomic bool stop;
} middle;

static void pump(int from, int to, size_t *seen, size_t flip_at, bool *open)
{
    uint8_t bytes[16384];
    ssize_t got = recv(from, bytes, sizeof bytes, 0);
    if (got <= 0) {
        *open = false;
        return;
    }
    if (flip_at != 0 && *seen < flip_at && *seen + (size_t)got >= flip_at)
        bytes[flip_at - *seen - 1] ^= 0x40;
    *seen += (size_t)got;
    *open = send(to, bytes, (size_t)got, MSG_NOSIGNAL) == got;
}

/* One connection after another; only the first is tampered with. */
static void *middle_main(void *context)
{
    middle *m = context;
    size_t flip_at = m->flip_after;
    while (!m->stop) {
        struct pollfd waiting = {.fd = m->listener, .events = POLLIN};
        if (poll(&waiting, 1, 50) <= 0)
            continue;
        int dialler = accept(m->listener, NULL, NULL);
        door d = {.port = m->node_port};
        int node = knock(&d);
        size_t there = 0, back = 0;
        for (bool open = true; open && !m->stop;) {
            struct pollfd both[] = {{.fd = dialler, .events = POLLIN},
                                    {.fd = node, .events = POLLIN}};
            if (poll(both, 2, 50) <= 0)
                continue;
            if (both[0].revents != 0)
                pump(dialler, node, &there, flip_at, &open);
            if (open && both[1].revents != 0)
                pump(node, dialler, &back, 0, &open);
        }
        flip_at = 0;
        close(dialler);
        close(node);
    }
    return NULL;
}

static bool went_down_and_came_again(void *context)
{
    side now = side_look(context);
    return now.downs >= 1 && now.up_link != 0;
}

static void a_byte_changed_on_the_way_ends_the_link_and_it_comes_again(void **state)
{
    door *d = *state;
    char endpoint[64];
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    middle m = {.node_port = d->port, .flip_after = 2000};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    m.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(m.listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(m.listener, 4), 0);
    assert_int_equal(getsockname(m.listener, (struct sockaddr *)&address, &size), 0);
    snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", ntohs(address.sin_port));
    assert_int_equal(pthread_create(&m.thread, NULL, middle_main, &m), 0);
    side_start(&d->peer, 0);
    side_allow(&d->peer, &d->node, endpoint);
    toc_test_wait("the link is up", 10, side_is_up, &d->peer);
    side_send(&d->peer, false, 1, 4000); /* its bytes pass the place where one is changed */
    toc_test_wait("it went down and came again", 20, went_down_and_came_again, &d->node);
    assert_int_equal(side_look(&d->node).kept_count, 0); /* nothing of a changed message */
    m.stop = true;
    pthread_join(m.thread, NULL);
    close(m.listener);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_door, remove_door)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_thousand_that_vanish_leave_nothing_and_the_peer_is_let_in),
        TEST(frames_that_claim_64_kilobytes_cost_a_kilobyte_each),
        TEST(garbage_at_line_rate_is_read_and_dropped_and_the_peer_is_let_in),
        TEST(one_network_cannot_take_all_handshakes),
        TEST(a_first_frame_that_takes_longer_than_a_second_is_not_answered),
        TEST(whoever_is_not_a_peer_by_key_and_name_learns_nothing),
        TEST(a_replayed_handshake_is_never_up_and_is_counted),
        TEST(a_byte_changed_on_the_way_ends_the_link_and_it_comes_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
