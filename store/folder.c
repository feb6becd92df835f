#include "store/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 4096 };

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}
#define AUTO_FD __attribute__((cleanup(close_fd)))

static void close_dir(DIR **dir)
{
    if (*dir != NULL)
        (void)closedir(*dir);
}
#define AUTO_DIR __attribute__((cleanup(close_dir)))

toc_code toc_folder_fail(toc_err *err, const char *what, const char *path, int error)
{
    toc_code code = TOC_IO;
    if (error == ENOSPC || error == EDQUOT)
        code = TOC_FULL;
    else if (error == ENOENT)
        code = TOC_NOT_FOUND;
    else if (error == EEXIST || error == ENOTEMPTY)
        code = TOC_EXISTS;
    else if (error == ENOMEM)
        code = TOC_NO_MEMORY;
    char text[128];
    return toc_fail(err, code, "%s '%s': %s", what, path, strerror_r(error, text, sizeof text));
}

static toc_code copy_path(const char *path, const char *tail, char out[TOC_PATH_BYTES_MAX],
                          toc_err *err)
{
    int size = snprintf(out, TOC_PATH_BYTES_MAX, "%s%s", path, tail);
    if (size < 0 || size >= TOC_PATH_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "the path '%.64s…' is longer than %d bytes", path,
                        TOC_PATH_BYTES_MAX - 1);
    return TOC_OK;
}

static toc_code sync_path(const char *path, int flags, toc_err *err)
{
    AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0 || fsync(fd) != 0)
        return toc_folder_fail(err, "sync", path, errno);
    return TOC_OK;
}

/* A rename or removal is durable when the folder above is synced. */
static toc_code sync_above(const char *path, toc_err *err)
{
    char above[TOC_PATH_BYTES_MAX];
    TOC_TRY(copy_path(path, "", above, err));
    char *slash = strrchr(above, '/');
    if (slash == NULL)
        return sync_path(".", O_DIRECTORY, err);
    slash[slash == above ? 1 : 0] = '\0';
    return sync_path(above, O_DIRECTORY, err);
}

typedef toc_code (*file_visit)(int folder, const char *folder_path, const char *name, toc_err *err);

static toc_code each_file(const char *path, file_visit visit, toc_err *err)
{
    AUTO_DIR DIR *dir = opendir(path);
    if (dir == NULL)
        return toc_folder_fail(err, "read folder", path, errno);
    for (;;) {
        errno = 0;
        const struct dirent *item = readdir(dir);
        if (item == NULL)
            return errno == 0 ? TOC_OK : toc_folder_fail(err, "read folder", path, errno);
        if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
            TOC_TRY(visit(dirfd(dir), path, item->d_name, err));
    }
}

static toc_code remove_file(int folder, const char *folder_path, const char *name, toc_err *err)
{
    if (unlinkat(folder, name, 0) != 0 && errno != ENOENT)
        return toc_folder_fail(err, "empty folder", folder_path, errno);
    return TOC_OK;
}

/* And nobody else may read it: LMDB's copies come with 0644. */
static toc_code sync_file(int folder, const char *folder_path, const char *name, toc_err *err)
{
    AUTO_FD int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fchmod(fd, 0600) != 0 || fsync(fd) != 0)
        return toc_folder_fail(err, "sync the files of", folder_path, errno);
    return TOC_OK;
}

static toc_code look(const char *path, bool *out_there, toc_err *err)
{
    struct stat unused;
    *out_there = lstat(path, &unused) == 0;
    return *out_there || errno == ENOENT ? TOC_OK : toc_folder_fail(err, "look at", path, errno);
}

static toc_code remove_folder(const char *path, toc_err *err)
{
    bool there = false;
    TOC_TRY(look(path, &there, err));
    if (!there)
        return TOC_OK;
    TOC_TRY(each_file(path, remove_file, err));
    if (rmdir(path) != 0)
        return toc_folder_fail(err, "remove folder", path, errno);
    return sync_above(path, err);
}

toc_code toc_folder_remove(const char *path, toc_err *err)
{
    return remove_folder(path, err);
}

/* Another maker may have renamed the draft between our open and our lock. */
static bool is_same(int fd, const char *path)
{
    struct stat ours, theirs;
    return fstat(fd, &ours) == 0 && stat(path, &theirs) == 0 && ours.st_dev == theirs.st_dev &&
           ours.st_ino == theirs.st_ino;
}

