#include "link.pb-c.h"
#include "proto/base/wire.h"
#include "proto/session/message_rules.h"

/* What a message is packed from: rows of protobuf-c that point into the toc_message. */
typedef struct packing {
    Toc__Link__LinkMessage message;
    union {
        Toc__Link__Heads heads;
        Toc__Link__Pull pull;
        Toc__Link__WantGrant want_grant;
        Toc__Link__Roll roll;
        Toc__Link__Ping ping;
        Toc__Link__WantFork want_fork;
        Toc__Link__ForkReply fork_reply;
        Toc__Link__HeadsReply heads_reply;
        Toc__Link__Chunk chunk;
        Toc__Link__GrantReply grant_reply;
        Toc__Link__RollReply roll_reply;
        Toc__Link__Refusal refusal;
        Toc__Link__News news;
    } body;
    Toc__Link__Feed feed;
    toc_arena *arena; /* only the kinds with lists or text have one */
} packing;

/* protobuf-c wants to be able to write where it only reads. */
static ProtobufCBinaryData lend(toc_span span)
{
    return (ProtobufCBinaryData){.len = span.size, .data = (uint8_t *)(uintptr_t)span.data};
}

#define LEND(id) lend(toc_span_of((id).bytes, sizeof(id).bytes))

static void fill_feed(const toc_feed_name *name, Toc__Link__Feed *out)
{
    toc__link__feed__init(out);
    out->circle = LEND(name->circle);
    out->org = LEND(name->org);
    out->lane = (uint32_t)name->lane;
    out->generation = name->generation;
}

static void fill_head(const toc_head *head, Toc__Link__Head *out)
{
    toc__link__head__init(out);
    out->org = LEND(head->org);
    out->lane = (uint32_t)head->lane;
    out->generation = head->generation;
    out->size = head->size;
    out->root = LEND(head->root);
    out->note = lend(head->note);
    out->has_voucher = head->voucher.size > 0;
    out->voucher = lend(head->voucher);
}

static void fill_chunk(const toc_wire_chunk *chunk, Toc__Link__Feed *feed, Toc__Link__Chunk *out)
{
    fill_feed(&chunk->feed, feed);
    toc__link__chunk__init(out);
    out->feed = feed;
    out->from = chunk->from;
    out->count = chunk->count;
    out->entries = lend(chunk->entries);
    out->note = lend(chunk->note);
    out->has_to_checkpoint = chunk->to_checkpoint.count > 0;
    out->to_checkpoint = lend(
        toc_span_of(chunk->to_checkpoint.hashes, chunk->to_checkpoint.count * sizeof(toc_hash)));
    out->has_from_known = chunk->from_known.count > 0;
    out->from_known =
        lend(toc_span_of(chunk->from_known.hashes, chunk->from_known.count * sizeof(toc_hash)));
    out->known_size = chunk->known_size;
    out->has_more = out->more = chunk->more;
    out->has_voucher = chunk->voucher.size > 0;
    out->voucher = lend(chunk->voucher);
}

/* NULL rows for a count of 0; false when memory is short. */
static bool fill_heads(packing *draft, const toc_head *heads, size_t count, Toc__Link__Head ***out)
{
    Toc__Link__Head *rows = toc_arena_zalloc(draft->arena, count, sizeof *rows);
    Toc__Link__Head **pointers = toc_arena_zalloc(draft->arena, count, sizeof(void *));
    if (rows == NULL || pointers == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        fill_head(&heads[i], &rows[i]);
        pointers[i] = &rows[i];
    }
    *out = pointers;
    return true;
}

static bool fill_chunks(packing *draft, const toc_wire_chunk *chunks, size_t count,
                        Toc__Link__Chunk ***out)
{
    Toc__Link__Chunk *rows = toc_arena_zalloc(draft->arena, count, sizeof *rows);
    Toc__Link__Feed *feeds = toc_arena_zalloc(draft->arena, count, sizeof *feeds);
    Toc__Link__Chunk **pointers = toc_arena_zalloc(draft->arena, count, sizeof(void *));
    if (rows == NULL || feeds == NULL || pointers == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        fill_chunk(&chunks[i], &feeds[i], &rows[i]);
        pointers[i] = &rows[i];
    }
    *out = pointers;
    return true;
}

