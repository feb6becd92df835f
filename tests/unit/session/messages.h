/* tests/unit/session/messages.h: link messages made up from a seed, and when two are the same. */
#ifndef TOC_TESTS_UNIT_SESSION_MESSAGES_H
#define TOC_TESTS_UNIT_SESSION_MESSAGES_H

#include "proto/base/endian.h"
#include "proto/crypto/seal.h"
#include "proto/session/message.h"

static const toc_message_kind message_kinds[] = {
    TOC_MSG_HEADS,       TOC_MSG_PULL,  TOC_MSG_WANT_GRANT,  TOC_MSG_ROLL,       TOC_MSG_PING,
    TOC_MSG_HEADS_REPLY, TOC_MSG_CHUNK, TOC_MSG_GRANT_REPLY, TOC_MSG_ROLL_REPLY, TOC_MSG_PONG,
    TOC_MSG_REFUSAL,     TOC_MSG_NEWS,  TOC_MSG_WANT_FORK,   TOC_MSG_FORK_REPLY,
};
#define MESSAGE_KIND_COUNT TOC_COUNT(message_kinds)

/* --- equality ------------------------------------------------------------------------------------
 */

#define SAME_ID(left, right) (memcmp((left).bytes, (right).bytes, 32) == 0)

static inline bool feed_same(const toc_feed_name *left, const toc_feed_name *right)
{
    return SAME_ID(left->circle, right->circle) && SAME_ID(left->org, right->org) &&
           left->lane == right->lane && left->generation == right->generation;
}

static inline bool proof_same(const toc_proof *left, const toc_proof *right)
{
    return left->count == right->count &&
           memcmp(left->hashes, right->hashes, left->count * sizeof(toc_hash)) == 0;
}

static inline bool chunk_same(const toc_wire_chunk *left, const toc_wire_chunk *right)
{
    return feed_same(&left->feed, &right->feed) && left->from == right->from &&
           left->count == right->count && toc_span_equal(left->entries, right->entries) &&
           toc_span_equal(left->note, right->note) &&
           proof_same(&left->to_checkpoint, &right->to_checkpoint) &&
           proof_same(&left->from_known, &right->from_known) &&
           left->known_size == right->known_size && left->more == right->more &&
           toc_span_equal(left->voucher, right->voucher);
}

static inline bool heads_same(const toc_head *left, const toc_head *right, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!SAME_ID(left[i].org, right[i].org) || left[i].lane != right[i].lane ||
            left[i].generation != right[i].generation || left[i].size != right[i].size ||
            !SAME_ID(left[i].root, right[i].root) || !toc_span_equal(left[i].note, right[i].note) ||
            !toc_span_equal(left[i].voucher, right[i].voucher))
            return false;
    }
    return true;
}

static inline bool cosignature_same(const toc_wire_cosignature *left,
                                    const toc_wire_cosignature *right)
{
    return SAME_ID(left->org, right->org) && left->lane == right->lane &&
           left->generation == right->generation && left->size == right->size &&
           SAME_ID(left->root, right->root) && SAME_ID(left->cosigner, right->cosigner) &&
           left->made.time_s == right->made.time_s &&
           memcmp(left->made.signature.bytes, right->made.signature.bytes, 64) == 0;
}

static inline bool news_same(const toc_message *left, const toc_message *right)
{
    if (!SAME_ID(left->as.news.circle, right->as.news.circle) ||
        left->as.news.head_count != right->as.news.head_count ||
        left->as.news.chunk_count != right->as.news.chunk_count ||
        left->as.news.roll_count != right->as.news.roll_count ||
        !heads_same(left->as.news.heads, right->as.news.heads, left->as.news.head_count))
        return false;
    for (size_t i = 0; i < left->as.news.chunk_count; i++) {
        if (!chunk_same(&left->as.news.chunks[i], &right->as.news.chunks[i]))
            return false;
    }
    if (left->as.news.cosignature_count != right->as.news.cosignature_count)
        return false;
    for (size_t i = 0; i < left->as.news.cosignature_count; i++) {
        if (!cosignature_same(&left->as.news.cosignatures[i], &right->as.news.cosignatures[i]))
            return false;
    }
    if (left->as.news.fork_count != right->as.news.fork_count)
        return false;
    for (size_t i = 0; i < left->as.news.fork_count; i++) {
        const toc_fork_mark *one = &left->as.news.forks[i], *other = &right->as.news.forks[i];
        if (!SAME_ID(one->org, other->org) || one->lane != other->lane ||
            one->generation != other->generation || one->index != other->index)
            return false;
    }
    if (left->as.news.proposal_count != right->as.news.proposal_count)
        return false;
    for (size_t i = 0; i < left->as.news.proposal_count; i++) {
        if (!SAME_ID(left->as.news.proposals[i], right->as.news.proposals[i]))
            return false;
    }
    for (size_t i = 0; i < left->as.news.roll_count; i++) {
        if (!SAME_ID(left->as.news.roll[i], right->as.news.roll[i]))
            return false;
    }
    return true;
}

