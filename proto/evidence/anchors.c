/* What a verifier knows from elsewhere, and what follows from it. */
#include "proto/base/text.h"
#include "proto/evidence/evidence.h"

static const char group_mark = '-';

/* Eight groups of four from the alphabet of base32. */
static bool is_fingerprint(toc_span text)
{
    if (text.size != TOC_FINGERPRINT_BYTES - 1)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t each = text.data[i];
        bool digit = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                     (each >= '2' && each <= '7');
        if (i % 5 == 4 ? each != (uint8_t)group_mark : !digit)
            return false;
    }
    return true;
}

toc_code toc_anchor_org(toc_span text, toc_anchor *out, toc_err *err)
{
    toc_anchor anchor = {.kind = TOC_ANCHOR_FINGERPRINT};
    if (is_fingerprint(text)) {
        memcpy(anchor.fingerprint, text.data, text.size);
        *out = anchor;
        return TOC_OK;
    }
    anchor.kind = TOC_ANCHOR_ORG;
    if (text.size != 64 || toc_hex_decode(text, anchor.id, sizeof anchor.id, NULL) != TOC_OK)
        return toc_fail(err, TOC_MALFORMED,
                        "neither a card's fingerprint (eight groups of four, as 'tocsin card' "
                        "prints it) nor an org's id (64 hexadecimal digits)");
    *out = anchor;
    return TOC_OK;
}

toc_code toc_anchor_circle(toc_span text, toc_anchor *out, toc_err *err)
{
    toc_anchor anchor = {.kind = TOC_ANCHOR_CIRCLE};
    if (text.size != 64 || toc_hex_decode(text, anchor.id, sizeof anchor.id, NULL) != TOC_OK)
        return toc_fail(err, TOC_MALFORMED, "not a circle's id: 64 hexadecimal digits");
    *out = anchor;
    return TOC_OK;
}

/* ---- trust files ---- */

static bool is_blank(uint8_t character)
{
    return character == ' ' || character == '\t' || character == '\r';
}

static toc_span trimmed(toc_span text)
{
    while (text.size > 0 && is_blank(text.data[text.size - 1]))
        text.size--;
    while (text.size > 0 && is_blank(text.data[0]))
        text = toc_span_of(text.data + 1, text.size - 1);
    return text;
}

static bool takes_word(toc_span line, const char *word, toc_span *out_rest)
{
    size_t size = strlen(word);
    if (line.size <= size || memcmp(line.data, word, size) != 0 || !is_blank(line.data[size]))
        return false;
    *out_rest = trimmed(toc_span_of(line.data + size, line.size - size));
    return true;
}

static toc_code parse_line(toc_span line, toc_anchor *anchors, size_t *count, toc_err *err)
{
    toc_span value;
    const uint8_t *comment = line.size == 0 ? NULL : memchr(line.data, '#', line.size);
    if (comment != NULL)
        line.size = (size_t)(comment - line.data);
    line = trimmed(line);
    if (line.size == 0)
        return TOC_OK;
    if (*count == TOC_ANCHORS_MAX)
        return toc_fail(err, TOC_LIMIT, "more than %d anchors", TOC_ANCHORS_MAX);
    if (takes_word(line, "org", &value))
        TOC_TRY(toc_anchor_org(value, &anchors[*count], err));
    else if (takes_word(line, "circle", &value))
        TOC_TRY(toc_anchor_circle(value, &anchors[*count], err));
    else
        return toc_fail(err, TOC_MALFORMED, "neither 'org FINGERPRINT' nor 'circle ID'");
    anchors[(*count)++].listed = true;
    return TOC_OK;
}

toc_code toc_anchors_parse(toc_span text, toc_anchor anchors[TOC_ANCHORS_MAX], size_t *count,
                           toc_err *err)
{
    toc_span line;
    for (size_t number = 1; toc_line_next(&text, &line); number++) {
        if (parse_line(line, anchors, count, err) != TOC_OK)
            return toc_wrap(err, "line %zu", number);
    }
    return TOC_OK;
}

/* ---- what they say of the evidence ---- */

static bool names_card(const toc_anchor *anchor, const toc_card *card)
{
    char fingerprint[TOC_FINGERPRINT_BYTES];
    if (anchor->kind == TOC_ANCHOR_ORG)
        return memcmp(anchor->id, card->org.bytes, sizeof anchor->id) == 0;
    if (anchor->kind != TOC_ANCHOR_FINGERPRINT)
        return false;
    toc_card_fingerprint(card, fingerprint);
    return toc_ascii_equal_nocase(toc_span_text(fingerprint), toc_span_text(anchor->fingerprint));
}

/* A card of the org that an anchor names makes all its cards known: they follow one another. */
static bool is_named(const toc_evidence *evidence, const toc_org_id *org, toc_anchor *anchors,
                     size_t count)
{
    bool named = false;
    for (size_t i = 0; i < evidence->card_count; i++) {
        const toc_card *card = &evidence->cards[i];
        for (size_t j = 0; toc_org_id_equal(&card->org, org) && j < count; j++) {
            if (!names_card(&anchors[j], card))
                continue;
            anchors[j].found = true;
            named = true;
        }
    }
    return named;
}

static bool circle_known(const toc_evidence *evidence, toc_anchor *anchors, size_t count)
{
    bool known = false;
    for (size_t i = 0; i < count; i++) {
        if (anchors[i].kind != TOC_ANCHOR_CIRCLE ||
            memcmp(anchors[i].id, evidence->feed.circle.bytes, sizeof anchors[i].id) != 0)
            continue;
        anchors[i].found = true;
        known = true;
    }
    return known;
}

/* Two names with one key are one word. */
static bool said_before(const toc_evidence *evidence, const toc_evidence_receipt *receipt)
{
    for (const toc_evidence_receipt *each = evidence->receipts; each < receipt; each++) {
        if (each->known && memcmp(&each->key, &receipt->key, sizeof each->key) == 0)
            return true;
    }
    return false;
}

static void judge_receipt(const toc_evidence *evidence, toc_evidence_receipt *receipt,
                          toc_anchor *anchors, size_t count, toc_verdict *verdict)
{
    bool named = is_named(evidence, &receipt->org, anchors, count);
    receipt->known = named || (verdict->circle_known && receipt->member != NULL);
    /* Whoever vouches was a member, by any of the charters. */
    verdict->vouched |= receipt->vouches && (named || verdict->circle_known);
    if (!receipt->known || receipt->author || said_before(evidence, receipt))
        return;
    if (verdict->others++ == 0) /* they are in order of time */
        verdict->others_time_s = receipt->time_s;
}

void toc_evidence_judge(toc_evidence *evidence, toc_anchor *anchors, size_t count, toc_verdict *out)
{
    *out = (toc_verdict){.circle_known = circle_known(evidence, anchors, count),
                         .vouched = !evidence->signer_retired};
    out->author_named = is_named(evidence, &evidence->feed.org, anchors, count);
    out->author_known = out->author_named || out->circle_known;
    for (size_t i = 0; i < evidence->receipt_count; i++)
        judge_receipt(evidence, &evidence->receipts[i], anchors, count, out);
    for (size_t i = 0; i < count && out->missing == NULL; i++) {
        if (!anchors[i].found && !anchors[i].listed)
            out->missing = &anchors[i];
    }
    out->proven = out->author_known && out->vouched && out->missing == NULL;
}
