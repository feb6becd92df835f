#include "proto/feed/note.h"

#include "proto/base/text.h"
#include "proto/crypto/hash.h"

/* "— ": an em dash (U+2014) and a space begin a signature line. */
static const char line_mark[] = "\xE2\x80\x94 ";

enum { LINE_MARK_BYTES = sizeof line_mark - 1, KEY_TYPE_ED25519 = 0x01, KEY_HASH_BYTES = 4 };

void toc_note_key_hash(toc_span name, uint8_t type, const toc_verify_key *key, uint8_t out[4])
{
    uint8_t infix[2] = {0x0A, type};
    toc_span parts[] = {name, TOC_SPAN_OF(infix), TOC_SPAN_OF(key->bytes)};
    toc_hash hash;
    toc_sha256_parts(parts, TOC_COUNT(parts), &hash);
    memcpy(out, hash.bytes, KEY_HASH_BYTES);
}

/* --- text
 * ------------------------------------------------------------------------------------------------
 */

/* UTF-8 without control characters but the newline. */
static toc_code check_text(toc_span text, toc_err *err)
{
    size_t position = 0;
    if (!toc_utf8_valid(text, &position))
        return toc_fail(err, TOC_MALFORMED, "a note that is no UTF-8 at byte %zu", position);
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < 0x20 && text.data[i] != '\n')
            return toc_fail(err, TOC_MALFORMED, "a note with a control character at byte %zu", i);
    }
    return TOC_OK;
}

/* Whether well-formed UTF-8 has a character of Unicode's White_Space in it. */
static bool has_space(toc_span text)
{
    static const char *const spaces[] = {"\t",           "\n",           "\v",
                                         "\f",           "\r",           " ",
                                         "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80",
                                         "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82",
                                         "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85",
                                         "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88",
                                         "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
                                         "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F",
                                         "\xE3\x80\x80"};
    for (size_t i = 0; i < TOC_COUNT(spaces); i++) {
        if (memmem(text.data, text.size, spaces[i], strlen(spaces[i])) != NULL)
            return true;
    }
    return false;
}

static bool name_valid(toc_span name)
{
    return name.size > 0 && memchr(name.data, '+', name.size) == NULL && !has_space(name);
}

/* --- notes
 * -----------------------------------------------------------------------------------------------
 */

/* Where the signature lines begin: after the last empty line. 0 when there is none. */
static size_t signatures_start(toc_span text)
{
    for (size_t i = text.size; i >= 2; i--) {
        if (text.data[i - 1] == '\n' && text.data[i - 2] == '\n')
            return i;
    }
    return 0;
}

/* A longer signature than `bytes` takes is of no kind known here: *out_kept is false then. */
static toc_code read_signature(toc_span line, toc_note_signature *out, bool *out_kept, toc_err *err)
{
    if (line.size < LINE_MARK_BYTES || memcmp(line.data, line_mark, LINE_MARK_BYTES) != 0)
        return toc_fail(err, TOC_MALFORMED,
                        "a signature line that does not begin with an em dash and a space");
    toc_span rest = toc_span_of(line.data + LINE_MARK_BYTES, line.size - LINE_MARK_BYTES);
    const uint8_t *space = rest.size == 0 ? NULL : memchr(rest.data, ' ', rest.size);
    size_t name_bytes = space == NULL ? rest.size : (size_t)(space - rest.data);
    out->name = toc_span_of(rest.data, name_bytes);
    if (space == NULL || !name_valid(out->name))
        return toc_fail(err, TOC_MALFORMED, "a signature line without a valid key name");
    TOC_AUTO(toc_buf_wipe) toc_buf decoded = {0};
    if (toc_base64_decode(toc_span_of(space + 1, rest.size - name_bytes - 1), &decoded, err) !=
        TOC_OK)
        return err == NULL ? TOC_MALFORMED : toc_wrap(err, "a signature line");
    if (decoded.size <= KEY_HASH_BYTES)
        return toc_fail(err, TOC_MALFORMED, "a signature line of %zu bytes, too few for a key id",
                        decoded.size);
    memcpy(out->key_hash, decoded.data, KEY_HASH_BYTES);
    out->size = decoded.size - KEY_HASH_BYTES;
    *out_kept = out->size <= sizeof out->bytes;
    if (*out_kept)
        memcpy(out->bytes, decoded.data + KEY_HASH_BYTES, out->size);
    return TOC_OK;
}

