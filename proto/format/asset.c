#include "proto/format/asset.h"

#include <stdio.h>

#include "proto/base/text.h"
#include "proto/rules/nearest.h"

/* The coin that fees are paid in. Chains that stand with a namespace only have the coin named by
 * their symbol. */
typedef struct native_row {
    const char *chain;  /* CAIP-2, or a namespace with its colon */
    const char *symbol; /* NULL: as the chain */
    uint8_t decimals;
} native_row;

typedef struct token_row {
    const char *id; /* CAIP-19 */
    const char *symbol;
    uint8_t decimals;
} token_row;

/* clang-format off */
static const native_row natives[] = {
    {"bip122:", NULL, 8},
    {"bsv:", NULL, 8},
    {"tron:", "TRX", 6},
    {"xrpl:", "XRP", 6},
    {"stellar:", "XLM", 7},
    {"solana:", "SOL", 9},
    {"monero:", "XMR", 12},
    {"cip34:", "ADA", 6},
    {"tvm:", "TON", 9},
    {"algorand:", "ALGO", 6},
    {"tezos:", "XTZ", 6},
    {"near:", "NEAR", 24},
    {"hedera:", "HBAR", 8},
    {"fil:", "FIL", 18},
    {"polkadot:91b171bb158e2d3848fa23a9f1c25182", "DOT", 10},
    {"polkadot:b0a8d493285c2df73290dfb7e61f870f", "KSM", 12},
    {"polkadot:baf5aabe40646d11f0ee8abbdc64f4a4", "KAR", 12},
    {"polkadot:a0453819cbf8b4df9423a5cd601f546c", "KILT", 15},
    {"polkadot:8b404e7ed8789d813982b9cb4c8b664c", "CRU", 12},
    {"cosmos:cosmoshub-4", "ATOM", 6},
    {"cosmos:osmosis-1", "OSMO", 6},
    {"cosmos:thorchain-1", "RUNE", 8},
    {"cosmos:irishub-1", "IRIS", 6},
    {"cosmos:crypto-org-chain-mainnet-1", "CRO", 8},
    {"cosmos:Binance-Chain-Tigris", "BNB", 8},
    {"cosmos:columbus-5", "LUNC", 6},
    {"cosmos:phoenix-1", "LUNA", 6},
    {"cosmos:injective-1", "INJ", 18},
    {"cosmos:evmos_9001-2", "EVMOS", 18},
    {"cosmos:kava_2222-10", "KAVA", 6},
    {"cosmos:secret-4", "SCRT", 6},
    {"cosmos:juno-1", "JUNO", 6},
    {"cosmos:akashnet-2", "AKT", 6},
    {"cosmos:celestia", "TIA", 6},
    {"cosmos:dydx-mainnet-1", "DYDX", 18},
    {"cosmos:pacific-1", "SEI", 6},
    {"cosmos:axelar-dojo-1", "AXL", 6},
    {"cosmos:stride-1", "STRD", 6},
    {"cosmos:neutron-1", "NTRN", 6},
    {"cosmos:stargaze-1", "STARS", 6},
    {"eip155:1", "ETH", 18},
    {"eip155:10", "ETH", 18},
    {"eip155:14", "FLR", 18},
    {"eip155:25", "CRO", 18},
    {"eip155:30", "RBTC", 18},
    {"eip155:50", "XDC", 18},
    {"eip155:56", "BNB", 18},
    {"eip155:61", "ETC", 18},
    {"eip155:66", "OKT", 18},
    {"eip155:100", "XDAI", 18},
    {"eip155:122", "FUSE", 18},
    {"eip155:128", "HT", 18},
    {"eip155:130", "ETH", 18},
    {"eip155:137", "POL", 18},
    {"eip155:146", "S", 18},
    {"eip155:169", "ETH", 18},
    {"eip155:199", "BTT", 18},
    {"eip155:204", "BNB", 18},
    {"eip155:250", "FTM", 18},
    {"eip155:288", "ETH", 18},
    {"eip155:324", "ETH", 18},
    {"eip155:480", "ETH", 18},
    {"eip155:592", "ASTR", 18},
    {"eip155:999", "HYPE", 18},
    {"eip155:1030", "CFX", 18},
    {"eip155:1088", "METIS", 18},
    {"eip155:1101", "ETH", 18},
    {"eip155:1116", "CORE", 18},
    {"eip155:1135", "ETH", 18},
    {"eip155:1284", "GLMR", 18},
    {"eip155:1285", "MOVR", 18},
    {"eip155:1329", "SEI", 18},
    {"eip155:1514", "IP", 18},
    {"eip155:1868", "ETH", 18},
    {"eip155:2020", "RON", 18},
    {"eip155:2222", "KAVA", 18},
    {"eip155:5000", "MNT", 18},
    {"eip155:8217", "KAIA", 18},
    {"eip155:8453", "ETH", 18},
    {"eip155:9001", "EVMOS", 18},
    {"eip155:34443", "ETH", 18},
    {"eip155:42161", "ETH", 18},
    {"eip155:42170", "ETH", 18},
    {"eip155:42220", "CELO", 18},
    {"eip155:43114", "AVAX", 18},
    {"eip155:59144", "ETH", 18},
    {"eip155:60808", "ETH", 18},
    {"eip155:80094", "BERA", 18},
    {"eip155:81457", "ETH", 18},
    {"eip155:167000", "ETH", 18},
    {"eip155:534352", "ETH", 18},
    {"eip155:7777777", "ETH", 18},
    {"eip155:1313161554", "ETH", 18},
    {"eip155:1666600000", "ONE", 18},
    {"eip155:", "native", 18}, /* where the coin has no name here */
};

