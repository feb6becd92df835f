#include "proto/address/chain.h"

#include "proto/base/text.h"

static const toc_bitcoin_params bitcoin = {
    .p2pkh = 0, .p2sh = 5, .wif = 128, .segwit = "bc", .leads = "13"};
static const toc_bitcoin_params bitcoin_test = {
    .p2pkh = 111, .p2sh = 196, .wif = 239, .segwit = "tb", .leads = "mn2"};
static const toc_bitcoin_params bitcoin_regtest = {
    .p2pkh = 111, .p2sh = 196, .wif = 239, .segwit = "bcrt", .leads = "mn2"};
static const toc_bitcoin_params litecoin = {
    .p2pkh = 48, .p2sh = 50, .p2sh_old = 5, .wif = 176, .segwit = "ltc", .leads = "LM3"};
static const toc_bitcoin_params litecoin_test = {
    .p2pkh = 111, .p2sh = 58, .p2sh_old = 196, .wif = 239, .segwit = "tltc", .leads = "mn2Q"};
static const toc_bitcoin_params bitcoin_cash = {
    .p2pkh = 0, .p2sh = 5, .wif = 128, .cashaddr = "bitcoincash", .leads = "13"};
static const toc_bitcoin_params bitcoin_cash_test = {
    .p2pkh = 111, .p2sh = 196, .wif = 239, .cashaddr = "bchtest", .leads = "mn2"};
static const toc_bitcoin_params bitcoin_sv = {.p2pkh = 0, .p2sh = 5, .wif = 128, .leads = "13"};
static const toc_bitcoin_params bitcoin_sv_test = {
    .p2pkh = 111, .p2sh = 196, .wif = 239, .leads = "mn2"};
static const toc_bitcoin_params dogecoin = {.p2pkh = 30, .p2sh = 22, .wif = 158, .leads = "D9A"};
static const toc_bitcoin_params dogecoin_test = {
    .p2pkh = 113, .p2sh = 196, .wif = 241, .leads = "n2"};
static const toc_bitcoin_params dash = {.p2pkh = 76, .p2sh = 16, .wif = 204, .leads = "X7"};
static const toc_bitcoin_params dash_test = {.p2pkh = 140, .p2sh = 19, .wif = 239, .leads = "y89"};
static const toc_bitcoin_params zcash = {
    .p2pkh = 0x1CB8, .p2sh = 0x1CBD, .wif = 128, .tex = "tex", .leads = "t"};
static const toc_bitcoin_params zcash_test = {
    .p2pkh = 0x1D25, .p2sh = 0x1CBA, .wif = 239, .tex = "textest", .leads = "t"};

enum { PROFILE = TOC_CHAIN_PROFILE, BARE = TOC_CHAIN_BARE, TEST = TOC_FAMILY_TEST_BIT };

#define COIN(number_, caip2_, symbol_, name_, params_, family_, flags_)                            \
    {                                                                                              \
        .number = (number_), .caip2 = (caip2_), .symbol = (symbol_), .name = (name_),              \
        .form = toc_form_bitcoin, .params = &(params_), .family = (family_), .flags = (flags_)     \
    }
#define EVM(number_, caip2_, symbol_, name_, flags_)                                               \
    {                                                                                              \
        .number = (number_), .caip2 = (caip2_), .symbol = (symbol_), .name = (name_),              \
        .form = toc_form_evm, .family = TOC_FAMILY_EVM, .flags = PROFILE | (flags_)                \
    }
#define EVM_TEST(number_, caip2_, symbol_, name_)                                                  \
    {                                                                                              \
        .number = (number_), .caip2 = (caip2_), .symbol = (symbol_), .name = (name_),              \
        .form = toc_form_evm, .family = TOC_FAMILY_EVM | TEST, .flags = PROFILE                    \
    }

