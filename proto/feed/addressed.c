#include "proto/feed/addressed.h"

#include <stdlib.h>

#include "proto/base/endian.h"
#include "proto/base/reader.h"
#include "proto/crypto/hash.h"

#define HINT_DOMAIN   "tocsin/hint/1\n"
#define AEAD_DOMAIN   "tocsin/addressed/1\n"
#define COMMIT_DOMAIN "tocsin/addressed-commit/1\n"

enum {
    MARK = 0xA1, /* no field of a Record begins so */
    HINT_BYTES = 8,
    SALT_BYTES = 32,
    ROW_BYTES = HINT_BYTES + TOC_BOX_BYTES,
    HEAD_BYTES = 1 + 1 + 32,
    TAIL_BYTES = 32 + TOC_NONCE_BYTES + TOC_TAG_BYTES, /* around the text */
    TEXT_OVERHEAD = SALT_BYTES + 4,
    ROWS_TRIED_MAX = 2,
    PAD_BYTES = 256 /* so that lengths tell little to the rest of the circle */
};

bool toc_addressed_is(toc_span content)
{
    return content.size > 0 && content.data[0] == MARK;
}

size_t toc_addressed_boxes(size_t readers)
{
    size_t count = 4;
    while (count < readers)
        count *= 2;
    return count;
}

static size_t padded_text(size_t record_bytes)
{
    return (TEXT_OVERHEAD + record_bytes + PAD_BYTES - 1) / PAD_BYTES * PAD_BYTES;
}

size_t toc_addressed_bytes(size_t reader_count, size_t record_bytes)
{
    TOC_ASSERT(reader_count <= TOC_READERS_MAX && record_bytes <= TOC_ENTRY_BYTES_MAX);
    return HEAD_BYTES + toc_addressed_boxes(reader_count) * ROW_BYTES + TAIL_BYTES +
           padded_text(record_bytes);
}

/* ---- what binds it to its place ---- */

static void place_of(const toc_feed_id *feed, uint64_t index, uint8_t out[40])
{
    memcpy(out, feed->bytes, 32);
    toc_put_u64(out + 32, index);
}

static toc_code hint_of(const toc_secret *secret, const toc_seal_key *other,
                        const uint8_t place[40], const toc_seal_key *ephemeral,
                        uint8_t out[HINT_BYTES], toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *shared = NULL;
    TOC_TRY(toc_seal_shared(secret, other, &shared, err));
    uint8_t whole[32];
    toc_span parts[] = {toc_span_text(HINT_DOMAIN), toc_span_of(place, 40),
                        TOC_SPAN_OF(ephemeral->bytes)};
    toc_blake2b_keyed(toc_span_of(toc_secret_view(shared), 32), parts, TOC_COUNT(parts), whole,
                      sizeof whole);
    memcpy(out, whole, HINT_BYTES);
    return TOC_OK;
}

static void commit_to(const uint8_t place[40], toc_span text, toc_hash *out)
{
    toc_span parts[] = {toc_span_text(COMMIT_DOMAIN), toc_span_of(place, 40), text};
    toc_sha256_parts(parts, TOC_COUNT(parts), out);
}

static void write_aad(const uint8_t place[40], uint8_t out[sizeof AEAD_DOMAIN - 1 + 40])
{
    memcpy(out, AEAD_DOMAIN, sizeof AEAD_DOMAIN - 1);
    memcpy(out + sizeof AEAD_DOMAIN - 1, place, 40);
}

/* ---- sealing ---- */

typedef struct sealing {
    uint8_t place[40];
    toc_secret *own, *key; /* of E; R */
    toc_seal_key ephemeral;
    uint8_t rows[TOC_READERS_MAX][ROW_BYTES];
    size_t count;
} sealing;

static void sealing_wipe(sealing *work)
{
    toc_secret_free(work->own);
    toc_secret_free(work->key);
}
TOC_DEFINE_AUTO_WIPE(sealing, sealing_wipe)

static toc_code add_row(sealing *work, const toc_seal_key *reader, toc_err *err)
{
    toc_box box;
    uint8_t *row = work->rows[work->count];
    TOC_TRY(hint_of(work->own, reader, work->place, &work->ephemeral, row, err));
    TOC_TRY(toc_box_seal(reader, work->key, &box, err));
    memcpy(row + HINT_BYTES, box.bytes, sizeof box.bytes);
    work->count++;
    return TOC_OK;
}

