/* tests/support/vectors.h: test vectors in text files that any language can read.
 *   # a comment
 *   key = value
 *   other = value
 *                        <- an empty line ends a case
 * Values are taken as they stand between "= " and the end of the line.
 * Owns:    a file owns its cases and what was decoded from them, until it is freed.
 * Threads: one at a time.
 * Errors:  what is wrong with a file (missing, too few cases, no such key, no hexadecimal) fails
 * the test. */
#ifndef TOC_TESTS_SUPPORT_VECTORS_H
#define TOC_TESTS_SUPPORT_VECTORS_H

#include "proto/base/attrs.h"
#include "proto/base/span.h"

typedef struct toc_vectors toc_vectors;
typedef struct toc_vector toc_vector;

/* Reads tests/vectors/`file`; the test fails when it has fewer than `count_min` cases. */
toc_vectors *toc_vectors_open(const char *file, size_t count_min);
void toc_vectors_free(toc_vectors *vectors); /* NULL is fine */
TOC_DEFINE_AUTO(toc_vectors, toc_vectors_free)
size_t toc_vectors_count(const toc_vectors *vectors);
const toc_vector *toc_vectors_at(const toc_vectors *vectors, size_t index);

/* The line of the file that the case begins on, for messages. */
size_t toc_vector_line(const toc_vector *vector);
bool toc_vector_has(const toc_vector *vector, const char *key);
const char *toc_vector_text(const toc_vector *vector, const char *key);
uint64_t toc_vector_u64(const toc_vector *vector, const char *key); /* decimal */
bool toc_vector_bool(const toc_vector *vector, const char *key);    /* true or false */
/* Decoded hexadecimal; an empty value is an empty span. */
toc_span toc_vector_hex(const toc_vector *vector, const char *key);
/* Hexadecimal of exactly `size` bytes into `out`. */
void toc_vector_hex_into(const toc_vector *vector, const char *key, void *out, size_t size);
/* Text with the escapes \n \t \\ and \xHH. */
toc_span toc_vector_bytes(const toc_vector *vector, const char *key);

/* A file below the shared data folder, which a machine may lack: false then. `out` takes 4,096
 * bytes. */
bool toc_shared_path(const char *relative, char *out);

#endif
