#include "proto/rules/terms.h"

/* The words that records may use. A row is (number, id, what it means, …); the number is stored:
 * never renumber, take the next free one. Order within a set is the order that people see.
 *
 * Other vocabularies: GraphSense's concepts (tagpack-tool, concepts.yaml), machine tags of MISP's
 * taxonomies (cryptocurrency-threat, dark-web, europol-incident, false-positive, osint, workflow),
 * and STIX 2.1's indicator-type-ov; an entity type that is no service has a word of
 * threat-actor-type-ov or identity-class-ov, a scale the name of its table in STIX 2.1, appendix A.
 * A basis has GraphSense's confidence id and the type of a STIX object. What has no counterpart has
 * none here.
 */
#define ALIASES(...)                                                                               \
    .aliases = (const char *const[])                                                               \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define TERM(number_, id_, text_, ...)                                                             \
    {                                                                                              \
        .number = (number_), .id = (id_), .text = (text_), __VA_ARGS__                             \
    }
#define NAMED(number_, id_, text_)                                                                 \
    {                                                                                              \
        .number = (number_), .id = (id_), .text = (text_)                                          \
    }
#define VOCABULARY(graphsense_, misp_, stix_)                                                      \
    .graphsense = (graphsense_), .misp = (misp_), .stix = (stix_)

/* clang-format off */
static const toc_term categories[] = {
    TERM(1, "theft", "taken from somebody's wallet without consent",
         VOCABULARY("financial_crime", "europol-incident:fraud=\"illegitimate-use-resources\"", "malicious-activity"),
         ALIASES("stolen", "stolen-funds", "drainer", "wallet-drainer", "sim-swap", "address-poisoning")),
    TERM(2, "hack", "a break-in at a service, a bridge or a protocol",
         VOCABULARY("service_hack", "europol-incident:intrusion=\"exploitation-vulnerability\"", "malicious-activity"),
         ALIASES("service-hack", "hacking", "exploit", "heist", "exploiter")),
    TERM(3, "scam", "fraud that the victim pays into",
         VOCABULARY("scam", "dark-web:motivation=\"scam\"", "malicious-activity"),
         ALIASES("fraud", "scamming", "investment-fraud", "ponzi", "ponzi-scheme", "pyramid-scheme", "pig-butchering",
                 "rug-pull", "giveaway-scam", "romance-scam")),
    TERM(4, "phishing", "signatures or keys obtained by deceit",
         VOCABULARY("phishing", "europol-incident:information-gathering=\"phishing\"", "malicious-activity"),
         ALIASES("phish", "phish-hack", "ice-phishing", "approval-phishing")),
    TERM(5, "ransomware", "payment for data held hostage",
         VOCABULARY("ransomware", "cryptocurrency-threat:Crypto Robbing Ransomware", "malicious-activity"),
         ALIASES("ransom")),
    TERM(6, "extortion", "payment under any other threat",
         VOCABULARY("extortion", "cryptocurrency-threat:Email Extortion and Bomb Threats", "malicious-activity"),
         ALIASES("sextortion", "blackmail")),
    TERM(7, "sanctions", "on a sanctions list, or held for who is",
         VOCABULARY("sanction", "cryptocurrency-threat:Sanction Evasion", "attribution"),
         ALIASES("sanction", "sanctioned", "ofac", "sanctions-evasion")),
    TERM(8, "terrorist-financing", "raised for or moved by a terrorist organisation",
         VOCABULARY("terrorism", "dark-web:topic=\"extremism\"", "malicious-activity"),
         ALIASES("terrorism", "terrorism-financing", "terror-financing", "tf", "extremism")),
    TERM(9, "proliferation-financing", "raised for weapons of mass destruction",
         VOCABULARY("sanction", "dark-web:topic=\"weapons\"", "malicious-activity"),
         ALIASES("proliferation", "pf")),
    TERM(10, "darknet-market", "sale of what is illegal to sell",
         VOCABULARY("dark_web", "dark-web:motivation=\"marketplace-for-sale\"", "malicious-activity"),
         ALIASES("dark-web", "darkweb", "darknet", "dnm", "dark-market")),
    TERM(11, "child-abuse-material", "payment for depictions of the abuse of children",
         VOCABULARY("child_sexual_abuse", "dark-web:topic=\"pornography-child-exploitation\"", "malicious-activity"),
         ALIASES("csam", "cam", "csa", "child-sexual-abuse")),
    TERM(12, "laundering", "moving what another crime brought in",
         VOCABULARY("money_laundering", "cryptocurrency-threat:Shadow Money Service Businesses", "malicious-activity"),
         ALIASES("money-laundering", "ml")),
    TERM(13, "mixer", "a service that hides where money comes from",
         VOCABULARY("mixing_service", "dark-web:topic=\"mixer\"", "anonymization"),
         ALIASES("mixing", "mixing-service", "tumbler", "coinjoin", "tornado-cash")),
    TERM(14, "bridge-abuse", "crossing chains to shake off pursuit",
         VOCABULARY("money_laundering", "dark-web:topic=\"cash-out\"", "anonymization"),
         ALIASES("chain-hopping", "cross-chain-laundering")),
    TERM(15, "fraud-shop", "sale of stolen cards, accounts and identities",
         VOCABULARY("payment_card_fraud", "dark-web:topic=\"credit-card\"", "malicious-activity"),
         ALIASES("carding", "payment-card-fraud", "card-shop")),
    TERM(16, "money-mule", "an account lent or sold for passing money on",
         VOCABULARY("money_laundering", "dark-web:topic=\"cash-out\"", "malicious-activity"),
         ALIASES("mule")),
    TERM(17, "insider", "taken by somebody who was trusted with it",
         VOCABULARY("financial_crime", "europol-incident:intrusion=\"compromising-account\"", "malicious-activity"),
         ALIASES("exit-scam", "embezzlement")),
    TERM(18, "unlicensed-gambling", "gambling without a licence where one is needed",
         VOCABULARY("gambling", "dark-web:topic=\"gambling\"", "malicious-activity"),
         ALIASES("illegal-gambling")),
    TERM(19, "other", "none of these; the note says what",
         VOCABULARY("abuse", "europol-incident:other=\"other\"", "unknown"),
         ALIASES("abuse", "unknown")),
};

