/* The configuration: read strictly, every mistake named by line and key. */
#include "proto/format/config.h"

#include <stdio.h>

#include "tests/support/check.h"

static toc_code parse(const char *text, toc_config *out, toc_err *err)
{
    return toc_config_parse("test.conf", toc_span_text(text), out, err);
}

static void every_key_is_read_into_its_place(void **state)
{
    static const char text[] = "# a comment\n"
                               "[node]\n"
                               "state = /a/state\n"
                               "  runtime=/a/run  \n"
                               "spool\t=\t/a/spool\r\n"
                               "secret = file:/a/pass\n"
                               "workers = 3\n"
                               "log = debug\n"
                               "\n"
                               "[link]\n"
                               "listen = tcp://0.0.0.0:7000\n"
                               "listen = tcp://[::1]:7001\n"
                               "listen = ipc:///a/sock\n"
                               "[store]\n"
                               "log_map = 2G\n"
                               "views_map = 1536M\n"
                               "[control]\n"
                               "allow_uid = 1000\n"
                               "allow_uid = 1001\n"
                               "allow_gid = 100\n"
                               "admin_uid = 7\n"
                               "admin_gid = 8\n"
                               "admin_gid = 9";
    toc_err err;
    toc_config config;
    (void)state;
    TOC_CHECK_OK(parse(text, &config, &err));
    assert_string_equal(config.state, "/a/state");
    assert_string_equal(config.runtime, "/a/run");
    assert_string_equal(config.spool, "/a/spool");
    assert_int_equal(config.secret_kind, TOC_SECRET_FILE);
    assert_string_equal(config.secret, "/a/pass");
    assert_int_equal(config.workers, 3);
    assert_int_equal(config.log_level, 3);
    assert_int_equal(config.listen_count, 3);
    assert_string_equal(config.listen[1], "tcp://[::1]:7001");
    assert_int_equal(config.log_map_bytes, 2ull << 30);
    assert_int_equal(config.views_map_bytes, 1536ull << 20);
    assert_int_equal(config.uid_count, 2);
    assert_int_equal(config.uids[1], 1001);
    assert_int_equal(config.gid_count, 1);
    assert_int_equal(config.gids[0], 100);
    assert_int_equal(config.admin_uid_count, 1);
    assert_int_equal(config.admin_uids[0], 7);
    assert_int_equal(config.admin_gid_count, 2);
    assert_int_equal(config.admin_gids[1], 9);
}

static void an_empty_file_is_the_default(void **state)
{
    toc_err err;
    toc_config config, expected;
    (void)state;
    toc_config_default(&expected);
    TOC_CHECK_OK(parse("", &config, &err));
    assert_memory_equal(&config, &expected, sizeof config);
    assert_string_equal(config.state, "/var/lib/tocsin");
    assert_int_equal(config.secret_kind, TOC_SECRET_CREDENTIAL);
}

static void the_secret_is_a_file_a_credential_or_asked_for(void **state)
{
    toc_err err;
    toc_config config;
    (void)state;
    TOC_CHECK_OK(parse("[node]\nsecret = credential:name\n", &config, &err));
    assert_int_equal(config.secret_kind, TOC_SECRET_CREDENTIAL);
    assert_string_equal(config.secret, "name");
    TOC_CHECK_OK(parse("[node]\nsecret = ask\n", &config, &err));
    assert_int_equal(config.secret_kind, TOC_SECRET_ASK);
}

#define ID_TEXT "c100000000000000000000000000000000000000000000000000000000000000"

static void an_audience_has_a_section_of_its_own(void **state)
{
    toc_err err;
    toc_config config;
    (void)state;
    TOC_CHECK_OK(parse("[audience partners]\ntlp = green\ncircle = " ID_TEXT "\nuid = 7\nuid = 8\n"
                       "[store]\nlog_map = 1G\n"
                       "[audience press]\ntlp = CLEAR\ncircle = any\norg = " ID_TEXT "\ngid = 9\n",
                       &config, &err));
    assert_int_equal(config.audience_count, 2);
    const toc_config_audience *partners = &config.audiences[0], *press = &config.audiences[1];
    assert_string_equal(partners->name, "partners");
    assert_int_equal(partners->sees.tlp_max, TOC_TLP_GREEN);
    assert_int_equal(partners->sees.circle_count, 1);
    assert_int_equal(partners->sees.circles[0].bytes[0], 0xC1);
    assert_false(partners->sees.any_circle || partners->sees.has_org || partners->sees.officers);
    assert_int_equal(partners->uid_count, 2);
    assert_int_equal(press->sees.tlp_max, TOC_TLP_CLEAR);
    assert_true(press->sees.any_circle && press->sees.has_org);
    assert_int_equal(press->gids[0], 9);
}

