/* tests/support/viewbook.h: a log and its views in a folder of their own, given the entries of
 * feeds made by hand (tests/support/test_feed.h) as a node would be: stored, opened, erased, ticks.
 * Owns:    the folder (in memory where the system has such), the store key, log and views, from
 * open to close.
 * Errors:  whatever goes wrong here fails the test. */
#ifndef TOC_TESTS_SUPPORT_VIEWBOOK_H
#define TOC_TESTS_SUPPORT_VIEWBOOK_H

#include "store/query.h"
#include "tests/support/check.h"
#include "tests/support/tempdir.h"
#include "tests/support/test_feed.h"

typedef struct toc_viewbook {
    char folder[TOC_TEMPDIR_BYTES];
    toc_secret *key;
    toc_store_options options;
    toc_log *log;
    toc_views *views;
} toc_viewbook;

/* Unsynced unless `sync`. */
void toc_viewbook_open(toc_viewbook *book, bool sync);
void toc_viewbook_close(toc_viewbook *book);
/* Closes and opens the views again. */
void toc_viewbook_reopen_views(toc_viewbook *book);

/* Stores the entries of the feed up to `until` (not beyond what it has) with their sender keys. */
void toc_viewbook_store(toc_viewbook *book, const toc_test_feed *feed, uint64_t until);
/* One journal row about entries that are stored, in the feed's lane. */
void toc_viewbook_journal(toc_viewbook *book, toc_journal_kind kind, const toc_test_feed *feed,
                          uint64_t from, uint64_t until);
void toc_viewbook_tick(toc_viewbook *book, uint64_t unix_ms);
/* Stores everything and opens it. */
void toc_viewbook_give(toc_viewbook *book, const toc_test_feed *feed);
/* Until nothing is left. */
void toc_viewbook_fold(toc_viewbook *book);
/* The walked digest; fails the test unless the running one agrees. */
toc_answer_digest toc_viewbook_digest(toc_viewbook *book);
bool toc_viewbook_same(const toc_answer_digest *left, const toc_answer_digest *right);

/* ---- what goes into a feed ---- */

/* The feed of an org in a circle, its names of so many equal bytes, its first entry a grant. `seed`
 * makes its keys: another one for each feed. */
toc_test_feed *toc_viewbook_feed(uint8_t circle, uint8_t org, toc_lane lane, uint8_t seed);

typedef struct toc_said {
    uint64_t index;
    toc_record_id record;
    toc_claim_id claim;
} toc_said;

/* Completes a statement as its author's node would (roots, target) and appends it; the roots of a
 * derived one are the caller's. */
toc_said toc_viewbook_say(toc_test_feed *feed, toc_statement statement);
/* The same; `sign` makes the record of the statement's bytes. */
toc_said toc_viewbook_say_with(toc_test_feed *feed, toc_statement statement,
                               void (*sign)(void *context, toc_span statement, toc_buf *out_record),
                               void *context);
/* An entry that opens to no well-formed statement. */
void toc_viewbook_say_nonsense(toc_test_feed *feed);

/* Statements to begin from: own source, revision 1, confidence 80, issued at TOC_BOOK_NOW. */
#define TOC_BOOK_NOW UINT64_C(1700000040000)  /* a whole minute */
toc_wallet toc_book_wallet(const char *text); /* "BTC:1A1z…" */
toc_statement toc_book_claim(toc_wallet wallet, const char *category);
toc_statement toc_book_cluster(const char *name);
/* Members lent. */
toc_statement toc_book_members(const char *name, const toc_member *members, size_t count);
toc_statement toc_book_retraction(const toc_statement *target);

/* Wallet number `number` of many; two numbers of one key (2n, 2n + 1) are twins. */
toc_wallet toc_book_numbered(uint32_t number);

#endif
