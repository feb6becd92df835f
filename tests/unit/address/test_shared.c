/* The public tables of addresses that stand beside the project, where they are: every valid address
 * is taken, no invalid one is, and each disagreement between the tables is explained by name here
 * and in docs/ADDRESSES.md. Passes, and says so, on a machine without them. */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/address/wallet.h"
#include "proto/base/text.h"
#include "tests/support/vectors.h"

enum { FIELDS_MAX = 12, PATH_BYTES = 4096 };

/* RFC 4180 in the file's own bytes: quoted fields may hold commas, quotes and line ends. */
typedef struct csv {
    char *data;
    char *at;
    size_t count;
    const char *fields[FIELDS_MAX];
} csv;

static void csv_close(csv *file)
{
    free(file->data);
}
TOC_DEFINE_AUTO_WIPE(csv, csv_close)

static bool csv_open(const char *relative, csv *out)
{
    char path[PATH_BYTES];
    if (!toc_shared_path(relative, path))
        return false;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    assert_true(size > 0);
    rewind(file);
    out->data = malloc((size_t)size + 1);
    assert_non_null(out->data);
    assert_int_equal(fread(out->data, 1, (size_t)size, file), size);
    fclose(file);
    out->data[size] = '\0';
    out->at = out->data;
    return true;
}

/* Ends the field in place and gives the character that stood behind it. */
static char take_field(csv *file)
{
    char *read = file->at, *write = read;
    bool quoted = false;
    assert_true(file->count < FIELDS_MAX);
    file->fields[file->count++] = write;
    for (; *read != '\0' && (quoted || (*read != ',' && *read != '\n')); read++) {
        if (*read != '"') {
            *write++ = *read;
        } else if (quoted && read[1] == '"') {
            *write++ = *read++;
        } else {
            quoted = !quoted;
        }
    }
    char end = *read;
    file->at = end == '\0' ? read : read + 1;
    *write = '\0';
    return end;
}

static bool csv_next(csv *file)
{
    file->count = 0;
    if (file->at == NULL || *file->at == '\0')
        return false;
    while (take_field(file) == ',') {
    }
    return true;
}

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

static const toc_chain *chain_named(const char *name)
{
    return toc_chain_find(toc_span_text(name));
}

/* How the tables name the chains of ours, and the test network that goes with it. */
static const struct {
    const char *table, *main_network, *test_network;
} names[] = {
    {"bitcoin", "BTC", "TBTC"},
    {"btc", "BTC", "TBTC"},
    {"bitcoincash", "BCH", "TBCH"},
    {"bch", "BCH", "TBCH"},
    {"bsv", "BSV", "TBSV"},
    {"litecoin", "LTC", "TLTC"},
    {"ltc", "LTC", "TLTC"},
    {"dogecoin", "DOGE", "TDOGE"},
    {"doge", "DOGE", "TDOGE"},
    {"dash", "DASH", "TDASH"},
    {"zcash", "ZEC", "TAZ"},
    {"zec", "ZEC", "TAZ"},
    {"eth", "ETH", ""},
    {"ethereum", "ETH", ""},
    {"yfi", "ETH", ""},
    {"avax", "AVAX", ""},
    {"arb", "ARB", ""},
    {"arbitrum", "ARB", ""},
    {"op", "OP", ""},
    {"celo", "CELO", ""},
    {"bera", "BERA", ""},
    {"etc", "ETC", ""},
    {"ethereumclassic", "ETC", ""},
    {"ethw", "ETHW", ""},
    {"ethereumpow", "ETHW", ""},
    {"flare", "FLR", ""},
    {"flr", "FLR", ""},
    {"callisto", "CLO", ""},
    {"clo", "CLO", ""},
    {"expanse", "EXP", ""},
    {"exp", "EXP", ""},
    {"ip", "IP", ""},
    {"rbtc", "RBTC", ""},
    {"s", "S", ""},
    {"vlx", "VLX", ""},
    {"bsc", "BNB", ""},
    {"bnb", "BNB", ""},
    {"binancesmartchain", "BNB", ""},
    {"binance smart chain", "BNB", ""},
    {"binance", "BEP2", ""},
    {"trx", "TRX", ""},
    {"xrp", "XRP", "TXRP"},
    {"ripple", "XRP", "TXRP"},
    {"xlm", "XLM", "TXLM"},
    {"stellar", "XLM", "TXLM"},
    {"sol", "SOL", "TSOL"},
    {"solana", "SOL", "TSOL"},
    {"bonk", "SOL", "TSOL"},
    {"xmr", "XMR", "TXMR"},
    {"monero", "XMR", "TXMR"},
    {"ada", "ADA", "TADA"},
    {"cardano", "ADA", "TADA"},
    {"cardano', 'testnet", "ADA", "TADA"},
    {"dot", "DOT", ""},
    {"ksm", "KSM", ""},
    {"ss58", "SUBSTRATE", ""},
    {"ton", "TON", "TTON"},
    {"atom", "ATOM", ""},
    {"rune", "RUNE", ""},
    {"iris", "IRIS", ""},
    {"cro", "CROPOS", ""},
    {"algo", "ALGO", "TALGO"},
    {"xtz", "XTZ", ""},
    {"near", "NEAR", "TNEAR"},
    {"hbar", "HBAR", "THBAR"},
    {"hedera", "HBAR", "THBAR"},
    {"one", "ONE", ""},
};

