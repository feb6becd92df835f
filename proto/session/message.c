#include "proto/session/message.h"

#include "proto/base/reader.h"
#include "proto/base/text.h"
#include "proto/crypto/seal.h"
#include "proto/session/message_rules.h"

bool toc_message_is_request(toc_message_kind kind)
{
    switch (kind) {
    case TOC_MSG_HEADS:
    case TOC_MSG_PULL:
    case TOC_MSG_WANT_GRANT:
    case TOC_MSG_ROLL:
    case TOC_MSG_PING:
    case TOC_MSG_WANT_FORK:
        return true;
    case TOC_MSG_HEADS_REPLY:
    case TOC_MSG_CHUNK:
    case TOC_MSG_GRANT_REPLY:
    case TOC_MSG_ROLL_REPLY:
    case TOC_MSG_PONG:
    case TOC_MSG_FORK_REPLY:
    case TOC_MSG_REFUSAL:
    case TOC_MSG_NEWS:
        break;
    }
    return false;
}

static toc_code check_lane(toc_lane lane, toc_err *err)
{
    if ((unsigned)lane >= TOC_LANE_COUNT)
        return toc_fail(err, TOC_MALFORMED, "there is no lane %u", (unsigned)lane);
    return TOC_OK;
}

static toc_code check_voucher(toc_span voucher, toc_err *err)
{
    if (voucher.size > 0 && voucher.size != TOC_VOUCHER_BYTES)
        return toc_fail(err, TOC_MALFORMED, "what vouches for a head has %zu bytes, not %d",
                        voucher.size, TOC_VOUCHER_BYTES);
    return TOC_OK;
}

static toc_code check_head(const toc_head *head, toc_err *err)
{
    TOC_TRY(check_lane(head->lane, err));
    if (head->note.size > TOC_HEAD_NOTE_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a head's note of %zu bytes, at most %u", head->note.size,
                        TOC_HEAD_NOTE_BYTES_MAX);
    if (head->note.size == 0)
        return toc_fail(err, TOC_MALFORMED, "a head without its note");
    return check_voucher(head->voucher, err);
}

static toc_code check_heads(const toc_head *heads, size_t count, toc_err *err)
{
    if (count > TOC_HEADS_PAGE_ROWS)
        return toc_fail(err, TOC_LIMIT, "%zu heads in one message, at most %u are taken", count,
                        TOC_HEADS_PAGE_ROWS);
    for (size_t i = 0; i < count; i++)
        TOC_TRY(check_head(&heads[i], err));
    return TOC_OK;
}

/* `count` is what receivers size their tables by: it must be true before anything trusts it. */
static toc_code check_entries(toc_span entries, uint32_t count, toc_err *err)
{
    toc_reader reader = toc_reader_of(entries);
    uint32_t found = 0;
    while (toc_reader_left(&reader) > 0) {
        toc_span entry = toc_read_u32_span(&reader, TOC_ENTRY_BYTES_MAX);
        if (!reader.failed && entry.size < TOC_ENTRY_HEADER_BYTES)
            return toc_fail(err, TOC_MALFORMED, "an entry of %zu bytes, shorter than its header",
                            entry.size);
        found++;
    }
    TOC_TRY(toc_reader_finish(&reader, "the entries of a chunk", err));
    if (found != count)
        return toc_fail(err, TOC_MALFORMED, "a chunk of %u entries that says %u", found, count);
    return TOC_OK;
}

static toc_code check_chunk(const toc_wire_chunk *chunk, toc_err *err)
{
    TOC_TRY(check_lane(chunk->feed.lane, err));
    TOC_TRY(check_entries(chunk->entries, chunk->count, err));
    if (chunk->from > UINT64_MAX - chunk->count)
        return toc_fail(err, TOC_MALFORMED, "a chunk that ends past the last index");
    if (chunk->note.size > TOC_HEAD_NOTE_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a chunk's note of %zu bytes, at most %u", chunk->note.size,
                        TOC_HEAD_NOTE_BYTES_MAX);
    if (chunk->note.size == 0)
        return toc_fail(err, TOC_MALFORMED, "a chunk without its checkpoint");
    if (chunk->to_checkpoint.count > TOC_PROOF_HASHES_MAX ||
        chunk->from_known.count > TOC_PROOF_HASHES_MAX)
        return toc_fail(err, TOC_LIMIT, "a proof of more than %u hashes",
                        (unsigned)TOC_PROOF_HASHES_MAX);
    return check_voucher(chunk->voucher, err);
}

