#include "proto/format/config.h"

#include <stdio.h>

#include "proto/base/limits.h"
#include "proto/base/text.h"
#include "proto/rules/terms.h"

enum { CONFIG_WORKERS_MAX = 64 };
#define CONFIG_MAP_DEFAULT (64ull << 30)
#define CONFIG_MAP_MIN     (1ull << 20)

typedef struct setting {
    const char *section;
    const char *key;
    const char *about;
    toc_code (*take)(toc_span value, void *field, toc_config *config, toc_err *err);
    size_t offset; /* of the field in toc_config */
} setting;

static toc_code take_path(toc_span value, void *field, toc_config *config, toc_err *err)
{
    (void)config;
    if (value.size == 0 || value.size >= TOC_CONFIG_PATH_BYTES)
        return toc_fail(err, TOC_USAGE, "a path of 1 to %d bytes is needed",
                        TOC_CONFIG_PATH_BYTES - 1);
    if (value.data[0] != '/')
        return toc_fail(err, TOC_USAGE, "a path from the root ('/…') is needed");
    char *text = field;
    memcpy(text, value.data, value.size);
    text[value.size] = '\0';
    return TOC_OK;
}

static bool begins(toc_span value, const char *prefix, toc_span *out_rest)
{
    size_t length = strlen(prefix);
    if (value.size < length || memcmp(value.data, prefix, length) != 0)
        return false;
    *out_rest = toc_span_of(value.data + length, value.size - length);
    return true;
}

static toc_code take_secret(toc_span value, void *field, toc_config *config, toc_err *err)
{
    toc_span rest;
    if (toc_span_equal(value, toc_span_text("ask"))) {
        config->secret_kind = TOC_SECRET_ASK;
        return TOC_OK;
    }
    if (begins(value, "file:", &rest)) {
        config->secret_kind = TOC_SECRET_FILE;
        return take_path(rest, field, config, err);
    }
    if (!begins(value, "credential:", &rest) || rest.size == 0 ||
        rest.size >= TOC_CONFIG_PATH_BYTES || memchr(rest.data, '/', rest.size) != NULL)
        return toc_fail(
            err, TOC_USAGE,
            "file:PATH, credential:NAME or ask is needed; a passphrase never stands in this file");
    config->secret_kind = TOC_SECRET_CREDENTIAL;
    char *text = field;
    memcpy(text, rest.data, rest.size);
    text[rest.size] = '\0';
    return TOC_OK;
}

static toc_code take_workers(toc_span value, void *field, toc_config *config, toc_err *err)
{
    (void)config;
    uint64_t count;
    TOC_TRY(toc_u64_parse(value, CONFIG_WORKERS_MAX, &count, err));
    *(unsigned *)field = (unsigned)count;
    return TOC_OK;
}

static const char *const log_levels[] = {"error", "warning", "info", "debug"};

static toc_code take_log(toc_span value, void *field, toc_config *config, toc_err *err)
{
    (void)config;
    for (int i = 0; i < (int)TOC_COUNT(log_levels); i++) {
        if (toc_span_equal(value, toc_span_text(log_levels[i]))) {
            *(int *)field = i;
            return TOC_OK;
        }
    }
    return toc_fail(err, TOC_USAGE, "error, warning, info or debug is needed");
}

static toc_code take_listen(toc_span value, void *field, toc_config *config, toc_err *err)
{
    (void)field;
    toc_span rest;
    if ((!begins(value, "tcp://", &rest) && !begins(value, "ipc:///", &rest)) || rest.size == 0 ||
        value.size >= TOC_CONFIG_PATH_BYTES)
        return toc_fail(err, TOC_USAGE, "tcp://HOST:PORT or ipc:///PATH is needed");
    if (config->listen_count == TOC_CONFIG_LISTEN_MAX)
        return toc_fail(err, TOC_LIMIT, "at most %d endpoints", TOC_CONFIG_LISTEN_MAX);
    char *text = config->listen[config->listen_count++];
    memcpy(text, value.data, value.size);
    text[value.size] = '\0';
    return TOC_OK;
}

