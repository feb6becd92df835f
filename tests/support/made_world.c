#include "tests/support/made_world.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    FEEDS_MAX = 7,      /* of the worlds made here */
    OFFICERS_EVERY = 30 /* own worlds: the model verifies signatures slowly */
};

static void fill_wallets(toc_made_world *it)
{
    static const char *const others[] = {
        "xrpl:0:rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh",
        "eip155:1:0xdAC17F958D2ee523a2206206994597C13D831ec7",
        "eip155:56:0xdAC17F958D2ee523a2206206994597C13D831ec7",
        "bip122:000000000019d6689c085ae165831e93:3P14159f73E4gFr7JterCCQh9QjiTjiZrG"};
    for (size_t i = 0; i < TOC_MADE_WALLETS; i++)
        it->wallets[i] =
            i < TOC_COUNT(others) ? toc_book_wallet(others[i]) : toc_book_numbered((uint32_t)i);
}

static uint64_t any_issued_at(toc_made_world *it)
{
    static const uint64_t ahead[] = {TOC_FUTURE_MS_MAX, TOC_FUTURE_MS_MAX, TOC_FUTURE_MS_MAX + 1,
                                     TOC_FUTURE_MS_MAX + TOC_MINUTE_MS, 86400000};
    static const uint64_t ago[] = {0, 1, TOC_MINUTE_MS, 5 * TOC_MINUTE_MS, 3600000};
    if (dice_chance(&it->random, 15))
        return it->horizon + ahead[dice_below(&it->random, TOC_COUNT(ahead))];
    uint64_t back = ago[dice_below(&it->random, TOC_COUNT(ago))];
    return it->horizon > back ? it->horizon - back : 1;
}

static uint64_t any_valid_until(toc_made_world *it)
{
    static const int64_t around[] = {-86400000, -TOC_MINUTE_MS, -1,      0, 0,
                                     1,         TOC_MINUTE_MS,  86400000};
    if (dice_chance(&it->random, 70))
        return 0;
    int64_t at = (int64_t)it->horizon + around[dice_below(&it->random, TOC_COUNT(around))];
    return at < 1 ? 1 : (uint64_t)at;
}

static toc_source any_source(toc_made_world *it)
{
    static const char *const lists[] = {"ofac-sdn", "eu-fsf", "village-watch"};
    static const char *const vendors[] = {"chainalysis", "village-analytics"};
    if (dice_chance(&it->random, 50))
        return (toc_source){.ground = TOC_GROUND_OWN};
    if (dice_chance(&it->random, 70))
        return (toc_source){.ground = TOC_GROUND_LIST,
                            .id = toc_span_text(lists[dice_below(&it->random, TOC_COUNT(lists))])};
    return (toc_source){.ground = TOC_GROUND_VENDOR,
                        .id = toc_span_text(vendors[dice_below(&it->random, TOC_COUNT(vendors))])};
}

static toc_statement dated(toc_made_world *it, toc_statement statement)
{
    static const uint64_t revisions[] = {1, 1, 1, 2, 2, 3, 3, 4, 5, (uint64_t)1 << 53};
    static const uint32_t confidences[] = {0, 33, 49, 50, 50, 60, 75, 90, 95, 100};
    statement.revision = revisions[dice_below(&it->random, TOC_COUNT(revisions))];
    if (it->calm) {
        statement.issued_at.unix_ms = it->horizon;
        return statement;
    }
    statement.issued_at.unix_ms = any_issued_at(it);
    statement.valid_until.unix_ms = any_valid_until(it);
    statement.confidence = confidences[dice_below(&it->random, TOC_COUNT(confidences))];
    return statement;
}

