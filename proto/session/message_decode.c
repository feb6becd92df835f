#include "link.pb-c.h"
#include "proto/base/wire.h"
#include "proto/session/message_rules.h"

static toc_span view(ProtobufCBinaryData bytes)
{
    return toc_span_of(bytes.data, bytes.len);
}

/* Every id, hash and digest is 32 bytes; `out` is one of the 32-byte types. */
static toc_code take_32(ProtobufCBinaryData bytes, const char *what, uint8_t out[32], toc_err *err)
{
    if (bytes.len != 32)
        return toc_fail(err, TOC_MALFORMED, "%s of %zu bytes, not 32", what, bytes.len);
    memcpy(out, bytes.data, 32);
    return TOC_OK;
}

/* How many hashes were joined into one field. */
static toc_code count_hashes(ProtobufCBinaryData bytes, size_t count_max, size_t *out, toc_err *err)
{
    if (bytes.len % sizeof(toc_hash) != 0)
        return toc_fail(err, TOC_MALFORMED, "a list of hashes of %zu bytes, not a multiple of 32",
                        bytes.len);
    size_t count = bytes.len / sizeof(toc_hash);
    if (count > count_max)
        return toc_fail(err, TOC_LIMIT, "a list of %zu hashes, at most %zu are taken", count,
                        count_max);
    *out = count;
    return TOC_OK;
}

static toc_code take_proof(ProtobufCBinaryData bytes, toc_proof *out, toc_err *err)
{
    size_t count = 0;
    TOC_TRY(count_hashes(bytes, TOC_PROOF_HASHES_MAX, &count, err));
    out->count = (uint32_t)count;
    if (count > 0)
        memcpy(out->hashes, bytes.data, bytes.len);
    return TOC_OK;
}

static toc_code take_feed(const Toc__Link__Feed *feed, toc_feed_name *out, toc_err *err)
{
    TOC_TRY(take_32(feed->circle, "a circle id", out->circle.bytes, err));
    TOC_TRY(take_32(feed->org, "an org id", out->org.bytes, err));
    out->lane = (toc_lane)feed->lane; /* toc_message_check knows the lanes */
    out->generation = feed->generation;
    return TOC_OK;
}

static toc_code take_head(const Toc__Link__Head *head, toc_head *out, toc_err *err)
{
    TOC_TRY(take_32(head->org, "an org id", out->org.bytes, err));
    TOC_TRY(take_32(head->root, "a root hash", out->root.bytes, err));
    out->lane = (toc_lane)head->lane;
    out->generation = head->generation;
    out->size = head->size;
    out->note = view(head->note);
    out->voucher = view(head->voucher);
    return TOC_OK;
}

static toc_code take_chunk(const Toc__Link__Chunk *chunk, toc_wire_chunk *out, toc_err *err)
{
    TOC_TRY(take_feed(chunk->feed, &out->feed, err));
    TOC_TRY(take_proof(chunk->to_checkpoint, &out->to_checkpoint, err));
    TOC_TRY(take_proof(chunk->from_known, &out->from_known, err));
    out->from = chunk->from;
    out->count = chunk->count;
    out->entries = view(chunk->entries);
    out->note = view(chunk->note);
    out->known_size = chunk->known_size;
    out->more = chunk->more;
    out->voucher = view(chunk->voucher);
    return TOC_OK;
}

static toc_code check_count(size_t count, size_t count_max, toc_err *err)
{
    if (count > count_max)
        return toc_fail(err, TOC_LIMIT, "a list of %zu in a link message, at most %zu are taken",
                        count, count_max);
    return TOC_OK;
}

static toc_code no_room(toc_err *err)
{
    return toc_fail(err, TOC_LIMIT, "a link message needs more memory than is granted");
}

static toc_code take_heads(Toc__Link__Head *const *heads, size_t count, toc_arena *arena,
                           toc_head **out, toc_err *err)
{
    TOC_TRY(check_count(count, TOC_HEADS_PAGE_ROWS, err));
    toc_head *rows = toc_arena_zalloc(arena, count, sizeof *rows);
    if (rows == NULL)
        return no_room(err);
    for (size_t i = 0; i < count; i++)
        TOC_TRY(take_head(heads[i], &rows[i], err));
    *out = rows;
    return TOC_OK;
}

static toc_code take_heads_request(const Toc__Link__Heads *body, toc_message *out, toc_err *err)
{
    TOC_TRY(take_32(body->circle, "a circle id", out->as.heads.circle.bytes, err));
    TOC_TRY(take_32(body->digest, "a digest", out->as.heads.digest.bytes, err));
    out->as.heads.has_after = body->has_after;
    return body->has_after ? take_32(body->after, "a feed id", out->as.heads.after.bytes, err)
                           : TOC_OK;
}

static toc_code take_pull(const Toc__Link__Pull *body, toc_message *out, toc_err *err)
{
    out->as.pull.from = body->from;
    out->as.pull.until = body->until;
    out->as.pull.known_size = body->known_size;
    return take_feed(body->feed, &out->as.pull.feed, err);
}

