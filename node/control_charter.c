/* Commands about charters that follow: circle-propose, -proposals, -proposal, -endorse, -choose,
 * -confirm. */
#include "node/control_args.h"
#include "node/control_branch.h"
#include "node/control_roll.h"
#include "node/control_talk.h"
#include "proto/base/text.h"
#include "proto/rules/nearest.h"
#include "store/log.h"

enum {
    CHARTER_ARENA_BYTES = 64 << 20,
    STEPS_ARENA_BYTES = (1 << 20) + TOC_CHARTER_ARENA_BYTES,
    STEPS_MAX = 1024,
    LISTINGS_MAX = 2 * TOC_REGISTRY_MAX
};

/* ---- one proposal, in words ---- */

typedef struct charter_line {
    toc_json *json;
    toc_log_txn *txn;
    toc_arena *names; /* cards, one at a time */
} charter_line;

static void add_org(const charter_line *line, const toc_org_id *org)
{
    toc_arena_reset(line->names);
    toc_json_hex(line->json, "org", TOC_SPAN_OF(org->bytes));
    toc_json_optional(line->json, "org_name", toc_log_name_of(line->txn, org, line->names));
}

static toc_code add_change(void *context, const toc_charter_change *change, toc_err *err)
{
    const charter_line *line = context;
    (void)err;
    toc_json_open(line->json, NULL, '{');
    toc_json_text(line->json, "what", toc_span_text(change->what));
    if (change->member != NULL) {
        add_org(line, &change->member->org);
        toc_json_text(line->json, "kind", change->member->kind);
        toc_json_optional(line->json, "country", change->member->country);
    }
    toc_json_optional(line->json, "before", change->before);
    toc_json_optional(line->json, "after", change->after);
    toc_json_close(line->json, '}');
    return TOC_OK;
}

static void add_signers(const charter_line *line, const toc_charter *charter)
{
    toc_json_open(line->json, "signed", '[');
    for (size_t i = 0; i < charter->signature_count; i++) {
        const toc_org_id *org = &charter->signatures[i].org;
        if (i > 0 && toc_org_id_equal(org, &charter->signatures[i - 1].org))
            continue;
        toc_json_open(line->json, NULL, '{');
        add_org(line, org);
        toc_json_close(line->json, '}');
    }
    toc_json_close(line->json, ']');
}

/* The version that it changes: of two branches the one followed here. */
static toc_code charter_before(toc_log_txn *txn, const toc_charter *next, toc_arena *arena,
                               toc_charter *out, toc_err *err)
{
    toc_hash key;
    toc_span bytes;
    toc_log_circle circle;
    bool joined = toc_log_circle_get(txn, &next->circle, &circle, NULL) == TOC_OK && circle.known &&
                  toc_charter_hash_equal(&circle.charter, &next->joined);
    memcpy(key.bytes, joined ? next->joined.bytes : next->previous.bytes, sizeof key.bytes);
    if (next->version == 1 || toc_log_roll_get(txn, &key, &bytes, NULL) != TOC_OK)
        return toc_fail(err, TOC_STATE,
                        "this is version %u of a charter whose version before is not known here",
                        next->version);
    return toc_charter_reopen(bytes, arena, out, err);
}

static const char *state_of(toc_log_txn *txn, const toc_charter *next)
{
    toc_log_circle circle;
    if (toc_log_circle_get(txn, &next->circle, &circle, NULL) != TOC_OK || !circle.known)
        return "unknown";
    if (toc_charter_hash_equal(&circle.charter, &next->hash))
        return "in-force";
    toc_rival rival = TOC_RIVAL_CHOSEN;
    if (toc_log_rival(txn, &next->circle, &next->hash, &rival, NULL) == TOC_OK &&
        rival != TOC_RIVAL_CHOSEN)
        return rival == TOC_RIVAL_OPEN ? "rival" : "declined";
    return toc_charter_hash_equal(&circle.charter, &next->previous) ||
                   toc_charter_hash_equal(&circle.charter, &next->joined)
               ? "open"
               : "overtaken";
}

