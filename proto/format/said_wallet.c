/* What a wallet is, when it is no perpetrator's: service notices and clearances. */
#include "proto/format/said.h"

static const char *const signature_fields[] = {"scheme", "key", "signature", NULL};

static toc_code read_operator(const toc_json_fields *at, toc_notice_body *out)
{
    toc_span org = {0};
    TOC_TRY(toc_json_field_slug(at, "operator_name", TOC_FIELD_OPTIONAL, &out->operator_name));
    TOC_TRY(toc_json_field_text(at, "operator_org", TOC_FIELD_OPTIONAL, &org));
    if (org.size == 0)
        return TOC_OK;
    out->has_operator_org = true;
    if (toc_span_equal(org, toc_span_text("own"))) /* zeroes, until the node says who that is */
        return TOC_OK;
    return toc_json_field_id(at, "operator_org", TOC_FIELD_REQUIRED, out->operator_org.bytes);
}

static toc_code read_signature(const toc_json_fields *at, toc_key_signature *out)
{
    toc_json_fields inside;
    TOC_TRY(toc_json_field_object(at, "signature", &inside));
    if (inside.object == NULL)
        return TOC_OK;
    TOC_TRY(toc_json_fields_known(&inside, signature_fields, NULL));
    TOC_TRY(toc_json_field_slug(&inside, "scheme", TOC_FIELD_REQUIRED, &out->scheme));
    TOC_TRY(toc_json_field_bytes(&inside, "key", TOC_ADDRESS_KEY_BYTES_MAX, &out->key));
    TOC_TRY(
        toc_json_field_bytes(&inside, "signature", TOC_KEY_SIGNATURE_BYTES_MAX, &out->signature));
    return out->signature.size > 0
               ? TOC_OK
               : toc_json_field_fail(&inside, "signature", TOC_MALFORMED, "missing");
}

toc_code toc_said_notice(const toc_json_fields *at, toc_notice_body *out)
{
    TOC_TRY(read_operator(at, out));
    TOC_TRY(
        toc_json_field_term(at, "role", TOC_TERMS_SERVICE_ROLE, TOC_FIELD_REQUIRED, &out->role));
    return read_signature(at, &out->signature);
}

toc_code toc_said_clearance(const toc_json_fields *at, toc_clearance_body *out)
{
    TOC_TRY(toc_json_field_time(at, "checked", TOC_FIELD_REQUIRED, &out->checked));
    return toc_json_field_term(at, "basis", TOC_TERMS_BASIS, TOC_FIELD_OPTIONAL, &out->basis);
}
