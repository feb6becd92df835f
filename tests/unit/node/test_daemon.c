/* What a daemon does around its node: the boot marker, word to systemd. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/daemon.h"
#include "tests/support/check.h"
#include "tests/support/tempdir.h"

typedef struct place {
    char folder[TOC_TEMPDIR_BYTES];
    toc_config config;
} place;

static void make_folder(const place *p, const char *name)
{
    char path[TOC_TEMPDIR_PATH_BYTES];
    toc_tempdir_path(p->folder, name, path);
    assert_int_equal(mkdir(path, 0700), 0);
}

static int make_place(void **state)
{
    place *p = calloc(1, sizeof *p);
    toc_tempdir_make(p->folder);
    toc_config_default(&p->config);
    snprintf(p->config.state, sizeof p->config.state, "%s", p->folder);
    snprintf(p->config.runtime, sizeof p->config.runtime, "%s", p->folder);
    make_folder(p, "store");
    make_folder(p, "store/log");
    toc_tempdir_write(p->folder, "store/log/data.mdb", toc_span_text("a log"));
    *state = p;
    return 0;
}

static int remove_place(void **state)
{
    place *p = *state;
    toc_tempdir_remove(p->folder);
    free(p);
    return 0;
}

/* ---- the boot ---- */

static bool same_boot(const place *p)
{
    toc_err err;
    bool same = false;
    TOC_CHECK_OK(toc_daemon_same_boot(&p->config, &same, &err));
    return same;
}

static void a_node_that_never_ran_is_not_of_this_boot(void **state)
{
    assert_false(same_boot(*state));
}

static void a_marked_boot_is_the_same_until_something_changes(void **state)
{
    place *p = *state;
    toc_err err;
    char path[TOC_TEMPDIR_PATH_BYTES], aside[TOC_TEMPDIR_PATH_BYTES];
    TOC_CHECK_OK(toc_daemon_mark_boot(&p->config, &err));
    assert_true(same_boot(p));
    TOC_CHECK_OK(toc_daemon_mark_boot(&p->config, &err));
    assert_true(same_boot(p));
    /* A log put back from a copy is another file. */
    toc_tempdir_path(p->folder, "store/log/data.mdb", path);
    toc_tempdir_path(p->folder, "store/log/before", aside);
    assert_int_equal(rename(path, aside), 0);
    toc_tempdir_write(p->folder, "store/log/data.mdb", toc_span_text("a log"));
    assert_false(same_boot(p));
    assert_int_equal(rename(aside, path), 0);
    assert_true(same_boot(p));
}

static void another_boots_marker_and_a_cut_one_are_not_believed(void **state)
{
    static const char *const markers[] = {"", "\n", "00000000-0000-4000-8000-000000000000 1:1\n",
                                          "x"};
    place *p = *state;
    toc_err err;
    for (size_t i = 0; i < TOC_COUNT(markers); i++) {
        toc_tempdir_write(p->folder, "boot", toc_span_text(markers[i]));
        assert_false(same_boot(p));
    }
    TOC_CHECK_OK(toc_daemon_mark_boot(&p->config, &err));
    char path[TOC_TEMPDIR_PATH_BYTES];
    toc_tempdir_path(p->folder, "boot", path);
    assert_int_equal(truncate(path, 36), 0); /* the boot's id alone */
    assert_false(same_boot(p));
}

static bool restored(const place *p)
{
    toc_err err;
    bool is_restored = false;
    TOC_CHECK_OK(toc_daemon_restored(&p->config, &is_restored, &err));
    return is_restored;
}

/* A new boot has no marker; this one stays, and no backup has it. */
static void a_log_that_is_another_file_than_it_was_is_a_copy_put_back(void **state)
{
    place *p = *state;
    toc_err err;
    char path[TOC_TEMPDIR_PATH_BYTES], aside[TOC_TEMPDIR_PATH_BYTES];
    assert_true(restored(p));
    TOC_CHECK_OK(toc_daemon_mark_boot(&p->config, &err));
    assert_false(restored(p));
    toc_tempdir_path(p->folder, "boot", path);
    assert_int_equal(unlink(path), 0);
    assert_false(restored(p));
    assert_false(same_boot(p));
    toc_tempdir_path(p->folder, "store/log/data.mdb", path);
    toc_tempdir_path(p->folder, "store/log/before", aside);
    assert_int_equal(rename(path, aside), 0);
    toc_tempdir_write(p->folder, "store/log/data.mdb", toc_span_text("a log"));
    assert_true(restored(p));
    assert_int_equal(rename(aside, path), 0);
    assert_false(restored(p));
    toc_tempdir_path(p->folder, "place", path);
    assert_int_equal(unlink(path), 0);
    assert_true(restored(p));
}

static void without_a_log_there_is_no_boot_to_speak_of(void **state)
{
    place *p = *state;
    toc_err err;
    bool same;
    char path[TOC_TEMPDIR_PATH_BYTES];
    toc_tempdir_path(p->folder, "store/log/data.mdb", path);
    assert_int_equal(unlink(path), 0);
    TOC_CHECK_FAILS(TOC_NOT_FOUND, toc_daemon_same_boot(&p->config, &same, &err));
    assert_non_null(strstr(err.text, "tocsin init"));
}

/* ---- systemd ---- */

static void systemd_is_told_when_it_listens(void **state)
{
    place *p = *state;
    char got[64] = "";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int size = snprintf(address.sun_path, sizeof address.sun_path, "%s/notify", p->folder);
    assert_true(size > 0 && (size_t)size < sizeof address.sun_path);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    unsetenv("NOTIFY_SOCKET");
    toc_daemon_notify("READY=1"); /* nobody listens: nothing happens */
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    toc_daemon_notify("STOPPING=1");
    assert_int_equal(recv(listener, got, sizeof got - 1, MSG_DONTWAIT), 10);
    assert_string_equal(got, "STOPPING=1");
    unsetenv("NOTIFY_SOCKET");
    close(listener);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_node_that_never_ran_is_not_of_this_boot),
        TEST(a_marked_boot_is_the_same_until_something_changes),
        TEST(another_boots_marker_and_a_cut_one_are_not_believed),
        TEST(a_log_that_is_another_file_than_it_was_is_a_copy_put_back),
        TEST(without_a_log_there_is_no_boot_to_speak_of),
        TEST(systemd_is_told_when_it_listens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
