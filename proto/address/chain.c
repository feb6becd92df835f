#include "proto/address/chain.h"

#include <stdio.h>

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
static const toc_bitcoin_params bitcoin_sv = {.p2pkh = 0,
                                              .p2sh = 5,
                                              .wif = 128,
                                              .cashaddr = "bitcoincash",
                                              .cashaddr_read = true,
                                              .leads = "13"};
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

static const toc_evm_params xdc = {.prefix = "xdc"};
static const toc_evm_params harmony = {.bech32 = "one"};
static const toc_evm_params rootstock = {.checksum_id = 30};
static const toc_evm_params rootstock_test = {.checksum_id = 31};

static const toc_monero_params monero = {
    .standard = 18, .integrated = 19, .subaddress = 42, .leads = "48"};
static const toc_monero_params monero_test = {
    .standard = 53, .integrated = 54, .subaddress = 63, .leads = "9AB"};
static const toc_monero_params monero_stage = {
    .standard = 24, .integrated = 25, .subaddress = 36, .leads = "57"};

static const toc_ss58_params polkadot = {.prefix = 0};
static const toc_ss58_params kusama = {.prefix = 2};
static const toc_ss58_params kilt = {.prefix = 38};
static const toc_ss58_params karura = {.prefix = 8};
static const toc_ss58_params crust = {.prefix = 66};
static const toc_ss58_params substrate = {.prefix = 42, .generic = true};

enum {
    NONE = TOC_TAG_NONE,
    U32 = TOC_TAG_U32,
    MEMO = TOC_TAG_MEMO,
    PAYMENT_ID = TOC_TAG_PAYMENT_ID
};
enum { PROFILE = TOC_CHAIN_PROFILE, BARE = TOC_CHAIN_BARE, TEST = TOC_FAMILY_TEST_BIT };

#define ROW(number_, caip2_, symbol_, name_, form_, params_, family_, tag_, flags_)                \
    {                                                                                              \
        .number = (number_), .caip2 = (caip2_), .symbol = (symbol_), .name = (name_),              \
        .form = toc_form_##form_, .params = (params_), .family = (family_), .tag = (tag_),         \
        .flags = (flags_)                                                                          \
    }
/* A Cosmos chain: row 300 + index, family TOC_FAMILY_COSMOS_FIRST + index. */
#define COSMOS(index_, caip2_, symbol_, name_, prefix_, keccak_)                                   \
    ROW(300 + (index_), caip2_, symbol_, name_, cosmos,                                            \
        (&(const toc_cosmos_params){.prefix = (prefix_), .keccak = (keccak_)}),                    \
        TOC_FAMILY_COSMOS_FIRST + (index_), MEMO, PROFILE | BARE)

