#include "node/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "store/folder.h"

enum { PATH_BYTES = TOC_CONFIG_PATH_BYTES + 64, SMALL_FILE_BYTES_MAX = 4096, MARKER_BYTES = 128 };

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"

static void close_file(const int *file)
{
    if (*file >= 0)
        close(*file);
}
#define AUTO_FILE __attribute__((cleanup(close_file)))

/* ---- the boot marker ---- */

/* The boot's id, and which file the log is: a restored copy is another one. */
static toc_code describe_boot(const toc_config *config, char out[MARKER_BYTES], toc_err *err)
{
    char path[PATH_BYTES];
    struct stat about;
    TOC_AUTO(toc_buf_wipe) toc_buf boot = {0};
    snprintf(path, sizeof path, "%s/store/log/data.mdb", config->state);
    if (stat(path, &about) != 0)
        return toc_fail(err, errno == ENOENT ? TOC_NOT_FOUND : TOC_IO,
                        "there is no log at '%s' (%s); 'tocsin init' makes one", path,
                        strerror(errno));
    TOC_TRY(toc_folder_file_read(BOOT_ID_FILE, SMALL_FILE_BYTES_MAX, &boot, err));
    toc_span text = toc_buf_view(&boot), id;
    (void)toc_line_next(&text, &id);
    snprintf(out, MARKER_BYTES, "%.*s %llu:%llu\n", (int)(id.size < 40 ? id.size : 40),
             (const char *)id.data, (unsigned long long)about.st_dev,
             (unsigned long long)about.st_ino);
    return TOC_OK;
}

/* Is there such a file, and is this in it? */
static toc_code file_says(const char *folder, const char *name, const char *wanted, bool *out,
                          toc_err *err)
{
    char path[PATH_BYTES];
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    toc_code code = toc_folder_file_read(path, SMALL_FILE_BYTES_MAX, &text, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    *out = code == TOC_OK && toc_span_equal(toc_buf_view(&text), toc_span_text(wanted));
    return TOC_OK;
}

toc_code toc_daemon_same_boot(const toc_config *config, bool *out, toc_err *err)
{
    char wanted[MARKER_BYTES];
    TOC_TRY(describe_boot(config, wanted, err));
    return file_says(config->runtime, "boot", wanted, out, err);
}

/* Which file the log is, by what no copy of it has: inode and birth. */
static toc_code describe_log(const toc_config *config, char out[MARKER_BYTES], toc_err *err)
{
    char path[PATH_BYTES];
    struct statx about = {0};
    snprintf(path, sizeof path, "%s/store/log/data.mdb", config->state);
    if (statx(AT_FDCWD, path, 0, STATX_INO | STATX_BTIME, &about) != 0)
        return toc_fail(err, TOC_IO, "cannot look at '%s': %s", path, strerror(errno));
    snprintf(out, MARKER_BYTES, "%llu %lld.%09u\n", (unsigned long long)about.stx_ino,
             (long long)about.stx_btime.tv_sec, about.stx_btime.tv_nsec);
    return TOC_OK;
}

toc_code toc_daemon_restored(const toc_config *config, bool *out, toc_err *err)
{
    bool in_place;
    char wanted[MARKER_BYTES];
    TOC_TRY(describe_log(config, wanted, err));
    TOC_TRY(file_says(config->state, "place", wanted, &in_place, err));
    *out = !in_place;
    return TOC_OK;
}

/* Whole or not at all. */
static toc_code write_small(const char *folder, const char *name, const char *text, toc_err *err)
{
    char path[PATH_BYTES], fresh[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(fresh, sizeof fresh, "%s/%s.new", folder, name);
    AUTO_FILE int file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    size_t size = strlen(text);
    if (file < 0 || write(file, text, size) != (ssize_t)size || rename(fresh, path) != 0)
        return toc_fail(err, TOC_IO, "cannot write '%s': %s", path, strerror(errno));
    return TOC_OK;
}

toc_code toc_daemon_mark_boot(const toc_config *config, toc_err *err)
{
    char boot[MARKER_BYTES], place[MARKER_BYTES];
    TOC_TRY(describe_boot(config, boot, err));
    TOC_TRY(describe_log(config, place, err));
    TOC_TRY(write_small(config->state, "place", place, err));
    return write_small(config->runtime, "boot", boot, err);
}

/* ---- systemd ---- */

/* sd_notify(3) without its library: one datagram. */
void toc_daemon_notify(const char *state)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (name == NULL || (name[0] != '/' && name[0] != '@') ||
        strlen(name) >= sizeof address.sun_path)
        return;
    memcpy(address.sun_path, name, strlen(name));
    if (name[0] == '@')
        address.sun_path[0] = '\0'; /* the abstract name space */
    AUTO_FILE int notifier = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    if (notifier >= 0 && connect(notifier, (const struct sockaddr *)&address, size) == 0) {
        ssize_t sent = send(notifier, state, strlen(state), MSG_NOSIGNAL);
        (void)sent; /* nobody to tell */
    }
}
