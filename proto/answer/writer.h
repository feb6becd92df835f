/* proto/answer/writer.h: JSON, written member by member.
 * Owns: nothing; writes into the caller's buffer. Threads: pure. Errors: the buffer's, sticky. */
#ifndef TOC_PROTO_ANSWER_WRITER_H
#define TOC_PROTO_ANSWER_WRITER_H

#include "proto/base/buf.h"
#include "proto/record/record.h"
#include "proto/roll/card.h"

typedef struct toc_json {
    toc_buf *out;
    bool comma; /* something stands before on this level */
} toc_json;

/* `key` NULL: an item of an array, or the whole. */
void toc_json_open(toc_json *json, const char *key, char bracket); /* '{' or '[' */
void toc_json_close(toc_json *json, char bracket);                 /* '}' or ']' */
void toc_json_end_line(toc_json *json);
void toc_json_text(toc_json *json, const char *key, toc_span text);
void toc_json_optional(toc_json *json, const char *key, toc_span text); /* null when empty */
void toc_json_lines(toc_json *json, const char *key, toc_span lines); /* array of those not empty */
void toc_json_hex(toc_json *json, const char *key, toc_span bytes);
/* An array of ids or hashes in hex: 32 bytes each, side by side. */
void toc_json_ids(toc_json *json, const char *key, const void *ids, size_t count);
void toc_json_number(toc_json *json, const char *key, uint64_t value);
/* Revisions and amounts: readers of JSON lose bits beyond 2^53. */
void toc_json_decimal(toc_json *json, const char *key, uint64_t value);
void toc_json_bool(toc_json *json, const char *key, bool value);
void toc_json_null(toc_json *json, const char *key);
void toc_json_time(toc_json *json, const char *key, toc_time time);          /* RFC 3339 */
void toc_json_time_optional(toc_json *json, const char *key, toc_time time); /* 0: null */
/* "own:<claim id>", "list:ofac-sdn", "vendor:…", "undisclosed:<hash>"; hex of the whole when it is
 * none of these. */
void toc_json_root(toc_json *json, const char *key, toc_root root);
void toc_json_roots(toc_json *json, const char *key, const toc_root *roots, size_t count);
void toc_json_caip10(toc_json *json, const char *key, const toc_wallet *wallet);
/* "retired": [{key, at}], in the order of the cards that listed them. */
void toc_json_retired(toc_json *json, const toc_card *card);
/* 256 bits, big-endian, as decimal digits with `decimals` of them after the point, without trailing
 * zeros there. */
void toc_json_amount(toc_json *json, const char *key, const uint8_t base_units[32],
                     uint8_t decimals);

#endif
