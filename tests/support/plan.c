#include "tests/support/plan.h"

#include <stdlib.h>

#include "proto/base/text.h"
#include "tests/support/plan_fields.h"

enum {
    ALERT_MEMBERS_MAX = 100, /* more would not fit an alert's entry */
    ARENA_BYTES = 8 << 20,
    STRAY_BYTE = 0x5A /* of what a changed root or a wrong place is made */
};

/* ---- what a record is derived from ---- */

void toc_plan_open(const toc_test_feed *feed, uint64_t index, toc_arena *arena, uint8_t *plain,
                   toc_statement *out)
{
    toc_err err = {0};
    toc_opened opened;
    TOC_CHECK_OK(toc_entry_open(&feed->id, index, toc_test_feed_entry(feed, index),
                                feed->sender_keys[0], plain, &opened, &err));
    TOC_CHECK_OK(toc_record_decode(opened.record, arena, out, &err));
}

/* "20s": line 20, sealed. Names the record as the statement will, and tells its roots. */
static void take_source(toc_plan *plan, const char *text, toc_arena *arena,
                        toc_source_record *out_named, toc_derivation *out)
{
    char *letter;
    unsigned long number = strtoul(text, &letter, 10);
    assert_true(number <= plan->line_count);
    *out = (toc_derivation){.sealed = *letter == 's'};
    letter += out->sealed;
    memset(out_named, STRAY_BYTE, sizeof *out_named);
    out_named->index = 1;
    if (number == 0)
        return;
    const toc_plan_line *line = &plan->lines[number - 1];
    const toc_test_feed *feed = plan->feeds[line->feed];
    uint8_t *plain = toc_arena_alloc(arena, TOC_ENTRY_BYTES_MAX);
    toc_statement *statement = toc_arena_zalloc(arena, 1, sizeof *statement);
    if (plain == NULL || statement == NULL)
        abort();
    toc_plan_open(feed, line->index, arena, plain, statement);
    out->roots = statement->roots;
    out->root_count = statement->root_count;
    out->salt = plain;
    *out_named =
        (toc_source_record){.record = line->record, .feed = feed->id, .index = line->index};
    if (*letter == 'p')
        out_named->index += 1000;
    if (*letter == 'i')
        out_named->record.bytes[31] ^= STRAY_BYTE;
}

static int compare_named(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(toc_record_id)); /* the record stands first */
}

/* `less`: the lowest root goes; `more`, or when none is left: a stray one comes, another and higher
 * in each line. */
static void change_roots(const char *change, size_t line, toc_arena *arena,
                         toc_statement *statement)
{
    uint8_t *stray = toc_arena_zalloc(arena, 1, TOC_ROOT_UNDISCLOSED_BYTES);
    assert_non_null(stray);
    stray[0] = TOC_ROOT_UNDISCLOSED;
    memset(stray + 1, 0xFF, 8);
    stray[9] = (uint8_t)(line >> 8);
    stray[10] = (uint8_t)line;
    if (strcmp(change, "less") == 0 && statement->root_count > 0) {
        statement->roots++;
        statement->root_count--;
    }
    if (strcmp(change, "more") == 0 || statement->root_count == 0) {
        toc_root *roots = toc_arena_zalloc(arena, statement->root_count + 1, sizeof *roots);
        assert_non_null(roots);
        if (statement->root_count > 0)
            memcpy(roots, statement->roots, statement->root_count * sizeof *roots);
        roots[statement->root_count++] = toc_span_of(stray, TOC_ROOT_UNDISCLOSED_BYTES);
        statement->roots = roots;
    }
}

/* Where a change took another root than in the plan's own world, one may be left that the claim may
 * not rest on: its own. */
static void drop_own(const toc_claim_id *claim, toc_arena *arena, toc_statement *statement)
{
    size_t kept = 0;
    toc_root *roots = toc_arena_zalloc(arena, statement->root_count + 1, sizeof *roots);
    assert_non_null(roots);
    for (size_t i = 0; i < statement->root_count; i++) {
        toc_root root = statement->roots[i];
        bool own = root.size == 33 && root.data[0] == TOC_ROOT_OWN &&
                   memcmp(root.data + 1, claim->bytes, 32) == 0;
        if (!own)
            roots[kept++] = root;
    }
    statement->roots = roots;
    statement->root_count = kept;
}

