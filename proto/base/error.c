#include "proto/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const code_names[TOC_CODE_COUNT] = {
    [TOC_OK] = "ok",
    [TOC_MALFORMED] = "malformed",
    [TOC_LIMIT] = "limit",
    [TOC_SIGNATURE] = "signature",
    [TOC_SEALED] = "sealed",
    [TOC_NOT_FOUND] = "not-found",
    [TOC_EXISTS] = "exists",
    [TOC_DENIED] = "denied",
    [TOC_IO] = "io",
    [TOC_FULL] = "full",
    [TOC_NO_MEMORY] = "no-memory",
    [TOC_UNREACHABLE] = "unreachable",
    [TOC_STATE] = "state",
    [TOC_USAGE] = "usage",
};

const char *toc_code_name(toc_code code)
{
    return (unsigned)code < TOC_CODE_COUNT ? code_names[code] : "unknown";
}

/* A cut in the middle of a UTF-8 sequence would make the sentence unprintable as JSON. */
static void cut_at_character(char *text, size_t capacity)
{
    size_t length = strlen(text);
    if (length + 1 < capacity)
        return;
    size_t start = length;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)text[start - 1] >= 0xC0)
        text[start - 1] = '\0';
}

/* In parentheses, as analysers see macros of the same names. */
toc_code(toc_fail)(toc_err *err, toc_code code, const char *format, ...)
{
    TOC_ASSERT(code != TOC_OK);
    if (err != NULL) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(err->text, sizeof err->text, format, arguments);
        va_end(arguments);
        cut_at_character(err->text, sizeof err->text);
        err->code = code;
    }
    return code;
}

toc_code(toc_wrap)(toc_err *err, const char *format, ...)
{
    TOC_ASSERT(err != NULL && err->code != TOC_OK);
    char inner[TOC_ERR_TEXT_BYTES];
    memcpy(inner, err->text, sizeof inner);
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    size_t used = written < 0 ? 0 : strlen(err->text);
    if (used + 3 <= sizeof err->text) {
        memcpy(err->text + used, ": ", 3);
        used += 2;
        size_t length = strnlen(inner, sizeof err->text - 1 - used);
        memcpy(err->text + used, inner, length);
        err->text[used + length] = '\0';
    }
    cut_at_character(err->text, sizeof err->text);
    return err->code;
}

_Noreturn void toc_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "tocsin: assertion failed: %s (%s:%d)\n", condition, file, line);
    abort();
}
