#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { LOCK_PATH_BYTES = 1100 };

struct toc_state_lock {
    int file;
};

static toc_code lock_file(const char *directory, int *out_file, toc_err *err)
{
    *out_file = -1;
    char path[LOCK_PATH_BYTES];
    int length = snprintf(path, sizeof path, "%s/lock", directory);
    if (length < 0 || (size_t)length >= sizeof path)
        return toc_fail(err, TOC_LIMIT, "the state directory's path is too long");
    *out_file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*out_file < 0)
        return toc_fail(err, errno == ENOENT ? TOC_NOT_FOUND : TOC_IO,
                        "cannot open the lock '%s': %s", path, strerror(errno));
    if (flock(*out_file, LOCK_EX | LOCK_NB) == 0)
        return TOC_OK;
    return errno == EWOULDBLOCK
               ? toc_fail(err, TOC_STATE,
                          "the state directory '%s' is in use by another process: a running "
                          "tocsind, or a command with --direct",
                          directory)
               : toc_fail(err, TOC_IO, "cannot lock '%s': %s", path, strerror(errno));
}

toc_code toc_state_lock_take(const char *directory, toc_state_lock **out, toc_err *err)
{
    toc_state_lock *lock = malloc(sizeof *lock);
    if (lock == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a lock");
    toc_code code = lock_file(directory, &lock->file, err);
    if (code != TOC_OK) {
        toc_state_unlock(lock);
        return code;
    }
    *out = lock;
    return TOC_OK;
}

void toc_state_unlock(toc_state_lock *lock)
{
    if (lock == NULL)
        return;
    if (lock->file >= 0)
        close(lock->file);
    free(lock);
}
