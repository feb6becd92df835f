/* init: the org's keys, its first card, its store and its configuration. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/crypto/storekey.h"
#include "proto/roll/endpoint.h"
#include "proto/roll/field.h"
#include "store/lock.h"
#include "store/passphrase.h"
#include "tools/card.h"
#include "tools/commands.h"
#include "tools/roots.h"

const toc_option toc_init_options[] = {
    {"name", "TEXT", "the org's name, as its card shows it"},
    {"kind", "WORD", "exchange, police, fiu, issuer, … (default: exchange)"},
    {"country", "CC", "ISO 3166 code, two letters"},
    {"duty", "TEXT", "duty contact on the card"},
    {"endpoint", "URL", "tcp://HOST:PORT where peers may dial this node; repeatable"},
    {"listen", "URL",
     "tcp://HOST:PORT where the node listens; repeatable (default: the endpoints)"},
    {"secret-file", "FILE",
     "the passphrase of the store key is its first line (at least 12 bytes)"},
    TOC_ROOT_OPTIONS,
    {"runtime", "DIR", "where the socket is (default: STATE/run with --state, else /run/tocsin)"},
    {"spool", "DIR", "where submissions wait (default: STATE/spool with --state)"},
    {NULL, NULL, NULL},
};

/* ---- what the configuration will say ---- */

static toc_code absolute(const char *path, char out[TOC_CONFIG_PATH_BYTES], toc_err *err)
{
    char here[TOC_CONFIG_PATH_BYTES] = "";
    if (path[0] != '/' && getcwd(here, sizeof here) == NULL)
        return toc_fail(err, TOC_IO, "the present directory has no path: %s", strerror(errno));
    int size =
        snprintf(out, TOC_CONFIG_PATH_BYTES, "%s%s%s", here, path[0] == '/' ? "" : "/", path);
    if (size >= TOC_CONFIG_PATH_BYTES)
        return toc_fail(err, TOC_LIMIT, "the path '%.64s…' is too long", path);
    return TOC_OK;
}

/* A path option, else a folder of the state directory when one was given, else the default. */
static toc_code place(const toc_cli *cli, const toc_opts *args, const char *option,
                      const char *below, char out[TOC_CONFIG_PATH_BYTES], toc_err *err)
{
    const char *given = toc_opts_value(args, option);
    if (given != NULL)
        return absolute(given, out, err);
    if (cli->state == NULL)
        return TOC_OK;
    char path[TOC_CONFIG_PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/%s", cli->state, below) >= (int)sizeof path)
        return toc_fail(err, TOC_LIMIT, "the state directory's path is too long");
    return absolute(path, out, err);
}

static toc_code take_listeners(const toc_opts *args, toc_config *config, toc_err *err)
{
    const char *option = toc_opts_has(args, "listen") ? "listen" : "endpoint", *url;
    size_t cursor = 0;
    while ((url = toc_opts_each(args, option, &cursor)) != NULL) {
        TOC_TRY(toc_endpoint_check(toc_span_text(url), err));
        if (config->listen_count == TOC_CONFIG_LISTEN_MAX)
            return toc_fail(err, TOC_LIMIT, "at most %d endpoints", TOC_CONFIG_LISTEN_MAX);
        snprintf(config->listen[config->listen_count++], TOC_CONFIG_PATH_BYTES, "%s", url);
    }
    return TOC_OK;
}

static toc_code plan(const toc_cli *cli, const toc_opts *args, toc_config *out, toc_err *err)
{
    toc_config_default(out);
    if (cli->state != NULL)
        TOC_TRY(absolute(cli->state, out->state, err));
    TOC_TRY(place(cli, args, "runtime", "run", out->runtime, err));
    TOC_TRY(place(cli, args, "spool", "spool", out->spool, err));
    const char *secret = toc_opts_value(args, "secret-file");
    if (secret != NULL || cli->state != NULL)
        out->secret_kind = secret != NULL ? TOC_SECRET_FILE : TOC_SECRET_ASK;
    if (secret != NULL)
        TOC_TRY(absolute(secret, out->secret, err));
    TOC_TRY(take_listeners(args, out, err));
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_config_write(out, &text);
    TOC_TRY(toc_buf_ok(&text, err));
    toc_config checked; /* what the node would refuse is refused before anything is made */
    return toc_config_parse("the new configuration", toc_buf_view(&text), &checked, err);
}

/* ---- what the card will say ---- */

static toc_code describe(const toc_opts *args, toc_span *endpoints, toc_identity *out, toc_err *err)
{
    const char *name = toc_opts_value(args, "name"), *kind = toc_opts_value(args, "kind"), *url;
    if (name == NULL)
        return toc_fail(err, TOC_USAGE,
                        "the org needs a name: tocsin init --name \"Example Exchange\" …");
    *out = (toc_identity){.name = toc_span_text(name),
                          .kind = toc_span_text(kind == NULL ? "exchange" : kind),
                          .country = toc_span_text(toc_opts_value(args, "country")),
                          .duty = toc_span_text(toc_opts_value(args, "duty")),
                          .endpoints = endpoints};
    if (toc_opts_has(args, "country"))
        TOC_TRY(toc_field_country(out->country, err));
    size_t cursor = 0;
    while ((url = toc_opts_each(args, "endpoint", &cursor)) != NULL) {
        if (out->endpoint_count == TOC_ENDPOINTS_MAX)
            return toc_fail(err, TOC_LIMIT, "a card has at most %u endpoints", TOC_ENDPOINTS_MAX);
        endpoints[out->endpoint_count] = toc_span_text(url);
        TOC_TRY(toc_endpoint_check(endpoints[out->endpoint_count++], err));
    }
    return TOC_OK;
}

/* ---- the making ---- */

static toc_code make_directory(const char *path, unsigned mode, toc_err *err)
{
    char above[TOC_CONFIG_PATH_BYTES];
    snprintf(above, sizeof above, "%s", path);
    char *slash = strrchr(above, '/');
    struct stat about;
    if (slash != NULL && slash != above) {
        *slash = '\0';
        if (stat(above, &about) != 0 && errno == ENOENT)
            TOC_TRY(make_directory(above, 0755, err));
    }
    if (mkdir(path, (mode_t)mode) == 0)
        return TOC_OK;
    if (errno != EEXIST)
        return toc_fail(err, TOC_IO, "make '%s': %s", path, strerror(errno));
    if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode))
        return toc_fail(err, TOC_IO, "'%s' is no directory", path);
    return TOC_OK;
}

