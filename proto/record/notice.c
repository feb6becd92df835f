/* Service notices: whose wallet this is, and what it is to them. */
#include "proto/base/endian.h"
#include "proto/base/text.h"
#include "proto/crypto/hash.h"
#include "proto/crypto/sign.h"
#include "proto/record/parts.h"

#include "record.pb-c.h"

static toc_code check_signature(const toc_key_signature *signature, toc_err *err)
{
    if (signature->scheme.size == 0) {
        if (signature->key.size != 0 || signature->signature.size != 0)
            return toc_fail(err, TOC_MALFORMED, "signature: without a scheme");
        return TOC_OK;
    }
    TOC_TRY(toc_record_field_slug(signature->scheme, "signature", false, err));
    if (signature->key.size > TOC_ADDRESS_KEY_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "signature: a key of %zu bytes; at most %u are taken",
                        signature->key.size, TOC_ADDRESS_KEY_BYTES_MAX);
    if (signature->signature.size == 0)
        return toc_fail(err, TOC_MALFORMED, "signature: empty");
    if (signature->signature.size > TOC_KEY_SIGNATURE_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "signature: %zu bytes; at most %u are taken",
                        signature->signature.size, TOC_KEY_SIGNATURE_BYTES_MAX);
    return TOC_OK;
}

static toc_code check(const toc_statement *statement, bool named, toc_err *err)
{
    static const toc_org_id nobody;
    const toc_notice_body *body = &statement->as.notice;
    if (body->wallet.chain == NULL)
        return toc_fail(err, TOC_MALFORMED, "wallet: no chain");
    if (!body->has_operator_org && !toc_org_id_equal(&body->operator_org, &nobody))
        return toc_fail(err, TOC_MALFORMED, "operator_org: not stated");
    bool more = body->has_operator_org || body->operator_name.size != 0 || body->role.size != 0 ||
                body->signature.scheme.size != 0;
    if (named && more)
        return toc_fail(err, TOC_MALFORMED, "wallet: more of a target than its identity");
    if (named)
        return TOC_OK;
    TOC_TRY(toc_record_field_slug(body->operator_name, "operator_name", true, err));
    TOC_TRY(toc_record_field_slug(body->role, "role", false, err));
    return check_signature(&body->signature, err);
}

static bool pack_signature(const toc_key_signature *from, toc_arena *arena, Toc__NoticeBody *to)
{
    if (from->scheme.size == 0)
        return true;
    Toc__KeySignature *signature = toc_arena_alloc(arena, sizeof *signature);
    if (signature == NULL)
        return false;
    toc__key_signature__init(signature);
    signature->key = toc_pb_lend(from->key);
    signature->signature = toc_pb_lend(from->signature);
    to->signature = signature;
    return toc_pb_set_required(arena, from->scheme, &signature->scheme);
}

static ProtobufCMessage *pack(const toc_statement *statement, toc_arena *arena)
{
    const toc_notice_body *body = &statement->as.notice;
    Toc__NoticeBody *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__notice_body__init(to);
    to->wallet = toc_wallet_pack(&body->wallet, arena);
    to->has_operator_org = body->has_operator_org;
    if (body->has_operator_org)
        to->operator_org = toc_pb_lend(TOC_SPAN_OF(body->operator_org));
    bool whole = to->wallet != NULL &&
                 toc_pb_set_text(arena, body->operator_name, &to->operator_name) &&
                 toc_pb_set_text(arena, body->role, &to->role) &&
                 pack_signature(&body->signature, arena, to);
    return whole ? &to->base : NULL;
}

static toc_code unpack(const ProtobufCMessage *message, toc_arena *arena, toc_statement *statement,
                       toc_err *err)
{
    const Toc__NoticeBody *from = (const Toc__NoticeBody *)message;
    toc_notice_body *out = &statement->as.notice;
    (void)arena;
    TOC_TRY(toc_wallet_from(from->wallet, &out->wallet, err));
    out->has_operator_org = from->has_operator_org;
    if (from->has_operator_org)
        TOC_TRY(toc_pb_take32(from->operator_org, "operator_org", out->operator_org.bytes, err));
    out->operator_name = toc_pb_text(from->operator_name);
    out->role = toc_pb_text(from->role);
    if (from->signature == NULL)
        return TOC_OK;
    if (from->signature->scheme[0] == '\0')
        return toc_fail(err, TOC_MALFORMED, "signature: without a scheme");
    out->signature = (toc_key_signature){.scheme = toc_pb_text(from->signature->scheme),
                                         .key = toc_pb_bytes(from->signature->key),
                                         .signature = toc_pb_bytes(from->signature->signature)};
    return TOC_OK;
}