/* Where we disagree with a table, and why. docs/ADDRESSES.md tells more. */
static const struct {
    const char *address, *reason;
} explained[] = {
    {"GSa5espVLNseXEfKt46zEdS6jrPkmFghBU",
     "version 38 is Bitcoin Gold's, no network of Bitcoin has it"},
    {"BC1SW50QA3JX3S", "witness v16 in Bech32: BIP-350 made it invalid, another table agrees"},
    {"bc1zw508d6qejxtdg4y5r3zarvaryvg6kdaj", "witness v2 in Bech32: likewise"},
    {"addr1skemppwfevyk0lshu2w8j34707s3t3t58a04xcx5ccevrcmvpmxg2qt4pk0",
     "header type 8 behind addr: not in CIP-19"},
    {"avax1a5h6v9weng8guuah6aamagea0xhsd04mvs2zun",
     "Avalanche's X and P chains are not in the table"},
    {"P-avax1a5h6v9weng8guuah6aamagea0xhsd04mvs2zun", "likewise"},
    {"X-avax1a5h6v9weng8guuah6aamagea0xhsd04mvs2zun", "likewise"},
    {"VDTHiswjSTkLFbfh2S5XFsqkLzC11HoBD6", "Velas's old native chain is not in the table"},
    {"1.0.10819", "the table allows shard 0 only, HIP-15 and the CAIP profile allow any"},
    {"1oNLrsHnBcR6dpaBpwz3LSwutbUNkNSjs",
     "legacy spelling, which other tables call valid (contradictions.csv)"},
    {"mzBc4XEFSdzCDcTxAgf6EZXgsZWpztRhef", "likewise, on the test network"},
};

typedef struct tally {
    size_t valid, invalid, disputed, longer;
} tally;

static bool is_explained(const char *address)
{
    for (size_t i = 0; i < TOC_COUNT(explained); i++) {
        if (strcmp(explained[i].address, address) == 0)
            return true;
    }
    return false;
}

static bool taken_on(const char *symbol, const char *address, bool *out_corrected)
{
    toc_wallet wallet;
    const toc_chain *chain = symbol[0] == '\0' ? NULL : chain_named(symbol);
    if (chain == NULL ||
        toc_wallet_parse_on(chain, toc_span_text(address), &wallet, NULL) != TOC_OK)
        return false;
    *out_corrected = (wallet.flags & TOC_WALLET_CHAIN_CORRECTED) != 0;
    return true;
}

