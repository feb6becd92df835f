/* The writer and claims of every kind: what it fills in, what it refuses (docs/RULES.md §2, §4). */
#include <stdio.h>
#include <stdlib.h>

#include "node/completion.h"
#include "tests/support/check.h"
#include "tests/support/test_node.h"

enum { PAIR = 2, ARENA_BYTES = 32 << 20 };

typedef struct pair {
    toc_test_node nodes[PAIR]; /* the second dials the first */
    toc_circle_id circle;
    toc_arena *arena;
    toc_statement wallet; /* what the first says */
    toc_claim_id claim;
    toc_writer_totals totals; /* of the last batch */
    toc_err refused;          /* the last refusal */
    uint64_t expected;        /* records that the first is to have opened */
} pair;

static bool both_linked(void *context)
{
    pair *both = context;
    return toc_test_node_links(&both->nodes[0]) == 1 && toc_test_node_links(&both->nodes[1]) == 1;
}

static bool second_has_it(void *context)
{
    pair *both = context;
    toc_hash opened;
    return toc_test_node_digest(&both->nodes[1], &opened) >= 1;
}

static uint64_t opened_by_first(pair *both)
{
    toc_hash opened;
    return toc_test_node_digest(&both->nodes[0], &opened);
}

static bool first_has_them(void *context)
{
    pair *both = context;
    return opened_by_first(both) >= both->expected;
}

static void note_refusal(void *context, size_t index, const toc_err *why)
{
    (void)index;
    ((pair *)context)->refused = *why;
}

static void write_one(pair *both, size_t node, const toc_statement *draft, bool dry_run)
{
    toc_err err;
    both->totals = (toc_writer_totals){0};
    both->refused = (toc_err){0};
    TOC_CHECK_OK(toc_writer_write(both->nodes[node].writer, &both->circle, TOC_LANE_BULK,
                                  dry_run ? TOC_WRITE_DRY : 0, draft, 1, &both->totals,
                                  note_refusal, both, &err));
}

static int make_pair(void **state)
{
    pair *both = calloc(1, sizeof *both);
    toc_err err;
    TOC_CHECK_OK(toc_arena_new(ARENA_BYTES, &both->arena, &err));
    toc_test_node_make("Alpha Exchange", &both->nodes[0]);
    toc_test_node_make("Beta Police", &both->nodes[1]);
    toc_test_node_start(&both->nodes[0]);
    toc_test_node_start(&both->nodes[1]);
    toc_test_node_add_peer(&both->nodes[0], &both->nodes[1], false);
    toc_test_node_add_peer(&both->nodes[1], &both->nodes[0], true);
    both->circle = toc_test_node_circle(&both->nodes[0]);
    toc_test_node_admit(&both->nodes[0], &both->circle, &both->nodes[1].org);
    toc_test_node_join(&both->nodes[1], &both->circle);
    toc_test_wait("the two are linked", 20, both_linked, both);
    toc_test_draft(1, &both->wallet);
    toc_statement_claim(&both->wallet, &both->circle, &both->nodes[0].org, &both->claim);
    write_one(both, 0, &both->wallet, false);
    assert_int_equal(both->totals.fresh, 1);
    toc_test_wait("the second has the claim", 60, second_has_it, both);
    *state = both;
    return 0;
}

static int remove_pair(void **state)
{
    pair *both = *state;
    toc_test_node_remove(&both->nodes[0]);
    toc_test_node_remove(&both->nodes[1]);
    toc_arena_free(both->arena);
    free(both);
    return 0;
}

static toc_statement draft_of(toc_record_kind kind)
{
    return (toc_statement){.kind = kind,
                           .tlp = TOC_TLP_AMBER,
                           .confidence = 80,
                           .confidence_scale = toc_span_text("percent"),
                           .source = {.ground = TOC_GROUND_OWN}};
}

static toc_statement dispute_of(const toc_claim_id *claim)
{
    toc_statement draft = draft_of(TOC_RECORD_DISPUTE);
    draft.as.dispute.target.claim = *claim;
    draft.as.dispute.reason = toc_span_text("wrong-party");
    return draft;
}

/* As the writer of `node` completes it for `circle`. */
static toc_code fill(pair *both, size_t node, const toc_circle_id *circle, toc_statement *draft,
                     toc_err *err)
{
    toc_node *of = both->nodes[node].node;
    toc_completion completion = {.node = of, .circle = circle, .arena = both->arena};
    toc_code code = toc_views_read(toc_node_views(of), &completion.views, err);
    if (code == TOC_OK)
        code = toc_completion_fill(&completion, draft, err);
    toc_views_end(completion.views);
    return code;
}

