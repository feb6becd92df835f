/* An author who changed his sign key and never signed his old heads anew: what others held before
 * that counts, and nothing that whoever has the old key makes since (PROTOCOL §2, 0021). */
#include "node/engine/cards.h"
#include "node/engine/cosign.h"
#include "proto/roll/change.h"
#include "tests/support/leaver.h"
#include "tests/unit/node/hostile.h"

enum { NEWCOMER = 3, OUTSIDER = 4 };

typedef struct loss {
    toc_log_feed feeds[TOC_LANE_COUNT]; /* of the author, as he left them */
    toc_secret *sign, *cosign;          /* the keys that he used */
    uint64_t retired_s;
} loss;

static toc_code remove_mallory(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    const scene *s = context;
    return toc_leaver_remove(engine, txn, &s->circle, &s->net.nodes[MALLORY].org, now, err);
}

static void tell_card(scene *s, int of, int to)
{
    copy_card(s, &s->net.nodes[of]);
    assert_true(sim_do(&s->net, &s->net.nodes[to], add_peer, s));
}

static loss *the_loss(void)
{
    static loss all;
    return &all;
}

static void cut_author(scene *s)
{
    s->net.cut[AUTHOR] = true;
    for (int other = 1; other < s->net.node_count; other++) {
        sim_link *link = &s->net.links[AUTHOR][other];
        if (!link->up)
            continue;
        link->up = false;
        toc_engine_link_down(s->net.nodes[AUTHOR].engine, link->number);
        toc_engine_link_down(s->net.nodes[other].engine, link->number);
    }
}

/* The author writes, others hold it; one of them leaves, another is admitted; then the author has a
 * new sign key, gives away the card, and is never heard of again. The reader's cosign key changes
 * too. */
static int set_up_loss(void **state)
{
    set_up_nodes(state, 5);
    scene *s = *state;
    loss *all = the_loss();
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    for (int i = 0; i < 3; i++)
        assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 500);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], remove_mallory, s));
    steps(s, 500);
    admit_as(s, NEWCOMER, TOC_ROLE_MEMBER, false);
    all->sign = steal(s, AUTHOR, TOC_OWN_SIGN);
    all->cosign = steal(s, AUTHOR, TOC_OWN_COSIGN);
    for (int lane = 0; lane < TOC_LANE_COUNT; lane++)
        assert_true(feed_at(s, READER, AUTHOR, (toc_lane)lane, &all->feeds[lane]));
    cut_author(s);
    all->retired_s = sim_now(&s->net, &s->net.nodes[AUTHOR]).wall.unix_ms / 1000;
    assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], TOC_CHANGE_SIGN, false, false));
    for (int to = READER; to <= NEWCOMER; to++)
        tell_card(s, AUTHOR, to);
    sim_off(&s->net, &s->net.nodes[AUTHOR]);
    assert_true(sim_rotate(&s->net, &s->net.nodes[READER], TOC_CHANGE_COSIGN, false, false));
    steps(s, 500);
    return 0;
}

static int tear_down_loss(void **state)
{
    loss *all = the_loss();
    toc_secret_free(all->sign);
    toc_secret_free(all->cosign);
    *all = (loss){0};
    return tear_down(state);
}

/* ---- what travels ---- */

typedef struct receipts {
    toc_org_id org;
    size_t count;
} receipts;

static toc_code count_receipt(void *context, const toc_log_cosignature *row, toc_err *err)
{
    receipts *all = context;
    (void)err;
    all->count += toc_org_id_equal(&row->org, &all->org) ? 1 : 0;
    return TOC_OK;
}

static size_t receipts_at(const scene *s, int by, const toc_log_feed *feed, int of)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_log_feed stored;
    receipts all = {.org = s->net.nodes[of].org};
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    TOC_CHECK_OK(toc_log_feed_find(txn, &feed->id, &stored, &err));
    TOC_CHECK_OK(
        toc_log_cosignatures(txn, stored.number, stored.head_size, count_receipt, &all, &err));
    toc_log_abort(txn);
    return all.count;
}

static void who_joins_after_the_author_is_gone_gets_what_others_held_before(void **state)
{
    scene *s = *state;
    const loss *all = the_loss();
    assert_true(sim_do(&s->net, &s->net.nodes[NEWCOMER], join, s));
    steps(s, 2000);
    for (int lane = 0; lane < TOC_LANE_COUNT; lane++) {
        assert_true(all->feeds[lane].frontier.size > 0);
        assert_int_equal(size_of(s, NEWCOMER, &all->feeds[lane]), all->feeds[lane].frontier.size);
        /* What vouches came along: he can pass it on; though its key was replaced since. */
        assert_int_equal(receipts_at(s, NEWCOMER, &all->feeds[lane], READER), 1);
    }
    assert_int_equal(refused(s, NEWCOMER, READER, TOC_REFUSE_RETIRED_KEY), 0);
    assert_int_equal(refused(s, NEWCOMER, READER, TOC_REFUSE_COSIGNATURE), 0);
}

