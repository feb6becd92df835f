/* Loaded before libsodium by the scenarios that are not about passphrases: Argon2id at its least
 * cost instead of a second of a core and 256 MiB, for each of the hundreds of daemons that they
 * start. The programs are those that are shipped. scenario/tools and the tour of
 * deploy/quickstart.sh go without it, and so do the unit tests of what is sealed. */
#include <sodium.h>

int crypto_pwhash(unsigned char *const out, unsigned long long out_size, const char *const text,
                  unsigned long long text_size, const unsigned char *const salt,
                  unsigned long long operations, size_t memory, int algorithm)
{
    (void)operations;
    (void)memory;
    return crypto_pwhash_argon2id(out, out_size, text, text_size, salt,
                                  crypto_pwhash_argon2id_OPSLIMIT_MIN,
                                  crypto_pwhash_argon2id_MEMLIMIT_MIN, algorithm);
}
