#include "store/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/crypto/storekey.h"
#include "store/folder.h"

enum { PASSPHRASE_FILE_BYTES_MAX = 4096, STORE_KEY_FILE_BYTES_MAX = 4096, OTHERS_BITS = 077 };

/* ---- files ---- */

/* Of a file the first line counts: an editor ends it, and people note below what it is for. */
static toc_code first_line(const char *path, toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_TRY(toc_folder_file_read(path, PASSPHRASE_FILE_BYTES_MAX, &text, err));
    toc_span whole = toc_buf_view(&text), line;
    (void)toc_line_next(&whole, &line);
    toc_buf_add_span(out, line);
    return toc_buf_ok(out, err);
}

/* A passphrase that others may read is none. */
static toc_code from_file(const char *path, toc_buf *out, toc_err *err)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return toc_folder_fail(err, "read the passphrase in", path, errno);
    if ((about.st_mode & OTHERS_BITS) != 0)
        return toc_fail(err, TOC_DENIED, "the passphrase file '%s' is open to others; chmod 600 it",
                        path);
    return first_line(path, out, err);
}

static toc_code from_credential(const char *name, toc_buf *out, toc_err *err)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (folder == NULL)
        return toc_fail(err, TOC_USAGE,
                        "the systemd credential '%s' is named, but there is no "
                        "$CREDENTIALS_DIRECTORY here; name a file instead: 'secret = file:PATH' in "
                        "the configuration, --secret-file PATH of 'tocsin init'",
                        name);
    char path[TOC_PATH_BYTES_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return toc_fail(err, TOC_LIMIT, "the path of the systemd credential '%s' is too long",
                        name);
    return first_line(path, out, err);
}

/* ---- the terminal ---- */

static const int endings[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static volatile sig_atomic_t ended_by;

static void note_ending(int signal)
{
    ended_by = signal;
}

/* While the terminal is silent, signals that would end the process wait; one that comes while a
 * line is waited for ends the waiting. */
typedef struct held_endings {
    sigset_t mask, waiting; /* of before; and the one to wait for a line with */
    struct sigaction actions[TOC_COUNT(endings)];
} held_endings;

static void hold_endings(held_endings *out)
{
    sigset_t held;
    sigemptyset(&held);
    for (size_t i = 0; i < TOC_COUNT(endings); i++)
        sigaddset(&held, endings[i]);
    pthread_sigmask(SIG_BLOCK, &held, &out->mask);
    out->waiting = out->mask;
    ended_by = 0;
    for (size_t i = 0; i < TOC_COUNT(endings); i++) {
        struct sigaction noted = {.sa_handler = note_ending};
        sigaction(endings[i], &noted, &out->actions[i]);
        sigdelset(&out->waiting, endings[i]);
    }
}

/* What came meanwhile does now what it always does. */
static void let_endings_go(const held_endings *held)
{
    for (size_t i = 0; i < TOC_COUNT(endings); i++)
        sigaction(endings[i], &held->actions[i], NULL);
    if (ended_by != 0)
        raise(ended_by);
    pthread_sigmask(SIG_SETMASK, &held->mask, NULL);
}

static ssize_t read_line(int terminal, const sigset_t *waiting, uint8_t *out, size_t capacity)
{
    struct pollfd line = {.fd = terminal, .events = POLLIN};
    return ppoll(&line, 1, NULL, waiting) < 0 ? -1 : read(terminal, out, capacity);
}

static void close_file(const int *file)
{
    if (*file >= 0)
        close(*file);
}

/* One line, not echoed. Whatever ends the asking, the terminal echoes again. */
static toc_code ask_once(const char *prompt, toc_buf *out, toc_err *err)
{
    __attribute__((cleanup(close_file))) int terminal =
        open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct termios before, silent;
    if (terminal < 0 || tcgetattr(terminal, &before) != 0)
        return toc_fail(err, TOC_USAGE,
                        "a passphrase is needed and there is no terminal to ask on; name a file "
                        "that has it: 'secret = file:PATH' in the configuration (of a command "
                        "--help says by which option)");
    uint8_t *room = toc_buf_extend(out, PASSPHRASE_FILE_BYTES_MAX);
    if (room == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a passphrase");
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    silent.c_lflag |= ECHONL;
    held_endings held;
    hold_endings(&held);
    tcsetattr(terminal, TCSAFLUSH, &silent);
    ssize_t told = write(terminal, prompt, strlen(prompt));
    ssize_t size =
        told < 0 ? -1 : read_line(terminal, &held.waiting, room, PASSPHRASE_FILE_BYTES_MAX);
    tcsetattr(terminal, TCSAFLUSH, &before);
    let_endings_go(&held);
    if (size > 0 && room[size - 1] == '\n')
        size--;
    out->size -= PASSPHRASE_FILE_BYTES_MAX - (size < 0 ? 0 : (size_t)size);
    return size > 0 ? TOC_OK : toc_fail(err, TOC_USAGE, "no passphrase was given");
}

static toc_code ask(const char *what, bool twice, toc_buf *out, toc_err *err)
{
    char prompt[128];
    snprintf(prompt, sizeof prompt, "passphrase of %s: ", what);
    TOC_TRY(ask_once(prompt, out, err));
    if (!twice)
        return TOC_OK;
    TOC_AUTO(toc_buf_wipe) toc_buf again = {0};
    TOC_TRY(ask_once("the same again: ", &again, err));
    if (!toc_span_equal(toc_buf_view(out), toc_buf_view(&again)))
        return toc_fail(err, TOC_USAGE, "the two passphrases differ; nothing was changed");
    return TOC_OK;
}

/* ---- where it comes from ---- */

toc_code toc_passphrase_get(const toc_config *config, bool twice, toc_buf *out, toc_err *err)
{
    switch (config->secret_kind) {
    case TOC_SECRET_FILE:
        return from_file(config->secret, out, err);
    case TOC_SECRET_CREDENTIAL:
        return from_credential(config->secret, out, err);
    case TOC_SECRET_ASK:
        break;
    }
    return ask("the store key", twice, out, err);
}

toc_code toc_passphrase_from(const char *source, const char *what, bool twice, toc_buf *out,
                             toc_err *err)
{
    if (strcmp(source, "ask") == 0)
        return ask(what, twice, out, err);
    if (strncmp(source, "file:", 5) == 0)
        return from_file(source + 5, out, err);
    if (strncmp(source, "credential:", 11) == 0 && strchr(source + 11, '/') == NULL)
        return from_credential(source + 11, out, err);
    return toc_fail(err, TOC_USAGE,
                    "the passphrase of %s comes from file:PATH, credential:NAME or ask; it never "
                    "stands on a command line",
                    what);
}

toc_code toc_passphrase_store_key(const toc_config *config, toc_secret **out, toc_err *err)
{
    char path[TOC_PATH_BYTES_MAX];
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf passphrase = {0};
    snprintf(path, sizeof path, "%s/keys/store.key", config->state);
    toc_code code = toc_folder_file_read(path, STORE_KEY_FILE_BYTES_MAX, &file, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, TOC_NOT_FOUND,
                        "there is no '%s'; 'tocsin init' makes an org, its keys and its store",
                        path);
    if (code != TOC_OK)
        return code;
    TOC_TRY(toc_passphrase_get(config, false, &passphrase, err));
    return toc_store_key_open(toc_buf_view(&file), toc_passphrase_trim(toc_buf_view(&passphrase)),
                              out, err);
}
