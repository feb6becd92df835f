#include "proto/crypto/storekey.h"

#include "proto/base/reader.h"
#include "proto/crypto/seal.h"

#define STORE_KEY_MAGIC "TOCSIN STORE KEY 1\n"

enum {
    STORE_KEY_SALT_BYTES = 16,
    STORE_KEY_BYTES = 32,
    STORE_KEY_SEALED_BYTES = STORE_KEY_BYTES + TOC_TAG_BYTES,
    PASSPHRASE_BYTES_MIN = 12
};

toc_span toc_passphrase_trim(toc_span text)
{
    while (text.size > 0 && (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == '\r'))
        text.size--;
    return text;
}

toc_code toc_store_key_new(toc_span passphrase, toc_buf *out_file, toc_secret **out_key,
                           toc_err *err)
{
    if (passphrase.size < PASSPHRASE_BYTES_MIN)
        return toc_fail(err, TOC_USAGE, "a passphrase of %zu bytes; use at least %d",
                        passphrase.size, PASSPHRASE_BYTES_MIN);
    uint8_t salt[STORE_KEY_SALT_BYTES], nonce[TOC_NONCE_BYTES], sealed[STORE_KEY_SEALED_BYTES];
    toc_random(salt, sizeof salt);
    toc_random(nonce, sizeof nonce);
    TOC_AUTO(toc_secret_free) toc_secret *wrap = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_TRY(toc_passphrase_key(passphrase, salt, &wrap, err));
    TOC_TRY(toc_secret_random(&key, err));
    toc_span magic = toc_span_text(STORE_KEY_MAGIC);
    toc_aead_seal(wrap, nonce, toc_span_of(toc_secret_view(key), STORE_KEY_BYTES), magic, sealed);
    toc_buf_add_span(out_file, magic);
    toc_buf_add(out_file, salt, sizeof salt);
    toc_buf_add(out_file, nonce, sizeof nonce);
    toc_buf_add(out_file, sealed, sizeof sealed);
    TOC_TRY(toc_buf_ok(out_file, err));
    *out_key = key;
    key = NULL; /* transferred */
    return TOC_OK;
}

toc_code toc_store_key_open(toc_span file, toc_span passphrase, toc_secret **out_key, toc_err *err)
{
    toc_span magic = toc_span_text(STORE_KEY_MAGIC);
    toc_reader reader = toc_reader_of(file);
    toc_span head = toc_read_span(&reader, magic.size);
    toc_span salt = toc_read_span(&reader, STORE_KEY_SALT_BYTES);
    toc_span nonce = toc_read_span(&reader, TOC_NONCE_BYTES);
    toc_span sealed = toc_read_span(&reader, STORE_KEY_SEALED_BYTES);
    TOC_TRY(toc_reader_finish(&reader, "store key file", err));
    if (!toc_span_equal(head, magic))
        return toc_fail(err, TOC_MALFORMED, "not a store key file of version 1");
    TOC_AUTO(toc_secret_free) toc_secret *wrap = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_TRY(toc_passphrase_key(passphrase, salt.data, &wrap, err));
    TOC_TRY(toc_secret_new(&key, err));
    if (toc_aead_open(wrap, nonce.data, sealed, magic, toc_secret_bytes(key), NULL) != TOC_OK)
        return toc_fail(err, TOC_SEALED, "the passphrase does not open the store key");
    *out_key = key;
    key = NULL; /* transferred */
    return TOC_OK;
}