/* Rules 2 file every kind in the views; rules 1 leave those from 5 on, and derived ones, out. */
static uint32_t rules_of(pair *both, size_t node)
{
    toc_err err;
    toc_answer_digest digest;
    TOC_AUTO(toc_views_end) toc_views_txn *views = NULL;
    TOC_CHECK_OK(toc_views_read(toc_node_views(both->nodes[node].node), &views, &err));
    TOC_CHECK_OK(toc_views_digest_walk(views, NULL, NULL, &digest, &err));
    return digest.rules;
}

static uint64_t written(pair *both, size_t node)
{
    uint64_t rows[2];
    toc_node_journaled(both->nodes[node].node, rows);
    return rows[TOC_LANE_BULK];
}

/* ---- what is filled in ---- */

static void a_dispute_repeats_its_target_in_full(void **state)
{
    pair *both = *state;
    toc_err err;
    toc_statement draft = dispute_of(&both->claim);
    TOC_CHECK_OK(fill(both, 1, &both->circle, &draft, &err));
    const toc_dispute_body *body = &draft.as.dispute;
    assert_true(toc_org_id_equal(&body->target.org, &both->nodes[0].org));
    assert_true(body->revision_seen > 0);
    assert_non_null(body->target.named);
    assert_string_equal(body->target.named->as.wallet.wallet.address,
                        both->wallet.as.wallet.wallet.address);
    TOC_CHECK_OK(toc_statement_check(&draft, &both->circle, &both->nodes[1].org, &err));
}

/* After the views have folded it too, where they have such kinds. */
static void the_same_dispute_again_writes_nothing(void **state)
{
    pair *both = *state;
    toc_err err;
    toc_statement draft = dispute_of(&both->claim);
    write_one(both, 1, &draft, true);
    assert_int_equal(both->totals.fresh, 1); /* a dry run: nothing of it is kept */
    uint64_t before = written(both, 1);
    write_one(both, 1, &draft, false);
    assert_int_equal(both->totals.fresh, 1);
    assert_true(written(both, 1) > before); /* with it, what lets the others open it */
    if (rules_of(both, 1) < 2)
        return;
    TOC_CHECK_OK(toc_node_settle(both->nodes[1].node, 60000, &err));
    before = written(both, 1);
    write_one(both, 1, &draft, false);
    assert_int_equal(both->totals.unchanged, 1);
    assert_int_equal(written(both, 1), before);
    draft.as.dispute.reason = toc_span_text("outdated");
    write_one(both, 1, &draft, false);
    assert_int_equal(both->totals.changed, 1);
    assert_true(written(both, 1) > before);
}

static void this_org_stands_where_an_org_was_left_out(void **state)
{
    pair *both = *state;
    const toc_org_id *own = &both->nodes[0].org;
    toc_err err;
    toc_statement same = draft_of(TOC_RECORD_SAME_AS);
    same.as.same_as.first.slug = toc_span_text("a"); /* of nobody: below everybody */
    same.as.same_as.second.slug = toc_span_text("b");
    memset(same.as.same_as.second.org.bytes, 0, 31);
    same.as.same_as.second.org.bytes[31] = 1;
    TOC_CHECK_OK(fill(both, 0, &both->circle, &same, &err));
    assert_true(toc_org_id_equal(&same.as.same_as.second.org, own)); /* it is the higher one now */
    assert_int_equal(same.as.same_as.first.slug.data[0], 'b');
    toc_statement notice = draft_of(TOC_RECORD_NOTICE);
    notice.as.notice.wallet = both->wallet.as.wallet.wallet;
    TOC_CHECK_OK(fill(both, 0, &both->circle, &notice, &err));
    assert_false(toc_org_id_equal(&notice.as.notice.operator_org, own));
    notice.as.notice.has_operator_org = true;
    TOC_CHECK_OK(fill(both, 0, &both->circle, &notice, &err));
    assert_true(toc_org_id_equal(&notice.as.notice.operator_org, own));
    toc_statement attribution = draft_of(TOC_RECORD_ATTRIBUTION);
    attribution.as.attribution.incident.slug = toc_span_text("a");
    TOC_CHECK_OK(fill(both, 0, &both->circle, &attribution, &err));
    assert_true(toc_org_id_equal(&attribution.as.attribution.incident.org, own));
}

