/* Law: decode ∘ encode = identity; what a check refuses, neither direction lets through. */
#include <stdlib.h>

#include "tests/unit/record/sample.h"

static toc_arena *arena;

static int set_up(void **state)
{
    toc_err err;
    (void)state;
    TOC_CHECK_OK(toc_arena_new(4u << 20, &arena, &err));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    toc_arena_free(arena);
    return 0;
}

static void check_span(toc_span left, toc_span right)
{
    assert_int_equal(left.size, right.size);
    if (left.size > 0)
        assert_memory_equal(left.data, right.data, left.size);
}

static void check_wallet(const toc_wallet *left, const toc_wallet *right)
{
    assert_ptr_equal(left->chain, right->chain);
    assert_string_equal(left->address, right->address);
    assert_string_equal(left->tag, right->tag);
    check_span(toc_subject_view(&left->subject), toc_subject_view(&right->subject));
}

static void check_wallet_body(const toc_wallet_body *left, const toc_wallet_body *right)
{
    check_wallet(&left->wallet, &right->wallet);
    check_span(left->role, right->role);
    check_span(left->category, right->category);
    check_span(left->actor, right->actor);
    check_span(left->incident, right->incident);
    check_span(left->literal, right->literal);
    assert_int_equal(left->first_seen.unix_ms, right->first_seen.unix_ms);
    assert_int_equal(left->last_seen.unix_ms, right->last_seen.unix_ms);
    assert_int_equal(left->asset_count, right->asset_count);
    for (size_t i = 0; i < left->asset_count; i++) {
        check_span(left->assets[i].asset, right->assets[i].asset);
        assert_memory_equal(left->assets[i].base_units, right->assets[i].base_units, 32);
        assert_int_equal(left->assets[i].decimals, right->assets[i].decimals);
        assert_int_equal(left->assets[i].stated, right->assets[i].stated);
    }
    assert_int_equal(left->label_count, right->label_count);
    for (size_t i = 0; i < left->label_count; i++)
        check_span(left->labels[i], right->labels[i]);
}

static void check_common(const toc_statement *left, const toc_statement *right)
{
    assert_int_equal(left->kind, right->kind);
    assert_int_equal(left->revision, right->revision);
    assert_int_equal(left->issued_at.unix_ms, right->issued_at.unix_ms);
    assert_int_equal(left->valid_until.unix_ms, right->valid_until.unix_ms);
    assert_int_equal(left->tlp, right->tlp);
    assert_int_equal(left->releasable_count, right->releasable_count);
    assert_int_equal(left->not_to_count, right->not_to_count);
    if (left->releasable_count > 0)
        assert_memory_equal(left->releasable_to, right->releasable_to, 32 * left->releasable_count);
    if (left->not_to_count > 0)
        assert_memory_equal(left->not_to, right->not_to, 32 * left->not_to_count);
    check_span(left->purpose, right->purpose);
    assert_int_equal(left->confidence, right->confidence);
    check_span(left->confidence_scale, right->confidence_scale);
    assert_int_equal(left->source.ground, right->source.ground);
    check_span(left->source.id, right->source.id);
    check_span(left->source.version, right->source.version);
    assert_int_equal(left->root_count, right->root_count);
    for (size_t i = 0; i < left->root_count; i++)
        check_span(left->roots[i], right->roots[i]);
    check_span(left->note, right->note);
}

static void check_same(const toc_statement *left, const toc_statement *right)
{
    check_common(left, right);
    if (left->kind == TOC_RECORD_WALLET) {
        check_wallet_body(&left->as.wallet, &right->as.wallet);
    } else if (left->kind == TOC_RECORD_CLUSTER) {
        check_span(left->as.cluster.cluster, right->as.cluster.cluster);
        check_span(left->as.cluster.title, right->as.cluster.title);
        check_span(left->as.cluster.entity_type, right->as.cluster.entity_type);
        check_span(left->as.cluster.method, right->as.cluster.method);
        assert_int_equal(left->as.cluster.size, right->as.cluster.size);
    } else if (left->kind == TOC_RECORD_MEMBERS) {
        check_span(left->as.members.cluster, right->as.members.cluster);
        assert_int_equal(left->as.members.count, right->as.members.count);
        for (size_t i = 0; i < left->as.members.count; i++) {
            const toc_member *a = &left->as.members.members[i], *b = &right->as.members.members[i];
            check_wallet(&a->wallet, &b->wallet);
            assert_int_equal(a->remove, b->remove);
        }
    } else {
        const toc_retraction_body *a = &left->as.retraction, *b = &right->as.retraction;
        assert_memory_equal(a->target.bytes, b->target.bytes, 32);
        assert_int_equal(a->target_kind, b->target_kind);
        assert_int_equal(a->reason, b->reason);
        check_span(a->cluster.cluster, b->cluster.cluster);
        if (a->target_kind == TOC_RECORD_WALLET)
            check_wallet_body(&a->wallet, &b->wallet);
    }
}

