/* Where passphrases come from, and the store key that they open. The terminal is a real one. */
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "proto/crypto/storekey.h"
#include "store/passphrase.h"
#include "tests/support/check.h"
#include "tests/support/tempdir.h"

#define PASSPHRASE "correct horse battery"

enum { PATIENCE_MS = 30000, INTERRUPTIONS = 200 };

typedef struct place {
    char folder[TOC_TEMPDIR_BYTES];
    toc_config config;
} place;

static int make_place(void **state)
{
    toc_err err;
    char path[TOC_TEMPDIR_PATH_BYTES];
    place *p = calloc(1, sizeof *p);
    TOC_CHECK_OK(toc_crypto_start(&err));
    toc_tempdir_make(p->folder);
    toc_config_default(&p->config);
    snprintf(p->config.state, sizeof p->config.state, "%s", p->folder);
    toc_tempdir_path(p->folder, "keys", path);
    assert_int_equal(mkdir(path, 0700), 0);
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

static void the_store_key_opens_by_file_and_by_credential(void **state)
{
    place *p = *state;
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    TOC_AUTO(toc_secret_free) toc_secret *made = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *by_file = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *by_credential = NULL;
    toc_secret *wrong = NULL;
    TOC_CHECK_OK(toc_store_key_new(toc_span_text(PASSPHRASE), &file, &made, &err));
    toc_tempdir_write(p->folder, "keys/store.key", toc_buf_view(&file));
    toc_tempdir_write(p->folder, "pass",
                      toc_span_text(PASSPHRASE "\nonly the first line counts\n"));
    p->config.secret_kind = TOC_SECRET_FILE;
    toc_tempdir_path(p->folder, "pass", p->config.secret);
    assert_int_equal(chmod(p->config.secret, 0640), 0); /* open to a group: no secret */
    TOC_CHECK_FAILS(TOC_DENIED, toc_passphrase_store_key(&p->config, &wrong, &err));
    assert_int_equal(chmod(p->config.secret, 0600), 0);
    TOC_CHECK_OK(toc_passphrase_store_key(&p->config, &by_file, &err));
    assert_true(toc_secret_equal(made, by_file));
    p->config.secret_kind = TOC_SECRET_CREDENTIAL;
    snprintf(p->config.secret, sizeof p->config.secret, "pass");
    unsetenv("CREDENTIALS_DIRECTORY");
    TOC_CHECK_FAILS(TOC_USAGE, toc_passphrase_store_key(&p->config, &wrong, &err));
    setenv("CREDENTIALS_DIRECTORY", p->folder, 1);
    TOC_CHECK_OK(toc_passphrase_store_key(&p->config, &by_credential, &err));
    assert_true(toc_secret_equal(made, by_credential));
    toc_tempdir_write(p->folder, "pass", toc_span_text("another passphrase\n"));
    TOC_CHECK_FAILS(TOC_SEALED, toc_passphrase_store_key(&p->config, &wrong, &err));
    assert_null(wrong);
}

static void what_is_missing_is_named(void **state)
{
    place *p = *state;
    toc_err err;
    toc_secret *key = NULL;
    p->config.secret_kind = TOC_SECRET_FILE;
    toc_tempdir_path(p->folder, "pass", p->config.secret);
    TOC_CHECK_FAILS(TOC_NOT_FOUND, toc_passphrase_store_key(&p->config, &key, &err));
    assert_non_null(strstr(err.text, "store.key"));
    toc_tempdir_write(p->folder, "keys/store.key", toc_span_text("no key"));
    TOC_CHECK_FAILS(TOC_NOT_FOUND, toc_passphrase_store_key(&p->config, &key, &err));
    assert_non_null(strstr(err.text, "/pass"));
    toc_tempdir_write(p->folder, "pass", toc_span_text(PASSPHRASE "\n"));
    assert_int_equal(chmod(p->config.secret, 0600), 0);
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_passphrase_store_key(&p->config, &key, &err));
    assert_null(key);
}

/* ---- the terminal ---- */

