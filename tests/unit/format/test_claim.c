/* One row, read as CSV, becomes one claim. */
#include "proto/format/claim.h"

#include "proto/base/text.h"
#include "tests/support/check.h"

static toc_arena *arena;

typedef struct outcome {
    toc_code code;
    toc_row_claim claim;
    toc_problem problem;
    unsigned options;
    size_t rows;
} outcome;

static int set_up(void **state)
{
    toc_err err;
    (void)state;
    TOC_CHECK_OK(toc_arena_new(1u << 20, &arena, &err));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    toc_arena_free(arena);
    return 0;
}

/* The row's text ends with the callback: what must outlive it is copied here, as a builder would.
 */
static toc_code take(void *context, const toc_row *row, const toc_problem *problem, toc_err *err)
{
    outcome *out = context;
    (void)err;
    out->rows++;
    if (problem != NULL) {
        out->code = problem->err.code;
        out->problem = *problem;
        return TOC_OK;
    }
    toc_row copy = *row;
    for (unsigned i = 0; i < TOC_COLUMN_COUNT; i++)
        copy.cells[i] = toc_arena_dup(arena, row->cells[i]);
    for (size_t i = 0; i < row->label_count; i++)
        copy.labels[i] = toc_arena_dup(arena, row->labels[i]);
    for (size_t i = 0; i < row->asset_count; i++) {
        copy.assets[i].asset = toc_arena_dup(arena, row->assets[i].asset);
        copy.assets[i].amount = toc_arena_dup(arena, row->assets[i].amount);
    }
    out->code = toc_row_read(&copy, out->options, arena, &out->claim, &out->problem);
    return TOC_OK;
}

static outcome read_file(toc_rows_format format, const char *file, unsigned options)
{
    outcome out = {.options = options};
    TOC_AUTO(toc_rows_free) toc_rows *rows = NULL;
    toc_err err;
    TOC_CHECK_OK(toc_rows_new(format, take, &out, &rows, &err));
    TOC_CHECK_OK(toc_rows_feed(rows, toc_span_text(file), &err));
    TOC_CHECK_OK(toc_rows_finish(rows, &err));
    assert_int_equal(out.rows, 1);
    return out;
}

static toc_statement accept(const char *file)
{
    outcome out = read_file(file[0] == '{' ? TOC_ROWS_JSONL : TOC_ROWS_CSV, file, 0);
    if (out.code != TOC_OK)
        fail_msg("%s: %s", file, out.problem.err.text);
    return out.claim.claim;
}

static void refuse(const char *file, toc_code code, const char *sentence)
{
    outcome out = read_file(file[0] == '{' ? TOC_ROWS_JSONL : TOC_ROWS_CSV, file, 0);
    TOC_AUTO(toc_buf_wipe) toc_buf printed = {0};
    if (out.code != TOC_OK)
        toc_problem_print(&out.problem, &printed);
    if (strcmp(toc_buf_text(&printed), sentence) != 0)
        fail_msg("'%s' instead of '%s'", toc_buf_text(&printed), sentence);
    assert_int_equal(out.code, code);
}

static void check_text(toc_span span, const char *text)
{
    assert_int_equal(span.size, strlen(text));
    assert_memory_equal(span.data, text, span.size);
}

#define BTC                 "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
#define ETH                 "0xdAC17F958D2ee523a2206206994597C13D831ec7"
#define ROW(columns, cells) "chain,address,category" columns "\nBTC," BTC ",theft" cells "\n"

static void what_a_row_leaves_out_has_its_default(void **state)
{
    (void)state;
    toc_statement claim = accept(ROW("", ""));
    const toc_wallet_body *body = &claim.as.wallet;
    assert_int_equal(claim.kind, TOC_RECORD_WALLET);
    assert_string_equal(body->wallet.address, BTC);
    check_text(body->role, "perpetrator");
    check_text(body->category, "theft");
    assert_int_equal(claim.confidence, 50);
    check_text(claim.confidence_scale, "percent");
    assert_int_equal(claim.tlp, TOC_TLP_AMBER);
    assert_int_equal(claim.source.ground, TOC_GROUND_OWN);
    assert_int_equal(claim.source.id.size + claim.source.version.size, 0);
    assert_int_equal(body->actor.size + body->incident.size + body->literal.size, 0);
    assert_int_equal(claim.purpose.size + claim.note.size, 0);
    assert_int_equal(claim.valid_until.unix_ms, 0);
    assert_int_equal(body->first_seen.unix_ms + body->last_seen.unix_ms, 0);
    assert_int_equal(body->label_count + body->asset_count, 0);
    assert_int_equal(claim.revision + claim.issued_at.unix_ms + claim.root_count, 0);
}

