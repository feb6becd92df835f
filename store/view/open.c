/* Opening entries for the fold. Workers may hand over what they have opened one day; this file is
 * the only place that would know. */
#include "store/view/fold.h"

#include "proto/feed/addressed.h"
#include "proto/feed/entry.h"

enum { OPENER_KEYS = 64 };

typedef struct opener_key {
    uint32_t feed, epoch; /* feed 0: free */
    uint64_t used;        /* the older goes first */
    toc_secret *secret;
} opener_key;

struct toc_opener {
    uint64_t clock;
    opener_key keys[OPENER_KEYS];
    TOC_LIST(toc_fold_feed) feeds; /* by local number */
};

toc_code toc_opener_new(toc_opener **out, toc_err *err)
{
    toc_opener *opener = calloc(1, sizeof *opener);
    if (opener == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory for the fold");
    *out = opener;
    return TOC_OK;
}

void toc_opener_free(toc_opener *opener)
{
    if (opener == NULL)
        return;
    for (size_t i = 0; i < OPENER_KEYS; i++)
        toc_secret_free(opener->keys[i].secret);
    TOC_LIST_WIPE(&opener->feeds);
    free(opener);
}

/* ---- feeds ---- */

static toc_code file_feed(toc_fold *fold, const toc_fold_feed *feed, toc_err *err)
{
    uint8_t key[4], value[TOC_VIEW_FEED_BYTES];
    toc_put_u32(key, feed->number);
    toc_view_feed_write(&(toc_view_feed){.name = feed->name, .id = feed->id}, value);
    toc_span stored;
    toc_code code = toc_table_get(fold->view.txn, TOC_VIEW_FEEDS, TOC_SPAN_OF(key), &stored, err);
    if (code != TOC_NOT_FOUND)
        return code;
    TOC_TRY(
        toc_table_put(fold->view.txn, TOC_VIEW_FEEDS, TOC_SPAN_OF(key), TOC_SPAN_OF(value), err));
    return toc_table_put(fold->view.txn, TOC_VIEW_FEEDS, TOC_SPAN_OF(feed->id.bytes),
                         TOC_SPAN_OF(key), err);
}

static toc_code room_for(toc_opener *opener, uint32_t number, toc_err *err)
{
    while (opener->feeds.count <= number) {
        toc_fold_feed *place = TOC_LIST_ADD(&opener->feeds);
        if (place == NULL)
            return toc_fail(err, TOC_NO_MEMORY, "no memory for the fold");
        *place = (toc_fold_feed){0};
    }
    return TOC_OK;
}

/* The row may be of a transaction that was aborted since, or of views that were dropped: it is
 * looked for each time that a journal row begins, which is seldom. */
toc_code toc_fold_feed_of(toc_fold *fold, uint32_t number, const toc_fold_feed **out, toc_err *err)
{
    toc_opener *opener = fold->views->opener;
    TOC_TRY(room_for(opener, number, err));
    toc_fold_feed *feed = &opener->feeds.at[number];
    if (feed->number == 0) {
        toc_log_feed stored;
        TOC_TRY(toc_log_feed_at(fold->log, number, &stored, err));
        *feed = (toc_fold_feed){.number = number, .name = stored.name, .id = stored.id};
    }
    if (toc_audience_enters(&fold->views->audience,
                            &feed->name.circle)) /* else not even its name */
        TOC_TRY(file_feed(fold, feed, err));
    *out = feed;
    return TOC_OK;
}

/* ---- keys ---- */

static opener_key *slot_for(toc_opener *opener, uint32_t feed, uint32_t epoch)
{
    opener_key *oldest = &opener->keys[0];
    for (size_t i = 0; i < OPENER_KEYS; i++) {
        opener_key *slot = &opener->keys[i];
        if (slot->feed == feed && slot->epoch == epoch)
            return slot;
        if (slot->used < oldest->used)
            oldest = slot;
    }
    toc_secret_free(oldest->secret);
    *oldest = (opener_key){0};
    return oldest;
}

static toc_code no_key(const toc_fold_feed *feed, uint32_t epoch, toc_code code, toc_err *err)
{
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, TOC_SEALED,
                        "fold feed %u: the journal says that it was opened, but the sender key of "
                        "epoch %u is not in the log",
                        feed->number, epoch);
    if (err != NULL)
        (void)toc_wrap(err, "fold feed %u, epoch %u", feed->number, epoch);
    return code;
}