static toc_statement derived_from(pair *both, toc_source_record *storage, const toc_claim_id *claim)
{
    toc_statement draft;
    toc_test_draft(2, &draft);
    *storage = (toc_source_record){0};
    memcpy(storage->record.bytes, claim->bytes, sizeof claim->bytes);
    draft.source =
        (toc_source){.ground = TOC_GROUND_DERIVED, .record_count = 1, .records = storage};
    (void)both;
    return draft;
}

static void a_derived_claim_names_records_and_takes_their_roots(void **state)
{
    pair *both = *state;
    toc_err err;
    toc_source_record storage;
    toc_statement draft = derived_from(both, &storage, &both->claim);
    TOC_CHECK_OK(fill(both, 1, &both->circle, &draft, &err));
    toc_views_head head;
    TOC_AUTO(toc_views_end) toc_views_txn *views = NULL;
    TOC_CHECK_OK(toc_views_read(toc_node_views(both->nodes[1].node), &views, &err));
    TOC_CHECK_OK(toc_views_head_by_id(views, &both->claim, &head, &err));
    const toc_source_record *record = &draft.source.records[0];
    assert_memory_equal(&record->record, &head.record, sizeof head.record);
    toc_feed_name name = {.circle = both->circle,
                          .org = both->nodes[0].org,
                          .lane = head.lane,
                          .generation = head.revision >> 24};
    toc_feed_id feed;
    toc_feed_id_of(&name, &feed);
    assert_memory_equal(&record->feed, &feed, sizeof feed);
    assert_int_equal(draft.root_count, 1);
    assert_int_equal(draft.roots[0].size, 33);
    assert_int_equal(draft.roots[0].data[0], TOC_ROOT_OWN);
    assert_memory_equal(draft.roots[0].data + 1, both->claim.bytes, 32);
    TOC_CHECK_OK(toc_statement_check(&draft, &both->circle, &both->nodes[1].org, &err));
}

/* Who reads the other circle need not be in the first. */
static void a_root_from_another_circle_is_not_told(void **state)
{
    pair *both = *state;
    toc_err err;
    toc_source_record storage;
    toc_circle_id other = both->circle;
    other.bytes[0] ^= 1;
    toc_statement draft = derived_from(both, &storage, &both->claim);
    TOC_CHECK_OK(fill(both, 0, &other, &draft, &err));
    toc_views_head head;
    uint8_t expected[TOC_ROOT_UNDISCLOSED_BYTES], own[33] = {TOC_ROOT_OWN};
    memcpy(own + 1, both->claim.bytes, 32);
    TOC_AUTO(toc_views_end) toc_views_txn *views = NULL;
    TOC_CHECK_OK(toc_views_read(toc_node_views(both->nodes[0].node), &views, &err));
    TOC_CHECK_OK(toc_views_head_by_id(views, &both->claim, &head, &err));
    toc_root_undisclose(TOC_SPAN_OF(own), head.salt, expected);
    assert_int_equal(draft.root_count, 1);
    assert_int_equal(draft.roots[0].size, sizeof expected);
    assert_memory_equal(draft.roots[0].data, expected, sizeof expected);
}

static void an_inquiry_and_its_reply_find_each_other(void **state)
{
    pair *both = *state;
    toc_err err;
    toc_statement inquiry = draft_of(TOC_RECORD_INQUIRY);
    toc_claim_id asked;
    inquiry.as.inquiry.target.claim = both->claim;
    memset(inquiry.as.inquiry.id.bytes, 7, 32);
    toc_statement_claim(&inquiry, &both->circle, &both->nodes[1].org, &asked);
    write_one(both, 1, &inquiry, false);
    assert_int_equal(both->totals.fresh, 1);
    if (rules_of(both, 1) < 2)
        return; /* no view has it */
    toc_statement reply = draft_of(TOC_RECORD_REPLY);
    reply.as.reply.inquiry = asked;
    TOC_CHECK_FAILS(TOC_DENIED, fill(both, 1, &both->circle, &reply, &err));
    assert_string_equal(err.text, "this inquiry asks another org for its basis");
}

/* ---- what is refused ---- */

