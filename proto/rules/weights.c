#include "proto/rules/weights.h"

#include <stdio.h>

#include "proto/base/text.h"
#include "proto/rules/terms.h"

enum { FULL = 100 };

static const char *const names[] = {[TOC_WEIGHT_ORG] = "org",
                                    [TOC_WEIGHT_KIND] = "kind",
                                    [TOC_WEIGHT_ROLE] = "role",
                                    [TOC_WEIGHT_LIST] = "list"};

const char *toc_weight_by_name(toc_weight_by by)
{
    return names[by];
}

static toc_code find_by(toc_span word, toc_weight_by *out, toc_err *err)
{
    for (size_t i = 0; i < TOC_COUNT(names); i++) {
        if (toc_span_equal(word, toc_span_text(names[i]))) {
            *out = (toc_weight_by)i;
            return TOC_OK;
        }
    }
    return toc_fail(err, TOC_USAGE,
                    "'%.*s' is nothing that can be weighed: org, kind, role or list is needed",
                    (int)(word.size < 64 ? word.size : 64), (const char *)word.data);
}

/* Lists have aliases; a list that the terms do not know is meant as it is written. */
static toc_span canonical(toc_weight_by by, toc_span name)
{
    const toc_term *term = by == TOC_WEIGHT_LIST ? toc_term_find(TOC_TERMS_LIST, name) : NULL;
    return term == NULL ? name : toc_span_text(term->id);
}

toc_code toc_weights_add(toc_weights *weights, toc_span what, uint64_t percent, toc_err *err)
{
    const uint8_t *blank = what.size == 0 ? NULL : memchr(what.data, ' ', what.size);
    size_t size = blank == NULL ? what.size : (size_t)(blank - what.data);
    toc_weight weight = {.percent = (uint32_t)percent};
    TOC_TRY(find_by(toc_span_of(what.data, size), &weight.by, err));
    while (size < what.size && what.data[size] == ' ')
        size++;
    toc_span name = canonical(weight.by, toc_span_of(what.data + size, what.size - size));
    if (name.size == 0 || name.size > TOC_TEXT_BYTES_MAX)
        return toc_fail(err, TOC_USAGE, "'%s' needs a name of 1 to %u bytes behind it",
                        names[weight.by], TOC_TEXT_BYTES_MAX);
    if (percent > FULL)
        return toc_fail(err, TOC_USAGE, "0 to 100 percent are needed");
    memcpy(weight.name, name.data, name.size);
    for (size_t i = 0; i < weights->count; i++) {
        if (weights->items[i].by == weight.by && strcmp(weights->items[i].name, weight.name) == 0)
            return toc_fail(err, TOC_USAGE, "%s '%s' is weighed already", names[weight.by],
                            weight.name);
    }
    if (weights->count == TOC_WEIGHTS_MAX)
        return toc_fail(err, TOC_LIMIT, "at most %u weights", TOC_WEIGHTS_MAX);
    weights->items[weights->count++] = weight;
    return TOC_OK;
}

static const toc_weight *find(const toc_weights *weights, toc_weight_by by, toc_span name)
{
    for (size_t i = 0; i < weights->count && name.size > 0; i++) {
        if (weights->items[i].by == by &&
            toc_span_equal(name, toc_span_text(weights->items[i].name)))
            return &weights->items[i];
    }
    return NULL;
}

static void apply(toc_weighing *weighing, const toc_weight *weight)
{
    if (weight != NULL)
        weighing->applied[weighing->count++] = weight;
}

toc_weighing toc_weights_of(const toc_weights *weights, const toc_weight_subject *subject)
{
    toc_weighing out = {0};
    char id[2 * sizeof subject->org.bytes + 1];
    toc_hex_encode(TOC_SPAN_OF(subject->org.bytes), id);
    const toc_weight *org = find(weights, TOC_WEIGHT_ORG, toc_span_text(id));
    apply(&out, org != NULL ? org : find(weights, TOC_WEIGHT_ORG, subject->org_name));
    apply(&out, find(weights, TOC_WEIGHT_KIND, subject->kind));
    apply(&out, find(weights, TOC_WEIGHT_ROLE, subject->role));
    apply(&out, find(weights, TOC_WEIGHT_LIST, subject->list));
    return out;
}

uint32_t toc_weighed_per_mille(uint32_t confidence, const toc_weighing *weighing)
{
    TOC_ASSERT(confidence <= 100);
    uint64_t product = (uint64_t)confidence * 10, divisor = 1;
    for (size_t i = 0; i < weighing->count; i++) {
        product *= weighing->applied[i]->percent;
        divisor *= FULL;
    }
    return (uint32_t)(product / divisor);
}
