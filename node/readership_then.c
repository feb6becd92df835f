#include "node/readership_then.h"

#include "node/clock.h"
#include "proto/feed/entry.h"

enum { THEN_ARENA_BYTES = 64 << 20, THEN_LOOK_AHEAD = 64 };

/* ---- who may have had no key ---- */

typedef struct doubting {
    toc_log_txn *txn;
    toc_arena *charters; /* of one at a time */
    const toc_org_id *orgs;
    size_t count;
    bool *apart;         /* reads in one branch only */
    bool *reads;         /* in every charter since the one that is looked at */
    uint64_t *delays_ms; /* the longest that counted when it came; 0: it did not wait */
    uint64_t *since;     /* the grant of the author from which on it reads */
} doubting;

static void doubting_wipe(doubting *all)
{
    toc_arena_free(all->charters);
}
TOC_DEFINE_AUTO_WIPE(doubting, doubting_wipe)

static toc_code open_charter(doubting *all, const toc_charter_hash *hash, toc_charter *out)
{
    toc_hash key;
    toc_span bytes;
    memcpy(key.bytes, hash->bytes, sizeof key.bytes);
    toc_arena_reset(all->charters);
    TOC_TRY(toc_log_roll_get(all->txn, &key, &bytes, NULL));
    return toc_charter_reopen(bytes, all->charters, out, NULL);
}

static toc_code look_at_branch(void *context, const toc_charter_hash *hash, toc_rival state,
                               toc_err *err)
{
    doubting *all = context;
    toc_charter rival;
    (void)state;
    (void)err;
    bool is_held = open_charter(all, hash, &rival) == TOC_OK;
    for (size_t i = 0; i < all->count; i++)
        all->apart[i] = all->apart[i] || !is_held || !toc_charter_reads(&rival, &all->orgs[i]);
    return TOC_OK;
}

static void note_delays(doubting *all, const toc_charter *at)
{
    uint64_t delay_ms = at->policy.admission_delay_ms;
    for (size_t i = 0; i < all->count; i++) {
        all->reads[i] = all->reads[i] && toc_charter_reads(at, &all->orgs[i]);
        if (all->reads[i] || delay_ms > all->delays_ms[i])
            all->delays_ms[i] = delay_ms;
    }
}

/* Back to version 1: the delay of when it came and of all before, for a lowered one counts on. Who
 * has read since version 1 never waited. Where a charter is not held anybody may have. */
static toc_code walk_charters(doubting *all, const toc_charter *last, toc_err *err)
{
    static const toc_charter_hash none;
    toc_charter at = *last;
    bool is_held = true;
    while (is_held) {
        toc_charter_hash previous = at.previous, joined = at.joined;
        bool is_first = at.version == 1;
        note_delays(all, &at);
        if (!toc_charter_hash_equal(&joined, &none))
            TOC_TRY(look_at_branch(all, &joined, TOC_RIVAL_CHOSEN, err));
        if (is_first)
            break;
        is_held = open_charter(all, &previous, &at) == TOC_OK;
    }
    for (size_t i = 0; i < all->count; i++) {
        if (!is_held)
            all->delays_ms[i] = TOC_ADMISSION_DELAY_MS_MAX;
        else if (all->reads[i])
            all->delays_ms[i] = 0;
    }
    return TOC_OK;
}

/* The grants of its feed before the record, back to the first by which each did not read. */
static void walk_grants(doubting *all, const toc_log_feed *feed, uint64_t index)
{
    toc_log_grant grant;
    toc_charter charter;
    bool any = true;
    for (size_t i = 0; i < all->count; i++)
        all->since[i] = index;
    for (uint64_t after = index;
         any && toc_log_grant_before(all->txn, feed->number, after, &grant, NULL) == TOC_OK &&
         open_charter(all, &grant.grant.charter, &charter) == TOC_OK;
         after = grant.index) {
        any = false;
        for (size_t i = 0; i < all->count; i++) {
            if (all->since[i] != after || !toc_charter_reads(&charter, &all->orgs[i]))
                continue;
            all->since[i] = grant.index;
            any = true;
        }
    }
}

/* When it was sealed, as its author says. */
static bool time_of(const doubting *all, const toc_log_feed *feed, uint64_t index, toc_time *out)
{
    toc_span entry, body;
    toc_entry_header header;
    toc_opened opened;
    uint8_t plain[TOC_ENTRY_BYTES_MAX];
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    if (toc_log_entry(all->txn, feed->number, index, &entry, NULL) != TOC_OK ||
        toc_entry_is_bare(entry) || toc_entry_parse(entry, &header, &body, NULL) != TOC_OK ||
        header.kind != TOC_ENTRY_RECORD ||
        toc_log_sender_key(all->txn, &feed->name, header.epoch, &key, NULL) != TOC_OK)
        return false;
    bool opens = toc_entry_open(&feed->id, index, entry, key, plain, &opened, NULL) == TOC_OK;
    if (opens)
        *out = opened.time;
    toc_wipe(plain, sizeof plain);
    return opens;
}