/* Sorted by CAIP-2 name, bytewise. Numbers are stored: never renumber, take the next free one. */
/* clang-format off */
static const toc_chain chains[] = {
    ROW(152, "algorand:SGO1GKSzyE7IEPItTxCByw9x8FmnrCDe", "TALGO", "Algorand testnet", algorand, NULL, TOC_FAMILY_ALGO | TEST, NONE, PROFILE),
    ROW(201, "algorand:wGHE2Pwdvd7S12BL5FaOP20EGYesN73k", "ALGO", "Algorand", algorand, NULL, TOC_FAMILY_ALGO, NONE, PROFILE | BARE),
    ROW(3, "bip122:000000000000000000651ef99cb9fcbe", "BCH", "Bitcoin Cash", bitcoin, &bitcoin_cash, TOC_FAMILY_BCH, NONE, PROFILE | BARE),
    ROW(4, "bip122:000000000000000001d956714215d96f", "BSV", "Bitcoin SV", bitcoin, &bitcoin_sv, TOC_FAMILY_BSV, NONE, PROFILE | BARE),
    ROW(103, "bip122:00000000000e38fef93ed9582a7df438", "TBCH", "Bitcoin Cash testnet", bitcoin, &bitcoin_cash_test, TOC_FAMILY_BCH | TEST, NONE, PROFILE | BARE),
    ROW(1, "bip122:000000000019d6689c085ae165831e93", "BTC", "Bitcoin", bitcoin, &bitcoin, TOC_FAMILY_BTC, NONE, PROFILE | BARE),
    ROW(101, "bip122:000000000933ea01ad0ee984209779ba", "TBTC", "Bitcoin testnet", bitcoin, &bitcoin_test, TOC_FAMILY_BTC | TEST, NONE, PROFILE | BARE),
    ROW(104, "bip122:00000000b80fa1cb3bed6e9a9ebae3b4", "TBSV", "Bitcoin SV testnet", bitcoin, &bitcoin_sv_test, TOC_FAMILY_BSV | TEST, NONE, 0),
    ROW(106, "bip122:00000bafbc94add76cb75e2ec9289483", "TDASH", "Dash testnet", bitcoin, &dash_test, TOC_FAMILY_DASH | TEST, NONE, PROFILE | BARE),
    ROW(6, "bip122:00000ffd590b1485b3caadc19b22e637", "DASH", "Dash", bitcoin, &dash, TOC_FAMILY_DASH, NONE, PROFILE | BARE),
    ROW(7, "bip122:00040fe8ec8471911baa1db1266ea15d", "ZEC", "Zcash", zcash, &zcash, TOC_FAMILY_ZEC, NONE, PROFILE | BARE),
    ROW(107, "bip122:05a60a92d99d85997cce3b87616c089f", "TAZ", "Zcash testnet", zcash, &zcash_test, TOC_FAMILY_ZEC | TEST, NONE, PROFILE | BARE),
    ROW(108, "bip122:0f9188f13cb7b2c71f2a335e3a4fc328", "RTBTC", "Bitcoin regression test", bitcoin, &bitcoin_regtest, TOC_FAMILY_BTC | TEST, NONE, PROFILE | BARE),
    ROW(2, "bip122:12a765e31ffd4059bada1e25190f6e98", "LTC", "Litecoin", bitcoin, &litecoin, TOC_FAMILY_LTC, NONE, PROFILE | BARE),
    ROW(5, "bip122:1a91e3dace36e2be3bf030a65679fe82", "DOGE", "Dogecoin", bitcoin, &dogecoin, TOC_FAMILY_DOGE, NONE, PROFILE | BARE),
    ROW(102, "bip122:4966625a4b2851d9fdee139e56211a0d", "TLTC", "Litecoin testnet", bitcoin, &litecoin_test, TOC_FAMILY_LTC | TEST, NONE, PROFILE | BARE),
    ROW(105, "bip122:bb0a78264637406b6360aad926284d54", "TDOGE", "Dogecoin testnet", bitcoin, &dogecoin_test, TOC_FAMILY_DOGE | TEST, NONE, PROFILE | BARE),
    ROW(149, "cip34:0-1", "TADA", "Cardano preprod", cardano, NULL, TOC_FAMILY_ADA | TEST, NONE, BARE),
    ROW(150, "cip34:0-2", "PADA", "Cardano preview", cardano, NULL, TOC_FAMILY_ADA | TEST, NONE, 0),
    ROW(13, "cip34:1-764824073", "ADA", "Cardano", cardano, NULL, TOC_FAMILY_ADA, NONE, BARE),
    COSMOS(5, "cosmos:Binance-Chain-Tigris", "BEP2", "BNB Beacon Chain", "bnb", false),
    COSMOS(13, "cosmos:akashnet-2", "AKT", "Akash", "akash", false),
    COSMOS(18, "cosmos:axelar-dojo-1", "AXL", "Axelar", "axelar", false),
    COSMOS(14, "cosmos:celestia", "TIA", "Celestia", "celestia", false),
    COSMOS(6, "cosmos:columbus-5", "LUNC", "Terra Classic", "terra", false),
    COSMOS(0, "cosmos:cosmoshub-4", "ATOM", "Cosmos Hub", "cosmos", false),
    COSMOS(4, "cosmos:crypto-org-chain-mainnet-1", "CROPOS", "Cronos POS", "cro", false),
    COSMOS(15, "cosmos:dydx-mainnet-1", "DYDX", "dYdX Chain", "dydx", false),
    COSMOS(9, "cosmos:evmos_9001-2", "EVMOS", "Evmos", "evmos", true),
    COSMOS(8, "cosmos:injective-1", "INJ", "Injective", "inj", true),
    COSMOS(3, "cosmos:irishub-1", "IRIS", "IRISnet", "iaa", false),
    COSMOS(12, "cosmos:juno-1", "JUNO", "Juno", "juno", false),
    COSMOS(10, "cosmos:kava_2222-10", "KAVA", "Kava", "kava", false),
    COSMOS(20, "cosmos:neutron-1", "NTRN", "Neutron", "neutron", false),
    COSMOS(17, "cosmos:noble-1", "NOBLE", "Noble", "noble", false),
    COSMOS(1, "cosmos:osmosis-1", "OSMO", "Osmosis", "osmo", false),
    COSMOS(16, "cosmos:pacific-1", "SEI", "Sei", "sei", false),
    COSMOS(7, "cosmos:phoenix-1", "LUNA", "Terra", "terra", false),
    COSMOS(11, "cosmos:secret-4", "SCRT", "Secret Network", "secret", false),
    COSMOS(21, "cosmos:stargaze-1", "STARS", "Stargaze", "stars", false),
    COSMOS(19, "cosmos:stride-1", "STRD", "Stride", "stride", false),
    COSMOS(2, "cosmos:thorchain-1", "RUNE", "THORChain", "thor", false),
    ROW(20, "eip155:1", "ETH", "Ethereum", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE | BARE),
    ROW(21, "eip155:10", "OP", "OP Mainnet", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(29, "eip155:100", "GNO", "Gnosis", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(63, "eip155:10000", "SMARTBCH", "smartBCH", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(64, "eip155:10001", "ETHW", "EthereumPoW", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(46, "eip155:1030", "CFX", "Conflux eSpace", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(86, "eip155:106", "VLX", "Velas EVM", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(47, "eip155:1088", "METIS", "Metis Andromeda", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(48, "eip155:1101", "ZKEVM", "Polygon zkEVM", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(120, "eip155:11155111", "SEPOLIA", "Ethereum Sepolia", evm, NULL, TOC_FAMILY_EVM | TEST, NONE, PROFILE),
    ROW(127, "eip155:11155420", "OPSEPOLIA", "OP Sepolia", evm, NULL, TOC_FAMILY_EVM | TEST, NONE, PROFILE),
    ROW(49, "eip155:1116", "CORE", "Core", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(50, "eip155:1135", "LISK", "Lisk", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(30, "eip155:122", "FUSE", "Fuse", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(88, "eip155:128", "HT", "HECO", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(51, "eip155:1284", "GLMR", "Moonbeam", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(52, "eip155:1285", "MOVR", "Moonriver", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(31, "eip155:130", "UNICHAIN", "Unichain", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(79, "eip155:1313161554", "AURORA", "Aurora", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(53, "eip155:1329", "SEIEVM", "Sei EVM", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(65, "eip155:13371", "IMX", "Immutable zkEVM", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(32, "eip155:137", "POL", "Polygon", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(82, "eip155:14", "FLR", "Flare", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(33, "eip155:146", "S", "Sonic", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(54, "eip155:1514", "IP", "Story", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(80, "eip155:1666600000", "ONE", "Harmony", evm, &harmony, TOC_FAMILY_EVM, NONE, PROFILE | BARE),
    ROW(76, "eip155:167000", "TAIKO", "Taiko", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(34, "eip155:169", "MANTA", "Manta Pacific", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(121, "eip155:17000", "HOLESKY", "Ethereum Holesky", evm, NULL, TOC_FAMILY_EVM | TEST, NONE, PROFILE),
    ROW(55, "eip155:1868", "SONEIUM", "Soneium", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(83, "eip155:19", "SGB", "Songbird", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(35, "eip155:199", "BTTC", "BitTorrent Chain", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(90, "eip155:2", "EXP", "Expanse", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(89, "eip155:2000", "DOGECHAIN", "Dogechain", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(56, "eip155:2020", "RON", "Ronin", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(36, "eip155:204", "OPBNB", "opBNB", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(57, "eip155:2222", "KAVAEVM", "Kava EVM", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(22, "eip155:25", "CRO", "Cronos", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(37, "eip155:250", "FTM", "Fantom Opera", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(38, "eip155:252", "FRAXTAL", "Fraxtal", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(39, "eip155:288", "BOBA", "Boba Network", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(91, "eip155:295", "HBAREVM", "Hedera EVM", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(23, "eip155:30", "RBTC", "Rootstock", evm, &rootstock, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(130, "eip155:31", "TRBTC", "Rootstock testnet", evm, &rootstock_test, TOC_FAMILY_EVM | TEST, NONE, PROFILE),
    ROW(40, "eip155:314", "FEVM", "Filecoin EVM", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(41, "eip155:321", "KCS", "KCC", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(42, "eip155:324", "ZKSYNC", "ZKsync Era", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(66, "eip155:34443", "MODE", "Mode", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(24, "eip155:40", "TLOS", "Telos EVM", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(67, "eip155:42161", "ARB", "Arbitrum One", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(126, "eip155:421614", "ARBSEPOLIA", "Arbitrum Sepolia", evm, NULL, TOC_FAMILY_EVM | TEST, NONE, PROFILE),
    ROW(68, "eip155:42170", "ARBNOVA", "Arbitrum Nova", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(69, "eip155:42220", "CELO", "Celo", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(129, "eip155:43113", "FUJI", "Avalanche Fuji", evm, NULL, TOC_FAMILY_EVM | TEST, NONE, PROFILE),
    ROW(70, "eip155:43114", "AVAX", "Avalanche C-Chain", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(43, "eip155:480", "WORLDCHAIN", "World Chain", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(71, "eip155:48900", "ZRC", "Zircuit", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(123, "eip155:5", "GOERLI", "Ethereum Goerli", evm, NULL, TOC_FAMILY_EVM | TEST, NONE, PROFILE),
    ROW(25, "eip155:50", "XDC", "XDC Network", evm, &xdc, TOC_FAMILY_EVM, NONE, PROFILE | BARE),
    ROW(58, "eip155:5000", "MNT", "Mantle", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(77, "eip155:534352", "SCROLL", "Scroll", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(26, "eip155:56", "BNB", "BNB Smart Chain", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(122, "eip155:560048", "HOODI", "Ethereum Hoodi", evm, NULL, TOC_FAMILY_EVM | TEST, NONE, PROFILE),
    ROW(27, "eip155:57", "SYS", "Syscoin NEVM", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(72, "eip155:59144", "LINEA", "Linea", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(44, "eip155:592", "ASTREVM", "Astar EVM", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(73, "eip155:60808", "BOB", "BOB", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(28, "eip155:61", "ETC", "Ethereum Classic", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(87, "eip155:66", "OKT", "OKT Chain", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(59, "eip155:7000", "ZETA", "ZetaChain EVM", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(78, "eip155:7777777", "ZORA", "Zora", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(131, "eip155:80001", "MUMBAI", "Polygon Mumbai", evm, NULL, TOC_FAMILY_EVM | TEST, NONE, PROFILE),
    ROW(125, "eip155:80002", "AMOY", "Polygon Amoy", evm, NULL, TOC_FAMILY_EVM | TEST, NONE, PROFILE),
    ROW(74, "eip155:80094", "BERA", "Berachain", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(75, "eip155:81457", "BLAST", "Blast", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(81, "eip155:820", "CLO", "Callisto", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(60, "eip155:8217", "KAIA", "Kaia", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(61, "eip155:8453", "BASE", "Base", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(128, "eip155:84532", "BASESEPOLIA", "Base Sepolia", evm, NULL, TOC_FAMILY_EVM | TEST, NONE, PROFILE),
    ROW(84, "eip155:88", "VIC", "Viction", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(45, "eip155:888", "WAN", "Wanchain", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(62, "eip155:9001", "EVMOSEVM", "Evmos EVM", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(124, "eip155:97", "TBNB", "BNB Smart Chain testnet", evm, NULL, TOC_FAMILY_EVM | TEST, NONE, PROFILE),
    ROW(85, "eip155:999", "HYPE", "HyperEVM", evm, NULL, TOC_FAMILY_EVM, NONE, PROFILE),
    ROW(205, "fil:f", "FIL", "Filecoin", filecoin, NULL, TOC_FAMILY_FIL, NONE, PROFILE | BARE),
    ROW(155, "fil:t", "TFIL", "Filecoin testnet", filecoin, NULL, TOC_FAMILY_FIL | TEST, NONE, PROFILE | BARE),
    ROW(204, "hedera:mainnet", "HBAR", "Hedera", hedera, NULL, TOC_FAMILY_HBAR, MEMO, PROFILE | BARE),
    ROW(154, "hedera:testnet", "THBAR", "Hedera testnet", hedera, NULL, TOC_FAMILY_HBAR | TEST, MEMO, PROFILE),
    ROW(12, "monero:418015bb9ae982a1975da7d79277c270", "XMR", "Monero", monero, &monero, TOC_FAMILY_XMR, PAYMENT_ID, PROFILE | BARE),
    ROW(147, "monero:48ca7cd3c8de5b6a4d53d2861fbdaedc", "TXMR", "Monero testnet", monero, &monero_test, TOC_FAMILY_XMR | TEST, PAYMENT_ID, PROFILE | BARE),
    ROW(148, "monero:76ee3cc98646292206cd3e86f74d88b4", "SXMR", "Monero stagenet", monero, &monero_stage, TOC_FAMILY_XMR | TEST, PAYMENT_ID, PROFILE | BARE),
    ROW(203, "near:mainnet", "NEAR", "NEAR", near, NULL, TOC_FAMILY_NEAR, NONE, BARE),
    ROW(153, "near:testnet", "TNEAR", "NEAR testnet", near, NULL, TOC_FAMILY_NEAR | TEST, NONE, BARE),
    ROW(18, "polkadot:8b404e7ed8789d813982b9cb4c8b664c", "CRU", "Crust Network", ss58, &crust, TOC_FAMILY_SS58, NONE, PROFILE | BARE),
    ROW(14, "polkadot:91b171bb158e2d3848fa23a9f1c25182", "DOT", "Polkadot", ss58, &polkadot, TOC_FAMILY_SS58, NONE, PROFILE | BARE),
    ROW(16, "polkadot:a0453819cbf8b4df9423a5cd601f546c", "KILT", "KILT Spiritnet", ss58, &kilt, TOC_FAMILY_SS58, NONE, PROFILE | BARE),
    ROW(15, "polkadot:b0a8d493285c2df73290dfb7e61f870f", "KSM", "Kusama", ss58, &kusama, TOC_FAMILY_SS58, NONE, PROFILE | BARE),
    ROW(17, "polkadot:baf5aabe40646d11f0ee8abbdc64f4a4", "KAR", "Karura", ss58, &karura, TOC_FAMILY_SS58, NONE, PROFILE | BARE),
    ROW(146, "solana:4uhcVJyU9pJkvQyS88uRDiswHXSCkY3z", "TSOL", "Solana testnet", solana, NULL, TOC_FAMILY_SOL | TEST, NONE, PROFILE),
    ROW(11, "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", "SOL", "Solana", solana, NULL, TOC_FAMILY_SOL, NONE, PROFILE | BARE),
    ROW(145, "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1", "DEVSOL", "Solana devnet", solana, NULL, TOC_FAMILY_SOL | TEST, NONE, PROFILE),
    ROW(19, "ss58:42", "SUBSTRATE", "a Substrate chain", ss58, &substrate, TOC_FAMILY_SS58, NONE, BARE),
    ROW(10, "stellar:pubnet", "XLM", "Stellar", stellar, NULL, TOC_FAMILY_XLM, MEMO, PROFILE | BARE),
    ROW(144, "stellar:testnet", "TXLM", "Stellar testnet", stellar, NULL, TOC_FAMILY_XLM | TEST, MEMO, PROFILE),
    ROW(202, "tezos:NetXdQprcVkpaWU", "XTZ", "Tezos", tezos, NULL, TOC_FAMILY_XTZ, NONE, PROFILE | BARE),
    ROW(141, "tron:2494104990", "SHASTA", "TRON Shasta", tron, NULL, TOC_FAMILY_TRON | TEST, NONE, PROFILE),
    ROW(140, "tron:3448148188", "NILE", "TRON Nile", tron, NULL, TOC_FAMILY_TRON | TEST, NONE, PROFILE),
    ROW(8, "tron:728126428", "TRX", "TRON", tron, NULL, TOC_FAMILY_TRON, NONE, PROFILE | BARE),
    ROW(200, "tvm:-239", "TON", "TON", ton, NULL, TOC_FAMILY_TON, MEMO, PROFILE | BARE),
    ROW(151, "tvm:-3", "TTON", "TON testnet", ton, NULL, TOC_FAMILY_TON | TEST, MEMO, PROFILE | BARE),
    ROW(9, "xrpl:0", "XRP", "XRP Ledger", ripple, NULL, TOC_FAMILY_XRP, U32, PROFILE | BARE),
    ROW(142, "xrpl:1", "TXRP", "XRP Ledger testnet", ripple, NULL, TOC_FAMILY_XRP | TEST, U32, PROFILE | BARE),
    ROW(143, "xrpl:2", "DXRP", "XRP Ledger devnet", ripple, NULL, TOC_FAMILY_XRP | TEST, U32, PROFILE),
};

/* Symbols and other names in lower case, sorted bytewise. */
typedef struct alias_row {
    const char *name;
    uint16_t number;
} alias_row;

static const alias_row aliases[] = {
    {"ada", 13}, {"akash", 313}, {"akt", 313}, {"algo", 201}, {"algorand", 201}, {"amoy", 125},
    {"arb", 67}, {"arb1", 67}, {"arbitrum", 67}, {"arbitrum nova", 68}, {"arbitrum one", 67},
    {"arbitrum-one", 67}, {"arbnova", 68}, {"arbsepolia", 126}, {"astrevm", 44}, {"atom", 300},
    {"aurora", 79}, {"avalanche", 70}, {"avalanche c-chain", 70}, {"avax", 70}, {"avax-c", 70},
    {"avaxc", 70}, {"axelar", 318}, {"axl", 318}, {"base", 61}, {"basesepolia", 128}, {"bcc", 3},
    {"bch", 3}, {"bchsv", 4}, {"bchtest", 103}, {"bep-2", 305}, {"bep-20", 26}, {"bep2", 305},
    {"bep20", 26}, {"bep20(bsc)", 26}, {"bera", 74}, {"berachain", 74}, {"binance chain", 305},
    {"binance smart chain", 26}, {"binance-smart-chain", 26}, {"binancesmartchain", 26},
    {"bip122", 1}, {"bip122:000000000000000000b15ad892af8f6a", 3}, {"bitcoin", 1},
    {"bitcoin cash", 3}, {"bitcoin sv", 4}, {"bitcoin testnet", 101}, {"bitcoin-cash", 3},
    {"bitcoin-sv", 4}, {"bitcoin-testnet", 101}, {"bitcoincash", 3}, {"bitcoinsv", 4},
    {"blast", 75}, {"bnb", 26}, {"bnb beacon chain", 305}, {"bnb chain", 26},
    {"bnb smart chain", 26}, {"bob", 73}, {"boba", 39}, {"bsc", 26}, {"bsv", 4},
    {"bsv:mainnet", 4}, {"bsv:testnet", 104}, {"btc", 1}, {"bttc", 35}, {"callisto", 81},
    {"cardano", 13}, {"celestia", 314}, {"celo", 69}, {"cfx", 46}, {"clo", 81}, {"conflux", 46},
    {"core", 49}, {"cosmos", 300}, {"cosmos hub", 300}, {"cosmos:thorchain-mainnet-v1", 302},
    {"cro", 22}, {"cronos", 22}, {"cropos", 304}, {"cru", 18}, {"crust", 18}, {"crypto.org", 304},
    {"dash", 6}, {"dashcoin", 6}, {"devsol", 145}, {"doge", 5}, {"dogechain", 89},
    {"dogecoin", 5}, {"dot", 14}, {"dxrp", 143}, {"dydx", 315}, {"erc-20", 20}, {"erc20", 20},
    {"etc", 28}, {"eth", 20}, {"ether", 20}, {"ethereum", 20}, {"ethereum classic", 28},
    {"ethereum-classic", 28}, {"ethereumclassic", 28}, {"ethereumpow", 64}, {"ethw", 64},
    {"evmos", 309}, {"evmosevm", 62}, {"exp", 90}, {"expanse", 90}, {"fantom", 37}, {"fevm", 40},
    {"fil", 205}, {"filecoin", 205}, {"filecoin evm", 40}, {"flare", 82}, {"flr", 82},
    {"fraxtal", 38}, {"ftm", 37}, {"fuji", 129}, {"fuse", 30}, {"glmr", 51}, {"gno", 29},
    {"gnosis", 29}, {"goerli", 123}, {"harmony", 80}, {"hbar", 204}, {"hbarevm", 91},
    {"heco", 88}, {"hedera", 204}, {"holesky", 121}, {"hoodi", 122}, {"ht", 88}, {"hype", 85},
    {"hyperevm", 85}, {"hyperliquid", 85}, {"iaa", 303}, {"imx", 65}, {"inj", 308},
    {"injective", 308}, {"ip", 54}, {"iris", 303}, {"irisnet", 303}, {"juno", 312}, {"kaia", 60},
    {"kar", 17}, {"karura", 17}, {"kava", 310}, {"kavaevm", 57}, {"kcs", 41}, {"kilt", 16},
    {"kilt spiritnet", 16}, {"klay", 60}, {"klaytn", 60}, {"ksm", 15}, {"kusama", 15},
    {"linea", 72}, {"lisk", 50}, {"litecoin", 2}, {"ltc", 2}, {"luna", 307}, {"lunc", 306},
    {"manta", 34}, {"mantle", 58}, {"matic", 32}, {"metis", 47}, {"mnt", 58}, {"mode", 66},
    {"monero", 12}, {"moonbeam", 51}, {"moonriver", 52}, {"movr", 52}, {"mumbai", 131},
    {"near", 203}, {"near protocol", 203}, {"neutron", 320}, {"nile", 140}, {"noble", 317},
    {"ntrn", 320}, {"oeth", 21}, {"okexchain", 87}, {"okt", 87}, {"oktc", 87}, {"omni", 1},
    {"one", 80}, {"op", 21}, {"op mainnet", 21}, {"opbnb", 36}, {"opera", 37}, {"opsepolia", 127},
    {"optimism", 21}, {"osmo", 301}, {"osmosis", 301}, {"pada", 150}, {"pol", 32},
    {"polkadot", 14}, {"polygon", 32}, {"polygon zkevm", 48}, {"rbtc", 23}, {"ripple", 9},
    {"ron", 56}, {"ronin", 56}, {"rootstock", 23}, {"rsk", 23}, {"rtbtc", 108}, {"rune", 302},
    {"s", 33}, {"scroll", 77}, {"scrt", 311}, {"secret", 311}, {"segwit", 1}, {"sei", 316},
    {"seievm", 53}, {"sepolia", 120}, {"sgb", 83}, {"shasta", 141}, {"smartbch", 63}, {"sol", 11},
    {"solana", 11}, {"soneium", 55}, {"songbird", 83}, {"sonic", 33}, {"ss58", 19},
    {"stargaze", 321}, {"stars", 321}, {"stellar", 10}, {"story", 54}, {"strd", 319},
    {"stride", 319}, {"substrate", 19}, {"sxmr", 148}, {"sys", 27}, {"tada", 149}, {"taiko", 76},
    {"talgo", 152}, {"taz", 107}, {"tbch", 103}, {"tbnb", 124}, {"tbsv", 104}, {"tbtc", 101},
    {"tdash", 106}, {"tdoge", 105}, {"terra", 307}, {"terra classic", 306}, {"testnet", 101},
    {"tezos", 202}, {"tfil", 155}, {"thbar", 154}, {"the open network", 200}, {"thor", 302},
    {"thorchain", 302}, {"tia", 314}, {"tlos", 24}, {"tltc", 102}, {"tnear", 153}, {"tomo", 84},
    {"tomochain", 84}, {"ton", 200}, {"toncoin", 200}, {"trbtc", 130}, {"trc-20", 8},
    {"trc10", 8}, {"trc20", 8}, {"tron", 8}, {"tron:0x2b6653dc", 8}, {"tron:0x94a9059e", 141},
    {"tron:0xcd8690dc", 140}, {"trx", 8}, {"tsol", 146}, {"tton", 151}, {"txlm", 144},
    {"txmr", 147}, {"txrp", 142}, {"unichain", 31}, {"ustc", 306}, {"velas", 86}, {"vic", 84},
    {"viction", 84}, {"vlx", 86}, {"wan", 45}, {"wanchain", 45}, {"web+cardano", 13},
    {"web+stellar", 10}, {"world chain", 43}, {"worldchain", 43}, {"xbt", 1}, {"xdai", 29},
    {"xdc", 25}, {"xdc network", 25}, {"xdg", 5}, {"xinfin", 25}, {"xlm", 10}, {"xmr", 12},
    {"xrp", 9}, {"xrp ledger", 9}, {"xrpl", 9}, {"xtz", 202}, {"zcash", 7}, {"zec", 7},
    {"zeta", 59}, {"zetachain", 59}, {"zkevm", 48}, {"zksync", 42}, {"zksync era", 42},
    {"zksync-era", 42}, {"zora", 78}, {"zrc", 71},
};
/* clang-format on */

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

void toc_wallet_chains_text(const toc_wallet_candidates *found, char out[TOC_CHAINS_TEXT_BYTES])
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < found->count; i++) {
        if (i > 0 && found->wallets[i].chain == found->wallets[i - 1].chain)
            continue;
        int size = snprintf(out + used, TOC_CHAINS_TEXT_BYTES - used, "%s%.13s", i == 0 ? "" : ", ",
                            found->wallets[i].chain->symbol);
        used += size < 0 ? 0 : (size_t)size;
    }
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

const char *toc_chain_name(const toc_chain *chain)
{
    return chain->name;
}

bool toc_chain_is_testnet(const toc_chain *chain)
{
    return toc_chain_is_test(chain);
}