toc_code toc_note_parse(toc_span text, toc_note *out, toc_err *err)
{
    if (text.size > TOC_NOTE_TEXT_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a note of %zu bytes, at most %d are taken", text.size,
                        TOC_NOTE_TEXT_BYTES_MAX);
    TOC_TRY(check_text(text, err));
    size_t start = signatures_start(text);
    if (start == 0 || start == text.size)
        return toc_fail(err, TOC_MALFORMED, "a note without signatures");
    toc_note note = {.body = toc_span_of(text.data, start - 1)};
    toc_span rest = toc_span_of(text.data + start, text.size - start), line;
    while (toc_line_ended(&rest, &line)) {
        if (note.signature_count == TOC_NOTE_SIGNATURES_MAX)
            return toc_fail(err, TOC_LIMIT, "a note with more than %d signatures",
                            TOC_NOTE_SIGNATURES_MAX);
        bool kept = false;
        TOC_TRY(read_signature(line, &note.signatures[note.signature_count], &kept, err));
        note.signature_count += kept ? 1 : 0;
    }
    if (rest.size > 0)
        return toc_fail(err, TOC_MALFORMED, "a note that does not end in a newline");
    *out = note;
    return TOC_OK;
}

toc_code toc_note_verify(const toc_note *note, toc_span name, const toc_verify_key *key,
                         toc_err *err)
{
    uint8_t key_hash[KEY_HASH_BYTES];
    toc_note_key_hash(name, KEY_TYPE_ED25519, key, key_hash);
    bool found = false;
    for (size_t i = 0; i < note->signature_count; i++) {
        const toc_note_signature *each = &note->signatures[i];
        if (!toc_span_equal(each->name, name) ||
            memcmp(each->key_hash, key_hash, sizeof key_hash) != 0)
            continue;
        toc_signature signature;
        if (each->size != sizeof signature.bytes)
            return toc_fail(err, TOC_SIGNATURE, "an Ed25519 signature of %zu bytes on a note",
                            each->size);
        memcpy(signature.bytes, each->bytes, sizeof signature.bytes);
        TOC_TRY(toc_verify(key, "", note->body, &signature, err));
        found = true;
    }
    return found ? TOC_OK
                 : toc_fail(err, TOC_SIGNATURE,
                            "the note is not signed by the key that was asked for");
}

toc_code toc_note_only(const toc_note *note, toc_span name, const toc_verify_key *key, toc_buf *out,
                       toc_err *err)
{
    uint8_t key_hash[KEY_HASH_BYTES], line[KEY_HASH_BYTES + sizeof(toc_signature)];
    TOC_TRY(toc_note_verify(note, name, key, err));
    toc_note_key_hash(name, KEY_TYPE_ED25519, key, key_hash);
    size_t at = 0; /* there is one, and each of this key holds */
    while (!toc_span_equal(note->signatures[at].name, name) ||
           memcmp(note->signatures[at].key_hash, key_hash, sizeof key_hash) != 0)
        at++;
    memcpy(line, key_hash, sizeof key_hash);
    memcpy(line + sizeof key_hash, note->signatures[at].bytes, sizeof(toc_signature));
    toc_buf_add_span(out, note->body);
    toc_buf_add_u8(out, '\n');
    toc_note_line(name, TOC_SPAN_OF(line), out);
    return toc_buf_ok(out, err);
}

void toc_note_line(toc_span name, toc_span bytes, toc_buf *out)
{
    toc_buf_add(out, line_mark, LINE_MARK_BYTES);
    toc_buf_add_span(out, name);
    toc_buf_add_u8(out, ' ');
    toc_base64_encode(bytes, out);
    toc_buf_add_u8(out, '\n');
}

toc_code toc_note_write(toc_span body, toc_span name, const toc_secret *seed, toc_buf *out,
                        toc_err *err)
{
    TOC_TRY(check_text(body, err));
    if (body.size == 0 || body.data[body.size - 1] != '\n')
        return toc_fail(err, TOC_MALFORMED, "a note's text must end in a newline");
    if (check_text(name, NULL) != TOC_OK || !name_valid(name))
        return toc_fail(err, TOC_MALFORMED, "not a key name: spaces, '+' or nothing at all");
    struct {
        uint8_t key_hash[KEY_HASH_BYTES];
        toc_signature signature;
    } line;
    _Static_assert(sizeof line == KEY_HASH_BYTES + sizeof(toc_signature), "no holes");
    toc_verify_key key;
    toc_sign_public(seed, &key);
    toc_note_key_hash(name, KEY_TYPE_ED25519, &key, line.key_hash);
    toc_sign(seed, "", body, &line.signature);
    toc_buf_add_span(out, body);
    toc_buf_add_u8(out, '\n');
    toc_note_line(name, TOC_SPAN_OF(line), out);
    return toc_buf_ok(out, err);
}