static toc_code say_charter(toc_talk *talk, toc_log_txn *txn, const toc_charter *next, bool armour,
                            toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_arena_free) toc_arena *names = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_charter before;
    TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_arena_new(CHARTER_ARENA_BYTES, &names, err));
    TOC_TRY(charter_before(txn, next, arena, &before, err));
    toc_json json = {.out = &out};
    charter_line line = {.json = &json, .txn = txn, .names = names};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "proposal", TOC_SPAN_OF(next->hash.bytes));
    toc_json_hex(&json, "circle", TOC_SPAN_OF(next->circle.bytes));
    toc_json_text(&json, "circle_name", before.name);
    toc_json_number(&json, "version", next->version);
    toc_json_text(&json, "state", toc_span_text(state_of(txn, next)));
    toc_json_number(&json, "needed", before.quorum);
    add_signers(&line, next);
    toc_json_open(&json, "changes", '[');
    TOC_TRY(toc_charter_compare(&before, next, add_change, &line, err));
    toc_json_close(&json, ']');
    if (armour) {
        toc_charter_armour(next->signed_charter, &text);
        toc_json_text(&json, "charter", toc_buf_view(&text));
    }
    toc_json_close(&json, '}');
    TOC_TRY(toc_buf_ok(&text, err));
    return toc_talk_say(talk, &out, err);
}

static toc_code say_bytes(toc_talk *talk, toc_span signed_charter, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_charter charter;
    TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_charter_open(signed_charter, arena, &charter, err));
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    return say_charter(talk, txn, &charter, true, err);
}

/* ---- circle-propose ---- */

typedef struct proposal_task {
    toc_circle_id circle;
    toc_amend_step *steps; /* STEPS_MAX, the arena's */
    toc_listing *listings; /* LISTINGS_MAX, likewise */
    toc_amendment amendment;
    bool dry_run;
    toc_buf bytes;
    toc_amended made;
} proposal_task;

static void proposal_task_wipe(proposal_task *task)
{
    toc_buf_wipe(&task->bytes);
}
TOC_DEFINE_AUTO_WIPE(proposal_task, proposal_task_wipe)

/* "ORG" or "ORG=ROLE". */
static toc_code read_step(toc_log_txn *txn, toc_span word, toc_amend what, toc_amend_step *out,
                          toc_err *err)
{
    toc_span org = word;
    out->what = what;
    out->role = TOC_ROLE_MEMBER;
    const uint8_t *sign = what == TOC_AMEND_ADMIT || what == TOC_AMEND_ROLE
                              ? memrchr(word.data, '=', word.size)
                              : NULL;
    if (sign == NULL && what == TOC_AMEND_ROLE)
        return toc_fail(err, TOC_USAGE,
                        "role: ORG=ROLE, and ROLE one of admin, member, observer, "
                        "relay");
    if (sign != NULL) {
        size_t before = (size_t)(sign - word.data);
        TOC_TRY(toc_role_parse(toc_span_of(sign + 1, word.size - before - 1), &out->role, err));
        org = toc_span_of(word.data, before);
    }
    if (org.size == 64 && toc_hex_decode(org, out->org.bytes, 32, NULL) == TOC_OK)
        return TOC_OK;
    return toc_roll_org_named(txn, org, &out->org, err);
}

static toc_code read_steps(toc_log_txn *txn, json_t *request, proposal_task *task, toc_err *err)
{
    static const struct {
        const char *name;
        toc_amend what;
    } lists[] = {{"remove", TOC_AMEND_REMOVE},
                 {"admit", TOC_AMEND_ADMIT},
                 {"role", TOC_AMEND_ROLE},
                 {"renew", TOC_AMEND_RENEW}};
    size_t total = 0;
    for (size_t i = 0; i < TOC_COUNT(lists); i++) {
        size_t count;
        TOC_TRY(toc_args_texts(request, lists[i].name, false, &count, err));
        if (count > STEPS_MAX - total)
            return toc_fail(err, TOC_LIMIT, "more than %d changes of members", STEPS_MAX);
        for (size_t j = 0; j < count; j++)
            TOC_TRY(read_step(txn, toc_args_text_at(request, lists[i].name, j), lists[i].what,
                              &task->steps[total++], err));
    }
    task->amendment.steps = task->steps;
    task->amendment.step_count = total;
    return TOC_OK;
}

