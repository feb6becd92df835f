#include "proto/base/limits.h"
#include "proto/base/text.h"
#include "proto/rules/terms.h"

static bool is_alphanumeric(uint8_t character)
{
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
}

static bool is_slug_character(uint8_t character)
{
    return is_alphanumeric(character) || character == '-' || character == '.' || character == '_';
}

bool toc_slug_valid(toc_span text)
{
    if (text.size == 0 || text.size > TOC_SLUG_BYTES_MAX || !is_alphanumeric(text.data[0]))
        return false;
    for (size_t i = 1; i < text.size; i++) {
        if (!is_slug_character(text.data[i]))
            return false;
    }
    return true;
}

static uint8_t slug_character(uint8_t character)
{
    if (character >= 'A' && character <= 'Z')
        return (uint8_t)(character - 'A' + 'a');
    return character == ' ' || character == '_' ? '-' : character;
}

/* The text without spaces around it. */
static toc_span trim(toc_span text)
{
    while (text.size > 0 && text.data[0] == ' ')
        text = toc_span_of(text.data + 1, text.size - 1);
    while (text.size > 0 && text.data[text.size - 1] == ' ')
        text.size--;
    return text;
}

toc_code toc_slug_from(toc_span text, char out[65], toc_err *err)
{
    toc_span trimmed = trim(text);
    if (trimmed.size == 0)
        return toc_fail(err, TOC_MALFORMED, "an empty id");
    if (trimmed.size > TOC_SLUG_BYTES_MAX)
        return toc_fail(err, TOC_MALFORMED, "an id of %zu characters; at most %d are taken",
                        trimmed.size, TOC_SLUG_BYTES_MAX);
    char slug[TOC_SLUG_BYTES_MAX + 1];
    for (size_t i = 0; i < trimmed.size; i++) {
        uint8_t character = slug_character(trimmed.data[i]);
        if (i == 0 ? !is_alphanumeric(character) : !is_slug_character(character))
            return toc_fail(err, TOC_MALFORMED,
                            "no id comes of '%.*s': the character at position %zu is not one of "
                            "a-z 0-9 - . _%s",
                            (int)trimmed.size, (const char *)trimmed.data, i + 1,
                            i == 0 ? ", or cannot be the first" : "");
        slug[i] = (char)character;
    }
    slug[trimmed.size] = '\0';
    memcpy(out, slug, trimmed.size + 1);
    return TOC_OK;
}
