#include "proto/crypto/seal.h"

#include <sodium.h>

#include "proto/crypto/hash.h"

enum { BOX_OVERHEAD = crypto_box_SEALBYTES, KEY_BYTES = 32 };

_Static_assert(TOC_BOX_BYTES == crypto_box_SEALBYTES + KEY_BYTES, "a box holds one key");
_Static_assert(TOC_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(TOC_TAG_BYTES == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");

void toc_aead_seal(const toc_secret *key, const uint8_t nonce[TOC_NONCE_BYTES], toc_span text,
                   toc_span aad, uint8_t *out)
{
    TOC_ASSERT(crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, text.data, text.size, aad.data,
                                                          aad.size, NULL, nonce,
                                                          toc_secret_view(key)) == 0);
}

toc_code toc_aead_open(const toc_secret *key, const uint8_t nonce[TOC_NONCE_BYTES], toc_span sealed,
                       toc_span aad, uint8_t *out, toc_err *err)
{
    if (sealed.size < TOC_TAG_BYTES)
        return toc_fail(err, TOC_SEALED, "%zu sealed bytes are too few to hold a tag", sealed.size);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.data, sealed.size,
                                                   aad.data, aad.size, nonce,
                                                   toc_secret_view(key)) != 0) {
        toc_wipe(out, sealed.size - TOC_TAG_BYTES);
        return toc_fail(err, TOC_SEALED, "the bytes do not open under this key");
    }
    return TOC_OK;
}

void toc_seal_public(const toc_secret *secret, toc_seal_key *out)
{
    TOC_ASSERT(crypto_scalarmult_base(out->bytes, toc_secret_view(secret)) == 0);
}

toc_code toc_seal_shared(const toc_secret *secret, const toc_seal_key *other, toc_secret **out,
                         toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *shared = NULL;
    TOC_TRY(toc_secret_new(&shared, err));
    if (crypto_scalarmult(toc_secret_bytes(shared), toc_secret_view(secret), other->bytes) != 0)
        return toc_fail(err, TOC_MALFORMED, "a seal key of small order");
    *out = shared;
    shared = NULL; /* transferred */
    return TOC_OK;
}

toc_code toc_box_seal(const toc_seal_key *to, const toc_secret *content, toc_box *out, toc_err *err)
{
    toc_box box;
    if (crypto_box_seal(box.bytes, toc_secret_view(content), KEY_BYTES, to->bytes) != 0)
        return toc_fail(err, TOC_MALFORMED, "a seal key of small order");
    *out = box;
    return TOC_OK;
}

toc_code toc_box_open(const toc_secret *secret, const toc_box *box, toc_secret **out, toc_err *err)
{
    toc_seal_key own;
    toc_seal_public(secret, &own);
    TOC_AUTO(toc_secret_free) toc_secret *content = NULL;
    TOC_TRY(toc_secret_new(&content, err));
    if (crypto_box_seal_open(toc_secret_bytes(content), box->bytes, TOC_BOX_BYTES, own.bytes,
                             toc_secret_view(secret)) != 0)
        return toc_fail(err, TOC_SEALED, "the box is not for this key");
    *out = content;
    content = NULL; /* transferred */
    return TOC_OK;
}

/* Room for `size` bytes at the end of `out`, which a failure gives back, wiped. */
static uint8_t *extend(toc_buf *out, size_t size, size_t more)
{
    return size > SIZE_MAX - more ? NULL : toc_buf_extend(out, size + more);
}

static void give_back(toc_buf *out, size_t size_before)
{
    toc_wipe(out->data + size_before, out->size - size_before);
    out->size = size_before;
}