static void check_row(const char *address, bool valid, const char *network, size_t name,
                      tally *count)
{
    bool corrected = false, taken = taken_on(names[name].main_network, address, &corrected);
    if (!taken)
        taken = taken_on(names[name].test_network, address, &corrected) ||
                taken_on("SXMR", address, &corrected) ||
                (has(network, "regtest") && taken_on("RTBTC", address, &corrected));
    count->valid += valid;
    count->invalid += !valid;
    if (valid && strlen(address) > TOC_ADDRESS_BYTES_MAX) {
        assert_false(taken);
        count->longer++; /* unified addresses with receivers of unknown types */
    } else if (taken != valid && !(taken && corrected)) {
        /* A wrong chain's address is taken for what its checksum says, and flagged. */
        if (!is_explained(address))
            fail_msg("%s on %s: the table says %s", address, names[name].main_network,
                     valid ? "valid" : "invalid");
        count->disputed++;
    }
}

static void no_valid_address_of_the_tables_is_refused_and_no_invalid_one_taken(void **state)
{
    (void)state;
    TOC_AUTO(csv_close) csv file = {0};
    tally all = {0}, each[TOC_COUNT(names)] = {0};
    if (!csv_open("data/vectors/address/addresses.csv", &file))
        skip();
    assert_true(csv_next(&file)); /* the heading */
    while (csv_next(&file)) {
        for (size_t i = 0; i < TOC_COUNT(names); i++) {
            if (strcmp(file.fields[0], names[i].table) == 0)
                check_row(file.fields[1], file.fields[2][0] == '1', file.fields[3], i, &each[i]);
        }
    }
    for (size_t i = 0; i < TOC_COUNT(names); i++) {
        all.valid += each[i].valid;
        all.invalid += each[i].invalid;
        all.disputed += each[i].disputed;
        all.longer += each[i].longer;
    }
    print_message("valid %zu, invalid %zu, disputed %zu, too long %zu\n", all.valid, all.invalid,
                  all.disputed, all.longer);
    assert_true(all.valid >= 480 && all.invalid >= 140);
    assert_true(all.disputed <= 20 && all.longer == 9);
}

/* Tokens are no chains: the table's note may name one. */
static bool token_taken(const char *ticker, const char *address, const char *note)
{
    toc_wallet_candidates found;
    bool corrected = false;
    if (has(note, "erc20") || has(note, "thereum"))
        return taken_on("ETH", address, &corrected);
    if (has(note, "TRON"))
        return taken_on("TRX", address, &corrected);
    return toc_wallet_parse_ticker(toc_span_text(ticker), toc_span_text(address), &found, NULL) ==
               TOC_OK &&
           found.count == 1;
}

static void tokens_of_the_tables_are_resolved_by_their_addresses(void **state)
{
    (void)state;
    TOC_AUTO(csv_close) csv file = {0};
    size_t valid = 0, invalid = 0;
    if (!csv_open("data/vectors/address/addresses.csv", &file))
        skip();
    assert_true(csv_next(&file));
    while (csv_next(&file)) {
        static const char *const tickers[] = {"usdt", "tether", "usdc", "eurc"};
        bool token = false, is = file.fields[2][0] == '1';
        for (size_t i = 0; i < TOC_COUNT(tickers); i++)
            token = token || strcmp(file.fields[0], tickers[i]) == 0;
        if (!token)
            continue;
        if (token_taken(file.fields[0], file.fields[1], file.fields[3]) != is)
            fail_msg("%s as %s (%s)", file.fields[1], file.fields[0], file.fields[3]);
        valid += is;
        invalid += !is;
    }
    assert_int_equal(valid, 34);
    assert_int_equal(invalid, 8);
}

/* Every address on which the tables contradict each other or their standard has its reason above;
 * those of chains that are not ours are named as such. */
static void every_known_contradiction_is_explained(void **state)
{
    (void)state;
    TOC_AUTO(csv_close) csv file = {0};
    size_t rows = 0, foreign = 0;
    if (!csv_open("data/vectors/address/contradictions.csv", &file))
        skip();
    assert_true(csv_next(&file)); /* the heading */
    for (; csv_next(&file); rows++) {
        bool ours = false;
        for (size_t i = 0; i < TOC_COUNT(names); i++)
            ours = ours || strcmp(file.fields[0], names[i].table) == 0;
        foreign += !ours;
        if (ours && !is_explained(file.fields[1]))
            fail_msg("%s on %s: not explained", file.fields[1], file.fields[0]);
    }
    assert_int_equal(rows, 6);
    assert_int_equal(foreign, 1); /* GameCredits, which nobody reports */
}

