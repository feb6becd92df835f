/* The words of the audit that one may ask for. */
#include "proto/base/text.h"
#include "proto/format/deed.h"
#include "proto/rules/nearest.h"

/* Those of the control socket but `status` and `peers`, which are not kept; `card-change` and
 * `stats`, without the node; and what the node does when it starts. */
static const char *const commands[] = {
    "card",
    "keys-prepare",
    "card-adopt",
    "card-change",
    "peer-add",
    "peer-list",
    "circle-create",
    "circle-join",
    "circle-admit",
    "circle-propose",
    "circle-proposals",
    "circle-proposal",
    "circle-endorse",
    "circle-confirm",
    "circle-choose",
    "circle-list",
    "circle-show",
    "submit",
    "retract",
    "held",
    "recall",
    "release",
    "erase",
    "order-add",
    "order-list",
    "order-lift",
    "orders-again",
    "legal-hold-add",
    "legal-hold-list",
    "legal-hold-lift",
    "drafts",
    "draft",
    "approve",
    "reject",
    "cluster-decide",
    "cluster-decisions",
    "lookup",
    "explain",
    "cluster",
    "incident",
    "quality",
    "search",
    "receipt",
    "shared",
    "audience",
    "bundle",
    "digest",
    "rebuild",
    "check",
    "log-check",
    "stats",
    "audit",
    "audit-check",
    "audit-sign",
};

toc_code toc_deed_outcome_check(toc_span word, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf known = {0};
    for (int code = TOC_OK; code < TOC_CODE_COUNT; code++) {
        if (toc_span_equal(word, toc_span_text(toc_code_name((toc_code)code))))
            return TOC_OK;
        toc_buf_printf(&known, "%s%s", code == TOC_OK ? "" : ", ", toc_code_name((toc_code)code));
    }
    TOC_TRY(toc_buf_ok(&known, err));
    return toc_fail(err, TOC_USAGE, "'%.*s' is no outcome; there are %s", toc_quoted_bytes(word),
                    (const char *)word.data, toc_buf_text(&known));
}

toc_code toc_deed_command_check(toc_span word, toc_err *err)
{
    toc_nearest nearest = toc_nearest_to(word);
    for (size_t i = 0; i < TOC_COUNT(commands); i++) {
        if (toc_span_equal(word, toc_span_text(commands[i])))
            return TOC_OK;
        toc_nearest_try(&nearest, commands[i], commands[i]);
    }
    return toc_fail(err, TOC_USAGE,
                    "no line of the audit has the command '%.*s', and there is none of that name; "
                    "nearest is '%s' (status and peers are not kept)",
                    toc_quoted_bytes(word), (const char *)word.data, nearest.found);
}
