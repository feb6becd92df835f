/* Forks (PROTOCOL §2, docs/decisions/0082): finding where two trees that one author signed part,
 * proving it, and passing the proof on. A link whose tree does not fit ours is asked for what it
 * shows of itself, index by index; each answer verifies against a head that the author signed, and
 * the last one is half of the proof. */
#include "node/engine/forks.h"
#include "node/engine/generation.h"
#include "node/engine/roll.h"
#include "node/engine/sync.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/base/limits.h"
#include "proto/feed/fork.h"

/* A link whose tree of a feed does not seem to be ours: the place where they part is searched. */
struct engine_doubt {
    struct engine_doubt *next;
    uint64_t link;
    toc_feed_name name;
    toc_feed_id id;
    bool open;          /* an answer is due */
    bool asked;         /* before */
    bool blames;        /* what does not fit is the link's fault unless it shows another tree */
    bool apart;         /* it has another tree: nothing of the feed is taken from it */
    uint64_t low, high; /* alike below low, and not at high */
    toc_instant again;  /* not searched anew before */
};

enum { FORKS_ARENA_BYTES = 64 << 20 };

/* ---- doubts: of one link about one feed ---- */

static engine_doubt *doubt_of(toc_engine *engine, uint64_t link, const toc_feed_id *id)
{
    for (engine_doubt *doubt = engine->doubts; doubt != NULL; doubt = doubt->next) {
        if (doubt->link == link && toc_feed_id_equal(&doubt->id, id))
            return doubt;
    }
    return NULL;
}

void toc_forks_forget(toc_engine *engine, uint64_t link)
{
    for (engine_doubt **at = &engine->doubts; *at != NULL;) {
        engine_doubt *doubt = *at;
        if (link != 0 && doubt->link != link) {
            at = &doubt->next;
            continue;
        }
        *at = doubt->next;
        engine->doubt_count--;
        free(doubt);
    }
}

bool toc_forks_apart(toc_engine *engine, uint64_t link, const toc_feed_id *id)
{
    const engine_doubt *doubt = doubt_of(engine, link, id);
    return doubt != NULL && doubt->apart;
}

/* ---- what is shown of the tree here ---- */