/* ---- what is given ---- */

/* The reader's own log; what it holds of `whom` over the head is forgotten, or one is added. */
typedef struct rewriting {
    const scene *s;
    int whom;
    const toc_secret *cosign; /* NULL: forget */
    uint64_t time_s;
} rewriting;

static toc_code rewrite_receipts(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                 toc_err *err)
{
    const rewriting *what = context;
    const toc_log_feed *feed = &the_loss()->feeds[TOC_LANE_ALERT];
    const toc_org_id *org = &what->s->net.nodes[what->whom].org;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_log_feed stored;
    bool fresh;
    (void)engine;
    (void)now;
    TOC_TRY(toc_log_feed_find(txn, &feed->id, &stored, err));
    if (what->cosign == NULL)
        return toc_log_cosignatures_forget(txn, stored.number, org, 0, err);
    toc_log_cosignature made = {.size = stored.head_size, .org = *org};
    toc_sign_public(what->cosign, &made.key);
    toc_checkpoint_body(&feed->name, stored.head_size, &stored.head_root, &body);
    TOC_TRY(toc_cosignature_sign(toc_buf_view(&body), what->time_s, what->cosign, &made.made, err));
    return toc_log_cosignature_put(txn, stored.number, &made, &fresh, err);
}

static void rewrite(scene *s, int whom, const toc_secret *cosign, uint64_t time_s)
{
    rewriting what = {.s = s, .whom = whom, .cosign = cosign, .time_s = time_s};
    assert_true(sim_do(&s->net, &s->net.nodes[READER], rewrite_receipts, &what));
}

enum { NOBODY = -1 };

/* Whose word the reader gives along with the author's last head. */
static int who_vouches(const scene *s)
{
    toc_err err;
    toc_log_feed stored;
    toc_span note, voucher;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_arena_new(4 << 20, &arena, &err));
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    TOC_CHECK_OK(toc_log_feed_find(txn, &the_loss()->feeds[TOC_LANE_ALERT].id, &stored, &err));
    TOC_CHECK_OK(toc_log_head_note(txn, stored.number, &note, &err));
    TOC_CHECK_OK(toc_voucher_find(txn, &stored, note, arena, &voucher, &err));
    if (voucher.size == 0)
        return NOBODY;
    int by = 0;
    while (memcmp(voucher.data, s->net.nodes[by].org.bytes, 32) != 0)
        assert_true(++by < s->net.node_count);
    return by;
}

/* Who joins would refuse the head for it, though a word that vouches may be held, too. */
static void no_word_is_given_that_would_not_vouch(void **state)
{
    scene *s = *state;
    const loss *all = the_loss();
    TOC_AUTO(toc_secret_free) toc_secret *key = steal(s, NEWCOMER, TOC_OWN_COSIGN);
    assert_int_equal(who_vouches(s), READER);
    rewrite(s, AUTHOR, all->cosign, all->retired_s - 1000); /* his own is the oldest */
    assert_int_equal(who_vouches(s), READER);
    rewrite(s, READER, NULL, 0);
    assert_int_equal(who_vouches(s), NOBODY);
    rewrite(s, NEWCOMER, key, all->retired_s + 5);
    assert_int_equal(who_vouches(s), NOBODY);
    rewrite(s, NEWCOMER, NULL, 0);
    rewrite(s, NEWCOMER, all->cosign, all->retired_s - 5); /* by a key that is not its own */
    assert_int_equal(who_vouches(s), NOBODY);
    rewrite(s, NEWCOMER, NULL, 0);
    rewrite(s, NEWCOMER, key, all->retired_s - 5);
    assert_int_equal(who_vouches(s), NEWCOMER);
}

/* A retirement that is dated back later takes the youngest first. */
static void of_those_who_vouch_the_first_is_given(void **state)
{
    scene *s = *state;
    uint64_t retired_s = the_loss()->retired_s;
    TOC_AUTO(toc_secret_free) toc_secret *reader = steal(s, READER, TOC_OWN_COSIGN);
    TOC_AUTO(toc_secret_free) toc_secret *key = steal(s, NEWCOMER, TOC_OWN_COSIGN);
    rewrite(s, READER, NULL, 0);
    rewrite(s, READER, reader, retired_s - 3);
    rewrite(s, NEWCOMER, key, retired_s - 5);
    assert_int_equal(who_vouches(s), NEWCOMER);
    rewrite(s, READER, NULL, 0);
    rewrite(s, READER, reader, retired_s - 10);
    assert_int_equal(who_vouches(s), READER);
}

/* ---- what is refused ---- */

