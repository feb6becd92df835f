/* Passing cosignatures on: new ones to everybody who shares the circle, and the newest of all to
 * who links anew. Each goes once to a link, in the ordinary queue: they never delay an alert. */
#include "node/engine/cosign.h"
#include "node/engine/roll.h"

#include <stdlib.h>

enum { TELL_ARENA_BYTES = 64 << 20, TELL_ROWS_MAX = 128, TELL_LOOKED_AT_MAX = 2048 };

bool toc_cosign_keep(engine_cosignatures *list, size_t count_max, const engine_cosignature *row)
{
    if (list->count >= count_max)
        return false;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 64 : list->capacity * 2;
        engine_cosignature *grown = realloc(list->rows, capacity * sizeof *grown);
        if (grown == NULL)
            return false;
        list->rows = grown;
        list->capacity = capacity;
    }
    list->rows[list->count++] = *row;
    return true;
}

void toc_cosign_tell_all(engine_link *link, uint64_t since_s)
{
    link->telling = (engine_telling){.on = true, .since_s = since_s};
}

typedef struct tell_context {
    const engine_cosignature *rows;
    size_t count;
    toc_now now;
} tell_context;

/* ---- to one link ---- */

static toc_code flush(toc_engine *engine, const engine_link *link, toc_message *news, toc_err *err)
{
    if (news->as.news.cosignature_count == 0)
        return TOC_OK;
    toc_code code = toc_engine_send(engine, link->number, false, news, err);
    news->as.news.cosignature_count = 0;
    return code;
}

static toc_code tell_circle(toc_engine *engine, const engine_link *link, const tell_context *tell,
                            const toc_circle_id *circle, toc_err *err)
{
    toc_wire_cosignature batch[TELL_ROWS_MAX];
    _Static_assert(TELL_ROWS_MAX <= TOC_NEWS_COSIGNATURES_MAX, "one message takes them");
    toc_message news = {.kind = TOC_MSG_NEWS};
    news.as.news.circle = *circle;
    news.as.news.cosignatures = batch;
    for (size_t i = 0; i < tell->count; i++) {
        const engine_cosignature *row = &tell->rows[i];
        if (!toc_circle_id_equal(&row->circle, circle) || row->link == link->number ||
            toc_org_id_equal(&row->wire.cosigner, &link->peer))
            continue;
        batch[news.as.news.cosignature_count++] = row->wire;
        if (news.as.news.cosignature_count == TELL_ROWS_MAX)
            TOC_TRY(flush(engine, link, &news, err));
    }
    return flush(engine, link, &news, err);
}

static bool first_of_its_circle(const tell_context *tell, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (toc_circle_id_equal(&tell->rows[i].circle, &tell->rows[index].circle))
            return false;
    }
    return true;
}

static toc_code tell_link(toc_engine *engine, toc_log_txn *txn, engine_link *link, void *context,
                          toc_err *err)
{
    const tell_context *tell = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(TELL_ARENA_BYTES, &arena, err));
    for (size_t i = 0; i < tell->count; i++) {
        toc_log_circle state;
        toc_charter charter;
        if (first_of_its_circle(tell, i) &&
            toc_roll_served(txn, &tell->rows[i].circle, &link->peer, arena, &state, &charter))
            TOC_TRY(tell_circle(engine, link, tell, &tell->rows[i].circle, err));
    }
    return TOC_OK;
}

/* ---- the newest of everybody, page by page ---- */

static toc_code row_of(toc_log_txn *txn, const toc_log_feed *feed, const toc_log_cosignature *made,
                       engine_cosignature *out, toc_err *err)
{
    *out = (engine_cosignature){.circle = feed->name.circle,
                                .wire = {.org = feed->name.org,
                                         .lane = feed->name.lane,
                                         .generation = feed->name.generation,
                                         .size = made->size,
                                         .cosigner = made->org,
                                         .made = made->made}};
    return toc_log_feed_root(txn, feed, made->size, &out->wire.root, err);
}

static toc_code tell_page(toc_engine *engine, toc_log_txn *txn, engine_link *link, void *context,
                          toc_err *err)
{
    engine_telling *telling = &link->telling;
    engine_cosignature page[TELL_ROWS_MAX];
    tell_context tell = {.rows = page, .now = ((const tell_context *)context)->now};
    toc_log_feed feed = {0};
    for (unsigned i = 0; telling->on && i < TELL_LOOKED_AT_MAX && tell.count < TELL_ROWS_MAX; i++) {
        toc_log_cosignature made;
        toc_code code =
            toc_log_cosigned_next(txn, telling->number, telling->has_after ? &telling->after : NULL,
                                  &telling->number, &made, err);
        if (code == TOC_NOT_FOUND) {
            telling->on = false;
            break;
        }
        TOC_TRY(code);
        telling->has_after = true;
        telling->after = made.org;
        if (made.made.time_s < telling->since_s)
            continue;
        if (feed.number != telling->number)
            TOC_TRY(toc_log_feed_at(txn, telling->number, &feed, err));
        TOC_TRY(row_of(txn, &feed, &made, &page[tell.count++], err));
    }
    return tell.count == 0 ? TOC_OK : tell_link(engine, txn, link, &tell, err);
}

static toc_code begin_again(toc_engine *engine, toc_log_txn *txn, engine_link *link, void *context,
                            toc_err *err)
{
    (void)txn;
    (void)err;
    uint64_t now_s = ((const tell_context *)context)->now.wall.unix_ms / 1000;
    bool all = engine->retells % ENGINE_RETELL_ALL == 0 || now_s < ENGINE_RETELL_S;
    if (!link->telling.on)
        toc_cosign_tell_all(link, all ? 0 : now_s - ENGINE_RETELL_S);
    return TOC_OK;
}

/* ---- time ---- */

/* The own ones wait for nobody. */
static bool may_wait(const engine_cosignatures *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->rows[i].link == 0)
            return false;
    }
    return true;
}

toc_code toc_cosign_tell(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    tell_context tell = {.rows = engine->telling.rows, .count = engine->telling.count, .now = now};
    if (tell.count > 0 &&
        (!may_wait(&engine->telling) || now.mono.ms - engine->passed_on.ms >= ENGINE_PASS_ON_MS)) {
        engine->passed_on = now.mono;
        TOC_TRY(toc_engine_links(engine, txn, tell_link, &tell, err));
        engine->telling.count = 0;
    }
    if (now.mono.ms - engine->retold.ms >= ENGINE_RETELL_MS) {
        engine->retold = now.mono;
        engine->retells++;
        TOC_TRY(toc_engine_links(engine, txn, begin_again, &tell, err));
    }
    return toc_engine_links(engine, txn, tell_page, &tell, err);
}
