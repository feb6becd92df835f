/* A circle that wants an officer to approve wallet claims, and a member that does without. */
#include "node/engine/grants.h"
#include "proto/address/wallet.h"
#include "proto/record/approval.h"
#include "proto/roll/amendment.h"
#include "store/query.h"
#include "tests/unit/node/hostile.h"

static toc_wallet wallet(void)
{
    toc_wallet_candidates found;
    toc_err err;
    TOC_CHECK_OK(
        toc_wallet_parse(toc_span_text("BTC:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"), &found, &err));
    assert_int_equal(found.count, 1);
    return found.wallets[0];
}

/* ---- what is done ---- */

static toc_code ask_for_one(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err)
{
    const scene *s = context;
    TOC_AUTO(toc_buf_wipe) toc_buf made = {0};
    toc_amended amended;
    toc_amendment amendment = {
        .policy.approvals = {.count = 1, .rows = {{TOC_RECORD_WALLET, 1, TOC_SCOPE_SUBMIT}}}};
    return toc_engine_charter_propose(engine, txn, &s->circle, &amendment, false, now, &made,
                                      &amended, err);
}

typedef struct saying {
    scene *s;
    uint64_t revision;
    bool approved;
    bool other_statement; /* the officer signed something else */
} saying;

static toc_code make_record(const saying *what, const toc_engine *engine, toc_buf *out,
                            toc_arena *arena, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    toc_statement statement = {.kind = TOC_RECORD_WALLET,
                               .revision = what->revision,
                               .issued_at = {1},
                               .tlp = TOC_TLP_AMBER,
                               .confidence = 80,
                               .source = {.ground = TOC_GROUND_OWN}};
    toc_claim_id claim;
    toc_span bytes;
    const toc_approval *none;
    size_t count;
    toc_approval approval = {.decision = TOC_DECISION_APPROVED, .not_after = {TOC_TIME_MS_MAX}};
    statement.as.wallet = (toc_wallet_body){.wallet = wallet(),
                                            .role = toc_span_text("perpetrator"),
                                            .category = toc_span_text("theft")};
    toc_statement_claim(&statement, &what->s->circle, &engine->org, &claim);
    toc_root root = toc_source_root(&statement.source, &claim, arena);
    statement.roots = &root;
    statement.root_count = 1;
    TOC_TRY(toc_record_encode(&statement, &plain, err));
    TOC_TRY(toc_record_open(toc_buf_view(&plain), arena, &bytes, &none, &count, err));
    toc_approval_sign(what->other_statement ? toc_span_text("another") : bytes, &what->s->circle,
                      &engine->org, engine->officer, &approval);
    return toc_record_join(bytes, &approval, what->approved ? 1 : 0, out, err);
}

/* As a node would that asks nobody. */
static toc_code say_claim(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    const saying *what = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    TOC_TRY(toc_arena_new(1 << 20, &arena, err));
    TOC_TRY(make_record(what, engine, &record, arena, err));
    toc_span bytes = toc_buf_view(&record);
    return toc_engine_write(engine, txn, &what->s->circle, TOC_LANE_BULK, &bytes, NULL, 1, now,
                            &what->s->record, err);
}

/* A charter of its own, as the next version without approvals, and feeds that name it. */
static toc_code judge_myself(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    const scene *s = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf whole = {0};
    toc_charter charter;
    toc_charter_signature signature;
    toc_log_circle state;
    toc_hash key;
    TOC_TRY(toc_arena_new(4 << 20, &arena, err));
    TOC_TRY(toc_log_charter_of(txn, &s->circle, arena, &charter, err));
    charter.previous = charter.hash;
    charter.version++;
    charter.policy.approvals = (toc_approval_rules){0};
    TOC_TRY(toc_charter_write(&charter, &body, err));
    toc_charter_hash_of(toc_buf_view(&body), &charter.hash);
    toc_charter_sign(&charter.hash, &engine->org, engine->officer, &signature);
    toc_charter_join(toc_buf_view(&body), &signature, 1, &whole);
    memcpy(key.bytes, charter.hash.bytes, sizeof key.bytes);
    TOC_TRY(toc_log_roll_put(txn, &key, toc_buf_view(&whole), err));
    TOC_TRY(toc_log_circle_get(txn, &s->circle, &state, err));
    state.charter = charter.hash;
    state.version = charter.version;
    TOC_TRY(toc_log_circle_put(txn, &state, err));
    return toc_grants_refresh(engine, txn, &s->circle, false, now, err);
}

