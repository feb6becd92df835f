/* Ways in which a world comes to a store: all must lead to the same views. */
#include "tests/support/made_world.h"

enum { RANGES_MAX = 12 * TOC_PLAN_FEEDS_MAX };

/* Before anything that they judge, as a node does. */
static void store_officers(const toc_made_world *it, toc_viewbook *book)
{
    for (size_t i = 0; i < it->officer_count; i++)
        toc_test_officers_store(&it->officers[i], book->log);
}

static void dispute(toc_viewbook *book, const toc_test_feed *feed, uint64_t from)
{
    toc_viewbook_journal(book, TOC_JOURNAL_DISPUTED, feed, from, from + 1);
}

void toc_give_plainly(toc_made_world *it, toc_viewbook *book)
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
static size_t cut(toc_made_world *it, dice *random, range *out)
{
    size_t count = 0;
    for (size_t i = 0; i < it->feed_count; i++) {
        uint64_t size = it->feeds[i]->count, step = 1 + size / (1 + dice_below(random, 5));
        for (uint64_t from = 0; from < size; from += step) {
            uint64_t until = from + step < size ? from + step : size;
            out[count++] = (range){.feed = i, .from = from, .until = until};
            if (dice_chance(random, 20))
                out[count++] = (range){.feed = i, .from = from, .until = until};
        }
    }
    assert_true(count <= RANGES_MAX);
    if (it->in_order)
        return count;
    for (size_t i = count; i > 1; i--) {
        size_t other = dice_below(random, i);
        range kept = out[i - 1];
        out[i - 1] = out[other];
        out[other] = kept;
    }
    return count;
}

static void open_range(toc_made_world *it, dice *random, toc_viewbook *book, const range *some)
{
    const toc_test_feed *feed = it->feeds[some->feed];
    uint64_t more = dice_below(random, (size_t)(feed->count - some->until) + 1);
    toc_viewbook_store(book, feed, some->until + more);
    toc_viewbook_journal(book, TOC_JOURNAL_OPENED, feed, some->from, some->until);
    if (!dice_chance(random, 20))
        return;
    if (dice_chance(random, 50))
        toc_viewbook_fold(book);
    toc_viewbook_journal(book, TOC_JOURNAL_QUARANTINED, feed, some->from, some->until);
    if (dice_chance(random, 50))
        toc_viewbook_fold(book);
    toc_viewbook_journal(book, TOC_JOURNAL_RELEASED, feed, some->from, some->until);
}

/* A proof is met sooner or later, and others of a later place before it and after. */
static void dispute_some(toc_made_world *it, dice *random, toc_viewbook *book)
{
    for (size_t i = 0; i < it->feed_count; i++) {
        const toc_test_feed *feed = it->feeds[i];
        if (it->forked[i] == 0 || dice_chance(random, 70))
            continue;
        toc_viewbook_store(book, feed, 1);
        dispute(book, feed, it->forked[i] + dice_below(random, 4));
    }
}

static void erase_gone(toc_made_world *it, dice *random, toc_viewbook *book)
{
    for (size_t i = 0; i < it->feed_count; i++) {
        for (uint64_t index = 0; index < it->feeds[i]->count; index++) {
            if (!it->gone[i][index])
                continue;
            toc_viewbook_journal(book, TOC_JOURNAL_ERASED, it->feeds[i], index, index + 1);
            if (dice_chance(random, 20))
                toc_viewbook_fold(book);
        }
    }
}

void toc_give_somehow(toc_made_world *it, dice *random, toc_viewbook *book)
{
    store_officers(it, book);
    static range ranges[RANGES_MAX];
    size_t count = cut(it, random, ranges);
    uint64_t tick = it->horizon == 0 ? 0 : it->horizon - (uint64_t)(90 * TOC_MINUTE_MS);
    for (size_t i = 0; i < count; i++) {
        dispute_some(it, random, book);
        open_range(it, random, book, &ranges[i]);
        if (tick != 0 && tick + (uint64_t)(30 * TOC_MINUTE_MS) < it->horizon &&
            dice_chance(random, 30)) {
            tick += (uint64_t)TOC_MINUTE_MS * (1 + dice_below(random, 30));
            toc_viewbook_tick(book, tick);
        }
        if (dice_chance(random, 40))
            toc_viewbook_fold(book);
    }
    bool tick_first = dice_chance(random, 50);
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