static void strip(const toc_statement *from, toc_statement *out)
{
    out->as.notice = (toc_notice_body){.wallet = from->as.notice.wallet};
}

static void identify(const toc_statement *statement, toc_identity *out)
{
    toc_identity_add_wallet(out, &statement->as.notice.wallet);
}

const toc_kind_row toc_kind_notice = {.name = "service-notice",
                                      .field = TOC__STATEMENT__BODY_NOTICE,
                                      .is_head = true,
                                      .is_target = true,
                                      .check = check,
                                      .wallet_at = offsetof(toc_statement, as.notice.wallet),
                                      .pack = pack,
                                      .unpack = unpack,
                                      .strip = strip,
                                      .identify = identify};

/* ---- the signature ---- */

static const char notice_domain[] = "tocsin/notice/1\n";
static const char notice_text[] = "tocsin service notice 1 ";

void toc_notice_text(const toc_notice_body *notice, const toc_org_id *issuer,
                     char out[TOC_NOTICE_TEXT_BYTES])
{
    const toc_wallet *wallet = &notice->wallet;
    toc_span parts[] = {toc_subject_view(&wallet->subject),
                        toc_span_text(wallet->tag),
                        toc_span_text(toc_chain_caip2(wallet->chain)),
                        notice->role,
                        notice->has_operator_org ? TOC_SPAN_OF(notice->operator_org)
                                                 : (toc_span){0},
                        notice->operator_name};
    toc_span hashed[2 + 2 * TOC_COUNT(parts)] = {
        toc_span_of(notice_domain, sizeof notice_domain - 1), TOC_SPAN_OF(*issuer)};
    uint8_t lengths[TOC_COUNT(parts)][2];
    for (size_t i = 0; i < TOC_COUNT(parts); i++) {
        TOC_ASSERT(parts[i].size <= UINT16_MAX);
        toc_put_u16(lengths[i], (uint16_t)parts[i].size);
        hashed[2 + 2 * i] = toc_span_of(lengths[i], 2);
        hashed[3 + 2 * i] = parts[i];
    }
    toc_hash hash;
    toc_blake2b_parts(hashed, TOC_COUNT(hashed), &hash);
    memcpy(out, notice_text, sizeof notice_text - 1);
    toc_hex_encode(TOC_SPAN_OF(hash), out + sizeof notice_text - 1);
}

toc_notice_proof toc_notice_verify(const toc_notice_body *notice, const toc_org_id *issuer)
{
    const toc_key_signature *given = &notice->signature;
    const toc_subject *subject = &notice->wallet.subject;
    if (given->scheme.size == 0)
        return TOC_NOTICE_UNSIGNED;
    if (!toc_span_equal(given->scheme, toc_span_text("ed25519")) ||
        subject->bytes[0] != TOC_CLASS_KEY_ED25519)
        return TOC_NOTICE_NOT_VERIFIED;
    toc_verify_key key;
    toc_signature signature;
    if (!toc_span_equal(given->key, toc_span_of(subject->bytes + 1, sizeof key.bytes)) ||
        given->signature.size != sizeof signature.bytes)
        return TOC_NOTICE_WRONG;
    char text[TOC_NOTICE_TEXT_BYTES];
    memcpy(key.bytes, given->key.data, sizeof key.bytes);
    memcpy(signature.bytes, given->signature.data, sizeof signature.bytes);
    toc_notice_text(notice, issuer, text);
    bool good = toc_verify(&key, "", toc_span_text(text), &signature, NULL) == TOC_OK;
    return good ? TOC_NOTICE_VERIFIED : TOC_NOTICE_WRONG;
}
