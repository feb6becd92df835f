#include "proto/feed/cosignature.h"

#include <stdio.h>

#include "proto/base/endian.h"
#include "proto/base/text.h"

enum { KEY_TYPE_COSIGNATURE = 0x04, KEY_ID_BYTES = 4, TIME_BYTES = 8 };

void toc_cosigner_name(const toc_org_id *org, char out[TOC_COSIGNER_BYTES_MAX])
{
    static const char prefix[] = "tocsin/";
    memcpy(out, prefix, sizeof prefix - 1);
    toc_hex_encode(TOC_SPAN_OF(org->bytes), out + sizeof prefix - 1);
}

/* ---- what is signed ---- */

static toc_code check_time(uint64_t time_s, toc_code code, toc_err *err)
{
    if (time_s == 0 || time_s > INT64_MAX)
        return toc_fail(err, code, "a cosignature of the time %llu; it must be 1 to 2^63 - 1",
                        (unsigned long long)time_s);
    return TOC_OK;
}

void toc_cosignature_message(toc_span body, uint64_t time_s, toc_buf *out)
{
    toc_buf_printf(out, "cosignature/v1\ntime %llu\n", (unsigned long long)time_s);
    toc_buf_add_span(out, body);
}

toc_code toc_cosignature_sign(toc_span body, uint64_t time_s, const toc_secret *seed,
                              toc_cosignature *out, toc_err *err)
{
    TOC_TRY(check_time(time_s, TOC_USAGE, err));
    TOC_AUTO(toc_buf_wipe) toc_buf message = {0};
    toc_cosignature_message(body, time_s, &message);
    TOC_TRY(toc_buf_ok(&message, err));
    out->time_s = time_s;
    toc_sign(seed, "", toc_buf_view(&message), &out->signature);
    return TOC_OK;
}

toc_code toc_cosignature_verify(toc_span body, const toc_cosignature *cosignature,
                                const toc_verify_key *key, toc_err *err)
{
    TOC_TRY(check_time(cosignature->time_s, TOC_MALFORMED, err));
    TOC_AUTO(toc_buf_wipe) toc_buf message = {0};
    toc_cosignature_message(body, cosignature->time_s, &message);
    TOC_TRY(toc_buf_ok(&message, err));
    return toc_verify(key, "", toc_buf_view(&message), &cosignature->signature, err);
}

/* ---- as a line of a note ---- */

void toc_cosignature_line(const toc_cosignature *cosignature, toc_span name,
                          const toc_verify_key *key, toc_buf *out)
{
    uint8_t bytes[KEY_ID_BYTES + TOC_COSIGNATURE_BYTES];
    toc_note_key_hash(name, KEY_TYPE_COSIGNATURE, key, bytes);
    toc_put_u64(bytes + KEY_ID_BYTES, cosignature->time_s);
    memcpy(bytes + KEY_ID_BYTES + TIME_BYTES, cosignature->signature.bytes,
           sizeof cosignature->signature.bytes);
    toc_note_line(name, TOC_SPAN_OF(bytes), out);
}

toc_code toc_cosignature_read(const toc_note_signature *line, const toc_verify_key *key,
                              toc_cosignature *out, toc_err *err)
{
    uint8_t key_id[KEY_ID_BYTES];
    toc_note_key_hash(line->name, KEY_TYPE_COSIGNATURE, key, key_id);
    if (memcmp(line->key_hash, key_id, sizeof key_id) != 0)
        return toc_fail(err, TOC_NOT_FOUND, "no cosignature by the key that was asked for");
    if (line->size != TOC_COSIGNATURE_BYTES)
        return toc_fail(err, TOC_MALFORMED,
                        "a cosignature of %zu bytes; a time and an Ed25519 signature are %d",
                        line->size, TOC_COSIGNATURE_BYTES);
    toc_cosignature found = {.time_s = toc_get_u64(line->bytes)};
    memcpy(found.signature.bytes, line->bytes + TIME_BYTES, sizeof found.signature.bytes);
    TOC_TRY(check_time(found.time_s, TOC_MALFORMED, err));
    *out = found;
    return TOC_OK;
}
