#include "proto/answer/parts.h"

static void add_flags(toc_json *json, uint32_t flags)
{
    toc_json_open(json, "flags", '[');
    for (uint32_t flag = 1; flag <= TOC_WALLET_RECOVERED; flag <<= 1) {
        if ((flags & flag) != 0)
            toc_json_text(json, NULL, toc_span_text(toc_wallet_flag_name(flag)));
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

static void add_wallets(toc_json *json, const char *key, const toc_wallet_candidates *wallets)
{
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < wallets->count; i++) {
        toc_json_open(json, NULL, '{');
        add_wallet(json, &wallets->wallets[i]);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

/* Of a unified address; a claim on one of them is about other bytes than its own. */
static void add_receivers(toc_json *json, const toc_wallet_candidates *found)
{
    toc_wallet_candidates receivers = {0};
    if (found->count == 1 && toc_wallet_receivers(&found->wallets[0], &receivers, NULL) != TOC_OK)
        receivers.count = 0;
    add_wallets(json, "receivers", &receivers);
}

static void add_nearness(toc_json *json, const toc_answer_near *near, size_t count)
{
    static const char *const names[] = {[TOC_NEAR_OTHER] = "other",
                                        [TOC_NEAR_SAME] = "same",
                                        [TOC_NEAR_SAME_KEY] = "same-key",
                                        [TOC_NEAR_ALIKE] = "alike"};
    toc_json_open(json, "near", '[');
    for (size_t i = 0; i < count; i++) {
        toc_json_open(json, NULL, '{');
        toc_json_text(json, "known", toc_span_text(near[i].known));
        toc_json_caip10(json, "caip10", &near[i].wallet);
        toc_json_text(json, "relation", toc_span_text(names[near[i].is]));
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

void toc_json_wallet(toc_span query, const toc_wallet_candidates *candidates,
                     const toc_answer_near *near, size_t near_count, const toc_err *error,
                     toc_buf *out)
{
    static const toc_wallet_candidates none;
    bool failed = error != NULL && error->code != TOC_OK;
    const toc_wallet_candidates *found = failed || candidates == NULL ? &none : candidates;
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "input", query);
    toc_json_bool(&json, "valid",
                  found->count > 0 && (found->wallets[0].flags & TOC_WALLET_INVALID) == 0);
    if (found->count == 1)
        add_wallet(&json, &found->wallets[0]);
    else
        add_nothing(&json);
    add_wallets(&json, "candidates", found);
    add_receivers(&json, found);
    add_nearness(&json, near, failed ? 0 : near_count);
    toc_json_optional(&json, "error", toc_span_text(failed ? error->text : ""));
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}
