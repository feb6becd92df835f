/* Every layout byte for byte against the worked examples, which tests/model/wire.py computes
 * without our code. */
#include "tests/support/check.h"

#include "proto/base/text.h"
#include "proto/crypto/hash.h"
#include "proto/crypto/seal.h"
#include "proto/crypto/sign.h"
#include "proto/feed/entry.h"
#include "proto/feed/erasure.h"
#include "proto/feed/grant.h"
#include "proto/feed/merkle.h"
#include "proto/feed/note.h"
#include "tests/support/vectors.h"

static toc_vectors *examples;

static const toc_vector *example(const char *name)
{
    for (size_t i = 0; i < toc_vectors_count(examples); i++) {
        if (strcmp(toc_vector_text(toc_vectors_at(examples, i), "case"), name) == 0)
            return toc_vectors_at(examples, i);
    }
    fail_msg("no worked example of %s", name);
    return NULL;
}

static toc_secret *secret_of(const toc_vector *vector, const char *key)
{
    toc_secret *secret = NULL;
    if (toc_secret_from(toc_vector_hex(vector, key), &secret, NULL) != TOC_OK)
        fail_msg("no slot for %s", key);
    return secret;
}

static void feed_of(const char *lane, toc_feed_name *out_name, toc_feed_id *out_id)
{
    static const char *const names[] = {"feed-alert", "feed-bulk", "feed-keys"};
    for (unsigned i = 0; i < TOC_LANE_COUNT; i++) {
        const toc_vector *vector = example(names[i]);
        if (strcmp(toc_vector_text(vector, "lane"), lane) != 0)
            continue;
        *out_name = (toc_feed_name){.lane = (toc_lane)i,
                                    .generation = toc_vector_u64(vector, "generation")};
        toc_vector_hex_into(vector, "circle", out_name->circle.bytes, 32);
        toc_vector_hex_into(vector, "org", out_name->org.bytes, 32);
        toc_vector_hex_into(vector, "feed_id", out_id->bytes, 32);
    }
}

static void assert_hex(const toc_vector *vector, const char *key, const void *bytes, size_t size)
{
    toc_span expected = toc_vector_hex(vector, key);
    assert_int_equal(expected.size, size);
    assert_memory_equal(bytes, expected.data, size);
}

static void names_origins_and_ids_of_feeds(void **state)
{
    (void)state;
    static const char *const lanes[] = {"alert", "bulk", "keys"}, *const cases[] = {"feed-alert",
                                                                                    "feed-bulk",
                                                                                    "feed-keys"};
    for (size_t i = 0; i < TOC_COUNT(lanes); i++) {
        toc_feed_name name;
        toc_feed_id expected, id;
        char origin[TOC_ORIGIN_BYTES_MAX];
        feed_of(lanes[i], &name, &expected);
        toc_feed_id_of(&name, &id);
        assert_true(toc_feed_id_equal(&id, &expected));
        toc_feed_origin(&name, origin);
        assert_string_equal(origin, toc_vector_text(example(cases[i]), "origin"));
    }
}

static void key_ids_of_sender_keys(void **state)
{
    (void)state;
    const toc_vector *vector = example("key-id");
    TOC_AUTO(toc_secret_free) toc_secret *key = secret_of(vector, "sender_key");
    toc_feed_name name;
    toc_feed_id feed;
    toc_key_id id, same;
    feed_of("alert", &name, &feed);
    toc_sender_key_id(key, &name, (uint32_t)toc_vector_u64(vector, "epoch"), &id);
    assert_hex(vector, "key_id", id.bytes, 32);
    /* One key for the three feeds of a generation: the lane is no part of it. */
    feed_of("bulk", &name, &feed);
    toc_sender_key_id(key, &name, (uint32_t)toc_vector_u64(vector, "epoch"), &same);
    assert_true(toc_key_id_equal(&id, &same));
}

