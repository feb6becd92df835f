/* Addresses per second of one core's time, family by family: toc_wallet_read, which every record
 * passes through, then the parsers that people's texts and lists pass through. The best of several
 * rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "proto/address/wallet.h"

enum { ROUNDS = 5, ROUND_MS = 150 };

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

typedef struct bench_row {
    const char *name;
    const char *chain;
    const char *address;
    double aim; /* millions a second, 0 for none */
} bench_row;

static const bench_row rows[] = {
    {"EVM, small letters", "ETH", "0xd8da6bf26964af9d7eed9e03e53415d37aa96045", 2.0},
    {"EVM with EIP-55", "ETH", "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045", 0.8},
    {"Base58Check, p2pkh", "BTC", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", 0.5},
    {"Base58Check, TRON", "TRX", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", 0.5},
    {"Base58Check, XRP", "XRP", "rJrRMgiRgrU6hDF4pgu5DXQdWyPbY35ErN", 0.5},
    {"Bech32, p2wpkh", "BTC", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", 2.0},
    {"Bech32m, p2tr", "BTC", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", 2.0},
    {"Bech32, Cosmos", "ATOM", "cosmos1depk54cuajgkzea6zpgkq36tnjwdzv4afc3d27", 2.0},
    {"CashAddr", "BCH", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", 0},
    {"Stellar", "XLM", "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ", 0},
    {"Solana", "SOL", "833XorXTTx5iya5B3Tr6iqEs9GbRuvVfwyLCP2vpdzhq", 0},
    {"Monero", "XMR",
     "42ey1afDFnn4886T7196doS9GPMzexD9gXpsZJDwVjeRVdFCSoHnv7KPbBeGpzJBzHRCAs9UxqeoyFQMYbqSWYTfJJQAW"
     "Dm",
     0},
    {"Cardano, Shelley", "ADA",
     "addr1yx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzerkr0vd4msrxnuwnccdxlhdjar77j6lg0wypcc9uar5d"
     "2shs2z78ve",
     0},
    {"SS58, Polkadot", "DOT", "15rRgsWxz4H5LTnNGcCFsszfXD8oeAFd8QRsR6MbQE2f6XFF", 0},
    {"TON, friendly", "TON", "EQAs9VlT6S776tq3unJcP5Ogsj-ELLunLXuOb1EKcOQi4wJB", 0},
    {"Algorand", "ALGO", "GONISIUAYDOMHM7VURRAAAP5H6OAWRRBCPXEIOZO3QI7TZKR5GTAQ7WK7Y", 0},
    {"Tezos", "XTZ", "tz1PyxsQ7xVTa5J7gtBeT7pST5Zi5nk5GSjg", 0},
    {"NEAR, named", "NEAR", "bob.near", 0},
    {"Hedera", "HBAR", "0.0.123", 0},
    {"Filecoin, f1", "FIL", "f17uoq6tp427uzv7fztkbsnn64iwotfrristwpryy", 0},
    {"Zcash, unified", "ZEC",
     "u1fl5mprj0t9p4jg92hjjy8q5myvwc60c9wv0xachauqpn3c3k4xwzlaueafq27dcg7tzzzaz5jl8tyj93wgs983y0jq0"
     "qfhzu6n4r8rakpv5f4"
     "gg2lrw4z6pyqqcrcqx04d38yunc6je",
     0},
};

typedef toc_code bench_call(const toc_chain *chain, toc_span text);

static toc_code parse_named(const toc_chain *chain, toc_span text)
{
    toc_wallet wallet;
    return toc_wallet_parse_on(chain, text, &wallet, NULL);
}

static toc_code read_back(const toc_chain *chain, toc_span text)
{
    toc_wallet wallet;
    return toc_wallet_read(toc_span_text(toc_chain_caip2(chain)), text, toc_span_of(NULL, 0),
                           &wallet, NULL);
}

static toc_code parse_bare(const toc_chain *chain, toc_span text)
{
    (void)chain;
    toc_wallet_candidates found;
    return toc_wallet_parse(text, &found, NULL);
}

static double per_second(bench_call *call, const toc_chain *chain, toc_span text)
{
    uint64_t best = UINT64_MAX;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t start = now_ns(), count = 0, spent = 0;
        for (; spent < ROUND_MS * 1000000ull; spent = now_ns() - start) {
            for (unsigned i = 0; i < 64; i++) {
                if (call(chain, text) != TOC_OK) {
                    fprintf(stderr, "bench_address: %.*s is refused\n", (int)text.size,
                            (const char *)text.data);
                    exit(1);
                }
            }
            count += 64;
        }
        uint64_t cost = spent * 1000 / count; /* picoseconds */
        best = cost < best ? cost : best;
    }
    return 1e12 / (double)best;
}

int main(void)
{
    printf("%-20s %14s %14s %14s\n", "addresses a second", "said its chain", "read back", "bare");
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        const toc_chain *chain = toc_chain_find(toc_span_text(rows[i].chain));
        toc_span text = toc_span_text(rows[i].address);
        toc_wallet wallet;
        if (chain == NULL || toc_wallet_parse_on(chain, text, &wallet, NULL) != TOC_OK) {
            fprintf(stderr, "bench_address: %s\n", rows[i].name);
            return 1;
        }
        double named = per_second(parse_named, chain, text);
        double read = per_second(read_back, chain, toc_span_text(wallet.address));
        double bare = per_second(parse_bare, chain, text);
        printf("%-20s %14.0f %14.0f %14.0f%s\n", rows[i].name, named, read, bare,
               rows[i].aim == 0             ? ""
               : named >= rows[i].aim * 1e6 ? "  aim met"
                                            : "  below the aim");
    }
    return 0;
}
