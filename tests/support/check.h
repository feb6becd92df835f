/* tests/support/check.h: what every unit test includes: cmocka with the headers it needs, and a
 * check that prints the sentence of an error. */
#ifndef TOC_TESTS_SUPPORT_CHECK_H
#define TOC_TESTS_SUPPORT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/error.h"

static inline void toc_check_ok(toc_code code, const toc_err *err, const char *call,
                                const char *file, int line)
{
    if (code == TOC_OK)
        return;
    print_error("%s: %s: %s\n", call, toc_code_name(code), err->text);
    _fail(file, line);
}

/* The call must succeed; a `toc_err err` is in scope and handed to it. */
#define TOC_CHECK_OK(call) toc_check_ok((call), &err, #call, __FILE__, __LINE__)
/* The call must fail with `expected`. */
#define TOC_CHECK_FAILS(expected, call) assert_int_equal((call), (expected))

#endif
