#include "node/completion.h"

#include <stdlib.h>

#include "proto/base/text.h"

enum { LEVEL_MS = 10000, DEPOSIT_ARENA_BYTES = 256 << 20 };

static bool is_nobody(const toc_org_id *org)
{
    static const toc_org_id zero;
    return toc_org_id_equal(org, &zero);
}

/* ---- claims by their ids ---- */

/* The claims that a draft names and does not tell: none, one, or those that it is derived from. */
static size_t list_named(const toc_statement *draft, toc_claim_id out[TOC_SOURCES_MAX + 1])
{
    size_t count = 0;
    if (draft->kind == TOC_RECORD_DISPUTE && draft->as.dispute.target.named == NULL)
        out[count++] = draft->as.dispute.target.claim;
    if (draft->kind == TOC_RECORD_INQUIRY && draft->as.inquiry.target.named == NULL)
        out[count++] = draft->as.inquiry.target.claim;
    if (draft->kind == TOC_RECORD_REPLY && draft->as.reply.target.named == NULL)
        out[count++] = draft->as.reply.inquiry;
    if (draft->source.ground != TOC_GROUND_DERIVED || draft->root_count > 0)
        return count;
    for (size_t i = 0; i < draft->source.record_count && i < TOC_SOURCES_MAX; i++)
        memcpy(out[count++].bytes, draft->source.records[i].record.bytes, 32);
    return count;
}

toc_code toc_completion_expect(toc_completion *at, const toc_statement *drafts, size_t count,
                               toc_err *err)
{
    toc_claim_id named[TOC_SOURCES_MAX + 1];
    size_t total = 0;
    at->expected = 0;
    for (size_t i = 0; i < count; i++)
        total += list_named(&drafts[i], named);
    if (total == 0)
        return TOC_OK;
    at->places = toc_arena_zalloc(at->arena, total, sizeof *at->places);
    if (at->places == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the claims that drafts name");
    for (size_t i = 0; i < count; i++) {
        size_t more = list_named(&drafts[i], named);
        for (size_t j = 0; j < more; j++)
            at->places[at->expected++].claim = named[j];
    }
    return toc_views_find(at->views, at->places, at->expected, err);
}

static toc_code read_anew(toc_completion *at, toc_err *err)
{
    toc_views_txn *views = NULL;
    TOC_TRY(toc_node_settle(at->node, LEVEL_MS, err));
    TOC_TRY(toc_views_read(toc_node_views(at->node), &views, err));
    toc_views_end(at->views);
    at->views = views;
    at->is_level = true;
    return at->expected == 0 ? TOC_OK : toc_views_find(at->views, at->places, at->expected, err);
}

static int compare_places(const void *left, const void *right)
{
    const toc_views_place *a = left, *b = right;
    return memcmp(a->claim.bytes, b->claim.bytes, sizeof a->claim.bytes);
}

static toc_code look_up(toc_completion *at, const toc_claim_id *claim, toc_views_head *out,
                        toc_err *err)
{
    const toc_views_place wanted = {.claim = *claim}, *place = NULL;
    if (at->expected > 0)
        place = bsearch(&wanted, at->places, at->expected, sizeof wanted, compare_places);
    if (place == NULL)
        return toc_views_head_by_id(at->views, claim, out, err);
    return place->found ? toc_views_head_of(at->views, &place->subject, claim, out, err)
                        : toc_fail(err, TOC_NOT_FOUND, "no record of this claim");
}

/* It may have come, or been said, just now: the views get one chance to come level. */
static toc_code find_head(toc_completion *at, const toc_claim_id *claim, toc_views_head *out,
                          toc_err *err)
{
    toc_err why;
    toc_code code = look_up(at, claim, out, &why);
    if (code == TOC_NOT_FOUND && !at->is_level) {
        TOC_TRY(read_anew(at, err));
        code = look_up(at, claim, out, &why);
    }
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "no claim with this id is known here");
    return code == TOC_OK ? TOC_OK : toc_fail(err, code, "%s", why.text);
}

