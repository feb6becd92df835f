/* proto/feed/entry.h: one item of a feed: clear header and sealed body (PROTOCOL §5).
 * Threads: pure but for the randomness of sealing.
 * Errors:  MALFORMED, LIMIT; SEALED when the body does not open, SIGNATURE when it opens to what
 *          was not committed to. */
#ifndef TOC_PROTO_FEED_ENTRY_H
#define TOC_PROTO_FEED_ENTRY_H

#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/crypto/secret.h"
#include "proto/feed/feed.h"

typedef enum toc_entry_kind {
    TOC_ENTRY_GRANT = 1, /* clear body: proto/feed/grant.h */
    TOC_ENTRY_RECORD = 2,
    TOC_ENTRY_ERASURE = 3
} toc_entry_kind;

typedef struct toc_entry_header {
    uint8_t version; /* 1 */
    uint8_t kind;    /* toc_entry_kind */
    uint16_t flags;  /* 0, else refused */
    uint32_t epoch;  /* from 1 */
    /* Unix seconds / 86,400; the body may go after it; 0xFFFFFFFF = no term. */
    uint32_t keep_until_day;
    uint32_t body_bytes;
    toc_hash commit; /* zeroes in grants and erasures */
} toc_entry_header;

/* Splits an entry into header and body; every rule of the header is checked. */
TOC_MUST toc_code toc_entry_parse(toc_span entry, toc_entry_header *out_header, toc_span *out_body,
                                  toc_err *err);
void toc_entry_header_write(const toc_entry_header *header, uint8_t out[TOC_ENTRY_HEADER_BYTES]);

/* A bare entry: a record without its body, which was erased or has not come. The header with the
 * high bit of its version set, which no whole entry has, then SHA-256 of the body: leaf, tree and
 * proofs stay as they are, and every other field is in its place. Stored and sent in this form.
 * Grants and erasures are never bare: others rest on them. */
enum { TOC_ENTRY_BARE = 0x80, TOC_ENTRY_BARE_BYTES = TOC_ENTRY_HEADER_BYTES + 32 };
static inline bool toc_entry_is_bare(toc_span entry)
{
    return entry.size == TOC_ENTRY_BARE_BYTES && (entry.data[0] & TOC_ENTRY_BARE) != 0;
}
/* The header of a bare entry, every rule checked that a whole one's would be. MALFORMED, LIMIT. */
TOC_MUST toc_code toc_entry_bare_parse(toc_span bare, toc_entry_header *out_header, toc_err *err);
/* `entry` is whole and a record's. */
void toc_entry_strip(toc_span entry, uint8_t out[TOC_ENTRY_BARE_BYTES]);

/* leaf = SHA-256(0x00 ‖ feed_id ‖ index u64 ‖ header ‖ SHA-256(body)); it is the record id too. Of
 * a bare entry the same as when it was whole. */
void toc_entry_leaf(const toc_feed_id *feed, uint64_t index, toc_span entry, toc_hash *out);
/* The same when the body was erased and only its hash is left. */
void toc_entry_leaf_erased(const toc_feed_id *feed, uint64_t index, toc_span header,
                           const toc_hash *body_hash, toc_hash *out);

/* Seals a record: random salt and nonce, padding by lane, commitment. Appends header and body to
 * `out`. */
TOC_MUST toc_code toc_entry_seal(const toc_feed_name *feed_name, const toc_feed_id *feed,
                                 uint64_t index, uint32_t epoch, uint32_t keep_until_day,
                                 const toc_secret *sender_key, toc_time time, toc_span record,
                                 toc_buf *out, toc_err *err);

typedef struct toc_opened {
    toc_time time;       /* of sealing; for evidence and latency, never for rules */
    toc_span record;     /* lent from the plaintext */
    const uint8_t *salt; /* 32 bytes, likewise; random, of this entry alone */
} toc_opened;

/* Opens into `plain` (at least entry.size bytes; the whole plaintext is left there) and checks
 * the commitment. */
TOC_MUST toc_code toc_entry_open(const toc_feed_id *feed, uint64_t index, toc_span entry,
                                 const toc_secret *sender_key, uint8_t *plain, toc_opened *out,
                                 toc_err *err);
/* That `plaintext` is what the author of this entry committed to: for whoever has it without the
 * key. The header is that of a record. SIGNATURE, MALFORMED. */
TOC_MUST toc_code toc_entry_check(const toc_feed_id *feed, uint64_t index,
                                  const toc_entry_header *header, toc_span plaintext,
                                  toc_opened *out, toc_err *err);
/* The commitment of a plaintext. */
void toc_entry_commit(const toc_feed_id *feed, uint64_t index, toc_span plaintext, toc_hash *out);

/* How many bytes sealing makes of a record within the limit of its lane. */
size_t toc_entry_bytes(toc_lane lane, size_t record_bytes);
/* The largest record of a lane in bytes. */
size_t toc_record_bytes_max(toc_lane lane);

/* Sender keys: key_id = BLAKE2b-256(key = K, "tocsin/epoch/1\n" ‖ circle ‖ org ‖ generation u64
 * ‖ epoch u32). */
void toc_sender_key_id(const toc_secret *sender_key, const toc_feed_name *feed, uint32_t epoch,
                       toc_key_id *out);

#endif
