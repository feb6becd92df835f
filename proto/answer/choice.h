/* proto/answer/choice.h: one line for one query, though its text may mean wallets of several
 * chains: the line of the highest score, with `candidates` beside it when several are known.
 * Owns: the line kept so far, until wipe. Threads: one. Errors: the buffer's, sticky. */
#ifndef TOC_PROTO_ANSWER_CHOICE_H
#define TOC_PROTO_ANSWER_CHOICE_H

#include "proto/answer/answer.h"

typedef struct toc_choice {
    toc_wallet_candidates candidates; /* in order of the table of chains */
    bool found[TOC_WALLET_CANDIDATES_MAX];
    uint32_t scores[TOC_WALLET_CANDIDATES_MAX];
    size_t taken, found_count, best;
    toc_buf line; /* of the best */
} toc_choice;

void toc_choice_wipe(toc_choice *choice);
TOC_DEFINE_AUTO_WIPE(toc_choice, toc_choice_wipe)

/* The answer on the next candidate: `line` as toc_json_dossier and its like write it. Of those that
 * nothing is known of, the one whose spelling `query` is goes first. */
void toc_choice_take(toc_choice *choice, toc_span query, bool found, uint32_t score, toc_span line);
/* After the last one. */
void toc_choice_write(const toc_choice *choice, toc_buf *out);

/* The line of a query that cannot be answered: the fields of a dossier, empty, and `error`. */
void toc_json_unanswered(toc_span query, const toc_err *error, toc_buf *out);

#endif
