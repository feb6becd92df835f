#include "proto/answer/parts.h"

static void add_flags(toc_json *json, uint32_t flags)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } names[] = {{TOC_WALLET_CHAIN_INFERRED, "chain-inferred"},
                 {TOC_WALLET_CHAIN_CORRECTED, "chain-corrected"},
                 {TOC_WALLET_CHECKSUM_ABSENT, "checksum-absent"},
                 {TOC_WALLET_TEST_NETWORK, "test-network"},
                 {TOC_WALLET_INVALID, "invalid"},
                 {TOC_WALLET_RECOVERED, "case-recovered"}};
    toc_json_open(json, "flags", '[');
    for (size_t i = 0; i < TOC_COUNT(names); i++) {
        if ((flags & names[i].flag) != 0)
            toc_json_text(json, NULL, toc_span_text(names[i].name));
    }
    toc_json_close(json, ']');
}

static void add_wallet(toc_json *json, const toc_wallet *wallet)
{
    bool test = (wallet->flags & TOC_WALLET_TEST_NETWORK) != 0;
    toc_json_text(json, "chain", toc_span_text(toc_chain_caip2(wallet->chain)));
    toc_json_text(json, "symbol", toc_span_text(toc_chain_symbol(wallet->chain)));
    toc_json_text(json, "kind", toc_span_text(wallet->kind));
    toc_json_text(json, "network", toc_span_text(test ? "test" : "main"));
    toc_json_text(json, "canonical", toc_span_text(wallet->address));
    toc_json_caip10(json, "caip10", wallet);
    toc_json_hex(json, "subject", toc_subject_view(&wallet->subject));
    if (toc_class_links(wallet->subject.bytes[0]))
        toc_json_hex(json, "key", toc_subject_vertex(&wallet->subject));
    else
        toc_json_null(json, "key");
    toc_json_optional(json, "tag", toc_span_text(wallet->tag));
    add_flags(json, wallet->flags);
}

/* What a program would otherwise have to ask about: every field is there, whatever the answer. */
static void add_nothing(toc_json *json)
{
    static const char *const fields[] = {"chain",  "symbol",  "kind", "network", "canonical",
                                         "caip10", "subject", "key",  "tag"};
    for (size_t i = 0; i < TOC_COUNT(fields); i++)
        toc_json_null(json, fields[i]);
    add_flags(json, 0);
}

static void add_candidates(toc_json *json, const toc_wallet_candidates *candidates)
{
    toc_json_open(json, "candidates", '[');
    for (size_t i = 0; i < candidates->count; i++) {
        toc_json_open(json, NULL, '{');
        add_wallet(json, &candidates->wallets[i]);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

void toc_json_wallet(toc_span query, const toc_wallet_candidates *candidates, const toc_err *error,
                     toc_buf *out)
{
    static const toc_wallet_candidates none;
    const toc_wallet_candidates *found = candidates == NULL ? &none : candidates;
    bool failed = error != NULL && error->code != TOC_OK;
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "input", query);
    toc_json_bool(&json, "valid",
                  !failed && found->count > 0 &&
                      (found->wallets[0].flags & TOC_WALLET_INVALID) == 0);
    if (!failed && found->count == 1)
        add_wallet(&json, &found->wallets[0]);
    else
        add_nothing(&json);
    add_candidates(&json, failed ? &none : found);
    if (failed)
        toc_json_error_object(&json, "error", error);
    else
        toc_json_null(&json, "error");
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}
