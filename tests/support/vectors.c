#include "tests/support/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/base/arena.h"
#include "proto/base/text.h"

enum { PATH_BYTES = 4096, FIELDS_MAX = 16, VECTOR_FILE_BYTES_MAX = 64 << 20 };

typedef struct field {
    const char *key;
    toc_span value;
} field;

struct toc_vector {
    toc_arena *arena;
    const char *file;
    size_t line;
    size_t field_count;
    field fields[FIELDS_MAX];
};

struct toc_vectors {
    toc_arena *arena;
    size_t count;
    size_t capacity;
    toc_vector *cases;
};

static void *must(void *pointer)
{
    if (pointer == NULL)
        fail_msg("out of memory for test vectors");
    return pointer;
}

static toc_span read_file(const char *path, toc_arena *arena)
{
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        fail_msg("no test vectors at %s", path);
        return (toc_span){0};
    }
    toc_buf content = {0};
    uint8_t block[16384];
    for (size_t size = 0; (size = fread(block, 1, sizeof block, stream)) > 0;)
        toc_buf_add(&content, block, size);
    bool whole = feof(stream) != 0 && ferror(stream) == 0;
    whole = fclose(stream) == 0 && whole;
    toc_span copy = toc_arena_dup(arena, toc_buf_view(&content));
    toc_buf_wipe(&content);
    if (!whole || copy.data == NULL)
        fail_msg("%s cannot be read", path);
    return copy;
}

static toc_vector *add_case(toc_vectors *vectors)
{
    if (vectors->count == vectors->capacity) {
        vectors->capacity = vectors->capacity == 0 ? 64 : vectors->capacity * 2;
        vectors->cases = must(realloc(vectors->cases, vectors->capacity * sizeof *vectors->cases));
    }
    toc_vector *fresh = &vectors->cases[vectors->count++];
    *fresh = (toc_vector){0};
    return fresh;
}

static const field *find(const toc_vector *vector, const char *key)
{
    for (size_t i = 0; i < vector->field_count; i++) {
        if (strcmp(vector->fields[i].key, key) == 0)
            return &vector->fields[i];
    }
    return NULL;
}

static void add_field(toc_vector *vector, toc_span line, size_t number)
{
    const uint8_t *sign = memmem(line.data, line.size, " =", 2);
    if (sign == NULL || sign == line.data || vector->field_count == FIELDS_MAX)
        fail_msg("%s:%zu: neither 'key = value' nor a comment, or too many keys", vector->file,
                 number);
    else {
        size_t key_bytes = (size_t)(sign - line.data), used = key_bytes + 2;
        used += used < line.size && line.data[used] == ' ' ? 1 : 0;
        field fresh = {.key =
                           must(toc_arena_text(vector->arena, toc_span_of(line.data, key_bytes))),
                       .value = toc_span_of(line.data + used, line.size - used)};
        if (find(vector, fresh.key) != NULL)
            fail_msg("%s:%zu: a second '%s' in one case", vector->file, number, fresh.key);
        vector->fields[vector->field_count++] = fresh;
    }
}

static void read_cases(toc_vectors *vectors, const char *file, toc_span text)
{
    toc_vector *current = NULL;
    size_t number = 0;
    for (size_t at = 0; at < text.size; number++) {
        const uint8_t *start = text.data + at, *end = memchr(start, '\n', text.size - at);
        size_t size = end == NULL ? text.size - at : (size_t)(end - start);
        at += size + 1;
        if (size == 0)
            current = NULL;
        if (size == 0 || start[0] == '#')
            continue;
        if (current == NULL) {
            current = add_case(vectors);
            current->arena = vectors->arena;
            current->file = file;
            current->line = number + 1;
        }
        add_field(current, toc_span_of(start, size), number + 1);
    }
}

toc_vectors *toc_vectors_open(const char *file, size_t count_min)
{
    toc_vectors *vectors = must(calloc(1, sizeof *vectors));
    if (toc_arena_new(VECTOR_FILE_BYTES_MAX, &vectors->arena, NULL) != TOC_OK)
        must(NULL);
    const char *path =
        must(toc_arena_printf(vectors->arena, "%s/tests/vectors/%s", TOC_SOURCE_DIR, file));
    read_cases(vectors, path, read_file(path, vectors->arena));
    if (vectors->count < count_min)
        fail_msg("%s has %zu cases, expected %zu at least", path, vectors->count, count_min);
    return vectors;
}

