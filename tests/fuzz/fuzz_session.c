/* A frame that differs from the genuine one in anything is refused and ends the session; the
 * genuine one is taken. Input: a byte that chooses the frame (first, answer, message), a byte that
 * chooses between changing the genuine frame (triples: place u16, what to exclusive-or) and
 * replacing it by the rest. First frames get a true mac1, which anybody can make, so that what
 * stands behind it is reached. */
#include "proto/base/reader.h"
#include "proto/crypto/hash.h"
#include "proto/session/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct world {
    toc_secret *secret_i, *secret_r;
    toc_link_key public_r;
    toc_session *initiator, *responder;
    toc_buf frame; /* without its length */
} world;

static void world_wipe(world *all)
{
    toc_secret_free(all->secret_i);
    toc_secret_free(all->secret_r);
    toc_session_free(all->initiator);
    toc_session_free(all->responder);
    toc_buf_wipe(&all->frame);
}
TOC_DEFINE_AUTO_WIPE(world, world_wipe)

static void drop_length(toc_buf *frame)
{
    TOC_ASSERT(!frame->failed && frame->size >= 2);
    memmove(frame->data, frame->data + 2, frame->size - 2);
    frame->size -= 2;
}

static toc_code accept_frame(world *all, toc_span frame)
{
    toc_link_key key;
    toc_hello hello;
    return toc_session_accept(all->secret_r, frame, &all->responder, &key, &hello, NULL);
}

/* Goes as far as the frame to be tried: 0 the first, 1 the answer, 2 a message. */
static void world_begin(world *all, unsigned which)
{
    static const toc_hello hello = {.from = {{1}}, .to = {{2}}, .card = {{3}}};
    toc_hello heard;
    toc_random_from_seed(1);
    TOC_ASSERT(toc_secret_random(&all->secret_i, NULL) == TOC_OK);
    TOC_ASSERT(toc_secret_random(&all->secret_r, NULL) == TOC_OK);
    toc_link_public(all->secret_r, &all->public_r);
    TOC_ASSERT(toc_session_initiate(all->secret_i, &all->public_r, &hello, &all->frame,
                                    &all->initiator, NULL) == TOC_OK);
    drop_length(&all->frame);
    if (which == 0)
        return;
    TOC_ASSERT(accept_frame(all, toc_buf_view(&all->frame)) == TOC_OK);
    toc_buf_clear(&all->frame);
    TOC_ASSERT(toc_session_answer(all->responder, &hello, &all->frame, NULL) == TOC_OK);
    drop_length(&all->frame);
    if (which == 1)
        return;
    TOC_ASSERT(toc_session_finish(all->initiator, toc_buf_view(&all->frame), &heard, NULL) ==
               TOC_OK);
    toc_buf_clear(&all->frame);
    TOC_ASSERT(toc_session_seal(all->initiator, toc_span_text("a message"), &all->frame, NULL) ==
               TOC_OK);
    drop_length(&all->frame);
}

static void remake_mac1(const world *all, toc_buf *frame)
{
    if (frame->size < TOC_MAC1_BYTES)
        return;
    toc_span parts[2] = {toc_span_text("tocsin/mac1/1\n"), TOC_SPAN_OF(all->public_r.bytes)};
    toc_hash key;
    toc_blake2b_parts(parts, 2, &key);
    toc_span covered = toc_span_of(frame->data, frame->size - TOC_MAC1_BYTES);
    toc_blake2b_keyed(TOC_SPAN_OF(key), &covered, 1, frame->data + covered.size, TOC_MAC1_BYTES);
}

static void change(toc_reader *from, toc_buf *frame)
{
    while (toc_reader_left(from) >= 3) {
        size_t place = toc_read_u16(from);
        uint8_t by = toc_read_u8(from);
        if (place < frame->size)
            frame->data[place] ^= by;
        else
            toc_buf_add_u8(frame, by);
    }
}

static void try_frame(world *all, unsigned which, toc_span frame, bool genuine)
{
    toc_hello hello;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_code code = which == 0   ? accept_frame(all, frame)
                    : which == 1 ? toc_session_finish(all->initiator, frame, &hello, NULL)
                                 : toc_session_open(all->responder, frame, &out, NULL);
    TOC_ASSERT((code == TOC_OK) == genuine);
    if (genuine)
        return;
    TOC_ASSERT(out.size == 0);
    if (which == 0)
        TOC_ASSERT(all->responder == NULL);
    else
        TOC_ASSERT(toc_session_seal(which == 1 ? all->initiator : all->responder, (toc_span){0},
                                    &out, NULL) == TOC_STATE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TOC_ASSERT(toc_crypto_start(NULL) == TOC_OK);
    toc_reader from = toc_reader_of(toc_span_of(data, size));
    unsigned which = toc_read_u8(&from) % 3;
    bool replaces = toc_read_u8(&from) % 2 == 1;
    TOC_AUTO(world_wipe) world all = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf tried = {0};
    world_begin(&all, which);
    if (replaces) {
        toc_buf_add_span(&tried, toc_read_span(&from, toc_reader_left(&from)));
    } else {
        toc_buf_add_span(&tried, toc_buf_view(&all.frame));
        change(&from, &tried);
    }
    if (which == 0)
        remake_mac1(&all, &tried);
    TOC_ASSERT(!tried.failed);
    bool genuine = toc_span_equal(toc_buf_view(&tried), toc_buf_view(&all.frame));
    try_frame(&all, which, toc_buf_view(&tried), genuine);
    toc_random_from_system();
    return 0;
}
