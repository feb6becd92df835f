#include "proto/record/record.h"

#include "proto/base/wire.h"
#include "proto/record/approval.h"
#include "proto/record/parts.h"

#include "record.pb-c.h"

enum {
    SCRATCH_BYTES_MAX = 262144, /* to encode: pointers, and copies of the text, which is bounded */
};

static bool pack_orgs(const toc_org_id *orgs, size_t count, toc_arena *arena,
                      ProtobufCBinaryData **out, size_t *out_count)
{
    if (count == 0)
        return true;
    ProtobufCBinaryData *rows = toc_arena_zalloc(arena, count, sizeof *rows);
    if (rows == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        rows[i] = toc_pb_lend(TOC_SPAN_OF(orgs[i]));
    *out = rows;
    *out_count = count;
    return true;
}

static bool pack_roots(const toc_statement *from, toc_arena *arena, Toc__Statement *to)
{
    if (from->root_count == 0)
        return true;
    to->roots = toc_arena_zalloc(arena, from->root_count, sizeof *to->roots);
    if (to->roots == NULL)
        return false;
    for (size_t i = 0; i < from->root_count; i++)
        to->roots[i] = toc_pb_lend(from->roots[i]);
    to->n_roots = from->root_count;
    return true;
}

static bool pack_body(const toc_statement *from, toc_arena *arena, Toc__Statement *to)
{
    const toc_kind_row *row = toc_kind_row_of(from->kind);
    if (row == NULL)
        return false;
    to->body_case = (Toc__Statement__BodyCase)row->field;
    /* One union of pointers to messages, whichever its member. */
    to->wallet = (void *)row->pack(from, arena);
    return to->wallet != NULL;
}

static Toc__Statement *pack(const toc_statement *from, toc_arena *arena)
{
    Toc__Statement *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__statement__init(to);
    to->kind = (uint32_t)from->kind;
    to->revision = from->revision;
    to->issued_at_ms = from->issued_at.unix_ms;
    to->has_valid_until_ms = from->valid_until.unix_ms != 0;
    to->valid_until_ms = from->valid_until.unix_ms;
    to->tlp = (uint32_t)from->tlp;
    to->has_confidence = from->confidence != 0;
    to->confidence = from->confidence;
    to->source = toc_source_pack(&from->source, arena);
    bool whole = to->source != NULL && pack_roots(from, arena, to) &&
                 pack_orgs(from->releasable_to, from->releasable_count, arena, &to->releasable_to,
                           &to->n_releasable_to) &&
                 pack_orgs(from->not_to, from->not_to_count, arena, &to->not_to, &to->n_not_to) &&
                 toc_pb_set_text(arena, from->purpose, &to->purpose) &&
                 toc_pb_set_text(arena, from->confidence_scale, &to->confidence_scale) &&
                 toc_pb_set_text(arena, from->note, &to->note) && pack_body(from, arena, to);
    return whole ? to : NULL;
}

static toc_code in_context(toc_code code, const char *what, toc_err *err)
{
    return code == TOC_OK || err == NULL ? code : toc_wrap(err, "%s", what);
}

static toc_code check_to_encode(const toc_statement *statement, toc_statement_stage stage,
                                toc_err *err)
{
    TOC_TRY(toc_statement_check_fields(statement, stage, err));
    return toc_kind_check_wallets(statement, err);
}

/* The statement, or the record around it; nothing is left behind in `out` on failure. */
static toc_code encode(const toc_statement *statement, bool as_record, toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(SCRATCH_BYTES_MAX, &arena, err));
    Toc__Statement *packed = pack(statement, arena);
    if (packed == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory");
    size_t before = out->size;
    if (!as_record) {
        toc_wire_pack(&packed->base, out);
    } else {
        Toc__Record record = TOC__RECORD__INIT;
        record.statement.len = protobuf_c_message_get_packed_size(&packed->base);
        record.statement.data = toc_arena_alloc(arena, record.statement.len);
        if (record.statement.data == NULL)
            return toc_fail(err, TOC_NO_MEMORY, "out of memory");
        protobuf_c_message_pack(&packed->base, record.statement.data);
        toc_wire_pack(&record.base, out);
    }
    TOC_TRY(toc_buf_ok(out, err));
    size_t size = out->size - before;
    if (size > TOC_RECORD_BULK_BYTES_MAX) {
        out->size = before;
        return toc_fail(err, TOC_LIMIT, "%zu bytes; at most %u fit an entry", size,
                        TOC_RECORD_BULK_BYTES_MAX);
    }
    return TOC_OK;
}

toc_code toc_record_encode(const toc_statement *statement, toc_buf *out, toc_err *err)
{
    toc_code code = check_to_encode(statement, TOC_STAGE_RECORD, err);
    if (code == TOC_OK)
        code = encode(statement, true, out, err);
    return in_context(code, "record", err);
}

toc_code toc_draft_encode(const toc_statement *statement, toc_buf *out, toc_err *err)
{
    toc_code code = check_to_encode(statement, TOC_STAGE_DRAFT, err);
    if (code == TOC_OK)
        code = encode(statement, false, out, err);
    return in_context(code, "draft", err);
}

toc_code toc_statement_comparison(const toc_statement *statement, toc_buf *out, toc_err *err)
{
    toc_statement compared = *statement;
    compared.revision = 0;
    compared.issued_at.unix_ms = 0;
    compared.source.version = (toc_span){0};
    compared.note = (toc_span){0};
    if (compared.kind == TOC_RECORD_WALLET)
        compared.as.wallet.literal = (toc_span){0};
    return in_context(encode(&compared, false, out, err), "comparison", err);
}

static toc_code unpack_orgs(const ProtobufCBinaryData *rows, size_t count, toc_arena *arena,
                            const char *field, const toc_org_id **out, toc_err *err)
{
    if (count == 0)
        return TOC_OK;
    toc_org_id *orgs = toc_arena_zalloc(arena, count, sizeof *orgs);
    if (orgs == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "%s: out of memory", field);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].len != sizeof orgs[i])
            return toc_fail(err, TOC_MALFORMED, "%s: an org id of %zu bytes", field, rows[i].len);
        memcpy(orgs[i].bytes, rows[i].data, sizeof orgs[i]);
    }
    *out = orgs;
    return TOC_OK;
}

