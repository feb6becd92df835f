#include "tools/passphrase.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/crypto/secret.h"

enum { PASSPHRASE_BYTES_MAX = 1024, PRIVATE_BITS = 077 };

/* A passphrase that everybody may read is none. */
static toc_code check_mode(const char *path, toc_err *err)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return toc_fail(err, TOC_NOT_FOUND, "passphrase file '%s': %s", path, strerror(errno));
    if ((about.st_mode & PRIVATE_BITS) != 0)
        return toc_fail(err, TOC_DENIED, "the passphrase file '%s' is open to others; chmod 600 it",
                        path);
    return TOC_OK;
}

static toc_code from_file(const char *path, toc_buf *out, toc_err *err)
{
    TOC_TRY(check_mode(path, err));
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_TRY(toc_file_read(path, PASSPHRASE_BYTES_MAX, &text, err));
    toc_span whole = toc_buf_view(&text), line;
    (void)toc_line_next(&whole, &line);
    toc_buf_add_span(out, line);
    return toc_buf_ok(out, err);
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
    char path[TOC_CONFIG_PATH_BYTES * 2];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return toc_file_read(path, PASSPHRASE_BYTES_MAX, out, err);
}

/* One line from the terminal, not echoed. */
static toc_code ask_once(const char *prompt, toc_buf *out, toc_err *err)
{
    FILE *terminal = fopen("/dev/tty", "r+e");
    if (terminal == NULL)
        return toc_fail(err, TOC_USAGE,
                        "a passphrase is needed and there is no terminal to ask on; name a file "
                        "that has it (--help says by which option)");
    struct termios before, silent;
    bool quiet = tcgetattr(fileno(terminal), &before) == 0;
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    if (quiet)
        tcsetattr(fileno(terminal), TCSAFLUSH, &silent);
    fputs(prompt, terminal);
    fflush(terminal);
    char line[PASSPHRASE_BYTES_MAX];
    setvbuf(terminal, NULL, _IONBF, 0); /* so that the library keeps no copy */
    bool got = fgets(line, sizeof line, terminal) != NULL;
    if (quiet)
        tcsetattr(fileno(terminal), TCSAFLUSH, &before);
    fputc('\n', terminal);
    fclose(terminal);
    if (got)
        toc_buf_add(out, line, strcspn(line, "\n"));
    toc_wipe(line, sizeof line);
    return got ? toc_buf_ok(out, err) : toc_fail(err, TOC_USAGE, "no passphrase was given");
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
