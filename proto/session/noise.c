#include "proto/session/noise.h"

#include <sodium.h>

#include "proto/base/limits.h"
#include "proto/base/reader.h"
#include "proto/crypto/hash.h"

_Static_assert(crypto_scalarmult_BYTES == TOC_NOISE_KEY_BYTES, "DHLEN");
_Static_assert(crypto_scalarmult_SCALARBYTES == TOC_NOISE_KEY_BYTES, "DHLEN");
_Static_assert(crypto_aead_chacha20poly1305_ietf_KEYBYTES == TOC_NOISE_KEY_BYTES,
               "the cipher's key");
_Static_assert(crypto_aead_chacha20poly1305_ietf_ABYTES == TOC_NOISE_TAG_BYTES, "the cipher's tag");
_Static_assert(2 * TOC_NOISE_KEY_BYTES <= TOC_SECRET_BYTES, "two keys share a slot");
_Static_assert((int)TOC_NOISE_HASH_BYTES_MAX <= (int)TOC_SECRET_BYTES, "a chaining key has a slot");

static void sha256_digest(const toc_span *parts, size_t count, uint8_t *out)
{
    toc_hash digest;
    toc_sha256_parts(parts, count, &digest);
    memcpy(out, digest.bytes, sizeof digest.bytes);
    toc_wipe(&digest, sizeof digest);
}

const toc_noise_hash toc_noise_sha256 = {.bytes = 32, .block_bytes = 64, .digest = sha256_digest};

/* §7.5: <- s ... -> e, es, s, ss <- e, ee, se */
const toc_noise_suite toc_noise_ik = {
    .name = "Noise_IK_25519_ChaChaPoly_SHA256",
    .hash = &toc_noise_sha256,
    .responder_known = true,
    .message_count = 2,
    .messages = {{TOC_NOISE_E, TOC_NOISE_ES, TOC_NOISE_S, TOC_NOISE_SS},
                 {TOC_NOISE_E, TOC_NOISE_EE, TOC_NOISE_SE}},
};

void toc_noise_public(const toc_secret *secret, uint8_t out[TOC_NOISE_KEY_BYTES])
{
    crypto_scalarmult_base(out, toc_secret_view(secret));
}

static void free_slot(toc_secret **slot)
{
    toc_secret_free(*slot);
    *slot = NULL;
}

void toc_noise_end(toc_noise *noise)
{
    noise->stage = TOC_NOISE_OVER;
    free_slot(&noise->own);
    free_slot(&noise->chain);
    free_slot(&noise->cipher);
}

void toc_noise_wipe(toc_noise *noise)
{
    toc_noise_end(noise);
    toc_wipe(noise, sizeof *noise);
}

/* A failure ends the session: the keys go at once. */
static toc_code end(toc_noise *noise, toc_code code)
{
    toc_noise_end(noise);
    return code;
}

/* --- §4.3: hash and HKDF ------------------------------------------------------------- */

static void mix_hash(toc_noise *noise, toc_span data)
{
    const toc_noise_hash *hash = noise->suite->hash;
    toc_span parts[2] = {toc_span_of(noise->hash, hash->bytes), data};
    uint8_t mixed[TOC_NOISE_HASH_BYTES_MAX];
    hash->digest(parts, 2, mixed);
    memcpy(noise->hash, mixed, hash->bytes);
}

/* HMAC (RFC 2104) of first ‖ second; the key has HASHLEN bytes, fewer than a block. */
static void hmac(const toc_noise_hash *hash, const uint8_t *key, toc_span first, toc_span second,
                 uint8_t *out)
{
    uint8_t pad[TOC_NOISE_BLOCK_BYTES_MAX] = {0}, inner[TOC_NOISE_HASH_BYTES_MAX];
    memcpy(pad, key, hash->bytes);
    for (size_t i = 0; i < hash->block_bytes; i++)
        pad[i] ^= 0x36;
    toc_span inside[3] = {toc_span_of(pad, hash->block_bytes), first, second};
    hash->digest(inside, 3, inner);
    for (size_t i = 0; i < hash->block_bytes; i++)
        pad[i] ^= 0x36 ^ 0x5C;
    toc_span outside[2] = {inside[0], toc_span_of(inner, hash->bytes)};
    hash->digest(outside, 2, out);
    toc_wipe(pad, sizeof pad);
    toc_wipe(inner, sizeof inner);
}