static toc_code sender_key(toc_fold *fold, const toc_fold_feed *feed, uint32_t epoch,
                           const toc_secret **out, toc_err *err)
{
    toc_opener *opener = fold->views->opener;
    opener_key *slot = slot_for(opener, feed->number, epoch);
    if (slot->secret == NULL) {
        toc_code code = toc_log_sender_key(fold->log, &feed->name, epoch, &slot->secret, err);
        if (code != TOC_OK)
            return no_key(feed, epoch, code, err);
        slot->feed = feed->number;
        slot->epoch = epoch;
    }
    slot->used = ++opener->clock;
    *out = slot->secret;
    return TOC_OK;
}

/* ---- entries ---- */

/* What is sealed to others is no record of E here. Seldom enough: the keys are not kept. */
static toc_code open_addressed(toc_fold *fold, const toc_fold_feed *feed, uint64_t index,
                               toc_intake *out, bool *out_there, toc_err *err)
{
    TOC_AUTO(toc_log_seals_wipe) toc_log_seals seals = {0};
    toc_addressed opened = {0};
    TOC_TRY(toc_log_seals_read(fold->log, &seals, err));
    toc_code code = TOC_NOT_FOUND;
    for (size_t i = 0; i < seals.count && code == TOC_NOT_FOUND; i++)
        code = toc_addressed_open(&feed->id, index, out->bytes, seals.keys[i],
                                  fold->plain + TOC_ENTRY_BYTES_MAX, &opened, err);
    if (code == TOC_NOT_FOUND || code == TOC_SEALED)
        return TOC_OK;
    if (code == TOC_NO_MEMORY)
        return code;
    /* What is for us and not what its author committed to opens to nothing: it is malformed. */
    *out_there = true;
    out->bytes = code == TOC_OK ? opened.record : (toc_span){0};
    out->salt = code == TOC_OK ? opened.salt : out->salt;
    return TOC_OK;
}

/* *out_there: false when no record comes of it. */
static toc_code open_entry(toc_fold *fold, const toc_fold_feed *feed, uint64_t index,
                           toc_intake *out, bool *out_there, toc_err *err)
{
    toc_span entry, body;
    toc_entry_header header;
    *out_there = false;
    TOC_TRY(toc_log_entry(fold->log, feed->number, index, &entry, err));
    if (entry.size > TOC_ENTRY_BYTES_MAX ||
        toc_entry_parse(entry, &header, &body, NULL) != TOC_OK || header.kind != TOC_ENTRY_RECORD)
        return TOC_OK;
    const toc_secret *key = NULL;
    TOC_TRY(sender_key(fold, feed, header.epoch, &key, err));
    toc_opened opened;
    if (toc_entry_open(&feed->id, index, entry, key, fold->plain, &opened, NULL) != TOC_OK)
        return TOC_OK;
    out->bytes = opened.record;
    out->salt = opened.salt;
    out->sealed = opened.time;
    if (toc_addressed_is(opened.record))
        return open_addressed(fold, feed, index, out, out_there, err);
    *out_there = true;
    return TOC_OK;
}

static toc_code check(toc_fold *fold, const toc_fold_feed *feed, toc_intake *out, toc_err *err)
{
    TOC_TRY(toc_record_decode(out->bytes, fold->arena, &out->statement, err));
    if (toc_statement_rules(&out->statement) > TOC_RULES_VERSION)
        return toc_fail(err, TOC_STATE, "record: rules that these views do not follow yet");
    return toc_statement_check(&out->statement, &feed->name.circle, &feed->name.org, err);
}

toc_code toc_fold_open(toc_fold *fold, const toc_fold_feed *feed, uint64_t index, toc_intake *out,
                       toc_err *err)
{
    toc_hash leaf;
    bool there;
    out->kind = TOC_INTAKE_NOTHING;
    TOC_TRY(open_entry(fold, feed, index, out, &there, err));
    if (!there)
        return TOC_OK;
    TOC_TRY(toc_log_leaf(fold->log, feed->number, index, &leaf, err));
    memcpy(out->id.bytes, leaf.bytes, sizeof leaf.bytes);
    toc_arena_reset(fold->arena);
    toc_code code = check(fold, feed, out, err);
    if (code == TOC_OK)
        code = toc_fold_approve(fold, feed, index, out, err);
    if (code == TOC_OK)
        out->kind = TOC_INTAKE_RECORD;
    else if (code == TOC_MALFORMED || code == TOC_LIMIT)
        out->kind = TOC_INTAKE_MALFORMED;
    else if (code != TOC_STATE)
        return code;
    return TOC_OK;
}
