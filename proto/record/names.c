#include "proto/base/text.h"
#include "proto/record/record.h"
#include "proto/rules/nearest.h"

static const char *const tlp_names[] = {
    [TOC_TLP_CLEAR] = "CLEAR", [TOC_TLP_GREEN] = "GREEN",
    [TOC_TLP_AMBER] = "AMBER", [TOC_TLP_AMBER_STRICT] = "AMBER+STRICT",
    [TOC_TLP_RED] = "RED",
};

static const char *const reason_names[] = {
    [TOC_RETRACT_ERROR] = "error",       [TOC_RETRACT_FALSE_POSITIVE] = "false-positive",
    [TOC_RETRACT_RESOLVED] = "resolved", [TOC_RETRACT_LEGAL] = "legal",
    [TOC_RETRACT_NARROWED] = "narrowed", [TOC_RETRACT_DELISTED] = "delisted",
};

/* The number whose name the text is, in any case; 0 when there is none. */
static unsigned find_name(const char *const *names, unsigned count, toc_span text)
{
    for (unsigned i = 1; i < count; i++) {
        if (toc_ascii_equal_nocase(toc_span_text(names[i]), text))
            return i;
    }
    return 0;
}

const char *toc_index_kind_name(toc_index_kind kind)
{
    static const char *const names[] = {
        [TOC_INDEX_NONE] = "none",     [TOC_INDEX_NATIVE] = "native",
        [TOC_INDEX_LOG] = "log",       [TOC_INDEX_TRACE] = "trace",
        [TOC_INDEX_OUTPUT] = "output", [TOC_INDEX_INSTRUCTION] = "instruction",
    };
    return (unsigned)kind < TOC_COUNT(names) ? names[kind] : "unknown";
}

const char *toc_tlp_name(toc_tlp tlp)
{
    bool known = (unsigned)tlp >= 1 && (unsigned)tlp < TOC_COUNT(tlp_names);
    return known ? tlp_names[tlp] : "unknown";
}

const char *toc_retraction_reason_name(toc_retraction_reason reason)
{
    bool known = (unsigned)reason >= 1 && (unsigned)reason < TOC_COUNT(reason_names);
    return known ? reason_names[reason] : "unknown";
}

toc_code toc_tlp_parse(toc_span text, toc_tlp *out, toc_err *err)
{
    toc_span name = text;
    if (name.size > 4 && toc_ascii_equal_nocase(toc_span_of(name.data, 4), toc_span_text("TLP:")))
        name = toc_span_of(name.data + 4, name.size - 4);
    unsigned found = find_name(tlp_names, TOC_COUNT(tlp_names), name);
    /* What TLP 1.0 called WHITE is CLEAR since TLP 2.0 (FIRST, 2022). */
    if (found == 0 && toc_ascii_equal_nocase(name, toc_span_text("WHITE")))
        found = TOC_TLP_CLEAR;
    if (found == 0)
        return toc_fail(err, TOC_MALFORMED,
                        "'%.*s' is no TLP (write CLEAR, GREEN, AMBER, AMBER+STRICT or RED)",
                        toc_quoted_bytes(text), (const char *)text.data);
    *out = (toc_tlp)found;
    return TOC_OK;
}

toc_code toc_retraction_reason_parse(toc_span text, toc_retraction_reason *out, toc_err *err)
{
    unsigned found = find_name(reason_names, TOC_COUNT(reason_names), text);
    if (found == 0)
        return toc_fail(
            err, TOC_MALFORMED,
            "'%.*s' is no reason (write error, false-positive, resolved, legal, narrowed "
            "or delisted)",
            toc_quoted_bytes(text), (const char *)text.data);
    *out = (toc_retraction_reason)found;
    return TOC_OK;
}