/* Each mistake names the file, the line, and what it is about. */
static void weights_are_read_and_written_back_and_a_wrong_one_is_named(void **state)
{
    static const char *const bad[] = {"[weights]\norg A = 101\n", "[weights]\norg = 5\n",
                                      "[weights]\nperson A = 5\n",
                                      "[weights]\norg A = 5\norg A = 6\n"};
    toc_err err = {0};
    toc_config config, again;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    (void)state;
    TOC_CHECK_OK(
        parse("[weights]\norg Org A = 60\nlist OFAC = 0\n[node]\nworkers = 2\n", &config, &err));
    assert_int_equal(config.weights.count, 2);
    assert_int_equal(config.weights.items[0].by, TOC_WEIGHT_ORG);
    assert_string_equal(config.weights.items[0].name, "Org A");
    assert_int_equal(config.weights.items[0].percent, 60);
    assert_string_equal(config.weights.items[1].name, "ofac-sdn");
    toc_config_write(&config, &text);
    TOC_CHECK_OK(parse(toc_buf_text(&text), &again, &err));
    assert_memory_equal(&again.weights, &config.weights, sizeof again.weights);
    for (size_t i = 0; i < TOC_COUNT(bad); i++) {
        assert_int_not_equal(parse(bad[i], &config, &err), TOC_OK);
        assert_non_null(strstr(err.text, i == 3 ? "test.conf:3" : "test.conf:2"));
    }
}

static void a_mistake_is_named_by_line_and_key(void **state)
{
    static const struct {
        const char *text, *place, *word;
    } cases[] = {
        {"[node]\nstat = /x\n", "test.conf:2:", "'state'"},
        {"\n\n[store]\nlogmap = 1G\n", "test.conf:4:", "'log_map'"},
        {"[node]\nlisten = tcp://h:1\n", "test.conf:2:", "[link]"},
        {"state = /x\n", "test.conf:1:", "state"},
        {"[nodes]\n", "test.conf:1:", "[nodes]"},
        {"[audience]\n", "test.conf:1:", "[audience]"},
        {"[audience A B]\n", "test.conf:1:", "name"},
        {"[audience a]\ntlp = RED\ncircle = any\n[audience a]\n", "test.conf:4:", "already"},
        {"[audience a]\ntlp = RED\ntlp = RED\n", "test.conf:3:", "line 2"},
        {"[audience a]\ntlp = purple\n", "test.conf:2:", "tlp"},
        {"[audience a]\ncircle = police\n", "test.conf:2:", "id"},
        {"[audience a]\ncircle = any\n", "test.conf", "needs tlp"},
        {"[audience a]\ntlp = GREEN\n", "test.conf", "needs circle"},
        {"[node\n", "test.conf:1:", "bracket"},
        {"[node]\nstate\n", "test.conf:2:", "key = value"},
        {"[node]\nstate = relative\n", "test.conf:2:", "state"},
        {"[node]\nstate =\n", "test.conf:2:", "state"},
        {"[node]\nstate = /a\nstate = /b\n", "test.conf:3:", "line 2"},
        {"[node]\nsecret = hunter2hunter2\n", "test.conf:2:", "passphrase never"},
        {"[node]\nsecret = file:relative\n", "test.conf:2:", "secret"},
        {"[node]\nsecret = credential:a/b\n", "test.conf:2:", "secret"},
        {"[node]\nsecret = credential:\n", "test.conf:2:", "secret"},
        {"[node]\nworkers = 65\n", "test.conf:2:", "workers"},
        {"[node]\nworkers = -1\n", "test.conf:2:", "workers"},
        {"[node]\nworkers = 2x\n", "test.conf:2:", "workers"},
        {"[node]\nlog = loud\n", "test.conf:2:", "warning"},
        {"[link]\nlisten = http://h:1\n", "test.conf:2:", "tcp://"},
        {"[link]\nlisten = ipc://relative\n", "test.conf:2:", "listen"},
        {"[store]\nlog_map = 1K\n", "test.conf:2:", "1M"},
        {"[store]\nlog_map = 99999999999T\n", "test.conf:2:", "log_map"},
        {"[store]\nlog_map = G\n", "test.conf:2:", "log_map"},
        {"[control]\nallow_uid = root\n", "test.conf:2:", "allow_uid"},
        {"[control]\nallow_gid = 4294967295\n", "test.conf:2:", "allow_gid"},
        {"[node]\nspool = /x\nstate = /x\n", "test.conf", "spool"},
        {"[node]\nspool = /x\nruntime = /x\n", "test.conf", "spool"},
        {"[node]\nstate = /\xff\n", "test.conf", "text"},
    };
    (void)state;
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        toc_err err = {0};
        toc_config config, before;
        memset(&config, 0x5A, sizeof config);
        before = config;
        if (parse(cases[i].text, &config, &err) == TOC_OK)
            fail_msg("taken: %s", cases[i].text);
        if (strstr(err.text, cases[i].place) == NULL || strstr(err.text, cases[i].word) == NULL)
            fail_msg("'%s' does not name '%s' and '%s'", err.text, cases[i].place, cases[i].word);
        assert_memory_equal(&config, &before, sizeof config); /* untouched */
    }
}

static void a_zero_byte_is_no_text(void **state)
{
    static const char text[] = "[node]\n\0state = /x\n";
    toc_err err;
    toc_config config;
    (void)state;
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_config_parse("test.conf", toc_span_of(text, sizeof text - 1),
                                                    &config, &err));
}