/* The head of a feed with `more` entries of the thief's, by the key that he has. */
static void make_note(const toc_log_feed *feed, uint64_t more, const toc_secret *sign,
                      toc_checkpoint *out_head, toc_buf *out_note)
{
    toc_err err;
    *out_head = (toc_checkpoint){.size = feed->frontier.size + more};
    if (more == 0)
        toc_frontier_root(&feed->frontier, &out_head->root);
    else
        memset(out_head->root.bytes, 7, sizeof out_head->root.bytes);
    TOC_CHECK_OK(
        toc_checkpoint_sign(&feed->name, out_head->size, &out_head->root, sign, out_note, &err));
}

static void make_voucher(const toc_feed_name *name, const toc_checkpoint *head,
                         const toc_org_id *org, const toc_secret *cosign, uint64_t time_s,
                         uint8_t out[TOC_VOUCHER_BYTES])
{
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_cosignature made;
    toc_checkpoint_body(name, head->size, &head->root, &body);
    TOC_CHECK_OK(toc_cosignature_sign(toc_buf_view(&body), time_s, cosign, &made, &err));
    memcpy(out, org->bytes, 32);
    for (int i = 0; i < 8; i++)
        out[32 + i] = (uint8_t)(time_s >> (56 - 8 * i));
    memcpy(out + 40, made.signature.bytes, 64);
}

static bool holds(const scene *s, const toc_log_feed *feed, const toc_buf *note, toc_span voucher)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_card by;
    TOC_CHECK_OK(toc_arena_new(4 << 20, &arena, &err));
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    assert_int_equal(toc_cards_signer(txn, &feed->name, toc_buf_view(note), arena, &by),
                     TOC_SIGNER_RETIRED);
    bool held = toc_voucher_holds(txn, &feed->name, &by, toc_buf_view(note), voucher);
    toc_log_abort(txn);
    return held;
}

typedef struct attempt {
    int org; /* in whose name */
    int key; /* whose cosign key */
    uint64_t more;
    int64_t after_s; /* the retirement */
    bool holds;
} attempt;

static void only_another_members_word_from_before_vouches(void **state)
{
    scene *s = *state;
    const loss *all = the_loss();
    const toc_log_feed *feed = &all->feeds[TOC_LANE_ALERT];
    const attempt attempts[] = {
        {.org = NEWCOMER, .key = NEWCOMER, .after_s = -5, .holds = true},
        {.org = MALLORY, .key = MALLORY, .after_s = -5, .holds = true}, /* has left since */
        {.org = NEWCOMER, .key = NEWCOMER, .after_s = 2},               /* too late */
        {.org = AUTHOR, .key = AUTHOR, .after_s = -5},                  /* the author himself */
        {.org = OUTSIDER, .key = OUTSIDER, .after_s = -5},              /* never in the circle */
        {.org = NEWCOMER, .key = OUTSIDER, .after_s = -5},              /* in another's name */
        {.org = READER, .key = NEWCOMER, .after_s = -5},
        /* Two who conspire and date back: what remains (docs/THREATS.md). */
        {.org = NEWCOMER, .key = NEWCOMER, .more = 1, .after_s = -5, .holds = true}};
    for (size_t i = 0; i < TOC_COUNT(attempts); i++) {
        const attempt *at = &attempts[i];
        TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
        TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
        toc_checkpoint head;
        uint8_t voucher[TOC_VOUCHER_BYTES];
        if (at->key != AUTHOR)
            key = steal(s, at->key, TOC_OWN_COSIGN);
        make_note(feed, at->more, all->sign, &head, &note);
        make_voucher(&feed->name, &head, &s->net.nodes[at->org].org,
                     key == NULL ? all->cosign : key,
                     (uint64_t)((int64_t)all->retired_s + at->after_s), voucher);
        assert_int_equal(holds(s, feed, &note, TOC_SPAN_OF(voucher)), at->holds);
        assert_false(holds(s, feed, &note, (toc_span){0}));
        for (size_t byte = 32; byte < sizeof voucher; byte++) { /* time and signature */
            voucher[byte] ^= 1;
            assert_false(holds(s, feed, &note, TOC_SPAN_OF(voucher)));
            voucher[byte] ^= 1;
        }
        if (at->more > 0)
            continue;
        toc_buf_clear(&note); /* it is for that head and for no other */
        make_note(feed, 1, all->sign, &head, &note);
        assert_false(holds(s, feed, &note, TOC_SPAN_OF(voucher)));
    }
}

