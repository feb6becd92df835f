/* tools/decision.h: how a decision of this node about two wallets is drawn.
 * Threads: one. */
#ifndef TOC_TOOLS_DECISION_H
#define TOC_TOOLS_DECISION_H

#include <jansson.h>

#include "proto/base/buf.h"

/* "A | B (split by anna (uid 1000), 2026-01-31: two customers)", without a newline. */
void toc_decision_show(const json_t *decision, toc_buf *out);

#endif
