/* Signed notes, checkpoints and origins: the first byte of an input chooses.
 *   0  a note. One that parses prints as it was, and its text can be signed and verified anew; a
 * checkpoint in it begins with what printing its three fields gives. 1  a text. What is written as
 * a note parses to the same text and verifies. 2  an origin. One that parses prints as it was. */
#include "proto/base/text.h"
#include "proto/feed/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static toc_secret *signer(toc_verify_key *out_key)
{
    toc_secret *seed = NULL;
    TOC_ASSERT(toc_crypto_start(NULL) == TOC_OK);
    TOC_ASSERT(toc_secret_from(toc_span_text("the seed of a fuzzing note signer"), &seed, NULL) ==
               TOC_OK);
    toc_sign_public(seed, out_key);
    return seed;
}

static void check_written(toc_span body)
{
    toc_verify_key key;
    TOC_AUTO(toc_secret_free) toc_secret *seed = signer(&key);
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_span name = toc_span_text("fuzz/signer");
    if (toc_note_write(body, name, seed, &text, NULL) != TOC_OK) {
        TOC_ASSERT(text.size == 0);
        return;
    }
    static toc_note note;
    TOC_ASSERT(toc_note_parse(toc_buf_view(&text), &note, NULL) == TOC_OK);
    TOC_ASSERT(toc_span_equal(note.body, body));
    TOC_ASSERT(note.signature_count == 1);
    TOC_ASSERT(toc_note_verify(&note, name, &key, NULL) == TOC_OK);
    TOC_ASSERT(toc_note_verify(&note, toc_span_text("fuzz/other"), &key, NULL) == TOC_SIGNATURE);
}

static void check_checkpoint(toc_span body)
{
    toc_checkpoint checkpoint;
    if (toc_checkpoint_parse(body, &checkpoint, NULL) != TOC_OK)
        return;
    TOC_AUTO(toc_buf_wipe) toc_buf printed = {0};
    toc_buf_add_span(&printed, checkpoint.origin);
    toc_buf_printf(&printed, "\n%llu\n", (unsigned long long)checkpoint.size);
    toc_base64_encode(TOC_SPAN_OF(checkpoint.root.bytes), &printed);
    toc_buf_add_text(&printed, "\n");
    TOC_ASSERT(printed.size <= body.size && memcmp(printed.data, body.data, printed.size) == 0);
}

static size_t lines_of(toc_span text)
{
    size_t lines = 0;
    for (size_t i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    return lines;
}

static void try_note(toc_span input)
{
    static toc_note note;
    if (toc_note_parse(input, &note, NULL) != TOC_OK)
        return;
    TOC_ASSERT(note.body.data == input.data && note.body.size < input.size);
    TOC_AUTO(toc_buf_wipe) toc_buf printed = {0};
    toc_buf_add_span(&printed, note.body);
    toc_buf_add_text(&printed, "\n");
    for (size_t i = 0; i < note.signature_count; i++) {
        const toc_note_signature *each = &note.signatures[i];
        TOC_AUTO(toc_buf_wipe) toc_buf joined = {0};
        toc_buf_add(&joined, each->key_hash, sizeof each->key_hash);
        toc_buf_add(&joined, each->bytes, each->size);
        toc_buf_add_text(&printed, "\xE2\x80\x94 ");
        toc_buf_add_span(&printed, each->name);
        toc_buf_add_text(&printed, " ");
        toc_base64_encode(toc_buf_view(&joined), &printed);
        toc_buf_add_text(&printed, "\n");
    }
    /* Lines of kinds unknown here are left out. */
    if (lines_of(toc_buf_view(&printed)) == lines_of(input))
        TOC_ASSERT(toc_span_equal(toc_buf_view(&printed), input));
    check_written(note.body);
    check_checkpoint(note.body);
}

static void try_origin(toc_span input)
{
    toc_feed_name name;
    if (toc_feed_origin_parse(input, &name, NULL) != TOC_OK)
        return;
    char origin[TOC_ORIGIN_BYTES_MAX];
    toc_feed_origin(&name, origin);
    TOC_ASSERT(toc_span_equal(toc_span_text(origin), input));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const modes[])(toc_span input) = {try_note, check_written, try_origin};
    if (size > 0)
        modes[data[0] % TOC_COUNT(modes)](toc_span_of(data + 1, size - 1));
    return 0;
}