static toc_code find_live(toc_completion *at, const toc_claim_id *claim, toc_views_head *out_head,
                          toc_statement **out, toc_err *err)
{
    TOC_TRY(find_head(at, claim, out_head, err));
    if (!out_head->live)
        return toc_fail(err, TOC_STATE, "this claim is not live any more");
    toc_span bytes = toc_arena_dup(at->arena, out_head->bytes);
    toc_statement *statement = toc_arena_zalloc(at->arena, 1, sizeof *statement);
    if (bytes.data == NULL || statement == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a record");
    TOC_TRY(toc_record_decode(bytes, at->arena, statement, err));
    *out = statement;
    return TOC_OK;
}

static toc_code find_in_circle(toc_completion *at, const toc_claim_id *claim,
                               toc_views_head *out_head, toc_statement **out, toc_err *err)
{
    TOC_TRY(find_live(at, claim, out_head, out, err));
    if (!toc_circle_id_equal(&out_head->circle, at->circle))
        return toc_fail(err, TOC_DENIED,
                        "this claim is of another circle: say so there (--circle)");
    at->about = *out;
    at->about_head = *out_head;
    return TOC_OK;
}

static toc_code charter_of_then(toc_completion *at, const toc_views_head *head, toc_charter *out)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(toc_node_log(at->node), &txn, NULL));
    return toc_log_charter_judging(txn, &head->feed, head->index, at->arena, out, NULL);
}

/* Its author has it, too, whomever it names. */
static toc_code with_author(toc_completion *at, const toc_views_head *head,
                            const toc_statement *source, toc_statement *out)
{
    size_t count = source->releasable_count;
    *out = *source;
    if (count == 0)
        return TOC_OK;
    toc_org_id *readers = toc_arena_zalloc(at->arena, count + 1, sizeof *readers);
    if (readers == NULL)
        return TOC_NO_MEMORY;
    memcpy(readers, source->releasable_to, count * sizeof *readers);
    readers[count] = head->org;
    out->releasable_to = readers;
    out->releasable_count = count + 1;
    return TOC_OK;
}

/* Whether somebody who may read the draft, now or once he has joined, may not read the source. What
 * names its readers is read by those of the day it was written. */
static bool tells_more(toc_completion *at, const toc_statement *draft, const toc_views_head *head,
                       const toc_statement *source)
{
    toc_charter then;
    toc_statement known;
    if (with_author(at, head, source, &known) != TOC_OK || toc_audience_narrows(draft, &known))
        return true;
    if (!toc_audience_is_named(source))
        return false;
    if (at->charter == NULL || charter_of_then(at, head, &then) != TOC_OK)
        return true;
    return !toc_readers_see(at->charter, toc_node_org(at->node), draft, &then, &head->org, source);
}

/* What is said about a claim repeats which one it is. */
static toc_code check_telling(toc_completion *at, const toc_statement *draft, toc_err *err)
{
    if (at->about == NULL || !tells_more(at, draft, &at->about_head, at->about))
        return TOC_OK;
    return toc_fail(err, TOC_DENIED,
                    "this would tell others of a claim that they may not read (TLP %s): mark it "
                    "alike, by tlp, releasable_to and not_to; who has it is told by 'tocsin "
                    "audience'",
                    toc_tlp_name(at->about->tlp));
}

/* ---- what disputes, inquiries and replies are about ---- */

static bool may_be_target(const toc_statement *claim)
{
    return claim->kind == TOC_RECORD_WALLET || claim->kind == TOC_RECORD_CLUSTER ||
           (claim->kind >= TOC_RECORD_TRANSFER && claim->kind <= TOC_RECORD_CLEARANCE);
}

static toc_code fill_target(toc_completion *at, const char *deed, toc_target *target,
                            toc_views_head *out_head, toc_err *err)
{
    toc_statement *named = NULL;
    TOC_TRY(find_in_circle(at, &target->claim, out_head, &named, err));
    if (!may_be_target(named))
        return toc_fail(err, TOC_DENIED, "this is a record of kind %s, which is not %s",
                        toc_record_kind_name(named->kind), deed);
    if (toc_org_id_equal(&out_head->org, toc_node_org(at->node)))
        return toc_fail(err, TOC_DENIED,
                        "this claim is this org's own, which is not %s ('tocsin retract' takes it "
                        "back)",
                        deed);
    target->org = out_head->org;
    target->named = named;
    return TOC_OK;
}

static toc_code fill_dispute(toc_completion *at, toc_dispute_body *body, toc_err *err)
{
    toc_views_head head;
    if (body->target.named != NULL)
        return TOC_OK;
    TOC_TRY(fill_target(at, "disputed", &body->target, &head, err));
    if (body->revision_seen > head.revision)
        return toc_fail(err, TOC_DENIED,
                        "revision_seen: the claim has no such revision; its newest is %llu",
                        (unsigned long long)head.revision);
    if (body->revision_seen == 0)
        body->revision_seen = head.revision;
    return TOC_OK;
}