static void every_column_finds_its_field(void **state)
{
    (void)state;
    toc_statement claim =
        accept("chain,address,role,category,actor,confidence,first_seen,last_seen,asset,amount,"
               "incident,label,"
               "list,list_version,tlp,valid_until,purpose,note\n"
               "Ethereum," ETH ",Intermediary,Money Laundering,Lazarus Group,85,2025-02-21,"
               "2025-02-21T14:13:35+01:00,USDT,1.5,Bybit 2025,Bybit "
               "exploiter,OFAC,2025-03-21,GREEN,2026-01-01,"
               "recovery,\"first\r\nsecond\tline\"\n");
    const toc_wallet_body *body = &claim.as.wallet;
    check_text(body->role, "intermediary");
    check_text(body->category, "laundering");
    check_text(body->actor, "lazarus");
    check_text(body->incident, "bybit-2025");
    assert_int_equal(claim.confidence, 85);
    assert_int_equal(body->first_seen.unix_ms, 1740096000000);
    assert_int_equal(body->last_seen.unix_ms, 1740143615000);
    assert_int_equal(claim.valid_until.unix_ms, 1767225600000);
    assert_int_equal(claim.tlp, TOC_TLP_GREEN);
    assert_int_equal(claim.source.ground, TOC_GROUND_LIST);
    check_text(claim.source.id, "ofac-sdn");
    check_text(claim.source.version, "2025-03-21");
    check_text(claim.purpose, "recovery");
    check_text(claim.note, "first\nsecond line");
    assert_int_equal(body->label_count, 1);
    check_text(body->labels[0], "Bybit exploiter");
    assert_int_equal(body->asset_count, 1);
    check_text(body->assets[0].asset, "eip155:1/erc20:" ETH);
    assert_int_equal(body->assets[0].decimals, 6);
    assert_int_equal(body->assets[0].base_units[31] | body->assets[0].base_units[30] << 8 |
                         body->assets[0].base_units[29] << 16,
                     1500000);
}

static void every_claim_that_a_row_gives_can_be_encoded(void **state)
{
    (void)state;
    static const char *const files[] = {
        ROW("", ""),
        ROW(",note,purpose", ",\"a\nb\",p"),
        ROW(",vendor,confidence", ",My Own Firm,0"),
        ROW(",list", ",some-list-of-mine"),
        ROW(",asset", ",BTC"),
        "{\"chain\":\"ETH\",\"address\":\"" ETH
        "\",\"category\":\"scam\",\"label\":[\"b\",\"a\",\"b\"],"
        "\"asset\":[\"USDT\",\"ETH\",\"DAI\"],\"amount\":[1,\"0.000000000000000001\",null]}",
    };
    for (size_t i = 0; i < TOC_COUNT(files); i++) {
        toc_statement claim = accept(files[i]);
        TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
        toc_err err;
        TOC_CHECK_OK(toc_draft_encode(&claim, &out, &err));
    }
}

static void the_spelling_as_submitted_is_kept_where_it_is_another(void **state)
{
    (void)state;
    toc_statement claim =
        accept("chain,address,category\nETH,0xdac17f958d2ee523a2206206994597c13d831ec7,scam\n");
    assert_string_equal(claim.as.wallet.wallet.address, ETH);
    check_text(claim.as.wallet.literal, "0xdac17f958d2ee523a2206206994597c13d831ec7");
}

static void unknown_lists_and_vendors_are_taken_as_written(void **state)
{
    (void)state;
    toc_statement claim = accept(ROW(",list", ",My List 7"));
    assert_int_equal(claim.source.ground, TOC_GROUND_LIST);
    check_text(claim.source.id, "my-list-7");
    claim = accept(ROW(",vendor", ",TRM Labs"));
    assert_int_equal(claim.source.ground, TOC_GROUND_VENDOR);
    check_text(claim.source.id, "trm");
}

