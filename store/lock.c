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

toc_code toc_state_lock_take(const char *directory, toc_state_lock **out, toc_err *err)
{
    char path[LOCK_PATH_BYTES];
    int length = snprintf(path, sizeof path, "%s/lock", directory);
    if (length < 0 || (size_t)length >= sizeof path)
        return toc_fail(err, TOC_LIMIT, "the state directory's path is too long");
    TOC_AUTO(toc_state_unlock) toc_state_lock *lock = malloc(sizeof *lock);
    if (lock == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a lock");
    lock->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock->file < 0)
        return toc_fail(err, errno == ENOENT ? TOC_NOT_FOUND : TOC_IO,
                        "cannot open the lock '%s': %s", path, strerror(errno));
    if (flock(lock->file, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK
                   ? toc_fail(err, TOC_STATE,
                              "the state directory '%s' is in use by another process: a running "
                              "tocsind, or a command with --direct",
                              directory)
                   : toc_fail(err, TOC_IO, "cannot lock '%s': %s", path, strerror(errno));
    *out = lock;
    lock = NULL; /* transferred */
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
