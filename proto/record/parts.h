/* proto/record/parts.h: what the files of proto/record share: one row per kind, checks of single
 * fields, and the way between the struct and protobuf-c. Private to proto/record.
 * Owns:    nothing; what is packed or unpacked lives in the arena.
 * Threads: pure.
 * Errors:  MALFORMED and LIMIT naming the field; STATE for what a newer version would know;
 *          NO_MEMORY. */
#ifndef TOC_PROTO_RECORD_PARTS_H
#define TOC_PROTO_RECORD_PARTS_H

#include <protobuf-c/protobuf-c.h>

#include "proto/record/field.h"
#include "proto/record/record.h"

/* Of record.pb-c.h, which headers do not include: it is made by the build. */
typedef struct Toc__Statement Toc__Statement;
typedef struct Toc__Source Toc__Source;
typedef struct Toc__Asset Toc__Asset;
typedef struct Toc__Place Toc__Place;
typedef struct Toc__Fiat Toc__Fiat;
typedef struct Toc__Wallet Toc__Wallet;
typedef struct Toc__IncidentRef Toc__IncidentRef;
typedef struct Toc__Named Toc__Named;
typedef struct Toc__Target Toc__Target;

/* ---- kinds ---- */

enum { TOC_IDENTITY_PARTS_MAX = 8 };

/* What names a claim (RULES §2): parts, lent from the statement or kept here. */
typedef struct toc_identity {
    size_t count;
    toc_span parts[TOC_IDENTITY_PARTS_MAX];
    uint8_t source[1 + TOC_TEXT_BYTES_MAX];
    uint8_t index_kind;
} toc_identity;
void toc_identity_add(toc_identity *identity, toc_span part);
void toc_identity_add_wallet(toc_identity *identity, const toc_wallet *wallet); /* three parts */
void toc_identity_add_place(toc_identity *identity, const toc_place *place);    /* four, no chain */
void toc_identity_add_source(toc_identity *identity, const toc_source *source);

/* `named`: the identity fields alone, as a retraction or a target has them; anything else there is
 * MALFORMED. */
typedef struct toc_kind_row {
    const char *name;
    uint32_t field; /* the body's, in Statement and in Named */
    bool is_head;
    bool sourced;     /* the source is part of the identity */
    bool is_target;   /* may be disputed and asked about */
    size_t wallet_at; /* in the statement: the wallet that it is about; 0: it is about none */
    toc_code (*check)(const toc_statement *statement, bool named, toc_err *err);
    /* toc_kind_check_wallets, of other addresses than that one; NULL: there are none. */
    toc_code (*check_wallets)(const toc_statement *statement, toc_err *err);
    /* The body; NULL when the arena is full. Spans are lent where protobuf-c allows it. */
    ProtobufCMessage *(*pack)(const toc_statement *statement, toc_arena *arena);
    /* What needs a conversion is checked here, the rest by `check`. */
    toc_code (*unpack)(const ProtobufCMessage *from, toc_arena *arena, toc_statement *out,
                       toc_err *err);
    void (*strip)(const toc_statement *from, toc_statement *out); /* the identity fields */
    void (*identify)(const toc_statement *statement, toc_identity *out);
    /* Where there is no wallet; NULL: there always is one, and the subject is the wallet's. */
    void (*subject)(const toc_statement *statement, const toc_claim_id *claim, toc_subject *out);
} toc_kind_row;

/* NULL when there is no such kind. */
const toc_kind_row *toc_kind_row_of(toc_record_kind kind);
/* What the statement itself is about, not what it repeats of another. NULL: no wallet. */
const toc_wallet *toc_kind_wallet_of(const toc_statement *statement);
/* That addresses in a struct are what their text says; the encoder's half of reading them. */
TOC_MUST toc_code toc_kind_check_wallets(const toc_statement *statement, toc_err *err);
extern const toc_kind_row toc_kind_wallet, toc_kind_cluster, toc_kind_members, toc_kind_retraction;
extern const toc_kind_row toc_kind_transfer, toc_kind_incident, toc_kind_same_as;
extern const toc_kind_row toc_kind_attribution, toc_kind_sighting, toc_kind_notice;
extern const toc_kind_row toc_kind_clearance, toc_kind_dispute, toc_kind_inquiry, toc_kind_reply;

/* ---- statements ---- */

/* What a statement must have to be taken as what. */
typedef enum toc_statement_stage {
    TOC_STAGE_RECORD, /* complete: revision, issued at, roots */
    TOC_STAGE_DRAFT,  /* without these three, which the issuer's node adds */
} toc_statement_stage;

/* Checks per kind, the same for what is about to leave and what has just come in. */
TOC_MUST toc_code toc_statement_check_fields(const toc_statement *statement,
                                             toc_statement_stage stage, toc_err *err);

/* ---- sources and roots ---- */

/* `named`: of what a retraction ends, or of its members: no records. */
TOC_MUST toc_code toc_source_check(const toc_source *source, bool named, toc_err *err);
TOC_MUST toc_code toc_roots_check(const toc_statement *statement, toc_statement_stage stage,
                                  toc_err *err);
