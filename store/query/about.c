#include "store/query/about.h"

#include <stdlib.h>

#include "proto/answer/writer.h"
#include "proto/base/text.h"
#include "store/drafts.h"
#include "store/query/internal.h"
#include "store/written.h"

enum { RECORD_ARENA_BYTES = 16 << 20 };

void toc_about_wipe(toc_about *about)
{
    TOC_LIST_WIPE(&about->ids);
    TOC_LIST_WIPE(&about->records);
}

typedef struct finding {
    toc_about *about;
    toc_query *query;
    toc_arena *arena; /* of one record */
    toc_org_id own;
    toc_written walk;
    const toc_record_id *only; /* this one of its claim; NULL: all */
    const toc_claim_id *claim; /* drafts of this one count; NULL: those that name the wallet */
} finding;

static void finding_wipe(finding *work)
{
    toc_arena_free(work->arena);
}
TOC_DEFINE_AUTO_WIPE(finding, finding_wipe)

/* ---- what names it ---- */

static toc_code add_id(toc_about *about, const uint8_t bytes[32], toc_err *err)
{
    toc_hash *id = TOC_LIST_ADD(&about->ids);
    if (id == NULL)
        return toc_query_no_memory(err);
    memcpy(id->bytes, bytes, sizeof id->bytes);
    return TOC_OK;
}

/* What officers approved was a draft before. */
static toc_code add_draft(const finding *work, toc_span record, toc_err *err)
{
    toc_span statement;
    const toc_approval *approvals;
    size_t count;
    TOC_TRY(toc_record_open(record, work->arena, &statement, &approvals, &count, err));
    for (size_t i = 0; i < count; i++)
        TOC_TRY(add_id(work->about, approvals[i].draft.bytes, err));
    return TOC_OK;
}

/* ---- the own records of it ---- */

static toc_code add_readers(finding *work, const toc_said_record *said, toc_json *json,
                            toc_err *err)
{
    toc_charter then;
    const toc_org_id *readers;
    size_t count;
    toc_span name;
    toc_query inner = *work->query;
    inner.arena = work->arena; /* a name need not outlive its record */
    TOC_TRY(toc_written_next(&work->walk, work->query->log, said, work->arena, &then, &readers,
                             &count, err));
    toc_json_open(json, "readers", '[');
    for (size_t i = 0; i < count; i++) {
        if (toc_org_id_equal(&readers[i], &work->own))
            continue;
        TOC_TRY(toc_query_org_name(&inner, &readers[i], &name, err));
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "org", TOC_SPAN_OF(readers[i].bytes));
        toc_json_optional(json, "name", name);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
    return TOC_OK;
}

static toc_code print_record(finding *work, const toc_said_record *said, toc_buf *out, toc_err *err)
{
    const toc_statement *statement = &said->statement;
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "record", TOC_SPAN_OF(said->record.bytes));
    toc_json_hex(&json, "claim", TOC_SPAN_OF(said->claim.bytes));
    toc_json_text(&json, "kind", toc_span_text(toc_record_kind_name(statement->kind)));
    toc_json_decimal(&json, "revision", statement->revision);
    toc_json_text(&json, "tlp", toc_span_text(toc_tlp_name(statement->tlp)));
    toc_json_bool(&json, "forked", said->forked);
    TOC_TRY(add_readers(work, said, &json, err));
    toc_json_close(&json, '}');
    return toc_buf_ok(out, err);
}

static toc_code add_record(finding *work, const toc_feed_id *feed, uint64_t index, toc_span json,
                           toc_err *err)
{
    toc_about *about = work->about;
    if (about->records.count == TOC_ABOUT_RECORDS_MAX)
        return toc_fail(err, TOC_LIMIT,
                        "this org said over %d things of this wallet; ask about a record",
                        TOC_ABOUT_RECORDS_MAX);
    toc_about_record *record = TOC_LIST_ADD(&about->records);
    if (record == NULL)
        return toc_query_no_memory(err);
    *record = (toc_about_record){
        .feed = *feed, .index = index, .json = toc_arena_dup(work->query->arena, json)};
    return record->json.size == json.size ? TOC_OK : toc_query_no_memory(err);
}

