#include "tools/card.h"

#include "proto/answer/writer.h"
#include "tools/term/colour.h"

toc_code toc_card_of_log(toc_log_txn *txn, toc_buf *out, toc_err *err)
{
    toc_org_id org;
    TOC_TRY(toc_log_owner(txn, &org, err));
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(TOC_CARD_ARENA_BYTES, &arena, err));
    toc_card card;
    TOC_TRY(toc_log_card_of(txn, &org, arena, &card, err));
    toc_buf_add_span(out, card.signed_card);
    return toc_buf_ok(out, err);
}

static void show_json(const toc_card *card, const char *fingerprint, toc_buf *out)
{
    TOC_AUTO(toc_buf_wipe) toc_buf armour = {0};
    toc_card_armour(card->signed_card, &armour);
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "org", TOC_SPAN_OF(card->org.bytes));
    toc_json_text(&json, "name", card->name);
    toc_json_text(&json, "kind", card->kind);
    toc_json_optional(&json, "country", card->country);
    toc_json_number(&json, "serial", card->serial);
    toc_json_text(&json, "fingerprint", toc_span_text(fingerprint));
    toc_json_open(&json, "endpoints", '[');
    for (size_t i = 0; i < card->endpoint_count; i++)
        toc_json_text(&json, NULL, card->endpoints[i]);
    toc_json_close(&json, ']');
    toc_json_retired(&json, card);
    toc_json_text(&json, "card", toc_buf_view(&armour));
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
    out->failed = out->failed || armour.failed;
}

static void show_people(const toc_card *card, const char *fingerprint, toc_buf *out)
{
    toc_colour_add(out, TOC_STYLE_STRONG, card->name);
    toc_buf_add_text(out, "  ");
    toc_colour_add(out, TOC_STYLE_PLAIN, card->kind);
    toc_buf_add_text(out, card->country.size > 0 ? ", " : "");
    toc_colour_add(out, TOC_STYLE_PLAIN, card->country);
    toc_buf_printf(out, "\nfingerprint  %s\norg          ", fingerprint);
    for (size_t i = 0; i < sizeof card->org.bytes; i++)
        toc_buf_printf(out, "%02x", card->org.bytes[i]);
    toc_buf_printf(out, "\nserial       %llu\n", (unsigned long long)card->serial);
    for (size_t i = 0; i < card->endpoint_count; i++) {
        toc_buf_add_text(out, i == 0 ? "endpoints    " : "             ");
        toc_colour_add(out, TOC_STYLE_PLAIN, card->endpoints[i]);
        toc_buf_add_u8(out, '\n');
    }
}

toc_code toc_card_show(const toc_cli *cli, toc_span signed_card, bool armour, toc_buf *out,
                       toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(TOC_CARD_ARENA_BYTES, &arena, err));
    toc_card card;
    TOC_TRY(toc_card_open(signed_card, arena, &card, err));
    char fingerprint[TOC_FINGERPRINT_BYTES];
    toc_card_fingerprint(&card, fingerprint);
    if (cli->json)
        show_json(&card, fingerprint, out);
    else
        show_people(&card, fingerprint, out);
    if (armour && !cli->json) {
        toc_buf_add_u8(out, '\n');
        toc_card_armour(card.signed_card, out);
    }
    return toc_buf_ok(out, err);
}
