#include "tests/support/logbook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/feed/entry.h"
#include "proto/feed/note.h"

enum { MAP_BYTES = 256 << 20 };

/* ---- the log ---- */

void toc_logbook_open(toc_logbook *book)
{
    toc_err err = {0};
    *book = (toc_logbook){.options = {.log_map_bytes = MAP_BYTES, .sync = false}};
    ASSERT_OK(toc_crypto_start(&err));
    toc_tempdir_make(book->folder);
    ASSERT_OK(toc_secret_random(&book->key, &err));
    ASSERT_OK(toc_secret_random(&book->sign, &err));
    memset(book->card.bytes, 0xCA, sizeof book->card);
    ASSERT_OK(toc_log_create(book->folder, &err));
    toc_logbook_reopen(book);
}

void toc_logbook_shut(toc_logbook *book)
{
    toc_log_close(book->log);
    book->log = NULL;
}

void toc_logbook_reopen(toc_logbook *book)
{
    toc_err err = {0};
    toc_logbook_shut(book);
    ASSERT_OK(toc_log_open(book->folder, &book->options, book->key, &book->log, &err));
}

void toc_logbook_close(toc_logbook *book)
{
    toc_logbook_shut(book);
    toc_secret_free(book->key);
    toc_secret_free(book->sign);
    toc_tempdir_remove(book->folder);
}

/* ---- feeds ---- */

int toc_logbook_setup(void **state)
{
    static toc_logbook book;
    toc_logbook_open(&book);
    *state = &book;
    return 0;
}

int toc_logbook_teardown(void **state)
{
    toc_logbook_close(*state);
    return 0;
}

toc_log_txn *toc_logbook_begin(const toc_logbook *book, bool write)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    ASSERT_OK(write ? toc_log_write(book->log, &txn, &err) : toc_log_read(book->log, &txn, &err));
    return txn;
}

void toc_logbook_commit(toc_log_txn *txn)
{
    toc_err err = {0};
    ASSERT_OK(toc_log_commit(txn, &err));
}

toc_feed_name toc_logbook_name(toc_lane lane, uint64_t generation)
{
    toc_feed_name name = {.lane = lane, .generation = generation};
    memset(name.circle.bytes, 0xC1, sizeof name.circle);
    memset(name.org.bytes, 0x0A, sizeof name.org);
    return name;
}

static void add_grant(const toc_logbook *book, toc_logbook_entries *entries, uint64_t index,
                      toc_buf *out)
{
    toc_err err = {0};
    toc_grant grant = {.card = book->card,
                       .card_serial = 3,
                       .charter_version = 2,
                       .epoch = 1 + (uint32_t)(index % 1000),
                       .alg = 1};
    memset(grant.charter.bytes, 0xC4, sizeof grant.charter);
    memset(grant.key_id.bytes, 0x1D, sizeof grant.key_id);
    ASSERT_OK(toc_grant_write(&grant, out, &err));
    entries->has_judge = true;
    entries->judge = toc_judge_of(&grant, index);
}

static void add_record(uint64_t index, size_t body_bytes, toc_buf *out)
{
    toc_entry_header header = {.version = 1,
                               .kind = TOC_ENTRY_RECORD,
                               .epoch = 1,
                               .keep_until_day = UINT32_MAX,
                               .body_bytes = (uint32_t)body_bytes};
    memset(header.commit.bytes, 0x77, sizeof header.commit);
    uint8_t bytes[TOC_ENTRY_HEADER_BYTES];
    toc_entry_header_write(&header, bytes);
    toc_buf_add(out, bytes, sizeof bytes);
    for (size_t i = 0; i < body_bytes; i++)
        toc_buf_add_u8(out, (uint8_t)(index >> (8 * (i % 8)) ^ i));
}

void toc_logbook_entries_make(const toc_logbook *book, const toc_log_feed *feed, size_t count,
                              size_t body_bytes, bool grant, toc_logbook_entries *entries)
{
    *entries = (toc_logbook_entries){.count = count,
                                     .bytes = calloc(count, sizeof *entries->bytes),
                                     .spans = calloc(count, sizeof *entries->spans),
                                     .leaves = calloc(count, sizeof *entries->leaves)};
    assert_true(entries->bytes != NULL && entries->spans != NULL && entries->leaves != NULL);
    for (size_t i = 0; i < count; i++) {
        toc_buf entry = {0};
        if (grant && i == 0)
            add_grant(book, entries, feed->frontier.size, &entry);
        else
            add_record(feed->frontier.size + i, body_bytes, &entry);
        entries->bytes[i] = entry.data; /* freed with entries */
        entries->spans[i] = toc_buf_view(&entry);
        toc_entry_leaf(&feed->id, feed->frontier.size + i, entries->spans[i], &entries->leaves[i]);
    }
}

void toc_logbook_entries_free(toc_logbook_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        free(entries->bytes[i]);
    free(entries->bytes);
    free(entries->spans);
    free(entries->leaves);
    *entries = (toc_logbook_entries){0};
}

void toc_logbook_append(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *feed, size_t count,
                        bool grant)
{
    toc_err err = {0};
    toc_logbook_entries entries;
    toc_logbook_entries_make(book, feed, count, 64, grant, &entries);
    ASSERT_OK(toc_log_append(txn, feed, entries.spans, entries.leaves, count,
                             entries.has_judge ? &entries.judge : NULL, &err));
    toc_logbook_entries_free(&entries);
}

