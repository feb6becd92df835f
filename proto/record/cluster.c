#include "proto/record/parts.h"

#include "record.pb-c.h"

static toc_code check_cluster(const toc_statement *statement, bool named, toc_err *err)
{
    const toc_cluster_body *body = &statement->as.cluster;
    bool more = body->title.size != 0 || body->entity_type.size != 0 || body->method.size != 0 ||
                body->size != 0;
    if (named && more)
        return toc_fail(err, TOC_MALFORMED, "retraction: more of its target than the identity");
    if (named)
        return toc_record_field_slug(body->cluster, "cluster", false, err);
    TOC_TRY(toc_record_field_slug(body->cluster, "cluster", false, err));
    TOC_TRY(toc_record_field_text(body->title, "title", TOC_TEXT_BYTES_MAX, false, err));
    TOC_TRY(toc_record_field_slug(body->entity_type, "entity_type", false, err));
    return toc_record_field_slug(body->method, "method", true, err);
}

static ProtobufCMessage *pack_cluster(const toc_statement *statement, toc_arena *arena)
{
    const toc_cluster_body *body = &statement->as.cluster;
    Toc__ClusterBody *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__cluster_body__init(to);
    to->has_size = body->size != 0;
    to->size = body->size;
    bool whole = toc_pb_set_required(arena, body->cluster, &to->cluster) &&
                 toc_pb_set_text(arena, body->title, &to->title) &&
                 toc_pb_set_text(arena, body->entity_type, &to->entity_type) &&
                 toc_pb_set_text(arena, body->method, &to->method);
    return whole ? &to->base : NULL;
}

static toc_code unpack_cluster(const ProtobufCMessage *message, toc_arena *arena,
                               toc_statement *statement, toc_err *err)
{
    const Toc__ClusterBody *from = (const Toc__ClusterBody *)message;
    toc_cluster_body *out = &statement->as.cluster;
    (void)arena;
    (void)err;
    out->cluster = toc_pb_text(from->cluster);
    out->title = toc_pb_text(from->title);
    out->entity_type = toc_pb_text(from->entity_type);
    out->method = toc_pb_text(from->method);
    out->size = from->size;
    return TOC_OK;
}

static void strip_cluster(const toc_statement *from, toc_statement *out)
{
    out->as.cluster = (toc_cluster_body){.cluster = from->as.cluster.cluster};
}

static void identify_cluster(const toc_statement *statement, toc_identity *out)
{
    toc_identity_add(out, statement->as.cluster.cluster);
}

static void subject_of_cluster(const toc_statement *statement, const toc_claim_id *claim,
                               toc_subject *out)
{
    (void)statement;
    toc_subject_of_hash(TOC_CLASS_CLUSTER, claim->bytes, out);
}

const toc_kind_row toc_kind_cluster = {.name = "cluster",
                                       .field = TOC__STATEMENT__BODY_CLUSTER,
                                       .is_head = true,
                                       .is_target = true,
                                       .check = check_cluster,
                                       .pack = pack_cluster,
                                       .unpack = unpack_cluster,
                                       .strip = strip_cluster,
                                       .identify = identify_cluster,
                                       .subject = subject_of_cluster};

/* Clusters are about addresses: one account of a shared address says nothing of the others. */
static toc_code check_member(const toc_wallet *wallet, toc_err *err)
{
    if (wallet->tag[0] != '\0')
        return toc_fail(err, TOC_MALFORMED, "members: one with a tag");
    if ((wallet->flags & TOC_WALLET_INVALID) != 0)
        return toc_fail(err, TOC_MALFORMED, "members: an address that fails its checksum");
    return TOC_OK;
}

static toc_code check_members(const toc_statement *statement, bool named, toc_err *err)
{
    const toc_members_body *body = &statement->as.members;
    (void)named; /* nothing names members but their cluster */
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

static ProtobufCMessage *pack_members(const toc_statement *statement, toc_arena *arena)
{
    const toc_members_body *body = &statement->as.members;
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
    return toc_pb_set_required(arena, body->cluster, &to->cluster) ? &to->base : NULL;
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

static toc_code unpack_members(const ProtobufCMessage *message, toc_arena *arena,
                               toc_statement *statement, toc_err *err)
{
    const Toc__MembersBody *from = (const Toc__MembersBody *)message;
    toc_members_body *out = &statement->as.members;
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

static toc_code check_member_wallets(const toc_statement *statement, toc_err *err)
{
    for (size_t i = 0; i < statement->as.members.count; i++)
        TOC_TRY(toc_wallet_check(&statement->as.members.members[i].wallet, err));
    return TOC_OK;
}

const toc_kind_row toc_kind_members = {.name = "cluster-members",
                                       .field = TOC__STATEMENT__BODY_MEMBERS,
                                       .check = check_members,
                                       .check_wallets = check_member_wallets,
                                       .pack = pack_members,
                                       .unpack = unpack_members};