static inline bool message_equal(const toc_message *left, const toc_message *right)
{
    if (left->kind != right->kind || left->id != right->id)
        return false;
    switch (left->kind) {
    case TOC_MSG_HEADS:
        return SAME_ID(left->as.heads.circle, right->as.heads.circle) &&
               SAME_ID(left->as.heads.digest, right->as.heads.digest) &&
               left->as.heads.has_after == right->as.heads.has_after &&
               (!left->as.heads.has_after || SAME_ID(left->as.heads.after, right->as.heads.after));
    case TOC_MSG_PULL:
        return feed_same(&left->as.pull.feed, &right->as.pull.feed) &&
               left->as.pull.from == right->as.pull.from &&
               left->as.pull.until == right->as.pull.until &&
               left->as.pull.known_size == right->as.pull.known_size;
    case TOC_MSG_WANT_GRANT:
        return feed_same(&left->as.want_grant.feed, &right->as.want_grant.feed) &&
               left->as.want_grant.epoch == right->as.want_grant.epoch;
    case TOC_MSG_WANT_FORK:
        return feed_same(&left->as.want_fork.feed, &right->as.want_fork.feed) &&
               left->as.want_fork.has_index == right->as.want_fork.has_index &&
               left->as.want_fork.index == right->as.want_fork.index;
    case TOC_MSG_FORK_REPLY:
        return toc_span_equal(left->as.fork_reply.bytes, right->as.fork_reply.bytes);
    case TOC_MSG_ROLL:
        return SAME_ID(left->as.roll.hash, right->as.roll.hash) &&
               left->as.roll.offset == right->as.roll.offset;
    case TOC_MSG_PING:
    case TOC_MSG_PONG:
        return left->as.ping.wall_ms == right->as.ping.wall_ms;
    case TOC_MSG_HEADS_REPLY:
        return SAME_ID(left->as.heads_reply.circle, right->as.heads_reply.circle) &&
               left->as.heads_reply.equal == right->as.heads_reply.equal &&
               left->as.heads_reply.more == right->as.heads_reply.more &&
               left->as.heads_reply.count == right->as.heads_reply.count &&
               heads_same(left->as.heads_reply.heads, right->as.heads_reply.heads,
                          left->as.heads_reply.count);
    case TOC_MSG_CHUNK:
        return chunk_same(&left->as.chunk, &right->as.chunk);
    case TOC_MSG_GRANT_REPLY:
        return SAME_ID(left->as.grant_reply.key_id, right->as.grant_reply.key_id) &&
               toc_span_equal(left->as.grant_reply.box, right->as.grant_reply.box);
    case TOC_MSG_ROLL_REPLY:
        return left->as.roll_reply.total == right->as.roll_reply.total &&
               left->as.roll_reply.offset == right->as.roll_reply.offset &&
               toc_span_equal(left->as.roll_reply.bytes, right->as.roll_reply.bytes);
    case TOC_MSG_REFUSAL:
        return left->as.refusal.code == right->as.refusal.code &&
               toc_span_equal(left->as.refusal.sentence, right->as.refusal.sentence) &&
               left->as.refusal.retry_after_ms == right->as.refusal.retry_after_ms;
    case TOC_MSG_NEWS:
        return news_same(left, right);
    }
    return false;
}

/* --- messages from a seed
 * ------------------------------------------------------------------------- */

/* splitmix64: small, and each seed is another stream. */
typedef struct dice {
    uint64_t state;
    toc_arena *arena;
} dice;

static inline uint64_t roll_u64(dice *from)
{
    uint64_t z = from->state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* Small numbers and numbers of every length, both often. */
static inline uint64_t roll_number(dice *from)
{
    uint64_t value = roll_u64(from);
    return value >> (value & 63);
}

static inline void roll_bytes(dice *from, void *out, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)out)[i] = (uint8_t)roll_u64(from);
}

static inline void *roll_room(dice *from, size_t size)
{
    void *room = toc_arena_zalloc(from->arena, 1, size);
    TOC_ASSERT(room != NULL);
    return room;
}

static inline toc_span roll_span(dice *from, size_t size)
{
    uint8_t *bytes = roll_room(from, size);
    roll_bytes(from, bytes, size);
    return toc_span_of(bytes, size);
}