static toc_wallet parsed(const char *chain, const char *text)
{
    toc_wallet_candidates found;
    toc_wallet wallet;
    toc_err err = {0};
    toc_code code =
        chain == NULL ? toc_wallet_parse(toc_span_text(text), &found, &err)
                      : toc_wallet_parse_on(chain_named(chain), toc_span_text(text), &wallet, &err);
    if (code != TOC_OK)
        fail_msg("%s: %s", text, err.text);
    return chain == NULL ? found.wallets[0] : wallet;
}

static bool same_subject(const toc_wallet *left, const toc_wallet *right)
{
    return toc_span_equal(toc_subject_view(&left->subject), toc_subject_view(&right->subject));
}

static void derived_spellings_lead_to_one_subject(void **state)
{
    (void)state;
    TOC_AUTO(csv_close) csv file = {0};
    size_t rows = 0, networks = 0;
    if (!csv_open("data/pairs/derived_spellings.csv", &file))
        skip();
    assert_true(csv_next(&file));
    for (; csv_next(&file); rows++) {
        const char *kind = file.fields[0];
        const char *chain = has(kind, "bch_")    ? "BCH"
                            : has(kind, "ltc_")  ? "LTC"
                            : has(kind, "tron_") ? "TRX"
                                                 : NULL;
        toc_wallet left = parsed(chain, file.fields[2]), right = parsed(chain, file.fields[3]);
        if (strcmp(kind, "xrp_classic_vs_xaddress_test_notag") == 0) {
            /* One key on two networks: the network is a part of the subject. */
            assert_false(same_subject(&left, &right));
            assert_true(toc_span_equal(toc_subject_vertex(&left.subject),
                                       toc_subject_vertex(&right.subject)));
            networks++;
            continue;
        }
        if (!same_subject(&left, &right))
            fail_msg("%s: %s, %s", kind, file.fields[2], file.fields[3]);
        assert_string_equal(right.tag, has(kind, "tag12345") ? "12345" : "");
    }
    assert_int_equal(rows, 962);
    assert_int_equal(networks, 91);
}

static void check_lowered(const char *right_case, const char *lower, size_t *recovered)
{
    toc_wallet wallet;
    toc_wallet_candidates found;
    toc_err err;
    toc_hash left, right;
    toc_wallet_fold_key(toc_span_text(right_case), &left);
    toc_wallet_fold_key(toc_span_text(lower), &right);
    assert_true(toc_hash_equal(&left, &right));
    for (size_t i = 0; i < toc_chain_count(); i++) {
        bool any_word =
            strstr(toc_chain_name(toc_chain_at(i)), "NEAR") != NULL; /* any word is a name */
        if (!any_word &&
            toc_wallet_parse_on(toc_chain_at(i), toc_span_text(lower), &wallet, NULL) == TOC_OK)
            fail_msg("%s is taken for %s", lower, wallet.address);
    }
    if (*recovered >= 3 || strlen(lower) != 34 || right_case[0] != 'T')
        return;
    TOC_CHECK_OK(toc_wallet_recover(chain_named("TRX"), toc_span_text(lower), &found, &err));
    assert_string_equal(found.wallets[0].address, right_case);
    (*recovered)++;
}

