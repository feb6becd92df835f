#include "tests/support/tempdir.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void toc_tempdir_make(char out[TOC_TEMPDIR_BYTES])
{
    const char *parent = getenv("TMPDIR");
    if (parent == NULL || parent[0] == '\0')
        parent = "/tmp";
    int size = snprintf(out, TOC_TEMPDIR_BYTES, "%s/tocsin-test-XXXXXX", parent);
    if (size < 0 || size >= TOC_TEMPDIR_BYTES || mkdtemp(out) == NULL)
        fail_msg("no folder can be made in %s", parent);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

void toc_tempdir_remove(const char *path)
{
    /* Only what toc_tempdir_make made. */
    if (strstr(path, "/tocsin-test-") == NULL ||
        nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        fail_msg("%s cannot be removed", path);
}