#define ERC20(chain_, address_) "eip155:" chain_ "/erc20:" address_
#define TRC20(address_) "tron:728126428/trc20:" address_
#define SPL(address_) "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:" address_

/* Addresses in canonical spelling. */
static const token_row tokens[] = {
    {ERC20("1", "0xdAC17F958D2ee523a2206206994597C13D831ec7"), "USDT", 6},
    {ERC20("1", "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"), "USDC", 6},
    {ERC20("1", "0x6B175474E89094C44Da98b954EedeAC495271d0F"), "DAI", 18},
    {ERC20("1", "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"), "WETH", 18},
    {ERC20("1", "0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599"), "WBTC", 8},
    {ERC20("1", "0x4Fabb145d64652a948d72533023f6E7A623C7C53"), "BUSD", 18},
    {ERC20("1", "0x0000000000085d4780B73119b644AE5ecd22b376"), "TUSD", 18},
    {ERC20("1", "0x8E870D67F660D95d5be530380D0eC0bd388289E1"), "USDP", 18},
    {ERC20("1", "0x6c3ea9036406852006290770BEdFcAbA0e23A0e8"), "PYUSD", 6},
    {ERC20("1", "0xae7ab96520DE3A18E5e111B5EaAb095312D7fE84"), "STETH", 18},
    {ERC20("1", "0xd5F7838F5C461fefF7FE49ea5ebaF7728bB0ADfa"), "METH", 18},
    {ERC20("1", "0x514910771AF9Ca656af840dff83E8264EcF986CA"), "LINK", 18},
    {ERC20("1", "0x1f9840a85d5aF5bf1D1762F925BDADdC4201F984"), "UNI", 18},
    {ERC20("1", "0x95aD61b0a150d79219dCF64E1E6Cc01f0B64C4cE"), "SHIB", 18},
    {ERC20("10", "0x94b008aA00579c1307B0EF2c499aD98a8ce58e58"), "USDT", 6},
    {ERC20("10", "0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85"), "USDC", 6},
    {ERC20("10", "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1"), "DAI", 18},
    {ERC20("56", "0x55d398326f99059fF775485246999027B3197955"), "USDT", 18},
    {ERC20("56", "0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d"), "USDC", 18},
    {ERC20("56", "0xe9e7CEA3DedcA5984780Bafc599bD69ADd087D56"), "BUSD", 18},
    {ERC20("56", "0x1AF3F329e8BE154074D8769D1FFa4eE058B1DBc3"), "DAI", 18},
    {ERC20("137", "0xc2132D05D31c914a87C6611C10748AEb04B58e8F"), "USDT", 6},
    {ERC20("137", "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"), "USDC", 6},
    {ERC20("137", "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174"), "USDC.E", 6},
    {ERC20("137", "0x8f3Cf7ad23Cd3CaDbD9735AFf958023239c6A063"), "DAI", 18},
    {ERC20("8453", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"), "USDC", 6},
    {ERC20("8453", "0x50c5725949A6F0c72E6C4a641F24049A917DB0Cb"), "DAI", 18},
    {ERC20("42161", "0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9"), "USDT", 6},
    {ERC20("42161", "0xaf88d065e77c8cC2239327C5EDb3A432268e5831"), "USDC", 6},
    {ERC20("42161", "0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8"), "USDC.E", 6},
    {ERC20("42161", "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1"), "DAI", 18},
    {ERC20("43114", "0x9702230A8Ea53601f5cD2dc00fDBc13d4dF4A8c7"), "USDT", 6},
    {ERC20("43114", "0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E"), "USDC", 6},
    {TRC20("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"), "USDT", 6},
    {TRC20("TEkxiTehnzSmSe2XqrBj4w32RUN966rdz8"), "USDC", 6},
    {SPL("Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB"), "USDT", 6},
    {SPL("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"), "USDC", 6},
};
/* clang-format on */

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The row of the chain itself, else that of its namespace; NULL without either. */
static const native_row *native_of(const toc_chain *chain)
{
    const char *caip2 = toc_chain_caip2(chain);
    const native_row *by_namespace = NULL;
    for (size_t i = 0; i < TOC_COUNT(natives); i++) {
        const char *name = natives[i].chain;
        if (strcmp(name, caip2) == 0)
            return &natives[i];
        if (name[strlen(name) - 1] == ':' && begins(caip2, name))
            by_namespace = &natives[i];
    }
    return by_namespace;
}

static bool is_on(const token_row *token, const toc_chain *chain)
{
    const char *caip2 = toc_chain_caip2(chain);
    return begins(token->id, caip2) && token->id[strlen(caip2)] == '/';
}

/* Adds a word to a list in a sentence; what does not fit is left out. */
static void list_word(char list[static 256], const char *word)
{
    size_t used = strlen(list);
    (void)snprintf(list + used, 256 - used, "%s%s", used == 0 ? "" : ", ", word);
}

static toc_code refuse(const toc_chain *chain, const char *coin, toc_span name, toc_err *err)
{
    char known[256] = "";
    if (coin != NULL)
        list_word(known, coin);
    for (size_t i = 0; i < TOC_COUNT(tokens); i++) {
        if (is_on(&tokens[i], chain))
            list_word(known, tokens[i].symbol);
    }
    return toc_fail(err, TOC_NOT_FOUND, "unknown asset '%.*s' on %s; known are: %s",
                    toc_quoted_bytes(name), (const char *)name.data, toc_chain_name(chain), known);
}

toc_code toc_asset_find(const toc_chain *chain, toc_span name, toc_asset *out, toc_err *err)
{
    const native_row *native = native_of(chain);
    const char *coin = NULL;
    if (native != NULL) {
        coin = native->symbol == NULL ? toc_chain_symbol(chain) : native->symbol;
        if (toc_ascii_equal_nocase(name, toc_span_text("native")) ||
            toc_ascii_equal_nocase(name, toc_span_text(coin))) {
            *out = (toc_asset){.id = "native", .symbol = coin, .decimals = native->decimals};
            return TOC_OK;
        }
    }
    for (size_t i = 0; i < TOC_COUNT(tokens); i++) {
        const token_row *token = &tokens[i];
        if (is_on(token, chain) && (toc_ascii_equal_nocase(name, toc_span_text(token->symbol)) ||
                                    toc_span_equal(name, toc_span_text(token->id)))) {
            *out =
                (toc_asset){.id = token->id, .symbol = token->symbol, .decimals = token->decimals};
            return TOC_OK;
        }
    }
    return refuse(chain, coin, name, err);
}

/* number = number × 10 + digit; false past 256 bits. */
static bool append_digit(uint8_t number[32], unsigned digit)
{
    unsigned carry = digit;
    for (size_t i = 32; i-- > 0;) {
        unsigned value = number[i] * 10u + carry;
        number[i] = (uint8_t)value;
        carry = value >> 8;
    }
    return carry == 0;
}

static toc_code too_large(toc_err *err)
{
    return toc_fail(err, TOC_LIMIT, "an amount of more than 256 bits in base units");
}

toc_code toc_amount_parse(toc_span text, uint8_t decimals, uint8_t out[32], toc_err *err)
{
    uint8_t number[32] = {0};
    size_t digits = 0, fraction = 0;
    bool point = false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t character = text.data[i];
        if (character == '.' && !point && digits > 0) {
            point = true;
            continue;
        }
        if (character < '0' || character > '9')
            return toc_fail(err, TOC_MALFORMED, "not a plain decimal number at position %zu",
                            i + 1);
        digits++;
        fraction += point;
        if (fraction > decimals) {
            if (character != '0')
                return toc_fail(err, TOC_MALFORMED, "more than the %u decimals that the asset has",
                                decimals);
            continue;
        }
        if (!append_digit(number, (unsigned)(character - '0')))
            return too_large(err);
    }
    if (digits == 0 || (point && fraction == 0))
        return toc_fail(err, TOC_MALFORMED, "not a plain decimal number at position %zu",
                        text.size + 1);
    for (size_t i = fraction; i < decimals; i++) {
        if (!append_digit(number, 0))
            return too_large(err);
    }
    memcpy(out, number, sizeof number);
    return TOC_OK;
}