static void spellings_of_real_feeds_lead_to_one_subject_or_are_refused(void **state)
{
    (void)state;
    TOC_AUTO(csv_close) csv file = {0};
    size_t rows = 0, recovered = 0, lowered = 0;
    if (!csv_open("data/pairs/same_address_spellings.csv", &file))
        skip();
    assert_true(csv_next(&file));
    for (; csv_next(&file); rows++) {
        const char *kind = file.fields[0], *left_text = file.fields[2],
                   *right_text = file.fields[4];
        const char *chain = has(file.fields[1], "tron") ? "TRX" : NULL;
        toc_wallet wallet;
        if (strcmp(kind, "base58_lowercased") == 0) {
            check_lowered(left_text, right_text, &recovered);
            lowered++;
        } else if (has(kind, "bad_checksum")) {
            bool left = toc_wallet_parse_on(chain_named("ETH"), toc_span_text(left_text), &wallet,
                                            NULL) == TOC_OK;
            bool right = toc_wallet_parse_on(chain_named("ETH"), toc_span_text(right_text), &wallet,
                                             NULL) == TOC_OK;
            assert_true(left !=
                        right); /* the one in small letters claims nothing, the other one falsely */
        } else if (has(kind, "tron_lowercased")) {
            const char *hex = left_text[0] == '0' ? left_text : right_text;
            const char *lower = left_text[0] == '0' ? right_text : left_text;
            (void)parsed("TRX", hex);
            assert_int_equal(
                toc_wallet_parse_on(chain_named("TRX"), toc_span_text(lower), &wallet, NULL),
                TOC_MALFORMED);
        } else {
            toc_wallet left = parsed(chain, left_text), right = parsed(chain, right_text);
            if (!same_subject(&left, &right))
                fail_msg("%s: %s, %s", kind, left_text, right_text);
        }
    }
    assert_int_equal(rows, 1405);
    assert_int_equal(lowered, 414);
    assert_int_equal(recovered, 3);
}

/* "BTC 1abc… (source) | XBT 1abc… (other)". */
static size_t parse_listings(char *listings, toc_wallet *out, size_t out_max)
{
    size_t count = 0;
    char *rest = listings, *part;
    while ((part = strtok_r(rest, "|", &rest)) != NULL && count < out_max) {
        char ticker[32], address[128];
        toc_wallet_candidates found;
        if (sscanf(part, " %31s %127s", ticker, address) != 2)
            continue;
        if (strcmp(ticker, "BTC-wpkh") == 0)
            ticker[3] = '\0';
        if (toc_wallet_parse_ticker(toc_span_text(ticker), toc_span_text(address), &found, NULL) ==
                TOC_OK &&
            found.count == 1)
            out[count++] = found.wallets[0];
    }
    return count;
}

static void one_hash_on_several_chains_is_a_key_link_only_where_it_is_a_key(void **state)
{
    (void)state;
    TOC_AUTO(csv_close) csv file = {0};
    size_t rows = 0, keys = 0, scripts = 0;
    if (!csv_open("data/pairs/same_hash_other_chain.csv", &file))
        skip();
    assert_true(csv_next(&file));
    for (; csv_next(&file); rows++) {
        bool key = strcmp(file.fields[0], "p2pkh") == 0;
        char listings[8192];
        toc_wallet wallets[32];
        snprintf(listings, sizeof listings, "%s", file.fields[2]);
        size_t count = parse_listings(listings, wallets, TOC_COUNT(wallets));
        for (size_t i = 1; i < count; i++) {
            toc_wallet_relation found = toc_wallet_relation_of(&wallets[0], TOC_ACCOUNT_UNKNOWN,
                                                               &wallets[i], TOC_ACCOUNT_UNKNOWN);
            if (found == TOC_RELATION_SAME)
                continue;
            if (found != (key ? TOC_RELATION_KEY : TOC_RELATION_SAME_SCRIPT))
                fail_msg("%s: %s, %s", file.fields[1], wallets[0].address, wallets[i].address);
            keys += key;
            scripts += !key;
        }
    }
    print_message("%zu rows, %zu key links, %zu shared scripts\n", rows, keys, scripts);
    assert_int_equal(rows, 439);
    assert_int_equal(keys, 4);
}

static void lookalikes_are_near_and_never_one(void **state)
{
    (void)state;
    TOC_AUTO(csv_close) csv file = {0};
    size_t rows = 0;
    if (!csv_open("data/pairs/lookalikes.csv", &file))
        skip();
    assert_true(csv_next(&file));
    for (; csv_next(&file); rows++) {
        toc_wallet left = parsed("ETH", file.fields[1]), right = parsed("ETH", file.fields[2]);
        assert_true(toc_wallet_near(&left, &right));
        assert_false(same_subject(&left, &right));
    }
    assert_int_equal(rows, 12);
}

