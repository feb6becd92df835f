/* "What is your basis?", and what was answered. */
#include "proto/record/parts.h"

#include "record.pb-c.h"

static toc_code check_id(const toc_draft_id *id, toc_err *err)
{
    static const toc_draft_id zero;
    if (toc_draft_id_equal(id, &zero))
        return toc_fail(err, TOC_MALFORMED, "id: missing");
    return TOC_OK;
}

static toc_code check_inquiry(const toc_statement *statement, bool named, toc_err *err)
{
    TOC_TRY(check_id(&statement->as.inquiry.id, err)); /* it has nothing but its identity */
    return toc_target_check_draft(&statement->as.inquiry.target, named, err);
}

static toc_code check_inquiry_wallets(const toc_statement *statement, toc_err *err)
{
    return toc_named_check_wallets(statement->as.inquiry.target.named, err);
}

static ProtobufCMessage *pack_inquiry(const toc_statement *statement, toc_arena *arena)
{
    const toc_inquiry_body *body = &statement->as.inquiry;
    Toc__InquiryBody *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__inquiry_body__init(to);
    to->id = toc_pb_lend(TOC_SPAN_OF(body->id));
    to->target = toc_target_pack(&body->target, arena);
    return to->target == NULL ? NULL : &to->base;
}

static toc_code unpack_inquiry(const ProtobufCMessage *message, toc_arena *arena,
                               toc_statement *statement, toc_err *err)
{
    const Toc__InquiryBody *from = (const Toc__InquiryBody *)message;
    toc_inquiry_body *out = &statement->as.inquiry;
    TOC_TRY(toc_pb_take32(from->id, "id", out->id.bytes, err));
    return toc_target_unpack(from->target, arena, &out->target, err);
}

static void strip_inquiry(const toc_statement *from, toc_statement *out)
{
    out->as.inquiry = from->as.inquiry;
}

static void identify_inquiry(const toc_statement *statement, toc_identity *out)
{
    toc_identity_add(out, TOC_SPAN_OF(statement->as.inquiry.id));
    toc_identity_add(out, TOC_SPAN_OF(statement->as.inquiry.target.claim));
}

static void subject_of_inquiry(const toc_statement *statement, const toc_claim_id *claim,
                               toc_subject *out)
{
    (void)claim;
    toc_target_subject(&statement->as.inquiry.target, out);
}

const toc_kind_row toc_kind_inquiry = {.name = "inquiry",
                                       .field = TOC__STATEMENT__BODY_INQUIRY,
                                       .is_head = true,
                                       .check = check_inquiry,
                                       .check_wallets = check_inquiry_wallets,
                                       .pack = pack_inquiry,
                                       .unpack = unpack_inquiry,
                                       .strip = strip_inquiry,
                                       .identify = identify_inquiry,
                                       .subject = subject_of_inquiry};

/* ---- replies ---- */

static toc_code check_reply(const toc_statement *statement, bool named, toc_err *err)
{
    const toc_reply_body *body = &statement->as.reply;
    TOC_TRY(toc_target_check_draft(&body->target, named, err));
    if (body->target.named != NULL)
        TOC_TRY(check_id(&body->id, err));
    if (named && (body->basis.size != 0 || body->documents.count != 0))
        return toc_fail(err, TOC_MALFORMED, "reply: more of a target than its identity");
    TOC_TRY(toc_record_field_slug(body->basis, "basis", true, err));
    return toc_documents_check(&body->documents, err);
}

static toc_code check_reply_wallets(const toc_statement *statement, toc_err *err)
{
    return toc_named_check_wallets(statement->as.reply.target.named, err);
}

static ProtobufCMessage *pack_reply(const toc_statement *statement, toc_arena *arena)
{
    const toc_reply_body *body = &statement->as.reply;
    Toc__ReplyBody *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__reply_body__init(to);
    to->inquiry = toc_pb_lend(TOC_SPAN_OF(body->inquiry));
    to->asker = toc_pb_lend(TOC_SPAN_OF(body->asker));
    to->id = toc_pb_lend(TOC_SPAN_OF(body->id));
    to->target = toc_target_pack(&body->target, arena);
    bool whole = to->target != NULL && toc_pb_set_text(arena, body->basis, &to->basis) &&
                 toc_documents_pack(&body->documents, arena, &to->documents, &to->n_documents);
    return whole ? &to->base : NULL;
}

static toc_code unpack_reply(const ProtobufCMessage *message, toc_arena *arena,
                             toc_statement *statement, toc_err *err)
{
    const Toc__ReplyBody *from = (const Toc__ReplyBody *)message;
    toc_reply_body *out = &statement->as.reply;
    TOC_TRY(toc_pb_take32(from->inquiry, "inquiry", out->inquiry.bytes, err));
    TOC_TRY(toc_pb_take32(from->asker, "asker", out->asker.bytes, err));
    TOC_TRY(toc_pb_take32(from->id, "id", out->id.bytes, err));
    TOC_TRY(toc_target_unpack(from->target, arena, &out->target, err));
    out->basis = toc_pb_text(from->basis);
    return toc_documents_unpack(from->documents, from->n_documents, arena, &out->documents, err);
}

static void strip_reply(const toc_statement *from, toc_statement *out)
{
    out->as.reply = from->as.reply;
    out->as.reply.basis = (toc_span){0};
    out->as.reply.documents = (toc_documents){0};
}

static void identify_reply(const toc_statement *statement, toc_identity *out)
{
    toc_identity_add(out, TOC_SPAN_OF(statement->as.reply.inquiry));
}

static void subject_of_reply(const toc_statement *statement, const toc_claim_id *claim,
                             toc_subject *out)
{
    (void)claim;
    toc_target_subject(&statement->as.reply.target, out);
}

const toc_kind_row toc_kind_reply = {.name = "reply",
                                     .field = TOC__STATEMENT__BODY_REPLY,
                                     .is_head = true,
                                     .check = check_reply,
                                     .check_wallets = check_reply_wallets,
                                     .pack = pack_reply,
                                     .unpack = unpack_reply,
                                     .strip = strip_reply,
                                     .identify = identify_reply,
                                     .subject = subject_of_reply};
