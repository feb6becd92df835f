#include "tests/support/plan.h"

#include <stdlib.h>

#include "proto/address/base58.h"
#include "proto/address/bech32.h"
#include "proto/address/subject.h"
#include "proto/base/text.h"

enum {
    FIELDS_MAX = 16,
    ALERT_MEMBERS_MAX = 100 /* more would not fit an alert's entry */
};

typedef struct fields {
    size_t count, next;
    char *at[FIELDS_MAX];
} fields;

static void split(char *line, fields *out)
{
    *out = (fields){0};
    line[strcspn(line, "\n")] = '\0';
    for (char *field; (field = strsep(&line, "\t")) != NULL;) {
        assert_true(out->count < FIELDS_MAX);
        out->at[out->count++] = field;
    }
}

static const char *take(fields *from)
{
    assert_true(from->next < from->count);
    return from->at[from->next++];
}

static uint64_t take_number(fields *from)
{
    toc_err err = {0};
    uint64_t number;
    TOC_CHECK_OK(toc_u64_parse(toc_span_text(take(from)), UINT64_MAX, &number, &err));
    return number;
}

static void take_id(fields *from, uint8_t out[32])
{
    toc_err err = {0};
    TOC_CHECK_OK(toc_hex_decode(toc_span_text(take(from)), out, 32, &err));
}

/* ---- wallets: from a subject back to an address ---- */

static void spell_base58(uint8_t version, const uint8_t *hash, char *out)
{
    uint8_t payload[21] = {version};
    memcpy(payload + 1, hash, 20);
    toc_base58check_encode(TOC_BASE58_BITCOIN, TOC_SPAN_OF(payload), out);
}

static void spell_bech32(const uint8_t *program, size_t size, char *out)
{
    uint8_t values[1 + 64] = {0};
    size_t count = toc_bits_split(program, size, values + 1);
    toc_bech32_encode(TOC_BECH32, "bc", values, 1 + count, out);
}

/* Kinds as worlds.py numbers them; whatever else is an account. */
enum { WORLD_P2PKH = 1, WORLD_P2SH = 2, WORLD_P2WPKH = 3, WORLD_P2WSH = 4 };

static void spell(const uint8_t *subject, size_t size, char out[TOC_BASE58_TEXT_MAX])
{
    const uint8_t *payload = subject + 1;
    uint8_t family = subject[size - 2], kind = subject[size - 1];
    bool ltc = family == TOC_FAMILY_LTC;
    if (kind == WORLD_P2PKH)
        spell_base58(ltc ? 48 : 0, payload, out);
    else if (kind == WORLD_P2SH)
        spell_base58(ltc ? 50 : 5, payload, out);
    else if (kind == WORLD_P2WPKH || kind == WORLD_P2WSH)
        spell_bech32(payload, size - 3, out);
    else if (family == TOC_FAMILY_TRON)
        spell_base58(0x41, payload, out);
    else {
        out[0] = '0';
        out[1] = 'x';
        toc_hex_encode(toc_span_of(payload, 20), out + 2);
    }
}

static const char *chain_of(uint8_t family)
{
    switch (family) {
    case TOC_FAMILY_LTC:
        return "LTC";
    case TOC_FAMILY_EVM:
        return "eip155:1";
    case TOC_FAMILY_TRON:
        return "TRON";
    default:
        return "BTC";
    }
}

/* `chain` empty: one of the subject's family. */
static toc_wallet wallet_of(const char *hex, const char *chain)
{
    toc_err err = {0};
    uint8_t subject[TOC_SUBJECT_BYTES_MAX];
    size_t size = strlen(hex) / 2;
    char text[TOC_BASE58_TEXT_MAX];
    toc_wallet wallet;
    assert_true(size > 3 && size <= sizeof subject);
    TOC_CHECK_OK(toc_hex_decode(toc_span_text(hex), subject, size, &err));
    spell(subject, size, text);
    const char *name = chain[0] != '\0' ? chain : chain_of(subject[size - 2]);
    const toc_chain *found = toc_chain_find(toc_span_text(name));
    assert_non_null(found);
    TOC_CHECK_OK(toc_wallet_parse_on(found, toc_span_text(text), &wallet, &err));
    /* All but the number of the kind, which the worlds have of their own. */
    assert_int_equal(wallet.subject.size, size);
    assert_memory_equal(wallet.subject.bytes, subject, size - 1);
    return wallet;
}

/* ---- statements ---- */

static toc_source source_of(const char *hex)
{
    toc_err err = {0};
    static char id[64];
    size_t size = strlen(hex) / 2;
    uint8_t bytes[1 + sizeof id];
    assert_true(size >= 1 && size <= sizeof bytes);
    TOC_CHECK_OK(toc_hex_decode(toc_span_text(hex), bytes, size, &err));
    if (bytes[0] == TOC_GROUND_OWN)
        return (toc_source){.ground = TOC_GROUND_OWN};
    memcpy(id, bytes + 1, size - 1);
    return (toc_source){.ground = (toc_ground)bytes[0], .id = toc_span_of(id, size - 1)};
}