/* HKDF with two outputs of HASHLEN bytes; `out_first` may be where the chaining key is. */
static void hkdf(const toc_noise_hash *hash, const uint8_t *chaining_key, toc_span input,
                 uint8_t *out_first, uint8_t *out_second)
{
    uint8_t key[TOC_NOISE_HASH_BYTES_MAX];
    hmac(hash, chaining_key, input, (toc_span){0}, key);
    hmac(hash, key, toc_span_of("\x01", 1), (toc_span){0}, out_first);
    hmac(hash, key, toc_span_of(out_first, hash->bytes), toc_span_of("\x02", 1), out_second);
    toc_wipe(key, sizeof key);
}

static void mix_key(toc_noise *noise, toc_span input)
{
    uint8_t second[TOC_NOISE_HASH_BYTES_MAX];
    uint8_t *chain = toc_secret_bytes(noise->chain);
    hkdf(noise->suite->hash, chain, input, chain, second);
    memcpy(toc_secret_bytes(noise->cipher), second, TOC_NOISE_KEY_BYTES);
    toc_wipe(second, sizeof second);
    noise->has_cipher = true;
    noise->handshake_nonce = 0;
}

/* --- §5.1: the cipher, appending to a buffer ----------------------------------------- */

static void nonce_of(uint64_t counter, uint8_t out[crypto_aead_chacha20poly1305_ietf_NPUBBYTES])
{
    memset(out, 0, 4);
    for (unsigned i = 0; i < 8; i++)
        out[4 + i] = (uint8_t)(counter >> (8 * i));
}

static toc_code append_sealed(const uint8_t *key, uint64_t counter, toc_span aad, toc_span text,
                              toc_buf *out, toc_err *err)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
    nonce_of(counter, nonce);
    uint8_t *start = toc_buf_extend(out, text.size + TOC_NOISE_TAG_BYTES);
    if (start == NULL)
        return toc_buf_ok(out, err);
    crypto_aead_chacha20poly1305_ietf_encrypt(start, NULL, text.data, text.size, aad.data, aad.size,
                                              NULL, nonce, key);
    return TOC_OK;
}

static toc_code append_opened(const uint8_t *key, uint64_t counter, toc_span aad, toc_span sealed,
                              toc_buf *out, toc_err *err)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
    nonce_of(counter, nonce);
    if (sealed.size < TOC_NOISE_TAG_BYTES)
        return toc_fail(err, TOC_MALFORMED, "a sealed message of %zu bytes, shorter than its tag",
                        sealed.size);
    size_t size = sealed.size - TOC_NOISE_TAG_BYTES;
    uint8_t *start = toc_buf_extend(out, size);
    if (start == NULL)
        return toc_buf_ok(out, err);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(start, NULL, NULL, sealed.data, sealed.size,
                                                  aad.data, aad.size, nonce, key) != 0) {
        toc_wipe(start, size);
        out->size -= size;
        return toc_fail(err, TOC_SEALED, "a message of %zu bytes does not open", sealed.size);
    }
    return TOC_OK;
}

/* --- §5.2 and §5.3: the handshake ---------------------------------------------------- */

/* EncryptAndHash; in the clear while no key was mixed. */
static toc_code append_mixed(toc_noise *noise, toc_span text, toc_buf *out, toc_err *err)
{
    size_t start = out->size;
    if (noise->has_cipher) {
        toc_span aad = toc_span_of(noise->hash, noise->suite->hash->bytes);
        TOC_TRY(append_sealed(toc_secret_view(noise->cipher), noise->handshake_nonce++, aad, text,
                              out, err));
    } else {
        toc_buf_add_span(out, text);
        TOC_TRY(toc_buf_ok(out, err));
    }
    mix_hash(noise, toc_span_of(out->data + start, out->size - start));
    return TOC_OK;
}

/* DecryptAndHash. */
static toc_code append_unmixed(toc_noise *noise, toc_span bytes, toc_buf *out, toc_err *err)
{
    if (noise->has_cipher) {
        toc_span aad = toc_span_of(noise->hash, noise->suite->hash->bytes);
        TOC_TRY(append_opened(toc_secret_view(noise->cipher), noise->handshake_nonce++, aad, bytes,
                              out, err));
    } else {
        toc_buf_add_span(out, bytes);
        TOC_TRY(toc_buf_ok(out, err));
    }
    mix_hash(noise, bytes);
    return TOC_OK;
}

