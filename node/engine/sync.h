/* node/engine/sync.h: copying feeds: heads, news and pulls, and what came enters the log.
 * Owns:    nothing. Threads: the core thread. Errors:  as engine.h. Private. */
#ifndef TOC_NODE_ENGINE_SYNC_H
#define TOC_NODE_ENGINE_SYNC_H

#include "node/engine/state.h"

/* The feed as it is being copied; made when it is not known. */
engine_feed *toc_sync_feed(toc_engine *engine, const toc_feed_name *name); /* NULL: out of memory */
engine_feed *toc_sync_find(toc_engine *engine, const toc_feed_id *id);     /* NULL: not known */
/* Asks the link for its heads of every circle that both are in. `all`: even where its heads are
 * the same as here. */
TOC_MUST toc_code toc_sync_ask_heads(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                     bool all, toc_now now, toc_err *err);
/* A page of the heads that are here; none when all are equal. */
TOC_MUST toc_code toc_sync_serve_heads(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                       const toc_message *message, toc_err *err);
/* Each head is heard of, keys first, and the next page asked for. */
TOC_MUST toc_code toc_sync_heads_reply(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                       engine_request *request, const toc_message *message,
                                       toc_now now, toc_err *err);
/* Charters, small chunks, heads, forks, proposals and cosignatures of a circle, unasked. */
TOC_MUST toc_code toc_sync_news(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                const toc_message *message, toc_now now, toc_err *err);
/* What a link that is gone told of and nobody verified. */
void toc_sync_forget(toc_engine *engine, uint64_t link);
/* It asked for, or told of, a circle that it is not in, as far as the charter here says: refused
 * like what does not exist (id 0: no answer), and counted, unless it is we who do not hold that
 * circle yet. */
TOC_MUST toc_code toc_sync_not_a_member(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                        const toc_circle_id *circle, uint64_t id, toc_err *err);

/* ---- chunks (pull.c) ---- */

/* Sends entries in parts, up to ENGINE_PULL_REPLY_BYTES_MAX, under one head. */
TOC_MUST toc_code toc_sync_serve_pull(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                      const toc_message *message, toc_now now, toc_err *err);
/* A part of an answer: it waits in line until what is before it is stored. */
TOC_MUST toc_code toc_sync_part(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                engine_request *request, const toc_message *message, toc_now now,
                                toc_err *err);
/* A pull failed or timed out: forget what is in flight and begin again from what is stored. */
void toc_sync_pull_failed(toc_engine *engine, const toc_feed_id *id, toc_now now);
/* Nothing of the feed is on its way any more; it is tried again after ENGINE_RETRY_MS. */
void toc_sync_reset(toc_engine *engine, engine_feed *feed, toc_now now);
/* A part as it came becomes a chunk that owns its bytes; `from` stays in frontier.size until the
 * work starts. */
TOC_MUST toc_code toc_sync_chunk(const toc_wire_chunk *wire, const toc_feed_id *id, toc_chunk **out,
                                 toc_err *err);
/* Starts the next verification, or asks for more. */
TOC_MUST toc_code toc_sync_advance(toc_engine *engine, toc_log_txn *txn, engine_feed *feed,
                                   toc_now now, toc_err *err);
TOC_MUST toc_code toc_sync_advance_all(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                       toc_err *err);

/* What the link gave of the feed is refused: counted, and asked for elsewhere. */
void toc_sync_refuse(toc_engine *engine, engine_feed *feed, uint64_t link, toc_refusal refusal,
                     const char *sentence, toc_now now);

/* ---- a verified chunk enters the log (judge.c, apply.c) ---- */

/* What the roll says against the chunk, before any of its work is done. False: the feed waits, or
 * was refused. `stored`: name and id only when nothing of the feed is stored. */
TOC_MUST toc_code toc_judge_chunk(toc_engine *engine, toc_log_txn *txn, engine_feed *feed,
                                  uint64_t link, const toc_log_feed *stored, toc_chunk *chunk,
                                  toc_arena *arena, toc_now now, bool *out, toc_err *err);

/* Judges the chunk and starts its verification: here when it is small, else as a job. */
TOC_MUST toc_code toc_apply_start(toc_engine *engine, toc_log_txn *txn, engine_feed *feed,
                                  uint64_t link, toc_chunk *chunk_take, toc_now now, toc_err *err);
/* Stores what was verified, and goes on with the feed. The job stays the caller's. */
TOC_MUST toc_code toc_apply_done(toc_engine *engine, toc_log_txn *txn, engine_job *job,
                                 toc_code verdict, const toc_err *why, toc_now now, toc_err *err);
void toc_apply_free(engine_job *job);

/* ---- own records (write.c) ---- */

/* All circles, in the arena. */
TOC_MUST toc_code toc_write_circles(toc_log_txn *txn, toc_arena *arena, toc_log_circle **out,
                                    size_t *out_count, toc_err *err);

#endif
