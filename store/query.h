/* store/query.h: what readers ask; the one door out of the store.
 * A query is over one moment of the views (toc_views_txn) and the roll of the log (names of orgs).
 * Owns: answers live in the arena. Threads: as the transactions. Errors: as store/log.h. */
#ifndef TOC_STORE_QUERY_H
#define TOC_STORE_QUERY_H

#include "store/views.h"

/* Whether a service notice counts; its effect is worked out from those that do. */
typedef bool (*toc_query_notice)(void *context, const toc_answer_claim *notice);

typedef struct toc_query {
    toc_views_txn *views;
    toc_log_txn *log;
    toc_arena *arena;
    toc_time now;    /* for marking what has expired since the horizon; never for deciding */
    bool incomplete; /* the fold is behind the log's journal */
    struct toc_trust *trust;  /* NULL: nothing is weighed */
    toc_query_notice notices; /* NULL: all do */
    void *notices_context;
} toc_query;

/* Begins both transactions and works out `incomplete`. */
TOC_MUST toc_code toc_query_begin(toc_log *log, toc_views *views, toc_arena *arena, toc_time now,
                                  toc_query *out, toc_err *err);
/* Claims answered from here on are weighed as well, unless the views are an audience's. Weights are
 * lent until the end. */
TOC_MUST toc_code toc_query_weigh(toc_query *query, const toc_weights *weights, toc_err *err);
void toc_query_end(toc_query *query);
TOC_DEFINE_AUTO_WIPE(toc_query, toc_query_end)

/* A fork as it is told. The name is the arena's. */
TOC_MUST toc_code toc_query_fork(toc_log_txn *log, const toc_known_fork *known, toc_arena *arena,
                                 toc_answer_fork *out, toc_err *err);

/* Two heads that contradict each other likewise. */
TOC_MUST toc_code toc_query_suspicion(toc_log_txn *log, const toc_log_suspicion *heads,
                                      toc_arena *arena, toc_answer_fork *out, toc_err *err);

/* A decision of this node, without its effect; what it lends is the decision's. */
toc_answer_decision toc_query_decided(const toc_log_decision *decision);

TOC_MUST toc_code toc_query_dossier(toc_query *query, const char *text, const toc_wallet *wallet,
                                    toc_dossier *out, toc_err *err);
/* Whether a notice with effect calls the wallet, with its tag, a deposit (RULES §9). */
TOC_MUST toc_code toc_query_is_deposit(toc_query *query, const toc_wallet *wallet, bool *out,
                                       toc_err *err);
/* The cluster that a wallet's vertex is in; at most `members_max` members are listed (with their
 * number whole). */
TOC_MUST toc_code toc_query_cluster(toc_query *query, const char *text, const toc_wallet *wallet,
                                    size_t members_max, toc_answer_cluster *out, toc_err *err);

/* Conditions that all hold; empty spans and zeroes ask nothing. */
typedef struct toc_search {
    toc_span category, actor, role, list;
    toc_span incident;                  /* its slug, of whatever org */
    toc_span chain;                     /* CAIP-2 */
    toc_org_id org;                     /* zeroes: any */
    toc_time issued_from, issued_until; /* half open */
    size_t limit;
} toc_search;
typedef toc_code (*toc_search_visit)(void *context, const toc_answer_claim *claim, toc_err *err);
/* Live claims only, newest issued first within an hour bucket, then claim id. */
TOC_MUST toc_code toc_query_search(toc_query *query, const toc_search *search,
                                   toc_search_visit visit, void *context, uint64_t *out_total,
                                   toc_err *err);

/* The incidents of all orgs by a slug, what is held to be one with them, and at most `wallets_max`
 * of the wallet claims that name the slug, with the incident that each means (RULES §9). Follows
 * links from incident to incident as far as TOC_QUERY_SLUGS_MAX slugs. */
enum { TOC_QUERY_SLUGS_MAX = 64 };
TOC_MUST toc_code toc_query_incidents(toc_query *query, toc_span slug, size_t wallets_max,
                                      toc_answer_incidents *out, toc_err *err);

/* The movements in a transaction, with what bridges them to other chains and what was seen of
 * them; or those by a flow id (64 hexadecimal digits). `text` may name the chain ("ETH:0x…"), and
 * is asked for on every chain that it fits. MALFORMED when it fits none. */
