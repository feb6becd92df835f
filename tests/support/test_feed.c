#include "tests/support/test_feed.h"

#include <stdlib.h>

#include "proto/feed/erasure.h"
#include "tests/support/check.h"

static void *must(void *pointer)
{
    if (pointer == NULL)
        fail_msg("out of memory for a test feed");
    return pointer;
}

static toc_secret *secret_of(uint8_t first, uint8_t second)
{
    toc_err err = {0};
    uint8_t bytes[32];
    memset(bytes, first, sizeof bytes);
    bytes[0] = second;
    toc_secret *secret = NULL;
    TOC_CHECK_OK(toc_secret_from(TOC_SPAN_OF(bytes), &secret, &err));
    return secret;
}

toc_test_feed *toc_test_feed_new(toc_lane lane, uint8_t seed)
{
    toc_test_feed *feed = must(calloc(1, sizeof *feed));
    feed->name = (toc_feed_name){.lane = lane, .generation = 1767225600u + seed};
    memset(feed->name.circle.bytes, 0xC1, 32);
    memset(feed->name.org.bytes, seed, 32);
    toc_feed_id_of(&feed->name, &feed->id);
    feed->sign_seed = secret_of(seed, 0);
    toc_sign_public(feed->sign_seed, &feed->sign_key);
    for (size_t i = 0; i < TOC_TEST_EPOCHS; i++)
        feed->sender_keys[i] = secret_of(seed, (uint8_t)(i + 1));
    feed->epoch = 1;
    return feed;
}

void toc_test_feed_free(toc_test_feed *feed)
{
    if (feed == NULL)
        return;
    toc_secret_free(feed->sign_seed);
    for (size_t i = 0; i < TOC_TEST_EPOCHS; i++)
        toc_secret_free(feed->sender_keys[i]);
    toc_buf_wipe(&feed->bytes);
    toc_buf_wipe(&feed->offsets);
    toc_buf_wipe(&feed->leaves);
    free(feed);
}

void toc_test_feed_raw(toc_test_feed *feed, toc_span entry)
{
    toc_err err = {0};
    toc_hash leaf;
    toc_entry_leaf(&feed->id, feed->count, entry, &leaf);
    toc_buf_add(&feed->offsets, &feed->bytes.size, sizeof feed->bytes.size);
    toc_buf_add(&feed->leaves, &leaf, sizeof leaf);
    toc_buf_add_span(&feed->bytes, entry);
    TOC_CHECK_OK(toc_buf_ok(&feed->bytes, &err));
    TOC_CHECK_OK(toc_buf_ok(&feed->offsets, &err));
    TOC_CHECK_OK(toc_buf_ok(&feed->leaves, &err));
    feed->count++;
}

void toc_test_feed_grant(toc_test_feed *feed, uint32_t epoch)
{
    toc_test_feed_grant_of(feed, epoch, &(toc_card_hash){{0}}, &(toc_charter_hash){{0}});
}

void toc_test_feed_grant_of(toc_test_feed *feed, uint32_t epoch, const toc_card_hash *card,
                            const toc_charter_hash *charter)
{
    toc_err err = {0};
    assert_true(epoch >= 1 && epoch <= TOC_TEST_EPOCHS);
    feed->epoch = epoch;
    toc_grant grant = {.card = *card,
                       .card_serial = 1,
                       .charter = *charter,
                       .charter_version = 1,
                       .epoch = epoch,
                       .alg = 1};
    toc_sender_key_id(feed->sender_keys[epoch - 1], &feed->name, epoch, &grant.key_id);
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    TOC_CHECK_OK(toc_grant_write(&grant, &entry, &err));
    toc_test_feed_raw(feed, toc_buf_view(&entry));
}

void toc_test_feed_record(toc_test_feed *feed, toc_span record)
{
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_time time = {.unix_ms = 1767225600000 + feed->count};
    TOC_CHECK_OK(toc_entry_seal(&feed->name, &feed->id, feed->count, feed->epoch, 20819,
                                feed->sender_keys[feed->epoch - 1], time, record, &entry, &err));
    toc_test_feed_raw(feed, toc_buf_view(&entry));
}

static toc_hash leaf_at(const toc_test_feed *feed, uint64_t index)
{
    toc_hash leaf;
    assert_true(index < feed->count);
    memcpy(&leaf, feed->leaves.data + index * sizeof leaf, sizeof leaf);
    return leaf;
}

void toc_test_feed_erasure(toc_test_feed *feed, uint64_t index)
{
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_erasure_row row = {.index = index, .leaf = leaf_at(feed, index)};
    TOC_CHECK_OK(toc_erasure_write(&feed->id, feed->epoch, &row, 1, &entry, &err));
    toc_test_feed_raw(feed, toc_buf_view(&entry));
}

