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

void toc_tempdir_path(const char *folder, const char *name, char out[TOC_TEMPDIR_PATH_BYTES])
{
    int size = snprintf(out, TOC_TEMPDIR_PATH_BYTES, "%s/%s", folder, name);
    assert_true(size > 0 && size < TOC_TEMPDIR_PATH_BYTES);
}

void toc_tempdir_write(const char *folder, const char *name, toc_span bytes)
{
    char path[TOC_TEMPDIR_PATH_BYTES];
    toc_tempdir_path(folder, name, path);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
    assert_int_equal(fclose(file), 0);
}
