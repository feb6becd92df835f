#include "proto/answer/writer.h"
#include "proto/base/text.h"
#include "proto/evidence/evidence.h"

static void add_base64(toc_json *json, const char *key, toc_span bytes)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_base64_encode(bytes, &text);
    toc_json_text(json, key, toc_buf_view(&text));
    json->out->failed = json->out->failed || text.failed;
}

static void add_list(toc_json *json, const char *key, const toc_span *items, size_t count)
{
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < count; i++)
        add_base64(json, NULL, items[i]);
    toc_json_close(json, ']');
}

void toc_bundle_write(const toc_bundle *bundle, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "format", toc_span_text(TOC_BUNDLE_FORMAT));
    add_base64(&json, "entry", bundle->entry);
    add_base64(&json, "plaintext", bundle->plaintext);
    if (bundle->inner.size > 0)
        add_base64(&json, "inner", bundle->inner);
    toc_json_text(&json, "proof", bundle->proof);
    toc_json_open(&json, "receipts", '[');
    for (size_t i = 0; i < bundle->receipt_count; i++)
        toc_json_text(&json, NULL, bundle->receipts[i]);
    toc_json_close(&json, ']');
    add_base64(&json, "grant", bundle->grant);
    toc_json_number(&json, "grant_index", bundle->grant_index);
    add_base64(&json, "grant_path", bundle->grant_path);
    add_list(&json, "cards", bundle->cards, bundle->card_count);
    add_list(&json, "charters", bundle->charters, bundle->charter_count);
    if (bundle->fork.size > 0) {
        add_base64(&json, "fork", bundle->fork);
        add_base64(&json, "fork_path", bundle->fork_path);
    }
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}
