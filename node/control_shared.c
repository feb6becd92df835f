/* Command shared: what this org wrote about a wallet, who may read it, and who holds it. */
#include "node/clock.h"
#include "node/control_roll.h"
#include "node/control_talk.h"
#include "proto/base/text.h"
#include "store/evidence.h"
#include "store/written.h"

enum { SHARED_ARENA_BYTES = 64 << 20 };

typedef struct sharing {
    toc_talk *talk;
    toc_query query;
    toc_arena *arena; /* of one record's answer */
    toc_org_id org;
    toc_written walk;
    toc_json json;
    toc_log_cosignature *holders;
    size_t holder_count;
} sharing;

static void sharing_wipe(sharing *all)
{
    toc_arena *arena = all->query.arena;
    toc_query_end(&all->query);
    toc_arena_free(arena);
    toc_arena_free(all->arena);
}
TOC_DEFINE_AUTO_WIPE(sharing, sharing_wipe)

/* ---- who holds it ---- */

static toc_code find_holders(sharing *all, const toc_said_record *said, toc_err *err)
{
    toc_log_feed feed;
    TOC_TRY(toc_log_feed_find(all->query.log, &said->feed, &feed, err));
    return toc_receipts_of(all->query.log, feed.number, said->index, all->arena, &all->holders,
                           &all->holder_count, err);
}

static void add_org(sharing *all, const toc_org_id *org)
{
    toc_json_hex(&all->json, "org", TOC_SPAN_OF(org->bytes));
    toc_json_optional(&all->json, "name", toc_log_name_of(all->query.log, org, all->arena));
}

static void add_holders(sharing *all)
{
    toc_json_open(&all->json, "held", '[');
    for (size_t i = 0; i < all->holder_count; i++) {
        if (toc_org_id_equal(&all->holders[i].org, &all->org))
            continue;
        toc_json_open(&all->json, NULL, '{');
        add_org(all, &all->holders[i].org);
        toc_json_time(&all->json, "time", toc_time_of_seconds(all->holders[i].made.time_s));
        toc_json_close(&all->json, '}');
    }
    toc_json_close(&all->json, ']');
}

/* ---- who may read it ---- */

static bool among(const toc_org_id *orgs, size_t count, const toc_org_id *org)
{
    for (size_t i = 0; i < count; i++) {
        if (toc_org_id_equal(&orgs[i], org))
            return true;
    }
    return false;
}

static void add_readers(sharing *all, const toc_org_id *readers, size_t count,
                        const toc_charter *now)
{
    toc_json_open(&all->json, "readers", '[');
    for (size_t i = 0; i < count; i++) {
        if (toc_org_id_equal(&readers[i], &all->org))
            continue;
        toc_json_open(&all->json, NULL, '{');
        add_org(all, &readers[i]);
        toc_json_bool(&all->json, "left", !toc_charter_reads(now, &readers[i]));
        toc_json_close(&all->json, '}');
    }
    toc_json_close(&all->json, ']');
}

/* Who would get what is so marked, and came too late for this. */
static toc_code add_later(sharing *all, const toc_said_record *said, const toc_org_id *readers,
                          size_t count, const toc_charter *now, toc_err *err)
{
    const toc_org_id *later;
    size_t later_count;
    TOC_TRY(
        toc_readers_of(now, &all->org, &said->statement, all->arena, &later, &later_count, err));
    toc_json_open(&all->json, "later", '[');
    for (size_t i = 0; i < later_count; i++) {
        if (among(readers, count, &later[i]))
            continue;
        toc_json_open(&all->json, NULL, '{');
        add_org(all, &later[i]);
        toc_json_close(&all->json, '}');
    }
    toc_json_close(&all->json, ']');
    return TOC_OK;
}

static toc_code add_who_reads(sharing *all, const toc_said_record *said, toc_err *err)
{
    toc_charter then, now;
    const toc_org_id *readers;
    size_t count;
    TOC_TRY(toc_written_next(&all->walk, all->query.log, said, all->arena, &then, &readers, &count,
                             err));
    TOC_TRY(toc_log_charter_of(all->query.log, &said->circle, all->arena, &now, err));
    toc_json_text(&all->json, "circle_name", now.name);
    add_readers(all, readers, count, &now);
    return add_later(all, said, readers, count, &now, err);
}

static toc_code say_record(void *context, const toc_said_record *said, toc_err *err)
{
    sharing *all = context;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    const toc_statement *statement = &said->statement;
    toc_arena_reset(all->arena);
    all->json = (toc_json){.out = &line};
    toc_json_open(&all->json, NULL, '{');
    toc_json_hex(&all->json, "record", TOC_SPAN_OF(said->record.bytes));
    toc_json_hex(&all->json, "claim", TOC_SPAN_OF(said->claim.bytes));
    toc_json_text(&all->json, "kind", toc_span_text(toc_record_kind_name(statement->kind)));
    toc_json_decimal(&all->json, "revision", statement->revision);
    toc_json_time(&all->json, "issued_at", statement->issued_at);
    toc_json_text(&all->json, "tlp", toc_span_text(toc_tlp_name(statement->tlp)));
    toc_json_bool(&all->json, "forked", said->forked);
    toc_json_bool(&all->json, "sealed", toc_audience_is_named(statement));
    toc_json_hex(&all->json, "circle", TOC_SPAN_OF(said->circle.bytes));
    TOC_TRY(add_who_reads(all, said, err));
    TOC_TRY(find_holders(all, said, err));
    add_holders(all);
    toc_json_close(&all->json, '}');
    return toc_talk_say(all->talk, &line, err);
}

toc_code toc_control_shared(toc_talk *talk, json_t *request, toc_err *err)
{
    toc_node *node = toc_talk_node(talk);
    TOC_AUTO(sharing_wipe) sharing all = {.talk = talk, .org = *toc_node_org(node)};
    toc_arena *arena;
    toc_span wallet;
    TOC_TRY(toc_args_text(request, "wallet", true, &wallet, err));
    TOC_TRY(toc_arena_new(SHARED_ARENA_BYTES, &all.arena, err));
    TOC_TRY(toc_arena_new(SHARED_ARENA_BYTES, &arena, err));
    toc_code code = toc_query_begin(toc_node_log(node), toc_node_views(node), arena,
                                    toc_clock_now().wall, &all.query, err);
    if (code != TOC_OK) {
        toc_arena_free(arena);
        return code;
    }
    return toc_query_said(&all.query, wallet, &all.org, say_record, &all, err);
}