static size_t offset_of(const toc_test_feed *feed, uint64_t index)
{
    size_t offset = feed->bytes.size;
    if (index < feed->count)
        memcpy(&offset, feed->offsets.data + index * sizeof offset, sizeof offset);
    return offset;
}

toc_span toc_test_feed_entry(const toc_test_feed *feed, uint64_t index)
{
    assert_true(index < feed->count);
    size_t start = offset_of(feed, index);
    return toc_span_of(feed->bytes.data + start, offset_of(feed, index + 1) - start);
}

void toc_test_feed_frontier(const toc_test_feed *feed, uint64_t size, toc_frontier *out)
{
    *out = (toc_frontier){0};
    for (uint64_t i = 0; i < size; i++) {
        toc_hash leaf = leaf_at(feed, i);
        toc_frontier_append(out, &leaf);
    }
}

void toc_test_feed_root(const toc_test_feed *feed, uint64_t size, toc_hash *out)
{
    toc_frontier frontier;
    toc_test_feed_frontier(feed, size, &frontier);
    toc_frontier_root(&frontier, out);
}

static toc_code subtree(void *context, uint32_t level, uint64_t index, toc_hash *out, toc_err *err)
{
    if (level == 0) {
        *out = leaf_at(context, index);
        return TOC_OK;
    }
    toc_hash left, right;
    TOC_TRY(subtree(context, level - 1, index * 2, &left, err));
    TOC_TRY(subtree(context, level - 1, index * 2 + 1, &right, err));
    toc_merkle_node(&left, &right, out);
    return TOC_OK;
}

static toc_tree_source source_of(const toc_test_feed *feed)
{
    /* The source reads only; its context is not const for those that do more. */
    union {
        const toc_test_feed *lent;
        void *context;
    } both = {.lent = feed};
    return (toc_tree_source){.context = both.context, .subtree = subtree};
}

static void consistency(const toc_test_feed *feed, uint64_t size_old, uint64_t size_new,
                        toc_proof *out)
{
    toc_err err = {0};
    toc_tree_source source = source_of(feed);
    TOC_CHECK_OK(toc_merkle_consistency(&source, size_old, size_new, out, &err));
}

void toc_test_feed_checkpoint(const toc_test_feed *feed, uint64_t size, toc_buf *out)
{
    toc_err err = {0};
    toc_hash root;
    toc_test_feed_root(feed, size, &root);
    TOC_CHECK_OK(toc_checkpoint_sign(&feed->name, size, &root, feed->sign_seed, out, &err));
}

static toc_span copy(toc_chunk *chunk, const toc_buf *from)
{
    toc_span span = toc_arena_dup(chunk->arena, toc_buf_view(from));
    must(span.size == from->size ? chunk : NULL);
    return span;
}

static void give_keys(const toc_test_feed *feed, toc_chunk *chunk)
{
    toc_chunk_key *keys = must(toc_arena_zalloc(chunk->arena, TOC_TEST_EPOCHS, sizeof *keys));
    for (uint32_t i = 0; i < TOC_TEST_EPOCHS; i++)
        keys[i] = (toc_chunk_key){.epoch = i + 1, .secret = feed->sender_keys[i]};
    chunk->keys = keys;
    chunk->key_count = TOC_TEST_EPOCHS;
}

toc_chunk *toc_test_feed_chunk(toc_test_feed *feed, uint64_t from, uint64_t until, uint64_t size,
                               uint64_t known, bool with_keys)
{
    toc_err err = {0};
    toc_chunk *chunk = NULL;
    TOC_CHECK_OK(toc_chunk_new(&chunk, &err));
    chunk->name = feed->name;
    chunk->feed = feed->id;
    toc_test_feed_frontier(feed, from, &chunk->frontier);
    TOC_AUTO(toc_buf_wipe) toc_buf entries = {0};
    for (uint64_t i = from; i < until; i++) {
        toc_span entry = toc_test_feed_entry(feed, i);
        toc_buf_add_u32(&entries, (uint32_t)entry.size);
        toc_buf_add_span(&entries, entry);
    }
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    toc_test_feed_checkpoint(feed, size, &note);
    chunk->entries = copy(chunk, &entries);
    chunk->note = copy(chunk, &note);
    chunk->count = (uint32_t)(until - from);
    chunk->signer = feed->sign_key;
    chunk->has_known = known > 0;
    chunk->known_size = known;
    toc_test_feed_root(feed, known, &chunk->known_root);
    /* What a peer would not send is not asked for here either: trees that do not grow into one
     * another. */
    if (until <= size)
        consistency(feed, until, size, &chunk->to_checkpoint);
    if (known > 0 && known <= size)
        consistency(feed, known, size, &chunk->from_known);
    if (with_keys)
        give_keys(feed, chunk);
    return chunk;
}