static void a_tag_may_stand_beside_the_address_or_in_it(void **state)
{
    (void)state;
    toc_statement beside =
        accept("chain,address,tag,category\nXRP,r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59,1234,scam\n");
    assert_string_equal(beside.as.wallet.wallet.tag, "1234");
    outcome out = read_file(TOC_ROWS_CSV, ROW(",tag", ",1234"), 0);
    assert_int_equal(out.code, TOC_MALFORMED);
    assert_int_equal(out.problem.column, TOC_COLUMN_TAG);
}

static void an_address_that_tells_another_chain_corrects_it(void **state)
{
    (void)state;
    outcome out = read_file(
        TOC_ROWS_CSV, "chain,address,category\nETH,TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t,scam\n", 0);
    assert_int_equal(out.code, TOC_OK);
    assert_string_equal(toc_chain_symbol(out.claim.claim.as.wallet.wallet.chain), "TRX");
    assert_true((out.claim.claim.as.wallet.wallet.flags & TOC_WALLET_CHAIN_CORRECTED) != 0);
}

static void a_broken_address_is_refused_or_kept_as_broken(void **state)
{
    (void)state;
    static const char file[] =
        "chain,address,category\nBTC,1A1zP1eP5QGefi2DMPTfTL5SLmv7Divfxx,theft\n";
    outcome out = read_file(TOC_ROWS_CSV, file, 0);
    assert_int_equal(out.code, TOC_MALFORMED);
    assert_int_equal(out.problem.line, 2);
    assert_int_equal(out.problem.column, TOC_COLUMN_ADDRESS);
    assert_non_null(strstr(out.problem.err.text, "'1A1zP1eP5QGefi2DMPTfTL5SLmv7Divfxx'"));
    assert_non_null(strstr(out.problem.err.text, "checksum"));
    out = read_file(TOC_ROWS_CSV, file, TOC_ROW_KEEP_INVALID);
    assert_int_equal(out.code, TOC_OK);
    assert_true((out.claim.claim.as.wallet.wallet.flags & TOC_WALLET_INVALID) != 0);
    /* A good one is not kept as broken. */
    out = read_file(TOC_ROWS_CSV, ROW("", ""), TOC_ROW_KEEP_INVALID);
    assert_int_equal(out.code, TOC_OK);
    assert_int_equal(out.claim.claim.as.wallet.wallet.flags & TOC_WALLET_INVALID, 0);
}

#define LITERAL            "1Mn386ue8o3mW9866octLNP8HFqcYsphJCV" /* of a scam list: its checksum fails */
#define TRON_LOST          "ta3941ufavmvibskq6fmjxxmasnovx86mz" /* OFAC's, as a daily feed spells it */
#define TRON               "TA3941uFAvmVibSkQ6fMJXxmaSNovX86mz"
#define OMNI               "1KdXaqcBeoMAFVAPwTmYvDbEq6RnvNPF6J"
#define ON(chain, address) "chain,address,category\n" chain "," address ",theft\n"

static toc_wallet take_wallet(const char *file, unsigned options)
{
    outcome out = read_file(TOC_ROWS_CSV, file, options);
    if (out.code != TOC_OK)
        fail_msg("%s: %s", file, out.problem.err.text);
    return out.claim.claim.as.wallet.wallet;
}

static void a_ticker_that_is_no_chain_leaves_it_to_the_address(void **state)
{
    (void)state;
    static const struct {
        const char *file, *symbol;
        uint32_t flags;
    } rows[] = {
        {ON("USDT", TRON), "TRX", TOC_WALLET_CHAIN_INFERRED},
        {ON("usdt", OMNI), "BTC", TOC_WALLET_CHAIN_INFERRED},
        {ON("USDC", "0xa4b24033f4c6d70133e4557c2c32a3fb693e449e"), "ETH",
         TOC_WALLET_CHAIN_INFERRED | TOC_WALLET_CHECKSUM_ABSENT},
        {ON("XBT", OMNI), "BTC", 0},
        {ON("XBT", "0xa4b24033f4c6d70133e4557c2c32a3fb693e449e"), "ETH",
         TOC_WALLET_CHAIN_INFERRED | TOC_WALLET_CHAIN_CORRECTED | TOC_WALLET_CHECKSUM_ABSENT},
        {ON("TRON", "0xa614f803b6fd780986a42c78ec9c7f77e6ded13c"), "TRX",
         TOC_WALLET_CHECKSUM_ABSENT},
        {ON("unknown-chain", TRON), NULL, 0},
        {ON("BTC", "0xa4b24033f4c6d70133e4557c2c32a3fb693e449e"), NULL, 0},
        {ON("USDP", OMNI), NULL, 0}, /* lives nowhere near: Bitcoin, Bitcoin Cash or Bitcoin SV */
    };
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        outcome out = read_file(TOC_ROWS_CSV, rows[i].file, 0);
        if ((out.code == TOC_OK) != (rows[i].symbol != NULL))
            fail_msg("%s: %s", rows[i].file, out.problem.err.text);
        if (rows[i].symbol == NULL)
            continue;
        const toc_wallet *wallet = &out.claim.claim.as.wallet.wallet;
        assert_string_equal(toc_chain_symbol(wallet->chain), rows[i].symbol);
        assert_int_equal(wallet->flags, rows[i].flags);
    }
}

