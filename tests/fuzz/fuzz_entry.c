/* Entries: the first byte of an input chooses.
 *   0  an entry. A header that parses writes as it was, of a bare entry too; a grant or an erasure
 * that reads writes as it was; a record opens under no key but its author's, and leaves no
 * plaintext. 1  lane, index, then a record. What was sealed opens to the same, has the size that
 * the lane's padding says, and does not open with one byte changed. 2  a plaintext, committed to
 * and sealed as it is. What opens is laid out as the protocol says: written again from what was
 * read, it is the same. */
#include "proto/base/endian.h"
#include "proto/crypto/seal.h"
#include "proto/feed/entry.h"
#include "proto/feed/erasure.h"
#include "proto/feed/grant.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INDEX = 7 };

static toc_secret *sender_key;
static toc_feed_name feed_name;
static toc_feed_id feed;
static uint8_t plain[TOC_ENTRY_BYTES_MAX];

static void start(toc_lane lane)
{
    TOC_ASSERT(toc_crypto_start(NULL) == TOC_OK);
    if (sender_key == NULL)
        TOC_ASSERT(toc_secret_from(toc_span_text("the sender key of a fuzzed entry"), &sender_key,
                                   NULL) == TOC_OK);
    feed_name = (toc_feed_name){.lane = lane, .generation = 1767225600};
    toc_feed_id_of(&feed_name, &feed);
}

static bool plain_is_zero(size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (plain[i] != 0)
            return false;
    }
    return true;
}

static void check_grant(toc_span entry)
{
    toc_grant grant;
    if (toc_grant_read(entry, &grant, NULL) != TOC_OK)
        return;
    TOC_AUTO(toc_buf_wipe) toc_buf written = {0};
    TOC_ASSERT(toc_grant_write(&grant, &written, NULL) == TOC_OK);
    TOC_ASSERT(toc_span_equal(toc_buf_view(&written), entry));
    TOC_ASSERT(toc_grant_follows(&grant, &grant, NULL) == TOC_OK);
    toc_box box;
    for (uint16_t i = 0; i < grant.count; i++)
        toc_grant_box(&grant, i, &box);
}

static void check_erasure(toc_span entry)
{
    static toc_erasure_row rows[TOC_ERASURE_ROWS_MAX];
    toc_erasure erasure;
    if (toc_erasure_read(entry, &erasure, NULL) != TOC_OK)
        return;
    TOC_ASSERT(erasure.count <= TOC_ERASURE_ROWS_MAX);
    for (uint16_t i = 0; i < erasure.count; i++)
        toc_erasure_row_at(&erasure, i, &rows[i]);
    TOC_AUTO(toc_buf_wipe) toc_buf written = {0};
    TOC_ASSERT(toc_erasure_write(&erasure.feed, erasure.epoch, rows, erasure.count, &written,
                                 NULL) == TOC_OK);
    TOC_ASSERT(toc_span_equal(toc_buf_view(&written), entry));
}

static void try_entry(toc_span input)
{
    start(TOC_LANE_BULK);
    toc_entry_header header;
    toc_span body;
    toc_opened opened;
    if (toc_entry_bare_parse(input, &header, NULL) == TOC_OK) {
        uint8_t written[TOC_ENTRY_HEADER_BYTES];
        toc_entry_header_write(&header, written);
        TOC_ASSERT(memcmp(written + 1, input.data + 1, sizeof written - 1) == 0);
        TOC_ASSERT((written[0] | TOC_ENTRY_BARE) == input.data[0]);
        TOC_ASSERT(header.kind == TOC_ENTRY_RECORD &&
                   toc_entry_parse(input, &header, &body, NULL) == TOC_MALFORMED);
    }
    memset(plain, 0, sizeof plain);
    bool parsed = toc_entry_parse(input, &header, &body, NULL) == TOC_OK;
    bool record = parsed && header.kind == TOC_ENTRY_RECORD;
    toc_code code = toc_entry_open(&feed, INDEX, input, sender_key, plain, &opened, NULL);
    TOC_ASSERT(code != TOC_OK && plain_is_zero(sizeof plain));
    TOC_ASSERT(record || code == TOC_MALFORMED || code == TOC_LIMIT);
    if (!parsed)
        return;
    uint8_t written[TOC_ENTRY_HEADER_BYTES];
    toc_entry_header_write(&header, written);
    TOC_ASSERT(memcmp(written, input.data, sizeof written) == 0);
    TOC_ASSERT(body.size + sizeof written == input.size);
    check_grant(input);
    check_erasure(input);
}