typedef struct asked {
    int keyboard, terminal; /* its two ends; the second is the child's, kept to look at it */
    pid_t child;            /* exits with 0 when it was given PASSPHRASE, else with the error */
} asked;

static bool echoes(const asked *it)
{
    struct termios now;
    assert_int_equal(tcgetattr(it->terminal, &now), 0);
    return (now.c_lflag & ECHO) != 0;
}

/* Waits for a question; what came onto the screen until then. */
static void read_question(const asked *it, char *screen, size_t capacity)
{
    size_t size = 0;
    do {
        struct pollfd ready = {.fd = it->keyboard, .events = POLLIN};
        assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
        assert_true(size + 1 < capacity);
        assert_int_equal(read(it->keyboard, screen + size, 1), 1);
    } while (screen[size++] != ':');
    screen[size] = '\0';
}

static void ask_at_a_terminal(bool twice, asked *out)
{
    assert_int_equal(openpty(&out->keyboard, &out->terminal, NULL, NULL, NULL), 0);
    out->child = fork();
    assert_true(out->child >= 0);
    if (out->child > 0)
        return;
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf passphrase = {0};
    if (login_tty(out->terminal) != 0)
        _exit(100);
    toc_code code = toc_passphrase_from("ask", "a key", twice, &passphrase, &err);
    bool right = toc_span_equal(toc_buf_view(&passphrase), toc_span_text(PASSPHRASE));
    _exit(code == TOC_OK && !right ? 101 : (int)code);
}

static void type(const asked *it, const char *keys)
{
    assert_int_equal(write(it->keyboard, keys, strlen(keys)), strlen(keys));
}

static int ended(const asked *it)
{
    int status;
    assert_int_equal(waitpid(it->child, &status, 0), it->child);
    assert_true(echoes(it));
    close(it->keyboard);
    close(it->terminal);
    return status;
}

static void a_terminal_is_asked_and_does_not_show_the_answer(void **state)
{
    (void)state;
    asked it;
    char screen[256];
    ask_at_a_terminal(true, &it);
    read_question(&it, screen, sizeof screen);
    assert_string_equal(screen, "passphrase of a key:");
    assert_false(echoes(&it));
    type(&it, PASSPHRASE "\n");
    read_question(&it, screen, sizeof screen);
    assert_null(strstr(screen, "horse"));
    assert_non_null(strstr(screen, "the same again:"));
    type(&it, PASSPHRASE "\n");
    int status = ended(&it);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), TOC_OK);
}

static void two_answers_that_differ_are_none(void **state)
{
    (void)state;
    asked it;
    char screen[256];
    ask_at_a_terminal(true, &it);
    read_question(&it, screen, sizeof screen);
    type(&it, PASSPHRASE "\n");
    read_question(&it, screen, sizeof screen);
    type(&it, "another\n");
    int status = ended(&it);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), TOC_USAGE);
}

static void check_interrupted(const asked *it)
{
    int status = ended(it);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGINT);
}

static void who_interrupts_the_question_has_a_terminal_that_echoes(void **state)
{
    (void)state;
    asked it;
    char screen[256];
    ask_at_a_terminal(false, &it);
    read_question(&it, screen, sizeof screen);
    assert_false(echoes(&it));
    type(&it, "half\003");
    check_interrupted(&it);
}

/* The key is hit as soon as the terminal is silent, before the question is there or after. */
static void an_interruption_comes_at_any_moment(void **state)
{
    (void)state;
    for (int i = 0; i < INTERRUPTIONS; i++) {
        asked it;
        ask_at_a_terminal(false, &it);
        while (echoes(&it))
            ;
        type(&it, "\003");
        check_interrupted(&it);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_store_key_opens_by_file_and_by_credential),
        TEST(what_is_missing_is_named),
        TEST(a_terminal_is_asked_and_does_not_show_the_answer),
        TEST(two_answers_that_differ_are_none),
        TEST(who_interrupts_the_question_has_a_terminal_that_echoes),
        TEST(an_interruption_comes_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
