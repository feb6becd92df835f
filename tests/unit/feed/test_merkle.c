#include "tests/support/check.h"

#include "proto/base/endian.h"
#include "proto/crypto/hash.h"
#include "proto/feed/merkle.h"
#include "tests/support/vectors.h"

enum { LEAVES = 130 };

/* --- the definition of RFC 6962 §2.1, as slow as it is plain --- */

static toc_hash leaf_at(uint64_t index)
{
    uint8_t content[9] = {0};
    toc_put_u64(content + 1, index);
    toc_hash leaf;
    toc_sha256(TOC_SPAN_OF(content), &leaf);
    return leaf;
}

static toc_hash naive_root(uint64_t from, uint64_t count)
{
    toc_hash root;
    if (count == 0) {
        toc_sha256((toc_span){0}, &root);
        return root;
    }
    if (count == 1)
        return leaf_at(from);
    uint64_t split = 1;
    while (split * 2 < count)
        split *= 2;
    toc_hash left = naive_root(from, split), right = naive_root(from + split, count - split);
    uint8_t input[65] = {1};
    memcpy(input + 1, left.bytes, 32);
    memcpy(input + 33, right.bytes, 32);
    toc_sha256(TOC_SPAN_OF(input), &root);
    return root;
}

static toc_code naive_subtree(void *context, uint32_t level, uint64_t index, toc_hash *out,
                              toc_err *err)
{
    uint64_t size = *(const uint64_t *)context;
    /* Only subtrees that are complete in the tree may be asked for. */
    if (((index + 1) << level) > size)
        return toc_fail(err, TOC_NOT_FOUND, "an incomplete subtree");
    *out = naive_root(index << level, UINT64_C(1) << level);
    return TOC_OK;
}

static toc_code failing_subtree(void *context, uint32_t level, uint64_t index, toc_hash *out,
                                toc_err *err)
{
    (void)level;
    (void)index;
    (void)out;
    int *calls_left = context;
    if ((*calls_left)-- == 0)
        return toc_fail(err, TOC_IO, "the disk is gone");
    *out = leaf_at(0);
    return TOC_OK;
}

static toc_frontier frontier_of(uint64_t size)
{
    toc_frontier frontier = {0};
    for (uint64_t i = 0; i < size; i++) {
        toc_hash leaf = leaf_at(i);
        toc_frontier_append(&frontier, &leaf);
    }
    return frontier;
}

/* --- vectors --- */

static toc_proof proof_of(toc_span bytes)
{
    toc_proof proof = {.count = (uint32_t)(bytes.size / 32)};
    assert_int_equal(bytes.size % 32, 0);
    assert_true(proof.count <= TOC_PROOF_HASHES_MAX);
    if (bytes.size > 0)
        memcpy(proof.hashes, bytes.data, bytes.size);
    return proof;
}

static void the_reference_tree_has_the_published_roots(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("feed-merkle-roots.txt", 9);
    toc_frontier frontier = {0};
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        assert_int_equal(toc_vector_u64(vector, "size"), i);
        if (i > 0) {
            uint8_t mark = 0;
            toc_span parts[] = {TOC_SPAN_OF(mark), toc_vector_hex(vector, "data")};
            toc_hash leaf;
            toc_sha256_parts(parts, TOC_COUNT(parts), &leaf);
            toc_frontier_append(&frontier, &leaf);
        }
        toc_hash root, expected;
        toc_vector_hex_into(vector, "root", expected.bytes, 32);
        toc_frontier_root(&frontier, &root);
        assert_memory_equal(root.bytes, expected.bytes, 32);
    }
}

typedef struct reference_tree {
    toc_hash leaves[8];
} reference_tree;

static toc_code reference_subtree(void *context, uint32_t level, uint64_t index, toc_hash *out,
                                  toc_err *err)
{
    const reference_tree *tree = context;
    if (level == 0) {
        *out = tree->leaves[index];
        return TOC_OK;
    }
    toc_hash left, right;
    TOC_TRY(reference_subtree(context, level - 1, index * 2, &left, err));
    TOC_TRY(reference_subtree(context, level - 1, index * 2 + 1, &right, err));
    toc_merkle_node(&left, &right, out);
    return TOC_OK;
}

