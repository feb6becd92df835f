#include "proto/answer/choice.h"

#include "proto/answer/parts.h"

void toc_choice_wipe(toc_choice *choice)
{
    toc_buf_wipe(&choice->line);
}

static bool is_better(const toc_choice *choice, toc_span query, bool found, uint32_t score)
{
    if (choice->taken == 0)
        return true;
    if (found != choice->found[choice->best])
        return found;
    if (found)
        return score > choice->scores[choice->best];
    const toc_wallet *wallet = &choice->candidates.wallets[choice->taken];
    return toc_span_equal(query, toc_span_text(wallet->address));
}

void toc_choice_take(toc_choice *choice, toc_span query, bool found, uint32_t score, toc_span line)
{
    TOC_ASSERT(choice->taken < choice->candidates.count);
    if (is_better(choice, query, found, score)) {
        choice->best = choice->taken;
        toc_buf_clear(&choice->line);
        toc_buf_add_span(&choice->line, line);
    }
    choice->found[choice->taken] = found;
    choice->scores[choice->taken] = score;
    choice->found_count += found ? 1 : 0;
    choice->taken++;
}

static void add_candidates(const toc_choice *choice, toc_json *json)
{
    toc_json_open(json, "candidates", '[');
    for (size_t i = 0; i < choice->taken; i++) {
        const toc_wallet *wallet = &choice->candidates.wallets[i];
        toc_json_open(json, NULL, '{');
        toc_json_text(json, "chain", toc_span_text(toc_chain_caip2(wallet->chain)));
        toc_json_text(json, "canonical", toc_span_text(wallet->address));
        toc_json_bool(json, "found", choice->found[i]);
        toc_json_number(json, "score", choice->scores[i]);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

void toc_choice_write(const toc_choice *choice, toc_buf *out)
{
    toc_span line = toc_buf_view(&choice->line);
    while (line.size > 0 && (line.data[line.size - 1] == '\n' || line.data[line.size - 1] == '}') &&
           choice->found_count > 1) {
        bool brace = line.data[line.size - 1] == '}';
        line.size--;
        if (brace)
            break;
    }
    toc_buf_add_span(out, line);
    if (choice->found_count <= 1)
        return;
    toc_json json = {.out = out, .comma = true};
    add_candidates(choice, &json);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}

void toc_json_unanswered(toc_span query, const toc_err *error, toc_buf *out)
{
    static const char *const nulls[] = {"subject", "canonical", "caip10", "chain", "tag"};
    static const char *const lists[] = {"categories", "claims", "same_key"};
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "query", query);
    toc_json_bool(&json, "found", false);
    for (size_t i = 0; i < TOC_COUNT(nulls); i++)
        toc_json_null(&json, nulls[i]);
    toc_json_number(&json, "score", 0);
    for (size_t i = 0; i < TOC_COUNT(lists); i++) {
        toc_json_open(&json, lists[i], '[');
        toc_json_close(&json, ']');
    }
    toc_json_number(&json, "tagged", 0);
    toc_json_null(&json, "cluster");
    toc_json_null(&json, "horizon");
    toc_json_bool(&json, "incomplete", false);
    toc_json_error_object(&json, "error", error);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}
