#include "store/trail.h"

#include "proto/answer/writer.h"
#include "proto/base/text.h"
#include "proto/format/deed.h"
#include "store/query/about.h"

/* The walk goes back. What was written for a deed, and what came of it, comes before the line that
 * asked for it, and waits for that: then all that is known of the deed is judged at once. A thread
 * of the node does one deed at a time, so few are open. */

enum { ASKS_TEXT = 1, ASKS_ABOUT = 2, ASKS_OUTCOME = 4, PROGRESS_LINES = 4096 };

typedef struct child {
    uint64_t number;
    bool in_time;
    bool wrote, about; /* it tells of records; of such as are asked for */
} child;

typedef struct open_deed {
    uint64_t asked; /* the number of its line */
    unsigned says;  /* ASKS_… that its children meet */
    TOC_LIST(child) children;
} open_deed;

typedef struct trail {
    toc_query *query;
    const toc_trail_search *search;
    unsigned asks;
    toc_org_id own;
    toc_about about;
    bool command_seen; /* the one that is asked for, in whatever line */
    TOC_LIST(open_deed) deeds;
    TOC_LIST(uint64_t) found; /* numbers, descending: the newest that fit */
    uint64_t total;
    uint64_t passed; /* the first line that was not read, plus one; 0: none */
    bool reads_all;
    toc_buf plain, base_plain;
    /* Who asked for what belongs to a deed: neighbours ask for the same. */
    bool has_base;
    uint64_t base_number;
    toc_deed_line base;
} trail;

static void trail_wipe(trail *all)
{
    for (size_t i = 0; i < all->deeds.count; i++)
        TOC_LIST_WIPE(&all->deeds.at[i].children);
    TOC_LIST_WIPE(&all->deeds);
    TOC_LIST_WIPE(&all->found);
    toc_about_wipe(&all->about);
    toc_deed_line_wipe(&all->base);
    toc_buf_wipe(&all->plain);
    toc_buf_wipe(&all->base_plain);
}
TOC_DEFINE_AUTO_WIPE(trail, trail_wipe)

static toc_code no_memory(toc_err *err)
{
    return toc_fail(err, TOC_NO_MEMORY, "no memory for the answer");
}

/* ---- what a line says ---- */

static bool is_about(void *context, toc_span text)
{
    const trail *all = context;
    return toc_about_names(&all->about, text);
}

static bool is_wanted_text(void *context, toc_span text)
{
    const trail *all = context;
    return toc_span_equal(text, all->search->text);
}

static void find_written(const trail *all, const toc_deed_line *line, const toc_about_record **out,
                         size_t *out_count)
{
    const toc_deed_records *wrote = &line->records;
    const toc_feed_name name = {.circle = wrote->circle,
                                .org = all->own,
                                .lane = wrote->lane,
                                .generation = wrote->generation};
    toc_feed_id feed;
    *out_count = 0;
    if (!line->has_records || all->about.records.count == 0)
        return;
    toc_feed_id_of(&name, &feed);
    toc_about_wrote(&all->about, &feed, wrote->from, wrote->until, out, out_count);
}

static unsigned says(trail *all, const toc_deed_line *line)
{
    const toc_trail_search *search = all->search;
    unsigned met = 0;
    if ((all->asks & ASKS_TEXT) != 0 && (toc_span_equal(line->deed.audience, search->text) ||
                                         toc_deed_names(line, is_wanted_text, all)))
        met |= ASKS_TEXT;
    if ((all->asks & ASKS_ABOUT) != 0 && toc_deed_names(line, is_about, all))
        met |= ASKS_ABOUT;
    if ((all->asks & ASKS_OUTCOME) != 0 && toc_span_equal(line->outcome, search->outcome))
        met |= ASKS_OUTCOME;
    return met;
}

/* ---- deeds ---- */

static open_deed *find_deed(trail *all, uint64_t asked)
{
    for (size_t i = 0; i < all->deeds.count; i++) {
        if (all->deeds.at[i].asked == asked)
            return &all->deeds.at[i];
    }
    return NULL;
}

static open_deed *find_or_open(trail *all, uint64_t asked)
{
    open_deed *deed = find_deed(all, asked);
    if (deed == NULL && (deed = TOC_LIST_ADD(&all->deeds)) != NULL)
        *deed = (open_deed){.asked = asked};
    return deed;
}

static void close_deed(trail *all, open_deed *deed)
{
    TOC_LIST_WIPE(&deed->children);
    *deed = all->deeds.at[--all->deeds.count];
}

/* Lines come nearly in order. */
static toc_code keep(trail *all, uint64_t number, toc_err *err)
{
    all->total++;
    size_t at = all->found.count;
    while (at > 0 && all->found.at[at - 1] < number)
        at--;
    if (at == all->search->limit)
        return TOC_OK;
    if (TOC_LIST_ADD(&all->found) == NULL)
        return no_memory(err);
    for (size_t i = all->found.count - 1; i > at; i--)
        all->found.at[i] = all->found.at[i - 1];
    all->found.at[at] = number;
    if (all->found.count > all->search->limit)
        all->found.count--;
    return TOC_OK;
}

