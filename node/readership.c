#include "node/readership.h"

#include <stdlib.h>

#include "node/control_receipt.h"
#include "node/control_roll.h"
#include "node/readership_then.h"
#include "proto/base/text.h"

enum {
    BRANCHES_ARENA_BYTES = 64 << 20,
    THROUGH_TOLD_MAX = 8,
    CARD_ARENA_BYTES = 2 * TOC_CARD_ARENA_BYTES
};

static toc_code find_names(toc_readership *at, toc_err *err)
{
    for (size_t i = 0; i < at->charter.member_count; i++) {
        toc_arena_reset(at->card);
        toc_span name = toc_log_name_of(at->txn, &at->charter.members[i].org, at->card);
        at->names[i] = name.size == 0 ? name : toc_arena_dup(at->arena, name);
        if (at->names[i].size != name.size)
            return toc_fail(err, TOC_NO_MEMORY, "out of memory for the names of a circle");
    }
    return TOC_OK;
}

toc_code toc_readership_begin(toc_node *node, toc_log_txn *txn, const toc_circle_id *circle,
                              toc_arena *arena, toc_readership *out, toc_err *err)
{
    *out = (toc_readership){.node = node, .txn = txn, .arena = arena};
    TOC_TRY(toc_log_circle_get(txn, circle, &out->circle, err));
    TOC_TRY(toc_log_charter_of(txn, circle, arena, &out->charter, err));
    TOC_TRY(toc_receipt_heard(txn, &out->charter, out->heard, err));
    TOC_TRY(toc_arena_new(CARD_ARENA_BYTES, &out->card, err));
    TOC_TRY(find_names(out, err));
    return toc_node_peers(node, &out->peers, &out->peer_count, err);
}

void toc_readership_wipe(toc_readership *readership)
{
    toc_arena_free(readership->card);
    free(readership->peers);
}

static bool among(const toc_org_id *orgs, size_t count, const toc_org_id *org)
{
    for (size_t i = 0; i < count; i++) {
        if (toc_org_id_equal(&orgs[i], org))
            return true;
    }
    return false;
}

/* ---- what follows a claim ---- */

toc_code toc_readership_draft(const toc_readership *readership, toc_views_txn *views,
                              const toc_statement *statement, toc_readable *out, toc_err *err)
{
    toc_claim_id claim;
    toc_subject subject;
    toc_views_head head;
    toc_statement stored;
    toc_charter then;
    *out = (toc_readable){.author = *toc_node_org(readership->node), .marking = statement};
    if (statement->kind != TOC_RECORD_RETRACTION && statement->kind != TOC_RECORD_MEMBERS)
        return TOC_OK;
    toc_statement_claim(statement, &readership->circle.id, &out->author, &claim);
    toc_statement_subject(statement, &claim, &subject);
    if (toc_views_head_of(views, &subject, &claim, &head, NULL) != TOC_OK || !head.live)
        return TOC_OK;
    TOC_TRY(toc_record_decode(head.bytes, readership->arena, &stored, err));
    if (!toc_audience_is_named(&stored))
        return TOC_OK;
    TOC_TRY(toc_log_charter_judging(readership->txn, &head.feed, head.index, readership->arena,
                                    &then, err));
    out->follows = true;
    TOC_TRY(toc_readers_of(&then, &out->author, &stored, readership->arena, &out->had,
                           &out->had_count, err));
    return toc_log_unsealed_drop(readership->txn, &head.feed, head.index, readership->arena,
                                 &out->had, &out->had_count, err);
}

/* ---- who reads, and why ---- */

typedef struct finding {
    const toc_readership *at;
    const toc_readable *what;
    toc_arena *branches;       /* of one question about the branches of a contested circle */
    const toc_org_id *readers; /* by the charter, or who got it when it was written */
    size_t reader_count;
    toc_reader *out;
    size_t count;
} finding;

static void finding_wipe(finding *all)
{
    toc_arena_free(all->branches);
}
TOC_DEFINE_AUTO_WIPE(finding, finding_wipe)

static toc_code decide(finding *all, toc_err *err)
{
    const toc_readable *what = all->what;
    toc_addressees to = {.marking = what->marking,
                         .follows = what->follows,
                         .had = what->had,
                         .had_count = what->had_count};
    all->readers = what->had;
    all->reader_count = what->had_count;
    if (what->then != NULL)
        return TOC_OK;
    return toc_addressees_of(&all->at->charter, &what->author, &to, all->at->arena, &all->readers,
                             &all->reader_count, err);
}

