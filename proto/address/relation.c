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
enum { HEAD = 4, HEAD_HEX = 3, TAIL = 4 };

typedef struct ends {
    size_t size; /* 0: too short an address to have two ends */
    char characters[HEAD + TAIL];
} ends;

static ends ends_of(const toc_wallet *wallet)
{
    const char *own = own_part(wallet);
    size_t size = strlen(own), head = memcmp(wallet->address, "0x", 2) == 0 ? HEAD_HEX : HEAD;
    ends out = {0};
    if (size < head + TAIL)
        return out;
    for (size_t i = 0; i < head; i++)
        out.characters[out.size++] = small(own[i]);
    for (size_t i = size - TAIL; i < size; i++)
        out.characters[out.size++] = small(own[i]);
    return out;
}

bool toc_wallet_near(const toc_wallet *left, const toc_wallet *right)
{
    ends a = ends_of(left), b = ends_of(right);
    return left->chain->form == right->chain->form && a.size > 0 && a.size == b.size &&
           memcmp(a.characters, b.characters, a.size) == 0 &&
           !toc_span_equal(toc_subject_view(&left->subject), toc_subject_view(&right->subject));
}

/* FNV-1a: short, not safe. */
uint32_t toc_wallet_ends_key(const toc_wallet *wallet)
{
    ends own = ends_of(wallet);
    uint32_t key = 2166136261u;
    for (size_t i = 0; i < own.size; i++)
        key = (key ^ (uint8_t)own.characters[i]) * 16777619u;
    return key == 0 ? 1 : key;
}