static void check_record(const char *case_name)
{
    toc_err err = {0};
    const toc_vector *vector = example(case_name);
    TOC_AUTO(toc_secret_free) toc_secret *key = secret_of(vector, "sender_key");
    toc_feed_name name;
    toc_feed_id feed;
    feed_of(toc_vector_text(vector, "lane"), &name, &feed);
    uint64_t index = toc_vector_u64(vector, "index");
    toc_time time = {.unix_ms = toc_vector_u64(vector, "time_ms")};
    toc_span entry = toc_vector_hex(vector, "entry"), record = toc_vector_hex(vector, "record");

    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    toc_buf_add_text(&sealed, "before");
    toc_random_from_seed(toc_vector_u64(vector, "seed"));
    toc_code code = toc_entry_seal(&name, &feed, index, (uint32_t)toc_vector_u64(vector, "epoch"),
                                   (uint32_t)toc_vector_u64(vector, "keep_until_day"), key, time,
                                   record, &sealed, &err);
    toc_random_from_system();
    TOC_CHECK_OK(code);
    assert_int_equal(sealed.size, 6 + entry.size);
    assert_memory_equal(sealed.data, "before", 6);
    assert_memory_equal(sealed.data + 6, entry.data, entry.size);

    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    toc_opened opened;
    toc_hash hash;
    TOC_CHECK_OK(toc_entry_open(&feed, index, entry, key, toc_buf_extend(&plain, entry.size),
                                &opened, &err));
    assert_true(toc_span_equal(opened.record, record));
    assert_true(opened.time.unix_ms == time.unix_ms);
    toc_span plaintext = toc_vector_hex(vector, "plaintext");
    assert_memory_equal(plain.data, plaintext.data, plaintext.size);
    toc_entry_commit(&feed, index, plaintext, &hash);
    assert_hex(vector, "commit", hash.bytes, 32);
    toc_entry_leaf(&feed, index, entry, &hash);
    assert_hex(vector, "leaf", hash.bytes, 32);
}

static void a_record_of_the_alert_lane(void **state)
{
    (void)state;
    check_record("record-alert");
}

static void a_record_of_the_bulk_lane(void **state)
{
    (void)state;
    check_record("record-bulk");
}

static void check_grant(const char *case_name)
{
    toc_err err = {0};
    const toc_vector *vector = example(case_name);
    toc_grant grant = {.card_serial = toc_vector_u64(vector, "card_serial"),
                       .charter_version = (uint32_t)toc_vector_u64(vector, "charter_version"),
                       .epoch = (uint32_t)toc_vector_u64(vector, "epoch"),
                       .alg = 1,
                       .first = (uint16_t)toc_vector_u64(vector, "first"),
                       .count = (uint16_t)toc_vector_u64(vector, "count"),
                       .boxes = toc_vector_hex(vector, "boxes")};
    toc_vector_hex_into(vector, "card", grant.card.bytes, 32);
    toc_vector_hex_into(vector, "charter", grant.charter.bytes, 32);
    toc_vector_hex_into(vector, "key_id", grant.key_id.bytes, 32);
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    TOC_CHECK_OK(toc_grant_write(&grant, &entry, &err));
    assert_hex(vector, "entry", entry.data, entry.size);
    toc_grant read;
    TOC_CHECK_OK(toc_grant_read(toc_buf_view(&entry), &read, &err));
    assert_true(toc_card_hash_equal(&read.card, &grant.card));
    assert_true(toc_charter_hash_equal(&read.charter, &grant.charter));
    assert_true(toc_key_id_equal(&read.key_id, &grant.key_id));
    assert_true(read.card_serial == grant.card_serial &&
                read.charter_version == grant.charter_version);
    assert_true(read.epoch == grant.epoch && read.alg == 1);
    assert_true(read.first == grant.first && read.count == grant.count);
    assert_true(toc_span_equal(read.boxes, grant.boxes));
    toc_feed_name name;
    toc_feed_id feed;
    toc_hash leaf;
    feed_of(toc_vector_text(vector, "lane"), &name, &feed);
    toc_entry_leaf(&feed, toc_vector_u64(vector, "index"), toc_buf_view(&entry), &leaf);
    assert_hex(vector, "leaf", leaf.bytes, 32);
}

static void a_grant_without_boxes(void **state)
{
    (void)state;
    check_grant("grant-alert");
}

static void a_grant_with_boxes_that_open(void **state)
{
    (void)state;
    check_grant("grant-keys");
    toc_err err = {0};
    const toc_vector *vector = example("grant-keys");
    toc_grant grant;
    TOC_CHECK_OK(toc_grant_read(toc_vector_hex(vector, "entry"), &grant, &err));
    for (uint16_t i = 0; i < grant.count; i++) {
        uint8_t seed[32];
        memset(seed, 8 + i, sizeof seed);
        TOC_AUTO(toc_secret_free) toc_secret *reader = NULL;
        TOC_AUTO(toc_secret_free) toc_secret *content = NULL;
        TOC_AUTO(toc_secret_free) toc_secret *expected = secret_of(example("key-id"), "sender_key");
        toc_box box;
        TOC_CHECK_OK(toc_secret_from(TOC_SPAN_OF(seed), &reader, &err));
        toc_grant_box(&grant, i, &box);
        TOC_CHECK_OK(toc_box_open(reader, &box, &content, &err));
        assert_true(toc_secret_equal(content, expected));
    }
}