static toc_code unpack_roots(const Toc__Statement *from, toc_arena *arena, toc_statement *to,
                             toc_err *err)
{
    if (from->n_roots == 0)
        return TOC_OK;
    if (from->n_roots > TOC_ROOTS_MAX)
        return toc_fail(err, TOC_LIMIT, "roots: %zu; at most %u are taken", from->n_roots,
                        TOC_ROOTS_MAX);
    toc_root *roots = toc_arena_zalloc(arena, from->n_roots, sizeof *roots);
    if (roots == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "roots: out of memory");
    for (size_t i = 0; i < from->n_roots; i++)
        roots[i] = toc_pb_bytes(from->roots[i]);
    to->root_count = from->n_roots;
    to->roots = roots;
    return TOC_OK;
}

static toc_code unpack_body(const Toc__Statement *from, toc_arena *arena, toc_statement *to,
                            toc_err *err)
{
    if (from->kind == 0)
        return toc_fail(err, TOC_MALFORMED, "kind: missing");
    const toc_kind_row *row = toc_kind_row_of((toc_record_kind)from->kind);
    if (row == NULL)
        return toc_fail(err, TOC_STATE, "kind: %u needs a newer version", from->kind);
    to->kind = (toc_record_kind)from->kind;
    if ((uint32_t)from->body_case != row->field)
        return toc_fail(err, TOC_MALFORMED, "body: not that of a %s", row->name);
    return row->unpack((const ProtobufCMessage *)(const void *)from->wallet, arena, to, err);
}

static toc_code unpack_statement(const Toc__Statement *from, toc_arena *arena, toc_statement *to,
                                 toc_err *err)
{
    TOC_TRY(toc_source_unpack(from->source, arena, &to->source,
                              err)); /* a retraction's body needs it */
    TOC_TRY(unpack_body(from, arena, to, err));
    to->revision = from->revision;
    to->issued_at.unix_ms = from->issued_at_ms;
    to->valid_until.unix_ms = from->valid_until_ms;
    to->tlp = (toc_tlp)from->tlp;
    to->releasable_count = from->n_releasable_to;
    to->not_to_count = from->n_not_to;
    TOC_TRY(unpack_orgs(from->releasable_to, from->n_releasable_to, arena, "releasable_to",
                        &to->releasable_to, err));
    TOC_TRY(unpack_orgs(from->not_to, from->n_not_to, arena, "not_to", &to->not_to, err));
    to->purpose = toc_pb_text(from->purpose);
    to->confidence = from->confidence;
    to->confidence_scale = toc_pb_text(from->confidence_scale);
    to->note = toc_pb_text(from->note);
    return unpack_roots(from, arena, to, err);
}

static toc_code decode_statement(toc_span bytes, toc_statement_stage stage, toc_arena *arena,
                                 toc_statement *out, toc_err *err)
{
    ProtobufCMessage *message = NULL;
    TOC_TRY(toc_wire_unpack(bytes, &toc__statement__descriptor, arena, "fields", &message, err));
    toc_statement statement = {0};
    TOC_TRY(unpack_statement((const Toc__Statement *)message, arena, &statement, err));
    TOC_TRY(toc_statement_check_fields(&statement, stage, err));
    *out = statement;
    return TOC_OK;
}

static toc_code check_size(toc_span bytes, toc_err *err)
{
    if (bytes.size > TOC_RECORD_BULK_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "%zu bytes; at most %u fit an entry", bytes.size,
                        TOC_RECORD_BULK_BYTES_MAX);
    return TOC_OK;
}

toc_code toc_record_decode(toc_span bytes, toc_arena *arena, toc_statement *out, toc_err *err)
{
    toc_span statement = {0};
    const toc_approval *approvals;
    size_t count;
    toc_code code = check_size(bytes, err);
    if (code == TOC_OK)
        code = toc_record_open(bytes, arena, &statement, &approvals, &count, err);
    if (code == TOC_OK)
        code = decode_statement(statement, TOC_STAGE_RECORD, arena, out, err);
    return in_context(code, "record", err);
}

toc_code toc_draft_decode(toc_span bytes, toc_arena *arena, toc_statement *out, toc_err *err)
{
    toc_code code = check_size(bytes, err);
    if (code == TOC_OK)
        code = decode_statement(bytes, TOC_STAGE_DRAFT, arena, out, err);
    return in_context(code, "draft", err);
}
