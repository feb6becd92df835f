/* The law: views are a function of what was opened and of the horizon (docs/RULES.md). So
 *   - any order of arrival, any chunking, any placing of ticks and of transactions gives one
 * digest;
 *   - what came and went again was never there;
 *   - rebuilding changes nothing, nor does rebuilding in any other order;
 *   - and what the queries say is what the reference model (tests/model) says of the same records.
 * Random worlds as real entries in real feeds in real stores: some made here, some by
 * tests/model/worlds.py, small ones and ones that have each threshold of §6. A world that fails
 * prints its seed; TOC_WORLD_SEED=n TOC_WORLD_COUNT=1 (…_PLANNED_…, …_KINDS_…, …_BIG_…) runs it
 * alone. */
#include <stdio.h>
#include <stdlib.h>

#include "proto/crypto/secret.h"
#include "store/view/list.h"
#include "store/view/schema.h"
#include "tests/support/officers.h"
#include "tests/support/plan.h"
#include "tests/support/world.h"

enum {
    FEEDS_MAX = 7, /* of the worlds made here */
    WALLETS = 14,  /* with twins, two chains of one account, and one with tags */
    OWN_WORLDS = 180,
    CROWDED_WORLDS = 10,
    PLANNED_WORLDS = 700, /* of rules 1, which later rules fold too */
    KINDS_WORLDS = 1600,  /* of every kind */
    KINDS_RULES = 2,      /* what tests/model/worlds.py makes */
    OFFICERS_EVERY = 30,  /* own worlds: the model verifies signatures slowly */
    OFFICERS_MAX = 24,
    RANGES_MAX = 12 * TOC_PLAN_FEEDS_MAX
};

#define MINUTE_MS INT64_C(60000)

/* ---- chance ---- */

typedef struct dice {
    uint64_t state;
} dice;