static void a_lost_letter_case_is_offered_and_searched_on_request(void **state)
{
    (void)state;
    refuse(ON("TRX", TRON_LOST), TOC_MALFORMED,
           "line 2: column address: '" TRON_LOST "': TRX address: not an address of TRON: those "
           "begin with T and have 34 characters; its letter case may be lost: --recover searches "
           "for it, and 'tocsin address --recover' shows what it finds");
    toc_wallet wallet = take_wallet(ON("TRX", TRON_LOST), TOC_ROW_RECOVER | TOC_ROW_KEEP_INVALID);
    assert_string_equal(wallet.address, TRON);
    assert_int_equal(wallet.flags, TOC_WALLET_RECOVERED);
    wallet = take_wallet(ON("XBT", TRON_LOST), TOC_ROW_RECOVER);
    assert_string_equal(wallet.address, TRON);
    assert_int_equal(wallet.flags, TOC_WALLET_RECOVERED | TOC_WALLET_CHAIN_INFERRED);
    outcome out = read_file(TOC_ROWS_CSV, ON("TRX", TRON_LOST), TOC_ROW_RECOVER);
    check_text(out.claim.claim.as.wallet.literal, TRON_LOST);
    out = read_file(TOC_ROWS_CSV, ON("TRX", "ta3941ufavmvibskq6fmjxxmasnovx86mx"), TOC_ROW_RECOVER);
    assert_int_equal(out.code, TOC_NOT_FOUND);
    assert_non_null(strstr(out.problem.err.text, "in no letter case; --keep-invalid"));
}

/* Base58Check of a drawn hash, made with another implementation: twelve letters that have two cases
 * are searched soon. */
#define FEW_LETTERS "144Gf2kj361ti5r6ho9131Nno78dm1i3eL"

static void what_a_token_lives_on_narrows_a_recovered_address(void **state)
{
    (void)state;
    toc_wallet wallet =
        take_wallet(ON("USDT", "144gf2kj361ti5r6ho9131nno78dm1i3el"), TOC_ROW_RECOVER);
    assert_string_equal(wallet.address, FEW_LETTERS);
    assert_string_equal(toc_chain_symbol(wallet.chain), "BTC");
    assert_int_equal(wallet.flags, TOC_WALLET_RECOVERED | TOC_WALLET_CHAIN_INFERRED);
}