static const toc_term roles[] = {
    TERM(1, "perpetrator", "controlled by who did it", .scores = true, .graphsense = "perpetrator",
         ALIASES("attacker", "exploiter", "suspect", "scammer")),
    TERM(2, "intermediary", "passed the money on", .scores = true,
         ALIASES("laundering", "launderer", "mule", "hop")),
    TERM(3, "victim", "lost the money", .graphsense = "victim"),
    TERM(4, "service", "a service that many people use", .graphsense = "service"),
    TERM(5, "deposit", "an address that a service gave to one customer", ALIASES("deposit-address")),
    TERM(6, "lookalike", "made to be mistaken for another address", ALIASES("poisoning", "look-alike")),
};

/* Groups that public reports attribute thefts and ransoms to. Any other slug may be written. */
static const toc_term actors[] = {
    TERM(1, "lazarus", "state actors of the DPRK, without telling their groups apart", .stix = "nation-state",
         ALIASES("lazarus-group", "hidden-cobra", "apt38", "apt-38", "tradertraitor", "trader-traitor", "bluenoroff",
                 "jade-sleet", "unc4899", "sapphire-sleet", "stardust-chollima", "labyrinth-chollima", "diamond-sleet",
                 "zinc", "applejeus", "citrine-sleet", "unc4736", "slow-pisces", "dprk")),
    TERM(2, "andariel", "DPRK: ransomware against hospitals, espionage", .stix = "nation-state",
         ALIASES("onyx-sleet", "plutonium", "silent-chollima", "apt45", "stonefly")),
    TERM(3, "kimsuky", "DPRK: espionage that pays for itself by theft", .stix = "nation-state",
         ALIASES("apt43", "emerald-sleet", "thallium", "velvet-chollima")),
    TERM(4, "contagious-interview", "DPRK: malware in job interviews", .stix = "nation-state",
         ALIASES("famous-chollima", "wagemole", "dev#popper", "deceptivedevelopment")),
    TERM(5, "lockbit", "ransomware", .stix = "crime-syndicate", ALIASES("lockbit-2.0", "lockbit-3.0", "lockbit-black", "bitwise-spider", "abcd")),
    TERM(6, "alphv", "ransomware", .stix = "crime-syndicate", ALIASES("blackcat", "black-cat", "noberus")),
    TERM(7, "conti", "ransomware", .stix = "crime-syndicate", ALIASES("wizard-spider", "gold-ulrick")),
    TERM(8, "ryuk", "ransomware", .stix = "crime-syndicate", ALIASES("grim-spider")),
    TERM(9, "revil", "ransomware", .stix = "crime-syndicate", ALIASES("sodinokibi", "gold-southfield", "pinchy-spider")),
    TERM(10, "darkside", "ransomware", .stix = "crime-syndicate", ALIASES("carbon-spider")),
    TERM(11, "blackmatter", "ransomware", .stix = "crime-syndicate", ALIASES("black-matter")),
    TERM(12, "black-basta", "ransomware", .stix = "crime-syndicate", ALIASES("blackbasta", "storm-1811")),
    TERM(13, "clop", "ransomware and extortion by stolen data", .stix = "crime-syndicate", ALIASES("cl0p", "ta505", "fin11", "lace-tempest")),
    TERM(14, "hive", "ransomware", .stix = "crime-syndicate"),
    TERM(15, "royal", "ransomware", .stix = "crime-syndicate", ALIASES("blacksuit", "zeon")),
    TERM(16, "akira", "ransomware", .stix = "crime-syndicate", ALIASES("storm-1567")),
    TERM(17, "play", "ransomware", .stix = "crime-syndicate", ALIASES("playcrypt", "balloonfly")),
    TERM(18, "medusa", "ransomware", .stix = "crime-syndicate"),
    TERM(19, "medusalocker", "ransomware", .stix = "crime-syndicate", ALIASES("medusa-locker")),
    TERM(20, "rhysida", "ransomware", .stix = "crime-syndicate", ALIASES("vanilla-tempest")),
    TERM(21, "ransomhub", "ransomware", .stix = "crime-syndicate"),
    TERM(22, "qilin", "ransomware", .stix = "crime-syndicate", ALIASES("agenda")),
    TERM(23, "8base", "ransomware", .stix = "crime-syndicate"),
    TERM(24, "netwalker", "ransomware", .stix = "crime-syndicate", ALIASES("mailto")),
    TERM(25, "maze", "ransomware", .stix = "crime-syndicate", ALIASES("twisted-spider")),
    TERM(26, "ragnar-locker", "ransomware", .stix = "crime-syndicate", ALIASES("ragnarlocker")),
    TERM(27, "snatch", "ransomware", .stix = "crime-syndicate"),
    TERM(28, "samsam", "ransomware", .stix = "crime-syndicate", ALIASES("samsa", "boss-spider")),
    TERM(29, "wannacry", "ransomware worm of 2017", .stix = "nation-state", ALIASES("wcry", "wannacrypt")),
    TERM(30, "notpetya", "wiper of 2017 that posed as ransomware", .stix = "nation-state", ALIASES("expetr", "nyetya")),
    TERM(31, "locky", "ransomware", .stix = "crime-syndicate"),
    TERM(32, "cerber", "ransomware", .stix = "crime-syndicate"),
    TERM(33, "cryptolocker", "ransomware", .stix = "crime-syndicate"),
    TERM(34, "cryptxxx", "ransomware", .stix = "crime-syndicate"),
    TERM(35, "dharma", "ransomware", .stix = "crime-syndicate", ALIASES("crysis")),
    TERM(36, "deadbolt", "ransomware against network storage", .stix = "crime-syndicate"),
    TERM(37, "qlocker", "ransomware against network storage", .stix = "crime-syndicate"),
    TERM(38, "evil-corp", "ransomware and bank theft, sanctioned", .stix = "crime-syndicate",
         ALIASES("indrik-spider", "dridex", "wastedlocker", "bitpaymer")),
    TERM(39, "trickbot", "malware and ransomware, sanctioned", .stix = "crime-syndicate"),
    TERM(40, "scattered-spider", "extortion after social engineering", .stix = "crime-syndicate",
         ALIASES("unc3944", "0ktapus", "octo-tempest", "muddled-libra")),
    TERM(41, "inferno-drainer", "wallet drainer for hire", .stix = "criminal"),
    TERM(42, "pink-drainer", "wallet drainer for hire", .stix = "criminal"),
    TERM(43, "angel-drainer", "wallet drainer for hire", .stix = "criminal"),
    TERM(44, "monkey-drainer", "wallet drainer for hire", .stix = "criminal"),
    TERM(45, "ms-drainer", "wallet drainer for hire", .stix = "criminal"),
    TERM(46, "huione", "guarantee market and payments for fraud, Cambodia", .stix = "crime-syndicate", ALIASES("huione-group", "huione-guarantee", "haowang")),
    TERM(47, "prince-group", "fraud compounds, Cambodia, sanctioned", .stix = "crime-syndicate", ALIASES("chen-zhi")),
    TERM(48, "garantex", "exchange, sanctioned", .stix = "criminal"),
    TERM(49, "suex", "exchange, sanctioned", .stix = "criminal"),
    TERM(50, "chatex", "exchange, sanctioned", .stix = "criminal"),
    TERM(51, "hydra", "darknet market, closed 2022", .stix = "criminal", ALIASES("hydra-market")),
    TERM(52, "silk-road", "darknet market, closed 2013", .stix = "criminal"),
    TERM(53, "alphabay", "darknet market", .stix = "criminal"),
    TERM(54, "hansa", "darknet market, closed 2017", .stix = "criminal"),
    TERM(55, "welcome-to-video", "child abuse material, closed 2018", .stix = "criminal"),
    TERM(56, "hamas", "terrorist organisation", .stix = "terrorist", ALIASES("al-qassam", "al-qassam-brigades", "izz-ad-din-al-qassam")),
    TERM(57, "hezbollah", "terrorist organisation", .stix = "terrorist", ALIASES("hizballah", "hizbullah")),
    TERM(58, "isis", "terrorist organisation", .stix = "terrorist", ALIASES("islamic-state", "isil", "daesh")),
    TERM(59, "al-qaeda", "terrorist organisation", .stix = "terrorist", ALIASES("al-qaida", "aq")),
    TERM(60, "pij", "terrorist organisation", .stix = "terrorist", ALIASES("palestinian-islamic-jihad")),
    TERM(61, "irgc", "Islamic Revolutionary Guard Corps", .stix = "nation-state", ALIASES("irgc-qf", "quds-force")),
    TERM(62, "houthis", "Ansarallah, Yemen", .stix = "terrorist", ALIASES("ansarallah", "ansar-allah")),
    TERM(63, "bitconnect", "Ponzi scheme", .stix = "criminal"),
    TERM(64, "onecoin", "Ponzi scheme", .stix = "criminal"),
    TERM(65, "plustoken", "Ponzi scheme", .stix = "criminal", ALIASES("plus-token")),
    TERM(66, "sinaloa-cartel", "drug trade", .stix = "crime-syndicate", ALIASES("sinaloa")),
    TERM(67, "egregor", "ransomware", .stix = "crime-syndicate"),
    TERM(68, "phobos", "ransomware", .stix = "crime-syndicate"),
    TERM(69, "grinex", "exchange, sanctioned, successor of Garantex", .stix = "criminal"),
    TERM(70, "vice-society", "ransomware", .stix = "crime-syndicate"),
    TERM(71, "isis-k", "terrorist organisation", .stix = "terrorist", ALIASES("iskp", "islamic-state-khorasan")),
    TERM(72, "tornado-cash", "mixer, listed 2022 to 2025", .stix = "criminal"),
    TERM(73, "sinbad", "mixer, sanctioned, closed 2023", .stix = "criminal"),
    TERM(74, "blender-io", "mixer, sanctioned", .stix = "criminal"),
    TERM(75, "chipmixer", "mixer, closed 2023", .stix = "criminal"),
};

