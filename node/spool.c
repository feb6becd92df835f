#include "node/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/clock.h"
#include "node/control_submit.h"
#include "node/diag.h"
#include "node/held.h"
#include "node/rights.h"
#include "proto/base/text.h"
#include "proto/crypto/seal.h"

enum {
    SPOOL_POLL_MS = 1000,
    SPOOL_RETRY_MS = 30000, /* for a file that could not be taken yet */
    SPOOL_RETRIES_KEPT = 256,
    SPOOL_PATH_BYTES = TOC_CONFIG_PATH_BYTES + 300,
    SPOOL_WHY_BYTES_MAX = 1 << 20,
    SPOOL_ARENA_BYTES = 1 << 20
};

#define SPOOL_CARD "node.card"

/* A file to be left alone for a while. */
typedef struct later {
    ino_t file;
    uint64_t until_ms;
} later;

struct toc_spool {
    toc_node *node;
    toc_writer *writer;
    const char *directory;
    toc_card_hash card; /* in node.card */
    int refused;        /* the folder refused/, which nobody else can put in another's place */
    pthread_t thread;
    bool runs;
    pthread_mutex_t mutex;
    pthread_cond_t stop;
    bool stopping;
    later laters[SPOOL_RETRIES_KEPT];
    size_t later_next;
    uint64_t held_later_ms; /* what was held is left alone until then */
};

static void close_file(const int *file)
{
    if (*file >= 0)
        close(*file);
}
#define AUTO_FILE __attribute__((cleanup(close_file)))

/* ---- names ---- */

static bool is_submission(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strcmp(entry->d_name, SPOOL_CARD) != 0 &&
           strcmp(entry->d_name, "refused") != 0;
}

uint64_t toc_spool_waiting(const char *directory)
{
    DIR *folder = opendir(directory);
    uint64_t count = 0;
    if (folder == NULL)
        return 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        count += is_submission(entry) ? 1 : 0;
    closedir(folder);
    return count;
}

static void path_of(const toc_spool *spool, const char *folder, const char *name, const char *tail,
                    char out[SPOOL_PATH_BYTES])
{
    snprintf(out, SPOOL_PATH_BYTES, "%s/%s%.255s%s", spool->directory, folder, name, tail);
}

/* ---- files ---- */

static toc_code write_text(int file, const char *path, mode_t mode, toc_span text, toc_err *err)
{
    if (file < 0 || fchmod(file, mode) != 0)
        return toc_fail(err, TOC_IO, "cannot write '%s': %s", path, strerror(errno));
    while (text.size > 0) {
        ssize_t written = write(file, text.data, text.size);
        if (written < 0)
            return toc_fail(err, TOC_IO, "cannot write '%s': %s", path, strerror(errno));
        text = toc_span_of(text.data + written, text.size - (size_t)written);
    }
    return TOC_OK;
}

/* Anybody of the group may put anything here: no links are followed, nothing is waited for. */
static toc_code read_file(const toc_spool *spool, const char *path, toc_buf *out, ino_t *out_file,
                          toc_deed *out_by, toc_err *err)
{
    struct stat about;
    AUTO_FILE int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0 || fstat(file, &about) != 0)
        return toc_fail(err, TOC_DENIED, "the node cannot read this file: %s", strerror(errno));
    *out_file = about.st_ino;
    *out_by = (toc_deed){.door = TOC_DOOR_SPOOL, .uid = about.st_uid, .gid = about.st_gid};
    if (!S_ISREG(about.st_mode))
        return toc_fail(err, TOC_DENIED, "this is no file");
    if (!toc_rights_of(toc_node_config(spool->node), about.st_uid, about.st_gid).may)
        return toc_fail(err, TOC_DENIED,
                        "user %u may not talk to this node; an operator can add allow_uid or "
                        "allow_gid to its configuration",
                        (unsigned)about.st_uid);
    if ((uint64_t)about.st_size > TOC_SPOOL_FILE_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a submission of %llu bytes; at most %u wait in the spool",
                        (unsigned long long)about.st_size, TOC_SPOOL_FILE_BYTES_MAX);
    size_t size = (size_t)about.st_size;
    uint8_t *room = toc_buf_extend(out, size);
    if (room == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a submission of %zu bytes", size);
    for (size_t done = 0; done < size;) {
        ssize_t got = read(file, room + done, size - done);
        if (got <= 0)
            return toc_fail(err, TOC_IO, "cannot read the whole file: %s",
                            got < 0 ? strerror(errno) : "it became shorter");
        done += (size_t)got;
    }
    return TOC_OK;
}

