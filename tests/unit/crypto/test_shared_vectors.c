/* Wycheproof, the Ed25519 vectors of CCTV and the long RFC 8032 input, where the machine has them.
 */
#include "tests/support/check.h"
#include "tests/support/started.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>

#include "proto/base/text.h"
#include "proto/crypto/seal.h"
#include "proto/crypto/sign.h"
#include "tests/support/vectors.h"

enum { PATH_BYTES = 4096 };

/* NULL, and the test is skipped, where the shared data is not there. */
static json_t *load(const char *relative)
{
    char path[PATH_BYTES];
    if (!toc_shared_path(relative, path))
        return NULL;
    json_t *root = json_load_file(path, 0, NULL);
    if (root == NULL)
        fail_msg("%s is no JSON", path);
    return root;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (text == NULL)
        fail_msg("a case without %s", key);
    return text;
}

/* `out` is emptied first; false when the field has an odd number of digits or none. */
static toc_span hex_of(const json_t *object, const char *key, toc_buf *out)
{
    const char *text = text_of(object, key);
    size_t size = strlen(text) / 2;
    toc_buf_clear(out);
    uint8_t *bytes = toc_buf_extend(out, size);
    if (bytes == NULL || toc_hex_decode(toc_span_text(text), bytes, size, NULL) != TOC_OK)
        fail_msg("%s is no hexadecimal", key);
    return toc_buf_view(out);
}

static bool has_flag(const json_t *test, const char *flag)
{
    const json_t *flags = json_object_get(test, "flags");
    size_t index = 0;
    const json_t *each = NULL;
    json_array_foreach(flags, index, each)
    {
        if (strcmp(json_string_value(each), flag) == 0)
            return true;
    }
    return false;
}

static bool verifies(toc_span key_bytes, toc_span message, toc_span signature_bytes)
{
    toc_verify_key key;
    toc_signature signature;
    /* Wrong lengths cannot be handed to toc_verify: its types are the lengths. */
    if (key_bytes.size != sizeof key.bytes || signature_bytes.size != sizeof signature.bytes)
        return false;
    memcpy(key.bytes, key_bytes.data, key_bytes.size);
    memcpy(signature.bytes, signature_bytes.data, signature_bytes.size);
    return toc_verify(&key, "", message, &signature, NULL) == TOC_OK;
}

static void ed25519_decides_as_wycheproof_does(void **state)
{
    (void)state;
    json_t *root = load("data/vectors/wycheproof/ed25519_test.json");
    if (root == NULL)
        skip();
    size_t seen = 0, i = 0, j = 0;
    const json_t *group = NULL, *test = NULL;
    json_array_foreach(json_object_get(root, "testGroups"), i, group)
    {
        json_array_foreach(json_object_get(group, "tests"), j, test)
        {
            TOC_AUTO(toc_buf_wipe) toc_buf key = {0};
            TOC_AUTO(toc_buf_wipe) toc_buf message = {0};
            TOC_AUTO(toc_buf_wipe) toc_buf signature = {0};
            bool good = verifies(hex_of(json_object_get(group, "publicKey"), "pk", &key),
                                 hex_of(test, "msg", &message), hex_of(test, "sig", &signature));
            if (good != (strcmp(text_of(test, "result"), "valid") == 0))
                fail_msg("case %d: %s", (int)json_integer_value(json_object_get(test, "tcId")),
                         text_of(test, "comment"));
            seen++;
        }
    }
    assert_int_equal(seen, json_integer_value(json_object_get(root, "numberOfTests")));
    assert_true(seen >= 100);
    json_decref(root);
}

/* All CCTV vectors have a component of small order, or no canonical encoding, in key or R;
 * libraries that only look at the equation accept many. Ours asks for canonical points of the main
 * subgroup, so it refuses each: low_order_A, low_order_component_A, non_canonical_A   the check of
 * the key low_order_R, low_order_component_R, non_canonical_R   the check of R (and the equation
 * without cofactor) low_order_residue, reencoded_k                        only ever beside one of
 * those above */