static const uint8_t *own_secret(const toc_noise *noise, bool ephemeral)
{
    return toc_secret_view(noise->own) + (ephemeral ? TOC_NOISE_KEY_BYTES : 0);
}

/* One X25519, mixed into the key. A remote point of small order gives zeroes, which anybody can
 * know. */
static toc_code mix_shared(toc_noise *noise, bool own_ephemeral, bool remote_ephemeral,
                           toc_err *err)
{
    uint8_t shared[TOC_NOISE_KEY_BYTES];
    const uint8_t *remote = remote_ephemeral ? noise->remote_ephemeral : noise->remote_static;
    if (crypto_scalarmult(shared, own_secret(noise, own_ephemeral), remote) != 0 ||
        sodium_is_zero(shared, sizeof shared)) {
        toc_wipe(shared, sizeof shared);
        return toc_fail(err, TOC_SEALED, "the peer's key is of small order and shares no secret");
    }
    mix_key(noise, toc_span_of(shared, sizeof shared));
    toc_wipe(shared, sizeof shared);
    return TOC_OK;
}

static toc_code mix_token(toc_noise *noise, toc_noise_token token, toc_err *err)
{
    switch (token) {
    case TOC_NOISE_EE:
        return mix_shared(noise, true, true, err);
    case TOC_NOISE_ES:
        return mix_shared(noise, noise->initiator, !noise->initiator, err);
    case TOC_NOISE_SE:
        return mix_shared(noise, !noise->initiator, noise->initiator, err);
    case TOC_NOISE_SS:
    case TOC_NOISE_E:
    case TOC_NOISE_S:
    case TOC_NOISE_END:
        break;
    }
    TOC_ASSERT(token == TOC_NOISE_SS); /* the others are no shared secrets */
    return mix_shared(noise, false, false, err);
}

static toc_code write_ephemeral(toc_noise *noise, toc_buf *out, toc_err *err)
{
    uint8_t *secret = toc_secret_bytes(noise->own) + TOC_NOISE_KEY_BYTES;
    if (!noise->has_own_ephemeral)
        toc_random(secret, TOC_NOISE_KEY_BYTES);
    noise->has_own_ephemeral = true;
    uint8_t public_key[TOC_NOISE_KEY_BYTES];
    crypto_scalarmult_base(public_key, secret);
    toc_buf_add(out, public_key, sizeof public_key);
    mix_hash(noise, TOC_SPAN_OF(public_key));
    return toc_buf_ok(out, err);
}

static toc_code write_token(toc_noise *noise, toc_noise_token token, toc_buf *out, toc_err *err)
{
    if (token == TOC_NOISE_E)
        return write_ephemeral(noise, out, err);
    if (token == TOC_NOISE_S)
        return append_mixed(noise, TOC_SPAN_OF(noise->own_static), out, err);
    return mix_token(noise, token, err);
}

static toc_code read_static(toc_noise *noise, toc_reader *from, toc_err *err)
{
    size_t size = TOC_NOISE_KEY_BYTES + (noise->has_cipher ? TOC_NOISE_TAG_BYTES : 0);
    toc_span sent = toc_read_span(from, size);
    TOC_TRY(toc_reader_ok(from, "a handshake message", err));
    TOC_AUTO(toc_buf_wipe) toc_buf key = {0};
    TOC_TRY(append_unmixed(noise, sent, &key, err));
    memcpy(noise->remote_static, key.data, TOC_NOISE_KEY_BYTES);
    return TOC_OK;
}

static toc_code read_token(toc_noise *noise, toc_noise_token token, toc_reader *from, toc_err *err)
{
    if (token == TOC_NOISE_S)
        return read_static(noise, from, err);
    if (token != TOC_NOISE_E)
        return mix_token(noise, token, err);
    toc_read_bytes(from, noise->remote_ephemeral, TOC_NOISE_KEY_BYTES);
    TOC_TRY(toc_reader_ok(from, "a handshake message", err));
    mix_hash(noise, TOC_SPAN_OF(noise->remote_ephemeral));
    return TOC_OK;
}

