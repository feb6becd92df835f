/* Commands about bodies that go or stay: erase; order-add, order-list, order-lift; legal-hold-add,
 * legal-hold-list, legal-hold-lift. Each is about one claim; what is stored of it is found in the
 * views, which know what records say. */
#include "node/clock.h"
#include "node/control_args.h"
#include "node/control_talk.h"
#include "node/engine/erase.h"
#include "store/query.h"

enum { ERASE_ARENA_BYTES = 64 << 20, ERASE_SETTLE_MS = 10000, ERASE_WHO_BYTES = 160 };

/* One claim, and where its records stand. */
typedef struct naming {
    toc_query query;
    toc_arena *arena;
    toc_claim_id claim;
    uint64_t through; /* the last revision that is meant */
    bool forked;      /* what a fork disputes too */
    toc_org_id org;
    toc_circle_id circle;
    uint64_t first, last; /* revisions that were found */
    toc_buf places;       /* toc_erase_place each */
    size_t count;
    toc_mandate mandate;
    char who[ERASE_WHO_BYTES];
} naming;

static void naming_wipe(naming *all)
{
    toc_query_end(&all->query);
    toc_arena_free(all->arena);
    toc_buf_wipe(&all->places);
}
TOC_DEFINE_AUTO_WIPE(naming, naming_wipe)

/* The buffer's bytes come from malloc and have room for any type. */
static const toc_erase_place *places_of(const naming *all)
{
    return (const toc_erase_place *)(const void *)all->places.data;
}

static toc_code take_place(void *context, const toc_said_record *said, toc_err *err)
{
    naming *all = context;
    toc_log_feed feed;
    if (said->statement.revision > all->through || (said->forked && !all->forked))
        return TOC_OK;
    TOC_TRY(toc_log_feed_find(all->query.log, &said->feed, &feed, err));
    toc_erase_place place = {feed.number, said->index};
    all->org = said->org;
    all->circle = said->circle;
    all->first = all->count == 0 || said->statement.revision < all->first ? said->statement.revision
                                                                          : all->first;
    all->last = all->count == 0 || said->statement.revision > all->last ? said->statement.revision
                                                                        : all->last;
    toc_buf_add(&all->places, &place, sizeof place);
    all->count++;
    return toc_buf_ok(&all->places, err);
}

/* What is known of the claim once all that came was folded. */
static toc_code find_places(toc_talk *talk, naming *all, toc_err *err)
{
    toc_node *node = toc_talk_node(talk);
    TOC_TRY(toc_node_settle(node, ERASE_SETTLE_MS, err));
    toc_query_end(&all->query);
    all->query = (toc_query){0};
    if (all->arena == NULL)
        TOC_TRY(toc_arena_new(ERASE_ARENA_BYTES, &all->arena, err));
    toc_arena_reset(all->arena);
    toc_buf_clear(&all->places);
    all->count = 0;
    TOC_TRY(toc_query_begin(toc_node_log(node), toc_node_views(node), all->arena,
                            toc_clock_now().wall, &all->query, err));
    TOC_TRY(toc_query_revisions(&all->query, &all->claim, take_place, all, err));
    toc_query_end(&all->query); /* the log is written next */
    all->query = (toc_query){0};
    return TOC_OK;
}

static toc_code find_some(toc_talk *talk, naming *all, toc_err *err)
{
    TOC_TRY(find_places(talk, all, err));
    return all->count > 0
               ? TOC_OK
               : toc_fail(err, TOC_NOT_FOUND,
                          "no record of this claim is here; 'tocsin lookup --json' tells "
                          "the 'claim' of each");
}

static toc_code say_claim(toc_talk *talk, const naming *all, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "claim", TOC_SPAN_OF(all->claim.bytes));
    toc_json_number(&json, "records", all->count);
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

/* ---- erase ---- */

static toc_code do_erase(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                         toc_err *err)
{
    const naming *all = context;
    return toc_engine_erase(engine, txn, &all->circle, places_of(all), all->count, now, err);
}

static toc_code do_look(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                        toc_err *err)
{
    const naming *all = context;
    (void)now;
    return toc_engine_may_erase(engine, txn, &all->circle, places_of(all), all->count, err);
}