static void every_ed25519_vector_of_cctv_is_refused_for_a_named_reason(void **state)
{
    (void)state;
    json_t *root = load("data/vectors/ed25519/cctv_ed25519vectors.json");
    if (root == NULL)
        skip();
    static const char *const reasons[] = {"low_order_A",           "low_order_component_A",
                                          "non_canonical_A",       "low_order_R",
                                          "low_order_component_R", "non_canonical_R"};
    size_t i = 0;
    const json_t *test = NULL;
    json_array_foreach(root, i, test)
    {
        bool named = false;
        for (size_t j = 0; j < TOC_COUNT(reasons); j++)
            named = named || has_flag(test, reasons[j]);
        assert_true(named);
        TOC_AUTO(toc_buf_wipe) toc_buf key = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf signature = {0};
        toc_verify_key verify_key;
        toc_span key_bytes = hex_of(test, "key", &key);
        assert_int_equal(key_bytes.size, 32);
        memcpy(verify_key.bytes, key_bytes.data, 32);
        assert_false(verifies(key_bytes, toc_span_text(text_of(test, "msg")),
                              hex_of(test, "sig", &signature)));
        bool key_at_fault = has_flag(test, "low_order_A") ||
                            has_flag(test, "low_order_component_A") ||
                            has_flag(test, "non_canonical_A");
        if (toc_verify_key_valid(&verify_key) == key_at_fault)
            fail_msg("vector %d: the key is judged otherwise than its flags say", (int)i);
    }
    assert_true(i >= 600);
    json_decref(root);
}

static void every_line_of_the_long_rfc_8032_input_is_reproduced(void **state)
{
    (void)state;
    char path[PATH_BYTES];
    if (!toc_shared_path("data/vectors/ed25519/rfc8032_sign_input.txt", path))
        skip();
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    static char line[8192];
    size_t seen = 0;
    while (fgets(line, sizeof line, stream) != NULL) {
        /* seed ‖ key : key : message : signature ‖ message */
        static uint8_t seed[64], key[32], message[2048], signed_message[2112];
        char *rest = line;
        const char *fields[4];
        for (size_t i = 0; i < 4; i++)
            fields[i] = strsep(&rest, ":");
        size_t size = strlen(fields[2]) / 2;
        assert_int_equal(toc_hex_decode(toc_span_text(fields[0]), seed, 64, NULL), TOC_OK);
        assert_int_equal(toc_hex_decode(toc_span_text(fields[1]), key, 32, NULL), TOC_OK);
        assert_int_equal(toc_hex_decode(toc_span_text(fields[2]), message, size, NULL), TOC_OK);
        assert_int_equal(toc_hex_decode(toc_span_text(fields[3]), signed_message, size + 64, NULL),
                         TOC_OK);
        TOC_AUTO(toc_secret_free) toc_secret *secret = NULL;
        assert_int_equal(toc_secret_from(toc_span_of(seed, 32), &secret, NULL), TOC_OK);
        toc_verify_key public_key;
        toc_signature signature;
        toc_sign_public(secret, &public_key);
        assert_memory_equal(public_key.bytes, key, 32);
        toc_sign(secret, "", toc_span_of(message, size), &signature);
        assert_memory_equal(signature.bytes, signed_message, 64);
        assert_true(verifies(TOC_SPAN_OF(key), toc_span_of(message, size),
                             toc_span_of(signed_message, 64)));
        seen++;
    }
    assert_int_equal(fclose(stream), 0);
    assert_true(seen >= 350);
}

static void check_aead(const json_t *test)
{
    TOC_AUTO(toc_buf_wipe) toc_buf key = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf nonce = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf aad = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf tag = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    bool valid = strcmp(text_of(test, "result"), "valid") == 0;
    /* Another nonce size cannot be handed to the calls. */
    if (hex_of(test, "iv", &nonce).size != TOC_NONCE_BYTES) {
        assert_false(valid);
        return;
    }
    toc_span message = hex_of(test, "msg", &text);
    hex_of(test, "ct", &sealed);
    toc_buf_add_span(&sealed, hex_of(test, "tag", &tag));
    TOC_AUTO(toc_secret_free) toc_secret *secret = NULL;
    assert_int_equal(toc_secret_from(hex_of(test, "key", &key), &secret, NULL), TOC_OK);
    uint8_t *bytes = toc_buf_extend(&out, message.size + TOC_TAG_BYTES);
    assert_non_null(bytes);
    toc_aead_seal(secret, nonce.data, message, hex_of(test, "aad", &aad), bytes);
    assert_int_equal(toc_span_equal(toc_buf_view(&out), toc_buf_view(&sealed)), valid);
    toc_code code =
        toc_aead_open(secret, nonce.data, toc_buf_view(&sealed), toc_buf_view(&aad), bytes, NULL);
    assert_int_equal(code, valid ? TOC_OK : TOC_SEALED);
    if (valid && message.size > 0)
        assert_memory_equal(bytes, message.data, message.size);
}