static toc_span encoded(const toc_statement *statement)
{
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    TOC_CHECK_OK(toc_record_encode(statement, &buf, &err));
    return toc_arena_dup(arena, toc_buf_view(&buf));
}

static void check_round_trip(const toc_statement *statement)
{
    toc_err err;
    toc_statement back;
    toc_span bytes = encoded(statement);
    TOC_CHECK_OK(toc_record_decode(bytes, arena, &back, &err));
    check_same(statement, &back);
    check_span(bytes, encoded(&back)); /* the same struct, the same bytes */
}

static void every_kind_comes_back_as_it_went(void **state)
{
    (void)state;
    toc_member *members = toc_arena_zalloc(arena, 512, sizeof *members);
    toc_statement statements[] = {
        sample_wallet_claim(),
        sample_full_wallet_claim(),
        sample_cluster(),
        sample_members(members, 7),
        sample_members(members, 1),
        sample_members(members, 512),
        sample_retraction(TOC_RECORD_WALLET),
        sample_retraction(TOC_RECORD_CLUSTER),
    };
    for (size_t i = 0; i < TOC_COUNT(statements); i++) {
        if (statements[i].kind == TOC_RECORD_MEMBERS)
            (void)sample_members(members, statements[i].as.members.count);
        check_round_trip(&statements[i]);
    }
}

static void the_extremes_come_back_too(void **state)
{
    (void)state;
    toc_statement statement = sample_full_wallet_claim();
    toc_amount amount = {.asset = text_span("native"), .decimals = 255, .stated = true};
    memset(amount.base_units, 0xFF, sizeof amount.base_units);
    statement.as.wallet.assets = &amount;
    statement.as.wallet.asset_count = 1;
    statement.revision = UINT64_MAX;
    statement.issued_at.unix_ms = TOC_TIME_MS_MAX;
    statement.confidence = 100;
    static char note[TOC_NOTE_BYTES_MAX];
    memset(note, 'n', sizeof note);
    statement.note = toc_span_of(note, sizeof note);
    check_round_trip(&statement);
    statement.confidence = 0;
    memset(amount.base_units, 0, sizeof amount.base_units);
    amount.decimals = 0;
    check_round_trip(&statement);
}

/* A statement that has one thing wrong is refused with a sentence that names the field. */
static void refuse(const toc_statement *statement, toc_code code, const char *field)
{
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    toc_err err;
    toc_buf_add_text(&buf, "kept");
    if (toc_record_encode(statement, &buf, &err) != code)
        fail_msg("%s: expected %s", field, toc_code_name(code));
    assert_int_equal(err.code, code);
    if (strstr(err.text, field) == NULL)
        fail_msg("'%s' does not name %s", err.text, field);
    assert_int_equal(buf.size, 4);
    assert_int_equal(toc_record_encode(statement, &buf, NULL), code);
}

#define REFUSE(base, change, code, field)                                                          \
    do {                                                                                           \
        toc_statement s = (base);                                                                  \
        change;                                                                                    \
        refuse(&s, code, field);                                                                   \
    } while (0)

