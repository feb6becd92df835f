/* Proofs of forks against those that tests/model/fork_make.py makes in Python alone. */
#include <stdlib.h>

#include "tests/support/check.h"

#include "proto/base/limits.h"
#include "proto/feed/fork.h"
#include "tests/support/vectors.h"

enum { CASES = 17 };

static void key_of(const toc_vector *vector, toc_verify_key *out)
{
    toc_vector_hex_into(vector, "key", out->bytes, sizeof out->bytes);
}

static void of_two_trees_that_one_key_signed_the_first_difference_is_proven(void **state)
{
    (void)state;
    toc_err err = {0};
    size_t proven = 0;
    TOC_AUTO(toc_vectors_free) toc_vectors *all = toc_vectors_open("feed-forks.txt", CASES);
    for (size_t i = 0; i < toc_vectors_count(all); i++) {
        const toc_vector *vector = toc_vectors_at(all, i);
        toc_fork fork;
        toc_verify_key key;
        key_of(vector, &key);
        TOC_CHECK_OK(toc_fork_read(toc_vector_hex(vector, "proof"), &fork, &err));
        bool holds = toc_fork_check(&fork, &key, 1, &err) == TOC_OK;
        if (holds != toc_vector_bool(vector, "holds"))
            fail_msg("'%s' is not judged as it should be", toc_vector_text(vector, "name"));
        assert_int_equal(fork.index, toc_vector_u64(vector, "index"));
        proven += holds;
    }
    assert_int_equal(proven, 9);
}

static void what_is_read_is_written_byte_for_byte(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_vectors_free) toc_vectors *all = toc_vectors_open("feed-forks.txt", CASES);
    for (size_t i = 0; i < toc_vectors_count(all); i++) {
        toc_fork fork;
        toc_span proof = toc_vector_hex(toc_vectors_at(all, i), "proof");
        TOC_AUTO(toc_buf_wipe) toc_buf again = {0};
        TOC_CHECK_OK(toc_fork_read(proof, &fork, &err));
        toc_fork_write(&fork, &again);
        assert_true(toc_span_equal(toc_buf_view(&again), proof));
    }
}

/* Index 5 of 8 and 6 of 7 have paths with left and right siblings. */
static const toc_vector *a_proof(const toc_vectors *all)
{
    for (size_t i = 0; i < toc_vectors_count(all); i++) {
        if (strcmp(toc_vector_text(toc_vectors_at(all, i), "name"), "entry 6 of 7 and of 100") == 0)
            return toc_vectors_at(all, i);
    }
    fail_msg("the case is not among the vectors");
    return NULL;
}

static void every_truncation_and_a_byte_more_are_refused_and_leave_out_untouched(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *all = toc_vectors_open("feed-forks.txt", CASES);
    toc_span proof = toc_vector_hex(a_proof(all), "proof");
    static toc_fork fork;
    fork.index = 4711;
    for (size_t size = 0; size < proof.size; size++) {
        uint8_t *copy = malloc(size + 1);
        assert_non_null(copy);
        memcpy(copy, proof.data, size);
        assert_int_not_equal(toc_fork_read(toc_span_of(copy, size), &fork, NULL), TOC_OK);
        assert_int_equal(fork.index, 4711);
        free(copy);
    }
    TOC_AUTO(toc_buf_wipe) toc_buf longer = {0};
    toc_buf_add_span(&longer, proof);
    toc_buf_add_u8(&longer, 0);
    assert_int_not_equal(toc_fork_read(toc_buf_view(&longer), &fork, NULL), TOC_OK);
}

static void every_changed_byte_is_noticed(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *all = toc_vectors_open("feed-forks.txt", CASES);
    const toc_vector *vector = a_proof(all);
    toc_span proof = toc_vector_hex(vector, "proof");
    toc_verify_key key;
    key_of(vector, &key);
    uint8_t *copy = malloc(proof.size);
    assert_non_null(copy);
    memcpy(copy, proof.data, proof.size);
    for (size_t i = 0; i < proof.size; i++) {
        toc_fork fork;
        copy[i] ^= 1;
        bool holds = toc_fork_read(toc_span_of(copy, proof.size), &fork, NULL) == TOC_OK &&
                     toc_fork_check(&fork, &key, 1, NULL) == TOC_OK;
        if (holds)
            fail_msg("byte %zu may be changed", i);
        copy[i] ^= 1;
    }
    free(copy);
}