static toc_code take_bytes(toc_span value, void *field, toc_config *config, toc_err *err)
{
    (void)config;
    static const char units[] = "KMGT";
    unsigned shift = 0;
    const char *unit =
        value.size == 0 ? NULL : memchr(units, value.data[value.size - 1], sizeof units - 1);
    if (unit != NULL) {
        shift = 10 * (unsigned)(unit - units + 1);
        value.size--;
    }
    uint64_t count;
    TOC_TRY(toc_u64_parse(value, UINT64_MAX >> (shift + 1), &count, err));
    if (count << shift < CONFIG_MAP_MIN)
        return toc_fail(err, TOC_USAGE, "at least 1M is needed");
    *(uint64_t *)field = count << shift;
    return TOC_OK;
}

static toc_code take_id(toc_span value, unsigned *ids, size_t *count, toc_err *err)
{
    uint64_t number;
    TOC_TRY(toc_u64_parse(value, UINT32_MAX - 1, &number, err));
    if (*count == TOC_CONFIG_IDS_MAX)
        return toc_fail(err, TOC_LIMIT, "at most %d of them", TOC_CONFIG_IDS_MAX);
    ids[(*count)++] = (unsigned)number;
    return TOC_OK;
}

static toc_code take_uid(toc_span value, void *field, toc_config *config, toc_err *err)
{
    (void)field;
    return take_id(value, config->uids, &config->uid_count, err);
}

static toc_code take_gid(toc_span value, void *field, toc_config *config, toc_err *err)
{
    (void)field;
    return take_id(value, config->gids, &config->gid_count, err);
}

static toc_code take_admin_uid(toc_span value, void *field, toc_config *config, toc_err *err)
{
    (void)field;
    return take_id(value, config->admin_uids, &config->admin_uid_count, err);
}

static toc_code take_admin_gid(toc_span value, void *field, toc_config *config, toc_err *err)
{
    (void)field;
    return take_id(value, config->admin_gids, &config->admin_gid_count, err);
}

/* ---- [audience NAME]: the last one is being read ---- */

static toc_config_audience *audience_of(toc_config *config)
{
    return &config->audiences[config->audience_count - 1];
}

static toc_code take_tlp(toc_span value, void *field, toc_config *config, toc_err *err)
{
    (void)field;
    return toc_tlp_parse(value, &audience_of(config)->sees.tlp_max, err);
}

static toc_code take_circle(toc_span value, void *field, toc_config *config, toc_err *err)
{
    (void)field;
    toc_audience *sees = &audience_of(config)->sees;
    if (toc_span_equal(value, toc_span_text("any"))) {
        sees->any_circle = true;
        return TOC_OK;
    }
    if (sees->circle_count == TOC_AUDIENCE_CIRCLES_MAX)
        return toc_fail(err, TOC_LIMIT, "at most %u circles; or any", TOC_AUDIENCE_CIRCLES_MAX);
    toc_circle_id *circle = &sees->circles[sees->circle_count];
    if (toc_hex_decode(value, circle->bytes, sizeof circle->bytes, NULL) != TOC_OK)
        return toc_fail(err, TOC_USAGE,
                        "a circle's id (64 digits, see 'tocsin circle list') or any is needed: a "
                        "name may come to mean another circle");
    sees->circle_count++;
    return TOC_OK;
}

static toc_code take_org(toc_span value, void *field, toc_config *config, toc_err *err)
{
    (void)field;
    toc_audience *sees = &audience_of(config)->sees;
    TOC_TRY(toc_hex_decode(value, sees->org.bytes, sizeof sees->org.bytes, err));
    sees->has_org = true;
    return TOC_OK;
}

static toc_code take_audience_uid(toc_span value, void *field, toc_config *config, toc_err *err)
{
    (void)field;
    return take_id(value, audience_of(config)->uids, &audience_of(config)->uid_count, err);
}