static inline void roll_feed(dice *from, toc_feed_name *out)
{
    roll_bytes(from, &out->circle, 32);
    roll_bytes(from, &out->org, 32);
    out->lane = (toc_lane)(roll_u64(from) % TOC_LANE_COUNT);
    out->generation = roll_number(from);
}

static inline void roll_proof(dice *from, toc_proof *out)
{
    out->count = (uint32_t)(roll_u64(from) % 8 == 0 ? TOC_PROOF_HASHES_MAX : roll_u64(from) % 5);
    roll_bytes(from, out->hashes, out->count * sizeof(toc_hash));
}

static inline toc_span roll_entries(dice *from, uint32_t count)
{
    toc_buf entries = {0};
    for (uint32_t i = 0; i < count; i++) {
        toc_span entry = roll_span(from, TOC_ENTRY_HEADER_BYTES + roll_u64(from) % 300);
        toc_buf_add_u32(&entries, (uint32_t)entry.size);
        toc_buf_add_span(&entries, entry);
    }
    toc_span joined = toc_arena_dup(from->arena, toc_buf_view(&entries));
    TOC_ASSERT(!entries.failed && (entries.size == 0 || joined.data != NULL));
    toc_buf_wipe(&entries);
    return joined;
}

static inline void roll_chunk(dice *from, toc_wire_chunk *out)
{
    roll_feed(from, &out->feed);
    out->from = roll_number(from) / 2;
    out->count = (uint32_t)(roll_u64(from) % 6);
    out->entries = roll_entries(from, out->count);
    out->note = roll_span(from, 1 + roll_u64(from) % 400);
    roll_proof(from, &out->to_checkpoint);
    roll_proof(from, &out->from_known);
    out->known_size = roll_number(from);
    out->more = roll_u64(from) % 2 == 0;
    out->voucher = roll_span(from, roll_u64(from) % 3 == 0 ? TOC_VOUCHER_BYTES : 0);
}

static inline toc_head *roll_heads(dice *from, size_t count)
{
    toc_head *heads = count == 0 ? NULL : roll_room(from, count * sizeof *heads);
    for (size_t i = 0; i < count; i++) {
        roll_bytes(from, &heads[i].org, 32);
        heads[i].lane = (toc_lane)(roll_u64(from) % TOC_LANE_COUNT);
        heads[i].generation = roll_number(from);
        heads[i].size = roll_number(from);
        roll_bytes(from, &heads[i].root, 32);
        heads[i].note = roll_span(from, 1 + roll_u64(from) % 300);
        heads[i].voucher = roll_span(from, roll_u64(from) % 3 == 0 ? TOC_VOUCHER_BYTES : 0);
    }
    return heads;
}

static inline void roll_cosignature(dice *from, toc_wire_cosignature *out)
{
    roll_bytes(from, &out->org, 32);
    roll_bytes(from, &out->root, 32);
    roll_bytes(from, &out->cosigner, 32);
    out->lane = (toc_lane)(roll_u64(from) % TOC_LANE_COUNT);
    out->generation = roll_number(from);
    out->size = roll_number(from) | 1;
    out->made.time_s = roll_number(from) >> 1 | 1;
    roll_bytes(from, &out->made.signature, 64);
}

static inline void roll_news(dice *from, toc_message *out)
{
    roll_bytes(from, &out->as.news.circle, 32);
    out->as.news.head_count = roll_u64(from) % 4;
    out->as.news.heads = roll_heads(from, out->as.news.head_count);
    out->as.news.chunk_count = roll_u64(from) % 4;
    out->as.news.chunks = roll_room(from, out->as.news.chunk_count * sizeof(toc_wire_chunk));
    for (size_t i = 0; i < out->as.news.chunk_count; i++) {
        roll_chunk(from, &out->as.news.chunks[i]);
        out->as.news.chunks[i].feed.circle = out->as.news.circle;
        out->as.news.chunks[i].more = false;
    }
    out->as.news.roll_count = roll_u64(from) % 5;
    out->as.news.roll = roll_room(from, out->as.news.roll_count * sizeof(toc_hash));
    roll_bytes(from, out->as.news.roll, out->as.news.roll_count * sizeof(toc_hash));
    out->as.news.cosignature_count = roll_u64(from) % 5;
    out->as.news.cosignatures =
        roll_room(from, out->as.news.cosignature_count * sizeof(toc_wire_cosignature));
    out->as.news.proposal_count = roll_u64(from) % 3;
    out->as.news.proposals = roll_room(from, out->as.news.proposal_count * sizeof(toc_hash));
    roll_bytes(from, out->as.news.proposals, out->as.news.proposal_count * sizeof(toc_hash));
    for (size_t i = 0; i < out->as.news.cosignature_count; i++)
        roll_cosignature(from, &out->as.news.cosignatures[i]);
    out->as.news.fork_count = roll_u64(from) % 3;
    out->as.news.forks = roll_room(from, out->as.news.fork_count * sizeof(toc_fork_mark));
    for (size_t i = 0; i < out->as.news.fork_count; i++) {
        toc_fork_mark *mark = &out->as.news.forks[i];
        roll_bytes(from, &mark->org, 32);
        mark->lane = (toc_lane)(roll_u64(from) % TOC_LANE_COUNT);
        mark->generation = roll_number(from);
        mark->index = roll_number(from);
    }
}

