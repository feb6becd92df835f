/* The whole sets of transparency-dev and C2SP, and a small real log, where the machine has them. */
#include "tests/support/check.h"

#include <jansson.h>
#include <stdio.h>

#include "proto/base/text.h"
#include "proto/crypto/hash.h"
#include "proto/feed/merkle.h"
#include "proto/feed/note.h"
#include "tests/support/vectors.h"

enum { PATH_BYTES = 4096 };

/* --- transparency-dev/merkle --- */

/* Some cases have a "hash" of another length than 32, which cannot be handed over here: the SHA-256
 * of its role and bytes stands for it, so that equal roots stay equal and no root is a leaf. */
static toc_hash hash_of(const json_t *value, const char *role)
{
    const char *text = json_string_value(value);
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    if (text != NULL && toc_base64_decode(toc_span_text(text), &bytes, NULL) != TOC_OK)
        fail_msg("%s is no base64", text);
    toc_hash hash;
    toc_span parts[] = {toc_span_text(role), toc_buf_view(&bytes)};
    if (bytes.size == sizeof hash.bytes)
        memcpy(hash.bytes, bytes.data, sizeof hash.bytes);
    else
        toc_sha256_parts(parts, TOC_COUNT(parts), &hash);
    return hash;
}

/* Numbers come as reals, since 2^64 - 1 is among them. */
static uint64_t number_of(const json_t *object, const char *key)
{
    double value = json_number_value(json_object_get(object, key));
    return value >= 18446744073709551615.0 ? UINT64_MAX : (uint64_t)value;
}

static toc_proof proof_of(const json_t *list)
{
    toc_proof proof = {0};
    size_t i = 0;
    const json_t *each = NULL;
    json_array_foreach(list, i, each)
    {
        assert_true(i < TOC_PROOF_HASHES_MAX);
        proof.hashes[i] = hash_of(each, "proof");
        proof.count++;
    }
    return proof;
}

static toc_code judge_inclusion(const json_t *test)
{
    toc_hash leaf = hash_of(json_object_get(test, "leafHash"), "leaf"),
             root = hash_of(json_object_get(test, "root"), "root");
    toc_proof proof = proof_of(json_object_get(test, "proof"));
    return toc_merkle_check_inclusion(&leaf, number_of(test, "leafIdx"),
                                      number_of(test, "treeSize"), &proof, &root, NULL);
}

static toc_code judge_consistency(const json_t *test)
{
    toc_hash old_root = hash_of(json_object_get(test, "root1"), "root"),
             new_root = hash_of(json_object_get(test, "root2"), "root");
    toc_proof proof = proof_of(json_object_get(test, "proof"));
    return toc_merkle_check_consistency(number_of(test, "size1"), &old_root,
                                        number_of(test, "size2"), &new_root, &proof, NULL);
}

static void judge_all(const char *relative, toc_code (*judge)(const json_t *), size_t count,
                      size_t valid_count)
{
    char path[PATH_BYTES];
    if (!toc_shared_path(relative, path))
        skip();
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    static char line[16384];
    size_t seen = 0, valid = 0;
    while (fgets(line, sizeof line, stream) != NULL) {
        json_t *test = json_loads(line, JSON_DECODE_INT_AS_REAL, NULL);
        assert_non_null(test);
        bool bad = json_is_true(json_object_get(test, "wantErr"));
        if (judge(test) != (bad ? TOC_SIGNATURE : TOC_OK))
            fail_msg("%s", json_string_value(json_object_get(test, "file")));
        json_decref(test);
        seen++;
        valid += !bad;
    }
    assert_int_equal(fclose(stream), 0);
    assert_true(seen >= count);
    assert_true(valid >= valid_count);
}

static void inclusion_is_judged_as_transparency_dev_does(void **state)
{
    (void)state;
    judge_all("data/vectors/merkle/inclusion.jsonl", judge_inclusion, 67, 4);
}

static void consistency_is_judged_as_transparency_dev_does(void **state)
{
    (void)state;
    judge_all("data/vectors/merkle/consistency.jsonl", judge_consistency, 72, 4);
}

/* --- C2SP --- */