/* --- checkpoints
 * ----------------------------------------------------------------------------------------- */

toc_code toc_checkpoint_parse(toc_span body, toc_checkpoint *out, toc_err *err)
{
    toc_checkpoint checkpoint;
    toc_span rest = body, size_line, root_line, extension;
    if (!toc_line_ended(&rest, &checkpoint.origin) || !toc_line_ended(&rest, &size_line) ||
        !toc_line_ended(&rest, &root_line))
        return toc_fail(err, TOC_MALFORMED,
                        "a checkpoint without origin, size and root on a line each");
    if (checkpoint.origin.size == 0)
        return toc_fail(err, TOC_MALFORMED, "a checkpoint with an empty origin");
    if (toc_u64_parse(size_line, UINT64_MAX, &checkpoint.size, NULL) != TOC_OK)
        return toc_fail(err, TOC_MALFORMED, "a checkpoint whose size is no decimal number");
    TOC_AUTO(toc_buf_wipe) toc_buf root = {0};
    if (toc_base64_decode(root_line, &root, NULL) != TOC_OK ||
        root.size != sizeof checkpoint.root.bytes)
        return toc_fail(err, TOC_MALFORMED, "a checkpoint whose root is not 32 bytes in base64");
    memcpy(checkpoint.root.bytes, root.data, root.size);
    while (toc_line_ended(&rest, &extension)) {
        if (extension.size == 0)
            return toc_fail(err, TOC_MALFORMED, "a checkpoint with an empty extension line");
    }
    if (rest.size > 0)
        return toc_fail(err, TOC_MALFORMED, "a checkpoint that does not end in a newline");
    *out = checkpoint;
    return TOC_OK;
}

toc_code toc_checkpoint_read(toc_span note, const toc_feed_name *feed, toc_note *out_note,
                             toc_checkpoint *out, toc_err *err)
{
    char origin[TOC_ORIGIN_BYTES_MAX];
    toc_feed_origin(feed, origin);
    toc_note parsed;
    toc_checkpoint checkpoint;
    TOC_TRY(toc_note_parse(note, &parsed, err));
    TOC_TRY(toc_checkpoint_parse(parsed.body, &checkpoint, err));
    if (!toc_span_equal(checkpoint.origin, toc_span_text(origin)))
        return toc_fail(err, TOC_SIGNATURE, "a checkpoint of another feed than %s", origin);
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    toc_checkpoint_body(feed, checkpoint.size, &checkpoint.root, &plain);
    TOC_TRY(toc_buf_ok(&plain, err));
    if (!toc_span_equal(parsed.body, toc_buf_view(&plain)))
        return toc_fail(err, TOC_MALFORMED,
                        "a feed's checkpoint that says more than size and root");
    *out_note = parsed;
    *out = checkpoint;
    return TOC_OK;
}

toc_code toc_checkpoint_open(toc_span note, const toc_feed_name *feed, const toc_verify_key *signer,
                             toc_checkpoint *out, toc_err *err)
{
    toc_note parsed;
    toc_checkpoint checkpoint;
    TOC_TRY(toc_checkpoint_read(note, feed, &parsed, &checkpoint, err));
    TOC_TRY(toc_note_verify(&parsed, checkpoint.origin, signer, err));
    *out = checkpoint;
    return TOC_OK;
}

void toc_checkpoint_text(toc_span origin, uint64_t size, const toc_hash *root, toc_buf *out)
{
    toc_buf_add_span(out, origin);
    toc_buf_printf(out, "\n%llu\n", (unsigned long long)size);
    toc_base64_encode(TOC_SPAN_OF(root->bytes), out);
    toc_buf_add_u8(out, '\n');
}

void toc_checkpoint_body(const toc_feed_name *feed, uint64_t size, const toc_hash *root,
                         toc_buf *out)
{
    char origin[TOC_ORIGIN_BYTES_MAX];
    toc_feed_origin(feed, origin);
    toc_checkpoint_text(toc_span_text(origin), size, root, out);
}

toc_code toc_checkpoint_sign(const toc_feed_name *feed, uint64_t size, const toc_hash *root,
                             const toc_secret *seed, toc_buf *out, toc_err *err)
{
    char origin[TOC_ORIGIN_BYTES_MAX];
    toc_feed_origin(feed, origin);
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_checkpoint_body(feed, size, root, &body);
    TOC_TRY(toc_buf_ok(&body, err));
    return toc_note_write(toc_buf_view(&body), toc_span_text(origin), seed, out, err);
}