static toc_code check_pull(const toc_message *message, toc_err *err)
{
    uint64_t from = message->as.pull.from, until = message->as.pull.until;
    TOC_TRY(check_lane(message->as.pull.feed.lane, err));
    if (from >= until)
        return toc_fail(err, TOC_MALFORMED, "a pull of nothing: from %llu until %llu",
                        (unsigned long long)from, (unsigned long long)until);
    if (until - from > TOC_PULL_ENTRIES_MAX)
        return toc_fail(err, TOC_LIMIT, "a pull of %llu entries, at most %u are given",
                        (unsigned long long)(until - from), TOC_PULL_ENTRIES_MAX);
    return TOC_OK;
}

static toc_code check_heads_reply(const toc_message *message, toc_err *err)
{
    if (message->as.heads_reply.equal &&
        (message->as.heads_reply.more || message->as.heads_reply.count > 0))
        return toc_fail(err, TOC_MALFORMED, "heads said to be equal, and yet listed");
    return check_heads(message->as.heads_reply.heads, message->as.heads_reply.count, err);
}

static toc_code check_roll_reply(const toc_message *message, toc_err *err)
{
    uint64_t total = message->as.roll_reply.total, offset = message->as.roll_reply.offset;
    size_t size = message->as.roll_reply.bytes.size;
    if (total > TOC_ROLL_ITEM_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a card or charter of %llu bytes, at most %u are taken",
                        (unsigned long long)total, TOC_ROLL_ITEM_BYTES_MAX);
    /* An empty part before the end would have the asker ask for ever. */
    if (offset > total || size > total - offset || (size == 0 && offset < total))
        return toc_fail(err, TOC_MALFORMED, "%zu bytes at %llu of a card or charter of %llu", size,
                        (unsigned long long)offset, (unsigned long long)total);
    return TOC_OK;
}

static toc_code check_refusal(const toc_message *message, toc_err *err)
{
    toc_span sentence = message->as.refusal.sentence;
    if (message->as.refusal.code < TOC_REFUSED_NOT_FOUND)
        return toc_fail(err, TOC_MALFORMED, "a refusal without a code");
    if (message->as.refusal.code > TOC_REFUSED_POLICY)
        return toc_fail(err, TOC_STATE,
                        "refusal code %u is unknown: reading it needs a newer version",
                        (unsigned)message->as.refusal.code);
    if (sentence.size > TOC_REFUSAL_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a refusal of %zu bytes, at most %u are taken",
                        sentence.size, TOC_REFUSAL_BYTES_MAX);
    size_t position;
    if (!toc_utf8_valid(sentence, &position) ||
        (sentence.size > 0 && memchr(sentence.data, 0, sentence.size) != NULL))
        return toc_fail(err, TOC_MALFORMED, "a refusal whose sentence is not text");
    return TOC_OK;
}

static toc_code check_cosignature(const toc_wire_cosignature *cosignature, toc_err *err)
{
    TOC_TRY(check_lane(cosignature->lane, err));
    if (cosignature->size == 0)
        return toc_fail(err, TOC_MALFORMED, "a cosignature over no entries");
    if (cosignature->made.time_s == 0 || cosignature->made.time_s > INT64_MAX)
        return toc_fail(err, TOC_MALFORMED, "a cosignature of no time");
    return TOC_OK;
}

static toc_code check_forks(const toc_fork_mark *forks, size_t count, toc_err *err)
{
    if (count > TOC_NEWS_FORKS_MAX)
        return toc_fail(err, TOC_LIMIT, "%zu forks in one notice, at most %u are taken", count,
                        TOC_NEWS_FORKS_MAX);
    for (size_t i = 0; i < count; i++)
        TOC_TRY(check_lane(forks[i].lane, err));
    return TOC_OK;
}

static toc_code check_fork_reply(toc_span bytes, toc_err *err)
{
    if (bytes.size > TOC_FORK_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "the proof of a fork of %zu bytes, at most %u are taken",
                        bytes.size, TOC_FORK_BYTES_MAX);
    return bytes.size > 0 ? TOC_OK : toc_fail(err, TOC_MALFORMED, "a fork that is not shown");
}