/* ---- taking one ---- */

typedef struct why_text {
    toc_buf text;
    uint64_t refused;
} why_text;

static void why_text_wipe(why_text *why)
{
    toc_buf_wipe(&why->text);
}
TOC_DEFINE_AUTO_WIPE(why_text, why_text_wipe)

static void note_refusal(void *context, uint32_t line, const toc_err *why)
{
    why_text *all = context;
    all->refused++;
    if (all->text.size > SPOOL_WHY_BYTES_MAX)
        return;
    toc_submission_print_refusal(line, why, &all->text);
    toc_buf_add_u8(&all->text, '\n');
}

static toc_code take_file(toc_spool *spool, const char *path, why_text *why, toc_buf *out_summary,
                          ino_t *out_file, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_deed by;
    TOC_TRY(read_file(spool, path, &sealed, out_file, &by, err));
    if (toc_node_unseal(spool->node, toc_buf_view(&sealed), &text, NULL) != TOC_OK)
        return toc_fail(err, TOC_SEALED,
                        "this file is not sealed to this node; seal it to the card in %s",
                        SPOOL_CARD);
    return toc_waiting_take(spool->node, spool->writer, &by, toc_buf_view(&text), note_refusal, why,
                            out_summary, err);
}

/* ---- what becomes of it ---- */

