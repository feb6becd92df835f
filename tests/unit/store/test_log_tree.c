/* Hash tiles: every hash of a tree, at every level, against a tree built layer by layer (RFC 6962
 * §2.1). */
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/limits.h"
#include "proto/crypto/hash.h"
#include "tests/support/logbook.h"

enum { LEAVES = 66000 }; /* 258 tiles of level 0, two of level 1 and one of level 2 */

typedef struct tree_fixture {
    toc_logbook book;
    toc_hash *layers[18]; /* the complete subtrees of 2^level leaves */
    size_t counts[18];
} tree_fixture;

static void number_hash(uint64_t number, toc_hash *out)
{
    uint8_t bytes[8];
    toc_put_u64(bytes, number);
    toc_sha256(TOC_SPAN_OF(bytes), out);
}

static void make_layers(tree_fixture *fixture)
{
    for (size_t level = 0; level < TOC_COUNT(fixture->layers); level++) {
        size_t count = LEAVES >> level;
        fixture->counts[level] = count;
        fixture->layers[level] = calloc(count + 1, sizeof(toc_hash));
        assert_non_null(fixture->layers[level]);
        for (size_t i = 0; i < count; i++) {
            if (level == 0)
                number_hash(i, &fixture->layers[0][i]);
            else
                toc_merkle_node(&fixture->layers[level - 1][2 * i],
                                &fixture->layers[level - 1][2 * i + 1], &fixture->layers[level][i]);
        }
    }
}

static int setup(void **state)
{
    static tree_fixture fixture;
    toc_logbook_open(&fixture.book);
    make_layers(&fixture);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    tree_fixture *fixture = *state;
    for (size_t level = 0; level < TOC_COUNT(fixture->layers); level++)
        free(fixture->layers[level]);
    toc_logbook_close(&fixture->book);
    return 0;
}

/* Appends entries of no meaning under the leaves of the fixture, in steps of `step`, a commit every
 * `commit` steps. */
static void grow(tree_fixture *fixture, toc_log_feed *feed, uint64_t until, size_t step,
                 size_t commit)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    static const uint8_t entry[48];
    toc_span *entries = calloc(step, sizeof *entries);
    assert_non_null(entries);
    for (size_t i = 0; i < step; i++)
        entries[i] = TOC_SPAN_OF(entry);
    size_t steps = 0;
    while (feed->frontier.size < until) {
        uint64_t at = feed->frontier.size;
        size_t count = until - at < step ? (size_t)(until - at) : step;
        if (txn == NULL)
            ASSERT_OK(toc_log_write(fixture->book.log, &txn, &err));
        ASSERT_OK(toc_log_append(txn, feed, entries, &fixture->layers[0][at], count, NULL, &err));
        if (++steps % commit == 0) {
            ASSERT_OK(toc_log_commit(txn, &err));
            txn = NULL;
        }
    }
    if (txn != NULL)
        ASSERT_OK(toc_log_commit(txn, &err));
    free(entries);
}

static toc_log_feed new_feed(tree_fixture *fixture, uint64_t generation)
{
    toc_err err = {0};
    toc_log_feed feed;
    toc_log_txn *txn = NULL;
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, generation);
    ASSERT_OK(toc_log_write(fixture->book.log, &txn, &err));
    ASSERT_OK(toc_log_feed_new(txn, &name, &feed, &err));
    ASSERT_OK(toc_log_commit(txn, &err));
    return feed;
}