static void lists_have_an_end(void **state)
{
    toc_err err;
    toc_config config;
    TOC_AUTO(toc_buf_wipe) toc_buf listens = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf uids = {0};
    (void)state;
    toc_buf_add_text(&listens, "[link]\n");
    for (int i = 0; i < TOC_CONFIG_LISTEN_MAX; i++)
        toc_buf_printf(&listens, "listen = tcp://127.0.0.1:%d\n", 7000 + i);
    TOC_CHECK_OK(parse(toc_buf_text(&listens), &config, &err));
    toc_buf_add_text(&listens, "listen = tcp://127.0.0.1:1\n");
    TOC_CHECK_FAILS(TOC_LIMIT, parse(toc_buf_text(&listens), &config, &err));
    toc_buf_add_text(&uids, "[control]\n");
    for (int i = 0; i < TOC_CONFIG_IDS_MAX; i++)
        toc_buf_printf(&uids, "admin_uid = %d\n", i);
    TOC_CHECK_OK(parse(toc_buf_text(&uids), &config, &err));
    toc_buf_add_text(&uids, "admin_uid = 99\n");
    TOC_CHECK_FAILS(TOC_LIMIT, parse(toc_buf_text(&uids), &config, &err));
}

static void a_value_too_long_is_refused_and_the_longest_is_taken(void **state)
{
    toc_err err;
    toc_config config;
    char path[TOC_CONFIG_PATH_BYTES + 1], text[TOC_CONFIG_PATH_BYTES + 64];
    (void)state;
    memset(path, 'a', sizeof path);
    path[0] = '/';
    path[TOC_CONFIG_PATH_BYTES - 1] = '\0';
    snprintf(text, sizeof text, "[node]\nstate = %s\n", path);
    TOC_CHECK_OK(parse(text, &config, &err));
    assert_string_equal(config.state, path);
    path[TOC_CONFIG_PATH_BYTES - 1] = 'a';
    path[TOC_CONFIG_PATH_BYTES] = '\0';
    snprintf(text, sizeof text, "[node]\nstate = %s\n", path);
    TOC_CHECK_FAILS(TOC_USAGE, parse(text, &config, &err));
}

/* parse ∘ write = identity. */
static void what_is_written_is_read_back(void **state)
{
    toc_err err;
    toc_config config, again;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    (void)state;
    TOC_CHECK_OK(parse("[node]\nstate = /s p\nsecret = ask\nworkers = 64\nlog = error\n"
                       "[link]\nlisten = tcp://h.example:1\n"
                       "[store]\nlog_map = 1048577\nviews_map = 3T\n"
                       "[control]\nallow_uid = 0\nallow_gid = 4294967294\nadmin_uid = 5\n"
                       "admin_uid = 6\nadmin_gid = 7\n"
                       "[audience partners]\ntlp = AMBER+STRICT\ncircle = " ID_TEXT
                       "\norg = " ID_TEXT "\nuid = 8\ngid = 9\n"
                       "[audience press]\ntlp = CLEAR\ncircle = any\n",
                       &config, &err));
    toc_config_write(&config, &text);
    TOC_CHECK_OK(toc_buf_ok(&text, &err));
    TOC_CHECK_OK(parse(toc_buf_text(&text), &again, &err));
    assert_memory_equal(&config, &again, sizeof config);
}

static void the_shipped_example_is_read_and_is_the_default(void **state)
{
    toc_err err;
    toc_config config, expected;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    (void)state;
    FILE *file = fopen(TOC_SOURCE_DIR "/deploy/tocsind.conf.example", "re");
    assert_non_null(file);
    for (int next = fgetc(file); next != EOF; next = fgetc(file))
        toc_buf_add_u8(&text, (uint8_t)next);
    fclose(file);
    TOC_CHECK_OK(toc_config_parse("tocsind.conf.example", toc_buf_view(&text), &config, &err));
    toc_config_default(&expected);
    assert_memory_equal(&config, &expected, sizeof config);
    static const char *const keys[] = {
        "state",   "runtime",   "spool",     "secret",    "workers",   "log",      "listen",
        "log_map", "views_map", "allow_uid", "allow_gid", "admin_uid", "admin_gid"};
    for (size_t i = 0; i < TOC_COUNT(keys); i++) {
        char line[32];
        snprintf(line, sizeof line, "%s = ", keys[i]);
        if (strstr(toc_buf_text(&text), line) == NULL)
            fail_msg("the example does not show '%s'", keys[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_read_into_its_place),
        cmocka_unit_test(an_empty_file_is_the_default),
        cmocka_unit_test(the_secret_is_a_file_a_credential_or_asked_for),
        cmocka_unit_test(an_audience_has_a_section_of_its_own),
        cmocka_unit_test(weights_are_read_and_written_back_and_a_wrong_one_is_named),
        cmocka_unit_test(a_mistake_is_named_by_line_and_key),
        cmocka_unit_test(a_zero_byte_is_no_text),
        cmocka_unit_test(lists_have_an_end),
        cmocka_unit_test(a_value_too_long_is_refused_and_the_longest_is_taken),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(the_shipped_example_is_read_and_is_the_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