static void an_erasure(void **state)
{
    (void)state;
    toc_err err = {0};
    const toc_vector *vector = example("erasure");
    toc_erasure_row rows[2] = {{.index = toc_vector_u64(vector, "first_index")},
                               {.index = toc_vector_u64(vector, "second_index")}};
    toc_vector_hex_into(vector, "first_leaf", rows[0].leaf.bytes, 32);
    toc_vector_hex_into(vector, "second_leaf", rows[1].leaf.bytes, 32);
    toc_feed_id erased, feed;
    toc_feed_name name;
    toc_vector_hex_into(vector, "feed_id", erased.bytes, 32);
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    TOC_CHECK_OK(toc_erasure_write(&erased, (uint32_t)toc_vector_u64(vector, "epoch"), rows, 2,
                                   &entry, &err));
    assert_hex(vector, "entry", entry.data, entry.size);
    toc_hash leaf;
    feed_of(toc_vector_text(vector, "lane"), &name, &feed);
    toc_entry_leaf(&feed, toc_vector_u64(vector, "index"), toc_buf_view(&entry), &leaf);
    assert_hex(vector, "leaf", leaf.bytes, 32);
}

static void a_checkpoint_and_the_frontier_under_it(void **state)
{
    (void)state;
    toc_err err = {0};
    const toc_vector *vector = example("checkpoint");
    TOC_AUTO(toc_secret_free) toc_secret *seed = secret_of(vector, "sign_seed");
    toc_verify_key key;
    toc_feed_name name;
    toc_feed_id feed;
    feed_of(toc_vector_text(vector, "lane"), &name, &feed);
    toc_sign_public(seed, &key);
    assert_hex(vector, "sign_public", key.bytes, 32);
    toc_frontier frontier = {0};
    toc_hash leaf, root;
    toc_vector_hex_into(vector, "first_leaf", leaf.bytes, 32);
    toc_frontier_append(&frontier, &leaf);
    toc_vector_hex_into(vector, "second_leaf", leaf.bytes, 32);
    toc_frontier_append(&frontier, &leaf);
    toc_frontier_root(&frontier, &root);
    assert_hex(vector, "root", root.bytes, 32);
    uint8_t stored[TOC_FRONTIER_BYTES_MAX], key_hash[4];
    assert_hex(vector, "frontier", stored, toc_frontier_write(&frontier, stored));
    char origin[TOC_ORIGIN_BYTES_MAX];
    toc_feed_origin(&name, origin);
    toc_note_key_hash(toc_span_text(origin), 0x01, &key, key_hash);
    assert_hex(vector, "key_hash", key_hash, 4);
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    TOC_CHECK_OK(toc_checkpoint_sign(&name, frontier.size, &root, seed, &note, &err));
    assert_true(toc_span_equal(toc_buf_view(&note), toc_vector_bytes(vector, "note")));
}

static void a_sealed_box(void **state)
{
    (void)state;
    toc_err err = {0};
    const toc_vector *vector = example("box");
    TOC_AUTO(toc_secret_free) toc_secret *reader = secret_of(vector, "reader_secret");
    TOC_AUTO(toc_secret_free) toc_secret *content = secret_of(vector, "content");
    toc_seal_key key;
    toc_box box;
    toc_seal_public(reader, &key);
    assert_hex(vector, "reader_public", key.bytes, 32);
    toc_random_from_seed(toc_vector_u64(vector, "seed"));
    toc_code code = toc_box_seal(&key, content, &box, &err);
    toc_random_from_system();
    TOC_CHECK_OK(code);
    assert_hex(vector, "box", box.bytes, sizeof box.bytes);
}

static void a_value_at_rest(void **state)
{
    (void)state;
    toc_err err = {0};
    const toc_vector *vector = example("rest");
    TOC_AUTO(toc_secret_free) toc_secret *store_key = secret_of(vector, "store_key");
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    toc_random_from_seed(toc_vector_u64(vector, "seed"));
    toc_code code =
        toc_rest_seal(store_key, toc_vector_text(vector, "table"), toc_vector_hex(vector, "key"),
                      toc_vector_hex(vector, "value"), &sealed, &err);
    toc_random_from_system();
    TOC_CHECK_OK(code);
    assert_hex(vector, "sealed", sealed.data, sealed.size);
}

static void check_domain_hash(const toc_vector *vector, const char *domain, const char *body,
                              const char *key)
{
    toc_span parts[] = {toc_span_text(domain), toc_vector_hex(vector, body)};
    toc_hash hash;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    assert_hex(vector, key, hash.bytes, 32);
}

static void check_signature(const toc_vector *vector, const char *domain, toc_span message,
                            const char *key)
{
    TOC_AUTO(toc_secret_free) toc_secret *seed = secret_of(vector, "root_seed");
    toc_signature signature;
    toc_sign(seed, domain, message, &signature);
    assert_hex(vector, key, signature.bytes, 64);
}