Toc__Source *toc_source_pack(const toc_source *source, toc_arena *arena);
TOC_MUST toc_code toc_source_unpack(const Toc__Source *from, toc_arena *arena, toc_source *out,
                                    toc_err *err);

/* ---- what several kinds have ---- */

/* That an address in the struct is what its text says: the encoder's half of toc_wallet_read. */
TOC_MUST toc_code toc_wallet_check(const toc_wallet *wallet, toc_err *err);
/* toc_wallet_read for a record: a chain that this build does not know is STATE, not a fault of the
 * record. */
TOC_MUST toc_code toc_wallet_unpack(const char *chain, const char *address, const char *tag,
                                    bool invalid, toc_wallet *out, toc_err *err);
Toc__Wallet *toc_wallet_pack(const toc_wallet *wallet, toc_arena *arena);
TOC_MUST toc_code toc_wallet_from(const Toc__Wallet *from, toc_wallet *out, toc_err *err);

/* Ascending by asset, up to TOC_ASSETS_MAX. */
TOC_MUST toc_code toc_amounts_check(const toc_amount *amounts, size_t count, const char *field,
                                    toc_err *err);
bool toc_amounts_pack(const toc_amount *amounts, size_t count, toc_arena *arena, Toc__Asset ***out,
                      size_t *out_count);
TOC_MUST toc_code toc_amounts_unpack(Toc__Asset *const *from, size_t count, const char *field,
                                     toc_arena *arena, const toc_amount **out, size_t *out_count,
                                     toc_err *err);

typedef enum toc_place_use {
    TOC_PLACE_MOVEMENT,   /* a transaction with an index, or a flow id */
    TOC_PLACE_LEG,        /* a transaction with an index */
    TOC_PLACE_TRANSACTION /* a transaction as a whole */
} toc_place_use;
TOC_MUST toc_code toc_place_check(const toc_place *place, toc_place_use use, const char *field,
                                  toc_err *err);
Toc__Place *toc_place_pack(const toc_place *place, toc_arena *arena);
TOC_MUST toc_code toc_place_unpack(const Toc__Place *from, const char *field, toc_place *out,
                                   toc_err *err);

/* No currency: nothing else of it either. */
TOC_MUST toc_code toc_fiat_check(const toc_fiat *fiat, const char *field, toc_err *err);
bool toc_fiat_pack(const toc_fiat *fiat, toc_arena *arena, Toc__Fiat **out);
void toc_fiat_unpack(const Toc__Fiat *from, toc_fiat *out);

TOC_MUST toc_code toc_incident_ref_check(const toc_incident_ref *incident, toc_err *err);
Toc__IncidentRef *toc_incident_ref_pack(const toc_incident_ref *incident, toc_arena *arena);
TOC_MUST toc_code toc_incident_ref_unpack(const Toc__IncidentRef *from, toc_incident_ref *out,
                                          toc_err *err);

TOC_MUST toc_code toc_documents_check(const toc_documents *documents, toc_err *err);
bool toc_documents_pack(const toc_documents *documents, toc_arena *arena, ProtobufCBinaryData **out,
                        size_t *out_count);
TOC_MUST toc_code toc_documents_unpack(const ProtobufCBinaryData *from, size_t count,
                                       toc_arena *arena, toc_documents *out, toc_err *err);

/* ---- what names another claim ---- */

/* Without what is no identity, kept in the arena since packing lends. NULL when it is full. */
Toc__Named *toc_named_pack(const toc_statement *named, toc_arena *arena);
/* `kind` decides which body is there; the source comes from elsewhere. */
TOC_MUST toc_code toc_named_unpack(const Toc__Named *from, toc_record_kind kind, toc_source source,
                                   toc_arena *arena, const toc_statement **out, toc_err *err);
/* What is left of `named` when its identity alone is taken. */
void toc_named_strip(const toc_statement *named, toc_statement *out);
TOC_MUST toc_code toc_named_check(const toc_statement *named, toc_err *err);
TOC_MUST toc_code toc_named_check_wallets(const toc_statement *named, toc_err *err);

TOC_MUST toc_code toc_target_check(const toc_target *target, toc_err *err);
/* Of a whole statement (not `named`) also one that is open, as in a draft. */
TOC_MUST toc_code toc_target_check_draft(const toc_target *target, bool named, toc_err *err);
Toc__Target *toc_target_pack(const toc_target *target, toc_arena *arena);
TOC_MUST toc_code toc_target_unpack(const Toc__Target *from, toc_arena *arena, toc_target *out,
                                    toc_err *err);
/* That the target's id is the claim that it describes. */
TOC_MUST toc_code toc_target_verify(const toc_target *target, const toc_circle_id *circle,
                                    toc_err *err);
void toc_target_subject(const toc_target *target, toc_subject *out);

/* class ‖ 32 bytes ‖ 0 ‖ 0. */
void toc_subject_of_hash(toc_subject_class subject_class, const uint8_t payload[32],
                         toc_subject *out);

/* ---- protobuf-c ---- */

/* 32 bytes, or MALFORMED naming the field. */
TOC_MUST toc_code toc_pb_take32(ProtobufCBinaryData from, const char *field, void *out,
                                toc_err *err);

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