static toc_code take_audience_gid(toc_span value, void *field, toc_config *config, toc_err *err)
{
    (void)field;
    return take_id(value, audience_of(config)->gids, &audience_of(config)->gid_count, err);
}

#define AUDIENCE "audience"
#define WEIGHTS  "weights"

static const setting settings[] = {
    {"node", "state", "where keys and store are (0700, of the service user)", take_path,
     offsetof(toc_config, state)},
    {"node", "runtime", "where tocsind.sock is, gone after a boot", take_path,
     offsetof(toc_config, runtime)},
    {"node", "spool", "where submissions wait while the node is down", take_path,
     offsetof(toc_config, spool)},
    {"node", "secret",
     "the passphrase of the store key: file:PATH, credential:NAME (systemd), or ask", take_secret,
     offsetof(toc_config, secret)},
    {"node", "workers", "threads that verify and open; 0: as many as processors", take_workers,
     offsetof(toc_config, workers)},
    {"node", "log", "how much is told on stderr: error, warning, info, debug", take_log,
     offsetof(toc_config, log_level)},
    {"link", "listen", "where peers may dial in, once a line: tcp://HOST:PORT", take_listen, 0},
    {"store", "log_map", "address space kept for the log: the most it can grow to", take_bytes,
     offsetof(toc_config, log_map_bytes)},
    {"store", "views_map", "the same for the views", take_bytes,
     offsetof(toc_config, views_map_bytes)},
    {"control", "allow_uid",
     "users besides root and the service user who may ask and submit over the socket, once a line",
     take_uid, 0},
    {"control", "allow_gid", "groups likewise", take_gid, 0},
    {"control", "admin_uid", "users who may also change peers and circles, once a line",
     take_admin_uid, 0},
    {"control", "admin_gid", "groups likewise", take_admin_gid, 0},
    {AUDIENCE, "tlp", "the highest marking that it sees", take_tlp, 0},
    {AUDIENCE, "circle", "a circle that it sees records of (id), once a line; or any", take_circle,
     0},
    {AUDIENCE, "org", "whom it stands for (id): records for named orgs, and RED ones", take_org, 0},
    {AUDIENCE, "uid", "users who may ask over the socket as this audience, once a line",
     take_audience_uid, 0},
    {AUDIENCE, "gid", "groups likewise", take_audience_gid, 0},
};

void toc_config_default(toc_config *out)
{
    *out = (toc_config){
        .state = "/var/lib/tocsin",
        .runtime = "/run/tocsin",
        .spool = "/var/spool/tocsin",
        .secret_kind = TOC_SECRET_CREDENTIAL,
        .secret = "store-passphrase",
        .log_level = 2,
        .log_map_bytes = CONFIG_MAP_DEFAULT,
        .views_map_bytes = CONFIG_MAP_DEFAULT,
    };
}

static toc_span trim(toc_span text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && strchr(" \t\r", text.data[text.size - 1]) != NULL)
        text.size--;
    return text;
}

/* Letters to change to get from one word to the other (Levenshtein), bounded by the words' lengths.
 */
static size_t distance(toc_span word, const char *known)
{
    enum { WORD_MAX = 32 };
    size_t length = strlen(known), row[WORD_MAX + 1];
    if (word.size > WORD_MAX || length > WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 1; i <= word.size; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            size_t change = diagonal + (word.data[i - 1] != (uint8_t)known[j - 1]);
            diagonal = row[j];
            size_t best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            row[j] = change < best ? change : best;
        }
    }
    return row[length];
}

static const setting *nearest(toc_span key)
{
    const setting *best = &settings[0];
    for (size_t i = 1; i < TOC_COUNT(settings); i++) {
        if (distance(key, settings[i].key) < distance(key, best->key))
            best = &settings[i];
    }
    return best;
}

typedef struct parse {
    const char *name;
    unsigned line;
    char section[16];
    unsigned seen[TOC_COUNT(settings)]; /* the line each key stood on first */
} parse;

