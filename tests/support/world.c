#include "tests/support/world.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/answer/writer.h"
#include "proto/feed/entry.h"
#include "store/query/internal.h"
#include "store/view/list.h"
#include "tests/support/world_approval.h"
#include "tests/support/world_events.h"
#include "tests/support/world_kinds.h"
#include "tests/support/world_record.h"

extern char **environ;

enum { ARENA_BYTES = 64 << 20, MEMBERS_MAX = 1 << 20 };

/* ---- where records stand ---- */

typedef TOC_LIST(toc_world_stand) stand_list;

typedef TOC_LIST(toc_log_feed) feed_list;

static toc_code list_feed(void *context, const toc_log_feed *feed, toc_err *err)
{
    feed_list *list = context;
    (void)err;
    toc_log_feed *place = TOC_LIST_ADD(list);
    if (place == NULL)
        abort();
    *place = *feed;
    return TOC_OK;
}

/* An entry that does not open stands nowhere: it is in no view either. */
static void add_stand(toc_log_txn *txn, const toc_log_feed *feed, uint64_t index,
                      toc_world_stand *judged, stand_list *out)
{
    static uint8_t plain[TOC_ENTRY_BYTES_MAX];
    toc_span entry, body;
    toc_entry_header header;
    toc_opened opened;
    toc_hash leaf;
    toc_grant grant;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    if (toc_log_entry(txn, feed->number, index, &entry, NULL) != TOC_OK)
        return;
    if (toc_grant_read(entry, &grant, NULL) == TOC_OK) {
        judged->card = grant.card;
        judged->charter = grant.charter;
    }
    if (toc_entry_parse(entry, &header, &body, NULL) != TOC_OK || header.kind != TOC_ENTRY_RECORD ||
        body.size == 0 ||
        toc_log_sender_key(txn, &feed->name, header.epoch, &key, NULL) != TOC_OK ||
        toc_entry_open(&feed->id, index, entry, key, plain, &opened, NULL) != TOC_OK)
        return;
    toc_world_stand *stand = TOC_LIST_ADD(out);
    if (stand == NULL)
        abort();
    *stand = *judged;
    stand->feed = feed->id;
    stand->index = index;
    stand->sealed = opened.time;
    toc_entry_leaf(&feed->id, index, entry, &leaf);
    memcpy(stand->record.bytes, leaf.bytes, sizeof stand->record.bytes);
    memcpy(stand->salt, plain, sizeof stand->salt);
}

static int compare_stands(const void *left, const void *right)
{
    const toc_world_stand *a = left, *b = right;
    return memcmp(a->record.bytes, b->record.bytes, sizeof a->record.bytes);
}

static void list_stands(toc_log *log, stand_list *out)
{
    toc_err err = {0};
    feed_list feeds = {0};
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(log, &txn, &err));
    TOC_CHECK_OK(toc_log_feeds(txn, NULL, list_feed, &feeds, &err));
    for (size_t i = 0; i < feeds.count; i++) {
        toc_world_stand judged = {0};
        for (uint64_t index = 0; index < feeds.at[i].frontier.size; index++)
            add_stand(txn, &feeds.at[i], index, &judged, out);
    }
    TOC_LIST_WIPE(&feeds);
    if (out->count > 0)
        qsort(out->at, out->count, sizeof *out->at, compare_stands);
}

/* ---- the world ---- */

typedef struct exporter {
    toc_json json;
    toc_arena *arena;
    toc_log_txn *log;
    stand_list stands;
} exporter;

static toc_code add_record(void *context, const toc_record_id *record, const toc_circle_id *circle,
                           const toc_org_id *org, toc_span bytes, toc_err *err)
{
    exporter *to = context;
    toc_statement statement;
    toc_world_stand key = {.record = *record};
    toc_arena_reset(to->arena);
    TOC_TRY(toc_record_decode(bytes, to->arena, &statement, err));
    const toc_world_stand *stand =
        to->stands.count == 0
            ? NULL
            : bsearch(&key, to->stands.at, to->stands.count, sizeof *to->stands.at, compare_stands);
    toc_world_record(&to->json, record, circle, org, &statement, stand);
    if (stand != NULL)
        toc_world_approval(&to->json, to->log, stand, circle, org, &statement, bytes);
    toc_json_close(&to->json, '}');
    return TOC_OK;
}