static toc_code take_want_grant(const Toc__Link__WantGrant *body, toc_message *out, toc_err *err)
{
    out->as.want_grant.epoch = body->epoch;
    return take_feed(body->feed, &out->as.want_grant.feed, err);
}

static toc_code take_want_fork(const Toc__Link__WantFork *body, toc_message *out, toc_err *err)
{
    out->as.want_fork.has_index = body->has_index;
    out->as.want_fork.index = body->index;
    return take_feed(body->feed, &out->as.want_fork.feed, err);
}

static toc_code take_roll(const Toc__Link__Roll *body, toc_message *out, toc_err *err)
{
    out->as.roll.offset = body->offset;
    return take_32(body->hash, "a hash", out->as.roll.hash.bytes, err);
}

static toc_code take_heads_reply(const Toc__Link__HeadsReply *body, toc_arena *arena,
                                 toc_message *out, toc_err *err)
{
    TOC_TRY(take_32(body->circle, "a circle id", out->as.heads_reply.circle.bytes, err));
    out->as.heads_reply.equal = body->equal;
    out->as.heads_reply.more = body->more;
    out->as.heads_reply.count = body->n_heads;
    return take_heads(body->heads, body->n_heads, arena, &out->as.heads_reply.heads, err);
}

static toc_code take_grant_reply(const Toc__Link__GrantReply *body, toc_message *out, toc_err *err)
{
    out->as.grant_reply.box = view(body->box);
    return take_32(body->key_id, "a key id", out->as.grant_reply.key_id.bytes, err);
}

static void take_roll_reply(const Toc__Link__RollReply *body, toc_message *out)
{
    out->as.roll_reply.total = body->total;
    out->as.roll_reply.offset = body->offset;
    out->as.roll_reply.bytes = view(body->bytes);
}

static void take_refusal(const Toc__Link__Refusal *body, toc_message *out)
{
    out->as.refusal.code = (toc_refusal_code)body->code;
    out->as.refusal.sentence = toc_span_text(body->sentence);
    out->as.refusal.retry_after_ms = body->retry_after_ms;
}

static toc_code take_chunks(Toc__Link__Chunk *const *chunks, size_t count, toc_arena *arena,
                            toc_wire_chunk **out, toc_err *err)
{
    TOC_TRY(check_count(count, TOC_NEWS_CHUNKS_MAX, err));
    toc_wire_chunk *rows = toc_arena_zalloc(arena, count, sizeof *rows);
    if (rows == NULL)
        return no_room(err);
    for (size_t i = 0; i < count; i++)
        TOC_TRY(take_chunk(chunks[i], &rows[i], err));
    *out = rows;
    return TOC_OK;
}

static toc_code take_hashes(ProtobufCBinaryData bytes, size_t count_max, toc_arena *arena,
                            size_t *out_count, toc_hash **out, toc_err *err)
{
    TOC_TRY(count_hashes(bytes, count_max, out_count, err));
    toc_hash *rows = toc_arena_zalloc(arena, *out_count, sizeof *rows);
    if (rows == NULL)
        return no_room(err);
    if (bytes.len > 0)
        memcpy(rows, bytes.data, bytes.len);
    *out = rows;
    return TOC_OK;
}

static toc_code take_cosignature(const Toc__Link__Cosignature *row, toc_wire_cosignature *out,
                                 toc_err *err)
{
    TOC_TRY(take_32(row->org, "an org id", out->org.bytes, err));
    TOC_TRY(take_32(row->root, "a root hash", out->root.bytes, err));
    TOC_TRY(take_32(row->cosigner, "an org id", out->cosigner.bytes, err));
    out->lane = (toc_lane)row->lane;
    out->generation = row->generation;
    out->size = row->size;
    out->made.time_s = row->time;
    if (row->signature.len != sizeof out->made.signature.bytes)
        return toc_fail(err, TOC_MALFORMED, "a signature of %zu bytes, not %zu", row->signature.len,
                        sizeof out->made.signature.bytes);
    memcpy(out->made.signature.bytes, row->signature.data, row->signature.len);
    return TOC_OK;
}

static toc_code take_cosignatures(Toc__Link__Cosignature *const *all, size_t count,
                                  toc_arena *arena, toc_wire_cosignature **out, toc_err *err)
{
    TOC_TRY(check_count(count, TOC_NEWS_COSIGNATURES_MAX, err));
    toc_wire_cosignature *rows = toc_arena_zalloc(arena, count, sizeof *rows);
    if (rows == NULL)
        return no_room(err);
    for (size_t i = 0; i < count; i++)
        TOC_TRY(take_cosignature(all[i], &rows[i], err));
    *out = rows;
    return TOC_OK;
}

static toc_code take_forks(Toc__Link__Fork *const *all, size_t count, toc_arena *arena,
                           toc_fork_mark **out, toc_err *err)
{
    TOC_TRY(check_count(count, TOC_NEWS_FORKS_MAX, err));
    toc_fork_mark *rows = toc_arena_zalloc(arena, count, sizeof *rows);
    if (rows == NULL)
        return no_room(err);
    for (size_t i = 0; i < count; i++) {
        TOC_TRY(take_32(all[i]->org, "an org id", rows[i].org.bytes, err));
        rows[i].lane = (toc_lane)all[i]->lane;
        rows[i].generation = all[i]->generation;
        rows[i].index = all[i]->index;
    }
    *out = rows;
    return TOC_OK;
}

