/* proto/format/json_fields.h: the fields of a JSON object that says a claim, read one by one; a
 * failure is filed under the field's name, with the path to it ("from[2].address"). Absent, null
 * and empty are the same. Private to proto/format.
 * Owns:    nothing; text is the object's or the arena's.
 * Threads: pure.
 * Errors:  MALFORMED, LIMIT, NOT_FOUND for an unknown word, NO_MEMORY. */
#ifndef TOC_PROTO_FORMAT_JSON_FIELDS_H
#define TOC_PROTO_FORMAT_JSON_FIELDS_H

#include <jansson.h>

#include "proto/base/arena.h"
#include "proto/format/rows.h"
#include "proto/rules/terms.h"

typedef struct toc_json_fields {
    const json_t *object;
    const char *path; /* "" at the top, "fiat." or "from[2]." inside */
    const char *as;   /* where text stands in the object's place: which field it is */
    toc_arena *arena;
    toc_problem *problem;
} toc_json_fields;

typedef enum toc_json_needed { TOC_FIELD_OPTIONAL, TOC_FIELD_REQUIRED } toc_json_needed;

/* MALFORMED naming the first field that is in neither list, and the nearest that is in `names`.
 * Lists end with NULL. */
TOC_MUST toc_code toc_json_fields_known(const toc_json_fields *at, const char *const *names,
                                        const char *const *others);
/* Fails at this field. `sentence` has no arguments. */
toc_code toc_json_field_fail(const toc_json_fields *at, const char *name, toc_code code,
                             const char *sentence);
bool toc_json_field_given(const toc_json_fields *at, const char *name);

/* Text, or a whole number as its digits, without the space around it; at most TOC_TEXT_BYTES_MAX.
 */
TOC_MUST toc_code toc_json_field_text(const toc_json_fields *at, const char *name,
                                      toc_json_needed needed, toc_span *out);
TOC_MUST toc_code toc_json_field_slug(const toc_json_fields *at, const char *name,
                                      toc_json_needed needed, toc_span *out);
TOC_MUST toc_code toc_json_field_term(const toc_json_fields *at, const char *name, toc_term_set set,
                                      toc_json_needed needed, toc_span *out);
TOC_MUST toc_code toc_json_field_time(const toc_json_fields *at, const char *name,
                                      toc_json_needed needed, toc_time *out);
TOC_MUST toc_code toc_json_field_number(const toc_json_fields *at, const char *name, uint64_t max,
                                        uint64_t *out);
/* 32 bytes in hexadecimal. */
TOC_MUST toc_code toc_json_field_id(const toc_json_fields *at, const char *name,
                                    toc_json_needed needed, uint8_t out[32]);
/* Any bytes in hexadecimal, at most `bytes_max`. */
TOC_MUST toc_code toc_json_field_bytes(const toc_json_fields *at, const char *name,
                                       size_t bytes_max, toc_span *out);
/* 32-byte ids, sorted, each once; at most `count_max`. */
TOC_MUST toc_code toc_json_field_ids(const toc_json_fields *at, const char *name, size_t count_max,
                                     uint8_t (**out)[32], size_t *out_count);
/* One of some words, in any case: its place in the list, which ends with NULL. */
TOC_MUST toc_code toc_json_field_word(const toc_json_fields *at, const char *name,
                                      const char *const *words, toc_json_needed needed,
                                      unsigned *out);

/* An object inside; `out->object` NULL when there is none. */
TOC_MUST toc_code toc_json_field_object(const toc_json_fields *at, const char *name,
                                        toc_json_fields *out);
/* A list, or one value in place of a list of one; NULL and 0 when there is none. */
TOC_MUST toc_code toc_json_field_list(const toc_json_fields *at, const char *name, size_t count_max,
                                      const json_t **out, size_t *out_count);
/* Item `index` of what toc_json_field_list gave. As an object it becomes *out; as text, the only
 * field of *out, `as`. */
TOC_MUST toc_code toc_json_field_item(const toc_json_fields *at, const char *name,
                                      const json_t *list, size_t index, const char *as,
                                      toc_json_fields *out);

#endif
