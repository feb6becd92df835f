/* store/feed/internal.h: what the files of the log share; nobody outside store/feed includes it.
 * Table layouts stand in store/README.md. */
#ifndef TOC_STORE_FEED_INTERNAL_H
#define TOC_STORE_FEED_INTERNAL_H

#include "store/log.h"
#include "store/table.h"

/* Positions in the list of names in log.c; new ones go to the end. */
typedef enum toc_log_table {
    TOC_LOG_STATE = 0,
    TOC_LOG_FEEDS,
    TOC_LOG_FEED_IDS,
    TOC_LOG_CIRCLE_FEEDS,
    TOC_LOG_ENTRIES,
    TOC_LOG_HASHES,
    TOC_LOG_HEADS,
    TOC_LOG_JOURNAL,
    TOC_LOG_PENDING,
    TOC_LOG_ROLL,
    TOC_LOG_CARDS,
    TOC_LOG_CIRCLES,
    TOC_LOG_PEERS,
    TOC_LOG_KEYS,
    TOC_LOG_SUBMISSIONS,
    TOC_LOG_COSIGS,
    TOC_LOG_COSIGNERS,
    TOC_LOG_HELD,
    TOC_LOG_OVERLAY,
    TOC_LOG_AUDIT,
    TOC_LOG_AUDIT_HEADS,
    TOC_LOG_QUOTAS,
    TOC_LOG_FORKS,
    TOC_LOG_ERASED,
    TOC_LOG_LACKING,
    TOC_LOG_ERASURES,
    TOC_LOG_MANDATES,
    TOC_LOG_DRAFTS,
    TOC_LOG_GRANTS,
    TOC_LOG_TABLE_COUNT
} toc_log_table;

/* kept_charters.c: for the writer alone. */
enum { TOC_KEPT_IN_FORCE = 8, TOC_KEPT_OF_ROLL = 16 };
typedef struct toc_kept_charter {
    toc_arena *arena; /* NULL: no charter */
    toc_charter charter;
    uint64_t lent_in; /* the last transaction that asked for it; it may still look at it */
} toc_kept_charter;
typedef struct toc_kept_charters {
    uint64_t transaction; /* counts those that write */
    toc_kept_charter in_force[TOC_KEPT_IN_FORCE], of_roll[TOC_KEPT_OF_ROLL];
} toc_kept_charters;
void toc_kept_charters_free(toc_kept_charters *kept);

/* checked.c: rows that were found sound, byte for byte; for the writer alone. */
typedef struct toc_sound_row {
    const char *table; /* its name; NULL: no row */
    size_t key_size;
    toc_buf bytes; /* key ‖ value */
} toc_sound_row;
enum { TOC_SOUND_ROWS = 1024, TOC_SOUND_ROW_BYTES_MAX = 4096 };

struct toc_log {
    toc_env *env;
    toc_secret *store_key;
    toc_kept_charters charters;
    toc_sound_row sound[TOC_SOUND_ROWS];
};

enum { TOC_JOURNAL_LANES = 2 }; /* alert and bulk */

struct toc_log_txn {
    toc_log *log;
    toc_txn *txn;
    uint32_t appended;                     /* entries, in this transaction */
    uint64_t entry_bytes;                  /* of those, less what was erased; joins the stored sum
                                              on commit, modulo 2^64 */
    bool journal_known[TOC_JOURNAL_LANES]; /* is the number below read already? */
    uint64_t journal_last[TOC_JOURNAL_LANES];
    toc_arena *opened;      /* what was sealed; NULL: nothing was opened */
    toc_log_feed last_feed; /* as it was read last, for the next question is mostly about it again;
                               number 0: none, or its row was put since */
};

/* ---- rows that no hash covers ----
 * version u8 ‖ check[8] ‖ payload; check = first 8 bytes of BLAKE2b-256("tocsin/row/1\n" ‖ table ‖
 * 0 ‖ key length u16 ‖ key ‖ payload). LMDB has no checksums, so these have: a flipped bit, or a
 * row in another's place, is MALFORMED on reading. */