void toc_logbook_note(const toc_logbook *book, const toc_feed_name *name, uint64_t size,
                      const toc_hash *root, toc_buf *out)
{
    toc_err err = {0};
    ASSERT_OK(toc_checkpoint_sign(name, size, root, book->sign, out, &err));
}

void toc_logbook_head(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *feed)
{
    toc_err err = {0};
    toc_hash root;
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    toc_frontier_root(&feed->frontier, &root);
    toc_logbook_note(book, &feed->name, feed->frontier.size, &root, &note);
    ASSERT_OK(toc_log_head_put(txn, feed, feed->frontier.size, &root, toc_buf_view(&note), &err));
}

/* ---- the disk ---- */

typedef struct disk_state {
    toc_env *env;
    toc_txn *txn;
    toc_cursor *cursor;
    toc_row row;
} disk_state;

static void disk_open(disk_state *disk, const toc_logbook *book, const char *table)
{
    toc_err err = {0};
    char path[TOC_TEMPDIR_BYTES + 8];
    assert_null(book->log);
    assert_true(snprintf(path, sizeof path, "%s/log", book->folder) < (int)sizeof path);
    toc_env_options options = {.tables = &table, .table_count = 1, .map_bytes = MAP_BYTES};
    ASSERT_OK(toc_env_open(path, &options, &disk->env, &err));
    ASSERT_OK(toc_txn_begin(disk->env, TOC_TXN_WRITE, &disk->txn, &err));
    ASSERT_OK(toc_cursor_open(disk->txn, 0, (toc_span){0}, &disk->cursor, &err));
}

static void disk_seek(disk_state *disk, size_t row)
{
    toc_err err = {0};
    for (size_t i = 0; i <= row; i++)
        ASSERT_OK(toc_cursor_next(disk->cursor, &disk->row, &err));
}

static void disk_close(disk_state *disk)
{
    toc_err err = {0};
    toc_cursor_close(disk->cursor);
    ASSERT_OK(toc_txn_commit(disk->txn, &err));
    toc_env_close(disk->env);
}

void toc_logbook_flip(const toc_logbook *book, const char *table, size_t row, size_t byte)
{
    toc_err err = {0};
    disk_state disk;
    disk_open(&disk, book, table);
    disk_seek(&disk, row);
    assert_true(byte < disk.row.value.size);
    TOC_AUTO(toc_buf_wipe) toc_buf key = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf value = {0};
    toc_buf_add_span(&key, disk.row.key);
    toc_buf_add_span(&value, disk.row.value);
    assert_false(key.failed || value.failed);
    value.data[byte] ^= (uint8_t)(1u << (byte % 8));
    ASSERT_OK(toc_table_put(disk.txn, 0, toc_buf_view(&key), toc_buf_view(&value), &err));
    disk_close(&disk);
}

void toc_logbook_delete(const toc_logbook *book, const char *table, size_t row)
{
    toc_err err = {0};
    disk_state disk;
    disk_open(&disk, book, table);
    disk_seek(&disk, row);
    ASSERT_OK(toc_cursor_delete(disk.cursor, &err));
    disk_close(&disk);
}

void toc_logbook_put(const toc_logbook *book, const char *table, toc_span key, toc_span value)
{
    toc_err err = {0};
    disk_state disk;
    disk_open(&disk, book, table);
    ASSERT_OK(toc_table_put(disk.txn, 0, key, value, &err));
    disk_close(&disk);
}

void toc_logbook_replace(const toc_logbook *book, const char *table, size_t row, size_t with_row)
{
    toc_err err = {0};
    disk_state disk;
    TOC_AUTO(toc_buf_wipe) toc_buf key = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf value = {0};
    disk_open(&disk, book, table);
    disk_seek(&disk, row);
    toc_buf_add_span(&key, disk.row.key);
    ASSERT_OK(toc_cursor_first(disk.cursor, &disk.row, &err));
    for (size_t i = 0; i < with_row; i++)
        ASSERT_OK(toc_cursor_next(disk.cursor, &disk.row, &err));
    toc_buf_add_span(&value, disk.row.value);
    assert_false(key.failed || value.failed);
    ASSERT_OK(toc_table_put(disk.txn, 0, toc_buf_view(&key), toc_buf_view(&value), &err));
    disk_close(&disk);
}

size_t toc_logbook_rows(const toc_logbook *book, const char *table)
{
    toc_err err = {0};
    disk_state disk;
    uint64_t rows = 0;
    disk_open(&disk, book, table);
    ASSERT_OK(toc_table_count(disk.txn, 0, &rows, &err));
    disk_close(&disk);
    return (size_t)rows;
}

size_t toc_logbook_row_bytes(const toc_logbook *book, const char *table, size_t row)
{
    disk_state disk;
    disk_open(&disk, book, table);
    disk_seek(&disk, row);
    size_t size = disk.row.value.size;
    disk_close(&disk);
    return size;
}

bool toc_logbook_file_has(const char *path, toc_span bytes)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    assert_true(size > 0);
    rewind(file);
    uint8_t *data = malloc((size_t)size);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, (size_t)size, file), (size_t)size);
    (void)fclose(file);
    bool has = memmem(data, (size_t)size, bytes.data, bytes.size) != NULL;
    free(data);
    return has;
}