static const char *why_not(const finding *all, const toc_reader *reader)
{
    const toc_statement *marking = all->what->marking;
    const toc_org_id *org = &reader->org;
    if (among(marking->not_to, marking->not_to_count, org))
        return "named in not_to";
    if (marking->releasable_count > 0 &&
        !among(marking->releasable_to, marking->releasable_count, org))
        return "not named in releasable_to";
    if (reader->member == NULL)
        return all->what->follows ? "had what this follows, and does not read in this circle any "
                                    "more"
                                  : "named, and no member of this circle";
    if (all->what->follows)
        return "never had what this follows";
    return "not among its readers";
}

/* Words for what was decided, never the decision. */
static const char *why(const finding *all, const toc_reader *reader)
{
    const toc_readable *what = all->what;
    if (reader->reads && what->then != NULL && !toc_charter_reads(&all->at->charter, &reader->org))
        return "read it when it was written, and does not read in this circle any more";
    if (reader->member != NULL && reader->member->role == TOC_ROLE_RELAY)
        return "a relay carries it, and holds no key";
    if (reader->reads && toc_org_id_equal(&reader->org, &what->author))
        return "the author";
    if (reader->reads)
        return toc_audience_is_named(what->marking) ? "it is sealed to this org"
                                                    : "reads what is written to the circle";
    return why_not(all, reader);
}

/* Of who reads by the charter, and what is written now. */
static toc_code check_key(finding *all, toc_reader *reader, toc_err *err)
{
    const toc_readership *at = all->at;
    char until[TOC_TIME_TEXT_BYTES];
    toc_arena_reset(all->branches);
    reader->reads = toc_engine_gives(at->txn, &at->circle, toc_node_org(at->node), &reader->org,
                                     all->branches, &reader->waits_until);
    if (reader->reads)
        return TOC_OK;
    reader->why = "the circle is contested, and it reads in one of the branches only";
    if (reader->waits_until.unix_ms == 0)
        return TOC_OK;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_time_print(reader->waits_until, until);
    toc_buf_printf(&text, "admitted lately: gets no key from this node before %s", until);
    toc_buf_add_u8(&text, '\0');
    TOC_TRY(toc_buf_ok(&text, err));
    toc_span kept = toc_arena_dup(at->arena, toc_buf_view(&text));
    if (kept.size != text.size)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the readers of a record");
    reader->why = (const char *)kept.data;
    return TOC_OK;
}

static toc_code add_org(finding *all, const toc_org_id *org, toc_err *err)
{
    toc_reader *reader = &all->out[all->count];
    const toc_charter_member *member = toc_charter_find(&all->at->charter, org);
    *reader = (toc_reader){
        .org = *org, .member = member, .reads = among(all->readers, all->reader_count, org)};
    if (all->what->then != NULL)
        TOC_TRY(toc_readership_judge(all->at, all->what, reader, err));
    else if (reader->reads)
        TOC_TRY(check_key(all, reader, err));
    if (reader->why == NULL)
        reader->why = why(all, reader);
    reader->path = !reader->reads && !reader->unknown          ? "none"
                   : toc_audience_is_named(all->what->marking) ? "sealed"
                                                               : "circle";
    all->count++;
    return TOC_OK;
}

/* Those of them who are no members, each once. */
static toc_code add_others(finding *all, const toc_org_id *orgs, size_t count, toc_err *err)
{
    for (size_t i = 0; i < count; i++) {
        bool told = toc_charter_find(&all->at->charter, &orgs[i]) != NULL;
        for (size_t at = all->at->charter.member_count; at < all->count; at++)
            told = told || toc_org_id_equal(&all->out[at].org, &orgs[i]);
        if (!told)
            TOC_TRY(add_org(all, &orgs[i], err));
    }
    return TOC_OK;
}

/* What this machine tells somebody who is no officer. */
static void add_local(finding *all, const toc_config_audience *local)
{
    const toc_readable *what = all->what;
    const toc_circle_id *circle = &all->at->circle.id;
    bool sees = toc_audience_sees(&local->sees, circle, &what->author, what->marking);
    all->out[all->count++] = (toc_reader){
        .local = local,
        .reads = sees,
        .path = sees ? "here" : "none",
        .why = sees                                       ? "it may see what is so marked"
               : what->marking->tlp > local->sees.tlp_max ? "marked above what it may see"
               : !toc_audience_enters(&local->sees, circle)
                   ? "of a circle that it may not see"
                   : "it names its readers, and this audience is none"};
}

