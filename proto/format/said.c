#include "proto/format/said.h"

#include "proto/format/claim.h"
#include "proto/format/row_text.h"

/* What a claim of any kind may have: columns, but for the last two. */
static const char *const common[] = {"list",          "list_version", "vendor",      "tlp",
                                     "releasable_to", "not_to",       "valid_until", "purpose",
                                     "note",          "kind",         NULL};
/* Separate, so that a slip in one of them finds it as the nearest. */
static const char *const of_transfer[] = {
    "place", "chain",  "tx",          "index_kind", "index",        "flow",  "from",
    "to",    "asset",  "amount",      "base_units", "decimals",     "block", "time",
    "fiat",  "bridge", "bridge_side", "confidence", "derived_from", NULL};
static const char *const of_incident[] = {"slug",   "title",      "occurred",     "discovered",
                                          "losses", "loss",       "victim",       "status",
                                          "thefts", "confidence", "derived_from", NULL};
static const char *const of_same_as[] = {"first", "second", "confidence", "derived_from", NULL};
static const char *const of_attribution[] = {"chain",        "address", "tag",       "incident",
                                             "actor",        "basis",   "documents", "confidence",
                                             "derived_from", NULL};
static const char *const of_sighting[] = {
    "place",      "chain",        "address",    "tag",          "tx",
    "index_kind", "index",        "flow",       "seen",         "direction",
    "stopped_at", "account_role", "confidence", "derived_from", NULL};
static const char *const of_notice[] = {"chain",         "address", "tag",       "operator_org",
                                        "operator_name", "role",    "signature", "confidence",
                                        "derived_from",  NULL};
static const char *const of_clearance[] = {"chain", "address",    "tag",          "checked",
                                           "basis", "confidence", "derived_from", NULL};
static const char *const of_dispute[] = {"target",     "revision_seen", "reason",
                                         "confidence", "derived_from",  NULL};
static const char *const of_inquiry[] = {"target", "id", "confidence", "derived_from", NULL};
static const char *const of_reply[] = {"inquiry",    "basis",        "documents",
                                       "confidence", "derived_from", NULL};

static const char *const *fields_of(toc_record_kind kind)
{
    static const char *const *const fields[] = {
        [TOC_RECORD_TRANSFER] = of_transfer,   [TOC_RECORD_INCIDENT] = of_incident,
        [TOC_RECORD_SAME_AS] = of_same_as,     [TOC_RECORD_ATTRIBUTION] = of_attribution,
        [TOC_RECORD_SIGHTING] = of_sighting,   [TOC_RECORD_NOTICE] = of_notice,
        [TOC_RECORD_CLEARANCE] = of_clearance, [TOC_RECORD_DISPUTE] = of_dispute,
        [TOC_RECORD_INQUIRY] = of_inquiry,     [TOC_RECORD_REPLY] = of_reply,
    };
    TOC_ASSERT(kind > TOC_RECORD_RETRACTION && TOC_COUNT(fields) > (size_t)kind);
    return fields[kind];
}

/* The address that a kind is about, in any of the spellings that rows take. */
static toc_code read_wallet(const toc_row *row, unsigned options, toc_wallet *out,
                            toc_problem *problem)
{
    TOC_TRY(toc_row_address(row, options, false, out, problem));
    problem->column = TOC_COLUMN_COUNT;
    return TOC_OK;
}

static toc_code read_of_wallet(const toc_json_fields *at, const toc_row *row, unsigned options,
                               toc_statement *out)
{
    toc_wallet wallet = {0};
    bool of_incident_alone =
        out->kind == TOC_RECORD_ATTRIBUTION && row->cells[TOC_COLUMN_ADDRESS].size == 0;
    if (!of_incident_alone)
        TOC_TRY(read_wallet(row, options, &wallet, at->problem));
    if (out->kind == TOC_RECORD_ATTRIBUTION) {
        out->as.attribution.wallet = wallet;
        return toc_said_attribution(at, &out->as.attribution);
    }
    if (out->kind == TOC_RECORD_SIGHTING) {
        out->as.sighting.wallet = wallet;
        return toc_said_sighting(at, &out->as.sighting);
    }
    if (out->kind == TOC_RECORD_NOTICE) {
        out->as.notice.wallet = wallet;
        return toc_said_notice(at, &out->as.notice);
    }
    out->as.clearance.wallet = wallet;
    return toc_said_clearance(at, &out->as.clearance);
}

static toc_code read_body(const toc_json_fields *at, const toc_row *row, unsigned options,
                          toc_statement *out)
{
    switch (out->kind) {
    case TOC_RECORD_TRANSFER:
        return toc_said_transfer(at, &out->as.transfer);
    case TOC_RECORD_INCIDENT:
        return toc_said_incident(at, &out->as.incident);
    case TOC_RECORD_SAME_AS:
        return toc_said_same_as(at, &out->as.same_as);
    case TOC_RECORD_DISPUTE:
        return toc_said_dispute(at, &out->as.dispute);
    case TOC_RECORD_INQUIRY:
        return toc_said_inquiry(at, row->cells[TOC_COLUMN_NOTE], &out->as.inquiry);
    case TOC_RECORD_REPLY:
        return toc_said_reply(at, &out->as.reply);
    case TOC_RECORD_ATTRIBUTION:
    case TOC_RECORD_SIGHTING:
    case TOC_RECORD_NOTICE:
    case TOC_RECORD_CLEARANCE:
        return read_of_wallet(at, row, options, out);
    case TOC_RECORD_WALLET:
    case TOC_RECORD_CLUSTER:
    case TOC_RECORD_MEMBERS:
    case TOC_RECORD_RETRACTION:
        break;
    }
    return toc_json_field_fail(at, "kind", TOC_MALFORMED, "not one that is said so");
}

toc_code toc_said_read(const toc_row *row, unsigned options, toc_arena *arena, toc_statement *out,
                       toc_problem *problem)
{
    toc_json_fields at = {.object = row->object, .path = "", .arena = arena, .problem = problem};
    out->kind = row->kind;
    TOC_TRY(toc_json_fields_known(&at, fields_of(row->kind), common));
    TOC_TRY(read_body(&at, row, options, out));
    problem->field[0] = '\0';
    return TOC_OK;
}
