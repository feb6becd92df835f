#include "proto/feed/entry.h"

#include "proto/base/endian.h"
#include "proto/base/reader.h"
#include "proto/crypto/hash.h"
#include "proto/crypto/seal.h"

#define ENTRY_DOMAIN  "tocsin/entry/1\n"
#define COMMIT_DOMAIN "tocsin/commit/1\n"

enum {
    ENTRY_VERSION = 1,
    SALT_BYTES = 32,
    AAD_BYTES = sizeof ENTRY_DOMAIN - 1 + 32 + 8 + TOC_ENTRY_HEADER_BYTES,
    LEAF_INPUT_BYTES = 1 + 32 + 8 + TOC_ENTRY_HEADER_BYTES + 32
};

/* --- header
 * ---------------------------------------------------------------------------------------------- */

void toc_entry_header_write(const toc_entry_header *header, uint8_t out[TOC_ENTRY_HEADER_BYTES])
{
    out[0] = header->version;
    out[1] = header->kind;
    toc_put_u16(out + 2, header->flags);
    toc_put_u32(out + 4, header->epoch);
    toc_put_u32(out + 8, header->keep_until_day);
    toc_put_u32(out + 12, header->body_bytes);
    memcpy(out + 16, header->commit.bytes, sizeof header->commit.bytes);
}

static toc_code check_header(const toc_entry_header *header, size_t entry_bytes, toc_err *err)
{
    static const toc_hash zeroes;
    if (header->version != ENTRY_VERSION)
        return toc_fail(err, TOC_MALFORMED, "an entry of version %u, this program reads version %d",
                        header->version, ENTRY_VERSION);
    if (header->kind < TOC_ENTRY_GRANT || header->kind > TOC_ENTRY_ERASURE)
        return toc_fail(err, TOC_MALFORMED, "an entry of the unknown kind %u", header->kind);
    if (header->flags != 0)
        return toc_fail(err, TOC_MALFORMED, "an entry with unknown flags %#x", header->flags);
    if (header->epoch == 0)
        return toc_fail(err, TOC_MALFORMED, "an entry of epoch 0; epochs count from 1");
    if (header->body_bytes != entry_bytes - TOC_ENTRY_HEADER_BYTES)
        return toc_fail(err, TOC_MALFORMED,
                        "an entry whose header says %u body bytes, and %zu follow",
                        (unsigned)header->body_bytes, entry_bytes - TOC_ENTRY_HEADER_BYTES);
    if (header->kind != TOC_ENTRY_RECORD && !toc_hash_equal(&header->commit, &zeroes))
        return toc_fail(err, TOC_MALFORMED, "a clear entry that carries a commitment");
    return TOC_OK;
}

static toc_entry_header read_header(const uint8_t *bytes)
{
    toc_entry_header header = {.version = bytes[0],
                               .kind = bytes[1],
                               .flags = toc_get_u16(bytes + 2),
                               .epoch = toc_get_u32(bytes + 4),
                               .keep_until_day = toc_get_u32(bytes + 8),
                               .body_bytes = toc_get_u32(bytes + 12)};
    memcpy(header.commit.bytes, bytes + 16, sizeof header.commit.bytes);
    return header;
}

toc_code toc_entry_parse(toc_span entry, toc_entry_header *out_header, toc_span *out_body,
                         toc_err *err)
{
    if (entry.size > TOC_ENTRY_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "an entry of %zu bytes, at most %u are taken", entry.size,
                        TOC_ENTRY_BYTES_MAX);
    if (entry.size < TOC_ENTRY_HEADER_BYTES)
        return toc_fail(err, TOC_MALFORMED, "an entry of %zu bytes, cut short in its header",
                        entry.size);
    toc_entry_header header = read_header(entry.data);
    TOC_TRY(check_header(&header, entry.size, err));
    *out_header = header;
    *out_body = toc_span_of(entry.data + TOC_ENTRY_HEADER_BYTES, header.body_bytes);
    return TOC_OK;
}

/* --- without its body
 * ---------------------------------------------------------------------------- */

