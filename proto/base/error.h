/* proto/base/error.h: every failure is a code and one sentence.
 * Owns:    nothing; a toc_err is the caller's storage.
 * Threads: a toc_err belongs to one thread at a time.
 * Errors:  set once at the place of failure by toc_fail, given context on the way up by toc_wrap.
 */
#ifndef TOC_PROTO_BASE_ERROR_H
#define TOC_PROTO_BASE_ERROR_H

#include "proto/base/attrs.h"

typedef enum toc_code {
    TOC_OK = 0,
    TOC_MALFORMED,   /* bytes or text that break a rule of their format */
    TOC_LIMIT,       /* larger than proto/base/limits.h allows */
    TOC_SIGNATURE,   /* a signature, proof or hash does not verify */
    TOC_SEALED,      /* ciphertext that does not open, or no key for it */
    TOC_NOT_FOUND,   /* what was named is not there */
    TOC_EXISTS,      /* what was to be made is there already */
    TOC_DENIED,      /* policy or rights forbid it */
    TOC_IO,          /* the disk or the network failed */
    TOC_FULL,        /* no room: disk, map, queue */
    TOC_NO_MEMORY,   /* allocation failed or a memory ceiling was reached */
    TOC_UNREACHABLE, /* the node or a peer does not answer */
    TOC_STATE, /* not possible in the present state; the sentence says what would make it so */
    TOC_USAGE, /* a command line, a configuration or a call that makes no sense */
    TOC_CODE_COUNT
} toc_code;

enum { TOC_ERR_TEXT_BYTES = 512 };

typedef struct toc_err {
    toc_code code;
    char text[TOC_ERR_TEXT_BYTES]; /* NUL-terminated UTF-8, one sentence */
} toc_err;

/* The name of a code in lower case with hyphens, for machines ("malformed"). */
const char *toc_code_name(toc_code code);

/* Sets *err (NULL is fine) and returns `code`, so that `return toc_fail(err, …)` reads well.
 * Text that does not fit is cut at a whole character. */
toc_code toc_fail(toc_err *err, toc_code code, const char *format, ...) TOC_PRINTF(3, 4);

/* Puts "context: " before the sentence in *err and returns err->code. */
toc_code toc_wrap(toc_err *err, const char *format, ...) TOC_PRINTF(2, 3);

#ifdef __clang_analyzer__
/* What an analyser that looks at one file cannot know: neither ever returns TOC_OK. */
#define toc_fail(err, code, ...) ((void)(toc_fail)(err, code, __VA_ARGS__), (code))
#define toc_wrap(err, ...)       ((void)(toc_wrap)(err, __VA_ARGS__), TOC_MALFORMED)
#endif

/* Returns early with the code of a failed call. */
#define TOC_TRY(call)                                                                              \
    do {                                                                                           \
        toc_code toc_try_code_ = (call);                                                           \
        if (toc_try_code_ != TOC_OK)                                                               \
            return toc_try_code_;                                                                  \
    } while (0)

/* Programmer errors end the process in every build. */
#define TOC_ASSERT(condition)                                                                      \
    ((condition) ? (void)0 : toc_assert_failed(#condition, __FILE__, __LINE__))
_Noreturn void toc_assert_failed(const char *condition, const char *file, int line);

#endif