static toc_statement any_claim(toc_made_world *it)
{
    static const char *const roles[] = {"perpetrator", "perpetrator", "intermediary", "victim"};
    static const char *const categories[] = {"theft", "theft", "scam"};
    size_t number = dice_below(&it->random, TOC_MADE_WALLETS);
    toc_wallet wallet = it->wallets[number];
    if (number == 0 && dice_chance(&it->random, 60))
        (void)snprintf(wallet.tag, sizeof wallet.tag, "%zu", 1 + dice_below(&it->random, 2));
    toc_statement statement =
        toc_book_claim(wallet, categories[dice_below(&it->random, TOC_COUNT(categories))]);
    statement.as.wallet.role = toc_span_text(roles[dice_below(&it->random, TOC_COUNT(roles))]);
    if (dice_chance(&it->random, 20))
        statement.as.wallet.actor = toc_span_text("lazarus");
    statement.source = any_source(it);
    return dated(it, statement);
}

static const char *any_name(toc_made_world *it)
{
    static const char *const names[] = {"a", "b", "c"};
    return names[dice_below(&it->random, TOC_COUNT(names))];
}

static toc_statement any_cluster(toc_made_world *it)
{
    toc_statement statement = toc_book_cluster(any_name(it));
    if (!it->calm && dice_chance(&it->random, 10))
        statement.as.cluster.entity_type = toc_span_text("exchange");
    statement.source = any_source(it);
    return dated(it, statement);
}

static toc_statement any_members(toc_made_world *it, toc_member storage[8])
{
    size_t count = 1 + dice_below(&it->random, 8);
    for (size_t i = 0; i < count; i++) {
        storage[i] = (toc_member){.wallet = it->wallets[dice_below(&it->random, TOC_MADE_WALLETS)],
                                  .remove = dice_chance(&it->random, 20)};
    }
    return dated(it, toc_book_members(any_name(it), storage, count));
}

static toc_statement any_retraction(toc_made_world *it)
{
    toc_statement target = dice_chance(&it->random, 50) ? any_claim(it) : any_cluster(it);
    return dated(it, toc_book_retraction(&target));
}

/* From here on the feed's records are judged by other officers, and by other rules. */
static void ask_officers(toc_made_world *it, size_t feed)
{
    toc_approval_rules rules = {.count = 2,
                                .rows = {{TOC_RECORD_WALLET, 0, TOC_SCOPE_SUBMIT},
                                         {TOC_RECORD_RETRACTION, 0, TOC_SCOPE_SUBMIT}}};
    if (it->officer_count == TOC_MADE_OFFICERS_MAX)
        return;
    for (size_t i = 0; i < rules.count; i++)
        rules.rows[i].k = 1 + (uint32_t)dice_below(&it->random, 2);
    toc_test_officers_new(&it->feeds[feed]->name, &rules, (uint8_t)(40 + feed),
                          &it->officers[it->officer_count]);
    toc_test_officers_grant(&it->officers[it->officer_count], it->feeds[feed]);
    it->judges[feed] = ++it->officer_count;
}

static void say(toc_made_world *it, size_t feed, toc_statement statement)
{
    static const uint32_t by[][4] = {{0},    {1},    {2},       {1, 2}, {2, 1},
                                     {1, 1}, {1, 3}, {4, 2, 1}, {3, 2}, {1, 2, 3}};
    if (it->judges[feed] == 0)
        (void)toc_viewbook_say(it->feeds[feed], statement);
    else
        (void)toc_test_officers_say(&it->officers[it->judges[feed] - 1], it->feeds[feed], statement,
                                    by[dice_below(&it->random, TOC_COUNT(by))]);
}

