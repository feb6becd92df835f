#include "proto/format/drafts.h"

#include <stdlib.h>

#include "proto/base/endian.h"
#include "proto/crypto/hash.h"
#include "proto/format/audience.h"
#include "proto/format/drafts_store.h"
#include "proto/format/row_text.h"
#include "proto/rules/nearest.h"

enum { SCRATCH_BYTES = 4 << 20 }; /* a transfer of 512 wallets, read and merged */

toc_code toc_drafts_new(size_t bytes_max, toc_drafts **out, toc_err *err)
{
    TOC_AUTO(toc_drafts_free) toc_drafts *drafts = calloc(1, sizeof *drafts);
    if (drafts == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for drafts");
    drafts->bytes_max = bytes_max;
    TOC_TRY(toc_arena_new(SCRATCH_BYTES, &drafts->scratch, err));
    TOC_TRY(toc_arena_new(bytes_max, &drafts->heads, err));
    *out = drafts;
    drafts = NULL; /* transferred */
    return TOC_OK;
}

void toc_drafts_free(toc_drafts *drafts)
{
    if (drafts == NULL)
        return;
    for (size_t i = 0; i < drafts->cluster_count; i++)
        toc_buf_wipe(&drafts->clusters[i].members);
    free(drafts->clusters);
    free(drafts->claims);
    free(drafts->chunk);
    toc_keyset_wipe(&drafts->by_claim);
    toc_keyset_wipe(&drafts->by_member);
    toc_buf_wipe(&drafts->encoded);
    toc_buf_wipe(&drafts->pending);
    toc_buf_wipe(&drafts->bytes);
    toc_arena_free(drafts->scratch);
    toc_arena_free(drafts->heads);
    free(drafts);
}

/* Makes room for one more row of `size` bytes. */
static toc_code grow(void **rows, size_t count, size_t *capacity, size_t size, toc_err *err)
{
    if (count < *capacity)
        return TOC_OK;
    size_t larger = *capacity == 0 ? 64 : *capacity * 2, bytes;
    void *moved = __builtin_mul_overflow(larger, size, &bytes) ? NULL : realloc(*rows, bytes);
    if (moved == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for %zu drafts", larger);
    *rows = moved;
    *capacity = larger;
    return TOC_OK;
}

/* What is taken so far; buffers that double count as full. */
static size_t bytes_used(const toc_drafts *drafts)
{
    return drafts->bytes.capacity + 2 * drafts->member_bytes + toc_arena_bytes(drafts->heads) +
           drafts->claim_capacity * sizeof *drafts->claims +
           drafts->cluster_capacity * sizeof *drafts->clusters +
           (drafts->by_claim.capacity + drafts->by_member.capacity) * sizeof(toc_keyset_slot);
}

static toc_code check_room(const toc_drafts *drafts, toc_err *err)
{
    if (bytes_used(drafts) > drafts->bytes_max)
        return toc_fail(err, TOC_FULL, "more drafts than fit %zu bytes; submit the file in parts",
                        drafts->bytes_max);
    return TOC_OK;
}

/* Whoever submits in whatever circle: what is the same for both is the same draft. */
static void draft_key(const toc_statement *draft, toc_hash *out)
{
    static const toc_circle_id circle;
    static const toc_org_id org;
    toc_claim_id claim;
    toc_statement_claim(draft, &circle, &org, &claim);
    memcpy(out->bytes, claim.bytes, sizeof out->bytes);
}

static uint32_t line_number(uint64_t line)
{
    return line > UINT32_MAX ? UINT32_MAX : (uint32_t)line;
}

/* Encodes into the place where the size allows, else to the end of `bytes`. */
static toc_code keep_encoded(toc_drafts *drafts, const toc_statement *draft, toc_draft_place *place,
                             toc_err *err)
{
    toc_buf_clear(&drafts->encoded);
    TOC_TRY(toc_draft_encode(draft, &drafts->encoded, err));
    if (drafts->encoded.size > place->size) {
        TOC_TRY(check_room(drafts, err));
        size_t offset = drafts->bytes.size;
        toc_buf_add_span(&drafts->bytes, toc_buf_view(&drafts->encoded));
        TOC_TRY(toc_buf_ok(&drafts->bytes, err));
        place->offset = offset;
    } else {
        memcpy(drafts->bytes.data + place->offset, drafts->encoded.data, drafts->encoded.size);
    }
    place->size = (uint32_t)drafts->encoded.size;
    return TOC_OK;
}

static toc_code merge_claim(toc_drafts *drafts, toc_draft_place *place, const toc_statement *draft,
                            toc_err *err)
{
    toc_statement before;
    toc_span bytes = toc_span_of(drafts->bytes.data + place->offset, place->size);
    TOC_TRY(toc_draft_decode(bytes, drafts->scratch, &before, err));
    TOC_TRY(toc_statement_merge(&before, draft, drafts->scratch, err));
    TOC_TRY(keep_encoded(drafts, &before, place, err));
    drafts->counts.merged++;
    return TOC_OK;
}

static toc_code add_claim(toc_drafts *drafts, const toc_statement *draft, uint64_t line,
                          toc_err *err)
{
    toc_hash key;
    uint32_t number;
    draft_key(draft, &key);
    if (toc_keyset_get(&drafts->by_claim, &key, &number))
        return merge_claim(drafts, &drafts->claims[number], draft, err);
    void *rows = drafts->claims;
    toc_code code =
        grow(&rows, drafts->claim_count, &drafts->claim_capacity, sizeof *drafts->claims, err);
    drafts->claims = rows;
    TOC_TRY(code);
    toc_draft_place place = {.kind = draft->kind, .line = line_number(line)};
    TOC_TRY(keep_encoded(drafts, draft, &place, err));
    TOC_TRY(toc_keyset_put(&drafts->by_claim, &key, (uint32_t)drafts->claim_count, err));
    drafts->claims[drafts->claim_count++] = place;
    if (draft->kind == TOC_RECORD_WALLET)
        drafts->counts.wallets++;
    else
        drafts->counts.others++;
    return TOC_OK;
}

static toc_code find_cluster(toc_drafts *drafts, const toc_row_claim *claim, uint64_t line,
                             toc_draft_cluster **out, toc_err *err)
{
    toc_hash key;
    uint32_t number;
    draft_key(&claim->claim, &key);
    if (toc_keyset_get(&drafts->by_claim, &key, &number)) {
        *out = &drafts->clusters[number];
        return TOC_OK;
    }
    void *rows = drafts->clusters;
    toc_code code = grow(&rows, drafts->cluster_count, &drafts->cluster_capacity,
                         sizeof *drafts->clusters, err);
    drafts->clusters = rows;
    TOC_TRY(code);
    toc_draft_cluster *made = &drafts->clusters[drafts->cluster_count];
    *made = (toc_draft_cluster){.line = line_number(line)};
    made->body.cluster = toc_arena_dup(drafts->heads, claim->claim.as.cluster.cluster);
    if (made->body.cluster.data == NULL)
        return toc_fail(err, TOC_FULL, "more clusters than fit %zu bytes", drafts->bytes_max);
    TOC_TRY(toc_keyset_put(&drafts->by_claim, &key, (uint32_t)drafts->cluster_count, err));
    drafts->cluster_count++;
    drafts->counts.clusters++;
    *out = made;
    return TOC_OK;
}

/* What can have only one answer: rows that contradict each other are refused. */
static toc_code check_agreement(toc_span before, toc_span now, toc_column column,
                                toc_problem *problem)
{
    if (before.size == 0 || now.size == 0 || toc_span_equal(before, now))
        return TOC_OK;
    problem->column = column;
    return toc_fail(&problem->err, TOC_MALFORMED,
                    "'%.*s', where an earlier row of the cluster has '%.*s'", toc_quoted_bytes(now),
                    (const char *)now.data, toc_quoted_bytes(before), (const char *)before.data);
}

/* A sorted list, by its bytes. What a row leaves out is what the others say. */
static toc_code check_same(toc_span before, toc_span now, const char *what, toc_column column,
                           toc_problem *problem)
{
    if (before.size == 0 || now.size == 0 || toc_span_equal(before, now))
        return TOC_OK;
    problem->column = column;
    return toc_fail(&problem->err, TOC_MALFORMED, "other %s than in an earlier row of the cluster",
                    what);
}

static toc_span orgs_of(const toc_org_id *orgs, size_t count)
{
    return toc_span_of(orgs, count * sizeof *orgs);
}

static toc_span records_of(const toc_source *source)
{
    return toc_span_of(source->records, source->record_count * sizeof *source->records);
}

static toc_code check_audience(const toc_draft_cluster *cluster, const toc_statement *row,
                               toc_problem *problem)
{
    TOC_TRY(check_same(orgs_of(cluster->releasable_to, cluster->releasable_count),
                       orgs_of(row->releasable_to, row->releasable_count), "orgs",
                       TOC_COLUMN_RELEASABLE_TO, problem));
    return check_same(orgs_of(cluster->not_to, cluster->not_to_count),
                      orgs_of(row->not_to, row->not_to_count), "orgs", TOC_COLUMN_NOT_TO, problem);
}

/* One ground, and one list, vendor or set of claims on it. */
static toc_code check_source(const toc_source *before, const toc_row_claim *row,
                             toc_problem *problem)
{
    const toc_source *now = &row->claim.source;
    toc_column column = now->ground == TOC_GROUND_DERIVED ? TOC_COLUMN_DERIVED_FROM
                        : now->ground == TOC_GROUND_LIST  ? TOC_COLUMN_LIST
                                                          : TOC_COLUMN_VENDOR;
    if (!row->states_source || before->ground == 0)
        return TOC_OK;
    TOC_TRY(check_agreement(before->id, now->id, column, problem));
    if (before->ground != now->ground) {
        problem->column = column;
        return toc_fail(&problem->err, TOC_MALFORMED,
                        "another ground than in an earlier row of the cluster; a claim has one "
                        "source");
    }
    return check_same(records_of(before), records_of(now), "claims", column, problem);
}

static toc_code check_contradictions(const toc_draft_cluster *cluster, const toc_row_claim *row,
                                     toc_problem *problem)
{
    const toc_cluster_body *before = &cluster->body, *now = &row->claim.as.cluster;
    TOC_TRY(check_agreement(before->title, now->title, TOC_COLUMN_NAME, problem));
    TOC_TRY(check_agreement(before->entity_type, now->entity_type, TOC_COLUMN_ENTITY, problem));
    TOC_TRY(check_agreement(before->method, now->method, TOC_COLUMN_METHOD, problem));
    TOC_TRY(check_source(&cluster->source, row, problem));
    return check_audience(cluster, &row->claim, problem);
}

static toc_code keep_text(toc_drafts *drafts, toc_span text, toc_span *into, toc_err *err)
{
    if (text.size == 0 || toc_span_equal(text, *into))
        return TOC_OK;
    toc_span copy = toc_arena_dup(drafts->heads, text);
    if (copy.data == NULL)
        return toc_fail(err, TOC_FULL, "more clusters than fit %zu bytes", drafts->bytes_max);
    *into = copy;
    return TOC_OK;
}

static toc_code keep_orgs(toc_drafts *drafts, const toc_org_id *orgs, size_t count,
                          const toc_org_id **into, size_t *into_count, toc_err *err)
{
    toc_span kept = orgs_of(*into, *into_count);
    TOC_TRY(keep_text(drafts, orgs_of(orgs, count), &kept, err));
    *into = (const toc_org_id *)kept.data;
    *into_count = kept.size / sizeof *orgs;
    return TOC_OK;
}

/* Rows agree on it (check_source), but for the version, of which the last counts. */
static toc_code keep_source(toc_drafts *drafts, const toc_source *source, toc_source *into,
                            toc_err *err)
{
    toc_span records = records_of(into);
    into->ground = source->ground;
    TOC_TRY(keep_text(drafts, source->id, &into->id, err));
    TOC_TRY(keep_text(drafts, source->version, &into->version, err));
    TOC_TRY(keep_text(drafts, records_of(source), &records, err));
    into->records = (const toc_source_record *)(const void *)records.data;
    into->record_count = records.size / sizeof *into->records;
    return TOC_OK;
}

static toc_code update_head(toc_drafts *drafts, toc_draft_cluster *cluster,
                            const toc_row_claim *row, toc_err *err)
{
    const toc_statement *claim = &row->claim;
    TOC_TRY(keep_text(drafts, claim->as.cluster.title, &cluster->body.title, err));
    TOC_TRY(keep_text(drafts, claim->as.cluster.entity_type, &cluster->body.entity_type, err));
    TOC_TRY(keep_text(drafts, claim->as.cluster.method, &cluster->body.method, err));
    TOC_TRY(keep_text(drafts, claim->purpose, &cluster->purpose, err));
    TOC_TRY(keep_text(drafts, claim->note, &cluster->note, err));
    TOC_TRY(keep_orgs(drafts, claim->releasable_to, claim->releasable_count,
                      &cluster->releasable_to, &cluster->releasable_count, err));
    TOC_TRY(keep_orgs(drafts, claim->not_to, claim->not_to_count, &cluster->not_to,
                      &cluster->not_to_count, err));
    if (row->states_source)
        TOC_TRY(keep_source(drafts, &claim->source, &cluster->source, err));
    if (row->states_confidence &&
        (!cluster->states_confidence || claim->confidence > cluster->confidence))
        cluster->confidence = claim->confidence;
    if (row->states_tlp && (!cluster->states_tlp || claim->tlp > cluster->tlp))
        cluster->tlp = claim->tlp; /* an audience can only be narrowed */
    if (row->states_valid_until && claim->valid_until.unix_ms > cluster->valid_until.unix_ms)
        cluster->valid_until = claim->valid_until;
    cluster->states_confidence |= row->states_confidence;
    cluster->states_tlp |= row->states_tlp;
    return TOC_OK;
}

static toc_code add_member(toc_drafts *drafts, toc_draft_cluster *cluster, const toc_wallet *wallet,
                           toc_err *err)
{
    static const char domain[] = "draft member";
    uint8_t number[4];
    toc_hash key;
    uint32_t ignored;
    toc_put_u32(number, (uint32_t)(cluster - drafts->clusters));
    toc_blake2b_parts((toc_span[]){toc_span_of(domain, sizeof domain), TOC_SPAN_OF(number),
                                   toc_subject_view(&wallet->subject)},
                      3, &key);
    if (toc_keyset_get(&drafts->by_member, &key, &ignored)) {
        drafts->counts.merged++;
        return TOC_OK;
    }
    if (cluster->member_count == TOC_CLUSTER_MEMBERS_MAX)
        return toc_fail(err, TOC_LIMIT, "more than %u members in one cluster",
                        TOC_CLUSTER_MEMBERS_MAX);
    TOC_TRY(check_room(drafts, err));
    TOC_TRY(toc_keyset_put(&drafts->by_member, &key, 0, err));
    size_t length = strlen(wallet->address);
    toc_buf_add_u16(&cluster->members, toc_chain_number(wallet->chain));
    toc_buf_add_u16(&cluster->members, (uint16_t)length);
    toc_buf_add(&cluster->members, wallet->address, length);
    TOC_TRY(toc_buf_ok(&cluster->members, err));
    cluster->member_count++;
    drafts->member_bytes += 4 + length;
    drafts->counts.members++;
    return TOC_OK;
}

static toc_code add_to_cluster(toc_drafts *drafts, const toc_row_claim *row, toc_problem *problem)
{
    toc_draft_cluster *cluster = NULL;
    TOC_TRY(find_cluster(drafts, row, problem->line, &cluster, &problem->err));
    TOC_TRY(check_contradictions(cluster, row, problem));
    TOC_TRY(add_member(drafts, cluster, &row->member, &problem->err));
    TOC_TRY(update_head(drafts, cluster, row, &problem->err));
    cluster->rows++;
    return TOC_OK;
}

static toc_code count_row(toc_drafts *drafts, toc_code code, const toc_problem *problem,
                          toc_problem *out_problem)
{
    drafts->counts.read++;
    if (code != TOC_OK) {
        drafts->counts.refused++;
        *out_problem = *problem;
    }
    return code;
}

/* NULL for a movement or an event, and for what is about another claim, which may be open. */
static const toc_wallet *wallet_of(const toc_statement *claim)
{
    return toc_statement_target(claim) == NULL ? toc_statement_wallet(claim) : NULL;
}

static toc_code keep_name(toc_drafts *drafts, toc_span name, toc_err *err)
{
    for (size_t i = 0; i < drafts->name_count; i++) {
        if (toc_span_equal(drafts->names[i], name))
            return TOC_OK;
    }
    if (drafts->name_count == TOC_AUDIENCE_NAMES_MAX)
        return toc_fail(err, TOC_LIMIT,
                        "more than %u orgs by name in one submission; tell further ones by their "
                        "ids",
                        TOC_AUDIENCE_NAMES_MAX);
    toc_span copy = toc_arena_dup(drafts->heads, name);
    if (copy.data == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory");
    drafts->names[drafts->name_count++] = copy;
    return TOC_OK;
}

/* They go with the submission, for the node to find. */
static toc_code keep_names(toc_drafts *drafts, const toc_row *row, toc_problem *problem)
{
    static const toc_column columns[] = {TOC_COLUMN_RELEASABLE_TO, TOC_COLUMN_NOT_TO};
    for (size_t i = 0; i < TOC_COUNT(columns); i++) {
        toc_span cell = row->cells[columns[i]], org;
        problem->column = columns[i];
        while ((org = toc_cell_next(&cell)).size > 0) {
            if (!toc_audience_is_id(org))
                TOC_TRY(keep_name(drafts, org, &problem->err));
        }
    }
    problem->column = TOC_COLUMN_COUNT;
    return TOC_OK;
}

toc_span toc_drafts_org_name(const toc_drafts *drafts, size_t index)
{
    return index < drafts->name_count ? drafts->names[index] : (toc_span){0};
}

toc_code toc_drafts_add_row(toc_drafts *drafts, const toc_row *row, unsigned options,
                            toc_problem *out_problem)
{
    TOC_ASSERT(!drafts->finished);
    toc_problem problem = {.line = row->line, .column = TOC_COLUMN_COUNT};
    toc_row_claim claim;
    toc_arena_reset(drafts->scratch);
    toc_code code = toc_row_read(row, options, drafts->scratch, &claim, &problem);
    if (code == TOC_OK)
        code = keep_names(drafts, row, &problem);
    if (code == TOC_OK)
        code = claim.in_cluster ? add_to_cluster(drafts, &claim, &problem)
                                : add_claim(drafts, &claim.claim, row->line, &problem.err);
    if (code == TOC_OK) {
        const toc_wallet *wallet = claim.in_cluster ? &claim.member : wallet_of(&claim.claim);
        if (wallet != NULL)
            toc_draft_notes_take(&drafts->notes, row->cells[TOC_COLUMN_CHAIN], wallet->chain,
                                 wallet->flags);
    }
    return count_row(drafts, code, &problem, out_problem);
}

void toc_drafts_note(toc_drafts *drafts, const toc_wallet *wallet, uint32_t flags)
{
    toc_draft_notes_take(&drafts->notes, (toc_span){0}, wallet->chain, wallet->flags & flags);
}

void toc_drafts_refuse(toc_drafts *drafts)
{
    drafts->counts.read++;
    drafts->counts.refused++;
}

static void drop_cluster(toc_drafts *drafts, toc_draft_cluster *cluster)
{
    cluster->dropped = true;
    drafts->counts.refused += cluster->rows;
    drafts->counts.merged -= cluster->rows - cluster->member_count;
    drafts->counts.members -= cluster->member_count;
    drafts->counts.clusters--;
}

toc_code toc_drafts_finish(toc_drafts *drafts, toc_row_fn *fn, void *context, toc_err *err)
{
    TOC_ASSERT(!drafts->finished);
    drafts->finished = true;
    for (size_t i = 0; i < drafts->cluster_count; i++) {
        toc_draft_cluster *cluster = &drafts->clusters[i];
        if (cluster->body.entity_type.size > 0)
            continue;
        drop_cluster(drafts, cluster);
        if (cluster->rows == 0)
            continue; /* its rows were refused already */
        toc_problem problem = {.line = cluster->line, .column = TOC_COLUMN_ENTITY};
        (void)toc_fail(&problem.err, TOC_MALFORMED, "no row of the cluster '%.*s' has one",
                       (int)cluster->body.cluster.size, (const char *)cluster->body.cluster.data);
        TOC_TRY(fn(context, NULL, &problem, err));
    }
    return TOC_OK;
}

toc_drafts_counts toc_drafts_count(const toc_drafts *drafts)
{
    return drafts->counts;
}

uint64_t toc_drafts_largest(const toc_drafts *drafts, toc_span *out_name)
{
    uint64_t most = 0;
    for (size_t i = 0; i < drafts->cluster_count; i++) {
        const toc_draft_cluster *cluster = &drafts->clusters[i];
        if (cluster->dropped || cluster->member_count <= most)
            continue;
        most = cluster->member_count;
        *out_name = cluster->body.cluster;
    }
    return most;
}

const toc_draft_notes *toc_drafts_notes(const toc_drafts *drafts)
{
    return &drafts->notes;
}

toc_code toc_drafts_each(toc_drafts *drafts, toc_drafts_visit *visit, void *context, toc_err *err)
{
    for (size_t i = 0; i < drafts->claim_count; i++) {
        const toc_draft_place *place = &drafts->claims[i];
        toc_statement draft;
        toc_arena_reset(drafts->scratch);
        TOC_TRY(toc_draft_decode(toc_span_of(drafts->bytes.data + place->offset, place->size),
                                 drafts->scratch, &draft, err));
        TOC_TRY(visit(context, &draft, err));
    }
    return TOC_OK;
}
