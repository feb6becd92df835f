/* tocsind: the node of an org. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/control.h"
#include "node/daemon.h"
#include "node/diag.h"
#include "node/rights.h"
#include "node/spool.h"
#include "proto/base/version.h"
#include "store/lock.h"
#include "store/passphrase.h"

#define CONFIG_DEFAULT "/etc/tocsin/tocsind.conf"

enum { CONFIG_BYTES_MAX = 1 << 20, HEALTH_MS = 200, EXIT_USAGE = 2 };

static const char help_text[] =
    "tocsind: the node that copies, opens and indexes what the members of a circle report.\n"
    "\n"
    "  tocsind [--config FILE]         run (default: " CONFIG_DEFAULT ")\n"
    "  tocsind --check-config [FILE]   read the configuration, name a mistake by line and key\n"
    "  tocsind --version\n"
    "  tocsind --help\n"
    "\n"
    "It stays in the foreground and speaks on stderr. SIGTERM ends it after the round it is in,\n"
    "SIGHUP reads the configuration again and says what needs a restart.\n"
    "'tocsin init' makes the org, its keys, its store and a configuration.\n"
    "\n"
    "Example: tocsind --config /srv/tocsin/tocsind.conf\n";

/* ---- configuration ---- */

static toc_code read_config(const char *path, toc_config *out, toc_err *err)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return toc_fail(err, errno == ENOENT ? TOC_NOT_FOUND : TOC_IO, "cannot read '%s': %s", path,
                        strerror(errno));
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    uint8_t *room = toc_buf_extend(&text, CONFIG_BYTES_MAX);
    size_t size = room == NULL ? 0 : fread(room, 1, CONFIG_BYTES_MAX, file);
    bool failed = room == NULL || ferror(file) != 0 || size == CONFIG_BYTES_MAX;
    (void)fclose(file);
    if (failed)
        return toc_fail(err, TOC_IO, "cannot read the whole of '%s'", path);
    text.size = size;
    return toc_config_parse(path, toc_buf_view(&text), out, err);
}

static int check_config(const char *path)
{
    toc_config config;
    toc_err err;
    if (read_config(path, &config, &err) != TOC_OK) {
        fprintf(stderr, "tocsind: %s\n", err.text);
        return 1;
    }
    printf("%s: no mistakes\n", path);
    return 0;
}

/* ---- the daemon ---- */

typedef struct daemon_parts {
    const char *config_path;
    toc_config config;
    toc_state_lock *lock;
    toc_node *node;
    toc_writer *writer;
    toc_control *control;
    toc_spool *spool;
} daemon_parts;

static void stop_all(daemon_parts *parts)
{
    toc_spool_stop(parts->spool);
    toc_control_stop(parts->control);
    toc_writer_free(parts->writer);
    toc_node_stop(parts->node);
    toc_state_unlock(parts->lock);
}
TOC_DEFINE_AUTO_WIPE(daemon_parts, stop_all)

/* systemd and packages make these; a node in a directory of its own makes them itself. */
static toc_code make_folder(const char *path, mode_t mode, toc_err *err)
{
    if (mkdir(path, mode) == 0)
        return chmod(path, mode) == 0 ? TOC_OK
                                      : toc_fail(err, TOC_IO, "cannot set the rights of '%s': %s",
                                                 path, strerror(errno));
    if (errno != EEXIST)
        return toc_fail(err, TOC_IO, "cannot make '%s': %s", path, strerror(errno));
    return TOC_OK;
}

/* The boot is marked when a restart would find what this start found, and not before. */
static toc_code begin(daemon_parts *parts, bool restored, bool *out_begun, toc_err *err)
{
    toc_code code = toc_node_begin(parts->node, restored, err);
    *out_begun = code == TOC_OK;
    return code == TOC_FULL ? TOC_OK : code; /* it still answers; the next start asks */
}

static toc_code start_all(daemon_parts *parts, toc_err *err)
{
    toc_config *config = &parts->config;
    bool same_boot, restored, begun;
    TOC_TRY(read_config(parts->config_path, config, err));
    toc_diag_set_level((toc_diag_level)config->log_level);
    TOC_TRY(toc_crypto_start(err));
    TOC_TRY(toc_state_lock_take(config->state, &parts->lock, err));
    TOC_TRY(make_folder(config->runtime, 0750, err));
    TOC_TRY(make_folder(config->spool, 01730, err));
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_TRY(toc_passphrase_store_key(config, &key, err));
    TOC_TRY(toc_daemon_same_boot(config, &same_boot, err));
    TOC_TRY(toc_daemon_restored(config, &restored, err));
    TOC_TRY(toc_node_start(config, key, same_boot, &parts->node, err));
    TOC_TRY(begin(parts, restored, &begun, err));
    TOC_TRY(toc_writer_new(parts->node, &parts->writer, err));
    TOC_TRY(toc_control_start(parts->node, parts->writer, &parts->control, err));
    TOC_TRY(toc_spool_start(parts->node, parts->writer, &parts->spool, err));
    return begun ? toc_daemon_mark_boot(config, err) : TOC_OK;
}