static void proofs_are_those_of_the_examples_of_rfc_6962(void **state)
{
    (void)state;
    toc_err err = {0};
    reference_tree tree;
    TOC_AUTO(toc_vectors_free) toc_vectors *roots = toc_vectors_open("feed-merkle-roots.txt", 9);
    for (size_t i = 0; i < 8; i++) {
        uint8_t mark = 0;
        toc_span parts[] = {TOC_SPAN_OF(mark),
                            toc_vector_hex(toc_vectors_at(roots, i + 1), "data")};
        toc_sha256_parts(parts, TOC_COUNT(parts), &tree.leaves[i]);
    }
    toc_tree_source source = {.context = &tree, .subtree = reference_subtree};
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("feed-merkle-paths.txt", 17);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        uint64_t index = toc_vector_u64(vector, "index"), size = toc_vector_u64(vector, "size");
        toc_proof expected = proof_of(toc_vector_hex(vector, "proof")), proof;
        if (strcmp(toc_vector_text(vector, "kind"), "inclusion") == 0)
            TOC_CHECK_OK(toc_merkle_inclusion(&source, index, size, &proof, &err));
        else
            TOC_CHECK_OK(toc_merkle_consistency(&source, index, size, &proof, &err));
        assert_int_equal(proof.count, expected.count);
        assert_memory_equal(proof.hashes, expected.hashes, 32 * (size_t)proof.count);
    }
}

static void inclusion_is_judged_as_the_published_cases_say(void **state)
{
    (void)state;
    size_t valid_count = 0;
    TOC_AUTO(toc_vectors_free)
    toc_vectors *vectors = toc_vectors_open("feed-merkle-inclusion.txt", 27);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_hash leaf, root;
        toc_vector_hex_into(vector, "leaf", leaf.bytes, 32);
        toc_vector_hex_into(vector, "root", root.bytes, 32);
        toc_proof proof = proof_of(toc_vector_hex(vector, "proof"));
        bool valid = toc_vector_bool(vector, "valid");
        toc_code code =
            toc_merkle_check_inclusion(&leaf, toc_vector_u64(vector, "index"),
                                       toc_vector_u64(vector, "size"), &proof, &root, NULL);
        if (code != (valid ? TOC_OK : TOC_SIGNATURE))
            fail_msg("line %zu: %s", toc_vector_line(vector), toc_vector_text(vector, "why"));
        valid_count += valid;
    }
    assert_int_equal(valid_count, 4);
}

static void consistency_is_judged_as_the_published_cases_say(void **state)
{
    (void)state;
    size_t valid_count = 0;
    TOC_AUTO(toc_vectors_free)
    toc_vectors *vectors = toc_vectors_open("feed-merkle-consistency.txt", 29);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_hash old_root, new_root;
        toc_vector_hex_into(vector, "old_root", old_root.bytes, 32);
        toc_vector_hex_into(vector, "new_root", new_root.bytes, 32);
        toc_proof proof = proof_of(toc_vector_hex(vector, "proof"));
        bool valid = toc_vector_bool(vector, "valid");
        toc_code code =
            toc_merkle_check_consistency(toc_vector_u64(vector, "old"), &old_root,
                                         toc_vector_u64(vector, "new"), &new_root, &proof, NULL);
        if (code != (valid ? TOC_OK : TOC_SIGNATURE))
            fail_msg("line %zu: %s", toc_vector_line(vector), toc_vector_text(vector, "why"));
        valid_count += valid;
    }
    assert_int_equal(valid_count, 3);
}

/* --- laws --- */

static void the_frontier_gives_the_root_of_the_definition(void **state)
{
    (void)state;
    toc_frontier frontier = {0};
    for (uint64_t size = 0; size <= LEAVES; size++) {
        toc_hash expected = naive_root(0, size), root;
        toc_frontier_root(&frontier, &root);
        assert_memory_equal(root.bytes, expected.bytes, 32);
        assert_int_equal(frontier.size, size);
        assert_int_equal(frontier.count, __builtin_popcountll(size));
        toc_hash leaf = leaf_at(size);
        toc_frontier_append(&frontier, &leaf);
    }
}

