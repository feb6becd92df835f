#include "proto/answer/choice.h"

#include "proto/answer/parts.h"

void toc_choice_wipe(toc_choice *choice)
{
    toc_buf_wipe(&choice->line);
}

toc_code toc_choice_begin(toc_choice *choice, toc_span text, toc_err *err)
{
    toc_code code = toc_wallet_parse(text, &choice->candidates, &choice->why);
    if (code == TOC_OK) {
        choice->why.code = TOC_OK;
        return TOC_OK;
    }
    choice->named = toc_wallet_split(text, &choice->literals[0]);
    choice->literals[1] = choice->named == NULL ? (toc_span){0} : text;
    if (code == TOC_MALFORMED ||
        code == TOC_NOT_FOUND) /* "unknown chain 'ab'": the text had a colon */
        return TOC_OK;
    return toc_fail(err, code, "%s", choice->why.text);
}

static bool is_literal(const toc_choice *choice)
{
    return choice->why.code != TOC_OK;
}

toc_span toc_choice_spelling(const toc_choice *choice)
{
    return is_literal(choice) ? choice->literals[0] : (toc_span){0};
}

void toc_choice_offer(toc_choice *choice, const toc_wallet *known)
{
    bool meant = choice->named == NULL || choice->named == known->chain;
    if (is_literal(choice) && meant && choice->spelt_count < TOC_WALLET_CANDIDATES_MAX)
        choice->spelt[choice->spelt_count++] = *known;
}

/* Subjects of literals differ by family only, so that one chain of each will do. */
static bool asked_family(toc_choice *choice, const toc_wallet *wallet)
{
    uint8_t family = wallet->subject.bytes[wallet->subject.size - 2];
    uint8_t bit = (uint8_t)(1u << (family % 8));
    bool asked = (choice->families[family / 8] & bit) != 0;
    choice->families[family / 8] |= bit;
    return asked;
}

/* `asked` counts through (literal, chain). */
static bool next_literal(toc_choice *choice, toc_wallet *out)
{
    size_t chains = choice->named != NULL ? 1 : toc_chain_count();
    while (choice->asked < chains * TOC_COUNT(choice->literals)) {
        size_t at = choice->asked++;
        toc_span literal = choice->literals[at / chains];
        const toc_chain *chain = choice->named != NULL ? choice->named : toc_chain_at(at % chains);
        if (literal.size > 0 && toc_wallet_keep_invalid(chain, literal, out, NULL) == TOC_OK &&
            (choice->named != NULL || !asked_family(choice, out)))
            return true;
    }
    return false;
}

bool toc_choice_next(toc_choice *choice, toc_wallet *out)
{
    if (choice->spelt_asked < choice->spelt_count) {
        *out = choice->spelt[choice->spelt_asked++];
        return true;
    }
    if (is_literal(choice))
        return next_literal(choice, out);
    if (choice->asked == choice->candidates.count)
        return false;
    *out = choice->candidates.wallets[choice->asked++];
    return true;
}

/* A literal may be offered as known and come again as what the text spells. */
static bool is_taken(const toc_choice *choice, const toc_wallet *wallet)
{
    for (size_t i = 0; i < choice->taken; i++) {
        const toc_wallet *other = &choice->candidates.wallets[i];
        if (toc_span_equal(toc_subject_view(&other->subject), toc_subject_view(&wallet->subject)))
            return true;
    }
    return false;
}

static bool is_better(const toc_choice *choice, toc_span query, const toc_wallet *wallet,
                      bool found, uint32_t score)
{
    if (choice->taken == 0)
        return true;
    if (found != choice->found[choice->best])
        return found;
    if (found)
        return score > choice->scores[choice->best];
    return toc_span_equal(query, toc_span_text(wallet->address));
}

void toc_choice_take(toc_choice *choice, toc_span query, const toc_wallet *wallet, bool found,
                     uint32_t score, toc_span line)
{
    if (is_literal(choice) &&
        (!found || choice->taken == TOC_WALLET_CANDIDATES_MAX || is_taken(choice, wallet)))
        return;
    TOC_ASSERT(choice->taken < TOC_WALLET_CANDIDATES_MAX);
    if (is_better(choice, query, wallet, found, score)) {
        choice->best = choice->taken;
        toc_buf_clear(&choice->line);
        toc_buf_add_span(&choice->line, line);
    }
    if (is_literal(choice))
        choice->candidates.count = choice->taken + 1;
    choice->candidates.wallets[choice->taken] = *wallet;
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

toc_code toc_choice_write(const toc_choice *choice, toc_buf *out, toc_err *err)
{
    toc_span line = toc_buf_view(&choice->line);
    if (choice->taken == 0)
        return toc_fail(err, choice->why.code, "%s", choice->why.text);
    TOC_TRY(toc_buf_ok(&choice->line, err));
    while (line.size > 0 && (line.data[line.size - 1] == '\n' || line.data[line.size - 1] == '}') &&
           choice->found_count > 1) {
        bool brace = line.data[line.size - 1] == '}';
        line.size--;
        if (brace)
            break;
    }
    toc_buf_add_span(out, line);
    if (choice->found_count <= 1)
        return toc_buf_ok(out, err);
    toc_json json = {.out = out, .comma = true};
    add_candidates(choice, &json);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
    return toc_buf_ok(out, err);
}

void toc_json_unanswered(toc_span query, const toc_err *error, toc_buf *out)
{
    static const char *const nulls[] = {"subject", "canonical", "caip10", "chain", "tag"};
    static const char *const lists[] = {"categories", "claims", "same_key",
                                        "forked",     "forks",  "lookalikes"};
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
