#include "proto/record/approval.h"

#include "proto/base/endian.h"
#include "proto/base/limits.h"
#include "proto/base/wire.h"
#include "proto/crypto/hash.h"
#include "proto/record/parts.h"

#include "record.pb-c.h"

#define DOMAIN "tocsin/approval/1\n"

enum { SIGNED_BYTES = 32 + 32 + 32 + 8 + 1 + 32 };

static void signed_bytes(const toc_approval *approval, toc_span statement,
                         const toc_circle_id *circle, const toc_org_id *org,
                         uint8_t out[SIGNED_BYTES])
{
    toc_hash hash;
    toc_sha256(statement, &hash);
    memcpy(out, circle->bytes, 32);
    memcpy(out + 32, org->bytes, 32);
    memcpy(out + 64, approval->draft.bytes, 32);
    toc_put_u64(out + 96, approval->not_after.unix_ms);
    out[104] = (uint8_t)approval->decision;
    memcpy(out + 105, hash.bytes, 32);
}

void toc_approval_sign(toc_span statement, const toc_circle_id *circle, const toc_org_id *org,
                       const toc_secret *officer, toc_approval *out)
{
    uint8_t bytes[SIGNED_BYTES];
    signed_bytes(out, statement, circle, org, bytes);
    toc_sign_public(officer, &out->officer);
    toc_sign(officer, DOMAIN, TOC_SPAN_OF(bytes), &out->signature);
}

bool toc_approval_verify(const toc_approval *approval, toc_span statement,
                         const toc_circle_id *circle, const toc_org_id *org)
{
    uint8_t bytes[SIGNED_BYTES];
    signed_bytes(approval, statement, circle, org, bytes);
    return toc_verify(&approval->officer, DOMAIN, TOC_SPAN_OF(bytes), &approval->signature, NULL) ==
           TOC_OK;
}

static toc_code take_one(const Toc__Approval *from, toc_approval *out, toc_err *err)
{
    if (from->officer.len != sizeof out->officer.bytes ||
        from->draft_id.len != sizeof out->draft.bytes ||
        from->signature.len != sizeof out->signature.bytes)
        return toc_fail(err, TOC_MALFORMED, "approvals: a key, id or signature of a wrong length");
    if (from->decision != TOC_DECISION_APPROVED && from->decision != TOC_DECISION_REJECTED)
        return toc_fail(err, TOC_MALFORMED, "approvals: decision %u is none", from->decision);
    memcpy(out->officer.bytes, from->officer.data, sizeof out->officer.bytes);
    memcpy(out->draft.bytes, from->draft_id.data, sizeof out->draft.bytes);
    memcpy(out->signature.bytes, from->signature.data, sizeof out->signature.bytes);
    out->not_after.unix_ms = from->not_after_ms;
    out->decision = (toc_decision)from->decision;
    return TOC_OK;
}

toc_code toc_record_open(toc_span record, toc_arena *arena, toc_span *out_statement,
                         const toc_approval **out, size_t *out_count, toc_err *err)
{
    ProtobufCMessage *message = NULL;
    TOC_TRY(toc_wire_unpack(record, &toc__record__descriptor, arena, "fields", &message, err));
    const Toc__Record *read = (const Toc__Record *)(const void *)message;
    if (read->n_approvals > TOC_OFFICERS_MAX)
        return toc_fail(err, TOC_LIMIT, "approvals: %zu; at most %u are taken", read->n_approvals,
                        TOC_OFFICERS_MAX);
    toc_approval *rows = NULL;
    if (read->n_approvals > 0 &&
        (rows = toc_arena_zalloc(arena, read->n_approvals, sizeof *rows)) == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "approvals: out of memory");
    for (size_t i = 0; i < read->n_approvals; i++)
        TOC_TRY(take_one(read->approvals[i], &rows[i], err));
    *out_statement = toc_pb_bytes(read->statement);
    *out = rows;
    *out_count = read->n_approvals;
    return TOC_OK;
}

toc_code toc_record_join(toc_span statement, const toc_approval *approvals, size_t count,
                         toc_buf *out, toc_err *err)
{
    if (count > TOC_OFFICERS_MAX)
        return toc_fail(err, TOC_LIMIT, "approvals: %zu; at most %u are taken", count,
                        TOC_OFFICERS_MAX);
    Toc__Record record = TOC__RECORD__INIT;
    Toc__Approval rows[TOC_OFFICERS_MAX], *pointers[TOC_OFFICERS_MAX];
    record.statement = toc_pb_lend(statement);
    record.n_approvals = count;
    record.approvals = count == 0 ? NULL : pointers;
    for (size_t i = 0; i < count; i++) {
        toc__approval__init(&rows[i]);
        rows[i].officer = toc_pb_lend(TOC_SPAN_OF(approvals[i].officer.bytes));
        rows[i].draft_id = toc_pb_lend(TOC_SPAN_OF(approvals[i].draft.bytes));
        rows[i].signature = toc_pb_lend(TOC_SPAN_OF(approvals[i].signature.bytes));
        rows[i].not_after_ms = approvals[i].not_after.unix_ms;
        rows[i].decision = (uint32_t)approvals[i].decision;
        pointers[i] = &rows[i];
    }
    toc_wire_pack(&record.base, out);
    return toc_buf_ok(out, err);
}
