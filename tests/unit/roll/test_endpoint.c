/* Endpoints as cards and configurations write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "proto/base/buf.h"
#include "proto/roll/endpoint.h"

static const char *const good[] = {
    "tcp://example.org:7117",
    "tcp://EXAMPLE.org:1",
    "tcp://node-1.a.b.c.example:65535",
    "tcp://localhost:80",
    "tcp://3com.example:80",
    "tcp://1.2.3.x:80",
    "tcp://xn--bcher-kva.example:80",
    "tcp://192.0.2.1:80",
    "tcp://255.255.255.255:80",
    "tcp://[::1]:80",
    "tcp://[2001:db8::7]:7117",
    "tcp://[::ffff:192.0.2.1]:80",
    "tcp://[2001:0DB8:0:0:0:0:0:7]:80",
    "ipc:///run/tocsin/node.ipc",
    "ipc:///a b/é",
    "ipc:///",
};

static const char *const bad[] = {
    "",
    "tcp",
    "tcp://",
    "TCP://example.org:80",
    "udp://example.org:80",
    "http://example.org:80",
    " tcp://example.org:80",
    "example.org:80",
    "tcp:/example.org:80",
    /* ports */
    "tcp://example.org",
    "tcp://example.org:",
    "tcp://example.org:0",
    "tcp://example.org:00080",
    "tcp://example.org:080",
    "tcp://example.org:65536",
    "tcp://example.org:99999999999999999999",
    "tcp://example.org:-1",
    "tcp://example.org:+80",
    "tcp://example.org:80 ",
    "tcp://example.org:80/",
    "tcp://example.org:80:90",
    "tcp://example.org:http",
    /* hosts */
    "tcp://:80",
    "tcp://*:80",
    "tcp://exa mple.org:80",
    "tcp://-example.org:80",
    "tcp://example-.org:80",
    "tcp://example..org:80",
    "tcp://.example.org:80",
    "tcp://example.org.:80",
    "tcp://exam_ple.org:80",
    "tcp://bücher.example:80",
    "tcp://user@example.org:80",
    "tcp://example.org\n:80",
    /* IPv4 */
    "tcp://256.0.2.1:80",
    "tcp://192.0.2:80",
    "tcp://192.0.2.1.5:80",
    "tcp://192.0.2.01:80",
    "tcp://3221225985:80",
    "tcp://a.1:80",
    /* IPv6 */
    "tcp://2001:db8::7:80",
    "tcp://::1:80",
    "tcp://[::1]",
    "tcp://[::1]80",
    "tcp://[::1]x80",
    "tcp://[::1:80",
    "tcp://[]:80",
    "tcp://[::1%eth0]:80",
    "tcp://[2001:db8::7::1]:80",
    "tcp://[2001:db8]:80",
    "tcp://[12345::1]:80",
    "tcp://[192.0.2.1]:80",
    "tcp://[example.org]:80",
    "tcp://[::1]x:80",
    "tcp://x[::1]:80",
    /* paths */
    "ipc://",
    "ipc://run/tocsin",
    "ipc://./tocsin",
    "ipc:///run/\ntocsin",
    "ipc:///run/\x7f",
    "ipc:///run/\xff",
    "abstract:///tocsin",
};

static void well_formed_endpoints_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < TOC_COUNT(good); i++) {
        toc_err err = {0};
        if (toc_endpoint_check(toc_span_text(good[i]), &err) != TOC_OK)
            fail_msg("%s", err.text);
    }
}

static void everything_else_is_refused_with_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < TOC_COUNT(bad); i++) {
        toc_err err = {0};
        if (toc_endpoint_check(toc_span_text(bad[i]), &err) != TOC_MALFORMED)
            fail_msg("'%s' passed", bad[i]);
        assert_int_equal(err.code, TOC_MALFORMED);
        assert_memory_equal(err.text, "endpoint", 8);
    }
}

static void a_nul_never_ends_an_endpoint(void **state)
{
    (void)state;
    static const char host[] = "tcp://example.org\0x:80", six[] = "tcp://[::1\0]:80",
                      port[] = "tcp://example.org:8\0", path[] = "ipc:///run\0/x";
    assert_int_equal(toc_endpoint_check(toc_span_of(host, sizeof host - 1), NULL), TOC_MALFORMED);
    assert_int_equal(toc_endpoint_check(toc_span_of(six, sizeof six - 1), NULL), TOC_MALFORMED);
    assert_int_equal(toc_endpoint_check(toc_span_of(port, sizeof port - 1), NULL), TOC_MALFORMED);
    assert_int_equal(toc_endpoint_check(toc_span_of(path, sizeof path - 1), NULL), TOC_MALFORMED);
}

static toc_code check_host(size_t label, size_t labels, size_t last)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_buf_add_text(&text, "tcp://");
    for (size_t i = 0; i <= labels; i++) {
        for (size_t j = 0; j < (i < labels ? label : last); j++)
            toc_buf_add_u8(&text, 'a');
        toc_buf_add_text(&text, i < labels ? "." : ":80");
    }
    return toc_endpoint_check(toc_buf_view(&text), NULL);
}

static void names_have_63_characters_a_label_and_253_in_all(void **state)
{
    (void)state;
    assert_int_equal(check_host(63, 1, 63), TOC_OK);
    assert_int_equal(check_host(64, 1, 1), TOC_MALFORMED);
    assert_int_equal(check_host(1, 1, 64), TOC_MALFORMED);
    assert_int_equal(check_host(63, 3, 61), TOC_OK); /* 3 * 64 + 61 = 253 */
    assert_int_equal(check_host(63, 3, 62), TOC_MALFORMED);
}

static void paths_fit_a_socket_address(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_buf_add_text(&text, "ipc:///");
    while (text.size < 6 + TOC_IPC_PATH_BYTES_MAX) /* the path begins with the third slash */
        toc_buf_add_u8(&text, 'x');
    assert_int_equal(toc_endpoint_check(toc_buf_view(&text), NULL), TOC_OK);
    toc_buf_add_u8(&text, 'x');
    assert_int_equal(toc_endpoint_check(toc_buf_view(&text), NULL), TOC_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_endpoints_pass),
        cmocka_unit_test(everything_else_is_refused_with_a_sentence),
        cmocka_unit_test(a_nul_never_ends_an_endpoint),
        cmocka_unit_test(names_have_63_characters_a_label_and_253_in_all),
        cmocka_unit_test(paths_fit_a_socket_address),
    };
    return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