static toc_code lock(int fd, const char *draft, toc_err *err)
{
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK
                   ? toc_fail(err, TOC_STATE, "'%s' is being made by another process", draft)
                   : toc_folder_fail(err, "lock folder", draft, errno);
    if (!is_same(fd, draft))
        return toc_fail(err, TOC_STATE, "'%s' has just been made by another process", draft);
    return TOC_OK;
}

static toc_code lock_draft(const char *draft, int *out_fd, toc_err *err)
{
    if (mkdir(draft, 0700) != 0 && errno != EEXIST)
        return toc_folder_fail(err, "make folder", draft, errno);
    int fd = open(draft, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return toc_folder_fail(err, "open folder", draft, errno);
    toc_code code = lock(fd, draft, err);
    if (code == TOC_OK)
        *out_fd = fd;
    else
        (void)close(fd);
    return code;
}

toc_code toc_folder_begin(const char *path, toc_folder *out, toc_err *err)
{
    TOC_TRY(copy_path(path, "", out->path, err));
    TOC_TRY(copy_path(path, ".new", out->draft, err));
    bool there = false;
    TOC_TRY(look(path, &there, err));
    if (!there) {
        TOC_TRY(lock_draft(out->draft, &out->lock, err));
        TOC_TRY(look(path, &there, err)); /* whoever held the lock before may have made it */
    }
    if (there)
        return toc_fail(err, TOC_EXISTS, "'%s' is there already", path);
    return each_file(out->draft, remove_file, err);
}

toc_code toc_folder_finish(toc_folder *folder, toc_err *err)
{
    TOC_ASSERT(folder->lock > 0);
    TOC_TRY(each_file(folder->draft, sync_file, err));
    TOC_TRY(sync_path(folder->draft, O_DIRECTORY, err));
    if (rename(folder->draft, folder->path) != 0)
        return toc_folder_fail(err, "rename the new folder to", folder->path, errno);
    toc_code code = sync_above(folder->path, err);
    (void)close(folder->lock);
    folder->lock = 0;
    return code;
}

void toc_folder_discard(toc_folder *folder)
{
    if (folder->lock <= 0)
        return;
    (void)remove_folder(folder->draft, NULL); /* what cannot be removed now is by the next maker */
    (void)close(folder->lock);
    folder->lock = 0;
}

/* ---- a small file beside the store ---- */

static toc_code write_draft(const char *draft, toc_span bytes, toc_err *err)
{
    AUTO_FD int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return toc_folder_fail(err, "write", draft, errno);
    while (bytes.size > 0) {
        ssize_t count = write(fd, bytes.data, bytes.size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return toc_folder_fail(err, "write", draft, errno);
        bytes = toc_span_of(bytes.data + count, bytes.size - (size_t)count);
    }
    return fsync(fd) == 0 ? TOC_OK : toc_folder_fail(err, "sync", draft, errno);
}

toc_code toc_folder_file_write(const char *path, toc_span bytes, toc_err *err)
{
    char draft[TOC_PATH_BYTES_MAX];
    TOC_TRY(copy_path(path, ".new", draft, err));
    TOC_TRY(write_draft(draft, bytes, err));
    if (rename(draft, path) != 0)
        return toc_folder_fail(err, "write", path, errno);
    return sync_above(path, err);
}

/* Until its end, and not by its size: what a pipe or the kernel gives has none. */
toc_code toc_folder_file_read(const char *path, size_t bytes_max, toc_buf *out, toc_err *err)
{
    AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return toc_folder_fail(err, "read", path, errno);
    for (size_t whole = 0;;) {
        uint8_t *room = toc_buf_extend(out, READ_BYTES);
        if (room == NULL)
            return toc_fail(err, TOC_NO_MEMORY, "out of memory for '%s'", path);
        ssize_t count = read(fd, room, READ_BYTES);
        int reason = errno;
        out->size -= READ_BYTES - (count < 0 ? 0 : (size_t)count);
        if (count == 0)
            return TOC_OK;
        if (count < 0 && reason != EINTR)
            return toc_folder_fail(err, "read", path, reason);
        whole += count < 0 ? 0 : (size_t)count;
        if (whole > bytes_max)
            return toc_fail(err, TOC_LIMIT, "'%s' is larger than %zu bytes", path, bytes_max);
    }
}
