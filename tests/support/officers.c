#include "tests/support/officers.h"

#include "tests/support/check.h"

enum { NOT_AFTER_MS = 2000000000 };

static toc_secret *secret_of(uint8_t seed, uint8_t number)
{
    toc_err err = {0};
    uint8_t bytes[32] = {seed, number};
    toc_secret *secret = NULL;
    TOC_CHECK_OK(toc_secret_from(TOC_SPAN_OF(bytes), &secret, &err));
    return secret;
}

/* The public key of a seed, and the proof that the org has it. */
static void node_key(const toc_org_id *org, uint8_t seed, uint8_t number, toc_verify_key *out,
                     toc_signature *out_proof)
{
    TOC_AUTO(toc_secret_free) toc_secret *secret = secret_of(seed, number);
    toc_sign_public(secret, out);
    toc_possession_sign(org, secret, out_proof);
}

static void make_card(toc_test_officers *it, uint8_t seed)
{
    enum { ROOT = 100, NEXT_ROOT, SIGN, COSIGN };
    toc_err err = {0};
    toc_officer rows[TOC_TEST_OFFICERS - 1];
    toc_verify_key next;
    toc_signature unused;
    toc_card card = {.org = it->org,
                     .serial = 2,
                     .name = toc_span_text("Example"),
                     .officers = rows,
                     .officer_count = TOC_COUNT(rows)};
    TOC_AUTO(toc_secret_free) toc_secret *root = secret_of(seed, ROOT);
    memset(card.previous.bytes, 0x5A, sizeof card.previous.bytes);
    toc_sign_public(root, &card.root);
    node_key(&it->org, seed, NEXT_ROOT, &next, &unused);
    toc_next_root_of(&next, &card.next_root);
    node_key(&it->org, seed, SIGN, &card.sign, &card.sign_proof);
    node_key(&it->org, seed, COSIGN, &card.cosign, &card.cosign_proof);
    memset(card.link.bytes, 0x11, sizeof card.link.bytes);
    memset(card.seal.bytes, 0x22, sizeof card.seal.bytes);
    for (uint32_t i = 0; i < TOC_COUNT(rows); i++) {
        rows[i] =
            (toc_officer){.number = i + 1, .scopes = i == 2 ? TOC_SCOPE_CHARTER : TOC_SCOPE_SUBMIT};
        toc_sign_public(it->keys[i], &rows[i].key);
        toc_possession_sign(&it->org, it->keys[i], &rows[i].proof);
    }
    TOC_CHECK_OK(toc_card_sign(&card, root, NULL, &it->card, &err));
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_CHECK_OK(toc_arena_new(TOC_CARD_ARENA_BYTES, &arena, &err));
    TOC_CHECK_OK(toc_card_open(toc_buf_view(&it->card), arena, &card, &err));
    it->card_hash = card.hash;
}

static void make_charter(toc_test_officers *it, const toc_approval_rules *rules)
{
    toc_err err = {0};
    toc_charter_member member = {.org = it->org,
                                 .role = TOC_ROLE_ADMIN,
                                 .kind = toc_span_text("exchange"),
                                 .card_serial_min = 2,
                                 .card = it->card_hash};
    toc_charter charter = {.version = 2,
                           .circle = it->circle,
                           .name = toc_span_text("Example"),
                           .quorum = 1,
                           .member_count = 1,
                           .members = &member,
                           .policy = {.tlp_max = TOC_TLP_RED, .history = TOC_HISTORY_ALL}};
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    memset(charter.previous.bytes, 0x5A, sizeof charter.previous.bytes);
    charter.policy.approvals = *rules;
    TOC_CHECK_OK(toc_charter_write(&charter, &body, &err));
    toc_charter_hash_of(toc_buf_view(&body), &it->charter_hash);
    toc_charter_join(toc_buf_view(&body), NULL, 0, &it->charter);
    TOC_CHECK_OK(toc_buf_ok(&it->charter, &err));
}

void toc_test_officers_new(const toc_feed_name *feed, const toc_approval_rules *rules, uint8_t seed,
                           toc_test_officers *out)
{
    *out = (toc_test_officers){.circle = feed->circle, .org = feed->org};
    for (size_t i = 0; i < TOC_TEST_OFFICERS; i++)
        out->keys[i] = secret_of(seed, (uint8_t)(i + 1));
    make_card(out, seed);
    make_charter(out, rules);
}

void toc_test_officers_wipe(toc_test_officers *officers)
{
    for (size_t i = 0; i < TOC_TEST_OFFICERS; i++)
        toc_secret_free(officers->keys[i]);
    toc_buf_wipe(&officers->card);
    toc_buf_wipe(&officers->charter);
    *officers = (toc_test_officers){0};
}

void toc_test_officers_store(const toc_test_officers *officers, toc_log *log)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_hash card, charter;
    memcpy(card.bytes, officers->card_hash.bytes, sizeof card.bytes);
    memcpy(charter.bytes, officers->charter_hash.bytes, sizeof charter.bytes);
    TOC_CHECK_OK(toc_log_write(log, &txn, &err));
    TOC_CHECK_OK(toc_log_roll_put(txn, &card, toc_buf_view(&officers->card), &err));
    TOC_CHECK_OK(toc_log_roll_put(txn, &charter, toc_buf_view(&officers->charter), &err));
    TOC_CHECK_OK(toc_log_commit(txn, &err));
}

void toc_test_officers_grant(const toc_test_officers *officers, toc_test_feed *feed)
{
    toc_test_feed_grant_of(feed, feed->epoch, &officers->card_hash, &officers->charter_hash);
}

/* Of draft 0xDD…, in time. */
static toc_approval approve(const toc_test_officers *officers, uint32_t number, toc_span statement)
{
    toc_approval approval = {.decision = TOC_DECISION_APPROVED};
    memset(approval.draft.bytes, 0xDD, sizeof approval.draft.bytes);
    approval.not_after.unix_ms = (uint64_t)NOT_AFTER_MS * 1000;
    assert_true(number >= 1 && number <= TOC_TEST_OFFICERS);
    toc_approval_sign(statement, &officers->circle, &officers->org, officers->keys[number - 1],
                      &approval);
    return approval;
}

typedef struct signing {
    const toc_test_officers *officers;
    const uint32_t *numbers;
} signing;

static void sign(void *context, toc_span statement, toc_buf *out)
{
    const signing *what = context;
    toc_err err = {0};
    toc_approval approvals[TOC_OFFICERS_MAX];
    size_t count = 0;
    for (; what->numbers[count] != 0; count++)
        approvals[count] = approve(what->officers, what->numbers[count], statement);
    TOC_CHECK_OK(toc_record_join(statement, approvals, count, out, &err));
}

toc_said toc_test_officers_say(const toc_test_officers *officers, toc_test_feed *feed,
                               toc_statement statement, const uint32_t *numbers)
{
    signing what = {.officers = officers, .numbers = numbers};
    return toc_viewbook_say_with(feed, statement, sign, &what);
}
