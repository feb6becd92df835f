/* store/table.h: rows of a table in a transaction: sorted bytewise by key, one value a key.
 *
 * Tables are named by their position in the list the environment was opened with. Keys are 1 to
 * TOC_KEY_BYTES_MAX bytes, integers in them big-endian so that order is meaning; composite keys
 * with empty values stand for sets.
 * Owns:    nothing; spans lent by a read point into the map (see store/txn.h for how long).
 * Threads: as the transaction.
 * Errors:  NOT_FOUND ("no such row": cheap, nothing is formatted, so that a miss may be common),
 * EXISTS, IO, FULL, NO_MEMORY, MALFORMED (LMDB itself finds its pages wrong). After FULL, IO or
 * NO_MEMORY of a write only abort is left. */
#ifndef TOC_STORE_TABLE_H
#define TOC_STORE_TABLE_H

#include "proto/base/endian.h"
#include "store/txn.h"

enum { TOC_KEY_BYTES_MAX = 511 };

typedef uint32_t toc_table; /* position in toc_env_options.tables */

/* ---- one row ---- */

TOC_MUST toc_code toc_table_get(toc_txn *txn, toc_table table, toc_span key, toc_span *out,
                                toc_err *err);
/* Writes or replaces. */
TOC_MUST toc_code toc_table_put(toc_txn *txn, toc_table table, toc_span key, toc_span value,
                                toc_err *err);
/* Writes; EXISTS, and nothing is changed, when the key is there. */
TOC_MUST toc_code toc_table_insert(toc_txn *txn, toc_table table, toc_span key, toc_span value,
                                   toc_err *err);
/* Writes a key above every key of the table, without searching. EXISTS, and nothing is changed,
 * when it is not above. */
TOC_MUST toc_code toc_table_append(toc_txn *txn, toc_table table, toc_span key, toc_span value,
                                   toc_err *err);
/* NOT_FOUND when there was none. */
TOC_MUST toc_code toc_table_delete(toc_txn *txn, toc_table table, toc_span key, toc_err *err);

/* ---- a whole table ---- */

TOC_MUST toc_code toc_table_count(toc_txn *txn, toc_table table, uint64_t *out_rows,
                                  toc_err *err); /* O(1) */
/* Removes every row. Walks every page of the table; for a large one toc_env_remove and create is
 * cheaper. */
TOC_MUST toc_code toc_table_clear(toc_txn *txn, toc_table table, toc_err *err);
const char *toc_table_name(const toc_txn *txn, toc_table table);

/* ---- many rows ---- */

typedef struct toc_row {
    toc_span key, value;
} toc_row;

typedef struct toc_cursor toc_cursor;

/* A cursor over the rows whose keys begin with `prefix` (copied; empty: over all). It stands
 * nowhere at first. */
TOC_MUST toc_code toc_cursor_open(toc_txn *txn, toc_table table, toc_span prefix, toc_cursor **out,
                                  toc_err *err);
void toc_cursor_close(toc_cursor *cursor); /* NULL is fine; before the transaction ends */
TOC_DEFINE_AUTO(toc_cursor, toc_cursor_close)

/* Each goes to a row and lends it in *out; NOT_FOUND when there is none within the prefix (*out
 * untouched; the cursor then stands nowhere until it is sent somewhere by first, last or seek). */
TOC_MUST toc_code toc_cursor_first(toc_cursor *cursor, toc_row *out, toc_err *err);
TOC_MUST toc_code toc_cursor_last(toc_cursor *cursor, toc_row *out, toc_err *err);
TOC_MUST toc_code toc_cursor_next(toc_cursor *cursor, toc_row *out,
                                  toc_err *err); /* nowhere: as first */
TOC_MUST toc_code toc_cursor_prev(toc_cursor *cursor, toc_row *out,
                                  toc_err *err); /* nowhere: as last */
/* The first row whose key is `key` (whole, prefix included) or above. */
TOC_MUST toc_code toc_cursor_seek(toc_cursor *cursor, toc_span key, toc_row *out, toc_err *err);

/* Writes or replaces through the cursor and stands there: cheaper than toc_table_put for keys in
 * ascending order. */
TOC_MUST toc_code toc_cursor_put(toc_cursor *cursor, toc_span key, toc_span value, toc_err *err);
/* The same; EXISTS, and nothing is changed, when the key is there. */
TOC_MUST toc_code toc_cursor_insert(toc_cursor *cursor, toc_span key, toc_span value, toc_err *err);
/* Deletes the row it stands on; toc_cursor_next then gives the one after. */
TOC_MUST toc_code toc_cursor_delete(toc_cursor *cursor, toc_err *err);

/* ---- keys ---- */

/* A key built from parts on the stack; begin with toc_key_clear. (Not cleared whole: keys are built
 * by the million.) */
typedef struct toc_key {
    size_t size;
    uint8_t bytes[TOC_KEY_BYTES_MAX + 1];
} toc_key;

static inline void toc_key_clear(toc_key *key)
{
    key->size = 0;
}
static inline uint8_t *toc_key_extend(toc_key *key, size_t size)
{
    TOC_ASSERT(size <= TOC_KEY_BYTES_MAX - key->size);
    uint8_t *place = key->bytes + key->size;
    key->size += size;
    return place;
}
static inline void toc_key_add(toc_key *key, const void *data, size_t size)
{
    memcpy(toc_key_extend(key, size), data, size);
}
static inline void toc_key_add_span(toc_key *key, toc_span span)
{
    if (span.size > 0)
        toc_key_add(key, span.data, span.size);
}
static inline void toc_key_add_u8(toc_key *key, uint8_t value)
{
    *toc_key_extend(key, 1) = value;
}
static inline void toc_key_add_u32(toc_key *key, uint32_t value)
{
    toc_put_u32(toc_key_extend(key, 4), value);
}
static inline void toc_key_add_u64(toc_key *key, uint64_t value)
{
    toc_put_u64(toc_key_extend(key, 8), value);
}
static inline toc_span toc_key_view(const toc_key *key)
{
    return toc_span_of(key->bytes, key->size);
}

/* ---- what the disk may not say ---- */

/* MALFORMED: "table 'feeds', key 0000000a: <what>: the disk lies; …". For a value of ours that
 * breaks its layout. */
toc_code toc_table_lies(const toc_txn *txn, toc_table table, toc_span key, const char *what,
                        toc_err *err);

#endif