/* A name, and keys to come that no other one has had. */
static toc_code take_audience(parse *at, toc_span name, toc_config *config, toc_err *err)
{
    if (!toc_slug_valid(name) || memchr(name.data, '.', name.size) != NULL)
        return toc_fail(err, TOC_USAGE,
                        "%s:%u: [audience NAME] needs a name of small letters, digits and hyphens",
                        at->name, at->line);
    for (size_t i = 0; i < config->audience_count; i++) {
        if (toc_span_equal(name, toc_span_text(config->audiences[i].name)))
            return toc_fail(err, TOC_USAGE, "%s:%u: the audience '%s' is there already", at->name,
                            at->line, config->audiences[i].name);
    }
    if (config->audience_count == TOC_AUDIENCES_MAX)
        return toc_fail(err, TOC_LIMIT, "%s:%u: at most %u audiences", at->name, at->line,
                        TOC_AUDIENCES_MAX);
    toc_config_audience *audience = &config->audiences[config->audience_count++];
    memcpy(audience->name, name.data, name.size);
    for (size_t i = 0; i < TOC_COUNT(settings); i++) {
        if (strcmp(settings[i].section, AUDIENCE) == 0)
            at->seen[i] = 0;
    }
    snprintf(at->section, sizeof at->section, "%s", AUDIENCE);
    return TOC_OK;
}

static toc_code take_section(parse *at, toc_span line, toc_config *config, toc_err *err)
{
    toc_span name = trim(toc_span_of(line.data + 1, line.size - 1));
    if (name.size == 0 || name.data[name.size - 1] != ']')
        return toc_fail(err, TOC_MALFORMED, "%s:%u: a section needs its closing bracket", at->name,
                        at->line);
    name.size--;
    toc_span rest;
    if (begins(name, AUDIENCE " ", &rest))
        return take_audience(at, trim(rest), config, err);
    if (toc_span_equal(name, toc_span_text(WEIGHTS))) {
        snprintf(at->section, sizeof at->section, "%s", WEIGHTS);
        return TOC_OK;
    }
    for (size_t i = 0; i < TOC_COUNT(settings); i++) {
        if (strcmp(settings[i].section, AUDIENCE) != 0 &&
            toc_span_equal(name, toc_span_text(settings[i].section))) {
            snprintf(at->section, sizeof at->section, "%s", settings[i].section);
            return TOC_OK;
        }
    }
    return toc_fail(err, TOC_USAGE,
                    "%s:%u: unknown section [%.*s]; there are node, link, store, control, "
                    "weights and audience NAME",
                    at->name, at->line, (int)name.size, (const char *)name.data);
}

static bool repeatable(const setting *known)
{
    return known->take == take_listen || known->take == take_uid || known->take == take_gid ||
           known->take == take_admin_uid || known->take == take_admin_gid ||
           known->take == take_circle || known->take == take_audience_uid ||
           known->take == take_audience_gid;
}

/* The key tells what is weighed, so that there are as many keys as one likes. */
static toc_code take_weight(const parse *at, toc_span key, toc_span value, toc_config *config,
                            toc_err *err)
{
    uint64_t percent;
    toc_code code = toc_u64_parse(value, 100, &percent, err);
    if (code == TOC_OK)
        code = toc_weights_add(&config->weights, key, percent, err);
    return code == TOC_OK || err == NULL ? code : toc_wrap(err, "%s:%u", at->name, at->line);
}

static toc_code take_key(parse *at, toc_span key, toc_span value, toc_config *config, toc_err *err)
{
    if (strcmp(at->section, WEIGHTS) == 0)
        return take_weight(at, key, value, config, err);
    for (size_t i = 0; i < TOC_COUNT(settings); i++) {
        const setting *known = &settings[i];
        if (!toc_span_equal(key, toc_span_text(known->key)) ||
            strcmp(known->section, at->section) != 0)
            continue;
        if (at->seen[i] != 0 && !repeatable(known))
            return toc_fail(err, TOC_USAGE, "%s:%u: '%s' stands on line %u already", at->name,
                            at->line, known->key, at->seen[i]);
        at->seen[i] = at->line;
        toc_code code = known->take(value, (char *)config + known->offset, config, err);
        return code == TOC_OK || err == NULL
                   ? code
                   : toc_wrap(err, "%s:%u: %s", at->name, at->line, known->key);
    }
    const setting *near = nearest(key);
    return toc_fail(err, TOC_USAGE,
                    "%s:%u: unknown key '%.*s' in section [%s]; the nearest is '%s' in [%s]",
                    at->name, at->line, (int)(key.size > 64 ? 64 : key.size),
                    (const char *)key.data, at->section, near->key, near->section);
}

