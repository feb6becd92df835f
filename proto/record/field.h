/* proto/record/field.h: what every text, id and moment in a record must be, whoever wrote it.
 * Private to proto/record and proto/format.
 * Threads: pure.
 * Errors:  MALFORMED and LIMIT, naming the field. */
#ifndef TOC_PROTO_RECORD_FIELD_H
#define TOC_PROTO_RECORD_FIELD_H

#include "proto/base/error.h"
#include "proto/base/span.h"

/* UTF-8 without control characters, at most `bytes_max` bytes; `lines`: newlines are allowed. */
TOC_MUST toc_code toc_record_field_text(toc_span text, const char *field, size_t bytes_max,
                                        bool lines, toc_err *err);
/* A slug; `optional`: or nothing. */
TOC_MUST toc_code toc_record_field_slug(toc_span text, const char *field, bool optional,
                                        toc_err *err);
TOC_MUST toc_code toc_record_field_time(toc_time time, const char *field, toc_err *err);

#endif
