/* What is said about a claim: disputes, inquiries, replies. The claim is named by its id; the node
 * repeats its identity. */
#include "proto/crypto/hash.h"
#include "proto/format/said.h"

/* The id alone, or the object as it is printed, of which the rest is the node's to repeat. */
static toc_code read_target(const toc_json_fields *at, toc_target *out)
{
    const json_t *list;
    size_t count;
    toc_json_fields item;
    TOC_TRY(toc_json_field_list(at, "target", 1, &list, &count));
    if (count == 0)
        return toc_json_field_fail(
            at, "target", TOC_MALFORMED,
            "missing: the id of a claim, as 'tocsin lookup --json' prints it");
    TOC_TRY(toc_json_field_item(at, "target", list, 0, "claim", &item));
    return toc_json_field_id(&item, "claim", TOC_FIELD_REQUIRED, out->claim.bytes);
}

toc_code toc_said_dispute(const toc_json_fields *at, toc_dispute_body *out)
{
    TOC_TRY(read_target(at, &out->target));
    TOC_TRY(toc_json_field_number(at, "revision_seen", UINT64_MAX, &out->revision_seen));
    return toc_json_field_term(at, "reason", TOC_TERMS_DISPUTE_REASON, TOC_FIELD_REQUIRED,
                               &out->reason);
}

/* One question about one claim is one inquiry, however often it is submitted. */
static void make_id(const toc_claim_id *claim, toc_span question, toc_draft_id *out)
{
    toc_hash id;
    toc_span parts[] = {toc_span_text("tocsin/inquiry-id/1\n"), TOC_SPAN_OF(claim->bytes),
                        question};
    toc_blake2b_parts(parts, TOC_COUNT(parts), &id);
    memcpy(out->bytes, id.bytes, sizeof out->bytes);
}

toc_code toc_said_inquiry(const toc_json_fields *at, toc_span note, toc_inquiry_body *out)
{
    TOC_TRY(read_target(at, &out->target));
    make_id(&out->target.claim, note, &out->id);
    return toc_json_field_id(at, "id", TOC_FIELD_OPTIONAL, out->id.bytes);
}

toc_code toc_said_reply(const toc_json_fields *at, toc_reply_body *out)
{
    TOC_TRY(toc_json_field_id(at, "inquiry", TOC_FIELD_REQUIRED, out->inquiry.bytes));
    TOC_TRY(toc_json_field_term(at, "basis", TOC_TERMS_BASIS, TOC_FIELD_OPTIONAL, &out->basis));
    return toc_said_documents(at, &out->documents);
}