static void check_refused(pair *both, size_t node, const toc_statement *draft, toc_code code,
                          const char *says)
{
    uint64_t before = written(both, node);
    write_one(both, node, draft, false);
    assert_int_equal(both->totals.refused, 1);
    assert_int_equal(both->refused.code, code);
    if (strstr(both->refused.text, says) == NULL)
        fail_msg("said '%s', not '%s'", both->refused.text, says);
    assert_int_equal(written(both, node), before);
}

static void what_makes_no_sense_is_refused_with_a_sentence(void **state)
{
    pair *both = *state;
    toc_claim_id nothing = {{1}};
    toc_statement draft = dispute_of(&both->claim);
    check_refused(both, 0, &draft, TOC_DENIED, "this org's own");
    draft.as.dispute.revision_seen = UINT64_MAX;
    check_refused(both, 1, &draft, TOC_DENIED, "has no such revision");
    draft = dispute_of(&nothing);
    check_refused(both, 1, &draft, TOC_NOT_FOUND, "no claim with this id");
    draft = draft_of(TOC_RECORD_REPLY);
    draft.as.reply.inquiry = both->claim;
    check_refused(both, 1, &draft, TOC_DENIED, "only an inquiry is replied to");
    toc_source_record storage;
    draft = derived_from(both, &storage, &nothing);
    check_refused(both, 1, &draft, TOC_NOT_FOUND, "derived_from 01000000…: no claim with this id");
}

static void a_claim_that_ended_is_not_disputed(void **state)
{
    pair *both = *state;
    toc_err err;
    toc_retracted done;
    TOC_CHECK_OK(toc_writer_retract(both->nodes[0].writer, &both->circle, &both->wallet,
                                    &(toc_retracting){.reason = TOC_RETRACT_ERROR}, &done, &err));
    TOC_CHECK_OK(toc_node_settle(both->nodes[0].node, 60000, &err));
    toc_statement draft = dispute_of(&both->claim);
    check_refused(both, 0, &draft, TOC_STATE, "not live any more");
}

/* Anything but its own target would be another claim of this org. */
static void what_was_said_of_a_claim_is_retracted_like_it(void **state)
{
    pair *both = *state;
    toc_err err;
    toc_retracted done;
    toc_claim_id claim;
    toc_statement draft = dispute_of(&both->claim);
    write_one(both, 1, &draft, false);
    toc_statement_claim(&draft, &both->circle, &both->nodes[1].org, &claim);
    toc_code code =
        toc_writer_retract(both->nodes[1].writer, &both->circle, &draft,
                           &(toc_retracting){.reason = TOC_RETRACT_RESOLVED}, &done, &err);
    if (code == TOC_NOT_FOUND && rules_of(both, 1) < 2)
        return; /* folded meanwhile, into views that do not have it */
    assert_int_equal(code, TOC_OK);
    assert_memory_equal(&done.claim, &claim, sizeof claim);
    TOC_CHECK_FAILS(TOC_NOT_FOUND,
                    toc_writer_retract(both->nodes[1].writer, &both->circle, &draft,
                                       &(toc_retracting){.reason = TOC_RETRACT_RESOLVED}, &done,
                                       &err));
}

/* ---- the term of a claim on a deposit ---- */

#define DAYS_90_MS UINT64_C(7776000000)

static toc_wallet wallet_of(const char *caip2, const char *address, const char *tag)
{
    toc_wallet wallet;
    toc_err err;
    TOC_CHECK_OK(toc_wallet_read(toc_span_text(caip2), toc_span_text(address), toc_span_text(tag),
                                 &wallet, &err));
    return wallet;
}

static void say_notice_for(pair *both, size_t node, toc_wallet wallet, const char *role, bool own,
                           toc_tlp tlp, const toc_org_id *releasable_to)
{
    toc_err err;
    toc_statement notice = draft_of(TOC_RECORD_NOTICE);
    notice.tlp = tlp;
    notice.releasable_to = releasable_to;
    notice.releasable_count = releasable_to != NULL;
    notice.as.notice.wallet = wallet;
    notice.as.notice.role = toc_span_text(role);
    notice.as.notice.has_operator_org = own;
    write_one(both, node, &notice, false);
    assert_string_equal(both->refused.text, "");
    assert_int_equal(both->totals.fresh, 1);
    TOC_CHECK_OK(toc_node_settle(both->nodes[node].node, 60000, &err));
}

static void say_notice(pair *both, size_t node, toc_wallet wallet, const char *role, bool own)
{
    say_notice_for(both, node, wallet, role, own, TOC_TLP_AMBER, NULL);
}

