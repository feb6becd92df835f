/* proto/control/control.h: frames of the local socket between `tocsin` and `tocsind`
 * (proto/control/README.md). Frame: length u32 ‖ type u8 ‖ that many bytes less one; at most
 * TOC_CONTROL_FRAME_BYTES_MAX.
 * Threads: pure. Errors: MALFORMED, LIMIT. */
#ifndef TOC_PROTO_CONTROL_CONTROL_H
#define TOC_PROTO_CONTROL_CONTROL_H

#include "proto/base/buf.h"
#include "proto/base/limits.h"

typedef enum toc_control_type {
    TOC_CONTROL_REQUEST = 'Q',  /* JSON object: {"command": …, arguments} */
    TOC_CONTROL_DRAFTS = 'D',   /* binary part of a submission (proto/format/drafts.h) */
    TOC_CONTROL_LINE = 'A',     /* one JSON object of the answer */
    TOC_CONTROL_PROGRESS = 'P', /* {"done": n, "total": n, "what": "…"}; total 0: unknown */
    TOC_CONTROL_ERROR = 'E',    /* {"code": "…", "text": "…"}; ends the answer */
    TOC_CONTROL_END =
        'Z' /* ends drafts (from the tool) or the answer (from the node); JSON object, may be {} */
} toc_control_type;

enum { TOC_CONTROL_HEADER_BYTES = 5 };

TOC_MUST toc_code toc_control_write(toc_control_type type, toc_span payload, toc_buf *out,
                                    toc_err *err);

/* Splits the first frame off `bytes`. *out_used is 0 while it is not complete. */
TOC_MUST toc_code toc_control_read(toc_span bytes, toc_control_type *out_type,
                                   toc_span *out_payload, size_t *out_used, toc_err *err);

/* The next part of drafts that are here as a whole, DRAFTS frames and one END, off `frames`.
 * *out_more is false at the END, which nothing may follow. MALFORMED: it is not there. */
TOC_MUST toc_code toc_control_next_part(toc_span *frames, toc_span *out_part, bool *out_more,
                                        toc_err *err);

#endif