/* ---- what the others see ---- */

typedef struct sight {
    size_t claims, unapproved;
    unsigned needed, counted;
    uint64_t revision; /* of the claim */
} sight;

static sight look(scene *s, int node)
{
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_query query = {0};
    toc_dossier dossier;
    toc_wallet asked = wallet();
    sim_node *at = &s->net.nodes[node];
    sim_fold(at);
    TOC_CHECK_OK(toc_arena_new((size_t)64 << 20, &arena, &err));
    TOC_CHECK_OK(toc_query_begin(at->log, at->views, arena, (toc_time){1}, &query, &err));
    TOC_CHECK_OK(toc_query_dossier(&query, "q", &asked, &dossier, &err));
    sight seen = {.claims = dossier.claim_count, .unapproved = dossier.unapproved_count};
    if (seen.claims > 0)
        seen.revision = dossier.claims[0].statement.revision;
    if (seen.unapproved > 0) {
        seen.needed = dossier.unapproved[0].needed;
        seen.counted = dossier.unapproved[0].counted;
    }
    toc_query_end(&query);
    return seen;
}

static void do_at(scene *s, int node, sim_action work, void *context)
{
    assert_true(sim_do(&s->net, &s->net.nodes[node], work, context));
    steps(s, 200);
}

static int set_up_asking(void **state)
{
    if (set_up(state) != 0)
        return 1;
    admit_as(*state, MALLORY, TOC_ROLE_MEMBER, true);
    scene *s = *state;
    uint32_t version = version_at(s, READER);
    do_at(s, AUTHOR, ask_for_one, s);
    return version_at(s, READER) == version + 1 && version_at(s, MALLORY) == version + 1 ? 0 : 1;
}

/* ---- the attacks ---- */

static void a_member_that_skips_its_officers_is_shown_and_not_counted(void **state)
{
    scene *s = *state;
    saying what = {.s = s, .revision = 1};
    do_at(s, MALLORY, say_claim, &what);
    for (int node = AUTHOR; node <= MALLORY; node++) {
        sight seen = look(s, node);
        assert_int_equal(seen.claims, 0);
        assert_int_equal(seen.unapproved, 1);
        assert_int_equal(seen.needed, 1);
        assert_int_equal(seen.counted, 0);
    }
    what.approved = what.other_statement = true;
    what.revision = 2;
    do_at(s, MALLORY, say_claim, &what);
    assert_int_equal(look(s, READER).claims, 0);
    assert_int_equal(look(s, READER).unapproved, 2);
    what.other_statement = false;
    what.revision = 3;
    do_at(s, MALLORY, say_claim, &what);
    for (int node = AUTHOR; node <= MALLORY; node++) {
        assert_int_equal(look(s, node).claims, 1);
        assert_int_equal(look(s, node).revision, 3);
    }
}

static void a_charter_that_nobody_signed_judges_nothing(void **state)
{
    scene *s = *state;
    saying what = {.s = s, .revision = 1};
    uint64_t before = size_at(s, READER, MALLORY, TOC_LANE_BULK);
    do_at(s, MALLORY, judge_myself, s);
    do_at(s, MALLORY, say_claim, &what);
    steps(s, 4000);
    assert_true(size_at(s, MALLORY, MALLORY, TOC_LANE_BULK) > before);
    for (int node = AUTHOR; node <= READER; node++) {
        assert_int_equal(size_at(s, node, MALLORY, TOC_LANE_BULK), before);
        assert_int_equal(look(s, node).claims, 0);
    }
    what.approved = true; /* the others go on */
    do_at(s, AUTHOR, say_claim, &what);
    assert_int_equal(look(s, READER).claims, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_member_that_skips_its_officers_is_shown_and_not_counted,
                                        set_up_asking, tear_down),
        cmocka_unit_test_setup_teardown(a_charter_that_nobody_signed_judges_nothing, set_up_asking,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