/* Whether the name of a cluster is that of a service: then it says nothing of who controls what passes. */
static const toc_term entity_types[] = {
    TERM(1, "exchange", "custodial exchange", .service = true, .graphsense = "exchange", ALIASES("cex", "vasp")),
    TERM(2, "mixer", "mixing service", .service = true, .graphsense = "mixing_service",
         ALIASES("mixing-service", "tumbler", "coinjoin")),
    TERM(3, "bridge", "moves assets between chains", .service = true, .graphsense = "defi_bridge",
         ALIASES("defi-bridge", "cross-chain-bridge")),
    TERM(4, "gambling", "gambling service", .service = true, .graphsense = "gambling", ALIASES("casino")),
    TERM(5, "market", "marketplace, darknet or not", .service = true, .graphsense = "market",
         ALIASES("marketplace", "darknet-market")),
    TERM(6, "payment-processor", "takes payments for merchants", .service = true, .graphsense = "payment_processor",
         ALIASES("merchant-services")),
    TERM(7, "mining-pool", "pays out many miners", .service = true, .graphsense = "mining_service",
         ALIASES("mining-service", "pool")),
    TERM(8, "defi", "decentralised protocol", .service = true, .graphsense = "defi", ALIASES("protocol")),
    TERM(9, "dex", "decentralised exchange", .service = true, .graphsense = "defi_dex", ALIASES("defi-dex")),
    TERM(10, "lending", "lending protocol", .service = true, .graphsense = "defi_lending", ALIASES("defi-lending")),
    TERM(11, "derivatives", "derivatives protocol", .service = true, .graphsense = "defi_derivative",
         ALIASES("defi-derivative")),
    TERM(12, "wallet-service", "keeps keys for its users", .service = true, .graphsense = "wallet_service",
         ALIASES("custodian", "hosted-wallet")),
    TERM(13, "atm", "cash machine operator", .service = true, .graphsense = "atm", ALIASES("kiosk")),
    TERM(14, "otc", "over-the-counter desk", .service = true, .graphsense = "exchange", ALIASES("otc-desk", "p2p")),
    TERM(15, "instant-swap", "exchange without accounts", .service = true, .graphsense = "exchange",
         ALIASES("swap", "instant-exchange")),
    TERM(16, "guarantee-service", "escrow market for services", .service = true, .graphsense = "escrow_wallet",
         ALIASES("escrow")),
    TERM(17, "fraud-shop", "sells stolen cards and accounts", .service = true, .graphsense = "shop",
         ALIASES("shop", "carding-shop")),
    TERM(18, "faucet", "gives away small amounts", .service = true, .graphsense = "faucet"),
    TERM(19, "hosting", "hosting and similar services", .service = true, .graphsense = "hosting", ALIASES("vpn")),
    TERM(20, "issuer", "issuer of a token or stablecoin", .service = true, .graphsense = "organization",
         ALIASES("token-issuer", "stablecoin-issuer")),
    TERM(21, "validator", "staking and validation service", .service = true, .graphsense = "miner",
         ALIASES("staking", "staking-pool")),
    TERM(22, "contract", "any other contract that many people use", .service = true, .graphsense = "service",
         ALIASES("smart-contract", "token", "service")),
    TERM(40, "perpetrator", "a person or group that commits the offence", .graphsense = "perpetrator", .stix = "criminal",
         ALIASES("criminal", "suspect")),
    TERM(41, "thief", "holder of stolen funds", .graphsense = "perpetrator", .stix = "criminal", ALIASES("hacker", "exploiter")),
    TERM(42, "scammer", "operator of a fraud", .graphsense = "perpetrator", .stix = "criminal", ALIASES("scam", "fraudster")),
    TERM(43, "ransomware-operator", "operator or affiliate", .graphsense = "perpetrator", .stix = "crime-syndicate",
         ALIASES("ransomware", "ransomware-affiliate")),
    TERM(44, "launderer", "moves it for others", .graphsense = "perpetrator", .stix = "crime-syndicate", ALIASES("money-launderer", "laundering-network")),
    TERM(45, "drainer", "operator of a wallet drainer", .graphsense = "perpetrator", .stix = "criminal"),
    TERM(46, "sanctioned-entity", "a person or organisation under sanctions", .graphsense = "organization", .stix = "organization",
         ALIASES("sanctioned")),
    TERM(47, "terrorist-organisation", "a terrorist organisation", .graphsense = "organization", .stix = "terrorist",
         ALIASES("terrorist-organization")),
    TERM(48, "vendor", "a seller on a market", .graphsense = "user", .stix = "criminal", ALIASES("darknet-vendor")),
    TERM(49, "money-mule", "who lends or sells accounts", .graphsense = "user", .stix = "individual", ALIASES("mule")),
    TERM(50, "victim", "who lost the money", .graphsense = "victim", .stix = "individual"),
    TERM(51, "person", "a person, without saying more", .graphsense = "user", .stix = "individual", ALIASES("individual", "user")),
    TERM(52, "organisation", "an organisation that is no service", .graphsense = "organization", .stix = "organization",
         ALIASES("organization", "company")),
    TERM(53, "unknown", "whoever it is", .graphsense = "entity", .stix = "unknown"),
};

