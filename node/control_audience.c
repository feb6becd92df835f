/* Command audience: who gets to read a claim, a record, a draft, or what is marked so; how, and who
 * does not and why. */
#include "node/clock.h"
#include "node/control_drafts.h"
#include "node/control_roll.h"
#include "node/control_talk.h"
#include "node/readership_then.h"
#include "proto/base/text.h"
#include "proto/format/audience.h"
#include "store/written.h"

enum { AUDIENCE_ARENA_BYTES = 64 << 20, ID_DIGITS = 64 };

typedef struct asking {
    toc_talk *talk;
    toc_arena *arena;
    toc_log_txn *txn;
    toc_query query; /* begun for what is asked about by its id */
    toc_circle_id circle;
    toc_statement statement; /* its marking counts */
    toc_readable what;
    /* Of a claim, its newest record; or the one that is asked about. */
    bool is_one, is_found, is_forked;
    toc_record_id record;
    toc_written walk;
    const toc_org_id *doubts; /* of the last record */
    size_t doubt_count;
    bool is_draft;
} asking;

static void asking_wipe(asking *all)
{
    if (all->query.views != NULL)
        toc_query_end(&all->query);
    toc_log_abort(all->txn);
    toc_arena_free(all->arena);
}
TOC_DEFINE_AUTO_WIPE(asking, asking_wipe)

/* ---- a marking ---- */

static toc_code read_org(asking *all, toc_span text, toc_org_id *out, toc_err *err)
{
    if (toc_audience_is_id(text))
        return toc_hex_decode(text, out->bytes, sizeof out->bytes, err);
    return toc_roll_org_named(all->txn, text, out, err);
}