void toc_vectors_free(toc_vectors *vectors)
{
    if (vectors == NULL)
        return;
    toc_arena_free(vectors->arena);
    free(vectors->cases);
    free(vectors);
}

size_t toc_vectors_count(const toc_vectors *vectors)
{
    return vectors->count;
}

const toc_vector *toc_vectors_at(const toc_vectors *vectors, size_t index)
{
    TOC_ASSERT(index < vectors->count);
    return &vectors->cases[index];
}

size_t toc_vector_line(const toc_vector *vector)
{
    return vector->line;
}

bool toc_vector_has(const toc_vector *vector, const char *key)
{
    return find(vector, key) != NULL;
}

static toc_span value_of(const toc_vector *vector, const char *key)
{
    const field *found = find(vector, key);
    if (found == NULL) {
        fail_msg("%s:%zu: the case has no '%s'", vector->file, vector->line, key);
        return (toc_span){0};
    }
    return found->value;
}

const char *toc_vector_text(const toc_vector *vector, const char *key)
{
    return must(toc_arena_text(vector->arena, value_of(vector, key)));
}

uint64_t toc_vector_u64(const toc_vector *vector, const char *key)
{
    uint64_t value = 0;
    if (toc_u64_parse(value_of(vector, key), UINT64_MAX, &value, NULL) != TOC_OK)
        fail_msg("%s:%zu: '%s' is no number", vector->file, vector->line, key);
    return value;
}

bool toc_vector_bool(const toc_vector *vector, const char *key)
{
    toc_span value = value_of(vector, key);
    bool yes = toc_span_equal(value, toc_span_text("true"));
    if (!yes && !toc_span_equal(value, toc_span_text("false")))
        fail_msg("%s:%zu: '%s' is neither true nor false", vector->file, vector->line, key);
    return yes;
}

void toc_vector_hex_into(const toc_vector *vector, const char *key, void *out, size_t size)
{
    if (toc_hex_decode(value_of(vector, key), out, size, NULL) != TOC_OK)
        fail_msg("%s:%zu: '%s' is not %zu bytes in hexadecimal", vector->file, vector->line, key,
                 size);
}

toc_span toc_vector_hex(const toc_vector *vector, const char *key)
{
    size_t size = value_of(vector, key).size / 2;
    uint8_t *bytes = must(toc_arena_alloc(vector->arena, size));
    toc_vector_hex_into(vector, key, bytes, size);
    return toc_span_of(bytes, size);
}

/* The character that the escape at `escape` stands for; *out_used is its length in the text, 0 for
 * none. */
static uint8_t unescape(toc_span escape, size_t *out_used)
{
    uint8_t byte = 0;
    *out_used = escape.size < 2 ? 0 : 2;
    if (*out_used == 2 && escape.data[1] == 'n')
        return '\n';
    if (*out_used == 2 && escape.data[1] == 't')
        return '\t';
    if (*out_used == 2 && escape.data[1] == '\\')
        return '\\';
    bool hex = escape.size >= 4 && escape.data[1] == 'x' &&
               toc_hex_decode(toc_span_of(escape.data + 2, 2), &byte, 1, NULL) == TOC_OK;
    *out_used = hex ? 4 : 0;
    return byte;
}

toc_span toc_vector_bytes(const toc_vector *vector, const char *key)
{
    toc_span value = value_of(vector, key);
    uint8_t *bytes = must(toc_arena_alloc(vector->arena, value.size));
    size_t size = 0;
    for (size_t i = 0, used = 1; i < value.size; i += used) {
        used = 1;
        bytes[size] = value.data[i];
        if (value.data[i] == '\\')
            bytes[size] = unescape(toc_span_of(value.data + i, value.size - i), &used);
        size++;
        if (used == 0) {
            fail_msg("%s:%zu: '%s' has an unknown escape", vector->file, vector->line, key);
            return (toc_span){0};
        }
    }
    return toc_span_of(bytes, size);
}

bool toc_shared_path(const char *relative, char *out)
{
    int size = snprintf(out, PATH_BYTES, "%s/%s", TOC_SHARED_DIR, relative);
    return size > 0 && size < PATH_BYTES && access(out, R_OK) == 0;
}