/* "less:3s,5p" */
static void derive(toc_plan *plan, char *text, const toc_claim_id *claim, toc_arena *arena,
                   toc_statement *statement)
{
    toc_err err = {0};
    static toc_source_record named[TOC_SOURCES_MAX];
    toc_derivation sources[TOC_SOURCES_MAX];
    size_t count = 0;
    const char *change = strsep(&text, ":");
    for (const char *source; (source = strsep(&text, ",")) != NULL; count++) {
        assert_true(count < TOC_SOURCES_MAX);
        take_source(plan, source, arena, &named[count], &sources[count]);
    }
    qsort(named, count, sizeof *named, compare_named);
    statement->source.records = named;
    statement->source.record_count = count;
    TOC_CHECK_OK(
        toc_derived_roots(sources, count, arena, &statement->roots, &statement->root_count, &err));
    drop_own(claim, arena, statement);
    change_roots(change, plan->line_count, arena, statement);
}

/* ---- statements ---- */

static toc_statement take_members(toc_plan_fields *from)
{
    static toc_member storage[TOC_CHUNK_MEMBERS_MAX];
    const char *name = toc_plan_take(from);
    char *list = toc_plan_take(from);
    size_t count = 0;
    for (char *member; (member = strsep(&list, ",")) != NULL;) {
        assert_true(count < TOC_CHUNK_MEMBERS_MAX);
        storage[count++] =
            (toc_member){.wallet = toc_plan_wallet(member + 1, ""), .remove = member[0] == '-'};
    }
    return toc_book_members(name, storage, count);
}

/* The statement lends from its target. */
static toc_statement take_retraction(toc_plan_fields *from, const toc_org_id *org)
{
    toc_claim_id claim;
    toc_statement retraction;
    toc_statement *target = toc_arena_zalloc(from->arena, 1, sizeof *target);
    assert_non_null(target);
    toc_source source = toc_plan_source(from);
    uint64_t kind = toc_plan_number(from);
    *target = toc_plan_identity(from, (toc_record_kind)kind, source);
    toc_statement_claim(target, from->circle, org, &claim);
    toc_statement_retract(target, &claim, TOC_RETRACT_ERROR, &retraction);
    return retraction;
}

static toc_statement take_head(toc_plan *plan, toc_plan_fields *from, toc_record_kind kind,
                               const toc_org_id *org)
{
    uint32_t confidence = (uint32_t)toc_plan_number(from);
    toc_source source = toc_plan_source(from);
    char *derivation = toc_plan_take(from);
    toc_statement statement = toc_plan_identity(from, kind, source);
    toc_plan_body(from, org, &statement);
    statement.confidence = confidence;
    if (source.ground == TOC_GROUND_DERIVED) {
        toc_claim_id claim;
        toc_statement_claim(&statement, from->circle, org, &claim);
        derive(plan, derivation, &claim, from->arena, &statement);
    }
    return statement;
}

/* ---- records ---- */

static size_t feed_of(toc_plan *plan, const toc_feed_name *name)
{
    for (size_t i = 0; i < plan->feed_count; i++) {
        const toc_feed_name *known = &plan->feeds[i]->name;
        if (known->lane == name->lane && toc_circle_id_equal(&known->circle, &name->circle) &&
            toc_org_id_equal(&known->org, &name->org))
            return i;
    }
    assert_true(plan->feed_count < TOC_PLAN_FEEDS_MAX);
    toc_test_feed *feed = toc_test_feed_new(name->lane, (uint8_t)(plan->feed_count + 1));
    feed->name.circle = name->circle;
    feed->name.org = name->org;
    toc_feed_id_of(&feed->name, &feed->id);
    toc_test_feed_grant(feed, 1);
    plan->feeds[plan->feed_count] = feed;
    return plan->feed_count++;
}