static toc_code check_news(const toc_message *message, toc_err *err)
{
    TOC_TRY(check_heads(message->as.news.heads, message->as.news.head_count, err));
    if (message->as.news.chunk_count > TOC_NEWS_CHUNKS_MAX)
        return toc_fail(err, TOC_LIMIT, "%zu chunks in one notice, at most %u are taken",
                        message->as.news.chunk_count, TOC_NEWS_CHUNKS_MAX);
    if (message->as.news.roll_count > TOC_NEWS_ROLL_MAX)
        return toc_fail(err, TOC_LIMIT,
                        "%zu cards and charters in one notice, at most %u are taken",
                        message->as.news.roll_count, TOC_NEWS_ROLL_MAX);
    if (message->as.news.cosignature_count > TOC_NEWS_COSIGNATURES_MAX)
        return toc_fail(err, TOC_LIMIT, "%zu cosignatures in one notice, at most %u are taken",
                        message->as.news.cosignature_count, TOC_NEWS_COSIGNATURES_MAX);
    if (message->as.news.proposal_count > TOC_NEWS_PROPOSALS_MAX)
        return toc_fail(err, TOC_LIMIT, "%zu proposals in one notice, at most %u are taken",
                        message->as.news.proposal_count, TOC_NEWS_PROPOSALS_MAX);
    for (size_t i = 0; i < message->as.news.cosignature_count; i++)
        TOC_TRY(check_cosignature(&message->as.news.cosignatures[i], err));
    TOC_TRY(check_forks(message->as.news.forks, message->as.news.fork_count, err));
    for (size_t i = 0; i < message->as.news.chunk_count; i++) {
        const toc_wire_chunk *chunk = &message->as.news.chunks[i];
        TOC_TRY(check_chunk(chunk, err));
        /* The circle decides who may say it; one notice is of one circle. */
        if (!toc_circle_id_equal(&chunk->feed.circle, &message->as.news.circle))
            return toc_fail(err, TOC_MALFORMED, "news of one circle with a chunk of another");
        if (chunk->more)
            return toc_fail(err, TOC_MALFORMED, "news with a chunk that is not complete");
    }
    return TOC_OK;
}

static toc_code check_body(const toc_message *message, toc_err *err)
{
    switch (message->kind) {
    case TOC_MSG_HEADS:
    case TOC_MSG_ROLL:
    case TOC_MSG_PING:
    case TOC_MSG_PONG:
        return TOC_OK;
    case TOC_MSG_PULL:
        return check_pull(message, err);
    case TOC_MSG_WANT_GRANT:
        TOC_TRY(check_lane(message->as.want_grant.feed.lane, err));
        return message->as.want_grant.epoch > 0
                   ? TOC_OK
                   : toc_fail(err, TOC_MALFORMED, "epochs count from 1");
    case TOC_MSG_WANT_FORK:
        return check_lane(message->as.want_fork.feed.lane, err);
    case TOC_MSG_FORK_REPLY:
        return check_fork_reply(message->as.fork_reply.bytes, err);
    case TOC_MSG_HEADS_REPLY:
        return check_heads_reply(message, err);
    case TOC_MSG_CHUNK:
        return check_chunk(&message->as.chunk, err);
    case TOC_MSG_GRANT_REPLY:
        return message->as.grant_reply.box.size == TOC_BOX_BYTES
                   ? TOC_OK
                   : toc_fail(err, TOC_MALFORMED, "a box of %zu bytes, not %d",
                              message->as.grant_reply.box.size, TOC_BOX_BYTES);
    case TOC_MSG_ROLL_REPLY:
        return check_roll_reply(message, err);
    case TOC_MSG_REFUSAL:
        return check_refusal(message, err);
    case TOC_MSG_NEWS:
        return check_news(message, err);
    }
    return toc_fail(err, TOC_MALFORMED, "there is no message kind %u", (unsigned)message->kind);
}

toc_code toc_message_check(const toc_message *message, toc_err *err)
{
    bool notice = message->kind == TOC_MSG_NEWS;
    if (notice != (message->id == 0))
        return toc_fail(err, TOC_MALFORMED,
                        notice ? "a notice with an id" : "a request or reply without an id");
    return check_body(message, err);
}
