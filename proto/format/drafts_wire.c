#include <stdlib.h>

#include "proto/base/endian.h"
#include "proto/feed/addressed.h"
#include "proto/format/drafts_store.h"
#include "proto/rules/audience.h"

enum {
    VERSION = 1,
    DRAFT_HEADER_BYTES = 9,
    /* What is left of a record for what the node adds, and for the fields around the members. */
    NODE_ADDS_BYTES = 512,
    RUN_HEADER_BYTES = 64u, /* chain, op and their tags */
    ORG_BYTES = 34u,        /* an id with its tag and length */
};

/* Encodes a draft with its header into `pending`. */
static toc_code write_draft(toc_drafts *drafts, const toc_statement *draft, uint32_t line,
                            toc_err *err)
{
    toc_buf *out = &drafts->pending;
    toc_buf_add_u8(out, (uint8_t)draft->kind);
    toc_buf_add_u32(out, line);
    toc_buf_add_u32(out, 0);
    TOC_TRY(toc_buf_ok(out, err));
    TOC_TRY(toc_draft_encode(draft, out, err));
    toc_put_u32(out->data + 5, (uint32_t)(out->size - DRAFT_HEADER_BYTES));
    return TOC_OK;
}

static toc_code write_claim(toc_drafts *drafts, toc_err *err)
{
    const toc_draft_place *place = &drafts->claims[drafts->next_claim++];
    toc_buf_add_u8(&drafts->pending, (uint8_t)place->kind);
    toc_buf_add_u32(&drafts->pending, place->line);
    toc_buf_add_u32(&drafts->pending, place->size);
    toc_buf_add(&drafts->pending, drafts->bytes.data + place->offset, place->size);
    return toc_buf_ok(&drafts->pending, err);
}

/* What head and members of a cluster have in common. Only the head says what it is derived from. */
static toc_statement draft_of(const toc_draft_cluster *cluster, toc_record_kind kind)
{
    toc_source source = cluster->source;
    if (source.ground == 0)
        source.ground = TOC_GROUND_OWN;
    if (kind == TOC_RECORD_MEMBERS)
        source.record_count = 0;
    return (toc_statement){
        .kind = kind,
        .tlp = cluster->states_tlp ? cluster->tlp : TOC_TLP_DEFAULT,
        .releasable_count = cluster->releasable_count,
        .releasable_to = cluster->releasable_to,
        .not_to_count = cluster->not_to_count,
        .not_to = cluster->not_to,
        .purpose = cluster->purpose,
        .confidence =
            cluster->states_confidence ? cluster->confidence : (uint32_t)TOC_CONFIDENCE_DEFAULT,
        .confidence_scale = toc_span_text("percent"),
        .source = source,
    };
}

static toc_code write_head(toc_drafts *drafts, const toc_draft_cluster *cluster, toc_err *err)
{
    toc_statement head = draft_of(cluster, TOC_RECORD_CLUSTER);
    head.note = cluster->note;
    head.valid_until = cluster->valid_until;
    head.as.cluster = cluster->body;
    return write_draft(drafts, &head, cluster->line, err);
}

static toc_code read_member(const toc_draft_cluster *cluster, size_t offset, toc_member *out,
                            size_t *out_next, toc_err *err)
{
    const uint8_t *at = cluster->members.data + offset;
    const toc_chain *chain = toc_chain_by_number(toc_get_u16(at));
    uint16_t length = toc_get_u16(at + 2);
    TOC_ASSERT(chain != NULL);
    out->remove = false;
    *out_next = offset + 4 + length;
    return toc_wallet_read(toc_span_text(toc_chain_caip2(chain)), toc_span_of(at + 4, length),
                           (toc_span){0}, &out->wallet, err);
}

/* As many members as one record takes, from where the last one ended. */
static toc_code write_members(toc_drafts *drafts, const toc_draft_cluster *cluster, toc_err *err)
{
    toc_statement members = draft_of(cluster, TOC_RECORD_MEMBERS);
    size_t orgs = cluster->releasable_count + cluster->not_to_count;
    size_t count = 0, bytes = NODE_ADDS_BYTES + cluster->purpose.size + orgs * ORG_BYTES;
    if (toc_audience_is_named(&members)) /* then it is sealed to each of its readers */
        bytes += toc_addressed_bytes(TOC_READERS_MAX, 0);
    while (count < TOC_CHUNK_MEMBERS_MAX && drafts->next_member < cluster->members.size) {
        size_t next;
        toc_member *member = &drafts->chunk[count];
        TOC_TRY(read_member(cluster, drafts->next_member, member, &next, err));
        bool runs_on = count > 0 && member->wallet.chain == drafts->chunk[count - 1].wallet.chain;
        bytes += (runs_on ? 0u : RUN_HEADER_BYTES) + 3u + strlen(member->wallet.address);
        if (bytes > TOC_RECORD_BULK_BYTES_MAX)
            break;
        count++;
        drafts->next_member = next;
    }
    members.as.members = (toc_members_body){
        .cluster = cluster->body.cluster, .count = count, .members = drafts->chunk};
    return write_draft(drafts, &members, cluster->line, err);
}

