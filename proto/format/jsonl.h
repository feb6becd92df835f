/* proto/format/jsonl.h: JSON Lines: one object a line, names as the columns of proto/format/rows.h,
 * values text or whole numbers; with "kind", a claim of any kind (proto/format/said.h). `label`,
 * `asset`, `derived_from` and the columns of orgs may be lists, `amount` then one as long as
 * `asset`.
 * Owns:    the line that is not yet complete, and the text of one row until its callback returns.
 * Threads: one at a time.
 * Errors:  NO_MEMORY; whatever the callback returns. A bad line comes as a problem and reading goes
 * on. */
#ifndef TOC_PROTO_FORMAT_JSONL_H
#define TOC_PROTO_FORMAT_JSONL_H

#include "proto/format/rows.h"

typedef struct toc_jsonl toc_jsonl;

TOC_MUST toc_code toc_jsonl_new(toc_row_fn *fn, void *context, toc_jsonl **out, toc_err *err);
void toc_jsonl_free(toc_jsonl *jsonl); /* NULL is fine */
TOC_DEFINE_AUTO(toc_jsonl, toc_jsonl_free)
TOC_MUST toc_code toc_jsonl_feed(toc_jsonl *jsonl, toc_span chunk, toc_err *err);
TOC_MUST toc_code toc_jsonl_finish(toc_jsonl *jsonl, toc_err *err);

#endif