/* What would go, for whoever asks before it does: it cannot be taken back. */
static toc_code say_before(toc_talk *talk, naming *all, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_charter charter;
    TOC_TRY(toc_node_do(toc_talk_node(talk), do_look, all, err));
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    toc_arena_reset(all->arena);
    bool named = toc_log_charter_of(txn, &all->circle, all->arena, &charter, NULL) == TOC_OK;
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_bool(&json, "dry_run", true);
    toc_json_hex(&json, "claim", TOC_SPAN_OF(all->claim.bytes));
    toc_json_number(&json, "records", all->count);
    toc_json_decimal(&json, "first_revision", all->first);
    toc_json_decimal(&json, "last_revision", all->last);
    toc_json_hex(&json, "org", TOC_SPAN_OF(all->org.bytes));
    toc_json_hex(&json, "circle", TOC_SPAN_OF(all->circle.bytes));
    toc_json_optional(&json, "circle_name", named ? charter.name : (toc_span){0});
    toc_json_optional(&json, "org_name", toc_log_name_of(txn, &all->org, all->arena));
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

/* From the first revision on: a later one alone would let an older one stand again. What a fork
 * disputes is left: members with the other history have another entry in its place. */
toc_code toc_control_erase(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(naming_wipe) naming all = {0};
    toc_span reason; /* for the audit, which keeps the request */
    bool dry_run;
    TOC_TRY(toc_args_bool(request, "dry_run", &dry_run, err));
    TOC_TRY(toc_args_id(request, "claim", all.claim.bytes, err));
    TOC_TRY(toc_args_text(request, "reason", true, &reason, err));
    TOC_TRY(toc_args_number(request, "through", INT64_MAX, INT64_MAX, &all.through, err));
    TOC_TRY(find_some(talk, &all, err));
    if (dry_run)
        return say_before(talk, &all, err);
    TOC_TRY(toc_node_do(toc_talk_node(talk), do_erase, &all, err));
    return say_claim(talk, &all, err);
}

/* ---- orders and legal holds ---- */

static toc_code read_mandate(toc_talk *talk, json_t *request, toc_mandate_kind kind, naming *all,
                             toc_err *err)
{
    all->through = UINT64_MAX;
    all->forked = true;
    TOC_TRY(toc_args_id(request, "claim", all->claim.bytes, err));
    TOC_TRY(toc_args_text(request, "reference", true, &all->mandate.reference, err));
    all->mandate.kind = kind;
    all->mandate.claim = all->claim;
    all->mandate.at = toc_clock_now().wall;
    toc_talk_who(talk, all->who, sizeof all->who);
    all->mandate.who = toc_span_text(all->who);
    return TOC_OK;
}

typedef toc_code (*mandate_task)(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                 toc_err *err);

/* Of what is done, first what was: then what it lacks. `looked`: whether all that it is about was
 * seen, its sentence in err. In the log first: what stands only there when the power goes is in the
 * file after the next start. */
static toc_code say_done(toc_talk *talk, const naming *all, toc_code looked, toc_err *err)
{
    toc_err other;
    toc_code kept = toc_node_keep_orders(toc_talk_node(talk), looked == TOC_OK ? err : &other);
    toc_code said = say_claim(talk, all, looked == TOC_OK && kept == TOC_OK ? err : &other);
    return looked != TOC_OK ? looked : kept != TOC_OK ? kept : said;
}

static toc_code change(toc_talk *talk, mandate_task task, naming *all, toc_err *err)
{
    TOC_TRY(toc_node_do(toc_talk_node(talk), task, all, err));
    return say_done(talk, all, TOC_OK, err);
}

static toc_code do_order(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                         toc_err *err)
{
    const naming *all = context;
    return toc_engine_order(engine, txn, &all->mandate, places_of(all), all->count, now, err);
}

static toc_code do_again(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                         toc_err *err)
{
    const naming *all = context;
    for (size_t i = 0; i < all->count; i++)
        TOC_TRY(toc_erase_reconsider(engine, txn, &places_of(all)[i], now, err));
    return TOC_OK;
}

/* What came while the order was on its way was not refused yet: so it is looked for once more. */
static toc_code look_again(toc_talk *talk, naming *all, toc_err *err)
{
    size_t deleted = all->count;
    toc_code code = find_places(talk, all, err);
    if (code == TOC_OK)
        code = toc_node_do(toc_talk_node(talk), do_again, all, err);
    all->count = code == TOC_OK ? all->count + deleted : deleted;
    if (code == TOC_OK || err == NULL)
        return code;
    return toc_wrap(err, "the order is in force, and what came in the very moment that it was "
                         "given may still be here: lift it, and give it again");
}

toc_code toc_control_order_add(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(naming_wipe) naming all = {0};
    TOC_TRY(read_mandate(talk, request, TOC_MANDATE_DELETE, &all, err));
    TOC_TRY(find_places(talk, &all, err));
    TOC_TRY(toc_node_do(toc_talk_node(talk), do_order, &all, err));
    return say_done(talk, &all, look_again(talk, &all, err), err);
}

static toc_code do_hold(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                        toc_err *err)
{
    (void)engine;
    (void)now;
    const naming *all = context;
    return toc_mandate_put(txn, &all->mandate, err);
}

toc_code toc_control_legal_hold_add(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(naming_wipe) naming all = {0};
    TOC_TRY(read_mandate(talk, request, TOC_MANDATE_KEEP, &all, err));
    TOC_TRY(toc_args_number(request, "revision", 0, INT64_MAX, &all.mandate.revision, err));
    TOC_TRY(find_some(talk, &all, err));
    return change(talk, do_hold, &all, err);
}

static toc_code do_order_lift(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                              toc_err *err)
{
    const naming *all = context;
    return toc_engine_order_lift(engine, txn, &all->claim, now, err);
}

static toc_code do_hold_lift(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    const naming *all = context;
    return toc_engine_hold_lift(engine, txn, &all->claim, places_of(all), all->count, now, err);
}

toc_code toc_control_order_lift(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(naming_wipe) naming all = {0};
    TOC_TRY(toc_args_id(request, "claim", all.claim.bytes, err));
    return change(talk, do_order_lift, &all, err);
}

toc_code toc_control_legal_hold_lift(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(naming_wipe) naming all = {.through = UINT64_MAX, .forked = true};
    TOC_TRY(toc_args_id(request, "claim", all.claim.bytes, err));
    TOC_TRY(find_places(talk, &all, err));
    return change(talk, do_hold_lift, &all, err);
}

/* ---- lists ---- */

static toc_code say_mandate(void *context, const toc_mandate *mandate, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_mandate_print(mandate, &json);
    toc_json_close(&json, '}');
    return toc_talk_say(context, &line, err);
}

static toc_code list(toc_talk *talk, toc_mandate_kind kind, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    return toc_mandates(txn, kind, say_mandate, talk, err);
}

toc_code toc_control_order_list(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    return list(talk, TOC_MANDATE_DELETE, err);
}

toc_code toc_control_legal_hold_list(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    return list(talk, TOC_MANDATE_KEEP, err);
}
