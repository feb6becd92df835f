#include "proto/feed/proof.h"

#include "proto/base/text.h"

static const char first_line[] = "c2sp.org/tlog-proof@v1";
static const char index_word[] = "index ";

static toc_code read_index(toc_span line, uint64_t *out, toc_err *err)
{
    size_t word = sizeof index_word - 1;
    if (line.size < word || memcmp(line.data, index_word, word) != 0)
        return toc_fail(err, TOC_MALFORMED, "a tlog-proof whose second line is not its index");
    if (toc_u64_parse(toc_span_of(line.data + word, line.size - word), UINT64_MAX, out, NULL) !=
        TOC_OK)
        return toc_fail(err, TOC_MALFORMED, "a tlog-proof whose index is no decimal number");
    return TOC_OK;
}

/* Up to the empty line before the checkpoint. */
static toc_code read_path(toc_span *rest, toc_proof *out, toc_err *err)
{
    toc_span line;
    while (toc_line_ended(rest, &line)) {
        if (line.size == 0)
            return TOC_OK;
        if (out->count == TOC_PROOF_HASHES_MAX)
            return toc_fail(err, TOC_LIMIT, "a tlog-proof of more than %d hashes",
                            TOC_PROOF_HASHES_MAX);
        TOC_AUTO(toc_buf_wipe) toc_buf hash = {0};
        if (toc_base64_decode(line, &hash, NULL) != TOC_OK || hash.size != sizeof(toc_hash))
            return toc_fail(err, TOC_MALFORMED,
                            "a tlog-proof with a hash that is not 32 bytes in base64");
        memcpy(out->hashes[out->count++].bytes, hash.data, hash.size);
    }
    return toc_fail(err, TOC_MALFORMED, "a tlog-proof without a checkpoint");
}

/* A note's reader leaves out what it does not know. */
static toc_code check_exact(const toc_note *note, toc_span text, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf again = {0};
    toc_buf_add_span(&again, note->body);
    toc_buf_add_u8(&again, '\n');
    for (size_t i = 0; i < note->signature_count; i++) {
        const toc_note_signature *each = &note->signatures[i];
        uint8_t bytes[sizeof each->key_hash + sizeof each->bytes];
        memcpy(bytes, each->key_hash, sizeof each->key_hash);
        memcpy(bytes + sizeof each->key_hash, each->bytes, each->size);
        toc_note_line(each->name, toc_span_of(bytes, sizeof each->key_hash + each->size), &again);
    }
    TOC_TRY(toc_buf_ok(&again, err));
    if (!toc_span_equal(toc_buf_view(&again), text))
        return toc_fail(err, TOC_MALFORMED,
                        "a tlog-proof with a signature of a kind that is unknown here");
    return TOC_OK;
}

toc_code toc_tlog_proof_read(toc_span text, toc_tlog_proof *out, toc_err *err)
{
    toc_span rest = text, line;
    toc_tlog_proof proof = {0};
    if (!toc_line_ended(&rest, &line) || !toc_span_equal(line, toc_span_text(first_line)))
        return toc_fail(err, TOC_MALFORMED, "no tlog-proof: its first line is not '%s'",
                        first_line);
    if (!toc_line_ended(&rest, &line))
        return toc_fail(err, TOC_MALFORMED, "a tlog-proof without an index");
    TOC_TRY(read_index(line, &proof.index, err));
    TOC_TRY(read_path(&rest, &proof.path, err));
    TOC_TRY(toc_note_parse(rest, &proof.note, err));
    TOC_TRY(check_exact(&proof.note, rest, err));
    TOC_TRY(toc_checkpoint_parse(proof.note.body, &proof.checkpoint, err));
    *out = proof;
    return TOC_OK;
}

void toc_tlog_proof_write(uint64_t index, const toc_proof *path, toc_span note, toc_buf *out)
{
    toc_buf_printf(out, "%s\n%s%llu\n", first_line, index_word, (unsigned long long)index);
    for (uint32_t i = 0; i < path->count; i++) {
        toc_base64_encode(TOC_SPAN_OF(path->hashes[i]), out);
        toc_buf_add_u8(out, '\n');
    }
    toc_buf_add_u8(out, '\n');
    toc_buf_add_span(out, note);
}