static toc_code take_line(parse *at, toc_span line, toc_config *config, toc_err *err)
{
    line = trim(line);
    if (line.size == 0 || line.data[0] == '#')
        return TOC_OK;
    if (line.data[0] == '[')
        return take_section(at, line, config, err);
    const uint8_t *equals = memchr(line.data, '=', line.size);
    if (equals == NULL)
        return toc_fail(err, TOC_MALFORMED, "%s:%u: 'key = value' is needed", at->name, at->line);
    size_t split = (size_t)(equals - line.data);
    return take_key(at, trim(toc_span_of(line.data, split)),
                    trim(toc_span_of(equals + 1, line.size - split - 1)), config, err);
}

/* An audience of nobody is a mistake, and one of everybody must have been said. */
static toc_code check_audiences(const char *name, const toc_config *config, toc_err *err)
{
    for (size_t i = 0; i < config->audience_count; i++) {
        const toc_audience *sees = &config->audiences[i].sees;
        if (sees->tlp_max == 0 || (sees->circle_count == 0 && !sees->any_circle))
            return toc_fail(err, TOC_USAGE, "%s: [audience %s] needs %s", name,
                            config->audiences[i].name,
                            sees->tlp_max == 0 ? "tlp = CLEAR, GREEN, AMBER, AMBER+STRICT or RED"
                                               : "circle = ID, or circle = any");
    }
    return TOC_OK;
}

toc_code toc_config_parse(const char *name, toc_span text, toc_config *out, toc_err *err)
{
    size_t position;
    if (!toc_utf8_valid(text, &position) ||
        (text.size > 0 && memchr(text.data, 0, text.size) != NULL))
        return toc_fail(err, TOC_MALFORMED, "%s: not a text file", name);
    toc_config config;
    toc_config_default(&config);
    parse at = {.name = name};
    toc_span line;
    while (toc_line_next(&text, &line)) {
        at.line++;
        TOC_TRY(take_line(&at, line, &config, err));
    }
    /* Everything in it would be taken for a submission, and moved aside. */
    if (strcmp(config.spool, config.state) == 0 || strcmp(config.spool, config.runtime) == 0)
        return toc_fail(err, TOC_USAGE, "%s: the spool needs a directory of its own", name);
    TOC_TRY(check_audiences(name, &config, err));
    *out = config;
    return TOC_OK;
}

static void write_bytes(uint64_t bytes, toc_buf *out)
{
    static const char units[] = {'\0', 'K', 'M', 'G', 'T'};
    size_t unit = 0;
    while (unit + 1 < sizeof units && bytes % 1024 == 0 && bytes > 0) {
        bytes /= 1024;
        unit++;
    }
    toc_buf_printf(out, "%llu", (unsigned long long)bytes);
    if (unit > 0)
        toc_buf_printf(out, "%c", units[unit]);
}

static void write_value(const setting *known, const toc_config *config, toc_buf *out)
{
    const char *field = (const char *)config + known->offset;
    if (known->take == take_path)
        toc_buf_add_text(out, field);
    else if (known->take == take_secret && config->secret_kind == TOC_SECRET_ASK)
        toc_buf_add_text(out, "ask");
    else if (known->take == take_secret)
        toc_buf_printf(out, "%s%s",
                       config->secret_kind == TOC_SECRET_FILE ? "file:" : "credential:", field);
    else if (known->take == take_workers)
        toc_buf_printf(out, "%u", config->workers);
    else if (known->take == take_log)
        toc_buf_add_text(out, log_levels[config->log_level]);
    else if (known->offset == offsetof(toc_config, log_map_bytes))
        write_bytes(config->log_map_bytes, out);
    else
        write_bytes(config->views_map_bytes, out);
}