/* `by_name`: the request itself says what is asked for, so all that was written for it does. */
static toc_code keep_child(trail *all, const child *line, bool by_name, toc_err *err)
{
    bool fits = !line->wrote || line->about || by_name || (all->asks & ASKS_ABOUT) == 0;
    return fits && line->in_time ? keep(all, line->number, err) : TOC_OK;
}

static bool is_asker(const trail *all, const toc_deed *deed)
{
    const toc_trail_search *search = all->search;
    return (!search->has_uid || deed->uid == search->uid) &&
           (search->command.size == 0 || toc_span_equal(deed->command, search->command));
}

/* All that belongs to it was seen. */
static toc_code judge(trail *all, const toc_deed_line *line, const child *asked, unsigned met,
                      toc_err *err)
{
    open_deed *deed = find_deed(all, asked->number);
    bool by_name = (met & ASKS_ABOUT) != 0;
    bool fits =
        is_asker(all, &line->deed) && ((met | (deed == NULL ? 0 : deed->says)) == all->asks);
    if (fits && asked->in_time)
        TOC_TRY(keep(all, asked->number, err));
    if (deed == NULL)
        return TOC_OK;
    for (size_t i = 0; fits && i < deed->children.count; i++)
        TOC_TRY(keep_child(all, &deed->children.at[i], by_name, err));
    close_deed(all, deed);
    return TOC_OK;
}

static toc_code put_off(trail *all, uint64_t asked, const child *line, unsigned met, toc_err *err)
{
    open_deed *deed = find_or_open(all, asked);
    child *place = deed == NULL ? NULL : TOC_LIST_ADD(&deed->children);
    if (place == NULL)
        return no_memory(err);
    *place = *line;
    deed->says |= met;
    return TOC_OK;
}

static bool is_in_time(const toc_trail_search *search, toc_time time)
{
    return time.unix_ms >= search->since.unix_ms &&
           (search->until.unix_ms == 0 || time.unix_ms < search->until.unix_ms);
}

static toc_code look_at(trail *all, const toc_audit_line *line, toc_err *err)
{
    TOC_AUTO(toc_deed_line_wipe) toc_deed_line deed = {0};
    const toc_about_record *records;
    const uint64_t number = line->number;
    size_t count;
    if (toc_deed_read(line->text, &deed, err) != TOC_OK)
        return err == NULL ? TOC_MALFORMED : toc_wrap(err, "line %llu", (unsigned long long)number);
    find_written(all, &deed, &records, &count);
    const child seen = {.number = number,
                        .in_time = is_in_time(all->search, line->time),
                        .wrote = deed.has_records,
                        .about = count > 0};
    unsigned met = says(all, &deed) | (count > 0 ? ASKS_ABOUT : 0);
    if (deed.is_asked) {
        all->command_seen |= toc_span_equal(deed.deed.command, all->search->command);
        return judge(all, &deed, &seen, met, err);
    }
    if (deed.of != TOC_DEED_NONE)
        return put_off(all, deed.of, &seen, met, err);
    bool nobodys = !all->search->has_uid && all->search->command.size == 0;
    return nobodys && met == all->asks && seen.in_time ? keep(all, number, err) : TOC_OK;
}

/* Older than what is asked for, and of no deed that is told: opened and not read, which is most of
 * the work. Unless a line below is newer, for a clock was set back: then all is gone over again. */
static bool is_passed(trail *all, const toc_audit_line *line)
{
    if (all->reads_all || all->deeds.count > 0 || line->time.unix_ms >= all->search->since.unix_ms)
        return false;
    if (all->passed == 0)
        all->passed = line->number + 1;
    return true;
}

static toc_code walk(trail *all, toc_err *err)
{
    toc_audit_head head;
    const toc_trail_search *search = all->search;
    TOC_TRY(toc_audit_head_of(all->query->log, &head, err));
    for (uint64_t number = head.size; number > 0; number--) {
        toc_audit_line line;
        TOC_TRY(toc_audit_get(all->query->log, number - 1, &all->plain, &line, err));
        if (!is_passed(all, &line)) {
            if (all->passed > 0) {
                number = all->passed + 1;
                all->passed = 0;
                all->reads_all = true;
                continue;
            }
            TOC_TRY(look_at(all, &line, err));
        }
        if (search->progress != NULL && number % PROGRESS_LINES == 0)
            search->progress(search->progress_context, head.size - number, head.size);
    }
    return TOC_OK;
}

/* ---- what is told ---- */