static const toc_term methods[] = {
    TERM(1, "multi-input", "inputs of one transaction", ALIASES("common-input", "common-input-ownership", "co-spend", "cospend")),
    TERM(2, "change", "change outputs recognised", ALIASES("change-address", "change-heuristic")),
    TERM(3, "deposit-reuse", "one deposit address used by several wallets", ALIASES("deposit-address-reuse")),
    TERM(4, "behavioural", "times, amounts, fees, paths", ALIASES("behavioral", "behaviour", "pattern")),
    TERM(5, "off-chain", "seized data, accounts, correspondence", ALIASES("offchain", "investigation", "seizure")),
    TERM(6, "self-reported", "by who controls them", ALIASES("self-report", "self-disclosure")),
    TERM(7, "same-key", "one key, several spellings or chains", ALIASES("key-reuse")),
    TERM(8, "funding", "first funded from one wallet", ALIASES("gas-funding", "funded-by", "common-funder")),
    TERM(9, "contract-creation", "created by one account", ALIASES("deployer", "created-by")),
    TERM(10, "airdrop", "collected into one wallet", ALIASES("consolidation", "sweep")),
    TERM(11, "transaction-trace", "followed from a known transaction", ALIASES("trace", "tracing", "flow")),
    TERM(12, "vendor", "as a vendor says, method unknown", ALIASES("third-party", "proprietary")),
    TERM(13, "list", "named together on a list", ALIASES("published")),
    TERM(14, "manual", "an analyst's judgement", ALIASES("analyst", "forensic")),
};

