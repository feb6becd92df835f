#include "proto/format/drafts.h"
#include "proto/rules/nearest.h"

static toc_draft_note *find(toc_draft_notes *notes, uint32_t flag, toc_span said,
                            const toc_chain *chain)
{
    for (size_t i = 0; i < notes->count; i++) {
        toc_draft_note *note = &notes->notes[i];
        if (note->flag == flag && note->chain == chain &&
            toc_span_equal(said, toc_span_text(note->said)))
            return note;
    }
    if (notes->count == TOC_DRAFT_NOTES_MAX)
        return NULL;
    toc_draft_note *made = &notes->notes[notes->count++];
    *made = (toc_draft_note){.flag = flag, .chain = chain};
    if (said.size > 0)
        memcpy(made->said, said.data, said.size);
    return made;
}

static void count(toc_draft_notes *notes, uint32_t flag, toc_span said, const toc_chain *chain,
                  uint64_t rows)
{
    toc_draft_note *note = find(notes, flag, said, chain);
    if (note != NULL)
        note->rows += rows;
}

/* At most TOC_DRAFT_NOTE_BYTES, whole characters. */
static toc_span cut(toc_span said)
{
    while (said.size > TOC_DRAFT_NOTE_BYTES ||
           (said.size > 0 && said.size == TOC_DRAFT_NOTE_BYTES &&
            (said.data[said.size - 1] & 0x80) != 0))
        said.size--;
    return said;
}

void toc_draft_notes_take(toc_draft_notes *notes, toc_span said, const toc_chain *chain,
                          uint32_t flags)
{
    /* The chain that was named was wrong, or was none. */
    uint32_t corrected = flags & TOC_WALLET_CHAIN_CORRECTED;
    uint32_t told[] = {corrected != 0 ? corrected : flags & TOC_WALLET_CHAIN_INFERRED,
                       flags & TOC_WALLET_RECOVERED, flags & TOC_WALLET_INVALID};
    for (size_t i = 0; i < TOC_COUNT(told); i++) {
        if (told[i] != 0)
            count(notes, told[i], cut(said), chain, 1);
    }
}

void toc_draft_notes_merge(toc_draft_notes *into, const toc_draft_notes *from)
{
    for (size_t i = 0; i < from->count; i++) {
        const toc_draft_note *note = &from->notes[i];
        count(into, note->flag, toc_span_text(note->said), note->chain, note->rows);
    }
}