static void xchacha20_poly1305_decides_as_wycheproof_does(void **state)
{
    (void)state;
    json_t *root = load("data/vectors/wycheproof/xchacha20_poly1305_test.json");
    if (root == NULL)
        skip();
    size_t seen = 0, i = 0, j = 0;
    const json_t *group = NULL, *test = NULL;
    json_array_foreach(json_object_get(root, "testGroups"), i, group)
    {
        json_array_foreach(json_object_get(group, "tests"), j, test)
        {
            check_aead(test);
            seen++;
        }
    }
    assert_int_equal(seen, json_integer_value(json_object_get(root, "numberOfTests")));
    assert_true(seen >= 200);
    json_decref(root);
}

/* A sealed box whose ephemeral key is the vector's public key, sealed by hand with the vector's
 * shared secret. It opens exactly where there is a shared secret. */
static void check_x25519(const json_t *test)
{
    static const uint8_t zeroes[32];
    TOC_AUTO(toc_buf_wipe) toc_buf public_key = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf secret_key = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf shared = {0};
    hex_of(test, "public", &public_key);
    hex_of(test, "shared", &shared);
    TOC_AUTO(toc_secret_free) toc_secret *secret = NULL;
    assert_int_equal(toc_secret_from(hex_of(test, "private", &secret_key), &secret, NULL), TOC_OK);
    assert_int_equal(public_key.size, 32);
    assert_int_equal(shared.size, 32);
    toc_seal_key reader, ephemeral;
    toc_seal_public(secret, &reader);
    memcpy(ephemeral.bytes, public_key.data, 32);
    uint8_t nonce[24], key[32];
    crypto_generichash_state hash;
    crypto_generichash_init(&hash, NULL, 0, sizeof nonce);
    crypto_generichash_update(&hash, ephemeral.bytes, 32);
    crypto_generichash_update(&hash, reader.bytes, 32);
    crypto_generichash_final(&hash, nonce, sizeof nonce);
    crypto_core_hsalsa20(key, zeroes, shared.data, NULL);
    toc_box box, other;
    memcpy(box.bytes, ephemeral.bytes, 32);
    crypto_secretbox_easy(box.bytes + 32, zeroes, 32, nonce, key);
    bool has_secret = memcmp(shared.data, zeroes, 32) != 0;
    toc_secret *content = NULL;
    assert_int_equal(toc_box_open(secret, &box, &content, NULL), has_secret ? TOC_OK : TOC_SEALED);
    toc_secret_free(content);
    /* And nobody seals to a key with which every secret is zero. */
    assert_int_equal(toc_box_seal(&ephemeral, secret, &other, NULL),
                     has_secret ? TOC_OK : TOC_MALFORMED);
    assert_int_equal(has_flag(test, "ZeroSharedSecret"), !has_secret);
}

static void sealed_boxes_compute_x25519_as_wycheproof_does(void **state)
{
    (void)state;
    json_t *root = load("data/vectors/wycheproof/x25519_test.json");
    if (root == NULL)
        skip();
    size_t seen = 0, i = 0, j = 0;
    const json_t *group = NULL, *test = NULL;
    json_array_foreach(json_object_get(root, "testGroups"), i, group)
    {
        json_array_foreach(json_object_get(group, "tests"), j, test)
        {
            check_x25519(test);
            seen++;
        }
    }
    assert_int_equal(seen, json_integer_value(json_object_get(root, "numberOfTests")));
    assert_true(seen >= 350);
    json_decref(root);
}

/* RFC 7748 §5.2: k and u begin as 9; then k = X25519(k, u) and u = the old k. With u = 9 the first
 * step is the public key of 9, which is what the interface has of X25519 on its own. */
static void the_first_iteration_of_rfc_7748_is_reproduced(void **state)
{
    (void)state;
    json_t *root = load("data/vectors/x25519/rfc7748_times_test.json");
    if (root == NULL)
        skip();
    const json_t *first = json_array_get(root, 0);
    assert_int_equal(json_integer_value(json_object_get(first, "times")), 1);
    TOC_AUTO(toc_buf_wipe) toc_buf expected = {0};
    TOC_AUTO(toc_secret_free) toc_secret *nine = NULL;
    assert_int_equal(toc_secret_from(toc_span_text("\t"), &nine, NULL), TOC_OK);
    toc_seal_key key;
    toc_seal_public(nine, &key);
    assert_memory_equal(key.bytes, hex_of(first, "key", &expected).data, 32);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ed25519_decides_as_wycheproof_does),
        cmocka_unit_test(every_ed25519_vector_of_cctv_is_refused_for_a_named_reason),
        cmocka_unit_test(every_line_of_the_long_rfc_8032_input_is_reproduced),
        cmocka_unit_test(xchacha20_poly1305_decides_as_wycheproof_does),
        cmocka_unit_test(sealed_boxes_compute_x25519_as_wycheproof_does),
        cmocka_unit_test(the_first_iteration_of_rfc_7748_is_reproduced),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