/* A tag where the chain has none is left out: no record of it would be well-formed. */
static void take_tag(const char *tag, toc_wallet *wallet)
{
    toc_wallet with_tag;
    toc_code code =
        toc_wallet_read(toc_span_text(toc_chain_caip2(wallet->chain)),
                        toc_span_text(wallet->address), toc_span_text(tag), &with_tag, NULL);
    if (code == TOC_OK)
        *wallet = with_tag;
}

static toc_statement take_wallet(fields *from)
{
    const char *subject = take(from), *tag = take(from), *chain = take(from);
    toc_wallet wallet = wallet_of(subject, chain);
    take_tag(tag, &wallet);
    const char *role = take(from);
    toc_statement statement = toc_book_claim(wallet, take(from));
    statement.as.wallet.role = toc_span_text(role);
    statement.as.wallet.actor = toc_span_text(take(from));
    statement.as.wallet.incident = toc_span_text(take(from));
    statement.source = source_of(take(from));
    return statement;
}

static toc_statement take_cluster(fields *from)
{
    toc_err err = {0};
    toc_statement statement = toc_book_cluster(take(from));
    if (take_number(from) == 1)
        statement.as.cluster.entity_type = toc_span_text("exchange");
    const char *root = take(from);
    uint8_t tag;
    TOC_CHECK_OK(toc_hex_decode(toc_span_of(root, 2), &tag, 1, &err));
    statement.source = source_of(tag == TOC_ROOT_OWN ? "01" : root);
    return statement;
}

static toc_statement take_members(fields *from, toc_member *storage)
{
    const char *name = take(from);
    char *list = from->at[from->next++];
    size_t count = 0;
    for (char *member; (member = strsep(&list, ",")) != NULL;) {
        assert_true(count < TOC_CHUNK_MEMBERS_MAX);
        storage[count++] =
            (toc_member){.wallet = wallet_of(member + 1, ""), .remove = member[0] == '-'};
    }
    return toc_book_members(name, storage, count);
}

static toc_statement take_retraction(fields *from)
{
    toc_statement target =
        take_number(from) == 1 ? take_wallet(from) : toc_book_cluster(take(from));
    return toc_book_retraction(&target);
}

static toc_statement take_body(fields *from, uint64_t kind, toc_member *storage)
{
    toc_statement statement;
    if (kind == TOC_RECORD_MEMBERS)
        return take_members(from, storage);
    if (kind == TOC_RECORD_RETRACTION)
        return take_retraction(from);
    uint32_t confidence = (uint32_t)take_number(from);
    statement = kind == TOC_RECORD_WALLET ? take_wallet(from) : take_cluster(from);
    statement.confidence = confidence;
    return statement;
}

/* ---- records ---- */

static toc_test_feed *feed_of(toc_plan *plan, const toc_feed_name *name)
{
    for (size_t i = 0; i < plan->feed_count; i++) {
        const toc_feed_name *known = &plan->feeds[i]->name;
        if (known->lane == name->lane && toc_circle_id_equal(&known->circle, &name->circle) &&
            toc_org_id_equal(&known->org, &name->org))
            return plan->feeds[i];
    }
    assert_true(plan->feed_count < TOC_PLAN_FEEDS_MAX);
    toc_test_feed *feed = toc_test_feed_new(name->lane, (uint8_t)(plan->feed_count + 1));
    feed->name.circle = name->circle;
    feed->name.org = name->org;
    toc_feed_id_of(&feed->name, &feed->id);
    toc_test_feed_grant(feed, 1);
    plan->feeds[plan->feed_count++] = feed;
    return feed;
}

static void say_line(toc_plan *plan, fields *from)
{
    static toc_member storage[TOC_CHUNK_MEMBERS_MAX];
    toc_feed_name name = {.lane = TOC_LANE_BULK};
    uint64_t kind = take_number(from);
    take_id(from, name.circle.bytes);
    take_id(from, name.org.bytes);
    uint64_t revision = take_number(from), issued_at = take_number(from);
    uint64_t valid_until = take_number(from);
    toc_statement statement = take_body(from, kind, storage);
    statement.revision = revision;
    statement.issued_at.unix_ms = issued_at == 0 ? 1 : issued_at; /* 0 would be "missing" */
    statement.valid_until.unix_ms = valid_until;
    bool small = kind != TOC_RECORD_MEMBERS || statement.as.members.count <= ALERT_MEMBERS_MAX;
    if (small && (revision + issued_at / 1000 + plan->seed) % 3 == 0)
        name.lane = TOC_LANE_ALERT;
    (void)toc_viewbook_say(feed_of(plan, &name), statement);
}

bool toc_plan_read(FILE *file, toc_plan *out)
{
    char *line = NULL;
    size_t room = 0;
    fields parts;
    *out = (toc_plan){0};
    bool more = getline(&line, &room, file) > 0;
    if (more) {
        split(line, &parts);
        assert_string_equal(take(&parts), "world");
        out->seed = take_number(&parts);
        out->horizon = take_number(&parts);
    }
    while (more) {
        assert_true(getline(&line, &room, file) > 0);
        if (strcmp(line, "end\n") == 0)
            break;
        split(line, &parts);
        say_line(out, &parts);
    }
    free(line);
    return more;
}

void toc_plan_wipe(toc_plan *plan)
{
    for (size_t i = 0; i < plan->feed_count; i++)
        toc_test_feed_free(plan->feeds[i]);
    *plan = (toc_plan){0};
}