static void write_why(const toc_spool *spool, const char *name, toc_span text)
{
    char path[SPOOL_PATH_BYTES];
    toc_err err;
    snprintf(path, sizeof path, "%.255s.why", name);
    AUTO_FILE int file =
        openat(spool->refused, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (write_text(file, path, 0600, text, &err) != TOC_OK)
        toc_diag(TOC_DIAG_WARNING, "spool", "text=\"%s\"", err.text);
}

static bool refuse(const toc_spool *spool, const char *name, const toc_err *why)
{
    char path[SPOOL_PATH_BYTES];
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    path_of(spool, "", name, "", path);
    toc_diag(TOC_DIAG_WARNING, "spool-refused", "code=%s text=\"%s\"", toc_code_name(why->code),
             why->text);
    toc_buf_printf(&text, "%s: %s\n", toc_code_name(why->code), why->text);
    write_why(spool, name, toc_buf_view(&text));
    if (renameat(AT_FDCWD, path, spool->refused, name) == 0)
        return true;
    toc_diag(TOC_DIAG_ERROR, "spool", "text=\"cannot move '%s' aside: %s\"", path, strerror(errno));
    return false;
}

static void put_off(toc_spool *spool, ino_t file)
{
    spool->laters[spool->later_next] =
        (later){.file = file, .until_ms = toc_clock_mono_ms(NULL) + SPOOL_RETRY_MS};
    spool->later_next = (spool->later_next + 1) % SPOOL_RETRIES_KEPT;
}

static bool is_put_off(const toc_spool *spool, ino_t file)
{
    uint64_t now = toc_clock_mono_ms(NULL);
    for (size_t i = 0; i < SPOOL_RETRIES_KEPT; i++) {
        if (spool->laters[i].file == file && now < spool->laters[i].until_ms)
            return true;
    }
    return false;
}

static void take(toc_spool *spool, const char *name)
{
    char path[SPOOL_PATH_BYTES];
    TOC_AUTO(why_text_wipe) why_text why = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf summary = {0};
    toc_err err = {0};
    ino_t file = 0;
    path_of(spool, "", name, "", path);
    toc_code code = take_file(spool, path, &why, &summary, &file, &err);
    if (code != TOC_OK && toc_waiting_may_pass(code)) {
        toc_diag(TOC_DIAG_WARNING, "spool-waits", "code=%s text=\"%s\"", toc_code_name(code),
                 err.text);
        put_off(spool, file);
        return;
    }
    if (code != TOC_OK) {
        if (!refuse(spool, name, &err))
            put_off(spool, file);
        return;
    }
    toc_diag(TOC_DIAG_INFO, "spool-taken", "summary=%s", toc_buf_text(&summary));
    if (why.refused > 0)
        write_why(spool, name, toc_buf_view(&why.text));
    if (unlink(path) != 0)
        toc_diag(TOC_DIAG_ERROR, "spool", "text=\"cannot remove '%s': %s\"", path, strerror(errno));
}

/* ---- what was held ---- */

/* As with a file: what of it was refused, nobody is there to hear. */
static void tell_refused(void *context, const toc_draft_id *id, toc_span refusals)
{
    char name[72];
    if (refusals.size == 0)
        return;
    toc_hex_encode(TOC_SPAN_OF(id->bytes), name);
    memcpy(name + 64, ".held", sizeof ".held");
    write_why(context, name, refusals);
}

static void write_held(toc_spool *spool)
{
    uint64_t now = toc_clock_mono_ms(NULL);
    if (now >= spool->held_later_ms &&
        !toc_held_write_due(spool->node, spool->writer, tell_refused, spool))
        spool->held_later_ms = now + SPOOL_RETRY_MS;
}

/* ---- the thread ---- */

static bool is_stopping(toc_spool *spool)
{
    pthread_mutex_lock(&spool->mutex);
    bool stopping = spool->stopping;
    pthread_mutex_unlock(&spool->mutex);
    return stopping;
}

/* A file, and when it was put there. */
typedef struct arrival {
    struct timespec at;
    char name[256];
} arrival;

/* False when there is no room for more. */
static bool note_arrival(toc_buf *files, DIR *folder, const struct dirent *entry)
{
    struct stat about;
    if (fstatat(dirfd(folder), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0)
        return true; /* gone again */
    arrival file = {.at = about.st_mtim};
    snprintf(file.name, sizeof file.name, "%s", entry->d_name);
    toc_buf_add(files, &file, sizeof file);
    return toc_buf_ok(files, NULL) == TOC_OK;
}

static int by_arrival(const void *left, const void *right)
{
    const arrival *a = left, *b = right;
    if (a->at.tv_sec != b->at.tv_sec)
        return a->at.tv_sec < b->at.tv_sec ? -1 : 1;
    if (a->at.tv_nsec != b->at.tv_nsec)
        return a->at.tv_nsec < b->at.tv_nsec ? -1 : 1;
    return strcmp(a->name, b->name);
}

static void list_arrivals(const toc_spool *spool, toc_buf *out)
{
    DIR *folder = opendir(spool->directory);
    if (folder == NULL) {
        toc_diag(TOC_DIAG_ERROR, "spool", "text=\"cannot look into '%s': %s\"", spool->directory,
                 strerror(errno));
        return;
    }
    bool room = true;
    for (const struct dirent *entry = readdir(folder); entry != NULL && room;
         entry = readdir(folder)) {
        if (is_submission(entry) && !is_put_off(spool, entry->d_ino))
            room = note_arrival(out, folder, entry);
    }
    closedir(folder);
}

/* In the order they came: a retraction follows what it takes back. */
static void take_all(toc_spool *spool)
{
    TOC_AUTO(toc_buf_wipe) toc_buf files = {0};
    list_arrivals(spool, &files);
    arrival *all = (arrival *)(void *)files.data;
    size_t count = files.size / sizeof *all;
    if (count > 1)
        qsort(all, count, sizeof *all, by_arrival);
    for (size_t i = 0; i < count && !is_stopping(spool); i++)
        take(spool, all[i].name);
}

static bool wait_a_while(toc_spool *spool)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += SPOOL_POLL_MS / 1000;
    pthread_mutex_lock(&spool->mutex);
    while (!spool->stopping && pthread_cond_timedwait(&spool->stop, &spool->mutex, &until) == 0)
        ;
    bool go_on = !spool->stopping;
    pthread_mutex_unlock(&spool->mutex);
    return go_on;
}

/* The card that submissions are sealed to, written when it is another. */
static toc_code write_card(toc_spool *spool, toc_err *err)
{
    char path[SPOOL_PATH_BYTES], fresh[SPOOL_PATH_BYTES];
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf armour = {0};
    toc_card card;
    TOC_TRY(toc_arena_new(SPOOL_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_read(toc_node_log(spool->node), &txn, err));
    TOC_TRY(toc_log_card_of(txn, toc_node_org(spool->node), arena, &card, err));
    if (toc_card_hash_equal(&card.hash, &spool->card))
        return TOC_OK;
    toc_card_armour(card.signed_card, &armour);
    TOC_TRY(toc_buf_ok(&armour, err));
    path_of(spool, "", SPOOL_CARD, "", path);
    /* Under a name that nobody can have put there before. */
    path_of(spool, ".", SPOOL_CARD, ".XXXXXX", fresh);
    AUTO_FILE int file = mkostemp(fresh, O_CLOEXEC);
    toc_code code = write_text(file, path, 0644, toc_buf_view(&armour), err);
    if (code == TOC_OK && rename(fresh, path) != 0)
        code = toc_fail(err, TOC_IO, "cannot write '%s': %s", path, strerror(errno));
    if (code != TOC_OK && file >= 0)
        unlink(fresh);
    if (code == TOC_OK)
        spool->card = card.hash;
    return code;
}

static void *spool_main(void *context)
{
    toc_err err;
    do {
        if (write_card(context, &err) != TOC_OK)
            toc_diag(TOC_DIAG_WARNING, "spool-card", "text=\"%s\"", err.text);
        write_held(context);
        take_all(context);
    } while (wait_a_while(context));
    return NULL;
}

/* ---- start and stop ---- */

/* Whoever submits may also have made it: a link, or a folder of his own, is not written into. */
static toc_code make_refused(toc_spool *spool, toc_err *err)
{
    struct stat about;
    char path[SPOOL_PATH_BYTES];
    path_of(spool, "refused", "", "", path);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return toc_fail(err, TOC_IO, "cannot make '%s': %s", path, strerror(errno));
    spool->refused = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (spool->refused < 0 || fstat(spool->refused, &about) != 0 || about.st_uid != geteuid() ||
        (about.st_mode & 0777) != 0700)
        return toc_fail(err, TOC_DENIED,
                        "'%s' must be a folder of the node's own user with mode 0700; remove it",
                        path);
    return TOC_OK;
}

toc_code toc_spool_start(toc_node *node, toc_writer *writer, toc_spool **out, toc_err *err)
{
    toc_spool *spool = calloc(1, sizeof *spool);
    if (spool == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the spool");
    spool->node = node;
    spool->refused = -1;
    spool->writer = writer;
    spool->directory = toc_node_config(node)->spool;
    pthread_mutex_init(&spool->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&spool->stop, &attributes);
    pthread_condattr_destroy(&attributes);
    toc_code code = make_refused(spool, err);
    if (code == TOC_OK)
        code = write_card(spool, err);
    if (code == TOC_OK) {
        spool->runs = pthread_create(&spool->thread, NULL, spool_main, spool) == 0;
        if (!spool->runs)
            code = toc_fail(err, TOC_NO_MEMORY, "cannot start the spool's thread");
    }
    if (code != TOC_OK) {
        toc_spool_stop(spool);
        return code;
    }
    *out = spool;
    return TOC_OK;
}

void toc_spool_stop(toc_spool *spool)
{
    if (spool == NULL)
        return;
    pthread_mutex_lock(&spool->mutex);
    spool->stopping = true;
    pthread_cond_broadcast(&spool->stop);
    pthread_mutex_unlock(&spool->mutex);
    if (spool->runs)
        pthread_join(spool->thread, NULL);
    close_file(&spool->refused);
    pthread_cond_destroy(&spool->stop);
    pthread_mutex_destroy(&spool->mutex);
    free(spool);
}
