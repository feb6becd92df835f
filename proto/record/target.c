/* What names a claim from outside of it: the identity fields of its body, whose it is, its id. */
#include "proto/record/parts.h"

#include "record.pb-c.h"

void toc_named_strip(const toc_statement *named, toc_statement *out)
{
    const toc_kind_row *row = toc_kind_row_of(named->kind);
    *out = (toc_statement){.kind = named->kind};
    if (row->sourced)
        out->source = (toc_source){.ground = named->source.ground, .id = named->source.id};
    row->strip(named, out);
}

static const toc_kind_row *head_row(toc_record_kind kind)
{
    const toc_kind_row *row = toc_kind_row_of(kind);
    return row != NULL && row->is_head ? row : NULL;
}

toc_code toc_named_check(const toc_statement *named, toc_err *err)
{
    if (named == NULL || head_row(named->kind) == NULL)
        return toc_fail(err, TOC_MALFORMED, "target_kind: not one of a claim");
    toc_statement stripped;
    toc_named_strip(named, &stripped);
    TOC_TRY(head_row(named->kind)->check(&stripped, true, err));
    return head_row(named->kind)->sourced ? toc_source_check(&stripped.source, true, err) : TOC_OK;
}

toc_code toc_named_check_wallets(const toc_statement *named, toc_err *err)
{
    return named == NULL ? TOC_OK /* open, in a draft */ : toc_kind_check_wallets(named, err);
}

Toc__Named *toc_named_pack(const toc_statement *named, toc_arena *arena)
{
    toc_statement *stripped = toc_arena_alloc(arena, sizeof *stripped);
    Toc__Named *to = toc_arena_alloc(arena, sizeof *to);
    if (stripped == NULL || to == NULL)
        return NULL;
    toc_named_strip(named, stripped);
    toc__named__init(to);
    to->body_case = (Toc__Named__BodyCase)toc_kind_row_of(named->kind)->field;
    /* One union of pointers to messages, whichever its member. */
    to->wallet = (void *)toc_kind_row_of(named->kind)->pack(stripped, arena);
    return to->wallet == NULL ? NULL : to;
}

toc_code toc_named_unpack(const Toc__Named *from, toc_record_kind kind, toc_source source,
                          toc_arena *arena, const toc_statement **out, toc_err *err)
{
    const toc_kind_row *row = head_row(kind);
    if (row == NULL)
        return toc_fail(err, TOC_MALFORMED, "target_kind: %u is not one of a claim",
                        (unsigned)kind);
    if (from == NULL || (uint32_t)from->body_case != row->field)
        return toc_fail(err, TOC_MALFORMED, "target: the identity is not of the kind it names");
    toc_statement *named = toc_arena_zalloc(arena, 1, sizeof *named);
    if (named == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "target: out of memory");
    named->kind = kind;
    if (row->sourced)
        named->source = (toc_source){.ground = source.ground, .id = source.id};
    TOC_TRY(row->unpack((const ProtobufCMessage *)(const void *)from->wallet, arena, named, err));
    TOC_TRY(row->check(named, true, err));
    *out = named;
    return TOC_OK;
}

toc_code toc_target_check(const toc_target *target, toc_err *err)
{
    TOC_TRY(toc_named_check(target->named, err));
    if (!toc_kind_row_of(target->named->kind)->is_target)
        return toc_fail(err, TOC_MALFORMED, "target_kind: a %s is not disputed or asked about",
                        toc_record_kind_name(target->named->kind));
    return TOC_OK;
}

toc_code toc_target_check_draft(const toc_target *target, bool named, toc_err *err)
{
    return target->named == NULL && !named ? TOC_OK : toc_target_check(target, err);
}

/* Of kind 0, with nothing in it. */
static Toc__Named *pack_nothing(toc_arena *arena)
{
    Toc__Named *to = toc_arena_alloc(arena, sizeof *to);
    if (to != NULL)
        toc__named__init(to);
    return to;
}

Toc__Target *toc_target_pack(const toc_target *target, toc_arena *arena)
{
    Toc__Target *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__target__init(to);
    to->claim = toc_pb_lend(TOC_SPAN_OF(target->claim));
    to->org = toc_pb_lend(TOC_SPAN_OF(target->org));
    if (target->named == NULL) {
        to->named = pack_nothing(arena);
        return to->named == NULL ? NULL : to;
    }
    to->kind = (uint32_t)target->named->kind;
    to->named = toc_named_pack(target->named, arena);
    if (to->named == NULL)
        return NULL;
    if (!toc_kind_row_of(target->named->kind)->sourced)
        return to;
    toc_source source = {.ground = target->named->source.ground, .id = target->named->source.id};
    to->source = toc_source_pack(&source, arena);
    return to->source == NULL ? NULL : to;
}

static toc_code unpack_source(const Toc__Target *from, toc_arena *arena, toc_source *out,
                              toc_err *err)
{
    const toc_kind_row *row = head_row((toc_record_kind)from->kind);
    bool wanted = row != NULL && row->sourced;
    if (wanted != (from->source != NULL))
        return toc_fail(err, TOC_MALFORMED,
                        wanted ? "target: its source is missing"
                               : "target: a source that is no part of its identity");
    if (!wanted)
        return TOC_OK;
    TOC_TRY(toc_source_unpack(from->source, arena, out, err));
    if (out->version.size != 0)
        return toc_fail(err, TOC_MALFORMED, "target: more of its source than the identity");
    return toc_source_check(out, true, err);
}

toc_code toc_target_unpack(const Toc__Target *from, toc_arena *arena, toc_target *out, toc_err *err)
{
    toc_source source = {0};
    if (from->kind > TOC_RECORD_LAST)
        return toc_fail(err, TOC_STATE, "target_kind: %u needs a newer version", from->kind);
    bool open = from->kind == 0 && from->source == NULL &&
                from->named->body_case == TOC__NAMED__BODY__NOT_SET;
    if (open) {
        TOC_TRY(toc_pb_take32(from->claim, "target", out->claim.bytes, err));
        return toc_pb_take32(from->org, "target org", out->org.bytes, err);
    }
    const toc_kind_row *row = toc_kind_row_of((toc_record_kind)from->kind);
    if (row == NULL || !row->is_target) /* before its body: it would name a target in its turn */
        return toc_fail(err, TOC_MALFORMED, "target_kind: %u is not disputed or asked about",
                        from->kind);
    TOC_TRY(toc_pb_take32(from->claim, "target", out->claim.bytes, err));
    TOC_TRY(toc_pb_take32(from->org, "target org", out->org.bytes, err));
    TOC_TRY(unpack_source(from, arena, &source, err));
    return toc_named_unpack(from->named, (toc_record_kind)from->kind, source, arena, &out->named,
                            err);
}

toc_code toc_target_verify(const toc_target *target, const toc_circle_id *circle, toc_err *err)
{
    toc_claim_id claim;
    toc_statement_claim(target->named, circle, &target->org, &claim);
    if (!toc_claim_id_equal(&claim, &target->claim))
        return toc_fail(err, TOC_MALFORMED, "record: target: not the claim that it describes");
    return TOC_OK;
}

void toc_target_subject(const toc_target *target, toc_subject *out)
{
    toc_statement_subject(target->named, &target->claim, out);
}
