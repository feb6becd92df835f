/* What comes with a case file, from anybody; how an input begins chooses.
 *   {     a bundle. One that reads is written and read back the same. One that verifies proves
 * nothing by itself, and who wrote it with its own circle for an anchor; a byte more in it is
 * refused. c2sp  a tlog-proof. One that reads is its own text again. else  a trust file. What it
 * lists need not occur. */
#include "proto/format/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static toc_arena *new_arena(void)
{
    toc_arena *arena = NULL;
    TOC_ASSERT(toc_crypto_start(NULL) == TOC_OK);
    TOC_ASSERT(toc_arena_new(TOC_BUNDLE_ARENA_BYTES, &arena, NULL) == TOC_OK);
    return arena;
}

static void check_verdicts(toc_evidence *evidence)
{
    toc_verdict verdict;
    toc_anchor anchor = {.kind = TOC_ANCHOR_CIRCLE};
    toc_evidence_judge(evidence, NULL, 0, &verdict);
    TOC_ASSERT(!verdict.proven && !verdict.author_known && verdict.others == 0);
    memcpy(anchor.id, evidence->feed.circle.bytes, sizeof anchor.id);
    toc_evidence_judge(evidence, &anchor, 1, &verdict);
    TOC_ASSERT(verdict.proven && anchor.found && verdict.missing == NULL);
    toc_anchor org = {.kind = TOC_ANCHOR_FINGERPRINT};
    toc_card_fingerprint(evidence->judge, org.fingerprint);
    toc_evidence_judge(evidence, &org, 1, &verdict);
    TOC_ASSERT(verdict.proven == !evidence->signer_retired); /* who vouches has no anchor */
    TOC_ASSERT(verdict.author_named && !verdict.circle_known);
    anchor.id[0] ^= 1;
    anchor.found = false;
    toc_evidence_judge(evidence, &anchor, 1, &verdict);
    TOC_ASSERT(!verdict.proven && verdict.missing == &anchor);
}

static void try_verify(const toc_bundle *bundle, toc_arena *arena)
{
    static toc_evidence evidence;
    toc_err err = {0};
    if (toc_evidence_verify(bundle, arena, &evidence, &err) != TOC_OK) {
        TOC_ASSERT(err.code != TOC_OK && err.text[0] != '\0');
        return;
    }
    check_verdicts(&evidence);
    TOC_ASSERT(!evidence.forked || evidence.index < evidence.forked_from);
    TOC_ASSERT(evidence.forked == (bundle->fork.size > 0));
    toc_bundle changed = *bundle;
    changed.plaintext.size--;
    TOC_ASSERT(toc_evidence_verify(&changed, arena, &evidence, &err) != TOC_OK);
    changed = *bundle;
    changed.charter_count--;
    TOC_ASSERT(toc_evidence_verify(&changed, arena, &evidence, &err) != TOC_OK);
    if (bundle->fork.size == 0)
        return;
    changed = *bundle;
    changed.fork.size--;
    TOC_ASSERT(toc_evidence_verify(&changed, arena, &evidence, &err) != TOC_OK);
}

static void try_bundle(toc_span input)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf first = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf second = {0};
    toc_bundle bundle, again;
    toc_err err = {0};
    if (toc_bundle_read(input, arena, &bundle, &err) != TOC_OK) {
        TOC_ASSERT(err.code != TOC_OK && err.text[0] != '\0');
        return;
    }
    toc_bundle_write(&bundle, &first);
    TOC_ASSERT(toc_bundle_read(toc_buf_view(&first), arena, &again, &err) == TOC_OK);
    toc_bundle_write(&again, &second);
    TOC_ASSERT(toc_span_equal(toc_buf_view(&first), toc_buf_view(&second)));
    try_verify(&bundle, arena);
}

static void try_proof(toc_span input)
{
    static toc_tlog_proof proof;
    toc_err err = {0};
    if (toc_tlog_proof_read(input, &proof, &err) != TOC_OK) {
        TOC_ASSERT(err.code != TOC_OK && err.text[0] != '\0');
        return;
    }
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    const uint8_t *note = proof.note.body.data; /* to the end of the input */
    toc_tlog_proof_write(proof.index, &proof.path,
                         toc_span_of(note, (size_t)(input.data + input.size - note)), &text);
    TOC_ASSERT(toc_span_equal(toc_buf_view(&text), input));
}

static void try_trust(toc_span input)
{
    static toc_anchor anchors[TOC_ANCHORS_MAX];
    size_t count = 0;
    toc_err err = {0};
    if (toc_anchors_parse(input, anchors, &count, &err) != TOC_OK)
        TOC_ASSERT(err.code != TOC_OK && err.text[0] != '\0');
    TOC_ASSERT(count <= TOC_ANCHORS_MAX);
    for (size_t i = 0; i < count; i++)
        TOC_ASSERT(anchors[i].listed && !anchors[i].found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    toc_span input = toc_span_of(data, size);
    if (size > 0 && data[0] == '{')
        try_bundle(input);
    else if (size > 4 && memcmp(data, "c2sp", 4) == 0)
        try_proof(input);
    else
        try_trust(input);
    return 0;
}