/* The term of the head of the claim that a draft is about, less its moment of issue. */
static uint64_t term_of(pair *both, const toc_statement *draft)
{
    toc_err err;
    toc_claim_id claim;
    toc_subject subject;
    toc_views_head head;
    toc_statement stored;
    TOC_AUTO(toc_views_end) toc_views_txn *views = NULL;
    TOC_CHECK_OK(toc_node_settle(both->nodes[0].node, 60000, &err));
    toc_statement_claim(draft, &both->circle, &both->nodes[0].org, &claim);
    toc_statement_subject(draft, &claim, &subject);
    TOC_CHECK_OK(toc_views_read(toc_node_views(both->nodes[0].node), &views, &err));
    TOC_CHECK_OK(toc_views_head_of(views, &subject, &claim, &head, &err));
    TOC_CHECK_OK(toc_record_decode(head.bytes, both->arena, &stored, &err));
    return stored.valid_until.unix_ms == 0 ? 0
                                           : stored.valid_until.unix_ms - stored.issued_at.unix_ms;
}

static void say_wallet(pair *both, const toc_statement *draft, uint64_t fresh, uint64_t changed)
{
    write_one(both, 0, draft, false);
    assert_string_equal(both->refused.text, "");
    assert_int_equal(both->totals.fresh, fresh);
    assert_int_equal(both->totals.changed, changed);
    assert_int_equal(both->totals.unchanged, 1 - fresh - changed);
}

static void a_claim_on_a_deposit_gets_ninety_days_and_is_then_unchanged(void **state)
{
    pair *both = *state;
    toc_err err;
    toc_statement draft = both->wallet;
    draft.as.wallet.role = toc_span_text("deposit");
    say_wallet(both, &draft, 1, 0);
    say_wallet(both, &draft, 0, 0); /* as just written */
    assert_true(term_of(both, &draft) == DAYS_90_MS);
    toc_writer_free(both->nodes[0].writer); /* one that knows nothing but the views */
    TOC_CHECK_OK(toc_writer_new(both->nodes[0].node, &both->nodes[0].writer, &err));
    say_wallet(both, &draft, 0, 0);
    draft.confidence = 1;
    say_wallet(both, &draft, 0, 1);
    assert_true(term_of(both, &draft) == DAYS_90_MS);
    draft.valid_until.unix_ms = UINT64_C(4102444800000); /* 2100: who states a term means it */
    say_wallet(both, &draft, 0, 1);
    say_wallet(both, &draft, 0, 0);
    draft.valid_until.unix_ms = 0;
    say_wallet(both, &draft, 0, 1);
    assert_true(term_of(both, &draft) == DAYS_90_MS);
    assert_true(term_of(both, &both->wallet) == 0);
}

