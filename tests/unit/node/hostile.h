/* tests/unit/node/hostile.h: what those who attack the engine share: they say on their own links
 * whatever they like, are admitted in any role, and look at what became of it.
 * Owns: nothing.
 * Threads: the test's.
 * Errors: fail the test. */
#ifndef TOC_TESTS_UNIT_NODE_HOSTILE_H
#define TOC_TESTS_UNIT_NODE_HOSTILE_H

#include "tests/unit/node/scene.h"

/* The third node, once it is in the circle. */
enum { MALLORY = STRANGER, ASKED = 77 };

static inline uint64_t link_between(const scene *s, int a, int b)
{
    const sim_link *link = a < b ? &s->net.links[a][b] : &s->net.links[b][a];
    assert_true(link->up);
    return link->number;
}

/* Said on the link that the two have, whatever the engine of `from` would say. */
static inline void say_bytes(scene *s, int from, int to, toc_span bytes)
{
    sim_message *message = calloc(1, sizeof *message);
    assert_non_null(message);
    toc_buf_add_span(&message->bytes, bytes);
    message->to = to;
    message->link = link_between(s, from, to);
    message->next = s->net.messages;
    s->net.messages = message;
}

static inline void say(scene *s, int from, int to, const toc_message *message)
{
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_CHECK_OK(toc_message_encode(message, &bytes, &err));
    say_bytes(s, from, to, toc_buf_view(&bytes));
}

static inline bool of_kind(const sim_message *message, toc_message_kind kind)
{
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_message decoded;
    TOC_CHECK_OK(toc_arena_new(TOC_MESSAGE_ARENA_BYTES, &arena, &err));
    TOC_CHECK_OK(toc_message_decode(toc_buf_view(&message->bytes), arena, &decoded, &err));
    return decoded.kind == kind;
}

/* What waits to be delivered on that link is lost; of one kind only, or (0) all. */
static inline void lose(scene *s, int from, int to, toc_message_kind kind)
{
    const sim_link *link = from < to ? &s->net.links[from][to] : &s->net.links[to][from];
    for (sim_message **at = &s->net.messages; *at != NULL;) {
        sim_message *message = *at;
        if (message->to != to || message->link != link->number ||
            (kind != 0 && !of_kind(message, kind))) {
            at = &message->next;
            continue;
        }
        *at = message->next;
        toc_buf_wipe(&message->bytes);
        free(message);
    }
}

/* Its links are gone, and it gets no new ones until net.cut says otherwise. */
static inline void isolate(scene *s, int node)
{
    s->net.cut[node] = true;
    for (int i = 0; i < s->net.node_count; i++) {
        sim_link *link = i < node ? &s->net.links[i][node] : &s->net.links[node][i];
        if (i == node || !link->up)
            continue;
        link->up = false;
        toc_engine_link_down(s->net.nodes[i].engine, link->number);
        toc_engine_link_down(s->net.nodes[node].engine, link->number);
    }
}

/* The refusal that an own question gets, as it left. */
static inline toc_buf refusal_of(scene *s, int asker, int asked, toc_message *question)
{
    question->id = ASKED;
    say(s, asker, asked, question);
    for (int i = 0; i < 200; i++) {
        sim_step(&s->net);
        for (const sim_message *at = s->net.messages; at != NULL; at = at->next) {
            toc_err err;
            TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
            toc_message answer;
            TOC_CHECK_OK(toc_arena_new(TOC_MESSAGE_ARENA_BYTES, &arena, &err));
            TOC_CHECK_OK(toc_message_decode(toc_buf_view(&at->bytes), arena, &answer, &err));
            if (at->to != asker || answer.id != ASKED || toc_message_is_request(answer.kind))
                continue;
            assert_int_equal(answer.kind, TOC_MSG_REFUSAL);
            toc_buf copy = {0};
            toc_buf_add_span(&copy, toc_buf_view(&at->bytes));
            return copy;
        }
    }
    fail_msg("no answer came");
    return (toc_buf){0};
}

typedef struct admission {
    scene *s;
    toc_org_id org;
    toc_role role;
} admission;

static inline toc_code admit(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    const admission *what = context;
    return toc_engine_circle_admit(engine, txn, &what->s->circle, &what->org, what->role, now, err);
}

static inline void admit_as(scene *s, int node, toc_role role, bool joins)
{
    admission what = {.s = s, .org = s->net.nodes[node].org, .role = role};
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], admit, &what));
    if (joins)
        assert_true(sim_do(&s->net, &s->net.nodes[node], join, s));
    steps(s, 500);
}

static inline void charter_at(const scene *s, int by, toc_arena *arena, toc_charter *out)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    TOC_CHECK_OK(toc_log_charter_of(txn, &s->circle, arena, out, &err));
    toc_log_abort(txn);
}

static inline uint32_t version_at(const scene *s, int by)
{
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter charter;
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    charter_at(s, by, arena, &charter);
    return charter.version;
}

/* Entries of a feed by its whole name. */
static inline uint64_t size_of(const scene *s, int by, const toc_log_feed *feed)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_log_feed found;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    uint64_t size =
        toc_log_feed_find(txn, &feed->id, &found, NULL) == TOC_OK ? found.frontier.size : 0;
    toc_log_abort(txn);
    return size;
}

/* The key as its owner keeps it: stolen. */
static inline toc_secret *steal(const scene *s, int of, toc_own_key which)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_secret *key = NULL;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[of].log, &txn, &err));
    TOC_CHECK_OK(toc_log_own_key(txn, which, &key, &err));
    toc_log_abort(txn);
    return key;
}

/* Tells of a head of that feed with a root of nobody's, signed with `key`. */
static inline void tell_head(scene *s, int from, int to, const toc_feed_name *name, uint64_t size,
                             const toc_secret *key)
{
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    toc_hash root;
    memset(root.bytes, 7, sizeof root.bytes);
    TOC_CHECK_OK(toc_checkpoint_sign(name, size, &root, key, &note, &err));
    toc_head head = {.org = name->org,
                     .lane = name->lane,
                     .generation = name->generation,
                     .size = size,
                     .root = root,
                     .note = toc_buf_view(&note)};
    toc_message news = {.kind = TOC_MSG_NEWS,
                        .as.news = {.circle = s->circle, .heads = &head, .head_count = 1}};
    say(s, from, to, &news);
}

/* Records that a node has opened, by its views. */
static inline uint64_t opened_by(scene *s, int node)
{
    toc_err err;
    toc_views_txn *views = NULL;
    toc_hash digest, opened;
    uint64_t entries;
    sim_fold(&s->net.nodes[node]);
    TOC_CHECK_OK(toc_views_read(s->net.nodes[node].views, &views, &err));
    TOC_CHECK_OK(toc_views_digest_running(views, &digest, &opened, &entries, &err));
    toc_views_end(views);
    return entries;
}

#endif
