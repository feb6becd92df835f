/* node/diag.h: what the daemon says on stderr: one line a thing, `time level event key=value …`.
 * Never a key, and at the default level never a word of a record: values are ids, counts, codes and
 * sentences of errors.
 * Threads: any. */
#ifndef TOC_NODE_DIAG_H
#define TOC_NODE_DIAG_H

#include "proto/base/error.h"
#include "proto/base/span.h"

typedef enum toc_diag_level {
    TOC_DIAG_ERROR = 0,
    TOC_DIAG_WARNING = 1,
    TOC_DIAG_INFO = 2,
    TOC_DIAG_DEBUG = 3
} toc_diag_level;

void toc_diag_set_level(toc_diag_level level);
/* `event` is a word with hyphens; `format` gives the rest of the line, already as key=value. */
void toc_diag(toc_diag_level level, const char *event, const char *format, ...) TOC_PRINTF(3, 4);
/* The first eight bytes of an id in hex, enough to find it again. */
typedef struct toc_diag_id {
    char text[17];
} toc_diag_id;
toc_diag_id toc_diag_id_of(const void *id);

#endif