/* The walk goes over all of a claim, since what follows it goes to who had it. */
static toc_code take_record(void *context, const toc_said_record *said, toc_err *err)
{
    finding *work = context;
    TOC_AUTO(toc_buf_wipe) toc_buf json = {0};
    if (!toc_audience_sees(&toc_audience_officers, &said->circle, &said->org, &said->statement))
        return TOC_OK;
    toc_arena_reset(work->arena);
    bool own = toc_org_id_equal(&said->org, &work->own);
    if (own)
        TOC_TRY(print_record(work, said, &json, err));
    if (work->only != NULL && !toc_record_id_equal(&said->record, work->only))
        return TOC_OK;
    TOC_TRY(add_id(work->about, said->record.bytes, err));
    TOC_TRY(add_id(work->about, said->claim.bytes, err));
    TOC_TRY(add_draft(work, said->bytes, err));
    return own ? add_record(work, &said->feed, said->index, toc_buf_view(&json), err) : TOC_OK;
}

/* ---- drafts that wait ---- */

static bool is_wanted(const toc_about *about, const toc_subject *subject)
{
    for (size_t i = 0; i < about->wanted.count; i++) {
        if (toc_span_equal(toc_subject_vertex(subject),
                           toc_subject_vertex(&about->wanted.wallets[i].subject)))
            return true;
    }
    return false;
}

static bool names_wallet(const toc_about *about, const toc_statement *statement,
                         const toc_claim_id *claim)
{
    toc_subject subject;
    const toc_transfer_body *transfer = &statement->as.transfer;
    if (statement->kind == TOC_RECORD_MEMBERS) {
        for (size_t i = 0; i < statement->as.members.count; i++) {
            if (is_wanted(about, &statement->as.members.members[i].wallet.subject))
                return true;
        }
        return false;
    }
    if (statement->kind == TOC_RECORD_TRANSFER) {
        for (size_t i = 0; i < transfer->from_count; i++) {
            if (is_wanted(about, &transfer->from[i].subject))
                return true;
        }
        for (size_t i = 0; i < transfer->to_count; i++) {
            if (is_wanted(about, &transfer->to[i].subject))
                return true;
        }
        return false;
    }
    toc_statement_subject(statement, claim, &subject);
    return is_wanted(about, &subject);
}

static toc_code take_draft(void *context, const toc_log_draft *draft, toc_err *err)
{
    finding *work = context;
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    toc_statement statement;
    toc_claim_id claim;
    toc_arena_reset(work->arena);
    TOC_TRY(toc_record_join(draft->statement, NULL, 0, &record, err));
    TOC_TRY(toc_record_decode(toc_buf_view(&record), work->arena, &statement, err));
    if (!toc_audience_sees(&toc_audience_officers, &draft->circle, &work->own, &statement))
        return TOC_OK;
    toc_statement_claim(&statement, &draft->circle, &work->own, &claim);
    bool is_of = work->claim != NULL ? toc_claim_id_equal(&claim, work->claim)
                                     : names_wallet(work->about, &statement, &claim);
    return is_of ? add_id(work->about, draft->id.bytes, err) : TOC_OK;
}

/* ---- finding ---- */

static toc_code find_wallet(finding *work, toc_span text, toc_err *err)
{
    toc_about *about = work->about;
    about->text = text;
    if (toc_wallet_parse(text, &about->wanted, NULL) != TOC_OK)
        about->wanted.count = 0; /* a literal, perhaps, that somebody kept as it was listed */
    TOC_TRY(toc_query_said(work->query, text, NULL, take_record, work, err));
    if (about->wanted.count == 0 && about->ids.count == 0)
        return toc_wallet_parse(text, &about->wanted, err);
    return toc_log_drafts(work->query->log, take_draft, work, err);
}

/* Of what is not open here (any more) the log knows where it stood. */
static toc_code find_entry(finding *work, const toc_log_feed *feed, uint64_t index, toc_err *err)
{
    toc_feed_id id;
    if (!toc_org_id_equal(&feed->name.org, &work->own))
        return TOC_OK;
    toc_feed_id_of(&feed->name, &id);
    return add_record(work, &id, index, (toc_span){0}, err);
}

