#include "proto/feed/grant.h"

#include "proto/base/reader.h"
#include "proto/feed/entry.h"

enum { ALG_X25519 = 1, GRANT_FIXED_BYTES = 32 + 8 + 32 + 4 + 32 + 1 + 2 + 2 };

_Static_assert(TOC_ENTRY_HEADER_BYTES + GRANT_FIXED_BYTES + TOC_GRANT_BOXES_MAX * TOC_BOX_BYTES <=
                   TOC_ENTRY_BYTES_MAX,
               "a full grant fits an entry");

static toc_code check(const toc_grant *grant, toc_err *err)
{
    if (grant->epoch == 0)
        return toc_fail(err, TOC_MALFORMED, "a grant of epoch 0; epochs count from 1");
    if (grant->alg != ALG_X25519)
        return toc_fail(err, TOC_MALFORMED, "a grant with boxes of the unknown kind %u",
                        grant->alg);
    if (grant->count > TOC_GRANT_BOXES_MAX)
        return toc_fail(err, TOC_LIMIT, "a grant of %u boxes, at most %u are taken", grant->count,
                        TOC_GRANT_BOXES_MAX);
    if ((uint32_t)grant->first + grant->count > TOC_MEMBERS_MAX)
        return toc_fail(err, TOC_LIMIT, "a grant to readers %u to %u; a charter has at most %u",
                        grant->first, (unsigned)grant->first + grant->count, TOC_MEMBERS_MAX);
    if (grant->count == 0 && grant->first != 0)
        return toc_fail(err, TOC_MALFORMED, "a grant without boxes that names a first reader");
    if (grant->boxes.size != (size_t)grant->count * TOC_BOX_BYTES)
        return toc_fail(err, TOC_MALFORMED, "a grant of %u boxes in %zu bytes", grant->count,
                        grant->boxes.size);
    return TOC_OK;
}

toc_code toc_grant_write(const toc_grant *grant, toc_buf *out, toc_err *err)
{
    TOC_TRY(check(grant, err));
    /* Without term: whoever comes later must still be able to judge the feed. */
    toc_entry_header header = {.version = 1,
                               .kind = TOC_ENTRY_GRANT,
                               .epoch = grant->epoch,
                               .keep_until_day = UINT32_MAX,
                               .body_bytes = (uint32_t)(GRANT_FIXED_BYTES + grant->boxes.size)};
    uint8_t header_bytes[TOC_ENTRY_HEADER_BYTES];
    toc_entry_header_write(&header, header_bytes);
    toc_buf_add(out, header_bytes, sizeof header_bytes);
    toc_buf_add_span(out, TOC_SPAN_OF(grant->card.bytes));
    toc_buf_add_u64(out, grant->card_serial);
    toc_buf_add_span(out, TOC_SPAN_OF(grant->charter.bytes));
    toc_buf_add_u32(out, grant->charter_version);
    toc_buf_add_span(out, TOC_SPAN_OF(grant->key_id.bytes));
    toc_buf_add_u8(out, grant->alg);
    toc_buf_add_u16(out, grant->first);
    toc_buf_add_u16(out, grant->count);
    toc_buf_add_span(out, grant->boxes);
    return toc_buf_ok(out, err);
}

toc_code toc_grant_read(toc_span entry, toc_grant *out, toc_err *err)
{
    toc_entry_header header;
    toc_span body;
    TOC_TRY(toc_entry_parse(entry, &header, &body, err));
    if (header.kind != TOC_ENTRY_GRANT)
        return toc_fail(err, TOC_MALFORMED, "an entry of kind %u is no grant", header.kind);
    if (header.keep_until_day != UINT32_MAX)
        return toc_fail(err, TOC_MALFORMED,
                        "a grant with a term; the feed could not be judged after it");
    toc_reader reader = toc_reader_of(body);
    toc_grant grant = {.epoch = header.epoch};
    toc_read_bytes(&reader, grant.card.bytes, sizeof grant.card.bytes);
    grant.card_serial = toc_read_u64(&reader);
    toc_read_bytes(&reader, grant.charter.bytes, sizeof grant.charter.bytes);
    grant.charter_version = toc_read_u32(&reader);
    toc_read_bytes(&reader, grant.key_id.bytes, sizeof grant.key_id.bytes);
    grant.alg = toc_read_u8(&reader);
    grant.first = toc_read_u16(&reader);
    grant.count = toc_read_u16(&reader);
    grant.boxes = toc_read_span(&reader, toc_reader_left(&reader));
    TOC_TRY(toc_reader_finish(&reader, "grant", err));
    TOC_TRY(check(&grant, err));
    *out = grant;
    return TOC_OK;
}

void toc_grant_box(const toc_grant *grant, uint16_t index, toc_box *out)
{
    TOC_ASSERT(index < grant->count);
    memcpy(out->bytes, grant->boxes.data + (size_t)index * TOC_BOX_BYTES, TOC_BOX_BYTES);
}

toc_code toc_grant_follows(const toc_grant *before, const toc_grant *after, toc_err *err)
{
    if (after->card_serial < before->card_serial)
        return toc_fail(err, TOC_MALFORMED, "a grant goes back from card %llu to %llu",
                        (unsigned long long)before->card_serial,
                        (unsigned long long)after->card_serial);
    if (after->charter_version < before->charter_version)
        return toc_fail(err, TOC_MALFORMED, "a grant goes back from charter version %u to %u",
                        (unsigned)before->charter_version, (unsigned)after->charter_version);
    if (after->epoch < before->epoch)
        return toc_fail(err, TOC_MALFORMED, "a grant goes back from epoch %u to %u",
                        (unsigned)before->epoch, (unsigned)after->epoch);
    if (after->epoch == before->epoch && !toc_key_id_equal(&before->key_id, &after->key_id))
        return toc_fail(err, TOC_MALFORMED, "two grants of epoch %u name two sender keys",
                        (unsigned)after->epoch);
    return TOC_OK;
}

bool toc_epoch_over(uint64_t records, toc_time made, toc_time now)
{
    return records > TOC_EPOCH_RECORDS_MAX ||
           (now.unix_ms > made.unix_ms && now.unix_ms - made.unix_ms > TOC_EPOCH_MS_MAX);
}