static toc_code fill_inquiry(toc_completion *at, toc_inquiry_body *body, toc_err *err)
{
    toc_views_head head;
    return body->target.named != NULL ? TOC_OK
                                      : fill_target(at, "asked about", &body->target, &head, err);
}

static toc_code fill_reply(toc_completion *at, toc_reply_body *body, toc_err *err)
{
    toc_views_head head;
    toc_statement *inquiry = NULL;
    if (body->target.named != NULL)
        return TOC_OK;
    TOC_TRY(find_in_circle(at, &body->inquiry, &head, &inquiry, err));
    if (inquiry->kind != TOC_RECORD_INQUIRY)
        return toc_fail(err, TOC_DENIED,
                        "this is a record of kind %s; only an inquiry is replied to",
                        toc_record_kind_name(inquiry->kind));
    const toc_inquiry_body *asked = &inquiry->as.inquiry;
    if (!toc_org_id_equal(&asked->target.org, toc_node_org(at->node)))
        return toc_fail(err, TOC_DENIED, "this inquiry asks another org for its basis");
    body->asker = head.org;
    body->id = asked->id;
    body->target = asked->target;
    return TOC_OK;
}

/* ---- where an org may be left out ---- */

static void fill_org(const toc_completion *at, toc_org_id *org)
{
    if (is_nobody(org))
        *org = *toc_node_org(at->node);
}

/* Ascending by org, then slug: known only now. */
static toc_code fill_same_as(const toc_completion *at, toc_same_as_body *body, toc_err *err)
{
    fill_org(at, &body->first.org);
    fill_org(at, &body->second.org);
    int order = memcmp(body->first.org.bytes, body->second.org.bytes, sizeof body->first.org.bytes);
    if (order == 0)
        order = toc_span_compare(body->first.slug, body->second.slug);
    if (order == 0)
        return toc_fail(err, TOC_MALFORMED, "same-as: the two are one incident");
    if (order > 0)
        *body = (toc_same_as_body){.first = body->second, .second = body->first};
    return TOC_OK;
}

/* ---- derived claims ---- */

static int by_record(const void *left, const void *right)
{
    const toc_source_record *a = left, *b = right;
    return memcmp(a->record.bytes, b->record.bytes, sizeof a->record.bytes);
}

/* Of another circle's members no more is known. */
static bool is_sealed(toc_completion *at, const toc_statement *draft, const toc_views_head *head,
                      const toc_statement *source)
{
    if (!toc_circle_id_equal(&head->circle, at->circle))
        return true;
    return tells_more(at, draft, head, source);
}