/* For somebody who does not exist: nothing about the row tells. */
static toc_code add_nobody(sealing *work, toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *thrown_away = NULL;
    toc_seal_key nobody;
    TOC_TRY(toc_secret_random(&thrown_away, err));
    toc_seal_public(thrown_away, &nobody);
    return add_row(work, &nobody, err);
}

static int compare_rows(const void *left, const void *right)
{
    return memcmp(left, right, ROW_BYTES);
}

static int compare_keys(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(toc_seal_key));
}

/* In the order of their hints, which is none. */
static toc_code make_rows(sealing *work, const toc_seal_key *readers, size_t reader_count,
                          toc_err *err)
{
    toc_seal_key sorted[TOC_READERS_MAX];
    if (reader_count == 0 || reader_count > TOC_READERS_MAX)
        return toc_fail(err, TOC_LIMIT, "a record for %zu readers; it can be sealed to 1 to %u",
                        reader_count, TOC_READERS_MAX);
    memcpy(sorted, readers, reader_count * sizeof *sorted);
    qsort(sorted, reader_count, sizeof *sorted, compare_keys);
    for (size_t i = 0; i < reader_count; i++) {
        if (i == 0 || compare_keys(&sorted[i - 1], &sorted[i]) != 0)
            TOC_TRY(add_row(work, &sorted[i], err));
    }
    for (size_t count = toc_addressed_boxes(work->count); work->count < count;)
        TOC_TRY(add_nobody(work, err));
    qsort(work->rows, work->count, ROW_BYTES, compare_rows);
    return TOC_OK;
}

static void write_text(const sealing *work, toc_span record, uint8_t *out)
{
    uint8_t aad[sizeof AEAD_DOMAIN - 1 + 40];
    uint8_t *nonce = out + 32, *text = nonce + TOC_NONCE_BYTES;
    size_t size = padded_text(record.size);
    toc_hash commit;
    toc_random(nonce, TOC_NONCE_BYTES + SALT_BYTES); /* side by side: one call */
    toc_put_u32(text + SALT_BYTES, (uint32_t)record.size);
    memcpy(text + TEXT_OVERHEAD, record.data, record.size);
    memset(text + TEXT_OVERHEAD + record.size, 0, size - TEXT_OVERHEAD - record.size);
    commit_to(work->place, toc_span_of(text, size), &commit);
    memcpy(out, commit.bytes, sizeof commit.bytes);
    write_aad(work->place, aad);
    toc_aead_seal(work->key, nonce, toc_span_of(text, size), TOC_SPAN_OF(aad), text);
}

toc_code toc_addressed_seal(const toc_feed_id *feed, uint64_t index, const toc_seal_key *readers,
                            size_t reader_count, toc_span record, toc_buf *out, toc_err *err)
{
    TOC_AUTO(sealing_wipe) sealing work = {0};
    if (record.size == 0 || record.size > TOC_RECORD_BULK_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a record of %zu bytes; at most %u", record.size,
                        TOC_RECORD_BULK_BYTES_MAX);
    place_of(feed, index, work.place);
    TOC_TRY(toc_secret_random(&work.own, err));
    TOC_TRY(toc_secret_random(&work.key, err));
    toc_seal_public(work.own, &work.ephemeral);
    TOC_TRY(make_rows(&work, readers, reader_count, err));
    toc_buf_add_u8(out, MARK);
    toc_buf_add_u8(out, (uint8_t)work.count);
    toc_buf_add(out, work.ephemeral.bytes, sizeof work.ephemeral.bytes);
    toc_buf_add(out, work.rows, work.count * ROW_BYTES);
    uint8_t *text = toc_buf_extend(out, TAIL_BYTES + padded_text(record.size));
    if (text == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory while sealing a record of %zu bytes",
                        record.size);
    write_text(&work, record, text);
    return TOC_OK;
}

/* ---- opening ---- */

typedef struct layout {
    size_t count;
    toc_seal_key ephemeral;
    const uint8_t *rows;
    toc_hash commit;
    const uint8_t *nonce;
    toc_span sealed;
} layout;

static bool is_count(size_t count)
{
    return count >= 4 && count <= TOC_READERS_MAX && toc_addressed_boxes(count) == count;
}