static void check_size(toc_lane lane, size_t record_bytes, size_t entry_bytes)
{
    size_t plain_bytes = entry_bytes - TOC_ENTRY_HEADER_BYTES - TOC_BODY_OVERHEAD_BYTES;
    size_t needed = TOC_PLAIN_OVERHEAD_BYTES + record_bytes;
    TOC_ASSERT(entry_bytes <= TOC_ENTRY_BYTES_MAX && plain_bytes >= needed);
    if (lane == TOC_LANE_BULK)
        TOC_ASSERT(plain_bytes % 64 == 0 && plain_bytes - needed < 64);
    else
        TOC_ASSERT((plain_bytes & (plain_bytes - 1)) == 0 &&
                   (plain_bytes == 256 || plain_bytes / 2 < needed));
}

static void try_record(toc_span input)
{
    if (input.size < 3)
        return;
    toc_lane lane = (input.data[0] & 1) == 0 ? TOC_LANE_ALERT : TOC_LANE_BULK;
    uint64_t index = input.data[1];
    size_t changed = input.data[2];
    toc_span record = toc_span_of(input.data + 3, input.size - 3);
    start(lane);
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_time time = {.unix_ms = index * 1000};
    toc_code code =
        toc_entry_seal(&feed_name, &feed, index, 1, 2, sender_key, time, record, &entry, NULL);
    TOC_ASSERT((code == TOC_OK) == (record.size <= toc_record_bytes_max(lane)));
    if (code != TOC_OK)
        return;
    check_size(lane, record.size, entry.size);
    toc_opened opened;
    TOC_ASSERT(toc_entry_open(&feed, index, toc_buf_view(&entry), sender_key, plain, &opened,
                              NULL) == TOC_OK);
    TOC_ASSERT(toc_span_equal(opened.record, record) && opened.time.unix_ms == time.unix_ms);
    entry.data[changed * 131 % entry.size] ^= (uint8_t)(1 + changed % 255);
    TOC_ASSERT(toc_entry_open(&feed, index, toc_buf_view(&entry), sender_key, plain, &opened,
                              NULL) != TOC_OK);
}

static void seal_plaintext(toc_span plaintext, toc_buf *out)
{
    toc_entry_header header = {.version = 1, .kind = TOC_ENTRY_RECORD, .epoch = 1};
    header.body_bytes = (uint32_t)(TOC_BODY_OVERHEAD_BYTES + plaintext.size);
    toc_entry_commit(&feed, INDEX, plaintext, &header.commit);
    uint8_t *entry = toc_buf_extend(out, TOC_ENTRY_HEADER_BYTES + header.body_bytes);
    TOC_ASSERT(entry != NULL);
    toc_entry_header_write(&header, entry);
    uint8_t *nonce = entry + TOC_ENTRY_HEADER_BYTES,
            aad[15 + 32 + 8 + TOC_ENTRY_HEADER_BYTES] = "tocsin/entry/1\n";
    memset(nonce, 1, TOC_NONCE_BYTES);
    memcpy(aad + 15, feed.bytes, 32);
    toc_put_u64(aad + 47, INDEX);
    memcpy(aad + 55, entry, TOC_ENTRY_HEADER_BYTES);
    toc_aead_seal(sender_key, nonce, plaintext, TOC_SPAN_OF(aad), nonce + TOC_NONCE_BYTES);
}

static void try_plaintext(toc_span input)
{
    if (input.size > TOC_ENTRY_BYTES_MAX - TOC_ENTRY_HEADER_BYTES - TOC_BODY_OVERHEAD_BYTES)
        return;
    start(TOC_LANE_BULK);
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_opened opened;
    seal_plaintext(input, &entry);
    toc_code code =
        toc_entry_open(&feed, INDEX, toc_buf_view(&entry), sender_key, plain, &opened, NULL);
    TOC_ASSERT(code == TOC_OK || code == TOC_MALFORMED);
    if (code != TOC_OK) {
        TOC_ASSERT(plain_is_zero(input.size));
        return;
    }
    TOC_AUTO(toc_buf_wipe) toc_buf written = {0};
    toc_buf_add(&written, input.data, 32);
    toc_buf_add_u64(&written, opened.time.unix_ms);
    toc_buf_add_u32(&written, (uint32_t)opened.record.size);
    toc_buf_add_span(&written, opened.record);
    TOC_ASSERT(written.size <= input.size && input.size % 64 == 0);
    toc_buf_add_zeros(&written, input.size - written.size);
    TOC_ASSERT(toc_span_equal(toc_buf_view(&written), input));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const modes[])(toc_span input) = {try_entry, try_record, try_plaintext};
    if (size > 0)
        modes[data[0] % TOC_COUNT(modes)](toc_span_of(data + 1, size - 1));
    return 0;
}
