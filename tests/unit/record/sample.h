/* tests/unit/record/sample.h: statements that the tests of proto/record begin from.
 * Owns: nothing; text is static. Errors: a sample that cannot be made fails the test. */
#ifndef TOC_TESTS_UNIT_RECORD_SAMPLE_H
#define TOC_TESTS_UNIT_RECORD_SAMPLE_H

#include "proto/record/record.h"
#include "tests/support/check.h"

#define SAMPLE_BTC    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
#define SAMPLE_SEGWIT "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
#define SAMPLE_EVM    "0xdAC17F958D2ee523a2206206994597C13D831ec7"

static inline toc_span text_span(const char *text)
{
    return toc_span_text(text);
}

static inline toc_wallet sample_wallet(const char *chain, const char *address)
{
    toc_wallet wallet;
    toc_err err;
    const toc_chain *found = toc_chain_find(toc_span_text(chain));
    assert_non_null(found);
    TOC_CHECK_OK(toc_wallet_parse_on(found, toc_span_text(address), &wallet, &err));
    return wallet;
}

/* Everything that a statement has whatever its kind; `root`: a list's. */
static inline toc_statement sample_common(toc_record_kind kind)
{
    static const toc_root root = {(const uint8_t *)"\2ofac-sdn", 9};
    bool is_head = kind == TOC_RECORD_WALLET || kind == TOC_RECORD_CLUSTER;
    return (toc_statement){
        .kind = kind,
        .revision = 1,
        .issued_at = {1742000000000},
        .tlp = TOC_TLP_AMBER,
        .confidence = 80,
        .confidence_scale = text_span("percent"),
        .source = {.ground = TOC_GROUND_LIST, .id = text_span("ofac-sdn")},
        .root_count = is_head ? 1 : 0,
        .roots = is_head ? &root : NULL,
    };
}

static inline toc_statement sample_wallet_claim(void)
{
    toc_statement statement = sample_common(TOC_RECORD_WALLET);
    statement.as.wallet.wallet = sample_wallet("BTC", SAMPLE_SEGWIT);
    statement.as.wallet.role = text_span("perpetrator");
    statement.as.wallet.category = text_span("theft");
    return statement;
}

/* With every field there is. */
static inline toc_statement sample_full_wallet_claim(void)
{
    static toc_amount assets[3];
    static const toc_span labels[] = {{(const uint8_t *)"Bybit exploiter 51", 18},
                                      {(const uint8_t *)"\xE7\x9B\x97", 3}};
    static toc_org_id readers[2], others[1];
    memset(readers[0].bytes, 3, 32);
    memset(readers[1].bytes, 4, 32);
    memset(others[0].bytes, 9, 32);
    assets[0] = (toc_amount){
        .asset = text_span("eip155:1/erc20:" SAMPLE_EVM), .decimals = 6, .stated = true};
    assets[0].base_units[29] = 0x01;
    assets[0].base_units[31] = 0x02;
    assets[1] = (toc_amount){.asset = text_span("eip155:1/erc721:" SAMPLE_EVM "/771769")};
    assets[2] = (toc_amount){.asset = text_span("native"), .decimals = 18, .stated = true};
    toc_statement statement = sample_wallet_claim();
    statement.valid_until.unix_ms = 1900000000000;
    statement.tlp = TOC_TLP_RED;
    statement.releasable_to = readers;
    statement.releasable_count = 2;
    statement.not_to = others;
    statement.not_to_count = 1;
    statement.purpose = text_span("freezing and recovery only");
    statement.source.version = text_span("2025-03-21");
    statement.note = text_span("first line\nsecond line \xE2\x82\xAC");
    statement.as.wallet.wallet = sample_wallet("ETH", SAMPLE_EVM);
    statement.as.wallet.actor = text_span("lazarus");
    statement.as.wallet.incident = text_span("bybit-2025");
    statement.as.wallet.literal = text_span("0xdac17f958d2ee523a2206206994597c13d831ec7");
    statement.as.wallet.assets = assets;
    statement.as.wallet.asset_count = 3;
    statement.as.wallet.labels = labels;
    statement.as.wallet.label_count = 2;
    statement.as.wallet.first_seen.unix_ms = 1740000000000;
    statement.as.wallet.last_seen.unix_ms = 1741000000000;
    return statement;
}

static inline toc_statement sample_cluster(void)
{
    toc_statement statement = sample_common(TOC_RECORD_CLUSTER);
    statement.as.cluster = (toc_cluster_body){.cluster = text_span("lazarus-42"),
                                              .title = text_span("Bybit proceeds, branch 42"),
                                              .entity_type = text_span("thief"),
                                              .method = text_span("multi-input"),
                                              .size = 612};
    return statement;
}

/* `count` members from `storage`: an addition and a removal on two chains, in turns of two. */
static inline toc_statement sample_members(toc_member *storage, size_t count)
{
    toc_statement statement = sample_common(TOC_RECORD_MEMBERS);
    toc_wallet btc = sample_wallet("BTC", SAMPLE_BTC), eth = sample_wallet("ETH", SAMPLE_EVM);
    for (size_t i = 0; i < count; i++)
        storage[i] = (toc_member){.wallet = i / 2 % 2 == 0 ? btc : eth, .remove = i % 4 == 3};
    statement.as.members =
        (toc_members_body){.cluster = text_span("lazarus-42"), .count = count, .members = storage};
    return statement;
}

static inline toc_statement sample_retraction(toc_record_kind target_kind)
{
    toc_statement statement = sample_common(TOC_RECORD_RETRACTION);
    toc_retraction_body *body = &statement.as.retraction;
    memset(body->target.bytes, 0xAB, 32);
    body->target_kind = target_kind;
    body->reason = TOC_RETRACT_DELISTED;
    if (target_kind == TOC_RECORD_CLUSTER) {
        body->cluster.cluster = text_span("lazarus-42");
        return statement;
    }
    body->wallet.wallet = sample_wallet("BTC", SAMPLE_BTC);
    body->wallet.role = text_span("perpetrator");
    body->wallet.category = text_span("sanctions");
    body->wallet.actor = text_span("lazarus");
    return statement;
}

#endif