static toc_code take_news(const Toc__Link__News *body, toc_arena *arena, toc_message *out,
                          toc_err *err)
{
    TOC_TRY(take_32(body->circle, "a circle id", out->as.news.circle.bytes, err));
    TOC_TRY(take_heads(body->heads, body->n_heads, arena, &out->as.news.heads, err));
    out->as.news.head_count = body->n_heads;
    TOC_TRY(take_chunks(body->chunks, body->n_chunks, arena, &out->as.news.chunks, err));
    out->as.news.chunk_count = body->n_chunks;
    TOC_TRY(take_cosignatures(body->cosignatures, body->n_cosignatures, arena,
                              &out->as.news.cosignatures, err));
    out->as.news.cosignature_count = body->n_cosignatures;
    TOC_TRY(take_forks(body->forks, body->n_forks, arena, &out->as.news.forks, err));
    out->as.news.fork_count = body->n_forks;
    TOC_TRY(take_hashes(body->proposals, TOC_NEWS_PROPOSALS_MAX, arena,
                        &out->as.news.proposal_count, &out->as.news.proposals, err));
    return take_hashes(body->roll, TOC_NEWS_ROLL_MAX, arena, &out->as.news.roll_count,
                       &out->as.news.roll, err);
}

static toc_code take_body(const Toc__Link__LinkMessage *message, toc_arena *arena, toc_message *out,
                          toc_err *err)
{
    switch (message->body_case) {
    case TOC__LINK__LINK_MESSAGE__BODY_HEADS:
        return take_heads_request(message->heads, out, err);
    case TOC__LINK__LINK_MESSAGE__BODY_PULL:
        return take_pull(message->pull, out, err);
    case TOC__LINK__LINK_MESSAGE__BODY_WANT_GRANT:
        return take_want_grant(message->want_grant, out, err);
    case TOC__LINK__LINK_MESSAGE__BODY_ROLL:
        return take_roll(message->roll, out, err);
    case TOC__LINK__LINK_MESSAGE__BODY_PING:
    case TOC__LINK__LINK_MESSAGE__BODY_PONG:
        out->as.ping.wall_ms = message->ping->wall_ms; /* one place for both */
        return TOC_OK;
    case TOC__LINK__LINK_MESSAGE__BODY_WANT_FORK:
        return take_want_fork(message->want_fork, out, err);
    case TOC__LINK__LINK_MESSAGE__BODY_FORK_REPLY:
        out->as.fork_reply.bytes = view(message->fork_reply->bytes);
        return TOC_OK;
    case TOC__LINK__LINK_MESSAGE__BODY_HEADS_REPLY:
        return take_heads_reply(message->heads_reply, arena, out, err);
    case TOC__LINK__LINK_MESSAGE__BODY_CHUNK:
        return take_chunk(message->chunk, &out->as.chunk, err);
    case TOC__LINK__LINK_MESSAGE__BODY_GRANT_REPLY:
        return take_grant_reply(message->grant_reply, out, err);
    case TOC__LINK__LINK_MESSAGE__BODY_ROLL_REPLY:
        take_roll_reply(message->roll_reply, out);
        return TOC_OK;
    case TOC__LINK__LINK_MESSAGE__BODY_REFUSAL:
        take_refusal(message->refusal, out);
        return TOC_OK;
    case TOC__LINK__LINK_MESSAGE__BODY_NEWS:
        return take_news(message->news, arena, out, err);
    case TOC__LINK__LINK_MESSAGE__BODY__NOT_SET:
    case _TOC__LINK__LINK_MESSAGE__BODY__CASE_IS_INT_SIZE:
        break;
    }
    if (message->base.n_unknown_fields > 0)
        return toc_fail(err, TOC_STATE,
                        "a link message of an unknown kind: reading it needs a newer version");
    return toc_fail(err, TOC_MALFORMED, "a link message that says nothing");
}

toc_code toc_message_decode(toc_span bytes, toc_arena *arena, toc_message *out, toc_err *err)
{
    if (bytes.size > TOC_MESSAGE_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a link message of %zu bytes, a frame takes %u", bytes.size,
                        TOC_MESSAGE_BYTES_MAX);
    ProtobufCMessage *unpacked = NULL;
    TOC_TRY(toc_wire_unpack(bytes, &toc__link__link_message__descriptor, arena, "link message",
                            &unpacked, err));
    const Toc__Link__LinkMessage *message = (const Toc__Link__LinkMessage *)unpacked;
    toc_message decoded = {.kind = (toc_message_kind)message->body_case, .id = message->id};
    TOC_TRY(take_body(message, arena, &decoded, err));
    TOC_TRY(toc_message_check(&decoded, err));
    *out = decoded;
    return TOC_OK;
}