static toc_code read_history(json_t *request, toc_amendment *out, toc_err *err)
{
    toc_span text;
    out->sets_history = toc_args_has(request, "history");
    TOC_TRY(toc_args_text(request, "history", false, &text, err));
    bool all = toc_span_equal(text, toc_span_text("all"));
    if (out->sets_history && !all && !toc_span_equal(text, toc_span_text("none")))
        return toc_fail(err, TOC_USAGE, "history: all or none");
    out->policy.history = all ? TOC_HISTORY_ALL : TOC_HISTORY_NONE;
    return TOC_OK;
}

static toc_code read_approvals(json_t *request, toc_approval_rules *out, toc_err *err)
{
    size_t count;
    TOC_TRY(toc_args_texts(request, "approvals", false, &count, err));
    for (size_t i = 0; i < count; i++)
        TOC_TRY(toc_approval_rules_parse(toc_args_text_at(request, "approvals", i), out, err));
    return TOC_OK;
}

static toc_code read_terms(json_t *request, toc_amendment *out, toc_err *err)
{
    toc_span tlp;
    uint64_t quorum, days, delay_s;
    toc_charter_policy *policy = &out->policy;
    TOC_TRY(toc_args_text(request, "name", false, &out->name, err));
    TOC_TRY(toc_args_text(request, "purpose", false, &out->purpose, err));
    TOC_TRY(toc_args_text(request, "tlp_max", false, &tlp, err));
    TOC_TRY(toc_args_number(request, "quorum", 0, TOC_MEMBERS_MAX, &quorum, err));
    TOC_TRY(toc_args_number(request, "retention_days", 0, TOC_RETENTION_DAYS_MAX, &days, err));
    TOC_TRY(toc_args_number(request, "admission_delay_s", 0, TOC_ADMISSION_DELAY_MS_MAX / 1000,
                            &delay_s, err));
    TOC_TRY(toc_args_number(request, "bulk_bytes_per_day", 0, INT64_MAX,
                            &policy->bulk_bytes_per_day, err));
    TOC_TRY(toc_args_number(request, "alert_bytes_per_day", 0, INT64_MAX,
                            &policy->alert_bytes_per_day, err));
    TOC_TRY(read_history(request, out, err));
    out->sets_tlp_max = tlp.size > 0;
    if (out->sets_tlp_max)
        TOC_TRY(toc_tlp_parse(tlp, &policy->tlp_max, err));
    out->quorum = (uint32_t)quorum;
    policy->retention_days = (uint32_t)days;
    policy->admission_delay_ms = delay_s * 1000;
    out->sets_retention = toc_args_has(request, "retention_days");
    out->sets_delay = toc_args_has(request, "admission_delay_s");
    out->sets_bulk = toc_args_has(request, "bulk_bytes_per_day");
    out->sets_alert = toc_args_has(request, "alert_bytes_per_day");
    return read_approvals(request, &policy->approvals, err);
}

/* "join": the charter of another branch, as circle-show lists them. */
static toc_code read_branch(toc_log_txn *txn, json_t *request, const toc_circle_id *circle,
                            toc_arena *arena, toc_charter *out, toc_amendment *amendment,
                            toc_err *err)
{
    toc_hash hash;
    toc_branch branch;
    toc_span text, bytes;
    if (!toc_args_has(request, "join"))
        return TOC_OK;
    TOC_TRY(toc_args_text(request, "join", true, &text, err));
    if (text.size != 64 || toc_hex_decode(text, hash.bytes, 32, NULL) != TOC_OK) {
        TOC_TRY(toc_branch_find(txn, circle, text, &branch, err));
        memcpy(hash.bytes, branch.hash.bytes, sizeof hash.bytes);
    }
    if (toc_log_roll_get(txn, &hash, &bytes, NULL) != TOC_OK)
        return toc_fail(
            err, TOC_NOT_FOUND,
            "no charter of this hash is known; 'tocsin circle show' lists the branches");
    TOC_TRY(toc_charter_reopen(bytes, arena, out, err));
    amendment->joins = out;
    return TOC_OK;
}