static toc_code find_record(finding *work, const toc_record_id *record, toc_err *err)
{
    toc_hash leaf;
    toc_log_feed feed;
    uint32_t number;
    uint64_t index;
    toc_feed_id id;
    toc_claim_id claim;
    memcpy(leaf.bytes, record->bytes, sizeof leaf.bytes);
    TOC_TRY(toc_log_leaf_find(work->query->log, &leaf, &number, &index, err));
    TOC_TRY(toc_log_feed_at(work->query->log, number, &feed, err));
    toc_feed_id_of(&feed.name, &id);
    toc_code code = toc_query_claim_at(work->query, &id, index, &claim, err);
    if (code == TOC_NOT_FOUND)
        return find_entry(work, &feed, index, err);
    TOC_TRY(code);
    work->only = record;
    return toc_query_revisions(work->query, &claim, take_record, work, err);
}

static toc_code find_id(finding *work, const toc_hash *id, toc_err *err)
{
    toc_record_id record;
    toc_claim_id claim;
    memcpy(record.bytes, id->bytes, sizeof record.bytes);
    memcpy(claim.bytes, id->bytes, sizeof claim.bytes);
    TOC_TRY(add_id(work->about, id->bytes, err));
    toc_code code = find_record(work, &record, err);
    if (code != TOC_NOT_FOUND)
        return code;
    work->claim = &claim;
    TOC_TRY(toc_query_revisions(work->query, &claim, take_record, work, err));
    return toc_log_drafts(work->query->log, take_draft, work, err);
}

/* ---- what was found ---- */

static int compare_ids(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(toc_hash));
}

static int compare_records(const void *left, const void *right)
{
    const toc_about_record *a = left, *b = right;
    int feeds = memcmp(a->feed.bytes, b->feed.bytes, sizeof a->feed.bytes);
    return feeds != 0 ? feeds : (a->index > b->index) - (a->index < b->index);
}

toc_code toc_about_find(toc_about *about, toc_query *query, toc_span wallet, const toc_hash *id,
                        toc_err *err)
{
    TOC_AUTO(finding_wipe) finding work = {.about = about, .query = query};
    if (wallet.size == 0 && id == NULL)
        return TOC_OK;
    about->asked = true;
    TOC_TRY(toc_arena_new(RECORD_ARENA_BYTES, &work.arena, err));
    TOC_TRY(toc_log_owner(query->log, &work.own, err));
    TOC_TRY(wallet.size > 0 ? find_wallet(&work, wallet, err) : find_id(&work, id, err));
    if (about->ids.count > 1)
        qsort(about->ids.at, about->ids.count, sizeof *about->ids.at, compare_ids);
    if (about->records.count > 1)
        qsort(about->records.at, about->records.count, sizeof *about->records.at, compare_records);
    return TOC_OK;
}

bool toc_about_names(const toc_about *about, toc_span text)
{
    toc_hash id;
    toc_wallet_candidates said;
    if (text.size == 2 * sizeof id.bytes && about->ids.count > 0 &&
        toc_hex_decode(text, id.bytes, sizeof id.bytes, NULL) == TOC_OK &&
        bsearch(&id, about->ids.at, about->ids.count, sizeof id, compare_ids) != NULL)
        return true;
    if (about->text.size == 0)
        return false;
    if (toc_span_equal(text, about->text))
        return true;
    if (about->wanted.count == 0 || text.size > (size_t)2 * TOC_ADDRESS_BYTES_MAX ||
        toc_wallet_parse(text, &said, NULL) != TOC_OK)
        return false;
    for (size_t i = 0; i < said.count; i++) {
        if (is_wanted(about, &said.wallets[i].subject))
            return true;
    }
    return false;
}

void toc_about_wrote(const toc_about *about, const toc_feed_id *feed, uint64_t from, uint64_t until,
                     const toc_about_record **out, size_t *out_count)
{
    const toc_about_record first = {.feed = *feed, .index = from};
    size_t low = 0, high = about->records.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_records(&about->records.at[middle], &first) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *out = low < about->records.count ? &about->records.at[low] : NULL;
    *out_count = 0;
    while (low + *out_count < about->records.count &&
           toc_feed_id_equal(&about->records.at[low + *out_count].feed, feed) &&
           about->records.at[low + *out_count].index < until)
        ++*out_count;
}
