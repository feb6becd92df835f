/* Commands about what waits for officers: drafts, draft, approve, reject. */
#include "node/control_drafts.h"
#include "node/clock.h"
#include "node/control_args.h"
#include "node/control_talk.h"
#include "node/writer_batch.h"
#include "proto/base/text.h"

enum { DRAFTS_ARENA_BYTES = 64 << 20, ID_DIGITS_MIN = 8, REASON_BYTES_MAX = 256 };

typedef struct draft_line {
    toc_talk *talk;
    toc_log_txn *txn;
    toc_views_txn *views;
    toc_arena *arena;
    toc_json json;
    bool whole; /* with the bytes, and who would read it */
} draft_line;

/* ---- one draft ---- */

toc_code toc_draft_says(const toc_log_draft *draft, toc_arena *arena, toc_statement *out,
                        toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    TOC_TRY(toc_record_join(draft->statement, NULL, 0, &record, err));
    toc_span bytes = toc_arena_dup(arena, toc_buf_view(&record));
    if (bytes.data == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a draft");
    return toc_record_decode(bytes, arena, out, err);
}

static toc_code find_head(const toc_log_draft *draft, const toc_statement *statement,
                          const toc_org_id *org, toc_views_txn *views, toc_claim_id *out_claim,
                          toc_views_head *out, toc_err *err)
{
    toc_subject subject;
    toc_statement_claim(statement, &draft->circle, org, out_claim);
    toc_statement_subject(statement, out_claim, &subject);
    return toc_views_head_of(views, &subject, out_claim, out, err);
}

/* Whether the draft is for fewer than what is live: `out` is that. */
static bool is_narrower(const toc_views_head *head, const toc_statement *statement,
                        toc_arena *arena, toc_statement *out)
{
    return head->live && toc_record_decode(head->bytes, arena, out, NULL) == TOC_OK &&
           toc_writer_narrows(out, statement);
}

const char *toc_draft_state(const toc_log_draft *draft, const toc_statement *statement,
                            const toc_org_id *org, toc_views_txn *views, toc_arena *arena)
{
    toc_claim_id claim;
    toc_views_head head;
    toc_statement live;
    if (toc_clock_now().wall.unix_ms > draft->not_after.unix_ms)
        return "lapsed";
    if (find_head(draft, statement, org, views, &claim, &head, NULL) != TOC_OK)
        return "waiting";
    bool narrows = is_narrower(&head, statement, arena, &live);
    return toc_writer_overtaken(statement, head.revision, narrows) ? "overtaken" : "waiting";
}

static void add_approvals(toc_json *json, const toc_log_draft *draft,
                          const toc_approval_verdict *verdict)
{
    toc_json_open(json, "approvals", '[');
    for (size_t i = 0; i < draft->count; i++) {
        toc_json_open(json, NULL, '{');
        toc_json_number(json, "officer", verdict->officers[i]);
        toc_json_hex(json, "key", TOC_SPAN_OF(draft->approvals[i].approval.officer.bytes));
        toc_json_number(json, "uid", draft->approvals[i].uid);
        toc_json_time(json, "at", draft->approvals[i].at);
        toc_json_text(json, "standing", toc_span_text(toc_approval_fault_name(verdict->faults[i])));
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

void toc_draft_officers(const toc_card *card, uint32_t scope, toc_json *json)
{
    toc_json_text(json, "scope", toc_span_text(scope == TOC_SCOPE_FREEZE ? "freeze" : "submit"));
    toc_json_open(json, "officers", '[');
    for (size_t i = 0; i < card->officer_count; i++) {
        if ((card->officers[i].scopes & scope) != 0)
            toc_json_number(json, NULL, card->officers[i].number);
    }
    toc_json_close(json, ']');
}

static void add_orgs(toc_json *json, const char *key, const toc_readership *at,
                     const toc_reader *readers, size_t count)
{
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < count; i++) {
        if (readers[i].reads && readers[i].local == NULL)
            toc_readership_org(at, &readers[i].org, json);
    }
    toc_json_close(json, ']');
}

static void leave_out(toc_reader *from, size_t from_count, const toc_reader *readers, size_t count)
{
    for (size_t i = 0; i < from_count; i++) {
        for (size_t j = 0; j < count; j++) {
            if (readers[j].reads && toc_org_id_equal(&from[i].org, &readers[j].org))
                from[i].reads = false;
        }
    }
}

/* For whom the claim ends with it, who have it now and would not read it. */
static toc_code add_losers(draft_line *line, const toc_readership *at, const toc_log_draft *draft,
                           const toc_statement *statement, const toc_reader *readers, size_t count,
                           toc_err *err)
{
    toc_claim_id claim;
    toc_views_head head;
    toc_statement live, end;
    toc_readable what;
    const toc_reader *had;
    size_t had_count;
    const toc_org_id *org = toc_node_org(toc_talk_node(line->talk));
    if (find_head(draft, statement, org, line->views, &claim, &head, NULL) != TOC_OK ||
        !is_narrower(&head, statement, line->arena, &live))
        return TOC_OK;
    toc_statement_retract(statement, &claim, TOC_RETRACT_NARROWED, &end);
    toc_writer_mark_like(&live, &end);
    TOC_TRY(toc_readership_draft(at, line->views, &end, &what, err));
    TOC_TRY(toc_readership_of(at, &what, &had, &had_count, err));
    toc_reader *losers = toc_arena_zalloc(line->arena, had_count, sizeof *losers);
    if (losers == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a draft");
    memcpy(losers, had, had_count * sizeof *losers);
    leave_out(losers, had_count, readers, count);
    add_orgs(&line->json, "ends_for", at, losers, had_count);
    return TOC_OK;
}

/* Who would read it, and everybody else with the reason why not. */
static toc_code add_readers(draft_line *line, const toc_log_draft *draft,
                            const toc_statement *statement, toc_err *err)
{
    TOC_AUTO(toc_readership_wipe) toc_readership at = {0};
    toc_readable what;
    const toc_reader *readers;
    size_t count;
    TOC_TRY(toc_readership_begin(toc_talk_node(line->talk), line->txn, &draft->circle, line->arena,
                                 &at, err));
    TOC_TRY(toc_readership_draft(&at, line->views, statement, &what, err));
    TOC_TRY(toc_readership_of(&at, &what, &readers, &count, err));
    add_orgs(&line->json, "readers", &at, readers, count);
    TOC_TRY(add_losers(line, &at, draft, statement, readers, count, err));
    toc_json_open(&line->json, "readership", '[');
    for (size_t i = 0; i < count; i++)
        toc_reader_print(&at, &readers[i], &line->json);
    toc_json_close(&line->json, ']');
    return TOC_OK;
}

static toc_code say_draft(void *context, const toc_log_draft *draft, toc_err *err)
{
    draft_line *line = context;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    const toc_org_id *org = toc_node_org(toc_talk_node(line->talk));
    toc_statement statement;
    toc_charter charter;
    toc_card card;
    toc_approval_verdict verdict;
    toc_json *json = &line->json;
    toc_arena_reset(line->arena);
    TOC_TRY(toc_draft_says(draft, line->arena, &statement, err));
    if (!toc_audience_sees(&toc_audience_officers, &draft->circle, org, &statement))
        return TOC_OK;
    TOC_TRY(toc_log_charter_of(line->txn, &draft->circle, line->arena, &charter, err));
    TOC_TRY(toc_log_card_of(line->txn, org, line->arena, &card, err));
    TOC_TRY(
        toc_drafts_judge(line->txn, org, draft, toc_clock_now().wall, line->arena, &verdict, err));
    const toc_approval_rule *rule =
        toc_approval_rule_of(&charter.policy.approvals, (uint32_t)statement.kind);
    uint32_t scope = rule == NULL ? TOC_SCOPE_SUBMIT : rule->scope;
    *json = (toc_json){.out = &out};
    toc_json_open(json, NULL, '{');
    toc_json_hex(json, "draft", TOC_SPAN_OF(draft->id.bytes));
    toc_json_hex(json, "circle", TOC_SPAN_OF(draft->circle.bytes));
    toc_json_text(json, "circle_name", charter.name);
    toc_json_hex(json, "org", TOC_SPAN_OF(org->bytes));
    toc_json_text(json, "lane", toc_span_text(toc_lane_name(draft->lane)));
    toc_json_text(json, "kind", toc_span_text(toc_record_kind_name(statement.kind)));
    toc_json_text(json, "state",
                  toc_span_text(toc_draft_state(draft, &statement, org, line->views, line->arena)));
    toc_json_number(json, "uid", draft->uid);
    toc_json_time(json, "at", draft->at);
    toc_json_time(json, "not_after", draft->not_after);
    toc_json_number(json, "not_after_ms", draft->not_after.unix_ms);
    toc_json_number(json, "needed", verdict.needed);
    toc_json_number(json, "approved_by", verdict.counted);
    add_approvals(json, draft, &verdict);
    toc_draft_officers(&card, scope, json);
    if (line->whole) {
        toc_json_hex(json, "statement", draft->statement);
        TOC_TRY(add_readers(line, draft, &statement, err));
    }
    toc_json_close(json, '}');
    return toc_talk_say(line->talk, &out, err);
}

static toc_code begin_lines(toc_talk *talk, draft_line *out, toc_err *err)
{
    *out = (draft_line){.talk = talk};
    TOC_TRY(toc_arena_new(DRAFTS_ARENA_BYTES, &out->arena, err));
    TOC_TRY(toc_views_read(toc_node_views(toc_talk_node(talk)), &out->views, err));
    return toc_log_read(toc_node_log(toc_talk_node(talk)), &out->txn, err);
}

static void draft_line_wipe(draft_line *line)
{
    toc_log_abort(line->txn);
    toc_views_end(line->views);
    toc_arena_free(line->arena);
}
TOC_DEFINE_AUTO_WIPE(draft_line, draft_line_wipe)

toc_code toc_control_drafts(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    TOC_AUTO(draft_line_wipe) draft_line line = {0};
    TOC_TRY(begin_lines(talk, &line, err));
    return toc_log_drafts(line.txn, say_draft, &line, err);
}

/* ---- by the first digits of its id ---- */

typedef struct draft_search {
    toc_span digits;
    size_t found;
    toc_draft_id id;
} draft_search;

static toc_code match(void *context, const toc_log_draft *draft, toc_err *err)
{
    draft_search *search = context;
    char hex[65];
    (void)err;
    toc_hex_encode(TOC_SPAN_OF(draft->id.bytes), hex);
    if (search->digits.size <= 64 && memcmp(hex, search->digits.data, search->digits.size) == 0) {
        search->found++;
        search->id = draft->id;
    }
    return TOC_OK;
}

toc_code toc_draft_find(toc_log_txn *txn, toc_span digits, toc_draft_id *out, toc_err *err)
{
    draft_search search = {.digits = digits};
    if (digits.size < ID_DIGITS_MIN)
        return toc_fail(err, TOC_USAGE,
                        "'%.*s' is no id: a claim's or a record's has 64 digits, and of a draft's "
                        "the first %d digits at least will do ('tocsin pending')",
                        (int)digits.size, (const char *)digits.data, ID_DIGITS_MIN);
    TOC_TRY(toc_log_drafts(txn, match, &search, err));
    if (search.found != 1)
        return toc_fail(err, TOC_NOT_FOUND,
                        "%zu drafts begin with '%.*s'; 'tocsin pending' lists those that wait",
                        search.found, (int)(digits.size < 64 ? digits.size : 64),
                        (const char *)digits.data);
    *out = search.id;
    return TOC_OK;
}

static toc_code find_draft(toc_log_txn *txn, json_t *request, toc_draft_id *out, toc_err *err)
{
    toc_span digits;
    TOC_TRY(toc_args_text(request, "draft", true, &digits, err));
    return toc_draft_find(txn, digits, out, err);
}

toc_code toc_control_draft(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(draft_line_wipe) draft_line line = {0};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_draft_id id;
    toc_log_draft draft;
    TOC_TRY(begin_lines(talk, &line, err));
    TOC_TRY(toc_arena_new(DRAFTS_ARENA_BYTES, &arena, err));
    TOC_TRY(find_draft(line.txn, request, &id, err));
    TOC_TRY(toc_log_draft_get(line.txn, &id, arena, &draft, err));
    line.whole = true;
    return say_draft(&line, &draft, err);
}

/* ---- approve, reject ---- */

static toc_code read_signature(json_t *request, toc_draft_decision *out, toc_err *err)
{
    toc_span text;
    TOC_TRY(toc_args_id(request, "officer", out->officer.bytes, err));
    TOC_TRY(toc_args_text(request, "signature", true, &text, err));
    if (toc_hex_decode(text, out->signature.bytes, sizeof out->signature.bytes, NULL) != TOC_OK)
        return toc_fail(err, TOC_USAGE, "signature: 128 hexadecimal digits");
    return TOC_OK;
}

static toc_code read_decision(toc_talk *talk, json_t *request, toc_draft_decision *out,
                              toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    out->uid = toc_talk_uid(talk);
    out->by_node = !toc_args_has(request, "signature");
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    TOC_TRY(find_draft(txn, request, &out->id, err));
    if (!out->by_node)
        return read_signature(request, out, err);
    if (!toc_talk_admin(talk))
        return toc_fail(err, TOC_DENIED,
                        "the officer's key that the node keeps signs for an admin of the node; "
                        "sign with a key of your own: --key FILE");
    return toc_args_id(request, "shown", out->shown.bytes, err);
}

static toc_code decide(toc_talk *talk, json_t *request, toc_decision decision, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_draft_decision what = {.decision = decision};
    toc_draft_result done;
    TOC_TRY(read_decision(talk, request, &what, err));
    TOC_TRY(toc_drafts_decide(toc_talk_node(talk), toc_talk_writer(talk), &what, &done, err));
    bool approved = decision == TOC_DECISION_APPROVED;
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "draft", TOC_SPAN_OF(what.id.bytes));
    toc_json_hex(&json, "circle", TOC_SPAN_OF(done.circle.bytes));
    toc_json_text(&json, "decision", toc_span_text(approved ? "approved" : "rejected"));
    toc_json_number(&json, "officer", done.officer);
    toc_json_number(&json, "needed", done.needed);
    toc_json_number(&json, "approved_by", done.counted);
    if (done.written)
        toc_json_hex(&json, "record", TOC_SPAN_OF(done.record.bytes));
    else
        toc_json_null(&json, "record");
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

toc_code toc_control_approve(toc_talk *talk, json_t *request, toc_err *err)
{
    return decide(talk, request, TOC_DECISION_APPROVED, err);
}

/* The reason is the audit's, which keeps the request. */
toc_code toc_control_reject(toc_talk *talk, json_t *request, toc_err *err)
{
    toc_span reason;
    TOC_TRY(toc_args_text(request, "reason", false, &reason, err));
    if (reason.size > REASON_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "reason: at most %d bytes", REASON_BYTES_MAX);
    return decide(talk, request, TOC_DECISION_REJECTED, err);
}