static toc_code write_of_cluster(toc_drafts *drafts, toc_err *err)
{
    const toc_draft_cluster *cluster = &drafts->clusters[drafts->next_cluster];
    if (!drafts->head_written) {
        drafts->head_written = true;
        return write_head(drafts, cluster, err);
    }
    TOC_TRY(write_members(drafts, cluster, err));
    if (drafts->next_member == cluster->members.size) {
        drafts->next_cluster++;
        drafts->next_member = 0;
        drafts->head_written = false;
    }
    return TOC_OK;
}

/* Puts the next draft into `pending`, which stays empty after the last. */
static toc_code write_next(toc_drafts *drafts, toc_err *err)
{
    while (drafts->next_cluster < drafts->cluster_count &&
           drafts->clusters[drafts->next_cluster].dropped)
        drafts->next_cluster++;
    if (drafts->next_claim < drafts->claim_count)
        return write_claim(drafts, err);
    if (drafts->next_cluster < drafts->cluster_count)
        return write_of_cluster(drafts, err);
    return TOC_OK;
}

static toc_code make_chunk(toc_drafts *drafts, toc_err *err)
{
    if (drafts->chunk == NULL)
        drafts->chunk = calloc(TOC_CHUNK_MEMBERS_MAX, sizeof *drafts->chunk);
    if (drafts->chunk == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a chunk of members");
    return TOC_OK;
}

toc_code toc_drafts_write(toc_drafts *drafts, size_t bytes_max, toc_buf *out, bool *out_more,
                          toc_err *err)
{
    TOC_ASSERT(drafts->finished && bytes_max >= TOC_DRAFT_PART_BYTES_MIN);
    TOC_TRY(make_chunk(drafts, err));
    size_t start = out->size;
    uint32_t count = 0;
    toc_buf_add_u8(out, VERSION);
    toc_buf_add_u32(out, 0);
    for (;;) {
        if (drafts->pending.size == 0)
            TOC_TRY(write_next(drafts, err));
        size_t size = drafts->pending.size;
        if (size == 0 || size > bytes_max - (out->size - start))
            break;
        toc_buf_add_span(out, toc_buf_view(&drafts->pending));
        TOC_TRY(toc_buf_ok(out, err));
        toc_buf_clear(&drafts->pending);
        count++;
    }
    TOC_TRY(toc_buf_ok(out, err));
    toc_put_u32(out->data + start + 1, count);
    *out_more = drafts->pending.size > 0;
    return TOC_OK;
}

toc_code toc_draft_part_open(toc_span bytes, toc_draft_part *out, toc_err *err)
{
    toc_draft_part part = {.reader = toc_reader_of(bytes)};
    uint8_t version = toc_read_u8(&part.reader);
    part.left = toc_read_u32(&part.reader);
    TOC_TRY(toc_reader_ok(&part.reader, "drafts", err));
    if (version != VERSION)
        return toc_fail(err, TOC_STATE, "drafts of version %u; this node reads version %d", version,
                        VERSION);
    if (part.left == 0)
        TOC_TRY(toc_reader_finish(&part.reader, "drafts", err));
    *out = part;
    return TOC_OK;
}

toc_code toc_draft_part_next(toc_draft_part *part, toc_draft *out, toc_err *err)
{
    TOC_ASSERT(part->left > 0);
    uint8_t kind = toc_read_u8(&part->reader);
    uint32_t line = toc_read_u32(&part->reader);
    toc_span bytes = toc_read_u32_span(&part->reader, TOC_RECORD_BULK_BYTES_MAX);
    part->left--;
    TOC_TRY(part->left == 0 ? toc_reader_finish(&part->reader, "drafts", err)
                            : toc_reader_ok(&part->reader, "drafts", err));
    if (kind < TOC_RECORD_WALLET || kind > TOC_RECORD_LAST || kind == TOC_RECORD_RETRACTION)
        return toc_fail(err, TOC_MALFORMED, "drafts: kind %u", kind);
    *out = (toc_draft){.kind = (toc_record_kind)kind, .line = line, .bytes = bytes};
    return TOC_OK;
}
