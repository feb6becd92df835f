/* Base58Check whose letter case was lost. Each letter may be one of two digits, so an address of 34
 * characters has some 2^26 spellings. The last five characters hold less than the four bytes of
 * checksum: what stands before them fixes the payload, its hash then says what the five must be.
 * That leaves some 2^22 hashes. */
#include "proto/address/base58.h"
#include "proto/address/parse.h"
#include "proto/address/spelling.h"
#include "proto/crypto/hash.h"

enum { DIGITS_MIN = 25, DIGITS_MAX = 40, TAIL = 5, CHECK_BITS = 32, LIMBS = 4 };

typedef struct number {
    uint64_t limb[LIMBS]; /* least first */
} number;

static number add(number a, const number *b)
{
    unsigned carry = 0;
    for (unsigned i = 0; i < LIMBS; i++) {
        uint64_t sum = a.limb[i] + b->limb[i];
        unsigned over = sum < a.limb[i];
        a.limb[i] = sum + carry;
        carry = over + (a.limb[i] < sum);
    }
    return a;
}

static number scale(number a, uint64_t factor, uint64_t addend)
{
    uint64_t carry = addend;
    for (unsigned i = 0; i < LIMBS; i++) { /* in halves, so that nothing overflows */
        uint64_t low = (a.limb[i] & 0xFFFFFFFF) * factor + (carry & 0xFFFFFFFF);
        uint64_t high = (a.limb[i] >> 32) * factor + (carry >> 32) + (low >> 32);
        a.limb[i] = high << 32 | (low & 0xFFFFFFFF);
        carry = high >> 32;
    }
    return a;
}

static bool below(const number *a, const number *b)
{
    for (unsigned i = LIMBS; i-- > 0;) {
        if (a->limb[i] != b->limb[i])
            return a->limb[i] < b->limb[i];
    }
    return false;
}

static number shift_left(uint64_t value, unsigned bits)
{
    number out = {{0}};
    out.limb[bits / 64] = value << (bits % 64);
    if (bits % 64 != 0 && bits / 64 + 1 < LIMBS)
        out.limb[bits / 64 + 1] = value >> (64 - bits % 64);
    return out;
}

/* A family of versions: Base58Check of `prefix_bytes` fixed bytes and 20 others. */
typedef struct version_row {
    toc_form *form;
    toc_base58_alphabet alphabet;
    uint32_t prefix;
    uint8_t prefix_bytes;
    bool test;
} version_row;

static const version_row versions[] = {
    {toc_form_bitcoin, TOC_BASE58_BITCOIN, 0, 1, false},
    {toc_form_bitcoin, TOC_BASE58_BITCOIN, 5, 1, false},
    {toc_form_bitcoin, TOC_BASE58_BITCOIN, 48, 1, false},
    {toc_form_bitcoin, TOC_BASE58_BITCOIN, 50, 1, false},
    {toc_form_bitcoin, TOC_BASE58_BITCOIN, 30, 1, false},
    {toc_form_bitcoin, TOC_BASE58_BITCOIN, 22, 1, false},
    {toc_form_bitcoin, TOC_BASE58_BITCOIN, 76, 1, false},
    {toc_form_bitcoin, TOC_BASE58_BITCOIN, 16, 1, false},
    {toc_form_zcash, TOC_BASE58_BITCOIN, 0x1CB8, 2, false},
    {toc_form_zcash, TOC_BASE58_BITCOIN, 0x1CBD, 2, false},
    {toc_form_tron, TOC_BASE58_BITCOIN, 0x41, 1, false},
    {toc_form_ripple, TOC_BASE58_RIPPLE, 0, 1, false},
    {toc_form_tezos, TOC_BASE58_BITCOIN, 0x06A19F, 3, false},
    {toc_form_tezos, TOC_BASE58_BITCOIN, 0x06A1A1, 3, false},
    {toc_form_tezos, TOC_BASE58_BITCOIN, 0x06A1A4, 3, false},
    {toc_form_tezos, TOC_BASE58_BITCOIN, 0x06A1A6, 3, false},
    {toc_form_tezos, TOC_BASE58_BITCOIN, 0x025A79, 3, false},
};

typedef struct search {
    const version_row *version;
    const toc_chain *chain; /* NULL: any */
    toc_wallet_candidates *found;
    size_t size;                      /* characters */
    size_t tries;                     /* left */
    char letters[DIGITS_MAX][2];      /* what each character may be, 0 for nothing */
    number values[DIGITS_MAX][2];     /* and what it adds */
    number rest_most[DIGITS_MAX + 1]; /* the most that the characters from here on can add */
    number lowest, highest;           /* of the version */
    uint64_t tail_least, tail_most;
    char chosen[DIGITS_MAX + 1];
} search;