toc_code toc_entry_bare_parse(toc_span bare, toc_entry_header *out_header, toc_err *err)
{
    if (!toc_entry_is_bare(bare))
        return toc_fail(err, TOC_MALFORMED, "%zu bytes that are no entry without its body",
                        bare.size);
    toc_entry_header header = read_header(bare.data);
    header.version &= (uint8_t)~TOC_ENTRY_BARE;
    if (header.body_bytes > TOC_ENTRY_BYTES_MAX - TOC_ENTRY_HEADER_BYTES)
        return toc_fail(err, TOC_LIMIT,
                        "a bare entry whose body had %u bytes, at most %u are taken",
                        (unsigned)header.body_bytes, TOC_ENTRY_BYTES_MAX - TOC_ENTRY_HEADER_BYTES);
    TOC_TRY(check_header(&header, TOC_ENTRY_HEADER_BYTES + (size_t)header.body_bytes, err));
    if (header.kind != TOC_ENTRY_RECORD)
        return toc_fail(err, TOC_MALFORMED,
                        "an entry of kind %u without its body; only records may be", header.kind);
    *out_header = header;
    return TOC_OK;
}

void toc_entry_strip(toc_span entry, uint8_t out[TOC_ENTRY_BARE_BYTES])
{
    TOC_ASSERT(entry.size >= TOC_ENTRY_HEADER_BYTES && entry.data[1] == TOC_ENTRY_RECORD);
    toc_hash body;
    toc_sha256(
        toc_span_of(entry.data + TOC_ENTRY_HEADER_BYTES, entry.size - TOC_ENTRY_HEADER_BYTES),
        &body);
    memcpy(out, entry.data, TOC_ENTRY_HEADER_BYTES);
    out[0] |= TOC_ENTRY_BARE;
    memcpy(out + TOC_ENTRY_HEADER_BYTES, body.bytes, sizeof body.bytes);
}

/* --- leaf
 * ------------------------------------------------------------------------------------------------
 */

void toc_entry_leaf_erased(const toc_feed_id *feed, uint64_t index, toc_span header,
                           const toc_hash *body_hash, toc_hash *out)
{
    TOC_ASSERT(header.size == TOC_ENTRY_HEADER_BYTES);
    uint8_t input[LEAF_INPUT_BYTES];
    input[0] = 0x00; /* RFC 6962's mark of a leaf */
    memcpy(input + 1, feed->bytes, 32);
    toc_put_u64(input + 33, index);
    memcpy(input + 41, header.data, TOC_ENTRY_HEADER_BYTES);
    memcpy(input + 89, body_hash->bytes, 32);
    toc_sha256(TOC_SPAN_OF(input), out);
}

void toc_entry_leaf(const toc_feed_id *feed, uint64_t index, toc_span entry, toc_hash *out)
{
    TOC_ASSERT(entry.size >= TOC_ENTRY_HEADER_BYTES);
    toc_hash body_hash;
    if (toc_entry_is_bare(entry)) {
        uint8_t header[TOC_ENTRY_HEADER_BYTES];
        memcpy(header, entry.data, sizeof header);
        header[0] &= (uint8_t)~TOC_ENTRY_BARE;
        memcpy(body_hash.bytes, entry.data + TOC_ENTRY_HEADER_BYTES, sizeof body_hash.bytes);
        toc_entry_leaf_erased(feed, index, TOC_SPAN_OF(header), &body_hash, out);
        return;
    }
    toc_sha256(
        toc_span_of(entry.data + TOC_ENTRY_HEADER_BYTES, entry.size - TOC_ENTRY_HEADER_BYTES),
        &body_hash);
    toc_entry_leaf_erased(feed, index, toc_span_of(entry.data, TOC_ENTRY_HEADER_BYTES), &body_hash,
                          out);
}

/* --- sealing
 * --------------------------------------------------------------------------------------------- */

void toc_entry_commit(const toc_feed_id *feed, uint64_t index, toc_span plaintext, toc_hash *out)
{
    uint8_t prefix[sizeof COMMIT_DOMAIN - 1 + 32 + 8];
    memcpy(prefix, COMMIT_DOMAIN, sizeof COMMIT_DOMAIN - 1);
    memcpy(prefix + sizeof COMMIT_DOMAIN - 1, feed->bytes, 32);
    toc_put_u64(prefix + sizeof prefix - 8, index);
    toc_span parts[] = {TOC_SPAN_OF(prefix), plaintext};
    toc_sha256_parts(parts, TOC_COUNT(parts), out);
}