static void only_damaged_addresses_are_kept_as_literals(void **state)
{
    (void)state;
    static const char *const never[] = {
        ON("BTC", "0xa4b24033f4c6d70133e4557c2c32a3fb693e449e"), /* another chain's address */
        ON("BTC", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"),
        ON("BTC", "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"),
        ON("BTC", "5Kd3NBUAdUnhyzenEwVLy9pBKxSwXvE9FMPyR4UKZvpe6E3AgLr"), /* a private key */
        ON("BTC", "5Kd3NBUAdUnhyzenEwVLy9pBKxSwXvE9FMPyR4UKZvpe6E3AgLx"),
        ON("BTC", "1A1zP1...DivfNa"),
        ON("USDT", LITERAL), /* on which chain? */
        "chain,address,cluster,entity\nBTC," LITERAL ",c,thief\n",
    };
    for (size_t i = 0; i < TOC_COUNT(never); i++) {
        outcome out = read_file(TOC_ROWS_CSV, never[i], TOC_ROW_KEEP_INVALID);
        if (out.code == TOC_OK)
            fail_msg("kept: %s", never[i]);
        assert_null(strstr(out.problem.err.text, "--keep-invalid"));
    }
    refuse(
        ON("BTC", LITERAL), TOC_MALFORMED,
        "line 2: column address: '" LITERAL "': BTC address: the checksum does not hold: a "
        "character is wrong, missing or in the wrong case; --keep-invalid keeps it as it stands");
    assert_string_equal(take_wallet(ON("BTC", LITERAL), TOC_ROW_KEEP_INVALID).address, LITERAL);
    outcome tagged =
        read_file(TOC_ROWS_CSV,
                  "chain,address,tag,category\nXRP,rJrRMgiRgrU6hDF4pgu5DXQdWyPbY35ErX,7,theft\n",
                  TOC_ROW_KEEP_INVALID);
    assert_int_equal(tagged.code, TOC_MALFORMED);
    assert_int_equal(tagged.problem.column, TOC_COLUMN_TAG);
}

static void what_a_column_cannot_take_is_said_with_the_column(void **state)
{
    (void)state;
    refuse("chain,address,category\n," BTC ",theft\n", TOC_MALFORMED,
           "line 2: column chain: missing");
    refuse("chain,address,category\nBTC,,theft\n", TOC_MALFORMED,
           "line 2: column address: missing");
    refuse("chain,address,category\nBTC," BTC ",\n", TOC_MALFORMED,
           "line 2: column category: missing");
    refuse("chain,address,category\nBitcorn," BTC ",theft\n", TOC_NOT_FOUND,
           "line 2: column chain: unknown chain 'Bitcorn'");
    refuse("chain,address,category\nBTC," BTC ",ransomwear\n", TOC_NOT_FOUND,
           "line 2: column category: 'ransomwear' is no category; the nearest is 'ransomware'");
    refuse(ROW(",role", ",perpetrater"), TOC_NOT_FOUND,
           "line 2: column role: 'perpetrater' is no role; the nearest is 'perpetrator'");
    refuse(ROW(",actor", ",a/b"), TOC_MALFORMED,
           "line 2: column actor: no id comes of 'a/b': the character at position 2 is not one of "
           "a-z 0-9 - . _");
    refuse(ROW(",confidence", ",101"), TOC_MALFORMED,
           "line 2: column confidence: '101' is no whole number from 0 to 100");
    refuse(ROW(",confidence", ",high"), TOC_MALFORMED,
           "line 2: column confidence: 'high' is no whole number from 0 to 100");
    refuse(ROW(",confidence", ",0.5"), TOC_MALFORMED,
           "line 2: column confidence: '0.5' is no whole number from 0 to 100");
    refuse(ROW(",first_seen", ",21.02.2025"), TOC_MALFORMED,
           "line 2: column first_seen: not a date at position 3 (write 2026-03-09 or "
           "2026-03-09T22:45:21Z)");
    refuse(ROW(",first_seen,last_seen", ",2025-02-02,2025-02-01"), TOC_MALFORMED,
           "line 2: column last_seen: before first_seen");
    refuse(
        ROW(",tlp", ",purple"), TOC_MALFORMED,
        "line 2: column tlp: 'purple' is no TLP (write CLEAR, GREEN, AMBER, AMBER+STRICT or RED)");
    refuse(ROW(",list,vendor", ",ofac,trm"), TOC_MALFORMED,
           "line 2: column vendor: beside a list; a claim has one source");
    refuse(ROW(",list_version", ",7"), TOC_MALFORMED,
           "line 2: column list_version: without a list");
    refuse(ROW(",asset,amount", ",WBTC,1"), TOC_NOT_FOUND,
           "line 2: column asset: unknown asset 'WBTC' on Bitcoin; known are: BTC");
    refuse(ROW(",amount", ",1"), TOC_MALFORMED, "line 2: column asset: missing beside an amount");
    refuse(ROW(",asset,amount", ",BTC,\"1,5\""), TOC_MALFORMED,
           "line 2: column amount: not a plain decimal number at position 2");
    refuse(ROW(",asset,amount", ",BTC,0.000000001"), TOC_MALFORMED,
           "line 2: column amount: more than the 8 decimals that the asset has");
    refuse(ROW(",note", ",\"\x1B[31m\""), TOC_MALFORMED,
           "line 2: column note: its text: a control character at byte 1");
    refuse("{\"chain\":\"BTC\",\"address\":\"" BTC
           "\",\"category\":\"theft\",\"method\":\"change\"}",
           TOC_MALFORMED, "line 1: column method: not for rows of wallets");
    refuse("{\"chain\":\"ETH\",\"address\":\"" ETH
           "\",\"category\":\"theft\",\"asset\":[\"ETH\",\"native\"]}",
           TOC_MALFORMED, "line 1: column asset: the same one twice");
}

static void text_that_is_too_long_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"label", "purpose", "note"};
    static const size_t limits[] = {TOC_TEXT_BYTES_MAX, TOC_TEXT_BYTES_MAX, TOC_NOTE_BYTES_MAX};
    for (size_t k = 0; k < TOC_COUNT(names); k++) {
        for (size_t size = limits[k]; size <= limits[k] + 1; size++) {
            TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
            toc_buf_printf(&file, "chain,address,category,%s\nBTC," BTC ",theft,", names[k]);
            memset(toc_buf_extend(&file, size), 'x', size);
            outcome out = read_file(TOC_ROWS_CSV, toc_buf_text(&file), 0);
            assert_int_equal(out.code, size > limits[k] ? TOC_LIMIT : TOC_OK);
        }
    }
}