/* Sorted by CAIP-2 name, bytewise. Numbers are stored: never renumber, take the next free one. */
static const toc_chain chains[] = {
    COIN(3, "bip122:000000000000000000651ef99cb9fcbe", "BCH", "Bitcoin Cash", bitcoin_cash,
         TOC_FAMILY_BCH, PROFILE | BARE),
    COIN(103, "bip122:00000000000e38fef93ed9582a7df438", "TBCH", "Bitcoin Cash testnet",
         bitcoin_cash_test, TOC_FAMILY_BCH | TEST, PROFILE | BARE),
    COIN(1, "bip122:000000000019d6689c085ae165831e93", "BTC", "Bitcoin", bitcoin, TOC_FAMILY_BTC,
         PROFILE | BARE),
    COIN(101, "bip122:000000000933ea01ad0ee984209779ba", "TBTC", "Bitcoin testnet", bitcoin_test,
         TOC_FAMILY_BTC | TEST, PROFILE | BARE),
    COIN(106, "bip122:00000bafbc94add76cb75e2ec9289483", "TDASH", "Dash testnet", dash_test,
         TOC_FAMILY_DASH | TEST, PROFILE | BARE),
    COIN(6, "bip122:00000ffd590b1485b3caadc19b22e637", "DASH", "Dash", dash, TOC_FAMILY_DASH,
         PROFILE | BARE),
    COIN(7, "bip122:00040fe8ec8471911baa1db1266ea15d", "ZEC", "Zcash", zcash, TOC_FAMILY_ZEC,
         PROFILE | BARE),
    COIN(107, "bip122:05a60a92d99d85997cce3b87616c089f", "TAZ", "Zcash testnet", zcash_test,
         TOC_FAMILY_ZEC | TEST, PROFILE | BARE),
    COIN(108, "bip122:0f9188f13cb7b2c71f2a335e3a4fc328", "RBTC-REG", "Bitcoin regression test",
         bitcoin_regtest, TOC_FAMILY_BTC | TEST, PROFILE | BARE),
    COIN(2, "bip122:12a765e31ffd4059bada1e25190f6e98", "LTC", "Litecoin", litecoin, TOC_FAMILY_LTC,
         PROFILE | BARE),
    COIN(5, "bip122:1a91e3dace36e2be3bf030a65679fe82", "DOGE", "Dogecoin", dogecoin,
         TOC_FAMILY_DOGE, PROFILE | BARE),
    COIN(102, "bip122:4966625a4b2851d9fdee139e56211a0d", "TLTC", "Litecoin testnet", litecoin_test,
         TOC_FAMILY_LTC | TEST, PROFILE | BARE),
    COIN(105, "bip122:bb0a78264637406b6360aad926284d54", "TDOGE", "Dogecoin testnet", dogecoin_test,
         TOC_FAMILY_DOGE | TEST, PROFILE | BARE),
    COIN(4, "bsv:mainnet", "BSV", "Bitcoin SV", bitcoin_sv, TOC_FAMILY_BSV, PROFILE | BARE),
    COIN(104, "bsv:testnet", "TBSV", "Bitcoin SV testnet", bitcoin_sv_test, TOC_FAMILY_BSV | TEST,
         PROFILE),
    EVM(20, "eip155:1", "ETH", "Ethereum", BARE),
    EVM(21, "eip155:10", "OP", "OP Mainnet", 0),
    EVM(29, "eip155:100", "GNO", "Gnosis", 0),
    EVM(63, "eip155:10000", "SMARTBCH", "smartBCH", 0),
    EVM(64, "eip155:10001", "ETHW", "EthereumPoW", 0),
    EVM(46, "eip155:1030", "CFX", "Conflux eSpace", 0),
    EVM(86, "eip155:106", "VLX", "Velas EVM", 0),
    EVM(47, "eip155:1088", "METIS", "Metis Andromeda", 0),
    EVM(48, "eip155:1101", "ZKEVM", "Polygon zkEVM", 0),
    EVM_TEST(120, "eip155:11155111", "SEPOLIA", "Ethereum Sepolia"),
    EVM_TEST(127, "eip155:11155420", "OPSEPOLIA", "OP Sepolia"),
    EVM(49, "eip155:1116", "CORE", "Core", 0),
    EVM(50, "eip155:1135", "LISK", "Lisk", 0),
    EVM(30, "eip155:122", "FUSE", "Fuse", 0),
    EVM(88, "eip155:128", "HT", "HECO", 0),
    EVM(51, "eip155:1284", "GLMR", "Moonbeam", 0),
    EVM(52, "eip155:1285", "MOVR", "Moonriver", 0),
    EVM(31, "eip155:130", "UNI-CHAIN", "Unichain", 0),
    EVM(79, "eip155:1313161554", "AURORA", "Aurora", 0),
    EVM(53, "eip155:1329", "SEI-EVM", "Sei EVM", 0),
    EVM(65, "eip155:13371", "IMX", "Immutable zkEVM", 0),
    EVM(32, "eip155:137", "POL", "Polygon", 0),
    EVM(82, "eip155:14", "FLR", "Flare", 0),
    EVM(33, "eip155:146", "S", "Sonic", 0),
    EVM(54, "eip155:1514", "IP", "Story", 0),
    EVM(80, "eip155:1666600000", "ONE", "Harmony", 0),
    EVM(76, "eip155:167000", "TAIKO", "Taiko", 0),
    EVM(34, "eip155:169", "MANTA", "Manta Pacific", 0),
    EVM_TEST(121, "eip155:17000", "HOLESKY", "Ethereum Holesky"),
    EVM(55, "eip155:1868", "SONEIUM", "Soneium", 0),
    EVM(83, "eip155:19", "SGB", "Songbird", 0),
    EVM(35, "eip155:199", "BTTC", "BitTorrent Chain", 0),
    EVM(90, "eip155:2", "EXP", "Expanse", 0),
    EVM(89, "eip155:2000", "DOGECHAIN", "Dogechain", 0),
    EVM(56, "eip155:2020", "RON", "Ronin", 0),
    EVM(36, "eip155:204", "OPBNB", "opBNB", 0),
    EVM(57, "eip155:2222", "KAVA-EVM", "Kava EVM", 0),
    EVM(22, "eip155:25", "CRO", "Cronos", 0),
    EVM(37, "eip155:250", "FTM", "Fantom Opera", 0),
    EVM(38, "eip155:252", "FRAX", "Fraxtal", 0),
    EVM(39, "eip155:288", "BOBA", "Boba Network", 0),
    EVM(23, "eip155:30", "RBTC", "Rootstock", 0),
    EVM_TEST(130, "eip155:31", "TRBTC", "Rootstock testnet"),
    EVM(40, "eip155:314", "FEVM", "Filecoin EVM", 0),
    EVM(41, "eip155:321", "KCS", "KCC", 0),
    EVM(42, "eip155:324", "ZKSYNC", "ZKsync Era", 0),
    EVM(66, "eip155:34443", "MODE", "Mode", 0),
    EVM(24, "eip155:40", "TLOS", "Telos EVM", 0),
    EVM(67, "eip155:42161", "ARB", "Arbitrum One", 0),
    EVM_TEST(126, "eip155:421614", "ARBSEPOLIA", "Arbitrum Sepolia"),
    EVM(68, "eip155:42170", "ARBNOVA", "Arbitrum Nova", 0),
    EVM(69, "eip155:42220", "CELO", "Celo", 0),
    EVM_TEST(129, "eip155:43113", "FUJI", "Avalanche Fuji"),
    EVM(70, "eip155:43114", "AVAX", "Avalanche C-Chain", 0),
    EVM(43, "eip155:480", "WLD", "World Chain", 0),
    EVM(71, "eip155:48900", "ZRC", "Zircuit", 0),
    EVM_TEST(123, "eip155:5", "GOERLI", "Ethereum Goerli"),
    EVM(25, "eip155:50", "XDC", "XDC Network", 0),
    EVM(58, "eip155:5000", "MNT", "Mantle", 0),
    EVM(77, "eip155:534352", "SCROLL", "Scroll", 0),
    EVM(26, "eip155:56", "BNB", "BNB Smart Chain", 0),
    EVM_TEST(122, "eip155:560048", "HOODI", "Ethereum Hoodi"),
    EVM(27, "eip155:57", "SYS", "Syscoin NEVM", 0),
    EVM(72, "eip155:59144", "LINEA", "Linea", 0),
    EVM(44, "eip155:592", "ASTR", "Astar EVM", 0),
    EVM(73, "eip155:60808", "BOB", "BOB", 0),
    EVM(28, "eip155:61", "ETC", "Ethereum Classic", 0),
    EVM(87, "eip155:66", "OKT", "OKT Chain", 0),
    EVM(59, "eip155:7000", "ZETA", "ZetaChain", 0),
    EVM(78, "eip155:7777777", "ZORA", "Zora", 0),
    EVM_TEST(131, "eip155:80001", "MUMBAI", "Polygon Mumbai"),
    EVM_TEST(125, "eip155:80002", "AMOY", "Polygon Amoy"),
    EVM(74, "eip155:80094", "BERA", "Berachain", 0),
    EVM(75, "eip155:81457", "BLAST", "Blast", 0),
    EVM(81, "eip155:820", "CLO", "Callisto", 0),
    EVM(60, "eip155:8217", "KAIA", "Kaia", 0),
    EVM(61, "eip155:8453", "BASE", "Base", 0),
    EVM_TEST(128, "eip155:84532", "BASESEPOLIA", "Base Sepolia"),
    EVM(84, "eip155:88", "VIC", "Viction", 0),
    EVM(45, "eip155:888", "WAN", "Wanchain", 0),
    EVM(62, "eip155:9001", "EVMOS-EVM", "Evmos EVM", 0),
    EVM_TEST(124, "eip155:97", "TBNB", "BNB Smart Chain testnet"),
    EVM(85, "eip155:999", "HYPE", "HyperEVM", 0),
    {.number = 141,
     .caip2 = "tron:2494104990",
     .symbol = "SHASTA",
     .name = "TRON Shasta",
     .form = toc_form_tron,
     .family = TOC_FAMILY_TRON | TEST,
     .flags = PROFILE},
    {.number = 140,
     .caip2 = "tron:3448148188",
     .symbol = "NILE",
     .name = "TRON Nile",
     .form = toc_form_tron,
     .family = TOC_FAMILY_TRON | TEST,
     .flags = PROFILE},
    {.number = 8,
     .caip2 = "tron:728126428",
     .symbol = "TRX",
     .name = "TRON",
     .form = toc_form_tron,
     .family = TOC_FAMILY_TRON,
     .flags = PROFILE | BARE},
};