static void the_examples_of_c2sp_parse_and_those_with_a_key_verify(void **state)
{
    (void)state;
    char path[PATH_BYTES];
    if (!toc_shared_path("data/vectors/tlog/c2sp_examples.json", path))
        skip();
    toc_err err = {0};
    json_t *root = json_load_file(path, 0, NULL);
    assert_non_null(root);
    size_t i = 0, notes = 0, checkpoints = 0;
    const json_t *example = NULL;
    json_array_foreach(root, i, example)
    {
        const char *spec = json_string_value(json_object_get(example, "spec"));
        const char *text = json_string_value(json_object_get(example, "text"));
        /* The examples of tlog-witness and tlog-proof have elisions in them. */
        if (text == NULL || strcmp(spec, "tlog-witness") == 0 || strcmp(spec, "tlog-proof") == 0)
            continue;
        toc_note note;
        toc_checkpoint checkpoint;
        TOC_CHECK_OK(toc_note_parse(toc_span_text(text), &note, &err));
        notes++;
        if (strcmp(spec, "signed-note") == 0)
            continue;
        TOC_CHECK_OK(toc_checkpoint_parse(note.body, &checkpoint, &err));
        assert_int_equal(checkpoint.size, 20852163);
        checkpoints++;
    }
    assert_int_equal(notes, 4);
    assert_int_equal(checkpoints, 2);
    json_decref(root);
}

/* --- transparency-dev/tessera: a log of eleven checkpoints --- */

static const char log_name[] = "example.com/log/testdata";

static void log_key(toc_verify_key *out)
{
    TOC_AUTO(toc_buf_wipe) toc_buf key = {0};
    assert_int_equal(toc_base64_decode(
                         toc_span_text("AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"), &key, NULL),
                     TOC_OK);
    assert_int_equal(key.size, 33);
    memcpy(out->bytes, key.data + 1, 32);
}

static bool read_log_file(const char *name, toc_buf *out)
{
    char relative[PATH_BYTES], path[PATH_BYTES];
    int size =
        snprintf(relative, sizeof relative, "data/vectors/tlog/tessera_testdata/log/%s", name);
    if (size < 0 || !toc_shared_path(relative, path))
        return false;
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    uint8_t block[4096];
    for (size_t got = 0; (got = fread(block, 1, sizeof block, stream)) > 0;)
        toc_buf_add(out, block, got);
    return fclose(stream) == 0;
}

static void open_log_checkpoint(unsigned number, toc_buf *text, toc_checkpoint *out)
{
    toc_err err = {0};
    char name[32];
    (void)snprintf(name, sizeof name, "checkpoint.%u", number);
    toc_verify_key key;
    log_key(&key);
    toc_note note;
    assert_true(read_log_file(name, text));
    TOC_CHECK_OK(toc_note_parse(toc_buf_view(text), &note, &err));
    TOC_CHECK_OK(toc_note_verify(&note, toc_span_text(log_name), &key, &err));
    TOC_CHECK_OK(toc_checkpoint_parse(note.body, out, &err));
    assert_int_equal(out->size, number);
    assert_true(toc_span_equal(out->origin, toc_span_text(log_name)));
}

static toc_code log_subtree(void *context, uint32_t level, uint64_t index, toc_hash *out,
                            toc_err *err)
{
    const toc_buf *leaves = context;
    if (level == 0) {
        memcpy(out->bytes, leaves->data + 32 * index, 32);
        return TOC_OK;
    }
    toc_hash left, right;
    TOC_TRY(log_subtree(context, level - 1, index * 2, &left, err));
    TOC_TRY(log_subtree(context, level - 1, index * 2 + 1, &right, err));
    toc_merkle_node(&left, &right, out);
    return TOC_OK;
}

static void a_real_log_has_the_roots_that_it_signed(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf leaves = {0};
    if (!read_log_file("tile/0/000.p/10", &leaves) || leaves.data == NULL) {
        skip();
        return;
    }
    assert_int_equal(leaves.size, 320);
    toc_tree_source source = {.context = &leaves, .subtree = log_subtree};
    toc_frontier frontier = {0};
    toc_checkpoint before = {0};
    for (unsigned size = 0; size <= 10; size++) {
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_checkpoint checkpoint;
        open_log_checkpoint(size, &text, &checkpoint);
        toc_hash root;
        toc_frontier_root(&frontier, &root);
        assert_memory_equal(root.bytes, checkpoint.root.bytes, 32);
        if (size > 1) {
            toc_proof proof;
            TOC_CHECK_OK(toc_merkle_consistency(&source, before.size, size, &proof, &err));
            TOC_CHECK_OK(toc_merkle_check_consistency(before.size, &before.root, size,
                                                      &checkpoint.root, &proof, &err));
        }
        before = checkpoint;
        if (size < 10) {
            toc_hash leaf;
            TOC_CHECK_OK(log_subtree(&leaves, 0, size, &leaf, &err));
            toc_frontier_append(&frontier, &leaf);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inclusion_is_judged_as_transparency_dev_does),
        cmocka_unit_test(consistency_is_judged_as_transparency_dev_does),
        cmocka_unit_test(the_examples_of_c2sp_parse_and_those_with_a_key_verify),
        cmocka_unit_test(a_real_log_has_the_roots_that_it_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
