/* tools/card.h: cards, shown to people.
 * Threads: one. */
#ifndef TOC_TOOLS_CARD_H
#define TOC_TOOLS_CARD_H

#include "store/log.h"
#include "tools/cli.h"

/* Appends the owner's signed card from a log. */
TOC_MUST toc_code toc_card_of_log(toc_log_txn *txn, toc_buf *out, toc_err *err);
/* Appends how a signed card reads: as JSON (org, name, serial, fingerprint, card), or for people,
 * with its armour behind when `armour`. */
TOC_MUST toc_code toc_card_show(const toc_cli *cli, toc_span signed_card, bool armour, toc_buf *out,
                                toc_err *err);

#endif
