/* tests/support/made_world.h: worlds made by chance, or to a plan of tests/model, as entries in
 * real feeds, and the ways in which one comes to a store. One seed is one world.
 * Owns:    a world what it says of its feeds, until it is wiped; its feeds are their maker's.
 * Threads: one.
 * Errors:  whatever goes wrong here fails the test. */
#ifndef TOC_TESTS_SUPPORT_MADE_WORLD_H
#define TOC_TESTS_SUPPORT_MADE_WORLD_H

#include "tests/support/dice.h"
#include "tests/support/officers.h"
#include "tests/support/plan.h"

#define TOC_MINUTE_MS INT64_C(60000)

enum {
    TOC_MADE_WALLETS = 14, /* with twins, two chains of one account, and one with tags */
    TOC_MADE_OFFICERS_MAX = 24
};

typedef struct toc_made_world {
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
    toc_test_officers officers[TOC_MADE_OFFICERS_MAX];
    size_t judges[TOC_PLAN_FEEDS_MAX]; /* of each feed, from 1; 0: nobody is asked */
    toc_wallet wallets[TOC_MADE_WALLETS];
} toc_made_world;

/* Of claims, reports and retractions, in any order, by up to seven feeds. */
void toc_make_own(toc_made_world *it, uint64_t seed);
/* Reports around two wallets that are hubs or hardly so, and the smallest of all. */
void toc_make_crowded(toc_made_world *it, uint64_t seed);
/* A world of tests/model, with what goes again beside it: the feeds get some entries more. */
void toc_make_planned(toc_made_world *it, const toc_plan *plan);
void toc_made_wipe(toc_made_world *it);

/* Feed by feed, and nothing that goes again (made_given.c). */
void toc_give_plainly(toc_made_world *it, toc_viewbook *book);
/* In ranges, twice, with what goes again, folded now and then. */
void toc_give_somehow(toc_made_world *it, dice *random, toc_viewbook *book);

#endif
