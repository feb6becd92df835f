/* What a link costs: handshakes, frames, messages. One thread; each figure is the best of several
 * rounds. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "proto/session/session.h"
#include "tests/unit/session/messages.h"

enum { ROUNDS = 5, ROUND_MS = 200 };

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Nanoseconds of one call, the best of ROUNDS. */
static uint64_t measure(void (*work)(void *context), void *context)
{
    uint64_t best = UINT64_MAX;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t start = now_ns(), count = 0, spent = 0;
        for (; spent < ROUND_MS * 1000000ull; spent = now_ns() - start) {
            for (unsigned i = 0; i < 8; i++)
                work(context);
            count += 8;
        }
        if (spent / count < best)
            best = spent / count;
    }
    return best == 0 ? 1 : best;
}

static void must(toc_code code)
{
    if (code != TOC_OK) {
        fprintf(stderr, "bench_session: %s\n", toc_code_name(code));
        exit(1);
    }
}

static toc_span body_of(const toc_buf *frame)
{
    return toc_span_of(frame->data + 2, frame->size - 2);
}

typedef struct bench {
    toc_secret *secret_i, *secret_r;
    toc_link_key public_r;
    toc_session *initiator, *responder;
    toc_buf first, answer, sealed, opened, wire;
    uint8_t text[TOC_MESSAGE_BYTES_MAX];
    size_t text_bytes;
    toc_arena *arena, *source;
    toc_message message;
} bench;

static void shake(void *context)
{
    static const toc_hello hello = {.from = {{1}}};
    bench *all = context;
    toc_link_key key;
    toc_hello heard;
    toc_session_free(all->initiator);
    toc_session_free(all->responder);
    toc_buf_clear(&all->first);
    toc_buf_clear(&all->answer);
    must(toc_session_initiate(all->secret_i, &all->public_r, &hello, &all->first, &all->initiator,
                              NULL));
    must(toc_session_accept(all->secret_r, body_of(&all->first), &all->responder, &key, &heard,
                            NULL));
    must(toc_session_answer(all->responder, &hello, &all->answer, NULL));
    must(toc_session_finish(all->initiator, body_of(&all->answer), &heard, NULL));
}

static void refuse(void *context)
{
    bench *all = context;
    toc_link_key key;
    toc_hello heard;
    toc_session *none = NULL;
    if (toc_session_accept(all->secret_r, toc_span_of(all->text, 209), &none, &key, &heard, NULL) ==
        TOC_OK)
        exit(1);
}

static void seal_and_open(void *context)
{
    bench *all = context;
    toc_buf_clear(&all->sealed);
    toc_buf_clear(&all->opened);
    must(toc_session_seal(all->initiator, toc_span_of(all->text, all->text_bytes), &all->sealed,
                          NULL));
    must(toc_session_open(all->responder, body_of(&all->sealed), &all->opened, NULL));
}

static void encode(void *context)
{
    bench *all = context;
    toc_buf_clear(&all->wire);
    must(toc_message_encode(&all->message, &all->wire, NULL));
}

static void decode(void *context)
{
    bench *all = context;
    toc_message read;
    toc_arena_reset(all->arena);
    must(toc_message_decode(toc_buf_view(&all->wire), all->arena, &read, NULL));
}

static void print_rate(const char *what, uint64_t ns)
{
    printf("%-44s %10llu /s %10llu ns\n", what, 1000000000ull / ns, (unsigned long long)ns);
}

static void print_bytes(const char *what, uint64_t ns, size_t bytes)
{
    printf("%-44s %10llu /s %10llu ns %8llu MB/s\n", what, 1000000000ull / ns,
           (unsigned long long)ns, (unsigned long long)bytes * 1000 / ns);
}

static void bench_message(bench *all, const char *what)
{
    char name[64];
    encode(all);
    snprintf(name, sizeof name, "encode %s, %zu bytes", what, all->wire.size);
    print_bytes(name, measure(encode, all), all->wire.size);
    snprintf(name, sizeof name, "decode %s, %zu bytes", what, all->wire.size);
    print_bytes(name, measure(decode, all), all->wire.size);
}

/* 180 entries of 340 bytes, as after catch-up; and the alert of one entry, as news. */
static void bench_messages(bench *all)
{
    message_random(TOC_MSG_PING, 1, all->source, &all->message);
    bench_message(all, "ping");

    toc_buf entries = {0};
    for (unsigned i = 0; i < 180; i++) {
        toc_buf_add_u32(&entries, 336);
        toc_buf_add_zeros(&entries, 336);
    }
    message_random(TOC_MSG_CHUNK, 1, all->source, &all->message);
    all->message.as.chunk.count = 180;
    all->message.as.chunk.entries = toc_buf_view(&entries);
    bench_message(all, "chunk");

    toc_wire_chunk *chunk = toc_arena_zalloc(all->source, 1, sizeof *chunk);
    if (chunk == NULL)
        exit(1);
    *chunk = all->message.as.chunk;
    chunk->count = 1;
    chunk->entries.size = 340;
    chunk->more = false;
    chunk->to_checkpoint.count = 0;
    chunk->from_known.count = 10;
    all->message =
        (toc_message){.kind = TOC_MSG_NEWS, .as.news = {.chunk_count = 1, .chunks = chunk}};
    all->message.as.news.circle = chunk->feed.circle;
    bench_message(all, "news of one entry");
    chunk->count = 180;
    chunk->entries = toc_buf_view(&entries);
    bench_message(all, "news of 180 entries");

    dice from = {.state = 1, .arena = all->source};
    all->message = (toc_message){.kind = TOC_MSG_HEADS_REPLY, .id = 1, .as.heads_reply.count = 100};
    all->message.as.heads_reply.heads = roll_heads(&from, 100);
    bench_message(all, "100 heads");
    toc_buf_wipe(&entries);
}

int main(void)
{
    static bench all;
    must(toc_crypto_start(NULL));
    must(toc_secret_random(&all.secret_i, NULL));
    must(toc_secret_random(&all.secret_r, NULL));
    toc_link_prepare(all.secret_i);
    toc_link_prepare(all.secret_r);
    toc_link_public(all.secret_r, &all.public_r);
    must(toc_arena_new(TOC_MESSAGE_ARENA_BYTES, &all.arena, NULL));
    must(toc_arena_new(TOC_MESSAGE_ARENA_BYTES, &all.source, NULL));

    print_rate("handshake, both sides", measure(shake, &all));
    print_rate("a stranger's first frame, refused by mac1", measure(refuse, &all));
    static const size_t sizes[] = {256, 4096, 65519};
    for (size_t i = 0; i < TOC_COUNT(sizes); i++) {
        char name[64];
        all.text_bytes = sizes[i];
        snprintf(name, sizeof name, "seal and open %zu bytes", sizes[i]);
        print_bytes(name, measure(seal_and_open, &all), sizes[i]);
    }
    bench_messages(&all);

    toc_session_free(all.initiator);
    toc_session_free(all.responder);
    toc_secret_free(all.secret_i);
    toc_secret_free(all.secret_r);
    toc_arena_free(all.arena);
    toc_arena_free(all.source);
    toc_buf *bufs[] = {&all.first, &all.answer, &all.sealed, &all.opened, &all.wire};
    for (size_t i = 0; i < TOC_COUNT(bufs); i++)
        toc_buf_wipe(bufs[i]);
    return 0;
}
