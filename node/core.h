/* node/core.h: a running node: one writer with group commit, workers, the fold, links
 * (docs/ARCHITECTURE: the node).
 *
 *   links, control ──► inbox ──► core thread: one write transaction a round, engine, commit,
 *         ▲                          │ jobs          only then outputs    │ journal
 *         └──────── workers ◄────────┘                                    └──► fold ──► views
 *
 * Owns:    threads, store, links.
 * Threads: calls from any.
 * Errors:  a failed commit ends the node (toc_node_health says why): the engine is then ahead of
 * the disk and must not go on. */
#ifndef TOC_NODE_CORE_H
#define TOC_NODE_CORE_H

#include "node/inbox.h"
#include "proto/format/config.h"
#include "store/query.h"

typedef struct toc_node toc_node;

/* Opens the store of config->state with the store key (copied) and starts every thread. `same_boot`
 * as toc_engine_new. */
TOC_MUST toc_code toc_node_start(const toc_config *config, const toc_secret *store_key,
                                 bool same_boot, toc_node **out, toc_err *err);
/* One round, so that it is durable that the own feeds wait for what members have of them, or begin
 * anew: `restored`. Before anybody may write, and before the boot is marked. */
TOC_MUST toc_code toc_node_begin(toc_node *node, bool restored, toc_err *err);
/* Finishes the round, closes links, ends the threads, closes the store. */
void toc_node_stop(toc_node *node_take); /* NULL is fine */
/* Has the node failed on its own? TOC_OK while it runs. */
toc_code toc_node_health(toc_node *node, toc_err *err);

/* Runs `run` in a round and waits for its commit: its code, or that of the commit. UNREACHABLE when
 * the node stops meanwhile. Not from the core thread. */
TOC_MUST toc_code toc_node_do(toc_node *node,
                              toc_code (*run)(void *context, toc_engine *engine, toc_log_txn *txn,
                                              toc_now now, toc_err *err),
                              void *context, toc_err *err);

/* Lent until the node stops, like what the next calls give. */
toc_log *toc_node_log(toc_node *node);
toc_views *toc_node_views(toc_node *node); /* the officers' */
/* Those of a configured audience; without a name the officers'. NOT_FOUND. */
TOC_MUST toc_code toc_node_views_for(toc_node *node, toc_span audience, toc_views **out,
                                     toc_err *err);
const toc_config *toc_node_config(const toc_node *node);
const toc_org_id *toc_node_org(const toc_node *node);
/* Opens what was sealed to the own seal key, or to a former one (the spool). SEALED otherwise. */
TOC_MUST toc_code toc_node_unseal(toc_node *node, toc_span sealed, toc_buf *out, toc_err *err);
toc_time toc_node_started(const toc_node *node);
/* Where listener `index` listens, with its real port; "" past the last. */
void toc_node_listening(toc_node *node, size_t index, char *out, size_t capacity);

/* Waits until the fold has folded everything journaled before the call, at most `timeout_ms`.
 * UNREACHABLE when it has not. */
TOC_MUST toc_code toc_node_settle(toc_node *node, unsigned timeout_ms, toc_err *err);
/* The last journal rows committed, by lane. */
void toc_node_journaled(toc_node *node, uint64_t out[2]);
/* Journal rows that the fold is behind. */
uint64_t toc_node_backlog(toc_node *node);
/* Drops and rebuilds the views, in journal order or, with `shuffle` not NULL, in the order drawn
 * from that seed; readers go on with what is there meanwhile and say `incomplete`. */
TOC_MUST toc_code toc_node_rebuild(toc_node *node, const uint64_t *shuffle, toc_progress progress,
                                   void *context, toc_err *err);

/* Writes the file that has the orders and legal holds too; after one was put or lifted, before that
 * is answered. */
TOC_MUST toc_code toc_node_keep_orders(toc_node *node, toc_err *err);
/* Since when that file lacks what the log has; 0: it lacks nothing. */
toc_time toc_node_orders_unkept(toc_node *node);

/* Rows of `peers`, copied in a round. The caller frees *out. */
TOC_MUST toc_code toc_node_peers(toc_node *node, toc_peer_state **out, size_t *out_count,
                                 toc_err *err);

#endif