static toc_code load_base(trail *all, uint64_t number, toc_err *err)
{
    toc_audit_line line;
    if (all->has_base && all->base_number == number)
        return TOC_OK;
    toc_deed_line_wipe(&all->base);
    all->has_base = false;
    TOC_TRY(toc_audit_get(all->query->log, number, &all->base_plain, &line, err));
    TOC_TRY(toc_deed_read(line.text, &all->base, err));
    all->has_base = true;
    all->base_number = number;
    return TOC_OK;
}

static void add_asker(toc_json *json, const toc_deed *who)
{
    toc_json_text(json, "door", toc_span_text(toc_door_name(who->door)));
    toc_json_number(json, "uid", who->uid);
    if (who->audience.size > 0)
        toc_json_text(json, "audience", who->audience);
    toc_json_text(json, "command", who->command);
}

static void add_about(toc_json *json, const toc_about_record *records, size_t count)
{
    bool first = true;
    toc_json_open(json, "about", '[');
    for (size_t i = 0; i < count; i++) {
        if (records[i].json.size == 0)
            continue;
        toc_buf_add_text(json->out, first ? "" : ",");
        toc_buf_add_span(json->out, records[i].json);
        first = false;
    }
    toc_json_close(json, ']');
}

static toc_code tell(trail *all, uint64_t number, toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_deed_line_wipe) toc_deed_line deed = {0};
    toc_audit_line line;
    const toc_about_record *records;
    size_t count;
    toc_json json = {.out = out};
    toc_buf_clear(out);
    TOC_TRY(toc_audit_get(all->query->log, number, &all->plain, &line, err));
    TOC_TRY(toc_deed_read(line.text, &deed, err));
    find_written(all, &deed, &records, &count);
    toc_json_open(&json, NULL, '{');
    toc_json_number(&json, "number", line.number);
    toc_json_time(&json, "time", line.time);
    toc_json_hex(&json, "leaf", TOC_SPAN_OF(line.leaf.bytes));
    if (deed.of != TOC_DEED_NONE) {
        TOC_TRY(load_base(all, deed.of, err));
        if (all->base.is_asked)
            add_asker(&json, &all->base.deed);
    }
    if (count > 0)
        add_about(&json, records, count);
    toc_buf_add_u8(out, ',');
    toc_buf_add(out, line.text.data + 1, line.text.size - 1); /* past its bracket */
    toc_buf_add_u8(out, '\n');
    return toc_buf_ok(out, err);
}

static toc_code begin(trail *all, toc_err *err)
{
    const toc_trail_search *search = all->search;
    toc_hash id;
    if (search->wallet.size > 0 && search->record.size > 0)
        return toc_fail(err, TOC_USAGE, "a wallet or a record is asked about, not both");
    if (search->outcome.size > 0)
        TOC_TRY(toc_deed_outcome_check(search->outcome, err));
    if (search->record.size > 0 &&
        toc_hex_decode(search->record, id.bytes, sizeof id.bytes, NULL) != TOC_OK)
        return toc_fail(err, TOC_USAGE,
                        "record: the 64 hexadecimal digits of a record or a claim ('tocsin lookup "
                        "--json' tells both)");
    TOC_TRY(toc_log_owner(all->query->log, &all->own, err));
    TOC_TRY(toc_about_find(&all->about, all->query, search->wallet,
                           search->record.size > 0 ? &id : NULL, err));
    all->asks = (search->text.size > 0 ? ASKS_TEXT : 0u) | (all->about.asked ? ASKS_ABOUT : 0u) |
                (search->outcome.size > 0 ? ASKS_OUTCOME : 0u);
    return TOC_OK;
}

toc_code toc_trail_ask(toc_query *query, const toc_trail_search *search, toc_trail_visit visit,
                       void *context, uint64_t *out_total, toc_err *err)
{
    TOC_AUTO(trail_wipe) trail all = {.query = query, .search = search};
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_TRY(begin(&all, err));
    TOC_TRY(walk(&all, err));
    if (search->command.size > 0 && !all.command_seen)
        TOC_TRY(toc_deed_command_check(search->command, err));
    for (size_t i = all.found.count; i > 0; i--) {
        TOC_TRY(tell(&all, all.found.at[i - 1], &line, err));
        TOC_TRY(visit(context, toc_buf_view(&line), err));
    }
    *out_total = all.total;
    return TOC_OK;
}

void toc_trail_print(const toc_audit_found *found, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_bool(&json, "ok", true);
    toc_json_number(&json, "lines", found->head.size);
    toc_json_hex(&json, "root", TOC_SPAN_OF(found->head.root.bytes));
    toc_json_number(&json, "signed", found->head.signed_size);
    toc_json_number(&json, "checkpoints", found->checkpoints);
    toc_json_time_optional(&json, "first", found->first);
    toc_json_time_optional(&json, "last", found->last);
    toc_json_close(&json, '}');
}