toc_code toc_sealed_write(const toc_seal_key *to, toc_span text, toc_buf *out, toc_err *err)
{
    size_t before = out->size;
    uint8_t *sealed = extend(out, text.size, BOX_OVERHEAD);
    if (sealed == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory while sealing %zu bytes", text.size);
    if (crypto_box_seal(sealed, text.data, text.size, to->bytes) != 0) {
        give_back(out, before);
        return toc_fail(err, TOC_MALFORMED, "a seal key of small order");
    }
    return TOC_OK;
}

toc_code toc_sealed_read(const toc_secret *secret, toc_span sealed, toc_buf *out, toc_err *err)
{
    if (sealed.size < BOX_OVERHEAD)
        return toc_fail(err, TOC_SEALED, "%zu bytes are too few for a sealed box", sealed.size);
    size_t before = out->size;
    uint8_t *text = toc_buf_extend(out, sealed.size - BOX_OVERHEAD);
    if (text == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory while opening %zu bytes", sealed.size);
    toc_seal_key own;
    toc_seal_public(secret, &own);
    if (crypto_box_seal_open(text, sealed.data, sealed.size, own.bytes, toc_secret_view(secret)) !=
        0) {
        give_back(out, before);
        return toc_fail(err, TOC_SEALED, "the sealed box is not for this key, or was changed");
    }
    return TOC_OK;
}

static toc_code rest_key(const toc_secret *store_key, const char *table, toc_secret **out,
                         toc_err *err)
{
    toc_secret *key = NULL;
    TOC_TRY(toc_secret_new(&key, err));
    toc_span parts[] = {toc_span_text("tocsin/store/1\n"), toc_span_text(table)};
    toc_blake2b_keyed(toc_span_of(toc_secret_view(store_key), KEY_BYTES), parts, TOC_COUNT(parts),
                      toc_secret_bytes(key), KEY_BYTES);
    *out = key;
    return TOC_OK;
}

/* The zero byte keeps table "a", key "bc" apart from table "ab", key "c". */
static toc_code rest_aad(const char *table, toc_span key, toc_buf *out, toc_err *err)
{
    toc_buf_add_text(out, table);
    toc_buf_add_u8(out, 0);
    toc_buf_add_span(out, key);
    return toc_buf_ok(out, err);
}

toc_code toc_rest_seal(const toc_secret *store_key, const char *table, toc_span key, toc_span value,
                       toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *table_key = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf aad = {0};
    TOC_TRY(rest_key(store_key, table, &table_key, err));
    TOC_TRY(rest_aad(table, key, &aad, err));
    uint8_t *sealed = extend(out, value.size, TOC_NONCE_BYTES + TOC_TAG_BYTES);
    if (sealed == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory while sealing a value of table '%s'",
                        table);
    toc_random(sealed, TOC_NONCE_BYTES);
    toc_aead_seal(table_key, sealed, value, toc_buf_view(&aad), sealed + TOC_NONCE_BYTES);
    return TOC_OK;
}

toc_code toc_rest_open(const toc_secret *store_key, const char *table, toc_span key,
                       toc_span sealed, toc_buf *out, toc_err *err)
{
    if (sealed.size < TOC_NONCE_BYTES + TOC_TAG_BYTES)
        return toc_fail(err, TOC_SEALED, "table '%s': a sealed value of %zu bytes is cut short",
                        table, sealed.size);
    TOC_AUTO(toc_secret_free) toc_secret *table_key = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf aad = {0};
    TOC_TRY(rest_key(store_key, table, &table_key, err));
    TOC_TRY(rest_aad(table, key, &aad, err));
    size_t before = out->size;
    uint8_t *value = toc_buf_extend(out, sealed.size - TOC_NONCE_BYTES - TOC_TAG_BYTES);
    if (value == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory while opening a value of table '%s'",
                        table);
    toc_span rest = toc_span_of(sealed.data + TOC_NONCE_BYTES, sealed.size - TOC_NONCE_BYTES);
    if (toc_aead_open(table_key, sealed.data, rest, toc_buf_view(&aad), value, err) != TOC_OK) {
        give_back(out, before);
        return toc_fail(err, TOC_SEALED,
                        "a value of table '%s' does not open: changed, moved, or another store key",
                        table);
    }
    return TOC_OK;
}

toc_code toc_passphrase_key(toc_span passphrase, const uint8_t salt[16], toc_secret **out,
                            toc_err *err)
{
    _Static_assert(crypto_pwhash_SALTBYTES == 16, "salt");
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_TRY(toc_secret_new(&key, err));
    const char *text = passphrase.size > 0 ? (const char *)passphrase.data : "";
    if (crypto_pwhash(toc_secret_bytes(key), KEY_BYTES, text, passphrase.size, salt,
                      crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE,
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        return toc_fail(err, TOC_NO_MEMORY, "Argon2id needs %u MiB of memory and did not get them",
                        (unsigned)(crypto_pwhash_MEMLIMIT_MODERATE >> 20));
    *out = key;
    key = NULL; /* transferred */
    return TOC_OK;
}
