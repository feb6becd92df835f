/* Chunks: the first byte of an input chooses.
 *   0  from, until, size and known (a byte each) cut a chunk out of a fixed feed; then changes of 4
 * bytes each: what to change, offset u16, value to exclusive-or. A chunk verifies exactly when
 * nothing was changed. 1  count (a byte), then any bytes as the entries, under a checkpoint signed
 * over the tree they make, if they make one. A chunk verifies exactly when it splits into `count`
 * entries and each can be read; what it stores has the leaves that were signed. */
#include "proto/base/reader.h"
#include "proto/feed/erasure.h"
#include "tests/support/test_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FEED_ENTRIES = 11, CHANGES_MAX = 8 };

static toc_test_feed *fixed_feed(void)
{
    static toc_test_feed *feed;
    if (feed != NULL)
        return feed;
    TOC_ASSERT(toc_crypto_start(NULL) == TOC_OK);
    feed = toc_test_feed_new(TOC_LANE_BULK, 3);
    toc_test_feed_grant(feed, 1);
    for (int i = 1; i < FEED_ENTRIES; i++) {
        if (i == 4)
            toc_test_feed_erasure(feed, 1);
        else if (i == 6)
            toc_test_feed_grant(feed, 2);
        else
            toc_test_feed_record(feed, toc_span_text("a record of a fixed feed"));
    }
    return feed;
}

/* --- changes
 * ------------------------------------------------------------------------------------------------
 */

typedef struct target {
    uint8_t *bytes;
    size_t size;
} target;

static target copy_of(toc_chunk *chunk, toc_span *span)
{
    uint8_t *bytes = toc_arena_alloc(chunk->arena, span->size);
    TOC_ASSERT(bytes != NULL);
    if (span->size > 0)
        memcpy(bytes, span->data, span->size);
    *span = toc_span_of(bytes, span->size);
    return (target){bytes, span->size};
}

static target hashes_of(toc_hash *hashes, size_t count)
{
    return (target){&hashes->bytes[0], count * sizeof *hashes};
}

/* Whether anything is different afterwards: two changes may undo each other. */
static bool change(const target *targets, size_t target_count, toc_reader *reader)
{
    TOC_AUTO(toc_buf_wipe) toc_buf before = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf after = {0};
    for (size_t i = 0; i < target_count; i++)
        toc_buf_add(&before, targets[i].bytes, targets[i].size);
    for (int i = 0; i < CHANGES_MAX && toc_reader_left(reader) >= 4; i++) {
        const target *chosen = &targets[toc_read_u8(reader) % target_count];
        size_t offset = toc_read_u16(reader);
        uint8_t value = toc_read_u8(reader);
        if (chosen->size > 0)
            chosen->bytes[offset % chosen->size] ^= value;
    }
    for (size_t i = 0; i < target_count; i++)
        toc_buf_add(&after, targets[i].bytes, targets[i].size);
    return !toc_span_equal(toc_buf_view(&before), toc_buf_view(&after));
}

static void try_changes(toc_span input)
{
    toc_test_feed *feed = fixed_feed();
    toc_reader reader = toc_reader_of(input);
    uint64_t from = toc_read_u8(&reader) % FEED_ENTRIES;
    uint64_t until = from + 1 + toc_read_u8(&reader) % (FEED_ENTRIES - from);
    uint64_t size = until + toc_read_u8(&reader) % (FEED_ENTRIES - until + 1);
    uint64_t known = toc_read_u8(&reader) % (size + 1);
    TOC_AUTO(toc_chunk_free)
    toc_chunk *chunk = toc_test_feed_chunk(feed, from, until, size, known, true);
    target targets[] = {copy_of(chunk, &chunk->entries),
                        copy_of(chunk, &chunk->note),
                        hashes_of(chunk->frontier.hashes, chunk->frontier.count),
                        hashes_of(chunk->to_checkpoint.hashes, chunk->to_checkpoint.count),
                        hashes_of(chunk->from_known.hashes, chunk->from_known.count),
                        hashes_of(&chunk->known_root, known > 0 ? 1 : 0),
                        {chunk->signer.bytes, sizeof chunk->signer.bytes}};
    bool changed = change(targets, TOC_COUNT(targets), &reader);
    toc_code code = toc_chunk_verify(chunk, NULL);
    TOC_ASSERT((code == TOC_OK) == !changed);
    for (uint32_t i = 0; code == TOC_OK && i < chunk->count; i++)
        TOC_ASSERT(chunk->verified[i].opened == (chunk->verified[i].kind == TOC_ENTRY_RECORD));
}

/* --- any bytes
 * ---------------------------------------------------------------------------------------------- */

static bool readable(toc_span entry)
{
    toc_entry_header header;
    toc_span body;
    toc_grant grant;
    toc_erasure erasure;
    if (toc_entry_parse(entry, &header, &body, NULL) != TOC_OK)
        return false;
    if (header.kind == TOC_ENTRY_GRANT)
        return toc_grant_read(entry, &grant, NULL) == TOC_OK;
    return header.kind == TOC_ENTRY_RECORD || toc_erasure_read(entry, &erasure, NULL) == TOC_OK;
}

static void try_entries(toc_span input)
{
    if (input.size == 0)
        return;
    (void)fixed_feed();
    TOC_AUTO(toc_test_feed_free) toc_test_feed *feed = toc_test_feed_new(TOC_LANE_BULK, 4);
    uint32_t count = input.data[0];
    toc_span entries = toc_span_of(input.data + 1, input.size - 1);
    toc_reader reader = toc_reader_of(entries);
    bool good = true;
    for (uint32_t i = 0; i < count && good; i++) {
        toc_span entry = toc_read_u32_span(&reader, TOC_ENTRY_BYTES_MAX);
        good = !reader.failed && readable(entry);
        if (good)
            toc_test_feed_raw(feed, entry);
    }
    /* A chunk that ends where the feed begins proves nothing. */
    good = good && count > 0 && toc_reader_left(&reader) == 0;
    TOC_AUTO(toc_chunk_free)
    toc_chunk *chunk = toc_test_feed_chunk(feed, 0, feed->count, feed->count, 0, true);
    chunk->entries = entries;
    chunk->count = count;
    TOC_ASSERT((toc_chunk_verify(chunk, NULL) == TOC_OK) == good);
    if (!good)
        return;
    toc_frontier expected;
    toc_test_feed_frontier(feed, count, &expected);
    TOC_ASSERT(toc_frontier_equal(&chunk->frontier_after, &expected));
    for (uint32_t i = 0; i < count; i++)
        TOC_ASSERT(toc_span_equal(chunk->verified[i].bytes, toc_test_feed_entry(feed, i)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const modes[])(toc_span input) = {try_changes, try_entries};
    if (size > 0)
        modes[data[0] % TOC_COUNT(modes)](toc_span_of(data + 1, size - 1));
    return 0;
}
