/* proto/session/message_rules.h: what every link message keeps, whether it is about to leave or has
 * just come in. One place for both directions, so that a node never sends what another refuses.
 * Owns:    nothing. Threads: pure.
 * Errors:  MALFORMED, LIMIT, STATE (a refusal code of a newer version). */
#ifndef TOC_PROTO_SESSION_MESSAGE_RULES_H
#define TOC_PROTO_SESSION_MESSAGE_RULES_H

#include "proto/session/message.h"

TOC_MUST toc_code toc_message_check(const toc_message *message, toc_err *err);

#endif
