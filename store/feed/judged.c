/* What judged an entry when it was written: the last grant before it, and the charter that names.
 */
#include "proto/feed/entry.h"
#include "store/log.h"

static toc_code read_grant(toc_log_txn *txn, uint32_t number, uint64_t index, bool *out_is,
                           toc_span *out_entry, toc_grant *out, toc_err *err)
{
    toc_span body;
    toc_entry_header header;
    TOC_TRY(toc_log_entry(txn, number, index, out_entry, err));
    *out_is = false;
    if (toc_entry_is_bare(*out_entry))
        return TOC_OK; /* a record */
    TOC_TRY(toc_entry_parse(*out_entry, &header, &body, err));
    *out_is = header.kind == TOC_ENTRY_GRANT;
    return *out_is ? toc_grant_read(*out_entry, out, err) : TOC_OK;
}

/* Of entries [floor, index) the last that is a grant. */
static toc_code find_grant(toc_log_txn *txn, uint32_t number, uint64_t index, uint64_t floor,
                           toc_span *out_entry, uint64_t *out_index, toc_grant *out, toc_err *err)
{
    for (uint64_t at = index; at-- > floor;) {
        bool is;
        TOC_TRY(read_grant(txn, number, at, &is, out_entry, out, err));
        *out_index = at;
        if (is)
            return TOC_OK;
    }
    return toc_fail(err, TOC_NOT_FOUND, "no grant stands before the record in its feed");
}

toc_code toc_log_grant_before(toc_log_txn *txn, uint32_t number, uint64_t index,
                              toc_span *out_entry, uint64_t *out_index, toc_grant *out,
                              toc_err *err)
{
    return find_grant(txn, number, index, 0, out_entry, out_index, out, err);
}

/* Between the grant and `until` there is none, so what stands there need not be read again. */
static toc_code find_judging(toc_log_txn *txn, const toc_feed_id *feed, uint64_t index,
                             toc_log_judged *known, toc_err *err)
{
    toc_log_feed row;
    toc_span entry;
    toc_grant grant;
    toc_log_judged found = {.feed = *feed, .until = index};
    bool same = known->until > 0 && memcmp(known->feed.bytes, feed->bytes, sizeof feed->bytes) == 0;
    if (same && index > known->grant && index <= known->until)
        return TOC_OK;
    bool further = same && index > known->until;
    TOC_TRY(toc_log_feed_find(txn, feed, &row, err));
    toc_code code = find_grant(txn, row.number, index, further ? known->until : 0, &entry,
                               &found.grant, &grant, err);
    if (code == TOC_NOT_FOUND && further) {
        known->until = index;
        return TOC_OK;
    }
    TOC_TRY(code);
    found.charter = grant.charter;
    *known = found;
    return TOC_OK;
}

toc_code toc_log_charter_judging(toc_log_txn *txn, const toc_feed_id *feed, uint64_t index,
                                 toc_log_judged *known, toc_arena *arena, toc_charter *out,
                                 toc_err *err)
{
    toc_hash key;
    toc_span bytes;
    TOC_TRY(find_judging(txn, feed, index, known, err));
    memcpy(key.bytes, known->charter.bytes, sizeof key.bytes);
    if (toc_log_roll_get(txn, &key, &bytes, err) != TOC_OK)
        return toc_wrap(err, "the charter of when it was written");
    return toc_charter_reopen(bytes, arena, out, err);
}