/* The forks that the views know of. */
static void add_forks(toc_viewbook *book, toc_views_txn *views, toc_json *json)
{
    toc_err err = {0};
    feed_list feeds = {0};
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(book->log, &txn, &err));
    TOC_CHECK_OK(toc_log_feeds(txn, NULL, list_feed, &feeds, &err));
    toc_json_open(json, "forks", '[');
    for (size_t i = 0; i < feeds.count; i++) {
        uint64_t index;
        TOC_CHECK_OK(toc_views_forked(views, &feeds.at[i].id, &index, &err));
        if (index == UINT64_MAX)
            continue;
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "feed", TOC_SPAN_OF(feeds.at[i].id.bytes));
        toc_json_number(json, "index", index);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
    TOC_LIST_WIPE(&feeds);
}

void toc_world_write(toc_viewbook *book, toc_buf *out)
{
    toc_err err = {0};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_views_end) toc_views_txn *txn = NULL;
    TOC_CHECK_OK(toc_arena_new(ARENA_BYTES, &arena, &err));
    TOC_CHECK_OK(toc_views_read(book->views, &txn, &err));
    exporter to = {.json = {.out = out}, .arena = arena};
    TOC_AUTO(toc_log_abort) toc_log_txn *log = NULL;
    list_stands(book->log, &to.stands);
    TOC_CHECK_OK(toc_log_read(book->log, &log, &err));
    to.log = log;
    uint64_t alert, bulk;
    toc_time horizon;
    toc_views_position(txn, &alert, &bulk, &horizon);
    toc_json_open(&to.json, NULL, '{');
    toc_json_number(&to.json, "horizon_ms", horizon.unix_ms);
    toc_json_number(&to.json, "rules", TOC_RULES_VERSION);
    if (TOC_RULES_VERSION >= 2)
        toc_world_services(&to.json);
    add_forks(book, txn, &to.json);
    toc_json_open(&to.json, "records", '[');
    TOC_CHECK_OK(toc_views_records(txn, add_record, &to, &err));
    TOC_CHECK_OK(toc_views_disputed(txn, add_record, &to, &err));
    toc_json_close(&to.json, ']');
    toc_json_close(&to.json, '}');
    toc_json_end_line(&to.json);
    TOC_LIST_WIPE(&to.stands);
}

/* ---- which dossiers and clusters there are ---- */

typedef struct wallet_list {
    toc_arena *arena;
    TOC_LIST(toc_wallet) wallets;
} wallet_list;

static bool makes_dossier(toc_record_kind kind)
{
    return kind == TOC_RECORD_WALLET || kind == TOC_RECORD_ATTRIBUTION ||
           kind == TOC_RECORD_SIGHTING || kind == TOC_RECORD_NOTICE || kind == TOC_RECORD_CLEARANCE;
}

static toc_code list_wallet(void *context, const toc_record_id *record, const toc_circle_id *circle,
                            const toc_org_id *org, toc_span bytes, toc_err *err)
{
    wallet_list *list = context;
    toc_statement statement;
    (void)record;
    (void)circle;
    (void)org;
    toc_arena_reset(list->arena);
    TOC_TRY(toc_record_decode(bytes, list->arena, &statement, err));
    const toc_wallet *wallet = toc_statement_wallet(&statement);
    if (wallet == NULL || !makes_dossier(statement.kind))
        return TOC_OK;
    toc_wallet *place = TOC_LIST_ADD(&list->wallets);
    if (place == NULL)
        abort();
    *place = *wallet;
    return TOC_OK;
}

static int compare_wallets(const void *left, const void *right)
{
    const toc_wallet *a = left, *b = right;
    int order = toc_span_compare(toc_subject_view(&a->subject), toc_subject_view(&b->subject));
    return order != 0 ? order : strcmp(a->tag, b->tag);
}

/* ---- dossiers ---- */

static int compare_claims(const void *left, const void *right)
{
    const toc_answer_claim *const *a = left, *const *b = right;
    return memcmp((*a)->claim.bytes, (*b)->claim.bytes, 32);
}

