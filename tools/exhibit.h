/* tools/exhibit.h: what was found in an evidence bundle, for programs and for people.
 * Owns: nothing. Threads: one. Errors: the buffer's, sticky. */
#ifndef TOC_TOOLS_EXHIBIT_H
#define TOC_TOOLS_EXHIBIT_H

#include "proto/evidence/evidence.h"

typedef struct toc_exhibit {
    const toc_evidence *evidence;
    const toc_verdict *verdict;
    const toc_anchor *anchors;
    size_t anchor_count;
} toc_exhibit;

/* One object, one line (docs/EVIDENCE.md). */
void toc_exhibit_json(const toc_exhibit *exhibit, toc_buf *out);
/* The record in words, the chain of custody, what is proven and what is not. */
TOC_MUST toc_code toc_exhibit_words(const toc_exhibit *exhibit, toc_buf *out, toc_err *err);

/* The statement as an object: kind, what it says, note; of members their wallets too. */
void toc_exhibit_statement(const toc_statement *statement, toc_buf *out);
/* The same in words, a line for each thing that it says. */
TOC_MUST toc_code toc_exhibit_statement_words(const toc_statement *statement, toc_buf *out,
                                              toc_err *err);
/* "fingerprint …", "org …" or "circle …". */
void toc_exhibit_anchor(const toc_anchor *anchor, toc_buf *out);

#endif
