/* What a dry run says of readers: who would get what would be written, and who would not. */
#include "node/control_drafts.h"
#include "node/control_submit.h"

enum { TOLD_ARENA_BYTES = 64 << 20 };

typedef struct telling {
    toc_talk *talk;
    toc_arena *arena;
    toc_log_txn *txn;
    toc_readership at;
    toc_card card; /* the own one */
} telling;

static void telling_wipe(telling *all)
{
    toc_readership_wipe(&all->at);
    toc_log_abort(all->txn);
    toc_arena_free(all->arena);
}
TOC_DEFINE_AUTO_WIPE(telling, telling_wipe)

static void add_orgs(const telling *all, const char *key, const toc_org_id *orgs, size_t count,
                     toc_json *json)
{
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < count; i++)
        toc_readership_org(&all->at, &orgs[i], json);
    toc_json_close(json, ']');
}

static void add_marking(const telling *all, const toc_told_row *row, toc_json *json)
{
    const toc_statement *marking = &row->marking;
    toc_json_number(json, "records", row->records);
    toc_json_bool(json, "ends", row->ends);
    toc_json_text(json, "tlp", toc_span_text(toc_tlp_name(marking->tlp)));
    add_orgs(all, "releasable_to", marking->releasable_to, marking->releasable_count, json);
    add_orgs(all, "not_to", marking->not_to, marking->not_to_count, json);
    toc_json_number(json, "needed", row->needed);
    if (row->needed > 0)
        toc_draft_officers(&all->card, row->scope, json);
}

static toc_code say_row(telling *all, const toc_told_row *row, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    const toc_reader *readers;
    size_t count;
    toc_readable what = {.author = *toc_node_org(toc_talk_node(all->talk)),
                         .marking = &row->marking,
                         .follows = row->follows,
                         .had = row->had,
                         .had_count = row->had_count};
    TOC_TRY(toc_readership_of(&all->at, &what, &readers, &count, err));
    toc_json_open(&json, NULL, '{');
    add_marking(all, row, &json);
    toc_json_open(&json, "readership", '[');
    for (size_t i = 0; i < count; i++)
        toc_reader_print(&all->at, &readers[i], &json);
    toc_json_close(&json, ']');
    toc_json_close(&json, '}');
    return toc_talk_say(all->talk, &line, err);
}

static toc_code say_others(toc_talk *talk, uint64_t records, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_number(&json, "marked_otherwise", records);
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

/* What would be written at once, and how much of today's quota is left for it. */
static toc_code say_quota(toc_talk *talk, const toc_told *told, toc_lane lane, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    const toc_told_quota *quota = &told->quotas[lane];
    if (quota->records == 0)
        return TOC_OK;
    toc_json_open(&json, NULL, '{');
    toc_json_open(&json, "quota", '{');
    toc_json_text(&json, "lane", toc_span_text(toc_lane_name(lane)));
    toc_json_number(&json, "bytes_per_day", quota->per_day);
    toc_json_number(&json, "used_bytes", quota->used);
    toc_json_number(&json, "left_bytes",
                    quota->per_day > quota->used ? quota->per_day - quota->used : 0);
    toc_json_number(&json, "needs_bytes", quota->bytes);
    toc_json_number(&json, "records", quota->records);
    toc_json_number(&json, "fits", quota->fits);
    toc_json_optional(&json, "refused",
                      quota->refused.code == TOC_OK ? (toc_span){0}
                                                    : toc_span_text(quota->refused.text));
    toc_json_close(&json, '}');
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

toc_code toc_told_say(toc_talk *talk, const toc_circle_id *circle, const toc_told *told,
                      toc_err *err)
{
    toc_node *node = toc_talk_node(talk);
    TOC_AUTO(telling_wipe) telling all = {.talk = talk};
    if (told->count == 0)
        return TOC_OK;
    TOC_TRY(toc_arena_new(TOLD_ARENA_BYTES, &all.arena, err));
    TOC_TRY(toc_log_read(toc_node_log(node), &all.txn, err));
    TOC_TRY(toc_readership_begin(node, all.txn, circle, all.arena, &all.at, err));
    TOC_TRY(toc_log_card_of(all.txn, toc_node_org(node), all.arena, &all.card, err));
    for (size_t i = 0; i < told->count; i++)
        TOC_TRY(say_row(&all, &told->rows[i], err));
    if (told->others > 0)
        TOC_TRY(say_others(talk, told->others, err));
    TOC_TRY(say_quota(talk, told, TOC_LANE_ALERT, err));
    return say_quota(talk, told, TOC_LANE_BULK, err);
}
