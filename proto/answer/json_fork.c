/* A fork as it is told: who, where, since when, and what to do. */
#include "proto/answer/parts.h"
#include "proto/base/text.h"

/* A head is named by its size and the first digits of its root: enough to compare by telephone. */
enum { HEAD_DIGITS_BYTES = 4 };

static void add_heads(const toc_answer_fork *fork, toc_buf *out)
{
    for (size_t i = 0; fork->has_heads && i < 2; i++) {
        const toc_checkpoint *head = &fork->heads[i];
        toc_buf_printf(out, "%s%llu entries ", i == 0 ? " (heads over " : " and ",
                       (unsigned long long)head->size);
        toc_buf_add_hex(out, toc_span_of(head->root.bytes, HEAD_DIGITS_BYTES));
    }
    toc_buf_add_text(out, fork->has_heads ? ")" : "");
}

static void add_suspicion(const toc_answer_fork *fork, toc_buf *out)
{
    toc_buf_printf(out,
                   "two heads of its %s feed of generation %llu are signed that contradict each "
                   "other",
                   toc_lane_name(fork->feed.lane), (unsigned long long)fork->feed.generation);
    add_heads(fork, out);
    toc_buf_add_text(out, ", the second told by ");
    if (fork->teller_name.size > 0)
        toc_buf_add_span(out, fork->teller_name);
    else
        toc_buf_add_hex(out, TOC_SPAN_OF(fork->teller.bytes));
    toc_buf_add_text(out, ". Nobody shows the history under that one, so nothing is in dispute "
                          "here. Ask both by another channel; a key is stolen, or two copies of a "
                          "node run");
}

void toc_fork_sentence(const toc_answer_fork *fork, toc_buf *out)
{
    if (fork->suspected) {
        add_suspicion(fork, out);
        return;
    }
    toc_buf_printf(out,
                   "two histories of its %s feed of generation %llu are signed, which part at "
                   "entry %llu",
                   toc_lane_name(fork->feed.lane), (unsigned long long)fork->feed.generation,
                   (unsigned long long)fork->from);
    add_heads(fork, out);
    toc_buf_add_text(
        out,
        fork->own && fork->key_in_use
            ? ": another node has the own sign key, or another copy of this one runs. Nothing is "
              "written before tocsin keys rotate --sign"
        : fork->own ? ": what was written there from then on counts for nobody: submit again what "
                      "still holds"
        : fork->key_in_use
            ? ": what it says there from then on counts nowhere. Ask it by another channel whose "
              "key is stolen; tocsin keys rotate --sign on its side ends this, and it says again "
              "what still holds"
            : ": what it said there from then on counts nowhere. It has a new key since, and says "
              "again what still holds");
}

void toc_json_fork(toc_json *json, const toc_answer_fork *fork)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_fork_sentence(fork, &text);
    toc_json_open(json, NULL, '{');
    toc_json_org(json, &fork->feed.org, fork->org_name);
    toc_json_hex(json, "circle", TOC_SPAN_OF(fork->feed.circle.bytes));
    toc_json_text(json, "lane", toc_span_text(toc_lane_name(fork->feed.lane)));
    toc_json_number(json, "generation", fork->feed.generation);
    if (fork->suspected)
        toc_json_null(json, "from");
    else
        toc_json_number(json, "from", fork->from);
    toc_json_time_optional(json, "since", fork->since);
    toc_json_bool(json, "key_in_use", fork->key_in_use);
    toc_json_open(json, "heads", '[');
    for (size_t i = 0; fork->has_heads && i < 2; i++) {
        toc_json_open(json, NULL, '{');
        toc_json_number(json, "size", fork->heads[i].size);
        toc_json_hex(json, "root", TOC_SPAN_OF(fork->heads[i].root.bytes));
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
    if (fork->suspected) {
        toc_json_hex(json, "told_by", TOC_SPAN_OF(fork->teller.bytes));
        toc_json_optional(json, "told_by_name", fork->teller_name);
    }
    toc_json_text(json, "text", toc_buf_view(&text));
    toc_json_close(json, '}');
}
