#include "store/view/digest.h"

#include "proto/crypto/hash.h"

static void limbs_of(const uint8_t bytes[32], uint64_t out[4])
{
    for (size_t i = 0; i < 4; i++)
        out[i] = toc_get_u64(bytes + 8 * (3 - i));
}

static void add_limbs(uint64_t into[4], const uint64_t more[4], uint64_t carry)
{
    for (size_t i = 0; i < 4; i++) {
        uint64_t sum = into[i] + more[i];
        uint64_t over = sum < into[i];
        into[i] = sum + carry;
        carry = over | (into[i] < sum);
    }
}

void toc_sum_add(toc_sum *sum, const toc_hash *hash)
{
    uint64_t limbs[4];
    limbs_of(hash->bytes, limbs);
    add_limbs(sum->limbs, limbs, 0);
}

/* Adding the complement and one. */
void toc_sum_take(toc_sum *sum, const toc_hash *hash)
{
    uint64_t limbs[4];
    limbs_of(hash->bytes, limbs);
    for (size_t i = 0; i < 4; i++)
        limbs[i] = ~limbs[i];
    add_limbs(sum->limbs, limbs, 1);
}

void toc_sum_write(const toc_sum *sum, uint8_t out[32])
{
    for (size_t i = 0; i < 4; i++)
        toc_put_u64(out + 8 * (3 - i), sum->limbs[i]);
}

void toc_sum_read(const uint8_t bytes[32], toc_sum *out)
{
    limbs_of(bytes, out->limbs);
}

/* One contiguous input is cheaper to hash than several parts. */
static void add_name(toc_buf *scratch, toc_view_table table)
{
    toc_buf_clear(scratch);
    toc_buf_add_text(scratch, toc_view_table_names[table]);
    toc_buf_add_u8(scratch, 0);
}

void toc_row_hash(toc_view_table table, toc_span key, toc_span value, toc_buf *scratch,
                  toc_hash *out)
{
    add_name(scratch, table);
    toc_buf_add_span(scratch, key);
    toc_buf_add_span(scratch, value);
    toc_blake2b(toc_buf_view(scratch), out);
}

void toc_claim_hash(toc_view_table table, const toc_claim_row *row, const toc_number_row *stored,
                    const toc_feed_id *feed, toc_buf *scratch, toc_hash *out)
{
    add_name(scratch, table);
    toc_buf_add_span(scratch, row->filed.key);
    toc_buf_add_u8(scratch, (uint8_t)row->kind);
    toc_buf_add(scratch, feed->bytes, sizeof feed->bytes);
    toc_buf_add_u64(scratch, row->index);
    toc_buf_add_u64(scratch, row->issued_at.unix_ms);
    toc_buf_add_u64(scratch, row->valid_until.unix_ms);
    toc_buf_add_u8(scratch, row->needed);
    toc_buf_add_u8(scratch, row->counted);
    toc_buf_add(scratch, stored->salt, TOC_SALT_BYTES);
    toc_buf_add_span(scratch, stored->record);
    toc_blake2b(toc_buf_view(scratch), out);
}

void toc_cell_hash(const toc_feed_id *feed, uint64_t index, toc_span cell, toc_hash *out)
{
    uint8_t row[8 + 32 + 8 + 48]; /* within one block of the hash */
    TOC_ASSERT(cell.size <= 48);
    memcpy(row, "columns", 8); /* with its zero */
    memcpy(row + 8, feed->bytes, 32);
    toc_put_u64(row + 40, index);
    memcpy(row + 48, cell.data, cell.size);
    toc_blake2b(toc_span_of(row, 48 + cell.size), out);
}

void toc_opened_hash(const toc_record_id *record, toc_hash *out)
{
    uint8_t row[7 + 32];
    memcpy(row, "opened", 7); /* with its zero */
    memcpy(row + 7, record->bytes, 32);
    toc_blake2b(toc_span_of(row, sizeof row), out);
}

void toc_pending_check(toc_span key, toc_buf *scratch, uint8_t out[TOC_PENDING_BYTES])
{
    toc_hash hash;
    toc_row_hash(TOC_VIEW_PENDING, key, (toc_span){0}, scratch, &hash);
    memcpy(out, hash.bytes, TOC_PENDING_BYTES);
}

bool toc_pending_fits(const toc_row *row, toc_buf *scratch)
{
    uint8_t check[TOC_PENDING_BYTES];
    toc_pending_check(row->key, scratch, check);
    return row->key.size == 32 && toc_span_equal(row->value, TOC_SPAN_OF(check));
}