static void an_asset_without_an_amount_needs_no_table(void **state)
{
    (void)state;
    toc_statement claim =
        accept("chain,address,category,asset\nETH," ETH
               ",theft,eip155:1/erc20:0x95aD61b0a150d79219dCF64E1E6Cc01f0B64C4cD\n");
    assert_false(claim.as.wallet.assets[0].stated);
    check_text(claim.as.wallet.assets[0].asset,
               "eip155:1/erc20:0x95aD61b0a150d79219dCF64E1E6Cc01f0B64C4cD");
    refuse(
        "chain,address,category,asset\nETH," ETH ",theft,eip155:10/erc20:0x95\n", TOC_NOT_FOUND,
        "line 2: column asset: unknown asset 'eip155:10/erc20:0x95' on Ethereum; known are: ETH, "
        "USDT, USDC, DAI, WETH, WBTC, BUSD, TUSD, USDP, PYUSD, STETH, METH, LINK, UNI, SHIB");
}

static void a_row_of_a_cluster_is_a_member_and_a_part_of_the_head(void **state)
{
    (void)state;
    outcome out = read_file(TOC_ROWS_CSV,
                            "chain,address,cluster,name,entity,method,confidence,tlp\n"
                            "BTC," BTC ",Lazarus 42,Branch 42,Hacker,Common Input,70,\n",
                            0);
    assert_int_equal(out.code, TOC_OK);
    assert_true(out.claim.in_cluster);
    assert_string_equal(out.claim.member.address, BTC);
    const toc_statement *head = &out.claim.claim;
    assert_int_equal(head->kind, TOC_RECORD_CLUSTER);
    check_text(head->as.cluster.cluster, "lazarus-42");
    check_text(head->as.cluster.title, "Branch 42");
    check_text(head->as.cluster.entity_type, "thief");
    check_text(head->as.cluster.method, "multi-input");
    assert_true(out.claim.states_confidence);
    assert_false(out.claim.states_tlp);
    assert_false(out.claim.states_source);
    assert_false(out.claim.states_valid_until);
    refuse("chain,address,cluster,entity\nBTC," BTC ",,thief\n", TOC_MALFORMED,
           "line 2: column cluster: missing");
    refuse("{\"chain\":\"BTC\",\"address\":\"" BTC "\",\"cluster\":\"a\",\"role\":\"victim\"}",
           TOC_MALFORMED, "line 1: column role: not for rows of clusters");
    refuse("{\"chain\":\"BTC\",\"address\":\"" BTC "\",\"cluster\":\"a\",\"label\":\"x\"}",
           TOC_MALFORMED, "line 1: column label: not for rows of clusters");
    refuse("{\"chain\":\"BTC\",\"address\":\"" BTC "\",\"cluster\":\"a\",\"asset\":\"BTC\"}",
           TOC_MALFORMED, "line 1: column asset: not for rows of clusters");
}

static void a_member_has_no_tag(void **state)
{
    (void)state;
    refuse("chain,address,cluster,entity\n"
           "XRP,X7AcgcsBL6XDcUb289X4mJ8djcdyKaGZMhc9YTE92ehJ2Fu,c,thief\n",
           TOC_MALFORMED,
           "line 2: column address: with a tag; clusters are about addresses, which all their tags "
           "share");
}