/* splitmix64 (Vigna 2015) */
static uint64_t draw(dice *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static size_t below(dice *random, size_t count)
{
    return (size_t)(draw(random) % count);
}

static bool chance(dice *random, size_t percent)
{
    return below(random, 100) < percent;
}

/* ---- a world ---- */

typedef struct world {
    uint64_t seed;
    dice random;
    uint64_t horizon; /* the last tick; 0: none */
    bool calm;        /* every report is live: what they share decides */
    bool in_order;    /* records arrive as they were written */
    size_t feed_count;
    toc_test_feed *feeds[TOC_PLAN_FEEDS_MAX];
    bool *gone[TOC_PLAN_FEEDS_MAX];      /* by index: erased in the end, or never opened */
    uint64_t forked[TOC_PLAN_FEEDS_MAX]; /* from there on in dispute; 0: whole (a grant is first) */
    size_t officer_count;
    toc_test_officers officers[OFFICERS_MAX];
    size_t judges[TOC_PLAN_FEEDS_MAX]; /* of each feed, from 1; 0: nobody is asked */
    toc_wallet wallets[WALLETS];
} world;

static void print_seed(const world *it, const char *what)
{
    print_error("world %llu: %s\n", (unsigned long long)it->seed, what);
}

static void fill_wallets(world *it)
{
    static const char *const others[] = {
        "xrpl:0:rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh",
        "eip155:1:0xdAC17F958D2ee523a2206206994597C13D831ec7",
        "eip155:56:0xdAC17F958D2ee523a2206206994597C13D831ec7",
        "bip122:000000000019d6689c085ae165831e93:3P14159f73E4gFr7JterCCQh9QjiTjiZrG"};
    for (size_t i = 0; i < WALLETS; i++)
        it->wallets[i] =
            i < TOC_COUNT(others) ? toc_book_wallet(others[i]) : toc_book_numbered((uint32_t)i);
}

static uint64_t any_issued_at(world *it)
{
    static const uint64_t ahead[] = {TOC_FUTURE_MS_MAX, TOC_FUTURE_MS_MAX, TOC_FUTURE_MS_MAX + 1,
                                     TOC_FUTURE_MS_MAX + MINUTE_MS, 86400000};
    static const uint64_t ago[] = {0, 1, MINUTE_MS, 5 * MINUTE_MS, 3600000};
    if (chance(&it->random, 15))
        return it->horizon + ahead[below(&it->random, TOC_COUNT(ahead))];
    uint64_t back = ago[below(&it->random, TOC_COUNT(ago))];
    return it->horizon > back ? it->horizon - back : 1;
}

static uint64_t any_valid_until(world *it)
{
    static const int64_t around[] = {-86400000, -MINUTE_MS, -1, 0, 0, 1, MINUTE_MS, 86400000};
    if (chance(&it->random, 70))
        return 0;
    int64_t at = (int64_t)it->horizon + around[below(&it->random, TOC_COUNT(around))];
    return at < 1 ? 1 : (uint64_t)at;
}

static toc_source any_source(world *it)
{
    static const char *const lists[] = {"ofac-sdn", "eu-fsf", "village-watch"};
    static const char *const vendors[] = {"chainalysis", "village-analytics"};
    if (chance(&it->random, 50))
        return (toc_source){.ground = TOC_GROUND_OWN};
    if (chance(&it->random, 70))
        return (toc_source){.ground = TOC_GROUND_LIST,
                            .id = toc_span_text(lists[below(&it->random, TOC_COUNT(lists))])};
    return (toc_source){.ground = TOC_GROUND_VENDOR,
                        .id = toc_span_text(vendors[below(&it->random, TOC_COUNT(vendors))])};
}

static toc_statement dated(world *it, toc_statement statement)
{
    static const uint64_t revisions[] = {1, 1, 1, 2, 2, 3, 3, 4, 5, (uint64_t)1 << 53};
    static const uint32_t confidences[] = {0, 33, 49, 50, 50, 60, 75, 90, 95, 100};
    statement.revision = revisions[below(&it->random, TOC_COUNT(revisions))];
    if (it->calm) {
        statement.issued_at.unix_ms = it->horizon;
        return statement;
    }
    statement.issued_at.unix_ms = any_issued_at(it);
    statement.valid_until.unix_ms = any_valid_until(it);
    statement.confidence = confidences[below(&it->random, TOC_COUNT(confidences))];
    return statement;
}

static toc_statement any_claim(world *it)
{
    static const char *const roles[] = {"perpetrator", "perpetrator", "intermediary", "victim"};
    static const char *const categories[] = {"theft", "theft", "scam"};
    size_t number = below(&it->random, WALLETS);
    toc_wallet wallet = it->wallets[number];
    if (number == 0 && chance(&it->random, 60))
        (void)snprintf(wallet.tag, sizeof wallet.tag, "%zu", 1 + below(&it->random, 2));
    toc_statement statement =
        toc_book_claim(wallet, categories[below(&it->random, TOC_COUNT(categories))]);
    statement.as.wallet.role = toc_span_text(roles[below(&it->random, TOC_COUNT(roles))]);
    if (chance(&it->random, 20))
        statement.as.wallet.actor = toc_span_text("lazarus");
    statement.source = any_source(it);
    return dated(it, statement);
}

static const char *any_name(world *it)
{
    static const char *const names[] = {"a", "b", "c"};
    return names[below(&it->random, TOC_COUNT(names))];
}

static toc_statement any_cluster(world *it)
{
    toc_statement statement = toc_book_cluster(any_name(it));
    if (!it->calm && chance(&it->random, 10))
        statement.as.cluster.entity_type = toc_span_text("exchange");
    statement.source = any_source(it);
    return dated(it, statement);
}

static toc_statement any_members(world *it, toc_member storage[8])
{
    size_t count = 1 + below(&it->random, 8);
    for (size_t i = 0; i < count; i++) {
        storage[i] = (toc_member){.wallet = it->wallets[below(&it->random, WALLETS)],
                                  .remove = chance(&it->random, 20)};
    }
    return dated(it, toc_book_members(any_name(it), storage, count));
}

static toc_statement any_retraction(world *it)
{
    toc_statement target = chance(&it->random, 50) ? any_claim(it) : any_cluster(it);
    return dated(it, toc_book_retraction(&target));
}

/* From here on the feed's records are judged by other officers, and by other rules. */
static void ask_officers(world *it, size_t feed)
{
    toc_approval_rules rules = {.count = 2,
                                .rows = {{TOC_RECORD_WALLET, 0, TOC_SCOPE_SUBMIT},
                                         {TOC_RECORD_RETRACTION, 0, TOC_SCOPE_SUBMIT}}};
    if (it->officer_count == OFFICERS_MAX)
        return;
    for (size_t i = 0; i < rules.count; i++)
        rules.rows[i].k = 1 + (uint32_t)below(&it->random, 2);
    toc_test_officers_new(&it->feeds[feed]->name, &rules, (uint8_t)(40 + feed),
                          &it->officers[it->officer_count]);
    toc_test_officers_grant(&it->officers[it->officer_count], it->feeds[feed]);
    it->judges[feed] = ++it->officer_count;
}

static void say(world *it, size_t feed, toc_statement statement)
{
    static const uint32_t by[][4] = {{0},    {1},    {2},       {1, 2}, {2, 1},
                                     {1, 1}, {1, 3}, {4, 2, 1}, {3, 2}, {1, 2, 3}};
    if (it->judges[feed] == 0)
        (void)toc_viewbook_say(it->feeds[feed], statement);
    else
        (void)toc_test_officers_say(&it->officers[it->judges[feed] - 1], it->feeds[feed], statement,
                                    by[below(&it->random, TOC_COUNT(by))]);
}

static void say_any(world *it)
{
    toc_member storage[8];
    size_t feed = below(&it->random, it->feed_count);
    size_t kind = below(&it->random, 100);
    if (it->calm)
        kind = kind < 90 ? 30 + kind / 2 : kind; /* hardly a claim or a retraction */
    if (kind < 30)
        say(it, feed, any_claim(it));
    else if (kind < 50)
        say(it, feed, any_cluster(it));
    else if (kind < 80)
        say(it, feed, any_members(it, storage));
    else if (kind < 97)
        say(it, feed, any_retraction(it));
    else
        toc_viewbook_say_nonsense(it->feeds[feed]);
}

static void open_feeds(world *it, size_t count, size_t circles, size_t orgs)
{
    it->feed_count = count;
    for (size_t i = 0; i < count; i++) {
        uint8_t circle = (uint8_t)(0xC0 + below(&it->random, circles));
        uint8_t org = (uint8_t)(0xA0 + below(&it->random, orgs));
        toc_lane lane = chance(&it->random, 40) ? TOC_LANE_ALERT : TOC_LANE_BULK;
        it->feeds[i] = toc_viewbook_feed(circle, org, lane, (uint8_t)(i + 1));
    }
}

static void choose_gone(world *it, size_t percent)
{
    for (size_t i = 0; i < it->feed_count; i++) {
        it->gone[i] = calloc(it->feeds[i]->count, sizeof *it->gone[i]);
        assert_non_null(it->gone[i]);
        for (uint64_t index = 0; index < it->feeds[i]->count; index++)
            it->gone[i][index] = chance(&it->random, percent);
    }
}

/* In some feeds; from somewhere among what they have, or beyond it. */
static void choose_forks(world *it, size_t percent)
{
    for (size_t i = 0; i < it->feed_count; i++) {
        if (chance(&it->random, percent))
            it->forked[i] = 1 + below(&it->random, (size_t)it->feeds[i]->count + 1);
    }
}

static void make_own(world *it, uint64_t seed)
{
    *it = (world){.seed = seed, .random = {seed}};
    it->calm = chance(&it->random, 40);
    it->horizon = it->calm || chance(&it->random, 95) ? TOC_BOOK_NOW : 0;
    fill_wallets(it);
    size_t orgs = 1 + below(&it->random, 4), circles = 1 + below(&it->random, 2);
    open_feeds(it, 1 + below(&it->random, FEEDS_MAX), circles, orgs);
    bool asks = seed % OFFICERS_EVERY == 0;
    for (size_t left = 5 + below(&it->random, 60); left > 0; left--) {
        if (asks && chance(&it->random, 20))
            ask_officers(it, below(&it->random, it->feed_count));
        say_any(it);
    }
    choose_gone(it, it->calm ? 25 : 10);
    choose_forks(it, 8);
}

static int compare_subjects(const void *left, const void *right)
{
    const toc_wallet *a = left, *b = right;
    return toc_span_compare(toc_subject_view(&a->subject), toc_subject_view(&b->subject));
}

static void say_members(toc_test_feed *feed, size_t report, uint64_t revision,
                        const toc_member *members, size_t count)
{
    char name[24];
    (void)snprintf(name, sizeof name, "n%zu", report);
    toc_statement statement = toc_book_members(name, members, count);
    statement.revision = revision;
    (void)toc_viewbook_say(feed, statement);
}

enum { CROWD = TOC_HUB_REPORTS + 3, CROWD_OWN = 3, CROWD_FEEDS = 6 };

/* Every report names the two smallest wallets and one of its own. */
static void say_crowd(world *it, const toc_wallet *smallest)
{
    for (size_t i = 0; i < CROWD; i++) {
        char name[24];
        toc_test_feed *feed = it->feeds[i % 3];
        (void)snprintf(name, sizeof name, "n%zu", i);
        toc_member members[] = {{.wallet = smallest[0]},
                                {.wallet = smallest[1]},
                                {.wallet = smallest[2 + CROWD_OWN * i + 1]}};
        (void)toc_viewbook_say(feed, toc_book_cluster(name));
        say_members(feed, i, 1, members, TOC_COUNT(members));
    }
}

/* Later, in other feeds: one of the two leaves about as many reports as it may before it is a hub
 * no more, and reports change what they have of their own. */
static void thin_crowd(world *it, const toc_wallet *smallest)
{
    size_t moving = it->seed % 2, leaving = 2 + it->seed / 2 % 3; /* 257, 256 or 255 stay */
    size_t first = below(&it->random, CROWD);
    for (size_t i = 0; i < leaving; i++) {
        size_t report = (first + i) % CROWD;
        toc_member member = {.wallet = smallest[moving], .remove = true};
        say_members(it->feeds[3 + report % 3], report, 2 + i, &member, 1);
    }
    for (uint64_t step = 0; step < 40; step++) {
        size_t report = below(&it->random, CROWD);
        const toc_wallet *own = &smallest[2 + CROWD_OWN * report];
        toc_member members[] = {
            {.wallet = own[1], .remove = chance(&it->random, 60)},
            {.wallet = own[2 * below(&it->random, 2)], .remove = chance(&it->random, 20)}};
        say_members(it->feeds[3 + report % 3], report, 10 + step, members,
                    1 + below(&it->random, 2));
    }
}

/* Reports around two wallets that are hubs or hardly so, and the smallest of all. */
static void make_crowded(world *it, uint64_t seed)
{
    enum { NAMED = 2 + CROWD_OWN * CROWD };
    static toc_wallet wallets[NAMED];
    *it = (world){.seed = seed, .random = {seed}, .horizon = TOC_BOOK_NOW, .calm = true};
    fill_wallets(it);
    for (uint32_t i = 0; i < NAMED; i++)
        wallets[i] = toc_book_numbered(2 * i);
    qsort(wallets, NAMED, sizeof *wallets, compare_subjects);
    it->feed_count = CROWD_FEEDS;
    for (size_t i = 0; i < CROWD_FEEDS; i++)
        it->feeds[i] = toc_viewbook_feed(0xC0, (uint8_t)(0xA0 + i % 3),
                                         i < 3 ? TOC_LANE_ALERT : TOC_LANE_BULK, (uint8_t)(i + 1));
    say_crowd(it, wallets);
    thin_crowd(it, wallets);
    choose_gone(it, 0);
    it->in_order = chance(&it->random, 75);
}

/* A world of tests/model, with what goes again beside it: the feeds get some entries more. */
static void make_planned(world *it, const toc_plan *plan)
{
    *it = (world){.seed = plan->seed,
                  .random = {plan->seed},
                  .horizon = plan->horizon,
                  .feed_count = plan->feed_count};
    uint64_t planned[TOC_PLAN_FEEDS_MAX];
    fill_wallets(it);
    for (size_t i = 0; i < it->feed_count; i++) {
        it->feeds[i] = plan->feeds[i];
        planned[i] = plan->feeds[i]->count;
    }
    for (size_t left = it->feed_count == 0 ? 0 : below(&it->random, 12); left > 0; left--)
        say_any(it);
    choose_gone(it, 40);
    for (size_t i = 0; i < it->feed_count; i++)
        memset(it->gone[i], 0, planned[i] * sizeof *it->gone[i]);
    for (size_t i = 0; i < plan->line_count; i++) {
        const toc_plan_line *line = &plan->lines[i];
        it->gone[line->feed][line->index] = line->unseen;
    }
    if (it->seed % 4 == 0)
        choose_forks(it, 15);
}

static void free_gone(world *it)
{
    for (size_t i = 0; i < it->officer_count; i++)
        toc_test_officers_wipe(&it->officers[i]);
    for (size_t i = 0; i < it->feed_count; i++)
        free(it->gone[i]);
}

/* ---- giving a world to a store ---- */

/* Before anything that they judge, as a node does. */
static void store_officers(const world *it, toc_viewbook *book)
{
    for (size_t i = 0; i < it->officer_count; i++)
        toc_test_officers_store(&it->officers[i], book->log);
}

static void dispute(toc_viewbook *book, const toc_test_feed *feed, uint64_t from)
{
    toc_viewbook_journal(book, TOC_JOURNAL_DISPUTED, feed, from, from + 1);
}

static void give_plainly(world *it, toc_viewbook *book)
{
    store_officers(it, book);
    for (size_t i = 0; i < it->feed_count; i++) {
        const toc_test_feed *feed = it->feeds[i];
        toc_viewbook_store(book, feed, feed->count);
        if (it->forked[i] != 0)
            dispute(book, feed, it->forked[i]);
        for (uint64_t from = 0, until; from < feed->count; from = until) {
            until = from + 1;
            while (until < feed->count && it->gone[i][until] == it->gone[i][from])
                until++;
            if (!it->gone[i][from])
                toc_viewbook_journal(book, TOC_JOURNAL_OPENED, feed, from, until);
        }
    }
    if (it->horizon != 0)
        toc_viewbook_tick(book, it->horizon);
    toc_viewbook_fold(book);
}

typedef struct range {
    size_t feed;
    uint64_t from, until;
} range;

/* Ranges that cover every feed, some of them twice, in any order, or in that of writing. */
static size_t cut(world *it, dice *random, range *out)
{
    size_t count = 0;
    for (size_t i = 0; i < it->feed_count; i++) {
        uint64_t size = it->feeds[i]->count, step = 1 + size / (1 + below(random, 5));
        for (uint64_t from = 0; from < size; from += step) {
            uint64_t until = from + step < size ? from + step : size;
            out[count++] = (range){.feed = i, .from = from, .until = until};
            if (chance(random, 20))
                out[count++] = (range){.feed = i, .from = from, .until = until};
        }
    }
    assert_true(count <= RANGES_MAX);
    if (it->in_order)
        return count;
    for (size_t i = count; i > 1; i--) {
        size_t other = below(random, i);
        range kept = out[i - 1];
        out[i - 1] = out[other];
        out[other] = kept;
    }
    return count;
}

static void open_range(world *it, dice *random, toc_viewbook *book, const range *some)
{
    const toc_test_feed *feed = it->feeds[some->feed];
    uint64_t more = below(random, (size_t)(feed->count - some->until) + 1);
    toc_viewbook_store(book, feed, some->until + more);
    toc_viewbook_journal(book, TOC_JOURNAL_OPENED, feed, some->from, some->until);
    if (!chance(random, 20))
        return;
    if (chance(random, 50))
        toc_viewbook_fold(book);
    toc_viewbook_journal(book, TOC_JOURNAL_QUARANTINED, feed, some->from, some->until);
    if (chance(random, 50))
        toc_viewbook_fold(book);
    toc_viewbook_journal(book, TOC_JOURNAL_RELEASED, feed, some->from, some->until);
}

/* A proof is met sooner or later, and others of a later place before it and after. */
static void dispute_some(world *it, dice *random, toc_viewbook *book)
{
    for (size_t i = 0; i < it->feed_count; i++) {
        const toc_test_feed *feed = it->feeds[i];
        if (it->forked[i] == 0 || chance(random, 70))
            continue;
        toc_viewbook_store(book, feed, 1);
        dispute(book, feed, it->forked[i] + below(random, 4));
    }
}

static void erase_gone(world *it, dice *random, toc_viewbook *book)
{
    for (size_t i = 0; i < it->feed_count; i++) {
        for (uint64_t index = 0; index < it->feeds[i]->count; index++) {
            if (!it->gone[i][index])
                continue;
            toc_viewbook_journal(book, TOC_JOURNAL_ERASED, it->feeds[i], index, index + 1);
            if (chance(random, 20))
                toc_viewbook_fold(book);
        }
    }
}

static void give_somehow(world *it, dice *random, toc_viewbook *book)
{
    store_officers(it, book);
    static range ranges[RANGES_MAX];
    size_t count = cut(it, random, ranges);
    uint64_t tick = it->horizon == 0 ? 0 : it->horizon - (uint64_t)(90 * MINUTE_MS);
    for (size_t i = 0; i < count; i++) {
        dispute_some(it, random, book);
        open_range(it, random, book, &ranges[i]);
        if (tick != 0 && tick + (uint64_t)(30 * MINUTE_MS) < it->horizon && chance(random, 30)) {
            tick += (uint64_t)MINUTE_MS * (1 + below(random, 30));
            toc_viewbook_tick(book, tick);
        }
        if (chance(random, 40))
            toc_viewbook_fold(book);
    }
    bool tick_first = chance(random, 50);
    for (size_t i = 0; i < it->feed_count; i++) {
        if (it->forked[i] != 0)
            dispute(book, it->feeds[i], it->forked[i]);
    }
    dispute_some(it, random, book);
    if (it->horizon != 0 && tick_first)
        toc_viewbook_tick(book, it->horizon);
    erase_gone(it, random, book);
    if (it->horizon != 0 && !tick_first)
        toc_viewbook_tick(book, it->horizon);
    toc_viewbook_fold(book);
}

/* ---- the law ---- */

static void check_same(const world *it, const toc_answer_digest *expected, toc_viewbook *book,
                       const char *what)
{
    toc_answer_digest found = toc_viewbook_digest(book);
    if (toc_viewbook_same(&found, expected))
        return;
    print_seed(it, what);
    TOC_AUTO(toc_buf_wipe) toc_buf views = {0};
    toc_world_views(book, &views);
    print_error("%s\n", toc_buf_text(&views));
    fail();
}

static void check_rebuilds(const world *it, const toc_answer_digest *expected, toc_viewbook *book)
{
    toc_err err = {0};
    uint64_t seed = it->seed;
    TOC_CHECK_OK(toc_views_rebuild(book->views, NULL, NULL, NULL, &err));
    check_same(it, expected, book, "rebuilding changed the views");
    TOC_CHECK_OK(toc_views_rebuild(book->views, &seed, NULL, NULL, &err));
    check_same(it, expected, book, "rebuilding in another order changed the views");
}

/* Every world of the run, one file a test. */
static char all_folder[TOC_TEMPDIR_BYTES];
static bool whole_run = true; /* nobody asked for less */
static uint64_t worlds_in_dispute;

typedef struct comparison {
    char folder[TOC_TEMPDIR_BYTES];
    char worlds_path[TOC_TEMPDIR_BYTES + 16], views_path[TOC_TEMPDIR_BYTES + 16];
    FILE *worlds;
    TOC_LIST(uint64_t) seeds;
    toc_buf views; /* one line a world */
} comparison;

static void note_for_model(comparison *with, const world *it, toc_viewbook *book)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_world_write(book, &line);
    assert_int_equal(fwrite(line.data, 1, line.size, with->worlds), line.size);
    size_t before = with->views.size;
    toc_world_views(book, &with->views);
    static const char some[] = "\"disputed\":[\"";
    worlds_in_dispute +=
        memmem(with->views.data + before, with->views.size - before, some, sizeof some - 1) != NULL;
    uint64_t *seed = TOC_LIST_ADD(&with->seeds);
    if (seed == NULL)
        abort();
    *seed = it->seed;
}