static void common_fields_are_checked(void **state)
{
    (void)state;
    toc_statement ok = sample_full_wallet_claim();
    static char long_text[TOC_NOTE_BYTES_MAX + 1];
    memset(long_text, 'x', sizeof long_text);
    static toc_org_id orgs[TOC_AUDIENCE_MAX + 1];
    REFUSE(ok, s.kind = TOC_RECORD_LAST + 1, TOC_MALFORMED, "kind");
    REFUSE(ok, s.kind = 0, TOC_MALFORMED, "kind");
    REFUSE(ok, s.revision = 0, TOC_MALFORMED, "revision");
    REFUSE(ok, s.issued_at.unix_ms = 0, TOC_MALFORMED, "issued_at");
    REFUSE(ok, s.issued_at.unix_ms = TOC_TIME_MS_MAX + 1, TOC_MALFORMED, "issued_at");
    REFUSE(ok, s.valid_until.unix_ms = UINT64_MAX, TOC_MALFORMED, "valid_until");
    REFUSE(ok, s.tlp = 0, TOC_MALFORMED, "tlp");
    REFUSE(ok, s.tlp = 6, TOC_MALFORMED, "tlp");
    REFUSE(ok, s.confidence = 101, TOC_MALFORMED, "confidence");
    REFUSE(ok, s.confidence_scale = text_span("Per Cent"), TOC_MALFORMED, "confidence_scale");
    REFUSE(ok, s.purpose = toc_span_of(long_text, TOC_TEXT_BYTES_MAX + 1), TOC_LIMIT, "purpose");
    REFUSE(ok, s.purpose = text_span("two\nlines"), TOC_MALFORMED, "purpose");
    REFUSE(ok, s.note = toc_span_of(long_text, sizeof long_text), TOC_LIMIT, "note");
    REFUSE(ok, s.note = text_span("a\ttab"), TOC_MALFORMED, "note");
    REFUSE(ok, s.note = text_span("\x1B[31m"), TOC_MALFORMED, "note");
    REFUSE(ok, s.note = text_span("\x7F"), TOC_MALFORMED, "note");
    REFUSE(ok, s.note = text_span("c1 \xC2\x9B"), TOC_MALFORMED, "note");
    REFUSE(ok, s.note = text_span("\xFF"), TOC_MALFORMED, "note");
    REFUSE(ok, s.note = toc_span_of("a\0b", 3), TOC_MALFORMED, "note");
    REFUSE(ok, s.source.ground = 0, TOC_MALFORMED, "source");
    REFUSE(ok, s.source.ground = 5, TOC_STATE, "source");
    REFUSE(ok, s.source.id = text_span(""), TOC_MALFORMED, "source");
    REFUSE(ok, s.source.id = text_span("OFAC SDN"), TOC_MALFORMED, "source");
    REFUSE(ok, s.source.version = text_span("\n"), TOC_MALFORMED, "source version");
    REFUSE(ok, s.source.ground = TOC_GROUND_OWN, TOC_MALFORMED, "own observation");
    REFUSE(ok, s.source.ground = TOC_GROUND_OWN;
           s.source.version = (toc_span){0}, TOC_MALFORMED, "own observation");
    REFUSE(ok, s.source.ground = TOC_GROUND_OWN;
           s.source.id = (toc_span){0}, TOC_MALFORMED, "own observation");
    REFUSE(ok, s.releasable_to = orgs; s.releasable_count = 2, TOC_MALFORMED, "releasable_to");
    REFUSE(ok, s.not_to = orgs; s.not_to_count = TOC_AUDIENCE_MAX + 1, TOC_LIMIT, "not_to");
}

static void a_head_has_the_one_root_that_its_source_can_have(void **state)
{
    (void)state;
    static const uint8_t own[33] = {TOC_ROOT_OWN};
    static const struct {
        toc_root root;
        toc_ground ground;
        toc_code code;
    } cases[] = {
        {{(const uint8_t *)"\2x", 2}, TOC_GROUND_LIST, TOC_OK},
        {{own, 33}, TOC_GROUND_LIST, TOC_OK},
        {{own, 32}, TOC_GROUND_LIST, TOC_MALFORMED},
        {{(const uint8_t *)"\3x", 2}, TOC_GROUND_LIST, TOC_MALFORMED},
        {{(const uint8_t *)"\2", 1}, TOC_GROUND_LIST, TOC_MALFORMED},
        {{(const uint8_t *)"", 0}, TOC_GROUND_LIST, TOC_MALFORMED},
        {{(const uint8_t *)"\2X", 2}, TOC_GROUND_LIST, TOC_MALFORMED},
        {{(const uint8_t *)"\3x", 2}, TOC_GROUND_VENDOR, TOC_OK},
        {{own, 33}, TOC_GROUND_VENDOR, TOC_OK},
        {{(const uint8_t *)"\2x", 2}, TOC_GROUND_VENDOR, TOC_MALFORMED},
        {{own, 33}, TOC_GROUND_OWN, TOC_OK},
        {{(const uint8_t *)"\2x", 2}, TOC_GROUND_OWN, TOC_MALFORMED},
        {{(const uint8_t *)"\4x", 2}, TOC_GROUND_OWN, TOC_MALFORMED},
    };
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        toc_statement statement = sample_wallet_claim();
        statement.source = (toc_source){.ground = cases[i].ground};
        if (cases[i].ground != TOC_GROUND_OWN)
            statement.source.id = text_span("a-list");
        statement.roots = &cases[i].root;
        if (cases[i].code == TOC_OK)
            check_round_trip(&statement);
        else
            refuse(&statement, cases[i].code, "roots");
    }
    toc_root two[2] = {{(const uint8_t *)"\2a", 2}, {(const uint8_t *)"\2b", 2}};
    REFUSE(sample_wallet_claim(), s.roots = two; s.root_count = 2, TOC_MALFORMED, "roots");
    REFUSE(sample_wallet_claim(), s.root_count = 0, TOC_MALFORMED, "roots");
    REFUSE(sample_cluster(), s.root_count = 0, TOC_MALFORMED, "roots");
    REFUSE(sample_retraction(TOC_RECORD_CLUSTER), s.roots = two;
           s.root_count = 1, TOC_MALFORMED, "roots");
    toc_member member;
    REFUSE(sample_members(&member, 1), s.roots = two; s.root_count = 1, TOC_MALFORMED, "roots");
}

