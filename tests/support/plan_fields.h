/* tests/support/plan_fields.h: the parts of a line of a plan, and what they say.
 * Owns:    nothing: fields lie in the line, what is made of them in the arena. Errors: whatever
 * cannot be read fails the test. */
#ifndef TOC_TESTS_SUPPORT_PLAN_FIELDS_H
#define TOC_TESTS_SUPPORT_PLAN_FIELDS_H

#include "proto/record/record.h"

enum { TOC_PLAN_FIELDS_MAX = 32 };

typedef struct toc_plan_fields {
    size_t count, next;
    char *at[TOC_PLAN_FIELDS_MAX];
    toc_arena *arena;
    const toc_circle_id *circle; /* of the record, and so of the claims that it is about */
} toc_plan_fields;

void toc_plan_split(char *line, toc_arena *arena, toc_plan_fields *out);
char *toc_plan_take(toc_plan_fields *from);
uint64_t toc_plan_number(toc_plan_fields *from);
void toc_plan_id(toc_plan_fields *from, uint8_t out[32]); /* empty: zeroes */
/* An identity part in hex. */
toc_source toc_plan_source(toc_plan_fields *from);
/* From a subject back to an address; `chain` empty: one of the subject's family. */
toc_wallet toc_plan_wallet(const char *subject_hex, const char *chain);

/* What names a claim: three fields before it are read already, its kind and its source. */
toc_statement toc_plan_identity(toc_plan_fields *from, toc_record_kind kind, toc_source source);
/* What it says besides; `org`: whose it is. */
void toc_plan_body(toc_plan_fields *from, const toc_org_id *org, toc_statement *statement);

#endif