static toc_code split(toc_span content, layout *out, toc_err *err)
{
    toc_reader reader = toc_reader_of(content);
    uint8_t mark = toc_read_u8(&reader);
    out->count = toc_read_u8(&reader);
    if (mark != MARK || !is_count(out->count))
        return toc_fail(err, TOC_MALFORMED, "an addressed record with %zu boxes", out->count);
    toc_read_bytes(&reader, out->ephemeral.bytes, sizeof out->ephemeral.bytes);
    out->rows = toc_read_span(&reader, out->count * ROW_BYTES).data;
    toc_read_bytes(&reader, out->commit.bytes, sizeof out->commit.bytes);
    out->nonce = toc_read_span(&reader, TOC_NONCE_BYTES).data;
    out->sealed = toc_read_span(&reader, toc_reader_left(&reader));
    TOC_TRY(toc_reader_finish(&reader, "an addressed record", err));
    if (out->sealed.size < TEXT_OVERHEAD + TOC_TAG_BYTES ||
        (out->sealed.size - TOC_TAG_BYTES) % PAD_BYTES != 0)
        return toc_fail(err, TOC_MALFORMED, "an addressed record with a text of %zu bytes",
                        out->sealed.size);
    return TOC_OK;
}

/* Two rows may bear one hint by chance, which never happens; more would be spite, and cost time. */
static toc_code find_key(const layout *parts, const uint8_t hint[HINT_BYTES],
                         const toc_secret *seal, toc_secret **out, toc_err *err)
{
    toc_code code = toc_fail(err, TOC_NOT_FOUND, "the record is addressed to others");
    size_t tried = 0;
    for (size_t i = 0; i < parts->count && code != TOC_OK && tried < ROWS_TRIED_MAX; i++) {
        const uint8_t *row = parts->rows + i * ROW_BYTES;
        toc_box box;
        if (memcmp(row, hint, HINT_BYTES) != 0)
            continue;
        tried++;
        memcpy(box.bytes, row + HINT_BYTES, sizeof box.bytes);
        code = toc_box_open(seal, &box, out, err);
    }
    return code;
}

static bool all_zero(toc_span bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i] != 0)
            return false;
    }
    return true;
}

static toc_code read_text(const layout *parts, const uint8_t place[40], toc_span text,
                          toc_addressed *out, toc_err *err)
{
    toc_hash commit;
    toc_addressed opened = {.text = text};
    commit_to(place, text, &commit);
    if (!toc_hash_equal(&commit, &parts->commit))
        return toc_fail(err, TOC_SIGNATURE,
                        "the record opens to a text its author did not commit to");
    toc_reader reader = toc_reader_of(text);
    opened.salt = toc_read_span(&reader, SALT_BYTES).data;
    opened.record = toc_read_u32_span(&reader, TOC_RECORD_BULK_BYTES_MAX);
    toc_span padding = toc_read_span(&reader, toc_reader_left(&reader));
    TOC_TRY(toc_reader_finish(&reader, "text of an addressed record", err));
    if (!all_zero(padding) || padding.size >= PAD_BYTES)
        return toc_fail(err, TOC_MALFORMED, "text of an addressed record: not padded with zeroes");
    *out = opened;
    return TOC_OK;
}

toc_code toc_addressed_open(const toc_feed_id *feed, uint64_t index, toc_span content,
                            const toc_secret *seal, uint8_t *plain, toc_addressed *out,
                            toc_err *err)
{
    layout parts;
    uint8_t place[40], hint[HINT_BYTES], aad[sizeof AEAD_DOMAIN - 1 + 40];
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_TRY(split(content, &parts, err));
    place_of(feed, index, place);
    TOC_TRY(hint_of(seal, &parts.ephemeral, place, &parts.ephemeral, hint, err));
    TOC_TRY(find_key(&parts, hint, seal, &key, err));
    write_aad(place, aad);
    TOC_TRY(toc_aead_open(key, parts.nonce, parts.sealed, TOC_SPAN_OF(aad), plain, err));
    toc_span text = toc_span_of(plain, parts.sealed.size - TOC_TAG_BYTES);
    toc_code code = read_text(&parts, place, text, out, err);
    if (code != TOC_OK)
        toc_wipe(plain, text.size);
    return code;
}

toc_code toc_addressed_check(const toc_feed_id *feed, uint64_t index, toc_span content,
                             toc_span text, toc_addressed *out, toc_err *err)
{
    layout parts;
    uint8_t place[40];
    TOC_TRY(split(content, &parts, err));
    place_of(feed, index, place);
    if (text.size != parts.sealed.size - TOC_TAG_BYTES)
        return toc_fail(err, TOC_SIGNATURE, "a text of %zu bytes, not as long as the one sealed",
                        text.size);
    return read_text(&parts, place, text, out, err);
}
