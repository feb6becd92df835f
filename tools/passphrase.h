/* tools/passphrase.h: passphrases, of the store key and of key files: from a file, a systemd
 * credential or the terminal.
 * Owns:    the caller's buffer, which wipes itself.
 * Threads: one.
 * Errors:  DENIED for a file that others may read; USAGE when there is nobody to ask. */
#ifndef TOC_TOOLS_PASSPHRASE_H
#define TOC_TOOLS_PASSPHRASE_H

#include "tools/cli.h"

/* Where the configuration says. `twice`: asked again to be sure, for a new one. */
TOC_MUST toc_code toc_passphrase_get(const toc_config *config, bool twice, toc_buf *out,
                                     toc_err *err);
/* From file:PATH, credential:NAME or ask; `what` it opens, for the prompt. */
TOC_MUST toc_code toc_passphrase_from(const char *source, const char *what, bool twice,
                                      toc_buf *out, toc_err *err);

#endif
