/* Commands about orgs and circles: card, peer-*, circle-*. */
#include "node/control_roll.h"
#include "node/admitted.h"
#include "node/clock.h"
#include "node/control_forks.h"
#include "node/control_receipt.h"

#include "node/control_talk.h"
#include "proto/base/text.h"
#include "proto/roll/endpoint.h"

enum { ROLL_ARENA_BYTES = 32 << 20, ROLL_CARDS_ARENA_BYTES = 256 << 20, CIRCLE_DIGITS_MIN = 8 };

/* ---- names ---- */

typedef struct circle_choice {
    toc_log_txn *txn;
    toc_span name; /* empty: any */
    size_t count;
    toc_circle_id found;
} circle_choice;

/* At least 8 of the digits of its id. */
static bool begins_so(const toc_circle_id *circle, toc_span digits)
{
    char text[65];
    toc_hex_encode(TOC_SPAN_OF(circle->bytes), text);
    return digits.size >= CIRCLE_DIGITS_MIN && digits.size <= 64 &&
           toc_ascii_equal_nocase(digits, toc_span_of(text, digits.size));
}

static toc_code choose_circle(void *context, const toc_log_circle *circle, toc_err *err)
{
    circle_choice *choice = context;
    if (!circle->joined)
        return TOC_OK;
    if (choice->name.size > 0 && !begins_so(&circle->id, choice->name)) {
        TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
        toc_charter charter;
        TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, err));
        if (!circle->known ||
            toc_log_charter_of(choice->txn, &circle->id, arena, &charter, NULL) != TOC_OK ||
            !toc_span_equal(charter.name, choice->name))
            return TOC_OK;
    }
    choice->found = circle->id;
    choice->count++;
    return TOC_OK;
}

toc_code toc_roll_circle(toc_log_txn *txn, json_t *request, toc_circle_id *out, toc_err *err)
{
    circle_choice choice = {.txn = txn};
    TOC_TRY(toc_args_text(request, "circle", false, &choice.name, err));
    if (choice.name.size == 64 && toc_hex_decode(choice.name, out->bytes, 32, NULL) == TOC_OK)
        return TOC_OK;
    TOC_TRY(toc_log_circles(txn, choose_circle, &choice, err));
    if (choice.count == 0 && choice.name.size == 0)
        return toc_fail(
            err, TOC_STATE,
            "no circle is joined; 'tocsin circle create' or 'tocsin circle join' first");
    if (choice.count == 0)
        return toc_fail(
            err, TOC_NOT_FOUND, "no joined circle is named '%.*s' ('tocsin circle list')",
            (int)(choice.name.size < 64 ? choice.name.size : 64), (const char *)choice.name.data);
    if (choice.count > 1)
        return toc_fail(err, TOC_USAGE,
                        "%zu circles %s; say which by its id ('tocsin circle list'; its first %d "
                        "digits will do)",
                        choice.count, choice.name.size == 0 ? "are joined" : "have this name",
                        CIRCLE_DIGITS_MIN);
    *out = choice.found;
    return TOC_OK;
}

typedef struct org_choice {
    toc_span name;
    size_t count;
    toc_org_id found;
} org_choice;

static toc_code choose_org(void *context, const toc_card *card, toc_err *err)
{
    (void)err;
    org_choice *choice = context;
    if (toc_span_equal(card->name, choice->name)) {
        choice->found = card->org;
        choice->count++;
    }
    return TOC_OK;
}

toc_code toc_roll_org_named(toc_log_txn *txn, toc_span name, toc_org_id *out, toc_err *err)
{
    org_choice choice = {.name = name};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(ROLL_CARDS_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_cards(txn, arena, choose_org, &choice, err));
    if (choice.count == 0)
        return toc_fail(
            err, TOC_NOT_FOUND, "no known card names an org '%.*s'; 'tocsin peer add' it",
            (int)(choice.name.size < 64 ? choice.name.size : 64), (const char *)choice.name.data);
    if (choice.count > 1)
        return toc_fail(err, TOC_USAGE, "%zu orgs have this name; say which by its id",
                        choice.count);
    *out = choice.found;
    return TOC_OK;
}

toc_code toc_roll_org(toc_log_txn *txn, json_t *request, toc_org_id *out, toc_err *err)
{
    toc_span org;
    TOC_TRY(toc_args_text(request, "org", true, &org, err));
    if (org.size == 64 && toc_hex_decode(org, out->bytes, 32, NULL) == TOC_OK)
        return TOC_OK;
    return toc_roll_org_named(txn, org, out, err);
}