static void a_side_with_more_hashes_than_a_proof_has_is_refused(void **state)
{
    (void)state;
    toc_fork_side side;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_buf_add_zeros(&bytes, 2 + 64);
    toc_buf_add_u8(&bytes, TOC_PROOF_HASHES_MAX + 1);
    toc_buf_add_zeros(&bytes, (TOC_PROOF_HASHES_MAX + 1) * 32 + 1);
    assert_int_equal(toc_fork_side_read(toc_buf_view(&bytes), &side, NULL), TOC_LIMIT);
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    toc_buf_add_u16(&note, TOC_HEAD_NOTE_BYTES_MAX + 1);
    toc_buf_add_zeros(&note, TOC_HEAD_NOTE_BYTES_MAX + 1 + 66);
    assert_int_not_equal(toc_fork_side_read(toc_buf_view(&note), &side, NULL), TOC_OK);
}

/* ---- a side of a tree at hand ---- */

typedef struct leaves {
    size_t count;
    toc_hash rows[130];
} leaves;

static toc_code subtree(void *context, uint32_t level, uint64_t index, toc_hash *out, toc_err *err)
{
    const leaves *all = context;
    toc_frontier frontier = {0};
    uint64_t from = index << level, until = (index + 1) << level;
    if (until > all->count)
        return toc_fail(err, TOC_NOT_FOUND, "an incomplete subtree");
    for (uint64_t i = from; i < until; i++)
        toc_frontier_append(&frontier, &all->rows[i]);
    toc_frontier_root(&frontier, out);
    return TOC_OK;
}

static void a_side_that_is_made_holds_at_every_index(void **state)
{
    (void)state;
    toc_err err = {0};
    toc_feed_name feed = {.lane = TOC_LANE_ALERT, .generation = 7};
    TOC_AUTO(toc_secret_free) toc_secret *seed = NULL;
    toc_verify_key keys[2] = {{{0}}};
    TOC_CHECK_OK(toc_crypto_start(&err));
    TOC_CHECK_OK(toc_secret_from(toc_span_text("the seed of who signs both trees"), &seed, &err));
    toc_sign_public(seed, &keys[1]);
    for (size_t size = 1; size <= 130; size += size < 20 ? 1 : 37) {
        leaves all = {.count = size};
        toc_frontier frontier = {0};
        toc_hash root;
        for (size_t i = 0; i < size; i++) {
            memset(all.rows[i].bytes, (int)i, sizeof all.rows[i].bytes);
            toc_frontier_append(&frontier, &all.rows[i]);
        }
        toc_frontier_root(&frontier, &root);
        TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
        TOC_CHECK_OK(toc_checkpoint_sign(&feed, size, &root, seed, &note, &err));
        toc_tree_source tree = {.context = &all, .subtree = subtree};
        toc_fork_side side;
        for (uint64_t index = 0; index < size; index++) {
            TOC_CHECK_OK(toc_fork_side_make(&tree, size, index, toc_buf_view(&note), &side, &err));
            TOC_CHECK_OK(toc_fork_side_check(&side, &feed, index, keys, 2, NULL, &err));
            assert_int_equal(toc_fork_side_check(&side, &feed, index, keys, 1, NULL, &err),
                             TOC_SIGNATURE);
            assert_int_not_equal(toc_fork_side_check(&side, &feed, index + 1, keys, 2, NULL, &err),
                                 TOC_OK);
        }
        assert_int_equal(toc_fork_side_make(&tree, size, size, toc_buf_view(&note), &side, &err),
                         TOC_USAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_two_trees_that_one_key_signed_the_first_difference_is_proven),
        cmocka_unit_test(what_is_read_is_written_byte_for_byte),
        cmocka_unit_test(every_truncation_and_a_byte_more_are_refused_and_leave_out_untouched),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(a_side_with_more_hashes_than_a_proof_has_is_refused),
        cmocka_unit_test(a_side_that_is_made_holds_at_every_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