static void assert_all_hashes(tree_fixture *fixture, uint32_t number, uint64_t size)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    ASSERT_OK(toc_log_read(fixture->book.log, &txn, &err));
    toc_log_tree tree = {.txn = txn, .number = number};
    toc_tree_source source = toc_log_tree_source(&tree);
    for (uint32_t level = 0; level < TOC_COUNT(fixture->layers); level++) {
        toc_hash hash = {{0}};
        uint64_t count = size >> level;
        for (uint64_t i = 0; i < count; i++) {
            ASSERT_OK(source.subtree(source.context, level, i, &hash, &err));
            if (!toc_hash_equal(&hash, &fixture->layers[level][i]))
                fail_msg("level %u, hash %llu is wrong", (unsigned)level, (unsigned long long)i);
        }
        ASSERT_CODE(TOC_NOT_FOUND, source.subtree(source.context, level, count, &hash, &err));
        ASSERT_CODE(TOC_NOT_FOUND, source.subtree(source.context, level, UINT64_MAX, &hash, &err));
        /* An index that a shift would throw out at the top. */
        ASSERT_CODE(TOC_NOT_FOUND,
                    source.subtree(source.context, level, UINT64_C(1) << 63, &hash, &err));
    }
    toc_hash hash;
    ASSERT_CODE(TOC_NOT_FOUND, source.subtree(source.context, 63, 0, &hash, &err));
    ASSERT_CODE(TOC_NOT_FOUND, source.subtree(source.context, 64, 0, &hash, &err));
    toc_log_abort(txn);
}

static void every_hash_of_a_tree_of_three_tile_levels_is_right(void **state)
{
    tree_fixture *fixture = *state;
    toc_log_feed feed = new_feed(fixture, 1);
    grow(fixture, &feed, LEAVES, 1000, 20);
    assert_all_hashes(fixture, feed.number, LEAVES);
}

static void a_tree_is_the_same_whatever_the_steps_it_grew_in(void **state)
{
    tree_fixture *fixture = *state;
    static const size_t steps[] = {1, 2, 255, 256, 257, 700};
    for (size_t i = 0; i < TOC_COUNT(steps); i++) {
        toc_log_feed feed = new_feed(fixture, i + 1);
        grow(fixture, &feed, 1500, steps[i], 3);
        assert_all_hashes(fixture, feed.number, 1500);
    }
    toc_logbook_reopen(&fixture->book);
    for (uint32_t i = 0; i < TOC_COUNT(steps); i++)
        assert_all_hashes(fixture, i + 1, 1500);
}

static void trees_of_every_small_size_and_round_the_tile_edges_are_whole(void **state)
{
    tree_fixture *fixture = *state;
    toc_log_feed feed = new_feed(fixture, 1);
    for (uint64_t size = 1; size <= 1030; size++) {
        bool edge = size < 20 || size % 256 < 2 || size % 256 == 255;
        grow(fixture, &feed, size, 1, 1000);
        if (edge)
            assert_all_hashes(fixture, feed.number, size);
    }
}

static void proofs_from_tiles_verify_against_the_roots(void **state)
{
    tree_fixture *fixture = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_proof proof;
    toc_log_feed feed = new_feed(fixture, 1);
    grow(fixture, &feed, LEAVES, 1000, 20);
    ASSERT_OK(toc_log_read(fixture->book.log, &txn, &err));
    toc_log_tree tree = {.txn = txn, .number = feed.number};
    toc_tree_source source = toc_log_tree_source(&tree);
    toc_hash root, old_root;
    toc_frontier_root(&feed.frontier, &root);
    toc_frontier old = {0};
    for (uint64_t index = 0; index < LEAVES; index++) {
        toc_frontier_append(&old, &fixture->layers[0][index]);
        if (index % 4099 != 0 && index % 65536 > 1 && index != LEAVES - 1)
            continue;
        ASSERT_OK(toc_merkle_inclusion(&source, index, LEAVES, &proof, &err));
        ASSERT_OK(toc_merkle_check_inclusion(&fixture->layers[0][index], index, LEAVES, &proof,
                                             &root, &err));
        toc_frontier_root(&old, &old_root);
        ASSERT_OK(toc_merkle_consistency(&source, index + 1, LEAVES, &proof, &err));
        ASSERT_OK(toc_merkle_check_consistency(index + 1, &old_root, LEAVES, &root, &proof, &err));
    }
    toc_log_abort(txn);
}