/* Symbols and other names in lower case, sorted bytewise. */
typedef struct alias_row {
    const char *name;
    uint16_t number;
} alias_row;

static const alias_row aliases[] = {
    {"amoy", 125},
    {"arb", 67},
    {"arbitrum", 67},
    {"arbitrum nova", 68},
    {"arbitrum one", 67},
    {"arbitrum-one", 67},
    {"arbnova", 68},
    {"arbsepolia", 126},
    {"astar", 44},
    {"astr", 44},
    {"aurora", 79},
    {"aurora mainnet", 79},
    {"avalanche", 70},
    {"avalanche c-chain", 70},
    {"avax", 70},
    {"avax-c", 70},
    {"avaxc", 70},
    {"base", 61},
    {"base mainnet", 61},
    {"basesepolia", 128},
    {"bcc", 3},
    {"bch", 3},
    {"bchn", 3},
    {"bchsv", 4},
    {"bep-20", 26},
    {"bep20", 26},
    {"bera", 74},
    {"berachain", 74},
    {"binance smart chain", 26},
    {"binance-smart-chain", 26},
    {"bip122:000000000000000000b15ad892af8f6a", 3},
    {"bip122:000000000000000001d956714215d96f", 4},
    {"bitcoin", 1},
    {"bitcoin cash", 3},
    {"bitcoin sv", 4},
    {"bitcoin testnet", 101},
    {"bitcoin-cash", 3},
    {"bitcoin-sv", 4},
    {"bitcoin-testnet", 101},
    {"bitcoincash", 3},
    {"bitcoinsv", 4},
    {"blast", 75},
    {"bnb", 26},
    {"bnb chain", 26},
    {"bnb smart chain", 26},
    {"bob", 73},
    {"boba", 39},
    {"bsc", 26},
    {"bsv", 4},
    {"btc", 1},
    {"btc mainnet", 1},
    {"btc-mainnet", 1},
    {"btc-testnet", 101},
    {"bttc", 35},
    {"callisto", 81},
    {"celo", 69},
    {"celo mainnet", 69},
    {"cfx", 46},
    {"clo", 81},
    {"conflux", 46},
    {"core", 49},
    {"cro", 22},
    {"cronos", 22},
    {"dash", 6},
    {"doge", 5},
    {"dogechain", 89},
    {"dogecoin", 5},
    {"era", 42},
    {"erc-20", 20},
    {"erc20", 20},
    {"etc", 28},
    {"etc mainnet", 28},
    {"eth", 20},
    {"eth mainnet", 20},
    {"ether", 20},
    {"ethereum", 20},
    {"ethereum classic", 28},
    {"ethereum-classic", 28},
    {"ethereumclassic", 28},
    {"ethereumpow", 64},
    {"ethw", 64},
    {"ethw mainnet", 64},
    {"evmos-evm", 62},
    {"exp", 90},
    {"expanse", 90},
    {"fantom", 37},
    {"fevm", 40},
    {"flare", 82},
    {"flr", 82},
    {"frax", 38},
    {"ftm", 37},
    {"fuji", 129},
    {"fuse", 30},
    {"glmr", 51},
    {"gno", 29},
    {"gnosis", 29},
    {"goerli", 123},
    {"harmony", 80},
    {"heco", 88},
    {"holesky", 121},
    {"hoodi", 122},
    {"ht", 88},
    {"hype", 85},
    {"hyperevm", 85},
    {"hyperliquid", 85},
    {"imx", 65},
    {"ip", 54},
    {"kaia", 60},
    {"kava-evm", 57},
    {"kcs", 41},
    {"klay", 60},
    {"klaytn", 60},
    {"linea", 72},
    {"linea mainnet", 72},
    {"lisk", 50},
    {"litecoin", 2},
    {"ltc", 2},
    {"mainnet", 20},
    {"manta", 34},
    {"mantle", 58},
    {"matic", 32},
    {"metis", 47},
    {"mnt", 58},
    {"mode", 66},
    {"moonbeam", 51},
    {"moonriver", 52},
    {"movr", 52},
    {"mumbai", 131},
    {"nile", 140},
    {"okexchain", 87},
    {"okt", 87},
    {"oktc", 87},
    {"omni", 1},
    {"one", 80},
    {"op", 21},
    {"op mainnet", 21},
    {"opbnb", 36},
    {"opera", 37},
    {"opsepolia", 127},
    {"optimism", 21},
    {"pol", 32},
    {"polygon", 32},
    {"polygon zkevm", 48},
    {"rbtc", 23},
    {"rbtc-reg", 108},
    {"ron", 56},
    {"ronin", 56},
    {"rootstock", 23},
    {"rsk", 23},
    {"s", 33},
    {"scroll", 77},
    {"sei-evm", 53},
    {"sepolia", 120},
    {"sgb", 83},
    {"shasta", 141},
    {"smartbch", 63},
    {"soneium", 55},
    {"songbird", 83},
    {"sonic", 33},
    {"story", 54},
    {"sys", 27},
    {"taiko", 76},
    {"taz", 107},
    {"tbch", 103},
    {"tbnb", 124},
    {"tbsv", 104},
    {"tbtc", 101},
    {"tbtc3", 101},
    {"tdash", 106},
    {"tdoge", 105},
    {"testnet", 101},
    {"tlos", 24},
    {"tltc", 102},
    {"tomo", 84},
    {"tomochain", 84},
    {"trbtc", 130},
    {"trc-20", 8},
    {"trc10", 8},
    {"trc20", 8},
    {"tron", 8},
    {"tron:0x2b6653dc", 8},
    {"tron:0x94a9059e", 141},
    {"tron:0xcd8690dc", 140},
    {"trx", 8},
    {"uni-chain", 31},
    {"velas", 86},
    {"vic", 84},
    {"viction", 84},
    {"vlx", 86},
    {"wan", 45},
    {"wanchain", 45},
    {"wld", 43},
    {"world chain", 43},
    {"worldchain", 43},
    {"xbt", 1},
    {"xdai", 29},
    {"xdc", 25},
    {"xdc network", 25},
    {"xdg", 5},
    {"xinfin", 25},
    {"zcash", 7},
    {"zec", 7},
    {"zeta", 59},
    {"zetachain", 59},
    {"zkevm", 48},
    {"zksync", 42},
    {"zksync era", 42},
    {"zksync-era", 42},
    {"zora", 78},
    {"zrc", 71},
};

