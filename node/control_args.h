/* node/control_args.h: the arguments of a command, read strictly. Private to node/control* and the
 * spool.
 * Owns:    nothing; spans live in the request.
 * Threads: pure but for the roll they ask.
 * Errors:  USAGE naming the argument; MALFORMED for what is no JSON object. */
#ifndef TOC_NODE_CONTROL_ARGS_H
#define TOC_NODE_CONTROL_ARGS_H

#include <jansson.h>

#include "proto/base/buf.h"
#include "proto/base/error.h"

static inline void toc_args_free(json_t **request)
{
    json_decref(*request);
}
#define TOC_AUTO_JSON __attribute__((cleanup(toc_args_free)))

/* An object without repeated members. The caller decrefs *out. */
TOC_MUST toc_code toc_args_parse(toc_span text, json_t **out, toc_err *err);
/* That there are no arguments but `command` and those named (NULL ends them): a misspelt one would
 * silently mean something else. */
TOC_MUST toc_code toc_args_known(json_t *request, const char *const *names, toc_err *err);

/* An argument: its name, and what reads it, there or not, into what the command asks for. A table
 * of them ends with a name that is NULL. */
typedef struct toc_argument {
    const char *name;
    toc_code (*read)(void *out, json_t *request, const char *name, toc_err *err);
} toc_argument;
/* That there are no arguments but `command` and those of the table. */
TOC_MUST toc_code toc_args_listed(json_t *request, const toc_argument *table, toc_err *err);
/* The same, and reads each, in the order of the table. */
TOC_MUST toc_code toc_args_read(json_t *request, const toc_argument *table, void *out,
                                toc_err *err);

bool toc_args_has(json_t *request, const char *name);
/* Empty when it is absent and not `required`. */
TOC_MUST toc_code toc_args_text(json_t *request, const char *name, bool required, toc_span *out,
                                toc_err *err);
TOC_MUST toc_code toc_args_bool(json_t *request, const char *name, bool *out, toc_err *err);
/* Up to `max`; `fallback` when it is absent. */
TOC_MUST toc_code toc_args_number(json_t *request, const char *name, uint64_t fallback,
                                  uint64_t max, uint64_t *out, toc_err *err);
/* 64 hexadecimal digits. */
TOC_MUST toc_code toc_args_id(json_t *request, const char *name, uint8_t out[32], toc_err *err);
/* RFC 3339 or a day; 0 when it is absent. */
TOC_MUST toc_code toc_args_time(json_t *request, const char *name, toc_time *out, toc_err *err);
/* A list of texts: how many, and one of them. */
TOC_MUST toc_code toc_args_texts(json_t *request, const char *name, bool required,
                                 size_t *out_count, toc_err *err);
toc_span toc_args_text_at(json_t *request, const char *name, size_t index);

#endif