static void check_world(world *it, comparison *with)
{
    toc_viewbook plain, other;
    toc_viewbook_open(&plain, false);
    toc_viewbook_open(&other, false);
    dice random = {it->seed ^ UINT64_C(0xA5A5A5A5)};
    give_plainly(it, &plain);
    give_somehow(it, &random, &other);
    toc_answer_digest expected = toc_viewbook_digest(&plain);
    check_same(it, &expected, &other, "two orders of arrival differ");
    check_rebuilds(it, &expected, &other);
    note_for_model(with, it, &plain);
    toc_viewbook_close(&plain);
    toc_viewbook_close(&other);
    free_gone(it);
}

/* ---- against the model ---- */

static void begin_comparison(comparison *with, const char *name)
{
    *with = (comparison){0};
    toc_tempdir_make(with->folder);
    (void)snprintf(with->worlds_path, sizeof with->worlds_path, "%s/%s", all_folder, name);
    (void)snprintf(with->views_path, sizeof with->views_path, "%s/views", with->folder);
    with->worlds = fopen(with->worlds_path, "we");
    assert_non_null(with->worlds);
}

/* Whole, where cmocka would cut them. */
static void fail_two_lines(uint64_t seed, toc_span expected, toc_span found)
{
    (void)fprintf(stderr, "world %llu: the model says\n%.*s\nand the store\n%.*s\n",
                  (unsigned long long)seed, (int)expected.size, (const char *)expected.data,
                  (int)found.size, (const char *)found.data);
    fail();
}