static bool fill_cosignatures(packing *draft, const toc_wire_cosignature *all, size_t count,
                              Toc__Link__Cosignature ***out)
{
    Toc__Link__Cosignature *rows = toc_arena_zalloc(draft->arena, count, sizeof *rows);
    Toc__Link__Cosignature **pointers = toc_arena_zalloc(draft->arena, count, sizeof(void *));
    if (rows == NULL || pointers == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        toc__link__cosignature__init(&rows[i]);
        rows[i].org = LEND(all[i].org);
        rows[i].lane = (uint32_t)all[i].lane;
        rows[i].generation = all[i].generation;
        rows[i].size = all[i].size;
        rows[i].root = LEND(all[i].root);
        rows[i].cosigner = LEND(all[i].cosigner);
        rows[i].time = all[i].made.time_s;
        rows[i].signature = LEND(all[i].made.signature);
        pointers[i] = &rows[i];
    }
    *out = pointers;
    return true;
}

static bool fill_forks(packing *draft, const toc_fork_mark *all, size_t count,
                       Toc__Link__Fork ***out)
{
    Toc__Link__Fork *rows = toc_arena_zalloc(draft->arena, count, sizeof *rows);
    Toc__Link__Fork **pointers = toc_arena_zalloc(draft->arena, count, sizeof(void *));
    if (rows == NULL || pointers == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        toc__link__fork__init(&rows[i]);
        rows[i].org = LEND(all[i].org);
        rows[i].lane = (uint32_t)all[i].lane;
        rows[i].generation = all[i].generation;
        rows[i].index = all[i].index;
        pointers[i] = &rows[i];
    }
    *out = pointers;
    return true;
}

static void fill_heads_request(const toc_message *message, packing *draft)
{
    Toc__Link__Heads *out = draft->message.heads = &draft->body.heads;
    toc__link__heads__init(out);
    out->circle = LEND(message->as.heads.circle);
    out->digest = LEND(message->as.heads.digest);
    out->has_after = message->as.heads.has_after;
    out->after = LEND(message->as.heads.after);
}

static void fill_pull(const toc_message *message, packing *draft)
{
    Toc__Link__Pull *out = draft->message.pull = &draft->body.pull;
    toc__link__pull__init(out);
    fill_feed(&message->as.pull.feed, &draft->feed);
    out->feed = &draft->feed;
    out->from = message->as.pull.from;
    out->until = message->as.pull.until;
    out->known_size = message->as.pull.known_size;
}

static void fill_want_grant(const toc_message *message, packing *draft)
{
    Toc__Link__WantGrant *out = draft->message.want_grant = &draft->body.want_grant;
    toc__link__want_grant__init(out);
    fill_feed(&message->as.want_grant.feed, &draft->feed);
    out->feed = &draft->feed;
    out->epoch = message->as.want_grant.epoch;
}

static void fill_want_fork(const toc_message *message, packing *draft)
{
    Toc__Link__WantFork *out = draft->message.want_fork = &draft->body.want_fork;
    toc__link__want_fork__init(out);
    fill_feed(&message->as.want_fork.feed, &draft->feed);
    out->feed = &draft->feed;
    out->has_index = message->as.want_fork.has_index;
    out->index = message->as.want_fork.index;
}

static void fill_fork_reply(const toc_message *message, packing *draft)
{
    Toc__Link__ForkReply *out = draft->message.fork_reply = &draft->body.fork_reply;
    toc__link__fork_reply__init(out);
    out->bytes = lend(message->as.fork_reply.bytes);
}

static void fill_roll(const toc_message *message, packing *draft)
{
    Toc__Link__Roll *out = draft->message.roll = &draft->body.roll;
    toc__link__roll__init(out);
    out->hash = LEND(message->as.roll.hash);
    out->offset = message->as.roll.offset;
}

static void fill_ping(const toc_message *message, packing *draft)
{
    Toc__Link__Ping *out = draft->message.ping = &draft->body.ping; /* the same place as pong */
    toc__link__ping__init(out);
    out->wall_ms = message->as.ping.wall_ms;
}

static bool fill_heads_reply(const toc_message *message, packing *draft)
{
    Toc__Link__HeadsReply *out = draft->message.heads_reply = &draft->body.heads_reply;
    toc__link__heads_reply__init(out);
    out->circle = LEND(message->as.heads_reply.circle);
    out->has_equal = out->equal = message->as.heads_reply.equal;
    out->has_more = out->more = message->as.heads_reply.more;
    out->n_heads = message->as.heads_reply.count;
    return fill_heads(draft, message->as.heads_reply.heads, out->n_heads, &out->heads);
}

static void fill_grant_reply(const toc_message *message, packing *draft)
{
    Toc__Link__GrantReply *out = draft->message.grant_reply = &draft->body.grant_reply;
    toc__link__grant_reply__init(out);
    out->key_id = LEND(message->as.grant_reply.key_id);
    out->box = lend(message->as.grant_reply.box);
}

