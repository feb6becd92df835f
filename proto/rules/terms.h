/* proto/rules/terms.h: the words records may use, in one readable table (proto/rules/terms.c).
 * Ids are lower case with hyphens and are what records carry; aliases act on input and display
 * only.
 * Threads: pure, static storage. */
#ifndef TOC_PROTO_RULES_TERMS_H
#define TOC_PROTO_RULES_TERMS_H

#include "proto/base/error.h"
#include "proto/base/span.h"

typedef enum toc_term_set {
    TOC_TERMS_CATEGORY,
    TOC_TERMS_ROLE,
    TOC_TERMS_ACTOR, /* open: any slug is allowed, the table gives aliases */
    TOC_TERMS_ENTITY_TYPE,
    TOC_TERMS_METHOD,
    TOC_TERMS_LIST,   /* open: an unknown list counts as the submitter's own */
    TOC_TERMS_VENDOR, /* open likewise */
    TOC_TERMS_SCALE,
    TOC_TERMS_SERVICE_ROLE, /* what a wallet is to the service that operates it */
    TOC_TERMS_INCIDENT_STATUS,
    TOC_TERMS_DISPUTE_REASON,
    TOC_TERMS_BASIS, /* what an attribution, a clearance or a reply rests on */
    TOC_TERM_SET_COUNT
} toc_term_set;

typedef struct toc_term {
    const char *id;
    const char *text;                     /* one line for people */
    const char *const *aliases;           /* NULL-terminated, lower case; may be NULL */
    const char *copy_of;                  /* lists and vendors: whose copy it is, else NULL */
    uint16_t number;                      /* stored in columns; never renumbered; from 1 */
    bool scores;                          /* roles: perpetrator and intermediary */
    bool service;                         /* entity types: a service joins nothing */
    const char *graphsense, *misp, *stix; /* the same in other vocabularies, or NULL */
} toc_term;

/* By id or alias, any case, spaces and underscores as hyphens. NULL when unknown. */
const toc_term *toc_term_find(toc_term_set set, toc_span text);
/* The id whose spelling, or whose alias's, is nearest to the text. */
const char *toc_term_nearest(toc_term_set set, toc_span text);
/* By id only, exactly. */
const toc_term *toc_term_by_id(toc_term_set set, toc_span id);
const toc_term *toc_term_at(toc_term_set set, size_t index); /* NULL past the end */
const char *toc_term_set_name(toc_term_set set);             /* "category" */
bool toc_term_set_open(toc_term_set set);

/* A slug: 1 to 64 of a-z 0-9 - . _, beginning with a letter or a digit. */
bool toc_slug_valid(toc_span text);
/* Lower case, spaces and underscores to hyphens; MALFORMED when no slug comes of it. `out` takes 65
 * bytes. */
TOC_MUST toc_code toc_slug_from(toc_span text, char out[65], toc_err *err);
/* The id that records carry for what a person wrote: a term's id, or in an open set the slug
 * itself. NOT_FOUND in a closed set, naming the nearest term. */
TOC_MUST toc_code toc_term_resolve(toc_term_set set, toc_span text, char out[65], toc_err *err);

#endif
