#include "proto/base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BLOCK_BYTES = 16384, ARENA_ALIGN = 16 };

typedef struct block {
    struct block *next;
    size_t capacity;
    size_t used;
    alignas(ARENA_ALIGN) uint8_t data[];
} block;

struct toc_arena {
    block *newest;
    block *first; /* kept over a reset */
    size_t bytes;
    size_t bytes_max;
};

static block *block_new(size_t capacity)
{
    block *fresh = capacity > SIZE_MAX - sizeof *fresh ? NULL : malloc(sizeof *fresh + capacity);
    if (fresh != NULL) {
        fresh->next = NULL;
        fresh->capacity = capacity;
        fresh->used = 0;
    }
    return fresh;
}

toc_code toc_arena_new(size_t bytes_max, toc_arena **out, toc_err *err)
{
    toc_arena *arena = calloc(1, sizeof *arena);
    block *first = block_new(ARENA_BLOCK_BYTES);
    if (arena == NULL || first == NULL) {
        free(arena);
        free(first);
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for an arena");
    }
    arena->first = arena->newest = first;
    arena->bytes_max = bytes_max;
    *out = arena;
    return TOC_OK;
}

void toc_arena_reset(toc_arena *arena)
{
    while (arena->newest != arena->first) {
        block *old = arena->newest;
        arena->newest = old->next;
        explicit_bzero(old->data, old->used);
        free(old);
    }
    explicit_bzero(arena->first->data, arena->first->used);
    arena->first->used = 0;
    arena->bytes = 0;
}

void toc_arena_free(toc_arena *arena)
{
    if (arena == NULL)
        return;
    toc_arena_reset(arena);
    free(arena->first);
    free(arena);
}

void *toc_arena_alloc(toc_arena *arena, size_t size)
{
    if (size > SIZE_MAX - ARENA_ALIGN)
        return NULL;
    /* Counted as it is taken: a million empty spans must not slip below the ceiling. */
    size_t rounded =
        size == 0 ? ARENA_ALIGN : (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (rounded > arena->bytes_max - arena->bytes)
        return NULL;
    block *current = arena->newest;
    if (rounded > current->capacity - current->used) {
        current = block_new(rounded > ARENA_BLOCK_BYTES ? rounded : ARENA_BLOCK_BYTES);
        if (current == NULL)
            return NULL;
        current->next = arena->newest;
        arena->newest = current;
    }
    void *start = current->data + current->used;
    current->used += rounded;
    arena->bytes += rounded;
    return start;
}

void *toc_arena_zalloc(toc_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    void *start = toc_arena_alloc(arena, bytes);
    if (start != NULL)
        memset(start, 0, bytes);
    return start;
}

toc_span toc_arena_dup(toc_arena *arena, toc_span span)
{
    uint8_t *copy = toc_arena_alloc(arena, span.size);
    if (copy == NULL)
        return (toc_span){0};
    if (span.size > 0)
        memcpy(copy, span.data, span.size);
    return toc_span_of(copy, span.size);
}

char *toc_arena_text(toc_arena *arena, toc_span span)
{
    if (span.size == SIZE_MAX)
        return NULL;
    char *copy = toc_arena_alloc(arena, span.size + 1);
    if (copy == NULL)
        return NULL;
    if (span.size > 0)
        memcpy(copy, span.data, span.size);
    copy[span.size] = '\0';
    return copy;
}

char *toc_arena_printf(toc_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : toc_arena_alloc(arena, (size_t)length + 1);
    if (text != NULL)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

size_t toc_arena_bytes(const toc_arena *arena)
{
    return arena->bytes;
}
