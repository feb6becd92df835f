/* proto/feed/note.h: signed notes (c2sp.org/signed-note) and checkpoints
 * (c2sp.org/tlog-checkpoint). What was signed is kept byte for byte: a parsed note lends spans
 * of its text.
 * Errors: MALFORMED, SIGNATURE, LIMIT. Threads: pure. */
#ifndef TOC_PROTO_FEED_NOTE_H
#define TOC_PROTO_FEED_NOTE_H

#include "proto/base/buf.h"
#include "proto/crypto/sign.h"
#include "proto/feed/feed.h"

enum { TOC_NOTE_SIGNATURES_MAX = 64, TOC_NOTE_TEXT_BYTES_MAX = 1000000 };

typedef struct toc_note_signature {
    toc_span name; /* key name, lent */
    uint8_t key_hash[4];
    /* After the key hash. Longer signatures are of no kind known here and left out. */
    uint8_t bytes[128];
    size_t size;
} toc_note_signature;

typedef struct toc_note {
    toc_span body; /* with its final newline: what is signed */
    size_t signature_count;
    toc_note_signature signatures[TOC_NOTE_SIGNATURES_MAX];
} toc_note;

/* SHA-256(name ‖ 0x0A ‖ type ‖ key)[:4]; type 0x01 Ed25519, 0x04 cosignature/v1. */
void toc_note_key_hash(toc_span name, uint8_t type, const toc_verify_key *key, uint8_t out[4]);
TOC_MUST toc_code toc_note_parse(toc_span text, toc_note *out, toc_err *err);
/* The Ed25519 signature by (name, key); unknown signatures are ignored, a known key with a wrong
 * signature fails. */
TOC_MUST toc_code toc_note_verify(const toc_note *note, toc_span name, const toc_verify_key *key,
                                  toc_err *err);
/* Appends the note with one signature line alone, that by (name, key). What others added on the way
 * is not covered by it. SIGNATURE as toc_note_verify. */
TOC_MUST toc_code toc_note_only(const toc_note *note, toc_span name, const toc_verify_key *key,
                                toc_buf *out, toc_err *err);
/* Appends a signature line: an em dash, `name`, and `bytes` (key hash and signature) in base64. */
void toc_note_line(toc_span name, toc_span bytes, toc_buf *out);
/* Appends body, blank line and one signature line. `body` ends in a newline. */
TOC_MUST toc_code toc_note_write(toc_span body, toc_span name, const toc_secret *seed, toc_buf *out,
                                 toc_err *err);

typedef struct toc_checkpoint {
    toc_span origin; /* lent from the note */
    uint64_t size;   /* entries */
    toc_hash root;
} toc_checkpoint;

/* "<origin>\n<size>\n<base64 root>\n" + extension lines, which are kept and ignored. */
TOC_MUST toc_code toc_checkpoint_parse(toc_span body, toc_checkpoint *out, toc_err *err);
/* The same as toc_checkpoint_open without judging the signature, for whoever checks proofs
 * first. A feed's head has no extension lines: nobody would cosign them, so whoever adds some would
 * have words that no receipt covers. */
TOC_MUST toc_code toc_checkpoint_read(toc_span note, const toc_feed_name *feed, toc_note *out_note,
                                      toc_checkpoint *out, toc_err *err);
/* A feed's checkpoint: origin, key name and Ed25519 key are those of the feed. Parses, and
 * verifies the signature. */
TOC_MUST toc_code toc_checkpoint_open(toc_span note, const toc_feed_name *feed,
                                      const toc_verify_key *signer, toc_checkpoint *out,
                                      toc_err *err);
/* Appends the body of a feed's checkpoint: what its author and its cosigners sign. */
void toc_checkpoint_body(const toc_feed_name *feed, uint64_t size, const toc_hash *root,
                         toc_buf *out);
/* The same of a log that is no feed, without extension lines. */
void toc_checkpoint_text(toc_span origin, uint64_t size, const toc_hash *root, toc_buf *out);
TOC_MUST toc_code toc_checkpoint_sign(const toc_feed_name *feed, uint64_t size,
                                      const toc_hash *root, const toc_secret *seed, toc_buf *out,
                                      toc_err *err);

#endif