static void every_inclusion_proof_verifies_and_only_for_its_place(void **state)
{
    (void)state;
    toc_err err = {0};
    for (uint64_t size = 1; size <= LEAVES; size++) {
        toc_tree_source source = {.context = &size, .subtree = naive_subtree};
        toc_hash root = naive_root(0, size);
        for (uint64_t index = 0; index < size; index += size < 40 ? 1 : 7) {
            toc_proof proof;
            toc_hash leaf = leaf_at(index), other = leaf_at(index + 1000);
            TOC_CHECK_OK(toc_merkle_inclusion(&source, index, size, &proof, &err));
            TOC_CHECK_OK(toc_merkle_check_inclusion(&leaf, index, size, &proof, &root, &err));
            TOC_CHECK_FAILS(TOC_SIGNATURE, toc_merkle_check_inclusion(&leaf, index ^ 1, size,
                                                                      &proof, &root, NULL));
            TOC_CHECK_FAILS(TOC_SIGNATURE,
                            toc_merkle_check_inclusion(&other, index, size, &proof, &root, NULL));
            for (uint32_t i = 0; i < proof.count; i++) {
                proof.hashes[i].bytes[i % 32] ^= 1;
                TOC_CHECK_FAILS(TOC_SIGNATURE, toc_merkle_check_inclusion(&leaf, index, size,
                                                                          &proof, &root, NULL));
                proof.hashes[i].bytes[i % 32] ^= 1;
            }
            proof.hashes[proof.count++] = leaf;
            TOC_CHECK_FAILS(TOC_SIGNATURE,
                            toc_merkle_check_inclusion(&leaf, index, size, &proof, &root, NULL));
        }
    }
}

static void every_consistency_proof_verifies_and_only_for_its_trees(void **state)
{
    (void)state;
    toc_err err = {0};
    for (uint64_t size = 1; size <= LEAVES; size++) {
        toc_tree_source source = {.context = &size, .subtree = naive_subtree};
        toc_hash root = naive_root(0, size);
        for (uint64_t old = 1; old <= size; old += size < 40 ? 1 : 7) {
            toc_proof proof;
            toc_hash old_root = naive_root(0, old), wrong = leaf_at(5000);
            TOC_CHECK_OK(toc_merkle_consistency(&source, old, size, &proof, &err));
            TOC_CHECK_OK(toc_merkle_check_consistency(old, &old_root, size, &root, &proof, &err));
            TOC_CHECK_FAILS(TOC_SIGNATURE,
                            toc_merkle_check_consistency(old, &wrong, size, &root, &proof, NULL));
            TOC_CHECK_FAILS(TOC_SIGNATURE, toc_merkle_check_consistency(old, &old_root, size,
                                                                        &wrong, &proof, NULL));
            for (uint32_t i = 0; i < proof.count; i++) {
                proof.hashes[i].bytes[i % 32] ^= 1;
                TOC_CHECK_FAILS(TOC_SIGNATURE, toc_merkle_check_consistency(old, &old_root, size,
                                                                            &root, &proof, NULL));
                proof.hashes[i].bytes[i % 32] ^= 1;
            }
            proof.hashes[proof.count++] = wrong;
            TOC_CHECK_FAILS(TOC_SIGNATURE, toc_merkle_check_consistency(old, &old_root, size, &root,
                                                                        &proof, NULL));
            if (proof.count > 1) {
                proof.count -= 2;
                TOC_CHECK_FAILS(TOC_SIGNATURE, toc_merkle_check_consistency(old, &old_root, size,
                                                                            &root, &proof, NULL));
            }
        }
    }
}

/* A tree in which all subtrees of one level are alike can be as large as a feed ever gets. */
static toc_code uniform_subtree(void *context, uint32_t level, uint64_t index, toc_hash *out,
                                toc_err *err)
{
    (void)context;
    (void)index;
    (void)err;
    *out = leaf_at(0);
    for (uint32_t i = 0; i < level; i++)
        toc_merkle_node(out, out, out);
    return TOC_OK;
}

static toc_frontier uniform_frontier(uint64_t size)
{
    toc_frontier frontier = {.size = size};
    for (uint32_t level = 64; level-- > 0;) {
        if ((size >> level & 1) != 0)
            (void)uniform_subtree(NULL, level, 0, &frontier.hashes[frontier.count++], NULL);
    }
    return frontier;
}