static void say_any(toc_made_world *it)
{
    toc_member storage[8];
    size_t feed = dice_below(&it->random, it->feed_count);
    size_t kind = dice_below(&it->random, 100);
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

static void open_feeds(toc_made_world *it, size_t count, size_t circles, size_t orgs)
{
    it->feed_count = count;
    for (size_t i = 0; i < count; i++) {
        uint8_t circle = (uint8_t)(0xC0 + dice_below(&it->random, circles));
        uint8_t org = (uint8_t)(0xA0 + dice_below(&it->random, orgs));
        toc_lane lane = dice_chance(&it->random, 40) ? TOC_LANE_ALERT : TOC_LANE_BULK;
        it->feeds[i] = toc_viewbook_feed(circle, org, lane, (uint8_t)(i + 1));
    }
}

static void choose_gone(toc_made_world *it, size_t percent)
{
    for (size_t i = 0; i < it->feed_count; i++) {
        it->gone[i] = calloc(it->feeds[i]->count, sizeof *it->gone[i]);
        assert_non_null(it->gone[i]);
        for (uint64_t index = 0; index < it->feeds[i]->count; index++)
            it->gone[i][index] = dice_chance(&it->random, percent);
    }
}

/* In some feeds; from somewhere among what they have, or beyond it. */
static void choose_forks(toc_made_world *it, size_t percent)
{
    for (size_t i = 0; i < it->feed_count; i++) {
        if (dice_chance(&it->random, percent))
            it->forked[i] = 1 + dice_below(&it->random, (size_t)it->feeds[i]->count + 1);
    }
}

void toc_make_own(toc_made_world *it, uint64_t seed)
{
    *it = (toc_made_world){.seed = seed, .random = {seed}};
    it->calm = dice_chance(&it->random, 40);
    it->horizon = it->calm || dice_chance(&it->random, 95) ? TOC_BOOK_NOW : 0;
    fill_wallets(it);
    size_t orgs = 1 + dice_below(&it->random, 4), circles = 1 + dice_below(&it->random, 2);
    open_feeds(it, 1 + dice_below(&it->random, FEEDS_MAX), circles, orgs);
    bool asks = seed % OFFICERS_EVERY == 0;
    for (size_t left = 5 + dice_below(&it->random, 60); left > 0; left--) {
        if (asks && dice_chance(&it->random, 20))
            ask_officers(it, dice_below(&it->random, it->feed_count));
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
static void say_crowd(toc_made_world *it, const toc_wallet *smallest)
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
static void thin_crowd(toc_made_world *it, const toc_wallet *smallest)
{
    size_t moving = it->seed % 2, leaving = 2 + it->seed / 2 % 3; /* 257, 256 or 255 stay */
    size_t first = dice_below(&it->random, CROWD);
    for (size_t i = 0; i < leaving; i++) {
        size_t report = (first + i) % CROWD;
        toc_member member = {.wallet = smallest[moving], .remove = true};
        say_members(it->feeds[3 + report % 3], report, 2 + i, &member, 1);
    }
    for (uint64_t step = 0; step < 40; step++) {
        size_t report = dice_below(&it->random, CROWD);
        const toc_wallet *own = &smallest[2 + CROWD_OWN * report];
        toc_member members[] = {{.wallet = own[1], .remove = dice_chance(&it->random, 60)},
                                {.wallet = own[2 * dice_below(&it->random, 2)],
                                 .remove = dice_chance(&it->random, 20)}};
        say_members(it->feeds[3 + report % 3], report, 10 + step, members,
                    1 + dice_below(&it->random, 2));
    }
}

void toc_make_crowded(toc_made_world *it, uint64_t seed)
{
    enum { NAMED = 2 + CROWD_OWN * CROWD };
    static toc_wallet wallets[NAMED];
    *it = (toc_made_world){.seed = seed, .random = {seed}, .horizon = TOC_BOOK_NOW, .calm = true};
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
    it->in_order = dice_chance(&it->random, 75);
}

void toc_make_planned(toc_made_world *it, const toc_plan *plan)
{
    *it = (toc_made_world){.seed = plan->seed,
                           .random = {plan->seed},
                           .horizon = plan->horizon,
                           .feed_count = plan->feed_count};
    uint64_t planned[TOC_PLAN_FEEDS_MAX];
    fill_wallets(it);
    for (size_t i = 0; i < it->feed_count; i++) {
        it->feeds[i] = plan->feeds[i];
        planned[i] = plan->feeds[i]->count;
    }
    for (size_t left = it->feed_count == 0 ? 0 : dice_below(&it->random, 12); left > 0; left--)
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

void toc_made_wipe(toc_made_world *it)
{
    for (size_t i = 0; i < it->officer_count; i++)
        toc_test_officers_wipe(&it->officers[i]);
    for (size_t i = 0; i < it->feed_count; i++)
        free(it->gone[i]);
}
