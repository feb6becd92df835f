/* node/engine/engine.h: the sync engine: (state, input, now) → (writes, outputs). Sans I/O: it
 * never touches a socket, a clock or a disk of its own. Writes go into the transaction of the round
 * it is called in; outputs wait in two queues. The daemon drives it with nng and the system's
 * clock, the simulator with a virtual network and virtual time.
 *
 * A round: begin a write transaction; hand in what is ready; toc_engine_round_end; commit; only
 * then send what toc_engine_output gives. Jobs (toc_engine_job) may start at once: they decide
 * nothing. After a failed commit the engine is ahead of the disk and must be thrown away (the
 * daemon stops).
 *
 * Owns:    its state and the queued outputs. Threads: one (the core thread).
 * Errors:  an input fails only when the store fails (IO, FULL, NO_MEMORY); what a peer does wrong
 * is counted (toc_engine_count) and answered, never an error here. What people ask for fails as
 * said there, too. */
#ifndef TOC_NODE_ENGINE_ENGINE_H
#define TOC_NODE_ENGINE_ENGINE_H

#include "node/engine/refusal.h"
#include "proto/feed/chunk.h"
#include "proto/record/record.h"
#include "proto/roll/amendment.h"
#include "proto/roll/readers.h"
#include "proto/session/message.h"
#include "store/log.h"

typedef struct toc_engine toc_engine;

/* Loads the node's own keys and card. `same_boot`: the runtime marker names this boot, so the own
 * feeds go on in their generation; otherwise the members of each circle are asked first what they
 * have of them (PROTOCOL §2). */
TOC_MUST toc_code toc_engine_new(toc_log_txn *txn, bool same_boot, toc_now now, toc_engine **out,
                                 toc_err *err);
void toc_engine_free(toc_engine *engine); /* NULL is fine */
TOC_DEFINE_AUTO(toc_engine, toc_engine_free)

/* This store is a copy that was put back: nobody is asked, all own feeds begin a new generation. */
TOC_MUST toc_code toc_engine_restored(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                      toc_err *err);

/* ---- inputs ---- */

/* A link was confirmed. `link` is the driver's number for it, never reused. */
TOC_MUST toc_code toc_engine_link_up(toc_engine *engine, toc_log_txn *txn, uint64_t link,
                                     const toc_org_id *peer, toc_now now, toc_err *err);
void toc_engine_link_down(toc_engine *engine, uint64_t link);
TOC_MUST toc_code toc_engine_message(toc_engine *engine, toc_log_txn *txn, uint64_t link,
                                     toc_span message, toc_now now, toc_err *err);
/* A job that toc_engine_job gave out is done; `verdict` is what toc_chunk_verify said, `why` its
 * sentence. */
TOC_MUST toc_code toc_engine_job_done(toc_engine *engine, toc_log_txn *txn, uint64_t job,
                                      toc_code verdict, const toc_err *why, toc_now now,
                                      toc_err *err);
/* Time-outs, retries, ticks of the journal, slices of pending work. Call at least every 100 ms;
 * *out_more says that there is more to do at once. */
TOC_MUST toc_code toc_engine_tick(toc_engine *engine, toc_log_txn *txn, toc_now now, bool *out_more,
                                  toc_err *err);
/* Signs the heads of what was written in this round and queues the news of it. Before every commit.
 */
TOC_MUST toc_code toc_engine_round_end(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                       toc_err *err);

/* ---- what the operator does ---- */

/* A peer's card came by hand, with endpoints that the operator confirmed (one a line, may be
 * empty). Takes a card of a higher serial over an older one; of two that contradict each other the
 * one that is given here is the chosen one. DENIED when it repeats another org's key. */
TOC_MUST toc_code toc_engine_peer_add(toc_engine *engine, toc_log_txn *txn, toc_span signed_card,
                                      toc_span endpoints, toc_now now, toc_org_id *out_org,
                                      toc_err *err);
/* A circle whose first charter makes this org its single admin: joined, and in force. */
TOC_MUST toc_code toc_engine_circle_create(toc_engine *engine, toc_log_txn *txn, toc_span name,
                                           toc_span purpose, toc_now now, toc_circle_id *out,
                                           toc_err *err);
/* Takes part in a circle, whose charter may be still to come. */
TOC_MUST toc_code toc_engine_circle_join(toc_engine *engine, toc_log_txn *txn,
                                         const toc_circle_id *circle, toc_now now, toc_err *err);