static void trees_of_up_to_2_to_the_64_entries_have_proofs(void **state)
{
    (void)state;
    toc_err err = {0};
    static const uint64_t sizes[] = {UINT64_C(1) << 32,
                                     (UINT64_C(1) << 32) + 1,
                                     (UINT64_C(1) << 40) - 1,
                                     UINT64_C(0x123456789ABCDEF1),
                                     INT64_MAX,
                                     UINT64_C(1) << 63,
                                     (UINT64_C(1) << 63) + 1,
                                     UINT64_MAX};
    toc_tree_source source = {.subtree = uniform_subtree};
    toc_hash leaf = leaf_at(0);
    for (size_t i = 0; i < TOC_COUNT(sizes); i++) {
        toc_frontier frontier = uniform_frontier(sizes[i]);
        toc_hash root;
        toc_frontier_root(&frontier, &root);
        const uint64_t places[] = {0, 1, sizes[i] / 3, sizes[i] / 2, sizes[i] - 2, sizes[i] - 1};
        for (size_t j = 0; j < TOC_COUNT(places); j++) {
            toc_proof proof;
            TOC_CHECK_OK(toc_merkle_inclusion(&source, places[j], sizes[i], &proof, &err));
            assert_true(proof.count <= 64);
            TOC_CHECK_OK(
                toc_merkle_check_inclusion(&leaf, places[j], sizes[i], &proof, &root, &err));
            toc_frontier before = uniform_frontier(places[j] + 1);
            toc_hash root_before;
            toc_frontier_root(&before, &root_before);
            TOC_CHECK_OK(toc_merkle_consistency(&source, places[j] + 1, sizes[i], &proof, &err));
            assert_true(proof.count <= 65);
            TOC_CHECK_OK(toc_merkle_check_consistency(places[j] + 1, &root_before, sizes[i], &root,
                                                      &proof, &err));
        }
    }
    toc_frontier grown = uniform_frontier(UINT64_MAX - 1), full = uniform_frontier(UINT64_MAX);
    toc_frontier_append(&grown, &leaf);
    assert_true(toc_frontier_equal(&grown, &full));
}

static void proofs_from_nothing_are_empty_and_prove_nothing(void **state)
{
    (void)state;
    toc_err err = {0};
    uint64_t size = 5;
    toc_tree_source source = {.context = &size, .subtree = naive_subtree};
    toc_proof proof;
    toc_hash empty = naive_root(0, 0), root = naive_root(0, 5);
    TOC_CHECK_OK(toc_merkle_consistency(&source, 0, 5, &proof, &err));
    assert_int_equal(proof.count, 0);
    TOC_CHECK_FAILS(TOC_SIGNATURE, toc_merkle_check_consistency(0, &empty, 5, &root, &proof, NULL));
    TOC_CHECK_FAILS(TOC_SIGNATURE,
                    toc_merkle_check_consistency(0, &empty, 0, &empty, &proof, NULL));
}

static void what_is_not_in_the_tree_has_no_proof(void **state)
{
    (void)state;
    uint64_t size = 5;
    toc_tree_source source = {.context = &size, .subtree = naive_subtree};
    toc_proof proof = {.count = 77};
    toc_hash leaf = leaf_at(0), root = naive_root(0, 5);
    TOC_CHECK_FAILS(TOC_USAGE, toc_merkle_inclusion(&source, 5, 5, &proof, NULL));
    TOC_CHECK_FAILS(TOC_USAGE, toc_merkle_inclusion(&source, 0, 0, &proof, NULL));
    TOC_CHECK_FAILS(TOC_USAGE, toc_merkle_consistency(&source, 6, 5, &proof, NULL));
    assert_int_equal(proof.count, 77);
    proof.count = TOC_PROOF_HASHES_MAX + 1;
    TOC_CHECK_FAILS(TOC_LIMIT, toc_merkle_check_inclusion(&leaf, 0, 5, &proof, &root, NULL));
    TOC_CHECK_FAILS(TOC_LIMIT, toc_merkle_check_consistency(1, &root, 5, &root, &proof, NULL));
    proof.count = 0;
    TOC_CHECK_FAILS(TOC_SIGNATURE, toc_merkle_check_inclusion(&leaf, 0, 0, &proof, &leaf, NULL));
    TOC_CHECK_FAILS(TOC_SIGNATURE, toc_merkle_check_consistency(6, &root, 5, &root, &proof, NULL));
}