static toc_code own_side(toc_log_txn *txn, const toc_log_feed *stored, uint64_t index,
                         toc_arena *arena, toc_fork_side *out, toc_err *err)
{
    toc_span note;
    TOC_TRY(toc_log_head_note(txn, stored->number, &note, err));
    note = toc_arena_dup(arena, note);
    if (note.data == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a head");
    toc_log_tree tree = {.txn = txn, .number = stored->number};
    toc_tree_source source = toc_log_tree_source(&tree);
    return toc_fork_side_make(&source, stored->head_size, index, note, out, err);
}

static toc_code reply_of(toc_log_txn *txn, const toc_message *message, toc_arena *arena,
                         toc_buf *out, toc_err *err)
{
    const toc_feed_name *name = &message->as.want_fork.feed;
    toc_fork_side side;
    toc_known_fork known;
    toc_feed_id id;
    toc_log_feed stored;
    if (!message->as.want_fork.has_index) {
        TOC_TRY(toc_log_fork(txn, name, &known, err));
        toc_buf_add_span(out, known.proof);
        return toc_buf_ok(out, err);
    }
    toc_feed_id_of(name, &id);
    TOC_TRY(toc_log_feed_find(txn, &id, &stored, err));
    if (message->as.want_fork.index >= stored.head_size)
        return toc_fail(err, TOC_NOT_FOUND, "no such entry");
    TOC_TRY(own_side(txn, &stored, message->as.want_fork.index, arena, &side, err));
    toc_fork_side_write(&side, out);
    return toc_buf_ok(out, err);
}

toc_code toc_forks_serve(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                         const toc_message *message, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_TRY(toc_arena_new(FORKS_ARENA_BYTES, &arena, err));
    const toc_circle_id *circle = &message->as.want_fork.feed.circle;
    toc_log_circle state;
    toc_charter charter;
    if (!toc_roll_served(txn, circle, &link->peer, arena, &state, &charter))
        return toc_sync_not_a_member(engine, txn, link, circle, message->id, err);
    toc_err why;
    toc_code code = reply_of(txn, message, arena, &bytes, &why);
    if (code == TOC_NOT_FOUND || code == TOC_USAGE)
        return toc_engine_refuse(engine, link->number, message->id, TOC_REFUSED_NOT_FOUND,
                                 "no such fork", err);
    if (code != TOC_OK)
        return toc_fail(err, code, "%s", why.text);
    toc_message reply = {.kind = TOC_MSG_FORK_REPLY, .id = message->id};
    reply.as.fork_reply.bytes = toc_buf_view(&bytes);
    return toc_engine_send(engine, link->number, false, &reply, err);
}

/* ---- taking a proof ---- */

typedef struct signers {
    toc_verify_key keys[1 + TOC_RETIRED_MAX];
    size_t count;
} signers;

typedef struct earlier {
    toc_log_txn *txn;
    toc_arena *scratch; /* of one card: an author may have made very many */
} earlier;

static toc_code earlier_card(void *context, const toc_card_hash *hash, toc_card *out, toc_err *err)
{
    const earlier *all = context;
    toc_arena_reset(all->scratch);
    return toc_roll_card(all->txn, hash, all->scratch, out, err);
}

/* NOT_FOUND: the author's card has not come. */
static toc_code signers_of(toc_log_txn *txn, const toc_feed_name *feed, toc_arena *arena,
                           toc_card *out_card, signers *out, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *scratch = NULL;
    TOC_TRY(toc_log_card_of(txn, &feed->org, arena, out_card, err));
    TOC_TRY(toc_arena_new(TOC_CARD_ARENA_BYTES, &scratch, err));
    earlier all = {.txn = txn, .scratch = scratch};
    const toc_card_source cards = {.context = &all, .card = earlier_card};
    return toc_card_signers(out_card, &cards, feed->generation, out->keys, &out->count, err);
}

/* `fork` was checked. */
static toc_code take(toc_engine *engine, toc_log_txn *txn, const toc_fork *fork, toc_now now,
                     toc_err *err)
{
    bool fresh;
    char sentence[TOC_ERR_TEXT_BYTES];
    TOC_TRY(toc_log_fork_put(txn, fork, now.wall, &fresh, err));
    if (!fresh)
        return TOC_OK;
    snprintf(sentence, sizeof sentence,
             "it signed two histories of its %s feed of generation %llu, which differ from entry "
             "%llu on",
             toc_lane_name(fork->feed.lane), (unsigned long long)fork->feed.generation,
             (unsigned long long)fork->index);
    toc_engine_count(engine, &fork->feed.org, TOC_REFUSE_FORK, sentence);
    engine->fork_came = true;
    return TOC_OK;
}

static toc_code proof_came(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                           const engine_request *request, toc_span bytes, toc_arena *arena,
                           toc_now now, toc_err *err)
{
    toc_fork fork;
    toc_card card;
    signers by;
    toc_feed_id id;
    if (toc_fork_read(bytes, &fork, NULL) == TOC_OK)
        toc_feed_id_of(&fork.feed, &id);
    else
        memset(&id, 0, sizeof id);
    if (!toc_feed_id_equal(&id, &request->feed)) {
        toc_engine_count(engine, &link->peer, TOC_REFUSE_MALFORMED,
                         "a proof of a fork that was not asked for");
        return TOC_OK;
    }
    if (signers_of(txn, &fork.feed, arena, &card, &by, NULL) != TOC_OK)
        return TOC_OK; /* told again with the next heads */
    toc_err why;
    toc_code code = toc_fork_check(&fork, by.keys, by.count, &why);
    if (code == TOC_OK)
        return take(engine, txn, &fork, now, err);
    if (code == TOC_SIGNATURE) /* by a newer key, perhaps */
        return toc_roll_want_newest(engine, link, &fork.feed.org, card.serial,
                                    TOC_REFUSE_CHECKPOINT_SIGNATURE, now, err);
    toc_engine_count(engine, &link->peer, TOC_REFUSE_MALFORMED, why.text);
    return TOC_OK;
}

/* ---- the search ---- */

static toc_code ask(toc_engine *engine, engine_link *link, const toc_feed_name *name,
                    const uint64_t *index, toc_now now, bool *out_asked, toc_err *err)
{
    engine_request *request = toc_engine_request(engine, link, TOC_MSG_WANT_FORK, now);
    *out_asked = request != NULL;
    if (request == NULL)
        return TOC_OK;
    toc_feed_id_of(name, &request->feed);
    request->whole = index == NULL;
    request->from = index == NULL ? 0 : *index;
    toc_message message = {.kind = TOC_MSG_WANT_FORK, .id = request->id};
    message.as.want_fork.feed = *name;
    message.as.want_fork.has_index = index != NULL;
    message.as.want_fork.index = request->from;
    return toc_engine_send(engine, link->number, false, &message, err);
}

/* Forks are mostly at the end: the last common place is looked at first. */
static toc_code ask_next(toc_engine *engine, engine_link *link, engine_doubt *doubt, toc_now now,
                         toc_err *err)
{
    uint64_t index = doubt->asked ? doubt->low + (doubt->high - doubt->low) / 2 : doubt->high - 1;
    doubt->asked = true;
    return ask(engine, link, &doubt->name, &index, now, &doubt->open, err);
}

/* Nothing shows where the trees part. Where it is known that the author forked, the link's tree may
 * be the other one; else it is the link's fault that what it sent did not fit. */
static toc_code give_up(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                        engine_doubt *doubt, toc_err *err)
{
    uint64_t known;
    doubt->open = false;
    TOC_TRY(toc_log_forked(txn, &doubt->name, &known, err));
    if (known != UINT64_MAX)
        doubt->apart = true;
    else if (doubt->blames)
        toc_engine_count(engine, &link->peer, TOC_REFUSE_ENTRY_CHANGED,
                         "what it sent does not fit what is stored, and it shows no other tree");
    doubt->blames = false;
    return TOC_OK;
}

toc_code toc_forks_suspect(toc_log_txn *txn, const engine_link *link, const toc_log_feed *stored,
                           toc_span note, toc_now now, toc_err *err)
{
    uint64_t known;
    toc_log_suspicion heads = {
        .feed = stored->name, .teller = link->peer, .since = now.wall, .notes = {{0}, note}};
    TOC_TRY(toc_log_forked(txn, &stored->name, &known, err));
    if (known != UINT64_MAX ||
        toc_log_head_note(txn, stored->number, &heads.notes[0], NULL) != TOC_OK)
        return TOC_OK;
    return toc_log_suspicion_put(txn, &heads, err);
}

toc_code toc_forks_doubt(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                         const toc_log_feed *stored, uint64_t size, bool blames, toc_now now,
                         bool *out_begun, toc_err *err)
{
    *out_begun = false;
    if (link == NULL || stored->number == 0)
        return TOC_OK;
    engine_doubt *doubt = doubt_of(engine, link->number, &stored->id);
    if (doubt != NULL && (doubt->open || doubt->apart || now.mono.ms < doubt->again.ms)) {
        *out_begun = doubt->open || doubt->apart;
        return TOC_OK;
    }
    uint64_t known, high = stored->head_size < size ? stored->head_size : size;
    TOC_TRY(toc_log_forked(txn, &stored->name, &known, err));
    high = known < high ? known : high;
    if (doubt == NULL) {
        doubt = engine->doubt_count < ENGINE_DOUBTS_MAX ? calloc(1, sizeof *doubt) : NULL;
        if (doubt == NULL)
            return TOC_OK;
        engine->doubt_count++;
        doubt->next = engine->doubts;
        doubt->link = link->number;
        doubt->name = stored->name;
        doubt->id = stored->id;
        engine->doubts = doubt;
    }
    doubt->low = 0;
    doubt->high = high;
    doubt->asked = false;
    doubt->blames = blames;
    doubt->again.ms = now.mono.ms + ENGINE_DOUBT_AGAIN_MS;
    doubt->apart = high == 0 && known != UINT64_MAX; /* there is no earlier place */
    if (high > 0)
        TOC_TRY(ask_next(engine, link, doubt, now, err));
    *out_begun = doubt->open || doubt->apart;
    return TOC_OK;
}

/* Half of a proof, or another place to look at. */
static toc_code side_came(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                          engine_doubt *doubt, uint64_t index, toc_span bytes, toc_arena *arena,
                          toc_now now, toc_err *err)
{
    toc_fork fork = {.feed = doubt->name, .index = index};
    toc_fork_side *own = &fork.sides[0], *theirs = &fork.sides[1];
    toc_log_feed stored;
    toc_card card;
    signers by;
    TOC_TRY(toc_log_feed_find(txn, &doubt->id, &stored, err));
    if (toc_fork_side_read(bytes, theirs, NULL) != TOC_OK ||
        signers_of(txn, &doubt->name, arena, &card, &by, NULL) != TOC_OK ||
        toc_fork_side_check(theirs, &doubt->name, index, by.keys, by.count, NULL, NULL) != TOC_OK ||
        own_side(txn, &stored, index, arena, own, NULL) != TOC_OK)
        return give_up(engine, txn, link, doubt, err);
    bool same_before = toc_hash_equal(&own->root, &theirs->root);
    bool same_leaf = toc_hash_equal(&own->leaf, &theirs->leaf);
    if (same_before && !same_leaf) {
        doubt->open = false;
        if (toc_fork_check(&fork, by.keys, by.count, NULL) != TOC_OK)
            /* the own head is by a key that may sign no more */
            return give_up(engine, txn, link, doubt, err);
        doubt->apart = true;
        return take(engine, txn, &fork, now, err);
    }
    if (same_before)
        doubt->low = index + 1;
    else
        doubt->high = index;
    if (doubt->low < doubt->high)
        return ask_next(engine, link, doubt, now, err);
    return give_up(engine, txn, link, doubt, err);
}

toc_code toc_forks_reply(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                         const engine_request *request, const toc_message *message, toc_now now,
                         toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(FORKS_ARENA_BYTES, &arena, err));
    toc_span bytes = message->as.fork_reply.bytes;
    if (request->whole)
        return proof_came(engine, txn, link, request, bytes, arena, now, err);
    engine_doubt *doubt = doubt_of(engine, link->number, &request->feed);
    if (doubt == NULL || !doubt->open)
        return TOC_OK;
    return side_came(engine, txn, link, doubt, request->from, bytes, arena, now, err);
}