/* Split; what only the handshake needed is gone afterwards. */
static void finish_message(toc_noise *noise)
{
    if (++noise->message_next < noise->suite->message_count)
        return;
    const toc_noise_hash *hash = noise->suite->hash;
    uint8_t first[TOC_NOISE_HASH_BYTES_MAX], second[TOC_NOISE_HASH_BYTES_MAX];
    hkdf(hash, toc_secret_view(noise->chain), (toc_span){0}, first, second);
    uint8_t *keys = toc_secret_bytes(noise->cipher);
    memcpy(keys, noise->initiator ? first : second, TOC_NOISE_KEY_BYTES);
    memcpy(keys + TOC_NOISE_KEY_BYTES, noise->initiator ? second : first, TOC_NOISE_KEY_BYTES);
    toc_wipe(first, sizeof first);
    toc_wipe(second, sizeof second);
    free_slot(&noise->own);
    free_slot(&noise->chain);
    noise->stage = TOC_NOISE_TRANSPORT;
}

static toc_code check_turn(const toc_noise *noise, bool writes, toc_err *err)
{
    if (noise->stage != TOC_NOISE_HANDSHAKE)
        return toc_fail(err, TOC_STATE, "the handshake is over");
    bool initiators = noise->message_next % 2 == 0;
    if (writes != (noise->initiator == initiators))
        return toc_fail(err, TOC_STATE, "the next handshake message is the other side's");
    return TOC_OK;
}

static toc_code write_message(toc_noise *noise, toc_span payload, toc_buf *out, toc_err *err)
{
    const toc_noise_token *tokens = noise->suite->messages[noise->message_next];
    for (size_t i = 0; tokens[i] != TOC_NOISE_END; i++)
        TOC_TRY(write_token(noise, tokens[i], out, err));
    return append_mixed(noise, payload, out, err);
}

static toc_code read_message(toc_noise *noise, toc_span message, toc_buf *out_payload, toc_err *err)
{
    toc_reader from = toc_reader_of(message);
    const toc_noise_token *tokens = noise->suite->messages[noise->message_next];
    for (size_t i = 0; tokens[i] != TOC_NOISE_END; i++)
        TOC_TRY(read_token(noise, tokens[i], &from, err));
    return append_unmixed(noise, toc_read_span(&from, toc_reader_left(&from)), out_payload, err);
}

toc_code toc_noise_write(toc_noise *noise, toc_span payload, toc_buf *out, toc_err *err)
{
    TOC_TRY(check_turn(noise, true, err));
    size_t start = out->size;
    toc_code code = write_message(noise, payload, out, err);
    if (code == TOC_OK && out->size - start > TOC_FRAME_BYTES_MAX)
        code = toc_fail(err, TOC_LIMIT, "a handshake message of %zu bytes, Noise takes %u",
                        out->size - start, TOC_FRAME_BYTES_MAX);
    if (code != TOC_OK) {
        out->size = start;
        return end(noise, code);
    }
    finish_message(noise);
    return TOC_OK;
}

toc_code toc_noise_read(toc_noise *noise, toc_span message, toc_buf *out_payload, toc_err *err)
{
    TOC_TRY(check_turn(noise, false, err));
    if (message.size > TOC_FRAME_BYTES_MAX)
        return end(noise,
                   toc_fail(err, TOC_LIMIT, "a handshake message of %zu bytes, Noise takes %u",
                            message.size, TOC_FRAME_BYTES_MAX));
    toc_code code = read_message(noise, message, out_payload, err);
    if (code != TOC_OK)
        return end(noise, code);
    finish_message(noise);
    return TOC_OK;
}

static void mix_known(toc_noise *noise, const toc_noise_suite *suite)
{
    if (suite->initiator_known)
        mix_hash(noise, noise->initiator ? TOC_SPAN_OF(noise->own_static)
                                         : TOC_SPAN_OF(noise->remote_static));
    if (suite->responder_known)
        mix_hash(noise, noise->initiator ? TOC_SPAN_OF(noise->remote_static)
                                         : TOC_SPAN_OF(noise->own_static));
}