static void write_aad(const toc_feed_id *feed, uint64_t index, const uint8_t *header,
                      uint8_t out[AAD_BYTES])
{
    uint8_t *at = out;
    memcpy(at, ENTRY_DOMAIN, sizeof ENTRY_DOMAIN - 1);
    at += sizeof ENTRY_DOMAIN - 1;
    memcpy(at, feed->bytes, 32);
    toc_put_u64(at + 32, index);
    memcpy(at + 40, header, TOC_ENTRY_HEADER_BYTES);
}

size_t toc_record_bytes_max(toc_lane lane)
{
    switch (lane) {
    case TOC_LANE_ALERT:
        return TOC_RECORD_ALERT_BYTES_MAX;
    case TOC_LANE_BULK:
        return TOC_RECORD_BULK_BYTES_MAX;
    case TOC_LANE_KEYS:
        break;
    }
    return 0;
}

/* The size of the plaintext with its padding; `record_bytes` is within the lane's limit. */
static size_t padded(toc_lane lane, size_t record_bytes)
{
    size_t needed = TOC_PLAIN_OVERHEAD_BYTES + record_bytes;
    if (lane == TOC_LANE_BULK)
        return (needed + TOC_PAD_BULK_BYTES - 1) / TOC_PAD_BULK_BYTES * TOC_PAD_BULK_BYTES;
    size_t size = TOC_PAD_ALERT_BYTES_MIN;
    while (size < needed)
        size *= 2;
    return size;
}

size_t toc_entry_bytes(toc_lane lane, size_t record_bytes)
{
    return TOC_ENTRY_HEADER_BYTES + TOC_BODY_OVERHEAD_BYTES + padded(lane, record_bytes);
}

static toc_code check_sealable(toc_lane lane, uint32_t epoch, toc_span record, toc_err *err)
{
    if (lane == TOC_LANE_KEYS)
        return toc_fail(err, TOC_USAGE, "the keys lane carries grants, not records");
    if (epoch == 0)
        return toc_fail(err, TOC_USAGE, "epochs count from 1");
    if (record.size > toc_record_bytes_max(lane))
        return toc_fail(
            err, TOC_LIMIT,
            "a record of %zu bytes is too large for the %s lane; alert takes %u bytes, bulk %u",
            record.size, toc_lane_name(lane), TOC_RECORD_ALERT_BYTES_MAX,
            TOC_RECORD_BULK_BYTES_MAX);
    return TOC_OK;
}

toc_code toc_entry_seal(const toc_feed_name *feed_name, const toc_feed_id *feed, uint64_t index,
                        uint32_t epoch, uint32_t keep_until_day, const toc_secret *sender_key,
                        toc_time time, toc_span record, toc_buf *out, toc_err *err)
{
    TOC_TRY(check_sealable(feed_name->lane, epoch, record, err));
    size_t plain_bytes = padded(feed_name->lane, record.size);
    uint8_t *entry = toc_buf_extend(out, toc_entry_bytes(feed_name->lane, record.size));
    if (entry == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory while sealing a record of %zu bytes",
                        record.size);
    uint8_t *nonce = entry + TOC_ENTRY_HEADER_BYTES, *plain = nonce + TOC_NONCE_BYTES;
    /* One call for nonce and salt, which stand side by side: each is a system call. */
    toc_random(nonce, TOC_NONCE_BYTES + SALT_BYTES);
    toc_put_u64(plain + SALT_BYTES, time.unix_ms);
    toc_put_u32(plain + SALT_BYTES + 8, (uint32_t)record.size);
    uint8_t *content = plain + TOC_PLAIN_OVERHEAD_BYTES;
    if (record.size > 0)
        memcpy(content, record.data, record.size);
    memset(content + record.size, 0, plain_bytes - TOC_PLAIN_OVERHEAD_BYTES - record.size);

    toc_entry_header header = {.version = ENTRY_VERSION,
                               .kind = TOC_ENTRY_RECORD,
                               .epoch = epoch,
                               .keep_until_day = keep_until_day,
                               .body_bytes = (uint32_t)(TOC_BODY_OVERHEAD_BYTES + plain_bytes)};
    toc_entry_commit(feed, index, toc_span_of(plain, plain_bytes), &header.commit);
    toc_entry_header_write(&header, entry);
    uint8_t aad[AAD_BYTES];
    write_aad(feed, index, entry, aad);
    /* In place: no second copy of the plaintext to wipe. */
    toc_aead_seal(sender_key, nonce, toc_span_of(plain, plain_bytes), TOC_SPAN_OF(aad), plain);
    return TOC_OK;
}

