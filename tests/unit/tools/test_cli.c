/* Command lines, configuration paths, files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/passphrase.h"
#include "tests/support/tempdir.h"
#include "tools/cli.h"
#include "tools/help.h"

static const toc_option options[] = {
    {"category", "WORD", "…"}, {"label", "TEXT", "…"}, {"alert", NULL, "…"}, {NULL, NULL, NULL}};

static toc_code nothing(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    (void)cli;
    (void)args;
    (void)err;
    return TOC_OK;
}

static const toc_command command = {"submit",          "FILE",  "Report.",
                                    "tocsin submit x", options, nothing};

typedef struct parsed {
    toc_cli cli;
    toc_opts args;
    toc_err err;
    toc_code code;
} parsed;

static parsed parse(int count, const char *const *words)
{
    char *copies[16] = {0};
    parsed out = {0};
    for (int i = 0; i < count; i++)
        copies[i] = (char *)(uintptr_t)words[i];
    out.code = toc_opts_parse(&command, count, copies, &out.cli, &out.args, &out.err);
    return out;
}
#define PARSE(...)                                                                                 \
    parse((int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)),                      \
          (const char *const[]){__VA_ARGS__})

static void options_and_words_come_in_any_order(void **state)
{
    (void)state;
    parsed p = PARSE("a.csv", "--category", "theft", "--alert", "b.csv", "--category=scam");
    assert_int_equal(p.code, TOC_OK);
    assert_int_equal(p.args.word_count, 2);
    assert_string_equal(p.args.words[1], "b.csv");
    assert_true(toc_opts_has(&p.args, "alert"));
    assert_string_equal(toc_opts_value(&p.args, "category"), "scam"); /* the last one counts */
    assert_null(toc_opts_value(&p.args, "label"));
    toc_opts_wipe(&p.args);
}

static void a_repeated_option_gives_each_of_its_values(void **state)
{
    (void)state;
    parsed p = PARSE("--label", "one", "--label", "two");
    size_t cursor = 0;
    assert_string_equal(toc_opts_each(&p.args, "label", &cursor), "one");
    assert_string_equal(toc_opts_each(&p.args, "label", &cursor), "two");
    assert_null(toc_opts_each(&p.args, "label", &cursor));
    toc_opts_wipe(&p.args);
}

static void global_options_go_to_the_command_line_as_a_whole(void **state)
{
    (void)state;
    parsed p = PARSE("--json", "--config", "/x/y.conf", "--direct", "--state=/s");
    assert_true(p.cli.json);
    assert_true(p.cli.direct);
    assert_string_equal(p.cli.config_path, "/x/y.conf");
    assert_string_equal(p.cli.state, "/s");
    toc_opts_wipe(&p.args);
}

static void after_two_dashes_everything_is_a_word(void **state)
{
    (void)state;
    parsed p = PARSE("--", "--json", "-");
    assert_int_equal(p.args.word_count, 2);
    assert_false(p.cli.json);
    toc_opts_wipe(&p.args);
    p = PARSE("-");
    assert_int_equal(p.args.word_count, 1); /* stdin */
    toc_opts_wipe(&p.args);
}

static void what_makes_no_sense_is_refused_with_a_sentence(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"--categroy", "nearest is '--category'"},
                                           {"--category", "needs its WORD"},
                                           {"--alert=yes", "takes no value"},
                                           {"-x", "two dashes"}};
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        parsed p = PARSE(cases[i][0]);
        assert_int_equal(p.code, TOC_USAGE);
        assert_non_null(strstr(p.err.text, cases[i][1]));
        toc_opts_wipe(&p.args);
    }
}

/* "--category --alert": the value was forgotten, and the next option would be taken for it. */
static void an_option_is_no_value_of_another(void **state)
{
    (void)state;
    parsed p = PARSE("--category", "--alert");
    assert_int_equal(p.code, TOC_USAGE);
    assert_non_null(strstr(p.err.text, "'--category' needs its WORD"));
    toc_opts_wipe(&p.args);
    p = PARSE("--category", "--json");
    assert_int_equal(p.code, TOC_USAGE);
    toc_opts_wipe(&p.args);
    p = PARSE("--label", "--odd", "--category=--alert"); /* no option, and one that is meant */
    assert_int_equal(p.code, TOC_OK);
    assert_string_equal(toc_opts_value(&p.args, "label"), "--odd");
    assert_string_equal(toc_opts_value(&p.args, "category"), "--alert");
    toc_opts_wipe(&p.args);
}