static void appending_costs_few_rows(void **state)
{
    tree_fixture *fixture = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    static const uint8_t entry[48];
    toc_span entries[1000];
    for (size_t i = 0; i < 1000; i++)
        entries[i] = TOC_SPAN_OF(entry);
    toc_log_feed feed = new_feed(fixture, 1);
    grow(fixture, &feed, 500, 500, 1);
    ASSERT_OK(toc_log_write(fixture->book.log, &txn, &err));
    ASSERT_OK(toc_log_append(txn, &feed, entries, &fixture->layers[0][500], 1000, NULL, &err));
    ASSERT_OK(toc_log_commit(txn, &err));
    toc_logbook_shut(&fixture->book);
    /* Tiles 0 to 5 of level 0 and the only one of level 1. */
    assert_int_equal(toc_logbook_rows(&fixture->book, "hashes"), 7);
    assert_int_equal(toc_logbook_row_bytes(&fixture->book, "hashes", 4), 1 + 256 * 32);
    assert_int_equal(toc_logbook_row_bytes(&fixture->book, "hashes", 5), 1 + 220 * 32);
    assert_int_equal(toc_logbook_row_bytes(&fixture->book, "hashes", 6), 1 + 5 * 32);
}

static void a_tile_of_a_wrong_layout_is_a_lie(void **state)
{
    tree_fixture *fixture = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_hash leaf;
    toc_log_feed feed = new_feed(fixture, 1);
    grow(fixture, &feed, 10, 10, 1);
    static const uint8_t key[13] = {0, 0, 0, 1, 0};
    static uint8_t value[1 + 257 * 32] = {1};
    static const size_t sizes[] = {0, 1, 32, 34, sizeof value};
    for (size_t i = 0; i < TOC_COUNT(sizes); i++) {
        toc_logbook_shut(&fixture->book);
        toc_logbook_put(&fixture->book, "hashes", TOC_SPAN_OF(key), toc_span_of(value, sizes[i]));
        toc_logbook_reopen(&fixture->book);
        ASSERT_OK(toc_log_read(fixture->book.log, &txn, &err));
        ASSERT_CODE(TOC_MALFORMED, toc_log_leaf(txn, 1, 0, &leaf, &err));
        assert_non_null(strstr(err.text, "table 'hashes', key 00000001000000000000000000"));
        toc_log_abort(txn);
    }
    value[0] = 2; /* a version that is not known */
    toc_logbook_shut(&fixture->book);
    toc_logbook_put(&fixture->book, "hashes", TOC_SPAN_OF(key), toc_span_of(value, 33));
    toc_logbook_reopen(&fixture->book);
    ASSERT_OK(toc_log_read(fixture->book.log, &txn, &err));
    ASSERT_CODE(TOC_MALFORMED, toc_log_leaf(txn, 1, 0, &leaf, &err));
    toc_log_abort(txn);
}

static void appending_to_a_tile_that_is_too_short_is_refused_and_spoils_the_round(void **state)
{
    tree_fixture *fixture = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    static const uint8_t entry[48];
    toc_span entries[1] = {TOC_SPAN_OF(entry)};
    toc_log_feed feed = new_feed(fixture, 1);
    grow(fixture, &feed, 10, 10, 1);
    static const uint8_t key[13] = {0, 0, 0, 1, 0};
    static const uint8_t value[1 + 9 * 32] = {1};
    toc_logbook_shut(&fixture->book);
    toc_logbook_put(&fixture->book, "hashes", TOC_SPAN_OF(key), TOC_SPAN_OF(value));
    toc_logbook_reopen(&fixture->book);
    ASSERT_OK(toc_log_write(fixture->book.log, &txn, &err));
    ASSERT_CODE(TOC_MALFORMED,
                toc_log_append(txn, &feed, entries, &fixture->layers[0][10], 1, NULL, &err));
    assert_int_equal(feed.frontier.size, 10);
    ASSERT_CODE(TOC_MALFORMED, toc_log_commit(txn, &err));
    ASSERT_OK(toc_log_read(fixture->book.log, &txn, &err));
    toc_span found;
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_entry(txn, 1, 10, &found, &err));
    toc_log_abort(txn);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(every_hash_of_a_tree_of_three_tile_levels_is_right),
        TEST(a_tree_is_the_same_whatever_the_steps_it_grew_in),
        TEST(trees_of_every_small_size_and_round_the_tile_edges_are_whole),
        TEST(proofs_from_tiles_verify_against_the_roots),
        TEST(appending_costs_few_rows),
        TEST(a_tile_of_a_wrong_layout_is_a_lie),
        TEST(appending_to_a_tile_that_is_too_short_is_refused_and_spoils_the_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