static void wallet_fields_are_checked(void **state)
{
    (void)state;
    toc_statement ok = sample_full_wallet_claim();
    toc_wallet_body *body = &ok.as.wallet;
    static toc_span labels[TOC_LABELS_MAX + 1];
    static toc_amount assets[TOC_ASSETS_MAX + 1];
    toc_amount one = body->assets[0];
    REFUSE(ok, s.as.wallet.role = text_span(""), TOC_MALFORMED, "role");
    REFUSE(ok, s.as.wallet.role = text_span("Thief"), TOC_MALFORMED, "role");
    REFUSE(ok, s.as.wallet.category = text_span(""), TOC_MALFORMED, "category");
    REFUSE(ok, s.as.wallet.actor = text_span("a b"), TOC_MALFORMED, "actor");
    REFUSE(ok, s.as.wallet.incident = text_span("#1"), TOC_MALFORMED, "incident");
    REFUSE(ok, s.as.wallet.literal = text_span(s.as.wallet.wallet.address), TOC_MALFORMED,
           "literal");
    REFUSE(ok, s.as.wallet.literal = text_span("a\rb"), TOC_MALFORMED, "literal");
    REFUSE(ok, s.as.wallet.last_seen.unix_ms = 1, TOC_MALFORMED, "last_seen");
    REFUSE(ok, s.as.wallet.first_seen.unix_ms = UINT64_MAX, TOC_MALFORMED, "first_seen");
    REFUSE(ok, s.as.wallet.label_count = TOC_LABELS_MAX + 1;
           s.as.wallet.labels = labels, TOC_LIMIT, "labels");
    REFUSE(ok, s.as.wallet.label_count = 1; s.as.wallet.labels = labels, TOC_MALFORMED, "labels");
    labels[0] = labels[1] = text_span("same");
    REFUSE(ok, s.as.wallet.label_count = 2; s.as.wallet.labels = labels, TOC_MALFORMED, "labels");
    REFUSE(ok, s.as.wallet.asset_count = TOC_ASSETS_MAX + 1;
           s.as.wallet.assets = assets, TOC_LIMIT, "assets");
    assets[0] = assets[1] = one;
    REFUSE(ok, s.as.wallet.asset_count = 2; s.as.wallet.assets = assets, TOC_MALFORMED, "assets");
    assets[0].stated = false; /* its amount and decimals are left */
    REFUSE(ok, s.as.wallet.asset_count = 1; s.as.wallet.assets = assets, TOC_MALFORMED, "assets");
    assets[0].decimals = 0;
    REFUSE(ok, s.as.wallet.asset_count = 1; s.as.wallet.assets = assets, TOC_MALFORMED, "assets");
    REFUSE(ok, s.as.wallet.wallet.chain = NULL, TOC_MALFORMED, "wallet");
    REFUSE(ok, s.as.wallet.wallet.address[2] = 'D', TOC_MALFORMED, "address");
    REFUSE(ok, s.as.wallet.wallet.subject.bytes[3] ^= 1, TOC_MALFORMED, "subject");
}