TOC_MUST toc_code toc_query_transfers(toc_query *query, const char *text, toc_answer_transfers *out,
                                      toc_err *err);

/* A record of any revision, retractions too, and what a fork disputes. */
typedef struct toc_said_record {
    toc_record_id record;
    toc_claim_id claim;
    toc_circle_id circle;
    toc_org_id org;
    toc_feed_id feed;
    uint64_t index;
    bool forked;    /* in dispute (RULES §1): not in E */
    toc_span bytes; /* as it was signed, with its approvals; both lent until the next */
    toc_statement statement;
} toc_said_record;
typedef toc_code (*toc_said_visit)(void *context, const toc_said_record *said, toc_err *err);
/* What one org (NULL: anybody) said of a wallet, in any spelling, and its key twins: what is filed
 * by them, and members records and transfers that name them, with what else was said of that report
 * or movement but other members and transfers. Claim by claim, each in the order of its revisions.
 * LIMIT when more than TOC_QUERY_NAMED_MAX rows name the wallet. */
enum { TOC_QUERY_NAMED_MAX = 1 << 20 };
TOC_MUST toc_code toc_query_said(toc_query *query, toc_span text, const toc_org_id *org,
                                 toc_said_visit visit, void *context, toc_err *err);
/* All records of one claim, in the same order. Visits none when it is not known. */
TOC_MUST toc_code toc_query_revisions(toc_query *query, const toc_claim_id *claim,
                                      toc_said_visit visit, void *context, toc_err *err);

/* The claim that a record of E, or in dispute, is of, by the place of its entry. NOT_FOUND. */
TOC_MUST toc_code toc_query_claim_at(toc_query *query, const toc_feed_id *feed, uint64_t index,
                                     toc_claim_id *out, toc_err *err);

/* Known wallets that an address may be mistaken for: with a live claim, spelt alike but for letter
 * case, or with ends that look the same. Questions are collected, answered by one scan of the
 * columns, then read.
 * Owns: the known wallets found, until free. Threads: one. */
typedef struct toc_alike toc_alike;
TOC_MUST toc_code toc_alike_new(toc_alike **out, toc_err *err);
void toc_alike_free(toc_alike *alike); /* NULL is fine */
TOC_DEFINE_AUTO(toc_alike, toc_alike_free)
/* Asks for wallets near this one; for those spelt like this text. */
TOC_MUST toc_code toc_alike_ask_wallet(toc_alike *alike, const toc_wallet *wallet, toc_err *err);
TOC_MUST toc_code toc_alike_ask_text(toc_alike *alike, toc_span text, toc_err *err);
TOC_MUST toc_code toc_query_alike(toc_query *query, toc_alike *alike, toc_err *err);
/* At most `max` of those found, each once and without its tag, in order of chain and address. */
size_t toc_alike_near(const toc_alike *alike, const toc_wallet *wallet, const toc_wallet **out,
                      size_t max);
size_t toc_alike_spelt(const toc_alike *alike, toc_span text, const toc_wallet **out, size_t max);

/* Questions in words, any spelling: one line of JSON for each text, in their order; `error` in the
 * line of one that means nothing that can be asked about. The query's arena is used up anew for
 * each. */
typedef enum toc_question_form {
    TOC_ASK_DOSSIER,
    TOC_ASK_EXPLAIN,
    TOC_ASK_CLUSTER,
    TOC_ASK_INCIDENT /* the texts are slugs */
} toc_question_form;
typedef struct toc_question {
    toc_question_form form;
    size_t members_max; /* listed of a cluster; wallet claims listed of an incident */
    size_t count;
    const char *const *texts;
    toc_code (*visit)(void *context, toc_span line, toc_err *err);
    void *context;
} toc_question;
TOC_MUST toc_code toc_query_ask(toc_query *query, const toc_question *ask, toc_err *err);

/* Every org that said something, in order of id, or one by its name or id (NOT_FOUND), over one
 * scan of all claims: each live one is decoded, so it takes as long as reading all of them. The
 * query's arena is used up anew. */
typedef toc_code (*toc_quality_visit)(void *context, const toc_answer_quality *quality,
                                      toc_err *err);
TOC_MUST toc_code toc_query_quality(toc_query *query, toc_span org, toc_quality_visit visit,
                                    void *context, toc_err *err);

TOC_MUST toc_code toc_query_digest(toc_query *query, toc_progress progress, void *context,
                                   toc_answer_digest *out, toc_err *err);

#endif
