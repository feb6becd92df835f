/* What may be somebody's private key: told by its shape alone, since a key with one wrong character
 * is still nearly a key. */
#include "proto/address/base58.h"
#include "proto/address/parse.h"
#include "proto/address/spelling.h"

static bool all_base58(toc_span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (toc_base58_value(TOC_BASE58_BITCOIN, text.data[i]) < 0)
            return false;
    }
    return true;
}

static bool all_base32(toc_span text)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (!(c >= 'A' && c <= 'Z') && !(c >= '2' && c <= '7'))
            return false;
    }
    return true;
}

static bool begins(toc_span text, const char *with)
{
    size_t length = strlen(with);
    return text.size >= length && memcmp(text.data, with, length) == 0;
}

bool toc_secret_like(toc_span text)
{
    text = toc_spelling_trim(text);
    if (text.size == 0)
        return false;
    /* WIF: 33 or 34 bytes of Base58Check, by the version bytes of every chain in the table. */
    bool wif = text.size >= 51 && text.size <= 52 && strchr("5679KLTQXc", text.data[0]) != NULL;
    /* BIP-32: 78 bytes of Base58Check. */
    bool extended = text.size == 111 && (begins(text, "xprv") || begins(text, "tprv") ||
                                         begins(text, "yprv") || begins(text, "zprv"));
    /* XRP: 17 bytes, or 19 with the prefix of Ed25519. Stellar: SEP-23, version byte S. */
    bool ripple = text.data[0] == 's' && text.size >= 28 && text.size <= 31;
    bool stellar = text.data[0] == 'S' && text.size == 56;
    return ((wif || extended || ripple) && all_base58(text)) || (stellar && all_base32(text));
}