static void compare_lines(comparison *with, FILE *model)
{
    char *line = NULL;
    size_t room = 0, at = 0;
    for (size_t i = 0; i < with->seeds.count; i++) {
        ssize_t size = getline(&line, &room, model);
        if (size <= 0)
            fail_msg("the model stopped after %zu worlds", i);
        toc_span expected = toc_span_of(line, (size_t)size);
        const uint8_t *ours = with->views.data + at;
        const uint8_t *end = memchr(ours, '\n', with->views.size - at);
        assert_non_null(end);
        toc_span found = toc_span_of(ours, (size_t)(end - ours) + 1);
        at += found.size;
        if (!toc_span_equal(expected, found))
            fail_two_lines(with->seeds.at[i], expected, found);
    }
    free(line);
}

static void end_comparison(comparison *with)
{
    assert_int_equal(fclose(with->worlds), 0);
    const char *const arguments[] = {"--lines", "--parts", TOC_WORLD_PARTS, with->worlds_path,
                                     NULL};
    if (!toc_world_python("model.py", arguments, with->views_path))
        fail_msg("python3 is needed to compare with the reference model");
    FILE *model = fopen(with->views_path, "re");
    assert_non_null(model);
    compare_lines(with, model);
    (void)fclose(model);
    toc_buf_wipe(&with->views);
    TOC_LIST_WIPE(&with->seeds);
    toc_tempdir_remove(with->folder);
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    whole_run = whole_run && text == NULL;
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static void print_seeds(uint64_t first, uint64_t count)
{
    print_message("worlds %llu to %llu\n", (unsigned long long)first,
                  (unsigned long long)(first + count - 1));
}

static void check_made(const char *name, void (*make)(world *it, uint64_t seed), uint64_t first,
                       uint64_t count)
{
    comparison with;
    begin_comparison(&with, name);
    print_seeds(first, count);
    for (uint64_t seed = first; seed < first + count; seed++) {
        world it;
        make(&it, seed);
        check_world(&it, &with);
        for (size_t i = 0; i < it.feed_count; i++)
            toc_test_feed_free(it.feeds[i]);
    }
    end_comparison(&with);
}

static void own_worlds_converge_and_agree_with_the_model(void **state)
{
    (void)state;
    check_made("own", make_own, from_environment("TOC_WORLD_SEED", 1),
               from_environment("TOC_WORLD_COUNT", OWN_WORLDS));
}

static void crowded_worlds_converge_and_agree_with_the_model(void **state)
{
    (void)state;
    check_made("crowded", make_crowded, from_environment("TOC_CROWDED_SEED", 1),
               from_environment("TOC_CROWDED_COUNT", CROWDED_WORLDS));
}

/* What a run of plan.py makes. */
typedef struct planned {
    const char *name; /* of the file of its worlds */
    uint64_t first, count;
    bool big;
    unsigned rules;
} planned;

static FILE *open_plans(const comparison *with, const planned *run)
{
    char seed_text[24], count_text[24], rules_text[8], path[TOC_TEMPDIR_BYTES + 16];
    (void)snprintf(seed_text, sizeof seed_text, "%llu", (unsigned long long)run->first);
    (void)snprintf(count_text, sizeof count_text, "%llu", (unsigned long long)run->count);
    (void)snprintf(rules_text, sizeof rules_text, "%u", run->rules);
    (void)snprintf(path, sizeof path, "%s/plans", with->folder);
    const char *const arguments[] = {"--seed",
                                     seed_text,
                                     "--count",
                                     count_text,
                                     "--rules",
                                     rules_text,
                                     run->big ? "--big" : NULL,
                                     NULL};
    if (!toc_world_python("plan.py", arguments, path))
        fail_msg("python3 is needed to make worlds");
    FILE *plans = fopen(path, "re");
    assert_non_null(plans);
    return plans;
}

static void check_planned(const planned *run)
{
    comparison with;
    toc_plan plan;
    uint64_t checked = 0;
    begin_comparison(&with, run->name);
    print_seeds(run->first, run->count);
    FILE *plans = open_plans(&with, run);
    for (; toc_plan_read(plans, &plan); checked++) {
        world it;
        make_planned(&it, &plan);
        check_world(&it, &with);
        toc_plan_wipe(&plan);
    }
    assert_int_equal(checked, run->count);
    (void)fclose(plans);
    end_comparison(&with);
}

static void planned_worlds_converge_and_agree_with_the_model(void **state)
{
    (void)state;
    check_planned(&(planned){.name = "planned",
                             .first = from_environment("TOC_PLANNED_SEED", 1),
                             .count = from_environment("TOC_PLANNED_COUNT", PLANNED_WORLDS),
                             .rules = 1});
}

/* Worlds of all kinds, as soon as the views count them. */
static void worlds_of_every_kind_converge_and_agree_with_the_model(void **state)
{
    (void)state;
    check_planned(&(planned){.name = "kinds",
                             .first = from_environment("TOC_KINDS_SEED", PLANNED_WORLDS + 1),
                             .count = from_environment("TOC_KINDS_COUNT", KINDS_WORLDS),
                             .rules = KINDS_RULES});
}

static void worlds_at_the_thresholds_converge_and_agree_with_the_model(void **state)
{
    (void)state;
    static const planned runs[] = {{"big1", 1, 12, true, 1},
                                   {"big2", 19, 1, true, 1},
                                   {"big3", 50, 3, true, 1},
                                   {"big4", 78, 1, true, 1}};
    uint64_t seed = from_environment("TOC_BIG_SEED", 0);
    if (seed != 0) {
        check_planned(&(planned){"big1", seed, from_environment("TOC_BIG_COUNT", 1), true, 1});
        return;
    }
    for (size_t i = 0; i < TOC_COUNT(runs); i++)
        check_planned(&runs[i]);
}

static void print_file(const char *path)
{
    char line[256];
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        print_message("%s", line);
    (void)fclose(file);
}

/* A world that shows nothing proves nothing. */
static void the_worlds_showed_every_case_of_the_rules(void **state)
{
    (void)state;
    static const char *const names[] = {"own", "planned", "kinds", "big1", "big2", "big3", "big4"};
    char rules[8], paths[TOC_COUNT(names)][TOC_TEMPDIR_BYTES + 16], out[TOC_TEMPDIR_BYTES + 16];
    const char *arguments[TOC_COUNT(names) + 5] = {"--rules", rules, "--but",
                                                   "1 a record came twice"};
    if (!whole_run)
        skip();
    (void)snprintf(rules, sizeof rules, "%d", KINDS_RULES);
    for (size_t i = 0; i < TOC_COUNT(names); i++) {
        (void)snprintf(paths[i], sizeof paths[i], "%s/%s", all_folder, names[i]);
        arguments[4 + i] = paths[i];
    }
    (void)snprintf(out, sizeof out, "%s/seen", all_folder);
    bool ran = toc_world_python("seen.py", arguments, out);
    print_file(out);
    assert_true(ran);
    print_message("%8llu worlds with records in dispute\n", (unsigned long long)worlds_in_dispute);
    assert_true(worlds_in_dispute >= 100);
}

static int start(void **state)
{
    (void)state;
    toc_tempdir_make(all_folder);
    if (toc_crypto_start(NULL) != TOC_OK)
        return 1;
    toc_random_from_seed(1); /* keys, so record ids, too: each run shows the same cases */
    return 0;
}

static int stop(void **state)
{
    (void)state;
    toc_tempdir_remove(all_folder);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]); /* faults.py runs one test at a time */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_worlds_converge_and_agree_with_the_model),
        cmocka_unit_test(crowded_worlds_converge_and_agree_with_the_model),
        cmocka_unit_test(planned_worlds_converge_and_agree_with_the_model),
        cmocka_unit_test(worlds_of_every_kind_converge_and_agree_with_the_model),
        cmocka_unit_test(worlds_at_the_thresholds_converge_and_agree_with_the_model),
        cmocka_unit_test(the_worlds_showed_every_case_of_the_rules),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
