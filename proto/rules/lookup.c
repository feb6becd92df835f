#include "proto/base/text.h"
#include "proto/rules/nearest.h"
#include "proto/rules/terms.h"

static bool is_text(const char *text, toc_span span)
{
    return strncmp(text, (const char *)span.data, span.size) == 0 && text[span.size] == '\0';
}

const toc_term *toc_term_by_id(toc_term_set set, toc_span id)
{
    if (id.size == 0 || memchr(id.data, 0, id.size) != NULL)
        return NULL;
    const toc_term *term;
    for (size_t i = 0; (term = toc_term_at(set, i)) != NULL; i++) {
        if ((uint8_t)term->id[0] == id.data[0] && is_text(term->id, id))
            return term;
    }
    return NULL;
}

static bool has_alias(const toc_term *term, toc_span text)
{
    for (const char *const *alias = term->aliases; alias != NULL && *alias != NULL; alias++) {
        if (is_text(*alias, text))
            return true;
    }
    return false;
}

enum { WRITTEN_BYTES_MAX = 64 };

/* As ids are written: lower case, hyphens. Empty when it is too long to be one. */
static toc_span as_written(toc_span text, char out[WRITTEN_BYTES_MAX])
{
    while (text.size > 0 && text.data[0] == ' ')
        text = toc_span_of(text.data + 1, text.size - 1);
    while (text.size > 0 && text.data[text.size - 1] == ' ')
        text.size--;
    if (text.size > WRITTEN_BYTES_MAX)
        return (toc_span){0};
    for (size_t i = 0; i < text.size; i++) {
        uint8_t character = text.data[i];
        if (character >= 'A' && character <= 'Z')
            character = (uint8_t)(character - 'A' + 'a');
        out[i] = (char)(character == ' ' || character == '_' ? '-' : character);
    }
    return toc_span_of(out, text.size);
}

const toc_term *toc_term_find(toc_term_set set, toc_span text)
{
    char storage[WRITTEN_BYTES_MAX];
    toc_span written = as_written(text, storage);
    const toc_term *found = toc_term_by_id(set, written);
    if (found != NULL || written.size == 0 || memchr(written.data, 0, written.size) != NULL)
        return found;
    const toc_term *term;
    for (size_t i = 0; (term = toc_term_at(set, i)) != NULL; i++) {
        if (has_alias(term, written))
            return term;
    }
    return NULL;
}

const char *toc_term_nearest(toc_term_set set, toc_span text)
{
    toc_nearest nearest = toc_nearest_to(text);
    const toc_term *term;
    for (size_t i = 0; (term = toc_term_at(set, i)) != NULL; i++) {
        toc_nearest_try(&nearest, term->id, term->id);
        for (const char *const *alias = term->aliases; alias != NULL && *alias != NULL; alias++)
            toc_nearest_try(&nearest, *alias, term->id);
    }
    return nearest.found;
}

static toc_code refuse(toc_term_set set, toc_span text, toc_err *err)
{
    int shown = toc_quoted_bytes(text);
    return toc_fail(err, TOC_NOT_FOUND, "'%.*s' is no %s; the nearest is '%s'", shown,
                    (const char *)text.data, toc_term_set_name(set), toc_term_nearest(set, text));
}

toc_code toc_term_resolve(toc_term_set set, toc_span text, char out[65], toc_err *err)
{
    const toc_term *term = toc_term_find(set, text);
    if (term != NULL) {
        memcpy(out, term->id, strlen(term->id) + 1);
        return TOC_OK;
    }
    return toc_term_set_open(set) ? toc_slug_from(text, out, err) : refuse(set, text, err);
}