static void an_asset_is_native_or_caip_19(void **state)
{
    (void)state;
    static const char *const good[] = {
        "native", "eip155:1/slip44:60", "bip122:000/slip44:0",
        "tron:728126428/trc20:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
        "eip155:1/erc721:0x06012c8cf97BEaD5deAe237070F9587f8E7A266d/771769"};
    static const char *const bad[] = {"",
                                      "ETH",
                                      "Native",
                                      "eip155:1",
                                      "eip155:1/erc20",
                                      "eip155:1/erc20:",
                                      "eip155:1/erc20:0x/",
                                      "EIP155:1/erc20:0x",
                                      "eip155:1/erc20:0x/1/2",
                                      "eip155/erc20:0x",
                                      "eip155:1/erc 20:0x",
                                      "eip155:1/erc20:0x ",
                                      "ab:1/erc20:0x"};
    for (size_t i = 0; i < TOC_COUNT(good); i++) {
        toc_statement statement = sample_wallet_claim();
        toc_amount amount = {.asset = text_span(good[i])};
        statement.as.wallet.assets = &amount;
        statement.as.wallet.asset_count = 1;
        check_round_trip(&statement);
    }
    for (size_t i = 0; i < TOC_COUNT(bad); i++) {
        toc_amount amount = {.asset = text_span(bad[i])};
        REFUSE(sample_wallet_claim(), s.as.wallet.assets = &amount;
               s.as.wallet.asset_count = 1, TOC_MALFORMED, "assets");
    }
}

static void cluster_and_member_fields_are_checked(void **state)
{
    (void)state;
    toc_member *members = toc_arena_zalloc(arena, TOC_CHUNK_MEMBERS_MAX + 1, sizeof *members);
    REFUSE(sample_cluster(), s.as.cluster.cluster = text_span(""), TOC_MALFORMED, "cluster");
    REFUSE(sample_cluster(), s.as.cluster.title = text_span("\n"), TOC_MALFORMED, "title");
    REFUSE(sample_cluster(), s.as.cluster.entity_type = text_span(""), TOC_MALFORMED,
           "entity_type");
    REFUSE(sample_cluster(), s.as.cluster.method = text_span("A"), TOC_MALFORMED, "method");
    REFUSE(sample_members(members, 1), s.as.members.count = 0, TOC_MALFORMED, "members");
    REFUSE(sample_members(members, TOC_CHUNK_MEMBERS_MAX + 1), (void)0, TOC_LIMIT, "members");
    REFUSE(sample_members(members, 2), s.as.members.cluster = text_span("a b"), TOC_MALFORMED,
           "cluster");
    (void)sample_members(members, 3);
    members[2].wallet.tag[0] = '7';
    toc_statement tagged = sample_members(members, 2);
    tagged.as.members.count = 3;
    refuse(&tagged, TOC_MALFORMED, "members");
}

static void a_retraction_says_the_identity_of_its_target_and_no_more(void **state)
{
    (void)state;
    toc_statement wallet = sample_retraction(TOC_RECORD_WALLET);
    toc_statement cluster = sample_retraction(TOC_RECORD_CLUSTER);
    toc_span label = text_span("x");
    REFUSE(wallet, s.as.retraction.target_kind = TOC_RECORD_MEMBERS, TOC_MALFORMED, "target_kind");
    REFUSE(wallet, s.as.retraction.target_kind = TOC_RECORD_RETRACTION, TOC_MALFORMED,
           "target_kind");
    REFUSE(wallet, s.as.retraction.reason = 0, TOC_MALFORMED, "reason");
    REFUSE(wallet, s.as.retraction.reason = 7, TOC_STATE, "reason");
    REFUSE(wallet, s.as.retraction.wallet.labels = &label;
           s.as.retraction.wallet.label_count = 1, TOC_MALFORMED, "retraction");
    REFUSE(wallet, s.as.retraction.wallet.first_seen.unix_ms = 5, TOC_MALFORMED, "retraction");
    REFUSE(wallet, s.as.retraction.wallet.literal = label, TOC_MALFORMED, "retraction");
    REFUSE(wallet, s.as.retraction.wallet.role = text_span(""), TOC_MALFORMED, "role");
    REFUSE(cluster, s.as.retraction.cluster.title = label, TOC_MALFORMED, "retraction");
    REFUSE(cluster, s.as.retraction.cluster.cluster = text_span(""), TOC_MALFORMED, "cluster");
}