static void say_started(const daemon_parts *parts)
{
    toc_diag(TOC_DIAG_INFO, "started", "version=%s org=%s pid=%ld state=\"%s\"", TOC_VERSION,
             toc_diag_id_of(toc_node_org(parts->node)->bytes).text, (long)getpid(),
             parts->config.state);
    for (size_t i = 0; i < parts->config.listen_count; i++) {
        char address[TOC_CONFIG_PATH_BYTES];
        toc_node_listening(parts->node, i, address, sizeof address);
        toc_diag(TOC_DIAG_INFO, "listening", "endpoint=%s", address);
    }
}

static void say_fixed(bool changed, const char *key)
{
    if (changed)
        toc_diag(TOC_DIAG_WARNING, "reload", "key=%s text=\"changed, and needs a restart\"", key);
}

static bool same_listen(const toc_config *left, const toc_config *right)
{
    bool same = left->listen_count == right->listen_count;
    for (size_t i = 0; same && i < left->listen_count; i++)
        same = strcmp(left->listen[i], right->listen[i]) == 0;
    return same;
}

static void reload(daemon_parts *parts)
{
    toc_config fresh;
    toc_err err;
    const toc_config *now = &parts->config;
    if (read_config(parts->config_path, &fresh, &err) != TOC_OK) {
        toc_diag(TOC_DIAG_ERROR, "reload", "text=\"%s; nothing was changed\"", err.text);
        return;
    }
    say_fixed(strcmp(now->state, fresh.state) != 0, "state");
    say_fixed(strcmp(now->runtime, fresh.runtime) != 0, "runtime");
    say_fixed(strcmp(now->spool, fresh.spool) != 0, "spool");
    say_fixed(now->secret_kind != fresh.secret_kind || strcmp(now->secret, fresh.secret) != 0,
              "secret");
    say_fixed(now->workers != fresh.workers, "workers");
    say_fixed(!same_listen(now, &fresh), "listen");
    say_fixed(now->log_map_bytes != fresh.log_map_bytes, "log_map");
    say_fixed(now->views_map_bytes != fresh.views_map_bytes, "views_map");
    if (toc_rights_keep_audiences(now, &fresh))
        toc_diag(
            TOC_DIAG_WARNING, "reload",
            "key=audience text=\"what audiences may see was changed, and needs a restart; until "
            "then nobody new is one of those\"");
    toc_diag_set_level((toc_diag_level)fresh.log_level);
    toc_control_reload(parts->control, &fresh);
    toc_diag(TOC_DIAG_INFO, "reload",
             "text=\"log level, weights and rights on the socket are as in %s\"",
             parts->config_path);
}

/* Until a signal ends it, or the node has failed. */
static int wait_for_end(daemon_parts *parts, const sigset_t *signals)
{
    const struct timespec wait = {.tv_nsec = HEALTH_MS * 1000000L};
    for (;;) {
        toc_err err;
        int number = sigtimedwait(signals, NULL, &wait);
        if (number == SIGHUP)
            reload(parts);
        if (number == SIGTERM || number == SIGINT) {
            toc_daemon_notify("STOPPING=1");
            toc_diag(TOC_DIAG_INFO, "stopping", "signal=%d", number);
            return 0;
        }
        if (toc_node_health(parts->node, &err) != TOC_OK) {
            fprintf(stderr, "tocsind: %s\n", err.text);
            return 1;
        }
    }
}

static int run(const char *config_path)
{
    TOC_AUTO(stop_all) daemon_parts parts = {.config_path = config_path};
    toc_err err;
    sigset_t signals;
    umask(0027);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    /* Before any thread starts: they all inherit it. */
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    if (start_all(&parts, &err) != TOC_OK) {
        fprintf(stderr, "tocsind: %s\n", err.text);
        return 1;
    }
    say_started(&parts);
    toc_daemon_notify("READY=1");
    return wait_for_end(&parts, &signals);
}

static int usage(const char *what)
{
    fprintf(stderr, "tocsind: %s; 'tocsind --help' shows how it is called\n", what);
    return EXIT_USAGE;
}

int main(int count, char **words)
{
    const char *config = CONFIG_DEFAULT;
    if (count == 2 && strcmp(words[1], "--help") == 0)
        return fputs(help_text, stdout) < 0;
    if (count == 2 && strcmp(words[1], "--version") == 0)
        return printf("tocsind %s\n", TOC_VERSION) < 0;
    if (count >= 2 && strcmp(words[1], "--check-config") == 0)
        return count > 3 ? usage("--check-config takes one file")
                         : check_config(count == 3 ? words[2] : CONFIG_DEFAULT);
    if (count == 3 && strcmp(words[1], "--config") == 0)
        config = words[2];
    else if (count == 2 && strncmp(words[1], "--config=", 9) == 0)
        config = words[1] + 9;
    else if (count != 1)
        return usage("these arguments make no sense together");
    return run(config);
}
