#include "proto/base/text.h"
#include "proto/base/wire.h"
#include "proto/roll/card.h"
#include "roll.pb-c.h"

enum { LINE_CHARACTERS = 64, BASE64_CHARACTERS_MAX = (TOC_CARD_BYTES_MAX + 2) / 3 * 4 };

static const char begin_line[] = "-----BEGIN TOCSIN CARD-----";
static const char end_line[] = "-----END TOCSIN CARD-----";

void toc_card_armour(toc_span signed_card, toc_buf *out)
{
    TOC_AUTO(toc_buf_wipe) toc_buf characters = {0};
    toc_base64_encode(signed_card, &characters);
    if (characters.failed)
        out->failed = true;
    toc_buf_add_text(out, begin_line);
    for (size_t i = 0; i < characters.size; i += LINE_CHARACTERS) {
        size_t left = characters.size - i;
        toc_buf_add_u8(out, '\n');
        toc_buf_add(out, characters.data + i, left < LINE_CHARACTERS ? left : LINE_CHARACTERS);
    }
    toc_buf_add_u8(out, '\n');
    toc_buf_add_text(out, end_line);
    toc_buf_add_u8(out, '\n');
}

/* The text before and after the first `marker`. */
static bool cut_at(toc_span text, const char *marker, toc_span *out_before, toc_span *out_after)
{
    size_t size = strlen(marker);
    const uint8_t *found = text.size == 0 ? NULL : memmem(text.data, text.size, marker, size);
    if (found == NULL)
        return false;
    size_t position = (size_t)(found - text.data);
    *out_before = toc_span_of(text.data, position);
    *out_after = toc_span_of(found + size, text.size - position - size);
    return true;
}

static toc_code strip_white_space(toc_span text, toc_buf *out, toc_err *err)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t character = text.data[i];
        if (character == ' ' || character == '\t' || character == '\r' || character == '\n')
            continue;
        if (out->size == BASE64_CHARACTERS_MAX)
            return toc_fail(err, TOC_LIMIT, "card: more than %u bytes", TOC_CARD_BYTES_MAX);
        toc_buf_add_u8(out, character);
    }
    return toc_buf_ok(out, err);
}

static toc_code append(toc_span bytes, toc_buf *out, toc_err *err)
{
    if (bytes.size > TOC_CARD_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "card: more than %u bytes", TOC_CARD_BYTES_MAX);
    toc_buf_add_span(out, bytes);
    return toc_buf_ok(out, err);
}

toc_code toc_card_dearmour(toc_span text, toc_buf *out, toc_err *err)
{
    /* No text is an envelope, not even one of a newer version: before its signature stands the
     * byte 0x12. */
    toc_code raw = toc_wire_scan(text, &toc__roll__signed_card__descriptor, "signed card", NULL);
    if (raw == TOC_OK || raw == TOC_STATE)
        return append(text, out, err);
    toc_span before, inside, after, rest;
    if (!cut_at(text, begin_line, &before, &rest))
        return toc_fail(err, TOC_MALFORMED, "neither a card nor a line '%s'", begin_line);
    if (!cut_at(rest, end_line, &inside, &after))
        return toc_fail(err, TOC_MALFORMED, "the line '%s' is missing", end_line);
    toc_span left, right;
    if (cut_at(after, begin_line, &left, &right))
        return toc_fail(err, TOC_MALFORMED, "more than one card; give them one by one");
    TOC_AUTO(toc_buf_wipe) toc_buf characters = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_TRY(strip_white_space(inside, &characters, err));
    TOC_TRY(toc_base64_decode(toc_buf_view(&characters), &bytes, err));
    return append(toc_buf_view(&bytes), out, err);
}
