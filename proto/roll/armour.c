#include "proto/base/text.h"
#include "proto/base/wire.h"
#include "proto/roll/charter.h"
#include "roll.pb-c.h"

enum { LINE_CHARACTERS = 64 };

typedef struct armoured {
    const char *noun, *begin_line, *end_line;
    size_t bytes_max;
    const ProtobufCMessageDescriptor *envelope;
} armoured;

static const armoured card_kind = {"card", "-----BEGIN TOCSIN CARD-----",
                                   "-----END TOCSIN CARD-----", TOC_CARD_BYTES_MAX,
                                   &toc__roll__signed_card__descriptor};
static const armoured charter_kind = {"charter", "-----BEGIN TOCSIN CHARTER-----",
                                      "-----END TOCSIN CHARTER-----", TOC_CHARTER_BYTES_MAX,
                                      &toc__roll__signed_charter__descriptor};

static void armour(const armoured *kind, toc_span signed_bytes, toc_buf *out)
{
    TOC_AUTO(toc_buf_wipe) toc_buf characters = {0};
    toc_base64_encode(signed_bytes, &characters);
    if (characters.failed)
        out->failed = true;
    toc_buf_add_text(out, kind->begin_line);
    for (size_t i = 0; i < characters.size; i += LINE_CHARACTERS) {
        size_t left = characters.size - i;
        toc_buf_add_u8(out, '\n');
        toc_buf_add(out, characters.data + i, left < LINE_CHARACTERS ? left : LINE_CHARACTERS);
    }
    toc_buf_add_u8(out, '\n');
    toc_buf_add_text(out, kind->end_line);
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

static toc_code too_large(const armoured *kind, toc_err *err)
{
    return toc_fail(err, TOC_LIMIT, "%s: more than %zu bytes", kind->noun, kind->bytes_max);
}

static toc_code strip_white_space(const armoured *kind, toc_span text, toc_buf *out, toc_err *err)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t character = text.data[i];
        if (character == ' ' || character == '\t' || character == '\r' || character == '\n')
            continue;
        if (out->size == (kind->bytes_max + 2) / 3 * 4)
            return too_large(kind, err);
        toc_buf_add_u8(out, character);
    }
    return toc_buf_ok(out, err);
}

static toc_code append(const armoured *kind, toc_span bytes, toc_buf *out, toc_err *err)
{
    if (bytes.size > kind->bytes_max)
        return too_large(kind, err);
    toc_buf_add_span(out, bytes);
    return toc_buf_ok(out, err);
}

static toc_code dearmour(const armoured *kind, toc_span text, toc_buf *out, toc_err *err)
{
    /* No text is an envelope, not even one of a newer version: before a signature stands the byte
     * 0x12. */
    bool signed_bytes = text.size > 0 && memchr(text.data, 0x12, text.size) != NULL;
    toc_code raw = toc_wire_scan(text, kind->envelope, kind->noun, NULL);
    if (signed_bytes && (raw == TOC_OK || raw == TOC_STATE))
        return append(kind, text, out, err);
    toc_span before, inside, after, rest;
    if (!cut_at(text, kind->begin_line, &before, &rest))
        return toc_fail(err, TOC_MALFORMED, "neither a %s nor a line '%s'", kind->noun,
                        kind->begin_line);
    if (!cut_at(rest, kind->end_line, &inside, &after))
        return toc_fail(err, TOC_MALFORMED, "the line '%s' is missing", kind->end_line);
    toc_span left, right;
    if (cut_at(after, kind->begin_line, &left, &right))
        return toc_fail(err, TOC_MALFORMED, "more than one %s; give them one by one", kind->noun);
    TOC_AUTO(toc_buf_wipe) toc_buf characters = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_TRY(strip_white_space(kind, inside, &characters, err));
    TOC_TRY(toc_base64_decode(toc_buf_view(&characters), &bytes, err));
    return append(kind, toc_buf_view(&bytes), out, err);
}

void toc_card_armour(toc_span signed_card, toc_buf *out)
{
    armour(&card_kind, signed_card, out);
}

toc_code toc_card_dearmour(toc_span text, toc_buf *out, toc_err *err)
{
    return dearmour(&card_kind, text, out, err);
}

void toc_charter_armour(toc_span signed_charter, toc_buf *out)
{
    armour(&charter_kind, signed_charter, out);
}

toc_code toc_charter_dearmour(toc_span text, toc_buf *out, toc_err *err)
{
    return dearmour(&charter_kind, text, out, err);
}
