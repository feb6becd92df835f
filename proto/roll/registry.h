/* proto/roll/registry.h: lists and vendors that a circle knows beside those of the terms (RULES
 * §4). Claims of several members on one of them are one lineage; on what nobody registered each
 * counts as its submitter's own. What the terms know is never changed by a registry.
 * Owns:    what is made lives in the arena.
 * Threads: pure.
 * Errors:  MALFORMED, LIMIT; USAGE, EXISTS and NOT_FOUND for what a person wants to change. */
#ifndef TOC_PROTO_ROLL_REGISTRY_H
#define TOC_PROTO_ROLL_REGISTRY_H

#include "proto/base/arena.h"
#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/record/record.h"

typedef struct toc_listed {
    toc_ground kind;  /* list or vendor */
    toc_span id;      /* a slug */
    toc_span title;   /* may be empty */
    toc_span copy_of; /* another of its kind, of the terms or of the registry; may be empty */
    size_t alias_count;
    toc_span aliases[TOC_LISTED_ALIASES_MAX]; /* slugs, ascending */
} toc_listed;

typedef struct toc_registry {
    size_t count;
    const toc_listed *rows; /* by kind and id, ascending */
} toc_registry;

/* Order, slugs, no name twice among ids and aliases of a kind, and no copy of a copy within. */
TOC_MUST toc_code toc_registry_check(const toc_registry *registry, toc_err *err);
/* By id or alias, exactly; NULL: none. */
const toc_listed *toc_registry_find(const toc_registry *registry, toc_ground kind, toc_span name);

/* The list or vendor that a source goes back to in the end, by the terms or else by the registry;
 * empty when neither knows it, or it is no list and no vendor. `registry` may be NULL. */
toc_span toc_registry_original(const toc_registry *registry, const toc_source *source);
/* Gives a source that is named by an alias of the registry the id: ids are what claims carry. */
void toc_registry_rename(const toc_registry *registry, toc_source *source);

/* "id", and as there are "=copy-of", ",alias" for each, ":title": how a row is written and told. */
TOC_MUST toc_code toc_listed_parse(toc_ground kind, toc_span text, toc_listed *out, toc_err *err);
void toc_listed_print(const toc_listed *row, toc_buf *out);

typedef struct toc_listing {
    bool drop; /* by id; else added, or in place of what has its id */
    toc_listed row;
} toc_listing;
/* EXISTS for an id or alias that the terms have; NOT_FOUND for a copy of what nobody knows, and for
 * an id to drop that is not there. */
TOC_MUST toc_code toc_registry_amend(toc_registry *registry, const toc_listing *listings,
                                     size_t count, toc_arena *arena, toc_err *err);

#endif