static toc_code read_listings(json_t *request, proposal_task *task, toc_err *err)
{
    static const struct {
        const char *name;
        toc_ground kind;
        bool drop;
    } lists[] = {{"drop_list", TOC_GROUND_LIST, true},
                 {"drop_vendor", TOC_GROUND_VENDOR, true},
                 {"add_list", TOC_GROUND_LIST, false},
                 {"add_vendor", TOC_GROUND_VENDOR, false}};
    size_t total = 0;
    for (size_t i = 0; i < TOC_COUNT(lists); i++) {
        size_t count;
        TOC_TRY(toc_args_texts(request, lists[i].name, false, &count, err));
        if (count > LISTINGS_MAX - total)
            return toc_fail(err, TOC_LIMIT, "more than %u changes of the registry",
                            (unsigned)LISTINGS_MAX);
        for (size_t j = 0; j < count; j++) {
            toc_listing *listing = &task->listings[total++];
            listing->drop = lists[i].drop;
            TOC_TRY(toc_listed_parse(lists[i].kind, toc_args_text_at(request, lists[i].name, j),
                                     &listing->row, err));
        }
    }
    task->amendment.listings = task->listings;
    task->amendment.listing_count = total;
    return TOC_OK;
}

static toc_code run_propose(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err)
{
    proposal_task *task = context;
    return toc_engine_charter_propose(engine, txn, &task->circle, &task->amendment, task->dry_run,
                                      now, &task->bytes, &task->made, err);
}

toc_code toc_control_circle_propose(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(proposal_task_wipe) proposal_task task = {0};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_charter branch;
    TOC_TRY(toc_arena_new(STEPS_ARENA_BYTES, &arena, err));
    task.steps = toc_arena_zalloc(arena, STEPS_MAX, sizeof *task.steps);
    task.listings = toc_arena_zalloc(arena, LISTINGS_MAX, sizeof *task.listings);
    if (task.steps == NULL || task.listings == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a proposal");
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    TOC_TRY(toc_roll_circle(txn, request, &task.circle, err));
    TOC_TRY(read_steps(txn, request, &task, err));
    TOC_TRY(read_terms(request, &task.amendment, err));
    TOC_TRY(read_branch(txn, request, &task.circle, arena, &branch, &task.amendment, err));
    TOC_TRY(read_listings(request, &task, err));
    TOC_TRY(toc_args_bool(request, "dry_run", &task.dry_run, err));
    toc_log_abort(txn);
    txn = NULL;
    TOC_TRY(toc_node_do(toc_talk_node(talk), run_propose, &task, err));
    return say_bytes(talk, toc_buf_view(&task.bytes), err);
}

/* ---- circle-proposals, circle-proposal ---- */

typedef struct proposal_rows {
    toc_talk *talk;
    toc_log_txn *txn;
} proposal_rows;

static toc_code list_proposal(void *context, const toc_log_proposal *proposal, toc_err *err)
{
    const proposal_rows *rows = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter charter;
    TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_charter_reopen(proposal->signed_charter, arena, &charter, err));
    return say_charter(rows->talk, rows->txn, &charter, false, err);
}

toc_code toc_control_circle_proposals(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    proposal_rows rows = {.talk = talk, .txn = txn};
    return toc_log_proposals(txn, list_proposal, &rows, err);
}

typedef struct proposal_search {
    toc_span digits;
    size_t count;
    toc_circle_id circle;
    toc_buf bytes;
} proposal_search;