static void a_source_that_fails_fails_the_proof_and_leaves_out_untouched(void **state)
{
    (void)state;
    for (int calls = 0; calls < 3; calls++) {
        int left = calls;
        toc_tree_source source = {.context = &left, .subtree = failing_subtree};
        toc_proof proof = {.count = 77};
        TOC_CHECK_FAILS(TOC_IO, toc_merkle_inclusion(&source, 5, 100, &proof, NULL));
        left = calls;
        TOC_CHECK_FAILS(TOC_IO, toc_merkle_consistency(&source, 37, 100, &proof, NULL));
        assert_int_equal(proof.count, 77);
    }
}

static void a_stored_frontier_reads_back_the_same(void **state)
{
    (void)state;
    toc_err err = {0};
    for (uint64_t size = 0; size <= LEAVES; size++) {
        toc_frontier frontier = frontier_of(size), read = {0};
        uint8_t bytes[TOC_FRONTIER_BYTES_MAX];
        size_t used = toc_frontier_write(&frontier, bytes);
        assert_int_equal(used, 8 + 32 * (size_t)frontier.count);
        assert_int_equal(toc_get_u64(bytes), size);
        TOC_CHECK_OK(toc_frontier_read(toc_span_of(bytes, used), &read, &err));
        assert_true(toc_frontier_equal(&frontier, &read));
    }
}

static void a_stored_frontier_of_the_wrong_length_is_refused(void **state)
{
    (void)state;
    toc_frontier frontier = frontier_of(13), read = {.size = 99};
    uint8_t bytes[TOC_FRONTIER_BYTES_MAX] = {0};
    size_t used = toc_frontier_write(&frontier, bytes);
    for (size_t size = 0; size < used; size++)
        TOC_CHECK_FAILS(TOC_MALFORMED, toc_frontier_read(toc_span_of(bytes, size), &read, NULL));
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_frontier_read(toc_span_of(bytes, used + 1), &read, NULL));
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_frontier_read(toc_span_of(bytes, used + 32), &read, NULL));
    assert_int_equal(read.size, 99);
}

static void frontiers_are_equal_when_size_and_hashes_are(void **state)
{
    (void)state;
    toc_frontier one = frontier_of(6), two = frontier_of(6), longer = frontier_of(5);
    assert_true(toc_frontier_equal(&one, &two));
    assert_false(toc_frontier_equal(&one, &longer));
    two.size = 10; /* as many hashes, and the same */
    assert_false(toc_frontier_equal(&one, &two));
    two.size = 6;
    two.hashes[1].bytes[0] ^= 1;
    assert_false(toc_frontier_equal(&one, &two));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_tree_has_the_published_roots),
        cmocka_unit_test(proofs_are_those_of_the_examples_of_rfc_6962),
        cmocka_unit_test(inclusion_is_judged_as_the_published_cases_say),
        cmocka_unit_test(consistency_is_judged_as_the_published_cases_say),
        cmocka_unit_test(the_frontier_gives_the_root_of_the_definition),
        cmocka_unit_test(every_inclusion_proof_verifies_and_only_for_its_place),
        cmocka_unit_test(every_consistency_proof_verifies_and_only_for_its_trees),
        cmocka_unit_test(trees_of_up_to_2_to_the_64_entries_have_proofs),
        cmocka_unit_test(proofs_from_nothing_are_empty_and_prove_nothing),
        cmocka_unit_test(what_is_not_in_the_tree_has_no_proof),
        cmocka_unit_test(a_source_that_fails_fails_the_proof_and_leaves_out_untouched),
        cmocka_unit_test(a_stored_frontier_reads_back_the_same),
        cmocka_unit_test(a_stored_frontier_of_the_wrong_length_is_refused),
        cmocka_unit_test(frontiers_are_equal_when_size_and_hashes_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