static void write_ids(const char *key, const unsigned *ids, size_t count, toc_buf *out)
{
    for (size_t i = 0; i < count; i++)
        toc_buf_printf(out, "%s = %u\n", key, ids[i]);
    if (count == 0)
        toc_buf_printf(out, "# %s =\n", key);
}

static void write_repeated(const setting *known, const toc_config *config, toc_buf *out)
{
    if (known->take == take_uid)
        write_ids(known->key, config->uids, config->uid_count, out);
    else if (known->take == take_gid)
        write_ids(known->key, config->gids, config->gid_count, out);
    else if (known->take == take_admin_uid)
        write_ids(known->key, config->admin_uids, config->admin_uid_count, out);
    else if (known->take == take_admin_gid)
        write_ids(known->key, config->admin_gids, config->admin_gid_count, out);
}

static void write_listen(const setting *known, const toc_config *config, toc_buf *out)
{
    for (size_t i = 0; i < config->listen_count; i++)
        toc_buf_printf(out, "%s = %s\n", known->key, config->listen[i]);
    if (config->listen_count == 0)
        toc_buf_printf(out, "# %s =\n", known->key);
}

static void write_weights(const toc_weights *weights, toc_buf *out)
{
    for (size_t i = 0; i < weights->count; i++)
        toc_buf_printf(out, "%s%s %s = %u\n", i == 0 ? "\n[" WEIGHTS "]\n" : "",
                       toc_weight_by_name(weights->items[i].by), weights->items[i].name,
                       weights->items[i].percent);
}

static void write_audience(const toc_config_audience *audience, toc_buf *out)
{
    const toc_audience *sees = &audience->sees;
    toc_buf_printf(out, "\n[audience %s]\ntlp = %s\n", audience->name, toc_tlp_name(sees->tlp_max));
    if (sees->any_circle)
        toc_buf_add_text(out, "circle = any\n");
    for (size_t i = 0; i < sees->circle_count; i++) {
        toc_buf_add_text(out, "circle = ");
        toc_buf_add_hex(out, TOC_SPAN_OF(sees->circles[i].bytes));
        toc_buf_add_u8(out, '\n');
    }
    if (sees->has_org) {
        toc_buf_add_text(out, "org = ");
        toc_buf_add_hex(out, TOC_SPAN_OF(sees->org.bytes));
        toc_buf_add_u8(out, '\n');
    }
    for (size_t i = 0; i < audience->uid_count; i++)
        toc_buf_printf(out, "uid = %u\n", audience->uids[i]);
    for (size_t i = 0; i < audience->gid_count; i++)
        toc_buf_printf(out, "gid = %u\n", audience->gids[i]);
}

void toc_config_write(const toc_config *config, toc_buf *out)
{
    const char *section = "";
    for (size_t i = 0; i < TOC_COUNT(settings); i++) {
        const setting *known = &settings[i];
        if (strcmp(known->section, AUDIENCE) == 0)
            continue;
        if (strcmp(section, known->section) != 0)
            toc_buf_printf(out, "%s[%s]\n", i == 0 ? "" : "\n", known->section);
        section = known->section;
        toc_buf_printf(out, "# %s\n", known->about);
        if (known->take == take_listen)
            write_listen(known, config, out);
        else if (repeatable(known))
            write_repeated(known, config, out);
        if (repeatable(known))
            continue;
        toc_buf_printf(out, "%s = ", known->key);
        write_value(known, config, out);
        toc_buf_add_u8(out, '\n');
    }
    write_weights(&config->weights, out);
    for (size_t i = 0; i < config->audience_count; i++)
        write_audience(&config->audiences[i], out);
}
