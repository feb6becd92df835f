/* proto/format/said.h: an object of JSON becomes a claim of a kind that has no rows: movements,
 * events, services, and what is said about claims. Fields are those of proto/record/bodies.h, by
 * the names that the node prints them with (proto/answer/json_bodies.c).
 * What only the node can tell stays open in the draft: the target of a dispute, an inquiry or a
 * reply (named by its claim id), and this org, which is zeroes where an org may be left out.
 * Private to proto/format.
 * Owns:    nothing; text lives in the object or in the arena. Threads: pure.
 * Errors:  the problem names the column or the field. */
#ifndef TOC_PROTO_FORMAT_SAID_H
#define TOC_PROTO_FORMAT_SAID_H

#include "proto/format/json_fields.h"

/* The body alone: `out->kind` and `out->as`. `options`: TOC_ROW_… */
TOC_MUST toc_code toc_said_read(const toc_row *row, unsigned options, toc_arena *arena,
                                toc_statement *out, toc_problem *problem);

/* One reader for each group of kinds. `wallet`: of the columns chain, address and tag; without a
 * chain where there are none. */
TOC_MUST toc_code toc_said_transfer(const toc_json_fields *at, toc_transfer_body *out);
TOC_MUST toc_code toc_said_sighting(const toc_json_fields *at, toc_sighting_body *out);
TOC_MUST toc_code toc_said_incident(const toc_json_fields *at, toc_incident_body *out);
TOC_MUST toc_code toc_said_same_as(const toc_json_fields *at, toc_same_as_body *out);
TOC_MUST toc_code toc_said_attribution(const toc_json_fields *at, toc_attribution_body *out);
TOC_MUST toc_code toc_said_notice(const toc_json_fields *at, toc_notice_body *out);
TOC_MUST toc_code toc_said_clearance(const toc_json_fields *at, toc_clearance_body *out);
TOC_MUST toc_code toc_said_dispute(const toc_json_fields *at, toc_dispute_body *out);
TOC_MUST toc_code toc_said_inquiry(const toc_json_fields *at, toc_span note, toc_inquiry_body *out);
TOC_MUST toc_code toc_said_reply(const toc_json_fields *at, toc_reply_body *out);

/* Shared by them. `chain` of an amount: where its asset is looked up; NULL: the asset names it. */
TOC_MUST toc_code toc_said_place(const toc_json_fields *at, const toc_chain *chain, toc_place *out);
TOC_MUST toc_code toc_said_amount(const toc_json_fields *at, const toc_chain *chain,
                                  toc_amount *out);
TOC_MUST toc_code toc_said_fiat(const toc_json_fields *at, const char *name, toc_fiat *out);
TOC_MUST toc_code toc_said_documents(const toc_json_fields *at, toc_documents *out);
/* Its fields, for the check that there are no others. */
extern const char *const toc_said_place_fields[], *const toc_said_amount_fields[];

#endif
