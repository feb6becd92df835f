/* Command audience: who gets to read what is marked so, how, and who does not and why. It asks the
 * one function that decides for every other door, too. */
#include <stdlib.h>

#include "node/clock.h"
#include "node/control_receipt.h"
#include "node/control_roll.h"
#include "node/control_talk.h"
#include "proto/base/text.h"
#include "proto/format/audience.h"
#include "store/written.h"

enum { AUDIENCE_ARENA_BYTES = 32 << 20 };

typedef struct asking {
    toc_talk *talk;
    toc_arena *arena;
    toc_log_txn *txn;
    toc_charter charter;
    toc_org_id author;
    toc_statement statement; /* its marking counts */
    /* Of a claim: who got its newest record, when it was written. */
    bool is_written;
    toc_written walk;
    toc_charter then;
    const toc_org_id *had;
    size_t had_count;
    toc_peer_state *peers; /* who is linked now */
    size_t peer_count;
} asking;

static void asking_wipe(asking *all)
{
    free(all->peers);
    toc_log_abort(all->txn);
    toc_arena_free(all->arena);
}
TOC_DEFINE_AUTO_WIPE(asking, asking_wipe)

/* ---- what is asked about ---- */

static toc_code read_org(asking *all, toc_span text, toc_org_id *out, toc_err *err)
{
    if (toc_audience_is_id(text))
        return toc_hex_decode(text, out->bytes, sizeof out->bytes, err);
    return toc_roll_org_named(all->txn, text, out, err);
}

static toc_code read_orgs(asking *all, json_t *request, const char *name, const toc_org_id **out,
                          size_t *out_count, toc_err *err)
{
    size_t count;
    TOC_TRY(toc_args_texts(request, name, false, &count, err));
    toc_org_id *orgs = toc_arena_zalloc(all->arena, count, sizeof *orgs);
    if (orgs == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for an audience");
    for (size_t i = 0; i < count; i++)
        TOC_TRY(read_org(all, toc_args_text_at(request, name, i), &orgs[i], err));
    *out = orgs;
    *out_count = toc_audience_sort(orgs, count);
    return TOC_OK;
}

static toc_code read_marking(asking *all, json_t *request, toc_circle_id *out_circle, toc_err *err)
{
    toc_span tlp;
    toc_statement *said = &all->statement;
    *said = (toc_statement){.kind = TOC_RECORD_WALLET, .tlp = TOC_TLP_AMBER};
    all->author = *toc_node_org(toc_talk_node(all->talk));
    TOC_TRY(toc_roll_circle(all->txn, request, out_circle, err));
    TOC_TRY(toc_args_text(request, "tlp", false, &tlp, err));
    if (tlp.size > 0)
        TOC_TRY(toc_tlp_parse(tlp, &said->tlp, err));
    TOC_TRY(read_orgs(all, request, "releasable_to", &said->releasable_to, &said->releasable_count,
                      err));
    return read_orgs(all, request, "not_to", &said->not_to, &said->not_to_count, err);
}

/* The newest comes last. */
static toc_code take_record(void *context, const toc_said_record *said, toc_err *err)
{
    asking *all = context;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_TRY(toc_written_next(&all->walk, all->txn, said, all->arena, &all->then, &all->had,
                             &all->had_count, err));
    all->is_written = true;
    all->author = said->org;
    TOC_TRY(toc_record_encode(&said->statement, &bytes, err));
    toc_span kept = toc_arena_dup(all->arena, toc_buf_view(&bytes));
    if (kept.size != bytes.size)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a record");
    return toc_record_decode(kept, all->arena, &all->statement, err);
}

static toc_code read_claim(asking *all, json_t *request, toc_circle_id *out_circle, toc_err *err)
{
    static const char *const others[] = {"circle", "tlp", "releasable_to", "not_to"};
    toc_node *node = toc_talk_node(all->talk);
    toc_claim_id claim;
    toc_query query;
    for (size_t i = 0; i < TOC_COUNT(others); i++) {
        if (toc_args_has(request, others[i]))
            return toc_fail(err, TOC_USAGE, "a claim has a marking of its own: no '%s' beside it",
                            others[i]);
    }
    TOC_TRY(toc_args_id(request, "claim", claim.bytes, err));
    TOC_TRY(toc_query_begin(toc_node_log(node), toc_node_views(node), all->arena,
                            toc_clock_now().wall, &query, err));
    toc_code code = toc_query_revisions(&query, &claim, take_record, all, err);
    toc_query_end(&query);
    TOC_TRY(code);
    if (!all->is_written)
        return toc_fail(err, TOC_NOT_FOUND, "no record of this claim is known here");
    *out_circle = all->then.circle;
    return TOC_OK;
}

/* ---- the answer ---- */

static bool among(const toc_org_id *orgs, size_t count, const toc_org_id *org)
{
    for (size_t i = 0; i < count; i++) {
        if (toc_org_id_equal(&orgs[i], org))
            return true;
    }
    return false;
}

/* What toc_audience_sees decides; of what is written already, what it decided then. */
static bool does_read(const asking *all, const toc_org_id *org, toc_role role)
{
    if (all->is_written)
        return among(all->had, all->had_count, org);
    toc_audience reader = toc_audience_reader(&all->charter.circle, org);
    return role != TOC_ROLE_RELAY &&
           toc_audience_sees(&reader, &all->charter.circle, &all->author, &all->statement);
}

/* Words for what was decided, never the decision. */
static const char *why(const asking *all, const toc_org_id *org, toc_role role, bool reads)
{
    const toc_statement *said = &all->statement;
    if (reads && all->is_written && !toc_charter_reads(&all->charter, org))
        return "read it when it was written, and does not read in this circle any more";
    if (role == TOC_ROLE_RELAY)
        return "a relay carries it, and holds no key";
    if (toc_org_id_equal(org, &all->author))
        return "the author";
    if (reads)
        return toc_audience_is_named(said) ? "it is sealed to this org"
                                           : "reads what is written to the circle";
    if (among(said->not_to, said->not_to_count, org))
        return "named in not_to";
    if (said->releasable_count > 0 && !among(said->releasable_to, said->releasable_count, org))
        return "not named in releasable_to";
    return all->is_written ? "came after it was written" : "not among its readers";
}

static toc_code say(asking *all, const toc_buf *line, toc_err *err)
{
    TOC_TRY(toc_buf_ok(line, err));
    return toc_talk_line(all->talk, toc_buf_view(line), err);
}

/* ---- which way it goes ---- */

static bool is_linked(const asking *all, const toc_org_id *org)
{
    for (size_t i = 0; i < all->peer_count; i++) {
        const toc_peer_state *peer = &all->peers[i];
        if (peer->known && peer->links > 0 && toc_org_id_equal(&peer->org, org))
            return true;
    }
    return false;
}

/* Members that are linked here pass on what `org` lacks. */
static size_t add_through(const asking *all, const toc_org_id *org, toc_json *json)
{
    size_t count = 0;
    toc_json_open(json, "through", '[');
    for (size_t i = 0; i < all->charter.member_count; i++) {
        const toc_org_id *member = &all->charter.members[i].org;
        if (toc_org_id_equal(member, org) || !is_linked(all, member))
            continue;
        toc_span name = toc_log_name_of(all->txn, member, all->arena);
        if (name.size > 0)
            toc_json_text(json, NULL, name);
        else
            toc_json_hex(json, NULL, TOC_SPAN_OF(member->bytes));
        count++;
    }
    toc_json_close(json, ']');
    return count;
}

static void add_way(const asking *all, const toc_org_id *org, toc_json *json)
{
    toc_time heard = {0};
    bool own = toc_org_id_equal(org, toc_node_org(toc_talk_node(all->talk)));
    bool linked = own || is_linked(all, org);
    size_t others = 0;
    if (!linked)
        others = add_through(all, org, json);
    toc_json_text(json, "link",
                  toc_span_text(own          ? "here"
                                : linked     ? "direct"
                                : others > 0 ? "others"
                                             : "none"));
    if (toc_receipt_heard_of(all->txn, org, &heard, NULL) != TOC_OK)
        heard.unix_ms = 0;
    toc_json_time_optional(json, "last_heard", heard);
}

static toc_code say_org(asking *all, const toc_org_id *org, toc_role role, bool is_member,
                        toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    bool reads = does_read(all, org, role);
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "org", TOC_SPAN_OF(org->bytes));
    toc_json_optional(&json, "name", toc_log_name_of(all->txn, org, all->arena));
    toc_json_optional(&json, "role",
                      is_member ? toc_span_text(toc_role_name(role)) : (toc_span){0});
    toc_json_bool(&json, "reads", reads);
    toc_json_text(&json, "path",
                  toc_span_text(!reads                                   ? "none"
                                : toc_audience_is_named(&all->statement) ? "sealed"
                                                                         : "circle"));
    toc_json_text(&json, "why", toc_span_text(why(all, org, role, reads)));
    add_way(all, org, &json);
    toc_json_close(&json, '}');
    return say(all, &line, err);
}