static void a_record_that_does_not_fit_an_entry_is_refused(void **state)
{
    (void)state;
    /* 512 members whose chain changes at every step: each is a run of its own. */
    toc_member *members = toc_arena_zalloc(arena, 512, sizeof *members);
    toc_statement statement = sample_members(members, 512);
    toc_wallet btc = members[0].wallet, eth = members[2].wallet;
    for (size_t i = 0; i < 512; i++)
        members[i].wallet = i % 2 == 0 ? btc : eth;
    refuse(&statement, TOC_LIMIT, "32596");
}

static void every_truncation_is_refused_and_leaves_out_untouched(void **state)
{
    (void)state;
    toc_member members[4];
    toc_statement statements[] = {sample_full_wallet_claim(), sample_cluster(),
                                  sample_members(members, 4), sample_retraction(TOC_RECORD_WALLET)};
    for (size_t i = 0; i < TOC_COUNT(statements); i++) {
        toc_span bytes = encoded(&statements[i]);
        for (size_t size = 0; size < bytes.size; size++) {
            toc_statement out = {.revision = 4711};
            toc_err err;
            uint8_t *exact = malloc(size == 0 ? 1 : size); /* so that a sanitizer sees every byte */
            assert_non_null(exact);
            memcpy(exact, bytes.data, size);
            assert_int_not_equal(toc_record_decode(toc_span_of(exact, size), arena, &out, &err),
                                 TOC_OK);
            assert_int_equal(out.revision, 4711);
            free(exact);
            toc_arena_reset(arena);
            bytes = encoded(&statements[i]);
        }
    }
}

static void terms_that_this_build_does_not_know_are_no_fault(void **state)
{
    (void)state;
    toc_statement statement = sample_wallet_claim();
    statement.as.wallet.role = text_span("a-role-of-2031");
    statement.as.wallet.category = text_span("a-category-of-2031");
    statement.confidence_scale = text_span("a-scale-of-2031");
    check_round_trip(&statement);
    toc_statement cluster = sample_cluster();
    cluster.as.cluster.entity_type = text_span("an-entity-of-2031");
    cluster.as.cluster.method = text_span("a-method-of-2031");
    check_round_trip(&cluster);
}

static void too_many_bytes_and_too_small_an_arena_are_told(void **state)
{
    (void)state;
    uint8_t *zeros = toc_arena_zalloc(arena, TOC_RECORD_BULK_BYTES_MAX + 1, 1);
    toc_statement statement = sample_full_wallet_claim(), out = {.revision = 4711};
    toc_span bytes = encoded(&statement);
    toc_err err;
    assert_int_equal(
        toc_record_decode(toc_span_of(zeros, TOC_RECORD_BULK_BYTES_MAX + 1), arena, &out, &err),
        TOC_LIMIT);
    assert_non_null(strstr(err.text, "32597 bytes"));
    size_t refused = 0;
    for (size_t ceiling = 0;; ceiling += 16) {
        TOC_AUTO(toc_arena_free) toc_arena *small = NULL;
        TOC_CHECK_OK(toc_arena_new(ceiling, &small, &err));
        toc_code code = toc_record_decode(bytes, small, &out, &err);
        if (code == TOC_OK)
            break;
        refused++;
        assert_true(code == TOC_LIMIT || code == TOC_NO_MEMORY);
        assert_int_equal(out.revision, 4711);
    }
    assert_true(refused > 20);
}

static void a_draft_lacks_what_the_node_adds_and_nothing_else(void **state)
{
    (void)state;
    toc_statement draft = sample_full_wallet_claim(), out;
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    assert_int_equal(toc_draft_encode(&draft, &buf, &err), TOC_MALFORMED);
    draft.revision = 0;
    draft.issued_at.unix_ms = 0;
    assert_int_equal(toc_draft_encode(&draft, &buf, &err), TOC_MALFORMED); /* a root is left */
    draft.root_count = 0;
    TOC_CHECK_OK(toc_draft_encode(&draft, &buf, &err));
    TOC_CHECK_OK(toc_draft_decode(toc_buf_view(&buf), arena, &out, &err));
    check_same(&draft, &out);
    draft.as.wallet.role = text_span("No Role");
    assert_int_equal(toc_draft_encode(&draft, &buf, &err), TOC_MALFORMED);
}