static toc_code read_orgs(asking *all, json_t *request, const char *name, const toc_org_id **out,
                          size_t *out_count, toc_err *err)
{
    size_t count;
    TOC_TRY(toc_args_texts(request, name, false, &count, err));
    toc_org_id *orgs = toc_arena_zalloc(all->arena, count, sizeof *orgs);
    if (orgs == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for an audience");
    for (size_t i = 0; i < count; i++)
        TOC_TRY(read_org(all, toc_args_text_at(request, name, i), &orgs[i], err));
    *out = orgs;
    *out_count = toc_audience_sort(orgs, count);
    return TOC_OK;
}

static toc_code read_marking(asking *all, json_t *request, toc_err *err)
{
    toc_span tlp;
    toc_statement *said = &all->statement;
    *said = (toc_statement){.kind = TOC_RECORD_WALLET, .tlp = TOC_TLP_AMBER};
    all->what.author = *toc_node_org(toc_talk_node(all->talk));
    TOC_TRY(toc_roll_circle(all->txn, request, &all->circle, err));
    TOC_TRY(toc_args_text(request, "tlp", false, &tlp, err));
    if (tlp.size > 0)
        TOC_TRY(toc_tlp_parse(tlp, &said->tlp, err));
    TOC_TRY(read_orgs(all, request, "releasable_to", &said->releasable_to, &said->releasable_count,
                      err));
    return read_orgs(all, request, "not_to", &said->not_to, &said->not_to_count, err);
}

/* ---- what was written ---- */

static toc_code keep_statement(asking *all, const toc_statement *said, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_TRY(toc_record_encode(said, &bytes, err));
    toc_span kept = toc_arena_dup(all->arena, toc_buf_view(&bytes));
    if (kept.size != bytes.size)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a record");
    return toc_record_decode(kept, all->arena, &all->statement, err);
}

/* Who may not have had a claim may not have had what follows it either. */
static toc_code find_doubts(asking *all, const toc_said_record *said, const toc_org_id *self,
                            const toc_charter *then, const toc_org_id *had, size_t count,
                            toc_err *err)
{
    const toc_org_id *doubts = NULL, *before = all->doubts;
    size_t found, kept = all->doubt_count;
    toc_record_kind kind = said->statement.kind;
    TOC_TRY(toc_readership_doubts(all->txn, self, said, then, had, count, all->arena, &doubts,
                                  &found, err));
    if (kind != TOC_RECORD_RETRACTION && kind != TOC_RECORD_MEMBERS)
        kept = 0;
    toc_org_id *both = toc_arena_zalloc(all->arena, found + kept, sizeof *both);
    if (both == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the readers of a record");
    if (found > 0)
        memcpy(both, doubts, found * sizeof *both);
    if (kept > 0)
        memcpy(both + found, before, kept * sizeof *both);
    all->doubts = both;
    all->doubt_count = toc_audience_sort(both, found + kept);
    return TOC_OK;
}

/* In the order of revisions: the last one stays, of those that stand if there are any. */
static toc_code take_record(void *context, const toc_said_record *said, toc_err *err)
{
    asking *all = context;
    const toc_org_id *had, *self = toc_node_org(toc_talk_node(all->talk));
    size_t count;
    toc_charter *then = toc_arena_zalloc(all->arena, 1, sizeof *then);
    bool is_it = toc_record_id_equal(&said->record, &all->record);
    if (then == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the readers of a record");
    TOC_TRY(toc_written_next(&all->walk, all->txn, said, all->arena, then, &had, &count, err));
    TOC_TRY(find_doubts(all, said, self, then, had, count, err));
    if (all->is_one ? !is_it : said->forked && all->is_found && !all->is_forked)
        return TOC_OK;
    all->is_found = true;
    all->is_forked = said->forked;
    all->circle = said->circle;
    all->what = (toc_readable){.author = said->org,
                               .then = then,
                               .feed = said->feed,
                               .had = had,
                               .had_count = count,
                               .doubts = all->doubts,
                               .doubt_count = all->doubt_count};
    return keep_statement(all, &said->statement, err);
}

/* *out_known: whether it is the id of a record that this node could open. */
static toc_code find_claim_of(asking *all, bool *out_known, toc_claim_id *out, toc_err *err)
{
    uint32_t number;
    uint64_t index;
    toc_hash leaf;
    toc_log_feed feed;
    toc_err why;
    memcpy(leaf.bytes, all->record.bytes, sizeof leaf.bytes);
    toc_code code = toc_log_leaf_find(all->txn, &leaf, &number, &index, &why);
    if (code == TOC_OK)
        code = toc_log_feed_at(all->txn, number, &feed, &why);
    if (code == TOC_OK)
        code = toc_query_claim_at(&all->query, &feed.id, index, out, &why);
    *out_known = code == TOC_OK;
    return code == TOC_OK || code == TOC_NOT_FOUND ? TOC_OK : toc_fail(err, code, "%s", why.text);
}

static toc_code read_written(asking *all, toc_span id, toc_err *err)
{
    toc_claim_id claim;
    TOC_TRY(toc_hex_decode(id, claim.bytes, sizeof claim.bytes, err));
    memcpy(all->record.bytes, claim.bytes, sizeof claim.bytes);
    TOC_TRY(toc_query_revisions(&all->query, &claim, take_record, all, err));
    if (all->is_found)
        return TOC_OK;
    TOC_TRY(find_claim_of(all, &all->is_one, &claim, err));
    if (all->is_one)
        TOC_TRY(toc_query_revisions(&all->query, &claim, take_record, all, err));
    return all->is_found ? TOC_OK
                         : toc_fail(err, TOC_NOT_FOUND,
                                    "no claim and no record of this id was opened here, and no "
                                    "draft of it waits");
}

/* ---- what waits ---- */

static toc_code read_draft(asking *all, const toc_draft_id *id, toc_err *err)
{
    toc_log_draft draft;
    char lapse[TOC_TIME_TEXT_BYTES];
    const toc_org_id *own = toc_node_org(toc_talk_node(all->talk));
    TOC_TRY(toc_log_draft_get(all->txn, id, all->arena, &draft, err));
    TOC_TRY(toc_draft_says(&draft, all->arena, &all->statement, err));
    all->circle = draft.circle;
    if (!toc_audience_sees(&toc_audience_officers, &draft.circle, own, &all->statement))
        return toc_fail(err, TOC_NOT_FOUND, "no draft of this id may be told");
    const char *state = toc_draft_state(&draft, &all->statement, own, all->query.views, all->arena);
    toc_time_print(draft.not_after, lapse);
    if (strcmp(state, "lapsed") == 0)
        return toc_fail(err, TOC_STATE, "this draft lapsed at %s: nobody gets it; say it anew",
                        lapse);
    if (strcmp(state, "overtaken") == 0)
        return toc_fail(err, TOC_STATE,
                        "this draft was overtaken by a newer revision of its claim: nobody gets "
                        "it; say it anew");
    all->is_draft = true;
    return TOC_OK;
}

/* Draft ids are random: what all digits of fit is meant. */
static toc_code read_id(asking *all, toc_span id, toc_err *err)
{
    toc_node *node = toc_talk_node(all->talk);
    toc_draft_id draft;
    toc_log_draft found;
    TOC_TRY(toc_query_begin(toc_node_log(node), toc_node_views(node), all->arena,
                            toc_clock_now().wall, &all->query, err));
    if (id.size < ID_DIGITS) {
        TOC_TRY(toc_draft_find(all->txn, id, &draft, err));
        return read_draft(all, &draft, err);
    }
    if (toc_hex_decode(id, draft.bytes, sizeof draft.bytes, NULL) != TOC_OK)
        return toc_fail(err, TOC_USAGE,
                        "id: 64 hexadecimal digits of a claim, a record or a draft; of a draft 8 "
                        "are enough");
    if (toc_log_draft_get(all->txn, &draft, all->arena, &found, NULL) == TOC_OK)
        return read_draft(all, &draft, err);
    return read_written(all, id, err);
}

static toc_code read_what(asking *all, json_t *request, toc_err *err)
{
    static const char *const others[] = {"circle", "tlp", "releasable_to", "not_to"};
    toc_span id;
    TOC_TRY(toc_args_text(request, "id", false, &id, err));
    if (id.size == 0)
        return read_marking(all, request, err);
    for (size_t i = 0; i < TOC_COUNT(others); i++) {
        if (toc_args_has(request, others[i]))
            return toc_fail(err, TOC_USAGE,
                            "what is named by its id has a marking of its own: no '%s' beside it",
                            others[i]);
    }
    return read_id(all, id, err);
}

/* ---- the answer ---- */

static toc_code say(asking *all, const toc_readership *at, const toc_reader *reader, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    toc_reader_print(at, reader, &json);
    TOC_TRY(toc_buf_ok(&line, err));
    return toc_talk_line(all->talk, toc_buf_view(&line), err);
}

toc_code toc_control_audience(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(asking_wipe) asking all = {.talk = talk};
    TOC_AUTO(toc_readership_wipe) toc_readership at = {0};
    const toc_reader *readers;
    size_t count;
    TOC_TRY(toc_arena_new(AUDIENCE_ARENA_BYTES, &all.arena, err));
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &all.txn, err));
    TOC_TRY(read_what(&all, request, err));
    TOC_TRY(toc_readership_begin(toc_talk_node(talk), all.txn, &all.circle, all.arena, &at, err));
    if (all.is_draft)
        TOC_TRY(toc_readership_draft(&at, all.query.views, &all.statement, &all.what, err));
    all.what.marking = &all.statement;
    TOC_TRY(toc_readership_of(&at, &all.what, &readers, &count, err));
    for (size_t i = 0; i < count; i++)
        TOC_TRY(say(&all, &at, &readers[i], err));
    return TOC_OK;
}