static void a_path_that_a_script_never_set_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"--state", "--config", "--socket"};
    for (size_t i = 0; i < TOC_COUNT(names); i++) {
        parsed p = PARSE(names[i], "");
        assert_int_equal(p.code, TOC_USAGE);
        assert_non_null(strstr(p.err.text, names[i]));
        toc_opts_wipe(&p.args);
    }
    parsed p = PARSE("--label", ""); /* of a text it may be meant */
    assert_int_equal(p.code, TOC_OK);
    toc_opts_wipe(&p.args);
}

static void an_option_that_is_too_long_for_its_column_stands_alone(void **state)
{
    (void)state;
    static const toc_option wide[] = {
        {"short", NULL, "one"}, {"admission-delay", "HOURS", "two"}, {NULL, NULL, NULL}};
    const toc_command with = {"x", "", "X.", "tocsin x", wide, nothing};
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_help_command(&with, &out);
    assert_non_null(strstr(toc_buf_text(&out), "  --short                one\n"
                                               "  --admission-delay HOURS \n"
                                               "                         two\n"));
}

static void words_are_counted(void **state)
{
    (void)state;
    parsed p = PARSE("one", "two");
    assert_int_equal(toc_opts_expect(&p.args, 2, 2, "x", &p.err), TOC_OK);
    assert_int_equal(toc_opts_expect(&p.args, 3, 3, "a file", &p.err), TOC_USAGE);
    assert_non_null(strstr(p.err.text, "a file is missing"));
    assert_int_equal(toc_opts_expect(&p.args, 0, 1, "x", &p.err), TOC_USAGE);
    assert_non_null(strstr(p.err.text, "'two'"));
    toc_opts_wipe(&p.args);
}

static void each_kind_of_failure_has_its_exit_code(void **state)
{
    (void)state;
    assert_int_equal(toc_exit_of(TOC_OK), 0);
    assert_int_equal(toc_exit_of(TOC_IO), 1);
    assert_int_equal(toc_exit_of(TOC_USAGE), 2);
    assert_int_equal(toc_exit_of(TOC_DENIED), 5);
    assert_int_equal(toc_exit_of(TOC_SIGNATURE), 6);
    assert_int_equal(toc_exit_of(TOC_UNREACHABLE), 7);
    assert_int_equal(toc_exit_of(TOC_SEALED), 1);
}

static void the_configuration_is_looked_for_in_order(void **state)
{
    (void)state;
    char path[TOC_CONFIG_PATH_BYTES];
    unsetenv("TOCSIN_CONFIG");
    toc_cli cli = {0};
    toc_cli_config_path(&cli, path);
    assert_string_equal(path, "/etc/tocsin/tocsind.conf");
    cli.state = "/s";
    toc_cli_config_path(&cli, path);
    assert_string_equal(path, "/s/tocsind.conf");
    setenv("TOCSIN_CONFIG", "/e.conf", 1);
    toc_cli_config_path(&cli, path);
    assert_string_equal(path, "/e.conf");
    cli.config_path = "/c.conf";
    toc_cli_config_path(&cli, path);
    assert_string_equal(path, "/c.conf");
    unsetenv("TOCSIN_CONFIG");
}

static void a_named_configuration_must_be_there(void **state)
{
    (void)state;
    toc_cli cli = {.config_path = "/nowhere/at/all.conf"};
    toc_config config;
    toc_err err = {0};
    assert_int_equal(toc_cli_config(&cli, &config, &err), TOC_NOT_FOUND);
}

/* ---- files ---- */

static char folder[TOC_TEMPDIR_BYTES];
static char file_path[TOC_TEMPDIR_BYTES + 16];

