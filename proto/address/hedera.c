/* Hedera: shard.realm.number with the optional five letters of HIP-15 (algorithm and vectors
 * there). */
#include "proto/address/chain.h"
#include "proto/address/subject.h"
#include "proto/base/text.h"

enum { PART_DIGITS_MAX = 19, CHECK_LETTERS = 5 };

/* HIP-15, "Algorithm": `ledger` is 0 on the main network, 1 on the test network. */
static void checksum_of(toc_span address, uint8_t ledger, char out[CHECK_LETTERS])
{
    enum { P3 = 26 * 26 * 26, P5 = P3 * 26 * 26, M = 1000003, W = 31 };
    uint64_t s = 0, even = 0, odd = 0, sh = 0;
    for (size_t i = 0; i < address.size; i++) {
        uint64_t digit = address.data[i] == '.' ? 10 : address.data[i] - (uint64_t)'0';
        s = (W * s + digit) % P3;
        if (i % 2 == 0)
            even = (even + digit) % 11;
        else
            odd = (odd + digit) % 11;
    }
    for (size_t i = 0; i < 7; i++) /* the ledger's id and six zeros */
        sh = (W * sh + (i == 0 ? ledger : 0)) % P5;
    uint64_t c = ((((address.size % 5) * 11 + even) * 11 + odd) * P3 + s + sh) % P5;
    c = c * M % P5;
    for (size_t i = CHECK_LETTERS; i > 0; i--) {
        out[i - 1] = (char)('a' + c % 26);
        c /= 26;
    }
}

/* The length of "shard.realm.number" at the start of the text, 0 when it is none. */
static size_t number_length(toc_span text)
{
    size_t at = 0;
    for (unsigned part = 0; part < 3; part++) {
        uint64_t value = 0;
        if (part > 0 && (at >= text.size || text.data[at] != '.'))
            return 0;
        at += part > 0;
        size_t start = at;
        while (at < text.size && text.data[at] >= '0' && text.data[at] <= '9')
            at++;
        if (at == start || at - start > PART_DIGITS_MAX ||
            toc_u64_parse(toc_span_of(text.data + start, at - start), INT64_MAX, &value, NULL) !=
                TOC_OK)
            return 0;
    }
    return at;
}

toc_fit toc_form_hedera(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    char check[CHECK_LETTERS];
    size_t length = number_length(text);
    if (length == 0) {
        toc_fail(err, TOC_MALFORMED, "not an account of %s: those are three numbers, 0.0.123",
                 chain->name);
        return TOC_FIT_ALIEN;
    }
    toc_span number = toc_span_of(text.data, length);
    if (text.size > length) {
        checksum_of(number, toc_chain_is_test(chain) ? 1 : 0, check);
        if (text.size != length + 1 + CHECK_LETTERS || text.data[length] != '-' ||
            memcmp(text.data + length + 1, check, CHECK_LETTERS) != 0) {
            toc_fail(err, TOC_MALFORMED,
                     "the checksum after position %zu does not hold on %s (HIP-15)", length,
                     chain->name);
            return TOC_FIT_BROKEN;
        }
    } else {
        out->flags |= TOC_WALLET_CHECKSUM_ABSENT;
    }
    memcpy(out->address, text.data, length);
    toc_subject_set_hashed(&out->subject, TOC_CLASS_OPAQUE32, number, chain->family,
                           TOC_KIND_ACCOUNT);
    out->kind = toc_kind_name(TOC_KIND_ACCOUNT);
    return TOC_FIT_OK;
}

void toc_hedera_print(const toc_chain *chain, toc_span number, toc_buf *out)
{
    char check[CHECK_LETTERS];
    checksum_of(number, toc_chain_is_test(chain) ? 1 : 0, check);
    toc_buf_add_span(out, number);
    toc_buf_add_u8(out, '-');
    toc_buf_add(out, check, sizeof check);
}