/* Unknown lists count as the submitter's own; a copy counts as its original. */
static const toc_term lists[] = {
    TERM(1, "ofac-sdn", "US Treasury, Specially Designated Nationals", ALIASES("ofac", "sdn", "us-ofac", "ofac-sdn-advanced")),
    TERM(2, "ofac-0xb10c", "copy of the SDN addresses by 0xB10C", .copy_of = "ofac-sdn",
         ALIASES("0xb10c", "ofac-sanctioned-digital-currency-addresses")),
    TERM(3, "ofac-brave", "copy of the SDN addresses by Brave", .copy_of = "ofac-sdn", ALIASES("brave-ofac")),
    TERM(4, "ofac-lowercased", "daily copy of the SDN addresses that loses their case", .copy_of = "ofac-sdn",
         ALIASES("thomasgregg", "crypto-sanctions-list")),
    TERM(5, "eu", "EU consolidated financial sanctions", ALIASES("eu-fsf", "eu-consolidated", "eu-sanctions")),
    TERM(6, "uk-ofsi", "UK consolidated list, OFSI", ALIASES("ofsi", "uk-sanctions")),
    TERM(7, "un", "UN Security Council consolidated list", ALIASES("un-sc", "unsc")),
    TERM(8, "nbctf-israel", "Israel, National Bureau for Counter Terror Financing", ALIASES("nbctf", "israel-nbctf")),
    TERM(9, "usdt-blacklist", "addresses frozen by Tether", ALIASES("tether-blacklist", "tether", "usdt-frozen")),
    TERM(10, "usdc-blacklist", "addresses frozen by Circle", ALIASES("circle-blacklist", "usdc-frozen")),
    NAMED(11, "ransomwhere", "Ransomwhere, crowdsourced ransom payments"),
    TERM(12, "scamsniffer", "ScamSniffer's public database", ALIASES("scam-sniffer")),
    TERM(13, "cryptoscamdb", "CryptoScamDB", ALIASES("crypto-scam-db")),
    TERM(14, "etherscamdb", "EtherScamDB, which CryptoScamDB carries on", .copy_of = "cryptoscamdb", ALIASES("ether-scam-db")),
    TERM(15, "graphsense-tagpacks", "GraphSense public TagPacks", ALIASES("graphsense", "tagpacks")),
    TERM(16, "mew-darklist", "MyEtherWallet's dark list", ALIASES("mew", "ethereum-lists", "myetherwallet")),
    TERM(17, "forta", "Forta labelled datasets", ALIASES("forta-malicious", "forta-phishing")),
    TERM(18, "etherscan-labels", "labels of Etherscan and its sister explorers", ALIASES("etherscan")),
    TERM(19, "fbi-ic3", "FBI, public service announcements", ALIASES("fbi", "ic3")),
    TERM(20, "chainabuse", "Chainabuse public reports", ALIASES("bitcoinabuse", "bitcoin-abuse")),
    TERM(21, "switzerland-seco", "Switzerland, SECO", ALIASES("seco")),
    TERM(22, "canada-sema", "Canada, consolidated autonomous sanctions", ALIASES("sema")),
    TERM(23, "australia-dfat", "Australia, DFAT consolidated list", ALIASES("dfat")),
    NAMED(24, "japan-mof", "Japan, Ministry of Finance"),
    TERM(25, "us-doj", "US Department of Justice, complaints and forfeitures", ALIASES("doj")),
    NAMED(26, "fincen", "US FinCEN, findings and orders"),
    TERM(27, "un-msmt", "Multilateral Sanctions Monitoring Team", ALIASES("msmt")),
    TERM(28, "slowmist", "SlowMist's hacked archive", ALIASES("slowmist-hacked")),
    TERM(29, "defillama-hacks", "DefiLlama's list of hacks", ALIASES("defillama")),
    TERM(30, "bybit-lazarus-bounty", "Bybit's bounty list of 2025", ALIASES("lazarus-bounty")),
    TERM(31, "opensanctions", "OpenSanctions, all sources together", ALIASES("open-sanctions")),
};

