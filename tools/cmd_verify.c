/* verify: an evidence bundle against what the verifier knows from elsewhere. No node is asked. */
#include "proto/format/bundle.h"
#include "tools/commands.h"
#include "tools/exhibit.h"

const toc_option toc_verify_options[] = {
    {"org", "FINGERPRINT", "of a card of the author or of a witness, or an org's id; repeatable"},
    {"circle", "ID", "of the circle that it was written in; repeatable"},
    {"trust", "FILE", "lines 'org FINGERPRINT' and 'circle ID': those that one knows"},
    {NULL, NULL, NULL},
};

enum { TRUST_BYTES_MAX = 1 << 20 };

typedef struct verifying {
    toc_anchor anchors[TOC_ANCHORS_MAX];
    size_t anchor_count;
    toc_bundle bundle;
    toc_evidence evidence;
    toc_verdict verdict;
} verifying;

typedef toc_code anchor_fn(toc_span text, toc_anchor *out, toc_err *err);

static toc_code take_anchors(verifying *all, const toc_opts *args, const char *option,
                             anchor_fn *read, toc_err *err)
{
    size_t cursor = 0;
    for (const char *text; (text = toc_opts_each(args, option, &cursor)) != NULL;) {
        if (all->anchor_count == TOC_ANCHORS_MAX)
            return toc_fail(err, TOC_USAGE, "more than %d anchors", TOC_ANCHORS_MAX);
        toc_err why;
        if (read(toc_span_text(text), &all->anchors[all->anchor_count], &why) != TOC_OK)
            return toc_fail(err, TOC_USAGE, "--%s '%.80s': %s", option, text, why.text);
        all->anchor_count++;
    }
    return TOC_OK;
}

static toc_code take_trust(verifying *all, const toc_opts *args, toc_err *err)
{
    size_t cursor = 0;
    for (const char *path; (path = toc_opts_each(args, "trust", &cursor)) != NULL;) {
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_err why;
        TOC_TRY(toc_file_read(path, TRUST_BYTES_MAX, &text, err));
        if (toc_anchors_parse(toc_buf_view(&text), all->anchors, &all->anchor_count, &why) !=
            TOC_OK)
            return toc_fail(err, TOC_USAGE, "trust file '%s': %s", path, why.text);
    }
    return TOC_OK;
}

/* Whatever is wrong with a bundle, it proves nothing: one exit code for all. */
static toc_code unproven(const char *path, const toc_err *why, toc_err *err)
{
    toc_code code = why->code == TOC_NO_MEMORY ? TOC_NO_MEMORY : TOC_SIGNATURE;
    return toc_fail(err, code, "'%s' proves nothing: %s", path, why->text);
}

static toc_code verify(verifying *all, toc_arena *arena, const char *path, toc_err *err)
{
    toc_err why;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_TRY(toc_file_read(path, TOC_BUNDLE_BYTES_MAX, &text, err));
    if (toc_bundle_read(toc_buf_view(&text), arena, &all->bundle, &why) != TOC_OK ||
        toc_evidence_verify(&all->bundle, arena, &all->evidence, &why) != TOC_OK)
        return unproven(path, &why, err);
    toc_evidence_judge(&all->evidence, all->anchors, all->anchor_count, &all->verdict);
    return TOC_OK;
}

toc_code toc_cmd_verify(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, 1, "a bundle (a file, '-' for stdin)", err));
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_TRY(toc_arena_new(TOC_BUNDLE_ARENA_BYTES, &arena, err));
    verifying *all = toc_arena_zalloc(arena, 1, sizeof *all);
    if (all == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a bundle");
    TOC_TRY(take_anchors(all, args, "org", toc_anchor_org, err));
    TOC_TRY(take_anchors(all, args, "circle", toc_anchor_circle, err));
    TOC_TRY(take_trust(all, args, err));
    TOC_TRY(verify(all, arena, args->words[0], err));
    const toc_exhibit exhibit = {.evidence = &all->evidence,
                                 .verdict = &all->verdict,
                                 .anchors = all->anchors,
                                 .anchor_count = all->anchor_count};
    if (cli->json)
        toc_exhibit_json(&exhibit, &out);
    else
        TOC_TRY(toc_exhibit_words(&exhibit, &out, err));
    TOC_TRY(toc_buf_ok(&out, err));
    cli->exit = all->verdict.proven ? TOC_EXIT_DONE : TOC_EXIT_UNVERIFIED;
    return toc_print(&out, err);
}