toc_code toc_readership_of(const toc_readership *readership, const toc_readable *what,
                           const toc_reader **out, size_t *out_count, toc_err *err)
{
    const toc_charter *charter = &readership->charter;
    const toc_config *config = toc_node_config(readership->node);
    toc_readable now = *what;
    TOC_TRY(toc_readership_late(readership, &now, err));
    TOC_AUTO(finding_wipe) finding all = {.at = readership, .what = &now};
    size_t most = charter->member_count + what->had_count + what->marking->releasable_count +
                  config->audience_count;
    TOC_TRY(toc_arena_new(BRANCHES_ARENA_BYTES, &all.branches, err));
    all.out = toc_arena_zalloc(readership->arena, most, sizeof *all.out);
    if (all.out == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the readers of a record");
    TOC_TRY(decide(&all, err));
    for (size_t i = 0; i < charter->member_count; i++)
        TOC_TRY(add_org(&all, &charter->members[i].org, err));
    TOC_TRY(add_others(&all, what->had, what->had_count, err));
    TOC_TRY(add_others(&all, what->marking->releasable_to, what->marking->releasable_count, err));
    for (size_t i = 0; i < config->audience_count; i++)
        add_local(&all, &config->audiences[i]);
    *out = all.out;
    *out_count = all.count;
    return TOC_OK;
}

/* ---- which way it goes ---- */

static bool is_linked(const toc_readership *at, const toc_org_id *org)
{
    for (size_t i = 0; i < at->peer_count; i++) {
        const toc_peer_state *peer = &at->peers[i];
        if (peer->known && peer->links > 0 && toc_org_id_equal(&peer->org, org))
            return true;
    }
    return false;
}

/* Until the next one is asked for. */
static toc_span name_of(const toc_readership *at, const toc_org_id *org)
{
    const toc_charter_member *member = toc_charter_find(&at->charter, org);
    if (member != NULL)
        return at->names[member - at->charter.members];
    toc_arena_reset(at->card);
    return toc_log_name_of(at->txn, org, at->card);
}

static void add_name(const toc_readership *at, const toc_org_id *org, toc_json *json)
{
    toc_span name = name_of(at, org);
    if (name.size > 0)
        toc_json_text(json, NULL, name);
    else
        toc_json_hex(json, NULL, TOC_SPAN_OF(org->bytes));
}

/* Members that are linked here pass on what `org` lacks; the first of them are named. */
static size_t add_through(const toc_readership *at, const toc_org_id *org, toc_json *json)
{
    size_t count = 0;
    toc_json_open(json, "through", '[');
    for (size_t i = 0; i < at->charter.member_count; i++) {
        const toc_org_id *member = &at->charter.members[i].org;
        if (toc_org_id_equal(member, org) || !is_linked(at, member))
            continue;
        if (count++ < THROUGH_TOLD_MAX)
            add_name(at, member, json);
    }
    toc_json_close(json, ']');
    toc_json_number(json, "through_total", count);
    return count;
}

static void add_way(const toc_readership *at, const toc_reader *reader, toc_json *json)
{
    toc_time heard = {0};
    bool own = toc_org_id_equal(&reader->org, toc_node_org(at->node));
    bool linked = own || is_linked(at, &reader->org);
    size_t others = 0;
    if (!linked)
        others = add_through(at, &reader->org, json);
    toc_json_text(json, "link",
                  toc_span_text(own          ? "here"
                                : linked     ? "direct"
                                : others > 0 ? "others"
                                             : "none"));
    if (reader->member != NULL)
        heard = at->heard[reader->member - at->charter.members];
    toc_json_time_optional(json, "last_heard", heard);
}

void toc_reader_print(const toc_readership *readership, const toc_reader *reader, toc_json *json)
{
    toc_json_open(json, NULL, '{');
    if (reader->local != NULL) {
        toc_json_text(json, "audience", toc_span_text(reader->local->name));
    } else {
        toc_json_hex(json, "org", TOC_SPAN_OF(reader->org.bytes));
        toc_json_optional(json, "name", name_of(readership, &reader->org));
        toc_json_optional(json, "role",
                          reader->member == NULL
                              ? (toc_span){0}
                              : toc_span_text(toc_role_name(reader->member->role)));
    }
    if (reader->unknown)
        toc_json_null(json, "reads");
    else
        toc_json_bool(json, "reads", reader->reads);
    toc_json_text(json, "path", toc_span_text(reader->path));
    toc_json_text(json, "why", toc_span_text(reader->why));
    if (reader->local == NULL) {
        toc_json_time_optional(json, "waits_until", reader->waits_until);
        add_way(readership, reader, json);
    }
    toc_json_close(json, '}');
}

void toc_readership_org(const toc_readership *readership, const toc_org_id *org, toc_json *json)
{
    toc_json_open(json, NULL, '{');
    toc_json_hex(json, "org", TOC_SPAN_OF(org->bytes));
    toc_json_optional(json, "name", name_of(readership, org));
    toc_json_close(json, '}');
}