/* Members, and after them who has what was written and left the circle since. */
static toc_code say_orgs(asking *all, toc_err *err)
{
    for (size_t i = 0; i < all->charter.member_count; i++) {
        const toc_charter_member *member = &all->charter.members[i];
        TOC_TRY(say_org(all, &member->org, member->role, true, err));
    }
    for (size_t i = 0; i < all->had_count; i++) {
        if (toc_charter_find(&all->charter, &all->had[i]) == NULL)
            TOC_TRY(say_org(all, &all->had[i], TOC_ROLE_MEMBER, false, err));
    }
    return TOC_OK;
}

/* Who sees a part on this machine: an `[audience …]` of the configuration. */
static toc_code say_local(asking *all, const toc_config_audience *local, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    bool sees =
        toc_audience_sees(&local->sees, &all->charter.circle, &all->author, &all->statement);
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "audience", toc_span_text(local->name));
    toc_json_bool(&json, "reads", sees);
    toc_json_text(&json, "path", toc_span_text(sees ? "here" : "none"));
    toc_json_text(&json, "why",
                  toc_span_text(sees ? "it may see what is so marked"
                                : all->statement.tlp > local->sees.tlp_max
                                    ? "marked above what it may see"
                                : !toc_audience_enters(&local->sees, &all->charter.circle)
                                    ? "of a circle that it may not see"
                                    : "it names its readers, and this audience is none"));
    toc_json_close(&json, '}');
    return say(all, &line, err);
}

toc_code toc_control_audience(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(asking_wipe) asking all = {.talk = talk};
    toc_circle_id circle;
    const toc_config *config = toc_node_config(toc_talk_node(talk));
    TOC_TRY(toc_arena_new(AUDIENCE_ARENA_BYTES, &all.arena, err));
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &all.txn, err));
    TOC_TRY(toc_args_has(request, "claim") ? read_claim(&all, request, &circle, err)
                                           : read_marking(&all, request, &circle, err));
    TOC_TRY(toc_log_charter_of(all.txn, &circle, all.arena, &all.charter, err));
    TOC_TRY(toc_node_peers(toc_talk_node(talk), &all.peers, &all.peer_count, err));
    TOC_TRY(say_orgs(&all, err));
    for (size_t i = 0; i < config->audience_count; i++)
        TOC_TRY(say_local(&all, &config->audiences[i], err));
    return TOC_OK;
}
