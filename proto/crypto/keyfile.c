#include "proto/crypto/keyfile.h"

#include "proto/base/reader.h"
#include "proto/crypto/seal.h"

#define KEYFILE_MAGIC "TOCSIN KEYS 1\n"

enum {
    KEYFILE_SALT_BYTES = 16,
    KEYFILE_KEY_BYTES = 32,
    KEYFILE_TEXT_BYTES_MAX = 1 + 32 + 2 * KEYFILE_KEY_BYTES,
    PASSPHRASE_BYTES_MIN = 12
};

void toc_keyfile_wipe(toc_keyfile *file)
{
    for (size_t i = 0; i < TOC_COUNT(file->secrets); i++)
        toc_secret_free(file->secrets[i]);
    *file = (toc_keyfile){0};
}

static size_t secret_count(toc_keyfile_kind kind)
{
    return kind == TOC_KEYFILE_ROOT ? 2 : 1;
}

toc_code toc_keyfile_write(const toc_keyfile *file, toc_span passphrase, toc_buf *out, toc_err *err)
{
    if (passphrase.size < PASSPHRASE_BYTES_MIN)
        return toc_fail(err, TOC_USAGE, "a passphrase of %zu bytes; use at least %d",
                        passphrase.size, PASSPHRASE_BYTES_MIN);
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_buf_add_u8(&text, (uint8_t)file->kind);
    toc_buf_add(&text, file->org, sizeof file->org);
    for (size_t i = 0; i < secret_count(file->kind); i++)
        toc_buf_add(&text, toc_secret_view(file->secrets[i]), KEYFILE_KEY_BYTES);
    TOC_TRY(toc_buf_ok(&text, err));
    uint8_t salt[KEYFILE_SALT_BYTES], nonce[TOC_NONCE_BYTES];
    uint8_t sealed[KEYFILE_TEXT_BYTES_MAX + TOC_TAG_BYTES];
    toc_random(salt, sizeof salt);
    toc_random(nonce, sizeof nonce);
    TOC_AUTO(toc_secret_free) toc_secret *wrap = NULL;
    TOC_TRY(toc_passphrase_key(passphrase, salt, &wrap, err));
    toc_span magic = toc_span_text(KEYFILE_MAGIC);
    toc_aead_seal(wrap, nonce, toc_buf_view(&text), magic, sealed);
    toc_buf_add_span(out, magic);
    toc_buf_add(out, salt, sizeof salt);
    toc_buf_add(out, nonce, sizeof nonce);
    toc_buf_add(out, sealed, text.size + TOC_TAG_BYTES);
    return toc_buf_ok(out, err);
}

/* `text` is wiped by the caller. */
static toc_code take(toc_span text, toc_keyfile_kind kind, toc_keyfile *out, toc_err *err)
{
    if (text.data[0] != (uint8_t)kind)
        return toc_fail(err, TOC_USAGE, "this key file holds %s",
                        text.data[0] == TOC_KEYFILE_ROOT ? "an org's root keys, not an officer's"
                                                         : "an officer's key, not an org's root");
    if (text.size != 33 + secret_count(kind) * KEYFILE_KEY_BYTES)
        return toc_fail(err, TOC_MALFORMED, "this key file has a wrong length");
    TOC_AUTO(toc_keyfile_wipe) toc_keyfile made = {.kind = kind};
    memcpy(made.org, text.data + 1, sizeof made.org);
    for (size_t i = 0; i < secret_count(kind); i++)
        TOC_TRY(
            toc_secret_from(toc_span_of(text.data + 33 + i * KEYFILE_KEY_BYTES, KEYFILE_KEY_BYTES),
                            &made.secrets[i], err));
    *out = made;
    /* NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores): transferred, the cleanup frees nothing */
    made = (toc_keyfile){0};
    return TOC_OK;
}

toc_code toc_keyfile_read(toc_span bytes, toc_keyfile_kind kind, toc_span passphrase,
                          toc_keyfile *out, toc_err *err)
{
    toc_span magic = toc_span_text(KEYFILE_MAGIC);
    toc_reader reader = toc_reader_of(bytes);
    toc_span head = toc_read_span(&reader, magic.size);
    toc_span salt = toc_read_span(&reader, KEYFILE_SALT_BYTES);
    toc_span nonce = toc_read_span(&reader, TOC_NONCE_BYTES);
    toc_span sealed = toc_read_span(&reader, toc_reader_left(&reader));
    TOC_TRY(toc_reader_finish(&reader, "key file", err));
    if (!toc_span_equal(head, magic) || sealed.size < 33 + KEYFILE_KEY_BYTES + TOC_TAG_BYTES ||
        sealed.size > KEYFILE_TEXT_BYTES_MAX + TOC_TAG_BYTES)
        return toc_fail(err, TOC_MALFORMED, "not a key file of version 1");
    uint8_t text[KEYFILE_TEXT_BYTES_MAX];
    TOC_AUTO(toc_secret_free) toc_secret *wrap = NULL;
    TOC_TRY(toc_passphrase_key(passphrase, salt.data, &wrap, err));
    if (toc_aead_open(wrap, nonce.data, sealed, magic, text, NULL) != TOC_OK)
        return toc_fail(err, TOC_SEALED, "the passphrase does not open the key file");
    toc_code code = take(toc_span_of(text, sealed.size - TOC_TAG_BYTES), kind, out, err);
    toc_wipe(text, sizeof text);
    return code;
}
