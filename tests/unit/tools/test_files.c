/* Files that tools write: whole, and into folders that are not theirs to read. */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/tempdir.h"
#include "tools/cli.h"

enum { NOBODY = 65534, PATH_BYTES = TOC_TEMPDIR_BYTES + 32 };

static int write_as_nobody(const char *path)
{
    toc_err err;
    if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        return 2;
    return toc_file_write(path, toc_span_text("sealed"), 0644, false, &err) == TOC_OK ? 0 : 1;
}

static void a_file_is_put_into_a_folder_that_may_not_be_read(void **state)
{
    char folder[TOC_TEMPDIR_BYTES], spool[PATH_BYTES], path[PATH_BYTES + 8];
    struct stat about;
    int status;
    (void)state;
    toc_tempdir_make(folder);
    snprintf(spool, sizeof spool, "%s/spool", folder);
    snprintf(path, sizeof path, "%s/one", spool);
    assert_int_equal(mkdir(spool, 0700), 0);
    assert_int_equal(chmod(folder, 0711), 0);
    if (geteuid() == 0)
        assert_int_equal(chown(spool, NOBODY, NOBODY), 0);
    assert_int_equal(chmod(spool, 01330), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(write_as_nobody(path));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(chmod(spool, 0700), 0);
    assert_int_equal(status, 0);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_size, 6);
    toc_tempdir_remove(folder);
}

static void a_file_that_is_there_is_kept_and_named(void **state)
{
    char folder[TOC_TEMPDIR_BYTES], path[PATH_BYTES];
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf found = {0};
    (void)state;
    toc_tempdir_make(folder);
    snprintf(path, sizeof path, "%s/one", folder);
    TOC_CHECK_OK(toc_file_write(path, toc_span_text("first"), 0600, false, &err));
    assert_int_equal(toc_file_write(path, toc_span_text("second"), 0600, false, &err), TOC_EXISTS);
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, "not overwritten"));
    TOC_CHECK_OK(toc_file_read(path, 16, &found, &err));
    assert_string_equal(toc_buf_text(&found), "first");
    toc_tempdir_remove(folder);
}

/* What waits in the spool is taken in this order, and the kernel's own stamps are alike for some
 * milliseconds. */
static void files_bear_the_times_at_which_they_were_written(void **state)
{
    enum { FILES = 20 };
    char folder[TOC_TEMPDIR_BYTES], path[PATH_BYTES];
    struct timespec before = {0};
    (void)state;
    toc_tempdir_make(folder);
    for (int i = 0; i < FILES; i++) {
        toc_err err;
        struct stat about;
        snprintf(path, sizeof path, "%s/%d", folder, i);
        TOC_CHECK_OK(toc_file_write(path, toc_span_text("one"), 0600, false, &err));
        assert_int_equal(stat(path, &about), 0);
        assert_true(
            about.st_mtim.tv_sec > before.tv_sec ||
            (about.st_mtim.tv_sec == before.tv_sec && about.st_mtim.tv_nsec > before.tv_nsec));
        before = about.st_mtim;
    }
    toc_tempdir_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_put_into_a_folder_that_may_not_be_read),
        cmocka_unit_test(a_file_that_is_there_is_kept_and_named),
        cmocka_unit_test(files_bear_the_times_at_which_they_were_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