static toc_code find_source(toc_completion *at, const toc_statement *draft,
                            const toc_source_record *named, toc_source_record *out,
                            toc_derivation *out_roots, toc_err *err)
{
    toc_claim_id claim;
    toc_views_head head;
    toc_statement *source = NULL;
    memcpy(claim.bytes, named->record.bytes, sizeof claim.bytes);
    TOC_TRY(find_live(at, &claim, &head, &source, err));
    toc_span salt = toc_arena_dup(at->arena, toc_span_of(head.salt, 32));
    if (salt.data == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a source");
    *out = (toc_source_record){.record = head.record, .feed = head.feed, .index = head.index};
    *out_roots = (toc_derivation){.root_count = source->root_count,
                                  .roots = source->roots,
                                  .salt = salt.data,
                                  .sealed = is_sealed(at, draft, &head, source)};
    return TOC_OK;
}

static toc_code fill_sources(toc_completion *at, toc_statement *draft, toc_err *err)
{
    size_t count = draft->source.record_count;
    toc_source_record *records = toc_arena_zalloc(at->arena, count, sizeof *records);
    toc_derivation *sources = toc_arena_zalloc(at->arena, count, sizeof *sources);
    if (records == NULL || sources == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for sources");
    for (size_t i = 0; i < count; i++) {
        const toc_source_record *named = &draft->source.records[i];
        char digits[9];
        toc_code code = find_source(at, draft, named, &records[i], &sources[i], err);
        toc_hex_encode(toc_span_of(named->record.bytes, 4), digits);
        if (code != TOC_OK)
            return err == NULL ? code : toc_wrap(err, "derived_from %s…", digits);
    }
    TOC_TRY(toc_derived_roots(sources, count, at->arena, &draft->roots, &draft->root_count, err));
    qsort(records, count, sizeof *records, by_record);
    draft->source.records = records;
    return TOC_OK;
}

/* ---- all of it ---- */

toc_code toc_completion_identify(toc_completion *at, toc_statement *draft, toc_err *err)
{
    if (at->charter != NULL)
        toc_registry_rename(&at->charter->registry, &draft->source);
    switch (draft->kind) {
    case TOC_RECORD_DISPUTE:
        return fill_dispute(at, &draft->as.dispute, err);
    case TOC_RECORD_INQUIRY:
        return fill_inquiry(at, &draft->as.inquiry, err);
    case TOC_RECORD_REPLY:
        return fill_reply(at, &draft->as.reply, err);
    case TOC_RECORD_SAME_AS:
        return fill_same_as(at, &draft->as.same_as, err);
    case TOC_RECORD_ATTRIBUTION:
        if (draft->as.attribution.wallet.chain == NULL)
            fill_org(at, &draft->as.attribution.incident.org);
        return TOC_OK;
    case TOC_RECORD_NOTICE:
        if (draft->as.notice.has_operator_org)
            fill_org(at, &draft->as.notice.operator_org);
        return TOC_OK;
    case TOC_RECORD_WALLET:
    case TOC_RECORD_CLUSTER:
    case TOC_RECORD_MEMBERS:
    case TOC_RECORD_RETRACTION:
    case TOC_RECORD_TRANSFER:
    case TOC_RECORD_INCIDENT:
    case TOC_RECORD_SIGHTING:
    case TOC_RECORD_CLEARANCE:
        break;
    }
    return TOC_OK;
}

toc_code toc_completion_fill(toc_completion *completion, toc_statement *draft, toc_err *err)
{
    completion->about = NULL;
    TOC_TRY(toc_completion_identify(completion, draft, err));
    TOC_TRY(check_telling(completion, draft, err));
    bool is_derived = draft->source.ground == TOC_GROUND_DERIVED && draft->root_count == 0;
    return is_derived ? fill_sources(completion, draft, err) : TOC_OK;
}

/* ---- deposits ---- */

/* A file is about one tagged account after another: whether it has notices is looked up once. */
static toc_code may_be_deposit(toc_completion *at, const toc_wallet *wallet, bool *out,
                               toc_err *err)
{
    bool tagged = wallet->tag[0] != '\0';
    toc_span subject = toc_subject_view(&wallet->subject);
    if (!tagged || !toc_span_equal(subject, toc_subject_view(&at->noticed))) {
        TOC_TRY(toc_views_may_be_deposit(at->views, wallet, &at->may_be_deposit, err));
        at->noticed = tagged ? wallet->subject : (toc_subject){0};
    }
    *out = at->may_be_deposit;
    return TOC_OK;
}

typedef struct noticing {
    toc_completion *at;
    const toc_statement *claim;
} noticing;

/* A notice counts for a claim when whoever may read the claim may read the notice. */
static bool is_known_to_readers(void *context, const toc_answer_claim *notice)
{
    noticing *all = context;
    toc_subject subject;
    toc_views_head head;
    if (!toc_circle_id_equal(&notice->circle, all->at->circle))
        return false;
    toc_statement_subject(&notice->statement, &notice->claim, &subject);
    return toc_views_head_of(all->at->views, &subject, &notice->claim, &head, NULL) == TOC_OK &&
           !tells_more(all->at, all->claim, &head, &notice->statement);
}

toc_code toc_completion_is_deposit(toc_completion *at, const toc_statement *claim, bool *out,
                                   toc_err *err)
{
    const toc_wallet_body *body = &claim->as.wallet;
    *out = toc_span_equal(body->role, toc_span_text("deposit"));
    if (*out)
        return TOC_OK;
    TOC_TRY(may_be_deposit(at, &body->wallet, out, err));
    if (!*out)
        return TOC_OK;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *log = NULL;
    noticing all = {.at = at, .claim = claim};
    TOC_TRY(toc_arena_new(DEPOSIT_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_read(toc_node_log(at->node), &log, err));
    toc_query query = {.views = at->views,
                       .log = log,
                       .arena = arena,
                       .notices = is_known_to_readers,
                       .notices_context = &all};
    return toc_query_is_deposit(&query, &body->wallet, out, err);
}