static void take_keys(toc_noise *noise, const toc_noise_keys *keys)
{
    uint8_t *own = toc_secret_bytes(noise->own);
    if (keys->own_secret != NULL) {
        memcpy(own, toc_secret_view(keys->own_secret), TOC_NOISE_KEY_BYTES);
        if (keys->own_public != NULL)
            memcpy(noise->own_static, keys->own_public, TOC_NOISE_KEY_BYTES);
        else
            toc_noise_public(keys->own_secret, noise->own_static);
    }
    if (keys->ephemeral != NULL)
        memcpy(own + TOC_NOISE_KEY_BYTES, toc_secret_view(keys->ephemeral), TOC_NOISE_KEY_BYTES);
    noise->has_own_ephemeral = keys->ephemeral != NULL;
    if (keys->remote_public != NULL)
        memcpy(noise->remote_static, keys->remote_public, TOC_NOISE_KEY_BYTES);
}

/* A protocol name longer than a hash is hashed, a shorter one padded (§5.2). */
static void start_hash(toc_noise *noise, toc_span prologue)
{
    const toc_noise_hash *hash = noise->suite->hash;
    toc_span name = toc_span_text(noise->suite->name);
    if (name.size <= hash->bytes)
        memcpy(noise->hash, name.data, name.size);
    else
        hash->digest(&name, 1, noise->hash);
    memcpy(toc_secret_bytes(noise->chain), noise->hash, hash->bytes);
    mix_hash(noise, prologue);
}

toc_code toc_noise_start(const toc_noise_suite *suite, bool initiator, toc_span prologue,
                         const toc_noise_keys *keys, toc_noise *out, toc_err *err)
{
    TOC_AUTO(toc_noise_wipe)
    toc_noise noise = {.suite = suite, .stage = TOC_NOISE_HANDSHAKE, .initiator = initiator};
    TOC_TRY(toc_secret_new(&noise.own, err));
    TOC_TRY(toc_secret_new(&noise.chain, err));
    TOC_TRY(toc_secret_new(&noise.cipher, err));
    take_keys(&noise, keys);
    start_hash(&noise, prologue);
    mix_known(&noise, suite);
    *out = noise;
    noise = (toc_noise){0}; /* transferred */
    return TOC_OK;
}

/* --- transport ----------------------------------------------------------------------- */

static toc_code check_transport(const toc_noise *noise, toc_err *err)
{
    if (noise->stage == TOC_NOISE_TRANSPORT)
        return TOC_OK;
    return toc_fail(err, TOC_STATE,
                    noise->stage == TOC_NOISE_OVER ? "the session has ended"
                                                   : "the handshake is not over");
}

/* The largest nonce is reserved: never used, and after it there is none (§5.1). */
static toc_code check_nonce(uint64_t counter, toc_err *err)
{
    if (counter == UINT64_MAX)
        return toc_fail(err, TOC_LIMIT, "the session has used up its nonces: begin a new one");
    return TOC_OK;
}

static toc_code check_size(size_t sealed_bytes, toc_err *err)
{
    if (sealed_bytes > TOC_FRAME_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a sealed message of %zu bytes, Noise takes %u",
                        sealed_bytes, TOC_FRAME_BYTES_MAX);
    return TOC_OK;
}

static toc_code seal(toc_noise *noise, toc_span text, toc_buf *out, toc_err *err)
{
    TOC_TRY(check_nonce(noise->sent, err));
    if (text.size > TOC_FRAME_BYTES_MAX)
        return check_size(text.size, err);
    TOC_TRY(check_size(text.size + TOC_NOISE_TAG_BYTES, err));
    return append_sealed(toc_secret_view(noise->cipher), noise->sent, (toc_span){0}, text, out,
                         err);
}

static toc_code open_sealed(toc_noise *noise, toc_span sealed, toc_buf *out, toc_err *err)
{
    TOC_TRY(check_nonce(noise->received, err));
    TOC_TRY(check_size(sealed.size, err));
    return append_opened(toc_secret_view(noise->cipher) + TOC_NOISE_KEY_BYTES, noise->received,
                         (toc_span){0}, sealed, out, err);
}

toc_code toc_noise_seal(toc_noise *noise, toc_span text, toc_buf *out, toc_err *err)
{
    TOC_TRY(check_transport(noise, err));
    toc_code code = seal(noise, text, out, err);
    if (code != TOC_OK)
        return end(noise, code);
    noise->sent++;
    return TOC_OK;
}

toc_code toc_noise_open(toc_noise *noise, toc_span sealed, toc_buf *out, toc_err *err)
{
    TOC_TRY(check_transport(noise, err));
    toc_code code = open_sealed(noise, sealed, out, err);
    if (code != TOC_OK)
        return end(noise, code);
    noise->received++;
    return TOC_OK;
}
