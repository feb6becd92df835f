/* proto/base/text.h: hex, base64, base32, UTF-8, decimals and dates: text that people and
 * formats use.
 * Threads: pure.
 * Errors:  MALFORMED with the position (1-based) of the first wrong character. */
#ifndef TOC_PROTO_BASE_TEXT_H
#define TOC_PROTO_BASE_TEXT_H

#include "proto/base/buf.h"

/* Lower-case hexadecimal; `out` takes 2 * size + 1 bytes. */
void toc_hex_encode(toc_span bytes, char *out);
/* Exactly `size` bytes from either case. */
TOC_MUST toc_code toc_hex_decode(toc_span text, uint8_t *out, size_t size, toc_err *err);
void toc_buf_add_hex(toc_buf *buf, toc_span bytes);

/* RFC 4648 §4, with padding, canonical (unused bits must be zero). A failed decoding appends
 * nothing. */
void toc_base64_encode(toc_span bytes, toc_buf *out);
TOC_MUST toc_code toc_base64_decode(toc_span text, toc_buf *out, toc_err *err);
/* RFC 4648 §6 alphabet in lower case, without padding. */
void toc_base32_encode(toc_span bytes, toc_buf *out);

/* Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). On failure *out_position is
 * the byte offset. */
bool toc_utf8_valid(toc_span text, size_t *out_position);

/* Plain decimal digits without sign, spaces or leading zeros; fails above `max`. */
TOC_MUST toc_code toc_u64_parse(toc_span text, uint64_t max, uint64_t *out, toc_err *err);

/* RFC 3339 with offset ("2026-03-09T22:45:21.5Z"), or a bare day, which is UTC midnight. Years
 * 1970 to 9999. */
TOC_MUST toc_code toc_time_parse(toc_span text, toc_time *out, toc_err *err);
enum { TOC_TIME_TEXT_BYTES = 32 };
/* RFC 3339 in UTC; milliseconds only where there are any. */
void toc_time_print(toc_time time, char out[TOC_TIME_TEXT_BYTES]);
/* What a cosignature has as its time; what is later than can be printed is the last second that
 * can. */
toc_time toc_time_of_seconds(uint64_t time_s);

/* JSON string with quotes; bytes that are no UTF-8 become U+FFFD. */
void toc_buf_add_json_string(toc_buf *buf, toc_span text);

/* Takes a line off the text, without its newline; false when no newline is left. */
bool toc_line_ended(toc_span *text, toc_span *out);
/* The same, and what stands behind the last newline is a line; false when nothing is left. */
bool toc_line_next(toc_span *text, toc_span *out);

bool toc_ascii_equal_nocase(toc_span left, toc_span right);

#endif
