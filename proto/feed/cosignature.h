/* proto/feed/cosignature.h: cosignatures over checkpoints (c2sp.org/tlog-cosignature,
 * cosignature/v1): "at this time I held this head". Receipt and witness in one.
 * Owns:    nothing. Threads: pure.
 * Errors:  MALFORMED, SIGNATURE, NOT_FOUND (a line of another key). */
#ifndef TOC_PROTO_FEED_COSIGNATURE_H
#define TOC_PROTO_FEED_COSIGNATURE_H

#include "proto/feed/note.h"

/* The time is that of the cosigner's clock: POSIX seconds, at most 2^63 - 1, and never 0. */
typedef struct toc_cosignature {
    uint64_t time_s;
    toc_signature signature; /* Ed25519, by the cosign key */
} toc_cosignature;

enum {
    TOC_COSIGNER_BYTES_MAX = 72, /* "tocsin/" + 64 hex + NUL */
    TOC_COSIGNATURE_BYTES = 72   /* in a line, after the key id: time u64, signature */
};

/* The key name of an org's cosign key: "tocsin/<org hex>". */
void toc_cosigner_name(const toc_org_id *org, char out[TOC_COSIGNER_BYTES_MAX]);

/* Appends what is signed: "cosignature/v1\ntime <seconds>\n" and the body of a note, which is the
 * checkpoint with its final newline and without signature lines. */
void toc_cosignature_message(toc_span body, uint64_t time_s, toc_buf *out);
/* USAGE for a time that has no place in a cosignature. */
TOC_MUST toc_code toc_cosignature_sign(toc_span body, uint64_t time_s, const toc_secret *seed,
                                       toc_cosignature *out, toc_err *err);
TOC_MUST toc_code toc_cosignature_verify(toc_span body, const toc_cosignature *cosignature,
                                         const toc_verify_key *key, toc_err *err);

/* Appends the signature line that joins it to a note: base64 of key id (type 0x04), time u64 and
 * signature. */
void toc_cosignature_line(const toc_cosignature *cosignature, toc_span name,
                          const toc_verify_key *key, toc_buf *out);
/* What a line of a note that was parsed says, if it is by that key: NOT_FOUND when it is not, or is
 * no cosignature. It is read and not verified. */
TOC_MUST toc_code toc_cosignature_read(const toc_note_signature *line, const toc_verify_key *key,
                                       toc_cosignature *out, toc_err *err);

#endif