static const toc_term vendors[] = {
    TERM(1, "chainalysis", "Chainalysis", ALIASES("chainalysis-kyt", "chainalysis-reactor")),
    TERM(2, "elliptic", "Elliptic", ALIASES("elliptic-lens", "elliptic-navigator")),
    TERM(3, "trm", "TRM Labs", ALIASES("trm-labs")),
    TERM(4, "crystal", "Crystal Intelligence", ALIASES("crystal-blockchain", "crystal-intelligence")),
    NAMED(5, "merkle-science", "Merkle Science"),
    NAMED(6, "scorechain", "Scorechain"),
    TERM(7, "coinfirm", "Coinfirm", ALIASES("lukka-coinfirm")),
    TERM(8, "ciphertrace", "CipherTrace", ALIASES("mastercard-ciphertrace")),
    TERM(9, "arkham", "Arkham Intelligence", ALIASES("arkham-intelligence")),
    NAMED(10, "nansen", "Nansen"),
    NAMED(11, "iknaio", "Iknaio"),
    NAMED(12, "amlbot", "AMLBot"),
    TERM(13, "slowmist-misttrack", "MistTrack by SlowMist", ALIASES("misttrack", "slowmist")),
    TERM(14, "peckshield", "PeckShield", ALIASES("coinholmes")),
    TERM(15, "beosin", "Beosin", ALIASES("beosin-kyt")),
    NAMED(16, "bitrace", "Bitrace"),
    NAMED(17, "global-ledger", "Global Ledger"),
    NAMED(18, "hexagate", "Hexagate"),
    NAMED(19, "blockaid", "Blockaid"),
    TERM(20, "certik", "CertiK", ALIASES("skynet")),
    NAMED(21, "breadcrumbs", "Breadcrumbs"),
    NAMED(22, "bitquery", "Bitquery"),
    NAMED(23, "blowfish", "Blowfish"),
    NAMED(24, "zeroshadow", "zeroShadow"),
    TERM(25, "mandiant", "Mandiant", ALIASES("google-mandiant")),
    NAMED(26, "recorded-future", "Recorded Future"),
};