static char flip(char c)
{
    return (char)((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? c ^ 32 : c);
}

static bool set_letters(search *s, toc_span text)
{
    for (size_t i = 0; i < text.size; i++) {
        char both[2] = {(char)text.data[i], flip((char)text.data[i])};
        unsigned count = 0;
        s->letters[i][0] = s->letters[i][1] = '\0';
        for (unsigned j = 0; j < 2 && (j == 0 || both[1] != both[0]); j++) {
            if (toc_base58_value(s->version->alphabet, (uint8_t)both[j]) >= 0)
                s->letters[i][count++] = both[j];
        }
        if (count == 0)
            return false;
    }
    s->size = text.size;
    return true;
}

static uint64_t digit_of(const search *s, size_t position, unsigned which)
{
    char letter = s->letters[position][which];
    return letter == '\0' ? 0 : (uint64_t)toc_base58_value(s->version->alphabet, (uint8_t)letter);
}

static void set_values(search *s)
{
    number power = {{1}};
    s->rest_most[s->size] = (number){{0}};
    s->tail_least = s->tail_most = 0;
    for (size_t i = s->size; i-- > 0; power = scale(power, 58, 0)) {
        uint64_t first = digit_of(s, i, 0),
                 second = s->letters[i][1] == '\0' ? first : digit_of(s, i, 1);
        s->values[i][0] = scale(power, first, 0);
        s->values[i][1] = scale(power, second, 0);
        s->rest_most[i] = add(s->values[i][first < second], &s->rest_most[i + 1]);
        if (i + TAIL >= s->size) {
            s->tail_least += power.limb[0] * (first < second ? first : second);
            s->tail_most += power.limb[0] * (first < second ? second : first);
        }
    }
    unsigned body_bits = 8 * 20 + CHECK_BITS;
    s->lowest = shift_left(s->version->prefix, body_bits);
    s->highest = shift_left((uint64_t)s->version->prefix + 1, body_bits);
}

/* All choices before the tail, at most. */
static bool within_budget(const search *s)
{
    size_t choices = 0;
    for (size_t i = 0; i + TAIL < s->size; i++)
        choices += s->letters[i][1] != '\0';
    return choices <=
           40; /* the tries themselves are counted; this keeps nonsense from being walked */
}

static void add_found(search *s)
{
    toc_wallet_candidates fitting;
    const toc_chain *nearest = NULL;
    toc_span text = toc_span_of(s->chosen, s->size);
    fitting.count = 0;
    if (s->chain == NULL)
        toc_parse_bare(text, &fitting, &nearest);
    else if (toc_parse_try(s->chain, text, &fitting.wallets[0], NULL) == TOC_FIT_OK)
        fitting.count = 1;
    for (size_t i = 0; i < fitting.count && s->found->count < TOC_WALLET_CANDIDATES_MAX; i++) {
        fitting.wallets[i].flags |= TOC_WALLET_RECOVERED;
        s->found->wallets[s->found->count++] = fitting.wallets[i];
    }
}

/* Whether the five last characters can be `tail`; writes them. */
static bool match_tail(search *s, uint64_t tail)
{
    for (size_t i = s->size; i-- > s->size - TAIL; tail /= 58) {
        unsigned which = 0;
        while (which < 2 && (s->letters[i][which] == '\0' || digit_of(s, i, which) != tail % 58))
            which++;
        if (which == 2)
            return false;
        s->chosen[i] = s->letters[i][which];
    }
    return tail == 0;
}

static uint32_t checksum_of(const number *payload, size_t bytes)
{
    uint8_t text[32];
    toc_hash hash, again;
    for (size_t i = 0; i < bytes; i++)
        text[bytes - 1 - i] = (uint8_t)(payload->limb[i / 8] >> (8 * (i % 8)));
    toc_sha256(toc_span_of(text, bytes), &hash);
    toc_sha256(toc_span_of(hash.bytes, sizeof hash.bytes), &again);
    return (uint32_t)again.bytes[0] << 24 | (uint32_t)again.bytes[1] << 16 |
           (uint32_t)again.bytes[2] << 8 | again.bytes[3];
}

static number drop_checksum(const number *value)
{
    number out;
    for (unsigned i = 0; i < LIMBS; i++)
        out.limb[i] =
            value->limb[i] >> CHECK_BITS | (i + 1 < LIMBS ? value->limb[i + 1] << CHECK_BITS : 0);
    return out;
}

/* Everything before the tail is chosen and adds up to `head`: at most two payloads are possible. */
static void try_head(search *s, const number *head)
{
    number least = add(*head, &(number){{s->tail_least}}),
           most = add(*head, &(number){{s->tail_most}});
    number payload = drop_checksum(&least), last = drop_checksum(&most);
    for (; !below(&last, &payload); payload = add(payload, &(number){{1}})) {
        s->tries--;
        uint64_t low =
            payload.limb[0] << CHECK_BITS | checksum_of(&payload, s->version->prefix_bytes + 20u);
        uint64_t tail = low - head->limb[0]; /* both ends are within 2^64 of each other */
        if (tail >= s->tail_least && tail <= s->tail_most && match_tail(s, tail))
            add_found(s);
        if (s->tries == 0)
            return;
    }
}

static void walk(search *s, size_t position, const number *sum) // NOLINT(misc-no-recursion)
{
    number most = add(*sum, &s->rest_most[position]);
    if (s->tries == 0 || below(&most, &s->lowest) || !below(sum, &s->highest))
        return;
    if (position + TAIL == s->size) {
        try_head(s, sum);
        return;
    }
    for (unsigned which = 0; which < 2 && s->letters[position][which] != '\0'; which++) {
        number next = add(*sum, &s->values[position][which]);
        s->chosen[position] = s->letters[position][which];
        walk(s, position + 1, &next);
    }
}

static bool wanted(const version_row *version, const toc_chain *chain)
{
    if (chain == NULL || version->form != chain->form || chain->form != toc_form_bitcoin)
        return chain == NULL || version->form == chain->form;
    const toc_bitcoin_params *params = chain->params;
    return version->prefix == params->p2pkh || version->prefix == params->p2sh ||
           (params->p2sh_old != 0 && version->prefix == params->p2sh_old);
}

static bool one_case(toc_span text)
{
    bool small = false, capital = false;
    for (size_t i = 0; i < text.size; i++) {
        small = small || (text.data[i] >= 'a' && text.data[i] <= 'z');
        capital = capital || (text.data[i] >= 'A' && text.data[i] <= 'Z');
    }
    return small != capital;
}

/* Whether some choice of letters may lie within the version: what it begins with decides, and a few
 * characters tell. */
static bool reaches(const search *s, size_t position,
                    const number *sum) // NOLINT(misc-no-recursion)
{
    enum { TELLING = 6 };
    number most = add(*sum, &s->rest_most[position]);
    if (below(&most, &s->lowest) || !below(sum, &s->highest))
        return false;
    if (position == TELLING)
        return true;
    for (unsigned which = 0; which < 2 && s->letters[position][which] != '\0'; which++) {
        number next = add(*sum, &s->values[position][which]);
        if (reaches(s, position + 1, &next))
            return true;
    }
    return false;
}

bool toc_wallet_case_lost(const toc_chain *chain, toc_span address)
{
    address = toc_spelling_trim(address);
    if (address.size > DIGITS_MAX || address.size < DIGITS_MIN || !one_case(address))
        return false;
    for (size_t i = 0; i < TOC_COUNT(versions); i++) {
        search s = {.version = &versions[i], .chain = chain};
        if (!wanted(&versions[i], chain) || !set_letters(&s, address))
            continue;
        set_values(&s);
        if (reaches(&s, 0, &(number){{0}}))
            return true;
    }
    return false;
}

toc_code toc_wallet_recover(const toc_chain *chain, toc_span address, toc_wallet_candidates *out,
                            toc_err *err)
{
    toc_wallet_candidates found;
    size_t tries = TOC_RECOVER_TRIES_MAX;
    TOC_TRY(toc_parse_trim(&address, err));
    TOC_TRY(toc_spelling_check(address, err));
    found.count = 0;
    if (address.size > DIGITS_MAX || address.size < DIGITS_MIN)
        return toc_fail(err, TOC_NOT_FOUND,
                        "%zu characters; only Base58Check addresses of %d to %d lose anything with "
                        "their letter case",
                        address.size, DIGITS_MIN, DIGITS_MAX);
    for (size_t i = 0; i < TOC_COUNT(versions) && tries > 0; i++) {
        search s = {.version = &versions[i], .chain = chain, .found = &found, .tries = tries};
        if (!wanted(&versions[i], chain) || !set_letters(&s, address) || !within_budget(&s))
            continue;
        set_values(&s);
        walk(&s, 0, &(number){{0}});
        tries = s.tries;
    }
    if (found.count == 0 && tries == 0)
        return toc_fail(err, TOC_LIMIT, "more than %u spellings would have to be tried",
                        TOC_RECOVER_TRIES_MAX);
    if (found.count == 0)
        return toc_fail(err, TOC_NOT_FOUND, "its checksum holds in no letter case");
    out->count = found.count;
    memcpy(out->wallets, found.wallets, found.count * sizeof found.wallets[0]);
    return TOC_OK;
}