static void fill_roll_reply(const toc_message *message, packing *draft)
{
    Toc__Link__RollReply *out = draft->message.roll_reply = &draft->body.roll_reply;
    toc__link__roll_reply__init(out);
    out->total = message->as.roll_reply.total;
    out->offset = message->as.roll_reply.offset;
    out->bytes = lend(message->as.roll_reply.bytes);
}

static bool fill_refusal(const toc_message *message, packing *draft)
{
    Toc__Link__Refusal *out = draft->message.refusal = &draft->body.refusal;
    toc__link__refusal__init(out);
    out->code = (uint32_t)message->as.refusal.code;
    out->has_retry_after_ms = message->as.refusal.retry_after_ms > 0;
    out->retry_after_ms = message->as.refusal.retry_after_ms;
    if (message->as.refusal.sentence.size == 0)
        return true;
    out->sentence = toc_arena_text(draft->arena, message->as.refusal.sentence);
    return out->sentence != NULL;
}

static bool fill_news(const toc_message *message, packing *draft)
{
    Toc__Link__News *out = draft->message.news = &draft->body.news;
    toc__link__news__init(out);
    out->circle = LEND(message->as.news.circle);
    out->n_heads = message->as.news.head_count;
    out->n_chunks = message->as.news.chunk_count;
    out->n_cosignatures = message->as.news.cosignature_count;
    out->n_forks = message->as.news.fork_count;
    out->has_roll = message->as.news.roll_count > 0;
    out->roll =
        lend(toc_span_of(message->as.news.roll, message->as.news.roll_count * sizeof(toc_hash)));
    out->has_proposals = message->as.news.proposal_count > 0;
    out->proposals = lend(toc_span_of(message->as.news.proposals,
                                      message->as.news.proposal_count * sizeof(toc_hash)));
    return fill_heads(draft, message->as.news.heads, out->n_heads, &out->heads) &&
           fill_chunks(draft, message->as.news.chunks, out->n_chunks, &out->chunks) &&
           fill_cosignatures(draft, message->as.news.cosignatures, out->n_cosignatures,
                             &out->cosignatures) &&
           fill_forks(draft, message->as.news.forks, out->n_forks, &out->forks);
}

static bool fill_body(const toc_message *message, packing *draft)
{
    switch (message->kind) {
    case TOC_MSG_HEADS:
        fill_heads_request(message, draft);
        break;
    case TOC_MSG_PULL:
        fill_pull(message, draft);
        break;
    case TOC_MSG_WANT_GRANT:
        fill_want_grant(message, draft);
        break;
    case TOC_MSG_ROLL:
        fill_roll(message, draft);
        break;
    case TOC_MSG_PING:
    case TOC_MSG_PONG:
        fill_ping(message, draft);
        break;
    case TOC_MSG_WANT_FORK:
        fill_want_fork(message, draft);
        break;
    case TOC_MSG_FORK_REPLY:
        fill_fork_reply(message, draft);
        break;
    case TOC_MSG_HEADS_REPLY:
        return fill_heads_reply(message, draft);
    case TOC_MSG_CHUNK:
        draft->message.chunk = &draft->body.chunk;
        fill_chunk(&message->as.chunk, &draft->feed, &draft->body.chunk);
        break;
    case TOC_MSG_GRANT_REPLY:
        fill_grant_reply(message, draft);
        break;
    case TOC_MSG_ROLL_REPLY:
        fill_roll_reply(message, draft);
        break;
    case TOC_MSG_REFUSAL:
        return fill_refusal(message, draft);
    case TOC_MSG_NEWS:
        return fill_news(message, draft);
    }
    return true;
}

static bool needs_arena(toc_message_kind kind)
{
    return kind == TOC_MSG_HEADS_REPLY || kind == TOC_MSG_REFUSAL || kind == TOC_MSG_NEWS;
}

toc_code toc_message_encode(const toc_message *message, toc_buf *out, toc_err *err)
{
    TOC_TRY(toc_message_check(message, err));
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    if (needs_arena(message->kind))
        TOC_TRY(toc_arena_new(TOC_MESSAGE_ARENA_BYTES, &arena, err));
    packing draft = {.arena = arena};
    toc__link__link_message__init(&draft.message);
    draft.message.has_id = message->id != 0;
    draft.message.id = message->id;
    draft.message.body_case = (Toc__Link__LinkMessage__BodyCase)message->kind;
    if (!fill_body(message, &draft))
        return toc_fail(err, TOC_NO_MEMORY, "out of memory while encoding a link message");
    size_t size = protobuf_c_message_get_packed_size(&draft.message.base);
    if (size > TOC_MESSAGE_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a link message of %zu bytes, a frame takes %u", size,
                        TOC_MESSAGE_BYTES_MAX);
    toc_wire_pack(&draft.message.base, out);
    return toc_buf_ok(out, err);
}
