#include "proto/record/parts.h"

#include "record.pb-c.h"

toc_code toc_cluster_body_check(const toc_cluster_body *body, toc_err *err)
{
    TOC_TRY(toc_record_field_slug(body->cluster, "cluster", false, err));
    TOC_TRY(toc_record_field_text(body->title, "title", TOC_TEXT_BYTES_MAX, false, err));
    TOC_TRY(toc_record_field_slug(body->entity_type, "entity_type", false, err));
    return toc_record_field_slug(body->method, "method", true, err);
}

Toc__ClusterBody *toc_cluster_body_pack(const toc_cluster_body *body, toc_arena *arena)
{
    Toc__ClusterBody *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__cluster_body__init(to);
    to->has_size = body->size != 0;
    to->size = body->size;
    bool whole = toc_pb_set_required(arena, body->cluster, &to->cluster) &&
                 toc_pb_set_text(arena, body->title, &to->title) &&
                 toc_pb_set_required(arena, body->entity_type, &to->entity_type) &&
                 toc_pb_set_text(arena, body->method, &to->method);
    return whole ? to : NULL;
}

void toc_cluster_body_unpack(const Toc__ClusterBody *from, toc_cluster_body *out)
{
    out->cluster = toc_pb_text(from->cluster);
    out->title = toc_pb_text(from->title);
    out->entity_type = toc_pb_text(from->entity_type);
    out->method = toc_pb_text(from->method);
    out->size = from->size;
}

/* Clusters are about addresses: one account of a shared address says nothing of the others. */
static toc_code check_member(const toc_wallet *wallet, toc_err *err)
{
    if (wallet->tag[0] != '\0')
        return toc_fail(err, TOC_MALFORMED, "members: one with a tag");
    if ((wallet->flags & TOC_WALLET_INVALID) != 0)
        return toc_fail(err, TOC_MALFORMED, "members: an address that fails its checksum");
    return TOC_OK;
}

toc_code toc_members_body_check(const toc_members_body *body, toc_err *err)
{
    TOC_TRY(toc_record_field_slug(body->cluster, "cluster", false, err));
    if (body->count == 0)
        return toc_fail(err, TOC_MALFORMED, "members: none");
    if (body->count > TOC_CHUNK_MEMBERS_MAX)
        return toc_fail(err, TOC_LIMIT, "members: %zu; at most %u are taken", body->count,
                        TOC_CHUNK_MEMBERS_MAX);
    for (size_t i = 0; i < body->count; i++)
        TOC_TRY(check_member(&body->members[i].wallet, err));
    return TOC_OK;
}

/* How many members from the first on are of one chain and one op. */
static size_t run_length(const toc_member *members, size_t count)
{
    size_t length = 1;
    while (length < count && members[length].remove == members[0].remove &&
           members[length].wallet.chain == members[0].wallet.chain)
        length++;
    return length;
}

static Toc__MemberRun *pack_run(const toc_member *members, size_t length, toc_arena *arena)
{
    Toc__MemberRun *run = toc_arena_alloc(arena, sizeof *run);
    char **addresses = toc_arena_zalloc(arena, length, sizeof *addresses);
    if (run == NULL || addresses == NULL)
        return NULL;
    toc__member_run__init(run);
    run->chain = toc_pb_lend_text(toc_chain_caip2(members[0].wallet.chain));
    run->has_remove = run->remove = members[0].remove;
    run->n_addresses = length;
    run->addresses = addresses;
    for (size_t i = 0; i < length; i++)
        addresses[i] = toc_pb_lend_text(members[i].wallet.address);
    return run;
}

Toc__MembersBody *toc_members_body_pack(const toc_members_body *body, toc_arena *arena)
{
    Toc__MembersBody *to = toc_arena_alloc(arena, sizeof *to);
    Toc__MemberRun **runs = toc_arena_zalloc(arena, body->count, sizeof(Toc__MemberRun *));
    if (to == NULL || runs == NULL)
        return NULL;
    toc__members_body__init(to);
    to->runs = runs;
    for (size_t i = 0; i < body->count;) {
        size_t length = run_length(&body->members[i], body->count - i);
        runs[to->n_runs] = pack_run(&body->members[i], length, arena);
        if (runs[to->n_runs++] == NULL)
            return NULL;
        i += length;
    }
    return toc_pb_set_required(arena, body->cluster, &to->cluster) ? to : NULL;
}

static toc_code count_members(const Toc__MembersBody *from, size_t *out, toc_err *err)
{
    size_t count = 0;
    for (size_t i = 0; i < from->n_runs; i++) {
        if (from->runs[i]->n_addresses == 0)
            return toc_fail(err, TOC_MALFORMED, "members: a run without an address");
        count += from->runs[i]->n_addresses;
    }
    if (count > TOC_CHUNK_MEMBERS_MAX)
        return toc_fail(err, TOC_LIMIT, "members: %zu; at most %u are taken", count,
                        TOC_CHUNK_MEMBERS_MAX);
    *out = count;
    return TOC_OK;
}

static toc_code unpack_run(const Toc__MemberRun *run, toc_member *members, toc_err *err)
{
    for (size_t i = 0; i < run->n_addresses; i++) {
        TOC_TRY(
            toc_wallet_unpack(run->chain, run->addresses[i], NULL, false, &members[i].wallet, err));
        members[i].remove = run->remove;
    }
    return TOC_OK;
}

toc_code toc_members_body_unpack(const Toc__MembersBody *from, toc_arena *arena,
                                 toc_members_body *out, toc_err *err)
{
    size_t count = 0;
    TOC_TRY(count_members(from, &count, err));
    toc_member *members = toc_arena_alloc(arena, count * sizeof *members);
    if (members == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "members: out of memory");
    out->cluster = toc_pb_text(from->cluster);
    out->count = count;
    out->members = members;
    for (size_t i = 0; i < from->n_runs; i++) {
        TOC_TRY(unpack_run(from->runs[i], members, err));
        members += from->runs[i]->n_addresses;
    }
    return TOC_OK;
}