/* ---- charters that follow (PROTOCOL §1) ----
 * DENIED: not an admin, or the node's officer may not vote; STATE: not joined, no charter, this
 * node signed another body of that version, or cards of members are not held. Nothing is changed
 * when they fail. */

typedef struct toc_amended {
    toc_charter_hash hash;
    uint32_t version;
    bool in_force; /* else it waits for signatures, as a proposal (store/log.h) */
} toc_amended;
/* The version after the one in force: made, signed, and kept or in force. The steps' cards are
 * filled in here, with the newest that are known. `dry_run`: made and checked only. out_signed,
 * which may be NULL, gets the signed bytes appended; of a dry run they carry no signature. */
TOC_MUST toc_code toc_engine_charter_propose(toc_engine *engine, toc_log_txn *txn,
                                             const toc_circle_id *circle,
                                             const toc_amendment *amendment, bool dry_run,
                                             toc_now now, toc_buf *out_signed, toc_amended *out,
                                             toc_err *err);
/* Signs what another admin proposed: `signed_charter` as it came, or when it is empty the proposal
 * that is kept. `hash` is what was shown to whoever decides: DENIED when the bytes are not those.
 */
TOC_MUST toc_code toc_engine_charter_endorse(toc_engine *engine, toc_log_txn *txn,
                                             const toc_circle_id *circle,
                                             const toc_charter_hash *hash, toc_span signed_charter,
                                             toc_now now, toc_buf *out_signed, toc_amended *out,
                                             toc_err *err);
/* Of two branches of a circle this charter's is the one to follow: that in force, an open rival
 * (store/log.h), or one that was declined by mistake. NOT_FOUND; STATE when there is no choice. */
TOC_MUST toc_code toc_engine_circle_choose(toc_engine *engine, toc_log_txn *txn,
                                           const toc_circle_id *circle,
                                           const toc_charter_hash *hash, toc_now now, toc_err *err);
/* A new reader of the circle need not wait for its keys any longer. NOT_FOUND when it does not. */
TOC_MUST toc_code toc_engine_circle_confirm(toc_engine *engine, toc_log_txn *txn,
                                            const toc_circle_id *circle, const toc_org_id *org,
                                            toc_now now, toc_err *err);
/* Whether this node gives its keys, and what is sealed to each reader by name, to `org`, who reads
 * by the charter of `circle`. Not yet to a new reader (*out_until: when; else 0), and while the
 * circle is contested not to who reads in one branch only. The arena's bytes are needed only during
 * it. */
TOC_MUST bool toc_engine_gives(toc_log_txn *txn, const toc_log_circle *circle,
                               const toc_org_id *self, const toc_org_id *org, toc_arena *arena,
                               toc_time *out_until);
/* As the single admin: a new version with one more member, in force at once. STATE when the quorum
 * is more than one, with what to do. */
TOC_MUST toc_code toc_engine_circle_admit(toc_engine *engine, toc_log_txn *txn,
                                          const toc_circle_id *circle, const toc_org_id *org,
                                          toc_role role, toc_now now, toc_err *err);

/* An own card that follows the present one, with the keys that toc_identity_prepare made: in force
 * with the round. The own feeds name it before anything else, old heads are signed anew, peers are
 * told. `compromised`: the keys that it replaces are in other hands. LIMIT past
 * TOC_KEY_CHANGES_A_DAY; else what toc_log_own_card_adopt says. Nothing is changed when it fails.
 */
TOC_MUST toc_code toc_engine_card_adopt(toc_engine *engine, toc_log_txn *txn, toc_span signed_card,
                                        bool compromised, toc_now now, toc_err *err);

/* ---- writing records ---- */

/* Is everything there that writing into this circle needs? STATE says what is missing; UNREACHABLE:
 * the members are asked first, within a minute it can write. Gives the generation, which the
 * revision rule needs (RULES §7); opens the own feeds when that has not happened yet. */
TOC_MUST toc_code toc_engine_writable(toc_engine *engine, toc_log_txn *txn,
                                      const toc_circle_id *circle, toc_now now,
                                      uint64_t *out_generation, toc_err *err);
/* Seals and appends encoded records to the own feed, all or none. `named`, NULL or as many: whom a
 * record is sealed to that names its readers (proto/roll/readers.h). NULL in it: for the whole
 * circle. LIMIT, with nothing written, when they are too many. out_ids may be NULL. */