/* Whose numbers a confidence was given in, before it became 0 to 100. */
static const toc_term scales[] = {
    TERM(1, "percent", "0 to 100, as written", ALIASES("0-100", "stix")),
    NAMED(2, "graphsense", "GraphSense confidence levels"),
    TERM(3, "admiralty", "Admiralty system, A1 to F6", .misp = "admiralty-scale:information-credibility", .stix = "Admiralty Credibility", ALIASES("nato", "admiralty-scale")),
    TERM(4, "low-medium-high", "three steps", .stix = "None / Low / Med / High", ALIASES("lmh", "low-med-high")),
    TERM(5, "words-of-estimative-probability", "Kent's words", .stix = "WEP", ALIASES("wep", "estimative-language", "wep-kent")),
    TERM(6, "dni", "ODNI, ICD 203", .misp = "estimative-language:likelihood-probability", .stix = "DNI Scale", ALIASES("icd-203")),
    TERM(7, "misp", "MISP estimative language", ALIASES("misp-confidence")),
};

/* Each stops merging (RULES §6); only deposit is a freeze point. STIX: infrastructure-type-ov knows none of them. */
static const toc_term service_roles[] = {
    TERM(1, "deposit", "given to one customer, swept by the service", .service = true,
         ALIASES("deposit-address", "customer-deposit")),
    TERM(2, "hot", "pays customers out", .service = true, .graphsense = "hot_wallet", ALIASES("hot-wallet", "withdrawal", "sweep")),
    TERM(3, "cold", "keeps reserves", .service = true, .graphsense = "cold_wallet", ALIASES("cold-wallet", "reserve", "treasury", "vault")),
    TERM(4, "contract", "code that many people use", .service = true, .graphsense = "service", ALIASES("smart-contract", "token")),
    TERM(5, "pool", "liquidity of many people", .service = true, .graphsense = "defi_dex",
         ALIASES("liquidity-pool", "amm", "mining-pool", "staking-pool")),
    TERM(6, "bridge", "takes and gives on two chains", .service = true, .graphsense = "defi_bridge", ALIASES("cross-chain-bridge")),
    TERM(7, "router", "passes trades on to pools", .service = true, .graphsense = "defi_dex", ALIASES("aggregator", "swap-router")),
    TERM(8, "burn", "nobody has its key", .service = true,
         ALIASES("burn-address", "null", "null-address", "zero-address", "dead")),
    TERM(9, "precompile", "part of the chain itself", .service = true, ALIASES("system", "system-account", "precompiled-contract")),
};

static const toc_term incident_statuses[] = {
    TERM(1, "suspected", "not yet confirmed", .misp = "workflow:state=\"incomplete\"", ALIASES("reported", "unconfirmed")),
    TERM(2, "confirmed", "it happened", ALIASES("open", "verified")),
    NAMED(3, "contained", "no more is being lost"),
    TERM(4, "funds-moving", "what was taken is on the move", ALIASES("ongoing", "active", "laundering")),
    TERM(5, "partly-recovered", "some of it is back or held", ALIASES("partially-recovered", "partly-frozen")),
    TERM(6, "recovered", "all of it is back or held", ALIASES("returned")),
    TERM(7, "closed", "nobody works on it any more", .misp = "workflow:state=\"complete\"", ALIASES("resolved")),
    TERM(8, "no-incident", "a false alarm", .misp = "false-positive:risk=\"high\"", ALIASES("false-alarm", "hoax")),
};