/* ---- cards ---- */

static void add_card_name(toc_json *json, const toc_card *card)
{
    char fingerprint[TOC_FINGERPRINT_BYTES];
    toc_card_fingerprint(card, fingerprint);
    toc_json_hex(json, "org", TOC_SPAN_OF(card->org.bytes));
    toc_json_text(json, "name", card->name);
    toc_json_number(json, "serial", card->serial);
    toc_json_text(json, "fingerprint", toc_span_text(fingerprint));
}

toc_code toc_control_card(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf armour = {0};
    toc_card card;
    TOC_TRY(toc_arena_new(ROLL_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    TOC_TRY(toc_log_card_of(txn, toc_node_org(toc_talk_node(talk)), arena, &card, err));
    toc_card_armour(card.signed_card, &armour);
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    add_card_name(&json, &card);
    toc_json_retired(&json, &card);
    toc_json_text(&json, "card", toc_buf_view(&armour));
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

typedef struct peer_addition {
    toc_buf card;
    toc_buf endpoints;
    toc_org_id org;
} peer_addition;

static void peer_addition_wipe(peer_addition *addition)
{
    toc_buf_wipe(&addition->card);
    toc_buf_wipe(&addition->endpoints);
}
TOC_DEFINE_AUTO_WIPE(peer_addition, peer_addition_wipe)

static toc_code add_peer(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                         toc_err *err)
{
    peer_addition *addition = context;
    return toc_engine_peer_add(engine, txn, toc_buf_view(&addition->card),
                               toc_buf_view(&addition->endpoints), now, &addition->org, err);
}

static toc_code read_endpoints(json_t *request, toc_buf *out, toc_err *err)
{
    size_t count;
    TOC_TRY(toc_args_texts(request, "endpoints", false, &count, err));
    if (count > TOC_ENDPOINTS_MAX)
        return toc_fail(err, TOC_LIMIT, "%zu endpoints, at most %u", count, TOC_ENDPOINTS_MAX);
    for (size_t i = 0; i < count; i++) {
        toc_span endpoint = toc_args_text_at(request, "endpoints", i);
        TOC_TRY(toc_endpoint_check(endpoint, err));
        toc_buf_add_span(out, endpoint);
        toc_buf_add_u8(out, '\n');
    }
    return toc_buf_ok(out, err);
}

static toc_code say_peer(toc_talk *talk, const toc_org_id *org, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_card card;
    TOC_TRY(toc_arena_new(ROLL_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    TOC_TRY(toc_log_card_of(txn, org, arena, &card, err));
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    add_card_name(&json, &card);
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

toc_code toc_control_peer_add(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(peer_addition_wipe) peer_addition addition = {0};
    toc_span text;
    TOC_TRY(toc_args_text(request, "card", true, &text, err));
    TOC_TRY(toc_card_dearmour(text, &addition.card, err));
    TOC_TRY(read_endpoints(request, &addition.endpoints, err));
    TOC_TRY(toc_node_do(toc_talk_node(talk), add_peer, &addition, err));
    return say_peer(talk, &addition.org, err);
}

typedef struct peer_listing {
    toc_talk *talk;
    toc_log_txn *txn;
} peer_listing;

static toc_code list_peer(void *context, const toc_org_id *org, toc_span endpoints, toc_err *err)
{
    const peer_listing *listing = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_card card;
    TOC_TRY(toc_arena_new(ROLL_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_card_of(listing->txn, org, arena, &card, err));
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    add_card_name(&json, &card);
    toc_json_optional(&json, "kind", card.kind);
    toc_json_optional(&json, "country", card.country);
    toc_json_lines(&json, "endpoints", endpoints);
    toc_json_close(&json, '}');
    return toc_talk_say(listing->talk, &line, err);
}

toc_code toc_control_peer_list(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    peer_listing listing = {.talk = talk, .txn = txn};
    return toc_log_peers(txn, list_peer, &listing, err);
}

/* ---- circles ---- */

typedef struct circle_rows {
    toc_log_txn *txn;
    const toc_org_id *self;
    toc_roll_circle_take take;
    void *context;
} circle_rows;

/* Authors beside us that were not heard of for three minutes. */
static toc_code silent_of(const circle_rows *rows, const toc_charter *charter, uint64_t *out,
                          toc_err *err)
{
    toc_time heard[TOC_MEMBERS_MAX];
    uint64_t now_ms = toc_clock_now().wall.unix_ms, silent = 0;
    TOC_TRY(toc_receipt_heard(rows->txn, charter, heard, err));
    for (size_t i = 0; i < charter->member_count; i++) {
        const toc_org_id *org = &charter->members[i].org;
        if (toc_charter_writes(charter, org) && !toc_org_id_equal(org, rows->self) &&
            heard[i].unix_ms + TOC_RECEIPT_SILENCE_MS < now_ms)
            silent++;
    }
    *out = silent;
    return TOC_OK;
}

/* What of our own quotas is used today. */
static toc_code add_quota(toc_json *json, const circle_rows *rows, const toc_charter *charter,
                          toc_err *err)
{
    static const toc_lane lanes[] = {TOC_LANE_ALERT, TOC_LANE_BULK};
    toc_json_open(json, "quota", '[');
    for (size_t i = 0; i < TOC_COUNT(lanes); i++) {
        uint64_t used;
        TOC_TRY(toc_engine_quota_used(rows->txn, rows->self, &charter->circle, lanes[i],
                                      toc_clock_now().wall, &used, err));
        toc_json_open(json, NULL, '{');
        toc_json_text(json, "lane", toc_span_text(toc_lane_name(lanes[i])));
        toc_json_number(json, "used_bytes", used);
        toc_json_number(json, "bytes_per_day", toc_charter_bytes_per_day(charter, lanes[i]));
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
    return TOC_OK;
}

static toc_code circle_row(void *context, const toc_log_circle *circle, toc_err *err)
{
    const circle_rows *rows = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_charter charter;
    const toc_charter_member *self = NULL;
    TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, err));
    bool known = circle->known &&
                 toc_log_charter_of(rows->txn, &circle->id, arena, &charter, NULL) == TOC_OK;
    if (known)
        self = toc_charter_find(&charter, rows->self);
    uint64_t silent = 0;
    if (self != NULL)
        TOC_TRY(silent_of(rows, &charter, &silent, err));
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "circle", TOC_SPAN_OF(circle->id.bytes));
    toc_json_optional(&json, "name", known ? charter.name : (toc_span){0});
    toc_json_number(&json, "version", circle->version);
    toc_json_optional(&json, "role",
                      self == NULL ? (toc_span){0} : toc_span_text(toc_role_name(self->role)));
    toc_json_number(&json, "members", known ? charter.member_count : 0);
    toc_json_number(&json, "silent", silent);
    toc_json_bool(&json, "joined", circle->joined);
    toc_json_bool(&json, "known", known);
    toc_json_bool(&json, "contested", circle->contested);
    if (self != NULL && toc_charter_writes(&charter, rows->self))
        TOC_TRY(add_quota(&json, rows, &charter, err));
    toc_json_bool(&json, "asks", circle->asks);
    TOC_TRY(toc_admitted_add(&json, rows->txn, &circle->id, toc_clock_now().wall, err));
    toc_json_close(&json, '}');
    TOC_TRY(toc_buf_ok(&line, err));
    return rows->take(rows->context, toc_buf_view(&line), err);
}

toc_code toc_roll_circle_rows(toc_log_txn *txn, const toc_org_id *self, toc_roll_circle_take take,
                              void *context, toc_err *err)
{
    circle_rows rows = {.txn = txn, .self = self, .take = take, .context = context};
    return toc_log_circles(txn, circle_row, &rows, err);
}

static toc_code say_line(void *context, toc_span object, toc_err *err)
{
    return toc_talk_line(context, object, err);
}

toc_code toc_control_circle_list(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    return toc_roll_circle_rows(txn, toc_node_org(toc_talk_node(talk)), say_line, talk, err);
}

typedef struct circle_task {
    toc_span name, purpose;
    toc_circle_id circle;
    toc_org_id org;
    toc_role role;
    uint32_t version;
    bool joined, known;
} circle_task;

static toc_code create_circle(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                              toc_err *err)
{
    circle_task *task = context;
    return toc_engine_circle_create(engine, txn, task->name, task->purpose, now, &task->circle,
                                    err);
}

/* The same command twice would make two circles that nobody can tell apart, and none goes away. */
static toc_code check_new_name(toc_talk *talk, toc_span name, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    char id[65];
    if (name.size == 0)
        return TOC_OK; /* the charter's check says so */
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    circle_choice choice = {.txn = txn, .name = name};
    TOC_TRY(toc_log_circles(txn, choose_circle, &choice, err));
    toc_hex_encode(TOC_SPAN_OF(choice.found.bytes), id);
    return choice.count == 0
               ? TOC_OK
               : toc_fail(err, TOC_EXISTS,
                          "there is a circle '%.*s' here already, %s; give another name",
                          (int)(name.size < 64 ? name.size : 64), (const char *)name.data, id);
}

toc_code toc_control_circle_create(toc_talk *talk, json_t *request, toc_err *err)
{
    circle_task task = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_TRY(toc_args_text(request, "name", true, &task.name, err));
    TOC_TRY(toc_args_text(request, "purpose", false, &task.purpose, err));
    TOC_TRY(check_new_name(talk, task.name, err));
    TOC_TRY(toc_node_do(toc_talk_node(talk), create_circle, &task, err));
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "circle", TOC_SPAN_OF(task.circle.bytes));
    toc_json_text(&json, "name", task.name);
    toc_json_number(&json, "version", 1);
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

static toc_code join_circle(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err)
{
    circle_task *task = context;
    toc_log_circle state;
    TOC_TRY(toc_engine_circle_join(engine, txn, &task->circle, now, err));
    TOC_TRY(toc_log_circle_get(txn, &task->circle, &state, err));
    task->joined = state.joined;
    task->known = state.known;
    return TOC_OK;
}

toc_code toc_control_circle_join(toc_talk *talk, json_t *request, toc_err *err)
{
    circle_task task = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_TRY(toc_args_id(request, "circle", task.circle.bytes, err));
    TOC_TRY(toc_node_do(toc_talk_node(talk), join_circle, &task, err));
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "circle", TOC_SPAN_OF(task.circle.bytes));
    toc_json_bool(&json, "joined", task.joined);
    toc_json_bool(&json, "known", task.known);
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

static toc_code admit_org(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    circle_task *task = context;
    toc_log_circle state;
    TOC_TRY(toc_engine_circle_admit(engine, txn, &task->circle, &task->org, task->role, now, err));
    TOC_TRY(toc_log_circle_get(txn, &task->circle, &state, err));
    task->version = state.version;
    return TOC_OK;
}

static toc_code read_admission(toc_node *node, json_t *request, circle_task *out, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_span role;
    TOC_TRY(toc_args_text(request, "role", true, &role, err));
    TOC_TRY(toc_role_parse(role, &out->role, err));
    TOC_TRY(toc_log_read(toc_node_log(node), &txn, err));
    TOC_TRY(toc_roll_circle(txn, request, &out->circle, err));
    return toc_roll_org(txn, request, &out->org, err);
}

toc_code toc_control_circle_admit(toc_talk *talk, json_t *request, toc_err *err)
{
    circle_task task = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_TRY(read_admission(toc_talk_node(talk), request, &task, err));
    TOC_TRY(toc_node_do(toc_talk_node(talk), admit_org, &task, err));
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "circle", TOC_SPAN_OF(task.circle.bytes));
    toc_json_number(&json, "version", task.version);
    toc_json_hex(&json, "org", TOC_SPAN_OF(task.org.bytes));
    toc_json_text(&json, "role", toc_span_text(toc_role_name(task.role)));
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

static void add_approvals(toc_json *json, const toc_approval_rules *rules)
{
    toc_json_open(json, "approvals", '{');
    for (size_t i = 0; i < rules->count; i++)
        toc_json_number(json, toc_record_kind_name((toc_record_kind)rules->rows[i].kind),
                        rules->rows[i].k);
    toc_json_close(json, '}');
}

static void add_policy(toc_json *json, const toc_charter_policy *policy)
{
    toc_json_open(json, "policy", '{');
    toc_json_text(json, "tlp_max", toc_span_text(toc_tlp_name(policy->tlp_max)));
    toc_json_number(json, "retention_days", policy->retention_days);
    toc_json_text(json, "history",
                  toc_span_text(policy->history == TOC_HISTORY_ALL ? "all" : "none"));
    toc_json_number(json, "admission_delay_s", policy->admission_delay_ms / 1000);
    toc_json_number(json, "bulk_bytes_per_day", policy->bulk_bytes_per_day);
    toc_json_number(json, "alert_bytes_per_day", policy->alert_bytes_per_day);
    add_approvals(json, &policy->approvals);
    toc_json_close(json, '}');
}

static void add_registry(toc_json *json, const toc_registry *registry)
{
    toc_json_open(json, "registry", '[');
    for (size_t i = 0; i < registry->count; i++) {
        const toc_listed *row = &registry->rows[i];
        toc_json_open(json, NULL, '{');
        toc_json_text(json, "kind",
                      toc_span_text(row->kind == TOC_GROUND_LIST ? "list" : "vendor"));
        toc_json_text(json, "id", row->id);
        toc_json_optional(json, "title", row->title);
        toc_json_optional(json, "copy_of", row->copy_of);
        toc_json_open(json, "aliases", '[');
        for (size_t j = 0; j < row->alias_count; j++)
            toc_json_text(json, NULL, row->aliases[j]);
        toc_json_close(json, ']');
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static toc_code add_members(toc_json *json, toc_log_txn *txn, const toc_charter *charter,
                            toc_arena *arena, toc_err *err)
{
    toc_time heard[TOC_MEMBERS_MAX];
    TOC_TRY(toc_receipt_heard(txn, charter, heard, err));
    toc_json_open(json, "members", '[');
    for (size_t i = 0; i < charter->member_count; i++) {
        const toc_charter_member *member = &charter->members[i];
        toc_arena_reset(arena);
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "org", TOC_SPAN_OF(member->org.bytes));
        toc_json_optional(json, "name", toc_log_name_of(txn, &member->org, arena));
        toc_json_text(json, "role", toc_span_text(toc_role_name(member->role)));
        toc_json_optional(json, "kind", member->kind);
        toc_json_optional(json, "country", member->country);
        toc_json_time_optional(json, "last_heard", heard[i]);
        toc_time until = {0};
        toc_code waits = toc_log_admission_get(txn, &charter->circle, &member->org, &until, err);
        if (waits != TOC_OK && waits != TOC_NOT_FOUND)
            return waits;
        toc_json_time_optional(json, "waits_until", until);
        TOC_TRY(toc_forks_list(json, txn, &member->org, &charter->circle, arena, err));
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
    return TOC_OK;
}

typedef struct rival_listing {
    toc_json *json;
    toc_rival which;
} rival_listing;

static toc_code add_rival(void *context, const toc_charter_hash *hash, toc_rival state,
                          toc_err *err)
{
    const rival_listing *listing = context;
    (void)err;
    if (state == listing->which)
        toc_json_hex(listing->json, NULL, TOC_SPAN_OF(hash->bytes));
    return TOC_OK;
}

static toc_code add_rivals(toc_json *json, toc_log_txn *txn, const toc_circle_id *circle,
                           const char *key, toc_rival which, toc_err *err)
{
    rival_listing listing = {.json = json, .which = which};
    toc_json_open(json, key, '[');
    TOC_TRY(toc_log_rivals(txn, circle, add_rival, &listing, err));
    toc_json_close(json, ']');
    return TOC_OK;
}

toc_code toc_control_circle_show(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_arena_free) toc_arena *cards = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_circle_id circle;
    toc_charter charter;
    TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_arena_new(ROLL_ARENA_BYTES, &cards, err));
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    TOC_TRY(toc_roll_circle(txn, request, &circle, err));
    if (toc_log_charter_of(txn, &circle, arena, &charter, NULL) != TOC_OK)
        return toc_fail(err, TOC_NOT_FOUND,
                        "no charter of this circle has come; an admin must admit this org and be "
                        "linked to it");
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "circle", TOC_SPAN_OF(circle.bytes));
    toc_json_text(&json, "name", charter.name);
    toc_json_optional(&json, "purpose", charter.purpose);
    toc_json_number(&json, "version", charter.version);
    toc_json_hex(&json, "charter", TOC_SPAN_OF(charter.hash.bytes));
    toc_json_number(&json, "quorum", charter.quorum);
    TOC_TRY(toc_admitted_add(&json, txn, &circle, toc_clock_now().wall, err));
    TOC_TRY(add_rivals(&json, txn, &circle, "rivals", TOC_RIVAL_OPEN, err));
    TOC_TRY(add_rivals(&json, txn, &circle, "declined", TOC_RIVAL_DECLINED, err));
    add_policy(&json, &charter.policy);
    add_registry(&json, &charter.registry);
    TOC_TRY(add_members(&json, txn, &charter, cards, err));
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}
