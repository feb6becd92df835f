/* tests/unit/answer/json_line.h: what tests of answers ask of a line of JSON.
 * Owns: nothing. Errors: fail the test. */
#ifndef TOC_TESTS_UNIT_ANSWER_JSON_LINE_H
#define TOC_TESTS_UNIT_ANSWER_JSON_LINE_H

#include <jansson.h>

#include "proto/answer/parts.h"
#include "tests/support/check.h"

#define GENESIS      "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
#define GENESIS_HASH "62e907b15cbf27d5425399ebf6f0fb50ebb88f18"
#define BITCOIN      "bip122:000000000019d6689c085ae165831e93"

static inline toc_wallet genesis(void)
{
    toc_wallet wallet;
    toc_err err = {0};
    TOC_CHECK_OK(toc_wallet_parse_on(toc_chain_find(toc_span_text("BTC")), toc_span_text(GENESIS),
                                     &wallet, &err));
    return wallet;
}

/* The whole line, and that it is one object to a strict reader. */
static inline void assert_line(toc_buf *line, const char *expected)
{
    json_error_t error;
    assert_true(line->size > 0 && line->data[line->size - 1] == '\n');
    json_t *json = json_loadb((const char *)line->data, line->size, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        fail_msg("no JSON: %s\n%s", error.text, toc_buf_text(line));
    assert_true(json_is_object(json));
    json_decref(json);
    line->size--;
    assert_string_equal(toc_buf_text(line), expected);
}

#endif
