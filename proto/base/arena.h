/* proto/base/arena.h: many small allocations, one free, a ceiling.
 * Owns:    every block it hands out, until toc_arena_reset or toc_arena_free; wiped then.
 * Threads: one at a time.
 * Errors:  an allocation past the ceiling or without memory gives NULL. */
#ifndef TOC_PROTO_BASE_ARENA_H
#define TOC_PROTO_BASE_ARENA_H

#include "proto/base/attrs.h"
#include "proto/base/error.h"
#include "proto/base/span.h"

typedef struct toc_arena toc_arena;

/* `bytes_max`: the ceiling over all blocks. */
TOC_MUST toc_code toc_arena_new(size_t bytes_max, toc_arena **out, toc_err *err);
void toc_arena_free(toc_arena *arena); /* NULL is fine */
TOC_DEFINE_AUTO(toc_arena, toc_arena_free)
void toc_arena_reset(toc_arena *arena); /* keeps the first block for reuse */

void *toc_arena_alloc(toc_arena *arena, size_t size); /* 16-byte aligned, not cleared */
void *toc_arena_zalloc(toc_arena *arena, size_t count, size_t size); /* cleared, overflow checked */
/* Empty, with data NULL, when memory is short. */
toc_span toc_arena_dup(toc_arena *arena, toc_span span);
char *toc_arena_text(toc_arena *arena, toc_span span); /* with a NUL added */
char *toc_arena_printf(toc_arena *arena, const char *format, ...) TOC_PRINTF(2, 3);
size_t toc_arena_bytes(const toc_arena *arena); /* since the last reset, each rounded up to 16 */

#endif