/* B("tocsin/org-name/1\n" ‖ name), by Python's hashlib. */
#define POLICE "b0c7186e91b4baade276316f01dcf9ca17384c7270f4f955e36a01b5673693bd"
#define OTHER  "09fafbbac659ed39b3f2a1d8739232fb202962116dd3b12bb8455eb1c6507a2e" /* Polícia */
#define ORG    "aa00000000000000000000000000000000000000000000000000000000000001"

static void check_orgs(const toc_org_id *orgs, size_t count, const char *digits)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    for (size_t i = 0; i < count; i++)
        toc_buf_add_hex(&text, TOC_SPAN_OF(orgs[i].bytes));
    assert_string_equal(toc_buf_text(&text), digits);
}

static void an_audience_has_ids_and_what_stands_for_names_each_once_in_order(void **state)
{
    (void)state;
    toc_statement claim =
        accept(ROW(",releasable_to,not_to",
                   ",Example Police ; " ORG ";; Example Police;Polícia," ORG ";" ORG));
    check_orgs(claim.releasable_to, claim.releasable_count, OTHER ORG POLICE);
    check_orgs(claim.not_to, claim.not_to_count, ORG);
    claim = accept("{\"chain\":\"BTC\",\"address\":\"" BTC "\",\"category\":\"theft\","
                   "\"releasable_to\":[\"Example Police\",\"" ORG "\"],\"not_to\":\"Polícia\"}");
    check_orgs(claim.releasable_to, claim.releasable_count, ORG POLICE);
    check_orgs(claim.not_to, claim.not_to_count, OTHER);
    claim = accept("{\"kind\":\"incident\",\"slug\":\"x\",\"status\":\"confirmed\","
                   "\"not_to\":[\"Example Police\"]}");
    check_orgs(claim.not_to, claim.not_to_count, POLICE);
    claim = accept(ROW(",releasable_to,not_to", ",;,"));
    assert_int_equal(claim.releasable_count + claim.not_to_count, 0);
}

static void an_audience_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf many = {0};
    refuse("{\"chain\":\"BTC\",\"address\":\"" BTC "\",\"category\":\"theft\",\"not_to\":[7]}",
           TOC_MALFORMED, "line 1: column not_to: not a list of names and ids of orgs");
    toc_buf_add_text(&many, "chain,address,category,not_to\nBTC," BTC ",theft,");
    for (unsigned i = 0; i <= TOC_AUDIENCE_MAX; i++)
        toc_buf_printf(&many, "org %u;", i);
    toc_buf_add_text(&many, "\n");
    refuse(toc_buf_text(&many), TOC_LIMIT,
           "line 2: column not_to: 501 orgs; at most 500 are taken");
}

int main(void)
{
#define CLAIM_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CLAIM_TEST(an_audience_has_ids_and_what_stands_for_names_each_once_in_order),
        CLAIM_TEST(an_audience_that_makes_no_sense_is_refused),
        CLAIM_TEST(what_a_row_leaves_out_has_its_default),
        CLAIM_TEST(every_column_finds_its_field),
        CLAIM_TEST(every_claim_that_a_row_gives_can_be_encoded),
        CLAIM_TEST(the_spelling_as_submitted_is_kept_where_it_is_another),
        CLAIM_TEST(unknown_lists_and_vendors_are_taken_as_written),
        CLAIM_TEST(a_tag_may_stand_beside_the_address_or_in_it),
        CLAIM_TEST(an_address_that_tells_another_chain_corrects_it),
        CLAIM_TEST(a_broken_address_is_refused_or_kept_as_broken),
        CLAIM_TEST(a_ticker_that_is_no_chain_leaves_it_to_the_address),
        CLAIM_TEST(a_lost_letter_case_is_offered_and_searched_on_request),
        CLAIM_TEST(what_a_token_lives_on_narrows_a_recovered_address),
        CLAIM_TEST(only_damaged_addresses_are_kept_as_literals),
        CLAIM_TEST(what_a_column_cannot_take_is_said_with_the_column),
        CLAIM_TEST(text_that_is_too_long_is_refused),
        CLAIM_TEST(an_asset_without_an_amount_needs_no_table),
        CLAIM_TEST(a_row_of_a_cluster_is_a_member_and_a_part_of_the_head),
        CLAIM_TEST(a_member_has_no_tag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
