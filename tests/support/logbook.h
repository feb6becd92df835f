/* tests/support/logbook.h: a log in a folder of its own, feeds with real entries, and a hand that
 * flips bytes on disk.
 * Owns:    the folder, the store key and the open log, from open to close.
 * Errors:  whatever goes wrong here fails the test. */
#ifndef TOC_TESTS_SUPPORT_LOGBOOK_H
#define TOC_TESTS_SUPPORT_LOGBOOK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/log.h"
#include "store/table.h"
#include "tests/support/tempdir.h"

/* Fails the test with the sentence of `err` (a toc_err in scope) when the code is another. */
#define ASSERT_CODE(expected, call)                                                                \
    do {                                                                                           \
        toc_code assert_code_ = (call);                                                            \
        if (assert_code_ != (expected))                                                            \
            fail_msg("%s gives %s, not %s: %s", #call, toc_code_name(assert_code_),                \
                     toc_code_name(expected), err.text);                                           \
    } while (0)
#define ASSERT_OK(call) ASSERT_CODE(TOC_OK, call)

typedef struct toc_logbook {
    char folder[TOC_TEMPDIR_BYTES];
    toc_secret *key;
    toc_store_options options;
    toc_log *log;
    toc_secret *sign;   /* signs heads */
    toc_card_hash card; /* what grants name; nothing is held under it unless a test puts it there */
} toc_logbook;

/* Makes and opens a log, unsynced, with a map of 256 MiB. */
void toc_logbook_open(toc_logbook *book);
void toc_logbook_shut(toc_logbook *book);   /* closes the log only */
void toc_logbook_reopen(toc_logbook *book); /* after shut, or instead of it */
void toc_logbook_close(toc_logbook *book);  /* and removes the folder */

/* Of a test whose state is a logbook and nothing more. */
int toc_logbook_setup(void **state);
int toc_logbook_teardown(void **state);
toc_log_txn *toc_logbook_begin(const toc_logbook *book, bool write);
void toc_logbook_commit(toc_log_txn *txn);

/* A feed name that differs by `generation`; circle, org all of bytes 0xC1 and 0x0A. */
toc_feed_name toc_logbook_name(toc_lane lane, uint64_t generation);

/* Real entries: a grant first where asked for, then records with bodies of `body_bytes` that depend
 * on their index. */
typedef struct toc_logbook_entries {
    size_t count;
    uint8_t **bytes;
    toc_span *spans;
    toc_hash *leaves;
    bool has_judge;
    toc_judge judge;
} toc_logbook_entries;
void toc_logbook_entries_make(const toc_logbook *book, const toc_log_feed *feed, size_t count,
                              size_t body_bytes, bool grant, toc_logbook_entries *out);
void toc_logbook_entries_free(toc_logbook_entries *entries);
/* Makes and appends in one. */
void toc_logbook_append(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *feed, size_t count,
                        bool grant);
/* The note of a checkpoint, signed. */
void toc_logbook_note(const toc_logbook *book, const toc_feed_name *name, uint64_t size,
                      const toc_hash *root, toc_buf *out);
/* Signs what is stored and takes it as the head. */
void toc_logbook_head(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *feed);

/* Writes past the log, by the table layer; the log must be shut. `row`: position in the table. */
void toc_logbook_flip(const toc_logbook *book, const char *table, size_t row, size_t byte);
void toc_logbook_delete(const toc_logbook *book, const char *table, size_t row);
void toc_logbook_put(const toc_logbook *book, const char *table, toc_span key, toc_span value);
/* Puts the value of one row in the place of another's. */
void toc_logbook_replace(const toc_logbook *book, const char *table, size_t row, size_t with_row);
size_t toc_logbook_rows(const toc_logbook *book, const char *table);
/* Size of the value of a row. */
size_t toc_logbook_row_bytes(const toc_logbook *book, const char *table, size_t row);

/* Does the file contain the bytes? */
bool toc_logbook_file_has(const char *path, toc_span bytes);

#endif