static void proposal_search_wipe(proposal_search *search)
{
    toc_buf_wipe(&search->bytes);
}
TOC_DEFINE_AUTO_WIPE(proposal_search, proposal_search_wipe)

static toc_code match_proposal(void *context, const toc_log_proposal *proposal, toc_err *err)
{
    proposal_search *search = context;
    char hash[65];
    toc_hex_encode(TOC_SPAN_OF(proposal->hash), hash);
    if (search->digits.size > 64 || memcmp(hash, search->digits.data, search->digits.size) != 0)
        return TOC_OK;
    search->count++;
    search->circle = proposal->circle;
    toc_buf_clear(&search->bytes);
    toc_buf_add_span(&search->bytes, proposal->signed_charter);
    return toc_buf_ok(&search->bytes, err);
}

/* None that waits: one in force, or of another branch, so that people see what they choose from. */
static toc_code find_branch(toc_log_txn *txn, proposal_search *out)
{
    toc_branch branch;
    toc_hash key;
    toc_span bytes;
    TOC_TRY(toc_branch_find(txn, NULL, out->digits, &branch, NULL));
    memcpy(key.bytes, branch.hash.bytes, sizeof key.bytes);
    TOC_TRY(toc_log_roll_get(txn, &key, &bytes, NULL));
    out->count = 1;
    out->circle = branch.circle;
    toc_buf_add_span(&out->bytes, bytes);
    return toc_buf_ok(&out->bytes, NULL);
}

/* The proposal that the request names by the digits that its hash begins with. */
static toc_code find_proposal(toc_talk *talk, json_t *request, proposal_search *out, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_args_text(request, "proposal", true, &out->digits, err));
    if (out->digits.size < TOC_HASH_DIGITS_MIN)
        return toc_fail(err, TOC_USAGE,
                        "'%.*s' is neither a file nor a proposal: its first %d digits at least",
                        (int)out->digits.size, (const char *)out->digits.data, TOC_HASH_DIGITS_MIN);
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    TOC_TRY(toc_log_proposals(txn, match_proposal, out, err));
    if (out->count == 0 && find_branch(txn, out) != TOC_OK)
        return toc_fail(err, TOC_NOT_FOUND,
                        "'%.*s' is neither a file, nor do a proposal that waits here ('tocsin "
                        "circle proposals') or a charter of two branches begin so",
                        toc_quoted_bytes(out->digits), (const char *)out->digits.data);
    if (out->count > 1)
        return toc_fail(err, TOC_USAGE, "%zu proposals begin with these digits; give more",
                        out->count);
    return TOC_OK;
}

toc_code toc_control_circle_proposal(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(proposal_search_wipe) proposal_search search = {0};
    toc_span text;
    TOC_TRY(toc_args_text(request, "charter", false, &text, err));
    if (text.size > 0)
        TOC_TRY(toc_charter_dearmour(text, &search.bytes, err));
    else
        TOC_TRY(find_proposal(talk, request, &search, err));
    return say_bytes(talk, toc_buf_view(&search.bytes), err);
}

/* ---- circle-endorse ---- */

typedef struct endorsement {
    toc_circle_id circle;
    toc_charter_hash hash;
    toc_span bytes;
    toc_buf whole; /* afterwards */
    toc_amended made;
} endorsement;

static void endorsement_wipe(endorsement *task)
{
    toc_buf_wipe(&task->whole);
}
TOC_DEFINE_AUTO_WIPE(endorsement, endorsement_wipe)

static toc_code run_endorse(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err)
{
    endorsement *task = context;
    return toc_engine_charter_endorse(engine, txn, &task->circle, &task->hash, task->bytes, now,
                                      &task->whole, &task->made, err);
}