static inline void roll_small(dice *from, toc_message *out)
{
    if (out->kind == TOC_MSG_HEADS) {
        roll_bytes(from, &out->as.heads.circle, 32);
        roll_bytes(from, &out->as.heads.digest, 32);
        out->as.heads.has_after = roll_u64(from) % 2 == 0;
        roll_bytes(from, &out->as.heads.after, 32);
    } else if (out->kind == TOC_MSG_PULL) {
        roll_feed(from, &out->as.pull.feed);
        out->as.pull.from = roll_number(from) / 2;
        out->as.pull.until = out->as.pull.from + 1 + roll_u64(from) % TOC_PULL_ENTRIES_MAX;
        out->as.pull.known_size = roll_number(from);
    } else if (out->kind == TOC_MSG_WANT_GRANT) {
        roll_feed(from, &out->as.want_grant.feed);
        out->as.want_grant.epoch = (uint32_t)(roll_u64(from) | 1);
    } else if (out->kind == TOC_MSG_WANT_FORK) {
        roll_feed(from, &out->as.want_fork.feed);
        out->as.want_fork.has_index = roll_u64(from) % 2 == 0;
        out->as.want_fork.index = out->as.want_fork.has_index ? roll_number(from) : 0;
    } else if (out->kind == TOC_MSG_ROLL) {
        roll_bytes(from, &out->as.roll.hash, 32);
        out->as.roll.offset = roll_number(from);
    } else {
        out->as.ping.wall_ms = roll_number(from);
    }
}

static inline void roll_reply(dice *from, toc_message *out)
{
    if (out->kind == TOC_MSG_HEADS_REPLY) {
        roll_bytes(from, &out->as.heads_reply.circle, 32);
        out->as.heads_reply.equal = roll_u64(from) % 4 == 0;
        out->as.heads_reply.more = !out->as.heads_reply.equal && roll_u64(from) % 2 == 0;
        out->as.heads_reply.count = out->as.heads_reply.equal ? 0 : roll_u64(from) % 20;
        out->as.heads_reply.heads = roll_heads(from, out->as.heads_reply.count);
    } else if (out->kind == TOC_MSG_CHUNK) {
        roll_chunk(from, &out->as.chunk);
    } else if (out->kind == TOC_MSG_GRANT_REPLY) {
        roll_bytes(from, &out->as.grant_reply.key_id, 32);
        out->as.grant_reply.box = roll_span(from, TOC_BOX_BYTES);
    } else if (out->kind == TOC_MSG_FORK_REPLY) {
        out->as.fork_reply.bytes = roll_span(from, 1 + roll_u64(from) % 5000);
    } else if (out->kind == TOC_MSG_ROLL_REPLY) {
        out->as.roll_reply.bytes = roll_span(from, 1 + roll_u64(from) % 5000);
        out->as.roll_reply.offset = roll_u64(from) % 100000;
        out->as.roll_reply.total =
            out->as.roll_reply.offset + out->as.roll_reply.bytes.size + roll_u64(from) % 100000;
    } else {
        static const char sentence[] = "not now, k\xC3\xB6nnte sp\xC3\xA4ter gehen";
        out->as.refusal.code = (toc_refusal_code)(1 + roll_u64(from) % 5);
        out->as.refusal.sentence =
            toc_span_of(sentence, roll_u64(from) % 2 == 0 ? 0 : sizeof sentence - 1);
        out->as.refusal.retry_after_ms = (uint32_t)roll_number(from);
    }
}

/* A message that every rule allows; its spans live in `arena`. */
static inline void message_random(toc_message_kind kind, uint64_t seed, toc_arena *arena,
                                  toc_message *out)
{
    dice from = {.state = seed * 64 + (uint64_t)kind, .arena = arena};
    *out = (toc_message){.kind = kind, .id = kind == TOC_MSG_NEWS ? 0 : roll_number(&from)};
    if (kind != TOC_MSG_NEWS && out->id == 0)
        out->id = 1;
    if (kind == TOC_MSG_NEWS)
        roll_news(&from, out);
    else if (toc_message_is_request(kind) || kind == TOC_MSG_PONG)
        roll_small(&from, out);
    else
        roll_reply(&from, out);
}

#endif