TOC_MUST toc_code toc_checked_put(toc_log_txn *txn, toc_log_table table, toc_span key,
                                  toc_span payload, toc_err *err);
/* NOT_FOUND with "no such row": the caller knows better words. */
TOC_MUST toc_code toc_checked_get(toc_log_txn *txn, toc_log_table table, toc_span key,
                                  toc_span *out_payload, toc_err *err);
/* The same for a row that a cursor lent. */
TOC_MUST toc_code toc_checked_open(const toc_log_txn *txn, toc_log_table table, toc_row row,
                                   toc_span *out_payload, toc_err *err);
void toc_sound_rows_free(toc_log *log);
/* MALFORMED in the words of toc_table_lies. */
toc_code toc_log_lies(const toc_log_txn *txn, toc_log_table table, toc_span key, const char *what,
                      toc_err *err);

/* ---- keys of tables ---- */

enum {
    TOC_FEED_KEY_BYTES = 4,
    TOC_ENTRY_KEY_BYTES = 12,
    TOC_TILE_KEY_BYTES = 13,
    TOC_JOURNAL_KEY_BYTES = 9
};

static inline toc_span toc_feed_key(uint32_t number, uint8_t out[TOC_FEED_KEY_BYTES])
{
    toc_put_u32(out, number);
    return toc_span_of(out, TOC_FEED_KEY_BYTES);
}

/* Of entries, heads (by size) and pending ranges (by first index). */
static inline toc_span toc_entry_key(uint32_t number, uint64_t index,
                                     uint8_t out[TOC_ENTRY_KEY_BYTES])
{
    toc_put_u32(out, number);
    toc_put_u64(out + 4, index);
    return toc_span_of(out, TOC_ENTRY_KEY_BYTES);
}

static inline toc_span toc_journal_key(toc_lane lane, uint64_t number,
                                       uint8_t out[TOC_JOURNAL_KEY_BYTES])
{
    out[0] = (uint8_t)lane;
    toc_put_u64(out + 1, number);
    return toc_span_of(out, TOC_JOURNAL_KEY_BYTES);
}

/* ---- feeds ---- */

TOC_MUST toc_code toc_feed_row_put(toc_log_txn *txn, const toc_log_feed *feed, toc_err *err);
/* STATE when the caller's copy is not what is stored: it was read in another transaction. */
TOC_MUST toc_code toc_feed_row_same(toc_log_txn *txn, const toc_log_feed *feed, toc_err *err);
/* Makes the newest waiting checkpoint that is reached the head; changes *feed only, the row is the
 * caller's to put. */
TOC_MUST toc_code toc_heads_promote(toc_log_txn *txn, toc_log_feed *feed, toc_err *err);

typedef struct toc_head_row {
    uint64_t size;
    toc_hash root;
    toc_span note;
} toc_head_row;
TOC_MUST toc_code toc_head_row_open(const toc_log_txn *txn, toc_row row, toc_head_row *out,
                                    toc_err *err);

/* ---- cosignatures ---- */

typedef struct toc_cosigner_row {
    uint32_t number; /* of the feed */
    toc_log_cosignature newest;
    uint32_t kept; /* its rows in cosigs */
} toc_cosigner_row;
TOC_MUST toc_code toc_cosigner_row_open(const toc_log_txn *txn, toc_row row, toc_cosigner_row *out,
                                        toc_err *err);
TOC_MUST toc_code toc_cosig_row_open(const toc_log_txn *txn, toc_row row, uint32_t *out_number,
                                     toc_log_cosignature *out, toc_err *err);

/* ---- forks ---- */