static void cashaddr_and_x_addresses_agree_with_their_legacy_spellings(void **state)
{
    (void)state;
    TOC_AUTO(csv_close) csv cash = {0};
    TOC_AUTO(csv_close) csv ripple = {0};
    size_t rows = 0;
    if (!csv_open("data/vectors/address/cashaddr.csv", &cash) ||
        !csv_open("data/vectors/address/xrp_xaddress.csv", &ripple))
        skip();
    while (csv_next(&cash)) {
        if (strncmp(cash.fields[0], "legacy", 6) != 0)
            continue;
        const char *chain = has(cash.fields[0], "testnet") ? "TBCH" : "BCH";
        toc_wallet left = parsed(chain, cash.fields[1]), right = parsed(chain, cash.fields[2]);
        assert_true(same_subject(&left, &right));
        rows++;
    }
    assert_true(csv_next(&ripple));
    for (; csv_next(&ripple); rows++) {
        toc_wallet classic = parsed("XRP", ripple.fields[0]), x = parsed("XRP", ripple.fields[2]);
        assert_true(same_subject(&classic, &x));
        assert_string_equal(x.tag, ripple.fields[1]);
    }
    assert_int_equal(rows, 57 + 16);
}

/* The lists that members will submit: OFAC's own, whose tickers are no chains. */
static void every_address_of_the_ofac_list_is_taken_but_the_two_that_are_known(void **state)
{
    (void)state;
    TOC_AUTO(csv_close) csv file = {0};
    size_t taken = 0, refused = 0, ambiguous = 0;
    if (!csv_open("data/indicators/ofac.csv", &file))
        skip();
    assert_true(csv_next(&file));
    while (csv_next(&file)) {
        toc_wallet_candidates found;
        toc_code code = toc_wallet_parse_ticker(toc_span_text(file.fields[0]),
                                                toc_span_text(file.fields[1]), &found, NULL);
        taken += code == TOC_OK;
        refused += code != TOC_OK;
        ambiguous += code == TOC_OK && found.count > 1;
    }
    assert_int_equal(refused,
                     3); /* Bitcoin Gold, Verge: no chains of ours; a Monero view of 64 digits */
    assert_int_equal(ambiguous, 0);
    assert_int_equal(taken, 616);
}

static void
no_malformed_string_of_the_feeds_is_taken_on_its_chain_unless_it_is_well_formed_after_all(
    void **state)
{
    (void)state;
    TOC_AUTO(csv_close) csv file = {0};
    size_t rows = 0, taken = 0;
    if (!csv_open("data/indicators/malformed.csv", &file))
        skip();
    assert_true(csv_next(&file));
    for (; csv_next(&file); rows++) {
        toc_wallet_candidates found;
        const char *text = file.fields[2];
        assert_non_null(text);
        if (text == NULL || toc_wallet_parse_ticker(toc_span_text(file.fields[1]),
                                                    toc_span_text(text), &found, NULL) != TOC_OK)
            continue;
        /* Formats that the collector did not know: Stellar and Byron. */
        bool known = text[0] == 'G' || strncmp(text, "Ae2", 3) == 0 || strncmp(text, "Ddz", 3) == 0;
        if (!known)
            fail_msg("%s is taken", text);
        taken++;
    }
    assert_int_equal(rows, 57);
    assert_int_equal(taken, 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_valid_address_of_the_tables_is_refused_and_no_invalid_one_taken),
        cmocka_unit_test(tokens_of_the_tables_are_resolved_by_their_addresses),
        cmocka_unit_test(every_known_contradiction_is_explained),
        cmocka_unit_test(derived_spellings_lead_to_one_subject),
        cmocka_unit_test(spellings_of_real_feeds_lead_to_one_subject_or_are_refused),
        cmocka_unit_test(one_hash_on_several_chains_is_a_key_link_only_where_it_is_a_key),
        cmocka_unit_test(lookalikes_are_near_and_never_one),
        cmocka_unit_test(cashaddr_and_x_addresses_agree_with_their_legacy_spellings),
        cmocka_unit_test(every_address_of_the_ofac_list_is_taken_but_the_two_that_are_known),
        cmocka_unit_test(
            no_malformed_string_of_the_feeds_is_taken_on_its_chain_unless_it_is_well_formed_after_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
