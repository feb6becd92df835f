/* Files of people: configurations, cards, lists. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tools/cli.h"

enum { READ_BYTES = 65536 };

static toc_code fail_errno(toc_err *err, const char *what, const char *path)
{
    toc_code code = errno == ENOENT   ? TOC_NOT_FOUND
                    : errno == EEXIST ? TOC_EXISTS
                    : errno == EACCES ? TOC_DENIED
                    : errno == ENOSPC ? TOC_FULL
                                      : TOC_IO;
    return toc_fail(err, code, "%s '%s': %s", what, path, strerror(errno));
}

static toc_code read_all(int fd, const char *path, size_t bytes_max, toc_buf *out, toc_err *err)
{
    for (;;) {
        uint8_t *room = toc_buf_extend(out, READ_BYTES);
        if (room == NULL)
            return toc_fail(err, TOC_NO_MEMORY, "out of memory reading '%s'", path);
        ssize_t count = read(fd, room, READ_BYTES);
        int error = errno;
        out->size -= READ_BYTES;
        if (count == 0)
            return TOC_OK;
        if (count < 0 && error == EINTR)
            continue;
        errno = error;
        if (count < 0)
            return fail_errno(err, "read", path);
        out->size += (size_t)count;
        if (out->size > bytes_max)
            return toc_fail(err, TOC_LIMIT, "'%s' is larger than %zu bytes", path, bytes_max);
    }
}

toc_code toc_file_read(const char *path, size_t bytes_max, toc_buf *out, toc_err *err)
{
    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, "stdin", bytes_max, out, err);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(err, "open", path);
    toc_code code = read_all(fd, path, bytes_max, out, err);
    close(fd);
    return code;
}

/* The kernel's own stamp moves every few milliseconds, and what waits in the spool is taken in the
 * order of these. */
static void stamp(int file)
{
    struct timespec now[2] = {{0}};
    (void)clock_gettime(CLOCK_REALTIME, &now[0]);
    now[1] = now[0];
    (void)futimens(file, now);
}

static toc_code write_all(int fd, toc_span bytes, const char *path, toc_err *err)
{
    while (bytes.size > 0) {
        ssize_t count = write(fd, bytes.data, bytes.size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail_errno(err, "write", path);
        bytes = toc_span_of(bytes.data + count, bytes.size - (size_t)count);
    }
    stamp(fd);
    return fsync(fd) == 0 ? TOC_OK : fail_errno(err, "sync", path);
}

/* The folder holds the new name: without this a power cut can take it back. Into the spool one may
 * write without reading it; then the whole file system of `file`, which stands in it, is synced. */
static toc_code sync_folder_of(const char *path, int file, toc_err *err)
{
    char folder[TOC_CONFIG_PATH_BYTES + 64];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash == NULL)
        snprintf(folder, sizeof folder, ".");
    else
        slash[slash == folder ? 1 : 0] = '\0';
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == EACCES)
        return syncfs(file) == 0 ? TOC_OK : fail_errno(err, "sync", folder);
    if (fd < 0)
        return fail_errno(err, "open", folder);
    int result = fsync(fd);
    toc_code code = result == 0 ? TOC_OK : fail_errno(err, "sync", folder);
    close(fd);
    return code;
}

static toc_code put_in_place(const char *draft, int file, const char *path, bool replace,
                             toc_err *err)
{
    int result = replace ? rename(draft, path) : link(draft, path);
    if (result != 0 && errno == EEXIST)
        return toc_fail(err, TOC_EXISTS,
                        "'%s' is there already and is not overwritten: give another name, or move "
                        "it away",
                        path);
    if (result != 0)
        return fail_errno(err, "write", path);
    return sync_folder_of(path, file, err);
}

toc_code toc_file_write(const char *path, toc_span bytes, unsigned mode, bool replace, toc_err *err)
{
    /* Hidden while it is written: whoever watches the folder takes whole files only. */
    const char *slash = strrchr(path, '/');
    int folder = slash == NULL ? 0 : (int)(slash - path) + 1;
    char draft[TOC_CONFIG_PATH_BYTES + 64];
    if (snprintf(draft, sizeof draft, "%.*s.draft.XXXXXX", folder, path) >= (int)sizeof draft)
        return toc_fail(err, TOC_LIMIT, "the path '%.64s…' is too long", path);
    int fd = mkostemp(draft, O_CLOEXEC);
    if (fd < 0)
        return fail_errno(err, "write", path);
    toc_code code = fchmod(fd, (mode_t)mode) == 0 ? write_all(fd, bytes, path, err)
                                                  : fail_errno(err, "write", path);
    if (code == TOC_OK)
        code = put_in_place(draft, fd, path, replace, err);
    close(fd);
    unlink(draft);
    return code;
}