/* Proofs (forks.c) and suspicions (suspicions.c) share one table: the lengths tell them apart. */
enum { TOC_FORK_KEY_BYTES = 64, TOC_SUSPICION_KEY_BYTES = 65 };
/* org ‖ feed id, with which the key of a suspicion begins, too. */
toc_span toc_fork_key(const toc_feed_name *feed, uint8_t out[TOC_FORK_KEY_BYTES]);
/* Over the rows of one org (NULL: of all). */
TOC_MUST toc_code toc_fork_cursor(toc_log_txn *txn, const toc_org_id *org, toc_cursor **out,
                                  toc_err *err);
/* The next row whose key has `key_bytes`. NOT_FOUND: no more. */
TOC_MUST toc_code toc_fork_row_next(toc_cursor *cursor, size_t key_bytes, toc_row *out,
                                    toc_err *err);
/* Whether one more such row of this org may be kept. */
TOC_MUST toc_code toc_fork_room(toc_log_txn *txn, const toc_org_id *org, size_t key_bytes,
                                bool *out, toc_err *err);
TOC_MUST toc_code toc_fork_row_open(const toc_log_txn *txn, toc_row row, toc_known_fork *out,
                                    toc_err *err);
TOC_MUST toc_code toc_suspicion_row_open(const toc_log_txn *txn, toc_row row,
                                         toc_log_suspicion *out, toc_err *err);
TOC_MUST toc_code toc_suspicion_drop(toc_log_txn *txn, const toc_feed_name *feed, toc_err *err);
/* Journals what a known fork of the feed disputes. */
TOC_MUST toc_code toc_fork_journal(toc_log_txn *txn, const toc_log_feed *feed, toc_err *err);

/* ---- other rows, opened by their own file and by the check ---- */

/* Notes where an entry stands, if it is a grant; or every grant that there is. */
TOC_MUST toc_code toc_grant_mark(toc_log_txn *txn, uint32_t number, uint64_t index, toc_span entry,
                                 toc_err *err);
TOC_MUST toc_code toc_grants_mark_all(toc_log_txn *txn, toc_err *err);

TOC_MUST toc_code toc_pending_row_open(const toc_log_txn *txn, toc_row row, toc_log_pending *out,
                                       toc_err *err);
TOC_MUST toc_code toc_circle_row_open(const toc_log_txn *txn, toc_row row, toc_log_circle *out,
                                      toc_err *err);
TOC_MUST toc_code toc_card_row_open(toc_log_txn *txn, toc_row row, toc_arena *arena, toc_card *out,
                                    toc_err *err);
/* sealed.c: rows of what people wrote or decided. What is opened lives as long as the transaction.
 */
TOC_MUST toc_code toc_sealed_put(toc_log_txn *txn, toc_log_table table, toc_span key,
                                 toc_span plain, toc_err *err);
TOC_MUST toc_code toc_sealed_open(toc_log_txn *txn, toc_log_table table, toc_row row, toc_span *out,
                                  toc_err *err);
/* A key that tells nothing of what it is made from to who has not the store key. */
void toc_sealed_key(const toc_log_txn *txn, toc_log_table table, toc_span said, toc_hash *out);
/* Seals what a log of layout 2 has in the clear. */
TOC_MUST toc_code toc_sealed_all(toc_log_txn *txn, toc_err *err);
TOC_MUST toc_code toc_decision_row_open(toc_log_txn *txn, toc_row row, toc_log_decision *out,
                                        toc_err *err);
/* Opens the sealed value of table keys into `out`. */
TOC_MUST toc_code toc_key_row_open(const toc_log_txn *txn, toc_row row, toc_buf *out, toc_err *err);
/* The same of table held. */
TOC_MUST toc_code toc_held_row_open(const toc_log_txn *txn, toc_row row, toc_buf *out,
                                    toc_err *err);
/* Whether it is a row of table drafts. */
TOC_MUST toc_code toc_draft_row_check(const toc_log_txn *txn, toc_row row, toc_err *err);

/* The sum of the sizes of all entries: what is stored and what this transaction adds. */
TOC_MUST toc_code toc_log_entry_bytes(toc_log_txn *txn, uint64_t *out, toc_err *err);

#endif