static int compare_text(toc_span left, const char *right)
{
    return toc_span_compare(left, toc_span_text(right));
}

const toc_chain *toc_chain_by_caip2(toc_span caip2)
{
    size_t low = 0, high = TOC_COUNT(chains);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_text(caip2, chains[middle].caip2);
        if (order == 0)
            return &chains[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static const toc_chain *find_alias(toc_span name)
{
    size_t low = 0, high = TOC_COUNT(aliases);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_text(name, aliases[middle].name);
        if (order == 0)
            return toc_chain_by_number(aliases[middle].number);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const toc_chain *toc_chain_find(toc_span name)
{
    uint8_t lower[64];
    const toc_chain *chain = toc_chain_by_caip2(name);
    if (chain != NULL || name.size == 0 || name.size > sizeof lower)
        return chain;
    for (size_t i = 0; i < name.size; i++)
        lower[i] = name.data[i] >= 'A' && name.data[i] <= 'Z' ? (uint8_t)(name.data[i] + 32)
                                                              : name.data[i];
    chain = find_alias(toc_span_of(lower, name.size));
    for (size_t i = 0; chain == NULL && i < TOC_COUNT(chains); i++) {
        if (toc_ascii_equal_nocase(name, toc_span_text(chains[i].caip2)))
            chain = &chains[i];
    }
    return chain;
}

const char *toc_chain_caip2(const toc_chain *chain)
{
    return chain->caip2;
}

const char *toc_chain_symbol(const toc_chain *chain)
{
    return chain->symbol;
}

uint16_t toc_chain_number(const toc_chain *chain)
{
    return chain->number;
}

size_t toc_chain_count(void)
{
    return TOC_COUNT(chains);
}

const toc_chain *toc_chain_at(size_t index)
{
    TOC_ASSERT(index < TOC_COUNT(chains));
    return &chains[index];
}

const toc_chain *toc_chain_by_number(uint16_t number)
{
    for (size_t i = 0; i < TOC_COUNT(chains); i++) {
        if (chains[i].number == number)
            return &chains[i];
    }
    return NULL;
}
