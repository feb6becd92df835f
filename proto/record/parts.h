/* proto/record/parts.h: what the files of proto/record share: checks of single fields, and the way
 * between the struct and protobuf-c for each body. Private to proto/record.
 * Owns:    nothing; what is packed or unpacked lives in the arena.
 * Threads: pure.
 * Errors:  MALFORMED and LIMIT naming the field; NO_MEMORY. */
#ifndef TOC_PROTO_RECORD_PARTS_H
#define TOC_PROTO_RECORD_PARTS_H

#include <protobuf-c/protobuf-c.h>

#include "proto/record/field.h"
#include "proto/record/record.h"

/* Of record.pb-c.h, which headers do not include: it is made by the build. */
typedef struct Toc__Statement Toc__Statement;
typedef struct Toc__WalletBody Toc__WalletBody;
typedef struct Toc__ClusterBody Toc__ClusterBody;
typedef struct Toc__MembersBody Toc__MembersBody;
typedef struct Toc__RetractionBody Toc__RetractionBody;

/* What a statement must have to be taken as what. */
typedef enum toc_statement_stage {
    TOC_STAGE_RECORD, /* complete: revision, issued at, roots */
    TOC_STAGE_DRAFT,  /* without these three, which the issuer's node adds */
} toc_statement_stage;

/* Checks per kind, the same for what is about to leave and what has just come in. */
TOC_MUST toc_code toc_statement_check_fields(const toc_statement *statement,
                                             toc_statement_stage stage, toc_err *err);
TOC_MUST toc_code toc_wallet_body_check(const toc_wallet_body *body, toc_err *err);
TOC_MUST toc_code toc_cluster_body_check(const toc_cluster_body *body, toc_err *err);
TOC_MUST toc_code toc_members_body_check(const toc_members_body *body, toc_err *err);
TOC_MUST toc_code toc_retraction_body_check(const toc_retraction_body *body, toc_err *err);
/* That an address in the struct is what its text says: the encoder's half of toc_wallet_read. */
TOC_MUST toc_code toc_wallet_check(const toc_wallet *wallet, toc_err *err);

/* toc_wallet_read for a record: a chain that this build does not know is STATE, not a fault of the
 * record. */
TOC_MUST toc_code toc_wallet_unpack(const char *chain, const char *address, const char *tag,
                                    bool invalid, toc_wallet *out, toc_err *err);

/* Struct to protobuf-c; NULL when the arena is full. Spans are lent where protobuf-c allows it. */
Toc__Statement *toc_statement_pack(const toc_statement *statement, toc_arena *arena);
Toc__WalletBody *toc_wallet_body_pack(const toc_wallet_body *body, toc_arena *arena);
Toc__ClusterBody *toc_cluster_body_pack(const toc_cluster_body *body, toc_arena *arena);
Toc__MembersBody *toc_members_body_pack(const toc_members_body *body, toc_arena *arena);
Toc__RetractionBody *toc_retraction_body_pack(const toc_retraction_body *body, toc_arena *arena);

/* protobuf-c to struct; what needs a conversion is checked here, the rest by the checks above. */
TOC_MUST toc_code toc_wallet_body_unpack(const Toc__WalletBody *from, toc_arena *arena,
                                         toc_wallet_body *out, toc_err *err);
void toc_cluster_body_unpack(const Toc__ClusterBody *from, toc_cluster_body *out);
TOC_MUST toc_code toc_members_body_unpack(const Toc__MembersBody *from, toc_arena *arena,
                                          toc_members_body *out, toc_err *err);
TOC_MUST toc_code toc_retraction_body_unpack(const Toc__RetractionBody *from, toc_arena *arena,
                                             toc_retraction_body *out, toc_err *err);

/* A text field that may be absent. */
static inline toc_span toc_pb_text(const char *text)
{
    return text == NULL ? (toc_span){0} : toc_span_text(text);
}
static inline toc_span toc_pb_bytes(ProtobufCBinaryData bytes)
{
    return toc_span_of(bytes.data, bytes.len);
}
/* protobuf-c wants to be able to write where it only reads. */
static inline ProtobufCBinaryData toc_pb_lend(toc_span span)
{
    return (ProtobufCBinaryData){.len = span.size, .data = (uint8_t *)(uintptr_t)span.data};
}
static inline char *toc_pb_lend_text(const char *text)
{
    return (char *)(uintptr_t)text;
}
/* An optional text field: absent when empty. False when the arena is full. */
static inline bool toc_pb_set_text(toc_arena *arena, toc_span text, char **out)
{
    *out = text.size == 0 ? NULL : toc_arena_text(arena, text);
    return text.size == 0 || *out != NULL;
}
/* A required one: empty when empty. */
static inline bool toc_pb_set_required(toc_arena *arena, toc_span text, char **out)
{
    *out = toc_arena_text(arena, text);
    return *out != NULL;
}

#endif