static void add_claim_ids(toc_json *json, const toc_dossier *dossier)
{
    const toc_answer_claim **claims =
        calloc(dossier->claim_count + 1, sizeof(const toc_answer_claim *));
    if (claims == NULL)
        abort();
    for (size_t i = 0; i < dossier->claim_count; i++)
        claims[i] = &dossier->claims[i];
    qsort(claims, dossier->claim_count, sizeof(const toc_answer_claim *), compare_claims);
    toc_json_open(json, "claims", '[');
    for (size_t i = 0; i < dossier->claim_count; i++)
        toc_json_hex(json, NULL, TOC_SPAN_OF(claims[i]->claim.bytes));
    toc_json_close(json, ']');
    free(claims);
}

static void add_dossier(toc_json *json, const toc_dossier *dossier)
{
    if (dossier->claim_count == 0)
        return;
    toc_json_open(json, NULL, '{');
    toc_json_hex(json, "subject", toc_subject_view(&dossier->wallet.subject));
    toc_json_text(json, "tag", toc_span_text(dossier->wallet.tag));
    toc_json_number(json, "score", dossier->score.score);
    toc_json_open(json, "categories", '[');
    for (size_t i = 0; i < dossier->score.category_count; i++) {
        const toc_score_category *category = &dossier->score.categories[i];
        toc_json_open(json, NULL, '{');
        toc_json_text(json, "category", category->category);
        toc_json_number(json, "score", category->score);
        toc_json_number(json, "lineages", category->lineage_count);
        toc_json_number(json, "orgs", category->org_count);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
    add_claim_ids(json, dossier);
    toc_json_number(json, "tagged", dossier->tagged);
    toc_json_close(json, '}');
}

/* Each wallet once. */
static void list_wallets(toc_query *query, toc_arena *arena, wallet_list *list)
{
    toc_err err = {0};
    size_t kept = 0;
    list->arena = arena;
    TOC_CHECK_OK(toc_views_records(query->views, list_wallet, list, &err));
    if (list->wallets.count > 0)
        qsort(list->wallets.at, list->wallets.count, sizeof *list->wallets.at, compare_wallets);
    for (size_t i = 0; i < list->wallets.count; i++) {
        if (kept == 0 || compare_wallets(&list->wallets.at[kept - 1], &list->wallets.at[i]) != 0)
            list->wallets.at[kept++] = list->wallets.at[i];
    }
    list->wallets.count = kept;
}

static void add_each(toc_json *json, const char *key, toc_query *query, const wallet_list *list,
                     void (*add)(toc_json *json, const toc_dossier *dossier))
{
    toc_err err = {0};
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < list->wallets.count; i++) {
        toc_dossier dossier;
        toc_arena_reset(query->arena);
        TOC_CHECK_OK(toc_query_dossier(query, "", &list->wallets.at[i], &dossier, &err));
        add(json, &dossier);
    }
    toc_json_close(json, ']');
}

/* ---- clusters ---- */

typedef struct found_cluster {
    toc_claim_id lowest;
    toc_cluster_row row;
} found_cluster;

typedef TOC_LIST(found_cluster) cluster_list;
typedef TOC_LIST(toc_claim_id) id_list;

static int compare_clusters(const void *left, const void *right)
{
    const found_cluster *a = left, *b = right;
    int order = toc_span_compare(toc_vertex_view(&a->row.id), toc_vertex_view(&b->row.id));
    return order != 0 ? order : memcmp(a->lowest.bytes, b->lowest.bytes, 32);
}

static void list_clusters(toc_query *query, cluster_list *out)
{
    toc_err err = {0};
    toc_cursor *cursor = NULL;
    toc_row row;
    TOC_CHECK_OK(
        toc_cursor_open(query->views->view.txn, TOC_VIEW_CLUSTERS, (toc_span){0}, &cursor, &err));
    toc_code code = toc_cursor_first(cursor, &row, &err);
    for (; code == TOC_OK; code = toc_cursor_next(cursor, &row, &err)) {
        if (row.key.size != 32)
            continue;
        found_cluster *found = TOC_LIST_ADD(out);
        if (found == NULL)
            abort();
        memcpy(found->lowest.bytes, row.key.data, 32);
        assert_true(toc_cluster_read(row.value, &found->row));
    }
    toc_cursor_close(cursor);
    if (out->count > 0)
        qsort(out->at, out->count, sizeof *out->at, compare_clusters);
}

