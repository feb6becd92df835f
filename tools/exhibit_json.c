#include "proto/answer/parts.h"
#include "proto/base/text.h"
#include "tools/exhibit.h"

void toc_exhibit_anchor(const toc_anchor *anchor, toc_buf *out)
{
    if (anchor->kind == TOC_ANCHOR_FINGERPRINT) {
        toc_buf_printf(out, "fingerprint %s", anchor->fingerprint);
        return;
    }
    toc_buf_add_text(out, anchor->kind == TOC_ANCHOR_ORG ? "org " : "circle ");
    toc_buf_add_hex(out, TOC_SPAN_OF(anchor->id));
}

static void add_members(toc_json *json, const toc_members_body *body)
{
    toc_json_open(json, "wallets", '[');
    for (size_t i = 0; i < body->count; i++) {
        toc_json_open(json, NULL, '{');
        toc_json_caip10(json, "wallet", &body->members[i].wallet);
        toc_json_bool(json, "removed", body->members[i].remove);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_statement(toc_json *json, const char *key, const toc_statement *statement)
{
    toc_json_open(json, key, '{');
    toc_json_statement_members(json, statement);
    if (statement->kind == TOC_RECORD_MEMBERS)
        add_members(json, &statement->as.members);
    toc_json_close(json, '}');
}

void toc_exhibit_statement(const toc_statement *statement, toc_buf *out)
{
    toc_json json = {.out = out};
    add_statement(&json, NULL, statement);
}

static void add_approvals(toc_json *json, const toc_evidence *evidence)
{
    toc_json_number(json, "officers_needed", evidence->approvals.needed);
    toc_json_open(json, "approvals", '[');
    for (size_t i = 0; i < evidence->approval_count; i++) {
        toc_json_open(json, NULL, '{');
        toc_json_number(json, "officer", evidence->approvals.officers[i]);
        toc_json_text(json, "standing",
                      toc_span_text(toc_approval_fault_name(evidence->approvals.faults[i])));
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_record(toc_json *json, const toc_evidence *evidence)
{
    const toc_feed_name *feed = &evidence->feed;
    toc_json_hex(json, "record", TOC_SPAN_OF(evidence->record.bytes));
    toc_json_hex(json, "org", TOC_SPAN_OF(feed->org.bytes));
    toc_json_text(json, "org_name", toc_evidence_card(evidence, &feed->org)->name);
    toc_json_hex(json, "circle", TOC_SPAN_OF(feed->circle.bytes));
    toc_json_text(json, "lane", toc_span_text(toc_lane_name(feed->lane)));
    toc_json_number(json, "generation", feed->generation);
    toc_json_number(json, "index", evidence->index);
    toc_json_time(json, "sealed", evidence->sealed);
    toc_json_bool(json, "addressed", evidence->addressed);
    if (evidence->unread.code != TOC_OK) {
        toc_json_null(json, "claim");
        toc_json_null(json, "statement");
        toc_json_text(json, "unread", toc_span_text(evidence->unread.text));
        return;
    }
    toc_json_hex(json, "claim", TOC_SPAN_OF(evidence->claim.bytes));
    add_statement(json, "statement", &evidence->statement);
    add_approvals(json, evidence);
}

static void add_fork(toc_json *json, const toc_evidence *evidence)
{
    if (!evidence->forked) {
        toc_json_null(json, "fork");
        return;
    }
    toc_json_open(json, "fork", '{');
    toc_json_number(json, "from", evidence->forked_from);
    toc_json_open(json, "heads", '[');
    for (size_t i = 0; i < 2; i++) {
        toc_json_open(json, NULL, '{');
        toc_json_number(json, "size", evidence->fork_heads[i].size);
        toc_json_hex(json, "root", TOC_SPAN_OF(evidence->fork_heads[i].root.bytes));
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
    toc_json_close(json, '}');
}

static void add_custody(toc_json *json, const toc_evidence *evidence)
{
    const toc_charter *charter = &evidence->charters[evidence->charter_count - 1];
    toc_json_open(json, "head", '{');
    toc_json_number(json, "size", evidence->checkpoint.size);
    toc_json_hex(json, "root", TOC_SPAN_OF(evidence->checkpoint.root.bytes));
    toc_json_hex(json, "key", TOC_SPAN_OF(evidence->signer->sign.bytes));
    toc_json_number(json, "card_serial", evidence->signer->serial);
    toc_json_bool(json, "key_retired", evidence->signer_retired);
    toc_json_close(json, '}');
    add_fork(json, evidence);
    toc_json_open(json, "grant", '{');
    toc_json_number(json, "index", evidence->grant_index);
    toc_json_number(json, "card_serial", evidence->grant.card_serial);
    toc_json_number(json, "charter_version", evidence->grant.charter_version);
    toc_json_close(json, '}');
    toc_json_open(json, "charter", '{');
    toc_json_text(json, "name", charter->name);
    toc_json_number(json, "version", charter->version);
    toc_json_text(json, "role", toc_span_text(toc_role_name(evidence->member->role)));
    toc_json_optional(json, "kind", evidence->member->kind);
    toc_json_optional(json, "country", evidence->member->country);
    toc_json_close(json, '}');
}

static void add_receipt(toc_json *json, const toc_evidence_receipt *receipt)
{
    toc_json_open(json, NULL, '{');
    toc_json_hex(json, "org", TOC_SPAN_OF(receipt->org.bytes));
    toc_json_text(json, "name", receipt->card->name);
    if (receipt->member == NULL)
        toc_json_null(json, "role");
    else
        toc_json_text(json, "role", toc_span_text(toc_role_name(receipt->member->role)));
    toc_json_bool(json, "author", receipt->author);
    toc_json_bool(json, "known", receipt->known);
    toc_json_time(json, "time", toc_time_of_seconds(receipt->time_s));
    toc_json_number(json, "size", receipt->size);
    toc_json_hex(json, "key", TOC_SPAN_OF(receipt->key.bytes));
    toc_json_close(json, '}');
}

static void add_lists(toc_json *json, const toc_exhibit *exhibit)
{
    const toc_evidence *evidence = exhibit->evidence;
    toc_json_open(json, "receipts", '[');
    for (size_t i = 0; i < evidence->receipt_count; i++)
        add_receipt(json, &evidence->receipts[i]);
    toc_json_close(json, ']');
    toc_json_open(json, "cards", '[');
    for (size_t i = 0; i < evidence->card_count; i++) {
        const toc_card *card = &evidence->cards[i];
        char fingerprint[TOC_FINGERPRINT_BYTES];
        toc_card_fingerprint(card, fingerprint);
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "org", TOC_SPAN_OF(card->org.bytes));
        toc_json_text(json, "name", card->name);
        toc_json_number(json, "serial", card->serial);
        toc_json_text(json, "fingerprint", toc_span_text(fingerprint));
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
    toc_json_open(json, "anchors", '[');
    for (size_t i = 0; i < exhibit->anchor_count; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_exhibit_anchor(&exhibit->anchors[i], &text);
        toc_json_open(json, NULL, '{');
        toc_json_text(json, "anchor", toc_buf_view(&text));
        toc_json_bool(json, "found", exhibit->anchors[i].found);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

void toc_exhibit_json(const toc_exhibit *exhibit, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_bool(&json, "proven", exhibit->verdict->proven);
    toc_json_bool(&json, "author_known", exhibit->verdict->author_known);
    toc_json_bool(&json, "circle_known", exhibit->verdict->circle_known);
    toc_json_bool(&json, "vouched", exhibit->verdict->vouched);
    add_record(&json, exhibit->evidence);
    add_custody(&json, exhibit->evidence);
    add_lists(&json, exhibit);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}