toc_code toc_forks_unanswered(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                              const engine_request *request, toc_err *err)
{
    engine_doubt *doubt = request->whole ? NULL : doubt_of(engine, link->number, &request->feed);
    return doubt != NULL && doubt->open ? give_up(engine, txn, link, doubt, err) : TOC_OK;
}

/* ---- telling ---- */

typedef struct telling {
    toc_engine *engine;
    const engine_link *link;
    const toc_circle_id *circle;
    size_t count;
    toc_fork_mark *marks; /* TOC_NEWS_FORKS_MAX */
} telling;

static toc_code flush(telling *tell, toc_err *err)
{
    toc_message news = {.kind = TOC_MSG_NEWS};
    news.as.news.circle = *tell->circle;
    news.as.news.fork_count = tell->count;
    news.as.news.forks = tell->marks;
    tell->count = 0;
    return news.as.news.fork_count == 0
               ? TOC_OK
               : toc_engine_send(tell->engine, tell->link->number, true, &news, err);
}

static toc_code add_mark(void *context, const toc_known_fork *known, toc_err *err)
{
    telling *tell = context;
    const toc_fork *fork = &known->fork;
    if (!toc_circle_id_equal(&fork->feed.circle, tell->circle))
        return TOC_OK;
    tell->marks[tell->count++] = (toc_fork_mark){.org = fork->feed.org,
                                                 .lane = fork->feed.lane,
                                                 .generation = fork->feed.generation,
                                                 .index = fork->index};
    return tell->count == TOC_NEWS_FORKS_MAX ? flush(tell, err) : TOC_OK;
}

