/* What links two wallets, what never does, and what only looks alike (RECORDS §1). */
#include "proto/address/chain.h"

static bool contract(toc_account_code code)
{
    return code == TOC_ACCOUNT_CONTRACT;
}

toc_wallet_relation toc_wallet_relation_of(const toc_wallet *left, toc_account_code left_code,
                                           const toc_wallet *right, toc_account_code right_code)
{
    toc_span a = toc_subject_view(&left->subject), b = toc_subject_view(&right->subject);
    bool same_address = toc_span_equal(a, b);
    if (same_address && left->chain == right->chain)
        return TOC_RELATION_SAME;
    bool any_contract = contract(left_code) || contract(right_code);
    bool one_vertex =
        toc_span_equal(toc_subject_vertex(&left->subject), toc_subject_vertex(&right->subject));
    if (one_vertex && toc_class_links(a.data[0]))
        return any_contract ? TOC_RELATION_ELSEWHERE : TOC_RELATION_KEY;
    if (same_address)
        return TOC_RELATION_ELSEWHERE;
    bool script = a.data[0] == TOC_CLASS_SCRIPT_HASH160 || a.data[0] == TOC_CLASS_SCRIPT_SHA256;
    if (script && a.size == b.size && memcmp(a.data, b.data, a.size - 2) == 0)
        return TOC_RELATION_SAME_SCRIPT;
    return TOC_RELATION_NONE;
}

/* The part of an address that is its own: behind 0x, a CashAddr prefix, a Bech32 prefix and
 * version. */
static const char *own_part(const toc_wallet *wallet)
{
    const char *address = wallet->address, *colon = strchr(address, ':'),
               *one = strchr(address, '1');
    if (memcmp(address, "0x", 2) == 0)
        return address + 2;
    if (colon != NULL)
        return colon + 2;
    bool bech32 = one != NULL && one > address + 1 && one < address + 12 &&
                  strpbrk(address, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL;
    return bech32 ? one + 2 : address;
}

static char small(char character)
{
    return (char)(character >= 'A' && character <= 'Z' ? character + 32 : character);
}

/* People compare a few characters at both ends. The four last ones count, and in front four of the
 * address with what leads it in (three behind 0x, as real poisoning of 2025 had it). */
bool toc_wallet_near(const toc_wallet *left, const toc_wallet *right)
{
    enum { HEAD = 4, HEAD_HEX = 3, TAIL = 4 };
    const char *a = own_part(left), *b = own_part(right);
    size_t a_size = strlen(a), b_size = strlen(b);
    size_t head = memcmp(left->address, "0x", 2) == 0 ? HEAD_HEX : HEAD;
    if (left->chain->form != right->chain->form || a_size < head + TAIL || b_size < head + TAIL)
        return false;
    if (toc_span_equal(toc_subject_view(&left->subject), toc_subject_view(&right->subject)))
        return false;
    for (size_t i = 0; i < head; i++) {
        if (small(a[i]) != small(b[i]))
            return false;
    }
    for (size_t i = 1; i <= TAIL; i++) {
        if (small(a[a_size - i]) != small(b[b_size - i]))
            return false;
    }
    return true;
}