/* Nothing signed says when the author took up a charter. It had done so before the first record
 * after the grant that names it, and before it opened the feed where that is the first grant. */
static bool found_since(const doubting *all, const toc_log_feed *feed, uint64_t grant,
                        toc_time *out)
{
    if (grant == 0) {
        out->unix_ms = feed->name.generation * 1000;
        return true;
    }
    for (uint64_t index = grant + 1; index <= grant + THEN_LOOK_AHEAD; index++) {
        if (time_of(all, feed, index, out))
            return true;
    }
    return false;
}

static bool waited_out(const doubting *all, const toc_log_feed *feed, size_t org, toc_time at)
{
    toc_time since;
    return found_since(all, feed, all->since[org], &since) && since.unix_ms <= at.unix_ms &&
           at.unix_ms - since.unix_ms >= all->delays_ms[org];
}

static toc_code make_room(doubting *all, toc_arena *arena, toc_err *err)
{
    TOC_TRY(toc_arena_new(THEN_ARENA_BYTES, &all->charters, err));
    all->apart = toc_arena_zalloc(arena, all->count, sizeof *all->apart);
    all->reads = toc_arena_zalloc(arena, all->count, sizeof *all->reads);
    all->delays_ms = toc_arena_zalloc(arena, all->count, sizeof *all->delays_ms);
    all->since = toc_arena_zalloc(arena, all->count, sizeof *all->since);
    if (all->apart == NULL || all->reads == NULL || all->delays_ms == NULL || all->since == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the readers of a record");
    memset(all->reads, true, all->count * sizeof *all->reads);
    return TOC_OK;
}

/* What is asked: of whom, by which charter, and at which place and moment of the author's feed. */
typedef struct moment {
    toc_log_txn *txn;
    const toc_org_id *self, *author;
    const toc_charter *charter;
    const toc_log_feed *feed;
    uint64_t index;
    toc_time at; /* 0: when the record there was sealed */
    const toc_org_id *orgs;
    size_t count;
} moment;

static bool is_certain(const moment *when, size_t org)
{
    return toc_org_id_equal(&when->orgs[org], when->self) ||
           toc_org_id_equal(&when->orgs[org], when->author);
}

static toc_code find_doubts(const moment *when, toc_arena *arena, const toc_org_id **out,
                            size_t *out_count, toc_err *err)
{
    TOC_AUTO(doubting_wipe)
    doubting all = {.txn = when->txn, .orgs = when->orgs, .count = when->count};
    toc_time at = when->at;
    *out_count = 0;
    TOC_TRY(make_room(&all, arena, err));
    toc_org_id *doubts = toc_arena_zalloc(arena, when->count, sizeof *doubts);
    if (doubts == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the readers of a record");
    TOC_TRY(toc_log_rivals(when->txn, &when->charter->circle, look_at_branch, &all, err));
    TOC_TRY(walk_charters(&all, when->charter, err));
    walk_grants(&all, when->feed, when->index);
    bool is_timed = at.unix_ms != 0 || time_of(&all, when->feed, when->index, &at);
    for (size_t i = 0; i < when->count; i++) {
        bool had_key = all.delays_ms[i] == 0 || (is_timed && waited_out(&all, when->feed, i, at));
        if (!is_certain(when, i) && (all.apart[i] || !had_key))
            doubts[(*out_count)++] = when->orgs[i];
    }
    *out = doubts;
    return TOC_OK;
}

toc_code toc_readership_doubts(toc_log_txn *txn, const toc_org_id *self,
                               const toc_said_record *said, const toc_charter *then,
                               const toc_org_id *had, size_t count, toc_arena *arena,
                               const toc_org_id **out, size_t *out_count, toc_err *err)
{
    toc_log_feed feed;
    *out_count = 0;
    if (count == 0 || toc_org_id_equal(&said->org, self))
        return TOC_OK;
    TOC_TRY(toc_log_feed_find(txn, &said->feed, &feed, err));
    moment when = {.txn = txn,
                   .self = self,
                   .author = &said->org,
                   .charter = then,
                   .feed = &feed,
                   .index = said->index,
                   .orgs = had,
                   .count = count};
    return find_doubts(&when, arena, out, out_count, err);
}

toc_code toc_readership_late(const toc_readership *at, toc_readable *what, toc_err *err)
{
    toc_log_feed feed;
    const toc_org_id *self = toc_node_org(at->node);
    size_t count = toc_charter_reader_count(&at->charter);
    if (what->then == NULL || toc_org_id_equal(&what->author, self))
        return TOC_OK;
    toc_org_id *orgs = toc_arena_zalloc(at->arena, count, sizeof *orgs);
    if (orgs == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the readers of a record");
    for (size_t i = 0; i < count; i++)
        orgs[i] = toc_charter_reader(&at->charter, i)->org;
    TOC_TRY(toc_log_feed_find(at->txn, &what->feed, &feed, err));
    moment when = {.txn = at->txn,
                   .self = self,
                   .author = &what->author,
                   .charter = &at->charter,
                   .feed = &feed,
                   .index = feed.frontier.size,
                   .at = toc_clock_now().wall,
                   .orgs = orgs,
                   .count = count};
    return find_doubts(&when, at->arena, &what->late, &what->late_count, err);
}

/* ---- what it comes to today ---- */

static bool among(const toc_org_id *orgs, size_t count, const toc_org_id *org)
{
    for (size_t i = 0; i < count; i++) {
        if (toc_org_id_equal(&orgs[i], org))
            return true;
    }
    return false;
}

static void set_unknown(toc_reader *reader, const char *why)
{
    reader->reads = false;
    reader->unknown = true;
    reader->why = why;
}

/* Whether a charter since `org` came gave joiners what was written before. */
static bool gave_history(const toc_readership *at, const toc_org_id *org, toc_arena *arena)
{
    doubting all = {.txn = at->txn, .charters = arena};
    toc_charter charter = at->charter;
    while (toc_charter_reads(&charter, org)) {
        toc_charter_hash previous = charter.previous;
        if (charter.policy.history == TOC_HISTORY_ALL)
            return true;
        if (charter.version == 1 || open_charter(&all, &previous, &charter) != TOC_OK)
            return false;
    }
    return false;
}

/* A reader of today, who was none then, of what the whole circle may read: only its author gives
 * the key to it. */
static toc_code judge_joiner(const toc_readership *at, const toc_readable *what, toc_reader *reader,
                             toc_err *err)
{
    bool author_is_here = toc_charter_find(&at->charter, &what->author) != NULL;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(THEN_ARENA_BYTES, &arena, err));
    if (author_is_here && at->charter.policy.history == TOC_HISTORY_ALL) {
        reader->reads = true;
        reader->why = "came after it was written, and this circle gives joiners what was written "
                      "before";
    } else if (!gave_history(at, &reader->org, arena)) {
        reader->why = "came after it was written, and this circle gives joiners no history";
    } else {
        set_unknown(reader, author_is_here
                                ? "came after it was written; this circle gave joiners history for "
                                  "a time, and only the author knows whether it asked then"
                                : "came after it was written; the author, who alone gives the key, "
                                  "has left, and only it knows whether it did before");
    }
    return TOC_OK;
}

/* What the whole circle may read, and its key is still held back from. */
static void note_wait(const toc_readership *at, const toc_readable *what, toc_reader *reader)
{
    if (among(what->late, what->late_count, &reader->org))
        set_unknown(reader,
                    "new, or of one branch only: whether it has a key only the author knows");
    else if (toc_org_id_equal(&what->author, toc_node_org(at->node)) &&
             toc_log_admission_get(at->txn, &at->circle.id, &reader->org, &reader->waits_until,
                                   NULL) == TOC_OK)
        reader->why = "admitted lately: gets the key to it when its admission delay is over";
}

/* By its lists, whenever it was written. */
static bool is_left_out(const toc_statement *marking, const toc_org_id *org)
{
    return among(marking->not_to, marking->not_to_count, org) ||
           (marking->releasable_count > 0 &&
            !among(marking->releasable_to, marking->releasable_count, org));
}

static const char *why_not_sealed(const toc_readable *what, const toc_org_id *org)
{
    if (!toc_charter_reads(what->then, org))
        return "came after it was written, and it is sealed to the readers of its day";
    return what->marking->kind == TOC_RECORD_RETRACTION || what->marking->kind == TOC_RECORD_MEMBERS
               ? "never had what this follows"
               : "had no key when it was written";
}

toc_code toc_readership_judge(const toc_readership *at, const toc_readable *what,
                              toc_reader *reader, toc_err *err)
{
    bool named = toc_audience_is_named(what->marking);
    bool reads_now = toc_charter_reads(&at->charter, &reader->org);
    if (toc_org_id_equal(&reader->org, &what->author))
        return TOC_OK;
    if (toc_org_id_equal(&reader->org, toc_node_org(at->node))) {
        reader->reads = true; /* it is answered out of what was opened here */
        return TOC_OK;
    }
    if (reader->reads && named && among(what->doubts, what->doubt_count, &reader->org))
        set_unknown(reader, "a reader of its day, who may have had no key from the author yet: "
                            "only the author knows");
    else if (reader->reads && !reads_now && among(what->doubts, what->doubt_count, &reader->org))
        set_unknown(reader, "has left, and only the author knows whether it had a key before");
    else if (!reader->reads && named && reads_now && !is_left_out(what->marking, &reader->org))
        reader->why = why_not_sealed(what, &reader->org);
    else if (!reader->reads && !named && reads_now)
        TOC_TRY(judge_joiner(at, what, reader, err));
    if (reader->reads && !named && reads_now)
        note_wait(at, what, reader);
    return TOC_OK;
}