/* Any marking, whatever that of the claim's other records is; the first org of the world is the one
 * that is named. */
static void mark(const toc_plan *plan, toc_statement *statement)
{
    uint64_t drawn = (plan->seed << 32) + plan->line_count + 1;
    drawn = (drawn ^ (drawn >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    drawn = (drawn ^ (drawn >> 27)) * UINT64_C(0x94D049BB133111EB);
    drawn ^= drawn >> 31;
    statement->tlp = (toc_tlp)(TOC_TLP_CLEAR + drawn % 5);
    if (plan->feed_count == 0)
        return;
    const toc_org_id *named = &plan->feeds[0]->name.org;
    if (drawn / 5 % 12 == 0) {
        statement->releasable_count = 1;
        statement->releasable_to = named;
    } else if (drawn / 5 % 12 == 1) {
        statement->not_to_count = 1;
        statement->not_to = named;
    }
}

static void say_line(toc_plan *plan, toc_plan_fields *from)
{
    toc_feed_name name = {.lane = TOC_LANE_BULK};
    uint64_t kind = toc_plan_number(from);
    toc_plan_id(from, name.circle.bytes);
    toc_plan_id(from, name.org.bytes);
    from->circle = &name.circle;
    uint64_t revision = toc_plan_number(from), issued_at = toc_plan_number(from);
    uint64_t valid_until = toc_plan_number(from), seen = toc_plan_number(from);
    toc_statement statement = kind == TOC_RECORD_MEMBERS ? take_members(from)
                              : kind == TOC_RECORD_RETRACTION
                                  ? take_retraction(from, &name.org)
                                  : take_head(plan, from, (toc_record_kind)kind, &name.org);
    assert_int_equal(from->next, from->count);
    mark(plan, &statement);
    statement.revision = revision;
    statement.issued_at.unix_ms = issued_at == 0 ? 1 : issued_at; /* 0 would be "missing" */
    statement.valid_until.unix_ms = valid_until;
    bool small = kind != TOC_RECORD_MEMBERS || statement.as.members.count <= ALERT_MEMBERS_MAX;
    if (small && (revision + issued_at / 1000 + plan->seed) % 3 == 0)
        name.lane = TOC_LANE_ALERT;
    size_t feed = feed_of(plan, &name);
    toc_said said = toc_viewbook_say(plan->feeds[feed], statement);
    assert_true(plan->line_count < TOC_PLAN_LINES_MAX);
    plan->lines[plan->line_count++] = (toc_plan_line){
        .feed = feed, .index = said.index, .record = said.record, .unseen = seen == 0};
}

static bool read_header(FILE *file, char **line, size_t *room, toc_plan *out)
{
    toc_plan_fields parts;
    *out = (toc_plan){0};
    if (getline(line, room, file) <= 0)
        return false;
    toc_plan_split(*line, NULL, &parts);
    assert_string_equal(toc_plan_take(&parts), "world");
    out->seed = toc_plan_number(&parts);
    out->horizon = toc_plan_number(&parts);
    out->lines = calloc(TOC_PLAN_LINES_MAX, sizeof *out->lines);
    assert_non_null(out->lines);
    return true;
}

bool toc_plan_read(FILE *file, toc_plan *out)
{
    toc_err err = {0};
    char *line = NULL;
    size_t room = 0;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_CHECK_OK(toc_arena_new(ARENA_BYTES, &arena, &err));
    bool more = read_header(file, &line, &room, out);
    while (more) {
        toc_plan_fields parts;
        assert_true(getline(&line, &room, file) > 0);
        if (strcmp(line, "end\n") == 0)
            break;
        toc_arena_reset(arena);
        toc_plan_split(line, arena, &parts);
        say_line(out, &parts);
    }
    free(line);
    return more;
}

void toc_plan_wipe(toc_plan *plan)
{
    for (size_t i = 0; i < plan->feed_count; i++)
        toc_test_feed_free(plan->feeds[i]);
    free(plan->lines);
    *plan = (toc_plan){0};
}