static void a_notice_with_effect_makes_its_wallet_a_deposit(void **state)
{
    static const char eth[] = "eip155:1", tron[] = "tron:728126428";
    pair *both = *state;
    if (rules_of(both, 0) < 2)
        return; /* notices are not folded */
    toc_statement draft = both->wallet, twin = both->wallet, hot = both->wallet,
                  stated = both->wallet;
    draft.as.wallet.wallet = wallet_of(eth, "0x098B716B8Aaf21512996dC57EB0615e2383E2f96", "");
    twin.as.wallet.wallet = wallet_of(tron, "TAqg8TXo8tmpaz7TwHS669Tgt8MPSWgoxB", "");
    hot.as.wallet.wallet = wallet_of(eth, "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "");
    stated.as.wallet.wallet = wallet_of(eth, "0xdAC17F958D2ee523a2206206994597C13D831ec7", "");
    say_notice(both, 0, draft.as.wallet.wallet, "deposit", true);
    say_notice(both, 0, hot.as.wallet.wallet, "hot", true);
    say_notice(both, 0, stated.as.wallet.wallet, "deposit", false);
    say_wallet(both, &draft, 1, 0);
    say_wallet(both, &hot, 1, 0);
    say_wallet(both, &stated, 1, 0);
    assert_true(term_of(both, &draft) == DAYS_90_MS);
    assert_true(term_of(both, &hot) == 0);
    assert_true(term_of(both, &stated) == 0); /* one voice, and not the operator's */
    say_wallet(both, &twin, 1, 0);
    assert_true(term_of(both, &twin) == DAYS_90_MS);
}

/* A term that no reader can account for says that there is a notice which he may not read. */
static void only_notices_that_all_readers_of_a_claim_may_read_give_it_a_term(void **state)
{
    static const char eth[] = "eip155:1";
    pair *both = *state;
    if (rules_of(both, 0) < 2)
        return;
    const toc_org_id *beta = &both->nodes[1].org;
    toc_statement secret = both->wallet, named = both->wallet, agreed = both->wallet;
    secret.as.wallet.wallet = wallet_of(eth, "0x098B716B8Aaf21512996dC57EB0615e2383E2f96", "");
    named.as.wallet.wallet = wallet_of(eth, "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "");
    agreed.as.wallet.wallet = wallet_of(eth, "0xdAC17F958D2ee523a2206206994597C13D831ec7", "");
    say_notice_for(both, 0, secret.as.wallet.wallet, "deposit", true, TOC_TLP_RED, NULL);
    say_notice_for(both, 0, named.as.wallet.wallet, "deposit", true, TOC_TLP_AMBER, beta);
    say_notice(both, 0, agreed.as.wallet.wallet, "deposit", false);
    uint64_t before = opened_by_first(both);
    say_notice_for(both, 1, agreed.as.wallet.wallet, "deposit", false, TOC_TLP_RED, NULL);
    both->expected = before + 1;
    toc_test_wait("the first has the second's notice", 60, first_has_them, both);
    say_wallet(both, &secret, 1, 0);
    say_wallet(both, &named, 1, 0);
    say_wallet(both, &agreed, 1, 0);
    assert_true(term_of(both, &secret) == 0);
    assert_true(term_of(both, &named) == 0);
    assert_true(term_of(both, &agreed) == 0); /* one voice of two that they may hear */
    secret.tlp = agreed.tlp = TOC_TLP_RED;
    named.releasable_to = beta;
    named.releasable_count = 1;
    say_wallet(both, &secret, 0, 1);
    say_wallet(both, &named, 0, 1);
    say_wallet(both, &agreed, 0, 1);
    assert_true(term_of(both, &secret) == DAYS_90_MS);
    assert_true(term_of(both, &named) == DAYS_90_MS);
    assert_true(term_of(both, &agreed) == DAYS_90_MS);
}

static void a_notice_with_a_tag_is_about_that_tag(void **state)
{
    static const char ripple[] = "xrpl:0", address[] = "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh";
    pair *both = *state;
    if (rules_of(both, 0) < 2)
        return;
    toc_statement covered = both->wallet, other = both->wallet, none = both->wallet;
    covered.as.wallet.wallet = wallet_of(ripple, address, "7");
    other.as.wallet.wallet = wallet_of(ripple, address, "8");
    none.as.wallet.wallet = wallet_of(ripple, address, "");
    toc_statement stated = both->wallet;
    stated.as.wallet.wallet = wallet_of(ripple, address, "9");
    say_notice(both, 0, covered.as.wallet.wallet, "deposit", true);
    say_notice(both, 0, stated.as.wallet.wallet, "deposit", false);
    say_wallet(both, &stated, 1, 0);
    assert_true(term_of(both, &stated) == 0);
    say_wallet(both, &other, 1, 0);
    say_wallet(both, &covered, 1, 0);
    say_wallet(both, &none, 1, 0);
    assert_true(term_of(both, &covered) == DAYS_90_MS);
    assert_true(term_of(both, &other) == 0);
    assert_true(term_of(both, &none) == 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pair, remove_pair)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_dispute_repeats_its_target_in_full),
        TEST(the_same_dispute_again_writes_nothing),
        TEST(this_org_stands_where_an_org_was_left_out),
        TEST(a_derived_claim_names_records_and_takes_their_roots),
        TEST(a_root_from_another_circle_is_not_told),
        TEST(an_inquiry_and_its_reply_find_each_other),
        TEST(what_makes_no_sense_is_refused_with_a_sentence),
        TEST(a_claim_that_ended_is_not_disputed),
        TEST(what_was_said_of_a_claim_is_retracted_like_it),
        TEST(a_claim_on_a_deposit_gets_ninety_days_and_is_then_unchanged),
        TEST(a_notice_with_effect_makes_its_wallet_a_deposit),
        TEST(only_notices_that_all_readers_of_a_claim_may_read_give_it_a_term),
        TEST(a_notice_with_a_tag_is_about_that_tag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