static void a_literal_that_fails_its_checksum_is_kept_as_such(void **state)
{
    (void)state;
    toc_statement statement = sample_wallet_claim();
    toc_wallet *wallet = &statement.as.wallet.wallet;
    const toc_chain *btc = wallet->chain;
    toc_err err;
    TOC_CHECK_OK(toc_wallet_keep_invalid(btc, text_span("1A1zP1eP5QGefi2DMPTfTL5SLmv7Divfxx"),
                                         wallet, &err));
    check_round_trip(&statement);
    toc_statement back;
    TOC_CHECK_OK(toc_record_decode(encoded(&statement), arena, &back, &err));
    assert_true((back.as.wallet.wallet.flags & TOC_WALLET_INVALID) != 0);
    REFUSE(statement, s.as.wallet.wallet.flags = 0, TOC_MALFORMED, "address");
    REFUSE(statement, s.as.wallet.wallet.tag[0] = '1', TOC_MALFORMED, "tag");
    /* What is valid after all may not be said to be broken. */
    REFUSE(sample_wallet_claim(), s.as.wallet.wallet.flags |= TOC_WALLET_INVALID, TOC_MALFORMED,
           "flagged as invalid");
    toc_member member = {.wallet = *wallet};
    toc_statement members = sample_members(&member, 1);
    member.wallet = *wallet;
    refuse(&members, TOC_MALFORMED, "members");
}

static void names_are_read_as_they_are_written(void **state)
{
    (void)state;
    toc_err err;
    toc_tlp tlp;
    toc_retraction_reason reason;
    for (unsigned i = TOC_TLP_CLEAR; i <= TOC_TLP_RED; i++) {
        TOC_CHECK_OK(toc_tlp_parse(text_span(toc_tlp_name((toc_tlp)i)), &tlp, &err));
        assert_int_equal(tlp, i);
    }
    TOC_CHECK_OK(toc_tlp_parse(text_span("tlp:amber+strict"), &tlp, &err));
    assert_int_equal(tlp, TOC_TLP_AMBER_STRICT);
    TOC_CHECK_OK(toc_tlp_parse(text_span("White"), &tlp, &err));
    assert_int_equal(tlp, TOC_TLP_CLEAR);
    assert_int_equal(toc_tlp_parse(text_span("purple"), &tlp, &err), TOC_MALFORMED);
    assert_non_null(strstr(err.text, "'purple'"));
    assert_int_equal(toc_tlp_parse(text_span("TLP:"), &tlp, &err), TOC_MALFORMED);
    assert_int_equal(toc_tlp_parse(text_span(""), &tlp, &err), TOC_MALFORMED);
    for (unsigned i = TOC_RETRACT_ERROR; i <= TOC_RETRACT_DELISTED; i++) {
        const char *name = toc_retraction_reason_name((toc_retraction_reason)i);
        TOC_CHECK_OK(toc_retraction_reason_parse(text_span(name), &reason, &err));
        assert_int_equal(reason, i);
    }
    assert_int_equal(toc_retraction_reason_parse(text_span("boredom"), &reason, &err),
                     TOC_MALFORMED);
    assert_string_equal(toc_record_kind_name(TOC_RECORD_MEMBERS), "cluster-members");
    assert_string_equal(toc_record_kind_name(77), "unknown");
    assert_string_equal(toc_tlp_name(0), "unknown");
}

int main(void)
{
#define RECORD_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        RECORD_TEST(every_kind_comes_back_as_it_went),
        RECORD_TEST(the_extremes_come_back_too),
        RECORD_TEST(common_fields_are_checked),
        RECORD_TEST(a_head_has_the_one_root_that_its_source_can_have),
        RECORD_TEST(wallet_fields_are_checked),
        RECORD_TEST(an_asset_is_native_or_caip_19),
        RECORD_TEST(cluster_and_member_fields_are_checked),
        RECORD_TEST(a_retraction_says_the_identity_of_its_target_and_no_more),
        RECORD_TEST(a_record_that_does_not_fit_an_entry_is_refused),
        RECORD_TEST(every_truncation_is_refused_and_leaves_out_untouched),
        RECORD_TEST(terms_that_this_build_does_not_know_are_no_fault),
        RECORD_TEST(too_many_bytes_and_too_small_an_arena_are_told),
        RECORD_TEST(a_draft_lacks_what_the_node_adds_and_nothing_else),
        RECORD_TEST(a_literal_that_fails_its_checksum_is_kept_as_such),
        RECORD_TEST(names_are_read_as_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
