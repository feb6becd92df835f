/* store/passphrase.h: passphrases, of the store key and of key files, from a file, a systemd
 * credential or the terminal; and the store key that one opens.
 * Owns:    the caller's buffer, which wipes itself.
 * Threads: one; while the terminal is asked, signals of the process end that.
 * Errors:  DENIED for a file that others may read; USAGE when there is nobody to ask; NOT_FOUND,
 *          IO, LIMIT of files; SEALED for another passphrase. */
#ifndef TOC_STORE_PASSPHRASE_H
#define TOC_STORE_PASSPHRASE_H

#include "proto/base/buf.h"
#include "proto/crypto/secret.h"
#include "proto/format/config.h"

/* Appends it from where the configuration says. `twice`: asked again to be sure, for a new one. */
TOC_MUST toc_code toc_passphrase_get(const toc_config *config, bool twice, toc_buf *out,
                                     toc_err *err);
/* From file:PATH, credential:NAME or ask; `what` it opens, for the prompt. */
TOC_MUST toc_code toc_passphrase_from(const char *source, const char *what, bool twice,
                                      toc_buf *out, toc_err *err);
/* The key of config->state, opened with the passphrase that the configuration points to. NOT_FOUND:
 * no org was made there, or the passphrase's file is not there. */
TOC_MUST toc_code toc_passphrase_store_key(const toc_config *config, toc_secret **out,
                                           toc_err *err);

#endif