toc_code toc_forks_tell(toc_engine *engine, toc_log_txn *txn, const engine_link *link,
                        const toc_circle_id *circle, toc_arena *arena, toc_err *err)
{
    toc_log_circle state;
    toc_charter charter;
    if (!toc_roll_served(txn, circle, &link->peer, arena, &state, &charter))
        return TOC_OK;
    telling tell = {.engine = engine, .link = link, .circle = circle};
    tell.marks = toc_arena_zalloc(arena, TOC_NEWS_FORKS_MAX, sizeof *tell.marks);
    if (tell.marks == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for news");
    toc_code code = toc_log_forks(txn, NULL, add_mark, &tell, err);
    return code == TOC_OK ? flush(&tell, err) : code;
}

typedef struct tell_context {
    toc_engine *engine;
    toc_log_txn *txn;
    engine_link *link;
    toc_arena *arena;
} tell_context;

static toc_code tell_circle(void *context, const toc_log_circle *circle, toc_err *err)
{
    tell_context *tell = context;
    return toc_forks_tell(tell->engine, tell->txn, tell->link, &circle->id, tell->arena, err);
}

static toc_code tell_link(toc_engine *engine, toc_log_txn *txn, engine_link *link, void *context,
                          toc_err *err)
{
    tell_context tell = {.engine = engine, .txn = txn, .link = link, .arena = context};
    return toc_log_circles(txn, tell_circle, &tell, err);
}

toc_code toc_forks_heard(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                         const toc_circle_id *circle, const toc_fork_mark *mark, toc_now now,
                         toc_err *err)
{
    toc_feed_name name = {
        .circle = *circle, .org = mark->org, .lane = mark->lane, .generation = mark->generation};
    uint64_t known;
    toc_feed_id id;
    TOC_TRY(toc_log_forked(txn, &name, &known, err));
    if (known <= mark->index)
        return TOC_OK;
    toc_feed_id_of(&name, &id);
    for (size_t i = 0; i < TOC_COUNT(link->requests); i++) {
        const engine_request *open = &link->requests[i];
        if (open->id != 0 && open->kind == TOC_MSG_WANT_FORK && open->whole &&
            toc_feed_id_equal(&open->feed, &id))
            return TOC_OK;
    }
    bool asked;
    return ask(engine, link, &name, NULL, now, &asked, err);
}

/* ---- own feeds ---- */

typedef struct own_forks {
    const toc_engine *engine;
    toc_log_txn *txn;
    const toc_log_circle *circle; /* NULL: any */
    bool forked;                  /* the feeds that are written to */
    bool stolen;                  /* the sign key in use signed a tree that is not the one here */
} own_forks;

static toc_code judge_own(void *context, const toc_known_fork *known, toc_err *err)
{
    own_forks *own = context;
    const toc_fork *fork = &known->fork;
    toc_feed_id id;
    toc_log_feed stored;
    toc_hash leaf;
    toc_verify_key key;
    (void)err;
    own->forked |= own->circle != NULL &&
                   toc_circle_id_equal(&fork->feed.circle, &own->circle->id) &&
                   fork->feed.generation == own->circle->generation;
    toc_feed_id_of(&fork->feed, &id);
    toc_sign_public(own->engine->sign, &key);
    bool held = toc_log_feed_find(own->txn, &id, &stored, NULL) == TOC_OK &&
                toc_log_leaf(own->txn, stored.number, fork->index, &leaf, NULL) == TOC_OK;
    for (size_t i = 0; i < 2; i++) {
        const toc_fork_side *side = &fork->sides[i];
        own->stolen |=
            (!held || !toc_hash_equal(&leaf, &side->leaf)) &&
            toc_fork_side_check(side, &fork->feed, fork->index, &key, 1, NULL, NULL) == TOC_OK;
    }
    return TOC_OK;
}

static toc_code own_forks_of(const toc_engine *engine, toc_log_txn *txn,
                             const toc_log_circle *circle, own_forks *out, toc_err *err)
{
    *out = (own_forks){.engine = engine, .txn = txn, .circle = circle};
    return toc_log_forks(txn, &engine->org, judge_own, out, err);
}

bool toc_forks_stolen(const toc_engine *engine, toc_log_txn *txn)
{
    own_forks own;
    return own_forks_of(engine, txn, NULL, &own, NULL) != TOC_OK || own.stolen;
}

bool toc_forks_halted(const toc_engine *engine, toc_log_txn *txn, const toc_log_circle *circle)
{
    own_forks own;
    return own_forks_of(engine, txn, circle, &own, NULL) != TOC_OK || own.forked;
}

toc_code toc_forks_writable(toc_engine *engine, toc_log_txn *txn, const toc_log_circle *circle,
                            toc_now now, toc_err *err)
{
    own_forks own;
    TOC_TRY(own_forks_of(engine, txn, circle, &own, err));
    if (own.stolen)
        return toc_fail(err, TOC_STATE,
                        "another history of this org's feeds is signed with its sign key: nothing "
                        "more is written with that key; make a new one with 'tocsin keys rotate "
                        "--sign' and tell the other members");
    if (own.forked) /* by a key that is no longer in use */
        return toc_generation_renew(engine, txn, &circle->id, now, err);
    return TOC_OK;
}

/* ---- time ---- */

toc_code toc_forks_tick(toc_engine *engine, toc_log_txn *txn, toc_err *err)
{
    if (!engine->fork_came)
        return TOC_OK;
    engine->fork_came = false;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(FORKS_ARENA_BYTES, &arena, err));
    return toc_engine_links(engine, txn, tell_link, arena, err);
}
