/* The codes against other people's programs, where this machine has them: nettle's SHA-3
 * permutation, which is Keccak's, and the base58 tool. Passes, and says so, where they are not
 * installed. */
#include "tests/support/check.h"

#include <dlfcn.h>
#include <stdio.h>

#include "proto/address/base58.h"
#include "proto/address/keccak.h"

enum { ROUNDS = 200 };

/* A fixed sequence, so that a failure can be repeated (xorshift64). */
static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

typedef struct nettle_sha3_state {
    uint64_t a[25];
} nettle_sha3_state;
typedef void permute_function(nettle_sha3_state *state);

static void the_permutation_is_that_of_nettle(void **state)
{
    (void)state;
    void *library = dlopen("libnettle.so.8", RTLD_NOW | RTLD_LOCAL);
    permute_function *permute = NULL;
    if (library != NULL) /* POSIX allows the conversion that ISO C does not name */
        *(void **)&permute = dlsym(library, "nettle_sha3_permute");
    if (permute == NULL) {
        print_message("libnettle is not installed\n");
        skip();
    }
    uint64_t seed = 0x746F6373696E;
    nettle_sha3_state theirs;
    uint64_t ours[25];
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < 25; i++)
            theirs.a[i] = ours[i] = next(&seed);
        permute(&theirs);
        toc_keccak_f1600(ours);
        assert_memory_equal(ours, theirs.a, sizeof ours);
    }
    dlclose(library);
}

static bool run_tool(const char *text, const char *options, uint8_t *out, size_t out_max,
                     size_t *out_size)
{
    char command[512];
    snprintf(command, sizeof command, "printf %%s '%s' | base58 %s 2>/dev/null", text, options);
    FILE *pipe = popen(command, "r"); // NOLINT(cert-env33-c): a fixed tool, alphabet of Base58 only
    if (pipe == NULL)
        return false;
    *out_size = fread(out, 1, out_max, pipe);
    return pclose(pipe) == 0;
}

static void base58_is_that_of_the_base58_tool(void **state)
{
    (void)state;
    uint64_t seed = 0x6265656C6C;
    uint8_t theirs[64], bytes[40];
    size_t size = 0;
    /* The genesis address, as libbase58's documentation has it. */
    if (!run_tool("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "-d", theirs, sizeof theirs, &size) ||
        size != 25) {
        print_message("the base58 tool is not installed\n");
        skip();
    }
    for (unsigned round = 0; round < ROUNDS / 4; round++) {
        char text[TOC_BASE58_TEXT_MAX];
        size_t length = 1 + next(&seed) % (sizeof bytes - 1);
        for (size_t i = 0; i < length; i++)
            bytes[i] = (uint8_t)next(&seed);
        if (round % 3 == 0)
            memset(bytes, 0, length / 3);
        toc_base58_encode(TOC_BASE58_BITCOIN, toc_span_of(bytes, length), text);
        assert_true(run_tool(text, "-d", theirs, sizeof theirs, &size));
        assert_int_equal(size, length);
        assert_memory_equal(theirs, bytes, length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_permutation_is_that_of_nettle),
        cmocka_unit_test(base58_is_that_of_the_base58_tool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
