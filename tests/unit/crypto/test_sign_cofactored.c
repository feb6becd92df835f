/* toc_verify over a library that verifies with the cofactor, as later ones may: here it takes
 * whatever it is shown, so that only what Tocsin adds is left. */
#include "tests/support/check.h"
#include "tests/support/started.h"

#include <sodium.h>

#include "proto/crypto/sign.h"
#include "tests/support/vectors.h"

/* Stands before the library's own. */
int crypto_sign_verify_detached(const unsigned char *signature, const unsigned char *message,
                                unsigned long long size, const unsigned char *key)
{
    (void)signature;
    (void)message;
    (void)size;
    (void)key;
    return 0;
}

typedef struct signer {
    toc_verify_key key;
    toc_signature signature; /* of "said" */
} signer;

static void make_signer(signer *out)
{
    TOC_AUTO(toc_secret_free) toc_secret *seed = NULL;
    toc_err err;
    TOC_CHECK_OK(toc_secret_random(&seed, &err));
    toc_sign_public(seed, &out->key);
    toc_sign(seed, "", toc_span_text("said"), &out->signature);
}

/* Of numbers 2, 3 and 8 of ed25519-speccheck: of small order, of mixed order, not canonical. */
static void an_odd_r_is_refused_where_the_library_takes_it(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free)
    toc_vectors *vectors = toc_vectors_open("crypto-ed25519-speccheck.txt", 12);
    static const size_t odd[] = {2, 3, 8};
    signer honest;
    make_signer(&honest);
    for (size_t i = 0; i < TOC_COUNT(odd); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, odd[i]);
        toc_err err;
        toc_signature signature = honest.signature;
        assert_int_equal(toc_vector_u64(vector, "number"), odd[i]);
        memcpy(signature.bytes, toc_vector_hex(vector, "signature").data, 32);
        assert_int_equal(toc_verify(&honest.key, "", toc_span_text("said"), &signature, &err),
                         TOC_SIGNATURE);
        assert_non_null(strstr(err.text, "the R of the signature"));
    }
}

static void a_key_of_mixed_order_is_refused_where_the_library_takes_it(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free)
    toc_vectors *vectors = toc_vectors_open("crypto-ed25519-speccheck.txt", 12);
    for (size_t i = 3; i <= 5; i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_err err;
        toc_verify_key key;
        toc_signature signature;
        toc_vector_hex_into(vector, "key", key.bytes, 32);
        toc_vector_hex_into(vector, "signature", signature.bytes, 64);
        assert_int_equal(toc_verify(&key, "", toc_vector_hex(vector, "message"), &signature, &err),
                         TOC_SIGNATURE);
        assert_non_null(strstr(err.text, "the key of the signature"));
    }
}

static void an_honest_signature_passes_both_times(void **state)
{
    (void)state;
    toc_err err;
    signer honest;
    make_signer(&honest);
    for (int i = 0; i < 2; i++)
        TOC_CHECK_OK(toc_verify(&honest.key, "", toc_span_text("said"), &honest.signature, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_odd_r_is_refused_where_the_library_takes_it),
        cmocka_unit_test(a_key_of_mixed_order_is_refused_where_the_library_takes_it),
        cmocka_unit_test(an_honest_signature_passes_both_times),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