/* Of a directory that is there: an empty one, one that is closed already, and what an init that was
 * cut short left. Closing another, '/etc' or somebody's home, would take it from everybody. */
static toc_code check_state(const char *path, toc_err *err)
{
    char keys[TOC_CONFIG_PATH_BYTES + 8];
    struct stat about;
    snprintf(keys, sizeof keys, "%s/keys", path);
    if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode) || (about.st_mode & 077) == 0 ||
        access(keys, F_OK) == 0)
        return TOC_OK;
    DIR *folder = opendir(path);
    if (folder == NULL)
        return toc_fail(err, TOC_IO, "open '%s': %s", path, strerror(errno));
    bool empty = true;
    for (const struct dirent *each = readdir(folder); each != NULL && empty; each = readdir(folder))
        empty = strcmp(each->d_name, ".") == 0 || strcmp(each->d_name, "..") == 0;
    closedir(folder);
    return empty ? TOC_OK
                 : toc_fail(err, TOC_STATE,
                            "the directory '%s' holds other things, and would be closed to all "
                            "but this user: give --state a directory of its own",
                            path);
}

static toc_code make_directories(const toc_config *config, toc_err *err)
{
    char path[TOC_CONFIG_PATH_BYTES + 8];
    TOC_TRY(check_state(config->state, err));
    TOC_TRY(make_directory(config->state, 0700, err));
    if (chmod(config->state, 0700) != 0)
        return toc_fail(err, TOC_IO, "close '%s' to others: %s", config->state, strerror(errno));
    snprintf(path, sizeof path, "%s/keys", config->state);
    TOC_TRY(make_directory(path, 0700, err));
    snprintf(path, sizeof path, "%s/store", config->state);
    TOC_TRY(make_directory(path, 0700, err));
    TOC_TRY(make_directory(config->runtime, 0750, err));
    return make_directory(config->spool, 01730, err);
}

/* A key from an init that was cut short opens what that one made; nothing else is lost with it. */
static toc_code make_key(const toc_config *config, toc_secret **out, toc_err *err)
{
    char path[TOC_CONFIG_PATH_BYTES + 32];
    snprintf(path, sizeof path, "%s/keys/store.key", config->state);
    TOC_AUTO(toc_buf_wipe) toc_buf passphrase = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    if (access(path, F_OK) == 0)
        return toc_passphrase_store_key(config, out, err);
    TOC_TRY(toc_passphrase_get(config, true, &passphrase, err));
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_TRY(toc_store_key_new(toc_passphrase_trim(toc_buf_view(&passphrase)), &file, &key, err));
    TOC_TRY(toc_file_write(path, toc_buf_view(&file), 0600, false, err));
    *out = key;
    key = NULL; /* transferred */
    return TOC_OK;
}