static void identities_and_what_is_signed_over_them(void **state)
{
    (void)state;
    const toc_vector *vector = example("identity");
    check_domain_hash(vector, "tocsin/org/1\n", "root_public", "org_id");
    check_domain_hash(vector, "tocsin/card/1\n", "card_body", "card_hash");
    check_domain_hash(vector, "tocsin/charter/1\n", "charter_body", "charter_hash");
    check_domain_hash(vector, "tocsin/circle/1\n", "charter_body", "circle_id");
    check_signature(vector, TOC_DOMAIN_CARD, toc_vector_hex(vector, "card_hash"), "card_signature");
    uint8_t joined[64];
    toc_vector_hex_into(vector, "charter_hash", joined, 32);
    toc_vector_hex_into(vector, "org_id", joined + 32, 32);
    check_signature(vector, TOC_DOMAIN_CHARTER, TOC_SPAN_OF(joined), "charter_signature");
    toc_vector_hex_into(vector, "org_id", joined, 32);
    toc_vector_hex_into(vector, "root_public", joined + 32, 32);
    check_signature(vector, TOC_DOMAIN_POP, TOC_SPAN_OF(joined), "possession_signature");
    toc_vector_hex_into(vector, "card_hash", joined + 32, 32);
    toc_span parts[] = {toc_span_text("tocsin/fp/1\n"), TOC_SPAN_OF(joined)};
    toc_hash hash;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_base32_encode(toc_span_of(hash.bytes, 20), &text);
    const char *grouped = toc_vector_text(vector, "fingerprint");
    assert_int_equal(strlen(grouped), text.size + 7);
    for (size_t i = 0; i < text.size; i++)
        assert_int_equal(grouped[i + i / 4], text.data[i]);
}

/* The rest is built elsewhere (roll, record, engine, session); here the layout itself is put to our
 * hashes. */
static void claims_heads_and_the_mac_of_a_first_frame(void **state)
{
    (void)state;
    toc_hash hash;
    const toc_vector *claim = example("claim"), *heads = example("heads"), *link = example("mac1");
    toc_span cluster = toc_span_text(toc_vector_text(claim, "cluster"));
    uint8_t kind = (uint8_t)toc_vector_u64(claim, "kind"), length[2] = {0, (uint8_t)cluster.size};
    toc_span claim_parts[] = {toc_span_text("tocsin/claim/1\n"),
                              toc_vector_hex(claim, "circle"),
                              toc_vector_hex(claim, "org"),
                              TOC_SPAN_OF(kind),
                              TOC_SPAN_OF(length),
                              cluster};
    toc_blake2b_parts(claim_parts, TOC_COUNT(claim_parts), &hash);
    assert_hex(claim, "claim_id", hash.bytes, 32);
    toc_span heads_parts[] = {toc_span_text("tocsin/heads/1\n"), toc_vector_hex(heads, "rows")};
    toc_sha256_parts(heads_parts, TOC_COUNT(heads_parts), &hash);
    assert_hex(heads, "digest", hash.bytes, 32);
    toc_span key_parts[] = {toc_span_text("tocsin/mac1/1\n"),
                            toc_vector_hex(link, "responder_public")};
    toc_blake2b_parts(key_parts, TOC_COUNT(key_parts), &hash);
    assert_hex(link, "mac1_key", hash.bytes, 32);
    uint8_t version = (uint8_t)toc_vector_u64(link, "version"), mac[16];
    toc_span mac_parts[] = {TOC_SPAN_OF(version), toc_vector_hex(link, "message")};
    toc_blake2b_keyed(TOC_SPAN_OF(hash.bytes), mac_parts, TOC_COUNT(mac_parts), mac, sizeof mac);
    assert_hex(link, "mac1", mac, sizeof mac);
}

static int start(void **state)
{
    (void)state;
    if (toc_crypto_start(NULL) != TOC_OK)
        return -1;
    examples = toc_vectors_open("feed-wire.txt", 16);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    toc_vectors_free(examples);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_origins_and_ids_of_feeds),
        cmocka_unit_test(key_ids_of_sender_keys),
        cmocka_unit_test(a_record_of_the_alert_lane),
        cmocka_unit_test(a_record_of_the_bulk_lane),
        cmocka_unit_test(a_grant_without_boxes),
        cmocka_unit_test(a_grant_with_boxes_that_open),
        cmocka_unit_test(an_erasure),
        cmocka_unit_test(a_checkpoint_and_the_frontier_under_it),
        cmocka_unit_test(a_sealed_box),
        cmocka_unit_test(a_value_at_rest),
        cmocka_unit_test(identities_and_what_is_signed_over_them),
        cmocka_unit_test(claims_heads_and_the_mac_of_a_first_frame),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