toc_code toc_control_circle_endorse(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(proposal_search_wipe) proposal_search search = {0};
    TOC_AUTO(endorsement_wipe) endorsement task = {0};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_span text;
    toc_charter charter;
    TOC_TRY(toc_args_id(request, "proposal", task.hash.bytes, err));
    TOC_TRY(toc_args_text(request, "charter", false, &text, err));
    TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, err));
    if (text.size > 0) {
        TOC_TRY(toc_charter_dearmour(text, &search.bytes, err));
        TOC_TRY(toc_charter_open(toc_buf_view(&search.bytes), arena, &charter, err));
        task.bytes = toc_buf_view(&search.bytes);
        task.circle = charter.circle;
    } else {
        TOC_TRY(find_proposal(talk, request, &search, err));
        task.circle = search.circle;
    }
    TOC_TRY(toc_node_do(toc_talk_node(talk), run_endorse, &task, err));
    return say_bytes(talk, toc_buf_view(&task.whole), err);
}

/* ---- circle-choose ---- */

typedef struct choice {
    toc_circle_id circle;
    toc_charter_hash hash, left;
    toc_rival was; /* TOC_RIVAL_CHOSEN: it is followed already */
} choice;

static toc_code run_choose(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    choice *task = context;
    toc_log_circle before;
    TOC_TRY(toc_log_circle_get(txn, &task->circle, &before, err));
    task->left = before.charter;
    if (toc_charter_hash_equal(&before.charter, &task->hash) ||
        toc_log_rival(txn, &task->circle, &task->hash, &task->was, NULL) != TOC_OK)
        task->was = TOC_RIVAL_CHOSEN;
    return toc_engine_circle_choose(engine, txn, &task->circle, &task->hash, now, err);
}

static toc_code read_choice(toc_talk *talk, json_t *request, choice *out, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_span text;
    toc_branch branch;
    TOC_TRY(toc_args_text(request, "charter", true, &text, err));
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    TOC_TRY(toc_roll_circle(txn, request, &out->circle, err));
    if (text.size == 64 && toc_hex_decode(text, out->hash.bytes, 32, NULL) == TOC_OK)
        return TOC_OK; /* the engine says why not */
    TOC_TRY(toc_branch_find(txn, &out->circle, text, &branch, err));
    out->hash = branch.hash;
    return TOC_OK;
}

toc_code toc_control_circle_choose(toc_talk *talk, json_t *request, toc_err *err)
{
    static const char *const was[] = {[TOC_RIVAL_OPEN] = "rival",
                                      [TOC_RIVAL_DECLINED] = "declined",
                                      [TOC_RIVAL_CHOSEN] = "followed"};
    choice task = {.was = TOC_RIVAL_CHOSEN};
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_TRY(read_choice(talk, request, &task, err));
    TOC_TRY(toc_node_do(toc_talk_node(talk), run_choose, &task, err));
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "circle", TOC_SPAN_OF(task.circle.bytes));
    toc_json_hex(&json, "charter", TOC_SPAN_OF(task.hash.bytes));
    toc_json_text(&json, "was", toc_span_text(was[task.was])); /* the audit keeps it */
    if (task.was != TOC_RIVAL_CHOSEN)
        toc_json_hex(&json, "left", TOC_SPAN_OF(task.left.bytes));
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

/* ---- circle-confirm ---- */

typedef struct confirmation {
    toc_circle_id circle;
    toc_org_id org;
} confirmation;

static toc_code run_confirm(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err)
{
    const confirmation *task = context;
    return toc_engine_circle_confirm(engine, txn, &task->circle, &task->org, now, err);
}

static toc_code read_confirmation(toc_talk *talk, json_t *request, confirmation *out, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    TOC_TRY(toc_roll_circle(txn, request, &out->circle, err));
    return toc_roll_org(txn, request, &out->org, err);
}

toc_code toc_control_circle_confirm(toc_talk *talk, json_t *request, toc_err *err)
{
    confirmation task;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_TRY(read_confirmation(talk, request, &task, err));
    TOC_TRY(toc_node_do(toc_talk_node(talk), run_confirm, &task, err));
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "circle", TOC_SPAN_OF(task.circle.bytes));
    toc_json_hex(&json, "org", TOC_SPAN_OF(task.org.bytes));
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}