/* The root keys, in a file of their own: the node never needs it. One from an init that was cut
 * short is used again. */
static toc_code make_roots(const toc_config *config, const toc_opts *args, toc_roots *out,
                           toc_err *err)
{
    char path[TOC_CONFIG_PATH_BYTES];
    struct stat about;
    toc_org_id org;
    toc_verify_key root;
    TOC_TRY(toc_root_path(config, args, path, err));
    if (stat(path, &about) == 0)
        return toc_root_read(config, args, path, out, &org, err);
    TOC_TRY(toc_roots_new(out, err));
    toc_sign_public(out->root, &root);
    toc_org_id_of(&root, &org);
    return toc_root_write(config, args, path, out, &org, true, false, err);
}

static toc_code make_org(const toc_config *config, const toc_identity *identity,
                         const toc_secret *key, const toc_roots *roots, toc_buf *out_card,
                         toc_err *err)
{
    char folder[TOC_CONFIG_PATH_BYTES + 8];
    snprintf(folder, sizeof folder, "%s/store", config->state);
    toc_code code = toc_log_create(folder, err);
    if (code != TOC_OK && code != TOC_EXISTS)
        return code;
    TOC_AUTO(toc_log_close) toc_log *log = NULL;
    toc_store_options options = {.log_map_bytes = config->log_map_bytes, .sync = true};
    TOC_TRY(toc_log_open(folder, &options, key, &log, err));
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_write(log, &txn, err));
    toc_time now = {.unix_ms = (uint64_t)time(NULL) * 1000};
    toc_org_id org;
    code = toc_identity_create(txn, identity, roots, now, &org, err);
    if (code == TOC_EXISTS)
        return toc_fail(err, TOC_EXISTS,
                        "'%s' belongs to an org already; give another --state, or 'tocsin card'",
                        config->state);
    if (code != TOC_OK)
        return code;
    TOC_TRY(toc_card_of_log(txn, out_card, err));
    toc_log_txn *written = txn;
    txn = NULL; /* transferred */
    return toc_log_commit(written, err);
}

static toc_code write_config(const toc_cli *cli, const toc_config *config, char *path, toc_err *err)
{
    toc_cli_config_path(cli, path);
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_config_write(config, &text);
    TOC_TRY(toc_buf_ok(&text, err));
    toc_code code = toc_file_write(path, toc_buf_view(&text), 0644, false, err);
    if (code == TOC_EXISTS)
        return toc_fail(err, TOC_EXISTS,
                        "the org is made, but '%s' is there already and was left as it is", path);
    return code;
}

static toc_code tell(const toc_cli *cli, const toc_config *config, const char *config_path,
                     const char *root_path, const toc_buf *card, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_TRY(toc_card_show(cli, toc_buf_view(card), false, &text, err));
    if (!cli->json)
        toc_buf_printf(&text,
                       "\nstate    %s\nconfig   %s\n"
                       "roots    %s\n\n"
                       "Start the node:      tocsind --config %s\n"
                       "Give others a card:  tocsin card --config %s\n"
                       "Keep the root keys elsewhere: only they sign the next card.\n",
                       config->state, config_path, root_path, config_path, config_path);
    return toc_print(&text, err);
}

toc_code toc_cmd_init(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    toc_config config;
    toc_identity identity;
    toc_span endpoints[TOC_ENDPOINTS_MAX];
    TOC_TRY(describe(args, endpoints, &identity, err));
    TOC_TRY(plan(cli, args, &config, err));
    TOC_TRY(make_directories(&config, err));
    TOC_AUTO(toc_state_unlock) toc_state_lock *lock = NULL;
    TOC_TRY(toc_state_lock_take(config.state, &lock, err));
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_TRY(make_key(&config, &key, err));
    TOC_AUTO(toc_buf_wipe) toc_buf card = {0};
    TOC_AUTO(toc_roots_wipe) toc_roots roots = {0};
    TOC_TRY(make_roots(&config, args, &roots, err));
    TOC_TRY(make_org(&config, &identity, key, &roots, &card, err));
    char path[TOC_CONFIG_PATH_BYTES], shown[TOC_CONFIG_PATH_BYTES],
        root_path[TOC_CONFIG_PATH_BYTES];
    TOC_TRY(write_config(cli, &config, path, err));
    TOC_TRY(absolute(path, shown, err)); /* what is typed from it works in any directory */
    TOC_TRY(toc_root_path(&config, args, root_path, err));
    return tell(cli, &config, shown, root_path, &card, err);
}