TOC_MUST toc_code toc_engine_write(toc_engine *engine, toc_log_txn *txn,
                                   const toc_circle_id *circle, toc_lane lane,
                                   const toc_span *records, const toc_addressees *const *named,
                                   size_t count, toc_now now, toc_record_id *out_ids, toc_err *err);
/* The same; `keep`: the day up to which each is kept at least (proto/rules/retain.h); NULL: as long
 * as the charter says. */
TOC_MUST toc_code toc_engine_write_keeping(toc_engine *engine, toc_log_txn *txn,
                                           const toc_circle_id *circle, toc_lane lane,
                                           const toc_span *records,
                                           const toc_addressees *const *named, const uint32_t *keep,
                                           size_t count, toc_now now, toc_record_id *out_ids,
                                           toc_err *err);

/* What was written or taken of `org` today, of its quota (toc_charter_bytes_per_day). */
TOC_MUST toc_code toc_engine_quota_used(toc_log_txn *txn, const toc_org_id *org,
                                        const toc_circle_id *circle, toc_lane lane, toc_time now,
                                        uint64_t *out_bytes, toc_err *err);

typedef struct toc_engine_need {
    uint64_t bytes;         /* that records take, sealed */
    uint64_t used, per_day; /* of the quota, today */
} toc_engine_need;
/* What records of these sizes would take of the own quota, when `before` bytes were written first:
 * as toc_engine_write has it, and nothing is written. DENIED in the words of that, with *out told.
 */
TOC_MUST toc_code toc_engine_foresee(const toc_engine *engine, toc_log_txn *txn,
                                     const toc_circle_id *circle, toc_lane lane,
                                     const size_t *record_bytes, const toc_addressees *const *named,
                                     size_t count, uint64_t before, toc_now now,
                                     toc_engine_need *out, toc_err *err);

/* ---- outputs ---- */

typedef enum toc_output_kind {
    TOC_OUTPUT_SEND = 1,  /* `bytes`: one link message for `link` */
    TOC_OUTPUT_CLOSE = 2, /* close `link`; `reason` says why */
    TOC_OUTPUT_PEERS = 3  /* who may link, or their endpoints, changed: ask the log again */
} toc_output_kind;

typedef struct toc_output {
    toc_output_kind kind;
    uint64_t link;
    bool urgent;    /* alert lane and keys: before bulk */
    toc_span bytes; /* lent until toc_engine_output is called again */
    const char *reason;
} toc_output;

/* The next output, first in, first out, urgent ones first. False when there is none. After the
 * commit only. */
bool toc_engine_output(toc_engine *engine, toc_output *out);
/* The next verification to run, on any thread, with toc_chunk_verify; the chunk stays the engine's
 * and is not touched by it until toc_engine_job_done. False when there is none. */
bool toc_engine_job(toc_engine *engine, uint64_t *out_job, toc_chunk **out_chunk);

/* ---- who may link, and what happened ---- */

/* May this org link, and with which key? True for orgs that share a joined circle with us or were
 * added by hand. */
TOC_MUST bool toc_engine_may_link(toc_engine *engine, toc_log_txn *txn, const toc_org_id *org,
                                  toc_link_key *out_key);

typedef struct toc_peer_state {
    toc_org_id org;
    bool known;              /* false: the row for strangers, whose org nobody proved */
    uint32_t links;          /* up now */
    toc_time last_heard;     /* wall time of the last message */
    int64_t clock_offset_ms; /* theirs less ours, from the last ping; INT64_MIN: not measured */
    toc_now clock_measured;  /* when that was */
    uint64_t round_trip_ms;
    uint64_t messages, entries; /* received and accepted */
    uint64_t refused[TOC_REFUSE_COUNT];
    char last_refusal[TOC_ERR_TEXT_BYTES]; /* the newest sentence, "" if none */
} toc_peer_state;
/* Counts a refusal; org NULL: a stranger. The link layer reports handshakes with it. */
void toc_engine_count(toc_engine *engine, const toc_org_id *org, toc_refusal refusal,
                      const char *sentence);
size_t toc_engine_peer_count(const toc_engine *engine);
void toc_engine_peer_at(const toc_engine *engine, size_t index, toc_peer_state *out);

const toc_org_id *toc_engine_org(const toc_engine *engine);

#endif