/* With what truly vouches for the head before. */
static void a_longer_head_by_a_retired_key_is_refused_whatever_comes_with_it(void **state)
{
    scene *s = *state;
    const loss *all = the_loss();
    const toc_log_feed *feed = &all->feeds[TOC_LANE_ALERT];
    TOC_AUTO(toc_secret_free) toc_secret *key = steal(s, NEWCOMER, TOC_OWN_COSIGN);
    TOC_AUTO(toc_buf_wipe) toc_buf true_note = {0}, note = {0};
    toc_checkpoint true_head, head;
    uint8_t voucher[TOC_VOUCHER_BYTES];
    assert_true(sim_do(&s->net, &s->net.nodes[NEWCOMER], join, s));
    steps(s, 2000);
    make_note(feed, 0, all->sign, &true_head, &true_note);
    make_voucher(&feed->name, &true_head, &s->net.nodes[NEWCOMER].org, key, all->retired_s - 5,
                 voucher);
    make_note(feed, 1, all->sign, &head, &note);
    toc_head told = {.org = feed->name.org,
                     .lane = feed->name.lane,
                     .generation = feed->name.generation,
                     .size = head.size,
                     .root = head.root,
                     .note = toc_buf_view(&note),
                     .voucher = TOC_SPAN_OF(voucher)};
    toc_message news = {.kind = TOC_MSG_NEWS,
                        .as.news = {.circle = s->circle, .heads = &told, .head_count = 1}};
    uint64_t before = refused(s, READER, NEWCOMER, TOC_REFUSE_RETIRED_KEY);
    say(s, NEWCOMER, READER, &news);
    steps(s, 50);
    assert_int_equal(refused(s, READER, NEWCOMER, TOC_REFUSE_RETIRED_KEY), before + 1);
    assert_int_equal(size_of(s, READER, feed), feed->frontier.size);
}

/* ---- cosign keys that were replaced ---- */

/* What READER says of a receipt for the author's alerts, made at that second with that key. */
static toc_code check_receipt(scene *s, int cosigner, const toc_secret *signer, uint64_t time_s,
                              uint64_t *out_serial)
{
    const toc_log_feed *feed = &the_loss()->feeds[TOC_LANE_ALERT];
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_verify_key key;
    engine_cosignature row = {.circle = feed->name.circle,
                              .wire = {.org = feed->name.org,
                                       .lane = feed->name.lane,
                                       .generation = feed->name.generation,
                                       .size = feed->frontier.size,
                                       .cosigner = s->net.nodes[cosigner].org}};
    toc_frontier_root(&feed->frontier, &row.wire.root);
    toc_checkpoint_body(&feed->name, row.wire.size, &row.wire.root, &body);
    TOC_CHECK_OK(toc_cosignature_sign(toc_buf_view(&body), time_s, signer, &row.wire.made, &err));
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    toc_code code = toc_cosign_check(txn, &row, toc_buf_view(&body), &key, out_serial, &err);
    toc_log_abort(txn);
    return code;
}

/* A receipt does not vanish with the key that made it; who has that key makes no new ones. */
static void a_cosign_key_that_was_replaced_counts_for_what_is_older(void **state)
{
    scene *s = *state;
    uint64_t serial;
    TOC_AUTO(toc_secret_free) toc_secret *old = steal(s, MALLORY, TOC_OWN_COSIGN);
    uint64_t rotated_s = sim_now(&s->net, &s->net.nodes[MALLORY]).wall.unix_ms / 1000;
    assert_true(sim_rotate(&s->net, &s->net.nodes[MALLORY], TOC_CHANGE_COSIGN, false, false));
    tell_card(s, MALLORY, READER);
    assert_int_equal(check_receipt(s, MALLORY, old, rotated_s - 2, &serial), TOC_OK);
    assert_int_equal(serial, 2);
    assert_int_equal(check_receipt(s, MALLORY, old, rotated_s + 2, &serial), TOC_DENIED);
    assert_int_equal(serial, 2);
}

/* The author's card retires a sign key; what it signs as a cosignature, dated before that, is in no
 * bundle that verifies, so no node takes it. */
static void a_key_that_was_never_for_cosigning_makes_no_receipt(void **state)
{
    scene *s = *state;
    const loss *all = the_loss();
    uint64_t before_s = all->retired_s - 5, serial;
    assert_int_equal(check_receipt(s, AUTHOR, all->cosign, before_s, &serial), TOC_OK);
    assert_int_equal(check_receipt(s, AUTHOR, all->sign, before_s, &serial), TOC_SIGNATURE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_loss, tear_down_loss)
    const struct CMUnitTest tests[] = {
        TEST(who_joins_after_the_author_is_gone_gets_what_others_held_before),
        TEST(no_word_is_given_that_would_not_vouch),
        TEST(of_those_who_vouch_the_first_is_given),
        TEST(only_another_members_word_from_before_vouches),
        TEST(a_longer_head_by_a_retired_key_is_refused_whatever_comes_with_it),
        TEST(a_cosign_key_that_was_replaced_counts_for_what_is_older),
        TEST(a_key_that_was_never_for_cosigning_makes_no_receipt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
