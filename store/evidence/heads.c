/* The signed heads over a record: the author's newest, and those that others cosigned. */
#include "store/evidence/internal.h"

static toc_code keep(const toc_bundling *all, const toc_buf *bytes, toc_span *out, toc_err *err)
{
    TOC_TRY(toc_buf_ok(bytes, err));
    *out = bytes->size == 0 ? (toc_span){0} : toc_arena_dup(all->arena, toc_buf_view(bytes));
    return out->size == bytes->size ? TOC_OK : toc_bundling_no_memory(err);
}

/* The cosignatures over the head of `size` from number *at on, as many as a note takes; *at is the
 * next of them. */
static bool add_lines(const toc_bundling *all, uint64_t size, size_t room, size_t *at, toc_buf *out)
{
    bool any = false;
    for (; *at < all->receipt_count && room > 0; (*at)++) {
        const toc_log_cosignature *row = &all->receipts[*at];
        char name[TOC_COSIGNER_BYTES_MAX];
        if (row->size != size)
            continue;
        toc_cosigner_name(&row->org, name);
        toc_cosignature_line(&row->made, toc_span_text(name), &row->key, out);
        any = true;
        room--;
    }
    return any;
}

static toc_code write_proof(toc_bundling *all, uint64_t size, const toc_buf *note, toc_span *out,
                            toc_err *err)
{
    toc_proof path;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_TRY(toc_buf_ok(note, err));
    TOC_TRY(toc_bundling_path(all, all->index, size, &path, err));
    toc_tlog_proof_write(all->index, &path, toc_buf_view(note), &text);
    return keep(all, &text, out, err);
}

/* The newest head, signed by the author alone, and then what others said of the same; *out_at: the
 * first of theirs that is left. */
static toc_code add_head(toc_bundling *all, size_t *out_at, toc_err *err)
{
    toc_span stored;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_TRY(toc_log_head_note(all->txn, all->feed.number, &stored, err));
    toc_buf_add_span(&text, stored);
    (void)add_lines(all, all->feed.head_size, TOC_NOTE_SIGNATURES_MAX - 1, out_at, &text);
    return write_proof(all, all->feed.head_size, &text, &all->bundle.proof, err);
}

static toc_code add_receipts_of(toc_bundling *all, uint64_t size, size_t from, toc_span *out,
                                toc_err *err)
{
    toc_hash root;
    TOC_TRY(toc_log_root(all->txn, all->feed.number, size, &root, err));
    for (size_t at = from;;) {
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_checkpoint_body(&all->feed.name, size, &root, &text);
        toc_buf_add_u8(&text, '\n');
        if (!add_lines(all, size, TOC_NOTE_SIGNATURES_MAX, &at, &text))
            return TOC_OK;
        TOC_TRY(write_proof(all, size, &text, &out[all->bundle.receipt_count], err));
        all->bundle.receipt_count++;
    }
}

toc_code toc_bundling_heads(toc_bundling *all, toc_err *err)
{
    size_t rest = 0; /* of those over the author's newest head */
    TOC_TRY(add_head(all, &rest, err));
    toc_span *proofs = toc_arena_zalloc(all->arena, all->receipt_count + 1, sizeof *proofs);
    if (proofs == NULL)
        return toc_bundling_no_memory(err);
    all->bundle.receipts = proofs;
    for (size_t i = 0; i < all->receipt_count; i++) {
        uint64_t size = all->receipts[i].size;
        bool before = false;
        for (size_t j = 0; j < i && !before; j++)
            before = all->receipts[j].size == size;
        if (!before)
            TOC_TRY(
                add_receipts_of(all, size, size == all->feed.head_size ? rest : 0, proofs, err));
    }
    return TOC_OK;
}