static int make_folder(void **state)
{
    (void)state;
    toc_tempdir_make(folder);
    snprintf(file_path, sizeof file_path, "%s/file", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    toc_tempdir_remove(folder);
    return 0;
}

static void a_file_is_written_whole_with_its_mode(void **state)
{
    (void)state;
    toc_err err = {0};
    struct stat about;
    TOC_AUTO(toc_buf_wipe) toc_buf read = {0};
    assert_int_equal(toc_file_write(file_path, toc_span_text("text"), 0600, false, &err), TOC_OK);
    assert_int_equal(stat(file_path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(toc_file_read(file_path, 100, &read, &err), TOC_OK);
    assert_string_equal(toc_buf_text(&read), "text");
}

static void what_is_there_is_not_written_over_unasked(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf read = {0};
    assert_int_equal(toc_file_write(file_path, toc_span_text("one"), 0600, false, &err), TOC_OK);
    assert_int_equal(toc_file_write(file_path, toc_span_text("two"), 0600, false, &err),
                     TOC_EXISTS);
    assert_int_equal(toc_file_read(file_path, 100, &read, &err), TOC_OK);
    assert_string_equal(toc_buf_text(&read), "one");
    toc_buf_clear(&read);
    assert_int_equal(toc_file_write(file_path, toc_span_text("three"), 0600, true, &err), TOC_OK);
    assert_int_equal(toc_file_read(file_path, 100, &read, &err), TOC_OK);
    assert_string_equal(toc_buf_text(&read), "three");
}

static void a_file_past_the_bound_is_refused(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf read = {0};
    assert_int_equal(toc_file_write(file_path, toc_span_text("12345"), 0600, false, &err), TOC_OK);
    assert_int_equal(toc_file_read(file_path, 4, &read, &err), TOC_LIMIT);
    toc_buf_clear(&read);
    assert_int_equal(toc_file_read(file_path, 5, &read, &err), TOC_OK);
}

static void a_passphrase_file_that_others_may_read_is_refused(void **state)
{
    (void)state;
    toc_err err = {0};
    toc_config config;
    TOC_AUTO(toc_buf_wipe) toc_buf passphrase = {0};
    toc_config_default(&config);
    config.secret_kind = TOC_SECRET_FILE;
    snprintf(config.secret, sizeof config.secret, "%s", file_path);
    assert_int_equal(
        toc_file_write(file_path, toc_span_text("first line\nnot this"), 0640, false, &err),
        TOC_OK);
    assert_int_equal(toc_passphrase_get(&config, false, &passphrase, &err), TOC_DENIED);
    assert_int_equal(passphrase.size, 0);
    assert_int_equal(chmod(file_path, 0600), 0);
    assert_int_equal(toc_passphrase_get(&config, false, &passphrase, &err), TOC_OK);
    assert_string_equal(toc_buf_text(&passphrase), "first line");
}

static void help_names_every_option_and_an_example(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_help_command(&command, &out);
    for (const toc_option *option = options; option->name != NULL; option++)
        assert_non_null(strstr(toc_buf_text(&out), option->name));
    for (const toc_option *option = toc_global_options; option->name != NULL; option++)
        assert_non_null(strstr(toc_buf_text(&out), option->name));
    assert_non_null(strstr(toc_buf_text(&out), "tocsin submit x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_words_come_in_any_order),
        cmocka_unit_test(a_repeated_option_gives_each_of_its_values),
        cmocka_unit_test(global_options_go_to_the_command_line_as_a_whole),
        cmocka_unit_test(after_two_dashes_everything_is_a_word),
        cmocka_unit_test(what_makes_no_sense_is_refused_with_a_sentence),
        cmocka_unit_test(an_option_is_no_value_of_another),
        cmocka_unit_test(a_path_that_a_script_never_set_is_refused),
        cmocka_unit_test(an_option_that_is_too_long_for_its_column_stands_alone),
        cmocka_unit_test(words_are_counted),
        cmocka_unit_test(each_kind_of_failure_has_its_exit_code),
        cmocka_unit_test(the_configuration_is_looked_for_in_order),
        cmocka_unit_test(a_named_configuration_must_be_there),
        cmocka_unit_test_setup_teardown(a_file_is_written_whole_with_its_mode, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(what_is_there_is_not_written_over_unasked, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_file_past_the_bound_is_refused, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_passphrase_file_that_others_may_read_is_refused,
                                        make_folder, remove_folder),
        cmocka_unit_test(help_names_every_option_and_an_example),
    };
    return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
