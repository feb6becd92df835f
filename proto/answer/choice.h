/* proto/answer/choice.h: one line for one query, though its text may mean wallets of several
 * chains: the line of the highest score, with `candidates` beside it when several are known. A text
 * that is no address may be a literal that somebody kept as it was listed, or a known address whose
 * letter case was lost: it is asked for as both, and counts only where something is known of it.
 * Owns: the line kept so far, until wipe. Threads: one. Errors: as toc_wallet_parse; the buffer's,
 * sticky. */
#ifndef TOC_PROTO_ANSWER_CHOICE_H
#define TOC_PROTO_ANSWER_CHOICE_H

#include "proto/answer/answer.h"

typedef struct toc_choice {
    toc_wallet_candidates candidates; /* in order of the table of chains */
    bool found[TOC_WALLET_CANDIDATES_MAX];
    uint32_t scores[TOC_WALLET_CANDIDATES_MAX];
    size_t asked, taken, found_count, best;
    toc_buf line; /* of the best */

    toc_err why;            /* why the text is no address; code TOC_OK: it is one */
    toc_span literals[2];   /* lent: without the chain it names, and whole */
    const toc_chain *named; /* by the text, or NULL */
    size_t spelt_count, spelt_asked;
    toc_wallet spelt[TOC_WALLET_CANDIDATES_MAX]; /* known, and spelt so but for letter case */
    uint8_t families[32];                        /* bit set: asked on a chain of that family */
} toc_choice;

void toc_choice_wipe(toc_choice *choice);
TOC_DEFINE_AUTO_WIPE(toc_choice, toc_choice_wipe)

/* Begins with a zeroed choice. `text` is lent until the end. An error means that there is nothing
 * to ask about. */
TOC_MUST toc_code toc_choice_begin(toc_choice *choice, toc_span text, toc_err *err);
/* What a text that is no address spells, without the chain it names; empty for an address. Lent. */
toc_span toc_choice_spelling(const toc_choice *choice);
/* A known wallet that is spelt so but for letter case; before the first question. Beyond the first
 * TOC_WALLET_CANDIDATES_MAX, and those of other chains than the one that was named, are left out.
 */
void toc_choice_offer(toc_choice *choice, const toc_wallet *known);
/* The next wallet to ask about; false after the last one. */
bool toc_choice_next(toc_choice *choice, toc_wallet *out);
/* The answer on it: `line` as toc_json_dossier and its like write it. Of those that nothing is
 * known of, the one whose spelling `query` is goes first. */
void toc_choice_take(toc_choice *choice, toc_span query, const toc_wallet *wallet, bool found,
                     uint32_t score, toc_span line);
/* After the last one. Why the text is no address, when nothing was found of it as a literal. */
TOC_MUST toc_code toc_choice_write(const toc_choice *choice, toc_buf *out, toc_err *err);

/* The line of a query that cannot be answered: the fields of a dossier, empty, and `error`. */
void toc_json_unanswered(toc_span query, const toc_err *error, toc_buf *out);

#endif