static const toc_term dispute_reasons[] = {
    TERM(1, "wrong-address", "a slip, a truncation, another chain", ALIASES("typo", "wrong-chain")),
    TERM(2, "wrong-party", "the wallet is somebody else's", .misp = "false-positive:risk=\"high\"",
         ALIASES("false-positive", "misattribution", "wrong-actor")),
    TERM(3, "service", "a service that many people use", ALIASES("shared-wallet", "custodial", "exchange")),
    TERM(4, "victim", "who lost the money, not who took it", ALIASES("is-victim")),
    TERM(5, "outdated", "was right, is no longer", ALIASES("stale", "reassigned", "delisted")),
    TERM(6, "method", "the method does not carry the claim", ALIASES("unsound-method", "heuristic")),
    TERM(7, "source", "what it rests on does not say so, or is not independent", ALIASES("circular", "unsupported", "misquoted")),
    TERM(8, "amount", "sums, assets or times are wrong", ALIASES("figures", "time")),
    TERM(9, "legal", "may not be said or shared", ALIASES("unlawful", "privacy")),
    TERM(10, "other", "none of these; the note says what", ALIASES("unknown")),
};

static const toc_term bases[] = {
    TERM(1, "on-chain", "transactions that anybody can read", .graphsense = "heuristic", ALIASES("blockchain", "tracing", "chain-analysis")),
    TERM(2, "own-records", "books of the org itself", .graphsense = "service_data", ALIASES("internal", "account-records", "kyc")),
    TERM(3, "customer-due-diligence", "what a customer proved", ALIASES("cdd", "edd", "due-diligence")),
    TERM(4, "court", "judgements, indictments, forfeitures", .graphsense = "authority_data", ALIASES("court-order", "indictment", "judgment")),
    TERM(5, "authority", "a designation or a notice by an authority", .graphsense = "authority_data",
         ALIASES("designation", "law-enforcement", "regulator", "police")),
    TERM(6, "seized-data", "devices, servers, ledgers", .graphsense = "forensic", ALIASES("seizure", "forensics")),
    TERM(7, "victim-report", "who lost the money says so", ALIASES("complaint", "user-report")),
    TERM(8, "self-disclosed", "by who controls it", .graphsense = "ownership", ALIASES("self-report", "proof-of-ownership", "signed-message")),
    TERM(9, "malware", "found in code or its configuration", .stix = "malware-analysis", ALIASES("malware-analysis", "sample")),
    TERM(10, "infrastructure", "domains, servers, accounts shared with what is known", .stix = "infrastructure", ALIASES("infra", "c2")),
    TERM(11, "ransom-note", "demanded payment to it", ALIASES("extortion-note", "payment-demand")),
    TERM(12, "open-source", "press, posts, public reports", .graphsense = "web_crawl", .misp = "osint:source-type=\"news-report\"",
         ALIASES("osint", "public", "press")),
    TERM(13, "vendor", "a vendor says so", .graphsense = "trusted_provider", ALIASES("third-party", "commercial")),
    TERM(14, "informant", "a person says so", ALIASES("humint", "tip")),
};
/* clang-format on */

typedef struct term_table {
    const char *name;
    const toc_term *terms;
    size_t count;
    bool open;
} term_table;

static const term_table tables[TOC_TERM_SET_COUNT] = {
    [TOC_TERMS_CATEGORY] = {"category", categories, TOC_COUNT(categories), false},
    [TOC_TERMS_ROLE] = {"role", roles, TOC_COUNT(roles), false},
    [TOC_TERMS_ACTOR] = {"actor", actors, TOC_COUNT(actors), true},
    [TOC_TERMS_ENTITY_TYPE] = {"entity type", entity_types, TOC_COUNT(entity_types), false},
    [TOC_TERMS_METHOD] = {"method", methods, TOC_COUNT(methods), false},
    [TOC_TERMS_LIST] = {"list", lists, TOC_COUNT(lists), true},
    [TOC_TERMS_VENDOR] = {"vendor", vendors, TOC_COUNT(vendors), true},
    [TOC_TERMS_SCALE] = {"scale", scales, TOC_COUNT(scales), false},
    [TOC_TERMS_SERVICE_ROLE] = {"service role", service_roles, TOC_COUNT(service_roles), false},
    [TOC_TERMS_INCIDENT_STATUS] = {"incident status", incident_statuses,
                                   TOC_COUNT(incident_statuses), false},
    [TOC_TERMS_DISPUTE_REASON] = {"dispute reason", dispute_reasons, TOC_COUNT(dispute_reasons),
                                  false},
    [TOC_TERMS_BASIS] = {"basis", bases, TOC_COUNT(bases), false},
};

const toc_term *toc_term_at(toc_term_set set, size_t index)
{
    TOC_ASSERT((unsigned)set < TOC_TERM_SET_COUNT);
    return index < tables[set].count ? &tables[set].terms[index] : NULL;
}

const char *toc_term_set_name(toc_term_set set)
{
    TOC_ASSERT((unsigned)set < TOC_TERM_SET_COUNT);
    return tables[set].name;
}

bool toc_term_set_open(toc_term_set set)
{
    TOC_ASSERT((unsigned)set < TOC_TERM_SET_COUNT);
    return tables[set].open;
}