static int compare_spans(const void *left, const void *right)
{
    const toc_span *a = left, *b = right;
    return toc_span_compare(*a, *b);
}

/* A member names the first cluster that it stands in: nothing before this one may have it. */
static void check_named(toc_query *query, const toc_wallet *member, const found_cluster *cluster)
{
    toc_err err = {0};
    found_cluster named;
    TOC_CHECK_OK(toc_query_find_cluster(query, toc_subject_vertex(&member->subject), &named.lowest,
                                        &named.row, &err));
    assert_true(compare_clusters(&named, cluster) <= 0);
}

static void add_vertices(toc_json *json, toc_query *query, const toc_answer_cluster *cluster,
                         const found_cluster *found)
{
    toc_span *vertices = calloc(cluster->member_count + 1, sizeof *vertices);
    if (vertices == NULL)
        abort();
    for (size_t i = 0; i < cluster->member_count; i++) {
        vertices[i] = toc_subject_vertex(&cluster->members[i].subject);
        check_named(query, &cluster->members[i], found);
    }
    qsort(vertices, cluster->member_count, sizeof *vertices, compare_spans);
    toc_json_open(json, "vertices", '[');
    for (size_t i = 0; i < cluster->member_count; i++) {
        if (i == 0 || !toc_span_equal(vertices[i - 1], vertices[i]))
            toc_json_hex(json, NULL, vertices[i]);
    }
    toc_json_close(json, ']');
    free(vertices);
}

static void add_component(toc_json *json, toc_query *query, const found_cluster *found,
                          id_list *links)
{
    toc_err err = {0};
    toc_answer_cluster cluster = {0};
    toc_arena_reset(query->arena);
    TOC_CHECK_OK(
        toc_query_list_cluster(query, &found->lowest, &found->row, MEMBERS_MAX, &cluster, &err));
    toc_json_open(json, NULL, '{');
    toc_json_hex(json, "id", cluster.ref.id);
    toc_json_number(json, "size", cluster.ref.size);
    toc_json_open(json, "reports", '[');
    for (size_t i = 0; i < cluster.report_count; i++)
        toc_json_hex(json, NULL, TOC_SPAN_OF(cluster.reports[i].claim.bytes));
    toc_json_close(json, ']');
    add_vertices(json, query, &cluster, found);
    toc_json_close(json, '}');
    for (size_t i = 0; i < 2 * cluster.tentative_count; i++) {
        toc_claim_id *place = TOC_LIST_ADD(links);
        if (place == NULL)
            abort();
        *place = cluster.tentative[i / 2][i % 2];
    }
}

static int compare_pairs(const void *left, const void *right)
{
    return memcmp(left, right, 64);
}

/* Each link was met from both its clusters. */
static void add_links(toc_json *json, id_list *links)
{
    size_t pairs = links->count / 2;
    if (pairs > 0)
        qsort(links->at, pairs, 64, compare_pairs);
    toc_json_open(json, "tentative", '[');
    for (size_t i = 0; i < pairs; i++) {
        const toc_claim_id *pair = &links->at[2 * i];
        if (i > 0 && compare_pairs(pair - 2, pair) == 0)
            continue;
        toc_json_open(json, NULL, '[');
        toc_json_hex(json, NULL, TOC_SPAN_OF(pair[0].bytes));
        toc_json_hex(json, NULL, TOC_SPAN_OF(pair[1].bytes));
        toc_json_close(json, ']');
    }
    toc_json_close(json, ']');
}

static void add_components(toc_json *json, toc_query *query)
{
    cluster_list clusters = {0};
    id_list links = {0};
    list_clusters(query, &clusters);
    toc_json_open(json, "components", '[');
    for (size_t i = 0; i < clusters.count; i++)
        add_component(json, query, &clusters.at[i], &links);
    toc_json_close(json, ']');
    add_links(json, &links);
    TOC_LIST_WIPE(&clusters);
    TOC_LIST_WIPE(&links);
}

