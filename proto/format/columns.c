#include <inttypes.h>

#include "proto/format/rows.h"
#include "proto/rules/nearest.h"

enum { IN_WALLETS = 1, IN_CLUSTERS = 2, IN_BOTH = 3 };

static const struct column_row {
    const char *name;
    unsigned in;
} columns[TOC_COLUMN_COUNT] = {
    [TOC_COLUMN_CHAIN] = {"chain", IN_BOTH},
    [TOC_COLUMN_ADDRESS] = {"address", IN_BOTH},
    [TOC_COLUMN_TAG] = {"tag", IN_WALLETS},
    [TOC_COLUMN_ROLE] = {"role", IN_WALLETS},
    [TOC_COLUMN_CATEGORY] = {"category", IN_WALLETS},
    [TOC_COLUMN_ACTOR] = {"actor", IN_WALLETS},
    [TOC_COLUMN_CONFIDENCE] = {"confidence", IN_BOTH},
    [TOC_COLUMN_FIRST_SEEN] = {"first_seen", IN_WALLETS},
    [TOC_COLUMN_LAST_SEEN] = {"last_seen", IN_WALLETS},
    [TOC_COLUMN_ASSET] = {"asset", IN_WALLETS},
    [TOC_COLUMN_AMOUNT] = {"amount", IN_WALLETS},
    [TOC_COLUMN_INCIDENT] = {"incident", IN_WALLETS},
    [TOC_COLUMN_LABEL] = {"label", IN_WALLETS},
    [TOC_COLUMN_LIST] = {"list", IN_BOTH},
    [TOC_COLUMN_LIST_VERSION] = {"list_version", IN_BOTH},
    [TOC_COLUMN_VENDOR] = {"vendor", IN_BOTH},
    [TOC_COLUMN_DERIVED_FROM] = {"derived_from", IN_BOTH},
    [TOC_COLUMN_TLP] = {"tlp", IN_BOTH},
    [TOC_COLUMN_RELEASABLE_TO] = {"releasable_to", IN_BOTH},
    [TOC_COLUMN_NOT_TO] = {"not_to", IN_BOTH},
    [TOC_COLUMN_VALID_UNTIL] = {"valid_until", IN_BOTH},
    [TOC_COLUMN_PURPOSE] = {"purpose", IN_BOTH},
    [TOC_COLUMN_NOTE] = {"note", IN_BOTH},
    [TOC_COLUMN_CLUSTER] = {"cluster", IN_CLUSTERS},
    [TOC_COLUMN_NAME] = {"name", IN_CLUSTERS},
    [TOC_COLUMN_ENTITY] = {"entity", IN_CLUSTERS},
    [TOC_COLUMN_METHOD] = {"method", IN_CLUSTERS},
};

const char *toc_column_name(toc_column column)
{
    return (unsigned)column < TOC_COLUMN_COUNT ? columns[column].name : "";
}

bool toc_column_in(toc_column column, bool in_cluster)
{
    TOC_ASSERT((unsigned)column < TOC_COLUMN_COUNT);
    return (columns[column].in & (in_cluster ? IN_CLUSTERS : IN_WALLETS)) != 0;
}

toc_code toc_column_find(toc_span name, toc_column *out, toc_err *err)
{
    toc_nearest nearest = toc_nearest_to(name);
    for (unsigned i = 0; i < TOC_COLUMN_COUNT; i++) {
        /* A distance of 0 is the same word, whatever its case and its hyphens. */
        toc_nearest_try(&nearest, columns[i].name, columns[i].name);
        if (nearest.distance == 0 && name.size == strlen(columns[i].name)) {
            *out = (toc_column)i;
            return TOC_OK;
        }
    }
    return toc_fail(err, TOC_NOT_FOUND, "unknown column '%.*s'; the nearest is '%s'",
                    toc_quoted_bytes(name), (const char *)name.data, nearest.found);
}

const char *toc_problem_where(const toc_problem *problem)
{
    return problem->column != TOC_COLUMN_COUNT ? toc_column_name(problem->column) : problem->field;
}

void toc_problem_print(const toc_problem *problem, toc_buf *out)
{
    toc_buf_printf(out, "line %" PRIu64 ": ", problem->line);
    if (problem->column != TOC_COLUMN_COUNT || problem->field[0] != '\0')
        toc_buf_printf(out, "%s %s: ", problem->column != TOC_COLUMN_COUNT ? "column" : "field",
                       toc_problem_where(problem));
    toc_buf_add_text(out, problem->err.text);
}
