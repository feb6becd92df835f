/* store/query/about.h: what the audit is searched for when somebody asks about a wallet or a
 * record: the ids that a request may name it by, and the own records that said something of it,
 * which the audit knows by feed and index only. Rows of submissions are nowhere in the audit.
 *
 * Every record passes the audience of the own officers, as at every other door.
 * Owns:    its lists, until wipe; texts live in the query's arena.
 * Threads: one. Errors: as the store and toc_wallet_parse; LIMIT past
 * TOC_ABOUT_RECORDS_MAX. */
#ifndef TOC_STORE_QUERY_ABOUT_H
#define TOC_STORE_QUERY_ABOUT_H

#include "store/query.h"
#include "store/view/list.h"

enum { TOC_ABOUT_RECORDS_MAX = 1 << 16 };

/* An own record. */
typedef struct toc_about_record {
    toc_feed_id feed;
    uint64_t index;
    toc_span json; /* an object; empty: the record is not here any more */
} toc_about_record;

typedef struct toc_about {
    bool asked;
    toc_span text;                      /* the wallet as it was given; empty: a record */
    toc_wallet_candidates wanted;       /* its readings */
    TOC_LIST(toc_hash) ids;             /* of records, claims and drafts; sorted */
    TOC_LIST(toc_about_record) records; /* sorted */
} toc_about;
void toc_about_wipe(toc_about *about);
TOC_DEFINE_AUTO_WIPE(toc_about, toc_about_wipe)

/* Begins with zeroes. One of the two may be empty, or both: then nothing is asked. `id`: of a
 * record or a claim; of what is not known here it is only looked for in requests. */
TOC_MUST toc_code toc_about_find(toc_about *about, toc_query *query, toc_span wallet,
                                 const toc_hash *id, toc_err *err);
/* Whether a text of a request or an answer names it. */
bool toc_about_names(const toc_about *about, toc_span text);
/* The own records of it among entries [from, until) of a feed: *out_count from *out on. */
void toc_about_wrote(const toc_about *about, const toc_feed_id *feed, uint64_t from, uint64_t until,
                     const toc_about_record **out, size_t *out_count);

#endif