/* --- opening
 * --------------------------------------------------------------------------------------------- */

static bool all_zero(toc_span bytes)
{
    return bytes.size == 0 ||
           (bytes.data[0] == 0 && memcmp(bytes.data, bytes.data + 1, bytes.size - 1) == 0);
}

/* Splits what opened and was committed to. */
static toc_code read_plaintext(toc_span plaintext, toc_opened *out, toc_err *err)
{
    toc_reader reader = toc_reader_of(plaintext);
    toc_opened opened;
    opened.salt = toc_read_span(&reader, SALT_BYTES).data;
    opened.time.unix_ms = toc_read_u64(&reader);
    opened.record = toc_read_u32_span(&reader, TOC_RECORD_BULK_BYTES_MAX);
    toc_span padding = toc_read_span(&reader, toc_reader_left(&reader));
    TOC_TRY(toc_reader_finish(&reader, "plaintext of an entry", err));
    if (plaintext.size % TOC_PAD_BULK_BYTES != 0 || !all_zero(padding))
        return toc_fail(err, TOC_MALFORMED,
                        "plaintext of an entry: not padded with zeroes to a multiple of %u",
                        TOC_PAD_BULK_BYTES);
    *out = opened;
    return TOC_OK;
}

toc_code toc_entry_check(const toc_feed_id *feed, uint64_t index, const toc_entry_header *header,
                         toc_span plaintext, toc_opened *out, toc_err *err)
{
    toc_hash commit;
    if (header->body_bytes < TOC_BODY_OVERHEAD_BYTES ||
        plaintext.size != header->body_bytes - TOC_BODY_OVERHEAD_BYTES)
        return toc_fail(err, TOC_SIGNATURE, "a text of %zu bytes, not as long as the one sealed",
                        plaintext.size);
    toc_entry_commit(feed, index, plaintext, &commit);
    if (!toc_hash_equal(&commit, &header->commit))
        return toc_fail(err, TOC_SIGNATURE,
                        "the entry opens to a text its author did not commit to");
    return read_plaintext(plaintext, out, err);
}

toc_code toc_entry_open(const toc_feed_id *feed, uint64_t index, toc_span entry,
                        const toc_secret *sender_key, uint8_t *plain, toc_opened *out, toc_err *err)
{
    toc_entry_header header;
    toc_span body;
    TOC_TRY(toc_entry_parse(entry, &header, &body, err));
    if (header.kind != TOC_ENTRY_RECORD)
        return toc_fail(err, TOC_MALFORMED, "an entry of kind %u is clear: nothing to open",
                        header.kind);
    if (body.size < TOC_BODY_OVERHEAD_BYTES)
        return toc_fail(err, TOC_MALFORMED,
                        "a record's body of %zu bytes is too short to be sealed", body.size);
    uint8_t aad[AAD_BYTES];
    write_aad(feed, index, entry.data, aad);
    toc_span sealed = toc_span_of(body.data + TOC_NONCE_BYTES, body.size - TOC_NONCE_BYTES);
    TOC_TRY(toc_aead_open(sender_key, body.data, sealed, TOC_SPAN_OF(aad), plain, err));
    toc_span plaintext = toc_span_of(plain, body.size - TOC_BODY_OVERHEAD_BYTES);
    toc_code code = toc_entry_check(feed, index, &header, plaintext, out, err);
    if (code != TOC_OK)
        toc_wipe(plain, plaintext.size);
    return code;
}

void toc_sender_key_id(const toc_secret *sender_key, const toc_feed_name *feed, uint32_t epoch,
                       toc_key_id *out)
{
    uint8_t tail[12];
    toc_put_u64(tail, feed->generation);
    toc_put_u32(tail + 8, epoch);
    toc_span parts[] = {toc_span_text("tocsin/epoch/1\n"), TOC_SPAN_OF(feed->circle.bytes),
                        TOC_SPAN_OF(feed->org.bytes), TOC_SPAN_OF(tail)};
    toc_blake2b_keyed(toc_span_of(toc_secret_view(sender_key), 32), parts, TOC_COUNT(parts),
                      out->bytes, sizeof out->bytes);
}