/* ---- the views ---- */

typedef TOC_LIST(toc_record_id) record_list;

static toc_code list_record(void *context, const toc_record_id *record, const toc_circle_id *circle,
                            const toc_org_id *org, toc_span bytes, toc_err *err)
{
    (void)circle;
    (void)org;
    (void)bytes;
    (void)err;
    record_list *list = context;
    toc_record_id *place = TOC_LIST_ADD(list);
    if (place == NULL)
        abort();
    *place = *record;
    return TOC_OK;
}

static int compare_records(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(toc_record_id));
}

static void add_disputed(toc_json *json, toc_viewbook *book)
{
    toc_err err = {0};
    record_list list = {0};
    TOC_AUTO(toc_views_end) toc_views_txn *txn = NULL;
    TOC_CHECK_OK(toc_views_read(book->views, &txn, &err));
    TOC_CHECK_OK(toc_views_disputed(txn, list_record, &list, &err));
    if (list.count > 0)
        qsort(list.at, list.count, sizeof *list.at, compare_records);
    toc_json_open(json, "disputed", '[');
    for (size_t i = 0; i < list.count; i++)
        toc_json_hex(json, NULL, TOC_SPAN_OF(list.at[i].bytes));
    toc_json_close(json, ']');
    TOC_LIST_WIPE(&list);
}

void toc_world_views(toc_viewbook *book, toc_buf *out)
{
    toc_err err = {0};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_query_end) toc_query query = {0};
    toc_answer_digest digest = toc_viewbook_digest(book);
    TOC_CHECK_OK(toc_arena_new((size_t)1 << 30, &arena, &err));
    TOC_CHECK_OK(toc_query_begin(book->log, book->views, arena, digest.horizon, &query, &err));
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "opened", TOC_SPAN_OF(digest.opened.bytes));
    toc_json_number(&json, "entries", digest.entries);
    toc_json_number(&json, "claims", digest.claims);
    toc_json_number(&json, "wallets", digest.wallets);
    toc_json_number(&json, "clusters", digest.clusters);
    TOC_AUTO(toc_arena_free) toc_arena *scratch = NULL;
    wallet_list wallets = {0};
    TOC_CHECK_OK(toc_arena_new(ARENA_BYTES, &scratch, &err));
    list_wallets(&query, scratch, &wallets);
    add_each(&json, "dossiers", &query, &wallets, add_dossier);
    add_components(&json, &query);
    if (TOC_RULES_VERSION >= 2) {
        toc_world_filed(&json, &query);
        toc_world_live(&json, &query);
        add_each(&json, "beside", &query, &wallets, toc_world_beside);
        toc_world_incidents(&json, &query);
        toc_world_movements(&json, &query);
    }
    add_disputed(&json, book);
    TOC_LIST_WIPE(&wallets.wallets);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
    TOC_CHECK_OK(toc_buf_ok(out, &err));
}

/* ---- Python ---- */

enum { ARGUMENTS_MAX = 16 };

static pid_t spawn(char *const *arguments, const char *out_path)
{
    posix_spawn_file_actions_t actions;
    pid_t child = -1;
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out_path,
                                                      O_WRONLY | O_CREAT | O_TRUNC, 0600),
                     0);
    if (posix_spawnp(&child, "python3", &actions, NULL, arguments, environ) != 0)
        child = -1;
    (void)posix_spawn_file_actions_destroy(&actions);
    return child;
}

bool toc_world_python(const char *script, const char *const *arguments, const char *out_path)
{
    char *copies[ARGUMENTS_MAX] = {strdup("python3")};
    size_t count = 1;
    if (asprintf(&copies[count++], "%s/tests/model/%s", TOC_SOURCE_DIR, script) < 0)
        fail_msg("out of memory");
    for (; *arguments != NULL; arguments++) {
        assert_true(count < ARGUMENTS_MAX - 1);
        copies[count++] = strdup(*arguments);
    }
    pid_t child = spawn(copies, out_path);
    for (size_t i = 0; i < count; i++)
        free(copies[i]);
    if (child < 0)
        return false;
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    return true;
}
